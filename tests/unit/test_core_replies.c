/* People answer from a telephone that can do nothing but text, or by a button: it must count, and
 * nobody may answer for another or guess. */
#include "core_lab.h"
#include "unit.h"

#include "core/link.h"

#include <stdlib.h>

#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define CALL(to, within)                                                                           \
    "[{'kind':'call','step':'0.1','args':{'to':'" to "','within_ms':" within                       \
    ",'text':'high water'}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"

static const json_t *hand_in(struct lab *lab, const char *body)
{
    lab_input(lab, (struct input){.kind = IN_REPLY}, body);
    return lab->reply;
}

/* What a telephone sends. */
static const char *texts(struct lab *lab, const char *person, const char *endpoint,
                         const char *text)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'endpoint':'%s','people':['%s'],'text':'%s'}", endpoint, person, text);
    return json_str_or(hand_in(lab, text_str(&body)), "done", "");
}

/* "4821": of the last message to somebody. */
static const char *code_to(struct lab *lab, const char *person, char ret[8])
{
    json_t *shown = lab_message(lab, person);
    strcpy(ret, json_str_or(shown, "code", "?"));
    json_decref(shown);
    return ret;
}

static void called(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab->check_each = true;
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

static void a_text_with_the_code_answers_the_call(void **state)
{
    (void)state;
    struct lab lab;
    char code[8];
    called(&lab, CALL("person:sun.wei", "300000"));
    lab_result(&lab, "sun.wei", SENT);
    assert_string_equal(texts(&lab, "sun.wei", "sms", code_to(&lab, "sun.wei", code)), "answered");
    lab_tells(&lab, "reply_taken\ncall_answered by=sun.wei calls=0.1");
    lab_done(&lab);
}

/* Why: one telephone, one message: nobody types four digits in the rain. */
static void the_only_message_is_answered_by_one_digit(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:sun.wei", "300000"));
    lab_result(&lab, "sun.wei", SENT);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "2"), "declined");
    lab_tells(&lab, "call_declined by=sun.wei");
    lab_done(&lab);
}

static void of_two_messages_the_code_says_which(void **state)
{
    (void)state;
    struct lab lab;
    char first[8];
    called(&lab, "[{'kind':'call','step':'0.1','args':{'to':'person:sun.wei','within_ms':300000,'"
                 "text':'a'}},"
                 "{'kind':'call','step':'0.2','args':{'to':'person:sun.wei','within_ms':300000,'"
                 "text':'b'}}]");
    lab_results(&lab, SENT);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "unread");
    assert_int_equal(lab_count(&lab, REC_CALL_ANSWERED), 0);
    assert_string_equal(texts(&lab, "sun.wei", "sms", code_to(&lab, "sun.wei", first)), "answered");
    lab_tells(&lab, "call_answered by=sun.wei calls=0.2");
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "answered"); /* one is left */
    lab_tells(&lab, "call_answered by=sun.wei calls=0.1");
    lab_done(&lab);
}

/* Why: forty alarms of one outage are one answer, not forty. */
static void several_are_answered_at_once_when_that_is_said(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, "[{'kind':'call','step':'0.1','args':{'to':'person:sun.wei','within_ms':300000,"
                 "'text':'a'}},{'kind':'call','step':'0.2','args':{'to':'person:sun.wei',"
                 "'within_ms':300000,'text':'b'}},{'kind':'call','step':'0.3','args':{'to':"
                 "'person:li.ming','within_ms':300000,'text':'c'}}]");
    lab_results(&lab, SENT);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1 全部"), "answered");
    lab_tells(&lab, "call_answered by=sun.wei calls=0.1\ncall_answered by=sun.wei calls=0.2");
    lab_never(&lab, "calls=0.3");
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "unread"); /* nothing is left */
    lab_done(&lab);
}

static void nobody_answers_with_the_code_of_another(void **state)
{
    (void)state;
    struct lab lab;
    char code[8];
    called(&lab, CALL("person:sun.wei", "300000"));
    lab_result(&lab, "sun.wei", SENT);
    assert_string_equal(texts(&lab, "li.ming", "push", code_to(&lab, "sun.wei", code)), "refused");
    assert_string_equal(texts(&lab, "sun.wei", "push", code), "refused"); /* it went by sms */
    assert_int_equal(lab_count(&lab, REC_CALL_ANSWERED), 0);
    hand_in(&lab, "{'endpoint':'sms','people':[],'text':'1'}");
    assert_string_equal(json_str_or(lab.reply, "done", ""), "unknown");
    assert_null(json_str(lab.reply, "say")); /* a stranger is told nothing */
    lab_done(&lab);
}

/* Why: 10,000 codes are soon tried by a machine. */
static void five_wrong_codes_in_a_row_are_followed_by_an_hour_of_silence(void **state)
{
    (void)state;
    struct lab lab;
    char code[8];
    called(&lab, CALL("person:sun.wei", "10800000"));
    lab_result(&lab, "sun.wei", SENT);
    code_to(&lab, "sun.wei", code);
    const char *wrong = strcmp(code, "0000") ? "0000" : "0001";
    for (int n = 0; n < 4; n++)
        assert_string_equal(texts(&lab, "sun.wei", "sms", wrong), "refused");
    assert_string_equal(texts(&lab, "sun.wei", "sms", wrong), "refused"); /* the fifth */
    lab_crash(&lab);
    assert_string_equal(texts(&lab, "sun.wei", "sms", code), "ignored");
    assert_int_equal(lab_count(&lab, REC_REPLY_REFUSED), 5);
    lab_after(&lab, 59 * 60 * 1000);
    assert_string_equal(texts(&lab, "sun.wei", "sms", code), "ignored");
    lab_after(&lab, 60 * 1000);
    assert_string_equal(texts(&lab, "sun.wei", "sms", wrong), "refused");
    assert_string_equal(texts(&lab, "sun.wei", "sms", code), "answered");
    lab_done(&lab);
}

static void a_right_code_between_wrong_ones_begins_the_count_anew(void **state)
{
    (void)state;
    struct lab lab;
    char code[8];
    called(&lab, CALL("person:sun.wei", "10800000"));
    lab_result(&lab, "sun.wei", SENT);
    code_to(&lab, "sun.wei", code);
    const char *wrong = strcmp(code, "0000") ? "0000" : "0001";
    for (int n = 0; n < 4; n++)
        texts(&lab, "sun.wei", "sms", wrong);
    assert_string_equal(texts(&lab, "sun.wei", "sms", code), "answered");
    for (int n = 0; n < 4; n++)
        assert_string_equal(texts(&lab, "sun.wei", "sms", wrong), "refused");
    assert_string_equal(texts(&lab, "sun.wei", "sms", code), "noted");
    lab_done(&lab);
}

/* ---- STOP ---- */

static void stop_ends_what_goes_there_and_start_begins_again(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    assert_string_equal(texts(&lab, "sun.wei", "sms", "STOP"), "stopped");
    assert_string_equal(texts(&lab, "sun.wei", "sms", "stop"), "stopped");
    assert_int_equal(lab_count(&lab, REC_CONTACT_STOPPED), 1);
    lab_crash(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, CALL("person:sun.wei", "300000"), AWAITS);
    assert_null(lab_attempt(&lab, "sun.wei")); /* nothing is sent between */
    lab_tells(&lab, "notice_failed step=0.1 to=sun.wei");
    assert_string_equal(texts(&lab, "sun.wei", "sms", "START"), "started");
    lab_input(&lab, (struct input){.kind = IN_CONTACT_TEST}, "{'person':'sun.wei'}");
    assert_non_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

/* Why: what waited for a telephone that is stopped must ring another one, and at once. */
static void what_waits_at_a_stopped_contact_goes_by_the_next(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:wang.qiang", "300000"));
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':503,'error':'busy'}");
    texts(&lab, "wang.qiang", "push", "TD");
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':503,'error':'busy'}");
    lab_after(&lab, 60000); /* three failures: the list would begin again, were it not stopped */
    while (lab_attempt(&lab, "wang.qiang")) {
        assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
        lab_result(&lab, "wang.qiang", "{'ok':false,'status':503,'error':'busy'}");
        lab_after(&lab, 10000);
    }
    lab_done(&lab);
}

/* Why: a message that is under way and comes back must not go there a second time. */
static void what_fails_on_its_way_to_a_stopped_contact_goes_by_the_next(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:wang.qiang", "300000"));
    texts(&lab, "wang.qiang", "push", "STOP");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':503,'error':'busy'}");
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    texts(&lab, "wang.qiang", "sms", "STOP"); /* and now there is none */
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':503,'error':'busy'}");
    lab_after(&lab, 60000);
    assert_null(lab_attempt(&lab, "wang.qiang"));
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang");
    lab_done(&lab);
}

static void what_had_failed_is_not_sent_again_to_a_stopped_contact(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei'],'text':'x'}}]");
    lab_result(&lab, "sun.wei", "{'ok':false,'status':404,'error':'gone'}");
    lab_tells(&lab, "notice_failed");
    texts(&lab, "sun.wei", "sms", "STOP");
    struct input in = {.kind = IN_DEAD};
    uuid_parse(lab.incident, &in.incident);
    lab_input(&lab, in, "{'action':'replay'}");
    assert_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

/* Why: one telephone of a hall is nobody's in particular: whoever wrote, it wants nothing. */
static void stop_is_for_all_whose_telephone_it_is(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    hand_in(&lab, "{'endpoint':'push','people':['li.ming','wang.qiang'],'text':'STOP'}");
    assert_int_equal(lab_count(&lab, REC_CONTACT_STOPPED), 2);
    hand_in(&lab, "{'endpoint':'push','people':['li.ming','wang.qiang'],'text':'START'}");
    assert_int_equal(lab_count(&lab, REC_CONTACT_STARTED), 2);
    lab_done(&lab);
}

/* Why: the first of a crew wants nothing, and the others must have their time all the same. */
static void one_who_cannot_be_reached_does_not_end_the_rung(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    texts(&lab, "crew.0", "desk", "STOP");
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'rungs':[{'to':'group:crew','within_ms':300000},"
             "{'to':'person:wang.qiang','within_ms':300000}],'text':'a'}}]",
             AWAITS);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), 1);
    assert_non_null(lab_notice(&lab, "crew.5"));
    lab_after(&lab, 299000);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), 1);
    lab_after(&lab, 1000);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), 2);
    lab_done(&lab);
}

/* ---- duty ---- */

/* Why: who is checked at night has a telephone in the hand, and no browser. */
static void a_spot_check_is_answered_by_text(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_input(&lab, (struct input){.kind = IN_DUTY_CHECK}, "{'roster':'duty-room','seat':'lead'}");
    lab_result(&lab, "sun.wei", SENT);
    size_t before = lab_count(&lab, REC_DUTY_CHECK);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "answered");
    assert_int_equal(lab_count(&lab, REC_DUTY_CHECK), before + 1);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "unread"); /* nothing waits now */
    lab_done(&lab);
}

/* Why: a check that nobody answered must not be in the way of "1" to the call of the night. */
static void an_old_spot_check_is_not_in_the_way_of_a_call(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_input(&lab, (struct input){.kind = IN_DUTY_CHECK}, "{'roster':'duty-room','seat':'lead'}");
    lab_result(&lab, "sun.wei", SENT);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, CALL("person:sun.wei", "30000000"), AWAITS);
    lab_result(&lab, "sun.wei", SENT);
    size_t checks = lab_count(&lab, REC_DUTY_CHECK);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "unread"); /* both are fresh */
    lab_after(&lab, 2 * 3600000);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "answered");
    lab_tells(&lab, "call_answered by=sun.wei calls=0.1");
    assert_int_equal(lab_count(&lab, REC_DUTY_CHECK), checks);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1"), "answered"); /* what is left */
    assert_int_equal(lab_count(&lab, REC_DUTY_CHECK), checks + 1);
    lab_done(&lab);
}

/* Why: "1 all" is for the alarms of one outage; a duty is agreed to by its own code. */
static void all_is_not_what_is_asked_of_duty(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_DUTY_CHECK}, "{'roster':'duty-room','seat':'lead'}");
    lab_result(&lab, "sun.wei", SENT);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, CALL("person:sun.wei", "300000"), AWAITS);
    lab_result(&lab, "sun.wei", SENT);
    size_t checks = lab_count(&lab, REC_DUTY_CHECK);
    assert_string_equal(texts(&lab, "sun.wei", "sms", "1 all"), "answered");
    lab_tells(&lab, "call_answered by=sun.wei calls=0.1");
    assert_int_equal(lab_count(&lab, REC_DUTY_CHECK), checks);
    lab_done(&lab);
}

static void a_stopped_contact_is_not_tested(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    texts(&lab, "li.ming", "push", "STOP");
    lab_input(&lab, (struct input){.kind = IN_CONTACT_TEST}, "{'person':'li.ming'}");
    assert_string_equal(json_str_or(lab.reply, "code", ""), "conflict");
    texts(&lab, "wang.qiang", "push", "STOP"); /* who has another is tested by that */
    lab_input(&lab, (struct input){.kind = IN_CONTACT_TEST}, "{'person':'wang.qiang'}");
    assert_int_equal(json_array_size(json_at(lab.reply, "tests")), 1);
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    lab_done(&lab);
}

/* ---- buttons ---- */

static char *token_to(struct lab *lab, const char *person)
{
    json_t *shown = lab_message(lab, person);
    char *token = mem_str(strrchr(json_str_or(shown, "link", "/"), '/') + 1);
    json_decref(shown);
    return token;
}

static const char *presses(struct lab *lab, const char *people, const char *token, const char *more)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'endpoint':'push','people':[%s],'token':'%s'%s}", people, token, more);
    return json_str_or(hand_in(lab, text_str(&body)), "done", "");
}

static void a_button_is_pressed_by_whom_the_service_says(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("duty:duty-room", "300000"));
    lab_result(&lab, "wang.qiang", SENT);
    char *token = token_to(&lab, "wang.qiang");
    assert_string_equal(presses(&lab, "", token, ""), "unread"); /* an account nobody knows */
    assert_string_equal(presses(&lab, "", token, ",'code':'0000x'"), "unread");
    assert_string_equal(presses(&lab, "'li.ming'", token, ""),
                        "noted"); /* nobody called them yet */
    assert_int_equal(lab_count(&lab, REC_CALL_ANSWERED), 0);
    assert_string_equal(presses(&lab, "'li.ming'", token, ",'answer':'pass'"), "unread");
    assert_string_equal(presses(&lab, "'wang.qiang'", token, ",'answer':'pass'"), "passed");
    lab_tells(&lab, "call_declined by=wang.qiang\ncall_rung");
    assert_string_equal(presses(&lab, "'li.ming'", token, ""), "answered"); /* called by now */
    free(token);
    lab_done(&lab);
}

static void the_code_in_a_private_button_proves_who_pressed(void **state)
{
    (void)state;
    struct lab lab;
    char code[8];
    AUTO_TEXT(more);
    called(&lab, CALL("duty:duty-room", "300000"));
    lab_result(&lab, "wang.qiang", SENT);
    char *token = token_to(&lab, "wang.qiang");
    text_addf(&more, ",'code':'%s'", code_to(&lab, "wang.qiang", code));
    assert_string_equal(presses(&lab, "", token, text_str(&more)), "answered");
    token[5] = token[5] == 'A' ? 'B' : 'A';
    assert_string_equal(presses(&lab, "'wang.qiang'", token, ""), "unread");
    free(token);
    lab_done(&lab);
}

/* ---- what a service says afterwards ---- */

static const char *says(struct lab *lab, const char *person, const char *body)
{
    AUTO_TEXT(said);
    struct input in = {.kind = IN_RECEIPT};
    char *token = token_to(lab, person);
    struct link link;
    assert_true(link_parse(token, &link));
    in.notice = link.notice;
    in.incident = core_notice_incident(lab->core, link.notice);
    in.who = (struct principal){.id = "nobody"};
    text_addf(&said, "{'token':'%s',%s}", token, body);
    free(token);
    lab_input(lab, in, text_str(&said));
    return json_str_or(lab->reply, "code", json_str_or(lab->reply, "state", ""));
}

/* Why: "sent" is no "arrived": the carrier says later that the number is dead. */
static void what_did_not_arrive_goes_by_the_next_contact(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:wang.qiang", "300000"));
    lab_result(&lab, "wang.qiang", SENT);
    says(&lab, "wang.qiang", "'receipt':'failed','error':'undelivered, error 30003'");
    lab_tells(&lab, "notice_sent\nnotice_undelivered step=0.1 to=wang.qiang");
    lab_done(&lab);
}

static void the_last_contact_that_fails_sends_the_call_on(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("duty:duty-room", "300000"));
    lab_result(&lab, "wang.qiang", SENT);
    lab_answer_link(&lab, "wang.qiang", "{'decline':true}");
    lab_result(&lab, "li.ming", SENT);
    says(&lab, "li.ming", "'receipt':'failed','error':'undelivered'"); /* has no other contact */
    lab_tells(&lab, "notice_undelivered step=0.1 to=li.ming\nnotice_failed step=0.1 to=li.ming\n"
                    "call_rung");
    assert_non_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

/* Why: a carrier may be quicker than its own answer. */
static void word_that_overtakes_the_answer_is_kept(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:wang.qiang", "300000"));
    says(&lab, "wang.qiang", "'receipt':'failed','error':'undelivered'");
    lab_result(&lab, "wang.qiang", SENT);
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    lab_tells(&lab, "notice_undelivered\nnotice_method");
    lab_result(&lab, "wang.qiang", SENT); /* what is said of the first says nothing of the second */
    lab_tells(&lab, "notice_sent");
    lab_done(&lab);
}

static void who_has_it_is_not_disturbed_by_a_late_report(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:li.ming", "300000"));
    lab_result(&lab, "li.ming", SENT);
    assert_string_equal(says(&lab, "li.ming", "'receipt':'delivered'"), "delivered");
    assert_string_equal(says(&lab, "li.ming", "'receipt':'failed'"), "delivered");
    assert_int_equal(lab_count(&lab, REC_NOTICE_UNDELIVERED), 0);
    lab_done(&lab);
}

static void nobody_without_the_link_says_what_became_of_it(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("person:li.ming", "300000"));
    lab_result(&lab, "li.ming", SENT);
    struct input in = {.kind = IN_RECEIPT, .who = {.id = "nobody"}};
    char *token = token_to(&lab, "li.ming");
    struct link link;
    assert_true(link_parse(token, &link));
    in.notice = link.notice;
    token[30] = token[30] == 'A' ? 'B' : 'A';
    AUTO_TEXT(body);
    text_addf(&body, "{'token':'%s','receipt':'failed'}", token);
    lab_input(&lab, in, text_str(&body));
    assert_string_equal(json_str_or(lab.reply, "code", ""), "unknown_link");
    lab_input(&lab, in, "{'receipt':'delivered'}");
    assert_string_equal(json_str_or(lab.reply, "code", ""), "denied");
    lab_input(&lab, in, "{'endpoint':'push','receipt':'delivered'}");
    assert_string_equal(json_str_or(lab.reply, "code", ""), "denied");
    in.who = (struct principal){.id = "key:reply-sms", .scopes = SCOPE_REPLY};
    lab_input(&lab, in, "{'endpoint':'sms','receipt':'delivered'}"); /* it went by push */
    assert_string_equal(json_str_or(lab.reply, "code", ""), "unauthorized");
    free(token);
    lab_done(&lab);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_with_the_code_answers_the_call),
        cmocka_unit_test(the_only_message_is_answered_by_one_digit),
        cmocka_unit_test(of_two_messages_the_code_says_which),
        cmocka_unit_test(several_are_answered_at_once_when_that_is_said),
        cmocka_unit_test(nobody_answers_with_the_code_of_another),
        cmocka_unit_test(five_wrong_codes_in_a_row_are_followed_by_an_hour_of_silence),
        cmocka_unit_test(a_right_code_between_wrong_ones_begins_the_count_anew),
        cmocka_unit_test(stop_ends_what_goes_there_and_start_begins_again),
        cmocka_unit_test(what_waits_at_a_stopped_contact_goes_by_the_next),
        cmocka_unit_test(what_fails_on_its_way_to_a_stopped_contact_goes_by_the_next),
        cmocka_unit_test(what_had_failed_is_not_sent_again_to_a_stopped_contact),
        cmocka_unit_test(stop_is_for_all_whose_telephone_it_is),
        cmocka_unit_test(one_who_cannot_be_reached_does_not_end_the_rung),
        cmocka_unit_test(a_spot_check_is_answered_by_text),
        cmocka_unit_test(an_old_spot_check_is_not_in_the_way_of_a_call),
        cmocka_unit_test(all_is_not_what_is_asked_of_duty),
        cmocka_unit_test(a_stopped_contact_is_not_tested),
        cmocka_unit_test(a_button_is_pressed_by_whom_the_service_says),
        cmocka_unit_test(the_code_in_a_private_button_proves_who_pressed),
        cmocka_unit_test(what_did_not_arrive_goes_by_the_next_contact),
        cmocka_unit_test(word_that_overtakes_the_answer_is_kept),
        cmocka_unit_test(the_last_contact_that_fails_sends_the_call_on),
        cmocka_unit_test(who_has_it_is_not_disturbed_by_a_late_report),
        cmocka_unit_test(nobody_without_the_link_says_what_became_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
