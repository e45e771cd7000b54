/*
 * suggest - what the facts speak for: a level, a lower one, the end.
 *
 * Software proposes, people order (rule R8). After every input that touches an incident its
 * conditions are asked (outlook.h), what has changed is recorded, and the engine's own proposals
 * are opened, amended or withdrawn:
 *
 *     up      the highest level above the one in force whose condition is true. Withdrawn, or
 *             amended downwards, only when its condition is false: unknown keeps it.
 *     down    when the condition of the level in force has been false for lower_after: the highest
 *             level below that is not so, or else the lowest. Unknown withdraws it.
 *     end     when every criterion holds. Unknown withdraws it, and restarts the clock.
 *
 * An order against a suggestion silences it until it is false and true again.
 */
#pragma once

#include "core/state.h"

void suggest_review(struct core *c, struct incident *i);
/* The clock of a mark is over. */
void suggest_held(struct core *c, struct incident *i, struct mark *m);
/* Is every criterion of the end met? The first that is not, in *ret_missing. */
bool criteria_met(const struct core *c, const struct incident *i, const char **ret_missing);
/* What an order goes against: the levels suggested above, and the others, as bits. */
unsigned suggest_against(const struct core *c, const struct incident *i, enum level ordered);
