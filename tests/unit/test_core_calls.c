/* Somebody is called until somebody accepts: rungs, declines, late and early answers. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>
#include <time.h>

#define CALL_DUTY                                                                                  \
    "[{'kind':'call','step':'0.1','at':'flood.lua:9','args':{'to':['duty:duty-room'],"             \
    "'text':'come','within_ms':300000,'rounds':1}}]"
#define AWAITS_CALL "{'names':[],'steps':['0.1']}"
#define SENT "{'ok':true,'status':200}"
#define MINUTES 60000

static void calling(struct lab *lab)
{
    lab_start(lab);
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, CALL_DUTY, AWAITS_CALL);
}

static void a_call_climbs_when_nobody_answers_and_stops_when_somebody_does(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_tells(&lab, "incident_opened\n"
                    "turn\n"
                    "call_rung step=0.1 rung=0 why=start people=wang.qiang\n"
                    "notice_queued step=0.1 to=wang.qiang endpoint=push");
    lab_result(&lab, "wang.qiang", SENT);
    lab_after(&lab, 5 * MINUTES);
    lab_tells(&lab, "notice_sent\n"
                    "call_rung step=0.1 rung=1 why=silent people=li.ming\n"
                    "notice_queued step=0.1 to=li.ming endpoint=push");
    lab_result(&lab, "li.ming", SENT);
    assert_true(json_bool(lab_answer(&lab, "li.ming"), "ok"));
    lab_tells(&lab, "call_answered by=li.ming calls=0.1");
    assert_string_equal(json_str(lab_notice(&lab, "li.ming"), "state"), "answered");
    const json_t *ev = json_at(lab_event(&lab), "ev");
    assert_string_equal(json_str(ev, "by"), "li.ming");
    assert_string_equal(json_str(ev, "call"), "0.1");
    lab_turn_done(&lab, "[]", "{'names':[],'steps':[]}");
    lab_tells(&lab, "turn\nincident_closed why=done");
    lab_after(&lab, 60 * MINUTES);
    lab_never(&lab, "call");
    lab_done(&lab);
}

static void a_late_answer_counts_for_the_call_that_still_rings(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_result(&lab, "wang.qiang", SENT);
    lab_after(&lab, 6 * MINUTES);
    lab_answer(&lab, "wang.qiang");
    lab_tells(&lab, "people=li.ming\ncall_answered by=wang.qiang calls=0.1");
    lab_after(&lab, 60 * MINUTES);
    lab_never(&lab, "call_rung");
    lab_done(&lab);
}

static void a_late_answer_to_a_call_that_is_over_is_noted_not_refused(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_after(&lab, 16 * MINUTES);
    lab_tells(&lab, "call_expired step=0.1");
    const json_t *reply =
        lab_say(&lab, IN_ANSWER, "{'as':'wang.qiang','call':'0.1','note':'on my way'}");
    assert_true(json_bool(reply, "ok"));
    lab_tells(&lab, "answer_noted by=wang.qiang");
    reply = lab_say(&lab, IN_ANSWER, "{'as':'wang.qiang','call':'7.7'}");
    assert_string_equal(json_str(reply, "code"), "unknown_call");
    lab_done(&lab);
}

static void a_rung_whose_people_all_decline_gives_way_at_once(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_result(&lab, "wang.qiang", SENT);
    lab_say(&lab, IN_ANSWER, "{'as':'wang.qiang','decline':true}");
    lab_tells(&lab, "call_declined by=wang.qiang calls=0.1\n"
                    "call_rung step=0.1 rung=1 why=declined people=li.ming");
    lab_done(&lab);
}

static void who_declined_and_who_cannot_be_reached_together_end_a_rung(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'within_ms':600000,'text':'come','rungs':["
             "{'to':['group:crew'],'within_ms':600000},{'to':['person:li.ming'],'within_ms':60000}"
             "]}}]",
             AWAITS_CALL);
    for (int n = 0; n < LAB_CREW; n++) {
        AUTO_TEXT(decline);
        AUTO_TEXT(id);
        text_addf(&id, "crew.%d", n);
        text_addf(&decline, "{'as':'crew.%d','decline':true}", n);
        lab_never(&lab, "people=li.ming");
        if (n == 7) {
            lab_result(&lab, text_str(&id), "{'ok':false,'status':404}");
        } else {
            lab_result(&lab, text_str(&id), SENT);
            lab_say(&lab, IN_ANSWER, text_str(&decline));
        }
    }
    lab_tells(&lab, "call_rung step=0.1 rung=1 why=declined people=li.ming");
    lab_done(&lab);
}

static void a_rung_that_no_message_reaches_gives_way_at_once(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':404,'error':'gone'}");
    lab_tells(&lab, "notice_method step=0.1 to=wang.qiang endpoint=sms");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':404,'error':'gone'}");
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang\n"
                    "alarm cause=notice_failed\n"
                    "call_rung step=0.1 rung=1 why=undelivered people=li.ming");
    lab_done(&lab);
}

static void a_call_without_people_goes_to_the_duty_room_with_an_alarm(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['person:nobody'],'text':'come',"
             "'within_ms':60000,'rounds':900000000000}}]",
             AWAITS_CALL);
    lab_tells(&lab, "alarm cause=empty_target\n"
                    "call_rung step=0.1 rung=0 why=start people=wang.qiang");
    lab_after(&lab, 5 * MINUTES);
    lab_tells(&lab, "call_expired step=0.1");
    assert_non_null(lab_event(&lab));
    lab_done(&lab);
}

/* A plan may follow the silence of a rung: it must be woken by it, not by what comes after. */
static void a_plan_that_awaits_silence_is_woken_when_a_rung_was_silent(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, CALL_DUTY, "{'names':['silent'],'steps':['0.1']}");
    lab_after(&lab, 5 * MINUTES);
    assert_non_null(lab_event(&lab));
    const json_t *ev = json_at(lab_event(&lab), "ev");
    assert_string_equal(json_str(json_array_get(json_at(ev, "people"), 0), "id"), "wang.qiang");
    lab_done(&lab);
}

/* Between the fact that a turn consumes and the turn itself time passes. */
static void an_answer_while_the_plan_thinks_counts_for_the_call_it_then_makes(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_after(&lab, 15 * MINUTES);
    lab_tells(&lab, "call_expired step=0.1");
    lab_answer(&lab, "wang.qiang");
    lab_tells(&lab, "answer_noted by=wang.qiang");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.2','args':{'to':['person:nobody','duty:duty-room'],"
             "'text':'come','within_ms':60000}}]",
             "{'names':[],'steps':['0.2']}");
    lab_tells(&lab, "call_rung step=0.2\ncall_answered by=wang.qiang calls=0.2");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "by"), "wang.qiang");
    lab_after(&lab, 60 * MINUTES);
    lab_never(&lab, "call_rung");
    lab_done(&lab);
}

static void a_message_under_way_when_the_call_is_answered_is_not_tried_again(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['group:crew'],'text':'come',"
             "'within_ms':300000}}]",
             AWAITS_CALL);
    lab_result(&lab, "crew.3", SENT);
    lab_answer(&lab, "crew.3");
    lab_result(&lab, "crew.4", "{'ok':false,'status':503}");
    lab_tells(&lab, "call_answered\nnotice_recalled step=0.1 to=crew.4");
    lab_result(&lab, "crew.5", SENT);
    lab_tells(&lab, "notice_sent step=0.1 to=crew.5");
    assert_string_equal(json_str(lab_notice(&lab, "crew.4"), "state"), "recalled");
    lab_crash(&lab);
    assert_null(lab_attempt(&lab, "crew.6"));
    lab_done(&lab);
}

/* Why: a rung of thousands that wants several must not hold up everybody else's messages. */
static void a_rung_of_thousands_that_wants_several_ends_at_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_crew(&lab, 4000);
    lab.unaudited = lab.planted =
        true; /* looking at all rows after each input is what takes long */
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['group:crew'],'text':'come',"
             "'within_ms':300000,'rounds':2,'at_least':2}}]",
             AWAITS_CALL);
    lab_answer(&lab, "crew.1");
    clock_t began = clock();
    lab_after(&lab, 5 * MINUTES);
    assert_true((clock() - began) / CLOCKS_PER_SEC < 3); /* 0.1 s of processor; it was 6 */
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), 2);
    lab_done(&lab);
}

static void a_crash_in_the_middle_of_a_call_changes_nothing_for_the_people(void **state)
{
    (void)state;
    struct lab lab;
    calling(&lab);
    lab_result(&lab, "wang.qiang", SENT);
    lab_after(&lab, 3 * MINUTES);
    lab_crash(&lab);
    lab_tells(&lab, "notice_sent");
    lab_after(&lab, 2 * MINUTES - 1);
    lab_never(&lab, "call_rung");
    lab_after(&lab, 1);
    lab_tells(&lab, "call_rung step=0.1 rung=1 why=silent people=li.ming");
    lab_done(&lab);
}

static void the_same_answer_counts_for_every_call_that_asked_this_person(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.9','args':{'to':['person:li.ming'],'text':'a',"
             "'within_ms':60000}},"
             "{'kind':'call','step':'0.3','args':{'to':['person:li.ming'],'text':'b',"
             "'within_ms':60000}},"
             "{'kind':'call','step':'0.5','args':{'to':['person:sun.wei'],'text':'c',"
             "'within_ms':60000}}]",
             "{'names':[],'steps':['0.3','0.5','0.9']}");
    lab_answer(&lab, "li.ming");
    lab_tells(&lab, "call_answered by=li.ming calls=0.3,0.9");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_climbs_when_nobody_answers_and_stops_when_somebody_does),
        cmocka_unit_test(a_late_answer_counts_for_the_call_that_still_rings),
        cmocka_unit_test(a_late_answer_to_a_call_that_is_over_is_noted_not_refused),
        cmocka_unit_test(a_rung_whose_people_all_decline_gives_way_at_once),
        cmocka_unit_test(who_declined_and_who_cannot_be_reached_together_end_a_rung),
        cmocka_unit_test(a_rung_that_no_message_reaches_gives_way_at_once),
        cmocka_unit_test(a_call_without_people_goes_to_the_duty_room_with_an_alarm),
        cmocka_unit_test(a_plan_that_awaits_silence_is_woken_when_a_rung_was_silent),
        cmocka_unit_test(an_answer_while_the_plan_thinks_counts_for_the_call_it_then_makes),
        cmocka_unit_test(a_message_under_way_when_the_call_is_answered_is_not_tried_again),
        cmocka_unit_test(a_rung_of_thousands_that_wants_several_ends_at_once),
        cmocka_unit_test(a_crash_in_the_middle_of_a_call_changes_nothing_for_the_people),
        cmocka_unit_test(the_same_answer_counts_for_every_call_that_asked_this_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
