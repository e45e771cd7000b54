#include "core/optional.h"

#include <string.h>

bool optional_in(const json_t *tree)
{
    const char *key;
    json_t *member;
    size_t n;
    if (json_at(tree, OPTIONAL_KEY))
        return true;
    json_array_foreach(json_unconst(tree), n, member)
    {
        if (optional_in(member))
            return true;
    }
    json_object_foreach(json_unconst(tree), key, member)
    {
        if (optional_in(member))
            return true;
    }
    return false;
}

static json_t *keep_table(const json_t *table, optional_fn *there, void *ctx)
{
    const char *name = json_str(table, OPTIONAL_KEY), *key;
    json_t *member, *kept = json_object();
    if (name && !there(ctx, name)) {
        json_decref(kept);
        return NULL;
    }
    json_object_foreach(json_unconst(table), key, member)
    {
        if (strcmp(key, OPTIONAL_KEY) != 0)
            json_put(kept, key, optional_keep(member, there, ctx));
    }
    return kept;
}

json_t *optional_keep(const json_t *tree, optional_fn *there, void *ctx)
{
    json_t *member;
    size_t n;
    if (json_is_object(tree))
        return keep_table(tree, there, ctx);
    if (!json_is_array(tree))
        return json_share(tree);
    json_t *list = json_array();
    json_array_foreach(json_unconst(tree), n, member)
    {
        json_t *kept = optional_keep(member, there, ctx);
        if (kept)
            json_array_append_new(list, kept);
    }
    return list;
}
