/*
 * dead - dead letters: messages that failed by every contact of their person within their time.
 *
 * Each was alarmed when it failed. It is kept, with what it says, its link and its code, as long as
 * its incident is open, and is
 *
 *     FAILED --replayed--> QUEUED     as it was, by the contacts that the person has now, for an
 * hour FAILED --dropped---> RECALLED   nobody needs it any more FAILED --its incident is over-->
 * FAILED, and nothing more: it stands in the record, and in the incident's list of messages
 *
 * A plan hears of a failure once; what becomes of the replay is for people.
 */
#pragma once

#include "core/state.h"

/* Have it sent again, or let it go: the one of the input, or all of its incident. */
void decide_dead(struct core *c);
/* [{"notice","incident","title","to","name","step","endpoint","text","why","at","drill"}], the last
 * to fail first. Gives. */
json_t *dead_list(const struct core *c);
