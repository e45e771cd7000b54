/*
 * cpu_guard - a planner that computes too long kills itself.
 *
 * A timer on the process's own CPU time, so that a machine that is busy or a process that is
 * stopped never counts against a plan. When it runs out the kernel ends the process with
 * SIGPROF, whatever it is doing: no handler that a plan's endless loop could keep from running. The
 * supervisor reports such a death as cpu_over.
 *
 *     RESTS --cpu_guard_arm--> ARMED --cpu_guard_rest--> RESTS
 *                              ARMED --the time is used up--> the process is gone
 *
 * Layer      adapter: base.
 */
#pragma once

#include "base/err.h"

#include <signal.h>
#include <stdint.h>
#include <time.h>

#define CPU_GUARD_SIGNAL SIGPROF

struct cpu_guard {
    timer_t timer;
};

/* Before the jail: it forbids making timers. */
enum err cpu_guard_init(struct cpu_guard *g, struct why *why) MUST_USE;

/* From now on the process may use so much CPU; an allowance before this one is forgotten. */
void cpu_guard_arm(struct cpu_guard *g, int64_t cpu_ms);
void cpu_guard_rest(struct cpu_guard *g);
