#include "courier/seal.h"

#include "courier/acs3.h"
#include "courier/fill.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE64_TEXT = 64, TIME_TEXT = 24, NONCE_BYTES = 16 };

/* ---- fields ---- */

static void field_add(const json_t *value, struct text *to)
{
    AUTO_TEXT(json);

    if (json_is_string(value)) {
        url_encode(json_string_value(value), to);
        return;
    }
    json_write(value, &json);
    url_encode(text_str(&json), to);
}

void form_encode(const json_t *table, struct text *to)
{
    const char **keys = json_keys(table, NULL);
    size_t count = 0;

    for (size_t i = 0; keys[i]; i++) {
        if (json_is_null(json_at(table, keys[i])))
            continue;
        text_add(to, count++ ? "&" : "");
        url_encode(keys[i], to);
        text_add_char(to, '=');
        field_add(json_at(table, keys[i]), to);
    }
    free(keys);
}

/* Behind the query that the url has, if any; what stands behind # is never sent. */
static void url_add_query(struct text *url, const json_t *query)
{
    AUTO_TEXT(fields);

    form_encode(query, &fields);
    if (fields.len == 0)
        return;
    url->len = strcspn(text_str(url), "#");
    char last = url->len ? url->at[url->len - 1] : '\0';
    bool has_query = memchr(text_str(url), '?', url->len) != NULL;
    text_add(url, !has_query ? "?" : last == '?' || last == '&' ? "" : "&");
    text_add_bytes(url, fields.at, fields.len);
}

static void body_write(struct parcel *r)
{
    if (!r->fields)
        return;
    if (r->encoding == ENCODING_FORM)
        form_encode(r->fields, &r->made);
    else if (r->encoding == ENCODING_JSON)
        json_write(r->fields, &r->made);
    r->body = text_str(&r->made);
    r->body_bytes = r->made.len;
}

/* ---- schemes ---- */

static void hmac_base64(const char *key, const char *said, char ret[BASE64_TEXT])
{
    crypto_auth_hmacsha256_state hmac;
    uint8_t digest[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&hmac, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&hmac, (const unsigned char *)said, strlen(said));
    crypto_auth_hmacsha256_final(&hmac, digest);
    sodium_memzero(&hmac, sizeof hmac);
    sodium_bin2base64(ret, BASE64_TEXT, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
}

/* Their HMAC has the time and the secret for its key, and nothing for its text. */
static void seal_feishu(struct parcel *r, wall_ms now)
{
    char base64[BASE64_TEXT], at[TIME_TEXT];
    AUTO_TEXT(key);

    snprintf(at, sizeof at, "%" PRId64, now / MS_SECOND);
    text_addf(&key, "%s\n%s", at, r->key);
    hmac_base64(text_str(&key), "", base64);
    sodium_memzero(key.at, key.len);
    json_put_str(r->fields, "timestamp", at);
    json_put_str(r->fields, "sign", base64);
    redact_add(&r->redact, base64);
}

static void seal_dingtalk(struct parcel *r, wall_ms now)
{
    char base64[BASE64_TEXT], at[TIME_TEXT];
    AUTO_TEXT(said);
    AUTO_JSON(query);

    snprintf(at, sizeof at, "%" PRId64, now);
    text_addf(&said, "%s\n%s", at, r->key);
    hmac_base64(r->key, text_str(&said), base64);
    sodium_memzero(said.at, said.len);
    query = json_put_str(json_put_str(json_object(), "timestamp", at), "sign", base64);
    url_add_query(&r->url, query);
    redact_add(&r->redact, base64);
}

static void seal_webhook(const struct parcel *r, wall_ms now, seal_header_fn *add, void *ctx)
{
    AUTO_TEXT(signature);
    char at[TIME_TEXT];
    int64_t unix_s = now / MS_SECOND;

    snprintf(at, sizeof at, "%" PRId64, unix_s);
    sign_webhook(r->keys, r->keys_count, r->notice, unix_s, r->body, r->body_bytes, &signature);
    add(ctx, "webhook-id", r->notice);
    add(ctx, "webhook-timestamp", at);
    add(ctx, "webhook-signature", text_str(&signature));
}

static void seal_basic(struct parcel *r, seal_header_fn *add, void *ctx)
{
    AUTO_TEXT(login);
    AUTO_TEXT(value);

    text_addf(&login, "%s:%s", r->user, r->key);
    size_t room = sodium_base64_ENCODED_LEN(login.len, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = mem_new(room, 1);
    sodium_bin2base64(base64, room, (const unsigned char *)login.at, login.len,
                      sodium_base64_VARIANT_ORIGINAL);
    text_addf(&value, "Basic %s", base64);
    redact_add(&r->redact, base64);
    add(ctx, "authorization", text_str(&value));
    sodium_memzero(base64, room);
    sodium_memzero(login.at, login.len);
    sodium_memzero(value.at, value.len);
    free(base64);
}

static void seal_bearer(const struct parcel *r, seal_header_fn *add, void *ctx)
{
    AUTO_TEXT(value);

    text_addf(&value, "Bearer %s", r->key);
    add(ctx, "authorization", text_str(&value));
    sodium_memzero(value.at, value.len);
}

/* The host with its port, and the path, as they stand in the url; both are to be freed. */
static void url_split(const char *url, char **ret_host, char **ret_path)
{
    const char *host = strstr(url, "://") + 3;
    size_t len = strcspn(host, "/?#");
    const char *login = memchr(host, '@', len);
    struct text path = {0}, name = {0};

    text_add_bytes(&path, host + len, strcspn(host + len, "?#"));
    if (login) {
        len -= (size_t)(login + 1 - host);
        host = login + 1;
    }
    text_add_bytes(&name, host, len);
    *ret_host = text_take(&name);
    *ret_path = text_take(&path);
}

static void seal_aliyun(struct parcel *r, const json_t *query, wall_ms now, seal_header_fn *add,
                        void *ctx)
{
    uint8_t random[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES + 1], *host, *path;
    json_t *value;
    const char *name;
    AUTO_JSON(headers);

    randombytes_buf(random, sizeof random);
    sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
    url_split(text_str(&r->url), &host, &path);
    headers = acs3_headers(&(struct acs3_request){.method = r->method,
                                                  .host = host,
                                                  .path = path,
                                                  .query = query,
                                                  .headers = r->headers,
                                                  .body = r->body,
                                                  .body_bytes = r->body_bytes,
                                                  .id = r->user,
                                                  .key = r->key,
                                                  .nonce = nonce,
                                                  .now = now});
    json_object_foreach(headers, name, value) add(ctx, name, json_string_value(value));
    free(host);
    free(path);
}

/* ---- all of it ---- */

/* What stands behind the url: the channel's own query and, where it wants that, the body. */
static json_t *query_of(const struct parcel *r)
{
    json_t *query = r->query ? json_copy(r->query) : json_object();

    if (!query)
        abort();
    if (r->fields && r->encoding == ENCODING_QUERY)
        json_object_update(query, r->fields);
    return query;
}

static void seal_login(struct parcel *r, seal_header_fn *add, void *ctx)
{
    if (r->scheme == SCHEME_BASIC)
        seal_basic(r, add, ctx);
    else if (r->scheme == SCHEME_BEARER && r->key)
        seal_bearer(r, add, ctx);
}

void seal(struct parcel *r, wall_ms now, seal_header_fn *add, void *ctx)
{
    AUTO_JSON(query);

    if (r->asks) { /* a question has nothing that could be signed */
        seal_login(r, add, ctx);
        return;
    }
    if (r->scheme == SCHEME_FEISHU && r->key)
        seal_feishu(r, now);
    query = query_of(r);
    url_add_query(&r->url, query);
    body_write(r);
    if (r->scheme == SCHEME_DINGTALK && r->key)
        seal_dingtalk(r, now);
    else if (r->scheme == SCHEME_ALIYUN)
        seal_aliyun(r, query, now, add, ctx);
    else if (r->keys_count > 0)
        seal_webhook(r, now, add, ctx);
    else
        seal_login(r, add, ctx);
    redact_add_url(&r->redact, text_str(&r->url));
}
