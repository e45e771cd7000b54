/* The versions of plans: which is in force since when, which incidents are on which, and who is
 * called otherwise when another site or version is in force. */
#include "core/otherwise.h"
#include "core/say.h"

#include "core_lab.h"
#include "unit.h"

#include <string.h>

static const json_t *plan_of(const json_t *list, const char *name)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(list), n, plan)
    {
        if (!strcmp(json_str_or(plan, "name", ""), name))
            return plan;
    }
    return NULL;
}

/* What is in force of "paper", and what is not and has incidents. */
static void stands(const struct lab *lab, const char *version, int incidents, const char *older,
                   int older_incidents)
{
    AUTO_JSON(plans);
    AUTO_JSON(before);
    plans = core_plans(lab->core);
    before = core_plans_older(lab->core);
    const json_t *now = plan_of(plans, "paper"), *then = plan_of(before, "paper");
    assert_string_equal(json_str_or(now, "version", "none"), version ? version : "none");
    assert_int_equal(json_int(now, "incidents", 0), incidents);
    assert_string_equal(json_str_or(then, "version", "none"), older ? older : "none");
    assert_int_equal(json_int(then, "incidents", 0), older_incidents);
}

static const char *since(const struct lab *lab, char ret[RFC3339_TEXT])
{
    AUTO_JSON(plans);
    plans = core_plans(lab->core);
    strcpy(ret, json_str_or(plan_of(plans, "paper"), "since", ""));
    return ret;
}

static void begin(struct lab *lab, const char *body)
{
    assert_true(json_bool(lab_trigger(lab, body), "ok"));
}

#define PAPER "{'plan':'paper','title':'A'}"

/* Why: who changes a plan at night must know who is still on the one before, until nobody is. */
static void an_earlier_version_is_listed_while_incidents_are_on_it(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_papers(&lab, "paper2");
    begin(&lab, PAPER);
    stands(&lab, "2026.2", 1, NULL, 0);
    lab_papers(&lab, "paper5");
    stands(&lab, "2026.5", 0, "2026.2", 1);
    lab_crash(&lab);
    stands(&lab, "2026.5", 0, "2026.2", 1);
    lab_turn_done(&lab, "[]", "{}");
    stands(&lab, "2026.5", 0, NULL, 0);
    begin(&lab, PAPER);
    stands(&lab, "2026.5", 1, NULL, 0);
    lab_papers(&lab, NULL); /* the file is gone */
    stands(&lab, NULL, 0, "2026.5", 1);
    lab_done(&lab);
}

/* Why: "since when" is asked after a bad night; a restart is no new version. */
static void a_version_is_in_force_since_it_was_taken(void **state)
{
    (void)state;
    struct lab lab;
    char first[RFC3339_TEXT], now[RFC3339_TEXT];
    lab_start(&lab);
    lab_papers(&lab, "paper2");
    since(&lab, first);
    assert_true(first[0] != '\0');
    lab_after(&lab, MS_HOUR);
    lab.moved = true;
    lab_papers(&lab, "paper2"); /* another site, the same plan */
    lab_crash(&lab);
    assert_string_equal(since(&lab, now), first);
    lab_papers(&lab, "paper5");
    assert_string_not_equal(since(&lab, now), first);
    lab_done(&lab);
}

static void set(struct lab *lab, const char *plans)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'site':'site1','plans':[%s]}", plans);
    lab_input(lab, (struct input){.kind = IN_CONFIG}, text_str(&body));
}

static bool is_fresh(const struct lab *lab, const char *pin)
{
    AUTO_JSON(pins);
    size_t n;
    json_t *one;
    pins = core_plans_fresh(lab->core);
    json_array_foreach(pins, n, one)
    {
        if (!strcmp(json_string_value(one), pin))
            return true;
    }
    return false;
}

/* Why: an author saves a plan two hundred times a day; what nobody runs is not kept for ever, and
 * what somebody runs is. */
static void a_version_that_no_incident_began_with_is_known_as_such(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    set(&lab, "{'name':'flood','pin':'flood1'},{'name':'paper','pin':'paper2','fresh':true}");
    assert_true(is_fresh(&lab, "paper2"));
    assert_false(is_fresh(&lab, "flood1")); /* whether one began with it is not known */
    lab_crash(&lab);
    assert_true(is_fresh(&lab, "paper2"));
    set(&lab,
        "{'name':'paper','pin':'paper2'}"); /* it was known by now, and is as fresh as it was */
    assert_true(is_fresh(&lab, "paper2"));
    begin(&lab, PAPER);
    assert_false(is_fresh(&lab, "paper2"));
    lab_crash(&lab);
    assert_false(is_fresh(&lab, "paper2"));
    set(&lab, "{'name':'paper','pin':'paper5','fresh':true}");
    set(&lab, "{'name':'paper','pin':'paper2'}");
    assert_false(is_fresh(&lab, "paper2"));
    assert_false(core_plan_in_force(lab.core, "paper5"));
    core_library_forget(lab.core, "paper5");
    assert_false(core_library_has(lab.core, "paper5"));
    lab_done(&lab);
}

/* ---- who is called otherwise ---- */

#define DUTY                                                                                       \
    "[{'kind':'call','step':'0.1','args':{'to':'duty:duty-room','text':'x','within_ms':180000}}]"

/* An incident of "flood" whose call rings the first seat. */
static void flood_rings(struct lab *lab)
{
    begin(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, DUTY, "{'steps':['0.1']}");
}

static bool is_of(const struct record *r, const char *what, const char *plan, const char *because)
{
    return r->kind == REC_CALLED_OTHERWISE && !strcmp(json_str_or(r->body, "what", ""), what) &&
           !strcmp(json_str_or(r->body, "plan", ""), plan) &&
           !strcmp(json_str_or(r->body, "because", ""), because);
}

/* The record of this difference must say so: "a,b → c". */
static void differs(const struct lab *lab, const char *what, const char *plan, const char *because,
                    const char *said)
{
    for (size_t n = lab->told; n < lab->journal_count; n++) {
        AUTO_TEXT(sentence);
        if (!is_of(lab->journal[n], what, plan, because))
            continue;
        otherwise_say(lab->journal[n], false, false, &sentence);
        assert_string_equal(text_str(&sentence), said);
        return;
    }
    fail_msg("nothing is said of %s %s by the %s", what, plan, because);
}

static size_t differences(const struct lab *lab)
{
    size_t count = 0;
    for (size_t n = lab->told; n < lab->journal_count; n++)
        count += lab->journal[n]->kind == REC_CALLED_OTHERWISE;
    return count;
}

static void hand_over(struct lab *lab, const char *paper)
{
    lab->told = lab->journal_count;
    lab->handed_over = true;
    lab_papers(lab, paper);
}

/* Why: a shift is changed in the middle of a call; who changed it must see what that does. */
static void the_rungs_to_come_of_a_call_are_said_and_then_rung(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    flood_rings(&lab);
    hand_over(&lab, NULL);
    differs(&lab, "call", "", "site",
            "from the next rung on the call 0.1 goes otherwise: li.ming, sun.wei → "
            "wang.qiang, zhou.jie");
    lab_after(&lab, 3 * MS_MINUTE);
    const json_t *people = json_at(lab_last(&lab, REC_CALL_RUNG)->body, "people");
    assert_string_equal(json_string_value(json_array_get(people, 0)), "wang.qiang");
    lab_after(&lab, 3 * MS_MINUTE);
    people = json_at(lab_last(&lab, REC_CALL_RUNG)->body, "people");
    assert_string_equal(json_string_value(json_array_get(people, 0)), "zhou.jie");
    lab_done(&lab);
}

/* Why: names are for people, in the timeline; ids for the log. */
static void a_difference_is_said_by_name_where_people_read_it(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(zh);
    lab_start(&lab);
    flood_rings(&lab);
    hand_over(&lab, NULL);
    const struct record *r = NULL;
    for (size_t n = lab.told; n < lab.journal_count; n++)
        if (is_of(lab.journal[n], "call", "", "site"))
            r = lab.journal[n];
    assert_non_null(r);
    record_say(r, "zh", &zh);
    assert_string_equal(text_str(&zh), "呼叫 0.1 今后改为：李明、孙伟 → 王强、周杰");
    lab_done(&lab);
}

/* Why: whoever has left is in fallbacks and behind posts, where nobody looks until they are needed.
 */
static void who_has_left_is_missed_in_what_a_running_plan_names(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    flood_rings(&lab);
    begin(&lab, "{'plan':'dam','title':'Dam'}");
    hand_over(&lab, NULL);
    differs(&lab, "fallback", "flood", "site",
            "plan flood (version 1, open: 1): the fallback: li.ming, sun.wei → sun.wei");
    differs(&lab, "ordered_by", "dam", "site",
            "plan dam (version 1, open: 1): who is asked to order of level IV: sun.wei, li.ming → "
            "sun.wei, zhou.jie");
    lab_done(&lab);
}

/* Why: the author of a new version believes that it is in force for what runs; it is not. */
static void a_new_version_says_what_only_new_incidents_get(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_papers(&lab, "paper2");
    begin(&lab, PAPER);
    lab.told = lab.journal_count;
    lab_papers(&lab, "paper5");
    differs(&lab, "fallback", "paper", "version",
            "plan paper: open incidents (1) stay on 2026.2, new ones are on 2026.5; the fallback: "
            "li.ming → sun.wei");
    assert_int_equal(differences(&lab), 1);
    hand_over(&lab, "paper5"); /* another site: the new version is not told a second time */
    differs(&lab, "fallback", "paper", "site",
            "plan paper (version 2026.2, open: 1): the fallback: li.ming → nobody");
    assert_int_equal(differences(&lab), 1);
    lab_done(&lab);
}

/* Why: what is said each time is not read. */
static void nothing_is_said_where_nothing_differs(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    flood_rings(&lab);
    lab.told = lab.journal_count;
    lab_papers(&lab, "paper2"); /* a plan more, and none of flood's people */
    assert_int_equal(differences(&lab), 0);
    lab_answer(&lab, "wang.qiang");
    lab_turn(&lab, "[]", "{}");
    hand_over(&lab, "paper2");
    for (size_t n = lab.told; n < lab.journal_count; n++)
        assert_false(is_of(lab.journal[n], "call", "", "site")); /* it is answered */
    lab_done(&lab);
}

/* Why: a list of ten thousand is no list; and nothing is left out in silence. */
static void more_than_two_hundred_are_counted(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(sentence);
    lab_start(&lab);
    for (int n = 0; n < OTHERWISE_TOLD_MAX + 5; n++)
        flood_rings(&lab);
    hand_over(&lab, NULL);
    assert_int_equal(differences(&lab), OTHERWISE_TOLD_MAX + 1);
    const struct record *last = lab_last(&lab, REC_CALLED_OTHERWISE);
    otherwise_say(last, false, false, &sentence);
    /* the fallback of the plan is one of them */
    assert_string_equal(text_str(&sentence), "6 more are not compared, or not listed");
    lab_done(&lab);
}

/* Why: a file that is deleted by mistake takes no incident with it, and nobody may think it does.
 */
static void a_plan_that_leaves_the_set_says_what_becomes_of_its_incidents(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    lab_start(&lab);
    flood_rings(&lab);
    flood_rings(&lab);
    lab.told = lab.journal_count;
    lab_input(&lab, (struct input){.kind = IN_CONFIG, .to = {1, 1}}, "{'site':'site1','plans':[]}");
    const json_t *leaves = json_at(lab.reply, "leaves"), *flood = NULL;
    for (size_t n = 0; n < json_array_size(leaves); n++) {
        if (!strcmp(json_str_or(json_array_get(leaves, n), "plan", ""), "flood"))
            flood = json_array_get(leaves, n);
    }
    assert_int_equal(json_int(flood, "incidents", 0), 2);
    assert_string_equal(json_str_or(json_at(flood, "text"), "en", ""),
                        "plan flood leaves the set: its open incidents (2) go on to their end "
                        "under their version; no new ones begin");
    size_t told = 0;
    for (size_t n = lab.told; n < lab.journal_count; n++) {
        const struct record *r = lab.journal[n];
        if (r->kind != REC_CALLED_OTHERWISE || strcmp(json_str_or(r->body, "plan", ""), "flood"))
            continue;
        told++;
        record_say(r, "zh", &zh);
        record_say(r, "en", &en);
    }
    assert_int_equal(told, 1);
    assert_string_equal(text_str(&zh),
                        "预案 flood 退出生效预案：其现有事件（2 起）按各自版本进行到结束，"
                        "不再受理新事件");
    assert_string_equal(text_str(&en), json_str(json_at(flood, "text"), "en"));
    lab_done(&lab);
}

/* Why: who reloads by hand must have the list before him. */
static void the_reply_of_a_reload_holds_the_list(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    flood_rings(&lab);
    char incident[UUID_TEXT];
    strcpy(incident, lab.incident);
    lab_input(&lab, (struct input){.kind = IN_CONFIG, .to = {1, 1}},
              "{'site':'site3','plans':[{'name':'flood','pin':'flood1'}]}");
    const json_t *list = json_at(lab.reply, "otherwise");
    assert_int_equal(json_array_size(list), 2);
    const json_t *call = json_array_get(list, 1);
    assert_string_equal(json_str_or(call, "incident", ""), incident);
    assert_string_equal(json_str_or(call, "step", ""), "0.1");
    assert_non_null(strstr(json_str_or(json_at(call, "text"), "en", ""), "王强"));
    assert_true(json_bool(lab.reply, "changed"));
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_version_is_listed_while_incidents_are_on_it),
        cmocka_unit_test(a_version_is_in_force_since_it_was_taken),
        cmocka_unit_test(a_version_that_no_incident_began_with_is_known_as_such),
        cmocka_unit_test(the_rungs_to_come_of_a_call_are_said_and_then_rung),
        cmocka_unit_test(a_difference_is_said_by_name_where_people_read_it),
        cmocka_unit_test(who_has_left_is_missed_in_what_a_running_plan_names),
        cmocka_unit_test(a_new_version_says_what_only_new_incidents_get),
        cmocka_unit_test(nothing_is_said_where_nothing_differs),
        cmocka_unit_test(more_than_two_hundred_are_counted),
        cmocka_unit_test(a_plan_that_leaves_the_set_says_what_becomes_of_its_incidents),
        cmocka_unit_test(the_reply_of_a_reload_holds_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
