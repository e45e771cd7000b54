/* What people and services write back: read in every spelling, and never taken for more than it
 * says. */
#include "core/reply_text.h"
#include "intake/reply.h"
#include "unit.h"

#include <string.h>

/* ---- text messages ---- */

static void reads(const char *text, enum reply_word word, int code, int number, const char *rest)
{
    struct reply_text said;
    reply_text_read(text, &said);
    if (said.word != word || said.code != code || said.number != number ||
        strcmp(text_str(&said.rest), rest))
        fail_msg("\"%s\" is read as %d, %d, %d, \"%s\"", text, said.word, said.code, said.number,
                 text_str(&said.rest));
    reply_text_done(&said);
}

static void a_code_is_read_as_people_type_it(void **state)
{
    (void)state;
    static const char *const ways[] = {"4821",     " 4821",  "4821  \r\n", "４８２１",   "4821.",
                                       "　4821　", "4821。", "\t4821\n",   "\u00a04821", "4821!"};
    for (size_t n = 0; n < sizeof ways / sizeof *ways; n++)
        reads(ways[n], REPLY_SAID, 4821, 0, "");
    reads("0007", REPLY_SAID, 7, 0, "");
}

static void an_answer_stands_behind_the_code_or_alone(void **state)
{
    (void)state;
    reads("4821 2", REPLY_SAID, 4821, 2, "");
    reads("4821　２", REPLY_SAID, 4821, 2, "");
    reads("4821 n", REPLY_SAID, 4821, 2, "");
    reads("4821 来不了", REPLY_SAID, 4821, 2, "");
    reads("4821 转副职", REPLY_SAID, 4821, 3, "");
    reads("4821 来", REPLY_SAID, 4821, 1, "");
    reads("1", REPLY_SAID, -1, 1, "");
    reads("２。", REPLY_SAID, -1, 2, "");
    reads("ok", REPLY_SAID, -1, 1, "");
    reads("我来", REPLY_SAID, -1, 1, "");
    reads("4821 二十分钟到", REPLY_SAID, 4821, 0, "二十分钟到");
    reads("4821 2 在外地", REPLY_SAID, 4821, 2, "在外地");
}

static void stop_is_stop_in_every_spelling(void **state)
{
    (void)state;
    static const char *const stops[] = {"STOP", "stop", "Stop.",       " ＳＴＯＰ ", "TD",
                                        "td",   "退订", "UNSUBSCRIBE", "QUIT"};
    static const char *const starts[] = {"START", "start", "UNSTOP", "恢复"};
    for (size_t n = 0; n < sizeof stops / sizeof *stops; n++)
        reads(stops[n], REPLY_STOP, -1, 0, "");
    for (size_t n = 0; n < sizeof starts / sizeof *starts; n++)
        reads(starts[n], REPLY_START, -1, 0, "");
}

static void what_means_nothing_is_nothing(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", "  ", "who is this?", "48211", "482", "stop it", "4 8 2 1 5 6 7", "🙂", "1234567890"};
    for (size_t n = 0; n < sizeof none / sizeof *none; n++) {
        struct reply_text said;
        reply_text_read(none[n], &said);
        if (said.word != REPLY_UNREAD && !(said.code < 0 && said.number))
            fail_msg("\"%s\" is read as %d %d %d", none[n], said.word, said.code, said.number);
        assert_int_equal(said.code, -1);
        reply_text_done(&said);
    }
}

/* ---- dialects ---- */

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json; charset=utf-8"

static void objects(bool account, const char *type, const char *body, const char *expected)
{
    struct replies r;
    struct refusal refusal = {0};
    AUTO_TEXT(got);
    enum code code = account ? replies_of_account(type, body, strlen(body), &r, &refusal)
                             : replies_of_message(type, body, strlen(body), &r, &refusal);
    if (code)
        text_addf(&got, "refused: %s", code_name(code));
    else
        json_write(r.objects, &got);
    replies_done(&r);
    assert_string_equal(text_str(&got), expected);
}

static void a_button_of_ntfy_answers_with_the_code(void **state)
{
    (void)state;
    objects(false, FORM, "code=4821", "[{\"code\":\"4821\",\"op\":\"answer_link\"}]");
    objects(false, FORM, "code=4821&answer=decline&note=far+away",
            "[{\"code\":\"4821\",\"decline\":true,\"note\":\"far away\",\"op\":\"answer_link\"}]");
    objects(false, NULL, "4821", "[{\"code\":\"4821\",\"op\":\"answer_link\"}]");
    objects(false, FORM, "4821", "[{\"code\":\"4821\",\"op\":\"answer_link\"}]"); /* curl -d */
    objects(false, "text/plain", "4821 3",
            "[{\"code\":\"4821\",\"op\":\"answer_link\",\"pass\":true}]");
    objects(false, JSON, "{\"code\":\"4821\",\"answer\":\"pass\"}",
            "[{\"code\":\"4821\",\"op\":\"answer_link\",\"pass\":true}]");
}

/* Why: a script that presses every button it finds must change nothing. */
static void without_the_code_nothing_is_answered(void **state)
{
    (void)state;
    static const char *const none[] = {"", "1", "yes", "accept", "STOP"};
    for (size_t n = 0; n < sizeof none / sizeof *none; n++)
        objects(false, "text/plain", none[n], "refused: bad_field");
    objects(false, FORM, "answer=accept", "refused: bad_field");
    objects(false, FORM, "code=", "refused: bad_field");
    objects(false, JSON, "{\"answer\":\"accept\"}", "refused: bad_field");
    objects(false, JSON, "{}", "refused: bad_field");
    objects(false, JSON, "[", "refused: bad_json");
    objects(false, FORM, "code=4821&answer=maybe", "refused: bad_field");
}

static void a_service_says_what_became_of_a_message(void **state)
{
    (void)state;
    objects(false, FORM, "MessageSid=SM1&MessageStatus=delivered",
            "[{\"op\":\"link_receipt\",\"receipt\":\"delivered\"}]");
    objects(false, FORM, "MessageStatus=undelivered&ErrorCode=30003",
            "[{\"error\":\"undelivered, error 30003\",\"op\":\"link_receipt\","
            "\"receipt\":\"failed\"}]");
    objects(false, FORM, "CallStatus=busy",
            "[{\"error\":\"busy\",\"op\":\"link_receipt\",\"receipt\":\"failed\"}]");
    objects(false, FORM, "MessageStatus=sent", "[]");
    objects(false, FORM, "MessageStatus=queued", "[]");
    objects(false, FORM, "MessageStatus=a-new-word", "[]");
}

static void a_text_message_comes_in_as_the_service_hands_it_over(void **state)
{
    (void)state;
    objects(true, FORM, "From=%2B8613912345678&To=%2B1415&Body=4821+2&MessageSid=SM1",
            "[{\"from\":\"+8613912345678\",\"op\":\"reply\",\"text\":\"4821 2\"}]");
    objects(true, JSON, "[{\"phone_number\":\"13912345678\",\"content\":\"4821\"}]",
            "[{\"from\":\"13912345678\",\"op\":\"reply\",\"text\":\"4821\"}]");
    objects(true, JSON, "{\"from\":\"+86139\",\"text\":\"1\"}",
            "[{\"from\":\"+86139\",\"op\":\"reply\",\"text\":\"1\"}]");
}

static void reports_of_aliyun_are_taken_one_by_one(void **state)
{
    (void)state;
    objects(
        true, JSON,
        "[{\"phone_number\":\"139\",\"success\":true,\"err_code\":\"DELIVERED\","
        "\"out_id\":\"n1\"},"
        "{\"phone_number\":\"139\",\"success\":false,\"err_code\":\"MK:0001\",\"out_id\":\"n2\"},"
        "{\"phone_number\":\"139\",\"success\":true}]",
        "[{\"notice\":\"n1\",\"op\":\"receipt\",\"receipt\":\"delivered\"},"
        "{\"error\":\"failed, error MK:0001\",\"notice\":\"n2\",\"op\":\"receipt\","
        "\"receipt\":\"failed\"}]");
}

static void buttons_of_chats_name_their_message(void **state)
{
    (void)state;
    objects(true, FORM,
            "payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D"
            "%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22decline%22%2C%22value%22%3A%22https%3A"
            "%2F%2Fm%2Fr%2FTOK%22%7D%5D%7D",
            "[{\"answer\":\"decline\",\"from\":\"U1\",\"op\":\"reply\",\"token\":\"TOK\"}]");
    objects(true, JSON,
            "{\"schema\":\"2.0\",\"event\":{\"operator\":{\"open_id\":\"ou_1\"},\"action\":{"
            "\"value\":{\"url\":\"https://m/r/TOK\",\"answer\":\"pass\"}}}}",
            "[{\"answer\":\"pass\",\"from\":\"ou_1\",\"op\":\"reply\",\"token\":\"TOK\"}]");
    objects(true, JSON, "{\"open_id\":\"ou_1\",\"action\":{\"value\":\"https://m/r/TOK 4821\"}}",
            "[{\"code\":\"4821\",\"from\":\"ou_1\",\"op\":\"reply\",\"token\":\"TOK\"}]");
    objects(true, JSON, "{\"open_id\":\"ou_1\",\"action\":{\"value\":{}}}", "refused: bad_field");
    objects(true, JSON, "{\"encrypt\":\"x\"}", "refused: bad_request");
    objects(true, FORM, "x=1", "refused: bad_request");
}

static void the_test_of_a_service_is_said_back(void **state)
{
    (void)state;
    static const char body[] = "{\"type\":\"url_verification\",\"challenge\":\"abc\"}";
    struct replies r;
    struct refusal refusal;
    assert_int_equal(replies_of_account(JSON, body, strlen(body), &r, &refusal), CODE_OK);
    assert_string_equal(r.challenge, "abc");
    replies_done(&r);
}

/* Nothing that comes from outside brings a reader down. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char *const types[] = {FORM, JSON, "text/plain", NULL};
    uint64_t seed = 7;
    for (int n = 0; n < 4000; n++) {
        char bytes[64];
        size_t len = (size_t)n % sizeof bytes;
        for (size_t k = 0; k < len; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[k] =
                n % 2 ? (char)(seed >> 40) : "{}[]\":,=&%+0123payloadFromBody"[(seed >> 40) % 31];
        }
        struct replies r;
        struct refusal refusal;
        (void)replies_of_message(types[n % 4], bytes, len, &r, &refusal);
        replies_done(&r);
        (void)replies_of_account(types[n % 4], bytes, len, &r, &refusal);
        replies_done(&r);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_as_people_type_it),
        cmocka_unit_test(an_answer_stands_behind_the_code_or_alone),
        cmocka_unit_test(stop_is_stop_in_every_spelling),
        cmocka_unit_test(what_means_nothing_is_nothing),
        cmocka_unit_test(a_button_of_ntfy_answers_with_the_code),
        cmocka_unit_test(without_the_code_nothing_is_answered),
        cmocka_unit_test(a_service_says_what_became_of_a_message),
        cmocka_unit_test(a_text_message_comes_in_as_the_service_hands_it_over),
        cmocka_unit_test(reports_of_aliyun_are_taken_one_by_one),
        cmocka_unit_test(buttons_of_chats_name_their_message),
        cmocka_unit_test(the_test_of_a_service_is_said_back),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
