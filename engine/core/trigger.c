#include "core/trigger.h"

#include "base/civil.h"
#include "core/decide.h"
#include "core/drill.h"
#include "core/family.h"
#include "core/head_family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/join.h"
#include "core/occasion.h"
#include "core/once.h"
#include "core/plan_run.h"
#include "core/report.h"
#include "core/response.h"
#include "core/update.h"

#include <stdlib.h>
#include <string.h>

/* The plan of a trigger: the one it names, else the one whose starts_on fits best, else none. */
static bool trigger_plan(struct core *c, const struct plan_head **ret, const char **ret_pin)
{
    const json_t *b = c->in->body;
    const char *name = json_str(b, "plan");
    *ret = NULL;
    *ret_pin = NULL;
    if (name) {
        *ret_pin = core_plan_pin(c, name);
        const struct pin *pin = *ret_pin ? core_pin(c, *ret_pin) : NULL;
        if (pin && plan_head_parent_only(pin->head)) {
            core_refuse(c, CODE_CONFLICT, "plan", NULL,
                        "no trigger opens the plan \"%s\" (parent_only): a plan that runs opens it "
                        "under its own incident; trigger that plan",
                        name);
            return false;
        }
        if (pin) {
            *ret = pin->head;
            return true;
        }
        const char **names = mem_new(c->plans_count + 1, sizeof *names);
        for (size_t n = 0; n < c->plans_count; n++)
            names[n] = c->plans[n].name;
        const char *near = text_nearest(name, names);
        core_refuse(c, CODE_UNKNOWN_PLAN, "plan", near,
                    near ? "no plan \"%s\"; did you mean \"%s\"?" : "no plan \"%s\"", name, near);
        free(names);
        return false;
    }
    int best = 0;
    for (size_t n = 0; n < c->plans_count; n++) {
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        if (!pin || !pin->head || plan_head_parent_only(pin->head))
            continue;
        int fit = plan_head_matches(pin->head, json_str(b, "kind"), json_str(b, "source"),
                                    json_str(b, "event"), json_at(b, "labels"));
        if (fit > best) {
            best = fit;
            *ret = pin->head;
            *ret_pin = c->plans[n].pin;
        }
    }
    return true;
}

void occurrences_key(const struct plan_head *head, json_t *occurrences)
{
    size_t n;
    json_t *one;
    json_array_foreach(occurrences, n, one)
    {
        const struct fact *fact = plan_head_fact(head, json_str_or(one, "name", ""));
        if (fact && fact->key)
            json_put(one, "key", json_share(json_object_get(json_at(one, "value"), fact->key)));
    }
}

bool trigger_facts(struct core *c, const struct plan_head *head, const json_t *fields,
                   json_t **ret_occurrences)
{
    *ret_occurrences = NULL;
    if (!fields || !head || !c->site) {
        *ret_occurrences = json_array();
        return true;
    }
    struct facts_error error = {0};
    if (facts_check(head, c->site->site, fields, ret_occurrences, &error) == ERR_OK) {
        occurrences_key(head, *ret_occurrences);
        return true;
    }
    core_refuse(c, error.code, error.field, error.near, "%s", error.why.text);
    facts_error_done(&error);
    return false;
}

bool incident_facts(struct core *c, const struct incident *i, const json_t *fields,
                    json_t **ret_occurrences, bool *ret_raw)
{
    const struct plan_head *head = incident_head(c, i);
    bool moved = c->in->kind == IN_TRIGGER && i->family && i->family->merged;
    struct facts_error error = {0};
    *ret_raw = !head && fields; /* without a plan nothing is typed: kept as it came */
    if (!moved || !head || !fields || !c->site)
        return trigger_facts(c, head, fields, ret_occurrences);
    if (facts_check(head, c->site->site, fields, ret_occurrences, &error) == ERR_OK) {
        occurrences_key(head, *ret_occurrences);
        return true;
    }
    facts_error_done(&error);
    *ret_occurrences = json_array();
    *ret_raw = true;
    return true;
}

json_t *facts_stale_at(const struct core *c, const struct plan_head *head,
                       const json_t *occurrences, int64_t age, int speed)
{
    json_t *list = json_array(), *one;
    bool any = false;
    size_t n;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        const struct fact *fact = head ? plan_head_fact(head, json_str_or(one, "name", "")) : NULL;
        int64_t after = fact ? fact->stale_after_ms : 0;
        int64_t old = json_at(one, "measured") ? c->in->wall - json_int(one, "measured", 0) : age;
        int64_t due = c->in->mono + speed_ms(speed, after) - old;
        any = any || after;
        json_array_append_new(list, json_integer(!after ? 0 : due > 0 ? due : 1));
    }
    if (any)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *opening_about(struct core *c, struct uuid id, const struct opening *o)
{
    static const char *const texts[] = {"title", "note",  "kind",   "source",
                                        "event", "grade", "warning"};
    static const char *const objects[] = {"place", "labels"};
    const json_t *b = o->body;
    const struct plan_head *head = o->head;
    char hex[UUID_TEXT];
    json_t *about = json_put_str(json_object(), "id", uuid_text(id, hex));
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
        json_put_str(about, texts[n], json_str(b, texts[n]));
    for (size_t n = 0; n < sizeof objects / sizeof *objects; n++)
        json_put(about, objects[n], json_deep_copy(json_at(b, objects[n])));
    if (head) {
        json_put_str(about, "plan", plan_head_name(head));
        json_put_str(about, "version", plan_head_version(head));
        json_put_str(about, "category", plan_head_category(head));
    }
    json_put_str(about, "zone", core_zone(c)); /* of the city then: its papers have no site */
    /* and the program's rule of it then: a plan replayed by a later one sees the same clocks */
    json_put_str(about, "zone_rule", zone_rule(core_zone(c)));
    json_put_int(about, "opened_at", c->in->wall);
    json_put_true(about, "drill", json_bool(b, "drill"));
    json_put_str(about, "occasion", o->occasion);
    return json_put_int(about, "count", 1);
}

/* What belongs to a drill at a table stays there. */
static json_t *opening_table(const struct opening *o)
{
    const struct incident *of = o->parent ? o->parent : o->split;
    return o->table ? json_share(o->table) : of ? kept_json(of->table) : NULL;
}

static int opening_speed(const struct opening *o)
{
    const struct incident *of = o->parent ? o->parent : o->split;
    return o->speed ? o->speed : of ? of->speed : 0;
}

static json_t *opening_body(struct core *c, const struct opening *o, const uint8_t seed[16])
{
    const struct plan_head *head = o->head;
    char hex[33], id[UUID_TEXT];
    hex16(seed, hex);
    json_t *body = json_put_str(json_object(), "pin", o->pin);
    if (o->parent)
        json_put_int(json_put_str(body, "parent", uuid_text(o->parent->id, id)), "depth",
                     family_depth(o->parent) + 1);
    if (o->split)
        json_put_str(body, "split", uuid_text(o->split->id, id));
    if (head) {
        json_put_str(body, "plan", plan_head_name(head));
        json_put_str(body, "ends", plan_head_ends(head));
        json_put_str(body, "on_resolved", plan_head_on_resolved(head));
    }
    json_put_str(body, "occasion", o->occasion);
    if (o->occasion_at)
        json_put_int(body, "occasion_at", o->occasion_at);
    if (o->missed > 0)
        json_put_int(body, "missed", o->missed);
    json_put_str(body, "seed", hex);
    hex16(c->in->digest, hex);
    json_put_str(body, "digest", o->of_trigger ? hex : NULL);
    json_put_true(body, "drill", json_bool(o->body, "drill"));
    json_put(body, "table", opening_table(o));
    int speed = opening_speed(o);
    if (speed > 1)
        json_put_int(body, "drill_speed", speed);
    json_put(body, "stale_at", facts_stale_at(c, head, o->occurrences, 0, speed));
    return json_put(body, "flags", json_array()); /* engine_flags: none so far (DESIGN 5) */
}

/* What only a trigger has: keys, and values by which others join it. */
static void keys_put(struct core *c, const struct opening *o, json_t *sealed)
{
    const char *key = json_str(o->body, "key");
    char *same = join_key(o->head, o->body);
    json_put_str(sealed, "same", same);
    free(same);
    if (key) {
        char *full = dedup_key(c->in->who.id, key, json_bool(o->body, "drill"));
        json_put_str(sealed, "key", full);
        free(full);
    }
    once_put(c, sealed);
}

struct incident *incident_open(struct core *c, const struct opening *o)
{
    uint8_t random[10], seed[16];
    entropy_bytes(&c->entropy, random, sizeof random);
    entropy_bytes(&c->entropy, seed, sizeof seed);
    struct uuid id = uuid_v7(c->in->wall, random);
    json_t *about = opening_about(c, id, o);
    json_t *ev = plan_event("trigger", NULL, c->in->wall);
    json_put(ev, "incident", about);
    json_put(ev, "occurrences", json_share(o->occurrences));
    json_t *sealed = json_put(json_object(), "ev", ev);
    if (!o->head)
        json_put(sealed, "fields", json_deep_copy(json_at(o->body, "fields")));
    json_put_str(sealed, "child_key", o->child_key);
    if (o->of_trigger)
        keys_put(c, o, sealed);
    core_emit_for(
        c, REC_INCIDENT_OPENED, id,
        (struct emit){.actor = o->actor, .body = opening_body(c, o, seed), .sealed = sealed});
    return core_incident(c, id);
}

void trigger_reply(struct core *c, struct uuid incident, enum said said, bool repeated)
{
    char id[UUID_TEXT];
    json_t *reply = json_put_str(json_object(), "incident", uuid_text(incident, id));
    const struct incident *i = core_incident(c, incident);
    json_put_str(reply, "state", i ? incident_state_name(i) : "closed");
    json_put(reply, "new", json_boolean(said == SAID_NEW));
    json_put_true(reply, "updated", said == SAID_UPDATED);
    json_put_true(reply, "joined", said == SAID_JOINED);
    json_put_true(reply, "reopened", said == SAID_REOPENED);
    json_put_true(reply, "repeated", repeated);
    core_reply_ok(c, reply);
}

/* What a trigger says in words, its title and its note. Borrows. */
static const char *trigger_words(const struct core *c, struct text *words)
{
    const char *note = json_str(c->in->body, "note");
    text_add(words, json_str_or(c->in->body, "title", ""));
    if (note)
        text_addf(words, "\n%s", note);
    return text_str(words);
}

/* A key that binds. true: the trigger has been dealt with. */
static bool trigger_repeat(struct core *c)
{
    const char *key = json_str(c->in->body, "key");
    if (!key)
        return false;
    char *full = dedup_key(c->in->who.id, key, json_bool(c->in->body, "drill"));
    const struct dedup *d = dedup_find(c, full);
    free(full);
    struct incident *i = d && !d->gone ? core_incident(c, d->incident) : NULL;
    if (!i)
        return false;
    if (i->state == INCIDENT_CLOSED) {
        trigger_reopen(c, i);
        return true;
    }
    if (!memcmp(d->digest, c->in->digest, sizeof d->digest)) {
        once_keep(c, i);
        trigger_reply(c, i->id, SAID_KNOWN, false);
        return true;
    }
    if (incident_recovering(i)) /* its response is over: what comes now is a danger of its own */
        return false;
    AUTO_JSON(news);
    AUTO_TEXT(words);
    news = json_object();
    json_put(news, "fields", json_deep_copy(json_at(c->in->body, "fields")));
    json_put_str(news, "note", trigger_words(c, &words));
    json_put_str(news, "grade", json_str(c->in->body, "grade"));
    json_put_str(news, "warning", json_str(c->in->body, "warning"));
    if (incident_update(c, i, news))
        trigger_reply(c, i->id, SAID_UPDATED, false);
    return true;
}

bool incident_room(struct core *c)
{
    if (c->in->space_low) {
        core_refuse(c, CODE_NO_SPACE, NULL, NULL,
                    "the disk is nearly full: no new incident; running ones go on. Free space, "
                    "and call by the paper plan meanwhile");
        return false;
    }
    if (c->stats.incidents < c->cfg.incidents_max)
        return true;
    core_refuse(c, CODE_LIMIT, NULL, NULL, "%lld incidents are open (limits.incidents)",
                (long long)c->stats.incidents);
    return false;
}

void incident_begin(struct core *c, struct incident *i, const json_t *occurrences)
{
    items_of_phase(c, i, PHASE_FIRST, LEVEL_NONE);
    reports_at_trigger(c, i, occurrences);
}

void decide_trigger(struct core *c)
{
    const struct plan_head *head;
    const char *pin, *occasion;
    AUTO_JSON(occurrences);
    if (!(c->in->who.scopes & SCOPE_TRIGGER)) {
        core_refuse(c, CODE_DENIED, NULL, NULL, "%s may not trigger", c->in->who.id);
        return;
    }
    if (once_repeat(c) || trigger_repeat(c) || !trigger_plan(c, &head, &pin) ||
        !occasion_of_trigger(c, head, &occasion) || trigger_join(c, head) ||
        !trigger_facts(c, head, json_at(c->in->body, "fields"), &occurrences) || !incident_room(c))
        return;
    struct incident *i = incident_open(c, &(struct opening){.body = c->in->body,
                                                            .head = head,
                                                            .pin = pin,
                                                            .occurrences = occurrences,
                                                            .actor = actor_input(c),
                                                            .occasion = occasion,
                                                            .of_trigger = true});
    trigger_reply(c, i->id, SAID_NEW, false);
    incident_begin(c, i, occurrences);
    drills_warn(c, i);
    if (!pin)
        plan_fail(c, i, "no_plan", "no plan is for this kind of trigger", NULL);
}
