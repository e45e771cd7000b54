/*
 * muster reports, muster report - what is reported upwards: by when, in which state, and its text.
 */
#include "core/report.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"
#include "ctl/show_response.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As the table shows them; "missed" is what is left of one that was never sent. */
static const struct {
    const char *state;
    struct words words;
} states[] = {
    {"opened", {"to be drafted", "待起草"}}, {"edited", {"drafted", "已起草"}},
    {"signed", {"signed", "已签发"}},        {"sent", {"sent", "已报送"}},
    {"missed", {"missed", "漏报"}},
};

static struct words state_words(const char *state)
{
    for (size_t n = 0; n < sizeof states / sizeof states[0]; n++)
        if (strcmp(states[n].state, state) == 0)
            return states[n].words;
    return (struct words){state, state};
}

/* A state by its own name, or by the words of the table; what is neither goes to the daemon. */
static const char *state_meant(const char *said)
{
    for (size_t n = 0; said && n < sizeof states / sizeof states[0]; n++)
        if (!strcmp(states[n].words.en, said) || !strcmp(states[n].words.zh, said))
            return states[n].state;
    return said;
}

static const struct {
    const char *kind;
    struct words words;
} kinds[] = {
    {"initial", {"initial", "首报"}}, {"update", {"update", "续报"}}, {"daily", {"daily", "日报"}},
    {"single", {"single", "个案"}},   {"final", {"final", "终报"}},
};

static struct words kind_words(const char *kind)
{
    for (size_t n = 0; n < sizeof kinds / sizeof kinds[0]; n++)
        if (strcmp(kinds[n].kind, kind) == 0)
            return kinds[n].words;
    return (struct words){kind, kind};
}

static const char *kind_meant(const char *said)
{
    for (size_t n = 0; said && n < sizeof kinds / sizeof kinds[0]; n++)
        if (!strcmp(kinds[n].words.zh, said))
            return kinds[n].kind;
    return said;
}

static void name_add(const struct ctl *c, const json_t *r, struct text *to)
{
    text_addf(to, "%s %" PRId64, ctl_say(c, kind_words(json_str_or(r, "kind", "?"))),
              json_int(r, "number", 0));
    if (json_str(r, "key"))
        text_addf(to, " (%s)", json_str(r, "key"));
    if (json_str(r, "corrects"))
        text_addf(to, c->zh ? "，更正 %s" : ", corrects %s", json_str(r, "corrects"));
}

/* "迟报 12m" */
static void marks_add(const struct ctl *c, const json_t *r, struct text *to)
{
    int64_t late = json_int(r, "late_ms", 0);
    if (json_bool(r, "overdue"))
        text_add(to, c->zh ? "（逾期）" : " (overdue)");
    if (json_bool(r, "missed"))
        text_add(to, c->zh ? "（漏报）" : " (missed)");
    if (json_bool(r, "zero"))
        text_add(to, c->zh ? "（零报告）" : " (zero report)");
    if (late) {
        text_add(to, c->zh ? "（迟报 " : " (late by ");
        duration_add(to, late);
        text_add(to, c->zh ? "）" : ")");
    }
}

/* ---- reports ---- */

static const struct option_spec reports_options[] = {
    OPTION("--kind", "K", "initial, update, daily, single or final",
           "种类：initial 首报、update 续报、daily 日报、single 个案、final 终报"),
    OPTION("--state", "S",
           "opened (to be drafted), edited (drafted), signed, sent, missed, or as the table has it",
           "状态：opened 待起草、edited 已起草、signed 已签发、sent 已报送、missed "
           "漏报，两种写法均可"),
    OPTION("--closed", NULL, "those that are sent or missed, not the open ones",
           "已报送或漏报的，而非待报的"),
    OPTION("--limit", "N", "at most so many", "最多条数"),
    OPTION("--cursor", "ID", "go on below this one", "从此条之后继续"),
    {.name = NULL},
};

/* Where it is to be telephoned, and nobody has yet, that comes first. */
static void due_add(const struct ctl *c, const json_t *r, struct text *to)
{
    const char *phone = json_str(r, "phoned_at") ? NULL : json_str(r, "phone_due_at");
    bool sent = strcmp(json_str_or(r, "state", ""), "sent") == 0;
    if (phone && !sent) {
        text_add(to, c->zh ? "电话 " : "by telephone ");
        show_time(to, phone, TIME_FULL);
    }
    if (!json_str(r, "due_at"))
        return;
    text_add(to, phone && !sent ? c->zh ? "，书面 " : ", in writing " : "");
    show_time(to, json_str(r, "due_at"), TIME_FULL);
}

static void report_add(const struct ctl *c, struct table *t, const json_t *r)
{
    AUTO_TEXT(due);
    AUTO_TEXT(name);
    AUTO_TEXT(to);
    bool bad = json_bool(r, "overdue") || json_bool(r, "missed");
    const json_t *receivers = json_at(r, "to");
    due_add(c, r, &due);
    marks_add(c, r, &due);
    if (json_bool(r, "drill"))
        text_add(&name, ctl_say(c, words_of(WORD_DRILL_MARK)));
    name_add(c, r, &name);
    if (json_is_string(receivers))
        text_add(&to, json_string_value(receivers));
    for (size_t n = 0; n < json_array_size(receivers); n++)
        text_addf(&to, "%s%s", n ? ", " : "", json_string_value(json_array_get(receivers, n)));
    table_cell(t, json_str_or(r, "id", "?"));
    table_cell(t, text_str(&name));
    table_cell_in(t, ctl_say(c, state_words(json_str_or(r, "state", "?"))),
                  bad ? COLOUR_RED : COLOUR_NONE);
    table_cell(t, text_str(&to));
    table_cell(t, text_str(&due));
}

static void reports_print(const struct ctl *c, const json_t *reports)
{
    static const enum word heads[] = {WORD_ID, WORD_KIND, WORD_STATE, WORD_TO, WORD_DUE};
    struct table t = {.columns = 5};
    size_t n;
    json_t *r;
    AUTO_TEXT(out);
    for (n = 0; n < t.columns; n++)
        table_cell_in(&t, ctl_say(c, words_of(heads[n])), COLOUR_DIM);
    json_array_foreach(json_unconst(reports), n, r) report_add(c, &t, r);
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static json_t *reports_request(const struct ctl *c, const struct args *a)
{
    const char *limit = args_value(a, "--limit");
    json_t *request = ask_begin(c, "reports");
    json_put_str(request, "incident", a->words_count ? a->words[0] : NULL);
    json_put_str(request, "kind", kind_meant(args_value(a, "--kind")));
    json_put_str(request, "state", state_meant(args_value(a, "--state")));
    json_put_str(request, "cursor", args_value(a, "--cursor"));
    if (limit)
        json_put(request, "limit", ask_number(limit));
    return json_put_true(request, "closed", args_has(a, "--closed"));
}

static int reports_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    int code = ask(c, reports_request(c, a), &reply);
    if (code)
        return code;
    const json_t *reports = json_at(reply, "reports");
    const char *next = json_str(reply, "next");
    if (c->json)
        ask_print(reply);
    else if (json_array_size(reports) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        reports_print(c, reports);
    if (!c->json && next)
        ctl_message("%s --cursor %s", ctl_say(c, words_of(WORD_MORE)), next);
    return EXIT_OK;
}

const struct command cmd_reports = {
    .name = "reports",
    .operands = "[ID]",
    .operands_most = 1,
    .sentence = {"the reports of an incident, or all that are not sent",
                 "信息报送：某事件的，或全部待报的"},
    .options = reports_options,
    .examples = "  muster reports 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n",
    .run = reports_run,
};

/* ---- report ---- */

static const struct option_spec report_options[] = {
    OPTION("--as", "PERSON", "whose word it is; who signs or telephones must be named",
           "以谁的名义；签发、电话报告必填"),
    OPTION("--note", "T", "a word to the record", "备注"),
    OPTION("--file", "F", "edit: the new text, Markdown, at most 32 KiB; - is the standard input",
           "edit：新文本（Markdown，至多 32 KiB）；- 为标准输入"),
    OPTION(
        "--rev", "N",
        "the revision that was read, as `muster report REPORT` shows it; another one is refused. "
        "edit needs it, sign, send, phone, fill and correct take it",
        "所读的修订号（muster report 报告 可见），已变更则拒绝；edit 必填，"
        "sign、send、phone、fill、correct 可填"),
    {.name = NULL},
};

/* Its lines stay lines; nothing else in them moves the terminal. */
static void text_lines_add(struct text *to, const char *text)
{
    while (*text) {
        AUTO_TEXT(line);
        size_t len = strcspn(text, "\n");
        text_add_bytes(&line, text, len);
        show_safe(to, text_str(&line));
        text_add_char(to, '\n');
        text += len + (text[len] == '\n');
    }
}

static void show_print(const struct ctl *c, const json_t *r)
{
    AUTO_TEXT(out);
    size_t n;
    json_t *one;
    name_add(c, r, &out);
    text_addf(&out, "  %s", ctl_say(c, state_words(json_str_or(r, "state", "?"))));
    marks_add(c, r, &out);
    text_addf(&out, c->zh ? "  修订 %" PRId64 "\n" : "  revision %" PRId64 "\n",
              json_int(r, "rev", 0));
    if (json_str(json_at(r, "signer"), "name"))
        text_addf(&out, c->zh ? "签发：%s\n" : "signed by %s\n",
                  json_str(json_at(r, "signer"), "name"));
    json_array_foreach(json_unconst(json_at(r, "told")), n, one)
        text_addf(&out, "-> %s: %s\n", json_str_or(one, "name", json_str_or(one, "to", "?")),
                  json_str_or(one, "state", "?"));
    text_add_char(&out, '\n');
    text_lines_add(&out, json_str_or(r, "text", ""));
    (void)fputs(text_str(&out), stdout);
}

static int report_show(struct ctl *c, const char *id)
{
    AUTO_JSON(reply);
    int code = ask(c, json_put_str(ask_begin(c, "report_show"), "report", id), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        show_print(c, json_at(reply, "report"));
    return EXIT_OK;
}

/* No more than a report may have, and one byte that tells that there is more. */
static bool file_read(const struct ctl *c, const char *path, struct text *to)
{
    char bytes[4096];
    size_t got;
    FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    while (from && to->len <= REPORT_TEXT_BYTES && (got = fread(bytes, 1, sizeof bytes, from)) > 0)
        text_add_bytes(to, bytes, got);
    bool fine = from && !ferror(from);
    if (!fine)
        ctl_message("%s: %s", path, strerror(errno));
    if (from && from != stdin)
        (void)fclose(from);
    if (!fine || to->len <= REPORT_TEXT_BYTES)
        return fine;
    ctl_message(c->zh ? "%s：太长；一份报告的文本至多 %d 字节（32 KiB）"
                      : "%s: too long; the text of a report has at most %d bytes (32 KiB)",
                path, REPORT_TEXT_BYTES);
    return false;
}

/* "ID drafted, revision 3", and whose signature is void. */
static void done_say(const struct ctl *c, const json_t *reply, struct text *to)
{
    const json_t *voided = json_at(reply, "voided");
    const char *name = json_str_or(voided, "name", json_str_or(voided, "by", "?"));
    text_addf(to, "%s %s", json_str_or(reply, "report", "-"),
              ctl_say(c, state_words(json_str_or(reply, "state", "-"))));
    text_addf(to, c->zh ? "，修订 %" PRId64 "\n" : ", revision %" PRId64 "\n",
              json_int(reply, "rev", 0));
    if (!voided)
        return;
    show_safe(to, name);
    text_add(to, c->zh ? " 的签发已失效：文本已改，请重新签发\n"
                       : ": the signature is void, as the text has changed; sign it again\n");
}

static int done_print(const struct ctl *c, json_t *request)
{
    AUTO_JSON(reply);
    AUTO_TEXT(out);
    int code = ask(c, request, &reply);
    if (code)
        return code;
    done_say(c, reply, &out);
    if (c->json)
        ask_print(reply);
    else
        (void)fputs(text_str(&out), stdout);
    return EXIT_OK;
}

/* Whoever names no revision would overwrite what somebody else wrote meanwhile. */
static bool edit_said(const struct ctl *c, const struct args *a)
{
    if (!args_value(a, "--file"))
        ctl_message("%s", c->zh ? "--file F：给出新文本（- 为标准输入）"
                                : "--file F: give the new text (- is the standard input)");
    else if (!args_value(a, "--rev"))
        ctl_message(c->zh ? "--rev N：说明新文本依据哪个修订号；见 muster report %s"
                          : "--rev N: say of which revision the new text is made; "
                            "`muster report %s` shows it",
                    a->words[0]);
    else
        return true;
    return false;
}

static int report_edit(struct ctl *c, const struct args *a, json_t *request)
{
    AUTO_TEXT(text);
    int code = EXIT_OK;
    if (!edit_said(c, a))
        code = EXIT_USAGE;
    else if (!file_read(c, args_value(a, "--file"), &text))
        code = EXIT_FAILED;
    if (code) {
        json_decref(request);
        return code;
    }
    return done_print(c, json_put_str(request, "text", text_str(&text)));
}

static const char *const report_actions[] = {"show",  "edit", "sign",    "send",
                                             "phone", "fill", "correct", NULL};

static bool action_known(const struct ctl *c, const char *action)
{
    const char *near = text_nearest(action, report_actions);
    for (const char *const *known = report_actions; *known; known++)
        if (strcmp(*known, action) == 0)
            return true;
    ctl_message(c->zh ? "没有操作 \"%s\"%s%s%s；有：show、edit、sign、send、phone、fill、correct"
                      : "no action \"%s\"%s%s%s; there are: show, edit, sign, send, phone, fill, "
                        "correct",
                action, near ? c->zh ? "（是 " : " (did you mean " : "", near ? near : "",
                near ? c->zh ? " 吗？）" : "?)" : "");
    return false;
}

static int report_run(struct ctl *c, const struct args *a)
{
    const char *action = a->words_count > 1 ? a->words[1] : "show";
    const char *rev = args_value(a, "--rev");
    bool edits = strcmp(action, "edit") == 0;
    if (!action_known(c, action))
        return EXIT_USAGE;
    if (strcmp(action, "show") == 0)
        return report_show(c, a->words[0]);
    json_t *request = ask_begin(c, edits ? "report_edit" : "report");
    json_put_str(request, "report", a->words[0]);
    json_put_str(request, "as", args_value(a, "--as"));
    json_put_str(request, "note", args_value(a, "--note"));
    if (rev)
        json_put(request, "rev", ask_number(rev));
    return edits ? report_edit(c, a, request)
                 : done_print(c, json_put_str(request, "action", action));
}

const struct command cmd_report = {
    .name = "report",
    .operands = "REPORT [ACTION]",
    .operands_least = 1,
    .operands_most = 2,
    .sentence = {"show, edit, sign, send, phone, fill or correct a report",
                 "办理报告：show 查看、edit 起草、sign 签发、send 报送、phone 记电话报告、"
                 "fill 按最新情况重填、correct 更正"},
    .options = report_options,
    .examples = "  muster report 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 edit --rev 2 --file text.md\n"
                "  muster report 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 sign --as sun.wei\n"
                "  muster report 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 phone --as wang.qiang "
                "--note \"told the province\"\n",
    .run = report_run,
};
