/*
 * level_scope - plan.level.X and plan.recover: scopes that begin and end with orders.
 *
 * The body of a level runs while the level in force is its own or a higher one; what it starts
 * belongs to it, and ends with it. Returning ends nothing. An order is taken in this sequence
 * (PLAN-LANGUAGE 2): scopes to be left end, highest first; the others see the fact `order`; new
 * ones begin, lowest first. With the order to terminate all of them end, and plan.respond, too;
 * then plan.recover runs.
 *
 *     order IV -> II:  starts III, then II      II -> IV: ends II, then III
 *
 * Layer      plan: a part of a run.
 */
#pragma once

#include "plan/run.h"

/* Does the plan have a body that an order could begin or end? Then it awaits orders. */
bool level_scopes_any(const struct run *r);

/* Before what an order wakes, and after it. Events that are no order of this kind do nothing. */
void level_scopes_leave(struct run *r, const json_t *ev);
void level_scopes_enter(struct run *r, const json_t *ev);
