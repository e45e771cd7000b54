/*
 * night - the second world: the same core and the same planners in virtual time.
 *
 * The clock jumps to the next thing that happens, and only when nothing runs any more: no turn is
 * under way, every record is kept. People and endpoints are scripted (cast.h), all chance comes
 * from one seed: the same setup and the same calls give the same records, byte for byte. Nothing is
 * sent.
 *
 *     night_ask, night_advance --> core_decide --> records: kept, and shown to `record`
 *                                      ^             effects: attempts  --cast--> results, answers
 *                                      |                      events   --planners--> turns
 *                                      +---- the next coming thing, or the core's next timer
 *
 * night_crash is kill -9 of one of the processes: the engine is loaded from its rows, as at a
 * start.
 *
 * Layer      sim: base, core, the model store. Planners come by a port: whoever introduces them to
 *            each other (desk/planners.h) includes both.
 * Ownership  What a setup points at is borrowed as long as the night lasts.
 * Threads    One; any number of nights in a process.
 * Errors     ERR_INVALID: the checked set does not fit a core, or a planner refused a frame: a
 * fault of ours. What a plan or a person does wrong is a refusal or a record.
 */
#pragma once

#include "core/core.h"
#include "sim/cast.h"

struct night;
struct model_store;

/* The planners of a night, by slot. What they say comes back by night_planner_said. */
struct night_planners {
    void *ctx;
    void (*start)(void *ctx, int slot); /* a fresh one; one that is there goes */
    void (*stop)(void *ctx, int slot);
    enum err (*frame)(void *ctx, int slot, const json_t *frame, struct why *why);
};

struct night_setup {
    const json_t *checked; /* the frame "checked": site, channels, plans */
    const json_t *sources; /* {PLAN: its files, as the frame "pin" has them} */
    wall_ms begins;
    uint64_t seed;
    const char *occasions_of; /* as in core_config */
    struct cast *cast;
    struct night_planners planners;
    /* Endpoints are asked whether they answer, and the auditor looks each minute. Without, a year
     * passes as quickly as what happens in it. */
    bool watch;
    /* Each record as it is decided; NULL: nobody looks. */
    void (*record)(void *ctx, const struct record *r);
    /* Each attempt that a courier would make, before its outcome is known; NULL: nobody looks. */
    void (*attempt)(void *ctx, const struct effect *attempt);
    void *ctx;
};

enum night_crash { NIGHT_CRASH_ENGINE, NIGHT_CRASH_PLANNER, NIGHT_CRASH_COURIER };

/* NULL with a sentence: see Errors. */
struct night *night_new(const struct night_setup *setup, struct why *why);
/* The engine starts, and the set is in force. Once, when planners may say something. */
void night_begin(struct night *n);
void night_free(struct night *n); /* NULL is fine */

/* Another set for the lives that follow, and its drills for this one. Borrowed like the first. */
void night_take_set(struct night *n, const json_t *checked);

/* One scenario more, or another under its name. Borrowed no longer than the call. */
void night_take_scenario(struct night *n, const char *name, const json_t *scenario);

/* From a planner's hook. Borrows. */
void night_planner_said(struct night *n, const json_t *frame);

/*
 * Something that a person or a program says. `body` is taken. returns the reply, borrowed until the
 * next call; NULL: the input has none.
 */
const json_t *night_ask(struct night *n, enum input_kind kind, struct uuid incident,
                        json_t *takes_body);
/* The same with all that an input may carry; time and entropy are set here. */
const json_t *night_ask_input(struct night *n, struct input in);
/* The same in `after` ms; whoever hears the reply is nobody. */
void night_later(struct night *n, int64_t after, enum input_kind kind, struct uuid incident,
                 json_t *takes_body);

/* Go on for so long. ERR_LIMIT: more happens than `happenings` allow; the clock stands there. */
enum err night_advance(struct night *n, int64_t ms, int64_t *happenings, struct why *why);

/* slot: of the planner. fault: by the plan's own doing. */
/* The engine is down for so long, and starts from its rows. What came for it meanwhile comes then.
 */
void night_down(struct night *n, int64_t ms);

void night_crash(struct night *n, enum night_crash what, int slot, bool fault);

/* What tests bend: planners keep nothing between turns; what they say waits; results wait. */
void night_forgetful(struct night *n);
void night_hold_turns(struct night *n, bool hold);
void night_hold_results(struct night *n, bool hold);

mono_ms night_mono(const struct night *n); /* since it began */
wall_ms night_wall(const struct night *n);
const struct core *night_core(const struct night *n);
/* Incidents in the order of their making; none: there is no such. */
struct uuid night_incident(const struct night *n, size_t at);
size_t night_incidents(const struct night *n);
/* What is kept: the journal, and the rows as a start would find them. */
const struct model_store *night_store(struct night *n);
/* A core with the set of this night in its library, and nothing else. Gives. */
struct core *night_fresh_core(const struct night *n, struct why *why);
struct core *night_loaded_core(struct night *n, struct why *why); /* and with the rows */
/* The first trouble of ours; ERR_OK: none so far. */
enum err night_trouble(const struct night *n, struct why *why);
