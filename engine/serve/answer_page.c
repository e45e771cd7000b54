#include "serve/answer_page.h"

#include "base/html.h"
#include "core/order.h"
#include "core/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_CHARS_MAX = 2000 };

/* What the page says, in both languages. */
#define WORDS(X)                                                                                   \
    X(W_HTML_LANG, "zh-CN", "en")                                                                  \
    X(W_TITLE, "应答", "Answer")                                                                   \
    X(W_DRILL, "【演练】", "[DRILL]")                                                              \
    X(W_DRILL_LONG, "这是演练，不是真实事件。", "This is a drill, not a real event.")              \
    X(W_TO, "致 ", "To ")                                                                          \
    X(W_GRADE, "等级 ", "Grade ")                                                                  \
    X(W_CALL, "正在呼叫您，请应答。", "You are being called. Please answer.")                      \
    X(W_CALL_OVER, "已有人应答，或呼叫已结束。您仍可应答，将记入记录。",                           \
      "Somebody has answered, or the call has ended. You may still answer; it is recorded.")       \
    X(W_TAKEN, "已应答", "has answered")                                                           \
    X(W_TAKEN_STILL, "您仍可应答，将记入记录。", "You may still answer; it is recorded.")          \
    X(W_RECALLED, "此消息已撤回：不再需要您应答。您仍可应答，将记入记录。",                        \
      "This message was recalled: nobody waits for you any more. You may still answer; it is "     \
      "recorded.")                                                                                 \
    X(W_QUESTION, "正在询问您，请选择一项。", "You are being asked. Please choose an answer.")     \
    X(W_QUESTION_OVER, "询问已结束。您仍可答复，将记入记录。",                                     \
      "The question is over. You may still answer; it is recorded.")                               \
    X(W_READ, "请确认您已收到。", "Please confirm that you have read this.")                       \
    X(W_AGREE_ASK, "请决定是否同意。", "Please decide whether you agree.")                         \
    X(W_AGREE, "同意", "I agree")                                                                  \
    X(W_REFUSE, "不同意", "I do not agree")                                                        \
    X(W_AGREED, "已同意", "You agreed")                                                            \
    X(W_REFUSED, "已答复：不同意", "You did not agree")                                            \
    X(W_DECIDED_LONG, "已记录，并告知有关人员。", "It is recorded, and those concerned are told.") \
    X(W_CODE, "应答码（消息中的四位数字）", "Code (the four digits in the message)")               \
    X(W_NOTE, "附言（可不填，随应答一并发送）", "Note, sent with your answer (may be left empty)") \
    X(W_COME, "我来", "I am coming")                                                               \
    X(W_COME_AFTER_ALL, "改为：我来", "After all: I am coming")                                    \
    X(W_CANNOT, "来不了", "I cannot come")                                                         \
    X(W_PASS, "转副职：", "Pass it to ")                                                           \
    X(W_CANNOT_SAY, "我无法答复", "I cannot answer")                                               \
    X(W_CONFIRM, "收到", "I have read it")                                                         \
    X(W_ANSWERED, "已应答", "Answered")                                                            \
    X(W_ANSWERED_LONG, "您的应答已记录。情况有变，请致电值班室。",                                 \
      "Your answer is recorded. If anything changes, call the duty room.")                         \
    X(W_CHOSEN_LONG, "您的答复已记录。询问结束前可在下面改选。",                                   \
      "Your answer is recorded. Until the question is over you may choose anew below.")            \
    X(W_CONFIRMED, "已确认收到", "Confirmed")                                                      \
    X(W_CONFIRMED_LONG, "已记录，无需其他操作。", "It is recorded. There is nothing else to do.")  \
    X(W_DECLINED, "已回复：不能到", "Declined")                                                    \
    X(W_DECLINED_LONG, "已记录，将继续呼叫其他人。如果您又能到，请在下面应答。",                   \
      "It is recorded, and others are called. If you can come after all, answer below.")           \
    X(W_PASSED, "已转给 ", "Passed to ")                                                           \
    X(W_PASSED_LONG, "已记录，正在呼叫。如果您又能到，请在下面应答。",                             \
      "It is recorded, and they are called. If you can come after all, answer below.")             \
    X(W_OVER, "已结束", "This is over")                                                            \
    X(W_OVER_LONG, "该事件已结束，无需应答。", "The incident is closed. Nothing waits for you.")   \
    X(W_LOCKED, "链接已锁定", "This link is locked")                                               \
    X(W_LOCKED_LONG,                                                                               \
      "应答码已输错五次。请致电值班室，由值班室代您应答；此后发给您的消息另有新链接。",            \
      "Five wrong codes were given. Call the duty room: it answers for you. A further message to " \
      "you has a link of its own.")                                                                \
    X(W_UNKNOWN, "打不开这个链接", "This link opens nothing")                                      \
    X(W_UNKNOWN_LONG, "没有消息使用这个链接。请从消息中完整打开它，或致电值班室。",                \
      "No message has this link. Open it as it stands in the message, whole, or call the duty "    \
      "room.")                                                                                     \
    X(W_TROUBLE, "暂时打不开", "It cannot be opened now")                                          \
    X(W_TROUBLE_LONG, "请稍后再试；紧急时请致电值班室。",                                          \
      "Try again in a moment; if it is urgent, call the duty room.")                               \
    X(W_WRONG, "应答码不对。", "This is not the code.")                                            \
    X(W_NO_CODE, "请输入消息中的四位数字。", "Type the four digits that stand in the message.")    \
    X(W_NOT_TAKEN, "没有记录您的应答：", "Your answer was not recorded: ")                         \
    X(W_ITEM_TITLE, "办理事项", "Item")                                                            \
    X(W_ITEM_ASK, "请办理，并在下面登记进展。", "Please see to it, and say below how far it is.")  \
    X(W_ITEM_LATE, "此事项已逾期，请立即办理。", "This is overdue. Please see to it now.")         \
    X(W_ITEM_WAITS, "等待前置事项办结后开始计时。",                                                \
      "Its time begins once what must come before is done.")                                       \
    X(W_INCIDENT, "事件", "Incident")                                                              \
    X(W_GOAL, "目标", "Goal")                                                                      \
    X(W_INDICATOR, "指标", "Indicator")                                                            \
    X(W_AMOUNT, "数量", "Amount")                                                                  \
    X(W_DONE_WHEN, "完成标准", "Done when")                                                        \
    X(W_FROM, "交办", "From")                                                                      \
    X(W_OWNER, "责任单位", "Owner")                                                                \
    X(W_ASSIST, "协办", "To assist")                                                               \
    X(W_AFTER, "前置事项", "After")                                                                \
    X(W_DUE, "时限", "Due")                                                                        \
    X(W_STATE, "状态", "State")                                                                    \
    X(W_SAID, "备注", "Note")                                                                      \
    X(W_EVIDENCE, "佐证材料", "Evidence")                                                          \
    X(W_ITEM_NOTE, "备注（退回时必填理由）", "Note (when you reject it: the reason, required)")    \
    X(W_ITEM_EVIDENCE, "佐证材料（可不填：文件名、链接或编号）",                                   \
      "Evidence (may be left empty: a file's name, an address, a number)")                         \
    X(W_RECEIVE, "签收", "Received")                                                               \
    X(W_ARRIVE, "到位", "Arrived")                                                                 \
    X(W_FINISH, "办结", "Done")                                                                    \
    X(W_REJECT, "退回", "Reject")                                                                  \
    X(W_ITEM_DONE, "已办结", "This is done")                                                       \
    X(W_ITEM_DONE_LONG, "办结已记录，待销号。情况有变，请致电值班室。",                            \
      "It is recorded as done. If anything changes, call the duty room.")                          \
    X(W_ITEM_ENDED, "此事项已了结", "This item is closed")                                         \
    X(W_ITEM_ENDED_LONG, "无需再办理。", "There is nothing left to do.")                           \
    X(W_NO_REASON, "退回须填写理由。", "To reject it, say why, in the note.")                      \
    X(W_REVISION, "修订", "Revision")                                                              \
    X(W_SIGNER, "签发人", "Signed by")                                                             \
    X(W_REPORT_READ, "此链接只供阅读。起草、签发请到",                                             \
      "This link is for reading. Write and sign it in ")                                           \
    X(W_REPORT_SEND, "此链接只供阅读。报送请到", "This link is for reading. Send it from ")        \
    X(W_REPORT_SENT, "已报送，无需办理。", "It is sent. There is nothing left to do.")             \
    X(W_PROPOSED, "建议", "Proposed")                                                              \
    X(W_REASON, "理由", "Reason")                                                                  \
    X(W_ORDER_WHERE, "此链接不能下令。下令请到", "Nothing is ordered by this link. Order it in ")  \
    X(W_ROOM, "指挥室网页", "the command room")                                                    \
    X(W_OR_RUN, "，或由值班室执行：", ", or let the duty room run: ")                              \
    X(W_MEANWHILE, "此事项的状态已变化，请看现状。",                                               \
      "Meanwhile the item has changed: see how it stands now.")

enum word {
#define X(word, zh, en) word,
    WORDS(X)
#undef X
};

enum shown { OPEN, ANSWERED, DECLINED, OVER, LOCKED, UNKNOWN, TROUBLE, ITEM, ITEM_CLOSED };

/* A page in the making. */
struct page {
    const struct answer_page *p;
    const json_t *link; /* NULL: the message is not known here */
    const json_t *item; /* NULL: the message is about none */
    enum shown shown;
    bool zh, drill, call;
    bool agrees; /* it is a question of yes or no */
    struct text *to;
};

static const char *word_of(const struct page *g, enum word w)
{
    static const char *const words[][2] = {
#define X(word, zh, en) [word] = {zh, en},
        WORDS(X)
#undef X
    };
    return words[w][g->zh ? 0 : 1];
}

static void add(const struct page *g, const char *markup)
{
    text_add(g->to, markup);
}

static void say(const struct page *g, enum word w)
{
    html_add(g->to, word_of(g, w));
}

/* <p class="CLASS">WORDS</p> */
static void add_line(const struct page *g, const char *class, enum word w)
{
    text_addf(g->to, "<p class=\"%s\">", class);
    say(g, w);
    add(g, "</p>\n");
}

/* What others wrote stands by itself: no mark in it turns what is around it. */
static void add_foreign(const struct page *g, const char *s)
{
    add(g, "<bdi dir=\"auto\">");
    html_add(g->to, s);
    add(g, "</bdi>");
}

/* ---- the head ---- */

static const char *incident_of(const struct page *g)
{
    return json_str_or(json_at(g->link, "incident"), "title", "");
}

/* Text, or text in two languages. */
static const char *in_words(const struct page *g, const json_t *text)
{
    const char *lang = g->zh ? "zh" : "en", *other = g->zh ? "en" : "zh";
    const char *plain = json_string_value(text);
    return plain ? plain : json_str_or(text, lang, json_str_or(text, other, ""));
}

static const char *title_of(const struct page *g)
{
    return g->item ? in_words(g, json_at(g->item, "title")) : incident_of(g);
}

static void add_head(const struct page *g)
{
    add(g, "<!DOCTYPE html>\n<html lang=\"");
    say(g, W_HTML_LANG);
    add(g, "\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta name=\"robots\" content=\"noindex\">\n<title>");
    if (g->drill)
        say(g, W_DRILL);
    say(g, g->item ? W_ITEM_TITLE : W_TITLE);
    if (*title_of(g)) {
        add(g, " – ");
        html_add(g->to, title_of(g));
    }
    add(g, "</title>\n<link rel=\"icon\" href=\"/favicon.svg\">\n"
           "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n</head>\n");
}

/* landmark: "header" or "footer". Nothing of a page stands outside of landmarks, so that a screen
 * reader finds it. */
static void add_drill(const struct page *g, const char *landmark)
{
    if (!g->drill)
        return;
    text_addf(g->to, "<%s class=\"drill\"><strong>", landmark);
    say(g, W_DRILL);
    add(g, "</strong> ");
    say(g, W_DRILL_LONG);
    text_addf(g->to, "</%s>\n", landmark);
}

/* ---- the message ---- */

/* "18 分钟前": nobody reckons with time zones at night. */
static void add_ago(const struct page *g, int64_t ms)
{
    int64_t minutes = ms > 0 ? ms / MS_MINUTE : 0, hours = minutes / 60, days = hours / 24;
    if (minutes < 1)
        text_add(g->to, g->zh ? "刚刚" : "just now");
    else if (hours < 1)
        text_addf(g->to, g->zh ? "%" PRId64 " 分钟前" : "%" PRId64 " min ago", minutes);
    else if (days < 2)
        text_addf(g->to, g->zh ? "%" PRId64 " 小时前" : "%" PRId64 " h ago", hours);
    else
        text_addf(g->to, g->zh ? "%" PRId64 " 天前" : "%" PRId64 " days ago", days);
}

/* To whom, how urgent, where, when: one line. */
static void add_about(const struct page *g)
{
    const json_t *incident = json_at(g->link, "incident"), *place = json_at(incident, "place");
    const char *grade = json_str(incident, "grade"), *at = json_str(g->link, "at");
    wall_ms then;
    add(g, "<p class=\"about\"><span>");
    say(g, W_TO);
    add_foreign(g, json_str_or(json_at(g->link, "person"), "name", "?"));
    add(g, "</span>");
    if (grade) {
        add(g, " <span>");
        say(g, W_GRADE);
        add_foreign(g, grade);
        add(g, "</span>");
    }
    const char **keys = json_keys(place, NULL);
    for (size_t i = 0; keys[i]; i++) {
        add(g, " <span>");
        add_foreign(g, json_str_or(place, keys[i], ""));
        add(g, "</span>");
    }
    free(keys);
    if (at && rfc3339_parse(at, &then)) {
        text_addf(g->to, " <time datetime=\"%s\">", at);
        add_ago(g, g->p->now - then);
        add(g, "</time>");
    }
    add(g, "</p>\n");
}

static void add_message(const struct page *g)
{
    bool zh = !strcmp(json_str_or(g->link, "lang", "zh"), "zh");
    add(g, "<header>\n<h1>");
    if (g->drill)
        say(g, W_DRILL);
    add_foreign(g, title_of(g));
    add(g, "</h1>\n");
    add_about(g);
    add(g, "</header>\n");
    text_addf(g->to, "<p class=\"text\" dir=\"auto\" lang=\"%s\">", zh ? "zh-CN" : "en");
    html_add(g->to, json_str_or(g->link, "text", ""));
    add(g, "</p>\n");
}

/* ---- the item ---- */

static void add_fact(const struct page *g, enum word name, const char *value)
{
    if (!value || !*value)
        return;
    add(g, "<dt>");
    say(g, name);
    add(g, "</dt><dd>");
    add_foreign(g, value);
    add(g, "</dd>\n");
}

static const char *state_words(const struct page *g)
{
    static const struct {
        const char *state, *zh, *en;
    } table[] = {{"issued", "已下达，待签收", "issued, not received yet"},
                 {"received", "已签收", "received"},
                 {"arrived", "已到位", "arrived"},
                 {"done", "已办结", "done"},
                 {"struck", "已销号", "struck off"},
                 {"rejected", "已退回", "rejected"},
                 {"lifted", "已解除", "lifted"}};
    const char *state = json_str_or(g->item, "state", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].state, state) == 0)
            return g->zh ? table[i].zh : table[i].en;
    return state;
}

/* "2026-07-20 10:00 (8 min left)": as the clocks of the site show it. */
static void add_due(const struct page *g)
{
    wall_ms due;
    char civil[RFC3339_TEXT];
    const char *at = json_str(g->item, "due_at");
    if (!at || !rfc3339_parse(at, &due))
        return;
    rfc3339(due + g->p->ahead_ms, civil);
    civil[10] = ' ';
    add(g, "<dt>");
    say(g, W_DUE);
    text_addf(g->to, "</dt><dd><time datetime=\"%s\">%.16s</time>", at, civil);
    bool late = due < g->p->now;
    int64_t minutes = (late ? g->p->now - due : due - g->p->now) / MS_MINUTE;
    AUTO_TEXT(span);
    if (minutes)
        duration_add(&span, minutes * MS_MINUTE);
    else
        text_add(&span, g->zh ? "1分钟内" : "under a minute");
    text_addf(g->to,
              g->zh  ? late ? "（已过 %s）" : "（还有 %s）"
              : late ? " (%s ago)"
                     : " (in %s)",
              text_str(&span));
    add(g, "</dd>\n");
}

/* A name, or a list of them, with commas. */
static void add_names(const struct page *g, enum word name, const json_t *names)
{
    AUTO_TEXT(all);
    size_t n;
    json_t *one;
    if (json_is_string(names))
        text_add(&all, json_string_value(names));
    json_array_foreach(json_unconst(names), n, one)
        text_addf(&all, "%s%s", n ? g->zh ? "、" : ", " : "", json_string_value(one));
    add_fact(g, name, text_str(&all));
}

static void add_item(const struct page *g)
{
    const json_t *i = g->item;
    add(g, "<dl class=\"item\">\n");
    add_fact(g, W_STATE, state_words(g));
    add_due(g);
    if (json_bool(i, "waits"))
        add_names(g, W_AFTER, json_at(i, "after"));
    add_fact(g, W_GOAL, in_words(g, json_at(i, "goal")));
    add_fact(g, W_INDICATOR, in_words(g, json_at(i, "indicator")));
    add_fact(g, W_AMOUNT, in_words(g, json_at(i, "amount")));
    add_fact(g, W_DONE_WHEN, in_words(g, json_at(i, "done_when")));
    add_fact(g, W_FROM, json_str(i, "from"));
    add_fact(g, W_OWNER, json_str(i, "owner"));
    add_names(g, W_ASSIST, json_at(i, "assist"));
    add_fact(g, W_INCIDENT, incident_of(g));
    add_fact(g, W_SAID, json_str(i, "note"));
    add_fact(g, W_EVIDENCE, json_str(i, "evidence"));
    add(g, "</dl>\n");
}

/* ---- the report, and what is to be ordered ---- */

static const char *report_state(const struct page *g, const char *state)
{
    static const struct {
        const char *state, *zh, *en;
    } table[] = {{"opened", "待起草", "to be drafted"},
                 {"edited", "已起草，待签发", "drafted, to be signed"},
                 {"signed", "已签发，待报送", "signed, to be sent"},
                 {"sent", "已报送", "sent"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].state, state) == 0)
            return g->zh ? table[i].zh : table[i].en;
    return state;
}

/* Where it is done, as it is not done here: in the command room, or by this command. */
static void add_where(const struct page *g, enum word what, const char *command)
{
    add(g, "<p class=\"ask\">");
    say(g, what);
    add(g, "<a href=\"/\">");
    say(g, W_ROOM);
    add(g, "</a>");
    say(g, W_OR_RUN);
    add(g, "<code>");
    html_add(g->to, command);
    add(g, "</code></p>\n");
}

static void add_report_where(const struct page *g, const json_t *r, const char *state)
{
    AUTO_TEXT(command);
    bool is_signed = !strcmp(state, "signed");
    if (!strcmp(state, "sent")) {
        add_line(g, "ask", W_REPORT_SENT);
        return;
    }
    text_addf(&command, "muster report %s %s --as %s", json_str_or(r, "id", "?"),
              is_signed ? "send" : "sign", json_str_or(json_at(g->link, "person"), "id", "?"));
    add_where(g, is_signed ? W_REPORT_SEND : W_REPORT_READ, text_str(&command));
}

/* Its text letter by letter: what stands in it is no markup here. */
static void add_report(const struct page *g, const json_t *r)
{
    AUTO_TEXT(rev);
    const char *state = json_str_or(r, "state", "");
    text_addf(&rev, "%" PRId64, json_int(r, "rev", 1));
    add(g, "<dl class=\"item\">\n");
    add_fact(g, W_STATE, report_state(g, state));
    add_fact(g, W_REVISION, text_str(&rev));
    add_fact(g, W_SIGNER, json_str(json_at(r, "signer"), "name"));
    add(g, "</dl>\n");
    text_addf(g->to, "<pre dir=\"auto\" lang=\"%s\">",
              strcmp(json_str_or(r, "lang", "zh"), "zh") ? "en" : "zh-CN");
    html_add(g->to, json_str_or(r, "text", ""));
    add(g, "</pre>\n");
    add_report_where(g, r, state);
}

static void add_proposal(const struct page *g, const json_t *p)
{
    AUTO_TEXT(what);
    AUTO_TEXT(command);
    const char *action = json_str_or(p, "action", ""), *level = json_str(p, "level");
    order_words(action, level, g->zh, &what);
    if (json_str(p, "warning"))
        text_addf(&what, g->zh ? "%s" : " %s", warning_words(json_str(p, "warning"), g->zh));
    if (json_at(p, "what"))
        text_addf(&what, g->zh ? "：%s" : ": %s", in_words(g, json_at(p, "what")));
    add(g, "<dl class=\"item\">\n");
    add_fact(g, W_PROPOSED, text_str(&what));
    add_fact(g, W_REASON, in_words(g, json_at(p, "reason")));
    add(g, "</dl>\n");
    text_addf(&command, "muster order %s %s", json_str_or(json_at(g->link, "incident"), "id", "?"),
              action);
    if (level)
        text_addf(&command, " --level %s", level);
    text_addf(&command, " --as %s --reason …", json_str_or(json_at(g->link, "person"), "id", "?"));
    add_where(g, W_ORDER_WHERE, text_str(&command));
}

/* ---- what there is to say ---- */

static void add_notice(const struct page *g, const char *class, enum word what, enum word more)
{
    text_addf(g->to, "<section class=\"notice %s\" role=\"status\">\n<h2>", class);
    say(g, what);
    add(g, "</h2>\n<p>");
    say(g, more);
    add(g, "</p>\n</section>\n");
}

static const char *refusal_code(const struct page *g)
{
    return json_str_or(g->p->refused, "code", "");
}

static void add_tries_left(const struct page *g)
{
    int64_t left = json_int(g->p->refused, "left", 0);
    if (g->zh)
        text_addf(g->to, "还可再试 %" PRId64 " 次。", left);
    else
        text_addf(g->to, " %" PRId64 " %s left. ", left, left == 1 ? "try is" : "tries are");
}

/* Why the answer just given was not taken, beside the field that it is about. */
static void add_refusal(const struct page *g)
{
    const char *field = json_str_or(g->p->refused, "field", "");
    add(g, "<p class=\"alert\" id=\"wrong\" role=\"alert\">");
    if (!strcmp(refusal_code(g), "wrong_code")) {
        say(g, W_WRONG);
        add_tries_left(g);
        say(g, W_NO_CODE);
    } else if (!strcmp(field, "code")) {
        say(g, W_NO_CODE);
    } else if (g->item && !strcmp(field, "note")) {
        say(g, W_NO_REASON);
    } else if (g->item && !strcmp(refusal_code(g), "conflict")) {
        say(g, W_MEANWHILE);
    } else {
        say(g, W_NOT_TAKEN);
        add_foreign(g, json_str_or(g->p->refused, "error", refusal_code(g)));
    }
    add(g, "</p>\n");
}

/* ---- the form ---- */

static void add_code_field(const struct page *g)
{
    add(g, "<label for=\"code\">");
    say(g, W_CODE);
    add(g, "</label>\n<input id=\"code\" name=\"code\" type=\"text\" inputmode=\"numeric\" "
           "autocomplete=\"one-time-code\" maxlength=\"12\" required");
    if (g->p->refused)
        add(g, " aria-invalid=\"true\" aria-describedby=\"wrong\" autofocus");
    add(g, ">\n");
}

static void add_note_field(const struct page *g)
{
    add(g, "<label for=\"note\">");
    say(g, W_NOTE);
    text_addf(g->to, "</label>\n<textarea id=\"note\" name=\"note\" rows=\"2\" maxlength=\"%d\">\n",
              NOTE_CHARS_MAX);
    html_add(g->to, g->p->note);
    add(g, "</textarea>\n");
}

/* "转副职：钱敏": whoever would be called at once. */
static void add_pass_button(const struct page *g)
{
    const char *name = json_str(json_at(g->link, "pass_to"), "name");
    if (!name)
        return;
    add(g, "<button class=\"no\" type=\"submit\" name=\"pass\" value=\"true\">");
    say(g, W_PASS);
    add_foreign(g, name);
    add(g, "</button>\n");
}

/* Enter in the code's field presses the first button. */
static void add_buttons(const struct page *g, bool declined)
{
    add(g, "<div class=\"buttons\">\n<button class=\"yes\" type=\"submit\">");
    say(g, g->agrees ? W_AGREE : !g->call ? W_CONFIRM : declined ? W_COME_AFTER_ALL : W_COME);
    add(g, "</button>\n");
    if ((g->call || g->agrees) && !declined) {
        add(g, "<button class=\"no\" type=\"submit\" name=\"decline\" value=\"true\">");
        say(g, g->agrees ? W_REFUSE : W_CANNOT);
        add(g, "</button>\n");
        add_pass_button(g);
    }
    add(g, "</div>\n");
}

/* One of these is the answer. Enter in the code's field presses the first button of a form: here
 * one that is disabled, so that nobody chooses what they did not press. */
static void add_choices(const struct page *g, bool declined)
{
    size_t n;
    json_t *one;
    add(g, "<div class=\"buttons\">\n<button type=\"submit\" disabled hidden></button>\n");
    json_array_foreach(json_unconst(json_at(g->link, "choices")), n, one)
    {
        add(g, "<button class=\"yes\" type=\"submit\" name=\"choice\" value=\"");
        html_add(g->to, json_str_or(one, "choice", ""));
        add(g, "\">");
        add_foreign(g, json_str_or(one, "text", ""));
        add(g, "</button>\n");
    }
    if (!declined) {
        add(g, "<button class=\"no\" type=\"submit\" name=\"decline\" value=\"true\">");
        say(g, W_CANNOT_SAY);
        add(g, "</button>\n");
    }
    add(g, "</div>\n");
}

/* In the order of "may": the first does least, and is what Enter presses. */
static void add_item_buttons(const struct page *g)
{
    static const struct {
        const char *action;
        enum word word;
    } table[] = {
        {"receive", W_RECEIVE}, {"arrive", W_ARRIVE}, {"done", W_FINISH}, {"reject", W_REJECT}};
    size_t n;
    json_t *one;
    add(g, "<div class=\"buttons\">\n");
    json_array_foreach(json_unconst(json_at(g->item, "may")), n, one)
    {
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
            if (strcmp(table[i].action, json_string_value(one)) != 0)
                continue;
            text_addf(g->to, "<button class=\"%s\" type=\"submit\" name=\"action\" value=\"%s\">",
                      n ? "no" : "yes", table[i].action);
            say(g, table[i].word);
            add(g, "</button>\n");
        }
    }
    add(g, "</div>\n");
}

static void add_area(const struct page *g, const char *name, enum word label, const char *typed)
{
    text_addf(g->to, "<label for=\"%s\">", name);
    say(g, label);
    text_addf(g->to, "</label>\n<textarea id=\"%s\" name=\"%s\" rows=\"2\" maxlength=\"%d\">\n",
              name, name, NOTE_CHARS_MAX / 4);
    html_add(g->to, typed);
    add(g, "</textarea>\n");
}

static void add_form_begin(const struct page *g)
{
    add(g, "<form method=\"post\" action=\"/a/");
    html_add(g->to, g->p->token);
    text_addf(g->to, "\">\n<input type=\"hidden\" name=\"lang\" value=\"%s\">\n",
              g->zh ? "zh" : "en");
    if (g->p->refused)
        add_refusal(g);
    add_code_field(g);
}

static void add_item_form(const struct page *g)
{
    add_form_begin(g);
    add_item_buttons(g);
    add_area(g, "note", W_ITEM_NOTE, g->p->note);
    add_area(g, "evidence", W_ITEM_EVIDENCE, g->p->evidence);
    add(g, "</form>\n");
}

static void add_form(const struct page *g, bool declined)
{
    add_form_begin(g);
    if (json_array_size(json_at(g->link, "choices")))
        add_choices(g, declined);
    else
        add_buttons(g,
                    declined); /* before the note: the keyboard of a telephone leaves little room */
    add_note_field(g);
    add(g, "</form>\n");
}

/* ---- by state ---- */

static enum word asked_words(const struct page *g, bool waiting)
{
    if (json_array_size(json_at(g->link, "choices")))
        return waiting ? W_QUESTION : W_QUESTION_OVER;
    return waiting ? W_CALL : W_CALL_OVER;
}

/* "李明 已应答（3 分钟前）": nobody rides out for what somebody else has. */
static void add_taken(const struct page *g, const json_t *by)
{
    wall_ms then;
    const char *at = json_str(by, "at"), *name = json_str(by, "name");
    add(g, "<p class=\"ask taken\">");
    add_foreign(g, name ? name : json_str_or(by, "id", "?"));
    add(g, " ");
    say(g, W_TAKEN);
    if (at && rfc3339_parse(at, &then)) {
        add(g, g->zh ? "（" : " (");
        add_ago(g, g->p->now - then);
        add(g, g->zh ? "）" : ")");
    }
    add(g, g->zh ? "。" : ". ");
    say(g, W_TAKEN_STILL);
    add(g, "</p>\n");
}

static void add_open(const struct page *g)
{
    bool waiting = g->call && json_bool(g->link, "waiting");
    const json_t *by = json_at(g->link, "answered_by");
    if (!g->p->refused && !g->call)
        add_line(g, "ask", g->agrees ? W_AGREE_ASK : W_READ);
    else if (!g->p->refused && g->call && !waiting && by)
        add_taken(g, by);
    else if (!g->p->refused && g->call && !waiting && json_bool(g->link, "recalled"))
        add_line(g, "ask", W_RECALLED);
    else if (!g->p->refused)
        add_line(g, waiting ? "ask urgent" : "ask", asked_words(g, waiting));
    add_form(g, false);
}

/* A question is open until enough have chosen: the last choice counts. */
static void add_answered(const struct page *g)
{
    if (json_array_size(json_at(g->link, "choices")) && json_bool(g->link, "waiting")) {
        add_notice(g, "done", W_ANSWERED, W_CHOSEN_LONG);
        add_form(g, false);
        return;
    }
    if (g->agrees)
        add_notice(g, "done", W_AGREED, W_DECIDED_LONG);
    else
        add_notice(g, "done", g->call ? W_ANSWERED : W_CONFIRMED,
                   g->call ? W_ANSWERED_LONG : W_CONFIRMED_LONG);
}

static void add_passed(const struct page *g, const char *to)
{
    add(g, "<section class=\"notice said\" role=\"status\">\n<h2>");
    say(g, W_PASSED);
    add_foreign(g, to);
    add(g, "</h2>\n<p>");
    say(g, W_PASSED_LONG);
    add(g, "</p>\n</section>\n");
}

static void add_declined(const struct page *g)
{
    const char *to = json_str(g->link, "passed_to");
    if (g->agrees) { /* what was refused is decided */
        add_notice(g, "said", W_REFUSED, W_DECIDED_LONG);
        return;
    }
    if (to)
        add_passed(g, to);
    else
        add_notice(g, "said", W_DECLINED, W_DECLINED_LONG);
    add_form(g, true);
}

static void add_item_open(const struct page *g)
{
    bool late = json_bool(g->item, "overdue");
    if (json_bool(g->item, "waits"))
        add_line(g, "ask", W_ITEM_WAITS);
    else if (!g->p->refused)
        add_line(g, late ? "ask urgent" : "ask", late ? W_ITEM_LATE : W_ITEM_ASK);
    add_item_form(g);
}

/* Also where what was just said came too late. */
static void add_item_closed(const struct page *g)
{
    bool done = !strcmp(json_str_or(g->item, "state", ""), "done");
    if (g->p->refused)
        add_refusal(g);
    add_notice(g, done ? "done" : "over", done ? W_ITEM_DONE : W_ITEM_ENDED,
               done ? W_ITEM_DONE_LONG : W_ITEM_ENDED_LONG);
}

static void add_shown(const struct page *g)
{
    switch (g->shown) {
    case ITEM:
        add_item_open(g);
        break;
    case ITEM_CLOSED:
        add_item_closed(g);
        break;
    case OPEN:
        add_open(g);
        break;
    case ANSWERED:
        add_answered(g);
        break;
    case DECLINED:
        add_declined(g);
        break;
    case OVER:
        add_notice(g, "over", W_OVER, W_OVER_LONG);
        break;
    case LOCKED:
        add_notice(g, "stop", W_LOCKED, W_LOCKED_LONG);
        break;
    case UNKNOWN:
        add_notice(g, "stop", W_UNKNOWN, W_UNKNOWN_LONG);
        break;
    case TROUBLE:
        add_notice(g, "stop", W_TROUBLE, W_TROUBLE_LONG);
        break;
    }
}

static void add_switch(const struct page *g)
{
    static const char *const other[] = {"<nav><a href=\"/a/", "?lang=", "\" hreflang=\"",
                                        "\" lang=\"", "\">"};
    const char *lang = g->zh ? "en" : "zh";
    add(g, other[0]);
    html_add(g->to, g->p->token);
    text_addf(g->to, "%s%s%s%s%s%s%s%s</a></nav>\n", other[1], lang, other[2], lang, other[3],
              g->zh ? "en" : "zh-CN", other[4], g->zh ? "English" : "中文");
}

/* ---- the whole ---- */

static bool is_zh(const struct answer_page *p)
{
    const char *lang = p->lang ? p->lang : json_str(p->link, "lang");
    if (!lang)
        lang = p->site_lang ? p->site_lang : "zh";
    return !strcmp(lang, "zh");
}

static bool item_is_closed(const json_t *item)
{
    static const char *const closed[] = {"done", "struck", "rejected", "lifted"};
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        if (!strcmp(closed[i], json_str_or(item, "state", "")))
            return true;
    return false;
}

static enum shown shown_by_state(const json_t *link)
{
    const char *state = json_str_or(link, "state", "");
    const json_t *item = json_at(link, "item");
    if (!strcmp(state, "over"))
        return OVER;
    if (item && item_is_closed(item))
        return ITEM_CLOSED;
    if (!strcmp(state, "answered"))
        return ANSWERED;
    if (json_int(link, "left", 1) <= 0)
        return LOCKED;
    if (json_array_size(json_at(item, "may")))
        return ITEM;
    return !strcmp(state, "declined") ? DECLINED : OPEN;
}

/* A refusal of the answer is the newest word; it may come without the message. */
static enum shown shown_of(const struct answer_page *p, const json_t *link)
{
    const char *code = json_str_or(p->refused ? p->refused : p->link, "code", "");
    if (!strcmp(code, "closed") || !strcmp(code, "merged"))
        return OVER;
    if (!strcmp(code, "link_locked"))
        return LOCKED;
    if (link)
        return shown_by_state(link);
    if (!strcmp(code, "unknown_link"))
        return UNKNOWN;
    return !strcmp(json_str_or(p->refused, "field", ""), "code") ? OPEN : TROUBLE;
}

void answer_page_write(const struct answer_page *p, struct text *to)
{
    const json_t *link = json_bool(p->link, "ok") ? p->link : NULL;
    struct page g = {.p = p,
                     .link = link,
                     .item = json_at(link, "item"),
                     .shown = shown_of(p, link),
                     .zh = is_zh(p),
                     .drill = json_bool(json_at(link, "incident"), "drill"),
                     .agrees = json_bool(link, "agrees"),
                     .call = !strcmp(json_str_or(link, "type", "muster.call"), "muster.call"),
                     .to = to};
    add_head(&g);
    add(&g, g.drill ? "<body class=\"in-drill\">\n" : "<body>\n");
    add_drill(&g, "header");
    add(&g, "<main>\n");
    if (link)
        add_message(&g);
    if (g.item)
        add_item(&g);
    if (json_at(link, "report"))
        add_report(&g, json_at(link, "report"));
    if (json_at(link, "proposal"))
        add_proposal(&g, json_at(link, "proposal"));
    add_shown(&g);
    add_switch(&g);
    add(&g, "</main>\n");
    add_drill(&g, "footer");
    add(&g, "</body>\n</html>\n");
}
