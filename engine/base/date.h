/*
 * date - days of the calendar: "2026-03-01", what lies so many months or working days after it.
 *
 * A day is counted from 1970-01-01 (days_from_date in time.h). What clocks show on it is for
 * civil.h.
 *
 * Layer: base. No clock is read here.
 */
#pragma once

#include "base/time.h"

enum { DATE_TEXT = 11 };

/* "2026-03-01", a day that there is: years 1970 to 9999. */
bool date_parse(const char *text, int64_t *ret_day);
const char *date_text(int64_t day, char ret[DATE_TEXT]);

/* A time by the calendar: months are as long as they are. */
struct period {
    int months, days;
};

/*
 * "3y" "1y6mo" "6mo" "2w" "10d": units y mo w d, each at most once and in this order, whole
 * numbers; one day to 100 years.
 */
bool period_parse(const char *text, struct period *ret);

/* What has no such day has its last one: a month after January 31 is the end of February. */
int64_t date_plus(int64_t day, struct period p);
/* The n-th day after `day` that is none of Saturday and Sunday; public holidays are not known. */
int64_t date_plus_working(int64_t day, int n);
