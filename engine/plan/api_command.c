/* api_command - propose and escalate: what people are asked to order, and who is called above. */
#include "plan/api.h"

#include "core/level.h"

#include <string.h>

static const char *const actions[] = {"activate", "raise", "lower", "terminate", NULL};

/* A member that is text; NULL: it is not there. Borrowed while the table lives. */
static const char *string_member(lua_State *L, const char *member)
{
    lua_pushstring(L, member);
    int type = lua_rawget(L, 1);
    const char *text = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (type != LUA_TNIL && !text)
        luaL_error(L, "propose: %s is text, got %s", member, lua_typename(L, type));
    lua_pop(L, 1);
    return text;
}

static const char *action_member(lua_State *L)
{
    const char *action = string_member(L, "action");

    for (size_t n = 0; action && actions[n]; n++)
        if (strcmp(actions[n], action) == 0)
            return action;
    luaL_error(L, "propose: action is activate, raise, lower or terminate%s",
               action ? "; others are not built yet" : "");
    return NULL;
}

static const char *level_member(lua_State *L, const char *action)
{
    const char *name = string_member(L, "level");
    enum level level;

    if (!strcmp(action, "terminate") != !name)
        luaL_error(L, "propose: %s %s a level", action, name ? "has not" : "needs");
    if (name && !level_parse(name, &level))
        luaL_error(L, "propose: \"%s\" is no level; levels are I (highest), II, III and IV", name);
    return name;
}

/*
 * propose{action, level?, what?, reason, to?, within, wait?} -> order or nil
 *
 * Puts an order to whoever may give it; it stands until somebody does. Gives the first order of
 * this action, whoever gave it; nil when `within` is over, and at once with wait = false.
 */
int api_propose(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "propose", API_STARTS, &a);
    api_check_options(L, 1, "propose", WORD_PROPOSE);
    lua_settop(L, 1);
    const char *action = action_member(L), *level = level_member(L, action);
    const char *to = string_member(L, "to");
    int64_t within_ms = api_duration_member(L, 1, "within", "propose: within");
    lua_pushliteral(L, "wait");
    bool waits = lua_rawget(L, 1) != LUA_TBOOLEAN || lua_toboolean(L, -1);
    lua_settop(L, 1);
    if (within_ms <= 0)
        return luaL_error(L, "propose: within is missing: how long is each asked?");

    sandbox_kernel_enter(L);
    json_t *reason = api_words_member(L, 1, "propose", "reason", &why);
    if (reason) {
        json_t *args = json_put_str(json_put_str(json_object(), "action", action), "level", level);
        json_put(args, "reason", reason);
        json_put(args, "what", api_words_member(L, 1, "propose", "what", &(struct why){0}));
        json_put_int(json_put_str(args, "to", to), "within_ms", within_ms);
        api_command(&a, "propose", args);
    }
    sandbox_kernel_leave(L);
    if (!reason)
        return api_raise(L, &why);
    if (!waits) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 1);
    lua_pushstring(L, action);
    lua_setfield(L, -2, "action");
    lua_replace(L, 1);
    lua_settop(L, 1);
    return api_wait_from_now(L, &a, "order", within_ms);
}

/*
 * escalate(reason) -> handle
 *
 * Calls the commander, then the rungs of the fallback, until somebody answers; never waits.
 */
int api_escalate(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "escalate", API_STARTS, &a);
    lua_settop(L, 1);
    sandbox_kernel_enter(L);
    json_t *text = api_words(L, 1, "escalate", &why);
    if (text)
        api_command(&a, "escalate", json_put(json_object(), "text", text));
    sandbox_kernel_leave(L);
    if (!text)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_CALL, a.step);
    return 1;
}
