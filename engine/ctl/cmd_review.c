/*
 * muster review - the after-action review of an incident, and what was learnt of it. muster drill
 * report - the same of a drill, with how each expectation was met.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/past_ask.h"
#include "ctl/respond.h"

#include <stdio.h>
#include <string.h>

#define AS_HTML OPTION("--html", NULL, "a document to print, not Markdown", "输出可打印的 HTML")

static const struct option_spec review_options[] = {
    AS_HTML,
    OPTION("--replay", NULL, "with what the version in force would have done; reads the journal",
           "附现行预案会怎样处置；需读取日志"),
    OPTION("--data", "PATH", "with --replay: the folder of the journal",
           "与 --replay 同用：数据目录"),
    OPTION("--plans", "PATH", "with --replay: the folder of plans", "与 --replay 同用：预案目录"),
    OPTION("--lesson", "TEXT", "note what is to be better next time, as an improvement",
           "登记一条改进事项"),
    OPTION("--owner", "TARGET", "with --lesson: who makes it better", "与 --lesson 同用：责任单位"),
    OPTION("--due", "TIME", "with --lesson: by when, as 30d", "与 --lesson 同用：时限，如 30d"),
    OPTION("--as", "PERSON", "with --lesson: who says so", "与 --lesson 同用：提出人"),
    {.name = NULL},
};

static const struct option_spec drill_options[] = {AS_HTML, {.name = NULL}};

/* The lines that differ, "-" then and "+" by the version in force, as far as they find room. */
static int replay_put(const struct ctl *c, const struct args *a, json_t *request)
{
    enum { LINES_BYTES = 60000 };
    struct replay_ask ask = {.zh = c->zh};
    AUTO_JSON(reply);
    AUTO_TEXT(lines);
    AUTO_TEXT(assumed);
    size_t n;
    json_t *line;
    int code = past_ask(c, a, &ask, &reply);
    if (code)
        return code;
    json_array_foreach(json_unconst(json_at(reply, "lines")), n, line)
    {
        const char *side = json_str_or(line, "side", " "), *text = json_str_or(line, "text", "");
        if (*side != ' ' && lines.len + strlen(text) < LINES_BYTES)
            text_addf(&lines, "%s %s\n", *side == '-' ? "−" : "+", text);
    }
    json_put_str(request, "replay_version", json_str_or(reply, "version", "-"));
    if (lines.len)
        json_put_str(request, "replay_lines", text_str(&lines));
    past_assumed_say(reply, c->zh, &assumed);
    if (assumed.len)
        json_put_str(request, "replay_assumed", text_str(&assumed));
    return EXIT_OK;
}

/* A document on stdout, or with --json what it is made of. */
static int document_ask(const struct ctl *c, const struct args *a, const char *op,
                        const char *member)
{
    json_t *reply = NULL;
    json_t *request = respond_begin(c, a, op);
    if (args_has(a, "--replay")) {
        int refused = replay_put(c, a, request);
        if (refused) {
            json_decref(request);
            return refused;
        }
    }
    json_put_str(request, "format", c->json ? "json" : args_has(a, "--html") ? "html" : "markdown");
    int code = ask(c, request, &reply);
    if (code)
        return code;
    const char *text = json_str_or(reply, "text", "");
    if (c->json)
        ctl_print_json(json_at(reply, member));
    else if (fwrite(text, 1, strlen(text), stdout) != strlen(text))
        code = EXIT_FAILED;
    json_decref(reply);
    return code;
}

static int lesson_ask(const struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"owner", "due", "as"};
    json_t *reply = NULL;
    json_t *request = respond_begin(c, a, "lesson");
    json_put_str(request, "text", args_value(a, "--lesson"));
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", names[n]);
        json_put_str(request, names[n], args_value(a, text_str(&option)));
    }
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        printf("%s\n", json_str_or(reply, "item", "-"));
    json_decref(reply);
    return EXIT_OK;
}

static int review_run(struct ctl *c, const struct args *a)
{
    bool of_lesson = args_has(a, "--owner") || args_has(a, "--due") || args_has(a, "--as");
    if (args_has(a, "--lesson"))
        return lesson_ask(c, a);
    if (of_lesson) {
        ctl_message("review: --owner, --due and --as are of --lesson TEXT");
        return EXIT_USAGE;
    }
    return document_ask(c, a, "review", "review");
}

static int drill_run(struct ctl *c, const struct args *a)
{
    return document_ask(c, a, "drill_report", "drill");
}

const struct command cmd_review = {
    .name = "review",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"the after-action review of an incident, over or not: key moments, times against "
                 "targets, who was not reached and why, lessons",
                 "事件复盘报告，未结束也可：关键节点、用时与时限、未送达的人员及原因、改进事项"},
    .options = review_options,
    .examples = "  muster review 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --html > review.html\n"
                "  muster review 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --lesson \"a second pump "
                "for North Road\" --owner dept:urban --due 90d\n",
    .run = review_run,
};

const struct command cmd_drill_report = {
    .name = "drill report",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"how a drill went: each inject, objective, person; evaluation and summary",
                 "演练评估与总结报告：逐条注入、目标、人员"},
    .options = drill_options,
    .examples = "  muster drill report 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n"
                "  muster drill report 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --html > drill.html\n",
    .run = drill_run,
};
