/*
 * decide - one function an input, and the decisions about an incident as a whole.
 */
#pragma once

#include "core/state.h"

/* The open incident of the input; NULL after a refusal. */
struct incident *input_incident(struct core *c);
/* It is over: "done", "resolved", "terminated", "closed" by hand, "drill" as its scenario says,
 * "broken_off" of a drill. */
void incident_close(struct core *c, struct incident *i, const char *why);
/* The end was ordered: closed, or recovering first. */
void incident_end(struct core *c, struct incident *i);

/* The reply about an incident: {"incident","state"}. Gives. */
json_t *incident_reply(const struct incident *i);
/* Who speaks, as the actor of a record. Gives. */
json_t *actor_input(const struct core *c);
/* May the one who speaks do this? Else it is refused. */
bool input_allowed(struct core *c, unsigned scope, const char *what);
