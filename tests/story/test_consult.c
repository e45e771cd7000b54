/*
 * 会商: experts are asked at the same time, each gives an opinion or does not, and both is known.
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

static const char PLAN[] =
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, kind = 'special',"
    " category = 'natural', version = '1', owner = 'dept:flood-office',"
    " ends = 'order', on_resolved = 'note',"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  local c = consult { to = 'group:experts', chair = 'post:commander', at_least = 2,\n"
    "    question = { zh = '洪峰多高？', en = 'How high is the peak?' }, within = '30m' }\n"
    "  log(T('{n} of {m}, silent: {who}',\n"
    "    { n = #c.answered, m = #c.asked, who = c.silent }))\n"
    "  for _, o in ipairs(c.opinions) do log(o.by .. ' ' .. o.name .. ': ' ..\n"
    "    tostring(o.note) .. ' ' .. tostring(o.file)) end\n"
    "  log('enough ' .. tostring(c.enough))\n"
    "end\nreturn plan\n";

static struct story *night(void)
{
    struct story *s = story_new("flood", PLAN);
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(1));
    return s;
}

static void answers(struct story *s, const char *json)
{
    assert_true(json_bool(story_answer(s, json), "ok"));
}

static void logged(const struct story *s, const char *line)
{
    if (!strstr(story_turns(s), line))
        fail_msg("no \"%s\" in\n%s", line, story_turns(s));
}

/* Why: the chair decides with what is there when the time is over, and knows who said nothing. */
static void the_opinions_of_half_an_hour(bool crashes)
{
    struct story *s = night();
    story_tells(s, "call 孙伟\n【会商】洪峰多高？ 请附意见答复");
    answers(s, "{'as':'li.ming','note':'5.3 m at noon'}");
    answers(s, "{'as':'sun.wei'}"); /* is on it: no opinion yet */
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(10));
    answers(s, "{'as':'sun.wei','note':'dyke at km 7','file':'km7.pdf'}");
    if (crashes)
        story_passivate(s);
    story_advance(s, MINUTES(18));
    assert_null(strstr(story_turns(s), "of 3"));
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(2));
    story_tells(s,
                "李明 gives an opinion: 5.3 m at noon\n"
                "孙伟 is on it; the opinion is awaited\n"
                "孙伟 gives an opinion: dyke at km 7 (file km7.pdf)\n"
                "[0:30:00] consultation over, 2 of 3 opinions, none from 周杰\n"
                "notify 韩梅 (总指挥, post:commander) by phone: Opinions: How high is the peak?; "
                "李明: 5.3 m at noon; 孙伟: dyke at km 7 (file km7.pdf); no opinion from 周杰\n");
    logged(s, "2 of 3, silent: 周杰");
    logged(s, "li.ming 李明: 5.3 m at noon nil");
    logged(s, "sun.wei 孙伟: dyke at km 7 km7.pdf");
    logged(s, "enough true");
    answers(s, "{'as':'zhou.jie','note':'too late'}");
    story_tells(s, "周杰 answers (no open call): too late\n");
    story_end(s);
}

static void opinions_are_gathered_until_the_time_is_over(void **state)
{
    (void)state;
    the_opinions_of_half_an_hour(false);
}

static void and_so_they_are_when_the_engine_dies(void **state)
{
    (void)state;
    the_opinions_of_half_an_hour(true);
}

/* Why: nobody waits for half an hour when all have spoken, or will not. */
static void it_is_over_when_all_have_answered_or_declined(void **state)
{
    (void)state;
    struct story *s = night();
    assert_true(json_bool(story_answer_link(s, "zhou.jie", "{'note':'low'}"), "ok"));
    answers(s, "{'as':'sun.wei','decline':true}");
    answers(s, "{'as':'li.ming','note':'high'}");
    answers(s, "{'as':'li.ming','note':'nobody waits any more'}");
    story_tells(s, "[0:01:00] consultation over, 2 of 3 opinions, none from 孙伟\n"
                   "李明 answers (no open call)");
    logged(s, "2 of 3");
    logged(s, "zhou.jie 周杰: low nil");
    story_end(s);
}

/* Why: too few opinions are no silence: the chair is told, and the plan can see it. */
static void too_few_opinions_are_said(void **state)
{
    (void)state;
    struct story *s = night();
    story_advance(s, MINUTES(40));
    story_tells(s, "consultation over, 0 of 3 opinions, none from 李明, 孙伟, 周杰\n"
                   "at least 2 are wanted");
    logged(s, "enough false");
    story_end(s);
}

/* Why: an answer to the consultation must not settle a call, nor a call's answer be an opinion. */
static void a_call_to_the_same_person_is_another_thing(void **state)
{
    (void)state;
    AUTO_TEXT(plan);
    const char *at = strstr(PLAN, "  local c");
    text_add_bytes(&plan, PLAN, (size_t)(at - PLAN));
    text_addf(&plan,
              "  spawn(function() local a = call { to = 'person:li.ming', within = '50m',"
              " text = 'come' } log('comes: ' .. a.by) end)\n%s",
              at);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(1));
    answers(s, "{'as':'li.ming','call':'0.2','note':'high'}");
    story_advance(s, MINUTES(1));
    assert_null(strstr(story_turns(s), "comes"));
    answers(s, "{'as':'li.ming','call':'0.1/1.1'}");
    story_advance(s, MINUTES(40));
    logged(s, "comes: li.ming");
    logged(s, "1 of 3");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opinions_are_gathered_until_the_time_is_over),
        cmocka_unit_test(and_so_they_are_when_the_engine_dies),
        cmocka_unit_test(it_is_over_when_all_have_answered_or_declined),
        cmocka_unit_test(too_few_opinions_are_said),
        cmocka_unit_test(a_call_to_the_same_person_is_another_thing),
    };
    return cmocka_run_group_tests_name("consult", tests, NULL, NULL);
}
