/*
 * muster update - report facts or a note to an incident.
 */
#include "ctl/commands.h"
#include "ctl/fields.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION_MANY("--field", "[STATION.]K=V", "a fact of the plan", "预案的事实字段"),
    OPTION("--at", "TIME", "when it was measured, where that is not now", "测量时间（非此刻时）"),
    OPTION("--note", "T", "a word to the record", "备注"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    struct why why;
    json_t *fields = NULL;
    enum err e = fields_facts(a, "--field", &fields, &why);
    if (e) {
        (void)ctl_fail(e, &why);
        return EXIT_USAGE;
    }
    json_t *request = respond_begin(c, a, "update");
    json_put(request, "fields", fields);
    json_put_str(request, "at", args_value(a, "--at"));
    json_put_str(request, "note", args_value(a, "--note"));
    return respond(c, request);
}

const struct command cmd_update = {
    .name = "update",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"report facts or a note", "补充事实或备注"},
    .options = options,
    .examples =
        "  muster update 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --field g7.stage_m=5.1\n"
        "  muster update 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --at 2026-07-20T02:14:00+08:00 "
        "--field breach=true\n",
    .run = run,
};
