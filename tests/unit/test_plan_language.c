/* The words of the plan language, each as an author meets it. */
#include "planner_night.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A plan whose respond is `body`; with facts stage_m, by gauge, and case. */
static void open_night(struct planner_night *n, const char *body)
{
    AUTO_TEXT(source);

    text_addf(&source,
              "local plan = plan \"test\" { facts = { case = {event = true}, "
              "stage_m = {type = 'number', per = 'gauge'} } }\n"
              "function plan.respond(incident)\n%s\nend\nreturn plan\n",
              body);
    planner_night_init(n, text_str(&source));
    planner_night_begin(n);
}

/* One turn and what came of it. */
static void asks(const char *body, const char *expected)
{
    struct planner_night n;

    open_night(&n, body);
    planner_night_tells(&n, expected);
    planner_night_done(&n);
}

/* The body fails with this sentence. */
static void body_fails(const char *body, const char *sentence)
{
    struct planner_night n;

    open_night(&n, body);
    if (!strstr(text_str(&n.told), "respond test.lua:") || !strstr(text_str(&n.told), sentence))
        fail_msg("%s\n  told: %s\n  not: %s", body, text_str(&n.told), sentence);
    planner_night_done(&n);
}

/* ---- each, wait_until ---- */

static void each_starts_a_task_for_every_place_it_is_told(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "each('stage_m > 3', function(at) sleep('1m') log(tostring(at)) end)");
    planner_night_tells(&n, "watch 0.1 {\"each\":true,\"watch\":\"watch/0.1\",\"when\":\"stage_m > "
                            "3\"}\ndone\n");
    planner_night_fact(&n, "{'names':[],'steps':['watch/0.1'],'edges':["
                           "{'watch':'watch/0.1','station':'g7'},{'watch':'watch/0.1'},"
                           "{'watch':'watch/0.9','station':'g8'}]}");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "timer 0.1/1.1 60000\ntimer 0.1/2.1 60000\n"
                            "log 0.1/1.2 g7\nlog 0.1/2.2 nil\ndone\n");
    planner_night_done(&n);
}

static void wait_until_gives_up_in_time_and_lets_the_core_know(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(tostring(wait_until('stage_m > 3', {hold = '2m', within = '5m'})))\n"
                   "log(tostring(wait_until('stage_m > 3')))");
    planner_night_pass(&n, 300000);
    planner_night_fact(&n, "{'names':[],'steps':['watch/0.3'],'met':'g7'}");
    planner_night_tells(&n, "watch 0.1 {\"hold_ms\":120000,\"watch\":\"watch/0.1\",\"when\":"
                            "\"stage_m > 3\"}\ntimer 0.1 300000\n"
                            "watch_clear 0.1 {\"watch\":\"watch/0.1\"}\nlog 0.2 nil\n"
                            "watch 0.3 {\"watch\":\"watch/0.3\",\"when\":\"stage_m > 3\"}\n"
                            "log 0.4 g7\ndone\n");
    planner_night_done(&n);
}

static void a_condition_that_cannot_be_read_fails_where_it_stands(void **state)
{
    (void)state;
    body_fails("each('stage_m >', log)", "each: \"stage_m >\": it ends where");
    body_fails("wait_until('case == 3')", "case is an event");
    body_fails("wait_until(3)", "a condition is wanted first");
}

/* ---- call ---- */

static void a_call_gives_the_answer(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local a = call { to = 'duty:duty-room', within = '5m', text = 'come' }\n"
                   "log(a.by .. ' ' .. a.name .. ' ' .. a.call .. ' ' .. tostring(a.note))");
    planner_night_tells(&n, "call 0.1 duty:duty-room 300000 \"come\"\n");
    assert_string_equal(json_string_value(json_array_get(json_at(n.awaits, "steps"), 0)), "0.1");
    planner_night_answer(&n, "0.1", "li.ming");
    planner_night_tells(&n, "log 0.2 li.ming li.ming 0.1 nil\ndone\n");
    planner_night_done(&n);
}

static void a_call_that_nobody_answers_gives_nil(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(tostring(call { to = 'duty:duty-room', within = '5m', text = 'come' }))");
    planner_night_expire(&n, "0.1");
    planner_night_tells(&n, "call 0.1 duty:duty-room 300000 \"come\"\nlog 0.2 nil\ndone\n");
    planner_night_done(&n);
}

/* "Cannot come" is a fact; the call itself goes on to the next. */
static void a_decline_does_not_end_a_call(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('declined', function(d) log('declined by ' .. d.by) end)\n"
                   "log(call { to = 'duty:duty-room', within = '5m', text = 'come' }.by)");
    planner_night_fact(&n, "{'names':['declined'],'steps':['0.2'],'by':'a'}");
    planner_night_answer(&n, "0.2", "b");
    planner_night_tells(&n, "call 0.2 duty:duty-room 300000 \"come\"\n"
                            "log 0.1/1.1 declined by a\nlog 0.3 b\ndone\n");
    planner_night_done(&n);
}

static void a_call_has_rungs_and_rounds(void **state)
{
    (void)state;
    asks("call { to = 'duty:it', text = {zh = '来', en = 'come'}, rounds = 3,\n"
         "  rungs = {{to = 'seat:primary', within = '5m'}, {to = {'seat:b', 'post:c'}}},\n"
         "  within = '10m' }",
         "call 0.1 duty:it 600000 | seat:primary 300000 | seat:b,post:c -1 x3 "
         "{\"en\":\"come\",\"zh\":\"来\"}\n");
    asks("call { text = 'x', rungs = {{to = 'post:a', within = '5m'}} }",
         "call 0.1 -1 | post:a 300000 \"x\"\n");
}

static void what_is_wrong_with_a_call_is_said(void **state)
{
    (void)state;
    body_fails("call { to = 'duty:a', text = 'x' }", "within is missing");
    body_fails("call { to = 'duty:a', within = '5 min', text = 'x' }",
               "call: within: \"5 min\" is no duration; write \"90s\", \"5m\"");
    body_fails("call { to = 'duty:a', within = 300, text = 'x' }", "a duration like \"5m\"");
    body_fails("call { to = 'duty:a', within = '5m' }", "call: text is missing");
    body_fails("call { to = 'duty:a', within = '5m', text = '' }", "call: text is empty");
    body_fails("call { to = 'duty:a', within = '5m', text = {de = 'x'} }", "languages zh and en");
    body_fails("call { within = '5m', text = 'x' }", "who is to be called?");
    body_fails("call { to = {}, within = '5m', text = 'x' }", "a target or a list of targets");
    body_fails("call { to = 'li.ming', within = '5m', text = 'x' }",
               "\"li.ming\" is no target; write its kind before it, as in \"person:li.ming\"");
    body_fails("call { to = 'duty:a', wihtin = '5m', text = 'x' }",
               "there is no \"wihtin\"; did you mean \"within\"?");
    body_fails("call { to = 'duty:a', within = '5m', text = 'x', at_least = 0 }",
               "at_least is a number from 1");
    body_fails("call { to = 'duty:a', within = '5m', text = 'x', answer_for = '5s' }",
               "answer_for is at least one minute");
    body_fails("call { to = 'duty:a', text = 'x', rungs = {{to = 'seat:a'}} }",
               "rung 1 has no within");
    body_fails("call { to = 'duty:a', text = 'x', within = '5m', rungs = {{within = '1m'}} }",
               "a rung has no \"to\"");
    body_fails("call { to = 'duty:a', within = '5m', text = 'x', rounds = 0 }",
               "rounds is a number");
    body_fails("call('duty:a')", "call takes a table, got string");
}

/* ---- ask ---- */

static void a_tally_has_lists_by_choice_and_its_people_may_be_called(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local t = ask { to = {'group:all', 'post:b'}, question = 'x', within = '30m',\n"
                   "  choices = {'yes', {zh = '否', en = 'no'}}, at_least = 2, one_per = 'dept' }\n"
                   "log(#t.yes .. #t.no .. #t.answered .. #t.asked .. tostring(t.enough))\n"
                   "log(t.yes[1].name .. ' ' .. T('{who}', { who = t.silent }))\n"
                   "call { to = t.silent[1], within = '5m', text = 'x' }\n"
                   "call { to = t.silent, within = '5m', text = 'x' }");
    planner_night_tells(&n, "call 0.1 group:all,post:b 1800000 x0 \"x\"\n");
    assert_string_equal(json_string_value(json_array_get(json_at(n.awaits, "steps"), 0)), "0.1");
    planner_night_fact(&n, "{'names':['answer'],'steps':[],'by':'a','choice':'yes','call':'0.1'}");
    planner_night_tells(&n, ""); /* a single answer does not end it */
    planner_night_fact(&n, "{'names':[],'steps':['0.1'],'by_choice':{'no':[],'yes':[{'id':'a',"
                           "'name':'A','target':'dept:a'}]},'answered':[{'id':'a'}],'silent':["
                           "{'id':'b','name':'B','target':'dept:b'},{'id':'c','name':'C','target':"
                           "'person:c'}],'asked':[1,2,3],'enough':false}");
    planner_night_tells(&n, "log 0.2 1013false\nlog 0.3 A B, C\ncall 0.4 dept:b 300000 \"x\"\n");
    planner_night_expire(&n, "0.4");
    planner_night_tells(&n, "call 0.5 dept:b,person:c 300000 \"x\"\n");
    planner_night_done(&n);
}

static void what_is_wrong_with_a_question_is_said(void **state)
{
    (void)state;
    body_fails("ask { to = 'post:a', question = 'x', choices = {'y'} }", "within is missing");
    body_fails("ask { question = 'x', choices = {'y'}, within = '5m' }", "who is asked?");
    body_fails("ask { to = 'post:a', choices = {'y'}, within = '5m' }", "question is missing");
    body_fails("ask { to = 'post:a', question = 'x', within = '5m' }", "what may be answered?");
    body_fails("ask { to = 'post:a', question = 'x', choices = {'y', 'y'}, within = '5m' }",
               "the choice \"y\" is there twice");
    body_fails("ask { to = 'post:a', question = 'x', choices = {'asked'}, within = '5m' }",
               "a choice cannot be called \"asked\"");
    body_fails("ask { to = 'post:a', question = 'x', choices = {7}, within = '5m' }",
               "ask: a choice must be text");
    body_fails("ask { to = 'post:a', question = 'x', choices = {('y'):rep(300)}, within = '5m' }",
               "longer than 200 bytes");
    body_fails(
        "ask { to = 'post:a', question = 'x', choices = {'y'}, within = '5m', at_least = 0 }",
        "at_least is \"all\", or a number");
    body_fails(
        "ask { to = 'post:a', question = 'x', choices = {'y'}, within = '5m', one_per = 'x' }",
        "one_per is \"dept\"");
}

/* ---- fetch ---- */

static void fetch_gives_the_answer_or_nil_and_why(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "for i = 1, 3 do\n"
                   "  local r, why = fetch { endpoint = 'gis', body = { b = 1, a = {'x'} },\n"
                   "    within = '30s' }\n"
                   "  log(r and r.status .. r.body .. tostring(r.json and r.json.level) or why)\n"
                   "end");
    planner_night_tells(&n, "fetch 0.1 {\"body\":\"{\\\"a\\\":[\\\"x\\\"],\\\"b\\\":1}\","
                            "\"endpoint\":\"gis\",\"json\":true,\"within_ms\":30000}\n");
    planner_night_fact(&n, "{'names':[],'steps':['0.1'],'fetched':true,'status':200,"
                           "'body':'{\\'level\\':4}'}");
    text_clear(&n.told);
    planner_night_fact(&n, "{'names':[],'steps':['0.3'],'fetched':false,'error':'busy'}");
    planner_night_fact(&n, "{'names':[],'steps':['0.5'],'fetched':true,'status':204,'body':''}");
    if (!strstr(text_str(&n.told), "log 0.4 busy") || !strstr(text_str(&n.told), "log 0.6 204nil"))
        fail_msg("%s", text_str(&n.told));
    planner_night_done(&n);
}

static void what_is_wrong_with_a_fetch_is_said(void **state)
{
    (void)state;
    body_fails("fetch { endpoint = 'gis', body = {} }", "fetch: within is missing");
    body_fails("fetch { endpoint = 'gis', within = '5s' }", "fetch: body is missing");
    body_fails("fetch { body = {}, within = '5s' }",
               "the name of an endpoint of the site, got nil");
    body_fails("fetch { endpoint = 'gis', body = function() end, within = '5s' }", "fetch: body");
    body_fails("fetch { endpoint = 'gis', body = ('x'):rep(70000), within = '5s' }", "fetch: body");
    body_fails("fetch { url = 'http://x', body = {}, within = '5s' }", "there is no \"url\"");
}

static void a_fetch_that_is_given_up_is_cancelled(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "timeout('5s', function() fetch { endpoint = 'gis', body = 'x', within = '1m' } "
                   "end)");
    planner_night_pass(&n, 5000);
    planner_night_tells(&n, "timer 0.1 5000\nfetch 0.1/1.1 {\"body\":\"x\",\"endpoint\":\"gis\","
                            "\"within_ms\":60000}\ncancel 0.1/1.1\ndone\n");
    planner_night_done(&n);
}

/* ---- notify ---- */

static void notify_goes_on_at_once(void **state)
{
    (void)state;
    asks(
        "notify { to = {'dept:a', 'post:b'}, text = 'x', via = 'pager', within = '1h' }\nlog('on')",
        "notify 0.1 dept:a,post:b \"x\"\nlog 0.2 on\ndone\n");
    body_fails("notify { to = 'dept:a', text = 'x', via = 7 }", "the name of an endpoint");
}

static void a_handle_tells_each_result_once(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local h = notify { to = 'person:a', text = 'x' }\n"
                   "log(h:result('1m') or 'nil')\nlog(h:result('1m') or 'nil')\n"
                   "log(h:result('1m') or 'nil') log(h:result())");
    planner_night_tells(&n, "notify 0.1 person:a \"x\"\ntimer 0.2 60000\n");
    planner_night_fact(&n, "{'names':[],'steps':['0.1'],'result':'sent'}");
    planner_night_tells(&n, "clear 0.2\nlog 0.3 sent\ntimer 0.4 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "log 0.5 nil\ntimer 0.6 60000\n");
    planner_night_fact(&n, "{'names':[],'steps':['0.1'],'result':'failed'}");
    planner_night_tells(&n, "clear 0.6\nlog 0.7 failed\nlog 0.9 failed\ndone\n");
    planner_night_done(&n);
}

/* The result came when nobody waited: it was no event, but it is in the record. */
static void a_result_that_made_no_turn_is_known(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local h = notify { to = 'person:a', text = 'x' }\nsleep('10m')\n"
                   "log(h:result('1m'))");
    planner_night_fact(&n, "{'names':[],'steps':['0.1'],'result':'sent'}");
    assert_int_equal(n.turns, 1);
    planner_night_pass(&n, 600000);
    planner_night_tells(&n, "notify 0.1 person:a \"x\"\ntimer 0.2 600000\nlog 0.4 sent\ndone\n");
    assert_int_equal(n.needs, 1);
    planner_night_done(&n);
}

static void a_handle_has_no_other_members(void **state)
{
    (void)state;
    body_fails("notify { to = 'person:a', text = 'x' }:wait('done')", "a handle has no \"wait\"");
    body_fails("notify { to = 'person:a', text = 'x' }:reslut()", "a handle has no \"reslut\"");
    body_fails("spawn(function() end):result()", "only what notify gives has a result");
    asks("local h = spawn(function() end) log(tostring(h))", "log 0.2 handle 0.1/1\ndone\n");
}

/* ---- wait, facts and cursors ---- */

static void wait_gives_the_fact_or_nil(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local f = wait('resolved', '10m') log(f.by)\n"
                   "log(tostring(wait('resolved', '10m')))");
    planner_night_tells(&n, "timer 0.1 600000\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'zhang'}");
    planner_night_tells(&n, "clear 0.1\nlog 0.2 zhang\ntimer 0.3 600000\n");
    planner_night_pass(&n, 600000);
    planner_night_tells(&n, "log 0.4 nil\ndone\n");
    planner_night_done(&n);
}

static void facts_of_the_head_come_with_station_and_value(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local a, b = wait('stage_m'), wait('stage_m')\n"
                   "log(a.station .. a.value .. ' ' .. b.station .. b.value)\n"
                   "local c = wait('case') log(c.id .. c.district)\n"
                   "local u = wait('update') log(u.fields.g7.stage_m .. u.by .. u.note)\n"
                   "log(incident.fields.g8.stage_m)");
    planner_night_fact(&n, "{'names':['update','stage_m','stage_m'],'by':'w','note':'n',"
                           "'occurrences':[{'name':'stage_m','station':'g7','value':4.9},"
                           "{'name':'stage_m','station':'g8','value':5.1}]}");
    planner_night_tells(&n, "log 0.3 g74.9 g85.1\n");
    planner_night_fact(&n, "{'names':['update','case'],'by':'w','occurrences':[{'name':'case',"
                           "'station':null,'value':{'id':'c1','district':'north'}}]}");
    planner_night_tells(&n, "log 0.5 c1north\nlog 0.7 4.9wn\nlog 0.8 5.1\ndone\n");
    planner_night_done(&n);
}

/* Nothing is lost while a task is busy, and nothing is seen twice. */
static void every_task_sees_every_fact_once_in_order(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "spawn(function() for i = 1, 3 do log('a' .. wait('case').id) end end)\n"
                   "sleep('10m')\n"
                   "for i = 1, 3 do log('b' .. wait('case').id) end");
    for (int i = 1; i <= 2; i++) {
        char ev[160];

        snprintf(ev, sizeof(ev),
                 "{'names':['case'],'occurrences':[{'name':'case','value':"
                 "{'id':'%d'}}]}",
                 i);
        planner_night_fact(&n, ev);
    }
    planner_night_tells(&n, "timer 0.2 600000\nlog 0.1/1.2 a1\nlog 0.1/1.4 a2\n");
    planner_night_pass(&n, 600000);
    planner_night_tells(&n, "log 0.4 b1\nlog 0.6 b2\n");
    planner_night_fact(&n, "{'names':['case'],'occurrences':[{'name':'case','value':{'id':'3'}}]}");
    planner_night_tells(&n, "log 0.1/1.6 a3\nlog 0.8 b3\ndone\n");
    planner_night_done(&n);
}

/* A task sees what came after the fact that started it, not before. */
static void a_task_sees_nothing_from_before_its_start(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "sleep('1m')\nspawn(function() log('new ' .. wait('resolved').by) end)\n"
                   "log('old ' .. wait('resolved').by)");
    planner_night_fact(&n, "{'names':['resolved'],'by':'first'}");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "timer 0.1 60000\nlog 0.4 old first\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'second'}");
    planner_night_tells(&n, "log 0.2/1.2 new second\ndone\n");
    planner_night_done(&n);
}

static void match_is_a_table_or_a_function(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(wait('resolved', '1h', {match = {by = {'a', 'b'}}}).by)\n"
                   "log(wait('resolved', {match = function(f) return f.by > 'x' end}).by)");
    planner_night_fact(&n, "{'names':['resolved'],'by':'c'}");
    planner_night_tells(&n, "timer 0.1 3600000\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'b'}");
    planner_night_tells(&n, "clear 0.1\nlog 0.2 b\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'d'}");
    planner_night_fact(&n, "{'names':['resolved'],'by':'y'}");
    planner_night_tells(&n, "log 0.4 y\ndone\n");
    planner_night_done(&n);
}

static void an_error_in_a_match_is_the_waiters(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local ok, e = pcall(wait, 'resolved', '1h', {match = function() error('bad') "
                   "end})\nlog(e)");
    planner_night_fact(&n, "{'names':['resolved']}");
    planner_night_tells(&n, "timer 0.1 3600000\nclear 0.1\nlog 0.2 test.lua:3: bad\ndone\n");
    planner_night_done(&n);
}

static void names_of_facts_are_closed(void **state)
{
    (void)state;
    body_fails("wait('anwser')", "there is no fact \"anwser\"; did you mean \"answer\"?");
    body_fails("wait('rain')", "there is no fact \"rain\"; the head of the plan names");
    body_fails("wait(7)", "the name of a fact is wanted first");
    body_fails("wait('answer', {mach = 1})", "there is no \"mach\"; did you mean \"match\"?");
}

/* ---- sleep, timeout ---- */

static void sleep_waits_for_its_time(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local t = now() sleep('90s') log(now() - t) sleep('0s') log('on')");
    planner_night_pass(&n, 89999);
    planner_night_tells(&n, "timer 0.1 90000\n");
    planner_night_pass(&n, 1);
    planner_night_tells(&n, "log 0.2 90000\ntimer 0.3 0\nlog 0.4 on\ndone\n");
    planner_night_done(&n);
}

static void timeout_gives_true_and_the_results_or_false(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n,
               "local ok, a, b = timeout('10m', function() sleep('1m') return 1, 2 end)\n"
               "log(tostring(ok) .. a .. b)\n"
               "log(tostring(timeout('1m', function() call {to='post:a', within='5m', text='x'} "
               "end)))");
    planner_night_tells(&n, "timer 0.1 600000\ntimer 0.1/1.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "clear 0.1\nlog 0.2 true12\ntimer 0.3 60000\n"
                            "call 0.3/1.1 post:a 300000 \"x\"\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "cancel 0.3/1.1\nlog 0.4 false\ndone\n");
    planner_night_done(&n);
}

static void an_inner_wait_never_outlives_the_outer_timeout(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(tostring(timeout('1m', function()\n"
                   "  timeout('1h', function()\n"
                   "    race { function() sleep('2h') end, function() wait('answer', '3h') end }\n"
                   "  end)\nend)))");
    planner_night_tells(&n, "timer 0.1 60000\ntimer 0.1/1.1 3600000\n"
                            "timer 0.1/1.1/1.1/1.1 7200000\ntimer 0.1/1.1/1.1/2.1 10800000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "clear 0.1/1.1\nclear 0.1/1.1/1.1/2.1\nclear 0.1/1.1/1.1/1.1\n"
                            "log 0.2 false\ndone\n");
    assert_int_equal(n.timers_count, 0);
    planner_night_done(&n);
}

static void an_error_in_a_timeout_is_raised(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n,
               "local ok, e = pcall(timeout, '1m', function() sleep('1s') error('x') end) log(e)");
    planner_night_pass(&n, 1000);
    planner_night_tells(&n, "timer 0.1 60000\ntimer 0.1/1.1 1000\nclear 0.1\n"
                            "log 0.2 test.lua:3: x\ndone\n");
    planner_night_done(&n);
}

/* ---- parallel, race ---- */

static void parallel_waits_for_all(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local r = parallel {\n"
                   "  function() sleep('2m') return 'a' end,\n"
                   "  function() return end,\n"
                   "  function() sleep('1m') return 'c', 'd' end }\n"
                   "log(r[1] .. tostring(r[2]) .. r[3] .. r.n) log(parallel({}).n)");
    planner_night_tells(&n, "timer 0.1/1.1 120000\ntimer 0.1/3.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "log 0.2 anilc3\nlog 0.4 0\ndone\n");
    planner_night_done(&n);
}

/* A message that fails must not stop the telephone beside it. */
static void a_failed_branch_stops_no_other(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local ok, e = pcall(parallel, {\n"
                   "  function() sleep('1m') error('first') end,\n"
                   "  function() sleep('2m') error('second') end,\n"
                   "  function() sleep('3m') log('done') end })\nlog(e)");
    planner_night_pass(&n, 180000);
    planner_night_tells(&n, "timer 0.1/1.1 60000\ntimer 0.1/2.1 120000\ntimer 0.1/3.1 180000\n"
                            "log 0.1 branch 2 failed: test.lua:5: second\n"
                            "log 0.1/3.2 done\nlog 0.2 test.lua:4: first\ndone\n");
    planner_night_done(&n);
}

static void fail_fast_cancels_the_others(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local ok, e = pcall(parallel, { fail_fast = true,\n"
                   "  function() sleep('1m') error('first') end,\n"
                   "  function() sleep('2m') log('never') end })\nlog(e)");
    planner_night_pass(&n, 180000);
    planner_night_tells(&n, "timer 0.1/1.1 60000\ntimer 0.1/2.1 120000\nclear 0.1/2.1\n"
                            "log 0.2 test.lua:4: first\ndone\n");
    planner_night_done(&n);
}

/* Whoever asks three authorities wants to hear of each how it ended. */
static void settle_gives_every_outcome_its_error_with_it(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local r = settle {\n"
                   "  function() sleep('2m') return 'a', 'b' end,\n"
                   "  function() sleep('1m') error('broken') end,\n"
                   "  function() return end,\n"
                   "  function() error({ code = 7 }) end }\n"
                   "log(tostring(r[1].ok) .. r[1].value .. tostring(r[1].err))\n"
                   "log(tostring(r[2].ok) .. r[2].err .. tostring(r[2].value))\n"
                   "log(tostring(r[3].ok) .. tostring(r[3].value) .. r[4].err.code .. r.n)\n"
                   "log(settle({}).n)");
    planner_night_pass(&n, 120000);
    planner_night_tells(&n, "timer 0.1/1.1 120000\ntimer 0.1/2.1 60000\n"
                            "log 0.2 trueanil\nlog 0.3 falsetest.lua:5: brokennil\n"
                            "log 0.4 truenil74\nlog 0.6 0\ndone\n");
    planner_night_done(&n);
}

/* The branches of a settle that is given up end with it. */
static void a_settle_that_is_cancelled_cancels_its_branches(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(tostring(timeout('1m', function() settle {\n"
                   "  function() call{to='post:a', within='5m', text='x'} end,\n"
                   "  function() sleep('2m') log('never') end } end)))");
    planner_night_pass(&n, 300000);
    planner_night_tells(&n, "timer 0.1 60000\ncall 0.1/1.1/1.1 post:a 300000 \"x\"\n"
                            "timer 0.1/1.1/2.1 120000\n"
                            "clear 0.1/1.1/2.1\ncancel 0.1/1.1/1.1\nlog 0.2 false\ndone\n");
    planner_night_done(&n);
}

static void race_takes_the_first_and_cancels_the_rest(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local i, v = race {\n"
                   "  function() defer(function() notify{to='post:a', text='never mind'} end)\n"
                   "    call{to='post:a', within='5m', text='come'} end,\n"
                   "  function() error('broken') end,\n"
                   "  function() sleep('1m') return 'late' end }\nlog(i .. v)");
    planner_night_tells(&n, "call 0.1/1.2 post:a 300000 \"come\"\n"
                            "log 0.1 branch 2 failed: test.lua:6: broken\n"
                            "timer 0.1/3.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "cancel 0.1/1.2\nnotify 0.1/1.1/1.1 post:a \"never mind\"\n"
                            "log 0.2 3late\ndone\n");
    planner_night_done(&n);
}

static void a_tie_in_a_race_goes_to_the_first(void **state)
{
    (void)state;
    asks("log(race { function() return 'a' end, function() return 'b' end })", "log 0.2 1\ndone\n");
    asks("local ok, e = pcall(race, { function() error('a', 0) end, function() error('b', 0) end "
         "})\n"
         "log(e)",
         "log 0.1 branch 1 failed: a\nlog 0.2 b\ndone\n");
}

static void what_is_no_list_of_functions_is_refused(void **state)
{
    (void)state;
    body_fails("parallel(log('x'))", "takes a list of functions, got no value");
    body_fails("parallel { 7 }", "number 1 is a number, no function; leave out the ()");
    body_fails("settle { fail_fast = true, function() end }", "settle takes functions only");
    body_fails("race {}", "race needs at least one function");
    body_fails("race { fail_fast = true, function() end }", "race takes functions only");
    body_fails("parallel { failfast = true, function() end }", "there is no \"failfast\"");
}

/* ---- on, every, spawn ---- */

static void on_calls_for_each_fact_side_by_side(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('resolved', function(f) sleep('1m') log(f.by) end)");
    planner_night_tells(&n, "done\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'a'}");
    planner_night_pass(&n, 30000);
    planner_night_fact(&n, "{'names':['resolved'],'by':'b'}");
    planner_night_tells(&n, "timer 0.1/1.1 60000\ntimer 0.1/2.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "log 0.1/1.2 a\nlog 0.1/2.2 b\ndone\n");
    planner_night_done(&n);
}

static void on_with_serial_goes_one_by_one(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('resolved', function(f) sleep('1m') log(f.by) end, {serial = true})");
    planner_night_fact(&n, "{'names':['resolved'],'by':'a'}");
    planner_night_fact(&n, "{'names':['resolved'],'by':'b'}");
    planner_night_fact(&n, "{'names':['resolved'],'by':'c'}");
    planner_night_tells(&n, "done\ntimer 0.1/1.1 60000\n");
    planner_night_pass(&n, 180000);
    planner_night_tells(&n, "log 0.1/1.2 a\ntimer 0.1/2.1 60000\nlog 0.1/2.2 b\n"
                            "timer 0.1/3.1 60000\nlog 0.1/3.2 c\ndone\n");
    planner_night_done(&n);
}

/* What happened between the trigger and the on() is not lost. */
static void on_sees_what_came_before_it_was_set(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "sleep('1m') on('resolved', function(f) log(f.by) end)");
    planner_night_fact(&n, "{'names':['resolved'],'by':'early'}");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "timer 0.1 60000\nlog 0.2/1.1 early\ndone\n");
    planner_night_done(&n);
}

static void an_error_in_a_handler_ends_that_call_only(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('resolved', function(f) if f.by == 'a' then error('no') end log(f.by) end)");
    planner_night_fact(&n, "{'names':['resolved'],'by':'a'}");
    planner_night_fact(&n, "{'names':['resolved'],'by':'b'}");
    planner_night_tells(&n, "done\nerror 0.1/1.1 handler test.lua:3: no\ndone\n"
                            "log 0.1/2.1 b\ndone\n");
    planner_night_done(&n);
}

static void every_ticks_without_drift(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "every('1h', function(k, missed) log(k .. '/' .. missed) end)");
    planner_night_tells(&n, "timer 0.1 3600000\n");
    planner_night_pass(&n, 3600000);
    planner_night_tells(&n, "log 0.1/1.1 1/0\ntimer 0.1 3600000\n");
    planner_night_pass(&n, 3600000);
    planner_night_tells(&n, "log 0.1/2.1 2/0\ntimer 0.1 3600000\n");
    /* the machine was down for three hours and a half */
    n.timers[0].due += 3 * 3600000 + 1800000;
    planner_night_pass(&n, 5 * 3600000);
    planner_night_tells(&n, "log 0.1/3.1 6/3\ntimer 0.1 1800000\n"
                            "log 0.1/4.1 7/0\ntimer 0.1 3600000\n");
    planner_night_done(&n);
}

static void a_long_call_of_every_swallows_ticks(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "every('1h', function(k, missed) log(k .. '/' .. missed)\n"
                   "if k == 1 then sleep('150m') end end)");
    planner_night_pass(&n, 3600000);
    planner_night_tells(&n, "timer 0.1 3600000\nlog 0.1/1.1 1/0\ntimer 0.1/1.2 9000000\n");
    planner_night_pass(&n, 9000000);
    planner_night_tells(&n, "log 0.1/2.1 3/1\ntimer 0.1 1800000\n");
    planner_night_pass(&n, 1800000);
    planner_night_tells(&n, "log 0.1/3.1 4/0\ntimer 0.1 3600000\n");
    planner_night_done(&n);
}

static void every_goes_on_behind_an_error(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "every('1h', function(k) if k == 1 then error('x', 0) end log('fine') end)");
    planner_night_pass(&n, 7200000);
    planner_night_tells(&n, "timer 0.1 3600000\nerror 0.1/1.1 handler x\ntimer 0.1 3600000\n"
                            "log 0.1/2.1 fine\ntimer 0.1 3600000\n");
    body_fails("every('0s', function() end)", "at least \"1s\"");
    planner_night_done(&n);
}

/* A night in a city: 2026-07-20 02:00 UTC is ten o'clock on a Monday there. */
static void open_city(struct planner_night *n, const char *rule, const char *body)
{
    AUTO_TEXT(source);

    text_addf(&source,
              "local plan = plan \"test\" { facts = { case = {event = true} } }\n"
              "function plan.respond(incident)\n%s\nend\nreturn plan\n",
              body);
    planner_night_init(n, text_str(&source));
    n->trigger = json_pack("{s:s,s:s}", "zone", "Nowhere/City", "zone_rule", rule);
    planner_night_begin(n);
}

static void every_keeps_to_times_of_day(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(&n, "CST-8",
              "every({'20:30', '10:05'}, function(k, missed) log(k .. '/' .. missed)\n"
              "if k == 2 then sleep('20h') end end)");
    planner_night_pass(&n, 300000);
    planner_night_tells(&n, "timer 0.1 300000\nlog 0.1/1.1 1/0\ntimer 0.1 37500000\n");
    planner_night_pass(&n, 37500000);
    planner_night_tells(&n, "log 0.1/2.1 2/0\ntimer 0.1/2.2 72000000\n");
    planner_night_pass(&n, 72000000); /* 16:30 on the next day: 10:05 is past */
    planner_night_tells(&n, "log 0.1/3.1 3/0\ntimer 0.1 14400000\n");
    planner_night_done(&n);
}

/* The call took two days: what it missed is told, and is not made up for. */
static void times_of_day_that_pass_become_one_call(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(&n, "CST-8",
              "every({'10:05', '20:30'}, function(k, missed) log(k .. '/' .. missed)\n"
              "if k == 1 then sleep('48h') end end)");
    planner_night_pass(&n, 300000 + 172800000);
    planner_night_tells(&n, "timer 0.1 300000\nlog 0.1/1.1 1/0\ntimer 0.1/1.2 172800000\n"
                            "log 0.1/2.1 5/3\ntimer 0.1 37500000\n");
    planner_night_done(&n);
}

/* On the night of the change half past two is an hour nearer by the steady clock. */
static void times_of_day_follow_summer_time(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(&n, "CET-1CEST,M3.5.0,M10.5.0/3",
              "local c = civil('2026-10-24T23:30:00Z')\n"
              "log(c.day .. ' ' .. c.hour .. ':' .. c.min)\n"
              "c = civil('2026-10-25T01:30:00Z')\n"
              "log(c.day .. ' ' .. c.hour .. ':' .. c.min)\n"
              "at('2026-10-25 08:00', function() end)");
    /* from 2026-07-20 02:00 UTC to 2026-10-25 07:00 UTC */
    planner_night_tells(&n, "log 0.1 25 1:30\nlog 0.2 25 2:30\ntimer 0.3 8398800000\n");
    planner_night_done(&n);
}

/* The clocks were set back while it slept: it is not yet time. */
static void a_timer_that_fires_before_its_time_is_set_again(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(&n, "CST-8", "at('10:30', function() log('half past') end)");
    n.t -= 600000;
    planner_night_pass(&n, 1800000);
    planner_night_tells(&n, "timer 0.1 1800000\ntimer 0.1 600000\n");
    planner_night_pass(&n, 600000);
    planner_night_tells(&n, "log 0.1/1.1 half past\ndone\n");
    planner_night_done(&n);
}

static void at_calls_once_and_what_it_began_lives_on(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(&n, "CST-8",
              "local h = at('09:00', function() on('resolved', function(f) log(f.by) end) end)\n"
              "at('2026-07-19 09:00', function() log('past') end)\n"
              "local gone = at('11:00', function() log('never') end)\n"
              "sleep('30m') cancel(gone) sleep('30h') cancel(h)");
    planner_night_tells(&n, "timer 0.1 82800000\ntimer 0.3 3600000\ntimer 0.4 1800000\n"
                            "log 0.2/1.1 past\n");
    planner_night_pass(&n, 1800000);
    planner_night_tells(&n, "clear 0.3\ntimer 0.6 108000000\n");
    planner_night_pass(&n, 108000000);
    planner_night_tells(&n, "done\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'w'}");
    planner_night_tells(&n, "log 0.1/1.1/1.1 w\ndone\n");
    planner_night_done(&n);
}

#define ORDER(level)                                                                               \
    "{'names':['order'],'action':'raise','level':'" level                                          \
    "','commander':'post:a','members':[],'as':'post:a'}"

static void every_follows_the_level_at_once(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "every({IV = '12h', II = '1h'}, function(k, m) log(k .. '/' .. m) end)");
    planner_night_tells(&n, "");
    planner_night_pass(&n, 7200000); /* without a level it waits */
    planner_night_fact(&n, ORDER("IV"));
    planner_night_tells(&n, "timer 0.1 43200000\n");
    planner_night_pass(&n, 1800000);
    planner_night_fact(&n, ORDER("III")); /* as IV: nothing moves */
    planner_night_tells(&n, "");
    planner_night_fact(&n, ORDER("II"));
    planner_night_tells(&n, "clear 0.1\ntimer 0.1 1800000\n");
    planner_night_pass(&n, 1800000);
    planner_night_fact(&n, ORDER("IV")); /* the last one was just now */
    planner_night_tells(&n, "log 0.1/1.1 1/0\ntimer 0.1 3600000\nclear 0.1\ntimer 0.1 43200000\n");
    planner_night_pass(&n, 14400000);
    planner_night_fact(&n, ORDER("I")); /* it has been four hours: at once, and none was missed */
    planner_night_tells(&n, "clear 0.1\nlog 0.1/2.1 2/0\ntimer 0.1 3600000\n");
    planner_night_done(&n);
}

/* A call that runs when the level changes is not overlapped; the level of then counts behind it. */
static void a_level_that_changes_during_a_call_counts_behind_it(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "every({IV = '2h', II = '10m'}, function(k, m) log(k .. '/' .. m)\n"
                   "if k == 1 then sleep('35m') end end)");
    planner_night_fact(&n, ORDER("IV"));
    planner_night_pass(&n, 7200000);
    planner_night_tells(&n, "timer 0.1 7200000\nlog 0.1/1.1 1/0\ntimer 0.1/1.2 2100000\n");
    planner_night_fact(&n, ORDER("II"));
    planner_night_tells(&n, "");
    planner_night_pass(&n, 2100000);
    planner_night_tells(&n, "log 0.1/2.1 2/0\ntimer 0.1 600000\n");
    planner_night_done(&n);
}

static void civil_is_what_the_clocks_show_there(void **state)
{
    struct planner_night n;

    (void)state;
    open_city(
        &n, "CST-8",
        "local c = civil()\n"
        "log(c.year .. '-' .. c.month .. '-' .. c.day .. ' ' .. c.hour .. ':' .. c.min .. ':'\n"
        "  .. c.sec .. ' ' .. c.wday .. ' ' .. c.yday)\n"
        "log(civil(now() + 50400000).day .. civil(0).year .. civil(-1).hour)\n"
        "local ok, e = pcall(civil, 'tomorrow') log(e)");
    planner_night_tells(&n, "log 0.1 2026-7-20 10:0:0 2 201\nlog 0.2 2119707\n"
                            "log 0.3 a moment is wanted: ms since 1970 as now() gives them, or a "
                            "time of a fact like \"2026-07-20T02:00:00Z\"\ndone\n");
    planner_night_done(&n);
}

/* An incident that was opened before rules were kept has its zone by name; one without has UTC. */
static void an_incident_without_a_rule_has_that_of_its_zone(void **state)
{
    struct planner_night n;

    (void)state;
    planner_night_init(&n, "local plan = plan 'test' {}\n"
                           "function plan.respond() log(civil().hour) end\nreturn plan\n");
    n.trigger = json_pack("{s:s}", "zone", "Asia/Kathmandu");
    planner_night_begin(&n);
    planner_night_tells(&n, "log 0.1 7\ndone\n");
    planner_night_done(&n);
    asks("log(civil().hour)", "log 0.1 2\ndone\n");
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    body_fails("every({'8:30'}, function() end)", "a time of day is written \"08:30\"");
    body_fails("every({830}, function() end)", "a time of day is written \"08:30\"");
    body_fails("every({}, function() end)", "every takes a duration");
    body_fails("every({V = '1h', IV = '2h'}, function() end)", "a duration by level");
    body_fails("every({IV = '0s'}, function() end)", "at least \"1s\"");
    body_fails("at('8:30', function() end)", "at: a time is written \"08:30\"");
    body_fails("at('2026-02-30 08:30', function() end)", "at: a time is written \"08:30\"");
    body_fails("at('08:30')", "function expected");
}

static void spawn_runs_beside(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "spawn(function(a, b) sleep('1m') log(a .. b) end, 'x', 'y') log('first')");
    planner_night_tells(&n, "log 0.2 first\ntimer 0.1/1.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "log 0.1/1.2 xy\ndone\n");
    asks("spawn(function() error('x', 0) end)", "error 0.1/1.1 handler x\ndone\n");
    planner_night_done(&n);
}

/* ---- cancel, defer ---- */

static void cancel_ends_a_task_with_all_it_started(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local h = spawn(function()\n"
                   "  defer(function() log('last') end)\n"
                   "  defer(function() log('first') end)\n"
                   "  notify{to='post:a', text='sent'} notify{to='post:b', text='unsent'}\n"
                   "  every('1h', function() end)\n"
                   "  spawn(function() defer(function() log('child') end)\n"
                   "    pcall(call, {to='post:c', within='1m', text='x'}) log('never') end)\n"
                   "  while true do pcall(sleep, '1h') log('never') end\n"
                   "end)\nsleep('1m') cancel(h) log('over') cancel(h)");
    planner_night_tells(&n, "timer 0.2 60000\nnotify 0.1/1.3 post:a \"sent\"\n"
                            "notify 0.1/1.4 post:b \"unsent\"\ntimer 0.1/1.5 3600000\n"
                            "timer 0.1/1.7 3600000\ncall 0.1/1.6/1.2 post:c 60000 \"x\"\n");
    planner_night_fact(&n, "{'names':[],'steps':['0.1/1.3'],'result':'sent'}");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "clear 0.1/1.7\ncancel 0.1/1.4\ncancel 0.1/1.6/1.2\n"
                            "log 0.1/1.6/1.1/1.1 child\nclear 0.1/1.5\n"
                            "log 0.1/1.2/1.1 first\nlog 0.1/1.1/1.1 last\nlog 0.4 over\ndone\n");
    assert_int_equal(n.timers_count, 0);
    planner_night_done(&n);
}

static void cancel_ends_on_and_every(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local o = on('resolved', function() sleep('1h') end)\n"
                   "local e = every('1h', function() sleep('2h') end)\n"
                   "sleep('90m') cancel(o) cancel(e)");
    planner_night_fact(&n, "{'names':['resolved']}");
    planner_night_pass(&n, 5400000);
    planner_night_tells(&n, "timer 0.2 3600000\ntimer 0.3 5400000\ntimer 0.1/1.1 3600000\n"
                            "timer 0.2/1.1 7200000\nclear 0.2/1.1\ndone\n");
    assert_int_equal(json_array_size(json_at(n.awaits, "names")), 0);
    planner_night_done(&n);
}

static void cancel_recalls_a_notice(void **state)
{
    (void)state;
    asks("local h = notify{to='post:a', text='x'} cancel(h)",
         "notify 0.1 post:a \"x\"\ncancel 0.1\ndone\n");
    body_fails("cancel('x')", "handle expected");
}

static void a_task_may_cancel_itself_or_its_parent(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local h h = spawn(function() defer(function() log('bye') end)\n"
                   "  parallel { function() cancel(h) log('never') end,\n"
                   "    function() sleep('1h') end }\n  log('never') end)\nlog('on')");
    planner_night_tells(&n, "log 0.2 on\nlog 0.1/1.1/1.1 bye\ndone\n");
    assert_int_equal(n.timers_count, 0);
    planner_night_done(&n);
}

static void a_defer_that_cancels_its_family_ends(void **state)
{
    (void)state;
    asks("local p p = spawn(function()\n"
         "  spawn(function() defer(function() cancel(p) log('c') end) sleep('1h') end)\n"
         "  sleep('1h') end)\n"
         "sleep('0s')",
         "timer 0.2 0\ntimer 0.1/1.2 3600000\ntimer 0.1/1.1/1.2 3600000\n");
    asks("local p p = spawn(function()\n"
         "  local c = spawn(function() defer(function() cancel(p) log('c') end) sleep('1h') end)\n"
         "  spawn(function() cancel(c) log('never') end) sleep('1h') end)",
         "timer 0.1/1.3 3600000\ntimer 0.1/1.1/1.2 3600000\nclear 0.1/1.1/1.2\n"
         "clear 0.1/1.3\nlog 0.1/1.1/1.1/1.2 c\ndone\n");
}

static void defers_run_at_the_end_last_first(void **state)
{
    (void)state;
    asks("spawn(function() defer(function() log(1) end) defer(function() log(2) end) log(0) end)",
         "log 0.1/1.3 0\nlog 0.1/1.2/1.1 2\nlog 0.1/1.1/1.1 1\ndone\n");
    asks("spawn(function() defer(function() log('d') end) error('x', 0) end)",
         "error 0.1/1.2 handler x\nlog 0.1/1.1/1.1 d\ndone\n");
    asks("spawn(function() defer(function() error('in defer', 0) end)\n"
         "defer(function() sleep('1m') end) end)",
         "error 0.1/1.2/1.1 handler test.lua:4: sleep cannot be used in a defer: nothing may wait "
         "or "
         "begin there\nerror 0.1/1.1/1.1 handler in defer\ndone\n");
}

/* The body is the scope of the response: its defers wait for all that lives in it. */
static void the_bodys_defers_wait_for_the_scope(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "defer(function() log('end') end) spawn(function() sleep('1m') end)");
    planner_night_tells(&n, "timer 0.2/1.1 60000\n");
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "log 0.1/1.1 end\ndone\n");
    planner_night_done(&n);
}

static void returning_ends_nothing(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n,
               "local h = spawn(function() spawn(function() sleep('1h') log('lives') end) end)\n"
               "sleep('1m') cancel(h)");
    planner_night_pass(&n, 3600000);
    planner_night_tells(&n, "timer 0.2 60000\ntimer 0.1/1.1/1.1 3600000\n"
                            "log 0.1/1.1/1.2 lives\ndone\n");
    planner_night_done(&n);
}

/* ---- limits ---- */

static void more_than_256_tasks_are_refused_with_an_alarm(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "for i = 1, 300 do spawn(sleep, '1h') end");
    assert_int_equal(n.timers_count, 256);
    assert_non_null(strstr(text_str(&n.told),
                           "error 0.257/1 handler test.lua:3: more than 256 tasks "
                           "at once: this one was not started"));
    assert_null(strstr(text_str(&n.told), "error 0.258"));
    planner_night_done(&n);
    body_fails("local t = {} for i = 1, 257 do t[i] = function() end end parallel(t)",
               "more than 256 functions");
}

static void more_than_1000_commands_end_the_plan(void **state)
{
    (void)state;
    asks("while true do pcall(log, 'x') end", "failed too_many_commands: test.lua:3: more than "
                                              "1,000 commands in one turn; is there a loop "
                                              "without a wait in it?\n");
    asks("local t = {} for i = 1, 6000 do t[i] = 'person:p' .. i end\n"
         "for i = 1, 4 do notify{to = t, text = 'x'} end",
         "failed too_many_commands: test.lua:4: more than 20,000 targets in one turn; use a "
         "group\n");
}

static void overruns_fail_with_the_line(void **state)
{
    (void)state;
    asks("local function f() while true do end end\nwhile true do pcall(f) end",
         "failed overrun: test.lua:3: more than 2000000 instructions in one turn; is there a loop "
         "that "
         "never waits?\n");
    asks(
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "failed memory: test.lua:3: more than 4194304 bytes of memory; does a table or a recursion "
        "grow without end?\n");
    asks("while true do parallel { function() end } end",
         "failed overrun: test.lua:3: more than 2000000 instructions in one turn; is there a loop "
         "that "
         "never waits?\n");
}

/* What crosses the border is work that no hook sees. */
static void large_values_are_charged(void **state)
{
    const char *overrun = "failed overrun: test.lua:4: more than 2000000 instructions in one turn; "
                          "is there a loop that never waits?\n";

    (void)state;
    asks("local t = {} for i = 1, 10000 do t[i] = i end\n"
         "while true do pcall(T, 'x', {t = t, f = 1 / 0}) end",
         overrun);
    asks("local s = ('x'):rep(60000)\nwhile true do T('{s}', {s = s}) end", overrun);
}

/* Why: no task can be put to sleep under a function of C, live or in a replay. */
static void nothing_waits_inside_a_sort_or_a_replacement(void **state)
{
    (void)state;
    body_fails("table.sort({ 3, 1, 2 }, function(a, b) sleep '1m' return a < b end)", "sort");
    body_fails("local s = ('abc'):gsub('b', function() sleep '1m' return 'x' end) log(s)", "gsub");
}

static void an_error_in_the_body_is_told_and_the_rest_runs_on(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('resolved', function(f) log(f.by) end) error('boom')");
    planner_night_tells(&n, "error 0.2 respond test.lua:3: boom\n");
    planner_night_fact(&n, "{'names':['resolved'],'by':'a'}");
    planner_night_tells(&n, "log 0.1/1.1 a\n");
    planner_night_done(&n);
}

/* ---- where words may stand ---- */

static void words_have_their_place(void **state)
{
    struct planner_night n;

    (void)state;
    body_fails("table.sort({2, 1}, function(a, b) sleep('1m') return a < b end)",
               "sleep cannot be used here: the function of a sort, a gsub or a match");
    body_fails("local s = ('x'):gsub('x', function() log('x') end)", "log cannot be used here");
    body_fails("tostring(setmetatable({}, {__tostring = function() sleep('1m') end}))",
               "sleep cannot be used here");
    asks("local t = setmetatable({}, {__index = function(t, k) sleep('1m') return k end}) log(t.x)",
         "timer 0.1 60000\n");
    planner_night_init(&n, "log('x')\nreturn plan 'test' {}");
    planner_night_begin(&n);
    planner_night_tells(&n,
                        "failed error: test.lua:1: log can be used only inside of plan.respond and "
                        "what it starts\n");
    planner_night_done(&n);
}

/* A plan with two libraries; the second needs the first. */
static void open_libraries(struct planner_night *n, const char *head, const char *a, const char *b,
                           const char *body)
{
    AUTO_TEXT(source);

    text_addf(&source,
              "local b = require 'lib.b'\nlocal plan = plan 'test' { %s }\n"
              "function plan.respond(incident)\n%s\nend\nreturn plan\n",
              head, body);
    planner_night_init(n, text_str(&source));
    n->libraries = json_pack("[{s:s,s:s},{s:s,s:s}]", "name", "lib/a.lua", "source", a, "name",
                             "lib/b.lua", "source", b);
    planner_night_begin(n);
}

static void what_a_library_offers_runs_in_the_plan(void **state)
{
    struct planner_night n;

    (void)state;
    open_libraries(&n, "",
                   "return { n = 0, up = function(self) self.n = self.n + 1 return self.n end }",
                   "local a, again = require 'lib.a', require 'lib.a'\n"
                   "return function(who)\n  a:up() again:up()\n"
                   "  return call { to = who, within = '5m', text = 'call ' .. a:up() }\nend",
                   "log(b('post:x').by) log(select(2, pcall(require, 'lib.a')))");
    planner_night_tells(&n, "call 0.1 post:x 300000 \"call 3\"\n");
    planner_night_answer(&n, "0.1", "li.ming");
    planner_night_tells(&n, "log 0.2 li.ming\n"
                            "log 0.3 require stands at the top of the file, outside of functions\n"
                            "done\n");
    planner_night_done(&n);
}

static void an_error_in_a_library_is_told_with_its_own_line(void **state)
{
    struct planner_night n;

    (void)state;
    open_libraries(&n, "", "return 1", "return {\n go = function() error('broken') end }",
                   "b.go()");
    planner_night_tells(&n, "error 0.1 respond lib/b.lua:2: broken\n");
    planner_night_done(&n);
    open_libraries(&n, "", "return false", "return require 'lib.a' == require 'lib.a'",
                   "log(tostring(b))");
    planner_night_tells(&n, "log 0.1 true\ndone\n");
    planner_night_done(&n);
    open_libraries(&n, "", "return 1", "local x = nil\nreturn x.y", "");
    if (!strstr(text_str(&n.told), "failed error: lib/b.lua:2: attempt to index"))
        fail_msg("%s", text_str(&n.told));
    planner_night_done(&n);
    open_libraries(&n, "", "return require 'lib.b'", "return require 'lib.a'", "");
    if (!strstr(text_str(&n.told), "lib/b.lua needs itself"))
        fail_msg("%s", text_str(&n.told));
    planner_night_done(&n);
}

/* Every reader gets their language; what the catalogue lacks is read as it stands. */
static void a_text_is_looked_up_in_the_catalogue_of_the_plan(void **state)
{
    struct planner_night n;

    (void)state;
    open_libraries(&n, "catalogue = 'lib.a'",
                   "return { ['Come to {place}'] = { zh = '请到{place}' },\n"
                   "  over = { zh = '结束', en = 'It is over' } }",
                   "return 1",
                   "notify { to = 'post:x', text = T 'Come to {place}' }\n"
                   "notify { to = 'post:x', text = T 'over' }\n"
                   "notify { to = 'post:x', text = T 'elsewhere' }\n"
                   "notify { to = 'post:x', text = T { zh = 'over', en = 'over' } }\n"
                   "log(T 'over') log(T 'elsewhere') log({})");
    planner_night_tells(
        &n, "notify 0.1 post:x {\"en\":\"Come to North Bridge\",\"zh\":\"请到North Bridge\"}\n"
            "notify 0.2 post:x {\"en\":\"It is over\",\"zh\":\"结束\"}\n"
            "notify 0.3 post:x \"elsewhere\"\n"
            "notify 0.4 post:x {\"en\":\"over\",\"zh\":\"over\"}\nlog 0.5 {\"en\":\"It is "
            "over\",\"zh\":\"结束\"}\nlog 0.6 elsewhere\n"
            "log 0.7 table\ndone\n");
    planner_night_done(&n);
    open_libraries(&n, "catalogue = 'lib.a'", "return { over = 'x' }", "return 1", "");
    if (!strstr(text_str(&n.told), "lib.a: \"over\" is not followed by its languages"))
        fail_msg("%s", text_str(&n.told));
    planner_night_done(&n);
}

static void members_of_the_incident_are_known(void **state)
{
    (void)state;
    body_fails("incident:at_least 'V'", "\"V\" is no level");
    body_fails("log(incident.titel)",
               "there is no \"incident.titel\"; did you mean \"incident.title\"");
}

static void a_file_must_be_a_plan(void **state)
{
    static const char *const files[][2] = {
        {"local x = 1", "test.lua: the file must end in \"return plan\""},
        {"return plan 'test' {}", "test.lua: there is no plan.respond: what is to be done?"},
        {"local p = plan 'test' {} function p.level() end return p",
         "test.lua:1: plan.level holds a body for each level: function plan.level.IV(incident, "
         "order)"},
        {"local p = plan 'test' {} function p.repsond() end return p",
         "test.lua:1: a plan has no \"repsond\"; did you mean \"respond\"?"},
        {"local p = plan 'a' {} local q = plan 'b' {} return p",
         "test.lua:1: a file holds one plan; \"b\" is the second"},
        {"error('at once')", "test.lua:1: at once"},
        {"local p =", "test.lua:1: unexpected symbol near <eof>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct planner_night n;
        char expected[300];

        planner_night_init(&n, files[i][0]);
        planner_night_begin(&n);
        snprintf(expected, sizeof(expected), "failed error: %s\n", files[i][1]);
        planner_night_tells(&n, expected);
        planner_night_done(&n);
    }
}

/* ---- T, incident, state, random ---- */

static void texts_are_filled(void **state)
{
    (void)state;
    asks("log(T 'First report: {title} at {place}. {labels.service} {count}')",
         "log 0.1 First report: Gauge 7 at North Bridge. pay 1\ndone\n");
    asks("log(T('{who} of {n}: {b}', {who = {'a', 'b'}, n = 2.5, b = true}))",
         "log 0.1 a, b of 2.5: true\ndone\n");
    asks("notify{to='post:a', text = T({zh = '{title} {who}', en = '{title} {who}'}, {who = {'a', "
         "'b'}})}",
         "notify 0.1 post:a {\"en\":\"Gauge 7 a, b\",\"zh\":\"Gauge 7 a、b\"}\ndone\n");
    asks("log(T '{grade} {nosuch} {a b} { {')",
         "log 0.1 the text has a field {nosuch} that nobody knows; it is shown as it stands\n"
         "log 0.2 III {nosuch} {a b} { {\ndone\n");
    asks("log(T('{x}', {x = {zh = '甲', en = 'A'}}))", "log 0.1 甲\ndone\n");
    body_fails("local s = ('x'):rep(60000) T(('{s}'):rep(20000), {s = s})",
               "T: the filled text is longer than 65536 bytes");
    body_fails("T(7)", "T takes a text");
    body_fails("T('x', {f = T})", "T: values.f: a function cannot be written down");
}

static void the_incident_is_there_and_read_only(void **state)
{
    (void)state;
    asks("log(incident.title .. incident.grade .. incident.place.district .. incident.count ..\n"
         "tostring(incident.warning) .. tostring(incident.level) .. tostring(incident.drill))",
         "log 0.1 Gauge 7IIInorth1nilnilfalse\ndone\n");
    body_fails("incident.title = 'x'", "\"title\" cannot be set here: this table is read-only");
    body_fails("incident.place.district = 'x'", "read-only");
    asks("local r = {} for k, v in pairs(incident.place) do r[#r + 1] = k .. v end\n"
         "log(table.concat(r, ' ')) state(incident.place)",
         "log 0.1 districtnorth nameNorth Bridge\n"
         "state 0.2 {\"district\":\"north\",\"name\":\"North Bridge\"}\ndone\n");
}

static void state_and_log_cross_the_border(void **state)
{
    (void)state;
    asks("state{phase = 'search', teams = 3, list = {1, 2}}",
         "state 0.1 {\"list\":[1,2],\"phase\":\"search\",\"teams\":3}\ndone\n");
    body_fails("state{1, 2}", "every member has a name");
    body_fails("state{f = state}", "state.f: a function cannot be written down");
    body_fails("state{x = 0/0}", "state.x: not a number");
    asks("log(12) log(nil) log({})", "log 0.1 12\nlog 0.2 nil\nlog 0.3 table\ndone\n");
}

static void chance_comes_from_the_seed(void **state)
{
    struct planner_night a, b;
    const char *body = "local r = {} for i = 1, 20 do r[i] = random(6) end\n"
                       "log(table.concat(r) .. uuid())";

    (void)state;
    open_night(&a, body);
    open_night(&b, body);
    assert_string_equal(text_str(&a.told), text_str(&b.told));
    assert_true(strspn(text_str(&a.told) + strlen("log 0.1 "), "123456") >= 20);
    planner_night_done(&a);
    planner_night_done(&b);
    body_fails("random(0)", "at least 1");
}

#define TESTS(X)                                                                                   \
    X(each_starts_a_task_for_every_place_it_is_told)                                               \
    X(wait_until_gives_up_in_time_and_lets_the_core_know)                                          \
    X(a_condition_that_cannot_be_read_fails_where_it_stands)                                       \
    X(a_call_gives_the_answer)                                                                     \
    X(a_call_that_nobody_answers_gives_nil)                                                        \
    X(a_decline_does_not_end_a_call)                                                               \
    X(a_call_has_rungs_and_rounds)                                                                 \
    X(what_is_wrong_with_a_call_is_said)                                                           \
    X(notify_goes_on_at_once)                                                                      \
    X(a_handle_tells_each_result_once)                                                             \
    X(a_result_that_made_no_turn_is_known)                                                         \
    X(a_handle_has_no_other_members)                                                               \
    X(wait_gives_the_fact_or_nil)                                                                  \
    X(facts_of_the_head_come_with_station_and_value)                                               \
    X(every_task_sees_every_fact_once_in_order)                                                    \
    X(a_task_sees_nothing_from_before_its_start)                                                   \
    X(match_is_a_table_or_a_function)                                                              \
    X(an_error_in_a_match_is_the_waiters)                                                          \
    X(names_of_facts_are_closed)                                                                   \
    X(sleep_waits_for_its_time)                                                                    \
    X(timeout_gives_true_and_the_results_or_false)                                                 \
    X(an_inner_wait_never_outlives_the_outer_timeout)                                              \
    X(an_error_in_a_timeout_is_raised)                                                             \
    X(parallel_waits_for_all)                                                                      \
    X(a_failed_branch_stops_no_other)                                                              \
    X(fail_fast_cancels_the_others)                                                                \
    X(a_tally_has_lists_by_choice_and_its_people_may_be_called)                                    \
    X(what_is_wrong_with_a_question_is_said)                                                       \
    X(what_a_library_offers_runs_in_the_plan)                                                      \
    X(an_error_in_a_library_is_told_with_its_own_line)                                             \
    X(a_text_is_looked_up_in_the_catalogue_of_the_plan)                                            \
    X(fetch_gives_the_answer_or_nil_and_why)                                                       \
    X(what_is_wrong_with_a_fetch_is_said)                                                          \
    X(a_fetch_that_is_given_up_is_cancelled)                                                       \
    X(settle_gives_every_outcome_its_error_with_it)                                                \
    X(a_settle_that_is_cancelled_cancels_its_branches)                                             \
    X(race_takes_the_first_and_cancels_the_rest)                                                   \
    X(a_tie_in_a_race_goes_to_the_first)                                                           \
    X(what_is_no_list_of_functions_is_refused)                                                     \
    X(on_calls_for_each_fact_side_by_side)                                                         \
    X(on_with_serial_goes_one_by_one)                                                              \
    X(on_sees_what_came_before_it_was_set)                                                         \
    X(an_error_in_a_handler_ends_that_call_only)                                                   \
    X(every_ticks_without_drift)                                                                   \
    X(a_long_call_of_every_swallows_ticks)                                                         \
    X(every_keeps_to_times_of_day)                                                                 \
    X(times_of_day_that_pass_become_one_call)                                                      \
    X(times_of_day_follow_summer_time)                                                             \
    X(a_timer_that_fires_before_its_time_is_set_again)                                             \
    X(at_calls_once_and_what_it_began_lives_on)                                                    \
    X(every_follows_the_level_at_once)                                                             \
    X(a_level_that_changes_during_a_call_counts_behind_it)                                         \
    X(civil_is_what_the_clocks_show_there)                                                         \
    X(an_incident_without_a_rule_has_that_of_its_zone)                                             \
    X(what_is_no_time_is_refused)                                                                  \
    X(every_goes_on_behind_an_error)                                                               \
    X(spawn_runs_beside)                                                                           \
    X(cancel_ends_a_task_with_all_it_started)                                                      \
    X(cancel_ends_on_and_every)                                                                    \
    X(cancel_recalls_a_notice)                                                                     \
    X(a_task_may_cancel_itself_or_its_parent)                                                      \
    X(a_defer_that_cancels_its_family_ends)                                                        \
    X(defers_run_at_the_end_last_first)                                                            \
    X(the_bodys_defers_wait_for_the_scope)                                                         \
    X(returning_ends_nothing)                                                                      \
    X(more_than_256_tasks_are_refused_with_an_alarm)                                               \
    X(more_than_1000_commands_end_the_plan)                                                        \
    X(overruns_fail_with_the_line)                                                                 \
    X(large_values_are_charged)                                                                    \
    X(nothing_waits_inside_a_sort_or_a_replacement)                                                \
    X(an_error_in_the_body_is_told_and_the_rest_runs_on)                                           \
    X(words_have_their_place)                                                                      \
    X(members_of_the_incident_are_known)                                                           \
    X(a_file_must_be_a_plan)                                                                       \
    X(texts_are_filled)                                                                            \
    X(the_incident_is_there_and_read_only)                                                         \
    X(state_and_log_cross_the_border)                                                              \
    X(chance_comes_from_the_seed)

/* ---- levels ---- */

static const char levels[] =
    "local plan = plan 'flood' { levels = { IV = { ordered_by = 'post:deputy' },\n"
    "  II = { ordered_by = 'post:mayor', commander = 'post:chief' } } }\n"
    "function plan.respond(incident)\n"
    "  on('order', function(o) log('seen ' .. o.action .. ' ' .. tostring(incident.level)) end)\n"
    "  defer(function() log('respond over') end)\n"
    "end\n"
    "local function scope(name) return function(incident, order)\n"
    "  log(name .. ' starts, ' .. order.action .. ' by ' .. tostring(order.by))\n"
    "  defer(function() log(name .. ' ends') end)\n"
    "  every('1h', function() log(name .. ' ticks') end)\n"
    "end end\n"
    "plan.level.IV = scope 'IV'  plan.level.III = scope 'III'  plan.level.II = scope 'II'\n"
    "function plan.recover(incident) log('recover ' .. tostring(incident.level)) sleep '1h' end\n"
    "return plan";

static void order(struct planner_night *n, const char *action, const char *level)
{
    AUTO_TEXT(ev);
    text_addf(&ev, "{'names':['order'],'action':'%s','by':'sun.wei','as':'post:deputy',", action);
    if (level)
        text_addf(&ev, "'level':'%s','commander':'post:deputy','members':['dept:water'],", level);
    text_add(&ev, "'reason':'x'}");
    planner_night_fact(n, text_str(&ev));
}

static void levels_night(struct planner_night *n, bool forgets)
{
    planner_night_init(n, levels);
    n->forgets = forgets;
    planner_night_begin(n);
    planner_night_tells(n, "done\n");
}

/* IV, then II at once: III begins before it. Down again: the highest ends first. */
static void scopes_begin_and_end_with_the_level(void **state)
{
    (void)state;
    for (int forgets = 0; forgets <= 1; forgets++) {
        struct planner_night n;
        levels_night(&n, forgets);
        order(&n, "activate", "IV");
        planner_night_tells(&n, "log 0.1/1.1 seen activate IV\n"
                                "log IV1.1 IV starts, activate by sun.wei\n"
                                "timer IV1.3 3600000\n");
        order(&n, "raise", "II");
        planner_night_tells(&n, "log 0.1/2.1 seen raise II\n"
                                "log III2.1 III starts, raise by sun.wei\n"
                                "timer III2.3 3600000\n"
                                "log II3.1 II starts, raise by sun.wei\n"
                                "timer II3.3 3600000\n");
        order(&n, "lower", "IV");
        planner_night_tells(&n, "clear II3.3\nlog II3.2/1.1 II ends\n"
                                "clear III2.3\nlog III2.2/1.1 III ends\n"
                                "log 0.1/3.1 seen lower IV\n");
        planner_night_pass(&n, 3600000); /* IV runs on untouched */
        planner_night_tells(&n, "log IV1.3/1.1 IV ticks\ntimer IV1.3 3600000\n");
        order(&n, "activate", "IV"); /* again: nothing begins anew */
        planner_night_tells(&n, "log 0.1/4.1 seen activate IV\n");
        planner_night_done(&n);
    }
}

static void the_end_ends_all_scopes_and_then_recovers(void **state)
{
    (void)state;
    for (int forgets = 0; forgets <= 1; forgets++) {
        struct planner_night n;
        levels_night(&n, forgets);
        order(&n, "activate", "III");
        planner_night_tells(&n, "log 0.1/1.1 seen activate III\n"
                                "log IV1.1 IV starts, activate by sun.wei\n"
                                "timer IV1.3 3600000\n"
                                "log III2.1 III starts, activate by sun.wei\n"
                                "timer III2.3 3600000\n");
        order(&n, "terminate", NULL);
        planner_night_tells(&n, "clear III2.3\nlog III2.2/1.1 III ends\n"
                                "clear IV1.3\nlog IV1.2/1.1 IV ends\n"
                                "log 0.2/1.1 respond over\n"
                                "log R3.1 recover nil\n"
                                "timer R3.2 3600000\n");
        planner_night_pass(&n, 3600000);
        planner_night_tells(&n, "done\n");
        planner_night_done(&n);
    }
}

static void an_error_in_a_level_ends_that_level_alone(void **state)
{
    (void)state;
    struct planner_night n;
    planner_night_init(&n, "local plan = plan 'flood' {}\n"
                           "function plan.respond() on('update', function() log 'on' end) end\n"
                           "function plan.level.IV() error('no') end\n"
                           "return plan");
    planner_night_begin(&n);
    planner_night_tells(&n, "done\n");
    order(&n, "activate", "IV");
    planner_night_tells(&n, "error IV1.1 level test.lua:3: no\ndone\n");
    planner_night_fact(&n, "{'names':['update']}");
    planner_night_tells(&n, "log 0.1/1.1 on\ndone\n");
    planner_night_done(&n);
}

static void who_commands_is_never_nil(void **state)
{
    (void)state;
    struct planner_night n;
    planner_night_init(&n,
                       "local plan = plan 'flood' { levels = { IV = { ordered_by = "
                       "'post:deputy', commander = 'post:chief' } } }\n"
                       "local function say(i) log(tostring(i.level) .. ' ' .. i.commander .. ' ' "
                       ".. i.ordered_by .. ' ' .. #i.members .. ' ' .. "
                       "tostring(i:at_least 'IV') .. tostring(i:at_least 'III')) end\n"
                       "function plan.respond(incident) say(incident)\n"
                       "  on('order', function() say(incident) end) end\n"
                       "return plan");
    planner_night_begin(&n);
    planner_night_tells(&n, "log 0.1 nil post:chief post:deputy 0 falsefalse\ndone\n");
    order(&n, "activate", "IV");
    planner_night_tells(&n, "log 0.2/1.1 IV post:deputy post:deputy 1 truefalse\ndone\n");
    planner_night_done(&n);
    asks("log(incident.commander, incident.ordered_by)", "log 0.1 duty:duty-room\ndone\n");
}

/* ---- the ledger, and orders ---- */

#define LEDGER                                                                                     \
    "local plan = plan 'flood' { measures = { close = {}, list = {} } }\n"                         \
    "function plan.respond(incident)\n"

static void ledger_night(struct planner_night *n, const char *body, bool forgets)
{
    AUTO_TEXT(source);
    text_addf(&source, LEDGER "%s\nend\nreturn plan", body);
    planner_night_init(n, text_str(&source));
    n->forgets = forgets;
    planner_night_begin(n);
}

static void item_fact_of(struct planner_night *n, const char *step, const char *state,
                         const char *id)
{
    AUTO_TEXT(ev);
    text_addf(&ev, "{'names':[],'steps':['%s'],'item':'%s','state':'%s'}", step, id, state);
    planner_night_fact(n, text_str(&ev));
}

static void item_fact(struct planner_night *n, const char *step, const char *state)
{
    item_fact_of(n, step, state, "x");
}

/* Two that mean the same item wait for the same item. */
static void a_measure_is_waited_for_by_name_and_key(void **state)
{
    (void)state;
    for (int forgets = 0; forgets <= 1; forgets++) {
        struct planner_night n;
        ledger_night(
            &n,
            "local m = measure('close', { key = 'north', at = 'north', due = '10m' })\n"
            "log(m:wait('done', '1h')) log(measure('close', { key = 'north' }):wait 'done')\n"
            "log(tostring(measure('list'):wait('done', '1m')))",
            forgets);
        planner_night_tells(
            &n, "item 0.1 {\"due_ms\":600000,\"fields\":{\"at\":\"north\",\"due\":\"10m\","
                "\"key\":\"north\"},\"item\":\"item:close/north\",\"key\":\"north\",\"kind\":"
                "\"measure\",\"name\":\"close\"}\ntimer 0.2 3600000\n");
        item_fact(&n, "item:close/north", "received");
        planner_night_tells(&n, "");
        item_fact(&n, "item:close/south", "done");
        planner_night_tells(&n, "");
        item_fact(&n, "item:close/north", "done");
        planner_night_tells(&n, "clear 0.2\nlog 0.3 done\n"
                                "item 0.4 {\"fields\":{\"key\":\"north\"},\"item\":"
                                "\"item:close/north\",\"key\":\"north\",\"kind\":\"measure\","
                                "\"name\":\"close\"}\n");
        item_fact(&n, "item:close/north", "struck"); /* the one before, once more */
        planner_night_tells(&n, "");
        item_fact_of(&n, "item:close/north", "done", "y");
        planner_night_tells(&n, "log 0.6 done\n"
                                "item 0.7 {\"fields\":{},\"item\":\"item:list/\",\"kind\":"
                                "\"measure\",\"name\":\"list\"}\ntimer 0.8 60000\n");
        planner_night_pass(&n, 60000);
        planner_night_tells(&n, "log 0.9 nil\ndone\n");
        planner_night_done(&n);
    }
}

static void an_item_that_ends_otherwise_ends_the_wait(void **state)
{
    (void)state;
    struct planner_night n;
    ledger_night(
        &n,
        "local d = directive { from = 'Mayor', text = 'Report', lead = 'dept:water', due = "
        "'2h' }\n"
        "d:supervise 'post:mayor' log(d:wait 'done') d:lift 'no use'",
        false);
    planner_night_tells(&n,
                        "item 0.1 {\"due_ms\":7200000,\"from\":\"Mayor\",\"item\":\"0.1\",\"kind\":"
                        "\"directive\",\"owner\":\"dept:water\",\"title\":\"Report\"}\n"
                        "item_supervise 0.2 {\"item\":\"0.1\",\"to\":\"post:mayor\"}\n");
    item_fact(&n, "0.1", "rejected");
    planner_night_tells(&n, "log 0.4 rejected\n"
                            "item_lift 0.5 {\"item\":\"0.1\",\"reason\":\"no use\"}\ndone\n");
    planner_night_done(&n);
}

static void report_fact(struct planner_night *n, const char *step, const char *state)
{
    AUTO_TEXT(ev);
    text_addf(&ev, "{'names':['report'],'steps':['%s'],'report':'x','kind':'update','state':'%s'}",
              step, state);
    planner_night_fact(n, text_str(&ev));
}

/* A body reports what no cadence knows of, and may wait until it is sent. */
static void a_report_is_waited_for_and_heard_of(void **state)
{
    (void)state;
    for (int forgets = 0; forgets <= 1; forgets++) {
        struct planner_night n;
        planner_night_init(
            &n, "local plan = plan 'flood' { reports = { update = {} } }\n"
                "function plan.respond(incident)\n"
                "on('report', function(r) log(r.kind .. ' ' .. r.state) end)\n"
                "local r = report('update', { key = 'north', due = '20m', text = 'boats' })\n"
                "log(r:wait('sent', '1h'))\n"
                "log(tostring(report('update'):wait('signed', '1m')))\nend\nreturn plan");
        n.forgets = forgets;
        planner_night_begin(&n);
        planner_night_tells(&n, "report 0.2 {\"due_ms\":1200000,\"key\":\"north\",\"report\":"
                                "\"update\",\"text\":\"boats\"}\ntimer 0.3 3600000\n");
        report_fact(&n, "0.2", "phoned");
        planner_night_tells(&n, "log 0.1/1.1 update phoned\n");
        report_fact(&n, "0.2", "signed");
        planner_night_tells(&n, "log 0.1/2.1 update signed\n");
        report_fact(&n, "0.9", "sent");
        planner_night_tells(&n, "log 0.1/3.1 update sent\n");
        report_fact(&n, "0.2", "sent");
        planner_night_tells(&n, "log 0.1/4.1 update sent\nclear 0.3\nlog 0.4 sent\n"
                                "report 0.5 {\"report\":\"update\"}\ntimer 0.6 60000\n");
        planner_night_pass(&n, 60000);
        planner_night_tells(&n, "log 0.7 nil\ndone\n");
        planner_night_done(&n);
    }
    body_fails("report('update')", "the head has no report \"update\"");
}

static void an_agenda_is_a_notice_of_what_is_open(void **state)
{
    (void)state;
    asks("log(agenda { to = 'dept:a' }:result('1m') or 'nothing')",
         "agenda 0.1 {\"states\":[\"overdue\",\"open\"],\"to\":[\"dept:a\"]}\ntimer 0.2 60000\n");
    asks("agenda { to = 'dept:a', items = { state = 'overdue', since = '7d' } }",
         "agenda 0.1 {\"since_ms\":604800000,\"states\":[\"overdue\"],\"to\":[\"dept:a\"]}\n"
         "done\n");
    body_fails("agenda { to = 'dept:a', items = { state = { 'done' } } }",
               "state of items is \"open\", \"overdue\"");
    body_fails("agenda {}", "agenda: \"to\" is missing");
}

#define DRAFT_BUT_ADVICE                                                                           \
    "publish { category = 'rain', level = 'red', from = '10:00', area = 'east', matters = "        \
    "'water',"

/* Why: the Act names eight statements; one that is missing must be known before it is published. */
static void a_draft_lacks_none_of_its_statements(void **state)
{
    struct planner_night n;

    (void)state;
    body_fails(DRAFT_BUT_ADVICE " issuer = 'x' }",
               "publish: advice is missing: what should people do?");
    body_fails("publish { category = 'rain' }", "publish: level is missing");
    body_fails(DRAFT_BUT_ADVICE " advice = '', issuer = 'x' }", "publish: advice is empty");
    body_fails(DRAFT_BUT_ADVICE " advice = 'y', issuer = 'x', lifts = 'a' }", "handle expected");
    open_night(&n, "local first = " DRAFT_BUT_ADVICE " advice = 'stay', issuer = 'x' }\n"
                   "publish { category = 'rain', level = 'none', from = '1', area = '2', matters ="
                   " '3', advice = '4', issuer = '5', lifts = first }");
    assert_non_null(strstr(text_str(&n.told), "\"advice\":\"stay\""));
    assert_non_null(strstr(text_str(&n.told), "\"lifts\":\"0.1\""));
    planner_night_done(&n);
}

static void what_cannot_be_an_item_is_said(void **state)
{
    (void)state;
    body_fails("before('stage_m', '6h')", "stage_m is no time of the incident");
    body_fails("item { title = 'x', owner = 'dept:a', due = {} }",
               "due is a duration like \"2h\", or before(");
    body_fails("measure('sandbags')", "the head has no measure \"sandbags\"");
    body_fails("directive { text = 'x', due = '2h' }", "directive: lead is missing");
    body_fails("directive { text = 'x', lead = 'water' }", "\"water\" is no target");
    body_fails("item { owner = 'dept:a' }", "item: title is missing");
    body_fails("resource { what = 'boats', from = 7 }", "from is text");
    body_fails("cancel(item { title = 'x', owner = 'dept:a' })", "nobody cancels an item");
    body_fails("item { title = 'x', owner = 'dept:a' }:wait 'found'",
               "becomes received, arrived, done or struck");
}

static void a_proposal_waits_for_the_first_order_of_its_action(void **state)
{
    (void)state;
    for (int forgets = 0; forgets <= 1; forgets++) {
        struct planner_night n;
        planner_night_init(
            &n, "local plan = plan 'flood' {}\nfunction plan.respond()\n"
                "local o = propose { action = 'raise', level = 'II', reason = 'peak', within = "
                "'30m' }\n"
                "log(o.level .. ' by ' .. o.by)\n"
                "log(tostring(propose { action = 'lower', level = 'IV', reason = 'x', within = "
                "'5m' }))\n"
                "propose { action = 'terminate', reason = 'x', within = '5m', wait = false }\n"
                "end\nreturn plan");
        n.forgets = forgets;
        planner_night_begin(&n);
        planner_night_tells(&n, "propose 0.1 {\"action\":\"raise\",\"level\":\"II\",\"reason\":"
                                "\"peak\",\"within_ms\":1800000}\ntimer 0.1 1800000\n");
        order(&n, "activate", "IV");
        planner_night_tells(&n, "");
        order(&n, "raise", "III");
        planner_night_tells(&n, "clear 0.1\nlog 0.2 III by sun.wei\n"
                                "propose 0.3 {\"action\":\"lower\",\"level\":\"IV\",\"reason\":"
                                "\"x\",\"within_ms\":300000}\ntimer 0.3 300000\n");
        planner_night_pass(&n, 300000);
        planner_night_tells(&n, "log 0.4 nil\n"
                                "propose 0.5 {\"action\":\"terminate\",\"reason\":\"x\","
                                "\"within_ms\":300000}\ndone\n");
        planner_night_done(&n);
    }
    body_fails("propose { action = 'declare', reason = 'x', within = '5m' }",
               "what is to be declared?");
    body_fails("propose { action = 'publish', reason = 'x', within = '5m' }",
               "publish { … } makes a draft");
    body_fails("propose { action = 'issue', warning = 'pink', reason = 'x', within = '5m' }",
               "warning is red, orange, yellow or blue");
    body_fails("propose { action = 'raise', reason = 'x', within = '5m' }", "raise needs a level");
    body_fails("propose { action = 'raise', level = 'V', reason = 'x', within = '5m' }",
               "\"V\" is no level");
    body_fails("propose { action = 'terminate', reason = 'x' }", "within is missing");
    body_fails("propose { action = 'terminate', within = '5m' }", "reason is missing");
    body_fails("propose { action = 'terminate', becuase = 'x' }", "there is no \"becuase\"");
}

static void escalate_calls_and_goes_on(void **state)
{
    (void)state;
    asks("local e = escalate 'silent' log 'on' cancel(e)",
         "escalate 0.1 {\"text\":\"silent\"}\nlog 0.2 on\ncancel 0.1\ndone\n");
    body_fails("escalate {}", "escalate must be text");
}

/* ---- incidents that belong together ---- */

/* A child is waited for by its key, so that two who name the same case wait for the same end. */
static void a_child_is_waited_for_by_its_key(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "local c = child { plan = 'tracing', key = '17', title = 'Case 17',\n"
                   "  fields = { staff = true } }\n"
                   "log(tostring(c:wait('closed', '1h')))\n"
                   "log(c:wait 'closed') log(child { plan = 'tracing', key = '17', title = 'x' }"
                   ":wait 'closed')");
    planner_night_tells(&n, "child 0.1 {\"fields\":{\"staff\":true},\"key\":\"17\",\"plan\":"
                            "\"tracing\",\"title\":\"Case 17\"}\ntimer 0.2 3600000\n");
    planner_night_pass(&n, 3600000);
    planner_night_tells(&n, "log 0.3 nil\n");
    assert_string_equal(json_string_value(json_array_get(json_at(n.awaits, "steps"), 0)),
                        "child:17");
    planner_night_fact(&n, "{'names':['closed'],'steps':['child:17'],'child':'c','key':'17',"
                           "'state':'closed'}");
    planner_night_tells(&n, "log 0.5 closed\nchild 0.6 {\"fields\":{},\"key\":\"17\",\"plan\":"
                            "\"tracing\",\"title\":\"x\"}\nlog 0.8 closed\ndone\n");
    planner_night_done(&n);
}

/* A child that could not be opened must not be waited for until morning. */
static void a_refused_child_ends_the_wait(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "log(child { plan = 'nope', key = 'a', title = 'A' }:wait 'closed')");
    planner_night_fact(&n, "{'names':[],'steps':['child:a'],'child':'','key':'a',"
                           "'state':'refused'}");
    planner_night_tells(&n, "child 0.1 {\"fields\":{},\"key\":\"a\",\"plan\":\"nope\",\"title\":"
                            "\"A\"}\nlog 0.3 refused\ndone\n");
    planner_night_done(&n);
}

static void what_cannot_be_a_child_is_said(void **state)
{
    (void)state;
    body_fails("child { key = 'a', title = 'A' }", "child: plan is missing");
    body_fails("child { plan = 'p', title = 'A' }", "child: key is missing");
    body_fails("child { plan = 'p', key = 7, title = 'A' }", "child: key is text");
    body_fails("child { plan = 'p', key = 'a' }", "child: title is missing");
    body_fails("child { plan = 'p', key = 'a', title = 'A', fields = 'x' }",
               "fields is a table of names");
    body_fails("child { plan = 'p', key = 'a', title = 'A', tile = 'x' }",
               "did you mean \"title\"?");
    body_fails("child { plan = 'p', key = 'a', title = 'A' }:wait 'done'",
               "what a child comes to is \"closed\"");
    body_fails("child { plan = 'p', key = 'a', title = 'A' }:lift 'x'", "a handle has no \"lift\"");
}

static void a_role_is_given_to_whoever_accepts(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n,
               "local a = assign('lead', 'dept:water')\n"
               "log(a.by) log(tostring(assign('lead', {'post:a', 'post:b'}, {within = '2m'})))\n"
               "notify { to = 'role:lead', text = 'x' }");
    planner_night_tells(&n, "assign 0.1 {\"role\":\"lead\",\"rounds\":1,\"to\":[\"dept:water\"],"
                            "\"within_ms\":300000}\n");
    planner_night_answer(&n, "0.1", "li.ming");
    planner_night_tells(&n, "log 0.2 li.ming\nassign 0.3 {\"role\":\"lead\",\"rounds\":1,\"to\":["
                            "\"post:a\",\"post:b\"],\"within_ms\":120000}\n");
    planner_night_expire(&n, "0.3");
    planner_night_tells(&n, "log 0.4 nil\nnotify 0.5 role:lead \"x\"\ndone\n");
    planner_night_done(&n);
    body_fails("assign('team lead', 'post:a')", "no name of a role");
    body_fails("assign('lead')", "who is to take the role \"lead\"?");
    body_fails("assign('lead', 'post')", "is no target");
    body_fails("assign('lead', 'post:a', {withn = '5m'})", "did you mean \"within\"?");
}

/* What has joined is a fact, an update, and more in incident.count. */
static void what_joins_is_seen_and_counted(void **state)
{
    struct planner_night n;

    (void)state;
    open_night(&n, "on('update', function(u) log('update ' .. u.fields.g7.stage_m) end)\n"
                   "local j = wait 'joined'\n"
                   "log(j.title .. ' ' .. #j.joins .. ' ' .. j.fields.g7.stage_m .. ' ' ..\n"
                   "  incident.count .. ' ' .. tostring(j.occurrences) .. ' ' ..\n"
                   "  tostring(incident.reopened))");
    planner_night_fact(&n, "{'names':['joined','update','stage_m'],'title':'South','count':3,"
                           "'fields':{'g7':{'stage_m':5}},'joins':[{'title':'a'},{'title':'b'}],"
                           "'occurrences':[{'name':'stage_m','station':'g7','value':5}]}");
    planner_night_tells(&n, "log 0.1/1.1 update 5\nlog 0.3 South 2 5 3 nil nil\ndone\n");
    planner_night_done(&n);
}

/* Opened again, a plan has steps of its own: no answer of the first night counts for the second. */
static void a_plan_that_runs_again_takes_other_steps(void **state)
{
    struct planner_night n;

    (void)state;
    planner_night_init(&n,
                       "local plan = plan \"test\" { facts = {} }\n"
                       "function plan.respond(incident)\n"
                       "log(incident.reopened) call { to = 'post:a', within = '5m', text = 'x' }"
                       "\nend\nreturn plan\n");
    n.trigger = json_pack("{s:i}", "reopened", 2);
    planner_night_begin(&n);
    planner_night_tells(&n, "log 2.1 2\ncall 2.2 post:a 300000 \"x\"\n");
    planner_night_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define X(test) cmocka_unit_test(test),
        TESTS(X)
#undef X
            cmocka_unit_test(scopes_begin_and_end_with_the_level),
        cmocka_unit_test(the_end_ends_all_scopes_and_then_recovers),
        cmocka_unit_test(an_error_in_a_level_ends_that_level_alone),
        cmocka_unit_test(who_commands_is_never_nil),
        cmocka_unit_test(a_measure_is_waited_for_by_name_and_key),
        cmocka_unit_test(an_item_that_ends_otherwise_ends_the_wait),
        cmocka_unit_test(a_report_is_waited_for_and_heard_of),
        cmocka_unit_test(an_agenda_is_a_notice_of_what_is_open),
        cmocka_unit_test(a_draft_lacks_none_of_its_statements),
        cmocka_unit_test(what_cannot_be_an_item_is_said),
        cmocka_unit_test(a_proposal_waits_for_the_first_order_of_its_action),
        cmocka_unit_test(escalate_calls_and_goes_on),
        cmocka_unit_test(a_child_is_waited_for_by_its_key),
        cmocka_unit_test(a_refused_child_ends_the_wait),
        cmocka_unit_test(what_cannot_be_a_child_is_said),
        cmocka_unit_test(a_role_is_given_to_whoever_accepts),
        cmocka_unit_test(what_joins_is_seen_and_counted),
        cmocka_unit_test(a_plan_that_runs_again_takes_other_steps),
    };
    return cmocka_run_group_tests_name("the plan language", tests, NULL, NULL);
}
