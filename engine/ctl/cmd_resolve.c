/*
 * muster resolve - the source says that it is over.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--note", "T", "a word to the record", "备注"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    json_t *request = respond_begin(c, a, "resolve");
    json_put_str(request, "note", args_value(a, "--note"));
    return respond(c, request);
}

const struct command cmd_resolve = {
    .name = "resolve",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"the source says that it is over", "来源已恢复"},
    .options = options,
    .examples = "  muster resolve 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n",
    .run = run,
};
