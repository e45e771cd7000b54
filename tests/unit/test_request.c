#include "unit.h"

#include "base/id.h"
#include "intake/line.h"
#include "intake/request.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ID "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"

static enum code read_line(const char *line, struct request *ret, struct refusal *r)
{
    json_t *object = NULL;
    assert_int_equal(line_object(line, strlen(line), &object, r), CODE_OK);
    return request_read(object, ret, r);
}

static void takes(const char *line, struct request *ret)
{
    struct refusal r;
    if (read_line(line, ret, &r) != CODE_OK)
        fail_msg("%s: %s", line, r.why.text);
}

/* What stands in a folder of plans may be sent, by the name that it has there. */
static void the_files_of_a_set_are_taken_by_their_names(void **state)
{
    static const char line[] =
        "{\"op\":\"plan_simulate\",\"plan\":\"a\",\"seed\":0,\"fields\":[\"g7.stage_m=4.9@1:30\"],"
        "\"files\":{\"site.lua\":\"\",\"a.lua\":\"\",\"a.md\":\"\",\"lib/b.lua\":null,"
        "\"channels/c.lua\":\"\",\"drills/d.lua\":\"\"}}";
    struct request r;
    (void)state;
    takes(line, &r);
    assert_int_equal(r.op, OP_PLAN_SIMULATE);
    assert_int_equal(json_object_size(json_at(r.body, "files")), 6);
    request_done(&r);
}

/* A client at 3 a.m. sees the field, what is wrong with it, and what was probably meant. */
static const struct {
    const char *line;
    enum code code;
    const char *field, *near, *sentence;
} bad_lines[] = {
    /* the operation */
    {"{}", CODE_MISSING_FIELD, "op", "", "op: is missing"},
    {"{\"op\":7}", CODE_BAD_FIELD, "op", "", "must be a string, and is a number"},
    {"{\"op\":\"\"}", CODE_BAD_FIELD, "op", "", "is empty"},
    {"{\"op\":\"triger\"}", CODE_UNKNOWN_OP, "op", "trigger", "did you mean \"trigger\"?"},
    {"{\"op\":\"contact.set\"}", CODE_UNKNOWN_OP, "op", "contact_set", "contact_set"},
    {"{\"op\":\"make_coffee\"}", CODE_UNKNOWN_OP, "op", "", "no operation \"make_coffee\""},
    {"{\"op\":\"release\"}", CODE_NOT_BUILT, "op", "", "\"release\" is not built yet"},
    /* secrets */
    {"{\"op\":\"auth\"}", CODE_MISSING_FIELD, "key", "", "is missing"},
    {"{\"op\":\"login\"}", CODE_MISSING_FIELD, "key", "", "one of \"key\" and \"link\""},
    {"{\"op\":\"login\",\"key\":\"a\",\"link\":\"b\"}", CODE_MISSING_FIELD, "key", "", "one of"},
    {"{\"op\":\"key_create\",\"name\":\"a\",\"scopes\":[\"raed\"]}", CODE_BAD_FIELD, "scopes",
     "read", "is none of trigger read respond order admin reply"},
    {"{\"op\":\"key_create\",\"name\":\"a\",\"scopes\":[]}", CODE_BAD_FIELD, "scopes", "",
     "1 to 6 words are taken, of trigger read"},
    {"{\"op\":\"key_create\",\"name\":\"a\\nb\"}", CODE_BAD_FIELD, "name", "", "control"},
    /* links: what is cut off is said to be so */
    {"{\"op\":\"link_show\"}", CODE_MISSING_FIELD, "token", "", "is missing"},
    {"{\"op\":\"link_show\",\"token\":\"AZjy\"}", CODE_UNKNOWN_LINK, "token", "", "whole link"},
    {"{\"op\":\"answer_link\",\"token\":\"AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_\"}", CODE_MISSING_FIELD,
     "code", "", "is missing"},
    {"{\"op\":\"phone_seen\",\"notice\":\"x\"}", CODE_BAD_FIELD, "notice", "", "notice"},
    /* names of fields */
    {"{\"op\":\"trigger\",\"titel\":\"x\"}", CODE_UNKNOWN_FIELD, "titel", "title",
     "trigger has no field \"titel\"; did you mean \"title\"?"},
    {"{\"op\":\"ping\",\"please\":true}", CODE_UNKNOWN_FIELD, "please", "",
     "ping has no field \"please\"; it has op ref lang"},
    {"{\"op\":\"list\",\"incident\":\"" ID "\"}", CODE_UNKNOWN_FIELD, "incident", "",
     "it has state drill limit cursor op ref lang"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"level\":\"II\"}", CODE_NOT_BUILT, "level", "",
     "not built yet"},
    /* what must be there */
    {"{\"op\":\"trigger\"}", CODE_MISSING_FIELD, "title", "", "the field \"title\" is missing"},
    {"{\"op\":\"answer\"}", CODE_MISSING_FIELD, "incident", "", "is missing"},
    {"{\"op\":\"order\",\"incident\":\"" ID "\",\"action\":\"terminate\"}", CODE_MISSING_FIELD,
     "reason", "", "is missing"},
    {"{\"op\":\"update\",\"incident\":\"" ID "\"}", CODE_MISSING_FIELD, "fields", "",
     "neither \"fields\" nor \"note\""},
    /* strings */
    {"{\"op\":\"trigger\",\"title\":7}", CODE_BAD_FIELD, "title", "",
     "title: must be a string, and is a number"},
    {"{\"op\":\"trigger\",\"title\":null}", CODE_BAD_FIELD, "title", "", "and is null"},
    {"{\"op\":\"trigger\",\"title\":[\"x\"]}", CODE_BAD_FIELD, "title", "", "and is a list"},
    {"{\"op\":\"trigger\",\"title\":\"\"}", CODE_BAD_FIELD, "title", "", "title: is empty"},
    {"{\"op\":\"trigger\",\"title\":\"a\\u0000b\"}", CODE_BAD_FIELD, "title", "", "NUL"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"plan\":\"fl\\nood\"}", CODE_BAD_FIELD, "plan", "",
     "control character"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"plan\":\"flood \"}", CODE_BAD_FIELD, "plan", "",
     "begins or ends with a blank"},
    /* ids */
    {"{\"op\":\"status\",\"incident\":\"7\"}", CODE_BAD_FIELD, "incident", "", "one looks like"},
    {"{\"op\":\"status\",\"incident\":7}", CODE_BAD_FIELD, "incident", "", "and is a number"},
    {"{\"op\":\"list\",\"cursor\":\"x\"}", CODE_BAD_FIELD, "cursor", "", "one looks like"},
    {"{\"op\":\"watch\",\"after\":\"40213\"}", CODE_BAD_FIELD, "after", "", "looks like 1-40213"},
    {"{\"op\":\"watch\",\"after\":\"0-1\"}", CODE_BAD_FIELD, "after", "", "looks like 1-40213"},
    {"{\"op\":\"watch\",\"after\":\"1-\"}", CODE_BAD_FIELD, "after", "", "looks like 1-40213"},
    {"{\"op\":\"watch\",\"after\":\"1-2-3\"}", CODE_BAD_FIELD, "after", "", "looks like 1-40213"},
    {"{\"op\":\"watch\",\"after\":\"1-99999999999999999\"}", CODE_BAD_FIELD, "after", "",
     "looks like 1-40213"},
    {"{\"op\":\"watch\",\"after\":40213}", CODE_BAD_FIELD, "after", "", "and is a number"},
    /* words */
    {"{\"op\":\"trigger\",\"title\":\"x\",\"grade\":\"VII\"}", CODE_BAD_FIELD, "grade", "",
     "grade: \"VII\" is none of I II III IV"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"grade\":3}", CODE_BAD_FIELD, "grade", "",
     "must be one of I II III IV"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"warning\":\"orang\"}", CODE_BAD_FIELD, "warning",
     "orange", "none of red orange yellow blue"},
    {"{\"op\":\"list\",\"state\":\"opne\"}", CODE_BAD_FIELD, "state", "open", "\"opne\" is none"},
    {"{\"op\":\"list\",\"state\":[]}", CODE_BAD_FIELD, "state", "", "1 to 7 words"},
    {"{\"op\":\"list\",\"state\":[\"open\",7]}", CODE_BAD_FIELD, "state", "", "must be one of"},
    {"{\"op\":\"ping\",\"lang\":\"fr\"}", CODE_BAD_FIELD, "lang", "", "none of zh en"},
    {"{\"op\":\"order\",\"incident\":\"" ID "\",\"action\":\"declares\",\"reason\":\"x\"}",
     CODE_BAD_FIELD, "action", "declare", "\"declares\" is none of activate raise"},
    {"{\"op\":\"order\",\"incident\":\"" ID
     "\",\"action\":\"split\",\"reason\":\"x\",\"items\":\"a\"}",
     CODE_BAD_FIELD, "items", "", "must be a list of names"},
    {"{\"op\":\"order\",\"incident\":\"" ID
     "\",\"action\":\"split\",\"reason\":\"x\",\"stations\":[]}",
     CODE_BAD_FIELD, "stations", "", "1 to 500 names"},
    {"{\"op\":\"order\",\"incident\":\"" ID "\",\"action\":\"terminat\",\"reason\":\"x\"}",
     CODE_BAD_FIELD, "action", "terminate", "none of activate raise lower terminate"},
    {"{\"op\":\"order\",\"incident\":\"" ID
     "\",\"action\":\"activate\",\"level\":\"V\",\"reason\":\"x\"}",
     CODE_BAD_FIELD, "level", "", "none of I II III IV"},
    /* numbers and switches */
    {"{\"op\":\"list\",\"limit\":0}", CODE_BAD_FIELD, "limit", "", "must be 1 to 1000"},
    {"{\"op\":\"list\",\"limit\":1001}", CODE_BAD_FIELD, "limit", "", "must be 1 to 1000"},
    {"{\"op\":\"list\",\"limit\":1.5}", CODE_BAD_FIELD, "limit", "", "a whole number"},
    {"{\"op\":\"list\",\"limit\":\"10\"}", CODE_BAD_FIELD, "limit", "", "and is a string"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"drill\":1}", CODE_BAD_FIELD, "drill", "",
     "must be true or false, and is a number"},
    {"{\"op\":\"answer\",\"incident\":\"" ID "\",\"decline\":\"yes\"}", CODE_BAD_FIELD, "decline",
     "", "must be true or false"},
    /* objects */
    {"{\"op\":\"trigger\",\"title\":\"x\",\"place\":\"east\"}", CODE_BAD_FIELD, "place", "",
     "must be an object of names and strings, and is a string"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"place\":{\"district\":7}}", CODE_BAD_FIELD,
     "place.district", "", "place.district: must be a string"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"labels\":{\"\":\"x\"}}", CODE_BAD_FIELD, "labels", "",
     "a name in it has 0 bytes"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"fields\":[]}", CODE_BAD_FIELD, "fields", "",
     "must be an object of facts, and is a list"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"fields\":{\"g7\":{\"stage_m\":null}}}", CODE_BAD_FIELD,
     "fields.g7.stage_m", "", "must be a number, a string, true or false"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"fields\":{\"stage_m\":[4.9]}}", CODE_BAD_FIELD,
     "fields.stage_m", "", "and is a list"},
    {"{\"op\":\"trigger\",\"title\":\"x\",\"fields\":{\"a\":{\"b\":{\"c\":{\"d\":1}}}}}",
     CODE_BAD_FIELD, "fields.a.b.c", "", "and is an object"},
    /* files of a set: what stands in them is for the check, what they are called is not */
    {"{\"op\":\"plan_check\",\"files\":[]}", CODE_BAD_FIELD, "files", "",
     "must be an object of file names and texts, and is a list"},
    {"{\"op\":\"plan_check\",\"files\":{\"../a.lua\":\"\"}}", CODE_BAD_FIELD, "files", "",
     "a set has no file \"../a.lua\"; what is taken is site.lua, NAME.lua"},
    {"{\"op\":\"plan_check\",\"files\":{\"lib/.a.lua\":\"\"}}", CODE_BAD_FIELD, "files", "",
     "no file"},
    {"{\"op\":\"plan_check\",\"files\":{\"a.test.lua\":\"\"}}", CODE_BAD_FIELD, "files", "",
     "no file"},
    {"{\"op\":\"plan_check\",\"files\":{\"README.md\":\"\"}}", CODE_BAD_FIELD, "files", "",
     "no file"},
    {"{\"op\":\"plan_check\",\"files\":{\"lib/a.md\":\"\"}}", CODE_BAD_FIELD, "files", "",
     "no file"},
    {"{\"op\":\"plan_check\",\"files\":{\".lua\":\"\"}}", CODE_BAD_FIELD, "files", "", "no file"},
    {"{\"op\":\"plan_check\",\"files\":{\"a.lua\":7}}", CODE_BAD_FIELD, "files", "",
     "must be the text of the file (null: the set without it), and is a number"},
    {"{\"op\":\"plan_check\",\"files\":{\"site.lua\":null}}", CODE_BAD_FIELD, "files", "",
     "\"site.lua\" must be the text of the file, and is null"},
    {"{\"op\":\"plan_simulate\"}", CODE_MISSING_FIELD, "plan", "", "is missing"},
    {"{\"op\":\"plan_simulate\",\"plan\":\"a\",\"people\":\"*=silent\"}", CODE_BAD_FIELD, "people",
     "", "must be a list of texts, and is a string"},
    {"{\"op\":\"plan_simulate\",\"plan\":\"a\",\"people\":[7]}", CODE_BAD_FIELD, "people", "",
     "must be a string"},
    {"{\"op\":\"plan_simulate\",\"plan\":\"a\",\"runs\":201}", CODE_BAD_FIELD, "runs", "",
     "must be 1 to 200"},
    {"{\"op\":\"plan_simulate\",\"plan\":\"a\",\"seed\":-1}", CODE_BAD_FIELD, "seed", "",
     "must be 0 to 9007199254740992"},
    /* the ref itself */
    {"{\"op\":\"ping\",\"ref\":{}}", CODE_BAD_FIELD, "ref", "", "a string or a number"},
    {"{\"op\":\"contact_set\",\"person\":\"li.ming\",\"endpoint\":\"sms\"}", CODE_MISSING_FIELD,
     "value", "", "is missing"},
};

static void every_bad_request_is_refused_with_code_field_and_nearest_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_lines); i++) {
        struct request request;
        struct refusal r = {0};
        enum code code = read_line(bad_lines[i].line, &request, &r);
        if (code != bad_lines[i].code || strcmp(r.field, bad_lines[i].field) != 0 ||
            strcmp(r.near, bad_lines[i].near) != 0 || !strstr(r.why.text, bad_lines[i].sentence))
            fail_msg("%s\n  gave %s, field \"%s\", near \"%s\": %s", bad_lines[i].line,
                     code_name(code), r.field, r.near, r.why.text);
        request_done(&request);
    }
}

static void a_refusal_reads_as_the_interface_has_it(void **state)
{
    (void)state;
    struct request request;
    struct refusal r;
    AUTO_TEXT(reply);
    AUTO_JSON(json);
    assert_int_equal(read_line("{\"op\":\"trigger\",\"titel\":\"x\",\"ref\":1}", &request, &r),
                     CODE_UNKNOWN_FIELD);
    json = refusal_json(&r);
    json_write(json, &reply);
    assert_string_equal(text_str(&reply),
                        "{\"code\":\"unknown_field\",\"error\":\"trigger has no field \\\"titel\\\""
                        "; did you mean \\\"title\\\"?\",\"field\":\"titel\",\"near\":\"title\","
                        "\"ok\":false}");
    assert_int_equal(json_integer_value(request.ref), 1);
    request_done(&request);
}

static void a_trigger_becomes_an_input_with_only_its_own_fields_in_the_body(void **state)
{
    (void)state;
    struct request r;
    AUTO_TEXT(body);
    takes("{\"op\":\"trigger\",\"plan\":\"flood\",\"title\":\"Gauge 7\",\"grade\":\"III\","
          "\"key\":\"g7\",\"fields\":{\"g7\":{\"stage_m\":4.9},\"breach\":false},\"ref\":\"a\","
          "\"lang\":\"zh\",\"place\":{\"district\":\"城东\"}}",
          &r);
    json_write(r.body, &body);
    assert_string_equal(text_str(&body),
                        "{\"fields\":{\"breach\":false,\"g7\":{\"stage_m\":4.9}},\"grade\":\"III\","
                        "\"key\":\"g7\",\"place\":{\"district\":\"城东\"},\"plan\":\"flood\","
                        "\"title\":\"Gauge 7\"}");
    enum input_kind kind;
    assert_true(op_input_kind(r.op, &kind));
    assert_int_equal(kind, IN_TRIGGER);
    assert_string_equal(r.lang, "zh");
    assert_string_equal(json_string_value(r.ref), "a");
    request_done(&r);
}

/* Two requests that say the same must be the same to the core, whatever their keys. */
static void an_idempotency_key_is_no_part_of_what_a_trigger_says(void **state)
{
    (void)state;
    struct request r;
    takes("{\"op\":\"trigger\",\"title\":\"x\",\"key\":\"k\",\"idempotency_key\":\"a1\"}", &r);
    assert_string_equal(r.once, "a1");
    assert_null(json_at(r.body, "idempotency_key"));
    assert_string_equal(json_str(r.body, "key"), "k");
    request_done(&r);
    takes("{\"op\":\"trigger\",\"title\":\"x\"}", &r);
    assert_null(r.once);
    request_done(&r);
}

/* Rule R11: the value of a contact belongs into the vault and nowhere else. */
static void the_value_of_a_contact_stays_out_of_the_body(void **state)
{
    (void)state;
    struct request r;
    AUTO_TEXT(body);
    takes("{\"op\":\"contact_set\",\"person\":\"li.ming\",\"endpoint\":\"sms\",\"value\":\"138\"}",
          &r);
    json_write(r.body, &body);
    assert_string_equal(text_str(&body), "{\"endpoint\":\"sms\",\"person\":\"li.ming\"}");
    assert_string_equal(r.value, "138");
    request_done(&r);
}

static void an_answer_carries_its_incident_beside_the_body(void **state)
{
    (void)state;
    struct request r;
    AUTO_TEXT(body);
    char id[UUID_TEXT];
    takes("{\"op\":\"answer\",\"incident\":\"" ID "\",\"as\":\"li.ming\",\"decline\":true}", &r);
    json_write(r.body, &body);
    assert_string_equal(text_str(&body), "{\"as\":\"li.ming\",\"decline\":true}");
    assert_string_equal(uuid_text(r.incident, id), ID);
    request_done(&r);
}

/* The secret and the code go to the core alone; the link says which message it is. */
static void a_link_names_its_message_and_needs_no_scope(void **state)
{
    (void)state;
    struct request r;
    enum input_kind kind;
    char id[UUID_TEXT];
    takes("{\"op\":\"answer_link\",\"token\":\"AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_\",\"code\":"
          "\"4821\",\"note\":\"x\"}",
          &r);
    assert_string_equal(uuid_text(r.link.notice, id), ID);
    assert_true(op_input_kind(r.op, &kind));
    assert_int_equal(kind, IN_ANSWER_LINK);
    assert_true(uuid_is_none(r.incident));
    assert_int_equal(op_def(r.op)->scope, 0);
    assert_true(op_def(r.op)->http_only);
    request_done(&r);

    takes("{\"op\":\"link_show\",\"token\":\"AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_\"}", &r);
    assert_int_equal(r.query.kind, QUERY_NOTICE);
    assert_string_equal(uuid_text(r.query.notice, id), ID);
    assert_int_equal(op_def(r.op)->scope, 0);
    request_done(&r);

    takes("{\"op\":\"phone_seen\",\"notice\":\"" ID "\"}", &r);
    assert_true(op_input_kind(r.op, &kind));
    assert_int_equal(kind, IN_RECEIPT);
    assert_string_equal(uuid_text(r.link.notice, id), ID);
    assert_int_equal(op_def(r.op)->scope, SCOPE_RESPOND);
    request_done(&r);
}

static void a_list_becomes_a_query_with_states_drill_and_cursor(void **state)
{
    (void)state;
    struct request r;
    takes("{\"op\":\"list\",\"state\":[\"closed\",\"open\"],\"drill\":false,\"limit\":7,"
          "\"cursor\":\"" ID "\"}",
          &r);
    assert_int_equal(r.query.kind, QUERY_LIST);
    assert_string_equal(r.query.states[0], "open");
    assert_string_equal(r.query.states[1], "closed");
    assert_null(r.query.states[2]);
    assert_int_equal(r.query.drill, 0);
    assert_int_equal(r.query.limit, 7);
    assert_string_equal(r.query.cursor, ID);
    request_done(&r);

    takes("{\"op\":\"list\"}", &r);
    assert_null(r.query.states[0]);
    assert_int_equal(r.query.drill, -1);
    assert_int_equal(r.query.limit, 100);
    request_done(&r);
}

static void a_watch_takes_up_after_an_event(void **state)
{
    (void)state;
    struct request r;
    takes("{\"op\":\"watch\",\"after\":\"3-40213\"}", &r);
    assert_int_equal(r.query.kind, QUERY_EVENTS);
    assert_int_equal(r.after_gen, 3);
    assert_int_equal(r.query.after, 40213);
    request_done(&r);

    takes("{\"op\":\"watch\"}", &r);
    assert_int_equal(r.after_gen, 0);
    request_done(&r);
}

/* Why: what is in a body may be recorded, and a secret must not be (R11). */
static void a_secret_goes_beside_the_body(void **state)
{
    struct request r;
    (void)state;
    takes("{\"op\":\"login\",\"link\":\"ml_secret\"}", &r);
    assert_string_equal(r.value, "ml_secret");
    assert_string_equal(json_str(r.body, "with"), "link");
    assert_int_equal(json_object_size(r.body), 1);
    request_done(&r);
    takes("{\"op\":\"auth\",\"key\":\"mk_secret\"}", &r);
    assert_string_equal(r.value, "mk_secret");
    assert_null(json_at(r.body, "key"));
    request_done(&r);
    takes("{\"op\":\"trigger\",\"title\":\"x\",\"key\":\"dedup\"}", &r);
    assert_string_equal(json_str(r.body, "key"), "dedup");
    request_done(&r);
}

static void every_operation_has_a_scope_that_a_plain_group_member_has_or_not(void **state)
{
    (void)state;
    unsigned group = SCOPE_TRIGGER | SCOPE_READ | SCOPE_RESPOND;
    static const enum op_id closed_to_group[] = {
        OP_ORDER,          OP_CONTACT_SET,        OP_CONFIG_SHOW, OP_CONFIG_CHECK,
        OP_CONFIG_RELOAD,  OP_KEY_CREATE,         OP_KEY_REVOKE,  OP_KEY_LIST,
        OP_PURGE,          OP_JOURNAL_CHECKPOINT, OP_DRILL_START, OP_CONTACT_REMOVE,
        OP_CONTACT_EXPORT, OP_CONTACT_IMPORT,     OP_REPLY,       OP_RECEIPT};
    for (int o = 0; o < OPS; o++) {
        bool closed = false;
        for (size_t i = 0; i < COUNT(closed_to_group); i++)
            closed |= closed_to_group[i] == (enum op_id)o;
        const struct op *op = op_def((enum op_id)o);
        assert_int_equal((op->scope & ~group) != 0, closed);
        assert_non_null(op->sentence);
    }
}

static void mutated(const char *line, struct entropy *dice)
{
    AUTO_TEXT(bytes);
    text_add(&bytes, line);
    for (uint64_t n = entropy_u64(dice) % 4 + 1; n > 0; n--) {
        size_t at = entropy_u64(dice) % bytes.len;
        uint64_t how = entropy_u64(dice) % 3;
        if (how == 0)
            bytes.at[at] = (char)entropy_u64(dice);
        else if (how == 1)
            bytes.at[at] = "{}[]\",:0\\ue-"[entropy_u64(dice) % 12];
        else
            bytes.len = at + 1;
    }
    json_t *object = NULL;
    struct refusal r = {0};
    enum code code = line_object(bytes.at, bytes.len, &object, &r);
    if (!code) {
        struct request request;
        code = request_read(object, &request, &r);
        request_done(&request);
    }
    AUTO_JSON(reply);
    reply = refusal_json(&r);
    assert_int_equal(code != CODE_OK, r.why.text[0] != '\0');
}

/* Whatever comes, it is a request or a refusal with a sentence; the sanitizers watch. */
static void broken_lines_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const uint8_t seed[32] = {7};
    struct entropy dice;
    entropy_init(&dice, seed);
    for (int round = 0; round < 300; round++)
        for (size_t i = 0; i < COUNT(bad_lines); i++)
            mutated(bad_lines[i].line, &dice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_request_is_refused_with_code_field_and_nearest_name),
        cmocka_unit_test(a_refusal_reads_as_the_interface_has_it),
        cmocka_unit_test(a_trigger_becomes_an_input_with_only_its_own_fields_in_the_body),
        cmocka_unit_test(an_idempotency_key_is_no_part_of_what_a_trigger_says),
        cmocka_unit_test(the_value_of_a_contact_stays_out_of_the_body),
        cmocka_unit_test(an_answer_carries_its_incident_beside_the_body),
        cmocka_unit_test(a_link_names_its_message_and_needs_no_scope),
        cmocka_unit_test(a_list_becomes_a_query_with_states_drill_and_cursor),
        cmocka_unit_test(a_watch_takes_up_after_an_event),
        cmocka_unit_test(the_files_of_a_set_are_taken_by_their_names),
        cmocka_unit_test(broken_lines_are_refused_with_a_sentence),
        cmocka_unit_test(a_secret_goes_beside_the_body),
        cmocka_unit_test(every_operation_has_a_scope_that_a_plain_group_member_has_or_not),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
