#include "core/plan_sheet.h"

#include "base/time.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

struct sheet {
    const struct plan_head *head;
    const struct site *site;
    wall_ms at;      /* who is on duty then */
    json_t *targets; /* names by target */
};

/* ---- names ---- */

static void target_note(struct sheet *k, const char *target)
{
    if (target && !json_at(k->targets, target))
        json_put_str(k->targets, target, site_target_name(k->site, target, site_language(k->site)));
}

static void targets_note(struct sheet *k, const json_t *targets)
{
    target_note(k, json_string_value(targets));
    for (size_t n = 0; n < json_array_size(targets); n++)
        target_note(k, json_string_value(json_array_get(targets, n)));
}

static json_t *list_of(const json_t *targets)
{
    return json_is_string(targets)  ? json_pack("[O]", targets)
           : json_is_array(targets) ? json_share(targets)
                                    : json_array();
}

/* ---- people ---- */

static bool person_there(const json_t *people, const char *id)
{
    for (size_t n = 0; n < json_array_size(people); n++) {
        if (!strcmp(json_str_or(json_array_get(people, n), "person", ""), id))
            return true;
    }
    return false;
}

static void person_put(const struct sheet *k, json_t *people, const char *id, const char *as)
{
    struct rung_person p;
    if (!id || person_there(people, id) || !site_person(k->site, id, &p))
        return;
    json_t *one = json_put_str(json_put_str(json_object(), "person", id), "name", p.name);
    json_array_append_new(people, json_put_str(one, "as", as));
}

/* Who may order this: whoever holds a target that may. */
static json_t *orderers(struct sheet *k, const char *what)
{
    AUTO_JSON(targets);
    json_t *people = json_array();
    targets = site_orderers(k->site, plan_head_name(k->head), what);
    targets_note(k, targets);
    for (size_t n = 0; n < json_array_size(targets); n++) {
        const char *target = json_string_value(json_array_get(targets, n));
        person_put(k, people, site_holder(k->site, target), target);
    }
    return people;
}

static void rung_put(const struct sheet *k, json_t *people, const struct rung *r)
{
    for (size_t n = 0; n < r->count; n++)
        person_put(k, people, r->at[n].id, NULL);
}

/* Who speaks for a target: whoever holds it, and all whom it calls. */
static void speakers_put(const struct sheet *k, json_t *people, const char *target)
{
    AUTO_JSON(to);
    struct rungs found = {0};
    to = json_string(target);
    person_put(k, people, site_holder(k->site, target), NULL);
    site_resolve(k->site, to, NULL, false, k->at, &found);
    for (size_t n = 0; n < found.count; n++)
        rung_put(k, people, &found.at[n]);
    rungs_done(&found);
}

static json_t *speakers(const struct sheet *k, const char *target)
{
    json_t *people = json_array();
    speakers_put(k, people, target);
    return people;
}

/* The commander, and the members of this level and those below it. */
static json_t *told(const struct sheet *k, const struct level_head *level)
{
    AUTO_JSON(to);
    struct rung found = {0};
    json_t *people = json_array();
    to = json_pack("[s]", level->commander);
    for (enum level l = LEVEL_IV; l <= level->level; l++) {
        AUTO_JSON(members);
        const struct level_head *below = plan_head_level(k->head, l);
        members = list_of(below ? below->members : NULL);
        (void)json_array_extend(to, members);
    }
    site_resolve_first(k->site, to, false, k->at, &found);
    rung_put(k, people, &found);
    rung_done(&found);
    return people;
}

/* ---- the head ---- */

static void duration_put(json_t *o, const char *name, int64_t ms)
{
    AUTO_TEXT(words);
    if (!ms)
        return;
    duration_add(&words, ms);
    json_put_str(o, name, text_str(&words));
}

static json_t *levels(struct sheet *k)
{
    json_t *list = json_array();
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        const struct level_head *level = plan_head_level(k->head, l);
        if (!level)
            continue;
        json_t *one = json_put_str(json_object(), "level", level_name(l));
        json_put_str(one, "when", level->when_text);
        json_put_str(one, "ordered_by", level->ordered_by);
        json_put_str(one, "commander", level->commander);
        json_put(one, "members", list_of(level->members));
        duration_put(one, "expected", level->expected_ms);
        json_put(one, "people", orderers(k, level_name(l)));
        json_put(one, "told", told(k, level));
        target_note(k, level->ordered_by);
        target_note(k, level->commander);
        targets_note(k, level->members);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *criteria(struct sheet *k)
{
    const struct criterion_head *c;
    json_t *list = json_array();
    for (size_t n = 0; (c = plan_head_criterion_at(k->head, n)); n++) {
        json_t *one = json_put_str(json_object(), "id", c->id), *words = json_object();
        json_put_str(words, "zh", json_str(c->words, "zh"));
        json_put_str(words, "en", json_str(c->words, "en"));
        json_put(one, "words", words);
        json_put_str(one, "when", c->when_text);
        json_put_str(one, "confirm", c->confirm);
        if (c->confirm)
            json_put(one, "people", speakers(k, c->confirm));
        target_note(k, c->confirm);
        json_array_append_new(list, one);
    }
    return list;
}

static const char *phase_word(const struct measure_head *m)
{
    static const char *const words[] = {[PHASE_FIRST] = "first", [PHASE_RECOVERY] = "recovery"};
    return m->phase == PHASE_LEVEL ? level_name(m->level) : words[m->phase];
}

/* How long it may take, or how long at each level. */
static json_t *due_of(const struct measure_head *m)
{
    json_t *by_level = json_object(), *one = json_object(), *due;
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++)
        duration_put(by_level, level_name(l), m->due_at[l]);
    duration_put(one, "due", m->due_ms);
    due = json_object_size(by_level) ? json_incref(by_level) : json_share(json_at(one, "due"));
    json_decref(by_level);
    json_decref(one);
    return due;
}

static json_t *measures(struct sheet *k)
{
    const struct measure_head *m;
    json_t *list = json_array();
    for (size_t n = 0; (m = plan_head_measure_at(k->head, n)); n++) {
        json_t *one = json_put_str(json_object(), "name", m->name);
        json_put(one, "title", json_share(m->title));
        json_put_str(one, "owner", m->owner);
        json_put_str(one, "phase", phase_word(m));
        json_put(one, "due", due_of(m));
        json_put(one, "done_when", json_share(m->done_when));
        target_note(k, m->owner);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *fact_fields(const struct fact *f)
{
    json_t *list = json_array();
    for (size_t n = 0; n < f->fields_count; n++) {
        json_t *one = json_put_str(json_object(), "name", f->fields[n].name);
        json_array_append_new(list, json_put_str(one, "type", fact_type_name(f->fields[n].type)));
    }
    return list;
}

static json_t *facts(const struct sheet *k)
{
    const struct fact *f;
    json_t *list = json_array();
    for (size_t n = 0; (f = plan_head_fact_at(k->head, n)); n++) {
        json_t *one = json_put_str(json_object(), "name", f->name);
        json_put_str(one, "type", fact_type_name(f->type));
        json_put_str(one, "per", f->per);
        json_put_str(one, "unit", f->unit);
        json_put(one, "label", json_share(f->label));
        json_put_str(one, "key", f->key);
        if (f->type == FACT_EVENT)
            json_put(one, "fields", fact_fields(f));
        json_array_append_new(list, one);
    }
    return list;
}

static bool kind_reported(const struct plan_head *h, const char *kind)
{
    const struct fact *f;
    for (size_t n = 0; (f = plan_head_fact_at(h, n)); n++) {
        if (f->per && kind && !strcmp(f->per, kind))
            return true;
    }
    return false;
}

static json_t *stations(const struct sheet *k)
{
    json_t *list = json_array();
    const json_t *all = site_stations(k->site);
    const char **ids = json_keys(all, NULL);
    for (size_t n = 0; ids[n]; n++) {
        const char *kind = site_station_kind(k->site, ids[n]);
        if (!kind_reported(k->head, kind))
            continue;
        json_t *one = json_put_str(json_put_str(json_object(), "id", ids[n]), "kind", kind);
        json_put(one, "name", json_share(json_at(json_at(all, ids[n]), "name")));
        json_array_append_new(list, one);
    }
    free(ids);
    return list;
}

static void upkeep_put(struct sheet *k, json_t *o)
{
    static const char *const keys[] = {"owner", "issued", "filed", "review_by", "drill_every"};
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++)
        json_put_str(o, keys[n], json_str(k->head->json, keys[n]));
    target_note(k, plan_head_owner(k->head));
}

/* Who signs it: whoever speaks for the target, then for its deputy. */
static json_t *signers(const struct sheet *k, const char *target)
{
    json_t *people = json_array();
    const char *deputy = site_post_deputy(k->site, target);
    speakers_put(k, people, target);
    if (deputy)
        speakers_put(k, people, deputy);
    return people;
}

static json_t *reports(struct sheet *k)
{
    json_t *list = json_array();
    for (enum report_kind kind = REPORT_INITIAL; kind < REPORT_KINDS; kind++) {
        const struct report_head *r = plan_head_report(k->head, kind);
        if (!r)
            continue;
        json_t *one = json_put_str(json_object(), "kind", report_kind_name(kind));
        json_put(one, "people", signers(k, r->sign));
        json_put(one, "writers", speakers(k, r->by));
        target_note(k, r->by);
        target_note(k, r->sign);
        targets_note(k, r->to);
        json_array_append_new(list, one);
    }
    return list;
}

/* Who may give the orders that are about no level. */
static json_t *rights(struct sheet *k)
{
    static const char *const orders[] = {"declare", "issue", "publish", "merge", "split"};
    json_t *o = json_object();
    for (size_t n = 0; n < sizeof orders / sizeof *orders; n++)
        json_put(o, orders[n], orderers(k, orders[n]));
    return o;
}

json_t *plan_sheet(const struct plan_head *h, const struct site *s, wall_ms at)
{
    struct sheet k = {.head = h, .site = s, .at = at, .targets = site_department_names(s)};
    json_t *o = json_object();
    json_put(o, "principles", json_share(plan_head_principles(h)));
    json_put(o, "basis", json_share(plan_head_basis(h)));
    upkeep_put(&k, o);
    json_put(o, "facts", facts(&k));
    json_put(o, "stations", stations(&k));
    json_put(o, "levels", levels(&k));
    json_put(o, "ends", orderers(&k, "terminate"));
    json_put(o, "criteria", criteria(&k));
    json_put(o, "measures", measures(&k));
    json_put(o, "reports", reports(&k));
    json_put(o, "rights", rights(&k));
    return json_put(o, "targets", k.targets);
}
