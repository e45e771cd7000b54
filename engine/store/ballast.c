#include "store/ballast.h"

#include "base/text.h"
#include "store/db.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Blocks, not the length: a sparse file would hold nothing back. */
static bool is_whole(const char *path, int64_t bytes)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size >= bytes && st.st_blocks * 512 >= bytes;
}

/* As much must be left when it is there: else it would be made and given up in turns. */
static bool has_room(const char *path, int64_t bytes)
{
    char *copy = mem_str(path);
    bool room = disk_free_bytes(dirname(copy)) / 2 >= bytes;
    free(copy);
    return room;
}

bool ballast_make(const char *path, int64_t bytes)
{
    if (is_whole(path, bytes))
        return true;
    int fd = has_room(path, bytes) ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    bool whole = fd >= 0 && posix_fallocate(fd, 0, bytes) == 0;
    if (fd >= 0)
        close(fd);
    if (!whole)
        unlink(path); /* a part of it, too: it would be room that nobody counts on */
    return whole;
}

bool ballast_drop(const char *path)
{
    struct stat st;
    bool there = stat(path, &st) == 0 && st.st_blocks > 0;
    return unlink(path) == 0 && there;
}
