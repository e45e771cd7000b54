#include "paper/sheet.h"

#include "paper/markdown.h"

#include <string.h>

void sheet_begin(const struct sheet *sh, const char *kind, const char *title)
{
    const struct paper *s = &sh->s;
    if (sh->html) {
        paper_begin(s, kind, title);
        return;
    }
    text_addf(s->to, "# %s%s", s->drill ? SAY(s, "【演练】", "\\[DRILL\\] ") : "", kind);
    text_add(s->to, SAY(s, "：", ": "));
    markdown_add(s->to, title);
    text_add(s->to, "\n");
}

void sheet_end(const struct sheet *sh)
{
    if (sh->html)
        paper_end(&sh->s);
}

void sheet_section(const struct sheet *sh, const char *heading)
{
    if (sh->html)
        paper_section(&sh->s, heading);
    else
        text_addf(sh->s.to, "\n## %s\n", heading);
}

static void paragraph(const struct sheet *sh, const char *class, const char *mark,
                      const char *words)
{
    if (sh->html) {
        paper_paragraph(&sh->s, class, words);
        return;
    }
    text_addf(sh->s.to, "\n%s", mark);
    markdown_add(sh->s.to, words);
    text_addf(sh->s.to, "%s\n", mark);
}

void sheet_note(const struct sheet *sh, const char *words)
{
    paragraph(sh, "note", "", words);
}

void sheet_banner(const struct sheet *sh, const char *words)
{
    paragraph(sh, "banner", "**", words);
}

/* ---- tables ---- */

void sheet_table(const struct sheet *sh, const char *class, const char *const *heads, size_t count)
{
    if (sh->html) {
        paper_table(&sh->s, class, heads, count);
        return;
    }
    text_add(sh->s.to, "\n|");
    for (size_t n = 0; n < count; n++)
        text_addf(sh->s.to, " %s |", heads[n]);
    text_add(sh->s.to, "\n|");
    for (size_t n = 0; n < count; n++)
        text_add(sh->s.to, " --- |");
}

void sheet_row(const struct sheet *sh, bool late)
{
    if (sh->html)
        paper_row(&sh->s, late ? "late" : NULL);
    else
        text_add(sh->s.to, "\n|");
}

/* A pipe would end the cell. */
static void cell_markdown(const struct sheet *sh, const char *words)
{
    AUTO_TEXT(escaped);
    markdown_add(&escaped, words && *words ? words : "—");
    text_add_char(sh->s.to, ' ');
    for (const char *c = text_str(&escaped); *c; c++) {
        if (*c == '|')
            text_add_char(sh->s.to, '\\');
        text_add_char(sh->s.to, *c);
    }
    text_add(sh->s.to, " |");
}

void sheet_cell(const struct sheet *sh, const char *words)
{
    if (sh->html)
        paper_cell(&sh->s, words);
    else
        cell_markdown(sh, words);
}

void sheet_cell_time(const struct sheet *sh, const char *rfc)
{
    AUTO_TEXT(at);
    paper_time(&sh->s, rfc, &at);
    sheet_cell(sh, text_str(&at));
}

void sheet_cell_took(const struct sheet *sh, const json_t *of, const char *key)
{
    AUTO_TEXT(took);
    if (json_at(of, key))
        duration_add(&took, json_int(of, key, 0));
    sheet_cell(sh, text_str(&took));
}

void sheet_table_end(const struct sheet *sh)
{
    if (sh->html)
        paper_table_end(&sh->s);
    else
        text_add(sh->s.to, "\n");
}

void sheet_sign(const struct sheet *sh)
{
    const struct paper *s = &sh->s;
    const char *lines[] = {SAY(s, "整理：", "Prepared by:"), SAY(s, "审核：", "Approved by:"),
                           SAY(s, "日期：", "Date:")};
    text_add(s->to, sh->html ? "<div class=\"sign\">" : "\n");
    for (size_t n = 0; n < 3; n++)
        text_addf(s->to, sh->html ? "<span>%s</span>" : "%s \\_\\_\\_\\_\\_\\_\\_\\_ ", lines[n]);
    text_add(s->to, sh->html ? "</div>\n" : "\n");
}
