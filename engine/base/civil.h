/*
 * civil - what the clocks of a place show.
 *
 * A zone is known by its name in the time zone database; its rule is a table of the program
 * (zones.h), so that the same moment has the same civil time on every machine and in every replay,
 * whatever is installed there. Only the rule of today is known: a civil time long past may be an
 * hour off.
 *
 * Whoever must come to the same result after a change of that table, too (the run of a plan is
 * repeated from its record), keeps the rule itself and asks the functions that take a rule.
 *
 * Layer: base. No clock is read here.
 */
#pragma once

#include "base/time.h"

#include <stddef.h>

enum { DAY_MINUTES = 24 * 60 };

bool zone_known(const char *zone);
const char *zone_nearest(const char *zone); /* the known one that is most like it; NULL */
/* How far its clocks are ahead of UTC then; 0 for a zone that is not known. */
int64_t zone_offset_ms(const char *zone, wall_ms at);

/*
 * The rule of a zone as POSIX writes it: "CST-8"; "UTC0" for a zone that is not known. Where the
 * clocks follow Ramadan, the changes that no rule can say stand behind it (zones.h). Static.
 */
const char *zone_rule(const char *zone);

/* "09:00" to minutes of the day, 0 to 1439. */
bool clock_parse(const char *text, int *ret_minutes);

/*
 * The first moment after `after` at which clocks there show one of these minutes of the day. A time
 * that the change to summer time leaves out comes an hour later by the clock.
 */
wall_ms civil_next(const char *zone, const int *minutes, size_t count, wall_ms after);

/* When clocks there show this minute of the day, 0 to 1439; and which day it is there then. */
wall_ms civil_moment(const char *zone, int64_t day, int minute);
int64_t civil_day(const char *zone, wall_ms at);

/*
 * The first moment at which clocks there show this time of that day, or a later one; `minute` may
 * lie outside of the day. A time that the clocks show twice is the first of the two, and one that
 * they leave out comes the moment they jump: what begins so in turn begins in turn, and never ends
 * before it has begun.
 */
wall_ms civil_first(const char *zone, int64_t day, int64_t minute);

/* The same by a rule. */
wall_ms rule_first(const char *rule, int64_t day, int64_t minute);
wall_ms rule_next(const char *rule, const int *minutes, size_t count, wall_ms after);
wall_ms rule_moment(const char *rule, int64_t day, int minute);

/* "2026-07-20 02:14", a day that there is. */
bool civil_parse(const char *text, int64_t *ret_day, int *ret_minutes);

struct civil {
    int year, month, day;
    int hour, minute, second;
    int weekday; /* 0 is Sunday */
    int yearday; /* 1 is January 1 */
};

/* What clocks show by this rule, years 0000 to 9999. */
struct civil civil_of(const char *rule, wall_ms at);

/* "2026-07-20 02:14" */
void civil_add(struct text *to, const char *zone, wall_ms at);
