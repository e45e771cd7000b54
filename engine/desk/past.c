#include "desk/past.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static struct record *record_from(const json_t *line, mono_ms base)
{
    enum record_kind kind;
    struct uuid incident = {0};
    wall_ms at;
    if (!record_kind_parse(json_str_or(line, "kind", ""), &kind) ||
        !rfc3339_parse(json_str_or(line, "at", ""), &at))
        return NULL;
    uuid_parse(json_str_or(line, "incident", ""), &incident);
    struct record *r = record_new(kind, incident);
    r->seq = json_int(line, "seq", 0);
    r->at_ms = at;
    r->mono = json_int(line, "mono", 0) - base;
    r->actor = json_share(json_at(line, "actor"));
    json_decref(r->body);
    r->body = json_at(line, "body") ? json_share(json_at(line, "body")) : json_object();
    r->sealed = json_share(json_at(line, "sealed"));
    r->purged = json_bool(line, "purged");
    return r;
}

void past_done(struct past *p)
{
    for (size_t n = 0; n < p->count; n++)
        record_unref(p->records[n]);
    free(p->records);
    *p = (struct past){0};
}

static enum err past_fits(struct past *p, struct why *why)
{
    const struct record *first = p->count ? p->records[0] : NULL;
    if (!first || first->kind != REC_INCIDENT_OPENED)
        return why_set(why, ERR_INVALID,
                       "this is not the journal of an incident from its beginning");
    if (first->purged)
        return why_set(why, ERR_INVALID,
                       "the incident was purged: what happened in it is not readable any more");
    if (json_str(first->body, "parent"))
        return why_set(why, ERR_INVALID,
                       "it was opened by the plan of another incident: replay that one (%s)",
                       json_str(first->body, "parent"));
    p->plan = json_str(first->body, "plan");
    p->pin = json_str_or(first->body, "pin", "");
    p->seed = json_str_or(first->body, "seed", "");
    p->begins = first->at_ms;
    p->lasts = p->records[p->count - 1]->mono;
    return p->plan ? ERR_OK : why_set(why, ERR_INVALID, "no plan was for this incident");
}

enum err past_read(const json_t *lines, struct past *ret, struct why *why)
{
    mono_ms base = json_int(json_array_get(lines, 0), "mono", 0);
    enum err e = ERR_OK;
    *ret = (struct past){0};
    for (size_t n = 0; !e && n < json_array_size(lines); n++) {
        struct record *r = record_from(json_array_get(lines, n), base);
        if (!r) {
            e = why_set(why, ERR_INVALID, "row %zu is none of a journal", n + 1);
            break;
        }
        ret->records = mem_grow(ret->records, &ret->cap, ret->count + 1, sizeof *ret->records);
        if (ret->count && r->mono < ret->records[ret->count - 1]->mono)
            r->mono = ret->records[ret->count - 1]->mono; /* a machine that began anew */
        ret->records[ret->count++] = r;
    }
    if (!e)
        e = past_fits(ret, why);
    if (e)
        past_done(ret);
    return e;
}

/* ---- who answered when ---- */

static bool calls_somebody(const struct record *r)
{
    return r->kind == REC_NOTICE_QUEUED &&
           !strcmp(json_str_or(record_at(r, "message"), "type", ""), "muster.call");
}

/* The first answer of somebody after a call and before they are called again; -1: there was none.
 */
static mono_ms answer_after(const struct past *p, size_t call, const char *person,
                            bool *ret_declines)
{
    for (size_t n = call + 1; n < p->count; n++) {
        const struct record *r = p->records[n];
        bool answer = r->kind == REC_CALL_ANSWERED || r->kind == REC_CALL_DECLINED ||
                      r->kind == REC_ANSWER_NOTED || r->kind == REC_OPINION_GIVEN ||
                      r->kind == REC_CHOICE_GIVEN;
        if (calls_somebody(r) && !strcmp(json_str_or(r->body, "to", ""), person))
            return -1;
        if (!answer || strcmp(json_str_or(r->body, "by", ""), person) != 0)
            continue;
        *ret_declines = r->kind == REC_CALL_DECLINED;
        return r->mono - p->records[call]->mono;
    }
    return -1;
}

static enum err choices_repeat(const struct past *p, struct trial *trial, struct why *why)
{
    enum err e = ERR_OK;
    for (size_t n = 0; !e && n < p->count; n++) {
        const struct record *r = p->records[n];
        const char *choice = json_str(record_at(r, "ev"), "choice");
        if (r->kind == REC_CHOICE_GIVEN && choice)
            e = trial_chooses(trial, json_str_or(r->body, "by", "?"),
                              json_str_or(r->body, "call", ""), choice, why);
    }
    return e;
}

/* As they behaved at each of their calls. called: gets {ID: true} of all who were. */
static enum err people_repeat(const struct past *p, struct trial *trial, json_t *called,
                              struct why *why)
{
    enum err e = trial_person(trial, "*", CAST_ANSWERS, PAST_ELSE_MS, why);
    if (!e)
        e = choices_repeat(p, trial, why);
    for (size_t n = 0; !e && n < p->count; n++) {
        const struct record *r = p->records[n];
        const char *to = json_str_or(r->body, "to", "?");
        bool declines = false;
        if (!calls_somebody(r))
            continue;
        bool first = !json_at(called, to);
        json_put(called, to, json_true());
        mono_ms after = answer_after(p, n, to, &declines);
        enum cast_does does = after < 0 ? CAST_SILENT : declines ? CAST_DECLINES : CAST_ANSWERS;
        struct why gone; /* who has left the site since is nobody now */
        (void)(first ? trial_person : trial_person_then)(trial, to, does, after < 0 ? 0 : after,
                                                         &gone);
    }
    return e;
}

/* Who is called now and never was: those of whom it is assumed. */
struct assumed {
    json_t *known, *list;
};

static void assumed_look(void *ctx, const struct record *r)
{
    const struct assumed *a = ctx;
    const char *to = json_str_or(r->body, "to", "?");
    if (!calls_somebody(r) || json_at(a->known, to))
        return;
    json_put(a->known, to, json_true());
    json_t *one = json_put_str(json_object(), "id", to);
    json_put_str(one, "name", json_str_or(record_at(r, "message"), "name", to));
    json_array_append_new(a->list, one);
}

/* ---- what people said ---- */

static bool is_by(const struct record *r, const char *type)
{
    return !strcmp(json_str_or(r->actor, "type", ""), type);
}

/* NULL: a program or a key, that named nobody. */
static const char *person_of(const struct record *r)
{
    return is_by(r, "person") ? json_str(r->actor, "id") : NULL;
}

static void copy_to(json_t *to, const json_t *from, const char *const *keys)
{
    for (; *keys; keys++)
        json_put(to, *keys, json_share(json_at(from, *keys)));
}

/* What was reported, as it is reported: {NAME: value} or {STATION: {NAME: value}}. Gives. */
static json_t *fields_of(const struct record *r)
{
    json_t *fields = json_object(), *one;
    size_t n;
    json_array_foreach(json_unconst(json_at(record_at(r, "ev"), "occurrences")), n, one)
    {
        const char *station = json_str(one, "station"), *name = json_str_or(one, "name", "?");
        if (station && !json_object_get(fields, station))
            json_put(fields, station, json_object());
        json_put(station ? json_object_get(fields, station) : fields, name,
                 json_share(json_at(one, "value")));
    }
    return fields;
}

static json_t *trigger_of(const struct past *p)
{
    static const char *const about[] = {"title",   "note",     "kind",  "source", "event", "grade",
                                        "warning", "occasion", "place", "labels", NULL};
    const struct record *first = p->records[0];
    json_t *body = json_put_str(json_object(), "plan", p->plan);
    copy_to(body, json_at(record_at(first, "ev"), "incident"), about);
    json_put(body, "fields", fields_of(first));
    return json_put_true(body, "drill", json_bool(first->body, "drill"));
}

/* What the scenario of a drill put in it puts in again. What came by way of another incident comes
 * from outside: that one is not here. */
static bool update_is_own(const struct record *r)
{
    return !strcmp(json_str_or(r->actor, "type", ""), "engine") && !json_str(r->body, "of");
}

static enum err update_again(struct trial *t, const struct record *r, struct why *why)
{
    if (update_is_own(r))
        return ERR_OK;
    json_t *body = json_put_str(json_object(), "note", json_str(record_at(r, "ev"), "note"));
    json_put(body, "fields", fields_of(r));
    return trial_say(t, IN_UPDATE, body, why);
}

/* Is it what a measure of the plan is called, in a plan of one language? */
static bool is_measure(const struct past *p, const char *title)
{
    for (size_t n = 0; n < p->count; n++) {
        const json_t *about = record_at(p->records[n], "about");
        if (p->records[n]->kind == REC_ITEM_ISSUED &&
            !strcmp(json_str_or(about, "title", ""), title))
            return true;
    }
    return false;
}

/* Of the measures of an order the plan lists its own; what somebody added stands last. */
static void measures_put(const struct past *p)
{
    for (size_t n = 0; n < p->count; n++) {
        const json_t *all = json_at(record_at(p->records[n], "ev"), "measures");
        const json_t *last = json_array_get(all, json_array_size(all) - 1);
        if (p->records[n]->kind == REC_ORDERED && json_is_string(last) &&
            !is_measure(p, json_string_value(last)))
            json_put_str(p->records[n]->body, "added", json_string_value(last));
    }
}

/*
 * What the engine ordered by itself it orders again by itself. What the form of an order filled in
 * (matter, expected, measures of the plan) it fills in again.
 */
static enum err order_again(struct trial *t, const struct record *r, struct why *why)
{
    static const char *const said[] = {"action",  "level", "reason", "basis",
                                       "despite", "oral",  NULL};
    if (json_bool(r->body, "auto"))
        return ERR_OK;
    json_t *body = json_put_str(json_object(), "as", person_of(r));
    copy_to(body, record_at(r, "ev"), said);
    json_put_str(body, "measures", json_str(r->body, "added"));
    return trial_say(t, IN_ORDER, body, why);
}

static enum err confirm_again(struct trial *t, const struct record *r, struct why *why)
{
    json_t *body = json_put_str(json_object(), "criterion", json_str(r->body, "criterion"));
    return trial_say(t, IN_CONFIRM, json_put_str(body, "as", person_of(r)), why);
}

static enum err resolve_again(struct trial *t, const struct record *r, struct why *why)
{
    return trial_say(t, IN_RESOLVE,
                     json_put_str(json_object(), "note", json_str(record_at(r, "ev"), "note")),
                     why);
}

static enum err item_again(struct trial *t, const struct record *r, struct why *why)
{
    static const char *const actions[][2] = {
        {"received", "receive"}, {"arrived", "arrive"}, {"done", "done"}, {"struck", "strike"},
        {"rejected", "reject"},  {"lifted", "lift"},    {"kept", "keep"}, {"returned", "return"}};
    const char *state = json_str_or(r->body, "state", ""), *name = json_str(r->body, "name");
    bool said = is_by(r, "person") || is_by(r, "key") || is_by(r, "source");
    for (size_t n = 0; said && name && n < sizeof actions / sizeof *actions; n++) {
        if (strcmp(actions[n][0], state) != 0)
            continue;
        json_t *more = json_put_str(json_object(), "as", person_of(r));
        return trial_item(t, name, actions[n][1], json_put_str(more, "note", record_str(r, "note")),
                          why);
    }
    return ERR_OK;
}

static enum err report_again(struct trial *t, const struct record *r, struct why *why)
{
    static const struct {
        enum record_kind kind;
        const char *action;
    } acts[] = {
        {REC_REPORT_SIGNED, "sign"}, {REC_REPORT_SENT, "send"}, {REC_REPORT_PHONED, "phone"}};
    AUTO_TEXT(name);
    text_addf(&name, "%s %d", json_str_or(r->body, "kind", "?"),
              (int)json_int(r->body, "number", 0));
    for (size_t n = 0; n < sizeof acts / sizeof *acts; n++) {
        if (acts[n].kind == r->kind)
            return trial_report(t, text_str(&name), acts[n].action,
                                json_put_str(json_object(), "as", person_of(r)), why);
    }
    return ERR_OK;
}

/* What somebody wrote is written again; what was filled in anew is filled with what is known now.
 */
static enum err edit_again(struct trial *t, const struct record *r, struct why *why)
{
    AUTO_TEXT(name);
    bool filled = json_bool(r->body, "filled");
    json_t *more = json_put_str(json_object(), "as", person_of(r));
    text_addf(&name, "%s %d", json_str_or(r->body, "kind", "?"),
              (int)json_int(r->body, "number", 0));
    json_put_str(more, "text", filled ? NULL : record_str(r, "text"));
    return trial_report(t, text_str(&name), filled ? "fill" : "edit", more, why);
}

static enum err close_again(struct trial *t, const struct record *r, struct why *why)
{
    const char *how = json_str_or(r->body, "why", "");
    bool by_hand = !strcmp(how, "closed") || !strcmp(how, "broken_off");
    return by_hand ? trial_say(t, IN_CLOSE, json_object(), why) : ERR_OK;
}

/* Does somebody act in this record? Then how it is done again. */
static enum err (*act_of(enum record_kind kind))(struct trial *, const struct record *,
                                                 struct why *)
{
    static enum err (*const acts[REC_KINDS])(struct trial *, const struct record *,
                                             struct why *) = {
        [REC_UPDATED] = update_again,       [REC_ORDERED] = order_again,
        [REC_CONFIRMED] = confirm_again,    [REC_RESOLVED] = resolve_again,
        [REC_ITEM_STATE] = item_again,      [REC_REPORT_EDITED] = edit_again,
        [REC_REPORT_SIGNED] = report_again, [REC_REPORT_SENT] = report_again,
        [REC_REPORT_PHONED] = report_again, [REC_INCIDENT_CLOSED] = close_again,
    };
    return acts[kind];
}

/* An item's later records do not carry its name: told by its id. */
static void names_put(const struct past *p)
{
    AUTO_JSON(names);
    names = json_object();
    for (size_t n = 0; n < p->count; n++) {
        struct record *r = p->records[n];
        const char *item = json_str(r->body, "item");
        if (!item)
            continue;
        if (r->kind == REC_ITEM_ISSUED)
            json_put_str(names, item, json_str(r->body, "name"));
        else if (json_str(names, item))
            json_put_str(r->body, "name", json_str(names, item));
    }
}

/* ---- all of it ---- */

/* The record of a drill's start, and how many records belong to it: what is put in with the start
 * comes with it again. NULL: it is no drill of a scenario's making. */
static const struct record *drill_start_of(const struct past *p, size_t *ret_count)
{
    const struct record *start = NULL;
    size_t n = 0;
    for (; n < p->count && p->records[n]->kind != REC_TURN &&
           p->records[n]->mono == p->records[0]->mono;
         n++) {
        if (p->records[n]->kind == REC_DRILL_STARTED)
            start = p->records[n];
    }
    *ret_count = start ? n : 1;
    return start;
}

static enum err drill_again(const struct past *p, const struct record *start, struct trial *trial,
                            struct why *why)
{
    const json_t *about = record_at(start, "about"), *scenario = json_at(about, "scenario");
    const char *director = json_str(about, "director");
    json_t *body = json_put_str(json_object(), "plan", p->plan);
    json_put_str(body, "mode", json_str(about, "mode"));
    json_put_int(body, "speed", json_int(start->body, "drill_speed", 1));
    if (director && strcmp(director, json_str_or(scenario, "director", "")) != 0)
        json_put_str(body, "as", director + strlen("person:"));
    return trial_drill(trial, scenario, body, why);
}

/* What began it. ret_count: the records that are done with it. */
static enum err begin_again(const struct past *p, struct trial *trial, size_t *ret_count,
                            struct why *why)
{
    const struct record *drill = drill_start_of(p, ret_count);
    return drill ? drill_again(p, drill, trial, why) : trial_trigger(trial, trigger_of(p), why);
}

static enum err acts_again(const struct past *p, size_t from, struct trial *trial,
                           int64_t *ret_skipped, struct why *why)
{
    enum err e = ERR_OK;
    mono_ms now = 0;
    for (size_t n = from; !e && n < p->count; n++) {
        const struct record *r = p->records[n];
        struct why refused;
        if (!act_of(r->kind))
            continue;
        e = trial_advance(trial, r->mono - now, why);
        now = r->mono;
        if (!e && act_of(r->kind)(trial, r, &refused))
            ++*ret_skipped;
    }
    return e ? e : trial_advance(trial, p->lasts - now, why);
}

enum err past_repeat(const struct past *p, struct trial *trial, struct past_again *ret,
                     struct why *why)
{
    AUTO_JSON(called);
    size_t from = 1;
    *ret = (struct past_again){.assumed = json_array()};
    called = json_object();
    names_put(p);
    measures_put(p);
    enum err e = trial_begin_at(trial, p->begins, why);
    if (!e)
        e = people_repeat(p, trial, called, why);
    if (!e)
        e = begin_again(p, trial, &from, why);
    if (!e)
        e = acts_again(p, from, trial, &ret->skipped, why);
    trial_records(trial, assumed_look, &(struct assumed){.known = called, .list = ret->assumed});
    return e;
}
