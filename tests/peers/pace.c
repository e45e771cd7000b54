/*
 * pace - requests at a steady rate, and the webhooks that come of them, in one program with one
 * clock.
 *
 *     pace PORT SINK_PORT RATE SECONDS PATH BODY [HEADER…]
 *
 * Sends POST PATH to 127.0.0.1:PORT on kept connections, RATE a second, however long the answers
 * take. In BODY the first "{at}" becomes the time in microseconds, the first "{n}" a number of its
 * own. On SINK_PORT it is the receiver of what is sent out: it finds "at=TIME" in each body and
 * answers 200. A late start of a request counts against it: its time is when it was due.
 *
 * Prints, in ms: {"sent":…,"refused":…,"hooks":…,"answer":{"p50":…,"p99":…,"max":…},"hook":{…}}.
 * "answer" is until the whole answer, "hook" until the first byte of the webhook is here.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLIENTS = 128,
    HOOKS = 512, /* connections of the sink */
    BUFFER = 16384,
    REST_S = 10, /* for the last webhooks */
};

struct connection {
    int fd; /* -1: closed */
    bool busy;
    int64_t since; /* when its request was due, or its webhook's first byte came */
    size_t len;
    char in[BUFFER + 1];
};

struct figures {
    int64_t *us;
    size_t count;
};

struct pace {
    uint16_t port;
    long rate, sent_max, sent, answered, refused;
    const char *path, *body;
    char headers[2048];
    int listener;
    struct connection clients[CLIENTS], hooks[HOOKS];
    struct figures answer, hook;
    int64_t begun;
};

/* ---- sockets ---- */

static int connection_new(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int listener_new(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1024))
        die("listen");
    return fd;
}

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            continue; /* a few hundred bytes on loopback */
        if (n < 0)
            die("send");
        bytes += n;
        len -= (size_t)n;
    }
}

/* What has come, behind what was there. false: the other end has closed. */
static bool more(struct connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, BUFFER - c->len, 0);
    if (n < 0 && errno == EAGAIN)
        return true;
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    return true;
}

/* The bytes of the message at the beginning of the buffer; 0: it is not whole. */
static size_t whole(const struct connection *c)
{
    const char *head_end = strstr(c->in, "\r\n\r\n");
    if (!head_end)
        return 0;
    const char *length = strcasestr(c->in, "\r\ncontent-length:");
    size_t head = (size_t)(head_end - c->in) + 4;
    size_t body = length && length < head_end ? strtoul(length + 17, NULL, 10) : 0;
    if (head + body > BUFFER) {
        errno = EMSGSIZE;
        die("a message");
    }
    return c->len >= head + body ? head + body : 0;
}

static void forget(struct connection *c, size_t bytes)
{
    c->len -= bytes;
    memmove(c->in, c->in + bytes, c->len + 1);
}

static void figure_add(struct figures *f, int64_t us)
{
    f->us = realloc(f->us, (f->count + 1) * sizeof(*f->us));
    if (!f->us)
        die("memory");
    f->us[f->count++] = us;
}

/* ---- requests ---- */

/* BODY with the time and the number in their places. */
static void body_make(const struct pace *p, int64_t at, char *to, size_t cap)
{
    size_t len = 0;
    for (const char *from = p->body; *from && len + 32 < cap;) {
        if (strncmp(from, "{at}", 4) == 0) {
            len += (size_t)snprintf(to + len, cap - len, "%lld", (long long)at);
            from += 4;
        } else if (strncmp(from, "{n}", 3) == 0) {
            len += (size_t)snprintf(to + len, cap - len, "%d-%ld", (int)getpid(), p->sent);
            from += 3;
        } else {
            to[len++] = *from++;
        }
    }
    to[len] = '\0';
}

static void request_send(struct pace *p, struct connection *c, int64_t due)
{
    char body[2048], request[6144];
    body_make(p, due, body, sizeof body);
    int len =
        snprintf(request, sizeof request,
                 "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
                 "%sContent-Length: %zu\r\n\r\n%s",
                 p->path, p->port, p->headers, strlen(body), body);
    if (c->fd < 0)
        c->fd = connection_new(p->port);
    c->busy = true;
    c->since = due;
    c->len = 0;
    write_all(c->fd, request, (size_t)len);
    p->sent++;
}

static int64_t due_at(const struct pace *p, long n)
{
    return p->begun + n * 1000000 / p->rate;
}

/* Everything that is due goes out, as long as there is a connection for it. */
static void requests_send(struct pace *p)
{
    int64_t now = clock_us(CLOCK_REALTIME);
    for (int i = 0; i < CLIENTS && p->sent < p->sent_max && due_at(p, p->sent) <= now; i++)
        if (!p->clients[i].busy)
            request_send(p, &p->clients[i], due_at(p, p->sent));
}

static void answer_read(struct pace *p, struct connection *c)
{
    bool open = more(c);
    size_t bytes = whole(c);
    if (bytes) {
        figure_add(&p->answer, clock_us(CLOCK_REALTIME) - c->since);
        if (strncmp(c->in, "HTTP/1.1 2", 10) != 0 && p->refused++ == 0)
            fprintf(stderr, "pace: refused: %s\n", c->in);
        p->answered++;
        c->busy = false;
        forget(c, bytes);
    }
    if (open)
        return;
    close(c->fd);
    c->fd = -1;
    p->refused += c->busy;
    p->answered += c->busy;
    c->busy = false;
}

/* ---- webhooks ---- */

static void hook_accept(struct pace *p)
{
    int fd;
    while ((fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        int i = 0, one = 1;
        while (i < HOOKS && p->hooks[i].fd >= 0)
            i++;
        if (i == HOOKS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        p->hooks[i].fd = fd;
        p->hooks[i].len = 0;
    }
}

static void hook_read(struct pace *p, struct connection *c)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    if (c->len == 0)
        c->since = clock_us(CLOCK_REALTIME);
    bool open = more(c);
    size_t bytes = whole(c);
    if (bytes) {
        const char *at = strstr(c->in, "at=");
        if (at)
            figure_add(&p->hook, c->since - strtoll(at + 3, NULL, 10));
        write_all(c->fd, ok, sizeof ok - 1);
        forget(c, bytes);
    }
    if (open)
        return;
    close(c->fd);
    c->fd = -1;
}

/* ---- the loop ---- */

static void wait_and_read(struct pace *p)
{
    static struct pollfd fds[1 + CLIENTS + HOOKS];
    static struct connection *of[1 + CLIENTS + HOOKS];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){.fd = p->listener, .events = POLLIN};
    for (int i = 0; i < CLIENTS + HOOKS; i++) {
        struct connection *c = i < CLIENTS ? &p->clients[i] : &p->hooks[i - CLIENTS];
        if (c->fd < 0)
            continue;
        of[count] = c;
        fds[count++] = (struct pollfd){.fd = c->fd, .events = POLLIN};
    }
    int64_t left = p->sent < p->sent_max ? due_at(p, p->sent) - clock_us(CLOCK_REALTIME) : 100000;
    struct timespec t = {.tv_nsec = (left > 0 ? left < 100000 ? left : 100000 : 0) * 1000};
    if (ppoll(fds, count, &t, NULL) < 0)
        die("ppoll");
    for (nfds_t i = 1; i < count; i++) {
        if (!fds[i].revents)
            continue;
        if (of[i] >= p->hooks && of[i] < p->hooks + HOOKS)
            hook_read(p, of[i]);
        else
            answer_read(p, of[i]);
    }
    if (fds[0].revents)
        hook_accept(p);
}

static void figures_print(const char *name, struct figures *f)
{
    qsort(f->us, f->count, sizeof(*f->us), order_us);
    printf(",\"%s\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, share_ms(f->us, f->count, 0.5),
           share_ms(f->us, f->count, 0.99), share_ms(f->us, f->count, 1));
}

int main(int argc, char **argv)
{
    static struct pace p;
    if (argc < 7) {
        fprintf(stderr, "usage: pace PORT SINK_PORT RATE SECONDS PATH BODY [HEADER…]\n");
        return 2;
    }
    p.port = (uint16_t)number(argv[1], 1, 65535);
    p.listener = listener_new((uint16_t)number(argv[2], 1, 65535));
    p.rate = number(argv[3], 1, 100000);
    p.sent_max = p.rate * number(argv[4], 1, 600);
    p.path = argv[5];
    p.body = argv[6];
    for (int i = 7; i < argc; i++)
        snprintf(p.headers + strlen(p.headers), sizeof p.headers - strlen(p.headers), "%s\r\n",
                 argv[i]);
    for (int i = 0; i < CLIENTS + HOOKS; i++)
        (i < CLIENTS ? &p.clients[i] : &p.hooks[i - CLIENTS])->fd = -1;

    p.begun = clock_us(CLOCK_REALTIME);
    int64_t until = due_at(&p, p.sent_max) + REST_S * 1000000LL;
    while (clock_us(CLOCK_REALTIME) < until &&
           (p.answered < p.sent_max || (long)p.hook.count < p.sent_max - p.refused)) {
        requests_send(&p);
        wait_and_read(&p);
    }
    printf("{\"sent\":%ld,\"refused\":%ld,\"hooks\":%zu", p.sent, p.refused, p.hook.count);
    figures_print("answer", &p.answer);
    figures_print("hook", &p.hook);
    printf("}\n");
    return p.refused || (long)p.hook.count < p.sent ? 1 : 0;
}
