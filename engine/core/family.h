/*
 * family - an incident among others: what joins it, its parent and its children, who holds which
 * role in it, what was merged into it or split off it, and how long it can be opened again.
 *
 *     OPEN --incident_closed, with reopen_within--> CLOSED, kept --a trigger: reopened--> OPEN
 *     CLOSED, kept --its time: reopen_over--> CLOSED
 *     OPEN --merged--> CLOSED ("merged"), in memory until the other is over, as it may move on
 *
 *     a child at its parent   OPEN --child_state--> CLOSED | MERGED --child_opened--> OPEN
 *
 * An open incident that a trigger equals in the values of one_per is found by them: the core keeps
 * an index of these (same_find). Whoever decides: join.h, child.h, role.h, merge.h.
 *
 * Ownership  An incident owns its family; most have none.
 */
#pragma once

#include "core/state.h"

enum child_state { CHILD_OPEN, CHILD_CLOSED, CHILD_MERGED, CHILD_REFUSED, CHILD_STATES };

/* At its parent, in the order of their making. */
struct child {
    struct uuid id;
    char *key, *plan, *title;
    enum child_state state;
};

/* A trigger that is equal in these joins the incident: "plan\n{"place.district":"east"}". */
struct same {
    LIST_ENTRY(same) link;
    struct incident *incident;
    char *key;
};

struct family {
    LIST_HEAD(, same) sames;
    struct uuid parent; /* none: no plan has opened it as a child */
    char *child_key;    /* what the parent calls it */
    int depth;          /* so many are above it */
    struct child *children;
    size_t children_count, children_cap;
    char *roles;          /* {"lead":{"at","name","person"}}; NULL */
    char *joins;          /* [{…}]: joined, and not told yet; NULL */
    char *merged;         /* [ID…]: merged into this one; NULL */
    char *without;        /* {"g8":ID}: stations that were split off, to whom; NULL */
    struct uuid into;     /* merged into this one; none: it was not */
    struct uuid split;    /* split off this one; none */
    bool held;            /* merged, and the other is not over */
    int reopened;         /* so often */
    int64_t since;        /* seq of the record with which its run began anew; 0: the first one */
    mono_ms reopen_until; /* 0: it cannot be opened again */
    struct timer digest, reopen;
};

struct family *family_of(struct incident *i); /* made where there is none */
void family_drop(struct core *c, struct incident *i);
void family_write(const struct incident *i, struct text *to); /* "family":{…} */
void family_from_json(struct core *c, struct incident *i, const json_t *kept);

/* Over, and yet to be opened again by a trigger. */
bool incident_reopenable(const struct incident *i);
/* Over, and yet kept: it can be opened again, or it is a part of one that is not over. */
bool incident_held(const struct incident *i);
/* Merged into this one; none: it was not. */
struct uuid incident_into(const struct incident *i);
/* The record with which its run began; 0: the first one. */
int64_t incident_since(const struct incident *i);
/* Was this station split off, to an incident that is not over? */
bool incident_without(const struct incident *i, const char *station);
/* The open incident that is asked about this station instead of this one; NULL: none. */
struct incident *station_holder(const struct core *c, const struct incident *i,
                                const char *station);

/* The incident that a trigger with these values joins, or opens again; NULL. */
struct incident *same_find(const struct core *c, const char *key);

/* The parent, while it is open; NULL. */
struct incident *family_parent(const struct core *c, const struct incident *i);
struct child *child_find(const struct incident *i, const char *key);
int family_depth(const struct incident *i); /* 0: nothing is above it */
size_t children_open(const struct incident *i);
const char *child_state_name(enum child_state s); /* open, closed, merged, refused */

/* Who holds the role: "person:li.ming"; NULL: nobody. Gives. */
char *role_holder(const struct incident *i, const char *role);

/* What the first record says of parent and one_per. */
void family_apply_opened(struct core *c, struct incident *i, const struct record *r);
void family_apply(struct core *c, struct incident *i, const struct record *r);
/* It is over for good: no trigger finds it any more, and what was merged into it goes. */
/* It is over: stations that were split off to it are again of those from whom they came. */
void family_apply_over(struct core *c, struct incident *i);
void family_release(struct core *c, struct incident *i);
