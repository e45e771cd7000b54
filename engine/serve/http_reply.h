/*
 * http_reply - an answer as bytes of HTTP/1.1: status line, headers, body; and refusals as problems
 * (RFC 9457):
 *
 *     {"type":"urn:muster:error:bad_field","title":…,"status":422,"detail":…,"code":"bad_field",
 *      "errors":[{"pointer":"/fields/g7/stage_m","detail":…}],"near":…}
 *
 * Every answer forbids guessing of types, framing by others and referrers to other sites (to none
 * at all, and a browser would hide the origin of our own forms: "Origin: null"); what is not a
 * static file is not to be stored.
 *
 * Layer      serve: pure.
 * Ownership  http_reply_done frees.
 */
#pragma once

#include "base/code.h"
#include "base/json.h"
#include "base/time.h"

struct http_reply {
    int status;
    const char *type; /* of the body; NULL: there is none */
    const char *body; /* borrowed; with body_len */
    size_t body_len;
    struct text headers; /* further lines, each with CRLF */
    bool cached;         /* may be kept, and must be asked about anew each time */
    bool forever;        /* may be kept, and need never be asked about again */
    bool head;           /* HEAD: all but the body */
    bool close;          /* the connection ends behind it */
    bool endless;        /* a stream: it has no length */
};

void http_reply_done(struct http_reply *r);

/* One more header. value: without control characters (asserted). */
void http_reply_header(struct http_reply *r, const char *name, const char *value);

/* at: for the Date header. */
void http_reply_write(const struct http_reply *r, wall_ms at, struct text *to);

/* The status of a refusal; 200 for CODE_OK. */
int http_status_of(enum code c);
const char *http_reason(int status);

/*
 * A refusal ({"ok":false,"code":…}) as a problem. Gives.
 *
 * in_path  "field" names a part of the path or the query, not of the body.
 */
json_t *http_problem(const json_t *refusal, bool in_path, int *ret_status);

/* A whole answer for somebody who is not let in. */
void http_refusal_write(const json_t *refusal, wall_ms at, struct text *to);

/* `"…"` or `W/"…"`: of these bytes. */
enum { HTTP_ETAG_TEXT = 40 };
const char *http_etag(const char *bytes, size_t len, bool weak, char ret[HTTP_ETAG_TEXT]);
/* Does If-None-Match name it? NULL: no header was sent. */
bool http_etag_matches(const char *if_none_match, const char *etag);
