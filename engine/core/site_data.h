/*
 * site_data - what a site is made of. Private to site*.c, target.c and roster*.c.
 *
 * A site is checked as JSON first (site_check.c), so that building these tables cannot fail. All
 * tables are sorted by id; the id is the first member, for the search. Strings are borrowed from
 * `json`, but those marked "own".
 */
#pragma once

#include "core/calendar.h"
#include "core/form.h"
#include "core/roster.h"
#include "core/site.h"

/* Chains of posts that hold posts, and of groups in groups, are at most so long. */
enum { TARGET_CHAIN_MAX = 16 };

struct person {
    const char *id;
    const char *name;
    const char *lang;
    const char **endpoints; /* own array, ends with NULL */
    bool drill;
    wall_ms left_at; /* nobody any more from then on; 0: they are here */
};

struct department {
    const char *id;
    char *target; /* own: "dept:water" */
    char *words;  /* own: "水务局, dept:water" */
    const char *name;
    const char **endpoints; /* own array: its phone, its endpoint; ends with NULL */
    const char *duty;       /* targets or NULL */
    const char *head;
    const char *backup;
    bool drill;
};

struct post {
    const char *id;
    const char *holder;
    const char *deputy; /* NULL: it has none */
    char *words;        /* own: "防指总指挥, post:flood-hq-commander" */
    char *deputy_words; /* own: the same with "B角" */
};

struct group {
    const char *id;
    char *words; /* own: "group:experts" */
    const json_t *members;
};

struct site {
    json_t *json; /* own: a copy of what was read */
    json_t *fallback;
    const char *lang;
    struct endpoint *endpoints;
    struct person *people;
    struct department *departments;
    struct post *posts;
    struct roster *rosters;
    struct group *groups;
    struct calendars calendars;
    struct duty_change *changes; /* own: overrides that are in force (site_set_changes) */
    size_t changes_count;
    size_t endpoints_count, people_count, departments_count, posts_count, rosters_count,
        groups_count;
    int refs;
};

/* In a sorted table of `count` structs of `size` bytes that begin with their id; NULL. */
const void *site_find(const void *at, size_t count, size_t size, const char *id);

/* site_check.c: all that can be wrong with a site. false after a remark. */
bool site_check(const json_t *site, struct remarks *r);

/* target.c. `site` is the site as JSON; NULL: only the shape of the target is checked. */
enum err target_check(const json_t *site, const char *target, const char **ret_code,
                      char **ret_near, struct why *why);
/* A member that is one target; `kinds` is "person post" or NULL for any. */
void target_check_member(const json_t *site, const json_t *table, const char *key,
                         const char *kinds, struct remarks *r);
void target_check_value(const json_t *site, const json_t *value, struct remarks *r);
void targets_check(const json_t *site, const json_t *table, const char *key, struct remarks *r);
void rungs_check(const json_t *site, const json_t *table, const char *key, struct remarks *r);
/* The part behind "kind:", or NULL when it is of another kind. */
const char *target_id(const char *target, const char *kind);

/* site_left.c: from when on somebody whose last day is "2026-09-30" is nobody; 0 for NULL. */
wall_ms site_left_at(const char *zone, const char *last_day);
void left_check(const json_t *person, struct remarks *r);

/* site_order.c */
void may_order_check(const json_t *site, struct remarks *r);
void auto_check(const json_t *site, struct remarks *r);
