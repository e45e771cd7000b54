/* Items when the level is raised or lowered, and when the response is over. */
#include "core/item.h"

#include "core/incident.h"
#include "core/proposal.h"
#include "core/response.h"

#include <string.h>

/* Its time has not begun: it will be shorter once it does. */
static void allow_less(struct core *c, struct item *item, int64_t ms)
{
    char id[UUID_TEXT];
    if (item->allowed_ms && item->allowed_ms <= ms)
        return;
    json_t *body = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put_int(json_put_str(body, "why", "forward"), "allowed_ms", ms);
    core_emit(c, REC_ITEM_DUE, item->incident,
              (struct emit){.body = body,
                            .sealed = json_put(json_object(), "about", kept_json(item->about))});
    item_tell(
        c, item, item->owner, ITEM_STEP_OWNER,
        (struct item_words){"时限缩短，自可以开始时起算", "Less time, from when you can begin"},
        ms);
}

/* A due time by level comes forward, never back. */
static void due_forward(struct core *c, struct item *item, enum level from, enum level to)
{
    const struct plan_head *head = incident_head(c, item->incident);
    const struct measure_head *m = head && item->name ? plan_head_measure(head, item->name) : NULL;
    int64_t sooner = 0;
    for (enum level l = from + 1; m && l <= to; l++)
        sooner = m->due_at[l] ? m->due_at[l] : sooner;
    if (!sooner || !item_open(item) || item->follows)
        return;
    if (item->waits) {
        allow_less(c, item, sooner);
        return;
    }
    if (item->due && item->due <= c->in->mono + incident_ms(item->incident, sooner))
        return;
    item_due_emit(c, item, sooner, "forward", NULL);
    item_tell(c, item, item->owner, ITEM_STEP_OWNER, (struct item_words){"时限提前", "Due forward"},
              sooner);
}

/* Those that stand are put to the commander in one list; it asks again until all are decided. */
static void items_put(struct core *c, struct incident *i, const char *commander, json_t *takes_ids)
{
    AUTO_JSON(ids);
    ids = takes_ids;
    if (!json_array_size(ids))
        return;
    core_emit(c, REC_ITEMS_PUT, i,
              (struct emit){.body = json_put(json_object(), "items", json_incref(ids))});
    proposal_of_items(c, i, commander);
}

/* Only the levels that are left: what of a level above was kept, or issued by the plan, stands. */
static void lower_one(struct core *c, struct item *item, enum level from, enum level to,
                      json_t *ids)
{
    char id[UUID_TEXT];
    if (!item_open(item) || item->phase != PHASE_LEVEL || item->level <= to || item->level > from)
        return;
    if (item->on_lower == ON_LOWER_LIFT)
        item_lift(c, item, "", NULL);
    else if (item->on_lower == ON_LOWER_ASK)
        json_array_append_new(ids, json_string(uuid_text(item->id, id)));
}

static void items_lower(struct core *c, struct incident *i, enum level from, enum level to,
                        const char *commander)
{
    struct item *item;
    json_t *ids = json_array();
    LIST_FOREACH(item, &i->items, link)
    lower_one(c, item, from, to, ids);
    items_after(c, i); /* once all of them are lifted: nobody begins what ends in the same turn */
    items_put(c, i, commander, ids);
}

/* What was put to somebody because its level was left is not asked for in the level again. */
static void items_put_back(struct core *c, struct incident *i, enum level to)
{
    char id[UUID_TEXT];
    const struct item *item;
    AUTO_JSON(ids);
    ids = json_array();
    LIST_FOREACH(item, &i->items, link)
    {
        if (item->put && item_open(item) && item->phase == PHASE_LEVEL && item->level <= to)
            json_array_append_new(ids, json_string(uuid_text(item->id, id)));
    }
    if (!json_array_size(ids))
        return;
    json_t *body = json_put(json_object(), "items", json_incref(ids));
    core_emit(c, REC_ITEMS_PUT, i, (struct emit){.body = json_put_true(body, "over", true)});
    items_put_over(c, i);
}

static void items_raise(struct core *c, struct incident *i, enum level from, enum level to)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    due_forward(c, item, from, to);
    items_put_back(c, i, to);
    items_issue(c, i, PHASE_LEVEL, from, to);
}

void items_at_level(struct core *c, struct incident *i, enum level from, enum level to,
                    const char *commander)
{
    if (to > from)
        items_raise(c, i, from, to);
    else if (to < from) /* the same again renews the order, and touches no item */
        items_lower(c, i, from, to, commander ? commander : i->response->commander);
}

void items_at_end(struct core *c, struct incident *i, enum level from)
{
    struct item *item;
    json_t *ids = json_array();
    char id[UUID_TEXT];
    LIST_FOREACH(item, &i->items, link)
    {
        if (item_open(item) && !strcmp(item->kind, "measure"))
            json_array_append_new(ids, json_string(uuid_text(item->id, id)));
    }
    items_put(c, i, i->response->commander, ids);
    if (from)
        items_issue(c, i, PHASE_RECOVERY, LEVEL_NONE, LEVEL_NONE);
}
