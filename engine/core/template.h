/*
 * template - the placeholders in a text: finding them, no more.
 *
 * Layer      core: libc only.
 * Ownership  Pieces are borrowed from the text.
 */
#pragma once

#include <stddef.h>

enum piece_kind {
    PIECE_END,
    PIECE_TEXT,  /* at, len: as it is */
    PIECE_VALUE, /* name; type or map, or neither */
    PIECE_BAD,   /* a { that begins no placeholder; at: from there */
};

/* A part of the text, not ended by NUL; len 0: not there. */
struct span {
    const char *at;
    size_t len;
};

struct piece {
    enum piece_kind kind;
    struct span text; /* all of it, as it stands in the template */
    struct span name, type, map;
};

/* The piece at *at, which moves behind it. */
struct piece template_next(const char **at);

/* Is the template one placeholder and nothing else? */
int template_is_value(const char *text, struct piece *ret);
