#include "core/outlook.h"

#include "core/family.h"
#include "core/form.h"
#include "core/head_level.h"
#include "core/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A condition of the head or a watch, and what it came to at each station of its kind. */
struct asked {
    char *of;
    const struct condition *when;
    struct condition *own; /* of a watch: `when` */
    bool every;
    bool rises;       /* of `each`: it is told where it becomes true */
    uint8_t *truth;   /* by station; TRUTH_NONE: not asked for it. Room for all of the site */
    bool *silent;     /* by station: a reading that it met has gone stale */
    size_t counts[3]; /* of each truth */
    size_t silents;
    uint8_t whole; /* of a condition of no station; of a level where there is no station */
};

enum { TRUTH_NONE = 255 };

/* News of a fact; station "": of the incident. */
struct touch {
    char *station, *fact;
};

/* Where an `each` has become true. */
struct risen {
    char *step;
    const char *station; /* borrowed from the site; NULL: of none */
};

struct outlook {
    struct site *site;     /* own reference: for which it was made; another one in force, and it is
                              made anew */
    const char **stations; /* those of the incident, sorted; borrowed from the site; room for all */
    size_t stations_count, stations_all;
    struct asked *asked;
    size_t asked_count, asked_cap;
    struct touch *touched;
    size_t touched_count, touched_cap;
    struct risen *risen;
    size_t risen_count, risen_cap;
    bool made; /* from now on what becomes true is told */
};

void outlook_touch(struct incident *i, const char *station, const char *fact)
{
    struct outlook *o = i->outlook;
    if (!o)
        return;
    o->touched = mem_grow(o->touched, &o->touched_cap, o->touched_count + 1, sizeof *o->touched);
    o->touched[o->touched_count++] =
        (struct touch){.station = mem_str(station ? station : ""), .fact = mem_str(fact)};
}

static void touched_clear(struct outlook *o)
{
    for (size_t n = 0; n < o->touched_count; n++) {
        free(o->touched[n].station);
        free(o->touched[n].fact);
    }
    o->touched_count = 0;
}

static void risen_clear(struct outlook *o)
{
    for (size_t n = 0; n < o->risen_count; n++)
        free(o->risen[n].step);
    o->risen_count = 0;
}

void outlook_risen_clear(struct incident *i)
{
    if (i->outlook)
        risen_clear(i->outlook);
}

bool outlook_risen(const struct incident *i, size_t n, const char **ret_step,
                   const char **ret_station)
{
    const struct outlook *o = i->outlook;
    if (!o || n >= o->risen_count)
        return false;
    *ret_step = o->risen[n].step;
    *ret_station = o->risen[n].station;
    return true;
}

static void risen_add(struct outlook *o, const struct asked *k, const char *station)
{
    o->risen = mem_grow(o->risen, &o->risen_cap, o->risen_count + 1, sizeof *o->risen);
    o->risen[o->risen_count++] = (struct risen){.step = mem_str(k->of), .station = station};
}

static void asked_done(struct asked *k)
{
    free(k->of);
    free(k->truth);
    free(k->silent);
    condition_free(k->own);
}

static void outlook_free(struct outlook *o)
{
    touched_clear(o);
    risen_clear(o);
    for (size_t n = 0; n < o->asked_count; n++)
        asked_done(&o->asked[n]);
    free(o->touched);
    free(o->risen);
    free(o->asked);
    free(o->stations);
    site_unref(o->site);
    free(o);
}

void outlook_drop(struct incident *i)
{
    if (i->outlook)
        outlook_free(i->outlook);
    i->outlook = NULL;
}

/* ---- asking ---- */

struct asking {
    const struct incident *i;
    const struct plan_head *head;
    const struct site *site;
    const char *station; /* NULL: of the incident */
    bool silent;         /* a reading that was asked for is stale */
};

static struct value name_value(void *ctx, const char *name)
{
    struct asking *a = ctx;
    const struct fact *fact = plan_head_fact(a->head, name);
    double number;
    if (fact) {
        const struct reading *r = reading_find(a->i, fact->per ? a->station : NULL, name);
        a->silent = a->silent || (r && r->stale);
        return reading_value(r);
    }
    if (a->station && site_station_number(a->site, a->station, name, &number))
        return (struct value){.type = VALUE_NUMBER, .number = number};
    return (struct value){0};
}

/* It has come out so. From false or from unknown, which is no promise, it has become true. */
static void asked_is(struct outlook *o, struct asked *k, uint8_t *truth, enum truth t,
                     const char *station)
{
    if (k->rises && o->made && t == TRUTH_YES && *truth != TRUTH_YES)
        risen_add(o, k, station);
    *truth = (uint8_t)t;
}

static void asked_station(struct outlook *o, struct asked *k, struct asking *a, size_t at)
{
    const char *per = condition_per(k->when);
    if (!per || strcmp(per, site_station_kind(a->site, a->station)) != 0)
        return;
    if (k->truth[at] != TRUTH_NONE)
        k->counts[k->truth[at]]--;
    k->silents -= k->silent[at];
    a->silent = false;
    asked_is(o, k, &k->truth[at], condition_ask(k->when, name_value, a), a->station);
    k->silent[at] = a->silent;
    k->silents += a->silent;
    k->counts[k->truth[at]]++;
}

static void asked_all(struct outlook *o, struct asked *k, struct asking *a)
{
    if (!condition_per(k->when)) {
        a->station = NULL;
        a->silent = false;
        asked_is(o, k, &k->whole, condition_ask(k->when, name_value, a), NULL);
        k->silents = a->silent;
        return;
    }
    for (size_t n = 0; n < o->stations_count; n++) {
        a->station = o->stations[n];
        asked_station(o, k, a, n);
    }
    if (o->stations_count)
        return;
    a->station = NULL; /* where no station is, what is known of the incident still counts */
    k->whole = (uint8_t)condition_ask(k->when, name_value, a);
}

/* ---- making ---- */

static struct asked *asked_add(struct outlook *o, const char *of, const struct condition *when,
                               bool every)
{
    o->asked = mem_grow(o->asked, &o->asked_cap, o->asked_count + 1, sizeof *o->asked);
    struct asked *k = &o->asked[o->asked_count++];
    *k = (struct asked){.of = mem_str(of),
                        .when = when,
                        .every = every,
                        .whole = TRUTH_NONE,
                        .truth = mem_new(o->stations_all + 1, 1),
                        .silent = mem_new(o->stations_all + 1, sizeof(bool))};
    memset(k->truth, TRUTH_NONE, o->stations_all);
    return k;
}

static void asked_add_head(struct outlook *o, const char *kind, const char *id,
                           const struct condition *when, bool every)
{
    AUTO_TEXT(of);
    text_addf(&of, "%s/%s", kind, id);
    if (when)
        asked_add(o, text_str(&of), when, every);
}

/* The condition was read by the planner; should it not read here, the watch is never true. */
static struct asked *asked_add_watch(struct outlook *o, const struct plan_head *head,
                                     const struct plan_watch *w)
{
    struct condition *when = NULL;
    struct why why;
    if (plan_head_condition(head, NULL, w->when, &when, &why))
        return NULL;
    struct asked *k = asked_add(o, w->step, when, w->every);
    k->own = when;
    k->rises = w->each;
    return k;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* Which of the site's stations have reported: a flag each. */
struct reported {
    const char **ids;
    size_t count;
    bool *flags;
};

static void reported_look(void *ctx, struct reading *r)
{
    struct reported *to = ctx;
    AUTO_TEXT(station);
    text_add_bytes(&station, r->id, (size_t)(reading_name(r) - r->id) - 1);
    const char **found = bsearch(text_str(&station), to->ids, to->count, sizeof *to->ids, by_name);
    if (found)
        to->flags[found - to->ids] = true;
}

/* Each station of the site that belongs to the incident. */
static void stations_take(struct outlook *o, const struct incident *i)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    const json_t *place = json_at(about, "place");
    struct reported reported = {0};
    reported.ids = o->stations = json_keys(site_stations(o->site), &o->stations_all);
    reported.count = o->stations_all;
    reported.flags = mem_new(o->stations_all + 1, sizeof(bool));
    if (json_object_size(place) && o->stations_all)
        readings_walk(i, reported_look, &reported);
    for (size_t n = 0; n < o->stations_all; n++) {
        bool there = !json_object_size(place) || reported.flags[n] ||
                     site_station_in(o->site, reported.ids[n], place);
        if (there && !incident_without(i, reported.ids[n]))
            o->stations[o->stations_count++] = reported.ids[n];
    }
    free(reported.flags);
}

static struct outlook *outlook_make(const struct core *c, struct incident *i,
                                    const struct plan_head *head)
{
    struct outlook *o = mem_new(1, sizeof *o);
    const struct criterion_head *criterion;
    const struct plan_watch *w;
    o->site = site_ref(c->site->site);
    stations_take(o, i);
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (plan_head_level(head, l))
            asked_add_head(o, "level", level_name(l), plan_head_level(head, l)->when, false);
    }
    for (size_t n = 0; (criterion = plan_head_criterion_at(head, n)); n++)
        asked_add_head(o, "end", criterion->id, criterion->when, true);
    LIST_FOREACH(w, &i->watches, link)
    asked_add_watch(o, head, w);
    struct asking a = {.i = i, .head = head, .site = o->site};
    for (size_t n = 0; n < o->asked_count; n++)
        asked_all(o, &o->asked[n], &a);
    o->made = true;
    return o;
}

/* ---- what has changed ---- */

static struct asked *asked_find(const struct outlook *o, const char *of)
{
    for (size_t n = 0; o && n < o->asked_count; n++) {
        if (!strcmp(o->asked[n].of, of))
            return &o->asked[n];
    }
    return NULL;
}

/* Where the station stands; false: it is not one of the incident yet, and would stand there. */
static bool station_at(const struct outlook *o, const char *station, size_t *ret)
{
    size_t from = 0, to = o->stations_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(o->stations[middle], station);
        if (order == 0) {
            *ret = middle;
            return true;
        }
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    *ret = from;
    return false;
}

/* One that lies elsewhere has reported: it is one of the incident from now on. */
static void station_join(struct outlook *o, struct asking *a, size_t at, const char *station)
{
    size_t after = o->stations_count - at;
    memmove(&o->stations[at + 1], &o->stations[at], after * sizeof *o->stations);
    o->stations[at] = site_station_id(a->site, station);
    o->stations_count++;
    a->station = o->stations[at];
    for (size_t n = 0; n < o->asked_count; n++) {
        uint8_t *truth = o->asked[n].truth;
        bool *silent = o->asked[n].silent;
        memmove(truth + at + 1, truth + at, after);
        memmove(silent + at + 1, silent + at, after * sizeof *silent);
        truth[at] = TRUTH_NONE;
        silent[at] = false;
        asked_station(o, &o->asked[n], a, at);
    }
}

static void touched_ask(struct outlook *o, struct asking *a, const struct touch *t)
{
    size_t at = 0;
    bool whole = !*t->station;
    if (!whole && !site_station_kind(a->site, t->station))
        return; /* an event, or a station that the site has no more */
    if (!whole && incident_without(a->i, t->station))
        return;
    if (!whole && !station_at(o, t->station, &at)) {
        station_join(o, a, at, t->station);
        return;
    }
    for (size_t n = 0; n < o->asked_count; n++) {
        struct asked *k = &o->asked[n];
        if (!condition_uses(k->when, t->fact))
            continue;
        a->station = whole ? NULL : o->stations[at];
        if (whole)
            asked_all(o, k, a);
        else
            asked_station(o, k, a, at);
    }
}

/* Made anew for another site: what was true and still is has not become so. */
static void risen_since(struct outlook *o, const struct outlook *old, struct asked *k)
{
    const struct asked *was = asked_find(old, k->of);
    size_t at;
    if (!condition_per(k->when) && k->whole == TRUTH_YES && was && was->whole != TRUTH_YES)
        risen_add(o, k, NULL);
    for (size_t n = 0; was && n < o->stations_count; n++) {
        bool before = station_at(old, o->stations[n], &at) && was->truth[at] == TRUTH_YES;
        if (k->truth[n] == TRUTH_YES && !before)
            risen_add(o, k, o->stations[n]);
    }
}

static void outlook_remake(const struct core *c, struct incident *i, const struct plan_head *head)
{
    struct outlook *old = i->outlook, *o = outlook_make(c, i, head);
    i->outlook = o;
    for (size_t n = 0; old && n < o->asked_count; n++) {
        if (o->asked[n].rises)
            risen_since(o, old, &o->asked[n]);
    }
    if (old)
        outlook_free(old);
}

void outlook_refresh(const struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (!head || !c->site)
        return;
    struct outlook *o = i->outlook;
    if (!o || o->site != c->site->site) {
        outlook_remake(c, i, head);
        return;
    }
    struct asking a = {.i = i, .head = head, .site = o->site};
    for (size_t n = 0; n < o->touched_count; n++)
        touched_ask(o, &a, &o->touched[n]);
    touched_clear(o);
}

/* ---- watches come and go ---- */

enum err outlook_watch(const struct core *c, struct incident *i, const struct plan_watch *w,
                       struct why *why)
{
    const struct plan_head *head = incident_head(c, i);
    struct outlook *o = i->outlook;
    struct condition *again = NULL;
    if (!head || !o || asked_find(o, w->step))
        return ERR_OK;
    struct asking a = {.i = i, .head = head, .site = o->site};
    struct asked *k = asked_add_watch(o, head, w);
    if (k)
        asked_all(o, k, &a);
    enum err e = plan_head_condition(head, o->site, w->when, &again, why);
    condition_free(again);
    return e;
}

void outlook_unwatch(struct incident *i, const char *step)
{
    struct outlook *o = i->outlook;
    struct asked *k = asked_find(o, step);
    size_t kept = 0;
    if (!k)
        return;
    asked_done(k);
    o->asked_count--;
    memmove(k, k + 1, (size_t)(o->asked + o->asked_count - k) * sizeof *k);
    for (size_t n = 0; n < o->risen_count; n++) {
        if (strcmp(o->risen[n].step, step) != 0)
            o->risen[kept++] = o->risen[n];
        else
            free(o->risen[n].step);
    }
    o->risen_count = kept;
}

/* ---- what it comes to ---- */

const char *outlook_at(const struct incident *i, size_t n)
{
    const struct outlook *o = i->outlook; /* those of the head come first */
    return o && n < o->asked_count && !o->asked[n].own ? o->asked[n].of : NULL;
}

/* Any: the best that is there. Every: the worst. Of no station: nothing is known. */
static enum truth asked_truth(const struct asked *k)
{
    if (!condition_per(k->when))
        return k->whole == TRUTH_NONE ? TRUTH_UNKNOWN : (enum truth)k->whole;
    const enum truth deciding = k->every ? TRUTH_NO : TRUTH_YES;
    const enum truth other = truth_not(deciding);
    if (k->counts[deciding])
        return deciding;
    if (k->counts[TRUTH_UNKNOWN])
        return TRUTH_UNKNOWN;
    if (k->counts[other])
        return other;
    return k->every || k->whole == TRUTH_NONE ? TRUTH_UNKNOWN : (enum truth)k->whole;
}

enum truth outlook_truth(const struct incident *i, const char *of, const char **ret_station)
{
    const struct asked *k = asked_find(i->outlook, of);
    enum truth t = k ? asked_truth(k) : TRUTH_UNKNOWN;
    if (!ret_station)
        return t;
    *ret_station = NULL;
    for (size_t n = 0; k && condition_per(k->when) && n < i->outlook->stations_count; n++) {
        if (k->truth[n] == t) {
            *ret_station = i->outlook->stations[n];
            break;
        }
    }
    return t;
}

bool outlook_silent(const struct incident *i, const char *of)
{
    const struct asked *k = asked_find(i->outlook, of);
    return k && k->silents;
}

/* ---- in words ---- */

static void value_say(const struct fact *fact, const json_t *value, const char *lang,
                      struct text *to)
{
    const char *label = words_in(fact->label, lang, "zh");
    text_addf(to, "%s%s ", to->len ? (strcmp(lang, "zh") == 0 ? "，" : ", ") : "",
              *label ? label : fact->name);
    if (json_is_string(value))
        text_add(to, json_string_value(value));
    else
        json_write(value, to);
    if (fact->unit)
        text_addf(to, " %s", fact->unit);
}

void outlook_say(const struct core *c, const struct incident *i, const char *of,
                 const char *station, const char *lang, struct text *to)
{
    const struct asked *k = asked_find(i->outlook, of);
    const struct plan_head *head = incident_head(c, i);
    const char *name;
    AUTO_TEXT(values);
    for (size_t n = 0; k && (name = condition_name_at(k->when, n)); n++) {
        const struct fact *fact = plan_head_fact(head, name);
        const struct reading *r = fact ? reading_find(i, fact->per ? station : NULL, name) : NULL;
        if (r && !r->stale)
            value_say(fact, r->value, lang, &values);
    }
    if (values.len && station) {
        const char *words = site_station_name(c->site->site, station, lang);
        text_addf(to, "%s ", *words ? words : station);
    }
    text_add(to, text_str(&values));
}
