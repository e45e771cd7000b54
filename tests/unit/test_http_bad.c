/*
 * Requests that are not as they should be. A proxy before us and we must never read the same bytes
 * as different requests: each of these is refused, in whatever pieces it comes, and no byte of it
 * or behind it becomes a request. At the end, mutations by chance.
 */
#include "http_lab.h"
#include "unit.h"

#include "intake/http_head.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What stands behind every bad request: the one that must not be smuggled in. */
#define SECOND "GET /second HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

#define BYTES(literal) literal SECOND, sizeof(literal SECOND) - 1

struct bad {
    const char *missed; /* what would go wrong */
    const char *bytes;
    size_t len;
    const char
        *words; /* in the sentence of the refusal: it was refused for this, not for another */
};

static void refused(const struct bad *b, struct http_seen *seen)
{
    if (!seen->over || seen->requests > 0)
        fail_msg("%s: not refused: %s", b->missed, text_str(&seen->lines));
    if (!strstr(seen->refusal.why.text, b->words))
        fail_msg("%s: \"%s\" is not in \"%s\"", b->missed, b->words, seen->refusal.why.text);
    http_seen_done(seen);
}

/* Whole, byte by byte, and in two pieces cut at every place: also in the middle of a fold. */
static void all_refused(const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct http_seen seen = {0};
        http_see_steps(bad[i].bytes, bad[i].len, bad[i].len, &seen);
        refused(&bad[i], &seen);
        http_see_steps(bad[i].bytes, bad[i].len, 1, &seen);
        refused(&bad[i], &seen);
        for (size_t cut = 1; cut < bad[i].len; cut++) {
            http_see_halves(bad[i].bytes, bad[i].len, cut, &seen);
            refused(&bad[i], &seen);
        }
    }
}

static void a_head_that_two_readers_split_differently_is_refused(void **state)
{
    (void)state;
    static const struct bad bad[] = {
        {"a folded line hides a header", BYTES(GET "X: a\r\n Content-Length: 5\r\n\r\n"),
         "begins with white space"},
        {"a fold with a tab", BYTES(GET "X: a\r\n\tb\r\n\r\n"), "begins with white space"},
        {"a fold before the first header", BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
         "begins with white space"},
        {"a fold as the last line", BYTES(GET "X: a\r\n \r\n\r\n"), "begins with white space"},
        {"LF alone ends a header line", BYTES(GET "X: a\nY: b\r\n\r\n"), "LF alone"},
        {"LF alone ends the request line", BYTES("GET / HTTP/1.1\nHost: a\r\n\r\n"), "LF alone"},
        {"LF alone ends the head", BYTES(GET "\n"), "LF alone"},
        {"LF alone stands before the request", BYTES("\n" GET "\r\n"), "LF alone"},
        {"CR alone ends a header line", BYTES(GET "X: a\rY: b\r\n\r\n"), "CR stands alone"},
        {"CR CR LF ends a line", BYTES(GET "X: a\r\r\n\r\n"), "CR stands alone"},
        {"CR alone ends the head", BYTES(GET "\rX: a\r\n\r\n"), "CR stands alone"},
        {"CR alone ends the request line", BYTES("GET / HTTP/1.1\rHost: a\r\n\r\n"),
         "CR stands alone"},
        {"CR alone stands before the request", BYTES("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
         "CR stands alone"},
        {"two empty lines before a request", BYTES("\r\n\r\n" GET "\r\n"), "no method"},
        {"white space before the colon", BYTES(POST "Content-Length : 5\r\n\r\nhello"),
         "before a header's colon"},
        {"a tab before the colon", BYTES(POST "Content-Length\t: 5\r\n\r\nhello"),
         "before a header's colon"},
        {"a header without a name", BYTES(GET ": a\r\n\r\n"), "name is missing"},
        {"a header without a colon", BYTES(GET "X\r\n\r\n"), "name is missing"},
        {"a header name in brackets", BYTES(GET "(X): a\r\n\r\n"), "name is missing"},
        {"a header name that is not ASCII", BYTES(GET "X\xc3\xa9: a\r\n\r\n"), "name is missing"},
        {"NUL in a header", BYTES(GET "X: a\0b\r\n\r\n"), "control character"},
        {"NUL in a header's name", BYTES(GET "X\0: a\r\n\r\n"), "name is missing"},
        {"NUL in the path", BYTES("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), "percent-encoded"},
        {"NUL before the request", BYTES("\0" GET "\r\n"), "no method"},
        {"a control character in a header", BYTES(GET "X: a\x01\r\n\r\n"), "control character"},
        {"DEL in a header", BYTES(GET "X: a\x7f\r\n\r\n"), "control character"},
        {"vertical tab in a header", BYTES(GET "X: a\x0b\r\n\r\n"), "control character"},
    };
    all_refused(bad, COUNT(bad));
}

static void a_body_whose_length_can_be_doubted_is_refused(void **state)
{
    (void)state;
    static const struct bad bad[] = {
        {"two lengths", BYTES(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
         "said once"},
        {"two equal lengths", BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
         "said once"},
        {"a list of lengths", BYTES(POST "Content-Length: 5, 5\r\n\r\nhello"), "plain digits"},
        {"a signed length", BYTES(POST "Content-Length: +5\r\n\r\nhello"), "plain digits"},
        {"a negative length", BYTES(POST "Content-Length: -5\r\n\r\nhello"), "plain digits"},
        {"a hexadecimal length", BYTES(POST "Content-Length: 0x5\r\n\r\nhello"), "plain digits"},
        {"a length with a fraction", BYTES(POST "Content-Length: 5.0\r\n\r\nhello"),
         "plain digits"},
        {"a length with blanks inside", BYTES(POST "Content-Length: 1 0\r\n\r\nhello"),
         "plain digits"},
        {"an empty length", BYTES(POST "Content-Length:\r\n\r\nhello"), "plain digits"},
        {"a length above 2^64", BYTES(POST "Content-Length: 18446744073709551621\r\n\r\nhello"),
         "plain digits"},
        {"a length in other digits", BYTES(POST "Content-Length: \xd9\xa5\r\n\r\nhello"),
         "plain digits"},
        {"length and chunks",
         BYTES(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "0\r\n\r\n"),
         "Transfer-Encoding"},
        {"chunks and length",
         BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                    "0\r\n\r\n"),
         "said once"},
        {"two codings",
         BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
                    "\r\n0\r\n\r\n"),
         "Transfer-Encoding"},
        {"a list of codings", BYTES(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
         "can only be chunked"},
        {"chunked twice in a list",
         BYTES(POST "Transfer-Encoding: chunked, chunked\r\n\r\n"
                    "0\r\n\r\n"),
         "can only be chunked"},
        {"an unknown coding", BYTES(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
         "can only be chunked"},
        {"identity", BYTES(POST "Transfer-Encoding: identity\r\n\r\n"), "can only be chunked"},
        {"an empty coding", BYTES(POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
         "can only be chunked"},
        {"a coding in quotes", BYTES(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
         "can only be chunked"},
        {"a coding with parameters", BYTES(POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
         "can only be chunked"},
        {"chunks in HTTP/1.0",
         BYTES("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
               "\r\n0\r\n\r\n"),
         "HTTP/1.0 has no Transfer-Encoding"},
    };
    all_refused(bad, COUNT(bad));
}

static void a_chunk_whose_size_can_be_doubted_is_refused(void **state)
{
    (void)state;
    static const struct bad bad[] = {
        {"a hexadecimal sign", BYTES(CHUNKED "0x5\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a sign", BYTES(CHUNKED "+5\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a negative size", BYTES(CHUNKED "-1\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a blank before the size", BYTES(CHUNKED " 5\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a blank behind the size", BYTES(CHUNKED "5 \r\nhello\r\n0\r\n\r\n"), "framed"},
        {"an extension", BYTES(CHUNKED "5;a=b\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"an extension of the last chunk", BYTES(CHUNKED "0;a\r\n\r\n"), "framed"},
        {"no size", BYTES(CHUNKED "\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a size above 2^32", BYTES(CHUNKED "100000005\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"a size above 2^64", BYTES(CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"LF alone behind the size", BYTES(CHUNKED "5\nhello\r\n0\r\n\r\n"), "framed"},
        {"CR alone behind the size", BYTES(CHUNKED "5\rhello\r\n0\r\n\r\n"), "framed"},
        {"LF alone behind the data", BYTES(CHUNKED "5\r\nhello\n0\r\n\r\n"), "framed"},
        {"data longer than its size", BYTES(CHUNKED "4\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"data shorter than its size", BYTES(CHUNKED "6\r\nhello\r\n0\r\n\r\n"), "framed"},
        {"LF alone at the end", BYTES(CHUNKED "0\r\n\n"), "framed"},
        {"no line at the end", BYTES(CHUNKED "0\r\n"), "framed"},
        {"a trailer", BYTES(CHUNKED "0\r\nX: a\r\n\r\n"), "framed"},
        {"a trailer that is a length", BYTES(CHUNKED "0\r\nContent-Length: 50\r\n\r\n"), "framed"},
        {"NUL as a size", BYTES(CHUNKED "\0\r\n\r\n"), "framed"},
    };
    all_refused(bad, COUNT(bad));
}

static void a_request_to_somebody_else_is_refused(void **state)
{
    (void)state;
    static const struct bad bad[] = {
        {"no Host", BYTES("GET / HTTP/1.1\r\n\r\n"), "no Host header"},
        {"two Hosts", BYTES(GET "Host: b\r\n\r\n"), "two Host headers"},
        {"two equal Hosts", BYTES(GET "host: a\r\n\r\n"), "two Host headers"},
        {"an empty Host", BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "name or an address"},
        {"a Host with a path", BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), "name or an address"},
        {"a Host with a user", BYTES("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), "name or an address"},
        {"a list of Hosts", BYTES("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), "name or an address"},
        {"two words as Host", BYTES("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), "name or an address"},
        {"a port that is none", BYTES("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"), "name or an address"},
        {"a port too high", BYTES("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"), "name or an address"},
        {"two ports", BYTES("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n"), "name or an address"},
        {"a port without a name", BYTES("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
         "name or an address"},
        {"brackets that do not close", BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
         "name or an address"},
        {"brackets around nothing", BYTES("GET / HTTP/1.1\r\nHost: []\r\n\r\n"),
         "name or an address"},
        {"something behind the brackets", BYTES("GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"),
         "name or an address"},
        {"a Host of HTTP/1.0 that is none", BYTES("GET / HTTP/1.0\r\nHost: a b\r\n\r\n"),
         "name or an address"},
        {"a whole address as path", BYTES("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
         "begins with /"},
        {"a tunnel", BYTES("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), "no proxy"},
        {"an asterisk", BYTES("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), "begins with /"},
        {"a path without a slash", BYTES("GET second HTTP/1.1\r\nHost: a\r\n\r\n"),
         "begins with /"},
        {"another protocol", BYTES(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
         "nothing here to upgrade to"},
        {"another protocol, by its name alone", BYTES(GET "Upgrade: h2c\r\n\r\n"),
         "nothing here to upgrade to"},
        {"a wish that nobody knows", BYTES(POST "Content-Length: 5\r\nExpect: 200-ok\r\n\r\nhello"),
         "Expect can only be"},
        {"two keys", BYTES(GET "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"),
         "two Authorization headers"},
        {"two origins", BYTES(GET "Origin: http://a\r\nOrigin: http://b\r\n\r\n"),
         "two Origin headers"},
        {"two types", BYTES(GET "Content-Type: text/plain\r\nContent-Type: a/b\r\n\r\n"),
         "two Content-Type headers"},
        {"two cookies", BYTES(GET "Cookie: a=b\r\nCookie: c=d\r\n\r\n"), "two Cookie headers"},
    };
    all_refused(bad, COUNT(bad));
}

static void a_request_line_that_can_be_doubted_is_refused(void **state)
{
    (void)state;
    static const struct bad bad[] = {
        {"HTTP/0.9", BYTES("GET /\r\n"), "names no version"},
        {"HTTP/0.9 by name", BYTES("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), "HTTP/1.1 or HTTP/1.0"},
        {"HTTP/1.2", BYTES("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), "HTTP/1.1 or HTTP/1.0"},
        {"HTTP/1.10", BYTES("GET / HTTP/1.10\r\nHost: a\r\n\r\n"), "HTTP/1.1 or HTTP/1.0"},
        {"HTTP/2", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "HTTP/1.1 or HTTP/1.0"},
        {"http in small letters", BYTES("GET / http/1.1\r\nHost: a\r\n\r\n"),
         "HTTP/1.1 or HTTP/1.0"},
        {"another protocol's version", BYTES("GET / RTSP/1.0\r\nHost: a\r\n\r\n"),
         "HTTP/1.1 or HTTP/1.0"},
        {"a blank behind the version", BYTES("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
         "HTTP/1.1 or HTTP/1.0"},
        {"two blanks before the path", BYTES("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), "one blank"},
        {"two blanks behind the path", BYTES("GET /  HTTP/1.1\r\nHost: a\r\n\r\n"), "one blank"},
        {"a blank in the path", BYTES("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), "one blank"},
        {"a tab instead of a blank", BYTES("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"), "no method"},
        {"a blank before the method", BYTES(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "no method"},
        {"a method that is none", BYTES("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n"), "none of HTTP"},
        {"a method in small letters", BYTES("get / HTTP/1.1\r\nHost: a\r\n\r\n"), "none of HTTP"},
        {"no method", BYTES("/ HTTP/1.1\r\nHost: a\r\n\r\n"), "no method"},
        {"TLS", BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "no method"},
        {"a line of JSON", BYTES("{\"op\":\"ping\"}\n"), "no method"},
        {"a fragment", BYTES("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"), "has no #"},
        {"a path in raw UTF-8", BYTES("GET /\xe6\xb4\xaa HTTP/1.1\r\nHost: a\r\n\r\n"),
         "must be percent-encoded"},
        {"half an escape", BYTES("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n"), "percent-encoded"},
        {"an escape that is none", BYTES("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
         "percent-encoded"},
        {"an escape at the end", BYTES("GET /% HTTP/1.1\r\nHost: a\r\n\r\n"), "percent-encoded"},
        {"an escaped NUL", BYTES("GET /a%00.html HTTP/1.1\r\nHost: a\r\n\r\n"), "NUL"},
        {"an escaped NUL in the query", BYTES("GET /?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n"), "NUL"},
        {"an escaped line end", BYTES("GET /a%0d%0ab HTTP/1.1\r\nHost: a\r\n\r\n"),
         "control character"},
        {"an escaped slash", BYTES("GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n"), "encoded slash"},
        {"the folder above", BYTES("GET /../second HTTP/1.1\r\nHost: a\r\n\r\n"), "\"..\""},
        {"the folder above, at the end", BYTES("GET /a/.. HTTP/1.1\r\nHost: a\r\n\r\n"), "\"..\""},
        {"the folder above, escaped", BYTES("GET /%2e%2E/second HTTP/1.1\r\nHost: a\r\n\r\n"),
         "\"..\""},
        {"the same folder", BYTES("GET /./second HTTP/1.1\r\nHost: a\r\n\r\n"), "\"..\""},
        {"overlong UTF-8", BYTES("GET /%C0%AF HTTP/1.1\r\nHost: a\r\n\r\n"), "UTF-8"},
        {"a lone surrogate", BYTES("GET /%ED%A0%80 HTTP/1.1\r\nHost: a\r\n\r\n"), "UTF-8"},
        {"bytes that are no UTF-8", BYTES("GET /?a=%FF HTTP/1.1\r\nHost: a\r\n\r\n"), "UTF-8"},
    };
    all_refused(bad, COUNT(bad));
}

/* What was good before it is still answered; what comes behind it is not. */
static void good_requests_before_a_bad_one_arrive(void **state)
{
    (void)state;
    static const char bytes[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                                "GET /3 HTTP/1.1\r\nHost : a\r\n\r\n" SECOND;
    for (size_t step = 1; step < sizeof bytes; step++) {
        struct http_seen seen = {0};
        http_see_steps(bytes, sizeof bytes - 1, step, &seen);
        assert_true(seen.over);
        assert_string_equal(text_str(&seen.lines),
                            "GET /1 [Host: a]\nPOST /2 [Host: a] [Content-Length: 2] \"hi\"\n");
        http_seen_done(&seen);
    }
}

/* ---- limits ---- */

static void takes(const struct text *bytes, int requests, enum code code)
{
    struct http_seen seen = {0};
    for (size_t step = 1 + bytes->len / 1000; step < bytes->len * 2; step *= 7) {
        http_see_steps(text_str(bytes), bytes->len, step, &seen);
        assert_int_equal(seen.requests, requests);
        assert_int_equal(seen.over ? seen.refusal.code : CODE_OK, code);
        http_seen_done(&seen);
    }
}

static void text_fill(struct text *t, char c, size_t count)
{
    while (count-- > 0)
        text_add_char(t, c);
}

/* A request whose head has exactly so many bytes. */
static void head_of(struct text *t, size_t bytes)
{
    text_add(t, GET "X: ");
    text_fill(t, 'x', bytes - t->len - 4);
    text_add(t, "\r\n\r\n");
    assert_int_equal(t->len, bytes);
}

static void a_head_of_exactly_the_limit_is_taken(void **state)
{
    (void)state;
    AUTO_TEXT(most);
    AUTO_TEXT(more);
    head_of(&most, HTTP_LAB_HEAD_BYTES);
    takes(&most, 1, CODE_OK);
    head_of(&more, HTTP_LAB_HEAD_BYTES + 1);
    takes(&more, 0, CODE_HEAD_TOO_LONG);
}

/* The same bytes must get the same refusal, however much of them came at once. */
static void what_stands_behind_the_limit_is_not_looked_at(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    head_of(&bytes, HTTP_LAB_HEAD_BYTES + 100);
    text_add(&bytes, "\n\n\n");
    bytes.at[HTTP_LAB_HEAD_BYTES + 10] = '\n';
    takes(&bytes, 0, CODE_HEAD_TOO_LONG);
}

static void a_path_of_exactly_the_limit_is_taken(void **state)
{
    (void)state;
    for (int more = 0; more <= 1; more++) {
        AUTO_TEXT(bytes);
        text_add(&bytes, "GET /?");
        text_fill(&bytes, 'a', HTTP_TARGET_BYTES_MAX - 2 + (size_t)more);
        text_add(&bytes, " HTTP/1.1\r\nHost: a\r\n\r\n");
        takes(&bytes, !more, more ? CODE_HEAD_TOO_LONG : CODE_OK);
    }
}

static void headers_and_parameters_are_counted(void **state)
{
    (void)state;
    for (int more = 0; more <= 1; more++) {
        AUTO_TEXT(headers);
        AUTO_TEXT(query);
        text_add(&headers, GET);
        for (int i = 1; i < HTTP_HEADERS_MAX + more; i++)
            text_addf(&headers, "X-%d: %d\r\n", i, i);
        text_add(&headers, "\r\n");
        takes(&headers, !more, more ? CODE_HEAD_TOO_LONG : CODE_OK);

        text_add(&query, "GET /?");
        for (int i = 0; i < HTTP_FORM_PAIRS_MAX + more; i++)
            text_addf(&query, "a%d&", i);
        text_add(&query, " HTTP/1.1\r\nHost: a\r\n\r\n");
        takes(&query, !more, more ? CODE_BAD_REQUEST : CODE_OK);
    }
}

static void a_body_of_exactly_the_limit_is_taken(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        AUTO_TEXT(plain);
        AUTO_TEXT(chunked);
        size_t len = HTTP_LAB_BODY_BYTES + more;
        text_addf(&plain, POST "Content-Length: %zu\r\n\r\n", len);
        text_fill(&plain, 'x', len);
        takes(&plain, !more, more ? CODE_BODY_TOO_LONG : CODE_OK);

        text_addf(&chunked, CHUNKED "1\r\nx\r\n%zx\r\n", len - 1);
        text_fill(&chunked, 'x', len - 1);
        text_add(&chunked, "\r\n0\r\n\r\n");
        takes(&chunked, !more, more ? CODE_BODY_TOO_LONG : CODE_OK);
    }
}

/* A limit that is only checked when all is there is a way to fill the memory. */
static void what_is_too_long_is_refused_before_it_comes(void **state)
{
    (void)state;
    static const char *const heads[] = {
        POST "Content-Length: 62914560\r\n\r\n",
        POST "Content-Length: 999999999999999999\r\n\r\n",
        POST "Content-Length: 9999999999999999999\r\n\r\n",
        CHUNKED "3c00000\r\n",
        CHUNKED "ffffffff\r\n",
    };
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct http_parser p = http_lab_parser();
        struct http_seen seen = {0};
        http_see(&p, heads[i], strlen(heads[i]), &seen);
        assert_true(seen.over);
        assert_int_equal(seen.refusal.code, CODE_BODY_TOO_LONG);
        assert_null(p.held.at);
        assert_null(p.work);
        http_seen_done(&seen);
        http_done(&p);
    }
}

/* However much a client pours in, what is held stays below head, body and one piece of bytes. */
static void megabytes_are_never_held(void **state)
{
    (void)state;
    static const char *const starts[] = {GET "X: ", "GET /", GET, CHUNKED, "\r\n"};
    AUTO_TEXT(piece);
    text_fill(&piece, 'a', 64 * 1024);
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct http_parser p = http_lab_parser();
        struct http_seen seen = {0};
        http_see(&p, starts[i], strlen(starts[i]), &seen);
        for (int n = 0; n < 48; n++) { /* 3 MiB */
            http_see(&p, text_str(&piece), piece.len, &seen);
            assert_null(p.held.at);
            assert_null(p.work);
        }
        assert_true(seen.over);
        http_seen_done(&seen);
        http_done(&p);
    }
}

/* ---- by chance ---- */

enum { MUTATED_BYTES_MAX = 1024, MUTANTS = 300000 };

struct chance {
    uint64_t seed;
};

static size_t chance(struct chance *c, size_t of)
{
    c->seed ^= c->seed << 13;
    c->seed ^= c->seed >> 7;
    c->seed ^= c->seed << 17;
    return (size_t)(c->seed >> 11) % of;
}

struct mutant {
    char bytes[MUTATED_BYTES_MAX];
    size_t len;
};

/* Put these bytes in the place of so many. */
static void splice(struct mutant *m, size_t at, size_t gone, const char *bytes, size_t len)
{
    if (m->len - gone + len > MUTATED_BYTES_MAX)
        return;
    memmove(m->bytes + at + len, m->bytes + at + gone, m->len - at - gone);
    memcpy(m->bytes + at, bytes, len);
    m->len = m->len - gone + len;
}

static void mutate(struct mutant *m, struct chance *c)
{
    static const char *const words[] = {"\r\n",
                                        "\n",
                                        "\r",
                                        " ",
                                        "\t",
                                        ":",
                                        "0",
                                        "5",
                                        "+5",
                                        "0x5",
                                        ";a=b",
                                        "%00",
                                        "%2e",
                                        "/../",
                                        "HTTP/1.0",
                                        "HTTP/1.1",
                                        "\r\n ",
                                        "Host: b\r\n",
                                        "\r\n\r\n",
                                        "chunked",
                                        "close",
                                        "\xff",
                                        "Upgrade: x",
                                        SECOND,
                                        "Content-Length: 5\r\n",
                                        "Transfer-Encoding: chunked\r\n",
                                        "Expect: 100-continue\r\n"};
    size_t at = chance(c, m->len), rest = m->len - at;
    size_t some = 1 + chance(c, rest < 16 ? rest : 16);
    const char *word = words[chance(c, COUNT(words))];
    char byte = (char)chance(c, 256), copy[16];
    memcpy(copy, m->bytes + at, some);
    switch (chance(c, 5)) {
    case 0:
        splice(m, at, 1, &byte, 1);
        break;
    case 1:
        splice(m, at, 0, word, strlen(word));
        break;
    case 2:
        splice(m, at, some, "", 0);
        break;
    case 3:
        splice(m, chance(c, m->len), 0, copy, some);
        break;
    default:
        splice(m, at, some, word, strlen(word));
    }
    if (m->len == 0)
        splice(m, 0, 0, "G", 1);
}

static void mutant_make(struct mutant *m, struct chance *c)
{
    static const char *const seeds[] = {
        GET "Accept: */*\r\nX-Empty:\r\n\r\n" SECOND,
        POST "Content-Length: 5\r\n\r\nhello" SECOND,
        CHUNKED "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n" SECOND,
        "POST /t/%E6%B4%AA?lang=zh&a=%41+b HTTP/1.1\r\nhost: [::1]:8470\r\ncontent-length: 3\r\n"
        "Content-Type: text/plain\r\nExpect: 100-continue\r\n\r\nabc" SECOND,
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" SECOND),
    };
    *m = (struct mutant){0};
    const char *seed = seeds[chance(c, COUNT(seeds))];
    splice(m, 0, 0, seed, strlen(seed));
    for (size_t n = 1 + chance(c, 4); n > 0; n--)
        mutate(m, c);
}

/* In pieces of any size. */
static void see_in_pieces(const struct mutant *m, struct chance *c, struct http_seen *seen)
{
    struct http_parser p = http_lab_parser();
    for (size_t at = 0, piece; at < m->len; at += piece) {
        piece = 1 + chance(c, m->len - at);
        http_see(&p, m->bytes + at, piece, seen);
    }
    http_done(&p);
}

static size_t mutants(void)
{
    const char *slow = getenv("MUSTER_TEST_SLOW");
    return slow && strtod(slow, NULL) > 1 ? MUTANTS / 4 : MUTANTS;
}

/*
 * Whatever comes, no crash and no overrun (the sanitizers watch), every request keeps its promises,
 * a refusal is final (http_lab), and what is read does not depend on how the bytes were cut.
 */
static void whatever_comes_is_read_the_same_or_refused(void **state)
{
    (void)state;
    struct chance c = {.seed = 0x9e3779b97f4a7c15u};
    size_t whole = 0, over = 0, count = mutants();
    for (size_t i = 0; i < count; i++) {
        struct http_seen one = {0}, other = {0};
        struct mutant m;
        mutant_make(&m, &c);
        http_see_steps(m.bytes, m.len, m.len, &one);
        see_in_pieces(&m, &c, &other);
        if (one.over != other.over || strcmp(text_str(&one.lines), text_str(&other.lines)) != 0 ||
            (one.over && strcmp(one.refusal.why.text, other.refusal.why.text) != 0))
            fail_msg("mutant %zu is read in two ways:\n%s%s\n%s%s\n%.*s", i, text_str(&one.lines),
                     one.refusal.why.text, text_str(&other.lines), other.refusal.why.text,
                     (int)m.len, m.bytes);
        whole += (size_t)one.requests;
        over += one.over;
        http_seen_done(&one);
        http_seen_done(&other);
    }
    /* so that it does not only ever see the one or the other */
    assert_true(whole > count / 5 && over > count / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_two_readers_split_differently_is_refused),
        cmocka_unit_test(a_body_whose_length_can_be_doubted_is_refused),
        cmocka_unit_test(a_chunk_whose_size_can_be_doubted_is_refused),
        cmocka_unit_test(a_request_to_somebody_else_is_refused),
        cmocka_unit_test(a_request_line_that_can_be_doubted_is_refused),
        cmocka_unit_test(good_requests_before_a_bad_one_arrive),
        cmocka_unit_test(a_head_of_exactly_the_limit_is_taken),
        cmocka_unit_test(what_stands_behind_the_limit_is_not_looked_at),
        cmocka_unit_test(a_path_of_exactly_the_limit_is_taken),
        cmocka_unit_test(headers_and_parameters_are_counted),
        cmocka_unit_test(a_body_of_exactly_the_limit_is_taken),
        cmocka_unit_test(what_is_too_long_is_refused_before_it_comes),
        cmocka_unit_test(megabytes_are_never_held),
        cmocka_unit_test(whatever_comes_is_read_the_same_or_refused),
    };
    return cmocka_run_group_tests_name("http_bad", tests, NULL, NULL);
}
