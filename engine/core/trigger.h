/*
 * trigger - from a trigger to an incident: which plan, which key, which facts.
 *
 * An open incident of the same principal and key takes the trigger: an identical repeat gets the
 * same reply, one with other content becomes an update (DESIGN 4). A trigger that was sent again
 * under its Idempotency-Key is known before all that (once.h). Accepting needs no planner.
 */
#pragma once

#include "core/state.h"

/* An incident about to be opened: by a trigger, by the plan of its parent, by a split. */
struct opening {
    const json_t *body;           /* the fields of a trigger */
    const struct plan_head *head; /* NULL: no plan */
    const char *pin;
    json_t *occurrences;           /* borrowed */
    json_t *actor;                 /* taken */
    const struct incident *parent; /* NULL: none */
    const char *child_key;         /* what the parent calls it */
    const struct incident *split;  /* what it is split off; NULL: nothing */
    const json_t *table;           /* of a drill at a table: state.h; NULL: as parent or split */
    int speed;                     /* of a drill: state.h; 0: as parent or split */
    const char *occasion;          /* of a standing plan (occasion.h); NULL: none */
    wall_ms occasion_at;           /* when it was to come; 0: people open it out of its turn */
    int missed;                    /* so many before it were left out */
    bool of_trigger;               /* it has keys, and others may join it */
};

struct incident *incident_open(struct core *c, const struct opening *o);
/* What begins with it: measures of the first phase, reports. */
void incident_begin(struct core *c, struct incident *i, const json_t *occurrences);
/* Is there room for another one? false after a refusal. */
bool incident_room(struct core *c);

void decide_trigger(struct core *c);
/* The reply to a trigger that was accepted; `repeated`: it was accepted earlier. */
void trigger_reply(struct core *c, struct uuid incident, enum said said, bool repeated);
/* Typed check of reported fields; false after a refusal. `head` NULL: no plan, anything goes. */
bool trigger_facts(struct core *c, const struct plan_head *head, const json_t *fields,
                   json_t **ret_occurrences);
/*
 * The same for what is reported to an incident that is there. A trigger that goes to it because its
 * own incident was merged into this one may know facts that this plan does not: they are on record
 * (*ret_raw), and the rest of the trigger is taken.
 */
bool incident_facts(struct core *c, const struct incident *i, const json_t *fields,
                    json_t **ret_occurrences, bool *ret_raw);
/* Occurrences of an event carry the value of its key: a repeated key is a correction. */
void occurrences_key(const struct plan_head *head, json_t *occurrences);
/*
 * When each of these facts goes stale, as steady times; 0: never. `age` is how long ago they were
 * measured, `speed` that of the incident. Gives; NULL: none of them does.
 */
json_t *facts_stale_at(const struct core *c, const struct plan_head *head,
                       const json_t *occurrences, int64_t age, int speed);
