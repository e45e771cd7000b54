/*
 * lib - what Lua itself gives to a plan, made safe: one C file a library.
 *
 * Each lib_x() leaves one table on the stack: a choice of Lua's own functions, and ours where
 * Lua's would not end, would show an address, or would depend on the machine. Ours charge the bytes
 * they touch (sandbox.h) and bound their results by SANDBOX_STRING_MAX.
 *
 * Layer      plan: base and Lua.
 * Errors     Functions that a plan calls raise Lua errors; those are longjmp, so they hold no
 *            memory of ours when they raise.
 */
#pragma once

#include <lua.h>
#include <stddef.h>

enum { LIB_VALUES_MAX = 10000 }; /* what one call may put on the stack: unpack, byte */

void lib_base(lua_State *L);
void lib_string(lua_State *L);
void lib_table(lua_State *L);
void lib_math(lua_State *L);
void lib_utf8(lua_State *L);

/*
 * The text of any value, pushed: as Lua's tostring(), but without addresses, and NaN is "nan".
 * A __tostring is called. returns the bytes on the stack.
 */
const char *lib_tostring(lua_State *L, int index, size_t *ret_len);

/* Copy the named members of the table `from` into the table on top. `names` ends with NULL. */
void lib_pick(lua_State *L, int from, const char *const *names);

/* Raise if a result of `bytes` would be longer than a string may be. `what` names the function. */
void lib_check_length(lua_State *L, const char *what, size_t bytes);
