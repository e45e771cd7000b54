#include "ctl/client.h"

#include "base/listen.h"
#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { AUTH_MS = 10000 };

int64_t client_now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * MS_SECOND + t.tv_nsec / 1000000;
}

void client_sleep_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / MS_SECOND, .tv_nsec = (ms % MS_SECOND) * 1000000};
    (void)nanosleep(&t, NULL);
}

static enum err unix_open(struct client *c, struct why *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(c->server) >= sizeof address.sun_path)
        return why_set(why, ERR_UNREACHABLE, "%s: the path of a socket has at most %zu bytes",
                       c->server, sizeof address.sun_path - 1);
    memcpy(address.sun_path, c->server, strlen(c->server) + 1);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return why_set(why, ERR_UNREACHABLE, "no socket: %s", strerror(errno));
    if (connect(c->fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return ERR_OK;
    if (errno == EACCES)
        return why_set(why, ERR_UNREACHABLE,
                       "%s: permission denied; ask the operator to put you into the socket's group",
                       c->server);
    return why_set(why, ERR_UNREACHABLE,
                   "no daemon at %s: %s; start one with `muster serve`, or name another with "
                   "--server unix:PATH",
                   c->server, strerror(errno));
}

static enum err key_say(struct client *c, const char *key, struct why *why)
{
    AUTO_JSON(request);
    AUTO_JSON(reply);
    if (!key)
        return why_set(why, ERR_DENIED,
                       "%s: TCP needs a key; put it into $MUSTER_KEY (muster key create)",
                       c->server);
    request = json_put_str(json_put_str(json_object(), "op", "auth"), "key", key);
    enum err e = client_send(c, request, why);
    if (!e)
        e = client_hear(c, AUTH_MS, &reply, why);
    if (!e && !json_bool(reply, "ok"))
        e = why_set(why, ERR_DENIED, "%s: %s", c->server, json_str_or(reply, "error", "refused"));
    return e;
}

static enum err tcp_open(struct client *c, const char *key, struct why *why)
{
    struct listen_address a;
    enum err e = listen_parse(c->server, &a, why);
    if (e)
        return e;
    c->fd = socket(a.at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return why_set(why, ERR_UNREACHABLE, "no socket: %s", strerror(errno));
    if (connect(c->fd, (const struct sockaddr *)&a.at, a.len) != 0)
        return why_set(why, ERR_UNREACHABLE,
                       "no daemon at %s: %s; it listens there with `muster serve --listen %s`",
                       c->server, strerror(errno), c->server);
    return key_say(c, key, why);
}

enum err client_open(struct client *c, const char *server, const char *key, struct why *why)
{
    *c = (struct client){.fd = -1, .server = server};
    enum err e = strncmp(server, "tcp://", 6) == 0 ? tcp_open(c, key, why) : unix_open(c, why);
    if (e)
        client_close(c);
    return e;
}

void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    text_done(&c->in);
    c->taken = 0;
}

enum err client_send(struct client *c, const json_t *request, struct why *why)
{
    AUTO_TEXT(line);
    json_write(request, &line);
    text_add_char(&line, '\n');
    for (size_t sent = 0; sent < line.len;) {
        ssize_t n = send(c->fd, line.at + sent, line.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return ERR_OK; /* it was closed: the daemon may have said why, and that is heard */
        if (n < 0)
            return why_set(why, ERR_UNREACHABLE, "%s: the connection ended: %s", c->server,
                           strerror(errno));
        sent += (size_t)n;
    }
    return ERR_OK;
}

/* A whole line of what is there; NULL: none yet. */
static const char *line_there(struct client *c, size_t *ret_len)
{
    const char *at = text_str(&c->in) + c->taken;
    const char *end = memchr(at, '\n', c->in.len - c->taken);
    if (!end)
        return NULL;
    *ret_len = (size_t)(end - at);
    c->taken += *ret_len + 1;
    return at;
}

static void in_compact(struct client *c)
{
    if (c->taken == 0)
        return;
    c->in.len -= c->taken;
    memmove(c->in.at, c->in.at + c->taken, c->in.len);
    c->taken = 0;
}

static enum err in_wait(struct client *c, int wait_ms, struct why *why)
{
    struct pollfd one = {.fd = c->fd, .events = POLLIN};
    int n = poll(&one, 1, wait_ms);
    if (n > 0 || (n < 0 && errno == EINTR))
        return ERR_OK;
    return why_set(why, ERR_UNREACHABLE,
                   "%s: no answer within %d s; is the disk full or stuck? See the daemon's log",
                   c->server, wait_ms / 1000);
}

enum err client_hear(struct client *c, int wait_ms, json_t **ret, struct why *why)
{
    size_t len = 0;
    const char *line;
    while (!(line = line_there(c, &len))) {
        char chunk[16384];
        in_compact(c);
        enum err e = in_wait(c, wait_ms, why);
        if (e)
            return e;
        ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return why_set(why, ERR_UNREACHABLE, "%s: the daemon closed the connection", c->server);
        if (n > 0)
            text_add_bytes(&c->in, chunk, (size_t)n);
    }
    enum err e = json_read_own(line, len, ret, why);
    return e ? why_add(why, ERR_UNREACHABLE, "%s: what answers is no daemon of Muster", c->server)
             : ERR_OK;
}
