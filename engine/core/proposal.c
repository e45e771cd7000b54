#include "core/proposal.h"

#include "core/alarm.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/order.h"
#include "core/outlook.h"
#include "core/response.h"
#include "core/role.h"
#include "core/statement.h"

#include <stdlib.h>
#include <string.h>

static const int64_t WITHIN_MS = 5 * MS_MINUTE, AGAIN_MS = 15 * MS_MINUTE;

enum level proposal_level(const struct proposal *p)
{
    AUTO_JSON(spec);
    enum level level = LEVEL_NONE;
    spec = kept_json(p->spec);
    return level_parse(json_str(spec, "level"), &level) ? level : LEVEL_NONE;
}

const char *proposal_action(const struct proposal *p, json_t **ret_spec)
{
    *ret_spec = kept_json(p->spec);
    return json_str_or(*ret_spec, "action", "");
}

#define STEP_OF_FACTS "!proposal/"
#define STEP_OF_SOURCE "!resolved/"
#define STEP_OF_ITEMS "!items/"

static bool step_begins(const struct proposal *p, const char *with)
{
    return !strncmp(p->step, with, strlen(with));
}

bool proposal_is_engines(const struct proposal *p)
{
    return step_begins(p, STEP_OF_FACTS);
}

struct proposal *proposal_of_engine(const struct incident *i, bool end)
{
    struct proposal *p;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (proposal_is_engines(p) && (proposal_level(p) == LEVEL_NONE) == end)
            return p;
    }
    return NULL;
}

struct proposal *proposal_up(const struct incident *i)
{
    struct proposal *p, *up = NULL;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        enum level level = proposal_level(p);
        if (level > incident_level(i) && (!up || level > proposal_level(up)))
            up = p;
    }
    return up;
}

/* --- in words --- */

static void reason_say(const struct core *c, const struct incident *i, const struct plan_head *head,
                       enum level level, bool zh, struct text *to)
{
    const char *lang = zh ? "zh" : "en", *station = NULL;
    enum level now = incident_level(i);
    enum level about = level > now ? level : now;
    AUTO_TEXT(of);
    text_addf(&of, "level/%s", level_name(about) ? level_name(about) : "");
    if (level == LEVEL_NONE) {
        text_add(to, zh ? "终止条件已全部满足" : "every criterion of the end is met");
        return;
    }
    (void)outlook_truth(i, text_str(&of), &station);
    outlook_say(c, i, text_str(&of), station, lang, to);
    if (level < now)
        text_addf(to, zh ? "（%s级条件已不成立）" : " (the condition of level %s is over)",
                  level_name(now));
    else
        text_addf(to, " (%s)", plan_head_level(head, level)->when_text);
}

static const char *action_of(const struct incident *i, enum level level)
{
    enum level now = incident_level(i);
    if (level == LEVEL_NONE)
        return "terminate";
    if (now == LEVEL_NONE)
        return "activate";
    return level > now ? "raise" : "lower";
}

/*
 * Who is asked first: who orders the level proposed; to lower or to end it, who orders the level in
 * force, for nobody below may undo it.
 */
static const char *orderer_of(const struct incident *i, const struct plan_head *head,
                              enum level level)
{
    enum level now = incident_level(i), about = level > now ? level : now;
    const struct level_head *of = plan_head_level(head, about ? about : plan_head_lowest(head));
    const char *owner = plan_head_owner(head);
    return of ? of->ordered_by : owner ? owner : "duty:duty-room";
}

static json_t *suggestion_spec(const struct core *c, const struct incident *i, enum level level)
{
    const struct plan_head *head = incident_head(c, i);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    reason_say(c, i, head, level, true, &zh);
    reason_say(c, i, head, level, false, &en);
    json_t *spec = json_put_str(json_object(), "action", action_of(i, level));
    json_put_str(spec, "level", level_name(level));
    json_put_str(spec, "to", orderer_of(i, head, level));
    json_put_int(spec, "within_ms", WITHIN_MS);
    return json_put(spec, "reason",
                    json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en)));
}

static const char *action_words(const char *action, bool zh)
{
    static const struct {
        const char *action, *zh, *en;
    } words[] = {
        {"activate", "启动", "activate"},
        {"raise", "提升至", "raise to"},
        {"lower", "降至", "lower to"},
        {"terminate", "终止响应", "terminate"},
        {"lift", "逐项决定解除或保留", "lift or keep each of"},
        {"declare", "宣布", "declare"},
        {"publish", "发布", "publish"},
        {"issue", "发布", "issue"},
        {"merge", "合并", "merge"},
        {"split", "拆分", "split"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].action, action))
            return zh ? words[n].zh : words[n].en;
    }
    return action;
}

void order_words(const char *action, const char *level, bool zh, struct text *to)
{
    text_add(to, action_words(action, zh));
    if (level)
        text_addf(to, zh ? "%s级响应" : " level %s", level);
}

/* others: who may order it, where the reader may not; "" where the reader may. */
static void ask_say(const json_t *spec, const char *title, const char *others, bool zh,
                    struct text *to)
{
    const char *lang = zh ? "zh" : "en";
    const char *reason = words_in(json_at(spec, "reason"), lang, NULL);
    const char *what = words_in(json_at(spec, "what"), lang, NULL);
    text_add(to, zh ? "【待令】建议" : "Order wanted: ");
    order_words(json_str_or(spec, "action", ""), json_str(spec, "level"), zh, to);
    if (json_str(spec, "warning"))
        text_addf(to, zh ? "%s" : " %s", warning_words(json_str(spec, "warning"), zh));
    if (*what)
        text_addf(to, zh ? "：%s" : ": %s", what);
    text_addf(to, zh ? "。%s" : ". %s", title);
    if (*reason)
        text_addf(to, zh ? "。理由：%s" : ". Reason: %s", reason);
    if (!strcmp(json_str_or(spec, "action", ""), "lift"))
        text_add(to, zh ? "。请决定" : ". Decide");
    else if (*others)
        text_addf(to,
                  zh ? "。您无权下令：请立即联系 %s，或代为记录其口头命令"
                     : ". You may not order it: reach %s at once, or take down an oral order",
                  others);
    else
        text_add(to, zh ? "。请下令" : ". Give the order");
}

static json_t *ask_text(const struct incident *i, const json_t *spec, const char *others)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(i->about);
    ask_say(spec, json_str_or(about, "title", ""), others, true, &zh);
    ask_say(spec, json_str_or(about, "title", ""), others, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* --- who is asked --- */

/* One rung for whoever may order it, one for their deputy, one for the lead of the shift. */
static void rung_take(const struct core *c, const struct incident *i, const json_t *to,
                      struct rungs *ret)
{
    struct rung rung = {0};
    incident_resolve_first(c, i, to, &rung);
    if (!rung.count)
        return;
    ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof *ret->at);
    ret->at[ret->count++] = rung;
}

static void deputy_take(const struct core *c, const struct incident *i, const json_t *to,
                        struct rungs *ret)
{
    AUTO_JSON(deputy);
    const char *post = json_string_value(to);
    const char *target = post ? site_post_deputy(c->site->site, post) : NULL;
    if (!target)
        return;
    deputy = json_string(target);
    rung_take(c, i, deputy, ret);
}

/* Those of the rung whom no rung before it has. */
static void rungs_thin(struct rungs *r)
{
    size_t kept = 0;
    for (size_t n = 0; n < r->count; n++) {
        struct rung *rung = &r->at[n];
        bool there = false;
        for (size_t k = 0; k < kept && !there; k++)
            there = rung->count == 1 && r->at[k].count == 1 &&
                    !strcmp(r->at[k].at[0].id, rung->at[0].id);
        if (there)
            rung_done(rung);
        else
            r->at[kept++] = *rung;
    }
    r->count = kept;
}

static void rungs_of(const struct core *c, const struct incident *i, const json_t *spec,
                     struct rungs *ret)
{
    if (!c->site)
        return;
    rung_take(c, i, json_at(spec, "to"), ret);
    deputy_take(c, i, json_at(spec, "to"), ret);
    site_resolve_shift_lead(c->site->site, i->drill, c->in->wall, ret);
    rungs_thin(ret);
}

static json_t *people_ids(const struct rungs *r, size_t from, size_t to)
{
    json_t *ids = json_array();
    for (size_t n = from; n < to; n++) {
        for (size_t k = 0; k < r->at[n].count; k++)
            json_array_append_new(ids, json_string(r->at[n].at[k].id));
    }
    return ids;
}

/* By the name of what may_order gives: of a lowering, the level that it undoes. */
static const char *right_of(const struct proposal *p, const json_t *spec)
{
    enum level level = proposal_level(p), now = incident_level(p->incident);
    const char *action = json_str_or(spec, "action", "");
    if (level)
        return level_name(level > now ? level : now);
    return !strcmp(action, "terminate") && now ? level_name(now) : action;
}

static void put_to_one(struct core *c, struct proposal *p, const json_t *spec,
                       const struct rung_person *person)
{
    AUTO_JSON(text);
    AUTO_TEXT(others);
    const struct plan_head *head = incident_head(c, p->incident);
    const char *what = right_of(p, spec);
    if (head && plan_head_has_levels(head) && order_word(what) &&
        !site_may_order(c->site->site, person->id, p->incident->plan, what, NULL))
        orderers_say(c, p->incident, what, &others);
    text = ask_text(p->incident, spec, text_str(&others));
    notice_queue(c, p->incident,
                 &(struct notice_order){.step = p->step,
                                        .person = person,
                                        .text = text,
                                        .type = "muster.order",
                                        .within_ms = AGAIN_MS});
}

static void put_to(struct core *c, struct proposal *p, const json_t *spec, const struct rungs *r,
                   size_t from, size_t to)
{
    for (size_t n = from; n < to; n++) {
        for (size_t k = 0; k < r->at[n].count; k++)
            put_to_one(c, p, spec, &r->at[n].at[k]);
    }
}

/* The next rung, or, when all have been asked, all of them again. */
static void proposal_ask(struct core *c, struct proposal *p)
{
    AUTO_JSON(spec);
    struct rungs r = {0};
    spec = kept_json(p->spec);
    if (step_begins(p, STEP_OF_ITEMS)) /* those that are decided are not asked for any more */
        json_put(spec, "what", items_put_named(p->incident));
    rungs_of(c, p->incident, spec, &r);
    int climbed = p->rung + 1;
    size_t next = (size_t)climbed;
    bool all = next >= r.count;
    size_t from = all ? 0 : next, to = all ? r.count : next + 1;
    json_t *body = json_put_int(json_object(), "number", p->number);
    json_put_int(body, "rung", all ? (int64_t)r.count : (int64_t)next);
    json_put_true(body, "awaiting", next > 0);
    int64_t ms = all ? AGAIN_MS : json_int(spec, "within_ms", WITHIN_MS);
    json_put_int(body, "due", c->in->mono + incident_ms(p->incident, ms));
    json_put(body, "people", people_ids(&r, from, to));
    json_t *sealed = json_put(json_object(), "spec", json_incref(spec));
    core_emit(c, REC_PROPOSAL_PUT, p->incident, (struct emit){.body = body, .sealed = sealed});
    put_to(c, p, spec, &r, from, to);
    if (!r.count)
        alarm_raise(c, p->incident, "empty_target", "a proposal has nobody to go to",
                    "一项建议没有可报送的人员");
    rungs_done(&r);
}

/* --- opening and changing --- */

/* What the software may order of it by itself, as head and site allow now; LEVEL_NONE: nothing. */
static enum level auto_level(const struct core *c, const struct incident *i, enum level asked,
                             int64_t *ret_after)
{
    const struct plan_head *head = incident_head(c, i);
    enum level most = head ? plan_head_auto(head, ret_after) : LEVEL_NONE;
    enum level allowed = c->site ? site_auto_level(c->site->site, i->plan) : LEVEL_NONE;
    most = allowed < most ? allowed : most;
    most = asked < most ? asked : most;
    return most > incident_level(i) ? most : LEVEL_NONE;
}

static mono_ms auto_at(const struct core *c, const struct incident *i, enum level level)
{
    int64_t after = 0;
    return auto_level(c, i, level, &after) ? c->in->mono + incident_ms(i, after) : 0;
}

/* `step` with a / at its end is the engine's: its number is put behind it. */
static void propose(struct core *c, struct incident *i, const char *step, json_t *takes_spec,
                    mono_ms by_itself)
{
    AUTO_TEXT(name);
    int number = response_of(i)->proposals_made + 1;
    text_add(&name, step);
    if (name.len && step[name.len - 1] == '/')
        text_addf(&name, "%d", number);
    json_t *body = json_put_int(json_object(), "number", number);
    json_put_str(body, "step", text_str(&name));
    if (by_itself)
        json_put_int(body, "auto_at", by_itself);
    core_emit(c, REC_PROPOSED, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "spec", takes_spec)});
    proposal_ask(c, proposal_find(i, number));
}

void proposal_open(struct core *c, struct incident *i, const char *step, json_t *takes_spec)
{
    propose(c, i, step, takes_spec, 0);
}

void proposal_suggest(struct core *c, struct incident *i, enum level level)
{
    propose(c, i, STEP_OF_FACTS, suggestion_spec(c, i, level), auto_at(c, i, level));
}

/* What was asked is answered, by other means than an order. */
static void proposal_settle(struct core *c, struct proposal *p)
{
    AUTO_TEXT(step);
    struct incident *i = p->incident;
    text_add(&step, p->step);
    json_t *body = json_put_int(json_object(), "number", p->number);
    json_t *sealed = json_put(json_object(), "spec", kept_json(p->spec));
    core_emit(c, REC_PROPOSAL_WITHDRAWN, i,
              (struct emit){.body = json_put_true(body, "decided", true), .sealed = sealed});
    notice_recall_step(c, i, text_str(&step));
}

static struct proposal *proposal_begins(const struct incident *i, const char *with)
{
    struct proposal *p;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (step_begins(p, with))
            return p;
    }
    return NULL;
}

void proposal_of_items(struct core *c, struct incident *i, const char *to)
{
    proposal_of_items_done(c, i);
    json_t *spec = json_put_str(json_object(), "action", "lift");
    json_put_str(spec, "to", to);
    json_put_int(spec, "within_ms", WITHIN_MS);
    json_put(spec, "what", items_put_named(i));
    propose(c, i, STEP_OF_ITEMS, spec, 0);
}

void proposal_of_items_left(struct core *c, struct incident *i)
{
    AUTO_JSON(spec);
    struct proposal *p = proposal_begins(i, STEP_OF_ITEMS);
    json_t *what;
    if (!p)
        return;
    spec = kept_json(p->spec);
    what = items_put_named(i);
    bool same = json_equal(json_at(spec, "what"), what);
    json_put(spec, "what", what);
    if (same)
        return;
    json_t *body = json_put_int(json_object(), "number", p->number);
    core_emit(c, REC_PROPOSAL_AMENDED, i,
              (struct emit){.body = json_put_true(body, "goes_on", true),
                            .sealed = json_put(json_object(), "spec", json_incref(spec))});
}

bool proposal_of_items_asked(const struct incident *i, const char *person)
{
    const struct proposal *p = proposal_begins(i, STEP_OF_ITEMS);
    return p && notice_went_to(i, p->step, person);
}

void proposal_of_items_done(struct core *c, struct incident *i)
{
    struct proposal *p = proposal_begins(i, STEP_OF_ITEMS);
    if (p)
        proposal_settle(c, p);
}

/*
 * Whoever was asked is asked again, with what is right now; the clocks run on, or a river at a
 * threshold would never reach anybody but the first. Where others may order it, it begins with
 * them.
 */
static void amend(struct core *c, struct proposal *p, const json_t *spec, mono_ms by_itself)
{
    AUTO_JSON(before);
    struct incident *i = p->incident;
    struct rungs r = {0};
    before = kept_json(p->spec);
    bool goes_on = json_equal(json_at(before, "to"), json_at(spec, "to"));
    json_t *body = json_put_int(json_object(), "number", p->number);
    if (by_itself)
        json_put_int(body, "auto_at", by_itself);
    json_put_true(body, "goes_on", goes_on);
    json_t *sealed = json_put(json_object(), "spec", json_share(spec));
    notice_recall_step(c, i, p->step);
    core_emit(c, REC_PROPOSAL_AMENDED, i, (struct emit){.body = body, .sealed = sealed});
    if (!goes_on) {
        proposal_ask(c, p);
        return;
    }
    rungs_of(c, i, spec, &r);
    size_t asked = p->rung < 0 ? 0 : (size_t)p->rung + 1;
    put_to(c, p, spec, &r, 0, asked < r.count ? asked : r.count);
    rungs_done(&r);
}

/* The plan's own that asks for the same: it is renewed, not doubled. */
static struct proposal *proposal_like(const struct incident *i, const json_t *spec)
{
    static const char *const same[] = {"action", "level", "what"};
    struct proposal *p;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        AUTO_JSON(other);
        bool like = p->step[0] != '!';
        other = kept_json(p->spec);
        for (size_t n = 0; n < sizeof same / sizeof *same; n++) {
            const json_t *a = json_at(other, same[n]), *b = json_at(spec, same[n]);
            like = like && (a == b || (a && b && json_equal(a, b)));
        }
        if (like)
            return p;
    }
    return NULL;
}

void proposal_of_plan(struct core *c, struct incident *i, const json_t *cmd)
{
    const struct plan_head *head = incident_head(c, i);
    const json_t *args = json_at(cmd, "args");
    enum level level = LEVEL_NONE;
    if (incident_recovering(i)) /* nobody could order it any more */
        return;
    if (!level_parse(json_str(args, "level"), &level))
        level = LEVEL_NONE;
    json_t *spec = json_deep_copy(args);
    char *orderer = statement_is(json_str_or(args, "action", ""))
                        ? statement_orderer(c, i, json_str(args, "action"))
                        : NULL;
    if (!json_str(spec, "to"))
        json_put_str(spec, "to", orderer);
    free(orderer);
    if (!json_str(spec, "to"))
        json_put_str(spec, "to",
                     level && !plan_head_level(head, level) ? "duty:duty-room"
                                                            : orderer_of(i, head, level));
    json_put_str(spec, "plan", json_str(cmd, "at"));
    struct proposal *open = proposal_like(i, spec);
    if (!open) {
        propose(c, i, json_str_or(cmd, "step", "?"), spec, 0);
        return;
    }
    amend(c, open, spec, open->auto_at);
    json_decref(spec);
}

void proposal_of_source(struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (proposal_begins(i, STEP_OF_SOURCE) || incident_recovering(i))
        return;
    json_t *spec = json_put_str(json_object(), "action", "terminate");
    json_put_str(spec, "to", orderer_of(i, head, LEVEL_NONE));
    json_put_int(spec, "within_ms", WITHIN_MS);
    json_put(
        spec, "reason",
        json_pack("{s:s,s:s}", "zh", "来源报告已恢复", "en", "its source says that it is over"));
    propose(c, i, STEP_OF_SOURCE, spec, 0);
}

void proposal_amend(struct core *c, struct proposal *p, enum level level)
{
    AUTO_JSON(spec);
    spec = suggestion_spec(c, p->incident, level);
    amend(c, p, spec, p->auto_at ? p->auto_at : auto_at(c, p->incident, level));
}

static void tell_over(struct core *c, struct incident *i, const char *step, const char *zh,
                      const char *en)
{
    AUTO_JSON(text);
    AUTO_JSON(about);
    AUTO_TEXT(line_zh);
    AUTO_TEXT(line_en);
    about = kept_json(i->about);
    text_addf(&line_zh, "%s：%s", zh, json_str_or(about, "title", ""));
    text_addf(&line_en, "%s: %s", en, json_str_or(about, "title", ""));
    text = json_pack("{s:s,s:s}", "zh", text_str(&line_zh), "en", text_str(&line_en));
    notice_recall_step(c, i, step);
    notice_tell_reached(c, i, step, "muster.notify", text);
}

static void withdraw(struct core *c, struct proposal *p, const char *zh, const char *en)
{
    struct incident *i = p->incident;
    AUTO_TEXT(step);
    text_add(&step, p->step);
    json_t *sealed = json_put(json_object(), "spec", kept_json(p->spec));
    core_emit(
        c, REC_PROPOSAL_WITHDRAWN, i,
        (struct emit){.body = json_put_int(json_object(), "number", p->number), .sealed = sealed});
    tell_over(c, i, text_str(&step), zh, en);
}

void proposal_withdraw(struct core *c, struct proposal *p)
{
    withdraw(c, p, "建议撤回，条件已不成立", "The proposal is withdrawn: its condition is over");
}

bool proposal_lift_draft(struct core *c, struct incident *i, const char *step)
{
    struct proposal *p, *draft = NULL;
    if (!i->response || !step)
        return false;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (!strcmp(p->step, step))
            draft = p;
    }
    if (draft)
        withdraw(c, draft, "建议撤回，草案已由后一份取代",
                 "The proposal is withdrawn: a later draft lifts it");
    return draft != NULL;
}

void proposals_settled(struct core *c, struct incident *i, const json_t *settles)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(settles), n, one)
        notice_recall_step(c, i, json_string_value(one));
}

void proposal_due(struct core *c, struct proposal *p)
{
    int64_t after;
    bool by_itself = p->auto_at && p->auto_at <= c->in->mono;
    enum level level = by_itself ? auto_level(c, p->incident, proposal_level(p), &after) : 0;
    if (level) {
        order_auto(c, p, level);
        return;
    }
    if (by_itself) { /* it was allowed, and is not any more */
        AUTO_JSON(spec);
        spec = kept_json(p->spec);
        amend(c, p, spec, 0);
    }
    if (p->ask_at <= c->in->mono)
        proposal_ask(c, p);
}
