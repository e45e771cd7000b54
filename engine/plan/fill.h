/*
 * fill - texts of a plan with {fields} in them.
 *
 * A field is looked up in the values that the plan gives, then in the incident: {title}, {place},
 * {labels.instance}. Lists are joined by commas, a place shows its name, {zh=, en=} shows the
 * language of the text. A field that nobody knows prints itself: a message with a hole in it is
 * better than none.
 *
 * Layer      plan: base only.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FILL_FIELD_MAX = 64,
    FILL_TEXT_MAX = 64 * 1024, /* bytes of a filled text */
};

struct fill {
    const json_t *values;         /* of the plan; may be NULL */
    const json_t *about;          /* the incident; may be NULL */
    const char *lang;             /* "zh", "en"; NULL: the text is in no language of its own */
    char unknown[FILL_FIELD_MAX]; /* the first field that nobody knew; "" when there was none */
};

/* The bytes of a place "{name.of.field}" that begins at `at`; 0: none does. */
size_t fill_place(const char *at);

/* Append the filled text; false: it would be longer than FILL_TEXT_MAX. */
bool fill_text(struct fill *f, const char *text, struct text *to);
