/*
 * decide - one function an input, and the decisions about an incident as a whole.
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
};

/* Record it. returns  whether an open call waited for it; it is recorded either way. */
bool answer_take(struct core *c, struct incident *i, const struct answer *a);

/* Its event, and who speaks, for those who record it. Give. */
json_t *answer_event(struct core *c, const char *name, const struct answer *a, json_t *takes_steps);
json_t *answer_actor(struct core *c, const struct answer *a);

/* The open incident of the input; NULL after a refusal. */
struct incident *input_incident(struct core *c);
/* It is over: "done", "resolved", "terminated", "closed" by hand, "drill" as its scenario says,
 * "broken_off" of a drill. */
void incident_close(struct core *c, struct incident *i, const char *why);
/* The end was ordered: closed, or recovering first. */
void incident_end(struct core *c, struct incident *i);

/* The reply about an incident: {"incident","state"}. Gives. */
json_t *incident_reply(const struct incident *i);
/* Who speaks, as the actor of a record. Gives. */
json_t *actor_input(const struct core *c);
/* May the one who speaks do this? Else it is refused. */
bool input_allowed(struct core *c, unsigned scope, const char *what);

/* An answer that came while the turn that made the call was under way. */
void answer_call_early(struct core *c, struct incident *i, const char *step, const char *person);
