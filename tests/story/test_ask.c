/*
 * A question: several people are asked at the same time, each chooses, and who did not is known.
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
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " ends = 'order', on_resolved = 'note',"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n";

static const char ASK[] =
    "  local r = ask { to = { 'group:experts' }, question = { zh = '到岗吗？', en = 'Present?' },\n"
    "    choices = { { zh = '在岗', en = 'present' }, 'short of staff' }, within = '30m'%s }\n";

static const char FOOT[] =
    "  log(T('{n} of {m}, silent: {who}', { n = #r.answered, m = #r.asked, who = r.silent }))\n"
    "  log('present: ' .. T('{who}', { who = r.present }) .. ', short: ' ..\n"
    "    T('{who}', { who = r['short of staff'] }) .. ', enough ' .. tostring(r.enough))\n"
    "  for _, a in ipairs(r.answered) do log(a.id .. ' ' .. a.choice .. ' ' ..\n"
    "    tostring(a.note) .. ' by ' .. a.by .. ' ' .. a.target) end\n"
    "  for _, d in ipairs(r.silent) do call { to = d, within = '5m', text = 'unanswered' } end\n"
    "end\nreturn plan\n";

static struct story *night(const char *options)
{
    AUTO_TEXT(plan);
    text_add(&plan, HEAD);
    text_addf(&plan, ASK, options); /* NOLINT: a constant of this file */
    text_add(&plan, FOOT);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(1));
    return s;
}

static void answers(struct story *s, const char *json)
{
    const json_t *reply = story_answer(s, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

static void refuses(struct story *s, const char *json, const char *part)
{
    const json_t *reply = story_answer(s, json);
    assert_string_equal(json_str(reply, "code"), "bad_field");
    assert_string_equal(json_str(reply, "field"), "choice");
    if (!strstr(json_str_or(reply, "error", ""), part))
        fail_msg("%s", json_str(reply, "error"));
}

static void logged(const struct story *s, const char *line)
{
    if (!strstr(story_turns(s), line))
        fail_msg("no \"%s\" in\n%s", line, story_turns(s));
}

/* Why: a roll call tells who is there, who is short of staff, and who did not answer at all. */
static void a_roll_call(bool crashes)
{
    struct story *s = night("");
    story_tells(s, "call 孙伟\n【询问】到岗吗？ 请选择：在岗／short of staff");
    answers(s, "{'as':'li.ming','choice':'在岗'}");
    answers(s, "{'as':'sun.wei'}"); /* is on it: nothing chosen yet */
    if (crashes)
        story_crash_engine(s);
    refuses(s, "{'as':'sun.wei','choice':'absent'}",
            "\"absent\" is none of the choices; they are \"present\", \"short of staff\"");
    answers(s, "{'as':'sun.wei','choice':'present','note':'first'}");
    story_advance(s, MINUTES(10));
    if (crashes)
        story_passivate(s);
    answers(s, "{'as':'sun.wei','choice':'short of staff'}"); /* corrects it */
    story_advance(s, MINUTES(18));
    assert_null(strstr(story_turns(s), "of 3"));
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(2));
    story_tells(s, "李明 chooses \"present\"\n"
                   "孙伟 is on it; the choice is awaited\n"
                   "孙伟 chooses \"present\": first\n"
                   "孙伟 chooses \"short of staff\"\n"
                   "[0:30:00] question over, 2 of 3 answers, present 1, short of staff 1, none "
                   "from 周杰: Present?\n"
                   "call 周杰\n");
    logged(s, "2 of 3, silent: 周杰");
    logged(s, "present: 李明, short: 孙伟, enough false");
    logged(s, "li.ming present nil by li.ming person:li.ming");
    logged(s, "sun.wei short of staff nil by sun.wei person:sun.wei");
    story_end(s);
}

static void a_roll_call_tells_who_chose_what_and_who_was_silent(void **state)
{
    (void)state;
    a_roll_call(false);
}

static void and_so_it_does_when_the_engine_dies(void **state)
{
    (void)state;
    a_roll_call(true);
}

/* Why: N of M: what is needed is there, nobody waits for the rest, and late words are on record. */
static void enough_answers_end_it_and_late_ones_are_recorded(void **state)
{
    (void)state;
    struct story *s = night(", at_least = 2");
    assert_true(json_bool(story_answer_link(s, "zhou.jie", "{'choice':'present'}"), "ok"));
    answers(s, "{'as':'li.ming','choice':'present'}");
    story_tells(s, "[0:01:00] question over, 2 of 3 answers, present 2, short of staff 0, none "
                   "from 孙伟\n");
    logged(s, "enough true");
    answers(s, "{'as':'zhou.jie','choice':'late and whatever'}");
    story_tells(s, "周杰 answers (no open call): late and whatever\n");
    story_end(s);
}

/* Why: nobody waits for half an hour for people who have said that they cannot answer. */
static void it_is_over_when_nobody_is_left_who_will(void **state)
{
    (void)state;
    struct story *s = night(", at_least = 'all'");
    answers(s, "{'as':'sun.wei','decline':true}");
    answers(s, "{'as':'li.ming','choice':'present'}");
    answers(s, "{'as':'zhou.jie','decline':true}");
    story_tells(s, "[0:01:00] question over, 1 of 3 answers");
    logged(s, "1 of 3, silent: 孙伟, 周杰");
    logged(s, "enough false");
    story_end(s);
}

/* Why: a department is asked, not each of its people: one word is enough, the last one counts. */
static void one_answer_of_a_department_is_enough(void **state)
{
    (void)state;
    struct story *s = night(", one_per = 'dept'");
    answers(s, "{'as':'zhou.jie','choice':'present','note':'all here'}");
    story_tells(s, "[0:01:00] question over, 1 of 1 answers, present 1, short of staff 0");
    logged(s, "1 of 1, silent: ");
    logged(s, "present: 防汛办, short: , enough true");
    logged(s, "flood-office present all here by zhou.jie dept:flood-office");
    story_end(s);
}

/* Why: an answer to the question must not settle a call, nor an answer to a call be a choice. */
static void a_call_to_the_same_person_is_another_thing(void **state)
{
    (void)state;
    AUTO_TEXT(plan);
    text_add(&plan, HEAD);
    text_add(&plan, "  spawn(function() local a = call { to = 'person:li.ming', within = '50m',"
                    " text = 'come' } log('comes: ' .. a.by) end)\n");
    text_addf(&plan, ASK, ""); /* NOLINT: a constant of this file */
    text_add(&plan, FOOT);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(1));
    answers(s, "{'as':'li.ming','call':'0.2','choice':'present'}");
    story_advance(s, MINUTES(1));
    assert_null(strstr(story_turns(s), "comes"));
    answers(s, "{'as':'li.ming'}");
    story_advance(s, MINUTES(40));
    logged(s, "comes: li.ming");
    logged(s, "1 of 3");
    story_end(s);
}

/* Why: the scope that asked is gone: nobody is waited for, and those who were reached are told. */
static void a_question_ends_with_what_asked_it(void **state)
{
    (void)state;
    struct story *s = story_new(
        "flood", "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, version = '1',"
                 " owner = 'dept:flood-office', ends = 'order', on_resolved = 'note',"
                 " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
                 "function plan.respond(incident)\n"
                 "  timeout('5m', function() ask { to = 'group:experts', question = 'Present?',"
                 " choices = { 'yes' }, within = '30m' } end)\n"
                 "end\nreturn plan\n");
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(6));
    answers(s, "{'as':'li.ming','choice':'yes'}");
    story_tells(s, "[0:05:00] notify 李明\n不再需要您处置此事\n李明 answers (no open call): yes\n");
    story_never(s, "question over");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roll_call_tells_who_chose_what_and_who_was_silent),
        cmocka_unit_test(and_so_it_does_when_the_engine_dies),
        cmocka_unit_test(enough_answers_end_it_and_late_ones_are_recorded),
        cmocka_unit_test(it_is_over_when_nobody_is_left_who_will),
        cmocka_unit_test(one_answer_of_a_department_is_enough),
        cmocka_unit_test(a_call_to_the_same_person_is_another_thing),
        cmocka_unit_test(a_question_ends_with_what_asked_it),
    };
    return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
