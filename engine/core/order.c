#include "core/order.h"

#include "base/civil.h"
#include "core/call.h"
#include "core/child.h"
#include "core/decide.h"
#include "core/family.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/merge.h"
#include "core/notice.h"
#include "core/once.h"
#include "core/plan_run.h"
#include "core/proposal.h"
#include "core/report.h"
#include "core/response.h"
#include "core/statement.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

/* An order on its way to being given: who, what, and by what right. */
struct order {
    struct incident *i;
    const struct plan_head *head; /* NULL: no plan */
    const char *action;
    enum level level;  /* of activate, raise, lower */
    const char *by;    /* a person; NULL: the software, or whoever may order where no right is
                          asked for */
    const char *as;    /* the target of may_order that gives the right; NULL */
    const char *oral;  /* who took it down; NULL */
    json_t *reason;    /* text or {"zh","en"}, own */
    json_t *measures;  /* list of texts, own */
    json_t *statement; /* of declare, issue, publish (statement.h), own */
    json_t *unmet;     /* criteria of the end that are not met, own; NULL */
    const char *matter, *basis, *despite;
    struct incident *into; /* of merge */
    struct incident *made; /* of split, once it is given */
    int64_t expected_ms;
    bool auto_given;
};

static bool about_level(const char *action)
{
    return !strcmp(action, "activate") || !strcmp(action, "raise") || !strcmp(action, "lower");
}

static bool under_levels(const struct order *o)
{
    return o->head && plan_head_has_levels(o->head);
}

/* --- rights --- */

void orderers_say(const struct core *c, const struct incident *i, const char *what, struct text *to)
{
    AUTO_JSON(targets);
    targets = site_orderers(c->site->site, i->plan, what);
    for (size_t n = 0; n < json_array_size(targets); n++) {
        const json_t *target = json_array_get(targets, n);
        struct rungs found = {0};
        site_resolve(c->site->site, target, NULL, false, c->in->wall, &found);
        const struct rung_person *p = found.count ? &found.at[0].at[0] : NULL;
        text_addf(to, "%s%s (%s)", to->len ? ", " : "", p ? p->name : "?",
                  json_string_value(target));
        rungs_done(&found);
    }
    if (!to->len)
        text_add(to, "nobody");
}

/* What the right is for: "end a response", "undo level II", "order level III", "order declare". */
static void right_say(const struct order *o, const char *what, struct text *to)
{
    enum level level;
    if (!strcmp(what, "terminate"))
        text_add(to, "end a response");
    else if (!level_parse(what, &level))
        text_addf(to, "order %s", what);
    else
        text_addf(to, "%s level %s", level > o->level ? "undo" : "order", what);
}

static bool right_held(struct core *c, struct order *o, const char *what)
{
    struct rung_person p;
    AUTO_TEXT(asked);
    AUTO_TEXT(who);
    if (site_may_order(c->site->site, o->by, o->i->plan, what, &o->as))
        return true;
    right_say(o, what, &asked);
    orderers_say(c, o->i, what, &who);
    bool known = site_person(c->site->site, o->by, &p);
    core_refuse(c, CODE_DENIED, "as", NULL, "%s may not %s in %s; who may: %s",
                known ? p.name : o->by, text_str(&asked), o->i->plan, text_str(&who));
    return false;
}

/* Every right that the order needs; false after a refusal. */
static bool rights_held(struct core *c, struct order *o)
{
    enum level now = incident_level(o->i);
    bool undoes = !strcmp(o->action, "lower") || !strcmp(o->action, "terminate") ||
                  !strcmp(o->action, "merge");
    if (!about_level(o->action) && !right_held(c, o, o->action))
        return false;
    if (about_level(o->action) && !undoes && !right_held(c, o, level_name(o->level)))
        return false;
    return !undoes || now == LEVEL_NONE || right_held(c, o, level_name(now));
}

/* --- who --- */

static bool person_known(struct core *c, const char *field, const char *person)
{
    struct rung_person p;
    if (site_person(c->site->site, person, &p))
        return true;
    core_refuse(c, CODE_UNKNOWN_PERSON, field, site_nearest_person(c->site->site, person),
                "the site has no person \"%s\"", person);
    return false;
}

/* Where the site names nobody for a plan without levels, whoever may order ends it. */
static bool needs_right(const struct core *c, const struct order *o)
{
    AUTO_JSON(orderers);
    if (under_levels(o) || statement_is(o->action))
        return true;
    orderers = o->i->plan ? site_orderers(c->site->site, o->i->plan, o->action) : NULL;
    return json_array_size(orderers) > 0;
}

static bool orderer_read(struct core *c, struct order *o)
{
    o->by = json_str(c->in->body, "as");
    o->oral = json_str(c->in->body, "oral");
    if (!c->site) {
        core_refuse(c, CODE_CONFLICT, NULL, NULL, "there is no site in force");
        return false;
    }
    bool by_right = needs_right(c, o);
    if (!o->by && by_right) {
        AUTO_TEXT(who);
        orderers_say(c, o->i, about_level(o->action) ? level_name(o->level) : o->action, &who);
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL,
                    "who gives the order? name the person; who may: %s", text_str(&who));
        return false;
    }
    if ((o->by && !person_known(c, "as", o->by)) || (o->oral && !person_known(c, "oral", o->oral)))
        return false;
    if (o->oral && o->by && !strcmp(o->oral, o->by)) {
        core_refuse(c, CODE_BAD_FIELD, "oral", NULL,
                    "an oral order is taken down and read back by somebody else than who gives it");
        return false;
    }
    return !by_right || rights_held(c, o);
}

/* --- the four statements --- */

/* Which level, seen from the one in force; false after a refusal. */
static bool level_fits(struct core *c, const struct order *o)
{
    enum level now = incident_level(o->i);
    const char *in_force = level_name(now), *asked = level_name(o->level);
    if (incident_recovering(o->i))
        core_refuse(c, CODE_CONFLICT, "action", NULL, "the response is over; it is recovering");
    else if (!plan_head_level(o->head, o->level))
        core_refuse(c, CODE_BAD_FIELD, "level", NULL, "the plan %s has no level %s", o->i->plan,
                    asked);
    else if (!strcmp(o->action, "activate") && now && now != o->level)
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "level %s is in force; to level %s it is %s (activate %s again renews it)",
                    in_force, asked, o->level > now ? "raised" : "lowered", in_force);
    else if (strcmp(o->action, "activate") != 0 && !now)
        core_refuse(c, CODE_CONFLICT, "action", NULL, "no level is in force yet; activate level %s",
                    asked);
    else if (!strcmp(o->action, "raise") && o->level <= now)
        core_refuse(c, CODE_CONFLICT, "level", NULL, "level %s is in force: %s is no raise",
                    in_force, asked);
    else if (!strcmp(o->action, "lower") && o->level >= now)
        core_refuse(c, CODE_CONFLICT, "level", NULL, "level %s is in force: %s is not lower",
                    in_force, asked);
    else
        return true;
    return false;
}

static bool expected_read(struct core *c, struct order *o)
{
    const char *expected = json_str(c->in->body, "expected");
    o->expected_ms = plan_head_level(o->head, o->level)->expected_ms;
    if (!expected)
        return true;
    if (duration_parse(expected, true, &o->expected_ms) && o->expected_ms >= MS_MINUTE)
        return true;
    core_refuse(c, CODE_BAD_FIELD, "expected", NULL,
                "\"%s\": say for how long it is expected to last, like 24h or 3d", expected);
    return false;
}

/* The measures of the plan that go with the level, and what the order itself says. */
static json_t *measures_of(const struct order *o, const char *said)
{
    const struct measure_head *m;
    json_t *list = json_array();
    for (size_t n = 0; (m = plan_head_measure_at(o->head, n)); n++) {
        if (m->phase == PHASE_LEVEL && m->level <= o->level)
            json_array_append_new(list, json_share(m->title));
    }
    if (said)
        json_array_append_new(list, json_string(said));
    return list;
}

static bool statements_read(struct core *c, struct order *o)
{
    const json_t *b = c->in->body;
    const char *level = json_str(b, "level");
    if (!level) {
        core_refuse(c, CODE_MISSING_FIELD, "level", NULL,
                    "which level? I (highest), II, III or IV");
        return false;
    }
    if (!level_parse(level, &o->level) || !level_fits(c, o) || !expected_read(c, o))
        return false;
    o->matter = json_str(b, "matter");
    o->measures = measures_of(o, json_str(b, "measures"));
    if (json_array_size(o->measures))
        return true;
    core_refuse(c, CODE_MISSING_FIELD, "measures", NULL,
                "which measures are taken? the plan lists none for level %s", level);
    return false;
}

static void and_add(struct text *to)
{
    text_add(to, to->len ? ", and " : "");
}

/* A reason of blanks is none. */
static const char *reason_given(const struct core *c, const char *field)
{
    const char *text = json_str(c->in->body, field);
    return text && !text_blank(text) ? text : NULL;
}

/* What speaks against the end: "3 items are open, and the criterion "falling" (…) is not met". */
static void against_end_say(const struct order *o, struct text *to)
{
    size_t open = items_outstanding(o->i), n;
    const struct proposal *up = proposal_up(o->i);
    json_t *id;
    if (up)
        text_addf(to, "level %s is proposed", level_name(proposal_level(up)));
    if (open) {
        and_add(to);
        text_addf(to, "%zu %s open (muster items ID)", open, open == 1 ? "item is" : "items are");
    }
    if (children_open(o->i)) {
        and_add(to);
        text_addf(to, "%zu %s open (", children_open(o->i),
                  children_open(o->i) == 1 ? "child is" : "children are");
        children_say(o->i, to);
        text_add(to, ") and would go on alone");
    }
    json_array_foreach(o->unmet, n, id)
    {
        const struct criterion_head *k = plan_head_criterion(o->head, json_string_value(id));
        and_add(to);
        text_addf(to, "the criterion \"%s\" (%s) is not met", json_string_value(id),
                  words_in(k->words, "en", "zh"));
    }
}

/* The end needs its criteria met and nothing open, or a reason to end it all the same. */
static bool end_fits(struct core *c, struct order *o)
{
    AUTO_TEXT(against);
    o->despite = reason_given(c, "despite");
    if (incident_recovering(o->i)) {
        core_refuse(c, CODE_CONFLICT, "action", NULL, "the response is over; it is recovering");
        return false;
    }
    o->unmet = incident_level(o->i) ? criteria_missing(c, o->i) : json_array();
    against_end_say(o, &against);
    if (o->despite || !against.len)
        return true;
    core_refuse(c, CODE_CONFLICT, "action", NULL,
                "%s; to end it all the same give a reason: despite", text_str(&against));
    return false;
}

/* --- giving it --- */

static json_t *members_upto(const struct order *o, enum level most)
{
    json_t *list = json_array();
    for (enum level l = LEVEL_IV; l <= most; l++) {
        const struct level_head *level = plan_head_level(o->head, l);
        const json_t *members = level ? level->members : NULL;
        size_t targets = json_is_string(members) ? 1 : json_array_size(members);
        for (size_t n = 0; n < targets; n++)
            json_array_append(list, json_is_string(members) ? json_unconst(members)
                                                            : json_array_get(members, n));
    }
    return list;
}

/*
 * Does the order answer it? What the engine suggests by the facts is suggested anew where it still
 * holds; what a plan proposes stands until that is ordered, or there is nothing left to order.
 */
static bool answers(const struct order *o, const struct proposal *p, const char *action)
{
    enum level asked = proposal_level(p);
    if (!strcmp(o->action, "terminate") || !about_level(action) || !about_level(o->action))
        return !strcmp(o->action, "terminate") || !strcmp(action, o->action);
    if (proposal_is_engines(p))
        return true;
    return !strcmp(action, "lower") ? asked >= o->level : asked <= o->level;
}

static json_t *settles_of(const struct order *o, json_t *ret_steps)
{
    json_t *numbers = json_array();
    struct proposal *p;
    if (!o->i->response)
        return numbers;
    int only = (int)json_int(o->statement, "number", -1);
    LIST_FOREACH(p, &o->i->response->proposals, link)
    {
        json_t *spec;
        const char *action = proposal_action(p, &spec);
        if (o->statement ? p->number == only : answers(o, p, action)) {
            json_array_append_new(numbers, json_integer(p->number));
            json_array_append_new(ret_steps, json_string(p->step));
        }
        json_decref(spec);
    }
    return numbers;
}

static const char *name_of(const struct core *c, const char *person)
{
    struct rung_person p;
    return person && c->site && site_person(c->site->site, person, &p) ? p.name : NULL;
}

/* What is kept and shown of it: the four statements, who, why, and on what it rests. */
static json_t *order_kept(const struct core *c, const struct order *o)
{
    json_t *k = json_put_str(json_object(), "action", o->action);
    char id[UUID_TEXT];
    AUTO_JSON(about);
    about = kept_json(o->i->about);
    json_put_str(k, "level", level_name(o->level));
    json_put_str(k, "by", o->by ? o->by : o->auto_given ? NULL : c->in->who.id);
    json_put_str(k, "name", name_of(c, o->by));
    json_put_str(k, "as", o->as);
    json_put_str(k, "oral", o->oral);
    json_put(k, "reason", json_share(o->reason));
    json_put_str(k, "basis", o->basis);
    json_put_str(k, "despite", o->despite);
    if (o->into)
        json_put_str(k, "into", uuid_text(o->into->id, id));
    json_put_true(k, "pending_approval", o->auto_given);
    json_put_int(k, "at", c->in->wall);
    if (o->statement)
        (void)json_object_update(k, o->statement);
    if (o->level == LEVEL_NONE)
        return k;
    json_put_str(k, "matter", o->matter ? o->matter : json_str(about, "title"));
    json_put_int(k, "expected_at", c->in->wall + incident_ms(o->i, o->expected_ms));
    return json_put(k, "measures", json_share(o->measures));
}

static json_t *order_event(const struct core *c, const struct order *o, const json_t *kept)
{
    json_t *ev = plan_event("order", NULL, c->in->wall);
    const char *key;
    json_t *value;
    json_object_foreach(json_unconst(kept), key, value)
    {
        if (strcmp(key, "at") != 0)
            json_put(ev, key, json_incref(value));
    }
    json_put_str(ev, "from", level_name(incident_level(o->i)));
    if (o->level) {
        json_put_str(ev, "commander", plan_head_level(o->head, o->level)->commander);
        json_put(ev, "members", members_upto(o, o->level));
    }
    return ev;
}

static json_t *actor_of(const struct core *c, const struct order *o)
{
    if (o->auto_given)
        return NULL;
    if (!o->by)
        return actor_input(c);
    json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", o->by);
    return json_put_str(actor, "by", c->in->who.id);
}

/* What was never ordered leaves nothing to recover from, but what is open is kept. */
static bool recovers(const struct order *o)
{
    return incident_level(o->i) || items_outstanding(o->i) || o->i->reports_open;
}

static void order_emit(struct core *c, const struct order *o)
{
    AUTO_JSON(steps);
    bool end = !strcmp(o->action, "terminate");
    steps = json_array();
    json_t *body = json_put_str(json_object(), "action", o->action);
    json_put_str(body, "level", level_name(o->level));
    json_put_str(body, "from", level_name(incident_level(o->i)));
    json_put(body, "settles", settles_of(o, steps));
    json_put_true(body, "auto", o->auto_given);
    json_put_true(body, "recovering", end && recovers(o));
    if (end && items_outstanding(o->i))
        json_put_int(body, "items_open", (int64_t)items_outstanding(o->i));
    if (json_array_size(o->unmet))
        json_put(body, "unmet", json_incref(o->unmet));
    if (o->level) {
        json_put_str(body, "commander", plan_head_level(o->head, o->level)->commander);
        json_put(body, "members", members_upto(o, o->level));
        json_put_int(body, "silenced", suggest_against(c, o->i, o->level, o->by));
    }
    json_t *kept = order_kept(c, o);
    json_t *sealed = json_put(json_object(), "ev", order_event(c, o, kept));
    json_put(sealed, "order", kept);
    once_put_in(c, body, sealed);
    core_emit(c, REC_ORDERED, o->i,
              (struct emit){.actor = actor_of(c, o), .body = body, .sealed = sealed});
    proposals_settled(c, o->i, steps);
    notice_recall_step(c, o->i, CALL_FALLBACK);
}

/* --- telling it --- */

static void measures_say(const struct order *o, bool zh, struct text *to)
{
    const char *lang = zh ? "zh" : "en", *between = zh ? "、" : ", ";
    size_t n;
    json_t *one;
    text_add(to, zh ? "。措施：" : ". Measures: ");
    json_array_foreach(o->measures, n, one)
        text_addf(to, "%s%s", n ? between : "", words_in(one, lang, zh ? "en" : "zh"));
}

/* The eighth statement of a public text: by the clocks of the city. */
static void published_at(const struct core *c, bool zh, struct text *to)
{
    text_add(to, zh ? "，发布时间：" : ", at ");
    civil_add(to, core_zone(c), c->in->wall);
}

static void order_say(const struct core *c, const struct order *o, const char *title, bool zh,
                      struct text *to)
{
    const char *lang = zh ? "zh" : "en", *reason = words_in(o->reason, lang, NULL);
    const char *name = name_of(c, o->by);
    text_add(to, zh ? "【命令】" : "Order: ");
    order_words(o->action, level_name(o->level), zh, to);
    if (json_str(o->statement, "warning"))
        text_addf(to, zh ? "%s" : " %s", warning_words(json_str(o->statement, "warning"), zh));
    if (json_at(o->statement, "what"))
        text_addf(to, zh ? "：%s" : ": %s",
                  words_in(json_at(o->statement, "what"), lang, zh ? "en" : "zh"));
    if (json_at(o->statement, "draft"))
        published_at(c, zh, to);
    text_addf(to, zh ? "。%s" : ". %s", title);
    if (o->matter)
        text_addf(to, zh ? "（%s）" : " (%s)", o->matter);
    if (o->level) {
        text_add(to, zh ? "。预计持续 " : ". Expected to last ");
        duration_add(to, o->expected_ms);
    }
    if (json_array_size(o->measures))
        measures_say(o, zh, to);
    if (name)
        text_addf(to, zh ? "。命令人：%s" : ". By %s", name);
    if (o->auto_given)
        text_add(to, zh ? "。按常设授权自动启动，待补批"
                        : ". Taken by the standing order, to be approved");
    if (*reason)
        text_addf(to, zh ? "。理由：%s" : ". Reason: %s", reason);
}

static json_t *order_text(const struct core *c, const struct order *o)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(o->i->about);
    order_say(c, o, json_str_or(about, "title", ""), true, &zh);
    order_say(c, o, json_str_or(about, "title", ""), false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* What the public reads: the statements of the draft, not who ordered it and why. NULL: it has no
 * draft. */
static json_t *public_text(const struct core *c, const struct order *o)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const json_t *what = json_at(o->statement, "what");
    if (!json_at(o->statement, "draft"))
        return NULL;
    text_add(&zh, words_in(what, "zh", "en"));
    text_add(&en, words_in(what, "en", "zh"));
    published_at(c, true, &zh);
    published_at(c, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* The commander and each member, those of a level that is left too; whoever gave it knows. */
static void members_tell(struct core *c, const struct order *o, enum level from)
{
    AUTO_JSON(text);
    AUTO_JSON(to);
    struct rung people = {0};
    if (!c->site)
        return;
    text = order_text(c, o);
    to = members_upto(o, from > o->level ? from : o->level);
    json_array_insert_new(to, 0, json_string(plan_head_level(o->head, o->level)->commander));
    site_resolve_first(c->site->site, to, o->i->drill, c->in->wall, &people);
    for (size_t n = 0; n < people.count; n++) {
        struct notice_order message = {
            .step = "!order", .person = &people.at[n], .text = text, .type = "muster.order"};
        if (!o->by || strcmp(o->by, people.at[n].id) != 0)
            notice_queue(c, o->i, &message);
    }
    rung_done(&people);
}

/* The other is named by its title to those who were reached. */
static void family_give(struct core *c, struct order *o)
{
    AUTO_JSON(about);
    AUTO_JSON(text);
    AUTO_JSON(items);
    items = o->into ? items_open_ids(o->i) : json_share(json_at(c->in->body, "items"));
    if (o->into)
        about = kept_json(o->into->about);
    o->matter = o->into ? json_str(about, "title") : json_str(c->in->body, "title");
    text = order_text(c, o);
    order_emit(c, o);
    if (o->into)
        merge_give(c, o->i, o->into);
    else
        o->made = split_give(c, o->i);
    if (o->into) /* they hear of its end, too */
        notice_tell_reached_in(c, o->i, o->into, "muster.order", text);
    else
        notice_tell_reached(c, o->i, NULL, "muster.order", text);
    items_came(c, o->into ? o->into : o->made, items);
    items_after(c, o->i); /* what was put to its commander may have gone with them */
    o->matter = NULL;
}

static void order_give(struct core *c, const struct order *o)
{
    bool end = !strcmp(o->action, "terminate");
    AUTO_JSON(text);
    AUTO_JSON(public);
    enum level from = incident_level(o->i);
    char *commander = mem_str(o->i->response ? o->i->response->commander : NULL);
    order_emit(c, o);
    if (o->level) {
        items_at_level(c, o->i, from, o->level, commander);
        members_tell(c, o, from);
        if (o->level != from)
            reports_at_level(c, o->i, o->level);
    }
    free(commander);
    if (o->level)
        return;
    text = order_text(c, o);
    if (o->statement) {
        public = public_text(c, o);
        statement_tell(c, o->i, &(struct telling){o->statement, text, public, o->by});
        return;
    }
    if (end) {
        if (incident_recovering(o->i)) {
            items_at_end(c, o->i, from);
            reports_at_end(c, o->i);
        }
        incident_end(c, o->i);
    }
    notice_tell_reached(c, o->i, NULL, "muster.order", text);
}

static void order_done(struct order *o)
{
    json_decref(o->reason);
    json_decref(o->measures);
    json_decref(o->unmet);
    json_decref(o->statement);
}

/* --- doors --- */

static bool is_family(const char *action)
{
    return !strcmp(action, "merge") || !strcmp(action, "split");
}

static bool family_read(struct core *c, struct order *o)
{
    o->despite = reason_given(c, "despite");
    if (!strcmp(o->action, "split"))
        return split_read(c, o->i);
    o->into = merge_read(c, o->i);
    return o->into != NULL;
}

static json_t *family_reply(const struct order *o)
{
    char id[UUID_TEXT];
    json_t *reply = incident_reply(o->i);
    return o->into ? json_put_str(reply, "into", uuid_text(o->into->id, id))
                   : json_put_str(reply, "split", uuid_text(o->made->id, id));
}

static bool order_read(struct core *c, struct order *o)
{
    const char *reason = json_str(c->in->body, "reason");
    bool end = !strcmp(o->action, "terminate");
    if (!reason || text_blank(reason)) {
        core_refuse(c, CODE_MISSING_FIELD, "reason", NULL, "an order needs a reason");
        return false;
    }
    o->reason = json_string(reason);
    o->basis = json_str(c->in->body, "basis");
    if (about_level(o->action) && !under_levels(o)) {
        core_refuse(c, CODE_CONFLICT, "action", NULL, "the plan %s has no levels",
                    o->i->plan ? o->i->plan : "of this incident");
        return false;
    }
    if (about_level(o->action) && !statements_read(c, o))
        return false;
    if (is_family(o->action))
        return family_read(c, o) && orderer_read(c, o);
    if (statement_is(o->action) && !o->i->plan) {
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "this incident has no plan, for which somebody had the right");
        return false;
    }
    if (statement_is(o->action))
        return orderer_read(c, o) && (o->statement = statement_read(c, o->i, o->action));
    return orderer_read(c, o) && (!end || end_fits(c, o));
}

void decide_order(struct core *c)
{
    struct order o = {.action = json_str_or(c->in->body, "action", "")};
    if (!input_allowed(c, SCOPE_ORDER, "order") || once_repeat(c) || !(o.i = input_incident(c)))
        return;
    o.head = incident_head(c, o.i);
    bool given = order_read(c, &o);
    if (given && is_family(o.action)) {
        family_give(c, &o);
        core_reply_ok(c, family_reply(&o));
    } else if (given) {
        order_give(c, &o);
        core_reply_ok(c, incident_reply(o.i));
    }
    order_done(&o);
}

void order_auto(struct core *c, struct proposal *p, enum level level)
{
    AUTO_JSON(spec);
    spec = kept_json(p->spec);
    struct order o = {.i = p->incident, .level = level, .auto_given = true};
    o.action = incident_level(o.i) ? "raise" : "activate";
    o.head = incident_head(c, o.i);
    o.reason = json_share(json_at(spec, "reason"));
    o.expected_ms = plan_head_level(o.head, o.level)->expected_ms;
    o.measures = measures_of(&o, NULL);
    order_give(c, &o);
    order_done(&o);
}

/* The criterion that may be confirmed now; NULL after a refusal. */
static const struct criterion_head *criterion_read(struct core *c, const struct incident *i,
                                                   const char *id)
{
    if (incident_recovering(i)) {
        core_refuse(c, CODE_CONFLICT, NULL, NULL,
                    "the response is over: nothing is to be confirmed");
        return NULL;
    }
    const struct plan_head *head = incident_head(c, i);
    const struct criterion_head *criterion = head ? plan_head_criterion(head, id) : NULL;
    if (!criterion)
        core_refuse(c, CODE_BAD_FIELD, "criterion", NULL, "the plan has no criterion \"%s\"", id);
    else if (!criterion->confirm)
        core_refuse(c, CODE_CONFLICT, "criterion", NULL,
                    "\"%s\" is met by its condition (%s), and confirmed by nobody", id,
                    criterion->when_text);
    return criterion && criterion->confirm ? criterion : NULL;
}

/* Is it one of those whom the plan names? Else a refusal. */
static bool confirmer_fits(struct core *c, const struct criterion_head *criterion, const char *by)
{
    if (!by || !c->site) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who confirms it? %s must",
                    criterion->confirm);
        return false;
    }
    if (!person_known(c, "as", by))
        return false;
    if (site_speaks_for(c->site->site, by, criterion->confirm, c->in->wall))
        return true;
    core_refuse(c, CODE_DENIED, "as", NULL, "%s confirms \"%s\", and %s is not one of them",
                criterion->confirm, criterion->id, by);
    return false;
}

static void confirmed_emit(struct core *c, struct incident *i, const char *id, const char *by)
{
    AUTO_TEXT(of);
    json_t *ev = plan_event("confirmed", NULL, c->in->wall);
    json_put_str(ev, "criterion", id);
    json_put_str(ev, "by", by);
    json_put_str(ev, "name", name_of(c, by));
    json_put_str(ev, "note", json_str(c->in->body, "note"));
    text_addf(&of, "end/%s", id);
    json_t *body = json_put_str(json_object(), "criterion", id);
    json_put_str(body, "of", text_str(&of));
    json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", by);
    core_emit(c, REC_CONFIRMED, i,
              (struct emit){.actor = json_put_str(actor, "by", c->in->who.id),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", ev)});
}

void decide_confirm(struct core *c)
{
    struct incident *i;
    const struct criterion_head *criterion;
    const char *id = json_str_or(c->in->body, "criterion", ""), *by = json_str(c->in->body, "as");
    if (!input_allowed(c, SCOPE_RESPOND, "confirm") || !(i = input_incident(c)))
        return;
    if (!(criterion = criterion_read(c, i, id)) || !confirmer_fits(c, criterion, by))
        return;
    confirmed_emit(c, i, id, by);
    core_reply_ok(c, incident_reply(i));
}
