/*
 * http_scan - the letters of an HTTP message that llhttp is lenient about.
 *
 * The head: every line ends with CR LF and nothing else does; no controls; a header line begins
 * with a token and its colon, never with white space (obs-fold, which one parser joins to the line
 * before and another takes for a header of its own). Bytes may come cut anywhere.
 *
 * Chunks: "HEX CR LF", the bytes, "CR LF", at the end "0 CR LF CR LF". No extensions, no trailers.
 *
 * Layer      intake: pure.
 * Ownership  Plain values.
 */
#pragma once

#include "intake/refusal.h"

enum http_scan_at {
    HTTP_AT_START, /* an empty line may stand before a request, once */
    HTTP_AT_START_CR,
    HTTP_AT_REQUEST,
    HTTP_AT_LINE, /* the first byte of a header line, or of the empty one */
    HTTP_AT_NAME,
    HTTP_AT_VALUE,
    HTTP_AT_CR,     /* of a line */
    HTTP_AT_END_CR, /* of the empty line */
    HTTP_AT_END,
};

struct http_scan {
    enum http_scan_at at;
    bool skipped; /* the empty line before the request */
    size_t seen;  /* bytes of the head */
};

/*
 * Go on with these bytes, up to the end of the head.
 *
 * ret_used  how many belong to the head
 * returns   CODE_OK (more may be needed: at != HTTP_AT_END) or BAD_REQUEST.
 */
enum code http_scan_head(struct http_scan *s, const char *bytes, size_t len, size_t *ret_used,
                         struct refusal *ret_refusal);

enum http_chunk_at {
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK_SIZE_LF,
    HTTP_CHUNK_DATA,
    HTTP_CHUNK_DATA_CR,
    HTTP_CHUNK_DATA_LF,
    HTTP_CHUNK_LAST_CR,
    HTTP_CHUNK_LAST_LF,
    HTTP_CHUNK_END,
};

struct http_chunks {
    enum http_chunk_at at;
    int digits;
    size_t left;  /* of the chunk */
    size_t total; /* bytes of all chunks, as announced so far */
};

/* The same for a chunked body. most: BODY_TOO_LONG above it, as soon as it is announced. */
enum code http_scan_chunks(struct http_chunks *s, const char *bytes, size_t len, size_t most,
                           size_t *ret_used, struct refusal *ret_refusal);

bool http_is_token(const char *text); /* RFC 9110: letters, digits and !#$%&'*+-.^_`|~ */
