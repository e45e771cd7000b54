/*
 * What a message meets on its way to a person: full, silent and refusing services, an engine that
 * was down, and people who must not miss what matters among what does not.
 */
#include "story.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTES(n) ((n)*INT64_C(60000))

static const char HEAD[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office', ends = 'order',"
    " on_resolved = 'close', fallback = { { to = 'duty:duty-room', within = '5m' } } }\n";

static char *plan_of(const char *body)
{
    struct text plan = {0};
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s\nend\nreturn plan\n", HEAD, body);
    return text_take(&plan);
}

static struct story *begin(const char *body)
{
    char *plan = plan_of(body);
    struct story *s = story_new("flood", plan);
    free(plan);
    return s;
}

static struct story *begin_watched(const char *body)
{
    char *plan = plan_of(body);
    struct story *s = story_watched("flood", plan);
    free(plan);
    return s;
}

static void trigger(struct story *s, const char *title)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'plan':'flood','title':'%s'}", title);
    story_trigger(s, text_str(&body));
}

/* Attempts so far for this person by this endpoint. */
static int attempts(const struct story *s, const char *person, const char *endpoint)
{
    AUTO_TEXT(part);
    int count = 0;
    text_addf(&part, " %s %s ", person, endpoint);
    for (const char *at = story_attempts(s); (at = strstr(at, text_str(&part))); at++)
        count++;
    return count;
}

/* Why: three rules came due for one officer while the engine was down; three bells at once, and the
 * telephone is put away. */
static void what_came_due_while_the_engine_was_down_is_one_message(void **state)
{
    (void)state;
    struct story *s = begin("notify { to = 'person:sun.wei', text = '超警' }");
    story_endpoint_answers(s, "phone", 0);
    trigger(s, "7号站");
    trigger(s, "8号站");
    trigger(s, "9号站");
    story_advance(s, 2000);
    story_engine_down(s, MINUTES(20));
    story_endpoint_answers(s, "phone", 200);
    int before = attempts(s, "sun.wei", "phone");
    story_advance(s, MINUTES(2));
    assert_int_equal(attempts(s, "sun.wei", "phone") - before, 1);
    story_tells(s, "sent: sun.wei by phone (as one with 2 others)\n"
                   "sent: sun.wei by phone (as one with 2 others)\n"
                   "sent: sun.wei by phone (as one with 2 others)\n");
    story_end(s);
}

/* Why: 300 messages of one fault wait for the chat; the first of another incident must not. */
static void the_first_of_another_incident_passes_three_hundred_that_wait(void **state)
{
    (void)state;
    struct story *s =
        begin("if incident.title == '小事' then\n"
              "  for n = 1, 300 do notify { to = 'person:gao.lin', text = '第' .. n .. '条' } end\n"
              "else\n"
              "  call { to = 'person:ma.chao', text = '溃口', within = '5m' }\nend");
    trigger(s, "小事");
    story_advance(s, 1000);
    trigger(s, "大事");
    story_advance(s, 1000);
    story_tells(s, "call 马超 by chat: 溃口\n[0:00:01] sent: ma.chao by chat");
    assert_int_equal(attempts(s, "gao.lin", "chat"), 16); /* and no more than the service takes */
    story_end(s);
}

/* Why: eight alarms one after another, each called, heard and closed, while the chat takes few. */
static void eight_alarms_under_a_rate_each_ring_and_each_end(void **state)
{
    (void)state;
    struct story *s = begin("notify { to = 'person:gao.lin', text = '值班群' }\n"
                            "call { to = 'person:gao.lin', text = '请确认', within = '30m' }");
    story_person_answers(s, "gao.lin", 20000);
    for (int n = 0; n < 8; n++) {
        AUTO_TEXT(title);
        AUTO_TEXT(told);
        text_addf(&title, "告警%d", n);
        text_addf(&told,
                  "trigger: 告警%d\n高林 answers\nresolved by its source\nclosed: resolved\n", n);
        trigger(s, text_str(&title));
        story_advance(s, MINUTES(2));
        story_resolve(s);
        story_advance(s, 1000);
        story_tells(s, text_str(&told));
    }
    story_never(s, "not delivered");
    story_end(s);
}

/* Why: four alarms in one list, and each is somebody's decision: the answer to one leaves three. */
static void one_answer_to_a_list_of_four_answers_one(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:sun.wei', text = '请到岗', within = '3h' }");
    story_endpoint_answers(s, "phone", 503);
    trigger(s, "一号");
    trigger(s, "二号");
    trigger(s, "三号");
    trigger(s, "四号");
    story_advance(s, MINUTES(10));
    story_endpoint_answers(s, "phone", 200);
    story_advance(s, MINUTES(3));
    story_tells(s, "sent: sun.wei by phone (as one with 3 others)");
    for (size_t n = 0; n < 4; n++) {
        story_at(s, n);
        assert_true(json_bool(story_answer(s, "{'as':'sun.wei'}"), "waited"));
    }
    story_end(s);
}

/* Why: "failed" says nothing; who looks at it in the morning must see what the service said. */
static void the_timeline_says_what_each_attempt_came_to_and_what_is_done_next(void **state)
{
    (void)state;
    struct story *s = begin("notify { to = 'person:wang.qiang', text = '超警' }");
    story_endpoint_answers(s, "pager", 503);
    trigger(s, "7号站");
    story_advance(s, MINUTES(1));
    story_tells(s, "attempt failed, will be repeated: wang.qiang by pager, status 503\n"
                   "again in 3 s\n"
                   "next contact: wang.qiang by phone, after pager, status 503\n"
                   "sent: wang.qiang by phone");
    story_end(s);
}

/* Why: an address that the carrier knows to be dead is not dialled again, and nobody waits for it.
 */
static void what_is_refused_for_good_is_not_tried_again(void **state)
{
    (void)state;
    static const int final[] = {302, 400, 401, 404, 410};
    for (size_t n = 0; n < sizeof final / sizeof final[0]; n++) {
        struct story *s = begin("call { to = 'person:wang.qiang', text = '超警', within = '1h' }");
        story_endpoint_answers(s, "pager", final[n]);
        trigger(s, "7号站");
        story_advance(s, MINUTES(30));
        assert_int_equal(attempts(s, "wang.qiang", "pager"), 1);
        assert_int_equal(attempts(s, "wang.qiang", "phone"), 1);
        story_tells(s, "[0:00:00] next contact: wang.qiang by phone, after pager");
        story_end(s);
    }
}

/* Why: what may work in a minute is no reason to give a contact up. */
static void what_may_work_later_is_tried_again(void **state)
{
    (void)state;
    static const int later[] = {0, 408, 500, 502, 503, 504};
    for (size_t n = 0; n < sizeof later / sizeof later[0]; n++) {
        struct story *s = begin("notify { to = 'person:li.ming', text = '超警' }");
        story_endpoint_answers(s, "pager", later[n]);
        trigger(s, "7号站");
        story_advance(s, 30000);
        story_endpoint_answers(s, "pager", 204);
        story_advance(s, MINUTES(2));
        story_tells(s, "sent: li.ming by pager");
        story_end(s);
    }
}

/* Why: a service that says "too many" is asked less, and the call climbs all the same. */
static void a_call_climbs_while_a_service_asks_to_wait(void **state)
{
    (void)state;
    struct story *s = begin("call { to = { 'person:gao.lin', 'person:sun.wei' }, text = '超警',"
                            " within = '2m' }");
    story_endpoint_answers(s, "chat", 429);
    story_person_answers(s, "sun.wei", 30000);
    trigger(s, "7号站");
    story_advance(s, MINUTES(10));
    story_tells(s, "endpoint chat: too many, paused for 1 s (status 429)\n"
                   "not delivered: gao.lin by chat, status 429\n[0:01:17] call 孙伟\n孙伟 answers");
    assert_in_range(attempts(s, "gao.lin", "chat"), 2, 8);
    story_end(s);
}

/* Why: a phone that is off takes the message and says nothing; the person has another one. */
static void a_call_without_its_receipt_rings_the_next_phone_too(void **state)
{
    (void)state;
    struct story *s = begin("call { to = 'person:lin.tao', text = '超警', within = '10m' }");
    trigger(s, "7号站");
    story_advance(s, MINUTES(2));
    story_tells(s, "[0:00:00] sent: lin.tao by screen\n"
                   "[0:01:00] next contact: lin.tao by phone, after screen (no receipt in time; "
                   "what was sent stays)\n[0:01:00] sent: lin.tao by phone");
    story_end(s);
}

/* Why: who has reached nobody is not to be found by chance in the morning. */
static void a_message_that_reached_nobody_is_sent_again_when_the_phone_works(void **state)
{
    (void)state;
    struct story *s = begin("notify { to = 'person:sun.wei', text = '超警', within = '10m' }\n"
                            "sleep '5h'");
    story_endpoint_answers(s, "phone", 410);
    trigger(s, "7号站");
    story_advance(s, MINUTES(1));
    story_tells(s, "not delivered: sun.wei by phone, status 410");
    story_endpoint_answers(s, "phone", 200);
    assert_int_equal(json_int(story_dead(s, "{'action':'replay'}"), "replayed", 0), 1);
    story_advance(s, MINUTES(1));
    story_tells(s, "not delivered, sent again: sun.wei by phone\nsent: sun.wei by phone");
    story_end(s);
}

/* Why: that the pager's line is dead must be known before the next flood, and by another way. */
static void a_dead_line_is_known_in_ninety_seconds_and_told_by_another(void **state)
{
    (void)state;
    struct story *s =
        begin_watched("call { to = 'person:wang.qiang', text = '超警', within = '5m' }");
    story_advance(s, MINUTES(60));
    story_endpoint_answers(s, "pager", 0);
    story_advance(s, 90000);
    story_tells(s, "endpoint pager does not answer: connection refused\n"
                   "notify 王强 (主班, duty:duty-room) by phone");
    trigger(s, "7号站"); /* the call begins with the phone that works */
    story_tells(s, "call 王强 by phone");
    story_endpoint_answers(s, "pager", 200);
    story_advance(s, MINUTES(1));
    story_tells(s, "endpoint pager answers again after about");
    story_end(s);
}

/* Why: a record full of "all is well" hides the one line that matters. */
static void a_quiet_day_of_watching_leaves_no_line(void **state)
{
    (void)state;
    struct story *s = begin_watched("notify { to = 'person:sun.wei', text = '超警' }");
    AUTO_TEXT(before);
    text_add(&before, story_trace(s));
    story_advance(s, MINUTES(24 * 60));
    assert_string_equal(story_trace(s), text_str(&before));
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_due_while_the_engine_was_down_is_one_message),
        cmocka_unit_test(the_first_of_another_incident_passes_three_hundred_that_wait),
        cmocka_unit_test(eight_alarms_under_a_rate_each_ring_and_each_end),
        cmocka_unit_test(one_answer_to_a_list_of_four_answers_one),
        cmocka_unit_test(the_timeline_says_what_each_attempt_came_to_and_what_is_done_next),
        cmocka_unit_test(what_is_refused_for_good_is_not_tried_again),
        cmocka_unit_test(what_may_work_later_is_tried_again),
        cmocka_unit_test(a_call_climbs_while_a_service_asks_to_wait),
        cmocka_unit_test(a_call_without_its_receipt_rings_the_next_phone_too),
        cmocka_unit_test(a_message_that_reached_nobody_is_sent_again_when_the_phone_works),
        cmocka_unit_test(a_dead_line_is_known_in_ninety_seconds_and_told_by_another),
        cmocka_unit_test(a_quiet_day_of_watching_leaves_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
