/* api_wait - wait, wait_until and sleep. */
#include "plan/api.h"

#include "base/text.h"
#include "core/head_level.h"
#include "plan/border.h"

#include <string.h>

enum { CONDITION_COST = 200 }; /* instructions that the reading of one is charged for */

/* ---- match ---- */

/* The value on top against the value or list below it. */
static bool value_matches(lua_State *L)
{
    if (lua_rawequal(L, -1, -2))
        return true;
    if (lua_type(L, -2) != LUA_TTABLE)
        return false;
    for (lua_Integer i = 1;; i++) {
        if (lua_rawgeti(L, -2, i) == LUA_TNIL) {
            lua_pop(L, 1);
            return false;
        }
        bool same = lua_rawequal(L, -1, -2);
        lua_pop(L, 1);
        if (same)
            return true;
    }
}

/* Does the payload on top have all that the table at index asks for? */
static bool table_matches(lua_State *L, int index)
{
    bool all = true;

    lua_pushnil(L);
    while (all && lua_next(L, index)) {
        /* payload, key, wanted */
        lua_pushvalue(L, -2);
        lua_rawget(L, -4);
        all = value_matches(L);
        lua_pop(L, 2);
    }
    if (!all)
        lua_pop(L, 1); /* the key */
    return all;
}

/* The function at index says; its error is raised when the wait is cleared away. */
static bool function_matches(lua_State *L, int index, struct run *r)
{
    lua_pushvalue(L, index);
    lua_pushvalue(L, -2);
    int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK) {
        sandbox_must_rethrow(L, status);
        task_wait_over(r, r->tasks.running);
        lua_error(L);
    }
    bool yes = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return yes;
}

static bool payload_matches(lua_State *L, int match, struct run *r)
{
    if (lua_isnil(L, match))
        return true;
    return lua_type(L, match) == LUA_TFUNCTION ? function_matches(L, match, r)
                                               : table_matches(L, match);
}

/* ---- wait ---- */

/* Push the next fact behind the task's cursor; false: there is none yet. */
static bool push_next_fact(lua_State *L, struct run *r, fact_name name)
{
    json_t *payload = NULL;

    if (!facts_next(&r->facts, name, task_cursor(r->tasks.running, name), &payload))
        return false;
    sandbox_kernel_enter(L);
    border_push(L, payload);
    sandbox_kernel_leave(L);
    json_decref(payload);
    return true;
}

static int wait_on(lua_State *L, int status, lua_KContext ctx);

/* Stack: match. Go through the facts until one matches, or wait for more. */
static int wait_look(lua_State *L, struct run *r, fact_name name)
{
    struct task *t = r->tasks.running;

    while (push_next_fact(L, r, name)) {
        if (payload_matches(L, 1, r)) {
            task_wait_over(r, t);
            return 1;
        }
        lua_pop(L, 1);
    }
    return lua_yieldk(L, 0, 0, wait_on);
}

static int wait_on(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    struct task *t = r->tasks.running;

    (void)status;
    (void)ctx;
    if (t->wake != WAKE_TIMER)
        return wait_look(L, r, t->wait.name);
    task_wait_over(r, t);
    lua_pushnil(L);
    return 1;
}

/*
 * wait(name, duration?, {match = table or function}?) -> fact or nil
 *
 * The next fact of this name that this task has not seen, since the fact that started the task.
 * What does not match is passed over for good. nil when the time is over.
 */
int api_wait(lua_State *L)
{
    struct api a;
    int64_t ms = -1;

    api_begin(L, "wait", API_STARTS, &a);
    fact_name name = api_fact(L, a.run, "wait");
    int options = lua_type(L, 2) == LUA_TTABLE ? 2 : 3;
    if (options == 3 && !lua_isnoneornil(L, 2))
        ms = api_duration(L, 2, "wait");
    lua_settop(L, 3);
    if (lua_isnil(L, options)) {
        lua_pushnil(L);
    } else {
        api_check_options(L, options, "wait", WORD_WAIT);
        lua_pushliteral(L, "match");
        lua_rawget(L, options);
    }
    lua_replace(L, 1);
    lua_settop(L, 1); /* match */
    if (!lua_isnil(L, 1) && lua_type(L, 1) != LUA_TFUNCTION)
        luaL_argexpected(L, lua_type(L, 1) == LUA_TTABLE, 3, "match as a table or a function");

    /* what is there already costs no timer */
    while (push_next_fact(L, a.run, name)) {
        if (payload_matches(L, 1, a.run))
            return 1;
        lua_pop(L, 1);
    }
    task_wait(a.run, a.task, WAIT_FACT, a.step, a.at);
    a.task->wait.name = name;
    if (ms >= 0)
        task_wait_timer(a.run, a.task, ms);
    return lua_yieldk(L, 0, 0, wait_on);
}

int api_wait_from_now(lua_State *L, const struct api *a, const char *fact, int64_t ms)
{
    fact_name name = facts_name(&a->run->facts, fact);

    *task_cursor(a->task, name) = facts_end(&a->run->facts);
    task_wait(a->run, a->task, WAIT_FACT, a->step, a->at);
    a->task->wait.name = name;
    task_wait_timer(a->run, a->task, ms);
    return lua_yieldk(L, 0, 0, wait_on);
}

/* ---- wait_until ---- */

const char *api_condition(lua_State *L, const struct api *a)
{
    struct condition *c = NULL;
    struct why why = {0};
    size_t len = 0;

    if (lua_type(L, 1) != LUA_TSTRING)
        luaL_error(L, "%s: a condition is wanted first, as in \"stage_m >= 4.5\", got %s", a->word,
                   luaL_typename(L, 1));
    const char *text = lua_tolstring(L, 1, &len);
    if (!utf8_valid(text, len) || memchr(text, '\0', len))
        luaL_error(L, "%s: the condition is no text", a->word);
    if (plan_condition_read(a->run->fact_names, NULL, text, &c, NULL, &why))
        luaL_error(L, "%s: \"%s\": %s", a->word, text, why.text);
    condition_free(c);
    sandbox_charge(L, CONDITION_COST + (int)len);
    return text;
}

void api_watch(const struct api *a, struct task *t, json_t *takes_args)
{
    AUTO_TEXT(of);

    text_addf(&of, "watch/%s", a->step);
    t->wait.of = text_take(&of);
    if (!t->wait.step)
        t->wait.step = mem_str(a->step);
    if (!t->wait.at)
        t->wait.at = mem_str(a->at);
    api_command(a, "watch", json_put_str(takes_args, "watch", t->wait.of));
}

static int until_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    struct task *t = r->tasks.running;

    (void)status;
    (void)ctx;
    if (t->wake == WAKE_TIMER) {
        task_unwatch(r, t);
        lua_pushnil(L);
    } else {
        sandbox_kernel_enter(L);
        border_push(L, json_at(r->ev, "met"));
        sandbox_kernel_leave(L);
    }
    task_wait_over(r, t);
    return 1;
}

/*
 * wait_until(condition, {hold, within, every}?) -> station, true, or nil
 *
 * Until the condition is true, at any station or with `every` at every one, and has been so for
 * `hold` without a break. Gives the station, or true; nil when `within` is over.
 */
int api_wait_until(lua_State *L)
{
    struct api a;
    int64_t hold_ms = -1, within_ms = -1;
    bool every = false;

    api_begin(L, "wait_until", API_STARTS, &a);
    const char *when = api_condition(L, &a);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) {
        api_check_options(L, 2, "wait_until", WORD_UNTIL);
        hold_ms = api_duration_member(L, 2, "hold", "wait_until: hold");
        within_ms = api_duration_member(L, 2, "within", "wait_until: within");
        lua_pushliteral(L, "every");
        lua_rawget(L, 2);
        every = lua_toboolean(L, -1);
        lua_settop(L, 2);
    }
    sandbox_kernel_enter(L);
    json_t *args = json_put_true(json_put_str(json_object(), "when", when), "every", every);
    if (hold_ms > 0)
        json_put_int(args, "hold_ms", hold_ms);
    task_wait(a.run, a.task, WAIT_WATCH, a.step, a.at);
    api_watch(&a, a.task, args);
    if (within_ms >= 0)
        task_wait_timer(a.run, a.task, within_ms);
    sandbox_kernel_leave(L);
    return lua_yieldk(L, 0, 0, until_over);
}

/* ---- sleep ---- */

static int sleep_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);

    (void)status;
    (void)ctx;
    task_wait_over(r, r->tasks.running);
    return 0;
}

/* sleep(duration) */
int api_sleep(lua_State *L)
{
    struct api a;

    api_begin(L, "sleep", API_STARTS, &a);
    int64_t ms = api_duration(L, 1, "sleep");
    task_wait(a.run, a.task, WAIT_SLEEP, a.step, a.at);
    task_wait_timer(a.run, a.task, ms);
    return lua_yieldk(L, 0, 0, sleep_over);
}
