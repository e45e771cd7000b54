#include "serve/conn.h"
#include "serve/http_reply.h"
#include "serve/watch.h"

#include "base/limit.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTS_A_PASS = 64, TICK_MS = 1000 };

/* ---- time ---- */

/* A listener without a spare descriptor has rested: is there one by now? */
static void listeners_wake(struct serve *s)
{
    if (s->listeners_count == 0 || s->spare_fd >= 0)
        return;
    s->spare_fd = fcntl(s->listeners[0].fd, F_DUPFD_CLOEXEC, 0);
    for (size_t i = 0; i < s->listeners_count && s->spare_fd >= 0; i++)
        loop_fd_want(s->listeners[i].interest, LOOP_READ);
}

static void second_over(void *ctx)
{
    struct serve *s = ctx;
    s->tick++;
    serve_enter(s);
    listeners_wake(s);
    for (size_t i = 0; i < s->conns_cap; i++)
        if (s->conns[i] && s->conns[i]->dialect->tick)
            s->conns[i]->dialect->tick(s->conns[i]);
    serve_leave(s);
    if (s->timed > 0 || (s->listeners_count > 0 && s->spare_fd < 0))
        loop_timer_set(s->second, TICK_MS);
}

void serve_timed(struct serve *s, int more)
{
    bool none = s->timed == 0;
    s->timed += more;
    if (none && s->timed > 0)
        loop_timer_set(s->second, TICK_MS);
}

/* ---- making and ending ---- */

struct serve *serve_new(const struct serve_config *config, const struct serve_port *port)
{
    struct serve *s = mem_new(1, sizeof *s);
    s->config = *config;
    s->port_kept = *port;
    s->port = &s->port_kept;
    s->seq = config->seq;
    s->spare_fd = -1;
    s->phones = config->phones_key ? phones_new(config->phones_key) : NULL;
    s->second = loop_timer_new(port->loop, second_over, s);
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
    for (size_t i = 0; i < s->listeners_count; i++)
        loop_fd_free(s->listeners[i].interest);
    s->listeners_count = 0;
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
    loop_timer_free(s->second);
    peers_done(&s->peers);
    phones_free(s->phones);
    free(s->conns);
    free(s);
}

/* ---- clients ---- */

/* A word to somebody who is not let in. What the kernel does not take at once is not said. */
static void refuse_client(const struct listener *l, int fd, const char *sentence)
{
    struct refusal r;
    AUTO_TEXT(bytes);
    AUTO_JSON(reply);
    (void)refuse(&r, CODE_TOO_MANY_CONNECTIONS, NULL, NULL, "%s", sentence);
    reply = refusal_json(&r);
    l->serve->stats.intake[l->door][CODE_TOO_MANY_CONNECTIONS]++;
    if (l->door == DOOR_HTTP) {
        http_refusal_write(reply, l->serve->port->now(l->serve->port->ctx), &bytes);
    } else {
        json_write(reply, &bytes);
        text_add_char(&bytes, '\n');
    }
    (void)!send(fd, text_str(&bytes), bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static void crowd_watch(struct serve *s)
{
    int64_t now = s->stats.connections, most = s->config.connections_max;
    if (limit_warns(&s->crowded, now, most))
        log_warn("serve",
                 "connections=%" PRId64 " of limits.connections=%" PRId64
                 "; further ones are refused above it",
                 now, most);
}

static bool caller_of(const struct listener *l, int fd, struct caller *ret)
{
    struct ucred user = {.uid = (uid_t)-1};
    struct sockaddr_storage address = {0};
    socklen_t len = l->door == DOOR_UNIX ? sizeof user : sizeof address;
    *ret = (struct caller){.door = l->door};
    if (l->door == DOOR_UNIX) {
        bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &user, &len) == 0;
        ret->uid = user.uid;
        return known;
    }
    bool known = getpeername(fd, (struct sockaddr *)&address, &len) == 0;
    ret->peer = peer_of(&address, (int)l->door);
    return known;
}

/* Root and the daemon's own user get in even then: somebody must be able to look. */
static bool has_place(struct serve *s, const struct caller *who, const char **ret_sentence)
{
    bool owner = who->door == DOOR_UNIX && (who->uid == 0 || who->uid == s->config.owner);
    int64_t most = s->config.connections_max + (owner ? OWNER_CONNECTIONS_MORE : 0);
    *ret_sentence = "too many connections are open (limits.connections); try again in a moment";
    if (s->stats.connections >= most)
        return false;
    *ret_sentence = "this address has too many connections open (limits.connections_address); "
                    "close some";
    return who->door == DOOR_UNIX ||
           peers_enter(&s->peers, &who->peer, s->config.connections_address_max);
}

static void client_take(const struct listener *l, int fd)
{
    struct serve *s = l->serve;
    struct caller who;
    const char *sentence;
    const int on = 1;
    if (!caller_of(l, fd, &who)) {
        close(fd);
        return;
    }
    if (!has_place(s, &who, &sentence)) {
        refuse_client(l, fd, sentence);
        return;
    }
    if (l->door != DOOR_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)conn_new(s, fd, &who);
    crowd_watch(s);
}

/*
 * No descriptors left: give up the spare one to take the client off the queue and say why. Without
 * it nobody can be taken off: the listener rests until the next second.
 */
static void client_without_fd(struct listener *l)
{
    struct serve *s = l->serve;
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        refuse_client(l, fd, "the daemon has no file descriptors left; try again in a moment");
    s->spare_fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
    if (s->spare_fd < 0) {
        loop_fd_want(l->interest, 0);
        loop_timer_set(s->second, TICK_MS);
    }
    log_warn("serve", "no file descriptors left, a client was refused; raise LimitNOFILE");
}

static void clients_waiting(void *ctx, int ready)
{
    struct listener *l = ctx;
    struct serve *s = l->serve;
    (void)ready;
    serve_enter(s);
    for (int i = 0; i < ACCEPTS_A_PASS && s->listeners_count > 0; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            client_take(l, fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            client_without_fd(l);
            break;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            break;
        }
    }
    serve_leave(s);
}

void serve_listen(struct serve *s, int fd, enum door door)
{
    assert(s->listeners_count < LISTENERS_MAX);
    struct listener *l = &s->listeners[s->listeners_count++];
    *l = (struct listener){.serve = s, .fd = fd, .door = door};
    if (s->spare_fd < 0)
        s->spare_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    l->interest = loop_fd_new(s->port->loop, fd, clients_waiting, l);
    loop_fd_want(l->interest, LOOP_READ);
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

bool serve_awaits(const struct serve *s, struct reply_to to)
{
    const struct conn *c = conn_find(s, to.conn);
    return c && !c->said_all;
}

struct phones *serve_phones(struct serve *s)
{
    return s->phones;
}

void serve_event(struct serve *s, struct record *r)
{
    serve_enter(s);
    s->seq = r->seq;
    if (s->phones)
        phones_event(s->phones, r);
    for (size_t i = 0; i < s->conns_cap && s->stats.watchers > 0; i++)
        if (s->conns[i] && s->conns[i]->watch)
            watch_event(s->conns[i], r);
    serve_leave(s);
}

static bool lives_by(const struct conn *c, const char *id)
{
    return strcmp(c->identity.id, id) == 0 && (c->door != DOOR_HTTP || conn_watches(c));
}

void serve_principal_gone(struct serve *s, const char *id)
{
    serve_enter(s);
    for (size_t i = 0; i < s->conns_cap; i++)
        if (s->conns[i] && lives_by(s->conns[i], id))
            conn_close(s->conns[i]);
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
    struct serve_stats stats = s->stats;
    stats.connections_address = peers_most(&s->peers);
    return stats;
}
