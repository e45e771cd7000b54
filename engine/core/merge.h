/*
 * merge - the orders merge (this incident goes on as a part of another) and split (a part of it
 * goes on as an incident of its own).
 *
 * Merged, an incident is over: its plan ends, its calls stop. Whoever was reached is told, by a
 * message of the other, so that they hear of its end as all the others do. Its open
 * items and its children are the other's, what is known of its facts is a fact `joined` of the
 * other, and triggers by its keys and its values of one_per go there. Its id still answers, with
 * the other's, until that is over.
 *
 * Split off, an incident begins as by a trigger: its plan runs, nobody commands. It takes the items
 * and stations named by the order; of these stations the old one is asked no more for its levels
 * and ends.
 *
 * Both are given by order.c, which reads who, why, and by what right.
 */
#pragma once

#include "core/state.h"

/* The other incident, of the input's "into"; NULL after a refusal. */
struct incident *merge_read(struct core *c, const struct incident *i);
void merge_give(struct core *c, struct incident *i, struct incident *into);

/* Title, items and stations of the input; false after a refusal. */
bool split_read(struct core *c, const struct incident *i);
struct incident *split_give(struct core *c, struct incident *i);
