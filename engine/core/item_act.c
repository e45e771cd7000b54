/*
 * item_act - what people do to items.
 *
 *     issued ──receive──► received ──arrive──► arrived ──done──► done ──strike──► struck
 *        (each may be left out)                  ▲                │
 *                            └─────── return ◄───┴────────────────┘  to be done again
 *     reject: the owner will not do it, from any before done; its leader hears of it, and may
 * return it to be done after all, or lift it. lift: it need not be done, from any before done.
 *     keep: what was put to the commander stands.
 *     supervise: somebody has an eye on it. reply: what the citizen of a request was told.
 */
#include "core/decide.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/order.h"
#include "core/plan_run.h"
#include "core/proposal.h"
#include "core/response.h"
#include "core/role.h"

#include <stdlib.h>
#include <string.h>

#define IN(state) (1U << ITEM_##state)
#define IN_OPEN (IN(ISSUED) | IN(RECEIVED) | IN(ARRIVED))

static const struct move {
    const char *action, *state, *fact;
    unsigned in;   /* the states that it may be taken in, or-ed */
    bool says_why; /* not without a note */
} moves[] = {
    {"receive", "received", NULL, IN(ISSUED), false},
    {"arrive", "arrived", NULL, IN(ISSUED) | IN(RECEIVED), false},
    {"done", "done", "done", IN_OPEN, false},
    {"strike", "struck", NULL, IN(DONE), false},
    {"reject", "rejected", "rejected", IN_OPEN, true},
    {"lift", "lifted", NULL, IN_OPEN | IN(REJECTED), false},
    {"keep", "kept", NULL, IN_OPEN, false},
    {"supervise", "supervised", NULL, IN_OPEN, false},
    {"return", "returned", NULL, IN(DONE) | IN(REJECTED), true},
    {"reply", "replied", NULL, IN_OPEN | IN(DONE) | IN(REJECTED), true},
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

bool item_says(const struct item *item, const struct deed *d)
{
    AUTO_JSON(about);
    about = kept_json(item->about);
    return (!d->note || !strcmp(d->note, json_str_or(about, "note", ""))) &&
           (!d->evidence || !strcmp(d->evidence, json_str_or(about, "evidence", "")));
}

static bool move_open(const struct item *item, const struct move *m)
{
    if (!strcmp(m->action, "keep") && !item->put)
        return false;
    if (item->state == ITEM_REJECTED && item->incident->state != INCIDENT_OPEN)
        return false;
    if (!strcmp(m->action, "reply") && strcmp(item->kind, "request") != 0)
        return false;
    return m->in & (1U << item->state);
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
    if (!m->says_why || (a->note && !text_blank(a->note)))
        return true;
    core_refuse(c, CODE_MISSING_FIELD, "note", NULL,
                !strcmp(m->action, "reply") ? "what was the citizen told? say it in the note"
                                            : "say why, in the note");
    return false;
}

/* Is it part of a response under levels, which people order? */
static bool was_ordered(const struct core *c, const struct item *item)
{
    const struct plan_head *head = incident_head(c, item->incident);
    return head && plan_head_has_levels(head) && !strcmp(item->kind, "measure");
}

static const char *right_over(const struct item *item)
{
    return level_name(item->level) ? level_name(item->level) : "terminate";
}

/* Who commands at its level, was asked to decide it, or may order its level. */
static bool decides(const struct core *c, const struct deed *a)
{
    const struct incident *i = a->item->incident;
    const char *commander = i->response ? i->response->commander : NULL;
    bool commands = commander && site_acts_as(c->site->site, a->by, commander);
    return (commands && a->item->level <= incident_level(i)) ||
           (a->item->put && proposal_of_items_asked(i, a->by)) ||
           site_may_order(c->site->site, a->by, i->plan, right_over(a->item), NULL);
}

/* To lift or keep what was ordered is an order, too: by whom, and by which key. */
static bool may_decide(struct core *c, const struct deed *a)
{
    const struct incident *i = a->item->incident;
    const char *commander = i->response ? i->response->commander : NULL;
    if (!was_ordered(c, a->item))
        return true;
    if (!input_allowed(c, SCOPE_ORDER, "lift or keep what was ordered: its key needs \"order\""))
        return false;
    if (!a->by) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who decides it? name the person");
        return false;
    }
    if (decides(c, a))
        return true;
    AUTO_TEXT(who);
    orderers_say(c, i, right_over(a->item), &who);
    core_refuse(c, CODE_DENIED, "as", NULL,
                "%s neither commands (%s), nor was asked to decide it, nor may order %s in %s; who "
                "may: %s",
                a->by, commander ? commander : "nobody does yet", right_over(a->item), i->plan,
                text_str(&who));
    return false;
}

/* Who speaks for its owner, or was told in their place where nobody was there. */
static bool owns(const struct core *c, const struct deed *a)
{
    char id[UUID_TEXT];
    AUTO_TEXT(step);
    text_addf(&step, "%s%s", ITEM_STEP_OWNER, uuid_text(a->item->id, id));
    return incident_speaks_for(c, a->item->incident, a->by, a->item->owner) ||
           notice_went_to(a->item->incident, text_str(&step), a->by);
}

/* That it will not be done is for its owner to say; who holds the link of its message is one. */
static bool may_reject(struct core *c, const struct deed *a)
{
    if (a->notice || !c->site)
        return true;
    if (!a->by) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL,
                    "who rejects it? name a person who speaks for %s", a->item->owner);
        return false;
    }
    if (owns(c, a))
        return true;
    core_refuse(c, CODE_DENIED, "as", NULL,
                "it is for %s to reject it, and %s does not speak for them; what need not be done "
                "is lifted",
                a->item->owner, a->by);
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
    int64_t ms = incident_ms(item->incident, a->due_ms);
    if (ms) {
        json_put_int(body, "due", c->in->mono + ms);
        json_put_int(body, "due_at", c->in->wall + ms);
    }
    int64_t urge_ms = incident_ms(item->incident, item->urge_ms);
    return json_put_int(body, "next", c->in->mono + (ms ? ms : urge_ms));
}

static void deed_take(struct core *c, const struct deed *a, const struct move *m)
{
    item_state_emit(c, a->item, deed_body(c, a, m), deed_actor(c, a), deed_sealed(c, a, m));
    if (a->notice)
        notice_arrived(c, a->notice);
    if (!strcmp(m->action, "return"))
        item_tell_returned(c, a->item, a->note, a->due_ms);
    if (!strcmp(m->action, "reject"))
        item_tell_rejected(c, a->item, a->note);
    else if (!strcmp(m->action, "lift"))
        item_tell_lifted(c, a->item, a->note);
    items_after(c, a->item->incident);
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
    bool lifts = !strcmp(a->action, "lift") || !strcmp(a->action, "keep");
    bool rejects = !strcmp(a->action, "reject");
    if (!m || !person_fits(c, a) || !move_fits(c, a, m) || (lifts && !may_decide(c, a)) ||
        (rejects && !may_reject(c, a)))
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

/* What is said beside an action must not be passed over in silence. */
static bool goes_with(struct core *c, const struct deed *d, const char *field, const char *action)
{
    if (!json_str(c->in->body, field) || !strcmp(d->action, action))
        return true;
    core_refuse(c, CODE_BAD_FIELD, field, NULL, "%s goes with %s, not with %s", field, action,
                d->action);
    return false;
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
    if (goes_with(c, &d, "to", "supervise") && goes_with(c, &d, "due", "return") &&
        item_due_read(c, json_str(b, "due"), &d.due_ms) && !owes_a_reply(c, &d) && item_act(c, &d))
        core_reply_ok(c, item_reply(item));
}
