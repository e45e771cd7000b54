/* Figures as Prometheus reads them: one wrong byte, and it drops the whole page. */
#include "unit.h"

#include "base/exposition.h"
#include "base/limit.h"

#include <math.h>
#include <string.h>

static void writes(const struct text *page, const char *expected)
{
    assert_string_equal(text_str(page), expected);
}

static void a_family_has_its_help_and_type_once_and_then_its_samples(void **state)
{
    (void)state;
    AUTO_TEXT(page);
    AUTO_EXPOSITION(x, &page);
    exposition_family(&x, EXPOSITION_COUNTER, "muster_notices_total", "Messages.");
    exposition_label(&x, "channel", "sms");
    exposition_label(&x, "outcome", "sent");
    exposition_int(&x, 12);
    exposition_label(&x, "channel", "web");
    exposition_label(&x, "outcome", "failed");
    exposition_int(&x, INT64_MAX);
    exposition_one(&x, EXPOSITION_GAUGE, "muster_timers", "Waits.", -1);
    writes(&page, "# HELP muster_notices_total Messages.\n"
                  "# TYPE muster_notices_total counter\n"
                  "muster_notices_total{channel=\"sms\",outcome=\"sent\"} 12\n"
                  "muster_notices_total{channel=\"web\",outcome=\"failed\"} 9223372036854775807\n"
                  "# HELP muster_timers Waits.\n"
                  "# TYPE muster_timers gauge\n"
                  "muster_timers -1\n");
}

/* The name of a channel is the site's: it may hold what it likes. */
static void labels_and_help_are_escaped(void **state)
{
    (void)state;
    AUTO_TEXT(page);
    AUTO_EXPOSITION(x, &page);
    exposition_family(&x, EXPOSITION_GAUGE, "muster_x", "a \"quoted\" \\ word\nand more");
    exposition_label(&x, "channel", "a\"b\\c\nd}短信");
    exposition_int(&x, 1);
    writes(&page, "# HELP muster_x a \"quoted\" \\\\ word\\nand more\n"
                  "# TYPE muster_x gauge\n"
                  "muster_x{channel=\"a\\\"b\\\\c\\nd}短信\"} 1\n");
}

static void numbers_are_written_as_prometheus_takes_them(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *line;
    } numbers[] = {{0, "muster_x 0\n"},
                   {0.5, "muster_x 0.5\n"},
                   {1e-6, "muster_x 1e-06\n"},
                   {1795789361.64, "muster_x 1795789361.64\n"},
                   {-INFINITY, "muster_x -Inf\n"},
                   {INFINITY, "muster_x +Inf\n"},
                   {NAN, "muster_x NaN\n"}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        AUTO_TEXT(page);
        AUTO_EXPOSITION(x, &page);
        exposition_family(&x, EXPOSITION_GAUGE, "muster_x", "X.");
        text_clear(&page);
        exposition_real(&x, numbers[i].value);
        writes(&page, numbers[i].line);
    }
}

/* Buckets count all that is not above their bound; the last counts everything. */
static void a_histogram_counts_up_in_seconds(void **state)
{
    (void)state;
    struct histogram h = {.scale = &histogram_machine};
    AUTO_TEXT(page);
    AUTO_EXPOSITION(x, &page);
    histogram_add(&h, -5); /* a clock that was set back */
    histogram_add(&h, 100);
    histogram_add(&h, 101);
    histogram_add(&h, 20 * 1000000);
    exposition_family(&x, EXPOSITION_HISTOGRAM, "muster_commit_seconds", "Commits.");
    text_clear(&page);
    exposition_label(&x, "drill", "false");
    exposition_histogram(&x, &h);
    assert_non_null(strstr(text_str(&page), "muster_commit_seconds_bucket{drill=\"false\","
                                            "le=\"0.0001\"} 2\n"
                                            "muster_commit_seconds_bucket{drill=\"false\","
                                            "le=\"0.0003\"} 3\n"));
    assert_non_null(strstr(text_str(&page), "le=\"10\"} 3\n"
                                            "muster_commit_seconds_bucket{drill=\"false\","
                                            "le=\"+Inf\"} 4\n"
                                            "muster_commit_seconds_sum{drill=\"false\"} 20.000201\n"
                                            "muster_commit_seconds_count{drill=\"false\"} 4\n"));
}

static void the_bounds_of_each_scale_rise(void **state)
{
    (void)state;
    const struct histogram_scale *scales[] = {&histogram_machine, &histogram_people};
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i + 1 < HISTOGRAM_BOUNDS; i++)
            assert_true(scales[s]->bounds_us[i] < scales[s]->bounds_us[i + 1]);
}

/* Rule R2: a word at 80 %, and not again at every breath around it. */
static void a_limit_is_warned_of_once_until_it_has_calmed_down(void **state)
{
    (void)state;
    bool warned = false;
    static const struct {
        int64_t used;
        bool warns;
    } steps[] = {{0, false},  {79, false}, {80, true},  {79, false}, {81, false}, {100, false},
                 {70, false}, {85, false}, {69, false}, {80, true},  {200, false}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        assert_int_equal(limit_warns(&warned, steps[i].used, 100), steps[i].warns);
    warned = false;
    assert_true(limit_warns(&warned, INT64_MAX / 2, INT64_MAX / 2));
    warned = false;
    assert_false(limit_warns(&warned, 5, 0)); /* no limit at all */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_has_its_help_and_type_once_and_then_its_samples),
        cmocka_unit_test(labels_and_help_are_escaped),
        cmocka_unit_test(numbers_are_written_as_prometheus_takes_them),
        cmocka_unit_test(a_histogram_counts_up_in_seconds),
        cmocka_unit_test(the_bounds_of_each_scale_rise),
        cmocka_unit_test(a_limit_is_warned_of_once_until_it_has_calmed_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
