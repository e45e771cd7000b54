/* What the clocks of a place show: reports are due at nine there, not at nine here. */
#include "base/civil.h"
#include "base/date.h"
#include "unit.h"

#include <string.h>

static wall_ms at(const char *rfc3339_text)
{
    wall_ms ms = 0;
    assert_true(rfc3339_parse(rfc3339_text, &ms));
    return ms;
}

static void offsets_are_those_of_the_time_zone_database(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *at;
        int minutes;
    } cases[] = {
        {"Asia/Shanghai", "2026-07-20T02:00:00Z", 480},
        {"UTC", "2026-07-20T02:00:00Z", 0},
        {"Asia/Kathmandu", "2026-07-20T02:00:00Z", 345},
        {"America/New_York", "2026-03-08T06:59:59Z", -300},
        {"America/New_York", "2026-03-08T07:00:00Z", -240},
        {"America/New_York", "2026-11-01T05:59:59Z", -240},
        {"America/New_York", "2026-11-01T06:00:00Z", -300},
        {"Europe/Berlin", "2026-03-29T00:59:59Z", 60},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 120},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", 60},
        {"Europe/Dublin", "2026-01-10T12:00:00Z", 0},
        {"Europe/Dublin", "2026-07-10T12:00:00Z", 60},
        {"Australia/Sydney", "2026-01-10T12:00:00Z", 660},
        {"Australia/Sydney", "2026-07-10T12:00:00Z", 600},
        {"Australia/Lord_Howe", "2026-07-10T12:00:00Z", 630},
        /* summer time the other way round, and on days that the moon gives */
        {"Africa/Casablanca", "2026-02-14T12:00:00Z", 60},
        {"Africa/Casablanca", "2026-03-01T12:00:00Z", 0},
        {"Africa/Casablanca", "2026-03-23T12:00:00Z", 60},
        {"Africa/Casablanca", "2087-07-01T12:00:00Z", 60},
        {"Africa/Casablanca", "2090-07-01T12:00:00Z", 60},
        {"Africa/Casablanca", "2020-07-01T12:00:00Z", 60},
        {"America/St_Johns", "2026-07-10T12:00:00Z", -150},
        {"Nowhere/City", "2026-07-10T12:00:00Z", 0},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        int64_t minutes = zone_offset_ms(cases[n].zone, at(cases[n].at)) / MS_MINUTE;
        if (minutes != cases[n].minutes)
            fail_msg("%s at %s: %d minutes", cases[n].zone, cases[n].at, (int)minutes);
    }
    assert_true(zone_known("Asia/Shanghai"));
    assert_false(zone_known("Asia/Shanghia"));
}

static void the_next_time_of_day_is_found(void **state)
{
    (void)state;
    static const int two[] = {9 * 60, 17 * 60}, night[] = {2 * 60 + 30};
    static const struct {
        const char *zone, *after, *next;
    } cases[] = {
        {"Asia/Shanghai", "2026-07-20T00:59:59Z", "2026-07-20T01:00:00Z"},
        {"Asia/Shanghai", "2026-07-20T01:00:00Z", "2026-07-20T09:00:00Z"},
        {"Asia/Shanghai", "2026-07-20T09:00:00Z", "2026-07-21T01:00:00Z"},
        {"Asia/Shanghai", "2026-12-31T16:30:00Z", "2027-01-01T01:00:00Z"},
        {"America/New_York", "2026-07-20T22:00:00Z", "2026-07-21T13:00:00Z"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        assert_true(civil_next(cases[n].zone, two, 2, at(cases[n].after)) == at(cases[n].next));
    /* 02:30 is left out in that night; it comes an hour later by the clock */
    assert_true(civil_next("Europe/Berlin", night, 1, at("2026-03-28T12:00:00Z")) ==
                at("2026-03-29T01:30:00Z"));
    assert_true(civil_next("Europe/Berlin", night, 1, at("2026-03-29T01:30:00Z")) ==
                at("2026-03-30T00:30:00Z"));
}

/* A shift that begins at a time of the night begins once, and in its turn, in every night. */
static void the_first_moment_of_a_time_is_one_and_in_turn(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *day;
        int minute;
        const char *first;
    } cases[] = {
        {"Asia/Shanghai", "2026-07-20", 8 * 60, "2026-07-20T00:00:00Z"},
        {"Asia/Shanghai", "2026-07-20", -60, "2026-07-19T15:00:00Z"},
        {"Asia/Shanghai", "2026-07-20", 25 * 60, "2026-07-20T17:00:00Z"},
        /* 02:30 is left out: the moment of the jump */
        {"America/Chicago", "2026-03-08", 150, "2026-03-08T08:00:00Z"},
        {"America/Chicago", "2026-03-08", 120, "2026-03-08T08:00:00Z"},
        {"America/Chicago", "2026-03-08", 180, "2026-03-08T08:00:00Z"},
        {"America/Chicago", "2026-03-08", 119, "2026-03-08T07:59:00Z"},
        {"Europe/London", "2026-03-29", 90, "2026-03-29T01:00:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03T15:30:00Z"},
        {"Africa/Casablanca", "2026-03-22", 150, "2026-03-22T02:00:00Z"},
        /* 01:30 comes twice: the first of them */
        {"America/Chicago", "2026-11-01", 90, "2026-11-01T06:30:00Z"},
        {"Europe/London", "2026-10-25", 90, "2026-10-25T00:30:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", 105, "2026-04-04T14:45:00Z"},
        {"Africa/Casablanca", "2026-02-15", 150, "2026-02-15T01:30:00Z"},
        {"Asia/Kathmandu", "2026-07-20", 8 * 60, "2026-07-20T02:15:00Z"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        int64_t day = 0;
        assert_true(date_parse(cases[n].day, &day));
        if (civil_first(cases[n].zone, day, cases[n].minute) != at(cases[n].first))
            fail_msg("%s %s %d", cases[n].zone, cases[n].day, cases[n].minute);
    }
}

static void a_time_of_day_has_two_digits_and_two(void **state)
{
    (void)state;
    static const char *const bad[] = {"9:00",   "24:00", "09:60", "0900", "09:0",
                                      "09:000", "",      "ab:cd", ":::::"};
    int minutes = 7;
    assert_true(clock_parse("00:00", &minutes) && minutes == 0);
    assert_true(clock_parse("23:59", &minutes) && minutes == DAY_MINUTES - 1);
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
        assert_false(clock_parse(bad[n], &minutes));
}

static void people_read_their_own_clock(void **state)
{
    (void)state;
    AUTO_TEXT(text);
    civil_add(&text, "Asia/Shanghai", at("2026-07-19T18:14:59Z"));
    assert_string_equal(text_str(&text), "2026-07-20 02:14");
}

/* A plan asks for it, and must hear the same in every replay. */
static void a_moment_is_taken_apart_by_a_rule(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *at, *shown;
    } cases[] = {
        {"Asia/Shanghai", "2026-07-19T18:14:59Z", "2026-7-20 2:14:59 1 201"},
        {"UTC", "1970-01-01T00:00:00Z", "1970-1-1 0:0:0 4 1"},
        {"UTC", "1969-12-31T23:59:59Z", "1969-12-31 23:59:59 3 365"},
        {"America/New_York", "2024-12-31T12:00:00Z", "2024-12-31 7:0:0 2 366"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        AUTO_TEXT(shown);
        struct civil c = civil_of(zone_rule(cases[n].zone), at(cases[n].at));
        text_addf(&shown, "%d-%d-%d %d:%d:%d %d %d", c.year, c.month, c.day, c.hour, c.minute,
                  c.second, c.weekday, c.yearday);
        assert_string_equal(text_str(&shown), cases[n].shown);
    }
    assert_string_equal(zone_rule("Nowhere/City"), "UTC0");
}

static void a_civil_time_is_a_day_and_a_time(void **state)
{
    (void)state;
    int64_t day = 0;
    int minutes = 0;
    assert_true(civil_parse("2026-07-21 08:30", &day, &minutes));
    assert_int_equal(day, days_from_date(2026, 7, 21));
    assert_int_equal(minutes, 510);
    assert_false(civil_parse("2026-02-30 08:30", &day, &minutes));
    assert_false(civil_parse("2026-07-21 8:30", &day, &minutes));
    assert_false(civil_parse("2026-07-21T08:30", &day, &minutes));
    assert_false(civil_parse("2026-07-21 24:00", &day, &minutes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_the_time_zone_database),
        cmocka_unit_test(the_next_time_of_day_is_found),
        cmocka_unit_test(the_first_moment_of_a_time_is_one_and_in_turn),
        cmocka_unit_test(a_time_of_day_has_two_digits_and_two),
        cmocka_unit_test(people_read_their_own_clock),
        cmocka_unit_test(a_moment_is_taken_apart_by_a_rule),
        cmocka_unit_test(a_civil_time_is_a_day_and_a_time),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
