/*
 * muster drill start - a drill of a plan, by a scenario of plans/drills/ or without one.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"

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
    if (c->json)
        ask_print(reply);
    else
        printf("%s\n", json_str_or(reply, "incident", "-"));
    json_decref(reply);
    return EXIT_OK;
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
                "  muster drill start flood --mode live --as qian.min\n",
    .run = run,
};
