/* The two clocks: what a restart, a reboot, a sleep and a hand at the clock do to them. */
#include "unit.h"
#include "world/clock.h"

#include <string.h>

#define WALL INT64_C(1784512800000) /* 2026-07-20T02:00:00Z */

static const char boot_a[] = "11111111-1111-4111-8111-111111111111";
static const char boot_b[] = "22222222-2222-4222-8222-222222222222";

static struct clock_sample sample(const char *boot, int64_t boot_ms, wall_ms wall)
{
    struct clock_sample s = {.boot_ms = boot_ms, .wall = wall};
    memcpy(s.boot_id, boot, sizeof(s.boot_id));
    return s;
}

static struct clock_mark mark(const char *boot, int64_t boot_ms, wall_ms wall, mono_ms mono)
{
    struct clock_mark m = {.boot_ms = boot_ms, .wall = wall, .mono = mono};
    memcpy(m.boot_id, boot, sizeof(m.boot_id));
    return m;
}

static void a_new_database_begins_at_nought(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_sample s = sample(boot_a, 5000, WALL);
    clock_start(&c, NULL, &s, 1, &news);
    assert_int_equal(c.mono, 0);
    assert_int_equal(c.wall, WALL);
    assert_false(news.rebooted || news.jumped || news.step_ms);

    s = sample(boot_a, 6500, WALL + 1500);
    clock_step(&c, &s, &news);
    assert_int_equal(c.mono, 1500);
    assert_int_equal(c.wall, WALL + 1500);
    assert_int_equal(news.step_ms, 0);
}

/* A deadline must not move because the daemon was killed, whatever happened to the wall clock. */
static void a_restart_in_the_same_boot_counts_exactly(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_mark m = mark(boot_a, 10000, WALL, 700000);
    struct clock_sample s = sample(boot_a, 12345, WALL - MS_HOUR);
    clock_start(&c, &m, &s, 1, &news);
    assert_int_equal(c.mono, 702345);
    assert_int_equal(c.wall, WALL - MS_HOUR);
    assert_int_equal(news.off_ms, 2345);
    assert_int_equal(news.step_ms, -MS_HOUR - 2345);
    assert_false(news.rebooted);
}

static void after_a_reboot_the_wall_clock_tells_how_long_it_was(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_mark m = mark(boot_a, MS_DAY, WALL, 700000);
    struct clock_sample s = sample(boot_b, 9000, WALL + MS_MINUTE);
    clock_start(&c, &m, &s, 1, &news);
    assert_int_equal(c.mono, 760000);
    assert_true(news.rebooted);
    assert_false(news.jumped);
    assert_int_equal(news.step_ms, 0);
}

/* A machine without a battery comes up in 1970. */
static void time_never_goes_back_over_a_reboot(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_mark m = mark(boot_a, MS_DAY, WALL, 700000);
    struct clock_sample s = sample(boot_b, 9000, 86400000);
    clock_start(&c, &m, &s, 1, &news);
    assert_int_equal(c.mono, 700000);
    assert_int_equal(news.off_ms, 0);
}

/* A virtual machine that is set back to a snapshot has the same boot id and an older boot clock. */
static void a_boot_clock_behind_its_mark_is_another_boot(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_mark m = mark(boot_a, MS_DAY, WALL, 700000);
    struct clock_sample s = sample(boot_a, MS_DAY - 1, WALL + 4000);
    clock_start(&c, &m, &s, 1, &news);
    assert_int_equal(c.mono, 704000);
    assert_true(news.rebooted);
}

/* A wrong year would fire every timer of the house: people decide first. */
static void a_jump_over_thirty_days_is_told(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_mark m = mark(boot_a, MS_DAY, WALL, 0);
    struct clock_sample s = sample(boot_b, 9000, WALL + 30 * MS_DAY);
    clock_start(&c, &m, &s, 1, &news);
    assert_false(news.jumped);
    s = sample(boot_b, 9000, WALL + 30 * MS_DAY + 1);
    clock_start(&c, &m, &s, 1, &news);
    assert_true(news.jumped);
}

static void a_set_wall_clock_is_told_once_and_moves_no_deadline(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_sample s = sample(boot_a, 0, WALL);
    clock_start(&c, NULL, &s, 1, &news);
    s = sample(boot_a, 1000, WALL + 1000 + MS_HOUR);
    clock_step(&c, &s, &news);
    assert_int_equal(news.step_ms, MS_HOUR);
    assert_int_equal(c.mono, 1000);
    assert_int_equal(c.wall, WALL + 1000 + MS_HOUR);
    s = sample(boot_a, 2000, WALL + 2000 + MS_HOUR);
    clock_step(&c, &s, &news);
    assert_int_equal(news.step_ms, 0);
    s = sample(boot_a, 3000, WALL + 3000);
    clock_step(&c, &s, &news);
    assert_int_equal(news.step_ms, -MS_HOUR);
    assert_int_equal(c.mono, 3000);
}

/* ntpd slews by 500 ppm; an idle night must not look like a step. */
static void a_clock_that_is_slewed_is_not_stepped(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_sample s = sample(boot_a, 0, WALL);
    clock_start(&c, NULL, &s, 1, &news);
    s = sample(boot_a, 8 * MS_HOUR, WALL + 8 * MS_HOUR + 8 * MS_HOUR / 2000);
    clock_step(&c, &s, &news);
    assert_int_equal(news.step_ms, 0);
}

static void the_demo_runs_both_clocks_faster(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_sample s = sample(boot_a, 100, WALL);
    clock_start(&c, NULL, &s, 60, &news);
    s = sample(boot_a, 1100, WALL + 1000);
    clock_step(&c, &s, &news);
    assert_int_equal(c.mono, MS_MINUTE);
    assert_int_equal(c.wall, WALL + MS_MINUTE);
    assert_int_equal(clock_until(&c, MS_MINUTE), 0);
    assert_int_equal(clock_until(&c, MS_MINUTE + 1), 1);
    assert_int_equal(clock_until(&c, 2 * MS_MINUTE), 1000);

    /* killed and started again in its middle, it goes on at the same pace */
    struct clock_mark m;
    clock_mark_now(&c, &m);
    assert_int_equal(m.boot_ms, 1100);
    s = sample(boot_a, 2100, WALL + 2000);
    clock_start(&c, &m, &s, 60, &news);
    assert_int_equal(c.mono, 2 * MS_MINUTE);
    assert_int_equal(c.wall, WALL + 2 * MS_MINUTE);
    assert_int_equal(news.step_ms, 0);
}

static void a_timer_is_never_early(void **state)
{
    (void)state;
    struct clock c;
    struct clock_news news;
    struct clock_sample s = sample(boot_a, 0, WALL);
    clock_start(&c, NULL, &s, 7, &news);
    for (mono_ms due = 0; due < 100; due++) {
        s = sample(boot_a, clock_until(&c, due), WALL);
        struct clock later = c;
        clock_step(&later, &s, &news);
        assert_true(later.mono >= due);
    }
}

static void the_machine_has_a_boot_and_two_clocks(void **state)
{
    (void)state;
    struct clock_sample a = {0}, b;
    struct why why;
    assert_int_equal(clock_sample(&a, &why), ERR_OK);
    assert_int_equal(strlen(a.boot_id), UUID_TEXT - 1);
    b = a;
    assert_int_equal(clock_sample(&b, &why), ERR_OK);
    assert_string_equal(a.boot_id, b.boot_id);
    assert_true(b.boot_ms >= a.boot_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_database_begins_at_nought),
        cmocka_unit_test(a_restart_in_the_same_boot_counts_exactly),
        cmocka_unit_test(after_a_reboot_the_wall_clock_tells_how_long_it_was),
        cmocka_unit_test(time_never_goes_back_over_a_reboot),
        cmocka_unit_test(a_boot_clock_behind_its_mark_is_another_boot),
        cmocka_unit_test(a_jump_over_thirty_days_is_told),
        cmocka_unit_test(a_set_wall_clock_is_told_once_and_moves_no_deadline),
        cmocka_unit_test(a_clock_that_is_slewed_is_not_stepped),
        cmocka_unit_test(the_demo_runs_both_clocks_faster),
        cmocka_unit_test(a_timer_is_never_early),
        cmocka_unit_test(the_machine_has_a_boot_and_two_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
