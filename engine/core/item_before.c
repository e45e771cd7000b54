/*
 * Items that are due some time before what a fact says: before("peak_at", "6h", …) in a plan. Kept
 * in the item's `about` as "before": {"fact","ms","at_least_ms","unknown_ms","value"}, the value as
 * it was when the due time was found.
 */
#include "core/incident.h"
#include "core/item.h"
#include "core/reading.h"

#include <stdlib.h>
#include <string.h>

/* What the fact says now; 0: it is not known. */
static wall_ms value_now(const struct incident *i, const json_t *before)
{
    wall_ms at = 0;
    struct value v = reading_value(reading_find(i, NULL, json_str_or(before, "fact", "")));
    return v.type == VALUE_TEXT && rfc3339_parse(v.text, &at) ? at : 0;
}

/*
 * How long from now. A correction gives at least `at_least`, but never more than there was, unless
 * the fact itself comes later; and what is not known any more never gives more time.
 */
static int64_t due_ms(const struct core *c, const json_t *before, wall_ms value, wall_ms old)
{
    int64_t left = old ? old - c->in->wall : INT64_MAX, ms;
    int64_t unknown = json_int(before, "unknown_ms", 0);
    int64_t least = json_int(before, "at_least_ms", 0);
    if (!value && !old)
        return unknown;
    if (!value)
        return unknown && unknown < left ? unknown : left ? left : 1;
    ms = value - json_int(before, "ms", 0) - c->in->wall;
    if (least > left)
        least = left;
    if (ms < least)
        ms = least;
    return ms > 0 ? ms : 1;
}

json_t *item_before_begin(const struct core *c, const struct incident *i, const json_t *due,
                          int64_t *ret_ms)
{
    json_t *before = json_deep_copy(due);
    wall_ms value = value_now(i, due);
    if (value)
        json_put_int(before, "value", value);
    int64_t ms = due_ms(c, due, value, 0);
    if (ms)
        *ret_ms = ms;
    return before;
}

int64_t item_before_ms(const struct core *c, const struct item *item)
{
    AUTO_JSON(about);
    about = kept_json(item->about);
    const json_t *before = json_at(about, "before");
    int64_t ms = due_ms(c, before, value_now(item->incident, before), 0);
    return ms ? ms : item->allowed_ms;
}

static void item_follow(struct core *c, struct item *item)
{
    AUTO_JSON(about);
    about = kept_json(item->about);
    json_t *before = json_object_get(about, "before");
    wall_ms value = value_now(item->incident, before);
    if (value == json_int(before, "value", 0))
        return;
    json_object_del(before, "value");
    if (value)
        json_put_int(before, "value", value);
    int64_t ms = due_ms(c, before, value, item->due_at);
    bool moves = ms && c->in->wall + ms != item->due_at;
    item_due_emit(c, item, ms, moves ? "fact" : "same", json_incref(about));
    if (moves)
        item_tell(c, item, item->owner, ITEM_STEP_OWNER,
                  (struct item_words){"时限调整", "Due at another time"}, ms);
}

void items_follow(struct core *c, struct incident *i)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        if (item->follows && item_open(item) && !item->waits)
            item_follow(c, item);
    }
}
