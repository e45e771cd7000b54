/* An endpoint that does not answer is known before somebody must be called by it. */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define NOTIFY(to) "[{'kind':'notify','step':'0.1','args':{'to':['" to "'],'text':'high water'}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"
#define MINUTE 60000

/* All probes that wait for an answer get one, but for those of `dead`. */
static void answered(struct lab *lab, const char *dead)
{
    while (json_array_size(lab->probes)) {
        AUTO_JSON(frame);
        AUTO_TEXT(body);
        frame = json_incref(json_array_get(lab->probes, 0));
        json_array_remove(lab->probes, 0);
        const char *endpoint = json_str_or(frame, "endpoint", "");
        bool ok = !dead || strcmp(endpoint, dead) != 0;
        text_addf(&body, "{'endpoint':'%s','ok':%s,'class':'%s'%s}", endpoint,
                  ok ? "true" : "false", ok ? "status" : "connect",
                  ok ? "" : ",'error':'connection refused'");
        lab_input(lab, (struct input){.kind = IN_PROBED}, text_str(&body));
    }
}

/* So much time passes, and whoever is asked answers, but for `dead`. */
static void pass(struct lab *lab, int64_t ms, const char *dead)
{
    for (int64_t at = 0; at < ms; at += 1000) {
        lab_after(lab, 1000);
        answered(lab, dead);
    }
}

static const char *state_of(struct lab *lab, const char *endpoint)
{
    size_t n;
    json_t *one;
    json_decref(lab->scratch);
    lab->scratch = core_endpoints(lab->core, lab->wall);
    json_array_foreach(lab->scratch, n, one)
    {
        if (!strcmp(json_str_or(one, "name", ""), endpoint))
            return json_str_or(one, "state", "");
    }
    return "";
}

static void a_dead_endpoint_is_known_within_ninety_seconds_and_the_duty_room_too(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    pass(&lab, 5 * MINUTE, NULL);
    assert_string_equal(state_of(&lab, "push"), "up");
    mono_ms since = lab.mono;
    while (!lab_count(&lab, REC_ENDPOINT_DOWN))
        pass(&lab, 1000, "push");
    assert_in_range(lab.mono - since, 1, 90000);
    assert_string_equal(state_of(&lab, "push"), "down");
    lab_tells(&lab, "endpoint_down endpoint=push\nalarm cause=endpoint_down/push\n"
                    "notice_queued step= to=wang.qiang");
    /* wang.qiang has push and sms: the alarm goes by the other */
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    pass(&lab, 10 * MINUTE, "push");
    assert_int_equal(lab_count(&lab, REC_ENDPOINT_DOWN), 1);
    pass(&lab, MINUTE, NULL);
    assert_int_equal(lab_count(&lab, REC_ENDPOINT_UP), 1);
    assert_string_equal(state_of(&lab, "push"), "up");
    lab_done(&lab);
}

/* A night of answers is no news: the record would be full of them. */
static void nothing_is_recorded_while_all_answer(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    size_t before = lab.journal_count;
    pass(&lab, 60 * MINUTE, NULL);
    assert_int_equal(lab.journal_count, before);
    lab_done(&lab);
}

static void one_question_without_an_answer_is_no_outage(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    pass(&lab, 5 * MINUTE, NULL);
    lab_after(&lab, 30000);
    answered(&lab, "push");
    pass(&lab, 5 * MINUTE, NULL);
    lab_never(&lab, "endpoint_down");
    lab_done(&lab);
}

/* What a message has just shown need not be asked. */
static void an_endpoint_that_takes_messages_is_not_asked_and_is_up(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:sun.wei"), AWAITS);
    lab_after(&lab, 10000);
    lab_result(&lab, "sun.wei", SENT);
    lab_after(&lab, 25000);
    for (size_t n = 0; n < json_array_size(lab.probes); n++)
        assert_string_not_equal(json_str_or(json_array_get(lab.probes, n), "endpoint", ""), "sms");
    assert_string_equal(state_of(&lab, "sms"), "up");
    lab_done(&lab);
}

/* Nobody waits for three time-outs when it is known that they will come. */
static void messages_begin_with_the_contact_that_answers_and_those_that_wait_go_there(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 6'}");
    lab_turn(&lab,
             "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming'],'text':'a'}},"
             "{'kind':'notify','step':'0.2','args':{'to':['person:li.ming'],'text':'b'}},"
             "{'kind':'notify','step':'0.3','args':{'to':['person:li.ming'],'text':'c'}},"
             "{'kind':'notify','step':'0.4','args':{'to':['person:li.ming'],'text':'d'}},"
             "{'kind':'notify','step':'0.5','args':{'to':['person:wang.qiang'],'text':'e'}}]",
             AWAITS);
    assert_null(lab_attempt(&lab, "wang.qiang")); /* four hang at push */
    pass(&lab, 2 * MINUTE, "push");
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    lab_tells(&lab,
              "endpoint_down endpoint=push\nnotice_method step=0.5 to=wang.qiang endpoint=sms");
    lab_crash(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:wang.qiang"), AWAITS);
    assert_string_equal(state_of(&lab, "push"), "down"); /* also after a restart */
    lab_tells(&lab, "notice_queued step=0.1 to=wang.qiang endpoint=sms");
    lab_results(&lab, SENT);
    lab_done(&lab);
}

/* Who has no other contact is tried as ever: it may be the watch that is wrong. */
static void who_has_no_other_contact_is_tried_by_the_dead_one(void **state)
{
    (void)state;
    struct lab lab;
    lab_start_watched(&lab);
    pass(&lab, 3 * MINUTE, "push");
    json_array_clear(lab.attempts);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:li.ming"), AWAITS);
    lab_result(&lab, "li.ming", SENT);
    lab_tells(&lab, "endpoint_up endpoint=push\nnotice_sent step=0.1 to=li.ming");
    lab.unaudited = true;
    lab_done(&lab);
}

/* It is not asked; nobody knows whether it answers, and nobody says that it does not. */
static void an_endpoint_that_is_not_to_be_asked_is_not(void **state)
{
    (void)state;
    struct lab lab;
    size_t n;
    json_t *frame;
    lab_start_watched(&lab);
    lab_after(&lab, 5 * MINUTE);
    assert_true(json_array_size(lab.probes) > 0);
    json_array_foreach(lab.probes, n, frame)
    {
        assert_string_not_equal(json_str_or(frame, "endpoint", ""), "note");
        assert_true(json_bool(frame, "probe"));
    }
    assert_string_equal(state_of(&lab, "note"), "unknown");
    lab_done(&lab);
}

/* The alarm itself may reach nobody: then it is a dead letter, like all that reaches nobody. */
static void an_alarm_of_the_house_that_reaches_nobody_is_a_dead_letter(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(dead);
    AUTO_JSON(none);
    lab_start_watched(&lab);
    pass(&lab, 3 * MINUTE, "push");
    assert_non_null(lab_attempt(&lab, "wang.qiang"));
    for (int n = 0; n < 2; n++) { /* by sms, and by push, which is down */
        lab_result(&lab, "wang.qiang", "{'ok':false,'status':410,'error':'gone'}");
        pass(&lab, MINUTE, "push");
    }
    lab_tells(&lab, "notice_failed step= to=wang.qiang");
    lab_crash(&lab);
    dead = core_dead(lab.core);
    assert_int_equal(json_array_size(dead), 1);
    struct input in = {.kind = IN_DEAD};
    assert_true(uuid_parse(json_str_or(json_array_get(dead, 0), "notice", ""), &in.notice));
    lab_input(&lab, in, "{'action':'replay'}");
    lab_result(&lab, "wang.qiang", SENT);
    none = core_dead(lab.core);
    assert_int_equal(json_array_size(none), 0);
    lab_done(&lab);
}

static void a_service_that_asks_to_wait_is_shown_as_paused(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:sun.wei"), AWAITS);
    lab_result(&lab, "sun.wei", "{'ok':false,'status':429,'retry_after_ms':60000}");
    assert_string_equal(state_of(&lab, "sms"), "paused");
    lab_crash(&lab);
    assert_string_equal(state_of(&lab, "sms"), "paused");
    lab_after(&lab, MINUTE);
    lab_result(&lab, "sun.wei", SENT);
    assert_string_equal(state_of(&lab, "sms"), "up");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_endpoint_is_known_within_ninety_seconds_and_the_duty_room_too),
        cmocka_unit_test(nothing_is_recorded_while_all_answer),
        cmocka_unit_test(one_question_without_an_answer_is_no_outage),
        cmocka_unit_test(an_endpoint_that_takes_messages_is_not_asked_and_is_up),
        cmocka_unit_test(messages_begin_with_the_contact_that_answers_and_those_that_wait_go_there),
        cmocka_unit_test(who_has_no_other_contact_is_tried_by_the_dead_one),
        cmocka_unit_test(an_endpoint_that_is_not_to_be_asked_is_not),
        cmocka_unit_test(an_alarm_of_the_house_that_reaches_nobody_is_a_dead_letter),
        cmocka_unit_test(a_service_that_asks_to_wait_is_shown_as_paused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
