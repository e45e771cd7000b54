/*
 * trigger - from a trigger to an incident: which plan, which key, which facts.
 *
 * An open incident of the same principal and key takes the trigger: an identical repeat gets the
 * same reply, one with other content becomes an update (DESIGN 4). A trigger that was sent again
 * under its Idempotency-Key is known before all that (once.h). Accepting needs no planner.
 */
#pragma once

#include "core/state.h"

void decide_trigger(struct core *c);
/* The reply to a trigger that was accepted; `repeated`: it was accepted earlier. */
void trigger_reply(struct core *c, struct uuid incident, enum said said, bool repeated);
/* Typed check of reported fields; false after a refusal. `head` NULL: no plan, anything goes. */
bool trigger_facts(struct core *c, const struct plan_head *head, const json_t *fields,
                   json_t **ret_occurrences);
/*
 * When each of these facts goes stale, as steady times; 0: never. `age` is how long ago they were
 * measured. Gives; NULL: none of them does.
 */
json_t *facts_stale_at(const struct core *c, const struct plan_head *head,
                       const json_t *occurrences, int64_t age);
/* A journalled update, delivered to the plan; false after a refusal (decide.c). */
bool incident_update(struct core *c, struct incident *i, const json_t *body);
