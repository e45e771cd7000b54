#include "world/children.h"

#include "base/crash.h"
#include "base/log.h"
#include "world/crash_guard.h"
#include "world/outbox.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    READS_A_PASS = 4, /* so that one talkative child does not keep the others waiting */
    EXIT_ORPHAN = 1,
};

/* One slot, as long as its child lives. */
struct link {
    struct children *children;
    enum child_slot slot;
    int64_t gen; /* 0: down */
    int fd;
    struct loop_fd *watch;
    struct frame_reader reader;
    struct outbox out;
    bool closed; /* no more frames: its end, or nonsense */
};

struct children {
    struct child *own;
    struct loop *loop;
    struct loop_fd *watch; /* of the supervisor's socket */
    const struct children_calls *calls;
    void *ctx;
    struct inbox in;
    struct outbox out;
    struct children_hello hello;
    struct link links[CHILD_ENGINE];
};

/* ---- to the supervisor -------------------------------------------------------------------- */

/* There must never be two engines: a successor may be waiting for the lock already. */
static _Noreturn void orphaned(const char *why)
{
    log_warn("children", "the supervisor is gone (%s); leaving at once", why);
    _exit(EXIT_ORPHAN);
}

static void control_flush(struct children *c)
{
    struct why why;
    if (outbox_flush(&c->out, c->own->fd, &why))
        orphaned(why.text);
    if (c->watch)
        loop_fd_want(c->watch, LOOP_READ | (outbox_left(&c->out) ? LOOP_WRITE : 0));
}

static void control_send(struct children *c, json_t *takes_frame)
{
    struct why why;
    enum err e = outbox_add(&c->out, takes_frame, &why);
    assert(!e); /* these are short */
    json_decref(takes_frame);
    control_flush(c);
}

static json_t *request(const char *op)
{
    return json_put_str(json_object(), "op", op);
}

void children_kill(struct children *c, enum child_slot slot, int64_t gen, const char *why)
{
    json_t *frame = json_put_str(request("kill"), "slot", child_name(slot));
    control_send(c, json_put_str(json_put_int(frame, "gen", gen), "why", why));
}

void children_want(struct children *c, enum child_slot slot)
{
    control_send(c, json_put_str(request("want"), "slot", child_name(slot)));
}

void children_unwant(struct children *c, enum child_slot slot)
{
    control_send(c, json_put_str(request("unwant"), "slot", child_name(slot)));
}

void children_ready(struct children *c)
{
    control_send(c, request("ready"));
}

void children_stopping(struct children *c)
{
    control_send(c, request("stopping"));
}

/* ---- a slot ------------------------------------------------------------------------------- */

static void link_down(struct link *l)
{
    if (l->gen == 0)
        return;
    loop_fd_free(l->watch);
    close(l->fd);
    frame_reader_done(&l->reader);
    outbox_done(&l->out);
    *l = (struct link){.children = l->children, .slot = l->slot, .fd = -1};
}

/* No more frames of this generation; its death is still to be reported. */
static void link_close(struct link *l)
{
    l->closed = true;
    loop_fd_want(l->watch, 0);
}

static void link_note_jail(const struct link *l, const json_t *frame)
{
    if (!frame_is(frame, "jailed") || json_bool(frame, "ok"))
        return;
    const json_t *missing = json_at(frame, "missing");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const char *part = json_string_value(json_array_get(missing, i));
        log_warn("jail",
                 "%s runs WITHOUT A WALL OF ITS JAIL: %s. It goes on; mend the kernel or "
                 "the container's profile",
                 child_name(l->slot), part ? part : "?");
    }
}

/* Deliver the whole frames that have come. A callback may end this very generation. */
static void link_deliver(struct link *l)
{
    struct children *c = l->children;
    const int64_t gen = l->gen;
    struct why why;
    while (l->gen == gen && !l->closed) {
        AUTO_JSON(frame);
        if (frame_next(&l->reader, &frame, &why)) {
            log_error("children",
                      "%s generation %" PRId64 " sent nonsense (%s); it is killed and "
                      "started anew",
                      child_name(l->slot), gen, why.text);
            link_close(l);
            children_kill(c, l->slot, gen, "nonsense");
            return;
        }
        if (!frame)
            return;
        crash_point("frame.in");
        link_note_jail(l, frame);
        c->calls->frame(c->ctx, l->slot, gen, frame);
    }
}

/* returns  the bytes that came, 0 when there is nothing to read now. */
static size_t link_read(struct link *l)
{
    char bytes[READ_BYTES];
    ssize_t n = 0;
    do {
        n = recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0) {
        link_close(l);
        return 0;
    }
    frame_feed(&l->reader, bytes, (size_t)n);
    link_deliver(l);
    return (size_t)n;
}

static void link_flush(struct link *l)
{
    if (l->gen == 0 || l->closed)
        return;
    struct why why;
    if (outbox_flush(&l->out, l->fd, &why)) {
        /* it is dead or dying: what it sent is still read, and its death reported */
        outbox_done(&l->out);
    }
    loop_fd_want(l->watch, LOOP_READ | (outbox_left(&l->out) ? LOOP_WRITE : 0));
}

static void link_ready(void *ctx, int ready)
{
    struct link *l = ctx;
    const int64_t gen = l->gen;
    size_t n = ready & LOOP_READ ? READ_BYTES : 0;
    for (int i = 0; i < READS_A_PASS && n == READ_BYTES && l->gen == gen && !l->closed; i++)
        n = link_read(l);
    if (ready & LOOP_WRITE && l->gen == gen)
        link_flush(l);
}

static void link_up(struct link *l, int64_t gen, int takes_fd)
{
    struct children *c = l->children;
    link_down(l);
    l->gen = gen;
    l->fd = takes_fd;
    l->watch = loop_fd_new(c->loop, l->fd, link_ready, l);
    loop_fd_want(l->watch, LOOP_READ);
    c->calls->up(c->ctx, l->slot, gen);
}

/* ---- from the supervisor ------------------------------------------------------------------ */

static struct child_death death_read(enum child_slot slot, const json_t *frame)
{
    const json_t *in_hand = json_at(frame, "in_hand");
    struct child_death d = {
        .slot = slot,
        .gen = json_int(frame, "gen", 0),
        .signal = (int)json_int(frame, "signal", 0),
        .exit = (int)json_int(frame, "exit", 0),
        .cpu_over = json_bool(frame, "cpu_over"),
        .killed = json_str(frame, "killed"),
        .cause = json_int(in_hand, "cause", 0),
    };
    const char *incident = json_str(in_hand, "incident");
    d.has_in_hand = incident && uuid_parse(incident, &d.incident);
    d.strike = d.has_in_hand && (d.cpu_over || d.killed || crash_is_fatal(d.signal));
    return d;
}

static void child_died(struct children *c, const json_t *frame)
{
    enum child_slot slot = CHILD_ENGINE;
    if (!child_parse(json_str(frame, "slot"), &slot) || slot == CHILD_ENGINE)
        return;
    struct link *l = &c->links[slot];
    struct child_death death = death_read(slot, frame);
    if (l->gen != death.gen)
        return;
    while (!l->closed && link_read(l) > 0) {
        /* what it sent before its end is delivered first */
    }
    link_down(l);
    c->calls->died(c->ctx, &death);
}

static void child_came(struct children *c, const json_t *frame)
{
    enum child_slot slot = CHILD_ENGINE;
    int fd = inbox_take(&c->in);
    int64_t gen = json_int(frame, "gen", 0);
    if (fd < 0 || gen <= 0 || !child_parse(json_str(frame, "slot"), &slot) || slot == CHILD_ENGINE)
        orphaned("a frame \"child\" without its socket");
    link_up(&c->links[slot], gen, fd);
}

static void control_frame(struct children *c, const json_t *frame)
{
    if (frame_is(frame, "child"))
        child_came(c, frame);
    else if (frame_is(frame, "died"))
        child_died(c, frame);
    else if (frame_is(frame, "drain"))
        c->calls->drain(c->ctx);
    else if (frame_is(frame, "reload"))
        c->calls->reload(c->ctx);
    else if (frame_is(frame, "ping"))
        control_send(c, request("pong"));
}

static void control_deliver(struct children *c)
{
    for (;;) {
        AUTO_JSON(frame);
        struct why why;
        if (frame_next(&c->own->reader, &frame, &why))
            orphaned(why.text);
        if (!frame)
            return;
        control_frame(c, frame);
    }
}

/* returns  false when nothing has come (never when `wait`). */
static bool control_read(struct children *c, bool wait)
{
    char bytes[READ_BYTES];
    ssize_t n = inbox_read(&c->in, c->own->fd, bytes, sizeof(bytes), wait);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0)
        orphaned(n == 0 ? "its socket is closed" : strerror(errno));
    frame_feed(&c->own->reader, bytes, (size_t)n);
    return true;
}

static void control_ready(void *ctx, int ready)
{
    struct children *c = ctx;
    if (ready & LOOP_READ && control_read(c, false))
        control_deliver(c);
    if (ready & LOOP_WRITE)
        control_flush(c);
}

/* ---- hello -------------------------------------------------------------------------------- */

static bool hex_read(const char *hex, uint8_t *ret, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    if (!hex || strlen(hex) != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char *high = strchr(digits, hex[2 * i]);
        const char *low = strchr(digits, hex[2 * i + 1]);
        if (!high || !low)
            return false;
        ret[i] = (uint8_t)((high - digits) << 4 | (low - digits));
    }
    return true;
}

static void hello_read(struct children_hello *h, const json_t *frame)
{
    h->gen = json_int(frame, "gen", 0);
    const json_t *listeners = json_at(frame, "listeners");
    for (size_t i = 0; i < json_array_size(listeners) && i < CHILDREN_LISTENERS_MAX; i++) {
        const json_t *one = json_array_get(listeners, i);
        h->listeners[i].fd = (int)json_int(one, "fd", -1);
        h->listeners[i].kind = mem_str(json_str_or(one, "kind", ""));
        h->listeners[i].address = mem_str(json_str_or(one, "address", ""));
        h->listeners_count = i + 1;
    }
    const char *stuck = json_str(json_at(frame, "stuck"), "incident");
    if (stuck && !uuid_parse(stuck, &h->stuck))
        h->stuck = (struct uuid){0};
    h->has_refuse =
        hex_read(json_str(json_at(frame, "refuse"), "digest"), h->refuse, sizeof(h->refuse));
}

enum err children_new(struct child *own, struct children **ret, struct why *why)
{
    struct children *c = mem_new(1, sizeof(*c));
    c->own = own;
    for (size_t i = 0; i < CHILD_ENGINE; i++)
        c->links[i] = (struct link){.children = c, .slot = (enum child_slot)i, .fd = -1};

    AUTO_JSON(frame);
    enum err e = ERR_OK;
    while (!e && !frame) {
        control_read(c, true);
        e = frame_next(&own->reader, &frame, why);
    }
    if (!e && !frame_is(frame, "hello"))
        e = why_set(why, ERR_INVALID, "the supervisor did not say hello");
    if (e) {
        children_free(c);
        return e;
    }
    hello_read(&c->hello, frame);
    *ret = c;
    return ERR_OK;
}

void children_free(struct children *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CHILD_ENGINE; i++)
        link_down(&c->links[i]);
    loop_fd_free(c->watch);
    inbox_done(&c->in);
    outbox_done(&c->out);
    for (size_t i = 0; i < c->hello.listeners_count; i++) {
        free(c->hello.listeners[i].kind);
        free(c->hello.listeners[i].address);
    }
    free(c);
}

const struct children_hello *children_hello(const struct children *c)
{
    return &c->hello;
}

void children_start(struct children *c, struct loop *loop, const struct children_calls *calls,
                    void *ctx)
{
    c->loop = loop;
    c->calls = calls;
    c->ctx = ctx;
    c->watch = loop_fd_new(loop, c->own->fd, control_ready, c);
    loop_fd_want(c->watch, LOOP_READ);
    control_deliver(c); /* what came behind the hello */
}

/* ---- sending ------------------------------------------------------------------------------ */

bool children_up(const struct children *c, enum child_slot slot, int64_t *ret_gen)
{
    assert(slot < CHILD_ENGINE);
    if (ret_gen)
        *ret_gen = c->links[slot].gen;
    return c->links[slot].gen != 0;
}

bool children_send(struct children *c, enum child_slot slot, int64_t gen, const json_t *frame)
{
    assert(slot < CHILD_ENGINE);
    struct link *l = &c->links[slot];
    if (l->gen == 0 || l->closed || (gen != 0 && l->gen != gen))
        return false;
    struct why why;
    crash_point("frame.out");
    if (outbox_add(&l->out, frame, &why)) {
        log_error("children", "%s: %s; it is not sent", child_name(slot), why.text);
        return false;
    }
    return true;
}

void children_flush(struct children *c)
{
    for (size_t i = 0; i < CHILD_ENGINE; i++) {
        if (outbox_left(&c->links[i].out))
            link_flush(&c->links[i]);
    }
}

size_t children_queued_bytes(const struct children *c, enum child_slot slot)
{
    assert(slot < CHILD_ENGINE);
    return outbox_left(&c->links[slot].out);
}
