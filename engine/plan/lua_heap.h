/*
 * lua_heap - the memory of one Lua world: small blocks out of pages, all of which go at once.
 *
 * A world is made and thrown away for every incident that starts; with malloc, half of that time
 * went into its hundreds of small blocks. Here a block is taken from a page or from those freed
 * before, and the end of the world is the end of its pages: nothing is freed one by one, and Lua
 * need not be closed. Blocks of more than LUA_HEAP_SMALL bytes are malloc's own.
 *
 * Lua names the old size with each block, so that none is kept beside it.
 *
 * Layer      plan: libc.
 * Ownership  lua_heap_done frees all that was ever taken.
 * Errors     NULL without memory, as realloc.
 */
#pragma once

#include <stddef.h>

enum { LUA_HEAP_SMALL = 1024, LUA_HEAP_GRAIN = 16 };

struct lua_heap {
    struct lua_heap_page *pages;
    struct lua_heap_large *larges;
    struct lua_heap_free *free[LUA_HEAP_SMALL / LUA_HEAP_GRAIN + 1]; /* by size in grains */
    char *at, *end; /* what is left of the newest page */
    size_t bytes;   /* of pages and large blocks */
};

void lua_heap_done(struct lua_heap *h);

/* As realloc, from `old` to `new` bytes: NULL, 0 makes a block; new = 0 frees it and gives NULL. */
void *lua_heap_realloc(struct lua_heap *h, void *at, size_t old, size_t new);
