/* test_scenario - what a drill's file may say, and what it is as checked data. */
#include "core/scenario.h"

#include "core/expect.h"
#include "remarked.h"
#include "unit.h"

#include <string.h>

static const char site_text[] =
    "{'name':'浑江市','zone':'Asia/Shanghai','languages':['zh','en'],"
    "'endpoints':{'phone':{'channel':'hook','drill':true}},"
    "'people':{'li.ming':{'name':'李明','contacts':['phone:@'],'drill':true},"
    "'han.mei':{'name':'韩梅','contacts':['phone:@']}},"
    "'posts':{'chief':{'title':'总指挥','holder':'person:han.mei'}},"
    "'stations':{'g7':{'kind':'gauge','name':'7号站'}},"
    "'rosters':{'duty-room':{'title':'值班室','seats':{'first':['li.ming']}}},"
    "'may_order':{'post:chief':{'flood':['III','terminate']}},"
    "'fallback':[{'to':'duty:duty-room','within':'5m'}],"
    "'self_alarm':{'to':'duty:duty-room','text':'x'}}";

static const char head_text[] =
    "{'title':'Flood','version':'1','owner':'post:chief','fallback':[{'to':'duty:duty-room',"
    "'within':'5m'}],'facts':{'stage_m':{'type':'number','per':'gauge'},'breach':{'type':"
    "'boolean'}},'levels':{'III':{'ordered_by':'post:chief','expected':'1d','report':'6h'}},"
    "'measures':{'patrol':{'phase':'III','owner':'post:chief','title':'Patrol','due':'1h'}},"
    "'reports':{'update':{'by':'duty:duty-room','sign':'post:chief','to':'post:chief','due':'1h'}}"
    "}";

/* A scenario with these further members and injects. */
static void scenario_text(struct text *to, const char *members, const char *injects)
{
    text_addf(to,
              "{'plan':'flood','title':'x','director':'person:li.ming'%s,'injects':[{'no':1,'at':"
              "'0:00','by':'trigger','title':{'zh':'超警','en':'Over'}}%s]}",
              members, injects);
}

static json_t *scenario_of(const char *text, struct remarked *said)
{
    AUTO_JSON(site_json);
    AUTO_JSON(head_json);
    AUTO_JSON(value);
    AUTO_JSON(plans);
    struct site *site = NULL;
    struct plan_head *head = NULL;
    struct remarks r;
    json_t *scenario = NULL;

    site_json = data(site_text);
    head_json = data(head_text);
    value = data(text);
    plans = data("{'flood':true}");
    remarks_init(&r, "x", remarked_add, said);
    assert_false(site_read(site_json, &r, &site));
    if (plan_head_read("flood", head_json, site, &r, &head))
        fail_msg("%s", text_str(&said->lines));
    assert_int_equal(said->errors, 0);
    text_clear(&said->lines);
    said->warnings = 0;
    const struct plan_head *heads[] = {head};
    const struct scenario_set set = {
        .site = site, .plans = plans, .heads = heads, .heads_count = 1};
    bool good = !scenario_read("x", value, &set, &r, &scenario);
    assert_int_equal(good, r.errors == 0);
    assert_true(good == (scenario != NULL));
    remarks_done(&r);
    plan_head_unref(head);
    site_unref(site);
    return scenario;
}

static void refused(const char *members, const char *injects, const char *words)
{
    AUTO_TEXT(text);
    struct remarked said = {0};
    scenario_text(&text, members, injects);
    json_t *scenario = scenario_of(text_str(&text), &said);
    remarked_has(&said, words);
    json_decref(scenario);
    remarked_done(&said);
}

/* Why: clock, report and simulation read this form and no other. */
static void a_scenario_becomes_data_with_times_in_milliseconds(void **state)
{
    (void)state;
    struct remarked said = {0};
    AUTO_TEXT(text);
    AUTO_TEXT(found);
    AUTO_JSON(scenario);
    scenario_text(&text,
                  ",'begins':'2026-06-10 09:00','speed':4,'objectives':{'o':'Ordered'},"
                  "'evaluators':['person:li.ming']",
                  ",{'no':2,'at':'1:30:05','by':'update','fields':{'g7':{'stage_m':5.5}},'expect':{"
                  "'line':'order III','within':'15m'},'objective':'o'},"
                  "{'no':3,'at':'2:00','by':'silence_of','person':'li.ming','lasts':'30m'},"
                  "{'no':9,'at':'2:00','by':'end'}");
    scenario = scenario_of(text_str(&text), &said);
    assert_non_null(scenario);
    json_write(scenario, &found);
    assert_string_equal(
        text_str(&found),
        "{\"begins\":\"2026-06-10 09:00\",\"begins_ms\":1781053200000,\"director\":\"person:li."
        "ming\",\"evaluators\":[\"person:li.ming\"],\"injects\":[{\"at_ms\":0,\"by\":\"trigger\","
        "\"no\":1,\"title\":{\"en\":\"Over\",\"zh\":\"超警\"}},{\"at_ms\":5405000,\"by\":"
        "\"update\","
        "\"expect\":{\"line\":\"order "
        "III\",\"within_ms\":900000},\"fields\":{\"g7\":{\"stage_m\":5.5}"
        "},\"no\":2,\"objective\":\"o\"},{\"at_ms\":7200000,\"by\":\"silence_of\",\"lasts_ms\":"
        "1800000,\"no\":3,\"person\":\"person:li.ming\"},{\"at_ms\":7200000,\"by\":\"end\",\"no\":"
        "9}"
        "],\"mode\":\"tabletop\",\"name\":\"x\",\"objectives\":{\"o\":\"Ordered\"},\"plan\":"
        "\"flood\",\"speed\":4,\"title\":\"x\"}");
    assert_int_equal(said.warnings, 0);
    remarked_done(&said);
}

/* Why: a drill that is misspelt would drill something else, or nothing. */
static void what_is_wrong_is_said_with_its_place_and_the_nearest_name(void **state)
{
    (void)state;
    refused(",'directr':'x'", "",
            "unknown_key directr: a scenario has no key \"directr\"; did you "
            "mean \"director\"?");
    refused(",'mode':'tabeltop'", "", "did you mean \"tabletop\"?");
    refused(",'begins':'2026-02-30 09:00'", "", "bad_value begins");
    refused(",'mode':'live','speed':2", "", "speed is for a tabletop");
    refused(",'evaluators':['person:li.min']", "",
            "evaluators[1]: the site has no person \"li.min\"; did you mean \"li.ming\"?");
    refused(",'evaluators':['duty:duty-room']", "", "bad_target evaluators[1]");
    refused(",'objectives':{'o':'x'}", "", "warning x bad_value objectives.o: no inject measures");
    refused(",'evaluators':['person:han.mei']", "",
            "warning x nobody evaluators[1]: no drill reaches han.mei");
    refused("", ",{'no':2,'at':'0:10','by':'updat','fields':{}}", "did you mean \"update\"?");
    refused("", ",{'no':2,'at':'10m','by':'end'}", "bad_value injects[2].at");
    refused("", ",{'no':1,'at':'0:10','by':'end'}", "no. 1 is there already");
    refused("", ",{'no':2,'at':'0:10','by':'end'},{'no':3,'at':'0:05','by':'end'}",
            "injects[3].at: it comes before");
    refused("", ",{'no':2,'at':'0:10','by':'end'},{'no':3,'at':'0:15','by':'end'}",
            "end is the last inject");
    refused("", ",{'no':2,'at':'0:10','by':'trigger','title':'again'}", "the first inject is the");
    refused("", ",{'no':2,'at':'0:10','by':'update','fields':{'g7':{'stage':5}}}",
            "unknown_name injects[2].fields.g7.stage");
    refused("", ",{'no':2,'at':'0:10','by':'fault','endpoint':'phon','lasts':'1m'}",
            "did you mean \"phone\"?");
    refused("", ",{'no':2,'at':'0:10','by':'fault','endpoint':'phone'}", "lasts is missing");
    refused("", ",{'no':2,'at':'0:10','by':'message','to':'duty:night','text':'x'}",
            "unknown_name injects[2].to");
    refused("", ",{'no':2,'at':'0:10','by':'message','to':'person:han.mei','text':'x'}",
            "warning x nobody injects[2].to: no drill reaches person:han.mei");
    refused("", ",{'no':2,'at':'0:10','by':'end','expect':{'line':'closed'}}",
            "an inject by end has no key \"expect\"");
    refused("",
            ",{'no':2,'at':'0:10','by':'paper','to':'duty:duty-room','text':'x','objective':"
            "'o'}",
            "has no objective \"o\"");
}

/* Why: an expectation that can never come true would be scored as a fault of people. */
static void an_expectation_names_what_the_plan_has(void **state)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"order II", "\"order II\" cannot come: the plan flood has no order or level \"II\""},
        {"measure patrl", "has no measure \"patrl\"; did you mean \"patrol\"?"},
        {"done patrl", "has no measure \"patrl\""},
        {"update breech", "has no fact \"breech\"; did you mean \"breach\"?"},
        {"report final", "has no report \"final\""},
        {"confirmed settled", "has no criterion of its end \"settled\""},
    };
    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        AUTO_TEXT(inject);
        text_addf(&inject,
                  ",{'no':2,'at':'0:10','by':'update','fields':{'breach':true},'expect':{'line':"
                  "'%s'}}",
                  cases[n].line);
        refused("", text_str(&inject), cases[n].words);
    }
}

static bool met(const char *line, enum record_kind kind, const char *body, const char *sealed,
                const char *measure)
{
    struct record *r = record_new(kind, (struct uuid){{0}});
    const struct expectation e = expectation_of(line);
    json_decref(r->body);
    r->body = data(body);
    r->sealed = sealed ? data(sealed) : NULL;
    bool is = expectation_met(&e, r, measure);
    record_unref(r);
    return is;
}

/* Why: met is met by the right thing, and not by its neighbour. */
static void an_expectation_is_met_by_its_record_alone(void **state)
{
    (void)state;
    assert_true(met("order III", REC_ORDERED, "{'action':'activate','level':'III'}", NULL, NULL));
    assert_false(met("order III", REC_ORDERED, "{'action':'activate','level':'II'}", NULL, NULL));
    assert_true(met("order terminate", REC_ORDERED, "{'action':'terminate'}", NULL, NULL));
    assert_true(met("propose III", REC_PROPOSED, "{'spec':{'action':'activate','level':'III'}}",
                    NULL, NULL));
    assert_false(met("order III", REC_PROPOSED, "{'spec':{'level':'III'}}", NULL, NULL));
    assert_true(met("measure patrol", REC_ITEM_ISSUED, "{'name':'patrol'}", NULL, NULL));
    assert_false(met("measure patrol", REC_ITEM_ISSUED, "{'name':'pumps'}", NULL, NULL));
    assert_true(met("done patrol", REC_ITEM_STATE, "{'state':'done'}", NULL, "patrol"));
    assert_false(met("done patrol", REC_ITEM_STATE, "{'state':'received'}", NULL, "patrol"));
    assert_false(met("done patrol", REC_ITEM_STATE, "{'state':'done'}", NULL, "pumps"));
    assert_true(met("update breach", REC_UPDATED, "{}",
                    "{'ev':{'occurrences':[{'name':'breach','value':true}]}}", NULL));
    assert_false(met("update breach", REC_UPDATED, "{}",
                     "{'ev':{'occurrences':[{'name':'stage_m','value':1}]}}", NULL));
    assert_true(met("report update", REC_REPORT_SENT, "{'kind':'update'}", NULL, NULL));
    assert_false(met("report update", REC_REPORT_OPENED, "{'kind':'update'}", NULL, NULL));
    assert_true(met("call answered", REC_CALL_ANSWERED, "{}", NULL, NULL));
    assert_true(met("李明", REC_CALL_ANSWERED, "{}", "{'ev':{'name':'李明'}}", NULL));
    assert_true(met("answers", REC_CALL_ANSWERED, "{}", "{'ev':{'name':'李明'}}", NULL));
    assert_false(met("王强", REC_CALL_ANSWERED, "{}", "{'ev':{'name':'李明'}}", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_becomes_data_with_times_in_milliseconds),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place_and_the_nearest_name),
        cmocka_unit_test(an_expectation_names_what_the_plan_has),
        cmocka_unit_test(an_expectation_is_met_by_its_record_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
