#include "core/course.h"

#include <stdlib.h>
#include <string.h>

struct course {
    wall_ms opened_at;
    int64_t speed;     /* of a drill: its times pass so many times as fast */
    json_t *told;      /* what course_json gives, but for people and waiting */
    json_t *calls;     /* in told */
    json_t *by_step;   /* {STEP: the call that rings, or rang last} */
    json_t *notices;   /* {ID: {"asked","endpoint","about"}}: shared values of told */
    json_t *proposals; /* {NUMBER: {"action","level","at","at_ms"}} */
};

static void put_time(json_t *o, const char *key, wall_ms at)
{
    char text[RFC3339_TEXT];
    json_put_str(o, key, rfc3339(at, text));
}

static wall_ms time_of(const json_t *o, const char *key)
{
    wall_ms at = 0;
    (void)rfc3339_parse(json_str_or(o, key, ""), &at);
    return at;
}

struct course *course_new(void)
{
    struct course *c = mem_new(1, sizeof *c);
    c->speed = 1;
    c->told = json_object();
    c->calls = json_array();
    json_put(c->told, "calls", c->calls);
    json_put(c->told, "orders", json_array());
    json_put(c->told, "unreached", json_array());
    json_put(c->told, "items", json_object());
    c->by_step = json_object();
    c->notices = json_object();
    c->proposals = json_object();
    return c;
}

void course_free(struct course *c)
{
    if (!c)
        return;
    json_decref(c->told);
    json_decref(c->by_step);
    json_decref(c->notices);
    json_decref(c->proposals);
    free(c);
}

/* ---- calls ---- */

static void opened_take(struct course *c, const struct record *r)
{
    if (c->opened_at)
        return;
    c->opened_at = r->at_ms;
    c->speed = json_int(r->body, "drill_speed", 1);
    if (c->speed > 1)
        json_put_int(c->told, "speed", c->speed);
    put_time(c->told, "opened_at", r->at_ms);
}

/* The call of this step, begun with its first message. */
static json_t *call_of(struct course *c, const struct record *r, const char *step)
{
    json_t *call = json_object_get(c->by_step, step);
    if (call && !strcmp(json_str_or(call, "outcome", ""), "open"))
        return call;
    call = json_put_str(json_object(), "step", step);
    put_time(call, "at", r->at_ms);
    json_put_str(call, "text", json_str(record_at(r, "message"), "text"));
    json_put_str(call, "outcome", "open");
    json_put(call, "asked", json_array());
    json_array_append_new(c->calls, call);
    json_put(c->by_step, step, json_incref(call));
    return call;
}

static void queued_take(struct course *c, const struct record *r)
{
    const char *id = json_str(r->body, "notice"), *step = json_str_or(r->body, "step", "");
    const json_t *message = record_at(r, "message");
    if (!id)
        return;
    json_t *about = json_put_str(json_object(), "person", json_str_or(r->body, "to", "?"));
    json_put_str(about, "name", json_str_or(message, "name", json_str_or(r->body, "to", "?")));
    json_put_str(about, "words", json_str(message, "words"));
    put_time(about, "at", r->at_ms);
    if (json_bool(r->body, "of_call")) {
        json_t *asked = json_put_str(json_copy(about), "outcome", "silent");
        json_array_append_new(json_object_get(call_of(c, r, step), "asked"), asked);
        json_put(c->notices, id, json_put(json_object(), "asked", json_incref(asked)));
    } else {
        json_put(c->notices, id, json_object());
    }
    json_put_str(about, "text", json_str(message, "text"));
    json_put(about, "tries", json_array());
    json_t *notice = json_object_get(c->notices, id);
    json_put_str(json_put(notice, "about", about), "endpoint", json_str(r->body, "endpoint"));
}

/* An attempt that failed; the same again is counted. */
static void try_add(json_t *tries, const char *endpoint, const char *why, int64_t status)
{
    size_t count = json_array_size(tries);
    json_t *last = count ? json_array_get(tries, count - 1) : NULL;
    if (last && !strcmp(json_str_or(last, "endpoint", ""), endpoint) &&
        !strcmp(json_str_or(last, "why", ""), why)) {
        json_put_int(last, "times", json_int(last, "times", 1) + 1);
        return;
    }
    last = json_put_str(json_put_str(json_object(), "endpoint", endpoint), "why", why);
    if (status)
        json_put_int(last, "status", status);
    json_array_append_new(tries, json_put_int(last, "times", 1));
}

static void notice_take(struct course *c, const struct record *r)
{
    const char *id = json_str(r->body, "notice");
    json_t *notice = id ? json_object_get(c->notices, id) : NULL;
    json_t *asked = json_object_get(notice, "asked"), *about = json_object_get(notice, "about");
    if (!notice)
        return;
    if (r->kind != REC_NOTICE_RECALLED) /* it names the next contact, not the one that failed */
        try_add(json_object_get(about, "tries"), json_str_or(notice, "endpoint", "-"),
                record_str(r, "why") ? record_str(r, "why") : "", json_int(r->body, "status", 0));
    json_put_str(notice, "endpoint", json_str(r->body, "endpoint"));
    if (r->kind == REC_NOTICE_FAILED)
        json_array_append(json_object_get(c->told, "unreached"), about);
    if (asked && r->kind == REC_NOTICE_FAILED)
        json_put_str(asked, "outcome", "unreached");
    if (asked && r->kind == REC_NOTICE_RECALLED &&
        !strcmp(json_str_or(asked, "outcome", ""), "silent"))
        json_put_str(asked, "outcome", "recalled");
}

/* The last time that this person was asked in this call, not answered yet. */
static void asked_settle(const struct course *c, const json_t *call, const char *person,
                         const char *outcome, wall_ms at)
{
    const json_t *list = json_at(call, "asked");
    for (size_t n = json_array_size(list); n > 0; n--) {
        json_t *asked = json_array_get(list, n - 1);
        if (strcmp(json_str_or(asked, "person", ""), person) != 0)
            continue;
        json_put_str(asked, "outcome", outcome);
        if (strcmp(outcome, "silent") != 0)
            json_put_int(asked, "took_ms", (at - time_of(asked, "at")) * c->speed);
        return;
    }
}

/* Whoever was called last had less than their time: nothing is said of them. */
static void rest_settle(const json_t *call)
{
    const json_t *list = json_at(call, "asked");
    size_t count = json_array_size(list);
    const char *last = count ? json_str(json_array_get(list, count - 1), "at") : NULL;
    for (size_t n = count; last && n > 0; n--) {
        json_t *asked = json_array_get(list, n - 1);
        if (!strcmp(json_str_or(asked, "at", ""), last) &&
            !strcmp(json_str_or(asked, "outcome", ""), "silent"))
            json_put_str(asked, "outcome", "recalled");
    }
}

static void first_answer(struct course *c, const struct record *r, const char *by)
{
    if (json_at(c->told, "first_answer"))
        return;
    json_t *first = json_put_str(json_object(), "by", by);
    json_put_str(first, "name", json_str(record_at(r, "ev"), "name"));
    put_time(first, "at", r->at_ms);
    json_put(c->told, "first_answer",
             json_put_int(first, "took_ms", (r->at_ms - c->opened_at) * c->speed));
}

static void answer_take(struct course *c, const struct record *r)
{
    const char *by = json_str_or(r->body, "by", "");
    bool declined = r->kind == REC_CALL_DECLINED;
    size_t n;
    json_t *step;
    if (!declined)
        first_answer(c, r, by);
    json_array_foreach(json_unconst(json_at(r->body, "calls")), n, step)
    {
        json_t *call = json_object_get(c->by_step, json_string_value(step));
        if (!call)
            continue;
        asked_settle(c, call, by, declined ? "declined" : "answered", r->at_ms);
        if (declined || strcmp(json_str_or(call, "outcome", ""), "open") != 0)
            continue;
        rest_settle(call);
        json_put_str(call, "outcome", "answered");
        json_put_str(call, "by", by);
        json_put_int(call, "took_ms", (r->at_ms - time_of(call, "at")) * c->speed);
    }
}

/* An opinion ends no call: whoever gives it has answered all the same. */
static void opinion_take(struct course *c, const struct record *r)
{
    const char *step;
    json_t *call;
    json_object_foreach(c->by_step, step, call)
    {
        if (!strcmp(json_str_or(call, "outcome", ""), "open"))
            asked_settle(c, call, json_str_or(r->body, "by", ""), "answered", r->at_ms);
    }
}

static void expired_take(struct course *c, const struct record *r)
{
    json_t *call = json_object_get(c->by_step, json_str_or(r->body, "step", ""));
    if (call && !strcmp(json_str_or(call, "outcome", ""), "open"))
        json_put_str(call, "outcome", r->kind == REC_CONSULTED ? "answered" : "expired");
}

/* ---- orders ---- */

static void number_text(int64_t number, struct text *to)
{
    text_add_int(to, number);
}

static void proposed_take(struct course *c, const struct record *r)
{
    const json_t *spec = record_at(r, "spec");
    AUTO_TEXT(number);
    number_text(json_int(r->body, "number", 0), &number);
    if (r->kind == REC_PROPOSAL_WITHDRAWN) {
        (void)json_object_del(c->proposals, text_str(&number));
        return;
    }
    json_t *p = json_put_str(json_object(), "action", json_str_or(spec, "action", "?"));
    json_put_str(p, "level", json_str(spec, "level"));
    put_time(p, "at", r->at_ms);
    json_put(c->proposals, text_str(&number), p);
}

/* Of what it settles the oldest counts; what it settles waits no more. */
static wall_ms settled_since(struct course *c, const json_t *settles)
{
    wall_ms since = 0;
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(settles), n, one)
    {
        AUTO_TEXT(number);
        number_text(json_integer_value(one), &number);
        wall_ms at = time_of(json_at(c->proposals, text_str(&number)), "at");
        if (at && (!since || at < since))
            since = at;
        (void)json_object_del(c->proposals, text_str(&number));
    }
    return since;
}

static void ordered_take(struct course *c, const struct record *r)
{
    const json_t *ev = record_at(r, "ev");
    wall_ms since = settled_since(c, json_at(r->body, "settles"));
    json_t *o = json_put_str(json_object(), "action", json_str_or(r->body, "action", "?"));
    json_put_str(o, "level", json_str(r->body, "level"));
    json_put_str(json_put_str(o, "name", json_str(ev, "name")), "as", json_str(ev, "as"));
    put_time(o, "at", r->at_ms);
    if (since) {
        put_time(o, "proposed_at", since);
        json_put_int(o, "took_ms", (r->at_ms - since) * c->speed);
    }
    json_array_append_new(json_object_get(c->told, "orders"), o);
}

/* ---- items ---- */

static json_t *item_of(struct course *c, const struct record *r)
{
    json_t *items = json_object_get(c->told, "items");
    const char *id = json_str_or(r->body, "item", "");
    json_t *item = json_object_get(items, id);
    if (!item) {
        item = json_object();
        json_put(items, id, item);
    }
    return item;
}

static void urged_take(struct course *c, const struct record *r)
{
    json_t *item = item_of(c, r);
    json_put_int(item, "urged", json_int(r->body, "urged", 0));
    json_put_str(item, "leader", json_str(r->body, "leader"));
}

/* When it was received, arrived, and when nothing more was to be done for it. */
static void state_take(struct course *c, const struct record *r)
{
    const char *state = json_str_or(r->body, "state", "");
    json_t *item = item_of(c, r);
    bool ends = !strcmp(state, "done") || !strcmp(state, "struck") || !strcmp(state, "lifted") ||
                !strcmp(state, "rejected");
    if (!strcmp(state, "received") || !strcmp(state, "arrived"))
        put_time(item, !strcmp(state, "arrived") ? "arrived_at" : "received_at", r->at_ms);
    else if (!strcmp(state, "returned"))
        (void)json_object_del(item, "ended_at");
    else if (ends && !json_at(item, "ended_at"))
        put_time(item, "ended_at", r->at_ms);
}

static void closed_take(struct course *c, const struct record *r)
{
    const char *step;
    json_t *call;
    json_object_foreach(c->by_step, step, call)
    {
        if (strcmp(json_str_or(call, "outcome", ""), "open") != 0)
            continue;
        rest_settle(call);
        json_put_str(call, "outcome", "expired");
    }
    put_time(c->told, "closed_at", r->at_ms);
    json_put_str(c->told, "why", json_str(r->body, "why"));
}

void course_take(struct course *c, const struct record *r)
{
    static void (*const takes[REC_KINDS])(struct course *, const struct record *) = {
        [REC_INCIDENT_OPENED] = opened_take,
        [REC_NOTICE_QUEUED] = queued_take,
        [REC_NOTICE_RETRY] = notice_take,
        [REC_NOTICE_METHOD] = notice_take,
        [REC_NOTICE_FAILED] = notice_take,
        [REC_NOTICE_RECALLED] = notice_take,
        [REC_CALL_ANSWERED] = answer_take,
        [REC_CALL_DECLINED] = answer_take,
        [REC_OPINION_GIVEN] = opinion_take,
        [REC_CONSULTED] = expired_take,
        [REC_CALL_EXPIRED] = expired_take,
        [REC_PROPOSED] = proposed_take,
        [REC_PROPOSAL_AMENDED] = proposed_take,
        [REC_PROPOSAL_WITHDRAWN] = proposed_take,
        [REC_ITEM_URGED] = urged_take,
        [REC_ITEM_STATE] = state_take,
        [REC_ORDERED] = ordered_take,
        [REC_INCIDENT_CLOSED] = closed_take,
        [REC_MERGED] = closed_take,
    };
    if (takes[r->kind])
        takes[r->kind](c, r);
}

/* ---- people ---- */

static void count(json_t *person, const char *what)
{
    json_put_int(person, what, json_int(person, what, 0) + 1);
}

static void person_count(json_t *people, const json_t *asked)
{
    const char *id = json_str_or(asked, "person", "?");
    const char *outcome = json_str_or(asked, "outcome", "silent");
    json_t *person = json_object_get(people, id);
    if (!person) {
        person = json_put_str(json_object(), "person", id);
        json_put_str(person, "name", json_str(asked, "name"));
        json_put(people, id, person);
    }
    count(person, "called");
    if (strcmp(outcome, "recalled") != 0)
        count(person, outcome);
    if (!strcmp(outcome, "answered"))
        json_put_int(person, "sum_ms",
                     json_int(person, "sum_ms", 0) + json_int(asked, "took_ms", 0));
}

static json_t *people_json(const struct course *c)
{
    static const char *const counts[] = {"called", "answered", "declined", "silent", "unreached"};
    json_t *people = json_object(), *list = json_array(), *call, *asked;
    size_t n, k;
    json_array_foreach(c->calls, n, call)
        json_array_foreach(json_object_get(call, "asked"), k, asked) person_count(people, asked);
    const char **ids = json_keys(people, NULL);
    for (n = 0; ids[n]; n++) {
        json_t *person = json_object_get(people, ids[n]);
        int64_t answered = json_int(person, "answered", 0);
        if (answered)
            json_put_int(person, "took_ms", json_int(person, "sum_ms", 0) / answered);
        (void)json_object_del(person, "sum_ms");
        for (k = 0; k < sizeof counts / sizeof *counts; k++)
            json_put_int(person, counts[k], json_int(person, counts[k], 0));
        json_array_append(list, person);
    }
    free(ids);
    json_decref(people);
    return list;
}

static json_t *waiting_json(const struct course *c)
{
    json_t *list = json_array();
    const char *number;
    json_t *p;
    json_object_foreach(c->proposals, number, p) json_array_append(list, p);
    return list;
}

json_t *course_json(const struct course *c)
{
    json_t *told = json_deep_copy(c->told);
    json_put(told, "people", people_json(c));
    return json_put(told, "waiting", waiting_json(c));
}
