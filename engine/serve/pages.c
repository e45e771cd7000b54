#include "serve/pages.h"

#include "serve/conn.h"
#include "serve/http.h"

#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

static void text_respond(struct conn *c, uint64_t line, int status, const char *type,
                         const struct text *body)
{
    struct http_reply r = {
        .status = status, .type = type, .body = text_str(body), .body_len = body->len};
    http_respond(c, line, &r);
}

/* ---- health ---- */

void page_livez(struct conn *c, uint64_t line, const struct route_match *m)
{
    AUTO_TEXT(body);
    (void)m;
    text_add(&body, "ok\n");
    text_respond(c, line, 200, TEXT_PLAIN, &body);
}

/* Why it is not ready is for those who may read; that it is not, for every load balancer. */
void page_readyz(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct serve_port *port = c->serve->port;
    AUTO_TEXT(report);
    AUTO_TEXT(word);
    (void)m;
    bool ready = port->ready(port->ctx, &report) && !c->serve->stopping;
    text_add(&word, ready ? "ok\n" : "not ready\n");
    bool told = c->who.scopes & SCOPE_READ;
    text_respond(c, line, ready ? 200 : 503, TEXT_PLAIN, told ? &report : &word);
}

void page_metrics(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct serve_port *port = c->serve->port;
    struct refusal refusal;
    AUTO_TEXT(body);
    (void)m;
    if (scope_check(c, "metrics", SCOPE_READ, &refusal)) {
        answer_refused(c, line, &refusal);
        return;
    }
    port->metrics(port->ctx, &body);
    text_respond(c, line, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}
