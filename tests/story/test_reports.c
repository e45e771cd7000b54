/* A night of reports: opened by the engine, written and signed by people, through crashes. */
#include "story.h"
#include "unit.h"

#include "base/text.h"

#include <stdlib.h>

#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n) ((n)*INT64_C(3600000))

static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " facts = { stage_m = { type = 'number', unit = 'm', per = 'gauge' } },"
    " levels = { IV = { ordered_by = 'post:deputy', expected = '72h', report = '6h' },"
    "   II = { ordered_by = 'post:commander', expected = '24h', report = '1h' } },"
    " measures = { patrol = { phase = 'IV', owner = 'person:zhou.jie', due = '1h',"
    "     title = { zh = '巡查', en = 'Patrol' } } },"
    " reports = {"
    "   initial = { by = 'duty:duty-room', sign = 'post:deputy', to = 'person:zhou.jie',"
    "     from = 'received', phone = '30m', due = '1h' },"
    "   update = { by = 'duty:duty-room', sign = 'post:deputy', to = 'person:zhou.jie',"
    "     due = '30m', zero = true },"
    "   final = { by = 'dept:flood-office', sign = 'post:commander', to = 'person:zhou.jie',"
    "     from = 'terminated', due = '7d' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  on('report', function(r) if r.state == 'sent' and (r.late_ms or 0) > 0 then\n"
    "    notify { to = 'person:li.ming', text = 'late: ' .. r.kind .. ' ' .. r.number }\n"
    "  end end)\n"
    "  on('stage_m', function(f) if f.value > 6 then\n"
    "    local r = report('update', { text = { zh = '请求增援', en = 'Boats wanted' } })\n"
    "    if r:wait('sent', '20m') ~= 'sent' then escalate('nobody reports') end\n"
    "  end end)\n"
    "end\n"
    "return plan\n";

static void ordered(struct story *s, const char *json)
{
    const json_t *reply = story_order(s, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

static void acted(struct story *s, const char *name, const char *action, const char *as)
{
    const json_t *reply = story_report(s, name, action, as);
    if (!json_bool(reply, "ok"))
        fail_msg("%s %s: %s", name, action, json_str(reply, "error"));
}

static void sent(struct story *s, const char *name, const char *signer)
{
    acted(s, name, "sign", signer);
    acted(s, name, "send", NULL);
}

/* Why: a report that is late, missed or sent twice because a process died is late all the same. */
/* returns  what the plan asked for, each turn a line. Gives. */
static char *a_night_of_reports(bool crashes)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站','fields':{'g7':{'stage_m':4.9}}}");
    story_advance(s, MINUTES(10));
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising'}");
    story_advance(s, MINUTES(25));
    if (crashes)
        story_crash_engine(s);
    acted(s, "initial 1", "phone", "wang.qiang");
    story_advance(s, MINUTES(15));
    sent(s, "initial 1", "sun.wei");
    story_advance(s, MINUTES(20));
    sent(s, "update 1", "sun.wei");
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'peak'}");
    if (crashes)
        story_passivate(s);
    story_advance(s, MINUTES(61));
    sent(s, "update 3", "sun.wei");
    if (crashes)
        story_crash_planner(s, 0, false);
    story_update(s, "{'fields':{'g7':{'stage_m':6.1}}}");
    story_advance(s, MINUTES(25));
    if (crashes)
        story_crash_engine(s);
    story_item(s, "patrol", "done", "zhou.jie");
    ordered(s, "{'action':'terminate','as':'han.mei','reason':'over'}");
    story_item(s, "patrol", "strike", "sun.wei");
    story_advance(s, HOURS(2));
    sent(s, "update 4", "sun.wei");
    sent(s, "final 1", "han.mei");
    story_advance(s, MINUTES(5));
    story_tells(s, "[0:00:00] initial report 1 due in 1h\n"
                   "[0:10:00] order: activate level IV by 孙伟\n"
                   "[0:10:00] update 1 due in 30m\n"
                   "[0:30:00] initial report 1: nobody has telephoned yet\n"
                   "[0:35:00] initial report 1 given by telephone by 王强, late by 5m\n"
                   "[0:40:00] update 1 overdue: urged, time 1\n"
                   "[0:50:00] initial report 1 signed by 孙伟\n"
                   "[0:50:00] initial report 1 sent\n"
                   "[0:55:00] update 1 overdue: urged, time 2\n"
                   "[1:10:00] update 1 overdue: urged, time 3, put before post:commander\n"
                   "[1:10:00] update 1 sent, late by 30m\n"
                   "notify 李明 by pager: late: update 1\n"
                   "[1:10:00] order: raise to level II by 韩梅\n"
                   "[1:10:00] update 2 due in 30m\n"
                   "[1:40:00] update 2 overdue: urged, time 1\n"
                   "[2:10:00] update 2 missed\n"
                   "[2:10:00] zero report: update 3 due in 30m\n"
                   "[2:11:00] update 3 sent\n"
                   "[2:11:00] update 4 due in 30m\n"
                   "[2:31:00] escalated: nobody reports\n"
                   "[2:36:00] order: terminate by 韩梅\n"
                   "[2:36:00] final report 1 due in 7d\n"
                   "update 4 overdue: urged, time 1\n"
                   "[4:36:00] update 4 sent, late by 1h55m\n"
                   "[4:36:00] final report 1 sent\n"
                   "closed: terminated by order\n");
    story_never(s, "update 5");
    char *turns = mem_str(story_turns(s));
    story_end(s);
    return turns;
}

static void reports_are_opened_urged_sent_and_missed(void **state)
{
    (void)state;
    free(a_night_of_reports(false));
}

/* Why: a plan that is replayed must ask for the same, to the byte. */
static void and_so_they_are_when_everything_dies(void **state)
{
    (void)state;
    char *calm = a_night_of_reports(false), *broken = a_night_of_reports(true);
    assert_string_equal(calm, broken);
    free(calm);
    free(broken);
}

/* Why: whoever chairs the meeting must hear which reports nobody has sent. */
static void an_agenda_lists_the_reports_that_are_not_sent(void **state)
{
    static const char plan[] =
        "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
        " category = 'natural', version = '1', owner = 'dept:flood-office', ends = 'order',"
        " on_resolved = 'note',"
        " reports = {"
        "   initial = { by = 'duty:duty-room', sign = 'post:deputy', to = 'person:zhou.jie',"
        "     from = 'received', due = '1h' },"
        "   daily = { by = 'dept:flood-office', sign = 'post:deputy', to = 'person:zhou.jie',"
        "     at = { '11:05' }, due = '4h' } },"
        " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
        "function plan.respond(incident)\n"
        "  agenda { to = 'post:commander', items = { state = 'open' } }\n"
        "  sleep '70m'\n"
        "  agenda { to = 'post:commander', items = { since = '10m' } }\n"
        "  sleep '5m'\n"
        "  agenda { to = 'post:commander', items = { state = 'overdue' } }\n"
        "end\n"
        "return plan\n";
    (void)state;
    struct story *s = story_new("flood", plan);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    story_advance(s, MINUTES(72));
    story_tells(s, "Agenda: 0 open items, 0 overdue. 1 report not sent, 0 overdue; "
                   "initial report 1, 7号站 (duty:duty-room)\n"
                   "Agenda: 0 open items, 0 overdue. 2 reports not sent, 1 overdue; "
                   "OVERDUE initial report 1, 7号站 (duty:duty-room); "
                   "new: daily report 1, 7号站 (dept:flood-office)\n");
    sent(s, "initial 1", "sun.wei");
    story_advance(s, MINUTES(5));
    story_tells(s, "Agenda: 0 open items, 0 overdue. 0 reports not sent, 0 overdue\n");
    story_end(s);
}

/* Why: what passes the check must come into force; the rules of a site are not part of a head. */
static void a_report_takes_its_time_from_the_rule_that_it_names(void **state)
{
    (void)state;
    struct story *s = story_new(
        "flood", "local plan = plan 'flood' { title = 'Flood', version = '1',"
                 " owner = 'dept:flood-office', reports = { initial = { by = 'duty:duty-room',"
                 " sign = 'post:deputy', to = 'person:zhou.jie', basis = 'city' } },"
                 " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
                 "function plan.respond() sleep '3h' end\nreturn plan\n");
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    story_advance(s, MINUTES(59));
    story_never(s, "report 1 overdue");
    story_crash_engine(s);
    story_advance(s, MINUTES(2));
    story_tells(s, "[1:00:00] initial report 1 overdue");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_opened_urged_sent_and_missed),
        cmocka_unit_test(and_so_they_are_when_everything_dies),
        cmocka_unit_test(an_agenda_lists_the_reports_that_are_not_sent),
        cmocka_unit_test(a_report_takes_its_time_from_the_rule_that_it_names),
    };
    return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
