/*
 * apply - what each kind of record changes. The only code that changes what is kept.
 *
 * It decides nothing: everything it needs stands in the record. Records of an incident that is not
 * in memory (closed and forgotten, or purged) change nothing.
 */
#include "core/access.h"
#include "core/alarm.h"
#include "core/call.h"
#include "core/consult.h"
#include "core/contact.h"
#include "core/drill.h"
#include "core/duty.h"
#include "core/endpoint_watch.h"
#include "core/family.h"
#include "core/fetch.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/join.h"
#include "core/notice.h"
#include "core/occasion.h"
#include "core/once.h"
#include "core/outlook.h"
#include "core/place.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"
#include "core/purge.h"
#include "core/question.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/response.h"
#include "core/taken.h"
#include "core/upgrade.h"
#include "core/upkeep.h"
#include "core/version.h"

#include <stdlib.h>
#include <string.h>

static void apply_opened(struct core *c, const struct record *r)
{
    struct incident *i = core_incident(c, r->incident);
    if (!i)
        i = incident_new(c, r->incident);
    const json_t *ev = record_at(r, "ev");
    i->about = kept_text(json_at(ev, "incident"));
    i->pin = core_intern(c, json_str(r->body, "pin"));
    version_used(c, i->pin);
    i->plan = core_intern(c, json_str(r->body, "plan"));
    i->ends = core_intern(c, json_str(r->body, "ends"));
    i->on_resolved = core_intern(c, json_str(r->body, "on_resolved"));
    i->drill = json_bool(r->body, "drill");
    i->table = kept_text(json_at(r->body, "table"));
    i->speed = (int)json_int(r->body, "drill_speed", 0);
    i->opened_at = r->at_ms;
    c->stats.open[i->drill]++;
    version_count(c, i, 1);
    i->plan_live = i->pin != NULL;
    hex16_parse(json_str_or(r->body, "seed", "00000000000000000000000000000000"), i->seed);
    readings_apply(c, i, r);
    i->key = mem_str(record_str(r, "key"));
    uint8_t digest[16];
    if (i->key && hex16_parse(json_str_or(r->body, "digest", ""), digest))
        dedup_own(i, dedup_bind(c, i->key, i->id, digest));
    family_apply_opened(c, i, r);
    occasion_apply_opened(c, r);
    once_apply(c, r);
}

/* A trigger with the same key may raise grade and warning; it is what a repeat is compared with. */
static void apply_updated(struct core *c, struct incident *i, const struct record *r)
{
    static const char *const texts[] = {"grade", "warning"};
    const json_t *ev = record_at(r, "ev");
    uint8_t digest[16];
    readings_apply(c, i, r);
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++) {
        if (json_str(ev, texts[n]))
            kept_set(&i->about,
                     json_put_str(kept_json(i->about), texts[n], json_str(ev, texts[n])));
    }
    const char *key = record_str(r, "key"); /* of what joined it; else its own */
    if (!key)
        key = i->key;
    if (key && hex16_parse(json_str_or(r->body, "digest", ""), digest))
        dedup_own(i, dedup_bind(c, key, i->id, digest));
    once_apply(c, r);
}

static void apply_answered(struct core *c, struct incident *i, const struct record *r)
{
    size_t n;
    json_t *step;
    json_array_foreach(json_at(r->body, "calls"), n, step)
    {
        struct call *call = call_find(i, json_string_value(step));
        if (call)
            taken_apply(c, call, r, true);
    }
    json_array_foreach(json_at(r->body, "partly"), n, step)
    {
        struct call *call = call_find(i, json_string_value(step));
        if (call)
            taken_apply(c, call, r, false);
    }
    notice_apply_answered(c, i, r);
    report_apply_notice(c, r);
}

static void apply_expired(struct core *c, struct incident *i, const struct record *r)
{
    struct call *call = call_find(i, json_str_or(r->body, "step", ""));
    if (call)
        taken_apply_expired(c, call, r);
}

static void apply_timer(struct core *c, struct incident *i, const struct record *r)
{
    struct plan_timer *t = plan_timer_find(i, json_str_or(r->body, "step", ""));
    if (t)
        plan_timer_drop(c, t);
}

/* For a while a trigger may open it again; else nothing finds it any more. */
static void apply_over(struct core *c, struct incident *i, const struct record *r)
{
    struct notice *n;
    LIST_FOREACH(n, &i->notices, link)
    notice_let_go(c, n);
    if (i->family) {
        timer_clear(&c->timers, &i->family->digest);
        kept_set(&i->family->joins, NULL);
    }
    if (!json_at(r->body, "reopen_until")) {
        family_release(c, i);
        return;
    }
    struct family *f = family_of(i);
    f->reopen_until = json_int(r->body, "reopen_until", 0);
    timer_set(&c->timers, &f->reopen, f->reopen_until);
}

static void apply_closed(struct core *c, struct incident *i, const struct record *r)
{
    if (i->state == INCIDENT_OPEN) {
        c->stats.open[i->drill]--;
        version_count(c, i, -1);
    }
    i->state = INCIDENT_CLOSED;
    upkeep_apply_drilled(c, i, r);
    i->closed_at = r->at_ms;
    i->plan_live = false;
    struct call *call;
    struct plan_timer *timer;
    while ((call = LIST_FIRST(&i->calls)))
        call_drop(c, call);
    while ((timer = LIST_FIRST(&i->timers)))
        plan_timer_drop(c, timer);
    plan_watches_drop(c, i);
    fetches_drop(c, i);
    for (size_t n = 0; n < i->queue_count; n++)
        free(i->queue[n].tags);
    i->queue_count = 0;
    readings_close(c, i);
    reporting_close(c, i);
    drill_close(c, i);
    response_close(c, i);
    outlook_drop(i);
    family_apply_over(c, i);
    apply_over(c, i, r);
}

static void apply_config(struct core *c, const struct record *r)
{
    free(c->site_pin);
    c->site_pin = mem_str(json_str(r->body, "site"));
    c->site = c->site_pin ? core_pin(c, c->site_pin) : NULL;
    duty_site_set(c);
    size_t n, count = json_array_size(json_at(r->body, "plans"));
    json_t *plan;
    struct plan_ref *plans = mem_new(count + 1, sizeof *plans);
    json_array_foreach(json_at(r->body, "plans"), n, plan)
    {
        const char *name = json_str_or(plan, "name", ""), *pin = json_str_or(plan, "pin", "");
        wall_ms since = json_int(plan, "since", r->at_ms); /* a row says it, no record does */
        plans[n] =
            (struct plan_ref){.name = mem_str(name),
                              .pin = mem_str(pin),
                              .since = version_since(c, name, pin, since),
                              .fresh = version_fresh(c, name, pin, json_bool(plan, "fresh"))};
    }
    for (n = 0; n < c->plans_count; n++) {
        free(c->plans[n].name);
        free(c->plans[n].pin);
    }
    free(c->plans);
    c->plans = plans;
    c->plans_count = count;
    c->config_dirty = true;
}

/* Long because there are many kinds: a case each, and no more than a call in it. */
static void apply_to_incident(struct core *c, struct incident *i, const struct record *r)
{
    switch (r->kind) {
    case REC_UPDATED:
        apply_updated(c, i, r);
        break;
    case REC_REPEATED:
        once_apply(c, r);
        break;
    case REC_JOINED:
    case REC_JOINS_TOLD:
        join_apply(c, i, r);
        break;
    case REC_REOPENED:
        reopen_apply(c, i, r);
        break;
    case REC_CHILD_OPENED:
    case REC_CHILD_STATE:
    case REC_ROLE_ASSIGNED:
    case REC_SPLIT:
    case REC_REOPEN_OVER:
        family_apply(c, i, r);
        break;
    case REC_MERGED:
        family_apply(c, i, r);
        apply_closed(c, i, r);
        break;
    case REC_CALL_ANSWERED:
    case REC_ANSWER_NOTED:
        apply_answered(c, i, r);
        break;
    case REC_OPINION_GIVEN:
        consult_apply_opinion(i, r);
        notice_apply_answered(c, i, r);
        break;
    case REC_CHOICE_GIVEN:
        question_apply_choice(i, r);
        notice_apply_answered(c, i, r);
        break;
    case REC_CALL_DECLINED:
        call_apply_declined(c, i, r);
        notice_apply_link_declined(c, r);
        break;
    case REC_TURN:
        plan_apply_turn(c, i, r);
        break;
    case REC_PLAN_STRUCK:
    case REC_PLAN_RETRIED:
        plan_apply_struck(i, r);
        break;
    case REC_PLAN_ERROR:
        plan_apply_error(c, i, r);
        break;
    case REC_ESCALATED:
        call_start(c, i, json_str_or(r->body, "step", ""), json_share(record_at(r, "spec")));
        break;
    case REC_PLAN_FAILED:
        plan_apply_failed(c, i, r);
        break;
    case REC_CONDITION:
    case REC_CONDITION_HELD:
    case REC_CONFIRMED:
    case REC_PROPOSED:
    case REC_PROPOSAL_PUT:
    case REC_PROPOSAL_AMENDED:
    case REC_PROPOSAL_WITHDRAWN:
        response_apply(c, i, r);
        break;
    case REC_ORDERED:
        response_apply(c, i, r);
        once_apply(c, r);
        break;
    case REC_ITEM_ISSUED:
    case REC_ITEM_STATE:
    case REC_ITEM_DUE:
    case REC_ITEM_URGED:
    case REC_ITEMS_PUT:
        item_apply(c, i, r);
        break;
    case REC_WATCH_CLOCK:
    case REC_WATCH_MET:
        plan_watch_apply(c, i, r);
        break;
    case REC_REPORT_OPENED:
    case REC_REPORT_EDITED:
    case REC_REPORT_PHONED:
    case REC_REPORT_SIGNED:
    case REC_REPORT_SENT:
    case REC_REPORT_URGED:
    case REC_REPORT_MISSED:
    case REC_REPORT_NEXT:
        report_apply(c, i, r);
        break;
    case REC_FACT_STALE:
        reading_apply_stale(c, i, r);
        break;
    case REC_TIMER_FIRED:
        apply_timer(c, i, r);
        break;
    case REC_CALL_RUNG:
        call_apply_rung(c, i, r);
        break;
    case REC_FETCHED:
        fetch_apply(c, i, r);
        break;
    case REC_CONSULTED:
    case REC_TALLIED:
    case REC_CALL_EXPIRED:
        apply_expired(c, i, r);
        break;
    case REC_NOTICE_QUEUED:
        notice_apply_queued(c, i, r);
        break;
    case REC_NOTICE_METHOD:
    case REC_NOTICE_HANDED:
    case REC_NOTICE_RETRY:
    case REC_NOTICE_UNKNOWN:
    case REC_NOTICE_SENT:
    case REC_NOTICE_DELIVERED:
    case REC_NOTICE_UNDELIVERED:
    case REC_NOTICE_SEEN:
    case REC_NOTICE_FAILED:
    case REC_NOTICE_REPLAYED:
    case REC_NOTICE_DROPPED:
    case REC_NOTICE_RECALLED:
    case REC_ANSWER_REFUSED:
        notice_apply(c, r);
        report_apply_notice(c, r);
        break;
    case REC_ALARM:
        alarm_apply(c, i, r);
        break;
    case REC_DRILL_STARTED:
    case REC_DRILL_INJECT:
        drill_apply(c, i, r);
        break;
    case REC_INCIDENT_CLOSED:
        apply_closed(c, i, r);
        break;
    case REC_DUTY_CHANGE:
    case REC_DUTY_SHIFT:
    case REC_DUTY_HANDOVER:
    case REC_DUTY_CHECK:
        duty_apply(c, r);
        break;
    case REC_UPKEEP_OPENED:
    case REC_INCIDENT_OPENED: /* applied before the incident was there */
    case REC_RESOLVED:        /* a fact for the plan, and a row in the record: no more */
    case REC_WATCH_TRUE:
    case REC_TURN_DROPPED:
    case REC_ENGINE_STARTED:
    case REC_PLANS_VERIFIED:
    case REC_CLOCK_STEPPED:
    case REC_CONFIG_LOADED:
    case REC_CONFIG_REFUSED:
    case REC_CALLED_OTHERWISE:
    case REC_CONTACT_SET:
    case REC_CONTACT_REMOVED:
    case REC_CONTACT_TESTED:
    case REC_CONTACT_STOPPED:
    case REC_CONTACT_STARTED:
    case REC_REPLY_TAKEN:
    case REC_REPLY_REFUSED:
    case REC_KEY_CREATED:
    case REC_KEY_REVOKED:
    case REC_SESSION_OPENED:
    case REC_SESSION_CLOSED:
    case REC_INPUT_REFUSED:
    case REC_ENDPOINT_DOWN:
    case REC_ENDPOINT_UP:
    case REC_ENDPOINT_PAUSED:
    case REC_PURGED: /* it is not in memory */
    case REC_KINDS:
        break;
    }
}

/*
 * Does it change a message and nothing of its incident? Of 10,000 recipients each attempt is one,
 * and the incident's row names them all: it is not written again for these.
 */
static bool only_of_notice(const struct record *r)
{
    return (r->kind == REC_NOTICE_HANDED || r->kind == REC_NOTICE_RETRY ||
            r->kind == REC_NOTICE_METHOD || r->kind == REC_NOTICE_UNKNOWN ||
            r->kind == REC_ANSWER_REFUSED) &&
           !record_at(r, "ev");
}

void core_apply(struct core *c, const struct record *r)
{
    c->seq = r->seq;
    if (r->kind == REC_INCIDENT_OPENED)
        apply_opened(c, r);
    else if (r->kind == REC_UPKEEP_OPENED)
        upkeep_apply_opened(c, r);
    else if (r->kind == REC_CONFIG_LOADED)
        apply_config(c, r);
    else if (r->kind == REC_ENGINE_STARTED || r->kind == REC_PLANS_VERIFIED)
        upgrade_apply(c, r);
    else if (r->kind == REC_CLOCK_STEPPED)
        readings_clock_set(c, r);
    else if (r->kind == REC_ENDPOINT_PAUSED)
        place_apply_paused(c, r);
    else if (r->kind == REC_ENDPOINT_DOWN || r->kind == REC_ENDPOINT_UP)
        endpoint_apply(c, r);
    else if (r->kind == REC_PURGED)
        purge_apply(c, r);
    else if (contact_is_about(r->kind))
        contact_apply(c, r);
    else
        access_apply(c, r);
    struct incident *i = uuid_is_none(r->incident) ? NULL : core_incident(c, r->incident);
    if (!i)
        return;
    reporting_apply_news(i, r);
    apply_to_incident(c, i, r);
    plan_apply_fact(i, r);
    if (i == c->upkeep)
        contact_apply_notice(c, r);
    if (!only_of_notice(r))
        core_mark(c, i);
}
