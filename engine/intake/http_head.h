/*
 * http_head - the head of a request: its strings, and whether they can be relied on.
 *
 * What decides where a request ends, who sent it and to whom is said once, in letters that all
 * readers read alike: one Host; one length in plain digits or one "chunked"; no header of ONCE
 * twice; a path without dot segments, encoded slashes or controls.
 *
 * Layer      intake: pure.
 * Ownership  The head owns one copy of its bytes, cut into strings where they stand; all else
 * points into it. http_head_done frees. Errors     BAD_REQUEST, HEAD_TOO_LONG, BODY_TOO_LONG, with
 * a sentence.
 */
#pragma once

#include "intake/http_form.h"

enum { HTTP_HEADERS_MAX = 100, HTTP_TARGET_BYTES_MAX = 8192, HTTP_HOST_BYTES_MAX = 255 };

struct http_head {
    char *bytes;
    int minor;    /* of the version: HTTP/1.minor */
    char *target; /* "/path?query"; decoded by http_head_check */
    size_t target_len;
    struct http_pair *headers;
    size_t headers_count, headers_cap;

    /* ---- found by http_head_check ---- */
    const char *path;
    struct http_form query;
    size_t body_len; /* announced; 0 where it is chunked */
    bool chunked;
    bool expects; /* "100 Continue" */
};

/* Copies the bytes of a whole head. */
void http_head_init(struct http_head *h, const char *bytes, size_t len);
void http_head_done(struct http_head *h);

/* A header that was read to the end of its line. Both parts stand in `bytes`, and become strings:
 * the byte behind each is written. */
enum code http_head_add(struct http_head *h, char *name, size_t name_len, char *value,
                        size_t value_len, struct refusal *ret_refusal);

/* minor, target and headers are there: can this be answered? */
enum code http_head_check(struct http_head *h, size_t body_bytes_max, struct refusal *ret_refusal);

/* The first of this name, in any case; NULL: there is none. */
const char *http_pair_find(const struct http_pair *pairs, size_t count, const char *name);
