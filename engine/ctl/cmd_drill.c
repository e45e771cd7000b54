/*
 * muster drill start - a drill of a plan, by a scenario of plans/drills/ or without one.
 */
#include "base/time.h"
#include "core/inject.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/wait_over.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec options[] = {
    OPTION(
        "--mode", "MODE",
        "tabletop: messages reach the director and the evaluators alone; live: all whom the site "
        "allows for drills; else as the scenario says",
        "tabletop 桌面推演：消息只到导调和评估人员；live 实战演练：到单位允许演练的所有人；"
        "缺省按情景"),
    OPTION("--scenario", "NAME", "drills/NAME.lua beside the plans; a path to it will do",
           "预案目录下的 drills/NAME.lua；也可写路径"),
    OPTION("--speed", "N",
           "of a tabletop: waits, deadlines and injects pass so many times as fast; else as the "
           "scenario says",
           "桌面推演：等待、时限和注入按几倍速进行；缺省按情景"),
    OPTION("--as", "PERSON", "who directs it; else whom the scenario names",
           "导调人员；缺省按情景"),
    OPTION(
        "--wait", NULL,
        "wait until it is over and print its score; exit code 0 if all that was expected was met "
        "in its time, else 1",
        "等到演练结束并打印评分；期望全部按时达到则退出码为 0，否则为 1"),
    {.name = NULL},
};

/* "plans/drills/flood-2026.lua" is flood-2026. Gives. */
static json_t *scenario_name(const char *given)
{
    const char *slash = strrchr(given, '/'), *name = slash ? slash + 1 : given;
    size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, ".lua") == 0)
        len -= 4;
    return json_stringn(name, len);
}

/* ---- --wait ---- */

static const char *result_words(const struct ctl *c, const char *result)
{
    static const char *const words[][3] = {{"met", "达到", "met"},
                                           {"late", "超时", "late"},
                                           {"missed", "未达到", "missed"},
                                           {"open", "未了", "open"},
                                           {"to_come", "未到", "to come"}};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n][0], result))
            return words[n][c->zh ? 1 : 2];
    }
    return result;
}

/* "  met 5m29s  inject 1: somebody answers within 10m" */
static void expected_show(const struct ctl *c, const json_t *inject)
{
    const char *result = json_str(inject, "result");
    AUTO_TEXT(line);
    if (!result)
        return;
    text_addf(&line, "  %s", result_words(c, result));
    if (json_at(inject, "took_ms")) {
        text_add_char(&line, ' ');
        duration_add(&line, json_int(inject, "took_ms", 0));
    }
    text_addf(&line, c->zh ? "  注入%d：" : "  inject %d: ", (int)json_int(inject, "no", 0));
    inject_expect_say(json_at(inject, "expect"), c->zh, &line);
    puts(text_str(&line));
}

static void score_show(const struct ctl *c, const json_t *score)
{
    size_t n;
    json_t *inject;
    json_array_foreach(json_unconst(json_at(score, "injects")), n, inject) expected_show(c, inject);
    printf(c->zh ? "期望：达到 %d，超时 %d，未达到 %d，未了 %d\n"
                 : "expected: %d met, %d late, %d missed, %d open\n",
           (int)json_int(score, "met", 0), (int)json_int(score, "late", 0),
           (int)json_int(score, "missed", 0), (int)json_int(score, "open", 0));
}

static bool all_met(const json_t *score)
{
    return !json_int(score, "late", 0) && !json_int(score, "missed", 0) &&
           !json_int(score, "open", 0);
}

static int wait_score(const struct ctl *c, const char *incident)
{
    AUTO_JSON(reply);
    int code = wait_over(c, incident);
    if (code)
        return code;
    json_t *request = json_put_str(ask_begin(c, "drill_report"), "incident", incident);
    code = ask(c, json_put_str(request, "format", "json"), &reply);
    if (code)
        return code;
    const json_t *score = json_at(json_at(reply, "drill"), "score");
    if (c->json)
        ctl_print_json(score);
    else
        score_show(c, score);
    return all_met(score) ? EXIT_OK : EXIT_FAILED;
}

static int run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    json_t *request = json_put_str(ask_begin(c, "drill_start"), "plan", a->words[0]);
    json_put_str(request, "mode", args_value(a, "--mode"));
    json_put_str(request, "as", args_value(a, "--as"));
    if (args_has(a, "--speed"))
        json_put(request, "speed", ask_number(args_value(a, "--speed")));
    if (args_has(a, "--scenario"))
        json_put(request, "scenario", scenario_name(args_value(a, "--scenario")));
    int code = ask(c, request, &reply);
    if (code)
        return code;
    AUTO_TEXT(incident);
    text_add(&incident, json_str_or(reply, "incident", "-"));
    if (c->json)
        ask_print(reply);
    else
        puts(text_str(&incident));
    (void)fflush(stdout);
    json_decref(reply);
    return args_has(a, "--wait") ? wait_score(c, text_str(&incident)) : EXIT_OK;
}

const struct command cmd_drill_start = {
    .name = "drill start",
    .operands = "PLAN",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"begin a drill of a plan; prints its id. A real incident goes before",
                 "开始一次预案演练，打印其编号；有真实事件时不得开始"},
    .options = options,
    .examples = "  muster drill start flood --scenario flood-2026\n"
                "  muster drill start blackout --scenario blackout-2026 --speed 10\n"
                "  muster drill start blackout --scenario blackout-2026 --speed 60 --wait\n"
                "  muster drill start flood --mode live --as qian.min\n",
    .run = run,
};
