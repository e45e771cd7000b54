/*
 * condition - when a level is suggested, when a danger is over: an expression over facts.
 *
 *     stage_m >= warning_m + 0.4 or (rain_3h_mm >= 50 and not dry)
 *
 *     or   and   not   >= > <= < == ~=   + -   ( )   numbers, "text", true, false, names
 *
 * A name is a fact of the plan, or else a constant of the station (warning_m). What is compared
 * must be of one type; numbers and times have an order, a text and a yes or no are only equal or
 * not. A boolean fact may stand alone.
 *
 * Three-valued: a fact that is absent or stale is unknown, and a condition that depends on it is,
 * too (Kleene): `false and unknown` is false, `true and unknown` is unknown. Missing data is never
 * taken for safe.
 *
 * A condition over facts of a station (`per`) is asked for one station at a time; whoever asks
 * joins the answers (truth_any, truth_every).
 *
 * Layer      core: base. No clock, no I/O.
 * Ownership  condition_read gives, condition_free takes back.
 * Threads    Immutable: may be asked on any thread.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order of how good the news is for whoever waits for it. */
enum truth { TRUTH_NO, TRUTH_UNKNOWN, TRUTH_YES };

const char *truth_name(enum truth t); /* "false", "unknown", "true" */
bool truth_parse(const char *name, enum truth *ret);
enum truth truth_not(enum truth t);
enum truth truth_and(enum truth a, enum truth b);
enum truth truth_or(enum truth a, enum truth b);

enum value_type { VALUE_UNKNOWN, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_TEXT, VALUE_TIME };

/* What a name stands for just now. Text is borrowed; a time is a text that sorts as it passes. */
struct value {
    enum value_type type;
    double number;
    bool yes;
    const char *text;
};

struct value value_of_json(const json_t *value); /* VALUE_UNKNOWN: null, a table */

/*
 * What a name is, when a condition is read.
 *
 * ret_per   A kind of station: it is asked for one; NULL: not. Untouched on failure.
 * returns   VALUE_UNKNOWN: no such name, or one that cannot stand in a condition; `why` says so,
 *           and *ret_near the nearest that could, or NULL; borrowed.
 */
struct condition_names {
    enum value_type (*type)(void *ctx, const char *name, const char **ret_per,
                            const char **ret_near, struct why *why);
    void *ctx;
};

struct condition;

enum { CONDITION_BYTES_MAX = 2000, CONDITION_NODES_MAX = 200, CONDITION_DEPTH_MAX = 32 };

/*
 * Read a condition.
 *
 * ret_near   The nearest known name where one was unknown, else NULL; may be NULL.
 * returns    ERR_INVALID with the place and the remedy, or ERR_LIMIT.
 */
enum err condition_read(const char *text, const struct condition_names *names,
                        struct condition **ret, const char **ret_near, struct why *why) MUST_USE;
void condition_free(struct condition *c); /* NULL is fine */

/* The kind of station that it is asked for; NULL: for none. Borrowed from the names. */
const char *condition_per(const struct condition *c);

/* The n-th name in it, in the order in which they first stand there; NULL: no more. */
const char *condition_name_at(const struct condition *c, size_t n);
bool condition_uses(const struct condition *c, const char *name);

/* `value` is asked for each name, once or not at all. */
typedef struct value condition_value_fn(void *ctx, const char *name);
enum truth condition_ask(const struct condition *c, condition_value_fn *value, void *ctx);
