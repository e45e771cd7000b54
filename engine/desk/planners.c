#include "desk/planners.h"

#include <stdlib.h>

struct planners {
    struct planner *slots[PLANNER_SLOTS];
    struct onlooker onlooker;
    bool replays; /* nothing is news */
    struct night *night;
};

static void said(void *ctx, const json_t *frame)
{
    night_planner_said(((struct planners *)ctx)->night, frame);
}

struct planners *planners_new(const struct onlooker *onlooker)
{
    struct planners *p = mem_new(1, sizeof *p);
    if (onlooker)
        p->onlooker = *onlooker;
    return p;
}

static void replay_begins(void *ctx, const char *incident, int64_t cause)
{
    (void)incident;
    (void)cause;
    ((struct planners *)ctx)->replays = true;
}

static void turn_begins(void *ctx, const char *incident, int64_t cause)
{
    (void)incident;
    (void)cause;
    ((struct planners *)ctx)->replays = false;
}

static void scope_seen(void *ctx, const char *incident, const char *name, bool begins,
                       const char *at)
{
    const struct planners *p = ctx;
    if (!p->replays && p->onlooker.scope)
        p->onlooker.scope(p->onlooker.ctx, incident, name, begins, at);
}

static void line_seen(void *ctx, const char *file, int line)
{
    const struct planners *p = ctx;
    p->onlooker.line(p->onlooker.ctx, file, line);
}

void planners_free(struct planners *p)
{
    if (!p)
        return;
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        planner_free(p->slots[slot]);
    free(p);
}

static void stop(void *ctx, int slot)
{
    struct planners *p = ctx;
    planner_free(p->slots[slot]);
    p->slots[slot] = NULL;
}

static void start(void *ctx, int slot)
{
    struct planners *p = ctx;
    struct planner_hooks hooks = {
        .ctx = p, .send = said, .turn_begin = turn_begins, .replay_begin = replay_begins};
    hooks.onlooker = (struct onlooker){
        .ctx = p, .scope = scope_seen, .line = p->onlooker.line ? line_seen : NULL};
    stop(ctx, slot);
    p->slots[slot] = planner_new(&planner_config_default, &hooks);
}

static enum err frame(void *ctx, int slot, const json_t *frame, struct why *why)
{
    struct planners *p = ctx;
    return p->slots[slot] ? planner_frame(p->slots[slot], frame, why) : ERR_OK;
}

struct night_planners planners_port(struct planners *p)
{
    return (struct night_planners){.ctx = p, .start = start, .stop = stop, .frame = frame};
}

void planners_of(struct planners *p, struct night *night)
{
    p->night = night;
}
