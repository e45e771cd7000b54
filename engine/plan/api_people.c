/* api_people - call, consult, notify and agenda: reaching people. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/wake.h"

#include <string.h>

enum {
    ROUNDS_MAX = 100,
    RUNGS_MAX = 100,
    OPINIONS_MAX = 1000,
    TAKERS_MAX = 1000,
    ANSWER_FOR_MS_MIN = 60 * 1000,
    RESULT_FINAL = 3, /* of a notice: from here on nothing follows */
};

/* The list of rungs at index, checked; every one needs a time if the call has none. */
static void check_rungs(lua_State *L, int index, bool call_has_within)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);

    if (n < 1 || n > RUNGS_MAX)
        luaL_error(L, "call: rungs is a list of 1 to %d rungs", RUNGS_MAX);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, index, i);
        api_check_options(L, -1, "call: rungs", WORD_RUNG);
        if (api_duration_member(L, -1, "within", "call: rungs: within") < 0 && !call_has_within)
            luaL_error(L,
                       "call: rung %I has no within, and the call has none either: how long is "
                       "this rung to be called?",
                       i);
        lua_pop(L, 1);
    }
}

/* One rung as JSON, the table on top. NULL with the sentence. */
static json_t *read_rung(lua_State *L, struct why *why)
{
    json_t *to = api_targets_member(L, -1, "call: rungs", why);

    if (!to)
        return NULL;
    if (json_array_size(to) == 0) {
        json_decref(to);
        why_set(why, ERR_INVALID, "call: a rung has no \"to\": who is to be called?");
        return NULL;
    }
    json_t *rung = json_put(json_object(), "to", to);
    int64_t ms = api_duration_member(L, -1, "within", "call: rungs: within"); /* checked before */
    return json_put(rung, "within_ms", ms < 0 ? json_null() : json_integer(ms));
}

static json_t *read_rungs(lua_State *L, int index, struct why *why)
{
    json_t *list = json_array();

    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, index); i++) {
        lua_rawgeti(L, index, i);
        json_t *rung = read_rung(L, why);
        lua_pop(L, 1);
        if (!rung) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, rung);
    }
    return list;
}

/* What a call wants, as numbers; -1: not said. */
struct call_wants {
    int64_t within_ms, rounds, at_least, answer_for_ms;
};

/* The arguments of a call, the table at 1 and its rungs (or nil) at 2. NULL with the sentence. */
static json_t *read_call(lua_State *L, const struct call_wants *w, struct why *why)
{
    AUTO_JSON(args);
    bool has_rungs = !lua_isnil(L, 2);

    args = json_object();
    json_put_int(args, "rounds", w->rounds);
    json_put(args, "within_ms", w->within_ms < 0 ? json_null() : json_integer(w->within_ms));
    if (w->at_least > 1)
        json_put_int(args, "at_least", w->at_least);
    if (w->answer_for_ms > 0)
        json_put_int(args, "answer_for_ms", w->answer_for_ms);
    json_t *to = api_targets_member(L, 1, "call", why);
    if (!to)
        return NULL;
    json_put(args, "to", to);
    if (json_array_size(to) == 0 && !has_rungs) {
        why_set(why, ERR_INVALID, "call: \"to\" is missing: who is to be called?");
        return NULL;
    }
    json_t *text = api_text_member(L, 1, "call", why);
    if (!text)
        return NULL;
    json_put(args, "text", text);
    json_t *rungs = has_rungs ? read_rungs(L, 2, why) : json_null();
    if (!rungs)
        return NULL;
    json_put(args, "rungs", rungs);
    return json_incref(args);
}

/* The answer as a table, with all who have accepted where several were wanted. */
static void push_answer(lua_State *L, const struct run *r, const char *step)
{
    static const char *const members[] = {"by", "name", "at", "note", "call"};
    const json_t *all = json_at(json_at(r->ev, "all"), step);

    lua_createtable(L, 0, 6);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const json_t *value = json_at(r->ev, members[i]);

        if (!value)
            continue;
        border_push(L, value);
        lua_setfield(L, -2, members[i]);
    }
    if (all) {
        border_push(L, all);
        lua_setfield(L, -2, "all");
    }
}

/* An answer that holds for a time: the call stands, and belongs to what called it. */
static void stand(lua_State *L, struct run *r, const char *step)
{
    struct task *t = r->tasks.running;

    if (!run_notice(r, step)) {
        r->notices =
            mem_grow(r->notices, &r->notices_cap, r->notices_count + 1, sizeof(*r->notices));
        r->notices[r->notices_count++] = (struct notice_state){.step = mem_str(step)};
    }
    t->notices = mem_grow(t->notices, &t->notices_cap, t->notices_count + 1, sizeof(*t->notices));
    t->notices[t->notices_count++] = mem_str(step);
    api_push_handle(L, HANDLE_CALL, step);
    lua_setfield(L, -2, "call");
}

/*
 * Woken: the answer; or nil when nobody gave one, and, where several were wanted, those who did.
 *
 * stands   It has answer_for.
 */
static int call_over(lua_State *L, int status, lua_KContext stands)
{
    struct run *r = api_run(L);
    char step[STEP_MAX];
    int results = 1;

    (void)status;
    snprintf(step, sizeof(step), "%s", r->tasks.running->wait.step);
    task_wait_over(r, r->tasks.running);
    sandbox_kernel_enter(L);
    if (!json_str(r->ev, "by")) {
        lua_pushnil(L);
        if (json_at(r->ev, "all")) {
            border_push(L, json_at(r->ev, "all"));
            results = 2;
        }
    } else {
        push_answer(L, r, step);
        if (stands)
            stand(L, r, step);
    }
    sandbox_kernel_leave(L);
    return results;
}

/* A whole number of the table at 1; `otherwise` where there is none. */
static int64_t whole_member(lua_State *L, const char *name, int64_t otherwise, int64_t max)
{
    lua_pushstring(L, name);
    lua_rawget(L, 1);
    lua_Integer n = luaL_optinteger(L, -1, otherwise);
    if (n < 1 || n > max)
        luaL_error(L, "call: %s is a number from 1 to %I", name, (lua_Integer)max);
    lua_pop(L, 1);
    return n;
}

static int64_t answer_for_member(lua_State *L)
{
    int64_t ms = api_duration_member(L, 1, "answer_for", "call: answer_for");

    if (ms >= 0 && ms < ANSWER_FOR_MS_MIN)
        luaL_error(L, "call: answer_for is at least one minute: whoever answers has something to "
                      "do first");
    return ms;
}

/*
 * call{to, text, within?, rungs?, rounds?, at_least?, answer_for?} -> answer; or nil, who accepted
 *
 * Calls the targets until somebody accepts, or at_least so many. `within` is per rung, and needed
 * unless every rung has its own. The answer has by, name, at, note, call, and with at_least `all`.
 * With answer_for it holds so long; then the call begins anew, until answer.call:close().
 */
int api_call(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "call", API_STARTS, &a);
    api_check_options(L, 1, "call", WORD_CALL);
    lua_settop(L, 1);
    const struct call_wants wants = {
        .within_ms = api_duration_member(L, 1, "within", "call: within"),
        .rounds = whole_member(L, "rounds", 1, ROUNDS_MAX),
        .at_least = whole_member(L, "at_least", 1, TAKERS_MAX),
        .answer_for_ms = answer_for_member(L),
    };
    lua_pushliteral(L, "rungs");
    if (lua_rawget(L, 1) == LUA_TTABLE)
        check_rungs(L, 2, wants.within_ms >= 0);
    else if (!lua_isnil(L, 2))
        return luaL_error(L, "call: rungs is a list of {to = …, within = …}");
    else if (wants.within_ms < 0)
        return luaL_error(L, "call: within is missing: how long is each to be called?");

    sandbox_kernel_enter(L); /* nothing raises while JSON is held */
    json_t *args = read_call(L, &wants, &why);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    api_command(&a, "call", args);
    task_wait(a.run, a.task, WAIT_CALL, a.step, a.at);
    return lua_yieldk(L, 0, wants.answer_for_ms > 0, call_over);
}

int api_wait_answer(lua_State *L, const struct api *a)
{
    task_wait(a->run, a->task, WAIT_CALL, a->step, a->at);
    return lua_yieldk(L, 0, 0, call_over);
}

/*
 * answer.call:close()
 *
 * What was called for is done: the call does not begin anew. One that is over: nothing happens.
 */
int api_call_close(lua_State *L)
{
    struct api a;

    api_begin(L, "close", API_NOTES, &a);
    struct handle *h = api_handle(L, 1);
    struct notice_state *n = run_notice(a.run, h->step);
    if (n && n->result == RESULT_FINAL)
        return 0;
    if (n)
        n->result = RESULT_FINAL; /* the end of its scope has nothing to take back */
    run_command(a.run, command_new("close", h->step, a.at));
    return 0;
}

/* ---- consult ---- */

static const char *chair_member(lua_State *L)
{
    lua_pushliteral(L, "chair");
    int type = lua_rawget(L, 1);
    const char *chair = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (type != LUA_TNIL && (!chair || !strchr(chair, ':')))
        luaL_error(L, "consult: chair is a target, as in \"post:flood-hq-deputy\"");
    lua_pop(L, 1);
    return chair;
}

static lua_Integer least_member(lua_State *L)
{
    lua_pushliteral(L, "at_least");
    lua_rawget(L, 1);
    lua_Integer least = luaL_optinteger(L, -1, 0);
    if (least < 0 || least > OPINIONS_MAX)
        luaL_error(L, "consult: at_least is a number of opinions, up to %d", OPINIONS_MAX);
    lua_pop(L, 1);
    return least;
}

/* The arguments of a consultation, the table at 1. NULL with the sentence. */
static json_t *read_consult(lua_State *L, struct why *why)
{
    AUTO_JSON(args);

    args = json_put_true(json_object(), "consults", true);
    json_t *to = api_targets_member(L, 1, "consult", why);
    if (!to)
        return NULL;
    json_put(args, "to", to);
    if (json_array_size(to) == 0) {
        why_set(why, ERR_INVALID, "consult: \"to\" is missing: who is asked?");
        return NULL;
    }
    json_t *question = api_words_member(L, 1, "consult", "question", why);
    if (!question)
        return NULL;
    json_put(args, "text", question);
    return json_incref(args);
}

/* Woken: all opinions are there, or the time is over. */
static int consult_over(lua_State *L, int status, lua_KContext ctx)
{
    static const char *const members[] = {"opinions", "answered", "silent", "asked", "enough"};
    struct run *r = api_run(L);

    (void)status;
    (void)ctx;
    task_wait_over(r, r->tasks.running);
    lua_createtable(L, 0, 5);
    sandbox_kernel_enter(L);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        border_push(L, json_at(r->ev, members[i]));
        lua_setfield(L, -2, members[i]);
    }
    sandbox_kernel_leave(L);
    return 1;
}

/*
 * consult{to, question, within, chair?, at_least?} -> opinions
 *
 * Asks everybody at the same time, and waits until each has given an opinion or declined, or
 * `within` is over. Lists of {id, name}: answered, silent, asked; opinions: {by, name, note, file,
 * at}; enough: are there at_least.
 */
int api_consult(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "consult", API_STARTS, &a);
    api_check_options(L, 1, "consult", WORD_CONSULT);
    lua_settop(L, 1);
    int64_t within_ms = api_duration_member(L, 1, "within", "consult: within");
    lua_Integer least = least_member(L);
    const char *chair = chair_member(L);
    if (within_ms <= 0)
        return luaL_error(L, "consult: within is missing: how long may they take?");

    sandbox_kernel_enter(L);
    json_t *args = read_consult(L, &why);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    json_put_str(json_put_int(args, "within_ms", within_ms), "chair", chair);
    if (least)
        json_put_int(args, "at_least", least);
    api_command(&a, "call", args);
    task_wait(a.run, a.task, WAIT_CALL, a.step, a.at);
    return lua_yieldk(L, 0, 0, consult_over);
}

/* ---- notify ---- */

/* The arguments of a notice, the table at 1. NULL with the sentence. */
static json_t *read_notify(lua_State *L, int64_t within_ms, const char *via, struct why *why)
{
    AUTO_JSON(args);

    args =
        json_put(json_object(), "within_ms", within_ms < 0 ? json_null() : json_integer(within_ms));
    json_put(args, "via", via ? json_string(via) : json_null());
    json_t *to = api_targets_member(L, 1, "notify", why);
    if (!to)
        return NULL;
    json_put(args, "to", to);
    if (json_array_size(to) == 0) {
        why_set(why, ERR_INVALID, "notify: \"to\" is missing: who is to be told?");
        return NULL;
    }
    json_t *text = api_text_member(L, 1, "notify", why);
    if (!text)
        return NULL;
    json_put(args, "text", text);
    return json_incref(args);
}

static void note_notice(const struct api *a)
{
    struct run *r = a->run;
    struct task *t = a->task;

    r->notices = mem_grow(r->notices, &r->notices_cap, r->notices_count + 1, sizeof(*r->notices));
    r->notices[r->notices_count++] = (struct notice_state){.step = mem_str(a->step)};
    t->notices = mem_grow(t->notices, &t->notices_cap, t->notices_count + 1, sizeof(*t->notices));
    t->notices[t->notices_count++] = mem_str(a->step);
}

/*
 * notify{to, text, via?, within?} -> handle
 *
 * Tells the targets and goes on at once. `via` is an endpoint of the site, `within` how long it is
 * tried.
 */
int api_notify(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "notify", API_NOTES, &a);
    api_check_options(L, 1, "notify", WORD_NOTIFY);
    lua_settop(L, 1);
    int64_t within_ms = api_duration_member(L, 1, "within", "notify: within");
    lua_pushliteral(L, "via");
    if (lua_rawget(L, 1) != LUA_TNIL && lua_type(L, 2) != LUA_TSTRING)
        return luaL_error(L, "notify: via is the name of an endpoint, got %s", luaL_typename(L, 2));
    const char *via = lua_tostring(L, 2);
    if (via && !utf8_valid(via, strlen(via)))
        return luaL_error(L, "notify: via is no UTF-8");

    sandbox_kernel_enter(L);
    json_t *args = read_notify(L, within_ms, via, &why);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    api_command(&a, "notify", args);
    note_notice(&a);
    api_push_handle(L, HANDLE_NOTICE, a.step);
    return 1;
}

/* ---- agenda ---- */

/* "open", "overdue" or a list of them at the top, as the states asked for. */
static void read_state(lua_State *L, bool *ret_open, bool *ret_overdue)
{
    const char *state = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";

    if (strcmp(state, "open") == 0)
        *ret_open = true;
    else if (strcmp(state, "overdue") == 0)
        *ret_overdue = true;
    else
        luaL_error(L, "agenda: state of items is \"open\", \"overdue\", or a list of these");
}

/* The table `items` at 2, or nil: what is open, and what is overdue. */
static int64_t read_items(lua_State *L, bool *ret_open, bool *ret_overdue)
{
    if (lua_isnil(L, 2)) {
        *ret_open = *ret_overdue = true;
        return -1;
    }
    api_check_options(L, 2, "agenda: items", WORD_AGENDA_ITEMS);
    lua_pushliteral(L, "state");
    lua_rawget(L, 2);
    if (lua_isnil(L, -1))
        *ret_open = *ret_overdue = true;
    else if (lua_type(L, -1) != LUA_TTABLE)
        read_state(L, ret_open, ret_overdue);
    else
        for (lua_Integer n = 1; n <= (lua_Integer)lua_rawlen(L, 3); n++) {
            lua_rawgeti(L, 3, n);
            read_state(L, ret_open, ret_overdue);
            lua_pop(L, 1);
        }
    lua_settop(L, 2);
    return api_duration_member(L, 2, "since", "agenda: since");
}

/*
 * agenda{to, items?} -> handle
 *
 * Tells the targets what is open in the house and what is overdue, as a notice. What was issued
 * within items.since is marked as new.
 */
int api_agenda(lua_State *L)
{
    struct api a;
    struct why why = {0};
    bool open = false, overdue = false;

    api_begin(L, "agenda", API_STARTS, &a);
    api_check_options(L, 1, "agenda", WORD_AGENDA);
    lua_settop(L, 1);
    lua_pushliteral(L, "items");
    lua_rawget(L, 1);
    int64_t since_ms = read_items(L, &open, &overdue);

    sandbox_kernel_enter(L);
    json_t *to = api_targets_member(L, 1, "agenda", &why);
    if (to && json_array_size(to) == 0)
        why_set(&why, ERR_INVALID, "agenda: \"to\" is missing: who is to be told?");
    bool good = to && json_array_size(to);
    if (good) {
        json_t *states = json_array();
        json_array_append_new(states, json_string(overdue ? "overdue" : "open"));
        if (open && overdue)
            json_array_append_new(states, json_string("open"));
        json_t *args = json_put(json_put(json_object(), "to", json_incref(to)), "states", states);
        if (since_ms > 0)
            json_put_int(args, "since_ms", since_ms);
        api_command(&a, "agenda", args);
        note_notice(&a);
    }
    json_decref(to);
    sandbox_kernel_leave(L);
    if (!good)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_NOTICE, a.step);
    return 1;
}

/* The results of a notice, in the order in which they come. */
static const char *const results[] = {NULL, "sent", "delivered", "seen", "failed"};

/* Push a result that the plan was not told yet, or the last one there will be; false: wait. */
static bool push_result(lua_State *L, struct notice_state *n)
{
    if (n->result == 0 || (n->result == n->told && n->result < RESULT_FINAL))
        return false;
    n->told = n->result;
    lua_pushstring(L, results[n->result]);
    return true;
}

static int result_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    struct notice_state *n = run_notice(r, api_handle(L, 1)->step);
    bool timer = r->tasks.running->wake == WAKE_TIMER;

    (void)status;
    (void)ctx;
    if (!timer && n && n->result == n->told)
        return lua_yieldk(L, 0, 0, result_over); /* nothing new */
    task_wait_over(r, r->tasks.running);
    if (timer || !n || !push_result(L, n))
        lua_pushnil(L);
    return 1;
}

/*
 * handle:result(duration?) -> "sent", "delivered", "seen", "failed", or nil when the time is over
 *
 * The next result that was not told yet; "seen" and "failed" are final and told again at once.
 */
int api_notify_result(lua_State *L)
{
    struct api a;

    api_begin(L, "result", API_STARTS, &a);
    struct handle *h = api_handle(L, 1);
    if (h->kind != HANDLE_NOTICE)
        return luaL_error(L, "only what notify gives has a result");
    int64_t ms = lua_isnoneornil(L, 2) ? -1 : api_duration(L, 2, "result");
    lua_settop(L, 1);
    struct notice_state *n = run_notice(a.run, h->step);
    if (n && push_result(L, n))
        return 1;
    task_wait(a.run, a.task, WAIT_NOTICE, a.step, a.at);
    a.task->wait.of = mem_str(h->step);
    if (ms >= 0)
        task_wait_timer(a.run, a.task, ms);
    return lua_yieldk(L, 0, 0, result_over);
}
