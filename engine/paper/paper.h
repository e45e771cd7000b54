/*
 * paper - the shell of a document that is printed and kept: one file of HTML that needs nothing
 * else.
 *
 * A4, numbered pages, black on white; on a screen that is dark it is light on dark. No script, and
 * nothing from outside: the style stands in it, and its policy (also as a meta element, for copies
 * that are opened from a disk) allows that style by its hash, and nothing else.
 *
 * Layer      paper: base, libsodium. Pure, but for the zone of the machine (TZ) where it is asked.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

/* A document in the making. */
struct paper {
    struct text *to;
    bool zh;
    bool drill;
    const char *zone; /* in which its times are told; NULL or not known: that of the machine */
};

/* title: as others wrote it; kind: what the document is, our own words. */
void paper_begin(const struct paper *s, const char *kind, const char *title);
void paper_end(const struct paper *s);

/* Content-Security-Policy of such a document. */
enum { PAPER_POLICY_TEXT = 256 };
const char *paper_policy(char ret[PAPER_POLICY_TEXT]);

/* ---- pieces ---- */

void paper_section(const struct paper *s, const char *heading); /* <h2> */
void paper_paragraph(const struct paper *s, const char *class, const char *words);

/* A table of so many columns: head, then paper_row, paper_cell… for each row. */
void paper_table(const struct paper *s, const char *class, const char *const *heads, size_t count);
void paper_row(const struct paper *s, const char *class);  /* NULL: none */
void paper_cell(const struct paper *s, const char *words); /* NULL or "": a dash */
void paper_table_end(const struct paper *s);

/* ---- words ---- */

/* "2026-07-20 10:00:05" in the zone of the document; "" for NULL; as it is when it is no time. */
void paper_time(const struct paper *s, const char *rfc3339, struct text *to);
/* "+08:00" at that time. */
void paper_offset(const struct paper *s, const char *rfc3339, struct text *to);
/* A sentence for people in the language of the document: a string or {zh, en}. */
const char *paper_words(const struct paper *s, const json_t *words);
/* One of two literals, formats too. */
#define SAY(s, chinese, english) ((s)->zh ? (chinese) : (english))
