/*
 * http_answer - what an endpoint says, bounded while it says it.
 *
 * Fed with the lines of the head and the bytes of the body as they arrive. At most
 * ANSWER_BODY_BYTES of the body are kept, and a body that is longer ends the transfer: the status
 * stands. A head longer than ANSWER_HEAD_BYTES, provisional answers (1xx) and trailers included,
 * ends it too, and then there is no status.
 *
 *     WAITING --status line 1xx--> WAITING
 *             --status line------> HEAD --empty line--> BODY --cap--> CUT
 *
 * Layer      courier: libc; libcurl only to read a date.
 * Ownership  http_answer_done frees.
 */
#pragma once

#include "base/text.h"
#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ANSWER_HEAD_BYTES = 64 * 1024,
    ANSWER_BODY_BYTES = 64 * 1024,
    RETRY_AFTER_MAX_S = 3600,
};

struct http_answer {
    int status;             /* of the last status line; 0: none yet */
    size_t head_bytes;      /* of all heads */
    int64_t body_bytes;     /* of the body, kept or not */
    int64_t retry_after_ms; /* -1: none, or not within an hour */
    bool head_too_long;
    bool body_cut;
    struct text body; /* as sent, not yet text */
};

void http_answer_init(struct http_answer *a);
void http_answer_done(struct http_answer *a);

/* The final status: 200 to 999; 0 while there is none, or only a provisional one. */
int http_answer_status(const struct http_answer *a);

/* One line of the head with its line end. false: stop the transfer. now: for a date. */
bool http_answer_header(struct http_answer *a, const char *line, size_t len, wall_ms now);

/* A piece of the body. false: enough, stop the transfer. */
bool http_answer_body(struct http_answer *a, const char *bytes, size_t len);

/* The body as text: valid UTF-8 without NUL, at most ANSWER_BODY_BYTES; U+FFFD for what is none. */
void http_answer_text(const struct http_answer *a, struct text *ret);

/*
 * The value of Retry-After (RFC 9110, 10.2.3): seconds or a date.
 * returns  false when it is neither, in the past, or more than an hour away.
 */
bool retry_after_parse(const char *value, wall_ms now, int64_t *ret_ms);
