/*
 * crash_guard - does one incident, or one input, kill the engine again and again?
 *
 * The engine writes on its page what it is deciding on. When a fatal signal ends it, that is kept;
 * when it ends the next one too, within an hour, the engine after that is told so in its hello: it
 * loads the incident as stuck, or refuses the input. All others run on. A kill from outside (-9, no
 * memory) is nobody's fault and counts for nothing.
 *
 *     NOTHING --death with X--> SUSPECT X --death with X--> CONDEMNED X --ready--> NOTHING
 *                               SUSPECT X --death with Y--> SUSPECT Y
 *
 * Layer      adapter: base. Pure: time is an argument.
 * Ownership  A plain value.
 */
#pragma once

#include "base/json.h"
#include "world/page.h"

#include <stdbool.h>
#include <stdint.h>

struct crash_guard {
    struct page_hand suspect;
    int64_t at_ms; /* when it killed the engine */
    struct page_hand condemned;
};

/* Is it a signal that a process brings upon itself? */
bool crash_is_fatal(int signal);

/* The engine died. hand: its page. */
void crash_guard_died(struct crash_guard *g, const struct page_hand *hand, int signal,
                      int64_t now_ms);

/* Add "stuck":{"incident":…} or "refuse":{"digest":…} to the hello of the next engine. */
void crash_guard_tell(const struct crash_guard *g, json_t *hello);

/* An engine that was told has it on record. */
void crash_guard_ready(struct crash_guard *g);
