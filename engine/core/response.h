/*
 * response - how an incident is commanded: the object, its rows, and what records change in it.
 *
 * Drawn at struct response (state.h). What is decided: suggest.c (what the facts speak for),
 * proposal.c (who is asked), order.c (what people order).
 */
#pragma once

#include "core/state.h"

struct response *response_of(struct incident *i); /* made where there is none */
void response_drop(struct core *c, struct incident *i);

/* It begins anew: no level, nobody commands, nothing is silenced. */
void response_again(struct core *c, struct incident *i);
void response_close(struct core *c, struct incident *i); /* it is over: nothing is due any more */

/* The level in force; LEVEL_NONE: none was ordered, or it is over. */
enum level incident_level(const struct incident *i);
bool incident_recovering(const struct incident *i);

struct mark *mark_find(const struct incident *i, const char *of);
/* The mark of a level or an end; unknown where there is none. */
enum truth mark_truth(const struct incident *i, const char *kind, const char *id);
bool mark_held(const struct incident *i, const char *kind, const char *id);

struct proposal *proposal_find(const struct incident *i, int number);
void proposal_drop(struct core *c, struct proposal *p);

void response_write(const struct incident *i, struct text *to); /* "response":{…} */
void response_from_json(struct core *c, struct incident *i, const json_t *kept);

/* records of the kinds condition …, proposal_…, ordered, confirmed */
void response_apply(struct core *c, struct incident *i, const struct record *r);
