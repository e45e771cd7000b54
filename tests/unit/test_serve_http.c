#include "unit.h"

#include "serve/conn.h"
#include "serve/http.h"
#include "serve/origin.h"
#include "serve_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: 127.0.0.1:8470\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

static int http_client(struct serve_desk *h)
{
    return desk_client(h, DOOR_HTTP);
}

/* Says this and expects that status; the connection ends or not. */
static void asks(struct serve_desk *h, const char *request, const char *status, bool end)
{
    int fd = http_client(h);
    AUTO_TEXT(line);
    AUTO_TEXT(heard);
    bool ended = false;
    text_addf(&line, "HTTP/1.1 %s\r\n", status);
    desk_say(h, fd, request);
    desk_hear(h, fd, &heard, &ended);
    if (strncmp(text_str(&heard), text_str(&line), line.len) != 0)
        fail_msg("to %.60s: no \"%s\" but %.300s", request, status, text_str(&heard));
    assert_int_equal(ended, end);
    close(fd);
}

static void post(struct serve_desk *h, int fd, const char *path, const char *body)
{
    AUTO_TEXT(request);
    text_addf(&request,
              "POST %s HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
              "Content-Length: %zu\r\n\r\n%s",
              path, strlen(body), body);
    desk_say(h, fd, text_str(&request));
}

static void seconds_pass(struct serve_desk *h, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        poll_loop_pass_time(h->loop, 1000);
        poll_loop_pump(h->loop);
    }
}

/* ---- requests and answers ---- */

static void a_trigger_is_answered_when_it_is_durable(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    post(h, fd, "/api/v1/incidents", "{\"title\":\"a\"}");
    desk_hears(h, fd, "");
    assert_int_equal(h->submitted_count, 1);
    assert_string_equal(h->titles[0], "a");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears_part(h, fd, "Location: /api/v1/incidents/" DESK_ID "\r\n", false);
    close(fd);
}

/* Clients may ask without waiting; an answer that comes early is not said early. */
static void answers_keep_the_order_of_the_requests(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    AUTO_TEXT(heard);
    bool ended = false;
    post(h, fd, "/api/v1/incidents", "{\"title\":\"a\"}");
    desk_say(h, fd, GET("/livez"));
    desk_hears(h, fd, "");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hear(h, fd, &heard, &ended);
    const char *first = strstr(text_str(&heard), DESK_ID);
    const char *second = strstr(text_str(&heard), "\r\n\r\nok\n");
    assert_true(first && second && first < second);
    assert_false(ended);
    close(fd);
}

static void a_client_that_wants_no_more_is_let_go(void **state)
{
    struct serve_desk *h = *state;
    asks(h, "GET /livez HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "200 OK", true);
    asks(h, "GET /livez HTTP/1.0\r\n\r\n", "200 OK", true);
    asks(h, GET("/livez"), "200 OK", false);
}

static void what_is_malformed_ends_the_connection_and_nothing_behind_it_is_read(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd,
             "POST /api/v1/incidents HTTP/1.1\r\n" HOST
             "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"
             "GET /livez HTTP/1.1\r\n" HOST "\r\n");
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    assert_non_null(strstr(text_str(&heard), "HTTP/1.1 400 "));
    assert_null(strstr(strstr(text_str(&heard), "HTTP/1.1") + 1, "HTTP/1.1"));
    assert_true(ended);
    close(fd);
}

/* A reset would take the answer with it: the client may first finish what it sends. */
static void a_refused_client_may_finish_and_read_why(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "POST /t/x HTTP/1.1\r\n" HOST "Content-Length: 9999999\r\n\r\n");
    desk_hears_part(h, fd, "413 Content Too Large", true);
    char more[1000] = {0};
    for (int i = 0; i < 1000; i++) { /* no EPIPE, no ECONNRESET */
        assert_int_equal(send(fd, more, sizeof more, MSG_NOSIGNAL), (int)sizeof more);
        poll_loop_pump(h->loop);
    }
    assert_int_equal(serve_stats(h->serve).connections, 1);
    seconds_pass(h, HTTP_LINGER_S + 1);
    assert_int_equal(serve_stats(h->serve).connections, 0);
    close(fd);
}

static void an_expecting_client_is_told_to_go_on(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd,
             "POST /t/x HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
             "Content-Length: 1\r\n\r\n");
    desk_hears(h, fd, "HTTP/1.1 100 Continue\r\n\r\n");
    desk_say(h, fd, "a");
    assert_string_equal(h->titles[0], "a");
    close(fd);
}

static void refusals_have_their_status(void **state)
{
    struct serve_desk *h = *state;
    asks(h, GET("/nowhere"), "404 Not Found", false);
    asks(h, GET("/cap/feed.atom"), "501 Not Implemented", false);
    asks(h, "DELETE /livez HTTP/1.1\r\n" HOST "\r\n", "405 Method Not Allowed", false);
    asks(h, "GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden", false);
    asks(h, "GET /livez HTTP/1.1\r\nHost: muster.example\r\n\r\n", "200 OK", false);
    asks(h, "GET /livez HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n\r\n", "403 Forbidden",
         false);
    asks(h, "GET /api/v1/plans HTTP/1.1\r\n" HOST "Authorization: Bearer bad\r\n\r\n",
         "401 Unauthorized", false);
    asks(h, "GET /api/v1/plans HTTP/1.1\r\n" HOST "Authorization: Bearer good\r\n\r\n", "200 OK",
         false);
    asks(h,
         "POST /t/x HTTP/1.1\r\n" HOST "Authorization: Bearer good\r\n"
         "Content-Length: 1\r\n\r\na",
         "403 Forbidden", false);
}

/* A cookie goes along with whatever a browser sends; so it speaks only where a page of ours asks.
 */
static void a_cookie_counts_only_from_a_page_of_ours(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "GET /api/v1/ping HTTP/1.1\r\n" HOST "Cookie: a=b; __Host-muster=good\r\n\r\n");
    desk_hears_part(h, fd, "\"principal\":\"key:wall\"", false);
    desk_say(h, fd,
             "POST /t/x HTTP/1.1\r\n" HOST "Cookie: __Host-muster=good\r\n"
             "Content-Length: 1\r\n\r\na");
    assert_string_equal(h->submitted[0].who.id, "demo");
    close(fd);
}

static void what_has_not_changed_is_not_sent_again(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    AUTO_TEXT(heard);
    bool ended = false;
    desk_say(h, fd, GET("/api/v1/plans"));
    desk_hear(h, fd, &heard, &ended);
    const char *tag = strstr(text_str(&heard), "ETag: ");
    assert_non_null(tag);
    AUTO_TEXT(again);
    text_addf(&again, "GET /api/v1/plans HTTP/1.1\r\n" HOST "If-None-Match: %.*s\r\n\r\n",
              (int)strcspn(tag + 6, "\r"), tag + 6);
    desk_say(h, fd, text_str(&again));
    desk_hears_part(h, fd, "304 Not Modified", false);
    close(fd);
}

/* ---- streams ---- */

static void a_stream_says_every_row_and_its_id(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, GET("/api/v1/events"));
    desk_hears_part(h, fd, "event: hello\nid: 1-100\n", false);
    desk_happens(h, 101);
    serve_flush(h->serve);
    desk_hears_part(h, fd, "id: 1-101\nevent: engine_started\ndata: {", false);
    desk_say(h, fd, GET("/livez")); /* nothing is asked any more on a stream */
    desk_happens(h, 102);
    serve_flush(h->serve);
    desk_hears_events(h, fd, "102", false);
    close(fd);
    poll_loop_pump(h->loop);
    assert_int_equal(serve_stats(h->serve).watchers, 0);
}

static void a_stream_resumes_behind_the_last_id(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "GET /api/v1/events HTTP/1.1\r\n" HOST "Last-Event-ID: 1-98\r\n\r\n");
    desk_hears_part(h, fd, "event: hello\ndata", false); /* its id would skip what is missing */
    desk_store_answers(h, 99, 100, false);
    desk_hears_events(h, fd, "99 100", false);
    close(fd);
}

static void a_silent_stream_is_heard_to_be_alive(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, GET("/api/v1/events"));
    desk_hears_part(h, fd, "event: hello", false);
    seconds_pass(h, HTTP_HEARTBEAT_S - 1);
    desk_hears(h, fd, "");
    seconds_pass(h, 2);
    desk_hears(h, fd, ": still here\n\n");
    seconds_pass(h, 10 * HTTP_IDLE_S);
    assert_int_equal(serve_stats(h->serve).connections, 1);
    close(fd);
}

/* One reader that sleeps must not cost memory without end, nor anybody else a moment. */
static void a_stream_that_nobody_reads_is_cut_at_its_cap(void **state)
{
    struct serve_desk *h = *state;
    int asleep = http_client(h), awake = http_client(h);
    desk_say(h, asleep, GET("/api/v1/events"));
    desk_say(h, awake, GET("/api/v1/events"));
    AUTO_TEXT(heard);
    bool ended = false;
    int64_t seq = 101;
    for (; serve_stats(h->serve).watchers == 2; seq++) {
        assert_true(seq < 100000);
        desk_happens(h, seq);
        serve_flush(h->serve);
        text_clear(&heard);
        desk_hear(h, awake, &heard, &ended);
        assert_false(ended);
    }
    desk_happens(h, seq);
    serve_flush(h->serve);
    AUTO_TEXT(last);
    text_addf(&last, "%lld", (long long)seq);
    desk_hears_events(h, awake, text_str(&last), false);
    close(asleep);
    close(awake);
}

/* ---- time ---- */

static void a_head_that_comes_too_slowly_is_refused(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "GET /livez HTTP/1.1\r\n");
    for (int i = 0; i < HTTP_HEAD_S; i++) {
        desk_hears(h, fd, "");
        desk_say(h, fd, i ? "x" : "x:");
        seconds_pass(h, 1);
    }
    seconds_pass(h, 1);
    desk_hears_part(h, fd, "408 Request Timeout", true);
    close(fd);
}

static void a_body_below_the_rate_is_refused_and_one_above_it_is_not(void **state)
{
    struct serve_desk *h = *state;
    int slow = http_client(h), steady = http_client(h);
    const char head[] = "POST /t/x HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n";
    char kilobytes[2049];
    memset(kilobytes, 'x', sizeof kilobytes - 1);
    kilobytes[sizeof kilobytes - 1] = '\0';
    desk_say(h, slow, head);
    desk_say(h, steady, head);
    for (int i = 0; i < HTTP_HEAD_S + 3; i++) {
        desk_say(h, steady, kilobytes);
        if (serve_stats(h->serve).connections == 2)
            desk_say(h, slow, "x");
        seconds_pass(h, 1);
    }
    desk_hears_part(h, slow, "408 Request Timeout", true);
    desk_hears(h, steady, "");
    close(slow);
    close(steady);
}

static void who_asks_nothing_for_long_is_let_go(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h), lines = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, GET("/livez"));
    desk_hears_part(h, fd, "200 OK", false);
    seconds_pass(h, HTTP_IDLE_S);
    desk_hears(h, fd, "");
    seconds_pass(h, 2);
    desk_hears_then(h, fd, "", true);
    desk_hears(h, lines, ""); /* lines may wait as long as they like */
    close(fd);
    close(lines);
}

static void a_client_whose_answer_takes_long_is_not_let_go(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    post(h, fd, "/api/v1/incidents", "{\"title\":\"a\"}");
    seconds_pass(h, HTTP_IDLE_S * 2);
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears_part(h, fd, "HTTP/1.1 ", false);
    close(fd);
}

static void an_idle_client_of_http_holds_no_buffers(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, GET("/livez"));
    desk_hears_part(h, fd, "200 OK", false);
    for (size_t i = 0; i < h->serve->conns_cap; i++) {
        const struct conn *c = h->serve->conns[i];
        if (!c)
            continue;
        assert_null(c->in.http.work);
        assert_null(c->in.http.held.at);
        assert_null(c->out.at);
        assert_null(c->slots);
    }
    close(fd);
}

/* ---- places ---- */

static void one_address_does_not_take_all_places(void **state)
{
    struct serve_desk *h = *state;
    int fds[5];
    for (size_t i = 0; i < 4; i++)
        fds[i] = http_client(h);
    fds[4] = http_client(h);
    desk_hears_part(h, fds[4], "503 Service Unavailable", true);
    close(fds[0]);
    poll_loop_pump(h->loop);
    int again = http_client(h), lines = desk_client(h, DOOR_UNIX);
    desk_hears(h, again, "");
    desk_hears(h, lines, "");
    for (size_t i = 1; i < 5; i++)
        close(fds[i]);
    close(again);
    close(lines);
}

/* One that asks on behind a slow answer must not let the daemon grow. */
static void answers_that_wait_behind_a_slow_one_are_bounded(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    post(h, fd, "/api/v1/incidents", "{\"title\":\"slow\"}");
    AUTO_TEXT(many);
    for (int i = 0; i < 10; i++) /* of 100 kB each */
        text_add(&many, GET("/api/v1/openapi.json"));
    desk_say(h, fd, text_str(&many));
    for (size_t i = 0; i < h->serve->conns_cap; i++) {
        const struct conn *c = h->serve->conns[i];
        if (c)
            assert_true(c->filled <= 2 * OUT_PAUSE_BYTES && c->slots_count < 10);
    }
    desk_reply(h, 0);
    serve_flush(h->serve);
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    size_t answers = 0;
    for (const char *at = text_str(&heard); (at = strstr(at, "HTTP/1.1 20")); at++)
        answers++;
    assert_int_equal(answers, 11); /* and none is lost by it */
    close(fd);
}

static void a_body_that_comes_at_once_but_for_its_end_is_not_waited_for(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    AUTO_TEXT(body);
    for (int i = 0; i < 50000; i++)
        text_add_char(&body, 'x');
    desk_say(h, fd, "POST /t/x HTTP/1.1\r\n" HOST "Content-Length: 50001\r\n\r\n");
    desk_say(h, fd, text_str(&body));
    seconds_pass(h, HTTP_HEAD_S + 2);
    desk_hears_part(h, fd, "408 Request Timeout", true);
    close(fd);
}

static void head_of_a_stream_opens_none(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "HEAD /api/v1/events HTTP/1.1\r\n" HOST "\r\n");
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    assert_non_null(strstr(text_str(&heard), "text/event-stream"));
    assert_string_equal(text_str(&heard) + heard.len - 4, "\r\n\r\n");
    assert_true(ended);
    assert_int_equal(serve_stats(h->serve).watchers, 0);
    close(fd);
}

static void text_with_a_nul_is_refused_not_cut(void **state)
{
    struct serve_desk *h = *state;
    int fd = http_client(h);
    desk_say(h, fd, "POST /t/x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n");
    assert_int_equal(send(fd, "a\0b", 3, MSG_NOSIGNAL), 3);
    desk_hears_part(h, fd, "holds a NUL character", false);
    assert_int_equal(h->submitted_count, 0);
    close(fd);
}

/* ---- origins ---- */

static void hosts_and_origins_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *host, *origin;
        bool good;
    } rows[] = {
        {"127.0.0.1:8470", NULL, true},
        {"127.9.9.9", NULL, true},
        {"LOCALHOST:1", NULL, true},
        {"[::1]:8470", NULL, true},
        {"muster.example", "https://muster.example", true},
        {"muster.example:443", NULL, true},
        {"localhost:1", "http://localhost:1", true},
        {"localhost:1", "http://localhost:2", false},
        {"localhost:1", "http://127.0.0.1:1", false},
        {"localhost:1", "null", false},
        {"localhost:1", "file://localhost:1", false},
        {"muster.example.evil", NULL, false},
        {"xmuster.example", NULL, false},
        {"128.0.0.1", NULL, false},
        {"localhost.evil.example", NULL, false},
        {"[::2]", NULL, false},
        {"127.0.0.1.nip.example", NULL, false},
        {"[::1", NULL, false},
        {":80", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct refusal r;
        struct origin o = {.host = rows[i].host, .origin = rows[i].origin};
        bool good = origin_check(&o, "a.example, muster.example", &r) == CODE_OK;
        if (good != rows[i].good)
            fail_msg("host %s origin %s", rows[i].host, rows[i].origin);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_trigger_is_answered_when_it_is_durable),
        T(answers_keep_the_order_of_the_requests),
        T(a_client_that_wants_no_more_is_let_go),
        T(what_is_malformed_ends_the_connection_and_nothing_behind_it_is_read),
        T(a_refused_client_may_finish_and_read_why),
        T(an_expecting_client_is_told_to_go_on),
        T(refusals_have_their_status),
        T(a_cookie_counts_only_from_a_page_of_ours),
        T(what_has_not_changed_is_not_sent_again),
        T(a_stream_says_every_row_and_its_id),
        T(a_stream_resumes_behind_the_last_id),
        T(a_silent_stream_is_heard_to_be_alive),
        T(a_stream_that_nobody_reads_is_cut_at_its_cap),
        T(a_head_that_comes_too_slowly_is_refused),
        T(a_body_below_the_rate_is_refused_and_one_above_it_is_not),
        T(who_asks_nothing_for_long_is_let_go),
        T(a_client_whose_answer_takes_long_is_not_let_go),
        T(an_idle_client_of_http_holds_no_buffers),
        T(one_address_does_not_take_all_places),
        T(answers_that_wait_behind_a_slow_one_are_bounded),
        T(a_body_that_comes_at_once_but_for_its_end_is_not_waited_for),
        T(head_of_a_stream_opens_none),
        T(text_with_a_nul_is_refused_not_cut),
        cmocka_unit_test(hosts_and_origins_are_told_apart),
    };
    return cmocka_run_group_tests_name("serve_http", tests, NULL, NULL);
}
