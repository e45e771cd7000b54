/* Who is on duty while the night goes on: turns, holidays, overrides, swaps, handovers, checks. */
#include "story.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n) ((n)*INT64_C(3600000))
#define DAYS(n) ((n)*INT64_C(86400000))

/* The story begins on Monday 2026-07-20 at 10:00: Wang has the first seat, Li the second. */
static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, version = '1',"
    " owner = 'person:sun.wei', starts_on = { { kind = 'flood' } },"
    " facts = { go = { type = 'boolean' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  local rooms = { desk = 'duty:desk', later = 'duty:later' }\n"
    "  call { to = rooms[incident.title] or 'duty:duty-room', within = '5m', text = 'water' }\n"
    "end\n"
    "return plan\n";

static struct story *begin(void)
{
    return story_in("tests/lib/duty_site.lua", "flood", PLAN);
}

static void trigger(struct story *s)
{
    story_trigger(s, "{'plan':'flood','title':'Gauge 7'}");
}

static bool refused(const json_t *reply, const char *words)
{
    const char *error = json_str(reply, "error");
    if (!error || !strstr(error, words))
        fail_msg("\"%s\" does not say: %s", error ? error : "(ok)", words);
    return true;
}

static bool accepted(const json_t *reply)
{
    if (!json_bool(reply, "ok"))
        fail_msg("refused: %s", json_str_or(reply, "error", "?"));
    return true;
}

/* Why: the one whose shift ended at eight is woken, and the one who is there is not. */
static void whoever_is_on_duty_then_is_called(void **state)
{
    (void)state;
    struct story *s = begin();
    trigger(s);
    story_advance(s, MINUTES(12));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n"
                   "no answer; call the next\n"
                   "call 李明 (副班, duty:duty-room)\n"
                   "call 孙伟 (带班领导, duty:duty-room)\n");
    story_close(s);
    story_advance(s, DAYS(1));
    trigger(s);
    story_advance(s, MINUTES(6));
    story_tells(s, "call 李明 (主班, duty:duty-room)\n"
                   "call 赵磊 (副班, duty:duty-room)\n");
    story_close(s);
    story_advance(s, DAYS(2)); /* and after the last of them it is the first again */
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n");
    story_close(s);
    story_end(s);
}

/* Why: the shift changes in the middle of a call, and the next rung rings who has gone home. */
static void a_rung_after_the_handover_is_the_next_shift(void **state)
{
    (void)state;
    struct story *s = begin();
    story_advance(s, HOURS(21) + MINUTES(57)); /* to 07:57 */
    trigger(s);
    story_advance(s, MINUTES(6));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n"
                   "call 赵磊 (副班, duty:duty-room)\n"); /* the second officer of the new shift */
    story_close(s);
    story_end(s);
}

/* Why: on a day off the leader of the week is called, who is away. */
static void on_a_day_off_its_own_leader_is_called(void **state)
{
    (void)state;
    struct story *s = begin();
    story_advance(s, DAYS(73)); /* 2026-10-01, the first day of the holiday */
    trigger(s);
    story_advance(s, MINUTES(11));
    story_tells(s, "call 钱敏 (带班领导, duty:duty-room)\n");
    story_close(s);
    story_advance(s, DAYS(9)); /* Saturday the tenth, on which work is made up for */
    trigger(s);
    story_advance(s, MINUTES(11));
    story_tells(s, "call 孙伟 (带班领导, duty:duty-room)\n");
    story_close(s);
    story_end(s);
}

/* Why: at night the desk rings where nobody sits, for five minutes. */
static void a_seat_out_of_its_hours_is_passed_over(void **state)
{
    (void)state;
    struct story *s = begin();
    story_trigger(s, "{'plan':'flood','title':'desk'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "call 赵磊 (坐席, duty:desk)\n");
    story_close(s);
    story_advance(s, HOURS(9)); /* 19:01 */
    story_trigger(s, "{'plan':'flood','title':'desk'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "call 王强 (夜班, duty:desk)\n");
    story_close(s);
    story_end(s);
}

/* Why: the new room opens next year, and until then its calls reach nobody. */
static void a_roster_before_its_first_turn_is_the_duty_room_s(void **state)
{
    (void)state;
    struct story *s = begin();
    story_trigger(s, "{'plan':'flood','title':'later'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "alarm\n"
                   "call 王强 (主班, duty:duty-room)\n");
    story_close(s);
    story_end(s);
}

/* Why: an override that begins too early, or does not end. */
static void an_override_holds_in_its_time_and_no_longer(void **state)
{
    (void)state;
    struct story *s = begin();
    accepted(story_duty(s, "override",
                        "{'roster':'duty-room','seat':'officer_a','person':'zhao.lei',"
                        "'from':'2026-07-20 12:00','to':'2026-07-20 21:00','reason':'ill',"
                        "'as':'sun.wei'}"));
    story_tells(s, "override 1: 总值班室 主班 2026-07-20 12:00 to 2026-07-20 21:00: 赵磊 (ill): "
                   "approved\n");
    story_advance(s, HOURS(2) - MINUTES(1));
    trigger(s);
    story_advance(s, MINUTES(0));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n");
    story_close(s);
    story_advance(s, MINUTES(1)); /* noon */
    story_crash_engine(s);        /* what was approved is of the record */
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 赵磊 (主班, duty:duty-room)\n");
    story_close(s);
    story_advance(s, HOURS(9));
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n");
    story_close(s);
    story_end(s);
}

/* Why: two arrange for the same night, each with another one, and both or none come. */
static void the_second_of_two_overrides_is_refused_by_name(void **state)
{
    (void)state;
    struct story *s = begin();
    static const char first[] =
        "{'roster':'duty-room','seat':'officer_a','person':'zhao.lei','from':'2026-07-22 08:00',"
        "'to':'2026-07-23 08:00','reason':'a course','as':'wang.qiang'}";
    static const char second[] =
        "{'roster':'duty-room','seat':'officer_a','person':'wang.qiang','from':'2026-07-22 20:00',"
        "'to':'2026-07-24 08:00','reason':'a wedding','as':'sun.wei'}";
    accepted(story_duty(s, "override", first));
    refused(
        story_duty(s, "override", second),
        "change 1 has this seat already (总值班室 主班 2026-07-22 08:00 to 2026-07-23 08:00, by "
        "zhao.lei, asked)");
    /* what is withdrawn stands in nobody's way, and the roster is as it was */
    accepted(story_duty(s, "act", "{'change':1,'action':'withdraw','as':'wang.qiang'}"));
    accepted(story_duty(s, "override", second));
    refused(story_duty(s, "act", "{'change':1,'action':'approve','as':'sun.wei'}"),
            "this change is withdrawn");
    /* a month after its end it is let go, and its number is not given again */
    story_advance(s, DAYS(40));
    accepted(story_duty(s, "override",
                        "{'roster':'duty-room','seat':'officer_a','person':'li.ming',"
                        "'from':'2026-09-01','to':'2026-09-02','reason':'x','as':'sun.wei'}"));
    story_crash_engine(s);
    refused(story_duty(s, "act", "{'change':1,'action':'withdraw','as':'wang.qiang'}"),
            "there is no change of duty of this number");
    accepted(story_duty(s, "act", "{'change':3,'action':'withdraw','as':'sun.wei'}"));
    story_end(s);
}

/* Why: whoever likes puts whom they like on duty. */
static void who_asks_does_not_approve(void **state)
{
    (void)state;
    struct story *s = begin();
    accepted(story_duty(s, "override",
                        "{'roster':'duty-room','seat':'officer_a','person':'zhao.lei',"
                        "'from':'2026-07-20 12:00','to':'2026-07-21 08:00','reason':'ill',"
                        "'as':'wang.qiang'}"));
    refused(story_duty(s, "act", "{'change':1,'action':'approve','as':'wang.qiang'}"),
            "wang.qiang may not approve a change of duty: that is for sun.wei, who leads "
            "duty:duty-room now");
    story_advance(s, HOURS(3));
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n"); /* not approved, not in force */
    story_close(s);
    accepted(story_duty(s, "act", "{'change':1,'action':'approve','as':'sun.wei'}"));
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "override 1: 总值班室 主班 2026-07-20 12:00 to 2026-07-21 08:00: 赵磊 (ill): "
                   "approved\n"
                   "call 赵磊 (主班, duty:duty-room)\n");
    story_close(s);
    story_end(s);
}

/* Why: one has agreed to nothing, and is on duty all the same. */
static void a_swap_is_agreed_and_then_approved(void **state)
{
    (void)state;
    struct story *s = begin();
    static const char swap[] = "{'roster':'duty-room','as':'wang.qiang','with':'zhao.lei',"
                               "'at':'2026-07-23 12:00','back':'2026-07-25 12:00'}";
    accepted(story_duty(s, "swap", swap));
    refused(story_duty(s, "act", "{'change':1,'action':'approve','as':'sun.wei'}"),
            "zhao.lei has not agreed yet");
    refused(story_duty(s, "act", "{'change':1,'action':'agree','as':'li.ming'}"),
            "to agree is for zhao.lei");
    accepted(story_duty(s, "act", "{'change':1,'action':'agree','as':'zhao.lei'}"));
    accepted(story_duty(s, "act", "{'change':1,'action':'approve','as':'sun.wei'}"));
    story_tells(s,
                "swap 1: 总值班室 主班 2026-07-23 08:00 to 2026-07-24 08:00: 赵磊; 总值班室 主班 "
                "2026-07-25 08:00 to 2026-07-26 08:00: 王强: asked for\n"
                "agreed, to be approved\n"
                "approved\n");
    story_advance(s, DAYS(3) + HOURS(2)); /* the 23rd, 12:00 */
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 赵磊 (主班, duty:duty-room)\n");
    story_close(s);
    story_advance(s, DAYS(2)); /* the 25th */
    trigger(s);
    story_advance(s, MINUTES(1));
    story_tells(s, "call 王强 (主班, duty:duty-room)\n");
    story_close(s);
    refused(story_duty(s, "swap",
                       "{'roster':'duty-room','as':'sun.wei','with':'zhao.lei',"
                       "'at':'2026-10-02 12:00'}"),
            "sun.wei is not on duty in duty:duty-room at that time");
    story_end(s);
}

/* Why: who sits there day after day gives one day away, and must keep the others. */
static void a_swap_is_of_one_turn_and_no_longer(void **state)
{
    (void)state;
    struct story *s = begin();
    accepted(story_duty(s, "swap",
                        "{'roster':'duty-room','as':'sun.wei','with':'qian.min',"
                        "'at':'2026-07-23 12:00'}"));
    story_tells(s, "swap 1: 总值班室 带班领导 2026-07-23 08:00 to 2026-07-24 08:00: 钱敏: "
                   "asked for\n");
    story_end(s);
}

/* Why: the leader is on the road, and a night is not approved for want of a terminal. */
static void a_change_is_agreed_and_approved_by_the_message(void **state)
{
    (void)state;
    struct story *s = begin();
    accepted(story_duty(s, "swap",
                        "{'roster':'duty-room','as':'wang.qiang','with':'zhao.lei',"
                        "'at':'2026-07-23 12:00'}"));
    story_advance(s, MINUTES(1));
    story_answer_link(s, "zhao.lei", "{}");
    story_advance(s, MINUTES(1));
    story_tells(s, "swap 1: 总值班室 主班 2026-07-23 08:00 to 2026-07-24 08:00: 赵磊: asked for\n"
                   "agreed, to be approved\n");
    story_crash_engine(s);
    story_answer_link(s, "sun.wei", "{}");
    story_advance(s, MINUTES(1));
    story_tells(s, "swap 1: 总值班室 主班 2026-07-23 08:00 to 2026-07-24 08:00: 赵磊: approved\n");
    /* and so it is refused */
    accepted(story_duty(s, "override",
                        "{'roster':'duty-room','person':'zhao.lei','from':'2026-07-30 08:00',"
                        "'to':'2026-07-31 08:00','reason':'ill','as':'wang.qiang'}"));
    story_advance(s, MINUTES(1));
    story_answer_link(s, "sun.wei", "{'decline':true}");
    story_tells(s, "override 2: 总值班室 主班 2026-07-30 08:00 to 2026-07-31 08:00: 赵磊 (ill): "
                   "refused\n");
    story_end(s);
}

/* Why: whoever comes on duty learns of it from the first call. */
static void whoever_comes_on_duty_is_told_once(void **state)
{
    (void)state;
    struct story *s = begin();
    story_advance(s, HOURS(22) - MINUTES(1)); /* to 07:59 */
    story_never(s, "您现在值班");
    story_advance(s, MINUTES(2));
    story_tells(s, "总值班室, on duty now: 主班 李明, 副班 赵磊, 带班领导 孙伟\n"
                   "您现在值班：总值班室 副班，至 2026-07-22 08:00\n");
    story_never(s, "您现在值班：总值班室 主班"); /* Li was on duty before, in another seat */
    story_never(s, "您现在值班：总值班室 带班领导");
    story_crash_engine(s);
    story_advance(s, HOURS(1));
    const char *first = strstr(story_trace(s), "您现在值班");
    assert_non_null(first);
    assert_null(strstr(first + 1, "您现在值班")); /* one message, also after a restart */
    story_end(s);
}

/* Why: what is open is known to the one who has gone home. */
static void a_handover_has_what_is_open_and_is_confirmed(void **state)
{
    (void)state;
    struct story *s = begin();
    refused(story_duty(s, "handover", "{'roster':'duty-room','as':'zhao.lei','note':'x'}"),
            "zhao.lei was not on duty in duty:duty-room within the last 12 hours");
    refused(story_duty(s, "handover", "{'roster':'duty-room','as':'li.ming','take':true}"),
            "nothing of duty:duty-room waits to be taken over");
    story_advance(s, HOURS(21) + MINUTES(48));
    trigger(s);
    story_advance(s, MINUTES(2));
    accepted(story_duty(s, "handover",
                        "{'roster':'duty-room','as':'wang.qiang','note':'gauge 7 is slow'}"));
    story_tells(s, "handover of 总值班室 by 王强; open: 1 incidents, 0 items (0 overdue)\n"
                   "Gauge 7\n"
                   "note: gauge 7 is slow\n"
                   "notify 李明 by pager: 交接班\n"
                   "notify 赵磊 by pager: 交接班\n");
    story_advance(s, MINUTES(1));
    story_answer_link(s, "zhao.lei", "{}");
    story_tells(s, "赵磊 takes over 总值班室\n");
    refused(story_duty(s, "handover", "{'roster':'duty-room','as':'li.ming','take':true}"),
            "nothing of duty:duty-room waits to be taken over");
    story_close(s);
    story_end(s);
}

/* Why: nobody knows whether the one on duty is there, until it matters. */
static void a_spot_check_takes_the_time_of_the_answer(void **state)
{
    (void)state;
    struct story *s = begin();
    const json_t *reply = story_duty(s, "check", "{'roster':'duty-room','as':'sun.wei'}");
    assert_string_equal(json_str_or(reply, "person", ""), "wang.qiang");
    story_advance(s, MINUTES(3));
    story_answer_link(s, "wang.qiang", "{}");
    story_tells(s, "spot check 1: 王强, 主班, is called\n"
                   "查岗：总值班室 主班，请立即应答。\n"
                   "spot check 1: 王强 answers after 3m\n");
    story_end(s);
}

/* Why: the check that everybody expects on the first of the month. */
static void a_roster_is_checked_so_often_a_month(void **state)
{
    (void)state;
    struct story *s = begin();
    story_advance(s, DAYS(12)); /* August begins */
    size_t before = 0, month = 0;
    for (const char *at = story_trace(s); (at = strstr(at, "is called\n")); at++)
        before++;
    for (int n = 0; n < 31; n++) {
        story_advance(s, DAYS(1));
        if (n % 10 == 0)
            story_crash_engine(s); /* none twice, none left out */
    }
    for (const char *at = story_trace(s); (at = strstr(at, "is called\n")); at++)
        month++;
    assert_in_range(month - before, 1, 3); /* two of August, and at its ends one of a neighbour */
    assert_in_range(month, 2, 4);
    story_end(s);
}

/* Why: the hole that everybody has forgotten is found on the night itself. */
static void nobody_in_a_week_is_an_alarm_today(void **state)
{
    (void)state;
    struct story *s = story_in("tests/lib/duty_site.lua", "flood", PLAN);
    story_site_leaves(s, "sun.wei", "2026-08-05");
    story_advance(s, DAYS(8)); /* to the 28th */
    story_never(s, "nobody will be on duty in 总值班室");
    story_advance(s, DAYS(2));
    story_tells(s, "Muster alarm, 预案管理: nobody will be on duty in 总值班室, 带班领导, from "
                   "2026-08-06 00:00 until 2026-08-08 08:00; put somebody there\n");
    story_never(s, "[239:00:00] Muster alarm"); /* once a day */
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_on_duty_then_is_called),
        cmocka_unit_test(a_rung_after_the_handover_is_the_next_shift),
        cmocka_unit_test(on_a_day_off_its_own_leader_is_called),
        cmocka_unit_test(a_seat_out_of_its_hours_is_passed_over),
        cmocka_unit_test(a_roster_before_its_first_turn_is_the_duty_room_s),
        cmocka_unit_test(an_override_holds_in_its_time_and_no_longer),
        cmocka_unit_test(the_second_of_two_overrides_is_refused_by_name),
        cmocka_unit_test(who_asks_does_not_approve),
        cmocka_unit_test(a_swap_is_agreed_and_then_approved),
        cmocka_unit_test(a_swap_is_of_one_turn_and_no_longer),
        cmocka_unit_test(a_change_is_agreed_and_approved_by_the_message),
        cmocka_unit_test(whoever_comes_on_duty_is_told_once),
        cmocka_unit_test(a_handover_has_what_is_open_and_is_confirmed),
        cmocka_unit_test(a_spot_check_takes_the_time_of_the_answer),
        cmocka_unit_test(a_roster_is_checked_so_often_a_month),
        cmocka_unit_test(nobody_in_a_week_is_an_alarm_today),
    };
    return cmocka_run_group_tests_name("story duty", tests, NULL, NULL);
}
