#include "core/incident.h"

#include "core/call.h"
#include "core/drill.h"
#include "core/family.h"
#include "core/fetch.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/once.h"
#include "core/outlook.h"
#include "core/plan_watch.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/response.h"
#include "core/upkeep.h"
#include "core/version.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int incident_order(const void *a, const void *b)
{
    return uuid_cmp(((const struct incident *)a)->id, ((const struct incident *)b)->id);
}

static int dedup_order(const void *a, const void *b)
{
    return strcmp(((const struct dedup *)a)->key, ((const struct dedup *)b)->key);
}

static bool awaits_order(const struct incident *i)
{
    struct proposal *p;
    if (!i->response)
        return false;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (p->awaiting)
            return true;
    }
    return false;
}

const char *incident_state_name(const struct incident *i)
{
    if (i->state == INCIDENT_CLOSED)
        return uuid_is_none(incident_into(i)) ? "closed" : "merged";
    if (i->state == INCIDENT_UPKEEP)
        return "upkeep";
    if (incident_recovering(i))
        return "recovering";
    if (incident_level(i))
        return "active";
    return awaits_order(i) ? "awaiting_order" : "open";
}

const char *health_name(enum health h)
{
    static const char *const names[] = {"ok", "fallback", "stuck"};
    return names[h];
}

struct incident *core_incident(const struct core *c, struct uuid id)
{
    struct incident probe = {.id = id};
    void *found = tfind(&probe, &c->incidents, incident_order);
    return found ? *(struct incident **)found : NULL;
}

bool incident_spent(const struct incident *i)
{
    return i->state == INCIDENT_CLOSED && !i->unfinished && !i->items_open && !i->reports_open &&
           !incident_held(i);
}

struct incident *incident_new(struct core *c, struct uuid id)
{
    struct incident *i = mem_new(1, sizeof *i);
    i->id = id;
    LIST_INIT(&i->keys);
    LIST_INIT(&i->timers);
    LIST_INIT(&i->watches);
    LIST_INIT(&i->items);
    LIST_INIT(&i->reports);
    LIST_INIT(&i->calls);
    LIST_INIT(&i->fetches);
    LIST_INIT(&i->notices);
    if (!tsearch(i, &c->incidents, incident_order))
        abort();
    c->stats.incidents++;
    return i;
}

static void incident_drop_parts(struct core *c, struct incident *i)
{
    struct call *call;
    struct plan_timer *timer;
    struct notice *notice;
    struct dedup *key;
    while ((key = LIST_FIRST(&i->keys))) {
        LIST_REMOVE(key, link);
        key->owned = false;
    }
    family_drop(c, i);
    drill_drop(c, i);
    while ((call = LIST_FIRST(&i->calls)))
        call_drop(c, call);
    while ((timer = LIST_FIRST(&i->timers)))
        plan_timer_drop(c, timer);
    while ((notice = LIST_FIRST(&i->notices)))
        notice_forget(c, notice);
    plan_watches_drop(c, i);
    fetches_drop(c, i);
    readings_drop(c, i);
    response_drop(c, i);
    items_drop(c, i);
    reports_drop(c, i);
    outlook_drop(i);
    for (size_t n = 0; n < i->queue_count; n++)
        free(i->queue[n].tags);
    free(i->queue);
}

void incident_forget(struct core *c, struct incident *i)
{
    incident_drop_parts(c, i);
    if (i->dirty)
        STAILQ_REMOVE(&c->incidents_changed, i, incident, changed);
    if (i->suspect_listed)
        TAILQ_REMOVE(&c->suspects, i, suspect);
    tdelete(i, &c->incidents, incident_order);
    c->stats.incidents -= i != c->upkeep;
    if (i->health != HEALTH_OK)
        c->stats.fallback--;
    char **kept[] = {&i->about, &i->fields, &i->key, &i->alarms, &i->awaits, &i->table};
    for (size_t n = 0; n < sizeof kept / sizeof *kept; n++)
        free(*kept[n]);
    free(i);
}

/* --- its clock --- */

int64_t speed_ms(int speed, int64_t ms)
{
    return speed > 1 && ms > 0 ? (ms + speed - 1) / speed : ms;
}

int64_t incident_ms(const struct incident *i, int64_t ms)
{
    return speed_ms(i->speed, ms);
}

wall_ms incident_wall(const struct incident *i, wall_ms at)
{
    return i->speed > 1 ? i->opened_at + (at - i->opened_at) * i->speed : at;
}

mono_ms incident_mono(const struct incident *i, mono_ms at)
{
    return i->speed > 1 ? at * i->speed : at;
}

/* --- waits of the plan --- */

struct plan_timer *plan_timer_new(struct core *c, struct incident *i, const char *step, mono_ms due)
{
    struct plan_timer *t = mem_new(1, sizeof *t);
    t->step = mem_str(step);
    t->timer = (struct timer){.kind = TIMER_PLAN, .owner = t, .incident = &i->id, .step = t->step};
    LIST_INSERT_HEAD(&i->timers, t, link);
    timer_set(&c->timers, &t->timer, due);
    return t;
}

void plan_timer_drop(struct core *c, struct plan_timer *t)
{
    timer_clear(&c->timers, &t->timer);
    LIST_REMOVE(t, link);
    free(t->step);
    free(t);
}

struct plan_timer *plan_timer_find(const struct incident *i, const char *step)
{
    struct plan_timer *t;
    LIST_FOREACH(t, &i->timers, link)
    {
        if (!strcmp(t->step, step))
            return t;
    }
    return NULL;
}

/* --- dedup keys --- */

char *dedup_key(const char *principal, const char *key, bool drill)
{
    struct text t = {0};
    text_addf(&t, "%s%s\n%s", principal, drill ? " drill" : "", key);
    return text_take(&t);
}

struct dedup *dedup_find(const struct core *c, const char *key)
{
    struct dedup probe = {.key = mem_str(key)};
    void *found = tfind(&probe, &c->dedups, dedup_order);
    free(probe.key);
    return found ? *(struct dedup **)found : NULL;
}

static void dedup_mark(struct core *c, struct dedup *d)
{
    if (!d->dirty)
        STAILQ_INSERT_TAIL(&c->dedups_changed, d, changed);
    d->dirty = true;
}

struct dedup *dedup_bind(struct core *c, const char *key, struct uuid incident,
                         const uint8_t digest[16])
{
    struct dedup *d = dedup_find(c, key);
    if (!d) {
        d = mem_new(1, sizeof *d);
        d->key = mem_str(key);
        if (!tsearch(d, &c->dedups, dedup_order))
            abort();
    }
    d->incident = incident;
    memcpy(d->digest, digest, sizeof d->digest);
    d->gone = false;
    dedup_mark(c, d);
    return d;
}

/* The key binds no more: its row goes with the next batch, and it with the row (core_dirty_rows).
 */
void dedup_release(struct core *c, const char *key)
{
    struct dedup *d = dedup_find(c, key);
    if (!d)
        return;
    d->gone = true;
    dedup_mark(c, d);
}

void dedup_own(struct incident *i, struct dedup *d)
{
    if (d->owned)
        LIST_REMOVE(d, link);
    LIST_INSERT_HEAD(&i->keys, d, link);
    d->owned = true;
}

/* It binds no more, as its incident is over. */
void dedups_release(struct core *c, struct incident *i)
{
    struct dedup *d;
    while ((d = LIST_FIRST(&i->keys))) {
        LIST_REMOVE(d, link);
        d->owned = false;
        d->gone = true;
        dedup_mark(c, d);
    }
}

void dedups_move(struct core *c, struct incident *from, struct incident *to)
{
    struct dedup *d;
    while ((d = LIST_FIRST(&from->keys))) {
        dedup_own(to, d);
        d->incident = to->id;
        dedup_mark(c, d);
    }
}

static void dedup_own_loaded(const void *node, VISIT visit, void *closure)
{
    struct dedup *d = *(struct dedup *const *)node;
    if ((visit != postorder && visit != leaf) || d->until)
        return;
    struct incident *i = core_incident(closure, d->incident);
    if (i)
        dedup_own(i, d);
}

void dedups_own_all(struct core *c)
{
    twalk_r(c->dedups, dedup_own_loaded, c);
}

void dedup_forget(struct core *c, struct dedup *d)
{
    if (d->owned)
        LIST_REMOVE(d, link);
    tdelete(d, &c->dedups, dedup_order);
    free(d->key);
    free(d);
}

struct row dedup_row(const struct dedup *d)
{
    if (d->gone)
        return (struct row){
            .kind = ROW_KEY, .id = mem_str(d->key), .incident = d->incident, .gone = true};
    char hex[33];
    hex16(d->digest, hex);
    char id[UUID_TEXT];
    struct text body = {0};
    json_open(&body, '{');
    json_add_str(&body, "digest", hex);
    json_add_str(&body, "incident", uuid_text(d->incident, id));
    once_to_row(d, &body);
    json_shut(&body, '}');
    return (struct row){.kind = ROW_KEY,
                        .id = mem_str(d->key),
                        .incident = d->incident,
                        .open = true,
                        .text = text_take(&body)};
}

void dedup_from_row(struct core *c, const struct row *r)
{
    uint8_t digest[16] = {0};
    struct uuid id = {0};
    const char *incident = json_str(r->body, "incident");
    const char *hex = json_str(r->body, "digest");
    if (incident && hex && uuid_parse(incident, &id) && hex16_parse(hex, digest))
        once_from_row(c, dedup_bind(c, r->id, id, digest), r->body);
}

void hex16(const uint8_t b[16], char ret[33])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        ret[2 * i] = digits[b[i] >> 4];
        ret[2 * i + 1] = digits[b[i] & 15];
    }
    ret[32] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex16_parse(const char *text, uint8_t ret[16])
{
    for (size_t i = 0; i < 16; i++) {
        int high = hex_digit(text[2 * i]);
        int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);
        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return text[32] == '\0';
}

/* --- rows --- */

/*
 * A row is read at every start, a hundred thousand of them in a second: what is zero or empty is
 * left out, and what is kept as text stands in it as text.
 */
static void queue_write(const struct incident *i, struct text *to)
{
    if (!i->queue_count)
        return;
    json_add_key(to, "queue");
    json_open(to, '[');
    for (size_t n = 0; n < i->queue_count; n++) {
        json_open(to, '{');
        json_add_int(to, "seq", i->queue[n].seq);
        json_add_json(to, "tags", i->queue[n].tags);
        json_shut(to, '}');
    }
    json_shut(to, ']');
}

static void run_write(const struct incident *i, struct text *to)
{
    char seed[33];
    hex16(i->seed, seed);
    json_add_key(to, "run");
    json_open(to, '{');
    json_add_str(to, "awaits", i->awaits);
    json_add_true(to, "done", i->done);
    json_add_true(to, "gap", i->gap);
    json_add_int_unless_0(to, "last_t", i->last_t);
    json_add_true(to, "live", i->plan_live);
    json_add_int_unless_0(to, "lost", i->lost);
    json_add_int_unless_0(to, "prev", i->prev);
    json_add_int_unless_0(to, "prev_cause", i->prev_cause);
    queue_write(i, to);
    json_add_str(to, "seed", seed);
    json_add_int_unless_0(to, "strikes", i->strikes);
    json_add_int_unless_0(to, "turns", i->turns);
    json_shut(to, '}');
}

static int timer_step_order(const void *a, const void *b)
{
    return strcmp((*(struct plan_timer *const *)a)->step, (*(struct plan_timer *const *)b)->step);
}

/* Sorted by step, so that the row does not depend on the order in which they were set. */
static void timers_write(const struct incident *i, struct text *to)
{
    struct plan_timer *at[1], **sorted = at, *t;
    size_t count = 0;
    LIST_FOREACH(t, &i->timers, link)
    count++;
    if (!count)
        return;
    if (count > 1)
        sorted = mem_new(count, sizeof(void *));
    count = 0;
    LIST_FOREACH(t, &i->timers, link)
    sorted[count++] = t;
    qsort(sorted, count, sizeof *sorted, timer_step_order);
    json_add_key(to, "timers");
    json_open(to, '[');
    for (size_t n = 0; n < count; n++) {
        json_open(to, '{');
        json_add_int(to, "due", sorted[n]->timer.due);
        json_add_str(to, "step", sorted[n]->step);
        json_shut(to, '}');
    }
    json_shut(to, ']');
    if (sorted != at)
        free(sorted);
}

enum { ROW_BYTES = 1000 }; /* of most rows */

struct row incident_row(const struct incident *i)
{
    struct text body = {0};
    text_reserve(&body, ROW_BYTES);
    json_open(&body, '{');
    json_add_str(&body, "about", i->about);
    json_add_json(&body, "alarms", i->alarms);
    calls_write(i, &body);
    json_add_int_unless_0(&body, "closed_at", i->closed_at);
    json_add_int_unless_0(&body, "delivered", i->delivered);
    drill_write(i, &body);
    json_add_int_unless_0(&body, "drill_speed", i->speed);
    json_add_str(&body, "ends", i->ends);
    json_add_int_unless_0(&body, "failed", i->failed);
    family_write(i, &body);
    fetches_write(i, &body);
    json_add_json(&body, "fields", i->fields);
    json_add_str(&body, "health", health_name(i->health));
    json_add_int_unless_0(&body, "items_open", (int64_t)i->items_open);
    json_add_int_unless_0(&body, "items_overdue", (int64_t)i->items_overdue);
    json_add_str(&body, "key", i->key);
    json_add_str(&body, "on_resolved", i->on_resolved);
    json_add_int(&body, "opened_at", i->opened_at);
    json_add_str(&body, "pin", i->pin);
    reporting_write(i, &body);
    json_add_int_unless_0(&body, "reports_open", (int64_t)i->reports_open);
    json_add_int_unless_0(&body, "reports_overdue", (int64_t)i->reports_overdue);
    response_write(i, &body);
    run_write(i, &body);
    json_add_int_unless_0(&body, "seen", i->seen);
    json_add_int_unless_0(&body, "sent", i->sent);
    json_add_json(&body, "table", i->table);
    timers_write(i, &body);
    plan_watches_write(i, &body);
    json_shut(&body, '}');
    char id[UUID_TEXT];
    return (struct row){.kind = ROW_INCIDENT,
                        .id = mem_str(uuid_text(i->id, id)),
                        .incident = i->id,
                        .open = !incident_spent(i),
                        .drill = i->drill,
                        .plan = mem_str(i->plan),
                        .state = mem_str(incident_state_name(i)),
                        .text = text_take(&body)};
}

static void run_from_json(struct incident *i, const json_t *run)
{
    hex16_parse(json_str_or(run, "seed", "00000000000000000000000000000000"), i->seed);
    i->plan_live = json_bool(run, "live");
    i->done = json_bool(run, "done");
    i->gap = json_bool(run, "gap");
    i->prev = json_int(run, "prev", 0);
    i->prev_cause = json_int(run, "prev_cause", 0);
    i->last_t = json_int(run, "last_t", 0);
    i->turns = json_int(run, "turns", 0);
    i->strikes = (int)json_int(run, "strikes", 0);
    i->lost = (int)json_int(run, "lost", 0);
    i->awaits = mem_str(json_str(run, "awaits"));
    size_t n;
    json_t *fact;
    json_array_foreach(json_at(run, "queue"), n, fact)
    {
        i->queue = mem_grow(i->queue, &i->queue_cap, i->queue_count + 1, sizeof *i->queue);
        i->queue[i->queue_count++] = (struct fact_ref){.seq = json_int(fact, "seq", 0),
                                                       .tags = kept_text(json_at(fact, "tags"))};
    }
}

static enum health health_of(const char *name)
{
    for (enum health h = HEALTH_OK; h <= HEALTH_STUCK; h++) {
        if (!strcmp(health_name(h), name))
            return h;
    }
    return HEALTH_OK;
}

void incident_from_row(struct core *c, const struct row *r)
{
    struct incident *i = core_incident(c, r->incident);
    if (!i)
        i = incident_new(c, r->incident);
    const json_t *b = r->body;
    i->about = mem_str(json_str(b, "about"));
    i->plan = core_intern(c, r->plan);
    readings_from_facts(c, i, json_at(b, "facts"));
    i->fields = kept_text(json_at(b, "fields"));
    i->alarms = kept_text(json_at(b, "alarms"));
    i->pin = core_intern(c, json_str(b, "pin"));
    i->key = mem_str(json_str(b, "key"));
    i->ends = core_intern(c, json_str(b, "ends"));
    i->on_resolved = core_intern(c, json_str(b, "on_resolved"));
    i->health = health_of(json_str_or(b, "health", "ok"));
    bool over = r->state && (!strcmp(r->state, "closed") || !strcmp(r->state, "merged"));
    i->state = over ? INCIDENT_CLOSED : INCIDENT_OPEN;
    i->drill = r->drill;
    i->table = kept_text(json_at(b, "table"));
    i->speed = (int)json_int(b, "drill_speed", 0);
    i->opened_at = json_int(b, "opened_at", 0);
    i->closed_at = json_int(b, "closed_at", 0);
    i->sent = json_int(b, "sent", 0);
    i->delivered = json_int(b, "delivered", 0);
    i->seen = json_int(b, "seen", 0);
    i->failed = json_int(b, "failed", 0);
    run_from_json(i, json_at(b, "run"));
    reporting_from_json(c, i, json_at(b, "reporting"));
    response_from_json(c, i, json_at(b, "response"));
    family_from_json(c, i, json_at(b, "family"));
    drill_from_json(c, i, json_at(b, "drill_run"));
    size_t n;
    json_t *item;
    json_array_foreach(json_at(b, "timers"), n, item)
        plan_timer_new(c, i, json_str_or(item, "step", ""), json_int(item, "due", 0));
    json_array_foreach(json_at(b, "watches"), n, item) plan_watch_from_json(c, i, item);
    json_array_foreach(json_at(b, "calls"), n, item) call_from_json(c, i, item);
    json_array_foreach(json_at(b, "fetches"), n, item) fetch_from_json(c, i, item);
    if (i->health != HEALTH_OK)
        c->stats.fallback++;
    if (r->state && !strcmp(r->state, "upkeep"))
        upkeep_take(c, i);
    if (i->state == INCIDENT_OPEN) {
        c->stats.open[i->drill]++;
        version_count(c, i, 1);
    }
    core_measure(c, i);
}
