/*
 * record - the printed record of an incident: what happened, who was told and when, what was
 * ordered, what was to be done and whether it was. Out of a dossier (serve/dossier.h), one document
 * a language.
 *
 * Layer      paper: base, core's words. Pure.
 */
#pragma once

#include "paper/paper.h"

/* dossier: borrowed. made_at: when this document is made, RFC 3339. */
void record_html(const json_t *dossier, bool zh, const char *made_at, struct text *to);

/*
 * A report as a dossier has it: when it was due, what became of it, who signed, whom it was sent
 * to, and its text. What is too long is told, and left out.
 */
void record_report(const struct paper *s, const json_t *report);
