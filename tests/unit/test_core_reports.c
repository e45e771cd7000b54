/* What is reported upwards: opened, numbered, urged and proved with no planner. */
#include "core/say.h"
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define ORDER(action, level, by)                                                                   \
    "{'action':'" action "','level':'" level "','as':'" by "','reason':'x'}"

/* 10:00 in the city. */
static void begun(struct lab *lab, const char *plan, const char *more)
{
    AUTO_TEXT(body);
    lab_start(lab);
    lab->check_each = true;
    text_addf(&body, "{'plan':'%s','title':'7号站超警'%s}", plan, more);
    assert_true(json_bool(lab_trigger(lab, text_str(&body)), "ok"));
}

static void stream(struct lab *lab)
{
    begun(lab, "stream", ",'place':{'district':'east'},'fields':{'g7':{'stage_m':4.9}}");
}

static void ordered(struct lab *lab, const char *body)
{
    if (!json_bool(lab_say(lab, IN_ORDER, body), "ok"))
        fail_msg("%s: %s", body, json_str_or(lab->reply, "error", "?"));
}

static const json_t *body(struct lab *lab, const char *name)
{
    return json_at(lab_report(lab, name), "body");
}

static const char *state(struct lab *lab, const char *name)
{
    return json_str_or(lab_report(lab, name), "state", "none");
}

static const char *text(struct lab *lab, const char *name)
{
    return json_str_or(body(lab, name), "text", "");
}

static void says(struct lab *lab, const char *name, const char *part)
{
    if (!strstr(text(lab, name), part))
        fail_msg("the %s has no \"%s\":\n%s", name, part, text(lab, name));
}

static const json_t *act(struct lab *lab, const char *name, const char *action, const char *more)
{
    AUTO_TEXT(said);
    text_addf(&said, "{'report':'%s','action':'%s'%s}",
              json_str_or(lab_report(lab, name), "id", "none"), action, more);
    return lab_say(lab, IN_REPORT, text_str(&said));
}

static void acted(struct lab *lab, const char *name, const char *action, const char *more)
{
    if (!json_bool(act(lab, name, action, more), "ok"))
        fail_msg("%s %s: %s", name, action, json_str_or(lab->reply, "error", "?"));
}

static void reply_refuses(struct lab *lab, const char *code, const char *words)
{
    assert_string_equal(json_str_or(lab->reply, "code", "ok"), code);
    if (!strstr(json_str(lab->reply, "error"), words))
        fail_msg("\"%s\" has no \"%s\"", json_str(lab->reply, "error"), words);
}

static void act_refused(struct lab *lab, const char *name, const char *action, const char *more,
                        const char *code, const char *words)
{
    size_t before = lab->journal_count;
    act(lab, name, action, more);
    reply_refuses(lab, code, words);
    assert_int_equal(lab->journal_count, before);
}

static const json_t *edit(struct lab *lab, const char *name, int rev, const char *words)
{
    AUTO_TEXT(said);
    text_addf(&said, "{'report':'%s','rev':%d,'text':'%s','as':'wang.qiang'}",
              json_str_or(lab_report(lab, name), "id", "none"), rev, words);
    return lab_say(lab, IN_REPORT_EDIT, text_str(&said));
}

static void edited(struct lab *lab, const char *name, int rev, const char *words)
{
    if (!json_bool(edit(lab, name, rev, words), "ok"))
        fail_msg("%s: %s", name, json_str_or(lab->reply, "error", "?"));
}

static void sent(struct lab *lab, const char *name, const char *signer)
{
    AUTO_TEXT(as);
    text_addf(&as, ",'as':'%s'", signer);
    acted(lab, name, "sign", text_str(&as));
    acted(lab, name, "send", "");
}

/* ---- when ---- */

static void the_first_report_waits_for_no_order(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    lab_tells(&lab, "incident_opened\nreport_opened step=report:initial/\n"
                    "notice_queued step=!draft/");
    assert_string_equal(state(&lab, "initial"), "opened");
    assert_true(json_int(body(&lab, "initial"), "due_at", 0) == lab.wall + MS_HOUR);
    assert_true(json_int(body(&lab, "initial"), "phone_due_at", 0) == lab.wall + 30 * MS_MINUTE);
    assert_true(json_int(json_at(lab_incident(&lab), "body"), "reports_open", 0) == 1);
    lab_done(&lab);
}

/* A change of level is itself an occurrence; then the level's own interval. */
static void updates_follow_the_level(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "III", "sun.wei"));
    assert_string_equal(state(&lab, "update 1"), "opened");
    ordered(&lab, ORDER("activate", "III", "sun.wei")); /* again: nothing has changed */
    assert_null(lab_report(&lab, "update 2"));
    lab_after(&lab, 6 * MS_HOUR - 1);
    assert_null(lab_report(&lab, "update 2"));
    lab_after(&lab, 1);
    assert_string_equal(state(&lab, "update 2"), "opened");
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_string_equal(state(&lab, "update 3"), "opened");
    lab_after(&lab, MS_HOUR);
    assert_string_equal(state(&lab, "update 4"), "opened");
    lab_done(&lab);
}

/* It is 10:00 there: the next is at 17:00, then at 09:00. */
static void times_of_day_are_those_of_the_city(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    lab_after(&lab, 7 * MS_HOUR - 1);
    assert_null(lab_report(&lab, "update 2"));
    lab_after(&lab, 1);
    assert_string_equal(state(&lab, "update 2"), "opened");
    lab_after(&lab, 16 * MS_HOUR - 1);
    assert_null(lab_report(&lab, "update 3"));
    lab_after(&lab, 1);
    assert_string_equal(state(&lab, "update 3"), "opened");
    lab_done(&lab);
}

/* What was slept through is not made up for: one report tells the present. */
static void an_outage_leaves_one_report(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "III", "sun.wei"));
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    lab.mono += 5 * MS_HOUR + 10 * MS_MINUTE;
    lab.wall += 5 * MS_HOUR + 10 * MS_MINUTE;
    lab_after(&lab, 1);
    assert_string_equal(state(&lab, "update 3"), "opened");
    assert_null(lab_report(&lab, "update 4"));
    lab_after(&lab, 50 * MS_MINUTE);
    assert_string_equal(state(&lab, "update 4"), "opened");
    lab_done(&lab);
}

/* A clock that was set moves no duration, and every time of day. */
static void a_set_clock_moves_times_of_day(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    lab.wall += 6 * MS_HOUR;
    lab_input(&lab, (struct input){.kind = IN_CLOCK_STEPPED}, "{'step_ms':21600000}");
    lab_tells(&lab, "report_next");
    lab_after(&lab, MS_HOUR);
    assert_string_equal(state(&lab, "update 2"), "opened");
    lab_done(&lab);
}

static void the_end_begins_the_final_report(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "II", "zhou.jie"));
    sent(&lab, "initial", "sun.wei");
    sent(&lab, "update 1", "sun.wei");
    ordered(&lab, "{'action':'issue','warning':'orange','as':'zhou.jie','reason':'x'}");
    ordered(&lab, "{'action':'terminate','as':'zhou.jie','reason':'x','despite':'drill'}");
    assert_string_equal(state(&lab, "final"), "opened");
    says(&lab, "final", "- 预警：橙色\n");
    says(&lab, "final",
         "## 命令\n\n- 2026-07-20 10:00 启动II级响应（周杰）\n- 2026-07-20 10:00 "
         "发布橙色预警（周杰）\n"
         "- 2026-07-20 10:00 ");
    assert_null(strstr(text(&lab, "final"), "正在核实处置"));
    lab_after(&lab, MS_HOUR);
    assert_null(lab_report(&lab, "update 2"));
    assert_string_equal(lab_state(&lab), "recovering");
    assert_string_equal(json_str_or(lab_say(&lab, IN_CLOSE, "{}"), "code", "ok"), "conflict");
    lab_done(&lab);
}

/* Recovering ends when items and reports are closed, not before. */
static void recovering_lasts_until_the_final_report_is_sent(void **state_)
{
    (void)state_;
    struct lab lab;
    AUTO_TEXT(done);
    stream(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    sent(&lab, "initial", "sun.wei");
    sent(&lab, "update 1", "sun.wei");
    text_addf(&done, "{'item':'%s','action':'lift','as':'sun.wei'}",
              json_str(lab_item(&lab, "patrol"), "id"));
    assert_true(json_bool(lab_say(&lab, IN_ITEM, text_str(&done)), "ok"));
    ordered(&lab, "{'action':'terminate','as':'zhou.jie','reason':'x'}");
    while (lab_event(&lab))
        lab_turn_done(&lab, "[]", "{}");
    assert_string_equal(lab_state(&lab), "recovering");
    assert_string_equal(json_str_or(lab_say(&lab, IN_CLOSE, "{}"), "code", "ok"), "conflict");
    reply_refuses(&lab, "conflict", "1 reports are not sent");
    sent(&lab, "final", "zhou.jie");
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok"));
    assert_string_equal(json_str_or(lab_incident(&lab), "state", ""), "closed");
    lab_done(&lab);
}

/* ---- who is late ---- */

static void what_is_late_is_urged_and_put_before_the_leader(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    lab_after(&lab, 30 * MS_MINUTE);
    lab_tells(&lab, "report_urged\nnotice_queued step=!draft/");
    assert_true(json_bool(body(&lab, "initial"), "phone_urged"));
    assert_true(json_int(body(&lab, "initial"), "urged", 0) == 0);
    lab_after(&lab, 30 * MS_MINUTE);
    lab_tells(&lab, "report_urged urged=1\nto=wang.qiang\nto=sun.wei\nto=li.ming");
    lab_after(&lab, 15 * MS_MINUTE);
    assert_true(json_int(body(&lab, "initial"), "urged", 0) == 2);
    lab_never(&lab, "leader");
    lab_after(&lab, 15 * MS_MINUTE);
    assert_true(json_int(body(&lab, "initial"), "urged", 0) == 3);
    /* no level yet: not the owner, who signs, but who orders the highest */
    assert_string_equal(json_str_or(lab_last(&lab, REC_REPORT_URGED)->body, "leader", "none"),
                        "post:mayor");
    lab_tells(&lab, "report_urged urged=3\nto=wang.qiang\nto=sun.wei\nto=li.ming\nto=zhou.jie");
    assert_true(json_int(json_at(lab_incident(&lab), "body"), "reports_overdue", 0) == 1);
    sent(&lab, "initial", "sun.wei");
    assert_true(json_int(body(&lab, "initial"), "late_ms", 0) == 30 * MS_MINUTE);
    size_t urged = lab_count(&lab, REC_REPORT_URGED);
    lab_after(&lab, 4 * MS_HOUR);
    assert_int_equal(lab_count(&lab, REC_REPORT_URGED), urged);
    lab_done(&lab);
}

static void the_telephone_has_a_time_of_its_own(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    lab_after(&lab, 10 * MS_MINUTE);
    act_refused(&lab, "initial", "phone", ",'note':'told'", "missing_field", "who telephoned");
    acted(&lab, "initial", "phone", ",'as':'wang.qiang','note':'told the province'");
    assert_true(json_int(body(&lab, "initial"), "phoned_at", 0) == lab.wall);
    act_refused(&lab, "initial", "phone", "", "conflict", "by telephone at");
    lab_after(&lab, 30 * MS_MINUTE);
    assert_int_equal(lab_count(&lab, REC_REPORT_URGED), 0);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    lab_done(&lab);

    stream(&lab);
    lab_after(&lab, 45 * MS_MINUTE);
    acted(&lab, "initial", "phone", ",'as':'wang.qiang'");
    assert_true(json_int(body(&lab, "initial"), "phone_late_ms", 0) == 15 * MS_MINUTE);
    lab_done(&lab);
}

/* One that is late when the next comes was missed; it may still be sent. */
static void a_report_that_the_next_overtakes_is_missed(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "III", "sun.wei"));
    ordered(&lab, ORDER("raise", "II", "zhou.jie"));
    assert_false(json_bool(body(&lab, "update 1"), "missed")); /* it is not due yet */
    lab_after(&lab, MS_HOUR);
    assert_true(json_bool(body(&lab, "update 1"), "missed"));
    assert_true(json_bool(body(&lab, "update 2"), "missed"));
    assert_false(json_bool(body(&lab, "update 3"), "missed"));
    lab_tells(&lab, "report_missed\nreport_missed\nreport_opened");
    size_t urged = lab_count(&lab, REC_REPORT_URGED);
    lab_after(&lab, 20 * MS_MINUTE);
    assert_true(lab_count(&lab, REC_REPORT_URGED) <= urged + 2); /* the initial one alone */
    sent(&lab, "update 1", "sun.wei");
    assert_true(json_int(body(&lab, "update 1"), "late_ms", 0) == 50 * MS_MINUTE);
    assert_true(json_bool(body(&lab, "update 1"), "missed"));
    lab_done(&lab);
}

/* ---- what it says ---- */

static void a_draft_says_what_is_known(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    says(&lab, "initial", "# 河 首报第1号\n");
    says(&lab, "initial", "- 报送：周杰\n");
    says(&lab, "initial", "- 报告单位：王强\n");
    says(&lab, "initial", "- 接报时间：2026-07-20 10:00\n");
    says(&lab, "initial", "- 事件：7号站超警\n");
    says(&lab, "initial", "- 地点：东区\n");
    says(&lab, "initial", "- 响应级别：尚未启动\n");
    says(&lab, "initial", "- 7号站 水位：4.9 m（2026-07-20 10:00）\n");
    lab_after(&lab, 40 * MS_MINUTE);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    says(&lab, "update", "# 河 续报第1号\n");
    says(&lab, "update", "- 响应级别：IV级\n- 指挥：指挥长\n");
    says(&lab, "update", "- 7号站 水位：未知（最后一次 4.9 m，2026-07-20 10:00，已过期）\n");
    says(&lab, "update", "- Patrol（队员）：已下达，时限 2026-07-20 11:40\n");
    assert_null(strstr(text(&lab, "update"), "接报时间")); /* it does not begin again */
    lab_done(&lab);
}

/* Text with markup or scripts in it stays text. */
static void what_others_wrote_is_no_markup(void **state_)
{
    (void)state_;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'stream','title':'<script>x</script> **now**\\n# [a](b) &lt;'}");
    says(&lab, "initial",
         "- 事件：\\<script\\>x\\</script\\> \\*\\*now\\*\\* \\# \\[a\\](b) \\&lt;\n");
    lab_done(&lab);
}

/* A draft fits, with room for what people add, whatever was said meanwhile; what is left out is
 * said. */
static void a_draft_has_a_size(void **state_)
{
    (void)state_;
    struct lab lab;
    AUTO_TEXT(said);
    begun(&lab, "stream", "");
    lab.check_each = false;
    text_add(&said, "{'lead':'person:li.ming','due':'2h','text':'");
    for (int n = 0; n < 2000; n++)
        text_add(&said, "障*");
    text_add(&said, "'}");
    for (int n = 0; n < 100; n++)
        lab_say(&lab, IN_DIRECTIVE, text_str(&said));
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    assert_true(strlen(text(&lab, "update")) < 20000);
    says(&lab, "update", "…（李明）：已下达");
    says(&lab, "update", "- 另有 ");
    says(&lab, "update", " 项未列\n");
    lab_done(&lab);
}

static void nothing_new_is_a_report_too(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "clinic", "");
    lab_after(&lab, 22 * MS_HOUR);
    assert_string_equal(state(&lab, "daily"), "opened");
    assert_false(json_bool(body(&lab, "daily"), "zero")); /* the first tells what there is */
    says(&lab, "daily", "- 数据截至：24:00\n");
    lab_after(&lab, 24 * MS_HOUR);
    assert_true(json_bool(body(&lab, "daily 2"), "zero"));
    says(&lab, "daily 2", "日报第2号（零报告）");
    says(&lab, "daily 2", "自 2026-07-21 08:00 以来无新情况。");
    act_refused(&lab, "daily 2", "fill", "", "conflict", "nothing has happened since");
    edited(&lab, "daily 2", 1, "nothing");
    assert_true(json_bool(body(&lab, "daily 2"), "zero"));
    lab_say(&lab, IN_UPDATE, "{'fields':{'case':{'id':'17','staff':true}}}");
    lab_after(&lab, 24 * MS_HOUR);
    assert_false(json_bool(body(&lab, "daily 3"), "zero"));
    says(&lab, "daily 3", "病例：id 17，staff 是");
    lab_done(&lab);
}

/* ---- single ---- */

static void each_case_is_reported_once_and_corrected_by_a_further_one(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "clinic", ",'grade':'III'");
    lab_say(&lab, IN_UPDATE, "{'fields':{'case':{'id':'17','staff':false}}}");
    assert_string_equal(json_str_or(body(&lab, "single 1"), "key", ""), "17");
    assert_true(json_int(body(&lab, "single 1"), "allowed_ms", 0) == 2 * MS_HOUR);
    says(&lab, "single 1", "## 依据\n\n- 令376\n");
    lab_say(&lab, IN_UPDATE, "{'fields':{'case':{'id':'18','staff':false}}}");
    assert_string_equal(json_str_or(body(&lab, "single 2"), "key", ""), "18");
    assert_null(strstr(text(&lab, "single 2"), "id 17"));
    lab_say(&lab, IN_UPDATE, "{'fields':{'case':{'id':'18','staff':true}}}");
    assert_null(lab_report(&lab, "single 3")); /* it is not sent yet: whoever writes it is told */
    sent(&lab, "single 1", "sun.wei");
    lab_say(&lab, IN_UPDATE, "{'fields':{'case':{'id':'17','staff':true}}}");
    assert_string_equal(json_str_or(body(&lab, "single 3"), "corrects", ""),
                        json_str(lab_report(&lab, "single 1"), "id"));
    lab_done(&lab);
}

/* A grade that nobody knows has the shortest time. */
static void an_unknown_grade_is_reported_soonest(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "clinic", ",'fields':{'case':{'id':'1'}}");
    assert_true(json_int(body(&lab, "single"), "allowed_ms", 0) == MS_HOUR);
    lab_done(&lab);
}

/* ---- what people do ---- */

static void two_edits_of_one_text_do_not_undo_each_other(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    edited(&lab, "initial", 1, "first");
    assert_string_equal(state(&lab, "initial"), "edited");
    lab_tells(&lab, "report_edited\nnotice_queued step=!draft/");
    edit(&lab, "initial", 1, "second");
    reply_refuses(&lab, "precondition_failed", "revision 2, not 1");
    assert_string_equal(text(&lab, "initial"), "first");
    edited(&lab, "initial", 2, "second");
    act_refused(&lab, "initial", "sign", ",'as':'sun.wei','rev':2", "precondition_failed",
                "revision 3, not 2");
    acted(&lab, "initial", "fill", "");
    says(&lab, "initial", "# 河 首报第1号\n");
    lab_done(&lab);
}

static void only_who_may_sign_signs(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    act_refused(&lab, "initial", "send", "", "conflict", "nobody has signed it yet");
    act_refused(&lab, "initial", "sign", "", "missing_field", "孙伟 (post:chief)");
    act_refused(&lab, "initial", "sign", ",'as':'wu.fang'", "denied",
                "who may: 孙伟 (post:chief), 李明 (person:li.ming)");
    act_refused(&lab, "initial", "sign", ",'as':'nobody'", "unknown_person", "no person");
    acted(&lab, "initial", "sign", ",'as':'li.ming'"); /* the deputy */
    act_refused(&lab, "initial", "sign", ",'as':'sun.wei'", "conflict", "signed already");
    edited(&lab, "initial", 1, "another text");
    assert_string_equal(state(&lab, "initial"), "edited"); /* the signature was for the other */
    act_refused(&lab, "initial", "send", "", "conflict", "nobody has signed");
    lab_done(&lab);
}

/* Why: who signed believes it is signed, and who is to send it waits. */
static void a_signature_that_is_void_is_heard_of(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    acted(&lab, "initial", "sign", ",'as':'li.ming'"); /* the deputy */
    acted(&lab, "initial", "fill", ",'as':'wu.fang'");
    assert_string_equal(json_str_or(json_at(lab.reply, "voided"), "name", "none"), "李明");
    assert_string_equal(state(&lab, "initial"), "edited");
    lab_tells(&lab, "report_edited\nto=li.ming\nto=sun.wei\nto=wang.qiang");
    json_t *message = lab_message(&lab, "sun.wei");
    AUTO_TEXT(said);
    json_write(message, &said);
    json_decref(message);
    if (!strstr(text_str(&said), "【签发已失效：文本已改，请重新签发】首报第1号"))
        fail_msg("%s", text_str(&said));
    AUTO_TEXT(line);
    record_say(lab_last(&lab, REC_REPORT_EDITED), "zh", &line);
    if (!strstr(text_str(&line), "（吴芳），修订 2，李明 的签发失效"))
        fail_msg("%s", text_str(&line));
    acted(&lab, "initial", "sign", ",'as':'sun.wei'");
    lab_tells(&lab, "report_signed\nto=wang.qiang");
    edited(&lab, "initial", 2, "another text"); /* by wang.qiang, who knows it */
    lab_never(&lab, "to=wang.qiang");
    lab_tells(&lab, "report_edited\nto=sun.wei");
    lab_done(&lab);
}

static void what_was_sent_is_proved_and_not_changed(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    sent(&lab, "initial", "sun.wei");
    assert_string_equal(state(&lab, "initial"), "sent");
    const json_t *attempt = lab_attempt(&lab, "zhou.jie");
    AUTO_TEXT(frame);
    json_write(attempt, &frame);
    assert_non_null(strstr(text_str(&frame), "muster.report"));
    lab_result(&lab, "zhou.jie", "{'ok':true,'status':200}");
    lab_receipt(&lab, "zhou.jie", "seen");
    const json_t *told = json_array_get(json_at(body(&lab, "initial"), "told"), 0);
    assert_string_equal(json_str_or(told, "to", ""), "zhou.jie");
    assert_string_equal(json_str_or(told, "state", ""), "seen");
    edit(&lab, "initial", 1, "other");
    reply_refuses(&lab, "conflict", "what was sent is not changed");
    act_refused(&lab, "initial", "send", "", "conflict", "correct it by a further report");
    acted(&lab, "initial", "correct", ",'as':'wang.qiang'");
    assert_string_equal(state(&lab, "initial 2"), "opened");
    says(&lab, "initial 2", "**更正** 首报第1号\n\n# 河 首报第1号");
    act_refused(&lab, "initial 2", "correct", "", "conflict", "not sent yet");
    act_refused(&lab, "initial 1", "correct", "", "conflict", "initial report 2 corrects it");
    acted(&lab, "initial 2", "fill", "");
    says(&lab, "initial 2", "**更正** 首报第1号\n\n# 河 首报第2号");
    sent(&lab, "initial 2", "sun.wei");
    acted(&lab, "initial 1", "correct", "");
    assert_string_equal(state(&lab, "initial 3"), "opened");
    lab_done(&lab);
}

/* A drill goes to its end, and nobody outside hears of it. */
static void a_drill_sends_no_report_to_those_outside(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "stream", ",'drill':true");
    says(&lab, "initial", "# 【演练】河 首报第1号");
    lab_results(&lab, "{'ok':true,'status':200}");
    sent(&lab, "initial", "sun.wei");
    assert_string_equal(state(&lab, "initial"), "sent");
    assert_null(lab_attempt(&lab, "zhou.jie"));
    assert_int_equal(json_array_size(json_at(body(&lab, "initial"), "told")), 0);
    lab_done(&lab);
}

/* What no endpoint reaches is handed over on paper; that it was is on record, or it is not sent. */
static void what_reaches_nobody_is_handed_over_and_says_how(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "clinic", ""); /* the plan is older than the site, which knows no dept:abroad */
    lab_after(&lab, 22 * MS_HOUR);
    acted(&lab, "daily", "sign", ",'as':'sun.wei'");
    act_refused(&lab, "daily", "send", "", "conflict", "say how (note)");
    acted(&lab, "daily", "send", ",'note':'by fax'");
    assert_string_equal(state(&lab, "daily"), "sent");
    lab_done(&lab);
}

static void reports_go_on_when_the_plan_has_failed(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    lab_turn(&lab, "[{'kind':'error','body':'plan.respond','text':'x'}]", "{}");
    lab_crash(&lab);
    ordered(&lab, ORDER("activate", "III", "sun.wei"));
    lab_after(&lab, 6 * MS_HOUR);
    assert_string_equal(state(&lab, "update 2"), "opened");
    lab_done(&lab);
}

/* A promise outlives its incident: with what is open it cannot be purged. */
static void a_report_outlives_its_incident(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "clinic", ",'fields':{'case':{'id':'1'}}");
    assert_true(json_bool(lab_say(&lab, IN_CLOSE, "{}"), "ok"));
    assert_string_equal(lab_state(&lab), "closed");
    lab_after(&lab, 90 * MS_MINUTE);
    assert_true(json_int(body(&lab, "single"), "urged", 0) == 3);
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_say(&lab, IN_PURGE, "{}");
    reply_refuses(&lab, "conflict", "1 reports of incident");
    sent(&lab, "single", "sun.wei");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_null(lab_report(&lab, "daily"));
    lab_done(&lab);
}

/* ---- incidents among others ---- */

/* Why: the law gives two hours for a case, by whichever door it came. */
static void a_case_that_joins_is_reported(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "outbreak", ",'place':{'district':'east'},'fields':{'case':{'id':'1'}}");
    assert_string_equal(json_str_or(body(&lab, "single 1"), "key", ""), "1");
    char id[UUID_TEXT];
    memcpy(id, lab.incident, sizeof id);
    const json_t *reply =
        lab_trigger(&lab, "{'plan':'outbreak','title':'Ward 2','place':{'district':'east'},"
                          "'fields':{'case':{'id':'2'}}}");
    assert_true(json_bool(reply, "joined"));
    memcpy(lab.incident, id, sizeof id);
    assert_string_equal(json_str_or(body(&lab, "single 2"), "key", ""), "2");
    lab_done(&lab);
}

/* Why: a child is an incident of its own, and its head says what is reported of it. */
static void a_child_is_reported_as_its_head_says(void **state_)
{
    (void)state_;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_trigger(&lab, "{'kind':'river','title':'a','place':{'district':'east'}}");
    lab_turn(&lab,
             "[{'kind':'child','step':'0.1','args':{'plan':'outbreak','key':'1','title':'Camp',"
             "'fields':{'case':{'id':'7'}}}}]",
             "{'names':[],'steps':['child:1']}");
    uuid_text(lab_last(&lab, REC_INCIDENT_OPENED)->incident, lab.incident);
    assert_string_equal(state(&lab, "initial"), "opened");
    assert_string_equal(json_str_or(body(&lab, "single"), "key", ""), "7");
    lab_after(&lab, MS_DAY);
    assert_string_equal(state(&lab, "daily 1"), "opened");
    lab_done(&lab);
}

/* Why: what is split off goes on by itself, and so do its reports. */
static void what_is_split_off_is_reported_by_itself(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, "{'action':'split','title':'Other bank','as':'sun.wei','reason':'x'}");
    memcpy(lab.incident, json_str(lab.reply, "split"), sizeof lab.incident);
    assert_string_equal(state(&lab, "initial"), "opened");
    lab_done(&lab);
}

/* Why: what is opened again is reported daily again, each case of it, and ends with a report. */
static void what_is_opened_again_is_reported_again(void **state_)
{
    (void)state_;
    struct lab lab;
    begun(&lab, "outbreak", ",'place':{'district':'east'}");
    lab_say(&lab, IN_CLOSE, "{}");
    sent(&lab, "final", "sun.wei");
    const json_t *reply =
        lab_trigger(&lab, "{'plan':'outbreak','title':'Ward 2','place':{'district':'east'},"
                          "'fields':{'case':{'id':'2'}}}");
    assert_true(json_bool(reply, "reopened"));
    assert_string_equal(json_str_or(body(&lab, "single"), "key", ""), "2");
    assert_null(lab_report(&lab, "initial 2"));
    lab_after(&lab, MS_DAY);
    assert_string_equal(state(&lab, "daily 1"), "opened");
    lab_say(&lab, IN_CLOSE, "{}");
    assert_string_equal(state(&lab, "final 2"), "opened");
    lab_done(&lab);
}

/* Why: a machine that slept over 17:00 owes the report of 17:00. */
static void a_time_of_day_that_the_clock_jumps_over_is_now(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    ordered(&lab, ORDER("activate", "IV", "sun.wei"));
    lab.wall += 8 * MS_HOUR;
    lab_input(&lab, (struct input){.kind = IN_CLOCK_STEPPED}, "{'step_ms':28800000}");
    lab_after(&lab, MS_MINUTE);
    assert_string_equal(state(&lab, "update 2"), "opened");
    lab_after(&lab, MS_HOUR);
    assert_null(lab_report(&lab, "update 3"));
    lab_after(&lab, 14 * MS_HOUR); /* 09:00 */
    assert_string_equal(state(&lab, "update 3"), "opened");
    lab_done(&lab);
}

/* Why: a signature that is void without the signer's knowledge is a report that is not sent. */
static void filling_a_signed_report_asks_its_signer_again(void **state_)
{
    (void)state_;
    struct lab lab;
    stream(&lab);
    acted(&lab, "initial", "sign", ",'as':'sun.wei'");
    lab_say(&lab, IN_UPDATE, "{'fields':{'g7':{'stage_m':5.3}}}");
    lab_tells(&lab, "report_signed\nupdated");
    acted(&lab, "initial", "fill", ",'as':'wang.qiang'");
    assert_string_equal(state(&lab, "initial"), "edited");
    lab_tells(&lab, "report_edited\nnotice_queued step=!draft/");
    assert_string_equal(json_str(lab_last(&lab, REC_NOTICE_QUEUED)->body, "to"), "sun.wei");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_report_waits_for_no_order),
        cmocka_unit_test(updates_follow_the_level),
        cmocka_unit_test(times_of_day_are_those_of_the_city),
        cmocka_unit_test(an_outage_leaves_one_report),
        cmocka_unit_test(a_set_clock_moves_times_of_day),
        cmocka_unit_test(the_end_begins_the_final_report),
        cmocka_unit_test(recovering_lasts_until_the_final_report_is_sent),
        cmocka_unit_test(what_is_late_is_urged_and_put_before_the_leader),
        cmocka_unit_test(the_telephone_has_a_time_of_its_own),
        cmocka_unit_test(a_report_that_the_next_overtakes_is_missed),
        cmocka_unit_test(a_draft_says_what_is_known),
        cmocka_unit_test(what_others_wrote_is_no_markup),
        cmocka_unit_test(a_draft_has_a_size),
        cmocka_unit_test(nothing_new_is_a_report_too),
        cmocka_unit_test(each_case_is_reported_once_and_corrected_by_a_further_one),
        cmocka_unit_test(an_unknown_grade_is_reported_soonest),
        cmocka_unit_test(two_edits_of_one_text_do_not_undo_each_other),
        cmocka_unit_test(only_who_may_sign_signs),
        cmocka_unit_test(a_signature_that_is_void_is_heard_of),
        cmocka_unit_test(what_was_sent_is_proved_and_not_changed),
        cmocka_unit_test(a_drill_sends_no_report_to_those_outside),
        cmocka_unit_test(what_reaches_nobody_is_handed_over_and_says_how),
        cmocka_unit_test(reports_go_on_when_the_plan_has_failed),
        cmocka_unit_test(a_report_outlives_its_incident),
        cmocka_unit_test(a_case_that_joins_is_reported),
        cmocka_unit_test(a_child_is_reported_as_its_head_says),
        cmocka_unit_test(what_is_split_off_is_reported_by_itself),
        cmocka_unit_test(what_is_opened_again_is_reported_again),
        cmocka_unit_test(a_time_of_day_that_the_clock_jumps_over_is_now),
        cmocka_unit_test(filling_a_signed_report_asks_its_signer_again),
    };
    return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
