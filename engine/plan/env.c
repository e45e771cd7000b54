#include "plan/env.h"

#include "base/text.h"
#include "plan/lib.h"
#include "plan/sandbox.h"
#include "plan/words.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 128 };

/* Keys of the registry and of metatables: their addresses. */
static const char key_globals = 'g';
static const char key_shown = 's';

/* ---- frozen tables ---- */

/* (table, key, value): nobody writes here. */
static int refuse_write(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);

    return luaL_error(L, "\"%s\" cannot be set here: this table is read-only", key);
}

static int shown_length(lua_State *L)
{
    env_thaw(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

/* Stack: the shown table -> proxy, metatable. The metatable's __index is still to be set. */
static void push_proxy(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, &key_shown);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, refuse_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, shown_length);
    lua_setfield(L, -2, "__len");
}

void env_freeze(lua_State *L)
{
    push_proxy(L);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

bool env_is_frozen(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
        return false;
    bool frozen = lua_rawgetp(L, -1, &key_shown) == LUA_TTABLE;
    lua_pop(L, 2);
    return frozen;
}

void env_thaw(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    while (lua_type(L, index) == LUA_TTABLE && lua_getmetatable(L, index)) {
        if (lua_rawgetp(L, -1, &key_shown) != LUA_TTABLE) {
            lua_pop(L, 2);
            return;
        }
        lua_replace(L, index);
        lua_pop(L, 1);
    }
}

/* ---- libraries: opened when a plan says their name first, as most plans need none ---- */

static const struct {
    const char *name;
    void (*open)(lua_State *);
} libraries[] = {
    {"math", lib_math}, {"string", lib_string}, {"table", lib_table}, {"utf8", lib_utf8}};

enum { LIBRARIES = sizeof(libraries) / sizeof(libraries[0]) };

/*
 * Strings have methods and nothing else: no arithmetic on numerals, no way to the metatable.
 * Stack: what methods are looked up in -> the same.
 */
static void set_string_metatable(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

/* The library as a global; false: there is none of this name. Pushes nothing. */
static bool open_library(lua_State *L, const char *name)
{
    size_t i = 0;

    while (i < LIBRARIES && strcmp(libraries[i].name, name) != 0)
        i++;
    if (i == LIBRARIES)
        return false;
    sandbox_kernel_enter(L);
    libraries[i].open(L);
    env_freeze_strict(L, libraries[i].name);
    if (libraries[i].open == lib_string)
        set_string_metatable(L);
    env_define(L, libraries[i].name);
    sandbox_kernel_leave(L);
    return true;
}

/* (string, key): the first method that is called of any string. */
static int string_index(lua_State *L)
{
    open_library(L, "string");
    lua_settop(L, 2);
    lua_gettable(L, 1); /* by the metatable that strings have now */
    return 1;
}

/* ---- names that are not there ---- */

/* The string keys of the table at index, for "did you mean"; they stay anchored in it. */
static void collect_names(lua_State *L, int index, const char **names)
{
    size_t count = 0;

    index = lua_absindex(L, index);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (count < NAMES_MAX && lua_type(L, -1) == LUA_TSTRING)
            names[count++] = lua_tostring(L, -1);
    }
    names[count] = NULL;
}

/* Two names may be equally near: text_nearest takes the first, so the order must be ours. */
static int compare_names(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* globals: libraries that are not open yet are near, too. */
static const char *nearest_in(lua_State *L, int index, bool globals, const char *name)
{
    const char *names[NAMES_MAX + LIBRARIES + 1];
    size_t count = 0;

    collect_names(L, index, names);
    while (names[count])
        count++;
    for (size_t i = 0; globals && i < LIBRARIES; i++)
        names[count++] = libraries[i].name;
    names[count] = NULL;
    qsort(names, count, sizeof(*names), compare_names);
    return text_nearest(name, names);
}

/* `table` is "string." or "". */
static int raise_unknown(lua_State *L, const char *table, const char *name, const char *near)
{
    const char *full = lua_pushfstring(L, "%s%s", table, name);
    const char *remedy = word_remedy(full, strlen(full));

    if (remedy)
        return luaL_error(L, "a plan has no \"%s\": %s", full, remedy);
    if (near)
        return luaL_error(L, "there is no \"%s\"; did you mean \"%s%s\"?", full, table, near);
    return luaL_error(L, "there is no \"%s\"", full);
}

/* __index of a strict table: (proxy, key). Upvalues: the shown table, its name ("": globals). */
static int strict_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (lua_type(L, 2) != LUA_TSTRING)
        return 1; /* nil */

    const char *what = lua_tostring(L, lua_upvalueindex(2));
    const char *name = lua_tostring(L, 2);
    if (!what[0] && open_library(L, name)) {
        lua_pushvalue(L, 2);
        lua_rawget(L, lua_upvalueindex(1));
        return 1;
    }
    const char *near = nearest_in(L, lua_upvalueindex(1), !what[0], name);
    if (what[0])
        return raise_unknown(L, lua_pushfstring(L, "%s.", what), name, near);
    return raise_unknown(L, "", name, near);
}

void env_freeze_strict(lua_State *L, const char *what)
{
    push_proxy(L);
    lua_pushvalue(L, -3);
    lua_pushstring(L, what);
    lua_pushcclosure(L, strict_index, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* (environment, key, value): plans have no globals of their own. */
static int refuse_global(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);

    return luaL_error(L, "\"%s\" is not declared; write \"local %s\" where it begins", key, key);
}

/* ---- opening ---- */

/* Stack: globals -> environment: reads fall through to the globals, then to the error. */
static void push_environment(lua_State *L)
{
    lua_newtable(L);
    lua_pushvalue(L, -2);
    lua_pushliteral(L, "");
    lua_pushcclosure(L, strict_index, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2); /* of the globals: only what they lack comes here */

    push_proxy(L);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_global);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}

void env_open(lua_State *L)
{
    lib_base(L); /* the globals */
    lua_pushcfunction(L, string_index);
    set_string_metatable(L);
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key_globals);

    push_environment(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS); /* the _ENV of all that is loaded */
    lua_pop(L, 1);
    assert(lua_gettop(L) == 0);
}

void env_define_functions(lua_State *L, const struct luaL_Reg *functions)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &key_globals);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}

void env_define(lua_State *L, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &key_globals);
    lua_insert(L, -2);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}
