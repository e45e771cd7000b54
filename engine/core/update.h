/*
 * update - what is reported to an incident that is there: facts with their time of measurement, a
 * word to the record.
 *
 *     update ─► the incident: record updated, the plan, conditions, reports of a case
 *          └──► what is of a station that was split off goes on to the incident that is asked about
 *               it now: a feed knows the old one's id, and no other
 */
#pragma once

#include "core/state.h"

void decide_update(struct core *c);
/* A journalled update, delivered to the plan; false after a refusal. */
bool incident_update(struct core *c, struct incident *i, const json_t *body);
