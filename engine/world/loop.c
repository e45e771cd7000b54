#include "world/loop.h"

#include "base/log.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct event_loop {
    struct loop loop; /* first, so that one is the other */
    struct event_base *base;
    loop_timer_fn *pass;
    void *pass_ctx;
    int wake_fd;
    struct event *wake;
    int alarm_fd; /* a timerfd: libevent's own timers stand still while the machine sleeps */
    struct event *alarm;
    bool stopped;
};

/* One event a direction, so that wanting to write and no more is one change in the kernel. */
struct event_fd {
    struct loop_fd watch;
    struct event *read, *write; /* made when first wanted */
    int fd;
    int want;
    loop_fd_fn *ready;
    void *ctx;
};

struct event_timer {
    struct loop_timer timer;
    struct event *event;
    loop_timer_fn *due;
    void *ctx;
};

static struct event_loop *event_loop(struct loop *l)
{
    return (struct event_loop *)l;
}

/* Rule R9: without memory or descriptors the process ends, and is started again. */
static void must(bool done)
{
    if (done)
        return;
    log_error("loop", "out of memory or descriptors (%s); the process ends and is restarted",
              strerror(errno));
    abort();
}

static void counter_drained(evutil_socket_t fd, short what, void *ctx)
{
    (void)what;
    (void)ctx;
    uint64_t count = 0;
    ssize_t n = read(fd, &count, sizeof(count));
    assert(n == (ssize_t)sizeof(count) || errno == EAGAIN);
}

/* ---- descriptors -------------------------------------------------------------------------- */

static void fd_ready(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    struct event_fd *f = ctx;
    f->ready(f->ctx, (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0));
}

static struct loop_fd *fd_new(struct loop *l, int fd, loop_fd_fn *ready, void *ctx)
{
    struct event_fd *f = mem_new(1, sizeof(*f));
    *f = (struct event_fd){.watch = {l}, .fd = fd, .ready = ready, .ctx = ctx};
    return &f->watch;
}

static void direction_set(struct event_fd *f, struct event **event, short what, bool on)
{
    if (!*event)
        *event = event_new(event_loop(f->watch.loop)->base, f->fd, (short)(what | EV_PERSIST),
                           fd_ready, f);
    must(*event && (on ? event_add(*event, NULL) : event_del(*event)) == 0);
}

static void fd_want(struct loop_fd *watch, int want)
{
    struct event_fd *f = (struct event_fd *)watch;
    int changed = want ^ f->want;
    if (changed & LOOP_READ)
        direction_set(f, &f->read, EV_READ, want & LOOP_READ);
    if (changed & LOOP_WRITE)
        direction_set(f, &f->write, EV_WRITE, want & LOOP_WRITE);
    f->want = want;
}

static void fd_free(struct loop_fd *watch)
{
    struct event_fd *f = (struct event_fd *)watch;
    if (f->read)
        event_free(f->read);
    if (f->write)
        event_free(f->write);
    free(f);
}

/* ---- timers ------------------------------------------------------------------------------- */

static void timer_due(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct event_timer *t = ctx;
    t->due(t->ctx);
}

static struct loop_timer *timer_new(struct loop *l, loop_timer_fn *due, void *ctx)
{
    struct event_timer *t = mem_new(1, sizeof(*t));
    *t = (struct event_timer){.timer = {l}, .due = due, .ctx = ctx};
    t->event = event_new(event_loop(l)->base, -1, 0, timer_due, t);
    must(t->event);
    return &t->timer;
}

static void timer_set(struct loop_timer *timer, int64_t in_ms)
{
    assert(in_ms >= 0);
    struct timeval in = {.tv_sec = (time_t)(in_ms / 1000),
                         .tv_usec = (suseconds_t)(in_ms % 1000 * 1000)};
    must(event_add(((struct event_timer *)timer)->event, &in) == 0);
}

static void timer_clear(struct loop_timer *timer)
{
    event_del(((struct event_timer *)timer)->event);
}

static void timer_free(struct loop_timer *timer)
{
    struct event_timer *t = (struct event_timer *)timer;
    event_free(t->event);
    free(t);
}

/* ---- the loop ----------------------------------------------------------------------------- */

static void wake(struct loop *l)
{
    const uint64_t one = 1;
    ssize_t n = write(event_loop(l)->wake_fd, &one, sizeof(one));
    assert(n == (ssize_t)sizeof(one) || errno == EAGAIN); /* full: it is awake already */
}

static struct event *watch_counter(struct event_loop *l, int fd)
{
    must(fd >= 0);
    struct event *event = event_new(l->base, fd, EV_READ | EV_PERSIST, counter_drained, NULL);
    must(event && event_add(event, NULL) == 0);
    return event;
}

struct loop *loop_new(void)
{
    static const struct loop_ops ops = {
        .fd_new = fd_new,
        .fd_want = fd_want,
        .fd_free = fd_free,
        .timer_new = timer_new,
        .timer_set = timer_set,
        .timer_clear = timer_clear,
        .timer_free = timer_free,
        .wake = wake,
    };
    struct event_loop *l = mem_new(1, sizeof(*l));
    l->loop.ops = &ops;
    l->base = event_base_new();
    must(l->base);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->wake = watch_counter(l, l->wake_fd);
    l->alarm_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    l->alarm = watch_counter(l, l->alarm_fd);
    return &l->loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    struct event_loop *l = event_loop(loop);
    event_free(l->wake);
    event_free(l->alarm);
    close(l->wake_fd);
    close(l->alarm_fd);
    event_base_free(l->base);
    free(l);
}

void loop_on_pass(struct loop *loop, loop_timer_fn *pass, void *ctx)
{
    struct event_loop *l = event_loop(loop);
    l->pass = pass;
    l->pass_ctx = ctx;
}

void loop_alarm_in(struct loop *loop, int64_t in_ms)
{
    struct itimerspec in = {0};
    if (in_ms == 0)
        in.it_value.tv_nsec = 1; /* all zero would disarm it */
    else if (in_ms > 0)
        in.it_value = (struct timespec){.tv_sec = (time_t)(in_ms / 1000),
                                        .tv_nsec = (long)(in_ms % 1000 * 1000000)};
    must(timerfd_settime(event_loop(loop)->alarm_fd, 0, &in, NULL) == 0);
}

void loop_run(struct loop *loop)
{
    struct event_loop *l = event_loop(loop);
    do {
        if (!l->stopped)
            must(event_base_loop(l->base, EVLOOP_ONCE) >= 0);
        if (l->pass)
            l->pass(l->pass_ctx);
    } while (!l->stopped);
    l->stopped = false;
}

void loop_stop(struct loop *loop)
{
    event_loop(loop)->stopped = true;
}
