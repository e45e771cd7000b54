/* Another binary or another Lua: what is to be replayed, and what follows when it differs. */
#include "core_lab.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WAITS "[{'kind':'timer','step':'0.1','ms':3600000}]"

static void starts(struct lab *lab, const char *driver)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'boot':'b','driver':'%s'}", driver);
    lab_input(lab, (struct input){.kind = IN_STARTED}, text_str(&body));
}

static size_t unverified(const struct lab *lab, const char *driver)
{
    struct uuid *runs = NULL;
    size_t count = core_unverified(lab->core, driver, &runs);
    free(runs);
    return count;
}

/* An incident whose plan has taken a turn and waits. */
static void runs(struct lab *lab, const char *title, char id[UUID_TEXT])
{
    AUTO_TEXT(body);
    text_addf(&body, "{'plan':'flood','title':'%s'}", title);
    assert_true(json_bool(lab_trigger(lab, text_str(&body)), "ok"));
    lab_turn(lab, WAITS, "{'steps':['0.1']}");
    strcpy(id, lab->incident);
}

static int64_t last_turn(const struct lab *lab, const char *id)
{
    struct uuid uuid;
    struct core_run run;
    assert_true(uuid_parse(id, &uuid) && core_run(lab->core, uuid, &run));
    return run.upto;
}

static void run_add(const struct lab *lab, const char *id, int64_t off, struct text *body)
{
    text_addf(body,
              "%s{'incident':'%s','upto':%" PRId64
              ",'reason':'diverged','text':'step 0.1 differs'}",
              body->len ? "," : "", id, last_turn(lab, id) + off);
}

static void diverge(struct lab *lab, const struct text *list)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'runs':[%s]}", text_str(list));
    lab_input(lab, (struct input){.kind = IN_DIVERGED}, text_str(&body));
}

/* Why: without a run there is nothing to verify, and no row to write at each start. */
static void where_nothing_is_live_the_new_binary_drives_at_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    starts(&lab, "A");
    assert_true(json_bool(lab_last(&lab, REC_ENGINE_STARTED)->body, "verified"));
    assert_int_equal(unverified(&lab, "A"), 0);
    lab_crash(&lab);
    assert_int_equal(unverified(&lab, "A"), 0);
    lab_done(&lab);
}

/* Why: a kill in the midst of it must not leave half of them unseen. */
static void live_runs_stay_unverified_until_all_are(void **state)
{
    (void)state;
    struct lab lab;
    char one[UUID_TEXT], two[UUID_TEXT];
    lab_start(&lab);
    starts(&lab, "A");
    runs(&lab, "one", one);
    runs(&lab, "two", two);
    assert_true(json_bool(lab_trigger(&lab, "{'plan':'flood','title':'no turn yet'}"), "ok"));
    assert_int_equal(unverified(&lab, "A"), 0);
    assert_int_equal(unverified(&lab, "B"), 2);
    starts(&lab, "B");
    assert_int_equal(json_int(lab_last(&lab, REC_ENGINE_STARTED)->body, "verify", 0), 2);
    lab_crash(&lab);
    starts(&lab, "B");
    assert_int_equal(unverified(&lab, "B"), 2);
    lab_input(&lab, (struct input){.kind = IN_VERIFIED},
              "{'driver':'B','incidents':2,'diverged':0}");
    assert_int_equal(unverified(&lab, "B"), 0);
    lab_crash(&lab);
    assert_int_equal(unverified(&lab, "B"), 0);
    assert_int_equal(unverified(&lab, "A"), 2); /* back to the one before is a change, too */
    lab_done(&lab);
}

/* Why: rule R4, before the hour in which the plan would have been needed. */
static void a_run_that_differs_falls_back_and_its_owner_is_told(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(list);
    char id[UUID_TEXT];
    lab_start(&lab);
    lab.check_each = true;
    starts(&lab, "A");
    runs(&lab, "one", id);
    run_add(&lab, id, 0, &list);
    lab.told = lab.journal_count;
    diverge(&lab, &list);
    lab_tells(&lab, "plan_failed reason=diverged\ncall_rung\nnotice_queued\nalarm cause=diverged");
    assert_string_equal(json_str_or(json_at(lab_incident(&lab), "body"), "health", ""), "fallback");
    AUTO_JSON(owner);
    owner = lab_message(&lab, "sun.wei");
    assert_non_null(strstr(json_str_or(owner, "text", ""), "step 0.1 differs"));
    assert_int_equal(unverified(&lab, "B"), 0); /* it is no live run any more */
    lab_done(&lab);
}

/* Why: its own planner has replayed it for that turn, and found nothing. */
static void a_run_that_has_gone_on_meanwhile_is_left_alone(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(list);
    char id[UUID_TEXT];
    lab_start(&lab);
    starts(&lab, "A");
    runs(&lab, "one", id);
    run_add(&lab, id, -1, &list);
    text_add(&list, ",{'incident':'0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11','upto':1}");
    diverge(&lab, &list);
    assert_int_equal(lab_count(&lab, REC_PLAN_FAILED), 0);
    lab_done(&lab);
}

/* Why: five hundred telephones at once help nobody; each incident is marked all the same. */
static void many_that_differ_are_one_call_that_lists_them(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(list);
    char id[5][UUID_TEXT];
    lab_start(&lab);
    starts(&lab, "A");
    for (int n = 0; n < 5; n++) {
        char title[] = {'i', (char)('0' + n), '\0'};
        runs(&lab, title, id[n]);
        run_add(&lab, id[n], 0, &list);
    }
    lab.told = lab.journal_count;
    lab.check_each = true;
    diverge(&lab, &list);
    assert_int_equal(lab_count(&lab, REC_PLAN_FAILED), 5);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), 1);
    assert_int_equal(lab_count(&lab, REC_ALARM), 1);
    const struct record *call = lab_last(&lab, REC_CALL_RUNG);
    assert_non_null(call);
    char first[UUID_TEXT];
    uuid_text(call->incident, first);
    for (size_t n = lab.told; n < lab.journal_count; n++) {
        const struct record *r = lab.journal[n];
        if (r->kind == REC_PLAN_FAILED && uuid_cmp(r->incident, call->incident) != 0)
            assert_string_equal(json_str_or(r->body, "listed_by", ""), first);
    }
    AUTO_JSON(message);
    message = lab_message(&lab, "li.ming");
    for (int n = 0; n < 5; n++) {
        char title[] = {'i', (char)('0' + n), '\0'};
        assert_non_null(strstr(json_str_or(message, "text", ""), title));
    }
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nothing_is_live_the_new_binary_drives_at_once),
        cmocka_unit_test(live_runs_stay_unverified_until_all_are),
        cmocka_unit_test(a_run_that_differs_falls_back_and_its_owner_is_told),
        cmocka_unit_test(a_run_that_has_gone_on_meanwhile_is_left_alone),
        cmocka_unit_test(many_that_differ_are_one_call_that_lists_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
