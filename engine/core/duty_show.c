/* What is shown of duty: who is on, when and by what; what was changed; where nobody will be. */
#include "base/civil.h"
#include "core/duty.h"
#include "core/roster.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_DAYS_MAX = 400, GAP_DAYS = 60, GAPS_MAX = 100, SPANS_MAX = 5000 };

static const char *const by_names[] = {
    [DUTY_TURN] = "turn",         [DUTY_HOLIDAY] = "holiday", [DUTY_SHIFT] = "shift",
    [DUTY_OVERRIDE] = "override", [DUTY_OFF] = "off_hours",   [DUTY_NOBODY] = "nobody"};

/* Who asks, of what. */
struct shown {
    const struct core *c;
    const struct site *site;
    const char *lang, *person; /* NULL: everybody */
    wall_ms at, until;
};

static json_t *time_put(json_t *o, const char *key, wall_ms at)
{
    char text[RFC3339_TEXT];
    return at == INT64_MAX || !at ? o : json_put_str(o, key, rfc3339(at, text));
}

static void person_put(const struct site *s, json_t *o, const char *key, const char *name_key,
                       const char *id)
{
    struct rung_person p;
    json_put_str(o, key, id);
    if (id && site_person(s, id, &p))
        json_put_str(o, name_key, p.name);
}

static json_t *span_json(const struct shown *k, const struct roster *r, const struct seat *seat,
                         const struct duty_span *span)
{
    json_t *one = json_put_str(json_object(), "seat", seat->name);
    json_put_str(one, "title", seat_title(k->site, seat, k->lang));
    json_put_str(one, "roster", r->id);
    json_put_str(one, "by", by_names[span->by]);
    person_put(k->site, one, "person", "name", span->person);
    time_put(one, "from", span->from);
    return time_put(one, "until", span->to);
}

/* ---- one roster ---- */

static json_t *seats_json(const struct shown *k, const struct roster *r)
{
    json_t *seats = json_array();
    for (size_t n = 0; n < r->seats_count; n++) {
        const struct seat *seat = &r->seats[n];
        struct duty_span span = seat_span(k->site, r, seat, k->at, k->at + SHOWN_DAYS_MAX * MS_DAY);
        if (span.to == k->at + SHOWN_DAYS_MAX * MS_DAY)
            span.to = INT64_MAX; /* for good */
        span.from = 0;
        json_array_append_new(seats, span_json(k, r, seat, &span));
    }
    return seats;
}

static void spans_add(const struct shown *k, const struct roster *r, json_t *list)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        for (wall_ms at = k->at; at < k->until && json_array_size(list) < SPANS_MAX;) {
            struct duty_span span = seat_span(k->site, r, &r->seats[n], at, k->until);
            at = span.to;
            if (span.by == DUTY_OFF ||
                (k->person && (!span.person || strcmp(span.person, k->person) != 0)))
                continue;
            json_array_append_new(list, span_json(k, r, &r->seats[n], &span));
        }
    }
}

static void gaps_add(const struct shown *k, const struct roster *r, json_t *list)
{
    wall_ms until = k->until > k->at ? k->until : k->at + GAP_DAYS * MS_DAY;
    for (size_t n = 0; n < r->seats_count; n++) {
        struct duty_span hole = {.to = k->at};
        while (json_array_size(list) < GAPS_MAX &&
               seat_hole(k->site, r, &r->seats[n], hole.to, until, &hole))
            json_array_append_new(list, span_json(k, r, &r->seats[n], &hole));
    }
}

/* ---- entries ---- */

json_t *duty_change_shown(const struct core *c, const json_t *change)
{
    const struct site *s = c->site->site;
    const char *roster = json_str_or(change, "roster", "");
    const struct roster *r = site_roster(s, roster);
    json_t *o = json_put_int(json_object(), "change", json_int(change, "number", 0)), *part;
    json_t *parts = json_array();
    size_t n;
    static const char *const texts[] = {"what", "roster", "state", "reason", "note", "approved_by"};
    for (n = 0; n < sizeof texts / sizeof *texts; n++)
        json_put_str(o, texts[n], json_str(change, texts[n]));
    person_put(s, o, "by", "by_name", json_str(change, "by"));
    person_put(s, o, "with", "with_name", json_str(change, "with"));
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        const char *name = json_str_or(part, "seat", "");
        const struct seat *seat = r ? roster_seat(r, name) : NULL;
        json_t *one = json_put_str(json_object(), "seat", name);
        json_put_str(one, "title", seat ? seat_title(s, seat, NULL) : name);
        person_put(s, one, "person", "name", json_str(part, "person"));
        person_put(s, one, "instead", "instead_name", json_str(part, "instead"));
        time_put(time_put(one, "from", json_int(part, "from", 0)), "to", json_int(part, "to", 0));
        json_array_append_new(parts, one);
    }
    return time_put(json_put(o, "parts", parts), "at", json_int(change, "at", 0));
}

static bool change_of(const struct shown *k, const json_t *change, const char *roster)
{
    size_t n;
    json_t *part;
    if (roster && strcmp(json_str_or(change, "roster", ""), roster) != 0)
        return false;
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        bool mine = !k->person || !strcmp(json_str_or(part, "person", ""), k->person) ||
                    !strcmp(json_str_or(part, "instead", ""), k->person);
        if (mine && json_int(part, "to", 0) > k->at)
            return true;
    }
    return false;
}

static json_t *changes_json(const struct shown *k, const char *roster)
{
    json_t *list = json_array();
    const struct duty_entry *e;
    LIST_FOREACH(e, &k->c->duty, link)
    {
        AUTO_JSON(change);
        if (e->gone || strncmp(e->id, "change/", 7) != 0)
            continue;
        change = kept_json(e->body);
        if (change_of(k, change, roster))
            json_array_append_new(list, duty_change_shown(k->c, change));
    }
    return list;
}

json_t *duty_handover_shown(const struct core *c, const struct roster *r)
{
    AUTO_TEXT(id);
    AUTO_JSON(kept);
    text_addf(&id, "handover/%s", r->id);
    kept = duty_entry(c, text_str(&id));
    if (!kept)
        return NULL;
    json_t *o = json_put_str(json_object(), "roster", r->id);
    person_put(c->site->site, o, "from", "from_name", json_str(kept, "from"));
    person_put(c->site->site, o, "taken_by", "taken_by_name", json_str(kept, "taken_by"));
    json_put_str(o, "note", json_str(kept, "note"));
    json_put(o, "open", json_share(json_at(kept, "open")));
    return time_put(time_put(o, "at", json_int(kept, "at", 0)), "taken_at",
                    json_int(kept, "taken_at", 0));
}

static json_t *checks_json(const struct shown *k, const struct roster *r)
{
    AUTO_TEXT(id);
    AUTO_JSON(kept);
    json_t *list = json_array(), *check;
    size_t n;
    text_addf(&id, "checks/%s", r->id);
    kept = duty_entry(k->c, text_str(&id));
    json_array_foreach(json_unconst(json_at(kept, "list")), n, check)
    {
        wall_ms at = json_int(check, "at", 0), answered = json_int(check, "answered_at", 0);
        json_t *one = json_put_int(json_object(), "check", json_int(check, "no", 0));
        json_put_str(one, "seat", json_str(check, "seat"));
        person_put(k->site, one, "person", "name", json_str(check, "person"));
        time_put(time_put(one, "at", at), "answered_at", answered);
        if (answered)
            json_put_int(one, "took_ms", answered - at);
        json_array_append_new(list, one);
    }
    return list;
}

/* ---- whole ---- */

static json_t *roster_json(const struct shown *k, const struct roster *r)
{
    json_t *o = json_put_str(json_object(), "roster", r->id);
    json_put_str(o, "title", roster_title(k->site, r, k->lang));
    json_put(o, "seats", seats_json(k, r));
    json_put(o, "handover", duty_handover_shown(k->c, r));
    return json_put(o, "checks", checks_json(k, r));
}

enum err core_duty(const struct core *c, const struct duty_ask *ask, json_t **ret, struct why *why)
{
    struct shown k = {.c = c, .site = c->site ? c->site->site : NULL, .lang = ask->lang};
    const struct roster *r;
    struct rung_person p;
    if (!c->site || (ask->roster && !site_roster(k.site, ask->roster)))
        return why_set(why, ERR_MISSING, "the site has no roster \"%s\"",
                       ask->roster ? ask->roster : "?");
    if (ask->person && !site_person(k.site, ask->person, &p))
        return why_set(why, ERR_MISSING, "the site has no person \"%s\"", ask->person);
    k.person = ask->person;
    k.at = ask->now;
    if (ask->at && !rfc3339_parse(ask->at, &k.at) &&
        !roster_moment(site_zone(k.site), ask->at, &k.at))
        return why_set(why, ERR_INVALID,
                       "at: a time by the clocks of the site, \"2026-12-01 08:00\"");
    k.until = k.at + ask->days * MS_DAY;
    json_t *rosters = json_array(), *coming = json_array(), *gaps = json_array();
    for (size_t n = 0; (r = site_roster_at(k.site, n)); n++) {
        if (ask->roster && strcmp(r->id, ask->roster) != 0)
            continue;
        json_array_append_new(rosters, roster_json(&k, r));
        spans_add(&k, r, coming);
        gaps_add(&k, r, gaps);
    }
    *ret = time_put(json_object(), "at", k.at);
    json_put_str(*ret, "zone", site_zone(k.site));
    json_put(*ret, "rosters", rosters);
    json_put(*ret, "coming", coming);
    json_put(*ret, "changes", changes_json(&k, ask->roster));
    json_put(*ret, "gaps", gaps);
    return ERR_OK;
}

int64_t core_duty_changes(const struct core *c)
{
    const struct duty_entry *e;
    int64_t count = 0;
    LIST_FOREACH(e, &c->duty, link)
    count += !e->gone && !strncmp(e->id, "change/", 7);
    return count;
}

wall_ms core_duty_next(const struct core *c, wall_ms at)
{
    const struct roster *r;
    wall_ms next = INT64_MAX;
    for (size_t n = 0; c->site && (r = site_roster_at(c->site->site, n)); n++) {
        wall_ms one = roster_next(c->site->site, r, at);
        next = one < next ? one : next;
    }
    return next;
}
