/*
 * library - plans/lib/NAME.lua: what several plans share, by require "lib.NAME".
 *
 * A library is run once in a world, when it is asked for first, in the same sandbox and under the
 * same budget as who asks; what it returns is its value. It is pinned with the plan, so that a run
 * has the libraries of its beginning for life.
 *
 *     (unknown) --require--> LOADING --returns--> its value
 *                            LOADING --require, by itself or one that it needs--> an error
 *
 * Layer      plan: base and Lua.
 * Ownership  Sources belong to whoever has the list: a pin, or a check.
 * Errors     Raised, as Lua has them: "lib/x.lua:3: …".
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <lua.h>
#include <stddef.h>

enum { LIBRARY_NAME_MAX = 64 };

/* A text that plan code is made of. */
struct library {
    const char *name; /* "lib/ladders.lua" */
    const char *source;
    size_t len;
    struct text code; /* compiled by this process; empty until its first use */
};

struct libraries {
    struct library *at;
    size_t count;
};

/* "lib.ladders" to "ladders"; NULL: no such name. Borrows. */
const char *library_name(const char *required);

/* "lib/ladders.lua"; NULL: there is none. The list may be NULL. */
struct library *library_find(const struct libraries *l, const char *name);

/* Compile it, or take what was compiled, and leave its function on the main stack. */
struct sandbox;
enum err library_compile(struct sandbox *sb, struct library *of, struct why *why) MUST_USE;

/* Push the value of "lib.NAME". May raise. */
void library_push(lua_State *L, const struct libraries *l, const char *required);
