#include "core/outlook.h"

#include "core/family.h"
#include "core/form.h"
#include "core/head_level.h"
#include "core/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A condition of the head, and what it came to at each station of its kind. */
struct asked {
    char *of;
    const struct condition *when;
    bool every;
    uint8_t *truth;   /* by station, with SILENT; TRUTH_NONE: not asked for it */
    size_t counts[3]; /* of each truth */
    size_t silent;    /* answers that met a reading which has gone stale */
    enum truth whole; /* of a condition of no station */
};

enum { SILENT = 4, TRUTH_NONE = 255 };

struct outlook {
    struct site *site;     /* own reference: for which it was made; another one in force, and it is
                              made anew */
    const char **stations; /* those of the incident, sorted; borrowed from the site */
    size_t stations_count;
    struct asked *asked;
    size_t asked_count, asked_cap;
    char **touched; /* stations with news; "" of the incident */
    size_t touched_count, touched_cap;
};

void outlook_touch(struct incident *i, const char *station)
{
    struct outlook *o = i->outlook;
    const char *name = station ? station : "";
    if (!o || (o->touched_count && !strcmp(o->touched[o->touched_count - 1], name)))
        return;
    o->touched = mem_grow(o->touched, &o->touched_cap, o->touched_count + 1, sizeof *o->touched);
    o->touched[o->touched_count++] = mem_str(name);
}

static void touched_clear(struct outlook *o)
{
    for (size_t n = 0; n < o->touched_count; n++)
        free(o->touched[n]);
    o->touched_count = 0;
}

void outlook_drop(struct incident *i)
{
    struct outlook *o = i->outlook;
    if (!o)
        return;
    touched_clear(o);
    for (size_t n = 0; n < o->asked_count; n++) {
        free(o->asked[n].of);
        free(o->asked[n].truth);
    }
    free(o->touched);
    free(o->asked);
    free(o->stations);
    site_unref(o->site);
    free(o);
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

static void asked_station(struct asked *k, struct asking *a, size_t at)
{
    const char *per = condition_per(k->when);
    if (!per || strcmp(per, site_station_kind(a->site, a->station)) != 0)
        return;
    if (k->truth[at] != TRUTH_NONE) {
        k->counts[k->truth[at] & ~SILENT]--;
        k->silent -= (k->truth[at] & SILENT) != 0;
    }
    a->silent = false;
    enum truth t = condition_ask(k->when, name_value, a);
    k->truth[at] = (uint8_t)((int)t | (a->silent ? SILENT : 0));
    k->counts[t]++;
    k->silent += a->silent;
}

static void asked_all(struct outlook *o, struct asked *k, struct asking *a)
{
    if (!condition_per(k->when)) {
        a->station = NULL;
        a->silent = false;
        k->whole = condition_ask(k->when, name_value, a);
        k->silent = a->silent;
        return;
    }
    for (size_t n = 0; n < o->stations_count; n++) {
        a->station = o->stations[n];
        asked_station(k, a, n);
    }
}

/* ---- making ---- */

static void asked_add(struct outlook *o, const char *kind, const char *id,
                      const struct condition *when, bool every)
{
    struct text of = {0};
    if (!when)
        return;
    text_addf(&of, "%s/%s", kind, id);
    o->asked = mem_grow(o->asked, &o->asked_cap, o->asked_count + 1, sizeof *o->asked);
    struct asked *k = &o->asked[o->asked_count++];
    *k = (struct asked){.of = text_take(&of),
                        .when = when,
                        .every = every,
                        .truth = mem_new(o->stations_count + 1, 1)};
    memset(k->truth, TRUTH_NONE, o->stations_count);
}

/* Each station of the site that belongs to the incident. */
static void stations_take(struct outlook *o, const struct incident *i)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    const json_t *place = json_at(about, "place");
    size_t all;
    const char **ids = json_keys(site_stations(o->site), &all);
    for (size_t n = 0; n < all; n++) {
        bool there = !json_object_size(place) || site_station_in(o->site, ids[n], place) ||
                     readings_of(i, ids[n]);
        if (there && !incident_without(i, ids[n]))
            ids[o->stations_count++] = ids[n];
    }
    o->stations = ids;
}

static void outlook_make(const struct core *c, struct incident *i, const struct plan_head *head)
{
    struct outlook *o = mem_new(1, sizeof *o);
    const struct criterion_head *criterion;
    i->outlook = o;
    o->site = site_ref(c->site->site);
    stations_take(o, i);
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (plan_head_level(head, l))
            asked_add(o, "level", level_name(l), plan_head_level(head, l)->when, false);
    }
    for (size_t n = 0; (criterion = plan_head_criterion_at(head, n)); n++)
        asked_add(o, "end", criterion->id, criterion->when, true);
    struct asking a = {.i = i, .head = head, .site = o->site};
    for (size_t n = 0; n < o->asked_count; n++)
        asked_all(o, &o->asked[n], &a);
}

/* ---- what has changed ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* Where the station stands; false: it is not one of the incident yet. */
static bool station_at(const struct outlook *o, const char *station, size_t *ret)
{
    const char **found = o->stations_count ? bsearch(station, o->stations, o->stations_count,
                                                     sizeof *o->stations, by_name)
                                           : NULL;
    if (found)
        *ret = (size_t)(found - o->stations);
    return found != NULL;
}

/* Does it depend on a fact of the incident as a whole? Then each station is asked again. */
static bool uses_whole(const struct condition *when, const struct plan_head *head)
{
    const char *name;
    for (size_t n = 0; (name = condition_name_at(when, n)); n++) {
        const struct fact *fact = plan_head_fact(head, name);
        if (fact && !fact->per)
            return true;
    }
    return false;
}

static void of_incident_changed(struct outlook *o, struct asking *a)
{
    for (size_t n = 0; n < o->asked_count; n++) {
        if (uses_whole(o->asked[n].when, a->head))
            asked_all(o, &o->asked[n], a);
    }
}

/* false: it must be made anew, for a station has reported that was none of the incident. */
static bool touched_ask(struct outlook *o, struct asking *a, const char *station)
{
    size_t at;
    if (!*station) {
        of_incident_changed(o, a);
        return true;
    }
    if (!site_station_kind(a->site, station))
        return true; /* an event, or a station that the site has no more */
    if (!station_at(o, station, &at))
        return incident_without(a->i, station);
    a->station = o->stations[at];
    for (size_t n = 0; n < o->asked_count; n++)
        asked_station(&o->asked[n], a, at);
    return true;
}

void outlook_refresh(const struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (!head || !c->site)
        return;
    struct outlook *o = i->outlook;
    bool good = o && o->site == c->site->site;
    struct asking a = {.i = i, .head = head, .site = c->site->site};
    for (size_t n = 0; good && n < o->touched_count; n++)
        good = touched_ask(o, &a, o->touched[n]);
    if (good) {
        touched_clear(o);
        return;
    }
    outlook_drop(i);
    outlook_make(c, i, head);
}

/* ---- what it comes to ---- */

static const struct asked *asked_of(const struct incident *i, const char *of)
{
    const struct outlook *o = i->outlook;
    for (size_t n = 0; o && n < o->asked_count; n++) {
        if (!strcmp(o->asked[n].of, of))
            return &o->asked[n];
    }
    return NULL;
}

const char *outlook_at(const struct incident *i, size_t n)
{
    return i->outlook && n < i->outlook->asked_count ? i->outlook->asked[n].of : NULL;
}

/* Any: the best that is there. Every: the worst. Of no station: nothing is known. */
static enum truth asked_truth(const struct asked *k)
{
    if (!condition_per(k->when))
        return k->whole;
    const enum truth deciding = k->every ? TRUTH_NO : TRUTH_YES;
    const enum truth other = truth_not(deciding);
    if (k->counts[deciding])
        return deciding;
    return k->counts[TRUTH_UNKNOWN] || !k->counts[other] ? TRUTH_UNKNOWN : other;
}

enum truth outlook_truth(const struct incident *i, const char *of, const char **ret_station)
{
    const struct asked *k = asked_of(i, of);
    enum truth t = k ? asked_truth(k) : TRUTH_UNKNOWN;
    if (!ret_station)
        return t;
    *ret_station = NULL;
    for (size_t n = 0; k && condition_per(k->when) && n < i->outlook->stations_count; n++) {
        if (k->truth[n] != TRUTH_NONE && (k->truth[n] & ~SILENT) == (int)t) {
            *ret_station = i->outlook->stations[n];
            break;
        }
    }
    return t;
}

bool outlook_silent(const struct incident *i, const char *of)
{
    const struct asked *k = asked_of(i, of);
    return k && k->silent;
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
    const struct asked *k = asked_of(i, of);
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
