/*
 * Standing plans: the calendar opens their occasions, once each, whatever stops in between.
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

#define HOURS(n) ((n)*INT64_C(3600000))

/* The nights of stories begin on Monday, July 20 2026, at 10:00 there. */
static struct story *begin(const char *schedule, const char *bodies)
{
    AUTO_TEXT(plan);
    text_addf(
        &plan,
        "local plan = plan 'meetings' { title = { zh = '例会', en = 'Meetings' },"
        " kind = 'standing', version = '1', owner = 'dept:flood-office',"
        " schedule = { %s },"
        " measures = { minutes = { owner = 'dept:flood-office', title = '纪要', due = '1d' } },"
        " fallback = { { to = 'duty:duty-room', within = '1h' } } }\n%s\nreturn plan\n",
        schedule, bodies);
    return story_new("meetings", text_str(&plan));
}

static const char DAILY[] = "function plan.occasion.daily(incident)\n"
                            "  notify { to = 'person:sun.wei', text = incident.occasion .. ': ' .. "
                            "incident.title }\nend";

static void an_occasion_comes_at_its_time_and_is_over_when_it_is_done(void **state)
{
    (void)state;
    struct story *s = begin("daily = { at = '08:40' }", DAILY);
    story_advance(s, HOURS(48));
    story_tells(s, "[22:40:00] occasion: 例会（daily） 2026-07-21, plan meetings\n"
                   "[22:40:00] notify 孙伟 by phone: daily: 例会（daily） 2026-07-21\n"
                   "[22:40:00] closed: the plan is done\n"
                   "[46:40:00] occasion: 例会（daily） 2026-07-22, plan meetings\n");
    story_end(s);
}

/* Why: a meeting that is called twice, or not at all, because the machine stopped that morning. */
static void a_crash_at_its_hour_opens_it_once(void **state)
{
    (void)state;
    struct story *s = begin("daily = { at = '08:40' }", DAILY);
    story_advance(s, HOURS(22) + 40 * INT64_C(60000));
    story_crash_engine(s);
    story_advance(s, HOURS(10));
    story_tells(s, "occasion: 例会（daily） 2026-07-21\n");
    const char *first = strstr(story_trace(s), "occasion: ");
    assert_null(strstr(first + 1, "occasion: "));
    story_end(s);
}

static void people_open_one_out_of_its_turn(void **state)
{
    (void)state;
    struct story *s = begin("daily = { at = '08:40' }, weekly = { at = 'mon 09:00' }",
                            "function plan.occasion.daily(incident) end\n"
                            "function plan.occasion.weekly(incident) measure('minutes') end");
    const json_t *reply = story_trigger(s, "{'plan':'meetings','title':'临时调度'}");
    assert_string_equal(json_str(reply, "code"), "missing_field");
    assert_non_null(strstr(json_str(reply, "error"), "daily, weekly"));
    reply = story_trigger(s, "{'plan':'meetings','title':'x','occasion':'weakly'}");
    assert_string_equal(json_str(reply, "near"), "weekly");
    reply = story_trigger(s, "{'plan':'meetings','title':'临时调度','occasion':'weekly'}");
    assert_true(json_bool(reply, "ok"));
    story_advance(s, HOURS(1));
    story_tells(s, "trigger: 临时调度, plan meetings\nitem: 纪要 to\n");
    story_advance(s, HOURS(24) * 7);
    story_tells(s, "occasion: 例会（weekly） 2026-07-27\n"); /* and the next comes as ever */
    story_end(s);
}

static void a_meeting_is_open_for_as_long_as_what_it_decided(void **state)
{
    (void)state;
    struct story *s = begin("weekly = { at = 'tue 09:00' }",
                            "function plan.occasion.weekly(incident) measure('minutes') end");
    story_advance(s, HOURS(30));
    story_tells(s, "occasion: 例会（weekly） 2026-07-21\nitem: 纪要 to\n");
    story_never(s, "closed");
    story_at(s, 0);
    story_item(s, "minutes", "done", "sun.wei");
    story_item(s, "minutes", "strike", "sun.wei");
    story_advance(s, HOURS(1));
    story_tells(s, "closed: the plan is done\n");
    story_end(s);
}

static void an_error_in_an_occasion_is_no_silence(void **state)
{
    (void)state;
    struct story *s =
        begin("daily = { at = '08:40' }", "function plan.occasion.daily(incident) error('x') end");
    story_advance(s, HOURS(23));
    story_tells(s, "occasion: \ncall 王强 (主班, duty:duty-room)\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_occasion_comes_at_its_time_and_is_over_when_it_is_done),
        cmocka_unit_test(a_crash_at_its_hour_opens_it_once),
        cmocka_unit_test(people_open_one_out_of_its_turn),
        cmocka_unit_test(a_meeting_is_open_for_as_long_as_what_it_decided),
        cmocka_unit_test(an_error_in_an_occasion_is_no_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
