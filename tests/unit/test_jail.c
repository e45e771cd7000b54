/* The jails: what a planner and a courier can still do, and what ends them or is refused. */
#include "base/frame.h"
#include "base/log.h"
#include "unit.h"
#include "world/cpu_guard.h"
#include "world/jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REFUSED = 40, /* exit codes of a prisoner: it was told no, */
    DONE = 41,    /* it could, */
    NOT_JAILED = 42,
    MEMORY_BYTES = 256 * 1024 * 1024,
};

static char folder[] = "/tmp/muster-jail-XXXXXX";
static int lock_fd = -1;  /* inherited by every child of the daemon */
static int loose_fd = -1; /* a socket that is not connected */
static int engine_fd = -1;

/* What a prisoner tries; 0: it worked. */
typedef int attempt_fn(void);

enum prison { PLANNER, COURIER };

static int prisoner(enum prison prison, attempt_fn *attempt)
{
    struct jail_report report;
    if (prison == PLANNER)
        jail_planner(MEMORY_BYTES, &report);
    else
        jail_courier(folder, &report);
    if (report.missing.len) {
        fprintf(stderr, "# %s", text_str(&report.missing));
        return NOT_JAILED;
    }
    return attempt() == 0 ? DONE : REFUSED;
}

/* The exit code of a child that tries it in jail, or minus the signal that ended it. */
static int fate(enum prison prison, attempt_fn *attempt)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(prisoner(prison, attempt));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    int result = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    if (result == NOT_JAILED)
        skip(); /* this kernel lacks a wall: said above */
    return result;
}

static void only_in_the_strict_jail(void)
{
    if (jail_is_relaxed())
        skip();
}

/* ---- things to try ------------------------------------------------------------------------ */

static int open_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0;
}

static int look_for_file(void)
{
    return access("/etc/passwd", F_OK) < 0;
}

static int open_another_file(void)
{
    return open("/etc/group", O_RDONLY | O_CLOEXEC) < 0;
}

static int make_file(void)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/new", folder);
    return open(text_str(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0;
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0;
}

static int make_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0;
}

static int connect_socket(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/run/docker.sock"};
    return connect(loose_fd, (struct sockaddr *)&to, sizeof(to)) && errno != ENOENT;
}

static int listen_on_socket(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(fd, (struct sockaddr *)&at, sizeof(at));
}

static int execute(void)
{
    char *const none[] = {NULL};
    return execve("/bin/true", none, none);
}

static int make_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0;
}

static void *nothing(void *at)
{
    return at;
}

static int make_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

static int trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0;
}

static int signal_parent(void)
{
    return kill(getppid(), 0);
}

static int signal_everybody(void)
{
    return kill(-1, 0);
}

static int make_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED;
}

static int make_memory_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(at, 4096, PROT_READ | PROT_EXEC);
}

static int give_up_lock(void)
{
    return flock(lock_fd, LOCK_UN);
}

static int outlive_parent(void)
{
    return prctl(PR_SET_PDEATHSIG, 0);
}

static int take_memory(void)
{
    void *volatile at = malloc((size_t)2 * MEMORY_BYTES);
    int failed = at == NULL;
    free(at);
    return failed;
}

static int end_by_abort(void)
{
    abort();
}

static int end_by_kill(void)
{
    return kill(getpid(), SIGKILL);
}

static int compute_for_ever(void)
{
    for (volatile unsigned n = 1; n != 0; n = n | 1) {
    }
    return 0;
}

/* What planners do all day. */
static int plan(void)
{
    AUTO_JSON(frame);
    AUTO_JSON(list);
    frame = json_put_str(json_object(), "op", "turn");
    list = json_array();
    for (int i = 0; i < 1000; i++)
        json_array_append_new(list, json_integer(i));
    for (size_t n = 16; n < (size_t)8 << 20; n *= 2)
        free(mem_new(1, n));
    log_info("test", "a planner may speak");
    return frame_write(engine_fd, frame, NULL) != ERR_OK;
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* libc sorts what is large with memory of its own, and asks the kernel how much there is. */
static int sort_much(void)
{
    static int numbers[100000];
    int count = (int)(sizeof(numbers) / sizeof(numbers[0]));
    for (int i = 0; i < count; i++)
        numbers[i] = count - i;
    qsort(numbers, (size_t)count, sizeof(numbers[0]), by_number);
    return numbers[0] != 1;
}

static int resolve_and_connect(void)
{
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};
    if (getaddrinfo("localhost", "9", &hints, &found) != 0)
        return 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int failed = connect(fd, found->ai_addr, found->ai_addrlen);
    failed = failed && errno != EINPROGRESS && errno != ECONNREFUSED;
    freeaddrinfo(found);
    return failed;
}

static int read_secret(void)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/pager", folder);
    char bytes[8];
    int fd = open(text_str(&path), O_RDONLY | O_CLOEXEC);
    return read(fd, bytes, sizeof(bytes)) != 6;
}

static int read_authorities(void)
{
    return access("/etc/ssl/certs", F_OK) == 0 &&
           open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0;
}

/* ---- the planner -------------------------------------------------------------------------- */

static void a_planner_can_plan_in_its_jail(void **state)
{
    (void)state;
    assert_int_equal(fate(PLANNER, plan), DONE);
    assert_int_equal(fate(PLANNER, sort_much), DONE);
    assert_int_equal(fate(PLANNER, end_by_abort), -SIGABRT);
    assert_int_equal(fate(PLANNER, end_by_kill), -SIGKILL);
}

/* However far a plan breaks out of Lua, it finds no way out of the process. */
static void a_planner_that_reaches_out_is_killed(void **state)
{
    (void)state;
    only_in_the_strict_jail();
    static attempt_fn *const attempts[] = {
        make_file,        make_socket,  connect_socket, execute,          make_process,
        make_thread,      trace_parent, signal_parent,  signal_everybody, make_code,
        make_memory_code, give_up_lock, outlive_parent,
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
        assert_int_equal(fate(PLANNER, attempts[i]), -SIGSYS);
}

/* A library that looks for a file on its way, and can do without, is told that there is none. */
static void a_planner_finds_no_file(void **state)
{
    (void)state;
    only_in_the_strict_jail();
    assert_int_equal(fate(PLANNER, open_file), REFUSED);
    assert_int_equal(fate(PLANNER, look_for_file), REFUSED);
}

static void a_planner_cannot_take_all_memory(void **state)
{
    (void)state;
    only_in_the_strict_jail();
    assert_int_equal(fate(PLANNER, take_memory), REFUSED);
}

static void the_cpu_guard_ends_an_endless_planner(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cpu_guard guard;
        if (cpu_guard_init(&guard, NULL))
            _exit(1);
        cpu_guard_arm(&guard, 60000); /* a replay's allowance, over before it ran out */
        cpu_guard_rest(&guard);
        cpu_guard_arm(&guard, 10);
        _exit(prisoner(PLANNER, compute_for_ever));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), CPU_GUARD_SIGNAL);
}

/* ---- the courier -------------------------------------------------------------------------- */

static void a_courier_can_deliver_in_its_jail(void **state)
{
    (void)state;
    assert_int_equal(fate(COURIER, resolve_and_connect), DONE);
    assert_int_equal(fate(COURIER, read_secret), DONE);
    assert_int_equal(fate(COURIER, read_authorities), DONE);
    assert_int_equal(fate(COURIER, make_thread), DONE);
    assert_int_equal(fate(COURIER, end_by_abort), -SIGABRT);
}

static void a_courier_is_refused_what_it_does_not_need(void **state)
{
    (void)state;
    only_in_the_strict_jail();
    static attempt_fn *const attempts[] = {
        open_another_file, make_file, make_local_socket, listen_on_socket, make_process,
        signal_parent,     make_code, outlive_parent,    signal_everybody,
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
        assert_int_equal(fate(COURIER, attempts[i]), REFUSED);
}

static void a_courier_that_executes_or_traces_is_killed(void **state)
{
    (void)state;
    assert_int_equal(fate(COURIER, execute), -SIGSYS);
    only_in_the_strict_jail();
    assert_int_equal(fate(COURIER, trace_parent), -SIGSYS);
    assert_int_equal(fate(COURIER, give_up_lock), -SIGSYS);
}

/* ---- the report --------------------------------------------------------------------------- */

static void a_missing_wall_is_named_in_the_first_frame(void **state)
{
    (void)state;
    struct jail_report report = {0};
    AUTO_TEXT(t);
    AUTO_JSON(whole);
    whole = jail_report_frame(&report);
    json_write(whole, &t);
    assert_string_equal(text_str(&t), "{\"missing\":[],\"ok\":true,\"op\":\"jailed\"}");

    text_add(&report.missing, "landlock: not in this kernel\nseccomp: x\n");
    text_clear(&t);
    AUTO_JSON(torn);
    torn = jail_report_frame(&report);
    json_write(torn, &t);
    assert_string_equal(text_str(&t), "{\"missing\":[\"landlock: not in this kernel\","
                                      "\"seccomp: x\"],\"ok\":false,\"op\":\"jailed\"}");
    jail_report_done(&report);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    AUTO_TEXT(path);
    text_addf(&path, "%s/pager", folder);
    int fd = open(text_str(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t n = write(fd, "secret", 6);
    close(fd);
    lock_fd = open(text_str(&path), O_RDONLY | O_CLOEXEC);
    engine_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    loose_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return n == 6 && flock(lock_fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    AUTO_TEXT(path);
    text_addf(&path, "%s/pager", folder);
    close(lock_fd);
    close(loose_fd);
    close(engine_fd);
    unlink(text_str(&path));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planner_can_plan_in_its_jail),
        cmocka_unit_test(a_planner_that_reaches_out_is_killed),
        cmocka_unit_test(a_planner_finds_no_file),
        cmocka_unit_test(a_planner_cannot_take_all_memory),
        cmocka_unit_test(the_cpu_guard_ends_an_endless_planner),
        cmocka_unit_test(a_courier_can_deliver_in_its_jail),
        cmocka_unit_test(a_courier_is_refused_what_it_does_not_need),
        cmocka_unit_test(a_courier_that_executes_or_traces_is_killed),
        cmocka_unit_test(a_missing_wall_is_named_in_the_first_frame),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
