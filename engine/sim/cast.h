/*
 * cast - who is in a night, and how they behave: people, endpoints, and the dice.
 *
 * A person answers calls after a while, or declines, or is silent, with a chance; the same for
 * orders that are put to them. Whoever has no script behaves as "*" does; without one of that name
 * they are silent and give no order. Who is asked to choose takes what stands first, unless they
 * are told otherwise. An endpoint answers 200 but while it fails.
 *
 * Layer      sim: base only.
 * Ownership  cast_new gives, cast_free frees; everything is copied.
 */
#pragma once

#include "base/err.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

enum cast_does { CAST_SILENT, CAST_ANSWERS, CAST_DECLINES };

struct cast_part {
    enum cast_does does;
    int64_t from_ms, to_ms; /* after how long, each time anew between the two */
    int percent;            /* of the calls; the others meet silence */
    bool orders;            /* gives the order that is put to them */
    int64_t orders_ms;      /* after so long */
};

struct cast;

struct cast *cast_new(uint64_t seed);
void cast_free(struct cast *c);

/* From now on. */
void cast_person(struct cast *c, const char *id, const struct cast_part *part);
struct cast_part cast_part_of(const struct cast *c, const char *id);
/* At the next call that nothing was said of yet; at those after it they go on so. */
void cast_person_then(struct cast *c, const char *id, const struct cast_part *part);

/* A person hears nothing from `from` to `to`, in steady ms of the night. */
void cast_silence(struct cast *c, const char *id, mono_ms from, mono_ms to);
/* An endpoint answers with this status between the two; 0: nothing answers. */
void cast_fault(struct cast *c, const char *endpoint, int status, mono_ms from, mono_ms to);

/* What they choose, from now on, where it is among the choices: when asked by this call, else by
 * any other. */
void cast_chooses(struct cast *c, const char *id, const char *call, const char *choice);
/* offered: ends with NULL. Borrows one of them; NULL: there is none. */
const char *cast_choice(const struct cast *c, const char *id, const char *call,
                        const char *const *offered);

/* What an endpoint says to whoever fetches from it; at first nothing. */
void cast_says(struct cast *c, const char *endpoint, const char *body);
const char *cast_said(const struct cast *c, const char *endpoint);

/* Somebody is called once more. returns which of their calls it is, from 0. */
int64_t cast_called(struct cast *c, const char *id);
/* What becomes of that call to somebody now: after so many ms; -1: silence. */
int64_t cast_answers(struct cast *c, const char *id, int64_t nth, mono_ms now, bool *ret_declines);
/* After so many ms an order; -1: none. */
int64_t cast_orders(struct cast *c, const char *id, mono_ms now);
int cast_status(const struct cast *c, const char *endpoint, mono_ms now);

/* The dice: the next number of the seed. */
uint64_t cast_dice(struct cast *c);
