/*
 * site_left - who has left: left = "2026-09-30" is somebody's last day. From the day after, by the
 * clocks of the site, they are called by nothing; where they still stand somebody else is to be
 * named before.
 */
#include "core/site_data.h"

#include "base/civil.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

wall_ms site_left_at(const char *zone, const char *last_day)
{
    int64_t day;
    if (!last_day || !date_parse(last_day, &day))
        return 0;
    return civil_moment(zone, day + 1, 0);
}

void left_check(const json_t *person, struct remarks *r)
{
    int64_t day;
    const char *left = form_str(r, person, "left");
    if (left && !date_parse(left, &day))
        remark_error_at(r, "left", "bad_value", NULL,
                        "left is somebody's last day, like \"2026-09-30\"");
}

/* ---- where somebody stands ---- */

/* One who has left or leaves soon, looked for in the site. */
struct leaver {
    const struct person *person;
    const char *last_day;
    char *target; /* "person:li.ming" */
    bool gone;    /* already */
    bool plain;   /* in rosters people stand without person: */
    bool error;   /* where we look, one who is gone must not stand */
    struct remarks *r;
    int places;
};

static bool is_meant(const struct leaver *l, const char *text)
{
    return !strcmp(text, l->target) || (l->plain && !strcmp(text, l->person->id));
}

static void place_found(struct leaver *l)
{
    l->places++;
    if (!l->r)
        return;
    if (l->gone && l->error)
        remark_error(l->r, "left", NULL, "%s (%s) has left on %s; name somebody else here",
                     l->person->name, l->person->id, l->last_day);
    else if (l->gone)
        remark_warning(l->r, "left", NULL,
                       "%s (%s) has left on %s and is called by nobody here; name somebody else",
                       l->person->name, l->person->id, l->last_day);
    else
        remark_warning(l->r, "left", NULL,
                       "%s (%s) leaves on %s, and is nobody here from the day after; name somebody "
                       "else by then",
                       l->person->name, l->person->id, l->last_day);
}

static void look(struct leaver *l, const json_t *at)
{
    if (json_is_string(at) && is_meant(l, json_string_value(at)))
        place_found(l);
    for (size_t n = 0; n < json_array_size(at); n++) {
        if (l->r)
            remark_enter_at(l->r, n);
        look(l, json_array_get(at, n));
        if (l->r)
            remark_leave(l->r);
    }
    const char **keys = json_keys(at, NULL);
    for (size_t n = 0; keys[n]; n++) {
        if (l->r)
            remark_enter(l->r, keys[n]);
        if (is_meant(l, keys[n])) /* may_order is by who may */
            place_found(l);
        look(l, json_at(at, keys[n]));
        if (l->r)
            remark_leave(l->r);
    }
    free(keys);
}

static void look_all(const struct site *s, struct leaver *l)
{
    static const struct {
        const char *table;
        bool plain, error;
    } tables[] = {{"posts", false, true},      {"rosters", true, true},
                  {"may_order", false, true},  {"departments", false, true},
                  {"groups", false, false},    {"fallback", false, false},
                  {"self_alarm", false, false}};
    for (size_t n = 0; n < sizeof tables / sizeof *tables; n++) {
        l->plain = tables[n].plain;
        l->error = tables[n].error;
        if (l->r)
            remark_enter(l->r, tables[n].table);
        look(l, json_at(s->json, tables[n].table));
        if (l->r)
            remark_leave(l->r);
    }
}

static int leaver_look(const struct site *s, const struct person *p, wall_ms now, struct remarks *r)
{
    struct text target = {0};
    text_addf(&target, "person:%s", p->id);
    struct leaver l = {.person = p,
                       .last_day =
                           json_str_or(json_at(json_at(s->json, "people"), p->id), "left", ""),
                       .target = text_take(&target),
                       .gone = now >= p->left_at,
                       .r = r};
    look_all(s, &l);
    free(l.target);
    return l.places;
}

void site_check_left(const struct site *s, wall_ms now, struct remarks *r)
{
    for (size_t n = 0; n < s->people_count; n++) {
        const struct person *p = &s->people[n];
        if (p->left_at && now >= p->left_at - LEFT_AHEAD_DAYS * MS_DAY)
            (void)leaver_look(s, p, now, r);
    }
}

json_t *site_left(const struct site *s, wall_ms now)
{
    json_t *list = json_array();
    for (size_t n = 0; n < s->people_count; n++) {
        const struct person *p = &s->people[n];
        int places = p->left_at && now >= p->left_at ? leaver_look(s, p, now, NULL) : 0;
        if (!places)
            continue;
        json_t *one = json_put_str(json_put_str(json_object(), "person", p->id), "name", p->name);
        json_put_str(one, "left", json_str(json_at(json_at(s->json, "people"), p->id), "left"));
        json_array_append_new(list, json_put_int(one, "places", places));
    }
    return list;
}
