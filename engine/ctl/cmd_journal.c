/*
 * muster journal verify, export, rebuild - the record of a data folder, or of a database file.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF_DATA                                                                                    \
    OPTION("--config", "FILE", "for the folder of data", "配置文件，用于数据目录"),                \
        OPTION("--data", "PATH", "the folder; else that of the configuration", "数据目录")

static const struct option_spec rebuild_options[] = {
    OF_DATA,
    {.name = NULL},
};

static const struct option_spec verify_options[] = {
    OF_DATA,
    OPTION(
        "--heads", "FILE",
        "signed heads: is what was signed in the journal, and does it reach as far? Without FILE "
        "(the database), head_file of the configuration",
        "已签名的日志末尾所在文件：据以检查日志未被截断；不写数据库文件时默认为配置的 head_file"),
    OPTION_MANY(
        "--public", "KEY",
        "the key that signed them, as muster journal key shows it, kept elsewhere; else the "
        "one beside the database",
        "签名公钥（muster journal key 所示，应另处保存）；默认使用数据库旁的密钥"),
    {.name = NULL},
};

static const struct option_spec export_options[] = {
    OF_DATA,
    OPTION("--incident", "ID", "only the rows of one incident", "只导出一个事件"),
    OPTION("--after", "SEQ", "only rows above this number", "只导出此序号之后的行"),
    {.name = NULL},
};

/* A sentence of the table with numbers of the report in it. */
static void number_of(const json_t *report, const char *name, char ret[24])
{
    snprintf(ret, 24, "%" PRId64, json_int(report, name, 0));
}

static void verified_say(const struct ctl *c, const json_t *report)
{
    char rows[24], first[24], last[24], purged[24];
    number_of(report, "rows", rows);
    number_of(report, "first_seq", first);
    number_of(report, "last_seq", last);
    number_of(report, "purged", purged);
    printf(c->zh ? "共 %s 行，序号 %s 到 %s：链条完整\n"
                 : "%s rows, seq %s to %s: the chain holds\n",
           rows, first, last);
    printf(c->zh ? "末行链值（另存他处可证明结尾未被截断）：%s\n"
                 : "chain of the last row (keep it elsewhere to prove the tail): %s\n",
           json_str_or(report, "chain", "-"));
    if (json_int(report, "purged", 0) > 0)
        printf(c->zh ? "%s 行已清除：链条完整，内容不再可读\n"
                     : "%s rows were purged: their chain holds, their content is gone\n",
               purged);
}

static void heads_say(const struct ctl *c, const json_t *report)
{
    char heads[24], seq[24];
    number_of(report, "heads", heads);
    number_of(report, "head_seq", seq);
    if (!json_at(report, "heads"))
        printf("%s\n", c->zh
                           ? "未提供已签名的末尾（--heads）：结尾是否被截断无法得知"
                           : "no signed heads were given (--heads): whether rows were cut off the "
                             "end is not known");
    else if (!json_str(report, "head_at"))
        printf("%s\n",
               c->zh ? "文件中还没有已签名的末尾" : "there is no signed head in the file yet");
    else
        printf(c->zh ? "%s 个已签名的末尾全部吻合；最后一个签至序号 %s（%s）\n"
                     : "%s signed heads hold; the last one reaches seq %s, signed at %s\n",
               heads, seq, json_str(report, "head_at"));
}

static void verified_all_say(const struct ctl *c, const json_t *report)
{
    verified_say(c, report);
    heads_say(c, report);
}

static void rebuilt_say(const struct ctl *c, const json_t *report)
{
    char rows[24];
    number_of(report, "rows", rows);
    printf(c->zh ? "已由日志的 %s 行重建投影\n"
                 : "projections were made again from %s rows of the journal\n",
           rows);
}

/* Which journal: a file as the operand, or that of the configuration. config: gives. */
static enum err source_read(const struct ctl *c, const struct args *a, struct config *config,
                            struct journal_ask *ret, struct why *why)
{
    enum err e = daemon_config(c, a, config, why);
    if (!e)
        *ret = (struct journal_ask){.data = config_text(config, OPT_DATA),
                                    .file = a->words_count ? a->words[0] : NULL};
    return e;
}

static int report_end(const struct ctl *c, enum err e, json_t *takes, const struct why *why,
                      void (*say)(const struct ctl *c, const json_t *report))
{
    AUTO_JSON(report);
    report = takes ? takes : json_object();
    json_put(report, "ok", json_boolean(e == ERR_OK));
    if (e)
        json_put_str(report, "error", why->text);
    if (c->json)
        ctl_print_json(report);
    else if (!e)
        say(c, report);
    return e ? ctl_fail(e, why) : EXIT_OK;
}

/* Every --public, in an array to be freed. */
static const char **keys_of(const struct args *a, size_t *ret_count)
{
    size_t count = 0;
    while (args_nth(a, "--public", count))
        count++;
    const char **keys = mem_new(count + 1, sizeof *keys);
    for (size_t n = 0; n < count; n++)
        keys[n] = args_nth(a, "--public", n);
    *ret_count = count;
    return keys;
}

static int verify_run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct journal_ask ask;
    struct why why;
    json_t *report = NULL;
    enum err e = source_read(c, a, &config, &ask, &why);
    if (e)
        return ctl_fail(e, &why);
    const char *kept = config_text(&config, OPT_HEAD_FILE);
    const char **keys = keys_of(a, &ask.public_count);
    ask.public = keys;
    ask.heads = args_value(a, "--heads");
    if (!ask.heads && !ask.file && kept[0])
        ask.heads = kept;
    e = c->port->journal_verify(c->port->ctx, &ask, &report, &why);
    int code = report_end(c, e, report, &why, verified_all_say);
    free(keys);
    config_done(&config);
    return code;
}

static int rebuild_run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct journal_ask ask;
    struct why why;
    json_t *report = NULL;
    enum err e = source_read(c, a, &config, &ask, &why);
    if (e)
        return ctl_fail(e, &why);
    e = c->port->journal_rebuild(c->port->ctx, &ask, &report, &why);
    int code = report_end(c, e, report, &why, rebuilt_say);
    config_done(&config);
    return code;
}

/* ---- export ---- */

static enum err export_narrow(const struct args *a, struct journal_ask *ask, struct why *why)
{
    const char *incident = args_value(a, "--incident"), *after = args_value(a, "--after");
    char *end = NULL;
    if (incident && !uuid_parse(incident, &ask->incident))
        return why_set(why, ERR_INVALID, "--incident %.60s: this is no id", incident);
    errno = 0;
    if (after)
        ask->after = strtoll(after, &end, 10);
    if (after && (errno || end == after || *end || ask->after < 0))
        return why_set(why, ERR_INVALID, "--after %.60s: a number of a row, like 40213", after);
    return ERR_OK;
}

static bool line_print(void *ctx, const char *line, size_t len)
{
    (void)ctx;
    return fwrite(line, 1, len, stdout) == len;
}

static int export_run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct journal_ask ask;
    struct why why;
    enum err e = source_read(c, a, &config, &ask, &why);
    if (e)
        return ctl_fail(e, &why);
    e = export_narrow(a, &ask, &why);
    bool usage = e != ERR_OK;
    if (!e)
        e = c->port->journal_export(c->port->ctx, &ask, line_print, NULL, &why);
    config_done(&config);
    if (!e && ferror(stdout))
        e = why_set(&why, ERR_IO, "the journal cannot be written out: the disk is full?");
    if (usage) {
        (void)ctl_fail(e, &why);
        return EXIT_USAGE;
    }
    return e ? ctl_fail(e, &why) : EXIT_OK;
}

const struct command cmd_journal_verify = {
    .name = "journal verify",
    .operands = "[FILE]",
    .operands_most = 1,
    .sentence =
        {"read the whole journal and check its chain, and that nothing is cut off its end; a "
         "daemon may run beside it",
         "通读日志，校验链条并检查结尾未被截断；服务可同时运行"},
    .options = verify_options,
    .examples = "  muster journal verify --data /var/lib/muster\n"
                "  muster journal verify copy.db --heads /mnt/proof/heads --public ed25519:…\n",
    .run = verify_run,
};

const struct command cmd_journal_export = {
    .name = "journal export",
    .operands = "[FILE]",
    .operands_most = 1,
    .sentence = {"print the journal as JSON, one row a line, with what is sealed where its key is "
                 "there; a daemon may run beside it",
                 "以 JSON 逐行输出日志；有密钥的封存内容一并解开；服务可同时运行"},
    .options = export_options,
    .examples = "  muster journal export --data /var/lib/muster > journal.jsonl\n"
                "  muster journal export --incident 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n"
                "  muster journal export copy.db --after 40213\n",
    .run = export_run,
};

const struct command cmd_journal_rebuild = {
    .name = "journal rebuild",
    .operands = "",
    .sentence = {"make all projections again from the journal; the daemon must be stopped",
                 "由日志重建全部投影；须先停止服务"},
    .options = rebuild_options,
    .examples = "  muster journal rebuild --data /var/lib/muster\n",
    .run = rebuild_run,
};
