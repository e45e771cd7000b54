#include "core/call.h"

#include "core/alarm.h"
#include "core/consult.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/question.h"
#include "core/role.h"
#include "core/taken.h"

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

/* Who has accepted is not called again. */
static void rung_without_takers(const struct call *call, struct rung *rung)
{
    size_t left = 0;
    AUTO_JSON(taken);
    taken = taken_ids(call);
    for (size_t n = 0; n < rung->count; n++) {
        if (!json_at(taken, rung->at[n].id))
            rung->at[left++] = rung->at[n];
    }
    rung->count = left;
}

/* Who sits in "seat:primary" of the roster that is called; nobody does: no rung. */
static void seat_resolve(struct core *c, const struct call *call, const char *roster,
                         const char *seat, struct rungs *ret)
{
    AUTO_TEXT(target);
    AUTO_JSON(to);
    struct rung_person p;
    if (!roster || !site_seat(c->site->site, roster, seat, c->in->wall, &p))
        return;
    text_addf(&target, "person:%s", p.id);
    to = json_string(text_str(&target));
    size_t before = ret->count;
    incident_resolve(c, call->incident, to, NULL, ret);
    if (ret->count > before)
        ret->at[before].at[0].words = p.words;
}

/* The first roster among the targets of a call; NULL: it calls none. */
static const char *roster_called(const json_t *to)
{
    for (size_t n = 0; n < json_array_size(to); n++) {
        const char *target = json_string_value(json_array_get(to, n));
        if (target && !strncmp(target, "duty:", 5))
            return target + 5;
    }
    const char *target = json_string_value(to);
    return target && !strncmp(target, "duty:", 5) ? target + 5 : NULL;
}

static void targets_resolve(struct core *c, const struct call *call, const json_t *spec,
                            const json_t *to, struct rungs *ret)
{
    size_t n;
    json_t *target;
    if (!json_is_array(to)) {
        incident_resolve(c, call->incident, to, NULL, ret);
        return;
    }
    json_array_foreach(json_unconst(to), n, target)
    {
        const char *text = json_string_value(target);
        if (text && !strncmp(text, "seat:", 5))
            seat_resolve(c, call, roster_called(json_at(spec, "to")), text + 5, ret);
        else
            incident_resolve(c, call->incident, target, NULL, ret);
    }
}

static void ladder_add(struct core *c, const struct call *call, const json_t *spec,
                       const json_t *to, int64_t within_ms, struct ladder *l)
{
    struct rungs found = {0};
    targets_resolve(c, call, spec, to, &found);
    for (size_t i = 0; i < found.count; i++) {
        if (call->several && !call->stands)
            rung_without_takers(call, &found.at[i]);
        l->at = mem_grow(l->at, &l->cap, l->count + 1, sizeof *l->at);
        l->at[l->count++] = (struct step_rung){found.at[i], within_ms};
    }
    free(found.at); /* the rungs themselves moved */
}

static bool ladder_calls(const struct ladder *l, const char *person, size_t but)
{
    for (size_t k = 0; k < l->count; k++) {
        const struct rung *rung = &l->at[k].rung;
        for (size_t n = 0; (k < but || (k > but && !rung->deputy)) && n < rung->count; n++)
            if (!strcmp(rung->at[n].id, person))
                return true;
    }
    return false;
}

/* A deputy who is called by a rung of their own is not called as a deputy, too. */
static void ladder_thin(struct ladder *l)
{
    for (size_t k = 0; k < l->count; k++) {
        struct rung *rung = &l->at[k].rung;
        size_t left = 0;
        for (size_t n = 0; rung->deputy && n < rung->count; n++) {
            if (!ladder_calls(l, rung->at[n].id, k))
                rung->at[left++] = rung->at[n];
        }
        rung->count = rung->deputy ? left : rung->count;
    }
}

static void rungs_of_call(struct core *c, const struct call *call, const json_t *spec,
                          struct ladder *l)
{
    int64_t within_ms = json_int(spec, "within_ms", DUTY_ROOM_AGAIN_MS);
    const json_t *rungs = json_at(spec, "rungs");
    if (!json_array_size(rungs)) {
        ladder_add(c, call, spec, json_at(spec, "to"), within_ms, l);
        return;
    }
    size_t n;
    json_t *rung;
    json_array_foreach(rungs, n, rung)
        ladder_add(c, call, spec, json_at(rung, "to"), json_int(rung, "within_ms", within_ms), l);
}

/* The rungs of the call: the spec's own, else its target's, each in its order. */
static void ladder_of(struct core *c, const struct call *call, const json_t *spec, struct ladder *l)
{
    if (!c->site)
        return;
    rungs_of_call(c, call, spec, l);
    ladder_thin(l);
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

/* Sorted by step, so that what is decided about several does not depend on who came first. */
static void call_list(struct incident *i, struct call *call)
{
    struct call *before = NULL, *other;
    LIST_FOREACH(other, &i->calls, link)
    {
        if (strcmp(other->step, call->step) > 0)
            break;
        before = other;
    }
    if (before)
        LIST_INSERT_AFTER(before, call, link);
    else
        LIST_INSERT_HEAD(&i->calls, call, link);
}

static struct call *call_new(struct incident *i, const char *step)
{
    struct call *call = mem_new(1, sizeof *call);
    call->incident = i;
    call->step = mem_str(step);
    call->rung = -1;
    call->timer =
        (struct timer){.kind = TIMER_CALL, .owner = call, .incident = &i->id, .step = call->step};
    call_list(i, call);
    return call;
}

/* What of its spec is looked at at every step. */
static void call_read(struct call *call, const json_t *spec)
{
    call->consults = json_bool(spec, "consults");
    call->asks = json_bool(spec, "asks");
    call->several = !call->consults && !call->asks && json_int(spec, "at_least", 1) > 1;
}

struct call *call_start(struct core *c, struct incident *i, const char *step, json_t *takes_spec)
{
    struct call *call = call_find(i, step);
    if (call)
        call_drop(c, call);
    call = call_new(i, step);
    call_read(call, takes_spec);
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
    const struct notice *n;
    NOTICE_FOREACH(n, call->incident, call->step)
    {
        if (n->of_call && !strcmp(n->person, person) && notice_is_of(n, call->step))
            return true;
    }
    return false;
}

/* In a list that is sorted by "id": where this one stands, or belongs. */
static size_t asked_place(const json_t *asked, const char *id, bool *ret_there)
{
    size_t from = 0, to = json_array_size(asked);
    *ret_there = false;
    while (from < to && !*ret_there) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(json_str_or(json_array_get(asked, middle), "id", ""), id);
        *ret_there = order == 0;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return to;
}

/* "declined" stands with the message, and in a row with the person, too. */
static void asked_decline(json_t *asked, const struct call *call, const struct notice *n)
{
    bool there;
    json_t *one = json_array_get(asked, asked_place(asked, n->person, &there));
    if (there && n->rung == json_int(one, "rung", 0) && n->round == json_int(one, "round", 0) &&
        notice_is_of(n, call->step))
        json_put_true(one, "declined", true);
}

static void asked_write(const struct call *call, struct text *to)
{
    AUTO_JSON(asked);
    const struct notice *n;
    NOTICE_FOREACH(n, call->incident, call->step)
    {
        if (!n->declined)
            continue;
        if (!asked)
            asked = kept_json(call->asked);
        asked_decline(asked, call, n);
    }
    json_add_key(to, "asked");
    if (asked)
        json_write(asked, to);
    else
        text_add(to, call->asked ? call->asked : "[]");
}

static void call_write(const struct call *call, struct text *to)
{
    json_open(to, '{');
    json_add_true(to, "anew", call->anew);
    asked_write(call, to);
    if (call->timer.at)
        json_add_int(to, "due", call->timer.due);
    json_add_true(to, "forever", call->forever);
    json_add_int(to, "round", call->round);
    json_add_int(to, "rung", call->rung);
    json_add_json(to, "spec", call->spec);
    json_add_true(to, "stands", call->stands);
    json_add_str(to, "step", call->step);
    json_shut(to, '}');
}

void calls_write(const struct incident *i, struct text *to)
{
    const struct call *call;
    if (LIST_EMPTY(&i->calls))
        return;
    json_add_key(to, "calls");
    json_open(to, '[');
    LIST_FOREACH(call, &i->calls, link)
    call_write(call, to);
    json_shut(to, ']');
}

/* People of a rung, into those asked so far. */
static void asked_add(struct call *call, const json_t *people)
{
    json_t *asked = kept_json(call->asked);
    if (!asked)
        asked = json_array();
    size_t n;
    json_t *one;
    json_array_foreach(people, n, one)
    {
        bool there;
        size_t at = asked_place(asked, json_str_or(one, "id", ""), &there);
        json_t *copy = json_copy(one);
        json_object_del(copy, "declined");
        if (there)
            json_array_set_new(asked, at, copy);
        else
            json_array_insert_new(asked, at, copy);
    }
    kept_set(&call->asked, asked);
}

void call_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    struct call *call = call_new(i, json_str_or(kept, "step", ""));
    call->spec = kept_text(json_at(kept, "spec"));
    call_read(call, json_at(kept, "spec"));
    if (json_array_size(json_at(kept, "asked")))
        asked_add(call, json_at(kept, "asked"));
    call->rung = (int)json_int(kept, "rung", -1);
    call->round = (int)json_int(kept, "round", 0);
    call->forever = json_bool(kept, "forever");
    call->stands = json_bool(kept, "stands");
    call->anew = json_bool(kept, "anew");
    int64_t due = json_int(kept, "due", -1);
    if (due >= 0)
        timer_set(&c->timers, &call->timer, due);
}

/* --- deciding --- */

/* Position of the next rung that has people. false: none is left in this round or any other. */
static bool ladder_climb(const struct ladder *l, int64_t rounds, int *rung, int *round)
{
    if (!l->count) /* rungs without people are not in it */
        return false;
    for (; *round < rounds; (*round)++, *rung = -1) {
        while (++*rung < (int)l->count) {
            if (l->at[*rung].rung.count)
                return true;
        }
    }
    return false;
}

/* People of the rung just left, for the event `silent`. */
static json_t *call_people_now(const struct call *call)
{
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    json_t *people = json_array(), *one;
    size_t n;
    json_array_foreach(asked, n, one)
    {
        if (json_int(one, "rung", -1) == call->rung && json_int(one, "round", 0) == call->round &&
            !json_at(one, "accepted"))
            json_array_append(people, one);
    }
    return people;
}

/* Who they are and how they come into it: sealed, for the timeline and for those who look. */
static json_t *rung_asked(const struct rung *rung, int index, int round)
{
    json_t *asked = json_array();
    for (size_t n = 0; n < rung->count; n++) {
        json_t *one = json_put_str(json_object(), "id", rung->at[n].id);
        json_put_str(one, "name", rung->at[n].name);
        json_put_str(one, "words", rung->at[n].words);
        json_put_int(one, "rung", index);
        json_array_append_new(asked, json_put_int(one, "round", round));
    }
    return asked;
}

/* What the plan may know of the rung before. */
static json_t *silent_event(struct core *c, const struct call *call)
{
    json_t *ev = plan_event("silent", NULL, c->in->wall);
    json_put_str(ev, "call", call->step);
    json_put_int(ev, "rung", call->rung + 1);
    return json_put(ev, "people", call_people_now(call));
}

/* A rung that is called now. */
struct ring {
    const struct step_rung *rung;
    int index, round;
    const char *why;
    bool forever; /* the fallback's last phase */
    bool anew;    /* the call begins anew */
    bool passed;  /* somebody has passed it on: nobody was silent */
};

static void call_ring(struct core *c, struct call *call, const json_t *spec, struct ring ring)
{
    struct incident *i = call->incident;
    const struct step_rung *rung = ring.rung;
    int index = ring.index, round = ring.round;
    json_t *people = json_array();
    for (size_t n = 0; n < rung->rung.count; n++)
        json_array_append_new(people, json_string(rung->rung.at[n].id));
    json_t *body = json_put_str(json_object(), "step", call->step);
    json_put_int(body, "rung", index);
    json_put_int(body, "round", round);
    json_put_int(body, "due", c->in->mono + incident_ms(i, rung->within_ms));
    json_put_int(body, "within_ms", rung->within_ms);
    json_put_str(body, "why", ring.why);
    json_put_true(body, "forever", ring.forever);
    json_put_true(body, "anew", ring.anew);
    json_put(body, "people", people);
    json_t *asked = rung_asked(&rung->rung, index, round);
    question_group(c, spec, asked);
    json_t *sealed = json_put(json_object(), "asked", asked);
    if (call->rung >= 0 && !ring.anew && !ring.passed)
        json_put(sealed, "ev", silent_event(c, call));
    json_put(sealed, "at", json_share(json_object_get(spec, "at")));
    core_emit(c, REC_CALL_RUNG, i, (struct emit){.body = body, .sealed = sealed});
    bool reached = true;
    call->ringing = true; /* one who cannot be reached says nothing of those behind */
    for (size_t n = 0; n < rung->rung.count; n++)
        reached &=
            notice_queue(c, i,
                         &(struct notice_order){.step = call->step,
                                                .person = &rung->rung.at[n],
                                                .text = json_at(spec, "text"),
                                                .type = json_str_or(spec, "type", "muster.call"),
                                                .choices = json_at(spec, "choices"),
                                                .within_ms = rung->within_ms,
                                                .of_call = true,
                                                .rung = index,
                                                .round = round});
    call->ringing = false;
    if (!reached)
        call_check(c, i, call->step, "undelivered");
}

void call_ring_once(struct core *c, struct call *call, const json_t *spec,
                    const struct rung *people, int64_t within_ms)
{
    const struct step_rung rung = {.rung = *people, .within_ms = within_ms};
    call_ring(c, call, spec, (struct ring){.rung = &rung, .why = "start"});
}

/* ---- passed on ---- */

/* How this person came into it; NULL: by their own id. Borrowed from asked. */
static const json_t *asked_of(const json_t *asked, const char *person)
{
    bool there;
    const json_t *one = json_array_get(asked, asked_place(asked, person, &there));
    return there ? one : NULL;
}

static bool has_declined(const struct call *call, const char *person)
{
    const struct notice *n;
    NOTICE_FOREACH(n, call->incident, call->step)
    {
        if (n->of_call && n->declined && !strcmp(n->person, person) && n->rung == call->rung &&
            n->round == call->round && notice_is_of(n, call->step))
            return true;
    }
    return false;
}

bool call_pass_to(const struct core *c, const struct call *call, const char *person, wall_ms at,
                  struct rung_person *ret)
{
    AUTO_JSON(asked);
    if (!c->site || call->consults || call->asks || !call_asked(call, person))
        return false;
    asked = kept_json(call->asked);
    return site_stand_in(c->site->site, person, json_str(asked_of(asked, person), "words"),
                         call->incident->drill, at, ret) &&
           !has_declined(call, ret->id) && !taken_is_by(call, ret->id);
}

/* "【孙伟转来】" before the text, so that whoever is woken knows why it is them. */
static json_t *passed_text(const struct core *c, const json_t *text, const char *from)
{
    bool site_zh = !strcmp(core_language(c), "zh");
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "【%s 转来】%s", from, words_in(text, "zh", "en"));
    text_addf(&en, "[passed on by %s] %s", from, words_in(text, "en", "zh"));
    if (json_is_string(text)) /* one for all: in the language of the site */
        return json_string(text_str(site_zh ? &zh : &en));
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* Their own rung, where that is the next: they are not called once more behind it. Else the one
 * that is called now. */
static void rung_of_pass(struct core *c, const struct call *call, const json_t *spec,
                         const char *person, struct ring *ring, struct step_rung *rung)
{
    struct ladder l = {0};
    ring->index = call->rung;
    ring->round = call->round;
    rung->within_ms = json_int(spec, "within_ms", DUTY_ROOM_AGAIN_MS);
    if (!call->forever && call->rung >= 0) {
        size_t now = (size_t)call->rung;
        ladder_of(c, call, spec, &l);
        bool next = now + 1 < l.count && l.at[now + 1].rung.count == 1 &&
                    !strcmp(l.at[now + 1].rung.at[0].id, person);
        ring->index += next;
        if (now + next < l.count)
            rung->within_ms = l.at[now + next].within_ms;
    }
    ladder_done(&l);
}

void call_pass(struct core *c, struct call *call, const struct rung_person *to, const char *from)
{
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    struct rung_person person = *to;
    struct step_rung rung = {.rung = {.at = &person, .count = 1}};
    struct ring ring = {.rung = &rung, .why = "passed", .forever = call->forever, .passed = true};
    rung_of_pass(c, call, spec, to->id, &ring, &rung);
    json_put(spec, "text", passed_text(c, json_at(spec, "text"), from));
    call_ring(c, call, spec, ring);
}

/* Nobody is left to call: the plan is told; the fallback goes on with the duty room, for ever. */
static void call_expire(struct core *c, struct call *call, const char *why)
{
    struct incident *i = call->incident;
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    json_t *ev = plan_event("expired", json_pack("[s]", call->step), c->in->wall);
    json_array_append_new(json_object_get(ev, "names"), json_string("silent"));
    json_put_str(ev, "call", call->step);
    json_put(ev, "people", call_people_now(call));
    json_t *body = json_put_str(json_put_str(json_object(), "step", call->step), "why", why);
    json_put_str(body, "role", json_str(spec, "role"));
    if (call->several) {
        json_put(ev, "all", taken_by(call));
        json_put_int(body, "accepted", taken_count(call));
        json_put_int(body, "wanted", json_int(spec, "at_least", 1));
    }
    bool lapsed = call->anew;
    if (lapsed)
        json_put_int(body, "until",
                     c->in->mono + incident_ms(i, json_int(spec, "answer_for_ms", MS_HOUR)));
    char *copy = mem_str(call->step);
    core_emit(c, REC_CALL_EXPIRED, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "ev", ev)});
    notice_recall_step(c, i, copy);
    free(copy);
    if (lapsed)
        alarm_raise(c, i, "answer_lapsed",
                    "the time of an answer is up, and nobody takes the call again",
                    "应答时限已过，再次呼叫无人应答");
}

/*
 * The duty room, where nobody else is left (rules R4 and R7): seat after seat for the fallback, its
 * first seat for a call without people. Where the site has no duty room that can be reached, the
 * rung has no people but its time all the same: the fallback is never forgotten, and a plan that
 * calls again and again waits in between.
 */
static void call_duty_room(struct core *c, struct call *call, const json_t *spec, struct ring ring)
{
    bool fallback = !strcmp(call->step, CALL_FALLBACK);
    struct rungs found = {0};
    if (c->site)
        site_resolve_duty_room(c->site->site, call->incident->drill, c->in->wall, &found);
    struct step_rung rung = {.within_ms = DUTY_ROOM_AGAIN_MS};
    ring.round = call->round + 1;
    ring.index = fallback && found.count ? ring.round % (int)found.count : 0;
    ring.forever = fallback;
    ring.rung = &rung;
    if (found.count)
        rung.rung = found.at[ring.index];
    call_ring(c, call, spec, ring);
    rungs_done(&found);
}

void call_duty_room_instead(struct core *c, const struct call *call, const char *en, const char *zh,
                            struct rung *ret)
{
    struct rungs duty = {0};
    alarm_raise(c, call->incident, "empty_target", en, zh);
    if (c->site)
        site_resolve_duty_room(c->site->site, call->incident->drill, c->in->wall, &duty);
    if (duty.count) {
        *ret = duty.at[0];
        duty.at[0] = (struct rung){0};
    }
    rungs_done(&duty);
}

json_t *call_giving_none(const struct call *call)
{
    json_t *none = json_object();
    const struct notice *n;
    NOTICE_FOREACH(n, call->incident, call->step)
    {
        if (notice_is_of(n, call->step) && (n->declined || n->state == NOTICE_FAILED))
            json_put(none, n->person, json_true());
    }
    return none;
}

json_t *call_named(const json_t *asked)
{
    AUTO_TEXT(target);
    const char *id = json_str_or(asked, "id", "?");
    /* the phone of a department is called by its target */
    text_addf(&target, "%s%s", strchr(id, ':') ? "" : "person:", id);
    json_t *person = json_put_str(json_object(), "id", id);
    json_put_str(person, "name", json_str(asked, "name"));
    return json_put_str(person, "target", text_str(&target));
}

/* From the rung in `ring` to the next one that has people, or to the end. */
static void call_climb(struct core *c, struct call *call, struct ring ring)
{
    struct incident *i = call->incident;
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    bool fallback = !strcmp(call->step, CALL_FALLBACK);
    struct ladder l = {0};
    ladder_of(c, call, spec, &l);
    bool first = ring.index < 0 && ring.round == 0;
    notice_recall_step(c, i, call->step);
    if (!call->forever && ladder_climb(&l, json_int(spec, "rounds", 1), &ring.index, &ring.round)) {
        ring.rung = &l.at[ring.index];
        call_ring(c, call, spec, ring);
    } else if (fallback || first) {
        if (first)
            alarm_raise(c, i, "empty_target",
                        "a call has nobody to go to: the duty room is called instead",
                        "呼叫没有可达人员，改呼值班室");
        call_duty_room(c, call, spec, ring);
    } else {
        call_expire(c, call, ring.why);
    }
    ladder_done(&l);
}

void call_next(struct core *c, struct call *call, const char *why)
{
    call_climb(c, call, (struct ring){.index = call->rung, .round = call->round, .why = why});
}

void call_begin_anew(struct core *c, struct call *call, const char *why)
{
    call_climb(c, call, (struct ring){.index = -1, .why = why, .anew = true});
}

static bool ladder_has_more(const struct ladder *l, int rung)
{
    int round = 0;
    return ladder_climb(l, 1, &rung, &round);
}

/*
 * Is there another rung in this round? The last one keeps its time even when no message to it could
 * be delivered: somebody may be on the way, and a plan that calls again must not do so at once.
 */
static bool call_has_next(struct core *c, const struct call *call)
{
    struct ladder l = {0};
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    ladder_of(c, call, spec, &l);
    bool next = ladder_has_more(&l, call->rung);
    ladder_done(&l);
    return next;
}

static void rest_take(struct ladder *l, size_t from, struct rungs *ret)
{
    for (size_t n = from; n < l->count; n++) {
        ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof *ret->at);
        ret->at[ret->count++] = l->at[n].rung;
        l->at[n].rung = (struct rung){0}; /* it moved */
    }
}

void call_rest(struct core *c, const struct call *call, struct rungs *ret)
{
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    struct ladder rest = {0}, again = {0};
    if (!call->forever) {
        ladder_of(c, call, spec, &rest);
        rest_take(&rest, (size_t)call->rung + 1, ret);
        if (call->round + 1 < json_int(spec, "rounds", 1)) {
            ladder_of(c, call, spec, &again);
            rest_take(&again, 0, ret);
        }
    }
    if (!strcmp(call->step, CALL_FALLBACK) && c->site)
        site_resolve_duty_room(c->site->site, call->incident->drill, c->in->wall, ret);
    ladder_done(&rest);
    ladder_done(&again);
}

void call_due(struct core *c, struct call *call)
{
    if (call->consults)
        consult_end(c, call, "time");
    else if (call->asks)
        question_end(c, call, "time");
    else if (call->stands)
        call_begin_anew(c, call, "again");
    else
        call_next(c, call, "silent");
}

void call_check(struct core *c, struct incident *i, const char *step, const char *why)
{
    struct call *call = call_find(i, step);
    if (!call || call->forever || call->rung < 0 || call->ringing)
        return;
    if (call->consults) {
        consult_check(c, call);
        return;
    }
    if (call->asks) {
        question_check(c, call);
        return;
    }
    if (call->stands) {
        if (!taken_enough(call))
            call_begin_anew(c, call, why);
        return;
    }
    int people = 0;
    const struct notice *n;
    AUTO_JSON(taken);
    taken = call->several ? taken_ids(call) : NULL;
    NOTICE_FOREACH(n, i, step)
    {
        if (!n->of_call || n->rung != call->rung || n->round != call->round ||
            !notice_is_of(n, step))
            continue;
        if (n->state != NOTICE_FAILED && !n->declined && !json_at(taken, n->person))
            return;
        people++;
    }
    if (people && (call_has_next(c, call) || strcmp(why, "undelivered") != 0))
        call_next(c, call, why);
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
    if (json_bool(r->body, "anew")) {
        call->anew = true;
        call->stands = false;
        taken_forget(call);
    }
    asked_add(call, record_at(r, "asked"));
    timer_set(&c->timers, &call->timer, json_int(r->body, "due", 0));
}

void call_apply_declined(struct core *c, struct incident *i, const struct record *r)
{
    const char *by = json_str_or(r->body, "by", "");
    size_t n;
    json_t *step;
    json_array_foreach(json_at(r->body, "calls"), n, step)
    {
        struct call *call = call_find(i, json_string_value(step));
        if (call)
            taken_undo(call, by);
        notice_apply_declined(c, i, json_string_value(step), by);
    }
}
