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
 * A report as a part of the record. All are as others wrote them; NULL: not there.
 *
 * markdown  CommonMark; what is too long is told, and left out.
 */
struct record_report {
    const char *title, *state;
    int64_t number;
    const char *due, *sent; /* RFC 3339 */
    const char *markdown;
};
void record_report(const struct paper *s, const struct record_report *report);
