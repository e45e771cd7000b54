/*
 * version - the versions of plans: which is in force and since when, and how many incidents are on
 * each.
 *
 * An incident stays for life on the version that it began with (its pin), also when the file is
 * another one by now, or gone. So a plan may have several versions at work at once.
 */
#pragma once

#include "core/state.h"

/* An incident that is open (by: 1), or is not any more (-1). */
void version_count(struct core *c, const struct incident *i, int by);

/* How many are open on this version. */
int64_t version_incidents(const struct core *c, const char *pin);

/* Since when is the plan in force in this version? `at` where it was not before. */
wall_ms version_since(const struct core *c, const char *plan, const char *pin, wall_ms at);

/* Has no incident ever begun with it? `fresh` where it was not in force before. */
bool version_fresh(const struct core *c, const char *plan, const char *pin, bool fresh);
/* One has begun with it now. */
void version_used(struct core *c, const char *pin);

/* A plan that leaves the set ("plan","version"?,"incidents") as a sentence. */
void version_leaves_say(const json_t *leaves, bool zh, struct text *to);

/* {"name","title","version","pin","kind","since"?,"incidents"}. Gives. */
json_t *version_json(const struct core *c, const struct pin *pin);
