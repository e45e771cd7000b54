/*
 * record_page - /api/v1/incidents/{incident}/record: the printed record of an incident, for the
 * browser that prints it.
 *
 *     GET ─► dossier_begin ─► query ─► dossier_take ─► … ─► record_html
 *
 * Many short queries, one after the other: neither the disk nor the loop is held up by a long
 * incident. RECORD_ROWS_MAX sentences and messages are set, and the page says where the rest is.
 */
#include "paper/record.h"
#include "serve/conn.h"
#include "serve/dossier.h"
#include "serve/http.h"
#include "serve/pages.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_ROWS_MAX = 5000 };

/* A record in the making. It outlives its connection, which may go at any time. */
struct printing {
    struct serve *serve;
    uint64_t conn, line;
    struct dossier dossier;
    bool zh;
};

static void record_respond(struct printing *p, struct conn *c)
{
    const struct serve_port *port = p->serve->port;
    char policy[PAPER_POLICY_TEXT], at[RFC3339_TEXT];
    AUTO_TEXT(html);
    AUTO_JSON(dossier);
    struct http_reply r = {.status = 200, .type = "text/html; charset=utf-8"};
    dossier = dossier_json(&p->dossier);
    record_html(dossier, p->zh, rfc3339(port->now(port->ctx), at), &html);
    http_reply_header(&r, "Content-Security-Policy", paper_policy(policy));
    r.body = text_str(&html);
    r.body_len = html.len;
    http_respond(c, p->line, &r);
}

static void page_done(void *ctx, const struct query_result *result)
{
    struct printing *p = ctx;
    struct serve *s = p->serve;
    serve_enter(s);
    struct conn *c = conn_find(s, p->conn);
    bool more = dossier_take(&p->dossier, result) && c;
    if (more) {
        s->port->store->query(s->port->store->ctx, &p->dossier.next, page_done, p);
    } else {
        if (c) {
            c->reads_pending--;
            if (result->err)
                conn_reply(c, p->line, read_failed(result));
            else
                record_respond(p, c);
            conn_flush(c);
        }
        dossier_done(&p->dossier);
        free(p);
    }
    serve_leave(s);
}

static enum code incident_of(const struct route_match *m, struct uuid *ret, struct refusal *refusal)
{
    char *id = route_param(m, "incident");
    bool good = id && uuid_parse(id, ret);
    free(id);
    if (good)
        return CODE_OK;
    return refuse(refusal, CODE_BAD_FIELD, "incident", NULL, "incident: this is no id");
}

/* The site's language where none is asked for. */
static enum code language_of(const struct conn *c, const struct route_match *m, bool *ret_zh,
                             struct refusal *refusal)
{
    const char *lang = c->serve->port->language(c->serve->port->ctx);
    for (size_t n = 0; n < m->request->query_count; n++) {
        const struct http_pair *pair = &m->request->query[n];
        if (strcmp(pair->name, "lang") != 0)
            return refuse(refusal, CODE_UNKNOWN_FIELD, pair->name, NULL,
                          "record has no field \"%.60s\"; it has lang", pair->name);
        lang = pair->value;
    }
    *ret_zh = strcmp(lang, "zh") == 0;
    if (*ret_zh || strcmp(lang, "en") == 0)
        return CODE_OK;
    return refuse(refusal, CODE_BAD_FIELD, "lang", NULL, "lang: is zh or en");
}

void page_record(struct conn *c, uint64_t line, const struct route_match *m)
{
    const struct serve *s = c->serve;
    struct refusal refusal;
    struct uuid incident = {0};
    bool zh = false;
    enum code code = scope_check(c, "record", SCOPE_READ, &refusal);
    if (!code)
        code = incident_of(m, &incident, &refusal);
    if (!code)
        code = language_of(c, m, &zh, &refusal);
    if (code) {
        answer_refused(c, line, &refusal);
        return;
    }
    struct printing *p = mem_new(1, sizeof *p);
    *p = (struct printing){.serve = c->serve, .conn = c->id, .line = line, .zh = zh};
    dossier_begin(&p->dossier, incident, s->port, s->config.gen, RECORD_ROWS_MAX);
    c->reads_pending++;
    s->port->store->query(s->port->store->ctx, &p->dossier.next, page_done, p);
}
