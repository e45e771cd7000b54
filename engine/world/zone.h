/*
 * zone - civil time of a zone of the time zone database, for what people are shown.
 *
 * Layer      adapter: base. Reads /usr/share/zoneinfo once.
 * Ownership  zone_load gives, zone_free takes back.
 */
#pragma once

#include "base/time.h"

#include <stdbool.h>

struct zone;

/* name: "Asia/Shanghai". NULL: there is no such zone here; then UTC is shown. */
struct zone *zone_load(const char *name);
void zone_free(struct zone *z);
bool zone_is(const struct zone *z, const char *name);
/* How far its clocks are ahead of UTC at this time; of NULL 0. */
int64_t zone_offset_ms(const struct zone *z, wall_ms at);
