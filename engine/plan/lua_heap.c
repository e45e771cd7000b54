#include "plan/lua_heap.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 8 * 1024 - 32 }; /* with what malloc adds, two pages of the machine */

struct lua_heap_page {
    alignas(LUA_HEAP_GRAIN) struct lua_heap_page *next;
};

struct lua_heap_large {
    alignas(LUA_HEAP_GRAIN) struct lua_heap_large *next;
    struct lua_heap_large *before;
    size_t bytes;
};

struct lua_heap_free {
    struct lua_heap_free *next;
};

static size_t grains(size_t bytes)
{
    return (bytes + LUA_HEAP_GRAIN - 1) / LUA_HEAP_GRAIN;
}

/* ---- small ---- */

/* What is left of the last page is too little: it is given up, at most LUA_HEAP_SMALL bytes. */
static char *page_new(struct lua_heap *h)
{
    struct lua_heap_page *page = malloc(PAGE_BYTES);
    if (!page)
        return NULL;
    page->next = h->pages;
    h->pages = page;
    h->bytes += PAGE_BYTES;
    h->end = (char *)page + PAGE_BYTES / LUA_HEAP_GRAIN * LUA_HEAP_GRAIN;
    return h->at = (char *)(page + 1);
}

static void *small_new(struct lua_heap *h, size_t bytes)
{
    size_t n = grains(bytes);
    struct lua_heap_free *block = h->free[n];
    if (block) {
        h->free[n] = block->next;
        return block;
    }
    if ((size_t)(h->end - h->at) < n * LUA_HEAP_GRAIN && !page_new(h))
        return NULL;
    char *at = h->at;
    h->at += n * LUA_HEAP_GRAIN;
    return at;
}

static void small_free(struct lua_heap *h, void *at, size_t bytes)
{
    struct lua_heap_free *block = at;
    block->next = h->free[grains(bytes)];
    h->free[grains(bytes)] = block;
}

/* ---- large ---- */

static void large_link(struct lua_heap *h, struct lua_heap_large *l)
{
    l->before = NULL;
    l->next = h->larges;
    if (l->next)
        l->next->before = l;
    h->larges = l;
    h->bytes += l->bytes;
}

static void large_unlink(struct lua_heap *h, struct lua_heap_large *l)
{
    h->bytes -= l->bytes;
    if (l->before)
        l->before->next = l->next;
    else
        h->larges = l->next;
    if (l->next)
        l->next->before = l->before;
}

/* `at` is NULL or a large block, which stays when there is no memory. */
static void *large_realloc(struct lua_heap *h, void *at, size_t new)
{
    struct lua_heap_large *l = at ? (struct lua_heap_large *)at - 1 : NULL;
    if (l)
        large_unlink(h, l);
    struct lua_heap_large *grown = realloc(l, sizeof(*l) + new);
    if (grown)
        grown->bytes = sizeof(*l) + new;
    if (grown || l)
        large_link(h, grown ? grown : l);
    return grown ? grown + 1 : NULL;
}

static void large_free(struct lua_heap *h, void *at)
{
    struct lua_heap_large *l = (struct lua_heap_large *)at - 1;
    large_unlink(h, l);
    free(l);
}

/* ---- both ---- */

static void block_free(struct lua_heap *h, void *at, size_t bytes)
{
    if (bytes > LUA_HEAP_SMALL)
        large_free(h, at);
    else if (bytes > 0)
        small_free(h, at, bytes);
}

void *lua_heap_realloc(struct lua_heap *h, void *at, size_t old, size_t new)
{
    if (new == 0) {
        block_free(h, at, old);
        return NULL;
    }
    if (at && old > LUA_HEAP_SMALL && new > LUA_HEAP_SMALL)
        return large_realloc(h, at, new);
    if (at && new <= LUA_HEAP_SMALL && grains(old) == grains(new))
        return at;

    void *to = new > LUA_HEAP_SMALL ? large_realloc(h, NULL, new) : small_new(h, new);
    if (!to || !at)
        return to;
    memcpy(to, at, old < new ? old : new);
    block_free(h, at, old);
    return to;
}

void lua_heap_done(struct lua_heap *h)
{
    while (h->pages) {
        struct lua_heap_page *next = h->pages->next;
        free(h->pages);
        h->pages = next;
    }
    while (h->larges) {
        struct lua_heap_large *next = h->larges->next;
        free(h->larges);
        h->larges = next;
    }
    *h = (struct lua_heap){0};
}
