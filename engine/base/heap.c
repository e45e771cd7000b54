#include "base/heap.h"

#include <stddef.h>
#include <sys/types.h>

/* Two arenas: the loop's thread and the writer's. Read by jemalloc before main(). */
extern const char *malloc_conf;
const char *malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";

/* Of jemalloc; absent with another allocator. */
extern int mallctl(const char *name, void *old, size_t *old_len, void *new, size_t new_len)
    __attribute__((weak));

void heap_give_back(void)
{
    if (mallctl)
        (void)mallctl("arena.4096.decay", NULL, NULL, NULL, 0); /* 4096: all of them */
}

void heap_keep_nothing(void)
{
    ssize_t decay_ms = 0;
    if (!mallctl)
        return;
    (void)mallctl("arenas.dirty_decay_ms", NULL, NULL, &decay_ms, sizeof decay_ms);
    (void)mallctl("arena.0.dirty_decay_ms", NULL, NULL, &decay_ms, sizeof decay_ms);
}
