#include "intake/http_scan.h"

#include <string.h>

static bool is_token(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_printable(unsigned char c)
{
    return c > 0x20 && c < 0x7f;
}

static bool is_in_value(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}

/* ---- what is said of a byte that may not stand there ---- */

static const char *in_request_line(enum http_scan_at at, unsigned char c)
{
    if (at == HTTP_AT_START || at == HTTP_AT_METHOD)
        return "the request begins with something that is no method of HTTP";
    if (at == HTTP_AT_VERSION)
        return "the request line must end with HTTP/1.1 or HTTP/1.0, after one blank; no other "
               "version is spoken here";
    if (c == '\r')
        return "the request line names no version; it must end with HTTP/1.1";
    if (c == ' ')
        return "there is one blank too many in the request line";
    return "the path holds a byte that must be percent-encoded";
}

static const char *in_header_line(enum http_scan_at at, unsigned char c)
{
    bool blank = c == ' ' || c == '\t';
    if (at == HTTP_AT_VALUE)
        return "a control character stands in a header";
    if (at == HTTP_AT_LINE && blank)
        return "a header line begins with white space; a header stands on one line";
    if (blank)
        return "white space stands before a header's colon";
    return "a header's name is missing, or holds a character that names cannot have";
}

static enum code head_refuse(const struct http_scan *s, unsigned char c, struct refusal *r)
{
    bool after_cr = s->at == HTTP_AT_CR || s->at == HTTP_AT_END_CR || s->at == HTTP_AT_START_CR;
    const char *sentence;
    if (after_cr)
        sentence = "a CR stands alone; HTTP ends lines with CR LF";
    else if (c == '\n')
        sentence = "a line ends with LF alone; HTTP ends lines with CR LF";
    else if (s->at < HTTP_AT_LINE)
        sentence = in_request_line(s->at, c);
    else
        sentence = in_header_line(s->at, c);
    return refuse(r, CODE_BAD_REQUEST, NULL, NULL, "byte %zu of the head: %s", s->seen + 1,
                  sentence);
}

/* ---- the head ---- */

/* "HTTP/1.1" or "HTTP/1.0", then CR. */
static bool version_step(struct http_scan *s, unsigned char c)
{
    static const char version[] = "HTTP/1.";
    unsigned at = s->version_at++;
    if (at < sizeof version - 1)
        return c == (unsigned char)version[at];
    if (at == sizeof version - 1)
        return c == '0' || c == '1';
    s->at = HTTP_AT_CR;
    return c == '\r';
}

/* One byte; false: it may not stand here. */
static bool head_step(struct http_scan *s, unsigned char c)
{
    switch (s->at) {
    case HTTP_AT_START:
        s->at = c == '\r' && !s->skipped ? HTTP_AT_START_CR : HTTP_AT_METHOD;
        return s->at == HTTP_AT_START_CR || is_token(c);
    case HTTP_AT_START_CR:
        s->at = HTTP_AT_START;
        s->skipped = true;
        return c == '\n';
    case HTTP_AT_METHOD:
        s->at = c == ' ' ? HTTP_AT_TARGET_FIRST : s->at;
        return c == ' ' || is_token(c);
    case HTTP_AT_TARGET_FIRST:
        s->at = HTTP_AT_TARGET;
        return is_printable(c);
    case HTTP_AT_TARGET:
        s->at = c == ' ' ? HTTP_AT_VERSION : s->at;
        return c == ' ' || is_printable(c);
    case HTTP_AT_VERSION:
        return version_step(s, c);
    case HTTP_AT_LINE:
        s->at = c == '\r' ? HTTP_AT_END_CR : HTTP_AT_NAME;
        return c == '\r' || is_token(c);
    case HTTP_AT_NAME:
        s->at = c == ':' ? HTTP_AT_VALUE : s->at;
        return c == ':' || is_token(c);
    case HTTP_AT_VALUE:
        s->at = c == '\r' ? HTTP_AT_CR : s->at;
        return c == '\r' || is_in_value(c);
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

enum code http_scan_head(struct http_scan *s, const char *bytes, size_t len, struct refusal *r)
{
    for (size_t i = 0; i < len && s->at != HTTP_AT_END; i++) {
        struct http_scan before = *s;
        unsigned char c = (unsigned char)bytes[i];
        if (!head_step(s, c))
            return head_refuse(&before, c, r);
        s->seen++;
    }
    return CODE_OK;
}
