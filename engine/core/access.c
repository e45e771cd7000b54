#include "core/access.h"

#include "core/decide.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const scope_names[] = {"trigger", "read", "respond", "order", "admin", "reply"};
enum { SCOPE_COUNT = sizeof scope_names / sizeof scope_names[0], SESSION_TAIL_BYTES = 6 };
#define SCOPE_WORDS "trigger, read, respond, order, admin, reply"

/* ---- scopes by name ---- */

json_t *scopes_json(unsigned scopes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (scopes >> i & 1U)
            json_array_append_new(list, json_string(scope_names[i]));
    return list;
}

static unsigned scope_of(const json_t *name)
{
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (json_is_string(name) && strcmp(json_string_value(name), scope_names[i]) == 0)
            return 1U << i;
    return 0;
}

/* One name, or a list of them. */
static unsigned scopes_of(const json_t *value)
{
    unsigned scopes = scope_of(value);
    size_t n;
    json_t *name;
    json_array_foreach(json_unconst(value), n, name) scopes |= scope_of(name);
    return scopes;
}

/* ---- holders ---- */

static int holder_order(const void *a, const void *b)
{
    return strcmp(((const struct holder *)a)->id, ((const struct holder *)b)->id);
}

static struct holder *holder_find(const struct core *c, const char *id)
{
    union {
        const char *in;
        char *out;
    } key = {.in = id}; /* compared only */
    const struct holder probe = {.id = key.out};
    void *found = tfind(&probe, &c->holders, holder_order);
    return found ? *(struct holder **)found : NULL;
}

static struct holder *holder_add(struct core *c, const char *id)
{
    struct holder *h = mem_new(1, sizeof *h);
    h->id = mem_str(id);
    if (!tsearch(h, &c->holders, holder_order))
        abort();
    return h;
}

static void holder_mark(struct core *c, struct holder *h)
{
    if (!h->dirty)
        STAILQ_INSERT_TAIL(&c->holders_changed, h, changed);
    h->dirty = true;
}

static void holder_free(void *item)
{
    struct holder *h = item;
    free(h->id);
    free(h->by);
    free(h);
}

void access_forget(struct core *c, struct holder *h)
{
    tdelete(h, &c->holders, holder_order);
    holder_free(h);
}

void access_free(struct core *c)
{
    tdestroy(c->holders, holder_free);
}

static bool in_force(const struct holder *h, mono_ms now)
{
    return !h->gone && !h->revoked_at && now < h->until;
}

bool core_access(const struct core *c, const char *id, mono_ms now, unsigned *ret_scopes)
{
    const struct holder *h = holder_find(c, id);
    if (!h || !in_force(h, now))
        return false;
    *ret_scopes = h->scopes;
    return true;
}

bool access_holds(const char *principal)
{
    return principal && (strncmp(principal, "key:", strlen("key:")) == 0 ||
                         strncmp(principal, "session:", strlen("session:")) == 0);
}

/* Signing out stays open to all: who has no session any more is out already. */
bool access_ended(const struct core *c)
{
    const struct input *in = c->in;
    unsigned scopes;
    return access_holds(in->who.id) && in->kind != IN_LOGOUT &&
           !core_access(c, in->who.id, in->mono, &scopes);
}

/* ---- all of them ---- */

struct holders {
    struct holder **at;
    size_t count, cap;
};

static void holders_add(const void *node, VISIT visit, void *closure)
{
    struct holder *h = *(struct holder *const *)node;
    struct holders *all = closure;
    if ((visit != postorder && visit != leaf) || h->gone)
        return;
    all->at = mem_grow(all->at, &all->cap, all->count + 1, sizeof(struct holder *));
    all->at[all->count++] = h;
}

/* Sorted by name; free(ret->at). */
static void holders_all(const struct core *c, struct holders *ret)
{
    *ret = (struct holders){0};
    twalk_r(c->holders, holders_add, ret);
}

int64_t core_holders(const struct core *c, mono_ms now, bool sessions)
{
    struct holders all;
    int64_t count = 0;
    holders_all(c, &all);
    for (size_t n = 0; n < all.count; n++)
        count += (all.at[n]->by != NULL) == sessions && in_force(all.at[n], now);
    free(all.at);
    return count;
}

static const char *key_name(const struct holder *h)
{
    return h->id + strlen("key:");
}

json_t *core_keys(const struct core *c)
{
    struct holders all;
    json_t *list = json_array();
    holders_all(c, &all);
    for (size_t n = 0; n < all.count; n++) {
        const struct holder *h = all.at[n];
        if (h->by)
            continue;
        json_t *one = json_put_str(json_object(), "name", key_name(h));
        json_put(one, "scopes", scopes_json(h->scopes));
        json_put_int(one, "created_at", h->created_at);
        if (h->until != INT64_MAX)
            json_put_int(one, "until", h->until);
        if (h->revoked_at)
            json_put_int(one, "revoked_at", h->revoked_at);
        json_array_append_new(list, one);
    }
    free(all.at);
    return list;
}

/* ---- records ---- */

/* When it ends, for the decision (steady) and for people. */
static void put_end(const struct core *c, json_t *body, mono_ms until)
{
    char at[RFC3339_TEXT];
    if (until == INT64_MAX)
        return;
    json_put_int(body, "until", until);
    json_put_str(body, "expires", rfc3339(c->in->wall + (until - c->in->mono), at));
}

/* takes_actor  NULL: nobody wanted it, the engine does it. */
static void session_close(struct core *c, const struct holder *h, const char *why,
                          json_t *takes_actor)
{
    json_t *body = json_put_str(json_put_str(json_object(), "session", h->id), "why", why);
    core_emit(c, REC_SESSION_CLOSED, NULL, (struct emit){.actor = takes_actor, .body = body});
}

static void apply_key_created(struct core *c, const struct record *r)
{
    AUTO_TEXT(id);
    text_addf(&id, "key:%s", json_str_or(r->body, "name", ""));
    struct holder *h = holder_find(c, text_str(&id));
    if (!h)
        h = holder_add(c, text_str(&id));
    h->scopes = scopes_of(json_at(r->body, "scopes"));
    h->created_at = r->at_ms;
    h->until = json_int(r->body, "until", INT64_MAX);
    h->seq = r->seq;
    holder_mark(c, h);
}

static void apply_session_opened(struct core *c, const struct record *r)
{
    const char *id = json_str_or(r->body, "session", "");
    if (holder_find(c, id))
        return;
    struct holder *h = holder_add(c, id);
    h->by = mem_str(json_str_or(r->body, "by", "link"));
    h->scopes = scopes_of(json_at(r->body, "scopes"));
    h->created_at = r->at_ms;
    h->until = json_int(r->body, "until", 0);
    h->seq = r->seq;
    holder_mark(c, h);
}

static void apply_ended(struct core *c, const struct record *r)
{
    AUTO_TEXT(id);
    if (r->kind == REC_KEY_REVOKED)
        text_addf(&id, "key:%s", json_str_or(r->body, "name", ""));
    else
        text_add(&id, json_str_or(r->body, "session", ""));
    struct holder *h = holder_find(c, text_str(&id));
    if (!h)
        return;
    if (h->by)
        h->gone = true;
    else
        h->revoked_at = r->at_ms;
    holder_mark(c, h);
}

void access_apply(struct core *c, const struct record *r)
{
    if (r->kind == REC_KEY_CREATED)
        apply_key_created(c, r);
    else if (r->kind == REC_SESSION_OPENED)
        apply_session_opened(c, r);
    else if (r->kind == REC_KEY_REVOKED || r->kind == REC_SESSION_CLOSED)
        apply_ended(c, r);
}

/* ---- keys ---- */

/* What stands around the name in a principal and in the keys that bind by one is not part of it. */
static bool key_may_be_made(struct core *c, const char *id, unsigned scopes)
{
    if (strpbrk(id, " /")) {
        core_refuse(c, CODE_BAD_FIELD, "name", NULL,
                    "name: is one word, without blanks and slashes, like gauges or duty-desk");
        return false;
    }
    if (!scopes) {
        core_refuse(c, CODE_MISSING_FIELD, "scopes", NULL,
                    "scopes: say what the key may do, one or more of " SCOPE_WORDS);
        return false;
    }
    if (holder_find(c, id)) {
        core_refuse(c, CODE_CONFLICT, "name", NULL,
                    "name: there is or was a key of this name, and a name is never given twice; "
                    "choose another one (muster key list shows them)");
        return false;
    }
    if (core_holders(c, c->in->mono, false) >= ACCESS_KEYS_MAX) {
        core_refuse(c, CODE_LIMIT, NULL, NULL,
                    "%d keys are in force, no more are kept (limit access.keys); revoke some that "
                    "are not needed (muster key list, muster key revoke)",
                    ACCESS_KEYS_MAX);
        return false;
    }
    return true;
}

void decide_key_create(struct core *c)
{
    const json_t *in = c->in->body;
    const char *name = json_str_or(in, "name", "");
    unsigned scopes = scopes_of(json_at(in, "scopes"));
    int64_t for_ms = 0;
    AUTO_TEXT(id);
    text_addf(&id, "key:%s", name);
    if (!input_allowed(c, SCOPE_ADMIN, "make keys") || !key_may_be_made(c, text_str(&id), scopes))
        return;
    if (json_str(in, "expires") &&
        (!duration_parse(json_str(in, "expires"), false, &for_ms) || !for_ms)) {
        core_refuse(c, CODE_BAD_FIELD, "expires", NULL,
                    "expires: must say for how long the key is good, like 90d or 12h; at most ten "
                    "years, leave it out for ever");
        return;
    }
    json_t *body = json_put_str(json_object(), "name", name);
    json_put(body, "scopes", scopes_json(scopes));
    put_end(c, body, for_ms ? c->in->mono + for_ms : INT64_MAX);
    core_emit(c, REC_KEY_CREATED, NULL, (struct emit){.actor = actor_input(c), .body = body});
    json_t *reply = json_put_str(json_object(), "name", name);
    json_put(reply, "scopes", scopes_json(scopes));
    core_reply_ok(c, json_put_str(reply, "expires_at", json_str(body, "expires")));
}

static void sessions_close_of(struct core *c, const char *by, const char *why)
{
    struct holders all;
    holders_all(c, &all);
    for (size_t n = 0; n < all.count; n++)
        if (all.at[n]->by && strcmp(all.at[n]->by, by) == 0)
            session_close(c, all.at[n], why, actor_input(c));
    free(all.at);
}

void decide_key_revoke(struct core *c)
{
    const char *name = json_str_or(c->in->body, "name", "");
    AUTO_TEXT(id);
    text_addf(&id, "key:%s", name);
    if (!input_allowed(c, SCOPE_ADMIN, "revoke keys"))
        return;
    const struct holder *h = holder_find(c, text_str(&id));
    if (!h) {
        core_refuse(c, CODE_UNKNOWN_KEY, "name", NULL,
                    "name: no key has this name; muster key list shows them");
        return;
    }
    if (!h->revoked_at) { /* said twice is done once */
        core_emit(c, REC_KEY_REVOKED, NULL,
                  (struct emit){.actor = actor_input(c),
                                .body = json_put_str(json_object(), "name", name)});
        sessions_close_of(c, h->id, "key_revoked");
    }
    core_reply_ok(c, json_put_str(json_object(), "name", name));
}

/* ---- sessions ---- */

static void sessions_sweep(struct core *c, const struct holders *all)
{
    for (size_t n = 0; n < all->count; n++)
        if (all->at[n]->by && !in_force(all->at[n], c->in->mono))
            session_close(c, all->at[n], "expired", NULL);
}

/* Those that are open by this key, or by the link. */
static size_t sessions_by(const struct holders *all, const char *by)
{
    size_t count = 0;
    for (size_t n = 0; n < all->count; n++)
        count += all->at[n]->by && !all->at[n]->gone && strcmp(all->at[n]->by, by) == 0;
    return count;
}

/*
 * The session that goes when there is no place: the oldest of whoever has most, the newcomer
 * counted. Whoever signs in again and again pushes out nobody but themselves, and not the duty
 * room.
 */
static const struct holder *sessions_spare(const struct holders *all, const char *newcomer)
{
    const struct holder *spare = NULL;
    size_t most = 0;
    for (size_t n = 0; n < all->count; n++) {
        const struct holder *h = all->at[n];
        if (!h->by || h->gone)
            continue;
        size_t count = sessions_by(all, h->by) + (strcmp(h->by, newcomer) == 0);
        if (!spare || count > most || (count == most && h->seq < spare->seq)) {
            spare = h;
            most = count;
        }
    }
    return spare;
}

static void sessions_make_room(struct core *c, const char *newcomer)
{
    struct holders all;
    size_t count = 0;
    holders_all(c, &all);
    sessions_sweep(c, &all);
    for (size_t n = 0; n < all.count; n++)
        count += all.at[n]->by && !all.at[n]->gone;
    if (count >= ACCESS_SESSIONS_MAX)
        session_close(c, sessions_spare(&all, newcomer), "too_many", NULL);
    free(all.at);
}

static void session_id(struct core *c, const char *by, struct text *to)
{
    do {
        uint8_t tail[SESSION_TAIL_BYTES];
        entropy_bytes(&c->entropy, tail, sizeof tail);
        text_clear(to);
        text_addf(to, "session:%s/", by);
        for (size_t i = 0; i < sizeof tail; i++)
            text_addf(to, "%02x", tail[i]);
    } while (holder_find(c, text_str(to)));
}

void decide_login(struct core *c)
{
    const char *by = json_str_or(c->in->body, "by", "link");
    const struct holder *key = holder_find(c, by);
    mono_ms until = c->in->mono + ACCESS_SESSION_MS;
    unsigned scopes = key ? key->scopes : SCOPE_ALL;
    if (strcmp(by, "link") != 0 && (!key || key->by || !in_force(key, c->in->mono))) {
        core_refuse(c, CODE_UNAUTHORIZED, "key", NULL,
                    "key: only a key that is in force signs somebody in (muster key create)");
        return;
    }
    if (key && key->until < until)
        until = key->until;
    sessions_make_room(c, by);
    AUTO_TEXT(id);
    session_id(c, by, &id);
    json_t *body = json_put_str(json_put_str(json_object(), "session", text_str(&id)), "by", by);
    json_put(body, "scopes", scopes_json(scopes));
    put_end(c, body, until);
    json_t *actor = json_put_str(json_object(), "type", key ? "key" : "source");
    core_emit(c, REC_SESSION_OPENED, NULL,
              (struct emit){.actor = json_put_str(actor, "id", by), .body = body});
    json_t *reply = json_put(json_object(), "scopes", scopes_json(scopes));
    json_put_str(reply, "principal", text_str(&id));
    core_reply_ok(c, json_put_str(reply, "until", json_str(body, "expires")));
}

/* Who has no session is signed out already. */
void decide_logout(struct core *c)
{
    const struct holder *h = holder_find(c, c->in->who.id);
    if (h && h->by && !h->gone)
        session_close(c, h, "logout", actor_input(c));
    core_reply_ok(c, json_object());
}

/* ---- rows ---- */

struct row access_row(const struct holder *h)
{
    struct row row = {.kind = ROW_ACCESS, .id = mem_str(h->id), .gone = h->gone};
    if (h->gone)
        return row;
    row.open = true;
    row.body = json_put(json_object(), "scopes", scopes_json(h->scopes));
    json_put_str(row.body, "by", h->by);
    json_put_int(row.body, "created_at", h->created_at);
    json_put_int(row.body, "seq", h->seq);
    if (h->until != INT64_MAX)
        json_put_int(row.body, "until", h->until);
    if (h->revoked_at)
        json_put_int(row.body, "revoked_at", h->revoked_at);
    return row;
}

void access_from_row(struct core *c, const struct row *r)
{
    struct holder *h = holder_add(c, r->id);
    h->by = mem_str(json_str(r->body, "by"));
    h->scopes = scopes_of(json_at(r->body, "scopes"));
    h->created_at = json_int(r->body, "created_at", 0);
    h->seq = json_int(r->body, "seq", 0);
    h->until = json_int(r->body, "until", INT64_MAX);
    h->revoked_at = json_int(r->body, "revoked_at", 0);
}
