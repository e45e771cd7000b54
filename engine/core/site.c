#include "core/site_data.h"

#include "base/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables ---- */

static int by_id(const void *key, const void *item)
{
    const char *const *id = item;
    return strcmp(key, *id);
}

const void *site_find(const void *at, size_t count, size_t size, const char *id)
{
    return count ? bsearch(id, at, count, size, by_id) : NULL;
}

/* ---- building: of a site that site_check has found good ---- */

static char *words_and_target(const char *words, const char *kind, const char *id)
{
    struct text t = {0};
    text_addf(&t, "%s, %s:%s", words, kind, id);
    return text_take(&t);
}

/* The endpoint of a contact "sms:@", as it stands in the table of endpoints. */
static const char *contact_endpoint(const struct site *s, const json_t *contact)
{
    AUTO_TEXT(name);
    const char *value = json_string_value(contact);
    text_add_bytes(&name, value, strcspn(value, ":"));
    const struct endpoint *e = site_endpoint(s, text_str(&name));
    assert(e);
    return e->name;
}

/* A channel in one of its ways is found as "twilio/sms" (core/channel.h). */
static const char *endpoint_channel(json_t *v)
{
    AUTO_TEXT(name);
    if (!json_str(v, "as"))
        return json_str(v, "channel");
    text_addf(&name, "%s/%s", json_str(v, "channel"), json_str(v, "as"));
    json_put_str(v, "channel", text_str(&name));
    return json_str(v, "channel");
}

static void build_endpoints(struct site *s, const json_t *table)
{
    const char **ids = json_keys(table, &s->endpoints_count);
    s->endpoints = mem_new(s->endpoints_count, sizeof(*s->endpoints));
    for (size_t i = 0; ids[i]; i++) {
        const json_t *v = json_at(table, ids[i]);
        struct endpoint *e = &s->endpoints[i];
        e->name = ids[i];
        e->channel = endpoint_channel(json_unconst(v));
        e->secret = json_str(v, "secret");
        e->as = json_str(v, "as");
        e->allow = json_object_get(v, "allow");
        e->at_once = (int)json_int(v, "at_once", AT_ONCE_DEFAULT);
        e->drill = json_bool(v, "drill");
        e->probe_ms = json_is_false(json_at(v, "probe")) ? 0 : PROBE_DEFAULT_MS;
        if (json_str(v, "probe"))
            (void)duration_parse(json_str(v, "probe"), false, &e->probe_ms);
        if (json_str(v, "rate") && !form_rate(json_str(v, "rate"), &e->rate_count, &e->rate_ms))
            e->rate_count = 0;
    }
    free(ids);
}

static void build_people(struct site *s, const json_t *table)
{
    const char **ids = json_keys(table, &s->people_count);
    s->people = mem_new(s->people_count, sizeof(*s->people));
    for (size_t i = 0; ids[i]; i++) {
        const json_t *v = json_at(table, ids[i]), *contacts = json_at(v, "contacts");
        struct person *p = &s->people[i];
        p->id = ids[i];
        p->name = json_str(v, "name");
        p->lang = json_str(v, "lang");
        p->drill = json_bool(v, "drill");
        p->left_at = site_left_at(json_str_or(s->json, "zone", "UTC"), json_str(v, "left"));
        p->endpoints = mem_new(json_array_size(contacts) + 1, sizeof(*p->endpoints));
        for (size_t k = 0; k < json_array_size(contacts); k++)
            p->endpoints[k] = contact_endpoint(s, json_array_get(contacts, k));
    }
    free(ids);
}

static void build_departments(struct site *s, const json_t *table)
{
    const char **ids = json_keys(table, &s->departments_count);
    s->departments = mem_new(s->departments_count, sizeof(*s->departments));
    for (size_t i = 0; ids[i]; i++) {
        const json_t *v = json_at(table, ids[i]);
        struct department *d = &s->departments[i];
        struct text target = {0};
        text_addf(&target, "dept:%s", ids[i]);
        d->id = ids[i];
        d->target = text_take(&target);
        d->name = words_in(json_at(v, "name"), s->lang, NULL);
        d->words = words_and_target(d->name, "dept", ids[i]);
        d->duty = json_str(v, "duty");
        d->head = json_str(v, "head");
        d->backup = json_str(v, "backup");
        d->drill = json_bool(v, "drill");
        d->endpoints = mem_new(3, sizeof(*d->endpoints));
        size_t ways = 0;
        if (json_at(v, "duty_phone"))
            d->endpoints[ways++] = contact_endpoint(s, json_at(v, "duty_phone"));
        if (json_at(v, "endpoint"))
            d->endpoints[ways] = site_endpoint(s, json_str(v, "endpoint"))->name;
    }
    free(ids);
}

static void build_posts(struct site *s, const json_t *table)
{
    const char **ids = json_keys(table, &s->posts_count);
    s->posts = mem_new(s->posts_count, sizeof(*s->posts));
    for (size_t i = 0; ids[i]; i++) {
        const json_t *v = json_at(table, ids[i]), *title = json_at(v, "title");
        const char *words = title ? words_in(title, s->lang, NULL) : ids[i];
        AUTO_TEXT(deputy);
        text_addf(&deputy, "%s%s", words, strcmp(s->lang, "zh") == 0 ? " B角" : ", deputy");
        s->posts[i] =
            (struct post){.id = ids[i],
                          .holder = json_str(v, "holder"),
                          .deputy = json_str(v, "deputy"),
                          .words = words_and_target(words, "post", ids[i]),
                          .deputy_words = words_and_target(text_str(&deputy), "post", ids[i])};
    }
    free(ids);
}

static void build_groups(struct site *s, const json_t *table)
{
    const char **ids = json_keys(table, &s->groups_count);
    s->groups = mem_new(s->groups_count, sizeof(*s->groups));
    for (size_t i = 0; ids[i]; i++) {
        struct text words = {0};
        text_addf(&words, "group:%s", ids[i]);
        s->groups[i] = (struct group){
            .id = ids[i], .words = text_take(&words), .members = json_at(table, ids[i])};
    }
    free(ids);
}

enum err site_read(const json_t *value, struct remarks *r, struct site **ret)
{
    if (!site_check(value, r))
        return ERR_INVALID;

    struct site *s = mem_new(1, sizeof(*s));
    s->refs = 1;
    s->json = json_deep_copy(value);
    if (!s->json)
        abort();
    const json_t *languages = json_at(s->json, "languages");
    s->lang = languages ? json_string_value(json_array_get(languages, 0)) : "zh";
    s->fallback = rungs_timed(json_at(s->json, "fallback"));
    build_endpoints(s, json_at(s->json, "endpoints"));
    build_people(s, json_at(s->json, "people"));
    build_departments(s, json_at(s->json, "departments"));
    build_posts(s, json_at(s->json, "posts"));
    calendars_build(s->json, &s->calendars);
    rosters_build(s);
    build_groups(s, json_at(s->json, "groups"));
    *ret = s;
    return ERR_OK;
}

/* ---- references ---- */

struct site *site_ref(struct site *s)
{
    __atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
    return s;
}

static void site_free(struct site *s)
{
    for (size_t i = 0; i < s->people_count; i++)
        free(s->people[i].endpoints);
    for (size_t i = 0; i < s->departments_count; i++) {
        free(s->departments[i].target);
        free(s->departments[i].words);
        free(s->departments[i].endpoints);
    }
    for (size_t i = 0; i < s->posts_count; i++) {
        free(s->posts[i].words);
        free(s->posts[i].deputy_words);
    }
    for (size_t i = 0; i < s->rosters_count; i++)
        roster_done(&s->rosters[i]);
    calendars_done(&s->calendars);
    free(s->changes);
    for (size_t i = 0; i < s->groups_count; i++)
        free(s->groups[i].words);
    free(s->endpoints);
    free(s->people);
    free(s->departments);
    free(s->posts);
    free(s->rosters);
    free(s->groups);
    json_decref(s->fallback);
    json_decref(s->json);
    free(s);
}

void site_unref(struct site *s)
{
    if (!s)
        return;
    int left = __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL);
    assert(left >= 0);
    if (left == 0)
        site_free(s);
}

/* ---- what it says ---- */

bool site_tabletop_sends(const struct site *s)
{
    return !strcmp(json_str_or(s->json, "tabletop", "show"), "send");
}

const char *site_language(const struct site *s)
{
    return s->lang;
}

const json_t *site_languages(const struct site *s)
{
    return json_at(s->json, "languages");
}

const char *site_name(const struct site *s, const char *lang)
{
    return words_in(json_at(s->json, "name"), lang, s->lang);
}

const char *site_zone(const struct site *s)
{
    return json_str_or(s->json, "zone", "UTC");
}

json_t *site_fallback(const struct site *s)
{
    return s->fallback;
}

const char *site_self_alarm_text(const struct site *s, const char *lang)
{
    return words_in(json_at(json_at(s->json, "self_alarm"), "text"), lang, s->lang);
}

const json_t *site_self_alarm_to(const struct site *s)
{
    return json_at(json_at(s->json, "self_alarm"), "to");
}

const struct endpoint *site_endpoint(const struct site *s, const char *name)
{
    return site_find(s->endpoints, s->endpoints_count, sizeof(*s->endpoints), name);
}

const struct endpoint *site_endpoint_at(const struct site *s, size_t index)
{
    return index < s->endpoints_count ? &s->endpoints[index] : NULL;
}

const char *site_nearest_endpoint(const struct site *s, const char *name)
{
    return form_nearest(json_at(s->json, "endpoints"), name);
}

const char *site_nearest_person(const struct site *s, const char *id)
{
    return form_nearest(json_at(s->json, "people"), id);
}

bool site_person_at(const struct site *s, size_t index, struct rung_person *ret)
{
    if (index >= s->people_count)
        return false;
    const struct person *p = &s->people[index];
    *ret = (struct rung_person){.id = p->id, .name = p->name, .lang = p->lang};
    return true;
}

json_t *site_duty_phones(const struct site *s)
{
    json_t *list = json_array();
    const json_t *departments = json_at(s->json, "departments");
    const char **ids = json_keys(departments, NULL);
    for (size_t i = 0; ids[i]; i++) {
        const json_t *department = json_at(departments, ids[i]);
        const char *contact = json_str(department, "duty_phone");
        AUTO_TEXT(id);
        AUTO_TEXT(endpoint);
        if (!contact)
            continue;
        text_addf(&id, "dept:%s", ids[i]);
        text_add_bytes(&endpoint, contact, strcspn(contact, ":"));
        json_t *one = json_put_str(json_object(), "person", text_str(&id));
        json_put_str(one, "name",
                     words_in(json_at(department, "name"), site_language(s), site_language(s)));
        json_array_append_new(list, json_put_str(one, "endpoint", text_str(&endpoint)));
    }
    free(ids);
    return list;
}

const json_t *site_stations(const struct site *s)
{
    return json_at(s->json, "stations");
}

const char *site_station_id(const struct site *s, const char *station)
{
    void *at = json_object_iter_at(json_unconst(site_stations(s)), station);
    return at ? json_object_iter_key(at) : NULL;
}

const char *site_station_kind(const struct site *s, const char *station)
{
    return json_str(json_at(site_stations(s), station), "kind");
}

bool site_has_station_kind(const struct site *s, const char *kind)
{
    const json_t *stations = site_stations(s);
    const char **ids = json_keys(stations, NULL);
    bool found = false;
    for (size_t i = 0; ids[i] && !found; i++)
        found = strcmp(json_str_or(json_at(stations, ids[i]), "kind", ""), kind) == 0;
    free(ids);
    return found;
}

/* ---- targets and rungs, for those who have a site ---- */

enum err site_check_target(const struct site *s, const char *target, const char **ret_code,
                           char **ret_near, struct why *why)
{
    return target_check(s->json, target, ret_code, ret_near, why);
}

void site_check_targets(const struct site *s, const json_t *table, const char *key,
                        struct remarks *r)
{
    targets_check(s ? s->json : NULL, table, key, r);
}

void site_check_rungs(const struct site *s, const json_t *table, const char *key, struct remarks *r)
{
    rungs_check(s ? s->json : NULL, table, key, r);
}

json_t *rungs_timed(const json_t *rungs)
{
    json_t *timed = json_deep_copy(rungs);
    if (!timed)
        abort();
    for (size_t i = 0; i < json_array_size(timed); i++) {
        json_t *rung = json_array_get(timed, i);
        int64_t ms;
        if (duration_parse(json_str_or(rung, "within", ""), true, &ms))
            json_put_int(rung, "within_ms", ms);
    }
    return timed;
}

const json_t *site_deadline(const struct site *s, const char *name)
{
    return json_at(json_at(s->json, "deadlines"), name);
}

const char *site_nearest_deadline(const struct site *s, const char *name)
{
    return form_nearest(json_at(s->json, "deadlines"), name);
}

void site_target_words(const struct site *s, const char *target, const char *lang, struct text *to)
{
    static const struct {
        const char *kind, *table, *member;
    } names[] = {{"dept", "departments", "name"},
                 {"post", "posts", "title"},
                 {"duty", "rosters", "title"},
                 {"person", "people", "name"}};
    const char *colon = strchr(target, ':'), *words = "";
    for (size_t n = 0; colon && n < sizeof names / sizeof *names; n++) {
        if (strlen(names[n].kind) == (size_t)(colon - target) &&
            !strncmp(names[n].kind, target, strlen(names[n].kind)))
            words = words_in(
                json_at(json_at(json_at(s->json, names[n].table), colon + 1), names[n].member),
                lang, s->lang);
    }
    text_add(to, *words ? words : target);
}

void site_place_words(const struct site *s, const char *place, const char *lang, struct text *to)
{
    const char *words =
        words_in(json_at(json_at(json_at(s->json, "places"), place), "name"), lang, s->lang);
    text_add(to, *words ? words : place);
}
