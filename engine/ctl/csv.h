/*
 * csv - tables as spreadsheets write them (RFC 4180): fields with commas, quoted where they need
 * it, lines ended by LF or CR LF, UTF-8 with or without its mark. A field in quotes may hold line
 * ends.
 *
 * Layer  ctl: pure.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

struct csv {
    const char *at;
    int line; /* of the row that was read last, from 1 */
    int next_line;
    struct text *fields; /* of the row */
    size_t count, cap;
};

/* bytes: ended by NUL, borrowed. */
void csv_init(struct csv *c, const char *bytes);
void csv_done(struct csv *c);
/*
 * The next row that is not empty. *ret_more false: there is none.
 *
 * returns  ERR_INVALID for a quote that has no end, or text behind one.
 */
enum err csv_next(struct csv *c, bool *ret_more, struct why *why) MUST_USE;
const char *csv_field(const struct csv *c, size_t index); /* "" behind the last */

/* One field, quoted where it must be. */
void csv_write(struct text *to, const char *field);
