/*
 * Durable means synced: a disk that is slow or fails, by a library in front of libc (preload/
 * slowsync). The test starts itself again with it; MUSTER_TEST_PART names the part to play.
 */
#include "storekit.h"
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the parts: in a process with slowsync before libc ---- */

typedef void hold_fn(int on);

static void *slowsync(const char *name)
{
    void *at = dlsym(RTLD_DEFAULT, name);
    assert_non_null(at);
    return at;
}

static int syncs(const char *name)
{
    return __atomic_load_n((int *)slowsync(name), __ATOMIC_SEQ_CST);
}

static void hold(int on)
{
    union {
        void *object;
        hold_fn *function;
    } u = {.object = slowsync("slowsync_hold")};
    u.function(on);
}

static void until_a_sync_has_begun(int before)
{
    for (int i = 0; i < 10000 && syncs("slowsync_begun") == before; i++)
        usleep(1000);
    assert_true(syncs("slowsync_begun") > before);
}

/* While the sync of the first batch does not return, nothing is durable, whatever else comes. */
static void part_held(struct kit *k)
{
    kit_open(k);
    int begun = syncs("slowsync_begun"), done = syncs("slowsync_done");
    hold(1);
    kit_append_records(k, 1, 3);
    until_a_sync_has_begun(begun);
    kit_append_records(k, 2, 3);
    kit_append_records(k, 3, 3);
    for (int i = 0; i < 100; i++)
        store_poll(k->store);
    assert_int_equal(k->durable_calls, 0);
    assert_int_equal(syncs("slowsync_done"), done);

    hold(0);
    kit_wait(k);
    assert_int_equal(k->durable_seq, 9);
    assert_true(syncs("slowsync_done") >= done + 2);
    /* the two that collected meanwhile shared a commit */
    assert_int_equal(store_stats(k->store).commits, 2);
}

/* Every durable() has a sync of its own behind it. */
static void part_counted(struct kit *k)
{
    kit_open(k);
    int done = syncs("slowsync_done");
    for (int i = 0; i < 50; i++) {
        kit_append_records(k, i, 2);
        kit_wait(k);
        assert_true(syncs("slowsync_done") > done);
        done = syncs("slowsync_done");
    }
}

/* The commit before the failing one is answered, the failing one never: the process is gone. */
static void part_failing(struct kit *k)
{
    struct why why = {""};
    if (kit_try_open(k, &why)) {
        assert_non_null(strstr(why.text, "look at the disk"));
        exit(3);
    }
    store_start(k->store);
    for (int i = 0; i < 100; i++) {
        kit_append_records(k, i, 2);
        kit_wait(k);
        dprintf(STDOUT_FILENO, "%d\n", (int)k->durable_seq);
    }
}

static void take_head(void *ctx, const struct store_head *head)
{
    *(struct store_head *)ctx = *head;
}

/* Where the heads of a kit are kept: beside its folder. */
static void heads_path(const struct kit *k, struct text *to)
{
    text_addf(to, "%s.heads", k->folder);
}

/* The sync of a head does not return: the record goes on, and the stop comes to its end. */
static void part_far(struct kit *k)
{
    AUTO_TEXT(heads);
    struct store_head head = {.gen = -1};
    heads_path(k, &heads);
    k->config.head_path = text_str(&heads);
    kit_open(k);
    hold(1);
    int begun = syncs("slowsync_begun");
    kit_append_records(k, 1, 3);
    until_a_sync_has_begun(begun);
    for (int i = 0; i < STORE_HEAD_EVERY_ROWS; i++)
        kit_append_records(k, 2 + i, 2);
    kit_wait(k);
    store_head(k->store, take_head, &head);
    store_poll(k->store);
    assert_int_equal(head.gen, -1);
    kit_stop(k);
    assert_int_equal(head.err, ERR_UNREACHABLE); /* whoever asked has a reply */
}

static void part_play(struct kit *k, const char *part)
{
    if (strcmp(part, "held") == 0)
        part_held(k);
    else if (strcmp(part, "counted") == 0)
        part_counted(k);
    else if (strcmp(part, "far") == 0)
        part_far(k);
    else
        part_failing(k);
}

/* ---- the test's side ---- */

/* LD_PRELOAD=…/out/tests/preload/slowsync.so; this program is out/tests/unit/test_store_sync. */
static void preload_variable(struct text *to)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(len > 0);
    self[len] = '\0';
    for (int i = 0; i < 2; i++)
        *strrchr(self, '/') = '\0';
    text_addf(to, "LD_PRELOAD=%s/preload/slowsync.so", self);
    if (access(strchr(text_str(to), '=') + 1, R_OK) != 0)
        fail_msg("%s/preload/slowsync.so is not built: make tests", self);
}

static int part_run(const char *part, const char *folder, const char *more, struct text *printed)
{
    AUTO_TEXT(preload);
    preload_variable(&preload);
    const char *env[] = {text_str(&preload), "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                         more, more ? "SLOWSYNC_FILE=-wal" : NULL, NULL};
    return kit_part_run(part, folder, env, printed);
}

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

static void check_part(struct kit *k, const char *name, int64_t rows)
{
    AUTO_TEXT(printed);
    int status = part_run(name, k->folder, NULL, &printed);
    if (status != 0)
        fail_msg("the part %s ended with %#x", name, (unsigned)status);
    assert_int_equal(kit_verify(k).rows, rows);
}

static void nothing_is_durable_before_its_sync_returned(void **state)
{
    check_part(*state, "held", 9);
}

static void every_durable_has_a_sync_behind_it(void **state)
{
    check_part(*state, "counted", 100);
}

/* Why: the second place may be another machine's, and people must be called when that is away. */
static void a_second_place_that_does_not_answer_holds_up_nothing(void **state)
{
    struct kit *k = *state;
    AUTO_TEXT(preload);
    AUTO_TEXT(printed);
    AUTO_TEXT(heads);
    preload_variable(&preload);
    const char *env[] = {text_str(&preload), "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                         "SLOWSYNC_FILE=.heads", NULL};
    int status = kit_part_run("far", k->folder, env, &printed);
    heads_path(k, &heads);
    unlink(text_str(&heads));
    if (status != 0)
        fail_msg("it ended with %#x: %s", (unsigned)status, text_str(&printed));
    assert_int_equal(kit_verify(k).rows, 3 + 2 * STORE_HEAD_EVERY_ROWS);
}

/*
 * After a sync that failed nobody knows what is on the disk: the process ends, and the file, opened
 * again, has at least everything that was answered.
 */
static void a_failing_sync_ends_the_process_and_the_file_is_sane(void **state)
{
    /* of the log's syncs, the first five are those of a new file: then there is no store at all */
    static const char *const fail_at[] = {"SLOWSYNC_FAIL_AT=1", "SLOWSYNC_FAIL_AT=3",
                                          "SLOWSYNC_FAIL_AT=6", "SLOWSYNC_FAIL_AT=11",
                                          "SLOWSYNC_FAIL_AT=30"};
    for (size_t i = 0; i < sizeof(fail_at) / sizeof(*fail_at); i++) {
        struct kit *k = *state;
        AUTO_TEXT(printed);
        int status = part_run("failing", k->folder, fail_at[i], &printed);
        assert_int_not_equal(status, 0);
        if (i >= 2)
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        int64_t answered = last_number(&printed);

        kit_open(k);
        assert_true(store_last_seq(k->store) >= answered);
        assert_true(store_last_seq(k->store) <= answered + 2);
        kit_append_records(k, 999, 2);
        kit_wait(k);
        kit_stop(k);
        kit_verify(k);
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
        T(nothing_is_durable_before_its_sync_returned),
        T(every_durable_has_a_sync_behind_it),
        T(a_second_place_that_does_not_answer_holds_up_nothing),
        T(a_failing_sync_ends_the_process_and_the_file_is_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
