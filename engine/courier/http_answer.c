#include "courier/http_answer.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_BYTES = 128 };

void http_answer_init(struct http_answer *a)
{
    *a = (struct http_answer){.retry_after_ms = -1};
}

void http_answer_done(struct http_answer *a)
{
    text_done(&a->body);
}

int http_answer_status(const struct http_answer *a)
{
    return a->status >= 200 ? a->status : 0;
}

/* "HTTP/1.1 200 OK", "HTTP/2 204": three digits after the first space. */
static int status_parse(const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    size_t rest = space ? len - (size_t)(space - line) : 0;

    if (rest < 4 || !isdigit((unsigned char)space[1]) || !isdigit((unsigned char)space[2]) ||
        !isdigit((unsigned char)space[3]))
        return 0;
    return (space[1] - '0') * 100 + (space[2] - '0') * 10 + (space[3] - '0');
}

/* Copies the value of "name: value", trimmed. false: another header, or too long to mean much. */
static bool header_value(const char *line, size_t len, const char *name, char ret[VALUE_BYTES])
{
    size_t name_len = strlen(name);

    if (len <= name_len || strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
        return false;
    line += name_len + 1;
    len -= name_len + 1;
    while (len > 0 && isspace((unsigned char)line[0])) {
        line++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    if (len >= VALUE_BYTES || memchr(line, '\0', len))
        return false;
    memcpy(ret, line, len);
    ret[len] = '\0';
    return true;
}

bool retry_after_parse(const char *value, wall_ms now, int64_t *ret_ms)
{
    size_t digits = strspn(value, "0123456789");
    int64_t ms;

    if (digits > 0 && value[digits] == '\0') {
        if (digits > 9)
            return false;
        ms = strtoll(value, NULL, 10) * MS_SECOND;
    } else {
        if (!isalpha((unsigned char)value[0]))
            return false;
        time_t at = curl_getdate(value, NULL);
        if (at == -1)
            return false;
        ms = (int64_t)at * MS_SECOND - now;
    }
    if (ms < 0 || ms > RETRY_AFTER_MAX_S * MS_SECOND)
        return false;
    *ret_ms = ms;
    return true;
}

bool http_answer_header(struct http_answer *a, const char *line, size_t len, wall_ms now)
{
    char value[VALUE_BYTES];
    int64_t ms;

    a->head_bytes += len;
    if (a->head_bytes > ANSWER_HEAD_BYTES) {
        a->head_too_long = true;
        return false;
    }
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0 && http_answer_status(a) == 0) {
        a->status = status_parse(line, len);
        a->retry_after_ms = -1;
    } else if (header_value(line, len, "retry-after", value)) {
        a->retry_after_ms = retry_after_parse(value, now, &ms) ? ms : -1;
    }
    return true;
}

bool http_answer_body(struct http_answer *a, const char *bytes, size_t len)
{
    size_t room = ANSWER_BODY_BYTES - a->body.len;

    text_add_bytes(&a->body, bytes, len < room ? len : room);
    a->body_bytes += (int64_t)len;
    a->body_cut = a->body_bytes > ANSWER_BODY_BYTES;
    return !a->body_cut;
}

/* The bytes of the character at `i` that may stand in a text; 0: none begins there. */
static size_t readable(const struct text *body, size_t i)
{
    const char *s = body->at + i;

    if ((unsigned char)*s - 1U < 0x7f)
        return 1;
    return *s ? utf8_char(s, body->len - i) : 0;
}

void http_answer_text(const struct http_answer *a, struct text *ret)
{
    static const char none[] = "\xEF\xBF\xBD";
    const struct text *body = &a->body;
    size_t from = 0, i = 0; /* what lies between is readable, and added at once */

    while (i < body->len) {
        size_t n = readable(body, i);

        if (ret->len + (i - from) + (n ? n : strlen(none)) > ANSWER_BODY_BYTES)
            break;
        if (!n) {
            text_add_bytes(ret, body->at + from, i - from);
            text_add(ret, none);
            from = i + 1;
        }
        i += n ? n : 1;
    }
    if (i > from)
        text_add_bytes(ret, body->at + from, i - from);
}
