#include "core/once.h"

#include "core/decide.h"
#include "core/incident.h"
#include "core/trigger.h"

#include <stdlib.h>
#include <string.h>

/* More than the one that may come with the same record, so that what is over becomes less. */
enum { SWEPT_A_RECORD = 8 };

static const char *const said_names[] = {
    [SAID_NEW] = "new",       [SAID_UPDATED] = "updated",   [SAID_KNOWN] = "known",
    [SAID_JOINED] = "joined", [SAID_REOPENED] = "reopened",
};

/* The request's key as it is indexed. Gives; NULL: it has none. */
static char *once_key(const struct core *c)
{
    const struct input *in = c->in;
    AUTO_TEXT(principal);
    if (!in->once)
        return NULL;
    text_addf(&principal, "%s once", in->who.id);
    return dedup_key(text_str(&principal), in->once, json_bool(in->body, "drill"));
}

/* ---- deciding ---- */

static void once_refuse(struct core *c, const struct dedup *d)
{
    char id[UUID_TEXT];
    core_refuse(c, CODE_IDEMPOTENCY_MISMATCH, "idempotency_key", NULL,
                "this Idempotency-Key belongs to another request of the last 24 h (incident %s); "
                "nothing was done. Send this one under a key of its own",
                uuid_text(d->incident, id));
}

/* The reply of the first time, with the state of now. An incident that has left is closed. */
static void once_reply(struct core *c, const struct dedup *d)
{
    char id[UUID_TEXT];
    const struct incident *i = core_incident(c, d->incident);
    if (c->in->kind == IN_TRIGGER) {
        trigger_reply(c, d->incident, d->said, true);
        return;
    }
    json_t *reply = json_put_str(json_object(), "incident", uuid_text(d->incident, id));
    core_reply_ok(c, json_put_str(reply, "state", i ? incident_state_name(i) : "closed"));
}

bool once_repeat(struct core *c)
{
    char *key = once_key(c);
    const struct dedup *d = key ? dedup_find(c, key) : NULL;
    bool binds = d && !d->gone && c->in->mono < d->until;
    free(key);
    if (binds && memcmp(d->digest, c->in->digest, sizeof d->digest) != 0)
        once_refuse(c, d);
    else if (binds)
        once_reply(c, d);
    return binds;
}

void once_put(const struct core *c, json_t *sealed)
{
    char *key = once_key(c);
    json_put_str(sealed, "once", key);
    free(key);
}

void once_put_in(const struct core *c, json_t *body, json_t *sealed)
{
    char hex[33];
    if (!c->in->once)
        return;
    hex16(c->in->digest, hex);
    json_put_str(body, "digest", hex);
    once_put(c, sealed);
}

void once_keep(struct core *c, struct incident *i)
{
    if (!c->in->once)
        return;
    json_t *body = json_object(), *sealed = json_object();
    once_put_in(c, body, sealed);
    core_emit(c, REC_REPEATED, i,
              (struct emit){.actor = actor_input(c), .body = body, .sealed = sealed});
}

/* ---- applying ---- */

static void once_drop(struct core *c, struct dedup *d)
{
    TAILQ_REMOVE(&c->onces, d, once);
    c->stats.once_keys--;
    d->until = 0;
    dedup_release(c, d->key);
}

static void once_sweep(struct core *c, mono_ms now)
{
    struct dedup *oldest;
    for (int n = 0; n < SWEPT_A_RECORD; n++) {
        oldest = TAILQ_FIRST(&c->onces);
        if (!oldest || (now < oldest->until && c->stats.once_keys <= ONCE_KEYS_MAX))
            return;
        once_drop(c, oldest);
    }
}

void once_forget(struct core *c, struct uuid incident)
{
    struct dedup *d = TAILQ_FIRST(&c->onces);
    while (d) {
        struct dedup *next = TAILQ_NEXT(d, once);
        if (uuid_cmp(d->incident, incident) == 0)
            once_drop(c, d);
        d = next;
    }
}

static enum said said_of(enum record_kind kind)
{
    if (kind == REC_INCIDENT_OPENED)
        return SAID_NEW;
    if (kind == REC_JOINED)
        return SAID_JOINED;
    if (kind == REC_REOPENED)
        return SAID_REOPENED;
    return kind == REC_UPDATED ? SAID_UPDATED : SAID_KNOWN;
}

void once_apply(struct core *c, const struct record *r)
{
    const char *key = record_str(r, "once");
    uint8_t digest[16];
    if (key && hex16_parse(json_str_or(r->body, "digest", ""), digest)) {
        struct dedup *d = dedup_bind(c, key, r->incident, digest);
        if (d->until) /* it was over, and has not gone yet */
            once_drop(c, d);
        d->gone = false;
        d->until = r->mono + ONCE_MS;
        d->seq = r->seq;
        d->said = said_of(r->kind);
        TAILQ_INSERT_TAIL(&c->onces, d, once);
        c->stats.once_keys++;
    }
    once_sweep(c, r->mono);
}

/* ---- rows ---- */

void once_to_row(const struct dedup *d, struct text *body)
{
    if (!d->until)
        return;
    json_add_str(body, "said", said_names[d->said]);
    json_add_int(body, "seq", d->seq);
    json_add_int(body, "until", d->until);
}

static enum said said_parse(const char *name)
{
    enum said said = SAID_NEW;
    while (said < SAID_REOPENED && strcmp(said_names[said], name) != 0)
        said++;
    return said;
}

void once_from_row(struct core *c, struct dedup *d, const json_t *body)
{
    d->until = json_int(body, "until", 0);
    if (!d->until)
        return;
    d->seq = json_int(body, "seq", 0);
    d->said = said_parse(json_str_or(body, "said", ""));
    TAILQ_INSERT_TAIL(&c->onces, d, once);
    c->stats.once_keys++;
}

static int once_order(const void *a, const void *b)
{
    const struct dedup *x = *(struct dedup *const *)a, *y = *(struct dedup *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Rows come in any order; keys go in the order in which they were bound. */
void once_load_end(struct core *c)
{
    size_t count = (size_t)c->stats.once_keys, n = 0;
    struct dedup **sorted = mem_new(count + 1, sizeof(struct dedup *)), *d;
    TAILQ_FOREACH(d, &c->onces, once)
    sorted[n++] = d;
    qsort(sorted, count, sizeof(struct dedup *), once_order);
    TAILQ_INIT(&c->onces);
    for (n = 0; n < count; n++)
        TAILQ_INSERT_TAIL(&c->onces, sorted[n], once);
    free(sorted);
}
