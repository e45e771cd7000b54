#include "ctl/csv.h"

#include <stdlib.h>
#include <string.h>

#define UTF8_MARK "\xef\xbb\xbf"

void csv_init(struct csv *c, const char *bytes)
{
    *c = (struct csv){.at = bytes, .next_line = 1};
    if (!strncmp(bytes, UTF8_MARK, strlen(UTF8_MARK)))
        c->at += strlen(UTF8_MARK);
}

void csv_done(struct csv *c)
{
    for (size_t n = 0; n < c->cap; n++)
        text_done(&c->fields[n]);
    free(c->fields);
    *c = (struct csv){0};
}

static struct text *field_next(struct csv *c)
{
    c->fields = mem_grow(c->fields, &c->cap, c->count + 1, sizeof *c->fields);
    struct text *field = &c->fields[c->count++];
    text_clear(field);
    return field;
}

static bool at_end_of_field(const char *at)
{
    return !*at || *at == ',' || *at == '\n' || (*at == '\r' && (at[1] == '\n' || !at[1]));
}

static enum err quoted(struct csv *c, struct text *to, struct why *why)
{
    int begun = c->next_line;
    for (c->at++; *c->at; c->at++) {
        if (*c->at == '"' && c->at[1] == '"')
            c->at++;
        else if (*c->at == '"')
            break;
        c->next_line += *c->at == '\n';
        text_add_char(to, *c->at);
    }
    if (!*c->at)
        return why_set(why, ERR_INVALID, "a quote begins here and has no end");
    c->at++;
    if (!at_end_of_field(c->at)) {
        c->line = begun;
        return why_set(why, ERR_INVALID,
                       "text stands behind the end of a quote; a \" within is "
                       "written twice");
    }
    return ERR_OK;
}

/* Blanks around a field are the typist's. */
static void plain(struct csv *c, struct text *to)
{
    const char *begin = c->at + strspn(c->at, " \t"), *end;
    while (!at_end_of_field(c->at))
        c->at++;
    for (end = c->at; end > begin && (end[-1] == ' ' || end[-1] == '\t'); end--)
        ;
    if (end > begin)
        text_add_bytes(to, begin, (size_t)(end - begin));
}

static bool row_is_empty(const struct csv *c)
{
    for (size_t n = 0; n < c->count; n++)
        if (c->fields[n].len)
            return false;
    return true;
}

static enum err row_read(struct csv *c, struct why *why)
{
    c->count = 0;
    c->line = c->next_line;
    for (;;) {
        struct text *field = field_next(c);
        enum err e = ERR_OK;
        if (*c->at == '"')
            e = quoted(c, field, why);
        else
            plain(c, field);
        if (e)
            return e;
        if (*c->at != ',')
            break;
        c->at++;
    }
    c->at += *c->at == '\r';
    c->next_line += *c->at == '\n';
    c->at += *c->at == '\n';
    return ERR_OK;
}

enum err csv_next(struct csv *c, bool *ret_more, struct why *why)
{
    while (*c->at) {
        enum err e = row_read(c, why);
        if (e)
            return e;
        if (!row_is_empty(c)) {
            *ret_more = true;
            return ERR_OK;
        }
    }
    *ret_more = false;
    return ERR_OK;
}

const char *csv_field(const struct csv *c, size_t index)
{
    return index < c->count ? text_str(&c->fields[index]) : "";
}

void csv_write(struct text *to, const char *field)
{
    if (!strpbrk(field, "\",\r\n") && *field != ' ') {
        text_add(to, field);
        return;
    }
    text_add_char(to, '"');
    for (const char *at = field; *at; at++) {
        if (*at == '"')
            text_add_char(to, '"');
        text_add_char(to, *at);
    }
    text_add_char(to, '"');
}
