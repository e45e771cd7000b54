#include "planner_night.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GEN = 7 };

static const char PIN[] = "sha256:test";
static const char INCIDENT[] = "0198f2c4-0000-7000-8000-000000000001";

static void take(void *ctx, const json_t *frame);
static void dispatch(struct planner_night *n);

/* ---- frames, as bytes ---- */

static json_t *through_bytes(const json_t *frame)
{
    AUTO_TEXT(bytes);
    json_t *back = NULL;
    struct why why;

    json_write(frame, &bytes);
    if (json_read_own(text_str(&bytes), bytes.len, &back, &why))
        fail_msg("a frame does not read back: %s", why.text);
    return back;
}

static void send(struct planner_night *n, json_t *takes)
{
    AUTO_JSON(frame);
    struct why why;

    frame = n->direct ? json_incref(takes) : through_bytes(takes);
    json_decref(takes);
    if (planner_frame(n->planner, frame, &why))
        fail_msg("the planner refused a frame: %s", why.text);
}

static void planner_start(struct planner_night *n)
{
    struct planner_hooks hooks = {.ctx = n, .send = take};

    planner_free(n->planner);
    n->planner = planner_new(&n->config, &hooks);
    json_t *hello = json_put_int(json_put_str(json_object(), "op", "hello"), "gen", GEN);
    send(n, hello);
    json_t *pin = json_put_str(json_put_str(json_object(), "op", "pin"), "pin", PIN);
    json_put_str(pin, "plan", "test");
    json_t *file = json_put_str(json_object(), "name", "test.lua");
    json_put_str(file, "source", n->source);
    json_t *files = json_array();
    json_array_append_new(files, file);
    json_array_extend(files, n->libraries);
    send(n, json_put(pin, "files", files));
}

void planner_night_init(struct planner_night *n, const char *source)
{
    *n = (struct planner_night){
        .config = planner_config_default,
        .source = mem_str(source),
        .seed = "000102030405060708090a0b0c0d0e0f",
        .rows = json_array(),
        .queue = json_array(),
        .open = json_object(),
        .t = 1784512800000,
        .m = 1000000,
    };
}

void planner_night_done(struct planner_night *n)
{
    planner_free(n->planner);
    for (size_t i = 0; i < n->timers_count; i++)
        free(n->timers[i].step);
    free(n->timers);
    json_decref(n->trigger);
    json_decref(n->libraries);
    json_decref(n->rows);
    json_decref(n->queue);
    json_decref(n->awaits);
    json_decref(n->open);
    json_decref(n->turn);
    json_decref(n->failed);
    text_done(&n->told);
    free(n->source);
}

/* ---- timers ---- */

static void timer_set(struct planner_night *n, const char *step, int64_t due)
{
    n->timers = mem_grow(n->timers, &n->timers_cap, n->timers_count + 1, sizeof(*n->timers));
    n->timers[n->timers_count++] = (struct night_timer){.step = mem_str(step), .due = due};
}

static void timer_clear(struct planner_night *n, const char *step)
{
    for (size_t i = 0; i < n->timers_count; i++)
        if (strcmp(n->timers[i].step, step) == 0) {
            free(n->timers[i].step);
            n->timers[i] = n->timers[--n->timers_count];
            return;
        }
    if (!n->raced) /* else it has fired, and its fact waits */
        fail_msg("a timer is cleared that is not set: %s", step);
}

/* The timer due first; a tie goes to the lower step. NULL: none. */
static struct night_timer *timer_first(struct planner_night *n)
{
    struct night_timer *first = NULL;

    for (size_t i = 0; i < n->timers_count; i++) {
        struct night_timer *t = &n->timers[i];

        if (!first || t->due < first->due ||
            (t->due == first->due && strcmp(t->step, first->step) < 0))
            first = t;
    }
    return first;
}

void planner_night_pass(struct planner_night *n, int64_t ms)
{
    int64_t until = n->m + ms;
    struct night_timer *t;

    while ((t = timer_first(n)) && t->due <= until && !n->failed) {
        char *step = t->step;
        json_t *ev = json_put(json_object(), "names", json_array());
        json_t *steps = json_array();

        n->t += t->due - n->m;
        n->m = t->due;
        *t = n->timers[--n->timers_count];
        json_array_append_new(steps, json_string(step));
        free(step);
        planner_night_fact_json(n, json_put(ev, "steps", steps));
    }
    n->t += until - n->m;
    n->m = until;
}

/* ---- what the plan asked for ---- */

static void tell_text(struct text *to, const json_t *text)
{
    text_add_char(to, ' ');
    json_write(text, to);
}

static void tell_targets(struct text *to, const json_t *targets)
{
    for (size_t i = 0; i < json_array_size(targets); i++)
        text_addf(to, "%c%s", i ? ',' : ' ', json_string_value(json_array_get(targets, i)));
}

static void tell_call(struct text *to, const json_t *args)
{
    const json_t *rungs = json_at(args, "rungs");

    tell_targets(to, json_at(args, "to"));
    text_addf(to, " %lld", (long long)json_int(args, "within_ms", -1));
    for (size_t i = 0; i < json_array_size(rungs); i++) {
        text_add(to, " |");
        tell_targets(to, json_at(json_array_get(rungs, i), "to"));
        text_addf(to, " %lld", (long long)json_int(json_array_get(rungs, i), "within_ms", -1));
    }
    if (json_int(args, "rounds", 0) != 1)
        text_addf(to, " x%lld", (long long)json_int(args, "rounds", 0));
    tell_text(to, json_at(args, "text"));
}

static void tell_command(struct text *to, const json_t *cmd)
{
    const char *kind = json_str_or(cmd, "kind", "?");

    text_addf(to, "%s %s", strcmp(kind, "timer_clear") == 0 ? "clear" : kind,
              json_str_or(cmd, "step", "?"));
    if (strcmp(kind, "timer") == 0)
        text_addf(to, " %lld", (long long)json_int(cmd, "ms", -1));
    else if (strcmp(kind, "call") == 0)
        tell_call(to, json_at(cmd, "args"));
    else if (strcmp(kind, "notify") == 0) {
        tell_targets(to, json_at(json_at(cmd, "args"), "to"));
        tell_text(to, json_at(json_at(cmd, "args"), "text"));
    } else if (strcmp(kind, "log") == 0 && json_is_object(json_at(cmd, "text")))
        tell_text(to, json_at(cmd, "text"));
    else if (strcmp(kind, "log") == 0)
        text_addf(to, " %s", json_str_or(cmd, "text", "?"));
    else if (strcmp(kind, "state") == 0)
        tell_text(to, json_at(cmd, "fields"));
    else if (strcmp(kind, "error") == 0)
        text_addf(to, " %s %s", json_str_or(cmd, "body", "?"), json_str_or(cmd, "text", "?"));
    else if (json_at(cmd, "args"))
        tell_text(to, json_at(cmd, "args"));
    text_add_char(to, '\n');
}

/* Its handle goes by its key, so that the same key is the same child. */
static void child_opens(struct planner_night *n, const char *key)
{
    AUTO_TEXT(step);

    text_addf(&step, "child:%s", key);
    json_put_str(n->open, text_str(&step), "child");
}

static void obey(struct planner_night *n, const json_t *cmd)
{
    const char *kind = json_str_or(cmd, "kind", "?");
    const char *step = json_str_or(cmd, "step", "?");
    const char *watch = json_str_or(json_at(cmd, "args"), "watch", "?");

    tell_command(&n->told, cmd);
    if (strcmp(kind, "timer") == 0)
        timer_set(n, step, n->m + json_int(cmd, "ms", 0));
    else if (strcmp(kind, "timer_clear") == 0)
        timer_clear(n, step);
    else if (strcmp(kind, "call") == 0 && json_bool(json_at(cmd, "args"), "consults"))
        json_put_str(n->open, step, "consult");
    else if (strcmp(kind, "call") == 0 && json_bool(json_at(cmd, "args"), "asks"))
        json_put_str(n->open, step, "ask");
    else if (strcmp(kind, "call") == 0 || strcmp(kind, "notify") == 0 ||
             strcmp(kind, "assign") == 0 || strcmp(kind, "fetch") == 0)
        json_put_str(n->open, step, kind);
    else if (strcmp(kind, "child") == 0)
        child_opens(n, json_str_or(json_at(cmd, "args"), "key", "?"));
    else if (strcmp(kind, "cancel") == 0)
        json_object_del(n->open, step);
    else if (strcmp(kind, "watch") == 0)
        json_put_str(n->open, watch, json_bool(json_at(cmd, "args"), "each") ? "each" : "until");
    else if (strcmp(kind, "watch_clear") == 0)
        json_object_del(n->open, watch);
}

void planner_night_tells(struct planner_night *n, const char *expected)
{
    if (strcmp(text_str(&n->told), expected) != 0)
        fail_msg("the plan asked for:\n%s\nand not for:\n%s", text_str(&n->told), expected);
    text_clear(&n->told);
}

void planner_night_turns(const struct planner_night *n, struct text *to)
{
    for (size_t i = 0; i < json_array_size(n->rows); i++) {
        const json_t *turn = json_at(json_array_get(n->rows, i), "turn");

        if (!turn)
            continue;
        json_write(turn, to);
        text_add_char(to, '\n');
    }
    if (n->failed)
        json_write(n->failed, to);
}

/* ---- frames from the planner ---- */

static void take_turn(struct planner_night *n, const json_t *frame)
{
    static const char *const members[] = {"cause", "prev", "t", "m", "cmds", "awaits", "done"};
    json_t *turn = json_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_put(turn, members[i], json_share(json_at(frame, members[i])));
    json_decref(n->turn);
    n->turn = json_incref(turn);
    json_decref(n->awaits);
    n->awaits = json_share(json_at(frame, "awaits"));
    n->prev = ++n->seq;
    n->prev_cause = json_int(frame, "cause", 0);
    n->gap = false;
    n->turns++;
    n->instructions = json_int(json_at(frame, "used"), "instructions", -1);
    json_t *row = json_put_int(json_object(), "seq", n->seq);
    json_array_append_new(n->rows, json_put(row, "turn", turn));
    json_array_remove(n->queue, 0);

    const json_t *cmds = json_at(frame, "cmds");
    for (size_t i = 0; i < json_array_size(cmds); i++)
        obey(n, json_array_get(cmds, i));
    if (json_bool(frame, "done"))
        text_add(&n->told, "done\n");
}

/* What the planner may see of a row: not the facts that are still to be taken. */
static bool shown(const json_t *row, int64_t have, int64_t cause)
{
    int64_t seq = json_int(row, "seq", 0);

    return seq > have && (json_at(row, "turn") || seq < cause);
}

/* Rows behind `have`, two a frame, for the event that waits. */
static void take_need(struct planner_night *n, int64_t have)
{
    int64_t cause = json_int(json_array_get(n->queue, 0), "seq", 0);
    size_t count = json_array_size(n->rows);
    json_t *rows = json_array();

    n->needs++;
    for (size_t i = 0; i <= count; i++) {
        json_t *row = json_array_get(n->rows, i);

        if (i < count && shown(row, have, cause))
            json_array_append(rows, row);
        if (i < count && json_array_size(rows) < 2)
            continue;
        json_t *frame = json_put_str(json_object(), "op", "history");
        json_put_int(frame, "gen", GEN);
        json_put_str(frame, "incident", INCIDENT);
        json_put(frame, "rows", rows);
        send(n, json_put(frame, "more", json_boolean(i < count)));
        rows = json_array();
    }
    json_decref(rows);
}

static void take(void *ctx, const json_t *frame)
{
    struct planner_night *n = ctx;
    const char *op = json_str_or(frame, "op", "");
    AUTO_JSON(copy);

    copy = through_bytes(frame);
    assert_int_equal(json_int(copy, "gen", 0), GEN);
    assert_string_equal(json_str(copy, "incident"), INCIDENT);
    if (strcmp(op, "turn") == 0) {
        take_turn(n, copy);
    } else if (strcmp(op, "need") == 0) {
        take_need(n, json_int(copy, "have", -1));
    } else {
        n->failed = json_incref(copy);
        text_addf(&n->told, "failed %s: %s\n", json_str(copy, "reason"), json_str(copy, "text"));
    }
}

/* ---- facts ---- */

static bool awaited(const struct planner_night *n, const json_t *ev)
{
    static const char *const members[] = {"names", "steps"};

    for (size_t m = 0; m < 2; m++) {
        const json_t *have = json_at(ev, members[m]);
        const json_t *want = json_at(n->awaits, members[m]);

        for (size_t i = 0; i < json_array_size(have); i++)
            for (size_t k = 0; k < json_array_size(want); k++)
                if (json_equal(json_array_get(have, i), json_array_get(want, k)))
                    return true;
    }
    return !n->awaits;
}

static void send_event(struct planner_night *n, const json_t *row)
{
    json_t *frame = json_put_str(json_object(), "op", "event");

    json_put_int(frame, "gen", GEN);
    json_put_str(frame, "incident", INCIDENT);
    json_put_str(frame, "pin", PIN);
    json_put_str(frame, "seed", n->seed);
    json_put_int(frame, "prev", n->prev);
    json_put_int(frame, "prev_cause", n->prev_cause);
    json_put(frame, "gap", json_boolean(n->gap));
    json_put_int(frame, "cause", json_int(row, "seq", 0));
    json_put_int(frame, "t", n->t);
    json_put_int(frame, "m", n->m);
    json_put(frame, "ev", json_share(json_at(row, "ev")));
    send(n, frame);
}

static void dispatch(struct planner_night *n)
{
    while (json_array_size(n->queue) > 0 && !n->failed) {
        json_t *row = json_array_get(n->queue, 0);

        if (!awaited(n, json_at(row, "ev"))) {
            json_array_remove(n->queue, 0);
            n->gap = true;
            continue;
        }
        if (!n->planner || n->forgets)
            planner_start(n);
        send_event(n, row);
    }
}

void planner_night_fact_json(struct planner_night *n, json_t *takes)
{
    json_t *row = json_put_int(json_object(), "seq", ++n->seq);

    json_put_int(takes, "at", n->t);
    json_put(row, "ev", takes);
    json_array_append(n->rows, row);
    json_array_append_new(n->queue, row);
    if (!n->held)
        dispatch(n);
}

void planner_night_hold(struct planner_night *n, bool hold)
{
    n->held = hold;
    n->raced = true;
    if (!hold)
        dispatch(n);
}

void planner_night_fact(struct planner_night *n, const char *ev)
{
    char *text = mem_str(ev);
    json_t *value = NULL;
    struct why why;

    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    if (json_read_own(text, strlen(text), &value, &why))
        fail_msg("%s: %s", text, why.text);
    free(text);
    if (!json_at(value, "steps"))
        json_put(value, "steps", json_array());
    planner_night_fact_json(n, value);
}

void planner_night_begin(struct planner_night *n)
{
    json_t *ev =
        json_loads("{\"names\":[\"trigger\"],\"steps\":[],\"incident\":{\"title\":\"Gauge 7"
                   "\",\"plan\":\"test\",\"version\":\"1\",\"grade\":\"III\","
                   "\"place\":{\"name\":\"North Bridge\",\"district\":\"north\"},"
                   "\"labels\":{\"service\":\"pay\"},\"opened_at\":1784512800000,"
                   "\"count\":1}}",
                   0, NULL);

    json_put_str(json_object_get(ev, "incident"), "id", INCIDENT);
    if (n->trigger)
        json_object_update(json_object_get(ev, "incident"), n->trigger);
    planner_night_fact_json(n, ev);
}

void planner_night_answer(struct planner_night *n, const char *step, const char *by)
{
    char ev[1024];

    snprintf(ev, sizeof(ev),
             "{'names':['answer'],'steps':['%s'],'by':'%s','name':'%s','call':'%s'}", step, by, by,
             step);
    planner_night_fact(n, ev);
}

void planner_night_expire(struct planner_night *n, const char *step)
{
    char ev[1024];

    snprintf(ev, sizeof(ev), "{'names':['expired','silent'],'steps':['%s'],'call':'%s'}", step,
             step);
    planner_night_fact(n, ev);
}

/* ---- chance ---- */

static uint64_t below(struct entropy *chance, uint64_t n)
{
    return entropy_u64(chance) % n;
}

/* What is watched comes true: of each, at one station or two; of wait_until, once. */
static void watch_happens(struct planner_night *n, const char *watch, const char *kind,
                          struct entropy *chance)
{
    char ev[1024];

    if (strcmp(kind, "each") == 0) {
        snprintf(ev, sizeof(ev),
                 "{'names':[],'steps':['%s'],'edges':[{'watch':'%s','station':'g%d'},"
                 "{'watch':'%s','station':'g9'}]}",
                 watch, watch, (int)below(chance, 3), below(chance, 2) ? watch : "watch/other");
    } else {
        json_object_del(n->open, watch);
        snprintf(ev, sizeof(ev), "{'names':[],'steps':['%s'],'met':'g%d'}", watch,
                 (int)below(chance, 3));
    }
    planner_night_fact(n, ev);
}

/* An answer, a silence or a result for something that is open; false: nothing is. */
static bool open_happens(struct planner_night *n, struct entropy *chance)
{
    static const char *const results[] = {"sent", "delivered", "seen", "failed"};
    size_t count = 0;
    const char **steps = json_keys(n->open, &count);
    char step[256];
    char ev[1024];

    if (count == 0) {
        free(steps);
        return false;
    }
    snprintf(step, sizeof(step), "%s", steps[below(chance, count)]);
    free(steps);
    uint64_t dice = below(chance, 4);
    if (strncmp(step, "watch/", 6) == 0) {
        watch_happens(n, step, json_str_or(n->open, step, ""), chance);
    } else if (strcmp(json_str_or(n->open, step, ""), "consult") == 0) {
        json_object_del(n->open, step);
        snprintf(ev, sizeof(ev),
                 "{'names':[],'steps':['%s'],'opinions':[{'by':'p%d','note':'n'}],'answered':[],"
                 "'silent':[{'id':'a','name':'A'}],'asked':[],'enough':true}",
                 step, (int)below(chance, 3));
        planner_night_fact(n, ev);
    } else if (strcmp(json_str_or(n->open, step, ""), "fetch") == 0) {
        json_object_del(n->open, step);
        snprintf(ev, sizeof(ev),
                 dice < 2 ? "{'names':[],'steps':['%s'],'fetched':false,'error':'busy %d'}"
                          : "{'names':[],'steps':['%s'],'fetched':true,'status':20%d,"
                            "'body':'[1,2]'}",
                 step, (int)dice);
        planner_night_fact(n, ev);
    } else if (strcmp(json_str_or(n->open, step, ""), "ask") == 0) {
        json_object_del(n->open, step);
        snprintf(ev, sizeof(ev),
                 "{'names':[],'steps':['%s'],'by_choice':{'yes':[{'id':'p%d'}],'no':[]},"
                 "'answered':[{'id':'p1','choice':'yes'}],'silent':[{'id':'a','name':'A',"
                 "'target':'person:a'}],'asked':[],'enough':true}",
                 step, (int)below(chance, 3));
        planner_night_fact(n, ev);
    } else if (strcmp(json_str_or(n->open, step, ""), "notify") == 0) {
        snprintf(ev, sizeof(ev), "{'names':[],'steps':['%s'],'result':'%s'}", step, results[dice]);
        planner_night_fact(n, ev);
    } else if (strcmp(json_str_or(n->open, step, ""), "child") == 0) {
        static const char *const states[] = {"closed", "merged", "refused", "open"};

        snprintf(ev, sizeof(ev),
                 "{'names':[%s],'steps':['%s'],'child':'c','key':'%s','state':'%s'}",
                 dice < 2 ? "'closed'" : "", step, step + 6, states[dice]);
        planner_night_fact(n, ev);
    } else if (dice == 0) {
        snprintf(ev, sizeof(ev), "{'names':['declined'],'steps':['%s'],'by':'p%d'}", step,
                 (int)below(chance, 3));
        planner_night_fact(n, ev);
    } else {
        json_object_del(n->open, step);
        if (dice == 1)
            planner_night_expire(n, step);
        else
            planner_night_answer(n, step, dice == 2 ? "li.ming" : "wang.qiang");
    }
    return true;
}

/* A level, or the end. */
static void order_happens(struct entropy *chance, char *ev, size_t size)
{
    static const char *const levels[] = {"IV", "III", "II", "I"};
    uint64_t level = below(chance, 8);

    if (level >= 4)
        snprintf(ev, size, "{'names':['order'],'action':'terminate','by':'p%d'}", (int)level % 3);
    else
        snprintf(ev, size,
                 "{'names':['order'],'action':'raise','level':'%s','commander':'post:a',"
                 "'members':[],'by':'p'}",
                 levels[level]);
}

static void fact_happens(struct planner_night *n, struct entropy *chance)
{
    char ev[1024];

    switch (below(chance, 5)) {
    case 4:
        snprintf(ev, sizeof(ev),
                 "{'names':['joined','update','stage_m'],'title':'t%d','count':%d,'fields':{},"
                 "'joins':[{'title':'t'}],'occurrences':[{'name':'stage_m','station':'g7',"
                 "'value':%d}]}",
                 (int)below(chance, 9), (int)below(chance, 9), (int)below(chance, 9));
        break;
    case 0:
        snprintf(ev, sizeof(ev), "{'names':['resolved'],'by':'p%d'}", (int)below(chance, 3));
        break;
    case 1:
        snprintf(ev, sizeof(ev),
                 "{'names':['update','case'],'by':'w','occurrences':[{'name':'case','station':null,"
                 "'value':{'id':'c%d','n':%d}}]}",
                 (int)below(chance, 5), (int)below(chance, 10));
        break;
    case 2:
        snprintf(
            ev, sizeof(ev),
            "{'names':['update','stage_m','stage_m'],'by':'w','occurrences':[{'name':'stage_m',"
            "'station':'g7','value':%d.5},{'name':'stage_m','station':'g8','value':%d}]}",
            (int)below(chance, 9), (int)below(chance, 9));
        break;
    default:
        order_happens(chance, ev, sizeof(ev));
    }
    planner_night_fact(n, ev);
}

static void one_happens(struct planner_night *n, struct entropy *chance)
{
    uint64_t dice = below(chance, 10);

    if (dice < 4) {
        struct night_timer *t = timer_first(n);
        int64_t ms = t && dice < 3 ? t->due - n->m : (int64_t)below(chance, 600000);

        planner_night_pass(n, ms > 0 ? ms : 0);
    } else if (dice >= 7 || !open_happens(n, chance)) {
        fact_happens(n, chance);
    }
}

void planner_night_happens(struct planner_night *n, struct entropy *chance)
{
    bool together = below(chance, 5) == 0;

    if (together)
        planner_night_hold(n, true);
    for (uint64_t i = together ? 1 + below(chance, 4) : 0; i > 0; i--)
        one_happens(n, chance);
    if (together)
        planner_night_hold(n, false);
    else
        one_happens(n, chance);
}
