#include "core/template.h"

#include <string.h>

static struct span span_of(const char **at, const char *allowed)
{
    struct span s = {*at, strspn(*at, allowed)};
    *at += s.len;
    return s;
}

static struct piece text_piece(const char **at, size_t len, size_t skip)
{
    struct piece p = {.kind = PIECE_TEXT, .text = {*at, len}};
    *at += len + skip;
    return p;
}

/* "{name}", "{name:type}", "{name|map}" */
static struct piece value_piece(const char **at)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz_.";
    static const char maps[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    struct piece p = {.kind = PIECE_VALUE, .text = {*at, 0}};
    const char *c = *at + 1;
    p.name = span_of(&c, names);
    if (*c == ':') {
        c++;
        p.type = span_of(&c, names);
        if (p.type.len == 0)
            p.kind = PIECE_BAD;
    } else if (*c == '|') {
        c++;
        p.map = span_of(&c, maps);
        if (p.map.len == 0)
            p.kind = PIECE_BAD;
    }
    if (*c != '}' || p.name.len == 0)
        p.kind = PIECE_BAD;
    p.text.len = p.kind == PIECE_BAD ? strlen(*at) : (size_t)(c + 1 - *at);
    *at += p.text.len;
    return p;
}

struct piece template_next(const char **at)
{
    if (!**at)
        return (struct piece){.kind = PIECE_END};
    if ((*at)[0] == (*at)[1] && (**at == '{' || **at == '}'))
        return text_piece(at, 1, 1);
    if (**at == '{')
        return value_piece(at);
    size_t len = strcspn(*at + (**at == '}'), "{}") + (**at == '}');
    return text_piece(at, len, 0);
}

int template_is_value(const char *text, struct piece *ret)
{
    *ret = template_next(&text);
    return ret->kind == PIECE_VALUE && !*text;
}
