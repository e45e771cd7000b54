/* What is known: the last value of each fact, and when it is not known any more. */
#include "core/say.h"
#include "core_lab.h"
#include "unit.h"

#include <string.h>

static struct lab *lab_open(struct lab *lab)
{
    lab_start(lab);
    lab->check_each = true;
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7','fields':{'g7':{'rain_mm':20}}}");
    return lab;
}

static void updated(struct lab *lab, const char *body)
{
    if (!json_bool(lab_say(lab, IN_UPDATE, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

static double number(struct lab *lab, const char *id)
{
    return json_number_value(json_at(lab_fact(lab, id), "value"));
}

static void the_last_value_of_each_fact_is_kept(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    updated(&lab, "{'fields':{'g7':{'stage_m':4.9},'breach':true}}");
    updated(&lab, "{'fields':{'g7':{'stage_m':5.1}}}");
    assert_true(number(&lab, "g7/stage_m") == 5.1);
    assert_true(number(&lab, "g7/rain_mm") == 20);
    assert_true(json_is_true(json_at(lab_fact(&lab, "/breach"), "value")));
    assert_null(lab_fact(&lab, "g7/breach"));
    lab_crash(&lab);
    updated(&lab, "{'fields':{'g7':{'stage_m':5.2}}}");
    assert_true(number(&lab, "g7/stage_m") == 5.2);
    lab_done(&lab);
}

static void an_event_with_the_same_key_is_a_correction(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    updated(&lab, "{'fields':{'case':{'id':'17','staff':false}}}");
    updated(&lab, "{'fields':{'case':{'id':'18/b','staff':false}}}");
    updated(&lab, "{'fields':{'case':{'id':'17','staff':true}}}");
    assert_true(json_bool(json_at(lab_fact(&lab, "case/17"), "value"), "staff"));
    assert_false(json_bool(json_at(lab_fact(&lab, "case/18/b"), "value"), "staff"));
    lab_done(&lab);
}

/* A gauge that is silent is not one that reports low water. */
static void what_nobody_reports_goes_stale_and_a_report_brings_it_back(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    lab_after(&lab, 29 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 0);
    updated(&lab, "{'fields':{'g7':{'rain_mm':25}}}");
    lab_after(&lab, 29 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 0);
    lab_after(&lab, 2 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 1);
    assert_true(json_bool(lab_fact(&lab, "g7/rain_mm"), "stale"));
    assert_true(number(&lab, "g7/rain_mm") == 25);
    lab_crash(&lab);
    lab_after(&lab, 2 * MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 1);
    updated(&lab, "{'fields':{'g7':{'rain_mm':26}}}");
    assert_false(json_bool(lab_fact(&lab, "g7/rain_mm"), "stale"));
    lab_after(&lab, 31 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 2);
    lab_done(&lab);
}

static void a_plan_can_wait_for_what_goes_stale(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    lab_turn(&lab, "[]", "{'names':['stale']}");
    lab_after(&lab, 31 * MS_MINUTE);
    const json_t *ev = json_at(lab_event(&lab), "ev");
    assert_string_equal(json_str(ev, "fact"), "rain_mm");
    assert_string_equal(json_str(ev, "station"), "g7");
    lab_done(&lab);
}

static void nothing_goes_stale_in_what_is_over(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_after(&lab, 2 * MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 0);
    lab_done(&lab);
}

/* Twenty minutes old when it comes: it is good for ten more. */
static void a_report_is_as_old_as_its_measurement(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(body);
    lab_open(&lab);
    lab_after(&lab, MS_HOUR);
    text_addf(&body, "{'at':'%s','fields':{'g7':{'rain_mm':30}}}",
              rfc3339(lab.wall - 20 * MS_MINUTE, at));
    updated(&lab, text_str(&body));
    assert_true(number(&lab, "g7/rain_mm") == 30);
    size_t before = lab_count(&lab, REC_FACT_STALE);
    lab_after(&lab, 9 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), before);
    lab_after(&lab, 2 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), before + 1);
    lab_done(&lab);
}

static void an_older_measurement_that_comes_late_changes_nothing(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(body);
    lab_open(&lab);
    lab_after(&lab, MS_MINUTE);
    updated(&lab, "{'fields':{'g7':{'stage_m':5}}}");
    text_addf(&body, "{'at':'%s','fields':{'g7':{'stage_m':4}}}", rfc3339(lab.wall - 1000, at));
    updated(&lab, text_str(&body));
    assert_true(number(&lab, "g7/stage_m") == 5);
    assert_int_equal(lab_count(&lab, REC_UPDATED), 2);
    lab_done(&lab);
}

static void a_measurement_from_the_future_is_refused(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(body);
    lab_open(&lab);
    text_addf(&body, "{'at':'%s','fields':{'breach':true}}", rfc3339(lab.wall + 2 * MS_MINUTE, at));
    const json_t *reply = lab_say(&lab, IN_UPDATE, text_str(&body));
    assert_string_equal(json_str(reply, "code"), "bad_field");
    assert_non_null(strstr(json_str(reply, "error"), "lies in the future"));
    reply = lab_say(&lab, IN_UPDATE, "{'at':'yesterday','fields':{'breach':true}}");
    assert_non_null(strstr(json_str(reply, "error"), "is no time"));
    assert_null(lab_fact(&lab, "/breach"));
    lab_done(&lab);
}

/* Why: a line of nothing among a night's reports looks like news. */
static void an_update_that_says_nothing_is_refused(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    static const char *const empty[] = {"{}", "{'fields':{}}", "{'note':' \\t\xe3\x80\x80'}",
                                        "{'fields':{},'note':' '}"};
    for (size_t n = 0; n < sizeof empty / sizeof *empty; n++) {
        size_t before = lab.journal_count;
        assert_string_equal(json_str_or(lab_say(&lab, IN_UPDATE, empty[n]), "code", "ok"),
                            "missing_field");
        assert_int_equal(lab.journal_count, before);
    }
    updated(&lab, "{'note':'dry'}");
    lab_done(&lab);
}

/* Why: "uid:0" is nobody's name; who reads the minutes of the night asks who that was. */
static void who_reports_at_this_machine_is_named(void **state)
{
    static const char *const told[][3] = {
        {"uid:0", "（系统管理员 root）", " by root"},
        {"uid:1000", "（本机用户 1000）", " by user 1000 of this machine"},
        {"gauges", "（gauges）", " by gauges"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof told / sizeof *told; n++) {
        AUTO_TEXT(zh);
        AUTO_TEXT(en);
        struct record *r = record_new(REC_UPDATED, (struct uuid){0});
        json_decref(r->actor);
        r->actor = json_put_str(json_object(), "id", told[n][0]);
        record_say(r, "zh", &zh);
        record_say(r, "en", &en);
        assert_string_equal(text_str(&zh) + strlen("更新"), told[n][1]);
        assert_string_equal(text_str(&en) + strlen("update"), told[n][2]);
        record_unref(r);
    }
}

/* Why: who reads the record later must not take the hour of a message for that of the flood. */
static void the_record_says_when_it_was_measured(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(body);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_TEXT(now);
    lab_open(&lab);
    lab_after(&lab, MS_HOUR);
    rfc3339(lab.wall - 20 * MS_MINUTE, at);
    text_addf(&body, "{'at':'%s','fields':{'breach':true}}", at);
    updated(&lab, text_str(&body));
    record_say(lab_last(&lab, REC_UPDATED), "zh", &zh);
    record_say(lab_last(&lab, REC_UPDATED), "en", &en);
    text_clear(&body);
    text_addf(&body, "as of %.10s %.8s UTC", at, at + 11);
    assert_non_null(strstr(text_str(&en), text_str(&body)));
    assert_non_null(strstr(text_str(&zh), "UTC 的情况"));
    updated(&lab, "{'fields':{'breach':false}}");
    record_say(lab_last(&lab, REC_UPDATED), "en", &now);
    assert_null(strstr(text_str(&now), "as of"));
    lab_done(&lab);
}

/* One fast clock must not hide a flood. */
static void a_clock_that_is_ahead_hides_no_later_measurement(void **state)
{
    (void)state;
    struct lab lab;
    char at[RFC3339_TEXT];
    AUTO_TEXT(body);
    lab_open(&lab);
    text_addf(&body, "{'at':'%s','fields':{'g7':{'stage_m':4}}}", rfc3339(lab.wall + 59000, at));
    updated(&lab, text_str(&body));
    lab_after(&lab, 1000);
    updated(&lab, "{'fields':{'g7':{'stage_m':9}}}");
    assert_true(number(&lab, "g7/stage_m") == 9);
    lab_done(&lab);
}

/* Nothing may rest on it, not for a moment: no level is proposed for a flood of last year. */
static void what_was_measured_long_ago_is_stale_from_the_first(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'dam','title':'x'}");
    updated(&lab, "{'at':'1999-01-01T00:00:00Z','fields':{'g7':{'stage_m':6}}}");
    assert_true(json_bool(lab_fact(&lab, "g7/stage_m"), "stale"));
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 0);
    lab_after(&lab, 1000);
    assert_int_equal(lab_count(&lab, REC_FACT_STALE), 1);
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 0);
    lab_done(&lab);
}

/* What a version before this one kept in the incident's row is taken over. */
static void facts_of_an_earlier_version_are_taken_over(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab);
    AUTO_TEXT(incident);
    AUTO_TEXT(fact);
    text_addf(&incident, "%d %s", ROW_INCIDENT, lab.incident);
    text_addf(&fact, "%d %s/g7/rain_mm", ROW_FACT, lab.incident);
    json_t *body = json_object_get(json_object_get(lab.rows, text_str(&incident)), "body");
    json_put(body, "facts",
             data("{'g7':{'rain_mm':{'value':20,'at':7}},'breach':{'value':true,'at':8}}"));
    json_object_del(lab.rows, text_str(&fact));
    lab.check_each = false;
    lab_crash(&lab);
    updated(&lab, "{'fields':{'g7':{'stage_m':5}}}");
    assert_true(number(&lab, "g7/rain_mm") == 20);
    assert_true(json_is_true(json_at(lab_fact(&lab, "/breach"), "value")));
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_value_of_each_fact_is_kept),
        cmocka_unit_test(an_event_with_the_same_key_is_a_correction),
        cmocka_unit_test(what_nobody_reports_goes_stale_and_a_report_brings_it_back),
        cmocka_unit_test(a_plan_can_wait_for_what_goes_stale),
        cmocka_unit_test(nothing_goes_stale_in_what_is_over),
        cmocka_unit_test(a_report_is_as_old_as_its_measurement),
        cmocka_unit_test(an_older_measurement_that_comes_late_changes_nothing),
        cmocka_unit_test(a_measurement_from_the_future_is_refused),
        cmocka_unit_test(an_update_that_says_nothing_is_refused),
        cmocka_unit_test(who_reports_at_this_machine_is_named),
        cmocka_unit_test(the_record_says_when_it_was_measured),
        cmocka_unit_test(a_clock_that_is_ahead_hides_no_later_measurement),
        cmocka_unit_test(what_was_measured_long_ago_is_stale_from_the_first),
        cmocka_unit_test(facts_of_an_earlier_version_are_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
