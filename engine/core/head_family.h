/*
 * head_family - what the head of a plan says about incidents that belong together: which triggers
 * join one that is open, who may open it, and how long it can be opened again. A part of head.h.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

struct plan_head;

/*
 * What of this trigger must be equal, so that it joins an open incident of the plan.
 *
 * trigger  Its fields: kind, source, event, key, place, labels, fields.
 * returns  Gives {"place.district":"chengdong"}; NULL: the plan has no one_per, or the trigger
 *          lacks one of the values. What is not known is equal to nothing: such a trigger opens an
 *          incident of its own.
 */
json_t *plan_head_same(const struct plan_head *h, const json_t *trigger);

int64_t plan_head_digest_ms(const struct plan_head *h);        /* 0: each join is told at once */
int64_t plan_head_reopen_within_ms(const struct plan_head *h); /* 0: what is over stays over */
bool plan_head_parent_only(const struct plan_head *h);         /* no trigger opens it */
