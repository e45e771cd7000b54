#include "paper/forms.h"

#include "paper/markdown.h"
#include "paper/record.h"
#include "paper/terms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A form in the making. */
struct filling {
    struct paper s;
    const json_t *d, *incident;
    const json_t *item, *notice; /* ICS 213: what it is about, one of them */
    const json_t *report;        /* ICS 209: the newest, NULL: none; or the one that is shown */
};

static const char *str(const json_t *o, const char *key)
{
    return json_str_or(o, key, "");
}

/* ---- pieces ---- */

static void say(const struct filling *f, const char *words)
{
    markdown_add(f->s.to, words);
}

static void say_time(const struct filling *f, const char *rfc)
{
    AUTO_TEXT(at);
    AUTO_TEXT(offset);
    paper_time(&f->s, rfc, &at);
    paper_offset(&f->s, rfc, &offset);
    say(f, text_str(&at));
    if (offset.len)
        text_addf(f->s.to, " \\%s", text_str(&offset));
}

static void empty(const struct filling *f)
{
    text_add(f->s.to, SAY(&f->s, "（记录中没有）", "(nothing recorded)"));
}

static void say_or_empty(const struct filling *f, const char *words)
{
    if (words && *words)
        say(f, words);
    else
        empty(f);
}

static void line(const struct filling *f, const char *rfc)
{
    text_add(f->s.to, "\n- ");
    if (rfc) {
        say_time(f, rfc);
        text_add(f->s.to, SAY(&f->s, "　", " – "));
    }
}

/* ---- what stands in a block ---- */

typedef void fill_fn(const struct filling *f);

static void fill_name(const struct filling *f)
{
    say_or_empty(f, str(f->incident, "title"));
    if (f->s.drill)
        text_add(f->s.to, SAY(&f->s, "（演练）", " (drill)"));
}

static void fill_number(const struct filling *f)
{
    say(f, str(f->incident, "id"));
}

static const json_t *last_of(const json_t *list)
{
    size_t count = json_array_size(list);
    return count ? json_array_get(list, count - 1) : NULL;
}

/* Of the last report; else only whether another one would be the last. */
static void fill_version(const struct filling *f)
{
    bool ended = json_bool(f->d, "ended");
    say(f, f->report ? term(&f->s, TERM_REPORT_KIND, json_str(f->report, "kind"))
           : ended   ? SAY(&f->s, "终报", "Final")
                     : SAY(&f->s, "续报", "Update"));
    text_add(f->s.to, SAY(&f->s, "；报告编号：", "; report number: "));
    if (f->report)
        text_add_int(f->s.to, json_int(f->report, "number", 0));
    else
        empty(f);
}

static void fill_prepared(const struct filling *f)
{
    say_or_empty(f, str(f->report, "by"));
}

static void say_time_or_empty(const struct filling *f, const char *rfc)
{
    if (rfc)
        say_time(f, rfc);
    else
        empty(f);
}

static void fill_submitted(const struct filling *f)
{
    say_time_or_empty(f, json_str(f->report, "sent_at"));
}

static void fill_approved(const struct filling *f)
{
    say_or_empty(f, str(json_at(f->report, "signer"), "name"));
}

static void fill_sent_to(const struct filling *f)
{
    const json_t *told = json_at(f->report, "told");
    size_t n;
    json_t *one;
    if (!json_array_size(told))
        empty(f);
    json_array_foreach(json_unconst(told), n, one)
    {
        text_add(f->s.to, n ? SAY(&f->s, "、", ", ") : "");
        say(f, json_str_or(one, "name", str(one, "to")));
    }
}

static void fill_commander(const struct filling *f)
{
    say_or_empty(f, str(f->incident, "commander"));
}

static void fill_start(const struct filling *f)
{
    say_time(f, str(f->incident, "opened_at"));
}

static void fill_definition(const struct filling *f)
{
    const char *category = term(&f->s, TERM_CATEGORY, json_str(f->incident, "category"));
    say_or_empty(f, category);
    if (json_str(f->incident, "plan")) {
        text_add(f->s.to, SAY(&f->s, "；预案 ", "; plan "));
        say(f, str(f->incident, "plan"));
    }
}

static void fill_period(const struct filling *f)
{
    say_time(f, str(f->incident, "opened_at"));
    text_add(f->s.to, SAY(&f->s, " 至 ", " to "));
    say_time(f, json_str_or(f->incident, "closed_at", str(f->d, "last_at")));
}

static void fill_place(const struct filling *f)
{
    const json_t *place = json_at(f->incident, "place");
    const char **keys = json_keys(place, NULL);
    if (!keys[0])
        empty(f);
    for (size_t n = 0; keys[n]; n++) {
        line(f, NULL);
        say(f, keys[n]);
        text_add(f->s.to, SAY(&f->s, "：", ": "));
        say(f, str(place, keys[n]));
    }
    free(keys);
}

static bool is_one_of(const char *const *kinds, const char *kind)
{
    while (*kinds && strcmp(*kinds, kind) != 0)
        kinds++;
    return *kinds;
}

/* The events of these kinds; NULL: of all. */
static void fill_events(const struct filling *f, const char *const *kinds)
{
    size_t n, shown = 0;
    json_t *e;
    json_array_foreach(json_unconst(json_at(f->d, "events")), n, e)
    {
        if (kinds && !is_one_of(kinds, str(e, "kind")))
            continue;
        line(f, str(e, "at"));
        say(f, str(e, f->s.zh ? "zh" : "en"));
        shown++;
    }
    if (!shown)
        empty(f);
    if (json_bool(f->d, "events_more")) {
        line(f, NULL);
        say(f, SAY(&f->s, "其余从略；完整记录见归档。", "and more, which the archive has."));
    }
}

static void fill_significant(const struct filling *f)
{
    static const char *const kinds[] = {
        "incident_opened", "ordered",      "escalated",       "condition_held", "confirmed",
        "plan_failed",     "call_expired", "incident_closed", "resolved",       NULL};
    fill_events(f, kinds);
}

static void fill_log(const struct filling *f)
{
    fill_events(f, NULL);
}

static bool item_is_open(const json_t *item)
{
    static const char *const states[] = {"issued", "received", "arrived", NULL};
    return is_one_of(states, str(item, "state"));
}

static void fill_planned(const struct filling *f)
{
    size_t n, shown = 0;
    json_t *item;
    json_array_foreach(json_unconst(json_at(f->d, "items")), n, item)
    {
        if (!item_is_open(item))
            continue;
        line(f, json_str(item, "due_at"));
        say(f, paper_words(&f->s, json_at(item, "title")));
        text_add(f->s.to, SAY(&f->s, "；责任单位：", "; owner: "));
        say_or_empty(f, json_str_or(item, "owner_name", str(item, "owner")));
        shown++;
    }
    if (!shown)
        empty(f);
}

static void fill_completion(const struct filling *f)
{
    const char *until = json_str(last_of(json_at(f->d, "orders")), "expected_at");
    if (!until || json_bool(f->d, "ended")) {
        empty(f);
        return;
    }
    say_time(f, until);
    text_add(f->s.to, SAY(&f->s, "（据最近一次命令）", " (by the last order)"));
}

static void remark(const struct filling *f, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    line(f, NULL);
    text_add(f->s.to, name);
    say(f, value);
}

static void remark_values(const struct filling *f, const char *station, const json_t *facts)
{
    const char **names = json_keys(facts, NULL);
    for (size_t n = 0; names[n]; n++) {
        const json_t *fact = json_at(facts, names[n]), *value = json_at(fact, "value");
        AUTO_TEXT(words);
        if (value && json_is_string(json_at(fact, "at"))) {
            text_addf(&words, "%s%s%s=", station, *station ? "." : "", names[n]);
            if (json_is_string(value))
                text_add(&words, json_string_value(value));
            else
                json_write(value, &words);
            line(f, str(fact, "at"));
            say(f, text_str(&words));
        } else if (!*station && json_is_object(fact)) {
            remark_values(f, names[n], fact);
        }
    }
    free(names);
}

static void fill_remarks(const struct filling *f)
{
    const json_t *i = f->incident;
    remark(f, SAY(&f->s, "状态：", "State: "), term(&f->s, TERM_INCIDENT, json_str(i, "state")));
    remark(f, SAY(&f->s, "响应级别：", "Response level: "), json_str(i, "level"));
    remark(f, SAY(&f->s, "事件分级：", "Grade: "), json_str(i, "grade"));
    remark(f, SAY(&f->s, "预警：", "Warning: "), term(&f->s, TERM_WARNING, json_str(i, "warning")));
    remark(f, SAY(&f->s, "首报说明：", "Note: "), json_str(i, "note"));
    remark_values(f, "", json_at(i, "facts"));
}

/* ---- ICS 213: one directive, item or message ---- */

static void fill_to(const struct filling *f)
{
    if (f->item) {
        say_or_empty(f, json_str_or(f->item, "owner_name", str(f->item, "owner")));
        return;
    }
    say_or_empty(f, json_str_or(f->notice, "name", str(f->notice, "to")));
    if (*str(f->notice, "words"))
        text_add(f->s.to, SAY(&f->s, "，", ", "));
    say(f, str(f->notice, "words"));
}

static void fill_from(const struct filling *f)
{
    say_or_empty(f, f->item ? str(f->item, "from") : NULL);
}

static void fill_subject(const struct filling *f)
{
    if (!f->item) {
        say_or_empty(f, str(f->incident, "title"));
        return;
    }
    const bool directive = strcmp(str(f->item, "kind"), "directive") == 0;
    text_add(f->s.to,
             directive ? SAY(&f->s, "批示：", "Directive: ") : SAY(&f->s, "事项：", "Item: "));
    say(f, str(f->incident, "title"));
}

static const char *written_at(const struct filling *f)
{
    return f->item ? str(f->item, "issued_at") : str(f->notice, "queued_at");
}

/* "2026-07-20 10:00:05": its day, or its time. */
static void fill_half(const struct filling *f, bool day)
{
    AUTO_TEXT(at);
    paper_time(&f->s, written_at(f), &at);
    char *blank = at.len ? strchr(at.at, ' ') : NULL;
    if (!blank) {
        say_or_empty(f, text_str(&at));
        return;
    }
    *blank = '\0';
    say(f, day ? at.at : blank + 1);
}

static void fill_date(const struct filling *f)
{
    fill_half(f, true);
}

static void fill_time(const struct filling *f)
{
    fill_half(f, false);
}

static void fill_message(const struct filling *f)
{
    if (f->notice) {
        say_or_empty(f, str(f->notice, "text"));
        return;
    }
    say_or_empty(f, paper_words(&f->s, json_at(f->item, "title")));
    remark(f, SAY(&f->s, "办结标准：", "Done when: "),
           paper_words(&f->s, json_at(f->item, "done_when")));
    if (json_str(f->item, "due_at")) {
        text_add(f->s.to, SAY(&f->s, "\n- 时限：", "\n- Due: "));
        say_time(f, str(f->item, "due_at"));
    }
}

static const char *answer_word(const struct filling *f, const json_t *answer)
{
    const char *kind = str(answer, "kind");
    if (strcmp(kind, "call_declined") == 0)
        return SAY(&f->s, "不能到", "declines");
    if (strcmp(kind, "opinion_given") == 0)
        return SAY(&f->s, "会商意见", "gives an opinion");
    if (strcmp(kind, "choice_given") == 0)
        return SAY(&f->s, "答复询问", "answers a question");
    return SAY(&f->s, "应答", "answers");
}

static void fill_reply(const struct filling *f)
{
    size_t n, shown = 0;
    json_t *a;
    if (f->item) {
        say(f, term(&f->s, TERM_ITEM, json_str(f->item, "state")));
        return;
    }
    json_array_foreach(json_unconst(json_at(f->d, "answers")), n, a)
    {
        if (strcmp(str(a, "notice"), str(f->notice, "id")) != 0)
            continue;
        line(f, str(a, "at"));
        say(f, answer_word(f, a));
        if (*str(a, "choice")) {
            text_add(f->s.to, SAY(&f->s, "：", ": "));
            say(f, str(a, "choice"));
        }
        if (*str(a, "note")) {
            text_add(f->s.to, SAY(&f->s, "：", ": "));
            say(f, str(a, "note"));
        }
        shown++;
    }
    if (!shown)
        empty(f);
}

static void fill_replied_by(const struct filling *f)
{
    const char *at = f->item ? json_str(f->item, "done_at") : json_str(f->notice, "answered_at");
    if (!at && f->notice)
        at = json_str(f->notice, "declined_at");
    if (!at) {
        empty(f);
        return;
    }
    fill_to(f);
    text_add(f->s.to, SAY(&f->s, "，", ", "));
    say_time(f, at);
}

/* ---- the phone log ---- */

/* What the one who was called said to it, by its link or through the duty room; NULL: nothing. */
static const json_t *answer_to(const struct filling *f, const json_t *notice)
{
    size_t n;
    json_t *a;
    json_array_foreach(json_unconst(json_at(f->d, "answers")), n, a)
    {
        bool by_link = json_str(a, "notice") && !strcmp(str(a, "notice"), str(notice, "id"));
        bool said = !json_str(a, "notice") && !strcmp(str(a, "by"), str(notice, "to")) &&
                    strcmp(str(a, "at"), str(notice, "queued_at")) >= 0;
        if (by_link || said)
            return a;
    }
    return NULL;
}

/* Does an open call wait for whom this went to? */
static bool still_asked(const struct filling *f, const json_t *notice)
{
    size_t n, k;
    json_t *call, *asked;
    json_array_foreach(json_unconst(json_at(json_at(f->d, "incident"), "calls")), n, call)
    {
        json_array_foreach(json_unconst(json_at(call, "asked")), k, asked)
        {
            if (!strcmp(str(asked, "person"), str(notice, "to")))
                return true;
        }
    }
    return false;
}

/* Of a call it counts whether somebody answered, not that it went out. */
static void call_outcome(const struct filling *f, const json_t *notice)
{
    const char *state = str(notice, "state");
    const json_t *answer = answer_to(f, notice);
    bool out = !strcmp(state, "sent") || !strcmp(state, "delivered") || !strcmp(state, "seen");
    if (answer && !strcmp(str(answer, "kind"), "call_declined")) {
        say(f, SAY(&f->s, "不能到", "declines"));
    } else if (answer) {
        say(f, term(&f->s, TERM_NOTICE, "answered"));
    } else {
        if (!out || strcmp(state, "sent") != 0)
            say_or_empty(f, term(&f->s, TERM_NOTICE, state));
        if (out && strcmp(state, "sent") != 0)
            text_add(f->s.to, SAY(&f->s, "，", ", "));
        if (out && still_asked(f, notice))
            say(f, SAY(&f->s, "尚在等候应答", "no answer yet"));
        else if (out)
            say(f, SAY(&f->s, "未应答", "no answer"));
    }
}

static void call_line(const struct filling *f, const json_t *notice)
{
    line(f, str(notice, "queued_at"));
    text_add(f->s.to, SAY(&f->s, "**去电** ", "**out** "));
    say_or_empty(f, json_str_or(notice, "name", str(notice, "to")));
    if (*str(notice, "words")) {
        text_add(f->s.to, SAY(&f->s, "，", ", "));
        say(f, str(notice, "words"));
    }
    text_add(f->s.to, SAY(&f->s, "：", ": "));
    say_or_empty(f, str(notice, "text"));
    text_add(f->s.to, SAY(&f->s, "　*结果*：", " – *outcome*: "));
    call_outcome(f, notice);
}

static void answer_line(const struct filling *f, const json_t *a)
{
    line(f, str(a, "at"));
    text_add(f->s.to, SAY(&f->s, "**来电** ", "**in** "));
    say_or_empty(f, json_str_or(a, "name", json_str_or(a, "by", str(json_at(a, "actor"), "id"))));
    text_add(f->s.to, SAY(&f->s, "：", ": "));
    say(f, answer_word(f, a));
    if (*str(a, "note")) {
        text_add(f->s.to, SAY(&f->s, "；", "; "));
        say(f, str(a, "note"));
    }
    if (json_str(json_at(a, "actor"), "by")) {
        text_add(f->s.to, SAY(&f->s, "　*记录*：", " – *taken down by*: "));
        say(f, str(json_at(a, "actor"), "by"));
    }
}

static void oral_line(const struct filling *f, const json_t *o)
{
    line(f, str(o, "at"));
    text_add(f->s.to, SAY(&f->s, "**口头命令** ", "**oral order** "));
    say_or_empty(f, json_str_or(o, "name", str(o, "by")));
    text_add(f->s.to, SAY(&f->s, "：", ": "));
    say_or_empty(f, paper_words(&f->s, json_at(o, "reason")));
    text_add(f->s.to, SAY(&f->s, "　*记录并复诵*：", " – *taken down and read back by*: "));
    say(f, str(o, "oral"));
}

static void phoned_line(const struct filling *f, const json_t *report)
{
    line(f, str(report, "phoned_at"));
    text_add(f->s.to, SAY(&f->s, "**电话报告** ", "**reported by telephone** "));
    say(f, term(&f->s, TERM_REPORT_KIND, json_str(report, "kind")));
    text_addf(f->s.to, SAY(&f->s, "第%" PRId64 "号", " %" PRId64), json_int(report, "number", 0));
}

struct talk {
    const char *at;
    const json_t *what;
    void (*line)(const struct filling *f, const json_t *what);
};

static int by_time(const void *a, const void *b)
{
    return strcmp(((const struct talk *)a)->at, ((const struct talk *)b)->at);
}

static size_t talks_of(const struct filling *f, struct talk *talks)
{
    size_t n, count = 0;
    json_t *one;
    json_array_foreach(json_unconst(json_at(f->d, "notices")), n, one)
    {
        if (strcmp(str(one, "type"), "muster.call") == 0)
            talks[count++] = (struct talk){str(one, "queued_at"), one, call_line};
    }
    json_array_foreach(json_unconst(json_at(f->d, "answers")), n, one) talks[count++] =
        (struct talk){str(one, "at"), one, answer_line};
    json_array_foreach(json_unconst(json_at(f->d, "orders")), n, one)
    {
        if (json_str(one, "oral"))
            talks[count++] = (struct talk){str(one, "at"), one, oral_line};
    }
    json_array_foreach(json_unconst(json_at(f->d, "reports")), n, one)
    {
        if (json_str(one, "phoned_at"))
            talks[count++] = (struct talk){str(one, "phoned_at"), one, phoned_line};
    }
    return count;
}

static void fill_talks(const struct filling *f)
{
    size_t most =
        json_array_size(json_at(f->d, "notices")) + json_array_size(json_at(f->d, "answers")) +
        json_array_size(json_at(f->d, "orders")) + json_array_size(json_at(f->d, "reports"));
    struct talk *talks = mem_new(most + 1, sizeof *talks);
    size_t count = talks_of(f, talks);
    qsort(talks, count, sizeof *talks, by_time);
    for (size_t n = 0; n < count; n++)
        talks[n].line(f, talks[n].what);
    if (!count)
        empty(f);
    free(talks);
}

/* ---- the forms ---- */

struct block {
    const char *number;
    const char *en, *zh;
    fill_fn *fill; /* NULL: the record has nothing that belongs there */
};

static const struct block ics209[] = {
    {"1", "Incident Name", "事件名称", fill_name},
    {"2", "Incident Number", "事件编号", fill_number},
    {"3", "Report Version", "报告版次", fill_version},
    {"4", "Incident Commander(s) & Agency or Organization", "指挥员及单位", fill_commander},
    {"5", "Incident Management Organization", "指挥机构", NULL},
    {"6", "Incident Start Date/Time", "事件开始时间", fill_start},
    {"7", "Current Incident Size or Area Involved", "当前规模或范围", NULL},
    {"8", "Percent (%) Contained or Completed", "控制或完成比例", NULL},
    {"9", "Incident Definition", "事件类型", fill_definition},
    {"10", "Incident Complexity Level", "复杂程度", NULL},
    {"11", "For Time Period", "报告时段", fill_period},
    {"12", "Prepared By", "拟稿人", fill_prepared},
    {"13", "Date/Time Submitted", "报送时间", fill_submitted},
    {"14", "Approved By", "批准人", fill_approved},
    {"15", "Primary Location, Organization, or Agency Sent To", "主送单位", fill_sent_to},
    {"16", "State", "省（州）", NULL},
    {"17", "County/Parish/Borough", "县（区）", NULL},
    {"18", "City", "市", NULL},
    {"19", "Unit or Other", "单位或其他", NULL},
    {"20", "Incident Jurisdiction", "管辖", NULL},
    {"21", "Incident Location Ownership", "事发地权属", NULL},
    {"22", "Longitude, Latitude", "经纬度", NULL},
    {"23", "US National Grid Reference", "美国国家网格坐标", NULL},
    {"24", "Legal Description", "地籍描述", NULL},
    {"25", "Short Location or Area Description", "地点简述", fill_place},
    {"26", "UTM Coordinates", "UTM 坐标", NULL},
    {"27", "Electronic Geospatial Data", "电子地理数据", NULL},
    {"28", "Significant Events for the Time Period Reported", "时段内重要事项", fill_significant},
    {"29", "Primary Materials or Hazards Involved", "主要危险物质或危害", NULL},
    {"30", "Damage Assessment Information", "损失评估", NULL},
    {"31", "Public Status Summary", "公众伤亡情况", NULL},
    {"32", "Responder Status Summary", "救援人员伤亡情况", NULL},
    {"33", "Life, Safety, and Health Status/Threat Remarks", "生命安全与健康威胁说明", NULL},
    {"34", "Life, Safety, and Health Threat Management", "生命安全与健康威胁应对", NULL},
    {"35", "Weather Concerns", "天气", NULL},
    {"36", "Projected Incident Activity, Potential, Movement, Escalation, or Spread", "发展趋势",
     NULL},
    {"37", "Strategic Objectives", "总体目标", NULL},
    {"38", "Current Incident Threat Summary and Risk Information", "当前威胁与风险", NULL},
    {"39", "Critical Resource Needs", "急需资源", NULL},
    {"40", "Strategic Discussion", "策略说明", NULL},
    {"41", "Planned Actions for Next Operational Period", "下一时段计划行动", fill_planned},
    {"42", "Projected Final Incident Size/Area", "预计最终规模", NULL},
    {"43", "Anticipated Incident Management Completion Date", "预计结束时间", fill_completion},
    {"44", "Projected Significant Resource Demobilization Start Date", "预计撤离开始时间", NULL},
    {"45", "Estimated Incident Costs to Date", "至今费用估计", NULL},
    {"46", "Projected Final Incident Cost Estimate", "最终费用估计", NULL},
    {"47", "Remarks", "备注", fill_remarks},
    {"48", "Agency or Organization", "单位", NULL},
    {"49", "Resources", "资源", NULL},
    {"50", "Additional Personnel", "其他人员", NULL},
    {"51", "Total Personnel", "人员合计", NULL},
    {"52", "Additional Cooperating and Assisting Organizations", "其他协作单位", NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct block ics213[] = {
    {"1", "Incident Name", "事件名称", fill_name},
    {"2", "To (Name and Position)", "收件人（姓名和职务）", fill_to},
    {"3", "From (Name and Position)", "发件人（姓名和职务）", fill_from},
    {"4", "Subject", "主题", fill_subject},
    {"5", "Date", "日期", fill_date},
    {"6", "Time", "时间", fill_time},
    {"7", "Message", "内容", fill_message},
    {"8", "Approved by", "批准人", NULL},
    {"9", "Reply", "回复", fill_reply},
    {"10", "Replied by", "回复人", fill_replied_by},
    {NULL, NULL, NULL, NULL},
};

static const struct block ics214[] = {
    {"1", "Incident Name", "事件名称", fill_name},
    {"2", "Operational Period", "时段", fill_period},
    {"3", "Name", "姓名", NULL},
    {"4", "ICS Position", "职务", NULL},
    {"5", "Home Agency (and Unit)", "所属单位", NULL},
    {"6", "Resources Assigned", "调派资源", NULL},
    {"7", "Activity Log", "活动记录", fill_log},
    {"8", "Prepared by", "填表人", NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct block phonelog[] = {
    {"1", "Incident", "事件", fill_name},
    {"2", "Period", "时段", fill_period},
    {"3", "Calls", "通话", fill_talks},
    {"4", "Taken down by", "记录人", NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct {
    const char *name, *title_en, *title_zh;
    const struct block *blocks; /* NULL: it is a text of its own */
} forms[FORMS] = {
    [FORM_ICS209] = {"ics209", "Incident Status Summary (ICS 209)", "事件情况汇总（ICS 209）",
                     ics209},
    [FORM_ICS213] = {"ics213", "General Message (ICS 213)", "通用函件（ICS 213）", ics213},
    [FORM_ICS214] = {"ics214", "Activity Log (ICS 214)", "活动日志（ICS 214）", ics214},
    [FORM_PHONELOG] = {"phonelog", "Phone Log", "电话记录", phonelog},
    [FORM_REPORT] = {"report", "Report", "报告", NULL},
};

const char *form_name(enum form f)
{
    return forms[f].name;
}

bool form_parse(const char *name, enum form *ret)
{
    for (int f = 0; f < FORMS; f++) {
        if (strcmp(forms[f].name, name) == 0) {
            *ret = (enum form)f;
            return true;
        }
    }
    return false;
}

static void block_add(const struct filling *f, const struct block *b)
{
    text_addf(f->s.to, "**%s\\. %s**", b->number, f->s.zh ? b->zh : b->en);
    if (f->s.zh && strcmp(b->zh, b->en) != 0)
        text_addf(f->s.to, "（%s）", b->en);
    text_add(f->s.to, SAY(&f->s, "：", ": "));
    if (b->fill)
        b->fill(f);
    else
        empty(f);
    text_add(f->s.to, "\n\n");
}

static const json_t *with_id(const json_t *all, const char *id)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(all), n, one)
    {
        if (strcmp(str(one, "id"), id) == 0)
            return one;
    }
    return NULL;
}

static enum err report_of(const json_t *d, const char *about, struct filling *ret, struct why *why)
{
    if (about)
        ret->report = with_id(json_at(d, "reports"), about);
    if (ret->report)
        return ERR_OK;
    return about ? why_set(why, ERR_MISSING, "this incident has no report %.60s", about)
                 : why_set(why, ERR_MISSING, "this incident has no report yet");
}

static enum err subject_of(const json_t *d, const char *about, struct filling *ret, struct why *why)
{
    if (!about)
        return why_set(why, ERR_INVALID,
                       "ics213 is about one directive or message: name it with --about ID (muster "
                       "items, muster timeline)");
    ret->item = with_id(json_at(d, "items"), about);
    ret->notice = ret->item ? NULL : with_id(json_at(d, "notices"), about);
    if (!ret->item && !ret->notice)
        return why_set(why, ERR_MISSING, "this incident has no item and no message %.60s", about);
    return ERR_OK;
}

static enum err filling_of(enum form form, const json_t *d, bool zh, const char *about,
                           struct filling *ret, struct why *why)
{
    const json_t *i = json_at(d, "incident");
    *ret = (struct filling){
        .s = {.zh = zh, .drill = json_bool(i, "drill"), .zone = json_str(i, "zone")},
        .d = d,
        .incident = i,
        .report = last_of(json_at(d, "reports"))};
    return form == FORM_ICS213   ? subject_of(d, about, ret, why)
           : form == FORM_REPORT ? report_of(d, about, ret, why)
                                 : ERR_OK;
}

static void blocks_add(struct filling *f, enum form form, struct text *to)
{
    f->s.to = to;
    for (const struct block *b = forms[form].blocks; b->number; b++)
        block_add(f, b);
}

enum err form_markdown(enum form form, const json_t *d, bool zh, const char *about, struct text *to,
                       struct why *why)
{
    struct filling f;
    enum err e = filling_of(form, d, zh, about, &f, why);
    if (e)
        return e;
    if (!forms[form].blocks) {
        text_add(to, str(f.report, "text"));
        return ERR_OK;
    }
    text_addf(to, "# %s%s\n\n", f.s.drill ? SAY(&f.s, "【演练】", "\\[DRILL\\] ") : "",
              zh ? forms[form].title_zh : forms[form].title_en);
    blocks_add(&f, form, to);
    return ERR_OK;
}

static void content_add(struct filling *f, enum form form, struct text *to)
{
    AUTO_TEXT(markdown);
    if (forms[form].blocks) {
        blocks_add(f, form, &markdown);
        markdown_html_own(text_str(&markdown), markdown.len, to);
        f->s.to = to;
        return;
    }
    f->s.to = to;
    record_report(&f->s, f->report);
}

enum err form_html(enum form form, const json_t *d, bool zh, const char *about, struct text *to,
                   struct why *why)
{
    struct filling f;
    enum err e = filling_of(form, d, zh, about, &f, why);
    if (e)
        return e;
    f.s.to = to;
    paper_begin(&f.s, zh ? forms[form].title_zh : forms[form].title_en, str(f.incident, "title"));
    content_add(&f, form, to);
    paper_end(&f.s);
    return ERR_OK;
}
