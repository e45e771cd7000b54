/*
 * muster plan explain - why was this person called, or why not? From the journal, with the lines of
 * the plan.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"
#include "ctl/findings.h"

#include <stdio.h>
#include <string.h>

static int reply_show(const struct ctl *c, const json_t *reply)
{
    size_t n;
    json_t *line;
    if (c->json) {
        ctl_print_json(reply);
    } else if (!json_bool(reply, "ok")) {
        if (json_at(reply, "findings"))
            findings_show(c, json_at(reply, "findings"), "plans");
        else
            ctl_message("%s", json_str_or(reply, "error", "?"));
    } else {
        printf("%s (%s)%s\n", json_str_or(reply, "name", "?"), json_str_or(reply, "person", "?"),
               json_bool(reply, "unknown") ? (c->zh ? "：现在的场所中没有此人"
                                                    : ": nobody of the "
                                                      "site of now")
                                           : "");
        json_array_foreach(json_unconst(json_at(reply, "lines")), n, line)
            puts(json_string_value(line));
    }
    return json_bool(reply, "ok") ? EXIT_OK : EXIT_FAILED;
}

static int run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    const char *person = a->words[1];
    struct replay_ask ask = {.zh = c->zh,
                             .person = strncmp(person, "person:", 7) ? person : person + 7};
    AUTO_JSON(reply);
    if (!uuid_parse(a->words[0], &ask.journal.incident)) {
        ctl_message(c->zh ? "\"%s\" 不是事件编号" : "\"%s\" is no id of an incident", a->words[0]);
        return EXIT_USAGE;
    }
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    ask.journal.data = config_text(&config, OPT_DATA);
    ask.folder = config_text(&config, OPT_PLANS);
    e = c->port->plan_replay(c->port->ctx, &ask, &reply, &why);
    config_done(&config);
    return e ? ctl_fail(e, &why) : reply_show(c, reply);
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
    .examples = "  muster plan explain 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 li.ming\n",
    .run = run,
};
