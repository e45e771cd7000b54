/*
 * http_form - percent-encoding, and names with values in it: a query, or a body of
 * application/x-www-form-urlencoded.
 *
 *     "title=a%20b&limit=5" --http_form_read--> {"title","a b"}, {"limit","5"}
 *
 * What it gives is UTF-8 without NUL, so that a C string is the whole of a value.
 *
 * Layer      intake: pure.
 * Ownership  http_form_done frees; {0} is an empty form.
 * Errors     BAD_REQUEST: not encoded properly, not UTF-8, a NUL, or too many.
 */
#pragma once

#include "intake/refusal.h"

enum { HTTP_FORM_PAIRS_MAX = 64 };

/* A name and its value: of a form, or of a header. */
struct http_pair {
    const char *name;
    const char *value;
};

struct http_form {
    char *keep; /* a copy that the pairs point into; NULL: they point into somebody else's */
    struct http_pair *pairs; /* in their order; a name may stand twice */
    size_t count, cap;
};

enum code http_form_read(const char *bytes, size_t len, struct http_form *ret,
                         struct refusal *ret_refusal);
/* The same, decoding where it stands; bytes[len] is written, too. The pairs borrow from there. */
enum code http_form_read_in_place(char *bytes, size_t len, struct http_form *ret,
                                  struct refusal *ret_refusal);
void http_form_done(struct http_form *f);

/*
 * Decode where it stands, and put a NUL behind: at[len] may be written.
 *
 * plus     "+" is a blank, as in forms
 * returns  false: not encoded properly, not UTF-8, or a NUL among it.
 */
bool http_percent_decode(char *at, size_t len, bool plus);

int http_hex_value(unsigned char c); /* of a hexadecimal digit; -1 for anything else */
