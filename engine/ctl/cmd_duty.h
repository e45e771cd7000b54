/*
 * cmd_duty - what the duty commands share: times by the clocks of the site, a change as lines.
 *
 * Layer      ctl.
 */
#pragma once

#include "ctl/ctl.h"

/* An RFC 3339 time as that zone's clocks show it; nothing for NULL. */
void duty_time(const char *zone, const char *at, struct text *to);
void duty_change_print(const struct ctl *c, const char *zone, const json_t *change);
