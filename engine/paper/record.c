#include "paper/record.h"

#include "base/html.h"
#include "core/order.h"
#include "core/statement.h"
#include "paper/markdown.h"
#include "paper/terms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *str(const json_t *o, const char *key)
{
    return json_str_or(o, key, "");
}

static void cell_time(const struct paper *s, const char *rfc)
{
    AUTO_TEXT(at);
    paper_time(s, rfc, &at);
    paper_cell(s, text_str(&at));
}

/* ---- the head ---- */

static void fact_row(const struct paper *s, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    text_add(s->to, "<tr><th scope=\"row\">");
    html_add(s->to, name);
    text_add(s->to, "</th>");
    paper_cell(s, value);
}

/* {"district":"chengdong","ward":"3"} as "district=chengdong; ward=3". */
static void map_row(const struct paper *s, const char *name, const json_t *map)
{
    AUTO_TEXT(words);
    const char **keys = json_keys(map, NULL);
    for (size_t n = 0; keys[n]; n++) {
        const json_t *value = json_at(map, keys[n]);
        text_addf(&words, "%s%s=", n ? "; " : "", keys[n]);
        if (json_is_string(value))
            text_add(&words, json_string_value(value));
        else
            json_write(value, &words);
    }
    free(keys);
    fact_row(s, name, text_str(&words));
}

static void time_row(const struct paper *s, const char *name, const char *rfc)
{
    AUTO_TEXT(at);
    paper_time(s, rfc, &at);
    fact_row(s, name, text_str(&at));
}

static void plan_row(const struct paper *s, const json_t *i)
{
    AUTO_TEXT(plan);
    if (json_str(i, "plan"))
        text_add(&plan, str(i, "plan"));
    if (json_str(i, "version"))
        text_addf(&plan, SAY(s, "，版本 %s", ", version %s"), str(i, "version"));
    if (json_str(i, "pin"))
        text_addf(&plan, SAY(s, "（%s）", " (%s)"), str(i, "pin"));
    fact_row(s, SAY(s, "预案", "Plan"), text_str(&plan));
}

static void head_add(const struct paper *s, const json_t *d, const char *made_at)
{
    const json_t *i = json_at(d, "incident");
    AUTO_TEXT(zone);
    if (s->zone)
        text_addf(&zone, "%s ", s->zone);
    paper_offset(s, made_at, &zone);
    text_add(s->to, "<table class=\"facts\">\n<tbody>\n");
    fact_row(s, SAY(s, "编号", "Id"), str(i, "id"));
    plan_row(s, i);
    fact_row(s, SAY(s, "类别", "Category"), term(s, TERM_CATEGORY, json_str(i, "category")));
    fact_row(s, SAY(s, "事件分级", "Grade"), str(i, "grade"));
    fact_row(s, SAY(s, "预警", "Warning"), term(s, TERM_WARNING, json_str(i, "warning")));
    fact_row(s, SAY(s, "状态", "State"), term(s, TERM_INCIDENT, json_str(i, "state")));
    fact_row(s, SAY(s, "响应级别", "Response level"), str(i, "level"));
    fact_row(s, SAY(s, "指挥", "Commander"), str(i, "commander"));
    time_row(s, SAY(s, "开始", "Opened"), json_str(i, "opened_at"));
    time_row(s, SAY(s, "结束", "Closed"), json_str(i, "closed_at"));
    fact_row(s, SAY(s, "来源", "Source"), str(i, "source"));
    map_row(s, SAY(s, "地点", "Place"), json_at(i, "place"));
    map_row(s, SAY(s, "标签", "Labels"), json_at(i, "labels"));
    fact_row(s, SAY(s, "首报说明", "Note"), str(i, "note"));
    time_row(s, SAY(s, "成文", "Made at"), made_at);
    fact_row(s, SAY(s, "时区", "Time zone"), text_str(&zone));
    text_add(s->to, "</tbody>\n</table>\n");
}

static void banners_add(const struct paper *s, const json_t *d)
{
    AUTO_TEXT(words);
    AUTO_TEXT(at);
    if (s->drill)
        paper_paragraph(s, "banner",
                        SAY(s, "这是演练，不是真实事件。", "This is a drill, not a real event."));
    if (json_bool(d, "ended"))
        return;
    paper_time(s, json_str(d, "last_at"), &at);
    text_addf(&words,
              SAY(s, "事件尚未结束：以下为截至 %s（%s）的情况。",
                  "The incident is not over: this is how it stood at %s (%s)."),
              text_str(&at), str(d, "as_of"));
    paper_paragraph(s, "banner", text_str(&words));
}

/* ---- orders ---- */

static void order_people(const struct paper *s, const json_t *o, struct text *to)
{
    text_add(to, json_str_or(o, "name", str(o, "by")));
    if (json_str(o, "as"))
        text_addf(to, SAY(s, "（%s）", " (%s)"), str(o, "as"));
    if (json_str(o, "oral"))
        text_addf(to, SAY(s, "；口头，%s 记录并复诵", "; oral, taken down by %s"), str(o, "oral"));
    if (json_bool(o, "pending_approval"))
        text_add(to, SAY(s, "按常设授权，待补批", "by the standing order, to be approved"));
}

static void reason_add(const struct paper *s, const char *what, const json_t *words,
                       struct text *to)
{
    const char *text = paper_words(s, words);
    if (*text)
        text_addf(to, "%s%s%s", to->len ? SAY(s, "；", "; ") : "", what, text);
}

static void measures_say(const struct paper *s, const json_t *measures, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(measures), n, one)
        text_addf(to, "%s%s", n ? SAY(s, "、", ", ") : "", paper_words(s, one));
}

/* "启动II级响应", "发布橙色预警：…" */
static void order_what(const struct paper *s, const json_t *o, struct text *to)
{
    const char *warning = json_str(o, "warning"), *what = paper_words(s, json_at(o, "what"));
    order_words(str(o, "action"), json_str(o, "level"), s->zh, to);
    if (warning)
        text_addf(to, SAY(s, "%s", " %s"), warning_words(warning, s->zh));
    if (*what)
        text_addf(to, SAY(s, "：%s", ": %s"), what);
}

static void order_reasons(const struct paper *s, const json_t *o, struct text *to)
{
    AUTO_TEXT(until);
    AUTO_TEXT(measures);
    AUTO_JSON(taken);
    measures_say(s, json_at(o, "measures"), &measures);
    taken = json_string(text_str(&measures));
    paper_time(s, json_str(o, "expected_at"), &until);
    reason_add(s, "", json_at(o, "reason"), to);
    reason_add(s, SAY(s, "依据：", "basis: "), json_at(o, "basis"), to);
    reason_add(s, SAY(s, "事项：", "matter: "), json_at(o, "matter"), to);
    reason_add(s, SAY(s, "措施：", "measures: "), taken, to);
    reason_add(s, SAY(s, "未满足的条件：", "despite: "), json_at(o, "despite"), to);
    if (until.len)
        text_addf(to, "%s%s%s", to->len ? SAY(s, "；", "; ") : "",
                  SAY(s, "预计至 ", "expected until "), text_str(&until));
}

static void orders_add(const struct paper *s, const json_t *d)
{
    const char *heads[] = {SAY(s, "时间", "Time"), SAY(s, "命令", "Order"), SAY(s, "命令人", "By"),
                           SAY(s, "理由与依据", "Reason, basis"), SAY(s, "序号", "Seq")};
    const json_t *orders = json_at(d, "orders");
    size_t n;
    json_t *o;
    paper_section(s, SAY(s, "一、响应级别与命令", "1. Levels and orders"));
    if (!json_array_size(orders)) {
        paper_paragraph(s, "note", SAY(s, "没有命令。", "No order was given."));
        return;
    }
    paper_table(s, "orders", heads, 5);
    json_array_foreach(json_unconst(orders), n, o)
    {
        AUTO_TEXT(what);
        AUTO_TEXT(people);
        AUTO_TEXT(reasons);
        AUTO_TEXT(seq);
        order_what(s, o, &what);
        order_people(s, o, &people);
        order_reasons(s, o, &reasons);
        text_addf(&seq, "%" PRId64, json_int(o, "seq", 0));
        paper_row(s, NULL);
        cell_time(s, json_str(o, "at"));
        paper_cell(s, text_str(&what));
        paper_cell(s, text_str(&people));
        paper_cell(s, text_str(&reasons));
        paper_cell(s, text_str(&seq));
    }
    paper_table_end(s);
}

/* What waits for an order while this is written. */
static void proposals_add(const struct paper *s, const json_t *d)
{
    const json_t *proposals = json_at(json_at(d, "incident"), "proposals");
    size_t n;
    json_t *p;
    json_array_foreach(json_unconst(proposals), n, p)
    {
        AUTO_TEXT(words);
        AUTO_TEXT(at);
        paper_time(s, json_str(p, "opened_at"), &at);
        text_add(&words, strcmp(str(p, "state"), "awaiting_order") == 0
                             ? SAY(s, "【待令】", "Awaiting order: ")
                             : SAY(s, "建议：", "Proposed: "));
        order_words(str(p, "action"), json_str(p, "level"), s->zh, &words);
        reason_add(s, "", json_at(p, "what"), &words);
        reason_add(s, SAY(s, "理由：", "reason: "), json_at(p, "reason"), &words);
        text_addf(&words, SAY(s, "（%s 起）", " (since %s)"), text_str(&at));
        paper_paragraph(s, "banner", text_str(&words));
    }
}

/* ---- items ---- */

/* How late it was, or is when the document is made; 0: in time, or not due. */
static int64_t item_late_ms(const json_t *item, const char *last_at)
{
    wall_ms due, end;
    const char *done = json_str(item, "done_at"), *state = str(item, "state");
    bool lifted = !strcmp(state, "lifted") || !strcmp(state, "rejected");
    if (!json_str(item, "due_at") || !rfc3339_parse(str(item, "due_at"), &due) || lifted ||
        !rfc3339_parse(done ? done : last_at, &end))
        return 0;
    return end > due ? end - due : 0;
}

static void item_row(const struct paper *s, const json_t *item, const char *last_at)
{
    AUTO_TEXT(title);
    AUTO_TEXT(late);
    int64_t ms = item_late_ms(item, last_at);
    text_add(&title, paper_words(s, json_at(item, "title")));
    reason_add(s, SAY(s, "办结标准：", "done when: "), json_at(item, "done_when"), &title);
    if (ms)
        duration_add(&late, ms < MS_SECOND ? MS_SECOND : ms);
    paper_row(s, ms ? "late" : NULL);
    paper_cell(s, text_str(&title));
    paper_cell(s, json_str_or(item, "owner_name", str(item, "owner")));
    cell_time(s, json_str(item, "issued_at"));
    cell_time(s, json_str(item, "due_at"));
    paper_cell(s, term(s, TERM_ITEM, json_str(item, "state")));
    cell_time(s, json_str(item, "done_at"));
    paper_cell(s, text_str(&late));
}

static void items_add(const struct paper *s, const json_t *d)
{
    const char *heads[] = {SAY(s, "事项", "Item"),   SAY(s, "责任单位", "Owner"),
                           SAY(s, "交办", "Issued"), SAY(s, "时限", "Due"),
                           SAY(s, "状态", "State"),  SAY(s, "办结", "Done"),
                           SAY(s, "逾期", "Late by")};
    const json_t *items = json_at(d, "items");
    size_t n;
    json_t *item;
    paper_section(s, SAY(s, "二、事项台账", "2. Items"));
    if (!json_array_size(items)) {
        paper_paragraph(s, "note", SAY(s, "没有事项。", "There were no items."));
        return;
    }
    paper_table(s, "items", heads, 7);
    json_array_foreach(json_unconst(items), n, item) item_row(s, item, str(d, "last_at"));
    paper_table_end(s);
}

/* ---- facts ---- */

static void value_row(const struct paper *s, const char *station, const char *name,
                      const json_t *fact)
{
    AUTO_TEXT(full);
    AUTO_TEXT(value);
    const json_t *v = json_at(fact, "value");
    text_addf(&full, "%s%s%s", station, *station ? "." : "", name);
    if (json_is_string(v))
        text_add(&value, json_string_value(v));
    else
        json_write(v, &value);
    if (json_bool(fact, "stale"))
        text_add(&value, SAY(s, "（已过期，按未知处理）", " (stale, taken as unknown)"));
    paper_row(s, NULL);
    paper_cell(s, text_str(&full));
    paper_cell(s, text_str(&value));
    cell_time(s, json_str(fact, "at"));
}

static bool is_value(const json_t *member)
{
    return json_at(member, "value") && json_is_string(json_at(member, "at"));
}

static void facts_rows(const struct paper *s, const json_t *facts)
{
    const char **names = json_keys(facts, NULL);
    for (size_t n = 0; names[n]; n++) {
        const json_t *member = json_at(facts, names[n]);
        const char **inner = json_keys(is_value(member) ? NULL : member, NULL);
        if (is_value(member))
            value_row(s, "", names[n], member);
        for (size_t k = 0; inner[k]; k++)
            value_row(s, names[n], inner[k], json_at(member, inner[k]));
        free(inner);
    }
    free(names);
}

static void facts_add(const struct paper *s, const json_t *d)
{
    const char *heads[] = {SAY(s, "事实", "Fact"), SAY(s, "末次数值", "Last value"),
                           SAY(s, "时间", "Time")};
    const json_t *i = json_at(d, "incident");
    paper_section(s, SAY(s, "三、事实", "3. Facts"));
    if (!json_object_size(json_at(i, "facts"))) {
        paper_paragraph(s, "note", SAY(s, "没有上报的事实。", "No facts were reported."));
        return;
    }
    paper_table(s, "values", heads, 3);
    facts_rows(s, json_at(i, "facts"));
    paper_table_end(s);
    if (json_bool(i, "facts_more"))
        paper_paragraph(s, "note",
                        SAY(s, "事实很多，其余见时间线中的各次更新。",
                            "There are more; the updates of the timeline have them."));
}

/* ---- reports ---- */

static void time_add(const struct paper *s, const char *what, const char *rfc, struct text *to)
{
    if (!rfc)
        return;
    text_addf(to, " · %s ", what);
    paper_time(s, rfc, to);
}

/* "No. 1 · sent · due 2026-07-20 11:00:00 · … · signed by 孙伟 · to 省总值班室" */
static void report_line(const struct paper *s, const json_t *r, struct text *to)
{
    const char *state = json_str(r, "state"), *signer = json_str(json_at(r, "signer"), "name");
    size_t n;
    json_t *told;
    text_addf(to, SAY(s, "第 %" PRId64 " 号", "No. %" PRId64), json_int(r, "number", 0));
    if (state)
        text_addf(to, " · %s", term(s, TERM_REPORT, state));
    if (json_bool(r, "missed"))
        text_addf(to, " · %s", SAY(s, "漏报", "missed"));
    if (json_bool(r, "zero"))
        text_addf(to, " · %s", SAY(s, "零报告", "nothing new"));
    time_add(s, SAY(s, "应报", "due"), json_str(r, "due_at"), to);
    time_add(s, SAY(s, "电话报告", "by telephone"), json_str(r, "phoned_at"), to);
    time_add(s, SAY(s, "报送", "sent"), json_str(r, "sent_at"), to);
    if (json_int(r, "late_ms", 0))
        text_addf(to, SAY(s, "（迟 %" PRId64 " 分钟）", " (%" PRId64 " min late)"),
                  json_int(r, "late_ms", 0) / 60000);
    if (signer)
        text_addf(to, " · %s%s", SAY(s, "签发人 ", "signed by "), signer);
    json_array_foreach(json_unconst(json_at(r, "told")), n, told)
        text_addf(to, "%s%s", n ? SAY(s, "、", ", ") : SAY(s, " · 报送至 ", " · to "),
                  json_str_or(told, "name", json_str_or(told, "to", "?")));
}

void record_report(const struct paper *s, const json_t *r)
{
    AUTO_TEXT(line);
    struct why why;
    const char *markdown = json_str_or(r, "text", "");
    report_line(s, r, &line);
    paper_paragraph(s, "note", text_str(&line));
    text_add(s->to, "<div class=\"report\">\n");
    if (markdown_html(markdown, strlen(markdown), s->to, &why))
        paper_paragraph(s, "note", why.text);
    text_add(s->to, "</div>\n");
}

static void reports_add(const struct paper *s, const json_t *d)
{
    const json_t *reports = json_at(d, "reports");
    size_t n;
    json_t *r;
    paper_section(s, SAY(s, "四、报告", "4. Reports"));
    if (!json_array_size(reports))
        paper_paragraph(s, "note", SAY(s, "没有报告。", "There are no reports."));
    json_array_foreach(json_unconst(reports), n, r)
    {
        text_add(s->to, "<h3>");
        html_add(s->to, term(s, TERM_REPORT_KIND, json_str(r, "kind")));
        text_add(s->to, "</h3>\n");
        record_report(s, r);
    }
}

static void more_note(const struct paper *s, const json_t *d, const char *which)
{
    if (json_bool(d, which))
        paper_paragraph(s, "banner",
                        SAY(s, "内容过长，此处未全部列出；完整记录请用 muster archive 归档。",
                            "Too much to be shown whole; muster archive has all of it."));
}

/* ---- messages ---- */

/* When what was proved, a line each: "送出 2026-07-20 10:00:01". */
static void proof_add(const struct paper *s, const json_t *notice, struct text *to)
{
    static const struct {
        const char *key, *zh, *en;
    } proofs[] = {
        {"queued_at", "成文 ", "written "},      {"sent_at", "送出 ", "sent "},
        {"delivered_at", "送达 ", "delivered "}, {"seen_at", "已读 ", "seen "},
        {"answered_at", "应答 ", "answered "},   {"declined_at", "答复不能到 ", "declined "},
        {"failed_at", "失败 ", "failed "},       {"recalled_at", "撤回 ", "recalled "},
    };
    for (size_t n = 0; n < sizeof proofs / sizeof *proofs; n++) {
        AUTO_TEXT(at);
        paper_time(s, json_str(notice, proofs[n].key), &at);
        if (at.len)
            text_addf(to, "%s%s%s", to->len ? "\n" : "", SAY(s, proofs[n].zh, proofs[n].en),
                      text_str(&at));
    }
    if (json_str(notice, "why"))
        text_addf(to, SAY(s, "：%s", ": %s"), str(notice, "why"));
}

static void notice_row(const struct paper *s, const json_t *notice)
{
    AUTO_TEXT(who);
    AUTO_TEXT(proof);
    text_add(&who, json_str_or(notice, "name", str(notice, "to")));
    if (*str(notice, "words"))
        text_addf(&who, SAY(s, "（%s）", " (%s)"), str(notice, "words"));
    proof_add(s, notice, &proof);
    paper_row(s, NULL);
    paper_cell(s, text_str(&who));
    paper_cell(s, strcmp(str(notice, "type"), "muster.call") == 0 ? SAY(s, "呼叫", "call")
                                                                  : SAY(s, "通知", "notice"));
    paper_cell(s, str(notice, "text"));
    paper_cell(s, str(notice, "endpoint"));
    paper_cell(s, term(s, TERM_NOTICE, json_str(notice, "state")));
    paper_cell(s, text_str(&proof));
}

static void notices_add(const struct paper *s, const json_t *d)
{
    const char *heads[] = {SAY(s, "对象", "To"),      SAY(s, "方式", "Kind"),
                           SAY(s, "内容", "Text"),    SAY(s, "经由", "By"),
                           SAY(s, "结果", "Outcome"), SAY(s, "送达证明", "Proof")};
    const json_t *notices = json_at(d, "notices");
    size_t n;
    json_t *notice;
    paper_section(s, SAY(s, "五、通知与送达", "5. Messages and proof of delivery"));
    if (!json_array_size(notices)) {
        paper_paragraph(s, "note", SAY(s, "没有发出消息。", "No message was sent."));
        return;
    }
    paper_table(s, "notices", heads, 6);
    json_array_foreach(json_unconst(notices), n, notice) notice_row(s, notice);
    paper_table_end(s);
    more_note(s, d, "notices_more");
}

/* ---- timeline ---- */

static void timeline_note(const struct paper *s, const json_t *d)
{
    AUTO_TEXT(words);
    text_addf(&words,
              SAY(s,
                  "日志共 %" PRId64 " 行，序号 %" PRId64 " 至 %" PRId64 "；其中 %" PRId64
                  " 行为消息的各次发送（见上表）和程序自身的步骤，未列出。",
                  "%" PRId64 " rows of the journal, seq %" PRId64 " to %" PRId64 "; %" PRId64
                  " of them, attempts of messages (see above) and steps of the program, are "
                  "not listed."),
              json_int(d, "rows", 0), json_int(d, "first_seq", 0), json_int(d, "last_seq", 0),
              json_int(d, "omitted", 0));
    paper_paragraph(s, "note", text_str(&words));
    more_note(s, d, "events_more");
}

static void timeline_add(const struct paper *s, const json_t *d)
{
    const char *heads[] = {SAY(s, "时间", "Time"), SAY(s, "记录", "Entry"), SAY(s, "序号", "Seq")};
    size_t n;
    json_t *event;
    paper_section(s, SAY(s, "六、时间线", "6. Timeline"));
    timeline_note(s, d);
    paper_table(s, "log", heads, 3);
    json_array_foreach(json_unconst(json_at(d, "events")), n, event)
    {
        AUTO_TEXT(seq);
        text_addf(&seq, "%" PRId64, json_int(event, "seq", 0));
        paper_row(s, NULL);
        cell_time(s, json_str(event, "at"));
        paper_cell(s, str(event, s->zh ? "zh" : "en"));
        paper_cell(s, text_str(&seq));
    }
    paper_table_end(s);
}

/* ---- together ---- */

static void sign_add(const struct paper *s)
{
    text_add(s->to, "<div class=\"sign\">");
    const char *lines[] = {SAY(s, "整理：", "Prepared by:"), SAY(s, "审核：", "Approved by:"),
                           SAY(s, "日期：", "Date:")};
    for (size_t n = 0; n < 3; n++)
        text_addf(s->to, "<span>%s</span>", lines[n]);
    text_add(s->to, "</div>\n");
}

void record_html(const json_t *d, bool zh, const char *made_at, struct text *to)
{
    const json_t *i = json_at(d, "incident");
    const struct paper s = {
        .to = to, .zh = zh, .drill = json_bool(i, "drill"), .zone = json_str(i, "zone")};
    bool purged = json_bool(i, "purged");
    paper_begin(&s, SAY(&s, "事件记录", "Incident record"),
                purged ? SAY(&s, "（内容已清除）", "(purged)") : str(i, "title"));
    banners_add(&s, d);
    if (purged)
        paper_paragraph(&s, "banner",
                        SAY(&s, "已清除：个人信息已销毁，不可恢复。",
                            "Purged: what was personal is destroyed, for good."));
    head_add(&s, d, made_at);
    orders_add(&s, d);
    proposals_add(&s, d);
    items_add(&s, d);
    facts_add(&s, d);
    reports_add(&s, d);
    notices_add(&s, d);
    timeline_add(&s, d);
    sign_add(&s);
    paper_end(&s);
}
