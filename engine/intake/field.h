/*
 * field - what an operation takes: types and bounds of its fields, and whether a value keeps them.
 *
 * A refusal names the field by its path ("fields.g7.stage_m") and the nearest known word.
 *
 * Layer      intake: pure.
 * Ownership  Tables are constant; values are borrowed.
 */
#pragma once

#include "intake/refusal.h"

enum { FIELD_NAME_BYTES = 128, FIELD_SCRIPT_BYTES = 1024, FIELD_FILE_BYTES = 256 * 1024 };

enum field_type {
    FIELD_TEXT,          /* a string of 1 to `most` bytes */
    FIELD_NAME,          /* the same, without control characters and white space at its ends */
    FIELD_UUID,          /* an incident's id */
    FIELD_BOOL,          /* true or false */
    FIELD_COUNT,         /* a whole number of 1 to `most` */
    FIELD_WORD,          /* one of `words` */
    FIELD_WORDS,         /* one of `words`, or a list of at most `most` of them */
    FIELD_NAMES,         /* a list of at most `most` names, each a FIELD_NAME of FIELD_NAME_BYTES */
    FIELD_NAME_OR_NAMES, /* one of them, or such a list */
    FIELD_MAP,           /* an object of at most `most` strings */
    FIELD_FACTS,         /* values by name, or by station and name */
    FIELD_EVENT,         /* an event's id, "1-40213" */
    FIELD_WHOLE,         /* a whole number of 0 to `most` */
    FIELD_SCRIPT,        /* a list of at most `most` texts, as options of the command line */
    FIELD_FILES,         /* texts by the names of files of a set (set_file.h); null: left out */
    FIELD_CONTACTS,      /* a list of at most `most` objects {person, endpoint, value} */
    FIELD_SCALAR,        /* anything but a list or an object, at most `most` bytes */
};

struct field {
    const char *name; /* NULL ends a table */
    enum field_type type;
    bool required;
    bool reserved; /* promised, not built yet */
    int64_t most;
    const char *const *words; /* NULL-ended */
};

const struct field *field_find(const struct field *fields, const char *name); /* NULL: none */

/* "red orange yellow blue" */
void words_add(struct text *t, const char *const *words);

/* Does the value keep the type and the bounds? */
enum code field_check(const struct field *f, json_t *value, struct refusal *ret_refusal);

/* "1-40213": the generation of the database (from 1), and a seq. */
bool event_parse(const char *text, int64_t *ret_gen, int64_t *ret_seq);
