/* The versions of plans: which is in force since when, and which incidents are on which. */
#include "core_lab.h"
#include "unit.h"

#include <string.h>

static const json_t *plan_of(const json_t *list, const char *name)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(list), n, plan)
    {
        if (!strcmp(json_str_or(plan, "name", ""), name))
            return plan;
    }
    return NULL;
}

/* What is in force of "paper", and what is not and has incidents. */
static void stands(const struct lab *lab, const char *version, int incidents, const char *older,
                   int older_incidents)
{
    AUTO_JSON(plans);
    AUTO_JSON(before);
    plans = core_plans(lab->core);
    before = core_plans_older(lab->core);
    const json_t *now = plan_of(plans, "paper"), *then = plan_of(before, "paper");
    assert_string_equal(json_str_or(now, "version", "none"), version ? version : "none");
    assert_int_equal(json_int(now, "incidents", 0), incidents);
    assert_string_equal(json_str_or(then, "version", "none"), older ? older : "none");
    assert_int_equal(json_int(then, "incidents", 0), older_incidents);
}

static const char *since(const struct lab *lab, char ret[RFC3339_TEXT])
{
    AUTO_JSON(plans);
    plans = core_plans(lab->core);
    strcpy(ret, json_str_or(plan_of(plans, "paper"), "since", ""));
    return ret;
}

static void begin(struct lab *lab, const char *body)
{
    assert_true(json_bool(lab_trigger(lab, body), "ok"));
}

#define PAPER "{'plan':'paper','title':'A'}"

/* Why: who changes a plan at night must know who is still on the one before, until nobody is. */
static void an_earlier_version_is_listed_while_incidents_are_on_it(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab.check_each = true;
    lab_papers(&lab, "paper2");
    begin(&lab, PAPER);
    stands(&lab, "2026.2", 1, NULL, 0);
    lab_papers(&lab, "paper5");
    stands(&lab, "2026.5", 0, "2026.2", 1);
    lab_crash(&lab);
    stands(&lab, "2026.5", 0, "2026.2", 1);
    lab_turn_done(&lab, "[]", "{}");
    stands(&lab, "2026.5", 0, NULL, 0);
    begin(&lab, PAPER);
    stands(&lab, "2026.5", 1, NULL, 0);
    lab_papers(&lab, NULL); /* the file is gone */
    stands(&lab, NULL, 0, "2026.5", 1);
    lab_done(&lab);
}

/* Why: "since when" is asked after a bad night; a restart is no new version. */
static void a_version_is_in_force_since_it_was_taken(void **state)
{
    (void)state;
    struct lab lab;
    char first[RFC3339_TEXT], now[RFC3339_TEXT];
    lab_start(&lab);
    lab_papers(&lab, "paper2");
    since(&lab, first);
    assert_true(first[0] != '\0');
    lab_after(&lab, MS_HOUR);
    lab.moved = true;
    lab_papers(&lab, "paper2"); /* another site, the same plan */
    lab_crash(&lab);
    assert_string_equal(since(&lab, now), first);
    lab_papers(&lab, "paper5");
    assert_string_not_equal(since(&lab, now), first);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_version_is_listed_while_incidents_are_on_it),
        cmocka_unit_test(a_version_is_in_force_since_it_was_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
