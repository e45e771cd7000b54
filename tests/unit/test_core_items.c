/* The ledger: who has to do what by when, reminded and put before the leader with no planner. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define ORDER(action, level, by)                                                                   \
    "{'action':'" action "','level':'" level "','as':'" by "','reason':'x'}"

static void begun(struct lab *lab, const char *body)
{
    lab_start(lab);
    lab->check_each = true;
    assert_true(json_bool(lab_trigger(lab, body), "ok"));
}

static void lake(struct lab *lab)
{
    begun(lab, "{'plan':'lake','title':'Lake rises'}");
}

static void pond(struct lab *lab)
{
    begun(lab, "{'plan':'pond','title':'Pond rises'}");
}

static void ordered(struct lab *lab, const char *body)
{
    if (!json_bool(lab_say(lab, IN_ORDER, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

static const char *state(struct lab *lab, const char *name)
{
    return json_str_or(lab_item(lab, name), "state", "none");
}

static int64_t of_body(struct lab *lab, const char *name, const char *key)
{
    return json_int(json_at(lab_item(lab, name), "body"), key, 0);
}

static const json_t *act(struct lab *lab, const char *name, const char *action, const char *as)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'item':'%s','action':'%s'", json_str_or(lab_item(lab, name), "id", "none"),
              action);
    text_addf(&body, as ? ",'as':'%s'}" : "%.0s}", as ? as : "");
    return lab_say(lab, IN_ITEM, text_str(&body));
}

static void acted(struct lab *lab, const char *name, const char *action, const char *as)
{
    if (!json_bool(act(lab, name, action, as), "ok"))
        fail_msg("%s %s: %s", name, action, json_str_or(lab->reply, "error", "?"));
}

static void act_refused(struct lab *lab, const char *name, const char *action, const char *as,
                        const char *code, const char *words)
{
    size_t before = lab->journal_count;
    const json_t *reply = act(lab, name, action, as);
    assert_string_equal(json_str_or(reply, "code", "ok"), code);
    if (!strstr(json_str(reply, "error"), words))
        fail_msg("%s %s: \"%s\" has no \"%s\"", name, action, json_str(reply, "error"), words);
    assert_int_equal(lab->journal_count, before);
}

static const char *issued_id(struct lab *lab)
{
    return json_str(lab_last(lab, REC_ITEM_ISSUED)->body, "item");
}

static const json_t *deed(struct lab *lab, const char *id, const char *more)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'item':'%s',%s}", id, more);
    return lab_say(lab, IN_ITEM, text_str(&body));
}

/* ---- phases ---- */

static void first_measures_wait_for_no_order(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    lab_tells(&lab, "incident_opened\nitem_issued step=item:verify/ name=verify\n"
                    "notice_queued step=!item/");
    assert_string_equal(state(&lab, "verify"), "issued");
    assert_string_equal(state(&lab, "patrol"), "none");
    assert_true(of_body(&lab, "verify", "due_at") == lab.wall + 15 * MS_MINUTE);
    assert_true(json_int(json_at(lab_incident(&lab), "body"), "items_open", 0) == 1);
    lab_done(&lab);
}

static void a_level_brings_its_measures_and_those_below(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_string_equal(state(&lab, "patrol"), "issued");
    assert_string_equal(state(&lab, "siren"), "none");
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_string_equal(state(&lab, "siren"), "issued");
    assert_string_equal(state(&lab, "list"), "issued");
    size_t issued = lab_count(&lab, REC_ITEM_ISSUED);
    ordered(&lab, ORDER("activate", "II", "zhou.jie")); /* again: nothing is issued twice */
    assert_int_equal(lab_count(&lab, REC_ITEM_ISSUED), issued);
    lab_done(&lab);
}

static void a_raise_brings_due_times_forward_and_never_back(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_true(of_body(&lab, "patrol", "due_at") == lab.wall + 30 * MS_MINUTE);
    lab_tells(&lab, "item_due why=forward");
    lab_done(&lab);

    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    wall_ms due = lab.wall + MS_HOUR;
    lab_after(&lab, 40 * MS_MINUTE);
    ordered(&lab, ORDER("raise", "II", "zhou.jie")); /* 30 min from now would be later */
    assert_true(of_body(&lab, "patrol", "due_at") == due);
    lab_done(&lab);
}

static void what_must_come_before_holds_the_clock(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    assert_true(of_body(&lab, "move", "due_at") == 0);
    lab_after(&lab, 30 * MS_MINUTE);
    acted(&lab, "list", "done", "crew.1");
    assert_true(of_body(&lab, "move", "due_at") == lab.wall + 4 * MS_HOUR);
    lab_tells(&lab, "item_state state=done\nitem_due why=free");
    lab_done(&lab);
}

/* ---- states ---- */

static void an_item_goes_from_received_to_struck_off(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    acted(&lab, "verify", "receive", "wang.qiang");
    assert_string_equal(state(&lab, "verify"), "received");
    acted(&lab, "verify", "arrive", NULL);
    lab_crash(&lab);
    act_refused(&lab, "verify", "receive", NULL, "conflict",
                "it is arrived; what can be done to it: done, reject, lift");
    act_refused(&lab, "verify", "keep", "sun.wei", "conflict", "it is arrived");
    act_refused(&lab, "verify", "strike", NULL, "conflict", "it is arrived");
    act_refused(&lab, "verify", "done", "nobody", "unknown_person", "no person");
    acted(&lab, "verify", "done", "wang.qiang");
    act_refused(&lab, "verify", "done", NULL, "conflict",
                "it is done; what can be done to it: strike, return");
    act_refused(&lab, "verify", "lift", "sun.wei", "conflict", "strike, return");
    acted(&lab, "verify", "strike", NULL);
    act_refused(&lab, "verify", "reject", NULL, "conflict", "what can be done to it: nothing");
    assert_true(json_int(json_at(lab_incident(&lab), "body"), "items_open", 0) == 0);
    assert_string_equal(json_str(lab_say(&lab, IN_ITEM,
                                         "{'item':'0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11',"
                                         "'action':'done'}"),
                                 "code"),
                        "not_found");
    lab_done(&lab);
}

/* ---- time ---- */

static void what_is_late_is_urged_and_put_before_the_leader(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    acted(&lab, "verify", "done", NULL);
    lab_after(&lab, 59 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 0);
    lab_after(&lab, 2 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 1);
    assert_true(json_int(json_at(lab_incident(&lab), "body"), "items_overdue", 0) == 1);
    lab_crash(&lab);
    lab_after(&lab, 15 * MS_MINUTE);
    assert_null(json_str(lab_last(&lab, REC_ITEM_URGED)->body, "leader"));
    lab_after(&lab, 15 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 3);
    assert_string_equal(json_str(lab_last(&lab, REC_ITEM_URGED)->body, "leader"), "post:chief");
    acted(&lab, "patrol", "done", "wu.fang");
    assert_true(json_int(lab_last(&lab, REC_ITEM_STATE)->body, "late_ms", 0) >= 30 * MS_MINUTE);
    lab_after(&lab, 5 * MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_ITEM_URGED), 3);
    lab_done(&lab);
}

static void a_plan_hears_of_done_and_overdue(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    lab_turn(&lab, "[]", "{'names':['overdue','done']}");
    lab_after(&lab, 16 * MS_MINUTE);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "name"), "verify");
    lab_turn(&lab, "[]", "{'names':['overdue','done']}");
    acted(&lab, "verify", "done", NULL);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "state"), "done");
    lab_done(&lab);
}

/* ---- down, and the end ---- */

static const json_t *put(struct lab *lab)
{
    const json_t *response = json_at(json_at(lab_incident(lab), "body"), "response");
    return json_at(json_array_get(json_at(response, "proposals"), 0), "spec");
}

/* Nobody cancels an evacuation by accident. */
static void a_lowering_lifts_keeps_or_asks(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(state(&lab, "siren"), "lifted");
    assert_string_equal(state(&lab, "list"), "issued");
    assert_string_equal(state(&lab, "move"), "issued");
    assert_string_equal(json_str(put(&lab), "action"), "lift");
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Move");
    act_refused(&lab, "move", "lift", "li.ming", "denied", "neither commands");
    act_refused(&lab, "move", "lift", NULL, "missing_field", "who decides it?");
    act_refused(&lab, "list", "keep", "zhou.jie", "conflict", "it is issued");
    size_t asked = lab_count(&lab, REC_PROPOSAL_PUT);
    lab_after(&lab, 20 * MS_MINUTE); /* it stands and is urged until decided */
    assert_true(lab_count(&lab, REC_PROPOSAL_PUT) > asked);
    acted(&lab, "move", "keep", "zhou.jie");
    assert_string_equal(state(&lab, "move"), "issued");
    assert_null(put(&lab));
    lab_done(&lab);
}

static void the_end_is_refused_while_something_is_open(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    const json_t *reply =
        lab_say(&lab, IN_ORDER, "{'action':'terminate','as':'sun.wei','reason':'over'}");
    assert_string_equal(json_str(reply, "code"), "conflict");
    assert_non_null(strstr(json_str(reply, "error"), "2 items are open"));
    acted(&lab, "verify", "done", NULL);
    reply = lab_say(&lab, IN_ORDER,
                    "{'action':'terminate','as':'sun.wei','reason':'over','despite':' '}");
    assert_string_equal(json_str(reply, "code"), "conflict"); /* a reason of blanks is none */
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'over','despite':'dry'}");
    assert_string_equal(lab_state(&lab), "recovering");
    assert_string_equal(state(&lab, "dry"), "issued");
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Patrol");
    reply = lab_say(&lab, IN_CLOSE, "{}");
    assert_non_null(strstr(json_str(reply, "error"), "2 items are open"));
    acted(&lab, "patrol", "lift", "sun.wei");
    acted(&lab, "dry", "done", NULL);
    assert_string_equal(lab_state(&lab), "recovering");
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok")); /* strikes off what is done */
    assert_string_equal(state(&lab, "dry"), "struck");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_done(&lab);
}

/* Why: the same level once more, with a new reason, must not ask again what was decided. */
static void a_renewal_touches_no_item(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    acted(&lab, "move", "keep", "zhou.jie");
    lab_turn(&lab,
             "[{'kind':'item','step':'0.1','args':{'kind':'measure','name':'siren',"
             "'item':'item:siren/','fields':{}}}]",
             "{'names':['order']}");
    assert_string_equal(state(&lab, "siren"), "issued");
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_string_equal(state(&lab, "siren"), "issued");
    assert_null(put(&lab));
    lab_done(&lab);
}

/* Why: what was kept when II was left is not asked for again when III is. */
static void a_lowering_is_about_the_levels_that_it_leaves(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    ordered(&lab, ORDER("lower", "III", "zhou.jie"));
    assert_string_equal(state(&lab, "siren"), "issued");
    acted(&lab, "move", "keep", "zhou.jie");
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(state(&lab, "siren"), "lifted");
    assert_null(put(&lab));
    lab_done(&lab);
}

/* Why: the list said that the evacuation was to be decided, though its level was in force again. */
static void a_raise_takes_back_what_was_asked_for(void **state_)
{
    (void)state_;
    struct lab lab;
    pond(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Siren");
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_false(json_bool(json_at(lab_item(&lab, "siren"), "body"), "put"));
    assert_null(put(&lab));
    act_refused(&lab, "siren", "keep", "zhou.jie", "conflict", "it is issued");
    lab_crash(&lab);
    lab_done(&lab);
}

/* Why: who reads the list an hour later must not ring about what was decided long ago. */
static void the_list_names_what_is_left_of_it(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    ordered(&lab, "{'action':'terminate','as':'sun.wei','reason':'over','despite':'x'}");
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Verify, Patrol");
    size_t asked = lab_count(&lab, REC_NOTICE_QUEUED);
    acted(&lab, "verify", "keep", "sun.wei");
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Patrol");
    assert_int_equal(lab_count(&lab, REC_NOTICE_QUEUED), asked); /* nobody is asked anew for it */
    acted(&lab, "patrol", "receive", "wu.fang");
    assert_string_equal(json_str(json_at(put(&lab), "what"), "en"), "Patrol");
    lab_done(&lab);
}

/* ---- who lifts it frees what waits for it ---- */

/* Why: what waited for a lifted list never began when the plan, not a person, had lifted it. */
static void what_the_plan_lifts_frees_what_waits_and_ends_the_list(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    lab_turn(&lab, "[]", "{'names':['order']}");
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    lab_turn(&lab, "[{'kind':'item_lift','step':'0.2','args':{'item':'item:list/','reason':'r'}}]",
             "{'names':['order']}");
    assert_string_equal(state(&lab, "list"), "lifted");
    assert_true(of_body(&lab, "move", "due_at") == lab.wall + 4 * MS_HOUR);
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(json_str(put(&lab), "action"), "lift");
    lab_turn(&lab, "[{'kind':'item_lift','step':'0.3','args':{'item':'item:move/','reason':'r'}}]",
             "{'names':['order']}");
    assert_string_equal(state(&lab, "move"), "lifted");
    assert_null(put(&lab));
    lab_done(&lab);
}

/* Why: and not when the level had lifted it; then the plan heard nothing of it, either. */
static void what_is_lifted_with_its_level_frees_what_waits_for_it(void **state_)
{
    (void)state_;
    struct lab lab;
    pond(&lab);
    lab_turn(&lab, "[]", "{'steps':['item:pump/']}");
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    assert_true(of_body(&lab, "bags", "due_at") == 0);
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(state(&lab, "pump"), "lifted");
    assert_true(of_body(&lab, "bags", "due_at") == lab.wall + 3 * MS_HOUR);
    assert_string_equal(json_str(json_at(lab_event(&lab), "ev"), "state"), "lifted");
    lab_done(&lab);
}

/* Why: with level II it had four hours for what the level gives half an hour, because the list
 * before it was not ready yet. */
static void a_raise_reaches_what_still_waits(void **state_)
{
    (void)state_;
    struct lab lab;
    pond(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_true(json_bool(json_at(lab_item(&lab, "move"), "body"), "waits"));
    lab_crash(&lab);
    lab_after(&lab, 10 * MS_MINUTE);
    acted(&lab, "list", "done", NULL);
    assert_true(of_body(&lab, "move", "due_at") == lab.wall + 30 * MS_MINUTE);
    lab_done(&lab);
}

/* ---- who may ---- */

static const json_t *act_by_key(struct lab *lab, unsigned scopes, const char *name,
                                const char *action, const char *as)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'item':'%s','action':'%s','as':'%s','note':'x'}",
              json_str_or(lab_item(lab, name), "id", "none"), action, as);
    struct input in = {.kind = IN_ITEM, .who = {.id = "gid:50", .scopes = scopes}};
    lab_input(lab, in, text_str(&body));
    return lab->reply;
}

/* Why: the commander did not answer, the lead of the shift was asked, and was not allowed to. */
static void whoever_was_asked_may_decide(void **state_)
{
    (void)state_;
    struct lab lab;
    pond(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    ordered(&lab, "{'action':'terminate','as':'zhou.jie','reason':'x','despite':'y'}");
    assert_string_equal(json_str(put(&lab), "to"), "person:crew.5");
    acted(&lab, "list", "keep", "crew.5");
    act_refused(&lab, "siren", "keep", "sun.wei", "denied", "nor was asked");
    lab_after(&lab, 6 * MS_MINUTE); /* the next rung: the lead of the shift */
    lab_crash(&lab);
    acted(&lab, "siren", "keep", "sun.wei");
    act_refused(&lab, "siren", "lift", "sun.wei", "denied", "who may: 周杰 (post:mayor)");
    lab_done(&lab);
}

/* Why: a key that may not order ended an evacuation. */
static void what_was_ordered_is_lifted_by_a_key_that_may_order(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    act_by_key(&lab, SCOPE_RESPOND, "move", "lift", "zhou.jie");
    assert_string_equal(json_str(lab.reply, "code"), "denied");
    act_by_key(&lab, SCOPE_RESPOND | SCOPE_ORDER, "move", "lift", "zhou.jie");
    assert_true(json_bool(lab.reply, "ok"));
    lab_done(&lab);
}

static bool told_of(const struct lab *lab, const char *person, const char *words)
{
    for (size_t n = 0; n < lab->journal_count; n++) {
        const struct record *r = lab->journal[n];
        if (r->kind == REC_NOTICE_QUEUED && !strcmp(json_str(r->body, "to"), person) &&
            strstr(json_str_or(record_at(r, "message"), "text", ""), words))
            return true;
    }
    return false;
}

/* Why: anybody could reject what few may lift, silently, and what came after it began. */
static void a_rejection_is_its_owners_has_a_reason_and_is_told(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    act_refused(&lab, "list", "reject", "crew.1", "missing_field", "say why");
    act_by_key(&lab, SCOPE_ALL, "list", "reject", "crew.2");
    assert_string_equal(json_str(lab.reply, "code"), "denied");
    assert_non_null(strstr(json_str(lab.reply, "error"), "it is for person:crew.1 to reject it"));
    act_by_key(&lab, SCOPE_RESPOND, "list", "reject", "crew.1");
    assert_string_equal(state(&lab, "list"), "rejected");
    assert_true(told_of(&lab, "zhou.jie", "不予办理（x），待其办结的：Move")); /* who commands */
    assert_true(json_bool(json_at(lab_item(&lab, "move"), "body"), "waits"));
    lab_crash(&lab);
    acted(&lab, "patrol", "done", NULL);
    assert_true(json_bool(json_at(lab_item(&lab, "move"), "body"), "waits"));
    act_refused(&lab, "list", "done", NULL, "conflict",
                "it is rejected; what can be done to it: lift, return");
    lab_done(&lab);
}

/* Why: what was rejected must not hold up for ever what comes after it. */
static void what_was_rejected_is_returned_or_lifted(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    act_by_key(&lab, SCOPE_ALL, "list", "reject", "crew.1");
    act_by_key(&lab, SCOPE_ALL, "list", "return", "zhou.jie");
    assert_string_equal(state(&lab, "list"), "received");
    lab_crash(&lab);
    act_by_key(&lab, SCOPE_ALL, "list", "reject", "crew.1");
    acted(&lab, "list", "lift", "zhou.jie");
    assert_true(of_body(&lab, "move", "due_at") == lab.wall + 4 * MS_HOUR);
    lab_done(&lab);
}

/* Why: the crew went on moving people for an hour after the order to stop. */
static void the_owner_hears_that_it_need_not_be_done(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    act_by_key(&lab, SCOPE_ALL, "move", "lift", "zhou.jie");
    assert_true(told_of(&lab, "li.ming", "已解除，不必再办（x）】Move"));
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    assert_string_equal(state(&lab, "siren"), "lifted");
    assert_true(told_of(&lab, "crew.0", "已解除，不必再办】Siren"));
    lab_done(&lab);
}

/* Why: the night before's list freed tonight's evacuation, before tonight's list was there. */
static void what_was_done_under_an_earlier_order_frees_nothing(void **state_)
{
    (void)state_;
    struct lab lab;
    pond(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    acted(&lab, "pump", "done", NULL);
    acted(&lab, "bags", "done", NULL);
    ordered(&lab, ORDER("lower", "IV", "zhou.jie"));
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_string_equal(state(&lab, "pump"), "issued");
    assert_string_equal(state(&lab, "bags"), "issued");
    assert_true(json_bool(json_at(lab_item(&lab, "bags"), "body"), "waits"));
    lab_crash(&lab);
    acted(&lab, "pump", "done", NULL);
    assert_true(of_body(&lab, "bags", "due_at") == lab.wall + 3 * MS_HOUR);
    lab_done(&lab);
}

/* Why: the message that says "overdue" opened a page that said that it was over. */
static void the_link_of_an_item_outlives_its_incident(void **state_)
{
    (void)state_;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    lab_say(&lab, IN_DIRECTIVE,
            "{'text':'Report','lead':'person:wu.fang','due':'1h','as':'sun.wei'}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_say(&lab, IN_RESOLVE, "{}"); /* its source knows nothing of promises */
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(lab_state(&lab), "closed");
    lab_after(&lab, 100 * MS_MINUTE);
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_crash(&lab);
    lab_answer_link(&lab, "wu.fang", "{'action':'receive'}");
    assert_string_equal(json_str(lab.reply, "state"), "received");
    lab_crash(&lab);
    lab_answer_link(&lab, "wu.fang", "{'action':'done'}");
    assert_string_equal(json_str(lab.reply, "state"), "done");
    AUTO_TEXT(strike);
    text_addf(&strike, "{'item':'%s','action':'strike'}", json_str(lab.reply, "item"));
    assert_true(json_bool(lab_say(&lab, IN_ITEM, text_str(&strike)), "ok"));
    lab_crash(&lab);
    lab_answer_link(&lab, "wu.fang", "{'action':'done'}");
    assert_string_equal(json_str(lab.reply, "code"), "unknown_link");
    lab_done(&lab);
}

/* Why: who says by when it shall be done again says nothing by it elsewhere, and was not told so.
 */
static void what_is_said_beside_an_action_goes_with_it(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    deed(&lab, json_str(lab_item(&lab, "verify"), "id"), "'action':'receive','due':'2h'");
    assert_string_equal(json_str(lab.reply, "field"), "due");
    deed(&lab, json_str(lab_item(&lab, "verify"), "id"), "'action':'done','to':'person:li.ming'");
    assert_string_equal(json_str(lab.reply, "field"), "to");
    assert_string_equal(state(&lab, "verify"), "issued");
    lab_done(&lab);
}

/* Why: two items for nobody were one line in the duty room, which did not say what to do. */
static void an_item_for_nobody_falls_to_the_duty_room(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "{'plan':'flood','title':'x'}");
    lab_turn(&lab,
             "[{'kind':'item','step':'0.1','args':{'kind':'item','owner':'dept:nope',"
             "'item':'0.1','due_ms':60000,'title':'Boil water'}},"
             "{'kind':'item','step':'0.2','args':{'kind':'item','owner':'dept:nope',"
             "'item':'0.2','due_ms':60000,'title':'Hand out sand'}}]",
             "{'names':['order']}");
    assert_true(told_of(&lab, "wang.qiang", "Boil water"));
    assert_true(told_of(&lab, "wang.qiang", "Hand out sand"));
    AUTO_TEXT(reject); /* the duty room is told in their place, and speaks for them */
    text_addf(&reject, "{'item':'%s','action':'reject','as':'wang.qiang','note':'x'}",
              json_str(lab_last(&lab, REC_ITEM_ISSUED)->body, "item"));
    assert_true(json_bool(lab_say(&lab, IN_ITEM, text_str(&reject)), "ok"));
    lab_done(&lab);
}

/* ---- over a restart ---- */

static void items_keep_their_order_over_a_crash(void **state_)
{
    (void)state_;
    for (int crash = 0; crash < 2; crash++) {
        struct lab lab;
        lake(&lab);
        ordered(&lab, ORDER("activate", "II", "zhou.jie"));
        if (crash)
            lab_crash(&lab);
        ordered(&lab, "{'action':'terminate','as':'zhou.jie','reason':'x','despite':'y'}");
        assert_string_equal(json_str(json_at(put(&lab), "what"), "en"),
                            "Verify, List, Move, Patrol, Siren");
        lab_done(&lab);
    }
}

/* ---- directives ---- */

static void a_directive_is_traced_to_its_end_beyond_that_of_its_incident(void **state_)
{
    (void)state_;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'x'}");
    const json_t *reply =
        lab_say(&lab, IN_DIRECTIVE, "{'text':'Report','lead':'dept:sea','due':'1h'}");
    assert_string_equal(json_str(reply, "code"), "bad_field");
    reply = lab_say(&lab, IN_DIRECTIVE, "{'text':'Report','lead':'person:li.ming','due':'soon'}");
    assert_non_null(strstr(json_str(reply, "error"), "as a time from now"));
    reply = lab_say(&lab, IN_DIRECTIVE,
                    "{'text':'Report','lead':'person:li.ming','due':'1h','as':'sun.wei'}");
    char item[UUID_TEXT];
    snprintf(item, sizeof item, "%s", json_str(reply, "item"));
    assert_string_equal(json_str(reply, "state"), "issued");
    lab_say(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_crash(&lab);
    lab_after(&lab, 100 * MS_MINUTE);
    assert_string_equal(json_str(lab_last(&lab, REC_ITEM_URGED)->body, "leader"), "person:sun.wei");
    AUTO_TEXT(done);
    text_addf(&done, "{'item':'%s','action':'done','as':'li.ming','note':'reported'}", item);
    assert_true(json_bool(lab_say(&lab, IN_ITEM, text_str(&done)), "ok"));
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_done(&lab);
}

/* Why: who is told to clear the drains asks at once who says so, and who will ask after it. */
static void a_directive_says_whose_it_is_and_who_asks_after_it(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    assert_true(json_bool(lab_say(&lab, IN_DIRECTIVE,
                                  "{'text':'Clear','lead':'person:wu.fang','due':'1h',"
                                  "'as':'zhou.jie','assist':['person:li.ming']}"),
                          "ok"));
    assert_true(told_of(&lab, "wu.fang", "批示人：周杰"));
    assert_false(told_of(&lab, "wu.fang", "责任领导")); /* the same person */
    assert_true(told_of(&lab, "li.ming", "协办，主办：吴芳"));
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_true(json_bool(
        lab_say(&lab, IN_DIRECTIVE, "{'text':'Count','lead':'person:crew.7','due':'1h'}"), "ok"));
    assert_true(told_of(&lab, "crew.7", "责任领导：指挥长"));
    assert_false(told_of(&lab, "wang.qiang", "责任领导")); /* a measure has its own words */
    lab_done(&lab);
}

/* Why: boats, but how many? */
static void a_request_for_resources_says_how_much(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    assert_true(json_bool(lab_say(&lab, IN_ITEM_OPEN,
                                  "{'kind':'resource','title':'冲锋舟','owner':'person:wu.fang',"
                                  "'due':'2h','amount':'10 条'}"),
                          "ok"));
    assert_true(told_of(&lab, "wu.fang", "冲锋舟，数量：10 条"));
    lab_done(&lab);
}

/* ---- by the link of its message ---- */

/* Why: a department says what it has done by its phone, or the record says nothing. */
static void its_owner_works_on_it_by_the_link_of_the_message(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab); /* "verify" is wang.qiang's */
    assert_true(json_bool(lab_answer_link(&lab, "wang.qiang", "{'action':'receive'}"), "ok"));
    assert_string_equal(state(&lab, "verify"), "received");
    const struct record *r = lab_last(&lab, REC_ITEM_STATE);
    assert_string_equal(json_str(r->actor, "id"), "wang.qiang");
    assert_null(json_str(r->actor, "by")); /* themselves, nobody for them */
    size_t before = lab.journal_count;
    assert_true(json_bool(lab_answer_link(&lab, "wang.qiang", "{'action':'receive'}"), "ok"));
    assert_int_equal(lab.journal_count, before); /* a button is pressed twice */
    lab_answer_link(&lab, "wang.qiang", "{'action':'reject'}");
    assert_string_equal(json_str(lab.reply, "field"), "note");
    lab_answer_link(&lab, "wang.qiang", "{'action':'strike','note':'x'}");
    assert_string_equal(json_str(lab.reply, "code"), "bad_field");
    lab_crash(&lab);
    lab_answer_link(&lab, "wang.qiang", "{'action':'done','note':'4.9 m','evidence':'a.jpg'}");
    assert_string_equal(state(&lab, "verify"), "done");
    before = lab.journal_count;
    lab_answer_link(&lab, "wang.qiang", "{'action':'done','note':'4.9 m','evidence':'a.jpg'}");
    assert_true(json_bool(lab.reply, "ok")); /* so is one with a note */
    assert_int_equal(lab.journal_count, before);
    lab_answer_link(&lab, "wang.qiang", "{'action':'done','note':'5.1 m'}");
    assert_string_equal(json_str(lab.reply, "code"), "conflict");
    lab_answer_link(&lab, "wang.qiang", "{'action':'arrive'}");
    assert_string_equal(json_str(lab.reply, "code"), "conflict");
    const json_t *about = json_at(json_at(lab_item(&lab, "verify"), "body"), "about");
    assert_string_equal(json_str(about, "evidence"), "a.jpg");
    assert_string_equal(json_str(about, "note"), "4.9 m");
    assert_string_equal(json_str(about, "by"), "王强");
    lab_done(&lab);
}

/* Why: who helps, or is told that others are late, must not be able to end it by mistake. */
static void who_helps_or_looks_on_does_nothing_by_the_link(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    assert_true(json_bool(lab_say(&lab, IN_DIRECTIVE,
                                  "{'text':'clear','lead':'person:wu.fang','due':'2h',"
                                  "'as':'sun.wei','assist':['person:li.ming']}"),
                          "ok"));
    lab_answer_link(&lab, "li.ming", "{'action':'done'}");
    assert_string_equal(json_str(lab.reply, "code"), "bad_field");
    lab_after(&lab, 3 * MS_HOUR); /* the leader hears of it */
    lab_answer_link(&lab, "sun.wei", "{'action':'done'}");
    assert_string_equal(json_str(lab.reply, "code"), "bad_field");
    assert_true(json_bool(lab_answer_link(&lab, "sun.wei", "{}"), "ok")); /* has read it */
    assert_true(json_bool(lab_answer_link(&lab, "wu.fang", "{'action':'done'}"), "ok"));
    lab_done(&lab);
}

/* ---- supervision, rework, citizens ---- */

static void opened(struct lab *lab, const char *body)
{
    if (!json_bool(lab_say(lab, IN_ITEM_OPEN, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

/* Why: what a leader has put under supervision is not left to the usual half hour. */
static void what_is_supervised_is_put_before_its_leader_at_once(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    opened(&lab, "{'title':'Count boats','owner':'person:wu.fang','due':'2h'}");
    deed(&lab, issued_id(&lab), "'action':'supervise','to':'person:zhou.jie','note':'pressing'");
    assert_true(json_bool(lab.reply, "ok"));
    lab_crash(&lab);
    lab_after(&lab, 2 * MS_HOUR);
    assert_string_equal(json_str(lab_last(&lab, REC_ITEM_URGED)->body, "leader"),
                        "person:zhou.jie");
    deed(&lab, issued_id(&lab), "'action':'supervise','to':'person:nobody'");
    assert_string_equal(json_str(lab.reply, "field"), "to");
    lab_done(&lab);
}

/* Why: "done" that is not good enough was the end of it; now it goes back, and is urged again. */
static void what_is_returned_is_to_be_done_again(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    opened(&lab, "{'title':'Count boats','owner':'person:wu.fang','due':'2h'}");
    char id[UUID_TEXT];
    memcpy(id, issued_id(&lab), sizeof id);
    deed(&lab, id, "'action':'return','note':'x'");
    assert_string_equal(json_str(lab.reply, "code"), "conflict");
    deed(&lab, id, "'action':'done'");
    deed(&lab, id, "'action':'return'");
    assert_string_equal(json_str(lab.reply, "field"), "note");
    deed(&lab, id, "'action':'return','note':'three are missing','due':'30m'");
    assert_string_equal(json_str(lab.reply, "state"), "received");
    size_t urged = lab_count(&lab, REC_ITEM_URGED);
    lab_crash(&lab);
    lab_after(&lab, 29 * MS_MINUTE);
    size_t before = lab_count(&lab, REC_ITEM_URGED);
    lab_after(&lab, 2 * MS_MINUTE);
    assert_true(before >= urged && lab_count(&lab, REC_ITEM_URGED) > before);
    deed(&lab, id, "'action':'done'");
    assert_string_equal(json_str(lab.reply, "state"), "done");
    lab_done(&lab);
}

/* Why: who has asked gets an answer before the file is closed. */
static void the_citizen_of_a_request_is_answered(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    opened(&lab, "{'kind':'request','title':'Water in the cellar','owner':'person:wu.fang',"
                 "'due':'2h','from':'林某','channel':'12345','contact':'0439-2000000'}");
    char id[UUID_TEXT];
    memcpy(id, issued_id(&lab), sizeof id);
    const struct record *r = lab_last(&lab, REC_ITEM_ISSUED);
    AUTO_TEXT(open);
    json_write(r->body, &open);
    assert_null(strstr(text_str(&open), "0439")); /* sealed, and destroyed by a purge */
    assert_string_equal(json_str(record_at(r, "about"), "contact"), "0439-2000000");
    deed(&lab, id, "'action':'done'");
    deed(&lab, id, "'action':'strike'");
    assert_string_equal(json_str(lab.reply, "code"), "conflict");
    assert_non_null(strstr(json_str(lab.reply, "error"), "reply"));
    deed(&lab, id, "'action':'reply','note':'pumped out at 8'");
    assert_string_equal(json_str(lab.reply, "state"), "done");
    deed(&lab, id, "'action':'strike'");
    assert_true(json_bool(lab.reply, "ok"));
    opened(&lab, "{'title':'x','owner':'person:wu.fang','due':'2h'}");
    deed(&lab, issued_id(&lab), "'action':'reply','note':'x'"); /* nobody has asked */
    assert_string_equal(json_str(lab.reply, "code"), "conflict");
    lab_done(&lab);
}

static void open_refused(struct lab *lab, const char *body, const char *field, const char *words)
{
    size_t before = lab->journal_count;
    const json_t *reply = lab_say(lab, IN_ITEM_OPEN, body);
    assert_string_equal(json_str_or(reply, "field", "none"), field);
    if (!strstr(json_str_or(reply, "error", ""), words))
        fail_msg("%s: \"%s\" has no \"%s\"", body, json_str_or(reply, "error", ""), words);
    assert_int_equal(lab->journal_count, before);
}

/* Why: an item that nobody can be told of, or that was late before it began, is none. */
static void what_nobody_can_do_in_time_is_refused(void **state_)
{
    (void)state_;
    struct lab lab;
    lake(&lab);
    open_refused(&lab, "{'title':'x','owner':'group:crew','due':'2020-01-01T00:00:00Z'}", "due",
                 "past");
    open_refused(&lab, "{'title':'x','owner':'person:wu.fang','due':'soon'}", "due", "from now");
    open_refused(&lab, "{'title':' ','owner':'person:wu.fang','due':'1h'}", "title", "say what");
    open_refused(&lab, "{'title':'x','owner':'person:nobody','due':'2h'}", "owner", "");
    open_refused(&lab,
                 "{'title':'x','owner':'person:wu.fang','due':'2h','assist':['person:nobody']}",
                 "assist", "");
    opened(&lab, "{'title':'x','owner':'person:wu.fang','due':'2099-01-01T00:00:00+08:00'}");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_measures_wait_for_no_order),
        cmocka_unit_test(a_level_brings_its_measures_and_those_below),
        cmocka_unit_test(a_raise_brings_due_times_forward_and_never_back),
        cmocka_unit_test(what_must_come_before_holds_the_clock),
        cmocka_unit_test(an_item_goes_from_received_to_struck_off),
        cmocka_unit_test(what_is_late_is_urged_and_put_before_the_leader),
        cmocka_unit_test(a_plan_hears_of_done_and_overdue),
        cmocka_unit_test(a_lowering_lifts_keeps_or_asks),
        cmocka_unit_test(the_end_is_refused_while_something_is_open),
        cmocka_unit_test(a_renewal_touches_no_item),
        cmocka_unit_test(a_lowering_is_about_the_levels_that_it_leaves),
        cmocka_unit_test(a_raise_takes_back_what_was_asked_for),
        cmocka_unit_test(the_list_names_what_is_left_of_it),
        cmocka_unit_test(what_the_plan_lifts_frees_what_waits_and_ends_the_list),
        cmocka_unit_test(what_is_lifted_with_its_level_frees_what_waits_for_it),
        cmocka_unit_test(a_raise_reaches_what_still_waits),
        cmocka_unit_test(whoever_was_asked_may_decide),
        cmocka_unit_test(what_was_ordered_is_lifted_by_a_key_that_may_order),
        cmocka_unit_test(a_rejection_is_its_owners_has_a_reason_and_is_told),
        cmocka_unit_test(what_was_rejected_is_returned_or_lifted),
        cmocka_unit_test(the_owner_hears_that_it_need_not_be_done),
        cmocka_unit_test(what_was_done_under_an_earlier_order_frees_nothing),
        cmocka_unit_test(the_link_of_an_item_outlives_its_incident),
        cmocka_unit_test(what_is_said_beside_an_action_goes_with_it),
        cmocka_unit_test(an_item_for_nobody_falls_to_the_duty_room),
        cmocka_unit_test(items_keep_their_order_over_a_crash),
        cmocka_unit_test(a_directive_is_traced_to_its_end_beyond_that_of_its_incident),
        cmocka_unit_test(a_directive_says_whose_it_is_and_who_asks_after_it),
        cmocka_unit_test(a_request_for_resources_says_how_much),
        cmocka_unit_test(its_owner_works_on_it_by_the_link_of_the_message),
        cmocka_unit_test(who_helps_or_looks_on_does_nothing_by_the_link),
        cmocka_unit_test(what_is_supervised_is_put_before_its_leader_at_once),
        cmocka_unit_test(what_is_returned_is_to_be_done_again),
        cmocka_unit_test(the_citizen_of_a_request_is_answered),
        cmocka_unit_test(what_nobody_can_do_in_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
