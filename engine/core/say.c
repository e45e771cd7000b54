#include "core/say.h"

#include "core/finding_code.h"
#include "core/inject.h"
#include "core/order.h"
#include "core/otherwise.h"
#include "core/report.h"
#include "core/statement.h"
#include "core/upkeep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a sentence is made of: the record, and which language. */
struct say {
    const struct record *r;
    bool zh;
    struct text *to;
};

static void say_words(const struct say *s, const char *zh, const char *en)
{
    text_add(s->to, s->zh ? zh : en);
}

/* "李明 (副班, duty:duty-room)" */
static void say_person(const struct say *s, const char *name, const char *words)
{
    text_add(s->to, name ? name : "?");
    if (words && *words)
        text_addf(s->to, " (%s)", words);
}

/* The text of a message or title in the reader's language, whichever there is. */
static const char *say_text(const struct say *s, const json_t *text)
{
    if (json_is_string(text))
        return json_string_value(text);
    const char *words = json_str(text, s->zh ? "zh" : "en");
    if (!words)
        words = json_str(text, s->zh ? "en" : "zh");
    return words ? words : "";
}

static void say_why(const struct say *s, const char *why)
{
    if (why && *why)
        text_addf(s->to, s->zh ? "：%s" : ": %s", why);
}

/* Somebody at this machine is known by their number alone: "uid:1000". */
static void actor_add(const struct say *s, const char *id)
{
    bool user = !strncmp(id, "uid:", 4);
    if (user && !strcmp(id + 4, "0"))
        say_words(s, "系统管理员 root", "root");
    else if (user)
        text_addf(s->to, s->zh ? "本机用户 %s" : "user %s of this machine", id + 4);
    else
        text_add(s->to, id);
}

static void say_actor(const struct say *s)
{
    const char *id = json_str(s->r->actor, "id");
    if (!id)
        return;
    say_words(s, "（", " by ");
    actor_add(s, id);
    say_words(s, "）", "");
}

static void say_opened(const struct say *s)
{
    const json_t *about = json_at(record_at(s->r, "ev"), "incident");
    const char *plan = json_str(s->r->body, "plan");
    if (json_bool(s->r->body, "drill"))
        say_words(s, "【演练】", "[DRILL] ");
    if (json_at(s->r->body, "occasion_at"))
        say_words(s, "例会：", "occasion: ");
    else
        say_words(s, "触发：", "trigger: ");
    text_add(s->to, json_str_or(about, "title", "?"));
    if (json_str(s->r->body, "parent"))
        say_words(s, "（子事件）", " (a child)");
    if (json_str(s->r->body, "split"))
        say_words(s, "（拆分而来）", " (split off)");
    if (plan)
        text_addf(s->to, s->zh ? "，预案 %s" : ", plan %s", plan);
    else
        say_words(s, "，无对应预案", ", no plan");
    if (json_at(s->r->body, "missed"))
        text_addf(s->to, s->zh ? "（此前 %d 次未开）" : " (%d before it were left out)",
                  (int)json_int(s->r->body, "missed", 0));
    say_why(s, json_str(about, "note"));
}

/* As it was said to people when it was decided. */
static void say_duty(const struct say *s)
{
    text_add(s->to, say_text(s, record_at(s->r, "text")));
}

static void say_upkeep(const struct say *s)
{
    text_addf(s->to, s->zh ? "设立台账：%s" : "a ledger is kept: %s",
              json_str_or(record_at(s->r, "about"), "title", "?"));
}

/* ---- incidents that belong together ---- */

static void say_joined(const struct say *s)
{
    const json_t *join = record_at(s->r, "join"), *ev = join ? join : record_at(s->r, "ev");
    const char *source = json_str(ev, "source"), *merged = json_str(s->r->body, "merged");
    say_words(s, merged ? "并入事件：" : "并入：", merged ? "an incident joined: " : "joined: ");
    text_add(s->to, json_str_or(ev, "title", "?"));
    if (source)
        text_addf(s->to, s->zh ? "，来自 %s" : ", from %s", source);
    if (join)
        say_words(s, "，将汇总通报", ", to be told with others");
    say_why(s, json_str(ev, "note"));
}

static void say_joins_told(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    text_addf(s->to, s->zh ? "汇总：%d 条并入，共 %d 条" : "digest: %d joined, %d in all",
              (int)json_int(s->r->body, "joins", 0), (int)json_int(ev, "count", 0));
}

static void say_reopened(const struct say *s)
{
    const json_t *about = json_at(record_at(s->r, "ev"), "incident");
    text_addf(s->to, s->zh ? "重新开始，第 %d 次：" : "reopened, time %d: ",
              (int)json_int(about, "reopened", 1));
    text_add(s->to, json_str_or(s->r->sealed, "title", json_str_or(about, "title", "?")));
}

static void say_child(const struct say *s)
{
    static const struct {
        const char *state, *zh, *en;
    } words[] = {
        {"closed", "子事件结束：", "child closed: "},
        {"merged", "子事件并入另一事件：", "child merged into another incident: "},
        {"refused", "子事件未能开立：", "child refused: "},
    };
    const char *state = json_str_or(s->r->body, "state", ""), *plan = json_str(s->r->body, "plan");
    if (s->r->kind == REC_CHILD_OPENED)
        say_words(s, "子事件：", "child: ");
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].state, state))
            say_words(s, words[n].zh, words[n].en);
    }
    text_add(s->to, json_str_or(s->r->sealed, "title", "?"));
    if (plan)
        text_addf(s->to, s->zh ? "，预案 %s" : ", plan %s", plan);
    say_why(s, json_str(s->r->sealed, "why"));
}

static void say_role(const struct say *s)
{
    text_addf(s->to, s->zh ? "%s 担任“%s”" : "%s takes the role \"%s\"",
              json_str_or(s->r->sealed, "name", json_str_or(s->r->body, "person", "?")),
              json_str_or(s->r->body, "role", "?"));
}

static void say_merged(const struct say *s)
{
    bool merged = s->r->kind == REC_MERGED;
    say_words(s, merged ? "并入：" : "拆分出：", merged ? "merged into: " : "split off: ");
    text_add(s->to, json_str_or(s->r->sealed, "title", "?"));
    text_addf(s->to, " (%s)", json_str_or(s->r->body, "into", "?"));
}

static void say_value(const struct say *s, const json_t *value)
{
    AUTO_TEXT(text);
    json_write(value, &text);
    text_add(s->to, json_is_string(value) ? json_string_value(value) : text_str(&text));
}

/* What was measured before it was said: the line itself stands at the time when it came. */
static void say_measured(const struct say *s, wall_ms at)
{
    char text[RFC3339_TEXT];
    if (!at || at / 1000 == s->r->at_ms / 1000)
        return;
    rfc3339(at, text);
    text_addf(s->to, s->zh ? "（%.10s %.8s UTC 的情况）" : " (as of %.10s %.8s UTC)", text,
              text + 11);
}

static void say_updated(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    size_t n;
    json_t *one;
    say_words(s, "更新", "update");
    json_array_foreach(json_at(ev, "occurrences"), n, one)
    {
        const char *station = json_str(one, "station");
        text_addf(s->to, " %s%s%s=", station ? station : "", station ? "." : "",
                  json_str_or(one, "name", "?"));
        say_value(s, json_at(one, "value"));
    }
    say_measured(s, json_int(ev, "measured", 0));
    say_why(s, json_str(ev, "note"));
    if (json_str(s->r->body, "of"))
        text_add(s->to, s->zh ? "（报给原事件，转来）" : " (reported to the one it was split off)");
    say_actor(s);
}

static void say_answer(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    const char *by = json_str(ev, "name");
    text_add(s->to, by ? by : json_str_or(s->r->body, "by", json_str_or(s->r->actor, "id", "?")));
    if (s->r->kind == REC_CALL_DECLINED && json_str(s->r->body, "pass_to"))
        text_addf(s->to, s->zh ? " 不能到，转给 %s" : " declines, and passes it to %s",
                  json_str_or(ev, "pass_name", json_str_or(s->r->body, "pass_to", "?")));
    else if (s->r->kind == REC_CALL_DECLINED)
        say_words(s, " 不能到", " declines");
    else
        say_words(s, " 应答", " answers");
    if (s->r->kind == REC_ANSWER_NOTED)
        say_words(s, "（没有待答的呼叫）", " (no open call)");
    if (json_at(s->r->body, "partly"))
        text_addf(s->to, s->zh ? "（%d/%d 人）" : " (%d of %d)",
                  (int)json_int(s->r->body, "accepted", 0), (int)json_int(s->r->body, "wanted", 0));
    say_why(s, json_str(ev, "choice"));
    say_why(s, json_str(ev, "note"));
}

static void say_opinion(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    const char *file = json_str(ev, "file"), *name = json_str(ev, "name");
    text_add(s->to, name ? name : json_str_or(s->r->body, "by", "?"));
    if (json_bool(s->r->body, "awaited")) {
        say_words(s, " 已收到，意见待复", " is on it; the opinion is awaited");
        return;
    }
    say_words(s, " 提出意见", " gives an opinion");
    say_why(s, json_str(ev, "note"));
    if (file)
        text_addf(s->to, s->zh ? "（附件 %s）" : " (file %s)", file);
}

static void say_silent(const struct say *s)
{
    const json_t *silent = json_at(record_at(s->r, "ev"), "silent");
    for (size_t n = 0; n < json_array_size(silent); n++)
        text_addf(s->to, "%s%s",
                  n       ? s->zh ? "、" : ", "
                  : s->zh ? "，未复："
                          : ", none from ",
                  json_str_or(json_array_get(silent, n), "name", "?"));
}

static void say_consulted(const struct say *s)
{
    const json_t *text = record_at(s->r, "text");
    text_addf(s->to, s->zh ? "会商结束，意见 %d/%d" : "consultation over, %d of %d opinions",
              (int)json_int(s->r->body, "opinions", 0), (int)json_int(s->r->body, "asked", 0));
    say_silent(s);
    say_why(s, text ? say_text(s, text) : NULL);
}

static void say_choice(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    const char *name = json_str(ev, "name");
    text_add(s->to, name ? name : json_str_or(s->r->body, "by", "?"));
    if (json_bool(s->r->body, "awaited")) {
        say_words(s, " 已收到，选择待复", " is on it; the choice is awaited");
        return;
    }
    text_addf(s->to, s->zh ? " 选择“%s”" : " chooses \"%s\"", json_str_or(ev, "choice", "?"));
    say_why(s, json_str(ev, "note"));
}

static void say_tallied(const struct say *s)
{
    const json_t *counts = record_at(s->r, "counts"), *text = record_at(s->r, "text");
    const char **names = json_keys(counts, NULL);
    text_addf(s->to, s->zh ? "询问结束，答复 %d/%d" : "question over, %d of %d answers",
              (int)json_int(s->r->body, "answered", 0), (int)json_int(s->r->body, "asked", 0));
    for (size_t n = 0; names[n]; n++)
        text_addf(s->to, "%s%s %d", s->zh ? "，" : ", ", names[n],
                  (int)json_int(counts, names[n], 0));
    free(names);
    say_silent(s);
    say_why(s, text ? say_text(s, text) : NULL);
}

static void say_fetched(const struct say *s)
{
    const char *endpoint = json_str_or(s->r->body, "endpoint", "?");
    if (json_bool(s->r->body, "answered")) {
        text_addf(s->to, s->zh ? "%s 的接口已答复（%d）" : "%s has answered the plan (%d)",
                  endpoint, (int)json_int(s->r->body, "status", 0));
        return;
    }
    text_addf(s->to, s->zh ? "%s 的接口未答复预案" : "%s has not answered the plan", endpoint);
    say_why(s, json_str(record_at(s->r, "ev"), "error"));
}

static void say_answer_refused(const struct say *s)
{
    say_words(s, "应答码错误，第 ", "wrong code, try ");
    text_addf(s->to, "%d", (int)json_int(s->r->body, "wrong", 0));
    say_words(s, " 次：", ", by the link of the message to ");
    text_add(s->to, json_str_or(s->r->body, "to", "?"));
    say_words(s, " 的消息链接", "");
    if (json_bool(s->r->body, "locked"))
        say_words(s, "，链接已锁定", "; the link is locked");
}

static void say_rung(const struct say *s)
{
    const json_t *people = json_at(record_at(s->r, "ev"), "people");
    const char *why = json_str_or(s->r->body, "why", "start");
    const char *at = record_str(s->r, "at");
    size_t n;
    json_t *one;
    if (!strcmp(why, "accepted")) /* of those left, nobody was silent */
        people = NULL;
    json_array_foreach(people, n, one)
    {
        text_add(s->to, n ? (s->zh ? "、" : ", ") : "");
        say_person(s, json_str(one, "name"), json_str(one, "words"));
    }
    if (!strcmp(why, "start"))
        say_words(s, "开始呼叫", "call");
    else if (!strcmp(why, "declined"))
        say_words(s, " 不能到，呼叫下一梯次", " declined; call the next");
    else if (!strcmp(why, "undelivered"))
        say_words(s, " 消息未送达，呼叫下一梯次", " not reached; call the next");
    else if (!strcmp(why, "accepted"))
        say_words(s, "人数未满，呼叫下一梯次", "more are wanted; call the next");
    else if (!strcmp(why, "again"))
        say_words(s, "应答时限已过，重新呼叫", "the time of the answer is up; call again");
    else if (!strcmp(why, "passed"))
        say_words(s, "转呼副职", "call who it is passed to");
    else
        say_words(s, " 无应答，呼叫下一梯次", " no answer; call the next");
    if (at)
        text_addf(s->to, " — %s", at);
}

static void say_expired(const struct say *s)
{
    const char *role = json_str(s->r->body, "role");
    if (role)
        text_addf(s->to, s->zh ? "职责“%s”无人接受" : "nobody takes the role \"%s\"", role);
    else if (json_at(s->r->body, "wanted"))
        text_addf(s->to,
                  s->zh ? "呼叫结束，应答 %d/%d 人" : "%d of %d answered; nobody left to call",
                  (int)json_int(s->r->body, "accepted", 0), (int)json_int(s->r->body, "wanted", 0));
    else if (json_at(s->r->body, "until"))
        say_words(s, "重新呼叫无人应答，稍后再呼", "nobody takes it again; called anew later");
    else
        say_words(s, "呼叫无人应答", "no answer; nobody left to call");
}

static void say_queued(const struct say *s)
{
    const json_t *m = record_at(s->r, "message");
    const char *name = json_str(m, "name");
    bool call = !strcmp(json_str_or(m, "type", ""), "muster.call");
    say_words(s, call ? "呼叫 " : "通知 ", call ? "call " : "notify ");
    say_person(s, name ? name : json_str(s->r->body, "to"), json_str(m, "words"));
    const char *endpoint = json_str(s->r->body, "endpoint");
    if (endpoint)
        text_addf(s->to, s->zh ? "，经 %s" : " by %s", endpoint);
    const char *text = json_str(m, "text");
    if (!text)
        return;
    say_words(s, "：", ": ");
    bool report = !strcmp(json_str_or(m, "type", ""), "muster.report"); /* its title will do */
    text_add_bytes(s->to, text, report ? strcspn(text, "\n") : strlen(text));
}

/* Why a message goes by another contact, where it is no word of the endpoint. */
static void say_cause(const struct say *s, const char *cause)
{
    static const struct {
        const char *cause, *zh, *en;
    } words[] = {
        {"paused", "（原端点的服务要求稍候，等不及）",
         " (the service of the one before asks to wait for longer than there is time)"},
        {"down", "（原端点无应答）", " (the endpoint before does not answer)"},
        {"receipt", "（未按时收到回执，原发送仍有效）",
         " (no receipt in time; what was sent stays)"},
        {"stays", "（其他联系方式未成功，先前的发送仍有效）",
         " (by the others it did not arrive; what was sent before stays)"},
    };
    for (size_t n = 0; cause && n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].cause, cause))
            say_words(s, words[n].zh, words[n].en);
    }
}

/* What came of an attempt, in the endpoint's words, and when the next one is. */
static void say_attempt(const struct say *s)
{
    const json_t *b = s->r->body;
    long long status = json_int(b, "status", 0), due = json_int(b, "due", 0);
    if (status && s->r->kind != REC_NOTICE_SENT)
        text_addf(s->to, s->zh ? "，状态 %lld" : ", status %lld", status);
    say_why(s, record_str(s->r, "why"));
    long long seconds = (due - s->r->mono + 999) / 1000;
    if (s->r->mono && seconds > 0)
        text_addf(s->to, s->zh ? "；%lld 秒后再试" : "; again in %lld s", seconds);
}

static void say_endpoint(const struct say *s)
{
    const char *endpoint = json_str_or(s->r->body, "endpoint", "");
    long long minutes = (json_int(s->r->body, "down_ms", 0) + 59999) / 60000;
    if (s->r->kind == REC_ENDPOINT_UP)
        text_addf(s->to,
                  s->zh ? "端点 %s 恢复应答，中断约 %lld 分钟"
                        : "endpoint %s answers again after about %lld min",
                  endpoint, minutes);
    else
        text_addf(s->to, s->zh ? "端点 %s 无应答" : "endpoint %s does not answer", endpoint);
    say_why(s, record_str(s->r, "why"));
}

static void say_paused(const struct say *s)
{
    const char *endpoint = json_str_or(s->r->body, "endpoint", "");
    long long seconds = (json_int(s->r->body, "for_ms", 0) + 999) / 1000;
    long long status = json_int(s->r->body, "status", 0);
    text_addf(s->to,
              s->zh ? "端点 %s 限流，暂停 %lld 秒" : "endpoint %s: too many, paused for %lld s",
              endpoint, seconds);
    if (status)
        text_addf(s->to, s->zh ? "（状态 %lld）" : " (status %lld)", status);
}

static void say_notice(const struct say *s)
{
    const json_t *b = s->r->body;
    static const struct {
        enum record_kind kind;
        const char *zh, *en;
    } words[] = {
        {REC_NOTICE_METHOD, "改用下一联系方式", "next contact"},
        {REC_NOTICE_HANDED, "发出", "handed to the courier"},
        {REC_NOTICE_RETRY, "发送失败，将重试", "attempt failed, will be repeated"},
        {REC_NOTICE_UNKNOWN, "结果不明，重发", "outcome unknown, sent again"},
        {REC_NOTICE_SENT, "已送出", "sent"},
        {REC_NOTICE_DELIVERED, "已送达", "delivered"},
        {REC_NOTICE_SEEN, "已读", "seen"},
        {REC_NOTICE_UNDELIVERED, "服务方回报未送达", "not delivered, says the service"},
        {REC_NOTICE_FAILED, "未能送达", "not delivered"},
        {REC_NOTICE_REPLAYED, "未送达的消息再次发送", "not delivered, sent again"},
        {REC_NOTICE_DROPPED, "未送达的消息不再发送", "not delivered, let go"},
        {REC_NOTICE_RECALLED, "撤回", "recalled"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (words[n].kind == s->r->kind)
            say_words(s, words[n].zh, words[n].en);
    }
    const char *to = json_str(b, "to"), *endpoint = json_str(b, "endpoint");
    const char *from = json_str(b, "from");
    if (to)
        text_addf(s->to, s->zh ? "：%s" : ": %s", to);
    if (endpoint && *endpoint)
        text_addf(s->to, s->zh ? "，经 %s" : " by %s", endpoint);
    if (from && *from)
        text_addf(s->to, s->zh ? "，此前经 %s" : ", after %s", from);
    say_attempt(s);
    say_cause(s, json_str(b, "cause"));
    long long with = json_int(b, "with", 0);
    if (with)
        text_addf(s->to, s->zh ? "（与另外 %lld 条合并为一条）" : " (as one with %lld others)",
                  with);
    const char *unsent = json_str(b, "unsent");
    if (unsent && !strcmp(unsent, "table"))
        say_words(s, "（桌面推演，不外发）", " (at the table, not sent)");
    else if (unsent)
        say_words(s, "（演练设定失联，不外发）", " (silent by the scenario, not sent)");
}

/* Another one's call may list it. */
static void say_failed(const struct say *s)
{
    if (json_str(s->r->body, "listed_by"))
        say_words(s, "预案无法继续，由另一起事件的兜底呼叫一并告知",
                  "the plan cannot go on; the fallback of another incident lists it");
    else
        say_words(s, "预案无法继续，启动兜底呼叫", "the plan cannot go on, the fallback starts");
    say_why(s, record_str(s->r, "text"));
}

static void say_verified(const struct say *s)
{
    int64_t diverged = json_int(s->r->body, "diverged", 0);
    text_addf(s->to,
              s->zh ? "程序或 Lua 已更换：核对运行中的预案 %" PRId64 " 个"
                    : "the program or its Lua has changed: %" PRId64 " runs of plans were replayed",
              json_int(s->r->body, "incidents", 0));
    if (diverged)
        text_addf(s->to,
                  s->zh ? "，%" PRId64 " 个与记录不一致"
                        : ", %" PRId64 " differ from the "
                          "record",
                  diverged);
    else
        say_words(s, "，均与记录一致", ", all as recorded");
}

static void say_turn(const struct say *s)
{
    size_t n, shown = 0;
    json_t *cmd;
    say_words(s, "预案运行一步", "the plan takes a turn");
    json_array_foreach(record_at(s->r, "cmds"), n, cmd)
    {
        if (strcmp(json_str_or(cmd, "kind", ""), "log") != 0)
            continue;
        text_addf(s->to, "%s%s", shown++ ? "; " : ": ", say_text(s, json_at(cmd, "text")));
    }
}

static void say_timer(const struct say *s)
{
    int64_t late = json_int(s->r->body, "late_ms", 0);
    say_words(s, "时间到", "time is up");
    text_addf(s->to, " (%s", json_str_or(s->r->body, "step", "?"));
    if (late >= MS_SECOND) {
        say_words(s, "，迟 ", ", late by ");
        duration_add(s->to, late);
    }
    text_add(s->to, ")");
}

static void say_stale(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    const char *station = json_str(ev, "station");
    say_words(s, "无数据：", "no data: ");
    text_addf(s->to, "%s%s%s", station ? station : "", station ? "." : "",
              json_str_or(ev, "fact", "?"));
    say_words(s, " 已过期，按未知处理", " is too old, and taken as unknown");
}

static void say_closed(const struct say *s)
{
    const char *why = json_str_or(s->r->body, "why", "");
    say_words(s, "结束：", "closed: ");
    if (!strcmp(why, "resolved"))
        say_words(s, "已恢复", "resolved");
    else if (!strcmp(why, "drill"))
        say_words(s, "演练结束", "the drill is over");
    else if (!strcmp(why, "broken_off"))
        say_words(s, "演练中止", "the drill was broken off");
    else if (!strcmp(why, "terminated"))
        say_words(s, "奉命终止", "terminated by order");
    else if (!strcmp(why, "closed"))
        say_words(s, "人工关闭", "closed by hand");
    else
        say_words(s, "预案已办完", "the plan is done");
}

static void say_drill_started(const struct say *s)
{
    const char *scenario = json_str(s->r->body, "scenario");
    bool table = !strcmp(json_str_or(s->r->body, "mode", ""), "tabletop");
    say_words(s, table ? "演练开始：桌面推演" : "演练开始：实战演练",
              table ? "the drill begins: tabletop" : "the drill begins: live");
    if (scenario)
        text_addf(s->to, s->zh ? "，情景 %s" : ", scenario %s", scenario);
}

static void say_drill_inject(const struct say *s)
{
    const json_t *inject = record_at(s->r, "inject");
    inject_say(inject ? inject : s->r->body, s->zh, s->to);
}

static void say_reason(const struct say *s, const json_t *reason)
{
    say_why(s, reason ? say_text(s, reason) : NULL);
}

/* What was open when it was ended, and why it was ended all the same. */
static void say_despite(const struct say *s, const char *despite)
{
    int64_t open = json_int(s->r->body, "items_open", 0);
    size_t n;
    json_t *id;
    if (!despite)
        return;
    if (open)
        text_addf(s->to, s->zh ? "；%lld 项未结" : "; %lld items open", (long long)open);
    json_array_foreach(json_unconst(json_at(s->r->body, "unmet")), n, id) text_addf(
        s->to, s->zh ? "；终止条件 %s 未满足" : "; criterion %s not met", json_string_value(id));
    text_addf(s->to, s->zh ? "；仍予终止：%s" : "; all the same, for: %s", despite);
}

/* What is declared, issued or published. */
static void say_statement(const struct say *s, const json_t *said)
{
    const char *warning = json_str(said, "warning");
    if (warning)
        text_addf(s->to, s->zh ? "%s" : " %s", warning_words(warning, s->zh));
    if (json_at(said, "what"))
        text_addf(s->to, s->zh ? "：%s" : ": %s", say_text(s, json_at(said, "what")));
}

static void say_order(const struct say *s)
{
    const json_t *ev = record_at(s->r, "ev");
    const char *name = json_str(ev, "name"), *as = json_str(ev, "as"), *oral = json_str(ev, "oral");
    say_words(s, "命令：", "order: ");
    order_words(json_str_or(s->r->body, "action", "?"), json_str(s->r->body, "level"), s->zh,
                s->to);
    say_statement(s, ev);
    if (name) {
        say_words(s, "，", " by ");
        say_person(s, name, as);
    } else {
        say_actor(s);
    }
    if (oral)
        text_addf(s->to,
                  s->zh ? "，口头，由 %s 记录并复诵" : ", oral, taken down and read back by %s",
                  oral);
    if (json_bool(ev, "pending_approval"))
        say_words(s, "，按常设授权，待补批", ", by the standing order, to be approved");
    say_reason(s, json_at(ev, "reason"));
    say_despite(s, json_str(ev, "despite"));
}

/* "level/II", "end/falling" */
static void say_subject(const struct say *s, const char *of)
{
    if (!strncmp(of, "level/", 6))
        text_addf(s->to, s->zh ? "%s级条件" : "condition of level %s", of + 6);
    else if (!strncmp(of, "end/", 4))
        text_addf(s->to, s->zh ? "终止条件 %s" : "criterion %s", of + 4);
    else
        text_add(s->to, of);
}

static void say_condition(const struct say *s)
{
    const char *truth = json_str_or(s->r->body, "truth", "");
    bool end = !strncmp(json_str_or(s->r->body, "of", ""), "end/", 4);
    bool due = json_at(s->r->body, "due");
    say_subject(s, json_str_or(s->r->body, "of", "?"));
    if (!strcmp(truth, "unknown"))
        say_words(s, " 无数据，按未知处理", ": no data, taken as unknown");
    else if (!strcmp(truth, "true"))
        say_words(s, end ? " 达到" : " 成立", end ? (due ? " met so far" : " met") : " true");
    else
        say_words(s, end ? " 未达到" : " 不成立", end ? " lost" : " false");
    const json_t *values = record_at(s->r, "values");
    say_why(s, values ? say_text(s, values) : NULL);
}

static void say_held(const struct say *s)
{
    const char *by = json_str(record_at(s->r, "ev"), "name");
    say_subject(s, json_str_or(s->r->body, "of", "?"));
    if (s->r->kind == REC_CONFIRMED) {
        say_words(s, " 已确认", " confirmed");
        text_addf(s->to, s->zh ? "（%s）" : " by %s", by ? by : "?");
        say_why(s, json_str(record_at(s->r, "ev"), "note"));
    } else {
        say_words(s, " 持续达到规定时间", " held for its time");
    }
}

/* "watched: ponding_cm >= 27 is true (解放路下穿 ponding 30 cm)" */
static void say_watched(const struct say *s, const char *when, const json_t *values)
{
    const char *known = values ? say_text(s, values) : "";
    text_addf(s->to, s->zh ? "%s 成立" : "%s is true", when ? when : "?");
    if (*known)
        text_addf(s->to, s->zh ? "（%s）" : " (%s)", known);
}

static void say_watch_true(const struct say *s)
{
    const json_t *said = record_at(s->r, "said");
    int64_t more = json_int(s->r->body, "count", 0) - (int64_t)json_array_size(said);
    say_words(s, "预案所守：", "watched: ");
    for (size_t n = 0; n < json_array_size(said); n++) {
        const json_t *one = json_array_get(said, n);
        if (n)
            say_words(s, "；", "; ");
        say_watched(s, json_str(one, "when"), json_at(one, "values"));
    }
    if (more > 0)
        text_addf(s->to, s->zh ? "；另有 %lld 处" : "; and at %lld more", (long long)more);
}

static void say_watch(const struct say *s)
{
    const char *when = record_str(s->r, "when");
    bool met = s->r->kind == REC_WATCH_MET;
    say_words(s, "预案所候：", "awaited: ");
    if (!met && !json_at(s->r->body, "due")) {
        text_addf(s->to, s->zh ? "%s 不再成立，重新计时" : "%s is so no more, its time starts anew",
                  when ? when : "?");
        return;
    }
    say_watched(s, when, record_at(s->r, "values"));
    if (!met)
        say_words(s, "，开始计时", ", its time runs");
}

static void say_escalated(const struct say *s)
{
    say_words(s, "升级上报", "escalated");
    const json_t *text = json_at(record_at(s->r, "spec"), "text");
    say_why(s, text ? say_text(s, text) : NULL);
}

static const char *item_title(const struct say *s)
{
    return say_text(s, json_at(record_at(s->r, "about"), "title"));
}

static void say_issued(const struct say *s)
{
    int64_t ms = json_int(s->r->body, "allowed_ms", 0);
    text_addf(s->to, s->zh ? "事项：%s，交 %s" : "item: %s to %s", item_title(s),
              json_str_or(s->r->body, "owner", "?"));
    if (json_bool(s->r->body, "waits")) {
        say_words(s, "，待前置事项办结", ", once what must come before is done");
    } else if (ms) {
        say_words(s, ms > 0 ? "，时限 " : "，已逾期 ", ms > 0 ? ", due in " : ", overdue by ");
        duration_add(s->to, ms > 0 ? ms : -ms);
    }
}

static void say_item_state(const struct say *s)
{
    static const struct {
        const char *state, *zh, *en;
    } words[] = {
        {"received", "签收", "received"},
        {"arrived", "到位", "arrived"},
        {"done", "办结", "done"},
        {"struck", "销号", "struck off"},
        {"rejected", "退回", "rejected"},
        {"lifted", "解除", "lifted"},
        {"kept", "保留", "kept"},
        {"returned", "退回重办", "returned, to be done again"},
        {"replied", "已答复来件人", "answered to the citizen"},
    };
    const char *state = json_str_or(s->r->body, "state", ""), *by = record_str(s->r, "person");
    int64_t late = json_int(s->r->body, "late_ms", 0);
    text_addf(s->to, "%s ", item_title(s));
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].state, state))
            say_words(s, words[n].zh, words[n].en);
    }
    if (by)
        text_addf(s->to, s->zh ? "（%s）" : " by %s", by);
    if (late) {
        say_words(s, "，逾期 ", ", late by ");
        duration_add(s->to, late);
    }
    if (json_str(s->r->body, "why")) {
        say_words(s, "：", ": ");
        upkeep_why_add(json_str(s->r->body, "why"), json_str_or(s->r->body, "of", ""), s->zh,
                       s->to);
    } else {
        say_why(s, record_str(s->r, "note"));
    }
    if (record_str(s->r, "evidence"))
        text_addf(s->to, s->zh ? "（佐证：%s）" : " (evidence: %s)", record_str(s->r, "evidence"));
}

static void say_item_due(const struct say *s)
{
    const char *why = json_str_or(s->r->body, "why", "");
    bool forward = !strcmp(why, "forward");
    const char *leader = json_str(s->r->body, "leader");
    text_addf(s->to, "%s ", item_title(s));
    if (leader) {
        text_addf(s->to, s->zh ? "由 %s 督办" : "supervised by %s", leader);
        say_why(s, record_str(s->r, "note"));
        return;
    }
    if (!strcmp(why, "fact") || !strcmp(why, "same")) {
        bool moves = !strcmp(why, "fact");
        say_words(s, moves ? "时限调整，随 " : "时限不变，随 ",
                  moves ? "due at another time, with " : "stays due when it was, with ");
        text_add(s->to, json_str_or(json_at(record_at(s->r, "about"), "before"), "fact", "?"));
        return;
    }
    say_words(s, forward ? "时限提前" : "可以开始", forward ? "due forward" : "can begin");
    if (json_int(s->r->body, "allowed_ms", 0)) {
        say_words(s, "，自可以开始时起 ", ", and is due from when it can begin in ");
        duration_add(s->to, json_int(s->r->body, "allowed_ms", 0));
    }
}

static void say_urged(const struct say *s)
{
    const char *leader = json_str(s->r->body, "leader");
    text_addf(s->to, s->zh ? "%s 逾期，第 %d 次催办" : "%s overdue: urged, time %d", item_title(s),
              (int)json_int(s->r->body, "urged", 0));
    if (leader)
        text_addf(s->to, s->zh ? "，报 %s 督办" : ", put before %s", leader);
}

static void say_put(const struct say *s)
{
    bool over = json_bool(s->r->body, "over");
    say_words(s, over ? "所属级别恢复，不再请示解除或保留：" : "请指挥员逐项决定解除或保留：",
              over ? "its level is in force again, not to be decided any more: "
                   : "put before the commander, to lift or keep: ");
    text_addf(s->to, s->zh ? "%zu 项" : "%zu", json_array_size(json_at(s->r->body, "items")));
}

/* What was signed is another text now. */
static void say_void(const struct say *s)
{
    const char *signer = json_str(record_at(s->r, "voided"), "name");
    if (signer)
        text_addf(s->to, s->zh ? "，%s 的签发失效" : "; the signature of %s is void", signer);
    else
        say_words(s, "，签发失效", "; its signature is void");
}

static void say_report(const struct say *s)
{
    static const struct {
        enum record_kind kind;
        const char *zh, *en;
    } words[] = {
        {REC_REPORT_OPENED, "应报", "due"},
        {REC_REPORT_EDITED, "已起草", "edited"},
        {REC_REPORT_PHONED, "已电话报告", "given by telephone"},
        {REC_REPORT_SIGNED, "已签发", "signed"},
        {REC_REPORT_SENT, "已报送", "sent"},
        {REC_REPORT_MISSED, "漏报", "missed"},
    };
    enum report_kind kind = REPORT_INITIAL;
    const char *by = record_str(s->r, "person");
    int64_t late = json_int(s->r->body, "late_ms", 0);
    report_kind_parse(json_str(s->r->body, "kind"), &kind);
    report_name_add(kind, (int)json_int(s->r->body, "number", 0), s->zh, s->to);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (words[n].kind == s->r->kind)
            text_addf(s->to, " %s", s->zh ? words[n].zh : words[n].en);
    }
    if (json_bool(s->r->body, "filled"))
        say_words(s, "（按最新情况重填）", ", filled anew");
    if (by)
        text_addf(s->to, s->zh ? "（%s）" : " by %s", by);
    if (json_int(s->r->body, "rev", 0))
        text_addf(s->to, s->zh ? "，修订 %d" : ", revision %d",
                  (int)json_int(s->r->body, "rev", 0));
    if (json_bool(s->r->body, "void"))
        say_void(s);
    if (s->r->kind == REC_REPORT_SENT && record_at(s->r, "told") &&
        !json_array_size(record_at(s->r, "told")))
        say_words(s, "，未经系统送出", ", by no message");
    if (late) {
        say_words(s, "，迟报 ", ", late by ");
        duration_add(s->to, late);
    }
    say_why(s, record_str(s->r, "note"));
}

static void say_report_opened(const struct say *s)
{
    int64_t ms = json_int(s->r->body, "allowed_ms", 0);
    if (json_bool(s->r->body, "zero"))
        say_words(s, "（零报告）", "zero report: ");
    say_report(s);
    if (ms) {
        say_words(s, "，时限 ", " in ");
        duration_add(s->to, ms);
    }
    if (json_str(s->r->body, "corrects"))
        say_words(s, "，更正已报送的一份", ", correcting one that was sent");
}

static void say_report_urged(const struct say *s)
{
    const char *leader = json_str(s->r->body, "leader");
    say_report(s);
    if (json_bool(s->r->body, "phone")) {
        say_words(s, " 尚未电话报告", ": nobody has telephoned yet");
        return;
    }
    text_addf(s->to, s->zh ? " 迟报，第 %d 次催报" : " overdue: urged, time %d",
              (int)json_int(s->r->body, "urged", 0));
    if (leader)
        text_addf(s->to, s->zh ? "，报 %s" : ", put before %s", leader);
}

static void say_report_next(const struct say *s)
{
    const json_t *cadence = json_at(s->r->body, "cadence");
    char at[RFC3339_TEXT];
    say_words(s, "下一次报告：", "next report: ");
    if (json_int(cadence, "next_at", 0))
        text_add(s->to, rfc3339(json_int(cadence, "next_at", 0), at));
    else
        say_words(s, "不再定时", "none by the clock");
}

static void say_proposal(const struct say *s)
{
    const json_t *spec = record_at(s->r, "spec");
    static const struct {
        enum record_kind kind;
        const char *zh, *en;
    } words[] = {
        {REC_PROPOSED, "建议", "propose "},
        {REC_PROPOSAL_PUT, "报请下令：", "propose "},
        {REC_PROPOSAL_AMENDED, "建议改为", "propose instead "},
        {REC_PROPOSAL_WITHDRAWN, "撤回建议：", "withdraw the proposal: "},
    };
    if (s->r->kind == REC_PROPOSAL_PUT && json_bool(s->r->body, "awaiting"))
        say_words(s, "【待令】", "awaiting order: ");
    bool decided = json_bool(s->r->body, "decided");
    if (s->r->kind == REC_PROPOSAL_AMENDED && !strcmp(json_str_or(spec, "action", ""), "lift")) {
        say_words(s, "尚待决定：", "still to be decided: ");
        text_add(s->to, say_text(s, json_at(spec, "what")));
        return;
    }
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (words[n].kind == s->r->kind)
            say_words(s, decided ? "已全部决定：" : words[n].zh,
                      decided ? "all decided: " : words[n].en);
    }
    order_words(json_str_or(spec, "action", "?"), json_str(spec, "level"), s->zh, s->to);
    say_statement(s, spec);
    size_t n;
    json_t *one;
    json_array_foreach(json_at(s->r->body, "people"), n, one)
        text_addf(s->to, "%s%s", n ? (s->zh ? "、" : ", ") : (s->zh ? "，报 " : " to "),
                  json_string_value(one));
    if (s->r->kind == REC_PROPOSED || s->r->kind == REC_PROPOSAL_AMENDED)
        say_reason(s, json_at(spec, "reason"));
}

static void say_alarm(const struct say *s)
{
    const json_t *text = record_at(s->r, "text");
    if (text)
        text_add(s->to, say_text(s, text));
    else
        text_addf(s->to, s->zh ? "告警：%s" : "alarm: %s", json_str_or(s->r->body, "cause", "?"));
}

static void say_plan_trouble(const struct say *s)
{
    if (s->r->kind == REC_PLAN_STRUCK)
        say_words(s, "预案这一步使其进程中止，将单独重试一次",
                  "this step of the plan killed its process; it is tried once more alone");
    else if (s->r->kind == REC_PLAN_RETRIED)
        say_words(s, "运行预案的进程意外失去，重试", "the plan's process was lost; tried again");
    else
        say_words(s, "预案的一个处理程序出错，其余继续运行",
                  "a handler of the plan failed; the rest runs on");
    say_why(s, record_str(s->r, "text"));
}

static void say_resolved(const struct say *s)
{
    say_words(s, "来源报告已恢复", "resolved by its source");
    say_why(s, json_str(record_at(s->r, "ev"), "note"));
    say_actor(s);
}

static void say_scopes(const struct say *s)
{
    size_t n;
    json_t *scope;
    json_array_foreach(json_at(s->r->body, "scopes"), n, scope)
        text_addf(s->to, "%s%s", n ? ", " : (s->zh ? "：" : ": "), json_string_value(scope));
    if (json_str(s->r->body, "expires"))
        text_addf(s->to, s->zh ? "，有效期至 %s" : "; until %s", json_str(s->r->body, "expires"));
}

static void say_key(const struct say *s)
{
    bool made = s->r->kind == REC_KEY_CREATED;
    say_words(s, made ? "生成密钥 " : "吊销密钥 ", "key ");
    text_add(s->to, json_str_or(s->r->body, "name", "?"));
    say_words(s, "", made ? " was made" : " was revoked");
    say_scopes(s);
    say_actor(s);
}

static void say_session(const struct say *s)
{
    bool opened = s->r->kind == REC_SESSION_OPENED;
    say_words(s, opened ? "登录 " : "会话结束 ", opened ? "signed in: " : "session ended: ");
    text_add(s->to, json_str_or(s->r->body, "session", "?"));
    if (opened)
        say_scopes(s);
    else
        say_why(s, json_str(s->r->body, "why"));
}

static void say_purged(const struct say *s)
{
    say_words(s, "已清除：个人信息已销毁，不可恢复", "purged: what was personal is destroyed");
    say_actor(s);
}

/* The first error, as everybody who watches is to know where the error is. */
static void say_config_refused(const struct say *s)
{
    const json_t *first = finding_first(json_at(s->r->body, "findings"));
    say_words(s, "场所或预案有错误，继续使用原版本",
              "site or plans have errors; the version before stays");
    if (first)
        text_addf(s->to, s->zh ? "：%s:%lld：%s" : ": %s:%lld: %s", json_str_or(first, "file", "?"),
                  (long long)json_int(first, "line", 0), json_str_or(first, "text", ""));
    else
        say_why(s, json_str(s->r->body, "error"));
}

static void say_otherwise(const struct say *s)
{
    otherwise_say(s->r, s->zh, true, s->to);
}

/* Who can be reached how is said; the value is not there to be said (rule R11). */
static void say_contact(const struct say *s)
{
    const char *person = json_str_or(s->r->body, "person", "?");
    const char *endpoint = json_str_or(s->r->body, "endpoint", "?");
    if (s->r->kind == REC_CONTACT_SET)
        text_addf(s->to, s->zh ? "已登记联系方式：%s，%s" : "contact set: %s by %s", person,
                  endpoint);
    else if (s->r->kind == REC_CONTACT_STOPPED)
        text_addf(s->to,
                  s->zh ? "%s 停用 %s（回复 STOP），不再由此发送"
                        : "%s stops messages by %s (STOP): nothing more is sent by it",
                  person, endpoint);
    else if (s->r->kind == REC_CONTACT_STARTED)
        text_addf(s->to, s->zh ? "%s 恢复 %s" : "%s starts messages by %s again", person, endpoint);
    else if (s->r->kind == REC_REPLY_TAKEN)
        text_addf(s->to, s->zh ? "%s 通过 %s 回复" : "%s replies by %s", person, endpoint);
    else if (s->r->kind == REC_REPLY_REFUSED)
        text_addf(s->to,
                  s->zh ? "%s 通过 %s 回复，应答码不符，第 %d 次"
                        : "%s replies by %s without a code that fits, time %d",
                  person, endpoint, (int)json_int(s->r->body, "wrong", 0));
    else if (s->r->kind == REC_CONTACT_REMOVED)
        text_addf(s->to, s->zh ? "已删除联系方式：%s，%s" : "contact removed: %s by %s", person,
                  endpoint);
    else
        text_addf(s->to, s->zh ? "测试联系方式：%s，%s" : "test of a contact: %s by %s", person,
                  endpoint);
    say_actor(s);
}

static void say_engine(const struct say *s)
{
    static const struct {
        enum record_kind kind;
        const char *zh;
    } words[] = {
        {REC_ENGINE_STARTED, "引擎启动并读回记录"},
        {REC_CLOCK_STEPPED, "系统时钟被调整；计时不受影响"},
        {REC_CONFIG_LOADED, "场所与预案已检查并生效"},
        {REC_INPUT_REFUSED, "拒绝两次使引擎中止的输入"},
        {REC_REPEATED, "收到重复的触发，没有新内容"},
        {REC_TURN_DROPPED, "预案已停止，其迟到的一步作废"},
        {REC_REOPEN_OVER, "此后的触发将开立新事件"},
    };
    for (size_t n = 0; s->zh && n < sizeof words / sizeof *words; n++) {
        if (words[n].kind == s->r->kind) {
            text_add(s->to, words[n].zh);
            return;
        }
    }
    text_add(s->to, record_kind_sentence(s->r->kind));
}

/* Long by its table: a line for each kind of record. */
void record_say(const struct record *r, const char *lang, struct text *to)
{
    static void (*const says[REC_KINDS])(const struct say *) = {
        [REC_CONFIG_REFUSED] = say_config_refused,
        [REC_CALLED_OTHERWISE] = say_otherwise,
        [REC_CONTACT_SET] = say_contact,
        [REC_CONTACT_REMOVED] = say_contact,
        [REC_CONTACT_TESTED] = say_contact,
        [REC_CONTACT_STOPPED] = say_contact,
        [REC_CONTACT_STARTED] = say_contact,
        [REC_REPLY_TAKEN] = say_contact,
        [REC_REPLY_REFUSED] = say_contact,
        [REC_KEY_CREATED] = say_key,
        [REC_KEY_REVOKED] = say_key,
        [REC_SESSION_OPENED] = say_session,
        [REC_SESSION_CLOSED] = say_session,
        [REC_INCIDENT_OPENED] = say_opened,
        [REC_DUTY_CHANGE] = say_duty,
        [REC_DUTY_SHIFT] = say_duty,
        [REC_DUTY_HANDOVER] = say_duty,
        [REC_DUTY_CHECK] = say_duty,
        [REC_UPKEEP_OPENED] = say_upkeep,
        [REC_UPDATED] = say_updated,
        [REC_CALL_ANSWERED] = say_answer,
        [REC_CALL_DECLINED] = say_answer,
        [REC_ANSWER_NOTED] = say_answer,
        [REC_OPINION_GIVEN] = say_opinion,
        [REC_CONSULTED] = say_consulted,
        [REC_CHOICE_GIVEN] = say_choice,
        [REC_TALLIED] = say_tallied,
        [REC_FETCHED] = say_fetched,
        [REC_ANSWER_REFUSED] = say_answer_refused,
        [REC_RESOLVED] = say_resolved,
        [REC_ORDERED] = say_order,
        [REC_ESCALATED] = say_escalated,
        [REC_ITEM_ISSUED] = say_issued,
        [REC_ITEM_STATE] = say_item_state,
        [REC_ITEM_DUE] = say_item_due,
        [REC_ITEM_URGED] = say_urged,
        [REC_ITEMS_PUT] = say_put,
        [REC_REPORT_OPENED] = say_report_opened,
        [REC_REPORT_EDITED] = say_report,
        [REC_REPORT_PHONED] = say_report,
        [REC_REPORT_SIGNED] = say_report,
        [REC_REPORT_SENT] = say_report,
        [REC_REPORT_URGED] = say_report_urged,
        [REC_REPORT_MISSED] = say_report,
        [REC_REPORT_NEXT] = say_report_next,
        [REC_CONDITION] = say_condition,
        [REC_CONDITION_HELD] = say_held,
        [REC_CONFIRMED] = say_held,
        [REC_PROPOSED] = say_proposal,
        [REC_PROPOSAL_PUT] = say_proposal,
        [REC_PROPOSAL_AMENDED] = say_proposal,
        [REC_PROPOSAL_WITHDRAWN] = say_proposal,
        [REC_JOINED] = say_joined,
        [REC_JOINS_TOLD] = say_joins_told,
        [REC_REOPENED] = say_reopened,
        [REC_CHILD_OPENED] = say_child,
        [REC_CHILD_STATE] = say_child,
        [REC_ROLE_ASSIGNED] = say_role,
        [REC_MERGED] = say_merged,
        [REC_SPLIT] = say_merged,
        [REC_TURN] = say_turn,
        [REC_PLAN_STRUCK] = say_plan_trouble,
        [REC_PLAN_RETRIED] = say_plan_trouble,
        [REC_PLAN_ERROR] = say_plan_trouble,
        [REC_PLAN_FAILED] = say_failed,
        [REC_PLANS_VERIFIED] = say_verified,
        [REC_WATCH_TRUE] = say_watch_true,
        [REC_WATCH_CLOCK] = say_watch,
        [REC_WATCH_MET] = say_watch,
        [REC_FACT_STALE] = say_stale,
        [REC_TIMER_FIRED] = say_timer,
        [REC_CALL_RUNG] = say_rung,
        [REC_CALL_EXPIRED] = say_expired,
        [REC_ENDPOINT_DOWN] = say_endpoint,
        [REC_ENDPOINT_UP] = say_endpoint,
        [REC_ENDPOINT_PAUSED] = say_paused,
        [REC_NOTICE_QUEUED] = say_queued,
        [REC_NOTICE_METHOD] = say_notice,
        [REC_NOTICE_HANDED] = say_notice,
        [REC_NOTICE_RETRY] = say_notice,
        [REC_NOTICE_UNKNOWN] = say_notice,
        [REC_NOTICE_SENT] = say_notice,
        [REC_NOTICE_DELIVERED] = say_notice,
        [REC_NOTICE_SEEN] = say_notice,
        [REC_NOTICE_UNDELIVERED] = say_notice,
        [REC_NOTICE_FAILED] = say_notice,
        [REC_NOTICE_REPLAYED] = say_notice,
        [REC_NOTICE_DROPPED] = say_notice,
        [REC_NOTICE_RECALLED] = say_notice,
        [REC_ALARM] = say_alarm,
        [REC_INCIDENT_CLOSED] = say_closed,
        [REC_DRILL_STARTED] = say_drill_started,
        [REC_DRILL_INJECT] = say_drill_inject,
        [REC_PURGED] = say_purged,
    };
    struct say s = {.r = r, .zh = lang && !strcmp(lang, "zh"), .to = to};
    if (r->kind < REC_KINDS && says[r->kind])
        says[r->kind](&s);
    else
        say_engine(&s);
    if (r->purged)
        say_words(&s, "（内容已清除）", " (purged)");
}
