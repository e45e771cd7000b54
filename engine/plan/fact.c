#include "plan/fact.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void facts_done(struct facts *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->list[i].text);
        free(f->list[i].names);
    }
    for (size_t i = 0; i < f->names_count; i++)
        free(f->names[i]);
    free(f->list);
    free(f->names);
    json_decref(f->newest);
    *f = (struct facts){0};
}

fact_name facts_name(struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->names_count; i++)
        if (strcmp(f->names[i], name) == 0)
            return (fact_name)i;
    f->names = mem_grow(f->names, &f->names_cap, f->names_count + 1, sizeof(*f->names));
    f->names[f->names_count] = mem_str(name);
    f->bytes += strlen(name) + 32;
    return (fact_name)f->names_count++;
}

const char *facts_name_text(const struct facts *f, fact_name name)
{
    assert(name < f->names_count);
    return f->names[name];
}

static bool has_name(const struct fact *fact, fact_name name)
{
    for (size_t i = 0; i < fact->names_count; i++)
        if (fact->names[i] == name)
            return true;
    return false;
}

void facts_add(struct facts *f, int64_t seq, const json_t *ev)
{
    const json_t *names = json_at(ev, "names");
    size_t count = json_array_size(names);
    struct text text = {0};

    assert(f->count == 0 || f->list[f->count - 1].seq < seq);
    f->list = mem_grow(f->list, &f->cap, f->count + 1, sizeof(*f->list));
    struct fact *fact = &f->list[f->count];
    *fact = (struct fact){.seq = seq};
    if (count > 0)
        fact->names = mem_new(count, sizeof(*fact->names));
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        fact_name id = name ? facts_name(f, name) : 0;

        if (name && !has_name(fact, id))
            fact->names[fact->names_count++] = id;
    }
    json_write(ev, &text);
    fact->text_len = text.len;
    fact->text = text_take(&text);
    f->count++;
    f->bytes += sizeof(*fact) + fact->text_len + count * sizeof(*fact->names) + 32;

    json_decref(f->newest);
    f->newest = json_share(ev);
}

struct fact_cursor facts_end(const struct facts *f)
{
    return (struct fact_cursor){.fact = f->count};
}

/* Gives the event of a fact. */
static json_t *read_event(const struct facts *f, size_t index)
{
    json_t *ev = NULL;
    struct why why;

    if (index + 1 == f->count)
        return json_incref(f->newest);
    if (json_read_own(f->list[index].text, f->list[index].text_len, &ev, &why))
        abort(); /* json_write made it */
    return ev;
}

bool facts_next(const struct facts *f, fact_name name, struct fact_cursor *c, json_t **ret)
{
    for (; c->fact < f->count; c->fact++, c->occurrence = 0) {
        if (!has_name(&f->list[c->fact], name))
            continue;

        AUTO_JSON(ev);
        ev = read_event(f, c->fact);
        json_t *payload = fact_payload(ev, f->names[name], c->occurrence);
        if (!payload)
            continue;
        c->occurrence++;
        *ret = payload;
        return true;
    }
    return false;
}

/* ---- what a plan sees ---- */

void fact_put_values(json_t *fields, const json_t *occurrences, bool events)
{
    for (size_t i = 0; i < json_array_size(occurrences); i++) {
        const json_t *one = json_array_get(occurrences, i);
        const char *name = json_str(one, "name");
        const char *station = json_str(one, "station");
        json_t *value = json_object_get(one, "value");
        json_t *to = fields;

        if (!name || !value || (json_is_object(value) && !events))
            continue;
        if (station) {
            to = json_object_get(fields, station);
            if (!json_is_object(to)) {
                to = json_object();
                json_put(fields, station, to);
            }
        }
        json_put(to, name, json_incref(value));
    }
}

static void put_if_absent(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);

    if (value && !json_object_get(to, key))
        json_put(to, key, json_incref(value));
}

static json_t *occurrence_payload(const json_t *ev, const json_t *one)
{
    const json_t *value = json_at(one, "value");
    json_t *payload = json_copy(json_unconst(json_is_object(value) ? value : one));

    put_if_absent(payload, ev, "at");
    put_if_absent(payload, ev, "by");
    return payload;
}

static json_t *update_payload(const json_t *ev)
{
    json_t *fields = json_object();
    json_t *payload = json_put(json_object(), "fields", fields);

    fact_put_values(fields, json_at(ev, "occurrences"), true);
    put_if_absent(payload, ev, "note");
    put_if_absent(payload, ev, "by");
    put_if_absent(payload, ev, "at");
    return payload;
}

static json_t *whole_payload(const json_t *ev)
{
    json_t *payload = json_copy(json_unconst(ev));

    if (json_at(ev, "joins"))
        json_object_del(payload, "occurrences"); /* "fields" says the same, as it was said */

    json_object_del(payload, "names");
    json_object_del(payload, "steps");
    return payload;
}

json_t *fact_payload(const json_t *ev, const char *name, size_t n)
{
    const json_t *occurrences = json_at(ev, "occurrences");
    size_t at = 0;

    for (size_t i = 0; i < json_array_size(occurrences); i++) {
        const json_t *one = json_array_get(occurrences, i);

        if (strcmp(json_str_or(one, "name", ""), name) == 0 && at++ == n)
            return occurrence_payload(ev, one);
    }
    if (at > 0 || n > 0)
        return NULL;
    return strcmp(name, "update") == 0 ? update_payload(ev) : whole_payload(ev);
}
