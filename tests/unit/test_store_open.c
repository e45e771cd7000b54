/* Opening: every reason not to start is said plainly, and nothing that is refused is touched. */
#include "store/ballast.h"
#include "store/open.h"
#include "store/schema.h"
#include "storekit.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* It is refused so, and the sentence says these words. */
static void check_refused(struct kit *k, enum err expected, const char *words)
{
    struct why why = {""};
    enum err e = kit_try_open(k, &why);
    if (e != expected || !strstr(why.text, words))
        fail_msg("%s: \"%s\", and not %s with \"%s\"", err_name(e), why.text, err_name(expected),
                 words);
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* It holds contacts and keys: nobody else may read it, whatever the umask is. */
static void a_new_file_is_ours_alone(void **state)
{
    struct kit *k = *state;
    struct stat st;
    mode_t before = umask(0);
    kit_open(k);
    kit_append_records(k, 1, 1);
    kit_wait(k);
    umask(before);
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    AUTO_TEXT(wal);
    text_addf(&wal, "%s-wal", k->path);
    assert_int_equal(stat(text_str(&wal), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_missing_folder_is_named(void **state)
{
    struct kit *k = *state;
    snprintf(k->path, sizeof(k->path), "%s/none/muster.db", k->folder);
    check_refused(k, ERR_IO, "mkdir -p");
    snprintf(k->path, sizeof(k->path), "%s", k->folder);
    check_refused(k, ERR_IO, k->folder);
    snprintf(k->path, sizeof(k->path), "/dev/null/muster.db");
    check_refused(k, ERR_IO, "/dev/null");
}

static void what_may_not_be_written_is_named(void **state)
{
    struct kit *k = *state;
    if (geteuid() == 0) {
        print_message("root may write anywhere: not tried\n");
        skip();
    }
    assert_int_equal(chmod(k->folder, 0500), 0);
    check_refused(k, ERR_IO, "cannot be written");
    assert_int_equal(chmod(k->folder, 0700), 0);
    write_file(k->path, "", 0);
    assert_int_equal(chmod(k->path, 0400), 0);
    check_refused(k, ERR_IO, "cannot be opened for writing");
}

static void a_foreign_file_is_refused_and_left_as_it_is(void **state)
{
    struct kit *k = *state;
    static const char words[] = "this is a letter to the mayor, and no database at all .........";
    write_file(k->path, words, sizeof(words));
    check_refused(k, ERR_CORRUPT, "is not a database");
    struct stat st;
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_size, sizeof(words));

    assert_int_equal(unlink(k->path), 0);
    kit_sql(k, "CREATE TABLE songs (title TEXT)");
    check_refused(k, ERR_CORRUPT, "not one of Muster");
    kit_sql(k, "SELECT title FROM songs; DROP TABLE songs; PRAGMA application_id=77");
    check_refused(k, ERR_CORRUPT, "not one of Muster");
}

static void a_newer_file_is_refused(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_stop(k);
    kit_sql(k, "PRAGMA user_version=99");
    check_refused(k, ERR_NEWER, "newer");
    struct store_verdict verdict;
    struct why why = {""};
    assert_int_equal(journal_verify(k->path, NULL, &verdict, &why), ERR_NEWER);
}

static void a_locked_file_is_refused(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_stop(k);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(k->path, &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL),
        SQLITE_OK);
    check_refused(k, ERR_CONFLICT, "locked by another program");
    sqlite3_close(other);
    kit_open(k);
}

/* A reader that does not end would leave recovered rows in a log that nobody has synced. */
static void no_start_without_the_checkpoint(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append_records(k, 1, 3);
    kit_stop(k);

    sqlite3 *reader = NULL;
    assert_int_equal(sqlite3_open(k->path, &reader), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "UPDATE mark SET gen = 2", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM journal", NULL, NULL, NULL),
                     SQLITE_OK);
    check_refused(k, ERR_CONFLICT, "making what was recovered durable");
    sqlite3_close(reader);
    kit_open(k);
    assert_int_equal(store_last_seq(k->store), 3);
}

static void flip(const char *path, off_t at)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    unsigned char b = 0;
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= 0x10;
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    close(fd);
}

/* After a stop that was not clean the file is looked at as a whole. */
static void a_damaged_file_is_refused_after_a_crash(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    for (int i = 0; i < 200; i++)
        kit_append_records(k, i, 5);
    kit_stop(k);
    kit_sql(k, "UPDATE mark SET clean = 0; PRAGMA wal_checkpoint(TRUNCATE)");
    kit_open(k); /* nothing is wrong yet */
    assert_false(store_was_clean(k->store));
    kit_stop(k);

    kit_sql(k, "UPDATE mark SET clean = 0");
    kit_sql(k, "UPDATE journal SET body = replace(body, '\"n\":990', '\"n\":999') WHERE seq = 990");
    check_refused(k, ERR_CORRUPT, "seq 990");
    kit_sql(k, "UPDATE journal SET body = replace(body, '\"n\":999', '\"n\":990') WHERE seq = 990");
    kit_open(k);
    kit_append_records(k, 300, 1);
    kit_stop(k);

    kit_sql(k, "UPDATE mark SET clean = 0");
    struct stat st;
    assert_int_equal(stat(k->path, &st), 0);
    flip(k->path, 4096 * 3 + 3); /* the number of cells of a page: its structure */
    check_refused(k, ERR_CORRUPT, "last backup");
}

/* ---- migrations ---- */

static const char *const two_steps[] = {
    "CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1)",
    "ALTER TABLE t ADD COLUMN b TEXT; UPDATE t SET b = 'two'",
};
static const struct schema one = {.steps = two_steps, .newest = 1};
static const struct schema two = {.steps = two_steps, .newest = 2};

static enum err migrate(struct kit *k, const struct schema *schema, struct why *why)
{
    sqlite3 *db = NULL;
    int64_t version = 0;
    close(open(k->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    enum err e = db_open(k->path, DB_WRITER, 0, &db, why);
    assert_int_equal(e, ERR_OK);
    e = schema_check(db, k->path, schema, &version, why);
    if (!e)
        e = schema_migrate(db, k->path, schema, version, why);
    db_close(db);
    return e;
}

static int64_t ask_file(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    int64_t value = -1;
    struct why why = {""};
    if (db_open(path, DB_READER, 0, &db, &why) || db_int(db, path, sql, &value, &why))
        fail_msg("%s", why.text);
    db_close(db);
    return value;
}

static void an_older_file_is_brought_forward_after_a_backup(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    char backup[128];
    snprintf(backup, sizeof(backup), "%s.v1.backup", k->path);

    assert_int_equal(migrate(k, &one, &why), ERR_OK);
    assert_int_not_equal(access(backup, F_OK), 0); /* a new file needs none */
    assert_int_equal(migrate(k, &two, &why), ERR_OK);
    assert_int_equal(ask_file(k->path, "PRAGMA user_version"), 2);
    assert_int_equal(ask_file(k->path, "SELECT count(*) FROM t WHERE b = 'two'"), 1);
    assert_int_equal(ask_file(backup, "PRAGMA user_version"), 1);
    assert_int_equal(ask_file(backup, "SELECT count(*) FROM t"), 1);
    assert_int_equal(migrate(k, &one, &why), ERR_NEWER);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    static const char *const bad_steps[] = {"CREATE TABLE t (a INTEGER) STRICT",
                                            "CREATE TABLE u (a INTEGER) STRICT; SELECT nonsense"};
    static const struct schema bad = {.steps = bad_steps, .newest = 2};
    struct kit *k = *state;
    struct why why = {""};
    assert_int_equal(migrate(k, &one, &why), ERR_OK);
    assert_int_not_equal(migrate(k, &bad, &why), ERR_OK);
    assert_non_null(strstr(why.text, "from schema 1 to 2"));
    assert_int_equal(ask_file(k->path, "PRAGMA user_version"), 1);
    assert_int_equal(ask_file(k->path, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'"), 0);
}

static void on_contact(void *ctx, const struct store_contact *c)
{
    text_addf(ctx, "%s %s %s\n", c->person, c->endpoint, c->value);
}

static void on_secret(void *ctx, const struct store_secret *s)
{
    (void)s;
    ++*(int *)ctx;
}

/* Why: whoever updates must find their contacts and their record, and be able to make keys. */
static void a_file_of_before_there_were_keys_is_brought_forward(void **state)
{
    const struct schema first = {.steps = schema_own.steps, .newest = 1};
    struct kit *k = *state;
    struct why why = {""};
    AUTO_TEXT(contacts);
    int secrets = 0;
    char backup[128];
    snprintf(backup, sizeof(backup), "%s.v1.backup", k->path);
    assert_int_equal(migrate(k, &first, &why), ERR_OK);
    kit_sql(k, "INSERT INTO contact VALUES ('li.ming', 'sms', '138')");

    assert_int_equal(kit_try_open(k, &why), ERR_OK);
    assert_int_equal(store_contacts(k->store, on_contact, &contacts, &why), ERR_OK);
    assert_string_equal(text_str(&contacts), "li.ming sms 138\n");
    assert_int_equal(store_secrets(k->store, on_secret, &secrets, &why), ERR_OK);
    assert_int_equal(secrets, 0);
    kit_stop(k);
    assert_int_equal(ask_file(k->path, "PRAGMA user_version"), schema_own.newest);
    assert_int_equal(ask_file(backup, "PRAGMA user_version"), 1);
    assert_int_equal(ask_file(backup, "SELECT count(*) FROM contact"), 1);
}

/* ---- the file's own settings ---- */

static void the_file_says_what_it_is(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_stop(k);
    assert_int_equal(ask_file(k->path, "PRAGMA application_id"), MUSTER_APPLICATION_ID);
    assert_int_equal(ask_file(k->path, "PRAGMA user_version"), schema_own.newest);
    assert_int_equal(ask_file(k->path, "PRAGMA page_size"), 4096);
    assert_int_equal(ask_file(k->path, "SELECT count(*) FROM pragma_table_list "
                                       "WHERE schema = 'main' AND NOT strict AND name NOT LIKE "
                                       "'sqlite%'"),
                     0);
    sqlite3 *db = NULL;
    int64_t full = 0;
    struct why why = {""};
    assert_int_equal(db_open(k->path, DB_WRITER, 0, &db, &why), ERR_OK);
    assert_int_equal(db_int(db, k->path, "PRAGMA synchronous", &full, &why), ERR_OK);
    assert_int_equal(full, 2);
    db_close(db);
}

/* Without room held back, a full disk stops the record. */
static void the_ballast_is_there_and_holds_blocks(void **state)
{
    struct kit *k = *state;
    char path[128];
    struct stat st;
    kit_open(k);
    snprintf(path, sizeof(path), "%s.ballast", k->path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 4 << 20);
    assert_true(st.st_blocks * 512 >= 4 << 20);
    assert_true(ballast_drop(path));
    assert_false(ballast_drop(path));
    assert_false(ballast_make(path, INT64_C(1) << 60)); /* more than any disk */
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_new_file_is_ours_alone),
        T(a_missing_folder_is_named),
        T(what_may_not_be_written_is_named),
        T(a_foreign_file_is_refused_and_left_as_it_is),
        T(a_newer_file_is_refused),
        T(a_locked_file_is_refused),
        T(no_start_without_the_checkpoint),
        T(a_damaged_file_is_refused_after_a_crash),
        T(an_older_file_is_brought_forward_after_a_backup),
        T(a_migration_that_fails_changes_nothing),
        T(a_file_of_before_there_were_keys_is_brought_forward),
        T(the_file_says_what_it_is),
        T(the_ballast_is_there_and_holds_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
