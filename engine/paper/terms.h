/*
 * terms - codes of the protocol as a document says them.
 *
 * Layer      paper: constants.
 */
#pragma once

#include "paper/paper.h"

/* What there are terms of; each a word that the record has for ever. */
enum terms {
    TERM_INCIDENT,
    TERM_ITEM,
    TERM_NOTICE,
    TERM_WARNING,
    TERM_CATEGORY,
    TERM_REPORT,
    TERM_REPORT_KIND,
};

/* The code itself where there is no term for it; "" for NULL. */
const char *term(const struct paper *s, enum terms of, const char *code);
