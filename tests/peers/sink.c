/*
 * sink - takes every webhook, answers 200, and knows when they came: for what is measured without
 * nginx.
 *
 *     sink [MS]
 *
 * MS: how long each answer takes, as with a service on another machine; else it is there at once.
 * Listens on a port of 127.0.0.1 that the kernel chooses and prints {"port":…}. Then it obeys lines
 * of its standard input:
 *
 *     zero    forget what came
 *     tell    print {"hooks":…,"first_us":…,"last_us":…,"marked":…,"mark_us":…}: how many came,
 * when the first and the last one did (CLOCK_REALTIME; 0: none), how many had "mark=" in their
 * body, and when the first of these did
 *
 * and ends with its input.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, BUFFER = 65536, EVENTS = 256, LINE = 256, OWED = 65536 };

struct connection {
    long serial; /* which of those that had this descriptor */
    size_t len;
    char in[BUFFER + 1];
};

struct sink {
    int epoll, listener;
    struct connection *at[CONNECTIONS]; /* by descriptor */
    long hooks, marked;
    int64_t first_us, last_us, mark_us;
    int64_t delay_us;
    long taken; /* connections so far */
    struct {
        int64_t due_us;
        long serial;
        int fd;
    } owed[OWED]; /* answers, in the order of their time: a ring */
    size_t owed_at, owed_end;
    char line[LINE];
    size_t line_len;
};

static void watch(const struct sink *s, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e))
        die("epoll_ctl");
}

static int listener_new(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) || listen(fd, 4096) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        die("listen");
    printf("{\"port\":%d}\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void connections_take(struct sink *s)
{
    int one = 1, fd;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        if (fd >= CONNECTIONS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!s->at[fd])
            s->at[fd] = malloc(sizeof *s->at[fd]);
        if (!s->at[fd])
            die("memory");
        s->at[fd]->len = 0;
        s->at[fd]->serial = ++s->taken;
        watch(s, fd);
    }
}

/* The bytes of the request at the beginning of the buffer; 0: it is not whole. */
static size_t whole(const struct connection *c)
{
    const char *head_end = strstr(c->in, "\r\n\r\n");
    const char *length = head_end ? strcasestr(c->in, "\r\ncontent-length:") : NULL;
    if (!head_end)
        return 0;
    size_t head = (size_t)(head_end - c->in) + 4;
    size_t body = length && length < head_end ? strtoul(length + 17, NULL, 10) : 0;
    return c->len >= head + body ? head + body : 0;
}

static void note(struct sink *s, struct connection *c, size_t bytes)
{
    int64_t now = clock_us(CLOCK_REALTIME);
    char behind = c->in[bytes];
    c->in[bytes] = '\0';
    if (strstr(c->in, "mark=") && s->marked++ == 0)
        s->mark_us = now;
    c->in[bytes] = behind;
    if (s->hooks++ == 0)
        s->first_us = now;
    s->last_us = now;
    c->len -= bytes;
    memmove(c->in, c->in + bytes, c->len + 1);
}

static bool answer_send(int fd)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    return send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) >= 0;
}

static bool answer(struct sink *s, int fd)
{
    size_t end = s->owed_end % OWED;
    if (!s->delay_us)
        return answer_send(fd);
    if (s->owed_end - s->owed_at == OWED)
        return false;
    s->owed[end].due_us = clock_us(CLOCK_MONOTONIC) + s->delay_us;
    s->owed[end].serial = s->at[fd]->serial;
    s->owed[end].fd = fd;
    s->owed_end++;
    return true;
}

/* returns  how long nothing is due, in ms; -1: nothing is owed. */
static int answers_pay(struct sink *s)
{
    for (; s->owed_at < s->owed_end; s->owed_at++) {
        size_t at = s->owed_at % OWED;
        int64_t left = s->owed[at].due_us - clock_us(CLOCK_MONOTONIC);
        if (left > 0)
            return (int)(left / 1000) + 1;
        if (s->at[s->owed[at].fd]->serial == s->owed[at].serial)
            (void)answer_send(s->owed[at].fd); /* whoever has gone is seen at the next look */
    }
    return -1;
}

/* false: it is over with this connection. */
static bool serve(struct sink *s, int fd)
{
    struct connection *c = s->at[fd];
    ssize_t n = recv(fd, c->in + c->len, BUFFER - c->len, 0);
    size_t bytes;
    if (n < 0 && errno == EAGAIN)
        return true;
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    while ((bytes = whole(c))) {
        note(s, c, bytes);
        if (!answer(s, fd))
            return false;
    }
    return c->len < BUFFER;
}

static void obey(struct sink *s)
{
    if (strcmp(s->line, "zero") == 0) {
        s->hooks = s->marked = 0;
        s->first_us = s->last_us = s->mark_us = 0;
    }
    printf("{\"hooks\":%ld,\"first_us\":%lld,\"last_us\":%lld,\"marked\":%ld,\"mark_us\":%lld}\n",
           s->hooks, (long long)s->first_us, (long long)s->last_us, s->marked,
           (long long)s->mark_us);
    fflush(stdout);
}

/* false: nobody asks any more. */
static bool asked(struct sink *s)
{
    char bytes[LINE];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n' && s->line_len < LINE - 1) {
            s->line[s->line_len++] = bytes[i];
            continue;
        }
        s->line[s->line_len] = '\0';
        s->line_len = 0;
        obey(s);
    }
    return n > 0;
}

int main(int argc, char **argv)
{
    static struct sink s;
    struct epoll_event events[EVENTS];
    if (argc > 2 || (argc == 2 && strspn(argv[1], "0123456789") != strlen(argv[1]))) {
        fprintf(stderr, "usage: sink [MS]\n");
        return 2;
    }
    s.delay_us = argc == 2 ? number(argv[1], 0, 60000) * 1000 : 0;
    s.epoll = epoll_create1(EPOLL_CLOEXEC);
    s.listener = listener_new();
    watch(&s, s.listener);
    watch(&s, STDIN_FILENO);
    for (;;) {
        int count = epoll_wait(s.epoll, events, EVENTS, answers_pay(&s));
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == s.listener)
                connections_take(&s);
            else if (fd == STDIN_FILENO && !asked(&s))
                return 0;
            else if (fd != STDIN_FILENO && !serve(&s, fd))
                close(fd);
        }
    }
}
