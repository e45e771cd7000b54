#include "plan/api.h"

#include "base/text.h"
#include "plan/border.h"
#include "plan/env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_COST = 100 }; /* instructions that a word is charged for */

void api_define(struct run *r)
{
    static const luaL_Reg words[] = {
        {"T", api_text},
        {"assign", api_assign},
        {"call", api_call},
        {"consult", api_consult},
        {"ask", api_ask},
        {"fetch", api_fetch},
        {"cancel", api_cancel},
        {"child", api_child},
        {"defer", api_defer},
        {"every", api_every},
        {"at", api_at},
        {"civil", api_civil},
        {"open_at", api_open_at},
        {"log", api_log},
        {"notify", api_notify},
        {"agenda", api_agenda},
        {"now", api_now},
        {"on", api_on},
        {"each", api_each},
        {"wait_until", api_wait_until},
        {"parallel", api_parallel},
        {"settle", api_settle},
        {"race", api_race},
        {"random", api_random},
        {"sleep", api_sleep},
        {"spawn", api_spawn},
        {"state", api_state},
        {"timeout", api_timeout},
        {"uuid", api_uuid},
        {"require", api_require},
        {"wait", api_wait},
        {"measure", api_measure},
        {"before", api_before},
        {"directive", api_directive},
        {"item", api_item},
        {"resource", api_resource},
        {"report", api_report},
        {"propose", api_propose},
        {"publish", api_publish},
        {"escalate", api_escalate},
        {NULL, NULL},
    };

    env_define_functions(sandbox_lua(r->sb), words);
    api_define_handles(r);
    api_define_plan(r);
    api_define_incident(r);
}

struct run *api_run(lua_State *L)
{
    struct run *r = sandbox_owner(L);

    if (r->fault.reason)
        luaL_error(L, "%s", r->fault.text);
    return r;
}

int api_raise(lua_State *L, const struct why *why)
{
    return luaL_error(L, "%s", why->text);
}

void api_begin(lua_State *L, const char *word, enum api_use use, struct api *ret)
{
    struct run *r = api_run(L);
    struct task *t = r->tasks.running;

    if (!t) {
        luaL_error(L, "%s can be used only inside of plan.respond and what it starts", word);
        return; /* luaL_error does not come back */
    }
    if (!lua_isyieldable(L))
        luaL_error(L,
                   "%s cannot be used here: the function of a sort, a gsub or a match must give "
                   "its result at once",
                   word);
    if (use == API_STARTS && t->kind == TASK_DEFER)
        luaL_error(L, "%s cannot be used in a defer: nothing may wait or begin there", word);
    sandbox_charge(L, WORD_COST);
    *ret = (struct api){.run = r, .task = t, .word = word};
    sandbox_where(L, ret->at);
    if (!task_step(t, ret->step))
        luaL_error(L, "tasks are nested too deeply here; use a loop");
}

/* ---- arguments ---- */

void api_check_options(lua_State *L, int index, const char *word, enum word_kind kind)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE)
        luaL_error(L, "%s takes a table, got %s", word, luaL_typename(L, index));
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s: every member has a name, as in to = \"duty:duty-room\"", word);
        size_t len = 0;
        const char *name = lua_tolstring(L, -1, &len);
        if (word_find(kind, name, len))
            continue;
        const char *near = word_nearest(kind, name);
        if (near)
            luaL_error(L, "%s: there is no \"%s\"; did you mean \"%s\"?", word, name, near);
        luaL_error(L, "%s: there is no \"%s\"", word, name);
    }
}

int64_t api_duration(lua_State *L, int index, const char *what)
{
    int64_t ms = 0;

    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s: a duration like \"5m\" or \"1h30m\" is wanted, got %s", what,
                   luaL_typename(L, index));
    if (lua_rawlen(L, index) > 64 || !duration_parse(lua_tostring(L, index), false, &ms))
        luaL_error(L, "%s: \"%s\" is no duration; write \"90s\", \"5m\", \"1h30m\" or \"2d\"", what,
                   lua_tostring(L, index));
    return ms;
}

int64_t api_duration_member(lua_State *L, int index, const char *member, const char *what)
{
    int64_t ms = -1;

    index = lua_absindex(L, index);
    lua_pushstring(L, member);
    if (lua_rawget(L, index) != LUA_TNIL)
        ms = api_duration(L, -1, what);
    lua_pop(L, 1);
    return ms;
}

/* A string, or {zh=, en=} of strings. */
static enum err check_text(const json_t *value, const char *what, struct why *why)
{
    if (json_is_string(value))
        return json_string_length(value) > 0 ? ERR_OK
                                             : why_set(why, ERR_INVALID, "%s is empty", what);
    if (!json_is_object(value) || json_object_size(value) == 0)
        return why_set(why, ERR_INVALID, "%s must be text, or {zh = …, en = …}", what);

    size_t known = 0;
    known += json_is_string(json_object_get(value, "zh"));
    known += json_is_string(json_object_get(value, "en"));
    if (known != json_object_size(value))
        return why_set(why, ERR_INVALID, "%s has the languages zh and en, each as text", what);
    return ERR_OK;
}

/* Read a member without raising; a missing one is NULL with ERR_OK. Memory is not refused here. */
static enum err read_member(lua_State *L, int index, const char *member, const char *what,
                            json_t **ret, struct why *why)
{
    enum err e = ERR_OK;

    *ret = NULL;
    index = lua_absindex(L, index);
    sandbox_kernel_enter(L);
    lua_pushstring(L, member);
    if (lua_rawget(L, index) != LUA_TNIL)
        e = border_read(L, -1, what, ret, why);
    lua_pop(L, 1);
    sandbox_kernel_leave(L);
    return e;
}

json_t *api_words_member(lua_State *L, int index, const char *word, const char *member,
                         struct why *why)
{
    json_t *value = NULL;
    char what[64];

    snprintf(what, sizeof(what), "%s: %s", word, member);
    if (read_member(L, index, member, what, &value, why))
        return NULL;
    if (!value) {
        why_set(why, ERR_INVALID, "%s is missing", what);
        return NULL;
    }
    if (check_text(value, what, why)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

json_t *api_text_member(lua_State *L, int index, const char *word, struct why *why)
{
    return api_words_member(L, index, word, "text", why);
}

json_t *api_words(lua_State *L, int index, const char *word, struct why *why)
{
    json_t *value = NULL;

    if (border_read(L, index, word, &value, why))
        return NULL;
    if (check_text(value, word, why)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

/* "duty:duty-room" */
static enum err check_target(const json_t *target, const char *what, struct why *why)
{
    const char *text = json_string_value(target);
    const char *colon = text ? strchr(text, ':') : NULL;

    if (!text)
        return why_set(why, ERR_INVALID, "%s: a target is text like \"duty:duty-room\"", what);
    if (!colon || colon == text || !colon[1])
        return why_set(why, ERR_INVALID,
                       "%s: \"%s\" is no target; write its kind before it, as in \"person:%s\"",
                       what, text, text);
    return ERR_OK;
}

/* Whom a tally or a consultation names may stand where a target stands. */
static void name_target(json_t **value)
{
    json_t *target = json_object_get(*value, "target");

    if (!json_is_string(target))
        return;
    json_incref(target);
    json_decref(*value);
    *value = target;
}

static void name_targets(json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_incref(json_array_get(list, i));

        name_target(&one);
        json_array_set_new(list, i, one);
    }
}

json_t *api_targets_member(lua_State *L, int index, const char *word, struct why *why)
{
    AUTO_JSON(value);
    char what[64];

    snprintf(what, sizeof(what), "%s: to", word);
    if (read_member(L, index, "to", what, &value, why))
        return NULL;
    if (!value)
        return json_array();
    name_target(&value);
    name_targets(value);
    if (json_is_string(value)) {
        json_t *list = json_array();

        json_array_append(list, value);
        json_decref(value);
        value = list;
    }
    if (!json_is_array(value) || json_array_size(value) == 0) {
        why_set(why, ERR_INVALID, "%s is a target or a list of targets", what);
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        if (check_target(json_array_get(value, i), what, why))
            return NULL;
    return json_incref(value);
}

fact_name api_fact(lua_State *L, struct run *r, const char *word)
{
    size_t len = 0;
    const char *name = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &len) : NULL;

    if (!name)
        luaL_error(L, "%s: the name of a fact is wanted first, got %s", word, luaL_typename(L, 1));
    if (!word_find(WORD_FACT, name, len) && !json_object_get(r->fact_names, name)) {
        const char *near = word_nearest(WORD_FACT, name);

        if (near)
            luaL_error(L, "%s: there is no fact \"%s\"; did you mean \"%s\"?", word, name, near);
        luaL_error(L,
                   "%s: there is no fact \"%s\"; the head of the plan names those that are "
                   "reported",
                   word, name);
    }
    return facts_name(&r->facts, name);
}

void api_command(const struct api *a, const char *kind, json_t *args)
{
    json_t *cmd = command_new(kind, a->step, a->at);

    run_command(a->run, json_put(cmd, "args", args));
}

/* ---- handles ---- */

static const char HANDLE[] = "handle";

void api_push_handle(lua_State *L, enum handle_kind kind, const char *step)
{
    struct handle *h = lua_newuserdatauv(L, sizeof(*h), 0);

    h->kind = kind;
    snprintf(h->step, sizeof(h->step), "%s", step);
    luaL_setmetatable(L, HANDLE);
}

struct handle *api_handle(lua_State *L, int index)
{
    return luaL_checkudata(L, index, HANDLE);
}

/* (handle, key) */
static int handle_index(lua_State *L)
{
    static const struct {
        enum handle_kind kind;
        const char *name;
        lua_CFunction method;
    } methods[] = {{HANDLE_NOTICE, "result", api_notify_result},
                   {HANDLE_ITEM, "wait", api_progress_wait},
                   {HANDLE_REPORT, "wait", api_progress_wait},
                   {HANDLE_ITEM, "supervise", api_item_supervise},
                   {HANDLE_ITEM, "lift", api_item_lift},
                   {HANDLE_CHILD, "wait", api_progress_wait},
                   {HANDLE_CALL, "close", api_call_close}};
    const struct handle *h = api_handle(L, 1);
    const char *name = luaL_checkstring(L, 2);

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (methods[i].kind == h->kind && strcmp(methods[i].name, name) == 0) {
            lua_pushcfunction(L, methods[i].method);
            return 1;
        }
    if (strcmp(name, "result") == 0)
        return luaL_error(L, "only what notify gives has a result");
    return luaL_error(L,
                      "a handle has no \"%s\"; what notify gives has :result(duration), an item "
                      ":wait(state, duration), :supervise(to) and :lift(reason), a report "
                      ":wait(state, duration), a child :wait(\"closed\", duration), answer.call "
                      ":close()",
                      name);
}

static int handle_tostring(lua_State *L)
{
    lua_pushfstring(L, "handle %s", api_handle(L, 1)->step);
    return 1;
}

void api_define_handles(struct run *r)
{
    static const luaL_Reg methods[] = {
        {"__index", handle_index}, {"__tostring", handle_tostring}, {NULL, NULL}};
    lua_State *L = sandbox_lua(r->sb);

    luaL_newmetatable(L, HANDLE);
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
