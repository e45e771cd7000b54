#include "world/spawn.h"

#include "base/text.h"
#include "world/jail.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ARGS_MAX = 64,
    LISTENERS_MAX = 16,
    HIGH_FD = 64, /* above all fixed numbers */
    EXIT_NOT_STARTED = 127,
};

/* ---- the environment ---------------------------------------------------------------------- */

static bool begins_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *variable, const char *const *names)
{
    for (; *names; names++) {
        if (begins_with(variable, *names))
            return true;
    }
    return false;
}

static bool is_passed_on(const struct spawn *s, const char *variable)
{
    static const char *const of_systemd[] = {"NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_", NULL};
    static const char *const of_sanitizers[] = {"ASAN_", "UBSAN_", "TSAN_", "LSAN_",
                                                "GCOV_", "LLVM_",  NULL};
    if (begins_with(variable, "MUSTER_CRASH="))
        return s->crash_points;
    if (s->slot == CHILD_ENGINE)
        return !is_one_of(variable, of_systemd);
    return jail_is_relaxed() && is_one_of(variable, of_sanitizers);
}

/* Gives the array; the strings are borrowed. */
static char **environment_of(const struct spawn *s)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **env = mem_new(count + 1, sizeof(*env));
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_passed_on(s, environ[i]))
            env[kept++] = environ[i];
    }
    return env;
}

/* ---- in the child, before exec ------------------------------------------------------------ */

static _Noreturn void give_up(const char *what)
{
    AUTO_TEXT(line);
    text_addf(&line, "<3>spawn: %s: %s\n", what, strerror(errno));
    if (write(STDERR_FILENO, line.at, line.len) < 0) {
        /* the exit code says it too */
    }
    _exit(EXIT_NOT_STARTED);
}

/* A copy above all fixed numbers, so that putting one in its place covers no other. */
static int lift(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
    if (high < 0)
        give_up("descriptors");
    return high;
}

static void settle(int high, int number)
{
    if (dup2(high, number) < 0)
        give_up("descriptors");
}

static void descriptors_settle(const struct spawn *s)
{
    int listeners[LISTENERS_MAX];
    int socket = lift(s->socket), page = lift(s->page), lock = lift(s->lock);
    for (size_t i = 0; i < s->listeners_count; i++)
        listeners[i] = lift(s->listeners[i]);

    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        give_up("/dev/null");
    settle(lift(null), STDIN_FILENO);
    if (s->slot != CHILD_ENGINE)
        settle(lift(null), STDOUT_FILENO);
    settle(socket, CHILD_FD_SOCKET);
    settle(page, CHILD_FD_PAGE);
    settle(lock, CHILD_FD_LOCK);
    int first_free = CHILD_FD_LISTEN;
    for (size_t i = 0; i < s->listeners_count; i++)
        settle(listeners[i], first_free++);
    if (close_range((unsigned)first_free, ~0U, 0) != 0)
        give_up("descriptors");
}

static _Noreturn void become(const struct spawn *s, pid_t supervisor, char *const *args,
                             char *const *env)
{
    sigset_t none;
    sigemptyset(&none);
    /* the kernel ends it when the supervisor dies; that may have happened before we asked */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor)
        give_up("the supervisor is gone");
    descriptors_settle(s);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve("/proc/self/exe", args, env);
    give_up("/proc/self/exe");
}

enum err spawn_child(const struct spawn *s, pid_t *ret_pid, int *ret_pidfd, struct why *why)
{
    char own_name[] = "muster", command[] = CHILD_COMMAND;
    char *slot = mem_str(child_name(s->slot));
    char *args[ARGS_MAX + 4] = {own_name, command, slot};
    size_t count = 3;
    for (size_t i = 0; s->args && s->args[i]; i++) {
        assert(count < ARGS_MAX + 3);
        args[count++] = s->args[i];
    }
    assert(s->listeners_count <= LISTENERS_MAX);
    char **env = environment_of(s);

    pid_t supervisor = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become(s, supervisor, args, env);
    enum err e = ERR_OK;
    if (pid < 0)
        e = why_set(why, ERR_IO, "%s: fork: %s", slot, strerror(errno));
    free(env);
    free(slot);
    if (e)
        return e;

    *ret_pid = pid;
    *ret_pidfd = pidfd_open(pid, 0); /* not reaped yet, so that the number is still its own */
    if (*ret_pidfd < 0) {
        e = why_set(why, ERR_IO, "pidfd_open: %s; a Linux of 5.3 or later is needed",
                    strerror(errno));
        /* else nobody would ever reap it, and its slot would be taken for ever */
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        *ret_pid = 0;
    }
    return e;
}
