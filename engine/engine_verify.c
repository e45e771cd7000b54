/*
 * engine_verify - after a start with another binary or another Lua every live run is replayed in
 * the background, by a planner that has nothing else to do, a page of its record at a time.
 *
 *     next --an idle planner--> page read --> sent --"verified", more--> page read --> …
 *                                                  --"verified"--> next
 *                               the planner died --> the same run again; twice by its fault: failed
 *     the last one --> what diverged is told --> plans_verified; a stop before begins anew
 *
 * Nothing waits for it. A run that takes a turn meanwhile is replayed for that turn by its own
 * planner, and what is found here of it counts no more.
 */
#include "engine.h"

#include "base/log.h"
#include "world/driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FIRST_MS = 1000, /* a start has more urgent things to do */
    NEXT_MS = 2,     /* between two runs: whoever waits comes in between */
    BUSY_MS = 50,    /* until an idle planner is looked for again */
    PAGE_ROWS = 200,
    STRIKES_MOST = 2,
    LOSSES_MOST = 10,
    TELL_AFTER_MS = 5000, /* what diverged does not wait for the last of a hundred thousand */
    TELL_AT = 200,
    NAMED_MAX = 20 /* of those that failed, to whoever asks; all of them are in the record */
};

struct verify {
    char *driver;
    struct uuid *runs;
    size_t count, next; /* next: the one under way, or to come */
    struct core_run run;
    int64_t after; /* seq of the last row that was sent */
    bool begun;    /* its first page was sent */
    bool reading;  /* the store is asked for a page */
    int slot;      /* who has it; -1: nobody */
    int64_t gen;
    bool more;
    int strikes, losses;
    json_t *diverged; /* not yet told: a list for IN_DIVERGED */
    json_t *named;    /* ids of those that failed, at most NAMED_MAX */
    int64_t diverged_since_ms;
    bool over;                      /* all that was found is told */
    int64_t verified, failed, left; /* left: it ended, or took a turn, meanwhile */
    struct loop_timer *timer;
};

static void look_again(struct verify *v, int64_t in_ms)
{
    loop_timer_set(v->timer, in_ms);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what is found ---- */

static void diverged_tell(struct engine *e)
{
    struct verify *v = e->verify;
    AUTO_JSON(body);
    if (!json_array_size(v->diverged))
        return;
    body = json_put(json_object(), "runs", v->diverged);
    v->diverged = json_array();
    engine_input(e, (struct input){.kind = IN_DIVERGED, .body = body});
}

static void run_over(struct engine *e, int64_t in_ms)
{
    struct verify *v = e->verify;
    v->next++;
    v->begun = v->reading = v->more = false;
    v->slot = -1;
    v->strikes = v->losses = 0;
    look_again(v, in_ms);
}

static void run_failed(struct engine *e, const char *reason, const char *text, const char *where)
{
    struct verify *v = e->verify;
    char id[UUID_TEXT];
    uuid_text(v->runs[v->next], id);
    log_error("verify", "incident=%s %s: %s; its fallback is called", id, reason, text);
    json_t *one = json_put_str(json_object(), "incident", id);
    if (json_array_size(v->named) < NAMED_MAX)
        json_array_append_new(v->named, json_string(id));
    json_put_int(one, "upto", v->run.upto);
    json_put_str(json_put_str(one, "reason", reason), "text", text);
    json_array_append_new(v->diverged, json_put_str(one, "where", where));
    if (v->failed++ == 0 || json_array_size(v->diverged) == 1)
        v->diverged_since_ms = now_ms();
    run_over(e, NEXT_MS);
}

static void all_done(struct engine *e)
{
    struct verify *v = e->verify;
    AUTO_JSON(body);
    diverged_tell(e);
    v->over = true;
    log_info("verify",
             "driver=\"%s\" every live run was replayed: %" PRId64 " as recorded, %" PRId64
             " differ, %" PRId64 " ended meanwhile",
             v->driver, v->verified, v->failed, v->left);
    body = json_put_str(json_object(), "driver", v->driver);
    json_put_int(body, "diverged", v->failed);
    json_put_int(body, "incidents", v->verified + v->failed);
    engine_input(e, (struct input){.kind = IN_VERIFIED, .body = body});
}

/* ---- a page ---- */

static bool is_idle(const struct engine *e, int slot)
{
    return e->planners[slot].gen && !e->planners[slot].under_way;
}

static int slot_choose(const struct engine *e)
{
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++) {
        if (is_idle(e, slot))
            return slot;
    }
    return -1;
}

static void page_send(struct engine *e, const struct query_result *result)
{
    struct verify *v = e->verify;
    char id[UUID_TEXT];
    AUTO_JSON(frame);
    json_t *rows = json_array();
    for (size_t n = 0; n < result->records_count; n++) {
        json_t *row = record_for_planner(result->records[n], v->run.upto);
        if (row)
            json_array_append_new(rows, row);
        v->after = result->records[n]->seq;
    }
    frame = json_put_str(json_object(), "op", "verify");
    json_put_int(frame, "gen", v->gen);
    json_put_str(frame, "incident", uuid_text(v->runs[v->next], id));
    json_put_str(json_put_str(frame, "pin", v->run.pin), "seed", v->run.seed);
    json_put(frame, "first", json_boolean(!v->begun));
    json_put(frame, "more", json_boolean(result->more && result->records_count));
    json_put(frame, "rows", rows);
    v->begun = true;
    planner_ask(e, v->slot, v->gen, v->run.pin, frame);
}

static void rows_read(void *ctx, const struct query_result *result)
{
    struct engine *e = ctx;
    struct verify *v = e->verify;
    v->reading = false;
    if (result->err == ERR_UNREACHABLE)
        return; /* the daemon stops; the next start begins anew */
    if (v->slot < 0 || e->planners[v->slot].gen != v->gen) {
        v->begun = false; /* it died meanwhile */
        v->slot = -1;
        look_again(v, BUSY_MS);
    } else if (result->err) {
        run_failed(e, "unreadable", result->why.text, "");
    } else {
        page_send(e, result);
        children_flush(e->children);
    }
}

static void page_ask(struct engine *e)
{
    struct verify *v = e->verify;
    struct query q = {.kind = QUERY_TIMELINE,
                      .incident = v->runs[v->next],
                      .after = v->begun ? v->after : v->run.since - 1,
                      .upto = v->run.upto,
                      .limit = PAGE_ROWS};
    v->reading = true;
    e->port->query(e->port->ctx, &q, rows_read, e);
}

/* ---- one after the other ---- */

static bool may_begin(const struct engine *e)
{
    return e->ready && !e->draining && !e->check && slot_choose(e) >= 0;
}

static void run_begin(struct engine *e)
{
    struct verify *v = e->verify;
    if (!core_run(e->core, v->runs[v->next], &v->run)) {
        v->left++;
        run_over(e, 0);
        return;
    }
    v->begun = false;
    v->slot = slot_choose(e);
    v->gen = e->planners[v->slot].gen;
    page_ask(e);
}

static void tick(void *ctx)
{
    struct engine *e = ctx;
    struct verify *v = e->verify;
    bool late = json_array_size(v->diverged) && now_ms() - v->diverged_since_ms > TELL_AFTER_MS;
    if (e->draining || v->reading)
        return;
    if (late || json_array_size(v->diverged) >= TELL_AT)
        diverged_tell(e);
    if (v->slot >= 0 && v->more) {
        v->more = false;
        page_ask(e);
    } else if (v->slot >= 0) {
        return; /* its answer is awaited */
    } else if (v->next == v->count) {
        all_done(e);
    } else if (may_begin(e)) {
        run_begin(e);
    } else {
        look_again(v, BUSY_MS);
    }
}

void verify_frame(struct engine *e, int slot, int64_t gen, const json_t *frame)
{
    struct verify *v = e->verify;
    struct uuid id;
    if (e->planners[slot].gen == gen && e->planners[slot].under_way)
        e->planners[slot].under_way--;
    if (!v || v->slot != slot || v->gen != gen || v->next == v->count ||
        !uuid_parse(json_str_or(frame, "incident", ""), &id) || uuid_cmp(id, v->runs[v->next]) != 0)
        return;
    if (!json_bool(frame, "ok")) {
        run_failed(e, json_str_or(frame, "reason", "diverged"), json_str_or(frame, "text", "?"),
                   json_str_or(frame, "where", ""));
    } else if (json_bool(frame, "more")) {
        v->more = true;
        look_again(v, is_idle(e, slot) ? 0 : NEXT_MS);
    } else {
        v->verified++;
        run_over(e, NEXT_MS);
    }
}

/* Its own plan did that, or not; a plan that ends its process twice is not tried a third time. */
void verify_planner_died(struct engine *e, const struct child_death *d)
{
    struct verify *v = e->verify;
    if (!v || v->slot != (int)d->slot || v->gen != d->gen || v->next == v->count)
        return;
    bool mine = d->has_in_hand && uuid_cmp(d->incident, v->runs[v->next]) == 0 && d->cause == 0;
    if (mine && d->strike && !d->killed)
        v->strikes++;
    else
        v->losses++;
    if (v->strikes >= STRIKES_MOST || v->losses >= LOSSES_MOST) {
        run_failed(e, "struck",
                   d->cpu_over ? "its replay used up the processor time of its process"
                               : "its replay ended its process again and again",
                   "");
        return;
    }
    v->slot = -1;
    v->more = v->begun = false;
    if (!v->reading)
        look_again(v, BUSY_MS);
}

/* ---- said ---- */

/* Of those that failed, which are not over: whoever is on duty works them by the paper plan. */
static json_t *open_ones(const struct engine *e)
{
    json_t *list = json_array(), *id;
    size_t n;
    json_array_foreach(e->verify->named, n, id)
    {
        struct uuid incident = {0};
        uuid_parse(json_string_value(id), &incident);
        if (core_incident_open(e->core, incident))
            json_array_append(list, id);
    }
    return list;
}

json_t *verify_json(const struct engine *e)
{
    const struct verify *v = e->verify;
    if (!v)
        return NULL;
    json_t *o = json_put_str(json_object(), "driver", v->driver);
    json_put_int(o, "runs", (int64_t)v->count);
    json_put_int(o, "done", (int64_t)v->next);
    json_put_int(o, "diverged", v->failed);
    json_put(o, "open", open_ones(e));
    return json_put(o, "running", json_boolean(!v->over));
}

void verify_metrics(const struct engine *e, struct exposition *to)
{
    const struct verify *v = e->verify;
    exposition_family(to, EXPOSITION_GAUGE, "muster_verify_runs",
                      "Live runs of plans after a start with another program or Lua: waiting to be "
                      "replayed, the same as recorded, or diverged.");
    exposition_label(to, "state", "waiting");
    exposition_int(to, v ? (int64_t)(v->count - v->next) : 0);
    exposition_label(to, "state", "same");
    exposition_int(to, v ? v->verified : 0);
    exposition_label(to, "state", "diverged");
    exposition_int(to, v ? v->failed : 0);
}

/* ---- life ---- */

void verify_driver(struct text *to)
{
    driver_name(MUSTER_VERSION, to);
}

void verify_new(struct engine *e)
{
    AUTO_TEXT(driver);
    struct uuid *runs = NULL;
    verify_driver(&driver);
    size_t count = core_unverified(e->core, text_str(&driver), &runs);
    if (!count) {
        free(runs);
        return;
    }
    e->verify = mem_new(1, sizeof *e->verify);
    *e->verify = (struct verify){.driver = text_take(&driver),
                                 .runs = runs,
                                 .count = count,
                                 .slot = -1,
                                 .diverged = json_array(),
                                 .named = json_array(),
                                 .timer = loop_timer_new(e->loop, tick, e)};
    log_info("verify",
             "the program or its Lua is another one than before: %zu live runs of plans are "
             "replayed in the background",
             count);
    look_again(e->verify, FIRST_MS);
}

void verify_free(struct engine *e)
{
    struct verify *v = e->verify;
    if (!v)
        return;
    loop_timer_free(v->timer);
    json_decref(v->diverged);
    json_decref(v->named);
    free(v->driver);
    free(v->runs);
    free(v);
}
