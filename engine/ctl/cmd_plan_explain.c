/*
 * muster plan explain - why was this person called, or why not? From the journal, with the lines of
 * the plan.
 */
#include "ctl/commands.h"
#include "ctl/past_ask.h"

#include <stdio.h>
#include <string.h>

static int run(struct ctl *c, const struct args *a)
{
    const char *person = a->words[1];
    struct replay_ask ask = {.zh = c->zh,
                             .person = strncmp(person, "person:", 7) ? person : person + 7};
    AUTO_JSON(reply);
    size_t n;
    json_t *line;
    int code = past_ask(c, a, &ask, &reply);
    if (code)
        return code;
    if (c->json) {
        ctl_print_json(reply);
        return EXIT_OK;
    }
    const char *unknown = c->zh ? "：现在的场所中没有此人" : ": nobody of the site of now";
    printf("%s (%s)%s\n", json_str_or(reply, "name", "?"), json_str_or(reply, "person", "?"),
           json_bool(reply, "unknown") ? unknown : "");
    json_array_foreach(json_unconst(json_at(reply, "lines")), n, line)
        puts(json_string_value(line));
    return EXIT_OK;
}

static const struct option_spec options[] = {
    OPTION("--config", "FILE", "for the folders of data and plans", "配置文件"),
    OPTION("--data", "PATH", "the folder of the journal", "日志所在数据目录"),
    OPTION("--plans", "PATH", "the folder of plans", "预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_explain = {
    .name = "plan explain",
    .operands = "INCIDENT PERSON",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"why was this person called in that incident, or why not?",
                 "该事件中为何呼叫了此人，或为何没有？"},
    .options = options,
    .examples = "  muster plan explain 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 li.ming\n"
                "  muster plan explain 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 李明\n",
    .run = run,
};
