/*
 * digest - what has to wait for one person at one endpoint goes out as one message.
 *
 * Whoever was without a network for an hour, or whose chat takes 20 messages a minute, needs a list
 * and no bell that rings forty times. When a message comes to its turn that was written more than
 * five seconds ago, all others that wait there for the same person go with it:
 *
 *     1. 7号站超警：水位 4.9 m（确认码 4821，https://muster.example/a/…）
 *     2. …
 *
 * by the channel's variant `digest`, else in the place of {text}. Each stays a message of its own:
 * its record says with how many others it went, its link and its code answer it alone, and it is
 * sent, tried again, or goes by the next contact as what came of the digest says. A call of an
 * incident at level I or II always goes by itself, and so does what is of a drill: it is to look as
 * it would.
 *
 * A digest has an id of its own. Its body is recorded nowhere: each line belongs to an incident of
 * its own, and goes when that is purged (rule R11). It is made again of what its messages say, and
 * compared with a sum of what was sent: the same id has the same body (rule R5). Where it cannot be
 * the same any more (one of them is not needed, the channel is another), they go out as others do.
 *
 * Ownership  A digest is there as long as messages name it; it holds nothing that they do not.
 */
#pragma once

#include "core/state.h"

enum { DIGEST_MOST = 20, DIGEST_AFTER_MS = 5 * 1000 };

struct digest {
    struct uuid id;
    LIST_HEAD(, notice) notices;
};

/* It has come to its turn: hand it out together with others. false: it goes alone. */
bool digest_hand(struct core *c, struct notice *n);
/* What of a digest the record of one of its messages says. Passes body on. */
json_t *digest_word(const struct notice *n, json_t *body);
/* Those that went out as this one, oldest first. Gives an array (free()); empty: no such digest. */
size_t digest_notices(const struct core *c, struct uuid id, struct notice ***ret);

struct notice *digest_lead(const struct core *c, struct uuid id); /* NULL: no such digest */

/* As the record of a hand-out says; as a row says. */
void digest_apply(struct core *c, struct notice *n, const struct record *r);
void digest_to_row(const struct notice *n, struct text *to);
void digest_from_row(struct core *c, struct notice *n, const json_t *row);
void digest_leave(struct core *c, struct notice *n);
