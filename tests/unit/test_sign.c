#include "base/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

static const char SPEC_KEY[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/* the bytes 0 to 63 */
#define LONG_BASE64                                                                                \
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"                             \
    "MDEyMzQ1Njc4OTo7PD0+"
static const char TOO_LONG_KEY[] = LONG_BASE64 "P0A="; /* 65 bytes */
static const char LONG_KEY[] = "whsec_" LONG_BASE64 "Pw==";

static void signs_as(const char *key_text, const char *id, int64_t at, const char *body,
                     const char *expected)
{
    AUTO_TEXT(signature);
    struct sign_key key;

    assert_int_equal(sign_key_parse(key_text, &key, NULL), ERR_OK);
    sign_webhook(&key, 1, id, at, body, strlen(body), &signature);
    assert_string_equal(text_str(&signature), expected);
}

/* The vector of the standard's own libraries; the others were computed with Python's hmac. */
static void signatures_are_those_of_the_standard(void **state)
{
    (void)state;
    signs_as(SPEC_KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}",
             "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    signs_as(LONG_KEY, "0198f2c4-0000-7000-8000-000000000001-1", 1700000000, "{\"text\":\"洪水\"}",
             "v1,GbHpnrG1wqjeL2IOXjB1aQviJXz5hefnL5HfqyaifOA=");
    signs_as("a2tra2tra2tra2tra2tra2tra2tra2tr", "a", 0, "",
             "v1,1a2ZkVge6vY7smPF+7YiiXnMBhE/RiH0hk4K5pZA++w=");
}

/* While a key is being changed, a receiver that knows either of the two must be content. */
static void two_keys_give_two_signatures_in_their_order(void **state)
{
    AUTO_TEXT(signature);
    struct sign_key keys[2];

    (void)state;
    assert_int_equal(sign_key_parse(SPEC_KEY, &keys[0], NULL), ERR_OK);
    assert_int_equal(sign_key_parse(LONG_KEY, &keys[1], NULL), ERR_OK);
    sign_webhook(keys, 2, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}", 20,
                 &signature);
    assert_memory_equal(text_str(&signature), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,",
                        51);
    assert_int_equal(signature.len, 2 * 47 + 1);
}

static void a_key_may_come_without_its_prefix_or_padding(void **state)
{
    struct sign_key with, without;

    (void)state;
    assert_int_equal(sign_key_parse(LONG_KEY, &with, NULL), ERR_OK);
    assert_int_equal(with.len, 64);
    char bare[100];
    snprintf(bare, sizeof bare, "%s", LONG_KEY + 6);
    *strchr(bare, '=') = '\0';
    assert_int_equal(sign_key_parse(bare, &without, NULL), ERR_OK);
    assert_int_equal(without.len, with.len);
    assert_memory_equal(without.bytes, with.bytes, with.len);
}

/* The sentence goes to logs and the journal. */
static void a_bad_key_is_refused_without_being_repeated(void **state)
{
    static const char *const bad[] = {
        "",
        "whsec_",
        "whsec_c2hvcnQ=",                   /* 5 bytes */
        "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!", /* not base64 */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw===",
        TOO_LONG_KEY,
    };
    struct sign_key key;
    struct why why;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(sign_key_parse(bad[i], &key, &why), ERR_CONFIG);
        assert_non_null(strstr(why.text, "make one with"));
        if (strlen(bad[i]) > 6)
            assert_null(strstr(why.text, bad[i] + 6));
    }
}

/* A full stop in the id would let one message pass for another: id.timestamp.body. */
static void an_id_with_a_full_stop_or_a_line_end_cannot_be_signed(void **state)
{
    char longest[SIGN_ID_BYTES_MAX + 2];

    (void)state;
    assert_true(sign_id_valid("0198f2c4-0000-7000-8000-000000000001-1"));
    assert_false(sign_id_valid(""));
    assert_false(sign_id_valid("a.b"));
    assert_false(sign_id_valid("a b"));
    assert_false(sign_id_valid("a\r\nb"));
    assert_false(sign_id_valid("ä"));
    memset(longest, 'a', sizeof longest);
    longest[SIGN_ID_BYTES_MAX + 1] = '\0';
    assert_false(sign_id_valid(longest));
    longest[SIGN_ID_BYTES_MAX] = '\0';
    assert_true(sign_id_valid(longest));
}

/* ---- what comes ---- */

static const char BODY[] = "{\"type\":\"muster.call\"}";
enum { NOW_S = 1700000000 };

/* As a receiver gets it: signed with `keys`, and one header changed. */
static enum err checked(const char *header, const char *value, struct why *why)
{
    AUTO_TEXT(signature);
    struct sign_key keys[2];
    assert_int_equal(sign_key_parse(LONG_KEY, &keys[0], NULL), ERR_OK);
    assert_int_equal(sign_key_parse(SPEC_KEY, &keys[1], NULL), ERR_OK);
    sign_webhook(keys, 2, "0198-1", NOW_S, BODY, strlen(BODY), &signature);
    struct sign_headers h = {.id = "0198-1", .timestamp = "1700000000"};
    h.signature = text_str(&signature);
    if (!strcmp(header, "id"))
        h.id = value;
    else if (!strcmp(header, "timestamp"))
        h.timestamp = value;
    else if (!strcmp(header, "signature"))
        h.signature = value;
    const char *body = strcmp(header, "body") == 0 ? value : BODY;
    return sign_check(&keys[1], &h, NOW_S, body, strlen(body), why);
}

/* Why: a receiver knows one of the keys while they are changed. */
static void one_signature_that_fits_is_enough(void **state)
{
    struct why why;

    (void)state;
    assert_int_equal(checked("", NULL, &why), ERR_OK);
}

/* Why: whoever can write to the receiver could ring everybody's phone. */
static void what_is_not_signed_as_it_came_is_refused_by_the_header_that_does_not_fit(void **state)
{
    static const struct {
        const char *header, *value, *sentence;
    } bad[] = {
        {"id", NULL, "webhook-id"},
        {"id", "0198.1", "webhook-id"},
        {"id", "0198-2", "webhook-signature"},
        {"timestamp", NULL, "webhook-timestamp is missing"},
        {"timestamp", "", "webhook-timestamp is missing"},
        {"timestamp", "+1700000000", "webhook-timestamp is missing"},
        {"timestamp", "17000000001700000000", "webhook-timestamp is missing"},
        {"timestamp", "1699999699", "from now"},
        {"timestamp", "1700000301", "from now"},
        {"timestamp", "1700000001", "webhook-signature"},
        {"signature", NULL, "webhook-signature"},
        {"signature", "", "webhook-signature"},
        {"signature", "v1,", "webhook-signature"},
        {"signature", "v1,AAAA v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "signature"},
        {"body", "{\"type\":\"muster.cal1\"}", "webhook-signature"},
        {"body", "", "webhook-signature"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct why why;
        assert_int_equal(checked(bad[i].header, bad[i].value, &why), ERR_DENIED);
        assert_non_null(strstr(why.text, bad[i].sentence));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_signature_that_fits_is_enough),
        cmocka_unit_test(what_is_not_signed_as_it_came_is_refused_by_the_header_that_does_not_fit),
        cmocka_unit_test(signatures_are_those_of_the_standard),
        cmocka_unit_test(two_keys_give_two_signatures_in_their_order),
        cmocka_unit_test(a_key_may_come_without_its_prefix_or_padding),
        cmocka_unit_test(a_bad_key_is_refused_without_being_repeated),
        cmocka_unit_test(an_id_with_a_full_stop_or_a_line_end_cannot_be_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
