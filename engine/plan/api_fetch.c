/* api_fetch - fetch: one outgoing call through an endpoint of the site. */
#include "plan/api.h"

#include "core/fetch_limits.h"
#include "plan/border.h"

#include <string.h>

static const char *endpoint_member(lua_State *L)
{
    lua_pushliteral(L, "endpoint");
    int type = lua_rawget(L, 1);
    const char *name = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (!name || !*name || !utf8_valid(name, strlen(name)))
        luaL_error(L, "fetch: endpoint is the name of an endpoint of the site, got %s",
                   lua_typename(L, type));
    lua_pop(L, 1); /* it stays in the table */
    return name;
}

/* A text goes as it is, all else as JSON. NULL with the sentence. */
static json_t *read_fetch(lua_State *L, struct why *why)
{
    AUTO_JSON(body);
    AUTO_TEXT(text);
    json_t *args = json_object();

    lua_pushliteral(L, "body");
    int type = lua_rawget(L, 1);
    enum err e = type == LUA_TNIL
                     ? why_set(why, ERR_INVALID, "fetch: body is missing: what is sent?")
                     : border_read(L, -1, "fetch: body", &body, why);
    lua_pop(L, 1);
    if (!e && json_is_string(body)) {
        text_add_bytes(&text, json_string_value(body), json_string_length(body));
    } else if (!e) {
        json_write(body, &text);
        json_put_true(args, "json", true);
    }
    if (!e && text.len > FETCH_BODY_BYTES)
        e = why_set(why, ERR_LIMIT, "fetch: body is longer than %d bytes", FETCH_BODY_BYTES);
    if (e) {
        json_decref(args);
        return NULL;
    }
    return json_put(args, "body", json_stringn(text_str(&text), text.len));
}

/* What came back: {status =, body =, json =}; json where the body is a table in JSON. */
static void push_response(lua_State *L, const json_t *ev)
{
    const char *body = json_str_or(ev, "body", "");
    AUTO_JSON(value);
    struct why why;

    lua_createtable(L, 0, 3);
    lua_pushinteger(L, json_int(ev, "status", 0));
    lua_setfield(L, -2, "status");
    lua_pushstring(L, body);
    lua_setfield(L, -2, "body");
    if (json_read(body, strlen(body), &value, &why))
        return;
    border_push(L, value);
    lua_setfield(L, -2, "json");
}

/* Woken: it has answered, or will not. */
static int fetch_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    bool answered = json_bool(r->ev, "fetched");

    (void)status;
    (void)ctx;
    task_wait_over(r, r->tasks.running);
    sandbox_kernel_enter(L);
    if (answered) {
        push_response(L, r->ev);
    } else {
        lua_pushnil(L);
        lua_pushstring(L, json_str_or(r->ev, "error", "it did not answer"));
    }
    sandbox_kernel_leave(L);
    return answered ? 1 : 2;
}

/*
 * fetch{endpoint, body, within} -> response, or nil and a sentence
 *
 * Sends the body and waits for the answer. What fails and may work later is tried again, as long as
 * there is time.
 */
int api_fetch(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "fetch", API_STARTS, &a);
    api_check_options(L, 1, "fetch", WORD_FETCH);
    lua_settop(L, 1);
    int64_t within_ms = api_duration_member(L, 1, "within", "fetch: within");
    const char *endpoint = endpoint_member(L);
    if (within_ms <= 0)
        return luaL_error(L, "fetch: within is missing: how long may it take?");

    sandbox_kernel_enter(L);
    json_t *args = read_fetch(L, &why);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    json_put_int(json_put_str(args, "endpoint", endpoint), "within_ms", within_ms);
    api_command(&a, "fetch", args);
    task_wait(a.run, a.task, WAIT_CALL, a.step, a.at);
    return lua_yieldk(L, 0, 0, fetch_over);
}
