/*
 * engine_planner - the engine's talk with the planners: pins before the first event that needs
 * them, events, the history that a planner asks for, and turns, which are inputs of the core.
 */
#include "engine.h"

#include "base/crash.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    PLANNER_QUIET_MS = 10000,
    LONG_WORK_QUIET_MS = 40000,
    PUNCTUAL_MS = 2000,
    HISTORY_ROWS = 500
};
static const char quiet[] = "no answer in time";

/* A pin's sources, and to which planners of today they were sent. */
struct source {
    char *pin;
    json_t *body; /* a plan: {"name","files","head"}; a site: {"site","channels"} */
    int64_t sent_gen[PLANNER_SLOTS];
};

static struct source *source_find(const struct engine *e, const char *pin)
{
    for (size_t n = 0; pin && n < e->sources_count; n++) {
        if (!strcmp(e->sources[n].pin, pin))
            return &e->sources[n];
    }
    return NULL;
}

const json_t *source_of(const struct engine *e, const char *pin)
{
    const struct source *s = source_find(e, pin);
    return s ? s->body : NULL;
}

void source_add(struct engine *e, const char *pin, const json_t *body)
{
    if (source_find(e, pin))
        return;
    e->sources = mem_grow(e->sources, &e->sources_cap, e->sources_count + 1, sizeof *e->sources);
    e->sources[e->sources_count++] = (struct source){.pin = mem_str(pin), .body = json_share(body)};
}

static void source_done(struct source *s)
{
    free(s->pin);
    json_decref(s->body);
}

void source_drop(struct engine *e, const char *pin)
{
    struct source *s = source_find(e, pin);
    if (!s)
        return;
    source_done(s);
    *s = e->sources[--e->sources_count];
}

void sources_free(struct engine *e)
{
    for (size_t n = 0; n < e->sources_count; n++)
        source_done(&e->sources[n]);
    free(e->sources);
}

void planner_up(struct engine *e, int slot, int64_t gen)
{
    int64_t resident = config_number(e->config, OPT_PLANNER_RESIDENT_BYTES) / SLOT_QUARANTINE;
    AUTO_JSON(hello);
    hello = json_put_str(json_object(), "op", "hello");
    json_put_int(hello, "gen", gen);
    json_put_int(hello, "resident_bytes", resident);
    e->planners[slot] = (struct planner_state){.gen = gen};
    children_send(e->children, (enum child_slot)slot, gen, hello);
    config_planner_up(e);
    engine_input(e, (struct input){.kind = IN_PLANNER_UP, .slot = slot, .gen = gen});
}

static enum planner_end end_of(const struct child_death *d)
{
    if (d->cpu_over)
        return PLANNER_CPU;
    if (d->killed)
        return strcmp(d->killed, quiet) == 0 ? PLANNER_QUIET : PLANNER_ASKED;
    return d->strike ? PLANNER_FAULT : PLANNER_LOST;
}

void planner_died(struct engine *e, const struct child_death *d)
{
    char id[UUID_TEXT];
    int slot = (int)d->slot;
    /* Killed by us for its silence: the machine may have stopped it. Its own timer counts CPU. */
    bool fault = d->strike && !d->killed;
    e->figures.planner_ends[end_of(d)]++;
    AUTO_JSON(body);
    body = json_put_str(json_object(), "fault", fault ? "strike" : "lost");
    json_put_int(body, "signal", d->signal);
    json_put_true(body, "cpu_over", d->cpu_over);
    if (d->has_in_hand)
        json_put(body, "in_hand",
                 json_put_int(json_put_str(json_object(), "incident", uuid_text(d->incident, id)),
                              "cause", d->cause));
    if (e->planners[slot].gen == d->gen)
        e->planners[slot] = (struct planner_state){0};
    verify_planner_died(e, d);
    engine_input(
        e, (struct input){.kind = IN_PLANNER_DIED, .slot = slot, .gen = d->gen, .body = body});
}

/* --- events --- */

static void source_send(struct engine *e, int slot, int64_t gen, const char *pin)
{
    struct source *s = source_find(e, pin);
    if (!s || s->sent_gen[slot] == gen)
        return;
    s->sent_gen[slot] = gen;
    AUTO_JSON(frame);
    frame = json_put_str(json_object(), "op", "pin");
    json_put_str(frame, "pin", pin);
    json_put_str(frame, "plan", json_str(s->body, "name"));
    json_put(frame, "files", json_share(json_at(s->body, "files")));
    children_send(e->children, (enum child_slot)slot, gen, frame);
}

static void event_send(struct engine *e, int slot, int64_t gen, const json_t *frame)
{
    if (e->planners[slot].gen != gen)
        return; /* another generation: the core hands the event out anew */
    source_send(e, slot, gen, json_str(frame, "pin"));
    if (children_send(e->children, (enum child_slot)slot, gen, frame))
        e->planners[slot].under_way++;
}

void planner_ask(struct engine *e, int slot, int64_t gen, const char *pin, const json_t *frame)
{
    source_send(e, slot, gen, pin);
    if (!children_send(e->children, (enum child_slot)slot, gen, frame))
        return;
    e->planners[slot].under_way++;
    e->planners[slot].long_work = true;
}

/* A daemon that stops answers no queries; nothing is wrong with the record then. */
static bool is_stopping(const struct query_result *result)
{
    return result->err == ERR_UNREACHABLE;
}

/* An event whose fact was journalled in an earlier turn: read it there. */
struct event_read {
    struct engine *engine;
    json_t *frame;
    int slot;
    int64_t gen;
};

/* A fact that cannot be read back can be handed to no planner: people are called instead (R4). */
static void event_unreadable(struct event_read *r, const char *why)
{
    AUTO_TEXT(text);
    AUTO_JSON(failed);
    text_addf(&text, "the fact could not be read from the record: %s", why);
    log_error("planner", "incident=%s cause=%lld %s; its fallback is called",
              json_str_or(r->frame, "incident", "?"), (long long)json_int(r->frame, "cause", 0),
              text_str(&text));
    failed = json_put_str(json_object(), "reason", "unreadable");
    json_put_str(failed, "text", text_str(&text));
    json_put(failed, "incident", json_share(json_at(r->frame, "incident")));
    json_put(failed, "gen", json_share(json_at(r->frame, "gen")));
    json_put(failed, "cause", json_share(json_at(r->frame, "cause")));
    engine_input(r->engine, (struct input){.kind = IN_PLAN_FAILED, .body = failed});
}

static void event_was_read(void *ctx, const struct query_result *result)
{
    struct event_read *r = ctx;
    if (is_stopping(result)) {
        /* the next start hands it out anew */
    } else if (result->err || !result->records_count) {
        event_unreadable(r, result->err ? result->why.text : "it is not there");
    } else {
        json_put(r->frame, "ev", json_share(record_at(result->records[0], "ev")));
        event_send(r->engine, r->slot, r->gen, r->frame);
        children_flush(r->engine->children);
    }
    json_decref(r->frame);
    free(r);
}

static void event_release(struct engine *e, struct effect *effect)
{
    if (json_at(effect->body, "ev")) {
        event_send(e, effect->slot, effect->gen, effect->body);
        return;
    }
    struct event_read *r = mem_new(1, sizeof *r);
    *r = (struct event_read){e, json_incref(effect->body), effect->slot, effect->gen};
    struct query q = {.kind = QUERY_TIMELINE,
                      .incident = effect->incident,
                      .after = effect->cause - 1,
                      .upto = effect->cause,
                      .limit = 1};
    e->port->query(e->port->ctx, &q, event_was_read, r);
}

void planner_release(struct engine *e, struct effect *effect)
{
    enum child_slot slot = (enum child_slot)effect->slot;
    char id[UUID_TEXT];
    AUTO_JSON(frame);
    if (effect->kind == EFFECT_EVENT) {
        event_release(e, effect);
    } else if (effect->kind == EFFECT_KILL) {
        children_kill(e->children, slot, effect->gen, effect->why);
        children_unwant(e->children, slot);
    } else if (effect->kind == EFFECT_WANT) {
        children_want(e->children, slot);
    } else {
        frame = json_put_str(json_put_str(json_object(), "op", "drop"), "incident",
                             uuid_text(effect->incident, id));
        children_send(e->children, slot, 0, frame);
    }
}

/* --- history --- */

struct history {
    struct engine *engine;
    struct uuid incident;
    int slot;
    int64_t gen;
    int64_t upto, cause;
};

static void history_ask(struct history *h, int64_t have);

static void history_read(void *ctx, const struct query_result *result)
{
    struct history *h = ctx;
    char id[UUID_TEXT];
    if (is_stopping(result)) {
        free(h);
        return;
    }
    if (result->err) {
        log_error("planner",
                  "incident=%s its history could not be read: %s; the planner is restarted",
                  uuid_text(h->incident, id), result->why.text);
        children_kill(h->engine->children, (enum child_slot)h->slot, h->gen, "history unreadable");
        free(h);
        return;
    }
    json_t *rows = json_array();
    for (size_t n = 0; n < result->records_count; n++) {
        json_t *row = record_for_planner(result->records[n], h->cause);
        if (row)
            json_array_append_new(rows, row);
    }
    AUTO_JSON(frame);
    frame = json_put_str(json_object(), "op", "history");
    json_put_int(frame, "gen", h->gen);
    json_put_str(frame, "incident", uuid_text(h->incident, id));
    json_put(frame, "rows", rows);
    json_put(frame, "more", json_boolean(result->more));
    h->engine->planners[h->slot].long_work = true;
    children_send(h->engine->children, (enum child_slot)h->slot, h->gen, frame);
    children_flush(h->engine->children);
    if (result->more && result->records_count)
        history_ask(h, result->records[result->records_count - 1]->seq);
    else
        free(h);
}

static void history_ask(struct history *h, int64_t have)
{
    struct query q = {.kind = QUERY_TIMELINE,
                      .incident = h->incident,
                      .after = have,
                      .upto = h->upto,
                      .limit = HISTORY_ROWS};
    h->engine->port->query(h->engine->port->ctx, &q, history_read, h);
}

static void planner_needs(struct engine *e, int slot, int64_t gen, const json_t *frame)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(frame, "incident", ""), &id))
        return;
    int64_t upto;
    int64_t cause = core_event_history(e->core, id, &upto);
    if (!cause)
        return;
    struct history *h = mem_new(1, sizeof *h);
    *h = (struct history){
        .engine = e, .incident = id, .slot = slot, .gen = gen, .upto = upto, .cause = cause};
    int64_t have = json_int(frame, "have", 0), since = core_run_since(e->core, id) - 1;
    history_ask(h, have > since ? have : since);
}

/* --- what they say --- */

void planner_frame_in(struct engine *e, int slot, int64_t gen, const json_t *frame)
{
    struct planner_state *p = &e->planners[slot];
    struct uuid id = {0};
    uuid_parse(json_str_or(frame, "incident", ""), &id);
    p->quiet_ms = 0;
    p->long_work = false;
    if (frame_is(frame, "need")) {
        planner_needs(e, slot, gen, frame);
    } else if (frame_is(frame, "turn") || frame_is(frame, "failed")) {
        if (p->under_way)
            p->under_way--;
        engine_input(e, (struct input){.kind = frame_is(frame, "turn") ? IN_TURN : IN_PLAN_FAILED,
                                       .incident = id,
                                       .slot = slot,
                                       .gen = gen,
                                       .body = frame});
    } else if (frame_is(frame, "checked")) {
        config_checked(e, slot, gen, frame);
    } else if (frame_is(frame, "verified")) {
        verify_frame(e, slot, gen, frame);
    }
}

/*
 * A planner that says nothing for 10 s (40 s in a replay or check, which may compute for 30 s)
 * while something is under way is killed and started anew; it counts as lost, not as the plan's
 * fault. Seconds in which this engine itself was late are not counted: then the machine is busy or
 * was stopped.
 */
void planner_watch(struct engine *e, int64_t passed_ms)
{
    for (int slot = 0; slot < PLANNER_SLOTS; slot++) {
        struct planner_state *p = &e->planners[slot];
        if (!p->gen || !p->under_way || passed_ms > PUNCTUAL_MS) {
            p->quiet_ms = 0;
            continue;
        }
        p->quiet_ms += passed_ms;
        if (p->quiet_ms < (p->long_work ? LONG_WORK_QUIET_MS : PLANNER_QUIET_MS))
            continue;
        p->quiet_ms = 0;
        log_warn("planner", "planner%d has said nothing for too long, it is started again", slot);
        children_kill(e->children, (enum child_slot)slot, p->gen, quiet);
    }
}
