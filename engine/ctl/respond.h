/*
 * respond - what answer, order, update and resolve share: a request to one incident, whose reply
 * is its state.
 */
#pragma once

#include "ctl/ask.h"

/* {"op":OP,"incident":ID}: the first operand is the incident. Gives. */
json_t *respond_begin(const struct ctl *c, const struct args *a, const char *op);

/* Ask, and print "ID state" (or the reply as JSON). request: taken. Returns the exit code. */
int respond(const struct ctl *c, json_t *request);
