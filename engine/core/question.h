/*
 * question - several people are asked one question at the same time, and each chooses one of its
 * answers.
 *
 *     (turn) --question_begin--> ASKED --somebody chooses: choice_given--> ASKED
 *     ASKED --enough have chosen, nobody is left who will, or time up: tallied--> gone
 *
 * It is a call (state.h) of one rung that no single answer ends. Where one answer counts for many
 * (one_per = "dept"), they are counted as one, and whoever of them spoke last has spoken for all.
 * An answer that chooses nothing says that somebody is on it. Who answers again corrects the
 * choice. What comes after the end is recorded as any answer that no call waits for.
 */
#pragma once

#include "core/answer.h"
#include "core/decide.h"
#include "core/state.h"

void question_begin(struct core *c, struct call *call);
/* Is anything still to be waited for? Else it is over. The call may be gone afterwards. */
void question_check(struct core *c, struct call *call);
void question_end(struct core *c, struct call *call, const char *why); /* "answered", "time" */

/* With whom each is counted as one, added to those asked: "per":{"id","name","target"}. */
void question_group(const struct core *c, const json_t *spec, json_t *asked);

/* Does what is chosen fit what was asked of them? Else the input is refused. */
bool question_fits(struct core *c, const struct incident *i, const struct answer *a);
/* An answer by somebody who is asked; false: nobody waits for a choice of theirs. */
bool question_answer(struct core *c, struct incident *i, const struct answer *a);

void question_apply_choice(struct incident *i, const struct record *r);
