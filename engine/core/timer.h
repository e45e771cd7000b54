/*
 * timer - what is due next, in the order in which it must happen.
 *
 * An intrusive binary heap on (due, incident, step, id): after an outage overdue timers fire in
 * this order, one by one (DESIGN 7). A timer belongs to the object it is embedded in.
 *
 * Layer      core. Memory: one pointer a timer.
 */
#pragma once

#include "base/id.h"
#include "base/time.h"

#include <stddef.h>

enum timer_kind {
    TIMER_PLAN,     /* owner: struct plan_timer */
    TIMER_CALL,     /* owner: struct call: the rung's time is up */
    TIMER_NOTICE,   /* owner: struct notice: the next attempt */
    TIMER_STALE,    /* owner: struct reading: nobody has reported it for too long */
    TIMER_MARK,     /* owner: struct mark: it has held for its whole time */
    TIMER_ITEM,     /* owner: struct item: due, or to be urged again */
    TIMER_REPORT,   /* owner: struct report: due, or to be urged again */
    TIMER_CADENCE,  /* owner: struct cadence: the next report is opened */
    TIMER_PROPOSAL, /* owner: struct proposal: the next are asked */
    TIMER_DIGEST,   /* owner: struct incident: what has joined it is told */
    TIMER_REOPEN,   /* owner: struct incident: no trigger opens it again any more */
    TIMER_WATCH,    /* owner: struct watch: it has been so for its whole time */
    TIMER_DRILL,    /* owner: struct drill: the next inject */
    TIMER_FETCH,    /* owner: struct fetch: the next try, or its time is up */
    TIMER_OCCASION, /* owner: struct core: an occasion of a standing plan comes */
    TIMER_PLACE,    /* owner: struct endpoint_load: time alone has made room for a message */
    TIMER_PROBE,    /* owner: struct endpoint_load: it is to be asked whether it answers */
    TIMER_UPKEEP,   /* owner: struct core: an item that a plan owes is to be opened */
    TIMER_DUTY,     /* owner: struct core: a shift begins, or the rosters are looked at */
};

struct timer {
    mono_ms due;
    size_t at; /* index in the heap + 1; 0: not set */
    enum timer_kind kind;
    void *owner;
    const struct uuid *incident; /* borrowed from the owner's incident */
    const char *step;            /* borrowed from the owner; "" for none */
    const struct uuid *of;       /* tells apart what shares a step: a notice's id; NULL: none */
};

struct timer_heap {
    struct timer **at;
    size_t count, cap;
};

void timer_set(struct timer_heap *h, struct timer *t, mono_ms due); /* sets or moves */
void timer_clear(struct timer_heap *h, struct timer *t);            /* harmless when not set */
struct timer *timer_first(const struct timer_heap *h);              /* NULL: none */
void timer_heap_done(struct timer_heap *h);
