#include "core/auditor.h"

#include "core/alarm.h"
#include "core/family.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/place.h"
#include "core/report.h"
#include "core/upkeep.h"

#include <search.h>

enum cause {
    CAUSE_CALL,
    CAUSE_PLAN,
    CAUSE_MESSAGE,
    CAUSE_PLACE,
    CAUSE_LATE,
    CAUSE_ITEM,
    CAUSE_PROPOSAL,
    CAUSE_REPORT,
    CAUSE_FETCH,
    CAUSE_FAMILY,
    CAUSE_TIMERS,
    CAUSES
};

static const struct {
    const char *name, *en, *zh;
} causes[CAUSES] = {
    [CAUSE_CALL] = {"auditor/call", "calls whose rung is over have not gone on",
                    "呼叫梯次到时未继续"},
    [CAUSE_PLAN] = {"auditor/plan", "waits of plans are over, and the plans do not know",
                    "预案等待到时未触发"},
    [CAUSE_MESSAGE] = {"auditor/message", "messages that are due stand in no queue",
                       "到时的消息不在发送队列中"},
    [CAUSE_PLACE] = {"auditor/place", "messages wait although there is room for them",
                     "有空位而消息仍未发出"},
    [CAUSE_LATE] = {"auditor/late", "messages wait for longer than they have",
                    "消息等待已超过其时限"},
    [CAUSE_ITEM] = {"auditor/item", "items are due, and nobody was reminded", "事项到期未催办"},
    [CAUSE_PROPOSAL] = {"auditor/proposal", "proposals were not put to the next",
                        "建议未按时送交下一人"},
    [CAUSE_REPORT] = {"auditor/report", "reports are due, and nobody was reminded",
                      "报告到期未催办"},
    [CAUSE_FETCH] = {"auditor/fetch", "calls of plans to other systems have not ended",
                     "预案的外部调用到时未结束"},
    [CAUSE_FAMILY] = {"auditor/family",
                      "what has joined was not told, or what is over is not let go",
                      "并入情况未按时告知，或已结束的事件未按时释放"},
    [CAUSE_TIMERS] = {"auditor/timers", "a timer is a minute late: nothing after it happens either",
                      "计时器已晚一分钟以上，其后各项均未触发"},
};

struct audit {
    const struct core *c;
    mono_ms now;
    int64_t count[CAUSES];
    struct uuid first[CAUSES]; /* whose it is */
};

static void found(struct audit *a, enum cause cause, const struct incident *i)
{
    if (!a->count[cause]++)
        a->first[cause] = i->id;
}

/* Something waits for this: is that so, and not long over? */
static void expect(struct audit *a, enum cause cause, const struct incident *i,
                   const struct timer *t)
{
    if (!t->at || t->due + AUDIT_GRACE_MS < a->now)
        found(a, cause, i);
}

/* The same where it may wait for nothing. */
static void expect_if(struct audit *a, enum cause cause, const struct incident *i,
                      const struct timer *t, mono_ms due)
{
    if (due)
        expect(a, cause, i, t);
}

/* ---- one incident ---- */

static void look_at_notice(struct audit *a, const struct notice *n)
{
    bool waits = n->state == NOTICE_WAITING || n->state == NOTICE_QUEUED;
    if (!waits)
        return;
    if (!n->in_queue && n->state == NOTICE_QUEUED)
        found(a, CAUSE_MESSAGE, n->incident);
    else if (!n->in_queue)
        expect(a, CAUSE_MESSAGE, n->incident, &n->timer);
    else if (n->until + AUDIT_GRACE_MS < a->now)
        found(a, CAUSE_LATE, n->incident);
}

static void look_at_report(struct audit *a, const struct incident *i, const struct report *r)
{
    mono_ms due = r->urge_at;
    if (r->phone_due && !r->phoned_at && !r->phone_urged && (!due || r->phone_due < due))
        due = r->phone_due;
    if (report_open(r))
        expect_if(a, CAUSE_REPORT, i, &r->timer, due);
}

static void look_at_run(struct audit *a, const struct incident *i)
{
    const struct call *call;
    const struct plan_timer *timer;
    const struct fetch *fetch;
    LIST_FOREACH(call, &i->calls, link)
    expect_if(a, CAUSE_CALL, i, &call->timer, call->rung >= 0);
    LIST_FOREACH(timer, &i->timers, link)
    expect(a, CAUSE_PLAN, i, &timer->timer);
    LIST_FOREACH(fetch, &i->fetches, link)
    {
        if (fetch->until + AUDIT_GRACE_MS < a->now)
            found(a, CAUSE_FETCH, i);
    }
}

static void look_at_duties(struct audit *a, const struct incident *i)
{
    const struct proposal *p;
    const struct item *item;
    const struct report *report;
    if (i->response) {
        LIST_FOREACH(p, &i->response->proposals, link)
        expect_if(a, CAUSE_PROPOSAL, i, &p->timer, p->ask_at ? p->ask_at : p->auto_at);
    }
    LIST_FOREACH(item, &i->items, link)
    {
        if (item_open(item))
            expect_if(a, CAUSE_ITEM, i, &item->timer,
                      item->timer.at || (item->due && !item->waits));
    }
    LIST_FOREACH(report, &i->reports, link)
    look_at_report(a, i, report);
    for (int k = 0; i->reporting && k < CADENCES; k++)
        expect_if(a, CAUSE_REPORT, i, &i->reporting->cadences[k].timer,
                  i->reporting->cadences[k].next);
}

static void look_at_family(struct audit *a, const struct incident *i)
{
    const struct family *f = i->family;
    if (!f)
        return;
    expect_if(a, CAUSE_FAMILY, i, &f->reopen, i->state == INCIDENT_CLOSED ? f->reopen_until : 0);
    if (f->digest.at)
        expect(a, CAUSE_FAMILY, i, &f->digest);
}

static void look_at_incident(const void *node, VISIT visit, void *closure)
{
    struct audit *a = closure;
    const struct incident *i = *(struct incident *const *)node;
    const struct notice *n;
    if (visit != postorder && visit != leaf)
        return;
    look_at_run(a, i);
    look_at_duties(a, i);
    look_at_family(a, i);
    LIST_FOREACH(n, &i->notices, link)
    look_at_notice(a, n);
}

/* ---- all ---- */

static void look(const struct core *c, mono_ms now, struct audit *ret)
{
    *ret = (struct audit){.c = c, .now = now};
    twalk_r(c->incidents, look_at_incident, ret);
    const struct timer *first = timer_first(&c->timers);
    if (first && first->due + AUDIT_GRACE_MS < now) {
        ret->count[CAUSE_TIMERS] = 1;
        ret->first[CAUSE_TIMERS] = *first->incident;
    }
    const struct notice *stuck = place_stuck(c, now - AUDIT_GRACE_MS);
    if (stuck)
        found(ret, CAUSE_PLACE, stuck->incident);
}

int64_t core_audit(const struct core *c, mono_ms now)
{
    struct audit a;
    int64_t all = 0;
    look(c, now, &a);
    for (int k = 0; k < CAUSES; k++)
        all += k == CAUSE_LATE ? 0 : a.count[k];
    return all;
}

static void cause_tell(struct core *c, const struct audit *a, enum cause cause)
{
    char id[UUID_TEXT];
    AUTO_TEXT(en);
    AUTO_TEXT(zh);
    uuid_text(a->first[cause], id);
    text_addf(&en, "auditor: %s (%lld, the first of incident %s)", causes[cause].en,
              (long long)a->count[cause], id);
    text_addf(&zh, "核查：%s（%lld 项，首项属事件 %s）", causes[cause].zh,
              (long long)a->count[cause], id);
    alarm_raise(c, upkeep_incident(c), causes[cause].name, text_str(&en), text_str(&zh));
}

void decide_audit(struct core *c)
{
    struct audit a;
    look(c, c->in->mono, &a);
    for (int k = 0; k < CAUSES; k++) {
        if (a.count[k])
            cause_tell(c, &a, (enum cause)k);
    }
}
