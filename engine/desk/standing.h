/*
 * standing - what stands in a night, now: the rows that a daemon would show in its lists.
 *
 * Layer      desk: sim.
 * Ownership  Gives.
 */
#pragma once

#include "sim/model_store.h"
#include "sim/night.h"

/*
 * All rows of a kind, in the order of their ids. incident: of this one alone; none: of all.
 * [{"id","state","late"?,"kind" of a report,"body"}]
 */
json_t *standing_rows(struct night *n, enum row_kind kind, struct uuid incident);

/* To be done or to be sent still. An item that is done waits to be struck off: it is open no more.
 */
bool standing_is_open(const json_t *row);
