#include "plan/check_body.h"

#include "base/civil.h"
#include "base/text.h"
#include "core/form.h"
#include "core/head_level.h"
#include "core/level.h"
#include "core/site.h"
#include "plan/check_fact.h"
#include "plan/check_ledger.h"
#include "plan/check_literal.h"
#include "plan/check_method.h"
#include "plan/check_order.h"
#include "plan/check_people.h"
#include "plan/check_place.h"
#include "plan/check_sense.h"
#include "plan/check_table.h"
#include "plan/words.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- facts ----------------------------------------------------------------------------------- */

/* The first argument of wait and on; `forever`: it waits until it comes. */
static void check_fact(const struct body_check *c, const struct node *call, bool forever)
{
    const struct node *arg = node_child(call, 1);
    const struct node *n = arg ? node_meant(arg) : NULL;
    char function[CHECK_NAME];
    char name[CHECK_NAME];

    if (!n || check_is_other(n, NODE_STRING)) {
        check_report(c, n ? arg : call, "bad_argument",
                     "%s takes the name of a fact first: %s(\"update\"…",
                     check_name(call->first, function), function);
        return;
    }
    if (n->kind != NODE_STRING)
        return;
    const struct word *word = word_find(WORD_FACT, n->text, n->len);
    check_name(n, name);
    if (!word && c->head && !json_at(json_at(c->head, "facts"), name))
        check_unknown_fact(c, arg, name);
    else if (word)
        check_comes(c, arg, name, forever);
}

/* ---- the others ------------------------------------------------------------------------------ */

/* The function that a call wants as its n-th argument. */
static void check_function(const struct body_check *c, const struct node *call, unsigned n)
{
    const struct node *arg = node_child(call, n);
    char name[CHECK_NAME];

    if (!arg || check_is_other(arg, NODE_FUNCTION))
        check_report(c, arg ? arg : call, "bad_argument",
                     "%s takes a function as argument %u: function() … end",
                     check_name(call->first, name), n);
}

static void check_last_options(const struct body_check *c, const struct node *call, unsigned n,
                               enum word_kind options)
{
    const struct node *table = check_table(call, n);
    char name[CHECK_NAME];

    if (table)
        check_options(c, table, check_name(call->first, name), options);
}

static void check_wait(const struct body_check *c, const struct node *call)
{
    const struct node *within = node_child(call, 2);
    bool options_second = check_table(call, 2) != NULL; /* wait(name, {match = …}) */
    const struct node *options = check_table(call, options_second ? 2 : 3);
    const struct node *match = options ? node_field(options, "match") : NULL;

    check_fact(c, call, !within || options_second || node_meant(within)->kind == NODE_NIL);
    if (within && !options_second && node_meant(within)->kind != NODE_NIL)
        check_duration(c, within, "how long", true);
    check_last_options(c, call, options_second ? 2 : 3, WORD_WAIT);
    if (match && check_is_other(match, NODE_TABLE) && node_meant(match)->kind != NODE_FUNCTION &&
        node_meant(match)->kind != NODE_NIL)
        check_report(c, match, "bad_value",
                     "match is a table, { station = \"g7\" }, or a function that says yes");
}

static void check_on(const struct body_check *c, const struct node *call)
{
    check_fact(c, call, false);
    check_function(c, call, 2);
    check_handler(c, call);
    check_last_options(c, call, 3, WORD_ON);
}

/* What the reader of conditions says, at the place of the text. */
struct condition_at {
    const struct body_check *c;
    const struct node *at;
};

static void take_condition_remark(void *ctx, const struct remark *m)
{
    const struct condition_at *to = ctx;
    check_report(to->c, to->at, m->code, "%s", m->text);
}

/* The first argument of each and wait_until: a condition, as in a head. */
static void check_condition(const struct body_check *c, const struct node *call)
{
    const struct node *arg = node_child(call, 1);
    const struct node *n = arg ? node_meant(arg) : NULL;
    char function[CHECK_NAME];
    AUTO_TEXT(text);
    struct condition_at to = {c, arg};
    struct remarks r;

    if (!n || check_is_other(n, NODE_STRING)) {
        check_report(c, n ? arg : call, "bad_argument",
                     "%s takes a condition first, in quotes: %s(\"stage_m >= 4.5\"…",
                     check_name(call->first, function), function);
        return;
    }
    if (n->kind != NODE_STRING || !c->head)
        return;
    text_add_bytes(&text, n->text, n->len);
    remarks_init(&r, "", take_condition_remark, &to);
    condition_free(
        plan_condition_check(json_at(c->head, "facts"), c->site, text_str(&text), "", &r));
    remarks_done(&r);
}

static void check_each(const struct body_check *c, const struct node *call)
{
    check_condition(c, call);
    check_function(c, call, 2);
}

static void check_wait_until(const struct body_check *c, const struct node *call)
{
    const struct node *table = check_table(call, 2);
    const struct node *hold = table ? node_field(table, "hold") : NULL;
    const struct node *within = table ? node_field(table, "within") : NULL;
    const struct node *every = table ? node_field(table, "every") : NULL;

    check_condition(c, call);
    if (hold)
        check_duration(c, hold, "hold", true);
    if (within)
        check_duration(c, within, "within", true);
    if (within && check_duration_of(within) >= 0 &&
        check_duration_of(hold) > check_duration_of(within))
        check_report(c, hold, "bad_value",
                     "hold is longer than within: it would always be given up before it has held "
                     "so long");
    if (check_is_other(every, NODE_TRUE) && node_meant(every)->kind != NODE_FALSE &&
        node_meant(every)->kind != NODE_NIL)
        check_report(c, every, "bad_value",
                     "every = true asks for every station; to do something again and again there "
                     "is every(\"1h\", function() … end)");
    check_last_options(c, call, 2, WORD_UNTIL);
}

/* { "08:30", "20:30" } */
static void check_times(const struct body_check *c, const struct node *table)
{
    for (const struct node *f = table->first; f && check_spend(c); f = f->next) {
        char *text = f->first->next ? NULL : check_string_of(f->last);
        int minutes;

        if (f->first->next ||
            (text ? !clock_parse(text, &minutes) : check_is_other(f->last, NODE_STRING)))
            check_report(c, f, "bad_value",
                         "a time of day is written \"08:30\": every({ \"08:30\", \"20:30\" }, fn)");
        free(text);
    }
}

/* { IV = "12h", I = "1h" } */
static void check_intervals(const struct body_check *c, const struct node *table)
{
    enum level level;
    char name[CHECK_NAME];

    if (c->head && !json_at(c->head, "levels"))
        check_report(c, table, "bad_value",
                     "the interval is by level, and the plan has none; write every(\"1h\", fn)");
    for (const struct node *f = table->first; f && check_spend(c); f = f->next) {
        if (f->first->kind == NODE_STRING && !level_parse(check_name(f->first, name), &level))
            check_report(c, f->first, "unknown_key",
                         "there is no level \"%s\"; an interval by level is { IV = \"12h\", I = "
                         "\"1h\" }",
                         name);
        else
            check_duration(c, f->last, "how often", true);
    }
}

static void check_every(const struct body_check *c, const struct node *call)
{
    const struct node *when = node_child(call, 1), *table = check_table(call, 1);

    if (table && !table->first)
        check_report(c, when, "bad_value",
                     "times of day or intervals by level are missing: every({ \"08:30\" }, fn)");
    else if (table && !table->first->first->next)
        check_times(c, table);
    else if (table)
        check_intervals(c, table);
    else if (when)
        check_duration(c, when, "how often", true);
    check_function(c, call, 2);
}

static void check_at(const struct body_check *c, const struct node *call)
{
    const struct node *when = node_child(call, 1);
    char *text = when ? check_string_of(when) : NULL;
    int64_t day;
    int minutes;

    if (text ? !clock_parse(text, &minutes) && !civil_parse(text, &day, &minutes)
             : !when || check_is_other(when, NODE_STRING))
        check_report(c, when ? when : call, "bad_value",
                     "at takes a time first: at(\"08:30\", fn) is the next one, or "
                     "at(\"2026-07-21 08:30\", fn)");
    free(text);
    check_function(c, call, 2);
}

static void check_timeout(const struct body_check *c, const struct node *call)
{
    const struct node *within = node_child(call, 1);

    if (within)
        check_duration(c, within, "how long", true);
    check_function(c, call, 2);
}

static void check_sleep(const struct body_check *c, const struct node *call)
{
    const struct node *arg = node_child(call, 1);

    if (arg)
        check_duration(c, arg, "how long", false);
    else
        check_report(c, call, "bad_argument", "sleep takes a duration: sleep \"5m\"");
}

/* Is it written as the call of a word? It would run first, and its result is no function. */
static bool is_word_call(const struct node *n)
{
    return n->kind == NODE_CALL && n->first->kind == NODE_NAME && !n->first->decl &&
           word_find(WORD_NAME, n->first->text, n->first->len);
}

static void check_branch(const struct body_check *c, const struct node *field, const char *word)
{
    const struct node *key = field->first;
    const struct node *branch = node_meant(field->last);

    if (key->next && !(key->kind == NODE_STRING && strcmp(word, "parallel") == 0))
        check_report(c, field, "bad_argument", "%s takes a list of functions, without names", word);
    else if (key->next)
        check_option(c, key, word, WORD_PARALLEL);
    else if (is_word_call(branch))
        check_report(c, field, "bad_argument",
                     "this would run before %s begins; write function() … end around it", word);
    else if (check_is_other(branch, NODE_FUNCTION))
        check_report(c, field, "bad_argument", "%s takes a list of functions, this is none", word);
}

/* parallel, settle and race take a list of functions. */
static void check_branches(const struct body_check *c, const struct node *call)
{
    const struct node *table = check_table(call, 1);
    const struct node *arg = node_child(call, 1);
    char name[CHECK_NAME];

    check_name(call->first, name);
    if (!table && (!arg || check_is_other(arg, NODE_TABLE)))
        check_report(c, call, "bad_argument", "%s takes a list of functions: %s {f, g}", name,
                     name);
    for (const struct node *f = table ? table->first : NULL; f && check_spend(c); f = f->next)
        check_branch(c, f, name);
}

static void check_report_word(const struct body_check *c, const struct node *call)
{
    const struct node *options = node_child(call, 2), *table = check_table(call, 2);

    check_named(c, call, "report", "reports", "update");
    if (check_is_other(options, NODE_TABLE) && node_meant(options)->kind != NODE_NIL)
        check_report(c, options, "bad_argument",
                     "report takes a table second: report(\"update\", { due = \"1h\" })");
    if (!table)
        return;
    check_options(c, table, "report", WORD_REPORT);
    if (node_field(table, "key"))
        check_string(c, node_field(table, "key"), "key");
    if (node_field(table, "due"))
        check_duration(c, node_field(table, "due"), "due", true);
    if (node_field(table, "text"))
        check_text(c, node_field(table, "text"), "text");
}

/* Letters, digits, - and _: it stands behind "role:" in targets. */
static void check_role_name(const struct body_check *c, const struct node *role)
{
    char *name = check_string_of(role);

    if (name && !form_id(name, false))
        check_report(c, role, "bad_id",
                     "\"%s\" is no name of a role; use letters, digits, - and _, at most 64", name);
    free(name);
}

/* assign(role, target, {within = …}?) */
static void check_assign_call(const struct body_check *c, const struct node *call)
{
    const struct node *role = node_child(call, 1), *target = node_child(call, 2);
    const struct node *table = check_table(call, 3);

    if (!role || check_is_other(role, NODE_STRING))
        check_report(c, role ? role : call, "bad_argument",
                     "assign takes the name of a role first: assign(\"lead\", \"dept:water\")");
    else
        check_role_name(c, role);
    if (target)
        check_targets(c, target, "the target");
    else
        check_report(c, call, "bad_argument",
                     "assign calls nobody; name a target: assign(\"lead\", \"dept:water\")");
    if (!table)
        return;
    check_options(c, table, "assign", WORD_ASSIGN);
    if (node_field(table, "within"))
        check_duration(c, node_field(table, "within"), "within", true);
    if (node_field(table, "text"))
        check_text(c, node_field(table, "text"), "text");
}

/* escalate(text) */
static void check_escalate(const struct body_check *c, const struct node *call)
{
    if (node_child(call, 1))
        check_text(c, node_child(call, 1), "what escalate says");
    else
        check_report(c, call, "bad_argument", "escalate says why: escalate(\"nobody answers\")");
}

/* T "…" of a plan that has a catalogue. */
static void check_translated(const struct body_check *c, const struct node *call)
{
    char *text = c->catalogue && node_child(call, 1) ? check_string_of(node_child(call, 1)) : NULL;

    check_places(c, call);
    if (text && utf8_valid(text, strlen(text)) && !json_at(c->catalogue, text))
        check_warn(c, node_child(call, 1), "missing_text",
                   "the catalogue of the plan has no \"%.60s\": everybody reads it as it stands",
                   text);
    free(text);
}

static void check_state(const struct body_check *c, const struct node *call)
{
    const struct node *arg = node_child(call, 1);

    if (!arg || check_is_other(arg, NODE_TABLE))
        check_report(c, call, "bad_argument", "state takes a table: state {phase = \"…\"}");
}

static void check_first_function(const struct body_check *c, const struct node *call)
{
    check_function(c, call, 1);
}

/* open_at "cal:work" */
static void check_open_at(const struct body_check *c, const struct node *call)
{
    const struct node *of = node_child(call, 1);
    char *name = of ? check_string_of(of) : NULL;
    const char *id = name && strncmp(name, "cal:", 4) == 0 ? name + 4 : name;

    if (!of)
        check_report(c, call, "missing_key",
                     "open_at asks a calendar of the site: open_at \"cal:work\"");
    else if (id && c->site && !site_has_calendar(c->site, id)) {
        const char *near = site_nearest_calendar(c->site, id);
        check_report(c, of, "unknown_name",
                     near ? "the site has no calendar \"%s\"; did you mean \"cal:%s\"?"
                          : "the site has no calendar \"%s\"; add it to calendars",
                     id, near);
    }
    free(name);
}

static void check_call_of(const struct body_check *c, const struct node *call)
{
    static const struct {
        const char *name;
        void (*check)(const struct body_check *, const struct node *);
    } checks[] = {
        {"wait", check_wait},
        {"open_at", check_open_at},
        {"on", check_on},
        {"each", check_each},
        {"wait_until", check_wait_until},
        {"every", check_every},
        {"at", check_at},
        {"timeout", check_timeout},
        {"sleep", check_sleep},
        {"parallel", check_branches},
        {"settle", check_branches},
        {"race", check_branches},
        {"state", check_state},
        {"T", check_translated},
        {"escalate", check_escalate},
        {"measure", check_measure},
        {"directive", check_directive},
        {"item", check_item},
        {"resource", check_resource},
        {"assign", check_assign_call},
        {"before", check_before},
        {"report", check_report_word},
        {"propose", check_propose},
        {"publish", check_publish},
        {"defer", check_first_function},
        {"spawn", check_first_function},
    };

    check_people(c, call);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (node_is(call->first, checks[i].name))
            checks[i].check(c, call);
}

/* ---- the bodies of the plan object ----------------------------------------------------------- */

/* Is it the local that holds the plan? */
static bool is_plan_object(const struct body_check *c, const struct node *n)
{
    return c->call && node_meant(n) == c->call;
}

/* plan.level.NAME: a level of the head, or nobody would ever order it. */
static void check_level_body(const struct body_check *c, const struct node *key)
{
    char name[CHECK_NAME];
    const json_t *levels = json_at(c->head, "levels");

    if (!c->head || key->kind != NODE_STRING)
        return;
    check_name(key, name);
    if (json_at(levels, name))
        return;
    const char *near = check_nearest_member(levels, name);
    if (near)
        check_report(c, key, "unknown_body",
                     "the head has no level \"%s\"; did you mean plan.level.%s?", name, near);
    else
        check_report(c, key, "unknown_body",
                     "the head has no level \"%s\": nobody can order it; add it to levels", name);
}

/* plan.occasion.NAME: of the schedule, or it would never come. */
static void check_occasion_body(const struct body_check *c, const struct node *key)
{
    char name[CHECK_NAME];
    const json_t *schedule = json_at(c->head, "schedule");

    if (!c->head || key->kind != NODE_STRING)
        return;
    check_name(key, name);
    if (json_at(schedule, name))
        return;
    const char *near = check_nearest_member(schedule, name);
    if (near)
        check_report(c, key, "unknown_body",
                     "the schedule has no \"%s\"; did you mean plan.occasion.%s?", name, near);
    else
        check_report(c, key, "unknown_body",
                     "the schedule has no \"%s\": it would never come; add it to schedule", name);
}

static bool is_standing(const struct body_check *c)
{
    return !strcmp(json_str_or(c->head, "kind", ""), "standing");
}

/* plan.NAME, on the left of an assignment or behind `function`; a deeper one is plan.level.IV */
static void check_body_name(const struct body_check *c, const struct node *target)
{
    char name[CHECK_NAME];
    const char *near;
    const struct node *inner = NULL;

    while (target->kind == NODE_INDEX && target->first->kind == NODE_INDEX) {
        inner = target->first->next;
        target = target->first;
    }
    if (target->kind != NODE_INDEX || !is_plan_object(c, target->first))
        return;
    const struct node *key = target->first->next;
    if (key->kind != NODE_STRING)
        return;
    const struct word *word = word_find(WORD_BODY, key->text, key->len);
    check_name(key, name);
    if (word && strcmp(name, "level") == 0 && inner)
        check_level_body(c, inner);
    else if (word && strcmp(name, "occasion") == 0 && inner)
        check_occasion_body(c, inner);
    else if (word && strcmp(name, "occasion") == 0)
        check_report(c, key, "unknown_body",
                     "plan.occasion is there and stays; write function "
                     "plan.occasion.weekly(incident) … end");
    else if (word && strcmp(name, "respond") == 0 && is_standing(c))
        check_report(c, key, "unknown_body",
                     "nobody runs plan.respond of a standing plan; its schedule runs "
                     "plan.occasion.NAME");
    else if (word && strcmp(name, "level") == 0)
        check_report(c, key, "unknown_body",
                     "plan.level is there and stays; write function plan.level.IV(incident, order) "
                     "… end");
    else if (!word && (near = word_nearest(WORD_BODY, name)))
        check_report(c, key, "unknown_body", "nobody runs plan.%s; did you mean plan.%s?", name,
                     near);
    else if (!word)
        check_report(c, key, "unknown_body",
                     "nobody runs plan.%s; write local function %s, or plan.respond", name, name);
}

static void check_assign(const struct body_check *c, const struct node *n)
{
    const struct node *target = n->first;

    for (unsigned i = 0; i < n->count && target; i++, target = target->next)
        check_body_name(c, target);
}

/* What is of no word: comparisons, loops, patterns. */
static void check_node(const struct body_check *c, const struct node *n)
{
    if (n->kind == NODE_BINARY) {
        check_compare(c, n);
        check_power(c, n);
    } else if (n->kind == NODE_WHILE || n->kind == NODE_REPEAT)
        check_loop(c, n);
    else if (n->kind == NODE_CALL || n->kind == NODE_METHOD)
        check_pattern(c, n);
    else if (n->kind == NODE_INDEX)
        check_waited(c, n);
}

/* Tables of texts in it. In a catalogue the language that is missing is the text itself:
 * { ["text {x}"] = { zh = "…" } }. */
static void check_tables(const struct body_check *c, const struct node *n)
{
    for (const struct node *child = n->first; child && n->kind != NODE_FIELD; child = child->next) {
        if (child->kind == NODE_TABLE)
            check_languages(c, child);
        else if (child->kind == NODE_FIELD && n != c->texts)
            check_languages(c, child->last);
    }
}

static void walk(const struct body_check *c, const struct node *n)
{
    if (n->kind == NODE_CALL && n->first->kind == NODE_NAME && !n->first->decl && check_spend(c))
        check_call_of(c, n);
    else if (n->kind == NODE_METHOD && check_spend(c))
        check_method(c, n);
    else if (n->kind == NODE_FUNCTION_NAMED)
        check_body_name(c, n->first);
    else if (n->kind == NODE_ASSIGN)
        check_assign(c, n);
    check_node(c, n);
    if (!*c->left && !*c->stopped)
        *c->stopped = n;
    check_tables(c, n);
    for (const struct node *child = n->first; child && *c->left; child = child->next)
        walk(c, child);
}

/* What lies behind was not looked at: nobody may take silence for a yes. */
static void check_stopped(const struct body_check *c)
{
    if (*c->stopped)
        check_warn(c, *c->stopped, "not_checked",
                   "more than %d values are written down here; what stands behind was not looked "
                   "at: make a library of a part of it, or fewer values",
                   BODY_LITERALS_MAX);
}

/* ---- reports that nothing opens -------------------------------------------------------------- */

static bool opens_update(const struct node *n);

static bool any_opens_update(const struct node *first)
{
    for (const struct node *n = first; n; n = n->next)
        if (opens_update(n))
            return true;
    return false;
}

/* Does a body open it, or one whose kind is computed, or hand the word itself on? */
static bool opens_update(const struct node *n)
{
    const struct node *kind;

    if (n->kind != NODE_CALL || !node_is_global(n->first, "report"))
        return node_is_global(n, "report") || any_opens_update(n->first);
    kind = node_child(n, 1) ? node_meant(node_child(n, 1)) : NULL;
    return (kind && (kind->kind != NODE_STRING || node_is(kind, "update"))) ||
           any_opens_update(n->first->next);
}

static bool libraries_open_update(const struct body_check *c)
{
    for (size_t i = 0; i < c->libraries_count; i++)
        if (opens_update(c->libraries[i]))
            return true;
    return false;
}

/* The key of a table literal as it stands there, NULL: computed. */
static const struct node *key_of(const struct node *table, const char *key)
{
    const struct node *value = table ? node_field(table, key) : NULL;

    for (const struct node *f = value ? table->first : NULL; f; f = f->next)
        if (f->first->next == value)
            return f->first;
    return NULL;
}

/* An update comes with a change of level: without levels it is a body that opens it, or nobody. */
static void check_update(const struct body_check *c)
{
    const struct node *head = c->call ? check_table(c->call, 1) : NULL;
    const struct node *reports = head ? node_field(head, "reports") : NULL;
    const struct node *at = reports ? key_of(node_meant(reports), "update") : NULL;

    if (!json_at(json_at(c->head, "reports"), "update") || json_at(c->head, "levels") ||
        opens_update(c->tree) || libraries_open_update(c))
        return;
    check_report(
        c,
        at        ? at
        : c->call ? c->call
                  : c->tree,
        "bad_value",
        "an update comes with each change of level, and the plan has no levels: add levels, "
        "or daily with at = { \"08:00\" }, or open it in a body: report(\"update\")");
}

/* The table that a library returns, which may be a catalogue. */
static const struct node *returned(const struct node *tree)
{
    const struct node *block = tree->kind == NODE_FUNCTION ? tree->last : tree;
    const struct node *last = block ? block->last : NULL;

    return last && last->kind == NODE_RETURN && last->first ? node_meant(last->first) : NULL;
}

/* What its libraries make and assign is its own, too. */
static bool roles_of(const struct body_check *c, json_t *roles)
{
    bool all = check_roles(c->tree, roles) && !c->is_library;

    for (size_t i = 0; i < c->libraries_count; i++)
        all = check_roles(c->libraries[i], roles) && all;
    return all;
}

void check_bodies(const struct body_check *c)
{
    struct body_check all = *c;
    const struct node *stopped = NULL;
    AUTO_JSON(roles);

    roles = json_object();
    all.roles = roles_of(c, roles) ? roles : NULL;
    all.own_methods = check_own_methods(c->tree);
    if (c->is_library)
        all.own_methods = UINT_MAX; /* what it is given may be anybody's own */
    for (size_t i = 0; i < c->libraries_count; i++)
        all.own_methods |= check_own_methods(c->libraries[i]);
    all.stopped = &stopped;
    all.texts = c->is_library ? returned(c->tree) : NULL;
    walk(&all, c->tree);
    check_stopped(&all);
    check_update(c);
    if (!c->is_library && c->head)
        check_unissued(c);
}
