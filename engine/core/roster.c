#include "core/roster.h"

#include "base/civil.h"
#include "base/date.h"
#include "core/site_data.h"

#include <stdlib.h>
#include <string.h>

enum { HOURS_MAX = 12, TURNS_OF_DAYS_MAX = 366, SINCE_DAYS = 60 };

/* ---- rotations as people write them ---- */

static bool number_and(const char *text, const char *unit, int most, int *ret)
{
    size_t digits = strspn(text, "0123456789");
    if (!digits || digits > 3 || strcmp(text + digits, unit) != 0)
        return false;
    *ret = (int)strtol(text, NULL, 10);
    return *ret >= 1 && *ret <= most;
}

static bool every_read(const char *every, struct rotation *r, int *ret_weeks)
{
    *ret_weeks = 0;
    if (number_and(every, "h", HOURS_MAX, &r->every))
        r->unit = ROTATION_HOURS;
    else if (number_and(every, "d", TURNS_OF_DAYS_MAX, &r->every))
        r->unit = ROTATION_DAYS;
    else if (number_and(every, "mo", HOURS_MAX, &r->every))
        r->unit = ROTATION_MONTHS;
    else if (number_and(every, "w", TURNS_OF_DAYS_MAX / 7, ret_weeks)) {
        r->unit = ROTATION_DAYS;
        r->every = *ret_weeks * 7;
    }
    return r->unit != ROTATION_NONE;
}

static int weekday_read(const char *text)
{
    static const char names[] = "sunmontuewedthufrisat";
    for (int n = 0; n < 7; n++)
        if (!strncmp(text, names + n * 3, 3))
            return n;
    return -1;
}

/* "08:00", "mon 08:00", "1 08:00": as `every` wants it. */
static bool handover_read(const char *text, struct rotation *r, bool weeks, int *ret_weekday)
{
    const char *space = strchr(text, ' ');
    *ret_weekday = -1;
    if (!clock_parse(space ? space + 1 : text, &r->minute))
        return false;
    if (r->unit == ROTATION_MONTHS)
        return space && space - text <= 2 && (r->monthday = (int)strtol(text, NULL, 10)) >= 1 &&
               r->monthday <= 31 && strspn(text, "0123456789") == (size_t)(space - text);
    if (weeks)
        return space && space - text == 3 && (*ret_weekday = weekday_read(text)) >= 0;
    return !space;
}

static int64_t month_day(int64_t month, int monthday)
{
    int64_t first = days_from_date(month / 12, (int)(month % 12) + 1, 1);
    int64_t next = days_from_date((month + 1) / 12, (int)((month + 1) % 12) + 1, 1);
    return first + monthday <= next ? first + monthday - 1 : next - 1;
}

static int64_t month_of(int64_t day)
{
    int year, month, of_month;
    date_from_days(day, &year, &month, &of_month);
    return (int64_t)year * 12 + month - 1;
}

/* The first handover on or after the day and time of `from`. */
static bool from_read(const char *from, int weekday, struct rotation *r)
{
    int minute = 0;
    int64_t day;
    if (!date_parse(from, &day) && !civil_parse(from, &day, &minute))
        return false;
    day += minute > r->minute;
    while (weekday >= 0 && ((day + 4) % 7 + 7) % 7 != weekday)
        day++;
    if (r->unit == ROTATION_MONTHS) {
        int64_t month = month_of(day);
        day = month_day(month + (month_day(month, r->monthday) < day), r->monthday);
    }
    r->first_day = day;
    return true;
}

bool rotation_read(const json_t *roster, struct rotation *ret, const char **ret_key)
{
    struct rotation r = {0};
    int weeks, weekday;
    *ret_key = "every";
    if (!every_read(json_str_or(roster, "every", ""), &r, &weeks))
        return false;
    *ret_key = "handover";
    if (!handover_read(json_str_or(roster, "handover", ""), &r, weeks > 0, &weekday))
        return false;
    *ret_key = "from";
    if (!from_read(json_str_or(roster, "from", ""), weekday, &r))
        return false;
    *ret = r;
    return true;
}

bool roster_moment(const char *zone, const char *text, wall_ms *ret)
{
    int64_t day;
    int minute = 0;
    if (!text || (!civil_parse(text, &day, &minute) && !date_parse(text, &day)))
        return false;
    *ret = civil_first(zone, day, minute);
    return true;
}

/* ---- building ---- */

static struct people people_of(const json_t *list)
{
    struct people p = {.count = json_array_size(list)};
    p.at = mem_new(p.count + 1, sizeof *p.at);
    for (size_t n = 0; n < p.count; n++)
        p.at[n] = json_string_value(json_array_get(list, n));
    return p;
}

static void hours_build(const json_t *list, struct seat *seat)
{
    seat->hours = mem_new(json_array_size(list) + 1, sizeof *seat->hours);
    for (size_t n = 0; n < json_array_size(list); n++) {
        const char *text = json_string_value(json_array_get(list, n));
        if (window_parse(text, &seat->hours[seat->hours_count]))
            seat->hours_count++;
    }
}

static int shift_order(const void *a, const void *b)
{
    const struct shift *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static void shifts_build(const struct site *s, const json_t *list, struct seat *seat)
{
    size_t cap = 0;
    for (size_t n = 0; n < json_array_size(list); n++) {
        const json_t *one = json_array_get(list, n);
        struct shift shift = {.person = json_str(one, "person")};
        if (strcmp(json_str_or(one, "seat", ""), seat->name) != 0 ||
            !roster_moment(site_zone(s), json_str(one, "from"), &shift.from) ||
            !roster_moment(site_zone(s), json_str(one, "to"), &shift.to))
            continue;
        seat->shifts = mem_grow(seat->shifts, &cap, seat->shifts_count + 1, sizeof *seat->shifts);
        seat->shifts[seat->shifts_count++] = shift;
    }
    if (seat->shifts_count > 1)
        qsort(seat->shifts, seat->shifts_count, sizeof *seat->shifts, shift_order);
}

/* Shifts of a calendar, as ics.h gives them: of this seat, or of the first of all. */
static void planned_build(const json_t *calendar, bool first, struct seat *seat)
{
    const json_t *of =
        json_str(calendar, "file") ? (first ? calendar : NULL) : json_at(calendar, seat->name);
    const json_t *list = json_at(of, "shifts");
    seat->planned_count = json_array_size(list);
    seat->planned = mem_new(seat->planned_count + 1, sizeof *seat->planned);
    for (size_t n = 0; n < seat->planned_count; n++) {
        const json_t *one = json_array_get(list, n);
        seat->planned[n] = (struct shift){.person = json_str(one, "person"),
                                          .from = json_int(one, "from", 0),
                                          .to = json_int(one, "to", 0)};
    }
}

static void seat_build(const struct site *s, const json_t *v, const struct roster *roster,
                       struct seat *seat)
{
    struct text words = {0};
    seat->title = json_at(json_at(v, "titles"), seat->name);
    text_addf(&words, "%s, duty:%s", seat_title(s, seat, NULL), roster->id);
    seat->words = text_take(&words);
    seat->people = people_of(json_at(json_at(v, "seats"), seat->name));
    seat->holiday = people_of(json_at(json_at(json_at(v, "holiday"), "seats"), seat->name));
    hours_build(json_at(json_at(v, "hours"), seat->name), seat);
    shifts_build(s, json_at(v, "shifts"), seat);
    planned_build(json_at(v, "calendar"), seat == roster->seats, seat);
}

static void roster_build(const struct site *s, const json_t *v, struct roster *roster)
{
    const json_t *order = json_at(v, "order"), *checks = json_at(v, "spot_check");
    const char **names = json_keys(json_at(v, "seats"), &roster->seats_count), *key;
    if (order)
        roster->seats_count = json_array_size(order);
    roster->title = json_at(v, "title");
    (void)rotation_read(v, &roster->rotation, &key); /* without one each seat has its person */
    roster->calendar = calendar_of(&s->calendars, json_str(json_at(v, "holiday"), "calendar"));
    roster->approves = json_str(v, "approves");
    roster->notify = json_bool(v, "notify");
    roster->spot_checks = (int)json_int(checks, "per_month", 0);
    roster->seats = mem_new(roster->seats_count + 1, sizeof *roster->seats);
    for (size_t n = 0; n < roster->seats_count; n++) {
        roster->seats[n].name = order ? json_string_value(json_array_get(order, n)) : names[n];
        seat_build(s, v, roster, &roster->seats[n]);
    }
    free(names);
}

void rosters_build(struct site *s)
{
    const json_t *table = json_at(s->json, "rosters");
    const char **ids = json_keys(table, &s->rosters_count);
    s->rosters = mem_new(s->rosters_count + 1, sizeof *s->rosters);
    for (size_t n = 0; ids[n]; n++) {
        s->rosters[n].id = ids[n];
        roster_build(s, json_at(table, ids[n]), &s->rosters[n]);
    }
    free(ids);
}

void roster_done(struct roster *r)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        free(r->seats[n].words);
        free(r->seats[n].people.at);
        free(r->seats[n].holiday.at);
        free(r->seats[n].hours);
        free(r->seats[n].shifts);
        free(r->seats[n].planned);
    }
    free(r->seats);
}

/* ---- what a site says of them ---- */

const struct roster *site_roster(const struct site *s, const char *id)
{
    return site_find(s->rosters, s->rosters_count, sizeof *s->rosters, id);
}

const char *site_nearest_roster(const struct site *s, const char *id)
{
    return form_nearest(json_at(s->json, "rosters"), id);
}

const struct roster *site_roster_at(const struct site *s, size_t index)
{
    return index < s->rosters_count ? &s->rosters[index] : NULL;
}

const struct seat *roster_seat(const struct roster *r, const char *name)
{
    for (size_t n = 0; n < r->seats_count; n++)
        if (!strcmp(r->seats[n].name, name))
            return &r->seats[n];
    return NULL;
}

const char *roster_title(const struct site *s, const struct roster *r, const char *lang)
{
    const char *title = words_in(r->title, lang ? lang : s->lang, s->lang);
    return *title ? title : r->id;
}

const char *seat_title(const struct site *s, const struct seat *seat, const char *lang)
{
    const char *title = words_in(seat->title, lang ? lang : s->lang, s->lang);
    return *title ? title : seat->name;
}

void site_set_changes(struct site *s, const struct duty_change *changes, size_t count)
{
    free(s->changes);
    s->changes = mem_new(count + 1, sizeof *s->changes);
    s->changes_count = 0;
    for (size_t n = 0; n < count; n++) {
        const struct roster *r = site_roster(s, changes[n].roster);
        const struct seat *seat = r ? roster_seat(r, changes[n].seat) : NULL;
        struct rung_person p;
        if (seat && site_person(s, changes[n].person, &p))
            s->changes[s->changes_count++] =
                (struct duty_change){r->id, seat->name, p.id, changes[n].from, changes[n].to};
    }
}

/* ---- turns ---- */

wall_ms rotation_begins(const struct rotation *r, const char *zone, int64_t turn)
{
    switch (r->unit) {
    case ROTATION_HOURS:
        return civil_first(zone, r->first_day, r->minute + turn * r->every * 60);
    case ROTATION_DAYS:
        return civil_first(zone, r->first_day + turn * r->every, r->minute);
    case ROTATION_MONTHS:
        return civil_first(zone, month_day(month_of(r->first_day) + turn * r->every, r->monthday),
                           r->minute);
    case ROTATION_NONE:
        break;
    }
    return 0;
}

/* Near to the turn of that day: at most two away. */
static int64_t turn_about(const struct rotation *r, const char *zone, wall_ms at)
{
    int64_t day = civil_day(zone, at);
    int64_t minutes = (at + zone_offset_ms(zone, at)) / MS_MINUTE;
    switch (r->unit) {
    case ROTATION_HOURS:
        return (minutes - r->first_day * DAY_MINUTES - r->minute) / (r->every * 60);
    case ROTATION_DAYS:
        return (day - r->first_day) / r->every;
    case ROTATION_MONTHS:
        return (month_of(day) - month_of(r->first_day)) / r->every;
    case ROTATION_NONE:
        break;
    }
    return 0;
}

bool rotation_turn(const struct rotation *r, const char *zone, wall_ms at, int64_t *ret_turn,
                   wall_ms *ret_from)
{
    if (r->unit == ROTATION_NONE || at < rotation_begins(r, zone, 0))
        return false;
    int64_t turn = turn_about(r, zone, at);
    turn = turn > 0 ? turn : 0;
    while (rotation_begins(r, zone, turn + 1) <= at)
        turn++;
    while (rotation_begins(r, zone, turn) > at)
        turn--;
    *ret_turn = turn;
    *ret_from = rotation_begins(r, zone, turn);
    return true;
}

/* The day whose handover came last. */
static int64_t duty_day(const struct rotation *r, const char *zone, wall_ms at)
{
    int64_t day = civil_day(zone, at) + 1;
    while (civil_first(zone, day, r->minute) > at)
        day--;
    return day;
}

static const char *turn_person(const struct people *p, int64_t turn)
{
    return p->at[turn % (int64_t)p->count];
}

/* On a day off the seat may have a rotation of its own. */
static const char *holiday_person(const struct site *s, const struct roster *r,
                                  const struct seat *seat, wall_ms at)
{
    int64_t day = duty_day(&r->rotation, site_zone(s), at);
    if (!seat->holiday.count || calendar_worked(r->calendar, day) || day < r->rotation.first_day)
        return NULL;
    return turn_person(&seat->holiday, calendar_days_off(r->calendar, r->rotation.first_day, day));
}

static const char *rotation_person(const struct site *s, const struct roster *r,
                                   const struct seat *seat, wall_ms at, enum duty_by *by)
{
    int64_t turn;
    wall_ms from;
    const char *person = holiday_person(s, r, seat, at);
    *by = person ? DUTY_HOLIDAY : DUTY_TURN;
    if (person)
        return person;
    if (r->rotation.unit == ROTATION_NONE)
        return seat->people.count ? seat->people.at[0] : NULL;
    return rotation_turn(&r->rotation, site_zone(s), at, &turn, &from) && seat->people.count
               ? turn_person(&seat->people, turn)
               : NULL;
}

/* ---- who sits there ---- */

static const char *override_person(const struct site *s, const struct roster *r,
                                   const struct seat *seat, wall_ms at)
{
    for (size_t n = s->changes_count; n; n--) {
        const struct duty_change *c = &s->changes[n - 1];
        if (c->roster == r->id && c->seat == seat->name && at >= c->from && at < c->to)
            return c->person;
    }
    return NULL;
}

/* Of two that meet, the one that began later. */
static const char *shift_person(const struct shift *shifts, size_t count, wall_ms at)
{
    for (size_t n = count; n; n--) {
        const struct shift *shift = &shifts[n - 1];
        if (at >= shift->from && at < shift->to)
            return shift->person;
    }
    return NULL;
}

/* The moment from which somebody who leaves is not there any more; INT64_MAX: they stay. */
static wall_ms left_at(const struct site *s, const char *id)
{
    const struct person *p = site_find(s->people, s->people_count, sizeof *s->people, id);
    return p && p->left_at ? p->left_at : INT64_MAX;
}

static const char *person_planned(const struct site *s, const struct roster *r,
                                  const struct seat *seat, wall_ms at, enum duty_by *by)
{
    const char *person = override_person(s, r, seat, at);
    *by = DUTY_OVERRIDE;
    if (person)
        return person;
    *by = DUTY_SHIFT;
    if ((person = shift_person(seat->shifts, seat->shifts_count, at)) ||
        (person = shift_person(seat->planned, seat->planned_count, at)))
        return person;
    *by = DUTY_OFF;
    if (seat->hours_count &&
        !windows_hold(seat->hours, seat->hours_count, r->calendar, site_zone(s), at))
        return NULL;
    person = rotation_person(s, r, seat, at, by);
    if (!person)
        *by = DUTY_NOBODY;
    return person;
}

const char *seat_person(const struct site *s, const struct roster *r, const struct seat *seat,
                        wall_ms at, enum duty_by *ret_by)
{
    enum duty_by by;
    const char *person = person_planned(s, r, seat, at, &by);
    if (person && left_at(s, person) <= at) {
        person = NULL;
        by = DUTY_NOBODY;
    }
    if (ret_by)
        *ret_by = by;
    return person;
}

bool site_seat(const struct site *s, const char *roster, const char *seat, wall_ms at,
               struct rung_person *ret)
{
    const struct roster *r = site_roster(s, roster);
    const struct seat *of = r ? roster_seat(r, seat) : NULL;
    const char *person = of ? seat_person(s, r, of, at, NULL) : NULL;
    if (!person || !site_person(s, person, ret))
        return false;
    ret->words = of->words;
    return true;
}

/* ---- when it may change ---- */

static void sooner(wall_ms *next, wall_ms at, wall_ms candidate)
{
    if (candidate > at && candidate < *next)
        *next = candidate;
}

static void next_of_changes(const struct site *s, const struct roster *r, const struct seat *seat,
                            wall_ms at, wall_ms *next)
{
    for (size_t n = 0; n < s->changes_count; n++) {
        const struct duty_change *c = &s->changes[n];
        if (c->roster != r->id || c->seat != seat->name)
            continue;
        sooner(next, at, c->from);
        sooner(next, at, c->to);
    }
    for (size_t n = 0; n < seat->shifts_count; n++) {
        sooner(next, at, seat->shifts[n].from);
        sooner(next, at, seat->shifts[n].to);
    }
    for (size_t n = 0; n < seat->planned_count; n++) {
        sooner(next, at, seat->planned[n].from);
        sooner(next, at, seat->planned[n].to);
    }
}

static void next_of_rotation(const struct site *s, const struct roster *r, const struct seat *seat,
                             wall_ms at, wall_ms *next)
{
    const char *zone = site_zone(s);
    int64_t turn;
    wall_ms from;
    if (rotation_turn(&r->rotation, zone, at, &turn, &from))
        sooner(next, at, rotation_begins(&r->rotation, zone, turn + 1));
    else if (r->rotation.unit != ROTATION_NONE)
        sooner(next, at, rotation_begins(&r->rotation, zone, 0));
    if (seat->holiday.count)
        sooner(next, at,
               civil_first(zone, duty_day(&r->rotation, zone, at) + 1, r->rotation.minute));
}

static void next_of_leaving(const struct site *s, const struct seat *seat, wall_ms at,
                            wall_ms *next)
{
    for (size_t n = 0; n < seat->people.count; n++)
        sooner(next, at, left_at(s, seat->people.at[n]));
    for (size_t n = 0; n < seat->holiday.count; n++)
        sooner(next, at, left_at(s, seat->holiday.at[n]));
}

wall_ms seat_next(const struct site *s, const struct roster *r, const struct seat *seat, wall_ms at)
{
    wall_ms next = INT64_MAX;
    const char *person = seat_person(s, r, seat, at, NULL);
    next_of_changes(s, r, seat, at, &next);
    next_of_rotation(s, r, seat, at, &next);
    next_of_leaving(s, seat, at, &next);
    if (person)
        sooner(&next, at, left_at(s, person));
    if (seat->hours_count)
        sooner(&next, at, windows_next(seat->hours, seat->hours_count, site_zone(s), at));
    return next;
}

static bool same_duty(const char *a, const char *b, enum duty_by a_by, enum duty_by b_by)
{
    if (a && b) /* an override is seen as such, also where their own turn comes before or after */
        return !strcmp(a, b) && (a_by == DUTY_OVERRIDE) == (b_by == DUTY_OVERRIDE);
    return !a && !b && a_by == b_by;
}

struct duty_span seat_span(const struct site *s, const struct roster *r, const struct seat *seat,
                           wall_ms at, wall_ms until)
{
    struct duty_span span = {.from = at, .to = at};
    const char *person = seat_person(s, r, seat, at, &span.by);
    enum duty_by by = span.by;
    span.person = person;
    while (same_duty(span.person, person, span.by, by)) {
        span.to = seat_next(s, r, seat, span.to);
        if (span.to >= until) {
            span.to = until;
            break;
        }
        person = seat_person(s, r, seat, span.to, &by);
    }
    return span;
}

/* Turns are found forwards only: from the day before the longest turn that is likely, one by one.
 */
wall_ms seat_since(const struct site *s, const struct roster *r, const struct seat *seat,
                   wall_ms at)
{
    wall_ms from = at;
    for (int days = 1; days <= SINCE_DAYS && from == at; days = days < 8 ? days * 2 : days + 8) {
        struct duty_span span = seat_span(s, r, seat, at - days * MS_DAY, at + 1);
        while (span.to <= at)
            span = seat_span(s, r, seat, span.to, at + 1);
        from = span.from > at - days * MS_DAY ? span.from : at;
    }
    return from;
}

bool seat_hole(const struct site *s, const struct roster *r, const struct seat *seat, wall_ms at,
               wall_ms until, struct duty_span *ret)
{
    while (at < until) {
        struct duty_span span = seat_span(s, r, seat, at, until);
        if (!span.person && span.by == DUTY_NOBODY) {
            *ret = span;
            return true;
        }
        at = span.to;
    }
    return false;
}

static bool anybody(const struct site *s, const struct roster *r, wall_ms at)
{
    for (size_t n = 0; n < r->seats_count; n++)
        if (seat_person(s, r, &r->seats[n], at, NULL))
            return true;
    return false;
}

wall_ms roster_next(const struct site *s, const struct roster *r, wall_ms at)
{
    wall_ms next = INT64_MAX;
    for (size_t n = 0; n < r->seats_count; n++)
        sooner(&next, at, seat_next(s, r, &r->seats[n], at));
    return next;
}

bool roster_hole(const struct site *s, const struct roster *r, wall_ms at, wall_ms until,
                 struct duty_span *ret)
{
    while (at < until && anybody(s, r, at))
        at = roster_next(s, r, at);
    if (at >= until)
        return false;
    *ret = (struct duty_span){.from = at, .to = at, .by = DUTY_NOBODY};
    while (ret->to < until && !anybody(s, r, ret->to))
        ret->to = roster_next(s, r, ret->to);
    if (ret->to > until)
        ret->to = until;
    return true;
}

/* ---- days ---- */

bool site_has_calendar(const struct site *s, const char *calendar)
{
    return calendar_of(&s->calendars, calendar) != NULL;
}

const char *site_nearest_calendar(const struct site *s, const char *calendar)
{
    return form_nearest(json_at(s->json, "calendars"), calendar);
}

bool site_workday(const struct site *s, const char *calendar, int64_t day)
{
    const struct calendar *c = calendar_of(&s->calendars, calendar);
    return c && calendar_worked(c, day);
}

bool site_calendar_open(const struct site *s, const char *calendar, wall_ms at)
{
    const struct calendar *c = calendar_of(&s->calendars, calendar);
    if (!c)
        return false;
    wall_ms local = at + zone_offset_ms(site_zone(s), at);
    return calendar_open(c, local / MS_DAY, (int)(local % MS_DAY / MS_MINUTE));
}
