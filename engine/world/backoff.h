/*
 * backoff - how long to wait before starting something anew.
 *
 * What dies now and then is started at once; what dies again and again waits longer each time, 5 s
 * at most, for ever. Each death adds one to a level that sinks by one in 2 s.
 *
 * Layer      adapter. Pure: time is an argument.
 */
#pragma once

#include <stdint.h>

enum { BACKOFF_MOST_MS = 5000 };

struct backoff {
    int64_t level_ms; /* deaths, each worth 2 s of quiet */
    int64_t at_ms;
};

/* It died now. returns  ms to wait before the next start. */
int64_t backoff_next(struct backoff *b, int64_t now_ms);
