/*
 * muster config show, check, reload - the options in force; site and plans read anew.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/findings.h"
#include "ctl/show.h"
#include "ctl/show_response.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void origin_add(struct text *to, const json_t *option)
{
    text_add(to, json_str_or(option, "origin", "?"));
    if (json_str(option, "file"))
        text_addf(to, " %s:%" PRId64, json_str(option, "file"), json_int(option, "line", 0));
}

static void show_print(const struct ctl *c, const json_t *options)
{
    struct table t = {.columns = 3};
    size_t n;
    json_t *option;
    AUTO_TEXT(out);
    table_cell_in(&t, ctl_say(c, words_of(WORD_NAME)), COLOUR_DIM);
    table_cell_in(&t, ctl_say(c, words_of(WORD_VALUE)), COLOUR_DIM);
    table_cell_in(&t, ctl_say(c, words_of(WORD_ORIGIN)), COLOUR_DIM);
    json_array_foreach(json_unconst(options), n, option)
    {
        AUTO_TEXT(origin);
        origin_add(&origin, option);
        table_cell(&t, json_str(option, "name"));
        table_cell(&t, json_str(option, "value"));
        table_cell(&t, text_str(&origin));
    }
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static int show_run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    (void)a;
    int code = ask(c, ask_begin(c, "config_show"), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        show_print(c, json_at(reply, "options"));
    json_decref(reply);
    return EXIT_OK;
}

/* Which plans leave the set, and what becomes of their incidents. */
static void leaves_print(const struct ctl *c, const json_t *reply)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(reply, "leaves")), n, one)
        ctl_message("%s", show_text(c, json_at(one, "text")));
}

/* Who is called otherwise from now on, a line each. */
static void otherwise_print(const struct ctl *c, const json_t *reply)
{
    const json_t *list = json_at(reply, "otherwise");
    int64_t more = json_int(reply, "otherwise_more", 0);
    size_t n;
    json_t *one;
    if (json_array_size(list))
        ctl_message("%s", ctl_say(c, words_of(WORD_OTHERWISE)));
    json_array_foreach(json_unconst(list), n, one)
    {
        AUTO_TEXT(line);
        const char *incident = json_str(one, "incident");
        text_addf(&line, "  %s%s", incident ? incident : "", incident ? "  " : "");
        show_safe(&line, show_text(c, json_at(one, "text")));
        puts(text_str(&line));
    }
    if (more)
        ctl_message("%" PRId64 " %s", more, ctl_say(c, words_of(WORD_AND_MORE)));
}

/* Whom nothing reaches: the site names a contact of theirs, and the vault has none. */
static void unset_print(const struct ctl *c, const json_t *reply)
{
    const json_t *list = json_at(reply, "unset");
    int64_t count = json_int(reply, "unset_count", 0);
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(reply, "left")), n, one) ctl_message(
        c->zh ? "%s 已于 %s 离任，单位文件仍有 %" PRId64 " 处写着此人（muster plan check）"
              : "%s has left on %s, and is still named in %" PRId64
                " places of the site (muster plan check)",
        json_str_or(one, "person", "?"), json_str_or(one, "left", "?"), json_int(one, "places", 0));
    json_array_foreach(json_unconst(json_at(reply, "no_secret")), n, one)
        ctl_message(c->zh ? "端点 %s 的密钥文件 %s 无法读取，消息发不出去"
                          : "endpoint %s: its secret %s cannot be read; nothing goes out by it",
                    json_str_or(one, "endpoint", "?"), json_str_or(one, "secret", "?"));
    if (!count)
        return;
    ctl_message(c->zh ? "保管库缺少 %" PRId64 " 个联系方式（muster contact list --missing）："
                      : "%" PRId64 " contacts are missing in the vault (muster contact list "
                        "--missing):",
                count);
    json_array_foreach(json_unconst(list), n, one)
    {
        AUTO_TEXT(line);
        text_add(&line, "  ");
        show_safe(&line, json_str_or(one, "person", "?"));
        text_add(&line, "  ");
        show_safe(&line, json_str_or(one, "endpoint", "?"));
        puts(text_str(&line));
    }
}

/* A refusal carries its findings: they are what the operator wants to see. */
static int read_anew(const struct ctl *c, const char *op, enum word done)
{
    AUTO_JSON(request);
    AUTO_JSON(reply);
    struct client client;
    struct why why;
    request = ask_begin(c, op);
    enum err e = client_open(&client, c->server, c->key, &why);
    if (!e)
        e = client_send(&client, request, &why);
    if (!e)
        e = client_hear(&client, 60000, &reply, &why);
    client_close(&client);
    if (e)
        return ctl_fail(e, &why);
    if (!c->json)
        (void)findings_show(c, json_at(reply, "findings"), NULL);
    if (!json_bool(reply, "ok"))
        return ask_refused(c, reply);
    if (c->json)
        ask_print(reply);
    else
        ctl_message("%s", ctl_say(c, words_of(done)));
    if (!c->json)
        leaves_print(c, reply);
    if (!c->json)
        otherwise_print(c, reply);
    if (!c->json)
        unset_print(c, reply);
    return EXIT_OK;
}

static int check_run(struct ctl *c, const struct args *a)
{
    (void)a;
    return read_anew(c, "config_check", WORD_CHECKED);
}

static int reload_run(struct ctl *c, const struct args *a)
{
    (void)a;
    return read_anew(c, "config_reload", WORD_TAKEN);
}

const struct command cmd_config_show = {
    .name = "config show",
    .operands = "",
    .sentence = {"the daemon's options, and where each comes from", "服务的各项配置及其出处"},
    .examples = "  muster config show\n",
    .run = show_run,
};

const struct command cmd_config_check = {
    .name = "config check",
    .operands = "",
    .sentence = {"let the daemon read configuration, site and plans anew, and change nothing",
                 "让服务重新检查配置、单位和预案，不改变任何东西"},
    .examples = "  muster config check && muster config reload\n",
    .run = check_run,
};

const struct command cmd_config_reload = {
    .name = "config reload",
    .operands = "",
    .sentence = {"let the daemon read them anew, and take them into force if there is no error",
                 "重新读取，没有错误即生效"},
    .examples = "  muster config reload\n",
    .run = reload_run,
};
