#include "core/timer.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool timer_before(const struct timer *a, const struct timer *b)
{
    if (a->due != b->due)
        return a->due < b->due;
    int order = uuid_cmp(*a->incident, *b->incident);
    if (order == 0)
        order = strcmp(a->step, b->step);
    if (order == 0 && a->kind != b->kind)
        return a->kind < b->kind;
    if (order == 0 && a->of && b->of)
        order = uuid_cmp(*a->of, *b->of);
    return order < 0;
}

static void heap_place(struct timer_heap *h, size_t i, struct timer *t)
{
    h->at[i] = t;
    t->at = i + 1;
}

static void heap_up(struct timer_heap *h, size_t i)
{
    struct timer *t = h->at[i];
    while (i > 0 && timer_before(t, h->at[(i - 1) / 2])) {
        heap_place(h, i, h->at[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    heap_place(h, i, t);
}

static void heap_down(struct timer_heap *h, size_t i)
{
    struct timer *t = h->at[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count && timer_before(h->at[child + 1], h->at[child]))
            child++;
        if (!timer_before(h->at[child], t))
            break;
        heap_place(h, i, h->at[child]);
        i = child;
    }
    heap_place(h, i, t);
}

void timer_set(struct timer_heap *h, struct timer *t, mono_ms due)
{
    timer_clear(h, t);
    t->due = due;
    h->at = mem_grow(h->at, &h->cap, h->count + 1, sizeof(struct timer *));
    h->at[h->count] = t;
    heap_up(h, h->count++);
}

void timer_clear(struct timer_heap *h, struct timer *t)
{
    if (!t->at)
        return;
    size_t i = t->at - 1;
    struct timer *last = h->at[--h->count];
    t->at = 0;
    if (last == t)
        return;
    heap_place(h, i, last);
    heap_up(h, i);
    heap_down(h, last->at - 1);
}

struct timer *timer_first(const struct timer_heap *h)
{
    return h->count ? h->at[0] : NULL;
}

void timer_heap_done(struct timer_heap *h)
{
    free(h->at);
    *h = (struct timer_heap){0};
}
