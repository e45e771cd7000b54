/* api_plan - `plan "name" {head}`, and what can be set in what it gives. */
#include "plan/api.h"

#include <string.h>

/* The reference of a body that may be set; NULL after a raise. */
static int *body_ref(lua_State *L, const char *name)
{
    struct run *r = api_run(L);
    const struct word *word = word_find(WORD_BODY, name, strlen(name));

    if (strcmp(name, "respond") == 0)
        return &r->respond;
    if (strcmp(name, "recover") == 0)
        return &r->recover;
    if (word && strcmp(name, "level") == 0)
        luaL_error(L, "plan.level holds a body for each level: function plan.level.IV(incident, "
                      "order)");
    if (word)
        luaL_error(L, "plan.occasion holds a body for each occasion of the schedule: function "
                      "plan.occasion.weekly(incident)");
    const char *near = word_nearest(WORD_BODY, name);
    if (near)
        luaL_error(L, "a plan has no \"%s\"; did you mean \"%s\"?", name, near);
    luaL_error(L, "a plan has no \"%s\"", name);
    return NULL;
}

/* (plan, key) with plan.level and plan.occasion as upvalues */
static int plan_index(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);

    if (strcmp(name, "level") == 0)
        lua_pushvalue(L, lua_upvalueindex(1));
    else if (strcmp(name, "occasion") == 0)
        lua_pushvalue(L, lua_upvalueindex(2));
    else
        lua_rawgeti(L, LUA_REGISTRYINDEX, *body_ref(L, name));
    return 1;
}

static int set_body(lua_State *L, int *ref, const char *prefix)
{
    luaL_argexpected(L, lua_type(L, 3) == LUA_TFUNCTION, 3, "a function");
    if (*ref != LUA_NOREF)
        return luaL_error(L, "%s.%s is there already", prefix, lua_tostring(L, 2));
    lua_settop(L, 3);
    *ref = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* (plan, key, value) */
static int plan_newindex(lua_State *L)
{
    return set_body(L, body_ref(L, luaL_checkstring(L, 2)), "plan");
}

static int *level_ref(lua_State *L)
{
    enum level level;

    if (!level_parse(luaL_checkstring(L, 2), &level))
        luaL_error(L, "plan.level has I, II, III and IV, and no \"%s\"", lua_tostring(L, 2));
    return &api_run(L)->levels[level];
}

/* (plan.level, key) */
static int level_index(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, *level_ref(L));
    return 1;
}

/* (plan.level, key, value) */
static int level_newindex(lua_State *L)
{
    return set_body(L, level_ref(L), "plan.level");
}

/* (plan.occasion, key) */
static int occasion_index(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, api_run(L)->occasions);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

/* (plan.occasion, key, value) */
static int occasion_newindex(lua_State *L)
{
    const struct run *r = api_run(L);
    const char *name = luaL_checkstring(L, 2);

    if (!json_at(r->occasion_names, name))
        luaL_error(L, "the schedule of the plan has no \"%s\"", name);
    luaL_argexpected(L, lua_type(L, 3) == LUA_TFUNCTION, 3, "a function");
    lua_settop(L, 3);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->occasions);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL)
        return luaL_error(L, "plan.occasion.%s is there already", name);
    lua_pop(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, -3);
    return 0;
}

/* A table on top of the stack whose members are bodies: it is empty itself. */
static void push_bodies(lua_State *L, lua_CFunction index, int upvalues, lua_CFunction newindex)
{
    lua_createtable(L, 0, 3);
    lua_insert(L, -1 - upvalues);
    lua_pushcclosure(L, index, upvalues);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_newtable(L);
    lua_insert(L, -2);
    lua_setmetatable(L, -2);
}

/* A member of the table on top that is text, into `to`. */
static void note_text(lua_State *L, const char *member, json_t *to)
{
    lua_pushstring(L, member);
    if (lua_rawget(L, -2) == LUA_TSTRING)
        json_put_str(to, member, lua_tostring(L, -1));
    lua_pop(L, 1);
}

/* The facts of the head, each with what conditions need to know of it. */
static void note_facts(lua_State *L, json_t *facts)
{
    lua_pushliteral(L, "facts");
    if (lua_rawget(L, 1) == LUA_TTABLE) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TTABLE) {
                json_t *fact = json_object();
                json_put(facts, lua_tostring(L, -2), fact);
                note_text(L, "type", fact);
                note_text(L, "per", fact);
            }
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* The keys of a table of the head: what measure() may ask for. */
static void note_names(lua_State *L, const char *table, json_t *names)
{
    lua_pushstring(L, table);
    if (lua_rawget(L, 1) == LUA_TTABLE) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            lua_pop(L, 1);
            if (lua_type(L, -1) == LUA_TSTRING)
                json_object_set_new(names, lua_tostring(L, -1), json_true());
        }
    }
    lua_pop(L, 1);
}

/* The string at head.levels.LEVEL.key, else NULL; borrowed from the head. */
static const char *level_text(lua_State *L, enum level l, const char *key)
{
    const char *text = NULL;
    int top = lua_gettop(L);

    if (lua_getfield(L, 1, "levels") == LUA_TTABLE &&
        lua_getfield(L, -1, level_name(l)) == LUA_TTABLE && lua_getfield(L, -1, key) == LUA_TSTRING)
        text = lua_tostring(L, -1);
    lua_settop(L, top);
    return text;
}

/*
 * Before any order a plan may write to who will command: of the lowest level, where it has levels;
 * incident.commander, .members and .ordered_by are never nil.
 */
static void note_command(lua_State *L, struct run *r)
{
    const char *by = NULL, *commander = NULL;

    for (enum level l = LEVEL_IV; l < LEVEL_END && !by; l++) {
        by = level_text(L, l, "ordered_by");
        commander = level_text(L, l, "commander");
    }
    if (!by && lua_getfield(L, 1, "owner") == LUA_TSTRING)
        by = lua_tostring(L, -1);
    by = by ? by : "duty:duty-room";
    json_put_str(r->about, "commander", commander ? commander : by);
    json_put_str(r->about, "ordered_by", by);
    json_put(r->about, "members", json_array());
    lua_settop(L, 1);
    api_update_incident(r);
}

/* (head), with the name as upvalue */
static int plan_head(lua_State *L)
{
    struct run *r = api_run(L);

    luaL_checktype(L, 1, LUA_TTABLE);
    if (r->plan)
        return luaL_error(L, "a file holds one plan; \"%s\" is the second",
                          lua_tostring(L, lua_upvalueindex(1)));
    note_facts(L, r->fact_names);
    note_names(L, "measures", r->measure_names);
    note_names(L, "reports", r->report_names);
    note_command(L, r);
    api_read_catalogue(L, r);
    r->occasion_names = json_object();
    note_names(L, "schedule", r->occasion_names);
    lua_newtable(L);
    r->occasions = luaL_ref(L, LUA_REGISTRYINDEX);
    push_bodies(L, level_index, 0, level_newindex);
    push_bodies(L, occasion_index, 0, occasion_newindex);
    push_bodies(L, plan_index, 2, plan_newindex);
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
