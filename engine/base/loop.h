/*
 * loop - waiting for descriptors and times, as the parts of the engine see it.
 *
 * A port: world/loop.c fills it with libevent, a test with what it likes. A pass of the loop calls
 * back for all that is ready; then its owner decides, commits and releases once for all of it
 * (DESIGN 4). So callbacks take in, and leave the deciding to the end of the pass.
 *
 * Layer      base: nothing else.
 * Ownership  Each _new gives; free with its _free, also from within its own callback or another's:
 *            what is freed is not called any more. NULL is freed in peace. The descriptor stays the
 *            caller's: free its watch before closing it.
 * Threads    All on the thread of the loop, but for loop_wake.
 * Errors     Without descriptors or memory the process aborts (rule R9).
 */
#pragma once

#include <stdint.h>

struct loop {
    const struct loop_ops *ops;
};

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* ready  of what was wanted: LOOP_READ (closed and failed count as readable), LOOP_WRITE, or-ed */
typedef void loop_fd_fn(void *ctx, int ready);
typedef void loop_timer_fn(void *ctx);

struct loop_fd {
    struct loop *loop;
};

struct loop_timer {
    struct loop *loop;
};

struct loop_ops {
    struct loop_fd *(*fd_new)(struct loop *l, int fd, loop_fd_fn *ready, void *ctx);
    void (*fd_want)(struct loop_fd *f, int want);
    void (*fd_free)(struct loop_fd *f);
    struct loop_timer *(*timer_new)(struct loop *l, loop_timer_fn *due, void *ctx);
    void (*timer_set)(struct loop_timer *t, int64_t in_ms);
    void (*timer_clear)(struct loop_timer *t);
    void (*timer_free)(struct loop_timer *t);
    void (*wake)(struct loop *l);
};

/* Watch a descriptor. It is called for nothing until loop_fd_want says for what. */
static inline struct loop_fd *loop_fd_new(struct loop *l, int fd, loop_fd_fn *ready, void *ctx)
{
    return l->ops->fd_new(l, fd, ready, ctx);
}

/* want  LOOP_READ and LOOP_WRITE, or-ed; 0 rests. Level-triggered; cheap when nothing changes. */
static inline void loop_fd_want(struct loop_fd *f, int want)
{
    f->loop->ops->fd_want(f, want);
}

static inline void loop_fd_free(struct loop_fd *f)
{
    if (f)
        f->loop->ops->fd_free(f);
}

/* A timer for idle connections and the like. What must be on time is the core's (world/loop.h). */
static inline struct loop_timer *loop_timer_new(struct loop *l, loop_timer_fn *due, void *ctx)
{
    return l->ops->timer_new(l, due, ctx);
}

/* Fires once, in_ms from now; replaces what was set before. */
static inline void loop_timer_set(struct loop_timer *t, int64_t in_ms)
{
    t->loop->ops->timer_set(t, in_ms);
}

static inline void loop_timer_clear(struct loop_timer *t)
{
    t->loop->ops->timer_clear(t);
}

static inline void loop_timer_free(struct loop_timer *t)
{
    if (t)
        t->loop->ops->timer_free(t);
}

/* From any thread: let there be a pass soon, even when nothing is ready. */
static inline void loop_wake(struct loop *l)
{
    l->ops->wake(l);
}
