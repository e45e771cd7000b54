/*
 * What people declare, issue and publish: proposed by a plan, ordered by whoever may, told to those
 * whom it concerns, and never sent without an order.
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
    " facts = { stage_m = { type = 'number', per = 'gauge' } },"
    " levels = { IV = { when = 'stage_m >= warning_m', ordered_by = 'post:deputy',"
    "   commander = 'post:deputy', members = { 'person:zhou.jie' }, expected = '72h' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n";

/* A draft of a rainstorm, as a local of the plan. */
static const char DRAFT[] = "local rain = { level = 'orange', from = '10:00', issuer = '防汛办',\n"
                            "  category = { zh = '暴雨', en = 'Rainstorm' },\n"
                            "  area = { zh = '城东区', en = 'Chengdong' },\n"
                            "  matters = { zh = '低洼处积水', en = 'Ponding' },\n"
                            "  advice = { zh = '勿入下穿', en = 'Keep out of underpasses' } }\n";

static struct story *begin(const char *body)
{
    AUTO_TEXT(plan);
    text_addf(&plan, "%sfunction plan.respond(incident)\n%s%s\nend\nreturn plan\n", HEAD, DRAFT,
              body);
    struct story *s = story_new("flood", text_str(&plan));
    story_trigger(s, "{'plan':'flood','title':'7号站超警'}");
    story_advance(s, MINUTES(1));
    return s;
}

static void ordered(struct story *s, const char *json)
{
    const json_t *reply = story_order(s, json);
    if (!json_bool(reply, "ok"))
        fail_msg("%s", json_str(reply, "error"));
}

static void refused(struct story *s, const char *json, const char *code, const char *words)
{
    const json_t *reply = story_order(s, json);
    assert_string_equal(json_str_or(reply, "code", "ok"), code);
    if (!strstr(json_str(reply, "error"), words))
        fail_msg("\"%s\" has no \"%s\"", json_str(reply, "error"), words);
}

static void logged(const struct story *s, const char *line)
{
    if (!strstr(story_turns(s), line))
        fail_msg("no \"%s\" in\n%s", line, story_turns(s));
}

static const char DECLARES[] =
    "local o = propose { action = 'declare', what = { zh = '紧急防汛期', en = 'emergency' },\n"
    "  reason = 'peak', within = '30m' }\n"
    "log('declared by ' .. o.by .. ' as ' .. o.what.en)";

/* Why: software proposes, people order, whoever of them may. */
static void a_declaration_is_proposed_and_ordered(void **state)
{
    (void)state;
    struct story *s = begin(DECLARES);
    story_tells(s, "propose declare: emergency: peak\npropose declare: emergency to han.mei\n");
    refused(s, "{'action':'declare','reason':'x'}", "missing_field", "who gives the order?");
    refused(s, "{'action':'declare','as':'sun.wei','reason':'x'}", "denied",
            "韩梅 (post:commander)");
    story_crash_engine(s);
    ordered(s, "{'action':'declare','as':'han.mei','reason':'guarantee stage'}");
    story_advance(s, MINUTES(1));
    story_tells(s,
                "order: declare: emergency by 韩梅 (post:commander): guarantee stage\n"
                "notify 王强 (主班, duty:duty-room) by pager: 【命令】宣布：紧急防汛期。7号站超警");
    logged(s, "declared by han.mei as emergency");
    story_advance(s, MINUTES(60));
    story_never(s, "awaiting order");
    story_end(s);
}

/* Why: that the proposal was read is no time-out of it. */
static void a_proposal_is_waited_for_until_its_time_is_over(void **state)
{
    (void)state;
    struct story *s = begin("local o = propose { action = 'issue', warning = 'red',\n"
                            "  reason = 'peak', within = '30m' }\nlog('order ' .. tostring(o))");
    story_advance(s, MINUTES(28));
    assert_null(strstr(story_turns(s), "order nil"));
    story_advance(s, MINUTES(2));
    logged(s, "order nil");
    ordered(s, "{'action':'issue','as':'han.mei','reason':'late'}"); /* what was proposed */
    story_tells(s, "awaiting order: propose issue red warning\norder: issue red warning by 韩梅");
    story_end(s);
}

/* Why: four ladders. The colour is the warning's, and moves no level; the plan sees it. */
static void an_issued_warning_is_the_colour_and_no_level(void **state)
{
    (void)state;
    struct story *s = begin("wait('order', '1h')\n"
                            "log(tostring(incident.warning) .. ' ' .. tostring(incident.level))");
    refused(s, "{'action':'issue','as':'han.mei','reason':'x'}", "missing_field", "what is issued");
    refused(s, "{'action':'declare','as':'han.mei','reason':'x'}", "missing_field",
            "what is declared");
    ordered(s, "{'action':'issue','warning':'orange','as':'han.mei','reason':'50 mm in 3 h'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "order: issue orange warning by 韩梅 (post:commander): 50 mm in 3 h\n");
    logged(s, "orange nil");
    story_end(s);
}

/* Why: rule R8. A public message without an order is the one that cannot be taken back. */
static void a_draft_is_sent_with_its_order_and_never_without(void **state)
{
    (void)state;
    struct story *s = begin("rain.to = 'group:leaders'\npublish(rain)");
    story_advance(s, MINUTES(30));
    story_tells(s, "propose publish: Rainstorm, orange warning. From 10:00, in Chengdong. Ponding. "
                   "What to do: Keep out of underpasses. Issued by 防汛办");
    story_never(s, "【命令】");
    ordered(s, "{'action':'activate','level':'IV','as':'han.mei','reason':'x','measures':'y'}");
    ordered(s, "{'action':'publish','as':'han.mei','reason':'forecast'}");
    story_advance(s, MINUTES(1));
    story_tells(s, "order: publish: Rainstorm, orange warning.\n"
                   "notify 孙伟 (副总指挥, post:deputy) by phone: 【暴雨橙色预警】"
                   "自10:00起，城东区。低洼处积水。请勿入下穿。发布单位：防汛办，"
                   "发布时间：2026-07-20 10:31\n"
                   "notify 周杰 by screen: 【命令】发布：【暴雨橙色预警】");
    assert_non_null(strstr(story_trace(s), "发布时间：2026-07-20 10:31\n")); /* and no reason */
    refused(s, "{'action':'publish','as':'han.mei','reason':'again'}", "conflict", "no draft");
    story_end(s);
}

/* Why: a warning that is over must be said to be over, and which one it was. */
static void a_later_draft_lifts_an_earlier_one(bool crashes)
{
    struct story *s = begin("local first = publish(rain)\npublish(rain)\nwait('order')\n"
                            "publish { lifts = first, category = '暴雨', level = 'none',"
                            " from = '12:00', area = '城东区', matters = 'over',"
                            " advice = 'go on', issuer = '防汛办' }");
    refused(s, "{'action':'publish','as':'han.mei','reason':'x'}", "missing_field",
            "which one? proposal 1, 2");
    refused(s, "{'action':'publish','proposal':7,'as':'han.mei','reason':'x'}", "bad_field",
            "there are: 1, 2");
    ordered(s, "{'action':'publish','proposal':1,'as':'han.mei','reason':'x'}");
    if (crashes)
        story_crash_engine(s);
    story_advance(s, MINUTES(1));
    ordered(s, "{'action':'publish','proposal':3,'as':'han.mei','reason':'dry'}");
    if (crashes)
        story_crash_engine(s);
    story_tells(s, "publish: Rainstorm, orange warning\npublish: 暴雨, warning lifted");
    const json_t *statements = story_statements(s);
    assert_int_equal(json_array_size(statements), 2);
    assert_non_null(json_at(json_array_get(statements, 0), "lifted_at"));
    assert_null(json_at(json_array_get(statements, 1), "lifted_at"));
    story_end(s);
}

static void a_published_warning_is_lifted_by_another(void **state)
{
    (void)state;
    a_later_draft_lifts_an_earlier_one(false);
}

static void and_so_it_is_after_crashes(void **state)
{
    (void)state;
    a_later_draft_lifts_an_earlier_one(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_declaration_is_proposed_and_ordered),
        cmocka_unit_test(a_proposal_is_waited_for_until_its_time_is_over),
        cmocka_unit_test(an_issued_warning_is_the_colour_and_no_level),
        cmocka_unit_test(a_draft_is_sent_with_its_order_and_never_without),
        cmocka_unit_test(a_published_warning_is_lifted_by_another),
        cmocka_unit_test(and_so_it_is_after_crashes),
    };
    return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
