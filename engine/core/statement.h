/*
 * statement - what people declare, issue and publish: orders that are about no level.
 *
 *     declare   宣布: a state by law, as 紧急防汛期
 *     issue     发布预警: the warning colour of the incident, or a word of command
 *     publish   信息发布: a draft of the plan, with the eight statements of art. 64 of the
 * Emergency Response Act; the eighth, the time, is that of the order
 *
 * Category, grade, colour of the warning and response level are four ladders: a statement moves the
 * colour at most, and never a level. Nothing of it leaves without its order: the plan proposes, a
 * draft too is a proposal, and whoever has the right (may_order of the site) orders. It is sent to
 * whom the draft names, to the commander and the members of the level in force; where there is
 * nobody of these, to the duty room. A later one may lift an earlier.
 */
#pragma once

#include "core/state.h"

bool statement_is(const char *action);

/* The draft of a plan is put to whoever may publish: the command of a turn. */
void statement_draft(struct core *c, struct incident *i, const json_t *cmd);
/* "【预警】…" of a draft, in both languages. Gives. */
json_t *statement_text(const json_t *draft);
/* "橙色", "orange"; then "橙色预警", "orange warning". */
const char *warning_colour(const char *colour, bool zh);
const char *warning_words(const char *colour, bool zh);
/* Who may order it first: a target. Gives; NULL: nobody may. */
char *statement_orderer(const struct core *c, const struct incident *i, const char *action);

/*
 * What an order of the input states: {"what","warning","draft","to","number","step","lifts"}.
 * returns  Gives; NULL after a refusal.
 */
json_t *statement_read(struct core *c, struct incident *i, const char *action);
struct telling {
    const json_t *statement;
    const json_t *text;   /* of the order, to the commander and the members */
    const json_t *public; /* to those to whom a draft is addressed; NULL: `text` */
    const char *by;       /* who knows already; NULL: nobody */
};

/* It was ordered: those whom it concerns are told. */
void statement_tell(struct core *c, struct incident *i, const struct telling *t);

/* An order of this kind is kept; the one that it lifts is over. */
void statement_apply(struct incident *i, const struct record *r);
