/*
 * clock - the two clocks of the engine, sampled once a pass (DESIGN 7).
 *
 * mono_ms is steady: it begins with the database at 0 and goes on across restarts. In the same boot
 * it follows CLOCK_BOOTTIME, which counts a machine's sleep and no adjustment, so a restart of the
 * daemon counts exactly. After another boot the wall clock tells how long the machine was off, but
 * never less than nothing. wall_ms is the machine's UTC.
 *
 * In the demo both run `speed` times as fast, from the moment of the start; when the same boot goes
 * on after a restart, from the last mark.
 *
 * The deciding part (clock_start, clock_step) is pure and gets its samples; only clock_sample looks
 * at the machine.
 *
 * Layer      adapter: base; the mark is core/store_port.h.
 * Threads    One.
 */
#pragma once

#include "base/err.h"
#include "base/time.h"
#include "core/store_port.h"

#include <stdbool.h>
#include <stdint.h>

/* What the machine says. */
struct clock_sample {
    char boot_id[UUID_TEXT];
    int64_t boot_ms; /* CLOCK_BOOTTIME */
    wall_ms wall;    /* CLOCK_REALTIME */
};

struct clock {
    int speed;
    int64_t boot_anchor_ms; /* at this moment of the machine's boot clock … */
    mono_ms mono_anchor;    /* … it was this … */
    wall_ms wall_anchor;    /* … and this; used only with speed > 1 */
    struct clock_sample last;
    mono_ms mono; /* as of the last sample; never goes back */
    wall_ms wall;
};

enum {
    CLOCK_STEP_LEAST_MS = 1000, /* a smaller difference is no step */
};
#define CLOCK_JUMP_MS (30 * MS_DAY)

/* What clock_start and clock_step noticed. */
struct clock_news {
    bool rebooted;   /* the mark is of another boot (clock_start) */
    int64_t off_ms;  /* how long nobody counted, between the mark and now (clock_start) */
    bool jumped;     /* that is over 30 days: alarm before any timer fires (clock_start) */
    int64_t step_ms; /* the wall clock was set by so much, also while nobody ran; 0: it was not */
};

/* mark  where the database left off; NULL for a new one. */
void clock_start(struct clock *c, const struct clock_mark *mark, const struct clock_sample *now,
                 int speed, struct clock_news *ret);
void clock_step(struct clock *c, const struct clock_sample *now, struct clock_news *ret);

/* Real milliseconds until `due`, rounded up: 0 when it has come. For loop_alarm_in. */
int64_t clock_until(const struct clock *c, mono_ms due);

/* To be stored with each batch. */
void clock_mark_now(const struct clock *c, struct clock_mark *ret);

/* Look at the machine. The boot id is read once and kept in *s: pass the last sample. */
enum err clock_sample(struct clock_sample *s, struct why *why) MUST_USE;
