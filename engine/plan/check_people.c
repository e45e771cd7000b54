#include "plan/check_people.h"

#include "base/text.h"
#include "core/choice.h"
#include "core/form.h"
#include "core/site.h"
#include "plan/check_fact.h"
#include "plan/check_literal.h"
#include "plan/check_table.h"
#include "plan/words.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 100 };

/* ---- call, notify ---------------------------------------------------------------------------- */

/* Every rung of a literal list has its own within. */
static bool check_rungs(const struct body_check *c, const struct node *rungs)
{
    bool all_timed = rungs->kind == NODE_TABLE;

    if (check_is_other(rungs, NODE_TABLE) || (all_timed && !rungs->first)) {
        check_report(c, rungs, "bad_argument",
                     "rungs is a list of at least one {to=, within=}, each called in turn");
        return true;
    }
    if (rungs->kind != NODE_TABLE)
        return true; /* computed: nothing is known */
    for (const struct node *f = rungs->first; f && check_spend(c); f = f->next) {
        const struct node *rung = node_meant(f->last);
        if (f->first->next || check_is_other(rung, NODE_TABLE)) {
            check_report(c, f, "bad_argument", "a rung is a table: {to = \"…\", within = \"5m\"}");
            continue;
        }
        if (rung->kind != NODE_TABLE)
            continue;
        check_options(c, rung, "a rung", WORD_RUNG);
        const struct node *to = node_field(rung, "to");
        const struct node *within = node_field(rung, "within");
        if (to)
            check_targets(c, to, "to");
        else if (!check_is_computed(rung))
            check_report(c, f, "missing_key", "the rung calls nobody; add to = \"…\"");
        if (within)
            check_duration(c, within, "within", true);
        else if (!check_is_computed(rung))
            all_timed = false;
    }
    return all_timed;
}

static void check_message(const struct body_check *c, const struct node *call,
                          const struct node *table, const char *function)
{
    const struct node *to = node_field(table, "to");
    const struct node *text = node_field(table, "text");
    const struct node *within = node_field(table, "within");

    if (to)
        check_targets(c, to, "to");
    if (text)
        check_text(c, text, "text");
    else if (!check_is_computed(table))
        check_report(c, call, "missing_key", "%s says nothing; add text = \"…\"", function);
    if (within)
        check_duration(c, within, "within", true);
}

static size_t people_in(const struct rungs *rungs)
{
    AUTO_JSON(ids);
    ids = json_object();
    for (size_t n = 0; n < rungs->count; n++)
        for (size_t k = 0; k < rungs->at[n].count; k++)
            json_put_true(ids, rungs->at[n].at[k].id, true);
    return json_object_size(ids);
}

/*
 * More than there are people: it would never be enough.
 *
 * turns    Each rung of a target is called in its turn; else the first alone.
 */
static void check_reach(const struct body_check *c, const json_t *targets, const struct node *least,
                        bool turns)
{
    double wanted = node_meant(least)->number;
    struct rungs rungs = {0};
    struct rung first = {0};

    if (turns)
        site_resolve(c->site, targets, NULL, false, AT_ANY_TIME, &rungs);
    else
        site_resolve_first(c->site, targets, false, AT_ANY_TIME, &first);
    size_t people = turns ? people_in(&rungs) : first.count;
    if (people && wanted > (double)people && wanted <= 1000)
        check_report(c, least, "bad_value",
                     "at_least is more than there are people: to asks %zu, so that it could never "
                     "be enough",
                     people);
    rungs_done(&rungs);
    rung_done(&first);
}

/* Everybody whom a call may come to, in any rung: a list of targets. NULL: it is computed. Gives.
 */
static json_t *call_targets(const struct node *table, const struct node *rungs)
{
    const struct node *to = node_field(table, "to");
    if (!rungs)
        return to ? check_targets_of(to) : NULL;
    if (rungs->kind != NODE_TABLE)
        return NULL;
    json_t *all = json_array();
    for (const struct node *f = rungs->first; f && all; f = f->next) {
        const struct node *rung = node_meant(f->last);
        const struct node *of = rung->kind == NODE_TABLE ? node_field(rung, "to") : NULL;
        AUTO_JSON(targets);
        targets = of ? check_targets_of(of) : NULL;
        if (targets)
            json_array_extend(all, targets);
        else {
            json_decref(all);
            all = NULL;
        }
    }
    return all;
}

/* at_least people, and for how long their answer holds. */
static void check_takers(const struct body_check *c, const struct node *table,
                         const struct node *rungs)
{
    const struct node *least = node_field(table, "at_least");
    const struct node *hold = node_field(table, "answer_for");
    AUTO_JSON(targets);

    if (hold)
        check_duration(c, hold, "answer_for", true);
    if (!least)
        return;
    check_whole(c, least, "at_least", 1, 1000);
    targets = c->site ? call_targets(table, rungs) : NULL;
    if (targets && node_meant(least)->kind == NODE_NUMBER)
        check_reach(c, targets, least, true);
}

/* Are all of these targets written out? */
static bool is_literal_target(const struct node *to)
{
    AUTO_JSON(targets);
    targets = check_targets_of(to);
    return targets != NULL;
}

/* The first roster among the targets written here. Gives; NULL: none, or they are computed. */
static char *roster_of(const struct node *to)
{
    AUTO_JSON(targets);
    targets = check_targets_of(to);
    for (size_t n = 0; n < json_array_size(targets); n++) {
        const char *target = json_string_value(json_array_get(targets, n));
        if (!strncmp(target, "duty:", 5))
            return mem_str(target + 5);
    }
    return NULL;
}

static void check_call(const struct body_check *c, const struct node *call,
                       const struct node *table)
{
    const struct node *rungs = node_field(table, "rungs");
    const struct node *rounds = node_field(table, "rounds");
    bool computed = check_is_computed(table);
    const struct node *to = node_field(table, "to");
    char *roster = to ? roster_of(to) : NULL;
    struct body_check in_rungs = *c;
    in_rungs.roster = roster;
    in_rungs.any_seat = to && !roster && !is_literal_target(to);
    bool timed = rungs && check_rungs(&in_rungs, node_meant(rungs));
    free(roster);

    check_options(c, table, "call", WORD_CALL);
    check_message(c, call, table, "call");
    if (rounds)
        check_whole(c, rounds, "rounds", 1, ROUNDS_MAX);
    check_takers(c, table, rungs ? node_meant(rungs) : NULL);
    if (computed)
        return;
    if (!rungs && !node_field(table, "to"))
        check_report(c, call, "missing_key",
                     "call calls nobody; add to = \"…\", or rungs with a to each");
    if (!timed && !node_field(table, "within"))
        check_report(c, call, "missing_key",
                     rungs ? "a rung has no within of its own and the call has none; without it "
                             "the call would wait for ever, add within = \"5m\""
                           : "call has no within; without it the call would wait for ever, add "
                             "within = \"5m\"");
}

static void check_notify(const struct body_check *c, const struct node *call,
                         const struct node *table)
{
    const struct node *via = node_field(table, "via");

    check_options(c, table, "notify", WORD_NOTIFY);
    check_message(c, call, table, "notify");
    if (via)
        check_endpoint(c, via, "via");
    if (!node_field(table, "to") && !check_is_computed(table))
        check_report(c, call, "missing_key", "notify tells nobody; add to = \"…\"");
}

/* Opinions. */
static void check_enough(const struct body_check *c, const struct node *to,
                         const struct node *least)
{
    AUTO_JSON(targets);

    check_whole(c, least, "at_least", 1, 1000);
    targets = to && c->site && node_meant(least)->kind == NODE_NUMBER ? check_targets_of(to) : NULL;
    if (targets)
        check_reach(c, targets, least, false);
}

static void check_consult(const struct body_check *c, const struct node *call,
                          const struct node *table)
{
    const struct node *to = node_field(table, "to"), *chair = node_field(table, "chair");
    const struct node *question = node_field(table, "question");
    const struct node *within = node_field(table, "within"), *least = node_field(table, "at_least");

    check_options(c, table, "consult", WORD_CONSULT);
    if (to)
        check_targets(c, to, "to");
    if (chair)
        check_targets(c, chair, "chair");
    if (question)
        check_text(c, question, "question");
    if (within)
        check_duration(c, within, "within", true);
    if (least)
        check_enough(c, to, least);
    if ((!to || !question || !within) && !check_is_computed(table))
        check_report(c, call, "missing_key",
                     "consult asks whom, what, and for how long: consult { to = \"…\", question = "
                     "\"…\", within = \"30m\" }");
}

/* What stands in a tally besides the lists by choice. */
static bool is_tally_member(const char *name)
{
    static const char *const members[] = {"answered", "silent", "asked", "enough"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strcmp(members[i], name) == 0)
            return true;
    return false;
}

/* The list of choices as it is written. */
static void check_choices(const struct body_check *c, const struct node *value)
{
    const struct node *list = node_meant(value);
    unsigned count = 0;

    if (check_is_other(value, NODE_TABLE) || (list->kind == NODE_TABLE && !list->first)) {
        check_report(c, value, "bad_value",
                     "choices is a list of texts: choices = { \"present\", \"short of staff\" }");
        return;
    }
    for (const struct node *f = list->kind == NODE_TABLE ? list->first : NULL; f && check_spend(c);
         f = f->next, count++) {
        char *name = f->first->next ? NULL : check_string_of(f->last);

        if (f->first->next)
            check_report(c, f, "bad_value", "choices is a list, without names");
        else if (name && is_tally_member(name))
            check_report(c, f, "bad_value",
                         "a choice cannot be called \"%s\": the tally has a member of this name",
                         name);
        else
            check_text(c, f->last, "a choice");
        free(name);
    }
    if (count > CHOICES_MAX)
        check_report(c, value, "bad_value", "at most %d choices", CHOICES_MAX);
}

/* A number, or "all". */
static void check_least(const struct body_check *c, const struct node *to, const struct node *least,
                        bool per_dept)
{
    char *word = check_string_of(least);

    if (word && strcmp(word, "all") != 0)
        check_report(c, least, "bad_value", "at_least is a number, or \"all\"");
    else if (!word)
        check_enough(c, per_dept ? NULL : to, least);
    free(word);
}

static void check_ask(const struct body_check *c, const struct node *call, const struct node *table)
{
    static const char *const units[] = {"dept", NULL};
    const struct node *to = node_field(table, "to"), *per = node_field(table, "one_per");
    const struct node *question = node_field(table, "question");
    const struct node *choices = node_field(table, "choices");
    const struct node *within = node_field(table, "within"), *least = node_field(table, "at_least");

    check_options(c, table, "ask", WORD_ASK);
    if (to)
        check_targets(c, to, "to");
    if (question)
        check_text(c, question, "question");
    if (choices)
        check_choices(c, choices);
    if (within)
        check_duration(c, within, "within", true);
    if (per)
        check_word(c, per, "one_per", units, "\"dept\": one answer of each department is enough");
    if (least)
        check_least(c, to, least, per != NULL);
    if ((!to || !question || !choices || !within) && !check_is_computed(table))
        check_report(c, call, "missing_key",
                     "ask asks whom, what, with which answers, and for how long: ask { to = \"…\", "
                     "question = \"…\", choices = { \"yes\", \"no\" }, within = \"30m\" }");
}

static void check_fetch(const struct body_check *c, const struct node *call,
                        const struct node *table)
{
    const struct node *endpoint = node_field(table, "endpoint"), *body = node_field(table, "body");
    const struct node *within = node_field(table, "within");

    check_options(c, table, "fetch", WORD_FETCH);
    if (endpoint)
        check_endpoint(c, endpoint, "endpoint");
    if (check_is_other(body, NODE_TABLE) && node_meant(body)->kind != NODE_STRING)
        check_report(c, body, "bad_value", "body is a table, which is sent as JSON, or a text");
    if (within)
        check_duration(c, within, "within", true);
    if ((!endpoint || !body || !within) && !check_is_computed(table))
        check_report(c, call, "missing_key",
                     "fetch asks which endpoint, what, and for how long: fetch { endpoint = \"…\", "
                     "body = { … }, within = \"30s\" }");
}

static void check_agenda_state(const struct body_check *c, const struct node *value)
{
    static const char *const states[] = {"open", "overdue", NULL};

    check_word(c, value, "state of items", states, "\"open\", \"overdue\", or a list of these");
}

static void check_agenda_items(const struct body_check *c, const struct node *items)
{
    const struct node *state = node_field(items, "state"), *since = node_field(items, "since");
    const struct node *states = state ? node_meant(state) : NULL;

    check_options(c, items, "items", WORD_AGENDA_ITEMS);
    if (states && states->kind != NODE_TABLE)
        check_agenda_state(c, state);
    for (const struct node *f = states ? states->first : NULL;
         f && states->kind == NODE_TABLE && check_spend(c); f = f->next)
        check_agenda_state(c, f->last);
    if (since)
        check_duration(c, since, "since", true);
}

static void check_agenda(const struct body_check *c, const struct node *call,
                         const struct node *table)
{
    const struct node *to = node_field(table, "to"), *items = node_field(table, "items");

    check_options(c, table, "agenda", WORD_AGENDA);
    if (to)
        check_targets(c, to, "to");
    else if (!check_is_computed(table))
        check_report(c, call, "missing_key", "agenda tells nobody; add to = \"…\"");
    if (items && node_meant(items)->kind == NODE_TABLE)
        check_agenda_items(c, node_meant(items));
    else if (check_is_other(items, NODE_TABLE) && node_meant(items)->kind != NODE_NIL)
        check_report(c, items, "bad_value", "items is a table: items = { state = \"overdue\" }");
}

/* A plan that opens itself may do so without end. */
static void check_child_plan(const struct body_check *c, const struct node *value)
{
    char *name = check_string_of(value);

    check_plan(c, value);
    if (name && c->plan && !strcmp(name, c->plan))
        check_warn(c, value, "circle",
                   "the child is of this plan itself: each would open another one; is it meant?");
    free(name);
}

/* child{plan = …}: the plan must be one of the set, which the whole check knows (check.c). */
static void check_child(const struct body_check *c, const struct node *call,
                        const struct node *table)
{
    static const char *const needed[] = {"plan", "key", "title"};
    const struct node *title = node_field(table, "title");

    check_options(c, table, "child", WORD_CHILD);
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!node_field(table, needed[i]) && !check_is_computed(table))
            check_report(c, call, "missing_key",
                         "child has no %s; write child {plan = \"…\", "
                         "key = …, title = …}",
                         needed[i]);
    if (title)
        check_text(c, title, "title");
    if (node_field(table, "key"))
        check_string(c, node_field(table, "key"), "key");
    if (check_is_other(node_field(table, "fields"), NODE_TABLE) &&
        node_meant(node_field(table, "fields"))->kind != NODE_NIL)
        check_report(c, node_field(table, "fields"), "bad_value",
                     "fields is a table of names: { onset = case.onset }");
    if (node_field(table, "plan"))
        check_child_plan(c, node_field(table, "plan"));
    if (node_field(table, "fields"))
        check_child_fields(c, node_field(table, "plan"), node_field(table, "fields"));
}

/* All of these take one table. */
static void check_one_table(const struct body_check *c, const struct node *call,
                            void (*check)(const struct body_check *, const struct node *,
                                          const struct node *))
{
    const struct node *table = check_table(call, 1);
    const struct node *arg = node_child(call, 1);
    char name[CHECK_NAME];

    if (table)
        check(c, call, table);
    else if (!arg || check_is_other(arg, NODE_TABLE))
        check_report(c, call, "bad_argument", "%s takes a table: %s {%s}",
                     check_name(call->first, name), check_name(call->first, name),
                     node_is(call->first, "child") ? "plan = \"…\", key = …, title = …"
                                                   : "to = \"…\", text = \"…\"");
}

void check_people(const struct body_check *c, const struct node *call)
{
    static const struct {
        const char *name;
        void (*check)(const struct body_check *, const struct node *, const struct node *);
    } checks[] = {{"call", check_call},  {"notify", check_notify}, {"consult", check_consult},
                  {"ask", check_ask},    {"agenda", check_agenda}, {"fetch", check_fetch},
                  {"child", check_child}};

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (node_is(call->first, checks[i].name))
            check_one_table(c, call, checks[i].check);
}
