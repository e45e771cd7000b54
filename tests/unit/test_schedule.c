/*
 * When an occasion of a standing plan comes: each form of `at`, days off, ends of months, the
 * change to summer time. Days are of 2026 in a city without it, and of London.
 */
#include "base/civil.h"
#include "core/head.h"
#include "core/schedule.h"
#include "remarked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct site *site_in(const char *zone)
{
    AUTO_TEXT(json);
    AUTO_JSON(value);
    struct remarks r;
    struct site *site = NULL;
    text_addf(&json,
              "{\"name\":\"x\",\"zone\":\"%s\",\"languages\":[\"zh\"],"
              "\"endpoints\":{\"e\":{\"channel\":\"c\"}},"
              "\"people\":{\"a\":{\"name\":\"A\",\"contacts\":[\"e:@\"]}},"
              "\"holidays\":{\"cn\":{\"2026\":{\"off\":[{\"from\":\"2026-10-01\","
              "\"to\":\"2026-10-07\",\"zh\":\"x\",\"en\":\"x\"}],"
              "\"work\":[\"2026-10-10\"]}}},"
              "\"calendars\":{\"work\":{\"days\":\"mon-fri\",\"holidays\":\"cn\"}},"
              "\"self_alarm\":{\"to\":\"person:a\",\"text\":\"x\"},"
              "\"fallback\":[{\"to\":\"person:a\",\"within\":\"5m\"}]}",
              zone);
    value = data(text_str(&json));
    remarks_init(&r, "site", NULL, NULL);
    assert_int_equal(site_read(value, &r, &site), ERR_OK);
    remarks_done(&r);
    return site;
}

static struct plan_head *head_of(const char *schedule, struct remarked *said)
{
    AUTO_TEXT(json);
    AUTO_JSON(value);
    struct remarks r;
    struct plan_head *head = NULL;
    text_addf(&json,
              "{\"title\":\"x\",\"kind\":\"standing\",\"version\":\"1\",\"owner\":\"person:a\","
              "\"schedule\":%s,\"fallback\":[{\"to\":\"person:a\",\"within\":\"5m\"}]}",
              schedule);
    value = data(text_str(&json));
    remarks_init(&r, "x", remarked_add, said);
    if (plan_head_read("x", value, NULL, &r, &head))
        head = NULL;
    remarks_done(&r);
    return head;
}

/* The next so many of {at, …}, after this day's midnight there, as "07-20 08:40 …". */
static void assert_comes(const char *zone, const char *entry, const char *after,
                         const char *expected)
{
    AUTO_TEXT(schedule);
    AUTO_TEXT(found);
    struct remarked said = {0};
    int64_t day;
    int minutes;
    text_addf(&schedule, "{\"it\":%s}", entry);
    struct site *s = site_in(zone);
    struct plan_head *h = head_of(text_str(&schedule), &said);
    if (!h)
        fail_msg("%s: %s", entry, text_str(&said.lines));
    assert_true(civil_parse(after, &day, &minutes));
    wall_ms at = civil_moment(zone, day, minutes);
    for (size_t n = 0; n <= strlen(expected) / 18; n++) {
        at = occasion_next(plan_head_occasion(h, "it"), s, at);
        text_add(&found, n ? ", " : "");
        if (at)
            civil_add(&found, zone, at);
    }
    assert_string_equal(text_str(&found), expected);
    remarked_done(&said);
    plan_head_unref(h);
    site_unref(s);
}

#define CN "Asia/Shanghai"

static void each_day_or_the_days_that_are_worked(void **state)
{
    (void)state;
    assert_comes(CN, "{\"at\":\"08:40\"}", "2026-07-24 08:40",
                 "2026-07-25 08:40, 2026-07-26 08:40, 2026-07-27 08:40");
    assert_comes(CN, "{\"at\":\"08:40\",\"days\":\"workday\"}", "2026-07-24 08:40",
                 "2026-07-27 08:40, 2026-07-28 08:40");
    /* seven days off, then a Saturday that is made up for them */
    assert_comes(CN, "{\"at\":\"08:40\",\"days\":\"workday\"}", "2026-09-30 12:00",
                 "2026-10-08 08:40, 2026-10-09 08:40, 2026-10-10 08:40, 2026-10-12 08:40");
    assert_comes(CN, "{\"at\":\"20:00\",\"days\":\"sat,sun\"}", "2026-07-24 08:40",
                 "2026-07-25 20:00, 2026-07-26 20:00, 2026-08-01 20:00");
}

static void weekly_and_what_becomes_of_it_on_a_day_off(void **state)
{
    (void)state;
    assert_comes(CN, "{\"at\":\"mon 09:00\"}", "2026-09-28 10:00",
                 "2026-10-05 09:00, 2026-10-12 09:00");
    assert_comes(CN, "{\"at\":\"mon 09:00\",\"if_holiday\":\"next_workday\"}", "2026-09-28 10:00",
                 "2026-10-08 09:00, 2026-10-12 09:00");
    assert_comes(CN, "{\"at\":\"mon 09:00\",\"if_holiday\":\"previous_workday\"}",
                 "2026-09-28 10:00", "2026-09-30 09:00, 2026-10-12 09:00");
    assert_comes(CN, "{\"at\":\"mon 09:00\",\"if_holiday\":\"skip\"}", "2026-09-28 10:00",
                 "2026-10-12 09:00, 2026-10-19 09:00");
    /* two that are moved to the same morning are one meeting */
    assert_comes(CN, "{\"at\":\"mon,tue 09:00\",\"if_holiday\":\"next_workday\"}",
                 "2026-09-30 10:00", "2026-10-08 09:00, 2026-10-12 09:00, 2026-10-13 09:00");
}

static void days_of_the_month(void **state)
{
    (void)state;
    assert_comes(CN, "{\"at\":\"31 09:00\"}", "2026-01-31 10:00",
                 "2026-02-28 09:00, 2026-03-31 09:00, 2026-04-30 09:00");
    assert_comes(CN, "{\"at\":\"last 09:00\",\"months\":[2,6]}", "2026-01-01 00:00",
                 "2026-02-28 09:00, 2026-06-30 09:00, 2027-02-28 09:00");
    assert_comes(CN, "{\"at\":\"1st workday 09:00\"}", "2026-07-31 00:00",
                 "2026-08-03 09:00, 2026-09-01 09:00, 2026-10-08 09:00");
    assert_comes(CN, "{\"at\":\"last workday 09:00\"}", "2026-07-31 10:00",
                 "2026-08-31 09:00, 2026-09-30 09:00, 2026-10-30 09:00");
    assert_comes(CN, "{\"at\":\"2nd tue 09:00\"}", "2026-07-01 00:00",
                 "2026-07-14 09:00, 2026-08-11 09:00");
    assert_comes(CN, "{\"at\":\"last fri 15:00\"}", "2026-07-01 00:00",
                 "2026-07-31 15:00, 2026-08-28 15:00");
    assert_comes(CN, "{\"at\":\"5th mon 09:00\"}", "2026-07-01 00:00",
                 "2026-08-31 09:00, 2026-11-30 09:00");
}

/* Why: a meeting at eight is at eight, whatever the clocks did in the night. */
static void the_clocks_of_the_place_count(void **state)
{
    (void)state;
    assert_comes("Europe/London", "{\"at\":\"08:00\"}", "2026-03-28 09:00",
                 "2026-03-29 08:00, 2026-03-30 08:00");
    assert_comes("Europe/London", "{\"at\":\"08:00\"}", "2026-10-24 09:00",
                 "2026-10-25 08:00, 2026-10-26 08:00");
}

static void assert_refused(const char *schedule, const char *says)
{
    struct remarked said = {0};
    struct plan_head *h = head_of(schedule, &said);
    assert_null(h);
    remarked_has(&said, says);
    remarked_done(&said);
}

static void what_is_no_time_is_said(void **state)
{
    static const char *const wrong[] = {
        "8:40",
        "24:00",
        "mon",
        "mon 9:00",
        "mo 09:00",
        "32 09:00",
        "0 09:00",
        "01 09:00",
        "1th workday 09:00",
        "2st tue 09:00",
        "6th mon 09:00",
        "1st mon,tue 09:00",
        "1st workdays 09:00",
        "1st  workday 09:00",
        "workday 09:00",
        "-1 09:00",
        "first workday 09:00",
    };
    (void)state;
    for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
        AUTO_TEXT(schedule);
        text_addf(&schedule, "{\"it\":{\"at\":\"%s\"}}", wrong[n]);
        assert_refused(text_str(&schedule), "is no time of an occasion");
    }
    assert_refused("{}", "1 to 32 occasions");
    assert_refused("{\"it\":{}}", "at is missing");
    assert_refused("{\"it\":{\"at\":\"mon 09:00\",\"days\":\"workday\"}}",
                   "days belongs to a time");
    assert_refused("{\"it\":{\"at\":\"09:00\",\"days\":\"weekdays\"}}", "are no days");
    assert_refused("{\"it\":{\"at\":\"09:00\",\"if_holiday\":\"later\"}}", "if_holiday");
    assert_refused("{\"it\":{\"at\":\"1st workday 09:00\",\"if_holiday\":\"skip\"}}",
                   "never falls on a day off");
    assert_refused("{\"it\":{\"at\":\"09:00\",\"months\":[13]}}", "from 1 to 12");
    assert_refused("{\"the-day\":{\"at\":\"09:00\"}}", "no name of an occasion");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_or_the_days_that_are_worked),
        cmocka_unit_test(weekly_and_what_becomes_of_it_on_a_day_off),
        cmocka_unit_test(days_of_the_month),
        cmocka_unit_test(the_clocks_of_the_place_count),
        cmocka_unit_test(what_is_no_time_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
