#include "archive.h"

#include "archive_folder.h"
#include "paper/forms.h"
#include "paper/record.h"
#include "paper/review.h"
#include "roles.h"
#include "serve/dossier.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- reading ---- */

struct reading {
    struct dossier *dossier;
    bool more;
    enum err err;
    struct why why;
};

static void rows_of_page(void *ctx, const struct query_result *result)
{
    struct reading *r = ctx;
    r->err = result->err;
    r->why = result->why;
    r->more = dossier_take(r->dossier, result);
}

static enum err dossier_read(struct store_look *look, struct uuid incident, struct dossier *ret,
                             struct why *why)
{
    struct reading r = {.dossier = ret, .more = true};
    dossier_begin(ret, incident, NULL, store_look_gen(look), 0);
    while (r.more) {
        struct query q = ret->next;
        store_look_query(look, &q, rows_of_page, &r);
    }
    *why = r.why;
    return r.err;
}

static void now_text(char ret[RFC3339_TEXT])
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    rfc3339((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000, ret);
}

enum err archive_view(void *ctx, const struct journal_ask *ask, const struct view_ask *view,
                      struct text *to, struct why *why)
{
    AUTO_TEXT(path);
    AUTO_JSON(json);
    struct store_look *look = NULL;
    struct dossier d = {0};
    enum form form;
    (void)ctx;
    bool review = !strcmp(view->form, "review"), drill = !strcmp(view->form, "drill");
    if (!review && !drill && !form_parse(view->form, &form))
        return why_set(why, ERR_INVALID,
                       "there is no view \"%.40s\"; there are ics209, ics213, ics214, phonelog, "
                       "report, review and drill",
                       view->form);
    database_path(ask, &path);
    enum err e = store_look_open(text_str(&path), &look, why);
    if (!e)
        e = dossier_read(look, ask->incident, &d, why);
    if (!e) {
        json = dossier_json(&d);
        if (review)
            review_write(json, view->zh, view->html, to);
        else if (drill)
            e = drill_report_write(json, view->zh, view->html, to, why);
        else
            e = view->html ? form_html(form, json, view->zh, view->about, to, why)
                           : form_markdown(form, json, view->zh, view->about, to, why);
    }
    dossier_done(&d);
    store_look_close(look);
    return e;
}

/* ---- the rows of the journal ---- */

struct rows {
    struct text lines;
    int64_t wanted, count;
    size_t last_at; /* where the last line begins */
    size_t first_len;
};

static bool row_take(void *ctx, const char *line, size_t len)
{
    struct rows *r = ctx;
    r->last_at = r->lines.len;
    text_add_bytes(&r->lines, line, len);
    if (r->count == 0)
        r->first_len = len;
    return ++r->count < r->wanted;
}

/* "40213 HEX" of a line of the export. false: it is another row than the dossier has. */
static bool row_mark(const char *line, size_t len, int64_t seq, struct text *ret)
{
    AUTO_JSON(row);
    struct why why;
    if (json_read_own(line, len, &row, &why) || json_int(row, "seq", 0) != seq)
        return false;
    text_addf(ret, "%" PRId64 " %s", seq, json_str_or(row, "chain", "-"));
    return true;
}

/* ---- an archive in the making ---- */

struct archive {
    const struct archive_ask *ask;
    const char *database;
    struct store_look *look;
    struct dossier dossier;
    json_t *json;
    struct rows rows;
    struct folder folder;
    struct text first, last, head;
    int64_t head_seq; /* 0: none */
    struct why no_head;
    char made_at[RFC3339_TEXT];
};

/* It is closed, or merged, and all the same not over: why. */
static enum err goes_on(const json_t *incident, struct why *why)
{
    const char *into = json_str(incident, "merged_into");
    int64_t items = json_int(json_at(incident, "items"), "open", 0);
    int64_t reports = json_int(json_at(incident, "reports"), "open", 0);
    if (items || reports)
        return why_set(why, ERR_CONFLICT,
                       "this incident is closed, and what it owes lives on (open items: %" PRId64
                       ", open reports: %" PRId64 "; muster items ID, muster reports ID): archive "
                       "it when they are done, or as of now with --open",
                       items, reports);
    if (into)
        return why_set(why, ERR_CONFLICT,
                       "this incident goes on as a part of %.40s: archive that one when it is "
                       "over, or this one as of now with --open",
                       into);
    return why_set(why, ERR_CONFLICT,
                   "this incident is closed, but a message of it is still on its way; wait, or "
                   "archive it as of now with --open");
}

static enum err may_be_archived(const struct archive *a, struct why *why)
{
    const char *state = json_str_or(a->dossier.incident, "state", "");
    bool closed = !strcmp(state, "closed") || !strcmp(state, "merged");
    if (dossier_is_purged(&a->dossier))
        return why_set(why, ERR_CONFLICT,
                       "this incident was purged: what would be archived is destroyed; what is "
                       "left of it muster timeline and muster journal export show");
    if (dossier_is_over(&a->dossier) || a->ask->open)
        return ERR_OK;
    if (closed)
        return goes_on(a->dossier.incident, why);
    return why_set(why, ERR_CONFLICT,
                   "this incident is not over (%s); archive it as of now with --open", state);
}

static enum err rows_read(struct archive *a, struct why *why)
{
    const struct export_options options = {.incident = a->ask->journal.incident};
    const struct dossier *d = &a->dossier;
    a->rows.wanted = d->rows;
    enum err e = journal_export(a->database, &options, row_take, &a->rows, why);
    if (e)
        return e;
    const char *lines = text_str(&a->rows.lines);
    if (a->rows.count != d->rows || !row_mark(lines, a->rows.first_len, d->first_seq, &a->first) ||
        !row_mark(lines + a->rows.last_at, a->rows.lines.len - a->rows.last_at, d->last_seq,
                  &a->last))
        return why_set(why, ERR_CONFLICT, "the journal changed while it was read; try again");
    return ERR_OK;
}

static void head_find(struct archive *a)
{
    if (store_look_head(a->look, a->ask->journal.heads, a->dossier.last_seq, &a->head, &a->no_head))
        text_clear(&a->head);
    else if (!store_head_line(text_str(&a->head), &a->head_seq))
        a->head_seq = 0;
}

/* ---- its files ---- */

static enum err incident_add(struct archive *a, struct why *why)
{
    AUTO_TEXT(bytes);
    AUTO_JSON(kept);
    kept = json_copy(a->json);
    (void)json_object_del(kept, "events"); /* timeline.jsonl has all of them */
    (void)json_object_del(kept, "omitted");
    json_put_str(kept, "made_at", a->made_at);
    json_put_str(kept, "program", "muster " MUSTER_VERSION);
    json_write(kept, &bytes);
    text_add_char(&bytes, '\n');
    return folder_add(&a->folder, "incident.json", &bytes, true, why);
}

static enum err record_add(struct archive *a, bool zh, struct why *why)
{
    AUTO_TEXT(html);
    record_html(a->json, zh, a->made_at, &html);
    return folder_add(&a->folder, zh ? "record.zh.html" : "record.en.html", &html, true, why);
}

/* The rule has plan, evaluation and summary of a drill kept together. */
static enum err drill_add(struct archive *a, bool zh, struct why *why)
{
    AUTO_TEXT(html);
    enum err e = drill_report_write(a->json, zh, true, &html, why);
    return e ? e : folder_add(&a->folder, zh ? "drill.zh.html" : "drill.en.html", &html, true, why);
}

static bool is_drill(const struct archive *a)
{
    return json_at(a->json, "score") != NULL;
}

static void sheet_facts(const struct archive *a, struct text *to)
{
    const struct dossier *d = &a->dossier;
    text_add(to, "Muster 归档核验单 / archive verification sheet\n\n");
    text_addf(to, "incident: %s\n", json_str_or(d->incident, "id", ""));
    text_addf(to, "state: %s\n", json_str_or(d->incident, "state", ""));
    text_addf(to, "ended: %s\n", dossier_is_over(d) ? "yes" : "no");
    text_addf(to, "as_of: %s\n", json_str_or(a->json, "as_of", ""));
    text_addf(to, "made_at: %s\n", a->made_at);
    text_addf(to, "program: muster %s\n", MUSTER_VERSION);
    text_addf(to, "rows: %" PRId64 "\n", d->rows);
    text_addf(to, "first: %s\n", text_str(&a->first));
    text_addf(to, "last: %s\n", text_str(&a->last));
    if (a->head_seq)
        text_addf(to, "head: %s\n\n", text_str(&a->head));
    else
        text_addf(to, "head: none: %s\n\n", a->no_head.text);
    text_add_bytes(to, text_str(&a->folder.sums), a->folder.sums.len);
}

static void sheet_how(const struct archive *a, struct text *to)
{
    if (!dossier_is_over(&a->dossier))
        text_addf(to,
                  "\n事件尚未结束：以上为截至 %s 的情况。\n"
                  "The incident was not over: this is how it stood at %s.\n",
                  json_str_or(a->json, "last_at", ""), json_str_or(a->json, "last_at", ""));
    text_add(
        to,
        "\n一、文件未被改动（无需本程序）/ the files are as they were (without this program):\n"
        "    grep -E '^[0-9a-f]{64}  ' " ARCHIVE_SHEET " | sha256sum --check --strict\n"
        "二、文件与本单一致，没有缺少或多出 / and none is missing or was added:\n"
        "    muster archive --check FOLDER\n"
        "三、与数据库（或其副本）一致，链条完整 / and they are what the database, or a copy of\n"
        "    it, has, whose chain holds:\n"
        "    muster archive --check FOLDER --data /var/lib/muster\n"
        "    muster journal verify COPY.db --heads HEADS --public KEY\n"
        "first 和 last 是本事件首行、末行的序号与链值；head 是覆盖末行的最新已签名末尾，其公钥\n"
        "应与另处保存的公钥（muster journal key）一致。\n"
        "\"first\" and \"last\" are seq and chain of the incident's first and last row; \"head\" "
        "is\n"
        "the newest signed end of the journal that covers the last row; its key must be the one\n"
        "that was kept elsewhere (muster journal key).\n"
        "\n归档人 / archived by: ____________  核验人 / verified by: ____________  "
        "日期 / date: __________\n");
}

static enum err files_add(struct archive *a, struct text *sheet, struct why *why)
{
    enum err e = incident_add(a, why);
    if (!e)
        e = folder_add(&a->folder, "timeline.jsonl", &a->rows.lines, true, why);
    if (!e)
        e = record_add(a, true, why);
    if (!e)
        e = record_add(a, false, why);
    if (!e && is_drill(a))
        e = drill_add(a, true, why);
    if (!e && is_drill(a))
        e = drill_add(a, false, why);
    if (e)
        return e;
    sheet_facts(a, sheet);
    sheet_how(a, sheet);
    return folder_add(&a->folder, ARCHIVE_SHEET, sheet, false, why);
}

static json_t *archive_report(const struct archive *a, const struct text *sheet)
{
    static const char *const names[] = {"incident.json",  "timeline.jsonl", "record.zh.html",
                                        "record.en.html", ARCHIVE_SHEET,    "drill.zh.html",
                                        "drill.en.html"};
    size_t count = sizeof names / sizeof *names - (is_drill(a) ? 0 : 2);
    char sum[SHA256_TEXT];
    json_t *files = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(files, json_string(names[n]));
    json_t *o = json_put_str(json_object(), "incident", json_str(a->dossier.incident, "id"));
    json_put_str(o, "folder", a->folder.to);
    json_put(o, "files", files);
    json_put_int(o, "rows", a->dossier.rows);
    json_put_int(o, "first_seq", a->dossier.first_seq);
    json_put_int(o, "last_seq", a->dossier.last_seq);
    if (a->head_seq)
        json_put_int(o, "head_seq", a->head_seq);
    else
        json_put_str(o, "no_head", a->no_head.text);
    json_put_int(o, "bytes", a->folder.bytes);
    json_put(o, "ended", json_boolean(dossier_is_over(&a->dossier)));
    return json_put_str(o, "sheet", sha256_hex(text_str(sheet), sheet->len, sum));
}

static enum err archive_write(struct archive *a, json_t **ret, struct why *why)
{
    AUTO_TEXT(sheet);
    enum err e = folder_begin(a->ask->folder, &a->folder, why);
    if (!e)
        e = files_add(a, &sheet, why);
    if (!e)
        e = folder_end(&a->folder, why);
    if (!e)
        *ret = archive_report(a, &sheet);
    folder_drop(&a->folder);
    return e;
}

static enum err archive_read(struct archive *a, struct why *why)
{
    enum err e = store_look_open(a->database, &a->look, why);
    if (!e)
        e = dossier_read(a->look, a->ask->journal.incident, &a->dossier, why);
    if (!e)
        e = may_be_archived(a, why);
    if (!e)
        e = rows_read(a, why);
    if (e)
        return e;
    a->json = dossier_json(&a->dossier);
    head_find(a);
    now_text(a->made_at);
    return ERR_OK;
}

enum err archive_make(void *ctx, const struct archive_ask *ask, json_t **ret, struct why *why)
{
    AUTO_TEXT(path);
    struct archive a = {.ask = ask};
    (void)ctx;
    database_path(&ask->journal, &path);
    a.database = text_str(&path);
    enum err e = archive_read(&a, why);
    if (!e)
        e = archive_write(&a, ret, why);
    json_decref(a.json);
    text_done(&a.rows.lines);
    text_done(&a.first);
    text_done(&a.last);
    text_done(&a.head);
    dossier_done(&a.dossier);
    store_look_close(a.look);
    return e;
}
