#include "intake/http.h"

#include "base/arena.h"

#include <assert.h>
#include <ctype.h>
#include <llhttp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 100, QUERY_MAX = 64, TARGET_BYTES_MAX = 8192 };

/* What llhttp tells of one request, and what is made of it. */
struct http_work {
    llhttp_t llhttp;
    const struct http_limits *limits;
    struct arena keep;
    struct text target, name, value; /* the last of each, in the making */
    struct text body;
    struct http_pair headers[HEADERS_MAX];
    size_t headers_count;
    struct http_form query;
    char *path;
    bool head_done; /* all headers are there and checked */
    bool chunked;
    bool expects;   /* "100 Continue" */
    bool continued; /* it was said */
    bool whole;
    bool keep_alive;
    size_t body_len; /* announced by Content-Length */
    struct http_chunks chunks;
    enum code code; /* not CODE_OK: refused */
    struct refusal *refusal;
};

static enum code bad(struct refusal *r, const char *sentence)
{
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "%s", sentence);
}

/* ---- names and values ---- */

const char *http_method_name(enum http_method m)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "this method"};
    return names[m];
}

static const char *pair_find(const struct http_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}

const char *http_header(const struct http_request *r, const char *name)
{
    return pair_find(r->headers, r->headers_count, name);
}

static size_t header_count(const struct http_work *w, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < w->headers_count; i++)
        count += strcasecmp(w->headers[i].name, name) == 0;
    return count;
}

/* ---- percent-encoding ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* plus: "+" is a blank, as in forms. false: not encoded properly, no UTF-8, or a NUL. */
static bool percent_decode(const char *at, size_t len, bool plus, struct text *to)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] != '%') {
            text_add_char(to, plus && at[i] == '+' ? ' ' : at[i]);
            continue;
        }
        int high = i + 2 < len ? hex_value(at[i + 1]) : -1;
        int low = i + 2 < len ? hex_value(at[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        text_add_char(to, (char)(high << 4 | low));
        i += 2;
    }
    return utf8_valid(text_str(to), to->len) && strlen(text_str(to)) == to->len;
}

/* ---- forms ---- */

static enum code form_add(struct http_form *f, const char *at, size_t len, struct refusal *r)
{
    size_t name_len = 0;
    while (name_len < len && at[name_len] != '=')
        name_len++;
    size_t value_at = name_len < len ? name_len + 1 : len;
    AUTO_TEXT(name);
    AUTO_TEXT(value);
    if (f->count == QUERY_MAX)
        return bad(r, "there are more than 64 parameters");
    if (!percent_decode(at, name_len, true, &name) ||
        !percent_decode(at + value_at, len - value_at, true, &value))
        return bad(r, "a parameter is not percent-encoded UTF-8, or holds a NUL");
    f->pairs = mem_grow(f->pairs, &f->cap, f->count + 1, sizeof *f->pairs);
    f->pairs[f->count++] =
        (struct http_pair){.name = arena_str(&f->keep, text_str(&name), name.len),
                           .value = arena_str(&f->keep, text_str(&value), value.len)};
    return CODE_OK;
}

enum code http_form_read(const char *bytes, size_t len, struct http_form *ret, struct refusal *r)
{
    *ret = (struct http_form){0};
    for (size_t at = 0; at < len;) {
        const char *end = memchr(bytes + at, '&', len - at);
        size_t part = end ? (size_t)(end - bytes) - at : len - at;
        enum code code = part ? form_add(ret, bytes + at, part, r) : CODE_OK;
        if (code)
            return code;
        at += part + 1;
    }
    return CODE_OK;
}

void http_form_done(struct http_form *f)
{
    arena_done(&f->keep);
    free(f->pairs);
    *f = (struct http_form){0};
}

/* ---- the head, as llhttp tells it ---- */

static struct http_work *work_of(llhttp_t *parser)
{
    return parser->data;
}

static int on_target(llhttp_t *parser, const char *at, size_t len)
{
    text_add_bytes(&work_of(parser)->target, at, len);
    return 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
    text_add_bytes(&work_of(parser)->name, at, len);
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    text_add_bytes(&work_of(parser)->value, at, len);
    return 0;
}

/* The value without white space at its end; llhttp has taken that before it. */
static int on_header(llhttp_t *parser)
{
    struct http_work *w = work_of(parser);
    size_t len = w->value.len;
    while (len > 0 && strchr(" \t", w->value.at[len - 1]))
        len--;
    if (w->headers_count == HEADERS_MAX) {
        w->code = refuse(w->refusal, CODE_HEAD_TOO_LONG, NULL, NULL,
                         "there are more than %d headers", HEADERS_MAX);
        return HPE_USER;
    }
    w->headers[w->headers_count++] =
        (struct http_pair){.name = arena_str(&w->keep, text_str(&w->name), w->name.len),
                           .value = arena_str(&w->keep, text_str(&w->value), len)};
    text_clear(&w->name);
    text_clear(&w->value);
    return 0;
}

/* ---- the head, checked ---- */

/* "host", "host:80", "[::1]:80": the letters that may stand there. */
static bool is_host(const char *host)
{
    size_t len = strlen(host);
    return len > 0 && len <= 255 &&
           len == strspn(host, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-._~:[]");
}

static enum code host_check(const struct http_work *w, struct refusal *r)
{
    size_t count = header_count(w, "host");
    const char *host = pair_find(w->headers, w->headers_count, "host");
    if (count > 1)
        return bad(r, "there are two Host headers");
    if (!host && w->llhttp.http_minor == 1)
        return bad(r, "there is no Host header");
    if (host && !is_host(host))
        return bad(r, "the Host header names no host");
    return CODE_OK;
}

static enum code length_take(struct http_work *w, const char *digits, struct refusal *r)
{
    size_t len = strlen(digits);
    if (len == 0 || len != strspn(digits, "0123456789"))
        return bad(r, "Content-Length is not a number in plain digits");
    w->body_len = len > 18 ? SIZE_MAX : (size_t)strtoull(digits, NULL, 10);
    if (w->body_len > w->limits->body_bytes_max)
        return refuse(r, CODE_BODY_TOO_LONG, NULL, NULL,
                      "the body has more than %zu bytes; send less at once",
                      w->limits->body_bytes_max);
    return CODE_OK;
}

/* Where the request ends: said once, by one of two headers, in letters that all readers agree on.
 */
static enum code framing_check(struct http_work *w, struct refusal *r)
{
    size_t lengths = header_count(w, "content-length");
    size_t codings = header_count(w, "transfer-encoding");
    const char *coding = pair_find(w->headers, w->headers_count, "transfer-encoding");
    if (lengths > 1)
        return bad(r, "there are two Content-Length headers");
    if (lengths && codings)
        return bad(r, "Content-Length and Transfer-Encoding exclude each other");
    if (codings > 1 || (coding && strcasecmp(coding, "chunked") != 0))
        return bad(r, "Transfer-Encoding can only be one \"chunked\"");
    if (codings && w->llhttp.http_minor == 0)
        return bad(r, "HTTP/1.0 has no Transfer-Encoding");
    w->chunked = codings;
    return lengths ? length_take(w, pair_find(w->headers, w->headers_count, "content-length"), r)
                   : CODE_OK;
}

static enum code wishes_check(struct http_work *w, struct refusal *r)
{
    const char *expect = pair_find(w->headers, w->headers_count, "expect");
    if (header_count(w, "upgrade"))
        return bad(r, "there is nothing here to upgrade to");
    if (expect && (header_count(w, "expect") > 1 || strcasecmp(expect, "100-continue") != 0))
        return bad(r, "Expect can only be 100-continue");
    w->expects = expect && w->llhttp.http_minor == 1;
    return CODE_OK;
}

/* "/path?query": decoded here, once. An encoded slash would make two parts of what is one. */
static enum code target_take(struct http_work *w, struct refusal *r)
{
    const char *target = text_str(&w->target);
    size_t path_len = strcspn(target, "?");
    AUTO_TEXT(path);
    if (w->target.len > TARGET_BYTES_MAX)
        return refuse(r, CODE_HEAD_TOO_LONG, NULL, NULL, "the path has more than %d bytes",
                      TARGET_BYTES_MAX);
    if (target[0] != '/' || strchr(target, '#'))
        return bad(r, "the request must name a path that begins with /");
    for (size_t i = 0; i + 2 < path_len; i++)
        if (strncasecmp(target + i, "%2f", 3) == 0)
            return bad(r, "the path holds an encoded slash");
    if (!percent_decode(target, path_len, false, &path))
        return bad(r, "the path is not percent-encoded UTF-8, or holds a NUL");
    for (size_t i = 0; i < path.len; i++)
        if (iscntrl((unsigned char)path.at[i]))
            return bad(r, "the path holds a control character");
    w->path = arena_str(&w->keep, text_str(&path), path.len);
    const char *query = target + path_len + (target[path_len] == '?');
    return http_form_read(query, strlen(query), &w->query, r);
}

static enum code head_check(struct http_work *w, struct refusal *r)
{
    if (w->llhttp.http_major != 1 || w->llhttp.http_minor > 1)
        return bad(r, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    if (w->llhttp.method == HTTP_CONNECT)
        return bad(r, "this is no proxy: CONNECT is not for it");
    enum code code = host_check(w, r);
    if (!code)
        code = framing_check(w, r);
    if (!code)
        code = wishes_check(w, r);
    if (!code)
        code = target_take(w, r);
    return code;
}

static int on_head(llhttp_t *parser)
{
    struct http_work *w = work_of(parser);
    w->code = head_check(w, w->refusal);
    w->head_done = true;
    return w->code ? HPE_USER : 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    text_add_bytes(&work_of(parser)->body, at, len);
    return 0;
}

static int on_whole(llhttp_t *parser)
{
    struct http_work *w = work_of(parser);
    w->whole = true;
    w->keep_alive = llhttp_should_keep_alive(parser);
    return 0;
}

/* ---- a request under way ---- */

static struct http_work *work_new(const struct http_limits *limits)
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
    w->limits = limits;
    return w;
}

static void work_free(struct http_work *w)
{
    if (!w)
        return;
    arena_done(&w->keep);
    text_done(&w->target);
    text_done(&w->name);
    text_done(&w->value);
    text_done(&w->body);
    http_form_done(&w->query);
    free(w);
}

/* Bytes whose framing was checked. */
static enum code work_execute(struct http_work *w, const char *bytes, size_t len, struct refusal *r)
{
    w->refusal = r;
    enum llhttp_errno e = llhttp_execute(&w->llhttp, bytes, len);
    w->refusal = NULL;
    if (w->code)
        return w->code;
    if (e != HPE_OK)
        return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "this is no request of HTTP: %s",
                      llhttp_get_error_reason(&w->llhttp));
    return CODE_OK;
}

/* ---- the parser ---- */

void http_init(struct http_parser *p, const struct http_limits *limits)
{
    *p = (struct http_parser){.limits = *limits};
}

static void held_drop(struct http_parser *p)
{
    text_done(&p->held);
    p->taken = 0;
}

void http_done(struct http_parser *p)
{
    held_drop(p);
    work_free(p->work);
    free(p->refused);
    *p = (struct http_parser){.limits = p->limits};
}

size_t http_held(const struct http_parser *p)
{
    return p->held.len - p->taken;
}

void http_feed(struct http_parser *p, const char *bytes, size_t len)
{
    if (p->refused)
        return;
    if (p->taken) {
        p->held.len -= p->taken;
        memmove(p->held.at, p->held.at + p->taken, p->held.len);
        p->taken = 0;
    }
    text_add_bytes(&p->held, bytes, len);
}

static void take(struct http_parser *p, size_t len)
{
    p->taken += len;
    if (p->taken == p->held.len)
        held_drop(p);
}

/*
 * The head is kept in `held` until it is whole: so it goes through llhttp in one piece, and what
 * never ends costs at most its limit.
 */
static enum code head_take(struct http_parser *p, struct refusal *r)
{
    size_t used = 0, before = p->scan.seen;
    const char *head = p->held.at + p->taken;
    enum code code = http_scan_head(&p->scan, head + before, http_held(p) - before, &used, r);
    bool whole = p->scan.at == HTTP_AT_END;
    if (code)
        return code;
    if (p->scan.seen > p->limits.head_bytes_max)
        return refuse(r, CODE_HEAD_TOO_LONG, NULL, NULL,
                      "the head has more than %zu bytes; send fewer and shorter headers",
                      p->limits.head_bytes_max);
    if (!whole)
        return CODE_OK;
    p->work = work_new(&p->limits);
    code = work_execute(p->work, head, p->scan.seen, r);
    if (!code && !p->work->head_done)
        code = bad(r, "this is no request of HTTP/1.1");
    take(p, p->scan.seen);
    p->scan = (struct http_scan){0};
    return code;
}

static enum code body_take(struct http_parser *p, struct refusal *r)
{
    struct http_work *w = p->work;
    const char *bytes = p->held.at + p->taken;
    size_t used = http_held(p), left = w->body_len - w->body.len;
    enum code code = CODE_OK;
    if (w->chunked)
        code = http_scan_chunks(&w->chunks, bytes, used, p->limits.body_bytes_max, &used, r);
    else if (used > left)
        used = left;
    if (!code)
        code = work_execute(w, bytes, used, r);
    if (!code)
        take(p, used);
    return code;
}

static enum code go_on(struct http_parser *p, struct refusal *r)
{
    enum code code = CODE_OK;
    if (p->work && p->work->whole) { /* it was given */
        work_free(p->work);
        p->work = NULL;
    }
    if (!p->work && http_held(p))
        code = head_take(p, r);
    if (!code && p->work && !p->work->whole && http_held(p))
        code = body_take(p, r);
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
                                 .path = w->path,
                                 .query = w->query.pairs,
                                 .query_count = w->query.count,
                                 .headers = w->headers,
                                 .headers_count = w->headers_count,
                                 .body = text_str(&w->body),
                                 .body_len = w->body.len,
                                 .keep_alive = w->keep_alive};
}

enum http_next http_next(struct http_parser *p, struct http_request *ret, struct refusal *r)
{
    if (p->refused) {
        *r = *p->refused;
        return HTTP_NEXT_OVER;
    }
    if (go_on(p, r))
        return over(p, r);
    struct http_work *w = p->work;
    if (w && w->whole) {
        request_of(w, ret);
        return HTTP_NEXT_WHOLE;
    }
    if (w && w->expects && !w->continued && w->body.len == 0) {
        w->continued = true;
        return HTTP_NEXT_CONTINUE;
    }
    return HTTP_NEXT_NONE;
}

enum http_phase http_phase(const struct http_parser *p)
{
    if (p->work && !p->work->whole)
        return HTTP_PHASE_BODY;
    return http_held(p) ? HTTP_PHASE_HEAD : HTTP_PHASE_IDLE;
}

size_t http_body_seen(const struct http_parser *p)
{
    return p->work ? p->work->body.len : 0;
}
