#include "base/lock.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_MS = 5000,
    WAIT_ALIVE_MS = 300, /* one that was killed a moment ago may look alive still */
    TRY_EVERY_MS = 10,
};

/* The pid in the file; 0: none. */
static pid_t holder_read(int fd)
{
    char bytes[32];
    ssize_t n = pread(fd, bytes, sizeof(bytes) - 1, 0);
    if (n <= 0)
        return 0;
    bytes[n] = '\0';
    long pid = strtol(bytes, NULL, 10);
    return pid > 0 && pid < INT32_MAX ? (pid_t)pid : 0;
}

/* Not one that is dead and only waits for its parent to notice. */
static bool is_alive(pid_t pid)
{
    if (pid <= 0 || (kill(pid, 0) != 0 && errno != EPERM))
        return false;
    AUTO_TEXT(path);
    text_addf(&path, "/proc/%ld/stat", (long)pid);
    char stat[512];
    int fd = open(text_str(&path), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return fd < 0 && errno != ENOENT; /* no /proc: kill() has said it */
    stat[n] = '\0';
    const char *name_end = strrchr(stat, ')');
    return !name_end || name_end[1] != ' ' || (name_end[2] != 'Z' && name_end[2] != 'X');
}

static enum err holder_write(const char *path, struct why *why)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    AUTO_TEXT(line);
    text_addf(&line, "%ld\n", (long)getpid());
    enum err e = ERR_OK;
    bool written = fd >= 0 && write(fd, line.at, line.len) == (ssize_t)line.len;
    if (!written &&
        (fd < 0 ||
         errno != ENOSPC)) /* a full disk keeps nobody from starting: the note is a help */
        e = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return e;
}

static enum err lock_wait(int fd, const char *folder, struct why *why)
{
    const struct timespec pause = {.tv_nsec = TRY_EVERY_MS * 1000000L};
    for (int waited_ms = 0;; waited_ms += TRY_EVERY_MS) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return ERR_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return why_set(why, ERR_IO, "%s/lock: %s", folder, strerror(errno));
        pid_t holder = holder_read(fd);
        if (waited_ms >= WAIT_ALIVE_MS && is_alive(holder))
            return why_set(why, ERR_CONFLICT,
                           "the data folder %s is in use by process %ld; stop that one first, or "
                           "name another folder",
                           folder, (long)holder);
        if (waited_ms >= WAIT_MS)
            return why_set(why, ERR_CONFLICT,
                           "the data folder %s is still held by children of a daemon that is gone "
                           "(process %ld); look for them with: fuser -v %s/lock",
                           folder, (long)holder, folder);
        nanosleep(&pause, NULL);
    }
}

static enum err open_refused(const char *folder, struct why *why)
{
    if (errno == ENOTDIR)
        return why_set(why, ERR_IO, "%s is no folder; name one for the data with --data", folder);
    if (errno == ENOSPC)
        return why_set(why, ERR_NO_SPACE,
                       "data folder %s: the disk is full; make room on it and start again", folder);
    if (errno == EACCES || errno == EPERM)
        return why_set(why, ERR_IO,
                       "data folder %s: it cannot be written: %s; give it to the user that muster "
                       "runs as (chown), or name another one with --data",
                       folder, strerror(errno));
    return why_set(why, ERR_IO, "data folder %s: %s; name another one with --data", folder,
                   strerror(errno));
}

enum err lock_take(const char *folder, int *ret_fd, struct why *why)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/lock", folder);
    /* read only: a child that inherits it can hold it and do nothing else with it */
    int fd = open(text_str(&path), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return open_refused(folder, why);
    enum err e = lock_wait(fd, folder, why);
    if (!e)
        e = holder_write(text_str(&path), why);
    if (e)
        close(fd);
    else
        *ret_fd = fd;
    return e;
}
