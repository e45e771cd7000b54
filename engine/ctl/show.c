#include "ctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- characters ---- */

/* One character of s (UTF-8), at least one byte long. */
static uint32_t char_at(const char *s, size_t len, size_t *ret_bytes)
{
    const unsigned char *b = (const unsigned char *)s;
    size_t n = utf8_char(s, len);
    *ret_bytes = n ? n : 1;
    switch (n) {
    case 2:
        return (uint32_t)(b[0] & 0x1F) << 6 | (b[1] & 0x3F);
    case 3:
        return (uint32_t)(b[0] & 0x0F) << 12 | (uint32_t)(b[1] & 0x3F) << 6 | (b[2] & 0x3F);
    case 4:
        return (uint32_t)(b[0] & 0x07) << 18 | (uint32_t)(b[1] & 0x3F) << 12 |
               (uint32_t)(b[2] & 0x3F) << 6 | (b[3] & 0x3F);
    default:
        return b[0];
    }
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

#define IN(c, ranges) in_ranges(c, ranges, sizeof ranges / sizeof ranges[0])

/* East Asian Wide and Fullwidth of Unicode's EastAsianWidth.txt, by block. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2614, 0x2615},   {0x26A1, 0x26A1},   {0x26D4, 0x26D4},   {0x2705, 0x2705},
    {0x274C, 0x274E},   {0x2753, 0x2757},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD},
};

/* Characters that stand above or below the one before, or are not seen. */
static const struct range narrow[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};

/* Controls, line separators, and marks that turn the direction of what follows. */
static const struct range unsafe[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200E, 0x200F},
    {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

static size_t char_width(uint32_t c)
{
    if (IN(c, narrow))
        return 0;
    return IN(c, wide) ? 2 : 1;
}

size_t show_width(const char *s)
{
    size_t width = 0, bytes = 0;
    for (size_t len = strlen(s); len > 0; s += bytes, len -= bytes)
        width += char_width(char_at(s, len, &bytes));
    return width;
}

void show_safe(struct text *to, const char *s)
{
    size_t bytes = 0;
    for (size_t len = strlen(s); len > 0; s += bytes, len -= bytes) {
        uint32_t c = char_at(s, len, &bytes);
        if (c == '\n')
            text_add(to, "\\n");
        else if (c == '\t')
            text_add(to, "\\t");
        else if (utf8_char(s, len) == 0)
            text_addf(to, "\\x%02x", (unsigned)c);
        else if (IN(c, unsafe))
            text_addf(to, "\\u{%04x}", (unsigned)c);
        else
            text_add_bytes(to, s, bytes);
    }
}

void show_cut(struct text *to, const char *s, size_t width)
{
    if (show_width(s) <= width) {
        text_add(to, s);
        return;
    }
    size_t used = 0, bytes = 0, len = strlen(s);
    for (; len > 0; s += bytes, len -= bytes) {
        size_t w = char_width(char_at(s, len, &bytes));
        if (used + w + 1 > width)
            break;
        used += w;
        text_add_bytes(to, s, bytes);
    }
    if (width > 0)
        text_add(to, "…");
}

/* ---- times ---- */

void show_time(struct text *to, const char *rfc, enum time_form form)
{
    wall_ms at = 0;
    struct tm tm;
    char day[32] = "", clock[32] = "";
    if (!rfc || !rfc3339_parse(rfc, &at)) {
        show_safe(to, rfc ? rfc : "-");
        return;
    }
    time_t seconds = (time_t)(at / MS_SECOND);
    if (!localtime_r(&seconds, &tm) || !strftime(day, sizeof day, "%Y-%m-%d", &tm) ||
        !strftime(clock, sizeof clock, "%H:%M:%S", &tm)) {
        show_safe(to, rfc);
        return;
    }
    text_addf(to, "%s%s%s", form == TIME_CLOCK ? "" : day, form == TIME_FULL ? " " : "",
              form == TIME_DAY ? "" : clock);
    if (form == TIME_FULL) {
        long minutes = tm.tm_gmtoff / 60, size = minutes < 0 ? -minutes : minutes;
        text_addf(to, " %c%02ld:%02ld", minutes < 0 ? '-' : '+', size / 60, size % 60);
    }
}

const char *show_colour(bool on, enum colour colour)
{
    static const char *const escapes[] = {"\033[0m",  "\033[31m", "\033[33m",
                                          "\033[32m", "\033[2m",  "\033[1m"};
    return on ? escapes[colour] : "";
}

/* ---- tables ---- */

enum { LAST_COLUMN_LEAST = 10 };

void table_cell_in(struct table *t, const char *text, enum colour colour)
{
    t->cells = mem_grow(t->cells, &t->cells_cap, t->cells_count + 1, sizeof t->cells[0]);
    t->colours = mem_grow(t->colours, &t->colours_cap, t->cells_count + 1, sizeof t->colours[0]);
    struct text *cell = &t->cells[t->cells_count];
    *cell = (struct text){0};
    show_safe(cell, text && text[0] ? text : "-");
    t->colours[t->cells_count++] = colour;
}

void table_cell(struct table *t, const char *text)
{
    table_cell_in(t, text, COLOUR_NONE);
}

static void widths_measure(const struct table *t, size_t *widths)
{
    for (size_t i = 0; i < t->cells_count; i++) {
        size_t w = show_width(text_str(&t->cells[i]));
        if (w > widths[i % t->columns])
            widths[i % t->columns] = w;
    }
}

/* Take what is too much from the last column, as long as it stays readable; ids are never cut. */
static void widths_fit(size_t *widths, size_t columns, int width)
{
    size_t before = 2 * (columns - 1);
    for (size_t i = 0; i + 1 < columns; i++)
        before += widths[i];
    size_t *last = &widths[columns - 1];
    if (width <= 0 || before + *last <= (size_t)width)
        return;
    size_t left = (size_t)width > before ? (size_t)width - before : 0;
    *last = left > LAST_COLUMN_LEAST ? left : LAST_COLUMN_LEAST;
}

static void cell_print(const struct table *t, size_t at, size_t width, bool colour, struct text *to)
{
    bool last = at % t->columns == t->columns - 1;
    bool tinted = colour && t->colours[at] != COLOUR_NONE;
    AUTO_TEXT(shown);
    show_cut(&shown, text_str(&t->cells[at]), width);
    text_add(to, show_colour(tinted, t->colours[at]));
    text_add(to, text_str(&shown));
    text_add(to, show_colour(tinted, COLOUR_NONE));
    for (size_t pad = show_width(text_str(&shown)); !last && pad < width + 2; pad++)
        text_add_char(to, ' ');
    if (last)
        text_add_char(to, '\n');
}

void table_print(const struct table *t, int width, bool colour, struct text *to)
{
    size_t *widths = mem_new(t->columns, sizeof *widths);
    widths_measure(t, widths);
    widths_fit(widths, t->columns, width);
    for (size_t i = 0; i < t->cells_count; i++)
        cell_print(t, i, widths[i % t->columns], colour, to);
    free(widths);
}

void table_done(struct table *t)
{
    for (size_t i = 0; i < t->cells_count; i++)
        text_done(&t->cells[i]);
    free(t->cells);
    free(t->colours);
    *t = (struct table){0};
}
