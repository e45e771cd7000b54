#include "core/calendar.h"

#include "base/civil.h"
#include "base/date.h"
#include "core/form.h"

#include <stdlib.h>
#include <string.h>

static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/* ---- days and hours as people write them ---- */

static int weekday_parse(const char *at, size_t len)
{
    for (int n = 0; n < 7; n++)
        if (len == 3 && !strncmp(at, weekdays[n], 3))
            return n;
    return -1;
}

/* "mon", "mon-fri", "fri-mon": the bits of its days; 0 for what is none. */
static unsigned days_of(const char *at, size_t len)
{
    if (len == 7 && !strncmp(at, "workday", len))
        return DAYS_WORKED;
    if (len == 7 && !strncmp(at, "day_off", len))
        return DAYS_OFF;
    size_t first = strcspn(at, "-,") < len ? strcspn(at, "-,") : len;
    int from = weekday_parse(at, first), to = from;
    if (first < len)
        to = weekday_parse(at + first + 1, len - first - 1);
    if (from < 0 || to < 0)
        return 0;
    unsigned days = 1U << to;
    for (int n = from; n != to; n = (n + 1) % 7)
        days |= 1U << n;
    return days;
}

bool days_parse(const char *text, unsigned *ret)
{
    unsigned all = 0;
    for (;;) {
        size_t len = strcspn(text, ",");
        unsigned days = days_of(text, len);
        if (!days)
            return false;
        all |= days;
        if (!text[len])
            break;
        text += len + 1;
    }
    *ret = all;
    return true;
}

static bool clock_of(const char *at, int *ret)
{
    char clock[6] = {0};
    memcpy(clock, at, 5);
    if (!strcmp(clock, "24:00")) {
        *ret = DAY_MINUTES;
        return true;
    }
    return clock_parse(clock, ret);
}

bool window_parse(const char *text, struct window *ret)
{
    const char *space = strrchr(text, ' '), *hours = space ? space + 1 : text;
    struct window w = {.days = DAYS_ALL};
    AUTO_TEXT(days);
    text_add_bytes(&days, text, space ? (size_t)(space - text) : 0);
    if ((space && !days_parse(text_str(&days), &w.days)) || strlen(hours) != 11 ||
        hours[5] != '-' || !clock_of(hours, &w.from) || !clock_of(hours + 6, &w.to) ||
        w.from == DAY_MINUTES || w.from == w.to)
        return false;
    if (w.to < w.from)
        w.to += DAY_MINUTES;
    *ret = w;
    return true;
}

/* ---- which days ---- */

static int day_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool day_in(const int64_t *days, size_t count, int64_t day)
{
    return count && bsearch(&day, days, count, sizeof *days, day_order);
}

/* 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
    return (int)(((day + 4) % 7 + 7) % 7);
}

static bool week_has(unsigned days, int64_t day)
{
    return days >> weekday_of(day) & 1;
}

bool calendar_worked(const struct calendar *c, int64_t day)
{
    if (c->holidays && day_in(c->holidays->off, c->holidays->off_count, day))
        return false;
    if (c->holidays && day_in(c->holidays->work, c->holidays->work_count, day))
        return true;
    return week_has(c->days, day);
}

int64_t calendar_days_off(const struct calendar *c, int64_t from, int64_t to)
{
    const struct holidays *h = c->holidays;
    int64_t off = 0;
    if (to <= from)
        return 0;
    for (int64_t day = from; day < from + (to - from) % 7; day++)
        off += !week_has(c->days, day);
    for (int64_t day = from; day < from + 7; day++)
        off += !week_has(c->days, day) ? (to - from) / 7 : 0;
    for (size_t n = 0; h && n < h->off_count; n++)
        off += h->off[n] >= from && h->off[n] < to && week_has(c->days, h->off[n]);
    for (size_t n = 0; h && n < h->work_count; n++)
        off -= h->work[n] >= from && h->work[n] < to && !week_has(c->days, h->work[n]) &&
               !day_in(h->off, h->off_count, h->work[n]);
    return off;
}

/* ---- hours ---- */

static bool window_has(const struct window *w, const struct calendar *c, int64_t day)
{
    return (w->days & DAYS_ALL && week_has(w->days & DAYS_ALL, day)) ||
           (w->days & DAYS_WORKED && calendar_worked(c, day)) ||
           (w->days & DAYS_OFF && !calendar_worked(c, day));
}

bool calendar_open(const struct calendar *c, int64_t day, int minute)
{
    if (!c->hours_count)
        return calendar_worked(c, day);
    for (size_t n = 0; n < c->hours_count; n++) {
        const struct window *w = &c->hours[n];
        bool today = minute >= w->from && minute < w->to && window_has(w, c, day);
        bool since_yesterday = minute + DAY_MINUTES < w->to && window_has(w, c, day - 1);
        if (today || since_yesterday)
            return true;
    }
    return false;
}

/* Those that began yesterday may last until today. */
bool windows_hold(const struct window *w, size_t count, const struct calendar *c, const char *zone,
                  wall_ms at)
{
    int64_t today = civil_day(zone, at);
    for (size_t n = 0; n < count; n++) {
        for (int64_t day = today - 1; day <= today + 1; day++) {
            if (window_has(&w[n], c, day) && at >= civil_first(zone, day, w[n].from) &&
                at < civil_first(zone, day, w[n].to))
                return true;
        }
    }
    return false;
}

wall_ms windows_next(const struct window *w, size_t count, const char *zone, wall_ms at)
{
    wall_ms next = INT64_MAX;
    int64_t today = civil_day(zone, at);
    for (size_t n = 0; n < count; n++) {
        for (int64_t day = today - 1; day <= today + 1; day++) {
            wall_ms from = civil_first(zone, day, w[n].from), to = civil_first(zone, day, w[n].to);
            next = from > at && from < next ? from : next;
            next = to > at && to < next ? to : next;
        }
    }
    return next;
}

/* ---- building ---- */

/* Days of a list of {from=, to=} or of days. */
static void days_add(const json_t *list, int64_t **days, size_t *count, size_t *cap)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        const json_t *one = json_array_get(list, n);
        const char *from = json_is_string(one) ? json_string_value(one) : json_str(one, "from");
        int64_t first = 0, last = 0;
        if (!from || !date_parse(from, &first) || !date_parse(json_str_or(one, "to", from), &last))
            continue;
        for (int64_t day = first; day <= last; day++) {
            *days = mem_grow(*days, cap, *count + 1, sizeof **days);
            (*days)[(*count)++] = day;
        }
    }
    if (*count > 1)
        qsort(*days, *count, sizeof **days, day_order);
}

static void holidays_build(const json_t *years, struct holidays *h)
{
    size_t off_cap = 0, work_cap = 0;
    const char **names = json_keys(years, NULL);
    for (size_t n = 0; names[n]; n++) {
        days_add(json_at(json_at(years, names[n]), "off"), &h->off, &h->off_count, &off_cap);
        days_add(json_at(json_at(years, names[n]), "work"), &h->work, &h->work_count, &work_cap);
    }
    free(names);
}

static const struct holidays *holidays_of(const struct calendars *c, const char *name)
{
    for (size_t n = 0; name && n < c->holidays_count; n++)
        if (!strcmp(c->holidays[n].id, name))
            return &c->holidays[n];
    return NULL;
}

/* One text, or a list of them. */
static const char *text_at(const json_t *value, size_t n)
{
    if (json_is_string(value))
        return n ? NULL : json_string_value(value);
    return json_string_value(json_array_get(value, n));
}

static void calendar_build(const json_t *v, const struct calendars *all, struct calendar *c)
{
    const json_t *hours = json_at(v, "hours");
    size_t cap = 0;
    const char *text;
    c->days = DAYS_MON_FRI;
    (void)days_parse(json_str_or(v, "days", "mon-fri"), &c->days);
    c->holidays = holidays_of(all, json_str(v, "holidays"));
    for (size_t n = 0; (text = text_at(hours, n)); n++) {
        c->hours = mem_grow(c->hours, &cap, c->hours_count + 1, sizeof *c->hours);
        if (window_parse(text, &c->hours[c->hours_count]))
            c->hours[c->hours_count++].days = DAYS_WORKED;
    }
}

void calendars_build(const json_t *site, struct calendars *ret)
{
    const json_t *holidays = json_at(site, "holidays"), *calendars = json_at(site, "calendars");
    const char **names = json_keys(holidays, &ret->holidays_count);
    ret->holidays = mem_new(ret->holidays_count + 1, sizeof *ret->holidays);
    for (size_t n = 0; names[n]; n++) {
        ret->holidays[n].id = names[n];
        holidays_build(json_at(holidays, names[n]), &ret->holidays[n]);
    }
    free(names);
    names = json_keys(calendars, &ret->count);
    ret->at = mem_new(ret->count + 1, sizeof *ret->at);
    for (size_t n = 0; names[n]; n++) {
        ret->at[n].id = names[n];
        calendar_build(json_at(calendars, names[n]), ret, &ret->at[n]);
    }
    free(names);
    ret->plain = (struct calendar){.id = "", .days = DAYS_MON_FRI};
    ret->plain.holidays = ret->holidays_count == 1 ? ret->holidays : NULL;
}

void calendars_done(struct calendars *c)
{
    for (size_t n = 0; n < c->holidays_count; n++) {
        free(c->holidays[n].off);
        free(c->holidays[n].work);
    }
    for (size_t n = 0; n < c->count; n++)
        free(c->at[n].hours);
    free(c->holidays);
    free(c->at);
}

const struct calendar *calendar_of(const struct calendars *c, const char *name)
{
    for (size_t n = 0; n < c->count; n++)
        if (!strcmp(c->at[n].id, name ? name : "work"))
            return &c->at[n];
    return name ? NULL : &c->plain;
}

/* ---- checking ---- */

/* A day of a holidays file, within its year. */
static bool day_check(struct remarks *r, const char *text, const char *year, int64_t *ret)
{
    if (text && date_parse(text, ret) && !strncmp(text, year, 4))
        return true;
    remark_error(r, "bad_value", NULL, "a day of %s is written \"%s-10-01\"", year, year);
    return false;
}

/* A day, or a time of days. */
static void off_check(const json_t *off, const char *year, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"from", true}, {"to", true}, {"zh", true}, {"en", true}, {0}};
    int64_t from = 0, to = 0;
    if (json_is_string(off)) {
        day_check(r, json_string_value(off), year, &from);
        return;
    }
    if (!form_table(r, off, "a holiday") || !form_keys(r, off, keys, "a holiday"))
        return;
    const char *first = json_str(off, "from");
    if (day_check(r, first, year, &from) &&
        day_check(r, json_str_or(off, "to", first), year, &to) && to < from)
        remark_error(r, "bad_value", NULL, "a holiday ends on or after the day on which it begins");
}

static void days_check(const json_t *file, const char *key, const char *year, struct remarks *r)
{
    const json_t *list = json_at(file, key);
    remark_enter(r, key);
    if (list && !json_is_array(list) && json_object_size(list))
        remark_error(r, "bad_value", NULL, "%s is a list of days, or of { from =, to = }", key);
    for (size_t n = 0; n < json_array_size(list); n++) {
        remark_enter_at(r, n);
        off_check(json_array_get(list, n), year, r);
        remark_leave(r);
    }
    remark_leave(r);
}

static void year_check(const json_t *years, const char *year, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"off", true}, {"work", true}, {"basis", true}, {"announced", true}, {0}};
    const json_t *file = json_at(years, year);
    remark_enter(r, year);
    if (strlen(year) != 4 || strspn(year, "0123456789") != 4)
        remark_error(r, "bad_value", NULL, "a year is four digits: [\"2026\"] = \"…\"");
    else if (json_is_string(file))
        remark_error(r, "no_file", NULL, "the file %s is not in the folder of the plans",
                     json_string_value(file));
    else if (form_table(r, file, "a holidays file") &&
             form_keys(r, file, keys, "a holidays file")) {
        days_check(file, "off", year, r);
        days_check(file, "work", year, r);
        form_bool(r, file, "announced");
    }
    remark_leave(r);
}

static void holidays_check(const json_t *site, struct remarks *r)
{
    const json_t *table = json_at(site, "holidays");
    if (!table)
        return;
    remark_enter(r, "holidays");
    const char **ids = json_keys(table, NULL);
    form_table(r, table, "holidays");
    for (size_t n = 0; ids[n]; n++) {
        const json_t *years = json_at(table, ids[n]);
        const char **names = json_keys(years, NULL);
        remark_enter(r, ids[n]);
        if (form_table(r, years, "the years of a table of holidays"))
            for (size_t k = 0; names[k]; k++)
                year_check(years, names[k], r);
        remark_leave(r);
        free(names);
    }
    free(ids);
    remark_leave(r);
}

static void calendar_check(const json_t *site, const json_t *v, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"days", true}, {"hours", true}, {"holidays", true}, {0}};
    const json_t *hours = json_at(v, "hours");
    struct window window;
    unsigned days;
    const char *text;
    if (!form_table(r, v, "a calendar") || !form_keys(r, v, keys, "a calendar"))
        return;
    const char *week = form_str(r, v, "days"), *holidays = form_str(r, v, "holidays");
    if (week && (!days_parse(week, &days) || days > DAYS_ALL))
        remark_error_at(r, "days", "bad_value", NULL,
                        "days are those of a week: \"mon-fri\", \"mon,wed,fri\"");
    if (holidays && !json_at(json_at(site, "holidays"), holidays))
        remark_error_at(r, "holidays", "unknown_name",
                        form_nearest(json_at(site, "holidays"), holidays),
                        "the site has no holidays \"%s\"", holidays);
    for (size_t n = 0; (text = text_at(hours, n)); n++)
        if (!window_parse(text, &window) || strchr(text, ' '))
            remark_error_at(r, "hours", "bad_value", NULL,
                            "hours are \"09:00-18:00\", or a list of such");
}

void calendars_check(const json_t *site, struct remarks *r)
{
    const json_t *table = json_at(site, "calendars");
    holidays_check(site, r);
    if (!table)
        return;
    remark_enter(r, "calendars");
    const char **ids = json_keys(table, NULL);
    form_table(r, table, "calendars");
    for (size_t n = 0; ids[n]; n++) {
        remark_enter(r, ids[n]);
        if (!form_id(ids[n], false))
            remark_error(r, "bad_id", NULL,
                         "\"%s\" is no id; use letters, digits, - and _, at most 64", ids[n]);
        calendar_check(site, json_at(table, ids[n]), r);
        remark_leave(r);
    }
    free(ids);
    remark_leave(r);
}
