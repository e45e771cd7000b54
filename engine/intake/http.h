/*
 * http - bytes of a connection to whole requests of HTTP/1.0 and 1.1, as strict as a daemon can be
 * that nobody needs to guess about.
 *
 *     http_feed (any bytes) --> http_next --NONE--> more bytes are needed
 *                                         --CONTINUE--> the client waits for "100 Continue"
 *                                         --WHOLE--> a request; ask again, others may be there
 *                                         --OVER--> refused: nothing more comes, for ever
 *
 * llhttp parses; it is lenient where RFC 9112 lets a server choose. So the raw head goes through
 * http_scan first, its headers through http_head, and http_chunks follows the framing of chunks.
 * Where the readers disagree about the end of a request, it is refused.
 *
 *     IDLE --a byte--> HEAD --the head is whole and good--> BODY --all of it came--> IDLE
 *     HEAD, BODY --refused--> OVER
 *     IDLE --a request with keep_alive false was given--> nothing is read any more
 *
 * After a refusal, and behind a request that says it is the last, no byte is ever read as another
 * request. An idle parser holds no memory; a request under way holds what has come of it.
 *
 * Layer      intake: pure.
 * Ownership  A plain value; http_done frees. A request borrows until the next http_next or feed.
 * Errors     Refusals with a sentence: BAD_REQUEST, HEAD_TOO_LONG, BODY_TOO_LONG.
 */
#pragma once

#include "base/text.h"
#include "intake/http_form.h"
#include "intake/http_scan.h"
#include "intake/refusal.h"

struct http_limits {
    size_t head_bytes_max; /* request line and headers, with their line ends */
    size_t body_bytes_max;
};

struct http_work; /* a request under way */

struct http_parser {
    struct http_limits limits;
    struct text held; /* bytes not taken yet */
    size_t taken;     /* of these */
    struct http_scan scan;
    struct http_work *work;  /* NULL: none */
    struct refusal *refused; /* NULL: not over */
    bool ended;              /* the last request was given */
};

enum http_method {
    HTTP_METHOD_GET,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_OTHER, /* known to HTTP, of no use here */
};

enum http_next { HTTP_NEXT_NONE, HTTP_NEXT_CONTINUE, HTTP_NEXT_WHOLE, HTTP_NEXT_OVER };

enum http_phase {
    HTTP_PHASE_IDLE, /* between requests, or there are bytes that nobody has asked about yet */
    HTTP_PHASE_HEAD, /* a head has begun */
    HTTP_PHASE_BODY, /* its body is missing in part */
};

struct http_request {
    enum http_method method;
    const char *path;              /* decoded: UTF-8 without controls, begins with "/" */
    const struct http_pair *query; /* decoded, in their order */
    size_t query_count;
    const struct http_pair *headers; /* as they came, values without white space around them */
    size_t headers_count;
    const char *body;
    size_t body_len;
    bool keep_alive; /* may another request follow? */
};

void http_init(struct http_parser *p, const struct http_limits *limits);
void http_done(struct http_parser *p);
void http_feed(struct http_parser *p, const char *bytes, size_t len);
enum http_next http_next(struct http_parser *p, struct http_request *ret,
                         struct refusal *ret_refusal);

enum http_phase http_phase(const struct http_parser *p);
size_t http_body_seen(const struct http_parser *p); /* bytes of the body under way */
size_t http_held(const struct http_parser *p);      /* bytes that wait to be taken */

const char *http_method_name(enum http_method m); /* "GET"; "this method" for OTHER */
/* The first header of this name, in any case; NULL: there is none. See ONCE in http_head.c. */
const char *http_header(const struct http_request *r, const char *name);
