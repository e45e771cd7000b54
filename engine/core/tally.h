/*
 * tally - what the record says, counted since the start: messages by what became of them, turns,
 * fallbacks, how long calls rang. For /metrics.
 *
 * Counted is what is durable, record by record, so that no figure speaks of what may yet be undone.
 * Drills are counted apart (rule R6). No figure names an incident or a person.
 *
 * Layer      core: pure.
 * Ownership  tally_init, tally_done.
 */
#pragma once

#include "base/exposition.h"
#include "core/core.h"

enum {
    TALLY_CHANNELS = 32, /* those of a site; of more the rest count as "other" */
    TALLY_OUTCOMES = 6,
    TALLY_TURNS = 4,
    TALLY_REASONS = 12,
};

struct tally_channel {
    char *name;
    int64_t counts[2][TALLY_OUTCOMES]; /* [drill] */
};

struct tally {
    struct tally_channel channels[TALLY_CHANNELS + 1]; /* the last: "other" */
    size_t channels_count;
    int64_t opened[2], turns[2][TALLY_TURNS], fallbacks[2][TALLY_REASONS];
    struct histogram answers[2];
};

void tally_init(struct tally *t);
void tally_done(struct tally *t);

/* c: knows the channels of endpoints. */
void tally_record(struct tally *t, const struct core *c, const struct record *r);

void tally_write(const struct tally *t, struct exposition *to);
