/*
 * time - the two clocks, durations and dates.
 *
 * Decisions are taken on mono_ms: milliseconds of a steady clock that began with the database and
 * goes on across restarts (DESIGN 7). wall_ms is UTC since 1970, for people and records. The two
 * are never mixed; no function here reads a clock.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

typedef int64_t mono_ms;
typedef int64_t wall_ms;

#define MS_SECOND INT64_C(1000)
#define MS_MINUTE INT64_C(60000)
#define MS_HOUR INT64_C(3600000)
#define MS_DAY INT64_C(86400000)
#define DURATION_MAX_MS (INT64_C(366) * 10 * MS_DAY)

/*
 * "90s" "5m" "1h30m" "2d": units d h m s, each at most once and in this order, whole numbers.
 * Heads also take "6mo" and "3y" (30 and 365 days): `head` says so.
 * returns  false when it is none; the result is 0 to DURATION_MAX_MS.
 */
bool duration_parse(const char *text, bool head, int64_t *ret_ms);
/* "1h30m", "45s", "0s"; what is less than a second is left out, a negative one begins with "-". */
void duration_add(struct text *t, int64_t ms);

/* RFC 3339 with milliseconds in UTC: "2026-07-20T02:00:00.000Z". */
enum { RFC3339_TEXT = 25 };
/* Years 0000 to 9999; what lies outside is shown as the first or last moment of these. */
const char *rfc3339(wall_ms at, char ret[RFC3339_TEXT]);
/* Any offset, fraction of 0 to 9 digits (cut to ms); a leap second is the second after it. */
bool rfc3339_parse(const char *text, wall_ms *ret);

/* Days of the proleptic Gregorian calendar, counted from 1970-01-01, and back. */
int64_t days_from_date(int64_t year, int month, int day);
void date_from_days(int64_t days, int *year, int *month, int *day);
