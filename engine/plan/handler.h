/*
 * handler - `on`, `each`, `every` and `at`: nodes that start a task for each fact, edge or tick.
 *
 *     on     one call a fact, at once, side by side; with `serial` one after the other
 *     each   one call for each place where its condition has become true, which the core says
 *     every  when ticks are due is said in tick.h. A call never overlaps the one before: ticks that
 *            pass meanwhile, or while nothing ran, become one call, at once, which is told how many
 *            it missed
 *     at     one call; then the node is over, and what the call has started lives on
 *
 * An error ends that call only.
 *
 * Layer      plan: a part of a run. Kernel work.
 */
#pragma once

#include "plan/run.h"

/* Start a call for each fact behind the cursor, as far as it may. */
void handler_pump(struct run *r, struct task *on);

/* Start a call for each place that the event names for it. */
void handler_edges(struct run *r, struct task *each, const json_t *ev);

/* Set the timer of the first tick. */
void handler_begin_ticks(struct run *r, struct task *every);
/* The timer has fired. */
void handler_tick(struct run *r, struct task *every);
/* Does an order move its ticks? Then it awaits orders. */
bool handler_follows_level(const struct task *t);
void handler_level(struct run *r, struct task *every);

/* A call below `handler` is over. */
void handler_call_over(struct run *r, struct task *handler);
