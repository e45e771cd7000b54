#include "plan/group.h"

#include <lauxlib.h>
#include <stdio.h>

/* Move the values on top of the branch's stack into the table of results, from place `at` on. */
static void keep(struct run *r, struct group *g, struct task *branch, int values, int at)
{
    lua_State *L = sandbox_lua(r->sb);

    lua_rawgeti(L, LUA_REGISTRYINDEX, g->results);
    luaL_checkstack(L, values, "results of a branch");
    lua_xmove(branch->L, L, values);
    for (int i = values; i >= 1; i--)
        lua_rawseti(L, -1 - i, at + i - 1);
    lua_pop(L, 1);
}

static struct task *last_branch(struct task *parent)
{
    struct task *t = TAILQ_LAST(&parent->children, task_list);

    while (t && t->kind != TASK_BRANCH)
        t = TAILQ_PREV(t, task_list, sibling);
    return t;
}

static void cancel_branches(struct run *r, struct task *parent)
{
    struct task *last;

    while ((last = last_branch(parent)))
        task_cancel(r, last);
}

/* An error that nobody will raise: at least it is in the record. */
static void log_error(struct run *r, struct task *parent, const struct task *branch,
                      const struct sandbox_fault *fault)
{
    char text[WHY_BYTES + 64];
    json_t *cmd = command_new("log", parent->wait.step, parent->wait.at);

    snprintf(text, sizeof(text), "branch %d failed: %s", branch->index, fault->text);
    run_command(r, json_put_str(cmd, "text", text));
}

static void parallel_over(struct run *r, struct task *parent, struct task *branch, bool ok,
                          int values, const struct sandbox_fault *fault)
{
    struct group *g = &parent->wait.group;

    if (ok && !g->error) {
        if (values > 1)
            lua_pop(branch->L, values - 1);
        keep(r, g, branch, values > 0 ? 1 : 0, branch->index);
    } else if (!ok && !g->error) {
        g->error = true;
        keep(r, g, branch, 1, 0);
        if (g->fail_fast) {
            cancel_branches(r, parent);
            g->over = g->count;
        }
    } else if (!ok) {
        log_error(r, parent, branch, fault);
    }
    if (g->over == g->count)
        task_wake(r, parent, WAKE_BRANCHES);
}

/* {ok = true, value = …} or {ok = false, err = …}: no error is lost, and none is raised. */
static void settle_over(struct run *r, struct task *parent, struct task *branch, bool ok,
                        int values)
{
    lua_State *L = sandbox_lua(r->sb);
    const struct group *g = &parent->wait.group;

    lua_rawgeti(L, LUA_REGISTRYINDEX, g->results);
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, ok);
    lua_setfield(L, -2, "ok");
    if (values > 1)
        lua_pop(branch->L, values - 1);
    if (values > 0) {
        lua_xmove(branch->L, L, 1);
        lua_setfield(L, -2, ok ? "value" : "err");
    }
    lua_rawseti(L, -2, branch->index);
    lua_pop(L, 1);
    if (g->over == g->count)
        task_wake(r, parent, WAKE_BRANCHES);
}

static void race_over(struct run *r, struct task *parent, struct task *branch, bool ok, int values,
                      const struct sandbox_fault *fault)
{
    struct group *g = &parent->wait.group;

    if (ok) {
        g->winner = branch->index;
        g->values = values;
        keep(r, g, branch, values, 1);
        cancel_branches(r, parent);
    } else if (g->failed == g->count) {
        g->error = true;
        keep(r, g, branch, 1, 0);
    } else {
        log_error(r, parent, branch, fault);
        return;
    }
    task_wake(r, parent, WAKE_BRANCHES);
}

void group_branch_over(struct run *r, struct task *parent, struct task *branch, bool ok, int values,
                       const struct sandbox_fault *fault)
{
    struct group *g = &parent->wait.group;

    g->over++;
    g->failed += !ok;
    if (g->kind == GROUP_PARALLEL)
        parallel_over(r, parent, branch, ok, values, fault);
    else if (g->kind == GROUP_SETTLE)
        settle_over(r, parent, branch, ok, values);
    else
        race_over(r, parent, branch, ok, values, fault);
}

void group_timeout(struct run *r, struct task *parent)
{
    parent->wait.timer = false;
    cancel_branches(r, parent);
    task_wake(r, parent, WAKE_TIMER);
}
