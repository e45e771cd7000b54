/*
 * run - the run of one incident's plan in this process: events in, turns out.
 *
 * One event makes one turn: what it wakes runs until all waits, and the commands of it are the
 * turn. A run is a function of its events (rule R3): it has no clock and no randomness of its own.
 *
 * Layer      plan: base and Lua.
 * Ownership  run_new gives; it borrows the pin, which outlives it.
 * Errors     A run that failed is over: its fault says why, and it is only to be freed.
 */
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "core/level.h"
#include "plan/command.h"
#include "plan/fact.h"
#include "plan/onlooker.h"
#include "plan/pin.h"
#include "plan/sandbox.h"
#include "plan/task.h"

#include <stdbool.h>

/* Why a run cannot go on; the reasons are part of the record. */
struct run_fault {
    const char *reason; /* NULL: it can. error overrun memory diverged too_many_commands */
    char text[WHY_BYTES];
    char where[SANDBOX_WHERE];
};

/* How far an item, a report or a child is, as far as its facts have told. */
struct item_state {
    char *step;
    char *id;   /* of which was heard last; NULL: of none yet */
    char *past; /* the one before, issued under the same step; NULL */
    int state;  /* place in the order of states, of items or of children */
};

/* What is known of a notice that the plan sent. */
struct notice_state {
    char *step;
    int result; /* place in the list of results; 0: nothing known */
    int told;   /* the result that the plan was told last */
};

struct run {
    char *incident;
    struct pin *pin;
    struct sandbox *sb;
    struct entropy entropy;
    json_t *about; /* the incident as plan code sees it */

    int64_t cause; /* of the turn under way, else of the last one */
    wall_ms t;
    mono_ms m;
    const json_t *ev; /* of the turn under way; NULL between turns */
    struct commands cmds;
    struct run_fault fault;

    struct facts facts;
    struct tasks tasks;
    struct notice_state *notices;
    size_t notices_count;
    size_t notices_cap;
    struct item_state *items;
    size_t items_count;
    size_t items_cap;

    json_t *fact_names;              /* {"stage_m":{"type","per"}} of the head */
    json_t *measure_names;           /* {"patrol":true} of the head */
    json_t *report_names;            /* {"initial":true} of the head */
    int respond;                     /* reference of plan.respond; LUA_NOREF until it is set */
    int levels[LEVEL_END];           /* of plan.level.IV …; LUA_NOREF: it has none */
    int occasions;                   /* of a table {NAME: body}: plan.occasion */
    json_t *occasion_names;          /* of the schedule; NULL: the head was not read yet */
    int recover;                     /* of plan.recover */
    unsigned scopes_begun;           /* names them */
    int incident_data;               /* references: the table behind `incident`, */
    int incident_ref;                /* and `incident` itself */
    const void *plan;                /* the table that plan() gave */
    const struct onlooker *onlooker; /* NULL: nobody looks on */
};

/* A seed is 32 hexadecimal digits; ERR_INVALID otherwise. */
enum err run_new(const char *incident, struct pin *pin, const char *seed,
                 const struct sandbox_limits *limits, struct run **ret, struct why *why) MUST_USE;
void run_free(struct run *r); /* NULL is fine */

/* Somebody looks on from now on; borrows. */
void run_look_on(struct run *r, const struct onlooker *onlooker);

/* A fact that makes no turn, or the cause of the next one. */
void run_fact(struct run *r, int64_t seq, const json_t *ev);

/* When a turn takes place, and what it may use. */
struct run_turn {
    int64_t cause; /* the newest fact; run_fact() was called for it */
    wall_ms t;
    mono_ms m;
    int64_t instructions_max;
};

/*
 * Take the turn that the newest fact causes.
 *
 * ret      Gives {"cmds","awaits","done"}; untouched on failure.
 * returns  false: see r->fault.
 */
bool run_turn(struct run *r, const struct run_turn *turn, const json_t *ev, json_t **ret);

/* Bytes that it holds. */
size_t run_bytes(const struct run *r);

/* ---- for the parts of a run ---- */

/* End the run; the first reason stays. */
void run_fail(struct run *r, const char *reason, const char *text, const char *where);

/* Add a command; too many end the run. */
void run_command(struct run *r, json_t *takes);

/* How far the item, report or child of this step is; 0 before anything was told of it. */
int run_item_state(const struct run *r, const char *step);
/* It is issued once more under the same step: what is heard of the one before counts no more. */
void run_item_again(struct run *r, const char *step);

/* The state of a notice by its step; NULL: no such notice. */
struct notice_state *run_notice(struct run *r, const char *step);
