/*
 * Levels: what the facts speak for is proposed, people order, and nothing of it needs a planner.
 * The planner of the lab says nothing in these tests unless it is asked to.
 */
#include "core/say.h"
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define IV_BY_CHIEF                                                                                \
    "{'action':'activate','level':'IV','as':'sun.wei','reason':'rising','measures':'patrol'}"
#define II_BY_MAYOR                                                                                \
    "{'action':'activate','level':'II','as':'zhou.jie','reason':'rising','measures':'patrol'}"

static void dam(struct lab *lab, const char *stage)
{
    AUTO_TEXT(body);
    lab_start(lab);
    lab->check_each = true;
    text_addf(&body,
              "{'plan':'dam','title':'Gauge 7','place':{'district':'east'},"
              "'fields':{'g7':{'stage_m':%s},'breach':false}}",
              stage);
    assert_true(json_bool(lab_trigger(lab, text_str(&body)), "ok"));
}

static void stage(struct lab *lab, const char *metres)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'fields':{'g7':{'stage_m':%s}}}", metres);
    assert_true(json_bool(lab_say(lab, IN_UPDATE, text_str(&body)), "ok"));
}

/* The gauge goes on reporting while time passes. */
static void stage_for(struct lab *lab, const char *metres, int64_t ms)
{
    for (int64_t at = 0; at < ms; at += 20 * MS_MINUTE) {
        stage(lab, metres);
        lab_after(lab, ms - at < 20 * MS_MINUTE ? ms - at : 20 * MS_MINUTE);
    }
}

static void ordered(struct lab *lab, const char *body)
{
    if (!json_bool(lab_say(lab, IN_ORDER, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

static void ordered_item(struct lab *lab, const char *action)
{
    AUTO_TEXT(body);
    const struct record *r = lab_last(lab, REC_ITEM_ISSUED);
    text_addf(&body, "{'item':'%s','action':'%s','as':'li.ming'}", json_str(r->body, "item"),
              action);
    if (!json_bool(lab_say(lab, IN_ITEM, text_str(&body)), "ok"))
        fail_msg("%s: %s", action, json_str_or(lab->reply, "error", "?"));
}

static void refused(struct lab *lab, enum input_kind kind, const char *body, const char *code,
                    const char *words)
{
    size_t before = lab->journal_count;
    const json_t *reply = lab_say(lab, kind, body);
    assert_string_equal(json_str_or(reply, "code", "ok"), code);
    if (!strstr(json_str(reply, "error"), words))
        fail_msg("%s: \"%s\" has no \"%s\"", body, json_str(reply, "error"), words);
    assert_int_equal(lab->journal_count, before);
}

static const json_t *response(struct lab *lab)
{
    return json_at(json_at(lab_incident(lab), "body"), "response");
}

static const char *level(struct lab *lab)
{
    return json_str_or(response(lab), "level", "none");
}

static const json_t *proposal(struct lab *lab)
{
    return json_array_get(json_at(response(lab), "proposals"), 0);
}

static const char *proposed(struct lab *lab)
{
    return json_str_or(json_at(proposal(lab), "spec"), "level", "none");
}

/* The last message that was written, which must be to this person. */
static const json_t *last_message(const struct lab *lab, const char *person)
{
    const struct record *r = lab_last(lab, REC_NOTICE_QUEUED);
    assert_string_equal(json_str(r->body, "to"), person);
    return record_at(r, "message");
}

/* ---- what the facts speak for ---- */

static void the_highest_level_whose_condition_is_true_is_proposed(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    lab_tells(&lab, "condition of=level/II\nproposed");
    assert_string_equal(proposed(&lab), "II");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "activate");
    const json_t *written = last_message(&lab, "zhou.jie"); /* the mayor, who may */
    assert_non_null(strstr(json_str(written, "text"), "7号站 水位 5.6 m"));
    assert_string_equal(level(&lab), "none"); /* software proposes, people order */
    lab_done(&lab);
}

static void the_threshold_itself_counts(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.5");
    assert_string_equal(proposed(&lab), "IV");
    stage(&lab, "5.0");
    assert_string_equal(proposed(&lab), "III");
    lab_done(&lab);
}

static void below_every_threshold_nothing_is_proposed(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.4");
    assert_null(proposal(&lab));
    lab_done(&lab);
}

static void a_rising_river_amends_the_proposal_and_a_falling_one_withdraws_it(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    stage(&lab, "5.6");
    assert_string_equal(proposed(&lab), "II");
    lab_tells(&lab, "proposal_amended");
    stage(&lab, "5.1");
    assert_string_equal(proposed(&lab), "III");
    stage(&lab, "4.0");
    lab_tells(&lab, "proposal_amended\nproposal_withdrawn");
    assert_null(proposal(&lab));
    lab_done(&lab);
}

static void a_dead_gauge_withdraws_nothing(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    lab_after(&lab, 31 * MS_MINUTE);
    lab_tells(&lab, "fact_stale\ncondition of=level/II truth=unknown");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

static void a_fact_of_the_incident_counts_for_every_station(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "1");
    assert_null(proposal(&lab));
    lab_say(&lab, IN_UPDATE, "{'fields':{'breach':true}}");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

/* g8 lies in the west: it counts as soon as it reports to this incident. */
static void a_known_breach_counts_where_no_gauge_is(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'plan':'dam','title':'x','place':{'district':'north'},"
                      "'fields':{'breach':true}}");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

static void a_station_elsewhere_counts_once_it_reports(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    lab_say(&lab, IN_UPDATE, "{'fields':{'g8':{'stage_m':4.2}}}");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

/* Nobody has said that the dam holds: that is not known, and so not false. */
static void what_was_never_reported_is_unknown(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'dam','title':'x','place':{'district':'east'},"
                      "'fields':{'g7':{'stage_m':5.6}}}");
    lab_say(&lab, IN_UPDATE, "{'fields':{'g7':{'stage_m':4.6}}}");
    assert_string_equal(proposed(&lab), "II");
    lab_say(&lab, IN_UPDATE, "{'fields':{'breach':false}}");
    assert_string_equal(proposed(&lab), "IV");
    lab_done(&lab);
}

/* ---- who is asked, until somebody orders ---- */

static void an_unanswered_proposal_is_put_on_and_never_dropped(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    lab_tells(&lab, "proposal_put rung=0 people=sun.wei");
    assert_string_equal(lab_state(&lab), "open");
    lab_after(&lab, 5 * MS_MINUTE);
    lab_tells(&lab, "proposal_put rung=1 awaiting people=li.ming");
    assert_string_equal(lab_state(&lab), "awaiting_order");
    lab_crash(&lab);
    lab_after(&lab, 5 * MS_MINUTE);
    size_t put = lab_count(&lab, REC_PROPOSAL_PUT);
    assert_int_equal(put, 3); /* the chief, the deputy, and then all of them */
    lab_after(&lab, 14 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_PROPOSAL_PUT), put);
    stage(&lab, "4.6");
    lab_after(&lab, 2 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_PROPOSAL_PUT), put + 1);
    lab_done(&lab);
}

static void whoever_received_it_has_not_ordered_yet(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    lab_answer(&lab, "sun.wei");
    lab_after(&lab, 5 * MS_MINUTE);
    assert_string_equal(lab_state(&lab), "awaiting_order");
    lab_done(&lab);
}

static void a_late_order_counts(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6"); /* of it, IV is what the software may take by itself */
    stage_for(&lab, "5.6", 3 * MS_HOUR);
    assert_string_equal(level(&lab), "IV");
    assert_string_equal(lab_state(&lab), "active");
    assert_string_equal(proposed(&lab), "II");
    ordered(&lab, "{'action':'raise','level':'II','as':'zhou.jie','reason':'x','measures':'y'}");
    assert_string_equal(level(&lab), "II");
    assert_string_equal(lab_state(&lab), "active");
    assert_null(proposal(&lab));
    size_t put = lab_count(&lab, REC_PROPOSAL_PUT);
    stage_for(&lab, "5.6", MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_PROPOSAL_PUT), put);
    lab_done(&lab);
}

static void where_head_and_site_allow_it_the_software_orders_when_nobody_does(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    stage_for(&lab, "4.6", 39 * MS_MINUTE);
    assert_string_equal(level(&lab), "none");
    lab_after(&lab, 2 * MS_MINUTE);
    assert_string_equal(level(&lab), "IV");
    assert_true(json_bool(json_at(response(&lab), "order"), "pending_approval"));
    lab_tells(&lab, "ordered action=activate level=IV");
    lab_done(&lab);
}

/* ---- orders ---- */

static void an_order_sets_level_commander_and_members_and_tells_them(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    const json_t *r = response(&lab), *order = json_at(r, "order");
    assert_string_equal(json_str(r, "commander"), "post:chief");
    assert_string_equal(json_string_value(json_array_get(json_at(r, "members"), 0)),
                        "person:wu.fang");
    assert_string_equal(json_str(order, "as"), "post:chief");
    assert_string_equal(json_str(order, "matter"), "Gauge 7");
    assert_true(json_int(order, "expected_at", 0) == lab.wall + 72 * MS_HOUR);
    const json_t *written = last_message(&lab, "wu.fang");
    assert_string_equal(json_str(written, "type"), "muster.order");
    assert_non_null(strstr(json_str(written, "text"), "IV级响应"));
    lab_crash(&lab);
    assert_string_equal(level(&lab), "IV");
    lab_done(&lab);
}

static void who_has_no_right_is_told_who_has(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'II','as':'sun.wei','reason':'x','measures':'y'}",
            "denied", "孙伟 may not order level II in dam; who may: 周杰 (post:mayor)");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'IV','as':'li.ming','reason':'x','measures':'y'}",
            "denied", "孙伟 (post:chief), 周杰 (post:mayor)");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'IV','as':'nobody','reason':'x','measures':'y'}",
            "unknown_person", "no person \"nobody\"");
    refused(&lab, IN_ORDER, "{'action':'activate','level':'IV','reason':'x','measures':'y'}",
            "missing_field", "who gives the order? name the person; who may: 孙伟 (post:chief)");
    assert_string_equal(level(&lab), "none");
    lab_done(&lab);
}

static void the_four_statements_must_be_there(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    refused(&lab, IN_ORDER, "{'action':'activate','as':'sun.wei','reason':'x','measures':'y'}",
            "missing_field", "which level?");
    refused(&lab, IN_ORDER, "{'action':'activate','level':'IV','as':'sun.wei','reason':'x'}",
            "missing_field", "which measures are taken?");
    refused(&lab, IN_ORDER, "{'action':'activate','level':'IV','as':'sun.wei','measures':'y'}",
            "missing_field", "needs a reason");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'IV','as':'sun.wei','reason':'x','measures':'y',"
            "'expected':'soon'}",
            "bad_field", "like 24h or 3d");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'I','as':'zhou.jie','reason':'x','measures':'y'}",
            "bad_field", "no level I");
    ordered(&lab, "{'action':'activate','level':'IV','as':'sun.wei','reason':'x','measures':'y',"
                  "'matter':'East dam','expected':'12h'}");
    assert_string_equal(json_str(json_at(response(&lab), "order"), "matter"), "East dam");
    assert_true(json_int(json_at(response(&lab), "order"), "expected_at", 0) ==
                lab.wall + 12 * MS_HOUR);
    lab_done(&lab);
}

static void an_order_that_does_not_fit_the_level_in_force_says_what_would(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    refused(&lab, IN_ORDER,
            "{'action':'raise','level':'II','as':'zhou.jie','reason':'x','measures':'y'}",
            "conflict", "no level is in force yet; activate");
    ordered(&lab, IV_BY_CHIEF);
    refused(&lab, IN_ORDER, II_BY_MAYOR, "conflict",
            "level IV is in force; to level II it is raised");
    refused(&lab, IN_ORDER,
            "{'action':'lower','level':'IV','as':'zhou.jie','reason':'x','measures':'y'}",
            "conflict", "IV is not lower");
    refused(&lab, IN_ORDER,
            "{'action':'raise','level':'IV','as':'zhou.jie','reason':'x','measures':'y'}",
            "conflict", "IV is no raise");
    lab_done(&lab);
}

static void the_same_level_again_renews_reason_and_expected_end(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    stage_for(&lab, "4.6", MS_HOUR);
    ordered(&lab, "{'action':'activate','level':'IV','as':'sun.wei','reason':'still rising',"
                  "'measures':'patrol'}");
    const json_t *order = json_at(response(&lab), "order");
    assert_string_equal(json_str(order, "reason"), "still rising");
    assert_true(json_int(order, "expected_at", 0) == lab.wall + 72 * MS_HOUR);
    lab_done(&lab);
}

static void nobody_below_undoes_what_was_ordered_above(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, II_BY_MAYOR);
    refused(&lab, IN_ORDER,
            "{'action':'lower','level':'IV','as':'sun.wei','reason':'x','measures':'y'}", "denied",
            "may not undo level II");
    refused(&lab, IN_ORDER, "{'action':'terminate','as':'sun.wei','reason':'x','despite':'y'}",
            "denied", "may not undo level II");
    ordered(&lab, "{'action':'lower','level':'IV','as':'zhou.jie','reason':'x','measures':'y'}");
    assert_string_equal(level(&lab), "IV");
    lab_done(&lab);
}

static void an_oral_order_is_taken_down_and_read_back_by_somebody_else(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'IV','as':'sun.wei','oral':'sun.wei','reason':'x',"
            "'measures':'y'}",
            "bad_field", "by somebody else than who gives it");
    refused(&lab, IN_ORDER,
            "{'action':'activate','level':'IV','as':'sun.wei','oral':'who','reason':'x',"
            "'measures':'y'}",
            "unknown_person", "no person");
    ordered(&lab, "{'action':'activate','level':'IV','as':'sun.wei','oral':'wang.qiang',"
                  "'reason':'x','measures':'y'}");
    assert_string_equal(json_str(json_at(response(&lab), "order"), "oral"), "wang.qiang");
    assert_string_equal(json_str(lab_last(&lab, REC_ORDERED)->actor, "by"), "uid:0");
    lab_done(&lab);
}

#define IV_BY_MAYOR                                                                                \
    "{'action':'activate','level':'IV','as':'zhou.jie','reason':'rising','measures':'patrol'}"

static void an_order_against_a_suggestion_silences_it_until_it_is_false_and_true_again(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, IV_BY_MAYOR);
    assert_null(proposal(&lab));
    stage(&lab, "5.7");
    assert_null(proposal(&lab));
    stage(&lab, "5.2"); /* II is false, III is true and silenced, too */
    assert_null(proposal(&lab));
    stage(&lab, "5.7");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

/* The deputy does what he may; that the mayor has not decided is no decision. */
static void who_could_not_have_ordered_it_silences_no_suggestion(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, IV_BY_CHIEF);
    assert_string_equal(proposed(&lab), "II");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "raise");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "to"), "post:mayor");
    lab_done(&lab);
}

static void to_renew_a_level_is_an_order_against_nothing(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_MAYOR);
    stage(&lab, "5.6");
    assert_string_equal(proposed(&lab), "II");
    ordered(&lab, IV_BY_MAYOR);
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

/* The condition asks for a breach, too: without a word of one it is never simply false. */
static void what_nobody_ever_reports_does_not_silence_for_ever(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'dam','title':'x','place':{'district':'east'},"
                      "'fields':{'g7':{'stage_m':5.6}}}");
    ordered(&lab, IV_BY_MAYOR);
    assert_null(proposal(&lab));
    stage(&lab, "4.6");
    stage(&lab, "5.6");
    assert_string_equal(proposed(&lab), "II");
    lab_done(&lab);
}

static void a_gap_in_the_data_is_no_all_clear_that_ends_a_silence(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, IV_BY_MAYOR);
    lab_after(&lab, 40 * MS_MINUTE);
    stage(&lab, "5.6"); /* it was never false */
    assert_null(proposal(&lab));
    lab_done(&lab);
}

/* ---- down ---- */

static void lower_is_suggested_after_its_time_and_not_by_a_gap_in_the_data(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, II_BY_MAYOR);
    stage_for(&lab, "4.7", 5 * MS_HOUR);
    assert_null(proposal(&lab));
    lab_after(&lab, 40 * MS_MINUTE); /* the gauge is silent: unknown restarts the clock */
    stage_for(&lab, "4.7", 5 * MS_HOUR);
    assert_null(proposal(&lab));
    stage_for(&lab, "4.7", 70 * MS_MINUTE);
    assert_string_equal(proposed(&lab), "IV");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "lower");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "to"), "post:mayor");
    lab_after(&lab, 31 * MS_MINUTE); /* a dead gauge never lowers a level */
    assert_null(proposal(&lab));
    lab_done(&lab);
}

/* The danger of the night came by the gauge that says nothing any more. */
static void nothing_is_lowered_while_a_gauge_that_spoke_for_more_is_silent(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'weir','title':'x','place':{'district':'east'},"
                      "'fields':{'g7':{'stage_m':4.6,'peak_m':5.2}}}");
    ordered(&lab, "{'action':'activate','level':'III','as':'sun.wei','reason':'rising',"
                  "'measures':'patrol'}");
    lab_say(&lab, IN_UPDATE, "{'fields':{'g7':{'peak_m':4.5}}}");
    lab_after(&lab, 7 * MS_HOUR);
    assert_null(proposal(&lab));
    stage(&lab, "4.6");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "lower");
    assert_string_equal(proposed(&lab), "IV");
    lab_done(&lab);
}

static void a_river_that_rises_again_withdraws_the_lowering(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, II_BY_MAYOR);
    stage_for(&lab, "4.7", 7 * MS_HOUR);
    assert_string_equal(proposed(&lab), "IV");
    stage(&lab, "5.6");
    assert_null(proposal(&lab));
    lab_done(&lab);
}

/* ---- the end ---- */

#define TERMINATE "{'action':'terminate','as':'zhou.jie','reason':'over'}"

static void the_end_is_proposed_when_every_criterion_has_held(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    stage_for(&lab, "4.0", 23 * MS_HOUR);
    refused(&lab, IN_ORDER, TERMINATE, "conflict",
            "the criterion \"falling\" (falling) is not met");
    assert_true(
        json_bool(lab_say(&lab, IN_CONFIRM, "{'criterion':'settled','as':'wu.fang'}"), "ok"));
    assert_null(proposal(&lab));
    stage_for(&lab, "4.0", 2 * MS_HOUR);
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "terminate");
    ordered(&lab, TERMINATE);
    assert_string_equal(lab_state(&lab), "recovering");
    lab_turn_done(&lab, "[]", "{}"); /* the trigger */
    while (lab_event(&lab))
        lab_turn_done(&lab, "[]", "{}");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

static void a_dead_gauge_never_ends_an_incident(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    lab_say(&lab, IN_CONFIRM, "{'criterion':'settled','as':'wu.fang'}");
    stage_for(&lab, "4.0", 23 * MS_HOUR);
    lab_after(&lab, 3 * MS_HOUR);
    assert_null(proposal(&lab));
    stage_for(&lab, "4.0", 23 * MS_HOUR);
    assert_null(proposal(&lab));
    stage_for(&lab, "4.0", 2 * MS_HOUR);
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "terminate");
    lab_after(&lab, 31 * MS_MINUTE);
    assert_null(proposal(&lab));
    lab_done(&lab);
}

static void it_can_be_ended_all_the_same_with_a_reason(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'false alarm',"
                  "'despite':'the gauge is broken'}");
    assert_string_equal(lab_state(&lab), "recovering");
    refused(&lab, IN_ORDER, IV_BY_CHIEF, "conflict", "the response is over");
    refused(&lab, IN_CONFIRM, "{'criterion':'settled','as':'wu.fang'}", "conflict",
            "nothing is to be confirmed");
    assert_string_equal(json_str(json_at(response(&lab), "ended"), "despite"),
                        "the gauge is broken");
    AUTO_TEXT(said);
    record_say(lab_last(&lab, REC_ORDERED), "en", &said);
    assert_non_null(strstr(text_str(&said), "criterion falling not met; criterion settled not met; "
                                            "all the same, for: the gauge is broken"));
    lab_done(&lab);
}

static void an_end_is_refused_with_all_that_speaks_against_it(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    stage(&lab, "5.6");
    refused(&lab, IN_ORDER, TERMINATE, "conflict",
            "level II is proposed, and the criterion \"falling\" (falling) is not met, and the "
            "criterion \"settled\" (people settled) is not met; to end it all the same");
    lab_done(&lab);
}

static void a_false_alarm_leaves_nothing_to_recover_from(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    refused(&lab, IN_CLOSE, "{}", "conflict",
            "\"activate level IV\" is proposed: who may order decides");
    refused(&lab, IN_ORDER, TERMINATE, "conflict", "level IV is proposed; to end it all the same");
    ordered(&lab, "{'action':'terminate','as':'zhou.jie','reason':'a test of the gauge',"
                  "'despite':'the gauge was moved'}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

/* An item or a report upwards is a promise, whether there were levels or not. */
static void what_is_owed_without_a_level_is_kept_to_its_end(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_say(&lab, IN_DIRECTIVE, "{'text':'look','lead':'person:li.ming','due':'1h'}");
    refused(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}", "conflict",
            "1 item is open (muster items ID); to end it all the same");
    ordered(&lab, "{'action':'terminate','reason':'over','despite':'he looks on'}");
    assert_string_equal(lab_state(&lab), "recovering");
    ordered_item(&lab, "done");
    ordered_item(&lab, "strike");
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok"));

    lab_trigger(&lab, "{'plan':'outbreak','title':'y','place':{'district':'east'}}");
    ordered(&lab, "{'action':'terminate','reason':'a false alarm'}");
    assert_string_equal(lab_state(&lab), "recovering"); /* the first report, and the final one */
    assert_non_null(lab_report(&lab, "final"));
    lab_done(&lab);
}

/* Whom the site lets end it ends it, and nobody else, levels or not. */
static void an_end_needs_its_right_without_levels_too(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'clinic','title':'x'}");
    refused(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}", "missing_field",
            "who may: 孙伟 (post:chief)");
    refused(&lab, IN_ORDER, "{'action':'terminate','as':'wu.fang','reason':'over'}", "denied",
            "may not end a response in clinic");
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'over'}");
    lab_done(&lab);
}

/* Nobody proposes anything any more, and the river does not know that. */
static void a_danger_that_comes_back_after_the_end_rings_the_duty_room(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'x','despite':'y'}");
    stage(&lab, "4.0");
    assert_int_equal(lab_count(&lab, REC_ALARM), 0);
    stage(&lab, "5.6");
    assert_int_equal(lab_count(&lab, REC_ALARM), 1);
    const json_t *written = last_message(&lab, "wang.qiang");
    assert_non_null(strstr(json_str(written, "text"), "响应已终止，但II级条件成立"));
    stage(&lab, "5.7");
    assert_int_equal(lab_count(&lab, REC_ALARM), 1);
    lab_say(&lab, IN_RESOLVE, "{}");
    assert_null(proposal(&lab)); /* what is over is not put to anybody */
    lab_done(&lab);
}

/* Sensors trigger by one key, night after night. */
static void a_key_of_a_response_that_is_over_opens_a_new_incident(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'plan':'dam','title':'x','key':'g7','fields':{'g7':{'stage_m':4.6}}}");
    char first[UUID_TEXT];
    snprintf(first, sizeof first, "%s", lab.incident);
    ordered(&lab, IV_BY_CHIEF);
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'x','despite':'y'}");
    assert_string_equal(lab_state(&lab), "recovering");
    const json_t *reply =
        lab_trigger(&lab, "{'plan':'dam','title':'x','key':'g7','fields':{'g7':{'stage_m':5.6}}}");
    assert_true(json_bool(reply, "new"));
    assert_string_not_equal(json_str(reply, "incident"), first);
    assert_string_equal(proposed(&lab), "II");
    reply =
        lab_trigger(&lab, "{'plan':'dam','title':'x','key':'g7','fields':{'g7':{'stage_m':5.7}}}");
    assert_true(json_bool(reply, "updated"));
    assert_string_not_equal(json_str(reply, "incident"), first);
    lab_done(&lab);
}

static void what_was_confirmed_lapses_when_the_level_is_raised(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    stage_for(&lab, "4.0", 25 * MS_HOUR);
    lab_say(&lab, IN_CONFIRM, "{'criterion':'settled','as':'wu.fang'}");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "action"), "terminate");
    stage(&lab, "5.6");
    ordered(&lab, "{'action':'raise','level':'II','as':'zhou.jie','reason':'rising',"
                  "'measures':'patrol'}");
    stage_for(&lab, "4.0", 25 * MS_HOUR);
    refused(&lab, IN_ORDER, TERMINATE, "conflict", "\"settled\" (people settled) is not met");
    lab_done(&lab);
}

static void only_those_named_confirm_a_criterion(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    refused(&lab, IN_CONFIRM, "{'criterion':'settled','as':'li.ming'}", "denied", "person:wu.fang");
    refused(&lab, IN_CONFIRM, "{'criterion':'settled'}", "missing_field", "person:wu.fang must");
    refused(&lab, IN_CONFIRM, "{'criterion':'fallen','as':'wu.fang'}", "bad_field",
            "no criterion \"fallen\"");
    refused(&lab, IN_CONFIRM, "{'criterion':'falling','as':'wu.fang'}", "conflict",
            "is met by its condition");
    lab_done(&lab);
}

static void its_source_does_not_end_a_response_but_puts_the_end_to_its_orderer(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    assert_true(json_bool(lab_say(&lab, IN_RESOLVE, "{}"), "ok"));
    assert_string_equal(lab_state(&lab), "active");
    assert_string_equal(json_str(json_at(proposal(&lab), "spec"), "to"), "post:chief");
    lab_say(&lab, IN_RESOLVE, "{}");
    assert_int_equal(lab_count(&lab, REC_PROPOSED), 2); /* level IV, and the end once */
    lab_done(&lab);
}

static void what_is_under_a_level_is_not_closed_by_hand(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, IV_BY_CHIEF);
    refused(&lab, IN_CLOSE, "{}", "conflict", "a response ends by order");
    lab_done(&lab);
    dam(&lab, "4.0");
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok"));
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

/* ---- what must not be lost ---- */

#define ORDER(action, level, by)                                                                   \
    "{'action':'" action "','level':'" level "','as':'" by "','reason':'x','measures':'m'}"

static void opened(struct lab *lab, const char *body)
{
    lab_start(lab);
    lab->check_each = true;
    assert_true(json_bool(lab_trigger(lab, body), "ok"));
}

static const char *action(struct lab *lab)
{
    return json_str_or(json_at(proposal(lab), "spec"), "action", "none");
}

static void a_lowering_that_was_refused_is_not_asked_again_when_another_level_moves(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, II_BY_MAYOR);
    stage_for(&lab, "4.2", 7 * MS_HOUR);
    assert_string_equal(action(&lab), "lower");
    assert_string_equal(proposed(&lab), "IV");
    ordered(&lab, II_BY_MAYOR); /* stays at II */
    assert_null(proposal(&lab));
    stage(&lab, "4.6"); /* IV true; II was false all the time */
    assert_string_equal(action(&lab), "none");
    lab_done(&lab);
}

static void to_close_drops_no_unanswered_proposal(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    lab_after(&lab, 6 * MS_MINUTE);
    assert_string_equal(lab_state(&lab), "awaiting_order");
    struct input in = {.kind = IN_CLOSE, .who = {.id = "gid:50", .scopes = SCOPE_RESPOND}};
    assert_true(uuid_parse(lab.incident, &in.incident));
    lab_input(&lab, in, "{}");
    assert_false(json_bool(lab.reply, "ok"));
    lab_done(&lab);
}

static void to_be_done_drops_no_unanswered_proposal(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'flood','title':'x'}");
    lab_turn_done(&lab,
                  "[{'kind':'propose','step':'0.1','args':{'action':'terminate','reason':'r',"
                  "'to':'person:li.ming','within_ms':600000}}]",
                  "{}");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(lab_state(&lab), "open");
    lab_done(&lab);
}

static void a_renewal_answers_no_raise_that_the_plan_proposed(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'lake','title':'x'}");
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    lab_turn(&lab,
             "[{'kind':'propose','step':'0.1','args':{'action':'raise','level':'II','reason':'r',"
             "'within_ms':600000}}]",
             "{'names':['order']}");
    assert_string_equal(action(&lab), "raise");
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_string_equal(action(&lab), "raise");
    lab_done(&lab);
}

static void what_a_plan_proposes_after_the_end_is_put_to_nobody(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'lake','title':'x'}");
    lab_turn(&lab, "[]", "{'names':['order']}");
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'x','despite':'y'}");
    lab_turn(&lab,
             "[{'kind':'propose','step':'0.1','args':{'action':'raise','level':'II','reason':'r',"
             "'within_ms':600000}}]",
             "{'names':['order']}");
    assert_string_equal(lab_state(&lab), "recovering");
    assert_string_equal(action(&lab), "lift"); /* what stands, and nothing else */
    assert_null(json_array_get(json_at(response(&lab), "proposals"), 1));
    lab_done(&lab);
}

static void a_site_that_takes_the_standing_order_back_is_heard(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    lab.check_each = false;
    stage_for(&lab, "4.6", 30 * MS_MINUTE);
    lab_site_without_sms(&lab); /* has no auto */
    stage_for(&lab, "4.6", 20 * MS_MINUTE);
    assert_string_equal(json_str_or(response(&lab), "level", "none"), "none");
    lab_done(&lab);
}

/* Why: a warning mark that is lowered is passed at once, not at the next report of the gauge. */
static void a_new_site_is_asked_at_once(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'dam','title':'x','place':{'district':'west'},"
                 "'fields':{'g8':{'stage_m':2.3}}}");
    assert_null(proposal(&lab));
    lab_site_without_sms(&lab); /* has the mark of g8 at 2 m */
    assert_string_equal(proposed(&lab), "IV");
    lab_crash(&lab);
    lab_done(&lab);
}

static void a_plan_that_proposes_again_renews_what_it_proposed(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'lake','title':'x'}");
    lab.check_each = false;
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    for (int n = 0; n < 24; n++) {
        AUTO_TEXT(cmd);
        text_addf(&cmd,
                  "[{'kind':'propose','step':'0.%d','args':{'action':'raise','level':'II',"
                  "'reason':'r','within_ms':600000}}]",
                  n);
        lab_turn(&lab, text_str(&cmd), "{'names':['update']}");
        lab_after(&lab, MS_HOUR);
        lab_results(&lab, "{'ok':true,'status':200}");
        lab_say(&lab, IN_UPDATE, "{'note':'x'}");
    }
    size_t size = json_array_size(json_at(response(&lab), "proposals"));
    assert_true(size <= 1);
    lab_done(&lab);
}

static void an_order_recalls_the_messages_of_the_fallback(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'lake','title':'x'}");
    lab_turn(&lab, "[{'kind':'error','body':'respond','text':'x','step':'0'}]", "{}");
    lab_result(&lab, "li.ming", "{'ok':false,'status':500}");
    assert_string_equal(json_str(lab_notice(&lab, "li.ming"), "state"), "waiting");
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_string_equal(json_str(lab_notice(&lab, "li.ming"), "state"), "recalled");
    lab_done(&lab);
}

static void who_entered_an_oral_order_is_on_record(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    ordered(&lab, "{'action':'activate','level':'IV','as':'sun.wei','oral':'wang.qiang',"
                  "'reason':'x','measures':'y'}");
    AUTO_TEXT(all);
    const struct record *r = lab_last(&lab, REC_ORDERED);
    json_write(r->actor, &all);
    json_write(r->body, &all);
    json_write(r->sealed, &all);
    assert_non_null(strstr(text_str(&all), "uid:0"));
    lab_done(&lab);
}

static void members_of_a_level_that_is_left_are_told(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    ordered(&lab, II_BY_MAYOR); /* li.ming is a member of II */
    lab_results(&lab, "{'ok':true,'status':200}");
    size_t from = lab.journal_count;
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    bool told = false;
    for (size_t n = from; n < lab.journal_count; n++)
        told = told || (lab.journal[n]->kind == REC_NOTICE_QUEUED &&
                        !strcmp(json_str(lab.journal[n]->body, "to"), "li.ming"));
    assert_true(told);
    lab_done(&lab);
}

static void the_order_to_members_says_the_measures(void **state)
{
    (void)state;
    struct lab lab;
    opened(&lab, "{'plan':'dam','title':'x'}");
    ordered(&lab, "{'action':'activate','level':'IV','as':'zhou.jie','reason':'x',"
                  "'measures':'Open gate 3'}");
    bool told = false;
    for (size_t n = 0; n < lab.journal_count; n++)
        told = told || (lab.journal[n]->kind == REC_NOTICE_QUEUED &&
                        strstr(json_str_or(record_at(lab.journal[n], "message"), "text", ""),
                               "Open gate 3"));
    assert_true(told);
    lab_done(&lab);
}

static void a_river_at_a_threshold_still_reaches_the_deputy(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.9");
    for (int n = 0; n < 15; n++) {
        stage(&lab, n % 2 ? "4.9" : "5.0");
        lab_after(&lab, 4 * MS_MINUTE);
    }
    bool told = false;
    for (size_t n = 0; n < lab.journal_count; n++)
        told = told || (lab.journal[n]->kind == REC_NOTICE_QUEUED &&
                        !strcmp(json_str(lab.journal[n]->body, "to"), "li.ming"));
    assert_true(told);
    lab_done(&lab);
}

static void worse_does_not_cancel_the_standing_order(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    stage_for(&lab, "4.6", 20 * MS_MINUTE);
    stage_for(&lab, "5.1", 2 * MS_HOUR);
    assert_string_equal(json_str_or(response(&lab), "level", "none"), "IV");
    lab_done(&lab);
}

static void a_step_down_does_not_silence_the_end(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "5.6");
    lab.check_each = false;
    ordered(&lab, II_BY_MAYOR);
    stage_for(&lab, "4.0", 25 * MS_HOUR);
    lab_say(&lab, IN_CONFIRM, "{'criterion':'settled','as':'wu.fang'}");
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    stage_for(&lab, "4.0", 7 * MS_HOUR);
    assert_string_equal(action(&lab), "terminate");
    lab_done(&lab);
}

/* Two plans in the lab have no levels: what they can be ordered is the end. */
static void a_plan_without_levels_has_nothing_to_activate(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    refused(&lab, IN_ORDER, IV_BY_CHIEF, "conflict", "the plan flood has no levels");
    refused(&lab, IN_ORDER, "{'action':'declare','reason':'x'}", "missing_field",
            "who may: nobody");
    refused(&lab, IN_ORDER, "{'action':'declare','as':'sun.wei','reason':'x'}", "denied",
            "may not order declare");
    refused(&lab, IN_ORDER, "{'action':'merge','reason':'x'}", "missing_field", "into");
    ordered(&lab, "{'action':'terminate','reason':'over'}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

static void an_order_ends_the_fallback_that_rings_the_duty_room(void **state)
{
    (void)state;
    struct lab lab;
    dam(&lab, "4.6");
    lab_planner_dies(&lab, "strike");
    lab_planner_up(&lab, SLOT_QUARANTINE);
    lab_planner_dies(&lab, "strike");
    lab_tells(&lab, "plan_failed");
    ordered(&lab, IV_BY_CHIEF); /* with a dead planner, too */
    assert_string_equal(level(&lab), "IV");
    size_t rungs = lab_count(&lab, REC_CALL_RUNG);
    stage_for(&lab, "4.6", 2 * MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_CALL_RUNG), rungs);
    lab_done(&lab);
}

/* "sun.wei (post:chief), …" of a list of the sheet. */
static void people_are(const json_t *people, const char *expected)
{
    AUTO_TEXT(said);
    for (size_t n = 0; n < json_array_size(people); n++) {
        const json_t *p = json_array_get(people, n);
        text_addf(&said, "%s%s", said.len ? ", " : "", json_str(p, "person"));
        if (json_str(p, "as"))
            text_addf(&said, " (%s)", json_str(p, "as"));
    }
    assert_string_equal(text_str(&said), expected);
}

/* At three in the morning nobody knows by heart who may order, and who is told. */
static void the_sheet_of_a_plan_names_who_may_order_and_whom_it_tells(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(dam_sheet);
    AUTO_JSON(lake_sheet);
    lab_start(&lab);
    dam_sheet = core_plan(lab.core, "dam", NULL, lab.wall);
    const json_t *levels = json_at(dam_sheet, "levels");
    assert_int_equal(json_array_size(levels), 3);
    const json_t *iv = json_array_get(levels, 0), *ii = json_array_get(levels, 2);
    assert_string_equal(json_str(iv, "expected"), "3d");
    people_are(json_at(iv, "people"), "sun.wei (post:chief), zhou.jie (post:mayor)");
    people_are(json_at(ii, "people"), "zhou.jie (post:mayor)");
    people_are(json_at(iv, "told"), "sun.wei, wu.fang");
    people_are(json_at(ii, "told"), "zhou.jie, wu.fang, li.ming");
    people_are(json_at(dam_sheet, "ends"), "sun.wei (post:chief), zhou.jie (post:mayor)");
    const json_t *settled = json_array_get(json_at(dam_sheet, "criteria"), 1);
    people_are(json_at(settled, "people"), "wu.fang");
    assert_string_equal(json_str(json_at(dam_sheet, "targets"), "post:chief"), "指挥长");
    assert_int_equal(json_array_size(json_at(dam_sheet, "facts")), 2);
    const json_t *station = json_array_get(json_at(dam_sheet, "stations"), 0);
    assert_string_equal(json_str(station, "kind"), "gauge");

    lake_sheet = core_plan(lab.core, "lake", NULL, lab.wall);
    const json_t *patrol = json_array_get(json_at(lake_sheet, "measures"), 4);
    assert_string_equal(json_str(patrol, "name"), "patrol");
    assert_string_equal(json_str(patrol, "phase"), "IV");
    assert_string_equal(json_str(json_at(patrol, "due"), "II"), "30m");
    lab_done(&lab);
}

/* A form that offers the wrong people teaches everybody to ask by telephone. */
static void the_sheet_names_who_may_sign_a_report_and_who_may_give_other_orders(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(dam_sheet);
    AUTO_JSON(stream_sheet);
    lab_start(&lab);
    dam_sheet = core_plan(lab.core, "dam", NULL, lab.wall);
    const json_t *rights = json_at(dam_sheet, "rights");
    people_are(json_at(rights, "declare"), "zhou.jie (post:mayor)");
    people_are(json_at(rights, "publish"), "zhou.jie (post:mayor)");
    people_are(json_at(rights, "merge"), "");
    assert_int_equal(json_array_size(json_at(dam_sheet, "reports")), 0);

    stream_sheet = core_plan(lab.core, "stream", NULL, lab.wall);
    const json_t *reports = json_at(stream_sheet, "reports");
    assert_int_equal(json_array_size(reports), 3);
    const json_t *initial = json_array_get(reports, 0);
    assert_string_equal(json_str(initial, "kind"), "initial");
    people_are(json_at(initial, "people"), "sun.wei, li.ming"); /* the post, then its deputy */
    people_are(json_at(initial, "writers"), "wang.qiang");
    assert_non_null(json_at(json_at(stream_sheet, "targets"), "person:wang.qiang"));
    lab_done(&lab);
}

/* An incident goes on by the version that it began with, and so do its forms. */
static void the_sheet_of_a_pinned_version_is_kept(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(kept);
    AUTO_JSON(other);
    lab_start(&lab);
    kept = core_plan(lab.core, "dam", "dam1", lab.wall);
    assert_string_equal(json_str(kept, "pin"), "dam1");
    other = core_plan(lab.core, "dam", "lake1", lab.wall); /* of another plan */
    assert_null(other);
    assert_null(core_plan(lab.core, "dam", "gone", lab.wall));
    assert_null(core_plan(lab.core, "nix", NULL, lab.wall));
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_level_whose_condition_is_true_is_proposed),
        cmocka_unit_test(the_threshold_itself_counts),
        cmocka_unit_test(below_every_threshold_nothing_is_proposed),
        cmocka_unit_test(a_rising_river_amends_the_proposal_and_a_falling_one_withdraws_it),
        cmocka_unit_test(a_dead_gauge_withdraws_nothing),
        cmocka_unit_test(a_fact_of_the_incident_counts_for_every_station),
        cmocka_unit_test(a_known_breach_counts_where_no_gauge_is),
        cmocka_unit_test(a_station_elsewhere_counts_once_it_reports),
        cmocka_unit_test(what_was_never_reported_is_unknown),
        cmocka_unit_test(an_unanswered_proposal_is_put_on_and_never_dropped),
        cmocka_unit_test(whoever_received_it_has_not_ordered_yet),
        cmocka_unit_test(a_late_order_counts),
        cmocka_unit_test(where_head_and_site_allow_it_the_software_orders_when_nobody_does),
        cmocka_unit_test(an_order_sets_level_commander_and_members_and_tells_them),
        cmocka_unit_test(who_has_no_right_is_told_who_has),
        cmocka_unit_test(the_four_statements_must_be_there),
        cmocka_unit_test(an_order_that_does_not_fit_the_level_in_force_says_what_would),
        cmocka_unit_test(the_same_level_again_renews_reason_and_expected_end),
        cmocka_unit_test(nobody_below_undoes_what_was_ordered_above),
        cmocka_unit_test(an_oral_order_is_taken_down_and_read_back_by_somebody_else),
        cmocka_unit_test(
            an_order_against_a_suggestion_silences_it_until_it_is_false_and_true_again),
        cmocka_unit_test(who_could_not_have_ordered_it_silences_no_suggestion),
        cmocka_unit_test(to_renew_a_level_is_an_order_against_nothing),
        cmocka_unit_test(a_gap_in_the_data_is_no_all_clear_that_ends_a_silence),
        cmocka_unit_test(what_nobody_ever_reports_does_not_silence_for_ever),
        cmocka_unit_test(nothing_is_lowered_while_a_gauge_that_spoke_for_more_is_silent),
        cmocka_unit_test(an_end_is_refused_with_all_that_speaks_against_it),
        cmocka_unit_test(a_false_alarm_leaves_nothing_to_recover_from),
        cmocka_unit_test(what_is_owed_without_a_level_is_kept_to_its_end),
        cmocka_unit_test(an_end_needs_its_right_without_levels_too),
        cmocka_unit_test(a_danger_that_comes_back_after_the_end_rings_the_duty_room),
        cmocka_unit_test(a_key_of_a_response_that_is_over_opens_a_new_incident),
        cmocka_unit_test(what_was_confirmed_lapses_when_the_level_is_raised),
        cmocka_unit_test(lower_is_suggested_after_its_time_and_not_by_a_gap_in_the_data),
        cmocka_unit_test(a_river_that_rises_again_withdraws_the_lowering),
        cmocka_unit_test(the_end_is_proposed_when_every_criterion_has_held),
        cmocka_unit_test(a_dead_gauge_never_ends_an_incident),
        cmocka_unit_test(it_can_be_ended_all_the_same_with_a_reason),
        cmocka_unit_test(only_those_named_confirm_a_criterion),
        cmocka_unit_test(its_source_does_not_end_a_response_but_puts_the_end_to_its_orderer),
        cmocka_unit_test(what_is_under_a_level_is_not_closed_by_hand),
        cmocka_unit_test(a_plan_without_levels_has_nothing_to_activate),
        cmocka_unit_test(a_lowering_that_was_refused_is_not_asked_again_when_another_level_moves),
        cmocka_unit_test(to_close_drops_no_unanswered_proposal),
        cmocka_unit_test(to_be_done_drops_no_unanswered_proposal),
        cmocka_unit_test(a_renewal_answers_no_raise_that_the_plan_proposed),
        cmocka_unit_test(what_a_plan_proposes_after_the_end_is_put_to_nobody),
        cmocka_unit_test(a_site_that_takes_the_standing_order_back_is_heard),
        cmocka_unit_test(a_new_site_is_asked_at_once),
        cmocka_unit_test(a_plan_that_proposes_again_renews_what_it_proposed),
        cmocka_unit_test(an_order_recalls_the_messages_of_the_fallback),
        cmocka_unit_test(who_entered_an_oral_order_is_on_record),
        cmocka_unit_test(members_of_a_level_that_is_left_are_told),
        cmocka_unit_test(the_order_to_members_says_the_measures),
        cmocka_unit_test(a_river_at_a_threshold_still_reaches_the_deputy),
        cmocka_unit_test(worse_does_not_cancel_the_standing_order),
        cmocka_unit_test(a_step_down_does_not_silence_the_end),
        cmocka_unit_test(the_sheet_of_a_plan_names_who_may_order_and_whom_it_tells),
        cmocka_unit_test(the_sheet_names_who_may_sign_a_report_and_who_may_give_other_orders),
        cmocka_unit_test(the_sheet_of_a_pinned_version_is_kept),
        cmocka_unit_test(an_order_ends_the_fallback_that_rings_the_duty_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
