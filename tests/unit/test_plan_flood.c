/* plans/flood.lua through a night: what it asks for, and the same again when it is forgotten. */
#include "planner_night.h"
#include "testdata.h"
#include "unit.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

static void night_open(struct planner_night *n, bool forgets)
{
    const char *root = getenv("MUSTER_ROOT");
    AUTO_TEXT(path);
    AUTO_TEXT(source);

    text_addf(&path, "%s/plans/flood.lua", root ? root : ".");
    file_read(text_str(&path), &source);
    planner_night_init(n, text_str(&source));
    n->forgets = forgets;
    n->trigger = json_pack("{s:{s:{s:f}}}", "fields", "g7", "stage_m", 4.6);
    planner_night_begin(n);
}

static void reading(struct planner_night *n, const char *name, const char *station, double value)
{
    AUTO_TEXT(ev);
    text_addf(&ev,
              "{'names':['update','%s'],'occurrences':[{'name':'%s','station':'%s','value':%g}],"
              "'by':'gauge'}",
              name, name, station, value);
    planner_night_fact(n, text_str(&ev));
}

static void breach(struct planner_night *n)
{
    planner_night_fact(n, "{'names':['update','breach'],'occurrences':[{'name':'breach',"
                          "'value':true}],'by':'zhou.jie'}");
}

/* Some of everything that can come in. */
static void night_runs(struct planner_night *n)
{
    reading(n, "stage_m", "g7", 4.7);
    planner_night_expire(n, "0.5/1.1");
    reading(n, "ponding_cm", "jiefang-road", 29);
    planner_night_answer(n, "0.5/1.3", "li.ming");
    planner_night_pass(n, 2 * MS_HOUR);
    reading(n, "stage_m", "g7", 5.3);
    breach(n);
    planner_night_fact(n, "{'names':['resolved'],'by':'gauge'}");
    planner_night_pass(n, MS_HOUR);
}

static void it_calls_until_somebody_answers_and_then_keeps_watch(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    planner_night_tells(&n,
                        "call 0.5/1.1 -1 | duty:duty-room 180000 | post:flood-hq-deputy 300000 | "
                        "post:flood-hq-commander 300000 x2 {\"en\":\"First report: Gauge 7. Verify "
                        "and answer\",\"zh\":\"【首报】Gauge 7，请核实并答复\"}\n"
                        "notify 0.5/2.1 group:flood-members {\"en\":\"g7 at 4.6 m, over the "
                        "warning mark\",\"zh\":\"g7 水位 4.6 米，超警戒水位\"}\n"
                        "state 0.5/2.2 {\"highest_m\":4.6,\"stage_m\":4.6,\"station\":\"g7\"}\n");
    planner_night_expire(&n, "0.5/1.1");
    planner_night_tells(
        &n, "log 0.5/1.2 nobody has answered yet: Gauge 7\n"
            "call 0.5/1.3 duty:duty-room,dept:flood-office 600000 {\"en\":\"First report: Gauge 7. "
            "Verify and answer\",\"zh\":\"【首报】Gauge 7，请核实并答复\"}\n");
    planner_night_answer(&n, "0.5/1.3", "li.ming");
    planner_night_tells(&n, "log 0.5/1.4 answered by li.ming\n"
                            "timer 0.6 3600000\n");
    planner_night_pass(&n, 2 * MS_HOUR);
    planner_night_tells(
        &n, "notify 0.6/1.1 duty:duty-room {\"en\":\"Watch: Gauge 7, highest 4.6 m. Report what is "
            "new\",\"zh\":\"值守：Gauge 7，最高水位 4.6 米，请报最新情况\"}\n"
            "timer 0.6 3600000\n"
            "notify 0.6/2.1 duty:duty-room {\"en\":\"Watch: Gauge 7, highest 4.6 m. Report what is "
            "new\",\"zh\":\"值守：Gauge 7，最高水位 4.6 米，请报最新情况\"}\n"
            "timer 0.6 3600000\n");
    planner_night_done(&n);
}

static void the_departments_hear_once_of_each_mark(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    text_clear(&n.told);
    reading(&n, "stage_m", "g7", 4.7);
    planner_night_tells(&n,
                        "state 0.1/1.1 {\"highest_m\":4.7,\"stage_m\":4.7,\"station\":\"g7\"}\n");
    reading(&n, "stage_m", "g7", 5.3);
    planner_night_tells(&n,
                        "notify 0.1/2.1 group:flood-members {\"en\":\"g7 at 5.3 m, over the "
                        "guarantee mark\",\"zh\":\"g7 水位 5.3 米，超保证水位\"}\n"
                        "state 0.1/2.2 {\"highest_m\":5.3,\"stage_m\":5.3,\"station\":\"g7\"}\n");
    planner_night_done(&n);
}

static void an_underpass_is_closed_once_or_the_duty_room_hears_of_it(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    text_clear(&n.told);
    reading(&n, "ponding_cm", "jiefang-road", 20);
    planner_night_tells(&n, "");
    reading(&n, "ponding_cm", "jiefang-road", 29);
    planner_night_tells(&n, "call 0.2/2.1 dept:urban 300000 x2 {\"en\":\"Close jiefang-road: 29 cm "
                            "of water\",\"zh\":\"封闭 jiefang-road：积水 29 厘米\"}\n");
    reading(&n, "ponding_cm", "jiefang-road", 33);
    planner_night_tells(&n, "");
    planner_night_expire(&n, "0.2/2.1");
    planner_night_tells(
        &n, "notify 0.2/2.2 duty:duty-room {\"en\":\"jiefang-road is not closed, the urban office "
            "is silent\",\"zh\":\"jiefang-road 无人封闭，住建局无人应答\"}\n");
    planner_night_done(&n);
}

static void a_breach_calls_the_commander_whatever_else_runs(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    text_clear(&n.told);
    breach(&n);
    planner_night_tells(&n, "call 0.3/1.1 post:flood-hq-commander,post:flood-hq-deputy 120000 x5 "
                            "{\"en\":\"Breach! Gauge 7\",\"zh\":\"决口！Gauge 7\"}\n");
    planner_night_done(&n);
}

/* Thrown away before every event and rebuilt from its rows, it does the same to the byte. */
static void replayed_at_every_turn_it_gives_the_same_commands(void **state)
{
    struct planner_night whole;
    struct planner_night forgetful;
    AUTO_TEXT(one);
    AUTO_TEXT(other);
    (void)state;

    night_open(&whole, false);
    night_runs(&whole);
    night_open(&forgetful, true);
    night_runs(&forgetful);
    planner_night_turns(&whole, &one);
    planner_night_turns(&forgetful, &other);
    assert_string_equal(text_str(&one), text_str(&other));
    assert_true(forgetful.needs > 5);
    planner_night_done(&whole);
    planner_night_done(&forgetful);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_calls_until_somebody_answers_and_then_keeps_watch),
        cmocka_unit_test(the_departments_hear_once_of_each_mark),
        cmocka_unit_test(an_underpass_is_closed_once_or_the_duty_room_hears_of_it),
        cmocka_unit_test(a_breach_calls_the_commander_whatever_else_runs),
        cmocka_unit_test(replayed_at_every_turn_it_gives_the_same_commands),
    };
    return cmocka_run_group_tests_name("plan_flood", tests, NULL, NULL);
}
