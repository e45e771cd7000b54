/*
 * events - the stream of a daemon, over its restarts: what `watch`, `timeline --follow` and
 * `trigger --wait` live on.
 *
 * Layer      ctl.
 */
#pragma once

#include "ctl/ctl.h"

/* One event, in order, each once. Returns false when enough was seen. */
typedef bool event_fn(void *ctx, const json_t *event);

/*
 * Follow until `each` has enough. A lost connection is made again for a minute and resumed after
 * the last event seen; when the daemon cannot resume, that is said on stderr.
 *
 * incident  Only its events; NULL: all.
 * after     The id to begin after; NULL: from now on.
 * begun     Called when the watch stands, and again when events were missed (may be NULL): what is
 *           looked at then misses nothing. Not EXIT_OK ends the following with that code.
 * returns   The exit code.
 */
int events_follow(const struct ctl *c, const char *incident, const char *after, event_fn *each,
                  int (*begun)(void *ctx), void *ctx);

/* One event as a line for people. `day` holds the day of the line before; a new day has a head. */
void event_print(const struct ctl *c, const json_t *event, bool with_incident, struct text *day);
