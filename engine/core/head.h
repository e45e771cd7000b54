/*
 * head - what a plan says about itself as data: which triggers are its own, which facts may be
 * reported, how it ends, and who is called when its code cannot run.
 *
 * The engine works with heads only; the bodies of a plan are for the planner. A head is an
 * immutable snapshot, made and checked by plan_head_read. Keys of PLAN-LANGUAGE 1 that are not
 * built yet are refused by their name.
 *
 * Facts are typed, so that a misspelt or misread value is refused before it is accepted
 * (facts_check) and never becomes a wrong picture:
 *
 *     number   a finite JSON number            boolean  true or false
 *     text     at most 4 KiB, no NUL           time     RFC 3339; kept in UTC with milliseconds
 *     event    a table of typed fields with a key: each report of one is an occurrence of its own
 *
 * A fact with `per` is reported for a station of that kind: {"g7":{"stage_m":4.9}}.
 *
 * Layer      core: base only. No clock, no I/O.
 * Ownership  Counted references, as for a site. What is given is borrowed from the head.
 * Threads    A head may be read by any thread that holds a reference.
 * Errors     Remarks while reading; struct facts_error for reported values.
 */
#pragma once

#include "base/code.h"
#include "base/err.h"
#include "base/json.h"
#include "core/remark.h"
#include "core/site.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_head;

/*
 * Read and check a head.
 *
 * name     The plan's name: plan "flood" {…}.
 * value    The table of the head. Copied.
 * site     Its targets and stations must exist there; NULL: they are not looked up (a plan that was
 *          checked when it came into force is read again from the database).
 * ret      Gives one reference; untouched on failure.
 * returns  ERR_INVALID when there was a remark of an error.
 */
enum err plan_head_read(const char *name, const json_t *value, const struct site *site,
                        struct remarks *r, struct plan_head **ret) MUST_USE;

struct plan_head *plan_head_ref(struct plan_head *h);
void plan_head_unref(struct plan_head *h); /* NULL is fine */

const char *plan_head_name(const struct plan_head *h);
const char *plan_head_title(const struct plan_head *h, const char *lang, const char *otherwise);
const char *plan_head_kind(const struct plan_head *h); /* general, special, department, standing */
const char *plan_head_category(const struct plan_head *h);    /* NULL: none */
const char *plan_head_version(const struct plan_head *h);     /* NULL: none */
const char *plan_head_owner(const struct plan_head *h);       /* a target; NULL: none */
const char *plan_head_ends(const struct plan_head *h);        /* order, resolved, done */
const char *plan_head_on_resolved(const struct plan_head *h); /* close, propose, note */

/* [{"to":target or list,"within":"5m","within_ms":300000},…], never empty. Do not change it. */
json_t *plan_head_fallback(const struct plan_head *h);

/* ---- which triggers ---- */

/*
 * How closely does a trigger fit the plan's starts_on?
 *
 * kind, source, event   NULL: the trigger has none.
 * labels   Object of strings; NULL: none.
 * returns  0: not at all; else the more, the closer: more conditions first, then kind before source
 *          before event before labels.
 *
 * A value may be a list of alternatives; an event may end with *: "Flood*".
 */
int plan_head_matches(const struct plan_head *h, const char *kind, const char *source,
                      const char *event, const json_t *labels);

/*
 * Two plans that fit one trigger equally would make it a matter of chance which one starts: an
 * error, said of the plan that comes later. The subject of the remarks is that plan's name.
 * returns  how many errors.
 */
size_t plan_heads_check(const struct plan_head *const *heads, size_t count, remark_fn *fn,
                        void *ctx);

/* ---- facts ---- */

enum fact_type { FACT_NUMBER, FACT_BOOLEAN, FACT_TEXT, FACT_TIME, FACT_EVENT, FACT_TYPES };

/* A field of an event. */
struct fact_field {
    const char *name;
    enum fact_type type; /* never FACT_EVENT */
};

struct fact {
    const char *name;
    enum fact_type type;
    const char *per;  /* a kind of station; NULL: of the incident */
    const char *unit; /* NULL */
    const char *from; /* who reports it, a target; NULL */
    const json_t *label;
    int64_t stale_after_ms; /* 0: it does not go stale */
    const char *key;        /* of an event: the field that tells one from another */
    struct fact_field *fields;
    size_t fields_count;
};

const struct fact *plan_head_fact(const struct plan_head *h, const char *name); /* NULL */
const struct fact *plan_head_fact_at(const struct plan_head *h, size_t index);  /* by name; NULL */

/* Is the name one of the facts that the engine itself makes ("answer", "expired", …)? */
bool fact_built_in(const char *name);

enum { FACT_TEXT_BYTES_MAX = 4096, FACT_VALUES_MAX = 1000 };

struct facts_error {
    enum code code;   /* CODE_UNKNOWN_FIELD, CODE_BAD_FIELD, CODE_LIMIT */
    char *field;      /* own: "fields.g7.stage_m" */
    const char *near; /* the nearest known name, borrowed from head or site; NULL */
    struct why why;   /* one sentence, the nearest name in it */
};

void facts_error_done(struct facts_error *e);

/*
 * Reported values against the types of the head.
 *
 * fields   {"breach":true,"g7":{"stage_m":4.9},"case":{"id":"17",…}}; NULL or {} is no report.
 * ret      Gives a list of {"name","station":id or null,"value"}, ordered by key, then by name, so
 *          that the same report always gives the same list; untouched on failure.
 * returns  ERR_INVALID or ERR_LIMIT with *error filled (facts_error_done).
 */
enum err facts_check(const struct plan_head *h, const struct site *site, const json_t *fields,
                     json_t **ret, struct facts_error *error) MUST_USE;
