/*
 * http_lab - what the parser of HTTP makes of bytes, as lines that a test can compare.
 *
 *     POST /t/flood?lang=zh [Host: a] [Content-Length: 5] "hello" last
 *
 * One line a request, decoded; "last" where nothing may follow it.
 *
 * Layer: tests. Ownership: http_seen_done frees; {0} is the beginning.
 */
#pragma once

#include "intake/http.h"

struct http_seen {
    struct text lines;
    int requests, continues;
    bool over;
    struct refusal refusal; /* where it is over */
};

/* As the daemon has them. */
enum { HTTP_LAB_HEAD_BYTES = 16 * 1024, HTTP_LAB_BODY_BYTES = 1024 * 1024 };

void http_seen_done(struct http_seen *seen);

/* A parser with the daemon's limits. */
struct http_parser http_lab_parser(void);

/*
 * Feed these bytes, and take what there is. Each request is checked for what is promised of every
 * one (UTF-8, no NUL in path and query, limits); after a refusal, nothing more may ever come.
 */
void http_see(struct http_parser *p, const char *bytes, size_t len, struct http_seen *seen);

/* All of it by a parser of its own, in pieces of `step` bytes. */
void http_see_steps(const char *bytes, size_t len, size_t step, struct http_seen *seen);
/* The same in two pieces. */
void http_see_halves(const char *bytes, size_t len, size_t cut, struct http_seen *seen);
