/*
 * text - a string that grows.
 *
 * Always terminated by NUL, which `len` does not count; may hold NUL bytes itself. Allocation does
 * not fail: without memory the process aborts and is started again (rule R9: a failed malloc in
 * the engine is an abort).
 *
 * Layer      base: libc only.
 * Ownership  text_done frees; text_take gives the buffer to the caller (free()).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at; /* NULL until something is added; use text_str() for a C string */
    size_t len;
    size_t cap;
};

void text_done(struct text *t);
void text_clear(struct text *t); /* keeps the memory */
void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const void *bytes, size_t len);
void text_add_char(struct text *t, char c);
/* Room for so much: for who knows how long it will become. */
void text_reserve(struct text *t, size_t more);
/* `len` bytes more, which the caller writes at once; borrows until the next change. */
char *text_extend(struct text *t, size_t len);
void text_add_int(struct text *t, int64_t value); /* in decimal */
void text_addf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *text_str(const struct text *t); /* "" when empty; borrows until the next change */
char *text_take(struct text *t);            /* gives; never NULL; `t` is empty afterwards */

/* AUTO_TEXT(t): freed at the end of the scope. */
#define AUTO_TEXT(name) __attribute__((cleanup(text_done))) struct text name = {0}

/* strdup and calloc that abort without memory. mem_grow doubles an array of `size`-byte items. */
char *mem_str(const char *s);                                    /* gives; NULL for NULL */
void *mem_new(size_t count, size_t size);                        /* gives; zeroed */
void *mem_grow(void *at, size_t *cap, size_t need, size_t size); /* gives; the new part is zeroed */

/* The bytes of the first character of s, 1 to 4; 0 when s does not begin with a whole one. */
size_t utf8_char(const char *s, size_t len);
/* Is it UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing above U+10FFFF? */
bool utf8_valid(const char *s, size_t len);
/* The longest prefix of at most `max` bytes that ends between two characters; s: any bytes. */
size_t utf8_cut(const char *s, size_t len, size_t max);
/* Nothing to read: empty, or blanks alone, those of Chinese keyboards among them. */
bool text_blank(const char *s);
/*
 * For "did you mean": the nearest of `names` (NULL-ended) within 2 edits of one character, or NULL.
 * Two neighbours swapped are one edit. A word that shares nothing with a name is not near it.
 */
const char *text_nearest(const char *word, const char *const *names);
