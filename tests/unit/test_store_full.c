/*
 * Room: the log stays below its cap whatever is written and read, and a full disk costs the ballast
 * first and the process last, never a record. The full disk is a small tmpfs in a mount namespace
 * of its own; where that is not allowed the test is skipped.
 */
#include "storekit.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_DISK "no tmpfs can be mounted here"
enum { DISK_MIB = 24 };

static void append_one(struct kit *k, int i)
{
    struct row rows[] = {kit_incident_row(i % 5000, "open", true, "a title of usual length, 水位"),
                         kit_notice_row(1000000 + i, i % 5000, true)};
    struct record *records[] = {
        kit_record(k, REC_INCIDENT_OPENED, kit_uuid(i % 5000), "李明, 13800000000"),
        kit_record(k, REC_NOTICE_QUEUED, kit_uuid(i % 5000), "text of the message"),
        kit_record(k, REC_TURN, kit_uuid(i % 5000), NULL),
    };
    kit_append(k, records, 3, rows, 2);
}

/* ---- parts: inside the namespace ---- */

static char *filler_path(const struct kit *k)
{
    AUTO_TEXT(t);
    text_addf(&t, "%s/filler", k->folder);
    return text_take(&t);
}

/* Somebody else's file that takes all the room there is. */
static void disk_fill(const struct kit *k)
{
    static const char zeros[65536];
    char *path = filler_path(k);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t size = sizeof(zeros); size >= 512;)
        if (write(fd, zeros, size) <= 0)
            size /= 2;
    close(fd);
    free(path);
}

static void disk_free_again(const struct kit *k)
{
    char *path = filler_path(k);
    unlink(path);
    free(path);
}

static void print_durable(const struct kit *k)
{
    dprintf(STDOUT_FILENO, "%ld\n", (long)k->durable_seq);
}

/* Full, goes on with the ballast; room again, the ballast is back. */
static void part_recovers(struct kit *k)
{
    char ballast[128];
    snprintf(ballast, sizeof(ballast), "%s.ballast", k->path);
    kit_open(k);
    for (int i = 0; i < 50; i++)
        append_one(k, i);
    kit_wait(k);
    assert_int_equal(access(ballast, F_OK), 0);
    disk_fill(k);

    int i = 50;
    for (; i < 20000 && k->trouble_on == 0; i++) {
        append_one(k, i);
        kit_wait(k);
    }
    assert_int_equal(k->trouble_on, 1);
    assert_int_not_equal(access(ballast, F_OK), 0);
    assert_true(store_stats(k->store).ballast_in_use);
    for (int more = 0; more < 100; more++)
        append_one(k, i++);
    kit_wait(k);

    disk_free_again(k);
    for (int tries = 0; tries < 100 && k->trouble_off == 0; tries++)
        kit_poll(k, 100);
    assert_int_equal(k->trouble_off, 1);
    assert_int_equal(access(ballast, F_OK), 0);
    kit_stop(k);
    kit_verify(k);
}

/* Full, and full again: the end comes without an answer too many. */
static void part_runs_out(struct kit *k)
{
    kit_open(k);
    append_one(k, 0);
    kit_wait(k);
    disk_fill(k);
    for (int i = 1; i < 100000; i++) {
        append_one(k, i);
        kit_wait(k);
        print_durable(k);
        if (k->trouble_on)
            disk_fill(k);
    }
}

static void check_after_the_end(struct kit *k)
{
    struct why why = {""};
    AUTO_TEXT(printed);
    int status = kit_part_run("runs_out", k->folder, NULL, &printed);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    int64_t durable = last_number(&printed);
    assert_true(durable > 3);

    /* still full: said plainly, and nothing is lost by trying */
    enum err e = kit_try_open(k, &why);
    assert_true(e == ERR_NO_SPACE || e == ERR_OK);
    if (e)
        assert_non_null(strstr(why.text, "the disk is full"));
    kit_stop(k);

    disk_free_again(k);
    kit_open(k);
    assert_true(store_last_seq(k->store) >= durable);
    append_one(k, 7);
    kit_wait(k);
    kit_stop(k);
    kit_verify(k);
}

static void check_fresh_on_full(struct kit *k)
{
    struct why why = {""};
    disk_fill(k);
    assert_int_equal(kit_try_open(k, &why), ERR_NO_SPACE);
    assert_non_null(strstr(why.text, "the disk is full"));
    disk_free_again(k);
    kit_open(k);
    kit_stop(k);
}

/* A small disk of our own, seen by this process and its children only. */
static bool disk_mount(const char *folder)
{
    char options[32];
    snprintf(options, sizeof(options), "size=%dm", DISK_MIB);
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWNS | CLONE_NEWUSER) != 0)
        return false;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("muster", folder, "tmpfs", 0, options) == 0;
}

static void part_play(struct kit *k, const char *part)
{
    if (strcmp(part, "runs_out") == 0) {
        part_runs_out(k);
        return;
    }
    if (!disk_mount(k->folder)) {
        printf(NO_DISK ": %s\n", strerror(errno));
        return;
    }
    if (strcmp(part, "recovers") == 0)
        part_recovers(k);
    else if (strcmp(part, "ends") == 0)
        check_after_the_end(k);
    else
        check_fresh_on_full(k);
}

/* ---- the test's side ---- */

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

static void check_on_a_small_disk(void **state, const char *part)
{
    struct kit *k = *state;
    AUTO_TEXT(printed);
    int status = kit_part_run(part, k->folder, NULL, &printed);
    if (strstr(text_str(&printed), NO_DISK)) {
        print_message("%s\n", strstr(text_str(&printed), NO_DISK));
        skip();
    }
    if (status != 0)
        fail_msg("the part %s ended with %#x: %s", part, (unsigned)status, text_str(&printed));
}

static void a_full_disk_costs_the_ballast_and_no_record(void **state)
{
    check_on_a_small_disk(state, "recovers");
}

static void a_disk_that_stays_full_ends_the_process_and_loses_nothing(void **state)
{
    check_on_a_small_disk(state, "ends");
}

static void a_full_disk_is_said_at_the_first_start(void **state)
{
    check_on_a_small_disk(state, "fresh");
}

/* ---- the log ---- */

static void on_page(void *ctx, const struct query_result *result)
{
    int *open = ctx;
    assert_int_equal(result->err, ERR_OK);
    --*open;
}

/* Readers all the time, and a writer that never pauses: the two together let a log grow. */
static void the_log_stays_below_its_cap(void **state)
{
    static const int64_t caps[] = {STORE_WAL_CAP_BYTES, 1 << 20};
    struct kit *k = *state;
    const struct query q = {.kind = QUERY_EVENTS, .limit = 200};
    int open = 0;
    for (size_t c = 0; c < 2; c++) {
        k->config.wal_cap_bytes = caps[c];
        k->config.ballast_bytes = 4 * caps[c];
        kit_open(k);
        for (int i = 0; i < 6000; i++) {
            append_one(k, i);
            while (open < 4) {
                open++;
                store_port(k->store)->query(store_port(k->store)->ctx, &q, on_page, &open);
            }
            kit_poll(k, 0);
        }
        kit_wait(k);
        struct store_stats stats = store_stats(k->store);
        assert_true(stats.wal_bytes_max > 0);
        assert_true(stats.wal_bytes_max <= caps[c]);
        while (open > 0)
            kit_poll(k, 100);
        kit_stop(k);
    }
}

/* Another program's long read is not ours to end: the record goes on, the log shrinks later. */
static void a_long_read_of_another_program_stops_nothing(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    append_one(k, 0);
    kit_wait(k);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open_v2(k->path, &other, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM journal", NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 1; i < 1000; i++)
        append_one(k, i);
    kit_wait(k);
    assert_true(store_stats(k->store).wal_bytes > k->config.wal_cap_bytes);
    sqlite3_close(other);
    for (int i = 0; i < 300; i++)
        append_one(k, i);
    kit_wait(k);
    assert_true(store_stats(k->store).wal_bytes <= k->config.wal_cap_bytes);
}

int main(void)
{
    if (kit_part())
        return kit_part_main(part_play);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_log_stays_below_its_cap),
        T(a_long_read_of_another_program_stops_nothing),
        T(a_full_disk_costs_the_ballast_and_no_record),
        T(a_disk_that_stays_full_ends_the_process_and_loses_nothing),
        T(a_full_disk_is_said_at_the_first_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
