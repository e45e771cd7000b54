/*
 * fetch - one outgoing call of a plan, through an endpoint of the site, whose answer it waits for.
 *
 *     (turn) --fetch_new--> OPEN --place free: handed to the courier--> UNDER WAY
 *     UNDER WAY --an answer, or a refusal: fetched--> gone
 *               --it may work later--> OPEN (0, 1, 3, 8, 20, 45 s after the last try, then each 60
 * s) OPEN, UNDER WAY --time up: fetched--> gone        --cancelled, the plan is over--> gone
 *
 * It is begun with the record of the turn, and its answer is a record and a fact: a plan that is
 * played again hears what was said then. At least once, with the same Idempotency-Key: what was
 * under way at a crash is sent again. Who is called when nothing else works is no matter of this:
 * a fetch raises no alarm, the plan is told.
 *
 * What is handed out, and how often it was tried, is volatile: after a start it is tried anew.
 */
#pragma once

#include "core/fetch_limits.h"
#include "core/state.h"

struct fetch *fetch_find(const struct incident *i, const char *step);
void fetch_new(struct core *c, struct incident *i, const char *step, const json_t *args,
               mono_ms now);
void fetch_drop(struct core *c, struct fetch *f);
void fetches_drop(struct core *c, struct incident *i);
void fetches_write(const struct incident *i, struct text *to); /* "fetches":[…], sorted by step */
void fetch_from_json(struct core *c, struct incident *i, const json_t *kept);

/* Hand out what may be tried now, as places are free: behind every input. */
void fetch_pump(struct core *c);
/* Its time is up, or a further try is due. */
void fetch_due(struct core *c, struct fetch *f);
/* The courier's word on the one of the input. */
void decide_fetched(struct core *c);
/* What a courier held that is gone is sent again. */
void fetches_lost(struct core *c);

void fetch_apply(struct core *c, struct incident *i, const struct record *r);
