/*
 * civil - what the clocks of a place show.
 *
 * A zone is known by its name in the time zone database; its rule is a table of the program
 * (zones.h), so that the same moment has the same civil time on every machine and in every replay,
 * whatever is installed there. Only the rule of today is known: a civil time long past may be an
 * hour off.
 *
 * Layer: base. No clock is read here.
 */
#pragma once

#include "base/time.h"

#include <stddef.h>

enum { DAY_MINUTES = 24 * 60 };

bool zone_known(const char *zone);
/* How far its clocks are ahead of UTC then; 0 for a zone that is not known. */
int64_t zone_offset_ms(const char *zone, wall_ms at);

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

/* "2026-07-20 02:14" */
void civil_add(struct text *to, const char *zone, wall_ms at);
