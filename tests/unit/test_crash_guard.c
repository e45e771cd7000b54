/* An incident that kills the engine twice is set aside; a kill from outside is nobody's fault. */
#include "unit.h"
#include "world/crash_guard.h"

#include <signal.h>
#include <string.h>

static struct page_hand incident(char last, int64_t seq)
{
    char id[] = "0198f2c4-0000-7000-8000-0000000000a_";
    struct page_hand hand = {.kind = PAGE_INCIDENT, .seq = seq};
    id[sizeof(id) - 2] = last;
    assert_true(uuid_parse(id, &hand.incident));
    return hand;
}

static void tells(const struct crash_guard *g, const char *expected)
{
    AUTO_TEXT(t);
    AUTO_JSON(hello);
    hello = json_object();
    crash_guard_tell(g, hello);
    json_write(hello, &t);
    assert_string_equal(text_str(&t), expected);
}

static void the_second_death_with_one_incident_is_told(void **state)
{
    (void)state;
    struct crash_guard g = {0};
    struct page_hand hand = incident('1', 10), later = incident('1', 12);
    crash_guard_died(&g, &hand, SIGSEGV, 1000);
    tells(&g, "{}");
    crash_guard_died(&g, &later, SIGABRT, 2000);
    tells(&g, "{\"stuck\":{\"incident\":\"0198f2c4-0000-7000-8000-0000000000a1\"}}");
    /* told again if the engine that was told dies before it is ready */
    struct page_hand nothing = {.kind = PAGE_NOTHING};
    crash_guard_died(&g, &nothing, SIGSEGV, 3000);
    tells(&g, "{\"stuck\":{\"incident\":\"0198f2c4-0000-7000-8000-0000000000a1\"}}");
    crash_guard_ready(&g);
    tells(&g, "{}");
}

static void two_incidents_are_no_pattern(void **state)
{
    (void)state;
    struct crash_guard g = {0};
    struct page_hand a = incident('1', 10), b = incident('2', 10);
    crash_guard_died(&g, &a, SIGSEGV, 1000);
    crash_guard_died(&g, &b, SIGSEGV, 2000);
    tells(&g, "{}");
}

static void a_kill_from_outside_counts_for_nothing(void **state)
{
    (void)state;
    struct crash_guard g = {0};
    struct page_hand a = incident('1', 10);
    for (int i = 0; i < 5; i++) {
        crash_guard_died(&g, &a, SIGKILL, i);
        crash_guard_died(&g, &a, 0, i);
    }
    tells(&g, "{}");
}

static void deaths_a_day_apart_are_no_pattern(void **state)
{
    (void)state;
    struct crash_guard g = {0};
    struct page_hand a = incident('1', 10);
    crash_guard_died(&g, &a, SIGSEGV, 0);
    crash_guard_died(&g, &a, SIGSEGV, 24 * 3600 * 1000);
    tells(&g, "{}");
}

static void an_input_that_is_no_incident_yet_goes_by_its_digest(void **state)
{
    (void)state;
    struct crash_guard g = {0};
    struct page_hand hand = {.kind = PAGE_DIGEST};
    memset(hand.digest, 0xa5, sizeof(hand.digest));
    crash_guard_died(&g, &hand, SIGFPE, 1000);
    crash_guard_died(&g, &hand, SIGFPE, 2000);
    tells(&g, "{\"refuse\":{\"digest\":"
              "\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_death_with_one_incident_is_told),
        cmocka_unit_test(two_incidents_are_no_pattern),
        cmocka_unit_test(a_kill_from_outside_counts_for_nothing),
        cmocka_unit_test(deaths_a_day_apart_are_no_pattern),
        cmocka_unit_test(an_input_that_is_no_incident_yet_goes_by_its_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
