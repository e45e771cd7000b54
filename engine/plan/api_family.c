/* api_family - child and assign: incidents under this one, and who does what in it. */
#include "plan/api.h"

#include "plan/border.h"

#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 128 };

/* A member that is text and must be there. Borrowed while the table lives. */
static const char *text_needed(lua_State *L, const char *member)
{
    lua_pushstring(L, member);
    int type = lua_rawget(L, 1);
    const char *text = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (!text)
        luaL_error(L, type == LUA_TNIL ? "child: %s is missing" : "child: %s is text", member);
    if (!text || !*text || !utf8_valid(text, strlen(text)))
        luaL_error(L, "child: %s is empty, or no UTF-8", member);
    lua_pop(L, 1);
    return text;
}

/* What is reported to the child; NULL with the sentence in why when it cannot be. */
static json_t *fields_read(lua_State *L, struct why *why)
{
    json_t *fields = NULL;

    lua_pushliteral(L, "fields");
    bool none = lua_rawget(L, 1) == LUA_TNIL;
    enum err e = none ? ERR_OK : border_read(L, -1, "child: fields", &fields, why);
    lua_pop(L, 1);
    if (none || (!e && json_is_array(fields) && json_array_size(fields) == 0)) {
        json_decref(fields);
        return json_object();
    }
    if (!e && json_is_object(fields))
        return fields;
    if (!e)
        why_set(why, ERR_INVALID, "child: fields is a table of names: { onset = case.onset }");
    json_decref(fields);
    return NULL;
}

/*
 * child{plan, key, title, fields?} -> child
 *
 * An incident of its own under this one, or the one of this key, to which `fields` are then
 * reported. Never waits.
 */
int api_child(lua_State *L)
{
    struct api a;
    struct why why = {0};
    char step[STEP_MAX];

    api_begin(L, "child", API_STARTS, &a);
    api_check_options(L, 1, "child", WORD_CHILD);
    lua_settop(L, 1);
    const char *plan = text_needed(L, "plan"), *key = text_needed(L, "key");
    if (strlen(key) > KEY_BYTES || snprintf(step, STEP_MAX, "child:%s", key) >= STEP_MAX)
        return luaL_error(L, "child: the key has more than %d bytes", KEY_BYTES);

    sandbox_kernel_enter(L);
    json_t *title = api_words_member(L, 1, "child", "title", &why);
    json_t *fields = title ? fields_read(L, &why) : NULL;
    if (fields) {
        json_t *args = json_put_str(json_put_str(json_object(), "plan", plan), "key", key);
        api_command(&a, "child", json_put(json_put(args, "title", title), "fields", fields));
    } else {
        json_decref(title);
    }
    sandbox_kernel_leave(L);
    if (!fields)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_CHILD, step);
    return 1;
}

/* ---- roles ---- */

enum { ASSIGN_WITHIN_MS = 5 * 60 * 1000 };

/* Letters, digits, - and _: it stands behind "role:" in targets. */
static const char *role_name(lua_State *L)
{
    const char *role = luaL_checkstring(L, 1);
    size_t len = strlen(role);

    if (!len || len > 64 ||
        strspn(role, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != len)
        luaL_error(L, "assign: \"%s\" is no name of a role; use letters, digits, - and _", role);
    return role;
}

/* What asks for acceptance; the table of options at 3. NULL with the sentence in why. */
static json_t *assign_args(lua_State *L, const char *role, int64_t within_ms, struct why *why)
{
    json_t *to = api_targets_member(L, 4, "assign", why);

    if (!to)
        return NULL;
    json_t *args = json_put_str(json_put(json_object(), "to", to), "role", role);
    json_put_int(json_put_int(args, "within_ms", within_ms), "rounds", 1);
    lua_pushliteral(L, "text");
    bool says = lua_rawget(L, 3) != LUA_TNIL;
    lua_pop(L, 1);
    json_t *text = says ? api_text_member(L, 3, "assign", why) : NULL;
    if (says && !text) {
        json_decref(args);
        return NULL;
    }
    return text ? json_put(args, "text", text) : args;
}

/*
 * assign(role, target, {within?, text?}?) -> answer or nil
 *
 * Calls the target, each rung for `within` (5 minutes), and gives the role to whoever accepts.
 * "role:NAME" is that person from then on. nil: nobody did; whoever had it before keeps it.
 */
int api_assign(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "assign", API_STARTS, &a);
    lua_settop(L, 3);
    const char *role = role_name(L);
    if (lua_isnil(L, 3)) {
        lua_newtable(L);
        lua_replace(L, 3);
    }
    api_check_options(L, 3, "assign", WORD_ASSIGN);
    if (lua_isnil(L, 2))
        return luaL_error(L, "assign: who is to take the role \"%s\"? name a target", role);
    int64_t within_ms = api_duration_member(L, 3, "within", "assign: within");
    lua_createtable(L, 0, 1); /* 4: the target as a member, as in calls */
    lua_pushvalue(L, 2);
    lua_setfield(L, 4, "to");

    sandbox_kernel_enter(L);
    json_t *args = assign_args(L, role, within_ms > 0 ? within_ms : ASSIGN_WITHIN_MS, &why);
    if (args)
        api_command(&a, "assign", args);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    return api_wait_answer(L, &a);
}
