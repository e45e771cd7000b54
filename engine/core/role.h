/*
 * role - who does what in one incident: assign(role, target) of a plan, and "role:NAME" as a
 * target.
 *
 * The target is called as by call{}, and whoever accepts has the role, until it is assigned anew.
 * Nobody accepts: the plan gets nil, the record says so, and whoever had it before keeps it.
 */
#pragma once

#include "core/state.h"

/*
 * Targets of an incident as those of the site: "role:NAME" is whoever holds it. A role that nobody
 * holds is left out, so that a message to it falls to the duty room (rule R7). Gives.
 */
json_t *targets_of(const struct incident *i, const json_t *to);

/* site_resolve and site_resolve_first, with the roles of the incident. */
void incident_resolve(const struct core *c, const struct incident *i, const json_t *to,
                      const char *via, struct rungs *ret);
void incident_resolve_first(const struct core *c, const struct incident *i, const json_t *to,
                            struct rung *ret);

/* site_speaks_for, with the roles of the incident. */
bool incident_speaks_for(const struct core *c, const struct incident *i, const char *person,
                         const char *target);

/* assign(): the spec of the call that asks for acceptance, from the arguments. Gives. */
json_t *role_spec(const struct incident *i, const json_t *args);
/* The roles that these calls ask for: [ROLE…], before the answer ends them. Gives. */
json_t *roles_asked(const struct incident *i, const json_t *steps);
/* This person accepts them. */
void roles_take(struct core *c, struct incident *i, const json_t *roles, const char *person);
