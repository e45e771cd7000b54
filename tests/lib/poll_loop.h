/*
 * poll_loop - base/loop.h on poll(2), driven by hand: nothing happens but in poll_loop_pump.
 *
 * Timers are kept but fire only by poll_loop_pass_time. Layer: tests.
 */
#pragma once

#include "base/loop.h"

struct poll_loop;

struct poll_loop *poll_loop_new(void);
void poll_loop_free(struct poll_loop *p); /* fails the test when a watch was not freed */
struct loop *poll_loop_port(struct poll_loop *p);

/* Call back for what is ready now; false: nothing was. */
int poll_loop_turn(struct poll_loop *p);
/* Until nothing is ready any more. */
void poll_loop_pump(struct poll_loop *p);
/* Let timers of the next so many milliseconds fire, in their order. */
void poll_loop_pass_time(struct poll_loop *p, int64_t ms);
