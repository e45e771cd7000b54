/*
 * sign - Standard Webhooks 1.0: how a receiver knows that a message is ours.
 *
 * The signed text is `id.timestamp.body`; a signature is "v1," and the base64 of its
 * HMAC-SHA256. With several keys there are several signatures, separated by spaces, so that a key
 * can be changed without a moment in which the receiver knows none. The id stays the same over
 * all attempts, the timestamp is that of the attempt. The courier signs, the demo's phones check.
 *
 * Layer      base: libsodium.
 * Ownership  Plain values; a key holds a secret: sign_key_wipe when done.
 * Source     github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SIGN_KEYS_MAX = 4,
    SIGN_KEY_BYTES_MIN = 24, /* the standard: 24 to 64 random bytes */
    SIGN_KEY_BYTES_MAX = 64,
    SIGN_ID_BYTES_MAX = 128,
    SIGN_TOLERANCE_S = 300, /* as the standard's own libraries have it */
};

struct sign_key {
    uint8_t bytes[SIGN_KEY_BYTES_MAX];
    size_t len;
};

/* "whsec_" and base64; without the prefix too. The key never appears in the sentence. */
enum err sign_key_parse(const char *text, struct sign_key *ret, struct why *why) MUST_USE;
void sign_key_wipe(struct sign_key *key);

/* An id that can be signed: printable ASCII without spaces and full stops. */
bool sign_id_valid(const char *id);

/* Add "v1,… v1,…", one signature a key. unix_s is the time of the attempt. */
void sign_webhook(const struct sign_key *keys, size_t keys_count, const char *id, int64_t unix_s,
                  const void *body, size_t body_bytes, struct text *ret);

/* The headers of a message that came; NULL: there was no such header. */
struct sign_headers {
    const char *id;        /* webhook-id */
    const char *timestamp; /* webhook-timestamp */
    const char *signature; /* webhook-signature */
};

/*
 * Is the message signed with this key, and not older or newer than SIGN_TOLERANCE_S?
 *
 * returns  ERR_DENIED with a sentence that names the header which does not fit. Whether the id was
 *          seen before is for the caller to know.
 */
enum err sign_check(const struct sign_key *key, const struct sign_headers *h, int64_t now_unix_s,
                    const void *body, size_t body_bytes, struct why *why) MUST_USE;
