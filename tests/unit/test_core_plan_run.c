/* A plan runs fact by fact; when it breaks, people are called without it. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define NOTHING "{'names':[],'steps':[]}"
#define UPDATES "{'names':['update'],'steps':[]}"
#define MINUTES 60000

static void opened(struct lab *lab)
{
    lab_start(lab);
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7','fields':{'g7':{'stage_m':4.9}}}");
}

static const char *health(struct lab *lab)
{
    return json_str_or(json_at(lab_incident(lab), "body"), "health", "");
}

static void a_trigger_is_answered_before_any_planner_is_there(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_crash(&lab);
    assert_non_null(lab_event(&lab));
    const json_t *about = json_at(json_at(lab_event(&lab), "ev"), "incident");
    assert_null(about); /* journalled in the life before: the engine reads it there */
    lab_turn(&lab, "[]", UPDATES);
    lab_done(&lab);
}

static void facts_come_one_by_one_in_order_and_none_twice(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_say(&lab, IN_UPDATE, "{'note':'a'}");
    lab_say(&lab, IN_UPDATE, "{'note':'b'}");
    lab_turn(&lab, "[]", UPDATES);
    int64_t first = json_int(lab_event(&lab), "cause", 0);
    lab_turn(&lab, "[]", UPDATES);
    assert_int_equal(json_int(lab_event(&lab), "cause", 0), first + 1);
    lab_turn(&lab, "[]", UPDATES);
    assert_null(lab_event(&lab));
    lab_done(&lab);
}

static void what_nobody_awaits_makes_no_turn_and_leaves_a_gap(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[]", "{'names':['breach'],'steps':[]}");
    lab_say(&lab, IN_UPDATE, "{'note':'a'}");
    assert_null(lab_event(&lab));
    lab_say(&lab, IN_UPDATE, "{'fields':{'breach':true}}");
    assert_true(json_bool(lab_event(&lab), "gap"));
    lab_turn(&lab, "[]", UPDATES);
    lab_done(&lab);
}

static void a_wait_fires_when_it_is_due_even_in_another_life(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[{'kind':'timer','step':'0.1','ms':60000}]", "{'names':[],'steps':['0.1']}");
    lab_after(&lab, 30000);
    lab_crash(&lab);
    lab_after(&lab, 29999);
    assert_null(lab_event(&lab));
    lab_after(&lab, 1);
    assert_non_null(lab_event(&lab));
    lab_done(&lab);
}

static void an_error_in_the_body_starts_the_fallback_of_the_plan(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'respond','text':'flood.lua:9: x'}]",
             NOTHING);
    lab_tells(&lab, "plan_failed reason=error\n"
                    "call_rung step=!fallback rung=0 why=start people=li.ming");
    lab_after(&lab, 5 * MINUTES);
    lab_tells(&lab, "call_rung step=!fallback rung=1 why=silent people=sun.wei");
    lab_after(&lab, 10 * MINUTES);
    lab_tells(&lab, "call_rung step=!fallback rung=1 why=silent people=li.ming");
    assert_string_equal(health(&lab), "fallback");
    lab_done(&lab);
}

static void after_its_last_rung_the_fallback_calls_the_duty_room_until_an_order(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'title':'Smoke','kind':'smoke'}");
    lab_tells(&lab, "plan_failed reason=no_plan\ncall_rung step=!fallback");
    lab_after(&lab, 15 * MINUTES);
    size_t rungs = lab_count(&lab, REC_CALL_RUNG);
    lab_after(&lab, 50 * MINUTES);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), rungs + 10);
    lab_answer(&lab, "li.ming");
    lab_tells(&lab, "call_answered by=li.ming");
    lab_crash(&lab);
    lab_after(&lab, 50 * MINUTES);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), rungs + 20);
    lab_say(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}");
    lab_tells(&lab, "ordered action=terminate\nincident_closed why=terminated");
    lab_results(&lab, SENT);
    lab_after(&lab, 24 * 60 * MINUTES);
    lab_never(&lab, "call_rung");
    assert_int_equal(core_next_due(lab.core), INT64_MAX);
    lab_done(&lab);
}

/* A turn counts as a whole: what it began before and behind the error runs on. */
static void calls_of_the_turn_that_failed_ring_too(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab,
             "[{'kind':'error','step':'0.1','body':'respond','text':'x'},"
             "{'kind':'call','step':'0.2','args':{'to':['person:wang.qiang'],'text':'come',"
             "'within_ms':60000}}]",
             NOTHING);
    lab_tells(&lab, "call_rung step=!fallback\ncall_rung step=0.2 rung=0");
    lab_after(&lab, 60000);
    lab_tells(&lab, "call_expired step=0.2");
    lab_done(&lab);
}

static void a_first_strike_runs_alone_and_may_go_well(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_planner_dies(&lab, "strike");
    lab_tells(&lab, "plan_struck");
    assert_null(lab_event(&lab));
    assert_string_equal(json_string_value(json_array_get(lab.others, 0)), "want 2");
    lab_planner_up(&lab, SLOT_QUARANTINE);
    assert_int_equal(json_int(lab_event(&lab), "slot", -1), SLOT_QUARANTINE);
    lab_turn(&lab, "[]", UPDATES);
    assert_string_equal(json_string_value(json_array_get(lab.others, 1)), "kill 2");
    lab_planner_up(&lab, 0);
    lab_planner_up(&lab, 1);
    lab_say(&lab, IN_UPDATE, "{'note':'a'}");
    assert_int_not_equal(json_int(lab_event(&lab), "slot", -1), SLOT_QUARANTINE);
    lab_done(&lab);
}

static void a_second_strike_is_the_fallback(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_planner_dies(&lab, "strike");
    lab_planner_up(&lab, SLOT_QUARANTINE);
    lab_planner_dies(&lab, "strike");
    lab_tells(&lab, "plan_struck\nplan_struck\nplan_failed reason=struck\ncall_rung");
    lab_done(&lab);
}

static void five_losses_of_one_step_are_a_strike_and_a_crash_forgets_none(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    for (int n = 0; n < 4; n++) {
        int slot = (int)json_int(lab_event(&lab), "slot", 0);
        lab_planner_dies(&lab, "lost");
        lab_tells(&lab, "plan_retried");
        if (n == 2)
            lab_crash(&lab);
        else
            lab_planner_up(&lab, slot);
    }
    lab_planner_dies(&lab, "lost");
    lab_tells(&lab, "plan_struck");
    lab_planner_up(&lab, SLOT_QUARANTINE);
    lab_turn(&lab, "[]", UPDATES);
    lab_done(&lab);
}

static void a_suspect_that_is_closed_gives_way_to_the_next(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    opened(&lab);
    memcpy(first, lab.incident, sizeof first);
    lab_planner_dies(&lab, "strike");
    lab_planner_up(&lab, 0);
    lab_planner_up(&lab, 1);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 8'}");
    lab_planner_dies(&lab, "strike");
    assert_null(lab_event(&lab));
    char second[UUID_TEXT];
    memcpy(second, lab.incident, sizeof second);
    memcpy(lab.incident, first, sizeof first);
    lab_planner_up(&lab, SLOT_QUARANTINE);
    assert_non_null(lab_event(&lab));
    lab_say(&lab, IN_RESOLVE, "{}");
    memcpy(lab.incident, second, sizeof second);
    lab_planner_up(&lab, SLOT_QUARANTINE);
    assert_non_null(lab_event(&lab));
    lab_turn(&lab, "[]", UPDATES);
    lab_done(&lab);
}

static void a_turn_for_a_plan_that_is_over_is_recorded_and_does_nothing(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'watch','title':'Night'}");
    lab_input(&lab, (struct input){.kind = IN_STUCK}, NULL);
    struct input stuck = {.kind = IN_STUCK};
    uuid_parse(lab.incident, &stuck.incident);
    lab_input(&lab, stuck, NULL);
    assert_string_equal(health(&lab), "stuck");
    lab_tells(&lab, "plan_failed reason=engine_crash\ncall_rung step=!fallback");
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei'],'text':'x'}}]",
             UPDATES);
    lab_tells(&lab, "turn_dropped");
    assert_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

static void too_many_recipients_are_the_fallback_not_a_flood(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_crew(&lab, 2001);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    AUTO_TEXT(cmds);
    for (int n = 0; n < 10; n++)
        text_addf(&cmds,
                  "%s{'kind':'notify','step':'0.%d','args':{'to':['group:crew'],'text':'x'}}",
                  n ? "," : "[", n);
    text_add(&cmds, "]");
    lab_turn(&lab, text_str(&cmds), NOTHING);
    assert_int_equal(lab_count(&lab, REC_NOTICE_QUEUED), 9 * 2001 + 1);
    assert_int_equal(lab_count(&lab, REC_PLAN_FAILED), 1);
    lab_done(&lab);
}

static void an_error_in_a_handler_is_told_and_the_rest_runs_on(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'handler','text':'x'}]", UPDATES);
    lab_tells(&lab, "plan_error step=0.1\nalarm cause=plan_error\n"
                    "notice_queued step= to=wang.qiang\n"
                    "notice_queued step= to=sun.wei"); /* the owner */
    lab_say(&lab, IN_UPDATE, "{'note':'a'}");
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'handler','text':'x'}]", UPDATES);
    lab_tells(&lab, "plan_error step=0.1");
    assert_int_equal(lab_count(&lab, REC_ALARM), 1);
    lab_done(&lab);
}

static void an_incident_whose_plan_is_done_closes_with_its_last_message(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn_done(&lab,
                  "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei'],'text':'x'}}]",
                  NOTHING);
    assert_string_equal(lab_state(&lab), "open");
    lab_result(&lab, "sun.wei", "{'ok':false,'status':503}");
    lab_site_without_sms(&lab);
    lab_after(&lab, 1000);
    lab_tells(&lab, "notice_failed");
    lab_results(&lab, SENT);
    lab_tells(&lab, "incident_closed why=done");
    lab_done(&lab);
}

static void a_closed_incident_is_not_loaded_again(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei'],'text':'x'}}]",
             UPDATES);
    lab_result(&lab, "sun.wei", SENT);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_results(&lab, SENT);
    assert_int_equal(core_stats(lab.core).incidents, 0);
    assert_false(json_bool(lab_incident(&lab), "open"));
    lab_crash(&lab);
    assert_int_equal(core_stats(lab.core).incidents, 0);
    lab_done(&lab);
}

static void a_message_of_a_closed_incident_is_not_tried_behind_its_end(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab);
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei'],'text':'x'}}]",
             UPDATES);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_tells(&lab, "resolved\nincident_closed why=resolved\nnotice_queued step= to=sun.wei");
    lab_result(&lab, "sun.wei", "{'ok':false,'status':503}");
    lab_result(&lab, "sun.wei", SENT);
    lab_after(&lab, 120 * MINUTES);
    assert_null(lab_attempt(&lab, NULL));
    assert_int_equal(core_stats(lab.core).incidents, 0);
    lab_done(&lab);
}

static void a_drill_reaches_only_who_takes_part_and_by_what_is_for_drills(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7','drill':true}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['duty:duty-room','group:crew'],"
             "'text':'come','within_ms':60000}}]",
             "{'names':[],'steps':['0.1']}");
    assert_non_null(strstr(json_str_or(lab_attempt(&lab, "wang.qiang"), "body", ""), "演练"));
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':404}");
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang\ncall_rung step=0.1 rung=1 "
                    "why=undelivered people=li.ming");
    lab_after(&lab, 10 * MINUTES);
    lab_never(&lab, "to=sun.wei");
    lab_never(&lab, "to=crew");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trigger_is_answered_before_any_planner_is_there),
        cmocka_unit_test(facts_come_one_by_one_in_order_and_none_twice),
        cmocka_unit_test(what_nobody_awaits_makes_no_turn_and_leaves_a_gap),
        cmocka_unit_test(a_wait_fires_when_it_is_due_even_in_another_life),
        cmocka_unit_test(an_error_in_the_body_starts_the_fallback_of_the_plan),
        cmocka_unit_test(after_its_last_rung_the_fallback_calls_the_duty_room_until_an_order),
        cmocka_unit_test(calls_of_the_turn_that_failed_ring_too),
        cmocka_unit_test(a_first_strike_runs_alone_and_may_go_well),
        cmocka_unit_test(a_second_strike_is_the_fallback),
        cmocka_unit_test(five_losses_of_one_step_are_a_strike_and_a_crash_forgets_none),
        cmocka_unit_test(a_suspect_that_is_closed_gives_way_to_the_next),
        cmocka_unit_test(a_turn_for_a_plan_that_is_over_is_recorded_and_does_nothing),
        cmocka_unit_test(too_many_recipients_are_the_fallback_not_a_flood),
        cmocka_unit_test(an_error_in_a_handler_is_told_and_the_rest_runs_on),
        cmocka_unit_test(an_incident_whose_plan_is_done_closes_with_its_last_message),
        cmocka_unit_test(a_closed_incident_is_not_loaded_again),
        cmocka_unit_test(a_message_of_a_closed_incident_is_not_tried_behind_its_end),
        cmocka_unit_test(a_drill_reaches_only_who_takes_part_and_by_what_is_for_drills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
