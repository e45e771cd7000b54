/*
 * What a service takes in a time: never more, the most urgent first, and a part of it kept for
 * them. bot takes 20 a minute, and 4 of them are for what cannot wait.
 */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define SENT "{'ok':true,'status':200}"
#define MINUTE 60000
#define FULL                                                                                       \
    (MINUTE + 500) /* when a window that was filled at once is open again, and no later            \
                    */
#define BOTH "{'names':[],'steps':['0.1']}"

/* `count` messages of the plan, to one person or to as many as there are. */
static void many(struct lab *lab, int count, const char *person)
{
    AUTO_TEXT(cmds);
    text_add(&cmds, "[");
    for (int n = 0; n < count; n++) {
        AUTO_TEXT(to);
        if (person)
            text_add(&to, person);
        else
            text_addf(&to, "chat.%d", n % LAB_CHAT);
        text_addf(&cmds, "%s{'kind':'notify','step':'0.%d','args':{'to':['person:%s'],'text':'t'}}",
                  n ? "," : "", n + 1, text_str(&to));
    }
    text_add(&cmds, "]");
    lab_turn(lab, text_str(&cmds), BOTH);
}

static void began(struct lab *lab, const char *title)
{
    AUTO_TEXT(body);
    text_addf(&body, "{'plan':'flood','title':'%s'}", title);
    lab_trigger(lab, text_str(&body));
}

/* All that is under way arrives; returns how many that were. */
static size_t taken(struct lab *lab)
{
    size_t count = 0;
    for (; json_array_size(lab->attempts); count++)
        lab_result(lab, NULL, SENT);
    return count;
}

/* The bot of a chat that is asked too much shuts its door for all: never more than its rate. */
static void no_service_is_given_more_in_a_time_than_it_takes(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 50, NULL);
    assert_int_equal(taken(&lab), 16);
    lab_after(&lab, MINUTE - 1);
    assert_int_equal(taken(&lab), 0);
    lab_after(&lab, FULL - MINUTE + 1);
    assert_in_range(taken(&lab), 1, 16);
    while (lab.mono < 5 * MINUTE) {
        lab_after(&lab, 1000);
        taken(&lab);
    }
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 50);
    lab_done(&lab);
}

static bool hands_to_the_bot(const struct record *r)
{
    bool handed = r->kind == REC_NOTICE_HANDED ||
                  (r->kind == REC_NOTICE_QUEUED && json_bool(r->body, "handed"));
    bool one = !json_str(r->body, "digest") || json_bool(r->body, "leads");
    return handed && one && !strcmp(json_str_or(r->body, "endpoint", ""), "bot");
}

/* No minute of all that was has more than so many attempts by the bot. */
static void minutes_hold(const struct lab *lab, size_t most)
{
    mono_ms handed[1000];
    size_t count = 0;
    for (size_t n = 0; n < lab->journal_count; n++) {
        if (hands_to_the_bot(lab->journal[n]))
            handed[count++] = lab->journal[n]->mono;
    }
    assert_true(count > 3 * most);
    for (size_t k = most; k < count; k++)
        assert_true(handed[k] - handed[k - most] >= MINUTE);
}

/* Slid over all that was sent: no minute holds more than twenty, however messages come. */
static void no_minute_holds_more_than_the_rate_however_messages_come(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    for (int n = 0; n < 30; n++) {
        began(&lab, "Gauge");
        many(&lab, 4, NULL);
        for (int k = 0; k < 7; k++) {
            taken(&lab);
            lab_after(&lab, 700 + 130 * n);
        }
    }
    minutes_hold(&lab, 20);
    lab_done(&lab);
}

/* 300 messages wait for one chat; the first of another incident is sent ahead of all of them, and
 * of what is kept for such. */
static void the_first_of_a_new_incident_goes_before_old_chatter(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 300, NULL);
    taken(&lab);
    began(&lab, "Gauge 8");
    many(&lab, 1, "gao.lin");
    assert_string_equal(json_str_or(lab_attempt(&lab, "gao.lin"), "endpoint", ""), "bot");
    assert_int_equal(taken(&lab), 1);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 17);
    lab_done(&lab);
}

/* The reserve is for the few that cannot wait, and no more than the rate goes to them, either. */
static void the_reserve_is_as_large_as_it_says(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 100, NULL);
    taken(&lab);
    for (int n = 0; n < 6; n++) {
        began(&lab, "Gauge");
        many(&lab, 1, "gao.lin");
        assert_int_equal(taken(&lab), n < 4 ? 1 : 0);
    }
    lab_done(&lab);
}

/* A restart that forgets what it has sent would send it all at once. */
static void a_restart_does_not_begin_with_an_empty_window(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 40, NULL);
    taken(&lab);
    lab_crash(&lab);
    assert_int_equal(taken(&lab), 0);
    lab_after(&lab, FULL);
    assert_int_equal(taken(&lab), 16);
    lab_done(&lab);
}

/* What waits goes by its level as it is now, not as it was when it was written. */
static void when_the_level_is_raised_what_waits_goes_before_the_others(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    many(&lab, 40, NULL);
    taken(&lab);
    lab_trigger(&lab, "{'plan':'dam','title':'Dam'}");
    many(&lab, 9, "ma.chao");
    assert_int_equal(taken(&lab), 4); /* its first; the reserve is used up */
    lab_say(
        &lab, IN_ORDER,
        "{'action':'activate','level':'II','as':'zhou.jie','reason':'breach','measures':'patrol'}");
    assert_true(json_bool(lab.reply, "ok"));
    lab_result(&lab, NULL, SENT);
    lab_tells(&lab, "ordered");
    lab_after(&lab, FULL);
    lab_result(&lab, "ma.chao", SENT); /* one, of all that waited for one person */
    lab_tells(&lab, "notice_handed step=0.5 to=ma.chao\nnotice_handed step=0.6 to=ma.chao\n"
                    "notice_handed step=0.9 to=ma.chao\nnotice_handed step=0.17 to=chat.16");
    lab_done(&lab);
}

#define BUSY(ms) "{'ok':false,'status':429,'retry_after_ms':" #ms "}"

/* A service that says "too many" is not asked by the next message a moment later. */
static void
a_service_that_asks_to_wait_is_left_alone_by_all_messages_and_no_other_waits(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 8, "sun.wei");
    lab_result(&lab, "sun.wei", BUSY(90000));
    taken(&lab); /* what was under way */
    lab_tells(&lab, "endpoint_paused endpoint=sms\nnotice_retry step=0.1 to=sun.wei");
    began(&lab, "Gauge 8");
    lab_turn(&lab,
             "[{'kind':'notify','step':'0.1','args':{'to':['person:sun.wei','person:li.ming'],"
             "'text':'t'}}]",
             BOTH);
    assert_null(lab_attempt(&lab, "sun.wei"));
    assert_non_null(lab_attempt(&lab, "li.ming"));
    lab_after(&lab, 89999);
    assert_null(lab_attempt(&lab, "sun.wei"));
    lab_after(&lab, 1);
    assert_non_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

static void a_pause_outlives_a_restart(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 2, "sun.wei");
    lab_result(&lab, "sun.wei",
               "{'ok':false,'status':200,'throttled':true,'retry_after_ms':60000}");
    taken(&lab);
    lab_crash(&lab);
    began(&lab, "Gauge 8");
    many(&lab, 1, "sun.wei");
    assert_null(lab_attempt(&lab, "sun.wei"));
    lab_after(&lab, MINUTE);
    assert_non_null(lab_attempt(&lab, "sun.wei"));
    lab_done(&lab);
}

#define SHORT(who)                                                                                 \
    "[{'kind':'notify','step':'0.1','args':{'to':['person:" who "'],'text':'t','within_ms':60000}" \
    "}]"

/* Who cannot wait so long goes by the next contact at once: those that wait, and those that come.
 */
static void a_pause_that_outlasts_the_time_left_gives_way_to_the_next_contact_at_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 4, "li.ming");
    began(&lab, "Gauge 8"); /* its message waits behind them for a place at push */
    lab_turn(&lab, SHORT("wang.qiang"), BOTH);
    assert_null(lab_attempt(&lab, "wang.qiang"));
    lab_result(&lab, "li.ming", BUSY(600000));
    lab_tells(&lab, "endpoint_paused endpoint=push\nnotice_method step=0.1 to=wang.qiang");
    assert_string_equal(json_str_or(lab_attempt(&lab, "wang.qiang"), "endpoint", ""), "sms");
    lab_result(&lab, "wang.qiang", SENT);
    lab_done(&lab);
}

static void a_message_written_in_a_pause_begins_with_the_contact_that_is_of_use(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 1, "gao.lin");
    lab_result(&lab, "gao.lin", BUSY(600000));
    began(&lab, "Gauge 8");
    lab_turn(&lab, SHORT("ma.chao"), BOTH);
    assert_string_equal(json_str_or(lab_attempt(&lab, "ma.chao"), "endpoint", ""), "desk");
    lab_crash(&lab);
    assert_string_equal(json_str_or(lab_attempt(&lab, "ma.chao"), "endpoint", ""), "desk");
    lab_result(&lab, "ma.chao", SENT);
    lab_done(&lab);
}

/* Whoever takes 256 at once and then hangs must not have all the places that there are. */
static void an_endpoint_that_takes_many_and_hangs_leaves_room_for_the_others(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 300, "shen.yu");
    assert_int_equal(json_array_size(lab.attempts), 192);
    began(&lab, "Gauge 8");
    many(&lab, 1, "li.ming");
    assert_non_null(lab_attempt(&lab, "li.ming"));
    taken(&lab);
    assert_int_equal(lab_count(&lab, REC_NOTICE_SENT), 301);
    lab_done(&lab);
}

/* A 2xx that is none by the channel's test: the contact is of no use. */
static void what_the_service_rejects_goes_to_the_next_contact_at_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    began(&lab, "Gauge 7");
    many(&lab, 1, "ma.chao");
    lab_result(&lab, "ma.chao",
               "{'ok':false,'status':200,'class':'rejected','error':'errcode 310000'}");
    assert_string_equal(json_str_or(lab_attempt(&lab, "ma.chao"), "endpoint", ""), "desk");
    lab_result(&lab, "ma.chao", SENT);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_service_is_given_more_in_a_time_than_it_takes),
        cmocka_unit_test(no_minute_holds_more_than_the_rate_however_messages_come),
        cmocka_unit_test(the_first_of_a_new_incident_goes_before_old_chatter),
        cmocka_unit_test(the_reserve_is_as_large_as_it_says),
        cmocka_unit_test(a_restart_does_not_begin_with_an_empty_window),
        cmocka_unit_test(when_the_level_is_raised_what_waits_goes_before_the_others),
        cmocka_unit_test(
            a_service_that_asks_to_wait_is_left_alone_by_all_messages_and_no_other_waits),
        cmocka_unit_test(a_pause_outlives_a_restart),
        cmocka_unit_test(a_pause_that_outlasts_the_time_left_gives_way_to_the_next_contact_at_once),
        cmocka_unit_test(a_message_written_in_a_pause_begins_with_the_contact_that_is_of_use),
        cmocka_unit_test(an_endpoint_that_takes_many_and_hangs_leaves_room_for_the_others),
        cmocka_unit_test(what_the_service_rejects_goes_to_the_next_contact_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
