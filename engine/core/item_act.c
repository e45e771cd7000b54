/*
 * item_act - what people do to items.
 *
 *     issued ──receive──► received ──arrive──► arrived ──done──► done ──strike──► struck
 *        (each may be left out)                  ▲                │
 *                            └─────── return ◄───┴────────────────┘  to be done again
 *     reject, lift: from any of them but struck. keep: what was put to the commander stands.
 *     supervise: somebody has an eye on it. reply: what the citizen of a request was told.
 */
#include "core/decide.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/response.h"

#include <stdlib.h>
#include <string.h>

static const struct move {
    const char *action, *state, *fact;
    enum item_state least, most; /* the states that it may be taken in */
    bool says_why;               /* not without a note */
} moves[] = {
    {"receive", "received", NULL, ITEM_ISSUED, ITEM_ISSUED, false},
    {"arrive", "arrived", NULL, ITEM_ISSUED, ITEM_RECEIVED, false},
    {"done", "done", "done", ITEM_ISSUED, ITEM_ARRIVED, false},
    {"strike", "struck", NULL, ITEM_DONE, ITEM_DONE, false},
    {"reject", "rejected", "rejected", ITEM_ISSUED, ITEM_DONE, false},
    {"lift", "lifted", NULL, ITEM_ISSUED, ITEM_DONE, false},
    {"keep", "kept", NULL, ITEM_ISSUED, ITEM_ARRIVED, false},
    {"supervise", "supervised", NULL, ITEM_ISSUED, ITEM_ARRIVED, false},
    {"return", "returned", NULL, ITEM_DONE, ITEM_DONE, true},
    {"reply", "replied", NULL, ITEM_ISSUED, ITEM_DONE, true},
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

bool item_action_by_link(const char *action)
{
    static const char *const may[] = {"receive", "arrive", "done", "reject"};
    for (size_t n = 0; n < sizeof may / sizeof *may; n++) {
        if (!strcmp(may[n], action))
            return true;
    }
    return false;
}

bool item_acted(const struct item *item, const char *action)
{
    const struct move *m = move_of(action);
    return m && !strcmp(m->state, item_state_name(item->state));
}

static bool move_open(const struct item *item, const struct move *m)
{
    if (!strcmp(m->action, "keep") && !item->put)
        return false;
    if (!strcmp(m->action, "reply") && strcmp(item->kind, "request") != 0)
        return false;
    return item->state >= m->least && item->state <= m->most;
}

/* What may be done to it now: "receive, arrive, done, …". */
static void moves_say(const struct item *item, struct text *to)
{
    for (size_t n = 0; n < MOVES; n++) {
        if (move_open(item, &moves[n]))
            text_addf(to, "%s%s", to->len ? ", " : "", moves[n].action);
    }
    if (!to->len)
        text_add(to, "nothing");
}

static bool move_fits(struct core *c, const struct deed *a, const struct move *m)
{
    AUTO_TEXT(may);
    if (!move_open(a->item, m)) {
        moves_say(a->item, &may);
        core_refuse(c, CODE_CONFLICT, "action", NULL, "it is %s; what can be done to it: %s",
                    item_state_name(a->item->state), text_str(&may));
        return false;
    }
    bool why = m->says_why || (a->notice && !strcmp(m->action, "reject"));
    if (!why || a->note)
        return true;
    core_refuse(c, CODE_MISSING_FIELD, "note", NULL,
                !strcmp(m->action, "reply") ? "what was the citizen told? say it in the note"
                                            : "say why, in the note");
    return false;
}

/* To lift or keep what was ordered is for whoever commands at its level, or may order that. */
static bool may_decide(struct core *c, const struct deed *a)
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

static bool person_fits(struct core *c, const struct deed *a)
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

/* What the item keeps of it: the last note, the evidence, what the citizen was told. */
static json_t *about_after(const struct core *c, const struct deed *a)
{
    json_t *about = kept_json(a->item->about);
    const char *note = !strcmp(a->action, "reply") ? "reply" : "note";
    json_put_str(about, note, a->note);
    json_put_str(about, "evidence", a->evidence);
    if (a->note || a->evidence)
        json_put_str(about, "by", name_of(c, a->by));
    return about;
}

static json_t *deed_event(struct core *c, const struct deed *a, const struct move *m)
{
    char id[UUID_TEXT];
    json_t *ev = plan_event(m->fact, json_pack("[s]", a->item->step), c->in->wall);
    json_put_str(ev, "item", uuid_text(a->item->id, id));
    json_put_str(ev, "state", strcmp(m->action, "return") != 0 ? m->state : "received");
    json_put_str(ev, "name", a->item->name);
    json_put_str(ev, "key", a->item->key);
    json_put_str(ev, "by", a->by ? a->by : c->in->who.id);
    return json_put_str(ev, "note", a->note);
}

/* Who holds a link speaks as its person; all others speak for somebody. */
static json_t *deed_actor(const struct core *c, const struct deed *a)
{
    if (!a->by)
        return actor_input(c);
    json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", a->by);
    return json_put_str(actor, "by", a->notice ? NULL : c->in->who.id);
}

static json_t *deed_sealed(struct core *c, const struct deed *a, const struct move *m)
{
    json_t *sealed = json_put(json_object(), "ev", deed_event(c, a, m));
    json_put_str(sealed, "note", a->note);
    json_put_str(sealed, "evidence", a->evidence);
    json_put_str(sealed, "person", name_of(c, a->by));
    return json_put(sealed, "about", about_after(c, a));
}

/* To be done again: reminded at its new time, or after the usual while where it has none. */
static json_t *deed_body(const struct core *c, const struct deed *a, const struct move *m)
{
    char id[UUID_TEXT];
    const struct item *item = a->item;
    json_t *body = json_put_str(json_object(), "state", m->state);
    if (a->notice)
        json_put_str(body, "notice", uuid_text(a->notice->id, id));
    if (strcmp(m->action, "return") != 0)
        return body;
    if (a->due_ms) {
        json_put_int(body, "due", c->in->mono + a->due_ms);
        json_put_int(body, "due_at", c->in->wall + a->due_ms);
    }
    return json_put_int(body, "next", c->in->mono + (a->due_ms ? a->due_ms : item->urge_ms));
}

static void deed_take(struct core *c, const struct deed *a, const struct move *m)
{
    struct incident *i = a->item->incident;
    item_state_emit(c, a->item, deed_body(c, a, m), deed_actor(c, a), deed_sealed(c, a, m));
    if (a->notice)
        notice_arrived(c, a->notice);
    if (!strcmp(m->action, "return"))
        item_tell_returned(c, a->item, a->note, a->due_ms);
    followers_begin(c, i);
    items_put_over(c, i);
}

/* Who has an eye on it from now on: whoever was named, else who commands. */
static bool supervise(struct core *c, const struct deed *a)
{
    if (a->to && !item_target_fits(c, "to", a->to))
        return false;
    item_supervise(c, a->item, a->to, a->note, deed_actor(c, a));
    return true;
}

bool item_act(struct core *c, const struct deed *a)
{
    const struct move *m = move_of(a->action);
    bool decides = !strcmp(a->action, "lift") || !strcmp(a->action, "keep");
    if (!m || !person_fits(c, a) || !move_fits(c, a, m) || (decides && !may_decide(c, a)))
        return false;
    if (!strcmp(a->action, "supervise"))
        return supervise(c, a);
    deed_take(c, a, m);
    return true;
}

void items_strike_done(struct core *c, struct incident *i, const char *by)
{
    struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        if (item->state == ITEM_DONE)
            item_act(c, &(struct deed){.item = item, .action = "strike", .by = by});
    }
}

json_t *item_reply(const struct item *item)
{
    char id[UUID_TEXT], incident[UUID_TEXT];
    json_t *reply = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put_str(reply, "incident", uuid_text(item->incident->id, incident));
    return json_put_str(reply, "state", item_state_name(item->state));
}

/* Who has asked is answered before the request is struck off. */
static bool owes_a_reply(struct core *c, const struct deed *d)
{
    AUTO_JSON(about);
    about = kept_json(d->item->about);
    if (strcmp(d->item->kind, "request") != 0 || strcmp(d->action, "strike") != 0 ||
        json_str(about, "reply"))
        return false;
    core_refuse(c, CODE_CONFLICT, "action", NULL,
                "the citizen has had no reply: muster item ITEM reply --note what they were told");
    return true;
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
    struct deed d = {.item = item,
                     .action = json_str_or(b, "action", ""),
                     .by = json_str(b, "as"),
                     .note = json_str(b, "note"),
                     .evidence = json_str(b, "evidence"),
                     .to = json_str(b, "to")};
    if (item_due_read(c, json_str(b, "due"), &d.due_ms) && !owes_a_reply(c, &d) && item_act(c, &d))
        core_reply_ok(c, item_reply(item));
}
