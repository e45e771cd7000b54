#include "archive_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *sha256_hex(const void *bytes, size_t len, char ret[SHA256_TEXT])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, bytes, len);
    return sodium_bin2hex(ret, SHA256_TEXT, sum, sizeof sum);
}

/* "a/b/" is "a/b": where it lies, and what it is called. */
static void name_split(const char *to, struct folder *f)
{
    AUTO_TEXT(whole);
    AUTO_TEXT(part);
    size_t len = strlen(to);
    while (len > 1 && to[len - 1] == '/')
        len--;
    text_add_bytes(&whole, to, len);
    const char *slash = strrchr(text_str(&whole), '/');
    const char *name = slash ? slash + 1 : text_str(&whole);
    AUTO_TEXT(above);
    text_add_bytes(&above, text_str(&whole), (size_t)(name - text_str(&whole)));
    text_addf(&part, "%s.%s.part-XXXXXX", text_str(&above), name);
    f->above = above.len ? text_take(&above) : mem_str(".");
    f->part = text_take(&part);
    f->to = text_take(&whole);
}

enum err folder_begin(const char *to, struct folder *ret, struct why *why)
{
    struct stat there;
    *ret = (struct folder){0};
    name_split(to, ret);
    if (lstat(ret->to, &there) == 0)
        return why_set(why, ERR_CONFLICT,
                       "%s is there already; an archive is never written over: name another folder",
                       ret->to);
    if (!mkdtemp(ret->part)) {
        int error = errno;
        free(ret->part);
        ret->part = NULL;
        return why_set(why, ERR_IO, "no folder can be made in %s: %s", ret->above, strerror(error));
    }
    return ERR_OK;
}

static bool file_write(int fd, const struct text *content)
{
    size_t done = 0;
    while (done < content->len) {
        ssize_t n = write(fd, content->at + done, content->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return fsync(fd) == 0;
}

enum err folder_add(struct folder *f, const char *name, const struct text *content, bool listed,
                    struct why *why)
{
    AUTO_TEXT(path);
    char sum[SHA256_TEXT];
    text_addf(&path, "%s/%s", f->part, name);
    int fd = open(text_str(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && file_write(fd, content);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        error = errno;
    }
    if (!good)
        return why_set(why, error == ENOSPC || error == EDQUOT ? ERR_NO_SPACE : ERR_IO,
                       "%s cannot be written: %s", text_str(&path), strerror(error));
    if (listed)
        text_addf(&f->sums, "%s  %s\n", sha256_hex(text_str(content), content->len, sum), name);
    f->bytes += (int64_t)content->len;
    return ERR_OK;
}

static bool folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* rename alone would take the place of an empty folder; not every file system knows NOREPLACE. */
static bool rename_fresh(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) && rename(from, to) == 0;
}

enum err folder_end(struct folder *f, struct why *why)
{
    if (!folder_sync(f->part) || !rename_fresh(f->part, f->to))
        return why_set(why, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
                       "%s cannot be put in its place: %s", f->to, strerror(errno));
    free(f->part);
    f->part = NULL;
    if (!folder_sync(f->above))
        return why_set(why, ERR_IO, "%s cannot be synced: %s", f->above, strerror(errno));
    return ERR_OK;
}

static void part_delete(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        (void)unlinkat(dirfd(dir), entry->d_name, 0); /* "." and ".." refuse */
    if (dir)
        closedir(dir);
    (void)rmdir(path);
}

void folder_drop(struct folder *f)
{
    if (f->part)
        part_delete(f->part);
    free(f->part);
    free(f->to);
    free(f->above);
    text_done(&f->sums);
    *f = (struct folder){0};
}
