/*
 * past - a night that was: the records of one incident as `journal export` gives them, and what
 * people did in it, to be done again at the same times in a night of the second world.
 *
 * Done again: the trigger, updates, orders, confirmations, what became of items and reports by
 * their names, "resolved", "closed". Whoever was called answers after as long as then, or is silent
 * as then, and chooses what they chose last; whoever was never called answers after PAST_ELSE_MS,
 * and who that was is told. A drill begins with the scenario of then, which puts in the rest
 * itself.
 *
 * Layer      desk.
 * Ownership  past_read gives; past_free frees. Records are its own, with the clock of the night:
 *            it begins at 0.
 * Errors     ERR_INVALID: what is given is no incident's journal, or it was purged.
 */
#pragma once

#include "desk/trial.h"

#define PAST_ELSE_MS (3 * MS_MINUTE)

struct past {
    struct record **records;
    size_t count, cap;
    const char *plan; /* of the first record; borrows from it */
    const char *pin, *seed;
    wall_ms begins;
    mono_ms lasts;
};

/* lines: [{"seq","kind","at","mono","actor","body","sealed"}] */
enum err past_read(const json_t *lines, struct past *ret, struct why *why) MUST_USE;
void past_done(struct past *p);

/* What is not as it was. */
struct past_again {
    int64_t skipped; /* acts of people without a place now: no such item, an order refused */
    json_t *assumed; /* [{"id","name"}]: called now, and never then */
};

/* Do it all again with this trial, which has not begun. Give ret->assumed, failed or not. */
enum err past_repeat(const struct past *p, struct trial *trial, struct past_again *ret,
                     struct why *why) MUST_USE;
