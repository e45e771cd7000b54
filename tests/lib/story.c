#include "story.h"

#include "base/text.h"
#include "core/say.h"
#include "plan/check.h"
#include "plan/planner.h"

#include <assert.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PEOPLE_MAX = 64, ENDPOINTS_MAX = 16, COURIER_MS = 20 };
static const wall_ms STORY_BEGINS = INT64_C(1784512800000); /* 2026-07-20 02:00 UTC */

/* Something that will happen: an attempt's result, or a person's answer. */
struct coming {
    mono_ms at;
    int64_t order;
    enum { COMING_RESULT, COMING_ANSWER } kind;
    json_t *body;
    struct uuid incident;
};

struct person_script {
    char id[64];
    int64_t after_ms; /* -1: silent */
    bool declines;
};

struct endpoint_script {
    char name[64];
    int status;
    char body[256]; /* what it says to who fetches */
};

struct kept_row {
    struct row row;
};

struct story {
    struct core *core;
    json_t *checked; /* the frame "checked": site, channels, plans */
    json_t *sources; /* {NAME: the file of the plan} */
    char *plan_name;
    struct uuid opened[64]; /* incidents, in the order of their making */
    size_t opened_count;
    struct planner *planners[PLANNER_SLOTS];
    bool pin_sent[PLANNER_SLOTS];
    int64_t gens;
    int64_t gen[PLANNER_SLOTS];
    wall_ms wall;
    mono_ms mono;
    uint64_t inputs;

    struct record **journal;
    size_t journal_count, journal_cap;
    struct kept_row *rows;
    size_t rows_count, rows_cap;
    struct coming *coming;
    size_t coming_count, coming_cap;
    int64_t orders;
    json_t *frames;  /* from planners, not yet taken in */
    json_t *items;   /* {NAME: "body" of the record that issued it last} */
    json_t *reports; /* {"update 2": id} */
    json_t *phones;  /* {PERSON: "data" of the body of the last message that went there} */
    json_t *reply;
    struct uuid incident;
    struct uuid notice; /* of the receipt being told */

    struct person_script people[PEOPLE_MAX];
    size_t people_count;
    struct endpoint_script endpoints[ENDPOINTS_MAX];
    size_t endpoints_count;
    bool hold_results;
    bool queue;     /* what planners say waits */
    bool forgetful; /* planners keep nothing between turns */
    struct text trace, turns, attempts;
    size_t told;
};

static void story_input(struct story *s, struct input in);
static void story_drain(struct story *s);

/* --- the record, as a store would keep it --- */

static void row_keep(struct story *s, struct row *r)
{
    for (size_t n = 0; n < s->rows_count; n++) {
        struct row *old = &s->rows[n].row;
        if (old->kind != r->kind || strcmp(old->id, r->id))
            continue;
        row_done(old);
        if (r->gone || !r->open) {
            row_done(r);
            s->rows[n] = s->rows[--s->rows_count];
        } else {
            *old = *r;
        }
        return;
    }
    if (r->gone || !r->open) {
        row_done(r);
        return;
    }
    s->rows = mem_grow(s->rows, &s->rows_cap, s->rows_count + 1, sizeof *s->rows);
    s->rows[s->rows_count++].row = *r;
}

static void rows_keep(struct story *s, struct core *c)
{
    struct row *rows;
    size_t count;
    core_dirty_rows(c, &rows, &count);
    for (size_t n = 0; n < count; n++)
        row_keep(s, &rows[n]);
    free(rows);
}

static void trace_record(struct story *s, const struct record *r)
{
    bool quiet = r->kind == REC_NOTICE_HANDED || r->kind == REC_TIMER_FIRED;
    if (r->kind == REC_TURN) {
        json_write(record_at(r, "cmds"), &s->turns);
        text_add_char(&s->turns, '\n');
        quiet = true;
    }
    if (r->kind == REC_INCIDENT_OPENED && s->opened_count < sizeof s->opened / sizeof *s->opened)
        s->opened[s->opened_count++] = r->incident;
    if (r->kind == REC_ITEM_ISSUED && json_str(r->body, "name"))
        json_put(s->items, json_str(r->body, "name"), json_share(r->body));
    if (r->kind == REC_REPORT_OPENED) {
        AUTO_TEXT(name);
        text_addf(&name, "%s %" PRId64, json_str_or(r->body, "kind", "?"),
                  json_int(r->body, "number", 0));
        json_put_str(s->reports, text_str(&name), json_str(r->body, "report"));
    }
    if (quiet)
        return;
    int64_t seconds = (r->mono) / 1000;
    text_addf(&s->trace, "[%lld:%02lld:%02lld] ", (long long)(seconds / 3600),
              (long long)(seconds / 60 % 60), (long long)(seconds % 60));
    record_say(r, "en", &s->trace);
    text_add_char(&s->trace, '\n');
}

/* --- effects --- */

static void planner_said(void *ctx, const json_t *frame)
{
    struct story *s = ctx;
    json_array_append_new(s->frames, json_deep_copy(frame));
}

static void planner_take(struct story *s, int slot, const json_t *frame)
{
    struct why why;
    if (s->planners[slot] && planner_frame(s->planners[slot], frame, &why))
        fail_msg("planner: %s", why.text);
}

static void story_hello(struct story *s, int slot)
{
    AUTO_JSON(hello);
    hello = json_pack("{s:s,s:I,s:I}", "op", "hello", "gen", (json_int_t)s->gen[slot],
                      "resident_bytes", (json_int_t)(s->forgetful ? 0 : 32 << 20));
    planner_take(s, slot, hello);
}

static void story_planner_start(struct story *s, int slot)
{
    struct planner_hooks hooks = {.send = planner_said, .ctx = s};
    planner_free(s->planners[slot]);
    s->planners[slot] = planner_new(&planner_config_default, &hooks);
    s->pin_sent[slot] = false;
    s->gen[slot] = ++s->gens;
    story_hello(s, slot);
    story_input(s, (struct input){.kind = IN_PLANNER_UP, .slot = slot, .gen = s->gen[slot]});
}

static const struct record *journal_find(const struct story *s, int64_t seq)
{
    for (size_t n = s->journal_count; n > 0; n--) {
        if (s->journal[n - 1]->seq == seq)
            return s->journal[n - 1];
    }
    return NULL;
}

static void story_send_pin(struct story *s, int slot)
{
    if (s->pin_sent[slot])
        return;
    s->pin_sent[slot] = true;
    size_t n;
    json_t *plan;
    json_array_foreach(json_object_get(s->checked, "plans"), n, plan)
    {
        AUTO_JSON(frame);
        const char *name = json_str(plan, "name");
        frame = json_pack("{s:s,s:s,s:s,s:[O]}", "op", "pin", "pin", json_str(plan, "pin"), "plan",
                          name, "files", json_at(s->sources, name));
        planner_take(s, slot, frame);
    }
}

static void story_event(struct story *s, const struct effect *e)
{
    if (e->gen != s->gen[e->slot] || !s->planners[e->slot])
        return;
    json_t *frame = json_deep_copy(e->body);
    if (!json_at(frame, "ev"))
        json_put(frame, "ev", json_share(record_at(journal_find(s, e->cause), "ev")));
    story_send_pin(s, e->slot);
    planner_take(s, e->slot, frame);
    json_decref(frame);
}

/* What a result will be, in a moment. Takes the result. */
static void result_comes(struct story *s, struct uuid incident, json_t *result)
{
    s->coming = mem_grow(s->coming, &s->coming_cap, s->coming_count + 1, sizeof *s->coming);
    s->coming[s->coming_count++] = (struct coming){.at = s->mono + COURIER_MS,
                                                   .order = s->orders++,
                                                   .kind = COMING_RESULT,
                                                   .body = result,
                                                   .incident = incident};
}

static struct endpoint_script endpoint_now(const struct story *s, const char *endpoint)
{
    for (size_t n = 0; n < s->endpoints_count; n++) {
        if (!strcmp(s->endpoints[n].name, endpoint))
            return s->endpoints[n];
    }
    return (struct endpoint_script){.status = 200};
}

static void story_fetch(struct story *s, const struct effect *e)
{
    const char *endpoint = json_str_or(e->body, "endpoint", "");
    struct endpoint_script script = endpoint_now(s, endpoint);
    bool ok = script.status >= 200 && script.status < 300;
    text_addf(&s->attempts, "%lld fetch %s %s %s\n", (long long)(s->mono / 1000), endpoint,
              json_str_or(e->body, "notice", ""), json_str_or(e->body, "body", ""));
    json_t *result =
        json_pack("{s:s,s:s,s:b,s:i,s:s,s:s}", "op", "result", "fetch", json_str(e->body, "fetch"),
                  "ok", ok, "status", script.status, "class", "status", "body", script.body);
    json_put_str(result, "error", ok ? NULL : "the endpoint said no");
    result_comes(s, e->incident, result);
}

static void story_attempt(struct story *s, const struct effect *e)
{
    char id[UUID_TEXT];
    const char *endpoint = json_str_or(e->body, "endpoint", "");
    const char *person = json_str_or(e->body, "person", "");
    int status = endpoint_now(s, endpoint).status;
    text_addf(&s->attempts, "%lld %s %s %s\n", (long long)(s->mono / 1000), person, endpoint,
              json_str_or(e->body, "notice", ""));
    json_t *result =
        json_pack("{s:s,s:s,s:I,s:b,s:i,s:s}", "op", "result", "notice", uuid_text(e->notice, id),
                  "number", (json_int_t)json_int(e->body, "number", 0), "ok",
                  status >= 200 && status < 300, "status", status, "class", "status");
    json_put_str(result, "person", person);
    AUTO_JSON(body);
    const char *text = json_str_or(e->body, "body", "{}");
    struct why why;
    if (json_read(text, strlen(text), &body, &why) == ERR_OK) {
        json_put_str(result, "type", json_str(body, "type"));
        json_put(s->phones, person, json_share(json_at(body, "data")));
    }
    result_comes(s, e->incident, result);
}

static void story_kill_quarantine(struct story *s, int slot)
{
    planner_free(s->planners[slot]);
    s->planners[slot] = NULL;
    s->gen[slot] = 0;
}

static void story_drop(struct story *s, const struct effect *e)
{
    char id[UUID_TEXT];
    AUTO_JSON(frame);
    frame = json_pack("{s:s,s:s}", "op", "drop", "incident", uuid_text(e->incident, id));
    planner_take(s, e->slot, frame);
}

static void story_effect(struct story *s, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_REPLY:
        json_decref(s->reply);
        s->reply = json_incref(e->body);
        break;
    case EFFECT_EVENT:
        story_event(s, e);
        break;
    case EFFECT_ATTEMPT:
        story_attempt(s, e);
        break;
    case EFFECT_FETCH:
        story_fetch(s, e);
        break;
    case EFFECT_KILL:
        story_kill_quarantine(s, e->slot);
        break;
    case EFFECT_WANT:
        story_planner_start(s, e->slot);
        break;
    case EFFECT_DROP:
        story_drop(s, e);
        break;
    }
}

static void story_seed(const struct story *s, uint8_t seed[32])
{
    for (int n = 0; n < 4; n++) {
        uint64_t x = (s->inputs * 4 + (uint64_t)n + 1) * UINT64_C(0x9e3779b97f4a7c15);
        x ^= x >> 29;
        memcpy(seed + 8 * n, &x, sizeof x);
    }
}

static void story_input(struct story *s, struct input in)
{
    struct update u = {0};
    in.wall = s->wall;
    in.mono = s->mono;
    s->inputs++;
    story_seed(s, in.seed);
    if (!in.who.id)
        in.who = (struct principal){"uid:0", SCOPE_ALL};
    core_decide(s->core, &in, &u);
    for (size_t n = 0; n < u.records_count; n++) {
        s->journal =
            mem_grow(s->journal, &s->journal_cap, s->journal_count + 1, sizeof(struct record *));
        s->journal[s->journal_count++] = record_ref(u.records[n]);
        trace_record(s, u.records[n]);
    }
    rows_keep(s, s->core);
    for (size_t n = 0; n < u.effects_count; n++)
        story_effect(s, &u.effects[n]);
    update_done(&u);
}

/* --- what planners say --- */

static void story_history(struct story *s, const json_t *need)
{
    struct uuid id;
    const char *text = json_str_or(need, "incident", "");
    int64_t have = json_int(need, "have", 0), gen = json_int(need, "gen", 0);
    assert_true(uuid_parse(text, &id));
    int64_t upto = 0, cause = core_event_history(s->core, id, &upto);
    int64_t since = core_run_since(s->core, id);
    json_t *rows = json_array();
    for (size_t n = 0; n < s->journal_count; n++) {
        const struct record *r = s->journal[n];
        if (uuid_cmp(r->incident, id) || r->seq <= have || r->seq < since || r->seq > upto)
            continue;
        json_t *row = record_for_planner(r, cause);
        if (row)
            json_array_append_new(rows, row);
    }
    for (int slot = 0; slot < PLANNER_SLOTS; slot++) {
        if (s->gen[slot] != gen || !gen)
            continue;
        AUTO_JSON(frame);
        frame = json_pack("{s:s,s:I,s:s,s:O,s:b}", "op", "history", "gen", (json_int_t)gen,
                          "incident", text, "rows", rows, "more", 0);
        planner_take(s, slot, frame);
    }
    json_decref(rows);
}

static void story_frames(struct story *s)
{
    while (!s->queue && json_array_size(s->frames)) {
        AUTO_JSON(frame);
        frame = json_incref(json_array_get(s->frames, 0));
        json_array_remove(s->frames, 0);
        const char *op = json_str_or(frame, "op", "");
        if (!strcmp(op, "turn"))
            story_input(s, (struct input){.kind = IN_TURN, .body = frame});
        else if (!strcmp(op, "failed"))
            story_input(s, (struct input){.kind = IN_PLAN_FAILED, .body = frame});
        else if (!strcmp(op, "need"))
            story_history(s, frame);
    }
}

/* --- time --- */

static struct person_script *person_of(struct story *s, const char *id)
{
    for (size_t n = 0; n < s->people_count; n++) {
        if (!strcmp(s->people[n].id, id))
            return &s->people[n];
    }
    assert_true(s->people_count < PEOPLE_MAX);
    struct person_script *p = &s->people[s->people_count++];
    *p = (struct person_script){.after_ms = -1};
    snprintf(p->id, sizeof p->id, "%s", id);
    return p;
}

static void coming_result(struct story *s, const struct coming *c)
{
    if (json_str(c->body, "fetch")) {
        story_input(s,
                    (struct input){.kind = IN_FETCHED, .incident = c->incident, .body = c->body});
        return;
    }
    const char *person = json_str_or(c->body, "person", "");
    struct person_script *p = person_of(s, person);
    bool call = !strcmp(json_str_or(c->body, "type", ""), "muster.call");
    if (call && json_bool(c->body, "ok") && p->after_ms >= 0) {
        json_t *answer = json_put_str(json_object(), "as", person);
        json_put_true(answer, "decline", p->declines);
        s->coming = mem_grow(s->coming, &s->coming_cap, s->coming_count + 1, sizeof *s->coming);
        s->coming[s->coming_count++] = (struct coming){.at = s->mono + p->after_ms,
                                                       .order = s->orders++,
                                                       .kind = COMING_ANSWER,
                                                       .body = answer,
                                                       .incident = c->incident};
    }
    story_input(s, (struct input){.kind = IN_RESULT, .body = c->body});
}

static size_t coming_first(const struct story *s)
{
    size_t first = SIZE_MAX;
    for (size_t n = 0; n < s->coming_count; n++) {
        if (s->hold_results && s->coming[n].kind == COMING_RESULT)
            continue;
        if (first == SIZE_MAX || s->coming[n].at < s->coming[first].at ||
            (s->coming[n].at == s->coming[first].at && s->coming[n].order < s->coming[first].order))
            first = n;
    }
    return first;
}

static void story_clock(struct story *s, mono_ms to)
{
    if (to <= s->mono)
        return;
    s->wall += to - s->mono;
    s->mono = to;
}

static void story_drain(struct story *s)
{
    story_frames(s);
}

/* The next thing not later than `until`; false: there is none. */
static bool story_step(struct story *s, mono_ms until)
{
    story_drain(s);
    size_t first = coming_first(s);
    mono_ms due = core_next_due(s->core);
    mono_ms coming = first == SIZE_MAX ? INT64_MAX : s->coming[first].at;
    if (due > until && coming > until)
        return false;
    if (coming <= due) {
        struct coming c = s->coming[first];
        s->coming[first] = s->coming[--s->coming_count];
        story_clock(s, c.at);
        if (c.kind == COMING_RESULT)
            coming_result(s, &c);
        else
            story_input(s,
                        (struct input){.kind = IN_ANSWER, .incident = c.incident, .body = c.body});
        json_decref(c.body);
    } else {
        story_clock(s, due);
        story_input(s, (struct input){.kind = IN_TICK});
    }
    return true;
}

void story_advance(struct story *s, int64_t ms)
{
    mono_ms until = s->mono + ms;
    while (story_step(s, until)) {
    }
    story_clock(s, until);
}

/* --- beginning and end --- */

static char *file_text(const char *path)
{
    struct text t = {0};
    char buffer[4096];
    size_t got;
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing: tests run in the project's root", path);
    while ((got = fread(buffer, 1, sizeof buffer, f)))
        text_add_bytes(&t, buffer, got);
    fclose(f);
    return text_take(&t);
}

static json_t *file_object(const char *name, const char *source)
{
    return json_pack("{s:s,s:s}", "name", name, "source", source);
}

static json_t *story_check(const char *site_path, const json_t *sources)
{
    size_t n = 0;
    const char **names = json_keys(sources, NULL);
    json_t *plans = json_array();
    char *site = file_text(site_path);
    char *webhook = file_text("plans/channels/webhook.lua");
    char *demo = file_text("plans/channels/demo.lua");
    for (; names[n]; n++)
        json_array_append_new(plans, json_share(json_at(sources, names[n])));
    free(names);
    AUTO_JSON(request);
    request =
        json_pack("{s:s,s:i,s:o,s:[oo],s:o}", "op", "check", "id", 1, "site",
                  file_object("site.lua", site), "channels", file_object("webhook.lua", webhook),
                  file_object("demo.lua", demo), "plans", plans);
    free(site);
    free(webhook);
    free(demo);
    json_t *checked = check_set(request);
    if (!json_bool(checked, "ok")) {
        char *findings = json_dumps(json_at(checked, "findings"), JSON_INDENT(1));
        fail_msg("the story's plan or site does not pass the check: %s", findings);
    }
    return checked;
}

static struct core *story_core(const struct story *s)
{
    struct core_config config = {.version = "story",
                                 .speed = 1,
                                 .incidents_max = 1000000,
                                 .attempts_max = 256,
                                 .answer_url = "https://muster.example"};
    struct core *c = core_new(&config);
    struct why why;
    size_t n;
    json_t *plan;
    if (core_library_site(c, "sha256:site", s->checked, &why))
        fail_msg("%s", why.text);
    json_array_foreach(json_object_get(s->checked, "plans"), n, plan)
    {
        if (core_library_plan(c, json_str(plan, "pin"), json_str(plan, "name"),
                              json_at(plan, "head"), &why))
            fail_msg("%s", why.text);
    }
    return c;
}

static void story_start(struct story *s)
{
    AUTO_JSON(boot);
    boot = json_put_str(json_object(), "boot", "story");
    story_input(s, (struct input){.kind = IN_STARTED, .body = boot});
    size_t n;
    json_t *plan, *plans = json_array();
    json_array_foreach(json_object_get(s->checked, "plans"), n, plan)
        json_array_append_new(plans, json_pack("{s:s,s:s}", "name", json_str(plan, "name"), "pin",
                                               json_str(plan, "pin")));
    AUTO_JSON(config);
    config = json_pack("{s:s,s:o}", "site", "sha256:site", "plans", plans);
    story_input(s, (struct input){.kind = IN_CONFIG, .body = config});
    story_input(s, (struct input){.kind = IN_COURIER_UP});
    story_planner_start(s, 0);
    story_planner_start(s, 1);
    story_drain(s);
}

static void source_add(json_t *sources, const char *name, const char *source)
{
    AUTO_TEXT(file);
    text_addf(&file, "%s.lua", name);
    json_put(sources, name, file_object(text_str(&file), source));
}

static struct story *story_of(const char *site_path, const char *plan_name, json_t *takes_sources)
{
    struct story *s = mem_new(1, sizeof *s);
    s->plan_name = mem_str(plan_name);
    s->sources = takes_sources;
    s->checked = story_check(site_path, s->sources);
    s->frames = json_array();
    s->phones = json_object();
    s->items = json_object();
    s->reports = json_object();
    s->wall = STORY_BEGINS;
    s->core = story_core(s);
    story_start(s);
    return s;
}

struct story *story_new(const char *plan_name, const char *plan_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    return story_of("tests/lib/story_site.lua", plan_name, sources);
}

struct story *story_with(const char *plan_name, const char *plan_source, const char *other_name,
                         const char *other_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    source_add(sources, other_name, other_source);
    return story_of("tests/lib/story_site.lua", plan_name, sources);
}

void story_at(struct story *s, size_t incident)
{
    assert_true(incident < s->opened_count);
    s->incident = s->opened[incident];
}

struct story *story_shipped(const char *plan_name)
{
    AUTO_TEXT(path);
    text_addf(&path, "plans/%s.lua", plan_name);
    char *source = file_text(text_str(&path));
    json_t *sources = json_object();
    source_add(sources, plan_name, source);
    struct story *s = story_of("plans/site.lua", plan_name, sources);
    free(source);
    return s;
}

void story_site_forbids_drills(struct story *s)
{
    json_t *people = json_object_get(json_object_get(s->checked, "site"), "people");
    const char *id;
    json_t *person;
    json_object_foreach(people, id, person) json_object_set_new(person, "drill", json_false());
    story_crash_engine(s); /* the next one reads it so */
}

static void rows_dump(const struct row *rows, size_t count, struct text *to)
{
    for (size_t n = 0; n < count; n++) {
        if (!rows[n].open || rows[n].gone)
            continue;
        text_addf(to, "%d %s %s ", (int)rows[n].kind, rows[n].id,
                  rows[n].state ? rows[n].state : "-");
        if (rows[n].text)
            text_add(to, rows[n].text);
        else
            json_write(rows[n].body, to);
        text_add_char(to, '\n');
    }
}

static char *core_dump(const struct core *c)
{
    struct row *rows;
    size_t count;
    struct text t = {0};
    core_all_rows(c, &rows, &count);
    rows_dump(rows, count, &t);
    for (size_t n = 0; n < count; n++)
        row_done(&rows[n]);
    free(rows);
    return text_take(&t);
}

static struct core *story_loaded(const struct story *s)
{
    struct core *c = story_core(s);
    for (size_t n = 0; n < s->rows_count; n++) {
        struct row row = s->rows[n].row;
        AUTO_JSON(body);
        body = row.text ? json_loads(row.text, 0, NULL) : json_incref(row.body);
        row.body = body;
        core_load_row(c, &row);
    }
    core_load_end(c, s->journal_count ? s->journal[s->journal_count - 1]->seq : 0);
    return c;
}

static struct core *story_rebuilt(const struct story *s)
{
    struct core *c = story_core(s);
    for (size_t n = 0; n < s->journal_count; n++) {
        core_apply(c, s->journal[n]);
        struct row *rows;
        size_t count;
        core_dirty_rows(c, &rows, &count);
        for (size_t k = 0; k < count; k++)
            row_done(&rows[k]);
        free(rows);
    }
    return c;
}

/* Test I13. */
static void story_check_state(const struct story *s)
{
    struct core *loaded = story_loaded(s), *rebuilt = story_rebuilt(s);
    char *live_dump = core_dump(s->core);
    char *loaded_dump = core_dump(loaded), *rebuilt_dump = core_dump(rebuilt);
    assert_string_equal(live_dump, loaded_dump);
    assert_string_equal(live_dump, rebuilt_dump);
    free(live_dump);
    free(loaded_dump);
    free(rebuilt_dump);
    core_free(loaded);
    core_free(rebuilt);
}

void story_end(struct story *s)
{
    story_drain(s);
    story_check_state(s);
    core_free(s->core);
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        planner_free(s->planners[slot]);
    for (size_t n = 0; n < s->journal_count; n++)
        record_unref(s->journal[n]);
    for (size_t n = 0; n < s->rows_count; n++)
        row_done(&s->rows[n].row);
    for (size_t n = 0; n < s->coming_count; n++)
        json_decref(s->coming[n].body);
    free(s->journal);
    free(s->rows);
    free(s->coming);
    json_decref(s->frames);
    json_decref(s->phones);
    json_decref(s->items);
    json_decref(s->reports);
    json_decref(s->reply);
    json_decref(s->checked);
    json_decref(s->sources);
    text_done(&s->trace);
    text_done(&s->turns);
    text_done(&s->attempts);
    free(s->plan_name);
    free(s);
}

/* --- people's part --- */

static struct endpoint_script *endpoint_of(struct story *s, const char *endpoint)
{
    for (size_t n = 0; n < s->endpoints_count; n++) {
        if (!strcmp(s->endpoints[n].name, endpoint))
            return &s->endpoints[n];
    }
    assert_true(s->endpoints_count < ENDPOINTS_MAX);
    struct endpoint_script *e = &s->endpoints[s->endpoints_count++];
    *e = (struct endpoint_script){.status = 200};
    snprintf(e->name, sizeof e->name, "%s", endpoint);
    return e;
}

void story_endpoint_answers(struct story *s, const char *endpoint, int status)
{
    endpoint_of(s, endpoint)->status = status;
}

void story_endpoint_says(struct story *s, const char *endpoint, const char *body)
{
    struct endpoint_script *e = endpoint_of(s, endpoint);
    snprintf(e->body, sizeof e->body, "%s", body);
}

void story_person_answers(struct story *s, const char *person, int64_t after_ms)
{
    struct person_script *p = person_of(s, person);
    p->after_ms = after_ms;
    p->declines = false;
}

void story_person_declines(struct story *s, const char *person, int64_t after_ms)
{
    struct person_script *p = person_of(s, person);
    p->after_ms = after_ms;
    p->declines = true;
}

void story_person_silent(struct story *s, const char *person)
{
    person_of(s, person)->after_ms = -1;
}

static json_t *story_json(const char *single_quoted)
{
    char *text = mem_str(single_quoted);
    for (char *p = text; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    json_t *value = NULL;
    struct why why;
    if (json_read(text, strlen(text), &value, &why))
        fail_msg("%s in %s", why.text, text);
    free(text);
    return value;
}

static const json_t *story_ask(struct story *s, enum input_kind kind, struct uuid incident,
                               json_t *takes_body)
{
    AUTO_JSON(once); /* no part of what the input says, as in intake */
    once = json_share(json_at(takes_body, "idempotency_key"));
    json_object_del(takes_body, "idempotency_key");
    struct input in = {.kind = kind,
                       .once = json_string_value(once),
                       .incident = incident,
                       .notice = s->notice,
                       .body = takes_body,
                       .to = {.conn = 1, .line = 1}};
    AUTO_TEXT(canonical);
    json_write(takes_body, &canonical);
    for (size_t n = 0; n < canonical.len; n++)
        in.digest[n % 16] = (uint8_t)(in.digest[n % 16] * 31 + (uint8_t)canonical.at[n]);
    json_decref(s->reply);
    s->reply = NULL;
    story_input(s, in);
    json_decref(takes_body);
    story_drain(s);
    return s->reply;
}

const json_t *story_trigger(struct story *s, const char *json)
{
    const json_t *reply = story_ask(s, IN_TRIGGER, (struct uuid){0}, story_json(json));
    if (json_bool(reply, "ok"))
        uuid_parse(json_str_or(reply, "incident", ""), &s->incident);
    return reply;
}

const json_t *story_update(struct story *s, const char *json)
{
    return story_ask(s, IN_UPDATE, s->incident, story_json(json));
}

const json_t *story_answer(struct story *s, const char *json)
{
    return story_ask(s, IN_ANSWER, s->incident, story_json(json));
}

static const json_t *phone_of(const struct story *s, const char *person)
{
    const json_t *shown = json_at(s->phones, person);
    if (!shown)
        fail_msg("no message went to %s", person);
    return shown;
}

const json_t *story_answer_link(struct story *s, const char *person, const char *json)
{
    const json_t *shown = phone_of(s, person);
    const char *link = json_str_or(shown, "answer_url", "");
    json_t *body = json_put_str(json_object(), "token", strrchr(link, '/') + 1);
    AUTO_JSON(more);
    more = story_json(json);
    const char *code = json_str_or(shown, "code", "");
    json_put_str(body, "code", code);
    json_object_update(body, more);
    if (!strcmp(json_str_or(body, "code", ""), "wrong"))
        json_put_str(body, "code", strcmp(code, "0000") != 0 ? "0000" : "0001");
    return story_ask(s, IN_ANSWER_LINK, s->incident, body);
}

const json_t *story_receipt(struct story *s, const char *person, const char *receipt)
{
    s->notice = (struct uuid){0};
    assert_true(uuid_parse(json_str_or(phone_of(s, person), "notice", ""), &s->notice));
    return story_ask(s, IN_RECEIPT, s->incident, json_put_str(json_object(), "receipt", receipt));
}

const json_t *story_resolve(struct story *s)
{
    return story_ask(s, IN_RESOLVE, s->incident, json_object());
}

const json_t *story_terminate(struct story *s, const char *reason)
{
    return story_ask(
        s, IN_ORDER, s->incident,
        json_pack("{s:s,s:s,s:s}", "action", "terminate", "reason", reason, "as", "sun.wei"));
}

const json_t *story_order(struct story *s, const char *json)
{
    return story_ask(s, IN_ORDER, s->incident, story_json(json));
}

const json_t *story_confirm(struct story *s, const char *json)
{
    return story_ask(s, IN_CONFIRM, s->incident, story_json(json));
}

const json_t *story_item(struct story *s, const char *name, const char *action, const char *as)
{
    const char *item = json_str_or(json_at(s->items, name), "item", "");
    return story_ask(s, IN_ITEM, s->incident,
                     json_pack("{s:s,s:s,s:s}", "item", item, "action", action, "as", as));
}

const json_t *story_statements(struct story *s)
{
    char id[UUID_TEXT];
    uuid_text(s->incident, id);
    for (size_t n = 0; n < s->rows_count; n++) {
        const struct row *row = &s->rows[n].row;
        if (row->kind != ROW_INCIDENT || strcmp(row->id, id) != 0)
            continue;
        json_decref(s->reply);
        s->reply = row->text ? json_loads(row->text, 0, NULL) : json_incref(row->body);
        return json_at(json_at(s->reply, "response"), "statements");
    }
    return NULL;
}

wall_ms story_item_due(const struct story *s, const char *name)
{
    const char *item = json_str_or(json_at(s->items, name), "item", "");
    for (size_t n = 0; n < s->rows_count; n++) {
        if (s->rows[n].row.kind == ROW_ITEM && !strcmp(s->rows[n].row.id, item))
            return s->rows[n].row.due;
    }
    fail_msg("no open item \"%s\"", name);
    return 0;
}

const json_t *story_report(struct story *s, const char *name, const char *action, const char *as)
{
    json_t *body = json_put_str(json_object(), "report", json_str_or(s->reports, name, ""));
    json_put_str(json_put_str(body, "action", action), "as", as);
    return story_ask(s, IN_REPORT, s->incident, body);
}

/* --- what goes wrong --- */

void story_crash_engine(struct story *s)
{
    story_drain(s);
    core_free(s->core);
    json_array_clear(s->frames);
    size_t kept = 0;
    for (size_t n = 0; n < s->coming_count; n++) {
        if (s->coming[n].kind == COMING_RESULT)
            json_decref(s->coming[n].body);
        else
            s->coming[kept++] = s->coming[n];
    }
    s->coming_count = kept;
    s->core = story_loaded(s);
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        story_kill_quarantine(s, slot);
    story_start(s);
}

void story_crash_planner(struct story *s, int slot, bool fault)
{
    AUTO_JSON(body);
    body = json_put_str(json_object(), "fault", fault ? "strike" : "lost");
    int64_t gen = s->gen[slot];
    json_array_clear(s->frames); /* what it said and nobody took in */
    story_kill_quarantine(s, slot);
    story_input(s, (struct input){.kind = IN_PLANNER_DIED, .slot = slot, .gen = gen, .body = body});
    if (slot != SLOT_QUARANTINE)
        story_planner_start(s, slot);
    story_drain(s);
}

void story_crash_courier(struct story *s)
{
    for (size_t n = 0; n < s->coming_count;) {
        if (s->coming[n].kind != COMING_RESULT) {
            n++;
            continue;
        }
        json_decref(s->coming[n].body);
        s->coming[n] = s->coming[--s->coming_count];
    }
    story_input(s, (struct input){.kind = IN_COURIER_DIED});
    story_input(s, (struct input){.kind = IN_COURIER_UP});
}

void story_passivate(struct story *s)
{
    story_drain(s);
    s->forgetful = true;
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
        story_hello(s, slot);
}

void story_queue(struct story *s, bool queue)
{
    s->queue = queue;
    story_drain(s);
}

void story_hold_results(struct story *s, bool hold)
{
    s->hold_results = hold;
}

/* --- what was told --- */

struct uuid story_incident(const struct story *s)
{
    return s->incident;
}

static const char *line_match(const char *from, const char *part, size_t len)
{
    AUTO_TEXT(needle);
    text_add_bytes(&needle, part, len);
    const char *found = strstr(from, text_str(&needle));
    return found ? strchr(found, '\n') : NULL;
}

void story_tells(struct story *s, const char *lines)
{
    story_drain(s);
    const char *from = text_str(&s->trace) + s->told;
    for (const char *line = lines; *line;) {
        while (*line == ' ' || *line == '\n')
            line++;
        size_t len = strcspn(line, "\n");
        if (!len)
            break;
        const char *after = line_match(from, line, len);
        if (!after) {
            fputs(text_str(&s->trace) + s->told, stderr); /* whole, which fail_msg would cut */
            fail_msg("the trace does not tell: %.*s", (int)len, line);
        }
        from = after;
        line += len;
    }
    s->told = s->trace.len;
}

void story_never(struct story *s, const char *part)
{
    if (strstr(text_str(&s->trace), part))
        fail_msg("the trace must never tell: %s\n--- it tells:\n%s", part, text_str(&s->trace));
}

const char *story_trace(const struct story *s)
{
    return text_str(&s->trace);
}

const char *story_turns(const struct story *s)
{
    return text_str(&s->turns);
}

const char *story_attempts(const struct story *s)
{
    return text_str(&s->attempts);
}
