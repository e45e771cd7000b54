/*
 * tick - when `every` and `at` are due.
 *
 *     a period      tick k is due k periods after the start: no drift
 *     times of day  by the clocks of the site's zone, by the rule that the incident keeps
 *     by level      the interval of the level in force, or of the next lower one that has one,
 *                   after the last tick; a change of level counts at once. Where there is no level,
 *                   or none so low has an interval, it waits, and begins anew when there is one
 *     once          `at`: one moment
 *
 * Periods and intervals count on the steady clock, times of day on the wall clock of the turn: a
 * timer that fires before the clocks show its time (they were set back) is set again. Ticks that
 * pass while a call runs, or while nothing ran, become one, which is told how many were missed; a
 * tick that is due only because the interval became shorter has missed none.
 *
 * Layer      plan: a part of a run.
 */
#pragma once

#include "plan/run.h"

enum { TICK_TIMES_MAX = 48 };

enum tick_kind { TICK_PERIOD, TICK_TIMES, TICK_LEVEL, TICK_ONCE };

struct ticks {
    enum tick_kind kind;
    int64_t number; /* of the last one; the first is 1 */
    mono_ms fires;  /* when the timer that is set will fire */

    int64_t period_ms; /* PERIOD */
    mono_ms began;

    int minutes[TICK_TIMES_MAX]; /* TIMES: of the day */
    size_t count;
    wall_ms due; /* TIMES, ONCE */

    int64_t by_level[LEVEL_END]; /* LEVEL: 0: as the level below */
    int64_t interval_ms;         /* that counts now; 0: it waits */
    mono_ms last;
};

/* Begin with now. The kind and what it needs are set. */
void ticks_begin(const struct run *r, struct ticks *t);

/*
 * How long until the next tick, 0 when it is due.
 *
 * returns  false: it waits for a level.
 */
bool ticks_wait(const struct run *r, struct ticks *t, int64_t *ret_ms);

/* The tick is taken: its number is t->number now. returns how many it has missed. */
int64_t ticks_take(const struct run *r, struct ticks *t);

/* The rule of the zone that the incident keeps. */
const char *ticks_rule(const struct run *r);
