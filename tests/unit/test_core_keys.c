/* A key names an incident while it is open: repeats, updates, and what is refused. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define TRIGGER(fields, more)                                                                      \
    "{'plan':'flood','title':'Gauge 7','key':'g7','fields':" fields more "}"
#define STAGE(m) "{'g7':{'stage_m':" m "}}"

static void same_incident(struct lab *lab, const json_t *reply, const char *first, bool updated)
{
    (void)lab;
    assert_true(json_bool(reply, "ok"));
    assert_string_equal(json_str(reply, "incident"), first);
    assert_false(json_bool(reply, "new"));
    assert_int_equal(json_bool(reply, "updated"), updated);
}

static void a_repeat_gets_the_same_incident_and_no_record(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    assert_true(json_bool(lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), "new"));
    memcpy(first, lab.incident, sizeof first);
    size_t records = lab.journal_count;
    same_incident(&lab, lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), first, false);
    assert_int_equal(lab.journal_count, records);
    lab_crash(&lab);
    same_incident(&lab, lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), first, false);
    lab_done(&lab);
}

/* 4.9, 5.1, 4.9: the last is news, not a repeat of the first. */
static void a_value_that_goes_back_is_an_update_and_a_repeated_update_is_none(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    memcpy(first, lab.incident, sizeof first);
    same_incident(&lab, lab_trigger(&lab, TRIGGER(STAGE("5.1"), "")), first, true);
    same_incident(&lab, lab_trigger(&lab, TRIGGER(STAGE("5.1"), "")), first, false);
    same_incident(&lab, lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), first, true);
    assert_true(json_number_value(json_at(lab_fact(&lab, "g7/stage_m"), "value")) == 4.9);
    assert_int_equal(lab_count(&lab, REC_UPDATED), 2);
    lab_done(&lab);
}

static void a_higher_grade_under_the_same_key_is_kept_and_told_to_the_plan(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ",'grade':'III'"));
    lab_turn(&lab, "[]", "{'names':['update'],'steps':[]}");
    lab_trigger(&lab, TRIGGER(STAGE("5.1"), ",'grade':'II'"));
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "grade"), "II");
    AUTO_JSON(about);
    about = json_loads(json_str(json_at(lab_incident(&lab), "body"), "about"), 0, NULL);
    assert_string_equal(json_str(about, "grade"), "II");
    lab_done(&lab);
}

static void a_key_binds_no_longer_than_its_incident_is_open(void **state)
{
    (void)state;
    struct lab lab;
    char first[UUID_TEXT];
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    memcpy(first, lab.incident, sizeof first);
    lab_say(&lab, IN_RESOLVE, "{}");
    assert_true(json_bool(lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), "new"));
    assert_string_not_equal(lab.incident, first);
    lab_crash(&lab);
    assert_false(json_bool(lab_trigger(&lab, TRIGGER(STAGE("4.9"), "")), "new"));
    lab_done(&lab);
}

static void a_drill_under_the_same_key_does_not_touch_what_is_real(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    assert_true(json_bool(lab_trigger(&lab, TRIGGER(STAGE("9.9"), ",'drill':true")), "new"));
    assert_int_equal(lab_count(&lab, REC_UPDATED), 0);
    lab_done(&lab);
}

static void keys_of_two_principals_are_two_keys(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    struct input other = {.kind = IN_TRIGGER, .who = {.id = "uid:1001", .scopes = SCOPE_TRIGGER}};
    lab_input(&lab, other, TRIGGER(STAGE("4.9"), ""));
    assert_true(json_bool(lab.reply, "new"));
    lab_done(&lab);
}

static void fields_are_typed_before_anything_is_accepted(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    size_t records = lab.journal_count;
    const json_t *reply = lab_trigger(&lab, TRIGGER("{'g7':{'stage_m':'high'}}", ""));
    assert_string_equal(json_str(reply, "code"), "bad_field");
    reply = lab_trigger(&lab, TRIGGER("{'g7':{'stage':1}}", ""));
    assert_string_equal(json_str(reply, "code"), "unknown_field");
    reply = lab_trigger(&lab, "{'plan':'flod','title':'x'}");
    assert_string_equal(json_str(reply, "near"), "flood");
    assert_int_equal(lab.journal_count, records);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    reply = lab_say(&lab, IN_UPDATE, "{'fields':{'g7':{'stage_m':'high'}}}");
    assert_string_equal(json_str(reply, "code"), "bad_field");
    lab_done(&lab);
}

static void without_a_plan_the_fields_are_kept_as_they_came(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'title':'Smoke','kind':'smoke','key':'k','fields':{'a':1}}");
    lab_trigger(&lab, "{'title':'Smoke','kind':'smoke','key':'k','fields':{'a':2}}");
    const struct record *r = lab_last(&lab, REC_UPDATED);
    assert_int_equal(json_int(record_at(r, "fields"), "a", 0), 2);
    lab_done(&lab);
}

static void who_may_not_is_refused_and_nothing_is_recorded(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, TRIGGER(STAGE("4.9"), ""));
    size_t records = lab.journal_count;
    static const struct {
        enum input_kind kind;
        const char *body;
    } tries[] = {{IN_TRIGGER, "{'plan':'flood','title':'x'}"},
                 {IN_ANSWER, "{'as':'li.ming'}"},
                 {IN_UPDATE, "{'note':'x'}"},
                 {IN_RESOLVE, "{}"},
                 {IN_ORDER, "{'action':'terminate','reason':'x'}"},
                 {IN_CONTACT_SET, "{'person':'li.ming','endpoint':'push'}"}};
    for (size_t n = 0; n < sizeof tries / sizeof *tries; n++) {
        struct input in = {.kind = tries[n].kind, .who = {.id = "uid:9", .scopes = SCOPE_READ}};
        uuid_parse(lab.incident, &in.incident);
        lab_input(&lab, in, tries[n].body);
        assert_string_equal(json_str(lab.reply, "code"), "denied");
    }
    assert_int_equal(lab.journal_count, records);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_gets_the_same_incident_and_no_record),
        cmocka_unit_test(a_value_that_goes_back_is_an_update_and_a_repeated_update_is_none),
        cmocka_unit_test(a_higher_grade_under_the_same_key_is_kept_and_told_to_the_plan),
        cmocka_unit_test(a_key_binds_no_longer_than_its_incident_is_open),
        cmocka_unit_test(a_drill_under_the_same_key_does_not_touch_what_is_real),
        cmocka_unit_test(keys_of_two_principals_are_two_keys),
        cmocka_unit_test(fields_are_typed_before_anything_is_accepted),
        cmocka_unit_test(without_a_plan_the_fields_are_kept_as_they_came),
        cmocka_unit_test(who_may_not_is_refused_and_nothing_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
