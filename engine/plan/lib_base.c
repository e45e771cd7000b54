/* lib_base - Lua's basic functions: pcall, pairs, tostring, setmetatable and their like. */
#include "plan/lib.h"

#include "plan/env.h"
#include "plan/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMERAL_MAX = 200 }; /* characters that tonumber() reads */

void lib_pick(lua_State *L, int from, const char *const *names)
{
    from = lua_absindex(L, from);
    for (size_t i = 0; names[i]; i++) {
        lua_pushstring(L, names[i]);
        lua_rawget(L, from);
        lua_setfield(L, -2, names[i]);
    }
}

void lib_check_length(lua_State *L, const char *what, size_t bytes)
{
    if (bytes > SANDBOX_STRING_MAX)
        luaL_error(L, "%s: the result would have %I bytes; a string has at most %d", what,
                   (lua_Integer)bytes, (int)SANDBOX_STRING_MAX);
}

/* ---- tostring ---- */

static const char *push_number(lua_State *L, int index, size_t *ret_len)
{
    if (!lua_isinteger(L, index)) {
        lua_Number n = lua_tonumber(L, index);

        if (isnan(n)) { /* the machine chooses its sign */
            lua_pushliteral(L, "nan");
            return lua_tolstring(L, -1, ret_len);
        }
    }
    lua_pushvalue(L, index);
    return lua_tolstring(L, -1, ret_len);
}

const char *lib_tostring(lua_State *L, int index, size_t *ret_len)
{
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "__tostring must give a string");
        return lua_tolstring(L, -1, ret_len);
    }
    if (lua_type(L, index) == LUA_TNUMBER)
        return push_number(L, index, ret_len);
    if (lua_type(L, index) == LUA_TSTRING)
        lua_pushvalue(L, index);
    else if (lua_type(L, index) == LUA_TBOOLEAN)
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    else
        lua_pushstring(L, luaL_typename(L, index)); /* no address: it is another one in a replay */
    return lua_tolstring(L, -1, ret_len);
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    lib_tostring(L, 1, NULL);
    return 1;
}

/* Upvalue: Lua's own. A long text is no number, and reading it would take its time. */
static int base_tonumber(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) > NUMERAL_MAX) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* ---- pairs and next: numbers, then strings, then booleans, each in order ---- */

static int rank_of(lua_State *L, int type)
{
    switch (type) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        return luaL_error(
            L,
            "a key of this table is a %s; only tables whose keys are numbers, strings "
            "and booleans can be walked in a known order",
            lua_typename(L, type));
    }
}

static int compare_strings(lua_State *L, int a, int b)
{
    size_t la = 0;
    size_t lb = 0;
    const char *sa = lua_tolstring(L, a, &la);
    const char *sb = lua_tolstring(L, b, &lb);
    int order = memcmp(sa, sb, la < lb ? la : lb);

    if (order)
        return order;
    return la < lb ? -1 : la > lb;
}

/* <0, 0, >0; both are keys of a table, so neither is NaN. */
static int compare_keys(lua_State *L, int a, int b)
{
    int ra = rank_of(L, lua_type(L, a));
    int rb = rank_of(L, lua_type(L, b));

    if (ra != rb)
        return ra - rb;
    if (ra == 0)
        return lua_compare(L, a, b, LUA_OPLT) ? -1 : lua_compare(L, b, a, LUA_OPLT);
    if (ra == 1)
        return compare_strings(L, a, b);
    return lua_toboolean(L, a) - lua_toboolean(L, b);
}

/* Merge the runs [low, middle) and [middle, high) of the list at `from` into the one at `to`. */
static void merge_keys(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle,
                       lua_Integer high)
{
    lua_Integer left = low;
    lua_Integer right = middle;

    for (lua_Integer at = low; at < high; at++) {
        bool take_left = right >= high;

        if (!take_left && left < middle) {
            lua_rawgeti(L, from, left);
            lua_rawgeti(L, from, right);
            take_left = compare_keys(L, -2, -1) <= 0;
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_left ? left++ : right++);
        lua_rawseti(L, to, at);
    }
}

/* Sort the n keys of the list on top; another list may take its place. */
static void sort_keys(lua_State *L, lua_Integer n)
{
    int first = lua_gettop(L);
    int from = first;
    int to = first + 1;

    lua_createtable(L, (int)n, 0);
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width < n + 1 ? low + width : n + 1;
            lua_Integer high = middle + width < n + 1 ? middle + width : n + 1;

            merge_keys(L, from, to, low, middle, high);
            sandbox_charge(L, high - low);
        }
        int other = from;
        from = to;
        to = other;
    }
    lua_pushvalue(L, from);
    lua_replace(L, first);
    lua_settop(L, first);
}

/* Push the sorted keys of the table at index; returns how many. */
static lua_Integer push_keys(lua_State *L, int index)
{
    lua_Integer n = 0;

    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        rank_of(L, lua_type(L, -1));
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, ++n);
    }
    sandbox_charge(L, n);
    sort_keys(L, n);
    return n;
}

/* Upvalues: table, keys, position. Keys whose value is gone by now are passed over. */
static int pairs_step(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));

    for (;;) {
        at++;
        if (lua_rawgeti(L, lua_upvalueindex(2), at) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            break;
        lua_pop(L, 2);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

static int base_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    env_thaw(L, 1);
    push_keys(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_step, 3);
    return 1;
}

/* The smallest key behind the given one: one pass over the table. */
static int base_next(lua_State *L)
{
    lua_Integer seen = 0;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    env_thaw(L, 1);
    lua_pushnil(L); /* 3: the best so far */
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        seen++;
        rank_of(L, lua_type(L, 4));
        if (!lua_isnil(L, 2) && compare_keys(L, 4, 2) <= 0)
            continue;
        if (!lua_isnil(L, 3) && compare_keys(L, 4, 3) >= 0)
            continue;
        lua_pushvalue(L, 4);
        lua_replace(L, 3);
    }
    sandbox_charge(L, seen);
    lua_settop(L, 3);
    if (lua_isnil(L, 3))
        return 1;
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

/* ---- pcall and xpcall: what must not be caught is passed on ---- */

static int pcall_done(lua_State *L, int status, lua_KContext below)
{
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - (int)below;
    if (sandbox_must_rethrow(L, status))
        return lua_error(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int base_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return pcall_done(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, pcall_done), 0);
}

/*
 * The message handler. Upvalue: the plan's. A breach never reaches that one: no hook fires in it,
 * as Lua calls it from inside the hook. What goes wrong in it becomes the message.
 */
static int call_handler(lua_State *L)
{
    if (sandbox_must_rethrow(L, LUA_ERRRUN))
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_settop(L, 2);
    int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK)
        sandbox_must_rethrow(L, status);
    return 1;
}

/* (function, handler, arguments…) */
static int base_xpcall(lua_State *L)
{
    int arguments = lua_gettop(L) - 2;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, call_handler, 1);
    lua_replace(L, 2); /* function, handler, arguments */
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2); /* function, handler, true, function, arguments */
    return pcall_done(L, lua_pcallk(L, arguments, LUA_MULTRET, 2, 2, pcall_done), 2);
}

/* ---- metatables ---- */

/* Where a copied metatable keeps the one that the plan gave. */
static const char key_given = 'm';

static void refuse_field(lua_State *L, const char *name, const char *because)
{
    lua_pushstring(L, name);
    if (lua_rawget(L, 2) != LUA_TNIL)
        luaL_error(L, "a metatable of a plan has no %s: %s", name, because);
    lua_pop(L, 1);
}

/*
 * (table, metatable or nil). The metatable is copied as it is now: a __mode or __gc that is put
 * into the plan's own table later has no effect, and neither has any other change.
 */
static int base_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    lua_settop(L, 2);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "this table is read-only");
    if (lua_isnil(L, 2)) {
        lua_setmetatable(L, 1);
        return 1;
    }
    env_thaw(L, 2);
    refuse_field(L, "__gc", "nothing of a plan runs when its memory is freed");
    refuse_field(L, "__close", "use defer(function)");
    refuse_field(L, "__mode", "what a weak table holds would differ in a replay");
    refuse_field(L, "__metatable", "only tables of the engine are locked");

    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 3);
    }
    lua_pushvalue(L, 2);
    lua_rawsetp(L, 3, &key_given);
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int base_getmetatable(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) != LUA_TTABLE || !lua_getmetatable(L, 1) ||
        lua_rawgetp(L, -1, &key_given) != LUA_TTABLE)
        lua_pushnil(L);
    return 1;
}

/* ---- the table of globals ---- */

void lib_base(lua_State *L)
{
    static const char *const as_in_lua[] = {"assert", "error", "ipairs", "select", "type", NULL};
    static const luaL_Reg ours[] = {
        {"getmetatable", base_getmetatable},
        {"next", base_next},
        {"pairs", base_pairs},
        {"pcall", base_pcall},
        {"setmetatable", base_setmetatable},
        {"tostring", base_tostring},
        {"xpcall", base_xpcall},
        {NULL, NULL},
    };

    lua_pushcfunction(L, luaopen_base); /* fills the state's first table of globals */
    lua_call(L, 0, 1);
    lua_createtable(L, 0, 64); /* with the words of plans, so that it need not grow */
    lib_pick(L, -2, as_in_lua);
    luaL_setfuncs(L, ours, 0);
    lua_getfield(L, -2, "tonumber");
    lua_pushcclosure(L, base_tonumber, 1);
    lua_setfield(L, -2, "tonumber");
    lua_remove(L, -2);
}
