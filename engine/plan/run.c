#include "plan/run.h"

#include "base/text.h"
#include "plan/api.h"
#include "plan/level_scope.h"
#include "plan/wake.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making and freeing ---- */

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* 32 digits fill the first half of the generator's seed. */
static bool seed_parse(const char *text, uint8_t ret[32])
{
    memset(ret, 0, 32);
    for (size_t i = 0; i < 16; i++) {
        int high = hex_digit(text[2 * i]);
        int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high * 16 + low);
    }
    return text[32] == '\0';
}

enum err run_new(const char *incident, struct pin *pin, const char *seed,
                 const struct sandbox_limits *limits, struct run **ret, struct why *why)
{
    uint8_t bytes[32];

    if (!seed_parse(seed, bytes))
        return why_set(why, ERR_INVALID, "incident %s: the seed is not 32 hexadecimal digits",
                       incident);
    struct run *r = mem_new(1, sizeof(*r));
    r->incident = mem_str(incident);
    r->pin = pin;
    r->sb = sandbox_new(limits);
    sandbox_set_owner(r->sb, r);
    entropy_init(&r->entropy, bytes);
    tasks_init(&r->tasks);
    r->fact_names = json_object();
    r->measure_names = json_object();
    r->report_names = json_object();
    r->respond = r->recover = r->occasions = LUA_NOREF;
    for (enum level l = LEVEL_NONE; l < LEVEL_END; l++)
        r->levels[l] = LUA_NOREF;
    *ret = r;
    return ERR_OK;
}

void run_look_on(struct run *r, const struct onlooker *onlooker)
{
    r->onlooker = onlooker;
    sandbox_look_on(r->sb, onlooker->line, onlooker->ctx);
}

void run_free(struct run *r)
{
    if (!r)
        return;
    tasks_done(r);
    sandbox_free(r->sb);
    facts_done(&r->facts);
    commands_done(&r->cmds);
    for (size_t i = 0; i < r->notices_count; i++)
        free(r->notices[i].step);
    free(r->notices);
    for (size_t i = 0; i < r->items_count; i++)
        free(r->items[i].step), free(r->items[i].id), free(r->items[i].past);
    free(r->items);
    json_decref(r->fact_names);
    json_decref(r->measure_names);
    json_decref(r->report_names);
    json_decref(r->occasion_names);
    json_decref(r->about);
    free(r->incident);
    free(r);
}

size_t run_bytes(const struct run *r)
{
    size_t many_small = r->facts.bytes + r->tasks.count * (sizeof(struct task) + 256) +
                        (r->notices_count + 3 * r->items_count) * 64 + 2048;
    return sizeof(*r) + sandbox_resident(r->sb) +
           many_small / 2 * 3; /* as malloc has it: measured */
}

void run_fail(struct run *r, const char *reason, const char *text, const char *where)
{
    if (r->fault.reason)
        return;
    r->fault.reason = reason;
    snprintf(r->fault.text, sizeof(r->fault.text), "%s", text);
    snprintf(r->fault.where, sizeof(r->fault.where), "%s", where);
}

void run_command(struct run *r, json_t *takes)
{
    AUTO_JSON(cmd);
    char text[WHY_BYTES];

    cmd = takes;
    const char *limit = commands_add(&r->cmds, json_incref(cmd));
    if (!limit)
        return;
    const char *at = json_str_or(cmd, "at", "");
    snprintf(text, sizeof(text), "%s: %s", at, limit);
    run_fail(r, "too_many_commands", text, at);
}

/* ---- facts ---- */

struct notice_state *run_notice(struct run *r, const char *step)
{
    for (size_t i = 0; i < r->notices_count; i++)
        if (strcmp(r->notices[i].step, step) == 0)
            return &r->notices[i];
    return NULL;
}

/* "sent" is 1 … "failed" is 4; 0: no such result. */
static int result_number(const char *result)
{
    static const char *const names[] = {"sent", "delivered", "seen", "failed"};

    for (int i = 0; result && i < 4; i++)
        if (strcmp(names[i], result) == 0)
            return i + 1;
    return 0;
}

static void note_result(struct run *r, const json_t *ev)
{
    const json_t *steps = json_at(ev, "steps");
    int result = result_number(json_str(ev, "result"));

    for (size_t i = 0; result && i < json_array_size(steps); i++) {
        const char *step = json_string_value(json_array_get(steps, i));
        struct notice_state *n = step ? run_notice(r, step) : NULL;

        if (n && result > n->result)
            n->result = result;
    }
}

static struct item_state *item_at(const struct run *r, const char *step)
{
    for (size_t i = 0; i < r->items_count; i++)
        if (strcmp(r->items[i].step, step) == 0)
            return &r->items[i];
    return NULL;
}

int run_item_state(const struct run *r, const char *step)
{
    const struct item_state *item = item_at(r, step);

    return item ? item->state : 0;
}

void run_item_again(struct run *r, const char *step)
{
    struct item_state *item = item_at(r, step);

    if (!item || item->state < progress_number(HANDLE_ITEM, "done"))
        return;
    free(item->past);
    item->past = item->id;
    item->id = NULL;
    item->state = 0;
}

static void note_item(struct run *r, const json_t *ev)
{
    const char *step = json_string_value(json_array_get(json_at(ev, "steps"), 0));
    const char *child = json_str(ev, "child"), *report = json_str(ev, "report");
    const char *id = child ? child : report ? report : json_str(ev, "item");
    int state = progress_number(child    ? HANDLE_CHILD
                                : report ? HANDLE_REPORT
                                         : HANDLE_ITEM,
                                json_str(ev, "state"));
    struct item_state *item = step ? item_at(r, step) : NULL;

    if (!step || state < 0 || !id || (item && item->past && strcmp(item->past, id) == 0))
        return;
    if (!item) {
        r->items = mem_grow(r->items, &r->items_cap, r->items_count + 1, sizeof(*r->items));
        item = &r->items[r->items_count++];
        *item = (struct item_state){.step = mem_str(step)};
    }
    item->state = state;
    free(item->id);
    item->id = mem_str(id);
}

/* An order sets level, commander, members and who ordered; the end leaves no level. */
static bool note_order(struct run *r, const json_t *ev)
{
    enum level level;
    const char *action = json_str(ev, "action");

    if (!r->about || !action)
        return false;
    if (!strcmp(action, "terminate"))
        json_put(r->about, "level", json_null());
    json_put_str(r->about, "warning", json_str(ev, "warning"));
    if (level_parse(json_str(ev, "level"), &level)) {
        json_put_str(r->about, "level", level_name(level));
        json_put_str(r->about, "commander", json_str(ev, "commander"));
        json_put(r->about, "members", json_share(json_at(ev, "members")));
        json_put(r->about, "ordered_by",
                 json_str(ev, "as") ? json_string(json_str(ev, "as")) : json_null());
    }
    return true;
}

/* Of what has joined the incident so far, the trigger that opened it among them. */
static bool note_count(struct run *r, const json_t *ev)
{
    if (!r->about || !json_at(ev, "joins"))
        return false;
    json_put_int(r->about, "count", json_int(ev, "count", 1));
    return true;
}

/* What the plan knows of the incident changes by facts only. */
static void note_about(struct run *r, const json_t *ev)
{
    const json_t *incident = json_at(ev, "incident");
    const json_t *occurrences = json_at(ev, "occurrences");
    bool changed = note_order(r, ev) || note_count(r, ev);

    if (incident && !r->about) {
        r->about = json_deep_copy(incident);
        if (!json_at(r->about, "fields"))
            json_put(r->about, "fields", json_object());
        if (!json_at(r->about, "place"))
            json_put(r->about, "place", json_object());
        if (!json_at(r->about, "labels"))
            json_put(r->about, "labels", json_object());
        if (!json_object_get(r->about, "drill"))
            json_put(r->about, "drill", json_false());
    }
    if (!r->about || (json_array_size(occurrences) == 0 && !changed))
        return;
    fact_put_values(json_object_get(r->about, "fields"), occurrences, false);
    if (r->plan)
        api_update_incident(r);
}

void run_fact(struct run *r, int64_t seq, const json_t *ev)
{
    facts_add(&r->facts, seq, ev);
    note_result(r, ev);
    note_item(r, ev);
    note_about(r, ev);
}

/* ---- the first turn ---- */

enum { SCOPES_A_LIFE = 100000 }; /* as many as turns: names of scopes are never used twice */

/* Push what runs: plan.respond, or plan.occasion.NAME of the incident. false, nothing pushed: it
 * has none. */
static bool push_body(struct run *r)
{
    lua_State *L = sandbox_lua(r->sb);
    const char *occasion = json_str(r->about, "occasion");

    lua_rawgeti(L, LUA_REGISTRYINDEX, occasion ? r->occasions : r->respond);
    if (occasion && lua_istable(L, -1)) {
        lua_pushstring(L, occasion);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    if (lua_isfunction(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Run the file; false: it failed. */
static bool run_chunk(struct run *r)
{
    lua_State *L = sandbox_lua(r->sb);
    struct why why = {0};

    if (library_compile(r->sb, &r->pin->own, &why)) {
        run_fail(r, "error", why.text, "");
        return false;
    }
    enum sandbox_end end = sandbox_call(r->sb, 0, 1);
    if (end != SANDBOX_DONE) {
        const struct sandbox_fault *f = sandbox_fault(r->sb);

        run_fail(r,
                 end == SANDBOX_OVERRUN  ? "overrun"
                 : end == SANDBOX_MEMORY ? "memory"
                                         : "error",
                 f->text, f->where);
        return false;
    }
    bool is_plan = r->plan && lua_topointer(L, -1) == r->plan;
    lua_pop(L, 1);
    bool has_body = is_plan && push_body(r);
    lua_settop(L, 0);
    if (!has_body) {
        const char *occasion = json_str(r->about, "occasion");
        char text[WHY_BYTES];
        if (!is_plan)
            snprintf(text, sizeof(text), "%s: the file must end in \"return plan\"",
                     r->pin->own.name);
        else
            snprintf(text, sizeof(text), "%s: there is no plan.%s%s: what is to be done?",
                     r->pin->own.name, occasion ? "occasion." : "respond",
                     occasion ? occasion : "");
        run_fail(r, "error", text, r->pin->own.name);
        return false;
    }
    return true;
}

static void begin(struct run *r)
{
    lua_State *L = sandbox_lua(r->sb);
    char at[SANDBOX_WHERE];

    api_define(r);
    if (!run_chunk(r))
        return;
    (void)push_body(r);
    lua_Debug ar;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    snprintf(at, sizeof(at), "%s:%d", ar.short_src, ar.linedefined);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->incident_ref);
    /* steps of a run that begins anew are others than those of before */
    char id[STEP_MAX];
    snprintf(id, sizeof(id), "%" PRId64, json_int(r->about, "reopened", 0));
    r->scopes_begun = (unsigned)json_int(r->about, "reopened", 0) * SCOPES_A_LIFE;
    struct task *body = task_new(r, TASK_BODY, NULL, id, at);
    task_start(r, body, L, 1);
}

/* ---- turns ---- */

static json_t *turn_result(struct run *r)
{
    const struct task *body = r->tasks.body;
    json_t *turn = json_put(json_object(), "cmds", json_share(r->cmds.list));

    json_put(turn, "awaits", wake_awaits(r));
    bool done = body && body->returned && !body->failed && !tasks_busy(r);
    return json_put(turn, "done", json_boolean(done));
}

static void take_event(struct run *r, const json_t *ev)
{
    level_scopes_leave(r, ev);
    wake_by_event(r, ev);
    tasks_run(r);
    if (!r->fault.reason)
        level_scopes_enter(r, ev);
}

bool run_turn(struct run *r, const struct run_turn *turn, const json_t *ev, json_t **ret)
{
    assert(!r->fault.reason && turn->cause > r->cause);
    r->cause = turn->cause;
    if (turn->t > r->t)
        r->t = turn->t;
    r->m = turn->m;
    r->ev = ev;
    commands_reset(&r->cmds);
    sandbox_budget(r->sb, turn->instructions_max);

    if (r->tasks.body)
        take_event(r, ev);
    else if (r->about)
        begin(r);
    else
        run_fail(r, "error", "the first event of the incident is no trigger", "");
    tasks_run(r);
    tasks_settle(r);
    if (!r->fault.reason)
        *ret = turn_result(r);
    tasks_bury(r);
    r->ev = NULL;
    return !r->fault.reason;
}
