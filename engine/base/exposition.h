/*
 * exposition - figures as Prometheus reads them: its text format, version 0.0.4.
 *
 *     exposition_family, then for each of its samples: exposition_label (any number), a value
 *
 *     # HELP muster_notices_total Messages by what became of them.
 *     # TYPE muster_notices_total counter
 *     muster_notices_total{channel="webhook",outcome="sent"} 12
 *
 * A family is written once, whole. Names are ours and follow the conventions (asserted: letters,
 * digits and underscores; counters end in _total, times are seconds). Values of labels may be
 * anything and are escaped; that there are few of them is the caller's care.
 *
 * Layer      base.
 * Ownership  Writes to a text of the caller's. exposition_done frees the rest.
 */
#pragma once

#include "base/histogram.h"
#include "base/text.h"

enum exposition_type { EXPOSITION_COUNTER, EXPOSITION_GAUGE, EXPOSITION_HISTOGRAM };

struct exposition {
    struct text *to;
    const char *family; /* borrowed until the next one */
    enum exposition_type type;
    struct text labels; /* of the sample to come */
};

void exposition_done(struct exposition *x);
#define AUTO_EXPOSITION(name, text)                                                                \
    __attribute__((cleanup(exposition_done))) struct exposition name = {.to = (text)}

void exposition_family(struct exposition *x, enum exposition_type type, const char *name,
                       const char *help);
void exposition_label(struct exposition *x, const char *name, const char *value);

/* Each writes one sample, with the labels said before it. */
void exposition_int(struct exposition *x, int64_t value);
void exposition_real(struct exposition *x, double value);
void exposition_histogram(struct exposition *x, const struct histogram *h); /* in seconds */

/* A family of one sample without labels. */
void exposition_one(struct exposition *x, enum exposition_type type, const char *name,
                    const char *help, int64_t value);
