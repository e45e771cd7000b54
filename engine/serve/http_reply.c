#include "serve/http_reply.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void http_reply_done(struct http_reply *r)
{
    text_done(&r->headers);
}

void http_reply_header(struct http_reply *r, const char *name, const char *value)
{
    assert(!strpbrk(value, "\r\n"));
    text_addf(&r->headers, "%s: %s\r\n", name, value);
}

/* ---- statuses ---- */

/* Long because each code is named, so that the compiler misses a new one. */
int http_status_of(enum code c)
{
    switch (c) {
    case CODE_OK:
        return 200;
    case CODE_BAD_REQUEST:
    case CODE_BAD_UTF8:
    case CODE_BAD_JSON:
    case CODE_TOO_DEEP:
    case CODE_DUPLICATE_KEY:
    case CODE_NOT_AN_OBJECT:
        return 400;
    case CODE_UNAUTHORIZED:
        return 401;
    case CODE_DENIED:
    case CODE_WRONG_CODE:
    case CODE_LINK_LOCKED:
    case CODE_FORBIDDEN_ORIGIN:
        return 403;
    case CODE_NOT_FOUND:
    case CODE_UNKNOWN_LINK:
    case CODE_UNKNOWN_KEY:
    case CODE_UNKNOWN_ROUTE:
        return 404;
    case CODE_METHOD_NOT_ALLOWED:
        return 405;
    case CODE_TOO_SLOW:
        return 408;
    case CODE_CONFLICT:
    case CODE_CLOSED:
    case CODE_MERGED:
        return 409;
    case CODE_PRECONDITION_FAILED:
        return 412;
    case CODE_BODY_TOO_LONG:
    case CODE_LINE_TOO_LONG:
        return 413;
    case CODE_UNSUPPORTED_TYPE:
        return 415;
    case CODE_UNKNOWN_OP:
    case CODE_UNKNOWN_FIELD:
    case CODE_MISSING_FIELD:
    case CODE_BAD_FIELD:
    case CODE_UNKNOWN_PLAN:
    case CODE_UNKNOWN_PERSON:
    case CODE_UNKNOWN_ENDPOINT:
    case CODE_UNKNOWN_CALL:
    case CODE_INPUT_REFUSED:
    case CODE_BAD_PLAN:
    case CODE_TOO_MUCH_WORK:
    case CODE_IDEMPOTENCY_MISMATCH:
        return 422;
    case CODE_LIMIT:
        return 429;
    case CODE_HEAD_TOO_LONG:
        return 431;
    case CODE_STORE:
    case CODE_HEAD_NOT_KEPT:
    case CODE_BAD_CONFIG:
    case CODE_DESK_DIED:
        return 500;
    case CODE_NOT_BUILT:
        return 501;
    case CODE_TOO_MANY_CONNECTIONS:
    case CODE_STOPPING:
        return 503;
    case CODE_NO_SPACE:
        return 507;
    case CODES:
        break;
    }
    return 500;
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}

/* ---- the bytes ---- */

/* "Fri, 27 Nov 2026 11:34:02 GMT"; strftime would follow a locale. */
static void date_add(wall_ms at, struct text *to)
{
    static const char days[] = "SunMonTueWedThuFriSat",
                      months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(at / 1000);
    struct tm t;
    if (!gmtime_r(&seconds, &t))
        return;
    text_addf(to, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday,
              t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static bool has_length(int status)
{
    return status != 204 && status != 304;
}

static const char *keeping(const struct http_reply *r)
{
    if (r->forever)
        return "Cache-Control: public, max-age=31536000, immutable\r\n";
    return r->cached ? "Cache-Control: no-cache\r\n" : "Cache-Control: no-store\r\n";
}

void http_reply_write(const struct http_reply *r, wall_ms at, struct text *to)
{
    text_addf(to, "HTTP/1.1 %d %s\r\n", r->status, http_reason(r->status));
    date_add(at, to);
    if (r->type)
        text_addf(to, "Content-Type: %s\r\n", r->type);
    if (has_length(r->status) && !r->endless)
        text_addf(to, "Content-Length: %zu\r\n", r->body_len);
    text_add(to, keeping(r));
    text_add(to, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n"
                 "Cross-Origin-Resource-Policy: same-origin\r\n");
    if (r->close)
        text_add(to, "Connection: close\r\n");
    text_add_bytes(to, r->headers.at, r->headers.len);
    text_add(to, "\r\n");
    if (!r->head && has_length(r->status))
        text_add_bytes(to, r->body, r->body_len);
}

/* ---- problems ---- */

/* "fields.g7.stage_m" to "/fields/g7/stage_m" (RFC 6901). */
static void pointer_add(const char *field, struct text *to)
{
    text_add_char(to, '/');
    for (; *field; field++) {
        if (*field == '.')
            text_add_char(to, '/');
        else if (*field == '~')
            text_add(to, "~0");
        else if (*field == '/')
            text_add(to, "~1");
        else
            text_add_char(to, *field);
    }
}

static json_t *problem_errors(const json_t *refusal, bool in_path)
{
    const char *field = json_str(refusal, "field");
    if (!field)
        return NULL;
    AUTO_TEXT(pointer);
    json_t *error = json_object();
    pointer_add(field, &pointer);
    json_put_str(error, in_path ? "parameter" : "pointer", in_path ? field : text_str(&pointer));
    json_put_str(error, "detail", json_str(refusal, "error"));
    json_t *errors = json_array();
    json_array_append_new(errors, error);
    return errors;
}

json_t *http_problem(const json_t *refusal, bool in_path, int *ret_status)
{
    const char *name = json_str_or(refusal, "code", "");
    enum code code = CODE_STORE;
    (void)code_parse(name, &code);
    *ret_status = http_status_of(code);

    AUTO_TEXT(type);
    text_addf(&type, "urn:muster:error:%s", name);
    json_t *problem = json_put_str(json_object(), "type", text_str(&type));
    json_put_str(problem, "title", code_sentence(code));
    json_put_int(problem, "status", *ret_status);
    json_put_str(problem, "detail", json_str(refusal, "error"));
    json_put_str(problem, "code", name);
    json_put_str(problem, "near", json_str(refusal, "near"));
    json_put_str(problem, "into", json_str(refusal, "into"));
    json_put(problem, "findings", json_share(json_at(refusal, "findings")));
    return json_put(problem, "errors", problem_errors(refusal, in_path));
}

void http_refusal_write(const json_t *refusal, wall_ms at, struct text *to)
{
    AUTO_JSON(problem);
    AUTO_TEXT(body);
    struct http_reply r = {.type = "application/problem+json", .close = true};
    problem = http_problem(refusal, false, &r.status);
    json_write(problem, &body);
    r.body = text_str(&body);
    r.body_len = body.len;
    if (r.status == 503)
        http_reply_header(&r, "Retry-After", "1");
    http_reply_write(&r, at, to);
    http_reply_done(&r);
}

/* ---- what has not changed ---- */

const char *http_etag(const char *bytes, size_t len, bool weak, char ret[HTTP_ETAG_TEXT])
{
    unsigned char sum[crypto_generichash_BYTES_MIN]; /* 16 */
    char hex[2 * sizeof sum + 1];
    crypto_generichash(sum, sizeof sum, (const unsigned char *)bytes, len, NULL, 0);
    snprintf(ret, HTTP_ETAG_TEXT, "%s\"%s\"", weak ? "W/" : "",
             sodium_bin2hex(hex, sizeof hex, sum, sizeof sum));
    return ret;
}

/* Weak comparison, as RFC 9110 has it for If-None-Match. */
bool http_etag_matches(const char *if_none_match, const char *etag)
{
    const char *quoted = strchr(etag, '"');
    size_t len = strlen(quoted);
    if (!if_none_match)
        return false;
    if (strcmp(if_none_match, "*") == 0)
        return true;
    for (const char *at = if_none_match; (at = strchr(at, '"'));) {
        const char *end = strchr(at + 1, '"');
        if (!end)
            return false;
        if ((size_t)(end - at) + 1 == len && strncmp(at, quoted, len) == 0)
            return true;
        at = end + 1;
    }
    return false;
}
