#include "core/join.h"

#include "core/child.h"
#include "core/decide.h"
#include "core/family.h"
#include "core/head_family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/level.h"
#include "core/notice.h"
#include "core/once.h"
#include "core/outlook.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/response.h"
#include "core/trigger.h"
#include "core/version.h"

#include <stdlib.h>
#include <string.h>

char *join_key(const struct plan_head *head, const json_t *trigger)
{
    AUTO_JSON(same);
    struct text key = {0};
    same = head ? plan_head_same(head, trigger) : NULL;
    if (!same)
        return NULL;
    text_addf(&key, "%s%s\n", plan_head_name(head), json_bool(trigger, "drill") ? " drill" : "");
    json_write(same, &key);
    return text_take(&key);
}

/* ---- joining ---- */

/* What the trigger says of itself: a line of the digest, and what the plan sees. */
static json_t *join_said(const struct core *c)
{
    static const char *const words[] = {"title", "note", "source", "kind", "grade", "warning"};
    const json_t *b = c->in->body;
    json_t *said = json_put_int(json_object(), "at", c->in->wall);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(said, words[n], json_str(b, words[n]));
    json_put(said, "fields",
             json_at(b, "fields") ? json_deep_copy(json_at(b, "fields")) : json_object());
    return json_put_str(said, "by", c->in->who.id);
}

static int64_t count_of(const struct incident *i)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    return json_int(about, "count", 1);
}

/* The event of all these joins: the newest at the top, each in "joins", what they report as one. */
static json_t *join_event(const json_t *joins, int64_t count, wall_ms at)
{
    json_t *ev = plan_event("joined", NULL, at);
    json_t *list = json_array(), *occurrences = json_array(), *one, *fact;
    json_t *names = json_object_get(ev, "names");
    size_t n, k;
    json_array_foreach(json_unconst(joins), n, one)
    {
        json_t *shown = json_copy(one);
        (void)json_object_del(shown, "occurrences");
        json_object_update(ev, shown);
        json_array_append_new(list, shown);
        json_array_foreach(json_at(one, "occurrences"), k, fact)
            json_array_append(occurrences, fact);
    }
    if (json_array_size(occurrences))
        json_array_append_new(names, json_string("update"));
    json_array_foreach(occurrences, n, fact)
        json_array_append_new(names, json_string(json_str_or(fact, "name", "")));
    json_put_int(json_put(ev, "joins", list), "at", at);
    return json_put_int(json_put(ev, "occurrences", occurrences), "count", count);
}

/* Who sent it, so that the same again is known; and its Idempotency-Key. */
static void keys_put(const struct core *c, json_t *body, json_t *sealed)
{
    const char *key = json_str(c->in->body, "key");
    char hex[33];
    hex16(c->in->digest, hex);
    json_put_str(body, "digest", hex);
    if (key) {
        char *full = dedup_key(c->in->who.id, key, json_bool(c->in->body, "drill"));
        json_put_str(sealed, "key", full);
        free(full);
    }
    once_put(c, sealed);
}

static bool joins_are_many(const struct incident *i)
{
    AUTO_JSON(joins);
    const char *kept = i->family ? i->family->joins : NULL;
    joins = kept_json(kept);
    return json_array_size(joins) >= JOINS_UNTOLD_MAX ||
           (kept && strlen(kept) > JOINS_UNTOLD_BYTES);
}

/* Where no plan sees it any more, people are told: as a digest, so that many are not as many calls.
 */
static int64_t join_digest_ms(const struct core *c, const struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    int64_t ms = head ? plan_head_digest_ms(head) : 0;
    return ms || i->plan_live ? ms : MS_MINUTE;
}

static void join_emit(struct core *c, struct incident *i, json_t *takes_occurrences, bool raw)
{
    const struct plan_head *head = incident_head(c, i);
    int64_t digest_ms = join_digest_ms(c, i);
    bool runs = i->family && i->family->digest.at;
    json_t *body =
        json_put_int(json_object(), "facts", (int64_t)json_array_size(takes_occurrences));
    json_t *sealed = json_object();
    if (raw)
        json_put(sealed, "fields", json_deep_copy(json_at(c->in->body, "fields")));
    json_put(body, "stale_at", facts_stale_at(c, head, takes_occurrences, 0, i->speed));
    json_t *said = json_put(join_said(c), "occurrences", takes_occurrences);
    if (digest_ms) {
        json_put(sealed, "join", said);
        if (!runs)
            json_put_int(body, "due", c->in->mono + digest_ms);
    } else {
        json_t *joins = json_array();
        json_array_append_new(joins, said);
        json_put(sealed, "ev", join_event(joins, count_of(i) + 1, c->in->wall));
        json_decref(joins);
    }
    keys_put(c, body, sealed);
    core_emit(c, REC_JOINED, i,
              (struct emit){.actor = actor_input(c), .body = body, .sealed = sealed});
    if (joins_are_many(i))
        joins_tell(c, i);
}

static void join(struct core *c, struct incident *i)
{
    AUTO_JSON(occurrences);
    bool raw;
    if (!incident_facts(c, i, json_at(c->in->body, "fields"), &occurrences, &raw))
        return;
    if (i->queue_count >= FACTS_PENDING_MAX) {
        core_refuse(c, CODE_LIMIT, NULL, NULL,
                    "%d facts of the incident that this belongs to wait for its plan (limit "
                    "facts_pending)",
                    FACTS_PENDING_MAX);
        return;
    }
    plan_watches_ready(c, i);
    join_emit(c, i, json_incref(occurrences), raw);
    trigger_reply(c, i->id, SAID_JOINED, false);
    reports_of_facts(c, i, occurrences);
}

bool trigger_join(struct core *c, const struct plan_head *head)
{
    char *key = join_key(head, c->in->body);
    struct incident *i = key ? same_find(c, key) : NULL;
    free(key);
    if (!i || incident_recovering(i))
        return false;
    if (i->state == INCIDENT_OPEN)
        join(c, i);
    else
        trigger_reopen(c, i);
    return true;
}

/* ---- the digest ---- */

enum { TITLES_SHOWN = 3 };

static void titles_say(const json_t *joins, bool zh, struct text *to)
{
    size_t n, all = json_array_size(joins);
    for (n = 0; n < all && n < TITLES_SHOWN; n++)
        text_addf(to, "%s%s", n ? (zh ? "；" : "; ") : "",
                  json_str_or(json_array_get(joins, n), "title", "?"));
    if (all > TITLES_SHOWN)
        text_addf(to, zh ? " 等 %zu 条" : " and %zu more", zh ? all : all - TITLES_SHOWN);
}

static json_t *joins_text(const struct incident *i, const json_t *joins)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", "");
    text_addf(&zh, "%s：又有 %zu 条并入，共 %lld 条：", title, json_array_size(joins),
              (long long)json_int(about, "count", 1));
    text_addf(&en, "%s: %zu more have joined, %lld in all: ", title, json_array_size(joins),
              (long long)json_int(about, "count", 1));
    titles_say(joins, true, &zh);
    titles_say(joins, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

void joins_tell(struct core *c, struct incident *i)
{
    AUTO_JSON(joins);
    AUTO_JSON(text);
    joins = i->family ? kept_json(i->family->joins) : NULL;
    if (!json_array_size(joins))
        return;
    text = joins_text(i, joins);
    json_t *ev = join_event(joins, count_of(i), c->in->wall);
    json_t *body = json_put_int(json_object(), "joins", (int64_t)json_array_size(joins));
    core_emit(c, REC_JOINS_TOLD, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "ev", ev)});
    notice_tell_reached(c, i, NULL, "muster.notify", text);
}

/* ---- opening again ---- */

mono_ms reopen_until(const struct core *c, const struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    int64_t ms = head ? plan_head_reopen_within_ms(head) : 0;
    bool found = !LIST_EMPTY(&i->keys) || (i->family && !LIST_EMPTY(&i->family->sames));
    /* a plan that broke is not run again: a new incident has a run of its own */
    return ms && found && i->health == HEALTH_OK ? c->in->mono + ms : 0;
}

/* The trigger as the plan sees it: the incident of before, with what is said now. */
static json_t *reopened_about(const struct core *c, const struct incident *i)
{
    static const char *const words[] = {"note", "grade", "warning"};
    json_t *about = kept_json(i->about);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(about, words[n], json_str(c->in->body, words[n]));
    json_put_int(about, "count", json_int(about, "count", 1) + 1);
    return json_put_int(about, "reopened", (i->family ? i->family->reopened : 0) + 1);
}

static void reopen_emit(struct core *c, struct incident *i, json_t *takes_occurrences, bool raw)
{
    const struct plan_head *head = incident_head(c, i);
    uint8_t seed[16];
    char hex[33];
    entropy_bytes(&c->entropy, seed, sizeof seed);
    hex16(seed, hex);
    json_t *body = json_put_str(json_object(), "seed", hex);
    json_put(body, "stale_at", facts_stale_at(c, head, takes_occurrences, 0, i->speed));
    json_t *ev = plan_event("trigger", NULL, c->in->wall);
    json_put(ev, "incident", reopened_about(c, i));
    json_put(ev, "occurrences", takes_occurrences);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put_str(sealed, "title", json_str(c->in->body, "title"));
    if (raw)
        json_put(sealed, "fields", json_deep_copy(json_at(c->in->body, "fields")));
    keys_put(c, body, sealed);
    core_emit(c, REC_REOPENED, i,
              (struct emit){.actor = actor_input(c), .body = body, .sealed = sealed});
}

/* Its parent, if it has one, waits for its end again. */
static void parent_tell(struct core *c, const struct incident *i)
{
    struct incident *parent = family_parent(c, i);
    struct child *child = parent ? child_find(parent, i->family->child_key) : NULL;
    char id[UUID_TEXT];
    if (!child)
        return;
    AUTO_TEXT(step);
    text_addf(&step, "child:%s", child->key);
    json_t *ev = plan_event(NULL, json_pack("[s]", text_str(&step)), c->in->wall);
    json_put_str(json_put_str(ev, "child", uuid_text(i->id, id)), "state", "open");
    json_t *body = json_put_str(json_put_str(json_object(), "child", id), "plan", child->plan);
    json_t *sealed = json_put_str(json_put(json_object(), "ev", ev), "key", child->key);
    json_put_str(sealed, "title", child->title);
    core_emit(c, REC_CHILD_OPENED, parent, (struct emit){.body = body, .sealed = sealed});
}

void trigger_reopen(struct core *c, struct incident *i)
{
    AUTO_JSON(occurrences);
    bool raw;
    if (!incident_facts(c, i, json_at(c->in->body, "fields"), &occurrences, &raw))
        return;
    reopen_emit(c, i, json_incref(occurrences), raw);
    trigger_reply(c, i->id, SAID_REOPENED, false);
    parent_tell(c, i);
    children_review(c, i);
    items_of_phase(c, i, PHASE_FIRST, LEVEL_NONE);
    reports_at_reopening(c, i, occurrences);
}

void reopen_over(struct core *c, struct incident *i)
{
    core_emit(c, REC_REOPEN_OVER, i, (struct emit){.actor = json_pack("{s:s}", "type", "clock")});
}

/* ---- records ---- */

/* A grade that is worse than the one it has, or the first; levels and grades are written alike. */
static void grade_raise(json_t *about, const char *grade)
{
    enum level now = LEVEL_NONE, said = LEVEL_NONE;
    if (!level_parse(grade, &said))
        return;
    if (!level_parse(json_str(about, "grade"), &now) || said > now)
        json_put_str(about, "grade", grade);
}

static void key_bind(struct core *c, struct incident *i, const struct record *r)
{
    const char *key = record_str(r, "key");
    uint8_t digest[16];
    if (key && hex16_parse(json_str_or(r->body, "digest", ""), digest))
        dedup_own(i, dedup_bind(c, key, i->id, digest));
    once_apply(c, r);
}

static void apply_joined(struct core *c, struct incident *i, const struct record *r)
{
    const json_t *join = record_at(r, "join"), *ev = join ? join : record_at(r, "ev");
    json_t *about = kept_json(i->about);
    readings_take(c, i, ev, r->mono, json_at(r->body, "stale_at"));
    json_put_int(about, "count", json_int(about, "count", 1) + json_int(r->body, "adds", 1));
    grade_raise(about, json_str(ev, "grade"));
    kept_set(&i->about, about);
    key_bind(c, i, r);
    if (!join)
        return;
    struct family *f = family_of(i);
    json_t *joins = kept_json(f->joins);
    if (!joins)
        joins = json_array();
    json_array_append_new(joins, json_share(join));
    kept_set(&f->joins, joins);
    if (json_at(r->body, "due"))
        timer_set(&c->timers, &f->digest, json_int(r->body, "due", 0));
}

void join_apply(struct core *c, struct incident *i, const struct record *r)
{
    if (r->kind == REC_JOINED) {
        apply_joined(c, i, r);
        return;
    }
    struct family *f = family_of(i);
    kept_set(&f->joins, NULL);
    timer_clear(&c->timers, &f->digest);
}

/* Its run begins anew, with a seed of its own: what planners know of it is the run of before. */
static void run_again(struct incident *i, const struct record *r)
{
    hex16_parse(json_str_or(r->body, "seed", "00000000000000000000000000000000"), i->seed);
    i->plan_live = true;
    i->done = i->gap = false;
    i->prev = i->prev_cause = 0;
    i->strikes = i->lost = 0;
    kept_set(&i->awaits, NULL);
    kept_set(&i->fields, NULL);
}

void reopen_apply(struct core *c, struct incident *i, const struct record *r)
{
    const json_t *about = json_at(record_at(r, "ev"), "incident");
    struct family *f = family_of(i);
    timer_clear(&c->timers, &f->reopen);
    f->reopen_until = 0;
    f->reopened = (int)json_int(about, "reopened", 1);
    f->since = r->seq;
    i->state = INCIDENT_OPEN;
    i->closed_at = 0;
    c->stats.open[i->drill]++;
    version_count(c, i, 1);
    kept_set(&i->about, json_share(about));
    response_again(c, i);
    readings_doubt(c, i);
    readings_apply(c, i, r);
    outlook_drop(i);
    run_again(i, r);
    key_bind(c, i, r);
}
