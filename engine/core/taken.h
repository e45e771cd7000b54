/*
 * taken - a call that people have accepted: enough of them, and for how long.
 *
 * With `at_least` a call goes on until so many have accepted: whoever has is not called again, and
 * who is left in its rung may still answer. With `answer_for` an answer counts for a time; then the
 * call begins anew at its first rung, until the plan closes it, its scope ends or its incident is
 * over:
 *
 *     RINGING --answer, not enough yet--> RINGING
 *     RINGING --answer, enough--> gone, or with answer_for: STANDS
 *     STANDS --its time is up, or who accepted declines--> RINGING, from the first rung
 *     STANDS --an answer of anybody who was called--> STANDS, its time from now
 *     RINGING anew --nobody answers: an alarm--> STANDS, taken by nobody
 *
 * The plan waits for the first answer only; of all later ones it hears as facts.
 */
#pragma once

#include "core/call.h"

/* Calls of an answer, by what it does to them. */
struct taken {
    json_t *settled; /* own: steps of calls that have enough now */
    json_t *partly;  /* own: steps of calls that want more */
    json_t *until;   /* own: {step: mono}: those that stand, until then. NULL: none */
    json_t *all; /* own: {step: [{"by","name","at","note"?}…]} of calls that want several; NULL */
};

/* What this person's answer does to the calls of these steps; ev: the answer as the plan sees it.
 */
void taken_of(const struct core *c, const struct incident *i, const json_t *steps,
              const char *person, const json_t *ev, struct taken *ret);
void taken_done(struct taken *t);

/* All who have accepted, in the order of their ids, as in taken.all. Gives. */
json_t *taken_by(const struct call *call);
/* The same to look many people up in: {"li.ming":true,…}. Gives. */
json_t *taken_ids(const struct call *call);
bool taken_is_by(const struct call *call, const char *person);
int taken_count(const struct call *call);
bool taken_enough(const struct call *call);

/* --- applying --- */

/* The answer of a record, to this call: it settles it, or is one of several. */
void taken_apply(struct core *c, struct call *call, const struct record *r, bool settled);
/* Nobody answered it. It goes, or stands, taken by nobody, as the record says. */
void taken_apply_expired(struct core *c, struct call *call, const struct record *r);
void taken_undo(struct call *call, const char *person); /* they cannot come after all */
void taken_forget(struct call *call);                   /* nobody's answer counts any longer */
