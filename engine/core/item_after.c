/* What waits for another item: it begins when that is done. */
#include "core/item.h"

#include "core/proposal.h"

#include <string.h>

/* What was rejected was not done: what must come after it goes on waiting. */
static bool frees(const struct item *item)
{
    return item->state == ITEM_DONE || item->state == ITEM_STRUCK || item->state == ITEM_LIFTED;
}

/* Some of this name are done, and none is open: that an earlier one was done frees nothing. */
static bool all_done(const struct incident *i, const char *name)
{
    const struct item *item;
    bool done = false;
    LIST_FOREACH(item, &i->items, link)
    {
        if (!item->name || strcmp(item->name, name) != 0)
            continue;
        if (item_open(item))
            return false;
        done = done || frees(item);
    }
    return done;
}

bool item_waits_for(const struct incident *i, const json_t *after)
{
    for (size_t n = 0; n < json_array_size(after); n++) {
        if (!all_done(i, json_string_value(json_array_get(after, n))))
            return true;
    }
    return false;
}

static void begin_if_free(struct core *c, struct item *item)
{
    AUTO_JSON(about);
    if (!item->waits || !item_open(item))
        return;
    about = kept_json(item->about);
    if (item_waits_for(item->incident, json_at(about, "after")))
        return;
    int64_t ms = item->follows ? item_before_ms(c, item) : item->allowed_ms;
    item_due_emit(c, item, ms, "free", NULL);
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              (struct item_words){"可以开始", "You can begin"}, ms);
}

void items_put_over(struct core *c, struct incident *i)
{
    const struct item *item;
    bool left = false;
    LIST_FOREACH(item, &i->items, link)
    left = left || (item->put && item_open(item));
    if (left)
        proposal_of_items_left(c, i);
    else
        proposal_of_items_done(c, i);
}

void items_after(struct core *c, struct incident *i)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    begin_if_free(c, item);
    items_put_over(c, i);
}
