/*
 * suggest - what the facts speak for: a level, a lower one, the end.
 *
 * Software proposes, people order (rule R8). After every input that touches an incident its
 * conditions are asked (outlook.h), what has changed is recorded, and the engine's own proposals
 * are opened, amended or withdrawn:
 *
 *     up      the highest level above the one in force whose condition is true. Withdrawn, or
 *             amended downwards, only when its condition is false: unknown keeps it.
 *     down    when the condition of the level in force has been false for lower_after, and none
 *             above it is true, or asks for something that has gone silent: the highest level below
 *             that is not so, or else the lowest. Unknown withdraws it.
 *     end     when every criterion holds. Unknown withdraws it, and restarts the clock.
 *
 * An order against a suggestion, by somebody who might have ordered what was suggested, silences it
 * until its condition is false, as far as anything was ever reported, and true again; a gauge that
 * has gone silent says neither. An order that only renews the level in force is against none above.
 */
#pragma once

#include "core/state.h"

/* Another site is in force: what its stations say of the facts that are known. */
void suggest_review_all(struct core *c);
void suggest_review(struct core *c, struct incident *i);
/* The clock of a mark is over. */
void suggest_held(struct core *c, struct incident *i, struct mark *m);
/* The criteria of the end that are not met, by their ids. Gives a list. */
json_t *criteria_missing(const struct core *c, const struct incident *i);
/*
 * What is not to be suggested after an order of this level, as bits of response.silenced.
 *
 * by  Who ordered it; NULL: nobody who could have ordered more.
 */
unsigned suggest_against(const struct core *c, const struct incident *i, enum level ordered,
                         const char *by);
