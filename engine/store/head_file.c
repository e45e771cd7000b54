#include "store/head_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAIL_BYTES = 4096 }; /* a line has some 330 bytes */

/* Nothing else than a plain file: a pipe would swallow the heads, and could hold us up. */
static enum err file_open(const char *path, int flags, int *ret, struct stat *ret_st,
                          struct why *why)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (fd < 0)
        return why_set(why, errno == ENOENT && !(flags & O_CREAT) ? ERR_MISSING : ERR_IO, "%s: %s",
                       path, strerror(errno));
    if (fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode)) {
        close(fd);
        return why_set(why, ERR_IO, "%s is no plain file", path);
    }
    *ret = fd;
    return ERR_OK;
}

/* The entry of a new file is durable only when its folder is. */
static void folder_sync(const char *path)
{
    char *copy = mem_str(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* some file systems cannot: then there is nothing to do about it */
        close(fd);
    }
    free(copy);
}

static bool ends_torn(int fd, off_t size)
{
    char last = '\n';
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* One write: a reader sees the line whole, or not at all, or torn by the end of us. */
static bool append(int fd, off_t size, const struct text *line)
{
    AUTO_TEXT(bytes);
    if (ends_torn(fd, size))
        text_add_char(&bytes, '\n');
    text_add_bytes(&bytes, line->at, line->len);
    ssize_t written = write(fd, bytes.at, bytes.len);
    if (written >= 0 && written < (ssize_t)bytes.len)
        errno = ENOSPC;
    return written == (ssize_t)bytes.len && fsync(fd) == 0;
}

enum err head_file_append(const char *path, const struct signed_head *h, struct why *why)
{
    int fd = -1;
    struct stat st = {0};
    AUTO_TEXT(line);
    enum err e = file_open(path, O_RDWR | O_APPEND | O_CREAT, &fd, &st, why);
    if (e)
        return e;
    signed_head_write(h, &line);
    if (!append(fd, st.st_size, &line))
        e = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (close(fd) != 0 && !e)
        e = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (!e && st.st_size == 0)
        folder_sync(path);
    return e;
}

enum err head_file_last(const char *path, struct signed_head *ret, struct why *why)
{
    int fd = -1;
    struct stat st = {0};
    char tail[TAIL_BYTES];
    enum err e = file_open(path, O_RDONLY, &fd, &st, why);
    if (e)
        return e;
    off_t from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
    ssize_t got = pread(fd, tail, sizeof tail, from);
    close(fd);
    if (got < 0)
        return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));

    size_t end = (size_t)got;
    while (end > 0) {
        size_t begin = end;
        while (begin > 0 && tail[begin - 1] != '\n')
            begin--;
        if (signed_head_parse(tail + begin, end - begin, ret))
            return ERR_OK;
        end = begin > 0 ? begin - 1 : 0;
    }
    return why_set(why, ERR_MISSING, "%s has no head yet", path);
}
