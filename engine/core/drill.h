/*
 * drill - 演练: an incident that is no emergency, into which a scenario (scenario.h) puts what its
 * director wants to see worked on.
 *
 *     drill_start ─► drill_started ─► drill_inject no. 1 (the trigger)
 *         … each at its time: drill_inject ─► what it does, by the same decisions as in earnest
 *         by "end": what is open is lifted ─► incident_closed, why "drill"
 *
 * By "end", by order or by its plan it was worked to its end; closed by hand it was broken off.
 *
 * Only whom and what the site allows for drills is reached (rule R6). At a table (tabletop) nothing
 * goes out but to the director and the evaluators, who are told of each inject; a message to
 * anybody else counts as sent where it would have been handed out, and they answer at the table.
 * The site may have it sent all the same (`tabletop = "send"`).
 *
 * `fault` and `silence_of` are of the drill's own messages: an endpoint that takes none of them, a
 * person whom none of them reaches. A real incident goes before: no drill begins while one of the
 * same plan is open or any has a level in force, and messages of drills wait behind all others.
 *
 * With a speed, all that the incident waits for passes so many times as fast (incident_ms), the
 * clocks of its plan too; times of day, and times that a fact tells, stay those of the wall.
 * Records have the moments as they were.
 *
 * Ownership  An incident owns its drill; most have none.
 */
#pragma once

#include "core/state.h"

/* Of messages to those who direct and evaluate: what they are told happens to nobody else. */
#define DRILL_STEP_DIRECTOR "!drill"

struct drill {
    LIST_ENTRY(drill) link; /* in the core */
    struct incident *incident;
    char
        *about; /* {"mode","director"?,"evaluators","names","scenario"?}: the scenario as checked */
    size_t next; /* the inject that comes next, an index */
    mono_ms began;
    char *holds; /* [{"endpoint"|"person","until"}]: what fails or is silent; NULL */
    struct timer timer;
};

void decide_drill_start(struct core *c);
/* The time of the next inject has come. */
void drill_due(struct core *c, struct drill *d);
/* A real incident was opened: the directors of drills of the same plan hear of it. */
void drills_warn(struct core *c, const struct incident *real);

/* What becomes of a message of a drill where an attempt would be handed out. */
enum drill_way {
    DRILL_SENDS,  /* it goes out; so does whatever is of no drill */
    DRILL_FAULT,  /* the endpoint takes nothing now */
    DRILL_SILENT, /* the person hears and sees nothing now */
    DRILL_TABLE,  /* it stays at the table */
};
enum drill_way drill_way(const struct core *c, const struct incident *i, const char *person,
                         const char *endpoint);

/* By hand, whatever is open, proposed or in force in it: an emergency does not wait for its end. It
 * does not count as held. */
void drill_break_off(struct core *c, struct incident *i);

void drill_apply(struct core *c, struct incident *i, const struct record *r);
void drill_close(struct core *c, struct incident *i); /* nothing comes in any more */
void drill_drop(struct core *c, struct incident *i);
void drill_write(const struct incident *i, struct text *to); /* "drill_run":{…} */
void drill_from_json(struct core *c, struct incident *i, const json_t *kept);
