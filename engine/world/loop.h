/*
 * loop - the engine's event loop: base/loop.h filled with libevent. The only home of <event2/…>.
 *
 *     loop_run:  wait until something is ready --> call back for all of it --> the hook --> …
 *
 * The hook at the end of a pass is where the engine samples the clocks, steps what came in, then
 * the timers that are due, and makes one commit of it.
 *
 * Layer      adapter: base, libevent.
 * Ownership  The pointer given is a struct loop; loop_free frees it after all watches are freed.
 * Threads    One, but for loop_wake.
 */
#pragma once

#include "base/loop.h"

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* The end of each pass. Set it before loop_run. */
void loop_on_pass(struct loop *l, loop_timer_fn *pass, void *ctx);

/*
 * The one alarm of the loop: let there be a pass in so many milliseconds; -1: none. Replaces the
 * one before. On CLOCK_BOOTTIME: a machine that slept is late by its waking up, not by its sleep.
 */
void loop_alarm_in(struct loop *l, int64_t in_ms);

/*
 * Until loop_stop, which may be called from any callback; the pass is ended with its hook. Called
 * before loop_run it makes that one call the hook and return.
 */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
