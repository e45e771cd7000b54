#include "core/score.h"

#include "core/drill.h"
#include "core/expect.h"
#include "core/inject.h"
#include "core/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One inject, and what came of it. */
struct scored {
    const json_t *inject; /* borrowed from the scenario */
    wall_ms at;           /* 0: it has not come */
    wall_ms met_at;       /* 0: not met */
    bool before;
    char *zh, *en; /* the row that met it */
};

struct score {
    json_t *about; /* of drill_started; NULL: none yet */
    wall_ms begun_at, ended_at, last_at;
    struct scored *injects;
    size_t count;
    json_t *measures; /* {ITEM: the name of its measure} */
    int64_t speed;    /* times of the scenario pass so many times as fast */
    char level[8];    /* in force, "" none */
};

struct score *score_new(void)
{
    struct score *s = mem_new(1, sizeof *s);
    s->measures = json_object();
    return s;
}

static void injects_free(struct score *s)
{
    for (size_t n = 0; n < s->count; n++) {
        free(s->injects[n].zh);
        free(s->injects[n].en);
    }
    free(s->injects);
    s->injects = NULL;
    s->count = 0;
}

void score_free(struct score *s)
{
    if (!s)
        return;
    injects_free(s);
    json_decref(s->about);
    json_decref(s->measures);
    free(s);
}

/* ---- the journal ---- */

static void started_take(struct score *s, const struct record *r)
{
    injects_free(s);
    json_decref(s->about);
    s->about = json_deep_copy(record_at(r, "about"));
    if (!s->about) /* purged: what is not personal stands in the body */
        s->about = json_deep_copy(r->body);
    const json_t *injects = json_at(json_at(s->about, "scenario"), "injects");
    s->begun_at = r->at_ms;
    s->speed = json_int(r->body, "drill_speed", 1);
    s->count = json_array_size(injects);
    s->injects = mem_new(s->count + 1, sizeof *s->injects);
    for (size_t n = 0; n < s->count; n++)
        s->injects[n].inject = json_array_get(injects, n);
}

static const char *expected(const struct scored *i)
{
    return json_str(json_at(i->inject, "expect"), "line");
}

static void meet(struct scored *i, const struct record *r)
{
    struct text zh = {0}, en = {0};
    record_say(r, "zh", &zh);
    record_say(r, "en", &en);
    i->met_at = r->at_ms;
    i->zh = text_take(&zh);
    i->en = text_take(&en);
}

/* Who has ordered it already need not do so again. */
static void inject_take(struct score *s, const struct record *r)
{
    size_t index = (size_t)json_int(r->body, "index", 0);
    if (index >= s->count)
        return;
    struct scored *i = &s->injects[index];
    i->at = r->at_ms;
    const struct expectation e = expectation_of(expected(i) ? expected(i) : "");
    if (e.verb == EXPECT_ORDER && *s->level && !strcmp(s->level, e.what)) {
        i->met_at = r->at_ms;
        i->before = true;
    }
}

static void level_take(struct score *s, const struct record *r)
{
    const char *level = json_str(r->body, "level");
    if (r->kind != REC_ORDERED)
        return;
    if (level)
        snprintf(s->level, sizeof s->level, "%s", level);
    else if (!strcmp(json_str_or(r->body, "action", ""), "terminate"))
        s->level[0] = '\0';
}

static void expectations_take(struct score *s, const struct record *r)
{
    const char *item = json_str(r->body, "item");
    if (!strcmp(json_str_or(r->body, "step", ""),
                DRILL_STEP_DIRECTOR)) /* it quotes what is expected */
        return;
    const char *measure = item ? json_str(s->measures, item) : NULL;
    for (size_t n = 0; n < s->count; n++) {
        struct scored *i = &s->injects[n];
        if (!i->at || i->met_at || !expected(i))
            continue;
        const struct expectation e = expectation_of(expected(i));
        if (expectation_met(&e, r, measure))
            meet(i, r);
    }
}

void score_take(struct score *s, const struct record *r)
{
    s->last_at = r->at_ms;
    if (r->kind == REC_DRILL_STARTED)
        started_take(s, r);
    if (!s->about)
        return;
    if (r->kind == REC_ITEM_ISSUED)
        json_put_str(s->measures, json_str_or(r->body, "item", ""), json_str(r->body, "name"));
    level_take(s, r);
    /* what an inject itself says is no deed of anybody */
    if (r->kind == REC_DRILL_INJECT)
        inject_take(s, r);
    else if (!s->ended_at)
        expectations_take(s, r);
    if (r->kind == REC_INCIDENT_CLOSED || r->kind == REC_MERGED)
        s->ended_at = r->at_ms;
}

/* ---- what came of it ---- */

enum result { RESULT_MET, RESULT_OPEN, RESULT_TO_COME, RESULT_LATE, RESULT_MISSED, RESULTS };

static const char *const result_names[RESULTS] = {"met", "open", "to_come", "late", "missed"};

/* As long as the scenario's clock has gone on between the two. */
static int64_t took(const struct score *s, wall_ms from, wall_ms to)
{
    return (to - from) * s->speed;
}

static enum result result_of(const struct score *s, const struct scored *i)
{
    int64_t within = json_int(json_at(i->inject, "expect"), "within_ms", INT64_MAX);
    if (i->met_at)
        return took(s, i->at, i->met_at) <= within ? RESULT_MET : RESULT_LATE;
    if (s->ended_at)
        return RESULT_MISSED;
    if (!i->at)
        return RESULT_TO_COME;
    return took(s, i->at, s->last_at) <= within ? RESULT_OPEN : RESULT_MISSED;
}

static void put_time(json_t *o, const char *key, wall_ms at)
{
    char text[RFC3339_TEXT];
    if (at)
        json_put_str(o, key, rfc3339(at, text));
}

static json_t *inject_json(const struct score *s, const struct scored *i)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    json_t *o = json_put_int(json_object(), "no", json_int(i->inject, "no", 0));
    inject_say(i->inject, true, &zh);
    inject_say(i->inject, false, &en);
    json_put_str(o, "by", json_str(i->inject, "by"));
    json_put_str(json_put_str(o, "zh", text_str(&zh)), "en", text_str(&en));
    put_time(o, "at", i->at);
    json_put_str(o, "objective", json_str(i->inject, "objective"));
    if (!expected(i))
        return o;
    json_put(o, "expect", json_deep_copy(json_at(i->inject, "expect")));
    json_put_str(o, "result", result_names[result_of(s, i)]);
    json_put_true(o, "before", i->before);
    if (i->met_at)
        json_put_int(o, "took_ms", took(s, i->at, i->met_at));
    put_time(o, "met_at", i->met_at);
    return json_put_str(json_put_str(o, "met_zh", i->zh), "met_en", i->en);
}

/* Into the counts of `to`: met, late, missed, open; returns the worst. */
static enum result counts_put(const struct score *s, const char *objective, json_t *to)
{
    int64_t counts[RESULTS] = {0};
    enum result worst = RESULT_MET;
    for (size_t n = 0; n < s->count; n++) {
        const struct scored *i = &s->injects[n];
        bool meant = !objective || !strcmp(json_str_or(i->inject, "objective", ""), objective);
        if (!meant || !expected(i))
            continue;
        enum result result = result_of(s, i);
        counts[result]++;
        worst = result > worst ? result : worst;
    }
    json_put_int(to, "met", counts[RESULT_MET]);
    json_put_int(to, "late", counts[RESULT_LATE]);
    json_put_int(to, "missed", counts[RESULT_MISSED]);
    json_put_int(to, "open", counts[RESULT_OPEN] + counts[RESULT_TO_COME]);
    return worst;
}

static json_t *objectives_json(const struct score *s)
{
    const json_t *table = json_at(json_at(s->about, "scenario"), "objectives");
    const char **ids = json_keys(table, NULL);
    json_t *list = json_array();
    for (size_t n = 0; ids[n]; n++) {
        json_t *o = json_put_str(json_object(), "id", ids[n]);
        json_put(o, "words", json_deep_copy(json_at(table, ids[n])));
        enum result worst = counts_put(s, ids[n], o);
        json_array_append_new(list, json_put_str(o, "result", result_names[worst]));
    }
    free(ids);
    return list;
}

json_t *score_json(const struct score *s)
{
    const json_t *scenario = json_at(s->about, "scenario");
    json_t *o = json_object(), *injects = json_array();
    if (!s->about) {
        json_decref(o);
        json_decref(injects);
        return NULL;
    }
    json_put_str(o, "mode", json_str(s->about, "mode"));
    json_put_str(o, "scenario",
                 json_is_string(scenario) ? json_string_value(scenario)
                                          : json_str(scenario, "name"));
    json_put(o, "title", json_share(json_at(scenario, "title")));
    json_put_str(o, "director", json_str(s->about, "director"));
    json_put(o, "evaluators", json_share(json_at(s->about, "evaluators")));
    json_put(o, "names", json_share(json_at(s->about, "names")));
    if (s->speed > 1)
        json_put_int(o, "speed", s->speed);
    put_time(o, "begun_at", s->begun_at);
    put_time(o, "ended_at", s->ended_at);
    for (size_t n = 0; n < s->count; n++)
        json_array_append_new(injects, inject_json(s, &s->injects[n]));
    json_put(o, "injects", injects);
    (void)counts_put(s, NULL, o);
    return json_put(o, "objectives", objectives_json(s));
}
