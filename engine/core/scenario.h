/*
 * scenario - 演练情景: a drill as a file, plans/drills/NAME.lua, as checked data.
 *
 * A scenario says which plan is drilled, who directs it, what comes in when (injects 注入), and
 * what is expected of people after it (expect.h). The same value is played by the clock of a drill
 * and by a simulation. What scenario_read gives; a name with ? may be missing, lists never are:
 *
 *     {"name":"flood-2026","plan":"flood","mode":"tabletop"|"live","title":WORDS,
 *      "begins"?:"2026-06-10 09:00","begins_ms"?:1781053200000,
 *      "speed":1,"director":"person:qian.min","evaluators":["person:feng.tao"],
 *      "objectives":{"call":WORDS},
 *      "injects":[{"no":1,"at_ms":0,"by":BY,"objective"?:"call",
 *                  "expect"?:{"line":"call answered","within_ms"?:600000}, and by its kind:}]}
 *
 *     trigger     title, note?, kind?, grade?, warning?, place?, fields?
 *                 the incident opens; always the first one
 *     message     to, text, from?, fields?
 *                 somebody is told, by "from"; the fields are reported with it
 *     update      fields, note?, from?
 *                 facts are reported
 *     fault       endpoint, lasts_ms
 *                 this endpoint takes none of the drill's messages
 *     silence_of  person, lasts_ms
 *                 nothing of the drill reaches this person
 *     paper       to, text
 *                 somebody gets it in hand, to say it aloud
 *     end         the drill is over; always the last one, where there is one
 *
 * WORDS is a text, or one a language: {"zh","en"}. `begins` is a time of the site's zone, for
 * simulations. `speed`, of a tabletop: the incident's clock runs so many times as fast. `at_ms`
 * counts from the first inject, which is at 0, and never falls; `no` is of the author, and no two
 * are the same. Without "within_ms" there is time until the end. `person`, `director` and
 * `evaluators` are "person:ID"; `to` is any target.
 *
 * Layer      core: base only. No clock, no I/O.
 * Errors     Remarks; their paths are those of the file.
 */
#pragma once

#include "base/json.h"
#include "core/head.h"
#include "core/remark.h"
#include "core/site.h"

enum { SCENARIO_INJECTS_MAX = 500, SCENARIO_BYTES_MAX = 128 * 1024 };

/* What a scenario is held against. */
struct scenario_set {
    const struct site *site;              /* NULL: names of the site are not looked up */
    const json_t *plans;                  /* {"flood":true}: all there are */
    const struct plan_head *const *heads; /* of those without errors */
    size_t heads_count;
};

/*
 * Read and check what scenario "NAME" {…} was given. The text of an expectation, the first of its
 * list in the file, comes as "line".
 *
 * ret      Gives; untouched on failure.
 * returns  ERR_INVALID when there was a remark of an error.
 */
enum err scenario_read(const char *name, const json_t *value, const struct scenario_set *set,
                       struct remarks *r, json_t **ret) MUST_USE;

/* "0:10", "1:30:05": hours, minutes and seconds after the beginning. */
bool scenario_time_parse(const char *text, int64_t *ret_ms);
