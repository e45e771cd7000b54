/* The receiver that stands for everybody's telephone: what it takes, shows and forgets. */
#include "serve/phones.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW_S = 1784512800 };
#define INCIDENT "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"

static struct sign_key key, other_key;

static int setup(void **state)
{
    assert_int_equal(sign_key_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key, NULL), ERR_OK);
    assert_int_equal(sign_key_parse("a2tra2tra2tra2tra2tra2tra2tra2tr", &other_key, NULL), ERR_OK);
    *state = phones_new(&key);
    return 0;
}

static int teardown(void **state)
{
    phones_free(*state);
    return 0;
}

/* ---- what comes ---- */

static const char *notice_id(int n, char ret[UUID_TEXT])
{
    snprintf(ret, UUID_TEXT, "0198f2c4-7a51-7c3e-9d1b-%012d", n);
    return ret;
}

/* The webhook of notice n, as the courier brings it. */
static void body_of(int n, const char *person, const char *text, struct text *to)
{
    char id[UUID_TEXT];
    text_addf(to,
              "{\"type\":\"muster.call\",\"timestamp\":\"2026-07-20T02:00:00.000Z\",\"data\":{"
              "\"notice\":\"%s\",\"to\":\"%s\",\"text\":\"%s\",\"lang\":\"zh\",\"code\":\"4821\","
              "\"answer_url\":\"http://127.0.0.1:8470/a/T\",\"attempt\":1,\"incident\":{\"id\":"
              "\"" INCIDENT "\",\"title\":\"7号站超警\",\"plan\":\"flood\",\"grade\":null,"
              "\"drill\":false}}}",
              notice_id(n, id), person, text);
}

static enum code hook(struct phones *p, const char *endpoint, const char *person,
                      const char *webhook_id, const char *body, const struct sign_key *with,
                      struct refusal *r)
{
    AUTO_TEXT(signature);
    char timestamp[24];
    snprintf(timestamp, sizeof timestamp, "%d", NOW_S);
    sign_webhook(with, 1, webhook_id, NOW_S, body, strlen(body), &signature);
    struct phones_hook h = {.endpoint = endpoint,
                            .person = person,
                            .headers = {webhook_id, timestamp, text_str(&signature)},
                            .body = body,
                            .body_len = strlen(body)};
    return phones_hook(p, &h, NOW_S + 2, r);
}

static void rings(struct phones *p, int n, const char *person, const char *text)
{
    char id[UUID_TEXT];
    AUTO_TEXT(webhook_id);
    AUTO_TEXT(body);
    struct refusal r;
    text_addf(&webhook_id, "%s-1", notice_id(n, id));
    body_of(n, person, text, &body);
    if (hook(p, "phone", person, text_str(&webhook_id), text_str(&body), &key, &r))
        fail_msg("%s", r.why.text);
}

/* ---- what happens ---- */

static struct record *happened(enum record_kind kind)
{
    struct uuid incident;
    assert_true(uuid_parse(INCIDENT, &incident));
    return record_new(kind, incident);
}

static void happens(struct phones *p, struct record *takes)
{
    phones_event(p, takes);
    record_unref(takes);
}

static struct record *about_notice(enum record_kind kind, int n, const char *person)
{
    char id[UUID_TEXT];
    struct record *r = happened(kind);
    json_put_str(r->body, "notice", notice_id(n, id));
    json_put_str(r->body, "to", person);
    json_put_str(r->body, "step", "0.1");
    return r;
}

static struct record *answer(enum record_kind kind, const char *by, const char *calls)
{
    struct record *r = happened(kind);
    json_put_str(r->body, "by", by);
    json_t *list = json_array();
    if (calls)
        json_array_append_new(list, json_string(calls));
    json_put(r->body, "calls", list);
    return r;
}

/* ---- what is shown ---- */

/* "wang.qiang phone: 7号站超警 ringing; …" */
static void shown(const struct phones *p, const char *expected)
{
    AUTO_TEXT(line);
    AUTO_JSON(all);
    size_t n, k;
    json_t *phone, *m;
    all = phones_json(p, NULL);
    json_array_foreach(json_at(all, "phones"), n, phone)
    {
        text_addf(&line, "%s%s %s:", n ? " | " : "", json_str(phone, "person"),
                  json_str(phone, "endpoint"));
        json_array_foreach(json_at(phone, "messages"), k, m)
            text_addf(&line, " %s %s;", json_str(m, "text"), json_str(m, "state"));
    }
    assert_string_equal(text_str(&line), expected);
}

static void a_webhook_rings_on_the_phone_of_its_person(void **state)
{
    struct phones *p = *state;
    char id[UUID_TEXT];
    rings(p, 1, "wang.qiang", "go there");
    AUTO_JSON(all);
    all = phones_json(p, NULL);
    const json_t *phone = json_array_get(json_at(all, "phones"), 0);
    const json_t *m = json_array_get(json_at(phone, "messages"), 0);
    assert_string_equal(json_str(phone, "person"), "wang.qiang");
    assert_string_equal(json_str(phone, "endpoint"), "phone");
    assert_string_equal(json_str(m, "id"), notice_id(1, id));
    assert_string_equal(json_str(m, "at"), "2026-07-20T02:00:00.000Z");
    assert_string_equal(json_str(m, "type"), "muster.call");
    assert_string_equal(json_str(m, "text"), "go there");
    assert_string_equal(json_str(m, "lang"), "zh");
    assert_string_equal(json_str(m, "code"), "4821");
    assert_string_equal(json_str(m, "answer_url"), "http://127.0.0.1:8470/a/T");
    assert_int_equal(json_int(m, "attempt", 0), 1);
    assert_string_equal(json_str(m, "state"), "ringing");
    assert_string_equal(json_str(json_at(m, "incident"), "title"), "7号站超警");
    assert_null(json_at(json_at(m, "incident"), "grade"));
}

/* Why: anybody who can reach the daemon could ring everybody's phone. */
static void what_is_not_signed_with_the_key_rings_nowhere(void **state)
{
    struct phones *p = *state;
    struct refusal r;
    assert_int_equal(hook(p, "phone", "li.ming", INCIDENT "-1", "{}", &other_key, &r),
                     CODE_UNAUTHORIZED);
    assert_non_null(strstr(r.why.text, "webhook-signature"));
    struct phones_hook bare = {
        .endpoint = "phone", .person = "li.ming", .body = "{}", .body_len = 2};
    assert_int_equal(phones_hook(p, &bare, NOW_S, &r), CODE_UNAUTHORIZED);
    assert_int_equal(hook(p, "phone", "li.ming", "no-notice-1", "{}", &key, &r), CODE_BAD_FIELD);
    assert_int_equal(hook(p, "phone", "li.ming", INCIDENT "-x", "{}", &key, &r), CODE_BAD_FIELD);
    assert_int_equal(hook(p, "phone", "li.ming", INCIDENT "-0", "{}", &key, &r), CODE_BAD_FIELD);
    shown(p, "");
}

/* Why: rule R5: an attempt whose outcome nobody knows comes a second time. */
static void the_same_message_on_the_same_phone_rings_once(void **state)
{
    struct phones *p = *state;
    char id[UUID_TEXT];
    struct refusal r;
    rings(p, 1, "li.ming", "a");
    rings(p, 1, "li.ming", "a");
    shown(p, "li.ming phone: a ringing;");
    AUTO_TEXT(second);
    AUTO_TEXT(body);
    text_addf(&second, "%s-2", notice_id(1, id));
    body_of(1, "li.ming", "a", &body);
    assert_int_equal(hook(p, "desk", "li.ming", text_str(&second), text_str(&body), &key, &r),
                     CODE_OK);
    shown(p, "li.ming phone: a ringing; | li.ming desk: a ringing;");
}

/* Why: who tries another channel in the demo wants to see what it would send. */
static void a_body_of_another_shape_is_shown_as_it_is(void **state)
{
    struct phones *p = *state;
    struct refusal r;
    static const char body[] = "{\"msgtype\":\"text\",\"text\":{\"content\":\"洪水\"}}";
    assert_int_equal(hook(p, "bot", "li.ming", INCIDENT "-1", body, &key, &r), CODE_OK);
    assert_int_equal(hook(p, "bot", "han.mei", INCIDENT "-1", "[1,", &key, &r), CODE_OK);
    AUTO_JSON(all);
    all = phones_json(p, NULL);
    const json_t *phone = json_array_get(json_at(all, "phones"), 0);
    const json_t *m = json_array_get(json_at(phone, "messages"), 0);
    assert_string_equal(json_str(m, "text"), body);
    assert_string_equal(json_str(m, "at"), "2026-07-20T02:00:02.000Z");
}

static void a_phone_follows_what_becomes_of_its_message(void **state)
{
    struct phones *p = *state;
    rings(p, 1, "wang.qiang", "a");
    rings(p, 2, "li.ming", "a");
    happens(p, about_notice(REC_NOTICE_SENT, 1, "wang.qiang"));
    happens(p, about_notice(REC_NOTICE_SEEN, 1, "wang.qiang"));
    shown(p, "wang.qiang phone: a seen; | li.ming phone: a ringing;");
    happens(p, answer(REC_CALL_DECLINED, "wang.qiang", "0.1"));
    shown(p, "wang.qiang phone: a declined; | li.ming phone: a ringing;");
    happens(p, answer(REC_CALL_ANSWERED, "wang.qiang", "0.1"));
    shown(p, "wang.qiang phone: a answered; | li.ming phone: a ringing;");
    happens(p, happened(REC_INCIDENT_CLOSED));
    shown(p, "wang.qiang phone: a answered; | li.ming phone: a over;");
    happens(p, about_notice(REC_NOTICE_SEEN, 2, "li.ming"));
    shown(p, "wang.qiang phone: a answered; | li.ming phone: a over;");
}

/* Why: an answer to one call leaves the other ringing, on the phone as in the core. */
static void an_answer_is_shown_where_it_belongs(void **state)
{
    struct phones *p = *state;
    char id[UUID_TEXT];
    rings(p, 1, "li.ming", "a");
    rings(p, 2, "li.ming", "b");
    rings(p, 3, "li.ming", "c");
    happens(p, about_notice(REC_NOTICE_SENT, 1, "li.ming")); /* of 0.1; of the others unknown */
    struct record *named = answer(REC_CALL_ANSWERED, "li.ming", "0.1");
    json_put_str(named->body, "call", "0.1");
    happens(p, named);
    shown(p, "li.ming phone: c ringing; b ringing; a answered;");
    struct record *by_link = answer(REC_ANSWER_NOTED, "li.ming", NULL);
    json_put_str(json_put_str(by_link->body, "call", ""), "notice", notice_id(3, id));
    happens(p, by_link);
    shown(p, "li.ming phone: c answered; b ringing; a answered;");
    happens(p, answer(REC_CALL_ANSWERED, "li.ming", "0.7"));
    shown(p, "li.ming phone: c answered; b answered; a answered;");
    rings(p, 4, "li.ming", "d");
    struct record *elsewhere = answer(REC_CALL_ANSWERED, "li.ming", "0.1");
    elsewhere->incident.b[0] ^= 1;
    happens(p, elsewhere);
    shown(p, "li.ming phone: d ringing; c answered; b answered; a answered;");
}

/* Why: "it is over" is sent after the end, and nothing can be answered by it. */
static void what_arrives_after_the_end_is_over(void **state)
{
    struct phones *p = *state;
    happens(p, happened(REC_INCIDENT_CLOSED));
    rings(p, 1, "li.ming", "resolved");
    shown(p, "li.ming phone: resolved over;");
}

/* Why: what was personal must be gone from everywhere that we can reach. */
static void what_is_purged_is_on_no_phone(void **state)
{
    struct phones *p = *state;
    rings(p, 1, "wang.qiang", "a");
    rings(p, 2, "li.ming", "a");
    struct record *elsewhere = happened(REC_PURGED);
    elsewhere->incident.b[0] ^= 1;
    happens(p, elsewhere);
    shown(p, "wang.qiang phone: a ringing; | li.ming phone: a ringing;");
    happens(p, happened(REC_INCIDENT_CLOSED));
    happens(p, happened(REC_PURGED));
    shown(p, "");
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
    struct phones *p = *state;
    for (int n = 0; n < PHONE_MESSAGES_MAX + 3; n++)
        rings(p, n, "li.ming", n < 3 ? "old" : "new");
    AUTO_JSON(one);
    one = phones_json(p, NULL);
    const json_t *messages = json_at(json_array_get(json_at(one, "phones"), 0), "messages");
    assert_int_equal(json_array_size(messages), PHONE_MESSAGES_MAX);
    assert_string_equal(json_str(json_array_get(messages, PHONE_MESSAGES_MAX - 1), "text"), "new");

    for (int n = 0; n < PHONES_MAX + 20; n++) {
        char person[32];
        snprintf(person, sizeof person, "crew.%d", n);
        rings(p, 1000 + n, person, "x");
    }
    AUTO_JSON(all);
    all = phones_json(p, NULL);
    assert_int_equal(json_array_size(json_at(all, "phones")), PHONES_MAX);
}

/* Why: 500 phones with 50 long messages each would be half a gigabyte. */
static void no_number_of_long_messages_takes_more_than_a_few_megabytes(void **state)
{
    struct phones *p = *state;
    char *text = mem_new(20001, 1);
    memset(text, 'x', 20000);
    for (int n = 0; n < 1500; n++) {
        char person[32];
        snprintf(person, sizeof person, "crew.%d", n % 400);
        rings(p, n, person, text);
    }
    free(text);
    AUTO_JSON(all);
    AUTO_TEXT(bytes);
    all = phones_json(p, NULL);
    json_write(all, &bytes);
    assert_in_range(bytes.len, PHONES_BYTES_MAX / 2, 2 * PHONES_BYTES_MAX);
}

static void phones_that_are_quiet_stand_in_the_order_of_the_site(void **state)
{
    struct phones *p = *state;
    AUTO_JSON(people);
    AUTO_JSON(all);
    people =
        json_pack("[{s:s,s:s,s:s},{s:s,s:s,s:s}]", "person", "wang.qiang", "name", "王强",
                  "endpoint", "phone", "person", "li.ming", "name", "李明", "endpoint", "phone");
    rings(p, 1, "li.ming", "a");
    rings(p, 2, "gone", "b");
    all = phones_json(p, people);
    const json_t *phones = json_at(all, "phones");
    assert_int_equal(json_array_size(phones), 3);
    assert_string_equal(json_str(json_array_get(phones, 0), "name"), "王强");
    assert_int_equal(json_array_size(json_at(json_array_get(phones, 0), "messages")), 0);
    assert_string_equal(json_str(json_array_get(phones, 1), "name"), "李明");
    assert_int_equal(json_array_size(json_at(json_array_get(phones, 1), "messages")), 1);
    assert_string_equal(json_str(json_array_get(phones, 2), "name"), "gone");
}

/* ---- after a start ---- */

static void replays(struct phones *p, struct record *takes)
{
    phones_replay(p, takes);
    record_unref(takes);
}

static struct record *written(int n, const char *person, const char *text)
{
    AUTO_TEXT(body);
    struct record *r = about_notice(REC_NOTICE_QUEUED, n, person);
    body_of(n, person, text, &body);
    json_put_str(r->body, "endpoint", "phone");
    r->sealed = json_put_str(json_object(), "body", text_str(&body));
    return r;
}

/* Why: who starts the daemon anew finds the call still ringing; it is not sent a second time. */
static void after_a_start_the_phones_show_what_rang_before(void **state)
{
    struct phones *p = *state;
    phones_replay_begin(p);
    replays(p, written(1, "wang.qiang", "a"));
    replays(p, about_notice(REC_NOTICE_SENT, 1, "wang.qiang"));
    replays(p, written(2, "li.ming", "b"));
    replays(p, about_notice(REC_NOTICE_SENT, 2, "li.ming"));
    happens(p, answer(REC_CALL_ANSWERED, "li.ming", "0.1")); /* it will come from the record */
    replays(p, about_notice(REC_NOTICE_SEEN, 1, "wang.qiang"));
    replays(p, written(3, "han.mei", "not sent yet"));
    replays(p, answer(REC_CALL_ANSWERED, "li.ming", "0.1"));
    rings(p, 4, "sun.wei", "rings meanwhile");
    replays(p, written(4, "sun.wei", "rings meanwhile"));
    phones_replay_end(p);
    shown(p, "wang.qiang phone: a seen; | li.ming phone: b answered; | sun.wei phone: rings "
             "meanwhile ringing;");
    rings(p, 1, "wang.qiang", "a");
    rings(p, 3, "han.mei", "sent now");
    happens(p, happened(REC_INCIDENT_CLOSED));
    shown(p, "wang.qiang phone: a over; | li.ming phone: b answered; | han.mei phone: sent now "
             "over; | sun.wei phone: rings meanwhile over;");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_webhook_rings_on_the_phone_of_its_person),
        T(what_is_not_signed_with_the_key_rings_nowhere),
        T(the_same_message_on_the_same_phone_rings_once),
        T(a_body_of_another_shape_is_shown_as_it_is),
        T(a_phone_follows_what_becomes_of_its_message),
        T(an_answer_is_shown_where_it_belongs),
        T(what_arrives_after_the_end_is_over),
        T(what_is_purged_is_on_no_phone),
        T(the_oldest_go_when_there_are_too_many),
        T(no_number_of_long_messages_takes_more_than_a_few_megabytes),
        T(phones_that_are_quiet_stand_in_the_order_of_the_site),
        T(after_a_start_the_phones_show_what_rang_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
