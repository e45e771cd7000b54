/* lib_utf8 - utf8: Lua's own, each call charged for the text it may read. */
#include "plan/lib.h"

#include "plan/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>

/* Upvalue: Lua's own. These read the text character by character. */
static int charged(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        sandbox_charge(L, (int64_t)(lua_rawlen(L, 1) / 4));
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void lib_utf8(lua_State *L)
{
    static const char *const as_in_lua[] = {"char", "charpattern", "codes", NULL};
    static const char *const reading[] = {"codepoint", "len", "offset", NULL};

    lua_pushcfunction(L, luaopen_utf8);
    lua_call(L, 0, 1);
    lua_newtable(L);
    lib_pick(L, -2, as_in_lua);
    for (size_t i = 0; reading[i]; i++) {
        lua_getfield(L, -2, reading[i]);
        lua_pushcclosure(L, charged, 1);
        lua_setfield(L, -2, reading[i]);
    }
    lua_remove(L, -2);
}
