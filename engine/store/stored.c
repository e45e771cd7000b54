#include "store/stored.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

struct uuid column_uuid(sqlite3_stmt *stmt, int column)
{
    struct uuid u = {{0}};
    const void *blob = sqlite3_column_blob(stmt, column);
    if (blob && sqlite3_column_bytes(stmt, column) == sizeof(u.b))
        memcpy(u.b, blob, sizeof(u.b));
    return u;
}

/* "" for an empty column, NULL only for SQL's NULL. */
static const char *column_str(sqlite3_stmt *stmt, int column, size_t *ret_len)
{
    const char *s = (const char *)sqlite3_column_text(stmt, column);
    *ret_len = s ? (size_t)sqlite3_column_bytes(stmt, column) : 0;
    return s;
}

void stored_read(sqlite3_stmt *stmt, struct stored *ret)
{
    *ret = (struct stored){
        .seq = sqlite3_column_int64(stmt, 0),
        .has_incident = sqlite3_column_type(stmt, 1) != SQLITE_NULL,
        .incident = column_uuid(stmt, 1),
        .at_ms = sqlite3_column_int64(stmt, 2),
    };
    ret->kind = column_str(stmt, 3, &ret->kind_len);
    ret->actor = column_str(stmt, 4, &ret->actor_len);
    ret->body = column_str(stmt, 5, &ret->body_len);
    ret->chain = sqlite3_column_blob(stmt, 6);
    if (sqlite3_column_bytes(stmt, 6) != CHAIN_BYTES)
        ret->chain = NULL;
}

/* ---- the chain ---- */

static void hash_part(crypto_hash_sha256_state *h, const void *bytes, size_t len)
{
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)len >> (8 * i));
    crypto_hash_sha256_update(h, prefix, sizeof(prefix));
    if (len)
        crypto_hash_sha256_update(h, bytes, len);
}

static void hash_number(crypto_hash_sha256_state *h, int64_t value)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)value >> (8 * i));
    hash_part(h, b, sizeof(b));
}

struct chain chain_next(const struct chain *before, const struct stored *s)
{
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    hash_part(&h, before->b, sizeof(before->b));
    hash_number(&h, s->seq);
    hash_part(&h, s->incident.b, s->has_incident ? sizeof(s->incident.b) : 0);
    hash_number(&h, s->at_ms);
    hash_part(&h, s->kind, s->kind_len);
    hash_part(&h, s->actor, s->actor_len); /* never empty: canonical JSON, or absent */
    hash_part(&h, s->body, s->body_len);

    struct chain next;
    crypto_hash_sha256_final(&h, next.b);
    return next;
}

/* ---- records ---- */

static bool is_canonical(const json_t *value, const char *bytes, size_t len)
{
    AUTO_TEXT(again);
    json_write(value, &again);
    return again.len == len && memcmp(again.at, bytes, len) == 0;
}

/* Read one JSON column; `what` for the sentence. */
static enum err read_json(const struct stored *s, const char *bytes, size_t len, const char *what,
                          json_t **ret, bool *canonical, struct why *why)
{
    if (!bytes)
        return why_set(why, ERR_CORRUPT, "seq %" PRId64 ": the %s is missing", s->seq, what);
    enum err e = json_read_own(bytes, len, ret, why);
    if (!e && !json_is_object(*ret))
        e = why_set(why, ERR_CORRUPT, "it is no object");
    if (e)
        return why_add(why, ERR_CORRUPT, "seq %" PRId64 ": the %s", s->seq, what);
    if (canonical && !is_canonical(*ret, bytes, len))
        *canonical = false;
    return ERR_OK;
}

static enum err open_sealed(const struct stored *s, const struct seal_key *key, struct record *r,
                            const char *base64, size_t len, struct why *why)
{
    const struct seal_place place = {.seq = s->seq,
                                     .at_ms = s->at_ms,
                                     .mono = r->mono,
                                     .kind = s->kind,
                                     .kind_len = s->kind_len};
    AUTO_TEXT(plain);
    if (!unseal_record(key, &place, base64, len, &plain))
        return why_set(why, ERR_CORRUPT,
                       "seq %" PRId64 ": its sealed part does not open with the incident's key",
                       s->seq);
    return read_json(s, text_str(&plain), plain.len, "sealed part", &r->sealed, NULL, why);
}

/* Take the store's own members out of the body, and open the seal. */
static enum err own_members(const struct stored *s, const struct seal_key *key, struct record *r,
                            bool *ret_sealed, struct why *why)
{
    const json_t *mono = json_at(r->body, "mono");
    if (!json_is_integer(mono))
        return why_set(why, ERR_CORRUPT, "seq %" PRId64 ": the body has no \"mono\"", s->seq);
    r->mono = json_integer_value(mono);
    json_object_del(r->body, "mono");

    const json_t *sealed = json_at(r->body, "sealed");
    *ret_sealed = sealed != NULL;
    r->purged = sealed && !key;
    if (!sealed)
        return ERR_OK;
    enum err e = ERR_OK;
    if (!json_is_string(sealed))
        e = why_set(why, ERR_CORRUPT, "seq %" PRId64 ": \"sealed\" is no string", s->seq);
    else if (key)
        e = open_sealed(s, key, r, json_string_value(sealed), json_string_length(sealed), why);
    json_object_del(r->body, "sealed");
    return e;
}

enum err stored_record(const struct stored *s, const struct seal_key *key, struct record **ret,
                       struct stored_facts *ret_facts, struct why *why)
{
    struct stored_facts unasked;
    struct stored_facts *facts = ret_facts ? ret_facts : &unasked;
    enum record_kind kind;
    if (!s->kind || !record_kind_parse(s->kind, &kind))
        return why_set(why, ERR_CORRUPT,
                       "seq %" PRId64 ": the kind \"%.40s\" is not known to this version", s->seq,
                       s->kind ? s->kind : "");
    *facts = (struct stored_facts){.canonical = true};
    bool *canonical = ret_facts ? &facts->canonical : NULL;

    struct record *r = record_new(kind, s->incident);
    r->seq = s->seq;
    r->at_ms = s->at_ms;
    json_decref(r->body);
    r->body = NULL;
    enum err e = read_json(s, s->body, s->body_len, "body", &r->body, canonical, why);
    if (!e && s->actor)
        e = read_json(s, s->actor, s->actor_len, "actor", &r->actor, canonical, why);
    if (!e)
        e = own_members(s, key, r, &facts->sealed, why);
    if (e) {
        record_unref(r);
        return e;
    }
    *ret = r;
    return ERR_OK;
}

/* ---- projections ---- */

static enum err row_why(const struct row *r, struct why *why)
{
    static const char *const names[ROW_KINDS] = {"incident", "notice", "key",    "meta", "access",
                                                 "fact",     "item",   "report", "duty"};
    return why_add(why, ERR_CORRUPT,
                   "%s %s: its projection cannot be read (muster journal rebuild makes all of them "
                   "again)",
                   names[r->kind], r->id);
}

static enum err row_body(const char *bytes, size_t len, struct row *ret, struct why *why)
{
    enum err e = json_read_own(bytes, len, &ret->body, why);
    if (!e && !json_is_object(ret->body))
        e = why_set(why, ERR_CORRUPT, "the body is no object");
    return e ? row_why(ret, why) : ERR_OK;
}

static enum err row_blob(const char *blob, size_t len, const struct seal_key *key, struct row *ret,
                         struct why *why)
{
    if (len > 0 && blob[0] == BODY_PLAIN)
        return row_body(blob + 1, len - 1, ret, why);
    if (!key)
        return ERR_OK;
    AUTO_TEXT(plain);
    if (len == 0 || blob[0] != BODY_SEALED || !unseal_body(key, blob + 1, len - 1, &plain)) {
        why_set(why, ERR_CORRUPT, "the body does not open with the incident's key");
        return row_why(ret, why);
    }
    return row_body(text_str(&plain), plain.len, ret, why);
}

static char *row_str(sqlite3_stmt *stmt, int column)
{
    return mem_str((const char *)sqlite3_column_text(stmt, column));
}

enum err stored_row(sqlite3_stmt *stmt, enum row_kind kind, const struct seal_key *key,
                    struct row *ret, struct why *why)
{
    *ret = (struct row){
        .kind = kind,
        .incident = column_uuid(stmt, ROW_OF),
        .open = sqlite3_column_int(stmt, ROW_OPEN) != 0,
        .drill = sqlite3_column_int(stmt, ROW_DRILL) != 0,
        .plan = row_str(stmt, ROW_PLAN),
        .state = row_str(stmt, ROW_STATE),
    };
    enum err e = ERR_OK;
    char id[UUID_TEXT];
    bool has_uuid =
        kind == ROW_INCIDENT || kind == ROW_NOTICE || kind == ROW_ITEM || kind == ROW_REPORT;
    ret->id = has_uuid ? mem_str(uuid_text(column_uuid(stmt, ROW_ID), id)) : row_str(stmt, ROW_ID);
    if (has_uuid || kind == ROW_FACT || kind == ROW_DUTY) {
        const char *blob = sqlite3_column_blob(stmt, ROW_BODY);
        if (blob)
            e = row_blob(blob, (size_t)sqlite3_column_bytes(stmt, ROW_BODY), key, ret, why);
    } else {
        size_t len = 0;
        const char *body = column_str(stmt, ROW_BODY, &len);
        e = row_body(body ? body : "", len, ret, why);
    }
    if (e)
        row_done(ret);
    return e;
}
