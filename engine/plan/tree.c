#include "plan/tree.h"

#include <string.h>

struct node *node_child(const struct node *n, unsigned index)
{
    struct node *child = n->first;

    while (child && index--)
        child = child->next;
    return child;
}

bool node_is(const struct node *n, const char *text)
{
    return n->text && strlen(text) == n->len && memcmp(n->text, text, n->len) == 0;
}

bool node_is_global(const struct node *n, const char *name)
{
    return n->kind == NODE_NAME && !n->decl && node_is(n, name);
}

const struct node *node_bare(const struct node *n)
{
    while (n && n->kind == NODE_PAREN)
        n = n->first;
    return n;
}

const struct node *node_field(const struct node *table, const char *key)
{
    for (const struct node *field = table->first; field; field = field->next) {
        const struct node *k = field->first;
        if (k->next && k->kind == NODE_STRING && node_is(k, key))
            return k->next;
    }
    return NULL;
}

const struct node *node_meant(const struct node *n)
{
    n = node_bare(n);
    /* a declaration comes before its use, so this ends; yet a chain of locals may be long */
    for (int steps = 0; n && n->kind == NODE_NAME && n->decl && steps < 16; steps++) {
        const struct node *decl = n->decl;
        if (decl->assigned || !decl->decl)
            return n;
        n = node_bare(decl->decl);
    }
    return n;
}
