/*
 * muster order - a person's order. Which actions there are is the daemon's to say.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/respond.h"

#include <stdio.h>
#include <string.h>

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
    OPTION("--into", "ID", "merge: the incident in which this one goes on", "合并：并入的事件"),
    OPTION("--title", "T", "split: what the new incident is called", "拆分：新事件的标题"),
    OPTION("--items", "ITEM,…", "split: the items that go to it", "拆分：转入新事件的事项"),
    OPTION("--stations", "ID,…", "split: the stations that go to it", "拆分：转入新事件的测站"),
    OPTION("--what", "T", "what is declared or issued", "宣布或发布的内容"),
    OPTION("--warning", "COLOUR", "of issue: red, orange, yellow, blue", "发布预警的颜色"),
    OPTION("--proposal", "N", "which proposal is meant, where there are several",
           "有多项建议时，指明第几项"),
    {.name = NULL},
};

/* "a,b" as ["a","b"]; an empty one in between is for the daemon to refuse. */
static json_t *list_of(const char *value)
{
    json_t *list = json_array();
    for (const char *at = value; at;) {
        size_t len = strcspn(at, ",");
        json_array_append_new(list, json_stringn(at, len));
        at = at[len] ? at + len + 1 : NULL;
    }
    return list;
}

/* With the other incident, where an order leads to one. */
static int order_ask(const struct ctl *c, json_t *takes_request)
{
    json_t *reply = NULL;
    int code = ask(c, takes_request, &reply);
    if (code)
        return code;
    const char *into = json_str(reply, "into"), *made = json_str(reply, "split");
    if (c->json)
        ask_print(reply);
    else
        printf("%s %s%s%s\n", json_str_or(reply, "incident", "-"),
               words_state(json_str_or(reply, "state", "-"), c->zh), into || made ? " -> " : "",
               into   ? into
               : made ? made
                      : "");
    json_decref(reply);
    return EXIT_OK;
}

static int run(struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"reason", "basis",    "as",       "oral",    "level",
                                        "matter", "measures", "expected", "despite", "into",
                                        "title",  "what",     "warning"};
    static const char *const lists[] = {"items", "stations"};
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
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", lists[i]);
        if (args_has(a, text_str(&option)))
            json_put(request, lists[i], list_of(args_value(a, text_str(&option))));
    }
    if (proposal)
        json_put(request, "proposal", ask_number(proposal));
    return order_ask(c, request);
}

const struct command cmd_order = {
    .name = "order",
    .operands = "ID ACTION",
    .operands_least = 2,
    .operands_most = 2,
    .sentence =
        {"give an order: activate, raise, lower, terminate, declare, publish, issue, merge, "
         "split",
         "下达命令：activate 启动、raise 提升、lower 降低、terminate 终止、declare 宣布、"
         "publish 发布信息、issue 发布预警、merge 合并、split 拆分"},
    .options = options,
    .examples =
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 activate --level IV --as sun.wei "
        "--reason \"gauge 7 over warning\" --measures \"patrol the dykes\"\n"
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 issue --warning orange --as han.mei "
        "--reason \"50 mm in three hours\"\n"
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 terminate --reason \"water falls\"\n"
        "  muster order 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 merge --as sun.wei --reason \"one "
        "flood\" --into 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e12\n",
    .run = run,
};
