/*
 * A call climbs while nobody answers; answers count, late ones too; what cannot be delivered does
 * not keep anybody waiting.
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
    " on_resolved = 'note', facts = { stage_m = { type = 'number', per = 'gauge' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' }, { to = 'post:deputy', within = '5m' } "
    "} }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    return story_new("flood", text_str(&plan));
}

static struct story *begin_call(void)
{
    return begin("local a = call { to = 'duty:duty-room', within = '5m', text = '7号站超警' }\n"
                 "if a then state { by = a.by } else notify { to = 'post:deputy', text = "
                 "'值班室无人应答' } end");
}

static const char TRIGGER[] = "{'plan':'flood','title':'7号站超警'}";

/* Why: the officer who sleeps must not be the end of it. */
static void a_silent_officer_is_followed_by_the_next_seat(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_person_answers(s, "li.ming", MINUTES(3));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(20));
    story_tells(s, "trigger: 7号站超警, plan flood\n"
                   "call 王强 (主班, duty:duty-room) by pager\n"
                   "[0:05:00] 王强 (主班, duty:duty-room) no answer; call the next\n"
                   "[0:05:00] call 李明 (副班, duty:duty-room) by pager\n"
                   "[0:08:00] 李明 answers\n");
    story_never(s, "孙伟");
    story_end(s);
}

static void a_call_that_nobody_answers_ends_and_the_plan_goes_on(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(20));
    story_tells(s, "[0:10:00] no answer; nobody left to call\n"
                   "[0:10:00] notify 孙伟\n");
    story_end(s);
}

/* Why: whoever was called may answer when the list has long run out. */
static void a_late_answer_still_counts(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'duty:duty-room', within = '5m', text = 'x' }\n"
                            "local late = wait('answer', '1h')\n"
                            "state { late = late and late.by }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_answer(s, "{'as':'wang.qiang','note':'在路上'}");
    story_tells(s, "no answer; nobody left to call\n[0:30:00] 王强 answers");
    story_end(s);
}

static void the_first_officer_may_answer_while_the_second_is_called(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(6));
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(30));
    story_tells(s, "[0:06:00] 王强 answers\n");
    story_never(s, "nobody left");
    story_end(s);
}

static void who_cannot_come_sends_the_call_on_at_once(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_person_declines(s, "wang.qiang", MINUTES(1));
    story_person_answers(s, "li.ming", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(20));
    story_tells(s, "[0:01:00] 王强 declines\n[0:01:00] call 李明\n[0:02:00] 李明 answers\n");
    story_end(s);
}

static void an_answer_by_somebody_nobody_called_is_recorded_and_answers_none(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_answer(s, "{'as':'han.mei'}");
    story_advance(s, MINUTES(5));
    story_tells(s, "韩梅 answers (no open call)\n[0:05:00] 王强 (主班, duty:duty-room) no answer");
    story_end(s);
}

/* Why: a person's second contact exists for the night in which the first one is down. */
static void an_endpoint_that_refuses_gives_way_to_the_next_contact(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_endpoint_answers(s, "pager", 404);
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(4));
    story_tells(s, "call 王强\nnext contact: wang.qiang by phone\nsent: wang.qiang by phone\n"
                   "王强 answers\n");
    story_end(s);
}

static void an_endpoint_that_fails_is_tried_again_on_time(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:li.ming', within = '5m', text = 'x' }");
    story_endpoint_answers(s, "pager", 503);
    story_trigger(s, TRIGGER);
    story_advance(s, 13 * 1000);
    story_endpoint_answers(s, "pager", 200);
    story_advance(s, MINUTES(1));
    assert_non_null(strstr(story_attempts(s), "0 li.ming pager"));
    assert_non_null(strstr(story_attempts(s), "\n1 li.ming pager"));
    assert_non_null(strstr(story_attempts(s), "\n4 li.ming pager"));
    assert_non_null(strstr(story_attempts(s), "\n12 li.ming pager"));
    story_tells(s, "attempt failed, will be repeated\nsent: li.ming by pager\n");
    story_end(s);
}

static void a_rung_that_cannot_be_reached_does_not_keep_the_call_waiting(void **state)
{
    (void)state;
    struct story *s = begin_call();
    story_endpoint_answers(s, "pager", 404);
    story_endpoint_answers(s, "phone", 404);
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_tells(
        s, "not delivered: wang.qiang\n[0:00:00] 王强 (主班, duty:duty-room) not reached; call the "
           "next\nnot delivered: li.ming\n");
    story_never(s, "nobody left"); /* the last rung has its time: somebody may be on the way */
    story_advance(s, MINUTES(5));
    story_tells(s, "[0:05:00] no answer; nobody left to call\n");
    story_end(s);
}

/* Why: a plan that calls until somebody answers must not fill the disk when nobody can be reached.
 */
static void a_call_that_reaches_nobody_takes_its_time(void **state)
{
    (void)state;
    struct story *s =
        begin("local a repeat a = call { to = 'duty:duty-room', within = '5m', text = 'x' }"
              " until a");
    story_endpoint_answers(s, "pager", 404);
    story_endpoint_answers(s, "phone", 404);
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(60));
    size_t attempts = 0;
    for (const char *at = story_attempts(s); *at; at++)
        attempts += *at == '\n';
    assert_in_range(attempts, 24, 60);
    story_end(s);
}

static void a_call_to_nobody_at_all_takes_its_time_too(void **state)
{
    (void)state;
    struct story *s =
        begin("local n = 0 repeat n = n + 1 state { n = n }"
              " until call { to = 'post:commander', within = '5m', text = 'x' } or n > 100");
    story_site_forbids_drills(s);
    story_trigger(s, "{'plan':'flood','title':'演练','drill':true}");
    story_advance(s, MINUTES(21));
    story_tells(s, "a call has nobody to go to\n");
    assert_non_null(strstr(story_turns(s), "\"n\":5"));
    assert_null(strstr(story_turns(s), "\"n\":6"));
    story_end(s);
}

static void rounds_start_the_list_again(void **state)
{
    (void)state;
    struct story *s =
        begin("call { to = 'duty:duty-room', within = '1m', rounds = 2, text = 'x' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(10));
    story_tells(s, "[0:00:00] call 王强\n[0:01:00] call 李明\n[0:02:00] call 王强\n"
                   "[0:03:00] call 李明\n[0:04:00] no answer; nobody left to call\n");
    story_end(s);
}

/* Why: rule R6. A drill that rings the vice-mayor at night is an incident of its own. */
static void a_drill_reaches_only_who_may_be_drilled(void **state)
{
    (void)state;
    struct story *s = begin("call { text = 'x', rungs = { { to = 'post:commander', within = '5m' },"
                            " { to = 'duty:duty-room', within = '5m' } } }");
    story_trigger(s, "{'plan':'flood','title':'演练','drill':true}");
    story_advance(s, MINUTES(20));
    story_tells(s, "[DRILL] trigger\ncall 王强\ncall 李明\n");
    story_never(s, "韩梅");
    story_end(s);
}

/* Why: rule R7. A target that has nobody falls to the duty room, with an alarm, and never to all.
 */
static void a_call_to_nobody_falls_to_the_duty_room(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:han.mei', within = '5m', text = 'x' }");
    story_trigger(s, "{'plan':'flood','title':'演练','drill':true}");
    story_advance(s, MINUTES(3));
    story_tells(s, "a call has nobody to go to\ncall 王强\n");
    story_end(s);
}

/* A commander who sleeps must not be the end of the line: the post has a B-role. */
static void the_deputy_of_a_post_is_called_when_its_holder_is_silent(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'post:deputy', within = '5m', text = 'x' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(6));
    story_tells(s,
                "call 孙伟 (副总指挥, post:deputy)\n"
                "孙伟 (副总指挥, post:deputy) no answer\ncall 李明 (副总指挥 B角, post:deputy)\n");
    story_answer(s, "{'as':'li.ming'}");
    story_tells(s, "李明 answers\n");
    story_end(s);
}

/* The plan calls the deputy by a rung of their own: not twice in one round. */
static void a_deputy_who_has_a_rung_is_not_called_as_a_deputy_too(void **state)
{
    (void)state;
    struct story *s =
        begin("call { to = {'post:commander', 'post:deputy'}, within = '5m', text = 'x' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(11));
    story_tells(s, "call 韩梅\ncall 孙伟 (副总指挥, post:deputy)\ncall 李明 (副总指挥 B角\n");
    story_never(s, "孙伟 (总指挥 B角");
    story_end(s);
}

/* Who has answered is not rung again, whoever answers later is heard, and a call that begins after
 * that rings everybody anew. */
static void an_answer_ends_its_own_call_and_no_later_one(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'group:experts', within = '5m', text = 'first' }\n"
                            "sleep '10m'\n"
                            "call { to = 'group:experts', within = '5m', text = 'second' }");
    story_trigger(s, TRIGGER);
    story_advance(s, 1000);
    story_answer(s, "{'as':'li.ming'}");
    story_answer(s, "{'as':'sun.wei'}");
    story_advance(s, MINUTES(9));
    story_tells(s, "call 孙伟 (group:experts) by phone: first\n李明 answers\n"
                   "孙伟 answers (no open call)\n");
    story_never(s, "no answer");
    story_advance(s, MINUTES(2));
    story_tells(s, "call 李明 (group:experts) by pager: second\n");
    story_answer(s, "{'as':'zhou.jie'}");
    story_tells(s, "周杰 answers\n");
    story_end(s);
}

static void what_nobody_needs_any_more_is_not_sent(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:li.ming', within = '5m', text = 'x' }");
    story_endpoint_answers(s, "pager", 503);
    story_trigger(s, TRIGGER);
    story_advance(s, 6 * 1000);
    story_answer(s, "{'as':'li.ming'}");
    story_endpoint_answers(s, "pager", 200);
    story_advance(s, MINUTES(10));
    story_tells(s, "李明 answers\nrecalled: li.ming\n");
    story_never(s, "sent: li.ming");
    story_end(s);
}

/* Why: the second officer may be wanted sooner than the first would be given up. */
static void a_rung_can_be_a_seat_of_the_roster_that_is_called(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'duty:duty-room', text = 'x', rungs = { { to = "
                            "'seat:officer_b', within = '2m' }, { to = { 'seat:officer_a', "
                            "'post:deputy' }, within = '5m' } } }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(20));
    story_tells(s, "call 李明 (副班, duty:duty-room) by pager\n"
                   "[0:02:00] call 王强 (主班, duty:duty-room)\n"
                   "[0:07:00] call 孙伟\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_officer_is_followed_by_the_next_seat),
        cmocka_unit_test(a_call_that_nobody_answers_ends_and_the_plan_goes_on),
        cmocka_unit_test(a_late_answer_still_counts),
        cmocka_unit_test(the_first_officer_may_answer_while_the_second_is_called),
        cmocka_unit_test(who_cannot_come_sends_the_call_on_at_once),
        cmocka_unit_test(an_answer_by_somebody_nobody_called_is_recorded_and_answers_none),
        cmocka_unit_test(an_endpoint_that_refuses_gives_way_to_the_next_contact),
        cmocka_unit_test(an_endpoint_that_fails_is_tried_again_on_time),
        cmocka_unit_test(a_rung_that_cannot_be_reached_does_not_keep_the_call_waiting),
        cmocka_unit_test(a_call_that_reaches_nobody_takes_its_time),
        cmocka_unit_test(a_call_to_nobody_at_all_takes_its_time_too),
        cmocka_unit_test(rounds_start_the_list_again),
        cmocka_unit_test(a_drill_reaches_only_who_may_be_drilled),
        cmocka_unit_test(a_call_to_nobody_falls_to_the_duty_room),
        cmocka_unit_test(the_deputy_of_a_post_is_called_when_its_holder_is_silent),
        cmocka_unit_test(a_deputy_who_has_a_rung_is_not_called_as_a_deputy_too),
        cmocka_unit_test(an_answer_ends_its_own_call_and_no_later_one),
        cmocka_unit_test(what_nobody_needs_any_more_is_not_sent),
        cmocka_unit_test(a_rung_can_be_a_seat_of_the_roster_that_is_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
