/* test_review - the review of an incident and the report of a drill as documents. */
#include "paper/review.h"
#include "remarked.h"
#include "unit.h"

#include <string.h>

/* A dossier, with ' for ". */
static const char DOSSIER[] =
    "{'incident':{'id':'0198','title':'a | b <i>','plan':'flood','version':'2','state':'closed',"
    "'drill':true,'zone':'Asia/Shanghai'},"
    "'ended':true,'last_at':'2026-07-20T04:00:00.000Z',"
    "'course':{'opened_at':'2026-07-20T02:00:00.000Z','closed_at':'2026-07-20T04:00:00.000Z',"
    "'first_answer':{'at':'2026-07-20T02:07:00.000Z','took_ms':420000,'by':'li.ming','name':'李明'}"
    ","
    "'calls':[{'step':'0.1','at':'2026-07-20T02:00:00.000Z','text':'come','outcome':'answered',"
    "'asked':[{'person':'wang.qiang','name':'王强','at':'2026-07-20T02:00:00.000Z','outcome':'"
    "silent'},"
    "{'person':'li.ming','name':'李明','at':'2026-07-20T02:03:00.000Z','outcome':'answered',"
    "'took_ms':240000}]}],"
    "'orders':[{'action':'activate','level':'III','at':'2026-07-20T02:15:00.000Z','name':'孙伟',"
    "'proposed_at':'2026-07-20T02:10:00.000Z','took_ms':300000}],"
    "'waiting':[{'action':'raise','level':'I','at':'2026-07-20T03:00:00.000Z'}],"
    "'people':[{'person':'li.ming','name':'李明','called':1,'answered':1,'declined':0,'silent':0,"
    "'unreached':0,'took_ms':240000}],"
    "'items':{'i1':{'ended_at':'2026-07-20T03:30:00.000Z','urged':3,'leader':'post:chief'}},"
    "'unreached':[{'person':'sun.wei','name':'孙伟','at':'2026-07-20T02:00:00.000Z','text':'come',"
    "'tries':[{'endpoint':'pager','why':'refused','status':404,'times':2}]}]},"
    "'events':[{'seq':1,'at':'2026-07-20T02:00:00.000Z','kind':'incident_opened','zh':'触发',"
    "'en':'trigger'},{'seq':2,'at':'2026-07-20T02:00:00.000Z','kind':'condition','zh':'条件',"
    "'en':'a condition'}],"
    "'items':[{'id':'i1','title':{'zh':'巡查','en':'Patrol'},'owner':'dept:water','state':'lifted',"
    "'due_at':'2026-07-20T03:00:00.000Z'}],"
    "'reports':[{'kind':'initial','number':1,'missed':true,'due_at':'2026-07-20T03:00:00.000Z'}],"
    "'lessons':[{'id':'i2','title':'a second pump','owner':'dept:urban','state':'issued'}]%s}";

static const char SCORE[] =
    ",'score':{'mode':'tabletop','scenario':'night','director':'person:qian.min','evaluators':[],"
    "'names':{'person:qian.min':'钱敏'},'begun_at':'2026-07-20T02:00:00.000Z','met':1,'late':0,"
    "'missed':1,'open':0,'injects':[{'no':1,'by':'trigger','zh':'注入1','en':'inject 1',"
    "'at':'2026-07-20T02:00:00.000Z','expect':{'line':'order "
    "III','within_ms':900000},'result':'met',"
    "'took_ms':300000,'met_zh':'命令','met_en':'the order'},{'no':2,'by':'update','zh':'注入2',"
    "'en':'inject 2','expect':{'line':'update breach'},'result':'missed'}],"
    "'objectives':[{'id':'o','words':{'zh':'启动','en':'Ordered'},'met':1,'late':0,'missed':1,'"
    "open':0,"
    "'result':'missed'}]}";

static json_t *dossier(const char *more)
{
    AUTO_TEXT(text);
    text_addf(&text, DOSSIER, more);
    return data(text_str(&text));
}

static void has(const struct text *text, const char *words)
{
    if (!strstr(text_str(text), words))
        fail_msg("there is no \"%s\" in\n%s", words, text_str(text));
}

static void has_not(const struct text *text, const char *words)
{
    if (strstr(text_str(text), words))
        fail_msg("there is \"%s\" in\n%s", words, text_str(text));
}

/* Why: a table whose cell somebody can end shows another night. */
static void a_review_tells_the_times_and_lets_nobody_break_its_tables(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(md);
    AUTO_TEXT(html);
    d = dossier("");
    review_write(d, false, false, &md);
    has(&md, "# \\[DRILL\\] After-action review: a | b \\<i>\n");
    has(&md, "| First answer | 7m (李明) |");
    has(&md, "| trigger |");
    has_not(&md, "a condition"); /* no key moment */
    has(&md, "| 2026-07-20 10:10:00 | 2026-07-20 10:15:00 | 5m | 孙伟 |");
    has(&md, "| never ordered |");
    has(&md, "| 王强 | 2026-07-20 10:00:00 | no answer | — |");
    has(&md, "pager: refused (404) ×2");
    has(&md, "| Initial 1 | 2026-07-20 11:00:00 | — | missed |");
    has(&md, "| lifted | 30m | 3, leader told |"); /* due, and never done */
    has(&md, "| a second pump |");
    review_write(d, true, true, &html);
    has(&html, "<h1>【演练】<bdi dir=\"auto\">a | b &lt;i&gt;</bdi></h1>");
    has(&html, "<h2>九、经验教训与改进</h2>");
    has(&html, "<tr class=\"late\">");
    has_not(&html, "<i>");
}

/* Why: what nobody has worked out must not look as if it had been. */
static void another_version_is_told_only_where_it_is_known(void **state)
{
    (void)state;
    AUTO_JSON(without);
    AUTO_JSON(with);
    AUTO_TEXT(md);
    without = dossier("");
    review_write(without, false, false, &md);
    has_not(&md, "version in force");
    text_clear(&md);
    with = dossier(",'replay':{'version':'3','same':false,'en':['[0:03:00] call 孙伟'],'zh':[]}");
    review_write(with, false, false, &md);
    has(&md, "What the version in force would have done");
    has(&md, "Version 3 of the plan. It would have differed here:");
    has(&md, "call 孙伟");
}

static void a_drill_is_scored_inject_by_inject(void **state)
{
    (void)state;
    struct why why;
    AUTO_JSON(d);
    AUTO_JSON(json);
    AUTO_TEXT(md);
    d = dossier(SCORE);
    assert_int_equal(drill_report_write(d, true, false, &md, &why), ERR_OK);
    has(&md, "| 导调 | 钱敏 |");
    has(&md, "| 期望 | 2 项：达到 1，超时 0，未达到 1，进行中 0 |");
    has(&md, "| 启动 | 未达到 | 1 | 0 | 1 |");
    has(&md, "| 注入1 | 2026-07-20 10:00:00 | 下令III级响应，15m 内 | 达到 | 5m | 命令 |");
    has(&md, "注入2：上报 breach：未达到");
    has(&md, "评估意见");
    has(&md, "## 十一、");
    json = drill_report_json(d);
    assert_int_equal(json_int(json_at(json, "score"), "missed", 0), 1);
}

static void what_is_no_drill_has_no_report_of_one(void **state)
{
    (void)state;
    struct why why;
    AUTO_JSON(d);
    AUTO_TEXT(md);
    d = dossier("");
    assert_int_equal(drill_report_write(d, true, false, &md, &why), ERR_MISSING);
    assert_int_equal(md.len, 0);
    assert_null(drill_report_json(d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_review_tells_the_times_and_lets_nobody_break_its_tables),
        cmocka_unit_test(another_version_is_told_only_where_it_is_known),
        cmocka_unit_test(a_drill_is_scored_inject_by_inject),
        cmocka_unit_test(what_is_no_drill_has_no_report_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
