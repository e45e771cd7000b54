#include "base/json_plain.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 15 }; /* below 2^53 whatever they are */

struct plain {
    const char *at, *end;
    int depth_left;
    struct text room; /* of a string with escapes */
};

static json_t *read_value(struct plain *p);

static void skip_space(struct plain *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

/* The next byte is this one, behind white space: take it. */
static bool take(struct plain *p, char c)
{
    skip_space(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

/* ---- strings ---- */

/* '\0' for what is none, or is not plain. */
static char unescaped(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

/* From the first backslash on: into the room, without the escapes. */
static bool read_escaped(struct plain *p, const char *begin)
{
    text_clear(&p->room);
    for (;;) {
        text_add_bytes(&p->room, begin, (size_t)(p->at - begin));
        if (p->at == p->end || (unsigned char)*p->at < 0x20)
            return false;
        if (*p->at == '"')
            return true;
        char c = p->at + 1 < p->end ? unescaped(p->at[1]) : '\0';
        if (!c)
            return false;
        text_add_char(&p->room, c);
        begin = p->at += 2;
        while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (unsigned char)*p->at >= 0x20)
            p->at++;
    }
}

/* Behind the opening quote. ret borrows from the bytes or from the room. */
static bool read_string(struct plain *p, const char **ret, size_t *ret_len)
{
    const char *begin = p->at;
    unsigned char any = 0;
    while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (unsigned char)*p->at >= 0x20)
        any |= (unsigned char)*p->at++;
    if (p->at == p->end || (unsigned char)*p->at < 0x20)
        return false;
    *ret = begin;
    *ret_len = (size_t)(p->at - begin);
    if (*p->at == '\\') {
        if (!read_escaped(p, begin))
            return false;
        *ret = p->room.at;
        *ret_len = p->room.len;
        any = 0x80;
    }
    p->at++;
    return any < 0x80 || utf8_valid(*ret, *ret_len);
}

static json_t *string_value(struct plain *p)
{
    const char *s;
    size_t len;
    return read_string(p, &s, &len) ? json_stringn_nocheck(s, len) : NULL;
}

/* ---- numbers and words ---- */

static json_t *integer_value(struct plain *p)
{
    bool minus = *p->at == '-';
    const char *digits = p->at += minus;
    int64_t value = 0;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && p->at - digits <= DIGITS_MAX)
        value = value * 10 + (*p->at++ - '0');
    ptrdiff_t count = p->at - digits;
    if (count == 0 || count > DIGITS_MAX || (*digits == '0' && (count > 1 || minus)))
        return NULL;
    if (p->at < p->end && (*p->at == '.' || *p->at == 'e' || *p->at == 'E'))
        return NULL;
    return json_integer(minus ? -value : value);
}

static json_t *word_value(struct plain *p, const char *word, json_t *value)
{
    size_t len = strlen(word);
    if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
        return NULL;
    p->at += len;
    return value;
}

/* ---- objects and arrays ---- */

static bool read_member(struct plain *p, json_t *object, size_t count)
{
    const char *s;
    char key[64];
    size_t len;
    if (!take(p, '"') || !read_string(p, &s, &len) || len >= sizeof(key) || memchr(s, '\0', len))
        return false;
    memcpy(key, s, len); /* the room is the next string's */
    key[len] = '\0';
    json_t *value = take(p, ':') ? read_value(p) : NULL;
    if (!value)
        return false;
    if (json_object_setn_new_nocheck(object, key, len, value) != 0)
        abort();
    return json_object_size(object) == count;
}

static bool read_members(struct plain *p, json_t *object)
{
    if (take(p, '}'))
        return true;
    for (size_t count = 1;; count++) {
        if (!read_member(p, object, count))
            return false;
        if (take(p, '}'))
            return true;
        if (!take(p, ','))
            return false;
    }
}

static bool read_items(struct plain *p, json_t *array)
{
    if (take(p, ']'))
        return true;
    for (;;) {
        json_t *item = read_value(p);
        if (!item)
            return false;
        if (json_array_append_new(array, item) != 0)
            abort();
        if (take(p, ']'))
            return true;
        if (!take(p, ','))
            return false;
    }
}

static json_t *nested_value(struct plain *p, json_t *value, bool (*read)(struct plain *, json_t *))
{
    if (!value)
        abort();
    p->depth_left--;
    bool whole = p->depth_left >= 0 && read(p, value);
    p->depth_left++;
    if (whole)
        return value;
    json_decref(value);
    return NULL;
}

/* NULL: given up. A value without memory is an abort elsewhere, or jansson's to find. */
static json_t *read_value(struct plain *p)
{
    skip_space(p);
    if (p->at == p->end)
        return NULL;
    switch (*p->at) {
    case '{':
        p->at++;
        return nested_value(p, json_object(), read_members);
    case '[':
        p->at++;
        return nested_value(p, json_array(), read_items);
    case '"':
        p->at++;
        return string_value(p);
    case 't':
        return word_value(p, "true", json_true());
    case 'f':
        return word_value(p, "false", json_false());
    case 'n':
        return word_value(p, "null", json_null());
    default:
        return *p->at == '-' || (*p->at >= '0' && *p->at <= '9') ? integer_value(p) : NULL;
    }
}

json_t *json_plain(const char *bytes, size_t len, int depth_max)
{
    struct plain p = {.at = bytes, .end = bytes + len, .depth_left = depth_max};
    json_t *value = read_value(&p);
    skip_space(&p);
    if (value && p.at != p.end) {
        json_decref(value);
        value = NULL;
    }
    text_done(&p.room);
    return value;
}
