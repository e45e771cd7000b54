/*
 * upgrade - which binary and which Lua drive the plans, and what is to be verified when they have
 * changed.
 *
 * A run is a function of its journal (rule R3), for the binary and the Lua that wrote it. Another
 * one must do the same again; whether it does is found by replaying each live run, in the
 * background, before the hour in which it would take its next turn (engine_verify.c).
 *
 *     DRIVEN BY A --a start by B, nothing live--> DRIVEN BY B
 *     DRIVEN BY A --a start by B--> each live run is replayed --plans_verified--> DRIVEN BY B
 *
 * A stop in between begins anew at the next start. What diverges falls back at once (rule R4); of
 * more than three at a time one call lists all.
 *
 * Layer      core: base only.
 */
#pragma once

#include "core/state.h"

/* Of IN_STARTED: what `driver` leads to, into the body of the record. */
void upgrade_started(const struct core *c, json_t *body);
void upgrade_diverged(struct core *c); /* IN_DIVERGED */
void upgrade_verified(struct core *c); /* IN_VERIFIED */

void upgrade_apply(struct core *c, const struct record *r);
struct row upgrade_row(const struct core *c);
void upgrade_from_row(struct core *c, const struct row *r);
