/*
 * muster close - end an incident by hand. A response under a level ends by order.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--note", "T", "a word to the record", "备注"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    json_t *request = respond_begin(c, a, "close");
    json_put_str(request, "note", args_value(a, "--note"));
    return respond(c, request);
}

const struct command cmd_close = {
    .name = "close",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"end an incident that no level is in force for", "关闭未启动响应的事件"},
    .options = options,
    .examples = "  muster close 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --note \"false alarm\"\n",
    .run = run,
};
