/*
 * Requests that are as they should be, and what a connection costs. What is malformed is in
 * test_http_bad.c.
 */
#include "http_lab.h"
#include "unit.h"

#include "intake/http_head.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void sees(const char *bytes, const char *lines)
{
    struct http_seen seen = {0};
    http_see_steps(bytes, strlen(bytes), strlen(bytes), &seen);
    if (seen.over)
        fail_msg("refused: %s\n%s", seen.refusal.why.text, bytes);
    assert_string_equal(text_str(&seen.lines), lines);
    http_seen_done(&seen);
}

/* ---- reading ---- */

static const char *const GOOD[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /livez HTTP/1.1\r\nHost: [::1]:8470\r\nAccept:  */* \t\r\nX-Empty:\r\n\r\n",
    "POST /t/flood?lang=zh HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n洪水",
    "POST /t/flood HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\n00a\r\n\r\n world\r\n\r\n0\r\n\r\n",
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\nGET /never HTTP/1.0\r\n\r\n",
};

static const char *const GOOD_LINES[] = {
    "GET / [Host: a]\n",
    "GET /livez [Host: [::1]:8470] [Accept: */*] [X-Empty: ]\n",
    "POST /t/flood?lang=zh [Host: a] [Content-Length: 6] \"洪水\"\n",
    "POST /t/flood [Host: a] [Transfer-Encoding: Chunked] \"hello\r\n world\r\n\"\n",
    "GET /1 [Host: a]\nPOST /2 [Host: a] [Content-Length: 2] \"hi\"\nGET /3 [Host: a]\n",
    "GET / last\n",
};

/* The plainest thing: what was asked is what arrives, with body, headers and order. */
static void requests_arrive_as_they_were_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        sees(GOOD[i], GOOD_LINES[i]);
}

/* Sockets cut where they like; nobody downstream must notice. */
static void requests_are_the_same_however_their_bytes_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        size_t len = strlen(GOOD[i]);
        for (size_t n = 1; n < len; n++) {
            struct http_seen steps = {0}, halves = {0};
            http_see_steps(GOOD[i], len, n, &steps);
            http_see_halves(GOOD[i], len, n, &halves);
            assert_string_equal(text_str(&steps.lines), GOOD_LINES[i]);
            assert_string_equal(text_str(&halves.lines), GOOD_LINES[i]);
            http_seen_done(&steps);
            http_seen_done(&halves);
        }
    }
}

/* `strcmp(method, "POST")` in twenty places would get one of them wrong. */
static void methods_have_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum http_method method;
    } methods[] = {
        {"GET", HTTP_METHOD_GET},     {"HEAD", HTTP_METHOD_HEAD},     {"POST", HTTP_METHOD_POST},
        {"PUT", HTTP_METHOD_PUT},     {"DELETE", HTTP_METHOD_DELETE}, {"PATCH", HTTP_METHOD_OTHER},
        {"TRACE", HTTP_METHOD_OTHER}, {"OPTIONS", HTTP_METHOD_OTHER},
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct http_parser p = http_lab_parser();
        struct http_request request;
        struct refusal refusal;
        AUTO_TEXT(bytes);
        text_addf(&bytes, "%s / HTTP/1.1\r\nHost: a\r\n\r\n", methods[i].name);
        http_feed(&p, text_str(&bytes), bytes.len);
        assert_int_equal(http_next(&p, &request, &refusal), HTTP_NEXT_WHOLE);
        assert_int_equal(request.method, methods[i].method);
        if (request.method != HTTP_METHOD_OTHER)
            assert_string_equal(http_method_name(request.method), methods[i].name);
        http_done(&p);
    }
}

/* Header names have no case; the first of a list is what single readers ask for. */
static void a_header_is_found_in_any_case(void **state)
{
    (void)state;
    static const char bytes[] =
        "GET / HTTP/1.1\r\nhOST: a\r\nX-One: 1\r\nx-one: 2\r\nX-None:\r\n\r\n";
    struct http_parser p = http_lab_parser();
    struct http_request request;
    struct refusal refusal;
    http_feed(&p, bytes, sizeof bytes - 1);
    assert_int_equal(http_next(&p, &request, &refusal), HTTP_NEXT_WHOLE);
    assert_string_equal(http_header(&request, "Host"), "a");
    assert_string_equal(http_header(&request, "X-ONE"), "1");
    assert_string_equal(http_header(&request, "x-none"), "");
    assert_null(http_header(&request, "x-on"));
    http_done(&p);
}

/* A name with blanks, Chinese or "&" in it must come through whole, and a "+" of a path stay one.
 */
static void path_and_query_are_decoded_once(void **state)
{
    (void)state;
    static const struct {
        const char *target, *line;
    } targets[] = {
        {"/t/%E6%B4%AA%e6%b0%b4", "GET /t/洪水 [Host: a]\n"},
        {"/a%20b+c%25", "GET /a b+c% [Host: a]\n"},
        {"/a%2525", "GET /a%25 [Host: a]\n"},
        {"/?", "GET / [Host: a]\n"},
        {"/?a=b+c%2Bd&&e&=f&g=h=i", "GET /?a=b c+d&e=&=f&g=h=i [Host: a]\n"},
        {"/?a=%26%3D%3F&b=%E9%9B%86", "GET /?a=&=?&b=集 [Host: a]\n"},
        {"/?a=1&a=2", "GET /?a=1&a=2 [Host: a]\n"},
        {"/?path=/../x?y", "GET /?path=/../x?y [Host: a]\n"},
        {"/?a=%0A", "GET /?a=\n [Host: a]\n"},
        {"/...", "GET /... [Host: a]\n"},
        {"/a..b/.c/d.", "GET /a..b/.c/d. [Host: a]\n"},
    };
    for (size_t i = 0; i < COUNT(targets); i++) {
        AUTO_TEXT(bytes);
        text_addf(&bytes, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", targets[i].target);
        sees(text_str(&bytes), targets[i].line);
    }
}

static void names_and_addresses_are_hosts(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "localhost",    "localhost:8470", "127.0.0.1:8470",  "[::1]",
        "[fe80::1]:80", "muster.example", "my_host-1:65535", "a:"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        AUTO_TEXT(bytes);
        AUTO_TEXT(line);
        text_addf(&bytes, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
        text_addf(&line, "GET / [Host: %s]\n", hosts[i]);
        sees(text_str(&bytes), text_str(&line));
    }
}

/* An answer page posts a form; what a person wrote must come out of it as it was. */
static void a_form_gives_names_and_values(void **state)
{
    (void)state;
    static const char body[] = "code=4821&note=%E5%88%B0%E4%BA%86+%26+%E5%A5%BD&note=二&empty=";
    struct http_form form;
    struct refusal refusal;
    assert_int_equal(http_form_read(body, sizeof body - 1, &form, &refusal), CODE_OK);
    assert_int_equal(form.count, 4);
    assert_string_equal(form.pairs[0].name, "code");
    assert_string_equal(form.pairs[0].value, "4821");
    assert_string_equal(form.pairs[1].value, "到了 & 好");
    assert_string_equal(form.pairs[2].value, "二");
    assert_string_equal(form.pairs[3].value, "");
    http_form_done(&form);
    assert_int_equal(http_form_read("", 0, &form, &refusal), CODE_OK);
    assert_int_equal(form.count, 0);
    http_form_done(&form);
}

static void a_form_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%",    "a=%4",  "a=%zz",        "a=%00",      "%=1",
                                      "a=\xff", "a=%ff", "a=1&b=%C0%80", "a=%ED%A0%80"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct http_form form;
        struct refusal refusal;
        assert_int_equal(http_form_read(bad[i], strlen(bad[i]), &form, &refusal), CODE_BAD_REQUEST);
        http_form_done(&form);
    }
}

/* ---- one after the other ---- */

/* Who thinks the connection ends while the other goes on loses a request or waits for ever. */
static void a_connection_goes_on_when_both_agree(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool keep_alive;
    } heads[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: CLOSE\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x-other, close\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x-other\r\nConnection: close\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n", true},
        {"GET / HTTP/1.0\r\nHost: a\r\n", false},
        {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n", true},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n", true},
    };
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct http_parser p = http_lab_parser();
        struct http_request request;
        struct refusal refusal;
        http_feed(&p, heads[i].head, strlen(heads[i].head));
        http_feed(&p, "\r\n", 2);
        assert_int_equal(http_next(&p, &request, &refusal), HTTP_NEXT_WHOLE);
        assert_int_equal(request.keep_alive, heads[i].keep_alive);
        http_done(&p);
    }
}

/* Bytes behind "the last one" were not meant for us: maybe a proxy's other client sent them. */
static void nothing_is_read_behind_the_last_request(void **state)
{
    (void)state;
    static const char bytes[] = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                "GET /never HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t step = 1; step < sizeof bytes; step++) {
        struct http_seen seen = {0};
        http_see_steps(bytes, sizeof bytes - 1, step, &seen);
        assert_string_equal(text_str(&seen.lines),
                            "GET /last [Host: a] [Connection: close] last\n");
        assert_false(seen.over);
        http_seen_done(&seen);
    }
}

/* What is read ahead must outlive the answer to what came before it. */
static void a_thousand_requests_at_once_come_one_by_one(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    AUTO_TEXT(lines);
    for (int i = 0; i < 1000; i++) {
        text_addf(&bytes, "POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", i);
        text_addf(&lines, "POST /%d [Host: a] [Content-Length: 1] \"x\"\n", i);
    }
    sees(text_str(&bytes), text_str(&lines));
}

/* curl waits a second for these words with every larger body. */
static void a_client_that_waits_for_100_hears_it_once(void **state)
{
    (void)state;
    static const char head[] =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
    struct http_parser p = http_lab_parser();
    struct http_seen seen = {0};
    http_see(&p, head, sizeof head - 1, &seen);
    assert_int_equal(seen.continues, 1);
    http_see(&p, "he", 2, &seen);
    http_see(&p, "llo", 3, &seen);
    assert_int_equal(seen.continues, 1);
    assert_int_equal(seen.requests, 1);
    http_seen_done(&seen);
    http_done(&p);
}

/* Who has sent the body does not wait; HTTP/1.0 has no such answer and would take it for the one.
 */
static void a_client_that_does_not_wait_hears_no_100(void **state)
{
    (void)state;
    static const char *const bytes[] = {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nh",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT(bytes); i++) {
        struct http_seen seen = {0};
        http_see_steps(bytes[i], strlen(bytes[i]), strlen(bytes[i]), &seen);
        assert_int_equal(seen.continues, 0);
        http_seen_done(&seen);
    }
}

/* ---- time and memory ---- */

/* By these the daemon knows whom to cut: who never finishes a head, who drips a body. */
static void the_phase_says_what_is_awaited(void **state)
{
    (void)state;
    struct http_parser p = http_lab_parser();
    struct http_seen seen = {0};
    assert_int_equal(http_phase(&p), HTTP_PHASE_IDLE);
    http_see(&p, "POST / HTTP/1.1\r\nHo", 19, &seen);
    assert_int_equal(http_phase(&p), HTTP_PHASE_HEAD);
    http_see(&p, "st: a\r\nContent-Length: 5\r\n\r\n", 28, &seen);
    assert_int_equal(http_phase(&p), HTTP_PHASE_BODY);
    assert_int_equal(http_body_seen(&p), 0);
    http_see(&p, "hel", 3, &seen);
    assert_int_equal(http_phase(&p), HTTP_PHASE_BODY);
    assert_int_equal(http_body_seen(&p), 3);
    http_see(&p, "lo\r", 3, &seen);
    assert_int_equal(http_phase(&p), HTTP_PHASE_HEAD);
    http_see(&p, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 28, &seen);
    assert_int_equal(http_phase(&p), HTTP_PHASE_IDLE);
    assert_int_equal(seen.requests, 2);
    http_seen_done(&seen);
    http_done(&p);
}

/* A client must not be cut as too slow while it is we who have not looked at its next request. */
static void bytes_that_nobody_has_asked_about_are_no_slow_head(void **state)
{
    (void)state;
    static const char bytes[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n";
    struct http_parser p = http_lab_parser();
    struct http_request request;
    struct refusal refusal;
    http_feed(&p, bytes, sizeof bytes - 1);
    assert_int_equal(http_next(&p, &request, &refusal), HTTP_NEXT_WHOLE);
    assert_int_equal(http_phase(&p), HTTP_PHASE_IDLE);
    assert_int_equal(http_held(&p), 17);
    assert_int_equal(http_next(&p, &request, &refusal), HTTP_NEXT_NONE);
    assert_int_equal(http_phase(&p), HTTP_PHASE_HEAD);
    http_done(&p);
}

/* Ten thousand browsers keep a connection open for nothing. */
static void an_idle_parser_holds_no_memory(void **state)
{
    (void)state;
    struct http_parser p = http_lab_parser();
    struct http_seen seen = {0};
    for (size_t i = 0; i < COUNT(GOOD) - 1; i++) {
        http_see(&p, GOOD[i], strlen(GOOD[i]), &seen);
        assert_null(p.held.at);
        assert_null(p.work);
        assert_null(p.refused);
    }
    assert_true(sizeof p <= 128);
    http_seen_done(&seen);
    http_done(&p);
}

/* One byte of a next request must not keep the 64 KiB in which it came. */
static void half_a_head_costs_what_it_is(void **state)
{
    (void)state;
    struct http_parser p = http_lab_parser();
    struct http_seen seen = {0};
    AUTO_TEXT(bytes);
    while (bytes.len < 64 * 1024)
        text_add(&bytes, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    text_add(&bytes, "GET /2 H");
    http_see(&p, text_str(&bytes), bytes.len, &seen);
    assert_int_equal(http_held(&p), 8);
    assert_true(p.held.cap <= 64);
    http_see(&p, "TTP/1.1\r\nHost: a\r\n\r\n", 20, &seen);
    assert_non_null(strstr(text_str(&seen.lines), "GET /2 "));
    http_seen_done(&seen);
    http_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_arrive_as_they_were_sent),
        cmocka_unit_test(requests_are_the_same_however_their_bytes_are_cut),
        cmocka_unit_test(methods_have_their_names),
        cmocka_unit_test(a_header_is_found_in_any_case),
        cmocka_unit_test(path_and_query_are_decoded_once),
        cmocka_unit_test(names_and_addresses_are_hosts),
        cmocka_unit_test(a_form_gives_names_and_values),
        cmocka_unit_test(a_form_that_is_none_is_refused),
        cmocka_unit_test(a_connection_goes_on_when_both_agree),
        cmocka_unit_test(nothing_is_read_behind_the_last_request),
        cmocka_unit_test(a_thousand_requests_at_once_come_one_by_one),
        cmocka_unit_test(a_client_that_waits_for_100_hears_it_once),
        cmocka_unit_test(a_client_that_does_not_wait_hears_no_100),
        cmocka_unit_test(the_phase_says_what_is_awaited),
        cmocka_unit_test(bytes_that_nobody_has_asked_about_are_no_slow_head),
        cmocka_unit_test(an_idle_parser_holds_no_memory),
        cmocka_unit_test(half_a_head_costs_what_it_is),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
