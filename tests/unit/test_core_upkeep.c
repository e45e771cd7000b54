/*
 * What plans owe as papers: filed, reviewed, drilled. Without it a plan is found to be out of date
 * on the day on which it is needed.
 */
#include "core/say.h"
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define OK "{'ok':true,'status':200}"

static void papers(struct lab *lab, const char *pin)
{
    lab_start(lab);
    lab->check_each = true;
    lab_papers(lab, pin);
}

/* The upkeep becomes the incident that lab_item and lab_incident look at. */
static void look(struct lab *lab)
{
    const struct record *r = lab_last(lab, REC_UPKEEP_OPENED);
    if (!r)
        fail_msg("no plan owes anything");
    uuid_text(r->incident, lab->incident);
}

static size_t items(const struct lab *lab, const char *name, const char *key)
{
    size_t count = 0;
    for (size_t n = 0; n < lab->journal_count; n++) {
        const struct record *r = lab->journal[n];
        count += r->kind == REC_ITEM_ISSUED && !strcmp(json_str_or(r->body, "name", ""), name) &&
                 (!key || !strcmp(json_str_or(r->body, "key", ""), key));
    }
    return count;
}

static const char *state_of(struct lab *lab, const char *name)
{
    look(lab);
    return json_str_or(lab_item(lab, name), "state", "none");
}

static const char *note_of(struct lab *lab, const char *name)
{
    look(lab);
    return json_str_or(json_at(json_at(lab_item(lab, name), "body"), "about"), "note", "");
}

/* Days in which all messages arrive; the phones of a bench ring at nobody's. */
static void days(struct lab *lab, int count)
{
    lab->check_each = false;
    for (int n = 0; n < count; n++) {
        lab_results(lab, OK);
        lab_after(lab, MS_DAY);
    }
    lab_results(lab, OK);
    lab->check_each = true;
}

static wall_ms at(const char *text)
{
    wall_ms ms = 0;
    assert_true(rfc3339_parse(text, &ms));
    return ms;
}

static wall_ms due_of(struct lab *lab, const char *name)
{
    look(lab);
    return json_int(json_at(lab_item(lab, name), "body"), "due_at", 0);
}

static void act(struct lab *lab, const char *name, const char *action)
{
    AUTO_TEXT(body);
    look(lab);
    text_addf(&body, "{'item':'%s','action':'%s','as':'wu.fang','note':'x'}",
              json_str_or(lab_item(lab, name), "id", "none"), action);
    if (!json_bool(lab_say(lab, IN_ITEM, text_str(&body)), "ok"))
        fail_msg("%s: %s", action, json_str_or(lab->reply, "error", "?"));
}

/* A drill of the plan, whose body returns at once. */
static void drill_begins(struct lab *lab)
{
    assert_true(json_bool(lab_trigger(lab, "{'plan':'paper','title':'Drill','drill':true}"), "ok"));
}

/* ---- what is opened ---- */

static void a_plan_that_is_not_filed_owes_it_at_once(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    lab_tells(&lab, "config_loaded\nupkeep_opened\nitem_issued step=!item name=filing\n"
                    "notice_queued step=!item/");
    assert_string_equal(json_str_or(lab_last(&lab, REC_NOTICE_QUEUED)->body, "to", ""), "wu.fang");
    assert_true(due_of(&lab, "filing") == at("2026-07-29T17:00:00+08:00"));
    const json_t *row = lab_item(&lab, "filing");
    const json_t *about = json_at(json_at(row, "body"), "about");
    assert_string_equal(json_str_or(row, "plan", ""), "person:wu.fang");
    assert_string_equal(json_str_or(json_at(row, "body"), "kind", ""), "plan");
    assert_string_equal(json_str_or(about, "plan", ""), "paper");
    assert_string_equal(json_str_or(json_at(about, "title"), "zh", ""),
                        "预案备案：消防预案（2026.1）");
    assert_string_equal(json_str_or(json_at(about, "title"), "en", ""),
                        "File the plan: Fire (2026.1)");
    assert_non_null(strstr(json_str_or(json_at(about, "done_when"), "en", ""), "Monday to Friday"));
    assert_int_equal(items(&lab, "review", NULL) + items(&lab, "drill", NULL), 0);
    lab_done(&lab);
}

/* Nobody files what is not issued yet. */
static void a_plan_is_to_be_filed_from_its_issue_on(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper4");
    days(&lab, 13); /* to 2026-08-02 */
    assert_int_equal(items(&lab, "filing", NULL), 0);
    days(&lab, 1);
    assert_int_equal(items(&lab, "filing", "paper/2026-08-31"), 1);
    lab_done(&lab);
}

/* A city with fifty plans is not flooded on the day on which it takes them into force. */
static void reviews_and_drills_are_opened_sixty_days_before(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper2");
    assert_int_equal(lab_count(&lab, REC_UPKEEP_OPENED), 0);
    assert_true(core_next_due(lab.core) - lab.mono == at("2026-11-02T09:00:00+08:00") - lab.wall);
    days(&lab, 104); /* to 2026-11-01 10:00 */
    assert_int_equal(items(&lab, "drill", NULL), 0);
    days(&lab, 1);
    assert_int_equal(items(&lab, "drill", "paper/2027-01-01"), 1);
    assert_true(due_of(&lab, "drill") == at("2027-01-01T17:00:00+08:00"));
    assert_int_equal(items(&lab, "review", NULL), 0);
    lab_done(&lab);
}

static void it_is_urged_at_its_time_and_then_by_the_week(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    days(&lab, 9); /* to 2026-07-29 10:00 */
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 0);
    days(&lab, 1);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 1);
    days(&lab, 6);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 1);
    days(&lab, 8);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 3);
    days(&lab, 7); /* the leader hears of it by now, and no more often */
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 4);
    lab_done(&lab);
}

/* What is late is said so once, not told and urged in one breath; it has no owner but the room. */
static void what_is_late_already_is_opened_as_overdue(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper3");
    assert_int_equal(items(&lab, "filing", "paper/2020-01-29"), 1);
    assert_int_equal(items(&lab, "review", "paper/2023-01-01"), 1);
    assert_int_equal(items(&lab, "drill", "paper/2020-07-01"), 1);
    look(&lab);
    assert_int_equal(json_int(json_at(lab_incident(&lab), "body"), "items_overdue", 0), 3);
    assert_int_equal(lab_count(&lab, REC_NOTICE_QUEUED), 3);
    lab_results(&lab, OK);
    lab_after(&lab, MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_NOTICE_QUEUED), 3);
    AUTO_TEXT(words);
    record_say(lab_last(&lab, REC_ITEM_ISSUED), "en", &words);
    assert_non_null(strstr(text_str(&words), "to duty:duty-room, overdue by "));
    days(&lab, 7);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 3);
    lab_done(&lab);
}

/* ---- once, whatever happens ---- */

static void the_same_is_never_opened_twice(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    lab_papers(&lab, "paper1");
    lab_crash(&lab);
    lab_papers(&lab, "paper1");
    act(&lab, "filing", "done");
    act(&lab, "filing", "strike");
    days(&lab, 80); /* the review is opened meanwhile, too */
    lab_crash(&lab);
    lab_input(&lab, (struct input){.kind = IN_CLOCK_STEPPED}, "{'by_ms':1}");
    assert_int_equal(items(&lab, "filing", NULL), 1);
    assert_int_equal(items(&lab, "review", "paper/2026-12-01"), 1);
    assert_int_equal(lab_count(&lab, REC_UPKEEP_OPENED), 1);
    lab_done(&lab);
}

/* After a restart its clock is set again: nobody would be told of the review otherwise. */
static void the_next_is_opened_after_a_restart(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper2");
    lab_crash(&lab);
    days(&lab, 106);
    assert_int_equal(items(&lab, "drill", "paper/2027-01-01"), 1);
    lab_done(&lab);
}

static void what_people_did_to_it_stands(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    act(&lab, "filing", "reject");
    lab_papers(&lab, "paper1");
    lab_crash(&lab);
    assert_string_equal(state_of(&lab, "filing"), "rejected");
    assert_int_equal(items(&lab, "filing", NULL), 1);
    lab_papers(&lab, "paper2");
    assert_string_equal(state_of(&lab, "filing"), "rejected");
    assert_string_equal(note_of(&lab, "filing"), "x");
    lab_done(&lab);
}

/* ---- what is owed no more ---- */

static void a_new_version_ends_what_it_has_done(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    days(&lab, 80);
    assert_string_equal(state_of(&lab, "review"), "issued");
    lab_papers(&lab, "paper2");
    assert_string_equal(state_of(&lab, "filing"), "struck");
    assert_string_equal(note_of(&lab, "filing"), "预案已写明备案日期 2026-07-15");
    assert_string_equal(state_of(&lab, "review"), "struck");
    assert_string_equal(note_of(&lab, "review"), "现行预案写明的日期为 2029-07-01");
    lab_done(&lab);
}

static void a_plan_that_is_taken_out_owes_nothing(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    act(&lab, "filing", "receive");
    lab_papers(&lab, NULL);
    assert_string_equal(state_of(&lab, "filing"), "lifted");
    assert_string_equal(note_of(&lab, "filing"), "预案已不在用：paper");
    size_t before = lab.journal_count;
    days(&lab, 120);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 0);
    assert_int_equal(items(&lab, "review", NULL), 0);
    assert_true(lab.journal_count < before + 5); /* its messages arrive, and no more */
    lab_done(&lab);
}

/* ---- drills ---- */

static void a_drill_that_was_worked_to_its_end_counts(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper2");
    days(&lab, 106); /* to 2026-11-03 */
    assert_string_equal(state_of(&lab, "drill"), "issued");
    drill_begins(&lab);
    lab_turn_done(&lab, "[]", "{'names':[],'steps':[]}");
    assert_string_equal(lab_state(&lab), "closed");
    assert_string_equal(state_of(&lab, "drill"), "struck");
    assert_string_equal(note_of(&lab, "drill"), "演练已完成，结束于 2026-11-03");
    lab_crash(&lab);
    days(&lab, 180); /* the next: 2027-05-03, opened on 2027-03-04 */
    assert_int_equal(items(&lab, "drill", "paper/2027-05-03"), 1);
    assert_int_equal(items(&lab, "drill", NULL), 2);
    lab_done(&lab);
}

/* Nor does an emergency count: who must, learns nothing about who would. */
static void a_drill_that_was_broken_off_does_not_count(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper2");
    days(&lab, 106);
    drill_begins(&lab);
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok"));
    assert_string_equal(state_of(&lab, "drill"), "issued");
    assert_true(json_bool(lab_trigger(&lab, "{'plan':'paper','title':'Fire'}"), "ok"));
    lab_turn_done(&lab, "[]", "{'names':[],'steps':[]}");
    assert_string_equal(lab_state(&lab), "closed");
    assert_string_equal(state_of(&lab, "drill"), "issued");
    lab_done(&lab);
}

/* ---- it is no emergency ---- */

static void refused(struct lab *lab, enum input_kind kind, const char *body)
{
    size_t before = lab->journal_count;
    look(lab);
    const json_t *reply = lab_say(lab, kind, body);
    assert_string_equal(json_str_or(reply, "code", "ok"), "conflict");
    if (!strstr(json_str_or(reply, "error", ""), "no emergency"))
        fail_msg("%s", json_str_or(reply, "error", ""));
    assert_int_equal(lab->journal_count, before);
}

static void nobody_ends_or_orders_it(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    refused(&lab, IN_CLOSE, "{}");
    refused(&lab, IN_RESOLVE, "{}");
    refused(&lab, IN_UPDATE, "{'note':'x'}");
    refused(&lab, IN_ANSWER, "{'as':'wu.fang'}");
    refused(&lab, IN_ORDER, "{'action':'terminate','as':'sun.wei','reason':'x'}");
    refused(&lab, IN_DIRECTIVE, "{'text':'x','lead':'person:wu.fang','due':'2h'}");
    refused(&lab, IN_PURGE, "{}");
    act(&lab, "filing", "done");
    act(&lab, "filing", "strike");
    refused(&lab, IN_PURGE, "{}");
    lab_done(&lab);
}

static void no_incident_is_merged_into_it(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(body);
    papers(&lab, "paper1");
    look(&lab);
    text_addf(&body, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", lab.incident);
    lab_trigger(&lab, "{'plan':'river','title':'River','place':{'district':'a'}}");
    const json_t *reply = lab_say(&lab, IN_ORDER, text_str(&body));
    assert_string_equal(json_str_or(reply, "code", "ok"), "conflict");
    lab_done(&lab);
}

static void it_counts_as_no_incident(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    struct core_stats s = core_stats(lab.core);
    assert_int_equal(s.open[0] + s.open[1], 0);
    assert_int_equal(s.incidents, 0);
    assert_string_equal((look(&lab), lab_state(&lab)), "upkeep");
    lab_crash(&lab);
    s = core_stats(lab.core);
    assert_int_equal(s.open[0] + s.open[1] + s.incidents, 0);
    lab_done(&lab);
}

/* The owner opens the link weeks later: it must be good until the item is over, and no longer. */
static void its_links_are_good_as_long_as_the_item_is_open(void **state)
{
    (void)state;
    struct lab lab;
    papers(&lab, "paper1");
    days(&lab, 5);
    lab_crash(&lab);
    assert_true(json_bool(lab_answer_link(&lab, "wu.fang", "{'action':'receive'}"), "ok"));
    assert_string_equal(state_of(&lab, "filing"), "received");
    lab_papers(&lab, "paper2");
    assert_string_equal(
        json_str_or(lab_answer_link(&lab, "wu.fang", "{'action':'done'}"), "code", "ok"),
        "unknown_link");
    lab_done(&lab);
}

static void the_sheet_of_a_plan_says_what_it_owes(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(sheet);
    AUTO_TEXT(owes);
    papers(&lab, "paper1");
    sheet = core_plan(lab.core, "paper", NULL, lab.wall);
    json_write(json_at(sheet, "owes"), &owes);
    assert_string_equal(text_str(&owes), "[{\"due\":\"2026-07-29\",\"what\":\"filing\"},"
                                         "{\"due\":\"2026-12-01\",\"what\":\"review\"},"
                                         "{\"due\":\"2027-01-01\",\"what\":\"drill\"}]");
    assert_string_equal(json_str_or(sheet, "issued", ""), "2026-07-01");
    assert_string_equal(json_str_or(sheet, "drill_every", ""), "6mo");
    assert_string_equal(json_str_or(sheet, "owner", ""), "person:wu.fang");
    assert_null(json_at(sheet, "filed"));
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_that_is_not_filed_owes_it_at_once),
        cmocka_unit_test(a_plan_is_to_be_filed_from_its_issue_on),
        cmocka_unit_test(reviews_and_drills_are_opened_sixty_days_before),
        cmocka_unit_test(it_is_urged_at_its_time_and_then_by_the_week),
        cmocka_unit_test(what_is_late_already_is_opened_as_overdue),
        cmocka_unit_test(the_same_is_never_opened_twice),
        cmocka_unit_test(the_next_is_opened_after_a_restart),
        cmocka_unit_test(what_people_did_to_it_stands),
        cmocka_unit_test(a_new_version_ends_what_it_has_done),
        cmocka_unit_test(a_plan_that_is_taken_out_owes_nothing),
        cmocka_unit_test(a_drill_that_was_worked_to_its_end_counts),
        cmocka_unit_test(a_drill_that_was_broken_off_does_not_count),
        cmocka_unit_test(nobody_ends_or_orders_it),
        cmocka_unit_test(no_incident_is_merged_into_it),
        cmocka_unit_test(it_counts_as_no_incident),
        cmocka_unit_test(its_links_are_good_as_long_as_the_item_is_open),
        cmocka_unit_test(the_sheet_of_a_plan_says_what_it_owes),
    };
    return cmocka_run_group_tests_name("core_upkeep", tests, NULL, NULL);
}
