/*
 * plan_run - the run of an incident's plan: facts in, turns out, and what happens when it breaks.
 *
 * Facts are journalled on arrival and queued; the head of the queue is the cause of the next turn.
 * A fact that the plan does not await is passed over (`gap` says that the planner must read it in
 * the journal before its next turn). One turn an incident is under way; its result counts only
 * when generation, cause and incident still agree (DESIGN 5).
 *
 *     LIVE --turn--> LIVE      LIVE --strike--> alone in the quarantine planner --turn--> LIVE
 *     LIVE --error | overrun | divergence | second strike | 100,000 turns--> fallback (rule R4)
 *
 * A strike is a turn that killed its process by a fault of its own; a process lost otherwise is
 * tried again, and five losses for one cause are a strike.
 */
#pragma once

#include "core/state.h"

/* Why plans fail: "reason" of plan_failed. What no name is known for counts as the last, "other".
 */
enum { PLAN_REASONS = 12 };
size_t plan_reason(const char *name);
const char *plan_reason_name(size_t reason);

/* An event for a plan: {"names":[name],"steps":[…],"at":ms}. Gives. */
json_t *plan_event(const char *name, json_t *takes_steps, wall_ms at);

/* Hand the head of the queue to a planner, if it is not under way. */
void plan_kick(struct core *c, struct incident *i);
void plan_turn(struct core *c, const json_t *frame);
void plan_failed_frame(struct core *c, const json_t *frame);
void plan_fail(struct core *c, struct incident *i, const char *reason, const char *text,
               const char *where);
/* Why the plan of an incident cannot go on. */
struct plan_failure {
    struct incident *incident;
    const char *reason, *text, *where;
};

enum { PLAN_FAILURES_ALONE = 3 };
/*
 * Several at once: up to PLAN_FAILURES_ALONE each has its own fallback; of more, one call lists all
 * of them, that of the gravest. The owner of each plan and the duty room are told why.
 */
void plan_fail_all(struct core *c, const struct plan_failure *all, size_t count);
void plan_planner_up(struct core *c, int slot, int64_t gen);
void plan_planner_died(struct core *c, int slot, int64_t gen, const json_t *body);
/* The plan of this incident is over: its planner may forget it, and it is no suspect any more. */
void plan_leave(struct core *c, struct incident *i);

void plan_apply_fact(struct incident *i, const struct record *r);
void plan_apply_turn(struct core *c, struct incident *i, const struct record *r);
void plan_apply_struck(struct incident *i, const struct record *r);
void plan_apply_error(struct core *c, struct incident *i, const struct record *r);
void plan_apply_failed(struct core *c, struct incident *i, const struct record *r);
