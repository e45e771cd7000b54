#include "intake/http_scan.h"

#include <inttypes.h>
#include <string.h>

enum { CHUNK_DIGITS_MAX = 8 };

static bool is_token(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(const char *text)
{
    const char *at = text;
    while (is_token((unsigned char)*at))
        at++;
    return at > text && !*at;
}

/* ---- the head ---- */

static enum code head_bad(const struct http_scan *s, unsigned char c, struct refusal *r)
{
    const char *sentence = "a control character stands in the head";
    if (c == '\n')
        sentence = "a line of the head ends with LF alone; HTTP ends lines with CR LF";
    else if (s->at == HTTP_AT_CR || s->at == HTTP_AT_END_CR || s->at == HTTP_AT_START_CR)
        sentence = "a CR stands alone in the head; HTTP ends lines with CR LF";
    else if (s->at == HTTP_AT_LINE && (c == ' ' || c == '\t'))
        sentence = "a header line begins with white space; a header stands on one line";
    else if (s->at == HTTP_AT_NAME && (c == ' ' || c == '\t'))
        sentence = "white space stands before a header's colon";
    else if (s->at == HTTP_AT_NAME || s->at == HTTP_AT_LINE)
        sentence = "a header's name holds a character that names cannot have";
    else if (s->at == HTTP_AT_START)
        sentence = "the request begins with a character that no method has";
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "byte %zu: %s", s->seen + 1, sentence);
}

static bool is_field(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}

/* One byte; false: it may not stand here. */
static bool head_step(struct http_scan *s, unsigned char c)
{
    switch (s->at) {
    case HTTP_AT_START:
        if (c == '\r' && !s->skipped)
            s->at = HTTP_AT_START_CR;
        else
            s->at = HTTP_AT_REQUEST;
        return c == '\r' ? s->at == HTTP_AT_START_CR : is_token(c);
    case HTTP_AT_START_CR:
        s->at = HTTP_AT_START;
        s->skipped = true;
        return c == '\n';
    case HTTP_AT_REQUEST:
        if (c == '\r')
            s->at = HTTP_AT_CR;
        return c == '\r' || (c >= 0x20 && c < 0x7f);
    case HTTP_AT_LINE:
        s->at = c == '\r' ? HTTP_AT_END_CR : HTTP_AT_NAME;
        return c == '\r' || is_token(c);
    case HTTP_AT_NAME:
        if (c == ':')
            s->at = HTTP_AT_VALUE;
        return c == ':' || is_token(c);
    case HTTP_AT_VALUE:
        if (c == '\r')
            s->at = HTTP_AT_CR;
        return c == '\r' || is_field(c);
    case HTTP_AT_CR:
        s->at = HTTP_AT_LINE;
        return c == '\n';
    case HTTP_AT_END_CR:
        s->at = HTTP_AT_END;
        return c == '\n';
    case HTTP_AT_END:
        break;
    }
    return false;
}

enum code http_scan_head(struct http_scan *s, const char *bytes, size_t len, size_t *ret_used,
                         struct refusal *r)
{
    *ret_used = 0;
    for (; *ret_used < len && s->at != HTTP_AT_END; ++*ret_used, s->seen++) {
        struct http_scan before = *s;
        unsigned char c = (unsigned char)bytes[*ret_used];
        if (!head_step(s, c))
            return head_bad(&before, c, r);
    }
    return CODE_OK;
}

/* ---- chunks ---- */

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits and no more: no sign, no 0x, no extension. */
static bool size_step(struct http_chunks *s, unsigned char c)
{
    int digit = hex_digit(c);
    if (c == '\r' && s->digits > 0) {
        s->at = HTTP_CHUNK_SIZE_LF;
        return true;
    }
    if (digit < 0 || s->digits == CHUNK_DIGITS_MAX)
        return false;
    s->digits++;
    s->left = s->left * 16 + (size_t)digit;
    return true;
}

static bool chunk_step(struct http_chunks *s, unsigned char c)
{
    static const enum http_chunk_at then[] = {[HTTP_CHUNK_DATA_CR] = HTTP_CHUNK_DATA_LF,
                                              [HTTP_CHUNK_DATA_LF] = HTTP_CHUNK_SIZE,
                                              [HTTP_CHUNK_LAST_CR] = HTTP_CHUNK_LAST_LF,
                                              [HTTP_CHUNK_LAST_LF] = HTTP_CHUNK_END};
    switch (s->at) {
    case HTTP_CHUNK_SIZE:
        return size_step(s, c);
    case HTTP_CHUNK_SIZE_LF:
        s->total += s->left;
        s->at = s->left ? HTTP_CHUNK_DATA : HTTP_CHUNK_LAST_CR;
        s->digits = 0;
        return c == '\n';
    case HTTP_CHUNK_DATA_CR:
    case HTTP_CHUNK_LAST_CR:
        s->at = then[s->at];
        return c == '\r';
    case HTTP_CHUNK_DATA_LF:
    case HTTP_CHUNK_LAST_LF:
        s->at = then[s->at];
        return c == '\n';
    case HTTP_CHUNK_DATA:
    case HTTP_CHUNK_END:
        break;
    }
    return false;
}

/* Bytes of the chunk's data among these. */
static size_t chunk_data(struct http_chunks *s, size_t len)
{
    size_t n = len < s->left ? len : s->left;
    s->left -= n;
    if (s->left == 0)
        s->at = HTTP_CHUNK_DATA_CR;
    return n;
}

enum code http_scan_chunks(struct http_chunks *s, const char *bytes, size_t len, size_t most,
                           size_t *ret_used, struct refusal *r)
{
    *ret_used = 0;
    while (*ret_used < len && s->at != HTTP_CHUNK_END) {
        if (s->at == HTTP_CHUNK_DATA) {
            *ret_used += chunk_data(s, len - *ret_used);
        } else if (!chunk_step(s, (unsigned char)bytes[*ret_used])) {
            return refuse(r, CODE_BAD_REQUEST, NULL, NULL,
                          "a chunk of the body is not framed properly: its size in hexadecimal "
                          "digits, CR LF, that many bytes, CR LF; no extensions, no trailers");
        } else {
            ++*ret_used;
        }
        if (s->total > most)
            return refuse(r, CODE_BODY_TOO_LONG, NULL, NULL,
                          "the body has more than %zu bytes; send less at once", most);
    }
    return CODE_OK;
}
