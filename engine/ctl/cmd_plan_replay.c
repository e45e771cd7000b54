/*
 * muster plan replay - what would this version of a plan have done in an incident that was?
 *
 * Reads the journal itself; no daemon is needed, and nothing is changed.
 */
#include "ctl/commands.h"
#include "ctl/past_ask.h"

#include <stdio.h>
#include <string.h>

static void strict_show(const struct ctl *c, const json_t *reply)
{
    const json_t *differs = json_at(reply, "differs");
    long long turns = (long long)json_int(reply, "turns", 0);
    if (!differs)
        printf(c->zh ? "以当时的事实，%lld 步的动作完全相同。\n"
                     : "with the facts of then its %lld turns are the same.\n",
               turns);
    else
        printf(c->zh ? "以当时的事实，前 %lld 步相同，其后不同：%s\n"
                     : "with the facts of then the first %lld turns are the same, then: %s\n",
               turns, json_str_or(differs, "sentence", "?"));
}

/* Who it is assumed of that they answer, and after how long: nobody knows how they would have. */
static void assumed_show(const struct ctl *c, const json_t *reply)
{
    AUTO_TEXT(words);
    past_assumed_say(reply, c->zh, &words);
    if (words.len)
        puts(text_str(&words));
}

static void night_show(const struct ctl *c, const json_t *reply, bool all)
{
    size_t n;
    json_t *line;
    long long skipped = (long long)json_int(reply, "skipped", 0);
    puts(c->zh ? "若当晚各人行事相同（- 当时，+ 此版本）："
               : "had the same people done the same (- then, + this version):");
    assumed_show(c, reply);
    json_array_foreach(json_unconst(json_at(reply, "lines")), n, line)
    {
        const char *side = json_str_or(line, "side", " ");
        if (all || *side != ' ')
            printf("%s %s\n", side, json_str_or(line, "text", ""));
    }
    if (!json_int(reply, "changed", 0))
        puts(c->zh ? "没有不同。" : "nothing differs.");
    if (json_bool(reply, "cut"))
        puts(c->zh ? "夜晚太长，只比较了开头部分。"
                   : "the night is long: only its beginning was compared.");
    if (skipped)
        printf(c->zh ? "人员的 %lld 个动作在此版本中无从进行，已略去。\n"
                     : "%lld acts of people had no place in this version and were left out.\n",
               skipped);
}

static int run(struct ctl *c, const struct args *a)
{
    struct replay_ask ask = {.with = args_value(a, "--with"), .zh = c->zh};
    AUTO_JSON(reply);
    int code = past_ask(c, a, &ask, &reply);
    if (code)
        return code;
    if (c->json) {
        ctl_print_json(reply);
        return EXIT_OK;
    }
    strict_show(c, reply);
    night_show(c, reply, args_has(a, "--all"));
    return EXIT_OK;
}

static const struct option_spec options[] = {
    OPTION("--with", "FILE", "the version; else the one in the folder of plans",
           "此版本的文件；默认预案目录中的版本"),
    OPTION("--all", NULL, "also the lines that are the same", "相同的行也显示"),
    OPTION("--config", "FILE", "for the folders of data and plans", "配置文件"),
    OPTION("--data", "PATH", "the folder of the journal", "日志所在数据目录"),
    OPTION("--plans", "PATH", "the folder of plans", "预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_replay = {
    .name = "plan replay",
    .operands = "INCIDENT",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"what would this version of the plan have done in that incident?",
                 "此版本的预案在该事件中会怎样处置？"},
    .options = options,
    .examples = "  muster plan replay 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --with flood-new.lua\n",
    .run = run,
};
