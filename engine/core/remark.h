/*
 * remark - what is wrong with a site, a plan's head or a channel, and where in it.
 *
 * The readers in core/ (site, head, channel) see data, not files: a place is the list of keys that
 * lead to it from the top, e.g. ["people","li.ming","contacts",2]; places in a list count from 1,
 * as in Lua. `plan check` turns it into file, line and column; whoever has no file prints it with
 * remark_path.
 *
 * A reader goes on after an error, so that its author sees all of them at once, and keeps nothing
 * of what had one.
 *
 * Layer      core: base.
 * Ownership  A remark and all in it is borrowed until the callback returns. A struct remarks holds
 *            the path of the reader: remarks_init and remarks_done.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Codes, in `plan check --json` and beside its sentences, never renamed, are in
 * core/finding_code.h.
 */
struct remark {
    bool error;          /* else a warning */
    const char *subject; /* the plan or channel; "site" */
    const char *code;
    const json_t *path;
    const char *text; /* one sentence with remedy; with the nearest name, where there is one */
    const char *near; /* that name again, for programs; NULL */
};

typedef void remark_fn(void *ctx, const struct remark *m);

struct remarks {
    remark_fn *fn; /* may be NULL: only count */
    void *ctx;
    const char *subject; /* borrowed */
    json_t *path;
    size_t errors;
};

void remarks_init(struct remarks *r, const char *subject, remark_fn *fn, void *ctx);
void remarks_done(struct remarks *r);

/* Into a member, into the n-th of a list (from 0 here), and out again. */
void remark_enter(struct remarks *r, const char *key);
void remark_enter_at(struct remarks *r, size_t index);
void remark_leave(struct remarks *r);

/* Say it about where we are. `near` may be NULL; else "; did you mean …?" is added. */
void remark_error(struct remarks *r, const char *code, const char *near, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void remark_warning(struct remarks *r, const char *code, const char *near, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* The same about a member of where we are. */
void remark_error_at(struct remarks *r, const char *key, const char *code, const char *near,
                     const char *fmt, ...) PRINTF_LIKE(5, 6);

/* people["li.ming"].contacts[2] */
void remark_path(const json_t *path, struct text *to);

/* A remark_fn whose ctx is a struct why, empty at first: keeps the first error, place in front. */
void remark_to_why(void *ctx, const struct remark *m);
