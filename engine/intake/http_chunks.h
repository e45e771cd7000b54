/*
 * http_chunks - the framing of a chunked body, followed beside llhttp, which takes extensions and
 * trailers for granted and some letters for others.
 *
 *     HEX CR LF, that many bytes, CR LF; again; at the end "0" CR LF CR LF
 *
 * No sign, no "0x", no extension, no trailer. What is announced is counted before it comes.
 *
 * Layer      intake: pure.
 * Ownership  A plain value; {0} is the beginning of a body.
 */
#pragma once

#include "intake/refusal.h"

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
    int digits;   /* of the size, seen so far */
    size_t left;  /* of the chunk */
    size_t total; /* bytes of all chunks, as announced so far */
};

/*
 * Go on with these bytes, up to the end of the body.
 *
 * most      BODY_TOO_LONG above it, as soon as it is announced
 * ret_used  how many belong to the body
 * returns   CODE_OK (more may be needed: at != HTTP_CHUNK_END), BAD_REQUEST or BODY_TOO_LONG.
 */
enum code http_chunks_scan(struct http_chunks *s, const char *bytes, size_t len, size_t most,
                           size_t *ret_used, struct refusal *ret_refusal);
