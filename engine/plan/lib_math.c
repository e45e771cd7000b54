/*
 * lib_math - math without chance and without what differs from machine to machine.
 *
 * sin, exp, log and their like give other last digits on other processors, so they are not here.
 * random(n) is a word of the plan language, fed by the incident's seed. Numerals in strings are not
 * numbers.
 */
#include "plan/lib.h"

#include <lauxlib.h>
#include <lualib.h>

/* Upvalue: Lua's own. */
static int numbers_only(lua_State *L)
{
    for (int i = 1; i <= lua_gettop(L); i++)
        if (lua_type(L, i) == LUA_TSTRING)
            return luaL_typeerror(L, i, "number");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void lib_math(lua_State *L)
{
    static const char *const values[] = {"huge", "maxinteger", "mininteger", "type", NULL};
    static const char *const functions[] = {"abs",  "ceil", "floor",     "fmod", "max", "min",
                                            "modf", "sqrt", "tointeger", "ult",  NULL};

    lua_pushcfunction(L, luaopen_math);
    lua_call(L, 0, 1);
    lua_newtable(L);
    lib_pick(L, -2, values);
    for (size_t i = 0; functions[i]; i++) {
        lua_getfield(L, -2, functions[i]);
        lua_pushcclosure(L, numbers_only, 1);
        lua_setfield(L, -2, functions[i]);
    }
    lua_remove(L, -2);
}
