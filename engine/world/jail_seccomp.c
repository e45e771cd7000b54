#include "world/jail_part.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The same action for each. A name that this machine's architecture lacks is passed over. */
static int rules_add(scmp_filter_ctx f, uint32_t action, const int *calls, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++)
        failed = seccomp_rule_add(f, action, calls[i], 0);
    return failed == -EDOM ? 0 : failed;
}

#define RULES_ADD(f, action, calls) rules_add(f, action, calls, sizeof(calls) / sizeof((calls)[0]))

static int rule_add(scmp_filter_ctx f, uint32_t action, int call, struct scmp_arg_cmp when)
{
    return seccomp_rule_add_array(f, action, call, 1, &when);
}

static struct scmp_arg_cmp arg_is(unsigned arg, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = arg, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp arg_bits(unsigned arg, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){
        .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

/* What any process needs to compute and to end: memory (not executable), time, its own signals. */
static int add_common(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(writev),
        SCMP_SYS(recvmsg),
        SCMP_SYS(sendmsg),
        SCMP_SYS(recvfrom),
        SCMP_SYS(sendto),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(close),
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(futex),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(time),
        SCMP_SYS(timer_settime),
        SCMP_SYS(getrandom),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(sysinfo), /* qsort() of more than a KiB asks how much memory there is */
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
    };
    const uint64_t self = (uint64_t)getpid();
    int failed = RULES_ADD(f, SCMP_ACT_ALLOW, calls);
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), arg_bits(2, PROT_EXEC, 0));
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), arg_bits(2, PROT_EXEC, 0));
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(kill), arg_is(0, self));
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), arg_is(0, self));
    return failed;
}

/*
 * There are no files. Who asks for one to read is told so and goes on: the library that reads
 * calendars looks for zone files, and does without. Who would write one is ended.
 */
static int add_no_files(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
        SCMP_SYS(newfstatat), SCMP_SYS(stat),      SCMP_SYS(lstat),
        SCMP_SYS(statx),      SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
    };
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    int failed = RULES_ADD(f, SCMP_ACT_ERRNO(ENOENT), calls);
    if (!failed)
        failed =
            rule_add(f, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(openat), arg_bits(2, writing, O_RDONLY));
    if (!failed)
        failed =
            rule_add(f, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(open), arg_bits(1, writing, O_RDONLY));
    return failed;
}

/* isatty() of a line to stderr asks; "not a terminal" is answer enough. */
static int add_planner(scmp_filter_ctx f)
{
    int failed = add_common(f);
    if (!failed)
        failed = add_no_files(f);
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
    return failed;
}

static int add_courier_files(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(fstat),     SCMP_SYS(newfstatat), SCMP_SYS(stat),      SCMP_SYS(lstat),
        SCMP_SYS(statx),     SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
        SCMP_SYS(readlink),  SCMP_SYS(readlinkat), SCMP_SYS(lseek),     SCMP_SYS(pread64),
        SCMP_SYS(readv),     SCMP_SYS(getdents64), SCMP_SYS(fcntl),     SCMP_SYS(dup),
        SCMP_SYS(fadvise64),
    };
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    int failed = RULES_ADD(f, SCMP_ACT_ALLOW, calls);
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), arg_bits(2, writing, O_RDONLY));
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(open), arg_bits(1, writing, O_RDONLY));
    /* a module of the resolver that is loaded late; Landlock says from where */
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
                          arg_bits(2, PROT_EXEC | PROT_WRITE, PROT_EXEC));
    return failed;
}

static int add_courier_network(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(connect),     SCMP_SYS(shutdown),      SCMP_SYS(getsockname),
        SCMP_SYS(getpeername), SCMP_SYS(getsockopt),    SCMP_SYS(setsockopt),
        SCMP_SYS(recvmmsg),    SCMP_SYS(sendmmsg),      SCMP_SYS(socketpair),
        SCMP_SYS(pipe2),       SCMP_SYS(eventfd2),      SCMP_SYS(select),
        SCMP_SYS(pselect6),    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait),  SCMP_SYS(epoll_pwait),   SCMP_SYS(ioctl),
    };
    int failed = RULES_ADD(f, SCMP_ACT_ALLOW, calls);
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), arg_is(0, AF_INET));
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), arg_is(0, AF_INET6));
    return failed;
}

/* Threads, but no processes: clone3 hides its flags in memory, so that libc is sent to clone. */
static int add_courier_threads(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
        SCMP_SYS(sched_yield),     SCMP_SYS(sched_getaffinity),
        SCMP_SYS(sched_getparam),  SCMP_SYS(sched_getscheduler),
        SCMP_SYS(nanosleep),       SCMP_SYS(clock_nanosleep),
        SCMP_SYS(clock_getres),    SCMP_SYS(getuid),
        SCMP_SYS(geteuid),         SCMP_SYS(getgid),
        SCMP_SYS(getegid),         SCMP_SYS(uname),
        SCMP_SYS(membarrier),      SCMP_SYS(getrlimit),
    };
    int failed = RULES_ADD(f, SCMP_ACT_ALLOW, calls);
    if (!failed)
        failed = rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), arg_is(2, 0));
    if (!failed)
        failed =
            rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), arg_bits(0, CLONE_THREAD, CLONE_THREAD));
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return failed;
}

/* What no part of the courier ever calls by mistake. */
static int add_courier_forbidden(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(execve),
        SCMP_SYS(execveat),
        SCMP_SYS(fork),
        SCMP_SYS(vfork),
        SCMP_SYS(ptrace),
        SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev),
        SCMP_SYS(listen),
        SCMP_SYS(accept),
        SCMP_SYS(accept4),
        SCMP_SYS(flock),
        SCMP_SYS(pidfd_getfd),
        SCMP_SYS(pidfd_send_signal),
    };
    return RULES_ADD(f, SCMP_ACT_KILL_PROCESS, calls);
}

static int add_courier(scmp_filter_ctx f)
{
    int failed = add_common(f);
    if (!failed)
        failed = add_courier_files(f);
    if (!failed)
        failed = add_courier_network(f);
    if (!failed)
        failed = add_courier_threads(f);
    if (!failed)
        failed = add_courier_forbidden(f);
    return failed;
}

/* With a sanitizer: only what leads to other machines and programs. */
static int add_relaxed(scmp_filter_ctx f, enum jail_kind kind)
{
    static const int always[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(listen),
                                 SCMP_SYS(accept), SCMP_SYS(accept4),  SCMP_SYS(flock)};
    static const int planner[] = {SCMP_SYS(socket), SCMP_SYS(connect)};
    int failed = RULES_ADD(f, SCMP_ACT_KILL_PROCESS, always);
    if (!failed && kind == JAIL_PLANNER)
        failed = RULES_ADD(f, SCMP_ACT_KILL_PROCESS, planner);
    return failed;
}

const char *jail_seccomp(enum jail_kind kind)
{
    uint32_t otherwise = JAIL_RELAXED           ? SCMP_ACT_ALLOW
                         : kind == JAIL_PLANNER ? SCMP_ACT_KILL_PROCESS
                                                : SCMP_ACT_ERRNO(EPERM);
    scmp_filter_ctx f = seccomp_init(otherwise);
    if (!f)
        return "no filter could be made";
    int failed = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!failed && kind == JAIL_COURIER)
        failed = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!failed && JAIL_RELAXED)
        failed = add_relaxed(f, kind);
    else if (!failed)
        failed = kind == JAIL_PLANNER ? add_planner(f) : add_courier(f);
    if (!failed)
        failed = seccomp_load(f);
    seccomp_release(f);
    return failed ? strerror(-failed) : NULL;
}
