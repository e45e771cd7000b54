/*
 * Incidents that belong together: children and roles, merge and split. After each input the live
 * core, one loaded from its rows and one rebuilt from its journal are the same (I13), so that all
 * of this survives a kill at any moment.
 */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define RIVER(title, district)                                                                     \
    "{'kind':'river','title':'" title "','place':{'district':'" district "'}}"
#define CHILD(key, fields)                                                                         \
    "{'kind':'child','step':'0.1','args':{'plan':'tracing','key':'" key "','title':'Case " key     \
    "','fields':" fields "}}"

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

/* --- children --- */

/* Why: each case has a clock and a record of its own, and its end is known to whoever opened it. */
static void a_child_is_an_incident_of_its_own_under_its_parent(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    char parent[UUID_TEXT], child[UUID_TEXT];
    triggered(&lab, RIVER("outbreak", "east"));
    memcpy(parent, lab.incident, sizeof parent);
    lab_turn(&lab, "[" CHILD("17", "{'staff':true}") "]",
             "{'names':['closed'],'steps':['child:17']}");
    const struct record *opened = lab_last(&lab, REC_INCIDENT_OPENED);
    uuid_text(opened->incident, child);
    assert_string_equal(json_str(opened->body, "parent"), parent);
    assert_string_equal(json_str(opened->body, "plan"), "tracing");
    const json_t *one = json_array_get(json_at(family(&lab), "children"), 0);
    assert_string_equal(json_str(one, "id"), child);
    assert_string_equal(json_str(one, "key"), "17");
    assert_string_equal(json_str(one, "state"), "open");
    at(&lab, child);
    assert_string_equal(json_str(family(&lab), "parent"), parent);
    assert_non_null(lab_fact(&lab, "/staff"));
    assert_non_null(lab_item(&lab, "isolate"));
    AUTO_JSON(about);
    about = data(json_str(json_at(lab_incident(&lab), "body"), "about"));
    assert_string_equal(json_str(json_at(about, "place"), "district"), "east");
    said(&lab, IN_CLOSE, "{}");
    at(&lab, parent);
    const json_t *ev = event(&lab);
    assert_string_equal(json_str(ev, "state"), "closed");
    assert_string_equal(json_str(ev, "key"), "17");
    one = json_array_get(json_at(family(&lab), "children"), 0);
    assert_string_equal(json_str(one, "state"), "closed");
    lab_done(&lab);
}

/* Why: a case that is reported twice is one case, and its correction must reach it. */
static void the_same_key_is_the_same_child(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("outbreak", "east"));
    lab_turn(&lab, "[" CHILD("17", "{'staff':true}") "]", "{'names':['update'],'steps':[]}");
    said(&lab, IN_UPDATE, "{'note':'again'}");
    lab_turn(&lab, "[" CHILD("17", "{'staff':true}") "]", "{'names':['update'],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_UPDATED), 1); /* nothing new */
    said(&lab, IN_UPDATE, "{'note':'again'}");
    lab_turn(&lab, "[" CHILD("17", "{'staff':false}") "]", "{'names':['update'],'steps':[]}");
    assert_int_equal(lab_count(&lab, REC_UPDATED), 3);
    assert_int_equal(lab_count(&lab, REC_INCIDENT_OPENED), 2);
    lab_done(&lab);
}

/* Why: a plan made for children has nobody to answer a trigger from outside. */
static void a_plan_with_parent_only_takes_no_trigger(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    refused(&lab, IN_TRIGGER, "{'plan':'tracing','title':'x'}", "conflict", "parent_only");
    lab_done(&lab);
}

/* Why: a child that could not be opened is told to its plan and to people, not waited for. */
static void a_child_that_cannot_be_is_told(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("outbreak", "east"));
    lab_turn(&lab, "[" CHILD("17", "{'stuff':true}") "]", "{'names':[],'steps':['child:17']}");
    lab_tells(&lab, "child_state why=the plan tracing has no fact\nalarm cause=child_refused");
    assert_string_equal(json_str(event(&lab), "state"), "refused");
    lab_turn(&lab,
             "[{'kind':'child','step':'0.2','args':{'plan':'tracin','key':'18','title':'x',"
             "'fields':{}}}]",
             "{'names':[],'steps':[]}");
    lab_tells(&lab, "state=refused");
    assert_int_equal(lab_count(&lab, REC_INCIDENT_OPENED), 1);
    lab_done(&lab);
}

/* Why: a response must not end over the heads of those who still work on its children. */
static void open_children_stand_in_the_way_of_the_end(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    char parent[UUID_TEXT], child[UUID_TEXT];
    triggered(&lab, RIVER("outbreak", "east"));
    memcpy(parent, lab.incident, sizeof parent);
    lab_turn(&lab, "[" CHILD("17", "{}") "]", "{'names':[],'steps':[]}");
    uuid_text(lab_last(&lab, REC_CHILD_OPENED)->incident, child);
    refused(&lab, IN_ORDER, "{'action':'terminate','as':'sun.wei','reason':'over'}", "conflict",
            "1 child is open (Case 17)");
    said(&lab, IN_ORDER,
         "{'action':'terminate','as':'sun.wei','reason':'over','despite':'they go on'}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, child);
    assert_string_equal(lab_state(&lab), "open"); /* it lives on */
    lab_done(&lab);
}

/* Why: a plan that ends when it is done is not done while its children are not. */
static void a_parent_that_ends_when_done_waits_for_its_children(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    char parent[UUID_TEXT], child[UUID_TEXT];
    triggered(&lab, "{'plan':'flood','title':'x'}");
    memcpy(parent, lab.incident, sizeof parent);
    lab_turn_done(&lab, "[" CHILD("17", "{}") "]", "{'names':[],'steps':[]}");
    assert_string_equal(lab_state(&lab), "open");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, child);
    said(&lab, IN_CLOSE, "{}");
    at(&lab, parent);
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

/* --- roles --- */

#define ASSIGN(to)                                                                                 \
    "{'kind':'assign','step':'0.1','args':{'role':'lead','to':['" to "'],'within_ms':60000,"       \
    "'rounds':1}}"

/* Why: nobody leads because a file says so: who is asked must accept. */
static void a_role_is_of_whoever_accepts(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    lab_turn(&lab, "[" ASSIGN("duty:duty-room") "]", "{'names':['update'],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_null(json_at(family(&lab), "roles"));
    lab_after(&lab, MS_MINUTE);
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_answer(&lab, "li.ming");
    const json_t *lead = json_at(json_at(family(&lab), "roles"), "lead");
    assert_string_equal(json_str(lead, "person"), "li.ming");
    assert_string_equal(json_str(lead, "name"), "李明");
    lab_tells(&lab, "call_answered by=li.ming calls=0.1\nrole_assigned");
    lab_turn(&lab, "[{'kind':'notify','step':'0.2','args':{'to':['role:lead'],'text':'x'}}]",
             "{'names':[],'steps':[]}");
    lab_tells(&lab, "notice_queued step=0.2 to=li.ming");
    lab_done(&lab);
}

/* Why: a role that nobody took must be known to be vacant, and a message to it must reach somebody.
 */
static void a_role_that_nobody_takes_is_vacant(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    lab_turn(&lab, "[" ASSIGN("person:li.ming") "]", "{'names':['update'],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    said(&lab, IN_ANSWER, "{'as':'li.ming','decline':true}");
    lab_tells(&lab, "call_declined by=li.ming calls=0.1\ncall_expired step=0.1");
    assert_string_equal(json_str(lab_last(&lab, REC_CALL_EXPIRED)->body, "role"), "lead");
    lab_turn(&lab, "[{'kind':'notify','step':'0.2','args':{'to':['role:lead'],'text':'x'}}]",
             "{'names':[],'steps':[]}");
    lab_tells(&lab, "alarm cause=empty_target\nnotice_queued step=0.2 to=wang.qiang");
    lab_done(&lab);
}

/* --- merge and split --- */

static void two_rivers(struct lab *lab, char ret_east[UUID_TEXT], char ret_west[UUID_TEXT])
{
    begin(lab);
    triggered(lab, "{'kind':'river','title':'East','key':'e','place':{'district':'east'},"
                   "'fields':{'g7':{'stage_m':3.9},'breach':true}}");
    memcpy(ret_east, lab->incident, UUID_TEXT);
    plan_waits(lab);
    triggered(lab, "{'kind':'river','title':'West','key':'w','place':{'district':'west'},"
                   "'fields':{'g8':{'stage_m':2.5}}}");
    memcpy(ret_west, lab->incident, UUID_TEXT);
    plan_waits(lab);
}

static const json_t *merge(struct lab *lab, const char *into, const char *more)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'action':'merge','into':'%s','as':'sun.wei','reason':'one flood'%s}", into,
              more);
    return lab_say(lab, IN_ORDER, text_str(&body));
}

/* Why: one flood under two ids is two rooms that each believe that the other has it. */
static void what_is_merged_goes_on_in_the_other(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, west);
    AUTO_TEXT(item);
    text_add(&item, json_str_or(lab_item(&lab, "verify"), "id", ""));
    assert_true(json_bool(merge(&lab, east, ""), "ok"));
    assert_string_equal(json_str(lab.reply, "into"), east);
    at(&lab, west);
    assert_string_equal(lab_state(&lab), "merged");
    refused(&lab, IN_UPDATE, "{'note':'x'}", "merged", east);
    assert_string_equal(json_str(lab.reply, "into"), east);
    at(&lab, east);
    assert_int_equal(count(&lab), 2);
    assert_non_null(lab_fact(&lab, "g8/stage_m"));
    assert_string_equal(json_str(event(&lab), "title"), "West");
    /* both were asked to verify; each stays to be done, and is one of this incident now */
    assert_int_equal(json_int(json_at(lab_incident(&lab), "body"), "items_open", 0), 2);
    /* whose link leads to what is over has a new one */
    assert_true(json_bool(lab_answer_link(&lab, "wang.qiang", "{'action':'receive'}"), "ok"));
    assert_string_equal(json_str(lab.reply, "item"), text_str(&item));
    assert_string_equal(json_str(triggered(&lab, "{'kind':'river','title':'West again','key':'w',"
                                                 "'place':{'district':'west'}}"),
                                 "incident"),
                        east);
    assert_string_equal(json_str(triggered(&lab, RIVER("x", "west")), "incident"), east);
    lab_crash(&lab);
    AUTO_TEXT(done);
    text_addf(&done, "{'item':'%s','action':'done','as':'wang.qiang'}", text_str(&item));
    said(&lab, IN_ITEM, text_str(&done));
    lab_done(&lab);
}

/* Why: whoever was woken for the one must hear of the end of the other, in which it goes on. */
static void people_of_what_is_merged_hear_of_the_end_of_the_other(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, west);
    said(&lab, IN_UPDATE, "{'note':'x'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['person:zhou.jie','person:sun.wei'],"
             "'text':'come','within_ms':60000}}]",
             "{'names':[],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    at(&lab, west);
    lab_answer(&lab, "zhou.jie");
    merge(&lab, east, "");
    lab_tells(&lab, "merged\nnotice_queued step= to=zhou.jie");
    at(&lab, east);
    assert_string_equal(json_string_value(json_array_get(json_at(event(&lab), "answered"), 0)),
                        "zhou.jie");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_crash(&lab);
    at(&lab, east);
    said(&lab, IN_CLOSE, "{}");
    lab_tells(&lab, "incident_closed\nnotice_queued step= to=zhou.jie");
    lab_done(&lab);
}

/* Why: the other's plan waits for its own patrol; one that was moved here is not that. */
static void a_moved_item_does_not_answer_for_the_plans_own(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, west);
    AUTO_TEXT(done);
    text_addf(&done, "{'item':'%s','action':'done','as':'wang.qiang'}",
              json_str_or(lab_item(&lab, "verify"), "id", ""));
    assert_true(json_bool(merge(&lab, east, ""), "ok"));
    at(&lab, east);
    lab_turn(&lab, "[]", "{'names':[],'steps':['item:verify/']}");
    said(&lab, IN_ITEM, text_str(&done));
    assert_null(lab_event(&lab));
    lab_done(&lab);
}

/* Why: a merge is an order: with a reason, by whoever may, and not to lose what was ordered. */
static void a_merge_is_refused_where_it_would_lose_something(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT];
    AUTO_TEXT(body);
    two_rivers(&lab, east, west);
    at(&lab, west);
    text_addf(&body, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", west);
    refused(&lab, IN_ORDER, text_str(&body), "conflict", "into itself");
    refused(&lab, IN_ORDER, "{'action':'merge','as':'sun.wei','reason':'x'}", "missing_field",
            "into which incident");
    text_clear(&body);
    text_addf(&body, "{'action':'merge','into':'%s','as':'li.ming','reason':'x'}", east);
    refused(&lab, IN_ORDER, text_str(&body), "denied", "may not order merge");
    said(&lab, IN_ORDER, "{'action':'activate','level':'IV','as':'sun.wei','reason':'x'}");
    text_clear(&body);
    text_addf(&body, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", east);
    refused(&lab, IN_ORDER, text_str(&body), "conflict", "level IV is in force here, and none");
    assert_true(json_bool(merge(&lab, east, ",'despite':'too small'"), "ok"));
    lab_done(&lab);
}

/* Why: a case "17" of each must stay two cases, each with an end of its own. */
static void children_of_what_is_merged_are_the_others(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT], child[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, east);
    said(&lab, IN_UPDATE, "{'note':'x'}");
    lab_turn(&lab, "[" CHILD("17", "{}") "]", "{'names':['closed'],'steps':[]}");
    at(&lab, west);
    said(&lab, IN_UPDATE, "{'note':'x'}");
    lab_turn(&lab, "[" CHILD("17", "{}") "]", "{'names':[],'steps':[]}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, west);
    merge(&lab, east, "");
    at(&lab, child);
    assert_string_equal(json_str(family(&lab), "parent"), east);
    said(&lab, IN_CLOSE, "{}");
    at(&lab, east);
    const json_t *children = json_at(family(&lab), "children");
    assert_string_equal(json_str(json_array_get(children, 0), "state"), "open");
    assert_string_equal(json_str(json_array_get(children, 1), "key"), "17'");
    assert_string_equal(json_str(json_array_get(children, 1), "state"), "closed");
    assert_string_equal(json_str(event(&lab), "child"), child);
    lab_done(&lab);
}

/* Why: whoever waits for a child's end must wait again when that begins anew. */
static void a_parent_hears_when_a_child_is_opened_again(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT], child[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, east);
    said(&lab, IN_UPDATE, "{'note':'x'}");
    lab_turn(&lab, "[" CHILD("17", "{}") "]", "{'names':['closed'],'steps':['child:17']}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, west);
    assert_true(json_bool(merge(&lab, child, ""), "ok")); /* with its key, by which it is found */
    at(&lab, child);
    said(&lab, IN_CLOSE, "{}");
    at(&lab, east);
    lab_turn(&lab, "[]", "{'names':[],'steps':['child:17']}");
    const json_t *reply = triggered(&lab, "{'kind':'river','title':'West','key':'w'}");
    assert_true(json_bool(reply, "reopened"));
    assert_string_equal(json_str(reply, "incident"), child);
    at(&lab, east);
    assert_string_equal(json_str(event(&lab), "state"), "open");
    assert_string_equal(json_str(json_array_get(json_at(family(&lab), "children"), 0), "state"),
                        "open");
    lab_done(&lab);
}

/* Why: what is merged into what was merged is where that went. */
static void a_chain_of_merges_leads_to_the_last(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT], third[UUID_TEXT];
    two_rivers(&lab, east, west);
    triggered(&lab, RIVER("third", "north"));
    memcpy(third, lab.incident, sizeof third);
    at(&lab, west);
    merge(&lab, east, "");
    at(&lab, east);
    assert_true(json_bool(merge(&lab, third, ""), "ok"));
    at(&lab, west);
    refused(&lab, IN_ANSWER, "{'as':'li.ming'}", "merged", third);
    assert_string_equal(
        json_str(triggered(&lab, "{'kind':'river','title':'w','key':'w'}"), "incident"), third);
    at(&lab, third);
    assert_int_equal(count(&lab), 3); /* the last was news by a key that is known */
    lab_done(&lab);
}

/* Why: what the plan of the other does not know must not keep a trigger from being taken. */
static void triggers_of_what_was_merged_into_another_plan_are_taken(void **state)
{
    (void)state;
    struct lab lab;
    char river[UUID_TEXT], flood[UUID_TEXT];
    begin(&lab);
    triggered(&lab, "{'plan':'watch','title':'Watch'}");
    memcpy(flood, lab.incident, sizeof flood);
    triggered(&lab, "{'kind':'river','title':'East','key':'e','place':{'district':'east'},"
                    "'fields':{'g7':{'stage_m':3.9}}}");
    memcpy(river, lab.incident, sizeof river);
    assert_true(json_bool(merge(&lab, flood, ""), "ok"));
    const json_t *reply = triggered(&lab, "{'kind':'river','title':'East','key':'e',"
                                          "'fields':{'g7':{'stage_m':4.9}}}");
    assert_true(json_bool(reply, "updated"));
    assert_string_equal(json_str(reply, "incident"), flood);
    assert_non_null(json_at(lab_last(&lab, REC_UPDATED)->sealed, "fields")); /* on record */
    reply = triggered(&lab, "{'kind':'river','title':'x','place':{'district':'east'},"
                            "'fields':{'breach':true}}");
    assert_true(json_bool(reply, "joined"));
    assert_non_null(json_at(lab_last(&lab, REC_JOINED)->sealed, "fields"));
    lab_done(&lab);
}

/* Why: a source that says "over" of what recovers must not have people asked for its end again. */
static void the_end_of_what_recovers_is_not_proposed(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, "{'plan':'dam','title':'a','fields':{'g7':{'stage_m':1}}}");
    said(&lab, IN_DIRECTIVE, "{'text':'x','lead':'person:li.ming','due':'2h'}");
    said(&lab, IN_ORDER, "{'action':'terminate','as':'zhou.jie','reason':'x','despite':'y'}");
    size_t before = lab_count(&lab, REC_PROPOSED);
    said(&lab, IN_RESOLVE, "{}");
    assert_int_equal(lab_count(&lab, REC_PROPOSED), before);
    lab_done(&lab);
}

/* Why: on_resolved = "note" leaves it to the plan, and tells nobody. */
static void a_source_that_is_only_noted_ends_nothing(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    plan_waits(&lab);
    lab_tells(&lab, "turn");
    said(&lab, IN_RESOLVE, "{'note':'sensor is quiet'}");
    assert_string_equal(lab_state(&lab), "open");
    assert_string_equal(json_str(event(&lab), "note"), "sensor is quiet");
    lab_never(&lab, "notice_queued");
    lab_done(&lab);
}

/* Why: a merged incident answers with the other's id only as long as that one is there. */
static void the_id_of_what_was_merged_goes_with_the_other(void **state)
{
    (void)state;
    struct lab lab;
    char east[UUID_TEXT], west[UUID_TEXT];
    two_rivers(&lab, east, west);
    at(&lab, west);
    merge(&lab, east, "");
    lab_results(&lab, "{'ok':true,'status':200}");
    at(&lab, west);
    refused(&lab, IN_PURGE, "{}", "conflict", "was merged into one that is open");
    at(&lab, east);
    said(&lab, IN_CLOSE, "{}");
    at(&lab, west);
    assert_string_equal(json_str_or(lab_say(&lab, IN_UPDATE, "{'note':'x'}"), "code", ""),
                        "not_found");
    lab_done(&lab);
}

/* Why: a second breach elsewhere is a second command; its gauge must not hold up the first. */
static void what_is_split_off_runs_by_itself(void **state)
{
    (void)state;
    struct lab lab;
    char old[UUID_TEXT], made[UUID_TEXT];
    begin(&lab);
    triggered(&lab, "{'kind':'river','title':'Both','key':'b','fields':{'g7':{'stage_m':5},"
                    "'g8':{'stage_m':1}}}");
    memcpy(old, lab.incident, sizeof old);
    plan_waits(&lab);
    said(&lab, IN_DIRECTIVE, "{'text':'pump','lead':'person:li.ming','due':'2h'}");
    AUTO_TEXT(body);
    text_addf(&body,
              "{'action':'split','title':'G7 alone','as':'sun.wei','reason':'another river',"
              "'items':['%s'],'stations':['g7']}",
              json_str(lab_last(&lab, REC_ITEM_ISSUED)->body, "item"));
    said(&lab, IN_ORDER, text_str(&body));
    memcpy(made, json_str_or(lab.reply, "split", ""), sizeof made);
    lab_tells(&lab, "condition of=level/IV truth=true\nproposed\nordered\nincident_opened\nsplit\n"
                    "item_issued step=item:verify/\nnotice_queued step= to=li.ming\n"
                    "notice_queued step=!item/\ncondition of=level/IV truth=false");
    assert_string_equal(
        json_str(lab_answer_link(&lab, "li.ming", "{'action':'receive'}"), "incident"), made);
    at(&lab, old);
    assert_int_equal(json_int(json_at(lab_incident(&lab), "body"), "items_open", 0), 1);
    at(&lab, made);
    assert_int_equal(json_int(json_at(lab_incident(&lab), "body"), "items_open", 0), 2);
    assert_non_null(lab_fact(&lab, "g7/stage_m"));
    assert_null(lab_fact(&lab, "g8/stage_m"));
    assert_string_equal(json_str(family(&lab), "split"), old);
    assert_non_null(lab_event(&lab)); /* its plan runs */
    assert_string_equal(
        json_str(triggered(&lab, "{'kind':'river','title':'Both!','key':'b'}"), "incident"), old);
    lab_done(&lab);
}

static void a_split_names_what_there_is(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    refused(&lab, IN_ORDER, "{'action':'split','as':'sun.wei','reason':'x'}", "missing_field",
            "what is the new incident called");
    refused(&lab, IN_ORDER,
            "{'action':'split','title':'t','as':'sun.wei','reason':'x','stations':['g9']}",
            "bad_field", "no station \"g9\"");
    refused(&lab, IN_ORDER,
            "{'action':'split','title':'t','as':'sun.wei','reason':'x','items':['nope']}",
            "not_found", "no open item nope");
    lab_done(&lab);
}

/* Why: a consultation and its chair are named by their roles, too. */
static void a_role_is_consulted_and_takes_the_chair(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    lab_turn(&lab, "[" ASSIGN("person:li.ming") "]", "{'names':['update'],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_answer(&lab, "li.ming");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.2','args':{'consults':true,'to':['role:lead'],"
             "'chair':'role:lead','text':'why','within_ms':600000}}]",
             "{'names':[],'steps':['0.2']}");
    lab_tells(&lab, "notice_queued step=0.2 to=li.ming");
    said(&lab, IN_ANSWER, "{'as':'li.ming','note':'dig'}");
    lab_tells(&lab, "consulted\nnotice_queued step=0.2 to=li.ming");
    lab_done(&lab);
}

/* Why: two that wait for each other's end never end. */
static void a_parent_is_not_merged_into_what_is_under_it(void **state)
{
    (void)state;
    struct lab lab;
    char parent[UUID_TEXT], child[UUID_TEXT];
    AUTO_TEXT(merge);
    begin(&lab);
    triggered(&lab, RIVER("a", "east"));
    memcpy(parent, lab.incident, sizeof parent);
    lab_turn(&lab, "[" CHILD("17", "{}") "]", "{'names':[],'steps':['child:17']}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, child);
    lab_turn(&lab, "[" CHILD("18", "{}") "]", "{'names':[],'steps':['child:18']}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    at(&lab, parent);
    text_addf(&merge, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", child);
    refused(&lab, IN_ORDER, text_str(&merge), "conflict", "the other way round");
    lab_done(&lab);
}

/* Why: what ended while its parent was over must not keep the parent open for ever. */
static void a_parent_that_is_opened_again_learns_which_children_ended(void **state)
{
    (void)state;
    struct lab lab;
    char parent[UUID_TEXT], child[UUID_TEXT];
    begin(&lab);
    triggered(&lab, "{'plan':'outbreak','title':'a','place':{'district':'east'}}");
    memcpy(parent, lab.incident, sizeof parent);
    lab_turn(&lab, "[" CHILD("17", "{}") "," CHILD("18", "{}") "]",
             "{'names':[],'steps':['child:17']}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, child);
    said(&lab, IN_CLOSE, "{}");
    at(&lab, child);
    said(&lab, IN_CLOSE, "{}");
    assert_true(
        json_bool(triggered(&lab, "{'plan':'outbreak','title':'b','place':{'district':'east'}}"),
                  "reopened"));
    at(&lab, parent);
    const json_t *children = json_at(family(&lab), "children");
    assert_string_equal(json_str(json_array_get(children, 0), "state"), "open");
    assert_string_equal(json_str(json_array_get(children, 1), "state"), "closed");
    lab_done(&lab);
}

/* Why: what the lead has to do is the lead's wherever it goes on; urging nobody is urging none. */
static void roles_go_with_what_is_merged_and_split_off(void **state)
{
    (void)state;
    struct lab lab;
    char a[UUID_TEXT], b[UUID_TEXT];
    AUTO_TEXT(merge);
    begin(&lab);
    triggered(&lab, RIVER("b", "west"));
    memcpy(b, lab.incident, sizeof b);
    triggered(&lab, RIVER("a", "east"));
    memcpy(a, lab.incident, sizeof a);
    lab_turn(&lab, "[" ASSIGN("person:li.ming") "]", "{'names':['update'],'steps':['0.1']}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_answer(&lab, "li.ming");
    said(&lab, IN_ORDER, "{'action':'split','title':'c','as':'sun.wei','reason':'x'}");
    at(&lab, json_str(lab.reply, "split"));
    assert_string_equal(json_str(json_at(json_at(family(&lab), "roles"), "lead"), "person"),
                        "li.ming");
    at(&lab, a);
    text_addf(&merge, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", b);
    said(&lab, IN_ORDER, text_str(&merge));
    at(&lab, b);
    assert_string_equal(json_str(json_at(json_at(family(&lab), "roles"), "lead"), "person"),
                        "li.ming");
    lab_done(&lab);
}

/* Why: a gauge that was split off and came back must call for levels as before. */
static void a_station_that_was_split_off_comes_back_with_a_merge(void **state)
{
    (void)state;
    struct lab lab;
    char whole[UUID_TEXT];
    AUTO_TEXT(merge);
    begin(&lab);
    triggered(&lab, "{'kind':'river','title':'a','fields':{'g8':{'stage_m':1}}}");
    memcpy(whole, lab.incident, sizeof whole);
    lab_turn(&lab,
             "[{'kind':'watch','step':'0.1','args':{'watch':'watch/0.1','each':true,"
             "'when':'stage_m >= warning_m'}}]",
             "{'names':[],'steps':['watch/0.1']}");
    said(&lab, IN_ORDER,
         "{'action':'split','title':'b','as':'sun.wei','reason':'x','stations':['g8']}");
    at(&lab, json_str(lab.reply, "split"));
    lab_after(&lab, MS_MINUTE);
    said(&lab, IN_UPDATE, "{'fields':{'g8':{'stage_m':3.5}}}");
    text_addf(&merge, "{'action':'merge','into':'%s','as':'sun.wei','reason':'x'}", whole);
    lab_tells(&lab, "split");
    said(&lab, IN_ORDER, text_str(&merge));
    at(&lab, whole);
    lab_tells(&lab, "merged\ncondition of=level/IV truth=true\nproposed\nwatch_true");
    lab_done(&lab);
}

/* A feed knows the old one's id for ever; its river rises in the new one. */
static void what_is_reported_of_a_station_goes_to_whoever_is_asked_about_it(void **state)
{
    (void)state;
    struct lab lab;
    char whole[UUID_TEXT], part[UUID_TEXT], id[UUID_TEXT];
    begin(&lab);
    triggered(&lab,
              "{'kind':'river','title':'a','fields':{'g7':{'stage_m':1},'g8':{'stage_m':1}}}");
    memcpy(whole, lab.incident, sizeof whole);
    said(&lab, IN_ORDER,
         "{'action':'split','title':'b','as':'sun.wei','reason':'x','stations':['g8']}");
    memcpy(part, json_str(lab.reply, "split"), sizeof part);
    lab_tells(&lab, "split");
    said(&lab, IN_UPDATE, "{'fields':{'g7':{'stage_m':1.1},'g8':{'stage_m':3.5}}}");
    lab_tells(&lab, "updated\nupdated of=\ncondition of=level/IV truth=true\nproposed");
    at(&lab, part);
    assert_non_null(lab_last(&lab, REC_PROPOSED));
    assert_string_equal(uuid_text(lab_last(&lab, REC_PROPOSED)->incident, id), part);

    said(&lab, IN_ORDER, "{'action':'terminate','as':'sun.wei','reason':'x','despite':'y'}");
    at(&lab, whole); /* what is over is asked about nothing: the station is the old one's again */
    said(&lab, IN_UPDATE, "{'fields':{'g8':{'stage_m':3.6}}}");
    lab_tells(&lab, "proposed");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_an_incident_of_its_own_under_its_parent),
        cmocka_unit_test(the_same_key_is_the_same_child),
        cmocka_unit_test(a_plan_with_parent_only_takes_no_trigger),
        cmocka_unit_test(a_child_that_cannot_be_is_told),
        cmocka_unit_test(open_children_stand_in_the_way_of_the_end),
        cmocka_unit_test(a_parent_that_ends_when_done_waits_for_its_children),
        cmocka_unit_test(a_role_is_of_whoever_accepts),
        cmocka_unit_test(a_role_that_nobody_takes_is_vacant),
        cmocka_unit_test(what_is_merged_goes_on_in_the_other),
        cmocka_unit_test(people_of_what_is_merged_hear_of_the_end_of_the_other),
        cmocka_unit_test(a_moved_item_does_not_answer_for_the_plans_own),
        cmocka_unit_test(a_merge_is_refused_where_it_would_lose_something),
        cmocka_unit_test(children_of_what_is_merged_are_the_others),
        cmocka_unit_test(a_parent_hears_when_a_child_is_opened_again),
        cmocka_unit_test(a_chain_of_merges_leads_to_the_last),
        cmocka_unit_test(triggers_of_what_was_merged_into_another_plan_are_taken),
        cmocka_unit_test(the_end_of_what_recovers_is_not_proposed),
        cmocka_unit_test(a_source_that_is_only_noted_ends_nothing),
        cmocka_unit_test(the_id_of_what_was_merged_goes_with_the_other),
        cmocka_unit_test(what_is_split_off_runs_by_itself),
        cmocka_unit_test(a_split_names_what_there_is),
        cmocka_unit_test(a_role_is_consulted_and_takes_the_chair),
        cmocka_unit_test(a_parent_is_not_merged_into_what_is_under_it),
        cmocka_unit_test(a_parent_that_is_opened_again_learns_which_children_ended),
        cmocka_unit_test(roles_go_with_what_is_merged_and_split_off),
        cmocka_unit_test(a_station_that_was_split_off_comes_back_with_a_merge),
        cmocka_unit_test(what_is_reported_of_a_station_goes_to_whoever_is_asked_about_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
