/*
 * command - what a plan asks for in one turn, in order.
 *
 * A command is JSON: {"kind","step","at",…} (see planner.h for the kinds). It is written down in
 * the record of the turn, and in a replay it must come out the same, member by member.
 *
 * Layer      plan: base only.
 * Ownership  commands_add takes; the list is the struct's own.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    COMMANDS_MAX = 1000,
    COMMANDS_BYTES_MAX = 2 * 1024 * 1024, /* of all of a turn, as JSON */
    COMMANDS_RECIPIENTS_MAX = 20000,      /* targets named in a turn */
};

struct commands {
    json_t *list;
    size_t bytes;
    size_t recipients;
};

void commands_reset(struct commands *c);
void commands_done(struct commands *c);

/* Gives {"kind","step","at"}. */
json_t *command_new(const char *kind, const char *step, const char *at);

/* Append. returns NULL, or a sentence about the limit that is reached; then it was not added. */
const char *commands_add(struct commands *c, json_t *takes);

/*
 * The first difference between the record and what came out now, as a sentence; false: none.
 * places: the line of the plan at which a command stands is a part of it. ret_at: its index; one
 * of the two may have none there.
 */
bool commands_differ(const json_t *recorded, const json_t *now, bool places, size_t *ret_at,
                     struct why *ret);
