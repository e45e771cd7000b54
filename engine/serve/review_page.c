/*
 * review_page - the review of an incident and the report of a drill (paper/review.h), for the
 * operations `review` and `drill_report` and for their routes:
 *
 *     GET /api/v1/incidents/{incident}/review    /api/v1/incidents/{incident}/drill
 *
 *     request ─► dossier_begin ─► query ─► dossier_take ─► … ─► as it was asked for
 *
 * Many short queries, as of the printed record (record_page.c). REVIEW_ROWS_MAX sentences and
 * messages are set, and it says where the rest is.
 */
#include "paper/review.h"
#include "serve/conn.h"
#include "serve/dossier.h"
#include "serve/http.h"
#include "serve/pages.h"

#include <stdlib.h>
#include <string.h>

enum { REVIEW_ROWS_MAX = 5000 };

enum format { FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML, FORMATS };

static const char *const format_names[FORMATS] = {"json", "markdown", "html"};
static const char *const format_types[FORMATS] = {
    "application/json", "text/markdown; charset=utf-8", "text/html; charset=utf-8"};

/* One in the making. It outlives its connection, which may go at any time. */
struct reviewing {
    struct serve *serve;
    uint64_t conn, line;
    struct dossier dossier;
    enum format format;
    bool zh, drill, page; /* the report of a drill; asked for by its route */
    json_t *replay;       /* what another version would have done, as was given; NULL */
};

static json_t *refused_of(enum code code, const char *field, const char *sentence)
{
    struct refusal r;
    (void)refuse(&r, code, field, NULL, "%s", sentence);
    return refusal_json(&r);
}

/* ---- what goes out ---- */

static enum err write_text(const struct reviewing *v, const json_t *dossier, struct text *to,
                           struct why *why)
{
    bool html = v->format == FORMAT_HTML;
    if (v->drill)
        return drill_report_write(dossier, v->zh, html, to, why);
    review_write(dossier, v->zh, html, to);
    return ERR_OK;
}

static json_t *structure(const struct reviewing *v, const json_t *dossier)
{
    return v->drill ? drill_report_json(dossier) : review_json(dossier);
}

static void send_page(const struct reviewing *v, struct conn *c, const struct text *body)
{
    char policy[PAPER_POLICY_TEXT];
    struct http_reply r = {.status = 200,
                           .type = format_types[v->format],
                           .body = text_str(body),
                           .body_len = body->len};
    if (v->format == FORMAT_HTML)
        http_reply_header(&r, "Content-Security-Policy", paper_policy(policy));
    http_respond(c, v->line, &r);
}

static void send_reply(const struct reviewing *v, struct conn *c, const struct text *body,
                       json_t *takes_structure)
{
    json_t *reply = json_put(json_object(), "ok", json_true());
    if (takes_structure)
        json_put(reply, v->drill ? "drill" : "review", takes_structure);
    else
        json_put(json_put_str(reply, "format", format_names[v->format]), "text",
                 json_stringn(text_str(body), body->len));
    conn_reply(c, v->line, reply);
}

static void respond(const struct reviewing *v, struct conn *c)
{
    AUTO_TEXT(body);
    AUTO_JSON(dossier);
    struct why why = {{0}};
    json_t *of = NULL;
    enum err e = ERR_OK;
    dossier = dossier_json(&v->dossier);
    json_put(dossier, "replay", json_share(v->replay));
    if (v->drill && !json_at(dossier, "score"))
        e = drill_report_write(dossier, v->zh, false, &body, &why); /* says that it is none */
    else if (v->format != FORMAT_JSON)
        e = write_text(v, dossier, &body, &why);
    else
        of = structure(v, dossier);
    if (!e && of && v->page) {
        json_write(of, &body);
        json_decref(of);
        of = NULL;
    }
    if (e)
        conn_reply(c, v->line, refused_of(CODE_NOT_FOUND, "incident", why.text));
    else if (v->page)
        send_page(v, c, &body);
    else
        send_reply(v, c, &body, of);
}

static void review_done(void *ctx, const struct query_result *result)
{
    struct reviewing *v = ctx;
    struct serve *s = v->serve;
    serve_enter(s);
    struct conn *c = conn_find(s, v->conn);
    bool more = dossier_take(&v->dossier, result) && c;
    if (more) {
        s->port->store->query(s->port->store->ctx, &v->dossier.next, review_done, v);
    } else {
        if (c) {
            c->reads_pending--;
            if (result->err)
                conn_reply(c, v->line, read_failed(result));
            else
                respond(v, c);
            conn_flush(c);
        }
        dossier_done(&v->dossier);
        json_decref(v->replay);
        free(v);
    }
    serve_leave(s);
}

static void begin(struct conn *c, uint64_t line, struct uuid incident, const struct reviewing *of)
{
    const struct serve *s = c->serve;
    struct reviewing *v = mem_new(1, sizeof *v);
    *v = *of;
    v->serve = c->serve;
    v->conn = c->id;
    v->line = line;
    dossier_begin(&v->dossier, incident, s->port, s->config.gen, REVIEW_ROWS_MAX);
    c->reads_pending++;
    s->port->store->query(s->port->store->ctx, &v->dossier.next, review_done, v);
}

/* ---- what is asked for ---- */

static bool format_parse(const char *name, enum format *ret)
{
    for (int f = 0; f < FORMATS; f++) {
        if (strcmp(format_names[f], name) == 0) {
            *ret = (enum format)f;
            return true;
        }
    }
    return false;
}

/* {"version","same","assumed"?,"zh":[line],"en":[line]}: in the one language in which it was asked.
 * Gives. */
static json_t *replay_of(const json_t *object)
{
    const char *version = json_str(object, "replay_version");
    const char *text = json_str_or(object, "replay_lines", "");
    json_t *lines = version ? json_array() : NULL;
    if (!version)
        return NULL;
    while (*text) {
        size_t len = strcspn(text, "\n");
        json_array_append_new(lines, json_stringn(text, len));
        text += len + (text[len] == '\n');
    }
    json_t *replay = json_put_str(json_object(), "version", version);
    json_put(replay, "same", json_boolean(!json_array_size(lines)));
    json_put_str(replay, "assumed", json_str(object, "replay_assumed"));
    return json_put(json_put(replay, "zh", json_incref(lines)), "en", lines);
}

void answer_review(struct conn *c, uint64_t line, const struct request *r)
{
    struct reviewing v = {.drill = r->op == OP_DRILL_REPORT};
    const struct serve_port *port = c->serve->port;
    const char *lang = r->lang ? r->lang : port->language(port->ctx);
    v.zh = strcmp(lang, "zh") == 0;
    (void)format_parse(json_str_or(r->object, "format", "json"), &v.format);
    v.replay = replay_of(r->object);
    begin(c, line, r->incident, &v);
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

static enum code query_of(const struct route_match *m, struct reviewing *v, const char *lang,
                          struct refusal *refusal)
{
    for (size_t n = 0; n < m->request->query_count; n++) {
        const struct http_pair *pair = &m->request->query[n];
        bool is_lang = strcmp(pair->name, "lang") == 0;
        if (!is_lang && strcmp(pair->name, "format") != 0)
            return refuse(refusal, CODE_UNKNOWN_FIELD, pair->name, NULL,
                          "there is no field \"%.60s\"; there are lang and format", pair->name);
        if (is_lang)
            lang = pair->value;
        else if (!format_parse(pair->value, &v->format))
            return refuse(refusal, CODE_BAD_FIELD, "format", NULL,
                          "format: is json, markdown or html");
    }
    v->zh = strcmp(lang, "zh") == 0;
    if (v->zh || strcmp(lang, "en") == 0)
        return CODE_OK;
    return refuse(refusal, CODE_BAD_FIELD, "lang", NULL, "lang: is zh or en");
}

/* For a browser that prints it: HTML where nothing else is asked for. */
static void page(struct conn *c, uint64_t line, const struct route_match *m, bool drill)
{
    const struct serve_port *port = c->serve->port;
    struct reviewing v = {.drill = drill, .page = true, .format = FORMAT_HTML};
    struct uuid incident = {0};
    struct refusal refusal;
    enum code code = scope_check(c, drill ? "drill_report" : "review", SCOPE_READ, &refusal);
    if (!code)
        code = incident_of(m, &incident, &refusal);
    if (!code)
        code = query_of(m, &v, port->language(port->ctx), &refusal);
    if (code)
        answer_refused(c, line, &refusal);
    else
        begin(c, line, incident, &v);
}

void page_review(struct conn *c, uint64_t line, const struct route_match *m)
{
    page(c, line, m, false);
}

void page_drill(struct conn *c, uint64_t line, const struct route_match *m)
{
    page(c, line, m, true);
}
