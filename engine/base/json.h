/*
 * json - the one JSON of the program: strict on the way in, canonical on the way out.
 *
 * In: UTF-8 checked, no duplicate keys, depth at most 32, no NUL in keys or strings, integers
 * within ±2^53, numbers finite. Out: keys sorted by bytes, no white space, integers as such,
 * other numbers in the fewest digits that read back the same, control characters escaped, all
 * else as it is. What is written is what is hashed and chained.
 *
 * Values are jansson's json_t, borrowed or given as its own functions say.
 * Layer: base (jansson).
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };
#define JSON_INT_MAX (INT64_C(1) << 53)

/* A parse error: which limit or rule, as a sentence in why. returns ERR_INVALID or ERR_LIMIT. */
enum err json_read(const char *bytes, size_t len, json_t **ret, struct why *why) MUST_USE;

/* Canonical bytes. Never fails on what json_read gave or what our own code built. */
void json_write(const json_t *value, struct text *to);

/* Reading members without ceremony. A missing member or one of another type gives the default. */
const char *json_str(const json_t *obj, const char *key);               /* NULL */
const char *json_str_or(const json_t *obj, const char *key, const char *otherwise);
int64_t json_int(const json_t *obj, const char *key, int64_t otherwise);
bool json_bool(const json_t *obj, const char *key);                     /* false */
const json_t *json_at(const json_t *obj, const char *key);              /* NULL */

/* Building: each sets one member and returns obj, so that calls can be nested; NULL values are left out. */
json_t *json_put(json_t *obj, const char *key, json_t *takes);
json_t *json_put_str(json_t *obj, const char *key, const char *value);
json_t *json_put_int(json_t *obj, const char *key, int64_t value);
json_t *json_put_true(json_t *obj, const char *key, bool value);        /* left out when false */

/* AUTO_JSON(j): given back at the end of the scope. */
static inline void json_drop(json_t **j)
{
    json_decref(*j);
}
#define AUTO_JSON(name) __attribute__((cleanup(json_drop))) json_t *name = NULL
