/*
 * A purge destroys the key of an incident: afterwards it is in no page of the file and of its log,
 * wherever SQLite may have moved things; and a kill -9 in the middle leaves all or nothing.
 */
#include "store/schema.h"
#include "store/seal.h"
#include "storekit.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INCIDENTS = 700, PURGED = 300 };

static int setup(void **state)
{
    struct kit *k = mem_new(1, sizeof(*k));
    kit_init(k, NULL);
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    kit_done(*state);
    free(*state);
    return 0;
}

/* The key of an incident as it stands in the vault; false: there is no row of it. */
static bool key_of(const struct kit *k, struct uuid incident, uint8_t ret[SEAL_KEY_BYTES])
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open_v2(k->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT key FROM vault WHERE incident = ?1", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_blob(stmt, 1, incident.b, sizeof incident.b, SQLITE_STATIC);
    bool there = sqlite3_step(stmt) == SQLITE_ROW;
    if (there) {
        assert_int_equal(sqlite3_column_bytes(stmt, 0), SEAL_KEY_BYTES);
        memcpy(ret, sqlite3_column_blob(stmt, 0), SEAL_KEY_BYTES);
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return there;
}

static bool holds(const char *path, const void *needle, size_t len)
{
    AUTO_TEXT(bytes);
    char buf[65536];
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    for (size_t n; (n = fread(buf, 1, sizeof(buf), f)) > 0;)
        text_add_bytes(&bytes, buf, n);
    fclose(f);
    return bytes.len && memmem(bytes.at, bytes.len, needle, len);
}

static bool file_or_log_holds(const struct kit *k, const void *needle, size_t len)
{
    AUTO_TEXT(wal);
    text_addf(&wal, "%s-wal", k->path);
    return holds(k->path, needle, len) || holds(text_str(&wal), needle, len);
}

static void append_purge(struct kit *k, int incident)
{
    struct record *r = kit_record(k, REC_PURGED, kit_uuid(incident), NULL);
    kit_append(k, &r, 1, NULL, 0);
}

/* Many incidents, in no order of their ids, so that pages split. */
static void write_many(struct kit *k)
{
    for (int i = 0; i < INCIDENTS; i++) {
        int number = (i * 37) % INCIDENTS;
        kit_append(k,
                   (struct record *[]){
                       kit_record(k, REC_INCIDENT_OPENED, kit_uuid(number), "李明"),
                       kit_record(k, REC_NOTICE_QUEUED, kit_uuid(number), "13800000000"),
                   },
                   2,
                   (struct row[]){kit_incident_row(number, "closed", false, "7号站"),
                                  kit_notice_row(100000 + number, number, false)},
                   2);
    }
    kit_wait(k);
}

static void count_purged(const struct kit *k, int64_t *ret_records, int64_t *ret_purged)
{
    struct store_verdict v;
    struct why why = {""};
    if (journal_verify(k->path, NULL, &v, &why))
        fail_msg("%s", why.text);
    *ret_records = v.rows;
    *ret_purged = v.purged;
}

static void no_page_keeps_a_key_that_was_destroyed(void **state)
{
    struct kit *k = *state;
    uint8_t key[SEAL_KEY_BYTES], other[SEAL_KEY_BYTES];
    int64_t records, purged;
    kit_open(k);
    write_many(k);
    assert_true(key_of(k, kit_uuid(PURGED), key));
    assert_true(key_of(k, kit_uuid(PURGED + 1), other));
    assert_true(file_or_log_holds(k, key, sizeof key));

    append_purge(k, PURGED);
    kit_wait(k);
    /* at once, while the daemon runs: whoever was told that it is gone may take the file */
    assert_false(file_or_log_holds(k, key, sizeof key));
    assert_false(key_of(k, kit_uuid(PURGED), key));
    assert_true(file_or_log_holds(k, other, sizeof other));
    count_purged(k, &records, &purged);
    assert_int_equal(records, 2 * INCIDENTS + 1);
    assert_int_equal(purged, 2);
    kit_stop(k);
    assert_false(file_or_log_holds(k, key, sizeof key));
}

/* Pages that become free, and rows that move when pages are joined, are where copies would be. */
static void nor_when_nearly_all_are_destroyed(void **state)
{
    struct kit *k = *state;
    uint8_t keys[INCIDENTS][SEAL_KEY_BYTES];
    kit_open(k);
    write_many(k);
    for (int i = 0; i < INCIDENTS; i++)
        assert_true(key_of(k, kit_uuid(i), keys[i]));
    for (int i = 0; i < INCIDENTS; i++)
        if (i % 9 != 0)
            append_purge(k, (i * 101) % INCIDENTS);
    kit_wait(k);
    kit_stop(k);
    for (int i = 0; i < INCIDENTS; i++) {
        uint8_t now[SEAL_KEY_BYTES];
        bool kept = key_of(k, kit_uuid(i), now);
        assert_int_equal(file_or_log_holds(k, keys[i], sizeof keys[i]), kept);
    }
    kit_verify(k);
}

/* Why: people look at what is left, and nothing of it may fail. */
static void what_is_left_says_that_it_was_purged(void **state)
{
    struct kit *k = *state;
    struct answer a;
    kit_open(k);
    write_many(k);
    append_purge(k, PURGED);
    kit_wait(k);
    kit_query(k, &(struct query){.kind = QUERY_INCIDENT, .incident = kit_uuid(PURGED)}, &a);
    assert_int_equal(a.result.rows_count, 1);
    assert_null(a.result.rows[0].body);
    assert_string_equal(a.result.rows[0].state, "closed");
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_NOTICES, .incident = kit_uuid(PURGED)}, &a);
    assert_int_equal(a.result.rows_count, 1);
    assert_null(a.result.rows[0].body);
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_TIMELINE, .incident = kit_uuid(PURGED)}, &a);
    assert_int_equal(a.result.records_count, 3);
    assert_true(a.result.records[0]->purged);
    assert_null(a.result.records[1]->sealed);
    assert_int_equal(a.result.records[2]->kind, REC_PURGED);
    assert_false(a.result.records[2]->purged);
    answer_done(&a);

    /* a late record gets no new key, in this life and in the next */
    for (int life = 0; life < 2; life++) {
        struct record *late = kit_record(k, REC_ANSWER_NOTED, kit_uuid(PURGED), "SECRETWORD");
        kit_append(k, &late, 1, (struct row[]){kit_incident_row(PURGED, "closed", false, "SECRET")},
                   1);
        kit_wait(k);
        kit_query(k, &(struct query){.kind = QUERY_INCIDENT, .incident = kit_uuid(PURGED)}, &a);
        assert_null(a.result.rows[0].body);
        answer_done(&a);
        kit_stop(k);
        kit_open(k);
    }
    /* a second purge of what has no key any more is a record and no more */
    append_purge(k, PURGED);
    append_purge(k, INCIDENTS + 1);
    kit_wait(k);
    kit_stop(k);
    kit_verify(k);
}

static bool line_take(void *ctx, const char *line, size_t len)
{
    text_add_bytes(ctx, line, len);
    return true;
}

static void an_export_opens_what_can_be_opened_and_says_what_cannot(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    AUTO_TEXT(lines);
    AUTO_TEXT(one);
    kit_open(k);
    kit_append_records(k, 1, 3);
    kit_append_records(k, 2, 600); /* more than one transaction */
    append_purge(k, 1);
    kit_wait(k); /* it runs beside the daemon */
    struct export_options all = {.after = 2};
    assert_int_equal(journal_export(k->path, &all, line_take, &lines, &why), ERR_OK);
    size_t count = 0;
    for (const char *at = text_str(&lines), *end; (end = strchr(at, '\n')); at = end + 1) {
        AUTO_JSON(row);
        assert_int_equal(json_read_own(at, (size_t)(end - at), &row, &why), ERR_OK);
        assert_int_equal(json_int(row, "seq", 0), (int64_t)count + 3);
        assert_int_equal(strlen(json_str(row, "chain")), 64);
        if (count == 0) {
            assert_true(json_bool(row, "purged"));
            assert_null(json_at(row, "sealed"));
        } else if (count <= 600) {
            assert_null(json_at(row, "purged"));
            assert_string_equal(json_str(json_at(row, "sealed"), "name"), "李明, 13800000000");
        }
        count++;
    }
    assert_int_equal(count, 602);

    struct export_options of_one = {.incident = kit_uuid(1)};
    assert_int_equal(journal_export(k->path, &of_one, line_take, &one, &why), ERR_OK);
    count = 0;
    for (const char *at = text_str(&one); (at = strchr(at, '\n')); at++)
        count++;
    assert_int_equal(count, 4);
    assert_non_null(strstr(text_str(&one), "\"kind\":\"purged\""));
}

/* Why: what was copied before a purge is out of its reach; people must be told where it is. */
static void copies_that_a_migration_has_left_are_known(void **state)
{
    struct kit *k = *state;
    AUTO_TEXT(backup);
    AUTO_TEXT(found);
    assert_false(schema_backups(k->path, &found));
    text_addf(&backup, "%s.v1.backup", k->path);
    close(open(text_str(&backup), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    assert_true(schema_backups(k->path, &found));
    assert_string_equal(text_str(&found), text_str(&backup));
}

/* ---- kill -9 ---- */

static void part_play(struct kit *k, const char *part)
{
    (void)part;
    kit_open(k);
    write_many(k);
    append_purge(k, PURGED);
    kit_wait(k);
}

static void kill_at(struct kit *k, const char *point)
{
    AUTO_TEXT(printed);
    AUTO_TEXT(spec);
    text_addf(&spec, "MUSTER_CRASH=%s", point);
    const char *env[] = {text_str(&spec), NULL};
    int status = kit_part_run("purge", k->folder, env, &printed);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("%s ended with %#x", point, (unsigned)status);
}

/* Why: a key that is gone without its record, or the other way round, could not be explained. */
static void a_kill_before_the_commit_leaves_the_key_and_no_record(void **state)
{
    struct kit *k = *state;
    uint8_t key[SEAL_KEY_BYTES];
    int64_t records, purged;
    kill_at(k, "store.purging");
    kit_open(k);
    count_purged(k, &records, &purged);
    assert_int_equal(records, 2 * INCIDENTS);
    assert_int_equal(purged, 0);
    assert_true(key_of(k, kit_uuid(PURGED), key));
    append_purge(k, PURGED);
    kit_wait(k);
    assert_false(file_or_log_holds(k, key, sizeof key));
}

/* The log still held the key: it is emptied before the next start does anything else. */
static void a_kill_after_the_commit_leaves_the_record_and_no_key(void **state)
{
    struct kit *k = *state;
    uint8_t key[SEAL_KEY_BYTES];
    int64_t records, purged;
    kill_at(k, "store.purged");
    kit_open(k);
    count_purged(k, &records, &purged);
    assert_int_equal(records, 2 * INCIDENTS + 1);
    assert_int_equal(purged, 2);
    assert_false(key_of(k, kit_uuid(PURGED), key));
    AUTO_TEXT(wal);
    text_addf(&wal, "%s-wal", k->path);
    FILE *f = fopen(text_str(&wal), "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    assert_true(ftell(f) < 64 * 1024); /* what the start itself has written, and no more */
    fclose(f);
}

int main(void)
{
    if (kit_part())
        return kit_part_main(part_play);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(no_page_keeps_a_key_that_was_destroyed),
        T(nor_when_nearly_all_are_destroyed),
        T(what_is_left_says_that_it_was_purged),
        T(an_export_opens_what_can_be_opened_and_says_what_cannot),
        T(copies_that_a_migration_has_left_are_known),
        T(a_kill_before_the_commit_leaves_the_key_and_no_record),
        T(a_kill_after_the_commit_leaves_the_record_and_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
