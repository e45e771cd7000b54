/*
 * muster answer - somebody who was called accepts, or cannot come; who was asked chooses.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"

static const struct option_spec options[] = {
    OPTION("--as", "PERSON", "in the name of this person", "以此人的名义"),
    OPTION("--decline", NULL, "cannot come; the next is called at once", "不能到，立即呼叫下一人"),
    OPTION("--pass", NULL, "cannot come; their deputy, or the next seat, is called at once",
           "不能到，立即转呼其副职或下一席"),
    OPTION("--call", "STEP", "only this call; else every open one", "只答这个呼叫；默认全部"),
    OPTION("--choice", "C", "what is chosen, of the answers to a question",
           "询问的答复：所选的一项"),
    OPTION("--note", "T", "a word to the record; the opinion of who is consulted",
           "备注；会商意见"),
    OPTION("--file", "NAME", "the name of a file that says more", "附件的文件名"),
    {.name = NULL},
};

static int run(struct ctl *c, const struct args *a)
{
    json_t *request = respond_begin(c, a, "answer");
    json_put_str(request, "as", args_value(a, "--as"));
    json_put_str(request, "call", args_value(a, "--call"));
    json_put_str(request, "choice", args_value(a, "--choice"));
    json_put_str(request, "note", args_value(a, "--note"));
    json_put_str(request, "file", args_value(a, "--file"));
    json_put_true(request, "decline", args_has(a, "--decline"));
    json_put_true(request, "pass", args_has(a, "--pass"));
    return respond(c, request);
}

const struct command cmd_answer = {
    .name = "answer",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"answer the calls and questions of an incident", "应答事件的呼叫和询问"},
    .options = options,
    .examples = "  muster answer 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --as li.ming\n",
    .run = run,
};
