#include "unit.h"

#include "ctl/args.h"
#include "ctl/fields.h"

#include <string.h>

static const struct option_spec table[] = {
    OPTION("--title", "T", "a", "a"),
    OPTION("--drill", NULL, "a", "a"),
    OPTION_MANY("--field", "K=V", "a", "a"),
    OPTION("-n", NULL, "a", "a"),
    {.name = NULL},
};
static const struct option_spec *const tables[] = {table, NULL};

enum { WORDS_MAX = 16 };

/* Parse words divided by blanks; "_" stands for a blank within one. */
static enum err parse(struct args *a, const char *line, char kept[256], struct why *why)
{
    char *argv[WORDS_MAX];
    int argc = 0;
    strncpy(kept, line, 255);
    kept[255] = '\0';
    char *rest = kept, *word;
    while ((word = strtok_r(rest, " ", &rest)) && argc < WORDS_MAX)
        argv[argc++] = word;
    return args_parse(a, argc, argv, 0, tables, why);
}

static void options_and_operands_may_stand_in_any_order(void **state)
{
    struct args a;
    struct why why;
    char kept[256];
    (void)state;
    assert_int_equal(parse(&a, "one --title T two --drill -n", kept, &why), ERR_OK);
    assert_int_equal(a.words_count, 2);
    assert_string_equal(a.words[0], "one");
    assert_string_equal(a.words[1], "two");
    assert_string_equal(args_value(&a, "--title"), "T");
    assert_true(args_has(&a, "--drill"));
    assert_true(args_has(&a, "-n"));
    assert_null(args_value(&a, "--field"));
    args_done(&a);
}

static void a_value_may_follow_an_equals_sign(void **state)
{
    struct args a;
    struct why why;
    char kept[256];
    (void)state;
    assert_int_equal(parse(&a, "--title=a=b --field=x=1 --field y=2", kept, &why), ERR_OK);
    assert_string_equal(args_value(&a, "--title"), "a=b");
    assert_string_equal(args_nth(&a, "--field", 0), "x=1");
    assert_string_equal(args_nth(&a, "--field", 1), "y=2");
    assert_null(args_nth(&a, "--field", 2));
    args_done(&a);
}

static void after_two_dashes_everything_is_an_operand(void **state)
{
    struct args a;
    struct why why;
    char kept[256];
    (void)state;
    assert_int_equal(parse(&a, "- -- --title -x", kept, &why), ERR_OK);
    assert_int_equal(a.words_count, 3);
    assert_string_equal(a.words[0], "-");
    assert_string_equal(a.words[2], "-x");
    args_done(&a);
}

static void mistakes_are_named(void **state)
{
    static const char *const mistakes[][2] = {
        {"--titel x", "no option --titel; did you mean --title?"},
        {"--colour", "no option --colour"},
        {"--title", "--title needs a value: --title T"},
        {"--drill=yes", "--drill takes no value"},
        {"--title a --title b", "--title is given twice"},
        {"-x", "no option -x; did you mean -n?"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct args a;
        struct why why;
        char kept[256];
        assert_int_equal(parse(&a, mistakes[i][0], kept, &why), ERR_INVALID);
        assert_string_equal(why.text, mistakes[i][1]);
        args_done(&a);
    }
}

static void facts(const char *line, const char *wanted)
{
    struct args a;
    struct why why;
    char kept[256];
    json_t *object = NULL;
    AUTO_TEXT(written);
    assert_int_equal(parse(&a, line, kept, &why), ERR_OK);
    enum err e = fields_facts(&a, "--field", &object, &why);
    if (!e && object)
        json_write(object, &written);
    assert_string_equal(e ? why.text : text_str(&written), wanted);
    json_decref(object);
    args_done(&a);
}

static void facts_take_their_type_from_how_they_are_written(void **state)
{
    (void)state;
    facts("--field g7.stage_m=4.9 --field g7.trend=-1 --field breach=true --field at=08:00",
          "{\"at\":\"08:00\",\"breach\":true,\"g7\":{\"stage_m\":4.9,\"trend\":-1}}");
    facts("--field n=\"7\" --field l=[1] --field z=null --field w=007 --field e=",
          "{\"e\":\"\",\"l\":\"[1]\",\"n\":\"7\",\"w\":\"007\",\"z\":\"null\"}");
    facts("--field case={\"key\":\"a\"}", "{\"case\":{\"key\":\"a\"}}");
    facts("--drill", "");
}

static void facts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    facts("--field stage_m", "--field stage_m: must be name=value");
    facts("--field =1", "--field =1: must be name=value");
    facts("--field g7.=1", "--field g7.=1: is given twice, or names no fact");
    facts("--field a=1 --field a=2", "--field a=2: is given twice, or names no fact");
    facts("--field a=1 --field a.b=2", "--field a.b=2: is given twice, or names no fact");
    facts("--field a=\xff", "--field: is not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_stand_in_any_order),
        cmocka_unit_test(a_value_may_follow_an_equals_sign),
        cmocka_unit_test(after_two_dashes_everything_is_an_operand),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(facts_take_their_type_from_how_they_are_written),
        cmocka_unit_test(facts_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
