/*
 * The courier as a program of its own, for tests/live/courier.py.
 *
 *     courier run FD [CA_FILE]     serve the socket FD in the jail, as the child process does
 *     courier bench N AT_ONCE      N attempts to a sink in a process of its own; prints the rate
 *
 * Names that end in ".test" are resolved here, so that tests need no DNS: hang.test takes 20 s and
 * then fails, loopback.test is 127.0.0.1, private.test 192.168.255.1, mixed.test has a private
 * address before 127.0.0.1, and all others do not exist.
 */
#include "courier/courier.h"
#include "base/frame.h"
#include "world/jail.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- names ---- */

typedef int resolve_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static resolve_fn *libc_resolve(void)
{
    resolve_fn *fn = NULL;
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    memcpy(&fn, &symbol, sizeof fn); /* ISO C has no cast from void to a function */
    return fn;
}

static bool ends_with(const char *s, const char *end)
{
    size_t len = strlen(s), end_len = strlen(end);

    return len >= end_len && strcmp(s + len - end_len, end) == 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    resolve_fn *resolve = libc_resolve();

    if (!name || !ends_with(name, ".test"))
        return resolve(name, service, hints, ret);
    if (strcmp(name, "hang.test") == 0) {
        sleep(20);
        return EAI_AGAIN;
    }
    if (strcmp(name, "loopback.test") == 0)
        return resolve("127.0.0.1", service, hints, ret);
    if (strcmp(name, "private.test") == 0)
        return resolve("192.168.255.1", service, hints, ret);
    if (strcmp(name, "mixed.test") == 0) {
        int e = resolve("10.255.255.1", service, hints, ret);

        return e ? e : resolve("127.0.0.1", service, hints, &(*ret)->ai_next);
    }
    return EAI_NONAME;
}

/* ---- run ---- */

static void no_send(void *ctx, json_t *frame)
{
    (void)ctx;
    (void)frame;
}

/* The same walls as around the child process, so that whatever needs more is seen here. */
static void jail(void *ctx, const char *secrets)
{
    struct jail_report report;

    (void)ctx;
    jail_courier(secrets, &report);
    fputs(text_str(&report.missing), stderr);
    jail_report_done(&report);
}

static int run(int fd, const char *ca_file)
{
    struct courier_config config = {.ca_file = ca_file, .ready = jail};
    struct why why = {0};

    courier_warm_up();
    struct courier *c = courier_new(&config, no_send, NULL);
    enum err e = courier_run(c, fd, &why);
    courier_free(c);
    if (e)
        fprintf(stderr, "courier: %s\n", why.text);
    return e ? 1 : 0;
}

/* ---- bench ---- */

enum { SINK_CONNECTIONS_MAX = 300 };

static void sink_answer(struct pollfd *p)
{
    static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";
    char bytes[4096];
    ssize_t n = read(p->fd, bytes, sizeof bytes);

    /* requests of the bench fit into one segment, and there is one at a time a connection */
    if (n <= 0 || write(p->fd, answer, sizeof answer - 1) < 0) {
        close(p->fd);
        p->fd = -1;
    }
}

static void sink_serve(int listener)
{
    struct pollfd fds[SINK_CONNECTIONS_MAX] = {{.fd = listener, .events = POLLIN}};

    for (int i = 1; i < SINK_CONNECTIONS_MAX; i++)
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    while (poll(fds, SINK_CONNECTIONS_MAX, -1) > 0) {
        for (int i = 1; i < SINK_CONNECTIONS_MAX; i++) {
            if (fds[i].fd >= 0 && fds[i].revents)
                sink_answer(&fds[i]);
            else if (fds[i].fd < 0 && fds[0].revents) {
                int on = 1;

                fds[i].fd = accept(listener, NULL, NULL);
                fds[i].revents = 0;
                fds[0].revents = 0;
                setsockopt(fds[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            }
        }
    }
}

/* returns the sink's pid; it ends with us. */
static pid_t sink_start(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&at, len) != 0 ||
        listen(listener, 512) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0) {
        perror("sink");
        exit(1);
    }
    *ret_port = ntohs(at.sin_port);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sink_serve(listener);
        _exit(0);
    }
    close(listener);
    return pid;
}

struct tally {
    int ok, failed;
};

static void count(void *ctx, json_t *frame)
{
    struct tally *t = ctx;

    if (json_bool(frame, "ok"))
        t->ok++;
    else if (t->failed++ == 0)
        fprintf(stderr, "first failure: %s\n", json_str_or(frame, "error", "?"));
}

static json_t *bench_attempt(int id, int port)
{
    json_t *frame = json_object();
    json_t *allow = json_array();
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    json_array_append_new(allow, json_string("127.0.0.0/8"));
    json_put_str(frame, "op", "attempt");
    json_put_int(frame, "id", id);
    json_put_str(frame, "notice", "0198f2c4-0000-7000-8000-000000000001-1");
    json_put_str(frame, "endpoint", "sink");
    json_put_str(frame, "url", url);
    json_put_str(frame, "body", "{\"type\":\"muster.call\",\"data\":{\"text\":\"bench\"}}");
    json_put(frame, "allow", allow);
    return frame;
}

static void must(enum err e, const struct why *why)
{
    if (e) {
        fprintf(stderr, "courier: %s\n", why->text);
        exit(1);
    }
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static int bench(int attempts, int at_once)
{
    struct courier_config config = {0};
    struct tally tally = {0};
    struct why why = {0};
    int port = 0;
    pid_t sink = sink_start(&port);
    json_t *hello = json_object();

    courier_warm_up();
    struct courier *c = courier_new(&config, count, &tally);
    json_put_str(hello, "op", "hello");
    must(courier_frame(c, hello, &why), &why);
    json_decref(hello);

    double begin = seconds(), cpu = cpu_seconds();
    for (int i = 0; tally.ok + tally.failed < attempts;) {
        while (i < attempts && courier_in_hand(c) < at_once) {
            json_t *frame = bench_attempt(++i, port);

            must(courier_frame(c, frame, &why), &why);
            json_decref(frame);
        }
        courier_step(c, 1000);
    }
    double took = seconds() - begin;
    printf("%d attempts, %d at once: %.0f/s, %.1f us of the processor each, %d failed\n", attempts,
           at_once, attempts / took, (cpu_seconds() - cpu) / attempts * 1e6, tally.failed);
    courier_free(c);
    kill(sink, SIGKILL);
    waitpid(sink, NULL, 0);
    return tally.failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "run") == 0)
        return run((int)strtol(argv[2], NULL, 10), argc > 3 ? argv[3] : NULL);
    if (argc == 4 && strcmp(argv[1], "bench") == 0)
        return bench((int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10));
    fprintf(stderr, "usage: courier run FD [CA_FILE] | courier bench N AT_ONCE\n");
    return 2;
}
