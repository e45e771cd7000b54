/*
 * What a plan watches is asked by the core: where it becomes true, again when nothing was known in
 * between, and when a site changes its marks.
 */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define WATCHES "{'steps':['watch/0.1','watch/0.2']}"

static void dam(struct lab *lab, const char *more)
{
    AUTO_TEXT(body);
    lab_start(lab);
    lab->check_each = true;
    text_addf(&body, "{'plan':'dam','title':'Gauge 7'%s}", more);
    assert_true(json_bool(lab_trigger(lab, text_str(&body)), "ok"));
}

static void each_over_warning(struct lab *lab)
{
    lab_turn(lab,
             "[{'kind':'watch','step':'0.1','args':{'watch':'watch/0.1','each':true,"
             "'when':'stage_m >= warning_m'}}]",
             WATCHES);
}

static void stage(struct lab *lab, const char *gauge, const char *metres)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'fields':{'%s':{'stage_m':%s}}}", gauge, metres);
    assert_true(json_bool(lab_say(lab, IN_UPDATE, text_str(&body)), "ok"));
}

/* Where the last watch_true says that it has become true: "g7 g8". */
static void assert_risen(const struct lab *lab, size_t records, const char *where)
{
    AUTO_TEXT(said);
    assert_int_equal(lab_count(lab, REC_WATCH_TRUE), records);
    const struct record *r = lab_last(lab, REC_WATCH_TRUE);
    const json_t *edges = r ? json_at(record_at(r, "ev"), "edges") : NULL;
    for (size_t n = 0; n < json_array_size(edges); n++)
        text_addf(&said, "%s%s", n ? " " : "",
                  json_str_or(json_array_get(edges, n), "station", "?"));
    assert_string_equal(text_str(&said), where);
}

static void a_watch_is_told_where_it_becomes_true(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, ",'fields':{'g8':{'stage_m':3.5}}");
    each_over_warning(&lab);
    assert_risen(&lab, 1, "g8");
    stage(&lab, "g7", "4.4");
    stage(&lab, "g7", "4.5");
    assert_risen(&lab, 2, "g7");
    stage(&lab, "g7", "4.6");
    assert_risen(&lab, 2, "g7");
    lab_crash(&lab);
    stage(&lab, "g8", "3.6");
    stage(&lab, "g8", "2.9");
    lab_crash(&lab);
    stage(&lab, "g8", "3.0");
    assert_risen(&lab, 3, "g8");
    lab_done(&lab);
}

/* Why: water knows no districts; who reports belongs to the incident from then on. */
static void a_gauge_from_elsewhere_is_watched_when_it_reports(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, ",'place':{'district':'west'}");
    each_over_warning(&lab);
    stage(&lab, "g8", "2.9");
    stage(&lab, "g7", "4.6");
    assert_risen(&lab, 1, "g7");
    stage(&lab, "g8", "3.1");
    assert_risen(&lab, 2, "g8");
    stage(&lab, "g7", "4.7");
    assert_risen(&lab, 2, "g8");
    lab_done(&lab);
}

/* Why: a mark that is lowered is passed at once, not at the next report. */
static void a_new_site_is_asked_at_once(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    each_over_warning(&lab);
    stage(&lab, "g7", "4.6");
    stage(&lab, "g8", "2.5");
    assert_risen(&lab, 1, "g7");
    lab_crash(&lab); /* the old marks must be known when the new ones come */
    lab_site_without_sms(&lab);
    assert_risen(&lab, 2, "g8");
    lab_done(&lab);
}

/* Why: an event is a turn, and a turn has 256 tasks. */
static void many_places_at_once_come_in_parts(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(cmds);
    dam(&lab, ",'fields':{'g7':{'stage_m':9},'g8':{'stage_m':9}}");
    for (int n = 0; n < 30; n++)
        text_addf(&cmds,
                  "%s{'kind':'watch','step':'0.%d','args':{'watch':'watch/0.%d','each':true,"
                  "'when':'stage_m >= %d'}}",
                  n ? "," : "[", n, n, n < 15 ? 3 : 4);
    text_add(&cmds, "]");
    lab_turn(&lab, text_str(&cmds), "{'names':[],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_WATCH_TRUE), 2);
    assert_int_equal(json_int(lab_last(&lab, REC_WATCH_TRUE)->body, "count", 0), 10);
    lab_done(&lab);
}

/* Why: what nobody watches any more must cost nothing, and wake nobody. */
static void watches_end_with_their_command_and_when_they_are_met(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    each_over_warning(&lab);
    stage(&lab, "g7", "4.6");
    lab_turn(&lab,
             "[{'kind':'watch_clear','step':'0.1','args':{'watch':'watch/0.1'}},"
             "{'kind':'watch','step':'0.2','args':{'watch':'watch/0.2',"
             "'when':'stage_m < warning_m','every':true,'hold_ms':600000}}]",
             WATCHES);
    stage(&lab, "g8", "3.5");
    assert_risen(&lab, 1, "g7");
    stage(&lab, "g8", "2");
    stage(&lab, "g7", "2");
    lab_tells(&lab, "watch_clock");
    assert_int_equal(json_array_size(json_at(json_at(lab_incident(&lab), "body"), "watches")), 1);
    lab_crash(&lab);
    lab_after(&lab, 11 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_WATCH_MET), 1);
    assert_null(json_at(json_at(lab_incident(&lab), "body"), "watches"));
    lab_done(&lab);
}

static void a_plan_that_fails_watches_no_more(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    each_over_warning(&lab);
    stage(&lab, "g7", "4.6");
    lab_planner_dies(&lab, "strike");
    lab_planner_up(&lab, SLOT_QUARANTINE);
    lab_planner_dies(&lab, "strike");
    assert_null(json_at(json_at(lab_incident(&lab), "body"), "watches"));
    stage(&lab, "g8", "9");
    assert_risen(&lab, 1, "g7");
    lab_done(&lab);
}

/* Why: what can never be known would never be told. */
static void a_condition_without_its_constant_alarms(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    lab_turn(&lab,
             "[{'kind':'watch','step':'0.1','args':{'watch':'watch/0.1','each':true,"
             "'when':'stage_m >= warnig_m'}}]",
             WATCHES);
    lab_tells(&lab, "alarm cause=plan_error");
    stage(&lab, "g7", "9");
    assert_risen(&lab, 0, "");
    lab_done(&lab);
}

/* Why: a report that comes with a trigger is a report, and after a restart, too. */
static void what_a_trigger_that_joins_reports_is_watched_after_a_restart(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'kind':'river','title':'a','place':{'district':'east'}}");
    each_over_warning(&lab);
    lab_results(&lab, "{'ok':true,'status':200}"); /* nothing else looks at what is known */
    lab_crash(&lab);
    lab_trigger(&lab, "{'kind':'river','title':'b','place':{'district':'east'},"
                      "'fields':{'g7':{'stage_m':4.6}}}");
    assert_risen(&lab, 1, "g7");
    lab_done(&lab);
}

/* Why: what is known of an incident that is merged is told to a plan that watches. */
static void what_a_merge_brings_is_watched_after_a_restart(void **state)
{
    (void)state;
    struct lab lab;
    char into[UUID_TEXT];
    AUTO_TEXT(order);
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'kind':'river','title':'a','place':{'district':'east'}}");
    memcpy(into, lab.incident, sizeof into);
    each_over_warning(&lab);
    lab_trigger(&lab, "{'kind':'river','title':'b','place':{'district':'west'},"
                      "'fields':{'g7':{'stage_m':4.6}}}");
    lab_results(&lab, "{'ok':true,'status':200}"); /* nothing else looks at what is known */
    lab_crash(&lab);
    text_addf(&order, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", into);
    assert_true(json_bool(lab_say(&lab, IN_ORDER, text_str(&order)), "ok"));
    assert_risen(&lab, 1, "g7");
    lab_done(&lab);
}

/* Why: a mark that is lowered calls for its level at once, not at the next report. */
static void a_new_site_suggests_levels_at_once(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    stage(&lab, "g8", "2.3");
    lab_crash(&lab);
    lab_site_without_sms(&lab);
    lab_tells(&lab, "config_loaded\ncondition of=level/IV truth=true\nproposed");
    lab_done(&lab);
}

/* Why: an earlier draft that another one lifts must not be put to people, and published, later. */
static void a_draft_that_is_lifted_is_not_asked_for(void **state)
{
    (void)state;
    struct lab lab;
#define DRAFT(level, more)                                                                         \
    "'args':{'category':'c','level':'" level "','from':'f','area':'a','matters':'m','advice':'d'," \
    "'issuer':'i','to':['person:li.ming']" more "}}]"
    dam(&lab, "");
    lab_turn(&lab, "[{'kind':'publish','step':'0.1'," DRAFT("red", ""),
             "{'names':['update'],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 1);
    stage(&lab, "g8", "1");
    lab_turn(&lab, "[{'kind':'publish','step':'0.2'," DRAFT("orange", ",'lifts':'0.1'"),
             "{'names':['update'],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 2);
    assert_int_equal(lab_count(&lab, REC_PROPOSAL_WITHDRAWN), 1);
    stage(&lab, "g8", "1.1");
    lab_turn(&lab, "[{'kind':'publish','step':'0.3'," DRAFT("none", ",'lifts':'0.2'"),
             "{'names':['update'],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 2); /* what was never said is not taken back */
    assert_int_equal(lab_count(&lab, REC_PROPOSAL_WITHDRAWN), 2);
    lab_done(&lab);
}

/* Why: a clock that was set back must not make what is reported now older than what was before. */
static void a_clock_that_is_set_back_hides_no_report(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "");
    each_over_warning(&lab);
    stage(&lab, "g7", "4.2");
    lab.wall -= MS_DAY;
    lab_input(&lab, (struct input){.kind = IN_CLOCK_STEPPED}, "{'by_ms':-86400000}");
    stage(&lab, "g7", "4.6");
    assert_risen(&lab, 1, "g7");
    lab_done(&lab);
}

/* Why: a gauge with a clock of its own goes on where the engine's clock was ahead. */
static void a_measurement_counts_after_the_clock_was_set_back(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(measured);
    dam(&lab, "");
    each_over_warning(&lab);
    stage(&lab, "g7", "4.2");
    lab.wall -= MS_DAY;
    lab_input(&lab, (struct input){.kind = IN_CLOCK_STEPPED}, "{'by_ms':-86400000}");
    text_addf(&measured, "{'at':'%s','fields':{'g7':{'stage_m':4.8}}}", rfc3339(lab.wall, at));
    assert_true(json_bool(lab_say(&lab, IN_UPDATE, text_str(&measured)), "ok"));
    assert_risen(&lab, 1, "g7");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watch_is_told_where_it_becomes_true),
        cmocka_unit_test(a_gauge_from_elsewhere_is_watched_when_it_reports),
        cmocka_unit_test(a_new_site_is_asked_at_once),
        cmocka_unit_test(many_places_at_once_come_in_parts),
        cmocka_unit_test(watches_end_with_their_command_and_when_they_are_met),
        cmocka_unit_test(a_plan_that_fails_watches_no_more),
        cmocka_unit_test(a_condition_without_its_constant_alarms),
        cmocka_unit_test(what_a_trigger_that_joins_reports_is_watched_after_a_restart),
        cmocka_unit_test(what_a_merge_brings_is_watched_after_a_restart),
        cmocka_unit_test(a_new_site_suggests_levels_at_once),
        cmocka_unit_test(a_draft_that_is_lifted_is_not_asked_for),
        cmocka_unit_test(a_clock_that_is_set_back_hides_no_report),
        cmocka_unit_test(a_measurement_counts_after_the_clock_was_set_back),
    };
    return cmocka_run_group_tests_name("core_watches", tests, NULL, NULL);
}
