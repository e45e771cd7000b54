#include "core/head_level.h"

#include "base/time.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- the names in a condition: facts of the head, constants of stations ---- */

struct names {
    const json_t *facts;
    const struct site *site; /* NULL: constants are not looked up */
};

static enum value_type fact_value_type(const json_t *fact, struct why *why, const char *name)
{
    static const enum value_type of[] = {[FACT_NUMBER] = VALUE_NUMBER,
                                         [FACT_BOOLEAN] = VALUE_BOOLEAN,
                                         [FACT_TEXT] = VALUE_TEXT,
                                         [FACT_TIME] = VALUE_TIME};
    enum fact_type type = fact_type_parse(json_str(fact, "type"));
    if (type != FACT_TYPES)
        return of[type];
    if (json_bool(fact, "event"))
        why_set(why, ERR_INVALID,
                "%s is an event: it happens, and has no value that a condition could compare",
                name);
    else
        why_set(why, ERR_INVALID, "%s has no type: number, boolean, text or time", name);
    return VALUE_UNKNOWN;
}

static bool constant_known(const struct site *site, const char *name)
{
    const json_t *stations = site_stations(site);
    const char **ids = json_keys(stations, NULL);
    double number;
    bool known = false;
    for (size_t n = 0; ids[n] && !known; n++)
        known = site_station_number(site, ids[n], name, &number);
    free(ids);
    return known;
}

/* The nearest fact, or constant of the first station that has one near. */
static const char *name_nearest(const struct names *k, const char *name)
{
    const char *near = form_nearest(k->facts, name);
    const json_t *stations = k->site ? site_stations(k->site) : NULL;
    const char **ids = json_keys(stations, NULL);
    for (size_t n = 0; ids[n] && !near; n++)
        near = form_nearest(json_at(stations, ids[n]), name);
    free(ids);
    return near;
}

static enum value_type name_type(void *ctx, const char *name, const char **ret_per,
                                 const char **ret_near, struct why *why)
{
    const struct names *k = ctx;
    const json_t *fact = json_at(k->facts, name);
    if (fact) {
        *ret_per = json_str(fact, "per");
        return fact_value_type(fact, why, name);
    }
    if (!k->site || constant_known(k->site, name))
        return VALUE_NUMBER;
    *ret_near = name_nearest(k, name);
    why_set(why, ERR_INVALID, "there is no fact \"%s\", and no station has it as a number", name);
    return VALUE_UNKNOWN;
}

/* Each station that is asked must have the constant: one that it lacks would never be known. */
static void constant_check(const struct site *site, const char *per, const char *name,
                           struct remarks *r)
{
    const json_t *stations = site_stations(site);
    const char **ids = json_keys(stations, NULL);
    double number;
    for (size_t n = 0; ids[n]; n++) {
        if (!strcmp(json_str_or(json_at(stations, ids[n]), "kind", ""), per) &&
            !site_station_number(site, ids[n], name, &number))
            remark_error(r, "unknown_name", NULL,
                         "the %s \"%s\" has no number %s, so that the condition would never be "
                         "known there; add it to the site",
                         per, ids[n], name);
    }
    free(ids);
}

static void constants_check(const struct names *k, const struct condition *c, struct remarks *r)
{
    const char *name, *per = condition_per(c);
    for (size_t n = 0; (name = condition_name_at(c, n)); n++) {
        if (json_at(k->facts, name) || !k->site)
            continue;
        if (per)
            constant_check(k->site, per, name, r);
        else
            remark_error(r, "bad_value", NULL,
                         "%s is a constant of stations; a fact of the same stations must stand "
                         "beside it",
                         name);
    }
}

enum err plan_condition_read(const json_t *facts, const struct site *site, const char *text,
                             struct condition **ret, const char **ret_near, struct why *why)
{
    struct names k = {.facts = facts, .site = site};
    const struct condition_names names = {.type = name_type, .ctx = &k};
    return condition_read(text, &names, ret, ret_near, why);
}

struct condition *plan_condition_check(const json_t *facts, const struct site *site,
                                       const char *text, const char *before, struct remarks *r)
{
    struct names k = {.facts = facts, .site = site};
    struct condition *c = NULL;
    const char *near = NULL;
    struct why why = {{0}};
    if (plan_condition_read(facts, site, text, &c, &near, &why)) {
        remark_error(r, near ? "unknown_name" : "bad_condition", near, "%s\"%s\": %s", before, text,
                     why.text);
        return NULL;
    }
    constants_check(&k, c, r);
    return c;
}

enum err plan_head_condition(const struct plan_head *h, const struct site *site, const char *text,
                             struct condition **ret, struct why *why)
{
    return plan_condition_read(json_at(h->json, "facts"), site, text, ret, NULL, why);
}

static struct condition *when_read(const json_t *facts, const struct site *site,
                                   const json_t *table, struct remarks *r)
{
    const char *text = form_str(r, table, "when");
    if (!text)
        return NULL;
    remark_enter(r, "when");
    struct condition *c = plan_condition_check(facts, site, text, "when = ", r);
    remark_leave(r);
    return c;
}

static void when_check(const json_t *head, const struct site *site, const json_t *table,
                       struct remarks *r)
{
    condition_free(when_read(json_at(head, "facts"), site, table, r));
}

/* ---- checking: levels ---- */

static void one_target_check(const struct site *site, const json_t *table, const char *key,
                             struct remarks *r)
{
    if (json_is_array(json_at(table, key)) && json_array_size(json_at(table, key)))
        remark_error_at(r, key, "bad_target", NULL, "%s is one target, not a list", key);
    else
        site_check_targets(site, table, key, r);
}

static void right_check(const char *plan, const struct site *site, const json_t *level,
                        const char *name, struct remarks *r)
{
    const char *by = json_str(level, "ordered_by");
    if (!site || !by || site_target_may_order(site, by, plan, name))
        return;
    remark_error_at(r, "ordered_by", "no_right", NULL,
                    "%s may not order level %s: may_order of the site has no [\"%s\"] = { [\"%s\"] "
                    "= { \"%s\" } }",
                    by, name, by, plan, name);
}

/* May whoever this is, by what they are or hold, order any level of the plan? */
static bool orders_any(const struct site *site, const char *who, const char *plan)
{
    const char *person = site_holder(site, who);
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (site_target_may_order(site, who, plan, level_name(l)) ||
            (person && site_may_order(site, person, plan, level_name(l), NULL)))
            return true;
    }
    return false;
}

/* Whoever does not answer is stood in for, and the deputy is asked for an order. One who may order
 * lower levels alone is meant so; one who may order nothing was forgotten. */
static void deputy_check(const char *plan, const struct site *site, const json_t *level,
                         struct remarks *r)
{
    const char *by = json_str(level, "ordered_by");
    const char *deputy = site && by ? site_post_deputy(site, by) : NULL;
    if (!deputy || orders_any(site, deputy, plan))
        return;
    remark_enter(r, "ordered_by");
    remark_warning(r, "no_right", NULL,
                   "when %s does not answer, its deputy %s is asked, and may order no level of "
                   "this plan; add to may_order of the site: [\"%s\"] = { [\"%s\"] = { … } }",
                   by, deputy, deputy, plan);
    remark_leave(r);
}

static void level_check(const char *plan, const json_t *head, const struct site *site,
                        const char *name, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"when", true},     {"ordered_by", true}, {"commander", true},   {"members", true},
        {"expected", true}, {"report", true},     {"lower_after", true}, {0},
    };
    const json_t *level = json_at(json_at(head, "levels"), name);
    if (!form_table(r, level, "a level"))
        return;
    form_keys(r, level, keys, "a level");
    when_check(head, site, level, r);
    if (form_need(r, level, "ordered_by", "ordered_by = \"post:flood-hq-deputy\""))
        one_target_check(site, level, "ordered_by", r);
    one_target_check(site, level, "commander", r);
    site_check_targets(site, level, "members", r);
    if (form_need(r, level, "expected", "expected = \"72h\""))
        form_duration(r, level, "expected");
    form_duration(r, level, "lower_after");
    level_report_check(level, site, r);
    right_check(plan, site, level, name, r);
    deputy_check(plan, site, level, r);
}

static void levels_check(const char *plan, const json_t *head, const struct site *site,
                         struct remarks *r)
{
    static const char *const names[] = {"I", "II", "III", "IV", NULL};
    const json_t *levels = json_at(head, "levels");
    if (!levels)
        return;
    remark_enter(r, "levels");
    const char **at = json_keys(levels, NULL);
    if (form_table(r, levels, "levels") && !at[0])
        remark_error(r, "bad_value", NULL, "levels is empty; name at least IV");
    for (size_t n = 0; at[n]; n++) {
        enum level level;
        remark_enter(r, at[n]);
        if (level_parse(at[n], &level))
            level_check(plan, head, site, at[n], r);
        else
            remark_error(r, "unknown_key", text_nearest(at[n], names),
                         "\"%s\" is no level; levels are I (highest), II, III and IV", at[n]);
        remark_leave(r);
    }
    free(at);
    remark_leave(r);
}

/* Who orders the highest level has a post from which all below it can be ended. NULL: none. */
static const char *highest_orderer(const json_t *head)
{
    for (enum level l = LEVEL_I; l >= LEVEL_IV; l--) {
        const char *who = json_str(json_at(json_at(head, "levels"), level_name(l)), "ordered_by");
        if (who)
            return who;
    }
    return NULL;
}

/* A response that nobody may end would never be over. */
static void terminate_right_check(const char *plan, const json_t *head, const struct site *site,
                                  struct remarks *r)
{
    AUTO_TEXT(line);
    if (!site || !json_object_size(json_at(head, "levels")) ||
        !site_nobody_may_order(site, plan, "terminate", highest_orderer(head), &line))
        return;
    remark_error_at(r, "levels", "no_right", NULL,
                    "nobody may order the end of the response; add to may_order of the site: %s",
                    text_str(&line));
}

/* An activated response is ended by people: neither its source nor its code ends it. */
static void ends_check(const json_t *head, struct remarks *r)
{
    const char *ends = json_str(head, "ends"), *resolved = json_str(head, "on_resolved");
    if (!json_at(head, "levels"))
        return;
    if (ends && strcmp(ends, "order") != 0)
        remark_error_at(r, "ends", "bad_value", NULL,
                        "a plan with levels ends by order; leave out ends = \"%s\"", ends);
    if (resolved && !strcmp(resolved, "close"))
        remark_error_at(r, "on_resolved", "bad_value", NULL,
                        "a plan with levels is not closed by its source; write \"propose\" or "
                        "\"note\"");
}

static void auto_head_check(const char *plan, const json_t *head, const struct site *site,
                            struct remarks *r)
{
    static const struct form_key keys[] = {{"level", true}, {"after", true}, {0}};
    const json_t *table = json_at(head, "auto");
    enum level level = LEVEL_NONE;
    if (!table)
        return;
    remark_enter(r, "auto");
    if (form_table(r, table, "auto")) {
        form_keys(r, table, keys, "auto");
        if (!level_parse(json_str(table, "level"), &level) ||
            !json_at(json_at(head, "levels"), level_name(level)))
            remark_error_at(r, "level", "bad_value", NULL,
                            "auto names a level of this plan: auto = { level = \"IV\", after = "
                            "\"30m\" }");
        else if (site && site_auto_level(site, plan) < level)
            remark_error_at(r, "level", "no_right", NULL,
                            "the site does not allow it: auto = { [\"%s\"] = \"%s\" } is not in it",
                            plan, level_name(level));
        if (form_need(r, table, "after", "after = \"30m\""))
            form_duration(r, table, "after");
    }
    remark_leave(r);
}

/* ---- checking: ends ---- */

static void criterion_check(const json_t *head, const struct site *site, const json_t *c,
                            struct remarks *r)
{
    static const struct form_key keys[] = {
        {"id", true}, {"when", true}, {"hold", true}, {"confirm", true}, {"zh", true}, {"en", true},
        {0},
    };
    if (!form_table(r, c, "a criterion"))
        return;
    form_keys(r, c, keys, "a criterion");
    const char *id = form_need(r, c, "id", "id = \"falling\"") ? form_str(r, c, "id") : NULL;
    if (id && !form_id(id, false))
        remark_error_at(r, "id", "bad_id", NULL, "an id has letters, digits, - and _, at most 64");
    if (!json_str(c, "zh") && !json_str(c, "en"))
        remark_error(r, "missing_key", NULL, "say what must be reached: zh = \"…\", en = \"…\"");
    if (!json_at(c, "when") == !json_at(c, "confirm"))
        remark_error(r, "missing_key", NULL,
                     "a criterion has either a condition (when) or somebody who confirms it");
    when_check(head, site, c, r);
    form_duration(r, c, "hold");
    if (json_at(c, "hold") && !json_at(c, "when"))
        remark_error_at(r, "hold", "bad_value", NULL, "hold belongs to a condition (when)");
    one_target_check(site, c, "confirm", r);
}

static bool criterion_again(const json_t *list, size_t n)
{
    const json_t *id = json_at(json_array_get(list, n), "id");
    for (size_t k = 0; k < n; k++) {
        if (id && json_equal(id, json_at(json_array_get(list, k), "id")))
            return true;
    }
    return false;
}

/* Into a level leads a condition or an order; out of it somebody must think of it. */
static void exit_check(const json_t *head, struct remarks *r)
{
    if (!json_object_size(json_at(head, "levels")))
        return;
    remark_enter(r, "levels");
    remark_warning(r, "no_exit", NULL,
                   "nothing says when the response is over, so that its end is never proposed; "
                   "add ends_when = { { id = \"…\", when = \"…\", zh = \"…\", en = \"…\" } }, or "
                   "confirm = \"post:…\" instead of when");
    remark_leave(r);
}

static void criteria_check(const json_t *head, const struct site *site, struct remarks *r)
{
    if (!json_at(head, "ends_when")) {
        exit_check(head, r);
        return;
    }
    const json_t *list = form_list(r, head, "ends_when", "criteria: { { id = …, when = … } }");
    remark_enter(r, "ends_when");
    for (size_t n = 0; n < json_array_size(list); n++) {
        remark_enter_at(r, n);
        criterion_check(head, site, json_array_get(list, n), r);
        if (criterion_again(list, n))
            remark_error_at(r, "id", "bad_id", NULL, "two criteria have this id");
        remark_leave(r);
    }
    remark_leave(r);
    if (!json_at(head, "levels"))
        remark_error_at(
            r, "ends_when", "bad_value", NULL,
            "ends_when belongs to a plan with levels: it says when to propose their end");
}

static void words_list_check(const json_t *head, const char *key, struct remarks *r)
{
    if (!json_at(head, key))
        return;
    const json_t *list = form_list(r, head, key, "sentences");
    remark_enter(r, key);
    for (size_t n = 0; n < json_array_size(list); n++) {
        const json_t *one = json_array_get(list, n);
        remark_enter_at(r, n);
        if (!json_is_string(one) && !json_str(one, "zh") && !json_str(one, "en"))
            remark_error(r, "bad_value", NULL,
                         "a sentence is a text or { zh = \"…\", en = \"…\" }");
        remark_leave(r);
    }
    remark_leave(r);
}

void head_levels_check(const char *plan, const json_t *head, const struct site *site,
                       struct remarks *r)
{
    levels_check(plan, head, site, r);
    terminate_right_check(plan, head, site, r);
    ends_check(head, r);
    auto_head_check(plan, head, site, r);
    criteria_check(head, site, r);
    words_list_check(head, "principles", r);
    words_list_check(head, "basis", r);
}

/* ---- building ---- */

static int64_t duration_of(const json_t *table, const char *key)
{
    int64_t ms = 0;
    return duration_parse(json_str_or(table, key, ""), true, &ms) ? ms : 0;
}

/* It was read before, so that it reads again; constants are not looked up any more. */
static struct condition *when_again(const struct plan_head *h, const json_t *table)
{
    struct remarks none;
    remarks_init(&none, h->name, NULL, NULL);
    struct condition *c = when_read(json_at(h->json, "facts"), NULL, table, &none);
    remarks_done(&none);
    return c;
}

static void level_build(struct plan_head *h, enum level level, const json_t *table)
{
    h->levels[level] = (struct level_head){
        .level = level,
        .when = when_again(h, table),
        .when_text = json_str(table, "when"),
        .ordered_by = json_str(table, "ordered_by"),
        .commander = json_str_or(table, "commander", json_str(table, "ordered_by")),
        .members = json_at(table, "members"),
        .expected_ms = duration_of(table, "expected"),
        .report = level_cadence_build(table),
        .lower_after_ms = duration_of(table, "lower_after")};
}

void head_levels_build(struct plan_head *h)
{
    const json_t *levels = json_at(h->json, "levels"), *ends = json_at(h->json, "ends_when");
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (json_at(levels, level_name(l)))
            level_build(h, l, json_at(levels, level_name(l)));
    }
    h->criteria_count = json_array_size(ends);
    h->criteria = mem_new(h->criteria_count, sizeof *h->criteria);
    for (size_t n = 0; n < h->criteria_count; n++) {
        const json_t *table = json_array_get(ends, n);
        h->criteria[n] = (struct criterion_head){.id = json_str(table, "id"),
                                                 .words = table,
                                                 .when = when_again(h, table),
                                                 .when_text = json_str(table, "when"),
                                                 .confirm = json_str(table, "confirm"),
                                                 .hold_ms = duration_of(table, "hold")};
    }
}

void head_levels_free(struct plan_head *h)
{
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++)
        condition_free(h->levels[l].when);
    for (size_t n = 0; n < h->criteria_count; n++)
        condition_free(h->criteria[n].when);
    free(h->criteria);
}

/* ---- what it says ---- */

const struct level_head *plan_head_level(const struct plan_head *h, enum level level)
{
    return level < LEVEL_END && h->levels[level].level != LEVEL_NONE ? &h->levels[level] : NULL;
}

enum level plan_head_lowest(const struct plan_head *h)
{
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        if (plan_head_level(h, l))
            return l;
    }
    return LEVEL_NONE;
}

bool plan_head_has_levels(const struct plan_head *h)
{
    return plan_head_lowest(h) != LEVEL_NONE;
}

const struct criterion_head *plan_head_criterion_at(const struct plan_head *h, size_t n)
{
    return n < h->criteria_count ? &h->criteria[n] : NULL;
}

const struct criterion_head *plan_head_criterion(const struct plan_head *h, const char *id)
{
    for (size_t n = 0; n < h->criteria_count; n++) {
        if (!strcmp(h->criteria[n].id, id))
            return &h->criteria[n];
    }
    return NULL;
}

enum level plan_head_auto(const struct plan_head *h, int64_t *ret_after_ms)
{
    const json_t *table = json_at(h->json, "auto");
    enum level level = LEVEL_NONE;
    *ret_after_ms = duration_of(table, "after");
    return level_parse(json_str(table, "level"), &level) ? level : LEVEL_NONE;
}

const json_t *plan_head_principles(const struct plan_head *h)
{
    return json_at(h->json, "principles");
}

const json_t *plan_head_basis(const struct plan_head *h)
{
    return json_at(h->json, "basis");
}
