/*
 * trial - one test under way: its night, and what it has seen of the trace.
 *
 * The verbs of a test (`t:trigger`, `t:tells` …) without Lua: each says in a sentence what is
 * wrong. The night begins with the first verb that needs one; `site` and `begin` come before.
 *
 * Layer      desk.
 * Ownership  trial_new gives, trial_free frees; the set is borrowed.
 * Errors     ERR_INVALID: the test asks for what makes no sense. ERR_CONFLICT: the plan does not do
 *            what the test says.
 */
#pragma once

#include "desk/stage.h"

struct trial;

struct trial_set {
    const json_t *request; /* the set, as the frame "check" has it */
    const json_t *checked; /* and what came of it, ok */
    const json_t *sources;
    const char *plan;    /* which the trial is of; NULL: of none */
    const json_t *sites; /* [{"name","source"}] */
    bool zh;             /* the trace is Chinese */
    bool no_scopes;      /* it leaves out which bodies begin and end */
    bool own_only;       /* and whatever is not of the first incident */
    void (*line)(void *ctx, const char *file, int line); /* for coverage; NULL */
    void *ctx;
};

struct trial *trial_new(const struct trial_set *set);
void trial_free(struct trial *t); /* NULL is fine */

enum err trial_site(struct trial *t, const char *path, struct why *why);
enum err trial_begin(struct trial *t, const char *at, struct why *why);
enum err trial_begin_at(struct trial *t, wall_ms at, struct why *why);

/* Who does what from now on; all that is not said stays. */
enum err trial_person(struct trial *t, const char *id, enum cast_does does, int64_t after_ms,
                      struct why *why);
/* The same of the next call only that nothing was said of, and of those that follow. */
enum err trial_person_then(struct trial *t, const char *id, enum cast_does does, int64_t after_ms,
                           struct why *why);
enum err trial_orders(struct trial *t, const char *id, int64_t after_ms, struct why *why); /* -1 */
enum err trial_endpoint(struct trial *t, const char *name, int64_t fails_ms, struct why *why);

/* What it says to a plan that fetches from it. */
enum err trial_endpoint_says(struct trial *t, const char *name, const char *body, struct why *why);

/* What people say. `takes` is taken. A refusal is ERR_CONFLICT with its sentence. */
enum err trial_trigger(struct trial *t, json_t *takes, struct why *why);
enum err trial_say(struct trial *t, enum input_kind kind, json_t *takes, struct why *why);
/* The body of "drill_start". scenario: as checked, in the place of those of the set; NULL: without
 * one. The night has not begun but for who is in it. */
enum err trial_drill(struct trial *t, const json_t *scenario, json_t *takes, struct why *why);
/* The last update is reported again and again for so long, so that it is not stale. */
enum err trial_keeps(struct trial *t, int64_t ms, struct why *why);
/* An item by the name of its measure, a report by kind and number: "update 1". */
enum err trial_item(struct trial *t, const char *name, const char *action, json_t *takes_more,
                    struct why *why);
enum err trial_report(struct trial *t, const char *name, const char *action, json_t *takes_more,
                      struct why *why);
/* People speak to the nth incident of this plan from now on; 1 is the first. */
enum err trial_about(struct trial *t, const char *plan, int nth, struct why *why);
/* "engine", "planner", "courier" */
enum err trial_crash(struct trial *t, const char *what, struct why *why);
enum err trial_advance(struct trial *t, int64_t ms, struct why *why);

enum err trial_tells(struct trial *t, const char *lines, bool exactly, struct why *why);
enum err trial_never(struct trial *t, const char *part, struct why *why);
enum err trial_expect(struct trial *t, const json_t *what, struct why *why);

/* Whoever writes the test looks for himself: at the trace, at a refusal. */
void trial_looked(struct trial *t);

/* At the end: has a line come that must never, and has the test asserted anything at all? */
enum err trial_end(struct trial *t, struct why *why);

/* The person who holds a post or heads a department; else what was given. */
const char *trial_holder(const struct trial *t, const char *target);

/* What they choose when they are asked (cast_chooses). */
enum err trial_chooses(struct trial *t, const char *id, const char *call, const char *choice,
                       struct why *why);

/* Each record of the incident that people speak to, so far. */
void trial_records(const struct trial *t, void (*each)(void *ctx, const struct record *r),
                   void *ctx);

/* Everything told so far. "" before the night begins. */
const char *trial_trace(const struct trial *t);
