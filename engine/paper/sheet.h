/*
 * sheet - a document of headings, lines and tables, as a printed document or as Markdown: written
 * once, and read by a browser or by whoever pastes it somewhere else.
 *
 * In Markdown a table has pipes (GitHub's and most others' way), and every letter that somebody
 * wrote shows as it is.
 *
 * Layer      paper: base. Pure.
 */
#pragma once

#include "paper/paper.h"

struct sheet {
    struct paper s;
    bool html;
};

/* kind: what the document is, our own words; title: as others wrote it. */
void sheet_begin(const struct sheet *sh, const char *kind, const char *title);
void sheet_end(const struct sheet *sh);

void sheet_section(const struct sheet *sh, const char *heading);
void sheet_note(const struct sheet *sh, const char *words);   /* small */
void sheet_banner(const struct sheet *sh, const char *words); /* not to be overlooked */

/* A table of so many columns; class as paper.c knows it ("log", "items", …). */
void sheet_table(const struct sheet *sh, const char *class, const char *const *heads, size_t count);
void sheet_row(const struct sheet *sh, bool late); /* late: marked */
void sheet_cell(const struct sheet *sh, const char *words);
void sheet_cell_time(const struct sheet *sh, const char *rfc3339);
void sheet_cell_took(const struct sheet *sh, const json_t *of, const char *key); /* a time in ms */
void sheet_table_end(const struct sheet *sh);

/* Lines to be signed: who made it, who approved it, when. */
void sheet_sign(const struct sheet *sh);
