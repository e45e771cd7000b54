#include "base/sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_TEXT = 64 }; /* base64 of 32 bytes is 44 characters */

static bool base64_read(const char *text, int variant, struct sign_key *ret)
{
    return sodium_base642bin(ret->bytes, sizeof ret->bytes, text, strlen(text), NULL, &ret->len,
                             NULL, variant) == 0;
}

enum err sign_key_parse(const char *text, struct sign_key *ret, struct why *why)
{
    const char *base64 = strncmp(text, "whsec_", 6) == 0 ? text + 6 : text;

    if (!base64_read(base64, sodium_base64_VARIANT_ORIGINAL, ret) &&
        !base64_read(base64, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, ret)) {
        sign_key_wipe(ret);
        return why_set(why, ERR_CONFIG,
                       "a key is not \"whsec_\" and base64 of %d to %d bytes; make one with: "
                       "echo \"key=whsec_$(head -c 32 /dev/urandom | base64)\"",
                       SIGN_KEY_BYTES_MIN, SIGN_KEY_BYTES_MAX);
    }
    if (ret->len < SIGN_KEY_BYTES_MIN) {
        sign_key_wipe(ret);
        return why_set(why, ERR_CONFIG,
                       "a key is shorter than %d bytes; make one with: "
                       "echo \"key=whsec_$(head -c 32 /dev/urandom | base64)\"",
                       SIGN_KEY_BYTES_MIN);
    }
    return ERR_OK;
}

void sign_key_wipe(struct sign_key *key)
{
    sodium_memzero(key, sizeof *key);
}

bool sign_id_valid(const char *id)
{
    size_t len = strlen(id);

    if (len == 0 || len > SIGN_ID_BYTES_MAX)
        return false;
    for (const char *c = id; *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == '.')
            return false;
    }
    return true;
}

static void signature_add(const struct sign_key *key, const char *head, const void *body,
                          size_t body_bytes, struct text *ret)
{
    crypto_auth_hmacsha256_state hmac;
    uint8_t digest[crypto_auth_hmacsha256_BYTES];
    char base64[SIGNATURE_TEXT];

    crypto_auth_hmacsha256_init(&hmac, key->bytes, key->len);
    crypto_auth_hmacsha256_update(&hmac, (const unsigned char *)head, strlen(head));
    crypto_auth_hmacsha256_update(&hmac, body, body_bytes);
    crypto_auth_hmacsha256_final(&hmac, digest);
    sodium_memzero(&hmac, sizeof hmac);

    sodium_bin2base64(base64, sizeof base64, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
    text_add(ret, ret->len ? " v1," : "v1,");
    text_add(ret, base64);
}

void sign_webhook(const struct sign_key *keys, size_t keys_count, const char *id, int64_t unix_s,
                  const void *body, size_t body_bytes, struct text *ret)
{
    char head[SIGN_ID_BYTES_MAX + 32];

    snprintf(head, sizeof head, "%s.%" PRId64 ".", id, unix_s);
    for (size_t i = 0; i < keys_count; i++)
        signature_add(&keys[i], head, body, body_bytes, ret);
}

/* ---- checking ---- */

/* Plain digits, as many as a time can have. */
static bool timestamp_parse(const char *text, int64_t *ret)
{
    size_t len = strlen(text);

    if (len == 0 || len > 15 || strspn(text, "0123456789") != len)
        return false;
    *ret = strtoll(text, NULL, 10);
    return true;
}

/* One of "v1,… v1,… v1a,…" is ours. All are compared, each in the same time. */
static bool signature_among(const char *given, const char *ours)
{
    size_t len = strlen(ours);
    bool found = false;

    while (*given) {
        size_t word = strcspn(given, " ");

        if (word == len && sodium_memcmp(given, ours, len) == 0)
            found = true;
        given += word;
        given += strspn(given, " ");
    }
    return found;
}

enum err sign_check(const struct sign_key *key, const struct sign_headers *h, int64_t now_unix_s,
                    const void *body, size_t body_bytes, struct why *why)
{
    int64_t at = 0;
    AUTO_TEXT(ours);

    if (!h->id || !sign_id_valid(h->id))
        return why_set(why, ERR_DENIED, "webhook-id is missing or is no id");
    if (!h->timestamp || !timestamp_parse(h->timestamp, &at))
        return why_set(why, ERR_DENIED, "webhook-timestamp is missing or is no time");
    if (at < now_unix_s - SIGN_TOLERANCE_S || at > now_unix_s + SIGN_TOLERANCE_S)
        return why_set(why, ERR_DENIED,
                       "webhook-timestamp is more than %d s from now; set the clocks",
                       SIGN_TOLERANCE_S);
    sign_webhook(key, 1, h->id, at, body, body_bytes, &ours);
    if (!h->signature || !signature_among(h->signature, text_str(&ours)))
        return why_set(why, ERR_DENIED, "webhook-signature is missing or does not fit the message");
    return ERR_OK;
}
