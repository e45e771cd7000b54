#include "unit.h"

#include "intake/line.h"
#include "testdata.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Feed `bytes` in pieces of `step`, and write every line into `ret` as "<line>". */
static enum line_next split(struct line_splitter *s, const char *bytes, size_t len, size_t step,
                            struct text *ret)
{
    enum line_next last = LINE_NONE;
    for (size_t at = 0; at < len; at += step) {
        line_feed(s, bytes + at, len - at < step ? len - at : step);
        const char *line;
        size_t line_len;
        while ((last = line_next(s, &line, &line_len)) == LINE_WHOLE) {
            text_add_char(ret, '<');
            text_add_bytes(ret, line, line_len);
            text_add_char(ret, '>');
        }
    }
    return last;
}

/* Sockets cut where they like; the lines must not depend on it. */
static void lines_are_the_same_however_the_bytes_are_cut(void **state)
{
    (void)state;
    static const char bytes[] = "{\"op\":\"ping\"}\n\n{\"a\":\"洪水\"}\r\nhalf a li";
    for (size_t step = 1; step <= sizeof bytes; step++) {
        struct line_splitter s;
        AUTO_TEXT(seen);
        line_init(&s, 1024);
        assert_int_equal(split(&s, bytes, sizeof bytes - 1, step, &seen), LINE_NONE);
        assert_string_equal(text_str(&seen), "<{\"op\":\"ping\"}><><{\"a\":\"洪水\"}\r>");
        assert_int_equal(line_held(&s), 9);
        line_done(&s);
    }
}

static void a_line_of_exactly_the_limit_is_taken(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 12; step++) {
        struct line_splitter s;
        AUTO_TEXT(seen);
        line_init(&s, 5);
        assert_int_equal(split(&s, "12345\n12345\n", 12, step, &seen), LINE_NONE);
        assert_string_equal(text_str(&seen), "<12345><12345>");
        line_done(&s);
    }
}

static void a_line_over_the_limit_ends_it_after_the_lines_before(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 16; step++) {
        struct line_splitter s;
        AUTO_TEXT(seen);
        line_init(&s, 5);
        assert_int_equal(split(&s, "a\nbc\n123456\nx\n", 14, step, &seen), LINE_OVER);
        assert_string_equal(text_str(&seen), "<a><bc>");
        assert_int_equal(line_held(&s), 0);
        line_done(&s);
    }
}

/* Nobody has to send the LF for us to see that it is too long. */
static void too_long_is_said_before_the_line_ends(void **state)
{
    (void)state;
    struct line_splitter s;
    struct refusal r;
    AUTO_TEXT(seen);
    line_init(&s, 5);
    assert_int_equal(split(&s, "123456", 6, 6, &seen), LINE_OVER);
    assert_int_equal(line_refuse_over(&s, &r), CODE_LINE_TOO_LONG);
    assert_non_null(strstr(r.why.text, "longer than 5 bytes"));
    assert_true(line_ends_connection(r.code));
    line_done(&s);
}

/* A thousand idle connections must cost nothing. */
static void a_splitter_that_holds_nothing_holds_no_memory(void **state)
{
    (void)state;
    struct line_splitter s;
    AUTO_TEXT(seen);
    line_init(&s, 1024);
    (void)split(&s, "{}\n{}\n", 6, 6, &seen);
    assert_null(s.held.at);
    line_done(&s);
}

static enum code object(const char *line, struct refusal *r)
{
    json_t *value = NULL;
    enum code code = line_object(line, strlen(line), &value, r);
    json_decref(value);
    return code;
}

static void every_kind_of_bad_line_has_its_own_code(void **state)
{
    (void)state;
    static const struct {
        const char *line, *sentence;
        enum code code;
    } bad[] = {
        {"", "not JSON", CODE_BAD_JSON},
        {"{\"op\":", "not JSON", CODE_BAD_JSON},
        {"GET / HTTP/1.1", "not JSON", CODE_BAD_JSON},
        {"{\"a\":9007199254740993}", "2^53", CODE_BAD_JSON},
        {"[]", "one JSON object", CODE_NOT_AN_OBJECT},
        {"\"op\"", "one JSON object", CODE_NOT_AN_OBJECT},
        {"null", "one JSON object", CODE_NOT_AN_OBJECT},
        {"{\"a\":1,\"b\":2,\"a\":3}", "\"a\" stands twice", CODE_DUPLICATE_KEY},
        {"{\"a\":\"\xff\"}", "byte 7 of the line is not UTF-8", CODE_BAD_UTF8},
        {"{\"a\":\"\xed\xa0\x80\"}", "byte 7 of the line is not UTF-8", CODE_BAD_UTF8},
        {"\x16\x03\x01\x02", "not JSON", CODE_BAD_JSON},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct refusal r;
        assert_int_equal(object(bad[i].line, &r), bad[i].code);
        if (!strstr(r.why.text, bad[i].sentence))
            fail_msg("\"%s\" should say \"%s\"", r.why.text, bad[i].sentence);
    }
}

static void depth_32_is_taken_and_33_refused_with_the_connection_left_open(void **state)
{
    (void)state;
    for (int depth = 32; depth <= 33; depth++) {
        struct refusal r;
        AUTO_TEXT(line);
        text_add(&line, "{\"a\":");
        for (int i = 1; i < depth; i++)
            text_add_char(&line, '[');
        for (int i = 1; i < depth; i++)
            text_add_char(&line, ']');
        text_add_char(&line, '}');
        assert_int_equal(object(text_str(&line), &r), depth == 32 ? CODE_OK : CODE_TOO_DEEP);
        if (depth == 33)
            assert_false(line_ends_connection(r.code));
    }
}

static void only_too_long_and_bad_utf8_end_a_connection(void **state)
{
    (void)state;
    for (int c = CODE_OK; c < CODES; c++)
        assert_int_equal(line_ends_connection((enum code)c),
                         c == CODE_LINE_TOO_LONG || c == CODE_BAD_UTF8);
}

/* ---- what others wrote ----------------------------------------------------------------------- */

/*
 * JSONTestSuite as lines of a client. test_json.c says what the decoder does with each file and
 * why; here it is the way through the splitter that must not change that.
 */
struct suite {
    int taken, refused, no_line;
};

static void suite_file(void *ctx, const char *name, const struct text *content)
{
    struct suite *suite = ctx;
    if (memchr(text_str(content), '\n', content->len)) {
        suite->no_line++; /* white space in JSON, but the end of a line here */
        return;
    }
    struct line_splitter s;
    line_init(&s, 256 * 1024);
    line_feed(&s, text_str(content), content->len);
    line_feed(&s, "\n", 1);

    const char *line = NULL;
    size_t len = 0;
    assert_int_equal(line_next(&s, &line, &len), LINE_WHOLE);
    assert_int_equal(len, content->len);
    json_t *value = NULL, *direct = NULL;
    struct refusal r;
    enum code code = line_value(line, len, &value, &r);
    enum err e = json_read(text_str(content), content->len, &direct, NULL);
    if ((code == CODE_OK) != (e == ERR_OK))
        fail_msg("%s: as a line %s, directly %s", name, code_name(code), err_name(e));
    if (name[0] == 'n')
        assert_int_not_equal(code, CODE_OK);
    *(code ? &suite->refused : &suite->taken) += 1;
    json_decref(value);
    json_decref(direct);
    line_done(&s);
}

static void the_json_test_suite_reads_as_lines_as_it_reads_directly(void **state)
{
    (void)state;
    char *folder = testdata_path("json/test_parsing");
    if (!folder)
        skip();
    struct suite suite = {0};
    int files = testdata_each(folder, suite_file, &suite);
    free(folder);
    assert_int_equal(files, 318);
    assert_int_equal(suite.taken + suite.refused + suite.no_line, files);
    assert_true(suite.taken >= 90);
}

/* A title may be anything that people type, or paste. */
static void naughty_strings_come_back_as_they_went_in(void **state)
{
    (void)state;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    AUTO_TEXT(content);
    file_read(path, &content);
    free(path);
    json_t *list = NULL;
    assert_int_equal(json_read(text_str(&content), content.len, &list, NULL), ERR_OK);
    for (size_t i = 0; i < json_array_size(list); i++) {
        AUTO_TEXT(line);
        AUTO_JSON(sent);
        sent = json_put(json_object(), "title", json_incref(json_array_get(list, i)));
        json_write(sent, &line);
        assert_null(memchr(text_str(&line), '\n', line.len));
        json_t *back = NULL;
        struct refusal r;
        assert_int_equal(line_object(text_str(&line), line.len, &back, &r), CODE_OK);
        assert_true(json_equal(back, sent));
        json_decref(back);
    }
    assert_true(json_array_size(list) > 500);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(a_line_of_exactly_the_limit_is_taken),
        cmocka_unit_test(a_line_over_the_limit_ends_it_after_the_lines_before),
        cmocka_unit_test(too_long_is_said_before_the_line_ends),
        cmocka_unit_test(a_splitter_that_holds_nothing_holds_no_memory),
        cmocka_unit_test(every_kind_of_bad_line_has_its_own_code),
        cmocka_unit_test(depth_32_is_taken_and_33_refused_with_the_connection_left_open),
        cmocka_unit_test(only_too_long_and_bad_utf8_end_a_connection),
        cmocka_unit_test(the_json_test_suite_reads_as_lines_as_it_reads_directly),
        cmocka_unit_test(naughty_strings_come_back_as_they_went_in),
    };
    return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
