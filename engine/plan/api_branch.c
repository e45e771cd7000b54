/* api_branch - parallel, settle, race and timeout: branches that the task waits for. */
#include "plan/api.h"

#include <stdio.h>

/* Start the functions on top of L, `count` of them, as branches of the running task. */
static void start_branches(lua_State *L, const struct api *a, int count)
{
    for (int i = 1; i <= count; i++) {
        char id[STEP_MAX + 16];

        snprintf(id, sizeof(id), "%s/%d", a->step, i);
        struct task *t = task_new(a->run, TASK_BRANCH, a->task, id, a->at);
        t->index = i;
        lua_pushvalue(L, i - count - 1);
        task_start(a->run, t, L, 0);
    }
}

/* Wait for `count` branches, whose functions are on top of the stack. */
static void begin_group(lua_State *L, const struct api *a, enum group_kind kind, int count)
{
    sandbox_kernel_enter(L);
    task_wait(a->run, a->task, WAIT_BRANCHES, a->step, a->at);
    struct group *g = &a->task->wait.group;
    *g = (struct group){.kind = kind, .count = count};
    lua_newtable(L);
    g->results = luaL_ref(L, LUA_REGISTRYINDEX);
    start_branches(L, a, count);
    sandbox_kernel_leave(L);
}

/* Push the functions of the list at 1, and check that there is room for them. */
static int push_functions(lua_State *L, const struct api *a)
{
    if (lua_type(L, 1) != LUA_TTABLE)
        luaL_error(L, "%s takes a list of functions, got %s", a->word, luaL_typename(L, 1));
    int count = (int)lua_rawlen(L, 1);
    if (count > TASKS_MAX)
        luaL_error(L, "%s: more than %d functions", a->word, TASKS_MAX);
    luaL_checkstack(L, count + 8, "functions");
    for (int i = 1; i <= count; i++)
        if (lua_rawgeti(L, 1, i) != LUA_TFUNCTION)
            luaL_error(L, "%s: number %d is a %s, no function; leave out the () behind its name",
                       a->word, i, luaL_typename(L, -1));
    if (!task_room(a->run, (size_t)count, a->step, a->at))
        luaL_error(L, "%s: more than %d tasks at once", a->word, TASKS_MAX);
    return count;
}

/* Members of the table beside the list. */
static void check_members(lua_State *L, const char *word, const char *allowed)
{
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TNUMBER)
            continue;
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        if (!allowed)
            luaL_error(L, "%s takes functions only, not \"%s\"", word, name);
        lua_pushstring(L, allowed);
        if (!lua_rawequal(L, -1, -2))
            luaL_error(L, "%s: there is no \"%s\"; it takes functions and %s", word, name, allowed);
        lua_pop(L, 1);
    }
}

/* The results of the group, pushed; raises its error. The wait is over then. */
static struct group take_results(lua_State *L, struct run *r)
{
    struct task *t = r->tasks.running;
    struct group g = t->wait.group;

    lua_rawgeti(L, LUA_REGISTRYINDEX, g.results);
    task_wait_over(r, t);
    if (g.error) {
        lua_rawgeti(L, -1, 0);
        lua_error(L);
    }
    return g;
}

/* ---- parallel ---- */

static int parallel_over(lua_State *L, int status, lua_KContext ctx)
{
    struct group g = take_results(L, api_run(L));

    (void)status;
    (void)ctx;
    lua_pushinteger(L, g.count);
    lua_setfield(L, -2, "n");
    return 1;
}

static int push_no_results(lua_State *L)
{
    lua_newtable(L);
    lua_pushinteger(L, 0);
    lua_setfield(L, -2, "n");
    return 1;
}

/*
 * parallel{f1, f2, …, fail_fast = true?} -> {r1, r2, …, n =}
 *
 * Runs all side by side and waits for all; then raises the error of the one that failed first.
 */
int api_parallel(lua_State *L)
{
    struct api a;

    api_begin(L, "parallel", API_STARTS, &a);
    int count = push_functions(L, &a);
    check_members(L, "parallel", "fail_fast");
    if (count == 0)
        return push_no_results(L);
    lua_pushliteral(L, "fail_fast");
    lua_rawget(L, 1);
    bool fail_fast = lua_toboolean(L, -1);
    lua_pop(L, 1);
    begin_group(L, &a, GROUP_PARALLEL, count);
    a.task->wait.group.fail_fast = fail_fast;
    return lua_yieldk(L, 0, 0, parallel_over);
}

/*
 * settle{f1, f2, …} -> {{ok = true, value =} or {ok = false, err =}, …, n =}
 *
 * Runs all side by side and waits for all; an error is an outcome like another.
 */
int api_settle(lua_State *L)
{
    struct api a;

    api_begin(L, "settle", API_STARTS, &a);
    int count = push_functions(L, &a);
    check_members(L, "settle", NULL);
    if (count == 0)
        return push_no_results(L);
    begin_group(L, &a, GROUP_SETTLE, count);
    return lua_yieldk(L, 0, 0, parallel_over);
}

/* ---- race ---- */

/* Push what the winner returned; returns how many values. */
static int push_values(lua_State *L, const struct group *g)
{
    luaL_checkstack(L, g->values, "results");
    int table = lua_gettop(L);
    for (int i = 1; i <= g->values; i++)
        lua_rawgeti(L, table, i);
    return g->values;
}

static int race_over(lua_State *L, int status, lua_KContext ctx)
{
    struct group g = take_results(L, api_run(L));

    (void)status;
    (void)ctx;
    int values = push_values(L, &g);
    lua_pushinteger(L, g.winner);
    lua_insert(L, -1 - values);
    return values + 1;
}

/*
 * race{f1, f2, …} -> index, values of the one that returned first
 *
 * The others are cancelled. An error counts only when all have failed.
 */
int api_race(lua_State *L)
{
    struct api a;

    api_begin(L, "race", API_STARTS, &a);
    int count = push_functions(L, &a);
    check_members(L, "race", NULL);
    if (count == 0)
        return luaL_error(L, "race needs at least one function");
    begin_group(L, &a, GROUP_RACE, count);
    return lua_yieldk(L, 0, 0, race_over);
}

/* ---- timeout ---- */

static int timeout_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    bool in_time = r->tasks.running->wake != WAKE_TIMER;
    struct group g = take_results(L, r);

    (void)status;
    (void)ctx;
    if (!in_time) {
        lua_pushboolean(L, 0);
        return 1;
    }
    int values = push_values(L, &g);
    lua_pushboolean(L, 1);
    lua_insert(L, -1 - values);
    return values + 1;
}

/*
 * timeout(duration, f) -> true and what f returned, or false when the time was over
 *
 * Then f is cancelled with everything that it waits for.
 */
int api_timeout(lua_State *L)
{
    struct api a;

    api_begin(L, "timeout", API_STARTS, &a);
    int64_t ms = api_duration(L, 1, "timeout");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (!task_room(a.run, 1, a.step, a.at))
        return luaL_error(L, "timeout: more than %d tasks at once", TASKS_MAX);
    lua_settop(L, 2);
    begin_group(L, &a, GROUP_TIMEOUT, 1);
    task_wait_timer(a.run, a.task, ms);
    return lua_yieldk(L, 0, 0, timeout_over);
}
