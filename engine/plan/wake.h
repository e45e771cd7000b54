/*
 * wake - whom an event wakes, and what the plan awaits.
 *
 * Layer      plan: a part of a run. Kernel work.
 */
#pragma once

#include "plan/run.h"

/*
 * Make ready whoever waits for a name or a step of the event, in the order in which they began to
 * wait. A step that nobody waits for any more is ignored.
 */
void wake_by_event(struct run *r, const json_t *ev);

/* {"names":[…],"steps":[…]}, each sorted, each once: what would wake somebody. Gives. */
json_t *wake_awaits(const struct run *r);

/* Does the event end a call: an answer or its expiry? */
bool wake_ends_call(const json_t *ev);
