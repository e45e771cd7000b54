/*
 * A plan that goes by the clocks of its city and by the level in force, through crashes of
 * everything.
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
#define HOURS(n) ((n)*INT64_C(3600000))

/* The night begins on Monday, 2026-07-20, at 10:00 in the city. */
static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " facts = { stage_m = { type = 'number', unit = 'm', per = 'gauge' } },"
    " levels = { IV = { when = 'stage_m >= warning_m', ordered_by = 'post:deputy',"
    "     expected = '72h' },"
    "   II = { when = 'stage_m >= guarantee_m', ordered_by = 'post:commander',"
    "     expected = '24h' } },"
    " ends_when = { { id = 'falling', when = 'stage_m < warning_m', en = 'falling' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "local function say(text) notify { to = 'duty:duty-room', text = text } end\n"
    "function plan.respond(incident)\n"
    "  every({ '10:30', '20:30' }, function(k) say('roll call ' .. k .. ' at ' ..\n"
    "    civil().hour .. ':' .. civil().min) end)\n"
    "  every({ IV = '4h', II = '1h' }, function(k, missed) say('look ' .. k .. '/' .. missed) "
    "end)\n"
    "  at('2026-07-21 08:00', function() say('shift changes on day ' .. civil().yday) end)\n"
    "end\n"
    "function plan.level.II(incident)\n"
    "  at('14:00', function() say('only at II') end)\n"
    "  every({ '16:00' }, function() say('never') end)\n"
    "end\n"
    "return plan\n";

static void ordered(struct story *s, const char *json)
{
    const json_t *reply = story_order(s, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

/* What was said, and when. */
static void a_day_by_the_clocks(bool crashes)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站超警','fields':{'g7':{'stage_m':4.6}}}");
    if (crashes)
        story_passivate(s);
    story_advance(s, HOURS(2)); /* 12:00; no level: nobody looks */
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'above warning',"
               "'measures':'patrol'}");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(90)); /* 13:30; half way to the first look */
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'peak','measures':'move'}");
    if (crashes)
        story_crash_planner(s, 0, false);
    story_advance(s, HOURS(2)); /* 15:30 */
    ordered(
        s, "{'action':'lower','level':'IV','as':'han.mei','reason':'falling','measures':'patrol'}");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, HOURS(17));
    story_tells(
        s, "[0:30:00] notify 王强 (主班, duty:duty-room) by pager: roll call 1 at 10:30\n"
           "[3:30:00] notify 王强 (主班, duty:duty-room) by pager: look 1/0\n"
           "[4:00:00] notify 王强 (主班, duty:duty-room) by pager: only at II\n"
           "[4:30:00] notify 王强 (主班, duty:duty-room) by pager: look 2/0\n"
           "[5:30:00] notify 王强 (主班, duty:duty-room) by pager: look 3/0\n"
           "[9:30:00] notify 王强 (主班, duty:duty-room) by pager: look 4/0\n"
           "[10:30:00] notify 王强 (主班, duty:duty-room) by pager: roll call 2 at 20:30\n"
           "[13:30:00] notify 王强 (主班, duty:duty-room) by pager: look 5/0\n"
           "[22:00:00] notify 王强 (主班, duty:duty-room) by pager: shift changes on day 202\n");
    story_never(s, ": never");
    story_end(s);
}

/* Why: roll calls are at half past eight there, and looks come faster with the water. */
static void a_plan_goes_by_the_clocks_of_its_city_and_by_the_level(void **state)
{
    (void)state;
    a_day_by_the_clocks(false);
}

static void crashes_change_no_clock(void **state)
{
    (void)state;
    a_day_by_the_clocks(true);
}

/* Why: at night and on a day off nobody sits at the desk; then it is the telephone that rings. */
static void office_hours(bool crashes)
{
    struct story *s = story_new(
        "flood",
        "local plan = plan 'flood' { title = 'x', version = '1', owner = 'post:deputy',"
        " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
        "function plan.respond(incident)\n"
        "  for _ = 1, 3 do\n"
        "    notify { to = 'person:sun.wei', text = open_at 'cal:work' and 'desk' or 'phone' }\n"
        "    sleep '8h'\n"
        "  end\nend\nreturn plan\n");
    if (crashes)
        story_passivate(s);
    story_trigger(s, "{'plan':'flood','title':'x'}");
    story_advance(s, HOURS(9));
    if (crashes) {
        story_crash_engine(s);
        story_crash_planner(s, 0, false);
    }
    story_advance(s, HOURS(20));
    story_tells(s, "[0:00:00] notify 孙伟 by phone: desk\n"
                   "[8:00:00] notify 孙伟 by phone: phone\n"
                   "[16:00:00] notify 孙伟 by phone: phone\n");
    story_end(s);
}

static void a_plan_knows_when_the_office_is_open(void **state)
{
    (void)state;
    office_hours(false);
    office_hours(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_goes_by_the_clocks_of_its_city_and_by_the_level),
        cmocka_unit_test(crashes_change_no_clock),
        cmocka_unit_test(a_plan_knows_when_the_office_is_open),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
