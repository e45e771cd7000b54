#include "base/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_code_has_a_name_of_its_own_that_reads_back(void **state)
{
    (void)state;
    for (int c = CODE_OK; c < CODES; c++) {
        enum code back = CODES;
        assert_true(code_parse(code_name((enum code)c), &back));
        assert_int_equal(back, c);
        assert_true(strlen(code_sentence((enum code)c)) > 0);
    }
}

static void only_ok_is_no_error(void **state)
{
    (void)state;
    for (int c = CODE_OK; c < CODES; c++)
        assert_int_equal(code_err((enum code)c) == ERR_OK, c == CODE_OK);
}

static void an_unknown_name_leaves_the_result_untouched(void **state)
{
    enum code back = CODE_DENIED;
    (void)state;
    assert_false(code_parse("no_such_code", &back));
    assert_int_equal(back, CODE_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own_that_reads_back),
        cmocka_unit_test(only_ok_is_no_error),
        cmocka_unit_test(an_unknown_name_leaves_the_result_untouched),
    };
    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
