/* Days of the calendar: a plan is filed in working days, and drilled after so many months. */
#include "base/date.h"
#include "unit.h"

#include <string.h>

static int64_t day(const char *text)
{
    int64_t day = 0;
    if (!date_parse(text, &day))
        fail_msg("%s is no day", text);
    return day;
}

static void assert_day(int64_t got, const char *text)
{
    char shown[DATE_TEXT];
    assert_string_equal(date_text(got, shown), text);
}

static void a_day_is_one_of_the_calendar(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2026-02-29",  "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-1",
        "2026-01-011", "2026/01/01", "20260101",   "1969-12-31", "",           "2026-01-0a"};
    int64_t d;
    assert_true(day("1970-01-01") == 0);
    assert_day(day("2028-02-29"), "2028-02-29");
    assert_day(day("9999-12-31"), "9999-12-31");
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
        if (date_parse(bad[n], &d))
            fail_msg("%s was taken for a day", bad[n]);
}

static void a_period_goes_by_the_calendar(void **state)
{
    (void)state;
    static const struct {
        const char *from, *period, *to;
    } cases[] = {
        {"2026-03-01", "3y", "2029-03-01"},    {"2026-03-01", "6mo", "2026-09-01"},
        {"2026-01-31", "1mo", "2026-02-28"},   {"2028-02-29", "1y", "2029-02-28"},
        {"2026-08-31", "6mo", "2027-02-28"},   {"2026-12-31", "2w", "2027-01-14"},
        {"2026-01-31", "1mo1d", "2026-03-01"}, {"2026-03-01", "1y6mo", "2027-09-01"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct period p;
        assert_true(period_parse(cases[n].period, &p));
        assert_day(date_plus(day(cases[n].from), p), cases[n].to);
    }
}

static void what_is_no_period_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "3",   "y",   "0d",   "3h",           "3m",  "6mo3y",
                                      "3y3y", "-3y", "3 y", "101y", "99999999999d", "1.5y"};
    struct period p;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
        if (period_parse(bad[n], &p))
            fail_msg("%s was taken for a period", bad[n]);
    assert_true(period_parse("100y", &p));
}

/* 2026-07-01 is a Wednesday. */
static void working_days_leave_out_the_weekend(void **state)
{
    (void)state;
    assert_day(date_plus_working(day("2026-07-01"), 1), "2026-07-02");
    assert_day(date_plus_working(day("2026-07-03"), 1), "2026-07-06");
    assert_day(date_plus_working(day("2026-07-04"), 1), "2026-07-06");
    assert_day(date_plus_working(day("2026-07-01"), 20), "2026-07-29");
    assert_day(date_plus_working(day("2026-07-01"), 0), "2026-07-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_one_of_the_calendar),
        cmocka_unit_test(a_period_goes_by_the_calendar),
        cmocka_unit_test(what_is_no_period_is_refused),
        cmocka_unit_test(working_days_leave_out_the_weekend),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
