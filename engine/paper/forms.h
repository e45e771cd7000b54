/*
 * forms - the same facts in the blocks of forms that others know: ICS 209, 213 and 214 (FEMA,
 * public domain), the phone log of a duty room, and a report that was made of them. Out of a
 * dossier, as CommonMark, or as a document.
 *
 * Blocks stand under their numbers and names. A block that the record has nothing for says so:
 * nothing is worked out that nobody wrote or did.
 *
 * Layer      paper: base, core's words. Pure.
 */
#pragma once

#include "paper/paper.h"

enum form { FORM_ICS209, FORM_ICS213, FORM_ICS214, FORM_PHONELOG, FORM_REPORT, FORMS };

const char *form_name(enum form f); /* "ics209" */
bool form_parse(const char *name, enum form *ret);

/*
 * The form as CommonMark.
 *
 * about    FORM_ICS213: the id of an item or a message of the dossier. FORM_REPORT: of a report;
 *          NULL: the newest. Else NULL.
 * returns  ERR_MISSING: there is no such item, message or report; ERR_INVALID: none was named.
 */
enum err form_markdown(enum form f, const json_t *dossier, bool zh, const char *about,
                       struct text *to, struct why *why) MUST_USE;
/* The same as a document. */
enum err form_html(enum form f, const json_t *dossier, bool zh, const char *about, struct text *to,
                   struct why *why) MUST_USE;
