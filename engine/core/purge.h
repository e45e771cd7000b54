/*
 * purge - what is personal in an incident that is over is destroyed (rule R11).
 *
 *     closed --purge: record `purged`, and in the same transaction its key is destroyed--> purged
 *
 * The store does the destroying, as it writes the record: from then on nobody can read what was
 * sealed, in no copy of the file either, and the chain still verifies. Here is decided whether it
 * may be, and forgotten what is kept of it outside of its own rows: its Idempotency-Keys.
 *
 * What another incident knows of it (the title of a child, the facts of what was merged) is sealed
 * with that one's key, and goes with its purge.
 *
 * Layer      core: pure.
 */
#pragma once

#include "core/state.h"

/*
 * The incident of the input is there and was not purged yet: whoever hands in the input has looked
 * into the store, as what is over and spent is not in memory.
 */
void decide_purge(struct core *c);

void purge_apply(struct core *c, const struct record *r);
