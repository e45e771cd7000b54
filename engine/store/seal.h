/*
 * seal - what is personal in a row, under the key of its incident (rule R11).
 *
 * Each incident has a key of 32 random bytes in the vault. The sealed part of a record and the body
 * of a projection are boxed with it (libsodium secretbox: XSalsa20, Poly1305). Destroying the key
 * purges them all at once, also in every copy of the file; the chain is over the boxed bytes and
 * still verifies.
 *
 * Nonces. No two different texts may ever meet the same key and nonce, and nothing here is random,
 * so that the same row always gives the same bytes.
 *  - Of a record: a keyed hash of seq, kind, wall and steady time. seq alone is unique among the
 *    rows of a journal, but not among all that was ever written to the disk: a batch that did not
 *    reach its commit before a crash leaves bytes behind, and its seqs are given again. The steady
 *    clock never stands still between two lives, so that the four together come once. They are
 *    columns of the row: nothing has to be stored, and a box moved to another row does not open.
 *  - Of a projection: it is written many times under one id, so the nonce is a keyed hash of the id
 *    and the text itself, and stands in front of the box. The same text twice gives the same box,
 *    which tells a reader of the file no more than that the object did not change.
 *
 * Layer      store: libsodium.
 * Threads    Any; no state.
 * Errors     Opening says false: another key, or bytes that are not what was written.
 */
#pragma once

#include "base/id.h"
#include "base/text.h"
#include "core/row.h"

#include <stdbool.h>
#include <stdint.h>

enum { SEAL_KEY_BYTES = 32 };

struct seal_key {
    uint8_t b[SEAL_KEY_BYTES];
};

/* Where the sealed part of a record belongs. */
struct seal_place {
    int64_t seq;
    int64_t at_ms;
    int64_t mono;
    const char *kind;
    size_t kind_len;
};

void seal_key_make(struct seal_key *ret);

/* Adds the base64 of the box to `to`. */
void seal_record(const struct seal_key *key, const struct seal_place *place, const char *plain,
                 size_t len, struct text *to);
/* Adds the plain text to `to`. */
bool unseal_record(const struct seal_key *key, const struct seal_place *place, const char *base64,
                   size_t len, struct text *to);

/* Adds nonce and box to `to`. */
void seal_body(const struct seal_key *key, enum row_kind kind, struct uuid id, const char *plain,
               size_t len, struct text *to);
bool unseal_body(const struct seal_key *key, const void *box, size_t len, struct text *to);
