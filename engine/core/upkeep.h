/*
 * upkeep - 预案管理: what plans owe as papers, as items: to be filed 备案, reviewed 复审, drilled
 * 演练.
 *
 * The core keeps one incident of its own for these items, opened when the first plan owes
 * something:
 *
 *     (nothing) --upkeep_opened--> UPKEEP   for good
 *
 * It is no emergency. It stands in no list of incidents, counts as none, runs no plan, calls
 * nobody, and no trigger, order, end, merge or purge reaches it; its items are worked on as all
 * others.
 *
 * An item is of (what, plan, day), as its name and key, and is opened once, whatever becomes of it:
 * all items of the incident stay in memory and are the memory of that. A filing is opened at once,
 * the others OWED_AHEAD_DAYS before they are due, so that many plans do not flood their owners. One
 * whose day the plan in force does not name any more is ended, with a sentence that says why. All
 * this is looked at when plans come into force, when a drill ends, when the clock is set, at a
 * start, and when the next is to be opened.
 *
 * Layer      core: pure.
 */
#pragma once

#include "core/head_upkeep.h"
#include "core/state.h"

enum { OWED_AHEAD_DAYS = 60 };

/* Open what is to be opened, end what is owed no more, and set the timer for the next. */
void upkeep_review(struct core *c);
/* [{"what","due"}…] of a plan in force, by what. Gives. */
json_t *upkeep_owes(const struct core *c, const struct plan_head *h);
/* The incident of its own: opened where there is none yet. */
struct incident *upkeep_incident(struct core *c);
/*
 * What drills plans owe: [{"plan","title","every"?,"owner","last"?,"due"?,"due_day"?}], days of the
 * calendar there; "due_day" counts from 1970. Without those that owe none and had none. Gives.
 */
json_t *upkeep_drills(const struct core *c);
/* The sentence to whoever wants more of it than its items. */
void upkeep_refuse(struct core *c, const struct incident *i);

/* Why an item was ended, as its record has it in "why" and "of". */
void upkeep_why_add(const char *why, const char *of, bool zh, struct text *to);

void upkeep_apply_opened(struct core *c, const struct record *r);
/* A drill is over: was it worked to its end, then the next is due that much later. */
void upkeep_apply_drilled(struct core *c, const struct incident *i, const struct record *r);
void upkeep_take(struct core *c, struct incident *i); /* it is the core's own */
struct row upkeep_row(const struct core *c); /* the last drills; only where there are some */
void upkeep_from_row(struct core *c, const struct row *r);
