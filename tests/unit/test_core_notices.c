/* One message to one person: tried, tried again, by the next contact, and never in silence. */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define GONE "{'ok':false,'status':404,'error':'gone'}"
#define NOTIFY(to) "[{'kind':'notify','step':'0.1','args':{'to':['" to "'],'text':'high water'}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"
#define MINUTES 60000

static void notified(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

static const char *notice_state(struct lab *lab, const char *person)
{
    return json_str_or(lab_notice(lab, person), "state", "");
}

static void a_message_is_handed_out_in_the_record_that_queues_it(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:li.ming"));
    assert_int_equal(lab_count(&lab, REC_NOTICE_HANDED), 0);
    assert_non_null(lab_attempt(&lab, "li.ming"));
    assert_string_equal(notice_state(&lab, "li.ming"), "sending");
    lab_result(&lab, "li.ming", SENT);
    assert_string_equal(notice_state(&lab, "li.ming"), "sent");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "sent");
    lab_done(&lab);
}

static void the_same_message_is_sent_again_with_the_same_id_and_body(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:li.ming"));
    AUTO_JSON(first);
    first = json_copy(json_unconst(lab_attempt(&lab, "li.ming")));
    lab_result(&lab, "li.ming", LATER);
    assert_null(lab_attempt(&lab, "li.ming"));
    lab_after(&lab, 999);
    assert_null(lab_attempt(&lab, "li.ming"));
    lab_after(&lab, 1);
    assert_true(json_equal(first, json_unconst(lab_attempt(&lab, "li.ming"))));
    lab_crash(&lab);
    assert_true(json_equal(first, json_unconst(lab_attempt(&lab, "li.ming"))));
    lab_tells(&lab, "notice_unknown step=0.1 to=li.ming");
    lab_done(&lab);
}

/* 1, 3, 8, 20, 45 s after the last attempt ended, then each 60 s ± 20 %. */
static void pauses_grow_and_stay_at_a_minute(void **state)
{
    (void)state;
    static const int64_t pauses[] = {1, 3, 8, 20, 45};
    struct lab lab;
    notified(&lab, NOTIFY("person:li.ming"));
    for (size_t n = 0; n < 12; n++) {
        lab_result(&lab, "li.ming", LATER);
        int64_t due = core_next_due(lab.core) - lab.mono;
        if (n < 5)
            assert_int_equal(due, pauses[n] * 1000);
        else
            assert_in_range(due, 48000, 72000);
        lab_after(&lab, due);
    }
    lab_done(&lab);
}

static void two_contacts_that_fail_for_a_while_are_tried_in_turn_with_growing_pauses(void **state)
{
    (void)state;
    struct lab lab;
    int attempts = 0;
    notified(&lab, NOTIFY("person:wang.qiang"));
    while (lab.mono < 58 * MINUTES) {
        while (lab_attempt(&lab, "wang.qiang")) {
            lab_result(&lab, "wang.qiang", LATER);
            attempts++;
        }
        lab_after(&lab, 1000);
    }
    assert_in_range(attempts, 50, 130);
    lab_never(&lab, "notice_failed");
    lab_after(&lab, 10 * MINUTES);
    while (lab_attempt(&lab, "wang.qiang"))
        lab_result(&lab, "wang.qiang", LATER);
    lab_tells(&lab, "notice_method step=0.1 to=wang.qiang endpoint=sms\n"
                    "notice_method step=0.1 to=wang.qiang endpoint=push\n"
                    "notice_failed step=0.1 to=wang.qiang\n"
                    "alarm cause=notice_failed");
    lab_done(&lab);
}

static void a_contact_that_refuses_for_good_does_not_end_the_other(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:wang.qiang"));
    for (int n = 0; n < 3; n++) {
        lab_result(&lab, "wang.qiang", LATER);
        lab_after(&lab, 3000);
    }
    assert_string_equal(json_str(lab_attempt(&lab, "wang.qiang"), "endpoint"), "sms");
    lab_result(&lab, "wang.qiang", GONE);
    lab_never(&lab, "notice_failed");
    for (int n = 0; n < 4; n++) {
        lab_after(&lab, 2 * MINUTES);
        assert_string_equal(json_str(lab_attempt(&lab, "wang.qiang"), "endpoint"), "push");
        lab_result(&lab, "wang.qiang", LATER);
    }
    lab_after(&lab, 2 * MINUTES);
    lab_result(&lab, "wang.qiang", SENT);
    assert_string_equal(notice_state(&lab, "wang.qiang"), "sent");
    lab_done(&lab);
}

static void a_person_whose_contacts_all_refuse_is_a_failure_at_once(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:wang.qiang"));
    lab_result(&lab, "wang.qiang", GONE);
    lab_result(&lab, "wang.qiang", GONE);
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang\nalarm cause=notice_failed");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "failed");
    lab_done(&lab);
}

/* Why: many services answer 200 to what they refuse. */
static void a_200_that_the_channel_calls_a_refusal_gives_way_to_the_next_contact(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:wang.qiang"));
    lab_result(&lab, "wang.qiang",
               "{'ok':false,'status':200,'class':'rejected','error':'push: code is 19024'}");
    assert_string_equal(json_str(lab_attempt(&lab, "wang.qiang"), "endpoint"), "sms");
    /* and one that says "not now" is tried again, whatever its status is */
    lab_result(&lab, "wang.qiang",
               "{'ok':false,'status':400,'class':'status','again':true,'error':'sms: busy'}");
    lab_tells(&lab, "notice_method\nnotice_retry");
    lab_after(&lab, 1000);
    lab_result(&lab, "wang.qiang",
               "{'ok':true,'status':201,'class':'status','reference':'SM00ff'}");
    lab_tells(&lab, "notice_sent");
    assert_string_equal(json_str(lab_last(&lab, REC_NOTICE_SENT)->body, "reference"), "SM00ff");
    lab_done(&lab);
}

static void who_asks_to_wait_longer_than_is_left_gives_way_to_the_next_contact(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:wang.qiang'],"
                   "'text':'high water','within_ms':300000}}]");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':429,'retry_after_ms':1800000}");
    assert_string_equal(json_str(lab_attempt(&lab, "wang.qiang"), "endpoint"), "sms");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':429,'retry_after_ms':60000}");
    lab_after(&lab, 59999);
    assert_null(lab_attempt(&lab, "wang.qiang"));
    lab_after(&lab, 1);
    lab_result(&lab, "wang.qiang", SENT);
    lab_never(&lab, "notice_failed");
    lab_done(&lab);
}

static void no_endpoint_is_given_more_at_once_than_it_takes_and_all_are_served(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_crew(&lab, 300);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("group:crew"), AWAITS);
    assert_int_equal(json_array_size(lab.attempts), 64);
    /* another endpoint does not wait behind them */
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 8'}");
    lab_turn(&lab, NOTIFY("person:li.ming"), AWAITS);
    assert_non_null(lab_attempt(&lab, "li.ming"));
    size_t most = 0;
    while (json_array_size(lab.attempts)) {
        size_t n = json_array_size(lab.attempts);
        most = n > most ? n : most;
        lab_result(&lab, NULL, SENT);
    }
    assert_int_equal(most, 65);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 301);
    assert_int_equal(core_stats(lab.core).notices_handed, 0);
    assert_int_equal(core_stats(lab.core).notices_queued, 0);
    lab_done(&lab);
}

static void a_thousand_people_are_called_each_by_the_contact_that_works(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_crew(&lab, 1000);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['group:crew'],'text':'come',"
             "'within_ms':300000}}]",
             AWAITS);
    for (int n = 0; n < 1000; n++) {
        size_t last = json_array_size(lab.attempts) - 1;
        AUTO_TEXT(person);
        text_add(&person, json_str(json_array_get(lab.attempts, last), "person"));
        lab_result(&lab, text_str(&person), n % 3 ? SENT : GONE);
    }
    assert_int_equal(core_stats(lab.core).notices_queued, 0);
    lab_answer(&lab, "crew.999");
    lab_done(&lab);
}

static void a_call_goes_out_before_the_alarms_that_wait(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:nobody'],'text':'a'}},"
                   "{'kind':'notify','step':'0.2','args':{'to':['person:li.ming'],'text':'b'}},"
                   "{'kind':'notify','step':'0.3','args':{'to':['person:li.ming'],'text':'c'}},"
                   "{'kind':'notify','step':'0.4','args':{'to':['person:li.ming'],'text':'d'}},"
                   "{'kind':'error','step':'0.5','body':'handler','text':'x'},"
                   "{'kind':'notify','step':'0.6','args':{'to':['person:li.ming'],'text':'e'}}]");
    lab_tells(&lab, "alarm cause=plan_error\nnotice_queued step= to=wang.qiang");
    lab_result(&lab, "li.ming", SENT);
    lab_tells(&lab, "notice_handed step=0.4 to=li.ming");
    lab_result(&lab, "li.ming", SENT);
    lab_tells(&lab, "notice_handed step=0.6 to=li.ming");
    lab_result(&lab, "li.ming", SENT);
    lab_tells(&lab, "notice_handed step= to=wang.qiang");
    lab_done(&lab);
}

static void a_notify_without_people_goes_to_the_duty_room_and_its_handle_learns_it(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:nobody"));
    lab_tells(&lab, "alarm cause=empty_target\nnotice_queued step=0.1 to=wang.qiang");
    while (!lab_event(&lab))
        lab_result(&lab, "wang.qiang", SENT);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "sent");
    lab_done(&lab);
}

static void an_endpoint_that_leaves_the_site_gives_way_to_the_next_contact(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:wang.qiang"));
    lab_result(&lab, "wang.qiang", GONE);
    assert_string_equal(json_str(lab_attempt(&lab, "wang.qiang"), "endpoint"), "sms");
    lab_result(&lab, "wang.qiang", LATER);
    lab_site_without_sms(&lab);
    lab_after(&lab, 2000);
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "failed");
    lab_done(&lab);
}

static void a_courier_that_dies_leaves_no_message_behind(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("group:crew"));
    lab_result(&lab, "crew.1", SENT);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    json_array_clear(lab.attempts);
    lab_after(&lab, 5000);
    assert_int_equal(json_array_size(lab.attempts), 0);
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    assert_int_equal(json_array_size(lab.attempts), LAB_CREW - 1);
    lab_results(&lab, SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), LAB_CREW);
    lab_done(&lab);
}

static void a_cancelled_notify_is_not_tried_again_and_those_reached_are_told(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 8'}");
    lab_turn(&lab,
             "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming','person:sun.wei'],"
             "'text':'a'}},{'kind':'timer','step':'0.2','ms':1000}]",
             "{'names':[],'steps':['0.2']}");
    lab_result(&lab, "li.ming", SENT);
    lab_after(&lab, 1000);
    lab_turn(&lab, "[{'kind':'cancel','step':'0.1'}]", "{'names':[],'steps':['0.3']}");
    lab_tells(&lab, "notice_recalled step=0.1 to=sun.wei\nnotice_queued step= to=li.ming\n"
                    "notice_queued step= to=sun.wei");
    lab_done(&lab);
}

static void a_result_for_an_attempt_that_was_given_up_changes_nothing(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:wang.qiang"));
    AUTO_JSON(first);
    first = json_copy(json_unconst(lab_attempt(&lab, "wang.qiang")));
    lab_result(&lab, "wang.qiang", GONE);
    json_array_insert(lab.attempts, 0, first);
    lab_tells(&lab, "notice_method");
    lab_result(&lab, "wang.qiang", SENT);
    lab_never(&lab, "notice");
    lab_result(&lab, "wang.qiang", SENT);
    lab_tells(&lab, "notice_sent step=0.1 to=wang.qiang endpoint=sms");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_handed_out_in_the_record_that_queues_it),
        cmocka_unit_test(the_same_message_is_sent_again_with_the_same_id_and_body),
        cmocka_unit_test(pauses_grow_and_stay_at_a_minute),
        cmocka_unit_test(two_contacts_that_fail_for_a_while_are_tried_in_turn_with_growing_pauses),
        cmocka_unit_test(a_contact_that_refuses_for_good_does_not_end_the_other),
        cmocka_unit_test(a_person_whose_contacts_all_refuse_is_a_failure_at_once),
        cmocka_unit_test(a_200_that_the_channel_calls_a_refusal_gives_way_to_the_next_contact),
        cmocka_unit_test(who_asks_to_wait_longer_than_is_left_gives_way_to_the_next_contact),
        cmocka_unit_test(no_endpoint_is_given_more_at_once_than_it_takes_and_all_are_served),
        cmocka_unit_test(a_thousand_people_are_called_each_by_the_contact_that_works),
        cmocka_unit_test(a_call_goes_out_before_the_alarms_that_wait),
        cmocka_unit_test(a_notify_without_people_goes_to_the_duty_room_and_its_handle_learns_it),
        cmocka_unit_test(an_endpoint_that_leaves_the_site_gives_way_to_the_next_contact),
        cmocka_unit_test(a_courier_that_dies_leaves_no_message_behind),
        cmocka_unit_test(a_cancelled_notify_is_not_tried_again_and_those_reached_are_told),
        cmocka_unit_test(a_result_for_an_attempt_that_was_given_up_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
