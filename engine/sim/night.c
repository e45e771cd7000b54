#include "sim/night.h"

#include "sim/model_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MS (INT64_C(1) << 60) /* results that a test holds back lie so far away */

/* Something that will happen: an input, or the outcome of an attempt, as an input of the courier.
 */
struct coming {
    mono_ms at;
    int64_t order; /* of two at the same time the one that was known first */
    enum input_kind kind;
    struct uuid incident;
    json_t *body;
};

struct night {
    struct night_setup setup;
    struct core *core;
    struct model_store *store;
    const struct store_port *port;
    int64_t gen[PLANNER_SLOTS], gens;
    bool pins_sent[PLANNER_SLOTS];
    wall_ms wall;
    mono_ms mono;
    mono_ms audited; /* the last time */
    uint64_t inputs;
    json_t *frames; /* from planners, not yet taken in */
    json_t *reply;

    /* a heap, the earliest first */
    struct coming *coming;
    size_t coming_count, coming_cap;
    int64_t orders;

    struct uuid *incidents;
    size_t incidents_count, incidents_cap;
    json_t *messages;  /* under way: {NOTICE: {"type","to","step","choices","nth"}} */
    json_t *proposals; /* open: {INCIDENT: {NUMBER: {"step","spec"}}} */

    bool forgetful, hold_turns, hold_results;
    enum err trouble;
    struct why why;
};

static void take_input(struct night *n, struct input in);
static void message_heard(struct night *n, struct uuid incident, const char *id,
                          const json_t *message);

/* Nothing after it is to be believed. The first one counts. */
static void trouble(struct night *n, enum err e, const struct why *why)
{
    if (!e || n->trouble)
        return;
    n->trouble = e;
    n->why = *why;
}

/* ---- what will come ---- */

static bool earlier(const struct coming *a, const struct coming *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void heap_add(struct night *n, struct coming c)
{
    n->coming = mem_grow(n->coming, &n->coming_cap, n->coming_count + 1, sizeof *n->coming);
    size_t at = n->coming_count++;
    while (at > 0 && earlier(&c, &n->coming[(at - 1) / 2])) {
        n->coming[at] = n->coming[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    n->coming[at] = c;
}

static void coming_add(struct night *n, struct coming c)
{
    c.order = n->orders++;
    heap_add(n, c);
}

static struct coming coming_take(struct night *n)
{
    struct coming first = n->coming[0], last = n->coming[--n->coming_count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < n->coming_count) {
        if (child + 1 < n->coming_count && earlier(&n->coming[child + 1], &n->coming[child]))
            child++;
        if (!earlier(&n->coming[child], &last))
            break;
        n->coming[at] = n->coming[child];
        at = child;
    }
    n->coming[at] = last;
    return first;
}

static void coming_done(struct coming *c)
{
    json_decref(c->body);
}

/* Results: gone with a courier, or moved in time by a test. */
static void results_sort(struct night *n, bool gone, mono_ms by)
{
    struct coming *all = n->coming;
    size_t count = n->coming_count;
    n->coming = NULL;
    n->coming_count = n->coming_cap = 0;
    for (size_t k = 0; k < count; k++) {
        bool result = all[k].kind == IN_RESULT || all[k].kind == IN_FETCHED;
        if (result && gone) {
            coming_done(&all[k]);
            continue;
        }
        if (result)
            all[k].at += by;
        heap_add(n, all[k]);
    }
    free(all);
}

void night_later(struct night *n, int64_t after, enum input_kind kind, struct uuid incident,
                 json_t *takes_body)
{
    coming_add(n,
               (struct coming){
                   .at = n->mono + after, .kind = kind, .incident = incident, .body = takes_body});
}

/* ---- what records say that the cast must know ---- */

static json_t *member_object(json_t *of, const char *key)
{
    json_t *there = json_object_get(of, key);
    if (there)
        return there;
    json_put(of, key, json_object());
    return json_object_get(of, key);
}

static void number_text(const json_t *body, char ret[24])
{
    snprintf(ret, 24, "%lld", (long long)json_int(body, "number", 0));
}

static void proposal_noted(struct night *n, const struct record *r)
{
    char id[UUID_TEXT], number[24];
    json_t *open = member_object(n->proposals, uuid_text(r->incident, id));
    number_text(r->body, number);
    if (r->kind == REC_PROPOSAL_WITHDRAWN) {
        json_object_del(open, number);
        return;
    }
    json_t *one = member_object(open, number);
    if (json_str(r->body, "step"))
        json_put_str(one, "step", json_str(r->body, "step"));
    json_put(one, "spec", json_share(record_at(r, "spec")));
}

static void order_noted(struct night *n, const struct record *r)
{
    char id[UUID_TEXT], number[24];
    json_t *open = member_object(n->proposals, uuid_text(r->incident, id)), *one;
    size_t k;
    json_array_foreach(json_unconst(json_at(r->body, "settles")), k, one)
    {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(one));
        json_object_del(open, number);
    }
}

static void message_noted(struct night *n, const struct record *r)
{
    const char *id = json_str_or(r->body, "notice", "");
    if (r->kind != REC_NOTICE_QUEUED) {
        json_object_del(n->messages, id);
        return;
    }
    json_t *one = json_put_str(json_object(), "to", json_str(r->body, "to"));
    json_put_str(one, "step", json_str(r->body, "step"));
    json_put_str(one, "type", json_str(record_at(r, "message"), "type"));
    if (!strcmp(json_str_or(one, "type", ""), "muster.call"))
        json_put_int(one, "nth", cast_called(n->setup.cast, json_str_or(one, "to", "")));
    json_put(one, "choices", json_share(json_at(record_at(r, "message"), "choices")));
    json_put(n->messages, id, one);
}

/*
 * At the table of a drill nothing is sent, and nothing comes back: it is said, and heard at once.
 * What went out as one of several is heard with that one.
 */
static void sent_noted(struct night *n, const struct record *r)
{
    AUTO_JSON(message);
    message = json_share(json_at(n->messages, json_str_or(r->body, "notice", "")));
    bool heard = !strcmp(json_str_or(r->body, "unsent", ""), "table") ||
                 (json_str(r->body, "digest") && json_int(r->body, "status", 0));
    if (message && heard)
        message_heard(n, r->incident, json_str(r->body, "notice"), message);
}

static void opened_noted(struct night *n, const struct record *r)
{
    n->incidents =
        mem_grow(n->incidents, &n->incidents_cap, n->incidents_count + 1, sizeof *n->incidents);
    n->incidents[n->incidents_count++] = r->incident;
}

static void record_noted(struct night *n, const struct record *r)
{
    static void (*const notes[REC_KINDS])(struct night *, const struct record *) = {
        [REC_INCIDENT_OPENED] = opened_noted,
        [REC_NOTICE_QUEUED] = message_noted,
        [REC_NOTICE_FAILED] = message_noted,
        [REC_NOTICE_RECALLED] = message_noted,
        [REC_NOTICE_SENT] = sent_noted,
        [REC_PROPOSED] = proposal_noted,
        [REC_PROPOSAL_AMENDED] = proposal_noted,
        [REC_PROPOSAL_WITHDRAWN] = proposal_noted,
        [REC_ORDERED] = order_noted,
    };
    if (notes[r->kind])
        notes[r->kind](n, r);
}

/* ---- effects ---- */

static void planner_take(struct night *n, int slot, const json_t *frame)
{
    struct why why;
    if (n->gen[slot])
        trouble(n, n->setup.planners.frame(n->setup.planners.ctx, slot, frame, &why), &why);
}

static void planner_hello(struct night *n, int slot)
{
    AUTO_JSON(hello);
    hello = json_put_str(json_object(), "op", "hello");
    json_put_int(hello, "gen", n->gen[slot]);
    json_put_int(hello, "resident_bytes", n->forgetful ? 1 : 64 << 20);
    planner_take(n, slot, hello);
}

static void planner_start(struct night *n, int slot)
{
    n->setup.planners.start(n->setup.planners.ctx, slot);
    n->pins_sent[slot] = false;
    n->gen[slot] = ++n->gens;
    planner_hello(n, slot);
    take_input(n, (struct input){.kind = IN_PLANNER_UP, .slot = slot, .gen = n->gen[slot]});
}

static void planner_stop(struct night *n, int slot)
{
    n->setup.planners.stop(n->setup.planners.ctx, slot);
    n->gen[slot] = 0;
}

static void pins_send(struct night *n, int slot)
{
    size_t k;
    json_t *plan;
    if (n->pins_sent[slot])
        return;
    n->pins_sent[slot] = true;
    json_array_foreach(json_unconst(json_at(n->setup.checked, "plans")), k, plan)
    {
        AUTO_JSON(frame);
        const char *name = json_str(plan, "name");
        frame = json_put_str(json_object(), "op", "pin");
        json_put_str(frame, "pin", json_str(plan, "pin"));
        json_put_str(frame, "plan", name);
        json_put(frame, "files", json_share(json_at(n->setup.sources, name)));
        planner_take(n, slot, frame);
    }
}

/* Record `seq` as it is kept: seqs have no gaps. */
static const struct record *record_kept(const struct night *n, int64_t seq)
{
    return model_store_record(n->store, seq);
}

static void event_hand(struct night *n, const struct effect *e)
{
    AUTO_JSON(frame);
    if (e->gen != n->gen[e->slot])
        return;
    frame = json_copy(e->body);
    if (!json_at(frame, "ev"))
        json_put(frame, "ev", json_share(record_at(record_kept(n, e->cause), "ev")));
    pins_send(n, e->slot);
    planner_take(n, e->slot, frame);
}

/* Its outcome is known at once, so that times of a test are whole: a person's minutes count from
 * when they were written to. */
static void attempt_hand(struct night *n, const struct effect *e)
{
    char id[UUID_TEXT];
    int status = cast_status(n->setup.cast, json_str_or(e->body, "endpoint", ""), n->mono);
    if (n->setup.attempt)
        n->setup.attempt(n->setup.ctx, e);
    json_t *result = json_put_str(json_object(), "op", "result");
    json_put_str(result, "notice", uuid_text(e->notice, id));
    json_put_int(result, "number", json_int(e->body, "number", 0));
    json_put(result, "ok", json_boolean(status >= 200 && status < 300));
    if (status)
        json_put_int(result, "status", status);
    json_put_str(result, "class", status ? "status" : "connect");
    night_later(n, n->hold_results ? HELD_MS : 0, IN_RESULT, e->incident, result);
}

static void fetch_hand(struct night *n, const struct effect *e)
{
    const char *endpoint = json_str_or(e->body, "endpoint", "");
    int status = cast_status(n->setup.cast, endpoint, n->mono);
    bool ok = status >= 200 && status < 300;
    if (n->setup.attempt)
        n->setup.attempt(n->setup.ctx, e);
    json_t *result = json_put_str(json_object(), "op", "result");
    json_put(result, "fetch", json_share(json_at(e->body, "fetch")));
    json_put(result, "ok", json_boolean(ok));
    json_put_int(result, "status", status);
    json_put_str(result, "class", status ? "status" : "connect");
    json_put_str(result, "body", cast_said(n->setup.cast, endpoint));
    json_put_str(result, "error", ok ? NULL : "the endpoint said no");
    night_later(n, n->hold_results ? HELD_MS : 0, IN_FETCHED, e->incident, result);
}

static void probe_hand(struct night *n, const struct effect *e)
{
    const char *endpoint = json_str_or(e->body, "endpoint", "");
    int status = cast_status(n->setup.cast, endpoint, n->mono);
    json_t *result = json_put_str(json_object(), "endpoint", endpoint);
    json_put(result, "ok", json_boolean(status));
    json_put_str(result, "class", status ? "status" : "connect");
    json_put_str(result, "error", status ? NULL : "connection refused");
    night_later(n, 0, IN_PROBED, (struct uuid){0}, result);
}

static void drop_hand(struct night *n, const struct effect *e)
{
    char id[UUID_TEXT];
    AUTO_JSON(frame);
    frame = json_put_str(json_object(), "op", "drop");
    planner_take(n, e->slot, json_put_str(frame, "incident", uuid_text(e->incident, id)));
}

static void effect_release(struct night *n, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_REPLY:
        json_decref(n->reply);
        n->reply = json_incref(e->body);
        break;
    case EFFECT_EVENT:
        event_hand(n, e);
        break;
    case EFFECT_ATTEMPT:
        attempt_hand(n, e);
        break;
    case EFFECT_FETCH:
        fetch_hand(n, e);
        break;
    case EFFECT_PROBE:
        probe_hand(n, e);
        break;
    case EFFECT_KILL:
        planner_stop(n, e->slot);
        break;
    case EFFECT_WANT:
        planner_start(n, e->slot);
        break;
    case EFFECT_DROP:
        drop_hand(n, e);
        break;
    }
}

/* ---- the turn ---- */

static void seed_draw(struct night *n, uint8_t seed[32])
{
    for (int k = 0; k < 4; k++) {
        uint64_t x = (n->inputs * 4 + (uint64_t)k + 1) * UINT64_C(0x9e3779b97f4a7c15);
        x ^= n->setup.seed * UINT64_C(0xbf58476d1ce4e5b9);
        x ^= x >> 29;
        memcpy(seed + 8 * k, &x, sizeof x);
    }
}

/* Everything that was decided is on the disk before any of it is released. */
static void update_keep(struct night *n, struct update *u)
{
    struct store_batch batch = {.records = u->records, .records_count = u->records_count};
    for (size_t k = 0; k < u->records_count; k++)
        record_ref(u->records[k]);
    n->port->append(n->port->ctx, &batch);
    model_store_commit(n->store, SIZE_MAX);
}

/* All inputs of one moment share a commit, as those of one pass of the daemon's loop do. */
static void rows_keep(struct night *n)
{
    struct store_batch batch = {0};
    core_dirty_rows(n->core, &batch.rows, &batch.rows_count);
    n->port->append(n->port->ctx, &batch);
    model_store_commit(n->store, SIZE_MAX);
    free(batch.rows);
}

static void take_input(struct night *n, struct input in)
{
    struct update u = {0};
    in.wall = n->wall;
    in.mono = n->mono;
    n->inputs++;
    seed_draw(n, in.seed);
    if (!in.who.id)
        in.who = (struct principal){"uid:0", SCOPE_ALL};
    core_decide(n->core, &in, &u);
    update_keep(n, &u);
    for (size_t k = 0; k < u.records_count; k++) {
        record_noted(n, u.records[k]);
        if (n->setup.record)
            n->setup.record(n->setup.ctx, u.records[k]);
    }
    for (size_t k = 0; k < u.effects_count; k++)
        effect_release(n, &u.effects[k]);
    update_done(&u);
}

/* ---- what planners say ---- */

void night_planner_said(struct night *n, const json_t *frame)
{
    json_array_append_new(n->frames, json_deep_copy(frame));
}

/* What an incident's planner reads of the journal, behind `have`. Gives. */
static json_t *history_of(const struct night *n, struct uuid incident, int64_t have, int64_t upto,
                          int64_t cause)
{
    json_t *rows = json_array();
    for (int64_t seq = have + 1; seq <= upto; seq++) {
        const struct record *r = model_store_record(n->store, seq);
        json_t *row = uuid_cmp(r->incident, incident) ? NULL : record_for_planner(r, cause);
        if (row)
            json_array_append_new(rows, row);
    }
    return rows;
}

static void history_hand(struct night *n, const json_t *need)
{
    struct uuid id = {0};
    AUTO_JSON(frame);
    int64_t upto = 0, have = json_int(need, "have", 0), gen = json_int(need, "gen", 0);
    uuid_parse(json_str_or(need, "incident", ""), &id);
    int64_t cause = core_event_history(n->core, id, &upto);
    int64_t since = core_run_since(n->core, id) - 1;
    frame = json_put_str(json_object(), "op", "history");
    json_put_int(frame, "gen", gen);
    json_put(frame, "incident", json_share(json_at(need, "incident")));
    have = have > since ? have : since;
    json_put(frame, "rows", history_of(n, id, have, upto, cause));
    json_put(frame, "more", json_false());
    json_put_int(frame, "have", have);
    json_put_int(json_put_int(frame, "upto", upto), "cause", cause);
    for (int slot = 0; gen && slot < PLANNER_SLOTS; slot++) {
        if (n->gen[slot] == gen)
            planner_take(n, slot, frame);
    }
}

static void frame_take(struct night *n, const json_t *frame)
{
    const char *op = json_str_or(frame, "op", "");
    struct uuid id = {0};
    uuid_parse(json_str_or(frame, "incident", ""), &id);
    if (!strcmp(op, "turn"))
        take_input(n, (struct input){.kind = IN_TURN, .incident = id, .body = frame});
    else if (!strcmp(op, "failed"))
        take_input(n, (struct input){.kind = IN_PLAN_FAILED, .incident = id, .body = frame});
    else if (!strcmp(op, "need"))
        history_hand(n, frame);
}

static void frames_take(struct night *n)
{
    while (!n->hold_turns && json_array_size(n->frames)) {
        AUTO_JSON(frame);
        frame = json_incref(json_array_get(n->frames, 0));
        json_array_remove(n->frames, 0);
        frame_take(n, frame);
    }
}

/* ---- people ---- */

/* What they choose of what a message offers; NULL: nothing is to be chosen. */
static const char *choice_of(const struct night *n, const json_t *message)
{
    const json_t *choices = json_at(message, "choices");
    size_t count = json_array_size(choices);
    const char **offered = mem_new(count + 1, sizeof *offered);
    for (size_t k = 0; k < count; k++)
        offered[k] = json_str_or(json_array_get(choices, k), "choice", "");
    const char *choice = cast_choice(n->setup.cast, json_str_or(message, "to", ""),
                                     json_str_or(message, "step", ""), offered);
    free(offered);
    return choice;
}

static void answer_plan(struct night *n, struct uuid incident, const json_t *message)
{
    const char *person = json_str_or(message, "to", ""), *choice = choice_of(n, message);
    bool declines;
    int64_t after =
        cast_answers(n->setup.cast, person, json_int(message, "nth", 0), n->mono, &declines);
    if (after < 0)
        return;
    json_t *answer = json_put_str(json_object(), "as", person);
    if (choice && !declines) {
        json_put_str(answer, "choice", choice);
        json_put_str(answer, "call", json_str(message, "step"));
    }
    night_later(n, after, IN_ANSWER, incident, json_put_true(answer, "decline", declines));
}

/* The proposal that this step asks for, and its number. NULL: it is not open. */
static const json_t *proposal_of(const struct night *n, struct uuid incident, const char *step,
                                 const char **ret_number)
{
    char id[UUID_TEXT];
    const char *number;
    json_t *one;
    json_object_foreach(json_unconst(json_at(n->proposals, uuid_text(incident, id))), number, one)
    {
        if (strcmp(json_str_or(one, "step", ""), step) != 0)
            continue;
        *ret_number = number;
        return json_at(one, "spec");
    }
    return NULL;
}

static void order_plan(struct night *n, struct uuid incident, const char *person, const char *step)
{
    const char *number;
    int64_t after = cast_orders(n->setup.cast, person, n->mono);
    if (after < 0 || !proposal_of(n, incident, step, &number))
        return;
    json_t *order = json_put_str(json_object(), "as", person);
    night_later(n, after, IN_ORDER, incident, json_put_str(order, "step", step));
}

/* The order that was put to them, as it stands now. NULL: somebody has given it. */
static json_t *order_of(const struct night *n, const struct coming *c)
{
    static const char *const members[] = {"action", "level", "what", "warning", "number"};
    const char *number;
    const json_t *spec = proposal_of(n, c->incident, json_str_or(c->body, "step", ""), &number);
    if (!spec || !strcmp(json_str_or(spec, "action", "lift"), "lift"))
        return NULL;
    json_t *order = json_put_str(json_object(), "as", json_str(c->body, "as"));
    for (size_t k = 0; k < sizeof members / sizeof *members; k++)
        json_put(order, members[k], json_share(json_at(spec, members[k])));
    bool zh = !strcmp(core_language(n->core), "zh");
    return json_put_str(order, "reason", zh ? "同意建议" : "as proposed");
}

/* It has come to whom it is for: what they will do. */
static void message_heard(struct night *n, struct uuid incident, const char *id,
                          const json_t *message)
{
    const char *type = json_str_or(message, "type", ""), *to = json_str_or(message, "to", "");
    json_object_del(n->messages, id);
    if (!strcmp(type, "muster.call"))
        answer_plan(n, incident, message);
    else if (!strcmp(type, "muster.order"))
        order_plan(n, incident, to, json_str_or(message, "step", ""));
}

static void result_take(struct night *n, const struct coming *c)
{
    const char *id = json_str_or(c->body, "notice", "");
    AUTO_JSON(message);
    message = json_share(json_at(n->messages, id));
    take_input(n, (struct input){.kind = IN_RESULT, .incident = c->incident, .body = c->body});
    if (!message || !json_bool(c->body, "ok"))
        return;
    message_heard(n, c->incident, id, message);
}

static void coming_take_in(struct night *n, const struct coming *c)
{
    AUTO_JSON(order);
    if (c->kind == IN_RESULT) {
        result_take(n, c);
        return;
    }
    if (json_at(c->body, "step")) {
        order = order_of(n, c);
        if (!order)
            return;
    }
    take_input(n, (struct input){
                      .kind = c->kind, .incident = c->incident, .body = order ? order : c->body});
}

/* ---- time ---- */

static void clock_to(struct night *n, mono_ms to)
{
    if (to <= n->mono)
        return;
    rows_keep(n);
    n->wall += to - n->mono;
    n->mono = to;
}

/* Once a minute, where somebody watches; INT64_MAX: never. */
static mono_ms audit_due(const struct night *n)
{
    return n->setup.watch ? n->audited + AUDIT_EVERY_MS : INT64_MAX;
}

static void audit_take(struct night *n)
{
    clock_to(n, audit_due(n));
    n->audited = n->mono;
    take_input(n, (struct input){.kind = IN_AUDIT});
}

/* The next thing not later than `until`; false: there is none. */
static bool step(struct night *n, mono_ms until)
{
    frames_take(n);
    mono_ms due = core_next_due(n->core);
    mono_ms audit = audit_due(n);
    mono_ms coming = n->coming_count ? n->coming[0].at : INT64_MAX;
    if (audit <= until && audit < due && audit < coming) {
        audit_take(n);
        return true;
    }
    if (due > until && coming > until)
        return false;
    if (coming > due) {
        clock_to(n, due);
        take_input(n, (struct input){.kind = IN_TICK});
        return true;
    }
    struct coming c = coming_take(n);
    clock_to(n, c.at);
    coming_take_in(n, &c);
    coming_done(&c);
    return true;
}

enum err night_advance(struct night *n, int64_t ms, int64_t *happenings, struct why *why)
{
    mono_ms until = n->mono + ms;
    while (!n->trouble && step(n, until)) {
        if (--*happenings <= 0)
            return why_set(
                why, ERR_LIMIT,
                "more happens than one night may hold: either the plan goes round without "
                "end, or the night is to be shorter");
    }
    if (!n->trouble)
        clock_to(n, until);
    return night_trouble(n, why);
}

enum err night_trouble(const struct night *n, struct why *why)
{
    if (n->trouble)
        *why = n->why;
    return n->trouble;
}

const json_t *night_ask_input(struct night *n, struct input in)
{
    in.to.conn = 1;
    in.to.line = 1;
    json_decref(n->reply);
    n->reply = NULL;
    take_input(n, in);
    frames_take(n);
    return n->reply;
}

const json_t *night_ask(struct night *n, enum input_kind kind, struct uuid incident,
                        json_t *takes_body)
{
    struct input in = {.kind = kind, .incident = incident, .body = takes_body};
    AUTO_TEXT(canonical);
    json_write(takes_body, &canonical);
    for (size_t k = 0; k < canonical.len; k++)
        in.digest[k % 16] = (uint8_t)(in.digest[k % 16] * 31 + (uint8_t)canonical.at[k]);
    const json_t *reply = night_ask_input(n, in);
    json_decref(takes_body);
    return reply;
}

/* ---- lives ---- */

struct core *night_fresh_core(const struct night *n, struct why *why)
{
    struct core_config config = {.version = "sim",
                                 .speed = 1,
                                 .incidents_max = 1000000,
                                 .attempts_max = 256,
                                 .answer_url = "https://muster.example",
                                 .watch = n->setup.watch,
                                 .occasions_of = n->setup.occasions_of};
    struct core *c = core_new(&config);
    size_t k;
    json_t *plan;
    enum err e = core_library_site(c, "sha256:site", n->setup.checked, why);
    json_array_foreach(json_unconst(json_at(n->setup.checked, "plans")), k, plan)
    {
        if (!e)
            e = core_library_plan(c, json_str(plan, "pin"), json_str(plan, "name"),
                                  json_at(plan, "head"), why);
    }
    if (e) {
        core_free(c);
        return NULL;
    }
    core_library_scenarios(c, json_share(json_at(n->setup.checked, "scenarios")));
    return c;
}

void night_take_set(struct night *n, const json_t *checked)
{
    n->setup.checked = checked;
    core_library_scenarios(n->core, json_share(json_at(checked, "scenarios")));
}

void night_take_scenario(struct night *n, const char *name, const json_t *scenario)
{
    const json_t *of_set = json_at(n->setup.checked, "scenarios");
    json_t *all = of_set ? json_copy(json_unconst(of_set)) : json_object();
    core_library_scenarios(n->core, json_put(all, name, json_share(scenario)));
}

static void row_load(void *ctx, const struct row *row)
{
    struct row parsed = *row;
    AUTO_JSON(body);
    struct why why;
    if (row->text && json_read_own(row->text, strlen(row->text), &body, &why) == ERR_OK)
        parsed.body = body;
    core_load_row(ctx, &parsed);
}

static struct core *core_loaded(const struct night *n, struct why *why)
{
    struct core *c = night_fresh_core(n, why);
    if (!c)
        return NULL;
    model_store_load(n->store, false, row_load, c);
    core_load_end(c, model_store_last_seq(n->store));
    return c;
}

struct core *night_loaded_core(struct night *n, struct why *why)
{
    rows_keep(n);
    return core_loaded(n, why);
}

/* The first inputs of a life: the set in force, a courier, two planners. */
static void life_begin(struct night *n)
{
    AUTO_JSON(boot);
    AUTO_JSON(config);
    size_t k;
    json_t *plan, *plans = json_array();
    boot = json_put_str(json_object(), "boot", "sim");
    take_input(n, (struct input){.kind = IN_STARTED, .body = boot});
    json_array_foreach(json_unconst(json_at(n->setup.checked, "plans")), k, plan)
    {
        json_t *one = json_put_str(json_object(), "name", json_str(plan, "name"));
        json_array_append_new(plans, json_put_str(one, "pin", json_str(plan, "pin")));
    }
    config = json_put(json_put_str(json_object(), "site", "sha256:site"), "plans", plans);
    take_input(n, (struct input){.kind = IN_CONFIG, .body = config});
    take_input(n, (struct input){.kind = IN_COURIER_UP});
    planner_start(n, 0);
    planner_start(n, 1);
    frames_take(n);
}

struct night *night_new(const struct night_setup *setup, struct why *why)
{
    struct night *n = mem_new(1, sizeof *n);
    n->setup = *setup;
    n->wall = setup->begins;
    n->store = model_store_new();
    n->port = model_store_port(n->store);
    n->frames = json_array();
    n->messages = json_object();
    n->proposals = json_object();
    n->core = night_fresh_core(n, why);
    if (!n->core) {
        night_free(n);
        return NULL;
    }
    return n;
}

void night_begin(struct night *n)
{
    life_begin(n);
}

void night_free(struct night *n)
{
    if (!n)
        return;
    core_free(n->core);
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        n->setup.planners.stop(n->setup.planners.ctx, slot);
    for (size_t k = 0; k < n->coming_count; k++)
        coming_done(&n->coming[k]);
    model_store_free(n->store);
    free(n->coming);
    free(n->incidents);
    json_decref(n->frames);
    json_decref(n->messages);
    json_decref(n->proposals);
    json_decref(n->reply);
    free(n);
}

/* ---- what goes wrong ---- */

static void engine_crash(struct night *n)
{
    struct why why;
    rows_keep(n);
    core_free(n->core);
    json_array_clear(n->frames);
    results_sort(n, true, 0);
    n->core = core_loaded(n, &why);
    assert(n->core); /* it was made of the same set before */
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        planner_stop(n, slot);
    life_begin(n);
}

static void planner_crash(struct night *n, int slot, bool fault)
{
    AUTO_JSON(body);
    int64_t gen = n->gen[slot];
    body = json_put_str(json_object(), "fault", fault ? "strike" : "lost");
    json_array_clear(n->frames); /* what it said and nobody took in */
    planner_stop(n, slot);
    take_input(n, (struct input){.kind = IN_PLANNER_DIED, .slot = slot, .gen = gen, .body = body});
    if (slot != SLOT_QUARANTINE)
        planner_start(n, slot);
    frames_take(n);
}

void night_crash(struct night *n, enum night_crash what, int slot, bool fault)
{
    frames_take(n);
    if (what == NIGHT_CRASH_ENGINE) {
        engine_crash(n);
    } else if (what == NIGHT_CRASH_PLANNER) {
        planner_crash(n, slot, fault);
    } else {
        results_sort(n, true, 0);
        take_input(n, (struct input){.kind = IN_COURIER_DIED});
        take_input(n, (struct input){.kind = IN_COURIER_UP});
    }
}

void night_down(struct night *n, int64_t ms)
{
    frames_take(n);
    clock_to(n, n->mono + ms);
    engine_crash(n);
}

void night_forgetful(struct night *n)
{
    frames_take(n);
    n->forgetful = true;
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
        planner_hello(n, slot);
}

void night_hold_turns(struct night *n, bool hold)
{
    n->hold_turns = hold;
    frames_take(n);
}

void night_hold_results(struct night *n, bool hold)
{
    if (n->hold_results != hold)
        results_sort(n, false, hold ? HELD_MS : -HELD_MS);
    n->hold_results = hold;
}

/* ---- looking ---- */

mono_ms night_mono(const struct night *n)
{
    return n->mono;
}

wall_ms night_wall(const struct night *n)
{
    return n->wall;
}

const struct core *night_core(const struct night *n)
{
    return n->core;
}

struct uuid night_incident(const struct night *n, size_t at)
{
    return at < n->incidents_count ? n->incidents[at] : (struct uuid){0};
}

size_t night_incidents(const struct night *n)
{
    return n->incidents_count;
}

const struct model_store *night_store(struct night *n)
{
    rows_keep(n);
    return n->store;
}
