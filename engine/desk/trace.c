#include "desk/trace.h"

#include "base/civil.h"
#include "core/item.h"
#include "core/level.h"
#include "core/order.h"
#include "core/report.h"
#include "core/say.h"

#include <stdlib.h>
#include <string.h>

struct trace {
    bool zh;
    struct site *site;
    struct text lines;
    json_t *rungs;   /* {INCIDENT/STEP: {"people","why","at"}} of calls, until the next is called */
    json_t *titles;  /* {INCIDENT: title}, of all but the first */
    json_t *failing; /* {NOTICE: true}: an attempt failed, and it has not arrived yet */
    bool begun;
};

/* A line under way. */
struct line {
    struct trace *t;
    const struct record *r;
    struct text *to;
};

struct trace *trace_new(struct site *site, bool zh)
{
    struct trace *t = mem_new(1, sizeof *t);
    t->zh = zh;
    t->rungs = json_object();
    t->titles = json_object();
    t->failing = json_object();
    t->site = site_ref(site);
    return t;
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    site_unref(t->site);
    text_done(&t->lines);
    json_decref(t->rungs);
    json_decref(t->titles);
    json_decref(t->failing);
    free(t);
}

static void words(const struct line *l, const char *zh, const char *en)
{
    text_add(l->to, l->t->zh ? zh : en);
}

static const char *lang_of(const struct trace *t)
{
    return t->zh ? "zh" : "en";
}

/* What a person or a department is called, in the language of the house, as in its messages. */
static const char *name_of(const struct trace *t, const char *target)
{
    struct rung_person person;
    if (site_person(t->site, target, &person))
        return person.name;
    return site_target_name(t->site, target, site_language(t->site));
}

static const char *text_of(const struct trace *t, const json_t *text)
{
    const char *one = json_is_string(text) ? json_string_value(text) : json_str(text, lang_of(t));
    if (!one)
        one = json_str(text, t->zh ? "en" : "zh");
    return one ? one : "";
}

static void person_add(const struct line *l, const char *name, const char *as)
{
    text_add(l->to, name ? name : "?");
    if (as && *as)
        text_addf(l->to, " (%s)", as);
}

static void where_add(const struct line *l, const char *at)
{
    if (at && *at)
        text_addf(l->to, " — %s", at);
}

/* "03:10", of another day than the happening itself "07-21 03:10" */
static void moment_add(const struct line *l, wall_ms at)
{
    const char *zone = site_zone(l->t->site);
    AUTO_TEXT(text);
    civil_add(&text, zone, at);
    bool same_day = civil_day(zone, at) == civil_day(zone, l->r->at_ms);
    text_add(l->to, text_str(&text) + (same_day ? strlen("2026-07-20 ") : strlen("2026-")));
}

/* ---- calls ---- */

static void rung_key(const struct record *r, const char *step, struct text *to)
{
    char id[UUID_TEXT];
    text_addf(to, "%s/%s", uuid_text(r->incident, id), step);
}

/* Said with whoever is called now: see queued_say. */
static void rung_note(struct trace *t, const struct record *r)
{
    AUTO_TEXT(key);
    rung_key(r, json_str_or(r->body, "step", ""), &key);
    json_t *rung = json_put_str(json_object(), "why", json_str(r->body, "why"));
    json_put(rung, "people", json_share(json_at(record_at(r, "ev"), "people")));
    json_put(t->rungs, text_str(&key), json_put_str(rung, "at", record_str(r, "at")));
}

/* "王强 (主班, duty:duty-room) no answer; " */
static void rung_say(const struct line *l, const json_t *rung)
{
    const char *why = json_str_or(rung, "why", "start");
    size_t n;
    json_t *one;
    if (!strcmp(why, "start"))
        return;
    if (!strcmp(why, "accepted")) {
        words(l, "人数未满；", "more are wanted; ");
        return;
    }
    if (!strcmp(why, "again")) {
        words(l, "应答时限已过；", "the time of the answer is up; ");
        return;
    }
    json_array_foreach(json_unconst(json_at(rung, "people")), n, one)
    {
        text_add(l->to, n ? (l->t->zh ? "、" : ", ") : "");
        person_add(l, json_str(one, "name"), json_str(one, "words"));
    }
    if (!strcmp(why, "declined"))
        words(l, " 不能到；", " declines; ");
    else if (!strcmp(why, "undelivered"))
        words(l, " 未送达；", " not reached; ");
    else
        words(l, " 无应答；", " no answer; ");
}

static void queued_say(const struct line *l)
{
    const json_t *m = record_at(l->r, "message");
    const char *type = json_str_or(m, "type", ""), *text = json_str_or(m, "text", "");
    const char *endpoint = json_str(l->r->body, "endpoint");
    bool call = !strcmp(type, "muster.call"), first = !call;
    AUTO_TEXT(key);
    AUTO_JSON(rung);
    rung_key(l->r, json_str_or(l->r->body, "step", ""), &key);
    rung = json_share(json_at(l->t->rungs, text_str(&key)));
    if (call && rung) {
        rung_say(l, rung);
        first = !strcmp(json_str_or(rung, "why", ""), "start");
        json_put_str(rung, "why", "start"); /* who did not answer is said once */
    }
    words(l, call ? "呼叫 " : "通知 ", call ? "call " : "notify ");
    person_add(l, json_str_or(m, "name", json_str(l->r->body, "to")), json_str(m, "words"));
    if (endpoint)
        text_addf(l->to, l->t->zh ? "，经 %s" : " by %s", endpoint);
    if (first && *text) {
        words(l, "：", ": ");
        text_add_bytes(l->to, text, strcspn(text, "\n"));
    }
    where_add(l, json_str(rung, "at"));
}

/* ---- command ---- */

/* "建议启动IV级响应", "propose IV": what tests hold on to is in English */
static void proposed_say(const struct line *l, const char *action, const char *level)
{
    words(l, "建议", "propose ");
    if (l->t->zh)
        order_words(action, level, true, l->to);
    else
        text_add(l->to, level ? level : action);
}

static void proposal_say(const struct line *l)
{
    const json_t *spec = record_at(l->r, "spec");
    size_t n;
    json_t *one;
    if (json_bool(l->r->body, "awaiting"))
        words(l, "待令：", "awaiting order: ");
    proposed_say(l, json_str_or(spec, "action", "?"), json_str(spec, "level"));
    if (json_at(spec, "what"))
        text_addf(l->to, l->t->zh ? "：%s" : " %s", text_of(l->t, json_at(spec, "what")));
    json_array_foreach(json_unconst(json_at(l->r->body, "people")), n, one)
        text_addf(l->to, "%s%s", n ? (l->t->zh ? "、" : ", ") : (l->t->zh ? "，报 " : " to "),
                  name_of(l->t, json_string_value(one)));
    if (json_at(spec, "reason"))
        text_addf(l->to, l->t->zh ? "：%s" : ": %s", text_of(l->t, json_at(spec, "reason")));
    where_add(l, json_str(spec, "plan"));
}

/* "order: activate IV by 孙伟 (post:flood-hq-deputy): falling" */
static bool order_say(const struct line *l)
{
    const json_t *ev = record_at(l->r, "ev");
    const char *level = json_str(l->r->body, "level"),
               *action = json_str_or(l->r->body, "action", "?");
    if (!level || json_str(ev, "oral") || json_bool(ev, "pending_approval"))
        return false;
    words(l, "命令：", "order: ");
    if (l->t->zh)
        order_words(action, level, true, l->to);
    else
        text_addf(l->to, "%s %s", action, level);
    if (json_str(ev, "name")) {
        words(l, "，", " by ");
        person_add(l, json_str(ev, "name"), json_str(ev, "as"));
    }
    if (json_at(ev, "reason"))
        text_addf(l->to, l->t->zh ? "：%s" : ": %s", text_of(l->t, json_at(ev, "reason")));
    return true;
}

/* "措施：巡查 (patrol)", "measure patrol" */
static void item_name_say(const struct line *l)
{
    const char *kind = json_str_or(l->r->body, "kind", "item"),
               *name = json_str(l->r->body, "name"),
               *title = text_of(l->t, json_at(record_at(l->r, "about"), "title"));
    if (!l->t->zh) {
        text_addf(l->to, "%s %s", kind, name ? name : title);
        return;
    }
    text_addf(l->to, "%s：%s", item_kind_words(kind).zh, title);
    if (name)
        text_addf(l->to, " (%s)", name);
}

static void item_say(const struct line *l)
{
    const json_t *about = record_at(l->r, "about");
    const char *owner = json_str_or(l->r->body, "owner", "?");
    wall_ms due = json_int(l->r->body, "due_at", 0);
    item_name_say(l);
    text_addf(l->to, l->t->zh ? "，交 %s" : " to %s",
              json_str_or(about, "owner_name", name_of(l->t, owner)));
    if (json_bool(l->r->body, "waits"))
        words(l, "，待前置事项办结", ", once what must come before is done");
    if (!due)
        return;
    words(l, "，时限 ", ", due ");
    moment_add(l, due);
}

/* "续报第3号 应报", "report update 3 due" */
static void report_say(const struct line *l)
{
    const char *name = json_str_or(l->r->body, "kind", "?");
    int number = (int)json_int(l->r->body, "number", 0);
    enum report_kind kind;
    if (l->t->zh && report_kind_parse(name, &kind))
        report_name_add(kind, number, true, l->to);
    else
        text_addf(l->to, "report %s %d", name, number);
    words(l, " 应报", " due");
    if (json_bool(l->r->body, "zero"))
        words(l, "（零报告）", " (zero report)");
    if (json_int(l->r->body, "due_at", 0)) {
        words(l, "，时限 ", ", by ");
        moment_add(l, json_int(l->r->body, "due_at", 0));
    }
}

/* What the plan itself says. Nothing: the turn is no happening. */
static bool turn_say(const struct line *l)
{
    size_t n, said = 0;
    json_t *cmd;
    json_array_foreach(json_unconst(record_at(l->r, "cmds")), n, cmd)
    {
        if (strcmp(json_str_or(cmd, "kind", ""), "log") != 0)
            continue;
        text_addf(l->to, "%s%s",
                  said++     ? "; "
                  : l->t->zh ? "记录："
                             : "log: ",
                  json_str_or(cmd, "text", ""));
        where_add(l, json_str(cmd, "at"));
    }
    return said > 0;
}

/* ---- lines ---- */

static bool is_quiet(enum record_kind kind)
{
    static const enum record_kind quiet[] = {
        REC_ENGINE_STARTED, REC_CONFIG_LOADED, REC_NOTICE_HANDED, REC_NOTICE_SENT,
        REC_TIMER_FIRED,    REC_REPORT_NEXT,   REC_CALL_RUNG,     REC_PROPOSED,
        REC_WATCH_CLOCK,    REC_NOTICE_METHOD, REC_UPKEEP_OPENED, REC_NOTICE_RECALLED,
    };
    for (size_t n = 0; n < sizeof quiet / sizeof *quiet; n++) {
        if (quiet[n] == kind)
            return true;
    }
    return false;
}

/* false: there is nothing to say. */
static bool line_say(const struct line *l)
{
    enum record_kind kind = l->r->kind;
    if (kind == REC_NOTICE_QUEUED)
        queued_say(l);
    else if (kind == REC_PROPOSAL_PUT)
        proposal_say(l);
    else if (kind == REC_ITEM_ISSUED)
        item_say(l);
    else if (kind == REC_REPORT_OPENED)
        report_say(l);
    else if (kind == REC_TURN)
        return turn_say(l);
    else if (kind == REC_ORDERED && order_say(l))
        return true;
    else
        record_say(l->r, lang_of(l->t), l->to);
    return true;
}

static void clock_add(struct text *to, mono_ms at)
{
    int64_t minutes = at / MS_MINUTE;
    text_addf(to, "[%lld:%02lld] ", (long long)(minutes / 60), (long long)(minutes % 60));
}

/* Which incident, unless it is the first of the night. */
static void title_add(const struct trace *t, struct uuid incident, struct text *to)
{
    char id[UUID_TEXT];
    const char *title = json_str(t->titles, uuid_text(incident, id));
    if (title)
        text_addf(to, "<%s> ", title);
}

static void line_end(struct trace *t, const char *line)
{
    for (; *line; line++)
        text_add_char(&t->lines, *line == '\n' ? ' ' : *line);
    text_add_char(&t->lines, '\n');
}

static void opened_note(struct trace *t, const struct record *r)
{
    char id[UUID_TEXT];
    if (t->begun)
        json_put_str(t->titles, uuid_text(r->incident, id),
                     json_str_or(json_at(record_at(r, "ev"), "incident"), "title", "?"));
    t->begun = true;
}

/* Of a message whose attempts fail: the first of them, and what comes of it in the end. */
static bool is_told(struct trace *t, const struct record *r)
{
    const char *notice = json_str_or(r->body, "notice", "");
    bool failing = json_at(t->failing, notice) != NULL;
    if (r->kind == REC_NOTICE_RETRY) {
        json_put(t->failing, notice, json_true());
        return !failing;
    }
    if (r->kind == REC_NOTICE_SENT && failing) {
        json_object_del(t->failing, notice);
        return true;
    }
    return !is_quiet(r->kind);
}

void trace_record(struct trace *t, const struct record *r)
{
    AUTO_TEXT(head);
    AUTO_TEXT(said);
    struct line line = {.t = t, .r = r, .to = &said};
    if (r->kind == REC_CALL_RUNG)
        rung_note(t, r);
    if (r->kind == REC_INCIDENT_OPENED)
        opened_note(t, r);
    if (!is_told(t, r) || !line_say(&line))
        return;
    clock_add(&head, r->mono);
    title_add(t, r->incident, &head);
    text_add(&head, text_str(&said));
    line_end(t, text_str(&head));
}

void trace_scope(struct trace *t, struct uuid incident, mono_ms at, const char *name, bool begins,
                 const char *where)
{
    AUTO_TEXT(said);
    clock_add(&said, at);
    title_add(t, incident, &said);
    text_addf(&said, t->zh ? "范围 %s %s" : "scope %s %s", name,
              begins ? (t->zh ? "开始" : "starts") : (t->zh ? "结束" : "ends"));
    if (where && *where)
        text_addf(&said, " — %s", where);
    line_end(t, text_str(&said));
}

void trace_say(struct trace *t, mono_ms at, const char *text)
{
    AUTO_TEXT(said);
    clock_add(&said, at);
    text_add(&said, text);
    line_end(t, text_str(&said));
}

const char *trace_text(const struct trace *t)
{
    return text_str(&t->lines);
}

size_t trace_len(const struct trace *t)
{
    return t->lines.len;
}
