#include "core/scenario.h"

#include "base/civil.h"
#include "base/date.h"
#include "core/expect.h"
#include "core/form.h"

#include <stdlib.h>
#include <string.h>

enum { SPEED_MAX = 1000, HOURS_MAX = 720, NO_MAX = 100000, EVALUATORS_MAX = 100 };

/* A scenario being read. */
struct scene {
    const struct scenario_set *set;
    const struct plan_head *head; /* of the plan that is drilled; NULL: it has errors, or is none */
    const json_t *objectives;
    struct remarks *r;
    json_t *to;
};

/* Digits, at least `least` and at most `most` of them; moves behind them. false: not so many. */
static bool digits_read(const char **at, size_t least, size_t most, int *ret)
{
    size_t len = strspn(*at, "0123456789");
    if (len < least || len > most)
        return false;
    *ret = 0;
    for (; len > 0; len--)
        *ret = *ret * 10 + (*(*at)++ - '0');
    return true;
}

bool scenario_time_parse(const char *text, int64_t *ret_ms)
{
    int hours, minutes, seconds = 0;
    if (!digits_read(&text, 1, 3, &hours) || *text++ != ':' || !digits_read(&text, 2, 2, &minutes))
        return false;
    if (*text == ':') {
        text++;
        if (!digits_read(&text, 2, 2, &seconds))
            return false;
    }
    if (*text || hours > HOURS_MAX || minutes > 59 || seconds > 59)
        return false;
    *ret_ms = hours * MS_HOUR + minutes * MS_MINUTE + seconds * MS_SECOND;
    return true;
}

/* ---- names ---- */

/* "person:ID" of the site at the place where we are. */
static void person_check(const struct scene *s, const char *target)
{
    const char *id = strncmp(target, "person:", 7) == 0 ? target + 7 : NULL;
    struct rung_person person;
    if (!id) {
        remark_error(s->r, "bad_target", NULL,
                     "\"%s\" is no person of the site; write \"person:li.ming\"", target);
        return;
    }
    if (!s->set->site || site_person(s->set->site, id, &person))
        return;
    remark_error(s->r, "unknown_name", site_nearest_person(s->set->site, id),
                 "the site has no person \"%s\"", id);
}

/* Who is to hear of a drill is somebody whom a drill may reach. */
static void hears_check(const struct scene *s, const char *target)
{
    AUTO_JSON(methods);
    struct rung_person person;
    const char *id = strncmp(target, "person:", 7) == 0 ? target + 7 : "";
    person_check(s, target);
    if (!s->set->site || !site_person(s->set->site, id, &person))
        return;
    methods = site_methods(s->set->site, id, NULL, true);
    if (!json_array_size(methods))
        remark_warning(s->r, "nobody", NULL,
                       "no drill reaches %s: in the site, set drill = true for the person and for "
                       "one of their endpoints",
                       id);
}

static void person_read(const struct scene *s, const json_t *value, const char *key, json_t *to)
{
    const char *target = form_str(s->r, value, key);
    if (!target)
        return;
    remark_enter(s->r, key);
    hears_check(s, target);
    remark_leave(s->r);
    json_put_str(to, key, target);
}

static void evaluators_read(const struct scene *s, const json_t *value)
{
    const json_t *list = json_at(value, "evaluators");
    json_t *to = json_array();
    json_put(s->to, "evaluators", to);
    if (!list || !form_names(s->r, value, "evaluators", "people"))
        return;
    remark_enter(s->r, "evaluators");
    for (size_t n = 0; n < json_array_size(list) && n < EVALUATORS_MAX; n++) {
        const char *target = json_string_value(json_array_get(list, n));
        remark_enter_at(s->r, n);
        hears_check(s, target ? target : "");
        remark_leave(s->r);
        json_array_append_new(to, json_string(target ? target : ""));
    }
    remark_leave(s->r);
}

static const struct plan_head *head_of(const struct scenario_set *set, const char *plan)
{
    for (size_t n = 0; n < set->heads_count; n++)
        if (!strcmp(plan_head_name(set->heads[n]), plan))
            return set->heads[n];
    return NULL;
}

static void plan_read(struct scene *s, const json_t *value)
{
    const char *plan = NULL;
    if (form_need(s->r, value, "plan", "plan = \"flood\""))
        plan = form_str(s->r, value, "plan");
    if (!plan)
        return;
    json_put_str(s->to, "plan", plan);
    s->head = head_of(s->set, plan);
    if (!s->head && !json_at(s->set->plans, plan))
        remark_error_at(s->r, "plan", "unknown_name", form_nearest(s->set->plans, plan),
                        "there is no plan \"%s\" to drill", plan);
}

/* ---- the top ---- */

static void begins_read(const struct scene *s, const json_t *value)
{
    const char *text = form_str(s->r, value, "begins");
    AUTO_TEXT(day);
    int64_t days;
    int minute;
    if (!text)
        return;
    text_add_bytes(&day, text, strcspn(text, " "));
    if (!date_parse(text_str(&day), &days) || !text[day.len] ||
        !clock_parse(text + day.len + 1, &minute)) {
        remark_error_at(s->r, "begins", "bad_value", NULL,
                        "\"%s\" is no time of the city; write begins = \"2026-06-10 09:00\"", text);
        return;
    }
    json_put_str(s->to, "begins", text);
    json_put_int(s->to, "begins_ms",
                 civil_moment(s->set->site ? site_zone(s->set->site) : "UTC", days, minute));
}

static void speed_read(const struct scene *s, const json_t *value, const char *mode)
{
    int64_t speed = form_int(s->r, value, "speed", 1, SPEED_MAX, 1);
    if (speed != 1 && strcmp(mode, "tabletop") != 0)
        remark_error_at(s->r, "speed", "bad_value", NULL,
                        "people run as fast as they can: speed is for a tabletop; leave it out, or "
                        "write mode = \"tabletop\"");
    json_put_int(s->to, "speed", speed);
}

static void objectives_read(struct scene *s, const json_t *value)
{
    const json_t *table = json_at(value, "objectives");
    json_t *to = json_object();
    json_put(s->to, "objectives", to);
    s->objectives = to;
    if (!table)
        return;
    remark_enter(s->r, "objectives");
    const char **ids = json_keys(table, NULL);
    form_table(s->r, table, "objectives");
    for (size_t n = 0; ids[n]; n++) {
        if (!form_id(ids[n], false))
            remark_error_at(s->r, ids[n], "bad_id", NULL,
                            "\"%s\" is no name of an objective; letters, digits, - and _", ids[n]);
        json_put(to, ids[n], json_share(form_words(s->r, table, ids[n])));
    }
    free(ids);
    remark_leave(s->r);
}

/* ---- one inject ---- */

/* A remark about the field, "fields.g7.stage_m", that the types of the plan do not allow. */
static void fields_remark(const struct scene *s, const struct facts_error *e)
{
    const char *code = e->code == CODE_UNKNOWN_FIELD ? "unknown_name" : "bad_value";
    const char *rest = e->field ? e->field : "fields";
    size_t depth = 0;
    while (*rest) {
        AUTO_TEXT(name);
        text_add_bytes(&name, rest, strcspn(rest, "."));
        rest += name.len + (rest[name.len] == '.');
        remark_enter(s->r, text_str(&name));
        depth++;
    }
    remark_error(s->r, code, NULL, "%s", e->why.text);
    while (depth--)
        remark_leave(s->r);
}

static void fields_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const json_t *fields = json_at(inject, "fields");
    struct facts_error error = {0};
    AUTO_JSON(list);
    if (!fields)
        return;
    if (s->head && s->set->site && facts_check(s->head, s->set->site, fields, &list, &error)) {
        fields_remark(s, &error);
        facts_error_done(&error);
        return;
    }
    json_put(to, "fields", json_share(fields));
}

/* Somebody whom a drill may reach; a target that is none was remarked. */
static void target_check(const struct scene *s, const char *target)
{
    AUTO_JSON(to);
    struct rung people = {0};
    struct why why;
    const char *code;
    if (site_check_target(s->set->site, target, &code, NULL, &why))
        return;
    to = json_string(target);
    site_resolve_first(s->set->site, to, true, AT_ANY_TIME, &people);
    if (!people.count)
        remark_warning(s->r, "nobody", NULL,
                       "no drill reaches %s: in the site, set drill = true for somebody of it and "
                       "for one of their endpoints",
                       target);
    rung_done(&people);
}

static void target_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const char *target = NULL;
    if (form_need(s->r, inject, "to", "to = \"duty:duty-room\""))
        target = form_str(s->r, inject, "to");
    if (target && s->set->site) {
        site_check_targets(s->set->site, inject, "to", s->r);
        remark_enter(s->r, "to");
        target_check(s, target);
        remark_leave(s->r);
    }
    json_put_str(to, "to", target);
}

static void words_read(const struct scene *s, const json_t *inject, const char *key, bool needed,
                       json_t *to)
{
    AUTO_TEXT(example);
    text_addf(&example, "%s = { zh = \"…\", en = \"…\" }", key);
    if (!needed || form_need(s->r, inject, key, text_str(&example)))
        json_put(to, key, json_share(form_words(s->r, inject, key)));
}

static void place_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const json_t *place = json_at(inject, "place");
    const char *key;
    json_t *value;
    if (!place)
        return;
    remark_enter(s->r, "place");
    if (form_table(s->r, place, "place"))
        json_object_foreach(json_unconst(place), key, value) form_str(s->r, place, key);
    remark_leave(s->r);
    json_put(to, "place", json_share(place));
}

static void lasts_read(const struct scene *s, const json_t *inject, json_t *to)
{
    if (form_need(s->r, inject, "lasts", "lasts = \"20m\""))
        json_put_int(to, "lasts_ms", form_duration(s->r, inject, "lasts"));
}

static void trigger_read(const struct scene *s, const json_t *inject, json_t *to)
{
    static const char *const grades[] = {"I", "II", "III", "IV", NULL};
    static const char *const warnings[] = {"red", "orange", "yellow", "blue", NULL};
    words_read(s, inject, "title", true, to);
    words_read(s, inject, "note", false, to);
    json_put_str(to, "kind", form_str(s->r, inject, "kind"));
    json_put_str(to, "grade", form_word(s->r, inject, "grade", grades, NULL));
    json_put_str(to, "warning", form_word(s->r, inject, "warning", warnings, NULL));
    place_read(s, inject, to);
    fields_read(s, inject, to);
}

static void message_read(const struct scene *s, const json_t *inject, json_t *to)
{
    target_read(s, inject, to);
    words_read(s, inject, "text", true, to);
    words_read(s, inject, "from", false, to);
    fields_read(s, inject, to);
}

static void update_read(const struct scene *s, const json_t *inject, json_t *to)
{
    if (form_need(s->r, inject, "fields", "fields = { g7 = { stage_m = 4.6 } }"))
        fields_read(s, inject, to);
    words_read(s, inject, "note", false, to);
    words_read(s, inject, "from", false, to);
}

static void fault_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const char *endpoint = NULL;
    if (form_need(s->r, inject, "endpoint", "endpoint = \"sms\""))
        endpoint = form_str(s->r, inject, "endpoint");
    if (endpoint && s->set->site && !site_endpoint(s->set->site, endpoint))
        remark_error_at(s->r, "endpoint", "unknown_name",
                        site_nearest_endpoint(s->set->site, endpoint),
                        "the site has no endpoint \"%s\"", endpoint);
    json_put_str(to, "endpoint", endpoint);
    lasts_read(s, inject, to);
}

/* The person stands without "person:" here, as in the site: it can be nothing else. */
static void silence_read(const struct scene *s, const json_t *inject, json_t *to)
{
    AUTO_TEXT(target);
    const char *person = NULL;
    if (form_need(s->r, inject, "person", "person = \"wang.qiang\""))
        person = form_str(s->r, inject, "person");
    if (person) {
        text_addf(&target, "%s%s", strncmp(person, "person:", 7) ? "person:" : "", person);
        remark_enter(s->r, "person");
        person_check(s, text_str(&target));
        remark_leave(s->r);
        json_put_str(to, "person", text_str(&target));
    }
    lasts_read(s, inject, to);
}

static void paper_read(const struct scene *s, const json_t *inject, json_t *to)
{
    target_read(s, inject, to);
    words_read(s, inject, "text", true, to);
}

static void end_read(const struct scene *s, const json_t *inject, json_t *to)
{
    (void)s, (void)inject, (void)to;
}

#define OF_ALL                                                                                     \
    {"no", true}, {"at", true},                                                                    \
    {                                                                                              \
        "by", true                                                                                 \
    }
#define SCORED                                                                                     \
    {"expect", true},                                                                              \
    {                                                                                              \
        "objective", true                                                                          \
    }

static const struct by {
    const char *name;
    struct form_key keys[16];
    void (*read)(const struct scene *s, const json_t *inject, json_t *to);
} bys[] = {
    {"trigger",
     {OF_ALL,
      SCORED,
      {"title", true},
      {"note", true},
      {"kind", true},
      {"grade", true},
      {"warning", true},
      {"place", true},
      {"fields", true},
      {0}},
     trigger_read},
    {"message",
     {OF_ALL, SCORED, {"to", true}, {"text", true}, {"from", true}, {"fields", true}, {0}},
     message_read},
    {"update",
     {OF_ALL, SCORED, {"fields", true}, {"note", true}, {"from", true}, {0}},
     update_read},
    {"fault", {OF_ALL, SCORED, {"endpoint", true}, {"lasts", true}, {0}}, fault_read},
    {"silence_of", {OF_ALL, SCORED, {"person", true}, {"lasts", true}, {0}}, silence_read},
    {"paper", {OF_ALL, SCORED, {"to", true}, {"text", true}, {0}}, paper_read},
    {"end", {OF_ALL, {0}}, end_read},
};

enum { BYS = sizeof bys / sizeof *bys };

static const struct by *by_read(const struct scene *s, const json_t *inject)
{
    const char *names[BYS + 1] = {NULL};
    for (size_t n = 0; n < BYS; n++)
        names[n] = bys[n].name;
    const char *name = NULL;
    if (form_need(s->r, inject, "by", "by = \"update\""))
        name = form_word(s->r, inject, "by", names, NULL);
    for (size_t n = 0; name && n < BYS; n++)
        if (!strcmp(bys[n].name, name))
            return &bys[n];
    return NULL;
}

static void expect_read(const struct scene *s, const json_t *inject, json_t *to)
{
    static const struct form_key keys[] = {{"line", true}, {"within", true}, {0}};
    const json_t *expect = json_at(inject, "expect");
    if (!expect)
        return;
    remark_enter(s->r, "expect");
    const char *line = json_is_object(expect) ? form_str(s->r, expect, "line") : NULL;
    if (line && form_keys(s->r, expect, keys, "what is expected")) {
        expectation_check(line, s->head, s->r);
        json_t *kept = json_put_str(json_object(), "line", line);
        int64_t within = form_duration(s->r, expect, "within");
        json_put(to, "expect", within ? json_put_int(kept, "within_ms", within) : kept);
    } else if (!line) {
        remark_error(s->r, "bad_value", NULL,
                     "what is expected is a text, and by when: expect = { \"order III\", within = "
                     "\"15m\" }");
    }
    remark_leave(s->r);
}

static void objective_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const char *objective = form_str(s->r, inject, "objective");
    if (!objective)
        return;
    if (!json_at(s->objectives, objective))
        remark_error_at(s->r, "objective", "unknown_name", form_nearest(s->objectives, objective),
                        "the scenario has no objective \"%s\"", objective);
    if (!json_at(inject, "expect"))
        remark_error_at(s->r, "objective", "missing_key", NULL,
                        "the objective \"%s\" is not measured here; add expect = { \"…\", within = "
                        "\"10m\" }",
                        objective);
    json_put_str(to, "objective", objective);
}

static void at_read(const struct scene *s, const json_t *inject, json_t *to)
{
    const char *at = NULL;
    int64_t ms = 0;
    if (form_need(s->r, inject, "at", "at = \"0:10\""))
        at = form_str(s->r, inject, "at");
    if (at && !scenario_time_parse(at, &ms))
        remark_error_at(s->r, "at", "bad_value", NULL,
                        "\"%s\" is no time after the beginning; write hours and minutes, \"0:10\", "
                        "or \"1:30:05\" with seconds; at most %d hours",
                        at, HOURS_MAX);
    else if (at)
        json_put_int(to, "at_ms", ms);
}

static json_t *inject_read(const struct scene *s, const json_t *inject)
{
    json_t *to = json_object();
    if (!form_table(s->r, inject, "an inject"))
        return to;
    const struct by *by = by_read(s, inject);
    if (form_need(s->r, inject, "no", "no = 1"))
        json_put_int(to, "no", form_int(s->r, inject, "no", 1, NO_MAX, 0));
    at_read(s, inject, to);
    if (!by)
        return to;
    AUTO_TEXT(what);
    text_addf(&what, "an inject by %s", by->name);
    form_keys(s->r, inject, by->keys, text_str(&what));
    json_put_str(to, "by", by->name);
    by->read(s, inject, to);
    expect_read(s, inject, to);
    objective_read(s, inject, to);
    return to;
}

/* ---- all of them ---- */

/* The inject `to` follows those before it: its number, its time, its kind. */
static void order_check(const struct scene *s, const json_t *injects, size_t n, const json_t *to)
{
    const char *by = json_str_or(to, "by", "");
    const json_t *before = n ? json_array_get(injects, n - 1) : NULL;
    for (size_t k = 0; k < n; k++)
        if (json_int(json_array_get(injects, k), "no", 0) == json_int(to, "no", -1))
            remark_error_at(s->r, "no", "bad_value", NULL,
                            "no. %lld is there already; each inject has a number of its own",
                            (long long)json_int(to, "no", 0));
    if (before && json_int(to, "at_ms", INT64_MAX) < json_int(before, "at_ms", 0))
        remark_error_at(s->r, "at", "bad_value", NULL,
                        "it comes before the inject above it; write them in the order of time");
    if (before && !strcmp(json_str_or(before, "by", ""), "end"))
        remark_error_at(s->r, "by", "bad_value", NULL,
                        "the drill is over then; end is the last inject");
    if (*by && (n == 0) != !strcmp(by, "trigger"))
        remark_error_at(s->r, "by", "bad_value", NULL,
                        "the first inject is the trigger, and no other is one");
    if (n == 0 && json_int(to, "at_ms", 0))
        remark_error_at(s->r, "at", "bad_value", NULL,
                        "times count from the trigger: at = \"0:00\"");
}

static void injects_read(const struct scene *s, const json_t *value)
{
    json_t *to = json_array();
    json_put(s->to, "injects", to);
    if (!form_need(s->r, value, "injects",
                   "injects = { { no = 1, at = \"0:00\", by = \"trigger\", title = \"…\" } }"))
        return;
    const json_t *list = form_list(s->r, value, "injects", "injects");
    if (json_array_size(list) > SCENARIO_INJECTS_MAX) {
        remark_error_at(s->r, "injects", "bad_value", NULL,
                        "more than %d injects; make it two drills", SCENARIO_INJECTS_MAX);
        return;
    }
    remark_enter(s->r, "injects");
    for (size_t n = 0; n < json_array_size(list); n++) {
        remark_enter_at(s->r, n);
        json_t *inject = inject_read(s, json_array_get(list, n));
        order_check(s, to, n, inject);
        json_array_append_new(to, inject);
        remark_leave(s->r);
    }
    remark_leave(s->r);
}

/* An objective that no inject measures would look as if it had been met. */
static void objectives_check(const struct scene *s)
{
    const char **ids = json_keys(s->objectives, NULL);
    for (size_t n = 0; ids[n]; n++) {
        bool measured = false;
        size_t k;
        json_t *inject;
        json_array_foreach(json_object_get(s->to, "injects"), k, inject) measured |=
            !strcmp(json_str_or(inject, "objective", ""), ids[n]);
        if (measured)
            continue;
        remark_enter(s->r, "objectives");
        remark_enter(s->r, ids[n]);
        remark_warning(s->r, "bad_value", NULL,
                       "no inject measures the objective \"%s\"; name it in one that expects "
                       "something: objective = \"%s\"",
                       ids[n], ids[n]);
        remark_leave(s->r);
        remark_leave(s->r);
    }
    free(ids);
}

static const struct form_key scenario_keys[] = {
    {"plan", true},       {"mode", true},
    {"title", true},      {"begins", true},
    {"speed", true},      {"director", true},
    {"evaluators", true}, {"objectives", true},
    {"injects", true},    {0},
};

static void all_read(struct scene *s, const json_t *value)
{
    static const char *const modes[] = {"tabletop", "live", NULL};
    form_keys(s->r, value, scenario_keys, "a scenario");
    plan_read(s, value);
    const char *mode = form_word(s->r, value, "mode", modes, "tabletop");
    json_put_str(s->to, "mode", mode);
    if (form_need(s->r, value, "title", "title = { zh = \"…\", en = \"…\" }"))
        json_put(s->to, "title", json_share(form_words(s->r, value, "title")));
    begins_read(s, value);
    speed_read(s, value, mode);
    if (form_need(s->r, value, "director", "director = \"person:qian.min\""))
        person_read(s, value, "director", s->to);
    evaluators_read(s, value);
    objectives_read(s, value);
    injects_read(s, value);
    objectives_check(s);
}

/* It is written with the state of its incident, again and again. */
static void size_check(const struct scene *s)
{
    AUTO_TEXT(bytes);
    json_write(s->to, &bytes);
    if (bytes.len > SCENARIO_BYTES_MAX)
        remark_error_at(s->r, "injects", "bad_value", NULL,
                        "the scenario has %zu KiB of text, at most %d are allowed; make it two "
                        "drills, or say it shorter",
                        bytes.len / 1024, SCENARIO_BYTES_MAX / 1024);
}

enum err scenario_read(const char *name, const json_t *value, const struct scenario_set *set,
                       struct remarks *r, json_t **ret)
{
    AUTO_JSON(to);
    size_t errors = r->errors;
    to = json_put_str(json_object(), "name", name);
    struct scene s = {.set = set, .r = r, .to = to};
    if (form_table(r, value, "a scenario"))
        all_read(&s, value);
    size_check(&s);
    if (r->errors != errors)
        return ERR_INVALID;
    *ret = json_incref(to);
    return ERR_OK;
}
