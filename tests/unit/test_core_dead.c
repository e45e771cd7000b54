/* A message that reached nobody: seen, kept, and sent again when somebody says so. */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define GONE "{'ok':false,'status':404,'error':'gone'}"
#define NOTIFY(to) "[{'kind':'notify','step':'0.1','args':{'to':['" to "'],'text':'high water'}}]"
#define CALL(to)                                                                                   \
    "[{'kind':'call','step':'0.1','args':{'to':['" to "'],'text':'come','within_ms':300000}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"

static void failed(struct lab *lab, const char *cmds, const char *person)
{
    lab_start(lab);
    lab->check_each = true;
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
    while (lab_attempt(lab, person))
        lab_result(lab, person, GONE);
}

static json_t *letters(const struct lab *lab, size_t count)
{
    json_t *list = core_dead(lab->core);
    assert_int_equal(json_array_size(list), count);
    assert_int_equal(core_stats(lab->core).dead, (int64_t)count);
    return list;
}

static const json_t *dead_say(struct lab *lab, const char *notice, const char *body)
{
    struct input in = {.kind = IN_DEAD};
    if (notice)
        assert_true(uuid_parse(notice, &in.notice));
    else
        assert_true(uuid_parse(lab->incident, &in.incident));
    lab_input(lab, in, body);
    return lab->reply;
}

static void a_message_that_reached_nobody_is_in_the_list_with_its_reason(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(list);
    failed(&lab, NOTIFY("person:sun.wei"), "sun.wei");
    lab_tells(&lab, "notice_failed step=0.1 to=sun.wei\nalarm cause=notice_failed");
    lab_crash(&lab);
    list = letters(&lab, 1);
    const json_t *one = json_array_get(list, 0);
    assert_string_equal(json_str(one, "to"), "sun.wei");
    assert_string_equal(json_str(one, "why"), "gone");
    assert_string_equal(json_str(one, "text"), "high water");
    assert_string_equal(json_str(one, "title"), "Gauge 7");
    lab_done(&lab);
}

/* The same id, link and code: who has the first one on some screen can answer by either. */
static void it_goes_out_again_as_it_was_and_under_no_id_of_an_attempt_before(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(before);
    AUTO_JSON(list);
    AUTO_JSON(none);
    failed(&lab, CALL("person:sun.wei"), "sun.wei");
    before = lab_message(&lab, "sun.wei");
    list = letters(&lab, 1);
    const char *id = json_str(json_array_get(list, 0), "notice");
    assert_int_equal(json_int(dead_say(&lab, id, "{'action':'replay'}"), "replayed", 0), 1);
    lab_tells(&lab, "notice_replayed step=0.1 to=sun.wei endpoint=sms");
    none = letters(&lab, 0);
    const json_t *attempt = lab_attempt(&lab, "sun.wei");
    assert_memory_equal(json_str(attempt, "notice"), id, strlen(id));
    assert_string_equal(json_str(attempt, "notice") + strlen(id), "-2");
    assert_non_null(strstr(json_str(attempt, "body"), json_str(before, "code")));
    assert_non_null(strstr(json_str(attempt, "body"), json_str(before, "link")));
    lab_crash(&lab);
    lab_result(&lab, "sun.wei", SENT);
    lab_answer_link(&lab, "sun.wei", "{}");
    assert_string_equal(json_str_or(lab_notice(&lab, "sun.wei"), "state", ""), "answered");
    lab_done(&lab);
}

/* Its plan went on without it; a second end of one step would throw its replay off. */
static void the_plan_hears_of_a_failure_once(void **state)
{
    (void)state;
    struct lab lab;
    failed(&lab, NOTIFY("person:sun.wei"), "sun.wei");
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "result"), "failed");
    lab_turn(&lab, "[]", "{'names':[],'steps':['0.9']}");
    dead_say(&lab, NULL, "{'action':'replay'}");
    lab_result(&lab, "sun.wei", SENT);
    lab_tells(&lab, "notice_sent step=0.1 to=sun.wei");
    assert_null(lab_event(&lab));
    lab_done(&lab);
}

static void all_of_an_incident_go_out_again_at_once_and_one_that_fails_again_is_back(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(list);
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab,
             "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei','person:wu.fang'],"
             "'text':'t'}}]",
             AWAITS);
    lab_result(&lab, "sun.wei", GONE);
    lab_result(&lab, "wu.fang", GONE);
    assert_int_equal(json_int(dead_say(&lab, NULL, "{}"), "replayed", 0), 2);
    lab_result(&lab, "wu.fang", SENT);
    lab_result(&lab, "sun.wei", GONE);
    list = letters(&lab, 1);
    assert_int_equal(json_int(json_at(lab_incident(&lab), "body"), "failed", 0), 1);
    lab_done(&lab);
}

static void what_nobody_needs_any_more_is_let_go_by_name(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(none);
    failed(&lab, NOTIFY("person:sun.wei"), "sun.wei");
    assert_int_equal(json_int(dead_say(&lab, NULL, "{'action':'drop'}"), "dropped", 0), 1);
    lab_tells(&lab, "notice_dropped step=0.1 to=sun.wei");
    none = letters(&lab, 0);
    lab_done(&lab);
}

/* What holds of an incident that is over: the record, and no more. */
static void of_an_incident_that_is_over_no_letter_is_kept_and_the_refusal_says_so(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(list);
    AUTO_JSON(none);
    failed(&lab, NOTIFY("person:sun.wei"), "sun.wei");
    list = letters(&lab, 1);
    lab_say(&lab, IN_CLOSE, "{}");
    none = letters(&lab, 0);
    const json_t *reply =
        dead_say(&lab, json_str(json_array_get(list, 0), "notice"), "{'action':'replay'}");
    assert_false(json_bool(reply, "ok"));
    assert_non_null(strstr(json_str_or(reply, "error", ""), "is over"));
    lab_done(&lab);
}

static void what_has_arrived_is_not_sent_again(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:sun.wei"), AWAITS);
    AUTO_JSON(attempt);
    attempt = json_incref(json_unconst(lab_attempt(&lab, "sun.wei")));
    lab_result(&lab, "sun.wei", SENT);
    char id[UUID_TEXT] = {0};
    memcpy(id, json_str(attempt, "notice"), UUID_TEXT - 1);
    const json_t *reply = dead_say(&lab, id, "{'action':'replay'}");
    assert_string_equal(json_str(reply, "code"), "conflict");
    lab_done(&lab);
}

/* The contact that refused is not there any more; the person has another. */
static void a_message_goes_by_the_contact_that_the_person_has_now(void **state)
{
    (void)state;
    struct lab lab;
    failed(&lab, NOTIFY("person:sun.wei"), "sun.wei");
    lab_site_without_sms(&lab);
    assert_int_equal(json_int(dead_say(&lab, NULL, "{}"), "replayed", 0), 1);
    assert_string_equal(json_str_or(lab_attempt(&lab, "sun.wei"), "endpoint", ""), "push");
    lab_crash(&lab);
    lab_result(&lab, "sun.wei", SENT);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_that_reached_nobody_is_in_the_list_with_its_reason),
        cmocka_unit_test(it_goes_out_again_as_it_was_and_under_no_id_of_an_attempt_before),
        cmocka_unit_test(the_plan_hears_of_a_failure_once),
        cmocka_unit_test(all_of_an_incident_go_out_again_at_once_and_one_that_fails_again_is_back),
        cmocka_unit_test(what_nobody_needs_any_more_is_let_go_by_name),
        cmocka_unit_test(of_an_incident_that_is_over_no_letter_is_kept_and_the_refusal_says_so),
        cmocka_unit_test(what_has_arrived_is_not_sent_again),
        cmocka_unit_test(a_message_goes_by_the_contact_that_the_person_has_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
