/*
 * engine_plans - the folder of site and plans as it lies on the disk: when something is saved in
 * it, it is checked, and taken into force as a set or refused (engine_config.c).
 *
 * A refusal is said once: in the log, in the record (so that everybody who watches hears of it),
 * and until it is mended in `plan list`, /readyz and /metrics. The same bytes saved again are
 * neither checked nor refused again; whoever asks by `config reload` is always answered.
 */
#include "engine.h"

#include "base/log.h"
#include "core/finding_code.h"
#include "core/otherwise.h"
#include "world/folder.h"

#include <stdlib.h>
#include <string.h>

enum {
    QUIET_MS = 300, /* a checkout writes its files within it; a person does not notice it */
    WAITING_MAX = 16
};

enum came_of { CAME_TAKEN, CAME_SAME, CAME_REFUSED, CAME_OF };

struct plans {
    struct folder *folder; /* NULL: what is saved is not looked at */
    struct loop_timer *next;
    struct config_ask waiting[WAITING_MAX];
    size_t waiting_count;
    bool saved; /* and not yet looked at */
    char in_force[PLANS_DIGEST], refused[PLANS_DIGEST];
    json_t *refusal;
    int64_t counts[CAME_OF];
};

/* ---- one check after the other ---- */

static void next_begin(void *ctx)
{
    struct engine *e = ctx;
    struct plans *p = e->plans;
    if (e->draining)
        return;
    if (e->check) {
        config_go_on(e);
    } else if (p->waiting_count) {
        struct config_ask ask = p->waiting[0];
        memmove(p->waiting, p->waiting + 1, --p->waiting_count * sizeof *p->waiting);
        config_ask(e, ask);
    } else if (p->saved) {
        p->saved = false;
        config_ask(e, (struct config_ask){.take = true, .folder = true});
    }
}

void plans_next(struct engine *e, int64_t in_ms)
{
    if (e->plans)
        loop_timer_set(e->plans->next, in_ms);
}

bool plans_wait(struct engine *e, struct config_ask ask)
{
    struct plans *p = e->plans;
    if (p->waiting_count == WAITING_MAX)
        return false;
    p->waiting[p->waiting_count++] = ask;
    return true;
}

static void folder_changed(void *ctx)
{
    struct engine *e = ctx;
    e->plans->saved = true;
    if (!e->check)
        next_begin(e);
}

/* ---- what came of it ---- */

static void refusal_over(struct plans *p, const char *sentence)
{
    if (p->refusal)
        log_info("plans", "%s", sentence);
    json_decref(p->refusal);
    p->refusal = NULL;
    p->refused[0] = '\0';
}

bool plans_known(struct engine *e, const char *digest)
{
    struct plans *p = e->plans;
    if (p->refusal && !strcmp(digest, p->refused))
        return true;
    if (strcmp(digest, p->in_force) != 0)
        return false;
    refusal_over(p, "the plans folder holds again what is in force");
    return true;
}

void plans_refused(struct engine *e, const char *digest, const json_t *body)
{
    struct plans *p = e->plans;
    char at[RFC3339_TEXT];
    p->counts[CAME_REFUSED]++;
    json_decref(p->refusal);
    p->refusal = json_put_str(json_copy(json_unconst(body)), "at", rfc3339(e->clock.wall, at));
    memcpy(p->refused, digest, sizeof p->refused);
}

void plans_taken(struct engine *e, const char *digest, bool changed)
{
    struct plans *p = e->plans;
    p->counts[changed ? CAME_TAKEN : CAME_SAME]++;
    memcpy(p->in_force, digest, sizeof p->in_force);
    refusal_over(p, "site and plans have no errors any more");
    if (changed)
        log_info("plans", "site and plans were checked and are in force (muster plan list)");
}

const json_t *plans_refusal(const struct engine *e)
{
    return e->plans ? e->plans->refusal : NULL;
}

/* What differs for people is told to whoever reads the log, too; by ids, without names. */
void plans_record(const struct record *r)
{
    AUTO_TEXT(sentence);
    char id[UUID_TEXT];
    if (r->kind != REC_CALLED_OTHERWISE)
        return;
    otherwise_say(r, false, false, &sentence);
    if (uuid_is_none(r->incident))
        log_warn("plans", "%s", text_str(&sentence));
    else
        log_warn("plans", "incident=%s %s", uuid_text(r->incident, id), text_str(&sentence));
}

/* ---- said ---- */

void plans_metrics(const struct engine *e, struct exposition *to)
{
    static const char *const names[CAME_OF] = {"taken", "same", "refused"};
    const struct plans *p = e->plans;
    exposition_family(
        to, EXPOSITION_COUNTER, "muster_config_checks_total",
        "Checks of site and plans to take them into force: taken, the same as before, "
        "or refused for an error.");
    for (int n = 0; n < CAME_OF; n++) {
        exposition_label(to, "result", names[n]);
        exposition_int(to, p->counts[n]);
    }
    exposition_one(
        to, EXPOSITION_GAUGE, "muster_plans_refused",
        "1 while the plans folder holds a set with an error: the one before is in force.",
        p->refusal != NULL);
    exposition_one(to, EXPOSITION_GAUGE, "muster_plans_watched",
                   "1 while a file saved in the plans folder is noticed.",
                   folder_is_watched(p->folder));
}

static void refusal_say(const json_t *refusal, struct text *to)
{
    const json_t *first = finding_first(json_at(refusal, "findings"));
    text_addf(to, "warning plans: %s", json_str_or(refusal, "error", "?"));
    if (first)
        text_addf(to, " (%s:%lld: %s)", json_str_or(first, "file", "?"),
                  (long long)json_int(first, "line", 0), json_str_or(first, "text", ""));
    text_add(to, "; the version before stays in force\n");
}

void plans_say(const struct engine *e, struct text *report)
{
    const struct plans *p = e->plans;
    if (p->refusal)
        refusal_say(p->refusal, report);
    if (p->folder && !folder_is_watched(p->folder))
        text_add(report, "warning plans: the folder is not watched; `muster config reload` takes "
                         "what is saved in it\n");
}

/* ---- life ---- */

void plans_new(struct engine *e)
{
    e->plans = mem_new(1, sizeof *e->plans);
    e->plans->next = loop_timer_new(e->loop, next_begin, e);
}

/* What was saved while the first set was checked is looked at, too. */
void plans_watch(struct engine *e)
{
    if (!config_is(e->config, OPT_PLANS_WATCH))
        return;
    e->plans->folder =
        folder_new(e->loop, config_text(e->config, OPT_PLANS), QUIET_MS, folder_changed, e);
    e->plans->saved = true;
}

void plans_free(struct engine *e)
{
    if (!e->plans)
        return;
    folder_free(e->plans->folder);
    loop_timer_free(e->plans->next);
    json_decref(e->plans->refusal);
    free(e->plans);
}
