/*
 * schedule - when the occasions of a standing plan come: 日沟通、周调度、月例会. A part of head.h.
 *
 *     schedule = {
 *         daily   = { at = "08:40", days = "workday" },
 *         weekly  = { at = "mon 09:00", if_holiday = "next_workday", title = { zh = "周调度" } },
 *         monthly = { at = "1st workday 09:00" },
 *         quarter = { at = "last fri 15:00", months = { 3, 6, 9, 12 }, if_holiday = "skip" },
 *     }
 *
 * `at` says of which kind it is:
 *
 *     "08:40"                                each day, or the `days` given
 *     "mon 09:00", "mon,thu 09:00"           these days of the week
 *     "15 09:00", "last 09:00"               this day of the month; what has no such day has its
 * last "1st workday 09:00", "last workday …"  the n-th day of the month that is worked "2nd tue
 * 09:00", "last fri 09:00"      the n-th of this weekday
 *
 * One that falls on a day off is held all the same, unless if_holiday says "next_workday",
 * "previous_workday" or "skip". Which days are worked is for a calendar of the site (calendar =
 * "work"); times are those of the site's clocks.
 *
 * Layer      core: base only. Pure.
 */
#pragma once

#include "core/remark.h"
#include "core/site.h"

struct plan_head;

enum occasion_kind { OCCASION_DAYS, OCCASION_MONTHDAY, OCCASION_NTH_WORKDAY, OCCASION_NTH_WEEKDAY };
enum on_holiday { HOLIDAY_HOLD, HOLIDAY_NEXT, HOLIDAY_PREVIOUS, HOLIDAY_SKIP };

struct occasion {
    const char *name;     /* borrowed from the head, as all of it */
    const char *at;       /* as it is written */
    const json_t *title;  /* how it is called; NULL */
    const char *calendar; /* NULL: the site's own */
    enum occasion_kind kind;
    enum on_holiday on_holiday;
    unsigned days;   /* OCCASION_DAYS: as of days_parse; OCCASION_NTH_WEEKDAY: one bit */
    unsigned months; /* bit 1 is January */
    int nth;         /* day of the month, or the n-th; OCCASION_LAST */
    int minute;      /* of the day */
};

enum { OCCASION_LAST = 32, OCCASIONS_MAX = 32 };

/* What can be wrong with `schedule` and, of a standing plan, with what belongs to it. */
void head_schedule_check(const json_t *head, const struct site *site, struct remarks *r);

/* The occasions of a plan, by name; 0: it is no standing plan. */
size_t plan_head_occasions(const struct plan_head *h);
const struct occasion *plan_head_occasion_at(const struct plan_head *h, size_t index);
const struct occasion *plan_head_occasion(const struct plan_head *h, const char *name); /* NULL */
const char *plan_head_nearest_occasion(const struct plan_head *h, const char *name);    /* NULL */

/* When it comes next after that time; 0: not within the next 800 days. */
wall_ms occasion_next(const struct occasion *o, const struct site *s, wall_ms after);
