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

/* A URL, its path and query, each part of them, also without percents, and a login in it. */
void redact_add_url(struct redact *r, const char *url);

/* Both, and as they go over the wire in HTTP and SMTP. Either may be NULL. */
void redact_add_login(struct redact *r, const char *user, const char *password);

/* How somebody is reached; of a number also its digits alone, with the country and without. */
void redact_add_contact(struct redact *r, const char *contact);

/* Replace every word in the text. */
void redact_text(const struct redact *r, struct text *t);
