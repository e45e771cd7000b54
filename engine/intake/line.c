#include "intake/line.h"

#include <string.h>

void line_init(struct line_splitter *s, size_t bytes_max)
{
    *s = (struct line_splitter){.bytes_max = bytes_max};
}

void line_done(struct line_splitter *s)
{
    text_done(&s->held);
    *s = (struct line_splitter){.bytes_max = s->bytes_max};
}

size_t line_held(const struct line_splitter *s)
{
    return s->held.len - s->given;
}

/* Move what was not given to the front; give the memory back when there is nothing. */
static void held_compact(struct line_splitter *s)
{
    if (s->given == 0)
        return;
    if (s->given == s->held.len) {
        text_done(&s->held);
    } else {
        s->held.len -= s->given;
        memmove(s->held.at, s->held.at + s->given, s->held.len);
        s->held.at[s->held.len] = '\0';
    }
    s->given = 0;
}

void line_feed(struct line_splitter *s, const char *bytes, size_t len)
{
    if (s->over)
        return;
    held_compact(s);
    text_add_bytes(&s->held, bytes, len);
}

static enum line_next line_over(struct line_splitter *s)
{
    text_done(&s->held);
    s->given = s->searched = 0;
    s->over = true;
    return LINE_OVER;
}

enum line_next line_next(struct line_splitter *s, const char **ret_at, size_t *ret_len)
{
    if (s->over)
        return LINE_OVER;
    size_t len = line_held(s);
    const char *at = len ? s->held.at + s->given : NULL;
    const char *end = len ? memchr(at + s->searched, '\n', len - s->searched) : NULL;
    size_t line_len = end ? (size_t)(end - at) : len;
    if (line_len > s->bytes_max)
        return line_over(s);
    if (!end) {
        held_compact(s);
        s->searched = len;
        return LINE_NONE;
    }
    s->given += line_len + 1;
    s->searched = 0;
    *ret_at = at;
    *ret_len = line_len;
    return LINE_WHOLE;
}

enum code line_refuse_over(const struct line_splitter *s, struct refusal *ret)
{
    return refuse(ret, CODE_LINE_TOO_LONG, NULL, NULL,
                  "the line is longer than %zu bytes (limits.line_bytes); send less at once",
                  s->bytes_max);
}

/* How many bytes from the start are UTF-8. */
static size_t utf8_prefix(const char *bytes, size_t len)
{
    size_t at = 0;
    for (size_t n = 1; at < len && n > 0; at += n)
        n = utf8_char(bytes + at, len - at);
    return at;
}

enum code line_value(const char *bytes, size_t len, json_t **ret, struct refusal *ret_refusal)
{
    if (!utf8_valid(bytes, len))
        return refuse(ret_refusal, CODE_BAD_UTF8, NULL, NULL,
                      "byte %zu of the line is not UTF-8; send text as UTF-8 (RFC 3629)",
                      utf8_prefix(bytes, len) + 1);
    struct why why;
    enum err e = json_read(bytes, len, ret, &why);
    if (!e)
        return CODE_OK;
    enum code code = CODE_BAD_JSON;
    if (e == ERR_LIMIT)
        code = CODE_TOO_DEEP;
    else if (e == ERR_CONFLICT)
        code = CODE_DUPLICATE_KEY;
    return refuse(ret_refusal, code, NULL, NULL, "%s", why.text);
}

enum code line_object(const char *bytes, size_t len, json_t **ret, struct refusal *ret_refusal)
{
    json_t *value = NULL;
    enum code code = line_value(bytes, len, &value, ret_refusal);
    if (code)
        return code;
    if (!json_is_object(value)) {
        json_decref(value);
        return refuse(ret_refusal, CODE_NOT_AN_OBJECT, NULL, NULL,
                      "a line must be one JSON object, like {\"op\":\"ping\"}");
    }
    *ret = value;
    return CODE_OK;
}

bool line_ends_connection(enum code c)
{
    return c == CODE_LINE_TOO_LONG || c == CODE_BAD_UTF8;
}
