/*
 * ics - duty that is planned in a calendar elsewhere: iCalendar (RFC 5545) to shifts.
 *
 * Every VEVENT whose SUMMARY or ATTENDEE names somebody of the site, by id or name, is their duty
 * from its beginning to its end; other events are passed over. RRULE, RDATE, EXDATE, RECURRENCE-ID
 * and a file's own VTIMEZONE are understood by libical; a TZID that the site's table of zones has
 * is read by that (base/civil.h), so that the same file gives the same shifts on every machine.
 *
 * Nothing outside of the bytes is looked at: no zone file, no clock. Whoever calls is a jailed
 * process, as the library is not ours.
 *
 * Layer      adapter: base and libical. No other file includes that.
 * Ownership  What is given is the caller's.
 * Errors     ERR_INVALID with a sentence and the line.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/time.h"

struct ics_ask {
    const char *zone;     /* of the site: of times that name none */
    const json_t *people; /* {"li.ming":{"name":"李明"},…} */
    wall_ms from, until;  /* what is not within is left out */
};

enum { ICS_SHIFTS_MAX = 5000 };

/*
 * ret       [{"person","from","to"}] in ms since 1970, by `from`. Gives.
 * ret_line  On failure where: 1 where it is not known.
 */
enum err ics_shifts(const char *bytes, size_t len, const struct ics_ask *ask, json_t **ret,
                    int *ret_line, struct why *why) MUST_USE;
