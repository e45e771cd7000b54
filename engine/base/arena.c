#include "base/arena.h"

#include "base/text.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(struct arena *a, size_t size)
{
    size_t cap = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
    struct arena_block *b = mem_new(1, sizeof(*b) + cap);

    b->cap = cap;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void arena_done(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->bytes = 0;
}

void *arena_new(struct arena *a, size_t size)
{
    size_t rounded =
        (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *b = a->blocks;

    if (!b || b->cap - b->used < rounded)
        b = block_new(a, rounded);
    void *at = b->bytes + b->used; /* zeroed when the block was made */
    b->used += rounded;
    a->bytes += rounded;
    return at;
}

char *arena_str(struct arena *a, const char *bytes, size_t len)
{
    char *copy = arena_new(a, len + 1);

    if (len)
        memcpy(copy, bytes, len);
    return copy;
}
