/* api_plan - `plan "name" {head}`, and what can be set in what it gives. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/env.h"

#include <string.h>

/* (plan, key) */
static int plan_index(lua_State *L)
{
    struct run *r = api_run(L);
    const char *name = luaL_checkstring(L, 2);
    const struct word *word = word_find(WORD_BODY, name, strlen(name));

    if (word && word->built) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, r->respond);
        return 1;
    }
    if (word)
        return luaL_error(L, "\"plan.%s\" is not built yet", name);
    const char *near = word_nearest(WORD_BODY, name);
    if (near)
        return luaL_error(L, "a plan has no \"%s\"; did you mean \"%s\"?", name, near);
    return luaL_error(L, "a plan has no \"%s\"", name);
}

/* (plan, key, value) */
static int plan_newindex(lua_State *L)
{
    struct run *r = api_run(L);

    plan_index(L); /* is there such a body? */
    lua_settop(L, 3);
    luaL_argexpected(L, lua_type(L, 3) == LUA_TFUNCTION, 3, "a function");
    if (r->respond != LUA_NOREF)
        return luaL_error(L, "plan.%s is there already", lua_tostring(L, 2));
    r->respond = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* The names of the head's facts: what wait() and on() may ask for. */
static void note_facts(lua_State *L, struct run *r)
{
    lua_pushliteral(L, "facts");
    if (lua_rawget(L, 1) == LUA_TTABLE) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            lua_pop(L, 1);
            if (lua_type(L, -1) == LUA_TSTRING)
                json_object_set_new(r->fact_names, lua_tostring(L, -1), json_true());
        }
    }
    lua_pop(L, 1);
}

/* (head), with the name as upvalue */
static int plan_head(lua_State *L)
{
    struct run *r = api_run(L);

    luaL_checktype(L, 1, LUA_TTABLE);
    if (r->plan)
        return luaL_error(L, "a file holds one plan; \"%s\" is the second",
                          lua_tostring(L, lua_upvalueindex(1)));
    note_facts(L, r);
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, plan_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, plan_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    r->plan = lua_topointer(L, -1);
    return 1;
}

/*
 * plan "name" {head} -> plan
 *
 * The plan of the file; its bodies are set in it, and the file returns it.
 */
static int api_plan(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_pushcclosure(L, plan_head, 1);
    return 1;
}

void api_define_plan(struct run *r)
{
    lua_pushcfunction(sandbox_lua(r->sb), api_plan);
    sandbox_define(r->sb, "plan");
}
