/* Drills: a scenario puts things in at its times, whatever crashes, and reaches only whom it may.
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
#define DAYS(n) ((n)*INT64_C(86400000))

static void good(const json_t *reply)
{
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

static void refused(const json_t *reply, const char *code, const char *words)
{
    assert_string_equal(json_str_or(reply, "code", "ok"), code);
    if (!strstr(json_str_or(reply, "error", ""), words))
        fail_msg("\"%s\" does not say \"%s\"", json_str(reply, "error"), words);
}

/* ---- the shipped one ---- */

/* What the people at the table do. */
static void table_works(struct story *s, bool crashes, int speed)
{
    story_advance(s, MINUTES(7) / speed);
    good(story_answer(s, "{'as':'li.ming'}"));
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(8) / speed);
    good(story_order(s, "{'action':'activate','level':'III','as':'sun.wei','reason':'5.0 m',"
                        "'measures':'patrol'}"));
    story_advance(s, MINUTES(27) / speed);
    if (crashes) {
        story_crash_planner(s, 0, false);
        story_crash_engine(s); /* while an endpoint is out of order by the scenario */
    }
    story_advance(s, MINUTES(20) / speed);
    good(story_update(s, "{'fields':{'breach':true}}"));
    story_advance(s, MINUTES(300) / speed);
}

/* "1 met 6m13s, 2 late …" of those that expect something. */
static void results(const json_t *score, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(score, "injects")), n, one)
    {
        if (!json_str(one, "result"))
            continue;
        text_addf(to, "%s%d %s", to->len ? ", " : "", (int)json_int(one, "no", 0),
                  json_str(one, "result"));
        if (!json_at(one, "took_ms"))
            continue;
        text_add_char(to, ' ');
        duration_add(to, json_int(one, "took_ms", 0));
    }
}

static const json_t *of_person(const json_t *course, const char *person)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(course, "people")), n, one)
    {
        if (!strcmp(json_str(one, "person"), person))
            return one;
    }
    return NULL;
}

/* Why: what is scored is what the journal says, to the second, and by whom. */
static void scored(struct story *s)
{
    AUTO_JSON(score);
    AUTO_JSON(course);
    AUTO_TEXT(said);
    score = story_score(s);
    course = story_course(s);
    results(score, &said);
    assert_string_equal(text_str(&said), "1 met 7m, 2 met 5m, 3 met 0s, 6 met 2m, 7 missed");
    assert_int_equal(json_int(score, "met", 0), 4);
    assert_int_equal(json_int(score, "missed", 0), 1);
    const json_t *injects = json_at(score, "injects");
    assert_string_equal(json_str(json_array_get(injects, 0), "met_en"), "李明 answers");
    assert_string_equal(json_str(json_at(score, "names"), "person:qian.min"), "钱敏");
    const json_t *order = json_array_get(json_at(score, "objectives"), 1);
    assert_string_equal(json_str(order, "id"), "order");
    assert_string_equal(json_str(order, "result"), "missed"); /* as its worst */

    assert_int_equal(json_int(json_at(course, "first_answer"), "took_ms", 0), MINUTES(7));
    const json_t *ordered = json_array_get(json_at(course, "orders"), 0);
    assert_int_equal(json_int(ordered, "took_ms", 0), MINUTES(5)); /* since III was proposed */
    const json_t *li = of_person(course, "li.ming");
    assert_int_equal(json_int(li, "answered", 0), 1);
    assert_int_equal(json_int(li, "took_ms", 0), MINUTES(4)); /* since he was called */
    assert_true(json_int(of_person(course, "wang.qiang"), "silent", 0) > 0);
    assert_int_equal(json_array_size(json_at(course, "waiting")), 1); /* level I */
}

static void a_tabletop(bool crashes)
{
    struct story *s = story_shipped("flood");
    story_scenario_shipped(s, "flood-2026");
    good(story_drill(s, "{'plan':'flood','scenario':'flood-2026'}"));
    table_works(s, crashes, 1);
    story_tells(s,
                "[0:00:00] [DRILL] trigger: 7号站水位超警, plan flood\n"
                "[0:00:00] the drill begins: tabletop, scenario flood-2026\n"
                "[0:00:00] inject 1 (trigger): Gauge 7 over its warning mark\n"
                "[0:00:00] notify 钱敏 by phone: 导调：注入1（触发）：7号站水位超警；期望：有人"
                "应答，10m 内\n"
                "[0:00:00] call 王强 (主班, duty:duty-room) by phone\n"
                "[0:00:00] sent: wang.qiang by phone (at the table, not sent)\n"
                "[0:03:00] 王强 (主班, duty:duty-room) no answer; call the next\n"
                "[0:07:00] 李明 answers\n"
                "[0:10:00] inject 2 (message): Hydrology: Gauge 7 at 5.0 m\n"
                "[0:10:00] notify 王强 (主班, duty:duty-room) by phone: 水文局：7号站5.0米\n"
                "[0:10:00] update g7.peak_m=5.1 g7.stage_m=5\n"
                "[0:15:00] order: activate level III by 孙伟\n"
                "[0:30:00] inject 3 (update): Water in the streets\n"
                "[0:30:00] update jiefang-road.ponding_cm=29: 城区积水监测\n"
                "[0:30:00] item: Close 解放路下穿 to dept:urban\n"
                "[0:40:00] inject 4 (fault): desk 20m\n"
                "[0:40:00] attempt failed, will be repeated: chu.lan by desk: out of order, by the "
                "scenario\n"
                "next contact: chu.lan by phone\n"
                "[0:45:00] inject 5 (silence): wang.qiang 30m\n"
                "sent: wang.qiang by phone (silent by the scenario, not sent)\n"
                "[1:00:00] inject 6 (paper): The dyke warden\n"
                "[1:00:00] notify 钱敏 by phone: 请口头转述：堤防管理员\n"
                "[1:02:00] update breach=true\n"
                "[1:20:00] inject 7 (message): Water board\n"
                "[2:00:00] inject 8 (end)\n"
                "[2:00:00] Stage the pumps lifted: 演练结束\n"
                "[2:00:00] initial report 1 missed\n"
                "[2:00:00] closed: the drill is over\n");
    scored(s);
    story_never(s, "[2:00:01]");
    story_never(s, "[2:15:00]");
    story_never(s, "[3:"); /* nobody is urged for a drill that is over */
    assert_non_null(strstr(story_attempts(s), "qian.min"));
    assert_non_null(strstr(story_attempts(s), "chu.lan"));
    assert_null(strstr(story_attempts(s), "wang.qiang"));
    assert_null(strstr(story_attempts(s), "sun.wei"));
    story_end(s);
}

/* Why: a tabletop that rings telephones is none; one that loses an inject measures nothing. */
static void a_tabletop_comes_to_its_end_and_rings_nobody(void **state)
{
    (void)state;
    a_tabletop(false);
}

/* Why: its times are timers of the core, its faults are kept: kill -9 must not change the play. */
static void a_drill_goes_on_through_crashes(void **state)
{
    (void)state;
    a_tabletop(true);
}

/* Why: a whole night must fit into an afternoon, and be judged by its own clock. */
static void a_table_may_play_four_times_as_fast(void **state)
{
    (void)state;
    struct story *s = story_shipped("flood");
    AUTO_JSON(course);
    story_scenario_shipped(s, "flood-2026");
    good(story_drill(s, "{'plan':'flood','scenario':'flood-2026','speed':4}"));
    table_works(s, true, 4);
    story_tells(s, "[0:00:45] 王强 (主班, duty:duty-room) no answer; call the next\n"
                   "[0:01:45] 李明 answers\n"
                   "[0:02:30] inject 2 (message)\n"
                   "[0:03:45] order: activate level III\n"
                   "[0:03:45] item: Double the duty to dept:flood-office, due in 15m\n"
                   "[0:07:30] inject 3 (update)\n"
                   "[0:07:30] Double the duty overdue: urged, time 1\n"
                   "[0:10:00] inject 4 (fault)\n"
                   "[0:12:30] escalated: Nobody closes jiefang-road\n"
                   "[0:15:00] inject 6 (paper)\n"
                   "[0:15:00] initial report 1 overdue: urged, time 1\n"
                   "[0:16:45] notify 王强 (主班, duty:duty-room) by phone: 值守\n"
                   "[0:30:00] closed: the drill is over\n");
    scored(s);
    course = story_course(s);
    assert_int_equal(json_int(course, "speed", 0), 4);
    story_end(s);
}

/* ---- small ones ---- */

static const char PLAN[] =
    "local plan = plan 'flood' { title = 'Flood', version = '1', owner = 'dept:flood-office',"
    " kind = 'special', category = 'natural', issued = '2026-07-01', filed = '2026-07-02',"
    " review_by = '2029-07-01', drill_every = '3mo',"
    " facts = { breach = { type = 'boolean' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  on('breach', function() child { plan = 'dyke', key = 'one', title = 'Dyke' } end)\n"
    "  call { to = 'duty:duty-room', within = '5m', text = 'come' } wait('done') end\n"
    "return plan\n";

static const char DYKE[] =
    "local plan = plan 'dyke' { title = 'Dyke', version = '1', owner = 'dept:flood-office',"
    " parent_only = true, fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  call { to = 'duty:duty-room', within = '9m', text = 'to the dyke' } sleep '20h' end\n"
    "return plan\n";

/* With these further members and injects. */
static struct story *night(const char *members, const char *injects)
{
    AUTO_TEXT(source);
    struct story *s = story_with("flood", PLAN, "dyke", DYKE);
    text_addf(&source,
              "return scenario 'night' { plan = 'flood', title = 'x', director = "
              "'person:li.ming'%s,\n  injects = { { no = 1, at = '0:00', by = 'trigger', title = "
              "'Over' }%s } }",
              members, injects);
    story_scenario(s, "night", text_str(&source));
    return s;
}

#define END ", { no = 99, at = '0:30', by = 'end' }"

/* Why: a director reads on a phone what is put in, and no phone reads JSON to its owner. */
static void facts_that_are_put_in_are_told_as_words(void **state)
{
    (void)state;
    struct story *s =
        night("", ", { no = 2, at = '0:05', by = 'update', fields = { breach = true } }" END);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(10));
    story_tells(s, "[0:05:00] inject 2 (update): reported: breach = true\n"
                   "notify 李明 by pager: 导调：注入2（更新）：报告 breach = true\n");
    story_never(s, "{\"breach\"");
    story_end(s);
}

/* Why: what a drill opens under itself is the drill, too. */
static void a_child_stays_at_the_table_and_ends_with_it(void **state)
{
    (void)state;
    struct story *s =
        night("", ", { no = 2, at = '0:05', by = 'update', fields = { breach = true } }" END);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(10));
    story_tells(s, "child: Dyke\n"
                   "call 王强 (主班, duty:duty-room) by pager: to the dyke\n"
                   "sent: wang.qiang by pager (at the table, not sent)\n");
    story_advance(s, MINUTES(60));
    story_tells(s, "[0:30:00] inject 99 (end)\nclosed: the drill is over\n"
                   "closed: the drill is over\n");
    assert_null(strstr(story_attempts(s), "wang.qiang"));
    story_end(s);
}

/* Why: a live drill rings those who may be drilled, and none of them takes it for the real thing.
 */
static void a_live_drill_rings_whom_it_may(void **state)
{
    (void)state;
    struct story *s = night(", mode = 'live'", END);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(60));
    story_tells(s, "the drill begins: live, scenario night\ncall 王强\ncall 李明\nclosed\n");
    assert_non_null(strstr(story_attempts(s), "wang.qiang pager"));
    assert_null(strstr(story_attempts(s), "sun.wei"));
    story_end(s);
}

static void a_silent_person_is_not_rung_and_the_next_is_called(void **state)
{
    (void)state;
    struct story *s = night(", mode = 'live'",
                            ", { no = 2, at = '0:00', by = 'silence_of', person = 'wang.qiang', "
                            "lasts = '20m' }, { no = 3, at = '0:10', by = 'message', to = "
                            "'person:wang.qiang', text = 'do you hear' }, { no = 4, at = '0:25', "
                            "by = 'message', to = 'person:wang.qiang', text = 'and now' }" END);
    story_person_answers(s, "wang.qiang", MINUTES(1));
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(60));
    story_tells(s, "sent: wang.qiang by pager (silent by the scenario, not sent)\n"
                   "call 李明\n"
                   "[0:10:00] sent: wang.qiang by pager (silent by the scenario, not sent)\n"
                   "[0:25:00] sent: wang.qiang by pager\n");
    assert_non_null(strstr(story_attempts(s), "1500 wang.qiang"));
    assert_null(strstr(story_attempts(s), "600 wang.qiang"));
    story_end(s);
}

/* Why: a site whose people sit in many rooms wants its tabletop on their telephones. */
static void a_site_may_have_its_tabletops_sent(void **state)
{
    (void)state;
    struct story *s = night("", END);
    story_site_sends_tabletops(s);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(1));
    assert_non_null(strstr(story_attempts(s), "wang.qiang pager"));
    story_end(s);
}

/* Why: what a plan asks of other systems is of the outside world, too. */
static void a_table_fetches_nothing(void **state)
{
    static const char plan[] =
        "local plan = plan 'flood' { title = 'Flood', version = '1', owner = 'dept:flood-office',"
        " ends = 'order', on_resolved = 'note',"
        " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
        "function plan.respond() local r, why = fetch { endpoint = 'pager', body = 'x',"
        " within = '5m' } log(r and 'answered' or ('nothing: ' .. why)) end\nreturn plan\n";
    (void)state;
    struct story *s = story_new("flood", plan);
    story_scenario(s, "night",
                   "return scenario 'night' { plan = 'flood', title = 'x', director = "
                   "'person:li.ming', injects = { { no = 1, at = '0:00', by = 'trigger', title = "
                   "'Over' }, { no = 2, at = '0:30', by = 'end' } } }");
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(40));
    assert_non_null(strstr(story_turns(s), "nothing: a drill at a table fetches nothing"));
    good(story_drill(s, "{'plan':'flood','scenario':'night','mode':'live'}"));
    story_advance(s, MINUTES(40));
    assert_non_null(strstr(story_turns(s), "answered"));
    story_end(s);
}

static void a_drill_without_a_scenario_runs_until_somebody_ends_it(void **state)
{
    (void)state;
    struct story *s = night("", END);
    good(story_drill(s, "{'plan':'flood','as':'li.ming'}"));
    story_advance(s, MINUTES(90));
    story_tells(s, "[DRILL] trigger: Flood\nthe drill begins: tabletop\ncall 李明\n");
    story_never(s, "inject");
    assert_null(strstr(story_attempts(s), "wang.qiang"));
    assert_non_null(strstr(story_attempts(s), "li.ming"));
    good(story_close(s));
    story_advance(s, MINUTES(1));
    story_end(s);
}

/* Why: it counts as held only when it was worked to its end. */
static void a_drill_that_was_held_is_owed_no_more(void **state)
{
    (void)state;
    struct story *s = night("", END);
    story_advance(s, DAYS(20));
    good(story_drill(s, "{'plan':'flood'}"));
    good(story_close(s));
    story_never(s, "a drill of the plan ended");
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(40));
    story_tells(s, "closed: the drill is over\n"
                   "Drill the plan: Flood (1) struck off: a drill of the plan ended on\n");
    story_end(s);
}

/* Why: nobody may take a drill for more important than the night itself. */
static void a_real_incident_goes_before(void **state)
{
    (void)state;
    struct story *s = night("", END);
    good(story_trigger(s, "{'plan':'flood','title':'earnest'}"));
    refused(story_drill(s, "{'plan':'flood','scenario':'night'}"), "conflict",
            "a real incident goes before");
    good(story_close(s));
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(1));
    good(story_trigger(s, "{'plan':'flood','title':'the dam'}"));
    story_advance(s, MINUTES(1));
    story_tells(s, "the drill begins\nnotify 李明 by pager: 真实事件发生：the dam。请中止演练\n");
    story_end(s);
}

static void scores(struct story *s, const char *expected)
{
    AUTO_JSON(score);
    AUTO_TEXT(said);
    score = story_score(s);
    results(score, &said);
    assert_string_equal(text_str(&said), expected);
}

#define EXPECTS(no, at, what)                                                                      \
    ", { no = " no ", at = '" at "', by = 'message', to = 'duty:duty-room', text = 'x', "          \
    "fields = { breach = true }, expect = { " what " } }"

/* Why: there is a difference between too late, not at all, and not yet; and what an inject itself
 * reports is nobody's merit. */
static void what_is_expected_is_met_late_missed_or_still_open(void **state)
{
    (void)state;
    struct story *s = night("", EXPECTS("2", "0:05", "'call answered', within = '2m'")
                                    EXPECTS("3", "0:06", "'update breach', within = '5m'")
                                        EXPECTS("4", "0:10", "'李明 answers'")
                                            EXPECTS("5", "0:20", "'closed'") END);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(4));
    scores(s, "2 to_come, 3 to_come, 4 to_come, 5 to_come");
    story_advance(s, MINUTES(2));
    scores(s, "2 open, 3 open, 4 to_come, 5 to_come");
    story_advance(s, MINUTES(2));
    good(story_answer(s, "{'as':'li.ming'}"));
    scores(s, "2 late 3m, 3 open, 4 to_come, 5 to_come");
    story_advance(s, MINUTES(60));
    scores(s, "2 late 3m, 3 missed, 4 missed, 5 missed");
    story_end(s);
}

/* The shipped drill of the flood, five minutes on. */
static struct story *drill_at_level_III(void)
{
    struct story *s = story_shipped("flood");
    story_scenario_shipped(s, "flood-2026");
    good(story_drill(s, "{'plan':'flood','scenario':'flood-2026'}"));
    story_advance(s, MINUTES(5));
    good(story_order(s, "{'action':'activate','level':'III','as':'sun.wei','reason':'it rains',"
                        "'measures':'patrol'}"));
    return s;
}

/* Why: whoever has ordered it before it is asked for was not slow. */
static void a_level_in_force_was_ordered_in_time(void **state)
{
    (void)state;
    struct story *s = drill_at_level_III();
    story_advance(s, MINUTES(6));
    AUTO_JSON(score);
    score = story_score(s);
    const json_t *order = json_array_get(json_at(score, "injects"), 1);
    assert_string_equal(json_str(order, "result"), "met");
    assert_true(json_bool(order, "before"));
    story_end(s);
}

/* Why: the dam breaks, and everybody waits until the exercise has been wound up by the book. */
static void a_drill_is_broken_off_whatever_is_open_in_it(void **state)
{
    (void)state;
    struct story *s = drill_at_level_III();
    story_advance(s, MINUTES(1));
    good(story_close(s));
    story_tells(s, "lifted\nclosed: the drill was broken off\n");
    story_never(s, "a drill of the plan ended");
    story_advance(s, MINUTES(60));
    story_never(s, "inject 3");
    story_never(s, "report final");
    story_end(s);
}

/* Why: a review that says "not reached" and not why is repeated next year. */
static void who_was_not_reached_is_told_with_the_cause(void **state)
{
    (void)state;
    struct story *s = night(", mode = 'live'", END);
    story_endpoint_answers(s, "pager", 404);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(40));
    AUTO_JSON(course);
    course = story_course(s);
    const json_t *one = json_array_get(json_at(course, "unreached"), 0);
    const json_t *try = json_array_get(json_at(one, "tries"), 0);
    assert_non_null(json_str(one, "name"));
    assert_string_equal(json_str(try, "endpoint"), "pager");
    assert_int_equal(json_int(try, "status", 0), 404);
    assert_true(json_int(of_person(course, "wang.qiang"), "unreached", 0) > 0);
    story_end(s);
}

static void what_cannot_be_drilled_is_said(void **state)
{
    (void)state;
    struct story *s = night("", END);
    refused(story_drill(s, "{'plan':'flod'}"), "unknown_plan", "did you mean \"flood\"");
    refused(story_drill(s, "{'plan':'flood','scenario':'nigth'}"), "not_found",
            "did you mean \"night\"");
    refused(story_drill(s, "{'plan':'flood','scenario':'flood'}"), "not_found",
            "of the plan flood there is \"night\"");
    refused(story_drill(s, "{'plan':'dyke','scenario':'night'}"), "conflict",
            "drills the plan flood");
    refused(story_drill(s, "{'plan':'flood','scenario':'night','mode':'live','speed':4}"),
            "conflict", "people of a live drill run as fast as they can");
    refused(story_drill(s, "{'plan':'flood','as':'nobody'}"), "unknown_person", "nobody");
    story_never(s, "the drill begins");
    story_end(s);
}

/* Why: what was learnt is lost unless somebody has to do it by a day, long after the drill. */
static void a_lesson_becomes_an_improvement_that_is_urged(void **state)
{
    (void)state;
    struct story *s = night("", END);
    good(story_drill(s, "{'plan':'flood','scenario':'night'}"));
    story_advance(s, MINUTES(40));
    good(story_lesson(s, "{'text':'a second pager','owner':'dept:flood-office','due':'2d'}"));
    refused(story_lesson(s, "{'text':' ','owner':'dept:flood-office','due':'2d'}"), "bad_field",
            "say what shall be done");
    story_crash_engine(s);
    story_advance(s, DAYS(3));
    story_tells(s, "closed: the drill is over\n"
                   "item: a second pager to dept:flood-office, due in 2d\n"
                   "notify 王强 (主班, duty:duty-room) by pager: 【改进事项】a second pager\n"
                   "a second pager overdue: urged, time 1\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tabletop_comes_to_its_end_and_rings_nobody),
        cmocka_unit_test(a_drill_goes_on_through_crashes),
        cmocka_unit_test(a_table_may_play_four_times_as_fast),
        cmocka_unit_test(facts_that_are_put_in_are_told_as_words),
        cmocka_unit_test(a_child_stays_at_the_table_and_ends_with_it),
        cmocka_unit_test(a_live_drill_rings_whom_it_may),
        cmocka_unit_test(a_silent_person_is_not_rung_and_the_next_is_called),
        cmocka_unit_test(a_site_may_have_its_tabletops_sent),
        cmocka_unit_test(a_table_fetches_nothing),
        cmocka_unit_test(a_drill_without_a_scenario_runs_until_somebody_ends_it),
        cmocka_unit_test(a_drill_that_was_held_is_owed_no_more),
        cmocka_unit_test(a_real_incident_goes_before),
        cmocka_unit_test(what_is_expected_is_met_late_missed_or_still_open),
        cmocka_unit_test(a_level_in_force_was_ordered_in_time),
        cmocka_unit_test(a_drill_is_broken_off_whatever_is_open_in_it),
        cmocka_unit_test(who_was_not_reached_is_told_with_the_cause),
        cmocka_unit_test(what_cannot_be_drilled_is_said),
        cmocka_unit_test(a_lesson_becomes_an_improvement_that_is_urged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
