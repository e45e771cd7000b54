#include "core/reading.h"

#include "core/head.h"
#include "core/incident.h"
#include "core/outlook.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int reading_order(const void *a, const void *b)
{
    return strcmp(((const struct reading *)a)->id, ((const struct reading *)b)->id);
}

static char *reading_id(const char *station, const char *name)
{
    struct text t = {0};
    text_addf(&t, "%s/%s", station ? station : "", name);
    return text_take(&t);
}

static struct reading *reading_at(const struct incident *i, char *id)
{
    struct reading probe = {.id = id};
    void *found = tfind(&probe, &i->readings, reading_order);
    return found ? *(struct reading **)found : NULL;
}

struct reading *reading_find(const struct incident *i, const char *station, const char *name)
{
    char *id = reading_id(station, name);
    struct reading *r = reading_at(i, id);
    free(id);
    return r;
}

struct value reading_value(const struct reading *r)
{
    return r && !r->stale ? value_of_json(r->value) : (struct value){0};
}

const char *reading_name(const struct reading *r)
{
    return strchr(r->id, '/') + 1;
}

/* ---- walking ---- */

struct walk {
    reading_fn *fn;
    void *ctx;
};

static void walk_visit(const void *node, VISIT visit, void *closure)
{
    const struct walk *w = closure;
    if (visit == postorder || visit == leaf)
        w->fn(w->ctx, *(struct reading *const *)node);
}

void readings_walk(const struct incident *i, reading_fn *fn, void *ctx)
{
    struct walk w = {fn, ctx};
    twalk_r(i->readings, walk_visit, &w);
}

struct of_station {
    const char *station;
    size_t len;
    bool found;
};

static void of_station_look(void *ctx, struct reading *r)
{
    struct of_station *s = ctx;
    s->found = s->found || (!strncmp(r->id, s->station, s->len) && r->id[s->len] == '/');
}

bool readings_of(const struct incident *i, const char *station)
{
    struct of_station s = {.station = station, .len = strlen(station)};
    readings_walk(i, of_station_look, &s);
    return s.found;
}

/* ---- changing ---- */

static void reading_mark(struct core *c, struct reading *r)
{
    if (!r->dirty)
        STAILQ_INSERT_TAIL(&c->readings_changed, r, changed);
    r->dirty = true;
}

static struct reading *reading_take(struct core *c, struct incident *i, char *takes_id)
{
    struct reading *r = reading_at(i, takes_id);
    if (r) {
        free(takes_id);
        return r;
    }
    r = mem_new(1, sizeof *r);
    r->incident = i;
    r->id = takes_id;
    r->timer = (struct timer){.kind = TIMER_STALE, .owner = r, .incident = &i->id, .step = r->id};
    if (!tsearch(r, &i->readings, reading_order))
        abort();
    c->stats.readings++;
    return r;
}

/* Who was silent for too long when it was measured is so from the first: nothing rests on it. */
static void reading_set(struct core *c, struct reading *r, json_t *takes_value, wall_ms at,
                        mono_ms now, mono_ms stale_at)
{
    json_decref(r->value);
    r->value = takes_value ? takes_value : json_null();
    r->at = at;
    r->stale = stale_at && stale_at <= now;
    if (stale_at)
        timer_set(&c->timers, &r->timer, stale_at);
    else
        timer_clear(&c->timers, &r->timer);
}

static void key_text(const json_t *key, struct text *to)
{
    if (json_is_string(key))
        text_add(to, json_string_value(key));
    else
        json_write(key, to);
}

static char *occurrence_id(const json_t *one)
{
    const char *name = json_str_or(one, "name", "");
    AUTO_TEXT(key);
    if (!json_at(one, "key"))
        return reading_id(json_str(one, "station"), name);
    key_text(json_at(one, "key"), &key);
    return reading_id(name, text_str(&key));
}

/*
 * An older measurement that comes late is on record, but what is known now stays. Those that come
 * from another incident were measured each at a time of its own.
 */
void readings_take(struct core *c, struct incident *i, const json_t *ev, mono_ms mono,
                   const json_t *stale)
{
    wall_ms whole = json_int(ev, "measured", json_int(ev, "at", 0));
    size_t n;
    json_t *one;
    json_array_foreach(json_at(ev, "occurrences"), n, one)
    {
        struct reading *now = reading_take(c, i, occurrence_id(one));
        wall_ms at = json_int(one, "measured", whole);
        bool measured = json_at(one, "measured") || json_at(ev, "measured");
        if (now->value && measured && now->at > at) /* else it is so now */
            continue;
        reading_set(c, now, json_share(json_at(one, "value")), at, mono,
                    json_integer_value(json_array_get(stale, n)));
        reading_mark(c, now);
        outlook_touch(i, json_str(one, "station"), json_str_or(one, "name", ""));
    }
}

struct setting {
    struct core *c;
    wall_ms now, by;
};

static void reading_set_back(void *ctx, struct reading *r)
{
    const struct setting *s = ctx;
    if (r->at <= s->now)
        return;
    r->at = r->at + s->by < s->now ? r->at + s->by : s->now;
    reading_mark(s->c, r);
}

static void incident_set_back(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    if ((visit == postorder || visit == leaf) && i->state == INCIDENT_OPEN)
        readings_walk(i, reading_set_back, closure);
}

void readings_clock_set(struct core *c, const struct record *r)
{
    struct setting s = {c, r->at_ms, json_int(r->body, "by_ms", 0)};
    if (s.by < 0)
        twalk_r(c->incidents, incident_set_back, &s);
}

void readings_apply(struct core *c, struct incident *i, const struct record *r)
{
    readings_take(c, i, record_at(r, "ev"), r->mono, json_at(r->body, "stale_at"));
}

static void reading_doubt(void *ctx, struct reading *r)
{
    struct core *c = ctx;
    r->stale = true;
    timer_clear(&c->timers, &r->timer);
    reading_mark(c, r);
}

void readings_doubt(struct core *c, struct incident *i)
{
    readings_walk(i, reading_doubt, c);
}

void reading_stale(struct core *c, struct reading *r)
{
    struct incident *i = r->incident;
    const char *name = reading_name(r);
    AUTO_TEXT(station);
    plan_watches_ready(c, i);
    text_add_bytes(&station, r->id, (size_t)(name - r->id) - 1);
    json_t *ev = plan_event("stale", NULL, c->in->wall);
    json_put_str(ev, "fact", name);
    json_put_str(ev, "station", station.len ? text_str(&station) : NULL);
    json_put_int(ev, "since", r->at);
    core_emit(c, REC_FACT_STALE, i,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = json_put_str(json_object(), "reading", r->id),
                            .sealed = json_put(json_object(), "ev", ev)});
}

void reading_apply_stale(struct core *c, struct incident *i, const struct record *r)
{
    char *id = mem_str(json_str_or(r->body, "reading", ""));
    struct reading *now = reading_at(i, id);
    free(id);
    if (!now)
        return;
    now->stale = true;
    timer_clear(&c->timers, &now->timer);
    reading_mark(c, now);
    AUTO_TEXT(station);
    text_add_bytes(&station, now->id, (size_t)(reading_name(now) - now->id) - 1);
    outlook_touch(i, text_str(&station), reading_name(now));
}

struct gathering {
    const struct plan_head *head;
    const json_t *stations;
    const struct incident *newer;
    json_t *list;
};

static bool list_has(const json_t *list, const char *word)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        if (!strcmp(json_string_value(json_array_get(list, n)), word))
            return true;
    }
    return false;
}

static void reading_gather(void *ctx, struct reading *r)
{
    struct gathering *g = ctx;
    const char *name = reading_name(r);
    AUTO_TEXT(of);
    text_add_bytes(&of, r->id, (size_t)(name - r->id) - 1);
    const char *at = text_str(&of);
    const struct fact *event = of.len ? plan_head_fact(g->head, at) : NULL;
    const struct fact *fact = event ? event : plan_head_fact(g->head, name);
    const struct reading *known = g->newer ? reading_at(g->newer, r->id) : NULL;
    if (!fact || r->stale || (g->stations && !list_has(g->stations, at)) ||
        (known && known->at >= r->at))
        return;
    json_t *one = json_put_str(json_object(), "name", event ? at : name);
    json_put(one, "station", of.len && !event ? json_string(at) : json_null());
    json_put(one, "value", json_incref(r->value));
    if (event)
        json_put(one, "key", json_share(json_at(r->value, event->key)));
    json_array_append_new(g->list, json_put_int(one, "measured", r->at));
}

json_t *readings_occurrences(const struct incident *i, const struct plan_head *head,
                             const json_t *stations, const struct incident *newer)
{
    struct gathering g = {head, stations, newer, json_array()};
    if (head)
        readings_walk(i, reading_gather, &g);
    return g.list;
}

static void reading_close(void *ctx, struct reading *r)
{
    struct core *c = ctx;
    timer_clear(&c->timers, &r->timer);
}

void readings_close(struct core *c, struct incident *i)
{
    readings_walk(i, reading_close, c);
}

static void reading_forget(struct core *c, struct reading *r)
{
    timer_clear(&c->timers, &r->timer);
    if (r->dirty)
        STAILQ_REMOVE(&c->readings_changed, r, reading, changed);
    c->stats.readings--;
    json_decref(r->value);
    free(r->id);
    free(r);
}

void readings_drop(struct core *c, struct incident *i)
{
    while (i->readings) {
        struct reading *r = *(struct reading **)i->readings;
        tdelete(r, &i->readings, reading_order);
        reading_forget(c, r);
    }
}

/* ---- rows ---- */

struct row reading_row(const struct reading *r)
{
    char incident[UUID_TEXT];
    struct text id = {0}, body = {0};
    text_addf(&id, "%s/%s", uuid_text(r->incident->id, incident), r->id);
    json_open(&body, '{');
    json_add_int(&body, "at", r->at);
    json_add_int_unless_0(&body, "due", r->timer.at ? r->timer.due : 0);
    json_add_true(&body, "stale", r->stale);
    json_add_key(&body, "value");
    json_write(r->value, &body);
    json_shut(&body, '}');
    return (struct row){.kind = ROW_FACT,
                        .id = text_take(&id),
                        .incident = r->incident->id,
                        .open = true,
                        .drill = r->incident->drill,
                        .text = text_take(&body)};
}

void reading_from_row(struct core *c, const struct row *row)
{
    struct incident *i = core_incident(c, row->incident);
    const char *id = strchr(row->id, '/');
    if (!i || !id || !row->body) /* of an incident that is over */
        return;
    struct reading *r = reading_take(c, i, mem_str(id + 1));
    bool over = i->state == INCIDENT_CLOSED; /* its rows stay as they were */
    reading_set(c, r, json_share(json_at(row->body, "value")), json_int(row->body, "at", 0), 0,
                over ? 0 : json_int(row->body, "due", 0));
    r->stale = json_bool(row->body, "stale");
}

void readings_from_facts(struct core *c, struct incident *i, const json_t *facts)
{
    const char *top, *name;
    json_t *value, *inner;
    json_object_foreach(json_unconst(facts), top, value)
    {
        if (json_at(value, "value") && json_is_integer(json_at(value, "at"))) {
            struct reading *r = reading_take(c, i, reading_id(NULL, top));
            reading_set(c, r, json_share(json_at(value, "value")), json_int(value, "at", 0), 0, 0);
            reading_mark(c, r);
            continue;
        }
        json_object_foreach(value, name, inner)
        {
            struct reading *r = reading_take(c, i, reading_id(top, name));
            reading_set(c, r, json_share(json_at(inner, "value")), json_int(inner, "at", 0), 0, 0);
            reading_mark(c, r);
        }
    }
}
