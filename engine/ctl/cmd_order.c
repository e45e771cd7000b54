/*
 * muster order - a person's order. Which actions there are is the daemon's to say.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--reason", "R", "why; required", "理由；必填"),
    OPTION("--basis", "B", "on what law or plan it rests", "依据"),
    OPTION("--level", "L", "the level, for activate, raise and lower", "响应级别"),
    OPTION("--expected", "D", "how long it is expected to last", "预计期限"),
    OPTION("--despite", "R", "terminate although something is open", "尚有未结事项时终止的理由"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"reason", "basis", "level", "expected", "despite"};
    if (!args_has(a, "--reason")) {
        ctl_message("order: --reason is missing: an order says why");
        return EXIT_USAGE;
    }
    json_t *request = respond_begin(c, a, "order");
    json_put_str(request, "action", a->words[1]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", names[i]);
        json_put_str(request, names[i], args_value(a, text_str(&option)));
    }
    return respond(c, request);
}

const struct command cmd_order = {
    .name = "order",
    .operands = "ID ACTION",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"give an order: terminate", "下达命令：terminate（终止）"},
    .options = options,
    .examples =
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 terminate --reason \"water falls\"\n",
    .run = run,
};
