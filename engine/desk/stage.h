/*
 * stage - a night with everything around it: the set of plans as it was checked, who is in it, its
 * planners, and its trace. What simulate and test both begin with.
 *
 * Layer      desk: plan, sim.
 * Ownership  stage_new gives, stage_free frees; the checked set and the sources are shared.
 */
#pragma once

#include "core/site.h"
#include "desk/planners.h"
#include "desk/trace.h"
#include "sim/night.h"

struct stage {
    json_t *checked;
    struct site *site;
    json_t *sources;
    struct cast *cast;
    struct planners *planners;
    struct night *night;
    struct trace *trace;
    int64_t happenings; /* how many may still happen */
    bool no_scopes, no_upkeep, own_only, zh;
    struct uuid upkeep; /* the incident of what plans owe; none: not yet */
    struct uuid own;    /* the first incident of the night; none: nothing was triggered so far */
    json_t *scopes;     /* {INCIDENT: {NAME: true}}: those that are alive */
    void (*line)(void *ctx, const char *file, int line);
    /* Also shown each record; NULL: nobody. */
    void (*record)(void *ctx, const struct record *r);
    void *ctx;
};

/*
 * What may happen in one night. A large fire that nobody answers makes 6,000 in three days, and
 * each is kept with its records, 6 KB: these fit into the memory that a process of the desk may
 * have.
 */
enum { STAGE_HAPPENINGS = 120000 };

struct stage_setup {
    const json_t *checked; /* the frame "checked", which is ok */
    const json_t *sources; /* stage_sources */
    wall_ms begins;
    uint64_t seed;
    const char
        *plan; /* whose occasions come by themselves, where it is a standing plan; NULL: none */
    bool zh;
    bool no_scopes; /* the trace leaves out which bodies begin and end */
    bool no_upkeep; /* nothing is told of what plans owe as papers */
    bool own_only;  /* and whatever is not of the first incident */
    bool no_trace;  /* nobody reads it: there is none */
    void (*line)(void *ctx, const char *file, int line); /* see onlooker.h; NULL: none */
    void (*record)(void *ctx, const struct record *r);
    void *ctx;
};

/* NULL with a sentence. */
struct stage *stage_new(const struct stage_setup *setup, struct why *why);
void stage_free(struct stage *s);

/* The files of each plan of a set that was checked, as the frame "pin" wants them. Gives. */
json_t *stage_sources(const json_t *request, const json_t *checked);

enum err stage_advance(struct stage *s, int64_t ms, struct why *why);

/* The site of a set that is ok. Gives a reference. */
struct site *stage_site(const json_t *checked);

/* The zone of the set, "UTC" where it has none. Borrows from `checked`. */
const char *stage_zone(const json_t *checked);

/* What an incident of this plan is called where nobody says: as the plan. Gives. */
json_t *stage_title(const json_t *checked, const char *plan, bool zh);

/* Whoever is called first at a target, as the night stands. Gives; NULL: nobody. */
char *stage_person_of(const struct stage *s, const char *target, bool drill);

/* "2026-07-20 02:00" in a zone; false: it is no such text. */
bool stage_moment(const char *text, const char *zone, wall_ms *ret);
