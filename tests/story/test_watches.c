/*
 * A plan watches what the facts say: `each` and `wait_until`, with the core asking, so that nothing
 * is lost and nothing told twice, whatever dies in between.
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
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " ends = 'order', on_resolved = 'note',"
    " facts = { stage_m = { type = 'number', unit = 'm', per = 'gauge', stale_after = '30m' },"
    "   ponding_cm = { type = 'number', unit = 'cm', per = 'underpass', stale_after = '15m',"
    "     label = { zh = '积水', en = 'ponding' } },"
    "   rain = { type = 'boolean' }, breach = { type = 'boolean' },"
    "   peak_at = { type = 'time', stale_after = '6h' } },"
    " measures = { close_pass = { owner = 'dept:flood-office', due = '10m',"
    "   title = { zh = '封闭 {at}', en = 'Close {at}' }, done_when = { en = 'closed' } },"
    "  clear = { owner = 'dept:flood-office', due = '6h', title = { en = 'Clear below' },"
    "    done_when = { en = 'list struck' } } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    return story_new("flood", text_str(&plan));
}

static void trigger(struct story *s)
{
    story_trigger(s, "{'plan':'flood','title':'暴雨'}");
}

static void ponding(struct story *s, const char *pass, int cm)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'fields':{'%s':{'ponding_cm':%d}}}", pass, cm);
    assert_true(json_bool(story_update(s, text_str(&body)), "ok"));
    story_advance(s, 1000);
}

/* How often a turn gave this command. */
static size_t commanded(const struct story *s, const char *part)
{
    size_t count = 0;
    for (const char *at = story_turns(s); (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static const char CLOSES[] =
    "each('ponding_cm >= deep_cm', function(at)\n"
    "  local item = measure('close_pass', { key = at, at = at })\n"
    "  log('closes ' .. at) if item:wait('done', '20m') then log('closed ' .. at) end\n"
    "end)\n";

/* Why: a car floats in a closed-in underpass; each one counts, once each time that it fills. */
static void each_underpass_that_fills_is_told_once_until_it_is_dry_again(void **state)
{
    (void)state;
    struct story *s = begin(CLOSES);
    trigger(s);
    ponding(s, "east-pass", 20);
    story_never(s, "closes");
    ponding(s, "east-pass", 30);
    ponding(s, "east-pass", 35);
    ponding(s, "west-pass", 35); /* it is deep at 40 */
    story_tells(s, "watched: ponding_cm >= deep_cm is true (东下穿 ponding 30 cm)\n"
                   "item: Close 东下穿 to dept:flood-office, due in 10m\n");
    assert_int_equal(commanded(s, "closes east-pass"), 1);
    assert_int_equal(commanded(s, "closes west-pass"), 0);
    ponding(s, "west-pass", 40);
    story_item(s, "close_pass", "done", "sun.wei");
    story_advance(s, 1000);
    assert_int_equal(commanded(s, "closed west-pass"), 1);
    ponding(s, "east-pass", 10);
    ponding(s, "east-pass", 28);
    assert_int_equal(commanded(s, "closes east-pass"), 2);
    story_end(s);
}

/* Why: water does not wait for the plan to begin. */
static void what_is_true_when_it_begins_to_be_watched_counts(void **state)
{
    (void)state;
    struct story *s = begin("sleep '5m'\n"
                            "each('ponding_cm >= deep_cm', function(at) log('closes ' .. at) end)\n"
                            "each('rain', function(at) log('rain at ' .. tostring(at)) end)");
    story_trigger(s, "{'plan':'flood','title':'暴雨','fields':{'east-pass':{'ponding_cm':50},"
                     "'west-pass':{'ponding_cm':50},'rain':true}}");
    story_advance(s, MINUTES(6));
    assert_int_equal(commanded(s, "closes east-pass"), 1);
    assert_int_equal(commanded(s, "closes west-pass"), 1);
    assert_int_equal(commanded(s, "rain at nil"), 1);
    story_end(s);
}

/* Why: missing data is never safe. Where nothing was known, what is known now is news. */
static void a_gauge_that_comes_back_over_the_mark_is_told_again(void **state)
{
    (void)state;
    struct story *s = begin("each('ponding_cm >= deep_cm', function(at) log('closes ' .. at) end)");
    trigger(s);
    ponding(s, "east-pass", 30);
    story_advance(s, MINUTES(20)); /* stale after 15 */
    story_tells(s, "no data: east-pass.ponding_cm");
    ponding(s, "east-pass", 30);
    assert_int_equal(commanded(s, "closes east-pass"), 2);
    story_end(s);
}

/* The same night with something that happens after each step. */
static void night(struct story *s, void (*disturb)(struct story *s, int step))
{
    static const struct {
        const char *pass;
        int cm;
    } steps[] = {{"east-pass", 10}, {"east-pass", 30}, {"west-pass", 39}, {"west-pass", 41},
                 {"east-pass", 31}, {"east-pass", 5},  {"east-pass", 29}, {"west-pass", 50},
                 {"west-pass", 3},  {"west-pass", 44}};
    trigger(s);
    for (size_t n = 0; n < sizeof steps / sizeof *steps; n++) {
        ponding(s, steps[n].pass, steps[n].cm);
        if (disturb)
            disturb(s, (int)n);
        story_advance(s, MINUTES(2));
    }
    story_update(s, "{'fields':{'rain':false,'east-pass':{'ponding_cm':0},"
                    "'west-pass':{'ponding_cm':0}}}");
    story_advance(s, MINUTES(13));
    if (disturb)
        disturb(s, 3);
    story_advance(s, MINUTES(30));
}

static const char WATCHFUL[] =
    "each('ponding_cm >= deep_cm', function(at) log('closes ' .. at) sleep '1m' log('done') end)\n"
    "each('ponding_cm >= 30 and not rain', function(at) log('dry flood at ' .. at) end)\n"
    "local over = wait_until('ponding_cm < 5', { hold = '12m', every = true, within = '2h' })\n"
    "log('over ' .. tostring(over))";

static void engine_dies(struct story *s, int step)
{
    (void)step;
    story_crash_engine(s);
}

static void planner_dies(struct story *s, int step)
{
    story_crash_planner(s, step % 2, false);
    story_crash_planner(s, (step + 1) % 2, false);
}

static void everything_dies(struct story *s, int step)
{
    planner_dies(s, step);
    story_crash_engine(s);
    if (step == 3)
        story_passivate(s);
}

static char *turns_of(void (*disturb)(struct story *s, int step))
{
    struct story *s = begin(WATCHFUL);
    night(s, disturb);
    story_never(s, "diverged");
    story_never(s, "fallback");
    assert_int_equal(commanded(s, "closes east-pass"), 2);
    assert_int_equal(commanded(s, "closes west-pass"), 2);
    assert_int_equal(commanded(s, "over true"), 1);
    char *turns = mem_str(story_turns(s));
    story_end(s);
    return turns;
}

/* Why: what was told must not be told again, and what was not must be, after kill -9. */
static void edges_are_told_exactly_once_whatever_dies(void **state)
{
    (void)state;
    void (*const nights[])(struct story *, int) = {engine_dies, planner_dies, everything_dies};
    char *expected = turns_of(NULL);
    for (size_t n = 0; n < sizeof nights / sizeof *nights; n++) {
        char *turns = turns_of(nights[n]);
        assert_string_equal(turns, expected);
        free(turns);
    }
    free(expected);
}

/* Why: an edge that falls into the time without planners must not be lost with it. */
static void edges_wait_for_the_planner_in_their_order(void **state)
{
    (void)state;
    struct story *s = begin("each('ponding_cm >= deep_cm', function(at) log('closes ' .. at) end)");
    trigger(s);
    story_queue(s, true);
    ponding(s, "west-pass", 60);
    ponding(s, "west-pass", 0);
    ponding(s, "east-pass", 60);
    ponding(s, "west-pass", 60);
    story_queue(s, false);
    story_passivate(s);
    story_advance(s, MINUTES(1));
    const char *turns = story_turns(s), *west = strstr(turns, "closes west-pass");
    assert_non_null(west);
    assert_non_null(strstr(west, "closes east-pass"));
    assert_int_equal(commanded(s, "closes west-pass"), 2);
    story_end(s);
}

static void wait_until_gives_where_it_is_so(void **state)
{
    (void)state;
    struct story *s = begin("log('at ' .. wait_until('stage_m >= warning_m'))\n"
                            "log('again ' .. wait_until('stage_m >= warning_m'))\n"
                            "log('breach ' .. tostring(wait_until('breach', { within = '10m' })))\n"
                            "log('rain ' .. tostring(wait_until('rain', { within = '10m' })))");
    trigger(s);
    story_update(s, "{'fields':{'g7':{'stage_m':4.6}}}");
    story_advance(s, MINUTES(11));
    story_update(s, "{'fields':{'breach':true,'rain':true}}");
    story_advance(s, MINUTES(20));
    story_tells(s, "awaited: stage_m >= warning_m is true (7号站 stage_m 4.6 m)\n");
    assert_int_equal(commanded(s, "at g7"), 1);
    assert_int_equal(commanded(s, "again g7"), 1);
    assert_int_equal(commanded(s, "breach nil"), 1);
    assert_int_equal(commanded(s, "rain true"), 1);
    story_end(s);
}

/* Why: no data for a while is no proof that it was so meanwhile. */
static void the_hold_clock_starts_anew_when_nothing_is_known(void **state)
{
    (void)state;
    struct story *s = begin("wait_until('stage_m < warning_m', { hold = '40m' })\nlog 'held'");
    trigger(s);
    story_update(s, "{'fields':{'g7':{'stage_m':4.0}}}");
    story_advance(s, MINUTES(31)); /* stale after 30 */
    story_tells(s, "awaited: stage_m < warning_m is true, its time runs\n"
                   "awaited: stage_m < warning_m is so no more, its time starts anew\n");
    story_update(s, "{'fields':{'g7':{'stage_m':4.0}}}");
    story_advance(s, MINUTES(25));
    story_crash_engine(s);
    story_update(s, "{'fields':{'g7':{'stage_m':4.1}}}");
    story_advance(s, MINUTES(14));
    assert_int_equal(commanded(s, "held"), 0);
    story_advance(s, MINUTES(2));
    assert_int_equal(commanded(s, "held"), 1);
    story_end(s);
}

/* Why: a scope that has ended must not wake for what it watched. */
static void a_watch_ends_with_its_scope(void **state)
{
    (void)state;
    struct story *s =
        begin("local h = each('ponding_cm >= deep_cm', function(at) log('closes ' .. at) end)\n"
              "timeout('5m', function() wait_until('breach') log 'breach' end)\n"
              "cancel(h) log 'cancelled'\n"
              "race { function() wait_until('rain') return 1 end, function() sleep '1m' end }");
    trigger(s);
    story_advance(s, MINUTES(8));
    assert_int_equal(commanded(s, "watch_clear"), 3);
    story_update(s, "{'fields':{'rain':true,'breach':true,'east-pass':{'ponding_cm':50}}}");
    story_advance(s, MINUTES(1));
    story_never(s, "watched");
    story_never(s, "awaited");
    story_end(s);
}

/* When "clear" is due, in minutes from the beginning of the night. */
static int64_t clear_due(const struct story *s)
{
    return (story_item_due(s, "clear") - INT64_C(1784512800000)) / MINUTES(1);
}

/* Why: people below must be out before the water comes, however often the forecast is corrected. */
static void a_due_time_before_the_peak_moves_with_the_forecast(void **state)
{
    (void)state;
    struct story *s = begin("measure('clear', { due = before('peak_at', '6h',"
                            " { at_least = '1h', unknown = '2h' }) })");
    trigger(s); /* 02:00 UTC */
    assert_int_equal(clear_due(s), 120);
    story_update(s, "{'fields':{'peak_at':'2026-07-20T12:00:00Z'}}");
    assert_int_equal(clear_due(s), 240);
    story_advance(s, MINUTES(30));
    story_update(s, "{'fields':{'peak_at':'2026-07-20T13:30:00Z'}}");
    assert_int_equal(clear_due(s), 330); /* back */
    story_update(s, "{'fields':{'peak_at':'2026-07-20T13:30:00Z'}}");
    story_crash_engine(s);
    story_update(s, "{'fields':{'peak_at':'2026-07-20T08:10:00Z'}}");
    assert_int_equal(clear_due(s), 90); /* forward, and an hour is left to do it */
    story_advance(s, MINUTES(20));
    story_update(s, "{'fields':{'peak_at':'2026-07-20T08:20:00Z'}}");
    assert_int_equal(clear_due(s), 90); /* no correction gives an hour again and again */
    story_tells(s, "Clear below due at another time, with peak_at\n"
                   "【时限调整】Clear below。暴雨。时限 4h\n"
                   "Clear below stays due when it was, with peak_at\n");
    story_advance(s, MINUTES(50));
    story_tells(s, "[1:30:00] Clear below overdue: urged, time 1\n");
    story_end(s);
}

/* Why: a forecast that nobody renews is no reason to take more time. */
static void no_forecast_gives_no_more_time(void **state)
{
    (void)state;
    struct story *s = begin("measure('clear', { due = before('peak_at', '1h') })\n"
                            "directive { text = 'x', lead = 'dept:flood-office', due ="
                            " before('peak_at', '1h', { unknown = '30m' }) }");
    trigger(s);
    assert_int_equal(clear_due(s), 360); /* as the head says, while nothing is known */
    story_update(s, "{'fields':{'peak_at':'2026-07-20T09:30:00Z'}}");
    assert_int_equal(clear_due(s), 390);
    story_advance(s, MINUTES(361)); /* stale after 6 h */
    assert_int_equal(clear_due(s), 390);
    story_tells(s, "[6:00:00] no data: peak_at");
    story_advance(s, MINUTES(30));
    story_tells(s, "[6:30:00] x overdue: urged, time 1");
    story_end(s);
}

/* Why: a meeting that takes up what is open must not miss what is late. */
static void an_agenda_lists_what_is_open_and_late(void **state)
{
    (void)state;
    struct story *s =
        begin("measure('clear', { due = '30m' })\nmeasure('close_pass', { key = 'a', at = "
              "'east-pass' })\n"
              "sleep '31m'\nitem { title = '通报', owner = 'dept:flood-office', due = '2h' }\n"
              "measure('close_pass', { key = 'b', at = 'west-pass' })\n"
              "agenda { to = 'post:commander', items = { since = '5m' } }\n"
              "agenda { to = 'post:commander', items = { state = 'overdue' } }");
    trigger(s);
    story_item(s, "close_pass", "done", "sun.wei");
    story_advance(s, MINUTES(32));
    story_tells(s,
                "notify 韩梅 (总指挥, post:commander) by phone: Agenda: 3 open items, 1 overdue; "
                "OVERDUE Clear below (dept:flood-office); new: Close 西下穿 "
                "(dept:flood-office); new: 通报 (dept:flood-office)\n"
                "Agenda: 1 open item, 1 overdue; OVERDUE Clear below\n");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_underpass_that_fills_is_told_once_until_it_is_dry_again),
        cmocka_unit_test(what_is_true_when_it_begins_to_be_watched_counts),
        cmocka_unit_test(a_gauge_that_comes_back_over_the_mark_is_told_again),
        cmocka_unit_test(edges_are_told_exactly_once_whatever_dies),
        cmocka_unit_test(edges_wait_for_the_planner_in_their_order),
        cmocka_unit_test(wait_until_gives_where_it_is_so),
        cmocka_unit_test(the_hold_clock_starts_anew_when_nothing_is_known),
        cmocka_unit_test(a_watch_ends_with_its_scope),
        cmocka_unit_test(a_due_time_before_the_peak_moves_with_the_forecast),
        cmocka_unit_test(no_forecast_gives_no_more_time),
        cmocka_unit_test(an_agenda_lists_what_is_open_and_late),
    };
    return cmocka_run_group_tests_name("watches", tests, NULL, NULL);
}
