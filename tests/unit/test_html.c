#include "base/html.h"
#include "base/json.h"
#include "testdata.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void shown_as(const char *s, const char *expected)
{
    AUTO_TEXT(t);
    html_add(&t, s);
    assert_string_equal(text_str(&t), expected);
}

static void what_could_be_markup_is_shown_letter_by_letter(void **state)
{
    (void)state;
    shown_as(NULL, "");
    shown_as("", "");
    shown_as("7号站超警 <b>now</b> & \"then\"",
             "7号站超警 &lt;b&gt;now&lt;/b&gt; &amp; &quot;then&quot;");
    shown_as("' onfocus='alert(1)", "&#39; onfocus=&#39;alert(1)");
    shown_as("&lt;", "&amp;lt;");
    shown_as("a\r\nb\tc", "a&#13;\nb\tc");
}

/* Why: a byte that begins a character and does not end it must not take a quote with it. */
static void bytes_that_are_no_utf8_take_nothing_with_them(void **state)
{
    (void)state;
    shown_as("\xe6\xb1", "\xef\xbf\xbd\xef\xbf\xbd");
    shown_as("\xe6\"x", "\xef\xbf\xbd&quot;x");
    shown_as("\xff<", "\xef\xbf\xbd&lt;");
}

/* What a browser makes of it, for the references that html_add writes. */
static void read_back(const char *html, struct text *to)
{
    static const struct {
        const char *reference, *character;
    } table[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
                 {"&quot;", "\""}, {"&#39;", "'"}, {"&#13;", "\r"}};
    while (*html) {
        size_t k = 0;
        while (*html == '&' && k < 6 &&
               strncmp(html, table[k].reference, strlen(table[k].reference)) != 0)
            k++;
        if (*html == '&') {
            assert_true(k < 6);
            text_add(to, table[k].character);
            html += strlen(table[k].reference);
        } else {
            text_add_char(to, *html++);
        }
    }
}

/* Why: titles are written by machines and by people in a hurry, and by those who try it out. */
static void naughty_strings_come_back_exactly_and_hold_no_markup(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    AUTO_JSON(list);
    struct why why;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    file_read(path, &bytes);
    free(path);
    assert_int_equal(json_read(text_str(&bytes), bytes.len, &list, &why), ERR_OK);
    assert_true(json_array_size(list) > 400);
    size_t n;
    json_t *one;
    json_array_foreach(list, n, one)
    {
        AUTO_TEXT(html);
        AUTO_TEXT(back);
        html_add(&html, json_string_value(one));
        assert_null(strpbrk(text_str(&html), "<>\"'\r"));
        read_back(text_str(&html), &back);
        assert_string_equal(text_str(&back), json_string_value(one));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_could_be_markup_is_shown_letter_by_letter),
        cmocka_unit_test(bytes_that_are_no_utf8_take_nothing_with_them),
        cmocka_unit_test(naughty_strings_come_back_exactly_and_hold_no_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
