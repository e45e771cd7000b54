/* How far a message has come, as its endpoint tells: kept whenever it comes, believed where it is
 * declared. */
#include "core_lab.h"
#include "unit.h"

#include "core/say.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define NOTIFY(to) "[{'kind':'notify','step':'0.1','args':{'to':['" to "'],'text':'high water'}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"

static void notified(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab->check_each = true;
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

static void stands_at(struct lab *lab, const char *person, const char *state)
{
    assert_string_equal(json_str_or(lab_notice(lab, person), "state", ""), state);
}

static void counts_are(struct lab *lab, int sent, int delivered, int seen)
{
    const json_t *body = json_at(lab_incident(lab), "body");
    assert_int_equal(json_int(body, "sent", 0), sent);
    assert_int_equal(json_int(body, "delivered", 0), delivered);
    assert_int_equal(json_int(body, "seen", 0), seen);
}

static void a_message_is_sent_then_delivered_then_seen_then_answered(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_result(&lab, "zhou.jie", SENT);
    counts_are(&lab, 1, 0, 0);
    assert_true(json_bool(lab_receipt(&lab, "zhou.jie", "delivered"), "ok"));
    stands_at(&lab, "zhou.jie", "delivered");
    counts_are(&lab, 1, 1, 0);
    assert_string_equal(json_str(lab_receipt(&lab, "zhou.jie", "seen"), "state"), "seen");
    counts_are(&lab, 1, 1, 1);
    lab_crash(&lab);
    stands_at(&lab, "zhou.jie", "seen");
    lab_tells(&lab, "notice_sent step=0.1 to=zhou.jie\nnotice_delivered step=0.1 to=zhou.jie\n"
                    "notice_seen step=0.1 to=zhou.jie");
    lab_answer_link(&lab, "zhou.jie", "{}");
    stands_at(&lab, "zhou.jie", "answered");
    lab_done(&lab);
}

static void who_has_seen_it_has_got_it(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_result(&lab, "zhou.jie", SENT);
    lab_receipt(&lab, "zhou.jie", "seen");
    counts_are(&lab, 1, 1, 1);
    lab_done(&lab);
}

static void what_was_said_before_or_says_less_changes_nothing(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_result(&lab, "zhou.jie", SENT);
    lab_receipt(&lab, "zhou.jie", "seen");
    size_t before = lab.journal_count;
    assert_true(json_bool(lab_receipt(&lab, "zhou.jie", "seen"), "ok"));
    assert_string_equal(json_str(lab_receipt(&lab, "zhou.jie", "delivered"), "state"), "seen");
    lab_answer_link(&lab, "zhou.jie", "{}");
    before++;
    assert_string_equal(json_str(lab_receipt(&lab, "zhou.jie", "seen"), "state"), "answered");
    assert_int_equal(lab.journal_count, before);
    counts_are(&lab, 1, 1, 1);
    lab_done(&lab);
}

/* Why: a phone shows the message while the gateway's 200 is still on its way to us. */
static void a_receipt_before_the_endpoints_2xx_is_kept(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_receipt(&lab, "zhou.jie", "delivered");
    stands_at(&lab, "zhou.jie", "sending");
    lab_receipt(&lab, "zhou.jie", "seen");
    counts_are(&lab, 0, 1, 1);
    lab_result(&lab, "zhou.jie", SENT);
    stands_at(&lab, "zhou.jie", "seen");
    counts_are(&lab, 1, 1, 1);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "sent");
    lab_done(&lab);
}

static void a_receipt_is_worth_more_than_an_attempt_that_timed_out(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_receipt(&lab, "zhou.jie", "seen");
    lab_result(&lab, "zhou.jie", LATER);
    stands_at(&lab, "zhou.jie", "seen");
    lab_done(&lab);

    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_result(&lab, "zhou.jie", LATER);
    lab_receipt(&lab, "zhou.jie", "seen");
    stands_at(&lab, "zhou.jie", "seen");
    counts_are(&lab, 1, 1, 1);
    assert_int_equal(core_next_due(lab.core), INT64_MAX); /* not tried again */
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "sent");
    lab_done(&lab);

    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_receipt(&lab, "zhou.jie", "delivered");
    lab_crash(&lab); /* the attempt's outcome is lost sight of */
    stands_at(&lab, "zhou.jie", "delivered");
    lab_done(&lab);
}

static void not_said(const json_t *reply, const char *code, const char *words)
{
    assert_false(json_bool(reply, "ok"));
    assert_string_equal(json_str(reply, "code"), code);
    assert_non_null(strstr(json_str(reply, "error"), words));
}

/* Why: a gateway that answers everything with "read" would stop people from being called. */
static void an_endpoint_is_believed_only_what_its_channel_declares(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming',"
                   "'person:wu.fang'],'text':'x'}}]");
    lab_results(&lab, SENT);
    not_said(lab_receipt(&lab, "li.ming", "seen"), "conflict", "declares no such receipt");
    not_said(lab_receipt(&lab, "li.ming", "delivered"), "conflict", "endpoint \"push\"");
    not_said(lab_receipt(&lab, "wu.fang", "seen"), "conflict", "endpoint \"gate\"");
    assert_true(json_bool(lab_receipt(&lab, "wu.fang", "delivered"), "ok"));
    counts_are(&lab, 2, 1, 0);
    lab_done(&lab);
}

static void a_message_that_was_never_handed_out_has_not_been_seen(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:zhou.jie"), AWAITS);
    not_said(lab_receipt(&lab, "zhou.jie", "seen"), "conflict", "it is queued");
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    lab_result(&lab, "zhou.jie", "{'ok':false,'status':404}");
    not_said(lab_receipt(&lab, "zhou.jie", "seen"), "conflict", "it is failed");
    lab_done(&lab);
}

static void a_receipt_for_what_is_not_there_says_so(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:zhou.jie"));
    lab_results(&lab, SENT);
    struct input in = {.kind = IN_RECEIPT, .notice = {{1}}};
    lab_input(&lab, in, "{'receipt':'seen'}");
    not_said(lab.reply, "not_found", "no message");
    in.who = (struct principal){.id = "uid:1001", .scopes = SCOPE_READ};
    lab_input(&lab, in, "{'receipt':'seen'}");
    not_said(lab.reply, "denied", "uid:1001");
    lab_done(&lab);
}

static void receipts_are_sentences_in_both_languages(void **state)
{
    (void)state;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    struct record *r = record_new(REC_NOTICE_SEEN, (struct uuid){0});
    json_put_str(json_put_str(r->body, "to", "zhou.jie"), "endpoint", "app");
    record_say(r, "zh", &zh);
    r->kind = REC_NOTICE_DELIVERED;
    record_say(r, "en", &en);
    assert_string_equal(text_str(&zh), "已读：zhou.jie，经 app");
    assert_string_equal(text_str(&en), "delivered: zhou.jie by app");
    record_unref(r);
}

/* A channel that says how long its receipt takes is waited for by every message. */
static void a_message_waits_for_its_receipt_as_long_as_the_channel_says(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:cao.rui"));
    lab_result(&lab, "cao.rui", SENT);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "sent");
    lab_turn(&lab, "[]", "{'names':[],'steps':['0.9']}");
    lab_after(&lab, 30000);
    assert_string_equal(json_str_or(lab_attempt(&lab, "cao.rui"), "endpoint", ""), "desk");
    lab_result(&lab, "cao.rui", SENT);
    assert_null(lab_event(&lab)); /* its plan has heard that it was sent, and hears it once */
    lab_done(&lab);
}

#define CALL(to)                                                                                   \
    "[{'kind':'call','step':'0.1','args':{'to':['" to "'],'text':'come','within_ms':300000}}]"
#define MINUTE 60000

static const char *by(struct lab *lab, const char *person)
{
    return json_str_or(lab_attempt(lab, person), "endpoint", "");
}

/* A telephone that is off takes the message and says nothing: the next one must ring. */
static void a_call_without_its_receipt_in_a_minute_goes_by_the_next_contact_too(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, CALL("person:lin.tao"));
    assert_string_equal(by(&lab, "lin.tao"), "app");
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, MINUTE - 1);
    assert_null(lab_attempt(&lab, "lin.tao"));
    lab_crash(&lab);
    lab_after(&lab, 1);
    assert_string_equal(by(&lab, "lin.tao"), "desk");
    lab_tells(&lab, "notice_sent step=0.1 to=lin.tao endpoint=app\n"
                    "notice_method step=0.1 to=lin.tao endpoint=desk");
    lab_result(&lab, "lin.tao", SENT);
    counts_are(&lab, 1, 0, 0); /* one message, however many ways it takes */
    lab_after(&lab, MINUTE);
    assert_null(lab_attempt(&lab, "lin.tao"));
    lab_done(&lab);
}

static void a_receipt_in_time_spares_the_next_contact(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, CALL("person:lin.tao"));
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, MINUTE - 1);
    lab_receipt(&lab, "lin.tao", "delivered");
    lab_after(&lab, 2 * MINUTE);
    lab_never(&lab, "endpoint=desk");
    lab_done(&lab);
}

/* What was sent first stays valid: its receipt counts, and what has not gone out yet need not. */
static void a_late_receipt_of_the_first_contact_counts_and_ends_the_second(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, CALL("person:lin.tao"));
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, MINUTE);
    lab_result(&lab, "lin.tao", LATER);
    lab_receipt(&lab, "lin.tao", "seen");
    stands_at(&lab, "lin.tao", "seen");
    lab_tells(&lab, "notice_seen step=0.1 to=lin.tao endpoint=app");
    lab_after(&lab, MINUTE);
    assert_null(lab_attempt(&lab, "lin.tao"));
    lab_done(&lab);
}

static void a_second_contact_that_fails_leaves_the_message_sent_and_no_alarm(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, CALL("person:lin.tao"));
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, MINUTE);
    lab_result(&lab, "lin.tao", "{'ok':false,'status':404,'error':'gone'}");
    lab_after(&lab, MINUTE);
    lab_results(&lab, "{'ok':false,'status':404,'error':'gone'}");
    stands_at(&lab, "lin.tao", "sent");
    lab_never(&lab, "notice_failed");
    lab_done(&lab);
}

/* Nobody waits for it any more: a telephone that rings then only wakes somebody. */
static void of_a_call_that_is_over_no_further_contact_is_tried(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, "[{'kind':'call','step':'0.1','args':{'to':['person:lin.tao'],'text':'come',"
                   "'within_ms':30000}}]");
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, 30000);
    lab_tells(&lab, "call_expired");
    lab_after(&lab, 5 * MINUTE);
    lab_never(&lab, "endpoint=desk");
    lab_done(&lab);
}

/* Who is told something need not be woken by a second way, unless the channel says so. */
static void a_message_that_calls_nobody_waits_for_no_receipt(void **state)
{
    (void)state;
    struct lab lab;
    notified(&lab, NOTIFY("person:lin.tao"));
    lab_result(&lab, "lin.tao", SENT);
    lab_after(&lab, 10 * MINUTE);
    lab_never(&lab, "endpoint=desk");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_then_delivered_then_seen_then_answered),
        cmocka_unit_test(who_has_seen_it_has_got_it),
        cmocka_unit_test(what_was_said_before_or_says_less_changes_nothing),
        cmocka_unit_test(a_receipt_before_the_endpoints_2xx_is_kept),
        cmocka_unit_test(a_receipt_is_worth_more_than_an_attempt_that_timed_out),
        cmocka_unit_test(an_endpoint_is_believed_only_what_its_channel_declares),
        cmocka_unit_test(a_message_that_was_never_handed_out_has_not_been_seen),
        cmocka_unit_test(a_receipt_for_what_is_not_there_says_so),
        cmocka_unit_test(receipts_are_sentences_in_both_languages),
        cmocka_unit_test(a_call_without_its_receipt_in_a_minute_goes_by_the_next_contact_too),
        cmocka_unit_test(a_receipt_in_time_spares_the_next_contact),
        cmocka_unit_test(a_late_receipt_of_the_first_contact_counts_and_ends_the_second),
        cmocka_unit_test(a_second_contact_that_fails_leaves_the_message_sent_and_no_alarm),
        cmocka_unit_test(of_a_call_that_is_over_no_further_contact_is_tried),
        cmocka_unit_test(a_message_waits_for_its_receipt_as_long_as_the_channel_says),
        cmocka_unit_test(a_message_that_calls_nobody_waits_for_no_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
