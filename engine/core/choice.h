/*
 * choice - one of the answers to a question: a text, or one in each language.
 *
 * Layer  core: jansson.
 */
#pragma once

#include "base/json.h"

enum { CHOICES_MAX = 20, CHOICE_BYTES = 200 };

/* How it is called, in answers and in the tally: the text, or that of {zh=,en=} in English. */
const char *choice_name(const json_t *choice);

/* The choice of this list that is meant by a name or by its text in any language. NULL: none. */
const char *choice_meant(const json_t *choices, const char *said);
