/*
 * once - an Idempotency-Key: whoever sends a trigger or an order again because no reply came gets
 * the reply of the first time, and no second incident or order. Only the state in it is that of
 * now: nobody is told that an incident is open which has been closed meanwhile.
 *
 *     free --a request is accepted under it: once_apply--> BINDS
 *     BINDS --24 h, or ONCE_KEYS_MAX younger ones--> free
 *
 * It names a request and says nothing of the world; a dedup key names what is going on, and binds
 * while its incident is open. So this one binds on when the incident is closed, and other content
 * under it is refused instead of taken for news. A refused request binds nothing: it may be sent
 * again as it is. Keys bind per principal, and apart for drills (rule R6).
 *
 * No trigger is refused for want of a place: with ONCE_KEYS_MAX bound, the oldest gives way. What
 * is over goes with the triggers that come later, a few at each, so that the state stays what the
 * records make of it.
 *
 * Layer      core: pure.
 * Ownership  The keys are struct dedup, in the index of the core like the others.
 */
#pragma once

#include "core/state.h"

#define ONCE_MS (24 * MS_HOUR)

/* The request under decision has a key that binds: it is answered or refused. false: it is new. */
bool once_repeat(struct core *c);
/* Its key, if it has one, into the sealed part of the record that accepts it. */
void once_put(const struct core *c, json_t *sealed);
/* The same for a record that has no digest of its own. */
void once_put_in(const struct core *c, json_t *body, json_t *sealed);
/* The trigger changed nothing of the incident: its key, if it has one, gets a record of its own. */
void once_keep(struct core *c, struct incident *i);

/* A request was accepted: its key binds from now on, and keys that are over go. */
void once_apply(struct core *c, const struct record *r);

/* Nothing of this incident is kept any more: its keys are free. */
void once_forget(struct core *c, struct uuid incident);

/* The members of the key's row, and back. All are loaded before once_load_end. */
void once_to_row(const struct dedup *d, struct text *body);
void once_from_row(struct core *c, struct dedup *d, const json_t *body);
void once_load_end(struct core *c);
