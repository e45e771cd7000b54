/* api_incident - `incident`: what the plan sees of the incident, read-only. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/env.h"

#include <stdlib.h>
#include <string.h>

/* What there is; a member that the trigger did not bring is nil. */
static const char *const members[] = {
    "category", "commander", "count",    "drill",   "event", "fields",   "grade",     "id",
    "kind",     "labels",    "level",    "members", "note",  "occasion", "opened_at", "ordered_by",
    "place",    "plan",      "reopened", "source",  "title", "version",  "warning",   NULL,
};

/* incident:at_least(level) -> is a level in force, this one or a higher? */
static int incident_at_least(lua_State *L)
{
    struct run *r = api_run(L);
    enum level asked, now = LEVEL_NONE;

    if (!level_parse(luaL_checkstring(L, 2), &asked))
        return luaL_error(L,
                          "at_least: \"%s\" is no level; levels are \"I\" (highest), \"II\", "
                          "\"III\" and \"IV\"",
                          lua_tostring(L, 2));
    if (!level_parse(json_str(r->about, "level"), &now))
        now = LEVEL_NONE;
    lua_pushboolean(L, now >= asked);
    return 1;
}

/* (incident, key) with the table of values as upvalue */
static int incident_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (lua_type(L, 2) != LUA_TSTRING)
        return 1;

    const char *name = lua_tostring(L, 2);
    if (strcmp(name, "at_least") == 0) {
        lua_pushcfunction(L, incident_at_least);
        return 1;
    }
    for (size_t i = 0; members[i]; i++)
        if (strcmp(members[i], name) == 0)
            return 1; /* nil */
    const char *near = text_nearest(name, members);
    if (near)
        return luaL_error(L, "there is no \"incident.%s\"; did you mean \"incident.%s\"?", name,
                          near);
    return luaL_error(L, "there is no \"incident.%s\"", name);
}

/* Push a value; tables are frozen, to the last. */
static void push_frozen(lua_State *L, const json_t *value)
{
    if (!json_is_object(value) && !json_is_array(value)) {
        border_push(L, value);
        return;
    }
    luaL_checkstack(L, 8, "incident");
    lua_newtable(L);
    for (size_t i = 0; i < json_array_size(value); i++) {
        push_frozen(L, json_array_get(value, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    const char **keys = json_keys(value, NULL);
    for (size_t i = 0; keys[i]; i++) {
        push_frozen(L, json_at(value, keys[i]));
        lua_setfield(L, -2, keys[i]);
    }
    free(keys);
    env_freeze(L);
}

void api_update_incident(struct run *r)
{
    lua_State *L = sandbox_lua(r->sb);

    lua_rawgeti(L, LUA_REGISTRYINDEX, r->incident_data);
    for (size_t i = 0; members[i]; i++) {
        const json_t *value = json_at(r->about, members[i]);

        if (!value)
            continue;
        push_frozen(L, value); /* null is nil: a level that is over */
        lua_setfield(L, -2, members[i]);
    }
    lua_pop(L, 1);
}

void api_define_incident(struct run *r)
{
    lua_State *L = sandbox_lua(r->sb);

    lua_newtable(L);
    lua_pushvalue(L, -1);
    r->incident_data = luaL_ref(L, LUA_REGISTRYINDEX);
    env_freeze(L);
    lua_getmetatable(L, -1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->incident_data);
    lua_pushcclosure(L, incident_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    r->incident_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    sandbox_define(r->sb, "incident");
    api_update_incident(r);
}
