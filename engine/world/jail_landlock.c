#include "world/jail_part.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The kernel's interface as of its version 6; headers are often older than the kernel. What a
 * kernel does not know is not asked of it.
 */
struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* from version 4 */
    uint64_t scoped;             /* from version 6 */
};

enum {
    FS_RIGHTS_1 = 13, /* how many rights on files a version knows, lowest bits first */
    FS_RIGHTS_2 = 14,
    FS_RIGHTS_3 = 15,
    FS_RIGHTS_5 = 16,
    NET_BIND_TCP = 1 << 0,
    NET_CONNECT_TCP = 1 << 1,
    SCOPE_ABSTRACT_UNIX = 1 << 0,
    SCOPE_SIGNAL = 1 << 1,
};

static uint64_t fs_rights(long version)
{
    int count = version >= 5   ? FS_RIGHTS_5
                : version >= 3 ? FS_RIGHTS_3
                : version == 2 ? FS_RIGHTS_2
                               : FS_RIGHTS_1;
    return (UINT64_C(1) << count) - 1;
}

static size_t attr_bytes(long version)
{
    if (version >= 6)
        return sizeof(struct ruleset_attr);
    return version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

/* Let what lies at the path be read; one that is not there is no loss. */
static bool allow_reading(int ruleset, const char *path)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return error == ENOENT || error == ENOTDIR || error == EACCES;
    }
    struct landlock_path_beneath_attr rule = {
        .allowed_access =
            LANDLOCK_ACCESS_FS_READ_FILE | (S_ISDIR(st.st_mode) ? LANDLOCK_ACCESS_FS_READ_DIR : 0),
        .parent_fd = fd,
    };
    long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
    return !failed;
}

const char *jail_landlock(enum jail_kind kind, const struct courier_reads *reads)
{
    if (JAIL_RELAXED)
        return NULL;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return errno == EOPNOTSUPP ? "switched off in this kernel" : "not in this kernel";

    struct ruleset_attr attr = {
        .handled_access_fs = fs_rights(version),
        .handled_access_net = NET_BIND_TCP | (kind == JAIL_PLANNER ? NET_CONNECT_TCP : 0),
        .scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL,
    };
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, attr_bytes(version), 0);
    if (ruleset < 0)
        return strerror(errno);
    bool allowed = true;
    for (size_t i = 0; reads && i < reads->count; i++)
        allowed = allow_reading(ruleset, reads->paths[i]) && allowed;
    long failed = allowed ? syscall(SYS_landlock_restrict_self, ruleset, 0) : -1;
    const char *missing = failed ? strerror(errno) : NULL;
    close(ruleset);
    return missing;
}
