#include "core/item.h"

#include "core/alarm.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/proposal.h"
#include "core/response.h"
#include "core/role.h"

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
    struct uuid id;
    struct notice *n;
    LIST_FOREACH(n, &item->incident->notices, link)
    {
        if (item_of_message(n->step, &id) && !uuid_cmp(id, item->id))
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

/* --- issuing --- */

const char *item_leader(const struct core *c, const struct item *item)
{
    const struct plan_head *head = incident_head(c, item->incident);
    if (item->leader)
        return item->leader;
    if (item->incident->response && item->incident->response->commander)
        return item->incident->response->commander;
    const char *owner = head ? plan_head_owner(head) : NULL;
    return owner ? owner : "duty:duty-room";
}

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
        if (!text_same(item->name, name))
            continue;
        if (item_open(item))
            return false;
        done = done || frees(item);
    }
    return done;
}

/* Is there something that must be done before, and is not? */
static bool must_wait(const struct incident *i, const json_t *after)
{
    for (size_t n = 0; n < json_array_size(after); n++) {
        if (!all_done(i, json_string_value(json_array_get(after, n))))
            return true;
    }
    return false;
}

/* With the name of its owner then: papers outlive the site. */
static json_t *issued_about(const struct core *c, const struct item_order *o)
{
    json_t *about = json_object();
    const char *key, *lang = core_language(c);
    const char *name = c->site ? site_target_name(c->site->site, o->owner, lang) : o->owner;
    json_t *value;
    if (strcmp(name, o->owner) != 0)
        json_put_str(about, "owner_name", name);
    json_put(about, "title", json_share(o->title));
    json_put(about, "done_when", json_share(o->done_when));
    json_put(about, "after", json_share(o->after));
    json_object_foreach(json_unconst(o->more), key, value) json_put(about, key, json_incref(value));
    json_put(about, "before", json_share(o->before));
    return about;
}

static json_t *issued_body(struct core *c, const struct incident *i, const struct item_order *o,
                           struct uuid id)
{
    char text[UUID_TEXT];
    bool waits = must_wait(i, o->after);
    json_t *body = json_put_str(json_object(), "item", uuid_text(id, text));
    json_put_str(body, "kind", o->kind);
    json_put_str(body, "name", o->name);
    json_put_str(body, "key", o->key);
    json_put_str(body, "owner", o->owner);
    json_put_str(body, "step", o->step ? o->step : "!item");
    json_put_str(body, "leader", o->leader);
    json_put_str(body, "level", level_name(o->level));
    json_put_int(body, "phase", o->phase);
    json_put_int(body, "on_lower", o->on_lower);
    json_put_int(body, "urge_ms", o->urge_ms ? o->urge_ms : 15 * MS_MINUTE);
    json_put_int(body, "allowed_ms", o->due_ms);
    json_put_true(body, "waits", waits);
    json_put_true(body, "follows", o->before != NULL);
    if (o->due_ms && !waits) { /* a time that follows a fact is one of the clocks on the wall */
        int64_t ms = o->before ? o->due_ms : incident_ms(i, o->due_ms);
        json_put_int(body, "due", c->in->mono + ms);
        json_put_int(body, "due_at", c->in->wall + ms);
    }
    if (o->due_ms < 0) { /* its owner is told that it is overdue, and reminded later */
        json_put_int(body, "urged", 1);
        json_put_int(body, "next", c->in->mono + incident_ms(i, o->urge_ms));
    }
    return body;
}

struct item *item_issue(struct core *c, struct incident *i, const struct item_order *given)
{
    struct item *open = given->name ? item_find(i, given->name, given->key) : NULL;
    struct item_order filled = *given;
    const struct item_order *o = &filled;
    AUTO_JSON(before);
    if (open) {
        json_decref(o->actor);
        return open;
    }
    if (o->before)
        filled.before = before = item_before_begin(c, i, given->before, &filled.due_ms);
    uint8_t random[10];
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    core_emit(c, REC_ITEM_ISSUED, i,
              (struct emit){.actor = o->actor,
                            .body = issued_body(c, i, o, id),
                            .sealed = json_put(json_object(), "about", issued_about(c, o))});
    struct item *item = core_item(c, id);
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              o->due_ms < 0 ? (struct item_words){"逾期", "Overdue"} : item_kind_words(item->kind),
              item->waits ? 0 : item->allowed_ms);
    item_tell_assist(c, item);
    return item;
}

/* What plans call the item of a name and key (plan/api_ledger.c). */
static void measure_issue(struct core *c, struct incident *i, const struct measure_head *m,
                          enum level level)
{
    AUTO_TEXT(step);
    text_addf(&step, "item:%s/", m->name);
    item_issue(c, i,
               &(struct item_order){.kind = "measure",
                                    .name = m->name,
                                    .step = text_str(&step),
                                    .owner = m->owner,
                                    .title = m->title,
                                    .done_when = m->done_when,
                                    .after = m->after,
                                    .phase = (int)m->phase,
                                    .level = m->level,
                                    .on_lower = m->on_lower,
                                    .due_ms = measure_due_ms(m, level),
                                    .urge_ms = m->urge_ms});
}

static json_t *plan_actor(const struct incident *i)
{
    return json_pack("{s:s,s:s}", "type", "plan", "id", i->plan ? i->plan : "plan");
}

/* By the plan, or with its level; whoever waits for it hears of it. Takes actor. */
static void item_lift(struct core *c, struct item *item, const char *reason, json_t *takes_actor)
{
    json_t *ev = plan_event(NULL, json_pack("[s]", item->step), c->in->wall);
    char id[UUID_TEXT];
    json_put_str(json_put_str(ev, "item", uuid_text(item->id, id)), "state", "lifted");
    json_put_str(json_put_str(ev, "name", item->name), "key", item->key);
    json_t *sealed = json_put_str(json_put(json_object(), "ev", ev), "note", reason);
    item_state_emit(c, item, json_put_str(json_object(), "state", "lifted"), takes_actor, sealed);
    item_tell_lifted(c, item, reason);
}

static void plan_lift(struct core *c, struct item *item, const char *reason)
{
    if (!item_open(item) && item->state != ITEM_REJECTED)
        return;
    item_lift(c, item, reason, plan_actor(item->incident));
    items_after(c, item->incident);
}

void item_supervise(struct core *c, struct item *item, const char *to, const char *note,
                    json_t *takes_actor)
{
    char id[UUID_TEXT];
    AUTO_TEXT(by);
    text_add(&by, to ? to : item_leader(c, item));
    json_t *body = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put_str(json_put_str(body, "why", "supervised"), "leader", text_str(&by));
    if (item->due)
        json_put_int(json_put_int(body, "due", item->due), "due_at", item->due_at);
    json_t *sealed = json_put(json_object(), "about", kept_json(item->about));
    core_emit(c, REC_ITEM_DUE, item->incident,
              (struct emit){.actor = takes_actor,
                            .body = body,
                            .sealed = json_put_str(sealed, "note", note)});
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              (struct item_words){"立项督查", "Under supervision"}, 0);
    item_tell(c, item, text_str(&by), ITEM_STEP_LEADER,
              (struct item_words){"请督办", "For you to supervise"}, 0);
}

/* "{at}" in a title is what the plan gave by this name; a station shows its name. */
static void title_fill(const struct core *c, const char *title, const json_t *fields,
                       const char *lang, struct text *to)
{
    while (*title) {
        size_t plain = strcspn(title, "{"), len = title[plain] ? strcspn(title + plain, "}") : 0;
        AUTO_TEXT(name);
        text_add_bytes(to, title, plain);
        title += plain;
        if (!*title)
            return;
        text_add_bytes(&name, title + 1, len ? len - 1 : 0);
        const json_t *value = json_at(fields, text_str(&name));
        const char *text = json_string_value(value);
        const char *station = text && c->site ? site_station_name(c->site->site, text, lang) : "";
        if (!value || title[len] != '}') {
            text_add_char(to, *title++);
            continue;
        }
        if (text)
            text_add(to, *station ? station : text);
        else
            json_write(value, to);
        title += len + 1;
    }
}

static json_t *title_filled(const struct core *c, const json_t *title, const json_t *fields)
{
    json_t *filled = json_object();
    static const char *const langs[] = {"zh", "en"};
    for (size_t n = 0; n < 2; n++) {
        AUTO_TEXT(text);
        title_fill(c, words_in(title, langs[n], langs[1 - n]), fields, langs[n], &text);
        json_put_str(filled, langs[n], text_str(&text));
    }
    return filled;
}

static void plan_measure(struct core *c, struct incident *i, const json_t *args)
{
    const struct plan_head *head = incident_head(c, i);
    const struct measure_head *m =
        head ? plan_head_measure(head, json_str_or(args, "name", "")) : NULL;
    AUTO_JSON(title);
    if (!m)
        return;
    title = title_filled(c, m->title, json_at(args, "fields"));
    item_issue(c, i,
               &(struct item_order){
                   .kind = "measure",
                   .name = m->name,
                   .key = json_str(args, "key"),
                   .owner = json_str_or(args, "owner", m->owner),
                   .step = json_str(args, "item"),
                   .title = title,
                   .done_when = m->done_when,
                   .after = m->after,
                   .phase = (int)m->phase,
                   .level = m->level,
                   .on_lower = m->on_lower,
                   .due_ms = json_int(args, "due_ms", measure_due_ms(m, incident_level(i))),
                   .before = json_at(args, "before"),
                   .urge_ms = m->urge_ms});
}

static void plan_item(struct core *c, struct incident *i, const json_t *args)
{
    static const char *const more_keys[] = {"from", "goal", "indicator", "amount", "assist"};
    AUTO_JSON(more);
    more = json_object();
    for (size_t n = 0; n < sizeof more_keys / sizeof *more_keys; n++)
        if (json_at(args, more_keys[n]))
            json_put(more, more_keys[n], json_share(json_at(args, more_keys[n])));
    item_issue(c, i,
               &(struct item_order){.kind = json_str_or(args, "kind", "item"),
                                    .owner = json_str_or(args, "owner", ""),
                                    .step = json_str(args, "item"),
                                    .title = json_at(args, "title"),
                                    .more = more,
                                    .due_ms = json_int(args, "due_ms", 0),
                                    .before = json_at(args, "before")});
}

static struct item *item_of_step(const struct incident *i, const char *step)
{
    struct item *item, *last = NULL;
    LIST_FOREACH(item, &i->items, link)
    {
        if (!strcmp(item->step, step))
            last = item;
    }
    return last;
}

void item_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    const char *kind = json_str_or(cmd, "kind", "");
    struct item *item = item_of_step(i, json_str_or(args, "item", ""));
    if (!strcmp(kind, "item") && json_str(args, "name"))
        plan_measure(c, i, args);
    else if (!strcmp(kind, "item"))
        plan_item(c, i, args);
    else if (!strcmp(kind, "item_supervise") && item)
        item_supervise(c, item, json_str_or(args, "to", ""), NULL, plan_actor(i));
    else if (!strcmp(kind, "item_lift") && item)
        plan_lift(c, item, json_str_or(args, "reason", ""));
}

static bool measure_of(const struct measure_head *m, enum phase phase, enum level above,
                       enum level upto)
{
    return m->phase == phase && (phase != PHASE_LEVEL || (m->level > above && m->level <= upto));
}

/* Does it wait for one that is to be issued in the same turn, and is not yet? */
static bool comes_later(const struct plan_head *head, const struct measure_head *m,
                        const bool *issued)
{
    const struct measure_head *first;
    for (size_t n = 0; (first = plan_head_measure_at(head, n)); n++) {
        if (issued[n])
            continue;
        for (size_t k = 0; k < json_array_size(m->after); k++) {
            if (!strcmp(json_string_value(json_array_get(m->after, k)), first->name))
                return true;
        }
    }
    return false;
}

/* What must be done before goes first, or one done in an earlier night would free what waits. */
static void measures_issue(struct core *c, struct incident *i, enum phase phase, enum level above,
                           enum level upto)
{
    const struct plan_head *head = incident_head(c, i);
    const struct measure_head *m;
    size_t count = 0, left = 0, before = 0;
    while (head && plan_head_measure_at(head, count))
        count++;
    bool *issued = mem_new(count + 1, sizeof *issued);
    for (size_t n = 0; n < count; n++) {
        issued[n] = !measure_of(plan_head_measure_at(head, n), phase, above, upto);
        left += !issued[n];
    }
    while (left && left != before) { /* a circle is refused at load, and would end it here */
        before = left;
        for (size_t n = 0; n < count; n++) {
            m = plan_head_measure_at(head, n);
            if (issued[n] || comes_later(head, m, issued))
                continue;
            measure_issue(c, i, m, upto);
            issued[n] = true;
            left--;
        }
    }
    free(issued);
}

void items_of_phase(struct core *c, struct incident *i, enum phase phase, enum level level)
{
    measures_issue(c, i, phase, LEVEL_NONE, level);
}

/* --- prerequisites --- */

static void begin_if_free(struct core *c, struct item *item)
{
    AUTO_JSON(about);
    if (!item->waits || !item_open(item))
        return;
    about = kept_json(item->about);
    if (must_wait(item->incident, json_at(about, "after")))
        return;
    int64_t ms = item->follows ? item_before_ms(c, item) : item->allowed_ms;
    item_due_emit(c, item, ms, "free", NULL);
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              (struct item_words){"可以开始", "You can begin"}, ms);
}

static void items_put_over(struct core *c, struct incident *i)
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

/* --- levels go up and down --- */

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

/* "水库巡查" in one language, from what is kept of it. */
static const char *title_in(const json_t *about, bool zh)
{
    return words_in(json_at(about, "title"), zh ? "zh" : "en", zh ? "en" : "zh");
}

json_t *items_put_named(const struct incident *i)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        AUTO_JSON(about);
        if (!item->put || !item_open(item))
            continue;
        about = kept_json(item->about);
        text_addf(&zh, "%s%s", zh.len ? "、" : "", title_in(about, true));
        text_addf(&en, "%s%s", en.len ? ", " : "", title_in(about, false));
    }
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
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
    measures_issue(c, i, PHASE_LEVEL, from, to);
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
        measures_issue(c, i, PHASE_RECOVERY, LEVEL_NONE, LEVEL_NONE);
}

/* --- time --- */

enum { URGED_BEFORE_LEADER = 2 };

/*
 * The owner is reminded at due and once more; then the leader hears of it, too, again and again. Of
 * what is supervised the leader hears at once, and twice as often.
 */
static int64_t next_ms(const struct item *item, int urged)
{
    int64_t later = item->allowed_ms > MS_DAY ? MS_DAY : MS_HOUR;
    if (item->urge_ms > MS_DAY) /* what has months is not urged each day */
        later = item->urge_ms;
    if (urged <= URGED_BEFORE_LEADER)
        return item->urge_ms;
    return item->supervised ? later / 2 : later;
}

void item_due(struct core *c, struct item *item)
{
    char id[UUID_TEXT];
    int urged = item->urged + 1;
    bool leader = item->supervised || urged > URGED_BEFORE_LEADER;
    json_t *ev =
        plan_event(urged == 1 ? "overdue" : NULL, json_pack("[s]", item->step), c->in->wall);
    json_put_str(ev, "item", uuid_text(item->id, id));
    json_put_str(ev, "name", item->name);
    json_put_str(ev, "key", item->key);
    json_t *body = json_put_str(json_object(), "item", id);
    json_put_int(body, "urged", urged);
    json_put_int(body, "next", c->in->mono + incident_ms(item->incident, next_ms(item, urged)));
    json_put_str(body, "leader", leader ? item_leader(c, item) : NULL);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put(sealed, "about", kept_json(item->about));
    core_emit(c, REC_ITEM_URGED, item->incident,
              (struct emit){
                  .actor = json_pack("{s:s}", "type", "clock"), .body = body, .sealed = sealed});
    item_tell(c, item, item->owner, ITEM_STEP_OWNER, (struct item_words){"催办", "Overdue"}, 0);
    if (leader)
        item_tell(c, item, item_leader(c, item), ITEM_STEP_LEADER,
                  (struct item_words){"督办", "Still overdue"}, 0);
}
