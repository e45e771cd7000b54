#include "intake/http_chunks.h"

#include "intake/http_form.h"

enum { CHUNK_DIGITS_MAX = 8 };

static bool size_step(struct http_chunks *s, unsigned char c)
{
    int digit = http_hex_value(c);
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

/* One byte of the framing; false: it may not stand here. */
static bool frame_step(struct http_chunks *s, unsigned char c)
{
    switch (s->at) {
    case HTTP_CHUNK_SIZE:
        return size_step(s, c);
    case HTTP_CHUNK_SIZE_LF:
        s->total += s->left;
        s->at = s->left ? HTTP_CHUNK_DATA : HTTP_CHUNK_LAST_CR;
        s->digits = 0;
        return c == '\n';
    case HTTP_CHUNK_DATA_CR:
        s->at = HTTP_CHUNK_DATA_LF;
        return c == '\r';
    case HTTP_CHUNK_DATA_LF:
        s->at = HTTP_CHUNK_SIZE;
        return c == '\n';
    case HTTP_CHUNK_LAST_CR:
        s->at = HTTP_CHUNK_LAST_LF;
        return c == '\r';
    case HTTP_CHUNK_LAST_LF:
        s->at = HTTP_CHUNK_END;
        return c == '\n';
    case HTTP_CHUNK_DATA:
    case HTTP_CHUNK_END:
        break;
    }
    return false;
}

/* How many of these bytes are the chunk's. */
static size_t data_step(struct http_chunks *s, size_t len)
{
    size_t n = len < s->left ? len : s->left;
    s->left -= n;
    if (s->left == 0)
        s->at = HTTP_CHUNK_DATA_CR;
    return n;
}

enum code http_chunks_scan(struct http_chunks *s, const char *bytes, size_t len, size_t most,
                           size_t *ret_used, struct refusal *r)
{
    *ret_used = 0;
    while (*ret_used < len && s->at != HTTP_CHUNK_END) {
        if (s->at == HTTP_CHUNK_DATA)
            *ret_used += data_step(s, len - *ret_used);
        else if (frame_step(s, (unsigned char)bytes[*ret_used]))
            ++*ret_used;
        else
            return refuse(r, CODE_BAD_REQUEST, NULL, NULL,
                          "a chunk of the body is not framed properly: its size in hexadecimal "
                          "digits, CR LF, that many bytes, CR LF; no extensions, no trailers");
        if (s->total > most)
            return refuse(r, CODE_BODY_TOO_LONG, NULL, NULL,
                          "the body has more than %zu bytes; send less at once", most);
    }
    return CODE_OK;
}
