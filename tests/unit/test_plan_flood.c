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

/* The core says where the water is over the mark. */
static void fills(struct planner_night *n, const char *station)
{
    AUTO_TEXT(ev);
    text_addf(&ev,
              "{'names':[],'steps':['watch/0.1'],'edges':[{'watch':'watch/0.1','station':'%s'}]}",
              station);
    planner_night_fact(n, text_str(&ev));
}

static void breach(struct planner_night *n)
{
    planner_night_fact(n, "{'names':['update','breach'],'occurrences':[{'name':'breach',"
                          "'value':true}],'by':'zhou.jie'}");
}

static void ordered(struct planner_night *n, const char *action, const char *level)
{
    AUTO_TEXT(ev);
    text_addf(&ev, "{'names':['order'],'action':'%s','by':'han.mei','reason':'x'", action);
    text_addf(&ev,
              level ? ",'level':'%s','commander':'post:flood-hq-commander','members':[]}" : "}",
              level);
    planner_night_fact(n, text_str(&ev));
}

/* Some of everything that can come in. */
static void night_runs(struct planner_night *n)
{
    planner_night_expire(n, "0.3");
    fills(n, "jiefang-road");
    planner_night_answer(n, "0.5", "li.ming");
    ordered(n, "activate", "IV");
    planner_night_pass(n, 2 * MS_HOUR);
    ordered(n, "raise", "II");
    breach(n);
    ordered(n, "raise", "I");
    reading(n, "ponding_cm", "jiefang-road", 40);
    fills(n, "jiefang-road");
    planner_night_pass(n, MS_HOUR);
    ordered(n, "lower", "IV");
    ordered(n, "terminate", NULL);
}

static void it_calls_until_somebody_answers_and_then_keeps_watch(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    planner_night_tells(&n,
                        "watch 0.1 {\"each\":true,\"watch\":\"watch/0.1\",\"when\":\"ponding_cm >= "
                        "27\"}\n"
                        "call 0.3 -1 | duty:duty-room 180000 | post:flood-hq-deputy 300000 | "
                        "post:flood-hq-commander 300000 x2 {\"en\":\"First report: Gauge 7. Verify "
                        "and answer\",\"zh\":\"【首报】Gauge 7，请核实并答复\"}\n");
    planner_night_expire(&n, "0.3");
    planner_night_tells(
        &n, "log 0.4 nobody has answered yet: Gauge 7\n"
            "call 0.5 duty:duty-room,dept:flood-office 600000 {\"en\":\"First report: Gauge 7. "
            "Verify and answer\",\"zh\":\"【首报】Gauge 7，请核实并答复\"}\n");
    planner_night_answer(&n, "0.5", "li.ming");
    planner_night_tells(&n, "log 0.6 answered by li.ming\n"
                            "timer 0.7 3600000\n");
    planner_night_pass(&n, MS_HOUR);
    planner_night_tells(
        &n, "notify 0.7/1.1 duty:duty-room {\"en\":\"Watch: Gauge 7. Report what is new\",\"zh\":"
            "\"值守：Gauge 7，请报最新情况\"}\n"
            "timer 0.7 3600000\n");
    planner_night_done(&n);
}

#define CLOSE_JIEFANG                                                                              \
    "{\"fields\":{\"at\":\"jiefang-road\",\"key\":\"jiefang-road\"},\"item\":"                     \
    "\"item:close_pass/jiefang-road\",\"key\":\"jiefang-road\",\"kind\":\"measure\",\"name\":"     \
    "\"close_pass\"}\n"

static void an_underpass_is_closed_once_or_it_is_known_above(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    assert_non_null(strstr(text_str(&n.told), "\"when\":\"ponding_cm >= 27\""));
    text_clear(&n.told);
    fills(&n, "jiefang-road");
    planner_night_tells(&n, "item 0.1/1.1 " CLOSE_JIEFANG "timer 0.1/1.2 1200000\n");
    planner_night_pass(&n, 20 * MS_MINUTE);
    planner_night_tells(&n, "escalate 0.1/1.3 {\"text\":{\"en\":\"Nobody closes jiefang-road\","
                            "\"zh\":\"jiefang-road 无人封闭\"}}\n");
    fills(&n, "jiefang-road"); /* dry in between: it counts anew */
    planner_night_tells(&n, "item 0.1/2.1 " CLOSE_JIEFANG "timer 0.1/2.2 1200000\n");
    planner_night_done(&n);
}

static void a_breach_calls_the_commander_whatever_else_runs(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    text_clear(&n.told);
    breach(&n);
    planner_night_tells(&n, "call 0.2/1.1 post:flood-hq-commander,post:flood-hq-deputy 120000 x5 "
                            "{\"en\":\"Breach! Gauge 7\",\"zh\":\"决口！Gauge 7\"}\n");
    planner_night_done(&n);
}

static void level_two_calls_the_commander_to_the_command_room(void **state)
{
    struct planner_night n;
    (void)state;

    night_open(&n, false);
    text_clear(&n.told);
    ordered(&n, "activate", "II");
    assert_non_null(strstr(text_str(&n.told), "call III1.1 group:flood-experts 1800000"));
    text_clear(&n.told);
    ordered(&n, "lower", "III");
    text_clear(&n.told);
    ordered(&n, "raise", "II");
    planner_night_tells(&n,
                        "call II3.1 post:flood-hq-commander 900000 {\"en\":\"Gauge 7: level II, "
                        "come to the command room\",\"zh\":\"Gauge 7：II级响应，请到指挥部\"}\n");
    planner_night_expire(&n, "II3.1");
    planner_night_tells(&n, "escalate II3.2 {\"text\":{\"en\":\"The commander is silent\",\"zh\":"
                            "\"总指挥无应答\"}}\n");
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
        cmocka_unit_test(an_underpass_is_closed_once_or_it_is_known_above),
        cmocka_unit_test(a_breach_calls_the_commander_whatever_else_runs),
        cmocka_unit_test(level_two_calls_the_commander_to_the_command_room),
        cmocka_unit_test(replayed_at_every_turn_it_gives_the_same_commands),
    };
    return cmocka_run_group_tests_name("plan_flood", tests, NULL, NULL);
}
