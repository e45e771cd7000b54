#include "unit.h"

#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void han_characters_are_two_columns_wide_and_marks_none(void **state)
{
    (void)state;
    assert_int_equal(show_width(""), 0);
    assert_int_equal(show_width("flood"), 5);
    assert_int_equal(show_width("防汛"), 4);
    assert_int_equal(show_width("【演练】a"), 9);
    assert_int_equal(show_width("é"), 1);
    assert_int_equal(show_width("e\u0301"), 1);
    assert_int_equal(show_width("，：！"), 6);
    assert_int_equal(show_width("🚨"), 2);
    assert_int_equal(show_width("\xff"), 1);
}

/* A title is written by whoever sends it; it must not be able to paint over the watch officer's
 * screen. */
static void nothing_that_acts_on_a_terminal_gets_through(void **state)
{
    static const char *const texts[][2] = {
        {"plain 洪水", "plain 洪水"},
        {"\033[2Jgone", "\\u{001b}[2Jgone"},
        {"a\nb\tc\r", "a\\nb\\tc\\u{000d}"},
        {"\u202Etxet", "\\u{202e}txet"},
        {"\xc2\x85x\xc2\x9bm", "\\u{0085}x\\u{009b}m"},
        {"\x7f", "\\u{007f}"},
        {"bad \xff byte", "bad \\xff byte"},
        {"line\u2028sep", "line\\u{2028}sep"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        AUTO_TEXT(shown);
        show_safe(&shown, texts[i][0]);
        assert_string_equal(text_str(&shown), texts[i][1]);
    }
}

static void what_is_too_wide_is_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        size_t width;
    } cuts[] = {{"防汛应急", "防汛应急", 8}, {"防汛应急", "防汛应…", 7}, {"防汛应急", "防汛…", 6},
                {"flood", "fl…", 3},         {"flood", "…", 1},          {"flood", "", 0}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        AUTO_TEXT(shown);
        show_cut(&shown, cuts[i].text, cuts[i].width);
        assert_string_equal(text_str(&shown), cuts[i].shown);
        assert_true(show_width(text_str(&shown)) <= cuts[i].width);
    }
}

static void times_are_shown_in_the_zone_of_the_machine(void **state)
{
    (void)state;
    setenv("TZ", "UTC-8", 1);
    tzset();
    AUTO_TEXT(shown);
    show_time(&shown, "2026-07-20T20:00:05.123Z", TIME_FULL);
    text_add(&shown, " | ");
    show_time(&shown, "2026-07-20T20:00:05.123Z", TIME_CLOCK);
    text_add(&shown, " | ");
    show_time(&shown, "2026-07-20T20:00:05.123Z", TIME_DAY);
    text_add(&shown, " | ");
    show_time(&shown, NULL, TIME_DAY);
    text_add(&shown, " | ");
    show_time(&shown, "soon", TIME_DAY);
    assert_string_equal(text_str(&shown),
                        "2026-07-21 04:00:05 +08:00 | 04:00:05 | 2026-07-21 | - | soon");
}

static void columns_stand_under_each_other_whatever_they_hold(void **state)
{
    (void)state;
    struct table t = {.columns = 3};
    static const char *const cells[] = {"id", "标题", "x", "1", "防汛", "a", "22", "fire", ""};
    for (size_t i = 0; i < 9; i++)
        table_cell(&t, cells[i]);
    AUTO_TEXT(out);
    table_print(&t, 0, false, &out);
    assert_string_equal(text_str(&out), "id  标题  x\n"
                                        "1   防汛  a\n"
                                        "22  fire  -\n");
    table_done(&t);
}

static void a_row_is_one_line_of_the_terminal(void **state)
{
    (void)state;
    struct table t = {.columns = 2};
    table_cell(&t, "0198f2c4");
    table_cell(&t, "a title that is longer than the terminal of the duty room is wide");
    AUTO_TEXT(out);
    table_print(&t, 30, false, &out);
    assert_string_equal(text_str(&out), "0198f2c4  a title that is lon…\n");
    table_done(&t);
}

static void colour_is_put_around_cells_only_when_it_is_wanted(void **state)
{
    (void)state;
    struct table t = {.columns = 2};
    table_cell_in(&t, "a", COLOUR_RED);
    table_cell(&t, "b");
    AUTO_TEXT(out);
    table_print(&t, 0, true, &out);
    assert_string_equal(text_str(&out), "\033[31ma\033[0m  b\n");
    text_clear(&out);
    table_print(&t, 0, false, &out);
    assert_string_equal(text_str(&out), "a  b\n");
    table_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(han_characters_are_two_columns_wide_and_marks_none),
        cmocka_unit_test(nothing_that_acts_on_a_terminal_gets_through),
        cmocka_unit_test(what_is_too_wide_is_cut_between_characters),
        cmocka_unit_test(times_are_shown_in_the_zone_of_the_machine),
        cmocka_unit_test(columns_stand_under_each_other_whatever_they_hold),
        cmocka_unit_test(a_row_is_one_line_of_the_terminal),
        cmocka_unit_test(colour_is_put_around_cells_only_when_it_is_wanted),
    };
    return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
