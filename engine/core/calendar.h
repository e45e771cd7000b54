/*
 * calendar - which days are worked, and at which hours: calendars and holidays of a site.
 *
 *     calendars = { work = { days = "mon-fri", hours = "09:00-18:00", holidays = "cn" } }
 *     holidays  = { cn = { ["2026"] = "holidays/cn-2026.lua" } }
 *
 * A holidays file gives the days off of a year and the days on which work is made up for them
 * (调休). What it does not name is as the week has it. A file is put in the place of its name when
 * the set is loaded (plan/check_calendar.c), so that a site carries all that it needs.
 *
 * A day is counted from 1970-01-01, by the clocks of the place.
 *
 * Layer      core: base only. Pure.
 * Ownership  Strings are borrowed from the JSON of the site; the tables are own: calendars_done.
 */
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "core/remark.h"

/* Bits of struct window: Sunday is bit 0. */
enum {
    DAYS_MON_FRI = 0x3e,
    DAYS_ALL = 0x7f,
    DAYS_WORKED = 0x80, /* those that the calendar has as worked … */
    DAYS_OFF = 0x100,   /* … and those that it has not */
};

/* Hours of some days, as minutes of the day on which they begin; `to` may lie in the next one. */
struct window {
    unsigned days;
    int from, to;
};

struct holidays {
    const char *id;
    int64_t *off, *work; /* sorted */
    size_t off_count, work_count;
};

struct calendar {
    const char *id;
    const struct holidays *holidays; /* NULL: none */
    struct window *hours;
    size_t hours_count;
    unsigned days; /* of the week */
};

struct calendars {
    struct holidays *holidays;
    struct calendar *at;
    size_t holidays_count, count;
    struct calendar plain; /* Monday to Friday, all day; with the only holidays of the site */
};

/* Of a site that calendars_check has found good. */
void calendars_build(const json_t *site, struct calendars *ret);
void calendars_done(struct calendars *c);
void calendars_check(const json_t *site, struct remarks *r);
/* By its name; NULL: the one called "work", else the plain one. NULL: there is none of the name. */
const struct calendar *calendar_of(const struct calendars *c, const char *name);

bool calendar_worked(const struct calendar *c, int64_t day);
/* Is it a work day, and within the hours of the calendar, when clocks there show this minute? Hours
 * that begin before midnight are of the day on which they began. */
bool calendar_open(const struct calendar *c, int64_t day, int minute);
/* How many days from `from` up to the day before `to` are not worked. */
int64_t calendar_days_off(const struct calendar *c, int64_t from, int64_t to);

/* "mon-fri 09:00-18:00", "sat,sun 22:00-06:00", "workday 09:00-18:00", "09:00-18:00": any day. */
bool window_parse(const char *text, struct window *ret);
/* "mon-fri", "sat,sun", "workday", "day_off". */
bool days_parse(const char *text, unsigned *ret);

/* Is it within one of these hours there, by the clocks of the zone? */
bool windows_hold(const struct window *w, size_t count, const struct calendar *c, const char *zone,
                  wall_ms at);
/* When one of them next begins or ends, after `at`. */
wall_ms windows_next(const struct window *w, size_t count, const char *zone, wall_ms at);
