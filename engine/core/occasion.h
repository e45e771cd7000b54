/*
 * occasion - 例会: a standing plan is opened by the calendar, each occasion as an incident of its
 * own.
 *
 * Each plan of the set in force that has a schedule (schedule.h) is opened when one of its
 * occasions comes, with the text of the plan of that day. What was opened last is kept, so that no
 * occasion is opened twice, whatever stops in between; of those that came while the engine was down
 * the last one is opened, late, and says how many were left out. A version that comes into force
 * begins with the next occasion.
 *
 *     (nothing) --its time has come--> an incident, run by plan.occasion.NAME
 *
 * People open one out of its turn by a trigger that names plan and occasion. All this is looked at
 * when plans come into force, when the clock is set, at a start, and at the time of the next.
 *
 * Layer      core: pure.
 */
#pragma once

#include "core/schedule.h"
#include "core/state.h"

/* Open what has come, and set the timer for the next. */
void occasions_review(struct core *c);

/*
 * The occasion that a trigger of this plan opens.
 *
 * ret      Untouched on failure; NULL: the plan is none that stands, and the trigger names none.
 * returns  false after a refusal.
 */
bool occasion_of_trigger(struct core *c, const struct plan_head *head, const char **ret);

/* "周调度 2026-07-20": how the one that comes at this time is called. Gives. */
char *occasion_title(const struct core *c, const struct plan_head *head, const struct occasion *o,
                     wall_ms at);

/* [{"name","title","at","next"?}] of a plan: "at" as it is written, "next" RFC 3339. Gives. */
json_t *occasions_shown(const struct plan_head *head, const struct site *s, wall_ms now);

void occasion_apply_opened(struct core *c, const struct record *r);
struct row occasions_row(const struct core *c); /* only where there are some */
void occasions_from_row(struct core *c, const struct row *r);
