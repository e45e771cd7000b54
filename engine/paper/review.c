#include "paper/review.h"

#include "core/inject.h"
#include "core/order.h"
#include "paper/sheet.h"
#include "paper/terms.h"

#include <inttypes.h>
#include <string.h>

/* A review in the making. */
struct review {
    struct sheet sh;
    const json_t *d, *incident, *course;
    unsigned section; /* numbered as they come */
};

static const char *str(const json_t *o, const char *key)
{
    return json_str_or(o, key, "");
}

#define SAYS(v, chinese, english) SAY(&(v)->sh.s, chinese, english)

static void section(struct review *v, const char *zh, const char *en)
{
    static const char *const digits[] = {"十", "一", "二", "三", "四",
                                         "五", "六", "七", "八", "九"};
    AUTO_TEXT(heading);
    unsigned number = ++v->section;
    if (v->sh.s.zh)
        text_addf(&heading, "%s%s、%s", number > 10 ? "十" : "", digits[number % 10], zh);
    else
        text_addf(&heading, "%u. %s", number, en);
    sheet_section(&v->sh, text_str(&heading));
}

static void took_add(const json_t *of, const char *key, struct text *to)
{
    duration_add(to, json_int(of, key, 0));
}

/* ---- 1. in short ---- */

static void fact(const struct review *v, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    sheet_row(&v->sh, false);
    sheet_cell(&v->sh, name);
    sheet_cell(&v->sh, value);
}

static void fact_time(const struct review *v, const char *name, const char *rfc)
{
    AUTO_TEXT(at);
    paper_time(&v->sh.s, rfc, &at);
    if (at.len)
        paper_offset(&v->sh.s, rfc, &at);
    fact(v, name, text_str(&at));
}

static const json_t *course_of_item(const struct review *v, const json_t *item)
{
    return json_at(json_at(v->course, "items"), str(item, "id"));
}

/* How late it was done, was lifted undone, or is when the document is made; 0: in time, or not due.
 */
static int64_t item_late_ms(const struct review *v, const json_t *item)
{
    wall_ms due, end;
    const char *ended = json_str(course_of_item(v, item), "ended_at");
    if (!ended)
        ended = json_str_or(item, "done_at", str(v->d, "last_at"));
    if (!rfc3339_parse(str(item, "due_at"), &due) || !rfc3339_parse(ended, &end))
        return 0;
    return end > due ? (end - due) * json_int(v->course, "speed", 1) : 0;
}

static int64_t late_items(const struct review *v)
{
    size_t n;
    json_t *item;
    int64_t late = 0;
    json_array_foreach(json_unconst(json_at(v->d, "items")), n, item) late +=
        item_late_ms(v, item) > 0;
    return late;
}

static void first_answer_fact(const struct review *v)
{
    const json_t *first = json_at(v->course, "first_answer");
    AUTO_TEXT(words);
    if (!first) {
        fact(v, SAYS(v, "首次应答", "First answer"), SAYS(v, "无人应答", "nobody answered"));
        return;
    }
    took_add(first, "took_ms", &words);
    text_addf(&words, SAYS(v, "（%s）", " (%s)"), json_str_or(first, "name", str(first, "by")));
    fact(v, SAYS(v, "首次应答", "First answer"), text_str(&words));
}

static void summary_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "项目", "What"), SAYS(v, "情况", "How it was")};
    const json_t *reports = json_at(v->d, "reports");
    AUTO_TEXT(items);
    AUTO_TEXT(unreached);
    AUTO_TEXT(plan);
    section(v, "概况", "In short");
    sheet_table(&v->sh, "short", heads, 2);
    text_addf(&plan, "%s %s", str(v->incident, "plan"), str(v->incident, "version"));
    fact(v, SAYS(v, "事件编号", "Incident"), str(v->incident, "id"));
    fact(v, SAYS(v, "预案", "Plan"), text_str(&plan));
    fact_time(v, SAYS(v, "开始", "Opened"), json_str(v->course, "opened_at"));
    fact_time(v, SAYS(v, "结束", "Closed"), json_str(v->course, "closed_at"));
    fact(v, SAYS(v, "状态", "State"),
         term(&v->sh.s, TERM_INCIDENT, json_str(v->incident, "state")));
    first_answer_fact(v);
    text_addf(&items, SAYS(v, "%zu 项，其中逾期 %" PRId64 " 项", "%zu, of these late: %" PRId64),
              json_array_size(json_at(v->d, "items")), late_items(v));
    fact(v, SAYS(v, "事项", "Items"), text_str(&items));
    text_clear(&items);
    text_addf(&items, "%zu", json_array_size(reports));
    fact(v, SAYS(v, "报告", "Reports"), text_str(&items));
    text_addf(&unreached, "%zu", json_array_size(json_at(v->course, "unreached")));
    fact(v, SAYS(v, "未送达的消息", "Messages that reached nobody"), text_str(&unreached));
    sheet_table_end(&v->sh);
}

/* ---- 2. key moments ---- */

static bool is_key(const json_t *event)
{
    static const char *const kinds[] = {
        "incident_opened", "joined",        "reopened",      "drill_started",   "drill_inject",
        "proposed",        "ordered",       "call_answered", "call_declined",   "call_expired",
        "consulted",       "escalated",     "alarm",         "plan_failed",     "plan_error",
        "report_sent",     "report_missed", "confirmed",     "condition_held",  "child_opened",
        "merged",          "split",         "resolved",      "incident_closed",
    };
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++)
        if (!strcmp(str(event, "kind"), kinds[n]))
            return true;
    return false;
}

static void moments_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "时间", "Time"), SAYS(v, "关键节点", "Moment"),
                           SAYS(v, "序号", "Seq")};
    size_t n;
    json_t *event;
    section(v, "经过与关键节点", "What happened: the key moments");
    sheet_table(&v->sh, "log", heads, 3);
    json_array_foreach(json_unconst(json_at(v->d, "events")), n, event)
    {
        AUTO_TEXT(seq);
        if (!is_key(event))
            continue;
        text_add_int(&seq, json_int(event, "seq", 0));
        sheet_row(&v->sh, false);
        sheet_cell_time(&v->sh, json_str(event, "at"));
        sheet_cell(&v->sh, str(event, v->sh.s.zh ? "zh" : "en"));
        sheet_cell(&v->sh, text_str(&seq));
    }
    sheet_table_end(&v->sh);
    if (json_bool(v->d, "events_more"))
        sheet_note(&v->sh, SAYS(v, "其余从略；muster archive 归档的记录是完整的。",
                                "There are more; muster archive has all of them."));
}

/* ---- 3. times against targets ---- */

static void order_row(const struct review *v, const json_t *o)
{
    AUTO_TEXT(what);
    order_words(str(o, "action"), json_str(o, "level"), v->sh.s.zh, &what);
    sheet_row(&v->sh, false);
    sheet_cell(&v->sh, text_str(&what));
    sheet_cell_time(&v->sh, json_str(o, "proposed_at"));
    sheet_cell_time(&v->sh, json_str(o, "at"));
    sheet_cell_took(&v->sh, o, "took_ms");
    sheet_cell(&v->sh, str(o, "name"));
}

static void waiting_row(const struct review *v, const json_t *p)
{
    AUTO_TEXT(what);
    order_words(str(p, "action"), json_str(p, "level"), v->sh.s.zh, &what);
    sheet_row(&v->sh, true);
    sheet_cell(&v->sh, text_str(&what));
    sheet_cell_time(&v->sh, json_str(p, "at"));
    sheet_cell(&v->sh, SAYS(v, "未下令", "never ordered"));
    sheet_cell(&v->sh, NULL);
    sheet_cell(&v->sh, NULL);
}

static void orders_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "命令", "Order"), SAYS(v, "建议", "Proposed"),
                           SAYS(v, "下令", "Ordered"), SAYS(v, "用时", "Took"),
                           SAYS(v, "命令人", "By")};
    const json_t *orders = json_at(v->course, "orders"), *waiting = json_at(v->course, "waiting");
    size_t n;
    json_t *one;
    section(v, "建议与命令", "Proposals and orders");
    if (!json_array_size(orders) && !json_array_size(waiting)) {
        sheet_note(&v->sh, SAYS(v, "没有建议，也没有命令。", "Nothing was proposed or ordered."));
        return;
    }
    sheet_table(&v->sh, "reports", heads, 5);
    json_array_foreach(json_unconst(orders), n, one) order_row(v, one);
    json_array_foreach(json_unconst(waiting), n, one) waiting_row(v, one);
    sheet_table_end(&v->sh);
}

static const char *outcome_words(const struct review *v, const char *outcome)
{
    static const char *const words[][3] = {
        {"answered", "应答", "answered"},
        {"declined", "不能到", "declined"},
        {"silent", "无应答", "no answer"},
        {"unreached", "未送达", "not reached"},
        {"recalled", "不再需要", "not needed"},
        {"expired", "无人应答", "nobody answered"},
        {"open", "待答", "open"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], outcome))
            return words[n][v->sh.s.zh ? 1 : 2];
    return outcome;
}

static void asked_row(const struct review *v, const json_t *call, const json_t *asked, bool first)
{
    AUTO_TEXT(who);
    const char *outcome = str(asked, "outcome");
    text_add(&who, json_str_or(asked, "name", str(asked, "person")));
    if (*str(asked, "words"))
        text_addf(&who, SAYS(v, "（%s）", " (%s)"), str(asked, "words"));
    sheet_row(&v->sh, !strcmp(outcome, "silent") || !strcmp(outcome, "unreached"));
    sheet_cell(&v->sh, first ? json_str_or(call, "text", str(call, "step")) : "〃");
    sheet_cell(&v->sh, text_str(&who));
    sheet_cell_time(&v->sh, json_str(asked, "at"));
    sheet_cell(&v->sh, outcome_words(v, outcome));
    sheet_cell_took(&v->sh, asked, "took_ms");
}

static void calls_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "呼叫", "Call"), SAYS(v, "对象", "Who"),
                           SAYS(v, "呼叫时间", "Called"), SAYS(v, "结果", "Outcome"),
                           SAYS(v, "用时", "Took")};
    size_t n, k;
    json_t *call, *asked;
    section(v, "呼叫与应答", "Calls and answers");
    if (!json_array_size(json_at(v->course, "calls"))) {
        sheet_note(&v->sh, SAYS(v, "没有呼叫。", "Nobody was called."));
        return;
    }
    sheet_table(&v->sh, "calls", heads, 5);
    json_array_foreach(json_unconst(json_at(v->course, "calls")), n, call)
        json_array_foreach(json_object_get(call, "asked"), k, asked)
            asked_row(v, call, asked, k == 0);
    sheet_table_end(&v->sh);
}

static void people_add(struct review *v)
{
    static const char *const counts[] = {"called", "answered", "declined", "silent", "unreached"};
    const char *heads[] = {SAYS(v, "人员", "Who"),           SAYS(v, "呼叫", "Called"),
                           SAYS(v, "应答", "Answers"),       SAYS(v, "不能到", "Declined"),
                           SAYS(v, "无应答", "Silent"),      SAYS(v, "未送达", "Not reached"),
                           SAYS(v, "平均用时", "Took, mean")};
    const json_t *people = json_at(v->course, "people");
    size_t n, k;
    json_t *one;
    if (!json_array_size(people))
        return;
    section(v, "逐人情况", "Person by person");
    sheet_table(&v->sh, "people", heads, 7);
    json_array_foreach(json_unconst(people), n, one)
    {
        sheet_row(&v->sh, json_int(one, "silent", 0) + json_int(one, "unreached", 0) > 0);
        sheet_cell(&v->sh, json_str_or(one, "name", str(one, "person")));
        for (k = 0; k < sizeof counts / sizeof *counts; k++) {
            AUTO_TEXT(number);
            text_add_int(&number, json_int(one, counts[k], 0));
            sheet_cell(&v->sh, text_str(&number));
        }
        sheet_cell_took(&v->sh, one, "took_ms");
    }
    sheet_table_end(&v->sh);
}

/* ---- who was not reached ---- */

static void tries_say(const struct review *v, const json_t *tries, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(tries), n, one)
    {
        text_addf(to, "%s%s", n ? SAYS(v, "；", "; ") : "", str(one, "endpoint"));
        if (*str(one, "why"))
            text_addf(to, SAYS(v, "：%s", ": %s"), str(one, "why"));
        if (json_int(one, "status", 0))
            text_addf(to, " (%d)", (int)json_int(one, "status", 0));
        if (json_int(one, "times", 1) > 1)
            text_addf(to, " ×%d", (int)json_int(one, "times", 1));
    }
}

static void unreached_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "对象", "Who"), SAYS(v, "时间", "Time"),
                           SAYS(v, "消息", "Message"), SAYS(v, "原因", "Why")};
    const json_t *list = json_at(v->course, "unreached");
    size_t n;
    json_t *one;
    section(v, "未送达的人员及原因", "Who was not reached, and why");
    if (!json_array_size(list)) {
        sheet_note(&v->sh, SAYS(v, "没有送达失败的消息。", "No message failed."));
        return;
    }
    sheet_table(&v->sh, "unreached", heads, 4);
    json_array_foreach(json_unconst(list), n, one)
    {
        AUTO_TEXT(why);
        tries_say(v, json_at(one, "tries"), &why);
        sheet_row(&v->sh, true);
        sheet_cell(&v->sh, json_str_or(one, "name", str(one, "person")));
        sheet_cell_time(&v->sh, json_str(one, "at"));
        sheet_cell(&v->sh, str(one, "text"));
        sheet_cell(&v->sh, text_str(&why));
    }
    sheet_table_end(&v->sh);
}

/* ---- reports and items ---- */

static void report_row(const struct review *v, const json_t *r)
{
    AUTO_TEXT(name);
    AUTO_TEXT(late);
    bool missed = json_bool(r, "missed");
    text_addf(&name, "%s %" PRId64, term(&v->sh.s, TERM_REPORT_KIND, json_str(r, "kind")),
              json_int(r, "number", 0));
    sheet_row(&v->sh, missed || json_int(r, "late_ms", 0) > 0);
    sheet_cell(&v->sh, text_str(&name));
    sheet_cell_time(&v->sh, json_str(r, "due_at"));
    sheet_cell_time(&v->sh, json_str(r, "sent_at"));
    sheet_cell(&v->sh, missed ? SAYS(v, "漏报", "missed")
                              : term(&v->sh.s, TERM_REPORT, json_str(r, "state")));
    if (json_int(r, "late_ms", 0))
        duration_add(&late, json_int(r, "late_ms", 0) * json_int(v->course, "speed", 1));
    sheet_cell(&v->sh, text_str(&late));
}

static void reports_add(struct review *v)
{
    const char *heads[] = {SAYS(v, "报告", "Report"), SAYS(v, "应报", "Due"),
                           SAYS(v, "报送", "Sent"), SAYS(v, "状态", "State"),
                           SAYS(v, "迟报", "Late by")};
    size_t n;
    json_t *one;
    section(v, "信息报送与时限", "Reports against their deadlines");
    if (!json_array_size(json_at(v->d, "reports"))) {
        sheet_note(&v->sh, SAYS(v, "没有报告。", "There were no reports."));
        return;
    }
    sheet_table(&v->sh, "reports", heads, 5);
    json_array_foreach(json_unconst(json_at(v->d, "reports")), n, one) report_row(v, one);
    sheet_table_end(&v->sh);
}

/* Done, or nobody did it: when; how often somebody was reminded. */
static void item_row(const struct review *v, const json_t *item)
{
    AUTO_TEXT(late);
    AUTO_TEXT(urged);
    const json_t *course = course_of_item(v, item);
    int64_t ms = item_late_ms(v, item), times = json_int(course, "urged", 0);
    if (ms)
        duration_add(&late, ms < MS_SECOND ? MS_SECOND : ms);
    if (times)
        text_addf(&urged,
                  json_str(course, "leader") ? SAYS(v, "%d 次，已报领导", "%d, leader told") : "%d",
                  (int)times);
    sheet_row(&v->sh, ms > 0);
    sheet_cell(&v->sh, paper_words(&v->sh.s, json_at(item, "title")));
    sheet_cell(&v->sh, json_str_or(item, "owner_name", str(item, "owner")));
    sheet_cell_time(&v->sh, json_str(item, "due_at"));
    sheet_cell_time(&v->sh, json_str(course, "received_at"));
    sheet_cell_time(&v->sh, json_str(item, "done_at"));
    sheet_cell(&v->sh, term(&v->sh.s, TERM_ITEM, json_str(item, "state")));
    sheet_cell(&v->sh, text_str(&late));
    sheet_cell(&v->sh, text_str(&urged));
}

static void items_table(const struct review *v, const json_t *items)
{
    const char *heads[] = {SAYS(v, "事项", "Item"),    SAYS(v, "责任单位", "Owner"),
                           SAYS(v, "时限", "Due"),     SAYS(v, "签收", "Received"),
                           SAYS(v, "办结", "Done"),    SAYS(v, "状态", "State"),
                           SAYS(v, "逾期", "Late by"), SAYS(v, "催办", "Urged")};
    size_t n;
    json_t *item;
    sheet_table(&v->sh, "ledger", heads, 8);
    json_array_foreach(json_unconst(items), n, item) item_row(v, item);
    sheet_table_end(&v->sh);
}

static void items_add(struct review *v)
{
    section(v, "事项与时限", "Items against their time");
    if (json_array_size(json_at(v->d, "items")))
        items_table(v, json_at(v->d, "items"));
    else
        sheet_note(&v->sh, SAYS(v, "没有事项。", "There were no items."));
}

static void lessons_add(struct review *v)
{
    AUTO_TEXT(how);
    section(v, "经验教训与改进", "Lessons and improvements");
    if (json_array_size(json_at(v->d, "lessons")))
        items_table(v, json_at(v->d, "lessons"));
    else
        sheet_note(&v->sh, SAYS(v, "尚未登记改进事项。", "No improvement is on record yet."));
    text_addf(&how,
              SAYS(v, "登记：muster review %s --lesson \"…\" --owner … --due 30d",
                   "To add one: muster review %s --lesson \"…\" --owner … --due 30d"),
              str(v->incident, "id"));
    sheet_note(&v->sh, text_str(&how));
}

/* ---- another version ---- */

static void replay_add(struct review *v)
{
    const json_t *replay = json_at(v->d, "replay"), *lines;
    AUTO_TEXT(words);
    size_t n;
    json_t *line;
    if (!replay)
        return;
    section(v, "按现行预案推演", "What the version in force would have done");
    text_addf(&words, SAYS(v, "预案版本 %s。", "Version %s of the plan. "), str(replay, "version"));
    text_add(&words, json_bool(replay, "same")
                         ? SAYS(v, "处置与当时相同。", "It would have done the same.")
                         : SAYS(v, "以下各处与当时不同：", "It would have differed here:"));
    sheet_note(&v->sh, text_str(&words));
    if (json_str(replay, "assumed"))
        sheet_note(&v->sh, json_str(replay, "assumed"));
    lines = json_at(replay, v->sh.s.zh ? "zh" : "en");
    json_array_foreach(json_unconst(lines), n, line) sheet_note(&v->sh, json_string_value(line));
}

/* ---- a drill ---- */

static const char *result_words(const struct review *v, const char *result)
{
    static const char *const words[][3] = {
        {"met", "达到", "met"},     {"late", "超时", "late"},       {"missed", "未达到", "missed"},
        {"open", "进行中", "open"}, {"to_come", "未到", "to come"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], result))
            return words[n][v->sh.s.zh ? 1 : 2];
    return result;
}

static const char *person_name(const json_t *score, const char *target)
{
    return json_str_or(json_at(score, "names"), target, target);
}

static void drill_summary_add(struct review *v, const json_t *score)
{
    const char *heads[] = {SAYS(v, "项目", "What"), SAYS(v, "情况", "How it was")};
    bool table = !strcmp(str(score, "mode"), "tabletop");
    int64_t met = json_int(score, "met", 0), late = json_int(score, "late", 0),
            missed = json_int(score, "missed", 0), open = json_int(score, "open", 0);
    AUTO_TEXT(counts);
    AUTO_TEXT(people);
    size_t n;
    json_t *one;
    section(v, "演练概况", "The drill in short");
    json_array_foreach(json_unconst(json_at(score, "evaluators")), n, one) text_addf(
        &people, "%s%s", n ? SAYS(v, "、", ", ") : "", person_name(score, json_string_value(one)));
    text_addf(&counts,
              SAYS(v,
                   "%" PRId64 " 项：达到 %" PRId64 "，超时 %" PRId64 "，未达到 %" PRId64
                   "，进行中 %" PRId64,
                   "%" PRId64 ": met %" PRId64 ", late %" PRId64 ", missed %" PRId64
                   ", open %" PRId64),
              met + late + missed + open, met, late, missed, open);
    sheet_table(&v->sh, "short", heads, 2);
    fact(v, SAYS(v, "形式", "Form"),
         table ? SAYS(v, "桌面推演", "tabletop") : SAYS(v, "实战演练", "live"));
    fact(v, SAYS(v, "情景", "Scenario"),
         json_at(score, "title") ? paper_words(&v->sh.s, json_at(score, "title"))
                                 : str(score, "scenario"));
    fact(v, SAYS(v, "导调", "Director"), person_name(score, str(score, "director")));
    fact(v, SAYS(v, "评估", "Evaluators"), text_str(&people));
    fact_time(v, SAYS(v, "开始", "Began"), json_str(score, "begun_at"));
    fact_time(v, SAYS(v, "结束", "Ended"), json_str(score, "ended_at"));
    fact(v, SAYS(v, "期望", "Expected"), text_str(&counts));
    sheet_table_end(&v->sh);
}

static void objectives_add(struct review *v, const json_t *score)
{
    static const char *const counts[] = {"met", "late", "missed"};
    const char *heads[] = {SAYS(v, "目标", "Objective"), SAYS(v, "结果", "Result"),
                           SAYS(v, "达到", "Met"), SAYS(v, "超时", "Late"),
                           SAYS(v, "未达到", "Missed")};
    const json_t *list = json_at(score, "objectives");
    size_t n, k;
    json_t *one;
    if (!json_array_size(list))
        return;
    section(v, "目标达成", "Objectives");
    sheet_table(&v->sh, "people", heads, 5);
    json_array_foreach(json_unconst(list), n, one)
    {
        const char *result = str(one, "result");
        sheet_row(&v->sh, !strcmp(result, "late") || !strcmp(result, "missed"));
        sheet_cell(&v->sh, paper_words(&v->sh.s, json_at(one, "words")));
        sheet_cell(&v->sh, result_words(v, result));
        for (k = 0; k < sizeof counts / sizeof *counts; k++) {
            AUTO_TEXT(number);
            text_add_int(&number, json_int(one, counts[k], 0));
            sheet_cell(&v->sh, text_str(&number));
        }
    }
    sheet_table_end(&v->sh);
}

static void expect_say(const struct review *v, const json_t *inject, struct text *to)
{
    if (json_at(inject, "expect"))
        inject_expect_say(json_at(inject, "expect"), v->sh.s.zh, to);
}

static void inject_row(const struct review *v, const json_t *inject)
{
    AUTO_TEXT(expected);
    const char *result = str(inject, "result");
    expect_say(v, inject, &expected);
    sheet_row(&v->sh, !strcmp(result, "late") || !strcmp(result, "missed"));
    sheet_cell(&v->sh, str(inject, v->sh.s.zh ? "zh" : "en"));
    sheet_cell_time(&v->sh, json_str(inject, "at"));
    sheet_cell(&v->sh, text_str(&expected));
    sheet_cell(&v->sh, result_words(v, result));
    sheet_cell_took(&v->sh, inject, "took_ms");
    sheet_cell(&v->sh, json_bool(inject, "before") ? SAYS(v, "此前已下令", "ordered before")
                                                   : str(inject, v->sh.s.zh ? "met_zh" : "met_en"));
}

static void injects_add(struct review *v, const json_t *score)
{
    const char *heads[] = {SAYS(v, "注入", "Inject"),   SAYS(v, "时间", "Time"),
                           SAYS(v, "期望", "Expected"), SAYS(v, "结果", "Result"),
                           SAYS(v, "用时", "Took"),     SAYS(v, "依据", "By what")};
    size_t n;
    json_t *one;
    section(v, "逐条注入与评分", "Inject by inject");
    if (!json_array_size(json_at(score, "injects"))) {
        sheet_note(&v->sh, SAYS(v, "未用情景：没有注入，也没有期望。",
                                "It had no scenario: no injects, and nothing that was expected."));
        return;
    }
    sheet_table(&v->sh, "injects", heads, 6);
    json_array_foreach(json_unconst(json_at(score, "injects")), n, one) inject_row(v, one);
    sheet_table_end(&v->sh);
}

/* What was late or missed asks for somebody and a day. */
static void improve_add(struct review *v, const json_t *score)
{
    size_t n;
    json_t *one;
    bool any = false;
    json_array_foreach(json_unconst(json_at(score, "injects")), n, one)
    {
        AUTO_TEXT(words);
        AUTO_TEXT(expected);
        const char *result = str(one, "result");
        if (strcmp(result, "late") != 0 && strcmp(result, "missed") != 0)
            continue;
        if (!any)
            section(v, "须改进之处", "What is to be better");
        any = true;
        expect_say(v, one, &expected);
        text_addf(&words, SAYS(v, "注入%d：%s：%s", "Inject %d: %s: %s"),
                  (int)json_int(one, "no", 0), text_str(&expected), result_words(v, result));
        sheet_note(&v->sh, text_str(&words));
    }
}

/* For what software cannot see: by the heads of the rule (evaluation of plans and drills). */
static void remarks_add(struct review *v)
{
    static const char *const heads[][2] = {
        {"预案的执行情况", "How the plan was carried out"},
        {"预案的合理性与可操作性", "Is the plan sensible, and can it be worked by?"},
        {"指挥协调与应急联动情况", "Command, coordination, working together"},
        {"应急人员的处置情况", "How people acted"},
        {"演练所用设备装备的适用性", "Was the equipment fit?"},
        {"对完善预案、准备、机制、措施的意见", "Advice on plan, preparation, mechanism, measures"},
    };
    const char *columns[] = {SAYS(v, "评估内容", "Of what"), SAYS(v, "评估意见", "Remarks")};
    section(v, "评估意见（由评估人员填写）", "Remarks of the evaluators (to be filled in)");
    sheet_table(&v->sh, "remarks", columns, 2);
    for (size_t n = 0; n < sizeof heads / sizeof *heads; n++) {
        sheet_row(&v->sh, false);
        sheet_cell(&v->sh, heads[n][v->sh.s.zh ? 0 : 1]);
        sheet_cell(&v->sh, " ");
    }
    sheet_table_end(&v->sh);
}

/* ---- together ---- */

static struct review review_of(const json_t *d, bool zh, bool html, struct text *to)
{
    const json_t *i = json_at(d, "incident");
    return (struct review){.sh = {.s = {.to = to,
                                        .zh = zh,
                                        .drill = json_bool(i, "drill"),
                                        .zone = json_str(i, "zone")},
                                  .html = html},
                           .d = d,
                           .incident = i,
                           .course = json_at(d, "course")};
}

/* Who reads "took 10m" beside two times of a clock must know of which clock it is. */
static void speed_note(const struct review *v)
{
    AUTO_TEXT(words);
    int64_t speed = json_int(v->course, "speed", 1);
    if (speed < 2)
        return;
    text_addf(&words,
              SAYS(v, "按 %" PRId64 " 倍速推演：时刻为实际时刻，用时和时限按情景时钟计。",
                   "Played %" PRId64 " times as fast: moments are those on the wall, how long it "
                   "took and had is by the clock of the scenario."),
              speed);
    sheet_note(&v->sh, text_str(&words));
}

static void begin(const struct review *v, const char *zh, const char *en)
{
    AUTO_TEXT(until);
    bool purged = json_bool(v->incident, "purged");
    sheet_begin(&v->sh, SAYS(v, zh, en),
                purged ? SAYS(v, "（内容已清除）", "(purged)") : str(v->incident, "title"));
    if (v->sh.s.drill)
        sheet_banner(&v->sh,
                     SAYS(v, "这是演练，不是真实事件。", "This is a drill, not a real event."));
    if (purged)
        sheet_banner(&v->sh, SAYS(v, "已清除：个人信息已销毁，不可恢复。",
                                  "Purged: what was personal is destroyed, for good."));
    speed_note(v);
    if (json_bool(v->d, "ended"))
        return;
    paper_time(&v->sh.s, str(v->d, "last_at"), &until);
    text_add(&until, SAYS(v, " 的情况：尚未结束", ": how it stood then; it is not over"));
    sheet_banner(&v->sh, text_str(&until));
}

static void conduct_add(struct review *v)
{
    orders_add(v);
    calls_add(v);
    people_add(v);
    unreached_add(v);
    reports_add(v);
    items_add(v);
}

void review_write(const json_t *d, bool zh, bool html, struct text *to)
{
    struct review v = review_of(d, zh, html, to);
    begin(&v, "复盘报告", "After-action review");
    summary_add(&v);
    moments_add(&v);
    conduct_add(&v);
    replay_add(&v);
    lessons_add(&v);
    sheet_sign(&v.sh);
    sheet_end(&v.sh);
}

enum err drill_report_write(const json_t *d, bool zh, bool html, struct text *to, struct why *why)
{
    struct review v = review_of(d, zh, html, to);
    const json_t *score = json_at(d, "score");
    if (!score)
        return why_set(why, ERR_MISSING,
                       "no drill was started here: muster drill start begins one; muster review "
                       "tells of any incident");
    begin(&v, "演练评估与总结报告", "Drill: evaluation and summary");
    drill_summary_add(&v, score);
    objectives_add(&v, score);
    injects_add(&v, score);
    improve_add(&v, score);
    conduct_add(&v);
    remarks_add(&v);
    lessons_add(&v);
    sheet_sign(&v.sh);
    sheet_end(&v.sh);
    return ERR_OK;
}

/* ---- for programs ---- */

static json_t *some_of(const json_t *d, const char *const *names)
{
    static const char *const of_incident[] = {"id",        "title",      "plan",  "version",
                                              "state",     "drill",      "level", "opened_at",
                                              "closed_at", "drill_state"};
    json_t *o = json_object(), *about = json_object();
    for (size_t n = 0; n < sizeof of_incident / sizeof *of_incident; n++)
        json_put(about, of_incident[n],
                 json_share(json_at(json_at(d, "incident"), of_incident[n])));
    json_put(o, "incident", about);
    for (; *names; names++)
        json_put(o, *names, json_share(json_at(d, *names)));
    return o;
}

json_t *review_json(const json_t *d)
{
    static const char *const names[] = {"course",  "score",  "items", "reports",
                                        "lessons", "replay", "ended", "events",
                                        "last_at", "as_of",  NULL};
    return some_of(d, names);
}

json_t *drill_report_json(const json_t *d)
{
    static const char *const names[] = {"score", "course",  "items", "reports", "lessons",
                                        "ended", "last_at", "as_of", NULL};
    return json_at(d, "score") ? some_of(d, names) : NULL;
}
