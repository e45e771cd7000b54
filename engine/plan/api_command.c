/* api_command - propose, publish, escalate: what people are asked to order, who is called above. */
#include "plan/api.h"

#include "core/level.h"

#include <string.h>

static const char *const actions[] = {"activate", "raise",   "lower", "terminate",
                                      "declare",  "publish", "issue", NULL};
static const char *const colours[] = {"red", "orange", "yellow", "blue", "none", NULL};

static bool one_of(const char *const *words, const char *word)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

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

    if (!action || !one_of(actions, action))
        luaL_error(L, "propose: action is activate, raise, lower, terminate, declare or issue");
    if (strcmp(action, "publish") == 0)
        luaL_error(L, "propose: publish { … } makes a draft, and puts it to whoever may publish");
    return action;
}

static const char *level_member(lua_State *L, const char *action)
{
    const char *name = string_member(L, "level");
    bool levelled =
        !strcmp(action, "activate") || !strcmp(action, "raise") || !strcmp(action, "lower");
    enum level level;

    if (levelled != (name != NULL))
        luaL_error(L, "propose: %s %s a level", action, name ? "has not" : "needs");
    if (name && !level_parse(name, &level))
        luaL_error(L, "propose: \"%s\" is no level; levels are I (highest), II, III and IV", name);
    return name;
}

/* What is declared or issued must be said. */
static const char *warning_member(lua_State *L, const char *action)
{
    const char *colour = string_member(L, "warning");
    lua_pushliteral(L, "what");
    bool what = lua_rawget(L, 1) != LUA_TNIL;

    lua_pop(L, 1);
    if (colour &&
        (strcmp(action, "issue") != 0 || !one_of(colours, colour) || strcmp(colour, "none") == 0))
        luaL_error(L, "propose: warning is red, orange, yellow or blue, and for issue");
    if (!what && !colour && (!strcmp(action, "declare") || !strcmp(action, "issue")))
        luaL_error(L, "propose: what is missing: what is to be %s?",
                   strcmp(action, "issue") ? "declared" : "issued");
    return colour;
}

/*
 * propose{action, level?, what?, warning?, reason, to?, within, wait?} -> order or nil
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
    const char *to = string_member(L, "to"), *warning = warning_member(L, action);
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
        json_put_str(args, "warning", warning);
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

/* ---- publish ---- */

/* Art. 64: with the time, which is that of the order, the eight statements of a warning. */
static const struct {
    const char *name, *asks;
} statements[] = {
    {"category", "a warning of what?"},
    {"level", "red, orange, yellow or blue?"},
    {"from", "from when on?"},
    {"area", "where?"},
    {"matters", "what is to be minded?"},
    {"advice", "what should people do?"},
    {"issuer", "who issues it?"},
};

enum { STATEMENTS = sizeof(statements) / sizeof(statements[0]) };

static void check_statements(lua_State *L)
{
    const char *level;

    for (size_t n = 0; n < STATEMENTS; n++) {
        lua_pushstring(L, statements[n].name);
        if (lua_rawget(L, 1) == LUA_TNIL)
            luaL_error(L,
                       "publish: %s is missing: %s A warning states category, level, from, area, "
                       "matters, advice and issuer (Emergency Response Act, art. 64)",
                       statements[n].name, statements[n].asks);
        lua_pop(L, 1);
    }
    lua_pushliteral(L, "level");
    level = lua_rawget(L, 1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    lua_pushliteral(L, "lifts");
    bool lifts = lua_rawget(L, 1) != LUA_TNIL;
    if (!one_of(colours, level) || (!lifts && strcmp(level, "none") == 0))
        luaL_error(L, "publish: level is red, orange, yellow or blue; with lifts also none");
    lua_pop(L, 2);
}

/* The step of the draft that this one lifts; NULL: none. */
static const char *lifted_draft(lua_State *L)
{
    const struct handle *h = NULL;

    lua_pushliteral(L, "lifts");
    if (lua_rawget(L, 1) != LUA_TNIL) {
        h = api_handle(L, -1);
        if (h->kind != HANDLE_DRAFT)
            luaL_error(L, "publish: lifts is an earlier draft, as publish gives it");
    }
    lua_pop(L, 1);
    return h ? h->step : NULL;
}

/* NULL with the sentence. */
static json_t *read_draft(lua_State *L, struct why *why)
{
    AUTO_JSON(args);

    args = json_object();
    for (size_t n = 0; n < STATEMENTS; n++) {
        json_t *text = api_words_member(L, 1, "publish", statements[n].name, why);
        if (!text)
            return NULL;
        json_put(args, statements[n].name, text);
    }
    json_t *to = api_targets_member(L, 1, "publish", why);
    if (!to)
        return NULL;
    json_put(args, "to", to);
    return json_incref(args);
}

/*
 * publish{category, level, from, area, matters, advice, issuer, to?, lifts?} -> draft
 *
 * Makes a draft and puts it to whoever may publish; it is sent with their order and never without.
 */
int api_publish(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "publish", API_STARTS, &a);
    api_check_options(L, 1, "publish", WORD_PUBLISH);
    lua_settop(L, 1);
    check_statements(L);
    const char *lifts = lifted_draft(L);
    sandbox_kernel_enter(L);
    json_t *args = read_draft(L, &why);
    if (args)
        api_command(&a, "publish", json_put_str(args, "lifts", lifts));
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_DRAFT, a.step);
    return 1;
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
