/* Measures of a head and what a plan issues: whose they are, until when; lifted, supervised. */
#include "core/item.h"

#include "core/form.h"
#include "core/incident.h"
#include "core/plan_run.h"
#include "core/response.h"

#include <stdlib.h>
#include <string.h>

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
    bool waits = item_waits_for(i, o->after);
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

void item_lift(struct core *c, struct item *item, const char *reason, json_t *takes_actor)
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
void items_issue(struct core *c, struct incident *i, enum phase phase, enum level above,
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
    items_issue(c, i, phase, LEVEL_NONE, level);
}
