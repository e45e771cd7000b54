/*
 * replay - a run brought back from the record of its incident.
 *
 * Rows come in the order of the journal: facts, and turns. A turn is taken again with the facts up
 * to its cause, at the recorded time; its commands must come out the same, member by member. If
 * not, the run has diverged and is over: whatever it would do now, it is not what it promised.
 *
 *     rows --replay_row--> facts wait --a turn that they caused--> the turn is taken again
 *
 * Layer      plan: a part of a run.
 * Ownership  Rows are borrowed. replay_done frees the facts that still wait.
 */
#pragma once

#include "plan/run.h"

struct replay_fact {
    int64_t seq;
    json_t *ev;
};

struct replay {
    int64_t have;              /* rows up to here are known */
    struct replay_fact *facts; /* that no turn was caused by yet */
    size_t count;
    size_t cap;
    int64_t instructions; /* used so far */
    json_t *was, *is;     /* "diverged": the command in the record, and what came out; NULL: none */
};

/* What a replay may use: more than live in each turn, as what went well once must go well again. */
struct replay_limits {
    int64_t turn_instructions_max;
    int64_t instructions_max; /* of all turns */
    bool places_differ;       /* another version: its commands may stand at other lines */
};

void replay_done(struct replay *p);

/*
 * One row: {"seq","ev"} or {"seq","turn"}. A turn that the run has taken already is only counted.
 *
 * returns  false: r->fault says why; "diverged" with the first difference.
 */
bool replay_row(struct replay *p, struct run *r, const json_t *row,
                const struct replay_limits *limits);

/* Give the run the facts that made no turn, up to seq. */
void replay_facts(struct replay *p, struct run *r, int64_t seq);
