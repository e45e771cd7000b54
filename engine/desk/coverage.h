/*
 * coverage - which lines of the plans' functions have run.
 *
 * Counted are the lines on which a statement of a function begins. The top of a file is left out:
 * it runs whenever the plan is loaded.
 *
 * Layer      desk: plan's parser.
 * Ownership  coverage_new gives, coverage_free frees.
 */
#pragma once

#include "base/json.h"

struct coverage;

/* request: a set, as the frame "check" has it. */
struct coverage *coverage_new(const json_t *request);
void coverage_free(struct coverage *c); /* NULL is fine */

/* For an onlooker: ctx is the coverage. */
void coverage_line(void *ctx, const char *file, int line);

/* {FILE: {"lines","covered","missed":[lines]}}, of those that have such lines. Gives. */
json_t *coverage_json(const struct coverage *c);
