/*
 * findings - what `plan check` has to say, each at a place of a file.
 *
 * A finding is a sentence for the author of a plan, with the remedy in it, a place (file, line,
 * column in characters) and a code for programs. One finding of severity error refuses the set;
 * warnings do not. Findings are kept in the order of their files and places.
 *
 * Layer      plan: base only.
 * Ownership  findings_add copies all that it is given; findings_done frees.
 * Errors     At most FINDINGS_FILE_MAX of a file and FINDINGS_MAX in all are kept; the last one
 *            then says how many more there were.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { FINDINGS_MAX = 1000, FINDINGS_FILE_MAX = 100 };

/* A place in a text. Both count from 1; the column counts characters, a tab as one. */
struct pos {
    int line;
    int col;
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct finding {
    char *file;
    struct pos at;
    char *code;
    enum severity severity;
    char *text;
    size_t order; /* in which it was added: a tie goes to the older one */
};

struct findings {
    struct finding *list;
    size_t count;
    size_t cap;
    size_t errors;  /* of all, also of those that were not kept */
    size_t dropped; /* not kept */
};

void findings_done(struct findings *f);

/* Add an error of this code. */
void findings_add(struct findings *f, const char *file, struct pos at, const char *code,
                  const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The same with a severity and a finished sentence. */
void findings_put(struct findings *f, const char *file, struct pos at, const char *code,
                  enum severity severity, const char *text);

/* Sort by file, line and column; say so when some were dropped. Done once, before reading. */
void findings_close(struct findings *f);

/* Has `file` as many as are kept? Then it is not worth looking for more. */
bool findings_full(const struct findings *f, const char *file);

/* Does `file` have an error so far? */
bool findings_any(const struct findings *f, const char *file);

/* [{"file","line","col","code","severity","text"}], as in the frame "checked". Gives. */
json_t *findings_json(const struct findings *f);
