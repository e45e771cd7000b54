/*
 * incident - one run of a plan: from its trigger to its end.
 *
 *     OPEN --resolved | terminate ordered | plan done | merged--> CLOSED
 *     CLOSED --last notice finished, nothing holds it (family.h)--> forgotten
 *     CLOSED --a trigger within reopen_within--> OPEN
 *
 * health: OK --plan_failed--> FALLBACK; STUCK when the engine itself died twice on it.
 *
 * This file keeps the object: making, finding, projecting to a row and back. What happens to it is
 * decided in decide.c, plan_run.c, call.c and notice.c, and applied in apply.c.
 */
#pragma once

#include "core/state.h"

struct incident *incident_new(struct core *c, struct uuid id); /* in the index; owned by the core */
/* Over, no message of it on its way, no item open, not held: nothing can happen to it any more. */
bool incident_spent(const struct incident *i);
void incident_forget(struct core *c, struct incident *i); /* and everything it owns */
struct row incident_row(const struct incident *i);
void incident_from_row(struct core *c, const struct row *r);
/* open, awaiting_order, active, recovering, closed, merged, upkeep */
const char *incident_state_name(const struct incident *i);
const char *health_name(enum health h);

/* How long it waits for what is to take so long: all times of a drill may be shorter. */
int64_t incident_ms(const struct incident *i, int64_t ms);
int64_t speed_ms(int speed, int64_t ms); /* the same of one that is not there yet */
/* What the clocks show in its plan then. */
wall_ms incident_wall(const struct incident *i, wall_ms at);
/* The steady clock of its plan, which counts from where it likes; incident_ms leads back. */
mono_ms incident_mono(const struct incident *i, mono_ms at);

struct plan_timer *plan_timer_new(struct core *c, struct incident *i, const char *step,
                                  mono_ms due);
void plan_timer_drop(struct core *c, struct plan_timer *t);
struct plan_timer *plan_timer_find(const struct incident *i, const char *step);

struct dedup *dedup_find(const struct core *c, const char *key);
struct dedup *dedup_bind(struct core *c, const char *key, struct uuid incident,
                         const uint8_t digest[16]);
void dedup_release(struct core *c, const char *key);
void dedup_forget(struct core *c, struct dedup *d);
/* It binds for this incident, until that is over. */
void dedup_own(struct incident *i, struct dedup *d);
void dedups_own_all(struct core *c); /* all rows are there */
void dedups_release(struct core *c, struct incident *i);
void dedups_move(struct core *c, struct incident *from, struct incident *to);
struct row dedup_row(const struct dedup *d);
void dedup_from_row(struct core *c, const struct row *r);
/* principal + "\n" + key, given. A drill has keys of its own: it never touches what is real (R6).
 */
char *dedup_key(const char *principal, const char *key, bool drill);

/* 16 bytes as 32 hex digits and back */
void hex16(const uint8_t b[16], char ret[33]);
bool hex16_parse(const char *text, uint8_t ret[16]);
