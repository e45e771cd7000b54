#include "plan/positions.h"

#include <string.h>

/* Is the field written as key = value or ["key"] = value? */
static bool field_is_named(const struct node *field, const char *key)
{
    const struct node *k = field->first;
    return k->next && k->kind == NODE_STRING && node_is(k, key);
}

static const struct node *find_field(const struct node *table, const json_t *step)
{
    const char *key = json_string_value(step); /* NULL: a place in a list */
    json_int_t wanted = json_integer_value(step);

    for (const struct node *f = table->first; f; f = f->next)
        if (key ? field_is_named(f, key) : !f->first->next && --wanted == 0)
            return f;
    return NULL;
}

struct pos position_find(const struct node *table, const json_t *path)
{
    struct pos at = table->at;

    for (size_t i = 0; i < json_array_size(path) && table->kind == NODE_TABLE; i++) {
        const struct node *f = find_field(table, json_array_get(path, i));
        if (!f)
            return at;
        at = f->at;
        table = node_meant(f->last);
    }
    return at;
}
