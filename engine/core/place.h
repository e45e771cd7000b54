/*
 * place - room for attempts: at most cfg.attempts_max at once, `at_once` an endpoint; who finds no
 * room waits in a queue.
 *
 * Each endpoint has two queues, calls before the rest, and behind them the same two of drills. A
 * place that becomes free goes to the call that has waited longest, whatever its endpoint; so a
 * slow endpoint never keeps another waiting, and the cost of a hand-out grows with the endpoints,
 * not with the messages.
 *
 * All of it is volatile: a restart makes it anew from the states of the notices.
 */
#pragma once

#include "core/state.h"

/* Is there room, and does nobody wait who comes before a message of this step? */
bool place_free(struct core *c, const char *endpoint, const char *step, bool drill);
void place_take(struct core *c, struct notice *n);
void place_leave(struct core *c, struct notice *n);

/* How many fetches of plans (fetch.h) are under way there, after so many more. They take no place
 * of a message: whoever must be called never waits for them. */
int place_of_fetches(struct core *c, const char *endpoint, int change);

void place_enqueue(struct core *c, struct notice *n); /* harmless when it waits already */
void place_dequeue(struct core *c, struct notice *n); /* harmless when it does not */

/* When the message was written that is first in its queue and oldest; 0: no queue has any. */
wall_ms place_oldest(const struct core *c);
/* The next to be handed out; NULL: nobody waits, or there is no room. */
struct notice *place_next(struct core *c);
/* One that waits for an endpoint which the site does not have any more; NULL: none. */
struct notice *place_gone(struct core *c);

void places_done(struct core *c);
