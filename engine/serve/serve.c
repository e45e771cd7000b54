#include "serve/conn.h"
#include "serve/watch.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTS_A_PASS = 64 };

/* ---- making and ending ---- */

struct serve *serve_new(const struct serve_config *config, const struct serve_port *port)
{
    struct serve *s = mem_new(1, sizeof *s);
    s->config = *config;
    s->port_kept = *port;
    s->port = &s->port_kept;
    s->seq = config->seq;
    s->listen_fd = s->spare_fd = -1;
    s->stats.connections_max = config->connections_max;
    TAILQ_INIT(&s->to_flush);
    SLIST_INIT(&s->graves);
    return s;
}

void serve_enter(struct serve *s)
{
    s->depth++;
}

void serve_leave(struct serve *s)
{
    assert(s->depth > 0);
    if (--s->depth > 0)
        return;
    struct conn *c;
    while ((c = SLIST_FIRST(&s->graves))) {
        SLIST_REMOVE_HEAD(&s->graves, grave);
        conn_free(c);
    }
}

static void listen_end(struct serve *s)
{
    loop_fd_free(s->listening);
    s->listening = NULL;
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    s->spare_fd = -1;
}

void serve_free(struct serve *s)
{
    if (!s)
        return;
    serve_enter(s);
    listen_end(s);
    serve_hang_up(s);
    serve_leave(s);
    free(s->conns);
    free(s);
}

/* ---- clients ---- */

/* A word to somebody who is not let in. What the kernel does not take at once is not said. */
static void refuse_client(int fd, enum code code, const char *sentence)
{
    struct refusal r;
    AUTO_TEXT(line);
    AUTO_JSON(reply);
    (void)refuse(&r, code, NULL, NULL, "%s", sentence);
    reply = refusal_json(&r);
    json_write(reply, &line);
    text_add_char(&line, '\n');
    (void)!send(fd, text_str(&line), line.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

/* Limits are warned of at 80 %, once, until it is 70 % again (rule R2). */
static void crowd_watch(struct serve *s)
{
    int64_t now = s->stats.connections, most = s->config.connections_max;
    if (!s->crowded && now * 10 >= most * 8)
        log_warn("serve",
                 "connections=%" PRId64 " of limits.connections=%" PRId64
                 "; further ones are refused above it",
                 now, most);
    if (now * 10 >= most * 8)
        s->crowded = true;
    else if (now * 10 < most * 7)
        s->crowded = false;
}

static void client_take(struct serve *s, int fd)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
        close(fd);
        return;
    }
    bool owner = peer.uid == 0 || peer.uid == s->config.owner;
    int64_t most = s->config.connections_max + (owner ? OWNER_CONNECTIONS_MORE : 0);
    if (s->stats.connections >= most) {
        refuse_client(fd, CODE_TOO_MANY_CONNECTIONS,
                      "too many connections are open (limits.connections); try again in a moment");
        return;
    }
    (void)conn_new(s, fd, peer.uid);
    crowd_watch(s);
}

/* No descriptors left: give up the spare one to take the client off the queue and say why. */
static void client_without_fd(struct serve *s)
{
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        refuse_client(fd, CODE_TOO_MANY_CONNECTIONS,
                      "the daemon has no file descriptors left; try again in a moment");
    s->spare_fd = fcntl(s->listen_fd, F_DUPFD_CLOEXEC, 0);
    log_warn("serve", "no file descriptors left, a client was refused; raise LimitNOFILE");
}

static void clients_waiting(void *ctx, int ready)
{
    struct serve *s = ctx;
    (void)ready;
    serve_enter(s);
    for (int i = 0; i < ACCEPTS_A_PASS && s->listening; i++) {
        int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            client_take(s, fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            client_without_fd(s);
            break;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            break;
        }
    }
    serve_leave(s);
}

void serve_listen(struct serve *s, int fd)
{
    assert(!s->listening);
    s->listen_fd = fd;
    s->spare_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    s->listening = loop_fd_new(s->port->loop, fd, clients_waiting, s);
    loop_fd_want(s->listening, LOOP_READ);
}

/* ---- what comes back ---- */

void serve_reply(struct serve *s, struct reply_to to, json_t *body)
{
    serve_enter(s);
    struct conn *c = conn_find(s, to.conn);
    if (c)
        conn_reply(c, to.line, body);
    else
        json_decref(body);
    serve_leave(s);
}

void serve_event(struct serve *s, struct record *r)
{
    serve_enter(s);
    s->seq = r->seq;
    for (size_t i = 0; i < s->conns_cap && s->stats.watchers > 0; i++)
        if (s->conns[i] && s->conns[i]->watch)
            watch_event(s->conns[i], r);
    serve_leave(s);
}

void serve_flush(struct serve *s)
{
    serve_enter(s);
    struct conn *c;
    while ((c = TAILQ_FIRST(&s->to_flush)))
        conn_flush(c);
    serve_leave(s);
}

void serve_stop(struct serve *s)
{
    serve_enter(s);
    s->stopping = true;
    listen_end(s);
    for (size_t i = 0; i < s->conns_cap; i++)
        if (s->conns[i])
            conn_flush(s->conns[i]);
    serve_leave(s);
}

void serve_hang_up(struct serve *s)
{
    serve_enter(s);
    for (size_t i = 0; i < s->conns_cap; i++)
        if (s->conns[i])
            conn_close(s->conns[i]);
    serve_leave(s);
}

bool serve_idle(const struct serve *s)
{
    return s->stats.connections == 0;
}

struct serve_stats serve_stats(const struct serve *s)
{
    return s->stats;
}
