/*
 * shapes - rows and records as clients see them (INTERFACES 6). Names here are fixed.
 *
 * Times become RFC 3339. Left out of an event is what would let its reader answer in another's
 * name: the code and the link of a message, and the message as it was rendered.
 *
 * Layer      serve: pure.
 */
#pragma once

#include "serve/serve.h"

enum { EVENT_ID_TEXT = 48 };
const char *event_id(int64_t gen, int64_t seq, char ret[EVENT_ID_TEXT]); /* "1-40213" */

/* Gives one event; lang "zh" or "en" for its sentence. */
json_t *shape_event(const struct record *r, int64_t gen, const char *lang);

/* Gives one item of the ledger. */
json_t *shape_item(const struct row *row, bool whole); /* whole: with a citizen's contact */

/* Gives one report, with its text or without. */
json_t *shape_report(const struct row *row, bool text);

/* Gives one incident. */
json_t *shape_incident(const struct row *row, const struct serve_port *port, int64_t gen,
                       int64_t as_of);
