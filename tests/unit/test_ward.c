/* A child that cannot be kept leaves nothing behind: its slot is free for the next try. */
#include "unit.h"
#include "world/ward.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 40, SOCKETS = 2 };

/* Take all descriptors but two: enough for the socketpair, not for the pidfd. */
static int take_all_but_two(int *taken)
{
    int count = 0, fd;
    while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        taken[count++] = fd;
    for (int i = 0; i < SOCKETS; i++)
        close(taken[--count]);
    return count;
}

static void a_child_that_cannot_be_watched_is_reaped_and_its_slot_is_free(void **state)
{
    (void)state;
    int taken[DESCRIPTORS], socket = -1;
    struct ward w;
    struct why why = {0};
    ward_init(&w, CHILD_PLANNER0);
    assert_int_equal(ward_open(&w, &why), ERR_OK);
    int lock = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = DESCRIPTORS;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int count = take_all_but_two(taken);

    const struct spawn how = {.lock = lock};
    assert_int_equal(ward_spawn(&w, &how, 1, &socket, &why), ERR_IO);
    assert_non_null(strstr(why.text, "pidfd_open"));
    assert_int_equal(w.pid, 0);
    assert_int_equal(w.pidfd, -1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);

    while (count > 0)
        close(taken[--count]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(lock);
    ward_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_that_cannot_be_watched_is_reaped_and_its_slot_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
