#include "plan/check_method.h"

#include "base/text.h"
#include "plan/check_literal.h"
#include "plan/check_table.h"

#include <string.h>

/* ---- whose handle it is ---------------------------------------------------------------------- */

enum whose { WHOSE_ANY, WHOSE_ITEM, WHOSE_REPORT, WHOSE_CHILD, WHOSE_NOTICE, WHOSE_OTHER };

static enum whose whose_handle(const struct node *object)
{
    static const struct {
        const char *word;
        enum whose whose;
    } words[] = {
        {"measure", WHOSE_ITEM},   {"directive", WHOSE_ITEM}, {"item", WHOSE_ITEM},
        {"resource", WHOSE_ITEM},  {"report", WHOSE_REPORT},  {"child", WHOSE_CHILD},
        {"notify", WHOSE_NOTICE},  {"agenda", WHOSE_NOTICE},  {"publish", WHOSE_OTHER},
        {"escalate", WHOSE_OTHER}, {"spawn", WHOSE_OTHER},    {"every", WHOSE_OTHER},
        {"on", WHOSE_OTHER},       {"each", WHOSE_OTHER},
    };
    const struct node *n = node_meant(object);

    for (size_t i = 0; n->kind == NODE_CALL && i < sizeof(words) / sizeof(*words); i++)
        if (node_is_global(n->first, words[i].word))
            return words[i].whose;
    return WHOSE_ANY;
}

enum method { METHOD_WAIT, METHOD_RESULT, METHOD_SUPERVISE, METHOD_LIFT, METHODS };

static const char *const names[METHODS] = {"wait", "result", "supervise", "lift"};

/* Is it made here: function t:wait() …, t.wait = …, { wait = … }? */
static bool makes(const struct node *n, const char *method)
{
    if (n->kind == NODE_FIELD)
        return n->first->next && n->first->kind == NODE_STRING && node_is(n->first, method);
    return (n->kind == NODE_FUNCTION_NAMED || n->kind == NODE_ASSIGN) &&
           n->first->kind == NODE_INDEX && node_is(n->first->first->next, method);
}

unsigned check_own_methods(const struct node *n)
{
    unsigned own = 0;

    for (unsigned m = 0; m < METHODS; m++)
        own |= makes(n, names[m]) ? 1U << m : 0;
    for (const struct node *child = n->first; child; child = child->next)
        own |= check_own_methods(child);
    return own;
}

/* Is it no handle, but something of the author's own, of which nothing is known? */
static bool is_own(const struct body_check *c, const struct node *n, enum method method)
{
    const struct node *object = node_meant(n->first);

    if (whose_handle(n->first) != WHOSE_ANY)
        return false;
    return object->kind == NODE_TABLE || object->kind == NODE_STRING ||
           c->own_methods & 1U << method;
}

/* ---- wait ------------------------------------------------------------------------------------ */

static const struct {
    const char *const *states;
    const char *expects;
} waits[] = {
    [WHOSE_ANY] = {(const char *const[]){"received", "arrived", "done", "struck", "edited",
                                         "signed", "sent", "closed", NULL},
                   "what a handle comes to: of an item received, arrived, done or struck; of a "
                   "report edited, signed or sent; of a child closed"},
    [WHOSE_ITEM] = {(const char *const[]){"received", "arrived", "done", "struck", NULL},
                    "what an item becomes: received, arrived, done or struck"},
    [WHOSE_REPORT] = {(const char *const[]){"edited", "signed", "sent", NULL},
                      "what a report becomes: edited, signed or sent"},
    [WHOSE_CHILD] = {(const char *const[]){"closed", NULL}, "what a child comes to: \"closed\""},
};

/* handle:wait(state, duration?) */
static void check_wait_state(const struct body_check *c, const struct node *n)
{
    const struct node *state = node_child(n, 1), *within = node_child(n, 2);
    enum whose whose = whose_handle(n->first);

    if (whose > WHOSE_CHILD)
        check_report(c, n, "bad_argument",
                     "only an item, a report or a child has states to wait for%s",
                     whose == WHOSE_NOTICE ? "; of a notice it is :result(\"2m\")" : "");
    else if (state)
        check_word(c, state, "the state", waits[whose].states, waits[whose].expects);
    else
        check_report(c, n, "bad_argument", "wait for what? It is %s", waits[whose].expects);
    if (within && node_meant(within)->kind != NODE_NIL)
        check_duration(c, within, "how long", true);
}

/* ---- the others ------------------------------------------------------------------------------ */

/* notice:result(duration?) */
static void check_result(const struct body_check *c, const struct node *n)
{
    const struct node *within = node_child(n, 1);
    enum whose whose = whose_handle(n->first);

    if (whose != WHOSE_ANY && whose != WHOSE_NOTICE)
        check_report(c, n, "bad_argument", "only what notify gives has a result%s",
                     whose < WHOSE_NOTICE ? "; here it is :wait(state, \"20m\")" : "");
    if (within && node_meant(within)->kind != NODE_NIL)
        check_duration(c, within, "how long", true);
}

static void check_of_item(const struct body_check *c, const struct node *n, const char *example)
{
    enum whose whose = whose_handle(n->first);

    if (whose != WHOSE_ANY && whose != WHOSE_ITEM)
        check_report(c, n, "bad_argument", "only an item has it: %s", example);
    else if (!node_child(n, 1))
        check_report(c, n, "bad_argument", "it takes one thing: %s", example);
}

/* item:supervise(to) */
static void check_supervise(const struct body_check *c, const struct node *n)
{
    check_of_item(c, n, "item:supervise(\"post:deputy\")");
    if (node_child(n, 1))
        check_one_target(c, node_child(n, 1), "who supervises");
}

/* item:lift(reason) */
static void check_lift(const struct body_check *c, const struct node *n)
{
    const struct node *reason = node_child(n, 1) ? node_meant(node_child(n, 1)) : NULL;

    check_of_item(c, n, "item:lift(\"the water is gone\")");
    if (reason && reason->kind == NODE_STRING && !reason->len)
        check_report(c, node_child(n, 1), "bad_value", "lift: say why");
    else if (reason)
        check_string(c, node_child(n, 1), "the reason");
}

void check_method(const struct body_check *c, const struct node *n)
{
    static void (*const checks[METHODS])(const struct body_check *, const struct node *) = {
        check_wait_state, check_result, check_supervise, check_lift};

    for (unsigned m = 0; m < METHODS; m++)
        if (node_is(n, names[m]) && !is_own(c, n, m))
            checks[m](c, n);
}
