#include "intake/http_head.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * One reader believes the first of two, another the last. Names that it would matter for: where the
 * request ends, to whom it goes, who sent it, from where, what it repeats.
 */
static const char *const ONCE[] = {
    "Host",           "Content-Length",  "Transfer-Encoding",
    "Content-Type",   "Expect",          "Authorization",
    "Cookie",         "Origin",          "Sec-Fetch-Site",
    "Sec-Fetch-Mode", "Sec-Fetch-Dest",  "If-Match",
    "Last-Event-ID",  "Idempotency-Key",
};

static enum code bad(struct refusal *r, const char *sentence)
{
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "%s", sentence);
}

/* ---- making ---- */

void http_head_init(struct http_head *h, const char *bytes, size_t len)
{
    *h = (struct http_head){.bytes = mem_new(len + 1, 1)};
    memcpy(h->bytes, bytes, len);
}

void http_head_done(struct http_head *h)
{
    http_form_done(&h->query);
    free(h->headers);
    free(h->bytes);
    *h = (struct http_head){0};
}

enum code http_head_add(struct http_head *h, char *name, size_t name_len, char *value,
                        size_t value_len, struct refusal *r)
{
    while (value_len > 0 && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
        value_len--;
    if (h->headers_count == HTTP_HEADERS_MAX)
        return refuse(r, CODE_HEAD_TOO_LONG, NULL, NULL, "there are more than %d headers",
                      HTTP_HEADERS_MAX);
    name[name_len] = '\0';
    if (value_len == 0)
        value = name + name_len; /* where an empty one stands may be the next line already */
    value[value_len] = '\0';
    h->headers = mem_grow(h->headers, &h->headers_cap, h->headers_count + 1, sizeof *h->headers);
    h->headers[h->headers_count++] = (struct http_pair){.name = name, .value = value};
    return CODE_OK;
}

/* ---- finding ---- */

const char *http_pair_find(const struct http_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}

static const char *header(const struct http_head *h, const char *name)
{
    return http_pair_find(h->headers, h->headers_count, name);
}

static size_t header_count(const struct http_head *h, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < h->headers_count; i++)
        count += strcasecmp(h->headers[i].name, name) == 0;
    return count;
}

/* ---- checking ---- */

static enum code once_check(const struct http_head *h, struct refusal *r)
{
    for (size_t i = 0; i < sizeof ONCE / sizeof ONCE[0]; i++)
        if (header_count(h, ONCE[i]) > 1)
            return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "there are two %s headers; send one",
                          ONCE[i]);
    return CODE_OK;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. returns  its length; 0: none of them. */
static size_t host_name_len(const char *host)
{
    if (host[0] != '[')
        return strspn(host, LETTERS DIGITS "-._~");
    size_t inside = strspn(host + 1, DIGITS "abcdefABCDEF:.");
    return inside > 0 && host[1 + inside] == ']' ? inside + 2 : 0;
}

/* "host", "host:80", "[::1]:80"; RFC 3986 lets the port be empty. */
static bool is_host(const char *host)
{
    size_t name = host_name_len(host);
    if (name == 0 || name > HTTP_HOST_BYTES_MAX)
        return false;
    if (!host[name])
        return true;
    const char *port = host + name + 1;
    size_t digits = strspn(port, DIGITS);
    return host[name] == ':' && !port[digits] && digits <= 5 && strtol(port, NULL, 10) <= 65535;
}

static enum code host_check(const struct http_head *h, struct refusal *r)
{
    const char *host = header(h, "host");
    if (!host && h->minor == 1)
        return bad(r, "there is no Host header; HTTP/1.1 wants one");
    if (host && !is_host(host))
        return bad(r, "the Host header must be a name or an address, and perhaps :port");
    return CODE_OK;
}

static enum code length_take(struct http_head *h, const char *digits, size_t most,
                             struct refusal *r)
{
    size_t len = strlen(digits);
    if (len == 0 || len != strspn(digits, DIGITS))
        return bad(r, "Content-Length must be one number in plain digits");
    /* 18 digits fit; nobody sends more but to see what happens */
    h->body_len = len > 18 ? SIZE_MAX : (size_t)strtoull(digits, NULL, 10);
    if (h->body_len > most)
        return refuse(r, CODE_BODY_TOO_LONG, NULL, NULL,
                      "the body has more than %zu bytes; send less at once", most);
    return CODE_OK;
}

/* Where the request ends. */
static enum code framing_check(struct http_head *h, size_t body_bytes_max, struct refusal *r)
{
    const char *length = header(h, "content-length");
    const char *coding = header(h, "transfer-encoding");
    if (length && coding)
        return bad(r, "Content-Length and Transfer-Encoding exclude each other; send one");
    if (coding && strcasecmp(coding, "chunked") != 0)
        return bad(r, "Transfer-Encoding can only be chunked");
    if (coding && h->minor == 0)
        return bad(r, "HTTP/1.0 has no Transfer-Encoding; send Content-Length");
    h->chunked = coding;
    return length ? length_take(h, length, body_bytes_max, r) : CODE_OK;
}

static enum code wishes_check(struct http_head *h, struct refusal *r)
{
    const char *expect = header(h, "expect");
    if (header(h, "upgrade"))
        return bad(r, "there is nothing here to upgrade to; leave out Upgrade");
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return bad(r, "Expect can only be 100-continue");
    h->expects = expect && h->minor == 1;
    return CODE_OK;
}

/* "." or ".." between slashes: a client resolves these, so one that sends them means mischief. */
static bool has_dot_segment(const char *path)
{
    for (const char *at = path; *at == '/';) {
        const char *segment = at + 1;
        size_t len = strcspn(segment, "/");
        if ((len == 1 || len == 2) && strspn(segment, ".") == len)
            return true;
        at = segment + len;
    }
    return false;
}

static bool has_encoded_slash(const char *path)
{
    for (const char *at = strchr(path, '%'); at; at = strchr(at + 1, '%'))
        if (strncasecmp(at, "%2f", 3) == 0)
            return true;
    return false;
}

static bool has_control(const char *path)
{
    while (*path && !iscntrl((unsigned char)*path))
        path++;
    return *path;
}

/* Decode the path once. An encoded slash would make two parts of what is one. */
static enum code path_take(struct http_head *h, char *path, struct refusal *r)
{
    if (has_encoded_slash(path))
        return bad(r, "the path holds an encoded slash; a part of it cannot");
    if (!http_percent_decode(path, strlen(path), false))
        return bad(r, "the path is not percent-encoded UTF-8, or holds a NUL");
    if (has_control(path))
        return bad(r, "the path holds a control character");
    if (has_dot_segment(path))
        return bad(r, "the path holds a part \".\" or \"..\"; send it resolved");
    h->path = path;
    return CODE_OK;
}

/* "/path?query" */
static enum code target_take(struct http_head *h, struct refusal *r)
{
    char *target = h->target;
    target[h->target_len] = '\0';
    if (h->target_len > HTTP_TARGET_BYTES_MAX)
        return refuse(r, CODE_HEAD_TOO_LONG, NULL, NULL,
                      "path and query have more than %d bytes; send what is long in the body",
                      HTTP_TARGET_BYTES_MAX);
    if (target[0] != '/' || strchr(target, '#'))
        return bad(r, "the request line must name a path that begins with / and has no #");
    char *query = target + strcspn(target, "?");
    if (*query)
        *query++ = '\0';
    enum code code = path_take(h, target, r);
    return code ? code : http_form_read_in_place(query, strlen(query), &h->query, r);
}

enum code http_head_check(struct http_head *h, size_t body_bytes_max, struct refusal *r)
{
    enum code code = once_check(h, r);
    if (!code)
        code = host_check(h, r);
    if (!code)
        code = framing_check(h, body_bytes_max, r);
    if (!code)
        code = wishes_check(h, r);
    if (!code)
        code = target_take(h, r);
    return code;
}
