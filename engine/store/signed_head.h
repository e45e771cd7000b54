/*
 * signed_head - where the journal ended at a moment, signed.
 *
 * The chain proves that nothing before its end was changed. It cannot prove the end itself: whoever
 * takes the last rows away leaves a chain that is shorter and whole. So the end is signed now and
 * then (witness.h) and kept at a second place, and the journal must hold what was signed.
 *
 * A line of that place:
 *
 *     {"at":"2026-07-20T07:20:00.000Z","chain":"HEX","gen":1,"key":"ed25519:BASE64","seq":40213,
 *      "sig":"BASE64"}
 *
 * Signed (ed25519) is one line of ASCII, so that any other program can check it, too:
 *
 *     muster-head-1 GEN SEQ CHAIN AT KEY\n
 *
 * The secret key lies beside the database, readable for its owner alone. Who has it can sign
 * whatever he likes from then on, but not take back what the second place holds already.
 *
 * Layer      store, inside: libsodium.
 * Threads    Any; no state.
 * Ownership  Plain values; signing_key_wipe when done with a key.
 */
#pragma once

#include "base/text.h"
#include "base/time.h"
#include "store/stored.h"

enum {
    PUBLIC_KEY_BYTES = 32,
    PUBLIC_KEY_TEXT = 8 + 44 + 1, /* "ed25519:" and base64 */
    SIGNATURE_BYTES = 64,
    SIGNATURE_TEXT = 88 + 1,
    CHAIN_TEXT = 2 * CHAIN_BYTES + 1,
};

struct public_key {
    uint8_t b[PUBLIC_KEY_BYTES];
};

const char *public_key_text(const struct public_key *key, char ret[PUBLIC_KEY_TEXT]);
bool public_key_parse(const char *text, size_t len, struct public_key *ret);

struct signing_key {
    uint8_t secret[64];
    struct public_key public;
};

/* Read the key of a file, or make it where there is none yet: whole or not at all, mode 0600. */
enum err signing_key_make(const char *path, struct signing_key *ret, struct why *why) MUST_USE;
/* ERR_MISSING: there is no such file. */
enum err signing_key_read(const char *path, struct signing_key *ret, struct why *why) MUST_USE;
void signing_key_wipe(struct signing_key *key);
/* Where the key of a database is: beside it. */
void signing_key_path(const char *database, struct text *to);

struct signed_head {
    int64_t gen, seq;
    struct chain chain;
    wall_ms at; /* when it was signed */
    struct public_key key;
    uint8_t signature[SIGNATURE_BYTES];
};

/* Fills in key and signature. */
void signed_head_sign(struct signed_head *h, const struct signing_key *key);
/* Is the signature that of the key which the head names? Whose key that is, the caller knows. */
bool signed_head_holds(const struct signed_head *h);

const char *chain_text(const struct chain *chain, char ret[CHAIN_TEXT]);
const char *signature_text(const struct signed_head *h, char ret[SIGNATURE_TEXT]);

/* The line, with its line feed, into an empty text. */
void signed_head_write(const struct signed_head *h, struct text *to);
/* A line without its line feed. false: it is no head. The signature is not checked here. */
bool signed_head_parse(const char *line, size_t len, struct signed_head *ret);
/* Is it the beginning of a line whose writer died, or whose disk was full? */
bool signed_head_is_torn(const char *line, size_t len);
