#include "courier/http_answer.h"
#include "courier/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdlib.h>

/* Mon, 20 Jul 2026 02:00:00 UTC */
#define NOW INT64_C(1784512800000)

static bool line(struct http_answer *a, const char *text)
{
    return http_answer_header(a, text, strlen(text), NOW);
}

struct wait {
    const char *value;
    int64_t ms; /* -1: none */
};

/* An endpoint must not be able to silence us by asking for a year of rest. */
static void retry_after_is_taken_within_an_hour_and_ignored_otherwise(void **state)
{
    static const struct wait table[] = {
        {"0", 0},
        {"1", 1000},
        {"007", 7000},
        {"3600", 3600000},
        {"3601", -1},
        {"999999999999999999999999", -1},
        {"-1", -1},
        {"+5", -1},
        {"1.5", -1},
        {"5 s", -1},
        {"", -1},
        {"soon", -1},
        {"Mon, 20 Jul 2026 02:00:00 GMT", 0},
        {"Mon, 20 Jul 2026 02:00:30 GMT", 30000},
        {"Monday, 20-Jul-26 02:00:30 GMT", 30000},
        {"Mon Jul 20 02:01:00 2026", 60000},
        {"Mon, 20 Jul 2026 03:00:00 GMT", 3600000},
        {"Mon, 20 Jul 2026 03:00:01 GMT", -1},
        {"Sun, 19 Jul 2026 02:00:30 GMT", -1},
        {"Mon, 20 Jul 9999 02:00:30 GMT", -1},
        {"Mon, 99 Jul 2026 99:99:99 GMT", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = -1;

        if (!retry_after_parse(table[i].value, NOW, &ms))
            ms = -1;
        if (ms != table[i].ms)
            fail_msg("\"%s\" gives %lld", table[i].value, (long long)ms);
    }
}

static void a_provisional_answer_is_not_an_answer(void **state)
{
    struct http_answer a;

    (void)state;
    http_answer_init(&a);
    assert_true(line(&a, "HTTP/1.1 103 Early Hints\r\n"));
    assert_true(line(&a, "Retry-After: 7\r\n"));
    assert_true(line(&a, "\r\n"));
    assert_int_equal(http_answer_status(&a), 0);
    assert_true(line(&a, "HTTP/1.1 503 Service Unavailable\r\n"));
    assert_int_equal(http_answer_status(&a), 503);
    assert_int_equal(a.retry_after_ms, -1);
    assert_true(line(&a, "retry-AFTER:\t 9 \r\n"));
    assert_int_equal(a.retry_after_ms, 9000);
    http_answer_done(&a);
}

static void a_status_line_without_three_digits_is_no_status(void **state)
{
    static const char *const bad[] = {"HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/1.1 2x0 OK\r\n",
                                      "HTTP/1.1 20", "HTTP/1.1 099 Low\r\n"};
    struct http_answer a;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        http_answer_init(&a);
        line(&a, bad[i]);
        assert_int_equal(http_answer_status(&a), 0);
        http_answer_done(&a);
    }
}

static void endless_headers_end_the_transfer(void **state)
{
    static const char filler[] = "X-Filler: 0123456789012345678901234567890123456789\r\n";
    struct http_answer a;
    size_t taken = 0;

    (void)state;
    http_answer_init(&a);
    while (line(&a, filler))
        taken += strlen(filler);
    assert_true(taken <= ANSWER_HEAD_BYTES);
    assert_true(a.head_too_long);
    http_answer_done(&a);
}

/* The status is what counts; a body of a gigabyte is neither kept nor waited for. */
static void a_body_is_kept_up_to_its_cap_and_then_cut(void **state)
{
    char piece[1000];
    struct http_answer a;

    (void)state;
    memset(piece, 'x', sizeof piece);
    http_answer_init(&a);
    line(&a, "HTTP/1.1 500 Oh\r\n");
    while (http_answer_body(&a, piece, sizeof piece))
        assert_false(a.body_cut);
    assert_true(a.body_cut);
    assert_int_equal(a.body.len, ANSWER_BODY_BYTES);
    assert_int_equal(http_answer_status(&a), 500);
    http_answer_done(&a);
}

static void a_body_of_exactly_the_cap_is_whole(void **state)
{
    char *bytes = mem_new(ANSWER_BODY_BYTES, 1);
    struct http_answer a;

    (void)state;
    http_answer_init(&a);
    assert_true(http_answer_body(&a, bytes, ANSWER_BODY_BYTES));
    assert_true(http_answer_body(&a, bytes, 0));
    assert_false(a.body_cut);
    http_answer_done(&a);
    free(bytes);
}

/* Bodies go into JSON frames and the journal: whatever the endpoint sends must be text there. */
static void a_body_of_garbage_becomes_text(void **state)
{
    static const char bytes[] = "a\0b\xff\xc3(\xe6\xb4\xaa\xed\xa0\x80";
    AUTO_TEXT(text);
    struct http_answer a;

    (void)state;
    http_answer_init(&a);
    http_answer_body(&a, bytes, sizeof bytes - 1);
    http_answer_text(&a, &text);
    assert_true(utf8_valid(text.at, text.len));
    assert_null(memchr(text.at, '\0', text.len));
    assert_string_equal(text_str(&text), "a�b��(洪���");
    http_answer_done(&a);
}

static void text_from_garbage_stays_under_the_cap(void **state)
{
    char *bytes = mem_new(ANSWER_BODY_BYTES, 1);
    AUTO_TEXT(text);
    struct http_answer a;

    (void)state;
    memset(bytes, 0xff, ANSWER_BODY_BYTES);
    http_answer_init(&a);
    http_answer_body(&a, bytes, ANSWER_BODY_BYTES);
    http_answer_text(&a, &text);
    assert_true(text.len <= ANSWER_BODY_BYTES && text.len > ANSWER_BODY_BYTES - 3);
    http_answer_done(&a);
    free(bytes);
}

/* ---- what is secret about an attempt ---- */

static void redacts_to(const struct redact *r, const char *from, const char *to)
{
    AUTO_TEXT(text);

    text_add(&text, from);
    redact_text(r, &text);
    assert_string_equal(text_str(&text), to);
}

/* "Cannot POST /hook/8f2…" is what common frameworks answer; answers are journalled. */
static void an_answer_that_repeats_our_url_is_redacted(void **state)
{
    struct redact r = {0};

    (void)state;
    redact_add_url(&r, "https://us:pass@api.example:8443/bot/8f2c77aa01/send?token=abcdefgh1&v=1");
    redacts_to(&r, "Cannot POST /bot/8f2c77aa01/send?token=abcdefgh1&v=1",
               "Cannot POST [redacted]");
    redacts_to(&r, "no route 8f2c77aa01", "no route [redacted]");
    redacts_to(&r, "token abcdefgh1abcdefgh1 is old", "token [redacted][redacted] is old");
    redacts_to(&r, "user us:pass", "user [redacted]");
    redacts_to(&r, "at https://us:pass@api.example:8443/bot/8f2c77aa01/send?token=abcdefgh1&v=1!",
               "at [redacted]!");
    redacts_to(&r, "bot send v=1", "bot send v=1");
    redacts_to(&r, "", "");
    redact_done(&r);
}

static void contacts_and_keys_are_redacted_but_not_every_short_word(void **state)
{
    struct redact r = {0};

    (void)state;
    redact_add(&r, "13800000000");
    redact_add(&r, "ok");
    redact_add(&r, NULL);
    redacts_to(&r, "ok: 13800000000 is busy", "ok: [redacted] is busy");
    redact_done(&r);
}

/* Services show headers and numbers in their own spelling. */
static void what_is_secret_is_redacted_in_every_spelling(void **state)
{
    struct redact r = {0};

    (void)state;
    redact_add_url(&r, "https://bot:s%40cret-word@api.example/t?key=a%2Fb%20cdefgh");
    redacts_to(&r, "Basic Ym90OnNAY3JldC13b3Jk", "Basic [redacted]");
    redacts_to(&r, "password s@cret-word", "password [redacted]");
    redacts_to(&r, "key a/b cdefgh", "key [redacted]");
    redact_done(&r);

    redact_add_login(&r, "duty", "c4nary word");
    redacts_to(&r, "AUTH PLAIN AGR1dHkAYzRuYXJ5IHdvcmQ=", "AUTH PLAIN [redacted]");
    redacts_to(&r, "334 YzRuYXJ5IHdvcmQ=", "334 [redacted]");
    redact_done(&r);

    redact_add_contact(&r, "+86 139-0044-7711");
    redacts_to(&r, "+86 139-0044-7711 8613900447711 13900447711 0044",
               "[redacted] [redacted] [redacted] 0044");
    redact_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_is_taken_within_an_hour_and_ignored_otherwise),
        cmocka_unit_test(a_provisional_answer_is_not_an_answer),
        cmocka_unit_test(a_status_line_without_three_digits_is_no_status),
        cmocka_unit_test(endless_headers_end_the_transfer),
        cmocka_unit_test(a_body_is_kept_up_to_its_cap_and_then_cut),
        cmocka_unit_test(a_body_of_exactly_the_cap_is_whole),
        cmocka_unit_test(a_body_of_garbage_becomes_text),
        cmocka_unit_test(text_from_garbage_stays_under_the_cap),
        cmocka_unit_test(an_answer_that_repeats_our_url_is_redacted),
        cmocka_unit_test(contacts_and_keys_are_redacted_but_not_every_short_word),
        cmocka_unit_test(what_is_secret_is_redacted_in_every_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
