/* What the record says, in figures: each thing once, drills apart. */
#include "core_lab.h"
#include "unit.h"

#include "core/tally.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define CALL                                                                                       \
    "[{'kind':'call','step':'0.1','args':{'to':['duty:duty-room'],'text':'come',"                  \
    "'within_ms':300000}}]"
#define AWAITS "{'steps':['0.1']}"

/* All that the record says so far, as /metrics has it. */
static void figures(const struct lab *lab, struct text *page)
{
    struct tally t;
    tally_init(&t);
    for (size_t n = 0; n < lab->journal_count; n++)
        tally_record(&t, lab->core, lab->journal[n]);
    AUTO_EXPOSITION(x, page);
    tally_write(&t, &x);
    tally_done(&t);
}

static void says(const struct lab *lab, const char *line)
{
    AUTO_TEXT(page);
    AUTO_TEXT(whole);
    figures(lab, &page);
    text_addf(&whole, "\n%s\n", line);
    if (!strstr(text_str(&page), text_str(&whole)))
        fail_msg("not there: %s\n%s", line, text_str(&page));
}

static void begin_call(struct lab *lab, const char *trigger)
{
    lab_trigger(lab, trigger);
    lab_turn(lab, CALL, AWAITS);
}

static void a_message_counts_by_its_channel_and_what_became_of_it(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    begin_call(&lab, "{'plan':'flood','title':'x'}");
    lab_result(&lab, "wang.qiang", "{'ok':false,'class':'refused','status':404}"); /* push: final */
    lab_result(&lab, "wang.qiang", "{'ok':false,'status':503}");                   /* sms: again */
    lab_after(&lab, 2000);
    lab_result(&lab, "wang.qiang", SENT);
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"sent\",drill=\"false\"} 1");
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"retried\",drill=\"false\"} 1");
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"failed\",drill=\"false\"} 0");
    lab_done(&lab);
}

static void receipts_count_beside_what_was_sent(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['person:zhou.jie'],'text':'x'}}]",
             AWAITS);
    lab_result(&lab, "zhou.jie", SENT);
    lab_receipt(&lab, "zhou.jie", "seen");
    says(&lab, "muster_notices_total{channel=\"app\",outcome=\"sent\",drill=\"false\"} 1");
    says(&lab, "muster_notices_total{channel=\"app\",outcome=\"seen\",drill=\"false\"} 1");
    lab_done(&lab);
}

/* One that is recalled while it is under way has only one end. */
static void a_message_that_arrives_although_recalled_counts_as_sent_alone(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    begin_call(&lab, "{'plan':'flood','title':'x'}");
    lab_answer(&lab, "wang.qiang"); /* before the courier's word has come */
    lab_result(&lab, "wang.qiang", SENT);
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"sent\",drill=\"false\"} 1");
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"recalled\",drill=\"false\"} 0");
    lab_done(&lab);
}

/* Rule R6: a slow drill must not look like a slow night. */
static void drills_are_counted_apart(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    begin_call(&lab, "{'plan':'flood','title':'x','drill':true}");
    lab_result(&lab, "wang.qiang", SENT);
    lab_after(&lab, 100000);
    lab_answer(&lab, "wang.qiang");
    says(&lab, "muster_incidents_opened_total{drill=\"true\"} 1");
    says(&lab, "muster_incidents_opened_total{drill=\"false\"} 0");
    says(&lab, "muster_notices_total{channel=\"web\",outcome=\"sent\",drill=\"true\"} 1");
    says(&lab, "muster_turns_total{result=\"ok\",drill=\"true\"} 1");
    says(&lab, "muster_answer_seconds_count{drill=\"true\"} 1");
    says(&lab, "muster_answer_seconds_count{drill=\"false\"} 0");
    lab_done(&lab);
}

/* Why: who looks for a channel that works must not count what stayed at a table. */
static void what_a_drill_keeps_at_the_table_counts_as_no_message(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(page);
    lab_start(&lab);
    begin_call(&lab, "{'plan':'flood','title':'x','drill':true}");
    lab_result(&lab, "wang.qiang", SENT);
    const struct record *sent = lab_last(&lab, REC_NOTICE_SENT);
    json_put_str(sent->body, "unsent", "table");
    figures(&lab, &page);
    assert_null(strstr(text_str(&page), "outcome=\"sent\",drill=\"true\"} 1"));
    lab_done(&lab);
}

/* What matters is how long the call has rung, not when this one person was reached. */
static void an_answer_is_measured_from_the_first_message_of_its_call(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    begin_call(&lab, "{'plan':'flood','title':'x'}");
    lab_result(&lab, "wang.qiang", SENT);
    lab_after(&lab, 300000); /* silent: the next seat */
    lab_result(&lab, "li.ming", SENT);
    lab_after(&lab, 50000);
    lab_answer(&lab, "li.ming");
    assert_int_equal(json_int(lab_last(&lab, REC_CALL_ANSWERED)->body, "waited_ms", -1), 350000);
    says(&lab, "muster_answer_seconds_bucket{drill=\"false\",le=\"300\"} 0");
    says(&lab, "muster_answer_seconds_bucket{drill=\"false\",le=\"600\"} 1");
    says(&lab, "muster_answer_seconds_sum{drill=\"false\"} 350");
    lab_answer(&lab, "wang.qiang"); /* late: it ends no call */
    says(&lab, "muster_answer_seconds_count{drill=\"false\"} 1");
    lab_done(&lab);
}

static void each_fallback_counts_under_its_reason(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'title':'Smoke','kind':'smoke'}");
    says(&lab, "muster_fallbacks_total{reason=\"no_plan\",drill=\"false\"} 1");
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_planner_dies(&lab, "strike");
    says(&lab, "muster_turns_total{result=\"struck\",drill=\"false\"} 1");
    lab_done(&lab);
}

/* A planner is not trusted: what it calls a reason makes no new series. */
static void a_reason_that_nobody_knows_counts_as_other(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    const json_t *event = lab_event(&lab);
    AUTO_TEXT(frame);
    text_addf(&frame, "{'incident':'%s','gen':%d,'cause':%d,'reason':'x\\\"}','text':'y'}",
              lab.incident, (int)json_int(event, "gen", 0), (int)json_int(event, "cause", 0));
    lab_input(&lab, (struct input){.kind = IN_PLAN_FAILED}, text_str(&frame));
    assert_int_equal(lab_count(&lab, REC_PLAN_FAILED), 1);
    says(&lab, "muster_fallbacks_total{reason=\"other\",drill=\"false\"} 1");
    lab_done(&lab);
}

/* A site that names channels without end costs no memory without end. */
static void channels_above_the_bound_share_a_series(void **state)
{
    (void)state;
    struct tally t;
    struct lab lab;
    lab_start(&lab);
    tally_init(&t);
    for (int n = 0; n < TALLY_CHANNELS; n++) {
        t.channels[t.channels_count].name = mem_str("full");
        t.channels[t.channels_count++].name[0] = (char)('A' + n);
    }
    begin_call(&lab, "{'plan':'flood','title':'x'}");
    lab_result(&lab, "wang.qiang", SENT);
    tally_record(&t, lab.core, lab_last(&lab, REC_NOTICE_SENT));
    AUTO_TEXT(page);
    AUTO_EXPOSITION(x, &page);
    tally_write(&t, &x);
    assert_non_null(
        strstr(text_str(&page), "{channel=\"other\",outcome=\"sent\",drill=\"false\"} 1"));
    tally_done(&t);
    lab_done(&lab);
}

/* ---- what the core itself keeps ---- */

static void incidents_are_counted_open_until_they_are_over_in_every_life(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x','drill':true}");
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_trigger(&lab, "{'plan':'flood','title':'y'}");
    lab_say(&lab, IN_RESOLVE, "{}");
    for (int life = 0; life < 2; life++) {
        struct core_stats s = core_stats(lab.core);
        assert_int_equal(s.open[0], 1);
        assert_int_equal(s.open[1], 1);
        lab_crash(&lab);
    }
    lab_done(&lab);
}

static void the_oldest_message_that_waits_is_known_by_its_age(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    assert_int_equal(core_stats(lab.core).queued_since, 0);
    wall_ms then = lab.wall;
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['group:crew'],'text':'x'}}]",
             AWAITS);
    assert_int_equal(core_stats(lab.core).queued_since, 0); /* 40 places for 40 people */
    lab_trigger(&lab, "{'plan':'flood','title':'y'}");
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':['group:crew'],'text':'y'}}]",
             AWAITS);
    lab_after(&lab, 7000);
    assert_int_equal(core_stats(lab.core).queued_since, then);
    lab_results(&lab, SENT);
    assert_int_equal(core_stats(lab.core).queued_since, 0);
    lab_done(&lab);
}

static void the_incident_that_uses_most_of_a_limit_is_the_one_that_is_told(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    for (int n = 0; n < 4; n++)
        lab_say(&lab, IN_UPDATE, "{'note':'x'}");
    assert_int_equal(core_stats(lab.core).facts_pending, 5); /* and the trigger */
    char first[UUID_TEXT];
    memcpy(first, lab.incident, sizeof first);
    lab_trigger(&lab, "{'plan':'flood','title':'y'}");
    lab_say(&lab, IN_UPDATE, "{'note':'x'}");
    assert_int_equal(core_stats(lab.core).facts_pending, 5);
    lab_crash(&lab);
    assert_int_equal(core_stats(lab.core).facts_pending, 5);
    memcpy(lab.incident, first, sizeof first);
    lab_say(&lab, IN_RESOLVE, "{}");
    assert_int_equal(core_stats(lab.core).facts_pending, 0);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_counts_by_its_channel_and_what_became_of_it),
        cmocka_unit_test(receipts_count_beside_what_was_sent),
        cmocka_unit_test(a_message_that_arrives_although_recalled_counts_as_sent_alone),
        cmocka_unit_test(drills_are_counted_apart),
        cmocka_unit_test(what_a_drill_keeps_at_the_table_counts_as_no_message),
        cmocka_unit_test(an_answer_is_measured_from_the_first_message_of_its_call),
        cmocka_unit_test(each_fallback_counts_under_its_reason),
        cmocka_unit_test(a_reason_that_nobody_knows_counts_as_other),
        cmocka_unit_test(channels_above_the_bound_share_a_series),
        cmocka_unit_test(incidents_are_counted_open_until_they_are_over_in_every_life),
        cmocka_unit_test(the_oldest_message_that_waits_is_known_by_its_age),
        cmocka_unit_test(the_incident_that_uses_most_of_a_limit_is_the_one_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
