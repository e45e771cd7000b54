/* What people do to items: receive, arrive, done, strike, reject, lift, keep; and directives. */
#include "core/decide.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/plan_run.h"
#include "core/response.h"

#include <stdlib.h>
#include <string.h>

/* An action on its way to being taken. */
struct act {
    struct item *item;
    const char *action, *by, *note;
};

static const struct move {
    const char *action, *state, *fact;
    enum item_state least, most; /* the states that it may be taken in */
} moves[] = {
    {"receive", "received", NULL, ITEM_ISSUED, ITEM_ISSUED},
    {"arrive", "arrived", NULL, ITEM_ISSUED, ITEM_RECEIVED},
    {"done", "done", "done", ITEM_ISSUED, ITEM_ARRIVED},
    {"strike", "struck", NULL, ITEM_DONE, ITEM_DONE},
    {"reject", "rejected", "rejected", ITEM_ISSUED, ITEM_DONE},
    {"lift", "lifted", NULL, ITEM_ISSUED, ITEM_DONE},
    {"keep", "kept", NULL, ITEM_ISSUED, ITEM_ARRIVED},
};

enum { MOVES = sizeof moves / sizeof *moves };

static const struct move *move_of(const char *action)
{
    for (size_t n = 0; n < MOVES; n++) {
        if (!strcmp(moves[n].action, action))
            return &moves[n];
    }
    return NULL;
}

/* What may be done to it now: "receive, arrive, done, …". */
static void moves_say(const struct item *item, struct text *to)
{
    for (size_t n = 0; n < MOVES; n++) {
        if (item->state >= moves[n].least && item->state <= moves[n].most &&
            (strcmp(moves[n].action, "keep") != 0 || item->put))
            text_addf(to, "%s%s", to->len ? ", " : "", moves[n].action);
    }
    if (!to->len)
        text_add(to, "nothing");
}

static bool move_fits(struct core *c, const struct act *a, const struct move *m)
{
    AUTO_TEXT(may);
    bool fits = a->item->state >= m->least && a->item->state <= m->most;
    if (fits && (strcmp(m->action, "keep") != 0 || a->item->put))
        return true;
    moves_say(a->item, &may);
    core_refuse(c, CODE_CONFLICT, "action", NULL, "it is %s; what can be done to it: %s",
                item_state_name(a->item->state), text_str(&may));
    return false;
}

/* To lift or keep what was ordered is for whoever commands at its level, or may order that. */
static bool may_decide(struct core *c, const struct act *a)
{
    const struct incident *i = a->item->incident;
    const struct plan_head *head = incident_head(c, i);
    const char *commander = i->response ? i->response->commander : NULL;
    const char *what = level_name(a->item->level) ? level_name(a->item->level) : "terminate";
    if (!head || !plan_head_has_levels(head) || strcmp(a->item->kind, "measure") != 0)
        return true;
    if (!a->by) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who decides it? name the person");
        return false;
    }
    bool commands = commander && site_acts_as(c->site->site, a->by, commander);
    if ((commands && a->item->level <= incident_level(i)) ||
        site_may_order(c->site->site, a->by, i->plan, what, NULL))
        return true;
    core_refuse(c, CODE_DENIED, "as", NULL, "%s neither commands (%s) nor may order %s in %s",
                a->by, commander ? commander : "nobody does yet", what, i->plan);
    return false;
}

static const char *name_of(const struct core *c, const char *person)
{
    struct rung_person p;
    return person && c->site && site_person(c->site->site, person, &p) ? p.name : NULL;
}

static bool person_fits(struct core *c, const struct act *a)
{
    if (!a->by || name_of(c, a->by))
        return true;
    core_refuse(c, CODE_UNKNOWN_PERSON, "as",
                c->site ? site_nearest_person(c->site->site, a->by) : NULL,
                "the site has no person \"%s\"", a->by);
    return false;
}

/* Whatever waited for this, and for nothing else any more, begins now. */
static void followers_begin(struct core *c, struct incident *i)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    item_begin_if_free(c, item);
}

static void act_take(struct core *c, const struct act *a, const struct move *m)
{
    struct item *item = a->item;
    struct incident *i = item->incident;
    char id[UUID_TEXT];
    json_t *ev = plan_event(m->fact, json_pack("[s]", item->step), c->in->wall);
    json_put_str(ev, "item", uuid_text(item->id, id));
    json_put_str(ev, "state", m->state);
    json_put_str(ev, "name", item->name);
    json_put_str(ev, "key", item->key);
    json_put_str(ev, "by", a->by ? a->by : c->in->who.id);
    json_put_str(ev, "note", a->note);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put_str(sealed, "note", a->note);
    json_put_str(sealed, "person", name_of(c, a->by));
    json_t *actor = a->by ? json_put_str(json_put_str(json_object(), "type", "person"), "id", a->by)
                          : actor_input(c);
    item_state_emit(c, item, m->state, json_put_str(actor, "by", a->by ? c->in->who.id : NULL),
                    sealed);
    followers_begin(c, i);
    items_put_over(c, i);
}

bool item_act(struct core *c, struct item *item, const char *action, const char *by,
              const char *note)
{
    const struct act a = {.item = item, .action = action, .by = by, .note = note};
    const struct move *m = move_of(action);
    bool decides = !strcmp(action, "lift") || !strcmp(action, "keep");
    if (!m || !person_fits(c, &a) || !move_fits(c, &a, m) || (decides && !may_decide(c, &a)))
        return false;
    act_take(c, &a, m);
    return true;
}

void items_strike_done(struct core *c, struct incident *i, const char *by)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        if (item->state == ITEM_DONE)
            item_act(c, item, "strike", by, NULL);
    }
}

json_t *item_reply(const struct item *item)
{
    char id[UUID_TEXT], incident[UUID_TEXT];
    json_t *reply = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put_str(reply, "incident", uuid_text(item->incident->id, incident));
    return json_put_str(reply, "state", item_state_name(item->state));
}

void decide_item(struct core *c)
{
    const json_t *b = c->in->body;
    const char *text = json_str_or(b, "item", "");
    struct uuid id;
    struct item *item = uuid_parse(text, &id) ? core_item(c, id) : NULL;
    if (!input_allowed(c, SCOPE_RESPOND, "work on items"))
        return;
    if (!item) {
        core_refuse(c, CODE_NOT_FOUND, "item", NULL, "no open item %s", text);
        return;
    }
    if (item_act(c, item, json_str_or(b, "action", ""), json_str(b, "as"), json_str(b, "note")))
        core_reply_ok(c, item_reply(item));
}

/* --- directives --- */

static bool target_fits(struct core *c, const char *field, const char *target)
{
    const char *code = NULL;
    char *near = NULL;
    struct why why = {{0}};
    if (!c->site) {
        core_refuse(c, CODE_CONFLICT, NULL, NULL, "there is no site in force");
        return false;
    }
    if (!site_check_target(c->site->site, target, &code, &near, &why))
        return true;
    core_refuse(c, CODE_BAD_FIELD, field, near, "%s", why.text);
    free(near);
    return false;
}

void decide_directive(struct core *c)
{
    const json_t *b = c->in->body;
    struct incident *i;
    int64_t due = 0;
    const char *lead = json_str_or(b, "lead", ""), *by = json_str(b, "as");
    const char *due_text = json_str_or(b, "due", "");
    if (!input_allowed(c, SCOPE_RESPOND, "give directives") || !(i = input_incident(c)) ||
        !target_fits(c, "lead", lead))
        return;
    if (!duration_parse(due_text, true, &due) || due < MS_MINUTE) {
        core_refuse(c, CODE_BAD_FIELD, "due", NULL,
                    "\"%s\": say by when, as a time from now: 2h, 5d", due_text);
        return;
    }
    if (by && !name_of(c, by)) {
        core_refuse(c, CODE_UNKNOWN_PERSON, "as", site_nearest_person(c->site->site, by),
                    "the site has no person \"%s\"", by);
        return;
    }
    json_t *actor =
        by ? json_put_str(json_put_str(json_object(), "type", "person"), "id", by) : actor_input(c);
    AUTO_JSON(more);
    AUTO_TEXT(target);
    more = json_put_str(json_object(), "from", by ? name_of(c, by) : NULL);
    json_put(more, "assist", json_share(json_at(b, "assist")));
    if (by)
        text_addf(&target, "person:%s", by);
    struct item *item = item_issue(
        c, i,
        &(struct item_order){.kind = "directive",
                             .owner = lead,
                             .leader = by ? text_str(&target) : NULL,
                             .title = json_at(b, "text"),
                             .more = more,
                             .due_ms = due,
                             .actor = json_put_str(actor, "by", by ? c->in->who.id : NULL)});
    core_reply_ok(c, item_reply(item));
}
