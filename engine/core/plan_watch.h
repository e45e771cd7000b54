/*
 * plan_watch - what a plan's bodies watch: `each` and `wait_until`, conditions over facts as in a
 * head.
 *
 *     each        --false or unknown, then true, at a station--> watch_true: the plan is told where
 *     wait_until  --true--> watch_met, and it is over
 *     … with hold --true--> watch_clock: its time runs --hold: watch_met--> over
 *                          watch_clock: its time stops <--false or unknown--
 *
 * A watch is made and ended by the plan's turns, and ends with the plan. What is true when it is
 * made has become true then. The core asks (outlook.h), at every report, whenever a fact goes stale
 * and when another site comes into force: no planner needs to be alive, and what it is told stands
 * in the record before. Of an `each` nothing but the condition is kept: where it is true follows
 * from the facts, as long as it is asked before they change (plan_watches_ready).
 */
#pragma once

#include "core/state.h"

struct plan_watch *plan_watch_find(const struct incident *i, const char *step);
struct plan_watch *plan_watch_new(struct incident *i,
                                  const json_t *args); /* as in the plan's command */
void plan_watch_drop(struct core *c, struct incident *i, struct plan_watch *w);
void plan_watches_drop(struct core *c, struct incident *i);
void plan_watches_write(const struct incident *i, struct text *to); /* "watches":[…] */
void plan_watch_from_json(struct core *c, struct incident *i, const json_t *kept);

/* Before a fact changes, or a site, or watches are made: what is true by now, after a restart. */
void plan_watches_ready(const struct core *c, struct incident *i);
void plan_watches_ready_all(struct core *c);
/* The command of a turn was applied: it begins to be asked. */
void plan_watch_command(struct core *c, struct incident *i, const json_t *cmd);
/* After every input that touches the incident. */
void plan_watches_review(struct core *c, struct incident *i);
void plan_watches_review_all(struct core *c);
void plan_watch_held(struct core *c, struct incident *i, struct plan_watch *w); /* its timer */

void plan_watch_apply(struct core *c, struct incident *i, const struct record *r);
