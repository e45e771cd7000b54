#include "courier/mail.h"
#include "courier/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#define NOTICE "0198f2c4-8c00-7abc-8def-0123456789ab-1"

static char from[] = "值班室 <duty@hunjiang.test>", user[] = "duty", password[] = "pass word";
static const struct secret SECRET = {.from = from, .user = user, .password = password};

static struct mail_source source_of(const char *body)
{
    return (struct mail_source){.notice = NOTICE,
                                .thread = "0198f2c4-0000-7000-8000-0000000000aa",
                                .to = "li.ming@example.test",
                                .body = body,
                                .body_bytes = strlen(body),
                                .secret = &SECRET,
                                .secret_name = "mail"};
}

static struct mail *mail_of(const char *body)
{
    struct mail_source s = source_of(body);
    struct mail *m = NULL;
    struct why why = {0};

    if (mail_new(&s, &m, &why))
        fail_msg("%s: %s", body, why.text);
    return m;
}

/* Why: an address goes into the dialog as it is; one with more in it would be another command. */
static void an_address_is_one_address_and_nothing_else(void **state)
{
    static const char *const good[] = {"a@b", "li.ming@example.test", "o'neil+night@x-y.test",
                                       "13800000000@sms.example"};
    static const char *const bad[] = {
        "",        "a",      "@b",    "a@",      "a@b@c",      "a b@c",     "a@b c",
        "a@b\r\n", "a@b>",   "<a@b>", "a@b,c@d", "\"a\"@b",    "a..b@c",    ".a@b",
        "a.@b",    "a@b..c", "a@.b",  "a@b.",    "李@example", "a@例.test", "a@[127.0.0.1]"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!mail_address_valid(good[i]))
            fail_msg("%s is refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mail_address_valid(bad[i]))
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

static void header_is(const char *s, const char *expected)
{
    AUTO_TEXT(t);

    mail_header_text(s, strlen("Subject: "), &t);
    assert_string_equal(text_str(&t), expected);
}

/* Why: a title that comes from outside must not write headers of its own. */
static void a_header_stays_one_header_whatever_is_in_it(void **state)
{
    AUTO_TEXT(t);
    AUTO_TEXT(water);

    (void)state;
    header_is("High water", "High water");
    header_is("", "");
    header_is("洪水", "=?UTF-8?B?5rSq5rC0?=");
    header_is("a\r\nBcc: b@c", "=?UTF-8?B?YSAgQmNjOiBiQGM=?=");
    header_is("=?UTF-8?B?5rSq?=", "=?UTF-8?B?PT9VVEYtOD9CPzVyU3E/PQ==?=");
    header_is(" a", "=?UTF-8?B?IGE=?=");

    for (int i = 0; i < 100; i++)
        text_add(&water, "水");
    mail_header_text(text_str(&water), strlen("Subject: "), &t);
    size_t line = strlen("Subject: ");
    for (const char *c = text_str(&t); *c; c++) {
        line = *c == '\n' ? 0 : line + 1;
        assert_true(line <= 77); /* with the CR */
    }
    assert_null(strstr(text_str(&t), "\r\n\r\n"));
}

/* Why: rule R5. Who gets both must see that they are one. */
static void every_attempt_writes_the_same_bytes(void **state)
{
    struct mail *a = mail_of("{\"subject\":\"洪水\",\"text\":\"来\",\"html\":\"<b>来</b>\"}");
    struct mail *b = mail_of("{\"subject\":\"洪水\",\"text\":\"来\",\"html\":\"<b>来</b>\"}");

    (void)state;
    assert_string_equal(text_str(&a->message), text_str(&b->message));
    assert_non_null(strstr(text_str(&a->message), "Date: Thu, 28 Aug 2025 22:20:23 +0000\r\n"));
    assert_non_null(strstr(text_str(&a->message), "Message-ID: <" NOTICE "@hunjiang.test>\r\n"));
    mail_free(a);
    mail_free(b);
}

/* Why: a line that begins with a dot would be changed, or end the mail, on its way. */
static void no_line_begins_with_a_dot_and_all_end_in_crlf(void **state)
{
    struct mail *m = mail_of("{\"subject\":\".\",\"text\":\".\\n.\\r\\n\\n..x\"}");
    const char *s = text_str(&m->message);

    (void)state;
    assert_null(strstr(s, "\n."));
    assert_true(s[0] != '.');
    for (const char *c = strchr(s, '\n'); c; c = strchr(c + 1, '\n'))
        assert_true(c[-1] == '\r');
    assert_int_equal(s[strlen(s) - 1], '\n');
    mail_free(m);
}

/* ---- the dialog ---- */

static void feed(struct smtp *s, const char *bytes)
{
    s->out_at = s->out.len; /* all is written by then */
    smtp_feed(s, bytes, strlen(bytes));
}

static struct mail *begin(struct smtp *s, const char *ehlo)
{
    struct mail *m = mail_of("{\"subject\":\"s\",\"text\":\"t\"}");

    smtp_init(s, m);
    assert_true(smtp_line(s, "220 hello\r\n", 11));
    assert_true(smtp_line(s, ehlo, strlen(ehlo)));
    smtp_begin(s);
    return m;
}

static void end(struct smtp *s, struct mail *m)
{
    smtp_done(s);
    mail_free(m);
}

static void a_mail_is_handed_over_in_four_steps(void **state)
{
    struct smtp s;
    struct mail *m = begin(&s, "250 ok\r\n");

    (void)state;
    assert_string_equal(text_str(&s.out), "MAIL FROM:<duty@hunjiang.test>\r\n");
    feed(&s, "250-2.1.0\r\n250 ok\r\n");
    assert_string_equal(text_str(&s.out), "RCPT TO:<li.ming@example.test>\r\n");
    feed(&s, "25");
    feed(&s, "1 forwarded\r");
    assert_int_equal(s.state, SMTP_RECIPIENT);
    feed(&s, "\n");
    assert_string_equal(text_str(&s.out), "DATA\r\n");
    feed(&s, "354 go\r\n");
    assert_string_equal(s.out.at + s.out.len - 5, "\r\n.\r\n");
    feed(&s, "250 queued\r\n");
    assert_int_equal(s.state, SMTP_SENT);
    assert_int_equal(s.code, 250);
    end(&s, m);
}

/* Why: yes to a mail that was not sent would be a message that nobody gets and nobody misses. */
static void yes_before_the_question_is_no_yes(void **state)
{
    struct smtp s;
    struct mail *m = begin(&s, "250 ok\r\n");

    (void)state;
    feed(&s, "250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n");
    assert_int_equal(s.state, SMTP_BROKEN);
    end(&s, m);

    m = begin(&s, "250 ok\r\n");
    feed(&s, "250 ok\r\n");
    feed(&s, "250 ok\r\n");
    feed(&s, "250 ok\r\n"); /* 354 is the only yes to DATA */
    assert_int_equal(s.state, SMTP_BROKEN);
    end(&s, m);
}

static void what_is_no_reply_ends_the_dialog(void **state)
{
    static const char *const noise[] = {"\r\n",       "25\r\n",     "hello\r\n",
                                        "650 no\r\n", "250_no\r\n", "250-a\r\n251 b\r\n",
                                        "150 no\r\n"};
    struct smtp s;

    (void)state;
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++) {
        struct mail *m = begin(&s, "250 ok\r\n");

        feed(&s, noise[i]);
        if (s.state != SMTP_BROKEN)
            fail_msg("%s is taken", noise[i]);
        end(&s, m);
    }
}

/* Why: a server without end must not fill the memory of all others. */
static void replies_have_an_end(void **state)
{
    struct smtp s;
    struct mail *m = begin(&s, "250 ok\r\n");

    (void)state;
    for (int i = 0; i < 100000 && !smtp_ended(&s); i++)
        feed(&s, "250-more\r\n");
    assert_true(s.state == SMTP_BROKEN && s.too_long);
    assert_true(s.text.len <= 65 * 1024);
    end(&s, m);

    m = begin(&s, "250 ok\r\n");
    for (int i = 0; i < 100000 && !smtp_ended(&s); i++)
        feed(&s, "x");
    assert_true(s.state == SMTP_BROKEN && s.too_long);
    end(&s, m);
}

static void a_refusal_says_what_was_asked(void **state)
{
    struct smtp s;
    struct mail *m = begin(&s, "250 ok\r\n");

    (void)state;
    feed(&s, "250 ok\r\n");
    feed(&s, "550-5.1.1 no\r\n550 such user\r\n");
    assert_int_equal(s.state, SMTP_REFUSED);
    assert_int_equal(s.code, 550);
    assert_string_equal(text_str(&s.text), "5.1.1 no such user");
    assert_string_equal(smtp_asked(&s), "the recipient");
    end(&s, m);
}

/* Why: what is too long for the server is better refused at once than after it was sent whole. */
static void the_servers_limit_of_size_is_kept(void **state)
{
    struct smtp s;
    struct mail *m = begin(&s, "250 SIZE 100\r\n");

    (void)state;
    assert_int_equal(s.state, SMTP_REFUSED);
    assert_int_equal(s.code, 552);
    end(&s, m);

    m = begin(&s, "250 SIZE 100000\r\n");
    assert_non_null(strstr(text_str(&s.out), "> SIZE="));
    end(&s, m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_one_address_and_nothing_else),
        cmocka_unit_test(a_header_stays_one_header_whatever_is_in_it),
        cmocka_unit_test(every_attempt_writes_the_same_bytes),
        cmocka_unit_test(no_line_begins_with_a_dot_and_all_end_in_crlf),
        cmocka_unit_test(a_mail_is_handed_over_in_four_steps),
        cmocka_unit_test(yes_before_the_question_is_no_yes),
        cmocka_unit_test(what_is_no_reply_ends_the_dialog),
        cmocka_unit_test(replies_have_an_end),
        cmocka_unit_test(a_refusal_says_what_was_asked),
        cmocka_unit_test(the_servers_limit_of_size_is_kept),
    };
    return cmocka_run_group_tests_name("courier_mail", tests, NULL, NULL);
}
