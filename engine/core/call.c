#include "core/call.h"

#include "core/alarm.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"

#include <stdlib.h>
#include <string.h>

enum { DUTY_ROOM_AGAIN_MS = 5 * 60 * 1000 };

/* One rung of a call, as it stands with today's site. */
struct step_rung {
    struct rung rung; /* people, owned */
    int64_t within_ms;
};

struct ladder {
    struct step_rung *at;
    size_t count, cap;
};

static void ladder_done(struct ladder *l)
{
    for (size_t i = 0; i < l->count; i++)
        rung_done(&l->at[i].rung);
    free(l->at);
}

static void ladder_add(struct core *c, const struct call *call, const json_t *to, int64_t within_ms,
                       struct ladder *l)
{
    struct rungs found = {0};
    site_resolve(c->site->site, to, NULL, call->incident->drill, &found);
    for (size_t i = 0; i < found.count; i++) {
        l->at = mem_grow(l->at, &l->cap, l->count + 1, sizeof *l->at);
        l->at[l->count++] = (struct step_rung){found.at[i], within_ms};
    }
    free(found.at); /* the rungs themselves moved */
}

/* The rungs of the call: the spec's own, else its target's, each in its order. */
static void ladder_of(struct core *c, const struct call *call, struct ladder *l)
{
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    if (!c->site)
        return;
    int64_t within_ms = json_int(spec, "within_ms", DUTY_ROOM_AGAIN_MS);
    const json_t *rungs = json_at(spec, "rungs");
    if (!json_array_size(rungs)) {
        ladder_add(c, call, json_at(spec, "to"), within_ms, l);
        return;
    }
    size_t n;
    json_t *rung;
    json_array_foreach(rungs, n, rung)
        ladder_add(c, call, json_at(rung, "to"), json_int(rung, "within_ms", within_ms), l);
}

struct call *call_find(const struct incident *i, const char *step)
{
    struct call *call;
    LIST_FOREACH(call, &i->calls, link)
    {
        if (!strcmp(call->step, step))
            return call;
    }
    return NULL;
}

static struct call *call_new(struct incident *i, const char *step)
{
    struct call *call = mem_new(1, sizeof *call);
    call->incident = i;
    call->step = mem_str(step);
    call->rung = -1;
    call->timer =
        (struct timer){.kind = TIMER_CALL, .owner = call, .incident = &i->id, .step = call->step};
    LIST_INSERT_HEAD(&i->calls, call, link);
    return call;
}

struct call *call_start(struct core *c, struct incident *i, const char *step, json_t *takes_spec)
{
    struct call *call = call_find(i, step);
    if (call)
        call_drop(c, call);
    call = call_new(i, step);
    kept_set(&call->spec, takes_spec);
    return call;
}

void call_drop(struct core *c, struct call *call)
{
    timer_clear(&c->timers, &call->timer);
    LIST_REMOVE(call, link);
    free(call->step);
    free(call->spec);
    free(call->asked);
    free(call);
}

bool call_asked(const struct call *call, const char *person)
{
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    size_t n;
    json_t *one;
    json_array_foreach(asked, n, one)
    {
        if (!strcmp(json_str_or(one, "id", ""), person))
            return true;
    }
    return false;
}

static json_t *call_json(const struct call *call)
{
    json_t *o = json_put_str(json_object(), "step", call->step);
    json_put(o, "spec", kept_json(call->spec));
    json_put(o, "asked", kept_json(call->asked));
    json_put_int(o, "rung", call->rung);
    json_put_int(o, "round", call->round);
    json_put_int(o, "turn", call->turn_seq);
    json_put_int(o, "cause", call->cause_seq);
    json_put_true(o, "forever", call->forever);
    if (call->timer.at)
        json_put_int(o, "due", call->timer.due);
    return o;
}

static int call_step_order(const void *a, const void *b)
{
    return strcmp((*(struct call *const *)a)->step, (*(struct call *const *)b)->step);
}

json_t *calls_json(const struct incident *i)
{
    json_t *list = json_array();
    if (LIST_EMPTY(&i->calls))
        return list;
    struct call *call, **sorted = NULL;
    size_t count = 0, cap = 0;
    LIST_FOREACH(call, &i->calls, link)
    {
        sorted = mem_grow(sorted, &cap, count + 1, sizeof(void *));
        sorted[count++] = call;
    }
    qsort(sorted, count, sizeof *sorted, call_step_order);
    for (size_t n = 0; n < count; n++)
        json_array_append_new(list, call_json(sorted[n]));
    free(sorted);
    return list;
}

void call_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    struct call *call = call_new(i, json_str_or(kept, "step", ""));
    call->spec = kept_text(json_at(kept, "spec"));
    call->asked = kept_text(json_at(kept, "asked"));
    call->rung = (int)json_int(kept, "rung", -1);
    call->round = (int)json_int(kept, "round", 0);
    call->turn_seq = json_int(kept, "turn", 0);
    call->cause_seq = json_int(kept, "cause", 0);
    call->forever = json_bool(kept, "forever");
    int64_t due = json_int(kept, "due", -1);
    if (due >= 0)
        timer_set(&c->timers, &call->timer, due);
}

/* --- deciding --- */

/* Position of the next rung that has people. false: none is left in this round or any other. */
static bool ladder_climb(const struct ladder *l, int rounds, int *rung, int *round)
{
    for (; *round < rounds; (*round)++, *rung = -1) {
        while (++*rung < (int)l->count) {
            if (l->at[*rung].rung.count)
                return true;
        }
    }
    return false;
}

/* Was this person asked by the rung that rings now? */
static bool asked_now(const struct call *call, const json_t *one)
{
    return json_int(one, "rung", -1) == call->rung && json_int(one, "round", 0) == call->round;
}

/* People of the rung just left, for the event `silent`. */
static json_t *call_people_now(const struct call *call)
{
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    json_t *people = json_array();
    size_t n;
    json_t *one;
    json_array_foreach(asked, n, one)
    {
        if (asked_now(call, one))
            json_array_append_new(people, json_copy(one));
    }
    return people;
}

static void call_ring(struct core *c, struct call *call, const struct step_rung *rung, int index,
                      int round, const char *why, bool forever)
{
    struct incident *i = call->incident;
    json_t *people = json_array();
    for (size_t n = 0; n < rung->rung.count; n++)
        json_array_append_new(people, json_string(rung->rung.at[n].id));
    json_t *body = json_put_str(json_object(), "step", call->step);
    json_put_int(body, "rung", index);
    json_put_int(body, "round", round);
    json_put_int(body, "due", c->in->mono + rung->within_ms);
    json_put_int(body, "within_ms", rung->within_ms);
    json_put_str(body, "why", why);
    json_put_true(body, "forever", forever);
    json_put(body, "people", people);
    json_t *sealed = json_object();
    if (call->rung >= 0) {
        AUTO_JSON(silent);
        silent = call_people_now(call);
        json_t *ev = plan_event("silent", NULL, c->in->wall);
        json_put_str(ev, "call", call->step);
        json_put_int(ev, "rung", call->rung + 1);
        json_put(ev, "people", json_incref(silent));
        json_put(sealed, "ev", ev);
    }
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    json_put(sealed, "at", json_share(json_object_get(spec, "at")));
    core_emit(c, REC_CALL_RUNG, i, (struct emit){.body = body, .sealed = sealed});
    for (size_t n = 0; n < rung->rung.count; n++)
        notice_queue(c, i,
                     &(struct notice_order){.step = call->step,
                                            .person = &rung->rung.at[n],
                                            .text = json_at(spec, "text"),
                                            .type = json_str_or(spec, "type", "muster.call"),
                                            .within_ms = rung->within_ms,
                                            .rung = index,
                                            .round = round});
}

/* Nobody is left to call: the plan is told; the fallback goes on with the duty room, for ever. */
static void call_expire(struct core *c, struct call *call, const char *why)
{
    struct incident *i = call->incident;
    AUTO_JSON(step);
    step = json_string(call->step);
    json_t *steps = json_pack("[O]", step);
    json_t *ev = plan_event("expired", steps, c->in->wall);
    json_array_append_new(json_object_get(ev, "names"), json_string("silent"));
    json_put_str(ev, "call", call->step);
    json_put(ev, "people", call_people_now(call));
    json_t *body = json_put_str(json_put_str(json_object(), "step", call->step), "why", why);
    char *copy = mem_str(call->step);
    core_emit(c, REC_CALL_EXPIRED, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "ev", ev)});
    notice_recall_step(c, i, copy);
    free(copy);
    plan_kick(c, i);
}

/*
 * The duty room, where nobody else is left (rules R4 and R7): seat after seat for the fallback, its
 * first seat for a call without people. The fallback rings on even where the site has no duty room
 * that can be reached, so that it is never forgotten. false: nobody was called.
 */
static bool call_duty_room(struct core *c, struct call *call, const char *why)
{
    bool fallback = !strcmp(call->step, CALL_FALLBACK);
    struct rungs found = {0};
    if (c->site)
        site_resolve_duty_room(c->site->site, call->incident->drill, &found);
    struct step_rung rung = {.within_ms = DUTY_ROOM_AGAIN_MS};
    size_t pick = fallback && found.count ? (size_t)(call->round + 1) % found.count : 0;
    if (found.count)
        rung.rung = found.at[pick];
    if (found.count || fallback)
        call_ring(c, call, &rung, (int)pick, call->round + 1, why, fallback);
    bool called = found.count > 0;
    rungs_done(&found);
    return called;
}

void call_next(struct core *c, struct call *call, const char *why)
{
    struct incident *i = call->incident;
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    bool fallback = !strcmp(call->step, CALL_FALLBACK);
    struct ladder l = {0};
    ladder_of(c, call, &l);
    int rung = call->rung, round = call->round;
    bool first = rung < 0 && round == 0;
    notice_recall_step(c, i, call->step);
    if (!call->forever && ladder_climb(&l, (int)json_int(spec, "rounds", 1), &rung, &round)) {
        call_ring(c, call, &l.at[rung], rung, round, why, false);
        call_early_answer(c, call);
    } else if (fallback || first) {
        if (first)
            alarm_raise(c, i, "empty_target",
                        "a call has nobody to go to: the duty room is called instead",
                        "呼叫没有可达人员，改呼值班室");
        if (!call_duty_room(c, call, why) && !fallback)
            call_expire(c, call, "nobody");
    } else {
        call_expire(c, call, why);
    }
    ladder_done(&l);
}

void call_check_delivery(struct core *c, struct incident *i, const char *step)
{
    struct call *call = call_find(i, step);
    if (!call || call->forever || call->rung < 0)
        return;
    struct notice *n;
    int failed = 0;
    LIST_FOREACH(n, &i->notices, link)
    {
        if (strcmp(n->step, step) != 0 || n->rung != call->rung || n->round != call->round)
            continue;
        if (n->state != NOTICE_FAILED)
            return;
        failed++;
    }
    if (failed)
        call_next(c, call, "undelivered");
}

void call_check_declined(struct core *c, struct incident *i, const char *step)
{
    struct call *call = call_find(i, step);
    if (!call)
        return;
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    size_t n;
    json_t *one;
    json_array_foreach(asked, n, one)
    {
        if (asked_now(call, one) && !json_bool(one, "declined"))
            return;
    }
    call_next(c, call, "declined");
}

/* --- applying --- */

void call_apply_rung(struct core *c, struct incident *i, const struct record *r)
{
    struct call *call = call_find(i, json_str_or(r->body, "step", ""));
    if (!call)
        return;
    call->rung = (int)json_int(r->body, "rung", 0);
    call->round = (int)json_int(r->body, "round", 0);
    call->forever = json_bool(r->body, "forever");
    timer_set(&c->timers, &call->timer, json_int(r->body, "due", 0));
}

void call_apply_asked(struct call *call, const struct record *queued)
{
    const json_t *message = record_at(queued, "message");
    json_t *asked = kept_json(call->asked);
    if (!asked)
        asked = json_array();
    json_t *one = json_put_str(json_object(), "id", json_str(queued->body, "to"));
    json_put_str(one, "name", json_str(message, "name"));
    json_put_str(one, "words", json_str(message, "words"));
    json_put_int(one, "rung", call->rung);
    json_put_int(one, "round", call->round);
    json_array_append_new(asked, one);
    kept_set(&call->asked, asked);
}

void call_apply_declined(struct incident *i, const struct record *r)
{
    const char *by = json_str_or(r->body, "by", "");
    size_t n, m;
    json_t *step, *one;
    json_array_foreach(json_at(r->body, "calls"), n, step)
    {
        struct call *call = call_find(i, json_string_value(step));
        if (!call)
            continue;
        json_t *asked = kept_json(call->asked);
        json_array_foreach(asked, m, one)
        {
            if (!strcmp(json_str_or(one, "id", ""), by))
                json_put_true(one, "declined", true);
        }
        kept_set(&call->asked, asked);
    }
}
