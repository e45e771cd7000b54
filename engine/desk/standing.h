/*
 * standing - what stands in a night, now: the rows that a daemon would show in its lists.
 *
 * Layer      desk: sim.
 * Ownership  Gives.
 */
#pragma once

#include "desk/stage.h"
#include "sim/model_store.h"

/*
 * All rows of a kind, in the order of their ids. incident: of this one alone; none: of all.
 * [{"id","state","late"?,"kind" of a report,"body"}]
 */
json_t *standing_rows(struct night *n, enum row_kind kind, struct uuid incident);

/* Its own row; NULL: it is closed and gone. */
json_t *standing_incident(struct night *n, struct uuid incident);

/* To be done or to be sent still. An item that is done waits to be struck off: it is open no more.
 */
bool standing_is_open(const json_t *row);

/* The last one of this name: of a measure, with its key behind it, or of a report as "update 1".
 * NULL: none. Borrows from rows. */
const json_t *standing_named(const json_t *rows, const char *name);

/*
 * Is it as `what` of t:expect says: {"level"?,"state"?,"health"?,"items"?,"item"?,"reports"?,
 * "report"?,"proposal"?,"scope"?}? ERR_CONFLICT: it is not; ERR_INVALID: that cannot be expected.
 */
enum err standing_expect(const struct stage *s, struct uuid incident, const json_t *what,
                         struct why *why) MUST_USE;
