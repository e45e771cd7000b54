/*
 * muster journal checkpoint, muster journal key - the end of the journal, signed.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>

/* As it is to be written on paper: nothing of it may be lost on the way. */
static void head_print(const json_t *head)
{
    printf("gen    %" PRId64 "\nseq    %" PRId64 "\n", json_int(head, "gen", 0),
           json_int(head, "seq", 0));
    printf("chain  %s\nat     %s\n", json_str_or(head, "chain", "-"), json_str_or(head, "at", "-"));
    printf("sig    %s\nkey    %s\n", json_str_or(head, "sig", "-"), json_str_or(head, "key", "-"));
}

static int checkpoint_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    (void)a;
    int code = ask_hear_refusal(c, ask_begin(c, "journal_checkpoint"), &reply);
    if (!reply)
        return code;
    if (c->json && code == EXIT_OK)
        ask_print(reply);
    else if (!c->json && json_at(reply, "head"))
        head_print(json_at(reply, "head"));
    if (!c->json && code == EXIT_OK) {
        AUTO_TEXT(place);
        show_safe(&place, json_str_or(reply, "head_file", "-"));
        ctl_message(c->zh ? "已存入 %s" : "kept in %s", text_str(&place));
    }
    return code;
}

static int key_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    (void)a;
    int code = ask(c, ask_begin(c, "journal_key"), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else if (json_str(reply, "key"))
        puts(json_str(reply, "key"));
    else
        ctl_message(c->zh ? "没有签名密钥；启动日志说明了原因"
                          : "there is no key to sign with; the log of the start says why");
    return c->json || json_str(reply, "key") ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_journal_checkpoint = {
    .name = "journal checkpoint",
    .operands = "",
    .sentence = {"sign the end of the journal now, and keep that at its second place (head_file)",
                 "立即为日志末尾签名，并存到另一处（head_file）"},
    .examples = "  muster journal checkpoint\n"
                "  muster journal checkpoint --json >> /media/stick/heads\n",
    .run = checkpoint_run,
};

const struct command cmd_journal_key = {
    .name = "journal key",
    .operands = "",
    .sentence =
        {"the public key that the end of the journal is signed with, for an auditor to keep",
         "日志末尾的签名公钥，供审计者另处保存"},
    .examples = "  muster journal key\n",
    .run = key_run,
};
