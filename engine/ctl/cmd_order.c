/*
 * muster order - a person's order. Which actions there are is the daemon's to say.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--reason", "R", "why; required", "理由；必填"),
    OPTION("--basis", "B", "on what law or plan it rests", "依据"),
    OPTION("--as", "PERSON", "who gives it; needed where the plan has levels",
           "下令人；预案分级时必填"),
    OPTION("--oral", "PERSON", "who took an oral order down and read it back",
           "口头命令的记录并复诵人"),
    OPTION("--level", "L", "the level, for activate, raise and lower", "响应级别"),
    OPTION("--matter", "T", "what it is about; else the incident's title",
           "响应事项；默认为事件标题"),
    OPTION("--measures", "T", "what is done, beside the plan's measures",
           "预案措施之外的应急处置措施"),
    OPTION("--expected", "D", "how long it is expected to last", "预计期限"),
    OPTION("--despite", "R", "terminate although something is open", "尚有未结事项时终止的理由"),
    OPTION("--what", "T", "what is declared or issued", "宣布或发布的内容"),
    OPTION("--warning", "COLOUR", "of issue: red, orange, yellow, blue", "发布预警的颜色"),
    OPTION("--proposal", "N", "which proposal is meant, where there are several",
           "有多项建议时，指明第几项"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"reason",  "basis",  "as",       "oral",
                                        "level",   "matter", "measures", "expected",
                                        "despite", "what",   "warning"};
    const char *proposal = args_value(a, "--proposal");
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
    if (proposal)
        json_put(request, "proposal", ask_number(proposal));
    return respond(c, request);
}

const struct command cmd_order = {
    .name = "order",
    .operands = "ID ACTION",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"give an order: activate, raise, lower, terminate, declare, publish, issue",
                 "下达命令：activate 启动、raise 提升、lower 降低、terminate 终止、declare 宣布、"
                 "publish 发布信息、issue 发布预警"},
    .options = options,
    .examples =
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 activate --level IV --as sun.wei "
        "--reason \"gauge 7 over warning\" --measures \"patrol the dykes\"\n"
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 issue --warning orange --as han.mei "
        "--reason \"50 mm in three hours\"\n"
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 terminate --reason \"water falls\"\n",
    .run = run,
};
