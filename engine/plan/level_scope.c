#include "plan/level_scope.h"

#include "core/level.h"
#include "plan/api.h"
#include "plan/border.h"

#include <stdio.h>
#include <string.h>

bool level_scopes_any(const struct run *r)
{
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (r->levels[l] != LUA_NOREF)
            return true;
    }
    return r->recover != LUA_NOREF;
}

/* Is it an order about a level, or the end? LEVEL_NONE is the end. */
static bool order_read(const json_t *ev, enum level *ret)
{
    *ret = LEVEL_NONE;
    if (!json_str(ev, "action"))
        return false;
    return level_parse(json_str(ev, "level"), ret) || !strcmp(json_str(ev, "action"), "terminate");
}

static struct task *scope_find(const struct run *r, enum level l)
{
    const struct task *body = r->tasks.body;
    for (struct task *t = TAILQ_FIRST(&body->children); t; t = TAILQ_NEXT(t, sibling)) {
        if (t->kind == TASK_SCOPE && t->level == (int)l)
            return t;
    }
    return NULL;
}

static void scope_told(const struct run *r, const char *name, bool begins, const char *at)
{
    if (r->onlooker && r->onlooker->scope)
        r->onlooker->scope(r->onlooker->ctx, r->incident, name, begins, at);
}

/* The body is over, and with it what is left of its scopes. */
static void scopes_end_all(struct run *r)
{
    for (enum level l = LEVEL_I; l >= LEVEL_IV; l--) {
        if (scope_find(r, l))
            scope_told(r, level_name(l), false, "");
    }
    task_end_body(r);
}

void level_scopes_leave(struct run *r, const json_t *ev)
{
    enum level ordered;
    if (!r->tasks.body || !order_read(ev, &ordered))
        return;
    for (enum level l = LEVEL_I; l > ordered; l--) {
        struct task *scope = scope_find(r, l);
        if (!scope)
            continue;
        scope_told(r, level_name(l), false, "");
        task_cancel(r, scope);
    }
    if (ordered == LEVEL_NONE)
        scopes_end_all(r);
}

/* Push where a function stands: "flood.lua:64". */
static void where_of(lua_State *L, int reference, char at[SANDBOX_WHERE])
{
    lua_Debug ar;
    lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
    lua_getinfo(L, ">S", &ar);
    snprintf(at, SANDBOX_WHERE, "%s:%d", ar.short_src, ar.linedefined);
}

static void scope_begin(struct run *r, int function, enum level l, const char *name,
                        const json_t *ev)
{
    lua_State *L = sandbox_lua(r->sb);
    char id[STEP_MAX], at[SANDBOX_WHERE];
    AUTO_JSON(order);
    where_of(L, function, at);
    snprintf(id, sizeof id, "%s%u", name, ++r->scopes_begun);
    struct task *t = task_new(r, TASK_SCOPE, r->tasks.body, id, at);
    if (!t)
        return;
    t->level = (int)l;
    scope_told(r, l == LEVEL_NONE ? "recover" : name, true, at);
    order = fact_payload(ev, "order", 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, function);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->incident_ref);
    border_push(L, order);
    task_start(r, t, L, 2);
}

void level_scopes_enter(struct run *r, const json_t *ev)
{
    enum level ordered;
    if (!r->tasks.body || !order_read(ev, &ordered))
        return;
    for (enum level l = LEVEL_IV; l <= ordered; l++) {
        if (r->levels[l] != LUA_NOREF && !scope_find(r, l))
            scope_begin(r, r->levels[l], l, level_name(l), ev);
    }
    if (ordered == LEVEL_NONE && r->recover != LUA_NOREF)
        scope_begin(r, r->recover, LEVEL_NONE, "R", ev);
}
