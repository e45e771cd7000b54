/*
 * script - who does what in a simulation, as words of a command line.
 *
 *     li.ming=3m            answers calls after three minutes     *=silent      everybody else
 *     li.ming=p0.6:3m-8m    six in ten, after three to eight      sun.wei=declines, declines:2m
 *     sun.wei=10m, =never   orders: gives the order that is put to them after ten minutes, or never
 *     14:00-15:00=sms       a fault: the endpoint does not answer from then to then
 *     g7.stage_m=4.9@1:30   a fact, reported an hour and a half after the trigger
 *
 * Who does what is owed: workers.h.
 *
 * Layer      desk: sim.
 * Errors     ERR_INVALID with a sentence that says what would be right.
 */
#pragma once

#include "desk/stage.h"

/* A person's calls, a person's orders. Whoever is named must be in the site, or "*". */
enum err script_person(struct stage *s, const char *words, struct why *why) MUST_USE;
enum err script_orders(struct stage *s, const char *words, struct why *why) MUST_USE;
enum err script_fault(struct stage *s, const char *words, struct why *why) MUST_USE;

/* A fact: into `fields` of a trigger ({NAME: value} or {STATION: {NAME: value}}). ret_at: 0 at
 * once. */
enum err script_field(const char *words, json_t *fields, int64_t *ret_at, struct why *why) MUST_USE;

/*
 * "settled=70h": a criterion is confirmed then. known: {ID: whom it takes, or nothing where its
 * condition meets it}.
 */
enum err script_confirm(const char *words, const json_t *known, struct text *ret_id,
                        int64_t *ret_after, struct why *why) MUST_USE;

/* "key=value" into an object. */
enum err script_pair(const char *words, json_t *to, struct why *why) MUST_USE;

/* "1:30" (hours and minutes) or "90m" as ms. */
bool script_span(const char *text, int64_t *ret);
