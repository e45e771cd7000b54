/*
 * answer - somebody who was called says that they come, or that they cannot.
 *
 * It counts for every open call whose message went to them, or for the one that it names; what it
 * does to a call that wants several, or that it holds for a time only, is in taken.h. Questions and
 * consultations take it in their own way (question.h, consult.h). An answer that no call waits for
 * is recorded all the same.
 */
#pragma once

#include "core/state.h"

/* An answer of a person, or of whoever speaks. */
struct answer {
    const char *person; /* NULL: not known; then it cannot be declined */
    const char *step; /* to this call alone; NULL: to every one whose message went to the person */
    const char *note;
    const char *choice;    /* one of those of a question (question.h); NULL */
    const char *file;      /* the name of one that says more; NULL */
    struct notice *notice; /* it came by the link of this message; NULL: in another way */
    bool decline;
    bool pass; /* declined, and passed to whoever stands in for them (call_pass_to) */
};

/* Can it be passed on, if that is asked? Else a refusal that says why not. */
bool answer_passes(struct core *c, const struct incident *i, const struct answer *a);

/* Record it. returns  whether an open call waited for it; it is recorded either way. */
bool answer_take(struct core *c, struct incident *i, const struct answer *a);

/* Its event, and who speaks, for those who record it. Give. */
json_t *answer_event(struct core *c, const char *name, const struct answer *a, json_t *takes_steps);
json_t *answer_actor(struct core *c, const struct answer *a);

/* An answer that came while the turn that made the call was under way. */
void answer_call_early(struct core *c, struct incident *i, const char *step, const char *person);
