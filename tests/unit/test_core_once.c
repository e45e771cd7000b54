/*
 * An Idempotency-Key names one trigger or order for 24 hours: sent again it gets the same reply and
 * opens or orders nothing, whatever has become of its incident.
 */
#include "core_lab.h"
#include "unit.h"

#include "core/once.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD "{'plan':'flood','title':'Gauge 7'}"
#define OTHER "{'plan':'flood','title':'Gauge 8'}"
#define KEYED(m) "{'plan':'flood','title':'Gauge 7','key':'g7','fields':{'g7':{'stage_m':" m "}}}"

/* The last reply is this; the state in it is that of now. */
static void replies(struct lab *lab, const char *incident, bool new, bool updated, bool repeated)
{
    assert_true(json_bool(lab->reply, "ok"));
    assert_string_equal(json_str(lab->reply, "incident"), incident);
    assert_string_equal(json_str(lab->reply, "state"), lab_state(lab));
    assert_int_equal(json_bool(lab->reply, "new"), new);
    assert_int_equal(json_bool(lab->reply, "updated"), updated);
    assert_int_equal(json_bool(lab->reply, "repeated"), repeated);
}

/* The reply got lost; the sender tries until one comes. */
static void a_trigger_sent_again_gets_the_first_reply_and_leaves_no_record(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    memcpy(first, lab.incident, sizeof first);
    replies(&lab, first, true, false, false);
    size_t records = lab.journal_count;
    lab_trigger_once(&lab, "a1", FLOOD);
    replies(&lab, first, true, false, true);
    assert_int_equal(lab.journal_count, records);
    lab_trigger_once(&lab, "a2", FLOOD);
    assert_string_not_equal(lab.incident, first);
    lab_done(&lab);
}

/* What a kill -9 takes away is the reply: the key must be there afterwards. */
static void the_key_outlives_a_crash_and_the_end_of_its_incident(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    memcpy(first, lab.incident, sizeof first);
    lab_crash(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    replies(&lab, first, true, false, true);
    lab_say(&lab, IN_RESOLVE, "{}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_trigger_once(&lab, "a1", FLOOD); /* its message is under way: it has not left yet */
    replies(&lab, first, true, false, true);
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_crash(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    replies(&lab, first, true, false, true);
    lab_done(&lab);
}

/* Two triggers under one key: one of them would be lost in silence. */
static void another_trigger_under_the_same_key_is_refused(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    size_t records = lab.journal_count;
    const json_t *reply = lab_trigger_once(&lab, "a1", OTHER);
    assert_string_equal(json_str(reply, "code"), "idempotency_mismatch");
    assert_non_null(strstr(json_str(reply, "error"), lab.incident));
    assert_int_equal(lab.journal_count, records);
    lab_done(&lab);
}

static void principals_and_drills_have_keys_of_their_own(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    struct input other = {
        .kind = IN_TRIGGER, .once = "a1", .who = {.id = "uid:1001", .scopes = SCOPE_TRIGGER}};
    lab_input(&lab, other, OTHER);
    assert_true(json_bool(lab.reply, "new"));
    lab_trigger_once(&lab, "a1", "{'plan':'flood','title':'Gauge 7','drill':true}");
    assert_true(json_bool(lab.reply, "new"));
    assert_false(json_bool(lab.reply, "repeated"));
    lab_done(&lab);
}

static void after_a_day_the_key_is_free_and_what_was_kept_is_let_go(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    memcpy(first, lab.incident, sizeof first);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab.mono += ONCE_MS - 1;
    lab_trigger_once(&lab, "a1", FLOOD);
    replies(&lab, first, true, false, true);
    lab.mono += 1;
    lab_trigger_once(&lab, "a1", OTHER);
    replies(&lab, lab.incident, true, false, false);
    assert_string_not_equal(lab.incident, first);
    assert_int_equal(core_stats(lab.core).once_keys, 1);
    lab.mono += ONCE_MS;
    lab_trigger(&lab, FLOOD);
    assert_int_equal(core_stats(lab.core).once_keys, 0);
    lab_check(&lab);
    lab_crash(&lab);
    assert_int_equal(core_stats(lab.core).once_keys, 0);
    lab_done(&lab);
}

/* A dedup key says which incident; under a key for the request each report has its own reply. */
static void reports_to_an_open_incident_are_taken_once_each(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", KEYED("4.9"));
    memcpy(first, lab.incident, sizeof first);
    lab_trigger_once(&lab, "a2", KEYED("5.1"));
    replies(&lab, first, false, true, false);
    lab_trigger_once(&lab, "a3", KEYED("5.1"));
    replies(&lab, first, false, false, false);
    lab_crash(&lab);
    size_t records = lab.journal_count;
    lab_trigger_once(&lab, "a1", KEYED("4.9")); /* not news: it is the first one, again */
    replies(&lab, first, true, false, true);
    lab_trigger_once(&lab, "a2", KEYED("5.1"));
    replies(&lab, first, false, true, true);
    lab_trigger_once(&lab, "a3", KEYED("5.1"));
    replies(&lab, first, false, false, true);
    assert_int_equal(lab.journal_count, records);
    assert_int_equal(lab_count(&lab, REC_UPDATED), 1);
    assert_int_equal(lab_count(&lab, REC_REPEATED), 1);
    lab_done(&lab);
}

/* Without it the retry of a report would open a second incident when the first has ended. */
static void a_report_that_told_nothing_new_is_known_when_its_incident_is_over(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger(&lab, KEYED("4.9"));
    memcpy(first, lab.incident, sizeof first);
    lab_trigger_once(&lab, "a1", KEYED("4.9"));
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_trigger_once(&lab, "a1", KEYED("4.9"));
    replies(&lab, first, false, false, true);
    lab_done(&lab);
}

/* Nothing was accepted, so nothing is to be remembered: the sender mends it and tries again. */
static void a_refused_trigger_leaves_its_key_free(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", "{'plan':'flod','title':'x'}");
    assert_string_equal(json_str(lab.reply, "code"), "unknown_plan");
    assert_true(json_bool(lab_trigger_once(&lab, "a1", FLOOD), "new"));
    lab_done(&lab);
}

/* `more` keys of the incident opened last, as the records of its repeats bind them. */
static void bind_many(struct lab *lab, int more)
{
    struct uuid incident;
    assert_true(uuid_parse(lab->incident, &incident));
    for (int n = 0; n < more; n++) {
        AUTO_TEXT(key);
        text_addf(&key, "uid:0 once\nm%d", n);
        struct record *r = record_new(REC_REPEATED, incident);
        r->seq = core_last_seq(lab->core) + 1;
        r->mono = lab->mono;
        r->sealed = json_put_str(json_object(), "once", text_str(&key));
        json_put_str(r->body, "digest", "00000000000000000000000000000000");
        lab->journal = mem_grow(lab->journal, &lab->journal_cap, lab->journal_count + 1,
                                sizeof(struct record *));
        lab->journal[lab->journal_count++] = r;
        core_apply(lab->core, r);
    }
}

/* A program with a key for every line of its log: memory is bounded, and no trigger is refused. */
static void of_too_many_keys_the_oldest_give_way(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger_once(&lab, "old", FLOOD);
    memcpy(first, lab.incident, sizeof first);
    bind_many(&lab, ONCE_KEYS_MAX - 1);
    lab_trigger_once(&lab, "old", FLOOD);
    replies(&lab, first, true, false, true);
    lab_trigger_once(&lab, "one more", OTHER);
    assert_int_equal(core_stats(lab.core).once_keys, ONCE_KEYS_MAX);
    lab_trigger_once(&lab, "m0", FLOOD); /* kept, of other content */
    assert_string_equal(json_str(lab.reply, "code"), "idempotency_mismatch");
    assert_false(json_bool(lab_trigger_once(&lab, "old", FLOOD), "repeated"));
    lab_crash(&lab); /* and the order in which they go is that of before */
    assert_false(json_bool(lab_trigger_once(&lab, "m0", FLOOD), "repeated"));
    lab_done(&lab);
}

static const json_t *order_once(struct lab *lab, const char *once, const char *body)
{
    struct input in = {.kind = IN_ORDER, .once = once};
    assert_true(uuid_parse(lab->incident, &in.incident));
    lab_input(lab, in, body);
    return lab->reply;
}

#define IV_OF_DAM                                                                                  \
    "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising','measures':'patrol'}"
#define OTHER_OF_DAM                                                                               \
    "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising','measures':'watch'}"

/* Pressed twice in the command room, or its reply lost: everybody would be told a second time. */
static void an_order_sent_again_under_its_key_is_given_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'plan':'dam','title':'Gauge 7'}");
    assert_true(json_bool(order_once(&lab, "o1", IV_OF_DAM), "ok"));
    size_t records = lab.journal_count;
    assert_true(json_bool(order_once(&lab, "o1", IV_OF_DAM), "ok"));
    assert_string_equal(json_str(lab.reply, "incident"), lab.incident);
    assert_string_equal(json_str(lab.reply, "state"), "active");
    assert_int_equal(lab.journal_count, records);
    lab_crash(&lab);
    assert_true(json_bool(order_once(&lab, "o1", IV_OF_DAM), "ok"));
    assert_int_equal(lab_count(&lab, REC_ORDERED), 1);
    order_once(&lab, "o1", OTHER_OF_DAM);
    assert_string_equal(json_str_or(lab.reply, "code", "ok"), "idempotency_mismatch");
    assert_true(json_bool(order_once(&lab, "o2", IV_OF_DAM), "ok")); /* renewed, as is wished */
    assert_int_equal(lab_count(&lab, REC_ORDERED), 2);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trigger_sent_again_gets_the_first_reply_and_leaves_no_record),
        cmocka_unit_test(the_key_outlives_a_crash_and_the_end_of_its_incident),
        cmocka_unit_test(another_trigger_under_the_same_key_is_refused),
        cmocka_unit_test(principals_and_drills_have_keys_of_their_own),
        cmocka_unit_test(after_a_day_the_key_is_free_and_what_was_kept_is_let_go),
        cmocka_unit_test(reports_to_an_open_incident_are_taken_once_each),
        cmocka_unit_test(a_report_that_told_nothing_new_is_known_when_its_incident_is_over),
        cmocka_unit_test(a_refused_trigger_leaves_its_key_free),
        cmocka_unit_test(an_order_sent_again_under_its_key_is_given_once),
        cmocka_unit_test(of_too_many_keys_the_oldest_give_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
