/*
 * muster key create, list, revoke - who may come in besides the users of the Unix socket.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec create_options[] = {
    OPTION_MANY(
        "--scope", "S[,S]",
        "what it may do: trigger, read, respond, order, admin (keys, contacts, configuration)",
        "权限：trigger（触发）、read（查看）、respond（应答）、order（下令）、admin（管理密钥、联系"
        "方式和配置）"),
    OPTION("--expires", "D", "for how long it is good, like 90d; without it, for ever",
           "有效期，如 90d；不写则长期有效"),
    {.name = NULL},
};

/* "trigger,read" -> two words more. */
static void scopes_add(json_t *list, const char *words)
{
    for (const char *at = words; *at;) {
        size_t len = strcspn(at, ", ");
        if (len)
            json_array_append_new(list, json_stringn(at, len));
        at += len + strspn(at + len, ", ");
    }
}

static int create_run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    json_t *scopes = json_array();
    const char *words;
    for (size_t n = 0; (words = args_nth(a, "--scope", n)); n++)
        scopes_add(scopes, words);
    json_t *request = json_put_str(ask_begin(c, "key_create"), "name", a->words[0]);
    if (json_array_size(scopes))
        json_put(request, "scopes", scopes);
    else
        json_decref(scopes); /* what there is to choose from is the daemon's to say */
    json_put_str(request, "expires", args_value(a, "--expires"));
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json) {
        ask_print(reply);
    } else {
        (void)printf("%s\n", json_str_or(reply, "key", ""));
        ctl_message("%s", ctl_say(c, words_of(WORD_KEY_ONCE)));
    }
    json_decref(reply);
    return EXIT_OK;
}

static void scopes_cell(struct table *t, const json_t *scopes)
{
    AUTO_TEXT(words);
    size_t n;
    json_t *scope;
    json_array_foreach(json_unconst(scopes), n, scope)
        text_addf(&words, "%s%s", n ? "," : "", json_string_value(scope));
    table_cell(t, text_str(&words));
}

static void time_cell(struct table *t, const json_t *key, const char *member)
{
    AUTO_TEXT(shown);
    const char *at = json_str(key, member);
    if (at)
        show_time(&shown, at, TIME_FULL);
    table_cell(t, at ? text_str(&shown) : "-");
}

static void keys_print(const struct ctl *c, const json_t *keys)
{
    static const enum word heads[] = {WORD_NAME,      WORD_SCOPES,  WORD_STATE,  WORD_CREATED,
                                      WORD_LAST_USED, WORD_EXPIRES, WORD_REVOKED};
    static const char *const times[] = {"created_at", "last_used_at", "expires_at", "revoked_at"};
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    AUTO_TEXT(out);
    size_t n;
    json_t *key;
    for (size_t i = 0; i < t.columns; i++)
        table_cell_in(&t, ctl_say(c, words_of(heads[i])), COLOUR_DIM);
    json_array_foreach(json_unconst(keys), n, key)
    {
        table_cell(&t, json_str_or(key, "name", ""));
        scopes_cell(&t, json_at(key, "scopes"));
        table_cell(&t, words_state(json_str_or(key, "state", ""), c->zh));
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
            time_cell(&t, key, times[i]);
    }
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static int list_run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    (void)a;
    int code = ask(c, ask_begin(c, "key_list"), &reply);
    if (code)
        return code;
    const json_t *keys = json_at(reply, "keys");
    if (c->json)
        ask_print(reply);
    else if (json_array_size(keys) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        keys_print(c, keys);
    json_decref(reply);
    return EXIT_OK;
}

static int revoke_run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    int code = ask_again(c, json_put_str(ask_begin(c, "key_revoke"), "name", a->words[0]), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_key_create = {
    .name = "key create",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"make a key for a program or a browser; it is shown once",
                 "为程序或浏览器生成密钥；只显示一次"},
    .options = create_options,
    .examples = "  muster key create gauges --scope trigger\n"
                "  muster key create desk --scope trigger,read,respond --expires 90d\n",
    .run = create_run,
};

const struct command cmd_key_list = {
    .name = "key list",
    .operands = "",
    .sentence = {"the keys: what each may do, when it was used last, when it ends",
                 "列出密钥：权限、最近使用、到期时间"},
    .examples = "  muster key list\n",
    .run = list_run,
};

const struct command cmd_key_revoke = {
    .name = "key revoke",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"make a key good for nothing, at once; its name is not given again",
                 "立即吊销密钥；其名称不再使用"},
    .examples = "  muster key revoke gauges\n",
    .run = revoke_run,
};
