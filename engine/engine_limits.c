/*
 * engine_limits - how much of each limit is used, and a warning at 80 % of it (rule R2).
 *
 * Of what is limited an incident or a turn, the one is told that has most: an incident until it
 * gets less, a turn since the start, for a plan that once came near its bound will do so again.
 * What is limited a request (a line, a body, a page) is refused there and then, and counted by its
 * code in muster_intake_total.
 */
#include "engine.h"

#include "base/limit.h"
#include "base/log.h"
#include "plan/command.h"

#include <assert.h>

static const struct {
    const char *name;
    bool warned;
    const char *sentence;
} limits[LIMITS] = {
#define X(limit, name, warned, sentence) [limit] = {name, warned, sentence},
    LIMIT_TABLE(X)
#undef X
};

struct amount {
    int64_t used, most;
};

static struct amount amount_serve(const struct engine *e, enum limit l)
{
    struct serve_stats s = serve_stats(e->serve);
    if (l == LIMIT_CONNECTIONS)
        return (struct amount){s.connections, s.connections_max};
    return (struct amount){s.connections_address,
                           config_number(e->config, OPT_LIMITS_CONNECTIONS_ADDRESS)};
}

/* Of the reserve: as many bytes are free. */
static struct amount amount_store(const struct engine *e, enum limit l)
{
    struct store_stats s = store_stats(e->store);
    int64_t free_bytes = e->port->free_bytes(e->port->ctx);
    if (l == LIMIT_STORE_QUEUE)
        return (struct amount){s.queue_bytes, s.queue_bytes_max};
    if (l == LIMIT_STORE_WAL)
        return (struct amount){s.wal_bytes, s.wal_cap_bytes};
    return (struct amount){config_number(e->config, OPT_STORE_RESERVE_BYTES),
                           free_bytes > 0 ? free_bytes : 1};
}

static struct amount amount_of(const struct engine *e, enum limit l)
{
    struct core_stats s = core_stats(e->core);
    switch (l) {
    case LIMIT_INCIDENTS:
        return (struct amount){s.incidents, config_number(e->config, OPT_LIMITS_INCIDENTS)};
    case LIMIT_ATTEMPTS:
        return (struct amount){s.notices_handed, config_number(e->config, OPT_LIMITS_ATTEMPTS)};
    case LIMIT_DUTY_CHANGES:
        return (struct amount){core_duty_changes(e->core), DUTY_CHANGES_MAX};
    case LIMIT_ACCESS_KEYS:
        return (struct amount){core_holders(e->core, e->clock.mono, false), ACCESS_KEYS_MAX};
    case LIMIT_ACCESS_SESSIONS:
        return (struct amount){core_holders(e->core, e->clock.mono, true), ACCESS_SESSIONS_MAX};
    case LIMIT_IDEMPOTENCY_KEYS:
        return (struct amount){s.once_keys, ONCE_KEYS_MAX};
    case LIMIT_FACTS_PENDING:
        return (struct amount){s.facts_pending, FACTS_PENDING_MAX};
    case LIMIT_TURNS:
        return (struct amount){s.turns, TURNS_MAX};
    case LIMIT_RECIPIENTS:
        return (struct amount){s.recipients, RECIPIENTS_MAX};
    case LIMIT_CHILDREN:
        return (struct amount){s.children, CHILDREN_MAX};
    case LIMIT_COMMANDS:
        return (struct amount){s.commands, COMMANDS_MAX};
    case LIMIT_DESK_JOBS:
        return (struct amount){desk_jobs(e), DESK_JOBS};
    case LIMIT_CONNECTIONS:
    case LIMIT_CONNECTIONS_ADDRESS:
        return amount_serve(e, l);
    case LIMIT_STORE_QUEUE:
    case LIMIT_STORE_WAL:
    case LIMIT_STORE_RESERVE:
        return amount_store(e, l);
    case LIMITS:
        break;
    }
    assert(false);
    return (struct amount){0, 1};
}

const char *limit_name(enum limit l)
{
    return limits[l].name;
}

double limit_used(const struct engine *e, enum limit l)
{
    struct amount a = amount_of(e, l);
    return (double)a.used / (double)a.most;
}

void limits_watch(struct engine *e)
{
    for (enum limit l = 0; l < LIMITS; l++) {
        if (!limits[l].warned)
            continue;
        struct amount a = amount_of(e, l);
        if (limit_warns(&e->figures.warned[l], a.used, a.most))
            log_warn("limit", "limit=%s used=%lld of=%lld; %s", limits[l].name, (long long)a.used,
                     (long long)a.most, limits[l].sentence);
    }
}
