/* What crosses between plans and the record: nothing changes its value on the way. */
#include "plan/border.h"
#include "planner_sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Evaluate `code`, read its value out; "" with the sentence in why when it is refused. */
static void read_out(const char *code, struct text *ret, struct why *why)
{
    struct sandbox *sb = sandbox_new(&sandbox_limits_default);
    AUTO_JSON(value);

    assert_int_equal(sandbox_load(sb, "x.lua", code, strlen(code), why), ERR_OK);
    if (sandbox_call(sb, 0, 1) != SANDBOX_DONE)
        fail_msg("%s", sandbox_fault(sb)->text);
    if (!border_read(sandbox_lua(sb), -1, "value", &value, why))
        json_write(value, ret);
    sandbox_free(sb);
}

static void becomes(const char *code, const char *expected)
{
    AUTO_TEXT(got);
    struct why why = {0};

    read_out(code, &got, &why);
    if (strcmp(text_str(&got), expected) != 0)
        fail_msg("%s\n  gave: %s %s\n  not: %s", code, text_str(&got), why.text, expected);
}

static void is_refused(const char *code, const char *sentence)
{
    AUTO_TEXT(got);
    struct why why = {0};

    read_out(code, &got, &why);
    assert_string_equal(text_str(&got), "");
    assert_string_equal(why.text, sentence);
}

static void values_become_canonical(void **state)
{
    (void)state;
    becomes("return {b = 1, a = {1, 2.5, 'x', true}, c = {}}",
            "{\"a\":[1,2.5,\"x\",true],\"b\":1,\"c\":{}}");
    becomes("return 10 / 2", "5");
    becomes("return 2^53", "9007199254740992");
    becomes("return 0.1", "0.1");
    becomes("return '值班'", "\"值班\"");
}

static void what_cannot_be_kept_exactly_is_refused(void **state)
{
    (void)state;
    is_refused("return 0/0", "value: not a number, or infinite");
    is_refused("return {x = {1, math.huge}}", "value.x[2]: not a number, or infinite");
    is_refused("return (1 << 53) + 1", "value: the number is beyond 2^53 and would not stay exact");
    is_refused("return {1, 2, x = 3}",
               "value: a table has either named members or is a list, not both");
    is_refused("return {1, nil, 3}", "value: the list has holes");
    is_refused("return {[0] = 1}", "value: a key is neither a name nor a place in a list");
    is_refused("return {f = tostring}", "value.f: a function cannot be written down");
    is_refused("return '\\xff'", "value: the text is not UTF-8 without NUL; was it cut inside a "
                                 "character?");
    is_refused("return 'a\\0b'", "value: the text is not UTF-8 without NUL; was it cut inside a "
                                 "character?");
    is_refused("return nil", "value: there is nothing here (nil)");
}

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    is_refused("return ('x'):rep(65537)", "value: the text is too long; at most 65536 bytes");
    is_refused("local t = {} for i = 1, 5 do t[i] = ('x'):rep(60000) end return t",
               "value is too large; a value has at most 262144 bytes");
    struct why why = {0};
    AUTO_TEXT(got);
    read_out("local t = {} t.t = t return t", &got, &why);
    assert_non_null(strstr(why.text, "nested too deeply; does one contain itself?"));
}

static void what_comes_in_goes_out_the_same(void **state)
{
    static const char *const samples[] = {
        "{\"a\":[],\"b\":{},\"c\":[[],{}],\"d\":[{\"x\":[1]}]}",
        "[1,2.5,-3,\"x\",true,false,0.1,1e+300]",
        "\"文\"",
        "9007199254740992",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct sandbox *sb = sandbox_new(&sandbox_limits_default);
        struct why why = {0};
        AUTO_JSON(in);
        AUTO_JSON(out);
        AUTO_TEXT(before);
        AUTO_TEXT(after);

        in = json_loads(samples[i], JSON_DECODE_ANY, NULL);
        assert_non_null(in);
        border_push(sandbox_lua(sb), in);
        assert_int_equal(border_read(sandbox_lua(sb), -1, "value", &out, &why), ERR_OK);
        json_write(in, &before);
        json_write(out, &after);
        assert_string_equal(text_str(&after), text_str(&before));
        sandbox_free(sb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_canonical),
        cmocka_unit_test(what_cannot_be_kept_exactly_is_refused),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(what_comes_in_goes_out_the_same),
    };
    return cmocka_run_group_tests_name("border", tests, NULL, NULL);
}
