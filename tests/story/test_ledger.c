/*
 * What is ordered is done, or it is known by whom it is not: measures through a night, with the
 * plan's own code beside them.
 */
#include "story.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n) ((n)*INT64_C(3600000))

static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " facts = { ponding_cm = { type = 'number', per = 'gauge' } },"
    " levels = { IV = { ordered_by = 'post:deputy', expected = '72h' },"
    "   II = { ordered_by = 'post:commander', expected = '24h' } },"
    " measures = {"
    "   verify = { phase = 'first', owner = 'duty:duty-room', due = '15m',"
    "     title = { zh = '核实', en = 'Verify' } },"
    "   patrol = { phase = 'IV', owner = 'person:zhou.jie', due = { IV = '1h', II = '30m' },"
    "     title = { zh = '巡查', en = 'Patrol' } },"
    "   move = { phase = 'II', owner = 'person:li.ming', due = '4h',"
    "     title = { zh = '转移', en = 'Move' } },"
    "   close = { owner = 'person:zhou.jie', due = '10m',"
    "     title = { zh = '封闭 {at}', en = 'Close {at}' } } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  on('ponding_cm', function(f) if f.value >= 27 then\n"
    "    local m = measure('close', { key = f.station, at = f.station })\n"
    "    if m:wait('done', '20m') ~= 'done' then escalate('nobody closes ' .. f.station) end\n"
    "  end end)\n"
    "end\n"
    "function plan.level.II(incident, order)\n"
    "  local o = propose { action = 'lower', level = 'IV', reason = 'dry', within = '10m' }\n"
    "  notify { to = 'duty:duty-room', text = 'lowered by ' .. o.name }\n"
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
    const json_t *reply = story_item(s, name, action, as);
    if (!json_bool(reply, "ok"))
        fail_msg("%s %s: %s", name, action, json_str(reply, "error"));
}

/* Why: what nobody does must not be forgotten because somebody crashed, or was not looking. */
static void a_night_of_measures(bool crashes)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising'}");
    story_advance(s, MINUTES(50));
    if (crashes)
        story_crash_engine(s);
    acted(s, "verify", "done", "wang.qiang");
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'peak'}");
    story_update(s, "{'fields':{'g7':{'ponding_cm':30}}}");
    if (crashes)
        story_passivate(s);
    story_advance(s, MINUTES(12));
    acted(s, "patrol", "done", "zhou.jie");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(20));
    acted(s, "close", "done", "zhou.jie");
    ordered(s, "{'action':'lower','level':'IV','as':'han.mei','reason':'falling'}");
    story_advance(s, MINUTES(6));
    acted(s, "move", "lift", "han.mei");
    ordered(s, "{'action':'terminate','as':'sun.wei','reason':'over'}");
    story_advance(s, MINUTES(1));
    acted(s, "verify", "strike", "sun.wei");
    acted(s, "patrol", "strike", "sun.wei");
    acted(s, "close", "strike", "sun.wei");
    story_advance(s, HOURS(1));
    story_tells(s, "[0:00:00] item: Verify to duty:duty-room, due in 15m\n"
                   "[0:00:00] order: activate level IV by 孙伟\n"
                   "[0:00:00] item: Patrol to person:zhou.jie, due in 1h\n"
                   "[0:15:00] Verify overdue: urged, time 1\n"
                   "[0:45:00] Verify overdue: urged, time 3, put before post:deputy\n"
                   "[0:50:00] Verify done by 王强, late by 35m\n"
                   "[0:50:00] order: raise to level II by 韩梅\n"
                   "item: Move to person:li.ming, due in 4h\n"
                   "[0:50:00] propose lower to level IV to han.mei\n"
                   "[0:50:00] item: Close 7号站 to person:zhou.jie, due in 10m\n"
                   "[1:00:00] Close 7号站 overdue: urged, time 1\n"
                   "[1:02:00] Patrol done by 周杰, late by 2m\n"
                   "[1:10:00] escalated: nobody closes g7\n"
                   "[1:10:00] call 韩梅\n"
                   "[1:22:00] Close 7号站 done by 周杰, late by 22m\n"
                   "[1:22:00] order: lower to level IV by 韩梅\n"
                   "put before the commander, to lift or keep: 1\n"
                   "awaiting order: propose lift or keep each of: Move\n"
                   "Move lifted by 韩梅\n"
                   "order: terminate by 孙伟\n"
                   "Close 7号站 struck off by 孙伟\n"
                   "closed: terminated by order\n");
    story_end(s);
}

static void measures_are_urged_done_lifted_and_struck_off(void **state)
{
    (void)state;
    a_night_of_measures(false);
}

static void and_so_they_are_when_the_engine_dies(void **state)
{
    (void)state;
    a_night_of_measures(true);
}

static const char UP_AND_DOWN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " levels = { IV = { ordered_by = 'post:deputy', expected = '72h' },"
    "   II = { ordered_by = 'post:commander', expected = '24h' } },"
    " measures = {"
    "   list = { phase = 'IV', owner = 'person:zhou.jie', due = '8h',"
    "     title = { zh = '清点', en = 'List' } },"
    "   move = { phase = 'IV', owner = 'person:li.ming', due = { IV = '4h', II = '30m' },"
    "     after = { 'list' }, title = { zh = '转移', en = 'Move' } },"
    "   boats = { phase = 'II', owner = 'person:zhou.jie', due = '2h',"
    "     title = { zh = '备船', en = 'Boats' } },"
    "   sirens = { phase = 'II', owner = 'person:li.ming', due = '2h',"
    "     title = { zh = '警报', en = 'Sirens' } } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident) sleep '3d' end\n"
    "return plan\n";

/* Why: a river falls and rises again; what is asked, and by when, must follow it. */
static void a_night_up_and_down(bool crashes)
{
    struct story *s = story_new("flood", UP_AND_DOWN);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising'}");
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'peak'}");
    story_advance(s, MINUTES(30));
    ordered(s, "{'action':'lower','level':'IV','as':'han.mei','reason':'falling'}");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(1));
    acted(s, "boats", "keep", "han.mei");
    story_advance(s, MINUTES(1));
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'a second peak'}");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(20));
    acted(s, "list", "done", "zhou.jie");
    story_advance(s, MINUTES(31));
    story_tells(s, "[0:00:00] order: raise to level II by 韩梅\n"
                   "[0:00:00] Move due forward, and is due from when it can begin in 30m\n"
                   "[0:30:00] order: lower to level IV by 韩梅\n"
                   "put before the commander, to lift or keep: 2\n"
                   "[0:31:00] Boats kept by 韩梅\n"
                   "[0:31:00] still to be decided: Sirens\n"
                   "[0:32:00] order: raise to level II by 韩梅\n"
                   "[0:32:00] its level is in force again, not to be decided any more: 1\n"
                   "[0:52:00] List done by 周杰\n"
                   "[0:52:00] Move can begin\n"
                   "[1:22:00] Move overdue: urged, time 1\n");
    story_end(s);
}

static void what_is_asked_follows_the_river(void **state)
{
    (void)state;
    a_night_up_and_down(false);
}

static void and_so_it_does_over_a_crash(void **state)
{
    (void)state;
    a_night_up_and_down(true);
}

static const char ROUNDS[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " measures = { close = { owner = 'person:zhou.jie', due = '10m',"
    "   title = { zh = '封闭', en = 'Close' } } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  every('1h', function()\n"
    "    local s = measure('close'):wait('done', '20m')\n"
    "    notify { to = 'duty:duty-room', text = 'closed: ' .. (s or 'NOT YET') }\n"
    "  end)\n"
    "  sleep '1d'\n"
    "end\n"
    "return plan\n";

/* Why: what was done an hour ago says nothing of what is asked for now. */
static void the_same_measure_again_waits_for_itself(void **state)
{
    (void)state;
    struct story *s = story_new("flood", ROUNDS);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    story_advance(s, MINUTES(65));
    acted(s, "close", "done", "zhou.jie");
    story_advance(s, MINUTES(1));
    story_tells(s, "closed: done");
    story_advance(s, MINUTES(80));
    story_tells(s, "closed: NOT YET");
    story_end(s);
}

static const json_t *by_link(struct story *s, const char *person, const char *json)
{
    const json_t *reply = story_answer_link(s, person, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s by the link of %s: %s", json, person, json_str(reply, "error"));
    return reply;
}

/* Why: a department that says "done" on its page must be believed by the record, the plan and the
 * leader alike, whoever crashes, and what is not good enough must come back to it. */
static void a_department_works_by_its_page(bool crashes)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising'}");
    story_advance(s, MINUTES(1));
    by_link(s, "zhou.jie", "{'action':'receive'}");
    by_link(s, "zhou.jie", "{'action':'receive'}"); /* pressed twice */
    story_update(s, "{'fields':{'g7':{'ponding_cm':30}}}");
    story_advance(s, MINUTES(5));
    if (crashes)
        story_crash_engine(s);
    by_link(s, "zhou.jie",
            "{'action':'done','note':'封闭','evidence':'a.jpg'}"); /* the last: close */
    story_advance(s, MINUTES(20));
    acted(s, "close", "strike", "sun.wei");
    by_link(s, "wang.qiang", "{'action':'reject','note':'不归我们'}");
    acted(s, "patrol", "supervise", "sun.wei");
    if (crashes)
        story_passivate(s);
    story_advance(s, HOURS(1));
    ordered(s, "{'action':'terminate','as':'sun.wei','reason':'over','despite':'patrol goes on'}");
    story_advance(s, MINUTES(1));
    acted(s, "patrol", "keep", "sun.wei");
    acted(s, "patrol", "done", "zhou.jie"); /* lives on after the end */
    acted(s, "patrol", "strike", "sun.wei");
    story_advance(s, HOURS(1));
    story_tells(s, "[0:00:00] item: Verify to duty:duty-room, due in 15m\n"
                   "[0:01:00] Patrol received by 周杰\n"
                   "[0:01:00] item: Close 7号站 to person:zhou.jie, due in 10m\n"
                   "[0:06:00] Close 7号站 done by 周杰: 封闭 (evidence: a.jpg)\n"
                   "[0:26:00] Close 7号站 struck off by 孙伟\n"
                   "[0:26:00] Verify rejected by 王强: 不归我们\n"
                   "[0:26:00] Patrol supervised by post:deputy\n"
                   "[1:00:00] Patrol overdue: urged, time 1, put before post:deputy\n"
                   "order: terminate by 孙伟\n"
                   "Patrol done by 周杰, late by 27m\n"
                   "closed: terminated by order\n");
    story_never(s, "nobody closes");
    story_end(s);
}

static void what_a_department_says_on_its_page_counts(void **state)
{
    (void)state;
    a_department_works_by_its_page(false);
}

static void and_so_it_does_when_the_engine_dies(void **state)
{
    (void)state;
    a_department_works_by_its_page(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_measure_again_waits_for_itself),
        cmocka_unit_test(measures_are_urged_done_lifted_and_struck_off),
        cmocka_unit_test(and_so_they_are_when_the_engine_dies),
        cmocka_unit_test(what_is_asked_follows_the_river),
        cmocka_unit_test(and_so_it_does_over_a_crash),
        cmocka_unit_test(what_a_department_says_on_its_page_counts),
        cmocka_unit_test(and_so_it_does_when_the_engine_dies),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
