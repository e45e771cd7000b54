#include "serve/pages.h"

#include "serve/conn.h"
#include "serve/http.h"
#include "serve/phones.h"
#include "web/web.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

/* What a page of ours may load and do: nothing but what is ours. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' " \
    "data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

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

/* RFC 9116. */
void page_security(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct serve_port *port = c->serve->port;
    const char *contact = c->serve->config.security_contact;
    char expires[RFC3339_TEXT];
    struct refusal refusal;
    AUTO_TEXT(body);
    (void)m;
    if (!contact[0]) {
        (void)refuse(&refusal, CODE_UNKNOWN_ROUTE, NULL, NULL,
                     "nobody is named; the operator sets the option security_contact");
        answer_refused(c, line, &refusal);
        return;
    }
    text_addf(&body, "Contact: %s\nExpires: %s\nPreferred-Languages: zh, en\n", contact,
              rfc3339(port->now(port->ctx) + 180 * MS_DAY, expires));
    text_respond(c, line, 200, TEXT_PLAIN, &body);
}

/* ---- the description of the API ---- */

static const unsigned char openapi[] = {
#include "gen/serve/openapi.json.inc"
};

void page_openapi(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct http_ask *ask = conn_slot(c, line)->ask;
    char etag[HTTP_ETAG_TEXT];
    struct http_reply r = {.status = 200, .cached = true};
    (void)m;
    http_etag((const char *)openapi, sizeof openapi, false, etag);
    http_reply_header(&r, "ETag", etag);
    if (http_etag_matches(ask->if_none_match, etag)) {
        r.status = 304;
    } else {
        r.type = "application/json";
        r.body = (const char *)openapi;
        r.body_len = sizeof openapi;
    }
    http_respond(c, line, &r);
}

/* ---- files ---- */

static bool takes_gzip(const struct http_request *r)
{
    const char *accept = http_header(r, "accept-encoding");
    return accept && strstr(accept, "gzip");
}

static void file_respond(struct conn *c, uint64_t line, const struct web_file *f, bool gzip)
{
    const struct http_ask *ask = conn_slot(c, line)->ask;
    const char *etag = gzip ? f->etag_gzip : f->etag;
    bool same = http_etag_matches(ask->if_none_match, etag);
    struct http_reply r = {.status = same ? 304 : 200, .cached = true, .forever = f->forever};
    http_reply_header(&r, "ETag", etag);
    http_reply_header(&r, "Vary", "Accept-Encoding");
    if (!same) {
        r.type = f->type;
        r.body = (const char *)(gzip ? f->gzip : f->raw);
        r.body_len = gzip ? f->gzip_len : f->raw_len;
        if (gzip)
            http_reply_header(&r, "Content-Encoding", "gzip");
        if (strncmp(f->type, "text/html", 9) == 0)
            http_reply_header(&r, "Content-Security-Policy", PAGE_POLICY);
    }
    http_respond(c, line, &r);
}

void page_file(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct web_file *f = web_find(m->request->path);
    struct refusal refusal;
    if (f) {
        file_respond(c, line, f, takes_gzip(m->request));
        return;
    }
    (void)refuse(&refusal, CODE_UNKNOWN_ROUTE, NULL, NULL, "there is no such file");
    answer_refused(c, line, &refusal);
}

/* ---- the phones of the demo ---- */

void page_hook(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct http_request *r = m->request;
    struct refusal refusal;
    char *endpoint = route_param(m, "endpoint"), *person = route_param(m, "person");
    const struct phones_hook hook = {.endpoint = endpoint,
                                     .person = person,
                                     .headers = {.id = http_header(r, "webhook-id"),
                                                 .timestamp = http_header(r, "webhook-timestamp"),
                                                 .signature = http_header(r, "webhook-signature")},
                                     .body = r->body,
                                     .body_len = r->body_len};
    if (phones_hook(c->serve->phones, &hook, time(NULL), &refusal)) {
        answer_refused(c, line, &refusal);
    } else {
        struct http_reply done = {.status = 204};
        http_respond(c, line, &done);
    }
    free(endpoint);
    free(person);
}
