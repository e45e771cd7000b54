/*
 * A plan runs, breaks, dies with its process, is forgotten and replayed: the night goes on.
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

static const char HEAD[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office', %s"
    " facts = { stage_m = { type = 'number', per = 'gauge' }, breach = { type = 'boolean' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' }, { to = 'post:deputy', within = '5m' } "
    "} }\n";

static struct story *begin_with(const char *keys, const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, HEAD, keys); /* NOLINT: a constant of this file */
    text_addf(&plan, "function plan.respond(incident)\n%s\nend\nreturn plan\n", body);
    return story_new("flood", text_str(&plan));
}

static struct story *begin(const char *body)
{
    return begin_with("ends = 'order', on_resolved = 'note',", body);
}

static const char TRIGGER[] = "{'plan':'flood','title':'7号站超警'}";

/* A plan with a little of everything, for the tests that interrupt it. */
static const char BUSY[] =
    "local seen = 0\n"
    "on('stage_m', function(f) seen = seen + 1; state { seen = seen, last = f.value } end)\n"
    "every('7m', function() notify { to = 'duty:duty-room', text = T('{title}: watch') } end)\n"
    "local a = call { to = 'duty:duty-room', within = '5m', text = T '{title}' }\n"
    "if not a then call { to = 'group:leaders', within = '10m', text = 'nobody in the duty room' } "
    "end\n"
    "on('report', function(r) state { reported = r.number, as = r.state } end)\n"
    "local up = report('update', { text = T '{title}' })\n"
    "spawn(function() log(up:wait('sent', '15m') or 'nobody reports') end)\n"
    "parallel { function() sleep '3m' log('three') end,\n"
    "           function() timeout('4m', function() wait 'breach' end) end }\n"
    "local r = race { function() wait 'resolved' return 1 end, function() sleep '20m' return 2 end "
    "}\n"
    "state { raced = r, dice = random(6) }\n";

static struct story *begin_busy(void)
{
    return begin_with("ends = 'order', on_resolved = 'note', reports = { update = { due = '10m',"
                      " by = 'duty:duty-room', sign = 'post:deputy', to = 'person:li.ming' } },",
                      BUSY);
}

/* The night of the plan above; `disturb` (or nobody) comes after every minute. */
static void feed(struct story *s, void (*disturb)(struct story *s, int minute))
{
    story_person_answers(s, "han.mei", MINUTES(2));
    story_trigger(s, TRIGGER);
    for (int minute = 0; minute < 54; minute++) {
        if (minute == 2)
            story_update(s, "{'fields':{'g7':{'stage_m':4.9}}}");
        if (minute == 4)
            story_update(s, "{'fields':{'g7':{'stage_m':5.1}}}");
        if (minute == 24)
            story_update(s, "{'fields':{'breach':true},'note':'决口'}");
        story_advance(s, MINUTES(1));
        if (disturb)
            disturb(s, minute);
    }
}

static char *undisturbed_turns(void)
{
    struct story *s = begin_busy();
    feed(s, NULL);
    char *turns = mem_str(story_turns(s));
    story_end(s);
    return turns;
}

static void an_error_in_the_first_line_starts_the_fallback(void **state)
{
    (void)state;
    struct story *s = begin("error('broken')");
    story_person_answers(s, "sun.wei", MINUTES(1));
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(30));
    story_tells(s, "the plan cannot go on, the fallback starts\n"
                   "[0:00:00] call 王强\n[0:05:00] call 李明\n[0:10:00] call 孙伟\n"
                   "[0:11:00] 孙伟 answers\n");
    story_end(s);
}

/* Why: rule R4. Nobody answers the fallback either: the duty room rings until somebody orders. */
static void a_fallback_without_answer_rings_the_duty_room_until_an_order(void **state)
{
    (void)state;
    struct story *s = begin("error('broken')");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(41));
    story_tells(s, "call 孙伟\n[0:15:00] call 李明\n[0:20:00] call 王强\n[0:25:00] call 李明\n"
                   "[0:40:00] call 王强\n");
    story_terminate(s, "handled by radio");
    story_advance(s, MINUTES(60));
    story_tells(s, "order: terminate by 孙伟\nclosed: terminated by order\n");
    story_never(s, "[1:");
    story_end(s);
}

static void a_plan_that_spins_falls_back_and_says_why(void **state)
{
    (void)state;
    struct story *s = begin("while true do pcall(function() error('x') end) end");
    story_trigger(s, TRIGGER);
    story_tells(s, "the plan cannot go on, the fallback starts: \ncall 王强");
    story_end(s);
}

static void an_error_in_a_handler_ends_that_handler_only(void **state)
{
    (void)state;
    struct story *s = begin("on('stage_m', function() error('typo') end)\n"
                            "sleep '10m'\nnotify { to = 'post:deputy', text = 'ten minutes' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_update(s, "{'fields':{'g7':{'stage_m':4.9}}}");
    story_advance(s, MINUTES(20));
    story_tells(s, "a handler of the plan failed; the rest runs on\nnotify 王强\n"
                   "[0:10:00] notify 孙伟\n");
    story_never(s, "fallback");
    story_end(s);
}

static void facts_that_came_before_the_wait_are_seen_by_it(void **state)
{
    (void)state;
    struct story *s = begin("sleep '10m'\nlocal f = wait('stage_m', '1m')\n"
                            "state { value = f and f.value or 'none', station = f and f.station }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(2));
    story_update(s, "{'fields':{'g7':{'stage_m':4.9}}}");
    story_advance(s, MINUTES(30));
    assert_non_null(strstr(story_turns(s), "4.9"));
    story_end(s);
}

static void a_plan_that_has_returned_and_has_nothing_open_is_done(void **state)
{
    (void)state;
    struct story *s = begin_with("", "notify { to = 'post:deputy', text = 'x' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_tells(s, "sent: sun.wei\nclosed: the plan is done\n");
    story_end(s);
}

static void resolved_closes_and_tells_everybody_reached(void **state)
{
    (void)state;
    struct story *s = begin_with("", "call { to = 'duty:duty-room', within = '5m', text = 'x' }");
    story_trigger(s, TRIGGER);
    story_advance(s, MINUTES(1));
    story_resolve(s);
    story_advance(s, MINUTES(10));
    story_tells(s, "resolved by its source\nclosed: resolved\nnotify 王强\n");
    story_never(s, "李明");
    story_end(s);
}

static void the_same_key_gives_the_same_incident(void **state)
{
    (void)state;
    struct story *s = begin("sleep '1h'");
    const json_t *reply = story_trigger(s, "{'plan':'flood','title':'a','key':'k'}");
    assert_true(json_bool(reply, "new"));
    struct uuid first = story_incident(s);
    reply = story_trigger(s, "{'plan':'flood','title':'a','key':'k'}");
    assert_false(json_bool(reply, "new"));
    assert_false(json_bool(reply, "updated"));
    assert_int_equal(uuid_cmp(first, story_incident(s)), 0);
    reply = story_trigger(s, "{'plan':'flood','title':'b','key':'k','fields':{'breach':true}}");
    assert_true(json_bool(reply, "updated"));
    story_terminate(s, "over");
    reply = story_trigger(s, "{'plan':'flood','title':'a','key':'k'}");
    assert_true(json_bool(reply, "new"));
    assert_int_not_equal(uuid_cmp(first, story_incident(s)), 0);
    story_end(s);
}

static void a_trigger_without_a_plan_runs_the_fallback_of_the_site(void **state)
{
    (void)state;
    struct story *s = begin("sleep '1h'");
    story_trigger(s, "{'title':'unknown smoke'}");
    story_advance(s, MINUTES(11));
    story_tells(s, "trigger: unknown smoke, no plan\ncall 王强\ncall 李明\ncall 韩梅\n");
    story_end(s);
}

static void refusals_name_the_field_and_the_nearest_name(void **state)
{
    (void)state;
    struct story *s = begin("sleep '1h'");
    const json_t *reply = story_trigger(s, "{'plan':'flod','title':'x'}");
    assert_string_equal(json_str(reply, "code"), "unknown_plan");
    assert_string_equal(json_str(reply, "field"), "plan");
    assert_string_equal(json_str(reply, "near"), "flood");
    reply = story_trigger(s, "{'plan':'flood','title':'x','fields':{'g7':{'stage':4}}}");
    assert_string_equal(json_str(reply, "code"), "unknown_field");
    reply = story_trigger(s, "{'plan':'flood','title':'x','fields':{'g7':{'stage_m':'high'}}}");
    assert_string_equal(json_str(reply, "code"), "bad_field");
    story_never(s, "trigger");
    story_end(s);
}

/* Why: R3. What a planner forgot it must find again, command for command. */
static void a_plan_passivated_at_every_turn_gives_the_same_commands(void **state)
{
    (void)state;
    char *expected = undisturbed_turns();
    struct story *s = begin_busy();
    story_passivate(s);
    feed(s, NULL);
    assert_string_equal(story_turns(s), expected);
    free(expected);
    story_never(s, "diverged");
    story_end(s);
}

static void engine_dies(struct story *s, int minute)
{
    if (minute % 3 == 0)
        story_crash_engine(s);
}

/* Why: kill -9 anywhere, and the night goes on exactly. */
static void an_engine_that_dies_every_few_minutes_comes_to_the_same_commands(void **state)
{
    (void)state;
    char *expected = undisturbed_turns();
    struct story *s = begin_busy();
    feed(s, engine_dies);
    assert_string_equal(story_turns(s), expected);
    free(expected);
    story_end(s);
}

/* Why: R5. An attempt in flight at a stop is sent again, with the same id. */
static void an_attempt_lost_sight_of_is_sent_again_with_the_same_id(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:li.ming', within = '5m', text = 'x' }");
    story_hold_results(s, true);
    story_trigger(s, TRIGGER);
    story_advance(s, 1000);
    story_crash_courier(s);
    story_hold_results(s, false);
    story_advance(s, MINUTES(1));
    story_tells(s, "outcome unknown, sent again: li.ming\nsent: li.ming\n");
    const char *first = story_attempts(s);
    const char *second = strchr(first, '\n') + 1;
    assert_memory_equal(strstr(first, "pager ") + 6, strstr(second, "pager ") + 6, 38);
    story_end(s);
}

static void planner_is_lost(struct story *s, int minute)
{
    story_crash_planner(s, minute % 2, false);
}

static void a_planner_lost_in_the_middle_is_replaced_and_nobody_is_struck(void **state)
{
    (void)state;
    char *expected = undisturbed_turns();
    struct story *s = begin_busy();
    feed(s, planner_is_lost);
    assert_string_equal(story_turns(s), expected);
    free(expected);
    story_never(s, "killed its process");
    story_end(s);
}

/* Why: a fact that waited in the queue lies before the turn of the fact before it. */
static void facts_that_come_together_are_taken_one_by_one(void **state)
{
    (void)state;
    struct story *s = begin(
        "on('stage_m', function(f) notify { to = 'post:deputy', text = 'at ' .. f.value } end)\n"
        "sleep '1h'");
    story_trigger(s, TRIGGER);
    story_queue(s, true);
    story_update(s, "{'fields':{'g7':{'stage_m':4.5}}}");
    story_update(s, "{'fields':{'g7':{'stage_m':4.75}}}");
    story_update(s, "{'fields':{'breach':true}}");
    story_update(s, "{'fields':{'g7':{'stage_m':5.5}}}");
    story_queue(s, false);
    story_advance(s, MINUTES(1));
    story_tells(s, "notify 孙伟 (副总指挥, post:deputy) by phone: at 4.5\n: at 4.75\n: at 5.5\n");
    story_passivate(s);
    story_queue(s, true);
    story_update(s, "{'fields':{'g7':{'stage_m':6.5}}}");
    story_update(s, "{'fields':{'g7':{'stage_m':6.75}}}");
    story_queue(s, false);
    story_advance(s, MINUTES(1));
    story_tells(s, ": at 6.5\n: at 6.75\n");
    story_never(s, "fallback");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_in_the_first_line_starts_the_fallback),
        cmocka_unit_test(a_fallback_without_answer_rings_the_duty_room_until_an_order),
        cmocka_unit_test(a_plan_that_spins_falls_back_and_says_why),
        cmocka_unit_test(an_error_in_a_handler_ends_that_handler_only),
        cmocka_unit_test(facts_that_came_before_the_wait_are_seen_by_it),
        cmocka_unit_test(a_plan_that_has_returned_and_has_nothing_open_is_done),
        cmocka_unit_test(resolved_closes_and_tells_everybody_reached),
        cmocka_unit_test(the_same_key_gives_the_same_incident),
        cmocka_unit_test(a_trigger_without_a_plan_runs_the_fallback_of_the_site),
        cmocka_unit_test(refusals_name_the_field_and_the_nearest_name),
        cmocka_unit_test(a_plan_passivated_at_every_turn_gives_the_same_commands),
        cmocka_unit_test(an_engine_that_dies_every_few_minutes_comes_to_the_same_commands),
        cmocka_unit_test(an_attempt_lost_sight_of_is_sent_again_with_the_same_id),
        cmocka_unit_test(facts_that_come_together_are_taken_one_by_one),
        cmocka_unit_test(a_planner_lost_in_the_middle_is_replaced_and_nobody_is_struck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
