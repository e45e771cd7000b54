#include "core/link.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t SECRET[LINK_SECRET_BYTES] = {0xfb, 0xef, 0xbe, 0, 1, 2, 3, 0xff};

static struct link link_made(void)
{
    struct link l;
    assert_true(uuid_parse("0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11", &l.notice));
    memcpy(l.secret, SECRET, sizeof l.secret);
    return l;
}

/* Why: it goes into short messages, and is typed off a screen by hand at the worst. */
static void a_link_is_32_letters_and_reads_back(void **state)
{
    (void)state;
    char text[LINK_TEXT];
    struct link made = link_made(), read;
    assert_string_equal(link_text(&made, text), "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_");
    assert_true(link_parse(text, &read));
    assert_int_equal(uuid_cmp(read.notice, made.notice), 0);
    assert_memory_equal(read.secret, made.secret, sizeof read.secret);
}

static void what_is_not_a_whole_link_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP",   /* cut off */
        "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_x", /* run on */
        "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP=",  /* padded */
        "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP/",  /* of the other base64 */
        "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP\n",
    };
    struct link l;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(link_parse(bad[i], &l));
}

static void secrets_agree_in_every_bit_or_not_at_all(void **state)
{
    (void)state;
    uint8_t other[LINK_SECRET_BYTES];
    assert_true(link_secret_fits(SECRET, SECRET));
    for (size_t bit = 0; bit < 8 * LINK_SECRET_BYTES; bit++) {
        memcpy(other, SECRET, sizeof other);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(link_secret_fits(SECRET, other));
    }
}

/* Why: a Chinese keyboard gives full-width digits, a tired thumb a blank. */
static void a_code_is_read_as_people_type_it(void **state)
{
    (void)state;
    assert_int_equal(link_code_read("4821"), 4821);
    assert_int_equal(link_code_read("0007"), 7);
    assert_int_equal(link_code_read(" 48 21 "), 4821);
    assert_int_equal(link_code_read("４８２１"), 4821);
    assert_int_equal(link_code_read("４８　21"), 4821);
}

static void what_is_not_four_digits_is_no_code(void **state)
{
    static const char *const bad[] = {"",     "482",  "48211", "48x1",         "-482",
                                      "+482", "0x12", "4.82",  "\xef\xbc\x90", "四八二一"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(link_code_read(bad[i]), -1);
}

static void secret_and_code_come_back_from_a_record(void **state)
{
    (void)state;
    AUTO_JSON(message);
    uint8_t secret[LINK_SECRET_BYTES];
    uint16_t code;
    message = json_object();
    link_put(message, SECRET, 42);
    assert_string_equal(json_str(message, "code"), "0042");
    assert_string_equal(json_str(message, "token"), "fbefbe00010203ff");
    assert_true(link_from_json(message, secret, &code));
    assert_int_equal(code, 42);
    assert_memory_equal(secret, SECRET, sizeof secret);
}

/* Why: a journal is readable for ever; tokens of 16 bytes were written before links went out. */
static void an_old_record_is_read_and_one_without_a_link_has_none(void **state)
{
    (void)state;
    AUTO_JSON(old);
    AUTO_JSON(none);
    uint8_t secret[LINK_SECRET_BYTES];
    uint16_t code;
    old = json_pack("{s:s,s:s}", "token", "fbefbe00010203ff8899aabbccddeeff", "code", "4821");
    assert_true(link_from_json(old, secret, &code));
    assert_memory_equal(secret, SECRET, sizeof secret);
    none = json_object();
    assert_false(link_from_json(none, secret, &code));
    assert_int_equal(code, NO_LINK_CODE);
    assert_false(link_from_json(NULL, secret, &code));
    json_put_str(none, "code", "4821");
    json_put_str(none, "token", "fbefbe00010203zz");
    assert_false(link_from_json(none, secret, &code));
}

static struct row row_of(json_t *body)
{
    return (struct row){
        .kind = ROW_NOTICE, .id = mem_str("0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"), .body = body};
}

/* Why: after the end only the row knows whose link it was. A purged row knows nothing. */
static void a_link_fits_the_row_of_its_message_alone(void **state)
{
    (void)state;
    struct link l = link_made(), other = link_made();
    json_t *message = json_object();
    link_put(message, SECRET, 1);
    struct row open = row_of(json_put(json_object(), "message", message));
    struct row finished = row_of(json_deep_copy(message));
    struct row purged = row_of(NULL);
    assert_true(link_fits_row(&l, &open));
    assert_true(link_fits_row(&l, &finished));
    assert_false(link_fits_row(&l, &purged));
    other.secret[7] ^= 1;
    assert_false(link_fits_row(&other, &open));
    other = l;
    other.notice.b[0] ^= 1;
    assert_false(link_fits_row(&other, &finished));
    row_done(&open);
    row_done(&finished);
    row_done(&purged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_32_letters_and_reads_back),
        cmocka_unit_test(what_is_not_a_whole_link_is_none),
        cmocka_unit_test(secrets_agree_in_every_bit_or_not_at_all),
        cmocka_unit_test(a_code_is_read_as_people_type_it),
        cmocka_unit_test(what_is_not_four_digits_is_no_code),
        cmocka_unit_test(secret_and_code_come_back_from_a_record),
        cmocka_unit_test(an_old_record_is_read_and_one_without_a_link_has_none),
        cmocka_unit_test(a_link_fits_the_row_of_its_message_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
