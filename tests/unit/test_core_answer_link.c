/* Who holds a message's link and code answers as its person: rightly, once, and nobody else. */
#include "core_lab.h"
#include "unit.h"

#include "core/link.h"
#include "core/say.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define CALL(step, to)                                                                             \
    "[{'kind':'call','step':'" step "','args':{'to':['" to "'],'text':'come','within_ms':300000}}" \
    "]"
#define AWAITS "{'names':['answer','declined'],'steps':['0.1','0.2']}"
#define MINUTES 60000

static void called(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab->check_each = true;
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

static void refused(const json_t *reply, const char *code, const char *words)
{
    assert_false(json_bool(reply, "ok"));
    assert_string_equal(json_str(reply, "code"), code);
    assert_non_null(strstr(json_str(reply, "error"), words));
}

static const char *notice_state(struct lab *lab, const char *person)
{
    return json_str_or(lab_notice(lab, person), "state", "");
}

static void the_right_code_is_the_answer_of_the_person_to_that_call(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_result(&lab, "li.ming", SENT);
    const json_t *reply = lab_answer_link(&lab, "li.ming", "{'note':'on my way'}");
    assert_true(json_bool(reply, "ok"));
    assert_string_equal(json_str(reply, "answer"), "answered");
    assert_true(json_bool(reply, "waited"));
    lab_tells(&lab, "call_answered by=li.ming calls=0.1");
    assert_string_equal(notice_state(&lab, "li.ming"), "answered");
    const struct record *r = lab_last(&lab, REC_CALL_ANSWERED);
    assert_string_equal(json_str(r->actor, "type"), "person");
    assert_string_equal(json_str(r->actor, "id"), "li.ming");
    assert_null(json_str(r->actor, "by"));
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "note"), "on my way");
    lab_done(&lab);
}

/* Why: somebody in two calls who answers one has not answered the other. */
static void a_link_answers_its_own_call_and_no_other(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, "[{'kind':'call','step':'0.1','args':{'to':['person:li.ming'],'text':'a',"
                 "'within_ms':300000}},{'kind':'call','step':'0.2','args':"
                 "{'to':['person:li.ming'],'text':'b','within_ms':300000}}]");
    lab_results(&lab, SENT);
    lab_answer_link(&lab, "li.ming", "{}"); /* the last one written: of 0.2 */
    lab_tells(&lab, "call_answered by=li.ming calls=0.2");
    lab_never(&lab, "calls=0.1");
    assert_int_equal(json_array_size(json_at(json_at(lab_incident(&lab), "body"), "calls")), 1);
    lab_done(&lab);
}

static void who_cannot_come_sends_the_call_on(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "duty:duty-room"));
    lab_results(&lab, SENT);
    const json_t *reply = lab_answer_link(&lab, "wang.qiang", "{'decline':true}");
    assert_string_equal(json_str(reply, "answer"), "declined");
    lab_tells(&lab, "call_declined by=wang.qiang calls=0.1\ncall_rung step=0.1 rung=1");
    assert_true(json_bool(json_at(lab_notice(&lab, "wang.qiang"), "body"), "declined"));
    lab_done(&lab);
}

/* Why: whoever was called may answer when the list has long run out. */
static void a_late_answer_counts_as_any_late_answer_does(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "duty:duty-room"));
    lab_results(&lab, SENT);
    lab_after(&lab, 6 * MINUTES); /* the call is at the second seat */
    lab_results(&lab, SENT);
    lab_answer_link(&lab, "wang.qiang", "{}");
    lab_tells(&lab, "call_rung step=0.1 rung=1\ncall_answered by=wang.qiang calls=0.1");
    lab_done(&lab);
}

static void an_answer_after_the_call_is_recorded_and_shown_to_the_plan(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    lab_after(&lab, 6 * MINUTES);
    lab_turn(&lab, "[]", AWAITS);
    const json_t *reply = lab_answer_link(&lab, "li.ming", "{}");
    assert_true(json_bool(reply, "ok"));
    assert_false(json_bool(reply, "waited"));
    lab_tells(&lab, "call_expired step=0.1\nanswer_noted by=li.ming");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "by"), "li.ming");
    lab_done(&lab);
}

/* Why: "I have read it" must not end a call that waits for somebody to come. */
static void an_answer_to_a_message_that_is_no_call_is_recorded_and_answers_none(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, "[{'kind':'call','step':'0.1','args':{'to':['person:li.ming'],'text':'a',"
                 "'within_ms':300000}},{'kind':'notify','step':'0.2','args':"
                 "{'to':['person:li.ming'],'text':'b'}}]");
    lab_results(&lab, SENT);
    lab_answer_link(&lab, "li.ming", "{}");
    lab_tells(&lab, "answer_noted by=li.ming");
    lab_never(&lab, "call_answered");
    assert_string_equal(notice_state(&lab, "li.ming"), "answered");
    lab_done(&lab);
}

static void a_button_pressed_twice_is_one_answer(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    lab_answer_link(&lab, "li.ming", "{}");
    size_t before = lab.journal_count;
    assert_true(json_bool(lab_answer_link(&lab, "li.ming", "{}"), "ok"));
    assert_int_equal(lab.journal_count, before);
    /* what is new is recorded */
    lab_answer_link(&lab, "li.ming", "{'note':'at the gate'}");
    lab_answer_link(&lab, "li.ming", "{'decline':true}");
    assert_int_equal(lab_count(&lab, REC_ANSWER_NOTED), 1);
    assert_int_equal(lab_count(&lab, REC_CALL_DECLINED), 1);
    assert_true(json_bool(json_at(lab_notice(&lab, "li.ming"), "body"), "declined"));
    lab_answer_link(&lab, "li.ming", "{}");
    assert_false(json_bool(json_at(lab_notice(&lab, "li.ming"), "body"), "declined"));
    lab_done(&lab);
}

/* Why: 10,000 codes are tried in a second; five are not a risk. And who is locked out is told what
 * to do, the duty room whom to ring. */
static void five_wrong_codes_lock_the_link_and_the_duty_room_is_told(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:sun.wei"));
    lab_results(&lab, SENT);
    AUTO_JSON(shown);
    shown = lab_message(&lab, "sun.wei");
    const char *wrong =
        strcmp(json_str(shown, "code"), "0000") != 0 ? "{'code':'0000'}" : "{'code':'0001'}";
    for (int left = 4; left >= 1; left--) {
        const json_t *reply = lab_answer_link(&lab, "sun.wei", wrong);
        refused(reply, "wrong_code", "not the code");
        assert_int_equal(json_int(reply, "left", -1), left);
        lab_tells(&lab, "answer_refused step=0.1 to=sun.wei");
    }
    lab_crash(&lab); /* a restart gives no new tries */
    refused(lab_answer_link(&lab, "sun.wei", wrong), "link_locked", "Call the duty room");
    lab_tells(&lab, "answer_refused step=0.1 to=sun.wei\nalarm cause=link_locked:sun.wei\n"
                    "notice_queued step= to=wang.qiang");
    size_t before = lab.journal_count;
    const json_t *reply = lab_answer_link(&lab, "sun.wei", "{}");
    refused(reply, "link_locked", "muster answer");
    assert_int_equal(json_int(reply, "left", -1), 0);
    refused(lab_answer_link(&lab, "sun.wei", wrong), "link_locked", "further message");
    assert_int_equal(lab.journal_count, before); /* and nobody fills the disk with it */
    lab_answer(&lab, "sun.wei");
    lab_tells(&lab, "call_answered by=sun.wei calls=0.1");
    lab_done(&lab);
}

static void what_is_no_code_costs_no_try(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    size_t before = lab.journal_count;
    static const char *const typed[] = {"{'code':'482'}", "{'code':'48x1'}", "{'code':'li.ming'}"};
    for (size_t i = 0; i < 3; i++)
        refused(lab_answer_link(&lab, "li.ming", typed[i]), "bad_field", "four digits");
    assert_int_equal(lab.journal_count, before);
    lab_done(&lab);
}

/* Why: anybody can make up a link; it must neither open a message nor use up its tries. */
static void a_made_up_secret_opens_nothing_and_leaves_no_trace(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    AUTO_JSON(shown);
    AUTO_TEXT(other);
    shown = lab_message(&lab, "li.ming");
    struct link link;
    char text[LINK_TEXT];
    assert_true(link_parse(strrchr(json_str(shown, "link"), '/') + 1, &link));
    size_t before = lab.journal_count;
    link.secret[0] ^= 1;
    text_addf(&other, "{'token':'%s'}", link_text(&link, text));
    refused(lab_answer_link(&lab, "li.ming", text_str(&other)), "unknown_link", "whole");
    link.notice.b[15] ^= 1;
    text_clear(&other);
    text_addf(&other, "{'token':'%s'}", link_text(&link, text));
    refused(lab_answer_link(&lab, "li.ming", text_str(&other)), "unknown_link", "whole");
    refused(lab_answer_link(&lab, "li.ming", "{'token':'x'}"), "unknown_link", "whole");
    assert_int_equal(lab.journal_count, before);
    lab_done(&lab);
}

static void after_the_end_a_link_says_that_it_is_over(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    AUTO_JSON(shown);
    AUTO_TEXT(old);
    shown = lab_message(&lab, "li.ming");
    text_addf(&old, "{'token':'%s','code':'%s'}", strrchr(json_str(shown, "link"), '/') + 1,
              json_str(shown, "code"));
    lab_say(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}");
    /* the core knows it until the last message is out, then the record does (engine_serve.c) */
    refused(lab_answer_link(&lab, "li.ming", text_str(&old)), "closed", "this is over");
    lab_results(&lab, SENT);
    refused(lab_answer_link(&lab, "li.ming", text_str(&old)), "unknown_link", "");
    lab_done(&lab);
}

/* Why: an attempt that timed out may have arrived all the same; its link proves it. */
static void an_answer_before_the_endpoints_word_proves_that_the_message_arrived(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming'],'text':'b'}}]");
    assert_string_equal(notice_state(&lab, "li.ming"), "sending");
    lab_answer_link(&lab, "li.ming", "{}");
    assert_string_equal(notice_state(&lab, "li.ming"), "sending");
    lab_result(&lab, "li.ming", LATER);
    assert_string_equal(notice_state(&lab, "li.ming"), "answered");
    lab_never(&lab, "notice_retry");
    lab_done(&lab);

    called(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming'],'text':'b'}}]");
    lab_result(&lab, "li.ming", LATER);
    assert_string_equal(notice_state(&lab, "li.ming"), "waiting");
    lab_answer_link(&lab, "li.ming", "{}");
    lab_tells(&lab, "notice_retry step=0.1 to=li.ming\nanswer_noted by=li.ming\n"
                    "notice_sent step=0.1 to=li.ming");
    assert_string_equal(notice_state(&lab, "li.ming"), "answered");
    assert_int_equal(core_next_due(lab.core), INT64_MAX); /* not tried again */
    lab_done(&lab);
}

/* Why: the gateway said no and had sent it all the same. */
static void an_answer_by_a_message_that_was_given_up_counts_too(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "duty:duty-room"));
    AUTO_JSON(shown);
    AUTO_TEXT(first);
    shown = lab_message(&lab, "wang.qiang");
    text_addf(&first, "{'token':'%s','code':'%s'}", strrchr(json_str(shown, "link"), '/') + 1,
              json_str(shown, "code"));
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':404}");
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':404}");
    lab_tells(&lab, "notice_failed step=0.1 to=wang.qiang\ncall_rung step=0.1 rung=1");
    assert_true(json_bool(lab_answer_link(&lab, "wang.qiang", text_str(&first)), "waited"));
    assert_string_equal(json_str(lab_last(&lab, REC_CALL_ANSWERED)->body, "by"), "wang.qiang");
    lab_done(&lab);
}

/* Why: rule R11, and a code in the timeline would let everybody answer in another's name. */
static void neither_secret_nor_code_leaves_the_sealed_part(void **state)
{
    (void)state;
    struct lab lab;
    called(&lab, CALL("0.1", "person:li.ming"));
    lab_results(&lab, SENT);
    AUTO_JSON(shown);
    shown = lab_message(&lab, "li.ming");
    const char *token = strrchr(json_str(shown, "link"), '/') + 1, *code = json_str(shown, "code");
    lab_answer_link(&lab, "li.ming", "{'code':'0000'}");
    lab_answer_link(&lab, "li.ming", "{}");
    for (size_t n = 0; n < lab.journal_count; n++) {
        AUTO_TEXT(open);
        json_write(lab.journal[n]->body, &open);
        record_say(lab.journal[n], "en", &open);
        assert_null(strstr(text_str(&open), token));
        assert_null(strstr(text_str(&open), "\"token\""));
        AUTO_TEXT(quoted);
        text_addf(&quoted, "\"%s\"", code);
        assert_null(strstr(text_str(&open), text_str(&quoted)));
    }
    lab_done(&lab);
}

static void a_wrong_code_is_a_sentence_in_both_languages(void **state)
{
    (void)state;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    struct record *r = record_new(REC_ANSWER_REFUSED, (struct uuid){0});
    json_put_str(r->body, "to", "li.ming");
    json_put_int(r->body, "wrong", 5);
    json_put_true(r->body, "locked", true);
    record_say(r, "zh", &zh);
    record_say(r, "en", &en);
    assert_string_equal(text_str(&zh), "应答码错误，第 5 次：li.ming 的消息链接，链接已锁定");
    assert_string_equal(text_str(&en),
                        "wrong code, try 5, by the link of the message to li.ming; the link is "
                        "locked");
    record_unref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_code_is_the_answer_of_the_person_to_that_call),
        cmocka_unit_test(a_link_answers_its_own_call_and_no_other),
        cmocka_unit_test(who_cannot_come_sends_the_call_on),
        cmocka_unit_test(a_late_answer_counts_as_any_late_answer_does),
        cmocka_unit_test(an_answer_after_the_call_is_recorded_and_shown_to_the_plan),
        cmocka_unit_test(an_answer_to_a_message_that_is_no_call_is_recorded_and_answers_none),
        cmocka_unit_test(a_button_pressed_twice_is_one_answer),
        cmocka_unit_test(five_wrong_codes_lock_the_link_and_the_duty_room_is_told),
        cmocka_unit_test(what_is_no_code_costs_no_try),
        cmocka_unit_test(a_made_up_secret_opens_nothing_and_leaves_no_trace),
        cmocka_unit_test(after_the_end_a_link_says_that_it_is_over),
        cmocka_unit_test(an_answer_before_the_endpoints_word_proves_that_the_message_arrived),
        cmocka_unit_test(an_answer_by_a_message_that_was_given_up_counts_too),
        cmocka_unit_test(neither_secret_nor_code_leaves_the_sealed_part),
        cmocka_unit_test(a_wrong_code_is_a_sentence_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
