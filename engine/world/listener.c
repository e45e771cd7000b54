#include "world/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    BACKLOG = 1024,
    TCP_BACKLOG = 4096,
    SOCKET_UMASK = 0117,
    LEAVING_TRIES = 20,
    LEAVING_MS = 50
};

static enum err address_of(const char *path, struct sockaddr_un *ret, struct why *why)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(ret->sun_path))
        return why_set(why, ERR_CONFIG,
                       "socket %s: the path has %zu bytes, a Unix socket's may have %zu; name a "
                       "shorter one with `socket = PATH`",
                       path, len, sizeof(ret->sun_path) - 1);
    memcpy(ret->sun_path, path, len);
    return ERR_OK;
}

static bool somebody_answers(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    int failed = connect(fd, (const struct sockaddr *)at, sizeof(*at));
    bool answers = !failed || errno == EAGAIN;
    close(fd);
    return answers;
}

/*
 * A process that is leaving gives up what it holds in an order of the kernel's: the lock may be
 * free for some milliseconds before its socket is. Whoever answers after a second stays.
 */
static bool somebody_stays(const struct sockaddr_un *at)
{
    const struct timespec moment = {.tv_nsec = LEAVING_MS * 1000000L};
    for (int n = 0; n < LEAVING_TRIES; n++) {
        if (!somebody_answers(at))
            return false;
        nanosleep(&moment, NULL);
    }
    return somebody_answers(at);
}

/* Make room for the socket, if what is there is only its corpse. */
static enum err path_clear(const char *path, const struct sockaddr_un *at, struct why *why)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK
                               : why_set(why, ERR_IO, "socket %s: %s", path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return why_set(why, ERR_CONFLICT,
                       "socket %s: there is something else of this name; move it away, or name "
                       "another path with `socket = PATH`",
                       path);
    if (somebody_stays(at))
        return why_set(why, ERR_CONFLICT,
                       "socket %s: another daemon answers there; stop that one first, or name "
                       "another path with `socket = PATH`",
                       path);
    if (unlink(path) != 0 && errno != ENOENT)
        return why_set(why, ERR_IO, "socket %s, left over from a crash: %s", path, strerror(errno));
    return ERR_OK;
}

enum err listener_unix(const char *path, int *ret_fd, struct why *why)
{
    struct sockaddr_un at;
    enum err e = address_of(path, &at, why);
    if (!e)
        e = path_clear(path, &at, why);
    if (e)
        return e;

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(SOCKET_UMASK);
    int failed = fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0;
    umask(before);
    if (failed || listen(fd, BACKLOG) != 0) {
        e = why_set(why, ERR_IO, "socket %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return e;
    }
    *ret_fd = fd;
    return ERR_OK;
}

void listener_remove(const char *path)
{
    unlink(path);
}

static enum err tcp_failed(const struct listen_address *a, int fd, struct why *why)
{
    char text[LISTEN_TEXT];
    int error = errno;
    listen_text((const struct sockaddr *)&a->at, text);
    if (fd >= 0)
        close(fd);
    if (error == EADDRINUSE)
        return why_set(why, ERR_CONFLICT,
                       "listen = %s://%s: another program listens there; stop it, or name another "
                       "port: --listen %s://127.0.0.1:8475",
                       a->kind, text, a->kind);
    return why_set(why, ERR_IO, "listen = %s://%s: %s", a->kind, text, strerror(error));
}

enum err listener_tcp(const struct listen_address *a, int *ret_fd, char ret_text[LISTEN_TEXT],
                      struct why *why)
{
    const int on = 1;
    struct sockaddr_storage real = {0};
    socklen_t len = sizeof real;
    int fd = socket(a->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return tcp_failed(a, fd, why);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->at.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&a->at, a->len) != 0 || listen(fd, TCP_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&real, &len) != 0)
        return tcp_failed(a, fd, why);
    listen_text((const struct sockaddr *)&real, ret_text);
    *ret_fd = fd;
    return ERR_OK;
}
