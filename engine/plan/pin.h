/*
 * pin - the files of a plan as they were when its incidents began.
 *
 * A pin's name is the hash of its files, so it never changes. The compiled form is kept beside the
 * source: it is made by this process at the first use and loaded by every later incident.
 *
 * Layer      plan: base only.
 * Ownership  pins_add copies. A struct pin lives until pins_done.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <stddef.h>

struct pin {
    struct pin *next;
    char *name; /* "sha256:…" */
    char *plan;
    char *file;
    char *source;
    size_t source_len;
    struct text code; /* empty until it was compiled */
};

struct pins {
    struct pin *first;
};

void pins_done(struct pins *p);

/* From a frame "pin"; one that is known already changes nothing. */
enum err pins_add(struct pins *p, const json_t *frame, struct why *why) MUST_USE;
struct pin *pins_find(const struct pins *p, const char *name); /* NULL: not sent */
