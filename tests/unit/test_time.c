#include "base/time.h"
#include "unit.h"

#include <string.h>

static void durations_are_whole_numbers_of_units_in_falling_order(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"90s", 90000},
        {"5m", 300000},
        {"1h30m", 5400000},
        {"2d", 2 * MS_DAY},
        {"0s", 0},
        {"1d1h1m1s", 90061000},
        {"007s", 7000},
        {"3660d", 3660 * MS_DAY},
        {"90m", 90 * MS_MINUTE},
    };
    static const char *const bad[] = {
        "",
        "5",
        "m",
        "5 m",
        "5m ",
        " 5m",
        "-5m",
        "+5m",
        "1.5h",
        "5min",
        "5M",
        "1m1h",
        "1m1m",
        "1h30",
        "5ms",
        "6mo",
        "3y",
        "1e3s",
        "3661d",
        "3660d1s",
        "99999999999999999999s",
        "999999999999d",
        "5分",
        "1h 30m",
        "0x5s",
    };
    int64_t ms = -1;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(duration_parse(good[i].text, false, &ms));
        assert_true(ms == good[i].ms);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (duration_parse(bad[i], false, &ms))
            fail_msg("\"%s\" was taken for a duration", bad[i]);
}

static void heads_count_in_months_and_years_too(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(duration_parse("6mo", true, &ms) && ms == 180 * MS_DAY);
    assert_true(duration_parse("3y", true, &ms) && ms == 1095 * MS_DAY);
    assert_true(duration_parse("1y6mo2d5m", true, &ms) && ms == 547 * MS_DAY + 5 * MS_MINUTE);
    assert_true(duration_parse("5m", true, &ms) && ms == 5 * MS_MINUTE);
    assert_false(duration_parse("6mo1y", true, &ms));
    assert_false(duration_parse("11y", true, &ms));
}

static const char *duration_text(int64_t ms, struct text *t)
{
    text_clear(t);
    duration_add(t, ms);
    return text_str(t);
}

static void a_duration_is_written_as_it_is_read(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    assert_string_equal(duration_text(5400000, &t), "1h30m");
    assert_string_equal(duration_text(45000, &t), "45s");
    assert_string_equal(duration_text(0, &t), "0s");
    assert_string_equal(duration_text(999, &t), "0s");
    assert_string_equal(duration_text(-999, &t), "0s");
    assert_string_equal(duration_text(-61999, &t), "-1m1s");
    assert_string_equal(duration_text(400 * MS_DAY, &t), "400d");
    assert_true(strlen(duration_text(INT64_MIN, &t)) > 5);
    for (int64_t s = 1; s < 400000; s += 977) {
        int64_t back;
        assert_true(duration_parse(duration_text(s * 1000, &t), false, &back));
        assert_true(back == s * 1000);
    }
}

static void rfc_3339_times_are_read_in_any_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wall_ms at;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-07-20T02:00:00.000Z", INT64_C(1784512800000)},
        {"2026-07-20T10:00:00+08:00", INT64_C(1784512800000)},
        {"2026-07-19T16:30:00.5-09:30", INT64_C(1784512800500)},
        {"2026-07-20t02:00:00.123456789z", INT64_C(1784512800123)},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
        {"2000-02-29T00:00:00-00:00", INT64_C(951782400000)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000)},
        {"0000-01-01T00:00:00Z", INT64_C(-62167219200000)},
        {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
    };
    static const char *const bad[] = {
        "",
        "2026-07-20",
        "2026-07-20T02:00Z",
        "2026-07-20T02:00:00",
        "2026-07-20 02:00:00Z",
        "2026-07-20T02:00:00.Z",
        "2026-07-20T02:00:00.1234567890Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-07-20T24:00:00Z",
        "2026-07-20T02:60:00Z",
        "2026-07-20T02:00:61Z",
        "2026-07-20T02:00:00+24:00",
        "2026-07-20T02:00:00+08",
        "2026-07-20T02:00:00+0800",
        "2026-07-20T02:00:00ZZ",
        "2026-7-20T02:00:00Z",
        "+2026-07-20T02:00:00Z",
        "2026-07-20T02:00:00Z ",
    };
    wall_ms at = 42;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (rfc3339_parse(bad[i], &at))
            fail_msg("\"%s\" was taken for a time", bad[i]);
    assert_true(at == 42);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(rfc3339_parse(good[i].text, &at));
        assert_true(at == good[i].at);
    }
}

static void a_time_is_written_in_utc_with_milliseconds(void **state)
{
    (void)state;
    char text[RFC3339_TEXT];
    assert_string_equal(rfc3339(INT64_C(1784512800007), text), "2026-07-20T02:00:00.007Z");
    assert_string_equal(rfc3339(-1, text), "1969-12-31T23:59:59.999Z");
    assert_string_equal(rfc3339(INT64_MAX, text), "9999-12-31T23:59:59.999Z");
    assert_string_equal(rfc3339(INT64_MIN, text), "0000-01-01T00:00:00.000Z");
}

/* Every day of the calendar that can be written is read back as the same. */
static void all_dates_survive_writing_and_reading(void **state)
{
    (void)state;
    wall_ms first, last, back;
    assert_true(rfc3339_parse("0000-01-01T12:34:56.789Z", &first));
    assert_true(rfc3339_parse("9999-12-31T12:34:56.789Z", &last));
    char text[RFC3339_TEXT], before[RFC3339_TEXT] = "";
    for (wall_ms at = first; at <= last; at += MS_DAY) {
        rfc3339(at, text);
        if (!rfc3339_parse(text, &back) || back != at || strcmp(before, text) >= 0)
            fail_msg("%s is not read as it was written", text);
        memcpy(before, text, sizeof(before));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_whole_numbers_of_units_in_falling_order),
        cmocka_unit_test(heads_count_in_months_and_years_too),
        cmocka_unit_test(a_duration_is_written_as_it_is_read),
        cmocka_unit_test(rfc_3339_times_are_read_in_any_offset),
        cmocka_unit_test(a_time_is_written_in_utc_with_milliseconds),
        cmocka_unit_test(all_dates_survive_writing_and_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
