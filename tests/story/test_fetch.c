/*
 * A plan asks another system, and goes on with what it says, through crashes of everything.
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
    "local plan = plan 'flood' { title = { zh = '防汛', en = 'Flood' }, version = '1',"
    " owner = 'dept:flood-office', ends = 'order', on_resolved = 'note',"
    " fallback = { { to = 'duty:duty-room', within = '5m' } } }\n"
    "function plan.respond(incident)\n"
    "  local r, why = fetch { endpoint = 'pager', body = { gauge = 7, of = incident.title },\n"
    "    within = '5m' }\n"
    "  log(r and ('stage ' .. r.json.stage .. ' by ' .. r.status) or ('nothing: ' .. why))\n"
    "  local text = fetch { endpoint = 'pager', body = 'plain', within = '1m' }\n"
    "  log(text and (text.body .. ' ' .. tostring(text.json)) or 'none')\n"
    "end\nreturn plan\n";

static void logged(const struct story *s, const char *line)
{
    if (!strstr(story_turns(s), line))
        fail_msg("no \"%s\" in\n%s\n%s", line, story_turns(s), story_trace(s));
}

static struct story *night(void)
{
    struct story *s = story_new("flood", PLAN);
    story_endpoint_says(s, "pager", "{\"stage\":4.9}");
    story_endpoint_answers(s, "pager", 503);
    story_trigger(s, "{'plan':'flood','title':'7号站'}");
    return s;
}

/* Why: what another system said is on record; a plan that comes back hears the same. */
static void a_gauge_that_answers_late(bool crashes)
{
    struct story *s = night();
    story_advance(s, 6000); /* tried three times so far */
    if (crashes) {
        story_crash_courier(s);
        story_crash_engine(s);
        story_passivate(s);
    }
    story_endpoint_answers(s, "pager", 200);
    story_advance(s, MINUTES(1));
    if (crashes)
        story_crash_planner(s, 0, false);
    story_advance(s, MINUTES(2));
    story_tells(s, "pager has answered the plan (200)\npager has answered the plan (200)\n");
    logged(s, "stage 4.9 by 200");
    logged(s, "{\\\"stage\\\":4.9} table");
    if (!strstr(story_attempts(s), "-0_1 {\"gauge\":7,\"of\":\"7号站\"}\n") ||
        !strstr(story_attempts(s), "-0_3 plain\n"))
        fail_msg("%s", story_attempts(s));
    story_end(s);
}

static void a_plan_goes_on_with_what_another_system_says(void **state)
{
    (void)state;
    a_gauge_that_answers_late(false);
}

static void and_so_it_does_when_everything_dies_meanwhile(void **state)
{
    (void)state;
    a_gauge_that_answers_late(true);
}

/* Why: a plan that waits for another system must not wait for ever. */
static void a_system_that_never_answers_is_given_up(void **state)
{
    (void)state;
    struct story *s = night();
    story_advance(s, MINUTES(7));
    story_tells(s, "pager has not answered the plan: ");
    logged(s, "nothing: the endpoint said no");
    logged(s, "none");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_goes_on_with_what_another_system_says),
        cmocka_unit_test(and_so_it_does_when_everything_dies_meanwhile),
        cmocka_unit_test(a_system_that_never_answers_is_given_up),
    };
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
