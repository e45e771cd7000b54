/* Crash points: the process dies at the hit that was named, and at no other. */
#include "base/crash.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The signal that ended a child which hit a, b, b; 0 when it came through. */
static int signal_after_hits(const char *spec)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        crash_arm(spec);
        crash_point("test.a");
        crash_point("test.b");
        crash_point("test.b");
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void the_named_hit_kills(void **state)
{
    (void)state;
    assert_int_equal(signal_after_hits("test.a"), SIGKILL);
    assert_int_equal(signal_after_hits("test.b:2"), SIGKILL);
}

static void other_points_and_later_hits_do_nothing(void **state)
{
    (void)state;
    assert_int_equal(signal_after_hits(NULL), 0);
    assert_int_equal(signal_after_hits("test.b:3"), 0);
    assert_int_equal(signal_after_hits("test.c"), 0);
    assert_int_equal(signal_after_hits("test.a:0"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_hit_kills),
        cmocka_unit_test(other_points_and_later_hits_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
