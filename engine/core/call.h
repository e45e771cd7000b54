/*
 * call - who is called next while nobody has accepted.
 *
 * A call has rungs, each with people and a time; it climbs when the time is up, when everybody of
 * the rung has declined, or when no message to the rung could be delivered. A rung's clock starts
 * when the rung starts. Who the people are is resolved anew at each rung, and recorded. The
 * states are drawn at struct call (state.h).
 *
 * All decisions here are made during core_decide; the call_apply_* functions belong to core_apply.
 */
#pragma once

#include "core/state.h"

#define CALL_FALLBACK "!fallback" /* the step of the fallback's call */

struct call *call_find(const struct incident *i, const char *step);
struct call *call_start(struct core *c, struct incident *i, const char *step, json_t *takes_spec);
void call_drop(struct core *c, struct call *call);
bool call_asked(const struct call *call, const char *person);
json_t *calls_json(const struct incident *i); /* sorted by step */
void call_from_json(struct core *c, struct incident *i, const json_t *kept);

/* Decide the next rung, or the end. `why` is a word for the record: "start", "silent", "declined", "undelivered". */
void call_next(struct core *c, struct call *call, const char *why);
/* The fallback of an incident whose plan cannot go on. */
void call_fallback(struct core *c, struct incident *i);
/* All messages of the current rung failed? Then do not wait for its clock. */
void call_check_delivery(struct core *c, struct incident *i, const char *step);

/* Everybody of the current rung has declined? Then go on at once. */
void call_check_declined(struct core *c, struct incident *i, const char *step);

void call_apply_rung(struct core *c, struct incident *i, const struct record *r);
void call_apply_asked(struct call *call, const struct record *queued);
void call_apply_declined(struct incident *i, const struct record *r);
