/*
 * slowsync - in front of libc: a disk whose syncs are slow, fail, or wait to be let go.
 *
 * kill -9 proves nothing about fsync: the page cache survives it. What shows that a program waits
 * for its syncs is a sync that does not return.
 *
 *     SLOWSYNC_MS=20       every fsync and fdatasync takes so much longer
 *     SLOWSYNC_FAIL_AT=3   the third one fails with EIO, once
 *     SLOWSYNC_FAIL_IF=P   every one fails with EIO while there is a file P
 *     SLOWSYNC_FILE=-wal   only for files whose name ends so; others are not counted either
 *
 * A test in the same process finds the rest with dlsym: slowsync_hold(1) lets syncs begin and not
 * return until slowsync_hold(0); slowsync_begun and slowsync_done count.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int sync_fn(int fd);

int slowsync_begun, slowsync_done;
void slowsync_hold(int on);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static int held;

void slowsync_hold(int on)
{
    pthread_mutex_lock(&lock);
    held = on;
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&lock);
}

static int is_meant(int fd)
{
    const char *end = getenv("SLOWSYNC_FILE");
    if (!end)
        return 1;
    char link[64], name[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, name, sizeof(name));
    size_t end_len = strlen(end);
    return len >= (ssize_t)end_len && memcmp(name + len - (ssize_t)end_len, end, end_len) == 0;
}

static void delay(void)
{
    const char *ms = getenv("SLOWSYNC_MS");
    long wait = ms ? strtol(ms, NULL, 10) : 0;
    struct timespec t = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
    if (wait > 0)
        nanosleep(&t, NULL);
}

static int fails(int nth)
{
    const char *at = getenv("SLOWSYNC_FAIL_AT"), *file = getenv("SLOWSYNC_FAIL_IF");
    return (at && strtol(at, NULL, 10) == nth) || (file && access(file, F_OK) == 0);
}

/* Both under the sync's own name, so that each calls its own. */
static int slow(const char *name, int fd)
{
    union {
        void *object;
        sync_fn *function;
    } real = {.object = dlsym(RTLD_NEXT, name)};
    if (!is_meant(fd))
        return real.function(fd);

    int nth = __atomic_add_fetch(&slowsync_begun, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&lock);
    while (held)
        pthread_cond_wait(&released, &lock);
    pthread_mutex_unlock(&lock);
    delay();

    if (fails(nth)) {
        errno = EIO;
        return -1;
    }
    int rc = real.function(fd);
    __atomic_add_fetch(&slowsync_done, 1, __ATOMIC_SEQ_CST);
    return rc;
}

int fsync(int fd)
{
    return slow("fsync", fd);
}

int fdatasync(int fd)
{
    return slow("fdatasync", fd);
}
