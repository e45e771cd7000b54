#include "plan/planner.h"

#include "base/text.h"
#include "plan/check.h"
#include "plan/pin.h"
#include "plan/replay.h"
#include "plan/run.h"
#include "plan/verify.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

const struct planner_config planner_config_default = {
    .limits = {.bytes_max = (size_t)4 << 20, .instructions_max = 2000000},
    .replay_instructions_max = INT64_C(1000000000),
    .resident_bytes = (size_t)32 << 20,
};

/* An incident that is here. */
struct held {
    char *incident;
    struct run *run;
    struct replay replay;
    json_t *event; /* waits for the history; NULL: nothing waits */
    size_t bytes;
    TAILQ_ENTRY(held) used;
};

TAILQ_HEAD(held_list, held);

struct planner {
    struct planner_config config;
    struct planner_hooks hooks;
    int64_t gen;
    struct pins pins;
    void *index;           /* tsearch by incident */
    struct held_list used; /* the least recently used first */
    struct verify verify;
    size_t count;
    size_t bytes;
};

/* ---- what is here ---- */

static int compare_held(const void *a, const void *b)
{
    const struct held *x = a;
    const struct held *y = b;

    return strcmp(x->incident, y->incident);
}

static struct held *held_find(const struct planner *p, const char *incident)
{
    struct held key = {.incident = mem_str(incident)};
    struct held **found = tfind(&key, &p->index, compare_held);

    free(key.incident);
    return found ? *found : NULL;
}

static struct held *held_new(struct planner *p, const char *incident, struct run *takes)
{
    struct held *h = mem_new(1, sizeof(*h));

    h->incident = mem_str(incident);
    h->run = takes;
    if (!tsearch(h, &p->index, compare_held))
        abort(); /* without memory */
    TAILQ_INSERT_TAIL(&p->used, h, used);
    p->count++;
    return h;
}

static void held_drop(struct planner *p, struct held *h)
{
    tdelete(h, &p->index, compare_held);
    TAILQ_REMOVE(&p->used, h, used);
    p->count--;
    p->bytes -= h->bytes;
    run_free(h->run);
    replay_done(&h->replay);
    json_decref(h->event);
    free(h->incident);
    free(h);
}

/* It was used just now: count what it holds. */
static void held_touch(struct planner *p, struct held *h)
{
    p->bytes -= h->bytes;
    h->bytes = run_bytes(h->run);
    p->bytes += h->bytes;
    TAILQ_REMOVE(&p->used, h, used);
    TAILQ_INSERT_TAIL(&p->used, h, used);
}

/* Passivate: the least recently used go, but for those whose history is on its way. */
static void make_room(struct planner *p)
{
    struct held *h = TAILQ_FIRST(&p->used);

    while (h && p->bytes > p->config.resident_bytes) {
        struct held *next = TAILQ_NEXT(h, used);

        if (!h->event)
            held_drop(p, h);
        h = next;
    }
}

struct planner *planner_new(const struct planner_config *config, const struct planner_hooks *hooks)
{
    struct planner *p = mem_new(1, sizeof(*p));

    p->config = *config;
    p->hooks = *hooks;
    TAILQ_INIT(&p->used);
    return p;
}

void planner_free(struct planner *p)
{
    if (!p)
        return;
    while (!TAILQ_EMPTY(&p->used))
        held_drop(p, TAILQ_FIRST(&p->used));
    verify_drop(&p->verify);
    pins_done(&p->pins);
    free(p);
}

size_t planner_runs(const struct planner *p)
{
    return p->count;
}

size_t planner_bytes(const struct planner *p)
{
    return p->bytes;
}

/* ---- frames out ---- */

static json_t *answer(const struct planner *p, const char *op, const char *incident)
{
    json_t *frame = json_put_str(json_object(), "op", op);

    json_put_int(frame, "gen", p->gen);
    return json_put_str(frame, "incident", incident);
}

static void send(struct planner *p, json_t *takes)
{
    p->hooks.send(p->hooks.ctx, takes);
    json_decref(takes);
}

static void send_failed(struct planner *p, const char *incident, int64_t cause,
                        const struct run_fault *fault)
{
    json_t *frame = answer(p, "failed", incident);

    json_put_int(frame, "cause", cause);
    json_put_str(frame, "reason", fault->reason);
    json_put_str(frame, "text", fault->text);
    send(p, json_put_str(frame, "where", fault->where));
}

static void send_turn(struct planner *p, const struct run *r, const json_t *event, json_t *takes)
{
    json_t *frame = answer(p, "turn", r->incident);
    json_t *used = json_put_int(json_object(), "instructions", sandbox_used(r->sb));

    json_put_int(used, "bytes", (int64_t)sandbox_bytes_peak(r->sb));
    json_put(frame, "used", used);
    json_put_str(frame, "plan", r->pin->plan);
    json_put_int(frame, "cause", r->cause);
    json_put_int(frame, "prev", json_int(event, "prev", 0));
    json_put_int(frame, "t", r->t);
    json_put_int(frame, "m", r->m);
    json_object_update(frame, takes);
    json_decref(takes);
    send(p, frame);
}

static void send_need(struct planner *p, const struct held *h)
{
    send(p, json_put_int(answer(p, "need", h->incident), "have", h->replay.have));
}

static void work_begins(const struct planner *p,
                        void (*begin)(void *ctx, const char *incident, int64_t cause),
                        const struct held *h, const json_t *event)
{
    if (begin)
        begin(p->hooks.ctx, h->incident, json_int(event, "cause", 0));
}

static void work_ends(const struct planner *p)
{
    if (p->hooks.turn_end)
        p->hooks.turn_end(p->hooks.ctx);
}

/* ---- a turn ---- */

static void fail(struct planner *p, struct held *h, const json_t *event)
{
    send_failed(p, h->incident, json_int(event, "cause", 0), &h->run->fault);
    held_drop(p, h);
}

/* The facts that made no turn, then the event. */
static void take_turn(struct planner *p, struct held *h, const json_t *event)
{
    json_t *turn = NULL;
    const json_t *ev = json_at(event, "ev");
    struct run_turn when = {
        .cause = json_int(event, "cause", 0),
        .t = json_int(event, "t", 0),
        .m = json_int(event, "m", 0),
        .instructions_max = p->config.limits.instructions_max,
    };

    work_begins(p, p->hooks.turn_begin, h, event);
    sandbox_set_bytes_max(h->run->sb, p->config.limits.bytes_max);
    replay_facts(&h->replay, h->run, when.cause - 1);
    run_fact(h->run, when.cause, ev);
    bool ok = run_turn(h->run, &when, ev, &turn);
    work_ends(p);
    if (!ok) {
        fail(p, h, event);
        return;
    }
    h->replay.have = when.cause;
    send_turn(p, h->run, event, turn);
    held_touch(p, h);
    make_room(p);
}

/* A run at its beginning. NULL: the event cannot be run, and that was said. */
static struct held *held_begin(struct planner *p, const json_t *event, struct why *why)
{
    struct run_fault fault = {.reason = "error"};
    const char *incident = json_str(event, "incident");
    struct pin *pin = pins_find(&p->pins, json_str_or(event, "pin", ""));
    struct run *run = NULL;

    if (!pin) {
        why_set(why, ERR_INVALID, "the files of the plan were not sent before its first event");
        memcpy(fault.text, why->text, sizeof(fault.text));
        send_failed(p, incident, json_int(event, "cause", 0), &fault);
        return NULL;
    }
    if (run_new(incident, pin, json_str_or(event, "seed", ""), &p->config.limits, &run, why))
        return NULL;
    run_look_on(run, &p->hooks.onlooker);
    return held_new(p, incident, run);
}

static enum err on_event(struct planner *p, const json_t *event, struct why *why)
{
    const char *incident = json_str(event, "incident");
    int64_t prev = json_int(event, "prev", -1);
    int64_t cause = json_int(event, "cause", -1);
    int64_t prev_cause = json_int(event, "prev_cause", -1);

    if (!incident || prev < 0 || prev_cause < 0 || cause <= prev_cause ||
        !json_is_object(json_at(event, "ev")))
        return why_set(why, ERR_INVALID, "frame event: a member is missing or makes no sense");
    struct held *h = held_find(p, incident);
    if (h && (h->event || h->run->cause != prev_cause)) {
        held_drop(p, h); /* not where the engine is */
        h = NULL;
    }
    bool here = h || prev == 0;
    if (!h && !(h = held_begin(p, event, why)))
        return pins_find(&p->pins, json_str_or(event, "pin", "")) ? ERR_INVALID : ERR_OK;
    if (here && !json_bool(event, "gap")) {
        take_turn(p, h, event);
        return ERR_OK;
    }
    h->event = json_share(event);
    send_need(p, h);
    return ERR_OK;
}

static struct replay_limits replay_limits(const struct planner *p)
{
    return (struct replay_limits){
        .turn_instructions_max = 2 * p->config.limits.instructions_max,
        .instructions_max = p->config.replay_instructions_max,
    };
}

static enum err on_history(struct planner *p, const json_t *frame, struct why *why)
{
    const char *incident = json_str(frame, "incident");
    const json_t *rows = json_at(frame, "rows");

    if (!incident || !json_is_array(rows))
        return why_set(why, ERR_INVALID, "frame history: a member is missing");
    struct held *h = held_find(p, incident);
    if (!h || !h->event)
        return ERR_OK; /* dropped meanwhile */

    struct replay_limits limits = replay_limits(p);
    bool ok = true;
    work_begins(p, p->hooks.replay_begin, h, h->event);
    sandbox_set_bytes_max(h->run->sb, p->config.limits.bytes_max + p->config.limits.bytes_max / 4);
    for (size_t i = 0; ok && i < json_array_size(rows); i++)
        ok = replay_row(&h->replay, h->run, json_array_get(rows, i), &limits);
    work_ends(p);

    if (ok && json_bool(frame, "more"))
        return ERR_OK;
    AUTO_JSON(event);
    event = h->event;
    h->event = NULL;
    h->replay.instructions = 0;
    if (ok)
        take_turn(p, h, event);
    else
        fail(p, h, event);
    return ERR_OK;
}

static enum err on_verify(struct planner *p, const json_t *frame, struct why *why)
{
    const char *incident = json_str_or(frame, "incident", "");
    struct replay_limits limits = replay_limits(p);
    AUTO_JSON(outcome);

    if (p->hooks.replay_begin)
        p->hooks.replay_begin(p->hooks.ctx, incident, 0); /* it has no cause: it is no turn */
    enum err e =
        verify_page(&p->verify, &p->pins, frame, &p->config.limits, &limits, &outcome, why);
    work_ends(p);
    if (e)
        return e;
    json_t *reply = answer(p, "verified", incident);
    json_object_update(reply, outcome);
    send(p, reply);
    return ERR_OK;
}

static void on_drop(struct planner *p, const json_t *frame)
{
    const char *incident = json_str(frame, "incident");
    struct held *h = incident ? held_find(p, incident) : NULL;

    if (h)
        held_drop(p, h);
}

static void on_hello(struct planner *p, const json_t *frame)
{
    int64_t bytes = json_int(frame, "resident_bytes", 0);

    p->gen = json_int(frame, "gen", 0);
    if (bytes > 0)
        p->config.resident_bytes = (size_t)bytes;
    make_room(p);
}

enum err planner_frame(struct planner *p, const json_t *frame, struct why *why)
{
    const char *op = json_str_or(frame, "op", "");

    if (json_at(frame, "gen") && strcmp(op, "hello") != 0 && json_int(frame, "gen", 0) != p->gen)
        return ERR_OK; /* meant for the process before this one */
    if (strcmp(op, "event") == 0)
        return on_event(p, frame, why);
    if (strcmp(op, "history") == 0)
        return on_history(p, frame, why);
    if (strcmp(op, "verify") == 0)
        return on_verify(p, frame, why);
    if (strcmp(op, "pin") == 0)
        return pins_add(&p->pins, frame, why);
    if (strcmp(op, "drop") == 0)
        on_drop(p, frame);
    else if (strcmp(op, "hello") == 0)
        on_hello(p, frame);
    else if (strcmp(op, "check") == 0)
        send(p, check_set(frame));
    else
        return why_set(why, ERR_INVALID, "there is no frame \"%s\" for a planner", op);
    return ERR_OK;
}
