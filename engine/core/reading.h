/*
 * reading - what is known now of one fact: its last value, since when, and whether that is stale.
 *
 * A reading belongs to an incident, and within it to a station ("g7/stage_m") or to the incident as
 * a whole ("/breach"). Of an event each key is a reading of its own ("case/17"): what comes again
 * with the same key is a correction. A reading has a row of its own, so that a gauge that reports
 * every minute costs one small row, however many others there are.
 *
 *     (nothing) --updated--> FRESH --stale_after: fact_stale--> STALE --updated--> FRESH
 *
 * A stale reading keeps its value, to be shown; a condition takes it as unknown.
 */
#pragma once

#include "core/condition.h"
#include "core/state.h"

struct reading {
    struct incident *incident;
    char *id;      /* station or event, "/", fact or key */
    json_t *value; /* never NULL */
    wall_ms at;    /* when it was measured, as far as that is known */
    bool stale;
    struct timer timer; /* when it goes stale */
    bool dirty;
    STAILQ_ENTRY(reading) changed;
};

/* station NULL: of the incident. NULL: nothing was reported yet. */
struct reading *reading_find(const struct incident *i, const char *station, const char *name);
struct value reading_value(const struct reading *r); /* NULL, or stale: unknown */

/* Does this station, or any event of this name, have a reading? */
bool readings_of(const struct incident *i, const char *station);

/* The time of it is up. */
void reading_stale(struct core *c, struct reading *r);

/* "station/fact": where the two are parted. */
const char *reading_name(const struct reading *r);

/* The wall clock was set back: what was said by it before lies in the future no more. */
void readings_clock_set(struct core *c, const struct record *r);
void readings_apply(struct core *c, struct incident *i, const struct record *r);
/* The same, of an event that is not the record's own: occurrences, and when each goes stale. */
void readings_take(struct core *c, struct incident *i, const json_t *ev, mono_ms mono,
                   const json_t *stale);
/* What was known before the end is known no longer, until somebody reports it anew. */
void readings_doubt(struct core *c, struct incident *i);
void reading_apply_stale(struct core *c, struct incident *i, const struct record *r);
void readings_close(struct core *c, struct incident *i); /* nothing goes stale any more */
/*
 * What is known, as the occurrences of an event: [{"name","station","value","measured","key"?}].
 *
 * head      Only facts that this plan has; NULL: none.
 * stations  Only of these: a list; NULL: all, and those of the incident as a whole.
 * newer     Only what this incident does not know, or knows from an earlier time; NULL: all.
 */
json_t *readings_occurrences(const struct incident *i, const struct plan_head *head,
                             const json_t *stations, const struct incident *newer);
void readings_drop(struct core *c, struct incident *i);
struct row reading_row(const struct reading *r);
void reading_from_row(struct core *c, const struct row *row);
/* Of an incident's row of an earlier version, in which the facts stood: {"g7":{"stage_m":{…}}}. */
void readings_from_facts(struct core *c, struct incident *i, const json_t *facts);

typedef void reading_fn(void *ctx, struct reading *r);
void readings_walk(const struct incident *i, reading_fn *fn, void *ctx);
