/*
 * arena - memory that is given back all at once.
 *
 * For what lives exactly as long as one job: a syntax tree, a reply. Nothing is freed singly, and
 * nothing moves. Allocation does not fail: without memory the process aborts (as in base/text.h).
 *
 * Layer      base: libc only.
 * Ownership  {0} is an empty arena; arena_done frees all that was taken from it.
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first */
    size_t bytes;               /* handed out so far */
};

void arena_done(struct arena *a);

/* `size` zeroed bytes, aligned for anything. Borrowed until arena_done. */
void *arena_new(struct arena *a, size_t size);

/* A copy of `len` bytes with a NUL behind them. */
char *arena_str(struct arena *a, const char *bytes, size_t len);

/* AUTO_ARENA(a): freed at the end of the scope. */
#define AUTO_ARENA(name) __attribute__((cleanup(arena_done))) struct arena name = {0}
