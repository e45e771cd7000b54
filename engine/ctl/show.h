/*
 * show - text for a terminal: how wide it is, what must not reach it, times for people, tables.
 *
 * Titles and notes are written by others: control characters, terminal escapes and marks that
 * turn the direction of text are shown as what they are, never sent. Han characters are two columns
 * wide.
 *
 * Layer      ctl.
 */
#pragma once

#include "base/text.h"
#include "base/time.h"

/* Columns that s takes on a terminal. */
size_t show_width(const char *s);

/* Add s, with everything that could act on a terminal escaped. */
void show_safe(struct text *to, const char *s);

/* Add at most `width` columns of s; "…" ends what was cut. */
void show_cut(struct text *to, const char *s, size_t width);

enum time_form {
    TIME_CLOCK, /* 10:00:05 */
    TIME_FULL,  /* 2026-07-20 10:00:05 +08:00 */
    TIME_DAY,   /* 2026-07-20 */
};

/* An RFC 3339 time of the protocol in the zone of the machine; as it is when it is none. */
void show_time(struct text *to, const char *rfc3339, enum time_form form);

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN, COLOUR_DIM, COLOUR_BOLD };

/* The escape that begins a colour, COLOUR_NONE ends it; "" when `on` is false. */
const char *show_colour(bool on, enum colour colour);

/*
 * table - rows of cells, columns aligned by width. The last column is not padded, and cut on a
 * terminal of `width` columns so that a row is one line.
 */
struct table {
    size_t columns;
    struct text *cells; /* row by row; the first row is the head */
    enum colour *colours;
    size_t cells_count, cells_cap, colours_cap;
};

void table_cell(struct table *t, const char *text); /* made safe here */
void table_cell_in(struct table *t, const char *text, enum colour colour);
/* width 0: no terminal, nothing is cut; colours only when `colour` */
void table_print(const struct table *t, int width, bool colour, struct text *to);
void table_done(struct table *t);
