#include "core/family.h"

#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/outlook.h"
#include "core/reading.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static const char *const child_states[CHILD_STATES] = {"open", "closed", "merged", "refused"};

const char *child_state_name(enum child_state s)
{
    return child_states[s];
}

static enum child_state child_state_of(const char *name)
{
    enum child_state s = CHILD_OPEN;
    while (name && s < CHILD_REFUSED && strcmp(child_states[s], name) != 0)
        s++;
    return s;
}

struct family *family_of(struct incident *i)
{
    if (i->family)
        return i->family;
    i->family = mem_new(1, sizeof *i->family);
    LIST_INIT(&i->family->sames);
    i->family->digest =
        (struct timer){.kind = TIMER_DIGEST, .owner = i, .incident = &i->id, .step = "!digest"};
    i->family->reopen =
        (struct timer){.kind = TIMER_REOPEN, .owner = i, .incident = &i->id, .step = "!reopen"};
    return i->family;
}

bool incident_reopenable(const struct incident *i)
{
    return i->state == INCIDENT_CLOSED && i->family && i->family->reopen_until;
}

bool incident_held(const struct incident *i)
{
    return incident_reopenable(i) || (i->family && i->family->held);
}

struct uuid incident_into(const struct incident *i)
{
    return i->family ? i->family->into : (struct uuid){0};
}

int64_t incident_since(const struct incident *i)
{
    return i->family ? i->family->since : 0;
}

/* To whom a station was split off. */
static bool station_went_to(const struct incident *i, const char *station, struct uuid *ret)
{
    AUTO_JSON(without);
    if (!i->family || !i->family->without)
        return false;
    without = kept_json(i->family->without);
    const char *to = json_str(without, station);
    return to && uuid_parse(to, ret);
}

bool incident_without(const struct incident *i, const char *station)
{
    struct uuid to;
    return station_went_to(i, station, &to);
}

/* As what it is a part of now. */
static struct incident *whole_of(const struct core *c, struct uuid id)
{
    struct incident *i = core_incident(c, id);
    while (i && !uuid_is_none(incident_into(i)))
        i = core_incident(c, incident_into(i));
    return i;
}

struct incident *station_holder(const struct core *c, const struct incident *i, const char *station)
{
    struct incident *holder = NULL;
    struct uuid to;
    while (station_went_to(holder ? holder : i, station, &to)) {
        holder = whole_of(c, to);
        if (!holder || holder->state != INCIDENT_OPEN)
            return NULL;
    }
    return holder != i ? holder : NULL;
}

static void kept_add(char **kept, json_t *takes)
{
    json_t *list = kept_json(*kept);
    if (!list)
        list = json_array();
    json_array_append_new(list, takes);
    kept_set(kept, list);
}

/* ---- by which values it is found ---- */

static int same_order(const void *a, const void *b)
{
    return strcmp(((const struct same *)a)->key, ((const struct same *)b)->key);
}

static struct same *same_at(const struct core *c, const char *key)
{
    struct same probe = {.key = mem_str(key)};
    void *found = tfind(&probe, &c->sames, same_order);
    free(probe.key);
    return found ? *(struct same **)found : NULL;
}

struct incident *same_find(const struct core *c, const char *key)
{
    const struct same *s = same_at(c, key);
    return s ? s->incident : NULL;
}

/* Found by these from now on; whoever was before is not any more. */
static void same_bind(struct core *c, struct incident *i, const char *key)
{
    struct same *s = same_at(c, key);
    if (s) {
        LIST_REMOVE(s, link);
    } else {
        s = mem_new(1, sizeof *s);
        s->key = mem_str(key);
        if (!tsearch(s, &c->sames, same_order))
            abort();
    }
    s->incident = i;
    LIST_INSERT_HEAD(&family_of(i)->sames, s, link);
}

static void same_free(struct core *c, struct same *s)
{
    tdelete(s, &c->sames, same_order);
    LIST_REMOVE(s, link);
    free(s->key);
    free(s);
}

static void sames_free(struct core *c, struct family *f)
{
    struct same *s;
    while ((s = LIST_FIRST(&f->sames)))
        same_free(c, s);
}

/* ---- parent and children ---- */

struct incident *family_parent(const struct core *c, const struct incident *i)
{
    struct incident *parent =
        i->family && !uuid_is_none(i->family->parent) ? core_incident(c, i->family->parent) : NULL;
    return parent && parent->state == INCIDENT_OPEN ? parent : NULL;
}

struct child *child_find(const struct incident *i, const char *key)
{
    for (size_t n = 0; key && i->family && n < i->family->children_count; n++) {
        if (!strcmp(i->family->children[n].key, key))
            return &i->family->children[n];
    }
    return NULL;
}

int family_depth(const struct incident *i)
{
    return i->family ? i->family->depth : 0;
}

size_t children_open(const struct incident *i)
{
    size_t count = 0;
    for (size_t n = 0; i->family && n < i->family->children_count; n++)
        count += i->family->children[n].state == CHILD_OPEN;
    return count;
}

static struct child *child_add(struct incident *i, struct uuid id, const char *key,
                               const char *plan, const char *title)
{
    struct family *f = family_of(i);
    f->children =
        mem_grow(f->children, &f->children_cap, f->children_count + 1, sizeof *f->children);
    struct child *child = &f->children[f->children_count++];
    *child = (struct child){
        .id = id, .key = mem_str(key), .plan = mem_str(plan), .title = mem_str(title)};
    return child;
}

static void child_done(struct child *child)
{
    free(child->key);
    free(child->plan);
    free(child->title);
}

char *role_holder(const struct incident *i, const char *role)
{
    AUTO_JSON(roles);
    roles = i->family ? kept_json(i->family->roles) : NULL;
    const char *person = json_str(json_at(roles, role), "person");
    struct text target = {0};
    if (!person)
        return NULL;
    text_addf(&target, "%s%s", strncmp(person, "dept:", 5) == 0 ? "" : "person:", person);
    return text_take(&target);
}

/* ---- the end ---- */

void family_drop(struct core *c, struct incident *i)
{
    struct family *f = i->family;
    if (!f)
        return;
    timer_clear(&c->timers, &f->digest);
    timer_clear(&c->timers, &f->reopen);
    sames_free(c, f);
    for (size_t n = 0; n < f->children_count; n++)
        child_done(&f->children[n]);
    free(f->children);
    char *own[] = {f->child_key, f->roles, f->joins, f->merged, f->without};
    for (size_t n = 0; n < sizeof own / sizeof *own; n++)
        free(own[n]);
    free(f);
    i->family = NULL;
}

/* Those that were merged into it are known by their id no longer. */
static void merged_let_go(struct core *c, const struct family *f)
{
    AUTO_JSON(ids);
    ids = kept_json(f->merged);
    for (size_t n = 0; n < json_array_size(ids); n++) {
        struct uuid id = {0};
        (void)uuid_parse(json_string_value(json_array_get(ids, n)), &id);
        struct incident *merged = core_incident(c, id);
        if (!merged || !merged->family)
            continue;
        merged->family->held = false;
        core_mark(c, merged);
    }
}

void family_release(struct core *c, struct incident *i)
{
    struct notice *n;
    dedups_release(c, i);
    if (!i->family)
        return;
    sames_free(c, i->family);
    merged_let_go(c, i->family);
    i->family->reopen_until = 0;
    timer_clear(&c->timers, &i->family->reopen);
    LIST_FOREACH(n, &i->notices, link)
    core_mark_notice(c, n);
}

/* ---- rows ---- */

static void uuid_write(struct text *to, const char *name, struct uuid id)
{
    char text[UUID_TEXT];
    if (!uuid_is_none(id))
        json_add_str(to, name, uuid_text(id, text));
}

static void children_write(const struct family *f, struct text *to)
{
    if (!f->children_count)
        return;
    json_add_key(to, "children");
    json_open(to, '[');
    for (size_t n = 0; n < f->children_count; n++) {
        const struct child *child = &f->children[n];
        json_open(to, '{');
        uuid_write(to, "id", child->id);
        json_add_str(to, "key", child->key);
        json_add_str(to, "plan", child->plan);
        json_add_str(to, "state", child_states[child->state]);
        json_add_str(to, "title", child->title);
        json_shut(to, '}');
    }
    json_shut(to, ']');
}

static int same_text_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that the row does not depend on the order in which they came. */
static void sames_write(const struct family *f, struct text *to)
{
    const struct same *s;
    size_t count = 0;
    LIST_FOREACH(s, &f->sames, link)
    count++;
    if (!count)
        return;
    const char **keys = mem_new(count, sizeof *keys);
    count = 0;
    LIST_FOREACH(s, &f->sames, link)
    keys[count++] = s->key;
    qsort(keys, count, sizeof *keys, same_text_order);
    AUTO_JSON(list);
    list = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(list, json_string(keys[n]));
    free(keys);
    json_add_key(to, "sames");
    json_write(list, to);
}

void family_write(const struct incident *i, struct text *to)
{
    const struct family *f = i->family;
    if (!f)
        return;
    json_add_key(to, "family");
    json_open(to, '{');
    json_add_str(to, "child_key", f->child_key);
    children_write(f, to);
    json_add_int_unless_0(to, "depth", f->depth);
    if (f->digest.at)
        json_add_int(to, "digest_due", f->digest.due);
    json_add_true(to, "held", f->held);
    uuid_write(to, "into", f->into);
    json_add_json(to, "joins", f->joins);
    json_add_json(to, "merged", f->merged);
    uuid_write(to, "parent", f->parent);
    json_add_int_unless_0(to, "reopen_until", f->reopen_until);
    json_add_int_unless_0(to, "reopened", f->reopened);
    json_add_json(to, "roles", f->roles);
    sames_write(f, to);
    json_add_int_unless_0(to, "since", f->since);
    uuid_write(to, "split", f->split);
    json_add_json(to, "without", f->without);
    json_shut(to, '}');
}

static struct uuid uuid_at(const json_t *from, const char *name)
{
    struct uuid id = {0};
    const char *text = json_str(from, name);
    if (text && !uuid_parse(text, &id))
        id = (struct uuid){0};
    return id;
}

void family_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    size_t n;
    json_t *one;
    if (!kept)
        return;
    struct family *f = family_of(i);
    f->child_key = mem_str(json_str(kept, "child_key"));
    json_array_foreach(json_unconst(json_at(kept, "children")), n, one)
        child_add(i, uuid_at(one, "id"), json_str_or(one, "key", ""), json_str(one, "plan"),
                  json_str(one, "title"))
            ->state = child_state_of(json_str(one, "state"));
    f->depth = (int)json_int(kept, "depth", 0);
    if (json_at(kept, "digest_due"))
        timer_set(&c->timers, &f->digest, json_int(kept, "digest_due", 0));
    f->held = json_bool(kept, "held");
    f->into = uuid_at(kept, "into");
    f->joins = kept_text(json_at(kept, "joins"));
    f->merged = kept_text(json_at(kept, "merged"));
    f->parent = uuid_at(kept, "parent");
    f->reopen_until = json_int(kept, "reopen_until", 0);
    if (f->reopen_until)
        timer_set(&c->timers, &f->reopen, f->reopen_until);
    f->reopened = (int)json_int(kept, "reopened", 0);
    f->roles = kept_text(json_at(kept, "roles"));
    json_array_foreach(json_unconst(json_at(kept, "sames")), n, one)
        same_bind(c, i, json_string_value(one));
    f->since = json_int(kept, "since", 0);
    f->split = uuid_at(kept, "split");
    f->without = kept_text(json_at(kept, "without"));
}

/* ---- records ---- */

void family_apply_opened(struct core *c, struct incident *i, const struct record *r)
{
    if (record_str(r, "same"))
        same_bind(c, i, record_str(r, "same"));
    if (json_str(r->body, "parent")) {
        family_of(i)->parent = uuid_at(r->body, "parent");
        i->family->child_key = mem_str(record_str(r, "child_key"));
        i->family->depth = (int)json_int(r->body, "depth", 1);
    }
    if (json_str(r->body, "split"))
        family_of(i)->split = uuid_at(r->body, "split");
}

static void apply_child_opened(struct incident *i, const struct record *r)
{
    const char *key = json_str_or(r->sealed, "key", "");
    struct child *child = child_find(i, key);
    if (!child)
        child = child_add(i, uuid_at(r->body, "child"), key, json_str(r->body, "plan"),
                          record_str(r, "title"));
    child->state = CHILD_OPEN;
}

static void apply_child_state(struct incident *i, const struct record *r)
{
    struct child *child = child_find(i, json_str_or(r->sealed, "key", ""));
    if (child)
        child->state = child_state_of(json_str(r->body, "state"));
}

static void apply_role(struct incident *i, const struct record *r)
{
    struct family *f = family_of(i);
    json_t *roles = kept_json(f->roles);
    json_t *one = json_put_int(json_object(), "at", r->at_ms);
    json_put_str(one, "name", record_str(r, "name"));
    json_put_str(one, "person", json_str(r->body, "person"));
    if (!roles)
        roles = json_object();
    kept_set(&f->roles, json_put(roles, json_str_or(r->body, "role", "?"), one));
}

/* The key, or one like it that the other calls no child of its own. Gives. */
static char *key_free(const struct incident *to, const char *key)
{
    struct text free = {0};
    text_add(&free, key);
    while (child_find(to, text_str(&free)))
        text_add(&free, "'");
    return text_take(&free);
}

/* Its children are the other's, which they are told. */
static void children_move(struct core *c, struct family *from, struct incident *to)
{
    for (size_t n = 0; n < from->children_count; n++) {
        struct child *child = &from->children[n];
        struct incident *i = core_incident(c, child->id);
        char *key = key_free(to, child->key);
        child_add(to, child->id, key, child->plan, child->title)->state = child->state;
        child_done(child);
        if (i) {
            family_of(i)->parent = to->id;
            free(i->family->child_key);
            i->family->child_key = mem_str(key);
            core_mark(c, i);
        }
        free(key);
    }
    from->children_count = 0;
}

/* What was merged into it before is now in the other, too. */
static void merged_move(struct core *c, struct incident *i, struct incident *to)
{
    AUTO_JSON(ids);
    char text[UUID_TEXT];
    ids = kept_json(i->family->merged);
    for (size_t n = 0; n < json_array_size(ids); n++) {
        struct uuid id = {0};
        const char *one = json_string_value(json_array_get(ids, n));
        struct incident *before = uuid_parse(one, &id) ? core_incident(c, id) : NULL;
        kept_add(&to->family->merged, json_string(one));
        if (!before)
            continue;
        family_of(before)->into = to->id;
        core_mark(c, before);
    }
    kept_set(&i->family->merged, NULL);
    kept_add(&to->family->merged, json_string(uuid_text(i->id, text)));
}

/* The stations that went from `to` to `from` are asked about in `to` again. */
static void stations_back(struct core *c, const struct incident *from, struct incident *to)
{
    AUTO_JSON(without);
    char id[UUID_TEXT];
    if (!to || !to->family || !to->family->without)
        return;
    without = kept_json(to->family->without);
    uuid_text(from->id, id);
    const char **stations = json_keys(without, NULL);
    for (size_t n = 0; stations[n]; n++) {
        if (strcmp(json_str_or(without, stations[n], ""), id) != 0)
            continue;
        outlook_touch(to, stations[n], "");
        json_object_del(without, stations[n]); /* and the name with it */
    }
    free(stations);
    kept_set(&to->family->without, json_object_size(without) ? json_incref(without) : NULL);
    core_mark(c, to);
}

/* Those of it, and of what was merged into it: to this one alone; NULL: wherever they came from. */
static void stations_return(struct core *c, const struct incident *i, const struct incident *only)
{
    AUTO_JSON(merged);
    merged = kept_json(i->family ? i->family->merged : NULL);
    for (size_t n = 0; n <= json_array_size(merged); n++) {
        struct uuid id = i->id;
        if (n > 0)
            (void)uuid_parse(json_string_value(json_array_get(merged, n - 1)), &id);
        const struct incident *part = core_incident(c, id);
        struct incident *home = part && part->family ? whole_of(c, part->family->split) : NULL;
        if (home && (!only || home == only))
            stations_back(c, part, home);
    }
}

void family_apply_over(struct core *c, struct incident *i)
{
    stations_return(c, i, NULL);
}

/* What this one is not asked about, the other is not asked about either. */
static void without_share(const struct incident *from, struct incident *to)
{
    json_t *there = kept_json(to->family->without);
    AUTO_JSON(here);
    here = kept_json(from->family->without);
    if (!here) {
        json_decref(there);
        return;
    }
    if (!there)
        there = json_object();
    (void)json_object_update_missing(there, here);
    kept_set(&to->family->without, there);
    outlook_drop(to);
}

/* Who holds a role here holds it there, too, where nobody else does: items go by their roles. */
static void roles_share(const struct incident *from, struct incident *to)
{
    json_t *there = kept_json(to->family ? to->family->roles : NULL);
    AUTO_JSON(here);
    here = kept_json(from->family ? from->family->roles : NULL);
    if (!here) {
        json_decref(there);
        return;
    }
    if (!there)
        there = json_object();
    (void)json_object_update_missing(there, here);
    kept_set(&family_of(to)->roles, there);
}

static void apply_merged(struct core *c, struct incident *i, const struct record *r)
{
    struct incident *to = core_incident(c, uuid_at(r->body, "into"));
    struct family *f = family_of(i);
    struct same *s;
    if (!to)
        return;
    family_of(to);
    dedups_move(c, i, to);
    while ((s = LIST_FIRST(&f->sames)))
        same_bind(c, to, s->key);
    items_move(c, i, to, NULL);
    without_share(i, to);
    stations_return(c, i, to);
    roles_share(i, to);
    children_move(c, f, to);
    merged_move(c, i, to);
    timer_clear(&c->timers, &f->digest);
    kept_set(&f->joins, NULL);
    f->into = to->id;
    f->held = true;
    core_mark(c, to);
}

static void stations_leave(struct incident *i, const json_t *stations, const char *into)
{
    json_t *without = kept_json(family_of(i)->without);
    if (!json_array_size(stations)) {
        json_decref(without);
        return;
    }
    if (!without)
        without = json_object();
    for (size_t n = 0; n < json_array_size(stations); n++)
        json_put_str(without, json_string_value(json_array_get(stations, n)), into);
    kept_set(&i->family->without, without);
}

static void apply_split(struct core *c, struct incident *i, const struct record *r)
{
    struct incident *to = core_incident(c, uuid_at(r->body, "into"));
    const json_t *stations = json_at(r->body, "stations");
    if (to) {
        items_move(c, i, to, json_at(r->body, "items"));
        roles_share(i, to);
    }
    stations_leave(i, stations, json_str(r->body, "into"));
    outlook_drop(i);
    if (to)
        core_mark(c, to);
}

void family_apply(struct core *c, struct incident *i, const struct record *r)
{
    if (r->kind == REC_CHILD_OPENED)
        apply_child_opened(i, r);
    else if (r->kind == REC_CHILD_STATE)
        apply_child_state(i, r);
    else if (r->kind == REC_ROLE_ASSIGNED)
        apply_role(i, r);
    else if (r->kind == REC_MERGED)
        apply_merged(c, i, r);
    else if (r->kind == REC_SPLIT)
        apply_split(c, i, r);
    else if (r->kind == REC_REOPEN_OVER)
        family_release(c, i);
}
