#include "store/query.h"

#include "core/item.h"
#include "core/report.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PAGE_ROWS_MAX = 1000,
    PAGE_BYTES_MAX = 1024 * 1024,
    PAGE_MS_MAX =
        40, /* of the 50 ms that a reader's transaction may take; the last row comes on top */
    LIST_ROWS_MAX = 200,
    STATES_MAX = 16,
};

static const char *const read_sql[READ_STATEMENTS] = {
#define X(name, sql) [name] = sql,
    READ_TABLE(X)
#undef X
};

/* ---- a page: rows until one of its limits ---- */

struct page {
    struct read *read;
    struct query_result *result;
    size_t records_cap, rows_cap;
    int64_t rows_max;
    int64_t bytes;
    int64_t end_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t page_count(const struct page *p)
{
    return (int64_t)(p->result->records_count + p->result->rows_count);
}

/* A page holds at least one row, or nobody would ever get past it. */
static bool page_is_full(const struct page *p)
{
    int64_t count = page_count(p);
    return count > 0 &&
           (count >= p->rows_max || p->bytes >= PAGE_BYTES_MAX || now_ms() >= p->end_ms);
}

static void page_fail(struct page *p, const char *doing)
{
    p->result->err = db_why(p->read->db, p->read->path, doing, &p->result->why);
}

static const struct seal_key *page_key(struct page *p, struct uuid incident)
{
    const struct seal_key *key = NULL;
    if (!uuid_is_none(incident) && keys_of(&p->read->keys, incident, &key) != SQLITE_OK)
        page_fail(p, "reading the vault");
    return key;
}

static void page_add_record(struct page *p, sqlite3_stmt *stmt)
{
    struct query_result *result = p->result;
    struct stored s;
    stored_read(stmt, &s);
    const struct seal_key *key = page_key(p, s.incident);
    if (result->err)
        return;
    struct record *record = NULL;
    result->err = stored_record(&s, key, &record, NULL, &result->why);
    if (result->err)
        return;
    result->records = mem_grow(result->records, &p->records_cap, result->records_count + 1,
                               sizeof(struct record *));
    result->records[result->records_count++] = record;
    p->bytes += (int64_t)(s.body_len + s.actor_len);
}

static void page_add_row(struct page *p, sqlite3_stmt *stmt, enum row_kind kind)
{
    struct query_result *result = p->result;
    const struct seal_key *key = page_key(p, column_uuid(stmt, ROW_OF));
    if (result->err)
        return;
    struct row row;
    result->err = stored_row(stmt, kind, key, &row, &result->why);
    if (result->err)
        return;
    result->rows = mem_grow(result->rows, &p->rows_cap, result->rows_count + 1, sizeof(row));
    result->rows[result->rows_count++] = row;
    p->bytes += sqlite3_column_bytes(stmt, ROW_BODY);
}

/* Every row of a bound statement until the page is full; ROW_KINDS: records of the journal. */
static void page_fill(struct page *p, enum read_statement s, enum row_kind kind)
{
    sqlite3_stmt *stmt = p->read->stmts[s];
    int rc = SQLITE_DONE;
    while (!p->result->err && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (page_is_full(p)) {
            p->result->more = true;
            break;
        }
        if (kind == ROW_KINDS)
            page_add_record(p, stmt);
        else
            page_add_row(p, stmt, kind);
    }
    if (!p->result->err && db_code(rc) != SQLITE_OK)
        page_fail(p, read_sql[s]);
    sqlite3_reset(stmt);
}

/* ---- each kind ---- */

static void bind_id(sqlite3_stmt *stmt, int at, const struct uuid *u)
{
    sqlite3_bind_blob(stmt, at, u->b, sizeof(u->b), SQLITE_STATIC);
}

static void run_incident(struct page *p, const struct uuid *id)
{
    bind_id(p->read->stmts[Q_INCIDENT], 1, id);
    page_fill(p, Q_INCIDENT, ROW_INCIDENT);
}

/* seq > after, and <= upto where there is one; one more than the page holds, to know of more */
/* What is known of the last row of the page, an incident. */
static void run_facts(struct page *p, size_t most)
{
    struct query_result *result = p->result;
    sqlite3_stmt *stmt = p->read->stmts[Q_FACTS];
    if (result->err || !result->rows_count)
        return;
    struct row *incident = &result->rows[result->rows_count - 1];
    size_t cap = 0;
    int rc = SQLITE_DONE;
    AUTO_TEXT(from);
    AUTO_TEXT(to);
    text_addf(&from, "%s/", incident->id);
    text_addf(&to, "%s0", incident->id); /* "0" is what comes after "/" */
    sqlite3_bind_text(stmt, 1, text_str(&from), -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, text_str(&to), -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, (int64_t)most + 1);
    while (!result->err && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        incident->parts_more = incident->parts_count == most;
        const struct seal_key *key = page_key(p, incident->incident);
        if (incident->parts_more || result->err)
            break;
        incident->parts =
            mem_grow(incident->parts, &cap, incident->parts_count + 1, sizeof *incident->parts);
        struct row *part = &incident->parts[incident->parts_count];
        result->err = stored_row(stmt, ROW_FACT, key, part, &result->why);
        incident->parts_count += !result->err;
        p->bytes += sqlite3_column_bytes(stmt, ROW_BODY);
    }
    if (!result->err && db_code(rc) != SQLITE_OK)
        page_fail(p, read_sql[Q_FACTS]);
    sqlite3_reset(stmt);
}

static void run_journal(struct page *p, const struct query *q, enum read_statement s)
{
    sqlite3_stmt *stmt = p->read->stmts[s];
    if (s == Q_TIMELINE)
        bind_id(stmt, 1, &q->incident);
    sqlite3_bind_int64(stmt, 2, q->after);
    sqlite3_bind_int64(stmt, 3, q->upto > 0 ? q->upto : INT64_MAX);
    sqlite3_bind_int64(stmt, 4, p->rows_max + 1);
    page_fill(p, s, ROW_KINDS);
}

static void run_notices(struct page *p, const struct query *q)
{
    struct uuid above = {{0}};
    if (q->cursor[0] && !uuid_parse(q->cursor, &above)) {
        p->result->err =
            why_set(&p->result->why, ERR_INVALID, "the cursor \"%s\" is no id", q->cursor);
        return;
    }
    sqlite3_stmt *stmt = p->read->stmts[Q_NOTICES];
    bind_id(stmt, 1, &q->incident);
    bind_id(stmt, 2, &above);
    sqlite3_bind_int64(stmt, 3, p->rows_max + 1);
    page_fill(p, Q_NOTICES, ROW_NOTICE);
}

/* Who has answered the call that the message is of: the first after it was written. */
static void run_answered(struct page *p, const struct uuid *incident, int64_t seq, const char *step)
{
    sqlite3_stmt *stmt = p->read->stmts[Q_ANSWERED];
    bind_id(stmt, 1, incident);
    sqlite3_bind_int64(stmt, 2, seq);
    sqlite3_bind_int64(stmt, 3, seq + QUERY_ANSWER_ROWS);
    sqlite3_bind_text(stmt, 4, step, -1, SQLITE_STATIC);
    page_fill(p, Q_ANSWERED, ROW_KINDS);
}

/* Its row says of which incident and item or report it is, and which record queued it. None of them
 * is left out, however long the incident's row is. */
static void run_notice(struct page *p, const struct query *q)
{
    struct query_result *result = p->result;
    bind_id(p->read->stmts[Q_NOTICE], 1, &q->notice);
    p->rows_max = 5;
    p->end_ms = INT64_MAX;
    page_fill(p, Q_NOTICE, ROW_NOTICE);
    if (!result->err && result->rows_count == 0)
        result->err = why_set(&result->why, ERR_MISSING, "there is no message with this id");
    if (result->err)
        return;
    int64_t seq = json_int(result->rows[0].body, "seq", 0);
    struct uuid incident = result->rows[0].incident;
    run_incident(p, &incident);
    p->bytes = 0;
    if (!result->err && seq > 0)
        run_journal(p, &(struct query){.after = seq - 1, .upto = seq}, Q_EVENTS);
    struct uuid of;
    const char *step = json_str_or(result->rows[0].body, "step", "");
    if (!result->err && item_of_message(step, &of)) {
        bind_id(p->read->stmts[Q_ITEM], 1, &of);
        page_fill(p, Q_ITEM, ROW_ITEM);
    } else if (!result->err && report_of_message(step, &of)) {
        bind_id(p->read->stmts[Q_REPORT], 1, &of);
        page_fill(p, Q_REPORT, ROW_REPORT);
    } else if (!result->err && json_bool(result->rows[0].body, "of_call")) {
        run_answered(p, &incident, seq, step);
    }
    result->more = false;
}

/* Whether what is asked for is open; -1: whether or not. */
static int open_asked(const struct query *q)
{
    return !uuid_is_none(q->incident) && !q->closed ? -1 : !q->closed;
}

/*
 * Parts of incidents, newest first. At 1 and 2 stand the cursor and the limit, at 3 whether it is
 * open (-1: whether or not), at 4 its state, at 5 the incident, at 6 its kind: where the statement
 * asks for it. What is bound is not copied: `below` must live as long as the statement runs.
 */
static bool part_bind(struct page *p, sqlite3_stmt *stmt, const struct query *q, struct uuid *below)
{
    bool of = !uuid_is_none(q->incident);
    memset(below->b, 0xff, sizeof(below->b));
    if (q->cursor[0] && !uuid_parse(q->cursor, below)) {
        p->result->err =
            why_set(&p->result->why, ERR_INVALID, "the cursor \"%s\" is no id", q->cursor);
        return false;
    }
    bind_id(stmt, 1, below);
    sqlite3_bind_int64(stmt, 2, p->rows_max + 1);
    sqlite3_bind_int(stmt, 3, open_asked(q));
    sqlite3_bind_text(stmt, 4, q->states[0], -1, SQLITE_STATIC);
    if (of)
        bind_id(stmt, 5, &q->incident);
    return true;
}

static void part_bind_kind(sqlite3_stmt *stmt, const struct query *q)
{
    sqlite3_bind_text(stmt, 6, q->sort, -1, SQLITE_STATIC);
}

/* Reports, in the same manner: of an incident, or of all; of one kind, where one is asked for. */
static void run_reports(struct page *p, const struct query *q)
{
    enum read_statement s = uuid_is_none(q->incident) ? Q_REPORTS : Q_REPORTS_OF;
    struct uuid below;
    if (!part_bind(p, p->read->stmts[s], q, &below))
        return;
    part_bind_kind(p->read->stmts[s], q);
    sqlite3_bind_int(p->read->stmts[s], 7, q->missed);
    page_fill(p, s, ROW_REPORT);
}

static void run_report(struct page *p, const struct query *q)
{
    bind_id(p->read->stmts[Q_REPORT], 1, &q->item);
    page_fill(p, Q_REPORT, ROW_REPORT);
    if (!p->result->err && p->result->rows_count == 0)
        p->result->err = why_set(&p->result->why, ERR_MISSING, "there is no report with this id");
}

static void run_item(struct page *p, const struct query *q)
{
    bind_id(p->read->stmts[Q_ITEM], 1, &q->item);
    page_fill(p, Q_ITEM, ROW_ITEM);
    if (!p->result->err && p->result->rows_count == 0)
        p->result->err = why_set(&p->result->why, ERR_MISSING, "there is no item with this id");
}

static void run_pin(struct page *p, const struct query *q)
{
    assert(q->pin);
    sqlite3_stmt *stmt = p->read->stmts[Q_PIN];
    sqlite3_bind_text(stmt, 1, q->pin, -1, SQLITE_STATIC);
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        size_t len = (size_t)sqlite3_column_bytes(stmt, 2);
        char *body = mem_new(len + 1, 1);
        if (len)
            memcpy(body, sqlite3_column_blob(stmt, 2), len);
        p->result->pin =
            (struct store_pin){.hash = mem_str(q->pin),
                               .kind = mem_str((const char *)sqlite3_column_text(stmt, 1)),
                               .body = body,
                               .body_len = len};
    } else if (rc == SQLITE_DONE) {
        p->result->err = why_set(&p->result->why, ERR_MISSING, "there is no pin %s", q->pin);
    } else {
        page_fail(p, read_sql[Q_PIN]);
    }
    sqlite3_reset(stmt);
}

/* ---- the list: the newest of several walks down an index, one for each state and drill ---- */

struct ids {
    struct uuid *at;
    size_t count, cap;
};

static int uuid_newest_first(const void *a, const void *b)
{
    const struct uuid *x = a, *y = b;
    return uuid_cmp(*y, *x);
}

/* The ids of a statement bound but for ?1 (below) and ?2 (how many). */
static void ids_add(struct page *p, enum read_statement s, const struct uuid *below,
                    struct ids *ids)
{
    sqlite3_stmt *stmt = p->read->stmts[s];
    bind_id(stmt, 1, below);
    sqlite3_bind_int64(stmt, 2, p->rows_max + 1);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        ids->at = mem_grow(ids->at, &ids->cap, ids->count + 1, sizeof(*ids->at));
        ids->at[ids->count++] = column_uuid(stmt, 0);
    }
    if (db_code(rc) != SQLITE_OK)
        page_fail(p, read_sql[s]);
    sqlite3_reset(stmt);
}

static void ids_in_state(struct page *p, const struct query *q, const char *state,
                         const struct uuid *below, struct ids *ids)
{
    sqlite3_stmt *stmt = p->read->stmts[Q_IN_STATE];
    for (int drill = 0; drill <= 1 && !p->result->err; drill++) {
        if (q->drill >= 0 && q->drill != drill)
            continue;
        sqlite3_bind_text(stmt, 3, state, -1, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 4, drill);
        ids_add(p, Q_IN_STATE, below, ids);
    }
}

/* Every state that there is: one step down the index each. */
static void ids_in_all_states(struct page *p, const struct query *q, const struct uuid *below,
                              struct ids *ids)
{
    sqlite3_stmt *stmt = p->read->stmts[Q_NEXT_STATE];
    char state[64] = "";
    for (int i = 0; i < STATES_MAX && !p->result->err; i++) {
        sqlite3_bind_text(stmt, 1, state, -1, SQLITE_STATIC);
        int rc = sqlite3_step(stmt);
        if (db_code(rc) != SQLITE_OK)
            page_fail(p, read_sql[Q_NEXT_STATE]);
        const char *next = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
        size_t len = next ? strlen(next) : 0;
        bool there = next && len < sizeof(state);
        if (there)
            memcpy(state, next, len + 1);
        sqlite3_reset(stmt);
        if (!there)
            return;
        if (!strcmp(state, "upkeep")) /* no incident, unless it is asked for by its state */
            continue;
        ids_in_state(p, q, state, below, ids);
    }
}

static void run_list(struct page *p, const struct query *q)
{
    struct uuid below;
    memset(below.b, 0xff, sizeof(below.b));
    if (q->cursor[0] && !uuid_parse(q->cursor, &below)) {
        p->result->err =
            why_set(&p->result->why, ERR_INVALID, "the cursor \"%s\" is no id", q->cursor);
        return;
    }
    struct ids ids = {0};
    if (!q->states[0] && q->drill < 0)
        ids_add(p, Q_NEWEST, &below, &ids);
    else if (!q->states[0])
        ids_in_all_states(p, q, &below, &ids);
    for (size_t i = 0; i < sizeof(q->states) / sizeof(*q->states) && q->states[i]; i++)
        ids_in_state(p, q, q->states[i], &below, &ids);

    if (ids.count)
        qsort(ids.at, ids.count, sizeof(*ids.at), uuid_newest_first);
    for (size_t i = 0; i < ids.count && !p->result->err && !p->result->more; i++) {
        p->result->more = page_is_full(p);
        if (p->result->more)
            break;
        run_incident(p, &ids.at[i]);
        run_facts(p, FACTS_LISTED);
    }
    free(ids.at);
}

/*
 * Items, newest first: of an incident, all of them; else of some owners or of everybody those that
 * are open, or with `closed` the others. Each walks an index, and reads the rows of the page alone.
 */
static void items_ids(struct page *p, const struct query *q, const char *owner,
                      const struct uuid *below, struct ids *ids)
{
    bool of = !uuid_is_none(q->incident);
    enum read_statement s = of        ? Q_ITEMS_OF
                            : owner   ? Q_ITEMS_OWNED
                            : q->late ? Q_ITEMS_LATE
                                      : Q_ITEMS;
    sqlite3_stmt *stmt = p->read->stmts[s];
    sqlite3_bind_text(stmt, 4, q->states[0], -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 7, q->sort, -1, SQLITE_STATIC);
    if (s != Q_ITEMS_LATE)
        sqlite3_bind_int(stmt, 3, open_asked(q));
    if (of)
        bind_id(stmt, 5, &q->incident);
    if (of || owner) {
        sqlite3_bind_text(stmt, 6, owner, -1, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 8, q->late);
    }
    ids_add(p, s, below, ids);
}

static void run_items(struct page *p, const struct query *q)
{
    struct uuid below;
    struct ids ids = {0};
    memset(below.b, 0xff, sizeof(below.b));
    if (q->cursor[0] && !uuid_parse(q->cursor, &below)) {
        p->result->err =
            why_set(&p->result->why, ERR_INVALID, "the cursor \"%s\" is no id", q->cursor);
        return;
    }
    if (!q->owners[0][0])
        items_ids(p, q, NULL, &below, &ids);
    for (size_t i = 0; i < QUERY_OWNERS && q->owners[i][0] && !p->result->err; i++)
        items_ids(p, q, q->owners[i], &below, &ids);
    if (ids.count)
        qsort(ids.at, ids.count, sizeof(*ids.at), uuid_newest_first);
    for (size_t i = 0; i < ids.count && !p->result->err && !p->result->more; i++) {
        p->result->more = page_is_full(p);
        if (p->result->more)
            break;
        bind_id(p->read->stmts[Q_ITEM], 1, &ids.at[i]);
        page_fill(p, Q_ITEM, ROW_ITEM);
    }
    free(ids.at);
}

/* ---- one transaction ---- */

static void run_kind(struct page *p, const struct query *q)
{
    switch (q->kind) {
    case QUERY_LIST:
        run_list(p, q);
        return;
    case QUERY_INCIDENT:
        run_incident(p, &q->incident);
        run_facts(p, FACTS_SHOWN);
        if (!p->result->err && p->result->rows_count == 0)
            p->result->err =
                why_set(&p->result->why, ERR_MISSING, "there is no incident with this id");
        return;
    case QUERY_NOTICES:
        run_notices(p, q);
        return;
    case QUERY_NOTICE:
        run_notice(p, q);
        return;
    case QUERY_TIMELINE:
        run_journal(p, q, Q_TIMELINE);
        return;
    case QUERY_EVENTS:
        run_journal(p, q, Q_EVENTS);
        return;
    case QUERY_ITEMS:
        run_items(p, q);
        return;
    case QUERY_ITEM:
        run_item(p, q);
        return;
    case QUERY_REPORTS:
        run_reports(p, q);
        return;
    case QUERY_REPORT:
        run_report(p, q);
        return;
    case QUERY_PIN:
        run_pin(p, q);
        return;
    }
    assert(false);
}

static bool run_simple(struct page *p, enum read_statement s, int64_t *ret)
{
    sqlite3_stmt *stmt = p->read->stmts[s];
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW && ret)
        *ret = sqlite3_column_int64(stmt, 0);
    bool ok = db_code(rc) == SQLITE_OK;
    if (!ok && !p->result->err)
        page_fail(p, read_sql[s]);
    sqlite3_reset(stmt);
    return ok;
}

void query_run(struct read *r, const struct query *q, struct query_result *ret)
{
    *ret = (struct query_result){0};
    int64_t most = q->kind == QUERY_LIST ? LIST_ROWS_MAX : PAGE_ROWS_MAX;
    struct page p = {.read = r,
                     .result = ret,
                     .rows_max = q->limit > 0 && q->limit < most ? q->limit : most,
                     .end_ms = now_ms() + PAGE_MS_MAX};
    keys_clear(&r->keys); /* a key destroyed since is not known any more */
    if (run_simple(&p, Q_BEGIN, NULL)) {
        if (run_simple(&p, Q_AS_OF, &ret->as_of))
            run_kind(&p, q);
        run_simple(&p, Q_END, NULL);
    }
    if (!sqlite3_get_autocommit(r->db))
        sqlite3_exec(r->db, "ROLLBACK", NULL, NULL, NULL);
    if (ret->err) {
        struct query_result failed = {.err = ret->err, .why = ret->why, .as_of = ret->as_of};
        query_result_done(ret);
        *ret = failed;
    }
}

/* What the pin of a result points to was made by run_pin. */
static void pin_free(const char *s)
{
    union {
        const char *from;
        char *to;
    } u = {.from = s};
    free(u.to);
}

void query_result_done(struct query_result *result)
{
    for (size_t i = 0; i < result->records_count; i++)
        record_unref(result->records[i]);
    for (size_t i = 0; i < result->rows_count; i++)
        row_done(&result->rows[i]);
    free(result->records);
    free(result->rows);
    pin_free(result->pin.hash);
    pin_free(result->pin.kind);
    pin_free(result->pin.body);
    *result = (struct query_result){0};
}

/* ---- start and end ---- */

enum err read_init(struct read *r, sqlite3 *db, const char *path, struct why *why)
{
    *r = (struct read){.db = db, .path = path};
    enum err e = keys_init(&r->keys, db, path, false, why);
    for (int i = 0; i < READ_STATEMENTS && !e; i++)
        e = db_prepare(db, path, read_sql[i], &r->stmts[i], why);
    if (e)
        read_done(r);
    return e;
}

void read_done(struct read *r)
{
    for (int i = 0; i < READ_STATEMENTS; i++)
        sqlite3_finalize(r->stmts[i]);
    keys_done(&r->keys);
    *r = (struct read){0};
}
