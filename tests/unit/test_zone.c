/* Civil time as the clocks of a place show it, summer and winter, and where there is no such zone.
 */
#include "unit.h"
#include "world/zone.h"

#include <stdlib.h>

#define JULY INT64_C(1784512800000)    /* 2026-07-20T02:00Z */
#define JANUARY INT64_C(1768874400000) /* 2026-01-20T02:00Z */

static int64_t hours(const char *name, wall_ms at)
{
    struct zone *z = zone_load(name);
    if (!z)
        skip();
    int64_t ahead = zone_offset_ms(z, at);
    zone_free(z);
    return ahead / MS_HOUR;
}

static void clocks_are_ahead_of_utc_by_what_the_place_has(void **state)
{
    (void)state;
    assert_int_equal(hours("Asia/Shanghai", JULY), 8);
    assert_int_equal(hours("Asia/Shanghai", INT64_C(581306400000)), 9); /* summer of 1988 */
    assert_int_equal(hours("UTC", JULY), 0);
}

/* Why: an hour too late in summer is an hour too late. */
static void summer_time_is_known(void **state)
{
    (void)state;
    assert_int_equal(hours("Europe/Berlin", JULY), 2);
    assert_int_equal(hours("Europe/Berlin", JANUARY), 1);
    assert_int_equal(hours("America/New_York", JANUARY), -5);
}

static void no_zone_is_utc_and_no_file_elsewhere_is_read(void **state)
{
    (void)state;
    assert_null(zone_load("Asia/Nowhere"));
    assert_null(zone_load("../../etc/passwd"));
    assert_null(zone_load("/etc/passwd"));
    assert_null(zone_load(""));
    assert_null(zone_load("zone.tab"));
    assert_int_equal(zone_offset_ms(NULL, JULY), 0);
    assert_false(zone_is(NULL, "UTC"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_are_ahead_of_utc_by_what_the_place_has),
        cmocka_unit_test(summer_time_is_known),
        cmocka_unit_test(no_zone_is_utc_and_no_file_elsewhere_is_read),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
