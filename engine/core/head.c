#include "core/head_data.h"

#include "base/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const fact_types[] = {
    [FACT_NUMBER] = "number", [FACT_BOOLEAN] = "boolean", [FACT_TEXT] = "text",
    [FACT_TIME] = "time",     [FACT_EVENT] = "event",
};

enum fact_type fact_type_parse(const char *name)
{
    for (enum fact_type t = FACT_NUMBER; t < FACT_EVENT; t++)
        if (name && strcmp(fact_types[t], name) == 0)
            return t;
    return FACT_TYPES;
}

const char *fact_type_name(enum fact_type type)
{
    assert(type < FACT_TYPES);
    return fact_types[type];
}

/* ---- building: of a head that plan_head_check has found good ---- */

static void build_event(struct fact *f, const json_t *v)
{
    const json_t *fields = json_at(v, "fields");
    const char **names = json_keys(fields, &f->fields_count);
    f->type = FACT_EVENT;
    f->key = json_str(v, "key");
    f->fields = mem_new(f->fields_count, sizeof(*f->fields));
    for (size_t i = 0; names[i]; i++)
        f->fields[i] = (struct fact_field){names[i], fact_type_parse(json_str(fields, names[i]))};
    free(names);
}

static void build_facts(struct plan_head *h, const json_t *table)
{
    const char **names = json_keys(table, &h->facts_count);
    h->facts = mem_new(h->facts_count, sizeof(*h->facts));
    for (size_t i = 0; names[i]; i++) {
        const json_t *v = json_at(table, names[i]);
        struct fact *f = &h->facts[i];
        *f = (struct fact){.name = names[i],
                           .type = fact_type_parse(json_str(v, "type")),
                           .per = json_str(v, "per"),
                           .unit = json_str(v, "unit"),
                           .from = json_str(v, "from"),
                           .label = json_at(v, "label")};
        if (json_at(v, "stale_after") &&
            !duration_parse(json_str(v, "stale_after"), true, &f->stale_after_ms))
            f->stale_after_ms = 0;
        if (json_bool(v, "event"))
            build_event(f, v);
    }
    free(names);
}

enum err plan_head_read(const char *name, const json_t *value, const struct site *site,
                        struct remarks *r, struct plan_head **ret)
{
    if (!plan_head_check(name, value, site, r))
        return ERR_INVALID;

    struct plan_head *h = mem_new(1, sizeof(*h));
    h->refs = 1;
    h->name = mem_str(name);
    h->json = json_deep_copy(value);
    if (!h->json)
        abort();
    h->fallback = rungs_timed(json_at(h->json, "fallback"));
    build_facts(h, json_at(h->json, "facts"));
    head_levels_build(h);
    head_measures_build(h);
    head_reports_build(h);
    head_schedule_build(h);
    *ret = h;
    return ERR_OK;
}

/* ---- references ---- */

struct plan_head *plan_head_ref(struct plan_head *h)
{
    __atomic_add_fetch(&h->refs, 1, __ATOMIC_RELAXED);
    return h;
}

void plan_head_unref(struct plan_head *h)
{
    if (!h)
        return;
    int left = __atomic_sub_fetch(&h->refs, 1, __ATOMIC_ACQ_REL);
    assert(left >= 0);
    if (left > 0)
        return;
    for (size_t i = 0; i < h->facts_count; i++)
        free(h->facts[i].fields);
    free(h->facts);
    head_levels_free(h);
    free(h->measures);
    free(h->occasions);
    free(h->name);
    json_decref(h->fallback);
    json_decref(h->json);
    free(h);
}

/* ---- what it says ---- */

const char *plan_head_name(const struct plan_head *h)
{
    return h->name;
}

const char *plan_head_title(const struct plan_head *h, const char *lang, const char *otherwise)
{
    return words_in(json_at(h->json, "title"), lang, otherwise);
}

const char *plan_head_kind(const struct plan_head *h)
{
    return json_str_or(h->json, "kind", "special");
}

const char *plan_head_category(const struct plan_head *h)
{
    return json_str(h->json, "category");
}

const char *plan_head_version(const struct plan_head *h)
{
    return json_str(h->json, "version");
}

const char *plan_head_owner(const struct plan_head *h)
{
    return json_str(h->json, "owner");
}

const char *plan_head_ends(const struct plan_head *h)
{
    return json_str_or(h->json, "ends", plan_head_has_levels(h) ? "order" : "done");
}

const char *plan_head_on_resolved(const struct plan_head *h)
{
    return json_str_or(h->json, "on_resolved", plan_head_has_levels(h) ? "propose" : "close");
}

json_t *plan_head_fallback(const struct plan_head *h)
{
    return h->fallback;
}

static int fact_by_name(const void *key, const void *item)
{
    const struct fact *f = item;
    return strcmp(key, f->name);
}

const struct fact *plan_head_fact(const struct plan_head *h, const char *name)
{
    return h->facts_count ? bsearch(name, h->facts, h->facts_count, sizeof(*h->facts), fact_by_name)
                          : NULL;
}

const struct fact *plan_head_fact_at(const struct plan_head *h, size_t index)
{
    return index < h->facts_count ? &h->facts[index] : NULL;
}
