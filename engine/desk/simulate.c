#include "desk/simulate.h"

#include "core/head.h"
#include "core/incident.h"
#include "core/record.h"
#include "core/score.h"
#include "desk/figures.h"
#include "desk/gantt.h"
#include "desk/near.h"
#include "desk/said.h"
#include "desk/script.h"
#include "desk/stage.h"
#include "desk/standing.h"
#include "desk/workers.h"
#include "plan/check.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const int64_t long_enough_ms = 72 * MS_HOUR;
#define LONGEST_MS (90 * MS_DAY)

/* Whoever is not named: awake, and quick to order. Said at the head of the trace. */
static const struct cast_part everybody = {.does = CAST_ANSWERS,
                                           .from_ms = MS_MINUTE,
                                           .to_ms = MS_MINUTE,
                                           .percent = 100,
                                           .orders = true,
                                           .orders_ms = 5 * MS_MINUTE};

struct simulation {
    const json_t *with;
    const char *plan;
    json_t *checked, *sources;
    wall_ms begins;
    int64_t lasts;
    struct stage *stage;
    struct figures *figures;
    struct workers *workers;
    struct score *score; /* of a scenario */
    const char *field;   /* of the request, that is being read: named if it is refused */
};

static void record_counted(void *ctx, const struct record *r)
{
    struct simulation *s = ctx;
    figures_record(s->figures, r);
    if (s->score)
        score_take(s->score, r);
    if (s->workers)
        workers_record(s->workers, r);
}

static enum err each_words(struct simulation *s, const char *key,
                           enum err (*take)(struct stage *, const char *, struct why *),
                           struct why *why)
{
    size_t n;
    json_t *words;
    enum err e = ERR_OK;
    s->field = key;
    json_array_foreach(json_unconst(json_at(s->with, key)), n, words)
    {
        if (!e)
            e = take(s->stage, json_string_value(words), why);
    }
    return e;
}

static enum err each_work(struct simulation *s, struct why *why)
{
    size_t n;
    json_t *words;
    enum err e = ERR_OK;
    s->field = "works";
    json_array_foreach(json_unconst(json_at(s->with, "works")), n, words)
    {
        if (!e)
            e = workers_words(s->workers, json_string_value(words), why);
    }
    return e;
}

static enum err pairs(struct simulation *s, const char *key, json_t *trigger, struct why *why)
{
    size_t n;
    json_t *words;
    enum err e = ERR_OK;
    s->field = key;
    json_array_foreach(json_unconst(json_at(s->with, key)), n, words)
    {
        if (!json_object_get(trigger, key))
            json_put(trigger, key, json_object());
        if (!e)
            e = script_pair(json_string_value(words), json_object_get(trigger, key), why);
    }
    return e;
}

/* What is reported at the same time is one report. */
static json_t *report_at(json_t *trigger, json_t *later, int64_t at)
{
    size_t n;
    json_t *one;
    if (!at)
        return json_object_get(trigger, "fields");
    json_array_foreach(later, n, one)
    {
        if (json_int(one, "after", 0) == at)
            return json_object_get(one, "fields");
    }
    one = json_put(json_put_int(json_object(), "after", at), "fields", json_object());
    json_array_append_new(later, one);
    return json_object_get(one, "fields");
}

/* Those of now into the trigger; the others come later. */
static enum err fields(struct simulation *s, json_t *trigger, json_t *later, struct why *why)
{
    size_t n;
    json_t *words;
    enum err e = ERR_OK;
    s->field = "fields";
    json_array_foreach(json_unconst(json_at(s->with, "fields")), n, words)
    {
        int64_t at = 0;
        AUTO_JSON(said);
        said = json_object();
        if (!e)
            e = script_field(json_string_value(words), said, &at, why);
        if (!e && at > s->lasts)
            e = why_set(why, ERR_INVALID,
                        "--field %s: that is after the end; simulate longer with --for",
                        json_string_value(words));
        if (!e)
            json_object_update_recursive(report_at(trigger, later, at), said);
    }
    return e;
}

static json_t *title_of(const struct simulation *s)
{
    return json_str(s->with, "title") ? json_share(json_at(s->with, "title"))
                                      : stage_title(s->checked, s->plan, json_bool(s->with, "zh"));
}

static const char unsaid[] = "no reason was given";

/* What is reported later is refused now: nobody would hear the refusal in the night. */
static enum err facts_known(const struct simulation *s, const json_t *fields, struct why *why)
{
    const struct core *core = night_core(s->stage->night);
    const struct incident *i = core_incident(core, night_incident(s->stage->night, 0));
    const struct plan_head *head = i ? incident_head(core, i) : NULL;
    struct facts_error error = {0};
    AUTO_JSON(occurrences);
    if (!head || !facts_check(head, s->stage->site, fields, &occurrences, &error))
        return ERR_OK;
    enum err e = why_set(why, ERR_INVALID, "--field: %s", error.why.text);
    facts_error_done(&error);
    return e;
}

/* What is reported after the trigger. */
static enum err reported(struct simulation *s, json_t *later, struct why *why)
{
    struct uuid incident = night_incident(s->stage->night, 0);
    size_t n;
    json_t *update;
    enum err e = ERR_OK;
    s->field = "fields";
    json_array_foreach(later, n, update)
    {
        int64_t after = json_int(update, "after", 0);
        json_t *body = NULL;
        json_object_del(update, "after");
        if (!e)
            e = said_read(IN_UPDATE, incident, json_incref(update), &body, why);
        if (!e)
            e = facts_known(s, json_at(body, "fields"), why);
        if (e)
            json_decref(body);
        else
            night_later(s->stage->night, after, IN_UPDATE, incident, body);
    }
    return e;
}

/* What a reply refuses, by the field that brought it: "fields.g7.stage_m" came in "fields". */
static const char *field_of(const json_t *reply)
{
    static const char *const all[] = {"fields", "place",   "labels", "grade",
                                      "kind",   "warning", "title",  "plan"};
    const char *field = json_str_or(reply, "field", "");
    for (size_t n = 0; n < sizeof all / sizeof *all; n++) {
        size_t len = strlen(all[n]);
        if (!strncmp(field, all[n], len) && (!field[len] || field[len] == '.'))
            return all[n];
    }
    return NULL;
}

static enum err triggered(struct simulation *s, struct why *why)
{
    static const char *const plain[] = {"grade", "kind", "occasion", "warning"};
    AUTO_JSON(later);
    json_t *trigger = json_put_str(json_object(), "plan", s->plan), *body;
    size_t n;
    later = json_array();
    json_put(trigger, "title", title_of(s));
    json_put(trigger, "fields", json_object());
    for (n = 0; n < sizeof plain / sizeof *plain; n++)
        json_put_str(trigger, plain[n], json_str(s->with, plain[n]));
    enum err e = fields(s, trigger, later, why);
    if (!e)
        e = pairs(s, "place", trigger, why);
    if (!e)
        e = pairs(s, "labels", trigger, why);
    if (e) {
        json_decref(trigger);
        return e;
    }
    s->field = NULL;
    e = said_read(IN_TRIGGER, (struct uuid){0}, trigger, &body, why);
    if (e)
        return e;
    const json_t *reply = night_ask(s->stage->night, IN_TRIGGER, (struct uuid){0}, body);
    s->field = field_of(reply);
    if (!json_bool(reply, "ok"))
        return why_set(why, ERR_INVALID, "the trigger is refused: %s",
                       json_str_or(reply, "error", unsaid));
    e = reported(s, later, why);
    return e ? e : night_trouble(s->stage->night, why);
}

/* Its trigger is the first inject, and the engine puts in the others. */
static enum err drilled(struct simulation *s, struct why *why)
{
    json_t *body = json_put_str(json_object(), "plan", s->plan);
    json_put_str(body, "scenario", json_str(s->with, "scenario"));
    json_put_int(json_put_str(body, "mode", "live"), "speed", 1);
    s->field = "scenario";
    const json_t *reply = night_ask(s->stage->night, IN_DRILL_START, (struct uuid){0}, body);
    return json_bool(reply, "ok") ? night_trouble(s->stage->night, why)
                                  : why_set(why, ERR_INVALID, "the drill is refused: %s",
                                            json_str_or(reply, "error", unsaid));
}

static const json_t *head_of(const struct simulation *s)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(json_at(s->checked, "plans")), n, plan)
    {
        if (!strcmp(json_str_or(plan, "name", ""), s->plan))
            return json_at(plan, "head");
    }
    return NULL;
}

static bool is_standing(const struct simulation *s)
{
    return !strcmp(json_str_or(head_of(s), "kind", ""), "standing");
}

/* {ID: whom it takes, true where its condition meets it} of what ends the response. Gives. */
static json_t *criteria_of(const struct simulation *s)
{
    json_t *all = json_object(), *one;
    size_t n;
    json_array_foreach(json_unconst(json_at(head_of(s), "ends_when")), n, one)
    {
        const json_t *confirm = json_at(one, "confirm");
        json_put(all, json_str_or(one, "id", "?"), confirm ? json_share(confirm) : json_true());
    }
    return all;
}

/* "settled=70h": somebody whom the plan names confirms it then. */
static enum err confirmed(struct simulation *s, struct why *why)
{
    AUTO_JSON(known);
    size_t n;
    json_t *words;
    enum err e = ERR_OK;
    known = criteria_of(s);
    s->field = "confirms";
    json_array_foreach(json_unconst(json_at(s->with, "confirms")), n, words)
    {
        AUTO_TEXT(id);
        int64_t after;
        if (!e)
            e = script_confirm(json_string_value(words), known, &id, &after, why);
        if (e)
            continue;
        char *by = stage_person_of(s->stage, json_str_or(known, text_str(&id), ""), false);
        json_t *body = json_put_str(json_object(), "criterion", text_str(&id));
        night_later(s->stage->night, after, IN_CONFIRM, night_incident(s->stage->night, 0),
                    json_put_str(body, "as", by));
        free(by);
    }
    return e;
}

static enum err one_run(struct simulation *s, uint64_t seed, bool spans, struct why *why)
{
    const struct stage_setup setup = {.checked = s->checked,
                                      .sources = s->sources,
                                      .begins = s->begins,
                                      .seed = seed,
                                      .plan = s->plan,
                                      .no_trace = !spans,
                                      .no_upkeep = true,
                                      .zh = json_bool(s->with, "zh"),
                                      .record = record_counted,
                                      .ctx = s};
    s->score = json_str(s->with, "scenario") ? score_new() : NULL;
    s->figures = figures_new(spans, json_bool(s->with, "zh"));
    s->stage = stage_new(&setup, why);
    if (!s->stage)
        return ERR_INVALID;
    s->workers = workers_new(s->stage);
    cast_person(s->stage->cast, "*", &everybody);
    enum err e = each_work(s, why);
    if (!e)
        e = each_words(s, "people", script_person, why);
    if (!e)
        e = each_words(s, "orders", script_orders, why);
    if (!e)
        e = each_words(s, "faults", script_fault, why);
    if (!e && s->score)
        e = drilled(s, why);
    else if (!e && (!is_standing(s) || json_str(s->with, "occasion")))
        e = triggered(s, why); /* a standing plan is opened by its schedule */
    if (!e)
        e = confirmed(s, why);
    s->field = e ? s->field : NULL;
    return e ? e : stage_advance(s->stage, s->lasts, why);
}

static void run_done(struct simulation *s)
{
    workers_free(s->workers);
    stage_free(s->stage);
    figures_free(s->figures);
    score_free(s->score);
    s->score = NULL;
    s->workers = NULL;
    s->stage = NULL;
    s->figures = NULL;
}

/* ---- replies ---- */

static json_t *reply_new(bool ok)
{
    json_t *reply = json_put_str(json_object(), "op", "simulated");
    return json_put(reply, "ok", json_boolean(ok));
}

static json_t *reply_error(const struct simulation *s, enum err e, const struct why *why)
{
    json_t *reply = json_put_str(reply_new(false), "code", err_name(e));
    return json_put_str(json_put_str(reply, "field", s->field), "error", why->text);
}

static json_t *open_names(const struct simulation *s, enum row_kind kind)
{
    json_t *rows = standing_rows(s->stage->night, kind, night_incident(s->stage->night, 0));
    json_t *names = json_array(), *row;
    size_t n;
    json_array_foreach(rows, n, row)
    {
        const json_t *body = json_at(row, "body");
        AUTO_TEXT(name);
        if (!standing_is_open(row))
            continue;
        if (kind == ROW_REPORT)
            text_addf(&name, "%s %d", json_str_or(row, "kind", "?"),
                      (int)json_int(body, "number", 0));
        else
            text_add(&name, json_str_or(body, "name", json_str_or(row, "id", "?")));
        json_array_append_new(names, json_string(text_str(&name)));
    }
    json_decref(rows);
    return names;
}

/* What is left when the night is over, of the incident that was simulated. Gives. */
static json_t *left_over(const struct simulation *s)
{
    AUTO_JSON(row);
    AUTO_JSON(known);
    json_t *unconfirmed = json_array();
    row = standing_incident(s->stage->night, night_incident(s->stage->night, 0));
    known = criteria_of(s);
    const json_t *body = json_at(row, "body");
    const char **ids = json_keys(known, NULL);
    for (size_t n = 0; ids[n]; n++) {
        if (json_str(known, ids[n]) && !figures_confirmed(s->figures, ids[n]))
            json_array_append_new(unconfirmed, json_string(ids[n]));
    }
    free(ids);
    json_t *left = json_put_str(json_object(), "state", json_str_or(row, "state", "closed"));
    json_put_str(left, "health", json_str(body, "health"));
    json_put_str(left, "level", json_str(json_at(body, "response"), "level"));
    json_put(left, "items", open_names(s, ROW_ITEM));
    json_put(left, "reports", open_names(s, ROW_REPORT));
    return json_put(left, "unconfirmed", unconfirmed);
}

static void chart_put(const struct simulation *s, json_t *reply)
{
    AUTO_TEXT(svg);
    AUTO_JSON(title);
    title = title_of(s);
    gantt_add(figures_spans(s->figures), s->begins, night_mono(s->stage->night),
              stage_zone(s->checked), json_string_value(title), json_bool(s->with, "zh"), &svg);
    json_put_str(reply, "svg", text_str(&svg));
}

static json_t *reply_one(const struct simulation *s)
{
    json_t *reply = json_put_str(reply_new(true), "trace", trace_text(s->stage->trace));
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1];
    crypto_hash_sha256(digest, (const unsigned char *)trace_text(s->stage->trace),
                       trace_len(s->stage->trace));
    json_put_str(reply, "hash", sodium_bin2hex(hex, sizeof hex, digest, sizeof digest));
    json_put_str(reply, "zone", stage_zone(s->checked));
    json_put_int(reply, "began", s->begins);
    json_put_int(reply, "lasted", night_mono(s->stage->night));
    json_put(reply, "figures", figures_json(s->figures));
    json_put(reply, "left", left_over(s));
    if (s->score)
        json_put(reply, "score", score_json(s->score));
    if (json_bool(s->with, "svg"))
        chart_put(s, reply);
    return json_put(reply, "spans", json_share(figures_spans(s->figures)));
}

static json_t *many(struct simulation *s, int64_t runs, uint64_t seed)
{
    AUTO_JSON(all);
    struct why why;
    all = json_array();
    for (int64_t n = 0; n < runs; n++) {
        enum err e = one_run(s, seed + (uint64_t)n, false, &why);
        if (!e)
            json_array_append_new(all, figures_json(s->figures));
        run_done(s);
        if (e)
            return reply_error(s, e, &why);
    }
    return json_put(reply_new(true), "distribution", figures_distribution(all));
}

static json_t *one(struct simulation *s, uint64_t seed)
{
    struct why why;
    enum err e = one_run(s, seed, true, &why);
    json_t *reply = e ? reply_error(s, e, &why) : reply_one(s);
    run_done(s);
    return reply;
}

/* ---- requests ---- */

static enum err plan_known(struct simulation *s, struct why *why)
{
    AUTO_TEXT(sentence);
    s->field = "plan";
    text_addf(&sentence, "there is no plan \"%s\"", s->plan);
    return near_missing(s->sources, s->plan, ERR_MISSING, text_str(&sentence), why);
}

/* Is it in the set, and of this plan? Then it says when the night begins. */
static enum err scenario_known(struct simulation *s, struct why *why)
{
    const char *name = json_str(s->with, "scenario");
    const json_t *all = json_at(s->checked, "scenarios"), *one = json_at(all, name ? name : "");
    s->field = "scenario";
    if (!name)
        return ERR_OK;
    if (one && !strcmp(json_str_or(one, "plan", ""), s->plan)) {
        if (json_int(one, "begins_ms", 0))
            s->begins = json_int(one, "begins_ms", 0);
        return ERR_OK;
    }
    if (one)
        return why_set(why, ERR_INVALID, "--scenario: \"%s\" is a drill of the plan %s", name,
                       json_str_or(one, "plan", "?"));
    AUTO_TEXT(sentence);
    text_addf(&sentence, "--scenario: there is no drills/%s.lua", name);
    return near_missing(all, name, ERR_MISSING, text_str(&sentence), why);
}

static enum err times_read(struct simulation *s, wall_ms now, struct why *why)
{
    const char *at = json_str(s->with, "at"), *lasts = json_str(s->with, "for");
    s->begins = now - now % MS_MINUTE;
    s->lasts = long_enough_ms;
    enum err e = scenario_known(s, why);
    if (e)
        return e;
    s->field = "at";
    if (at && !stage_moment(at, stage_zone(s->checked), &s->begins) &&
        !rfc3339_parse(at, &s->begins))
        return why_set(why, ERR_INVALID,
                       "--at: \"%s\" is no time; write \"2026-07-20 02:00\", in the site's zone",
                       at);
    s->field = "for";
    if (lasts && duration_parse(lasts, true, &s->lasts) && s->lasts > LONGEST_MS)
        return why_set(why, ERR_INVALID, "--for: at most 90d are simulated at once, not %s", lasts);
    if (lasts && (!duration_parse(lasts, true, &s->lasts) || s->lasts <= 0))
        return why_set(why, ERR_INVALID, "--for: \"%s\" is no duration; write 72h or 3d", lasts);
    return ERR_OK;
}

json_t *simulate(const json_t *request)
{
    struct simulation s = {.with = json_at(request, "with"),
                           .plan = json_str_or(request, "plan", "")};
    struct why why;
    AUTO_JSON(checked);
    AUTO_JSON(sources);
    int64_t runs = json_int(s.with, "runs", 1);
    uint64_t seed = (uint64_t)json_int(s.with, "seed", 1);
    s.checked = checked = check_set(request);
    if (!json_bool(checked, "ok"))
        return json_put(reply_new(false), "findings", json_share(json_at(checked, "findings")));
    s.sources = sources = stage_sources(request, checked);
    enum err e = plan_known(&s, &why);
    if (!e)
        e = times_read(&s, json_int(request, "now", 0), &why);
    if (e)
        return reply_error(&s, e, &why);
    return runs > 1 ? many(&s, runs, seed) : one(&s, seed);
}
