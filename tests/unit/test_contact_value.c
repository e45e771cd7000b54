/* A number that is typed wrong is found when it is written, not at night when it is called. */
#include "core/contact_value.h"
#include "ctl/csv.h"
#include "unit.h"

#include <string.h>

static bool takes(const char *kind, const char *value, const char *kept)
{
    struct why why = {0};
    AUTO_TEXT(text);
    if (contact_value_check(kind, value, &text, &why)) {
        assert_true(why.text[0]);
        return false;
    }
    assert_string_equal(text_str(&text), kept);
    return true;
}

static void a_telephone_number_is_kept_in_one_form(void **state)
{
    (void)state;
    static const char *const ways[] = {"+8613912345678",      "+86 139 1234 5678",
                                       "+86-139-1234-5678",   "0086 139 1234 5678",
                                       "+86 (139) 1234.5678", "＋８６ １３９－１２３４　５６７８"};
    for (size_t n = 0; n < sizeof ways / sizeof *ways; n++)
        assert_true(takes("phone", ways[n], "+8613912345678"));
    assert_true(takes("phone", "+14155550100", "+14155550100"));
}

static void what_no_telephone_takes_is_refused(void **state)
{
    (void)state;
    static const char *const none[] = {"13912345678", "+86 139 1234 567x", "+",
                                       "+86139",      "+0139123456",       "+861391234567812345",
                                       "139",         "li.ming@b.example", "+86139\n12345678"};
    for (size_t n = 0; n < sizeof none / sizeof *none; n++)
        assert_false(takes("phone", none[n], ""));
}

static void addresses_are_looked_at(void **state)
{
    (void)state;
    assert_true(takes("email", "li.ming@hunjiang.example", "li.ming@hunjiang.example"));
    assert_false(takes("email", "Li Ming <li@hunjiang.example>", ""));
    assert_false(takes("email", "li@hunjiang", ""));
    assert_false(takes("email", "a@b@c.example", ""));
    assert_false(takes("email", "a@b.example,c@d.example", ""));
    assert_true(takes("url", "https://ntfy.example/li", "https://ntfy.example/li"));
    assert_false(takes("url", "ntfy.example/li", ""));
    assert_false(takes("url", "https:///x", ""));
    assert_false(takes("url", "https://ntfy.example/l i", ""));
    assert_true(takes("token", "U024BE7LH", "U024BE7LH"));
    assert_false(takes("token", "U024 BE7LH", ""));
    assert_true(takes(NULL, "anything at all", "anything at all"));
    assert_false(takes(NULL, " ", ""));
    assert_false(takes(NULL, "two\nlines", ""));
}

static void a_number_is_known_again_however_it_is_written(void **state)
{
    (void)state;
    assert_true(contact_same_number("+8613912345678", "8613912345678"));
    assert_true(contact_same_number("+8613912345678", "13912345678"));
    assert_true(contact_same_number("0086-139-1234-5678", "+86 139 12345678"));
    assert_false(contact_same_number("+8613912345678", "+8613912345679"));
    assert_false(contact_same_number("+8613912345678", "12345678"));
    assert_false(contact_same_number("+8613912345678", ""));
}

/* ---- the tables of spreadsheets ---- */

static void rows_are(const char *bytes, const char *expected)
{
    struct csv csv;
    struct why why;
    bool more = true;
    AUTO_TEXT(all);
    csv_init(&csv, bytes);
    while (csv_next(&csv, &more, &why) == ERR_OK && more) {
        text_addf(&all, "%d:", csv.line);
        for (size_t n = 0; n < csv.count; n++)
            text_addf(&all, "[%s]", csv_field(&csv, n));
    }
    csv_done(&csv);
    assert_string_equal(text_str(&all), expected);
}

static void a_table_is_read_as_spreadsheets_write_it(void **state)
{
    (void)state;
    rows_are("a,b\n1,2\n", "1:[a][b]2:[1][2]");
    rows_are("\xef\xbb\xbf"
             "a,b\r\n1,2",
             "1:[a][b]2:[1][2]");
    rows_are("\"a,\"\"b\"\"\",c\n", "1:[a,\"b\"][c]");
    rows_are("\"two\nlines\",x\n\n,,\nlast,\n", "1:[two\nlines][x]5:[last][]");
    rows_are(" a , b \n", "1:[a][b]");
    rows_are("", "");
}

static void a_broken_quote_is_told_with_its_line(void **state)
{
    (void)state;
    static const char *const broken[] = {"a,b\n\"1,2\n3", "a\n\"1\"2,3\n"};
    for (size_t n = 0; n < sizeof broken / sizeof *broken; n++) {
        struct csv csv;
        struct why why;
        bool more;
        csv_init(&csv, broken[n]);
        assert_int_equal(csv_next(&csv, &more, &why), ERR_OK);
        assert_int_equal(csv_next(&csv, &more, &why), ERR_INVALID);
        assert_int_equal(csv.line, 2);
        csv_done(&csv);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const fields[] = {"plain", "", "a,b", "say \"x\"", "two\nlines", " blank"};
    AUTO_TEXT(line);
    for (size_t n = 0; n < sizeof fields / sizeof *fields; n++) {
        text_add(&line, n ? "," : "");
        csv_write(&line, fields[n]);
    }
    struct csv csv;
    struct why why;
    bool more;
    csv_init(&csv, text_str(&line));
    assert_int_equal(csv_next(&csv, &more, &why), ERR_OK);
    for (size_t n = 0; n < sizeof fields / sizeof *fields; n++)
        assert_string_equal(csv_field(&csv, n), fields[n]);
    csv_done(&csv);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_telephone_number_is_kept_in_one_form),
        cmocka_unit_test(what_no_telephone_takes_is_refused),
        cmocka_unit_test(addresses_are_looked_at),
        cmocka_unit_test(a_number_is_known_again_however_it_is_written),
        cmocka_unit_test(a_table_is_read_as_spreadsheets_write_it),
        cmocka_unit_test(a_broken_quote_is_told_with_its_line),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
