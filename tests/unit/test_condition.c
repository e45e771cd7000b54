/* Conditions over facts: what is written, what is refused, and what is not known. */
#include "core/condition.h"

#include "remarked.h"
#include "unit.h"

#include <string.h>

/* ---- a world of names ---- */

static enum value_type type_of(void *ctx, const char *name, const char **ret_per,
                               const char **ret_near, struct why *why)
{
    static const struct {
        const char *name, *per;
        enum value_type type;
    } known[] = {
        {"stage_m", "gauge", VALUE_NUMBER}, {"warning_m", "gauge", VALUE_NUMBER},
        {"rain_mm", "gauge", VALUE_NUMBER}, {"ponding_cm", "underpass", VALUE_NUMBER},
        {"breach", NULL, VALUE_BOOLEAN},    {"cases", NULL, VALUE_NUMBER},
        {"wind", NULL, VALUE_TEXT},         {"peak_at", NULL, VALUE_TIME},
        {"low_at", NULL, VALUE_TIME},
    };
    (void)ctx;
    for (size_t n = 0; n < sizeof known / sizeof *known; n++) {
        if (strcmp(known[n].name, name) != 0)
            continue;
        *ret_per = known[n].per;
        return known[n].type;
    }
    *ret_near = "stage_m";
    why_set(why, ERR_INVALID, "there is no fact \"%s\"", name);
    return VALUE_UNKNOWN;
}

static const struct condition_names names = {.type = type_of};

static struct value value_of(void *ctx, const char *name)
{
    return value_of_json(json_at(ctx, name));
}

static enum truth asked(const char *text, const char *facts)
{
    AUTO_JSON(world);
    struct condition *c = NULL;
    struct why why = {{0}};
    world = data(facts);
    if (condition_read(text, &names, &c, NULL, &why))
        fail_msg("%s: %s", text, why.text);
    enum truth t = condition_ask(c, value_of, world);
    condition_free(c);
    return t;
}

static void refused(const char *text, const char *words)
{
    struct condition *c = NULL;
    struct why why = {{0}};
    assert_int_not_equal(condition_read(text, &names, &c, NULL, &why), ERR_OK);
    assert_null(c);
    if (!strstr(why.text, words))
        fail_msg("%s: \"%s\" has no \"%s\"", text, why.text, words);
}

/* ---- what it means ---- */

static void above_includes_below_excludes(void **state)
{
    (void)state;
    assert_int_equal(asked("stage_m >= warning_m", "{'stage_m':4.5,'warning_m':4.5}"), TRUTH_YES);
    assert_int_equal(asked("stage_m > warning_m", "{'stage_m':4.5,'warning_m':4.5}"), TRUTH_NO);
    assert_int_equal(asked("stage_m < warning_m", "{'stage_m':4.5,'warning_m':4.5}"), TRUTH_NO);
    assert_int_equal(asked("stage_m <= warning_m", "{'stage_m':4.5,'warning_m':4.5}"), TRUTH_YES);
    assert_int_equal(asked("cases >= 10", "{'cases':9}"), TRUTH_NO);
    assert_int_equal(asked("cases >= 10", "{'cases':10}"), TRUTH_YES);
}

static void decimals_are_what_people_mean_by_them(void **state)
{
    (void)state;
    assert_int_equal(asked("stage_m >= warning_m + 0.2", "{'stage_m':0.3,'warning_m':0.1}"),
                     TRUTH_YES);
    assert_int_equal(asked("stage_m > warning_m + 0.2", "{'stage_m':0.3,'warning_m':0.1}"),
                     TRUTH_NO);
    assert_int_equal(asked("stage_m == 0.1 + 0.2", "{'stage_m':0.3}"), TRUTH_YES);
    assert_int_equal(asked("stage_m >= 4.9", "{'stage_m':4.8999}"), TRUTH_NO);
    assert_int_equal(asked("stage_m - -1 == 3", "{'stage_m':2}"), TRUTH_YES);
    assert_int_equal(asked("10 - 3 - 2 == 5", "{}"), TRUTH_YES);
}

static void what_is_absent_is_unknown_and_never_safe(void **state)
{
    (void)state;
    assert_int_equal(asked("stage_m < 4", "{}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("not (stage_m < 4)", "{}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("stage_m < 4 and rain_mm < 1", "{'rain_mm':9}"), TRUTH_NO);
    assert_int_equal(asked("stage_m < 4 and rain_mm < 1", "{'rain_mm':0}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("stage_m > 4 or breach", "{'breach':true}"), TRUTH_YES);
    assert_int_equal(asked("stage_m > 4 or breach", "{'breach':false}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("stage_m + 1 > 4", "{}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("stage_m + 1 > 4", "{'stage_m':'high'}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("breach == false", "{}"), TRUTH_UNKNOWN);
    assert_int_equal(asked("(cases > 3) == breach", "{'cases':4,'breach':true}"), TRUTH_YES);
}

static void and_binds_closer_than_or_and_not_closer_still(void **state)
{
    (void)state;
    assert_int_equal(asked("true or false and false", "{}"), TRUTH_YES);
    assert_int_equal(asked("(true or false) and false", "{}"), TRUTH_NO);
    assert_int_equal(asked("not false and false", "{}"), TRUTH_NO);
    assert_int_equal(asked("not not breach", "{'breach':true}"), TRUTH_YES);
    assert_int_equal(asked("not cases > 3", "{'cases':1}"), TRUTH_YES);
}

static void texts_are_equal_or_not_and_times_pass(void **state)
{
    (void)state;
    assert_int_equal(asked("wind == \"NE\"", "{'wind':'NE'}"), TRUTH_YES);
    assert_int_equal(asked("wind ~= 'NE'", "{'wind':'NE'}"), TRUTH_NO);
    assert_int_equal(asked("peak_at > low_at", "{'peak_at':'2026-07-20T04:00:00.000Z',"
                                               "'low_at':'2026-07-20T03:00:00.000Z'}"),
                     TRUTH_YES);
}

static void three_values_join_as_kleene_says(void **state)
{
    (void)state;
    assert_int_equal(truth_and(TRUTH_NO, TRUTH_UNKNOWN), TRUTH_NO);
    assert_int_equal(truth_and(TRUTH_YES, TRUTH_UNKNOWN), TRUTH_UNKNOWN);
    assert_int_equal(truth_or(TRUTH_NO, TRUTH_UNKNOWN), TRUTH_UNKNOWN);
    assert_int_equal(truth_or(TRUTH_YES, TRUTH_UNKNOWN), TRUTH_YES);
    assert_int_equal(truth_not(TRUTH_UNKNOWN), TRUTH_UNKNOWN);
    for (enum truth t = TRUTH_NO; t <= TRUTH_YES; t++) {
        enum truth back = TRUTH_NO;
        assert_true(truth_parse(truth_name(t), &back));
        assert_int_equal(back, t);
    }
}

/* ---- what is refused ---- */

static void what_cannot_be_meant_is_refused_with_its_remedy(void **state)
{
    (void)state;
    refused("stagem >= 4", "no fact \"stagem\"");
    refused("stage_m", "a condition is true or false");
    refused("stage_m >= \"4\"", "cannot compare a number with a text");
    refused("breach > false", "only == or ~=");
    refused("wind + 1 > 2", "needs a number on both sides");
    refused("stage_m > 4 and cases", "needs true or false on both sides");
    refused("1 < stage_m < 4", "join two of them with \"and\"");
    refused("stage_m = 4", "write ==");
    refused("stage_m != 4", "~=");
    refused("(stage_m > 4", "not closed");
    refused("stage_m > 4)", "not understood");
    refused("stage_m > 4 breach", "is wanted before it");
    refused("stage_m >", "it ends where");
    refused("", "it ends where");
    refused("stage_m > 4m", "is no number");
    refused("stage_m > 1.2.3", "is no number");
    refused("wind == \"NE", "no closing quote");
    refused("stage_m > 4 or ponding_cm > 27", "one kind of station");
    refused("not", "it ends where");
    refused("stage_m > 4 or", "it ends where");
    refused("stage_m * 2 > 4", "not understood");
}

static void bombs_end_at_a_limit(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    for (int n = 0; n < 400; n++)
        text_add(&t, "(");
    refused(text_str(&t), "nested more than");
    text_clear(&t);
    for (int n = 0; n < 400; n++)
        text_add(&t, "not ");
    refused(text_str(&t), "nested more than");
    text_clear(&t);
    for (int n = 0; n < 400; n++)
        text_add(&t, "- ");
    refused(text_str(&t), "nested more than");
    text_clear(&t);
    text_add(&t, "true");
    for (int n = 0; n < 240; n++)
        text_add(&t, " or true");
    refused(text_str(&t), "may have 200 parts");
    for (int n = 0; n < 240; n++)
        text_add(&t, " or true");
    refused(text_str(&t), "at most 2000 bytes");
}

static void it_says_what_it_is_asked_for(void **state)
{
    (void)state;
    struct condition *c = NULL;
    struct why why;
    assert_int_equal(
        condition_read("stage_m >= warning_m or breach or stage_m > 9", &names, &c, NULL, &why),
        ERR_OK);
    assert_string_equal(condition_per(c), "gauge");
    assert_string_equal(condition_name_at(c, 0), "stage_m");
    assert_string_equal(condition_name_at(c, 1), "warning_m");
    assert_string_equal(condition_name_at(c, 2), "breach");
    assert_null(condition_name_at(c, 3));
    assert_true(condition_uses(c, "breach"));
    assert_false(condition_uses(c, "cases"));
    condition_free(c);
    condition_free(NULL);

    const char *near = NULL;
    c = NULL;
    assert_int_equal(condition_read("stagem > 1", &names, &c, &near, &why), ERR_INVALID);
    assert_string_equal(near, "stage_m");
    assert_int_equal(condition_read("breach", &names, &c, &near, &why), ERR_OK);
    assert_null(condition_per(c));
    assert_null(near);
    condition_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(above_includes_below_excludes),
        cmocka_unit_test(decimals_are_what_people_mean_by_them),
        cmocka_unit_test(what_is_absent_is_unknown_and_never_safe),
        cmocka_unit_test(and_binds_closer_than_or_and_not_closer_still),
        cmocka_unit_test(texts_are_equal_or_not_and_times_pass),
        cmocka_unit_test(three_values_join_as_kleene_says),
        cmocka_unit_test(what_cannot_be_meant_is_refused_with_its_remedy),
        cmocka_unit_test(bombs_end_at_a_limit),
        cmocka_unit_test(it_says_what_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
