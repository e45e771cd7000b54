/*
 * decide - one function an input, and the decisions about an incident as a whole.
 */
#pragma once

#include "core/state.h"

/* An answer that came while the turn that made the call was under way. */
void answer_call_early(struct core *c, struct incident *i, const char *step, const char *person);
