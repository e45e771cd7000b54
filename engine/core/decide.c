#include "core/decide.h"

#include "core/access.h"
#include "core/alarm.h"
#include "core/answer.h"
#include "core/answer_link.h"
#include "core/auditor.h"
#include "core/call.h"
#include "core/child.h"
#include "core/consult.h"
#include "core/contact.h"
#include "core/dead.h"
#include "core/drill.h"
#include "core/duty.h"
#include "core/endpoint_watch.h"
#include "core/family.h"
#include "core/fetch.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/join.h"
#include "core/merge.h"
#include "core/notice.h"
#include "core/occasion.h"
#include "core/once.h"
#include "core/order.h"
#include "core/otherwise.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"
#include "core/proposal.h"
#include "core/purge.h"
#include "core/question.h"
#include "core/reading.h"
#include "core/receipt.h"
#include "core/reply.h"
#include "core/report.h"
#include "core/response.h"
#include "core/role.h"
#include "core/suggest.h"
#include "core/trigger.h"
#include "core/update.h"
#include "core/upgrade.h"
#include "core/upkeep.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- the end --- */

void incident_close(struct core *c, struct incident *i, const char *why)
{
    mono_ms again = reopen_until(c, i);
    json_t *body = json_put_str(json_object(), "why", why);
    notice_recall_step(c, i, NULL);
    core_emit(c, REC_INCIDENT_CLOSED, i,
              (struct emit){.body = again ? json_put_int(body, "reopen_until", again) : body});
    /* of a drill that is over there is nothing to report upwards */
    if (strcmp(why, "drill") != 0 && strcmp(why, "broken_off") != 0)
        reports_at_end(c, i);
    plan_leave(c, i);
    child_ended(c, i, "closed", why);
    if (i->drill)
        upkeep_review(c);
}

void incident_end(struct core *c, struct incident *i)
{
    if (!incident_recovering(i))
        incident_close(c, i, "terminated");
}

/*
 * Its plan has returned, and nothing of it is open: no call, no message, no fact. After the end of
 * a response a plan that cannot run is not waited for.
 */
static bool proposals_open(const struct incident *i)
{
    return i->response && !LIST_EMPTY(&i->response->proposals);
}

static void incident_end_if_done(struct core *c, struct incident *i)
{
    bool recovering = incident_recovering(i);
    bool returned = i->plan_live ? i->done && !i->queue_count : recovering;
    bool ends_so = recovering || !strcmp(i->ends ? i->ends : "done", "done");
    if (i->state == INCIDENT_OPEN && returned && ends_so && LIST_EMPTY(&i->calls) &&
        !i->unfinished && !i->items_open && !i->reports_open &&
        (recovering || (!proposals_open(i) && !children_open(i))))
        incident_close(c, i, recovering ? "terminated" : "done");
}

/* --- people's part --- */

bool input_allowed(struct core *c, unsigned scope, const char *what)
{
    if (c->in->who.scopes & scope)
        return true;
    core_refuse(c, CODE_DENIED, NULL, NULL, "%s may not %s",
                c->in->who.id ? c->in->who.id : "this peer", what);
    return false;
}

/* Who still has the id of an incident that was merged is told where it goes on. */
static void refuse_over(struct core *c, const struct incident *i)
{
    char id[UUID_TEXT], into[UUID_TEXT];
    struct uuid to = incident_into(i);
    uuid_text(i->id, id);
    if (uuid_is_none(to)) {
        core_refuse(c, CODE_CLOSED, "incident", NULL, "incident %s is over", id);
        return;
    }
    uuid_text(to, into);
    json_t *reply = core_refuse(c, CODE_MERGED, "incident", into,
                                "incident %s was merged into %s: it goes on there", id, into);
    if (reply)
        json_put_str(reply, "into", into);
}

struct incident *input_incident(struct core *c)
{
    struct incident *i = core_incident(c, c->in->incident);
    char id[UUID_TEXT];
    uuid_text(c->in->incident, id);
    if (!i) {
        core_refuse(c, CODE_NOT_FOUND, "incident", NULL, "no open incident %s", id);
        return NULL;
    }
    if (i->state == INCIDENT_CLOSED) {
        refuse_over(c, i);
        return NULL;
    }
    if (i->state == INCIDENT_UPKEEP) {
        upkeep_refuse(c, i);
        return NULL;
    }
    return i;
}

json_t *incident_reply(const struct incident *i)
{
    char id[UUID_TEXT];
    return json_put_str(json_put_str(json_object(), "incident", uuid_text(i->id, id)), "state",
                        incident_state_name(i));
}

json_t *actor_input(const struct core *c)
{
    const char *id = c->in->who.id;
    json_t *actor = json_put_str(json_object(), "type", access_holds(id) ? "key" : "source");
    return json_put_str(actor, "id", id);
}

static void decide_answer(struct core *c)
{
    struct incident *i;
    struct answer a = {.person = json_str(c->in->body, "as"),
                       .step = json_str(c->in->body, "call"),
                       .note = json_str(c->in->body, "note"),
                       .choice = json_str(c->in->body, "choice"),
                       .file = json_str(c->in->body, "file"),
                       .decline = json_bool(c->in->body, "decline"),
                       .pass = json_bool(c->in->body, "pass")};
    struct rung_person known;
    if (!input_allowed(c, SCOPE_RESPOND, "answer") || !(i = input_incident(c)))
        return;
    if (a.person && (!c->site || !site_person(c->site->site, a.person, &known))) {
        core_refuse(c, CODE_UNKNOWN_PERSON, "as",
                    c->site ? site_nearest_person(c->site->site, a.person) : NULL,
                    "the site has no person \"%s\"", a.person);
        return;
    }
    if (a.step && !call_find(i, a.step) && !notice_of_step(i, a.step)) {
        core_refuse(c, CODE_UNKNOWN_CALL, "call", NULL, "there was no call \"%s\"", a.step);
        return;
    }
    if ((a.decline || a.pass) && !a.person) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who declines? give \"as\"");
        return;
    }
    if (!question_fits(c, i, &a) || !answer_passes(c, i, &a))
        return;
    bool waited = answer_take(c, i, &a);
    core_reply_ok(c, json_put(incident_reply(i), "waited", json_boolean(waited)));
}

static json_t *over_text(const struct incident *i, const char *zh, const char *en)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", "");
    AUTO_TEXT(line_zh);
    AUTO_TEXT(line_en);
    text_addf(&line_zh, "%s：%s", zh, title);
    text_addf(&line_en, "%s: %s", en, title);
    return json_pack("{s:s,s:s}", "zh", text_str(&line_zh), "en", text_str(&line_en));
}

static void decide_resolve(struct core *c)
{
    struct incident *i;
    if (!input_allowed(c, SCOPE_TRIGGER | SCOPE_RESPOND, "resolve") || !(i = input_incident(c)))
        return;
    json_t *ev = plan_event("resolved", NULL, c->in->wall);
    json_put_str(ev, "by", c->in->who.id);
    json_put_str(ev, "note", json_str(c->in->body, "note"));
    core_emit(c, REC_RESOLVED, i,
              (struct emit){.actor = actor_input(c), .sealed = json_put(json_object(), "ev", ev)});
    if (!incident_recovering(i) && !strcmp(i->on_resolved ? i->on_resolved : "close", "propose"))
        proposal_of_source(c, i);
    bool closes = !strcmp(i->on_resolved ? i->on_resolved : "close", "close") ||
                  !strcmp(i->ends ? i->ends : "done", "resolved");
    if (closes) {
        AUTO_JSON(text);
        text = over_text(i, "已恢复", "Resolved");
        incident_close(c, i, "resolved");
        notice_tell_reached(c, i, NULL, "muster.resolved", text);
    }
    core_reply_ok(c, incident_reply(i));
}

static void refuse_proposed(struct core *c, const struct proposal *open)
{
    AUTO_TEXT(what);
    AUTO_JSON(spec);
    spec = kept_json(open->spec);
    order_words(json_str_or(spec, "action", ""), json_str(spec, "level"), false, &what);
    core_refuse(c, CODE_CONFLICT, NULL, NULL,
                "\"%s\" is proposed: who may order decides (order ID …, or order ID terminate)",
                text_str(&what));
}

/* May it be closed by hand? Else a refusal that says what stands in the way. */
static bool close_fits(struct core *c, const struct incident *i)
{
    bool recovering = incident_recovering(i);
    if (incident_level(i))
        core_refuse(c, CODE_CONFLICT, NULL, NULL,
                    "level %s is in force: a response ends by order (order %s terminate)",
                    level_name(incident_level(i)), "ID");
    else if (proposals_open(i) && !recovering)
        refuse_proposed(c, LIST_FIRST(&i->response->proposals));
    else if (recovering && items_outstanding(i))
        core_refuse(c, CODE_CONFLICT, NULL, NULL,
                    "%zu items are open: each must be done, rejected or lifted before",
                    items_outstanding(i));
    else if (recovering && i->reports_open)
        core_refuse(c, CODE_CONFLICT, NULL, NULL,
                    "%zu reports are not sent: each must be signed and sent before (muster reports "
                    "ID)",
                    i->reports_open);
    else
        return true;
    return false;
}

static void decide_close(struct core *c)
{
    struct incident *i;
    AUTO_JSON(text);
    if (!input_allowed(c, SCOPE_RESPOND, "close") || !(i = input_incident(c)))
        return;
    if (i->drill_run) {
        drill_break_off(c, i);
        core_reply_ok(c, incident_reply(i));
        return;
    }
    if (!close_fits(c, i))
        return;
    items_strike_done(c, i, NULL);
    text = over_text(i, "事件关闭", "Closed");
    incident_close(c, i, incident_recovering(i) ? "terminated" : "closed");
    notice_tell_reached(c, i, NULL, "muster.notify", text);
    core_reply_ok(c, incident_reply(i));
}

/* --- the world's part --- */

static void decide_started(struct core *c)
{
    json_t *body = json_put_str(json_object(), "version", c->cfg.version);
    json_put_str(body, "boot", json_str(c->in->body, "boot"));
    upgrade_started(c, body);
    core_emit(c, REC_ENGINE_STARTED, NULL, (struct emit){.body = body});
    upkeep_review(c);
    duty_review(c);
    occasions_review(c);
}

static bool config_same(const struct core *c, const json_t *body)
{
    const char *site = json_str_or(body, "site", "");
    const json_t *plans = json_at(body, "plans");
    if (!c->site_pin || strcmp(c->site_pin, site) != 0 || json_array_size(plans) != c->plans_count)
        return false;
    for (size_t n = 0; n < c->plans_count; n++) {
        const json_t *plan = json_array_get(plans, n);
        if (strcmp(json_str_or(plan, "name", ""), c->plans[n].name) != 0 ||
            strcmp(json_str_or(plan, "pin", ""), c->plans[n].pin))
            return false;
    }
    return true;
}

static void decide_config(struct core *c)
{
    bool same = config_same(c, c->in->body);
    json_t *reply = json_put(json_object(), "changed", json_boolean(!same));
    (void)json_object_update(reply, json_unconst(c->in->aside));
    if (!same) {
        struct otherwise *before = otherwise_before(c);
        plan_watches_ready_all(c);
        core_emit(c, REC_CONFIG_LOADED, NULL, (struct emit){.body = json_deep_copy(c->in->body)});
        plan_watches_review_all(c);
        suggest_review_all(c);
        otherwise_tell(c, before, reply);
        c->fetches_stirred = true; /* an endpoint may be another, or gone */
    }
    endpoints_watch(c);
    upkeep_review(c);
    duty_review(c);
    occasions_review(c);
    core_reply_ok(c, reply);
}

static void decide_config_refused(struct core *c)
{
    core_emit(c, REC_CONFIG_REFUSED, NULL, (struct emit){.body = json_deep_copy(c->in->body)});
}

/* A wait of the plan is over. */
static void plan_timer_fire(struct core *c, const struct timer *t)
{
    struct incident *i = core_incident(c, *t->incident);
    json_t *ev = plan_event(NULL, json_pack("[s]", t->step), c->in->wall);
    json_t *body = json_put_str(json_object(), "step", t->step);
    json_put_int(body, "due", t->due);
    json_put_int(body, "late_ms", c->in->mono - t->due);
    core_emit(c, REC_TIMER_FIRED, i,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", ev)});
}

/* Long because there are many kinds: a case each, and no more than a call in it. */
static void timer_fire(struct core *c, struct timer *t)
{
    switch (t->kind) {
    case TIMER_PLAN:
        plan_timer_fire(c, t);
        break;
    case TIMER_CALL:
        call_due(c, t->owner);
        break;
    case TIMER_NOTICE:
        notice_due(c, t->owner);
        break;
    case TIMER_STALE:
        reading_stale(c, t->owner);
        break;
    case TIMER_MARK:
        suggest_held(c, core_incident(c, *t->incident), t->owner);
        break;
    case TIMER_ITEM:
        item_due(c, t->owner);
        break;
    case TIMER_REPORT:
        report_due(c, t->owner);
        break;
    case TIMER_CADENCE:
        cadence_due(c, core_incident(c, *t->incident), t->owner);
        break;
    case TIMER_PROPOSAL:
        proposal_due(c, t->owner);
        break;
    case TIMER_DIGEST:
        joins_tell(c, t->owner);
        break;
    case TIMER_REOPEN:
        reopen_over(c, t->owner);
        break;
    case TIMER_WATCH:
        plan_watch_held(c, core_incident(c, *t->incident), t->owner);
        break;
    case TIMER_DRILL:
        drill_due(c, t->owner);
        break;
    case TIMER_FETCH:
        fetch_due(c, t->owner);
        break;
    case TIMER_PLACE:
        timer_clear(&c->timers, t); /* what waits there goes out at the end of this input */
        break;
    case TIMER_PROBE:
        endpoint_ask(c, t->owner);
        break;
    case TIMER_OCCASION:
        occasions_review(t->owner);
        break;
    case TIMER_UPKEEP:
        upkeep_review(t->owner);
        break;
    case TIMER_DUTY:
        duty_review(t->owner);
        break;
    }
}

/* One timer: the engine says beforehand whose it is, so that a crash on it is known by its
 * incident. */
static void decide_tick(struct core *c)
{
    struct timer *t = timer_first(&c->timers);
    if (t && t->due <= c->in->mono)
        timer_fire(c, t);
}

static void decide_result(struct core *c)
{
    notice_result(c, c->in->body);
}

static void decide_stuck(struct core *c)
{
    struct incident *i = core_incident(c, c->in->incident);
    if (i && i->state == INCIDENT_OPEN)
        plan_fail(c, i, "engine_crash", "the engine stopped twice while it worked on this incident",
                  NULL);
}

static void decide_clock(struct core *c)
{
    core_emit(c, REC_CLOCK_STEPPED, NULL,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = json_deep_copy(c->in->body)});
    reports_clock_set(c);
    upkeep_review(c);
    duty_review(c);
    occasions_review(c);
}

static void decide_refused(struct core *c)
{
    core_emit(c, REC_INPUT_REFUSED, NULL, (struct emit){.body = json_deep_copy(c->in->body)});
}

/* What an earlier courier held is lost sight of: sent again, with the same id. */
static void decide_courier_up(struct core *c)
{
    c->courier_up = true;
    endpoints_watch(c);
    notice_unknown_all(c);
    fetches_lost(c);
}

static void decide_courier_died(struct core *c)
{
    c->courier_up = false;
}

static void decide_turn(struct core *c)
{
    plan_turn(c, c->in->body);
}

static void decide_plan_failed(struct core *c)
{
    plan_failed_frame(c, c->in->body);
}

static void decide_planner_up(struct core *c)
{
    plan_planner_up(c, c->in->slot, c->in->gen);
}

static void decide_planner_died(struct core *c)
{
    plan_planner_died(c, c->in->slot, c->in->gen, c->in->body);
}

/*
 * What every input ends with, whatever it was: who waits for a place gets it, a plan with a new
 * fact is woken, an incident of which nothing is open ends.
 */
static void decide_rest(struct core *c)
{
    struct uuid last = {0};
    notice_pump(c);
    fetch_pump(c);
    for (size_t n = 0; n < c->out->records_count; n++) {
        struct uuid id = c->out->records[n]->incident;
        struct incident *i = uuid_cmp(id, last) ? core_incident(c, id) : NULL;
        last = id;
        if (!i)
            continue;
        suggest_review(c, i);
        plan_watches_review(c, i);
        items_follow(c, i);
        plan_kick(c, i);
        incident_end_if_done(c, i);
        core_measure(c, i);
    }
}

void core_decide(struct core *c, const struct input *in, struct update *ret)
{
    static void (*const decides[IN_KINDS])(struct core *) = {
        [IN_TRIGGER] = decide_trigger,
        [IN_ANSWER] = decide_answer,
        [IN_UPDATE] = decide_update,
        [IN_RESOLVE] = decide_resolve,
        [IN_ORDER] = decide_order,
        [IN_CONFIRM] = decide_confirm,
        [IN_CLOSE] = decide_close,
        [IN_ITEM] = decide_item,
        [IN_DIRECTIVE] = decide_directive,
        [IN_ITEM_OPEN] = decide_item_open,
        [IN_REPORT] = decide_report,
        [IN_REPORT_EDIT] = decide_report_edit,
        [IN_PURGE] = decide_purge,
        [IN_DRILL_START] = decide_drill_start,
        [IN_LESSON] = decide_lesson,
        [IN_DUTY_OVERRIDE] = decide_duty_override,
        [IN_DUTY_SWAP] = decide_duty_swap,
        [IN_DUTY_ACT] = decide_duty_act,
        [IN_DUTY_HANDOVER] = decide_duty_handover,
        [IN_DUTY_CHECK] = decide_duty_check,
        [IN_CONTACT_SET] = decide_contact_set,
        [IN_CONTACT_REMOVE] = decide_contact_remove,
        [IN_CONTACT_TEST] = decide_contact_test,
        [IN_KEY_CREATE] = decide_key_create,
        [IN_KEY_REVOKE] = decide_key_revoke,
        [IN_LOGIN] = decide_login,
        [IN_LOGOUT] = decide_logout,
        [IN_ANSWER_LINK] = decide_answer_link,
        [IN_RECEIPT] = decide_receipt,
        [IN_REPLY] = decide_reply,
        [IN_DEAD] = decide_dead,
        [IN_PROBED] = decide_probed,
        [IN_AUDIT] = decide_audit,
        [IN_TURN] = decide_turn,
        [IN_PLAN_FAILED] = decide_plan_failed,
        [IN_PLANNER_UP] = decide_planner_up,
        [IN_PLANNER_DIED] = decide_planner_died,
        [IN_RESULT] = decide_result,
        [IN_FETCHED] = decide_fetched,
        [IN_COURIER_UP] = decide_courier_up,
        [IN_COURIER_DIED] = decide_courier_died,
        [IN_STARTED] = decide_started,
        [IN_DIVERGED] = upgrade_diverged,
        [IN_VERIFIED] = upgrade_verified,
        [IN_CONFIG] = decide_config,
        [IN_CONFIG_REFUSED] = decide_config_refused,
        [IN_TICK] = decide_tick,
        [IN_CLOCK_STEPPED] = decide_clock,
        [IN_STUCK] = decide_stuck,
        [IN_REFUSED] = decide_refused,
    };
    assert(in->kind < IN_KINDS && decides[in->kind]);
    c->in = in;
    c->out = ret;
    entropy_init(&c->entropy, in->seed);
    if (access_ended(c))
        core_refuse(c, CODE_UNAUTHORIZED, NULL, NULL,
                    "%s was revoked, or its time is up: say anew who you are", in->who.id);
    else
        decides[in->kind](c);
    decide_rest(c);
    c->in = NULL;
    c->out = NULL;
}
