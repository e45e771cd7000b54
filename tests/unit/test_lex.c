#include "plan/lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* All tokens as "kind@line:col" in one string; an error as "error CODE@line:col". */
static void lex_all(const char *src, size_t len, struct text *ret)
{
    AUTO_ARENA(arena);
    struct lexer lx;

    lex_init(&lx, src, len, &arena);
    for (;;) {
        struct token t = lex_next(&lx);
        if (ret->len)
            text_add_char(ret, ' ');
        if (t.kind == TOK_ERROR) {
            text_addf(ret, "error %s@%d:%d", lx.error.code, lx.error.at.line, lx.error.at.col);
            return;
        }
        if (t.kind == TOK_END_OF_FILE)
            text_addf(ret, "end@%d:%d", t.at.line, t.at.col);
        else if (t.kind == TOK_STRING || t.kind == TOK_NAME)
            text_addf(ret, "%.*s@%d:%d", (int)t.len, t.text, t.at.line, t.at.col);
        else if (t.kind == TOK_NUMBER)
            text_addf(ret, "%g@%d:%d", t.number, t.at.line, t.at.col);
        else
            text_addf(ret, "%s@%d:%d", tok_text(t.kind), t.at.line, t.at.col);
        if (t.kind == TOK_END_OF_FILE)
            return;
    }
}

static void assert_lexed(const char *src, const char *expected)
{
    AUTO_TEXT(found);
    lex_all(src, strlen(src), &found);
    assert_string_equal(text_str(&found), expected);
}

/* What the sentence of the error has to have in it. */
static void assert_error_says(const char *src, const char *part)
{
    AUTO_ARENA(arena);
    struct lexer lx;

    lex_init(&lx, src, strlen(src), &arena);
    for (int i = 0; i < 1000 && !lx.error.code; i++)
        lex_next(&lx);
    assert_non_null(lx.error.code);
    if (!strstr(lx.error.text, part))
        fail_msg("\"%s\" does not say \"%s\"", lx.error.text, part);
}

/* An author counts characters as the editor shows them, not bytes. */
static void columns_count_characters_and_a_tab_as_one(void **state)
{
    (void)state;
    assert_lexed("a = \"浑江\" b", "a@1:1 =@1:3 浑江@1:5 b@1:10 end@1:11");
    assert_lexed("\tx\n  y", "x@1:2 y@2:3 end@2:4");
}

static void a_line_break_of_two_characters_is_one(void **state)
{
    (void)state;
    assert_lexed("a\r\nb\n\rc\rd\ne", "a@1:1 b@2:1 c@3:1 d@4:1 e@5:1 end@5:2");
}

static void operators_are_taken_as_long_as_they_go(void **state)
{
    (void)state;
    assert_lexed("...", "...@1:1 end@1:4");
    assert_lexed("a..b", "a@1:1 ..@1:2 b@1:4 end@1:5");
    assert_lexed("<<=//::~=", "<<@1:1 =@1:3 //@1:4 ::@1:6 ~=@1:8 end@1:10");
}

static void reserved_words_are_no_names(void **state)
{
    (void)state;
    assert_true(lex_is_name("ends", 4));
    assert_false(lex_is_name("end", 3));
    assert_false(lex_is_name("2nd", 3));
    assert_false(lex_is_name("", 0));
    assert_false(lex_is_name("a-b", 3));
}

static void comments_of_both_kinds_are_passed_over(void **state)
{
    (void)state;
    assert_lexed("a -- b\nc", "a@1:1 c@2:1 end@2:2");
    assert_lexed("--[[ x\n]] a", "a@2:4 end@2:5");
    assert_lexed("--[==[ ]] ]=] \n]==]b", "b@2:5 end@2:6");
    assert_lexed("--[=x\ny", "y@2:1 end@2:2");
    assert_lexed("--", "end@1:3");
}

static void long_strings_drop_the_first_line_break_and_keep_the_others(void **state)
{
    (void)state;
    assert_lexed("[[\na\r\nb]]", "a\nb@1:1 end@3:4");
    assert_lexed("[=[a]]b]=]", "a]]b@1:1 end@1:11");
}

static void escapes_give_the_bytes_that_lua_gives(void **state)
{
    (void)state;
    assert_lexed("'\\65\\x42\\u{43}\\z \n  D\\\nE'", "ABCD\nE@1:1 end@3:3");
    assert_lexed("'\\u{6D51}\\u{1F600}'", "浑😀@1:1 end@1:20");
    assert_lexed("'\\t\\\\\\''", "\t\\'@1:1 end@1:9");
}

static void a_wrong_escape_is_reported_where_it_stands(void **state)
{
    (void)state;
    assert_lexed("x = 'ab\\q'", "x@1:1 =@1:3 error syntax@1:8");
    assert_lexed("'\\256'", "error syntax@1:2");
    assert_lexed("'\\xg1'", "error syntax@1:2");
    assert_lexed("'\\u{80000000}'", "error syntax@1:2");
    assert_lexed("'\\u{}'", "error syntax@1:2");
    assert_lexed("'\\", "error syntax@1:2");
    assert_error_says("'\\d'", "write \\\\ for a backslash");
}

static void an_open_string_is_reported_where_it_begins(void **state)
{
    (void)state;
    assert_lexed("a = 'bc\nd", "a@1:1 =@1:3 error syntax@1:5");
    assert_lexed("\n a = [[bc\nd", "a@2:2 =@2:4 error syntax@2:6");
    assert_lexed("a --[[ bc\nd", "a@1:1 error syntax@1:3");
}

static void numbers_are_those_of_lua(void **state)
{
    (void)state;
    assert_lexed("0 12 1.5 .5 3. 1e3 1E-2 0x10 0xA.8p1",
                 "0@1:1 12@1:3 1.5@1:6 0.5@1:10 3@1:13 1000@1:16 0.01@1:20 16@1:25 21@1:30 "
                 "end@1:37");
}

static void a_duration_without_quotes_is_told_how_to_be_written(void **state)
{
    (void)state;
    assert_lexed("within = 5m", "within@1:1 =@1:8 error syntax@1:10");
    assert_error_says("within = 5m", "a duration is a string: \"5m\"");
    assert_lexed("1..2", "error syntax@1:1");
    assert_lexed("0x", "error syntax@1:1");
    assert_lexed("1e+", "error syntax@1:1");
    assert_lexed("1.2.3", "error syntax@1:1");
}

/* An input method left on is the commonest slip of an author who writes Chinese. */
static void a_full_width_sign_is_told_what_to_write(void **state)
{
    (void)state;
    assert_lexed("a，b", "a@1:1 error bad_character@1:2");
    assert_error_says("a，b", "write , outside of strings");
    assert_error_says("f（x）", "write ( outside of strings");
    assert_error_says("x = “a”", "write \" outside of strings");
    assert_error_says("a != b", "~= for unequal");
    assert_lexed("a = '，（“'", "a@1:1 =@1:3 ，（“@1:5 end@1:10");
}

static void a_text_that_is_not_utf8_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_lexed("a = 1\n-- 浑\xff", "error bad_utf8@2:5");
    assert_lexed("'\xc3'", "error bad_utf8@1:2");
    assert_lexed("\xed\xa0\x80", "error bad_utf8@1:1");
}

static void control_and_direction_characters_are_refused_even_in_comments(void **state)
{
    AUTO_TEXT(found);
    (void)state;

    assert_lexed("-- \x01", "error bad_character@1:4");
    assert_lexed("-- a\u202eb", "error bad_character@1:5");
    assert_lexed("x = 'a\u2066b'", "error bad_character@1:7");
    lex_all("a\0b", 3, &found);
    assert_string_equal(text_str(&found), "error bad_character@1:2");
}

static void a_byte_order_mark_and_byte_code_are_refused(void **state)
{
    (void)state;
    assert_lexed("\xef\xbb\xbfreturn 1", "error byte_order_mark@1:1");
    assert_lexed("\x1bLua", "error byte_code@1:1");
}

static void a_file_over_the_limit_is_refused_and_one_at_it_is_not(void **state)
{
    char *src = malloc(LEX_BYTES_MAX + 1);
    AUTO_TEXT(over);
    AUTO_TEXT(at);
    (void)state;

    memset(src, ' ', LEX_BYTES_MAX + 1);
    lex_all(src, LEX_BYTES_MAX + 1, &over);
    assert_string_equal(text_str(&over), "error too_large@1:1");
    lex_all(src, LEX_BYTES_MAX, &at);
    assert_string_equal(text_str(&at), "end@1:262145");
    free(src);
}

static void nothing_comes_after_an_error(void **state)
{
    AUTO_ARENA(arena);
    struct lexer lx;
    (void)state;

    lex_init(&lx, "a $ b", 5, &arena);
    assert_int_equal(lex_next(&lx).kind, TOK_NAME);
    for (int i = 0; i < 3; i++)
        assert_int_equal(lex_next(&lx).kind, TOK_ERROR);
    assert_int_equal(lx.error.at.col, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_count_characters_and_a_tab_as_one),
        cmocka_unit_test(a_line_break_of_two_characters_is_one),
        cmocka_unit_test(operators_are_taken_as_long_as_they_go),
        cmocka_unit_test(reserved_words_are_no_names),
        cmocka_unit_test(comments_of_both_kinds_are_passed_over),
        cmocka_unit_test(long_strings_drop_the_first_line_break_and_keep_the_others),
        cmocka_unit_test(escapes_give_the_bytes_that_lua_gives),
        cmocka_unit_test(a_wrong_escape_is_reported_where_it_stands),
        cmocka_unit_test(an_open_string_is_reported_where_it_begins),
        cmocka_unit_test(numbers_are_those_of_lua),
        cmocka_unit_test(a_duration_without_quotes_is_told_how_to_be_written),
        cmocka_unit_test(a_full_width_sign_is_told_what_to_write),
        cmocka_unit_test(a_text_that_is_not_utf8_is_refused_with_its_place),
        cmocka_unit_test(control_and_direction_characters_are_refused_even_in_comments),
        cmocka_unit_test(a_byte_order_mark_and_byte_code_are_refused),
        cmocka_unit_test(a_file_over_the_limit_is_refused_and_one_at_it_is_not),
        cmocka_unit_test(nothing_comes_after_an_error),
    };
    return cmocka_run_group_tests_name("lex", tests, NULL, NULL);
}
