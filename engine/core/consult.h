/*
 * consult - 会商: several people are asked one question at the same time, and give opinions.
 *
 *     (turn) --consult_begin--> ASKED --an answer with a note or a file: opinion_given--> ASKED
 *     ASKED --all have answered, declined or cannot be reached, or time up: consulted--> gone
 *
 * It is a call (state.h) of one rung that no single answer ends. An answer without note and file
 * says that somebody is on it, and is no opinion yet. Who answers again corrects the opinion. What
 * comes after the end is recorded as any answer that no call waits for. The chair gets them all.
 */
#pragma once

#include "core/answer.h"
#include "core/decide.h"
#include "core/state.h"

void consult_begin(struct core *c, struct call *call);
/* Is anybody still to be waited for? Else it is over. The call may be gone afterwards. */
void consult_check(struct core *c, struct call *call);
void consult_end(struct core *c, struct call *call, const char *why); /* "answered", "time" */
/* An answer by somebody who is consulted; false: nobody waits for an opinion of theirs. */
bool consult_answer(struct core *c, struct incident *i, const struct answer *a);

void consult_apply_opinion(struct incident *i, const struct record *r);
