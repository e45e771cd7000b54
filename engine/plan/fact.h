/*
 * fact - what has happened in an incident, and cursors that walk over it.
 *
 * Facts are broadcast (PLAN-LANGUAGE 3): nothing is consumed. Every waiter has a cursor of its own
 * and sees each fact of a name behind it once, in order. An update that reports three values is
 * three facts of their names and one of the name "update". Facts that made no turn are here, too.
 *
 * Facts are kept as canonical text, as most of them are never read again; the newest is kept as
 * JSON beside it.
 *
 * Layer      plan: base only.
 * Ownership  facts_add borrows the event; facts_next gives what it finds.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t fact_name; /* a name, interned in one struct facts */

struct fact {
    int64_t seq;
    char *text; /* the event */
    size_t text_len;
    fact_name *names;
    size_t names_count;
};

struct facts {
    struct fact *list;
    size_t count;
    size_t cap;
    char **names;
    size_t names_count;
    size_t names_cap;
    json_t *newest; /* the event of the last of list */
    size_t bytes;   /* held, roughly */
};

/* A place between facts: what lies before it was seen. */
struct fact_cursor {
    size_t fact;       /* index */
    size_t occurrence; /* within that fact, among those of the name */
};

void facts_done(struct facts *f);

/* Append; seq is higher than all before. */
void facts_add(struct facts *f, int64_t seq, const json_t *ev);

/* The interned form of a name. */
fact_name facts_name(struct facts *f, const char *name);
const char *facts_name_text(const struct facts *f, fact_name name);

/* The cursor behind all facts of now. */
struct fact_cursor facts_end(const struct facts *f);

/*
 * The next fact of this name, and the cursor behind it.
 *
 * ret      Gives what the plan sees of it (fact_payload).
 * returns  false: there is none; the cursor is at the end then.
 */
bool facts_next(const struct facts *f, fact_name name, struct fact_cursor *c, json_t **ret);

/*
 * What a plan sees: of an occurrence {name, station, value, at, by}, of an event fact its fields;
 * of "update" {fields, note, by, at}; else the event without what is for us alone.
 *
 * returns  Gives; NULL when the event has no n-th fact of this name.
 */
json_t *fact_payload(const json_t *ev, const char *name, size_t n);

/* Write reported values into {"g7":{"stage_m":4.9},"cases":12}; event facts only if `events`. */
void fact_put_values(json_t *fields, const json_t *occurrences, bool events);
