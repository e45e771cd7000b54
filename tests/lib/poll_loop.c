#include "poll_loop.h"

#include "unit.h"

#include "base/text.h"

#include <poll.h>
#include <stdlib.h>

enum { WATCHES_MAX = 4096, TIMERS_MAX = 64 };

struct poll_fd {
    struct loop_fd base;
    int fd, want;
    loop_fd_fn *ready;
    void *ctx;
};

struct poll_timer {
    struct loop_timer base;
    int64_t due; /* -1: not set */
    loop_timer_fn *fire;
    void *ctx;
};

struct poll_loop {
    struct loop base;
    struct poll_fd *fds[WATCHES_MAX];
    struct poll_timer *timers[TIMERS_MAX];
    int64_t now;
};

static struct loop_fd *fd_new(struct loop *l, int fd, loop_fd_fn *ready, void *ctx)
{
    struct poll_loop *p = (struct poll_loop *)l;
    size_t at = 0;
    while (p->fds[at])
        assert_true(++at < WATCHES_MAX);
    p->fds[at] = mem_new(1, sizeof *p->fds[at]);
    *p->fds[at] = (struct poll_fd){.base = {l}, .fd = fd, .ready = ready, .ctx = ctx};
    return &p->fds[at]->base;
}

static void fd_want(struct loop_fd *f, int want)
{
    ((struct poll_fd *)f)->want = want;
}

static void fd_free(struct loop_fd *f)
{
    struct poll_loop *p = (struct poll_loop *)f->loop;
    for (size_t at = 0; at < WATCHES_MAX; at++)
        if (p->fds[at] == (struct poll_fd *)f)
            p->fds[at] = NULL;
    free(f);
}

static struct loop_timer *timer_new(struct loop *l, loop_timer_fn *due, void *ctx)
{
    struct poll_loop *p = (struct poll_loop *)l;
    size_t at = 0;
    while (p->timers[at])
        assert_true(++at < TIMERS_MAX);
    p->timers[at] = mem_new(1, sizeof *p->timers[at]);
    *p->timers[at] = (struct poll_timer){.base = {l}, .due = -1, .fire = due, .ctx = ctx};
    return &p->timers[at]->base;
}

static void timer_set(struct loop_timer *t, int64_t in_ms)
{
    ((struct poll_timer *)t)->due = ((struct poll_loop *)t->loop)->now + in_ms;
}

static void timer_clear(struct loop_timer *t)
{
    ((struct poll_timer *)t)->due = -1;
}

static void timer_free(struct loop_timer *t)
{
    struct poll_loop *p = (struct poll_loop *)t->loop;
    for (size_t at = 0; at < TIMERS_MAX; at++)
        if (p->timers[at] == (struct poll_timer *)t)
            p->timers[at] = NULL;
    free(t);
}

static void loop_awake(struct loop *l)
{
    (void)l; /* the test pumps anyway */
}

struct poll_loop *poll_loop_new(void)
{
    static const struct loop_ops ops = {.fd_new = fd_new,
                                        .fd_want = fd_want,
                                        .fd_free = fd_free,
                                        .timer_new = timer_new,
                                        .timer_set = timer_set,
                                        .timer_clear = timer_clear,
                                        .timer_free = timer_free,
                                        .wake = loop_awake};
    struct poll_loop *p = mem_new(1, sizeof *p);
    p->base.ops = &ops;
    return p;
}

void poll_loop_free(struct poll_loop *p)
{
    for (size_t at = 0; at < WATCHES_MAX; at++)
        assert_null(p->fds[at]);
    for (size_t at = 0; at < TIMERS_MAX; at++)
        assert_null(p->timers[at]);
    free(p);
}

struct loop *poll_loop_port(struct poll_loop *p)
{
    return &p->base;
}

int poll_loop_turn(struct poll_loop *p)
{
    int called = 0;
    for (size_t at = 0; at < WATCHES_MAX; at++) {
        struct poll_fd *f = p->fds[at];
        if (!f || !f->want)
            continue;
        short events =
            (short)((f->want & LOOP_READ ? POLLIN : 0) | (f->want & LOOP_WRITE ? POLLOUT : 0));
        struct pollfd one = {.fd = f->fd, .events = events};
        if (poll(&one, 1, 0) <= 0)
            continue;
        int ready = (one.revents & (POLLIN | POLLHUP | POLLERR) ? LOOP_READ : 0) |
                    (one.revents & POLLOUT ? LOOP_WRITE : 0);
        called++;
        f->ready(f->ctx, ready & f->want);
    }
    return called;
}

void poll_loop_pump(struct poll_loop *p)
{
    for (int turns = 0; poll_loop_turn(p) > 0; turns++)
        assert_true(turns < 100000); /* a watch that is always ready and never served */
}

void poll_loop_pass_time(struct poll_loop *p, int64_t ms)
{
    int64_t until = p->now + ms;
    for (;;) {
        struct poll_timer *next = NULL;
        for (size_t at = 0; at < TIMERS_MAX; at++) {
            struct poll_timer *t = p->timers[at];
            if (t && t->due >= 0 && t->due <= until && (!next || t->due < next->due))
                next = t;
        }
        if (!next)
            break;
        p->now = next->due;
        next->due = -1;
        next->fire(next->ctx);
    }
    p->now = until;
}
