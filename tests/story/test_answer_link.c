/*
 * A message carries a link and a code: who has both answers, at the right moment, late, after the
 * end, and never with somebody else's digits.
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

static const char HEAD[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office', ends = 'order',"
    " on_resolved = 'note',"
    " fallback = { { to = 'duty:duty-room', within = '5m' }, { to = 'post:deputy', within = '5m' } "
    "} }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    return s;
}

static struct story *begin_call(void)
{
    return begin("local a = call { to = 'duty:duty-room', within = '5m', text = '7号站超警' }\n"
                 "state { by = a and a.by }");
}

static void the_code_of_the_message_answers_the_call(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_advance(s, MINUTES(2));
    const json_t *reply = story_answer_link(s, "wang.qiang", "{'note':'十分钟到'}");
    assert_string_equal(json_str(reply, "answer"), "answered");
    story_advance(s, MINUTES(30));
    story_tells(s, "[0:00:00] call 王强 (主班, duty:duty-room) by pager\n"
                   "[0:02:00] 王强 answers: 十分钟到\n");
    story_never(s, "李明");
    story_end(s);
}

/* Why: the deputy must ring at once, know who sent them, and have the whole time. */
static void who_cannot_come_passes_the_call_to_the_deputy(void **state)
{
    (void)state;
    struct story *s =
        begin("local a = call { to = 'post:deputy', within = '5m', text = '7号站超警' }\n"
              "state { by = a and a.by }");
    story_advance(s, MINUTES(1));
    const json_t *reply = story_answer_link(s, "sun.wei", "{'pass':true,'note':'在外地'}");
    assert_string_equal(json_str(reply, "answer"), "declined");
    story_crash_engine(s);
    reply = story_answer_link(s, "sun.wei", "{'pass':true}"); /* it is passed: not once more */
    assert_string_equal(json_str(reply, "code"), "conflict");
    story_advance(s, MINUTES(4)); /* the deputy's time began when it was passed */
    story_answer_link(s, "li.ming", "{}");
    story_advance(s, MINUTES(10));
    story_tells(s,
                "[0:00:00] call 孙伟 (副总指挥, post:deputy) by phone\n"
                "[0:01:00] 孙伟 declines, and passes it to 李明: 在外地\n"
                "[0:01:00] call who it is passed to\n"
                "[0:01:00] call 李明 (副总指挥 B角, post:deputy) by pager: 【孙伟 转来】7号站超警\n"
                "[0:05:00] 李明 answers\n");
    story_never(s, "no answer");
    story_end(s);
}

/* Why: passed on and nobody wakes: the call must climb as if the rung were silent. */
static void a_deputy_who_is_silent_is_followed_by_the_next_rung(void **state)
{
    (void)state;
    struct story *s = begin("call { text = '7号站超警', rungs = {"
                            " { to = 'post:deputy', within = '5m' },"
                            " { to = 'person:zhou.jie', within = '5m' } } }");
    story_answer_link(s, "sun.wei", "{'pass':true}");
    story_advance(s, MINUTES(10));
    story_tells(s, "passes it to 李明\n[0:05:00] 李明 (副总指挥 B角, post:deputy) no answer\n"
                   "call 周杰\n");
    story_end(s);
}

/* Why: in a duty room who sits beside is the one to take it. */
static void a_seat_is_passed_to_the_next_seat(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_answer_link(s, "wang.qiang", "{'pass':true}");
    story_advance(s, 1000);
    story_tells(
        s, "王强 declines, and passes it to 李明\ncall 李明 (副班, duty:duty-room) by pager\n");
    story_answer_link(s, "li.ming", "{}");
    story_advance(s, 1000);
    story_tells(s, "李明 answers\n");
    story_end(s);
}

/* Why: a button without anybody behind it would let the call hang. */
static void a_call_that_nobody_stands_in_for_cannot_be_passed(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:zhou.jie', within = '5m', text = 'x' }");
    story_advance(s, 1000);
    const json_t *reply = story_answer_link(s, "zhou.jie", "{'pass':true}");
    assert_string_equal(json_str(reply, "code"), "conflict");
    story_never(s, "declines");
    story_answer_link(s, "zhou.jie", "{}");
    story_tells(s, "周杰 answers\n");
    reply = story_answer_link(s, "zhou.jie", "{'pass':true}");
    assert_string_equal(json_str(reply, "code"), "conflict"); /* it is taken: nothing to pass on */
    story_end(s);
}

static void refused(const json_t *reply, const char *code, int left)
{
    assert_string_equal(json_str(reply, "code"), code);
    assert_int_equal(json_int(reply, "left", -1), left);
}

/* Why: a hand in the dark, or somebody else's, must not stop the call, and somebody must ring. */
static void five_wrong_codes_lock_the_link_and_the_call_climbs_on(void **state)
{
    (void)state;
    struct story *s = begin("local a = call { text = '7号站超警', rungs = {"
                            " { to = 'post:deputy', within = '5m' },"
                            " { to = 'duty:duty-room', within = '5m' } } }\n"
                            "state { by = a and a.by }");
    story_advance(s, MINUTES(1));
    for (int left = 4; left > 0; left--)
        refused(story_answer_link(s, "sun.wei", "{'code':'wrong'}"), "wrong_code", left);
    story_crash_engine(s); /* tries do not come back with a new start */
    refused(story_answer_link(s, "sun.wei", "{'code':'wrong'}"), "link_locked", 0);
    refused(story_answer_link(s, "sun.wei", "{}"), "link_locked", 0);
    story_advance(s, MINUTES(5));
    story_tells(s,
                "[0:00:00] call 孙伟 (副总指挥, post:deputy) by phone\n"
                "[0:01:00] wrong code, try 1, by the link of the message to sun.wei\n"
                "[0:01:00] wrong code, try 4, by the link of the message to sun.wei\n"
                "wrong code, try 5, by the link of the message to sun.wei; the link is locked\n"
                "Muster alarm, 7号站超警: five wrong codes were given by the link of a message to "
                "孙伟, it is locked: ring them, and answer for them\n"
                "notify 王强\n"
                "[0:05:00] 孙伟 (副总指挥, post:deputy) no answer; call the next\n"
                "[0:05:00] call 王强 (主班, duty:duty-room) by pager\n");
    story_answer_link(s, "wang.qiang", "{}");
    story_tells(s, "王强 answers\n");
    story_end(s);
}

static void who_cannot_come_says_so_by_the_link(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_advance(s, MINUTES(1));
    story_answer_link(s, "wang.qiang", "{'decline':true}");
    story_tells(s, "[0:01:00] 王强 declines\n[0:01:00] call 李明\n");
    story_end(s);
}

/* Why: whoever was called may answer when the list has long run out. */
static void a_late_answer_counts_and_one_after_the_end_is_told_so(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'duty:duty-room', within = '5m', text = 'x' }\n"
                            "local late = wait('answer', '1h')\n"
                            "state { late = late and late.by }");
    story_advance(s, MINUTES(30));
    story_crash_engine(s); /* the link outlives its message, and the engine */
    assert_false(json_bool(story_answer_link(s, "wang.qiang", "{}"), "waited"));
    story_tells(s, "no answer; nobody left to call\n[0:30:00] 王强 answers (no open call)\n");
    assert_non_null(strstr(story_turns(s), "\"late\":\"wang.qiang\""));
    story_hold_results(s, true);
    story_terminate(s, "水位回落");
    assert_string_equal(json_str(story_answer_link(s, "li.ming", "{}"), "code"), "closed");
    story_never(s, "李明 answers");
    story_hold_results(s, false);
    story_advance(s, MINUTES(1));
    story_end(s);
}

static void a_receipt_is_kept_before_the_answer_and_nothing_waits_for_it(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:zhou.jie', within = '5m', text = '7号站超警' }");
    story_hold_results(s, true); /* the 2xx is still on its way */
    story_receipt(s, "zhou.jie", "seen");
    story_hold_results(s, false);
    story_advance(s, MINUTES(1));
    story_answer_link(s, "zhou.jie", "{}");
    story_receipt(s, "zhou.jie", "seen");
    story_tells(s, "call 周杰 by screen\n[0:00:00] seen: zhou.jie by screen\n"
                   "[0:00:00] sent: zhou.jie by screen\n[0:01:00] 周杰 answers\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_cannot_come_passes_the_call_to_the_deputy),
        cmocka_unit_test(a_deputy_who_is_silent_is_followed_by_the_next_rung),
        cmocka_unit_test(a_seat_is_passed_to_the_next_seat),
        cmocka_unit_test(a_call_that_nobody_stands_in_for_cannot_be_passed),
        cmocka_unit_test(the_code_of_the_message_answers_the_call),
        cmocka_unit_test(five_wrong_codes_lock_the_link_and_the_call_climbs_on),
        cmocka_unit_test(who_cannot_come_says_so_by_the_link),
        cmocka_unit_test(a_late_answer_counts_and_one_after_the_end_is_told_so),
        cmocka_unit_test(a_receipt_is_kept_before_the_answer_and_nothing_waits_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
