/*
 * lib_table - table: concat insert move pack remove sort unpack, all ours.
 *
 * They look at what is in the table itself and call no metamethods, so that a `__len` that lies
 * leads nowhere; they see through frozen tables and never write to one. What they touch is charged
 * before it is touched. sort is stable and gives the same result everywhere; when its function
 * fails, the table is as it was.
 */
#include "plan/lib.h"

#include "plan/env.h"
#include "plan/sandbox.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

static void check_readable(lua_State *L, int arg)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    env_thaw(L, arg);
}

static void check_writable(lua_State *L, int arg)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    if (env_is_frozen(L, arg))
        luaL_error(L, "this table is read-only; copy what you want to change");
}

/* insert(t, value), insert(t, at, value) */
static int table_insert(lua_State *L)
{
    check_writable(L, 1);
    lua_Integer end = (lua_Integer)lua_rawlen(L, 1) + 1;
    lua_Integer at = end;

    if (lua_gettop(L) == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
    } else if (lua_gettop(L) != 2) {
        return luaL_error(L, "insert takes a table, perhaps a position, and a value");
    }
    sandbox_charge(L, end - at);
    for (lua_Integer i = end; i > at; i--) {
        lua_rawgeti(L, 1, i - 1);
        lua_rawseti(L, 1, i);
    }
    lua_rawseti(L, 1, at);
    return 0;
}

/* remove(t), remove(t, at) */
static int table_remove(lua_State *L)
{
    check_writable(L, 1);
    lua_Integer end = (lua_Integer)lua_rawlen(L, 1);
    lua_Integer at = luaL_optinteger(L, 2, end);

    if (!lua_isnoneornil(L, 2))
        luaL_argcheck(L, (at >= 1 || (at == 0 && end == 0)) && at <= end + 1, 2,
                      "position out of bounds");
    sandbox_charge(L, end > at ? end - at : 0);
    lua_rawgeti(L, 1, at);
    for (; at < end; at++) {
        lua_rawgeti(L, 1, at + 1);
        lua_rawseti(L, 1, at);
    }
    lua_pushnil(L);
    lua_rawseti(L, 1, at);
    return 1;
}

/* How many places [from, to] has, charged; raises when it is beyond all budgets. */
static lua_Integer charge_range(lua_State *L, lua_Integer from, lua_Integer to)
{
    if (from > to)
        return 0;
    lua_Unsigned n = (lua_Unsigned)to - (lua_Unsigned)from + 1;
    if (n == 0 || n > INT32_MAX)
        n = INT32_MAX;
    sandbox_charge(L, (int64_t)n);
    return (lua_Integer)n;
}

/* move(from_table, first, last, to, to_table) */
static int table_move(lua_State *L)
{
    lua_Integer from = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;

    check_writable(L, target);
    lua_Integer n = charge_range(L, from, last);
    luaL_argcheck(L, n == 0 || (from > 0 || last < LUA_MAXINTEGER + from), 3,
                  "too many elements to move");
    luaL_argcheck(L, to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
    lua_pushvalue(L, target); /* -1: the target, whatever happens to 1 */
    check_readable(L, 1);
    bool overlaps = to > from && to <= last && lua_rawequal(L, 1, -1);
    for (lua_Integer i = 0; i < n; i++) {
        lua_Integer k = overlaps ? n - 1 - i : i;

        lua_rawgeti(L, 1, from + k);
        lua_rawseti(L, -2, to + k);
    }
    return 1;
}

/* pack(…) */
static int table_pack(lua_State *L)
{
    int n = lua_gettop(L);

    sandbox_charge(L, n);
    lua_createtable(L, n, 1);
    lua_insert(L, 1);
    for (int i = n; i >= 1; i--)
        lua_rawseti(L, 1, i);
    lua_pushinteger(L, n);
    lua_setfield(L, 1, "n");
    return 1;
}

/* unpack(t, from, to) */
static int table_unpack(lua_State *L)
{
    check_readable(L, 1);
    lua_Integer from = luaL_optinteger(L, 2, 1);
    lua_Integer to =
        lua_isnoneornil(L, 3) ? (lua_Integer)lua_rawlen(L, 1) : luaL_checkinteger(L, 3);

    if (from > to)
        return 0;
    if ((lua_Unsigned)to - (lua_Unsigned)from >= LIB_VALUES_MAX)
        return luaL_error(L, "unpack: more than %d values", (int)LIB_VALUES_MAX);
    int n = (int)charge_range(L, from, to);
    luaL_checkstack(L, n, "unpack");
    for (int i = 0; i < n; i++)
        lua_rawgeti(L, 1, from + i);
    return n;
}

/* The text of element i, pushed. */
static const char *concat_element(lua_State *L, lua_Integer i, size_t *ret_len)
{
    int type = lua_rawgeti(L, 1, i);

    if (type != LUA_TSTRING && type != LUA_TNUMBER)
        luaL_error(L, "concat: element %I is a %s, no text", i, lua_typename(L, type));
    const char *text = lib_tostring(L, -1, ret_len);
    lua_remove(L, -2);
    return text;
}

/* concat(t, separator, from, to) */
static int table_concat(lua_State *L)
{
    size_t sep_len = 0;
    size_t bytes = 0;
    size_t len = 0;
    luaL_Buffer b;

    check_readable(L, 1);
    const char *sep = luaL_optlstring(L, 2, "", &sep_len);
    lua_Integer from = luaL_optinteger(L, 3, 1);
    lua_Integer to =
        lua_isnoneornil(L, 4) ? (lua_Integer)lua_rawlen(L, 1) : luaL_checkinteger(L, 4);

    for (lua_Integer i = from; i <= to; i++) {
        sandbox_charge(L, 2);
        concat_element(L, i, &len);
        lua_pop(L, 1);
        bytes += len + (i < to ? sep_len : 0);
        lib_check_length(L, "concat", bytes);
        if (i == LUA_MAXINTEGER)
            break;
    }
    luaL_buffinit(L, &b);
    for (lua_Integer i = from; i <= to; i++) {
        concat_element(L, i, &len);
        luaL_addvalue(&b);
        if (i == to)
            break;
        luaL_addlstring(&b, sep, sep_len);
    }
    luaL_pushresult(&b);
    return 1;
}

/* ---- sort: a merge sort from one list into another ---- */

/* Is the value on top to stand before the one below it? Pops both. */
static bool sorts_before(lua_State *L)
{
    bool before;

    if (lua_isnil(L, 2)) {
        before = lua_compare(L, -1, -2, LUA_OPLT);
        if (lua_type(L, -1) == LUA_TSTRING)
            sandbox_charge_bytes(L, 4 * lua_rawlen(L, -1));
        lua_pop(L, 2);
        return before;
    }
    lua_pushvalue(L, 2);
    lua_insert(L, -3); /* function, left, right */
    lua_insert(L, -2); /* function, right, left */
    lua_call(L, 2, 1);
    before = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return before;
}

/* Merge [low, middle) and [middle, high) of the list at `from` into the one at `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle,
                  lua_Integer high)
{
    lua_Integer left = low;
    lua_Integer right = middle;

    sandbox_charge(L, 2 * (high - low));
    for (lua_Integer at = low; at < high; at++) {
        bool take_right = left >= middle;

        if (!take_right && right < high) {
            lua_rawgeti(L, from, left);
            lua_rawgeti(L, from, right);
            take_right = sorts_before(L); /* a tie goes to the left: stable */
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, to, at);
    }
}

static void copy_list(lua_State *L, int from, int to, lua_Integer n)
{
    sandbox_charge(L, n);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, to, i);
    }
}

/* sort(t, function) */
static int table_sort(lua_State *L)
{
    check_writable(L, 1);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
    int from = 3;
    int to = 4;

    sandbox_charge(L, n);
    lua_createtable(L, (int)n, 0);
    lua_createtable(L, (int)n, 0);
    copy_list(L, 1, from, n);
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width < n + 1 ? low + width : n + 1;
            lua_Integer high = middle + width < n + 1 ? middle + width : n + 1;

            merge(L, from, to, low, middle, high);
        }
        int other = from;
        from = to;
        to = other;
    }
    copy_list(L, from, 1, n);
    return 0;
}

void lib_table(lua_State *L)
{
    static const luaL_Reg ours[] = {
        {"concat", table_concat}, {"insert", table_insert},
        {"move", table_move},     {"pack", table_pack},
        {"remove", table_remove}, {"sort", table_sort},
        {"unpack", table_unpack}, {NULL, NULL},
    };

    luaL_newlib(L, ours);
}
