#include "plan/handler.h"

#include "plan/border.h"
#include "plan/tick.h"

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

/* One call for all ticks that are due by now; false: there is no room for it. */
static bool tick_now(struct run *r, struct task *every)
{
    lua_State *L = sandbox_lua(r->sb);
    struct ticks *ticks = every->handler.ticks;
    int64_t missed = ticks_take(r, ticks);

    lua_rawgeti(L, LUA_REGISTRYINDEX, every->handler.function);
    lua_pushinteger(L, ticks->number);
    lua_pushinteger(L, missed);
    return call(r, every, 2);
}

void handler_begin_ticks(struct run *r, struct task *every)
{
    struct ticks *ticks = every->handler.ticks;
    int64_t ms;

    while (ticks_wait(r, ticks, &ms)) {
        if (ms > 0) {
            ticks->fires = r->m + ms;
            task_wait_timer(r, every, ms);
            return;
        }
        if (tick_now(r, every))
            return;
        if (ticks->kind == TICK_ONCE) {
            task_finish(r, every);
            return;
        }
    }
}

void handler_tick(struct run *r, struct task *every)
{
    if (r->m < every->handler.ticks->fires)
        return; /* of a timer that was set anew meanwhile */
    every->wait.timer = false;
    handler_begin_ticks(r, every);
}

bool handler_follows_level(const struct task *t)
{
    return t->kind == TASK_EVERY && t->handler.ticks->kind == TICK_LEVEL;
}

void handler_level(struct run *r, struct task *every)
{
    struct ticks *ticks = every->handler.ticks;
    int64_t ms = 0;

    if (every->handler.running > 0)
        return; /* when it is over, the level of then counts */
    bool due = ticks_wait(r, ticks, &ms);
    if (due && every->wait.timer && ticks->fires == r->m + ms)
        return;
    task_clear_timer(r, every);
    handler_begin_ticks(r, every);
}

void handler_call_over(struct run *r, struct task *handler)
{
    handler->handler.running--;
    if (handler->over)
        return;
    if (handler->kind == TASK_EVERY && handler->handler.ticks->kind == TICK_ONCE)
        task_finish(r, handler);
    else if (handler->kind == TASK_EVERY)
        handler_begin_ticks(r, handler);
    else if (handler->handler.serial)
        handler_pump(r, handler);
}
