/*
 * order - what people order, and what follows from it in the same turn.
 *
 * An order about a level says four things (art. 72 of the Emergency Response Act): the matter, the
 * level, until when it is expected to last, and the measures; the head gives what the order itself
 * does not. Who orders must hold the right (may_order of the site): of the level for activate,
 * raise and again; of the level in force for lower and, beside "terminate" itself, for the end, so
 * that nobody undoes what was ordered above them.
 *
 *     activate  none in force -> a level        again (activate, the same level): renews it
 *     raise     a higher one                    lower: a lower one
 *     terminate the response is over: recovering, or closed where nothing is left to do
 *
 *     merge     it goes on as a part of another one   split: a part of it goes on by itself
 * (merge.h)
 *
 * An oral order is taken down by somebody else and read back: `oral` names that person.
 */
#pragma once

#include "core/state.h"

void decide_order(struct core *c);
void decide_confirm(struct core *c);
/*
 * The site's standing order: nobody has ordered in time. Marked to be approved afterwards.
 *
 * level  What may be ordered so: at most what is proposed.
 */
void order_auto(struct core *c, struct proposal *p, enum level level);
/* "孙伟 (post:flood-hq-deputy)" of everybody who may order it; "nobody". */
void orderers_say(const struct core *c, const struct incident *i, const char *what,
                  struct text *to);
/* "activate level IV", "启动IV级响应" */
void order_words(const char *action, const char *level, bool zh, struct text *to);
