#include "core/upgrade.h"

#include "core/family.h"
#include "core/incident.h"
#include "core/plan_run.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is live ---- */

static bool run_is_live(const struct incident *i)
{
    return i->plan_live && i->pin && i->prev;
}

struct ids {
    struct uuid *at;
    size_t count, cap;
};

static void live_add(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    struct ids *ids = closure;
    if ((visit != postorder && visit != leaf) || !run_is_live(i))
        return;
    ids->at = mem_grow(ids->at, &ids->cap, ids->count + 1, sizeof *ids->at);
    ids->at[ids->count++] = i->id;
}

static size_t live_all(const struct core *c, struct uuid **ret)
{
    struct ids ids = {0};
    twalk_r(c->incidents, live_add, &ids);
    *ret = ids.at;
    return ids.count;
}

static bool is_driven_by(const struct core *c, const char *driver)
{
    return !driver || (c->driver && !strcmp(c->driver, driver));
}

size_t core_unverified(const struct core *c, const char *driver, struct uuid **ret)
{
    *ret = NULL;
    return is_driven_by(c, driver) ? 0 : live_all(c, ret);
}

bool core_run(const struct core *c, struct uuid id, struct core_run *ret)
{
    const struct incident *i = core_incident(c, id);
    if (!i || !run_is_live(i))
        return false;
    *ret = (struct core_run){.pin = i->pin, .since = incident_since(i), .upto = i->prev};
    hex16(i->seed, ret->seed);
    return true;
}

/* ---- deciding ---- */

void upgrade_started(const struct core *c, json_t *body)
{
    const char *driver = json_str(c->in->body, "driver");
    struct uuid *live = NULL;
    json_put_str(body, "driver", driver);
    if (is_driven_by(c, driver))
        return;
    size_t count = live_all(c, &live);
    if (count)
        json_put_int(body, "verify", (int64_t)count);
    else
        json_put_true(body, "verified", true);
    free(live);
}

/*
 * Those that still stand where they were replayed. A run that has taken a turn meanwhile was
 * replayed for that turn, and did not differ.
 */
void upgrade_diverged(struct core *c)
{
    const json_t *runs = json_at(c->in->body, "runs");
    struct plan_failure *all = mem_new(json_array_size(runs) + 1, sizeof *all);
    size_t n, count = 0;
    json_t *run;
    json_array_foreach(json_unconst(runs), n, run)
    {
        struct uuid id;
        struct incident *i =
            uuid_parse(json_str_or(run, "incident", ""), &id) ? core_incident(c, id) : NULL;
        if (i && run_is_live(i) && i->prev == json_int(run, "upto", 0))
            all[count++] = (struct plan_failure){.incident = i,
                                                 .reason = json_str_or(run, "reason", "diverged"),
                                                 .text = json_str_or(run, "text", ""),
                                                 .where = json_str(run, "where")};
    }
    plan_fail_all(c, all, count);
    free(all);
}

void upgrade_verified(struct core *c)
{
    core_emit(c, REC_PLANS_VERIFIED, NULL, (struct emit){.body = json_deep_copy(c->in->body)});
}

/* ---- applying ---- */

void upgrade_apply(struct core *c, const struct record *r)
{
    if (r->kind == REC_ENGINE_STARTED && !json_bool(r->body, "verified"))
        return;
    free(c->driver);
    c->driver = mem_str(json_str(r->body, "driver"));
    c->driver_dirty = true;
}

struct row upgrade_row(const struct core *c)
{
    struct text body = {0};
    json_open(&body, '{');
    json_add_str(&body, "driver", c->driver);
    json_shut(&body, '}');
    return (struct row){
        .kind = ROW_META, .id = mem_str("driver"), .open = true, .text = text_take(&body)};
}

void upgrade_from_row(struct core *c, const struct row *r)
{
    free(c->driver);
    c->driver = mem_str(json_str(r->body, "driver"));
}
