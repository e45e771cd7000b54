#include "core/place.h"

#include <stdlib.h>
#include <string.h>

enum { RANKS = 4 };

/* One endpoint: attempts under way, and who waits for one. */
struct endpoint_load {
    char *endpoint;
    int handed;
    int fetches;                      /* of plans, under way beside the messages */
    struct notice_queue queue[RANKS]; /* calls and what plans send, then the engine's own; then the
                                         same of drills */
};

static struct endpoint_load *load_of(struct core *c, const char *endpoint)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        if (!strcmp(c->loads[k]->endpoint, endpoint))
            return c->loads[k];
    }
    struct endpoint_load *load = mem_new(1, sizeof *load);
    load->endpoint = mem_str(endpoint);
    for (int rank = 0; rank < RANKS; rank++)
        TAILQ_INIT(&load->queue[rank]);
    c->loads = mem_grow(c->loads, &c->loads_cap, c->loads_count + 1, sizeof *c->loads);
    c->loads[c->loads_count++] = load;
    return load;
}

static int rank_of(const char *step, bool drill)
{
    return (*step ? 0 : 1) + (drill ? 2 : 0);
}

static int rank_of_notice(const struct notice *n)
{
    return rank_of(n->step, n->incident->drill);
}

static bool load_has_room(const struct core *c, const struct endpoint_load *load)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, load->endpoint) : NULL;
    return e && c->courier_up && c->stats.notices_handed < c->cfg.attempts_max &&
           load->handed < e->at_once;
}

bool place_free(struct core *c, const char *endpoint, const char *step, bool drill)
{
    const struct endpoint_load *load = load_of(c, endpoint);
    for (int rank = 0; rank <= rank_of(step, drill); rank++) {
        if (!TAILQ_EMPTY(&load->queue[rank]))
            return false;
    }
    return load_has_room(c, load);
}

void place_take(struct core *c, struct notice *n)
{
    c->stats.notices_handed++;
    load_of(c, n->endpoint)->handed++;
}

void place_leave(struct core *c, struct notice *n)
{
    c->stats.notices_handed--;
    load_of(c, n->endpoint)->handed--;
}

int place_of_fetches(struct core *c, const char *endpoint, int change)
{
    struct endpoint_load *load = load_of(c, endpoint);
    return load->fetches += change;
}

void place_enqueue(struct core *c, struct notice *n)
{
    if (n->in_queue)
        return;
    n->in_queue = true;
    n->turn = c->queue_turn++;
    c->stats.notices_queued++;
    TAILQ_INSERT_TAIL(&load_of(c, n->endpoint)->queue[rank_of_notice(n)], n, queued);
}

void place_dequeue(struct core *c, struct notice *n)
{
    if (!n->in_queue)
        return;
    n->in_queue = false;
    c->stats.notices_queued--;
    TAILQ_REMOVE(&load_of(c, n->endpoint)->queue[rank_of_notice(n)], n, queued);
}

struct notice *place_next(struct core *c)
{
    for (int rank = 0; rank < RANKS; rank++) {
        struct notice *longest = NULL;
        for (size_t k = 0; k < c->loads_count; k++) {
            struct notice *n = TAILQ_FIRST(&c->loads[k]->queue[rank]);
            if (n && (!longest || n->turn < longest->turn) && load_has_room(c, c->loads[k]))
                longest = n;
        }
        if (longest)
            return longest;
    }
    return NULL;
}

struct notice *place_gone(struct core *c)
{
    for (size_t k = 0; c->site && k < c->loads_count; k++) {
        struct notice *n = NULL;
        for (int rank = 0; rank < RANKS && !n; rank++)
            n = TAILQ_FIRST(&c->loads[k]->queue[rank]);
        if (n && !site_endpoint(c->site->site, c->loads[k]->endpoint))
            return n;
    }
    return NULL;
}

wall_ms place_oldest(const struct core *c)
{
    wall_ms oldest = 0;
    for (size_t k = 0; k < c->loads_count; k++) {
        for (int rank = 0; rank < RANKS; rank++) {
            const struct notice *n = TAILQ_FIRST(&c->loads[k]->queue[rank]);
            if (n && (!oldest || uuid_ms(n->id) < oldest))
                oldest = uuid_ms(n->id);
        }
    }
    return oldest;
}

void places_done(struct core *c)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        free(c->loads[k]->endpoint);
        free(c->loads[k]);
    }
    free(c->loads);
}
