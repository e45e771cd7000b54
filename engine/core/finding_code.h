/*
 * finding_code - every code of `muster plan check`, once, with one sentence.
 *
 * A code is never renamed: programs read it. What a finding says at its place, with the remedy, is
 * said where it is found.
 *
 * Layer      core: base.
 * Ownership  All is static.
 */
#pragma once

#include "base/json.h"

#include <stddef.h>

enum finding_weight { FINDING_ERROR, FINDING_WARNING, FINDING_EITHER };

struct finding_code {
    const char *code;
    enum finding_weight weight; /* an error refuses the set */
    const char *en, *zh;
};

/* The n-th, in the order of the book; NULL behind the last. */
const struct finding_code *finding_code_at(size_t n);

/* NULL: no such code. */
const struct finding_code *finding_code_find(const char *code);

/*
 * Of the findings of a check, what is to be said where there is room for one: the first error, or
 * the first warning where there is no error. NULL: there are none. Borrows.
 */
const json_t *finding_first(const json_t *findings);

/* "error", "warning", "either" */
const char *finding_weight_name(enum finding_weight w);
