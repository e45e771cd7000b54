/* What a plan fetches through an endpoint: sent until there is an answer, and told what came of it.
 */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define OK "{'ok':true,'status':200,'body':'level 4'}"
#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define GONE "{'ok':false,'status':404,'error':'the endpoint says 404','body':'no such gauge'}"
#define FETCH(step, endpoint)                                                                      \
    "{'kind':'fetch','step':'" step "','args':{'endpoint':'" endpoint                              \
    "','body':'{}','json':true,'within_ms':60000}}"
#define AWAITS "{'names':[],'steps':['0.1','0.2/1.1','0.5']}"

static void fetches(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

static const json_t *handed(const struct lab *lab, size_t n)
{
    const json_t *frame = json_array_get(lab->fetches, n);
    assert_non_null(frame);
    return frame;
}

/* How often it was tried, by its record. */
static int64_t tries(const struct lab *lab)
{
    for (size_t n = lab->journal_count; n > 0; n--)
        if (lab->journal[n - 1]->kind == REC_FETCHED)
            return json_int(lab->journal[n - 1]->body, "tries", -1);
    return -1;
}

/* The next event's member. */
static const char *told(struct lab *lab, const char *member)
{
    return json_str_or(json_at(lab_event(lab), "ev"), member, "");
}

static void an_answer_is_a_fact_of_the_plan(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "push") "]");
    assert_int_equal(json_array_size(lab.fetches), 1);
    const json_t *frame = handed(&lab, 0);
    assert_string_equal(json_str(frame, "op"), "attempt");
    assert_string_equal(json_str(frame, "body"), "{}");
    assert_string_equal(json_str(frame, "fetch"), "0.1");
    assert_string_equal(json_str(json_at(frame, "headers"), "content-type"), "application/json");
    assert_null(json_str(json_at(frame, "headers"), "muster-drill"));
    lab_fetched(&lab, OK);
    assert_string_equal(told(&lab, "body"), "level 4");
    assert_int_equal(tries(&lab), 1);
    lab_done(&lab);
}

/* The receiver tells a repeat by the key: it is the same in every try and in every life. */
static void what_was_under_way_at_a_crash_is_sent_again_with_the_same_key(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.2/1.1", "push") "]");
    AUTO_JSON(first);
    first = json_copy(json_unconst(handed(&lab, 0)));
    const char *key = json_str(first, "notice");
    if (!strstr(key, "-0_2-1_1") || strlen(key) != UUID_TEXT + 7)
        fail_msg("%s", key);
    lab_fetched(&lab, LATER);
    lab_after(&lab, 999);
    assert_int_equal(json_array_size(lab.fetches), 0);
    lab_after(&lab, 1);
    assert_true(json_equal(first, json_unconst(handed(&lab, 0))));
    lab_crash(&lab);
    assert_int_equal(json_array_size(lab.fetches), 1);
    assert_true(json_equal(first, json_unconst(handed(&lab, 0))));
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    json_array_clear(lab.fetches);
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    assert_true(json_equal(first, json_unconst(handed(&lab, 0))));
    lab_fetched(&lab, OK);
    lab_after(&lab, 100000);
    assert_int_equal(json_array_size(lab.fetches), 0);
    assert_int_equal(lab_count(&lab, REC_FETCHED), 1);
    lab_done(&lab);
}

static void a_refusal_is_told_at_once_with_what_was_said(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "push") "]");
    lab_fetched(&lab, GONE);
    assert_string_equal(told(&lab, "error"), "the endpoint says 404: no such gauge");
    assert_int_equal(json_array_size(lab.fetches), 0);
    lab_done(&lab);
}

static void an_answer_that_is_too_long_is_none(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "push") "]");
    lab_fetched(&lab, "{'ok':true,'status':200,'body':'x','cut':true}");
    assert_string_equal(told(&lab, "error"), "the answer is longer than 64 KiB");
    lab_done(&lab);
}

/* A plan waits as long as it said, whatever the endpoint does; what comes later is left aside. */
static void the_time_is_over_while_nobody_answers(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "push") "]");
    lab_after(&lab, 59999);
    assert_int_equal(lab_count(&lab, REC_FETCHED), 0);
    lab_after(&lab, 1);
    assert_string_equal(told(&lab, "error"), "no answer within 1m");
    lab_fetched(&lab, OK);
    assert_int_equal(lab_count(&lab, REC_FETCHED), 1);
    lab_done(&lab);
}

static void no_try_is_left_when_the_next_would_be_too_late(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "push") "]");
    static const int after_ms[] = {1000, 3000, 8000, 20000};
    for (size_t n = 0; n < 4; n++) {
        lab_fetched(&lab, LATER);
        lab_after(&lab, after_ms[n]);
    }
    lab_fetched(&lab, LATER); /* at 32 s; the next would come 45 s later */
    assert_string_equal(told(&lab, "error"), "busy");
    assert_int_equal(tries(&lab), 5);
    lab_done(&lab);
}

/* A drill reaches nothing that is none for drills (rule R6), and says what it is. */
static void a_drill_fetches_only_what_is_for_drills(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7','drill':true}");
    lab_turn(&lab, "[" FETCH("0.1", "push") "," FETCH("0.2/1.1", "sms") "]", AWAITS);
    assert_int_equal(json_array_size(lab.fetches), 1);
    assert_string_equal(json_str(json_at(handed(&lab, 0), "headers"), "muster-drill"), "true");
    assert_string_equal(told(&lab, "error"), "the endpoint is none for drills");
    lab_done(&lab);
}

static void an_endpoint_that_is_gone_is_told(void **state)
{
    (void)state;
    struct lab lab;
    fetches(&lab, "[" FETCH("0.1", "nowhere") "]");
    assert_string_equal(told(&lab, "error"), "the site has no such endpoint any more");
    lab_done(&lab);
}

/* An endpoint that takes four at a time is asked four at a time. */
static void no_more_are_under_way_than_an_endpoint_takes(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(cmds);
    text_add_char(&cmds, '[');
    for (int n = 0; n < 6; n++)
        text_addf(&cmds,
                  "%s{'kind':'fetch','step':'0.%d','args':{'endpoint':'push','body':'{}',"
                  "'within_ms':60000}}",
                  n ? "," : "", n + 1);
    text_add_char(&cmds, ']');
    fetches(&lab, text_str(&cmds));
    assert_int_equal(json_array_size(lab.fetches), 4);
    lab_fetched(&lab, OK);
    assert_int_equal(json_array_size(lab.fetches), 4);
    lab_done(&lab);
}

static void what_is_cancelled_or_over_waits_for_nothing(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(cmds);
    text_add(&cmds, "[" FETCH("0.1", "push") "," FETCH("0.2/1.1", "push"));
    text_add(&cmds, ",{'kind':'timer','step':'0.5','ms':1000}]");
    fetches(&lab, text_str(&cmds));
    lab_after(&lab, 1000);
    lab_turn(&lab, "[{'kind':'cancel','step':'0.1'}]", AWAITS);
    lab_fetched(&lab, OK);
    assert_int_equal(lab_count(&lab, REC_FETCHED), 0);
    lab_say(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}");
    lab_fetched(&lab, OK);
    lab_after(&lab, 100000);
    assert_int_equal(lab_count(&lab, REC_FETCHED), 0);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_a_fact_of_the_plan),
        cmocka_unit_test(what_was_under_way_at_a_crash_is_sent_again_with_the_same_key),
        cmocka_unit_test(a_refusal_is_told_at_once_with_what_was_said),
        cmocka_unit_test(an_answer_that_is_too_long_is_none),
        cmocka_unit_test(the_time_is_over_while_nobody_answers),
        cmocka_unit_test(no_try_is_left_when_the_next_would_be_too_late),
        cmocka_unit_test(a_drill_fetches_only_what_is_for_drills),
        cmocka_unit_test(an_endpoint_that_is_gone_is_told),
        cmocka_unit_test(no_more_are_under_way_than_an_endpoint_takes),
        cmocka_unit_test(what_is_cancelled_or_over_waits_for_nothing),
    };
    return cmocka_run_group_tests_name("core fetch", tests, NULL, NULL);
}
