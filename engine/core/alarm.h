/*
 * alarm - a person must act on Muster itself: said once a cause, and never about an alarm.
 *
 * An alarm is a row in the record, and a message to the duty room (for a plan's errors to its owner
 * too). The same cause of the same incident is silent for an hour. Messages of an alarm that
 * fail raise no other.
 */
#pragma once

#include "core/state.h"

/* Told to the plan's owner, too. */
#define ALARM_PLAN_ERROR "plan_error"
#define ALARM_DIVERGED "diverged"

void alarm_raise(struct core *c, struct incident *i, const char *cause, const char *en,
                 const char *zh);
void alarm_apply(struct core *c, struct incident *i, const struct record *r);
