/* api_handler - on, each, spawn, and cancel, defer: what runs beside the task, and its end.
 */
#include "plan/api.h"

#include "plan/handler.h"

#include <stdio.h>
#include <string.h>

struct task *api_handler(lua_State *L, const struct api *a, enum task_kind kind)
{
    struct task *h = task_new(a->run, kind, a->task, a->step, a->at);

    if (h)
        h->handler.function = luaL_ref(L, LUA_REGISTRYINDEX);
    return h;
}

/*
 * on(name, function(fact), {serial = true}?) -> handle
 *
 * Calls the function for each fact of this name since the fact that started the task, each call a
 * task of its own; with serial one after the other.
 */
int api_on(lua_State *L)
{
    struct api a;
    bool serial = false;

    api_begin(L, "on", API_STARTS, &a);
    fact_name name = api_fact(L, a.run, "on");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 3);
    if (!lua_isnil(L, 3)) {
        api_check_options(L, 3, "on", WORD_ON);
        lua_pushliteral(L, "serial");
        lua_rawget(L, 3);
        serial = lua_toboolean(L, -1);
    }
    lua_settop(L, 2);
    sandbox_kernel_enter(L);
    struct task *on = api_handler(L, &a, TASK_ON);
    if (on) {
        on->handler.serial = serial;
        on->handler.cursor = a.task->since;
        on->wait.name = name;
        on->wait.order = ++a.run->tasks.order;
        handler_pump(a.run, on);
    }
    api_push_handle(L, HANDLE_TASK, a.step);
    sandbox_kernel_leave(L);
    return 1;
}

/*
 * each(condition, function(station)) -> handle
 *
 * Calls the function for each station where the condition becomes true, each call a task of its
 * own; where it is true already, at once. Without a station where the condition is of none.
 */
int api_each(lua_State *L)
{
    struct api a;

    api_begin(L, "each", API_STARTS, &a);
    const char *when = api_condition(L, &a);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    sandbox_kernel_enter(L);
    struct task *each = api_handler(L, &a, TASK_EACH);
    if (each) {
        json_t *args = json_put_str(json_object(), "when", when);
        api_watch(&a, each, json_put_true(args, "each", true));
        each->wait.order = ++a.run->tasks.order;
    }
    api_push_handle(L, HANDLE_TASK, a.step);
    sandbox_kernel_leave(L);
    return 1;
}

/*
 * spawn(function, arguments…) -> handle
 *
 * Runs the function beside the task that goes on.
 */
int api_spawn(lua_State *L)
{
    struct api a;
    char id[STEP_MAX + 16];

    api_begin(L, "spawn", API_STARTS, &a);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    int arguments = lua_gettop(L) - 1;
    snprintf(id, sizeof(id), "%s/1", a.step);
    sandbox_kernel_enter(L);
    struct task *t = task_new(a.run, TASK_SPAWN, a.task, id, a.at);
    if (t)
        task_start(a.run, t, L, arguments);
    api_push_handle(L, HANDLE_TASK, t ? id : a.step);
    sandbox_kernel_leave(L);
    return 1;
}

static int cancel_over(lua_State *L, int status, lua_KContext ctx)
{
    (void)L;
    (void)status;
    (void)ctx;
    return 0;
}

/*
 * cancel(handle)
 *
 * Ends a task, an on or an every with all that it started; its defers run before this returns.
 * Recalls a notice, and tells those whom it has reached. What is over already: nothing happens.
 */
int api_cancel(lua_State *L)
{
    struct api a;

    api_begin(L, "cancel", API_NOTES, &a);
    struct handle *h = api_handle(L, 1);
    if (h->kind == HANDLE_NOTICE || h->kind == HANDLE_CALL) {
        run_command(a.run, command_new("cancel", h->step, a.at));
        return 0;
    }
    if (h->kind == HANDLE_REPORT)
        return luaL_error(L, "cancel: what is to be reported is not cancelled");
    if (h->kind == HANDLE_DRAFT)
        return luaL_error(L, "cancel: a draft stands until somebody orders it; publish another "
                             "that lifts it");
    if (h->kind == HANDLE_ITEM)
        return luaL_error(L, "cancel: nobody cancels an item by accident; write item:lift(reason)");
    struct task *t = task_find(a.run, h->step);
    if (!t)
        return 0;
    a.run->tasks.to_cancel = t;
    return lua_yieldk(L, 0, 0, cancel_over); /* it may be the task itself */
}

/*
 * defer(function)
 *
 * Calls the function when the task ends: returned, failed or cancelled; the last one first. In the
 * body: when the response ends. Nothing in it can wait; notify, cancel, log and state may be used.
 */
int api_defer(lua_State *L)
{
    struct api a;

    api_begin(L, "defer", API_STARTS, &a);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    sandbox_kernel_enter(L);
    struct task *t = a.task;
    t->defers = mem_grow(t->defers, &t->defers_cap, t->defers_count + 1, sizeof(*t->defers));
    t->defers[t->defers_count++] = (struct defer){
        .step = mem_str(a.step),
        .at = mem_str(a.at),
        .function = luaL_ref(L, LUA_REGISTRYINDEX),
    };
    sandbox_kernel_leave(L);
    return 0;
}
