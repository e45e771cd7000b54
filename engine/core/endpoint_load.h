/*
 * endpoint_load - what is known of one endpoint. Private to place.c (who waits for it, and what its
 * service takes) and endpoint_watch.c (whether it answers).
 */
#pragma once

#include "core/place.h"

/* Messages that were handed out close to each other, as one: a window has at most WINDOW_PARTS. */
struct handed_part {
    mono_ms since;
    int64_t count;
};

enum { WINDOW_PARTS = 128 };

struct endpoint_load {
    char *endpoint;
    int handed;
    int fetches; /* of plans, under way beside the messages */
    int waiting;
    struct notice_queue queue[RANKS];
    void *mailboxes;    /* tsearch by person: who has messages that wait, also for a time */
    struct timer timer; /* time alone makes room then */
    struct uuid nobody; /* whose incident the timers are */

    /* whether it answers (endpoint_watch.h) */
    struct timer probe;  /* it is asked then */
    mono_ms asked_at;    /* a probe is under way since; 0: none is */
    int unanswered;      /* probes in a row */
    mono_ms answered;    /* the last time that it did; 0: not in this life */
    wall_ms answered_at; /* the same */
    char *why;           /* what it said, or did not say, last; NULL. It stands in no row */

    /* kept */
    struct handed_part *window; /* the oldest first */
    size_t window_count, window_cap;
    mono_ms paused_until;
    wall_ms paused_to;  /* the same, by the clock as it was then */
    wall_ms down_since; /* 0: it is not */
    char *down_class;   /* "connect", "timeout", … */
    bool dirty;
};

struct endpoint_load *load_find(const struct core *c, const char *endpoint); /* NULL */
struct endpoint_load *load_of(struct core *c, const char *endpoint);
