/*
 * trace - the minutes of a night: one line a happening, with fixed verbs, that a duty officer can
 * read and a test can match.
 *
 *     [0:05] 王强 (主班, duty:duty-room) no answer; call 李明 (副班) by wecom — flood.lua:64
 *
 * Hours and minutes since the night began; with name, post, reason and line of the plan. Most words
 * are those of the timeline (core/say.h). What differs: a rung and who is called next are one line,
 * people and departments have their names, and what only says that all is well is left out
 * (messages that were sent, timers that fired).
 *
 * Layer      desk: core.
 * Ownership  trace_new gives, trace_free frees.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"
#include "core/record.h"
#include "core/site.h"

struct trace;

/* zh: the verbs are Chinese; else English. site: for names and the zone; it takes a reference. */
struct trace *trace_new(struct site *site, bool zh);
void trace_free(struct trace *t); /* NULL is fine */

void trace_record(struct trace *t, const struct record *r);
/* The body of a level, or of the recovery ("R"), begins or ends, in this incident. */
void trace_scope(struct trace *t, struct uuid incident, mono_ms at, const char *name, bool begins,
                 const char *where);
/* A line of the script: who behaves how from now on, what was injected. */
void trace_say(struct trace *t, mono_ms at, const char *text);

/* Everything so far, a line each, "\n" behind each. Borrows. */
const char *trace_text(const struct trace *t);
size_t trace_len(const struct trace *t);
