#include "store/ballast.h"

#include "store/db.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Blocks, not the length: a sparse file would hold nothing back. */
static bool is_whole(int fd, int64_t bytes)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size >= bytes && st.st_blocks * 512 >= bytes;
}

bool ballast_make(const char *path, int64_t bytes)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool whole = is_whole(fd, bytes);
    /* as much must be left when it is there: else it would be made and given up in turns */
    if (!whole && disk_free_bytes(path) >= 2 * bytes)
        whole = posix_fallocate(fd, 0, bytes) == 0;
    close(fd);
    if (!whole)
        unlink(path);
    return whole;
}

bool ballast_drop(const char *path)
{
    struct stat st;
    bool there = stat(path, &st) == 0 && st.st_blocks > 0;
    return unlink(path) == 0 && there;
}
