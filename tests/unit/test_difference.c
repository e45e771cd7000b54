/*
 * What another version of a plan does otherwise is told to whoever writes it: as a sentence about
 * words and lines of the plan, never as the JSON that a program reads.
 */
#include "desk/difference.h"

#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *command(const char *text)
{
    AUTO_TEXT(quoted);
    json_t *made = NULL;
    struct why why;
    for (; *text; text++)
        text_add_char(&quoted, *text == '\'' ? '"' : *text);
    if (json_read_own(text_str(&quoted), quoted.len, &made, &why))
        fail_msg("%s: %s", why.text, text_str(&quoted));
    return made;
}

static void tells(const char *was, const char *is, const char *zh, const char *en)
{
    AUTO_JSON(a);
    AUTO_JSON(b);
    AUTO_TEXT(in_zh);
    AUTO_TEXT(in_en);
    a = was ? command(was) : NULL;
    b = is ? command(is) : NULL;
    difference_say(a, b, true, &in_zh);
    difference_say(a, b, false, &in_en);
    assert_string_equal(text_str(&in_zh), zh);
    assert_string_equal(text_str(&in_en), en);
}

/* Why: a time is what authors change most, and they write "7m", not 420000. */
static void a_time_is_told_as_it_is_written(void **state)
{
    (void)state;
    tells("{'kind':'call','at':'flood.lua:131','step':'0.3','args':{'rounds':2,'rungs':["
          "{'to':['duty:duty-room'],'within_ms':180000}]}}",
          "{'kind':'call','at':'flood.lua:133','step':'0.3','args':{'rounds':2,'rungs':["
          "{'to':['duty:duty-room'],'within_ms':420000}]}}",
          "呼叫（flood.lua:133，当时 flood.lua:131）：rungs[1].within 当时为 3m，此版本为 7m",
          "call (flood.lua:133; then flood.lua:131): rungs[1].within was 3m, is 7m");
    tells("{'kind':'timer','at':'a.lua:1','step':'0.1','ms':60000}",
          "{'kind':'timer','at':'a.lua:1','step':'0.1','ms':120000}",
          "等待（a.lua:1）：ms 当时为 1m，此版本为 2m", "wait (a.lua:1): ms was 1m, is 2m");
}

static void a_text_is_told_in_the_language_of_the_reader(void **state)
{
    (void)state;
    tells("{'kind':'notify','at':'a.lua:4','args':{'text':{'zh':'请撤离','en':'Leave'}}}",
          "{'kind':'notify','at':'a.lua:4','args':{'text':{'zh':'请留守','en':'Stay'}}}",
          "通知（a.lua:4）：text 当时为 “请撤离”，此版本为 “请留守”",
          "notify (a.lua:4): text was \"Leave\", is \"Stay\"");
}

static void whom_it_is_for_and_a_rung_that_is_gone(void **state)
{
    (void)state;
    tells(
        "{'kind':'call','at':'a.lua:4','args':{'rungs':[{'to':['duty:room'],'within_ms':60000},"
        "{'to':['post:chief'],'within_ms':60000}]}}",
        "{'kind':'call','at':'a.lua:4','args':{'rungs':[{'to':['duty:room','post:deputy'],"
        "'within_ms':60000}]}}",
        "呼叫（a.lua:4）：rungs[1].to 当时为 duty:room，此版本为 duty:room、post:deputy；rungs[2] "
        "当时为 {to post:chief，within 1m}，此版本为 无",
        "call (a.lua:4): rungs[1].to was duty:room, is duty:room, post:deputy; rungs[2] was "
        "{to post:chief, within 1m}, is none");
}

/* Why: an author must see what is gone, new, or in the place of another. */
static void commands_that_come_and_go_are_named(void **state)
{
    (void)state;
    const char *notify = "{'kind':'notify','at':'a.lua:4','step':'0.1','args':{'to':['duty:room'],"
                         "'text':'dry'}}",
               *log = "{'kind':'log','at':'a.lua:5','step':'0.1','text':'taken'}";
    tells(notify, NULL, "不再有：通知（a.lua:4）：text “dry”，to duty:room",
          "not any more: notify (a.lua:4): text \"dry\", to duty:room");
    tells(NULL, log, "新增：记录（a.lua:5）：text “taken”",
          "now also: log (a.lua:5): text \"taken\"");
    tells(
        notify, log,
        "当时为 通知（a.lua:4）：text “dry”，to duty:room；此版本为 记录（a.lua:5）：text “taken”",
        "then notify (a.lua:4): text \"dry\", to duty:room; now log (a.lua:5): text \"taken\"");
}

static void many_differences_are_counted(void **state)
{
    (void)state;
    tells("{'kind':'item','at':'a.lua:4','args':{'a':1,'b':1,'c':1,'d':1,'e':1}}",
          "{'kind':'item','at':'a.lua:4','args':{'a':2,'b':2,'c':2,'d':2,'e':2}}",
          "事项（a.lua:4）：a 当时为 1，此版本为 2；b 当时为 1，此版本为 2；c 当时为 1，此版本为 "
          "2；另有 2 处",
          "item (a.lua:4): a was 1, is 2; b was 1, is 2; c was 1, is 2; and 2 more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_told_as_it_is_written),
        cmocka_unit_test(a_text_is_told_in_the_language_of_the_reader),
        cmocka_unit_test(whom_it_is_for_and_a_rung_that_is_gone),
        cmocka_unit_test(commands_that_come_and_go_are_named),
        cmocka_unit_test(many_differences_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
