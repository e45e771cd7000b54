#include "core/core.h"

#include "core/access.h"
#include "core/contact.h"
#include "core/dead.h"
#include "core/duty.h"
#include "core/endpoint_watch.h"
#include "core/family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/place.h"
#include "core/plan_sheet.h"
#include "core/state.h"
#include "core/upkeep.h"
#include "core/version.h"

#include <assert.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the library --- */

static int pin_order(const void *a, const void *b)
{
    return strcmp(((const struct pin *)a)->hash, ((const struct pin *)b)->hash);
}

struct pin *core_pin(const struct core *c, const char *hash)
{
    union {
        const char *in;
        char *out;
    } key = {.in = hash}; /* compared only */
    struct pin probe = {.hash = key.out};
    void *found = tfind(&probe, &c->pins, pin_order);
    return found ? *(struct pin **)found : NULL;
}

void core_library_scenarios(struct core *c, json_t *takes)
{
    json_decref(c->scenarios);
    c->scenarios = takes;
}

bool core_library_has(const struct core *c, const char *pin)
{
    return core_pin(c, pin) != NULL;
}

static struct pin *pin_add(struct core *c, const char *hash)
{
    struct pin *p = mem_new(1, sizeof *p);
    p->hash = mem_str(hash);
    if (!tsearch(p, &c->pins, pin_order))
        abort();
    return p;
}

static enum err head_of(const char *name, const json_t *value, struct plan_head **ret,
                        struct why *why)
{
    struct remarks remarks;
    why->text[0] = '\0';
    remarks_init(&remarks, name, remark_to_why, why);
    enum err e = plan_head_read(name, value, NULL, &remarks, ret);
    remarks_done(&remarks);
    return e;
}

enum err core_library_plan(struct core *c, const char *pin, const char *name, const json_t *head,
                           struct why *why)
{
    if (core_library_has(c, pin))
        return ERR_OK;
    struct plan_head *made = NULL;
    enum err e = head_of(name, head, &made, why);
    if (e)
        return why_add(why, e, "plan %s", name);
    pin_add(c, pin)->head = made;
    return ERR_OK;
}

/* A site that was checked when it was taken into force: an error here is damage. */
static enum err site_of(const json_t *value, struct site **ret, struct why *why)
{
    struct remarks remarks;
    why->text[0] = '\0';
    remarks_init(&remarks, "site", remark_to_why, why);
    enum err e = site_read(value, &remarks, ret);
    remarks_done(&remarks);
    return e;
}

enum err core_library_site(struct core *c, const char *pin, const json_t *checked, struct why *why)
{
    if (core_library_has(c, pin))
        return ERR_OK;
    struct site *site = NULL;
    struct channel_set *channels = NULL;
    why->text[0] = '\0';
    enum err e = channel_set_read(json_at(checked, "channels"), remark_to_why, why, &channels);
    if (!e)
        e = site_of(json_at(checked, "site"), &site, why);
    if (e) {
        channel_set_unref(channels);
        return why_add(why, e, "site %s", pin);
    }
    struct pin *p = pin_add(c, pin);
    p->site = site;
    p->channels = channels;
    if (c->site_pin && !strcmp(c->site_pin, pin)) {
        c->site = p;
        duty_site_set(c);
    }
    return ERR_OK;
}

const char *core_plan_pin(const struct core *c, const char *name)
{
    for (size_t n = 0; n < c->plans_count; n++) {
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        if (pin && pin->head && !strcmp(c->plans[n].name, name))
            return c->plans[n].pin;
    }
    return NULL;
}

const struct plan_head *incident_head(const struct core *c, const struct incident *i)
{
    const struct pin *pin = i->pin ? core_pin(c, i->pin) : NULL;
    return pin ? pin->head : NULL;
}

/* --- life --- */

static const struct uuid of_none;

struct core *core_new(const struct core_config *config)
{
    struct core *c = mem_new(1, sizeof *c);
    c->cfg = *config;
    LIST_INIT(&c->drills_run);
    STAILQ_INIT(&c->incidents_changed);
    STAILQ_INIT(&c->notices_changed);
    STAILQ_INIT(&c->readings_changed);
    STAILQ_INIT(&c->items_changed);
    STAILQ_INIT(&c->reports_changed);
    STAILQ_INIT(&c->dedups_changed);
    STAILQ_INIT(&c->holders_changed);
    LIST_INIT(&c->duty);
    STAILQ_INIT(&c->duty_changed);
    STAILQ_INIT(&c->contacts_changed);
    TAILQ_INIT(&c->suspects);
    TAILQ_INIT(&c->fetches);
    TAILQ_INIT(&c->onces);
    TAILQ_INIT(&c->dead);
    c->upkeep_timer =
        (struct timer){.kind = TIMER_UPKEEP, .owner = c, .incident = &of_none, .step = "!upkeep"};
    c->duty_timer =
        (struct timer){.kind = TIMER_DUTY, .owner = c, .incident = &of_none, .step = "!duty"};
    c->occasion_timer = (struct timer){
        .kind = TIMER_OCCASION, .owner = c, .incident = &of_none, .step = "!occasion"};
    return c;
}

static void pin_free(void *item)
{
    struct pin *p = item;
    free(p->hash);
    plan_head_unref(p->head);
    site_unref(p->site);
    channel_set_unref(p->channels);
    free(p);
}

static void dedup_free(void *item)
{
    struct dedup *d = item;
    free(d->key);
    free(d);
}

void core_library_forget(struct core *c, const char *pin)
{
    struct pin *p = core_pin(c, pin);
    if (!p || p == c->site)
        return;
    tdelete(p, &c->pins, pin_order);
    pin_free(p);
}

void core_free(struct core *c)
{
    if (!c)
        return;
    while (c->incidents)
        incident_forget(c, *(struct incident **)c->incidents);
    tdestroy(c->dedups, dedup_free);
    access_free(c);
    duty_free(c);
    contacts_free(c);
    tdestroy(c->pins, pin_free);
    tdestroy(c->words, free);
    for (size_t n = 0; n < c->plans_count; n++) {
        free(c->plans[n].name);
        free(c->plans[n].pin);
    }
    places_done(c);
    free(c->plans);
    free(c->runs);
    free(c->site_pin);
    free(c->driver);
    json_decref(c->drills);
    json_decref(c->occasions);
    json_decref(c->scenarios);
    timer_heap_done(&c->timers);
    free(c);
}

/* --- what is asked of it --- */

mono_ms core_next_due(const struct core *c)
{
    const struct timer *t = timer_first(&c->timers);
    return t ? t->due : INT64_MAX;
}

struct uuid core_next_incident(const struct core *c)
{
    const struct timer *t = timer_first(&c->timers);
    return t ? *t->incident : (struct uuid){0};
}

struct uuid core_notice_incident(const struct core *c, struct uuid notice)
{
    const struct notice *n = core_notice(c, notice);
    return n ? n->incident->id : (struct uuid){0};
}

int64_t core_last_seq(const struct core *c)
{
    return c->seq;
}

int64_t core_event_history(const struct core *c, struct uuid id, int64_t *ret_upto)
{
    const struct incident *i = core_incident(c, id);
    if (!i || !i->sent_cause)
        return 0;
    *ret_upto = i->prev > i->sent_cause ? i->prev : i->sent_cause - 1;
    return i->sent_cause;
}

int64_t core_run_since(const struct core *c, struct uuid id)
{
    const struct incident *i = core_incident(c, id);
    return i ? incident_since(i) : 0;
}

bool core_incident_open(const struct core *c, struct uuid id)
{
    const struct incident *i = core_incident(c, id);
    return i && i->state != INCIDENT_CLOSED;
}

static void most_note(struct most *m, struct uuid incident, int64_t count)
{
    if (count < m->count && uuid_cmp(incident, m->incident) != 0)
        return;
    m->incident = incident;
    m->count = count;
}

void core_measure(struct core *c, const struct incident *i)
{
    most_note(&c->most_facts, i->id, (int64_t)i->queue_count);
    most_note(&c->most_turns, i->id, i->plan_live ? i->turns : 0);
    if (i->family)
        most_note(&c->most_children, i->id, (int64_t)i->family->children_count);
}

struct core_stats core_stats(const struct core *c)
{
    struct core_stats s = c->stats;
    s.timers = (int64_t)c->timers.count;
    s.queued_since = place_oldest(c);
    s.facts_pending = c->most_facts.count;
    s.turns = c->most_turns.count;
    s.children = c->most_children.count;
    return s;
}

const char *core_channel_of(const struct core *c, const char *endpoint)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, endpoint) : NULL;
    return e ? e->channel : NULL;
}

bool core_configured(const struct core *c)
{
    return c->site != NULL;
}

const char *core_language(const struct core *c)
{
    return c->site ? site_language(c->site->site) : "zh";
}

bool core_targets_of(const struct core *c, const char *person, char (*ret)[136], size_t most)
{
    AUTO_JSON(targets);
    size_t n;
    json_t *one;
    targets = c->site ? site_targets_of(c->site->site, person) : json_array();
    memset(ret, 0, most * sizeof *ret);
    json_array_foreach(targets, n, one)
    {
        if (n < most)
            snprintf(ret[n], sizeof ret[n], "%s", json_string_value(one));
    }
    return json_array_size(targets) > 0;
}

struct owner_asked {
    const char *target;
    bool there;
};

static void owner_visit(void *ctx, struct item *item)
{
    struct owner_asked *a = ctx;
    a->there = a->there || !strcmp(item->owner, a->target);
}

bool core_owner_known(const struct core *c, const char *target, char **ret_near, struct why *why)
{
    struct owner_asked asked = {.target = target};
    const char *code;
    *ret_near = NULL;
    if (!c->site || !site_check_target(c->site->site, target, &code, ret_near, why))
        return true;
    items_walk(c, owner_visit, &asked); /* the site has changed, and its items have not */
    return asked.there;
}

const char *core_zone(const struct core *c)
{
    return c->site ? site_zone(c->site->site) : "UTC";
}

json_t *core_plan(const struct core *c, const char *name, const char *pin, wall_ms at)
{
    for (size_t n = 0; !pin && n < c->plans_count; n++) {
        if (!strcmp(c->plans[n].name, name))
            pin = c->plans[n].pin;
    }
    const struct pin *of = pin ? core_pin(c, pin) : NULL;
    if (!of || !of->head || !c->site || strcmp(plan_head_name(of->head), name) != 0)
        return NULL;
    AUTO_JSON(sheet);
    sheet = plan_sheet(of->head, c->site->site, at);
    json_t *plan = version_json(c, of);
    (void)json_object_update(plan, sheet);
    return json_put(plan, "owes", upkeep_owes(c, of->head));
}

json_t *core_dead(const struct core *c)
{
    return dead_list(c);
}

json_t *core_drills(const struct core *c)
{
    return upkeep_drills(c);
}

json_t *core_phones(const struct core *c, size_t most)
{
    json_t *list = json_array();
    struct rung_person p;
    for (size_t n = 0; c->site && site_person_at(c->site->site, n, &p); n++) {
        AUTO_JSON(methods);
        methods = site_methods(c->site->site, p.id, NULL, false);
        size_t m;
        json_t *endpoint;
        json_array_foreach(methods, m, endpoint)
        {
            if (json_array_size(list) == most)
                return list;
            json_t *one = json_put_str(json_put_str(json_object(), "person", p.id), "name", p.name);
            json_array_append_new(list, json_put(one, "endpoint", json_incref(endpoint)));
        }
    }
    AUTO_JSON(departments);
    departments = c->site ? site_duty_phones(c->site->site) : NULL;
    if (json_array_size(list) + json_array_size(departments) <= most)
        (void)json_array_extend(list, departments);
    return list;
}

json_t *core_left(const struct core *c, const char *pin, wall_ms at)
{
    const struct pin *p = core_pin(c, pin);
    return p && p->site ? site_left(p->site, at) : json_array();
}

json_t *core_secrets(const struct core *c, const char *pin)
{
    const struct pin *p = core_pin(c, pin);
    json_t *list = json_array();
    const struct endpoint *e;
    for (size_t n = 0; p && p->site && (e = site_endpoint_at(p->site, n)); n++) {
        if (e->secret)
            json_array_append_new(list,
                                  json_put_str(json_put_str(json_object(), "endpoint", e->name),
                                               "secret", e->secret));
    }
    return list;
}

json_t *core_endpoints(const struct core *c, wall_ms now)
{
    json_t *list = json_array();
    const struct endpoint *e;
    for (size_t n = 0; c->site && (e = site_endpoint_at(c->site->site, n)); n++) {
        json_t *one =
            json_put_str(json_put_str(json_object(), "name", e->name), "channel", e->channel);
        json_put_str(one, "secret", e->secret);
        json_put_int(one, "at_once", e->at_once);
        json_put(one, "drill", json_boolean(e->drill));
        place_rate_put(c, e->name, one);
        json_array_append_new(list, endpoint_state(c, e->name, now, one));
    }
    return list;
}
