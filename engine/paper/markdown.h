/*
 * markdown - CommonMark that somebody wrote, as HTML that may stand in a document of ours; and text
 * that somebody wrote, as CommonMark that shows it letter by letter.
 *
 * What comes out holds no markup of the writer's own, no script, and loads nothing: raw HTML is
 * left out, of a picture its description stays, and of a link that is neither http, https nor
 * mailto its words.
 *
 * Layer      paper: base, libcmark. Pure.
 * Errors     ERR_LIMIT: longer than MARKDOWN_BYTES_MAX; nothing is added then.
 */
#pragma once

#include "base/text.h"

enum { MARKDOWN_BYTES_MAX = 64 * 1024 };

/* Bytes that are no UTF-8, and NUL, become U+FFFD. */
enum err markdown_html(const char *markdown, size_t len, struct text *to, struct why *why) MUST_USE;

/* The same for what our own code wrote with markdown_add, of any length. */
void markdown_html_own(const char *markdown, size_t len, struct text *to);

/*
 * What a reader of the HTML finds is s: no letter of it is a mark, at the start of a line neither.
 * Blanks are one space, and none at its ends.
 */
void markdown_add(struct text *to, const char *s);
