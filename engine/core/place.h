/*
 * place - room for attempts: at most cfg.attempts_max at once, `at_once` an endpoint, and no more
 * in a time than its service takes; who finds no room waits in a queue.
 *
 * Each endpoint has a queue a rank, and behind them the same ones of drills:
 *
 *     first    the first messages of an incident: nobody knows of it yet
 *     grave    calls of an incident at level I or II
 *     call     all other calls, and orders that somebody is asked to give
 *     news     what else an incident at level I or II sends
 *     plan     what plans send
 *     own      the engine's own: alarms, what items and reports say
 *
 * A place that becomes free goes to the best rank, in it to whoever has waited longest, whatever
 * the endpoint; so a slow endpoint never keeps another waiting, and the cost of a hand-out grows
 * with the endpoints, not with the messages. The last quarter of all places is
 * for endpoints that have few: one that takes many at once, and hangs, leaves room.
 *
 * `rate` of an endpoint, "20/1m", is a window, not a bucket: never more than 20 in any minute. A
 * bucket that is full would let twice as many through in its first minute, and a service that is
 * asked too much shuts its door for all. A fifth of it, at least one, is kept for first, grave and
 * news: what can wait never takes it. A service that says by itself that it is too much
 * (endpoint_paused) is left alone until it said, by all messages.
 *
 * What was handed out in the window, and a pause, are kept (a row "endpoint/NAME"): a restart does
 * not begin with a window that is empty. The rest is volatile: a restart makes it anew from the
 * states of the notices.
 */
#pragma once

#include "core/state.h"

enum place_rank {
    RANK_FIRST,
    RANK_GRAVE,
    RANK_CALL,
    RANK_NEWS,
    RANK_PLAN,
    RANK_OWN,
    RANKS_OF_ONE,
    RANKS = 2 * RANKS_OF_ONE /* the second half: of drills */
};

/* What of a message counts for its rank. */
struct place_claim {
    bool first; /* of its incident */
    bool asks;  /* it calls, or asks for an order */
    bool own;   /* the engine's own */
};

enum { FIRST_OF_INCIDENT = 5, RESERVE_PART = 5 };

enum place_rank place_rank(const struct incident *i, struct place_claim claim);
/* Is there room, and does nobody wait who comes before it or is of its rank? */
bool place_free(struct core *c, const char *endpoint, enum place_rank rank);
void place_take(struct core *c, struct notice *n);
void place_leave(struct core *c, struct notice *n); /* harmless when it has none */
/* The time that the endpoint's rate counts by, for the record of a hand-out; 0: it has none. */
int64_t place_rate_ms(const struct core *c, const char *endpoint);
/* "rate": "20/1m", where it has one. */
void place_rate_put(const struct core *c, const char *endpoint, json_t *one);
/* A message was handed out, as this record says. */
void place_apply_handed(struct core *c, const char *endpoint, const struct record *r);

/* The service wants to be left alone until then. */
void place_pause(struct core *c, const char *endpoint, mono_ms until, const json_t *result);
mono_ms place_paused_until(const struct core *c, const char *endpoint);
void place_apply_paused(struct core *c, const struct record *r);

/* How many fetches of plans (fetch.h) are under way there, after so many more. They take no place
 * of a message: whoever must be called never waits for them. */
int place_of_fetches(struct core *c, const char *endpoint, int change);

void place_enqueue(struct core *c, struct notice *n); /* harmless when it waits already */
void place_dequeue(struct core *c, struct notice *n); /* harmless when it does not */
/* Those that wait for the same person at the same endpoint, for a place or for their time. */
void place_mail_enter(struct core *c, struct notice *n); /* harmless, as above */
void place_mail_leave(struct notice *n);
size_t place_mail(const struct notice *n, struct notice ***ret); /* itself, too. Gives an array */
/* The level of its incident is another: who waits keeps the time, and not the rank. */
void place_rank_again(struct core *c, struct incident *i);

/* Who waits at this endpoint, in the order of their going. Gives an array (free()). */
size_t place_waiting(const struct core *c, const char *endpoint, struct notice ***ret);

/* When the message was written that is first in its queue and oldest; 0: no queue has any. */
wall_ms place_oldest(const struct core *c);
/* The next to be handed out; NULL: nobody waits, or there is no room. */
struct notice *place_next(struct core *c);
/* One that waits although there has been room for it since then; NULL: as it should be. */
struct notice *place_stuck(const struct core *c, mono_ms since);
/* One that waits for an endpoint which the site does not have any more; NULL: none. */
struct notice *place_gone(struct core *c);
/* Nothing more can be handed out now: wake up when time alone makes room. */
void place_wait(struct core *c);

/* Rows of those endpoints of which something is kept; of those whose row is another now. */
typedef void place_row_fn(void *ctx, struct row row);
void place_rows(const struct core *c, place_row_fn *add, void *ctx);
void place_dirty_rows(struct core *c, place_row_fn *add, void *ctx);
bool place_from_row(struct core *c, const struct row *r); /* false: it is no row of an endpoint */

void places_done(struct core *c);
