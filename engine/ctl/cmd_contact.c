/*
 * muster contact list, import, export, remove - the vault: who can be reached by what.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/csv.h"
#include "ctl/show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 16 * 1024 * 1024, PART_ROWS = 1000, PART_BYTES = 180 * 1024 };

static const char *person_of(const char *word)
{
    return word && !strncmp(word, "person:", 7) ? word + 7 : word;
}

/* ---- list ---- */

static const struct option_spec list_options[] = {
    OPTION("--missing", NULL, "only contacts that the site names and the vault does not hold",
           "只列出单位文件里有、保管库里没有的联系方式"),
    OPTION("--show", NULL, "with the numbers and addresses (admin, by the Unix socket)",
           "连同号码和地址（管理员，经本机套接字）"),
    {.name = NULL},
};

static const char *result_words(const struct ctl *c, const char *result)
{
    static const struct {
        const char *result;
        struct words words;
    } table[] = {{"queued", {"waiting", "排队中"}},      {"sending", {"under way", "发送中"}},
                 {"waiting", {"not yet", "待重试"}},     {"sent", {"sent", "已送出"}},
                 {"delivered", {"delivered", "已送达"}}, {"seen", {"seen", "已看到"}},
                 {"answered", {"answered", "已确认"}},   {"failed", {"failed", "未送达"}},
                 {"recalled", {"recalled", "已撤回"}}};
    for (size_t n = 0; result && n < sizeof table / sizeof *table; n++)
        if (!strcmp(table[n].result, result))
            return ctl_say(c, table[n].words);
    return "";
}

static void time_cell(struct table *t, const char *at, const char *before)
{
    AUTO_TEXT(cell);
    text_add(&cell, before);
    if (at && *before)
        text_add(&cell, " ");
    if (at)
        show_time(&cell, at, TIME_FULL);
    table_cell(t, text_str(&cell));
}

/* "-": the endpoint goes to one address for all, there is nothing to set. */
static void set_cell(const struct ctl *c, struct table *t, const json_t *one)
{
    static const struct words missing = {"MISSING", "缺失"}, set = {"set", "已设置"},
                              stopped = {"STOPPED", "已停用"};
    if (json_str(one, "stopped_at"))
        table_cell_in(t, ctl_say(c, stopped), COLOUR_RED);
    else if (json_bool(one, "set"))
        table_cell(t, ctl_say(c, set));
    else if (json_bool(one, "needed"))
        table_cell_in(t, ctl_say(c, missing), COLOUR_RED);
    else
        table_cell(t, "-");
}

static void list_head(const struct ctl *c, struct table *t)
{
    static const struct words heads[] = {
        {"person", "人员"},      {"name", "姓名"},          {"endpoint", "端点"},
        {"contact", "联系方式"}, {"last test", "最近测试"}, {"proved", "证实"},
        {"value", "值"}};
    for (size_t n = 0; n < t->columns; n++)
        table_cell_in(t, ctl_say(c, heads[n]), COLOUR_DIM);
}

static const char *value_of(const json_t *values, const json_t *one)
{
    size_t n;
    json_t *v;
    json_array_foreach(json_unconst(values), n, v)
    {
        if (!strcmp(json_str_or(v, "person", ""), json_str_or(one, "person", "")) &&
            !strcmp(json_str_or(v, "endpoint", ""), json_str_or(one, "endpoint", "")))
            return json_str_or(v, "value", "");
    }
    return "";
}

static void list_print(const struct ctl *c, const json_t *list, const json_t *values)
{
    static const struct words gone = {"(not in the site)", "（不在单位文件中）"};
    struct table t = {.columns = values ? 7 : 6};
    size_t n;
    json_t *one;
    AUTO_TEXT(out);
    list_head(c, &t);
    json_array_foreach(json_unconst(list), n, one)
    {
        table_cell(&t, json_str_or(one, "person", "?"));
        table_cell(&t, json_bool(one, "in_site") ? json_str_or(one, "name", "") : ctl_say(c, gone));
        table_cell(&t, json_str_or(one, "endpoint", "?"));
        set_cell(c, &t, one);
        time_cell(&t, json_str(one, "tested_at"), result_words(c, json_str(one, "result")));
        time_cell(&t, json_str(one, "verified_at"), "");
        if (values)
            table_cell(&t, value_of(values, one));
    }
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

/* The values, where they are wanted. */
static int values_ask(const struct ctl *c, const char *person, json_t **ret)
{
    json_t *reply = NULL;
    int code = ask(c, json_put_str(ask_begin(c, "contact_export"), "person", person), &reply);
    if (code == EXIT_OK)
        *ret = json_share(json_at(reply, "contacts"));
    json_decref(reply);
    return code;
}

static void values_add(json_t *list, const json_t *values)
{
    size_t n;
    json_t *one;
    json_array_foreach(list, n, one)
    {
        const char *value = value_of(values, one);
        json_put_str(one, "value", *value ? value : NULL);
    }
}

static int list_run(struct ctl *c, const struct args *a)
{
    static const struct words none = {"every contact that is needed is there",
                                      "所需的联系方式都已设置"};
    AUTO_JSON(reply);
    AUTO_JSON(values);
    const char *person = a->words_count ? person_of(a->words[0]) : NULL;
    json_t *request = json_put_str(ask_begin(c, "contact_list"), "person", person);
    json_put_true(request, "missing", args_has(a, "--missing"));
    int code = ask(c, request, &reply);
    if (!code && args_has(a, "--show"))
        code = values_ask(c, person, &values);
    if (code)
        return code;
    const json_t *list = json_at(reply, "contacts");
    if (values)
        values_add(json_object_get(reply, "contacts"), values);
    if (c->json)
        ask_print(reply);
    else if (json_array_size(list))
        list_print(c, list, values);
    else if (args_has(a, "--missing"))
        ctl_message("%s", ctl_say(c, none));
    else
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    return EXIT_OK;
}

/* ---- export ---- */

static int export_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(values);
    AUTO_TEXT(out);
    size_t n;
    json_t *one;
    int code = values_ask(c, a->words_count ? person_of(a->words[0]) : NULL, &values);
    if (code)
        return code;
    if (c->json) {
        ctl_print_json(values);
        return EXIT_OK;
    }
    text_add(&out, "person,endpoint,value\n");
    json_array_foreach(values, n, one)
    {
        csv_write(&out, json_str_or(one, "person", ""));
        text_add(&out, ",");
        csv_write(&out, json_str_or(one, "endpoint", ""));
        text_add(&out, ",");
        csv_write(&out, json_str_or(one, "value", ""));
        text_add(&out, "\n");
    }
    (void)fputs(text_str(&out), stdout);
    return EXIT_OK;
}

/* ---- remove ---- */

static int remove_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    json_t *request =
        json_put_str(ask_begin(c, "contact_remove"), "person", person_of(a->words[0]));
    if (a->words_count > 1)
        json_put_str(request, "endpoint", a->words[1]);
    int code = ask(c, request, &reply);
    if (!code && c->json)
        ask_print(reply);
    return code;
}

/* ---- import ---- */

/* A file of contacts: the rows, and the line of each. */
struct import {
    const struct ctl *c;
    const char *path;
    json_t *contacts; /* own */
    json_t *seen;     /* own: the line of each person and endpoint */
    int *lines;       /* own */
    size_t lines_count, lines_cap;
    int64_t faults;
};

static void fault_print(struct import *m, int line, const char *sentence)
{
    AUTO_TEXT(safe);
    show_safe(&safe, sentence);
    (void)fprintf(stderr, "%s:%d: %s\n", m->path, line, text_str(&safe));
    m->faults++;
}

static enum err file_read(const char *path, struct text *ret, struct why *why)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "re");
    char chunk[65536];
    size_t got;
    if (!file)
        return why_set(why, ERR_INVALID, "%s: %s", path, strerror(errno));
    while (ret->len <= FILE_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        text_add_bytes(ret, chunk, got);
    bool failed = ferror(file) != 0;
    if (!standard)
        (void)fclose(file);
    if (failed)
        return why_set(why, ERR_IO, "%s cannot be read", path);
    if (ret->len > FILE_BYTES_MAX)
        return why_set(why, ERR_LIMIT, "%s has more than %d MiB", path, FILE_BYTES_MAX >> 20);
    if (!utf8_valid(text_str(ret), ret->len) || memchr(text_str(ret), '\0', ret->len))
        return why_set(why, ERR_INVALID,
                       "%s is not UTF-8; save it as \"CSV UTF-8\" from the spreadsheet", path);
    return ERR_OK;
}

enum column { COLUMN_PERSON, COLUMN_ENDPOINT, COLUMN_VALUE, COLUMNS };
static const char *const column_names[COLUMNS] = {"person", "endpoint", "value"};

/* Where each column stands, by the first line. */
static enum err head_read(struct csv *csv, size_t ret[COLUMNS], struct why *why)
{
    bool more = false;
    enum err e = csv_next(csv, &more, why);
    if (e)
        return e;
    for (int column = 0; column < COLUMNS; column++) {
        size_t n = 0;
        while (n < csv->count && strcmp(csv_field(csv, n), column_names[column]) != 0)
            n++;
        if (!more || n == csv->count)
            return why_set(why, ERR_INVALID,
                           "the first line names the columns: person,endpoint,value; it has no "
                           "\"%s\"",
                           column_names[column]);
        ret[column] = n;
    }
    return ERR_OK;
}

/* The line of the same contact before; 0: there is none, and this one is remembered. */
static int line_before(const struct import *m, const json_t *one, int line)
{
    AUTO_TEXT(id);
    text_addf(&id, "%s\n%s", json_str_or(one, "person", ""), json_str_or(one, "endpoint", ""));
    int before = (int)json_int(m->seen, text_str(&id), 0);
    if (!before)
        json_put_int(m->seen, text_str(&id), line);
    return before;
}

static void row_take(struct import *m, const struct csv *csv, const size_t columns[COLUMNS])
{
    json_t *one = json_object();
    AUTO_TEXT(fault);
    for (int column = 0; column < COLUMNS; column++) {
        const char *field = csv_field(csv, columns[column]);
        json_put_str(one, column_names[column], column ? field : person_of(field));
        if (!*field && !fault.len)
            text_addf(&fault, "%s is empty", column_names[column]);
    }
    int before = fault.len ? 0 : line_before(m, one, csv->line);
    if (before)
        text_addf(&fault, "this person and endpoint stand in line %d, too; keep one of them",
                  before);
    if (fault.len) {
        fault_print(m, csv->line, text_str(&fault));
        json_decref(one);
        return;
    }
    m->lines = mem_grow(m->lines, &m->lines_cap, m->lines_count + 1, sizeof *m->lines);
    m->lines[m->lines_count++] = csv->line;
    json_array_append_new(m->contacts, one);
}

static int rows_read(struct import *m, const char *bytes)
{
    struct csv csv;
    struct why why = {0};
    size_t columns[COLUMNS] = {0};
    bool more = true;
    csv_init(&csv, bytes);
    enum err e = head_read(&csv, columns, &why);
    while (!e && more) {
        e = csv_next(&csv, &more, &why);
        if (!e && more)
            row_take(m, &csv, columns);
    }
    if (e)
        fault_print(m, csv.line ? csv.line : 1, why.text);
    csv_done(&csv);
    return m->faults ? EXIT_FAILED : EXIT_OK;
}

/* So many rows from here on that one request has room for them. Gives. */
static json_t *part_take(const struct import *m, size_t from)
{
    json_t *part = json_array();
    size_t bytes = 0;
    for (size_t n = from; n < m->lines_count && json_array_size(part) < PART_ROWS; n++) {
        json_t *one = json_array_get(m->contacts, n);
        for (int column = 0; column < COLUMNS; column++)
            bytes += 2 * strlen(json_str_or(one, column_names[column], "")) + 16;
        if (bytes > PART_BYTES && json_array_size(part))
            break;
        json_array_append(part, one);
    }
    return part;
}

static void faults_print(struct import *m, const json_t *errors, size_t from)
{
    size_t n;
    json_t *fault;
    json_array_foreach(json_unconst(errors), n, fault)
    {
        AUTO_TEXT(sentence);
        size_t row = from + (size_t)json_int(fault, "index", 0);
        const char *near = json_str(fault, "near");
        text_add(&sentence, json_str_or(fault, "error", "?"));
        if (near)
            text_addf(&sentence, "; did you mean \"%s\"?", near);
        fault_print(m, row < m->lines_count ? m->lines[row] : 0, text_str(&sentence));
    }
}

/* One part of the rows, looked at or set. */
static int part_send(struct import *m, size_t from, json_t *takes_part, bool check)
{
    AUTO_JSON(reply);
    struct client client;
    struct why why;
    AUTO_JSON(request);
    request = json_put(ask_begin(m->c, "contact_import"), "contacts", takes_part);
    json_put_true(request, "check", check);
    enum err e = client_open(&client, m->c->server, m->c->key, &why);
    if (!e)
        e = client_send(&client, request, &why);
    if (!e)
        e = client_hear(&client, 60000, &reply, &why);
    client_close(&client);
    if (e)
        return ctl_fail(e, &why);
    if (json_bool(reply, "ok"))
        return EXIT_OK;
    if (!json_at(reply, "errors"))
        return ask_refused(m->c, reply);
    faults_print(m, json_at(reply, "errors"), from);
    return EXIT_FAILED;
}

/* All rows. A fault in one part does not hide those of the others. */
static int parts_send(struct import *m, bool check)
{
    int code = EXIT_OK;
    for (size_t from = 0; from < m->lines_count;) {
        json_t *part = part_take(m, from);
        size_t rows = json_array_size(part);
        int one = part_send(m, from, part, check);
        if (one && !(check && one == EXIT_FAILED))
            return one;
        code = one ? one : code;
        from += rows;
    }
    return code;
}

static int import_done(const struct import *m, int code, bool check)
{
    const struct ctl *c = m->c;
    if (code && m->faults)
        ctl_message(c->zh ? "%" PRId64 " 处有误，未写入任何联系方式"
                          : "%" PRId64 " faults; no contact was set",
                    m->faults);
    if (code)
        return code;
    if (c->json)
        printf("{\"%s\":%zu}\n", check ? "checked" : "set", m->lines_count);
    else if (check)
        ctl_message(c->zh ? "%zu 条联系方式检查无误，未写入"
                          : "%zu contacts are right; none was set",
                    m->lines_count);
    else
        ctl_message(c->zh ? "已写入 %zu 条联系方式" : "%zu contacts are set", m->lines_count);
    return EXIT_OK;
}

static const struct option_spec import_options[] = {
    OPTION("--check", NULL, "look at the file, and set nothing", "只检查文件，不写入"),
    {.name = NULL},
};

static int import_run(struct ctl *c, const struct args *a)
{
    AUTO_TEXT(bytes);
    struct why why;
    struct import m = {
        .c = c, .path = a->words[0], .contacts = json_array(), .seen = json_object()};
    bool check = args_has(a, "--check");
    enum err e = file_read(m.path, &bytes, &why);
    int code = e ? ctl_fail(e, &why) : rows_read(&m, text_str(&bytes));
    if (!code || (m.faults && m.lines_count)) { /* what the daemon finds is told, too */
        int looked = parts_send(&m, true);
        code = code ? code : looked;
    }
    if (!code && !check)
        code = parts_send(&m, false);
    code = import_done(&m, code, check);
    json_decref(m.contacts);
    json_decref(m.seen);
    free(m.lines);
    return code;
}

const struct command cmd_contact_list = {
    .name = "contact list",
    .operands = "[PERSON]",
    .operands_most = 1,
    .sentence = {"who can be reached by what, when it was tested, and what is missing",
                 "谁能通过什么联系到、何时测试过、还缺什么"},
    .options = list_options,
    .examples = "  muster contact list\n  muster contact list --missing\n"
                "  muster contact list li.ming --show\n",
    .run = list_run,
};

const struct command cmd_contact_import = {
    .name = "contact import",
    .operands = "FILE.csv|-",
    .operands_least = 1,
    .operands_most = 1,
    .sentence =
        {"contacts out of a table (person,endpoint,value), checked as a whole before any is "
         "set",
         "从表格导入联系方式（person,endpoint,value），先整体检查，无误才写入"},
    .options = import_options,
    .examples = "  muster contact import --check contacts.csv\n"
                "  muster contact import - < contacts.csv\n",
    .run = import_run,
};

const struct command cmd_contact_export = {
    .name = "contact export",
    .operands = "[PERSON]",
    .operands_most = 1,
    .sentence = {"what the vault holds, as a table; numbers and addresses are in clear",
                 "导出保管库内容为表格；号码和地址是明文"},
    .examples = "  muster contact export > contacts.csv\n",
    .run = export_run,
};

const struct command cmd_contact_remove = {
    .name = "contact remove",
    .operands = "PERSON [ENDPOINT]",
    .operands_least = 1,
    .operands_most = 2,
    .sentence = {"take a person's contacts out of the vault, or one of them",
                 "从保管库删除某人的联系方式，或其中一个"},
    .examples = "  muster contact remove li.ming sms\n  muster contact remove li.ming\n",
    .run = remove_run,
};
