#include "serve/conn.h"

#include "serve/http.h"
#include "serve/watch.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void conn_ready(void *ctx, int ready);

/* ---- making and ending ---- */

/* A free place in the table. The number above it makes ids that never come again. */
static uint64_t table_place(struct serve *s)
{
    size_t at = 0;
    while (at < s->conns_cap && s->conns[at])
        at++;
    s->conns = mem_grow(s->conns, &s->conns_cap, at + 1, sizeof(void *));
    return (uint64_t)++s->conns_made << 32 | (uint64_t)at;
}

/* The Unix socket knows its peers; elsewhere nobody is anybody until they say who. */
static void identity_set(struct conn *c, enum door door, uid_t uid)
{
    bool all = uid == 0 || uid == c->serve->config.owner;
    if (door == DOOR_UNIX) {
        snprintf(c->identity.id, sizeof c->identity.id, "uid:%" PRIu32, (uint32_t)uid);
        c->identity.scopes = all ? SCOPE_ALL : SCOPE_TRIGGER | SCOPE_READ | SCOPE_RESPOND;
    } else {
        snprintf(c->identity.id, sizeof c->identity.id, "nobody");
    }
    c->who = (struct principal){.id = c->identity.id, .scopes = c->identity.scopes};
}

struct conn *conn_new(struct serve *s, int fd, const struct caller *who)
{
    static const struct dialect *const dialects[DOORS] = {
        [DOOR_UNIX] = &dialect_lines, [DOOR_TCP] = &dialect_tcp, [DOOR_HTTP] = &dialect_http};
    struct conn *c = mem_new(1, sizeof *c);
    c->serve = s;
    c->id = table_place(s);
    c->fd = fd;
    c->line = 1;
    c->door = who->door;
    c->peer = who->peer;
    c->dialect = dialects[who->door];
    identity_set(c, who->door, who->uid);
    c->dialect->begin(c);
    s->conns[c->id & UINT32_MAX] = c;
    s->stats.connections++;
    if (c->dialect->tick)
        serve_timed(s, 1);
    c->interest = loop_fd_new(s->port->loop, fd, conn_ready, c);
    loop_fd_want(c->interest, LOOP_READ);
    return c;
}

struct conn *conn_find(const struct serve *s, uint64_t id)
{
    size_t at = id & UINT32_MAX;
    struct conn *c = at < s->conns_cap ? s->conns[at] : NULL;
    return c && c->id == id ? c : NULL;
}

void conn_close(struct conn *c)
{
    if (c->dead)
        return;
    struct serve *s = c->serve;
    c->dead = true;
    loop_fd_free(c->interest);
    close(c->fd);
    s->conns[c->id & UINT32_MAX] = NULL;
    s->stats.connections--;
    if (c->door != DOOR_UNIX)
        peers_leave(&s->peers, &c->peer);
    if (c->dialect->tick)
        serve_timed(s, -1);
    if (c->watch)
        s->stats.watchers--;
    if (c->in_flush)
        TAILQ_REMOVE(&s->to_flush, c, flush);
    c->in_flush = false;
    SLIST_INSERT_HEAD(&s->graves, c, grave);
}

static struct slot *slot_at(const struct conn *c, size_t index)
{
    return &c->slots[(c->slots_head + index) % c->slots_cap];
}

static void slot_done(struct slot *slot)
{
    json_decref(slot->ref);
    http_ask_free(slot->ask);
    free(slot->reply);
    watch_free(slot->watch);
    *slot = (struct slot){0};
}

void conn_free(struct conn *c)
{
    assert(c->dead);
    for (size_t i = 0; i < c->slots_count; i++)
        slot_done(slot_at(c, i));
    free(c->slots);
    watch_free(c->watch);
    c->dialect->end(c);
    text_done(&c->out);
    free(c);
}

/* ---- slots ---- */

struct slot *conn_slot(const struct conn *c, uint64_t line)
{
    if (line < c->line || line - c->line >= c->slots_count)
        return NULL;
    return slot_at(c, (size_t)(line - c->line));
}

bool conn_watches(const struct conn *c)
{
    return c->watch || (c->slots_count > 0 && slot_at(c, c->slots_count - 1)->watch);
}

uint64_t conn_open_slot(struct conn *c)
{
    if (c->slots_count == c->slots_cap) {
        size_t cap = c->slots_cap ? c->slots_cap * 2 : 8;
        struct slot *grown = mem_new(cap, sizeof *grown);
        for (size_t i = 0; i < c->slots_count; i++)
            grown[i] = *slot_at(c, i);
        free(c->slots);
        c->slots = grown;
        c->slots_head = 0;
        c->slots_cap = cap;
    }
    *slot_at(c, c->slots_count) = (struct slot){0};
    return c->line + c->slots_count++;
}

/* The oldest slot has its reply: say it, and forget the slot. */
static void slot_say(struct conn *c)
{
    struct slot *slot = slot_at(c, 0);
    conn_say(c, slot->reply, slot->reply_len);
    c->filled -= slot->reply_len;
    struct watch *begins = slot->watch;
    bool ends = slot->ends;
    slot->watch = NULL;
    slot_done(slot);
    c->slots_head = (c->slots_head + 1) % c->slots_cap;
    c->slots_count--;
    c->line++;
    if (c->slots_count == 0) {
        free(c->slots);
        c->slots = NULL;
        c->slots_head = c->slots_cap = 0;
    }
    if (ends)
        c->ending = true;
    if (begins)
        watch_begin(c, begins);
}

/* By what code it was answered, for /metrics. */
static void intake_count(struct conn *c, const json_t *reply)
{
    enum code code = CODE_OK;
    if (!json_is_true(json_at(reply, "ok")) && !code_parse(json_str_or(reply, "code", ""), &code))
        code = CODE_STORE; /* a refusal without a name is a fault of the house */
    c->serve->stats.intake[c->door][code]++;
}

/* What waits behind a slower reply counts as output: nobody may let it grow by asking on. */
static void slot_fill(struct conn *c, struct slot *slot, struct text *bytes)
{
    slot->reply_len = bytes->len;
    slot->reply = text_take(bytes);
    c->filled += slot->reply_len;
    http_ask_free(slot->ask);
    slot->ask = NULL;
}

/* The reply of a watch says what is true at the moment when it is said. */
static void slot_fill_watch(struct conn *c, struct slot *slot)
{
    AUTO_TEXT(bytes);
    AUTO_JSON(reply);
    reply = watch_reply(c, slot->watch);
    intake_count(c, reply);
    c->dialect->watch_begins(c, slot, reply, &bytes);
    slot_fill(c, slot, &bytes);
}

void conn_say_slots(struct conn *c)
{
    while (!c->dead && c->slots_count > 0) {
        struct slot *oldest = slot_at(c, 0);
        if (oldest->watch && !oldest->reply)
            slot_fill_watch(c, oldest);
        if (!oldest->reply)
            break;
        slot_say(c);
    }
}

void conn_fill(struct conn *c, uint64_t line, struct text *bytes)
{
    slot_fill(c, conn_slot(c, line), bytes);
    conn_say_slots(c);
}

void conn_reply(struct conn *c, uint64_t line, json_t *body)
{
    struct slot *slot = conn_slot(c, line);
    if (slot && !slot->reply && !slot->watch) {
        AUTO_TEXT(bytes);
        intake_count(c, body);
        c->dialect->render(c, slot, body, &bytes);
        slot_fill(c, slot, &bytes);
        conn_say_slots(c);
    }
    json_decref(body);
}

/* ---- out ---- */

size_t conn_unwritten(const struct conn *c)
{
    return c->out.len - c->written;
}

void conn_say(struct conn *c, const char *bytes, size_t len)
{
    if (c->dead)
        return;
    if (c->written > 0 && c->written == c->out.len) {
        text_clear(&c->out);
        c->written = 0;
    }
    text_add_bytes(&c->out, bytes, len);
    if (!c->in_flush) {
        TAILQ_INSERT_TAIL(&c->serve->to_flush, c, flush);
        c->in_flush = true;
    }
}

/* Write until the kernel takes no more. */
static void out_write(struct conn *c)
{
    while (conn_unwritten(c) > 0) {
        ssize_t n =
            send(c->fd, c->out.at + c->written, conn_unwritten(c), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n <= 0) {
            conn_close(c);
            return;
        }
        c->written += (size_t)n;
        c->out_tick = c->serve->tick;
    }
    if (conn_unwritten(c) == 0) {
        text_done(&c->out); /* an idle connection holds no memory */
        c->written = 0;
    } else if (c->written > OUT_PAUSE_BYTES) {
        c->out.len -= c->written;
        memmove(c->out.at, c->out.at + c->written, c->out.len + 1);
        c->written = 0;
    }
}

/* ---- in ---- */

bool conn_is_paused(const struct conn *c)
{
    return c->slots_count >= (size_t)c->serve->config.pipelined_max ||
           c->reads_pending >= READS_PENDING_MAX || conn_unwritten(c) + c->filled > OUT_PAUSE_BYTES;
}

/* Take the requests that are there, as far as there is room for their replies. */
static void in_take(struct conn *c)
{
    while (!c->dead && !c->ending && !c->serve->stopping && !conn_is_paused(c) &&
           c->dialect->next(c))
        ;
}

/* A client that has no more to say ends the connection, once its replies are written. */
static void in_read(struct conn *c)
{
    struct serve *s = c->serve;
    ssize_t n = recv(c->fd, s->chunk, sizeof s->chunk, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (n < 0) {
        conn_close(c);
        return;
    }
    if (n == 0) {
        c->ending = c->said_all = true;
        return;
    }
    c->in_tick = s->tick;
    c->dialect->feed(c, s->chunk, (size_t)n);
    in_take(c);
}

/* ---- the whole ---- */

static bool in_wanted(const struct conn *c)
{
    return !c->ending && !c->serve->stopping && !conn_is_paused(c);
}

static void interest_set(struct conn *c)
{
    bool read = in_wanted(c) || c->lingering;
    bool write = conn_unwritten(c) > 0;
    loop_fd_want(c->interest, (read ? LOOP_READ : 0) | (write ? LOOP_WRITE : 0));
}

/*
 * All is said. To close with bytes unread would reset the connection, and with it the answer that
 * says why: so a client that was refused in the middle of what it sent may finish first.
 */
static void conn_over(struct conn *c)
{
    if (!c->lingers || c->serve->stopping) {
        conn_close(c);
        return;
    }
    if (!c->lingering) {
        (void)shutdown(c->fd, SHUT_WR);
        c->lingering = true;
        c->phase_tick = c->serve->tick;
    }
    interest_set(c);
}

/* What a refused client still sends is thrown away. */
static void linger_read(struct conn *c)
{
    struct serve *s = c->serve;
    ssize_t n = recv(c->fd, s->chunk, sizeof s->chunk, MSG_DONTWAIT);
    bool more = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
    if (!more)
        conn_close(c);
}

void conn_flush(struct conn *c)
{
    if (c->dead)
        return;
    if (c->in_flush)
        TAILQ_REMOVE(&c->serve->to_flush, c, flush);
    c->in_flush = false;

    out_write(c);
    if (!c->dead && c->watch)
        watch_go_on(c);
    if (!c->dead)
        in_take(c); /* what was left while there was no room */
    if (!c->dead && c->in_flush && conn_unwritten(c) <= OUT_PAUSE_BYTES)
        out_write(c);
    if (c->dead)
        return;
    bool over = c->ending || c->serve->stopping;
    if (over && c->slots_count == 0 && conn_unwritten(c) == 0)
        conn_over(c);
    else
        interest_set(c);
}

static void conn_ready(void *ctx, int ready)
{
    struct conn *c = ctx;
    struct serve *s = c->serve;
    bool readable = ready & LOOP_READ; /* conn_flush writes what there is */
    serve_enter(s);
    if (c->lingering) {
        linger_read(c);
    } else {
        in_take(c); /* all that is whole, so that the end of the client's bytes is read behind it */
        if (readable && !c->dead && in_wanted(c))
            in_read(c);
        conn_flush(c);
    }
    serve_leave(s);
}
