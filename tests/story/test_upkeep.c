/* Months in the life of a paper plan: it is not filed, it is drilled, it is drilled again. */
#include "story.h"
#include "unit.h"

#define DAYS(n) ((n)*INT64_C(86400000))

static const char PLAN[] =
    "local plan = plan 'fire' { title = { zh = '消防预案', en = 'Fire' }, kind = 'special',"
    " category = 'accident', version = '2026.1', owner = 'person:li.ming',"
    " issued = '2026-07-01', review_by = '2029-07-01', drill_every = '3mo',"
    " starts_on = { { kind = 'fire' } },"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  call { to = 'person:li.ming', within = '10m', text = 'to the station' }\n"
    "end\n"
    "return plan\n";

/* Why: a plan is out of date, and nobody has noticed; or its owner is told the same again after
 * each restart, and reads it no more. */
static void a_plan_is_filed_and_drilled_through_crashes(void **state)
{
    (void)state;
    struct story *s = story_new("fire", PLAN);
    story_person_answers(s, "li.ming", 60000);
    story_crash_engine(s);
    story_advance(s, DAYS(10)); /* to 2026-07-30 */
    story_tells(s, "a ledger is kept: 预案管理\n"
                   "item: File the plan: Fire (2026.1) to person:li.ming, due in 9d\n"
                   "【预案事务】预案备案：消防预案（2026.1）。预案管理。时限 9d7h\n"
                   "File the plan: Fire (2026.1) overdue: urged, time 1\n");
    story_item(s, "filing", "done", "li.ming");
    story_crash_engine(s);
    story_advance(s, DAYS(4)); /* the drill is due on 2026-10-01 */
    story_tells(s, "File the plan: Fire (2026.1) done by 李明, late by \n"
                   "item: Drill the plan: Fire (2026.1) to person:li.ming, due in 60d8h\n");
    story_crash_engine(s);
    story_trigger(s, "{'plan':'fire','title':'Drill','drill':true}");
    story_advance(s, DAYS(1));
    story_tells(
        s, "Drill the plan: Fire (2026.1) struck off: a drill of the plan ended on 2026-08-03\n");
    story_crash_engine(s);
    story_advance(s, DAYS(40)); /* the next is due on 2026-11-03 */
    story_tells(s, "item: Drill the plan: Fire (2026.1) to person:li.ming, due in 60d8h\n");
    story_never(s, "Drill the plan: Fire (2026.1) overdue");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_filed_and_drilled_through_crashes),
    };
    return cmocka_run_group_tests_name("story upkeep", tests, NULL, NULL);
}
