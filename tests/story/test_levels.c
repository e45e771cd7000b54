/*
 * A response is commanded: the facts speak for a level, people order it, and the plan's scopes come
 * and go with the orders, through crashes of everything.
 */
#include "story.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n) ((n)*INT64_C(3600000))

static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " facts = { stage_m = { type = 'number', unit = 'm', per = 'gauge', stale_after = '30m',"
    "   label = { zh = '水位', en = 'stage' } } },"
    " levels = { IV = { when = 'stage_m >= warning_m', ordered_by = 'post:deputy',"
    "     expected = '72h', lower_after = '6h' },"
    "   III = { when = 'stage_m >= warning_m + 0.4', ordered_by = 'post:deputy',"
    "     expected = '48h', lower_after = '6h' },"
    "   II = { when = 'stage_m >= guarantee_m', ordered_by = 'post:commander',"
    "     expected = '24h', lower_after = '6h' } },"
    " ends_when = { { id = 'falling', when = 'stage_m < warning_m', hold = '24h', en = 'falling' },"
    "   { id = 'settled', confirm = 'dept:flood-office', en = 'settled' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  on('confirmed', function(c) notify { to = 'duty:duty-room',\n"
    "    text = c.criterion .. ' is confirmed' } end)\n"
    "end\n"
    "function plan.level.III(incident, order)\n"
    "  notify { to = 'duty:duty-room', text = 'III: ' .. order.reason }\n"
    "  every('2h', function() log 'III watches' end) end\n"
    "function plan.level.II(incident, order)\n"
    "  if not call { to = incident.commander, within = '15m', text = 'Level II' } then\n"
    "    notify { to = 'duty:duty-room', text = 'commander silent' } end\n"
    "end\n"
    "function plan.recover(incident)\n"
    "  notify { to = 'duty:duty-room', text = 'recovering' } end\n"
    "return plan\n";

static void stage_for(struct story *s, const char *metres, int64_t ms)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'fields':{'g7':{'stage_m':%s}}}", metres);
    for (int64_t at = 0; at < ms; at += MINUTES(20)) {
        assert_true(json_bool(story_update(s, text_str(&body)), "ok"));
        story_advance(s, ms - at < MINUTES(20) ? ms - at : MINUTES(20));
    }
}

static void ordered(struct story *s, const char *json)
{
    const json_t *reply = story_order(s, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

static struct story *night(void)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站超警','fields':{'g7':{'stage_m':4.6}}}");
    return s;
}

/* Why: a proposal that sleeps with the deputy must wake others, and the order must still count. */
static void a_night_with_levels(bool crashes)
{
    struct story *s = night();
    stage_for(s, "4.6", MINUTES(7));
    if (crashes)
        story_crash_engine(s);
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'above warning',"
               "'measures':'patrol'}");
    stage_for(s, "5.3", MINUTES(20));
    if (crashes)
        story_passivate(s);
    ordered(s, "{'action':'raise','level':'II','as':'han.mei','reason':'peak','measures':'move'}");
    story_person_answers(s, "han.mei", MINUTES(1));
    stage_for(s, "5.3", MINUTES(40));
    if (crashes) {
        story_crash_planner(s, 0, false);
        story_crash_planner(s, 1, false);
        story_crash_engine(s);
    }
    stage_for(s, "4.7", HOURS(7));
    ordered(s, "{'action':'lower','level':'IV','as':'han.mei','reason':'falling','measures':'x'}");
    stage_for(s, "4.2", HOURS(20));
    if (crashes)
        story_crash_engine(s);
    assert_true(json_bool(story_confirm(s, "{'criterion':'settled','as':'sun.wei'}"), "ok"));
    stage_for(s, "4.2", HOURS(5));
    ordered(s, "{'action':'terminate','as':'sun.wei','reason':'over'}");
    story_advance(s, HOURS(1));
    story_tells(s, "[0:00:00] condition of level IV true: 7号站 stage 4.6 m\n"
                   "[0:00:00] propose activate level IV: 7号站 stage 4.6 m (stage_m >= warning_m)\n"
                   "[0:00:00] propose activate level IV to sun.wei\n"
                   "[0:05:00] awaiting order: propose activate level IV to li.ming\n"
                   "[0:07:00] order: activate level IV by 孙伟 (post:deputy): above warning\n"
                   "[0:07:00] propose raise to level II: 7号站 stage 5.3 m\n"
                   "[0:27:00] order: raise to level II by 韩梅 (post:commander): peak\n"
                   "III: peak\n"
                   "condition of level II false: 7号站 stage 4.7 m\n"
                   "condition of level II held for its time\n"
                   "propose lower to level IV\n"
                   "order: lower to level IV by 韩梅 (post:commander): falling\n"
                   "criterion falling met so far: 7号站 stage 4.2 m\n"
                   "criterion settled confirmed by 孙伟\n"
                   "settled is confirmed\n"
                   "criterion falling held for its time\n"
                   "propose terminate\n"
                   "order: terminate by 孙伟 (post:deputy): over\n"
                   "recovering\n"
                   "closed: terminated by order\n");
    story_never(s, "commander silent");
    story_end(s);
}

static void levels_go_up_and_down_and_end_by_order(void **state)
{
    (void)state;
    a_night_with_levels(false);
}

static void and_so_they_do_when_engine_and_planners_die(void **state)
{
    (void)state;
    a_night_with_levels(true);
}

/* Why: orders and proposals must not wait for a plan that is broken. */
static void a_dead_plan_is_commanded_all_the_same(void **state)
{
    (void)state;
    AUTO_TEXT(plan);
    const char *at = strstr(PLAN, "  on('confirmed'");
    text_add_bytes(&plan, PLAN, (size_t)(at - PLAN));
    text_addf(&plan, "  error('broken')\n%s", at);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警','fields':{'g7':{'stage_m':4.6}}}");
    stage_for(s, "4.6", MINUTES(20));
    ordered(s, "{'action':'activate','level':'IV','as':'sun.wei','reason':'x','measures':'y'}");
    stage_for(s, "5.3", MINUTES(20));
    ordered(s, "{'action':'terminate','as':'han.mei','reason':'over','despite':'dry'}");
    assert_string_equal(json_str(story_order(s, "{'action':'terminate','as':'han.mei',"
                                                "'reason':'over'}"),
                                 "code"),
                        "conflict");
    story_advance(s, HOURS(1));
    story_tells(s, "the plan cannot go on, the fallback starts\n"
                   "order: activate level IV by 孙伟\n"
                   "propose raise to level II\n"
                   "order: terminate by 韩梅\n"
                   "closed: terminated by order\n");
    story_end(s);
}

/* Why: what one level does wrong must not stop what the others do. */
static void an_error_in_a_level_rings_the_fallback_and_the_rest_runs_on(void **state)
{
    (void)state;
    AUTO_TEXT(plan);
    const char *at = strstr(PLAN, "notify { to = 'duty:duty-room', text = 'III");
    text_add_bytes(&plan, PLAN, (size_t)(at - PLAN));
    text_addf(&plan, "error('broken')\n%s", at);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警','fields':{'g7':{'stage_m':5.0}}}");
    ordered(s, "{'action':'activate','level':'III','as':'sun.wei','reason':'x','measures':'y'}");
    story_advance(s, MINUTES(3));
    assert_true(json_bool(story_confirm(s, "{'criterion':'settled','as':'sun.wei'}"), "ok"));
    story_advance(s, MINUTES(3));
    story_tells(s, "a handler of the plan failed; the rest runs on\n"
                   "call 王强 (主班, duty:duty-room)\n"
                   "settled is confirmed\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_go_up_and_down_and_end_by_order),
        cmocka_unit_test(and_so_they_do_when_engine_and_planners_die),
        cmocka_unit_test(a_dead_plan_is_commanded_all_the_same),
        cmocka_unit_test(an_error_in_a_level_rings_the_fallback_and_the_rest_runs_on),
    };
    return cmocka_run_group_tests_name("levels", tests, NULL, NULL);
}
