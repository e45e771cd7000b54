/*
 * muster help - the commands, one or a family of them, the kinds of events, the codes of refusals,
 * those of findings.
 */
#include "base/code.h"
#include "core/finding_code.h"
#include "core/record.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int code;
    struct words words;
} exit_codes[] = {
    {0, {"done", "成功"}},
    {1, {"failure", "失败"}},
    {2, {"usage", "用法不对"}},
    {3, {"not found", "没有找到"}},
    {4, {"denied", "没有权限"}},
    {5, {"conflict with the present state", "当前状态下不能这样做"}},
    {6, {"the daemon cannot be reached", "连不上服务"}},
    {78, {"bad configuration", "配置有错"}},
};

static void print(const struct text *out)
{
    (void)fputs(text_str(out), stdout);
}

static int kinds_run(const struct ctl *c)
{
    AUTO_TEXT(out);
    AUTO_JSON(list);
    struct table t = {.columns = 2};
    list = json_array();
    for (int k = 0; k < REC_KINDS; k++) {
        const char *name = record_kind_name((enum record_kind)k);
        const char *sentence = record_kind_sentence((enum record_kind)k);
        table_cell(&t, name);
        table_cell(&t, sentence);
        json_array_append_new(
            list, json_put_str(json_put_str(json_object(), "kind", name), "sentence", sentence));
    }
    if (c->json)
        ctl_print_json(list);
    else
        table_print(&t, c->width, c->colour, &out);
    print(&out);
    table_done(&t);
    return EXIT_OK;
}

static void code_add(const struct ctl *c, struct table *t, json_t *list, enum code code)
{
    const char *name = code_name(code), *zh = c->zh ? words_code_zh(name) : NULL;
    char exit_code[8];
    snprintf(exit_code, sizeof exit_code, "%d", err_exit_code(code_err(code)));
    table_cell(t, name);
    table_cell(t, exit_code);
    table_cell(t, zh ? zh : code_sentence(code));
    json_t *row = json_put_str(json_object(), "code", name);
    json_put_int(row, "exit_code", err_exit_code(code_err(code)));
    json_array_append_new(list, json_put_str(row, "sentence", code_sentence(code)));
}

static int errors_run(const struct ctl *c)
{
    AUTO_TEXT(out);
    AUTO_JSON(list);
    struct table t = {.columns = 3};
    list = json_array();
    for (int code = CODE_OK + 1; code < CODES; code++)
        code_add(c, &t, list, (enum code)code);
    if (c->json)
        ctl_print_json(list);
    else
        table_print(&t, c->width, c->colour, &out);
    print(&out);
    table_done(&t);
    return EXIT_OK;
}

static struct words weight_words(enum finding_weight w)
{
    static const struct words words[] = {
        {"error", "错误"}, {"warning", "提醒"}, {"error or warning", "错误或提醒"}};
    return words[w];
}

static int findings_run(const struct ctl *c)
{
    AUTO_TEXT(out);
    AUTO_JSON(list);
    struct table t = {.columns = 3};
    const struct finding_code *f;
    list = json_array();
    for (size_t n = 0; (f = finding_code_at(n)); n++) {
        table_cell(&t, f->code);
        table_cell(&t, ctl_say(c, weight_words(f->weight)));
        table_cell(&t, c->zh ? f->zh : f->en);
        json_t *row = json_put_str(json_object(), "code", f->code);
        json_put_str(row, "severity", finding_weight_name(f->weight));
        json_array_append_new(list, json_put_str(row, "sentence", f->en));
    }
    if (c->json)
        ctl_print_json(list);
    else
        table_print(&t, c->width, c->colour, &out);
    print(&out);
    table_done(&t);
    return EXIT_OK;
}

static int all_run(const struct ctl *c)
{
    AUTO_TEXT(out);
    struct table t = {.columns = 2};
    text_addf(&out, "%s: muster [--server unix:PATH] [--json] [--lang zh|en] COMMAND ...\n\n%s:\n",
              ctl_say(c, words_of(WORD_USAGE)), ctl_say(c, words_of(WORD_COMMANDS)));
    for (const struct command *const *at = ctl_commands; *at; at++) {
        AUTO_TEXT(name);
        text_addf(&name, "  %s", (*at)->name);
        table_cell(&t, text_str(&name));
        table_cell(&t, ctl_say(c, (*at)->sentence));
    }
    table_print(&t, 0, false, &out);
    text_addf(&out, "\n%s:", ctl_say(c, words_of(WORD_EXIT_CODES)));
    for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
        text_addf(&out, "%s %d %s", i ? "," : "", exit_codes[i].code,
                  ctl_say(c, exit_codes[i].words));
    text_add(
        &out,
        "\n\nmuster help COMMAND, muster help kinds, muster help errors, muster help findings\n");
    print(&out);
    table_done(&t);
    return EXIT_OK;
}

/* "key": key create, key list, key revoke. returns  how many there are. */
static size_t family_help(const struct ctl *c, const char *word, struct text *to)
{
    size_t len = strlen(word), count = 0;
    for (const struct command *const *at = ctl_commands; *at; at++) {
        if (strncmp((*at)->name, word, len) != 0 || (*at)->name[len] != ' ')
            continue;
        text_add(to, count++ ? "\n" : "");
        command_help(c, *at, to);
    }
    return count;
}

static int run(struct ctl *c, const struct args *a)
{
    size_t used = 0;
    AUTO_TEXT(out);
    if (a->words_count == 0)
        return all_run(c);
    if (strcmp(a->words[0], "kinds") == 0)
        return kinds_run(c);
    if (strcmp(a->words[0], "errors") == 0)
        return errors_run(c);
    if (strcmp(a->words[0], "findings") == 0)
        return findings_run(c);
    const struct command *command = command_find(a->words, a->words_count, &used);
    if (command)
        command_help(c, command, &out);
    else if (a->words_count > 1 || !family_help(c, a->words[0], &out))
        return command_unknown(c, a->words, a->words_count);
    print(&out);
    return EXIT_OK;
}

const struct command cmd_help = {
    .name = "help",
    .operands = "[kinds|errors|findings|COMMAND]",
    .operands_most = 2,
    .sentence =
        {"the commands, one of them, the kinds of events, the codes of refusals and of findings",
         "查看命令、某个命令、事件种类、错误代码或检查结果的代码"},
    .examples = "  muster help trigger\n  muster help errors --lang zh\n  muster help findings\n",
    .run = run,
};
