/* plans/service_down.lua through its nights: who is called, who hears what, and when it is over. */
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

/* What `curl -d 'Payment answers 502' host/t/service_down?key=payment` becomes. */
static const char TRIGGER[] =
    "{'plan':'service_down','title':'Payment answers 502','key':'payment'}";

static struct story *begin(void)
{
    return story_shipped("service_down");
}

/* The source says that it is over, and those who heard of it hear that. */
static void end(struct story *s)
{
    story_resolve(s);
    story_advance(s, MINUTES(1));
    story_end(s);
}

/* Why: the order of the paper, 4.1, and 4.2: it never ends in silence. */
static void it_climbs_from_primary_to_manager_three_times_and_then_with_the_duty_room(void **state)
{
    (void)state;
    struct story *s = begin();
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(90));
    story_tells(s, "trigger: Payment answers 502, plan service_down\n"
                   "[0:00:00] call 唐宇\n[0:05:00] call 宋佳\n[0:10:00] call 卫东\n"
                   "[0:20:00] call 唐宇\n[0:25:00] call 宋佳\n[0:30:00] call 卫东\n"
                   "[0:40:00] call 唐宇\n[0:45:00] call 宋佳\n[0:50:00] call 卫东\n"
                   "[1:00:00] call 唐宇\n[1:10:00] call 宋佳\n[1:20:00] call 卫东\n"
                   "[1:30:00] call 王强\n");
    end(s);
}

/* Why: who was woken wants to know that he may sleep again. */
static void a_resolved_source_closes_it_and_tells_everybody_reached(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "song.jia", MINUTES(2));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_resolve(s);
    story_advance(s, MINUTES(120));
    story_tells(s, "call 唐宇 (运维主值\n[0:05:00] call 宋佳 (运维备值\n[0:07:00] 宋佳 answers\n"
                   "[0:30:00] resolved by its source\n[0:30:00] closed: resolved\n"
                   "notify 宋佳 by phone: 已恢复\nnotify 唐宇 by phone: 已恢复\n");
    story_never(s, "卫东");
    story_never(s, "[1:");
    story_end(s);
}

/* Why: 200 alerts of one fault are one incident and one call. */
static void the_same_key_again_is_news_for_whoever_works_on_it(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "tang.yu", MINUTES(3));
    story_trigger(s, TRIGGER);
    struct uuid first = story_incident(s);
    story_advance(s, MINUTES(1));
    const json_t *reply = story_trigger(s, TRIGGER);
    assert_false(json_bool(reply, "updated"));
    reply = story_trigger(s, "{'plan':'service_down','title':'Orders too','key':'payment'}");
    assert_true(json_bool(reply, "updated"));
    assert_int_equal(uuid_cmp(first, story_incident(s)), 0);
    story_advance(s, MINUTES(9));
    story_trigger(s, "{'plan':'service_down','title':'The whole hall','key':'payment'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "[0:03:00] 唐宇 answers\n"
                   "notify 唐宇 by phone: 【续报】Payment answers 502：Orders too\n"
                   "[0:10:00] notify 唐宇 by phone: 【续报】Payment answers "
                   "502：The whole hall\n");
    story_never(s, "宋佳");
    end(s);
}

/* Why: who took it may fall asleep over it. */
static void who_no_longer_answers_is_replaced(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "tang.yu", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_person_silent(s, "tang.yu");
    story_person_answers(s, "song.jia", MINUTES(1));
    story_advance(s, MINUTES(90));
    story_tells(s, "[0:01:00] 唐宇 answers\n[1:01:00] call 唐宇\n"
                   "[1:11:00] call 唐宇 (运维主值\n"
                   "[1:16:00] call 宋佳 (运维备值\n[1:17:00] 宋佳 answers\n");
    end(s);
}

static void who_is_still_on_it_is_asked_again_an_hour_later(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "tang.yu", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(130));
    story_tells(s, "[1:01:00] call 唐宇\n[1:02:00] 唐宇 answers\n"
                   "[2:02:00] call 唐宇\n[2:03:00] 唐宇 answers\n");
    story_never(s, "宋佳");
    end(s);
}

/* Why: paper 4.3. The manager hears of it once, whatever makes it grave. */
static void a_grave_one_is_told_to_the_manager_once(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "tang.yu", MINUTES(1));
    story_trigger(s, "{'plan':'service_down','title':'Payment','grade':'II'}");
    story_advance(s, MINUTES(1));
    story_update(s, "{'fields':{'affected':5000,'cause':'a broken disk'}}");
    story_advance(s, MINUTES(1));
    story_tells(s, "notify 卫东 (运维负责人, post:it-manager) by phone: For your information: "
                   "Payment: grade II\n");
    story_never(s, "5000 people affected");
    end(s);
}

static void many_people_affected_are_told_to_the_manager(void **state)
{
    (void)state;
    struct story *s = begin();
    story_person_answers(s, "tang.yu", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_update(s, "{'fields':{'affected':999}}");
    story_never(s, "卫东");
    story_update(s, "{'fields':{'affected':1000}}");
    story_tells(
        s, "update affected=1000\nnotify 卫东 (运维负责人, post:it-manager) by phone: For your "
           "information: Payment answers 502: 1000 people affected\n");
    end(s);
}

/* Why: a log of 16 KiB is no message for a phone, and half a character is none at all. */
static void a_long_report_is_cut_between_characters(void **state)
{
    AUTO_TEXT(trigger);
    (void)state;
    struct story *s = begin();
    text_add(&trigger, "{'plan':'service_down','title':'长','note':'");
    for (int n = 0; n < 600; n++)
        text_add(&trigger, "障");
    text_add(&trigger, "'}");
    story_trigger(s, text_str(&trigger));
    story_tells(s, "障障障…。请处理并答复\n");
    end(s);
}

/* Everything that can come in, for the test that interrupts it. */
static char *night_turns(bool forgetful)
{
    struct story *s = begin();
    if (forgetful)
        story_passivate(s);
    story_person_answers(s, "wei.dong", MINUTES(4));
    story_trigger(s, TRIGGER);
    for (int minute = 0; minute < 100; minute++) {
        if (minute % 7 == 3)
            story_update(s, "{'note':'still down','fields':{'affected':1200}}");
        if (minute == 40)
            story_update(s, "{'fields':{'cause':'a broken disk'}}");
        story_advance(s, MINUTES(1));
    }
    story_never(s, "diverged");
    char *turns = mem_str(story_turns(s));
    end(s);
    return turns;
}

/* Why: R3. What a planner forgot it must find again, command for command. */
static void replayed_at_every_turn_it_gives_the_same_commands(void **state)
{
    (void)state;
    char *expected = night_turns(false);
    char *replayed = night_turns(true);
    assert_string_equal(replayed, expected);
    free(expected);
    free(replayed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_climbs_from_primary_to_manager_three_times_and_then_with_the_duty_room),
        cmocka_unit_test(a_resolved_source_closes_it_and_tells_everybody_reached),
        cmocka_unit_test(the_same_key_again_is_news_for_whoever_works_on_it),
        cmocka_unit_test(who_no_longer_answers_is_replaced),
        cmocka_unit_test(who_is_still_on_it_is_asked_again_an_hour_later),
        cmocka_unit_test(a_grave_one_is_told_to_the_manager_once),
        cmocka_unit_test(many_people_affected_are_told_to_the_manager),
        cmocka_unit_test(a_long_report_is_cut_between_characters),
        cmocka_unit_test(replayed_at_every_turn_it_gives_the_same_commands),
    };
    return cmocka_run_group_tests_name("service_down", tests, NULL, NULL);
}
