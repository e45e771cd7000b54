#include "intake/http.h"

#include "intake/http_chunks.h"
#include "intake/http_head.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

enum { HELD_SPARE_BYTES_MAX = 4096 };

#define LENGTH_ONCE                                                                                \
    "the length of the body is said once: by one Content-Length in plain digits, or by "           \
    "Transfer-Encoding: chunked"

struct span {
    char *at; /* NULL: not there yet */
    size_t len;
};

/* What llhttp tells of one request. */
struct http_work {
    llhttp_t llhttp;
    struct http_head head;
    struct span name, value; /* of the header in the making */
    struct http_chunks chunks;
    struct text body;
    size_t body_bytes_max;
    bool head_done;  /* all headers are there and checked */
    bool body_begun; /* a byte of it has come */
    bool continued;  /* "100 Continue" was said */
    bool whole;
    bool keep_alive;
    enum code code; /* why a callback stopped llhttp, and where to say it */
    struct refusal *refusal;
};

static enum code bad(struct refusal *r, const char *sentence)
{
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "%s", sentence);
}

const char *http_method_name(enum http_method m)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "this method"};
    return names[m];
}

const char *http_header(const struct http_request *r, const char *name)
{
    return http_pair_find(r->headers, r->headers_count, name);
}

/* ---- what llhttp tells; a callback gives -1 to stop it ---- */

/* The head goes through in one piece, so each part of it comes in one, too. */
static int span_set(struct http_work *w, struct span *s, const char *at, size_t len)
{
    if (s->at)
        return -1;
    *s = (struct span){.at = w->head.bytes + (at - w->head.bytes), .len = len};
    return 0;
}

static int on_target(llhttp_t *parser, const char *at, size_t len)
{
    struct http_work *w = parser->data;
    struct span target = {.at = w->head.target};
    int stop = span_set(w, &target, at, len);
    w->head.target = target.at;
    w->head.target_len = target.len;
    return stop;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
    struct http_work *w = parser->data;
    return span_set(w, &w->name, at, len);
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct http_work *w = parser->data;
    return span_set(w, &w->value, at, len);
}

static int on_header(llhttp_t *parser)
{
    struct http_work *w = parser->data;
    if (!w->name.at || !w->value.at)
        return -1;
    w->code =
        http_head_add(&w->head, w->name.at, w->name.len, w->value.at, w->value.len, w->refusal);
    w->name = w->value = (struct span){0};
    return w->code ? -1 : 0;
}

/* Where two readings of one request end in different places, one of them is wrong. */
static enum code end_refuse(struct refusal *r)
{
    return bad(r, "it is not plain where this request ends");
}

static bool end_is_agreed(const struct http_work *w)
{
    bool chunked = w->llhttp.flags & F_CHUNKED;
    return chunked == w->head.chunked && w->llhttp.content_length == w->head.body_len;
}

static int on_head(llhttp_t *parser)
{
    struct http_work *w = parser->data;
    if (!w->head.target || parser->http_major != 1 || parser->method == HTTP_CONNECT)
        return -1;
    w->head.minor = parser->http_minor;
    w->code = http_head_check(&w->head, w->body_bytes_max, w->refusal);
    if (!w->code && !end_is_agreed(w))
        w->code = end_refuse(w->refusal);
    w->head_done = !w->code;
    return w->code ? -1 : 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct http_work *w = parser->data;
    text_add_bytes(&w->body, at, len);
    return 0;
}

static int on_whole(llhttp_t *parser)
{
    struct http_work *w = parser->data;
    w->whole = true;
    w->keep_alive = llhttp_should_keep_alive(parser);
    return 0;
}

/* ---- a request under way ---- */

static struct http_work *work_new(const char *head, size_t len, size_t body_bytes_max)
{
    static const llhttp_settings_t settings = {.on_url = on_target,
                                               .on_header_field = on_name,
                                               .on_header_value = on_value,
                                               .on_header_value_complete = on_header,
                                               .on_headers_complete = on_head,
                                               .on_body = on_body,
                                               .on_message_complete = on_whole};
    struct http_work *w = mem_new(1, sizeof *w);
    llhttp_init(&w->llhttp, HTTP_REQUEST, &settings);
    w->llhttp.data = w;
    w->body_bytes_max = body_bytes_max;
    http_head_init(&w->head, head, len);
    return w;
}

static void work_free(struct http_work *w)
{
    if (!w)
        return;
    http_head_done(&w->head);
    text_done(&w->body);
    free(w);
}

/* What llhttp found first, in our words where they help more than its own. */
static enum code llhttp_refuse(const llhttp_t *parser, enum llhttp_errno e, struct refusal *r)
{
    static const struct {
        enum llhttp_errno e;
        const char *sentence;
    } known[] = {
        {HPE_INVALID_METHOD, "the method is none of HTTP"},
        {HPE_INVALID_URL, "the request line must name a path that begins with /, "
                          "percent-encoded where it is not plain"},
        {HPE_INVALID_CONTENT_LENGTH, LENGTH_ONCE},
        {HPE_UNEXPECTED_CONTENT_LENGTH, LENGTH_ONCE},
        {HPE_INVALID_TRANSFER_ENCODING, "Transfer-Encoding can only be chunked, and stands "
                                        "without Content-Length"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].e == e)
            return bad(r, known[i].sentence);
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "this is no request of HTTP/1.1: %s",
                  llhttp_get_error_reason(parser));
}

static enum code work_execute(struct http_work *w, const char *bytes, size_t len, struct refusal *r)
{
    w->refusal = r;
    enum llhttp_errno e = llhttp_execute(&w->llhttp, bytes, len);
    w->refusal = NULL;
    if (w->code)
        return w->code;
    if (w->llhttp.method == HTTP_CONNECT)
        return bad(r, "this is no proxy: CONNECT is not for it");
    return e == HPE_OK ? CODE_OK : llhttp_refuse(&w->llhttp, e, r);
}

/* Has all come that head and chunks announce? */
static bool work_is_whole(const struct http_work *w)
{
    return w->head.chunked ? w->chunks.at == HTTP_CHUNK_END : w->body.len == w->head.body_len;
}

static enum code work_agree(const struct http_work *w, struct refusal *r)
{
    return w->head_done && work_is_whole(w) == w->whole ? CODE_OK : end_refuse(r);
}

static enum code work_read_head(struct http_work *w, size_t len, struct refusal *r)
{
    enum code code = work_execute(w, w->head.bytes, len, r);
    return code ? code : work_agree(w, r);
}

/* How many of these bytes are the body's, by what was announced. */
static enum code body_measure(struct http_work *w, const char *bytes, size_t len, size_t *ret_used,
                              struct refusal *r)
{
    if (w->head.chunked)
        return http_chunks_scan(&w->chunks, bytes, len, w->body_bytes_max, ret_used, r);
    size_t left = w->head.body_len - w->body.len;
    *ret_used = len < left ? len : left;
    return CODE_OK;
}

static enum code work_read_body(struct http_work *w, const char *bytes, size_t len,
                                size_t *ret_used, struct refusal *r)
{
    w->body_begun = true;
    enum code code = body_measure(w, bytes, len, ret_used, r);
    if (!code)
        code = work_execute(w, bytes, *ret_used, r);
    return code ? code : work_agree(w, r);
}

/* ---- bytes that wait ---- */

size_t http_held(const struct http_parser *p)
{
    return p->held.len - p->taken;
}

static void held_drop(struct http_parser *p)
{
    text_done(&p->held);
    p->taken = 0;
}

/* Forget what was taken, and give back what a large piece of bytes has left behind. */
static void held_compact(struct http_parser *p)
{
    size_t left = http_held(p);
    const char *at = text_str(&p->held) + p->taken;
    if (left == 0) {
        held_drop(p);
    } else if (p->held.cap - left > HELD_SPARE_BYTES_MAX + left) {
        struct text fresh = {0};
        text_add_bytes(&fresh, at, left);
        held_drop(p);
        p->held = fresh;
    } else if (p->taken) {
        memmove(p->held.at, at, left + 1);
        p->held.len = left;
        p->taken = 0;
    }
}

/* ---- the parser ---- */

void http_init(struct http_parser *p, const struct http_limits *limits)
{
    *p = (struct http_parser){.limits = *limits};
}

void http_done(struct http_parser *p)
{
    held_drop(p);
    work_free(p->work);
    free(p->refused);
    *p = (struct http_parser){.limits = p->limits};
}

void http_feed(struct http_parser *p, const char *bytes, size_t len)
{
    if (p->refused || p->ended || len == 0)
        return;
    held_compact(p);
    text_add_bytes(&p->held, bytes, len);
}

/* The head waits in `held` until it is whole; what never ends costs at most its limit. */
static enum code head_take(struct http_parser *p, struct refusal *r)
{
    const char *head = p->held.at + p->taken;
    size_t before = p->scan.seen, most = p->limits.head_bytes_max + 1;
    size_t here = http_held(p) < most ? http_held(p) : most;
    enum code code = http_scan_head(&p->scan, head + before, here - before, r);
    size_t len = p->scan.seen;
    if (code)
        return code;
    if (len > p->limits.head_bytes_max)
        return refuse(r, CODE_HEAD_TOO_LONG, NULL, NULL,
                      "the head has more than %zu bytes; send fewer and shorter headers",
                      p->limits.head_bytes_max);
    if (p->scan.at != HTTP_AT_END)
        return CODE_OK;
    p->work = work_new(head, len, p->limits.body_bytes_max);
    p->scan = (struct http_scan){0};
    p->taken += len;
    return work_read_head(p->work, len, r);
}

static enum code body_take(struct http_parser *p, struct refusal *r)
{
    size_t used = 0;
    enum code code = work_read_body(p->work, p->held.at + p->taken, http_held(p), &used, r);
    p->taken += used;
    return code;
}

static enum code go_on(struct http_parser *p, struct refusal *r)
{
    enum code code = CODE_OK;
    if (!p->work && http_held(p))
        code = head_take(p, r);
    if (!code && p->work && !p->work->whole && http_held(p))
        code = body_take(p, r);
    if (http_held(p) == 0)
        held_drop(p);
    return code;
}

static enum http_next over(struct http_parser *p, const struct refusal *r)
{
    http_done(p);
    p->refused = mem_new(1, sizeof *p->refused);
    *p->refused = *r;
    return HTTP_NEXT_OVER;
}

static enum http_method method_of(const struct http_work *w)
{
    static const struct {
        int theirs;
        enum http_method ours;
    } methods[] = {{HTTP_GET, HTTP_METHOD_GET},
                   {HTTP_HEAD, HTTP_METHOD_HEAD},
                   {HTTP_POST, HTTP_METHOD_POST},
                   {HTTP_PUT, HTTP_METHOD_PUT},
                   {HTTP_DELETE, HTTP_METHOD_DELETE}};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].theirs == w->llhttp.method)
            return methods[i].ours;
    return HTTP_METHOD_OTHER;
}

static void request_of(const struct http_work *w, struct http_request *ret)
{
    *ret = (struct http_request){.method = method_of(w),
                                 .path = w->head.path,
                                 .query = w->head.query.pairs,
                                 .query_count = w->head.query.count,
                                 .headers = w->head.headers,
                                 .headers_count = w->head.headers_count,
                                 .body = text_str(&w->body),
                                 .body_len = w->body.len,
                                 .keep_alive = w->keep_alive};
}

/* The request that was given is no longer borrowed. */
static void given_drop(struct http_parser *p)
{
    if (!p->work || !p->work->whole)
        return;
    work_free(p->work);
    p->work = NULL;
}

static enum http_next whole(struct http_parser *p, struct http_request *ret)
{
    request_of(p->work, ret);
    if (!ret->keep_alive) {
        held_drop(p);
        p->ended = true;
    }
    return HTTP_NEXT_WHOLE;
}

enum http_next http_next(struct http_parser *p, struct http_request *ret, struct refusal *r)
{
    given_drop(p);
    if (!p->refused && go_on(p, r))
        return over(p, r);
    if (p->refused) {
        *r = *p->refused;
        return HTTP_NEXT_OVER;
    }
    struct http_work *w = p->work;
    if (w && w->whole)
        return whole(p, ret);
    if (w && w->head.expects && !w->body_begun && !w->continued) {
        w->continued = true;
        return HTTP_NEXT_CONTINUE;
    }
    held_compact(p);
    return HTTP_NEXT_NONE;
}

enum http_phase http_phase(const struct http_parser *p)
{
    if (p->work && !p->work->whole)
        return HTTP_PHASE_BODY;
    return p->scan.seen ? HTTP_PHASE_HEAD : HTTP_PHASE_IDLE;
}

size_t http_body_seen(const struct http_parser *p)
{
    return p->work ? p->work->body.len : 0;
}
