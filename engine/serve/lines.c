/*
 * lines - the dialect of the Unix socket and of TCP (INTERFACES 3): one JSON object a line, both
 * ways.
 */
#include "serve/conn.h"
#include "serve/shapes.h"

enum { TCP_AUTH_S = 10 };

static void lines_begin(struct conn *c)
{
    line_init(&c->in.lines, c->serve->config.line_bytes_max);
}

static void lines_end(struct conn *c)
{
    line_done(&c->in.lines);
}

static void lines_feed(struct conn *c, const char *bytes, size_t len)
{
    line_feed(&c->in.lines, bytes, len);
}

/* The last reply of a connection that broke the rules of lines. */
static void line_refuse_last(struct conn *c, uint64_t line, const struct refusal *r)
{
    conn_slot(c, line)->ends = true;
    c->ending = true;
    answer_refused(c, line, r);
}

/* Whoever begins over TCP with something else is no client of ours: a browser's POST may be. */
static bool is_foreign(const struct conn *c)
{
    return c->door == DOOR_TCP && !c->spoken;
}

static void line_answer(struct conn *c, const char *bytes, size_t len)
{
    struct refusal refusal;
    json_t *object = NULL;
    uint64_t line = conn_open_slot(c);
    enum code code = line_object(bytes, len, &object, &refusal);
    c->serve->stats.lines++;
    c->spoken |= !code;
    if (!code)
        answer_object(c, line, object);
    else if (line_ends_connection(code) || is_foreign(c))
        line_refuse_last(c, line, &refusal);
    else
        answer_refused(c, line, &refusal);
}

static bool lines_next(struct conn *c)
{
    const char *bytes = NULL;
    size_t len = 0;
    struct refusal refusal;
    switch (line_next(&c->in.lines, &bytes, &len)) {
    case LINE_NONE:
        return false;
    case LINE_OVER:
        (void)line_refuse_over(&c->in.lines, &refusal);
        line_refuse_last(c, conn_open_slot(c), &refusal);
        return false;
    case LINE_WHOLE:
        line_answer(c, bytes, len);
        return true;
    }
    return false;
}

static void line_write(const json_t *value, struct text *to)
{
    json_write(value, to);
    text_add_char(to, '\n');
}

static void lines_render(struct conn *c, struct slot *slot, json_t *reply, struct text *to)
{
    (void)c;
    if (slot->ref)
        json_put(reply, "ref", json_incref(slot->ref));
    line_write(reply, to);
}

static void lines_event(struct conn *c, const struct record *r, const char *lang, struct text *to)
{
    AUTO_JSON(event);
    event = shape_event(r, c->serve->config.gen, lang);
    line_write(event, to);
}

/* Over TCP anybody can take a place: who does not say who they are gives it back. */
static void lines_tick(struct conn *c)
{
    struct refusal refusal;
    uint32_t waited = c->serve->tick - c->phase_tick;
    if (c->who.scopes || c->ending || waited <= TCP_AUTH_S)
        return;
    (void)refuse(&refusal, CODE_UNAUTHORIZED, NULL, NULL,
                 "nobody has said who they are for %d s; the connection is closed", TCP_AUTH_S);
    line_refuse_last(c, conn_open_slot(c), &refusal);
    conn_flush(c);
}

static void tcp_begin(struct conn *c)
{
    lines_begin(c);
    c->phase_tick = c->serve->tick;
}

#define LINES                                                                                      \
    .name = "lines",                                                                               \
    .how_to_say_who = "{\"op\":\"auth\",\"key\":KEY} comes first (muster key create)",             \
    .end = lines_end, .feed = lines_feed, .next = lines_next, .render = lines_render,              \
    .watch_begins = lines_render, .event = lines_event

const struct dialect dialect_lines = {LINES, .begin = lines_begin};
const struct dialect dialect_tcp = {LINES, .begin = tcp_begin, .tick = lines_tick};
