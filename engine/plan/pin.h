/*
 * pin - the files of a plan as they were when its incidents began: its own, and its libraries.
 *
 * A pin's name is the hash of its files, so it never changes. The compiled form is kept beside each
 * source: it is made by this process at the first use and loaded by every later incident.
 *
 * Layer      plan: base and Lua.
 * Ownership  pins_add keeps the files of the frame. A struct pin lives until pins_done.
 */
#pragma once

#include "base/json.h"
#include "core/calendar.h"
#include "plan/library.h"

#include <stddef.h>

struct pin {
    struct pin *next;
    char *name; /* "sha256:…" */
    char *plan;
    json_t *files; /* of the frame: names and sources are theirs */
    struct library own;
    struct libraries libraries;
    json_t *days;               /* the file "calendars.json"; NULL: none, or not yet */
    struct calendars calendars; /* of it */
    json_t *catalogue; /* {TEXT: {"zh","en"}}, read at its first use; NULL: none, or not yet */
};

/* The calendar of this name, as it was when the plan was pinned; NULL: there is none. */
const struct calendar *pin_calendar(struct pin *pin, const char *name);

/* The file of a pin that holds calendars and holidays of the site: data, and no Lua. */
#define PIN_CALENDARS "calendars.json"

struct pins {
    struct pin *first;
};

void pins_done(struct pins *p);

/* From a frame "pin"; one that is known already changes nothing. */
enum err pins_add(struct pins *p, const json_t *frame, struct why *why) MUST_USE;
struct pin *pins_find(const struct pins *p, const char *name); /* NULL: not sent */
