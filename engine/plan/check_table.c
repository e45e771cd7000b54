#include "plan/check_table.h"

#include "base/text.h"
#include "plan/check_literal.h"

#include <string.h>

const char *check_name(const struct node *n, char ret[CHECK_NAME])
{
    size_t len = utf8_cut(n->text, n->len, CHECK_NAME - 1);

    memcpy(ret, n->text, len);
    ret[len] = '\0';
    return ret;
}

void check_option(const struct body_check *c, const struct node *key, const char *function,
                  enum word_kind options)
{
    char name[CHECK_NAME];
    const char *near;

    if (word_find(options, key->text, key->len))
        return;
    check_name(key, name);
    if ((near = word_nearest(options, name)))
        check_report(c, key, "unknown_key", "%s has no \"%s\"; did you mean \"%s\"?", function,
                     name, near);
    else
        check_report(c, key, "unknown_key", "%s has no \"%s\"; delete it", function, name);
}

void check_options(const struct body_check *c, const struct node *table, const char *function,
                   enum word_kind options)
{
    for (const struct node *f = table->first; f && check_spend(c); f = f->next) {
        const struct node *key = f->first;
        if (!key->next)
            check_report(c, f, "unknown_key",
                         "%s takes names only, as in to = \"duty:duty-room\"; this value has none",
                         function);
        else if (key->kind == NODE_STRING)
            check_option(c, key, function, options);
        else if (key->kind == NODE_NUMBER)
            check_report(c, key, "unknown_key", "%s takes names only, no numbers", function);
    }
}

bool check_is_computed(const struct node *table)
{
    for (const struct node *f = table->first; f; f = f->next)
        if (f->first->next && f->first->kind != NODE_STRING && f->first->kind != NODE_NUMBER)
            return true;
    return false;
}

const struct node *check_table(const struct node *call, unsigned n)
{
    const struct node *arg = node_child(call, n);
    const struct node *table = arg ? node_meant(arg) : NULL;

    return table && table->kind == NODE_TABLE ? table : NULL;
}

bool check_is_other(const struct node *arg, enum node_kind wanted)
{
    const struct node *n = arg ? node_meant(arg) : NULL;

    if (!n || n->kind == wanted)
        return false;
    return n->kind == NODE_NIL || n->kind == NODE_TRUE || n->kind == NODE_FALSE ||
           n->kind == NODE_NUMBER || n->kind == NODE_STRING || n->kind == NODE_TABLE ||
           n->kind == NODE_FUNCTION;
}

void check_unknown_fact(const struct body_check *c, const struct node *n, const char *name)
{
    const char *near = check_nearest_member(json_at(c->head, "facts"), name);

    if (!near)
        near = word_nearest(WORD_FACT, name);
    if (near)
        check_report(c, n, "unknown_fact", "no fact \"%s\"; did you mean \"%s\"?", name, near);
    else
        check_report(c, n, "unknown_fact",
                     "no fact \"%s\", so this would wait for ever; name it in facts of the head",
                     name);
}

void check_named(const struct body_check *c, const struct node *call, const char *word,
                 const char *table, const char *example)
{
    const struct node *arg = node_child(call, 1);
    const struct node *n = arg ? node_meant(arg) : NULL;
    const json_t *of = json_at(c->head, table);
    char name[CHECK_NAME];

    if (!n || check_is_other(n, NODE_STRING)) {
        check_report(c, n ? arg : call, "bad_argument",
                     "%s takes the name of a %s of the head: %s(\"%s\")", word, word, word,
                     example);
        return;
    }
    if (n->kind != NODE_STRING || !c->head)
        return;
    check_name(n, name);
    if (json_at(of, name))
        return;
    const char *near = check_nearest_member(of, name);
    if (near)
        check_report(c, arg, "unknown_name", "the head has no %s \"%s\"; did you mean \"%s\"?",
                     word, name, near);
    else
        check_report(c, arg, "unknown_name", "the head has no %s \"%s\"; add it to %s", word, name,
                     table);
}
