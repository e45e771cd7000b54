/*
 * Nights of incidents that belong together, with the planner's own code: alerts that join, cases
 * under an epidemic, roles that are taken or not, one flood reported twice.
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
#define SECONDS(n) ((n)*INT64_C(1000))

#define HEAD(name, keys)                                                                           \
    "local plan = plan '" name "' { title = { zh = '" name "', en = '" name "' },"                 \
    " kind = 'department', category = 'accident', version = '1', owner = 'dept:flood-office',"     \
    " fallback = { { to = 'duty:duty-room', within = '5m' } }, " keys " }\n"                       \
    "function plan.respond(incident)\n"
#define FOOT "\nend\nreturn plan\n"

static const char ONCALL[] = HEAD("oncall", "starts_on = { { source = 'alertmanager' } }, one_per "
                                            "= { 'labels.service' },"
                                            " digest = '30s', on_resolved = 'close', reopen_within "
                                            "= '10m',"
                                            " ends = 'resolved', facts = { errors = { type = "
                                            "'number' } }") "log('run ' .. "
                                                            "tostring(incident.reopened))\n"
                                                            "on('joined', function(j) log(#j.joins "
                                                            ".. ' more, ' .. incident.count .. ' "
                                                            "in all') end)\n"
                                                            "local a = call { to = "
                                                            "'duty:duty-room', within = '5m', text "
                                                            "= T '{title} ({count})' }\n"
                                                            "log(a and a.by or 'nobody')\n" FOOT;

#define ALERT "{'source':'alertmanager','title':'502','labels':{'service':'pay'}}"

/* Why: two hundred alerts of one service at night are one call, and news by the half minute. */
static void two_hundred_alerts_are_one_incident_and_one_call(void **state)
{
    (void)state;
    struct story *s = story_new("oncall", ONCALL);
    story_person_answers(s, "wang.qiang", SECONDS(10));
    story_trigger(s, ALERT);
    for (int n = 0; n < 60; n++) {
        story_advance(s, SECONDS(1));
        const json_t *reply = story_trigger(s, ALERT);
        assert_true(json_bool(reply, "joined"));
        if (n == 40)
            story_crash_engine(s);
    }
    story_advance(s, MINUTES(2));
    story_tells(s, "trigger: 502, plan oncall\n"
                   "call 王强\n"
                   "joined: 502, from alertmanager, to be told with others\n"
                   "王强 answers\n"
                   "digest: 30 joined, 31 in all\n"
                   "notify 王强 by pager: 502：又有 30 条并入，共 31 条：502；502；502 等 30 条\n"
                   "digest: 30 joined, 61 in all\n");
    story_never(s, "李明");
    assert_non_null(strstr(story_turns(s), "30 more, 31 in all"));
    assert_non_null(strstr(story_turns(s), "30 more, 61 in all"));
    story_end(s);
}

/* Why: whoever mended it is called again when it comes back, in the incident that they know. */
static void what_flaps_is_opened_again_and_its_plan_calls_anew(void **state)
{
    (void)state;
    struct story *s = story_new("oncall", ONCALL);
    story_person_answers(s, "wang.qiang", SECONDS(10));
    story_trigger(s, ALERT);
    story_advance(s, MINUTES(1));
    story_resolve(s);
    story_tells(s, "王强 answers\nresolved by its source\nclosed: resolved\n"
                   "notify 王强 by pager: 已恢复：502\n");
    story_advance(s, MINUTES(5));
    story_crash_engine(s);
    assert_true(json_bool(story_trigger(s, ALERT), "reopened"));
    story_advance(s, SECONDS(5));
    story_crash_planner(s, 0,
                        false); /* in the middle of the second run: replayed without the first */
    story_crash_planner(s, 1, false);
    story_advance(s, MINUTES(2));
    story_tells(s, "reopened, time 1: 502\ncall 王强 (主班, duty:duty-room) by pager: 502 (2)\n"
                   "王强 answers\n");
    assert_non_null(strstr(story_turns(s), "run nil"));
    assert_non_null(strstr(story_turns(s), "run 1"));
    story_never(s, "cannot go on");
    story_resolve(s);
    story_advance(s, MINUTES(11));
    story_tells(s, "closed: resolved\nfrom now on a trigger opens a new incident\n");
    assert_true(json_bool(story_trigger(s, ALERT), "new"));
    story_end(s);
}

static const char EPIDEMIC[] = HEAD(
    "epidemic",
    "ends = 'order', facts = { case = { event = true, key = 'id', fields = { id = 'text',"
    " staff = 'boolean' } } }") "on('case', function(c)\n"
                                "  local k = child { plan = 'tracing', key = c.id, title = T('Case "
                                "{id}', c),"
                                " fields = { staff = c.staff } }\n"
                                "  log(c.id .. ': ' .. (k:wait('closed', '2d') or 'still open'))\n"
                                "end)\n"
                                "on('closed', function(f) log('over: ' .. f.title) end)\n" FOOT;

static const char TRACING[] =
    HEAD("tracing",
         "parent_only = true, facts = { staff = { type = 'boolean' } }, measures = {"
         " isolate = { phase = 'first', owner = 'person:li.ming', title = 'Isolate',"
         " due = '1h' } }") "on('staff', function(f) log('staff ' .. tostring(f.value)) end)\n"
                            "measure('isolate'):wait 'done'\n" FOOT;

/* Why: each case has its own clock and ends by itself; the epidemic hears of it, and goes on. */
static void each_case_is_a_child_that_ends_by_itself(void **state)
{
    (void)state;
    struct story *s = story_with("epidemic", EPIDEMIC, "tracing", TRACING);
    story_trigger(s, "{'plan':'epidemic','title':'Measles'}");
    story_update(s, "{'fields':{'case':{'id':'17','staff':false}}}");
    story_update(s, "{'fields':{'case':{'id':'18','staff':false}}}");
    story_advance(s, MINUTES(1));
    story_tells(s, "trigger: Measles\n"
                   "trigger: Case 17 (a child), plan tracing\nchild: Case 17, plan tracing\n"
                   "item: Isolate to person:li.ming\n"
                   "trigger: Case 18 (a child), plan tracing\n");
    story_crash_engine(s);
    story_update(s, "{'fields':{'case':{'id':'17','staff':true}}}"); /* a correction reaches it */
    story_advance(s, MINUTES(1));
    assert_non_null(strstr(story_turns(s), "staff true"));
    story_at(s, 2);
    story_item(s, "isolate", "done", "li.ming");
    story_crash_planner(s, 0, false);
    story_crash_planner(s, 1, false);
    story_item(s, "isolate", "strike", "li.ming");
    story_advance(s, MINUTES(1));
    story_tells(s, "Isolate done\nIsolate struck off\nclosed: the plan is done\n"
                   "child closed: Case 18, plan tracing\n");
    assert_non_null(strstr(story_turns(s), "over: Case 18"));
    assert_non_null(strstr(story_turns(s), "18: closed"));
    story_never(s, "child closed: Case 17");
    story_advance(s, MINUTES(60 * 49));
    assert_non_null(strstr(story_turns(s), "17: still open"));
    story_end(s);
}

/* Why: a trigger for a plan that is only ever a child would run without whoever needs its end. */
static void nobody_triggers_a_plan_of_children(void **state)
{
    (void)state;
    struct story *s = story_with("epidemic", EPIDEMIC, "tracing", TRACING);
    const json_t *reply = story_trigger(s, "{'plan':'tracing','title':'x'}");
    assert_string_equal(json_str(reply, "code"), "conflict");
    story_end(s);
}

/* Why: a leader is somebody who said yes; whoever is silent leads nothing. */
static void a_role_goes_to_whoever_accepts_it(void **state)
{
    (void)state;
    struct story *s = story_new(
        "roles",
        HEAD("roles",
             "ends = 'order'") "local a = assign('lead', { 'post:commander', 'post:deputy' },"
                               " { within = '2m' })\n"
                               "notify { to = 'role:lead', text = 'you lead' }\n"
                               "log('scout: ' .. tostring(assign('scout', 'person:zhou.jie')))\n"
                               "notify { to = 'role:scout', text = 'go' }\n" FOOT);
    story_person_answers(s, "sun.wei", SECONDS(30));
    story_trigger(s, "{'plan':'roles','title':'Fire'}");
    story_advance(s, MINUTES(10));
    story_tells(s, "call 韩梅 (总指挥, post:commander) by phone: You are wanted as \"lead\": Fire\n"
                   "call 孙伟\n孙伟 answers\n孙伟 takes the role \"lead\"\n"
                   "notify 孙伟 by phone: you lead\n"
                   "nobody takes the role \"scout\"\n"
                   "notify 王强 (主班, duty:duty-room) by pager: go\n");
    assert_non_null(strstr(story_turns(s), "scout: nil"));
    story_end(s);
}

static const char FLOOD[] =
    HEAD("flood",
         "ends = 'order', one_per = { 'place.district' },"
         " facts = { breach = { type = 'boolean' } }") "on('joined', function(j) log('joined ' .. "
                                                       "j.title .. ' ' .. tostring(j.merged ~= "
                                                       "nil)) end)\n"
                                                       "on('breach', function(f) log('breach ' .. "
                                                       "tostring(f.value)) end)\n"
                                                       "call { to = 'duty:duty-room', within = "
                                                       "'5m', text = T '{title}' }\n" FOOT;

/* Why: one flood under two ids is two duty rooms; after the order it must be one. */
static void one_flood_reported_twice_is_merged(void **state)
{
    (void)state;
    AUTO_TEXT(order);
    char first[UUID_TEXT];
    struct story *s = story_new("flood", FLOOD);
    story_trigger(s, "{'plan':'flood','title':'Upper river','place':{'district':'east'}}");
    uuid_text(story_incident(s), first);
    story_advance(s, SECONDS(10));
    story_trigger(s, "{'plan':'flood','title':'Lower river','place':{'district':'west'},"
                     "'fields':{'breach':true}}");
    story_advance(s, MINUTES(1));
    text_addf(&order, "{'action':'merge','into':'%s','as':'sun.wei','reason':'one flood'}", first);
    assert_string_equal(json_str_or(story_order(s, text_str(&order)), "state", "?"), "merged");
    story_tells(s, "order: merge by 孙伟\nan incident joined: Lower river\n"
                   "merged into: Upper river\n");
    assert_string_equal(json_str(story_update(s, "{'note':'x'}"), "into"), first);
    story_crash_engine(s);
    assert_string_equal(json_str(story_trigger(s, "{'plan':'flood','title':'Again',"
                                                  "'place':{'district':'west'}}"),
                                 "incident"),
                        first);
    story_advance(s, MINUTES(1));
    assert_non_null(strstr(story_turns(s), "joined Lower river true"));
    assert_non_null(strstr(story_turns(s), "breach true"));
    assert_non_null(strstr(story_turns(s), "joined Again false"));
    story_end(s);
}

/* Why: the part that was split off has a plan that runs, and calls. */
static void what_is_split_off_calls_by_itself(void **state)
{
    (void)state;
    struct story *s = story_new("flood", FLOOD);
    story_person_answers(s, "wang.qiang", SECONDS(20));
    story_trigger(s, "{'plan':'flood','title':'Both rivers','place':{'district':'east'}}");
    story_advance(s, MINUTES(1));
    story_tells(s, "王强 answers\n");
    story_order(s, "{'action':'split','title':'Side arm','as':'sun.wei','reason':'another crew'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "order: split by 孙伟\ntrigger: Side arm (split off), plan flood: another crew\n"
                   "split off: Side arm\ncall 王强 (主班, duty:duty-room) by pager: Side arm\n"
                   "王强 answers\n");
    story_end(s);
}

/* Why: a plan that opens itself must not fill the house with incidents. */
static void a_plan_that_opens_itself_comes_to_an_end(void **state)
{
    (void)state;
    struct story *s =
        story_new("self", HEAD("self", "ends = 'order'") "log(child { plan = 'self', key = 'a', "
                                                         "title = 'again' }:wait 'closed')\n" FOOT);
    story_trigger(s, "{'plan':'self','title':'first'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "trigger: again (a child)\n"
                   "child refused: again, plan self: it would be under 8 others\n"
                   "could not be opened\n");
    story_end(s);
}

/* --- the same night, whatever is killed --- */

static void epidemic_night(struct story *s, int killed)
{
    story_person_answers(s, "li.ming", SECONDS(50));
    story_trigger(s, "{'plan':'epidemic','title':'Measles'}");
    for (int minute = 0; minute < 20; minute++) {
        AUTO_TEXT(fields);
        text_addf(&fields, "{'fields':{'case':{'id':'%d','staff':%s}}}", minute % 6,
                  minute % 4 ? "true" : "false");
        story_at(s, 0);
        story_update(s, text_str(&fields));
        story_advance(s, MINUTES(1));
        if (minute == 9 || minute == 14) {
            story_item(s, "isolate", "done", "li.ming");
            story_item(s, "isolate", "strike", "li.ming");
        }
        if (killed == 1)
            story_crash_engine(s);
        if (killed == 2) {
            story_crash_planner(s, 0, false);
            story_crash_planner(s, 1, false);
        }
    }
    story_advance(s, MINUTES(60));
}

/* Why: an engine or planner that dies each minute must not change what the plans do (rule R3). */
static void a_night_with_kills_is_the_night_without(void **state)
{
    (void)state;
    struct story *s = story_with("epidemic", EPIDEMIC, "tracing", TRACING);
    epidemic_night(s, 0);
    char *calm = mem_str(story_turns(s));
    story_end(s);
    for (int killed = 1; killed < 4; killed++) {
        s = story_with("epidemic", EPIDEMIC, "tracing", TRACING);
        if (killed == 3)
            story_passivate(s);
        epidemic_night(s, killed);
        assert_string_equal(story_turns(s), calm);
        story_end(s);
    }
    free(calm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hundred_alerts_are_one_incident_and_one_call),
        cmocka_unit_test(what_flaps_is_opened_again_and_its_plan_calls_anew),
        cmocka_unit_test(each_case_is_a_child_that_ends_by_itself),
        cmocka_unit_test(nobody_triggers_a_plan_of_children),
        cmocka_unit_test(a_role_goes_to_whoever_accepts_it),
        cmocka_unit_test(one_flood_reported_twice_is_merged),
        cmocka_unit_test(what_is_split_off_calls_by_itself),
        cmocka_unit_test(a_plan_that_opens_itself_comes_to_an_end),
        cmocka_unit_test(a_night_with_kills_is_the_night_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
