/*
 * remarked - what readers say of data, as lines a test can look for; and data written in C strings.
 *
 * Layer: tests. Ownership: as each function says.
 */
#pragma once

#include "base/json.h"
#include "core/remark.h"

/* JSON with ' for ". Gives; fails the running test when it is none. */
json_t *data(const char *json);

/* Remarks as lines: 'error unknown_name people["li.ming"].dept: sentence'. Start with {0}. */
struct remarked {
    struct text lines;
    size_t errors, warnings;
};

void remarked_done(struct remarked *m);
void remarked_add(void *ctx, const struct remark *m); /* a remark_fn; ctx is the struct remarked */

/* Fails the running test unless some line has this in it. */
void remarked_has(const struct remarked *m, const char *words);
