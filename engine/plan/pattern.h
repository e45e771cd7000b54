/*
 * pattern - Lua's patterns, matched under a meter.
 *
 * The same patterns as in the Lua 5.4 manual, 6.4.1, with the same results. What is different:
 * every step is counted, and after PATTERN_STEPS_MAX of them the match is given up. Lua's own
 * matcher runs for hours on `.-.-.-b` and a hundred letters, and no hook fires in it.
 *
 * Layer      plan: libc only. Not a word of Lua.
 * Ownership  Everything is borrowed; a match is a plain value on the caller's stack.
 * Errors     A sentence in `error`; the match is then none.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    PATTERN_CAPTURES_MAX = 32,
    PATTERN_STEPS_MAX = 10000000, /* of one search */
};

/* Lengths that are none. */
#define PATTERN_OPEN (-1)
#define PATTERN_POSITION (-2) /* `()`: the capture is a position */

struct pattern_capture {
    const char *at;
    ptrdiff_t len;
};

struct pattern {
    const char *text; /* what is searched */
    const char *text_end;
    const char *at; /* the pattern, without its anchor */
    const char *at_end;
    int64_t steps; /* taken so far; never goes back */
    int depth;
    int count;
    struct pattern_capture captures[PATTERN_CAPTURES_MAX];
    const char *error; /* NULL: fine */
};

/* Set up a search of `text` for `pattern`; a `^` that is an anchor must be cut off before. */
void pattern_init(struct pattern *p, const char *text, size_t text_len, const char *pattern,
                  size_t pattern_len);

/*
 * Try to match at `from`, a place in the text or its end.
 *
 * returns  The end of what matched; NULL: no match here, or an error.
 */
const char *pattern_match(struct pattern *p, const char *from);

/* Try at `from` and every place behind it. ret_start: where the match begins. */
const char *pattern_search(struct pattern *p, const char *from, const char **ret_start);
