/*
 * env - what plan code finds under its names.
 *
 * The environment is a whitelist: Lua's basic functions and the libraries string, table, math and
 * utf8 as lib_*.c give them, and what env_define() adds. A library is opened when its name is said.
 * All globals and libraries are read-only, and a name that does not exist is an error that says
 * which one is near: a misspelt name in an emergency plan must not be nil.
 *
 * A frozen table is an empty one that shows another through its metatable; pairs, next, the table
 * functions and the border see through it (env_thaw).
 *
 * Layer      plan: base and Lua. Kernel work, except what Lua calls.
 */
#pragma once

#include <lua.h>
#include <stdbool.h>

/* Fill a fresh state. Called once, by sandbox_new(). */
void env_open(lua_State *L);

/* Functions as globals, by their names; the list ends with {NULL, NULL}. */
struct luaL_Reg;
void env_define_functions(lua_State *L, const struct luaL_Reg *functions);

/* Pop a value and make it the global `name`. */
void env_define(lua_State *L, const char *name);

/* Replace the table on top by a frozen one that shows it. */
void env_freeze(lua_State *L);

/*
 * The same, and reading a name that is not there raises: "no `sring.fomat`; did you mean …".
 *
 * what     How the sentence calls the table ("string"); a literal.
 */
void env_freeze_strict(lua_State *L, const char *what);

/* If the value at index is a frozen table, put the one it shows in its place. */
void env_thaw(lua_State *L, int index);
bool env_is_frozen(lua_State *L, int index);
