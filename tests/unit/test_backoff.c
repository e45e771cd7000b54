/* What dies now and then is back at once; what dies again and again waits, and never gives up. */
#include "unit.h"
#include "world/backoff.h"

static void the_first_deaths_are_answered_at_once(void **state)
{
    (void)state;
    struct backoff b = {0};
    for (int i = 0; i < 8; i++)
        assert_int_equal(backoff_next(&b, 1000000 + i), 0);
    assert_int_equal(backoff_next(&b, 1000008), 100);
}

/* An endless crash must not eat the machine, and must end by itself once its cause is gone. */
static void the_wait_grows_to_seconds_and_no_further(void **state)
{
    (void)state;
    struct backoff b = {0};
    int64_t now_ms = 1000000;
    for (int i = 0; i < 200; i++) {
        int64_t wait_ms = backoff_next(&b, now_ms);
        assert_true(wait_ms <= BACKOFF_MOST_MS);
        now_ms += wait_ms + 1;
    }
    assert_true(now_ms - 1000000 > 200 * 1500);
    for (int i = 0; i < 50; i++)
        backoff_next(&b, now_ms);
    assert_int_equal(backoff_next(&b, now_ms), BACKOFF_MOST_MS);
}

/* Seven bombs in a row, each half a second of CPU: the other plans of that planner must not wait.
 */
static void a_run_of_bombs_costs_little(void **state)
{
    (void)state;
    struct backoff b = {0};
    int64_t now_ms = 1000000;
    for (int i = 0; i < 7; i++) {
        int64_t wait_ms = backoff_next(&b, now_ms);
        assert_int_equal(wait_ms, 0);
        now_ms += wait_ms + 500;
    }
}

static void quiet_is_forgiving(void **state)
{
    (void)state;
    struct backoff b = {0};
    for (int i = 0; i < 50; i++)
        backoff_next(&b, 1000000 + i);
    assert_int_equal(backoff_next(&b, 1000000 + 60000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_deaths_are_answered_at_once),
        cmocka_unit_test(the_wait_grows_to_seconds_and_no_further),
        cmocka_unit_test(a_run_of_bombs_costs_little),
        cmocka_unit_test(quiet_is_forgiving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
