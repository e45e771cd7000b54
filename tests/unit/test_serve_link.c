/* What a message's link shows: enough to answer by, and nothing that would let a stranger. */
#include "serve/link.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define NOTICE "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"
#define INCIDENT "0198f2c4-7a51-7c3e-9d1b-000000000001"

static const uint8_t SECRET[LINK_SECRET_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8};

/* The answer to a QUERY_NOTICE, to be changed before it is shown. */
struct found {
    struct row rows[2];
    struct record *queued;
    struct record *records[1];
    struct query_result result;
};

static void found_make(struct found *f)
{
    struct uuid id;
    json_t *message = json_pack("{s:s,s:s,s:s,s:s}", "name", "王强", "lang", "zh", "text",
                                "7号站超警，请到岗", "type", "muster.call");
    link_put(message, SECRET, 4821);
    json_t *notice = json_pack("{s:s,s:s,s:b}", "step", "0.1", "to", "wang.qiang", "of_call", 1);
    link_put(notice, SECRET, 4821);
    json_t *incident =
        json_pack("{s:s,s:[{s:s}]}", "about",
                  "{\"title\":\"7号站超警\",\"plan\":\"flood\",\"grade\":\"II\","
                  "\"place\":{\"district\":\"chengdong\"},\"note\":\"not for here\"}",
                  "calls", "step", "0.1");
    assert_true(uuid_parse(INCIDENT, &id));
    *f = (struct found){.rows = {{.kind = ROW_NOTICE,
                                  .id = mem_str(NOTICE),
                                  .incident = id,
                                  .state = mem_str("sent"),
                                  .body = notice},
                                 {.kind = ROW_INCIDENT,
                                  .id = mem_str(INCIDENT),
                                  .incident = id,
                                  .drill = true,
                                  .state = mem_str("open"),
                                  .body = incident}},
                        .queued = record_new(REC_NOTICE_QUEUED, id)};
    f->queued->at_ms = INT64_C(1784512800000);
    f->queued->sealed = json_put(json_object(), "message", message);
    f->records[0] = f->queued;
    f->result = (struct query_result){
        .records = f->records, .records_count = 1, .rows = f->rows, .rows_count = 2, .as_of = 77};
}

static void found_done(struct found *f)
{
    row_done(&f->rows[0]);
    row_done(&f->rows[1]);
    record_unref(f->queued);
}

static struct link link_of_it(void)
{
    struct link l;
    assert_true(uuid_parse(NOTICE, &l.notice));
    memcpy(l.secret, SECRET, sizeof l.secret);
    return l;
}

static json_t *opened(const struct found *f)
{
    struct link l = link_of_it();
    return link_reply(&l, &f->result, 1);
}

static void state_is(const struct found *f, const char *expected, bool waiting)
{
    AUTO_JSON(reply);
    reply = opened(f);
    assert_string_equal(json_str_or(reply, "state", "none"), expected);
    assert_int_equal(json_bool(reply, "waiting"), waiting);
}

static void a_link_shows_its_message_and_not_its_code(void **state)
{
    (void)state;
    struct found f;
    AUTO_JSON(reply);
    AUTO_TEXT(text);
    found_make(&f);
    reply = opened(&f);
    json_write(reply, &text);
    assert_string_equal(
        text_str(&text),
        "{\"as_of\":\"1-77\",\"at\":\"2026-07-20T02:00:00.000Z\",\"incident\":{\"drill\":true,"
        "\"grade\":\"II\",\"id\":\"" INCIDENT "\",\"place\":{\"district\":\"chengdong\"},"
        "\"plan\":\"flood\",\"title\":\"7号站超警\"},\"lang\":\"zh\",\"left\":5,\"ok\":true,"
        "\"person\":{\"id\":\"wang.qiang\",\"name\":\"王强\"},\"state\":\"open\","
        "\"text\":\"7号站超警，请到岗\",\"type\":\"muster.call\",\"waiting\":true}");
    found_done(&f);
}

static void it_says_what_the_person_has_said_and_whether_anybody_waits(void **state)
{
    (void)state;
    struct found f;
    found_make(&f);
    json_put(f.rows[1].body, "calls", json_array()); /* somebody else has answered */
    state_is(&f, "open", false);
    json_put_int(f.rows[0].body, "proof", PROOF_SEEN);
    state_is(&f, "open", false);
    json_put_int(f.rows[0].body, "proof", PROOF_ANSWERED); /* and its 2xx is not there yet */
    state_is(&f, "answered", false);
    json_put_true(f.rows[0].body, "declined", true);
    state_is(&f, "declined", false);
    found_done(&f);

    found_make(&f);
    free(f.rows[0].state);
    f.rows[0].state = mem_str("answered"); /* in another way */
    state_is(&f, "answered", true);
    found_done(&f);
}

static void wrong_codes_are_counted_down(void **state)
{
    (void)state;
    struct found f;
    AUTO_JSON(reply);
    found_make(&f);
    json_put_int(f.rows[0].body, "wrong", 5);
    reply = opened(&f);
    assert_int_equal(json_int(reply, "left", -1), 0);
    found_done(&f);
}

/* Why: "unknown link" about an alarm of last night would frighten its reader. */
static void after_the_end_it_is_over_and_not_unknown(void **state)
{
    (void)state;
    struct found f;
    found_make(&f);
    free(f.rows[1].state);
    f.rows[1].state = mem_str("closed");
    json_put_int(f.rows[0].body, "proof", PROOF_ANSWERED);
    state_is(&f, "over", false);
    found_done(&f);
}

static void refusal_is(const struct found *f, const struct link *l, const char *code)
{
    AUTO_JSON(reply);
    reply = link_reply(l, &f->result, 1);
    assert_false(json_bool(reply, "ok"));
    assert_string_equal(json_str(reply, "code"), code);
    assert_null(json_str(reply, "text"));
}

/* Why: nobody may learn by trying which messages there are. */
static void a_wrong_secret_and_no_message_look_the_same(void **state)
{
    (void)state;
    struct found f;
    AUTO_JSON(wrong);
    AUTO_JSON(missing);
    struct link l = link_of_it();
    found_make(&f);
    l.secret[7] ^= 1;
    refusal_is(&f, &l, "unknown_link");
    wrong = link_reply(&l, &f.result, 1);
    struct query_result none = {.err = ERR_MISSING};
    missing = link_reply(&l, &none, 1);
    assert_true(json_equal(wrong, missing));
    found_done(&f);
}

static void a_purged_message_and_a_store_in_trouble_are_told_apart(void **state)
{
    (void)state;
    struct found f;
    struct link l = link_of_it();
    found_make(&f);
    json_decref(f.rows[0].body);
    f.rows[0].body = NULL;
    refusal_is(&f, &l, "unknown_link");
    f.result = (struct query_result){.err = ERR_IO, .why = {"the disk"}};
    refusal_is(&f, &l, "store");
    f.result.err = ERR_UNREACHABLE;
    refusal_is(&f, &l, "stopping");
    found_done(&f);
}

/* Why: who is asked for an order has to see what for; once it is given nothing is asked. */
static void what_is_to_be_ordered_is_shown_while_it_stands(void **state)
{
    (void)state;
    struct found f;
    AUTO_JSON(shown);
    AUTO_JSON(settled);
    found_make(&f);
    json_put(f.rows[1].body, "response",
             json_pack("{s:[{s:i,s:s,s:{s:s,s:s,s:s,s:s}}]}", "proposals", "number", 2, "step",
                       "0.1", "spec", "action", "activate", "level", "IV", "reason", "rising", "to",
                       "post:chief"));
    shown = opened(&f);
    const json_t *proposal = json_at(shown, "proposal");
    assert_string_equal(json_str_or(proposal, "reason", "none"), "rising");
    assert_string_equal(json_str_or(proposal, "level", "none"), "IV");
    assert_null(json_at(proposal, "to"));
    json_put_str(f.rows[0].body, "step", "0.2");
    settled = opened(&f);
    assert_null(json_at(settled, "proposal"));
    found_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_shows_its_message_and_not_its_code),
        cmocka_unit_test(it_says_what_the_person_has_said_and_whether_anybody_waits),
        cmocka_unit_test(wrong_codes_are_counted_down),
        cmocka_unit_test(after_the_end_it_is_over_and_not_unknown),
        cmocka_unit_test(a_wrong_secret_and_no_message_look_the_same),
        cmocka_unit_test(a_purged_message_and_a_store_in_trouble_are_told_apart),
        cmocka_unit_test(what_is_to_be_ordered_is_shown_while_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
