#include "unit.h"

#include "serve/conn.h"
#include "serve_desk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- lines and replies ---- */

#define VERSION_LINE "{\"ok\":true,\"version\":\"" MUSTER_VERSION "\"}\n"

static void a_line_gets_a_line_with_its_ref(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"version\",\"ref\":[]}\n{\"op\":\"version\",\"ref\":\"七\"}\n");
    desk_hears(
        h, fd,
        "{\"code\":\"bad_field\",\"error\":\"ref: must be a string or a number, and is a list\","
        "\"field\":\"ref\",\"ok\":false}\n"
        "{\"ok\":true,\"ref\":\"七\",\"version\":\"" MUSTER_VERSION "\"}\n");
    close(fd);
}

/* A reply means durable: what was asked later may be decided earlier, but is not said earlier. */
static void replies_come_in_the_order_of_their_lines(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"trigger\",\"title\":\"a\",\"ref\":1}\n{\"op\":\"version\",\"ref\":2}\n"
             "{\"op\":\"trigger\",\"title\":\"b\",\"ref\":3}\nno json\n");
    desk_hears(h, fd, "");
    assert_int_equal(h->submitted_count, 2);
    assert_string_equal(h->titles[1], "b");
    desk_reply(h, 1);
    serve_flush(h->serve);
    desk_hears(h, fd, "");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears(h, fd,
               "{\"incident\":\"" DESK_ID "\",\"ok\":true,\"ref\":1}\n"
               "{\"ok\":true,\"ref\":2,\"version\":\"" MUSTER_VERSION "\"}\n"
               "{\"incident\":\"" DESK_ID "\",\"ok\":true,\"ref\":3}\n"
               "{\"code\":\"bad_json\",\"error\":\"line 1, column 2 (byte 2): not JSON: invalid "
               "token near 'no'\",\"ok\":false}\n");
    close(fd);
}

static void a_reply_from_within_the_submit_is_fine(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    h->at_once = true;
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"a\"}\n");
    desk_hears(h, fd, "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n");
    close(fd);
}

static void a_refused_line_leaves_the_connection_open(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "[]\n\n{\"op\":\"trigger\",\"titel\":\"x\"}\n{\"a\":1,\"a\":2}\n");
    desk_hears_part(h, fd, "\"near\":\"title\"", false);
    desk_say(h, fd, "{\"op\":\"version\"}\n");
    desk_hears(h, fd, VERSION_LINE);
    struct serve_stats stats = serve_stats(h->serve);
    const int64_t *counted = stats.intake[DOOR_UNIX];
    assert_int_equal(counted[CODE_NOT_AN_OBJECT], 1);
    assert_int_equal(counted[CODE_BAD_JSON], 1);
    assert_int_equal(counted[CODE_UNKNOWN_FIELD], 1);
    assert_int_equal(counted[CODE_DUPLICATE_KEY], 1);
    assert_int_equal(counted[CODE_OK], 1);
    close(fd);
}

/* Why: what belongs to pages stays with them; a line has `answer`. */
static void what_is_for_pages_is_no_operation_of_lines(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"answer_link\",\"token\":\"AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_\",\"code\":"
             "\"4821\"}\n");
    desk_hears(h, fd,
               "{\"code\":\"unknown_op\",\"error\":\"the operation \\\"answer_link\\\" is for "
               "HTTP alone\",\"field\":\"op\",\"ok\":false}\n");
    assert_int_equal(h->submitted_count, 0);
    close(fd);
}

static void bad_utf8_gets_its_error_after_earlier_replies_and_then_the_end(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"trigger\",\"title\":\"a\"}\n{\"op\":\"\xff\"}\n{\"op\":\"version\"}\n");
    desk_hears(h, fd, "");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears_then(
        h, fd,
        "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n"
        "{\"code\":\"bad_utf8\",\"error\":\"byte 8 of the line is not UTF-8; send text as "
        "UTF-8 (RFC 3629)\",\"ok\":false}\n",
        true);
    close(fd);
}

static void a_line_over_the_limit_gets_its_error_and_then_the_end(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    AUTO_TEXT(line);
    text_add(&line, "{\"op\":\"version\"}\n");
    for (int i = 0; i < 5000; i++)
        text_add_char(&line, 'x');
    desk_say(h, fd, text_str(&line));
    desk_hears_part(
        h, fd, "{\"code\":\"line_too_long\",\"error\":\"the line is longer than 4096 bytes", true);
    assert_int_equal(serve_stats(h->serve).connections, 0);
    close(fd);
}

static void half_a_line_and_then_nothing_is_nothing(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"a\"}");
    close(fd);
    poll_loop_pump(h->loop);
    assert_int_equal(h->submitted_count, 0);
    assert_int_equal(serve_stats(h->serve).connections, 0);
}

/* `printf … | nc -U` closes its sending side at once. */
static void a_client_that_has_said_all_still_gets_its_replies(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"a\"}\n{\"op\":\"version\"}\n");
    shutdown(fd, SHUT_WR);
    desk_hears(h, fd, "");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears_then(h, fd, "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n" VERSION_LINE, true);
    close(fd);
}

static void a_reply_to_a_client_that_left_goes_nowhere(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX), other;
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"a\"}\n");
    shutdown(fd, SHUT_WR);
    close(fd);
    other = desk_client(h, DOOR_UNIX); /* may get the same place in the table */
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears(h, other, "");
    assert_int_equal(serve_stats(h->serve).connections, 1);
    close(other);
}

/* ---- bounds ---- */

static void lines_over_the_pipeline_limit_are_taken_when_there_is_room(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    AUTO_TEXT(lines);
    for (int i = 0; i < 100; i++)
        text_addf(&lines, "{\"op\":\"trigger\",\"title\":\"t%d\",\"ref\":%d}\n", i, i);
    desk_say(h, fd, text_str(&lines));
    shutdown(fd, SHUT_WR);
    poll_loop_pump(h->loop);
    assert_int_equal(h->submitted_count, 16);
    for (size_t i = 0; i < 100; i++) {
        desk_reply(h, i);
        serve_flush(h->serve);
        poll_loop_pump(h->loop);
    }
    assert_int_equal(h->submitted_count, 100);
    desk_hears_part(h, fd, "\"ref\":99}\n", true);
    close(fd);
}

static void at_most_four_reads_of_one_client_are_under_way(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    for (int i = 0; i < 6; i++)
        desk_say(h, fd, "{\"op\":\"timeline\",\"incident\":\"" DESK_ID "\"}\n");
    assert_int_equal(h->queries_count, 4);
    for (int i = 0; i < 6; i++) {
        desk_store_answers(h, 1, 0, false);
        poll_loop_pump(h->loop);
    }
    desk_hears(h, fd,
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n"
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n"
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n"
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n"
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n"
               "{\"as_of\":\"1-100\",\"events\":[],\"next\":null,\"ok\":true}\n");
    close(fd);
}

static void a_client_that_does_not_read_is_not_read_from(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    static const char line[] = "{\"op\":\"version\"}\n";
    size_t sent = 0;
    h->at_once = true;
    for (int tries = 0; tries < 1000000; tries++) {
        if (send(fd, line, sizeof line - 1, MSG_NOSIGNAL) < 0)
            break;
        sent++;
        poll_loop_pump(h->loop);
    }
    assert_true(sent < 1000000); /* the kernel refused in the end */
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    assert_int_equal(heard.len, sent * strlen(VERSION_LINE)); /* and every line is answered */
    close(fd);
}

static void connections_over_the_limit_are_told_and_closed(void **state)
{
    struct serve_desk *h = *state;
    int most = geteuid() == 0 ? 8 + OWNER_CONNECTIONS_MORE : 8, fds[64];
    for (int i = 0; i < most; i++)
        fds[i] = desk_client(h, DOOR_UNIX);
    int refused = desk_client(h, DOOR_UNIX);
    desk_hears_part(h, refused, "\"code\":\"too_many_connections\"", true);
    desk_say(h, fds[0], "{\"op\":\"version\"}\n");
    desk_hears(h, fds[0], VERSION_LINE);
    close(fds[0]);
    poll_loop_pump(h->loop);
    fds[0] = desk_client(h, DOOR_UNIX);
    desk_say(h, fds[0], "{\"op\":\"version\"}\n");
    desk_hears(h, fds[0], VERSION_LINE);
    for (int i = 0; i < most; i++)
        close(fds[i]);
    close(refused);
}

static void an_idle_connection_holds_no_buffers(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"version\"}\n");
    desk_hears(h, fd, VERSION_LINE);
    const struct conn *c = h->serve->conns[0];
    assert_null(c->in.lines.held.at);
    assert_null(c->out.at);
    assert_null(c->slots);
    close(fd);
}

/* ---- who may what ---- */

/* Why: a typing error looked like a department that has nothing to do. */
static void items_of_nobody_are_refused_with_the_nearest_owner(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"items\",\"owner\":\"dept:watre\"}\n");
    desk_hears(h, fd,
               "{\"code\":\"bad_field\",\"error\":\"owner: the site has no department "
               "\\\"watre\\\"\",\"field\":\"owner\",\"near\":\"dept:water\",\"ok\":false}\n");
    assert_int_equal(h->queries_count, 0);
    desk_say(h, fd, "{\"op\":\"items\",\"owner\":\"dept:water\"}\n");
    desk_say(h, fd, "{\"op\":\"items\",\"owner\":\"dept:watre\",\"closed\":true}\n");
    desk_hears(h, fd, ""); /* who has left the site may have closed items */
    assert_int_equal(h->queries_count, 2);
    desk_store_answers(h, 1, 0, false);
    desk_store_answers(h, 1, 0, false);
    close(fd);
}

static void a_member_of_the_group_may_trigger_read_and_respond_but_not_order(void **state)
{
    struct serve_desk *h = *state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    (void)conn_new(h->serve, pair[0], &(struct caller){.uid = 1000});
    desk_say(h, pair[1], "{\"op\":\"trigger\",\"title\":\"x\"}\n");
    assert_int_equal(h->submitted_count, 1);
    assert_string_equal(h->submitted[0].who.id, "uid:1000");
    assert_int_equal(h->submitted[0].who.scopes, SCOPE_TRIGGER | SCOPE_READ | SCOPE_RESPOND);
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears(h, pair[1], "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n");
    desk_say(h, pair[1],
             "{\"op\":\"order\",\"incident\":\"" DESK_ID
             "\",\"action\":\"terminate\",\"reason\":\"x\"}\n");
    desk_hears_part(h, pair[1],
                    "\"code\":\"denied\",\"error\":\"order: uid:1000 may not order; ask ", false);
    desk_say(h, pair[1], "{\"op\":\"config_reload\"}\n");
    desk_hears_part(h, pair[1], "\"code\":\"denied\"", false);
    assert_int_equal(h->reload.conn, 0);
    close(pair[1]);
}

static void the_daemons_own_user_may_do_all(void **state)
{
    struct serve_desk *h = *state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    (void)conn_new(h->serve, pair[0], &(struct caller){.uid = 12345});
    desk_say(h, pair[1], "{\"op\":\"config_check\"}\n");
    assert_int_not_equal(h->reload.conn, 0);
    assert_false(h->reload_take);
    serve_reply(h->serve, h->reload, json_put(json_object(), "ok", json_true()));
    serve_flush(h->serve);
    desk_hears(h, pair[1], "{\"ok\":true}\n");
    desk_say(h, pair[1], "{\"op\":\"ping\"}\n");
    desk_hears(h, pair[1],
               "{\"as_of\":\"1-100\",\"at\":\"2026-07-20T02:00:00.000Z\",\"demo\":true,\"ok\":true,"
               "\"principal\":\"uid:12345\",\"scopes\":[\"trigger\",\"read\",\"respond\",\"order\","
               "\"admin\",\"reply\"]}\n");
    close(pair[1]);
}

static void the_value_of_a_contact_goes_beside_the_input(void **state)
{
    struct serve_desk *h = *state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    (void)conn_new(h->serve, pair[0], &(struct caller){.uid = 0});
    desk_say(h, pair[1],
             "{\"op\":\"contact_set\",\"person\":\"li.ming\",\"endpoint\":\"sms\","
             "\"value\":\"+86138\"}\n");
    assert_int_equal(h->submitted[0].kind, IN_CONTACT_SET);
    assert_string_equal(h->value, "+86138");
    close(pair[1]);
}

/* ---- keys ---- */

static void a_key_gives_its_rights_to_the_connection_and_no_more(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"auth\",\"key\":\"bad\"}\n");
    desk_hears_part(h, fd, "\"code\":\"unauthorized\"", false);
    desk_say(h, fd, "{\"op\":\"auth\",\"key\":\"good\"}\n");
    desk_hears(h, fd, "{\"ok\":true,\"principal\":\"key:wall\",\"scopes\":[\"read\"]}\n");
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"x\"}\n");
    desk_hears_part(h, fd, "trigger: key:wall may not trigger; the operator makes a key", false);
    assert_int_equal(h->submitted_count, 0);
    desk_say(h, fd, "{\"op\":\"login\",\"key\":\"good\"}\n");
    desk_hears_part(h, fd, "for HTTP alone", false);
    close(fd);
}

/* Why: lines behind an auth that failed would else be done with more rights than were asked for. */
static void after_a_wrong_key_a_connection_is_nobodys(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"auth\",\"key\":\"bad\"}\n{\"op\":\"trigger\",\"title\":\"x\"}\n");
    desk_hears_part(h, fd, "trigger: say who you are", false);
    desk_say(h, fd, "{\"op\":\"auth\",\"key\":\"good\"}\n");
    desk_hears_part(h, fd, "key:wall", false);
    assert_int_equal(h->submitted_count, 0);
    close(fd);
}

/* Why: a leaked key that is revoked must not go on watching through the night. */
static void whoever_is_in_by_a_key_is_cut_off_when_it_is_gone(void **state)
{
    struct serve_desk *h = *state;
    int lines = desk_client(h, DOOR_UNIX), other = desk_client(h, DOOR_UNIX),
        stream = desk_client(h, DOOR_HTTP), http = desk_client(h, DOOR_HTTP);
    desk_say(h, lines, "{\"op\":\"auth\",\"key\":\"good\"}\n");
    desk_hears_part(h, lines, "\"ok\":true", false);
    desk_say(h, stream,
             "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
             "Authorization: Bearer good\r\n\r\n");
    desk_hears_part(h, stream, "text/event-stream", false);
    desk_say(h, http,
             "GET /api/v1/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n"
             "Authorization: Bearer good\r\n\r\n");
    desk_hears_part(h, http, "key:wall", false);
    serve_principal_gone(h->serve, "key:wal");
    desk_say(h, lines, "{\"op\":\"version\"}\n");
    desk_hears_part(h, lines, "\"ok\":true", false);
    serve_principal_gone(h->serve, "key:wall");
    desk_hears_then(h, lines, "", true);
    desk_hears_then(h, stream, "", true);
    desk_say(h, other, "{\"op\":\"version\"}\n");
    desk_hears_part(h, other, "\"ok\":true", false);
    desk_hears(h, http, ""); /* its next request says anew who it is */
    close(lines);
    close(other);
    close(stream);
    close(http);
}

/* ---- reading ---- */

static void a_timeline_says_where_it_goes_on(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"timeline\",\"incident\":\"" DESK_ID "\",\"after\":\"1-4\",\"limit\":2}\n");
    assert_int_equal(h->queries[0].query.kind, QUERY_TIMELINE);
    assert_int_equal(h->queries[0].query.after, 4);
    assert_int_equal(h->queries[0].query.limit, 2);
    desk_store_answers(h, 5, 6, true);
    desk_hears_part(h, fd, "\"next\":\"1-6\"", false);
    close(fd);
}

static void a_timeline_after_an_event_of_a_restored_database_is_refused(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"timeline\",\"incident\":\"" DESK_ID "\",\"after\":\"2-4\"}\n");
    desk_hears_part(h, fd, "\"field\":\"after\"", false);
    assert_int_equal(h->queries_count, 0);
    close(fd);
}

static void what_the_store_cannot_find_or_read_is_said(void **state)
{
    static const struct {
        enum err err;
        const char *said;
    } troubles[] = {{ERR_MISSING, "\"code\":\"not_found\""},
                    {ERR_UNREACHABLE, "\"code\":\"stopping\""},
                    {ERR_IO, "\"code\":\"store\""}};
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    for (size_t i = 0; i < 3; i++) {
        desk_say(h, fd, "{\"op\":\"status\",\"incident\":\"" DESK_ID "\"}\n");
        struct query_result result = {.err = troubles[i].err, .why = {"disk"}};
        query_done_fn *done = h->queries[i].done;
        h->queries[i].done = NULL;
        done(h->queries[i].ctx, &result);
        desk_hears_part(h, fd, troubles[i].said, false);
    }
    close(fd);
}

static void a_query_may_end_after_its_client_is_gone(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"timeline\",\"incident\":\"" DESK_ID "\"}\n{\"op\":\"list\",\"limit\":1}\n");
    close(fd);
    desk_store_answers(h, 1, 3, false);
    desk_store_answers(h, 1, 0, false);
    poll_loop_pump(h->loop);
    assert_int_equal(serve_stats(h->serve).connections, 0);
}

/* ---- watch ---- */

static void a_watch_from_now_says_every_row_once(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\",\"ref\":1}\n");
    desk_hears(h, fd, "{\"as_of\":\"1-100\",\"ok\":true,\"ref\":1}\n");
    desk_happens(h, 101);
    desk_happens(h, 102);
    serve_flush(h->serve);
    desk_hears_events(h, fd, "101 102", false);
    assert_int_equal(h->queries_count, 0);
    close(fd);
}

static void an_event_has_the_shape_of_the_interface(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\"}\n");
    desk_hears_part(h, fd, "\"ok\":true", false);
    desk_happens(h, 101);
    serve_flush(h->serve);
    desk_hears_part(h, fd, "\"id\":\"1-101\",\"kind\":\"engine_started\",\"seq\":101", false);
    close(fd);
}

static void a_watch_resumes_without_gap_while_rows_go_on_coming(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\",\"after\":\"1-90\"}\n");
    desk_hears(h, fd, "{\"as_of\":\"1-100\",\"ok\":true}\n");
    assert_int_equal(h->queries[0].query.after, 90);
    desk_happens(h, 101); /* durable while the first page is read */
    desk_store_answers(h, 91, 95, true);
    desk_hears_events(h, fd, "91 92 93 94 95", false);
    assert_int_equal(h->queries[1].query.after, 95);
    desk_happens(h, 102);
    desk_happens(h, 103);
    desk_store_answers(h, 96, 102, false); /* the page has seen 102 already */
    desk_happens(h, 104);
    serve_flush(h->serve);
    desk_hears_events(h, fd, "96 97 98 99 100 101 102 103 104", false);
    assert_int_equal(h->queries_count, 2);
    close(fd);
}

static void more_rows_than_can_be_kept_are_read_as_a_further_page(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\",\"after\":\"1-99\"}\n");
    desk_hears_part(h, fd, "\"ok\":true", false);
    for (int64_t seq = 101; seq <= 5200; seq++)
        desk_happens(h, seq);
    desk_store_answers(h, 100, 100, false);
    desk_hears_events(h, fd, "100", false);
    assert_int_equal(h->queries_count, 2);
    assert_int_equal(h->queries[1].query.after, 100);
    desk_store_answers(h, 101, 102, true);
    desk_hears_events(h, fd, "101 102", false);
    close(fd);
}

static void a_watch_is_reset_by_another_generation_or_too_far_behind_or_ahead(void **state)
{
    static const char *const afters[] = {"2-90", "1-101", "1-0"};
    for (size_t i = 0; i < 3; i++) {
        struct serve_desk *h = *state;
        int fd = desk_client(h, DOOR_UNIX);
        h->serve->seq = 1001 * (i == 2) + 100 * (i < 2);
        AUTO_TEXT(line);
        text_addf(&line, "{\"op\":\"watch\",\"after\":\"%s\"}\n", afters[i]);
        desk_say(h, fd, text_str(&line));
        desk_hears_part(h, fd, "\"reset\":true", false);
        desk_happens(h, 2000);
        serve_flush(h->serve);
        desk_hears_events(h, fd, "2000", false);
        close(fd);
        poll_loop_pump(h->loop);
    }
}

static void a_watch_of_one_incident_says_only_its_rows(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\",\"incident\":\"" DESK_ID "\"}\n");
    desk_hears_part(h, fd, "\"ok\":true", false);
    struct uuid id;
    assert_true(uuid_parse(DESK_ID, &id));
    struct record *mine = record_new(REC_INCIDENT_CLOSED, id);
    mine->seq = 102;
    desk_happens(h, 101);
    serve_event(h->serve, mine);
    desk_happens(h, 103);
    serve_flush(h->serve);
    desk_hears_events(h, fd, "102", false);
    record_unref(mine);
    close(fd);
}

/* Never skips: a client that falls behind loses the connection, not an event. */
static void a_watch_whose_queue_is_full_is_closed(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\"}\n");
    desk_hears_part(h, fd, "\"ok\":true", false);
    int64_t seq = 100;
    while (serve_stats(h->serve).watchers == 1 && seq < 100000) {
        desk_happens(h, ++seq);
        serve_flush(h->serve);
    }
    assert_int_equal(serve_stats(h->serve).watchers, 0);
    AUTO_TEXT(heard);
    AUTO_TEXT(seen);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    assert_true(ended);
    desk_seqs(&heard, &seen);
    long expected = 101;
    for (const char *at = text_str(&seen); *at; expected++) {
        char *end = NULL;
        assert_int_equal(strtol(at, &end, 10), expected);
        at = end + (*end == ' ');
    }
    assert_true(expected > 200);
    close(fd);
}

static void a_watch_waits_for_the_replies_before_it(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd,
             "{\"op\":\"trigger\",\"title\":\"a\"}\n{\"op\":\"watch\"}\n{\"op\":\"watch\"}\n");
    desk_happens(h, 101);
    serve_flush(h->serve);
    desk_hears(h, fd, "");
    desk_reply(h, 0);
    serve_flush(h->serve);
    desk_hears(h, fd,
               "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n"
               "{\"as_of\":\"1-101\",\"ok\":true}\n"
               "{\"code\":\"conflict\",\"error\":\"this connection watches already; open another "
               "one\",\"field\":\"op\",\"ok\":false}\n");
    desk_happens(h, 102);
    serve_flush(h->serve);
    desk_hears_events(h, fd, "102", false);
    close(fd);
}

static void a_watching_client_may_still_ask(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX);
    desk_say(h, fd, "{\"op\":\"watch\"}\n{\"op\":\"version\"}\n");
    desk_hears(h, fd, "{\"as_of\":\"1-100\",\"ok\":true}\n" VERSION_LINE);
    close(fd);
}

/* ---- the end ---- */

static void a_stop_answers_what_was_taken_and_takes_nothing_more(void **state)
{
    struct serve_desk *h = *state;
    int fd = desk_client(h, DOOR_UNIX), idle = desk_client(h, DOOR_UNIX),
        watching = desk_client(h, DOOR_UNIX);
    desk_say(h, watching, "{\"op\":\"watch\"}\n");
    desk_hears_part(h, watching, "\"ok\":true", false);
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"a\"}\n");
    serve_stop(h->serve);
    desk_hears_then(h, idle, "", true);
    desk_hears_then(h, watching, "", true);
    desk_say(h, fd, "{\"op\":\"trigger\",\"title\":\"b\"}\n");
    assert_int_equal(h->submitted_count, 1);
    assert_false(serve_idle(h->serve));
    desk_reply(h, 0);
    serve_flush(h->serve);
    assert_true(serve_idle(h->serve));
    desk_hears_then(h, fd, "{\"incident\":\"" DESK_ID "\",\"ok\":true}\n", true);
    close(fd);
    close(idle);
    close(watching);
}

/* Over TCP anybody on this machine can take a place, and there is an end of places. */
static void who_does_not_say_who_they_are_over_tcp_is_let_go(void **state)
{
    struct serve_desk *h = *state;
    int pair[2];
    struct caller who = {.door = DOOR_TCP};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_true(peers_enter(&h->serve->peers, &who.peer, 1));
    (void)conn_new(h->serve, pair[0], &who);
    desk_say(h, pair[1], "{\"op\":\"ping\"}\n");
    desk_hears_part(h, pair[1], "\"ok\":true", false);
    for (int i = 0; i < 10; i++)
        poll_loop_pass_time(h->loop, 1000);
    desk_hears(h, pair[1], "");
    poll_loop_pass_time(h->loop, 1000);
    desk_hears_part(h, pair[1], "nobody has said who they are", true);
    close(pair[1]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_line_gets_a_line_with_its_ref),
        T(replies_come_in_the_order_of_their_lines),
        T(a_reply_from_within_the_submit_is_fine),
        T(a_refused_line_leaves_the_connection_open),
        T(what_is_for_pages_is_no_operation_of_lines),
        T(bad_utf8_gets_its_error_after_earlier_replies_and_then_the_end),
        T(a_line_over_the_limit_gets_its_error_and_then_the_end),
        T(half_a_line_and_then_nothing_is_nothing),
        T(a_client_that_has_said_all_still_gets_its_replies),
        T(a_reply_to_a_client_that_left_goes_nowhere),
        T(lines_over_the_pipeline_limit_are_taken_when_there_is_room),
        T(at_most_four_reads_of_one_client_are_under_way),
        T(a_client_that_does_not_read_is_not_read_from),
        T(connections_over_the_limit_are_told_and_closed),
        T(an_idle_connection_holds_no_buffers),
        T(items_of_nobody_are_refused_with_the_nearest_owner),
        T(a_member_of_the_group_may_trigger_read_and_respond_but_not_order),
        T(the_daemons_own_user_may_do_all),
        T(the_value_of_a_contact_goes_beside_the_input),
        T(a_key_gives_its_rights_to_the_connection_and_no_more),
        T(after_a_wrong_key_a_connection_is_nobodys),
        T(whoever_is_in_by_a_key_is_cut_off_when_it_is_gone),
        T(a_timeline_says_where_it_goes_on),
        T(a_timeline_after_an_event_of_a_restored_database_is_refused),
        T(what_the_store_cannot_find_or_read_is_said),
        T(a_query_may_end_after_its_client_is_gone),
        T(a_watch_from_now_says_every_row_once),
        T(an_event_has_the_shape_of_the_interface),
        T(a_watch_resumes_without_gap_while_rows_go_on_coming),
        T(more_rows_than_can_be_kept_are_read_as_a_further_page),
        T(a_watch_is_reset_by_another_generation_or_too_far_behind_or_ahead),
        T(a_watch_of_one_incident_says_only_its_rows),
        T(a_watch_whose_queue_is_full_is_closed),
        T(a_watch_waits_for_the_replies_before_it),
        T(a_watching_client_may_still_ask),
        T(who_does_not_say_who_they_are_over_tcp_is_let_go),
        T(a_stop_answers_what_was_taken_and_takes_nothing_more),
    };
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
