#include "courier/acs3.h"

#include "courier/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char ALGORITHM[] = "ACS3-HMAC-SHA256";

enum { HEX_TEXT = 2 * crypto_hash_sha256_BYTES + 1 };

static const char *sha256_hex(const void *bytes, size_t len, char ret[HEX_TEXT])
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, bytes, len);
    return sodium_bin2hex(ret, HEX_TEXT, hash, sizeof hash);
}

/* "2026-07-20T02:00:00Z" */
static void date_text(wall_ms now, char ret[RFC3339_TEXT])
{
    rfc3339(now, ret);
    memcpy(strchr(ret, '.'), "Z", 2);
}

/* Those that are signed, by their names in lower case. Gives. */
static json_t *headers_signed(const struct acs3_request *q, const json_t *ours)
{
    json_t *all = json_put_str(json_object(), "host", q->host), *value;
    const char *name;

    json_object_foreach(json_unconst(q->headers), name, value)
    {
        AUTO_TEXT(lower);
        for (const char *c = name; *c; c++)
            text_add_char(&lower, (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c));
        bool wanted = strncmp(text_str(&lower), "x-acs-", 6) == 0 ||
                      strcmp(text_str(&lower), "content-type") == 0;
        if (wanted)
            json_put(all, text_str(&lower), json_incref(value));
    }
    json_object_update(all, json_unconst(ours));
    return all;
}

/* "host;x-acs-action;…" */
static void names_add(const json_t *headers, struct text *to)
{
    const char **names = json_keys(headers, NULL);

    for (size_t i = 0; names[i]; i++)
        text_addf(to, "%s%s", i ? ";" : "", names[i]);
    free(names);
}

static void request_add(const struct acs3_request *q, const json_t *headers, const char *body_hash,
                        struct text *to)
{
    const char **names = json_keys(headers, NULL);

    text_addf(to, "%s\n%s\n", q->method, *q->path ? q->path : "/");
    form_encode(q->query, to);
    text_add_char(to, '\n');
    for (size_t i = 0; names[i]; i++)
        text_addf(to, "%s:%s\n", names[i], json_str_or(headers, names[i], ""));
    text_add_char(to, '\n');
    names_add(headers, to);
    text_addf(to, "\n%s", body_hash);
    free(names);
}

static void hmac_hex(const char *key, const struct text *said, char ret[HEX_TEXT])
{
    crypto_auth_hmacsha256_state hmac;
    uint8_t digest[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&hmac, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&hmac, (const unsigned char *)text_str(said), said->len);
    crypto_auth_hmacsha256_final(&hmac, digest);
    sodium_memzero(&hmac, sizeof hmac);
    sodium_bin2hex(ret, HEX_TEXT, digest, sizeof digest);
}

json_t *acs3_headers(const struct acs3_request *q)
{
    char date[RFC3339_TEXT], body_hash[HEX_TEXT], request_hash[HEX_TEXT], signature[HEX_TEXT];
    json_t *ours = json_object();
    AUTO_JSON(all);
    AUTO_TEXT(request);
    AUTO_TEXT(said);
    AUTO_TEXT(authorization);

    date_text(q->now, date);
    sha256_hex(q->body, q->body_bytes, body_hash);
    json_put_str(ours, "x-acs-content-sha256", body_hash);
    json_put_str(ours, "x-acs-date", date);
    json_put_str(ours, "x-acs-signature-nonce", q->nonce);
    all = headers_signed(q, ours);
    request_add(q, all, body_hash, &request);
    text_addf(&said, "%s\n%s", ALGORITHM,
              sha256_hex(text_str(&request), request.len, request_hash));
    hmac_hex(q->key, &said, signature);
    text_addf(&authorization, "%s Credential=%s,SignedHeaders=", ALGORITHM, q->id);
    names_add(all, &authorization);
    text_addf(&authorization, ",Signature=%s", signature);
    return json_put_str(ours, "authorization", text_str(&authorization));
}
