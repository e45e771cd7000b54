/*
 * say - a record as a sentence that a duty officer can read, in Chinese or English.
 *
 * The same words stand in the timeline, in `watch` and in the trace of story tests. Fixed verbs of
 * the plan language: call, no answer, answers, declines, order, measure. What was purged is left
 * out.
 */
#pragma once

#include "core/record.h"

/* lang "zh" or "en" (anything else is English). Adds to `to`; never adds a line break. */
void record_say(const struct record *r, const char *lang, struct text *to);
