#include "core/schedule.h"

#include "base/civil.h"
#include "base/date.h"
#include "core/calendar.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

/* How far an occasion may be moved by days off, and how far ahead one is looked for. */
enum { MOVED_DAYS_MAX = 15, AHEAD_DAYS_MAX = 800 };

enum { ALL_MONTHS = 0x1ffe };

/* ---- reading "at" ---- */

/* "1st" to "31st", "last". */
static bool nth_read(const char *word, size_t len, int *ret)
{
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    char *end;
    if (len == 4 && !memcmp(word, "last", 4)) {
        *ret = OCCASION_LAST;
        return true;
    }
    long n = strtol(word, &end, 10);
    bool teen = n >= 11 && n <= 13;
    if (end == word || end + 2 != word + len || n < 1 || n > 31)
        return false;
    *ret = (int)n;
    return !memcmp(end, ends[!teen && n % 10 <= 3 ? n % 10 : 0], 2);
}

/* "15", "last": a day of the month. */
static bool monthday_read(const char *word, size_t len, int *ret)
{
    char *end;
    if (len == 4 && !memcmp(word, "last", 4)) {
        *ret = OCCASION_LAST;
        return true;
    }
    long n = strtol(word, &end, 10);
    *ret = (int)n;
    return end == word + len && n >= 1 && n <= 31 && word[0] >= '1' && word[0] <= '9';
}

/* One weekday or "workday" behind an ordinal. */
static bool of_month_read(const char *word, size_t len, struct occasion *o)
{
    char day[8];
    if (len >= sizeof day)
        return false;
    memcpy(day, word, len);
    day[len] = '\0';
    if (!strcmp(day, "workday")) {
        o->kind = OCCASION_NTH_WORKDAY;
        return true;
    }
    o->kind = OCCASION_NTH_WEEKDAY;
    return days_parse(day, &o->days) && o->days <= DAYS_ALL && !(o->days & (o->days - 1)) &&
           o->nth <= 5 + (o->nth == OCCASION_LAST) * OCCASION_LAST;
}

/* What stands before the clock: "", "mon,thu", "15", "last", "1st workday", "2nd tue". */
static bool day_read(const char *text, size_t len, struct occasion *o)
{
    char word[32];
    size_t first = 0;
    if (len >= sizeof word)
        return false;
    memcpy(word, text, len);
    word[len] = '\0';
    first = strcspn(word, " ");
    o->kind = OCCASION_DAYS;
    o->days = DAYS_ALL;
    if (!len)
        return true;
    if (word[first])
        return nth_read(word, first, &o->nth) &&
               of_month_read(word + first + 1, len - first - 1, o);
    if (monthday_read(word, first, &o->nth)) {
        o->kind = OCCASION_MONTHDAY;
        return true;
    }
    return days_parse(word, &o->days) && o->days <= DAYS_ALL;
}

static bool at_read(const char *text, struct occasion *o)
{
    size_t len = strlen(text);
    if (len < 5 || !clock_parse(text + len - 5, &o->minute))
        return false;
    if (len == 5)
        return day_read(text, 0, o);
    return text[len - 6] == ' ' && day_read(text, len - 6, o);
}

static enum on_holiday on_holiday_of(const char *word)
{
    static const char *const words[] = {"hold", "next_workday", "previous_workday", "skip"};
    for (int n = HOLIDAY_HOLD; word && n <= HOLIDAY_SKIP; n++) {
        if (!strcmp(words[n], word))
            return (enum on_holiday)n;
    }
    return HOLIDAY_HOLD;
}

static unsigned months_of(const json_t *months)
{
    unsigned bits = 0;
    for (size_t n = 0; n < json_array_size(months); n++)
        bits |= 1U << (unsigned)json_integer_value(json_array_get(months, n));
    return bits ? bits : ALL_MONTHS;
}

/* Of an entry that was checked. */
static struct occasion occasion_build(const char *name, const json_t *entry)
{
    struct occasion o = {.name = name,
                         .at = json_str_or(entry, "at", ""),
                         .title = json_at(entry, "title"),
                         .calendar = json_str(entry, "calendar"),
                         .on_holiday = on_holiday_of(json_str(entry, "if_holiday")),
                         .months = months_of(json_at(entry, "months"))};
    (void)at_read(o.at, &o);
    if (json_str(entry, "days"))
        (void)days_parse(json_str(entry, "days"), &o.days);
    return o;
}

void head_schedule_build(struct plan_head *h)
{
    const json_t *schedule = json_at(h->json, "schedule");
    const char **names = json_keys(schedule, &h->occasions_count);
    h->occasions = mem_new(h->occasions_count, sizeof *h->occasions);
    for (size_t n = 0; names[n]; n++)
        h->occasions[n] = occasion_build(names[n], json_at(schedule, names[n]));
    free(names);
}

/* ---- checking ---- */

static void at_check(const json_t *entry, struct remarks *r)
{
    struct occasion o = {0};
    const char *at = form_need(r, entry, "at", "at = \"08:40\"") ? form_str(r, entry, "at") : NULL;
    const char *days = form_str(r, entry, "days");
    unsigned mask;
    if (!at)
        return;
    if (!at_read(at, &o)) {
        remark_error_at(r, "at", "bad_value", NULL,
                        "\"%s\" is no time of an occasion; write \"08:40\", \"mon 09:00\", \"15 "
                        "09:00\", \"1st workday 09:00\", \"last fri 09:00\"",
                        at);
        return;
    }
    if (days && strlen(at) > 5)
        remark_error_at(r, "days", "bad_value", NULL,
                        "days belongs to a time alone, as in at = \"08:40\", days = \"workday\"; "
                        "at = \"%s\" says the day itself",
                        at);
    else if (days && !days_parse(days, &mask))
        remark_error_at(r, "days", "bad_value", NULL,
                        "\"%s\" are no days; write \"workday\", \"mon-fri\", \"sat,sun\"", days);
    if (json_at(entry, "if_holiday") && (days || o.kind == OCCASION_NTH_WORKDAY))
        remark_error_at(r, "if_holiday", "bad_value", NULL,
                        "only work days are meant here: it never falls on a day off");
}

static void months_check(const json_t *entry, struct remarks *r)
{
    const json_t *months = json_at(entry, "months");
    if (!months || !(months = form_list(r, entry, "months", "months: { 3, 6, 9, 12 }")))
        return;
    for (size_t n = 0; n < json_array_size(months); n++) {
        const json_t *month = json_array_get(months, n);
        if (!json_is_integer(month) || json_integer_value(month) < 1 ||
            json_integer_value(month) > 12)
            remark_error_at(r, "months", "bad_value", NULL, "a month is a number from 1 to 12");
    }
}

static void occasion_check(const char *name, const json_t *entry, const struct site *site,
                           struct remarks *r)
{
    static const struct form_key keys[] = {{"at", true},
                                           {"days", true},
                                           {"if_holiday", true},
                                           {"calendar", true},
                                           {"months", true},
                                           {"title", true},
                                           {0}};
    static const char *const on_holiday[] = {"hold", "next_workday", "previous_workday", "skip",
                                             NULL};
    if (!form_id(name, false) || strchr(name, '-') || (name[0] >= '0' && name[0] <= '9'))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is no name of an occasion; use letters, digits and _, no digit first: "
                     "plan.occasion.%s is what runs then",
                     name, "weekly");
    if (!form_table(r, entry, "an occasion") || !form_keys(r, entry, keys, "an occasion"))
        return;
    form_word(r, entry, "if_holiday", on_holiday, NULL);
    if (json_at(entry, "title"))
        form_words(r, entry, "title");
    months_check(entry, r);
    at_check(entry, r);
    const char *calendar = form_str(r, entry, "calendar");
    if (calendar && site && !site_has_calendar(site, calendar))
        remark_error_at(r, "calendar", "unknown_name", site_nearest_calendar(site, calendar),
                        "the site has no calendar \"%s\"", calendar);
}

/* What an emergency has and a meeting has not. */
static void standing_check(const json_t *head, struct remarks *r)
{
    static const char *const not_of_it[] = {"category", "starts_on",   "levels",       "auto",
                                            "one_per",  "parent_only", "reopen_within"};
    for (size_t n = 0; n < sizeof not_of_it / sizeof *not_of_it; n++) {
        if (json_at(head, not_of_it[n]))
            remark_error_at(r, not_of_it[n], "bad_value", NULL,
                            "a standing plan has no %s: its schedule opens it, for people to meet "
                            "and not for an emergency",
                            not_of_it[n]);
    }
    if (!json_at(head, "schedule"))
        remark_error(r, "missing_key", NULL,
                     "a standing plan says when its occasions come; add schedule = { weekly = { at "
                     "= \"mon 09:00\" } }");
}

void head_schedule_check(const json_t *head, const struct site *site, struct remarks *r)
{
    const json_t *schedule = json_at(head, "schedule");
    const char *kind = json_str_or(head, "kind", "special");
    bool standing = !strcmp(kind, "standing");
    if (standing)
        standing_check(head, r);
    if (!schedule)
        return;
    if (!standing)
        remark_error_at(r, "schedule", "bad_value", NULL,
                        "a schedule belongs to kind = \"standing\"; this plan is kind = \"%s\"",
                        kind);
    remark_enter(r, "schedule");
    if (form_table(r, schedule, "schedule")) {
        size_t count;
        const char **names = json_keys(schedule, &count);
        if (!count || count > OCCASIONS_MAX)
            remark_error(r, "bad_value", NULL, "a schedule has 1 to %d occasions", OCCASIONS_MAX);
        for (size_t n = 0; names[n]; n++) {
            remark_enter(r, names[n]);
            occasion_check(names[n], json_at(schedule, names[n]), site, r);
            remark_leave(r);
        }
        free(names);
    }
    remark_leave(r);
}

/* ---- what it says ---- */

size_t plan_head_occasions(const struct plan_head *h)
{
    return h->occasions_count;
}

const struct occasion *plan_head_occasion_at(const struct plan_head *h, size_t index)
{
    return index < h->occasions_count ? &h->occasions[index] : NULL;
}

const struct occasion *plan_head_occasion(const struct plan_head *h, const char *name)
{
    for (size_t n = 0; n < h->occasions_count; n++) {
        if (!strcmp(h->occasions[n].name, name))
            return &h->occasions[n];
    }
    return NULL;
}

const char *plan_head_nearest_occasion(const struct plan_head *h, const char *name)
{
    return form_nearest(json_at(h->json, "schedule"), name);
}

/* ---- when ---- */

static int64_t month_length(int64_t day)
{
    int year, month, of;
    date_from_days(day, &year, &month, &of);
    int64_t first = days_from_date(year, month, 1);
    return days_from_date(month == 12 ? year + 1 : year, month % 12 + 1, 1) - first;
}

/* Is it the n-th day that is worked, of its month, or the last one? */
static bool nth_workday(const struct occasion *o, const struct site *s, int64_t day, int of)
{
    int count = 0;
    int64_t length = month_length(day), first = day - of + 1;
    if (!site_workday(s, o->calendar, day))
        return false;
    bool last = o->nth == OCCASION_LAST;
    for (int64_t d = last ? day + 1 : first; d < (last ? first + length : day); d++)
        count += site_workday(s, o->calendar, d);
    return last ? count == 0 : count == o->nth - 1;
}

/* Does it fall on this day, before days off are looked at? */
static bool falls_on(const struct occasion *o, const struct site *s, int64_t day)
{
    int year, month, of;
    date_from_days(day, &year, &month, &of);
    unsigned weekday = 1U << (unsigned)((day + 4) % 7); /* 1970-01-01 was a Thursday */
    if (!(o->months & 1U << (unsigned)month))
        return false;
    switch (o->kind) {
    case OCCASION_DAYS:
        return (o->days & weekday) ||
               (o->days & DAYS_WORKED && site_workday(s, o->calendar, day)) ||
               (o->days & DAYS_OFF && !site_workday(s, o->calendar, day));
    case OCCASION_MONTHDAY: {
        int length = (int)month_length(day);
        return of == (o->nth < length ? o->nth : length);
    }
    case OCCASION_NTH_WORKDAY:
        return nth_workday(o, s, day, of);
    case OCCASION_NTH_WEEKDAY:
        return (o->days & weekday) &&
               (o->nth == OCCASION_LAST ? of > month_length(day) - 7 : (of - 1) / 7 == o->nth - 1);
    }
    return false;
}

/* The day on which it is held, of one on which it falls; false: on none. */
static bool held_on(const struct occasion *o, const struct site *s, int64_t *day)
{
    int step = o->on_holiday == HOLIDAY_PREVIOUS ? -1 : 1;
    if (o->on_holiday == HOLIDAY_HOLD || site_workday(s, o->calendar, *day))
        return true;
    for (int n = 0; o->on_holiday != HOLIDAY_SKIP && n < MOVED_DAYS_MAX; n++) {
        *day += step;
        if (site_workday(s, o->calendar, *day))
            return true;
    }
    return false;
}

wall_ms occasion_next(const struct occasion *o, const struct site *s, wall_ms after)
{
    int64_t today = civil_day(site_zone(s), after), found = 0;
    wall_ms next = 0;
    for (int64_t day = today - MOVED_DAYS_MAX; day <= today + AHEAD_DAYS_MAX; day++) {
        if (next && day > found + MOVED_DAYS_MAX)
            break;
        int64_t held = day;
        if (!falls_on(o, s, day) || !held_on(o, s, &held))
            continue;
        wall_ms at = civil_moment(site_zone(s), held, o->minute);
        if (at <= after || (next && at >= next))
            continue;
        next = at;
        found = day;
    }
    return next;
}
