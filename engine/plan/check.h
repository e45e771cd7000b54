/*
 * check - is this set of site, channels and plans fit to run a night with?
 *
 * A set is loaded as a whole or not at all: one error anywhere, and what was in force stays. The
 * check reads each text (lex, parse, scope), runs its top once for its data (load), has the readers
 * in core check the data, looks at the bodies (check_body), and compares the plans with each other.
 * It runs no body and needs no journal.
 *
 * Layer      plan: base, core/site, core/head, core/channel.
 * Ownership  A request is borrowed, a reply given.
 * Errors     Everything wrong with the set is a finding. No request makes it fail otherwise.
 */
#pragma once

#include "base/json.h"

/*
 * The reply to a frame "check" {"site","holidays","calendars","channels","libraries",
 * "plans","drills","papers"}, a file or a list of files each (calendars: iCalendar of rosters;
 * papers: Markdown beside the plans; without it nobody misses one):
 * {"op":"checked","id","ok","site","channels",
 * "plans":[{"name","file","files","pin","head","calendars"?}],
 * "scenarios":{"NAME":…},"findings"}; `files` are those of the pin: its own, then its libraries,
 * then, of a plan that asks the calendars of the site, these as they are now (`calendars`).
 * site, channels, plans and scenarios (core/scenario.h) are there only when ok is true. A finding
 * of a channel has the file "channels/NAME.lua", of a library "lib/NAME.lua", of a scenario
 * "drills/NAME.lua", of holidays "holidays/NAME.lua". With "now" in the request, ms since 1970, it
 * is also said which days of a plan's upkeep are past, where a roster has a hole in the days to
 * come, and where somebody who has left still stands.
 */
json_t *check_set(const json_t *request);

/* The files that the pin of a plan of the reply names, out of the request, as a frame "pin" has
 * them: the plan's own, and its libraries. Gives. */
json_t *check_pin_files(const json_t *request, const json_t *plan);

/*
 * One file for a request: {"name","source"}, or {"name","hex"} where the bytes are no text that
 * JSON could hold; the check then says what is wrong with them. Bytes behind the size limit are
 * left out, the file is refused anyway. Gives.
 */
json_t *check_file(const char *name, const void *bytes, size_t len);
