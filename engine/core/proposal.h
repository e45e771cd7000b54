/*
 * proposal - what people are asked to order, and who is asked until they do.
 *
 * Who may order it, their deputy, the lead of the shift: each for `within`, then all of them again
 * every 15 minutes, until an order or until it is not right any more. Nobody's silence ends it, and
 * nobody's "received": only an order does. Drawn at struct proposal (state.h).
 *
 * The software may order by itself what head and site allow (`auto`), when nobody has for so long.
 */
#pragma once

#include "core/state.h"

enum level proposal_level(const struct proposal *p); /* LEVEL_NONE: it is about no level */
bool proposal_is_engines(const struct proposal *p);  /* not a plan's, nor an incident's source's */
const char *proposal_action(const struct proposal *p, json_t **ret_spec); /* of *ret_spec: given */

/* What the engine suggests by the facts: about a level, or about the end. NULL: nothing. */
struct proposal *proposal_of_engine(const struct incident *i, bool end);
/* The one of the highest level above the one in force, whoever made it; NULL. */
struct proposal *proposal_up(const struct incident *i);

/* A proposal of this wording, which names who is asked ("to", "within_ms"). */
void proposal_open(struct core *c, struct incident *i, const char *step, json_t *takes_spec);

/* The engine opens one: a level, or with LEVEL_NONE the end. */
void proposal_suggest(struct core *c, struct incident *i, enum level level);
/* Measures of a level that is left are put to the commander: keep or lift each. */
void proposal_of_items(struct core *c, struct incident *i, const char *to);
/* Some of them are decided: what is asked for is what is left. */
void proposal_of_items_left(struct core *c, struct incident *i);
/* Was this person asked to decide them? Then they may. */
bool proposal_of_items_asked(const struct incident *i, const char *person);
/* All of them are decided. */
void proposal_of_items_done(struct core *c, struct incident *i);
/* The plan proposes: the command of its turn. */
void proposal_of_plan(struct core *c, struct incident *i, const json_t *cmd);
/* Its source says that it is over: the end is put to whoever may order it, once. */
void proposal_of_source(struct core *c, struct incident *i);
void proposal_amend(struct core *c, struct proposal *p, enum level level);
/* Another draft lifts this one, by its step; false: it is not open, but ordered or unknown. */
bool proposal_lift_draft(struct core *c, struct incident *i, const char *step);
void proposal_withdraw(struct core *c, struct proposal *p);
/* What it waited for has come: the next are asked, or the software orders itself. */
void proposal_due(struct core *c, struct proposal *p);
/* An order was given: those who were asked are told. `settles` are numbers. */
void proposals_settled(struct core *c, struct incident *i, const json_t *settles);
