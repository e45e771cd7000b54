/* All that can be wrong with a roster: as it is written, and on the days to come. */
#include "base/civil.h"
#include "core/roster.h"
#include "core/site_data.h"

#include <stdlib.h>
#include <string.h>

enum { DUTY_CHECKED_DAYS = 60 };

/* ---- names ---- */

static void person_check(const json_t *site, const json_t *value, struct remarks *r)
{
    const json_t *people = json_at(site, "people");
    const char *id = json_string_value(value);
    if (!id || strchr(id, ':'))
        remark_error(r, "bad_value", NULL,
                     "a seat holds ids of people, without person: { \"li.ming\" }");
    else if (!json_at(people, id))
        remark_error(r, "unknown_name", form_nearest(people, id), "the site has no person \"%s\"",
                     id);
}

static void people_check(const json_t *site, const json_t *seats, const char *seat,
                         struct remarks *r)
{
    const json_t *people = form_list(r, seats, seat, "people");
    remark_enter(r, seat);
    for (size_t i = 0; i < json_array_size(people); i++) {
        remark_enter_at(r, i);
        person_check(site, json_array_get(people, i), r);
        remark_leave(r);
    }
    remark_leave(r);
}

static bool seat_known(const json_t *roster, const char *seat, struct remarks *r)
{
    const json_t *seats = json_at(roster, "seats");
    if (seat && json_at(seats, seat))
        return true;
    remark_error(r, "unknown_name", seat ? form_nearest(seats, seat) : NULL,
                 "the roster has no seat \"%s\"", seat ? seat : "?");
    return false;
}

/* ---- seats, their order and titles ---- */

static void seats_check(const json_t *site, const json_t *roster, struct remarks *r)
{
    const json_t *seats = json_at(roster, "seats");
    const char **names = json_keys(seats, NULL);
    remark_enter(r, "seats");
    for (size_t i = 0; names[i]; i++) {
        if (!form_id(names[i], false))
            remark_error_at(r, names[i], "bad_id", NULL,
                            "\"%s\" is no name of a seat; letters, digits, - and _", names[i]);
        people_check(site, seats, names[i], r);
    }
    remark_leave(r);
    free(names);
}

static void order_check(const json_t *roster, struct remarks *r)
{
    const json_t *seats = json_at(roster, "seats"), *order = json_at(roster, "order");
    if (!order && json_object_size(seats) > 1)
        remark_error(r, "missing_key", NULL,
                     "order is missing; list the seats in the order in which they are called");
    if (!order)
        return;
    form_list(r, roster, "order", "seats");
    remark_enter(r, "order");
    for (size_t i = 0; i < json_array_size(order); i++) {
        const json_t *seat = json_array_get(order, i);
        remark_enter_at(r, i);
        if (!json_is_string(seat) || !json_at(seats, json_string_value(seat)))
            remark_error(r, "unknown_name",
                         json_is_string(seat) ? form_nearest(seats, json_string_value(seat)) : NULL,
                         "order names the seats of this roster");
        for (size_t k = 0; k < i; k++)
            if (json_equal(seat, json_array_get(order, k)))
                remark_error(r, "bad_value", NULL, "a seat stands in order only once");
        remark_leave(r);
    }
    remark_leave(r);
}

static void titles_check(const json_t *roster, struct remarks *r)
{
    const json_t *titles = json_at(roster, "titles");
    if (!titles)
        return;
    remark_enter(r, "titles");
    const char **names = json_keys(titles, NULL);
    form_table(r, titles, "titles");
    for (size_t i = 0; names[i]; i++) {
        remark_enter(r, names[i]);
        seat_known(roster, names[i], r);
        remark_leave(r);
        form_words(r, titles, names[i]);
    }
    free(names);
    remark_leave(r);
}

/* ---- who takes turns, and when ---- */

static bool takes_turns(const json_t *roster)
{
    const json_t *seats = json_at(roster, "seats");
    const char **names = json_keys(seats, NULL);
    bool turns = json_at(roster, "handover") || json_at(roster, "every") || json_at(roster, "from");
    for (size_t i = 0; names[i]; i++)
        turns = turns || json_array_size(json_at(seats, names[i])) > 1 ||
                json_array_size(json_at(json_at(json_at(roster, "holiday"), "seats"), names[i]));
    free(names);
    return turns;
}

static void rotation_check(const json_t *roster, struct remarks *r)
{
    static const struct {
        const char *key, *example;
    } keys[] = {
        {"every", "\"8h\", \"1d\", \"1w\" or \"1mo\" (1h to 12h, days, weeks, months)"},
        {"handover", "\"08:00\"; \"mon 08:00\" with weeks, \"1 08:00\" with months"},
        {"from", "the day of the first turn, \"2026-07-01\""},
    };
    struct rotation rotation;
    const char *wrong = NULL;
    bool missing = false;
    if (!takes_turns(roster))
        return;
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++) {
        if (!json_at(roster, keys[n].key)) {
            missing = true;
            remark_error(r, "missing_key", NULL, "who takes turns needs %s: %s", keys[n].key,
                         keys[n].example);
        }
    }
    if (missing || rotation_read(roster, &rotation, &wrong))
        return;
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++)
        if (!strcmp(keys[n].key, wrong))
            remark_error_at(r, wrong, "bad_value", NULL, "%s is %s", wrong, keys[n].example);
}

static void holiday_check(const json_t *site, const json_t *roster, struct remarks *r)
{
    static const struct form_key keys[] = {{"seats", true}, {"calendar", true}, {0}};
    const json_t *holiday = json_at(roster, "holiday"), *seats = json_at(holiday, "seats");
    if (!holiday)
        return;
    remark_enter(r, "holiday");
    if (form_table(r, holiday, "holiday") && form_keys(r, holiday, keys, "holiday")) {
        const char *calendar = form_str(r, holiday, "calendar");
        if (calendar && !json_at(json_at(site, "calendars"), calendar))
            remark_error_at(r, "calendar", "unknown_name",
                            form_nearest(json_at(site, "calendars"), calendar),
                            "the site has no calendar \"%s\"", calendar);
        remark_enter(r, "seats");
        const char **names = json_keys(seats, NULL);
        for (size_t n = 0; names[n]; n++) {
            remark_enter(r, names[n]);
            bool known = seat_known(roster, names[n], r);
            remark_leave(r);
            if (known)
                people_check(site, seats, names[n], r);
        }
        free(names);
        remark_leave(r);
    }
    remark_leave(r);
}

static void hours_check(const json_t *roster, struct remarks *r)
{
    const json_t *hours = json_at(roster, "hours");
    struct window window;
    if (!hours)
        return;
    remark_enter(r, "hours");
    const char **names = json_keys(hours, NULL);
    form_table(r, hours, "hours");
    for (size_t n = 0; names[n]; n++) {
        const json_t *list = form_list(r, hours, names[n], "hours");
        remark_enter(r, names[n]);
        seat_known(roster, names[n], r);
        for (size_t k = 0; k < json_array_size(list); k++) {
            const char *text = json_string_value(json_array_get(list, k));
            if (!text || !window_parse(text, &window))
                remark_error(r, "bad_value", NULL,
                             "hours are days and times: \"mon-fri 09:00-18:00\", \"workday "
                             "08:00-18:00\", \"day_off 00:00-24:00\"");
        }
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* ---- shifts ---- */

static bool shift_times(const json_t *site, const json_t *shift, struct remarks *r,
                        wall_ms *ret_from, wall_ms *ret_to)
{
    const char *zone = json_str_or(site, "zone", "UTC");
    if (!roster_moment(zone, json_str(shift, "from"), ret_from) ||
        !roster_moment(zone, json_str(shift, "to"), ret_to)) {
        remark_error(r, "bad_value", NULL,
                     "a shift has from and to as \"2026-10-01 08:00\", or as days");
        return false;
    }
    if (*ret_to <= *ret_from)
        remark_error(r, "bad_value", NULL, "the shift ends before it begins");
    return *ret_to > *ret_from;
}

static void shift_check(const json_t *site, const json_t *roster, size_t index, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"seat", true}, {"person", true}, {"from", true}, {"to", true}, {0}};
    const json_t *shifts = json_at(roster, "shifts"), *shift = json_array_get(shifts, index);
    wall_ms from, to, other_from, other_to;
    struct remarks quiet;
    if (!form_table(r, shift, "a shift") || !form_keys(r, shift, keys, "a shift"))
        return;
    const char *seat = json_str(shift, "seat");
    if (!seat_known(roster, seat, r) || !shift_times(site, shift, r, &from, &to))
        return;
    if (form_need(r, shift, "person", "person = \"li.ming\""))
        person_check(site, json_at(shift, "person"), r);
    remarks_init(&quiet, "", NULL, NULL);
    for (size_t n = 0; n < index; n++) {
        const json_t *other = json_array_get(shifts, n);
        if (!strcmp(json_str_or(other, "seat", ""), seat) &&
            shift_times(site, other, &quiet, &other_from, &other_to) && from < other_to &&
            other_from < to)
            remark_error(r, "bad_value", NULL,
                         "two shifts of the seat %s run at the same time (the other is number %zu)",
                         seat, n + 1);
    }
    remarks_done(&quiet);
}

static void shifts_check(const json_t *site, const json_t *roster, struct remarks *r)
{
    const json_t *shifts = json_at(roster, "shifts");
    if (!shifts || (json_is_object(shifts) && !json_object_size(shifts)))
        return;
    if (!json_is_array(shifts)) {
        remark_error_at(r, "shifts", "bad_value", NULL,
                        "shifts is a list: { { seat = …, from = …, to = …, person = … } }");
        return;
    }
    remark_enter(r, "shifts");
    for (size_t n = 0; n < json_array_size(shifts); n++) {
        remark_enter_at(r, n);
        shift_check(site, roster, n, r);
        remark_leave(r);
    }
    remark_leave(r);
}

/* ---- a roster ---- */

/* What is a text here is a file that is not there: one that is was put in its place. */
static void calendar_file_check(const json_t *calendar, struct remarks *r)
{
    if (json_is_string(calendar))
        remark_error(r, "no_file", NULL,
                     "the file %s is not in the folder of the plans; a calendar is "
                     "rosters/NAME.ics",
                     json_string_value(calendar));
    else if (!json_str(calendar, "file"))
        remark_error(r, "bad_value", NULL,
                     "calendar is \"rosters/NAME.ics\", or { SEAT = \"rosters/NAME.ics\" }");
}

static void calendar_check(const json_t *roster, struct remarks *r)
{
    const json_t *calendar = json_at(roster, "calendar");
    if (!calendar)
        return;
    remark_enter(r, "calendar");
    const char **names = json_keys(calendar, NULL);
    if (!names[0] || json_str(calendar, "file"))
        calendar_file_check(calendar, r);
    for (size_t n = 0; names[n] && !json_str(calendar, "file"); n++) {
        remark_enter(r, names[n]);
        seat_known(roster, names[n], r);
        calendar_file_check(json_at(calendar, names[n]), r);
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

static void spot_check_check(const json_t *roster, struct remarks *r)
{
    static const struct form_key keys[] = {{"per_month", true}, {0}};
    const json_t *checks = json_at(roster, "spot_check");
    if (!checks)
        return;
    remark_enter(r, "spot_check");
    if (form_table(r, checks, "spot_check") && form_keys(r, checks, keys, "spot_check"))
        form_int(r, checks, "per_month", 1, 31, 1);
    remark_leave(r);
}

void roster_check(const json_t *site, const char *id, const json_t *roster, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"title", true},      {"titles", true},   {"seats", true},
        {"order", true},      {"handover", true}, {"every", true},
        {"from", true},       {"holiday", true},  {"shifts", true},
        {"hours", true},      {"approves", true}, {"notify", true},
        {"spot_check", true}, {"calendar", true}, {0},
    };
    const json_t *seats = json_at(roster, "seats");
    form_keys(r, roster, keys, "a roster");
    form_words(r, roster, "title");
    if (!json_is_object(seats) || json_object_size(seats) == 0) {
        remark_error_at(r, "seats", "nobody", NULL,
                        "duty:%s has nobody in it; write seats = { officer = { \"li.ming\" } }",
                        id);
        return;
    }
    seats_check(site, roster, r);
    order_check(roster, r);
    titles_check(roster, r);
    rotation_check(roster, r);
    holiday_check(site, roster, r);
    hours_check(roster, r);
    shifts_check(site, roster, r);
    target_check_member(site, roster, "approves", NULL, r);
    form_bool(r, roster, "notify");
    spot_check_check(roster, r);
    calendar_check(roster, r);
}

/* ---- the days to come ---- */

static void span_words(const struct site *s, const struct duty_span *span, wall_ms until,
                       struct text *to)
{
    text_add(to, "from ");
    civil_add(to, site_zone(s), span->from);
    if (span->to >= until) {
        text_add(to, " on");
        return;
    }
    text_add(to, " until ");
    civil_add(to, site_zone(s), span->to);
}

static void seat_duty_check(const struct site *s, const struct roster *roster,
                            const struct seat *seat, wall_ms now, struct remarks *r)
{
    AUTO_TEXT(when);
    struct duty_span hole;
    wall_ms until = now + DUTY_CHECKED_DAYS * MS_DAY;
    if (!seat_hole(s, roster, seat, now, until, &hole))
        return;
    span_words(s, &hole, until, &when);
    remark_enter(r, "seats");
    remark_error_at(r, seat->name, "roster_gap", NULL,
                    "nobody sits in the seat %s of duty:%s %s; name somebody who is there, or give "
                    "that time to somebody in shifts",
                    seat->name, roster->id, text_str(&when));
    remark_leave(r);
}

static void roster_duty_check(const struct site *s, const struct roster *roster, wall_ms now,
                              struct remarks *r)
{
    AUTO_TEXT(when);
    struct duty_span hole;
    wall_ms until = now + DUTY_CHECKED_DAYS * MS_DAY;
    size_t errors = r->errors;
    remark_enter(r, roster->id);
    for (size_t n = 0; n < roster->seats_count; n++)
        seat_duty_check(s, roster, &roster->seats[n], now, r);
    if (r->errors == errors && roster_hole(s, roster, now, until, &hole)) {
        span_words(s, &hole, until, &when);
        remark_warning(r, "roster_gap", NULL,
                       "nobody is on duty in duty:%s %s: all its seats are out of their hours",
                       roster->id, text_str(&when));
    }
    remark_leave(r);
}

static int year_at(const struct site *s, wall_ms at)
{
    return civil_of(zone_rule(site_zone(s)), at).year;
}

static void holidays_duty_check(const struct site *s, const char *id, wall_ms now,
                                struct remarks *r)
{
    const json_t *years = json_at(json_at(s->json, "holidays"), id);
    int now_year = year_at(s, now), to = year_at(s, now + DUTY_CHECKED_DAYS * MS_DAY);
    for (int year = now_year; year <= to; year++) {
        AUTO_TEXT(key);
        text_addf(&key, "%d", year);
        const json_t *file = json_at(years, text_str(&key));
        if (!file)
            remark_warning(r, "no_holidays", NULL,
                           "the holidays of %d are not there: until they are, Saturday and Sunday "
                           "are taken to be its days off",
                           year);
        else if (json_is_false(json_at(file, "announced")) && year == now_year)
            remark_warning(r, "no_holidays", NULL,
                           "the holidays of %d are those of the law alone; write into their file "
                           "what was announced, and take announced = false away",
                           year);
    }
}

void site_check_duty(const struct site *s, wall_ms now, struct remarks *r)
{
    remark_enter(r, "rosters");
    for (size_t n = 0; n < s->rosters_count; n++)
        roster_duty_check(s, &s->rosters[n], now, r);
    remark_leave(r);
    remark_enter(r, "holidays");
    for (size_t n = 0; n < s->calendars.holidays_count; n++) {
        remark_enter(r, s->calendars.holidays[n].id);
        holidays_duty_check(s, s->calendars.holidays[n].id, now, r);
        remark_leave(r);
    }
    remark_leave(r);
}
