/*
 * child - incidents under an incident: the plan's child{}.
 *
 * A child has a plan, a clock and a record of its own; it takes place, labels and drill from its
 * parent. The same key is the same child: what is reported with it and is new to the child is an
 * update of it. Its end is a fact of the parent, `closed`. A child lives on when its parent is
 * over.
 */
#pragma once

#include "core/state.h"

/* child{}: the command of a turn. */
void child_command(struct core *c, struct incident *i, const json_t *cmd);
/* It is over ("closed", "merged"): its parent is told, if that is open. */
void child_ended(struct core *c, struct incident *i, const char *state, const char *why);
/* It is opened again: what became of its children meanwhile. */
void children_review(struct core *c, struct incident *i);
/* The open ones, by their titles: "Case 17, Case 18 and 3 more". */
void children_say(const struct incident *i, struct text *to);
