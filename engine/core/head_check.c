/* All that can be wrong with a head, found in its JSON before anything is built of it. */
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- facts ---- */

bool fact_built_in(const char *name)
{
    static const char *const names[] = {
        "answer",  "closed",   "confirmed", "declined", "done",   "expired", "joined",  "order",
        "overdue", "rejected", "report",    "resolved", "silent", "stale",   "trigger", "update",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* A fact is a word of conditions and a member in Lua: letters, digits and _, no digit first. */
static bool fact_name_valid(const char *name)
{
    return form_id(name, false) && !strchr(name, '-') && !(name[0] >= '0' && name[0] <= '9');
}

static void type_check(const json_t *table, const char *key, struct remarks *r)
{
    static const char *const types[] = {"number", "boolean", "text", "time", NULL};
    form_word(r, table, key, types, NULL);
}

static void event_check(const json_t *fact, struct remarks *r)
{
    static const char *const not_of_events[] = {"type", "per", "unit", "stale_after"};
    for (size_t i = 0; i < 4; i++)
        if (json_at(fact, not_of_events[i]))
            remark_error_at(r, not_of_events[i], "bad_value", NULL,
                            "an event has fields and a key, but no %s", not_of_events[i]);

    const json_t *fields = form_need(r, fact, "fields", "fields = { id = \"text\" }");
    const char *key = form_need(r, fact, "key", "key = \"id\"") ? form_str(r, fact, "key") : NULL;
    if (!fields)
        return;
    remark_enter(r, "fields");
    const char **names = json_keys(fields, NULL);
    form_table(r, fields, "fields");
    for (size_t i = 0; names[i]; i++) {
        if (!fact_name_valid(names[i]))
            remark_error_at(r, names[i], "bad_id", NULL,
                            "\"%s\" is no name of a field; use letters, digits and _", names[i]);
        type_check(fields, names[i], r);
    }
    free(names);
    remark_leave(r);
    if (key && !json_at(fields, key))
        remark_error_at(r, "key", "unknown_name", form_nearest(fields, key),
                        "key names a field of the event; there is no field \"%s\"", key);
}

static void per_check(const json_t *fact, const struct site *site, struct remarks *r)
{
    const char *per = form_str(r, fact, "per");
    if (!per || !site || site_has_station_kind(site, per))
        return;
    const json_t *stations = site_stations(site);
    const char **ids = json_keys(stations, NULL);
    size_t count = 0;
    const char **kinds = mem_new(json_object_size(stations) + 1, sizeof(*kinds));
    for (size_t i = 0; ids[i]; i++)
        kinds[count++] = json_str(json_at(stations, ids[i]), "kind");
    remark_error_at(r, "per", "unknown_name", text_nearest(per, kinds),
                    "the site has no station of the kind \"%s\"", per);
    free(kinds);
    free(ids);
}

static void fact_check(const char *name, const json_t *fact, const struct site *site,
                       struct remarks *r)
{
    static const struct form_key keys[] = {
        {"type", true},  {"unit", true},  {"per", true}, {"stale_after", true}, {"from", true},
        {"label", true}, {"event", true}, {"key", true}, {"fields", true},      {0},
    };
    if (!fact_name_valid(name))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is no name of a fact; use letters, digits and _, no digit first",
                     name);
    if (fact_built_in(name))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is a fact that the engine itself makes; take another name", name);
    if (site && site_station_kind(site, name))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is a station of the site, so that a report could mean both; take "
                     "another name",
                     name);
    if (!form_table(r, fact, "a fact") || !form_keys(r, fact, keys, "a fact"))
        return;

    if (json_at(fact, "label") && json_object_size(json_at(fact, "label")) > 0)
        form_words(r, fact, "label");
    site_check_targets(site, fact, "from", r);
    if (form_bool(r, fact, "event")) {
        event_check(fact, r);
        return;
    }
    if (json_at(fact, "key") || json_at(fact, "fields"))
        remark_error(r, "bad_value", NULL, "key and fields belong to an event; add event = true");
    if (form_need(r, fact, "type", "type = \"number\" (or boolean, text, time)"))
        type_check(fact, "type", r);
    form_str(r, fact, "unit");
    per_check(fact, site, r);
    form_duration(r, fact, "stale_after");
}

static void facts_table_check(const json_t *head, const struct site *site, struct remarks *r)
{
    const json_t *facts = json_at(head, "facts");
    if (!facts)
        return;
    remark_enter(r, "facts");
    const char **names = json_keys(facts, NULL);
    form_table(r, facts, "facts");
    for (size_t i = 0; names[i]; i++) {
        remark_enter(r, names[i]);
        fact_check(names[i], json_at(facts, names[i]), site, r);
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* ---- words with few values ---- */

static void choices_check(const json_t *head, struct remarks *r)
{
    static const char *const kinds[] = {"general", "special", "department", "standing", NULL};
    static const char *const categories[] = {"natural", "accident", "health", "security", NULL};
    static const char *const ends[] = {"order", "resolved", "done", NULL};
    static const char *const on_resolved[] = {"close", "propose", "note", NULL};

    form_word(r, head, "kind", kinds, NULL);
    form_word(r, head, "category", categories, NULL);
    form_word(r, head, "ends", ends, NULL);
    form_word(r, head, "on_resolved", on_resolved, NULL);
}

/* ---- the head ---- */

static const struct form_key head_keys[] = {
    {"title", true},
    {"kind", true},
    {"category", true},
    {"version", true},
    {"owner", true},
    {"starts_on", true},
    {"facts", true},
    {"fallback", true},
    {"ends", true},
    {"on_resolved", true},
    {"issued", true},
    {"filed", true},
    {"review_by", true},
    {"drill_every", true},
    {"basis", true},
    {"text", true},
    {"principles", true},
    {"parent_only", true},
    {"one_per", true},
    {"digest", true},
    {"levels", true},
    {"measures", true},
    {"reports", true},
    {"ends_when", true},
    {"reopen_within", true},
    {"auto", true},
    {"schedule", true},
    {"catalogue", true},
    {0},
};

static void fallback_check(const json_t *head, const struct site *site, struct remarks *r)
{
    if (json_at(head, "fallback"))
        site_check_rungs(site, head, "fallback", r);
    else
        remark_error(r, "no_fallback", NULL,
                     "the plan has no fallback: whom to call when its code cannot run; write "
                     "fallback = { { to = \"duty:duty-room\", within = \"5m\" } }");
}

bool plan_head_check(const char *name, const json_t *head, const struct site *site,
                     struct remarks *r)
{
    size_t errors = r->errors;
    if (!form_id(name, false))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is no name of a plan; use letters, digits, - and _, at most 64", name);
    if (!form_table(r, head, "the head of a plan"))
        return false;

    form_keys(r, head, head_keys, "the head of a plan");
    if (form_need(r, head, "title", "title = { zh = \"…\", en = \"…\" }"))
        form_words(r, head, "title");
    form_str(r, head, "version");
    form_str(r, head, "text");
    form_str(r, head, "catalogue");
    if (!json_at(head, "version"))
        remark_warning(r, "missing_key", NULL,
                       "version is missing; with it the record says which text was followed");
    if (json_is_array(json_at(head, "owner")))
        remark_error_at(r, "owner", "bad_target", NULL, "a plan has one owner");
    else
        site_check_targets(site, head, "owner", r);
    if (!json_at(head, "owner"))
        remark_warning(r, "missing_key", NULL,
                       "owner is missing; it is who is told when the plan has an error");
    choices_check(head, r);
    head_upkeep_check(head, r);
    starts_on_check(head, r);
    facts_table_check(head, site, r);
    head_levels_check(name, head, site, r);
    head_measures_check(head, site, r);
    head_family_check(head, r);
    head_schedule_check(head, site, r);
    head_reports_check(head, site, r);
    fallback_check(head, site, r);
    return r->errors == errors;
}
