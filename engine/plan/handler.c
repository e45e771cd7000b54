#include "plan/handler.h"

#include "plan/border.h"

#include <stdio.h>
#include <string.h>

/* Start a call with what lies on the main stack: the function and its arguments. */
static bool call(struct run *r, struct task *h, int arguments)
{
    lua_State *L = sandbox_lua(r->sb);
    char id[STEP_MAX];
    int len = snprintf(id, sizeof(id), "%s/%u", h->id, h->handler.calls + 1);
    struct task *t = len < STEP_MAX ? task_new(r, TASK_CALL, h, id, h->at) : NULL;

    if (!t) {
        lua_pop(L, arguments + 1);
        return false;
    }
    h->handler.calls++;
    h->handler.running++;
    task_start(r, t, L, arguments);
    return true;
}

void handler_pump(struct run *r, struct task *on)
{
    lua_State *L = sandbox_lua(r->sb);

    while (!on->over && !r->fault.reason) {
        AUTO_JSON(payload);

        if (on->handler.serial && on->handler.running > 0)
            return;
        if (!facts_next(&r->facts, on->wait.name, &on->handler.cursor, &payload))
            return;
        lua_rawgeti(L, LUA_REGISTRYINDEX, on->handler.function);
        border_push(L, payload);
        call(r, on, 1);
    }
}

void handler_edges(struct run *r, struct task *each, const json_t *ev)
{
    lua_State *L = sandbox_lua(r->sb);
    const json_t *edges = json_at(ev, "edges");

    for (size_t n = 0; n < json_array_size(edges) && !each->over && !r->fault.reason; n++) {
        const json_t *edge = json_array_get(edges, n);

        if (strcmp(json_str_or(edge, "watch", ""), each->wait.of) != 0)
            continue;
        lua_rawgeti(L, LUA_REGISTRYINDEX, each->handler.function);
        lua_pushstring(L, json_str(edge, "station")); /* NULL is nil */
        call(r, each, 1);
    }
}

/* One call for all ticks that are due by now. */
static void tick_now(struct run *r, struct task *every)
{
    lua_State *L = sandbox_lua(r->sb);
    struct handler *h = &every->handler;
    int64_t tick = (r->m - h->began_m) / h->period_ms;

    if (tick <= h->tick)
        tick = h->tick + 1;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->function);
    lua_pushinteger(L, tick);
    lua_pushinteger(L, tick - h->tick - 1);
    h->tick = tick;
    if (!call(r, every, 2))
        handler_begin_ticks(r, every);
}

void handler_begin_ticks(struct run *r, struct task *every)
{
    struct handler *h = &every->handler;
    int64_t due = h->began_m + (h->tick + 1) * h->period_ms;

    if (due <= r->m)
        tick_now(r, every);
    else
        task_wait_timer(r, every, due - r->m);
}

void handler_tick(struct run *r, struct task *every)
{
    every->wait.timer = false;
    tick_now(r, every);
}

void handler_call_over(struct run *r, struct task *handler)
{
    handler->handler.running--;
    if (handler->over)
        return;
    if (handler->kind == TASK_EVERY)
        handler_begin_ticks(r, handler);
    else if (handler->handler.serial)
        handler_pump(r, handler);
}
