/*
 * muster journal verify, muster journal rebuild - the record of a data folder.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"

#include <inttypes.h>
#include <stdio.h>

static const struct option_spec options[] = {
    OPTION("--config", "FILE", "for the folder of data", "配置文件，用于数据目录"),
    OPTION("--data", "PATH", "the folder; else that of the configuration", "数据目录"),
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

static void rebuilt_say(const struct ctl *c, const json_t *report)
{
    char rows[24];
    number_of(report, "rows", rows);
    printf(c->zh ? "已由日志的 %s 行重建投影\n"
                 : "projections were made again from %s rows of the journal\n",
           rows);
}

static int journal_run(const struct ctl *c, const struct args *a,
                       enum err (*work)(void *ctx, const char *data, json_t **ret, struct why *why),
                       void (*say)(const struct ctl *c, const json_t *report))
{
    struct config config;
    struct why why;
    AUTO_JSON(report);
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    e = work(c->port->ctx, config_text(&config, OPT_DATA), &report, &why);
    if (!report)
        report = json_object();
    json_put(report, "ok", json_boolean(e == ERR_OK));
    if (e)
        json_put_str(report, "error", why.text);
    if (c->json)
        ctl_print_json(report);
    else if (!e)
        say(c, report);
    config_done(&config);
    return e ? ctl_fail(e, &why) : EXIT_OK;
}

static int verify_run(struct ctl *c, const struct args *a)
{
    return journal_run(c, a, c->port->journal_verify, verified_say);
}

static int rebuild_run(struct ctl *c, const struct args *a)
{
    return journal_run(c, a, c->port->journal_rebuild, rebuilt_say);
}

const struct command cmd_journal_verify = {
    .name = "journal verify",
    .operands = "",
    .sentence = {"read the whole journal and check its chain; a daemon may run beside it",
                 "通读日志并校验链条；服务可同时运行"},
    .options = options,
    .examples = "  muster journal verify --data /var/lib/muster\n",
    .run = verify_run,
};

const struct command cmd_journal_rebuild = {
    .name = "journal rebuild",
    .operands = "",
    .sentence = {"make all projections again from the journal; the daemon must be stopped",
                 "由日志重建全部投影；须先停止服务"},
    .options = options,
    .examples = "  muster journal rebuild --data /var/lib/muster\n",
    .run = rebuild_run,
};
