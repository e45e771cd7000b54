/*
 * fill - {contact} and {secret.NAME} in what a channel leaves to the courier.
 *
 * Only templates of the channel and of the secret file are filled, never a text of an incident, and
 * nothing of it is recorded (rule R11). In a url what is filled in is percent-encoded: a contact
 * to the last letter, a secret but for the colon, which the tokens of some services hold.
 *
 * Layer      courier: base; core/template.h to find the placeholders.
 * Errors     ERR_CONFIG with a sentence that says what is missing, and where it belongs.
 */
#pragma once

#include "base/json.h"
#include "courier/secret.h"

#include <stdbool.h>

struct fill {
    const char *contact;         /* NULL: there is none */
    const struct secret *secret; /* NULL: the endpoint names none */
    const char *secret_name;
};

/* Percent-encode all but the unreserved characters of RFC 3986. */
void url_encode(const char *s, struct text *ret);

enum err url_fill(const struct fill *f, const char *pattern, struct text *ret,
                  struct why *why) MUST_USE;

/* A text, or every text of a tree; tables with ["?"] as in core/optional.h. ret: gives. */
enum err fill_tree(const struct fill *f, const json_t *tree, json_t **ret,
                   struct why *why) MUST_USE;

/* Does it name a line of the secret file? */
bool fill_wants_secret(const json_t *tree);
