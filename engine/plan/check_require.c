#include "plan/check_require.h"

#include "base/text.h"
#include "plan/library.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    const char *file;
    struct findings *findings;
    void (*take)(void *ctx, const char *name, struct pos at);
    void *ctx;
};

static void check_call(const struct walk *w, const struct node *call, unsigned depth)
{
    const struct node *arg = node_child(call, 1);
    AUTO_TEXT(required);

    if (arg && arg->kind == NODE_STRING)
        text_add_bytes(&required, arg->text, arg->len);
    const char *name = library_name(text_str(&required));
    if (depth > 1)
        findings_add(
            w->findings, w->file, call->at, "not_allowed",
            "require stands at the top of the file, outside of functions: the libraries of "
            "a plan are pinned with it");
    else if (!arg || !name || strlen(text_str(&required)) != required.len || node_child(call, 2))
        findings_add(w->findings, w->file, arg ? arg->at : call->at, "bad_argument",
                     "require takes the name of a library in quotes, require \"lib.ladders\" for "
                     "plans/lib/ladders.lua");
    else
        w->take(w->ctx, name, arg->at);
}

static void walk(const struct walk *w, const struct node *n, unsigned depth)
{
    const struct node *child = n->first;

    if (n->kind == NODE_FUNCTION)
        depth++;
    if (n->kind == NODE_CALL && node_is_global(n->first, "require")) {
        check_call(w, n, depth);
        child = child->next; /* the word itself stands where it should */
    } else if (node_is_global(n, "require")) {
        findings_add(w->findings, w->file, n->at, "bad_argument",
                     "require is only called, as in local ladders = require \"lib.ladders\"");
    }
    for (; child; child = child->next)
        walk(w, child, depth);
}

void check_requires(const struct node *tree, const char *file, struct findings *findings,
                    void (*take)(void *ctx, const char *name, struct pos at), void *ctx)
{
    const struct walk w = {file, findings, take, ctx};

    walk(&w, tree, 0);
}
