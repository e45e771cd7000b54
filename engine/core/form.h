/*
 * form - reading the tables that people write: keys, types and bounds, each fault a remark.
 *
 * An empty Lua table may come as {} or as [], so that an empty list is an empty table here, and the
 * other way round. Each function that reads one member enters it for its remarks.
 *
 * Layer      core: base.
 * Ownership  What is returned is borrowed from the JSON value.
 */
#pragma once

#include "core/remark.h"

#include <stdint.h>

/* A key that a table may have. A table of keys ends with a NULL name. */
struct form_key {
    const char *name;
    bool built; /* false: reserved, refused as not built yet */
};

/* Is it a table of keys? Else a remark about where we are; `what` is "a person", "the head", … */
bool form_table(struct remarks *r, const json_t *value, const char *what);

/* Every key of the table must be one of `keys`. false after a remark. */
bool form_keys(struct remarks *r, const json_t *table, const struct form_key *keys,
               const char *what);

/* The member, or NULL after a remark that it is missing; `example` shows how it is written. */
const json_t *form_need(struct remarks *r, const json_t *table, const char *key,
                        const char *example);

/* Optional members. A member that is not there gives the default without a remark. */
const char *form_str(struct remarks *r, const json_t *table, const char *key); /* NULL */
bool form_bool(struct remarks *r, const json_t *table, const char *key);       /* false */
int64_t form_int(struct remarks *r, const json_t *table, const char *key, int64_t least,
                 int64_t most, int64_t otherwise);
int64_t form_duration(struct remarks *r, const json_t *table,
                      const char *key); /* 0; in ms, ≥ 1 s */

/* One of `words` (ended by NULL); otherwise after a remark, or when it is not there. */
const char *form_word(struct remarks *r, const json_t *table, const char *key,
                      const char *const *words, const char *otherwise);

/* A sentence for people: a string, or {zh=…,en=…}. NULL when it is missing or none. */
const json_t *form_words(struct remarks *r, const json_t *table, const char *key);

/* A list with something in it; NULL after a remark. `what` is "people", "targets", … */
const json_t *form_list(struct remarks *r, const json_t *table, const char *key, const char *what);

/* The same of names, where one alone is easily written without the braces. */
const json_t *form_names(struct remarks *r, const json_t *table, const char *key, const char *what);

/* Letters, digits, "-" and "_", 1 to 64; with `dots` also "." inside. */
bool form_id(const char *id, bool dots);

/* "100/1m": a number and a duration. */
bool form_rate(const char *text, int *ret_count, int64_t *ret_ms);

/* The words of a sentence in `lang`, else in `otherwise`, else in any language; "" for none. */
const char *words_in(const json_t *words, const char *lang, const char *otherwise);

/* The key of the table nearest to `name`, or NULL; borrowed from the table. */
const char *form_nearest(const json_t *table, const char *name);
