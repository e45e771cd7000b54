/* One daemon a data folder, children included. */
#include "base/lock.h"
#include "base/text.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/muster-lock-XXXXXX";

static void say_ready(int fd)
{
    if (write(fd, "x", 1) != 1)
        _exit(9);
}

/* A process that holds the lock, and forks a child that holds it too and writes its pid. */
static pid_t start_holder(pid_t *ret_child)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t holder = fork();
    assert_true(holder >= 0);
    if (holder == 0) {
        int fd = -1;
        if (lock_take(folder, &fd, NULL))
            _exit(8);
        pid_t child = fork();
        if (child == 0) {
            for (;;)
                pause();
        }
        if (write(ready[1], &child, sizeof(child)) != sizeof(child))
            _exit(9);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], ret_child, sizeof(*ret_child)), sizeof(*ret_child));
    close(ready[0]);
    close(ready[1]);
    return holder;
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void a_second_daemon_is_told_who_holds_the_folder(void **state)
{
    (void)state;
    pid_t child = 0;
    pid_t holder = start_holder(&child);
    int fd = -1;
    struct why why;
    AUTO_TEXT(says);
    text_addf(&says, "the data folder %s is in use by process %ld;", folder, (long)holder);
    assert_int_equal(lock_take(folder, &fd, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, text_str(&says)));
    end_process(holder);
    kill(child, SIGKILL);
}

/* kill -9 of the supervisor: its successor waits the moment until its children are gone. */
static void a_successor_waits_for_children_that_are_leaving(void **state)
{
    (void)state;
    pid_t child = 0;
    pid_t holder = start_holder(&child);
    end_process(holder);

    int begun[2];
    assert_int_equal(pipe(begun), 0);
    pid_t successor = fork();
    assert_true(successor >= 0);
    if (successor == 0) {
        int fd = -1;
        say_ready(begun[1]);
        _exit(lock_take(folder, &fd, NULL) ? 1 : 0);
    }
    char x = 0;
    assert_int_equal(read(begun[0], &x, 1), 1);
    assert_int_equal(waitpid(successor, NULL, WNOHANG), 0);
    kill(child, SIGKILL);
    int status = 0;
    assert_int_equal(waitpid(successor, &status, 0), successor);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(begun[0]);
    close(begun[1]);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    int fd = -1;
    struct why why;
    assert_int_equal(lock_take("/nonexistent", &fd, &why), ERR_IO);
    assert_string_equal(why.text, "data folder /nonexistent: No such file or directory; name "
                                  "another one with --data");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    AUTO_TEXT(path);
    text_addf(&path, "%s/lock", folder);
    unlink(text_str(&path));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_daemon_is_told_who_holds_the_folder),
        cmocka_unit_test(a_successor_waits_for_children_that_are_leaving),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
