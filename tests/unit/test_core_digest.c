/*
 * What had to wait for one person is one message, and each of them is still answered by itself.
 * sun.wei by sms; gao.lin and ma.chao by bot, which takes 20 a minute and 16 of what can wait.
 */
#include "core_lab.h"
#include "unit.h"

#include "core/link.h"
#include "core/say.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define GONE "{'ok':false,'status':404,'error':'gone'}"
#define AWAITS "{'names':[],'steps':['0.1']}"
#define MINUTE 60000

/* An incident of its own, and one message of its plan. */
static void one(struct lab *lab, const char *title, const char *kind, const char *person)
{
    AUTO_TEXT(trigger);
    AUTO_TEXT(cmds);
    text_addf(&trigger, "{'plan':'flood','title':'%s'}", title);
    text_addf(&cmds,
              "[{'kind':'%s','step':'0.1','args':{'to':['person:%s'],'text':'high water',"
              "'within_ms':3600000}}]",
              kind, person);
    lab_trigger(lab, text_str(&trigger));
    lab_turn(lab, text_str(&cmds), AWAITS);
}

/* Three rules have called while the engine was down; it starts again an hour later. */
static void due_while_down(struct lab *lab, const char *kind, const char *person)
{
    lab_start(lab);
    lab->check_each = true;
    lab_input(lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    one(lab, "Gauge 7", kind, person);
    one(lab, "Gauge 8", kind, person);
    one(lab, "Gauge 9", kind, person);
    lab->mono += 20 * MINUTE;
    lab->wall += 20 * MINUTE;
    lab_crash(lab);
}

static const char *shown(const struct lab *lab, const char *person)
{
    return json_str_or(lab_attempt(lab, person), "body", "");
}

/* The same, which must not have been cut. */
static const char *shown_whole(const struct lab *lab, const char *person)
{
    const char *body = shown(lab, person);
    assert_true(strlen(body) <= 900);
    assert_null(strstr(body, "…"));
    return body;
}

/* Three bells at once, and the person would silence the telephone. */
static void what_was_due_while_the_engine_was_down_is_one_message(void **state)
{
    (void)state;
    struct lab lab;
    due_while_down(&lab, "notify", "sun.wei");
    assert_int_equal(json_array_size(lab.attempts), 1);
    assert_non_null(strstr(shown(&lab, "sun.wei"), "1. Gauge 7："));
    assert_non_null(strstr(shown(&lab, "sun.wei"), "3. Gauge 9："));
    assert_non_null(strstr(shown(&lab, "sun.wei"), "3 条消息"));
    lab_result(&lab, "sun.wei", SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 3);
    lab_tells(&lab, "notice_sent step=0.1 to=sun.wei\nnotice_sent step=0.1 to=sun.wei\n"
                    "notice_sent step=0.1 to=sun.wei");
    assert_int_equal(json_array_size(lab.attempts), 0);
    lab_done(&lab);
}

static void the_timeline_says_with_how_many_others_it_went(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(en);
    AUTO_TEXT(zh);
    due_while_down(&lab, "notify", "sun.wei");
    lab_result(&lab, "sun.wei", SENT);
    record_say(lab_last(&lab, REC_NOTICE_SENT), "en", &en);
    record_say(lab_last(&lab, REC_NOTICE_SENT), "zh", &zh);
    assert_non_null(strstr(text_str(&en), "as one with 2 others"));
    assert_non_null(strstr(text_str(&zh), "与另外 2 条合并"));
    lab_done(&lab);
}

/* One answer must not end what nobody has looked at. */
static void each_of_them_is_answered_by_its_own_link_and_code(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(last);
    due_while_down(&lab, "call", "sun.wei");
    last = lab_message(&lab, "sun.wei");
    assert_non_null(strstr(shown(&lab, "sun.wei"), json_str(last, "code")));
    assert_non_null(strstr(shown(&lab, "sun.wei"), json_str(last, "link")));
    lab_result(&lab, "sun.wei", SENT);
    assert_true(json_bool(lab_answer_link(&lab, "sun.wei", "{}"), "ok"));
    assert_int_equal(lab_count(&lab, REC_CALL_ANSWERED), 1);
    assert_string_equal(json_str_or(lab_notice(&lab, "sun.wei"), "state", ""), "answered");
    lab_done(&lab);
}

/* It may have arrived: the same id must not show something else. */
static void a_digest_whose_outcome_is_unknown_is_sent_again_with_the_same_id_and_body(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(first);
    due_while_down(&lab, "notify", "sun.wei");
    first = json_copy(json_unconst(lab_attempt(&lab, "sun.wei")));
    lab.wall += MINUTE;
    lab.mono += MINUTE;
    lab_crash(&lab);
    assert_int_equal(json_array_size(lab.attempts), 1);
    assert_true(json_equal(first, json_unconst(lab_attempt(&lab, "sun.wei"))));
    lab_result(&lab, "sun.wei", LATER);
    lab_after(&lab, MINUTE);
    assert_true(json_equal(first, json_unconst(lab_attempt(&lab, "sun.wei"))));
    lab_result(&lab, "sun.wei", SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 3);
    lab_done(&lab);
}

/* The service may have taken it, and known it by its id: under that id nothing else may come. */
static void a_digest_that_would_look_otherwise_now_is_not_sent_under_the_same_id(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(first);
    due_while_down(&lab, "notify", "zhou.jie");
    text_add(&first, json_str(lab_attempt(&lab, "zhou.jie"), "notice"));
    lab_result(&lab, "zhou.jie", LATER);
    lab_site_without_sms(&lab);
    lab_after(&lab, 3000);
    while (lab_attempt(&lab, "zhou.jie")) {
        assert_string_not_equal(json_str(lab_attempt(&lab, "zhou.jie"), "notice"),
                                text_str(&first));
        lab_result(&lab, "zhou.jie", SENT);
    }
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 3);
    lab_done(&lab);
}

/* One of them is not needed any more: what is left is another message, with another id. */
static void what_is_left_of_a_digest_goes_out_under_ids_of_its_own(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(first);
    due_while_down(&lab, "notify", "sun.wei");
    text_add(&first, json_str(lab_attempt(&lab, "sun.wei"), "notice"));
    lab_result(&lab, "sun.wei", LATER);
    lab_say(&lab, IN_CLOSE, "{}"); /* the last of the three */
    lab_after(&lab, 3000);
    assert_true(json_array_size(lab.attempts) >= 1);
    while (lab_attempt(&lab, "sun.wei")) {
        assert_string_not_equal(json_str(lab_attempt(&lab, "sun.wei"), "notice"), text_str(&first));
        lab_result(&lab, "sun.wei", SENT);
    }
    lab_done(&lab);
}

static void a_digest_that_is_refused_sends_each_by_the_next_contact_of_the_person(void **state)
{
    (void)state;
    struct lab lab;
    due_while_down(&lab, "notify", "ma.chao");
    assert_string_equal(json_str(lab_attempt(&lab, "ma.chao"), "endpoint"), "bot");
    lab_result(&lab, "ma.chao", GONE);
    lab_tells(&lab, "notice_method step=0.1 to=ma.chao endpoint=desk\n"
                    "notice_method step=0.1 to=ma.chao endpoint=desk\n"
                    "notice_method step=0.1 to=ma.chao endpoint=desk");
    lab_results(&lab, SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 3);
    lab_done(&lab);
}

/* What is behind a rate is one message when the window opens, and takes one of its places. */
static void what_waits_for_the_rate_goes_as_one(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_TEXT(cmds);
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    text_add(&cmds, "[");
    for (int n = 1; n <= 30; n++)
        text_addf(&cmds,
                  "%s{'kind':'notify','step':'0.%d','args':{'to':['person:gao.lin'],'text':'t'}}",
                  n > 1 ? "," : "", n);
    text_add(&cmds, "]");
    lab_turn(&lab, text_str(&cmds), AWAITS);
    assert_int_equal(json_array_size(lab.attempts), 16);
    lab_results(&lab, SENT);
    lab_after(&lab, MINUTE + 500);
    assert_int_equal(json_array_size(lab.attempts), 1);
    lab_results(&lab, SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 30);
    lab_done(&lab);
}

/* A list that is cut would hide a code: what does not fit goes in the next one. */
static void no_list_is_longer_than_it_may_be(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    for (int n = 0; n < 25; n++)
        one(&lab, "Gauge", "notify", "sun.wei");
    lab_after(&lab, MINUTE);
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    assert_int_equal(json_array_size(lab.attempts), 2);
    lab_results(&lab, SENT);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 25);
    lab_done(&lab);
}

static size_t lines_in(const char *body)
{
    size_t lines = 0;
    for (; (body = strstr(body, "\\n")); body++)
        lines++;
    return lines;
}

/* The service takes 900 bytes: no list is cut, and no code is lost; there are more of them. */
static void a_list_that_would_be_too_long_for_its_service_is_several(void **state)
{
    (void)state;
    struct lab lab;
    size_t shown = 0;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    for (int n = 0; n < 12; n++)
        one(&lab, "Gauge", "notify", "ding.yi");
    lab_after(&lab, MINUTE);
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    while (lab_attempt(&lab, "ding.yi")) {
        const char *body = shown_whole(&lab, "ding.yi");
        shown += lines_in(body) ? lines_in(body) : 1;
        lab_result(&lab, "ding.yi", SENT);
    }
    assert_int_equal(shown, 12);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 12);
    lab_done(&lab);
}

/* A channel may show a list in another way than a text. */
static void the_variant_of_the_channel_is_used(void **state)
{
    (void)state;
    struct lab lab;
    due_while_down(&lab, "notify", "gao.lin");
    assert_non_null(strstr(shown(&lab, "gao.lin"), "\"count\":3"));
    assert_non_null(strstr(shown(&lab, "gao.lin"), "\"list\":\"3 条消息"));
    lab_result(&lab, "gao.lin", SENT);
    lab_done(&lab);
}

/* Who is called at level I or II must see one thing, and hear it ring. */
static void a_call_of_a_grave_incident_is_never_folded(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    one(&lab, "Gauge 7", "notify", "zhou.jie");
    one(&lab, "Gauge 8", "notify", "zhou.jie");
    lab_trigger(&lab, "{'plan':'dam','title':'Dam'}");
    lab_turn(&lab,
             "[{'kind':'call','step':'0.1','args':{'to':['person:zhou.jie'],'text':'come',"
             "'within_ms':3600000}}]",
             AWAITS);
    lab_say(
        &lab, IN_ORDER,
        "{'action':'activate','level':'II','as':'zhou.jie','reason':'breach','measures':'patrol'}");
    lab_after(&lab, MINUTE);
    lab_input(&lab, (struct input){.kind = IN_COURIER_UP}, NULL);
    size_t alone = 0, n;
    json_t *attempt;
    json_array_foreach(lab.attempts, n, attempt) alone +=
        strstr(json_str_or(attempt, "body", ""), "\"type\":\"muster.call\"") != NULL;
    assert_int_equal(alone, 1);
    lab_done(&lab);
}

/* What can wait a moment for a place is no outage: nobody wants lists all day. */
static void what_waits_for_a_moment_goes_by_itself(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    for (int n = 0; n < 8; n++)
        one(&lab, "Gauge", "notify", "sun.wei");
    assert_int_equal(json_array_size(lab.attempts), 4);
    lab_after(&lab, 1000);
    lab_results(&lab, SENT);
    size_t n, folded = 0;
    for (n = 0; n < lab.journal_count; n++)
        folded +=
            lab.journal[n]->kind == REC_NOTICE_HANDED && json_str(lab.journal[n]->body, "digest");
    assert_int_equal(folded, 0);
    lab_done(&lab);
}

/* A chat that says what was read says it of all that it has shown. */
static void a_receipt_of_the_digest_is_one_of_each(void **state)
{
    (void)state;
    struct lab lab;
    struct input in = {.kind = IN_RECEIPT};
    char id[UUID_TEXT] = {0};
    due_while_down(&lab, "notify", "zhou.jie");
    memcpy(id, json_str(lab_attempt(&lab, "zhou.jie"), "notice"), UUID_TEXT - 1);
    assert_true(uuid_parse(id, &in.notice));
    lab_result(&lab, "zhou.jie", SENT);
    lab_input(&lab, in, "{'receipt':'seen'}");
    assert_true(json_bool(lab.reply, "ok"));
    assert_int_equal(lab_count(&lab, REC_NOTICE_SEEN), 3);
    lab_done(&lab);
}

/* The service knows one message and one link; it tells of all that it was given. */
static void the_service_says_by_the_link_of_the_digest_what_became_of_all(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_JSON(body);
    struct input in = {.kind = IN_RECEIPT, .who = {.id = "nobody"}};
    struct link link;
    struct why why;
    due_while_down(&lab, "notify", "gao.lin");
    assert_int_equal(json_read(shown(&lab, "gao.lin"), strlen(shown(&lab, "gao.lin")), &body, &why),
                     ERR_OK);
    const char *back = json_str_or(body, "back", "");
    assert_non_null(strstr(back, "/r/"));
    assert_true(link_parse(strrchr(back, '/') + 1, &link));
    lab_result(&lab, "gao.lin", SENT);
    AUTO_TEXT(receipt);
    text_addf(&receipt, "{'receipt':'delivered','token':'%s'}", strrchr(back, '/') + 1);
    in.notice = link.notice;
    lab_input(&lab, in, text_str(&receipt));
    assert_true(json_bool(lab.reply, "ok"));
    assert_int_equal(lab_count(&lab, REC_NOTICE_DELIVERED), 3);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_due_while_the_engine_was_down_is_one_message),
        cmocka_unit_test(the_timeline_says_with_how_many_others_it_went),
        cmocka_unit_test(each_of_them_is_answered_by_its_own_link_and_code),
        cmocka_unit_test(a_digest_whose_outcome_is_unknown_is_sent_again_with_the_same_id_and_body),
        cmocka_unit_test(a_digest_that_would_look_otherwise_now_is_not_sent_under_the_same_id),
        cmocka_unit_test(what_is_left_of_a_digest_goes_out_under_ids_of_its_own),
        cmocka_unit_test(a_digest_that_is_refused_sends_each_by_the_next_contact_of_the_person),
        cmocka_unit_test(what_waits_for_the_rate_goes_as_one),
        cmocka_unit_test(no_list_is_longer_than_it_may_be),
        cmocka_unit_test(a_list_that_would_be_too_long_for_its_service_is_several),
        cmocka_unit_test(the_variant_of_the_channel_is_used),
        cmocka_unit_test(a_call_of_a_grave_incident_is_never_folded),
        cmocka_unit_test(what_waits_for_a_moment_goes_by_itself),
        cmocka_unit_test(a_receipt_of_the_digest_is_one_of_each),
        cmocka_unit_test(the_service_says_by_the_link_of_the_digest_what_became_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
