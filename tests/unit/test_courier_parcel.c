#include "courier/outcome.h"
#include "courier/parcel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
    char folder[64];
    struct secrets *secrets;
    struct demo demo;
};

static void put(const struct place *p, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", p->folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    struct place *p = mem_new(1, sizeof *p);

    strcpy(p->folder, "/tmp/muster-parcel-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    p->secrets = secrets_new(p->folder);
    put(p, "pager",
        "url=https://gw.example/send/{contact}?n={contact}\n"
        "key=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    put(p, "bare", "# nothing yet\n");
    put(p, "badkey", "url=https://gw.example/\nkey=whsec_short\n");
    put(p, "badurl", "url=ftp://gw.example/\n");
    put(p, "here",
        "url=http://127.0.0.1:9000/{contact}\nkey=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"pager", "bare", "badkey", "badurl", "here"};
    struct place *p = *state;
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", p->folder, names[i]);
        unlink(path);
    }
    secrets_free(p->secrets);
    demo_done(&p->demo);
    int failed = rmdir(p->folder);
    free(p);
    return failed;
}

/* A frame with these members on top of what every attempt has. */
static json_t *frame_of(const char *members)
{
    json_t *frame = NULL;
    json_t *more = NULL;
    static const char base[] = "{\"op\":\"attempt\",\"id\":7,\"notice\":\"0198-1\","
                               "\"endpoint\":\"pager\",\"body\":\"{}\"}";

    assert_int_equal(json_read(base, strlen(base), &frame, NULL), ERR_OK);
    assert_int_equal(json_read(members, strlen(members), &more, NULL), ERR_OK);
    json_object_update(frame, more);
    json_decref(more);
    return frame;
}

static enum err read_as(const struct place *p, const char *members, struct parcel *r,
                        struct why *why)
{
    json_t *frame = frame_of(members);
    enum err e = parcel_read(r, frame, p->secrets, &p->demo, why);

    json_decref(frame);
    return e;
}

static void url_is(const struct place *p, const char *members, const char *url)
{
    struct parcel r;
    struct why why = {0};

    if (read_as(p, members, &r, &why))
        fail_msg("%s: %s", members, why.text);
    assert_string_equal(text_str(&r.url), url);
    parcel_done(&r);
}

static void refused(const struct place *p, const char *members, const char *sentence)
{
    struct parcel r;
    struct why why = {0};

    if (read_as(p, members, &r, &why) == ERR_OK)
        fail_msg("%s was taken", members);
    if (!strstr(why.text, sentence))
        fail_msg("%s: %s", members, why.text);
    assert_int_equal(r.id, 7);
    assert_string_equal(r.endpoint, "pager");
    parcel_done(&r);
}

static void the_url_is_the_contact_else_the_secrets_else_the_channels(void **state)
{
    const struct place *p = *state;

    url_is(p,
           "{\"contact\":\"https://a.example/x\",\"url\":\"https://b.example/\","
           "\"secret\":\"pager\"}",
           "https://a.example/x");
    url_is(p, "{\"contact\":\"HTTP://a.example/{contact}\"}", "HTTP://a.example/{contact}");
    url_is(p, "{\"contact\":\"138\",\"url\":\"https://b.example/{contact}\",\"secret\":\"bare\"}",
           "https://b.example/138");
    url_is(p, "{\"contact\":\"138\",\"url\":\"https://b.example/{contact}\",\"secret\":\"pager\"}",
           "https://gw.example/send/138?n=138");
    url_is(p, "{\"contact\":\"138\",\"url\":null,\"secret\":\"pager\"}",
           "https://gw.example/send/138?n=138");
    url_is(p, "{\"url\":\"https://b.example/\",\"contact\":null}", "https://b.example/");
}

/* A contact is data: it cannot change the host, add a parameter or leave its place. */
static void a_contact_in_a_url_is_percent_encoded(void **state)
{
    const struct place *p = *state;

    url_is(
        p,
        "{\"contact\":\"../a b&c=d#e%2f?@evil/\\u6d2a\",\"url\":\"https://b.example/{contact}\"}",
        "https://b.example/..%2Fa%20b%26c%3Dd%23e%252f%3F%40evil%2F%E6%B4%AA");
    url_is(p, "{\"contact\":\"Az09-._~\",\"url\":\"https://b.example/{contact}\"}",
           "https://b.example/Az09-._~");
}

static void a_url_that_cannot_be_used_says_where_it_was_written(void **state)
{
    const struct place *p = *state;

    refused(p, "{}", "the endpoint names no secret");
    refused(p, "{\"secret\":\"bare\"}", "secret \"bare\" has none; add a line url=");
    refused(p, "{\"secret\":\"absent\"}", "/absent: does not exist; create it");
    refused(p, "{\"secret\":\"../pager\"}", "cannot be the name of a secret");
    refused(p, "{\"secret\":\"badurl\"}", "the url in the secret file does not begin with http");
    refused(p, "{\"url\":\"file:///etc/passwd\"}",
            "the url in the channel does not begin with http");
    refused(p, "{\"url\":\"https://\"}", "the url in the channel is not valid");
    refused(p, "{\"contact\":\"https://a.example/x y\"}", "the person's contact has a space");
    refused(p, "{\"contact\":\"https://a.example/\\r\\nX: y\"}",
            "the person's contact has a space");
    refused(p, "{\"contact\":\"https://a.example:99999/\"}", "the person's contact is not valid");
    refused(p, "{\"url\":\"https://b.example/{contact}\"}", "needs a contact");
    refused(p, "{\"url\":\"https://b.example/{contact}\",\"contact\":\"\"}", "needs a contact");
}

/* The text of an incident ends up in headers of some channels. */
static void a_header_cannot_add_another_or_move_the_end_of_the_message(void **state)
{
    const struct place *p = *state;
    struct parcel r;

    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"title\":\"a\\r\\nX-Evil: 1\"}}", "line end");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"title\":\"a\\nb\"}}", "line end");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"title\":\"a\\u007f\"}}", "line end");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"a b\":\"c\"}}", "the name of a header");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"a:b\":\"c\"}}", "the name of a header");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"\":\"c\"}}", "the name of a header");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"Content-LENGTH\":\"0\"}}", "set by Muster");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"Host\":\"c\"}}", "set by Muster");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"webhook-id\":\"c\"}}", "set by Muster");
    refused(p, "{\"url\":\"https://b/\",\"headers\":{\"title\":1}}", "not a string");
    refused(p, "{\"url\":\"https://b/\",\"headers\":[]}", "not an object");

    assert_int_equal(
        read_as(p, "{\"url\":\"https://b/\",\"headers\":{\"title\":\"\\u6d2a\\u6c34 a\\tb\"}}", &r,
                NULL),
        ERR_OK);
    assert_non_null(r.headers);
    parcel_done(&r);
}

static void an_endpoint_that_signs_needs_a_key_and_an_id(void **state)
{
    const struct place *p = *state;
    struct parcel r;

    assert_int_equal(read_as(p,
                             "{\"contact\":\"1\",\"secret\":\"pager\","
                             "\"sign\":\"standard-webhooks\"}",
                             &r, NULL),
                     ERR_OK);
    assert_int_equal(r.keys_count, 1);
    assert_int_equal(r.keys[0].len, 24);
    parcel_done(&r);

    refused(p, "{\"url\":\"https://b/\",\"sign\":\"standard-webhooks\"}", "names no secret");
    refused(p, "{\"url\":\"https://b/\",\"sign\":\"standard-webhooks\",\"secret\":\"bare\"}",
            "has no key; add a line key=");
    refused(p, "{\"url\":\"https://b/\",\"sign\":\"standard-webhooks\",\"secret\":\"badkey\"}",
            "make one with");
    refused(p, "{\"url\":\"https://b/\",\"sign\":\"feishoo\"}", "is no scheme of signing");
    refused(p,
            "{\"url\":\"https://b/\",\"sign\":\"standard-webhooks\",\"secret\":\"pager\","
            "\"notice\":\"a.b\"}",
            "cannot be signed");
}

/* The secret file of an endpoint that neither signs nor has its url there is not even opened. */
static void a_secret_that_is_not_needed_is_not_read(void **state)
{
    url_is(*state, "{\"contact\":\"https://a.example/\",\"secret\":\"absent\",\"sign\":\"none\"}",
           "https://a.example/");
}

static void the_rest_of_the_frame_is_checked(void **state)
{
    const struct place *p = *state;
    struct parcel r;

    refused(p, "{\"url\":\"https://b/\",\"body\":null}", "no body");
    refused(p, "{\"url\":\"https://b/\",\"method\":\"DELETE\"}", "use POST, PUT or PATCH");
    refused(p, "{\"url\":\"https://b/\",\"notice\":\"a\\nb\"}", "line end");
    refused(p, "{\"url\":\"https://b/\",\"allow\":[\"10.0.0.1/8\"]}", "allow[0]");
    refused(p, "{\"url\":\"https://b/\",\"allow\":[\"::1\",7]}", "allow[1]");
    refused(p, "{\"url\":\"https://b/\",\"allow\":\"10.0.0.0/8\"}", "not a list");

    assert_int_equal(read_as(p,
                             "{\"url\":\"https://b/\",\"allow\":[\"10.0.0.0/8\",\"::1\"],"
                             "\"timeout_ms\":999999,\"body\":\"a\\u0000b\"}",
                             &r, NULL),
                     ERR_OK);
    assert_int_equal(r.allow_count, 2);
    assert_int_equal(r.timeout_ms, PARCEL_TIMEOUT_MS_MAX);
    assert_int_equal(r.body_bytes, 3);
    parcel_done(&r);
}

/* ---- the demo ---- */

static void demo_begin(struct place *p, const char *members)
{
    json_t *hello = NULL;

    assert_int_equal(json_read(members, strlen(members), &hello, NULL), ERR_OK);
    assert_int_equal(demo_read(hello, &p->demo, NULL), ERR_OK);
    json_decref(hello);
}

#define DEMO                                                                                       \
    "{\"demo\":{\"url\":\"http://127.0.0.1:8470/phones/hook\","                                    \
    "\"key\":\"whsec_a2tra2tra2tra2tra2tra2tra2tra2tr\"}}"
#define TO_LI_MING(members) "{\"person\":\"li.ming\",\"contact\":\"138\"" members "}"

/* Why: somebody tries the demo with a site and secrets that are in use. */
static void in_a_demo_the_phones_get_it_whatever_site_and_secrets_say(void **state)
{
    static const char *const members[] = {
        TO_LI_MING(",\"secret\":\"pager\",\"allow\":[\"0.0.0.0/0\",\"::/0\"]"),
        TO_LI_MING(",\"secret\":\"pager\",\"sign\":\"standard-webhooks\""),
        TO_LI_MING(",\"url\":\"https://b.example/{contact}\",\"method\":\"PUT\""),
        TO_LI_MING(",\"secret\":\"absent\""),
        TO_LI_MING(",\"secret\":\"badurl\""),
        TO_LI_MING(""),
        "{\"person\":\"li.ming\",\"contact\":\"https://phone.example/\"}",
        "{\"person\":\"li.ming\",\"contact\":\"http://127.0.0.1.example/\"}",
        "{\"person\":\"li.ming\",\"contact\":\"http://10.0.0.1/\"}",
        "{\"person\":\"li.ming\",\"contact\":\"http://127.0.0.1@evil.example/\"}",
    };
    struct place *p = *state;

    demo_begin(p, DEMO);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct parcel r;
        struct why why = {0};
        if (read_as(p, members[i], &r, &why))
            fail_msg("%s: %s", members[i], why.text);
        assert_string_equal(text_str(&r.url), "http://127.0.0.1:8470/phones/hook/pager/li.ming");
        assert_string_equal(r.method, "POST");
        assert_int_equal(r.keys_count, 1);
        assert_memory_equal(r.keys[0].bytes, p->demo.key.bytes, r.keys[0].len);
        assert_true(r.stays);
        parcel_done(&r);
    }
    url_is(p, "{\"person\":\"dept:water\",\"endpoint\":\"desk/1\"}",
           "http://127.0.0.1:8470/phones/hook/desk%2F1/dept%3Awater");
}

/* Why: so tests and scripts/demo listen in. */
static void in_a_demo_a_receiver_on_this_machine_is_served_as_ever(void **state)
{
    struct place *p = *state;
    struct parcel r;

    demo_begin(p, DEMO);
    url_is(p, TO_LI_MING(",\"secret\":\"here\""), "http://127.0.0.1:9000/138");
    url_is(p, TO_LI_MING(",\"secret\":\"here\",\"url\":\"https://b.example/\""),
           "http://127.0.0.1:9000/138");
    url_is(p, TO_LI_MING(",\"url\":\"http://localhost:9/{contact}\""), "http://localhost:9/138");
    url_is(p, "{\"person\":\"li.ming\",\"contact\":\"http://[::1]:9/x\",\"secret\":\"here\"}",
           "http://[::1]:9/x");
    assert_int_equal(
        read_as(p, TO_LI_MING(",\"secret\":\"here\",\"sign\":\"standard-webhooks\""), &r, NULL),
        ERR_OK);
    assert_int_equal(r.keys_count, 1);
    assert_memory_not_equal(r.keys[0].bytes, p->demo.key.bytes, r.keys[0].len);
    assert_true(r.stays); /* and a name that leads elsewhere is not followed */
    parcel_done(&r);
}

static void a_demo_without_http_says_what_to_start_it_with(void **state)
{
    struct place *p = *state;

    demo_begin(p, "{\"demo\":{\"key\":\"whsec_a2tra2tra2tra2tra2tra2tra2tra2tr\"}}");
    refused(p, TO_LI_MING(""), "--listen http://127.0.0.1:8470");
}

/* Why: a demo that is not understood must not become the real thing. */
static void a_demo_that_is_not_understood_sends_nothing(void **state)
{
    static const char *const bad[] = {"{\"demo\":{}}", "{\"demo\":true}",
                                      "{\"demo\":{\"key\":\"whsec_x\"}}"};
    struct demo demo;
    struct why why;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *hello = NULL;
        assert_int_equal(json_read(bad[i], strlen(bad[i]), &hello, NULL), ERR_OK);
        assert_int_equal(demo_read(hello, &demo, &why), ERR_INVALID);
        assert_false(demo.on);
        json_decref(hello);
    }
}

/* ---- outcomes that need no network ---- */

static void outcome_is(struct transfer t, enum outcome_class class, const char *sentence)
{
    struct outcome o;

    outcome_of(&t, &o);
    assert_string_equal(outcome_name(o.class), outcome_name(class));
    assert_false(o.ok);
    assert_int_equal(o.status, 0);
    if (!strstr(o.why.text, sentence))
        fail_msg("%s", o.why.text);
    assert_ptr_equal(strstr(o.why.text, "pager: "), o.why.text);
}

static void each_way_to_fail_has_its_class_and_remedy(void **state)
{
    struct http_answer none, some, head;
    struct address loopback;

    (void)state;
    http_answer_init(&none);
    http_answer_init(&some);
    http_answer_header(&some, "HTTP/1.1 200 OK\r\n", 17, 0);
    http_answer_init(&head);
    head.head_bytes = 10;
    address_parse("127.0.0.1", &loopback);
    struct transfer t = {.endpoint = "pager",
                         .answer = &none,
                         .resolved = true,
                         .connected = true,
                         .timeout_ms = 10000,
                         .connect_timeout_ms = 5000};

    t.code = CURLE_COULDNT_RESOLVE_HOST;
    outcome_is(t, OUTCOME_CONNECT, "cannot be resolved; check");
    t.code = CURLE_COULDNT_CONNECT;
    t.connect_errno = ECONNREFUSED;
    outcome_is(t, OUTCOME_CONNECT, "refused; is the service running");
    t.connect_errno = EHOSTUNREACH;
    outcome_is(t, OUTCOME_CONNECT, "No route to host");
    t.connect_errno = 0;
    t.socket_errno = EMFILE;
    outcome_is(t, OUTCOME_CONNECT, "no socket could be opened: Too many open files");
    t.socket_errno = 0;
    t.refused = address_refused(&loopback, NULL, 0);
    outcome_is(t, OUTCOME_REFUSED, "127.0.0.0/8 (loopback)");
    t.code = CURLE_ABORTED_BY_CALLBACK;
    outcome_is(t, OUTCOME_REFUSED, "add \"127.0.0.0/8\" to `allow`");
    t.stays = true;
    outcome_is(t, OUTCOME_REFUSED, "of a demo nothing leaves it");
    t.refused = NULL;
    t.code = CURLE_GOT_NOTHING;
    outcome_is(t, OUTCOME_CONNECT, "closed without an answer");
    t.code = CURLE_SSL_CACERT_BADFILE;
    outcome_is(t, OUTCOME_CONFIG, "install ca-certificates");
    t.code = CURLE_PEER_FAILED_VERIFICATION;
    t.detail = "SSL certificate problem: self-signed certificate";
    outcome_is(t, OUTCOME_CONNECT, "not trusted: self-signed certificate;");
    t.detail = "SSL: no alternative certificate subject name matches target host name 'SECRET'";
    outcome_is(t, OUTCOME_CONNECT, "issued for another name");

    t.code = CURLE_OPERATION_TIMEDOUT;
    outcome_is(t, OUTCOME_TIMEOUT, "no answer within 10 s");
    t.connected = false;
    outcome_is(t, OUTCOME_TIMEOUT, "no connection within 5 s");
    t.resolved = false;
    outcome_is(t, OUTCOME_TIMEOUT, "not resolved within 5 s");
    t.resolved = t.connected = true;
    t.answer = &some;
    outcome_is(t, OUTCOME_TIMEOUT, "did not end within 10 s");

    t.code = CURLE_PARTIAL_FILE;
    outcome_is(t, OUTCOME_BODY, "answered 200 but broke off after 0 bytes");
    t.code = CURLE_RECV_ERROR;
    outcome_is(t, OUTCOME_BODY, "answered 200 but broke off");
    t.answer = &head;
    outcome_is(t, OUTCOME_BODY, "broke off before it gave an answer");
    t.code = CURLE_OK;
    outcome_is(t, OUTCOME_BODY, "no status");
    t.code = CURLE_UNSUPPORTED_PROTOCOL;
    outcome_is(t, OUTCOME_BODY, "not HTTP");
    head.head_too_long = true;
    t.code = CURLE_WRITE_ERROR;
    outcome_is(t, OUTCOME_BODY, "64 KiB of headers");
}

/* A gateway whose answer ends behind a gigabyte has taken the message all the same. */
static void a_body_cut_at_the_cap_leaves_the_status_in_force(void **state)
{
    struct outcome o;
    struct http_answer a;

    (void)state;
    http_answer_init(&a);
    http_answer_header(&a, "HTTP/1.1 202 Accepted\r\n", 23, 0);
    a.body_cut = true;
    struct transfer t = {.code = CURLE_WRITE_ERROR, .endpoint = "pager", .answer = &a};
    outcome_of(&t, &o);
    assert_true(o.ok);
    assert_false(o.last_byte);
    assert_int_equal(o.status, 202);
    assert_string_equal(o.why.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_url_is_the_contact_else_the_secrets_else_the_channels,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_contact_in_a_url_is_percent_encoded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_url_that_cannot_be_used_says_where_it_was_written, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_header_cannot_add_another_or_move_the_end_of_the_message,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_endpoint_that_signs_needs_a_key_and_an_id, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_secret_that_is_not_needed_is_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(the_rest_of_the_frame_is_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(in_a_demo_the_phones_get_it_whatever_site_and_secrets_say,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(in_a_demo_a_receiver_on_this_machine_is_served_as_ever,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_demo_without_http_says_what_to_start_it_with, setup,
                                        teardown),
        cmocka_unit_test(a_demo_that_is_not_understood_sends_nothing),
        cmocka_unit_test(each_way_to_fail_has_its_class_and_remedy),
        cmocka_unit_test(a_body_cut_at_the_cap_leaves_the_status_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
