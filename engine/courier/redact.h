/*
 * redact - nothing secret in a text that leaves the courier.
 *
 * An endpoint may repeat in its answer what we sent ("Cannot POST /hook/8f2…"), and answers are
 * kept in the journal. So every attempt has a list of what is secret about it, and each text that
 * another wrote is searched for these strings, which become [redacted]. Our own sentences never
 * hold them in the first place.
 *
 * Layer      courier: libc.
 * Ownership  redact_done wipes and frees the copies that redact_add made.
 */
#pragma once

#include "base/text.h"

#include <stddef.h>

enum {
    REDACT_BYTES_MIN = 4,  /* shorter strings would hit everywhere */
    REDACT_PART_BYTES = 8, /* parts of a URL: only those long enough to be a token */
};

struct redact {
    char **words;
    size_t count, cap;
};

void redact_done(struct redact *r);
void redact_add(struct redact *r, const char *word);

/* A URL, its path and query, each part of them, and a login in front of the host. */
void redact_add_url(struct redact *r, const char *url);

/* Replace every word in the text. */
void redact_text(const struct redact *r, struct text *t);
