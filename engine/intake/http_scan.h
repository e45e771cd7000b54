/*
 * http_scan - the letters of the head of an HTTP request, one by one, before llhttp sees it. llhttp
 * is lenient about some of them, and where two readers may disagree there is room for a second
 * request between them.
 *
 *     request line:  TOKEN SP printable ASCII SP "HTTP/1.0" or "HTTP/1.1" CR LF
 *     header line:   TOKEN ":" anything but controls CR LF
 *     the end:       CR LF
 *
 * Each line ends with CR LF and nothing else does. A header line never begins with white space
 * (obs-fold, which one reader joins to the line before and another takes for a header of its own).
 * One empty line may stand before the request (RFC 9112, 2.2). Bytes may come cut anywhere: a fold
 * split over two packets is still one.
 *
 * Layer      intake: pure.
 * Ownership  A plain value; {0} is the beginning of a head.
 */
#pragma once

#include "intake/refusal.h"

enum http_scan_at {
    HTTP_AT_START,
    HTTP_AT_START_CR, /* of the empty line before the request */
    HTTP_AT_METHOD,
    HTTP_AT_TARGET_FIRST,
    HTTP_AT_TARGET,
    HTTP_AT_VERSION,
    HTTP_AT_LINE, /* the first byte of a header line, or of the empty one */
    HTTP_AT_NAME,
    HTTP_AT_VALUE,
    HTTP_AT_CR,     /* of a line */
    HTTP_AT_END_CR, /* of the empty line */
    HTTP_AT_END,
};

struct http_scan {
    enum http_scan_at at;
    bool skipped;        /* the empty line before the request */
    unsigned version_at; /* bytes of the version seen */
    size_t seen;         /* bytes of the head */
};

/*
 * Go on with these bytes, up to the end of the head, adding to `seen`.
 *
 * returns  CODE_OK (more may be needed: at != HTTP_AT_END) or BAD_REQUEST.
 */
enum code http_scan_head(struct http_scan *s, const char *bytes, size_t len,
                         struct refusal *ret_refusal);
