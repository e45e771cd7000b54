#include "serve/watch.h"

#include "serve/shapes.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_ROWS = 500,
    KEPT_MAX = 4096, /* rows that became durable while a page was on its way */
};

struct watch {
    struct query query; /* the next page; `after` is the last seq said */
    int64_t after_gen;
    char lang[4]; /* "": the site's */
    bool live;
    bool asked;   /* a page is on its way */
    bool dropped; /* too many were kept: the page on its way is not the last */
    struct record **kept;
    size_t kept_count, kept_cap;
};

struct watch *watch_new(const struct request *request)
{
    struct watch *w = mem_new(1, sizeof *w);
    w->query = request->query;
    w->query.kind = uuid_is_none(request->incident) ? QUERY_EVENTS : QUERY_TIMELINE;
    w->query.limit = PAGE_ROWS;
    w->after_gen = request->after_gen;
    if (request->lang)
        memcpy(w->lang, request->lang, 3);
    return w;
}

static void kept_clear(struct watch *w)
{
    for (size_t i = 0; i < w->kept_count; i++)
        record_unref(w->kept[i]);
    free(w->kept);
    w->kept = NULL;
    w->kept_count = w->kept_cap = 0;
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    kept_clear(w);
    free(w);
}

json_t *watch_reply(struct conn *c, struct watch *w)
{
    const struct serve *s = c->serve;
    char id[EVENT_ID_TEXT];
    bool after = w->after_gen != 0;
    bool reset = after && (w->after_gen != s->config.gen || w->query.after > s->seq ||
                           s->seq - w->query.after > s->config.watch_rows_max);
    w->live = !after || reset || w->query.after == s->seq;
    if (w->live)
        w->query.after = s->seq;
    json_t *reply = json_put(json_object(), "ok", json_true());
    json_put_true(reply, "reset", reset);
    return json_put_str(reply, "as_of", event_id(s->config.gen, s->seq, id));
}

bool watch_is_live(const struct watch *w)
{
    return w->live;
}

/* One row to the client, once, unless it is of another incident than the one that is watched. */
static void event_say(struct conn *c, const struct record *r)
{
    struct watch *w = c->watch;
    const struct serve *s = c->serve;
    if (r->seq <= w->query.after)
        return;
    w->query.after = r->seq;
    if (!uuid_is_none(w->query.incident) && uuid_cmp(w->query.incident, r->incident) != 0)
        return;
    AUTO_TEXT(bytes);
    c->dialect->event(c, r, w->lang[0] ? w->lang : s->port->language(s->port->ctx), &bytes);
    conn_say(c, text_str(&bytes), bytes.len);
}

/* ---- behind ---- */

/* A page under way. It outlives its connection, which may go at any time. */
struct page {
    struct serve *serve;
    uint64_t conn;
};

/* The last page: what became durable meanwhile follows it; from here on rows come by themselves. */
static void page_last(struct conn *c)
{
    struct watch *w = c->watch;
    w->live = true;
    for (size_t i = 0; i < w->kept_count; i++)
        event_say(c, w->kept[i]);
}

static void page_done(void *ctx, const struct query_result *result)
{
    struct page *p = ctx;
    struct serve *s = p->serve;
    struct conn *c = conn_find(s, p->conn);
    free(p);
    if (!c || !c->watch)
        return;
    serve_enter(s);
    struct watch *w = c->watch;
    w->asked = false;
    for (size_t i = 0; i < result->records_count; i++)
        event_say(c, result->records[i]);
    if (result->err)
        conn_close(c); /* it resumes after the last id it has seen */
    else if (!result->more && !w->dropped)
        page_last(c);
    kept_clear(w);
    conn_flush(c);
    serve_leave(s);
}

static void page_ask(struct conn *c)
{
    struct serve *s = c->serve;
    struct page *p = mem_new(1, sizeof *p);
    *p = (struct page){.serve = s, .conn = c->id};
    c->watch->asked = true;
    c->watch->dropped = false;
    s->port->store->query(s->port->store->ctx, &c->watch->query, page_done, p);
}

void watch_go_on(struct conn *c)
{
    const struct watch *w = c->watch;
    if (!w->live && !w->asked && conn_unwritten(c) <= OUT_PAUSE_BYTES && !c->serve->stopping)
        page_ask(c);
}

/* ---- live ---- */

void watch_begin(struct conn *c, struct watch *w)
{
    c->watch = w;
    c->serve->stats.watchers++;
    watch_go_on(c);
}

static void event_keep(struct watch *w, struct record *r)
{
    if (w->kept_count == KEPT_MAX) {
        kept_clear(w);
        w->dropped = true;
    }
    if (w->dropped)
        return;
    w->kept = mem_grow(w->kept, &w->kept_cap, w->kept_count + 1, sizeof(void *));
    w->kept[w->kept_count++] = record_ref(r);
}

void watch_event(struct conn *c, struct record *r)
{
    struct watch *w = c->watch;
    if (!w->live) {
        if (w->asked)
            event_keep(w, r);
        return;
    }
    event_say(c, r);
    if (conn_unwritten(c) > c->serve->config.out_bytes_max)
        conn_close(c);
}
