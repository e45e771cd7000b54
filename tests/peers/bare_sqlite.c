/*
 * bare_sqlite - the rows that Muster wrote, written again by a program that does nothing else.
 *
 *     bare_sqlite FROM TO SCHEMA ROWS_A_COMMIT journal|all
 *
 * FROM is the database of a run with the plan one_call, TO a new file, SCHEMA a folder of *.sql.
 * All is read before the clock starts. Then, in the order of the journal and with as many rows a
 * commit as Muster had, each row is written as it is (sealed and chained already), and with it what
 * Muster writes beside it: incident, key and vault when an incident opens, the incident again and
 * the message when that is queued, both again when it is sent. WAL, synchronous=FULL, a checkpoint
 * at 16 MB. "journal" leaves the projections out.
 *
 * Prints {"triggers":…,"rows":…,"commits":…,"seconds":…}.
 */
#include "peer.h"

#include <glob.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>

enum { COLUMNS_MAX = 8, CHECKPOINT_PAGES = 4000 };

/* A table in memory. */
struct rows {
    sqlite3_value **at;
    size_t count, cap;
    int columns;
};

struct bare {
    sqlite3 *from, *to;
    struct rows journal, incident, key, vault, notice;
    long group, in_group, rows, commits;
    bool projections;
};

static void check(sqlite3 *db, int rc, const char *what)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "bare_sqlite: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

/* ---- reading ---- */

static void read_rows(sqlite3 *db, const char *sql, struct rows *r)
{
    sqlite3_stmt *stmt = NULL;
    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), sql);
    r->columns = sqlite3_column_count(stmt);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if ((r->count + 1) * (size_t)r->columns > r->cap) {
            r->cap = r->cap ? 2 * r->cap : 4096;
            r->at = realloc(r->at, r->cap * sizeof(*r->at));
            if (!r->at)
                die("memory");
        }
        for (int c = 0; c < r->columns; c++)
            r->at[r->count * (size_t)r->columns + (size_t)c] =
                sqlite3_value_dup(sqlite3_column_value(stmt, c));
        r->count++;
    }
    check(db, rc, sql);
    sqlite3_finalize(stmt);
}

static sqlite3_value *cell(const struct rows *r, size_t row, int column)
{
    return r->at[row * (size_t)r->columns + (size_t)column];
}

static void read_all(struct bare *b)
{
    /* opened is the order in which they were, so that all tables have the same */
    run(b->from, "CREATE TEMP TABLE opened AS SELECT row_number() OVER (ORDER BY seq) - 1 AS n,"
                 " incident FROM journal WHERE kind = 'incident_opened';"
                 "CREATE UNIQUE INDEX temp.opened_incident ON opened (incident)");
    read_rows(b->from,
              "SELECT j.seq, j.incident, j.at_ms, j.kind, j.actor, j.body, j.chain, o.n"
              " FROM journal j JOIN opened o USING (incident) ORDER BY j.seq",
              &b->journal);
    read_rows(b->from,
              "SELECT i.id, i.open, i.drill, i.plan, i.state, i.body FROM opened o"
              " JOIN incident i ON i.id = o.incident ORDER BY o.n",
              &b->incident);
    read_rows(b->from,
              "SELECT k.id, k.incident, k.open, k.drill, k.body FROM opened o"
              " JOIN key k USING (incident) ORDER BY o.n",
              &b->key);
    read_rows(b->from,
              "SELECT v.incident, v.key FROM opened o JOIN vault v USING (incident) ORDER BY o.n",
              &b->vault);
    read_rows(b->from,
              "SELECT m.id, m.incident, m.open, m.drill, m.state, m.body FROM opened o"
              " JOIN notice m USING (incident) ORDER BY o.n",
              &b->notice);
    size_t n = b->incident.count;
    if (n == 0 || b->key.count != n || b->vault.count != n || b->notice.count != n) {
        fprintf(stderr, "bare_sqlite: the database is not of a run with one_call and keys\n");
        exit(1);
    }
}

/* ---- writing ---- */

enum { JOURNAL, INCIDENT, INCIDENT_BODY, KEY, VAULT, NOTICE, NOTICE_BODY, STATEMENTS };

static const char *const sql[STATEMENTS] = {
    [JOURNAL] = "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [INCIDENT] = "INSERT INTO incident VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [INCIDENT_BODY] = "UPDATE incident SET body = ?6 WHERE id = ?1",
    [KEY] = "INSERT INTO key VALUES (?1, ?2, ?3, ?4, ?5)",
    [VAULT] = "INSERT INTO vault VALUES (?1, ?2)",
    [NOTICE] = "INSERT INTO notice VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [NOTICE_BODY] = "UPDATE notice SET state = ?5, body = ?6 WHERE id = ?1",
};

struct target {
    struct bare *b;
    sqlite3_stmt *stmts[STATEMENTS];
};

static void write_row(struct target *t, int statement, const struct rows *r, size_t row)
{
    sqlite3_stmt *stmt = t->stmts[statement];
    int parameters = sqlite3_bind_parameter_count(stmt);
    for (int c = 0; c < parameters && c < r->columns; c++)
        sqlite3_bind_value(stmt, c + 1, cell(r, row, c));
    check(t->b->to, sqlite3_step(stmt), sql[statement]);
    sqlite3_reset(stmt);
    t->b->rows++;
    t->b->in_group++;
}

/* What Muster writes beside a record of this kind. */
static void write_beside(struct target *t, const char *kind, size_t n)
{
    struct bare *b = t->b;
    if (strcmp(kind, "incident_opened") == 0) {
        write_row(t, INCIDENT, &b->incident, n);
        write_row(t, KEY, &b->key, n);
        write_row(t, VAULT, &b->vault, n);
    } else if (strcmp(kind, "notice_queued") == 0) {
        write_row(t, INCIDENT_BODY, &b->incident, n);
        write_row(t, NOTICE, &b->notice, n);
    } else if (strcmp(kind, "notice_sent") == 0) {
        write_row(t, INCIDENT_BODY, &b->incident, n);
        write_row(t, NOTICE_BODY, &b->notice, n);
    }
}

static void commit(struct bare *b, bool again)
{
    run(b->to, "COMMIT");
    b->commits++;
    b->in_group = 0;
    if (again)
        run(b->to, "BEGIN IMMEDIATE");
}

static void write_all(struct bare *b)
{
    struct target t = {.b = b};
    for (int s = 0; s < STATEMENTS; s++)
        check(b->to, sqlite3_prepare_v2(b->to, sql[s], -1, &t.stmts[s], NULL), sql[s]);
    run(b->to, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < b->journal.count; i++) {
        write_row(&t, JOURNAL, &b->journal, i);
        if (b->projections)
            write_beside(&t, (const char *)sqlite3_value_text(cell(&b->journal, i, 3)),
                         (size_t)sqlite3_value_int64(cell(&b->journal, i, 7)));
        if (b->in_group >= b->group)
            commit(b, true);
    }
    commit(b, false);
    for (int s = 0; s < STATEMENTS; s++)
        sqlite3_finalize(t.stmts[s]);
}

static void schema_run(sqlite3 *db, const char *folder)
{
    char pattern[PATH_MAX];
    glob_t files;
    snprintf(pattern, sizeof pattern, "%s/*.sql", folder);
    errno = 0;
    if (glob(pattern, 0, NULL, &files) != 0)
        die(pattern);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        static char text[65536];
        FILE *file = fopen(files.gl_pathv[i], "r");
        size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
        if (!len)
            die(files.gl_pathv[i]);
        text[len] = '\0';
        fclose(file);
        run(db, text);
    }
    globfree(&files);
}

static void target_open(struct bare *b, const char *path, const char *schema)
{
    check(b->to, sqlite3_open(path, &b->to), path);
    run(b->to, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0");
    check(b->to, sqlite3_wal_autocheckpoint(b->to, CHECKPOINT_PAGES), "wal_autocheckpoint");
    schema_run(b->to, schema);
}

int main(int argc, char **argv)
{
    struct bare b = {0};
    if (argc != 6) {
        fprintf(stderr, "usage: bare_sqlite FROM TO SCHEMA ROWS_A_COMMIT journal|all\n");
        return 2;
    }
    check(b.from, sqlite3_open_v2(argv[1], &b.from, SQLITE_OPEN_READONLY, NULL), argv[1]);
    b.group = number(argv[4], 1, 100000);
    b.projections = strcmp(argv[5], "all") == 0;
    read_all(&b);
    target_open(&b, argv[2], argv[3]);
    int64_t begun = clock_us(CLOCK_MONOTONIC);
    write_all(&b);
    int64_t took = clock_us(CLOCK_MONOTONIC) - begun;
    printf("{\"triggers\":%zu,\"rows\":%ld,\"commits\":%ld,\"seconds\":%.6f}\n", b.incident.count,
           b.rows, b.commits, (double)took / 1e6);
    sqlite3_close(b.to);
    sqlite3_close(b.from);
    return 0;
}
