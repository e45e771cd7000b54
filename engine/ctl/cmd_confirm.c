/*
 * muster confirm - a criterion of the end is met, says somebody whom the plan names for it.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--as", "PERSON", "who confirms it; one of those whom the plan names",
           "确认人，须为预案指定者"),
    OPTION("--note", "T", "a word to the record", "备注"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    json_t *request = respond_begin(c, a, "confirm");
    json_put_str(request, "criterion", a->words[1]);
    json_put_str(request, "as", args_value(a, "--as"));
    json_put_str(request, "note", args_value(a, "--note"));
    return respond(c, request);
}

const struct command cmd_confirm = {
    .name = "confirm",
    .operands = "ID CRITERION",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"confirm that a criterion of the end is met", "确认一项终止条件已满足"},
    .options = options,
    .examples =
        "  muster confirm 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 no_open_danger --as sun.wei\n",
    .run = run,
};
