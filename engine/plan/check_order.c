#include "plan/check_order.h"

#include "base/text.h"
#include "core/level.h"
#include "core/site.h"
#include "plan/check_literal.h"
#include "plan/check_table.h"

#include <stdlib.h>
#include <string.h>

/* The literal string of a field. Gives; NULL: it is not there, computed, or none. */
static char *field_string(const struct node *table, const char *key)
{
    const struct node *value = node_field(table, key);

    return value ? check_string_of(value) : NULL;
}

/* Is it there, and not nil? */
static bool has_field(const struct node *table, const char *key)
{
    const struct node *value = node_field(table, key);

    return value && node_meant(value)->kind != NODE_NIL;
}

/* The one table of such a call; NULL: computed, or a finding that it is none. */
static const struct node *needed_table(const struct body_check *c, const struct node *call,
                                       const char *example)
{
    const struct node *arg = node_child(call, 1), *table = check_table(call, 1);
    char name[CHECK_NAME];

    if (!table && (!arg || check_is_other(arg, NODE_TABLE)))
        check_report(c, call, "bad_argument", "%s takes a table: %s", check_name(call->first, name),
                     example);
    return table;
}

/* What nobody may order would be put to nobody who can give it. */
static void check_right(const struct body_check *c, const struct node *call, const char *what)
{
    AUTO_TEXT(line);

    if (c->site && c->plan && site_nobody_may_order(c->site, c->plan, what, NULL, &line))
        check_report(c, call, "no_right",
                     "nobody may order %s in this plan; add to may_order of the site: %s", what,
                     text_str(&line));
}

/* ---- propose --------------------------------------------------------------------------------- */

static bool is_levelled(const char *action)
{
    return !strcmp(action, "activate") || !strcmp(action, "raise") || !strcmp(action, "lower");
}

static bool is_stated(const char *action)
{
    return !strcmp(action, "declare") || !strcmp(action, "issue");
}

/* A level of the head, or nobody can order it. */
static void check_level(const struct body_check *c, const struct node *value)
{
    static const char *const names[] = {"I", "II", "III", "IV", NULL};
    const json_t *levels = json_at(c->head, "levels");
    char *name = check_string_of(value);
    enum level level;

    if (!name || !level_parse(name, &level))
        check_word(c, value, "level", names, "I (highest), II, III or IV");
    else if (c->head && !json_at(levels, name))
        check_report(c, value, "unknown_name",
                     json_object_size(levels)
                         ? "the head has no level \"%s\": nobody can order it; add it to levels"
                         : "the head has no levels, so that nobody can order \"%s\"; add levels",
                     name);
    free(name);
}

static void check_action_level(const struct body_check *c, const struct node *call,
                               const struct node *table, const char *action)
{
    const struct node *level = node_field(table, "level");

    if (!is_levelled(action) && has_field(table, "level"))
        check_report(c, level, "bad_value", "%s has no level; leave it out", action);
    else if (is_levelled(action) && !has_field(table, "level") && !check_is_computed(table))
        check_report(c, call, "missing_key", "propose %s needs a level: level = \"III\"", action);
    else if (has_field(table, "level"))
        check_level(c, level);
}

/* What is declared or issued must be said. */
static void check_action_what(const struct body_check *c, const struct node *call,
                              const struct node *table, const char *action)
{
    static const char *const colours[] = {"red", "orange", "yellow", "blue", NULL};
    const struct node *warning = node_field(table, "warning");

    if (has_field(table, "warning") && strcmp(action, "issue") != 0)
        check_report(c, warning, "bad_value", "warning is a colour to be issued; %s has none",
                     action);
    else if (has_field(table, "warning"))
        check_word(c, warning, "warning", colours, "red, orange, yellow or blue");
    else if (is_stated(action) && !has_field(table, "what") && !check_is_computed(table))
        check_report(c, call, "missing_key", "propose %s does not say what: add what = \"…\"%s",
                     action, strcmp(action, "issue") ? "" : ", or warning = \"red\"");
}

static bool is_action(const struct body_check *c, const struct node *value, const char *action)
{
    static const char *const actions[] = {"activate", "raise", "lower", "terminate",
                                          "declare",  "issue", NULL};

    if (!strcmp(action, "publish")) {
        check_report(c, value, "bad_value",
                     "publish { … } makes a draft, and puts it to whoever may publish");
        return false;
    }
    check_word(c, value, "action", actions, "activate, raise, lower, terminate, declare or issue");
    for (size_t n = 0; actions[n]; n++)
        if (!strcmp(actions[n], action))
            return true;
    return false;
}

static void check_action(const struct body_check *c, const struct node *call,
                         const struct node *table)
{
    const struct node *value = node_field(table, "action");
    char *action = field_string(table, "action");

    if (!action && check_is_other(value, NODE_STRING)) {
        check_report(c, value, "bad_value",
                     "action is activate, raise, lower, terminate, declare or issue");
    } else if (action && is_action(c, value, action)) {
        check_action_level(c, call, table, action);
        check_action_what(c, call, table, action);
        if (is_stated(action))
            check_right(c, call, action);
    }
    free(action);
}

static void check_propose_values(const struct body_check *c, const struct node *table)
{
    const struct node *reason = node_field(table, "reason"), *to = node_field(table, "to");
    const struct node *what = node_field(table, "what"), *wait = node_field(table, "wait");
    const struct node *within = node_field(table, "within");

    if (reason)
        check_text(c, reason, "reason");
    if (has_field(table, "what"))
        check_text(c, what, "what");
    if (has_field(table, "to"))
        check_one_target(c, to, "to");
    if (within)
        check_duration(c, within, "within", true);
    if (has_field(table, "wait"))
        check_boolean(c, wait, "wait");
}

/* propose{action =, level =, what =, warning =, reason =, to =, within =, wait =} */
void check_propose(const struct body_check *c, const struct node *call)
{
    static const char example[] =
        "propose { action = \"terminate\", reason = \"…\", within = \"30m\" }";
    static const char *const needed[] = {"action", "reason", "within"};
    const struct node *table = needed_table(c, call, example);

    if (!table)
        return;
    check_options(c, table, "propose", WORD_PROPOSE);
    check_action(c, call, table);
    check_propose_values(c, table);
    for (size_t n = 0; n < sizeof(needed) / sizeof(*needed); n++)
        if (!node_field(table, needed[n]) && !check_is_computed(table))
            check_report(c, call, "missing_key", "propose has no %s; write %s", needed[n], example);
}

/* ---- publish --------------------------------------------------------------------------------- */

static bool is_empty(const struct node *value)
{
    const struct node *n = node_meant(value);

    return (n->kind == NODE_STRING && !n->len) || (n->kind == NODE_TABLE && !n->first);
}

/* The statements of a warning, or it is refused where it stands. */
static void check_statements(const struct body_check *c, const struct node *call,
                             const struct node *table)
{
    static const char *const statements[] = {"category", "level",  "from",  "area",
                                             "matters",  "advice", "issuer"};

    for (size_t n = 0; n < sizeof(statements) / sizeof(*statements); n++) {
        const struct node *value = node_field(table, statements[n]);

        if (value && is_empty(value))
            check_report(c, value, "bad_value", "publish: %s is empty", statements[n]);
        else if (value && strcmp(statements[n], "level") != 0)
            check_text(c, value, statements[n]);
        else if (!value && !check_is_computed(table))
            check_report(c, call, "missing_key",
                         "publish lacks %s: a warning states category, level, from, area, matters, "
                         "advice and issuer (Emergency Response Act, art. 64)",
                         statements[n]);
    }
}

/* "none" says that a danger is over: of which warning? */
static void check_colour(const struct body_check *c, const struct node *table)
{
    static const char *const colours[] = {"red", "orange", "yellow", "blue", "none", NULL};
    const struct node *value = node_field(table, "level");
    char *level = field_string(table, "level");

    if (level && !strcmp(level, "none") && !has_field(table, "lifts") && !check_is_computed(table))
        check_report(c, value, "bad_value",
                     "level \"none\" lifts an earlier warning: add lifts = the draft of it");
    else if (value && !is_empty(value))
        check_word(c, value, "level", colours, "red, orange, yellow or blue, with lifts also none");
    free(level);
}

/* What publish gave; what any other word gives is no draft. */
static void check_lifts(const struct body_check *c, const struct node *value)
{
    const struct node *n = node_meant(value);
    bool other = n->kind == NODE_CALL && n->first->kind == NODE_NAME && !n->first->decl &&
                 !node_is(n->first, "publish") &&
                 word_find(WORD_NAME, n->first->text, n->first->len);

    if (other || n->kind == NODE_STRING || n->kind == NODE_NUMBER || n->kind == NODE_TRUE ||
        n->kind == NODE_FALSE || n->kind == NODE_TABLE || n->kind == NODE_FUNCTION)
        check_report(c, value, "bad_value",
                     "lifts is an earlier draft: local d = publish { … }, then lifts = d");
}

/* publish{category =, level =, from =, area =, matters =, advice =, issuer =, to =, lifts =} */
void check_publish(const struct body_check *c, const struct node *call)
{
    const struct node *table = needed_table(c, call, "publish { category = …");

    check_right(c, call, "publish");
    if (!table)
        return;
    check_options(c, table, "publish", WORD_PUBLISH);
    check_statements(c, call, table);
    check_colour(c, table);
    if (node_field(table, "to"))
        check_targets(c, node_field(table, "to"), "to");
    if (node_field(table, "lifts"))
        check_lifts(c, node_field(table, "lifts"));
}
