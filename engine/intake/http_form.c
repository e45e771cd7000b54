#include "intake/http_form.h"

#include <stdlib.h>
#include <string.h>

int http_hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XY" stands for; -1: it is none. */
static int percent_byte(const char *at, size_t len)
{
    int high = len > 2 ? http_hex_value((unsigned char)at[1]) : -1;
    int low = len > 2 ? http_hex_value((unsigned char)at[2]) : -1;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool http_percent_decode(char *at, size_t len, bool plus)
{
    size_t to = 0;
    for (size_t i = 0; i < len; to++) {
        bool encoded = at[i] == '%';
        int byte = encoded ? percent_byte(at + i, len - i) : (unsigned char)at[i];
        if (byte <= 0)
            return false;
        at[to] = plus && !encoded && byte == '+' ? ' ' : (char)byte;
        i += encoded ? 3 : 1;
    }
    at[to] = '\0';
    return utf8_valid(at, to);
}

static enum code pair_add(struct http_form *f, char *at, size_t len, struct refusal *r)
{
    char *equals = memchr(at, '=', len);
    size_t name_len = equals ? (size_t)(equals - at) : len;
    char *value = equals ? equals + 1 : at + len;
    if (f->count == HTTP_FORM_PAIRS_MAX)
        return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "there are more than %d parameters",
                      HTTP_FORM_PAIRS_MAX);
    if (!http_percent_decode(value, (size_t)(at + len - value), true) ||
        !http_percent_decode(at, name_len, true))
        return refuse(r, CODE_BAD_REQUEST, NULL, NULL,
                      "a parameter is not percent-encoded UTF-8, or holds a NUL");
    f->pairs = mem_grow(f->pairs, &f->cap, f->count + 1, sizeof *f->pairs);
    f->pairs[f->count++] = (struct http_pair){.name = at, .value = value};
    return CODE_OK;
}

enum code http_form_read_in_place(char *bytes, size_t len, struct http_form *ret, struct refusal *r)
{
    *ret = (struct http_form){0};
    for (size_t at = 0; at < len;) {
        const char *end = memchr(bytes + at, '&', len - at);
        size_t part = end ? (size_t)(end - bytes) - at : len - at;
        enum code code = part ? pair_add(ret, bytes + at, part, r) : CODE_OK;
        if (code)
            return code;
        at += part + 1;
    }
    return CODE_OK;
}

enum code http_form_read(const char *bytes, size_t len, struct http_form *ret, struct refusal *r)
{
    char *copy = mem_new(len + 1, 1);
    if (len)
        memcpy(copy, bytes, len);
    enum code code = http_form_read_in_place(copy, len, ret, r);
    ret->keep = copy;
    return code;
}

void http_form_done(struct http_form *f)
{
    free(f->pairs);
    free(f->keep);
    *f = (struct http_form){0};
}
