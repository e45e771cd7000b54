#include "story.h"

#include "base/text.h"
#include "core/course.h"
#include "core/say.h"
#include "core/score.h"
#include "desk/planners.h"
#include "plan/check.h"
#include "sim/model_store.h"
#include "sim/night.h"

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

static const wall_ms STORY_BEGINS = INT64_C(1784512800000); /* 2026-07-20 02:00 UTC */

struct story {
    struct night *night;
    struct cast *cast;
    struct planners *planners;
    json_t *checked; /* the frame "checked": site, channels, plans */
    json_t *sources; /* {NAME: the files of the plan} */
    json_t *drills;  /* [the file of a scenario] */
    char *site_path;
    json_t *items;   /* {NAME: "body" of the record that issued it last} */
    json_t *reports; /* {"update 2": id} */
    json_t *phones;  /* {PERSON: "data" of the body of the last message that went there} */
    json_t *kept;    /* of the last look at a row */
    struct uuid incident;
    struct uuid notice; /* of the receipt being told */
    int64_t happenings;
    struct text trace, turns, attempts;
    size_t told;
};

/* --- what is looked at --- */

static void record_seen(void *ctx, const struct record *r)
{
    struct story *s = ctx;
    bool quiet = r->kind == REC_NOTICE_HANDED || r->kind == REC_TIMER_FIRED;
    if (r->kind == REC_TURN) {
        json_write(record_at(r, "cmds"), &s->turns);
        text_add_char(&s->turns, '\n');
        quiet = true;
    }
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

static void attempt_seen(void *ctx, const struct effect *e)
{
    struct story *s = ctx;
    bool fetch = e->kind == EFFECT_FETCH;
    const char *person = fetch ? "fetch" : json_str_or(e->body, "person", "");
    const char *text = json_str_or(e->body, "body", "{}");
    AUTO_JSON(body);
    struct why why;
    text_addf(&s->attempts, "%lld %s %s %s", (long long)(night_mono(s->night) / 1000), person,
              json_str_or(e->body, "endpoint", ""), json_str_or(e->body, "notice", ""));
    text_addf(&s->attempts, "%s%s\n", fetch ? " " : "", fetch ? text : "");
    if (!fetch && json_read(text, strlen(text), &body, &why) == ERR_OK)
        json_put(s->phones, person, json_share(json_at(body, "data")));
}

/* --- time --- */

void story_advance(struct story *s, int64_t ms)
{
    struct why why;
    if (night_advance(s->night, ms, &s->happenings, &why))
        fail_msg("%s", why.text);
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

/* The years of holidays that the shipped site names. */
static json_t *holidays(void)
{
    static const char *const names[] = {"cn-2026.lua", "cn-2027.lua"};
    json_t *list = json_array();
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        AUTO_TEXT(path);
        text_addf(&path, "plans/holidays/%s", names[n]);
        char *text = file_text(text_str(&path));
        json_array_append_new(list, file_object(names[n], text));
        free(text);
    }
    return list;
}

static json_t *story_check(const char *site_path, const json_t *sources, const json_t *drills)
{
    size_t n = 0;
    const char **names = json_keys(sources, NULL);
    json_t *plans = json_array();
    char *site = file_text(site_path);
    char *webhook = file_text("plans/channels/webhook.lua");
    char *demo = file_text("plans/channels/demo.lua");
    for (; names[n]; n++)
        json_array_append_new(plans, json_share(json_array_get(json_at(sources, names[n]), 0)));
    free(names);
    AUTO_JSON(request);
    request =
        json_pack("{s:s,s:i,s:o,s:[oo],s:o}", "op", "check", "id", 1, "site",
                  file_object("site.lua", site), "channels", file_object("webhook.lua", webhook),
                  file_object("demo.lua", demo), "plans", plans);
    free(site);
    free(webhook);
    free(demo);
    json_put(request, "drills", json_share(drills));
    json_put(request, "holidays", holidays());
    json_t *checked = check_set(request);
    if (!json_bool(checked, "ok")) {
        char *findings = json_dumps(json_at(checked, "findings"), JSON_INDENT(1));
        fail_msg("the story's plan or site does not pass the check: %s", findings);
    }
    return checked;
}

static void source_add(json_t *sources, const char *name, const char *source)
{
    AUTO_TEXT(file);
    text_addf(&file, "%s.lua", name);
    json_put(sources, name, json_pack("[o]", file_object(text_str(&file), source)));
}

/* A plan that asks calendars has them among its files. */
static void calendars_add(json_t *sources, const json_t *checked)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(json_at(checked, "plans")), n, plan)
    {
        const char *calendars = json_str(plan, "calendars");
        if (calendars)
            json_array_append_new(json_object_get(sources, json_str_or(plan, "name", "?")),
                                  file_object("calendars.json", calendars));
    }
}

static struct story *story_of(const char *site_path, json_t *takes_sources, bool watched)
{
    struct story *s = mem_new(1, sizeof *s);
    struct why why;
    s->sources = takes_sources;
    s->site_path = mem_str(site_path);
    s->drills = json_array();
    s->checked = story_check(site_path, s->sources, s->drills);
    calendars_add(s->sources, s->checked);
    s->phones = json_object();
    s->items = json_object();
    s->reports = json_object();
    s->cast = cast_new(1);
    s->planners = planners_new(NULL);
    s->happenings = INT64_MAX;
    const struct night_setup setup = {.checked = s->checked,
                                      .sources = s->sources,
                                      .begins = STORY_BEGINS,
                                      .cast = s->cast,
                                      .planners = planners_port(s->planners),
                                      .record = record_seen,
                                      .attempt = attempt_seen,
                                      .watch = watched,
                                      .ctx = s};
    s->night = night_new(&setup, &why);
    if (!s->night)
        fail_msg("%s", why.text);
    planners_of(s->planners, s->night);
    night_begin(s->night);
    return s;
}

struct story *story_new(const char *plan_name, const char *plan_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    return story_of("tests/lib/story_site.lua", sources, false);
}

struct story *story_watched(const char *plan_name, const char *plan_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    return story_of("tests/lib/story_site.lua", sources, true);
}

struct story *story_in(const char *site_path, const char *plan_name, const char *plan_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    return story_of(site_path, sources, false);
}

struct story *story_with(const char *plan_name, const char *plan_source, const char *other_name,
                         const char *other_source)
{
    json_t *sources = json_object();
    source_add(sources, plan_name, plan_source);
    source_add(sources, other_name, other_source);
    return story_of("tests/lib/story_site.lua", sources, false);
}

void story_at(struct story *s, size_t incident)
{
    assert_true(incident < night_incidents(s->night));
    s->incident = night_incident(s->night, incident);
}

struct story *story_shipped(const char *plan_name)
{
    AUTO_TEXT(path);
    text_addf(&path, "plans/%s.lua", plan_name);
    char *source = file_text(text_str(&path));
    json_t *sources = json_object();
    source_add(sources, plan_name, source);
    struct story *s = story_of("plans/site.lua", sources, false);
    free(source);
    return s;
}

void story_scenario(struct story *s, const char *name, const char *source)
{
    AUTO_TEXT(file);
    text_addf(&file, "%s.lua", name);
    json_array_append_new(s->drills, file_object(text_str(&file), source));
    json_t *checked = story_check(s->site_path, s->sources, s->drills);
    night_take_set(s->night, checked);
    json_decref(s->checked);
    s->checked = checked;
}

void story_scenario_shipped(struct story *s, const char *name)
{
    AUTO_TEXT(path);
    text_addf(&path, "plans/drills/%s.lua", name);
    char *source = file_text(text_str(&path));
    story_scenario(s, name, source);
    free(source);
}

void story_site_forbids_drills(struct story *s)
{
    json_t *people = json_object_get(json_object_get(s->checked, "site"), "people");
    const char *id;
    json_t *person;
    json_object_foreach(people, id, person) json_object_set_new(person, "drill", json_false());
    story_crash_engine(s); /* the next one reads it so */
}

void story_site_leaves(struct story *s, const char *person, const char *day)
{
    json_t *people = json_object_get(json_object_get(s->checked, "site"), "people");
    json_put_str(json_object_get(people, person), "left", day);
    story_crash_engine(s); /* the next one reads it so */
}

void story_site_sends_tabletops(struct story *s)
{
    json_put_str(json_object_get(s->checked, "site"), "tabletop", "send");
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

/* As a rebuild does it: rows are asked for between two moments. */
struct rebuilt {
    struct core *core;
    mono_ms moment;
};

static void rows_sweep(struct core *c)
{
    struct row *rows;
    size_t count;
    core_dirty_rows(c, &rows, &count);
    for (size_t k = 0; k < count; k++)
        row_done(&rows[k]);
    free(rows);
}

static void record_apply(void *ctx, const struct record *r)
{
    struct rebuilt *rebuilt = ctx;
    if (r->mono != rebuilt->moment)
        rows_sweep(rebuilt->core);
    rebuilt->moment = r->mono;
    core_apply(rebuilt->core, r);
}

static struct core *story_rebuilt(const struct story *s)
{
    struct why why;
    struct rebuilt rebuilt = {.core = night_fresh_core(s->night, &why)};
    model_store_journal(night_store(s->night), record_apply, &rebuilt);
    rows_sweep(rebuilt.core);
    return rebuilt.core;
}

/* Test I13. */
static void story_check_state(const struct story *s)
{
    struct why why;
    struct core *loaded = night_loaded_core(s->night, &why), *rebuilt = story_rebuilt(s);
    char *live_dump = core_dump(night_core(s->night));
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
    struct why why;
    night_hold_turns(s->night, false);
    if (night_trouble(s->night, &why))
        fail_msg("%s", why.text);
    story_check_state(s);
    if (core_audit(night_core(s->night), night_mono(s->night)))
        fail_msg("something is overdue, or was lost sight of (core/auditor.h)");
    night_free(s->night);
    planners_free(s->planners);
    cast_free(s->cast);
    json_decref(s->phones);
    json_decref(s->items);
    json_decref(s->reports);
    json_decref(s->kept);
    json_decref(s->checked);
    json_decref(s->sources);
    json_decref(s->drills);
    free(s->site_path);
    text_done(&s->trace);
    text_done(&s->turns);
    text_done(&s->attempts);
    free(s);
}

/* --- people's part --- */

void story_endpoint_answers(struct story *s, const char *endpoint, int status)
{
    cast_fault(s->cast, endpoint, status, night_mono(s->night), INT64_MAX);
}

void story_endpoint_says(struct story *s, const char *endpoint, const char *body)
{
    cast_says(s->cast, endpoint, body);
}

static void person_does(struct story *s, const char *person, enum cast_does does, int64_t after_ms)
{
    cast_person(
        s->cast, person,
        &(struct cast_part){.does = does, .from_ms = after_ms, .to_ms = after_ms, .percent = 100});
}

void story_person_answers(struct story *s, const char *person, int64_t after_ms)
{
    person_does(s, person, CAST_ANSWERS, after_ms);
}

void story_person_declines(struct story *s, const char *person, int64_t after_ms)
{
    person_does(s, person, CAST_DECLINES, after_ms);
}

void story_person_silent(struct story *s, const char *person)
{
    person_does(s, person, CAST_SILENT, 0);
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
    const json_t *reply = night_ask_input(s->night, in);
    json_decref(takes_body);
    return reply;
}

const json_t *story_drill(struct story *s, const char *json)
{
    const json_t *reply = story_ask(s, IN_DRILL_START, (struct uuid){0}, story_json(json));
    if (json_bool(reply, "ok"))
        uuid_parse(json_str_or(reply, "incident", ""), &s->incident);
    return reply;
}

const json_t *story_duty(struct story *s, const char *what, const char *json)
{
    static const struct {
        const char *name;
        enum input_kind kind;
    } kinds[] = {{"override", IN_DUTY_OVERRIDE},
                 {"swap", IN_DUTY_SWAP},
                 {"act", IN_DUTY_ACT},
                 {"handover", IN_DUTY_HANDOVER},
                 {"check", IN_DUTY_CHECK}};
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
        if (!strcmp(kinds[n].name, what))
            return story_ask(s, kinds[n].kind, (struct uuid){0}, story_json(json));
    }
    fail_msg("duty has no %s", what);
    return NULL;
}

const json_t *story_lesson(struct story *s, const char *json)
{
    return story_ask(s, IN_LESSON, s->incident, story_json(json));
}

const json_t *story_close(struct story *s)
{
    return story_ask(s, IN_CLOSE, s->incident, json_object());
}

/* What is told of the journal's rows of one incident. */
struct told {
    struct uuid incident;
    struct score *score;
    struct course *course;
};

static void told_take(void *ctx, const struct record *r)
{
    struct told *t = ctx;
    if (uuid_cmp(r->incident, t->incident))
        return;
    score_take(t->score, r);
    course_take(t->course, r);
}

static struct told told_of(const struct story *s)
{
    struct told t = {s->incident, score_new(), course_new()};
    model_store_journal(night_store(s->night), told_take, &t);
    return t;
}

static void told_done(struct told *t)
{
    score_free(t->score);
    course_free(t->course);
}

json_t *story_score(const struct story *s)
{
    struct told t = told_of(s);
    json_t *json = score_json(t.score);
    told_done(&t);
    return json;
}

json_t *story_course(const struct story *s)
{
    struct told t = told_of(s);
    json_t *json = course_json(t.course);
    told_done(&t);
    return json;
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

const json_t *story_dead(struct story *s, const char *json)
{
    return story_ask(s, IN_DEAD, s->incident, story_json(json));
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

struct row_look {
    enum row_kind kind;
    const char *id;
    json_t *body;
    wall_ms due;
    bool found;
};

static void row_look(void *ctx, const struct row *row)
{
    struct row_look *look = ctx;
    if (row->kind != look->kind || strcmp(row->id, look->id) != 0)
        return;
    look->found = true;
    look->due = row->due;
    look->body = row->text ? json_loads(row->text, 0, NULL) : json_share(row->body);
}

const json_t *story_statements(struct story *s)
{
    char id[UUID_TEXT];
    struct row_look look = {.kind = ROW_INCIDENT, .id = uuid_text(s->incident, id)};
    model_store_load(night_store(s->night), false, row_look, &look);
    json_decref(s->kept);
    s->kept = look.body;
    return json_at(json_at(s->kept, "response"), "statements");
}

wall_ms story_item_due(const struct story *s, const char *name)
{
    struct row_look look = {.kind = ROW_ITEM,
                            .id = json_str_or(json_at(s->items, name), "item", "")};
    model_store_load(night_store(s->night), false, row_look, &look);
    json_decref(look.body);
    if (!look.found)
        fail_msg("no open item \"%s\"", name);
    return look.due;
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
    night_crash(s->night, NIGHT_CRASH_ENGINE, 0, false);
}

void story_engine_down(struct story *s, int64_t ms)
{
    night_down(s->night, ms);
}

void story_crash_planner(struct story *s, int slot, bool fault)
{
    night_crash(s->night, NIGHT_CRASH_PLANNER, slot, fault);
}

void story_crash_courier(struct story *s)
{
    night_crash(s->night, NIGHT_CRASH_COURIER, 0, false);
}

void story_passivate(struct story *s)
{
    night_forgetful(s->night);
}

void story_queue(struct story *s, bool queue)
{
    night_hold_turns(s->night, queue);
}

void story_hold_results(struct story *s, bool hold)
{
    night_hold_results(s->night, hold);
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
