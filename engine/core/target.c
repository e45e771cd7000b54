/* Targets of a site: are they right (target_check), and who is it now (site_resolve)? */
#include "core/site_data.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the kinds ---- */

static const struct target_kind {
    const char *name;
    const char *table; /* of the site; NULL: not built yet */
    const char *noun;
} target_kinds[] = {
    {"person", "people", "person"}, {"duty", "rosters", "duty roster"},
    {"post", "posts", "post"},      {"dept", "departments", "department"},
    {"group", "groups", "group"},   {"role", NULL, "role"},
    {"seat", NULL, "seat"},
};

enum { TARGET_KINDS = sizeof(target_kinds) / sizeof(target_kinds[0]) };

static const struct target_kind *kind_of(const char *target)
{
    size_t len = strcspn(target, ":");
    if (!target[len])
        return NULL;
    for (size_t i = 0; i < TARGET_KINDS; i++)
        if (strlen(target_kinds[i].name) == len && memcmp(target_kinds[i].name, target, len) == 0)
            return &target_kinds[i];
    return NULL;
}

const char *target_id(const char *target, const char *kind)
{
    size_t len = strlen(kind);
    return target && strncmp(target, kind, len) == 0 && target[len] == ':' ? target + len + 1
                                                                           : NULL;
}

/* ---- checking ---- */

static char *near_target(const char *kind, const char *id)
{
    struct text t = {0};
    text_addf(&t, "%s:%s", kind, id);
    return text_take(&t);
}

/* A target of any kind whose id is this one, or near to it. NULL: none. */
static char *near_of_any_kind(const json_t *site, const char *id)
{
    for (size_t i = 0; i < TARGET_KINDS; i++)
        if (target_kinds[i].table && json_at(json_at(site, target_kinds[i].table), id))
            return near_target(target_kinds[i].name, id);
    for (size_t i = 0; i < TARGET_KINDS; i++) {
        if (!target_kinds[i].table)
            continue;
        const char *near = form_nearest(json_at(site, target_kinds[i].table), id);
        if (near)
            return near_target(target_kinds[i].name, near);
    }
    return NULL;
}

struct target_fault {
    const char *code;
    char *near;
    struct why why;
};

static enum err target_fault(const json_t *site, const char *target, struct target_fault *f)
{
    const struct target_kind *kind = kind_of(target);
    const char *colon = strchr(target, ':');
    const char *id = colon ? colon + 1 : target;

    if (strchr(target, '*')) {
        f->code = "wildcard";
        return why_set(&f->why, ERR_INVALID,
                       "\"%s\": a target has no wildcards; name a group of the site", target);
    }
    if (!kind) {
        f->code = "bad_target";
        f->near = near_of_any_kind(site, id);
        return why_set(
            &f->why, ERR_INVALID,
            "\"%s\" is no target; write person:, duty:, post:, dept: or group: and an id", target);
    }
    if (!strcmp(kind->name, "role")) {
        f->code = "bad_target";
        return why_set(&f->why, ERR_INVALID,
                       "\"%s\": a role is taken while a plan runs (assign), so that it stands in "
                       "bodies only; here name a person, a post, a department or a group",
                       target);
    }
    if (!strcmp(kind->name, "seat")) {
        f->code = "bad_target";
        return why_set(
            &f->why, ERR_INVALID,
            "\"%s\": a seat stands in the rungs of a call, whose \"to\" names the roster; "
            "here name duty: and the roster",
            target);
    }
    if (!form_id(id, strcmp(kind->name, "person") == 0)) {
        f->code = "bad_target";
        return why_set(&f->why, ERR_INVALID, "\"%s\": behind %s: stands an id of the site", target,
                       kind->name);
    }
    if (site && !json_at(json_at(site, kind->table), id)) {
        const char *near = form_nearest(json_at(site, kind->table), id);
        f->code = "unknown_name";
        f->near = near ? near_target(kind->name, near) : NULL;
        return why_set(&f->why, ERR_MISSING, "the site has no %s \"%s\"", kind->noun, id);
    }
    return ERR_OK;
}

enum err target_check(const json_t *site, const char *target, const char **ret_code,
                      char **ret_near, struct why *why)
{
    struct target_fault f = {0};
    enum err e = target_fault(site, target, &f);
    if (!e)
        return ERR_OK;
    *ret_code = f.code;
    if (f.near)
        why_set(why, e, "%s; did you mean \"%s\"?", f.why.text, f.near);
    else
        why_set(why, e, "%s", f.why.text);
    if (ret_near)
        *ret_near = f.near;
    else
        free(f.near);
    return e;
}

void target_check_value(const json_t *site, const json_t *value, struct remarks *r)
{
    if (!json_is_string(value) || json_holds_nul(value)) {
        remark_error(r, "bad_target", NULL,
                     "a target is a text like \"person:li.ming\" or \"duty:duty-room\"");
        return;
    }
    struct target_fault f = {0};
    if (target_fault(site, json_string_value(value), &f))
        remark_error(r, f.code, f.near, "%s", f.why.text);
    free(f.near);
}

void target_check_member(const json_t *site, const json_t *table, const char *key,
                         const char *kinds, struct remarks *r)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return;
    size_t errors = r->errors;
    remark_enter(r, key);
    target_check_value(site, value, r);
    if (r->errors == errors && kinds && !strstr(kinds, kind_of(json_string_value(value))->name))
        remark_error(r, "bad_target", NULL, "%s must be one of %s", key, kinds);
    remark_leave(r);
}

void targets_check(const json_t *site, const json_t *table, const char *key, struct remarks *r)
{
    const json_t *value = json_at(table, key);
    if (!json_is_array(value)) {
        target_check_member(site, table, key, NULL, r);
        return;
    }
    remark_enter(r, key);
    if (json_array_size(value) == 0)
        remark_error(r, "nobody", NULL, "%s has nobody in it; name at least one target", key);
    for (size_t i = 0; i < json_array_size(value); i++) {
        remark_enter_at(r, i);
        target_check_value(site, json_array_get(value, i), r);
        remark_leave(r);
    }
    remark_leave(r);
}

void rungs_check(const json_t *site, const json_t *table, const char *key, struct remarks *r)
{
    static const struct form_key keys[] = {{"to", true}, {"within", true}, {0}};
    const json_t *rungs = form_list(r, table, key, "rungs: { to = \"duty:…\", within = \"5m\" }");

    remark_enter(r, key);
    for (size_t i = 0; i < json_array_size(rungs); i++) {
        const json_t *rung = json_array_get(rungs, i);
        remark_enter_at(r, i);
        if (form_table(r, rung, "a rung") && form_keys(r, rung, keys, "a rung")) {
            if (form_need(r, rung, "to", "to = \"duty:duty-room\""))
                targets_check(site, rung, "to", r);
            if (form_need(r, rung, "within", "within = \"5m\""))
                form_duration(r, rung, "within");
        }
        remark_leave(r);
    }
    remark_leave(r);
}

/* ---- rungs ---- */

void rung_done(struct rung *r)
{
    free(r->at);
    *r = (struct rung){0};
}

void rungs_done(struct rungs *r)
{
    for (size_t i = 0; i < r->count; i++)
        rung_done(&r->at[i]);
    free(r->at);
    *r = (struct rungs){0};
}

static void rung_add(struct rung *r, const struct rung_person *p)
{
    r->at = mem_grow(r->at, &r->cap, r->count + 1, sizeof(*r->at));
    r->at[r->count++] = *p;
}

static bool rung_has(const struct rung *r, const char *id)
{
    for (size_t n = 0; n < r->count; n++) {
        if (!strcmp(r->at[n].id, id))
            return true;
    }
    return false;
}

static void rungs_add_one(struct rungs *r, const struct rung_person *p)
{
    r->at = mem_grow(r->at, &r->cap, r->count + 1, sizeof(*r->at));
    struct rung *rung = &r->at[r->count++];
    *rung = (struct rung){0};
    rung_add(rung, p);
}

/* ---- people ---- */

static const struct person *person_find(const struct site *s, const char *id)
{
    return site_find(s->people, s->people_count, sizeof(*s->people), id);
}

/* A department that is reached as such, by "dept:water"; NULL. */
static const struct department *phone_find(const struct site *s, const char *target)
{
    const char *id = target_id(target, "dept");
    const struct department *d =
        id ? site_find(s->departments, s->departments_count, sizeof(*s->departments), id) : NULL;
    return d && d->endpoints[0] ? d : NULL;
}

bool site_person(const struct site *s, const char *id, struct rung_person *ret)
{
    const struct person *p = person_find(s, id);
    if (p) {
        *ret = (struct rung_person){.id = p->id, .name = p->name, .lang = p->lang};
        return true;
    }
    const struct department *d = phone_find(s, id);
    if (d)
        *ret = (struct rung_person){.id = d->target, .name = d->name};
    return d != NULL;
}

/* How people are to be reached. */
struct how {
    const char *via;
    bool drill;
    wall_ms at; /* who is on duty then */
    bool alone; /* of a post whoever holds it, and no deputy */
};

static bool has_left(const struct person *p, const struct how *how)
{
    return p->left_at && how->at != AT_ANY_TIME && how->at >= p->left_at;
}

static bool endpoint_serves(const struct site *s, const char *name, const struct how *how)
{
    if (how->via && strcmp(how->via, name) != 0)
        return false;
    return !how->drill || site_endpoint(s, name)->drill;
}

static bool reachable(const struct site *s, const char *const *endpoints, bool drill,
                      const struct how *how)
{
    if (how->drill && !drill)
        return false;
    for (; *endpoints; endpoints++)
        if (endpoint_serves(s, *endpoints, how))
            return true;
    return false;
}

json_t *site_methods(const struct site *s, const char *id, const char *via, bool drill)
{
    const struct how how = {.via = via, .drill = drill};
    const struct person *p = person_find(s, id);
    const struct department *d = p ? NULL : phone_find(s, id);
    json_t *methods = json_array();
    if (!methods)
        abort();
    if ((!p && !d) || (drill && !(p ? p->drill : d->drill)))
        return methods;
    for (const char *const *e = p ? p->endpoints : d->endpoints; *e; e++)
        if (endpoint_serves(s, *e, &how) && json_array_append_new(methods, json_string(*e)) != 0)
            abort();
    return methods;
}

/* ---- resolving; words says how a person comes into it ---- */

static void resolve(const struct site *s, const char *target, const char *words,
                    const struct how *how, struct rungs *ret);

static void resolve_person(const struct site *s, const char *id, const char *words,
                           const struct how *how, struct rungs *ret)
{
    const struct person *p = person_find(s, id);
    if (p && !has_left(p, how) && reachable(s, p->endpoints, p->drill, how))
        rungs_add_one(ret, &(struct rung_person){p->id, p->name, p->lang, words});
}

/* Everybody who takes turns there, in one rung. */
static void resolve_turns(const struct site *s, const struct seat *seat, const struct how *how,
                          struct rungs *ret)
{
    struct rung all = {0};
    for (size_t n = 0; n < seat->people.count; n++) {
        const struct person *p = person_find(s, seat->people.at[n]);
        if (p && !has_left(p, how) && reachable(s, p->endpoints, p->drill, how) &&
            !rung_has(&all, p->id))
            rung_add(&all, &(struct rung_person){p->id, p->name, p->lang, seat->words});
    }
    if (!all.count)
        return;
    ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof(*ret->at));
    ret->at[ret->count++] = all;
}

static void resolve_seat(const struct site *s, const struct roster *roster, const struct seat *seat,
                         const struct how *how, struct rungs *ret)
{
    const char *person = NULL;
    if (how->at == AT_ANY_TIME)
        resolve_turns(s, seat, how, ret);
    else if ((person = seat_person(s, roster, seat, how->at, NULL)))
        resolve_person(s, person, seat->words, how, ret);
}

static void resolve_duty(const struct site *s, const char *id, const struct how *how,
                         struct rungs *ret)
{
    const struct roster *roster = site_roster(s, id);
    for (size_t i = 0; roster && i < roster->seats_count; i++)
        resolve_seat(s, roster, &roster->seats[i], how, ret);
}

/*
 * The holder, and the deputy as the next rung (A/B 角): the one who stands in, and nobody who
 * stands in for that one.
 */
static void resolve_post(const struct site *s, const char *id, const struct how *how,
                         struct rungs *ret)
{
    const struct post *post = site_find(s->posts, s->posts_count, sizeof(*s->posts), id);
    const struct how alone = {how->via, how->drill, how->at, true};
    size_t before = ret->count;
    if (!post)
        return;
    resolve(s, post->holder, post->words, &alone, ret);
    size_t deputies = ret->count;
    if (!how->alone && post->deputy)
        resolve(s, post->deputy, post->deputy_words, &alone, ret);
    if (ret->count > deputies && deputies > before &&
        !strcmp(ret->at[deputies].at[0].id, ret->at[before].at[0].id))
        rung_done(&ret->at[--ret->count]); /* who holds both is called once */
    for (; deputies > before && deputies < ret->count; deputies++)
        ret->at[deputies].deputy = true;
}

static void resolve_department(const struct site *s, const char *id, const struct how *how,
                               struct rungs *ret)
{
    const struct department *d =
        site_find(s->departments, s->departments_count, sizeof(*s->departments), id);
    if (!d)
        return;
    if (reachable(s, d->endpoints, d->drill, how))
        rungs_add_one(ret, &(struct rung_person){.id = d->target, .name = d->name});
    if (d->duty)
        resolve(s, d->duty, d->words, how, ret);
    if (d->head)
        resolve(s, d->head, d->words, how, ret);
    if (d->backup)
        resolve(s, d->backup, d->words, how, ret);
}

/* A rung that is being gathered from a group and the groups in it: nobody and no group twice. */
struct gathering {
    struct rung rung;
    bool *people; /* by place in the site's table; departments behind the people */
    bool *groups;
};

static void gather_person(const struct site *s, const struct rung_person *who, struct gathering *g)
{
    const struct person *p = person_find(s, who->id);
    size_t place = p ? (size_t)(p - s->people)
                     : s->people_count + (size_t)(phone_find(s, who->id) - s->departments);
    if (!g->people[place])
        rung_add(&g->rung, who);
    g->people[place] = true;
}

static void gather_group(const struct site *s, const char *id, const struct how *how,
                         struct gathering *g)
{
    const struct group *group = site_find(s->groups, s->groups_count, sizeof(*s->groups), id);
    if (!group || g->groups[group - s->groups])
        return;
    g->groups[group - s->groups] = true;

    for (size_t i = 0; i < json_array_size(group->members); i++) {
        const char *member = json_string_value(json_array_get(group->members, i));
        const char *inner = target_id(member, "group");
        if (inner) {
            gather_group(s, inner, how, g);
            continue;
        }
        struct rungs found = {0};
        resolve(s, member, group->words, how, &found);
        for (size_t k = 0; found.count && k < found.at[0].count; k++)
            gather_person(s, &found.at[0].at[k], g);
        rungs_done(&found);
    }
}

static void resolve_group(const struct site *s, const char *id, const struct how *how,
                          struct rungs *ret)
{
    struct gathering g = {
        .people = mem_new(s->people_count + s->departments_count, sizeof(*g.people)),
        .groups = mem_new(s->groups_count, sizeof(*g.groups)),
    };
    gather_group(s, id, how, &g);
    free(g.people);
    free(g.groups);
    if (g.rung.count == 0)
        return;
    ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof(*ret->at));
    ret->at[ret->count++] = g.rung;
}

static void resolve(const struct site *s, const char *target, const char *words,
                    const struct how *how, struct rungs *ret)
{
    const char *id;
    if ((id = target_id(target, "person")))
        resolve_person(s, id, words, how, ret);
    else if ((id = target_id(target, "duty")))
        resolve_duty(s, id, how, ret);
    else if ((id = target_id(target, "post")))
        resolve_post(s, id, how, ret);
    else if ((id = target_id(target, "dept")))
        resolve_department(s, id, how, ret);
    else if ((id = target_id(target, "group")))
        resolve_group(s, id, how, ret);
}

void site_resolve(const struct site *s, const json_t *to, const char *via, bool drill, wall_ms at,
                  struct rungs *ret)
{
    const struct how how = {.via = via, .drill = drill, .at = at};
    if (json_is_string(to))
        resolve(s, json_string_value(to), NULL, &how, ret);
    for (size_t i = 0; i < json_array_size(to); i++) {
        const json_t *one = json_array_get(to, i);
        if (json_is_string(one))
            resolve(s, json_string_value(one), NULL, &how, ret);
    }
}

void site_resolve_duty_room(const struct site *s, bool drill, wall_ms at, struct rungs *ret)
{
    const struct how how = {.drill = drill, .at = at};
    size_t before = ret->count;
    resolve_duty(s, "duty-room", &how, ret);
    if (ret->count == before)
        site_resolve(s, site_self_alarm_to(s), NULL, drill, at, ret);
}

void site_resolve_first(const struct site *s, const json_t *to, bool drill, wall_ms at,
                        struct rung *ret)
{
    size_t targets = json_is_string(to) ? 1 : json_array_size(to);
    for (size_t t = 0; t < targets; t++) {
        struct rungs found = {0};
        site_resolve(s, json_is_string(to) ? to : json_array_get(to, t), NULL, drill, at, &found);
        for (size_t n = 0; found.count && n < found.at[0].count; n++) {
            if (!rung_has(ret, found.at[0].at[n].id))
                rung_add(ret, &found.at[0].at[n]);
        }
        rungs_done(&found);
    }
}

void site_resolve_shift_lead(const struct site *s, bool drill, wall_ms at, struct rungs *ret)
{
    const struct how how = {.drill = drill, .at = at};
    const struct roster *roster = site_roster(s, "duty-room");
    const struct seat *lead = roster ? roster_seat(roster, "lead") : NULL;
    size_t before = ret->count;
    if (lead)
        resolve_seat(s, roster, lead, &how, ret);
    if (ret->count == before)
        site_resolve_duty_room(s, drill, at, ret);
}

/* ---- names ---- */

const char *site_target_name(const struct site *s, const char *target, const char *lang)
{
    static const struct {
        const char *kind, *table, *name;
    } kinds[] = {{"person", "people", "name"},
                 {"dept", "departments", "name"},
                 {"post", "posts", "title"},
                 {"duty", "rosters", "title"}};
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
        const char *id = target_id(target, kinds[n].kind);
        const json_t *of = id ? json_at(json_at(s->json, kinds[n].table), id) : NULL;
        const char *name = words_in(json_at(of, kinds[n].name), lang, s->lang);
        if (*name)
            return name;
    }
    return target;
}

json_t *site_department_names(const struct site *s)
{
    json_t *names = json_object();
    for (size_t n = 0; n < s->departments_count; n++)
        json_put_str(names, s->departments[n].target, s->departments[n].name);
    return names;
}
