/*
 * answer_page - the page behind the link of a message (/a/{token}): the message again, a field for
 * its code, and two buttons. Read at three in the morning with one eye, on a telephone. Of a
 * message about an item: the item as it stands now, and a button for each thing that its owner may
 * say of it (received, arrived, done, rejected).
 *
 *     GET shows, and changes nothing. POST (code, note, decline; or action) answers: one that is
 * taken leads back to GET, one that is refused to the same page with the refusal.
 *
 * HTML alone: no script, no style of its own (/assets/page.css), so that it works under
 * "default-src 'none'; style-src 'self'; form-action 'self'" and on the oldest telephone. Titles
 * and texts are written by anybody: they are shown letter by letter (base/html.h), each in a
 * direction of its own.
 *
 * Layer      serve: pure.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

struct answer_page {
    const char *token; /* of the path, as it came */
    const json_t *link; /* the reply to link_show: {"ok":true,…}, or its refusal; NULL: not asked */
    const json_t *refused; /* the refusal of an answer just given; NULL: none was given, or taken */
    const char *note;      /* what was typed beside a code that did not fit; NULL */
    const char *evidence;  /* the same, of an item */
    const char *lang;      /* "zh", "en": asked for; NULL: that of the message */
    const char *site_lang; /* where neither is known */
    wall_ms now;
    int64_t ahead_ms; /* of a message about an item that is due: the site's clocks then, to UTC */
};

void answer_page_write(const struct answer_page *p, struct text *to);
