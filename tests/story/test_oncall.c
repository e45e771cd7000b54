/*
 * What a team that goes from another on-call engine to this one would miss first: that the step
 * without anybody costs no time, that all of a step ring, that somebody can be called past the one
 * who has it, that who is on duty now is who is called, and that what is over rings nobody.
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
    " on_resolved = 'close', reopen_within = '10m',"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    return story_new("flood", text_str(&plan));
}

static const char TRIGGER[] = "{'plan':'flood','title':'7号站超警'}";

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* In a drill han.mei and sun.wei may not be reached: their rungs are empty. */
static void steps_without_anybody_cost_no_time(void **state)
{
    (void)state;
    struct story *s =
        begin("call { text = 'x', rungs = { { to = 'person:han.mei', within = '30m' }, { to = "
              "'person:sun.wei', within = '30m' }, { to = 'person:li.ming', within = '5m' } } }");
    story_trigger(s, "{'plan':'flood','title':'7号站超警','drill':true}");
    story_advance(s, MINUTES(1));
    story_tells(s, "[0:00:00] call 李明");
    story_end(s);
}

static void all_of_a_step_ring_at_once_and_one_answer_ends_it(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'group:experts', text = 'x', within = '5m' }");
    story_person_answers(s, "zhou.jie", MINUTES(2));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_tells(s, "[0:00:00] call 孙伟\n[0:00:00] call 李明\n[0:00:00] call 周杰\n"
                   "[0:02:00] 周杰 answers");
    story_never(s, "no answer");
    story_end(s);
}

/* Why: whoever has it may be stuck in the mud, and somebody sees that more hands are needed. */
static void who_has_it_does_not_keep_the_next_from_being_called(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:wang.qiang', text = 'x', within = '5m' }\n"
                            "if wait('update', '1h') then escalate('needs more hands') end");
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(10));
    story_person_silent(s, "wang.qiang");
    story_update(s, "{'note':'水漫过堤'}");
    story_advance(s, MINUTES(7));
    story_tells(s, "王强 answers\ncall 王强 (主班, duty:duty-room)\n[0:15:00] 王强 (主班, "
                   "duty:duty-room) no answer; call the next\ncall 李明\n");
    story_end(s);
}

static void an_answer_to_the_first_call_does_not_end_the_second(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:wang.qiang', text = 'one', within = '5m' }\n"
                            "sleep '10m'\n"
                            "call { to = 'person:wang.qiang', text = 'two', within = '5m' }");
    story_person_answers(s, "wang.qiang", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(5));
    story_person_silent(s, "wang.qiang");
    story_advance(s, MINUTES(20));
    story_tells(s, "[0:01:00] 王强 answers\n[0:11:00] call 王强\n[0:16:00] no answer; nobody left");
    story_end(s);
}

static void the_second_who_answers_is_on_record(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'group:experts', text = 'x', within = '5m' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_answer(s, "{'as':'sun.wei'}");
    story_answer(s, "{'as':'li.ming'}");
    story_tells(s, "孙伟 answers\n李明 answers (no open call)");
    story_end(s);
}

static void what_is_resolved_rings_nobody_and_tells_who_was_rung(void **state)
{
    (void)state;
    struct story *s =
        begin("call { to = 'duty:duty-room', text = 'x', within = '5m', rounds = 9 }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(7));
    story_resolve(s);
    story_advance(s, MINUTES(60));
    story_tells(s, "call 王强\ncall 李明\nnotify 李明 by pager: 已恢复\n"
                   "notify 王强 by pager: 已恢复");
    assert_int_equal(count_of(story_trace(s), "call 王强"), 1);
    story_end(s);
}

/* Why: it comes again a minute later, and nobody may think that they have been told. */
static void what_comes_again_calls_again(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:li.ming', text = 'x', within = '5m' }");
    story_person_answers(s, "li.ming", MINUTES(1));
    story_trigger(s, "{'plan':'flood','title':'7号站超警','key':'g7'}");
    story_advance(s, MINUTES(3));
    story_resolve(s);
    story_advance(s, MINUTES(2));
    story_trigger(s, "{'plan':'flood','title':'7号站超警','key':'g7'}");
    story_advance(s, MINUTES(3));
    story_tells(s, "李明 answers\n[0:05:00] call 李明\n[0:06:00] 李明 answers");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_without_anybody_cost_no_time),
        cmocka_unit_test(all_of_a_step_ring_at_once_and_one_answer_ends_it),
        cmocka_unit_test(who_has_it_does_not_keep_the_next_from_being_called),
        cmocka_unit_test(an_answer_to_the_first_call_does_not_end_the_second),
        cmocka_unit_test(the_second_who_answers_is_on_record),
        cmocka_unit_test(what_is_resolved_rings_nobody_and_tells_who_was_rung),
        cmocka_unit_test(what_comes_again_calls_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
