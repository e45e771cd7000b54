/* How a request is written and signed as its service wants it, and what an answer means. */
#include "courier/acs3.h"
#include "courier/judge.h"
#include "courier/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
    char folder[64];
    struct secrets *secrets;
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

    strcpy(p->folder, "/tmp/muster-seal-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    p->secrets = secrets_new(p->folder);
    put(p, "gate", "user=AC1\nkey=auth-token\nfrom=+15550001\nhush=wh1sper\n");
    put(p, "feishu", "url=https://open.feishu.example/hook/x\nkey=fs-secret\n");
    put(p, "ding", "url=https://oapi.example/robot/send?access_token=tok\nkey=SECdd\n");
    put(p, "open", "url=https://oapi.example/robot/send?access_token=tok\n");
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"gate", "feishu", "ding", "open"};
    struct place *p = *state;
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", p->folder, names[i]);
        unlink(path);
    }
    secrets_free(p->secrets);
    int failed = rmdir(p->folder);
    free(p);
    return failed;
}

/* JSON with ' for ". */
static json_t *json_of(const char *members)
{
    AUTO_TEXT(t);
    json_t *value = NULL;
    struct why why = {0};

    for (const char *c = members; *c; c++)
        text_add_char(&t, (char)(*c == '\'' ? '"' : *c));
    if (json_read(text_str(&t), t.len, &value, &why))
        fail_msg("%s: %s", members, why.text);
    return value;
}

static json_t *frame_of(const char *members)
{
    json_t *frame = json_of("{'op':'attempt','id':7,'notice':'0198-1','endpoint':'pager',"
                            "'body':'{}'}");
    AUTO_JSON(more);

    more = json_of(members);
    json_object_update(frame, more);
    return frame;
}

struct sent {
    struct parcel parcel;
    json_t *headers;
};

static void header_keep(void *ctx, const char *name, const char *value)
{
    json_put_str(ctx, name, value);
}

static enum err read_as(const struct place *p, const char *members, struct parcel *r,
                        struct why *why)
{
    static const struct demo none = {0};
    AUTO_JSON(frame);

    frame = frame_of(members);
    return parcel_read(r, frame, p->secrets, &none, why);
}

/* What goes out at this time; sent_done. */
static struct sent sent_at(const struct place *p, const char *members, wall_ms now)
{
    struct sent s = {.headers = json_object()};
    struct why why = {0};

    if (read_as(p, members, &s.parcel, &why))
        fail_msg("%s: %s", members, why.text);
    seal(&s.parcel, now, header_keep, s.headers);
    return s;
}

static void sent_done(struct sent *s)
{
    parcel_done(&s->parcel);
    json_decref(s->headers);
}

static void body_is(const struct sent *s, const char *body)
{
    assert_string_equal(s->parcel.body, body);
    assert_int_equal(s->parcel.body_bytes, strlen(body));
}

static void refused(const struct place *p, const char *members, const char *sentence)
{
    struct parcel r;
    struct why why = {0};

    if (read_as(p, members, &r, &why) == ERR_OK)
        fail_msg("%s was taken", members);
    if (!strstr(why.text, sentence))
        fail_msg("%s: %s", members, why.text);
    parcel_done(&r);
}

/* ---- fields ---- */

static void a_form_is_escaped_by_construction(void **state)
{
    struct sent s = sent_at(*state,
                            "{'url':'https://h/','encoding':'form','body':"
                            "'{\\'b\\':\\'洪水 &a=1+2%\\\\n\\',\\'a\\':7,\\'n\\':null,\\'t\\':"
                            "{\\'x\\':\\'y\\'}}'}",
                            0);
    body_is(&s, "a=7&b=%E6%B4%AA%E6%B0%B4%20%26a%3D1%2B2%25%0A&t=%7B%22x%22%3A%22y%22%7D");
    sent_done(&s);
}

static void the_contact_and_the_secret_come_into_a_body_only_here(void **state)
{
    struct sent s = sent_at(
        *state,
        "{'url':'https://h/{secret.user}/m','secret':'gate','contact':'+86138','encoding':'form',"
        "'private':{'To':'{contact}','From':'{secret.from}','No':{'?':'secret.none','a':'b'}},"
        "'query':{'q':'{contact}'},'headers':{'x-key':'{secret.key}'},"
        "'body':'{\\'Body\\':\\'{contact}\\'}'}",
        0);
    body_is(&s, "Body=%7Bcontact%7D&From=%2B15550001&To=%2B86138");
    assert_string_equal(text_str(&s.parcel.url), "https://h/AC1/m?q=%2B86138");
    assert_string_equal(json_str(s.parcel.headers, "x-key"), "auth-token");
    AUTO_TEXT(echo);
    text_add(&echo, "no wh1sper here");
    redact_text(&s.parcel.redact, &echo);
    assert_string_equal(text_str(&echo), "no [redacted] here");
    sent_done(&s);

    s = sent_at(*state,
                "{'url':'https://h/?a=b#c','contact':'138','body':'{\\'t\\':{\\'x\\':1}}',"
                "'private':{'t':{'y':['{contact}']}},'query':{'q':'1'}}",
                0);
    body_is(&s, "{\"t\":{\"x\":1,\"y\":[\"138\"]}}");
    assert_string_equal(text_str(&s.parcel.url), "https://h/?a=b&q=1");
    sent_done(&s);

    refused(*state, "{'url':'https://h/','private':{'To':'{contact}'}}", "needs a contact");
    refused(*state, "{'url':'https://h/','contact':'1','private':{'To':'{secret.from}'}}",
            "needs a secret with a line from=… and the endpoint names none");
    refused(*state, "{'url':'https://h/','secret':'gate','private':{'To':'{secret.template}'}}",
            "secret \"gate\" has no template; add a line template=");
    /* a contact that is the url is no number */
    refused(*state, "{'contact':'https://h/','private':{'To':'{contact}'}}", "needs a contact");
    refused(*state, "{'url':'https://h/','encoding':'form','body':'[]'}", "no table of JSON");
}

static void a_body_may_stand_in_the_query(void **state)
{
    struct sent s = sent_at(*state,
                            "{'url':'https://h/','encoding':'query','contact':'138',"
                            "'private':{'to':'{contact}'},'query':{'v':'1'},"
                            "'body':'{\\'p\\':{\\'text\\':\\'a b\\'}}'}",
                            0);
    body_is(&s, "");
    assert_string_equal(text_str(&s.parcel.url),
                        "https://h/?p=%7B%22text%22%3A%22a%20b%22%7D&to=138&v=1");
    sent_done(&s);
}

static void a_body_that_nothing_is_added_to_goes_out_to_the_byte(void **state)
{
    struct sent s = sent_at(*state, "{'url':'https://h/','body':'{ \\'b\\' :1, \\'a\\':2}'}", 0);
    body_is(&s, "{ \"b\" :1, \"a\":2}");
    sent_done(&s);
}

/* ---- signatures ---- */

static void feishu_wants_time_and_sign_in_the_body(void **state)
{
    struct sent s =
        sent_at(*state, "{'secret':'feishu','sign':'feishu','body':'{\\'msg_type\\':\\'x\\'}'}",
                INT64_C(1599360473999));
    body_is(&s, "{\"msg_type\":\"x\",\"sign\":\"vwuSzjPSqsNZOk7sE7/"
                "jea0rUh+fii1uuUBbbeOKZlQ=\",\"timestamp\":\"1599360473\"}");
    sent_done(&s);
    refused(*state, "{'secret':'feishu','sign':'feishu','body':'[]'}", "no table of JSON");
    /* the owner of a bot may do without */
    s = sent_at(*state, "{'secret':'open','sign':'feishu','body':'{}'}", 0);
    body_is(&s, "{}");
    sent_done(&s);
}

static void dingtalk_wants_time_and_sign_in_the_query(void **state)
{
    struct sent s = sent_at(*state, "{'secret':'ding','sign':'dingtalk'}", INT64_C(1577262236757));
    assert_string_equal(
        text_str(&s.parcel.url),
        "https://oapi.example/robot/"
        "send?access_token=tok&sign=zFvEv5J8tQ23ReO9J9YENAxBAqwU2bDC%2FGk05hNOqlg%3D"
        "&timestamp=1577262236757");
    AUTO_TEXT(echo);
    text_add(&echo,
             "Cannot POST "
             "/robot/send?access_token=tok&sign=zFvEv5J8tQ23ReO9J9YENAxBAqwU2bDC%2FGk05hNOqlg%3D");
    redact_text(&s.parcel.redact, &echo);
    assert_null(strstr(text_str(&echo), "zFvEv5J8"));
    sent_done(&s);
}

static void a_login_and_a_token_are_headers(void **state)
{
    const struct place *p = *state;
    struct sent s = sent_at(p, "{'url':'https://h/','secret':'gate','sign':'basic'}", 0);
    assert_string_equal(json_str(s.headers, "authorization"), "Basic QUMxOmF1dGgtdG9rZW4=");
    AUTO_TEXT(echo);
    text_add(&echo, "QUMxOmF1dGgtdG9rZW4= auth-token");
    redact_text(&s.parcel.redact, &echo);
    assert_string_equal(text_str(&echo), "[redacted] [redacted]");
    sent_done(&s);
    s = sent_at(p, "{'url':'https://h/','secret':'gate','sign':'bearer'}", 0);
    assert_string_equal(json_str(s.headers, "authorization"), "Bearer auth-token");
    sent_done(&s);
    s = sent_at(p, "{'url':'https://h/','secret':'open','sign':'bearer'}", 0);
    assert_null(json_str(s.headers, "authorization"));
    sent_done(&s);
    refused(p, "{'url':'https://h/','secret':'ding','sign':'basic'}", "add a line user=");
    refused(p, "{'url':'https://h/','secret':'open','sign':'basic'}", "add a line key=");
    refused(p, "{'url':'https://h/','sign':'aliyun'}", "the endpoint names no secret");
}

/* Why: whoever may set a contact could have the key of the endpoint sent to a machine of his. */
static void a_key_is_never_sent_where_a_contact_leads(void **state)
{
    refused(*state, "{'contact':'https://evil.example/','secret':'gate','sign':'basic'}",
            "the key of secret \"gate\" would go there");
    refused(*state, "{'contact':'HTTPS://evil.example/','secret':'gate','sign':'bearer'}",
            "would go there");
}

/* The example of Alibaba Cloud's own page on signatures. */
static void aliyun_signs_as_its_page_shows(void **state)
{
    AUTO_JSON(query);
    AUTO_JSON(headers);
    AUTO_JSON(made);

    (void)state;
    query = json_of("{'RegionId':'cn-shanghai',"
                    "'ImageId':'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd'}");
    headers = json_of("{'x-acs-version':'2014-05-26','X-Acs-Action':'RunInstances','x-b':'c'}");
    made = acs3_headers(&(struct acs3_request){.method = "POST",
                                               .host = "ecs.cn-shanghai.aliyuncs.com",
                                               .path = "",
                                               .query = query,
                                               .headers = headers,
                                               .body = "",
                                               .id = "YourAccessKeyId",
                                               .key = "YourAccessKeySecret",
                                               .nonce = "3156853299f313e23d1673dc12e1703d",
                                               .now = INT64_C(1698315752000)});
    assert_string_equal(json_str(made, "x-acs-date"), "2023-10-26T10:22:32Z");
    assert_string_equal(
        json_str(made, "authorization"),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
}

static void no_two_requests_to_aliyun_have_the_same_nonce(void **state)
{
    const char *members = "{'url':'https://u@dysmsapi.example:8443/p?x=y','secret':'gate',"
                          "'sign':'aliyun','encoding':'query','body':'{\\'a\\':\\'b\\'}'}";
    struct sent one = sent_at(*state, members, 0), two = sent_at(*state, members, 0);
    assert_string_not_equal(json_str(one.headers, "x-acs-signature-nonce"),
                            json_str(two.headers, "x-acs-signature-nonce"));
    sent_done(&one);
    sent_done(&two);
}

/* ---- what an answer means ---- */

static void answer_is(struct http_answer *a, int status, const char *body)
{
    AUTO_TEXT(line);

    http_answer_init(a);
    text_addf(&line, "HTTP/1.1 %d X\r\n", status);
    assert_true(http_answer_header(a, text_str(&line), line.len, 0));
    (void)http_answer_body(a, body, strlen(body));
}

static struct outcome judged(const char *members, int status, const char *body)
{
    struct http_answer answer;
    struct redact redact = {0};
    struct outcome o;
    AUTO_JSON(frame);
    AUTO_TEXT(bytes);

    for (const char *c = body; *c; c++)
        text_add_char(&bytes, (char)(*c == '\'' ? '"' : *c));
    answer_is(&answer, status, text_str(&bytes));
    frame = frame_of(members);
    redact_add(&redact, "t0ken");
    outcome_of(&(struct transfer){.code = CURLE_OK, .endpoint = "pager", .answer = &answer}, &o);
    judge(frame, &answer, &redact, &o);
    http_answer_done(&answer);
    redact_done(&redact);
    return o;
}

#define FEISHU                                                                                     \
    "{'success':{'status':'200','json':{'code':0}},'throttled':{'json':{'code':[11232,9499]},"     \
    "'wait_ms':1000},'again':{'json':{'code':5}},'reference':'data.id'}"

static void a_200_that_means_no_is_rejected(void **state)
{
    (void)state;
    struct outcome o = judged(FEISHU, 200, "{'code':0,'data':{'id':'om_1'}}");
    assert_true(o.ok);
    assert_string_equal(o.reference, "om_1");
    o = judged(FEISHU, 200, "{'code':19024,'msg':'no t0ken \\u0007here'}");
    assert_false(o.ok);
    assert_string_equal(outcome_name(o.class), "rejected");
    assert_int_equal(o.status, 200);
    assert_string_equal(o.why.text, "pager: answered 200, but code is 19024 and not 0: "
                                    "{\"code\":19024,\"msg\":\"no [redacted] \\u0007here\"}");
    o = judged(FEISHU, 200, "{'code':'0'}");
    assert_string_equal(outcome_name(o.class), "rejected");
    o = judged(FEISHU, 201, "{'code':0}");
    assert_string_equal(outcome_name(o.class), "rejected");
    assert_non_null(strstr(o.why.text, "answered 201, which is no success of its channel (200)"));
    o = judged(FEISHU, 200, "{}");
    assert_non_null(strstr(o.why.text, "code is not there and not 0"));
}

/* Why: the login page of a hotel's network answers 200, too. */
static void what_is_no_json_is_no_success_of_json(void **state)
{
    static const char *const bodies[] = {
        "", "<html>", "{'code':0", "[", "{'code':0,'code':0}", "\xff\xfe", "{}{'code':0}"};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct outcome o = judged(FEISHU, 200, bodies[i]);
        assert_string_equal(outcome_name(o.class), "rejected");
        assert_non_null(strstr(o.why.text, "with no JSON"));
    }
    struct outcome o = judged(FEISHU, 500, "<html>");
    assert_string_equal(outcome_name(o.class), "status");
    assert_non_null(strstr(o.why.text, "its service has a fault"));
}

static void a_service_that_is_too_busy_says_for_how_long(void **state)
{
    (void)state;
    struct outcome o = judged(FEISHU, 200, "{'code':11232}");
    assert_false(o.ok);
    assert_true(o.throttled);
    assert_string_equal(outcome_name(o.class), "status");
    assert_int_equal(o.wait_ms, 1000);
    assert_non_null(strstr(o.why.text, "asks us to slow down"));

    const char *telegram = "{'success':{'json':{'ok':true}},'throttled':{'status':'429',"
                           "'retry_after':'parameters.retry_after'}}";
    o = judged(telegram, 429, "{'ok':false,'parameters':{'retry_after':35}}");
    assert_true(o.throttled);
    assert_int_equal(o.wait_ms, 35000);
    assert_int_equal(judged(telegram, 429, "{'parameters':{'retry_after':0.3}}").wait_ms, 300);
    assert_int_equal(judged(telegram, 429, "{'parameters':{'retry_after':'7'}}").wait_ms, 7000);
    static const char *const none[] = {
        "{'parameters':{'retry_after':-1}}", "{'parameters':{'retry_after':1e9}}",
        "{'parameters':{'retry_after':'soon'}}", "{'parameters':[]}", "busy"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        o = judged(telegram, 429, none[i]);
        assert_true(o.throttled);
        assert_int_equal(o.wait_ms, -1);
    }
    assert_true(judged("{}", 429, "").throttled); /* whatever the channel says */
}

static void a_service_that_may_take_it_later_is_asked_again(void **state)
{
    (void)state;
    struct outcome o = judged(FEISHU, 200, "{'code':5}");
    assert_false(o.ok);
    assert_true(o.again);
    assert_false(o.throttled);
    assert_non_null(strstr(o.why.text, "does not take the message for now"));
}

static void without_a_test_every_2xx_is_a_success(void **state)
{
    (void)state;
    assert_true(judged("{}", 204, "").ok);
    assert_true(judged("{'success':{'status':'200 2xx'}}", 204, "").ok);
    assert_false(judged("{}", 302, "").ok);
    struct outcome o = judged("{'reference':'[1].id'}", 200, "[{'id':77}]");
    assert_string_equal(o.reference, "77");
    AUTO_TEXT(long_id);
    text_add(&long_id, "[{'id':'");
    for (int i = 0; i < 200; i++)
        text_add_char(&long_id, 'x');
    text_add(&long_id, "'}]");
    assert_string_equal(judged("{'reference':'[1].id'}", 200, text_str(&long_id)).reference, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_form_is_escaped_by_construction),
        TEST(the_contact_and_the_secret_come_into_a_body_only_here),
        TEST(a_body_may_stand_in_the_query),
        TEST(a_body_that_nothing_is_added_to_goes_out_to_the_byte),
        TEST(feishu_wants_time_and_sign_in_the_body),
        TEST(dingtalk_wants_time_and_sign_in_the_query),
        TEST(a_login_and_a_token_are_headers),
        TEST(a_key_is_never_sent_where_a_contact_leads),
        cmocka_unit_test(aliyun_signs_as_its_page_shows),
        TEST(no_two_requests_to_aliyun_have_the_same_nonce),
        cmocka_unit_test(a_200_that_means_no_is_rejected),
        cmocka_unit_test(what_is_no_json_is_no_success_of_json),
        cmocka_unit_test(a_service_that_is_too_busy_says_for_how_long),
        cmocka_unit_test(a_service_that_may_take_it_later_is_asked_again),
        cmocka_unit_test(without_a_test_every_2xx_is_a_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
