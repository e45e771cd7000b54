/*
 * link_pages - /a/{token}: a message's link, opened and answered in a browser. Programs get the
 * same as JSON, by the operations link_show and answer_link.
 *
 *     GET   link_show ─► the page
 *     POST  link_show ─► answer_link ─┬─ taken ───► 303 to GET: a page that may be loaded again
 *                                     └─ refused ─► the page, with what was wrong
 */
#include "serve/answer_page.h"
#include "serve/conn.h"
#include "serve/http.h"
#include "serve/link.h"
#include "serve/pages.h"
#include "serve/who.h"

#include <stdlib.h>
#include <string.h>

/* The site's clocks when the item is due. */
static int64_t ahead_at_due(const struct serve_port *port, const json_t *link)
{
    wall_ms due;
    const char *at = json_str(json_at(link, "item"), "due_at");
    return at && rfc3339_parse(at, &due) ? port->civil_ahead(port->ctx, due) : 0;
}

static void page_write(const struct conn *c, const struct http_ask *ask, const json_t *link,
                       const json_t *refused, struct text *to)
{
    const struct serve_port *port = c->serve->port;
    const struct answer_page page = {.token = ask->token ? ask->token : "",
                                     .link = link,
                                     .refused = refused,
                                     .note = refused ? ask->note : NULL,
                                     .evidence = refused ? ask->evidence : NULL,
                                     .lang = ask->lang[0] ? ask->lang : NULL,
                                     .site_lang = port->language(port->ctx),
                                     .now = port->now(port->ctx),
                                     .ahead_ms = ahead_at_due(port, link)};
    answer_page_write(&page, to);
}

void page_link(const struct conn *c, const struct slot *slot, const json_t *reply,
               struct http_reply *r, struct text *body)
{
    (void)r;
    page_write(c, slot->ask, reply, NULL, body);
}

/* An answer was taken, or not. */
void page_link_answered(const struct conn *c, const struct slot *slot, const json_t *reply,
                        struct http_reply *r, struct text *body)
{
    const struct http_ask *ask = slot->ask;
    if (json_is_true(json_at(reply, "ok"))) {
        AUTO_TEXT(back);
        text_addf(&back, "/a/%s%s%s", ask->token, ask->lang[0] ? "?lang=" : "", ask->lang);
        r->status = 303;
        http_reply_header(r, "Location", text_str(&back));
        return;
    }
    bool looked = ask->link;
    page_write(c, ask, looked ? ask->link : reply, looked ? reply : NULL, body);
}

/* ---- POST ---- */

/* An answer that waits until its message was looked at. It outlives its connection. */
struct posted {
    struct serve *serve;
    uint64_t conn, line;
    struct link link;
    struct identity who; /* whose request it was: others may have come behind it */
    json_t *object;      /* answer_link */
};

static void looked_at(void *ctx, const struct query_result *result)
{
    struct posted *p = ctx;
    struct serve *s = p->serve;
    serve_enter(s);
    struct conn *c = conn_find(s, p->conn);
    struct slot *slot = c ? conn_slot(c, p->line) : NULL;
    if (slot) {
        c->reads_pending--;
        slot->ask->link = link_reply(&p->link, result, s->config.gen);
        link_reply_pass(s->port, &p->link, slot->ask->link);
        who_be(c, &p->who);
        answer_object(c, p->line, json_incref(p->object));
        conn_flush(c);
    }
    serve_leave(s);
    json_decref(p->object);
    free(p);
}

static void look_first(struct conn *c, uint64_t line, const struct link *link, json_t *takes)
{
    const struct serve *s = c->serve;
    struct posted *p = mem_new(1, sizeof *p);
    struct query q = {.kind = QUERY_NOTICE, .notice = link->notice};
    *p = (struct posted){.serve = c->serve, .conn = c->id, .line = line, .object = takes};
    p->link = *link;
    p->who = c->identity;
    c->reads_pending++;
    s->port->store->query(s->port->store->ctx, &q, looked_at, p);
}

void page_link_post(struct conn *c, uint64_t line, const struct route_match *m)
{
    struct refusal refusal;
    struct link link;
    json_t *object = NULL;
    struct http_ask *ask = conn_slot(c, line)->ask;
    if (route_object(m, &object, &refusal)) {
        answer_refused(c, line, &refusal);
        return;
    }
    ask->note = mem_str(json_str(object, "note"));
    ask->evidence = mem_str(json_str(object, "evidence"));
    ask_language(ask, json_str(object, "lang"));
    if (ask->html && link_parse(ask->token, &link))
        look_first(c, line, &link, object);
    else
        answer_object(c, line, object);
}
