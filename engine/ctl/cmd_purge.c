/*
 * muster purge - destroy what is personal in an incident that is over.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/respond.h"

#include <stdio.h>

static int run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    int code = ask_again(c, respond_begin(c, a, "purge"), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        printf(
            "%s %s\n", json_str_or(reply, "incident", "-"),
            ctl_say(c, words_of(json_bool(reply, "already") ? WORD_PURGED_ALREADY : WORD_PURGED)));
    return EXIT_OK;
}

const struct command cmd_purge = {
    .name = "purge",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence =
        {"destroy what is personal in an incident that is over, for good: titles, notes, "
         "names, places, messages; what happened and when stays, and the chain verifies",
         "永久销毁已结束事件中的个人信息：标题、备注、姓名、地点、消息；何时发生何事仍保留，"
         "链条仍可校验"},
    .examples = "  muster purge 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n",
    .run = run,
};
