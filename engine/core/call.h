/*
 * call - who is called next while nobody has accepted.
 *
 * A call has rungs, each with people and a time; it climbs when the time is up, and at once when
 * everybody of the rung has declined or could not be reached. A rung's clock starts
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
/* The rungs that are still to come, as today's site has them; added to `ret` (rungs_done). */
void call_rest(struct core *c, const struct call *call, struct rungs *ret);
void calls_write(const struct incident *i, struct text *to); /* "calls":[…], sorted by step */
void call_from_json(struct core *c, struct incident *i, const json_t *kept);

/* Decide the next rung, or the end. `why` is a word for the record: "start", "silent", "declined",
 * "undelivered", "accepted" (one of several), "again" (the time of an answer is up). */
void call_next(struct core *c, struct call *call, const char *why);
/* The first rung, once more: nobody's answer counts any longer (taken.h). */
void call_begin_anew(struct core *c, struct call *call, const char *why);
/* Its time is up. */
void call_due(struct core *c, struct call *call);
/* All of these at the same time, and nobody after them. */
void call_ring_once(struct core *c, struct call *call, const json_t *spec,
                    const struct rung *people, int64_t within_ms);
/*
 * Whom a person who was called may pass this call to now: somebody who stands in for them and has
 * not declined it. false: nobody, or no call that one person answers.
 */
bool call_pass_to(const struct core *c, const struct call *call, const char *person, wall_ms at,
                  struct rung_person *ret);
/* Call them at once, in the same rung and for its whole time; the message says who passed it. */
void call_pass(struct core *c, struct call *call, const struct rung_person *to, const char *from);
/* Everybody of the current rung has declined or cannot be reached? Then do not wait for its clock.
 */
void call_check(struct core *c, struct incident *i, const char *step, const char *why);

/* Nobody is meant by it any more: the first seat of the duty room, with an alarm (rule R7). */
void call_duty_room_instead(struct core *c, const struct call *call, const char *en, const char *zh,
                            struct rung *ret);
/* Of whom nothing will come, as they have declined or cannot be reached: {"li.ming":true}. Gives.
 */
json_t *call_giving_none(const struct call *call);
/* One of those asked, as a plan knows them: {"id","name","target"}. Gives. */
json_t *call_named(const json_t *asked);

void call_apply_rung(struct core *c, struct incident *i, const struct record *r);
void call_apply_declined(struct core *c, struct incident *i, const struct record *r);
