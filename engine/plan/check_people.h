/*
 * check_people - the words that go to people, or to an incident below, as they are written: call,
 * notify, consult, ask, agenda, child; and fetch, which goes to an endpoint.
 *
 * Layer      plan: base, core.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

/* If the call is one of these words, check what it got. */
void check_people(const struct body_check *c, const struct node *call);
