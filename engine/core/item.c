#include "core/item.h"

#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[ITEM_STATES] = {
    [ITEM_ISSUED] = "issued", [ITEM_RECEIVED] = "received", [ITEM_ARRIVED] = "arrived",
    [ITEM_DONE] = "done",     [ITEM_STRUCK] = "struck",     [ITEM_REJECTED] = "rejected",
    [ITEM_LIFTED] = "lifted"};

const char *item_state_name(enum item_state s)
{
    return state_names[s];
}

static enum item_state state_of(const char *name)
{
    enum item_state s = ITEM_ISSUED;
    while (name && s < ITEM_LIFTED && strcmp(state_names[s], name) != 0)
        s++;
    return s;
}

bool item_open(const struct item *item)
{
    return item->state < ITEM_DONE;
}

size_t items_outstanding(const struct incident *i)
{
    const struct item *item;
    size_t count = 0;
    LIST_FOREACH(item, &i->items, link)
    count += item_open(item);
    return count;
}

/* --- finding --- */

static int item_order_by_id(const void *a, const void *b)
{
    return uuid_cmp(((const struct item *)a)->id, ((const struct item *)b)->id);
}

struct item *core_item(const struct core *c, struct uuid id)
{
    struct item probe = {.id = id};
    void *found = tfind(&probe, &c->items, item_order_by_id);
    return found ? *(struct item **)found : NULL;
}

static bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

struct item *item_find(const struct incident *i, const char *name, const char *key)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        if (item_open(item) && item->name && text_same(item->name, name) &&
            text_same(item->key, key))
            return item;
    }
    return NULL;
}

struct walk {
    item_fn *fn;
    void *ctx;
};

static void walk_visit(const void *node, VISIT visit, void *closure)
{
    const struct walk *w = closure;
    if (visit == postorder || visit == leaf)
        w->fn(w->ctx, *(struct item *const *)node);
}

void items_walk(const struct core *c, item_fn *fn, void *ctx)
{
    struct walk w = {fn, ctx};
    twalk_r(c->items, walk_visit, &w);
}

/* --- the object --- */

static void item_mark(struct core *c, struct item *item)
{
    if (!item->dirty)
        STAILQ_INSERT_TAIL(&c->items_changed, item, changed);
    item->dirty = true;
}

/* In the order of their making, whoever comes first: rows are loaded in any. */
static void item_enter(struct incident *i, struct item *item)
{
    struct item *before = NULL, *other;
    item->incident = i;
    LIST_FOREACH(other, &i->items, link)
    {
        if (other->seq > item->seq)
            break;
        before = other;
    }
    if (before)
        LIST_INSERT_AFTER(before, item, link);
    else
        LIST_INSERT_HEAD(&i->items, item, link);
}

static struct item *item_new(struct core *c, struct incident *i, struct uuid id, int64_t seq)
{
    struct item *item = mem_new(1, sizeof *item);
    item->id = id;
    item->seq = seq;
    if (!tsearch(item, &c->items, item_order_by_id))
        abort();
    item_enter(i, item);
    return item;
}

static void item_forget(struct core *c, struct item *item)
{
    timer_clear(&c->timers, &item->timer);
    if (item->dirty)
        STAILQ_REMOVE(&c->items_changed, item, item, changed);
    tdelete(item, &c->items, item_order_by_id);
    LIST_REMOVE(item, link);
    char *own[] = {item->kind,  item->name, item->key,   item->owner,
                   item->about, item->step, item->leader};
    for (size_t n = 0; n < sizeof own / sizeof *own; n++)
        free(own[n]);
    free(item);
}

void items_drop(struct core *c, struct incident *i)
{
    struct item *item;
    while ((item = LIST_FIRST(&i->items)))
        item_forget(c, item);
}

static bool counts_open(const struct item *item)
{
    return item->state <= ITEM_DONE;
}

static void items_count(struct incident *i)
{
    const struct item *item;
    i->items_open = i->items_overdue = 0;
    LIST_FOREACH(item, &i->items, link)
    {
        i->items_open += counts_open(item);
        i->items_overdue += item_open(item) && item->urged > 0;
    }
}

static void item_wait(struct core *c, struct item *item, mono_ms due)
{
    item->timer = (struct timer){.at = item->timer.at,
                                 .due = item->timer.due,
                                 .kind = TIMER_ITEM,
                                 .owner = item,
                                 .incident = &item->incident->id,
                                 .step = item->step,
                                 .of = &item->id};
    if (due && item_open(item))
        timer_set(&c->timers, &item->timer, due);
    else
        timer_clear(&c->timers, &item->timer);
}

/* --- rows --- */

struct row item_row(const struct item *item)
{
    char id[UUID_TEXT];
    struct text body = {0};
    json_open(&body, '{');
    json_add_json(&body, "about", item->about);
    json_add_int_unless_0(&body, "allowed_ms", item->allowed_ms);
    json_add_int_unless_0(&body, "done_at", item->done_at);
    json_add_int_unless_0(&body, "due", item->due);
    json_add_int_unless_0(&body, "due_at", item->due_at);
    json_add_true(&body, "follows", item->follows);
    json_add_int(&body, "issued_at", item->issued_at);
    json_add_str(&body, "key", item->key);
    json_add_str(&body, "kind", item->kind);
    json_add_str(&body, "leader", item->leader);
    json_add_str(&body, "level", level_name(item->level));
    json_add_str(&body, "name", item->name);
    if (item->timer.at)
        json_add_int(&body, "next", item->timer.due);
    json_add_int_unless_0(&body, "on_lower", item->on_lower);
    json_add_int_unless_0(&body, "phase", item->phase);
    json_add_true(&body, "put", item->put);
    json_add_int(&body, "seq", item->seq);
    json_add_str(&body, "step", item->step);
    json_add_true(&body, "supervised", item->supervised);
    json_add_int_unless_0(&body, "urge_ms", item->urge_ms);
    json_add_int_unless_0(&body, "urged", item->urged);
    json_add_true(&body, "waits", item->waits);
    json_shut(&body, '}');
    return (struct row){.kind = ROW_ITEM,
                        .id = mem_str(uuid_text(item->id, id)),
                        .incident = item->incident->id,
                        .open = counts_open(item),
                        .drill = item->incident->drill,
                        .plan = mem_str(item->owner),
                        .state = mem_str(item_state_name(item->state)),
                        .due = item->due_at,
                        .sort = mem_str(item->kind),
                        .late = item_open(item) && item->urged > 0,
                        .text = text_take(&body)};
}

static void item_read(struct item *item, const json_t *b)
{
    item->kind = mem_str(json_str_or(b, "kind", "item"));
    item->name = mem_str(json_str(b, "name"));
    item->key = mem_str(json_str(b, "key"));
    item->step = mem_str(json_str_or(b, "step", "!item"));
    item->leader = mem_str(json_str(b, "leader"));
    item->phase = (int)json_int(b, "phase", 0);
    if (!level_parse(json_str(b, "level"), &item->level))
        item->level = LEVEL_NONE;
    item->on_lower = (enum on_lower)json_int(b, "on_lower", 0);
    item->waits = json_bool(b, "waits");
    item->follows = json_bool(b, "follows");
    item->urge_ms = json_int(b, "urge_ms", 0);
    item->allowed_ms = json_int(b, "allowed_ms", 0);
    item->due = json_int(b, "due", 0);
    item->due_at = json_int(b, "due_at", 0);
}

void item_from_row(struct core *c, const struct row *row)
{
    struct incident *i = core_incident(c, row->incident);
    struct uuid id;
    if ((!i && !row->open) || !row->body || !uuid_parse(row->id, &id))
        return;
    if (!i)
        i = incident_new(c, row->incident); /* its own row is still to come */
    struct item *item = item_new(c, i, id, json_int(row->body, "seq", 0));
    item_read(item, row->body);
    item->owner = mem_str(row->plan);
    item->about = kept_text(json_at(row->body, "about"));
    item->state = state_of(row->state);
    item->issued_at = json_int(row->body, "issued_at", 0);
    item->done_at = json_int(row->body, "done_at", 0);
    item->put = json_bool(row->body, "put");
    item->supervised = json_bool(row->body, "supervised");
    item->urged = (int)json_int(row->body, "urged", 0);
    item_wait(c, item, json_int(row->body, "next", 0));
    items_count(i);
}

/* --- records --- */

static void apply_issued(struct core *c, struct incident *i, const struct record *r, struct uuid id)
{
    struct item *item = item_new(c, i, id, r->seq);
    item_read(item, r->body);
    item->owner = mem_str(json_str(r->body, "owner"));
    item->about = kept_text(record_at(r, "about"));
    item->issued_at = r->at_ms;
    item->urged = (int)json_int(r->body, "urged", 0);
    item_wait(c, item, json_int(r->body, "next", item->due));
    item_mark(c, item);
}

/* To be done again; how late it was done stands in the record. */
static void apply_returned(struct core *c, struct item *item, const struct record *r)
{
    item->state = ITEM_RECEIVED;
    item->done_at = 0;
    if (json_int(r->body, "due", 0)) {
        item->due = json_int(r->body, "due", 0);
        item->due_at = json_int(r->body, "due_at", 0);
        item->urged = 0;
    }
    item_wait(c, item, json_int(r->body, "next", 0));
}

/* Who has received it, or has arrived, has not decided whether it goes on. */
static bool leaves_it_put(const char *state)
{
    return !strcmp(state, "received") || !strcmp(state, "arrived") || !strcmp(state, "replied");
}

/* Of what is over, and of the upkeep of plans, nothing but open items keeps messages in memory. */
static void messages_mark(struct core *c, const struct item *item)
{
    static const char *const of[] = {ITEM_STEP_OWNER, ITEM_STEP_ASSIST, ITEM_STEP_LEADER};
    struct notice *n;
    char id[UUID_TEXT];
    uuid_text(item->id, id);
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        AUTO_TEXT(step);
        text_addf(&step, "%s%s", of[k], id);
        NOTICE_FOREACH(n, item->incident, text_str(&step))
        core_mark_notice(c, n);
    }
}

static void apply_state(struct core *c, struct item *item, const struct record *r)
{
    const char *state = json_str_or(r->body, "state", "");
    bool stays = !strcmp(state, "kept") || !strcmp(state, "replied");
    item->put = item->put && leaves_it_put(state);
    if (record_at(r, "about"))
        kept_set(&item->about, json_share(record_at(r, "about")));
    if (json_str(r->body, "notice"))
        notice_apply_link_taken(c, r);
    if (!strcmp(state, "returned"))
        apply_returned(c, item, r);
    else if (!stays)
        item->state = state_of(state);
    if (!strcmp(state, "done"))
        item->done_at = r->at_ms;
    if (!item_open(item))
        timer_clear(&c->timers, &item->timer);
    if (item->incident->state != INCIDENT_OPEN && item->state > ITEM_DONE)
        messages_mark(c, item);
}

static void apply_due(struct core *c, struct item *item, const struct record *r)
{
    if (json_str(r->body, "leader")) { /* nothing but who hears of it, and how often */
        item->supervised = true;
        free(item->leader);
        item->leader = mem_str(json_str(r->body, "leader"));
        return;
    }
    if (item->follows && record_at(r, "about"))
        kept_set(&item->about, json_share(record_at(r, "about")));
    if (!strcmp(json_str_or(r->body, "why", ""), "same"))
        return;                               /* the fact has changed, and the due time has not */
    if (json_int(r->body, "allowed_ms", 0)) { /* it still waits, and will have less time */
        item->allowed_ms = json_int(r->body, "allowed_ms", 0);
        return;
    }
    item->waits = false;
    item->due = json_int(r->body, "due", 0);
    item->due_at = json_int(r->body, "due_at", 0);
    item->urged = 0;
    item_wait(c, item, item->due);
}

static void apply_urged(struct core *c, struct item *item, const struct record *r)
{
    item->urged = (int)json_int(r->body, "urged", 0);
    item_wait(c, item, json_int(r->body, "next", 0));
}

static void apply_put(struct core *c, const struct record *r)
{
    bool over = json_bool(r->body, "over");
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(r->body, "items")), n, one)
    {
        struct uuid id;
        struct item *item = uuid_parse(json_string_value(one), &id) ? core_item(c, id) : NULL;
        if (!item)
            continue;
        item->put = !over;
        item_mark(c, item);
    }
}

static bool list_names(const json_t *ids, const struct item *item)
{
    char id[UUID_TEXT];
    uuid_text(item->id, id);
    for (size_t n = 0; n < json_array_size(ids); n++) {
        if (!strcmp(json_string_value(json_array_get(ids, n)), id))
            return true;
    }
    return false;
}

/*
 * Where the other has an open one of the same name, that one is the plan's; this one stays as a
 * line of its own, which no plan waits for.
 */
static void item_move(struct core *c, struct item *item, struct incident *to)
{
    if (!item->name || item_find(to, item->name, item->key)) {
        free(item->step);
        item->step = mem_str("!item");
    }
    LIST_REMOVE(item, link);
    item_enter(to, item);
    item->put = false;
    item_wait(c, item, item->timer.at ? item->timer.due : 0);
    item_mark(c, item);
}

void items_move(struct core *c, struct incident *from, struct incident *to, const json_t *ids)
{
    struct item *item = LIST_FIRST(&from->items);
    while (item) {
        struct item *next = LIST_NEXT(item, link);
        if (ids ? list_names(ids, item) : counts_open(item))
            item_move(c, item, to);
        item = next;
    }
    items_count(from);
    items_count(to);
}

json_t *items_open_ids(const struct incident *i)
{
    char id[UUID_TEXT];
    const struct item *item;
    json_t *ids = json_array();
    LIST_FOREACH(item, &i->items, link)
    {
        if (counts_open(item))
            json_array_append_new(ids, json_string(uuid_text(item->id, id)));
    }
    return ids;
}

void items_came(struct core *c, struct incident *i, const json_t *ids)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        if (item_open(item) && list_names(ids, item))
            item_tell(c, item, item->owner, ITEM_STEP_OWNER,
                      (struct item_words){"转入本事件继续办理", "Goes on in this incident"}, 0);
    }
    items_after(c, i);
}

void item_apply(struct core *c, struct incident *i, const struct record *r)
{
    struct uuid id = {0};
    bool named = uuid_parse(json_str_or(r->body, "item", ""), &id);
    struct item *item = named ? core_item(c, id) : NULL;
    if (r->kind == REC_ITEM_ISSUED && named)
        apply_issued(c, i, r, id);
    else if (r->kind == REC_ITEMS_PUT)
        apply_put(c, r);
    else if (r->kind == REC_ITEM_STATE && item)
        apply_state(c, item, r);
    else if (r->kind == REC_ITEM_DUE && item)
        apply_due(c, item, r);
    else if (r->kind == REC_ITEM_URGED && item)
        apply_urged(c, item, r);
    if (item)
        item_mark(c, item);
    items_count(i);
}

/* --- what becomes of one, as records --- */

void item_due_emit(struct core *c, struct item *item, int64_t ms, const char *why,
                   json_t *takes_about)
{
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put_str(body, "why", why);
    if (ms) {
        int64_t till = item->follows ? ms : incident_ms(item->incident, ms);
        json_put_int(body, "due", c->in->mono + till);
        json_put_int(body, "due_at", c->in->wall + till);
    }
    json_t *about = takes_about ? takes_about : kept_json(item->about);
    json_t *sealed = json_put(json_object(), "about", about);
    core_emit(c, REC_ITEM_DUE, item->incident, (struct emit){.body = body, .sealed = sealed});
}

void item_state_emit(struct core *c, struct item *item, json_t *takes_body, json_t *takes_actor,
                     json_t *takes_sealed)
{
    char id[UUID_TEXT];
    bool done = !strcmp(json_str_or(takes_body, "state", ""), "done");
    int64_t late = item->due && done ? c->in->mono - item->due : 0;
    json_t *body = json_put_str(takes_body, "item", uuid_text(item->id, id));
    if (late > 0)
        json_put_int(body, "late_ms", late);
    if (!json_at(takes_sealed, "about"))
        json_put(takes_sealed, "about", kept_json(item->about));
    core_emit(c, REC_ITEM_STATE, item->incident,
              (struct emit){.actor = takes_actor, .body = body, .sealed = takes_sealed});
}
