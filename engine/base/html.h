/*
 * html - text that somebody else wrote, as text of a page: it is shown letter by letter, and no
 * part of it is ever markup.
 *
 * The same for what stands between tags and for the value of an attribute in quotes; for no other
 * place: not for a name, an address of a link, a style or a script.
 *
 * Layer      base: libc.
 * Errors     None: bytes that are no UTF-8 become U+FFFD.
 */
#pragma once

#include "base/text.h"

/* A reader of the page finds exactly these characters, CR too. NULL adds nothing. */
void html_add(struct text *to, const char *s);
