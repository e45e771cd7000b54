/*
 * difference - a command that a plan gave, and what another version gives in its place, as a
 * sentence for who writes plans: what kind of command, at which line, and what of it is another.
 *
 *     call (flood.lua:131): rungs[1].within was 3m, is 1m
 *     not any more: notify (flood.lua:158): to "duty:duty-room", text "Watch: Gauge 7"
 *
 * Layer      desk.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>

/* NULL: there is none in that place; one of them there is. */
void difference_say(const json_t *was, const json_t *is, bool zh, struct text *to);
