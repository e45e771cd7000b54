/*
 * muster archive - the folder of an incident that is kept, and its check. muster view - the same
 * facts as a form.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"
#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF_DATA                                                                                    \
    OPTION("--config", "FILE", "for the folder of data", "配置文件，用于数据目录"),                \
        OPTION("--data", "PATH", "the folder; else that of the configuration", "数据目录")

static const struct option_spec archive_options[] = {
    OF_DATA,
    OPTION("--to", "DIR", "the folder to make; it must not be there yet",
           "要建立的归档目录，不得已存在"),
    OPTION("--open", NULL, "an incident that is not over, too, as it stands now",
           "未结束的事件也归档，注明截至时刻"),
    OPTION("--check", "DIR",
           "does this folder hold what its sheet says? With --data or --config also against the "
           "database",
           "按核验单检查归档目录；加 --data 或 --config 时一并与数据库核对"),
    OPTION("--heads", "FILE", "signed heads; else head_file of the configuration",
           "已签名的日志末尾所在文件；默认为配置的 head_file"),
    OPTION_MANY("--public", "KEY", "with --check: the key that signed them, kept elsewhere",
                "与 --check 同用：另处保存的签名公钥"),
    {.name = NULL},
};

static const struct option_spec view_options[] = {
    OF_DATA,
    OPTION("--html", NULL, "a document to print, not Markdown", "输出可打印的 HTML，而非 Markdown"),
    OPTION("--about", "ID",
           "ics213: the item or message that it is about; report: which one, else the newest",
           "ics213：所依据的事项或消息；report：哪一份报告，缺省为最新一份"),
    {.name = NULL},
};

static int usage(const char *sentence)
{
    struct why why;
    (void)ctl_fail(why_set(&why, ERR_INVALID, "%s", sentence), &why);
    return EXIT_USAGE;
}

/* EXIT_OK, or what is wrong has been said. */
static int incident_of(const struct ctl *c, const struct args *a, struct uuid *ret)
{
    if (a->words_count && uuid_parse(a->words[0], ret))
        return EXIT_OK;
    ctl_message("%s", ctl_say(c, words_of(WORD_NO_INCIDENT)));
    return EXIT_USAGE;
}

static void heads_of(const struct args *a, const struct config *config, struct journal_ask *ask)
{
    const char *kept = config_text(config, OPT_HEAD_FILE);
    ask->heads = args_value(a, "--heads");
    if (!ask->heads && kept[0])
        ask->heads = kept;
}

/* ---- archive ---- */

static void made_say(const struct ctl *c, const json_t *report)
{
    AUTO_TEXT(folder);
    show_safe(&folder, json_str_or(report, "folder", "-"));
    printf(c->zh ? "已归档到 %s：日志 %" PRId64 " 行，共 %" PRId64 " 字节\n"
                 : "archived in %s: %" PRId64 " rows of the journal, %" PRId64 " bytes\n",
           text_str(&folder), json_int(report, "rows", 0), json_int(report, "bytes", 0));
    printf(c->zh ? "核验单 SHA-256（请登记）：%s\n" : "SHA-256 of its sheet (write it down): %s\n",
           json_str_or(report, "sheet", "-"));
    if (!json_bool(report, "ended"))
        printf("%s\n", c->zh ? "事件尚未结束：归档为截至此刻的情况"
                             : "the incident is not over: it is archived as it stands now");
    if (json_str(report, "no_head"))
        printf(c->zh ? "没有覆盖末行的已签名末尾：%s\n" : "no signed head covers it: %s\n",
               json_str(report, "no_head"));
}

static void checked_say(const struct ctl *c, const json_t *report)
{
    int64_t purged = json_int(report, "purged", 0);
    printf(c->zh ? "%" PRId64 " 个文件、%" PRId64 " 行与核验单一致\n"
                 : "%" PRId64 " files and %" PRId64 " rows are as the sheet says\n",
           json_int(report, "files", 0), json_int(report, "rows", 0));
    if (json_bool(report, "database"))
        printf("%s\n", c->zh ? "与数据库一致，链条完整"
                             : "and as the database has them, whose chain holds");
    if (purged)
        printf(c->zh ? "其中 %" PRId64 " 行在数据库中已清除，仅核对链值\n"
                     : "%" PRId64 " of them were purged there since: their chain was compared\n",
               purged);
}

/* All that is wrong, a line each. */
static void findings_say(const json_t *report)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(report, "findings")), n, one)
    {
        AUTO_TEXT(words);
        show_safe(&words, json_string_value(one));
        printf("%s\n", text_str(&words));
    }
}

static int archive_end(const struct ctl *c, enum err e, json_t *takes, const struct why *why,
                       void (*say)(const struct ctl *c, const json_t *report))
{
    AUTO_JSON(report);
    report = takes ? takes : json_object();
    json_put(report, "ok", json_boolean(e == ERR_OK));
    if (e)
        json_put_str(report, "error", why->text);
    if (c->json)
        ctl_print_json(report);
    else if (e)
        findings_say(report);
    else
        say(c, report);
    return e ? ctl_fail(e, why) : EXIT_OK;
}

static int check_run(const struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    json_t *report = NULL;
    struct archive_ask ask = {.folder = args_value(a, "--check")};
    if (a->words_count || args_has(a, "--to") || args_has(a, "--open"))
        return usage("--check DIR stands alone: no ID, no --to and no --open");
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    size_t count = 0;
    while (args_nth(a, "--public", count))
        count++;
    const char **keys = mem_new(count + 1, sizeof *keys);
    for (size_t n = 0; n < count; n++)
        keys[n] = args_nth(a, "--public", n);
    if (args_has(a, "--data") || args_has(a, "--config")) {
        ask.journal = (struct journal_ask){
            .data = config_text(&config, OPT_DATA), .public = keys, .public_count = count};
        heads_of(a, &config, &ask.journal);
    }
    e = c->port->archive_check(c->port->ctx, &ask, &report, &why);
    int code = archive_end(c, e, report, &why, checked_say);
    free(keys);
    config_done(&config);
    return code;
}

static int archive_run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    json_t *report = NULL;
    struct archive_ask ask = {.folder = args_value(a, "--to"), .open = args_has(a, "--open")};
    if (args_has(a, "--check"))
        return check_run(c, a);
    if (incident_of(c, a, &ask.journal.incident))
        return EXIT_USAGE;
    if (!ask.folder || !*ask.folder)
        return usage("--to DIR is missing: the folder to make");
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    ask.journal.data = config_text(&config, OPT_DATA);
    heads_of(a, &config, &ask.journal);
    e = c->port->archive(c->port->ctx, &ask, &report, &why);
    int code = archive_end(c, e, report, &why, made_say);
    config_done(&config);
    return code;
}

/* ---- view ---- */

static int view_run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct journal_ask ask = {0};
    struct why why;
    AUTO_TEXT(out);
    struct view_ask view = {.form = a->words[1],
                            .about = args_value(a, "--about"),
                            .html = args_has(a, "--html"),
                            .zh = c->zh};
    if (incident_of(c, a, &ask.incident))
        return EXIT_USAGE;
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    ask.data = config_text(&config, OPT_DATA);
    e = c->port->view(c->port->ctx, &ask, &view, &out, &why);
    config_done(&config);
    if (e == ERR_INVALID)
        return usage(why.text);
    if (!e && fwrite(text_str(&out), 1, out.len, stdout) != out.len)
        e = why_set(&why, ERR_IO, "the view cannot be written out: the disk is full?");
    return e ? ctl_fail(e, &why) : EXIT_OK;
}

const struct command cmd_archive = {
    .name = "archive",
    .operands = "[ID]",
    .operands_most = 1,
    .sentence = {"keep an incident that is over in a folder: its record to print, its rows, and a "
                 "sheet to verify them by; or check such a folder. The database is only read, a "
                 "daemon may run beside it",
                 "将已结束的事件归档为一个目录：可打印的记录、日志各行和核验单；或检查归档目录。"
                 "数据库只读，服务可同时运行"},
    .options = archive_options,
    .examples =
        "  muster archive 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --to /archive/2026-07-flood\n"
        "  muster archive --check /archive/2026-07-flood\n"
        "  muster archive --check /archive/2026-07-flood --data /var/lib/muster\n",
    .run = archive_run,
};

const struct command cmd_view = {
    .name = "view",
    .operands = "ID ics209|ics213|ics214|phonelog|report|review|drill",
    .operands_least = 2,
    .operands_most = 2,
    .sentence =
        {"the facts of an incident in the blocks of a form, as Markdown or a document: "
         "incident status summary, general message, activity log, phone log; or a report, "
         "the review, the evaluation of a drill",
         "以表单呈现事件：情况汇总、通用函件、活动日志、电话记录，或一份报告、复盘、演练评估；"
         "Markdown 或可打印文档"},
    .options = view_options,
    .examples = "  muster view 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 ics209\n"
                "  muster view 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 ics213 --about "
                "0198f2c5-11d0-7c3e-9d1b-3f0a6f2d8e11\n"
                "  muster view 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 report --html > report.html\n"
                "  muster view 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 phonelog --html > calls.html\n",
    .run = view_run,
};
