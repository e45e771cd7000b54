/* api_report - report: one more report of a kind of the head, and its handle. */
#include "plan/api.h"

#include <string.h>

/* The key of what it is about, or nothing. Borrowed while the table lives. */
static const char *key_member(lua_State *L)
{
    lua_pushliteral(L, "key");
    int type = lua_rawget(L, 2);
    const char *key = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (type != LUA_TNIL && (!key || !utf8_valid(key, strlen(key))))
        luaL_error(L, "report: key is text, got %s", lua_typename(L, type));
    lua_pop(L, 1);
    return key;
}

/* What the plan has to say in it: text, or nothing. NULL with nothing in why: there is none. */
static json_t *text_member(lua_State *L, struct why *why)
{
    lua_pushliteral(L, "text");
    bool there = lua_rawget(L, 2) != LUA_TNIL;
    lua_pop(L, 1);
    return there ? api_text_member(L, 2, "report", why) : NULL;
}

/*
 * report(KIND, {key?, due?, text?}?) -> report
 *
 * Opens one more report of this kind of the head: it is numbered, drafted and urged as the engine's
 * own are. `text` stands in the draft under what is asked.
 */
int api_report(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "report", API_STARTS, &a);
    const char *kind = luaL_checkstring(L, 1);
    if (!json_object_get(a.run->report_names, kind))
        return luaL_error(L, "report: the head has no report \"%s\"", kind);
    lua_settop(L, 2);
    if (lua_isnil(L, 2))
        lua_newtable(L), lua_replace(L, 2);
    api_check_options(L, 2, "report", WORD_REPORT);
    const char *key = key_member(L);
    int64_t due_ms = api_duration_member(L, 2, "due", "report: due");

    sandbox_kernel_enter(L);
    json_t *text = text_member(L, &why);
    if (!why.text[0]) {
        json_t *args = json_put_str(json_put_str(json_object(), "report", kind), "key", key);
        if (due_ms > 0)
            json_put_int(args, "due_ms", due_ms);
        api_command(&a, "report", json_put(args, "text", text));
    }
    sandbox_kernel_leave(L);
    if (why.text[0])
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_REPORT, a.step);
    return 1;
}
