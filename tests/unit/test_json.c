#include "base/json.h"
#include "base/json_plain.h"
#include "testdata.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err read_str(const char *s, json_t **ret, struct why *why)
{
    return json_read(s, strlen(s), ret, why);
}

static json_t *must_read(const char *s)
{
    json_t *value = NULL;
    struct why why = {{0}};
    if (read_str(s, &value, &why))
        fail_msg("%s: %s", s, why.text);
    return value;
}

/* ---- what others expect of a JSON parser: nst/JSONTestSuite ---- */

/* Our rules are stricter than JSON: these y_ files are refused, each for a rule of ours. */
static const struct {
    const char *file;
    const char *rule;
} y_refused[] = {
    {"y_object_duplicated_key.json", "stands twice"},
    {"y_object_duplicated_key_and_value.json", "stands twice"},
    {"y_object_escaped_null_in_key.json", "NUL byte in object key"},
};

/* These y_ files are JSON and read as such, but hold newlines, so that they are no line of ours. */
static const char *const y_no_line[] = {
    "y_array_with_1_and_newline.json",
    "y_object_with_newlines.json",
};

/* jansson by itself takes this one, as it skips NUL bytes behind a value; our scan refuses it. */
static const char n_jansson_takes[] = "n_multidigit_number_then_00.json";

/* i_ files: JSON leaves them open; this is what we do. All others are refused. */
static const char *const i_accepted[] = {
    "i_number_double_huge_neg_exp.json", /* reads as 0: too small to be told from it */
    "i_number_real_underflow.json",      /* the same */
};

/* i_ files by the rule that refuses them; each sentence has these words. */
static const struct {
    const char *file;
    const char *rule;
} i_refused[] = {
    {"i_number_huge_exp.json", "real number overflow"},
    {"i_number_neg_int_huge_exp.json", "real number overflow"},
    {"i_number_pos_double_huge_exp.json", "real number overflow"},
    {"i_number_real_neg_overflow.json", "real number overflow"},
    {"i_number_real_pos_overflow.json", "real number overflow"},
    {"i_number_too_big_neg_int.json", "2^53"},
    {"i_number_too_big_pos_int.json", "2^53"},
    {"i_number_very_big_negative_int.json", "2^53"},
    {"i_object_key_lone_2nd_surrogate.json", "invalid Unicode"},
    {"i_string_1st_surrogate_but_2nd_missing.json", "invalid Unicode"},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", "invalid Unicode"},
    {"i_string_incomplete_surrogate_and_escape_valid.json", "invalid Unicode"},
    {"i_string_incomplete_surrogate_pair.json", "invalid Unicode"},
    {"i_string_incomplete_surrogates_escape_valid.json", "invalid Unicode"},
    {"i_string_invalid_lonely_surrogate.json", "invalid Unicode"},
    {"i_string_invalid_surrogate.json", "invalid Unicode"},
    {"i_string_inverted_surrogates_U+1D11E.json", "invalid Unicode"},
    {"i_string_lone_second_surrogate.json", "invalid Unicode"},
    {"i_string_UTF-8_invalid_sequence.json", "not UTF-8"},
    {"i_string_UTF8_surrogate_U+D800.json", "not UTF-8"},
    {"i_string_invalid_utf-8.json", "not UTF-8"},
    {"i_string_iso_latin_1.json", "not UTF-8"},
    {"i_string_lone_utf8_continuation_byte.json", "not UTF-8"},
    {"i_string_not_in_unicode_range.json", "not UTF-8"},
    {"i_string_overlong_sequence_2_bytes.json", "not UTF-8"},
    {"i_string_overlong_sequence_6_bytes.json", "not UTF-8"},
    {"i_string_overlong_sequence_6_bytes_null.json", "not UTF-8"},
    {"i_string_truncated-utf-8.json", "not UTF-8"},
    {"i_string_UTF-16LE_with_BOM.json", "byte order mark"},
    {"i_structure_UTF-8_BOM_empty_object.json", "byte order mark"},
    {"i_string_utf16BE_no_BOM.json", "NUL byte"},
    {"i_string_utf16LE_no_BOM.json", "NUL byte"},
    {"i_structure_500_nested_arrays.json", "32 levels"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The words expected in the refusal of this file; NULL: it must be read; "": any refusal. */
static const char *suite_expects(const char *name)
{
    for (size_t i = 0; i < COUNT(y_refused); i++)
        if (strcmp(name, y_refused[i].file) == 0)
            return y_refused[i].rule;
    for (size_t i = 0; i < COUNT(i_refused); i++)
        if (strcmp(name, i_refused[i].file) == 0)
            return i_refused[i].rule;
    for (size_t i = 0; i < COUNT(i_accepted); i++)
        if (strcmp(name, i_accepted[i]) == 0)
            return NULL;
    if (strcmp(name, n_jansson_takes) == 0)
        return "NUL byte";
    if (name[0] == 'i')
        fail_msg("%s: is it accepted or refused, and by which rule? Write it into the table", name);
    return name[0] == 'y' ? NULL : "";
}

static void check_round_trip(const char *name, const json_t *value)
{
    AUTO_TEXT(once);
    AUTO_TEXT(twice);
    AUTO_JSON(again);
    struct why why = {{0}};
    json_write(value, &once);
    if (json_read_own(once.at, once.len, &again, &why))
        fail_msg("%s: our own JSON is refused: %s: %s", name, why.text, once.at);
    if (!json_equal(value, again))
        fail_msg("%s: read(write(x)) is not x: %s", name, once.at);
    json_write(again, &twice);
    assert_string_equal(once.at, twice.at);
}

static void suite_file(void *ctx, const char *name, const struct text *content)
{
    int *exceptions = ctx;
    AUTO_JSON(value);
    struct why why = {{0}};
    const char *rule = suite_expects(name);
    enum err e = json_read(content->at ? content->at : "", content->len, &value, &why);
    if (!rule && e)
        fail_msg("%s was refused: %s", name, why.text);
    if (rule && !e)
        fail_msg("%s was accepted", name);
    if (rule && (!strstr(why.text, rule) || !strstr(why.text, "line ")))
        fail_msg("%s was refused by another rule than \"%s\": %s", name, rule, why.text);
    if (!e)
        check_round_trip(name, value);

    for (size_t i = 0; i < COUNT(y_refused); i++)
        *exceptions += strcmp(name, y_refused[i].file) == 0;
    for (size_t i = 0; i < COUNT(y_no_line); i++)
        if (strcmp(name, y_no_line[i]) == 0)
            *exceptions += memchr(content->at, '\n', content->len - 1) != NULL;
    *exceptions += strcmp(name, n_jansson_takes) == 0;
}

static void the_json_test_suite_is_read_as_documented_above(void **state)
{
    (void)state;
    char *folder = testdata_path("json/test_parsing");
    if (!folder)
        skip();
    int exceptions = 0;
    int files = testdata_each(folder, suite_file, &exceptions);
    free(folder);
    assert_in_range(files, 300, 1000);
    assert_int_equal(exceptions, 6);
}

static void transform_file(void *ctx, const char *name, const struct text *content)
{
    (void)ctx;
    AUTO_JSON(value);
    struct why why;
    if (json_read(content->at, content->len, &value, &why) == ERR_OK)
        check_round_trip(name, value);
}

static void what_other_parsers_change_we_refuse_or_keep(void **state)
{
    (void)state;
    char *folder = testdata_path("json/test_transform");
    if (!folder)
        skip();
    testdata_each(folder, transform_file, NULL);
    free(folder);
}

static void naughty_strings_come_back_as_they_went_in(void **state)
{
    (void)state;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    AUTO_TEXT(content);
    file_read(path, &content);
    free(path);
    AUTO_JSON(list);
    struct why why = {{0}};
    if (json_read(content.at, content.len, &list, &why))
        fail_msg("%s", why.text);
    check_round_trip("blns.json", list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        AUTO_JSON(obj);
        obj = json_object();
        json_put_str(obj, "s", json_string_value(json_array_get(list, i)));
        assert_true(json_equal(json_at(obj, "s"), json_array_get(list, i)));
        check_round_trip("member", obj);
    }
}

/* ---- limits ---- */

static void nested(struct text *t, int depth)
{
    text_clear(t);
    for (int i = 0; i < depth; i++)
        text_add(t, i % 2 ? "{\"a\":" : "[");
    text_add(t, "1");
    for (int i = depth; i-- > 0;)
        text_add(t, i % 2 ? "}" : "]");
}

static void depth_32_is_read_and_33_is_refused(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    AUTO_JSON(value);
    AUTO_JSON(none);
    struct why why;
    nested(&t, 32);
    assert_int_equal(json_read(t.at, t.len, &value, &why), ERR_OK);
    nested(&t, 33);
    assert_int_equal(json_read(t.at, t.len, &none, &why), ERR_LIMIT);
    assert_null(none);
    assert_non_null(strstr(why.text, "more than 32 levels"));
    assert_non_null(strstr(why.text, "byte 97"));
    assert_int_equal(json_read_own(t.at, t.len, &none, &why), ERR_OK);
}

static void brackets_in_strings_are_no_depth(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    text_add(&t, "[\"\\\"");
    for (int i = 0; i < 100; i++)
        text_add(&t, "[{");
    text_add(&t, "\\\\\"]");
    AUTO_JSON(value);
    struct why why;
    assert_int_equal(json_read(t.at, t.len, &value, &why), ERR_OK);
}

static void a_bomb_of_brackets_is_refused_at_the_33rd(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    for (int i = 0; i < 250000; i++)
        text_add_char(&t, i < 125000 ? '[' : ']');
    AUTO_JSON(value);
    struct why why;
    assert_int_equal(json_read(t.at, t.len, &value, &why), ERR_LIMIT);
    assert_non_null(strstr(why.text, "line 1, column 33 (byte 33)"));
}

static void integers_are_exact_up_to_2_to_the_53rd(void **state)
{
    (void)state;
    AUTO_JSON(value);
    AUTO_JSON(none);
    struct why why;
    value = must_read("[9007199254740992,-9007199254740992,0,-0]");
    assert_true(json_integer_value(json_array_get(value, 1)) == -JSON_INT_MAX);
    static const char *const bad[] = {"9007199254740993", "-9007199254740993",
                                      "[1,100000000000000000000]", "{\"a\":9223372036854775808}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(read_str(bad[i], &none, &why), ERR_INVALID);
        assert_non_null(strstr(why.text, "2^53"));
    }
    assert_int_equal(read_str("9007199254740993.5", &none, &why), ERR_OK); /* a real is a real */
}

static void a_refusal_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *place;
        const char *rule;
    } bad[] = {
        {"{\n \"中文\": \"x\xff\"}", "line 2, column 10 (byte 16)", "not UTF-8"},
        {"[1,\n2,\n\"a\tb\"]", "line 3, column 3 (byte 10)", "control character"},
        {"[\"abc", "line 1, column 2 (byte 2)", "no end"},
        {"{\"a\":\n tru}", "line 2, ", "invalid token near 'tru'"},
        {"", "line 1, ", "unexpected token near end of file"},
        {"1 2", "line 1, ", "end of file expected"},
        {"[\"\\x\"]", "line 1, ", "invalid escape"},
        {"\xef\xbb\xbf{}", "line 1, column 1 (byte 1)", "byte order mark"},
        {"[\"\\\xff\"]", "line 1, column 4 (byte 4)", "not UTF-8"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        AUTO_JSON(none);
        struct why why = {{0}};
        assert_int_equal(read_str(bad[i].bytes, &none, &why), ERR_INVALID);
        assert_null(none);
        if (!strstr(why.text, bad[i].place) || !strstr(why.text, bad[i].rule))
            fail_msg("%s: %s", bad[i].bytes, why.text);
    }
}

static void a_key_that_stands_twice_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *key;
    } bad[] = {
        {"{\"a\":1,\"a\":2}", "the key \"a\" stands twice"},
        {"{\"a\":{\"中\":1,\n\"中\" :2}}", "line 2, column 3 (byte 20): the key \"中\""},
        {"{\"x\\\"\":1,\"x\\\"\":2}", "the key \"x\\\"\" stands twice"},
        {"{\"\":1,\"\":2}", "the key \"\" stands twice"},
        {"{\"a\":1,\"\\u0061\":2}", "stands twice"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        AUTO_JSON(none);
        struct why why = {{0}};
        assert_int_equal(read_str(bad[i].bytes, &none, &why), ERR_CONFLICT);
        if (!strstr(why.text, bad[i].key))
            fail_msg("%s: %s", bad[i].bytes, why.text);
    }
}

static void a_nul_in_a_string_is_kept_but_is_no_c_string(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = must_read("{\"a\":\"x\\u0000y\",\"b\":[{\"c\":\"\\u0000\"}],\"d\":\"ok\"}");
    assert_null(json_str(value, "a"));
    assert_string_equal(json_str_or(value, "a", "other"), "other");
    assert_string_equal(json_str(value, "d"), "ok");
    assert_true(json_holds_nul(value));
    assert_true(json_holds_nul(json_at(value, "b")));
    assert_false(json_holds_nul(json_at(value, "d")));
    check_round_trip("nul", value);
}

/* ---- canonical output ---- */

static void check_written(const char *in, const char *out)
{
    AUTO_JSON(value);
    AUTO_TEXT(t);
    value = must_read(in);
    json_write(value, &t);
    assert_string_equal(text_str(&t), out);
}

static void output_is_canonical(void **state)
{
    (void)state;
    check_written(" { \"b\" : 1 , \"a\" : [ true , false , null ] } ",
                  "{\"a\":[true,false,null],\"b\":1}");
    /* keys by bytes: capitals first, a prefix before what is longer, Chinese behind ASCII */
    check_written("{\"b\":1,\"a\":2,\"B\":3,\"aa\":4,\"中\":5,\"é\":6,\"\":7}",
                  "{\"\":7,\"B\":3,\"a\":2,\"aa\":4,\"b\":1,\"é\":6,\"中\":5}");
    check_written("\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\\\/\\u007f\\u4e2d\\ud83d\\ude00\"",
                  "\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\x7f中😀\"");
    check_written("[]", "[]");
    check_written("{}", "{}");

    AUTO_TEXT(t);
    json_write_str("a\"\n中", strlen("a\"\n中"), &t);
    assert_string_equal(text_str(&t), "\"a\\\"\\n中\"");
}

static void numbers_are_written_in_the_fewest_digits(void **state)
{
    (void)state;
    check_written("[0.1,4.9,0.30000000000000004,5.0,100.0,1e2,1E22,1e-7,0.0001,-0.0,1.5e300]",
                  "[0.1,4.9,0.30000000000000004,5.0,100.0,100.0,1e22,1e-7,0.0001,-0.0,1.5e300]");
    check_written("[5e-324,2.2250738585072014e-308,1.7976931348623157e308,0.1e-310]",
                  "[5e-324,2.2250738585072014e-308,1.7976931348623157e308,1e-311]");
    check_written("[1,-1,-0,9007199254740992]", "[1,-1,0,9007199254740992]");
}

/* A small generator of its own: the test must find the same cases on every machine. */
static uint64_t dice(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double any_double(uint64_t *state)
{
    for (;;) {
        uint64_t bits = dice(state);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (isfinite(value))
            return value;
    }
}

static json_t *any_string(uint64_t *state)
{
    static const char *const pieces[] = {"a",  "中",   "\x01", "\"", "\\",           "/",
                                         "\n", "\x7f", "é",    "😀",  "\xe2\x80\xa8", "{field}"};
    AUTO_TEXT(t);
    for (uint64_t n = dice(state) % 6; n > 0; n--)
        text_add(&t, pieces[dice(state) % COUNT(pieces)]);
    return json_stringn(text_str(&t), t.len);
}

static json_t *any_value(uint64_t *state, int depth)
{
    switch (dice(state) % (depth > 0 ? 8 : 6)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(dice(state) % 2);
    case 2:
        return json_integer((int64_t)(dice(state) % (1U << 20)) - (1 << 19));
    case 3:
        return json_real(any_double(state));
    case 4:
        return json_real((double)(dice(state) % 100000) / 100);
    case 5:
        return any_string(state);
    case 6: {
        json_t *list = json_array();
        for (uint64_t n = dice(state) % 5; n > 0; n--)
            json_array_append_new(list, any_value(state, depth - 1));
        return list;
    }
    case 7: {
        json_t *obj = json_object();
        for (uint64_t n = dice(state) % 5; n > 0; n--) {
            json_t *key = any_string(state);
            json_put(obj, json_string_value(key), any_value(state, depth - 1));
            json_decref(key);
        }
        return obj;
    }
    }
    return NULL;
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    uint64_t seed = 20260720;
    for (int i = 0; i < 20000; i++) {
        AUTO_JSON(value);
        value = any_value(&seed, 5);
        check_round_trip("random value", value);
    }
}

/* The quick reader may give up; what it takes must be what jansson takes, to the last byte. */
static void check_plain(const char *bytes, size_t len, int *ret_taken)
{
    AUTO_JSON(plain);
    AUTO_JSON(careful);
    plain = json_plain(bytes, len, JSON_DEPTH_MAX);
    if (!plain)
        return;
    ++*ret_taken;
    careful = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!careful || !json_equal(plain, careful))
        fail_msg("read quickly, and not the same: %.*s", (int)len, bytes);
}

static void plain_file(void *ctx, const char *name, const struct text *content)
{
    (void)name;
    check_plain(content->at ? content->at : "", content->len, ctx);
}

static void what_is_read_quickly_jansson_reads_the_same(void **state)
{
    (void)state;
    int taken = 0;
    uint64_t seed = 20261127;
    for (int i = 0; i < 5000; i++) {
        AUTO_JSON(value);
        AUTO_TEXT(bytes);
        value = any_value(&seed, 5);
        json_write(value, &bytes);
        check_plain(bytes.at, bytes.len, &taken);
        for (int n = 0; n < 20; n++) {
            bytes.at[dice(&seed) % bytes.len] = "{}[]:,\"\\0a-.\n\xe4\x80"[dice(&seed) % 15];
            check_plain(bytes.at, bytes.len, &taken);
        }
    }
    assert_in_range(taken, 1000, 5000 * 21);
    char *folder = testdata_path("json/test_parsing");
    if (folder)
        testdata_each(folder, plain_file, &taken);
    free(folder);
}

/* Why: else every frame between our processes is read twice. */
static void what_our_frames_are_made_of_is_read_quickly(void **state)
{
    static const char frame[] = "{\"a\":[1,-2,999999999999999,\"\\\"x\\\\\\n\",\"水\"],\"b\":{},"
                                "\"c\":[],\"d\":null,\"e\":[true,false]}";
    AUTO_JSON(value);
    AUTO_TEXT(again);
    (void)state;
    value = json_plain(frame, strlen(frame), JSON_DEPTH_MAX);
    assert_non_null(value);
    json_write(value, &again);
    assert_string_equal(frame, again.at);
}

static void no_shorter_number_would_read_back_the_same(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        double value = any_double(&seed);
        AUTO_JSON(real);
        AUTO_TEXT(t);
        real = json_real(value);
        json_write(real, &t);
        assert_true(strtod(text_str(&t), NULL) == value);
        int digits = 0, zeros = 0; /* significant ones, and those that end the number */
        for (const char *c = t.at; *c && *c != 'e'; c++) {
            if (*c < '0' || *c > '9' || (*c == '0' && digits == 0))
                continue;
            digits++;
            zeros = *c == '0' ? zeros + 1 : 0;
        }
        digits -= zeros;
        char shorter[40];
        if (digits > 1)
            snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, value);
        assert_true(digits == 1 || strtod(shorter, NULL) != value);
    }
}

/* ---- members ---- */

static void members_of_another_type_are_as_if_missing(void **state)
{
    (void)state;
    AUTO_JSON(obj);
    obj = must_read("{\"s\":\"x\",\"i\":7,\"t\":true,\"n\":null,\"r\":1.5}");
    assert_string_equal(json_str(obj, "s"), "x");
    assert_null(json_str(obj, "i"));
    assert_null(json_str(obj, "missing"));
    assert_null(json_str(NULL, "s"));
    assert_null(json_str(json_at(obj, "s"), "s"));
    assert_true(json_int(obj, "i", -1) == 7);
    assert_true(json_int(obj, "r", -1) == -1);
    assert_true(json_bool(obj, "t"));
    assert_false(json_bool(obj, "s"));
    assert_true(json_is_null(json_at(obj, "n")));
}

static void building_leaves_out_what_is_not_there(void **state)
{
    (void)state;
    AUTO_JSON(obj);
    AUTO_TEXT(t);
    obj = json_object();
    json_put(obj, "none", NULL);
    json_put_str(json_put_int(obj, "n", 3), "s", "x");
    json_put_str(obj, "absent", NULL);
    json_put_true(json_put_true(obj, "no", false), "yes", true);
    json_put_str(obj, "bad", "a\xff\xe4\xb8z");
    json_write(obj, &t);
    assert_string_equal(text_str(&t),
                        "{\"bad\":\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\",\"n\":3,\"s\":\"x\","
                        "\"yes\":true}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_test_suite_is_read_as_documented_above),
        cmocka_unit_test(what_other_parsers_change_we_refuse_or_keep),
        cmocka_unit_test(naughty_strings_come_back_as_they_went_in),
        cmocka_unit_test(depth_32_is_read_and_33_is_refused),
        cmocka_unit_test(brackets_in_strings_are_no_depth),
        cmocka_unit_test(a_bomb_of_brackets_is_refused_at_the_33rd),
        cmocka_unit_test(integers_are_exact_up_to_2_to_the_53rd),
        cmocka_unit_test(a_refusal_says_where),
        cmocka_unit_test(a_key_that_stands_twice_is_named),
        cmocka_unit_test(a_nul_in_a_string_is_kept_but_is_no_c_string),
        cmocka_unit_test(output_is_canonical),
        cmocka_unit_test(numbers_are_written_in_the_fewest_digits),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(what_is_read_quickly_jansson_reads_the_same),
        cmocka_unit_test(what_our_frames_are_made_of_is_read_quickly),
        cmocka_unit_test(no_shorter_number_would_read_back_the_same),
        cmocka_unit_test(members_of_another_type_are_as_if_missing),
        cmocka_unit_test(building_leaves_out_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
