#include "plan/tick.h"

#include "base/civil.h"

/* Clocks that are so little behind show the time all the same: they tick unevenly. */
enum { EARLY_MS = 1000 };

const char *ticks_rule(const struct run *r)
{
    const char *rule = json_str(r->about, "zone_rule");

    return rule ? rule : zone_rule(json_str_or(r->about, "zone", "UTC"));
}

/* The interval of the level in force; 0: it waits. */
static int64_t interval_now(const struct run *r, const struct ticks *t)
{
    enum level level;

    if (!level_parse(json_str(r->about, "level"), &level))
        return 0;
    while (level > LEVEL_NONE && !t->by_level[level])
        level--;
    return t->by_level[level];
}

/* Another level may be in force than a moment ago. */
static void interval_follow(const struct run *r, struct ticks *t)
{
    int64_t now = interval_now(r, t);

    if (now == t->interval_ms)
        return;
    if (!t->interval_ms)
        t->last = r->m; /* it has waited */
    else if (now && t->last + now < r->m)
        t->last = r->m - now; /* at once, and nothing was missed */
    t->interval_ms = now;
}

static wall_ms next_time(const struct run *r, const struct ticks *t, wall_ms after)
{
    return rule_next(ticks_rule(r), t->minutes, t->count, after);
}

void ticks_begin(const struct run *r, struct ticks *t)
{
    t->began = t->last = r->m;
    if (t->kind == TICK_TIMES)
        t->due = next_time(r, t, r->t);
}

bool ticks_wait(const struct run *r, struct ticks *t, int64_t *ret_ms)
{
    int64_t ms = 0;

    switch (t->kind) {
    case TICK_PERIOD:
        ms = t->began + (t->number + 1) * t->period_ms - r->m;
        break;
    case TICK_TIMES:
    case TICK_ONCE:
        ms = t->due - r->t > EARLY_MS ? t->due - r->t : 0;
        break;
    case TICK_LEVEL:
        interval_follow(r, t);
        if (!t->interval_ms)
            return false;
        ms = t->last + t->interval_ms - r->m;
    }
    *ret_ms = ms > 0 ? ms : 0;
    return true;
}

/* All times up to now. */
static int64_t take_times(const struct run *r, struct ticks *t)
{
    int64_t missed = -1;

    do {
        t->due = next_time(r, t, t->due);
        missed++;
    } while (t->due <= r->t);
    return missed;
}

int64_t ticks_take(const struct run *r, struct ticks *t)
{
    int64_t missed = 0;

    if (t->kind == TICK_PERIOD) {
        missed = (r->m - t->began) / t->period_ms - t->number - 1;
    } else if (t->kind == TICK_TIMES) {
        missed = take_times(r, t);
    } else if (t->kind == TICK_LEVEL) {
        missed = (r->m - t->last) / t->interval_ms - 1;
        t->last += (missed + 1) * t->interval_ms;
    }
    if (missed < 0)
        missed = 0;
    t->number += missed + 1;
    return missed;
}
