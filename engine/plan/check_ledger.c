#include "plan/check_ledger.h"

#include "base/text.h"
#include "plan/check_literal.h"
#include "plan/check_place.h"
#include "plan/check_table.h"

#include <stdlib.h>
#include <string.h>

/* ---- when it is due -------------------------------------------------------------------------- */

/* A duration, or what before() gives, which is checked where it stands. */
static void check_due(const struct body_check *c, const struct node *value)
{
    const struct node *n = node_meant(value);

    if (n->kind != NODE_CALL || !node_is_global(n->first, "before"))
        check_duration(c, value, "due", true);
}

/* The first argument: a time of the incident, or it is never due. */
static void check_before_fact(const struct body_check *c, const struct node *arg)
{
    const struct node *n = node_meant(arg);
    const json_t *fact;
    char name[CHECK_NAME];

    if (n->kind != NODE_STRING || !c->head)
        return;
    fact = json_at(json_at(c->head, "facts"), check_name(n, name));
    if (!fact)
        check_unknown_fact(c, arg, name);
    else if (strcmp(json_str_or(fact, "type", ""), "time") != 0 || json_str(fact, "per"))
        check_report(c, arg, "bad_argument",
                     "%s is no time of the incident: { type = \"time\" }, without per", name);
}

/* before(fact, duration, {at_least =, unknown =}?) */
void check_before(const struct body_check *c, const struct node *call)
{
    static const char *const options[] = {"at_least", "unknown"};
    const struct node *arg = node_child(call, 1), *by = node_child(call, 2);
    const struct node *table = check_table(call, 3);

    if (!arg || check_is_other(arg, NODE_STRING))
        check_report(c, arg ? arg : call, "bad_argument",
                     "before takes the name of a fact first: before(\"peak_at\", \"6h\")");
    else
        check_before_fact(c, arg);
    if (by)
        check_duration(c, by, "how long before", false);
    else if (arg)
        check_report(c, call, "bad_argument",
                     "before takes how long before it: before(\"peak_at\", "
                     "\"6h\")");
    for (size_t n = 0; table && n < sizeof(options) / sizeof(*options); n++)
        if (node_field(table, options[n]))
            check_duration(c, node_field(table, options[n]), options[n], true);
    if (table)
        check_options(c, table, "before", WORD_BEFORE);
}

/* ---- measure --------------------------------------------------------------------------------- */

/* Does a text, in any of its languages, have {name}? */
static bool has_place(const json_t *words, const char *name)
{
    AUTO_TEXT(place);
    const char *key;
    json_t *one;
    bool has;

    text_addf(&place, "{%s}", name);
    has = json_is_string(words) && strstr(json_string_value(words), text_str(&place));
    json_object_foreach(json_unconst(words), key, one) has =
        has || (json_is_string(one) && strstr(json_string_value(one), text_str(&place)));
    return has;
}

/* What is no option fills the title of the measure; where that has no place for it, it is a slip.
 */
static void check_measure_key(const struct body_check *c, const struct node *key,
                              const json_t *measure)
{
    char name[CHECK_NAME];
    const char *near;

    if (key->kind != NODE_STRING || word_find(WORD_MEASURE, key->text, key->len) ||
        has_place(json_at(measure, "title"), check_name(key, name)))
        return;
    near = word_nearest(WORD_MEASURE, name);
    if (near)
        check_report(c, key, "unknown_key",
                     "measure has no \"%s\", nor its title a {%s}; did you mean \"%s\"?", name,
                     name, near);
    else
        check_report(c, key, "unknown_key",
                     "measure has no \"%s\", nor its title a {%s}; add it to the title, or delete "
                     "it",
                     name, name);
}

static void check_measure_table(const struct body_check *c, const struct node *table,
                                const json_t *measure)
{
    const struct node *key = node_field(table, "key"), *owner = node_field(table, "owner");
    const struct node *due = node_field(table, "due");

    for (const struct node *f = table->first; f && check_spend(c); f = f->next) {
        if (!f->first->next || f->first->kind == NODE_NUMBER)
            check_report(c, f, "unknown_key",
                         "measure takes names only, as in owner = \"dept:water\"");
        else if (measure)
            check_measure_key(c, f->first, measure);
    }
    if (key)
        check_string(c, key, "key");
    if (owner)
        check_one_target(c, owner, "owner");
    if (due)
        check_due(c, due);
}

/* measure(NAME, {key =, owner =, due =, …}?) */
void check_measure(const struct body_check *c, const struct node *call)
{
    const struct node *name = node_child(call, 1), *options = node_child(call, 2);
    const struct node *table = check_table(call, 2);
    char *text = name ? check_string_of(name) : NULL;
    const json_t *measure = text ? json_at(json_at(c->head, "measures"), text) : NULL;

    check_named(c, call, "measure", "measures", "patrol");
    if (table)
        check_measure_table(c, table, measure);
    else if (check_is_other(options, NODE_TABLE) && node_meant(options)->kind != NODE_NIL)
        check_report(c, options, "bad_argument",
                     "measure takes a table second: measure(\"patrol\", { due = \"1h\" })");
    if (measure)
        check_title(c, call, options, measure);
    free(text);
}

/* ---- directive, item, resource --------------------------------------------------------------- */

/* What one of them must say, and how it is written. */
struct issued {
    const char *word;
    enum word_kind options;
    const char *title, *owner; /* how it calls these */
    const char *example;
};

static void check_issued_values(const struct body_check *c, const struct node *table,
                                const struct issued *issued)
{
    static const char *const texts[] = {"from", "goal", "indicator", "amount"};
    const struct node *title = node_field(table, issued->title);
    const struct node *owner = node_field(table, issued->owner);
    const struct node *assist = node_field(table, "assist"), *due = node_field(table, "due");

    if (title)
        check_text(c, title, issued->title);
    if (owner)
        check_one_target(c, owner, issued->owner);
    if (assist)
        check_targets(c, assist, "assist");
    if (due)
        check_due(c, due);
    for (size_t n = 0; n < sizeof(texts) / sizeof(*texts); n++)
        if (node_field(table, texts[n]) && strcmp(texts[n], issued->owner) != 0)
            check_string(c, node_field(table, texts[n]), texts[n]);
}

static void check_issued(const struct body_check *c, const struct node *call,
                         const struct issued *issued)
{
    const char *const needed[] = {issued->title, issued->owner, "due"};
    const struct node *arg = node_child(call, 1), *table = check_table(call, 1);

    if (!table) {
        if (!arg || check_is_other(arg, NODE_TABLE))
            check_report(c, call, "bad_argument", "%s takes a table: %s", issued->word,
                         issued->example);
        return;
    }
    check_options(c, table, issued->word, issued->options);
    check_issued_values(c, table, issued);
    for (size_t n = 0; n < sizeof(needed) / sizeof(*needed); n++)
        if (!node_field(table, needed[n]) && !check_is_computed(table))
            check_report(c, call, "missing_key", "%s has no %s; write %s", issued->word, needed[n],
                         issued->example);
}

void check_directive(const struct body_check *c, const struct node *call)
{
    check_issued(c, call,
                 &(struct issued){"directive", WORD_DIRECTIVE, "text", "lead",
                                  "directive { text = \"…\", lead = \"dept:water\", due = \"2h\" "
                                  "}"});
}

void check_item(const struct body_check *c, const struct node *call)
{
    check_issued(c, call,
                 &(struct issued){"item", WORD_ITEM, "title", "owner",
                                  "item { title = \"…\", owner = \"dept:water\", due = \"2h\" }"});
}

void check_resource(const struct body_check *c, const struct node *call)
{
    check_issued(c, call,
                 &(struct issued){"resource", WORD_RESOURCE, "what", "from",
                                  "resource { what = \"…\", from = \"dept:water\", due = \"2h\" "
                                  "}"});
}
