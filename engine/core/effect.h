/*
 * effect - what the core wants done in the world. Data only; engine.c carries it out.
 *
 * Every effect carries `after`, the last seq assigned when it was decided, and is released in
 * order once that seq is on disk (rule R1). Refusals and duplicates too: a reply never overtakes
 * the record that it speaks of.
 */
#pragma once

#include "core/input.h"

enum effect_kind {
    EFFECT_REPLY, /* to, body */
    EFFECT_EVENT, /* slot, gen, incident, cause, body: the frame "event"; "ev" is missing where the
                       fact was journalled earlier: then read it there (record `cause`) */
    EFFECT_DROP,  /* slot, incident: the planner may forget it */
    EFFECT_ATTEMPT, /* notice, body: the frame "attempt" without contact; person, endpoint in it */
    EFFECT_FETCH,   /* incident, body: the frame "attempt" of a plan's fetch, with "fetch", its step
                     */
    EFFECT_PROBE,   /* body: the frame "attempt" that asks an endpoint whether it answers */
    EFFECT_KILL,    /* slot, gen, why */
    EFFECT_WANT,    /* slot: start the quarantine planner */
};

struct effect {
    enum effect_kind kind;
    int64_t after;
    struct reply_to to;
    struct uuid incident;
    struct uuid notice;
    int slot;
    int64_t gen;
    int64_t cause;
    const char *why; /* static */
    json_t *body;    /* owned */
};

/* What one input led to: the records in order (already applied), and the effects. */
struct record;

struct update {
    struct record **records; /* one reference each */
    size_t records_count, records_cap;
    struct effect *effects;
    size_t effects_count, effects_cap;
};

void update_done(struct update *u);
