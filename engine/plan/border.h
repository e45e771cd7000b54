/*
 * border - values between Lua and JSON.
 *
 * Out (border_read): tables whose keys are 1..n become lists, tables whose keys are strings become
 * objects, an empty table becomes {} unless it came in as an empty list. Integers as such, within
 * ±2^53; floats that are whole become integers; NaN and infinity, functions, mixed tables, strings
 * that are no UTF-8 or hold a NUL, and too much of anything are refused with a sentence that names
 * the place ("text.zh"). Metatables are not asked; frozen tables are seen through.
 * In (border_push): the reverse; null becomes nil, so a null member is no member.
 *
 * Both ways are charged to the budget (sandbox_note).
 *
 * Layer      plan: base and Lua.
 * Ownership  border_read gives; border_push borrows.
 * Errors     Neither raises a Lua error (border_push: in kernel work only).
 */
#pragma once

#include "base/err.h"
#include "base/json.h"

#include <lua.h>

enum {
    BORDER_DEPTH_MAX = 20,
    BORDER_BYTES_MAX = 256 * 1024, /* of one value with all that is in it, roughly as JSON */
    BORDER_TEXT_MAX = 64 * 1024,   /* of one string */
    BORDER_KEY_MAX = 256,
};

/*
 * The value at index as JSON.
 *
 * what     What sentences call it ("call: text").
 * ret      Gives; untouched on failure.
 * returns  ERR_INVALID or ERR_LIMIT.
 */
enum err border_read(lua_State *L, int index, const char *what, json_t **ret,
                     struct why *why) MUST_USE;

/*
 * The same for the data of a file, which may be larger, and where the place is wanted as keys.
 *
 * bytes_max   Instead of BORDER_BYTES_MAX.
 * steps       An empty list; on failure the keys that lead to the place: ["people","li.ming",2], as
 *             in core/remark.h. The sentence then names no place.
 */
enum err border_read_data(lua_State *L, int index, size_t bytes_max, json_t *steps, json_t **ret,
                          struct why *why) MUST_USE;

/* Push a value. Kernel work. */
void border_push(lua_State *L, const json_t *value);
