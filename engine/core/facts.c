/* Reported values against the types of a head (facts_check). */
#include "core/head_data.h"

#include "base/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One report being read. */
struct report {
    const struct plan_head *head;
    const struct site *site;
    json_t *list; /* occurrences so far */
    size_t values;
    struct facts_error *error;
};

void facts_error_done(struct facts_error *e)
{
    free(e->field);
    *e = (struct facts_error){0};
}

/* ---- refusing ---- */

/* The place: "fields", and up to three names below it; NULL ends them. */
struct place {
    const char *name[3];
};

static char *place_text(const struct place *p)
{
    struct text t = {0};
    text_add(&t, "fields");
    for (int i = 0; i < 3 && p->name[i]; i++)
        text_addf(&t, ".%s", p->name[i]);
    return text_take(&t);
}

static enum err refuse(struct report *rep, enum code code, const struct place *at, const char *near,
                       const char *fmt, ...) PRINTF_LIKE(5, 6);

static enum err refuse(struct report *rep, enum code code, const struct place *at, const char *near,
                       const char *fmt, ...)
{
    struct facts_error *e = rep->error;
    e->code = code;
    e->field = place_text(at);
    e->near = near;
    char sentence[WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof(sentence), fmt, args);
    va_end(args);
    if (near)
        why_set(&e->why, ERR_INVALID, "%s; did you mean \"%s\"?", sentence, near);
    else
        why_set(&e->why, ERR_INVALID, "%s", sentence);
    return code_err(code);
}

/* ---- values ---- */

static enum err value_time(struct report *rep, const struct place *at, const json_t *value,
                           json_t **ret)
{
    wall_ms ms;
    char text[RFC3339_TEXT];
    if (!json_is_string(value) || json_holds_nul(value) ||
        !rfc3339_parse(json_string_value(value), &ms))
        return refuse(rep, CODE_BAD_FIELD, at, NULL,
                      "a time is written \"2026-07-20T02:00:00Z\" or with \"+08:00\"");
    *ret = json_string(rfc3339(ms, text));
    return ERR_OK;
}

static enum err value_text(struct report *rep, const struct place *at, const json_t *value,
                           json_t **ret)
{
    if (!json_is_string(value) || json_holds_nul(value))
        return refuse(rep, CODE_BAD_FIELD, at, NULL, "a text is wanted, in quotes and without NUL");
    if (json_string_length(value) > FACT_TEXT_BYTES_MAX)
        return refuse(rep, CODE_BAD_FIELD, at, NULL, "the text is longer than %d bytes; shorten it",
                      FACT_TEXT_BYTES_MAX);
    *ret = json_deep_copy(value);
    return ERR_OK;
}

/* One value of a type, counted; gives a normal form of it. */
static enum err value_check(struct report *rep, const struct place *at, enum fact_type type,
                            const json_t *value, json_t **ret)
{
    static const struct place top = {0};
    if (++rep->values > FACT_VALUES_MAX)
        return refuse(rep, CODE_LIMIT, &top, NULL, "more than %d values in one report; send two",
                      FACT_VALUES_MAX);
    switch (type) {
    case FACT_NUMBER:
        if (!json_is_number(value))
            return refuse(rep, CODE_BAD_FIELD, at, NULL, "a number is wanted, without quotes");
        *ret = json_deep_copy(value);
        return ERR_OK;
    case FACT_BOOLEAN:
        if (!json_is_boolean(value))
            return refuse(rep, CODE_BAD_FIELD, at, NULL, "true or false is wanted, without quotes");
        *ret = json_deep_copy(value);
        return ERR_OK;
    case FACT_TEXT:
        return value_text(rep, at, value, ret);
    case FACT_TIME:
        return value_time(rep, at, value, ret);
    case FACT_EVENT:
    case FACT_TYPES:
        break;
    }
    abort(); /* an event's fields, and all other facts, have a plain type */
}

/* ---- events ---- */

static const char *field_nearest(const struct fact *f, const char *name)
{
    const char **names = mem_new(f->fields_count + 1, sizeof(*names));
    for (size_t i = 0; i < f->fields_count; i++)
        names[i] = f->fields[i].name;
    const char *near = text_nearest(name, names);
    free(names);
    return near;
}

static enum err event_check(struct report *rep, const struct fact *f, const json_t *value,
                            json_t **ret)
{
    struct place at = {{f->name}};
    if (!json_is_object(value))
        return refuse(rep, CODE_BAD_FIELD, &at, NULL,
                      "%s is an event: a table of its fields, with \"%s\" in it", f->name, f->key);
    if (!json_at(value, f->key)) {
        at.name[1] = f->key;
        return refuse(rep, CODE_BAD_FIELD, &at, NULL,
                      "\"%s\" is missing; it tells one %s from another", f->key, f->name);
    }

    AUTO_JSON(event);
    event = json_object();
    const char **names = json_keys(value, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; names[i] && !e; i++) {
        size_t k = 0;
        while (k < f->fields_count && strcmp(f->fields[k].name, names[i]) != 0)
            k++;
        at.name[1] = names[i];
        json_t *one = NULL;
        if (k == f->fields_count)
            e = refuse(rep, CODE_UNKNOWN_FIELD, &at, field_nearest(f, names[i]),
                       "the event %s has no field \"%s\"", f->name, names[i]);
        else
            e = value_check(rep, &at, f->fields[k].type, json_at(value, names[i]), &one);
        if (!e)
            json_put(event, names[i], one);
    }
    free(names);
    if (!e)
        *ret = json_incref(event);
    return e;
}

/* ---- the report ---- */

static void occurrence_add(struct report *rep, const char *name, const char *station,
                           json_t *takes_value)
{
    json_t *one = json_put_str(json_object(), "name", name);
    json_put(one, "station", station ? json_string(station) : json_null());
    json_put(one, "value", takes_value);
    if (json_array_append_new(rep->list, one) != 0)
        abort();
}

/* The nearest of the head's facts and the site's stations. */
static const char *name_nearest(const struct report *rep, const char *name)
{
    const json_t *facts = json_at(rep->head->json, "facts");
    const char *near = form_nearest(facts, name);
    return near ? near : form_nearest(rep->site ? site_stations(rep->site) : NULL, name);
}

static enum err of_incident(struct report *rep, const struct fact *f, const json_t *value)
{
    const struct place at = {{f->name}};
    json_t *normal = NULL;
    if (f->per)
        return refuse(rep, CODE_BAD_FIELD, &at, NULL,
                      "%s is reported for a %s: {\"STATION\":{\"%s\":…}}", f->name, f->per,
                      f->name);
    enum err e = f->type == FACT_EVENT ? event_check(rep, f, value, &normal)
                                       : value_check(rep, &at, f->type, value, &normal);
    if (!e)
        occurrence_add(rep, f->name, NULL, normal);
    return e;
}

static enum err of_station_fact(struct report *rep, const char *station, const char *kind,
                                const char *name, const json_t *value)
{
    const struct place at = {{station, name}};
    const struct fact *f = plan_head_fact(rep->head, name);
    if (!f)
        return refuse(rep, CODE_UNKNOWN_FIELD, &at,
                      form_nearest(json_at(rep->head->json, "facts"), name),
                      "the plan %s has no fact \"%s\"", rep->head->name, name);
    if (!f->per)
        return refuse(rep, CODE_BAD_FIELD, &at, NULL,
                      "%s is not reported for a station; put it beside \"%s\", not into it", name,
                      station);
    if (strcmp(f->per, kind) != 0)
        return refuse(rep, CODE_BAD_FIELD, &at, NULL, "%s is reported for a %s; %s is a %s", name,
                      f->per, station, kind);
    json_t *normal = NULL;
    enum err e = value_check(rep, &at, f->type, value, &normal);
    if (!e)
        occurrence_add(rep, f->name, station, normal);
    return e;
}

static enum err of_station(struct report *rep, const char *station, const char *kind,
                           const json_t *values)
{
    const struct place at = {{station}};
    if (!json_is_object(values))
        return refuse(rep, CODE_BAD_FIELD, &at, NULL,
                      "%s is a station: a table of its facts is wanted", station);
    const char **names = json_keys(values, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; names[i] && !e; i++)
        e = of_station_fact(rep, station, kind, names[i], json_at(values, names[i]));
    free(names);
    return e;
}

static enum err of_name(struct report *rep, const char *name, const json_t *value)
{
    const struct place at = {{name}};
    const struct fact *f = plan_head_fact(rep->head, name);
    if (f)
        return of_incident(rep, f, value);
    const char *kind = rep->site ? site_station_kind(rep->site, name) : NULL;
    if (kind)
        return of_station(rep, name, kind, value);
    return refuse(rep, CODE_UNKNOWN_FIELD, &at, name_nearest(rep, name),
                  "the plan %s has no fact \"%s\", and the site no station of that name",
                  rep->head->name, name);
}

enum err facts_check(const struct plan_head *h, const struct site *site, const json_t *fields,
                     json_t **ret, struct facts_error *error)
{
    AUTO_JSON(list);
    list = json_array();
    struct report rep = {.head = h, .site = site, .list = list, .error = error};
    static const struct place top = {0};
    if (fields && !json_is_object(fields))
        return refuse(&rep, CODE_BAD_FIELD, &top, NULL, "fields is a table: {\"FACT\":value}");

    const char **names = json_keys(fields, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; names[i] && !e; i++)
        e = of_name(&rep, names[i], json_at(fields, names[i]));
    free(names);
    if (!e)
        *ret = json_incref(list);
    return e;
}
