/*
 * planners - the planners of a night: plan/planner.h behind the port of sim/night.h.
 *
 * The same code that runs in the daemon's planner processes, without the processes: a frame is a
 * call, what a planner says goes to its night.
 *
 * Layer      desk: plan, sim.
 * Ownership  planners_new gives, planners_free frees; the night is borrowed, and must be told of
 *            (planners_of) before it begins.
 */
#pragma once

#include "plan/planner.h"
#include "sim/night.h"

struct planners;

/* onlooker: who hears of live turns, but not of what a replay does again; NULL: nobody. Copied. */
struct planners *planners_new(const struct onlooker *onlooker);
void planners_free(struct planners *p);

/* The port for a setup; then, with the night that was made of it. */
struct night_planners planners_port(struct planners *p);
void planners_of(struct planners *p, struct night *night);
