/*
 * kill -9 at every named point of the store: what was said to be durable is there, the chain holds,
 * and the next life goes on. (That it is on the disk, too, and not only in the page cache:
 * test_store_sync.)
 */
#include "storekit.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the part: writes for ever, and prints what is durable ---- */

static void part_play(struct kit *k, const char *part)
{
    (void)part;
    kit_open(k);
    int first = (int)store_last_seq(k->store);
    for (int i = first; i - first < 5000; i++) {
        struct row rows[] = {kit_incident_row(i, "open", true, "a title"),
                             kit_notice_row(1000000 + i, i, true)};
        struct record *records[] = {
            kit_record(k, REC_INCIDENT_OPENED, kit_uuid(i), "李明"),
            kit_record(k, REC_NOTICE_QUEUED, kit_uuid(i), "13800000000"),
        };
        kit_append(k, records, 2, rows, 2);
        if (i % 3 == 0) {
            kit_wait(k);
            dprintf(STDOUT_FILENO, "%ld\n", (long)k->durable_seq);
        }
    }
    fail_msg("the point was never reached");
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

/* Killed there; gives what was durable by then. */
static int64_t killed_at(struct kit *k, const char *point, int hit)
{
    AUTO_TEXT(printed);
    AUTO_TEXT(spec);
    text_addf(&spec, "MUSTER_CRASH=%s:%d", point, hit);
    const char *env[] = {text_str(&spec), NULL};
    int status = kit_part_run("writer", k->folder, env, &printed);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("%s:%d ended with %#x", point, hit, (unsigned)status);
    return last_number(&printed);
}

struct count {
    int incidents, notices;
};

static void count_row(void *ctx, const struct row *row)
{
    struct count *c = ctx;
    c->incidents += row->kind == ROW_INCIDENT;
    c->notices += row->kind == ROW_NOTICE;
}

/* Journal and projections are of one piece: two records and two rows a batch, all or none. */
static void check_whole(struct kit *k, int64_t durable)
{
    struct why why = {""};
    struct count count = {0};
    if (kit_try_open(k, &why) || store_load(k->store, count_row, &count, &why))
        fail_msg("%s", why.text);
    int64_t last = store_last_seq(k->store);
    assert_true(last >= durable);
    assert_int_equal(last % 2, 0);
    assert_int_equal(count.notices, last / 2);
    kit_stop(k);
    assert_int_equal(kit_verify(k).rows, last);
}

static void check_point(void **state, const char *point, const int *hits, size_t hits_count)
{
    struct kit *k = *state;
    int64_t found = 0;
    for (size_t i = 0; i < hits_count; i++) {
        int64_t durable = killed_at(k, point, hits[i]);
        assert_true(durable == 0 || durable > found);
        check_whole(k, durable);
        found = durable > found ? durable : found;
    }
}

#define CHECK(point, ...)                                                                          \
    check_point(state, point, (const int[]){__VA_ARGS__},                                          \
                sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void killed_before_a_batch(void **state)
{
    CHECK("store.before_append", 1, 2, 40);
}

static void killed_inside_a_transaction(void **state)
{
    CHECK("store.after_append", 1, 2, 40);
}

static void killed_between_the_commit_and_its_news(void **state)
{
    CHECK("store.after_commit", 1, 2, 40);
}

static void killed_around_a_checkpoint(void **state)
{
    CHECK("store.checkpoint", 1, 2, 3, 8);
}

/* Before, inside and after the transaction that makes the tables. */
static void killed_in_a_migration(void **state)
{
    for (int hit = 1; hit <= 3; hit++) {
        CHECK("store.migration", hit);
        teardown(state);
        setup(state);
    }
}

int main(void)
{
    if (kit_part())
        return kit_part_main(part_play);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(killed_before_a_batch),
        T(killed_inside_a_transaction),
        T(killed_between_the_commit_and_its_news),
        T(killed_around_a_checkpoint),
        T(killed_in_a_migration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
