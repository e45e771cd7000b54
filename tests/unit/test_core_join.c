/*
 * Triggers that belong to an incident that is there: they join it, and open it again for a while.
 * After each input the live core, one loaded from its rows and one rebuilt from its journal are the
 * same (I13), so that all of this survives a kill at any moment.
 */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define PAY(title)                                                                                 \
    "{'source':'alertmanager','title':'" title "','labels':{'service':'pay'},'key':'" title "'}"
#define RIVER(title, district)                                                                     \
    "{'kind':'river','title':'" title "','place':{'district':'" district "'}}"

static void begin(struct lab *lab)
{
    lab_start(lab);
    lab->check_each = true;
}

static const json_t *triggered(struct lab *lab, const char *body)
{
    const json_t *reply = lab_trigger(lab, body);
    if (!json_bool(reply, "ok"))
        fail_msg("%s: %s", body, json_str_or(reply, "error", "?"));
    return reply;
}

static void refused(struct lab *lab, enum input_kind kind, const char *body, const char *code,
                    const char *words)
{
    size_t before = lab->journal_count;
    const json_t *reply = kind == IN_TRIGGER ? lab_trigger(lab, body) : lab_say(lab, kind, body);
    assert_string_equal(json_str_or(reply, "code", "ok"), code);
    if (!strstr(json_str(reply, "error"), words))
        fail_msg("%s: \"%s\" has no \"%s\"", body, json_str(reply, "error"), words);
    assert_int_equal(lab->journal_count, before);
}

static void said(struct lab *lab, enum input_kind kind, const char *body)
{
    if (!json_bool(lab_say(lab, kind, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

static void at(struct lab *lab, const char *incident)
{
    memmove(lab->incident, incident, strlen(incident) + 1);
}

static const json_t *family(struct lab *lab)
{
    return json_at(json_at(lab_incident(lab), "body"), "family");
}

static int64_t count(struct lab *lab)
{
    AUTO_JSON(about);
    about = data(json_str_or(json_at(lab_incident(lab), "body"), "about", "{}"));
    return json_int(about, "count", 0);
}

static const json_t *event(struct lab *lab)
{
    const json_t *frame = lab_event(lab);
    if (!frame)
        fail_msg("no event is with a planner");
    return json_at(frame, "ev");
}

static void plan_waits(struct lab *lab)
{
    lab_turn(
        lab, "[]",
        "{'names':['joined','update','closed','order','resolved'],'steps':['child:17','0.1']}");
}

/* --- joining --- */

/* Why: two hundred alerts of a service must not be two hundred calls at night. */
static void an_equal_trigger_joins_the_open_incident(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    char id[UUID_TEXT];
    triggered(&lab, RIVER("North bridge over mark", "east"));
    memcpy(id, lab.incident, sizeof id);
    plan_waits(&lab);
    const json_t *reply = triggered(&lab, "{'kind':'river','title':'South bridge','source':'radar',"
                                          "'grade':'II','place':{'district':'east'},"
                                          "'fields':{'g7':{'stage_m':4.9},'breach':true}}");
    assert_string_equal(json_str(reply, "incident"), id);
    assert_false(json_bool(reply, "new"));
    assert_true(json_bool(reply, "joined"));
    at(&lab, id);
    assert_int_equal(count(&lab), 2);
    assert_int_equal(lab_count(&lab, REC_INCIDENT_OPENED), 1);
    const json_t *ev = event(&lab);
    assert_string_equal(json_str(ev, "title"), "South bridge");
    assert_string_equal(json_str(ev, "source"), "radar");
    assert_int_equal(json_int(ev, "count", 0), 2);
    assert_true(json_bool(json_at(ev, "fields"), "breach"));
    assert_non_null(lab_fact(&lab, "g7/stage_m")); /* taken over as an update */
    AUTO_JSON(names);
    names = data("['joined','update','breach','stage_m']");
    assert_true(json_equal(json_unconst(json_at(ev, "names")), names));
    lab_tells(&lab, "joined\ncondition of=level/IV truth=true\nproposed");
    lab_done(&lab);
}

/* Why: what is not known is equal to nothing; else all triggers without a district were one. */
static void a_trigger_without_the_value_stands_alone(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    assert_true(json_bool(triggered(&lab, RIVER("b", "west")), "new"));
    assert_true(json_bool(triggered(&lab, "{'kind':'river','title':'c'}"), "new"));
    assert_true(json_bool(triggered(&lab, "{'kind':'river','title':'d'}"), "new"));
    assert_true(json_bool(triggered(&lab, "{'kind':'river','title':'e','drill':true,"
                                          "'place':{'district':'east'}}"),
                          "new"));
    assert_int_equal(lab_count(&lab, REC_JOINED), 0);
    lab_done(&lab);
}

/* Why: an alert that repeats itself every minute is one alert, whichever incident it is in. */
static void the_key_of_what_joined_binds_to_the_incident(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("disk full"));
    assert_true(json_bool(triggered(&lab, PAY("db slow")), "joined"));
    const json_t *reply = triggered(&lab, PAY("db slow"));
    assert_false(json_bool(reply, "joined"));
    assert_false(json_bool(reply, "updated"));
    assert_int_equal(count(&lab), 2);
    reply = triggered(&lab, "{'source':'alertmanager','title':'db slow','labels':{'service':'pay'},"
                            "'key':'db slow','fields':{'errors':7}}");
    assert_true(json_bool(reply, "updated"));
    reply = triggered(&lab, "{'source':'alertmanager','title':'db slow','labels':{'service':'pay'},"
                            "'key':'db slow','fields':{'errors':7}}");
    assert_false(json_bool(reply, "updated"));
    lab_crash(&lab);
    assert_false(json_bool(triggered(&lab, PAY("disk full")), "new"));
    lab_done(&lab);
}

/* Why: a joined trigger with a misspelt fact must be refused as any other. */
static void what_joins_is_typed_like_an_update(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    refused(&lab, IN_TRIGGER,
            "{'source':'alertmanager','title':'b','labels':{'service':'pay'},"
            "'fields':{'erors':1}}",
            "unknown_field", "did you mean \"errors\"?");
    lab_done(&lab);
}

/* Why: a request sent again because no reply came is no second join. */
static void a_join_under_an_idempotency_key_is_one_join(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    const char *join = "{'source':'alertmanager','title':'b','labels':{'service':'pay'}}";
    triggered(&lab, PAY("a"));
    assert_true(json_bool(lab_trigger_once(&lab, "o1", join), "joined"));
    lab_crash(&lab);
    const json_t *reply = lab_trigger_once(&lab, "o1", join);
    assert_true(json_bool(reply, "joined"));
    assert_true(json_bool(reply, "repeated"));
    assert_int_equal(lab_count(&lab, REC_JOINED), 1);
    lab_done(&lab);
}

/* Why: a plan whose response is over calls nobody; a new flood then needs one that does. */
static void what_recovers_takes_no_joins(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    said(&lab, IN_ORDER,
         "{'action':'terminate','as':'sun.wei','reason':'over','despite':'verify is open'}");
    assert_string_equal(lab_state(&lab), "recovering");
    assert_true(json_bool(triggered(&lab, RIVER("b", "east")), "new"));
    assert_true(json_bool(triggered(&lab, RIVER("c", "east")), "joined"));
    lab_done(&lab);
}

/* --- the digest --- */

/* Why: people are told of forty alerts in thirty seconds once, not forty times. */
static void what_joins_within_the_digest_is_told_as_one(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming'],'text':'x'}}]",
             "{'names':['joined','update'],'steps':[]}");
    lab_results(&lab, "{'ok':true,'status':200}");
    triggered(&lab, PAY("b"));
    triggered(&lab, "{'source':'alertmanager','title':'c','labels':{'service':'pay'},"
                    "'fields':{'errors':3}}");
    assert_null(lab_event(&lab));
    assert_int_equal(count(&lab), 3);
    assert_non_null(lab_fact(&lab, "/errors")); /* counts at once */
    lab_crash(&lab);                            /* what was not told yet is not lost */
    lab_after(&lab, 29 * MS_SECOND);
    assert_null(lab_event(&lab));
    lab_after(&lab, MS_SECOND);
    const json_t *ev = event(&lab);
    assert_int_equal(json_array_size(json_at(ev, "joins")), 2);
    assert_int_equal(json_int(ev, "count", 0), 3);
    assert_string_equal(json_str(ev, "title"), "c");
    const struct record *told = lab_last(&lab, REC_NOTICE_QUEUED);
    assert_string_equal(json_str(told->body, "to"), "li.ming");
    assert_non_null(strstr(json_str(record_at(told, "message"), "text"), "又有 2 条并入，共 3 条"));
    assert_int_equal(lab_count(&lab, REC_JOINS_TOLD), 1);
    lab_after(&lab, MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_JOINS_TOLD), 1);
    lab_done(&lab);
}

/* Why: a storm of a thousand alerts must not gather in memory for its whole time. */
static void a_hundred_untold_joins_are_told_before_their_time(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    triggered(&lab, PAY("a"));
    for (int n = 0; n < 250; n++)
        lab_trigger(&lab, "{'source':'alertmanager','title':'b','labels':{'service':'pay'}}");
    assert_int_equal(lab_count(&lab, REC_JOINS_TOLD), 2);
    assert_int_equal(json_array_size(json_at(family(&lab), "joins")), 50);
    assert_int_equal(count(&lab), 251);
    lab_done(&lab);
}

/* --- the end, and again --- */

/* Why: whoever was woken must learn that it is over, and must not be called further. */
static void resolved_by_its_source_closes_and_tells_everybody(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['person:li.ming','person:sun.wei'],"
             "'text':'come','within_ms':60000}}]",
             "{'names':[],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    said(&lab, IN_RESOLVE, "{}");
    lab_tells(&lab, "resolved\nincident_closed why=resolved\nnotice_queued step= to=li.ming");
    const struct record *told = lab_last(&lab, REC_NOTICE_QUEUED);
    assert_string_equal(json_str(record_at(told, "message"), "type"), "muster.resolved");
    assert_string_equal(json_str(record_at(told, "message"), "text"), "已恢复：a");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_after(&lab, 5 * MS_MINUTE);
    lab_never(&lab, "sun.wei");
    lab_done(&lab);
}

/* Why: an alert that flaps wakes somebody who knows it, and not a fresh incident each time. */
static void a_trigger_soon_after_the_close_opens_it_again(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    char id[UUID_TEXT];
    triggered(&lab, PAY("a"));
    memcpy(id, lab.incident, sizeof id);
    lab_turn(&lab, "[]", "{'names':[],'steps':['0.1']}");
    said(&lab, IN_RESOLVE, "{}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_crash(&lab);
    lab_after(&lab, 9 * MS_MINUTE);
    const json_t *reply = triggered(&lab, PAY("a")); /* the very same: it happens again */
    assert_string_equal(json_str(reply, "incident"), id);
    assert_true(json_bool(reply, "reopened"));
    assert_false(json_bool(reply, "new"));
    at(&lab, id);
    assert_string_equal(lab_state(&lab), "open");
    const json_t *frame = lab_event(&lab);
    assert_int_equal(json_int(frame, "prev", -1), 0); /* the plan runs from its top */
    const json_t *about = json_at(json_at(frame, "ev"), "incident");
    assert_int_equal(json_int(about, "reopened", 0), 1);
    assert_int_equal(json_int(about, "count", 0), 2);
    lab_turn(&lab, "[{'kind':'timer','step':'1.1','ms':1000}]", "{'names':[],'steps':['1.1']}");
    lab_tells(&lab, "reopened");
    lab_done(&lab);
}

/* Why: the same values open it again, too, though the key is another. */
static void the_values_open_it_again_too(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    said(&lab, IN_RESOLVE, "{}");
    assert_true(json_bool(triggered(&lab, PAY("other")), "reopened"));
    said(&lab, IN_RESOLVE, "{}");
    lab_after(&lab, 10 * MS_MINUTE);
    lab_tells(&lab, "reopened\nincident_closed why=resolved\nreopen_over");
    assert_true(json_bool(triggered(&lab, PAY("a")), "new"));
    lab_done(&lab);
}

/* Why: what was known before the end is old; a level must not rest on it. */
static void what_was_known_is_in_doubt_after_opening_again(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, "{'source':'alertmanager','title':'a','labels':{'service':'pay'},"
                    "'fields':{'errors':9}}");
    said(&lab, IN_RESOLVE, "{}");
    triggered(&lab, PAY("b"));
    assert_true(json_bool(lab_fact(&lab, "/errors"), "stale"));
    lab_done(&lab);
}

/* Why: a plan that broke must not be run again where a fresh one may do better. */
static void what_fell_back_is_not_opened_again(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'respond','text':'x'}]",
             "{'names':[],'steps':[]}");
    said(&lab, IN_RESOLVE, "{}");
    assert_true(json_bool(triggered(&lab, PAY("a")), "new"));
    lab_done(&lab);
}

/* Why: a purge in that time would take from a plan what it needs to go on. */
static void what_can_be_opened_again_is_not_purged(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, PAY("a"));
    said(&lab, IN_RESOLVE, "{}");
    refused(&lab, IN_PURGE, "{}", "conflict", "may still open");
    lab_done(&lab);
}

/* --- the run of before --- */

/* Resolved, and opened again; the plan's first run had this turn. */
static void run_twice(struct lab *lab, const char *first)
{
    begin(lab);
    triggered(lab, PAY("a"));
    lab_turn(lab, first, "{'names':[],'steps':['0.1']}");
    lab_results(lab, "{'ok':true,'status':200}");
    if (lab_event(lab))
        lab_turn(lab, "[]", "{'names':[],'steps':[]}");
    said(lab, IN_RESOLVE, "{}");
    lab_results(lab, "{'ok':true,'status':200}");
    assert_true(json_bool(triggered(lab, PAY("a")), "reopened"));
}

/* Why: "cannot come" goes on to the next at once, whoever was called by the same words before. */
static void a_call_of_the_run_before_holds_up_no_call(void **state)
{
    (void)state;
    struct lab lab;
    run_twice(&lab, "[{'kind':'call','step':'0.1','args':{'text':'x','within_ms':600000,"
                    "'rungs':[{'to':'person:wang.qiang'},{'to':'person:zhou.jie'}]}}]");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'text':'x','within_ms':600000,"
             "'rungs':[{'to':'person:li.ming'},{'to':'person:sun.wei'}]}}]",
             "{'names':[],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    said(&lab, IN_ANSWER, "{'as':'wang.qiang'}"); /* he is not called now */
    lab_tells(&lab, "answer_noted");
    said(&lab, IN_ANSWER, "{'as':'li.ming','decline':true}");
    lab_tells(&lab, "call_declined by=li.ming\nnotice_queued step=0.1 to=sun.wei");
    lab_done(&lab);
}

/* Why: a message that failed must not pass for sent because one before did not. */
static void a_message_of_the_run_before_proves_no_message(void **state)
{
    (void)state;
    struct lab lab;
    const char *notify =
        "[{'kind':'notify','step':'0.1','args':{'to':['person:li.ming'],'text':'x'}}]";
    run_twice(&lab, notify);
    lab_turn(&lab, notify, "{'names':[],'steps':['0.1']}");
    lab_result(&lab, "li.ming", "{'ok':false,'permanent':true,'status':410}");
    assert_string_equal(json_str(event(&lab), "result"), "failed");
    lab_done(&lab);
}

/* Why: who could not come yesterday may have an opinion today. */
static void who_declined_in_the_run_before_is_waited_for(void **state)
{
    (void)state;
    struct lab lab;
    const char *consult = "[{'kind':'call','step':'0.1','args':{'consults':true,"
                          "'to':['person:li.ming','person:sun.wei'],'text':'why',"
                          "'within_ms':600000}}]";
    begin(&lab);
    triggered(&lab, PAY("a"));
    lab_turn(&lab, consult, "{'names':[],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    said(&lab, IN_ANSWER, "{'as':'li.ming','decline':true}");
    said(&lab, IN_RESOLVE, "{}");
    lab_results(&lab, "{'ok':true,'status':200}");
    triggered(&lab, PAY("a"));
    lab_turn(&lab, consult, "{'names':[],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    said(&lab, IN_ANSWER, "{'as':'sun.wei','note':'dig'}");
    assert_int_equal(lab_count(&lab, REC_CONSULTED), 0);
    lab_done(&lab);
}

/* --- where no plan runs --- */

/* Why: a second alarm of a district must not vanish because the plan of the first one broke. */
static void what_joins_where_the_plan_has_failed_is_told(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'respond','text':'x'}]",
             "{'names':[],'steps':[]}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_answer(&lab, "li.ming");
    triggered(&lab, RIVER("Dyke broken", "east"));
    triggered(&lab, RIVER("Bridge gone", "east"));
    lab_crash(&lab);
    lab_tells(&lab, "joined\njoined");
    lab_after(&lab, MS_MINUTE);
    assert_int_equal(json_int(lab_last(&lab, REC_JOINS_TOLD)->body, "joins", 0), 2);
    lab_tells(&lab, "joins_told\nnotice_queued step= to=li.ming");
    lab_done(&lab);
}

/* Why: III became I in the night, and only the record knew. */
static void what_becomes_graver_where_no_plan_runs_is_told(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, "{'kind':'river','key':'k','title':'a','grade':'III'}");
    lab_turn(&lab, "[{'kind':'error','step':'0.1','body':'respond','text':'x'}]",
             "{'names':[],'steps':[]}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_answer(&lab, "li.ming");
    lab_tells(&lab, "call_answered");
    triggered(&lab, "{'kind':'river','key':'k','title':'a','grade':'II','note':'over the dyke'}");
    lab_tells(&lab, "updated\nnotice_queued step= to=li.ming");
    assert_string_equal(json_str(lab_last(&lab, REC_ALARM)->body, "cause"), "grade/II");
    triggered(&lab, "{'kind':'river','key':'k','title':'a','grade':'II','note':'as before'}");
    lab_never(&lab, "notice_queued");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_equal_trigger_joins_the_open_incident),
        cmocka_unit_test(a_trigger_without_the_value_stands_alone),
        cmocka_unit_test(the_key_of_what_joined_binds_to_the_incident),
        cmocka_unit_test(what_joins_is_typed_like_an_update),
        cmocka_unit_test(a_join_under_an_idempotency_key_is_one_join),
        cmocka_unit_test(what_recovers_takes_no_joins),
        cmocka_unit_test(what_joins_within_the_digest_is_told_as_one),
        cmocka_unit_test(a_hundred_untold_joins_are_told_before_their_time),
        cmocka_unit_test(resolved_by_its_source_closes_and_tells_everybody),
        cmocka_unit_test(a_trigger_soon_after_the_close_opens_it_again),
        cmocka_unit_test(the_values_open_it_again_too),
        cmocka_unit_test(what_was_known_is_in_doubt_after_opening_again),
        cmocka_unit_test(what_fell_back_is_not_opened_again),
        cmocka_unit_test(what_can_be_opened_again_is_not_purged),
        cmocka_unit_test(a_call_of_the_run_before_holds_up_no_call),
        cmocka_unit_test(a_message_of_the_run_before_proves_no_message),
        cmocka_unit_test(who_declined_in_the_run_before_is_waited_for),
        cmocka_unit_test(what_joins_where_the_plan_has_failed_is_told),
        cmocka_unit_test(what_becomes_graver_where_no_plan_runs_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
