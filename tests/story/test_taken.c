/*
 * Calls that want several people, and answers that hold for a time: who has come stays counted,
 * nobody is called twice, and a task that was taken and forgotten is called again.
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
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    return story_new("flood", text_str(&plan));
}

static const char TRIGGER[] = "{'plan':'flood','title':'7号站超警'}";

/* Two of the three experts, all called at the same time. */
static struct story *begin_two(void)
{
    return begin("local a, some = call { to = 'group:experts', text = '请到会商室', within = '5m', "
                 "at_least = 2 }\n"
                 "if a then notify { to = 'person:han.mei', text = 'both: ' .. a.all[1].name .. "
                 "' ' .. a.all[2].name }\n"
                 "else notify { to = 'person:han.mei', text = 'only ' .. #some } end");
}

/* Why: one person cannot carry what two are wanted for. */
static void a_call_for_two_goes_on_after_the_first_answer(void **state)
{
    (void)state;
    struct story *s = begin_two();
    story_person_answers(s, "sun.wei", MINUTES(1));
    story_person_answers(s, "zhou.jie", MINUTES(3));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(10));
    story_tells(s, "call 孙伟\n[0:01:00] 孙伟 answers (1 of 2)\n[0:03:00] 周杰 answers\n"
                   "[0:03:00] notify 韩梅 by phone: both: 孙伟 周杰\n");
    story_end(s);
}

static void the_same_person_counts_once(void **state)
{
    (void)state;
    struct story *s = begin_two();
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_answer(s, "{'as':'sun.wei'}");
    story_advance(s, MINUTES(1));
    story_answer(s, "{'as':'sun.wei'}");
    story_advance(s, MINUTES(10));
    story_tells(s, "孙伟 answers (1 of 2)\n孙伟 answers (1 of 2)\n"
                   "[0:05:00] 1 of 2 answered; nobody left to call\n"
                   "[0:05:00] notify 韩梅 by phone: only 1\n");
    story_end(s);
}

/* Why: whoever has said that they come is on the way, and must not be woken again. */
static void who_has_accepted_is_not_called_again(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'duty:duty-room', text = 'x', within = '5m', at_least = 2,"
                            " rounds = 2 }");
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_tells(s, "call 王强 (主班, duty:duty-room) by pager\n"
                   "[0:01:00] 王强 answers (1 of 2)\n"
                   "[0:01:00] more are wanted; call the next\n"
                   "[0:01:00] call 李明\n"
                   "[0:06:00] 李明 (副班, duty:duty-room) no answer; call the next\n"
                   "[0:06:00] call 李明\n"
                   "[0:11:00] 1 of 2 answered; nobody left to call\n");
    assert_null(strstr(strstr(story_trace(s), "call 李明"), "call 王强"));
    story_end(s);
}

static void everybody_of_a_rung_has_spoken_and_the_next_is_called_at_once(void **state)
{
    (void)state;
    struct story *s = begin("call { text = 'x', at_least = 2, rungs = { { to = 'group:experts', "
                            "within = '10m' }, { to = 'person:wang.qiang', within = '5m' } } }");
    story_person_answers(s, "sun.wei", MINUTES(1));
    story_person_declines(s, "li.ming", MINUTES(2));
    story_person_declines(s, "zhou.jie", MINUTES(3));
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_tells(s, "[0:01:00] 孙伟 answers (1 of 2)\n[0:03:00] 周杰 declines\n"
                   "[0:03:00] call 王强\n[0:04:00] 王强 answers\n");
    story_end(s);
}

/* Why: one who had accepted may have to turn back. */
static void who_accepted_and_then_declines_counts_no_more(void **state)
{
    (void)state;
    struct story *s = begin_two();
    story_person_answers(s, "sun.wei", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_answer(s, "{'as':'sun.wei','decline':true}");
    story_answer(s, "{'as':'zhou.jie'}");
    story_advance(s, MINUTES(10));
    story_tells(s, "孙伟 declines\n周杰 answers (1 of 2)\n1 of 2 answered");
    story_end(s);
}

static struct story *begin_for(const char *after)
{
    AUTO_TEXT(body);
    text_addf(&body,
              "local a = call { to = 'duty:duty-room', within = '5m', text = '值守', answer_for = "
              "'30m' }\n%s",
              after);
    return begin(text_str(&body));
}

/* Why: acknowledged and forgotten is the commonest way in which nobody does it. */
static void an_answer_holds_for_its_time_and_then_the_call_begins_anew(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(40));
    story_tells(s, "[0:02:00] 王强 answers\n"
                   "[0:32:00] the time of the answer is up; call again\n"
                   "[0:32:00] call 王强\n"
                   "[0:37:00] 王强 (主班, duty:duty-room) no answer; call the next\n"
                   "[0:37:00] call 李明\n");
    story_answer(s, "{'as':'li.ming'}");
    story_advance(s, MINUTES(20));
    story_tells(s, "李明 answers\n");
    story_end(s);
}

static void who_says_that_they_are_on_it_is_left_in_peace_for_longer(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(20));
    story_answer(s, "{'as':'wang.qiang','note':'仍在现场'}");
    story_advance(s, MINUTES(29));
    story_never(s, "call again");
    story_advance(s, MINUTES(2));
    story_tells(s, "[0:50:00] the time of the answer is up; call again\n");
    story_end(s);
}

static void nobody_takes_it_again_and_the_duty_room_hears_of_it(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_person_silent(s, "wang.qiang");
    story_advance(s, MINUTES(80));
    story_tells(s, "[0:31:00] the time of the answer is up; call again\n"
                   "[0:41:00] nobody takes it again; called anew later\n"
                   "the time of an answer is up, and nobody takes the call again\n"
                   "[1:11:00] the time of the answer is up; call again\n");
    story_end(s);
}

static void who_had_it_and_cannot_go_on_has_it_called_at_once(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(3));
    story_answer(s, "{'as':'wang.qiang','decline':true}");
    story_tells(s, "王强 answers\n[0:03:00] 王强 declines\n[0:03:00] call 王强\n");
    story_end(s);
}

static void a_call_that_the_plan_closes_is_not_made_again(void **state)
{
    (void)state;
    struct story *s = begin_for("sleep '10m'  a.call:close()");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(60));
    story_tells(s, "王强 answers\n");
    story_never(s, "call again");
    story_never(s, "no longer needed");
    story_end(s);
}

/* Why: a scope that has ended waits for nobody. */
static void the_end_of_what_called_ends_the_call_and_tells_who_has_it(void **state)
{
    (void)state;
    struct story *s = begin("local t = spawn(function()\n"
                            "  call { to = 'duty:duty-room', within = '5m', text = 'x', answer_for "
                            "= '30m' }\n  sleep '5h'\nend)\nsleep '10m'  cancel(t)");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(60));
    story_tells(s, "王强 answers\n[0:10:00] notify 王强");
    story_never(s, "call again");
    story_end(s);
}

static void an_incident_that_is_over_calls_nobody_again(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_terminate(s, "over");
    story_advance(s, MINUTES(60));
    story_never(s, "call again");
    story_end(s);
}

/* Why: kill -9 must not make anybody forget who has it, or until when. */
static void what_stands_survives_a_crash(void **state)
{
    (void)state;
    struct story *s = begin_for("");
    story_trigger(s, TRIGGER);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(5));
    story_crash_engine(s);
    story_crash_planner(s, 0, false);
    story_advance(s, MINUTES(30));
    story_tells(s, "[0:30:00] the time of the answer is up; call again\n[0:30:00] call 王强\n");
    story_crash_engine(s);
    story_answer(s, "{'as':'wang.qiang'}");
    story_advance(s, MINUTES(10));
    story_tells(s, "王强 answers\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_for_two_goes_on_after_the_first_answer),
        cmocka_unit_test(the_same_person_counts_once),
        cmocka_unit_test(who_has_accepted_is_not_called_again),
        cmocka_unit_test(everybody_of_a_rung_has_spoken_and_the_next_is_called_at_once),
        cmocka_unit_test(who_accepted_and_then_declines_counts_no_more),
        cmocka_unit_test(an_answer_holds_for_its_time_and_then_the_call_begins_anew),
        cmocka_unit_test(who_says_that_they_are_on_it_is_left_in_peace_for_longer),
        cmocka_unit_test(nobody_takes_it_again_and_the_duty_room_hears_of_it),
        cmocka_unit_test(who_had_it_and_cannot_go_on_has_it_called_at_once),
        cmocka_unit_test(a_call_that_the_plan_closes_is_not_made_again),
        cmocka_unit_test(the_end_of_what_called_ends_the_call_and_tells_who_has_it),
        cmocka_unit_test(an_incident_that_is_over_calls_nobody_again),
        cmocka_unit_test(what_stands_survives_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
