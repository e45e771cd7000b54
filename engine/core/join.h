/*
 * join - triggers that belong to an incident that is there: they join it while it is open, and open
 * it again for a while after its end.
 *
 * What joins is a fact of its own, `joined`, and an update: what it reports is taken over. With
 * `digest` what joins within that time is told to the plan and to people as one; what it reports
 * counts at once all the same, for levels and ends.
 *
 * What is recovering takes no joins: its plan has ended, and a new trigger needs one that calls.
 *
 * Opened again, an incident begins anew: no level is in force, nobody commands, what was known is
 * in doubt until it is reported again, and plan.respond runs from its top (incident.reopened says
 * how often). Items and children are those of before.
 */
#pragma once

#include "core/state.h"

enum {
    JOINS_UNTOLD_MAX = 100,         /* then they are told before their time */
    JOINS_UNTOLD_BYTES = 64 * 1024, /* the same */
};

/* The values by which the trigger is found, as they are indexed. Gives; NULL: it has none. */
char *join_key(const struct plan_head *head, const json_t *trigger);

/* The trigger of the input joins an open incident, or opens one again. false: it is a new one. */
bool trigger_join(struct core *c, const struct plan_head *head);
/* The same of an incident that its key names and that is over. */
void trigger_reopen(struct core *c, struct incident *i);

/* The time of the digest is over. */
void joins_tell(struct core *c, struct incident *i);
/* From now on a trigger opens a new incident. */
void reopen_over(struct core *c, struct incident *i);

/* How long it can be opened again, for the record of its end; 0: not at all. */
mono_ms reopen_until(const struct core *c, const struct incident *i);

void join_apply(struct core *c, struct incident *i, const struct record *r);
void reopen_apply(struct core *c, struct incident *i, const struct record *r);
