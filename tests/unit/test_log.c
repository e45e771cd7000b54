/* A log line is one line, whatever is in it. */
#include "base/log.h"
#include "unit.h"

static void the_journal_of_the_machine_gets_a_level(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    log_line(&t, LOG_LEVEL_WARN, "store", "disk=full, the ballast is given up", false, 0);
    log_line(&t, LOG_LEVEL_ERROR, "store", "x", false, 0);
    assert_string_equal(text_str(&t), "<4>store: disk=full, the ballast is given up\n"
                                      "<3>store: x\n");
}

static void a_terminal_gets_the_time_and_the_word(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    log_line(&t, LOG_LEVEL_INFO, "world", "ready", true, 1784512800000);
    assert_string_equal(text_str(&t), "2026-07-20T02:00:00.000Z info  world: ready\n");
}

/* Else a plan's text could write a line of its own, or move the cursor of whoever reads it. */
static void nobody_can_forge_a_line(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    log_line(&t, LOG_LEVEL_INFO, "plan", "a\n<0>b\t\x1b[2J\x7f 李\xc2\x9b!", false, 0);
    assert_string_equal(text_str(&t), "<6>plan: a\\n<0>b\\t\\x1b[2J\\x7f 李\\u009b!\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_journal_of_the_machine_gets_a_level),
        cmocka_unit_test(a_terminal_gets_the_time_and_the_word),
        cmocka_unit_test(nobody_can_forge_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
