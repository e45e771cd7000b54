/*
 * How fast, on this machine: printed, not asserted, as machines differ. A trigger is three journal
 * rows, two of them sealed, and three projections. Beside it: what a bare SQLite program reaches
 * with rows of the same size and the same grouping, no chain, no seals.
 *
 * MUSTER_BENCH_ROWS (default 12,000) makes a longer run.
 */
#include "storekit.h"
#include "unit.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int rows_wanted(void)
{
    const char *rows = getenv("MUSTER_BENCH_ROWS");
    return rows ? (int)strtol(rows, NULL, 10) : 12000;
}

static int setup(void **state)
{
    struct kit *k = mem_new(1, sizeof(*k));
    kit_init(k, NULL);
    k->config.wal_cap_bytes = k->config.ballast_bytes = 0; /* as in earnest */
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    kit_done(*state);
    free(*state);
    return 0;
}

static struct row key_row(int i)
{
    char id[64];
    snprintf(id, sizeof(id), "uid:1000\ngauge-%d", i);
    return (struct row){.kind = ROW_KEY,
                        .id = mem_str(id),
                        .incident = kit_uuid(i),
                        .open = true,
                        .body = json_put_str(json_object(), "hash", "0123456789abcdef")};
}

/* The six rows of a trigger, at the given places. */
static void trigger_make(struct kit *k, int i, struct record **records, struct row *rows)
{
    records[0] = kit_record(k, REC_INCIDENT_OPENED, kit_uuid(i), "Gauge 7 over warning 水位超警");
    records[1] = kit_record(k, REC_TURN, kit_uuid(i), NULL);
    records[2] = kit_record(k, REC_NOTICE_QUEUED, kit_uuid(i), "李明: 七号水位站超过警戒水位");
    json_put(records[1]->body, "cmds",
             json_pack("[{s:s,s:s,s:{s:[s],s:i}}]", "kind", "call", "step", "0.1", "args", "to",
                       "duty:duty-room", "within_ms", 300000));
    rows[0] = kit_incident_row(i, "open", true, "Gauge 7 over warning 水位超警");
    rows[1] = kit_notice_row(10000000 + i, i, true);
    rows[2] = key_row(i);
}

/* Rows a second with so many triggers a batch; with wait, each batch is waited for. */
static double measure(struct kit *k, int batch, bool wait)
{
    struct record **records = mem_new((size_t)batch * 3, sizeof(struct record *));
    struct row *rows = mem_new((size_t)batch * 3, sizeof(struct row));
    int done = 0, first = (int)store_last_seq(k->store) + 1;
    double start = now_s();
    for (; done * 6 < rows_wanted(); done += batch) {
        for (int b = 0; b < batch; b++)
            trigger_make(k, first + done + b, records + (size_t)b * 3, rows + (size_t)b * 3);
        kit_append(k, records, (size_t)batch * 3, rows, (size_t)batch * 3);
        if (wait)
            kit_wait(k);
    }
    kit_wait(k);
    double took = now_s() - start;
    free(records);
    free(rows);
    return done * 6 / took;
}

static void print_run(struct kit *k, const char *name, int batch, bool wait)
{
    kit_open(k);
    struct store_stats before = store_stats(k->store);
    double rate = measure(k, batch, wait);
    struct store_stats after = store_stats(k->store);
    print_message("# %-36s %8.0f rows/s, %7.0f triggers/s, commit mean %.2f ms, max %.1f ms\n",
                  name, rate, rate / 6,
                  (double)(after.commit_times.sum_us - before.commit_times.sum_us) / 1000.0 /
                      (double)(after.commits - before.commits),
                  (double)after.commit_us_max / 1000.0);
    kit_stop(k);
}

static void rows_a_second(void **state)
{
    struct kit *k = *state;
    print_run(k, "1 trigger a batch, each waited for", 1, true);
    print_run(k, "100 triggers a batch, waited for", 100, true);
    print_run(k, "1 trigger a batch, as fast as it goes", 1, false);
    kit_open(k);
    double start = now_s();
    kit_stop(k);
    print_message("# stop: %.1f ms\n", (now_s() - start) * 1000);
}

static void count_row(void *ctx, const struct row *row)
{
    (void)row;
    ++*(int *)ctx;
}

static void rows_loaded_a_second(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    int count = 0;
    kit_open(k);
    measure(k, 100, false);
    kit_stop(k);
    double start = now_s();
    if (kit_try_open(k, &why))
        fail_msg("%s", why.text);
    double opened = now_s();
    if (store_load(k->store, count_row, &count, &why))
        fail_msg("%s", why.text);
    print_message("# open: %.1f ms; load: %.0f rows/s\n", (opened - start) * 1000,
                  count / (now_s() - opened));
}

/* ---- a bare SQLite program ---- */

static void bare(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void bare_row(sqlite3_stmt *stmt, int64_t seq, struct uuid id, const char *body)
{
    sqlite3_bind_int64(stmt, 1, seq);
    sqlite3_bind_blob(stmt, 2, id.b, 16, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, body, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_reset(stmt);
}

static void a_bare_program_for_comparison(void **state)
{
    enum { GROUP = 100, BODY = 300 };
    struct kit *k = *state;
    sqlite3 *db = NULL;
    sqlite3_stmt *journal = NULL, *object = NULL;
    char body[BODY + 1];
    memset(body, 'x', BODY);
    body[BODY] = '\0';
    assert_int_equal(sqlite3_open(k->path, &db), SQLITE_OK);
    bare(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
             "CREATE TABLE journal (seq INTEGER PRIMARY KEY, incident BLOB, body TEXT);"
             "CREATE INDEX journal_incident ON journal (incident);"
             "CREATE TABLE object (n INTEGER, id BLOB PRIMARY KEY, body TEXT)");
    sqlite3_prepare_v2(db, "INSERT INTO journal VALUES (?1, ?2, ?3)", -1, &journal, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO object VALUES (?1, ?2, ?3)", -1, &object, NULL);
    int64_t seq = 0, rows = 0;
    double start = now_s();
    for (int i = 0; rows < rows_wanted();) {
        bare(db, "BEGIN IMMEDIATE");
        for (int g = 0; g < GROUP; g++, i++, rows += 6) {
            for (int r = 0; r < 3; r++)
                bare_row(journal, ++seq, kit_uuid(i), body);
            for (int r = 0; r < 3; r++)
                bare_row(object, 0, kit_uuid(10000000 * r + i), body);
        }
        bare(db, "COMMIT");
    }
    print_message("# %-36s %8.0f rows/s\n", "bare SQLite, 100 triggers a batch",
                  (double)rows / (now_s() - start));
    sqlite3_finalize(journal);
    sqlite3_finalize(object);
    sqlite3_close(db);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(rows_a_second),
        T(rows_loaded_a_second),
        T(a_bare_program_for_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
