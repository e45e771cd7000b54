/*
 * json - the one JSON of the program: strict on the way in, canonical on the way out.
 *
 * In: UTF-8 checked, no duplicate keys, depth at most 32, no NUL in keys, integers within ±2^53,
 * numbers finite. Any value may stand at the top. Out: keys sorted by bytes, no white space,
 * integers as such, other numbers in the fewest digits that read back the same (5.0 stays 5.0),
 * control characters escaped, all else as it is. What is written is what is hashed and chained.
 *
 * A string value may hold a NUL (\u0000): JSON allows it, and digests must not depend on where a
 * string is cut. C strings cannot hold it, so json_str treats such a string as no string at all;
 * intake refuses it with json_holds_nul.
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

enum {
    JSON_DEPTH_MAX = 32, /* what a client may send */
    JSON_DEPTH_OWN = 64, /* our own frames, rows and pages, which wrap what clients sent */
};
#define JSON_INT_MAX (INT64_C(1) << 53)

/*
 * One value from bytes that somebody else wrote.
 *
 * ret      Gives a reference; untouched on failure.
 * returns  ERR_LIMIT for depth, ERR_CONFLICT for a key that stands twice, else ERR_INVALID; the
 *          sentence names the rule and the place: "line 1, column 9 (byte 9): …". Bytes and columns
 *          count from 1.
 *
 * Depth is checked by a scan before anything is built: a bomb costs no memory.
 */
enum err json_read(const char *bytes, size_t len, json_t **ret, struct why *why) MUST_USE;

/* The same for what our own processes wrote (frames, journal rows): JSON_DEPTH_OWN levels. */
enum err json_read_own(const char *bytes, size_t len, json_t **ret, struct why *why) MUST_USE;

/* Canonical bytes. Never fails on what json_read gave or what our own code built. */
void json_write(const json_t *value, struct text *to);
/* The same, but what stands for each string that is a value, leaf writes: a template is filled. */
typedef void json_leaf_fn(void *ctx, const json_t *string, struct text *to);
void json_write_filled(const json_t *value, json_leaf_fn *leaf, void *ctx, struct text *to);
/* One string or key, with its quotes: for who writes an object with members of his own. */
void json_write_str(const char *s, size_t len, struct text *to);

/*
 * Bytes without a value: members and items straight into a text that was empty before, in the order
 * of the calls, which is the writer's to keep canonical. Commas are set where they belong.
 *
 *     json_open(&to, '{');
 *     json_add_str(&to, "step", "0.1");         {"step":"0.1","to":["li.ming"]}
 *     json_add_key(&to, "to");
 *     json_open(&to, '[');
 *     json_add_item(&to, "\"li.ming\"");
 *     json_shut(&to, ']');
 *     json_shut(&to, '}');
 *
 * A value that is NULL is left out with its key.
 */
void json_open(struct text *to, char bracket);
void json_shut(struct text *to, char bracket);
void json_add_key(struct text *to, const char *key); /* its value comes next */
void json_add_str(struct text *to, const char *key, const char *value);
void json_add_int(struct text *to, const char *key, int64_t value);
void json_add_int_unless_0(struct text *to, const char *key, int64_t value);
void json_add_true(struct text *to, const char *key, bool value); /* left out when false */
void json_add_json(struct text *to, const char *key, const char *canonical);
void json_add_item(struct text *to, const char *canonical);

/*
 * The keys of an object, sorted by bytes: whoever goes through them in this order decides the same
 * on every machine. Gives an array (free()) that ends with NULL, of keys borrowed from obj; never
 * NULL, empty for what is no object. ret_count may be NULL.
 */
const char **json_keys(const json_t *obj, size_t *ret_count);

/* Does a string in it, at any depth, hold a NUL character? */
bool json_holds_nul(const json_t *value);

/*
 * Reading members without ceremony. A missing member or one of another type gives the default; so
 * does an obj that is NULL or no object. A string that holds a NUL is none.
 */
const char *json_str(const json_t *obj, const char *key); /* NULL */
const char *json_str_or(const json_t *obj, const char *key, const char *otherwise);
int64_t json_int(const json_t *obj, const char *key, int64_t otherwise);
bool json_bool(const json_t *obj, const char *key);        /* false */
const json_t *json_at(const json_t *obj, const char *key); /* NULL */

/* One more reference to a value that was only borrowed: gives. NULL gives NULL. */
json_t *json_share(const json_t *value);

/* The value itself, for jansson's iterators and copies, which take json_t * and change nothing. */
json_t *json_unconst(const json_t *value);

/*
 * Building: each sets one member and returns obj, so that calls can be nested; NULL values are left
 * out. Bytes of a value that are no UTF-8 become U+FFFD. Keys are our own and known to be UTF-8.
 */
json_t *json_put(json_t *obj, const char *key, json_t *takes);
json_t *json_put_str(json_t *obj, const char *key, const char *value);
json_t *json_put_int(json_t *obj, const char *key, int64_t value);
json_t *json_put_true(json_t *obj, const char *key, bool value); /* left out when false */

/* AUTO_JSON(j): given back at the end of the scope. */
static inline void json_drop(json_t **j)
{
    json_decref(*j);
}
#define AUTO_JSON(name) __attribute__((cleanup(json_drop))) json_t *name = NULL
