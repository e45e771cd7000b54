/* archive_check - does a folder hold what its sheet says, and what the database has? */
#include "archive.h"
#include "archive_folder.h"
#include "roles.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX (INT64_C(4) << 30)

struct check {
    const char *folder;
    struct text sheet;
    json_t *listed;   /* {"incident.json":"HEX"} */
    json_t *fields;   /* {"rows":"123","first":"40 HEX",…} */
    json_t *findings; /* sentences */
    struct text timeline;
    struct uuid incident;
    int64_t rows, last_seq;
};

static void found(struct check *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void found(struct check *c, const char *fmt, ...)
{
    char words[WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    json_t *text = json_string(words);
    json_array_append_new(c->findings, text ? text : json_string("a name that is not UTF-8"));
}

/* ---- files ---- */

/* A plain file of the folder, whole; links are not followed. */
static enum err file_take(const char *folder, const char *name, struct text *ret, struct why *why)
{
    AUTO_TEXT(path);
    struct stat st;
    char chunk[65536];
    size_t n;
    text_addf(&path, "%s/%s", folder, name);
    if (lstat(text_str(&path), &st) != 0)
        return why_set(why, errno == ENOENT || errno == ENOTDIR ? ERR_MISSING : ERR_IO, "%s: %s",
                       text_str(&path), strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
        return why_set(why, ERR_CORRUPT, "%s is no plain file", text_str(&path));
    FILE *f = fopen(text_str(&path), "re");
    if (!f)
        return why_set(why, ERR_IO, "%s: %s", text_str(&path), strerror(errno));
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        text_add_bytes(ret, chunk, n);
    bool failed = ferror(f);
    (void)fclose(f);
    return failed ? why_set(why, ERR_IO, "%s cannot be read", text_str(&path)) : ERR_OK;
}

static void file_check(struct check *c, const char *name, const char *sum)
{
    AUTO_TEXT(content);
    char is[SHA256_TEXT];
    struct why why;
    enum err e = file_take(c->folder, name, &content, &why);
    if (e == ERR_MISSING)
        found(c, "%s is missing", name);
    else if (e)
        found(c, "%s", why.text);
    else if (strcmp(sha256_hex(text_str(&content), content.len, is), sum) != 0)
        found(c, "%s was changed: its SHA-256 is %s, the sheet has %s", name, is, sum);
    else if (strcmp(name, "timeline.jsonl") == 0)
        text_add_bytes(&c->timeline, text_str(&content), content.len);
}

static void files_check(struct check *c)
{
    const char **names = json_keys(c->listed, NULL);
    for (size_t n = 0; names[n]; n++)
        file_check(c, names[n], json_str_or(c->listed, names[n], ""));
    free(names);
}

static void others_find(struct check *c)
{
    DIR *dir = opendir(c->folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ARCHIVE_SHEET) == 0)
            continue;
        if (!json_at(c->listed, name))
            found(c, "%.255s is not on the sheet: it was added", name);
    }
    if (dir)
        closedir(dir);
}

/* ---- the sheet ---- */

static bool is_sum(const char *line)
{
    return strspn(line, "0123456789abcdef") == 64 && line[64] == ' ' && line[65] == ' ' &&
           line[66] && !strchr(line + 66, '/');
}

/* "HEX  NAME", or "rows: 123" above the sums; all else is for people. */
static void sheet_line(struct check *c, char *line)
{
    char *colon = strstr(line, ": ");
    if (is_sum(line)) {
        line[64] = '\0';
        json_put_str(c->listed, line + 66, line);
    } else if (colon && !json_object_size(c->listed)) {
        *colon = '\0';
        json_put_str(c->fields, line, colon + 2);
    }
}

static enum err sheet_read(struct check *c, struct why *why)
{
    enum err e = file_take(c->folder, ARCHIVE_SHEET, &c->sheet, why);
    if (e)
        return why_add(why, e, "this is no archive, or its sheet was taken away");
    char *copy = mem_str(text_str(&c->sheet)), *rest = copy, *line;
    while ((line = strsep(&rest, "\n")))
        sheet_line(c, line);
    free(copy);
    c->rows = strtoll(json_str_or(c->fields, "rows", "0"), NULL, 10);
    c->last_seq = strtoll(json_str_or(c->fields, "last", "0"), NULL, 10);
    if (!uuid_parse(json_str_or(c->fields, "incident", ""), &c->incident) || c->rows < 1 ||
        c->last_seq < 1 || !json_at(c->listed, "timeline.jsonl"))
        return why_set(why, ERR_CORRUPT, "%s/%s is no sheet of an archive", c->folder,
                       ARCHIVE_SHEET);
    return ERR_OK;
}

static void head_check(struct check *c)
{
    const char *head = json_str_or(c->fields, "head", "");
    int64_t seq = 0;
    if (strncmp(head, "none", 4) == 0)
        return;
    if (!store_head_line(head, &seq))
        found(c, "the signed head on the sheet does not hold: it is not what was signed");
    else if (seq < c->last_seq)
        found(c, "the signed head on the sheet ends at seq %" PRId64 ", before the last row", seq);
}

/* ---- rows ---- */

static bool mark_is(const char *line, size_t len, const char *mark)
{
    AUTO_JSON(row);
    AUTO_TEXT(is);
    struct why why;
    if (json_read_own(line, len, &row, &why))
        return false;
    text_addf(&is, "%" PRId64 " %s", json_int(row, "seq", 0), json_str_or(row, "chain", "-"));
    return strcmp(text_str(&is), mark) == 0;
}

/* The files alone can be made to fit a sheet; do the rows fit it, too? */
static void rows_check(struct check *c)
{
    const char *at = text_str(&c->timeline), *end = at + c->timeline.len, *last = at;
    int64_t count = 0;
    if (!c->timeline.len)
        return; /* told already */
    for (const char *line = at; line < end; count++) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        last = line;
        line = feed ? feed + 1 : end;
    }
    if (count != c->rows)
        found(c, "timeline.jsonl has %" PRId64 " rows, the sheet has %" PRId64, count, c->rows);
    if (!mark_is(at, strcspn(at, "\n"), json_str_or(c->fields, "first", "")))
        found(c, "the first row of timeline.jsonl is not the one of the sheet");
    if (!mark_is(last, strcspn(last, "\n"), json_str_or(c->fields, "last", "")))
        found(c, "the last row of timeline.jsonl is not the one of the sheet");
}

/* ---- the database ---- */

struct compare {
    struct check *check;
    const char *at; /* the next line of the archive */
    int64_t rows, purged;
    bool differs;
};

/* Of a row that was purged since, its chain is all that is left. */
static bool same_chain(const char *a, size_t a_len, const char *b, size_t b_len, bool *ret_purged)
{
    AUTO_JSON(x);
    AUTO_JSON(y);
    struct why why;
    if (json_read_own(a, a_len, &x, &why) || json_read_own(b, b_len, &y, &why))
        return false;
    *ret_purged = json_bool(y, "purged");
    return *ret_purged && json_int(x, "seq", 0) == json_int(y, "seq", -1) &&
           strcmp(json_str_or(x, "chain", ""), json_str_or(y, "chain", "-")) == 0;
}

static bool row_compare(void *ctx, const char *line, size_t len)
{
    struct compare *c = ctx;
    size_t have = strcspn(c->at, "\n");
    bool purged = false;
    have += c->at[have] == '\n';
    if (have != len || memcmp(c->at, line, len) != 0)
        c->differs = !same_chain(c->at, have, line, len, &purged);
    if (c->differs) {
        found(c->check, "row %" PRId64 " of timeline.jsonl is not what the database has",
              c->rows + 1);
        return false;
    }
    c->purged += purged;
    c->at += have;
    return ++c->rows < c->check->rows;
}

static void database_check(struct check *c, const struct journal_ask *ask, json_t *report)
{
    AUTO_TEXT(path);
    struct store_verdict v;
    struct why why;
    const struct verify_options verify = {
        .heads = ask->heads, .public = ask->public, .public_count = ask->public_count};
    const struct export_options options = {.incident = c->incident};
    struct compare compare = {.check = c, .at = text_str(&c->timeline)};
    database_path(ask, &path);
    if (journal_verify(text_str(&path), &verify, &v, &why))
        found(c, "the database: %s", why.text);
    if (c->timeline.len && journal_export(text_str(&path), &options, row_compare, &compare, &why))
        found(c, "the database: %s", why.text);
    else if (c->timeline.len && !compare.differs && compare.rows < c->rows)
        found(c, "the database has %" PRId64 " of the %" PRId64 " rows", compare.rows, c->rows);
    json_put_int(report, "purged", compare.purged);
}

/* ---- together ---- */

static json_t *check_report(struct check *c)
{
    json_t *o = json_put_str(json_object(), "incident", json_str(c->fields, "incident"));
    json_put(o, "files", json_integer((json_int_t)json_object_size(c->listed)));
    json_put(o, "findings", json_incref(c->findings));
    return json_put(o, "rows", json_integer(c->rows));
}

static enum err check_all(struct check *c, const struct archive_ask *ask, json_t **ret,
                          struct why *why)
{
    enum err e = sheet_read(c, why);
    if (e)
        return e;
    files_check(c);
    others_find(c);
    head_check(c);
    rows_check(c);
    bool database = ask->journal.data || ask->journal.file;
    json_t *report = check_report(c);
    json_put(report, "database", json_boolean(database));
    if (database)
        database_check(c, &ask->journal, report);
    *ret = report;
    size_t count = json_array_size(c->findings);
    if (!count)
        return ERR_OK;
    return why_set(why, ERR_CORRUPT, "%s%s", json_string_value(json_array_get(c->findings, 0)),
                   count > 1 ? "; and more" : "");
}

enum err archive_check(void *ctx, const struct archive_ask *ask, json_t **ret, struct why *why)
{
    struct check c = {.folder = ask->folder,
                      .listed = json_object(),
                      .fields = json_object(),
                      .findings = json_array()};
    (void)ctx;
    enum err e = check_all(&c, ask, ret, why);
    text_done(&c.sheet);
    text_done(&c.timeline);
    json_decref(c.listed);
    json_decref(c.fields);
    json_decref(c.findings);
    return e;
}
