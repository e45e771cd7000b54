/*
 * A source that gets no reply sends its trigger again, and people are called once all the same.
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

static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office', ends = 'done',"
    " on_resolved = 'close', facts = { stage_m = { type = 'number', per = 'gauge' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "call { to = 'duty:duty-room', within = '5m', text = '7号站超警' }\n"
    "end\nreturn plan\n";

static const char TRIGGER[] = "{'plan':'flood','title':'7号站超警','idempotency_key':'g7-0720'}";

static int lines(const char *text)
{
    int count = 0;
    for (; (text = strchr(text, '\n')); text++)
        count++;
    return count;
}

/* Why: the engine dies with the reply in hand, at night; the gauge tries again each minute. */
static void a_gauge_that_gets_no_reply_rings_the_officer_once(void **state)
{
    (void)state;
    struct story *s = story_new("flood", PLAN);
    story_person_answers(s, "wang.qiang", MINUTES(3));
    story_trigger(s, TRIGGER);
    struct uuid first = story_incident(s);
    story_advance(s, 1000);
    story_crash_engine(s);
    story_advance(s, MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_trigger(s, TRIGGER);
    assert_int_equal(uuid_cmp(story_incident(s), first), 0);
    story_advance(s, MINUTES(10));
    story_tells(s, "trigger: 7号站超警, plan flood\n"
                   "call 王强 (主班, duty:duty-room) by pager\n"
                   "[0:03:00] 王强 answers\n"
                   "closed");
    assert_int_equal(lines(story_attempts(s)), 1);
    story_end(s);
}

/* Why: the retry that comes when all is over must not call everybody out of bed again. */
static void a_retry_after_the_end_calls_nobody_and_a_day_later_it_is_a_trigger_again(void **state)
{
    (void)state;
    struct story *s = story_new("flood", PLAN);
    story_person_answers(s, "wang.qiang", MINUTES(3));
    story_trigger(s, TRIGGER);
    struct uuid first = story_incident(s);
    story_advance(s, MINUTES(60));
    story_tells(s, "[0:03:00] 王强 answers\nclosed");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(60));
    assert_int_equal(uuid_cmp(story_incident(s), first), 0);
    assert_int_equal(lines(story_attempts(s)), 1);
    story_advance(s, MINUTES(24 * 60));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(10));
    assert_int_not_equal(uuid_cmp(story_incident(s), first), 0);
    assert_int_equal(lines(story_attempts(s)), 2);
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gauge_that_gets_no_reply_rings_the_officer_once),
        cmocka_unit_test(a_retry_after_the_end_calls_nobody_and_a_day_later_it_is_a_trigger_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
