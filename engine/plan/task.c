#include "plan/task.h"

#include "base/text.h"
#include "plan/group.h"
#include "plan/handler.h"
#include "plan/run.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tasks_init(struct tasks *ts)
{
    *ts = (struct tasks){0};
    TAILQ_INIT(&ts->all);
    TAILQ_INIT(&ts->ready);
    TAILQ_INIT(&ts->dead);
}

/* ---- making ---- */

static void refuse(struct run *r, const char *step, const char *at)
{
    char text[WHY_BYTES];

    if (r->tasks.refused)
        return;
    r->tasks.refused = true;
    snprintf(text, sizeof(text),
             "%s: more than %d tasks at once: this one was not started; does a handler wait for "
             "what never comes?",
             at, TASKS_MAX);
    json_t *cmd = command_new("error", step, at);
    json_put_str(cmd, "body", "handler");
    json_put_str(cmd, "where", at);
    run_command(r, json_put_str(cmd, "text", text));
}

bool task_room(struct run *r, size_t n, const char *step, const char *at)
{
    if (r->tasks.count + n <= TASKS_MAX)
        return true;
    refuse(r, step, at);
    return false;
}

static struct task *task_alloc(struct run *r, enum task_kind kind, struct task *parent,
                               const char *id, const char *at)
{
    struct task *t = mem_new(1, sizeof(*t));

    t->kind = kind;
    t->parent = parent;
    t->id = mem_str(id);
    t->at = mem_str(at);
    t->reference = LUA_NOREF;
    t->handler.function = LUA_NOREF;
    t->wait.group.results = LUA_NOREF;
    t->since = facts_end(&r->facts);
    TAILQ_INIT(&t->children);
    return t;
}

struct task *task_new(struct run *r, enum task_kind kind, struct task *parent, const char *id,
                      const char *at)
{
    struct tasks *ts = &r->tasks;

    if (parent && !task_room(r, 1, id, at))
        return NULL;
    struct task *t = task_alloc(r, kind, parent, id, at);
    TAILQ_INSERT_TAIL(&ts->all, t, all);
    if (parent) {
        TAILQ_INSERT_TAIL(&parent->children, t, sibling);
        ts->count++;
    } else {
        ts->body = t;
    }
    return t;
}

/* Move a function and its arguments into a coroutine of its own. */
static void task_give_coroutine(struct run *r, struct task *t, lua_State *from, int arguments)
{
    lua_State *L = sandbox_lua(r->sb);

    t->L = lua_newthread(L);
    if (from == L)
        lua_insert(L, -(arguments + 2));
    luaL_checkstack(t->L, arguments + 1, "arguments");
    lua_xmove(from, t->L, arguments + 1);
    t->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    t->arguments = arguments;
}

void task_start(struct run *r, struct task *t, lua_State *from, int arguments)
{
    task_give_coroutine(r, t, from, arguments);
    t->is_ready = true;
    TAILQ_INSERT_TAIL(&r->tasks.ready, t, ready);
}

bool task_step(struct task *t, char ret[STEP_MAX])
{
    return snprintf(ret, STEP_MAX, "%s.%u", t->id, ++t->steps) < STEP_MAX;
}

struct task *task_find(const struct run *r, const char *id)
{
    for (struct task *t = TAILQ_FIRST(&r->tasks.all); t; t = TAILQ_NEXT(t, all))
        if (strcmp(t->id, id) == 0)
            return t;
    return NULL;
}

/* ---- waiting ---- */

static void wait_done(struct run *r, struct wait *w)
{
    if (w->group.results != LUA_NOREF)
        luaL_unref(sandbox_lua(r->sb), LUA_REGISTRYINDEX, w->group.results);
    free(w->step);
    free(w->at);
    free(w->of);
    *w = (struct wait){.group = {.results = LUA_NOREF}};
}

void task_wait(struct run *r, struct task *t, enum wait_kind kind, const char *step, const char *at)
{
    assert(t->wait.kind == WAIT_NOTHING);
    t->wait.kind = kind;
    t->wait.order = ++r->tasks.order;
    t->wait.step = mem_str(step);
    t->wait.at = mem_str(at);
}

void task_wait_timer(struct run *r, struct task *t, int64_t ms)
{
    json_t *cmd = command_new("timer", t->wait.step, t->wait.at);

    t->wait.timer = true;
    run_command(r, json_put_int(cmd, "ms", ms));
}

void task_clear_timer(struct run *r, struct task *t)
{
    if (t->wait.timer)
        run_command(r, command_new("timer_clear", t->wait.step, t->wait.at));
    t->wait.timer = false;
}

void task_unwatch(struct run *r, const struct task *t)
{
    json_t *cmd;

    if (t->kind != TASK_EACH && t->wait.kind != WAIT_WATCH)
        return;
    cmd = command_new("watch_clear", t->wait.step, t->wait.at);
    run_command(r, json_put(cmd, "args", json_put_str(json_object(), "watch", t->wait.of)));
}

void task_wait_over(struct run *r, struct task *t)
{
    task_clear_timer(r, t);
    wait_done(r, &t->wait);
}

struct fact_cursor *task_cursor(struct task *t, fact_name name)
{
    for (size_t i = 0; i < t->cursors_count; i++)
        if (t->cursors[i].name == name)
            return &t->cursors[i].at;
    t->cursors = mem_grow(t->cursors, &t->cursors_cap, t->cursors_count + 1, sizeof(*t->cursors));
    t->cursors[t->cursors_count] = (struct task_cursor){.name = name, .at = t->since};
    return &t->cursors[t->cursors_count++].at;
}

void task_wake(struct run *r, struct task *t, enum wake why)
{
    if (t->is_ready || t->over)
        return;
    t->wake = why;
    t->is_ready = true;
    TAILQ_INSERT_TAIL(&r->tasks.ready, t, ready);
}

/* ---- running ---- */

/* Resume until it waits or ends. A task that yields to cancel another goes on at once. */
static enum sandbox_end resume(struct run *r, struct task *t, int *ret_values)
{
    struct tasks *ts = &r->tasks;

    for (;;) {
        ts->running = t;
        enum sandbox_end end = sandbox_resume(r->sb, t->L, t->arguments, ret_values);
        ts->running = NULL;
        t->arguments = 0;
        if (end == SANDBOX_OVERRUN || end == SANDBOX_MEMORY) {
            const struct sandbox_fault *f = sandbox_fault(r->sb);

            run_fail(r, end == SANDBOX_OVERRUN ? "overrun" : "memory", f->text, f->where);
            return end;
        }
        struct task *target = ts->to_cancel;
        if (end != SANDBOX_WAITS || !target)
            return end;
        ts->to_cancel = NULL;
        task_cancel(r, target);
        if (t->over || r->fault.reason)
            return end;
    }
}

static void error_command(struct run *r, struct task *t, const struct sandbox_fault *fault)
{
    char step[STEP_MAX];
    const char *where = fault->where[0] ? fault->where : t->at;

    if (!task_step(t, step))
        snprintf(step, sizeof(step), "%s", t->id);
    json_t *cmd = command_new("error", step, where);
    json_put_str(cmd, "body",
                 t->kind == TASK_BODY    ? "respond"
                 : t->kind == TASK_SCOPE ? "level"
                                         : "handler");
    json_put_str(cmd, "where", where);
    run_command(r, json_put_str(cmd, "text", fault->text));
}

/* A defer runs to its end at once; nothing in it can wait. */
static void run_defer(struct run *r, struct defer *d)
{
    lua_State *L = sandbox_lua(r->sb);
    char id[STEP_MAX];
    int values = 0;

    snprintf(id, sizeof(id), "%.190s/1", d->step);
    struct task *t = task_alloc(r, TASK_DEFER, NULL, id, d->at);
    lua_rawgeti(L, LUA_REGISTRYINDEX, d->function);
    task_give_coroutine(r, t, L, 0);
    if (resume(r, t, &values) == SANDBOX_ERROR)
        error_command(r, t, sandbox_fault(r->sb));
    TAILQ_INSERT_TAIL(&r->tasks.dead, t, all);
}

static void run_defers(struct run *r, struct task *t)
{
    while (t->defers_count > 0 && !r->fault.reason) {
        struct defer d = t->defers[--t->defers_count];

        run_defer(r, &d);
        luaL_unref(sandbox_lua(r->sb), LUA_REGISTRYINDEX, d.function);
        free(d.step);
        free(d.at);
    }
}

static void drop_coroutine(struct run *r, struct task *t)
{
    luaL_unref(sandbox_lua(r->sb), LUA_REGISTRYINDEX, t->reference);
    t->reference = LUA_NOREF;
    t->L = NULL;
}

/* Over, and out of the tree: nothing finds it any more. */
static void task_detach(struct run *r, struct task *t)
{
    struct tasks *ts = &r->tasks;

    t->over = true;
    if (t->is_ready)
        TAILQ_REMOVE(&ts->ready, t, ready);
    t->is_ready = false;
    TAILQ_REMOVE(&ts->all, t, all);
    TAILQ_REMOVE(&t->parent->children, t, sibling);
    ts->count--;
}

/* Let go of what plan code it held; the rest is freed at the end of the turn. */
static void task_release(struct run *r, struct task *t)
{
    assert(TAILQ_EMPTY(&t->children));
    wait_done(r, &t->wait);
    drop_coroutine(r, t);
    luaL_unref(sandbox_lua(r->sb), LUA_REGISTRYINDEX, t->handler.function);
    t->handler.function = LUA_NOREF;
    TAILQ_INSERT_TAIL(&r->tasks.dead, t, all);
}

static void hand_children_on(struct task *t)
{
    struct task *child;

    while ((child = TAILQ_FIRST(&t->children))) {
        TAILQ_REMOVE(&t->children, child, sibling);
        child->parent = t->parent;
        TAILQ_INSERT_TAIL(&t->parent->children, child, sibling);
    }
}

/* The function of the task returned or failed; its results are on its stack. */
static void task_ended(struct run *r, struct task *t, bool ok, int values)
{
    struct sandbox_fault fault = *sandbox_fault(r->sb);

    if (!ok && t->kind != TASK_BRANCH)
        error_command(r, t, &fault);
    if (t->kind == TASK_BODY || t->kind == TASK_SCOPE) {
        t->returned = true;
        t->failed = !ok;
        drop_coroutine(r, t);
        return;
    }
    hand_children_on(t);
    task_detach(r, t);
    run_defers(r, t); /* may cancel any other, also the parent */
    if (t->parent->over)
        ; /* nobody waits for it */
    else if (t->kind == TASK_BRANCH)
        group_branch_over(r, t->parent, t, ok, ok ? values : 1, &fault);
    else if (t->kind == TASK_CALL)
        handler_call_over(r, t->parent);
    task_release(r, t);
}

void task_finish(struct run *r, struct task *t)
{
    hand_children_on(t);
    task_detach(r, t);
    task_release(r, t);
}

void tasks_run(struct run *r)
{
    struct task *t;

    while (!r->fault.reason && (t = TAILQ_FIRST(&r->tasks.ready))) {
        int values = 0;

        TAILQ_REMOVE(&r->tasks.ready, t, ready);
        t->is_ready = false;
        enum sandbox_end end = resume(r, t, &values);
        if (t->over || r->fault.reason)
            continue;
        if (end == SANDBOX_WAITS)
            assert(t->wait.kind != WAIT_NOTHING);
        else
            task_ended(r, t, end == SANDBOX_DONE, values);
    }
}

void tasks_settle(struct run *r)
{
    struct task *body = r->tasks.body;

    if (body && body->returned && r->tasks.count == 0)
        run_defers(r, body);
}

bool tasks_busy(const struct run *r)
{
    for (const struct task *t = TAILQ_FIRST(&r->tasks.all); t; t = TAILQ_NEXT(t, all))
        if (t->kind == TASK_BODY || t->kind == TASK_SCOPE
                ? !t->returned
                : t->kind != TASK_ON && t->kind != TASK_EACH)
            return true;
    return false;
}

/* ---- cancelling ---- */

/* Notices of which nothing is known yet: what was not sent is recalled, those reached are told. */
static void recall_notices(struct run *r, struct task *t)
{
    for (size_t i = 0; i < t->notices_count; i++) {
        const struct notice_state *n = run_notice(r, t->notices[i]);

        if (n && n->result == 0)
            run_command(r, command_new("cancel", n->step, t->at));
    }
}

void task_cancel(struct run *r, struct task *t)
{
    struct task *child;

    if (t->over)
        return;
    task_detach(r, t); /* first: a defer below may come back to its parents */
    task_clear_timer(r, t);
    task_unwatch(r, t);
    if (t->wait.kind == WAIT_CALL)
        run_command(r, command_new("cancel", t->wait.step, t->wait.at));
    recall_notices(r, t);
    while ((child = TAILQ_LAST(&t->children, task_list)))
        task_cancel(r, child);
    run_defers(r, t);
    task_release(r, t);
}

void task_end_body(struct run *r)
{
    struct task *body = r->tasks.body, *child;

    task_clear_timer(r, body);
    task_unwatch(r, body);
    if (body->wait.kind == WAIT_CALL)
        run_command(r, command_new("cancel", body->wait.step, body->wait.at));
    recall_notices(r, body);
    while ((child = TAILQ_LAST(&body->children, task_list)))
        task_cancel(r, child);
    if (body->is_ready)
        TAILQ_REMOVE(&r->tasks.ready, body, ready);
    body->is_ready = false;
    wait_done(r, &body->wait);
    run_defers(r, body);
    if (!body->returned)
        drop_coroutine(r, body);
    body->returned = true;
}

/* ---- freeing ---- */

static void task_free(struct task *t)
{
    for (size_t i = 0; i < t->defers_count; i++) {
        free(t->defers[i].step);
        free(t->defers[i].at);
    }
    for (size_t i = 0; i < t->notices_count; i++)
        free(t->notices[i]);
    free(t->defers);
    free(t->notices);
    free(t->cursors);
    free(t->handler.ticks);
    free(t->wait.step);
    free(t->wait.at);
    free(t->wait.of);
    free(t->id);
    free(t->at);
    free(t);
}

void tasks_bury(struct run *r)
{
    struct task *t;

    while ((t = TAILQ_FIRST(&r->tasks.dead))) {
        TAILQ_REMOVE(&r->tasks.dead, t, all);
        if (t->kind == TASK_DEFER)
            drop_coroutine(r, t);
        task_free(t);
    }
    r->tasks.refused = false;
}

void tasks_done(struct run *r)
{
    struct task *t;

    while ((t = TAILQ_FIRST(&r->tasks.dead))) {
        TAILQ_REMOVE(&r->tasks.dead, t, all);
        task_free(t);
    }
    while ((t = TAILQ_FIRST(&r->tasks.all))) {
        TAILQ_REMOVE(&r->tasks.all, t, all);
        task_free(t);
    }
}
