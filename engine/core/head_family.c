#include "core/head_family.h"

#include "base/time.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

static const char *const plain[] = {"kind", "source", "event", "key", NULL};
static const char *const tables[] = {"place", "labels", "fields", NULL};

static bool listed(const char *const *list, const char *word, size_t len)
{
    for (; *list; list++) {
        if (strlen(*list) == len && !memcmp(*list, word, len))
            return true;
    }
    return false;
}

/* ---- checking ---- */

/* "fields.NAME" must be a fact of the incident: of which station it would be is not said. */
static void field_check(const json_t *head, const char *name, struct remarks *r)
{
    const json_t *facts = json_at(head, "facts"), *fact = json_at(facts, name);
    if (!fact)
        remark_error(r, "unknown_name", form_nearest(facts, name), "there is no fact \"%s\"", name);
    else if (json_at(fact, "per") || json_bool(fact, "event"))
        remark_error(r, "bad_value", NULL,
                     "fields.%s: a fact of stations, or an event, has many values; take one of the "
                     "incident",
                     name);
}

static void value_check(const json_t *head, const json_t *value, struct remarks *r)
{
    const char *path = json_string_value(value), *dot = path ? strchr(path, '.') : NULL;
    if (path && !dot && listed(plain, path, strlen(path)))
        return;
    if (!dot || !dot[1] || !listed(tables, path, (size_t)(dot - path)))
        remark_error(r, "bad_value", NULL,
                     "one_per names values of triggers: kind, source, event, key, \"place.NAME\", "
                     "\"labels.NAME\" or \"fields.NAME\"");
    else if (!strncmp(path, "fields.", 7))
        field_check(head, dot + 1, r);
}

static void one_per_check(const json_t *head, struct remarks *r)
{
    if (!json_at(head, "one_per"))
        return;
    const json_t *list = form_names(r, head, "one_per", "values: { \"place.district\" }");
    remark_enter(r, "one_per");
    for (size_t n = 0; n < json_array_size(list); n++) {
        remark_enter_at(r, n);
        value_check(head, json_array_get(list, n), r);
        remark_leave(r);
    }
    remark_leave(r);
}

void head_family_check(const json_t *head, struct remarks *r)
{
    one_per_check(head, r);
    form_duration(r, head, "digest");
    form_duration(r, head, "reopen_within");
    if (json_at(head, "digest") && !json_at(head, "one_per"))
        remark_error_at(r, "digest", "missing_key", NULL,
                        "digest gathers triggers that join; say which do: one_per = { "
                        "\"labels.service\" }");
    if (!form_bool(r, head, "parent_only"))
        return;
    static const char *const of_triggers[] = {"starts_on", "one_per", "digest"};
    for (size_t n = 0; n < sizeof of_triggers / sizeof *of_triggers; n++) {
        if (json_at(head, of_triggers[n]))
            remark_error_at(r, of_triggers[n], "bad_value", NULL,
                            "with parent_only no trigger opens the plan: leave out %s",
                            of_triggers[n]);
    }
}

/* ---- what it says ---- */

static int64_t duration_of(const json_t *table, const char *key)
{
    int64_t ms = 0;
    return duration_parse(json_str_or(table, key, ""), true, &ms) ? ms : 0;
}

/* The value of "place.district" or "kind"; NULL: the trigger has none. */
static const json_t *value_at(const json_t *trigger, const char *path)
{
    const char *dot = strchr(path, '.');
    AUTO_TEXT(table);
    if (!dot)
        return json_at(trigger, path);
    text_add_bytes(&table, path, (size_t)(dot - path));
    return json_at(json_at(trigger, text_str(&table)), dot + 1);
}

json_t *plan_head_same(const struct plan_head *h, const json_t *trigger)
{
    const json_t *paths = json_at(h->json, "one_per");
    if (!paths)
        return NULL;
    json_t *same = json_object();
    for (size_t n = 0; n < json_array_size(paths); n++) {
        const char *path = json_string_value(json_array_get(paths, n));
        const json_t *value = value_at(trigger, path);
        if (!value) {
            json_decref(same);
            return NULL;
        }
        json_put(same, path, json_share(value));
    }
    if (json_object_size(same))
        return same;
    json_decref(same);
    return NULL;
}

int64_t plan_head_digest_ms(const struct plan_head *h)
{
    return duration_of(h->json, "digest");
}

int64_t plan_head_reopen_within_ms(const struct plan_head *h)
{
    return duration_of(h->json, "reopen_within");
}

bool plan_head_parent_only(const struct plan_head *h)
{
    return json_bool(h->json, "parent_only");
}
