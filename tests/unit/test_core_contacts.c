/* What is known of the contacts of people: set, tested, proved. A telephone that was never tried is
 * found dead by the night that needs it. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define REFUSED "{'ok':false,'status':404,'error':'gone'}"

static const json_t *contact(struct lab *lab, const char *person, const char *endpoint)
{
    AUTO_TEXT(id);
    text_addf(&id, "3 contact/%s/%s", person, endpoint);
    return json_at(json_at(lab->rows, text_str(&id)), "body");
}

static const char *result(struct lab *lab, const char *person, const char *endpoint)
{
    return json_str_or(contact(lab, person, endpoint), "result", "");
}

static const json_t *ask(struct lab *lab, enum input_kind kind, const char *body)
{
    lab_input(lab, (struct input){.kind = kind}, body);
    return lab->reply;
}

static void lab_begin(struct lab *lab)
{
    lab_start(lab);
    lab->check_each = true;
}

static const char *code_of(const json_t *reply)
{
    return json_str_or(reply, "code", "ok");
}

static void a_test_goes_out_by_each_contact_and_is_no_incident(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    const json_t *reply = ask(&lab, IN_CONTACT_TEST, "{'person':'wang.qiang'}");
    assert_int_equal(json_array_size(json_at(reply, "tests")), 2);
    assert_string_equal(json_str_or(reply, "state", ""), "upkeep");
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "push");
    lab_result(&lab, "wang.qiang", SENT);
    lab_result(&lab, "wang.qiang", REFUSED);
    assert_string_equal(result(&lab, "wang.qiang", "push"), "sent");
    assert_string_equal(result(&lab, "wang.qiang", "sms"), "failed");
    lab_never(&lab, "alarm");
    assert_int_equal(core_stats(lab.core).incidents, 0);
    lab_done(&lab);
}

/* One method that fails must not be hidden by another that works. */
static void a_test_tries_the_one_contact_and_no_other(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'wang.qiang','endpoint':'push'}");
    lab_result(&lab, "wang.qiang", REFUSED);
    assert_null(lab_attempt(&lab, "wang.qiang"));
    lab_tells(&lab, "notice_failed step=!test/push to=wang.qiang");
    lab_done(&lab);
}

static void what_the_person_answers_is_the_proof(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    lab_result(&lab, "li.ming", SENT);
    assert_int_equal(json_int(contact(&lab, "li.ming", "push"), "verified_at", 0), 0);
    lab_crash(&lab); /* the message is answered after a restart, too */
    lab_answer_link(&lab, "li.ming", "{}");
    assert_string_equal(result(&lab, "li.ming", "push"), "answered");
    assert_int_equal(json_int(contact(&lab, "li.ming", "push"), "verified_at", 0), lab.wall);
    lab_done(&lab);
}

static void an_answer_to_one_test_proves_no_other(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'wang.qiang'}");
    lab_result(&lab, "wang.qiang", SENT);
    lab_result(&lab, "wang.qiang", SENT);
    lab_answer_link(&lab, "wang.qiang", "{}"); /* the message written last: by sms */
    assert_string_equal(result(&lab, "wang.qiang", "sms"), "answered");
    assert_string_equal(result(&lab, "wang.qiang", "push"), "sent");
    lab_done(&lab);
}

static void a_receipt_proves_it_too(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'zhou.jie'}");
    lab_result(&lab, "zhou.jie", SENT);
    lab_after(&lab, 5000);
    lab_receipt(&lab, "zhou.jie", "seen");
    assert_string_equal(result(&lab, "zhou.jie", "app"), "seen");
    assert_int_equal(json_int(contact(&lab, "zhou.jie", "app"), "verified_at", 0), lab.wall);
    lab_done(&lab);
}

static void nobody_is_flooded_by_tests(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    assert_string_equal(code_of(ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}")), "limit");
    lab_after(&lab, 59000);
    assert_string_equal(code_of(ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}")), "limit");
    lab_crash(&lab);
    assert_string_equal(code_of(ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}")), "limit");
    lab_after(&lab, 1000);
    assert_string_equal(code_of(ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}")), "ok");
    assert_int_equal(lab_count(&lab, REC_CONTACT_TESTED), 2);
    lab_done(&lab);
}

/* Messages of tests must not pile up in memory: one a contact is kept. */
static void the_test_before_is_forgotten(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    for (int n = 0; n < 3; n++) {
        ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
        lab_result(&lab, "li.ming", SENT);
        lab_after(&lab, 60000);
    }
    const char *key;
    json_t *row;
    int open = 0;
    json_object_foreach(lab.rows, key, row) open +=
        json_bool(row, "open") && json_at(json_at(row, "body"), "kept");
    assert_int_equal(open, 1);
    lab_done(&lab);
}

static void an_endpoint_is_tested_with_who_is_on_duty(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    const json_t *tests = json_at(ask(&lab, IN_CONTACT_TEST, "{'endpoint':'sms'}"), "tests");
    assert_string_equal(json_str_or(json_array_get(tests, 0), "person", ""), "wang.qiang");
    tests = json_at(ask(&lab, IN_CONTACT_TEST, "{'endpoint':'app'}"), "tests");
    assert_string_equal(json_str_or(json_array_get(tests, 0), "person", ""), "lin.tao");
    const json_t *reply = ask(&lab, IN_CONTACT_TEST, "{'endpoint':'smx'}");
    assert_string_equal(code_of(reply), "unknown_endpoint");
    reply = ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming','endpoint':'sms'}");
    assert_string_equal(code_of(reply), "unknown_endpoint");
    reply = ask(&lab, IN_CONTACT_TEST, "{'person':'nobody'}");
    assert_string_equal(code_of(reply), "unknown_person");
    lab_done(&lab);
}

static void a_new_number_has_proved_nothing(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_SET, "{'person':'li.ming','endpoint':'push'}");
    assert_int_equal(json_int(contact(&lab, "li.ming", "push"), "set_at", 0), lab.wall);
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    lab_result(&lab, "li.ming", SENT);
    lab_answer_link(&lab, "li.ming", "{}");
    lab_after(&lab, 1000);
    ask(&lab, IN_CONTACT_SET, "{'person':'li.ming','endpoint':'push'}");
    const json_t *known = contact(&lab, "li.ming", "push");
    assert_int_equal(json_int(known, "set_at", 0), lab.wall);
    assert_int_equal(json_int(known, "verified_at", 0), 0);
    assert_null(json_str(known, "result"));
    lab_done(&lab);
}

/* Why: the list of people is taken in once a month, and changes nothing for who is in it. */
static void the_same_number_set_again_keeps_what_is_known(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    lab_result(&lab, "li.ming", SENT);
    lab_answer_link(&lab, "li.ming", "{}");
    ask(&lab, IN_REPLY, "{'endpoint':'push','people':['li.ming'],'text':'STOP'}");
    ask(&lab, IN_CONTACT_SET, "{'contacts':[{'person':'li.ming','endpoint':'push','same':true}]}");
    const json_t *known = contact(&lab, "li.ming", "push");
    assert_int_equal(json_int(known, "verified_at", 0), lab.wall);
    assert_int_equal(json_int(known, "stopped_at", 0), lab.wall);
    ask(&lab, IN_CONTACT_SET, "{'contacts':[{'person':'li.ming','endpoint':'push','same':false}]}");
    known = contact(&lab, "li.ming", "push"); /* another number has stopped nothing */
    assert_int_equal(json_int(known, "stopped_at", 0), 0);
    lab_done(&lab);
}

/* Why: the message to the old number may be answered after the new one was set. */
static void an_answer_to_the_number_before_proves_nothing(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    lab_result(&lab, "li.ming", SENT);
    ask(&lab, IN_CONTACT_SET, "{'person':'li.ming','endpoint':'push'}");
    lab_answer_link(&lab, "li.ming", "{}");
    assert_int_equal(json_int(contact(&lab, "li.ming", "push"), "verified_at", 0), 0);
    lab_done(&lab);
}

static void what_is_removed_is_known_no_more(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    ask(&lab, IN_CONTACT_SET,
        "{'contacts':[{'person':'li.ming','endpoint':'push'},"
        "{'person':'sun.wei','endpoint':'sms'}]}");
    ask(&lab, IN_CONTACT_TEST, "{'person':'li.ming'}");
    lab_result(&lab, "li.ming", SENT);
    assert_non_null(contact(&lab, "sun.wei", "sms"));
    ask(&lab, IN_CONTACT_REMOVE, "{'person':'li.ming','endpoints':['push']}");
    assert_null(contact(&lab, "li.ming", "push"));
    const json_t *reply = ask(&lab, IN_CONTACT_REMOVE, "{'person':'li.ming','endpoints':[]}");
    assert_string_equal(code_of(reply), "not_found");
    lab_crash(&lab);
    assert_null(contact(&lab, "li.ming", "push"));
    lab_done(&lab);
}

static void of_many_contacts_one_that_is_wrong_stops_all(void **state)
{
    (void)state;
    struct lab lab;
    lab_begin(&lab);
    const json_t *reply = ask(&lab, IN_CONTACT_SET,
                              "{'contacts':[{'person':'li.ming','endpoint':'push'},"
                              "{'person':'li.mnig','endpoint':'push'}]}");
    assert_string_equal(code_of(reply), "unknown_person");
    assert_int_equal(lab_count(&lab, REC_CONTACT_SET), 0);
    lab_done(&lab);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_goes_out_by_each_contact_and_is_no_incident),
        cmocka_unit_test(a_test_tries_the_one_contact_and_no_other),
        cmocka_unit_test(what_the_person_answers_is_the_proof),
        cmocka_unit_test(an_answer_to_one_test_proves_no_other),
        cmocka_unit_test(a_receipt_proves_it_too),
        cmocka_unit_test(nobody_is_flooded_by_tests),
        cmocka_unit_test(the_test_before_is_forgotten),
        cmocka_unit_test(an_endpoint_is_tested_with_who_is_on_duty),
        cmocka_unit_test(a_new_number_has_proved_nothing),
        cmocka_unit_test(the_same_number_set_again_keeps_what_is_known),
        cmocka_unit_test(an_answer_to_the_number_before_proves_nothing),
        cmocka_unit_test(what_is_removed_is_known_no_more),
        cmocka_unit_test(of_many_contacts_one_that_is_wrong_stops_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
