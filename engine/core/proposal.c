#include "core/proposal.h"

#include "core/alarm.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/order.h"
#include "core/outlook.h"
#include "core/response.h"
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

struct proposal *proposal_of_engine(const struct incident *i, bool end)
{
    struct proposal *p;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (step_begins(p, STEP_OF_FACTS) && (proposal_level(p) == LEVEL_NONE) == end)
            return p;
    }
    return NULL;
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

static void ask_say(const json_t *spec, const char *title, bool zh, struct text *to)
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
    else
        text_add(to, zh ? "。请下令" : ". Give the order");
}

static json_t *ask_text(const struct incident *i, const json_t *spec)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(i->about);
    ask_say(spec, json_str_or(about, "title", ""), true, &zh);
    ask_say(spec, json_str_or(about, "title", ""), false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* --- who is asked --- */

/* One rung for whoever may order it, one for their deputy, one for the lead of the shift. */
static void rung_take(const struct site *s, const json_t *to, bool drill, struct rungs *ret)
{
    struct rung rung = {0};
    site_resolve_first(s, to, drill, &rung);
    if (!rung.count)
        return;
    ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof *ret->at);
    ret->at[ret->count++] = rung;
}

static void deputy_take(const struct site *s, const json_t *to, bool drill, struct rungs *ret)
{
    AUTO_JSON(deputy);
    const char *target = json_is_string(to) ? site_post_deputy(s, json_string_value(to)) : NULL;
    if (!target)
        return;
    deputy = json_string(target);
    rung_take(s, deputy, drill, ret);
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
    rung_take(c->site->site, json_at(spec, "to"), i->drill, ret);
    deputy_take(c->site->site, json_at(spec, "to"), i->drill, ret);
    site_resolve_shift_lead(c->site->site, i->drill, ret);
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

static void put_to(struct core *c, struct proposal *p, const json_t *spec, const struct rungs *r,
                   size_t from, size_t to)
{
    AUTO_JSON(text);
    text = ask_text(p->incident, spec);
    for (size_t n = from; n < to; n++) {
        for (size_t k = 0; k < r->at[n].count; k++)
            notice_queue(c, p->incident,
                         &(struct notice_order){.step = p->step,
                                                .person = &r->at[n].at[k],
                                                .text = text,
                                                .type = "muster.order",
                                                .within_ms = AGAIN_MS});
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
    json_put_int(body, "due",
                 c->in->mono + (all ? AGAIN_MS : json_int(spec, "within_ms", WITHIN_MS)));
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

static mono_ms auto_at(const struct core *c, const struct incident *i, enum level level)
{
    const struct plan_head *head = incident_head(c, i);
    int64_t after = 0;
    enum level most = plan_head_auto(head, &after);
    if (level == LEVEL_NONE || level > most || level <= incident_level(i) || !c->site ||
        site_auto_level(c->site->site, i->plan) < level)
        return 0;
    return c->in->mono + after;
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

void proposal_of_items_done(struct core *c, struct incident *i)
{
    struct proposal *p = proposal_begins(i, STEP_OF_ITEMS);
    if (p)
        proposal_settle(c, p);
}

void proposal_of_plan(struct core *c, struct incident *i, const json_t *cmd)
{
    const struct plan_head *head = incident_head(c, i);
    const json_t *args = json_at(cmd, "args");
    enum level level = LEVEL_NONE;
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
    propose(c, i, json_str_or(cmd, "step", "?"), spec, 0);
}

void proposal_of_source(struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (proposal_begins(i, STEP_OF_SOURCE))
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
    struct incident *i = p->incident;
    json_t *body = json_put_int(json_object(), "number", p->number);
    mono_ms by_itself = auto_at(c, i, level);
    if (by_itself)
        json_put_int(body, "auto_at", by_itself);
    json_t *sealed = json_put(json_object(), "spec", suggestion_spec(c, i, level));
    notice_recall_step(c, i, p->step);
    core_emit(c, REC_PROPOSAL_AMENDED, i, (struct emit){.body = body, .sealed = sealed});
    proposal_ask(c, p);
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

void proposal_withdraw(struct core *c, struct proposal *p)
{
    struct incident *i = p->incident;
    AUTO_TEXT(step);
    text_add(&step, p->step);
    json_t *sealed = json_put(json_object(), "spec", kept_json(p->spec));
    core_emit(
        c, REC_PROPOSAL_WITHDRAWN, i,
        (struct emit){.body = json_put_int(json_object(), "number", p->number), .sealed = sealed});
    tell_over(c, i, text_str(&step), "建议撤回，条件已不成立",
              "The proposal is withdrawn: its condition is over");
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
    if (p->auto_at && p->auto_at <= c->in->mono)
        order_auto(c, p);
    else
        proposal_ask(c, p);
}
