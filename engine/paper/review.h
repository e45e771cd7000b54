/*
 * review - 复盘, the after-action report of an incident, and the evaluation of a drill: out of a
 * dossier (serve/dossier.h), as a printed document or as Markdown.
 *
 *     review_write        what happened when, what took how long against what it should have, who
 *                         was not reached and why, what was learnt
 *     drill_report_write  the same of a drill, before it how each inject and objective was met:
 *                         evaluation and summary
 *
 * What another version of the plan would have done is told where whoever asks has it: "replay" of
 * the dossier, {"version","pin"?,"same","zh":[LINE…],"en":[LINE…]}: the lines that differ, in the
 * words of the trace; else the section is not there.
 *
 * Layer      paper: base, core's words. Pure.
 * Errors     drill_report_write: ERR_MISSING: no drill was started here.
 */
#pragma once

#include "base/err.h"
#include "paper/paper.h"

void review_write(const json_t *dossier, bool zh, bool html, struct text *to);
enum err drill_report_write(const json_t *dossier, bool zh, bool html, struct text *to,
                            struct why *why) MUST_USE;

/* What of a dossier the two are made of, for programs. Gives. */
json_t *review_json(const json_t *dossier);
json_t *drill_report_json(const json_t *dossier); /* NULL: no drill was started here */
