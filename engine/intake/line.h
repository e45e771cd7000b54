/*
 * line - bytes of a connection to lines, and a line to a JSON object.
 *
 * A line ends with LF; what stands behind the last LF when the connection ends is no line and is
 * forgotten. The splitter holds one unfinished line at most, and no memory while it holds nothing.
 *
 *     OPEN --line_feed, line_next--> OPEN     a line of at most bytes_max is given
 *     OPEN --line_next-------------> OVER     the line grew longer: the connection must end
 *
 * Layer      intake: pure.
 * Ownership  A plain value; line_done frees.
 * Errors     Refusals with a sentence. CODE_LINE_TOO_LONG and CODE_BAD_UTF8 end the connection,
 *            all others leave it open.
 */
#pragma once

#include "base/text.h"
#include "intake/refusal.h"

struct line_splitter {
    struct text held; /* bytes not yet given */
    size_t given;     /* of these, how many were given by line_next */
    size_t searched;  /* behind `given`: known to hold no LF */
    size_t bytes_max; /* of a line, without its LF */
    bool over;
};

enum line_next {
    LINE_NONE,  /* no whole line yet */
    LINE_WHOLE, /* *ret_at, *ret_len: without LF; borrowed until the next line_feed or line_next */
    LINE_OVER,  /* longer than bytes_max; nothing more comes */
};

void line_init(struct line_splitter *s, size_t bytes_max);
void line_done(struct line_splitter *s);
void line_feed(struct line_splitter *s, const char *bytes, size_t len);
enum line_next line_next(struct line_splitter *s, const char **ret_at, size_t *ret_len);

/* Bytes held: for the limit of what may be read ahead. */
size_t line_held(const struct line_splitter *s);

/* The refusal for LINE_OVER. */
enum code line_refuse_over(const struct line_splitter *s, struct refusal *ret);

/*
 * Any JSON value of a line: UTF-8, depth at most 32, no key twice.
 *
 * returns  CODE_OK and gives *ret, or a refusal.
 */
enum code line_value(const char *bytes, size_t len, json_t **ret, struct refusal *ret_refusal);

/* The same, and it must be an object. */
enum code line_object(const char *bytes, size_t len, json_t **ret, struct refusal *ret_refusal);

/* Does this refusal end the connection (INTERFACES 3)? */
bool line_ends_connection(enum code c);
