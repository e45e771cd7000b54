/*
 * load_value - a Lua value as JSON: the data of a head, a site, a channel.
 *
 * Tables become objects (all keys are strings) or arrays (keys 1 to n, n > 0); an empty table is an
 * empty object, whoever wants a list takes it as an empty one. Numbers are finite, integers within
 * ±2^53, strings UTF-8 without NUL. Functions and mixed tables are no data.
 *
 * Layer      plan: base, Lua. Reads raw; runs no plan code.
 * Errors     NULL with the list of keys that leads to the place, and a sentence. The caller drops
 *            the list in either case.
 */
#pragma once

#include "base/json.h"

#include <lua.h>

struct load_value_fault {
    json_t *path; /* ["people","li.ming","contacts",2], as in core/remark.h */
    struct why why;
};

/* The value on top of the stack, which stays there. Gives; NULL: see fault. */
json_t *load_value(lua_State *L, struct load_value_fault *fault);
