/* The talk between engine and planner: what is asked for, what is refused, what is forgotten. */
#include "planner_night.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a bare planner, whose frames are noted ---- */

struct bare {
    struct planner *p;
    struct text said; /* the ops and a little more, one a line */
    json_t *last;
};

static void hear(void *ctx, const json_t *frame)
{
    struct bare *b = ctx;
    const char *op = json_str_or(frame, "op", "?");

    text_add(&b->said, op);
    if (strcmp(op, "need") == 0)
        text_addf(&b->said, " %s have %lld", json_str(frame, "incident"),
                  (long long)json_int(frame, "have", -1));
    if (strcmp(op, "turn") == 0)
        text_addf(&b->said, " %s cause %lld, %zu commands", json_str(frame, "incident"),
                  (long long)json_int(frame, "cause", -1), json_array_size(json_at(frame, "cmds")));
    if (strcmp(op, "failed") == 0)
        text_addf(&b->said, " %s: %s", json_str(frame, "reason"), json_str(frame, "text"));
    if (strcmp(op, "verified") == 0)
        text_addf(&b->said, " %s: %s", json_str(frame, "incident"),
                  json_bool(frame, "more") ? "more" : json_str_or(frame, "text", "the same"));
    text_add_char(&b->said, '\n');
    json_decref(b->last);
    b->last = json_deep_copy(frame);
}

static void note(void *ctx, const char *what, const char *incident, int64_t cause)
{
    struct bare *b = ctx;

    text_addf(&b->said, "%s %s %lld\n", what, incident, (long long)cause);
}

static void note_turn(void *ctx, const char *incident, int64_t cause)
{
    note(ctx, "turn begins", incident, cause);
}

static void note_replay(void *ctx, const char *incident, int64_t cause)
{
    note(ctx, "replay begins", incident, cause);
}

static void note_end(void *ctx)
{
    struct bare *b = ctx;

    text_add(&b->said, "ends\n");
}

static json_t *parse(const char *text)
{
    char *copy = mem_str(text);
    json_t *value = NULL;
    struct why why;

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    if (json_read_own(copy, strlen(copy), &value, &why))
        fail_msg("%s: %s", copy, why.text);
    free(copy);
    return value;
}

static void say(struct bare *b, const char *frame)
{
    AUTO_JSON(value);
    struct why why = {0};

    value = parse(frame);
    if (planner_frame(b->p, value, &why))
        text_addf(&b->said, "fault: %s\n", why.text);
}

static void hears(struct bare *b, const char *expected)
{
    assert_string_equal(text_str(&b->said), expected);
    text_clear(&b->said);
}

static const char PLAN[] = "local p = plan 'x' {} function p.respond() while true do sleep('1m') "
                           "log(now()) end end return p";

static void send_pin(struct bare *b, const char *source)
{
    json_t *file = json_put_str(json_put_str(json_object(), "name", "x.lua"), "source", source);
    json_t *files = json_array();
    AUTO_JSON(frame);
    struct why why;

    json_array_append_new(files, file);
    frame = json_put_str(json_put_str(json_object(), "op", "pin"), "pin", "sha256:x");
    json_put(json_put_str(frame, "plan", "x"), "files", files);
    assert_int_equal(planner_frame(b->p, frame, &why), ERR_OK);
}

static void open_bare(struct bare *b, bool noisy)
{
    struct planner_hooks hooks = {.ctx = b, .send = hear};

    *b = (struct bare){0};
    if (noisy) {
        hooks.turn_begin = note_turn;
        hooks.replay_begin = note_replay;
        hooks.turn_end = note_end;
    }
    b->p = planner_new(&planner_config_default, &hooks);
    say(b, "{'op':'hello','gen':3}");
    send_pin(b, PLAN);
}

static void close_bare(struct bare *b)
{
    planner_free(b->p);
    text_done(&b->said);
    json_decref(b->last);
}

static void send_event(struct bare *b, const char *incident, int prev, int cause, bool gap,
                       const char *ev)
{
    char frame[1024];

    snprintf(frame, sizeof(frame),
             "{'op':'event','gen':3,'incident':'%s','pin':'sha256:x','seed':"
             "'00000000000000000000000000000000','prev':%d,'prev_cause':%d,'cause':%d,'gap':%s,"
             "'t':%d,'m':%d,'ev':%s}",
             incident, prev, prev ? prev - 1 : 0, cause, gap ? "true" : "false", 1000 * cause,
             1000 * cause, ev);
    say(b, frame);
}

static const char TRIGGER[] = "{'names':['trigger'],'steps':[],'incident':{'title':'t'}}";
static const char FIRST[] = "{'names':[],'steps':['0.1']}";
static const char SECOND[] = "{'names':[],'steps':['0.3']}";

static void send_trigger(struct bare *b, const char *incident)
{
    send_event(b, incident, 0, 1, false, TRIGGER);
}

/* The history of the first turn of PLAN: trigger 1, turn 2, timer 3. */
#define ROW_1 "{'seq':1,'ev':{'names':['trigger'],'steps':[],'incident':{'title':'t'}}}"
#define TURN_1(ms)                                                                                 \
    "{'seq':2,'turn':{'cause':1,'prev':0,'t':1000,'m':1000,'cmds':[{'kind':'timer','step':'0.1',"  \
    "'at':'x.lua:1','ms':" #ms "}],'awaits':{'names':[],'steps':['0.1']},'done':false}}"
#define ROW_3 "{'seq':3,'ev':{'names':[],'steps':['0.1']}}"
#define TURN_3                                                                                     \
    "{'seq':4,'turn':{'cause':3,'prev':2,'t':3000,'m':3000,'cmds':[{'kind':'log','step':'0.2',"    \
    "'at':'x.lua:1','text':'3000'},{'kind':'timer','step':'0.3','at':'x.lua:1','ms':60000}],"      \
    "'awaits':{},'done':false}}"
#define HISTORY(rows, more)                                                                        \
    "{'op':'history','gen':3,'incident':'a','more':" more ",'rows':[" rows "]}"

/* ---- the tests ---- */

static void every_turn_is_announced_before_plan_code_runs(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, true);
    send_trigger(&b, "a");
    hears(&b, "turn begins a 1\nends\nturn a cause 1, 1 commands\n");
    send_event(&b, "a", 2, 3, false, FIRST);
    hears(&b, "turn begins a 3\nends\nturn a cause 3, 2 commands\n");
    say(&b, "{'op':'drop','incident':'a'}");
    send_event(&b, "a", 4, 5, false, SECOND);
    hears(&b, "need a have 0\n");
    say(&b, HISTORY(ROW_1 "," TURN_1(60000), "true"));
    hears(&b, "replay begins a 5\nends\n");
    say(&b, HISTORY(ROW_3 "," TURN_3, "false"));
    hears(&b, "replay begins a 5\nends\nturn begins a 5\nends\nturn a cause 5, 2 commands\n");
    assert_int_equal(json_int(b.last, "prev", 0), 4);
    assert_int_equal(json_int(b.last, "gen", 0), 3);
    assert_int_equal(json_int(b.last, "t", 0), 5000);
    close_bare(&b);
}

static void frames_of_another_generation_are_dropped(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    say(&b, "{'op':'event','gen':2,'incident':'a','pin':'sha256:x','prev':0,'prev_cause':0,'cause':"
            "1,'ev':{}}");
    hears(&b, "");
    close_bare(&b);
}

static void a_fact_that_made_no_turn_is_asked_for(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    send_trigger(&b, "a");
    send_event(&b, "a", 2, 4, true, FIRST);
    hears(&b, "turn a cause 1, 1 commands\nneed a have 1\n");
    say(&b, HISTORY(TURN_1(60000) ",{'seq':3,'ev':{'names':['resolved'],'steps':[]}}", "false"));
    hears(&b, "turn a cause 4, 2 commands\n");
    close_bare(&b);
}

/* It has taken turns that the engine does not know of, or lacks some: then it starts afresh. */
static void a_planner_that_is_elsewhere_asks_for_all(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    send_trigger(&b, "a");
    send_trigger(&b, "a");
    hears(&b, "turn a cause 1, 1 commands\nturn a cause 1, 1 commands\n");
    send_event(&b, "a", 2, 3, false, FIRST);
    send_event(&b, "a", 2, 3, false, FIRST);
    hears(&b, "turn a cause 3, 2 commands\nneed a have 0\n");
    assert_int_equal(planner_runs(b.p), 1);
    send_trigger(&b, "a");
    hears(&b, "turn a cause 1, 1 commands\n");
    close_bare(&b);
}

static void a_different_command_is_a_divergence(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    send_event(&b, "a", 2, 3, false, FIRST);
    say(&b, HISTORY(ROW_1 "," TURN_1(61000), "false"));
    hears(
        &b,
        "need a have 0\nfailed diverged: the turn of row 1 came out differently when it was "
        "replayed: "
        "command 1 is {\"at\":\"x.lua:1\",\"kind\":\"timer\",\"ms\":61000,\"step\":\"0.1\"} in the "
        "record, and {\"at\":\"x.lua:1\",\"kind\":\"timer\",\"ms\":60000,\"step\":\"0.1\"} now\n");
    assert_int_equal(planner_runs(b.p), 0);
    close_bare(&b);
}

static void a_record_with_holes_is_a_divergence(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    send_event(&b, "a", 2, 3, false, FIRST);
    say(&b, HISTORY(TURN_1(60000), "false"));
    hears(&b, "need a have 0\nfailed diverged: the turn of row 1 came out differently when it was "
              "replayed: its fact is not in the record\n");
    send_event(&b, "a", 2, 3, false, FIRST);
    say(&b, HISTORY("", "false"));
    hears(&b, "need a have 0\nfailed error: the first event of the incident is no trigger\n");
    close_bare(&b);
}

#define VERIFY(incident, first, more, rows)                                                        \
    "{'op':'verify','gen':3,'incident':'" incident "','pin':'sha256:x',"                           \
    "'seed':'00112233445566778899aabbccddeeff','first':" first ",'more':" more ",'rows':[" rows    \
    "]}"

/* Why: an upgrade must not be noticed by the runs that take turns. */
static void a_run_is_verified_page_by_page_beside_those_that_run(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    send_trigger(&b, "a");
    say(&b, VERIFY("a", "true", "true", ROW_1 "," TURN_1(60000)));
    send_event(&b, "a", 2, 3, false, FIRST);
    say(&b, VERIFY("a", "false", "false", ROW_3 "," TURN_3));
    hears(&b, "turn a cause 1, 1 commands\nverified a: more\nturn a cause 3, 2 commands\n"
              "verified a: the same\n");
    assert_int_equal(planner_runs(b.p), 1);
    close_bare(&b);
}

/* Why: the first step that differs tells the author where to look. */
static void a_run_that_differs_is_found_by_its_first_step(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    say(&b, VERIFY("a", "true", "false", ROW_1 "," TURN_1(61000)));
    hears(
        &b,
        "verified a: the turn of row 1 came out differently when it was replayed: command 1 is "
        "{\"at\":\"x.lua:1\",\"kind\":\"timer\",\"ms\":61000,\"step\":\"0.1\"} in the record, and "
        "{\"at\":\"x.lua:1\",\"kind\":\"timer\",\"ms\":60000,\"step\":\"0.1\"} now\n");
    assert_string_equal(json_str_or(b.last, "reason", ""), "diverged");
    say(&b, VERIFY("a", "true", "false", ROW_1));
    hears(&b, "verified a: the record has no turn of it\n");
    say(&b, VERIFY("a", "true", "false", ROW_1 "," TURN_1(60000)));
    hears(&b, "verified a: the same\n");
    close_bare(&b);
}

static void the_least_recently_used_run_goes_first(void **state)
{
    struct bare b;
    char incident[16];

    (void)state;
    open_bare(&b, false);
    for (int i = 0; i < 10; i++) {
        snprintf(incident, sizeof(incident), "i%d", i);
        send_trigger(&b, incident);
    }
    size_t one = planner_bytes(b.p) / 10;
    print_message("# a run that waits holds %zu bytes\n", one);
    assert_true(one > 5000 && one < 60000);
    send_event(&b, "i0", 2, 3, false, FIRST);
    char hello[100];
    snprintf(hello, sizeof(hello), "{'op':'hello','gen':3,'resident_bytes':%zu}",
             one * 3 + one / 2);
    text_clear(&b.said);
    say(&b, hello);
    assert_int_equal(planner_runs(b.p), 3);
    send_event(&b, "i0", 4, 5, false, SECOND);
    send_event(&b, "i1", 2, 3, false, FIRST);
    hears(&b, "turn i0 cause 5, 2 commands\nneed i1 have 0\n");
    close_bare(&b);
}

static void a_run_that_waits_for_its_history_is_kept(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    say(&b, "{'op':'hello','gen':3,'resident_bytes':1}");
    send_event(&b, "a", 2, 3, false, FIRST);
    send_trigger(&b, "b");
    hears(&b, "need a have 0\nturn b cause 1, 1 commands\n");
    assert_int_equal(planner_runs(b.p), 1);
    say(&b, HISTORY(ROW_1 "," TURN_1(60000), "false"));
    hears(&b, "turn a cause 3, 2 commands\n");
    assert_int_equal(planner_runs(b.p), 0);
    assert_int_equal(planner_bytes(b.p), 0);
    close_bare(&b);
}

static void a_plan_that_breaks_is_forgotten_and_others_run_on(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    planner_free(b.p);
    struct planner_hooks hooks = {.ctx = &b, .send = hear};
    b.p = planner_new(&planner_config_default, &hooks);
    say(&b, "{'op':'hello','gen':3}");
    send_pin(&b,
             "local p = plan 'x' {} function p.respond(i) if i.title == 'bad' then while true do "
             "end end sleep('1m') end return p");
    send_trigger(&b, "a");
    send_event(&b, "bad", 0, 1, false,
               "{'names':['trigger'],'steps':[],'incident':{'title':'bad'}}");
    send_event(&b, "a", 2, 3, false, FIRST);
    hears(&b,
          "turn a cause 1, 1 commands\nfailed overrun: x.lua:1: more than 2000000 instructions in "
          "one turn; is there a loop that never waits?\nturn a cause 3, 0 commands\n");
    assert_int_equal(planner_runs(b.p), 1);
    close_bare(&b);
}

static void what_no_engine_sends_is_a_fault(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    say(&b, "{'op':'sing'}");
    hears(&b, "fault: there is no frame \"sing\" for a planner\n");
    say(&b, "{'op':'event','gen':3,'incident':'a'}");
    hears(&b, "fault: frame event: a member is missing or makes no sense\n");
    say(&b, "{'op':'history','gen':3}");
    hears(&b, "fault: frame history: a member is missing\n");
    say(&b, "{'op':'verify','gen':3}");
    hears(&b, "fault: frame verify: a member is missing\n");
    say(&b, VERIFY("a", "false", "false", ""));
    hears(&b, "fault: frame verify: its first page was not sent\n");
    say(&b, "{'op':'verify','gen':3,'incident':'a','pin':'no','first':true,'rows':[]}");
    hears(&b, "verified a: the files of the plan are not there\n");
    say(&b, "{'op':'pin','pin':'sha256:y'}");
    hears(&b, "fault: frame pin: \"pin\" or \"plan\" is missing\n");
    say(&b, "{'op':'event','gen':3,'incident':'a','pin':'sha256:y','prev':0,'prev_cause':0,'cause':"
            "1,'ev':{}}");
    hears(&b, "failed error: the files of the plan were not sent before its first event\n");
    say(&b, "{'op':'event','gen':3,'incident':'a','pin':'sha256:x','seed':'x','prev':0,'prev_cause'"
            ":0,'cause':1,"
            "'ev':{}}");
    hears(&b, "fault: incident a: the seed is not 32 hexadecimal digits\n");
    say(&b, HISTORY("", "false"));
    say(&b, "{'op':'drop','incident':'nobody'}");
    hears(&b, "");
    close_bare(&b);
}

static void a_check_is_answered(void **state)
{
    struct bare b;

    (void)state;
    open_bare(&b, false);
    say(&b,
        "{'op':'check','id':9,'site':{'name':'site.lua','source':'x'},'channels':[],'plans':[]}");
    hears(&b, "checked\n");
    assert_int_equal(json_int(b.last, "id", 0), 9);
    assert_false(json_bool(b.last, "ok"));
    close_bare(&b);
}

/* A replay may use more than the turn did, or a turn near the limit could never come back. */
static void a_turn_near_its_limit_replays(void **state)
{
    struct planner_night n;

    (void)state;
    planner_night_init(&n, "local p = plan 'x' {} function p.respond()\n"
                           "local x = 0 for i = 1, 995000 do x = x + 1 end sleep('1m') log(x)\n"
                           "end return p");
    n.forgets = true;
    planner_night_begin(&n);
    assert_true(n.instructions > 1980000);
    planner_night_pass(&n, 60000);
    planner_night_tells(&n, "timer 0.1 60000\nlog 0.2 995000\ndone\n");
    planner_night_done(&n);
}

/* A turn late in the night may break the plan, too. */
static void a_later_turn_may_fail(void **state)
{
    struct planner_night n;

    (void)state;
    planner_night_init(&n, "local p = plan 'x' {} function p.respond()\n"
                           "sleep('1m') local t = {} while true do t[#t + 1] = t end\n"
                           "end return p");
    planner_night_begin(&n);
    planner_night_pass(&n, 60000);
    planner_night_tells(&n,
                        "timer 0.1 60000\nfailed memory: test.lua:2: more than 4194304 bytes of "
                        "memory; does a table or a recursion grow without end?\n");
    assert_string_equal(json_str(n.failed, "where"), "test.lua:2");
    planner_night_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_turn_is_announced_before_plan_code_runs),
        cmocka_unit_test(frames_of_another_generation_are_dropped),
        cmocka_unit_test(a_fact_that_made_no_turn_is_asked_for),
        cmocka_unit_test(a_planner_that_is_elsewhere_asks_for_all),
        cmocka_unit_test(a_different_command_is_a_divergence),
        cmocka_unit_test(a_record_with_holes_is_a_divergence),
        cmocka_unit_test(a_run_is_verified_page_by_page_beside_those_that_run),
        cmocka_unit_test(a_run_that_differs_is_found_by_its_first_step),
        cmocka_unit_test(the_least_recently_used_run_goes_first),
        cmocka_unit_test(a_run_that_waits_for_its_history_is_kept),
        cmocka_unit_test(a_plan_that_breaks_is_forgotten_and_others_run_on),
        cmocka_unit_test(what_no_engine_sends_is_a_fault),
        cmocka_unit_test(a_check_is_answered),
        cmocka_unit_test(a_turn_near_its_limit_replays),
        cmocka_unit_test(a_later_turn_may_fail),
    };
    return cmocka_run_group_tests_name("the planner", tests, NULL, NULL);
}
