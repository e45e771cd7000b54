/*
 * load_lines - triggers over the Unix socket, pipelined, as fast as they are taken.
 *
 *     load_lines SOCKET COUNT WINDOW [PLAN]
 *
 * COUNT triggers of PLAN, else of one_call, WINDOW of them without their reply at a time, each with
 * a key and a title of its own. Prints {"count":…,"refused":…,"seconds":…}: from the first byte
 * sent to the last reply. A reply means durable.
 */
#include "peer.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_BYTES = 256, READ_BYTES = 65536, PLAN_BYTES = 64 };

struct load {
    int fd;
    const char *plan;
    long count, window;
    long sent, answered, refused;
    char *out; /* lines that the socket has not taken yet */
    size_t out_len, out_at;
    char in[READ_BYTES + 1]; /* the beginning of a reply whose end has not come */
    size_t in_len;
};

static int socket_open(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    errno = ENAMETOOLONG;
    if (strlen(path) >= sizeof to.sun_path)
        die(path);
    memcpy(to.sun_path, path, strlen(path));
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
        die(path);
    return fd;
}

/* Lines until the window is full. */
static void lines_make(struct load *l)
{
    l->out_at = l->out_len = 0;
    for (; l->sent < l->count && l->sent - l->answered < l->window; l->sent++) {
        int64_t now = clock_us(CLOCK_REALTIME);
        l->out_len += (size_t)snprintf(
            l->out + l->out_len, LINE_BYTES,
            "{\"op\":\"trigger\",\"plan\":\"%s\",\"title\":\"one call at=%lld.%03d-%ld\","
            "\"key\":\"%d-%ld\"}\n",
            l->plan, (long long)(now / 1000000), (int)(now / 1000 % 1000), l->sent, (int)getpid(),
            l->sent);
    }
}

static void lines_send(struct load *l)
{
    while (l->out_at < l->out_len) {
        ssize_t n = send(l->fd, l->out + l->out_at, l->out_len - l->out_at, MSG_NOSIGNAL);
        if (n < 0)
            die("send");
        l->out_at += (size_t)n;
    }
}

static void replies_read(struct load *l)
{
    ssize_t n = recv(l->fd, l->in + l->in_len, READ_BYTES - l->in_len, 0);
    if (n <= 0)
        die("recv");
    l->in_len += (size_t)n;
    char *at = l->in, *end;
    while ((end = memchr(at, '\n', l->in_len - (size_t)(at - l->in)))) {
        *end = '\0';
        l->answered++;
        if (!strstr(at, "\"ok\":true") && l->refused++ == 0)
            fprintf(stderr, "load_lines: refused: %s\n", at);
        at = end + 1;
    }
    l->in_len -= (size_t)(at - l->in);
    memmove(l->in, at, l->in_len);
}

int main(int argc, char **argv)
{
    static struct load l;
    if ((argc != 4 && argc != 5) || (argc == 5 && strlen(argv[4]) > PLAN_BYTES)) {
        fprintf(stderr, "usage: load_lines SOCKET COUNT WINDOW [PLAN]\n");
        return 2;
    }
    l.fd = socket_open(argv[1]);
    l.plan = argc == 5 ? argv[4] : "one_call";
    l.count = number(argv[2], 1, 10000000);
    l.window = number(argv[3], 1, 1024);
    l.out = malloc((size_t)l.window * LINE_BYTES);
    if (!l.out)
        die("memory");
    int64_t begun = clock_us(CLOCK_MONOTONIC);
    while (l.answered < l.count) {
        lines_make(&l);
        lines_send(&l);
        replies_read(&l);
    }
    printf("{\"count\":%ld,\"refused\":%ld,\"seconds\":%.6f}\n", l.count, l.refused,
           (double)(clock_us(CLOCK_MONOTONIC) - begun) / 1e6);
    free(l.out);
    close(l.fd);
    return l.refused ? 1 : 0;
}
