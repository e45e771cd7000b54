#include "world/jail.h"

#include "base/text.h"
#include "world/jail_part.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PLANNER_FILES_MAX = 16, /* poll() refuses more descriptors than the limit */
    CAPABILITIES = 64,
};

static void miss(struct jail_report *report, const char *part, const char *why)
{
    if (why)
        text_addf(&report->missing, "%s: %s\n", part, why);
}

static const char *limit_to(int what, int64_t most)
{
    struct rlimit limit = {0};
    if (getrlimit((__rlimit_resource_t)what, &limit) != 0)
        return strerror(errno);
    if (limit.rlim_max < (rlim_t)most)
        most = (int64_t)limit.rlim_max; /* somebody was stricter */
    limit.rlim_cur = limit.rlim_max = (rlim_t)most;
    return setrlimit((__rlimit_resource_t)what, &limit) == 0 ? NULL : strerror(errno);
}

/* Log lines may go to a file: then writing to files is left to the other walls. */
static bool stderr_is_a_file(void)
{
    struct stat st;
    return fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

static void limits_of_both(struct jail_report *report)
{
    if (JAIL_RELAXED)
        return;
    miss(report, "limit on core files", limit_to(RLIMIT_CORE, 0));
    if (!stderr_is_a_file())
        miss(report, "limit on files", limit_to(RLIMIT_FSIZE, 0));
}

/* All but `kept`, for this process and whatever it might become. */
static const char *drop_capabilities(uint64_t kept)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2] = {{0}};
    if (syscall(SYS_capget, &header, now) != 0)
        return strerror(errno);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (unsigned long cap = 0; cap < CAPABILITIES; cap++)
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); /* only with CAP_SETPCAP; without it none is gained */
    for (int i = 0; i < 2; i++) {
        uint32_t mask = (uint32_t)(kept >> (32 * i));
        now[i].permitted &= mask;
        now[i].effective &= mask;
        now[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, now) == 0 ? NULL : strerror(errno);
}

static void give_up_privileges(uint64_t kept, struct jail_report *report)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        miss(report, "no new privileges", strerror(errno));
    if (!JAIL_RELAXED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        miss(report, "no dumps", strerror(errno));
    miss(report, "capabilities", drop_capabilities(kept));
}

void jail_planner(int64_t memory_bytes, struct jail_report *ret)
{
    *ret = (struct jail_report){0};
    json_object_seed(0); /* reads /dev/urandom: else the first object would, and be killed */
    limits_of_both(ret);
    if (!JAIL_RELAXED) {
        miss(ret, "limit on descriptors", limit_to(RLIMIT_NOFILE, PLANNER_FILES_MAX));
        miss(ret, "limit on processes", limit_to(RLIMIT_NPROC, 0));
        if (memory_bytes > 0)
            miss(ret, "limit on memory", limit_to(RLIMIT_AS, memory_bytes));
    }
    give_up_privileges(0, ret);
    miss(ret, "landlock", jail_landlock(JAIL_PLANNER, NULL));
    miss(ret, "seccomp", jail_seccomp(JAIL_PLANNER));
}

void jail_courier(const char *secrets, struct jail_report *ret)
{
    *ret = (struct jail_report){0};
    struct courier_reads reads;
    courier_reads_init(&reads, secrets);
    limits_of_both(ret);
    /* root may keep secrets in a folder of another user */
    give_up_privileges(UINT64_C(1) << CAP_DAC_READ_SEARCH, ret);
    miss(ret, "landlock", jail_landlock(JAIL_COURIER, &reads));
    miss(ret, "seccomp", jail_seccomp(JAIL_COURIER));
    courier_reads_done(&reads);
}

json_t *jail_report_frame(const struct jail_report *report)
{
    json_t *missing = json_array();
    const char *line = text_str(&report->missing);
    for (const char *end = strchr(line, '\n'); end; line = end + 1, end = strchr(line, '\n'))
        json_array_append_new(missing, json_stringn(line, (size_t)(end - line)));
    json_t *frame = json_put_str(json_object(), "op", "jailed");
    json_object_set_new(frame, "ok", json_boolean(json_array_size(missing) == 0));
    return json_put(frame, "missing", missing);
}

void jail_report_done(struct jail_report *report)
{
    text_done(&report->missing);
}

bool jail_is_relaxed(void)
{
    return JAIL_RELAXED;
}
