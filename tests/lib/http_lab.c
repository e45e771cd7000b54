#include "http_lab.h"

#include "intake/http_head.h"
#include "unit.h"

#include <string.h>

void http_seen_done(struct http_seen *seen)
{
    text_done(&seen->lines);
    *seen = (struct http_seen){0};
}

struct http_parser http_lab_parser(void)
{
    struct http_parser p;
    http_init(&p, &(struct http_limits){.head_bytes_max = HTTP_LAB_HEAD_BYTES,
                                        .body_bytes_max = HTTP_LAB_BODY_BYTES});
    return p;
}

/* ---- what is promised of every request ---- */

static void text_is_clean(const char *s)
{
    assert_non_null(s);
    assert_true(utf8_valid(s, strlen(s)));
}

static void request_keeps_its_promises(const struct http_request *r)
{
    text_is_clean(r->path);
    assert_int_equal(r->path[0], '/');
    assert_null(strstr(r->path, "/../"));
    assert_true(strlen(r->path) <= HTTP_TARGET_BYTES_MAX);
    assert_true(r->query_count <= HTTP_FORM_PAIRS_MAX);
    for (size_t i = 0; i < r->query_count; i++) {
        text_is_clean(r->query[i].name);
        text_is_clean(r->query[i].value);
    }
    assert_true(r->headers_count <= HTTP_HEADERS_MAX);
    for (size_t i = 0; i < r->headers_count; i++) {
        assert_true(strlen(r->headers[i].name) > 0);
        assert_null(strpbrk(r->headers[i].name, " \t\r\n:"));
        assert_null(strpbrk(r->headers[i].value, "\r\n"));
    }
    assert_true(r->body_len <= HTTP_LAB_BODY_BYTES);
    assert_non_null(r->body);
}

/* ---- as a line ---- */

static void request_add(const struct http_request *r, struct text *to)
{
    text_addf(to, "%s %s", http_method_name(r->method), r->path);
    for (size_t i = 0; i < r->query_count; i++)
        text_addf(to, "%c%s=%s", i ? '&' : '?', r->query[i].name, r->query[i].value);
    for (size_t i = 0; i < r->headers_count; i++)
        text_addf(to, " [%s: %s]", r->headers[i].name, r->headers[i].value);
    if (r->body_len) {
        text_add(to, " \"");
        text_add_bytes(to, r->body, r->body_len);
        text_add_char(to, '"');
    }
    text_add(to, r->keep_alive ? "\n" : " last\n");
}

static void see_request(const struct http_request *r, struct http_seen *seen)
{
    request_keeps_its_promises(r);
    assert_false(seen->over);
    request_add(r, &seen->lines);
    seen->requests++;
}

/* What is over stays over, whatever comes. */
static void see_over(struct http_parser *p, const struct refusal *r, struct http_seen *seen)
{
    static const char good[] = "GET /never HTTP/1.1\r\nHost: a\r\n\r\n";
    struct http_request request;
    struct refusal again;
    assert_true(r->code == CODE_BAD_REQUEST || r->code == CODE_HEAD_TOO_LONG ||
                r->code == CODE_BODY_TOO_LONG);
    assert_true(strlen(r->why.text) > 10);
    seen->over = true;
    seen->refusal = *r;
    http_feed(p, good, sizeof good - 1);
    assert_int_equal(http_held(p), 0);
    assert_int_equal(http_next(p, &request, &again), HTTP_NEXT_OVER);
    assert_int_equal(again.code, r->code);
}

void http_see(struct http_parser *p, const char *bytes, size_t len, struct http_seen *seen)
{
    struct http_request request;
    struct refusal refusal;
    http_feed(p, bytes, len);
    for (;;) {
        switch (http_next(p, &request, &refusal)) {
        case HTTP_NEXT_NONE:
            return;
        case HTTP_NEXT_CONTINUE:
            seen->continues++;
            break;
        case HTTP_NEXT_WHOLE:
            see_request(&request, seen);
            break;
        case HTTP_NEXT_OVER:
            see_over(p, &refusal, seen);
            return;
        }
    }
}

void http_see_steps(const char *bytes, size_t len, size_t step, struct http_seen *seen)
{
    struct http_parser p = http_lab_parser();
    for (size_t at = 0; at < len; at += step)
        http_see(&p, bytes + at, len - at < step ? len - at : step, seen);
    http_done(&p);
}

void http_see_halves(const char *bytes, size_t len, size_t cut, struct http_seen *seen)
{
    struct http_parser p = http_lab_parser();
    http_see(&p, bytes, cut, seen);
    http_see(&p, bytes + cut, len - cut, seen);
    http_done(&p);
}
