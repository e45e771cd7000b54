/*
 * refusal - why a line, or a request in it, is not taken: what the client gets back.
 *
 *     {"ok":false,"code":"unknown_field","field":"titel","error":"…; did you mean \"title\"?",
 *      "near":"title"}
 *
 * Layer      intake: pure.
 * Ownership  A plain value.
 */
#pragma once

#include "base/code.h"
#include "base/json.h"

enum { REFUSAL_NAME_BYTES = 128 };

struct refusal {
    enum code code;
    char field[REFUSAL_NAME_BYTES]; /* "": the line as a whole; a path like "fields.g7.stage_m" */
    char near[REFUSAL_NAME_BYTES];  /* "": no known name is near */
    struct why why;
};

/* Write one. `field` and `near` may be NULL. Returns `code`, so that a failing path is one line. */
enum code refuse(struct refusal *r, enum code code, const char *field, const char *near,
                 const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Gives the reply. */
json_t *refusal_json(const struct refusal *r);
