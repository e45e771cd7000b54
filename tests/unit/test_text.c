#include "base/text.h"
#include "testdata.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void a_text_grows_and_stays_terminated(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    assert_string_equal(text_str(&t), "");
    for (int i = 0; i < 1000; i++)
        text_addf(&t, "%d,", i);
    assert_int_equal(t.len, strlen(text_str(&t)));
    assert_memory_equal(text_str(&t), "0,1,2,3,", 8);
    text_clear(&t);
    assert_string_equal(text_str(&t), "");
    text_add_bytes(&t, "a\0b", 3);
    text_add_char(&t, 'c');
    assert_int_equal(t.len, 4);
    assert_memory_equal(t.at, "a\0bc", 5);
}

static void taking_an_empty_text_gives_an_empty_string(void **state)
{
    (void)state;
    struct text t = {0};
    char *s = text_take(&t);
    assert_string_equal(s, "");
    free(s);
    text_add(&t, "x");
    s = text_take(&t);
    assert_string_equal(s, "x");
    assert_null(t.at);
    assert_int_equal(t.len, 0);
    free(s);
}

static void a_grown_array_keeps_its_items_and_zeroes_the_rest(void **state)
{
    (void)state;
    size_t cap = 0;
    int *items = NULL;
    for (size_t i = 0; i < 100; i++) {
        items = mem_grow(items, &cap, i + 1, sizeof(*items));
        assert_int_equal(items[i], 0);
        items[i] = (int)i;
    }
    assert_int_equal(items[99], 99);
    assert_true(cap >= 100 && cap <= 200);
    free(items);
    assert_null(mem_str(NULL));
}

/* The table of RFC 3629, 4: every first and last character of a length, and what lies between. */
static void utf8_is_what_rfc_3629_says(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "浑江市防汛"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xe4\xb8",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xfe",
                                      "\xf0\x9f\x98"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(utf8_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    const char *s = "a中b\xf0\x9f\x98\x80";
    size_t len = strlen(s);
    static const size_t ends[] = {0, 1, 1, 1, 4, 5, 5, 5, 5, 9};
    for (size_t max = 0; max <= len; max++)
        assert_int_equal(utf8_cut(s, len, max), ends[max]);
    assert_int_equal(utf8_cut(s, len, 100), len);
    /* bytes that are no characters are cut where asked */
    assert_int_equal(utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
}

static void naughty_strings_are_cut_into_valid_ones(void **state)
{
    (void)state;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    AUTO_TEXT(all);
    file_read(path, &all);
    free(path);
    assert_true(utf8_valid(all.at, all.len));
    for (size_t from = 0; from < all.len; from += utf8_char(all.at + from, all.len - from))
        for (size_t max = 0; max < 8; max++)
            assert_true(utf8_valid(all.at + from, utf8_cut(all.at + from, all.len - from, max)));
}

static void a_misspelt_name_finds_the_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"flood", "epidemic", "oncall", "主班", "副班", NULL};
    assert_string_equal(text_nearest("flod", names), "flood");
    assert_string_equal(text_nearest("lfood", names), "flood");
    assert_string_equal(text_nearest("epidmeic", names), "epidemic");
    assert_string_equal(text_nearest("flood", names), "flood");
    assert_string_equal(text_nearest("主版", names), "主班");
    assert_null(text_nearest("earthquake", names));
    assert_null(text_nearest("", names));
    assert_null(text_nearest("x", (const char *const[]){"y", "ab", NULL}));
    assert_null(text_nearest("x", (const char *const[]){NULL}));
    char long_word[1000];
    memset(long_word, 'a', sizeof(long_word) - 1);
    long_word[sizeof(long_word) - 1] = '\0';
    assert_null(text_nearest(long_word, names));
}

static void the_sentence_of_an_error_grows_from_the_inside_out(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(why_set(&why, ERR_MISSING, "no person \"%s\"", "li.mng"), ERR_MISSING);
    assert_int_equal(why_add(&why, ERR_MISSING, "plan %s", "flood"), ERR_MISSING);
    assert_string_equal(why.text, "plan flood: no person \"li.mng\"");
    assert_int_equal(why_set(&why, ERR_IO, "again: %s", why.text), ERR_IO);
    assert_string_equal(why.text, "again: plan flood: no person \"li.mng\"");
    assert_int_equal(why_set(NULL, ERR_LIMIT, "nobody listens"), ERR_LIMIT);
    assert_int_equal(why_add(NULL, ERR_LIMIT, "nobody listens"), ERR_LIMIT);
}

static void a_sentence_is_always_utf8_however_long_or_hostile(void **state)
{
    (void)state;
    AUTO_TEXT(many);
    for (int i = 0; i < 400; i++)
        text_add(&many, "中");
    for (size_t shift = 0; shift < 3; shift++) {
        struct why why;
        why_set(&why, ERR_INVALID, "%.*s%s", (int)shift, "xxx", text_str(&many));
        size_t len = strlen(why.text);
        assert_true(utf8_valid(why.text, len));
        assert_in_range(len, WHY_BYTES - 5, WHY_BYTES - 1);
    }
    struct why why;
    why_set(&why, ERR_INVALID, "unknown plan \"%s\"", "\xff\xc3(\x80ok");
    assert_string_equal(why.text, "unknown plan \"?\?(?ok\"");
}

static void every_error_has_a_name_and_an_exit_code(void **state)
{
    (void)state;
    assert_string_equal(err_name(ERR_OK), "ok");
    assert_int_equal(err_exit_code(ERR_OK), 0);
    assert_int_equal(err_exit_code(ERR_MISSING), 3);
    assert_int_equal(err_exit_code(ERR_CONFIG), 78);
    for (enum err e = ERR_INVALID; e <= ERR_CONFIG; e++) {
        assert_true(strlen(err_name(e)) > 1);
        assert_true(err_exit_code(e) > 0);
    }
}

/* Why: a reason of blanks is none, whichever keyboard wrote them. */
static void blanks_of_every_keyboard_say_nothing(void **state)
{
    (void)state;
    assert_true(text_blank(""));
    assert_true(text_blank(" \t\r\n"));
    assert_true(text_blank("\xe3\x80\x80 \xc2\xa0"));     /* the wide one, and that which holds */
    assert_false(text_blank("\xe3\x80\x80\xe5\xa0\xa4")); /* then a word */
    assert_false(text_blank("\xe3\x80\x81"));             /* a mark is one, too */
    assert_false(text_blank("\xe3\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_of_every_keyboard_say_nothing),
        cmocka_unit_test(a_text_grows_and_stays_terminated),
        cmocka_unit_test(taking_an_empty_text_gives_an_empty_string),
        cmocka_unit_test(a_grown_array_keeps_its_items_and_zeroes_the_rest),
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(naughty_strings_are_cut_into_valid_ones),
        cmocka_unit_test(a_misspelt_name_finds_the_nearest),
        cmocka_unit_test(the_sentence_of_an_error_grows_from_the_inside_out),
        cmocka_unit_test(a_sentence_is_always_utf8_however_long_or_hostile),
        cmocka_unit_test(every_error_has_a_name_and_an_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
