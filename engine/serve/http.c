/*
 * http - the dialect of HTTP/1.1 (INTERFACES 4): requests to routes, replies to answers, events to
 * a stream.
 *
 *     bytes ─► intake/http ─► origin ─► who ─► route ─┬─► the object of an operation ─► answer.c
 *                                                     └─► a page of its own ─► pages.c
 *
 * Answers keep the order of the requests, as replies of lines do. A request that breaks the rules
 * of HTTP gets its refusal after the answers before it, and the connection ends: what stands behind
 * it is never read as another request. A stream of events ends only with its connection.
 */
#include "serve/http.h"

#include "serve/conn.h"
#include "serve/origin.h"
#include "serve/pages.h"
#include "serve/shapes.h"
#include "serve/watch.h"
#include "serve/who.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEARTBEAT ": still here\n\n"

/* ---- what is remembered of a request until it is answered ---- */

static struct http_ask *ask_new(const struct http_request *r)
{
    struct http_ask *ask = mem_new(1, sizeof *ask);
    ask->head = r->method == HTTP_METHOD_HEAD;
    ask->if_none_match = mem_str(http_header(r, "if-none-match"));
    const char *accept = http_header(r, "accept");
    ask->html = accept && strstr(accept, "text/html");
    const char *language = http_header(r, "accept-language");
    ask->zh = language && strncasecmp(language, "zh", 2) == 0;
    return ask;
}

void ask_language(struct http_ask *ask, const char *lang)
{
    if (lang && (strcmp(lang, "zh") == 0 || strcmp(lang, "en") == 0))
        memcpy(ask->lang, lang, sizeof ask->lang);
}

bool ask_is_zh(const struct http_ask *ask)
{
    return ask->lang[0] ? strcmp(ask->lang, "zh") == 0 : ask->zh;
}

static void ask_route(struct http_ask *ask, const struct route_match *m)
{
    ask->route = m->route;
    ask->token = route_param(m, "token");
    if (!ask->token)
        ask->token = route_param(m, "link");
    for (size_t i = 0; i < m->request->query_count; i++)
        if (strcmp(m->request->query[i].name, "lang") == 0)
            ask_language(ask, m->request->query[i].value);
}

void http_ask_free(struct http_ask *ask)
{
    if (!ask)
        return;
    free(ask->if_none_match);
    free(ask->allow);
    free(ask->token);
    free(ask->note);
    free(ask->evidence);
    json_decref(ask->link);
    free(ask);
}

/* ---- answering ---- */

static void reply_write(struct conn *c, const struct slot *slot, struct http_reply *r,
                        struct text *to)
{
    const struct serve_port *port = c->serve->port;
    r->head = slot->ask->head;
    r->close = slot->ends;
    http_reply_write(r, port->now(port->ctx), to);
    http_reply_done(r);
}

void http_respond(struct conn *c, uint64_t line, struct http_reply *r)
{
    AUTO_TEXT(bytes);
    reply_write(c, conn_slot(c, line), r, &bytes);
    conn_fill(c, line, &bytes);
}

/* Does the field stand in the path or the query of the request? Then no pointer leads to it. */
static bool is_in_path(const struct route *route, const char *field)
{
    AUTO_TEXT(part);
    if (!route || !field)
        return false;
    text_addf(&part, "{%s}", field);
    return route->body == BODY_NONE || strstr(route->path, text_str(&part));
}

static void problem_render(struct conn *c, struct slot *slot, const json_t *refusal,
                           struct text *to)
{
    AUTO_JSON(problem);
    AUTO_TEXT(body);
    struct http_reply r = {.type = "application/problem+json"};
    problem =
        http_problem(refusal, is_in_path(slot->ask->route, json_str(refusal, "field")), &r.status);
    json_write(problem, &body);
    r.body = text_str(&body);
    r.body_len = body.len;
    if (r.status == 401)
        http_reply_header(&r, "WWW-Authenticate", "Bearer realm=\"muster\"");
    if (r.status == 429 || r.status == 503)
        http_reply_header(&r, "Retry-After", "1");
    if (slot->ask->allow)
        http_reply_header(&r, "Allow", slot->ask->allow);
    reply_write(c, slot, &r, to);
}

/* The one object of a reply. */
static json_t *the_one(json_t *reply)
{
    const char *name;
    json_t *member;
    json_object_foreach(reply, name, member)
    {
        if (json_is_object(member))
            return member;
    }
    return reply;
}

/*
 * A text that is edited has its revision in its tag: "3-<hash>". Whoever sends it back in If-Match
 * means this revision, whatever else of the report has changed since.
 */
static void etag_revision(const json_t *shown, const char *weak, struct text *to)
{
    text_addf(to, "\"%lld-%s", (long long)json_int(shown, "rev", 0), strchr(weak, '"') + 1);
}

/*
 * The revisions of If-Match as a list of names: of each "3-<hash>" or "3"; ["*"] of *. What is weak
 * or none of ours matches nothing (RFC 9110, 13.1.1). Gives.
 */
static json_t *revisions_of(const char *if_match)
{
    json_t *revs = json_array();
    const char *at = if_match + strspn(if_match, " \t");
    if (*at == '*' && !at[1 + strspn(at + 1, " \t")]) {
        json_array_append_new(revs, json_string("*"));
        return revs;
    }
    while ((at = strchr(at, '"'))) {
        const char *end = strchr(at + 1, '"');
        size_t digits = strspn(at + 1, "0123456789");
        bool weak = at >= if_match + 2 && at[-1] == '/' && at[-2] == 'W';
        if (!end)
            break;
        if (!weak && digits && digits < 8 && strchr("-\"", at[1 + digits]))
            json_array_append_new(revs, json_stringn(at + 1, digits));
        at = end + 1;
    }
    return revs;
}

/* `as_of` moves with every commit, so it is left out: the same tag says that nothing of it has
 * changed. */
static void etag_add(const struct slot *slot, const json_t *shown, struct http_reply *r)
{
    AUTO_TEXT(bytes);
    AUTO_TEXT(with_revision);
    AUTO_JSON(lasting);
    char etag[HTTP_ETAG_TEXT];
    lasting = json_copy(json_unconst(shown));
    json_object_del(lasting, "as_of");
    json_write(lasting, &bytes);
    http_etag(text_str(&bytes), bytes.len, true, etag);
    if (slot->ask->route->op == OP_REPORT_SHOW)
        etag_revision(shown, etag, &with_revision);
    else
        text_add(&with_revision, etag);
    http_reply_header(r, "ETag", text_str(&with_revision));
    r->cached = true;
    if (!http_etag_matches(slot->ask->if_none_match, text_str(&with_revision)))
        return;
    r->status = 304;
    r->type = NULL;
    r->body_len = 0;
}

static void location_add(const json_t *reply, struct http_reply *r)
{
    AUTO_TEXT(location);
    text_addf(&location, "/api/v1/incidents/%s", json_str_or(reply, "incident", ""));
    http_reply_header(r, "Location", text_str(&location));
    if (json_is_true(json_at(reply, "new")))
        r->status = 201;
}

/* Of the text as it was just kept, for the next If-Match. */
static void edited_etag(const json_t *reply, struct http_reply *r)
{
    AUTO_TEXT(etag);
    text_addf(&etag, "\"%lld\"", (long long)json_int(reply, "rev", 0));
    http_reply_header(r, "ETag", text_str(&etag));
}

static void json_render(struct conn *c, struct slot *slot, json_t *reply, struct text *to)
{
    AUTO_TEXT(body);
    const struct route *route = slot->ask->route;
    assert(route); /* only a route answers with ok */
    struct http_reply r = {.status = 200, .type = "application/json"};
    (void)json_object_del(reply, "ok");
    if (route->dress)
        route->dress(reply, &r);
    const json_t *shown = route->shape == SHAPE_ONE ? the_one(reply) : reply;
    json_write(shown, &body);
    r.body = text_str(&body);
    r.body_len = body.len;
    if (route->shape == SHAPE_OPENED)
        location_add(reply, &r);
    if (route->op == OP_REPORT_EDIT)
        edited_etag(reply, &r);
    if (route->method == HTTP_METHOD_GET)
        etag_add(slot, shown, &r);
    reply_write(c, slot, &r, to);
}

void http_page_headers(struct http_reply *r)
{
    http_reply_header(r, "Content-Security-Policy",
                      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                      "form-action 'self'; "
                      "frame-ancestors 'none'");
}

static void page_render(struct conn *c, struct slot *slot, json_t *reply, struct text *to)
{
    AUTO_TEXT(body);
    enum code code = CODE_OK;
    struct http_reply r = {.status = 200, .type = "text/html; charset=utf-8"};
    if (code_parse(json_str_or(reply, "code", ""), &code))
        r.status = http_status_of(code);
    else if (slot->ask->route->dress)
        slot->ask->route->dress(reply, &r);
    http_page_headers(&r);
    slot->ask->route->page(c, slot, reply, &r, &body);
    r.body = text_str(&body);
    r.body_len = body.len;
    reply_write(c, slot, &r, to);
}

/* In the words of a service. false: it speaks none of its own. */
static bool word_render(struct conn *c, struct slot *slot, const json_t *reply, struct text *to)
{
    AUTO_TEXT(body);
    struct http_reply r = {0};
    if (!page_reply_word(slot, reply, &r, &body))
        return false;
    r.body = text_str(&body);
    r.body_len = body.len;
    reply_write(c, slot, &r, to);
    return true;
}

static void http_render(struct conn *c, struct slot *slot, json_t *reply, struct text *to)
{
    const struct http_ask *ask = slot->ask;
    if (word_render(c, slot, reply, to))
        return;
    if (ask->html && ask->route && ask->route->page)
        page_render(c, slot, reply, to);
    else if (json_is_true(json_at(reply, "ok")))
        json_render(c, slot, reply, to);
    else
        problem_render(c, slot, reply, to);
}

/* ---- the stream ---- */

static struct http_reply stream_reply(void)
{
    struct http_reply r = {.status = 200, .type = "text/event-stream; charset=utf-8"};
    r.close = r.endless = true;
    http_reply_header(&r, "X-Accel-Buffering", "no");
    return r;
}

/* What a stream would begin with: HEAD opens none. */
static void stream_head(struct conn *c, uint64_t line)
{
    struct http_reply r = stream_reply();
    conn_slot(c, line)->ends = c->ending = true;
    http_respond(c, line, &r);
}

static void http_watch_begins(struct conn *c, struct slot *slot, json_t *reply, struct text *to)
{
    const char *as_of = json_str_or(reply, "as_of", "");
    bool reset = json_is_true(json_at(reply, "reset"));
    struct http_reply r = stream_reply();
    const struct serve_port *port = c->serve->port;
    http_reply_write(&r, port->now(port->ctx), to);
    http_reply_done(&r);
    text_add(to, "retry: 2000\n");
    /* The id of what is to come first must not be behind what follows it. */
    if (reset)
        text_addf(to, "event: reset\nid: %s\ndata: {\"as_of\":\"%s\"}\n\n", as_of, as_of);
    else if (watch_is_live(slot->watch))
        text_addf(to, "event: hello\nid: %s\ndata: {\"as_of\":\"%s\"}\n\n", as_of, as_of);
    else
        text_addf(to, "event: hello\ndata: {\"as_of\":\"%s\"}\n\n", as_of);
}

static void http_event(struct conn *c, const struct record *r, const char *lang, struct text *to)
{
    char id[EVENT_ID_TEXT];
    AUTO_JSON(event);
    event = shape_event(r, c->serve->config.gen, lang);
    text_addf(to, "id: %s\nevent: %s\ndata: ", event_id(c->serve->config.gen, r->seq, id),
              record_kind_name(r->kind));
    json_write(event, to);
    text_add(to, "\n\n");
}

/* ---- taking ---- */

/* Who edits a text says which revision was read. */
static enum code if_match_take(const struct route_match *m, json_t *object, struct refusal *r)
{
    const char *value = http_header(m->request, "if-match");
    bool edits = m->route->op == OP_REPORT_EDIT || m->route->op == OP_REPORT;
    if (!edits || !value)
        return CODE_OK;
    json_t *revs = revisions_of(value);
    if (json_array_size(revs)) {
        json_put(object, "revs", revs);
        return CODE_OK;
    }
    json_decref(revs);
    return refuse(r, CODE_PRECONDITION_FAILED, NULL, NULL,
                  "If-Match is not the ETag of this report; read it again, and send that");
}

/* Headers that say the same as a field. */
static enum code headers_take(const struct route_match *m, json_t *object, struct refusal *r)
{
    static const struct {
        enum op_id op;
        const char *header, *field;
    } headers[] = {{OP_WATCH, "last-event-id", "after"},
                   {OP_TRIGGER, "idempotency-key", "idempotency_key"},
                   {OP_ORDER, "idempotency-key", "idempotency_key"}};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *value = http_header(m->request, headers[i].header);
        if (m->route->op != headers[i].op || !value || !*value)
            continue;
        json_t *text = json_string(value);
        if (!text)
            return refuse(r, CODE_BAD_FIELD, headers[i].field, NULL, "%s: is not UTF-8",
                          headers[i].header);
        json_put(object, headers[i].field, text);
    }
    return CODE_OK;
}

static enum code origin_of(struct conn *c, const struct http_request *r, struct refusal *refusal)
{
    struct origin o = {.host = http_header(r, "host"),
                       .origin = http_header(r, "origin"),
                       .fetch_site = http_header(r, "sec-fetch-site"),
                       .fetch_mode = http_header(r, "sec-fetch-mode"),
                       .fetch_dest = http_header(r, "sec-fetch-dest"),
                       .reads = r->method == HTTP_METHOD_GET || r->method == HTTP_METHOD_HEAD};
    enum code code = origin_check(&o, c->serve->config.hosts, refusal);
    if (!code)
        code = who_take(c, r, origin_is_page(&o), refusal);
    return code;
}

/* The rights are looked at before the body is. */
static enum code operation_take(struct conn *c, uint64_t line, const struct route_match *m,
                                struct refusal *refusal)
{
    const struct op *op = op_def(m->route->op);
    json_t *object = NULL;
    enum code code = scope_check(c, op->name, op->scope, refusal);
    if (!code)
        code = route_object(m, &object, refusal);
    if (!code)
        code = headers_take(m, object, refusal);
    if (!code)
        code = if_match_take(m, object, refusal);
    if (code) {
        json_decref(object);
    } else if (m->route->shape == SHAPE_EVENTS && conn_slot(c, line)->ask->head) {
        json_decref(object);
        stream_head(c, line);
    } else {
        if (m->route->shape == SHAPE_EVENTS) /* it ends when its reader does */
            conn_slot(c, line)->ends = c->ending = false;
        answer_object(c, line, object); /* takes it */
    }
    return code;
}

static enum code request_take(struct conn *c, uint64_t line, const struct http_request *r,
                              struct refusal *refusal)
{
    struct route_match m;
    AUTO_TEXT(allow);
    enum code code = origin_of(c, r, refusal);
    if (!code)
        code = route_find(r, c->serve->config.demo, &m, &allow, refusal);
    if (code == CODE_METHOD_NOT_ALLOWED)
        conn_slot(c, line)->ask->allow = text_take(&allow);
    if (code)
        return code;
    ask_route(conn_slot(c, line)->ask, &m);
    if (m.route->answer) {
        m.route->answer(c, line, &m);
        return CODE_OK;
    }
    return operation_take(c, line, &m, refusal);
}

static void request_answer(struct conn *c, const struct http_request *r)
{
    struct refusal refusal;
    uint64_t line = conn_open_slot(c);
    struct slot *slot = conn_slot(c, line);
    slot->ask = ask_new(r);
    slot->ends = c->ending = !r->keep_alive;
    c->serve->stats.lines++;
    if (request_take(c, line, r, &refusal))
        answer_refused(c, line, &refusal);
}

/* The last answer of a connection that broke the rules. */
static void refuse_last(struct conn *c, const struct refusal *refusal)
{
    uint64_t line = conn_open_slot(c);
    struct slot *slot = conn_slot(c, line);
    slot->ask = mem_new(1, sizeof *slot->ask);
    slot->ends = c->ending = c->lingers = true;
    answer_refused(c, line, refusal);
}

static void say_continue(struct conn *c)
{
    AUTO_TEXT(bytes);
    text_add(&bytes, "HTTP/1.1 100 Continue\r\n\r\n");
    conn_fill(c, conn_open_slot(c), &bytes);
}

/* ---- the dialect ---- */

static void http_begin(struct conn *c)
{
    static const struct http_limits limits = {.head_bytes_max = HTTP_HEAD_BYTES_MAX,
                                              .body_bytes_max = HTTP_BODY_BYTES_MAX};
    http_init(&c->in.http, &limits);
    c->phase_tick = c->out_tick = c->serve->tick;
}

static void http_end(struct conn *c)
{
    http_done(&c->in.http);
}

static void phase_enter(struct conn *c, enum http_phase phase)
{
    c->phase = phase;
    c->phase_tick = c->serve->tick;
}

static void phase_note(struct conn *c)
{
    enum http_phase now = http_phase(&c->in.http);
    if (now != c->phase)
        phase_enter(c, now);
}

static void http_fed(struct conn *c, const char *bytes, size_t len)
{
    if (conn_watches(c))
        return; /* nothing is asked any more on this connection */
    http_feed(&c->in.http, bytes, len);
}

static bool http_take(struct conn *c)
{
    struct http_request r;
    struct refusal refusal;
    bool taken = false;
    if (conn_watches(c))
        return false;
    switch (http_next(&c->in.http, &r, &refusal)) {
    case HTTP_NEXT_NONE:
        break;
    case HTTP_NEXT_CONTINUE:
        say_continue(c);
        taken = true;
        break;
    case HTTP_NEXT_OVER:
        refuse_last(c, &refusal);
        return false;
    case HTTP_NEXT_WHOLE:
        phase_enter(c, HTTP_PHASE_IDLE);
        request_answer(c, &r);
        taken = true;
        break;
    }
    phase_note(c);
    return taken;
}

/* ---- time ---- */

/* A head within 5 s; a body without a rest of 5 s, and at 1 KiB/s after the first ones. */
static bool is_too_slow(const struct conn *c, uint32_t waited)
{
    if (c->phase == HTTP_PHASE_HEAD)
        return waited > HTTP_HEAD_S;
    if (c->phase != HTTP_PHASE_BODY || waited <= HTTP_HEAD_S)
        return false;
    if (c->serve->tick - c->in_tick > HTTP_HEAD_S)
        return true;
    return http_body_seen(&c->in.http) < (size_t)(waited - HTTP_HEAD_S) * HTTP_BODY_RATE_MIN;
}

static void tick_stream(struct conn *c, uint32_t silent)
{
    if (conn_unwritten(c) == 0 && silent >= HTTP_HEARTBEAT_S)
        conn_say(c, HEARTBEAT, strlen(HEARTBEAT));
}

/* Nothing is lost with it: it was told why it is refused, or reads nothing, or asks nothing. */
static bool is_over(const struct conn *c, uint32_t waited, uint32_t silent)
{
    if (c->lingering)
        return waited > HTTP_LINGER_S;
    if (conn_unwritten(c) > 0)
        return silent > HTTP_UNREAD_S;
    return !c->watch && c->phase == HTTP_PHASE_IDLE && c->slots_count == 0 && waited > HTTP_IDLE_S;
}

void http_tick(struct conn *c)
{
    struct refusal refusal;
    if (conn_is_paused(c))
        c->phase_tick = c->in_tick = c->serve->tick; /* it is we who do not read */
    uint32_t waited = c->serve->tick - c->phase_tick, silent = c->serve->tick - c->out_tick;
    if (is_over(c, waited, silent)) {
        conn_close(c);
    } else if (c->watch) {
        tick_stream(c, silent);
    } else if (!c->ending && is_too_slow(c, waited)) {
        (void)refuse(&refusal, CODE_TOO_SLOW, NULL, NULL,
                     "the request came too slowly; send it again, whole");
        refuse_last(c, &refusal);
    }
    if (!c->dead)
        conn_flush(c);
}

const struct dialect dialect_http = {
    .name = "http",
    .how_to_say_who = "send Authorization: Bearer KEY (muster key create), or sign in at /login",
    .begin = http_begin,
    .end = http_end,
    .feed = http_fed,
    .next = http_take,
    .render = http_render,
    .watch_begins = http_watch_begins,
    .event = http_event,
    .tick = http_tick};
