/*
 * engine_keyring - the secrets of keys and sessions: made here, told once, known by their hash.
 *
 *     key_create ──► a secret ──hash──► the store, with the record key_created
 *                       └──► the reply, once that is durable; after it nobody has it but its owner
 *     a request  ──► SHA-256 ──► principal ──► the core: in force? what may it do?
 *
 * The core knows holders by principal (core/access.h), and neither secret nor hash. A plain hash is
 * enough: 32 random bytes are not to be guessed, however fast one may try. The link for the first
 * sign-in of a demo lives in memory only: good once, and for this start.
 *
 * When a key was used last is written at most once a minute, beside the record: who reads the list
 * of keys wants to know which ones are dead, not the second.
 */
#include "engine.h"

#include "base/code.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECRET_BYTES = 32,
    SECRET_BASE64 =
        sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
    PREFIX_BYTES = 3,
    SECRET_TEXT = PREFIX_BYTES + SECRET_BASE64,
    USED_EVERY_MS = 60000,
};

struct held {
    uint8_t hash[STORE_HASH_BYTES];
    char *holder;
    wall_ms used, written; /* when last, and as the store has it; 0: never */
    bool over;             /* its time was up, and who was in by it was shown out */
};

struct keyring {
    struct held *held; /* sorted by hash */
    size_t count, cap;
    uint8_t fresh[STORE_HASH_BYTES]; /* of the secret for what is being decided */
    char link[SECRET_TEXT];          /* "": there is none, or it was used */
    char **gone;                     /* whose end is durable, and who is still to be shown out */
    size_t gone_count, gone_cap;
};

/* ---- secrets ---- */

/* "mk_" and 43 characters; a prefix tells scanners of repositories and people what it is. */
static void secret_make(const char prefix[PREFIX_BYTES + 1], char ret[SECRET_TEXT])
{
    unsigned char bytes[SECRET_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    memcpy(ret, prefix, PREFIX_BYTES);
    sodium_bin2base64(ret + PREFIX_BYTES, SECRET_BASE64, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

static void secret_hash(const char *secret, uint8_t ret[STORE_HASH_BYTES])
{
    crypto_hash_sha256(ret, (const unsigned char *)secret, strlen(secret));
}

/* ---- what is held ---- */

static size_t held_at(const struct keyring *k, const uint8_t *hash, bool *ret_there)
{
    size_t low = 0, high = k->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(k->held[middle].hash, hash, STORE_HASH_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = low < k->count && memcmp(k->held[low].hash, hash, STORE_HASH_BYTES) == 0;
    return low;
}

static struct held *held_find(const struct keyring *k, const char *secret)
{
    uint8_t hash[STORE_HASH_BYTES];
    bool there;
    secret_hash(secret, hash);
    size_t at = held_at(k, hash, &there);
    return there ? &k->held[at] : NULL;
}

static struct held *held_of(const struct keyring *k, const char *holder)
{
    for (size_t n = 0; n < k->count; n++)
        if (strcmp(k->held[n].holder, holder) == 0)
            return &k->held[n];
    return NULL;
}

static void held_add(struct keyring *k, const struct store_secret *s)
{
    bool there;
    size_t at = held_at(k, s->hash, &there);
    if (there)
        return;
    k->held = mem_grow(k->held, &k->cap, k->count + 1, sizeof *k->held);
    memmove(k->held + at + 1, k->held + at, (k->count - at) * sizeof *k->held);
    k->count++;
    k->held[at] =
        (struct held){.holder = mem_str(s->holder), .used = s->used_ms, .written = s->used_ms};
    memcpy(k->held[at].hash, s->hash, STORE_HASH_BYTES);
}

static void held_drop(struct keyring *k, const char *holder)
{
    struct held *h = held_of(k, holder);
    if (!h)
        return;
    free(h->holder);
    k->count--;
    memmove(h, h + 1, (size_t)(k->held + k->count - h) * sizeof *h);
}

/* With the next commit. */
static void secret_write(struct engine *e, const struct store_secret *s)
{
    struct vault_news *n = &e->news;
    n->secrets = mem_grow(n->secrets, &n->secrets_cap, n->secrets_count + 1, sizeof *n->secrets);
    struct store_secret *to = &n->secrets[n->secrets_count++];
    *to = (struct store_secret){.holder = arena_str(&n->keep, s->holder, strlen(s->holder)),
                                .used_ms = s->used_ms};
    if (s->hash)
        to->hash = (const uint8_t *)arena_str(&n->keep, (const char *)s->hash, STORE_HASH_BYTES);
}

/* ---- life ---- */

void keyring_new(struct engine *e)
{
    e->keyring = mem_new(1, sizeof *e->keyring);
    if (config_is(e->config, OPT_DEMO))
        secret_make("ml_", e->keyring->link);
}

void keyring_free(struct engine *e)
{
    struct keyring *k = e->keyring;
    if (!k)
        return;
    for (size_t n = 0; n < k->count; n++)
        free(k->held[n].holder);
    for (size_t n = 0; n < k->gone_count; n++)
        free(k->gone[n]);
    free(k->held);
    free(k->gone);
    sodium_memzero(k, sizeof *k);
    free(k);
    e->keyring = NULL;
}

void keyring_load(struct engine *e, const struct store_secret *s)
{
    held_add(e->keyring, s);
}

const char *engine_link(const struct engine *e)
{
    return e->keyring->link[0] ? e->keyring->link : NULL;
}

/* ---- records: what is kept goes with them ---- */

/* Whose beginning or end this record is. Gives; NULL: of nobody. */
static char *record_holder(const struct record *r)
{
    struct text id = {0};
    if (r->kind == REC_KEY_CREATED || r->kind == REC_KEY_REVOKED)
        text_addf(&id, "key:%s", json_str_or(r->body, "name", ""));
    else if (r->kind == REC_SESSION_OPENED || r->kind == REC_SESSION_CLOSED)
        text_add(&id, json_str_or(r->body, "session", ""));
    else
        return NULL;
    return text_take(&id);
}

static bool record_ends(const struct record *r)
{
    return r->kind == REC_KEY_REVOKED || r->kind == REC_SESSION_CLOSED;
}

void keyring_record(struct engine *e, const struct record *r)
{
    char *holder = record_holder(r);
    if (!holder)
        return;
    struct store_secret s = {.holder = holder};
    if (record_ends(r)) {
        held_drop(e->keyring, holder);
    } else {
        s.hash = e->keyring->fresh;
        held_add(e->keyring, &s);
    }
    secret_write(e, &s);
    free(holder);
}

void keyring_durable(struct engine *e, const struct record *r)
{
    struct keyring *k = e->keyring;
    if (!record_ends(r))
        return;
    k->gone = mem_grow(k->gone, &k->gone_cap, k->gone_count + 1, sizeof(char *));
    k->gone[k->gone_count++] = record_holder(r);
}

void keyring_show_out(struct engine *e)
{
    struct keyring *k = e->keyring;
    for (size_t n = 0; n < k->gone_count; n++) {
        serve_principal_gone(e->serve, k->gone[n]);
        free(k->gone[n]);
    }
    k->gone_count = 0;
}

/* ---- once a second ---- */

static void use_write(struct engine *e, struct held *h)
{
    wall_ms since = h->used - h->written;
    if (since > -USED_EVERY_MS && since < USED_EVERY_MS)
        return;
    h->written = h->used;
    secret_write(e, &(struct store_secret){.holder = h->holder, .used_ms = h->used});
}

void keyring_watch(struct engine *e)
{
    struct keyring *k = e->keyring;
    unsigned scopes;
    for (size_t n = 0; n < k->count; n++) {
        struct held *h = &k->held[n];
        use_write(e, h);
        if (h->over || core_access(e->core, h->holder, e->clock.mono, &scopes))
            continue;
        h->over = true;
        serve_principal_gone(e->serve, h->holder);
    }
}

/* ---- what serve/ asks ---- */

bool keyring_principal_of(void *ctx, const char *secret, struct identity *ret)
{
    struct engine *e = ctx;
    struct held *h = held_find(e->keyring, secret);
    unsigned scopes = 0;
    if (!h || !core_access(e->core, h->holder, e->clock.mono, &scopes))
        return false;
    h->used = e->clock.wall;
    *ret = (struct identity){.scopes = scopes};
    (void)snprintf(ret->id, sizeof ret->id, "%s", h->holder);
    return true;
}

static json_t *time_or_null(wall_ms at)
{
    char text[RFC3339_TEXT];
    return at ? json_string(rfc3339(at, text)) : json_null();
}

static json_t *key_shown(const struct engine *e, const json_t *key)
{
    AUTO_TEXT(holder);
    const char *name = json_str_or(key, "name", "");
    text_addf(&holder, "key:%s", name);
    const struct held *h = held_of(e->keyring, text_str(&holder));
    mono_ms until = json_int(key, "until", INT64_MAX);
    wall_ms revoked = json_int(key, "revoked_at", 0);
    json_t *one = json_put_str(json_object(), "name", name);
    json_put(one, "scopes", json_share(json_at(key, "scopes")));
    json_put_str(one, "state",
                 revoked                  ? "revoked"
                 : until <= e->clock.mono ? "expired"
                                          : "in_force");
    json_put(one, "created_at", time_or_null(json_int(key, "created_at", 0)));
    json_put(one, "last_used_at", time_or_null(h ? h->used : 0));
    json_put(one, "expires_at",
             time_or_null(until == INT64_MAX ? 0 : e->clock.wall + (until - e->clock.mono)));
    return json_put(one, "revoked_at", time_or_null(revoked));
}

json_t *keyring_keys(void *ctx)
{
    const struct engine *e = ctx;
    json_t *shown = json_array();
    AUTO_JSON(keys);
    keys = core_keys(e->core);
    size_t n;
    json_t *key;
    json_array_foreach(keys, n, key) json_array_append_new(shown, key_shown(e, key));
    return json_put(json_object(), "keys", shown);
}

/* ---- what it submits ---- */

/* The reply that waits for its record; NULL: nobody waits. Borrowed. */
static json_t *reply_waiting(struct engine *e, struct reply_to to)
{
    struct waiting *w;
    STAILQ_FOREACH(w, &e->waiting, link)
    if (w->effect.kind == EFFECT_REPLY && w->effect.to.conn == to.conn &&
        w->effect.to.line == to.line)
        return w->effect.body;
    return NULL;
}

/* Decide it with a new secret at hand, and tell that in the reply, if it came to that. */
static void submit_with_secret(struct engine *e, const struct input *in, const char *prefix,
                               const char *member)
{
    char secret[SECRET_TEXT];
    secret_make(prefix, secret);
    secret_hash(secret, e->keyring->fresh);
    engine_input(e, *in);
    json_t *reply = reply_waiting(e, in->to);
    if (json_bool(reply, "ok"))
        json_put_str(reply, member, secret);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(e->keyring->fresh, sizeof e->keyring->fresh);
}

static void login_refuse(struct engine *e, struct reply_to to, bool by_link)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(CODE_UNAUTHORIZED));
    json_put_str(reply, "field", by_link ? "link" : "key");
    json_put_str(reply, "error",
                 by_link ? "this link was used, or is of an earlier start: it is good once. muster "
                           "serve --demo makes a new one at each start; or sign in with a key "
                           "(muster key create)"
                         : "this key is not known, revoked or expired; the operator makes one with "
                           "muster key create");
    serve_reply(e->serve, to, reply);
}

/* The link is good once, whatever comes of it. */
static bool link_take(struct keyring *k, const char *secret)
{
    size_t len = strlen(k->link);
    bool fits = len > 0 && strlen(secret) == len && sodium_memcmp(k->link, secret, len) == 0;
    if (fits)
        sodium_memzero(k->link, sizeof k->link);
    return fits;
}

static void login(struct engine *e, const struct input *in, const char *secret)
{
    AUTO_JSON(body);
    struct input taken = *in;
    struct identity who;
    bool by_link = strcmp(json_str_or(in->body, "with", ""), "link") == 0;
    bool known = by_link ? link_take(e->keyring, secret) : keyring_principal_of(e, secret, &who);
    if (!known) {
        login_refuse(e, in->to, by_link);
        return;
    }
    body = json_put_str(json_object(), "by", by_link ? "link" : who.id);
    taken.body = body;
    submit_with_secret(e, &taken, "ms_", "session");
}

bool keyring_submit(struct engine *e, const struct input *in, const char *secret)
{
    if (in->kind == IN_LOGIN)
        login(e, in, secret ? secret : "");
    else if (in->kind == IN_KEY_CREATE)
        submit_with_secret(e, in, "mk_", "key");
    else
        return false;
    return true;
}
