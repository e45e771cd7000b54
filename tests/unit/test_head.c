/* The head of a plan: what it may say, which triggers are its own, and the types of its facts. */
#include "core/head.h"
#include "core/head_family.h"
#include "core/head_level.h"
#include "core/head_upkeep.h"

#include "remarked.h"
#include "testdata.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct site *city_site(void)
{
    AUTO_JSON(value);
    value = data("{'name':'浑江市','endpoints':{'sms':{'channel':'webhook'}},"
                 "'people':{'li.ming':{'name':'李明','contacts':['sms:@']}},"
                 "'departments':{'hydrology':{'name':'水文局','head':'person:li.ming'}},"
                 "'stations':{'g7':{'kind':'gauge','warning_m':4.5,'deep_m':9},"
                 "            'g8':{'kind':'gauge','warning_m':3},"
                 "            'jiefang-road':{'kind':'underpass'}},"
                 "'may_order':{'person:li.ming':{'flood':['IV','II','terminate']}},"
                 "'auto':{'flood':'IV'},"
                 "'deadlines':{'city':{'basis':'City rule','due':{'grade':{'I':'1h','III':'2h'}},"
                 "  'phone':'30m'},'act':{'basis':'The Act'}},"
                 "'self_alarm':{'to':'person:li.ming','text':'x'},"
                 "'fallback':[{'to':'person:li.ming','within':'5m'}]}");
    struct site *s = NULL;
    struct why why = {{0}};
    struct remarks r;
    remarks_init(&r, "site", remark_to_why, &why);
    if (site_read(value, &r, &s))
        fail_msg("%s", why.text);
    remarks_done(&r);
    return s;
}

#define HEAD_MIN "'title':'t','fallback':[{'to':'person:li.ming','within':'5m'}]"

static const char flood[] =
    "{'title':{'zh':'浑江市防汛应急预案','en':'Flood control'},'kind':'special',"
    "'category':'natural','version':'2026.1','owner':'dept:hydrology',"
    "'starts_on':[{'kind':'flood'},{'source':'cap','event':'Flood*'}],"
    "'facts':{"
    " 'stage_m':{'type':'number','unit':'m','per':'gauge','stale_after':'30m',"
    "   'from':'dept:hydrology','label':{'zh':'水位','en':'stage'}},"
    " 'ponding_cm':{'type':'number','per':'underpass'},"
    " 'breach':{'type':'boolean','from':['dept:hydrology','person:li.ming']},"
    " 'peak_at':{'type':'time'},'note_of_mayor':{'type':'text'},"
    " 'case':{'event':true,'key':'id','fields':{'id':'text','staff':'boolean','onset':'time',"
    "   'age':'number'}}},"
    "'fallback':[{'to':'dept:hydrology','within':'5m'},{'to':['person:li.ming'],'within':'1h'}],"
    "'ends':'order','on_resolved':'note'}";

static struct plan_head *head_of(const char *name, const char *json, const struct site *site)
{
    AUTO_JSON(value);
    value = data(json);
    struct remarked said = {0};
    struct remarks r;
    struct plan_head *h = NULL;
    remarks_init(&r, name, remarked_add, &said);
    if (plan_head_read(name, value, site, &r, &h))
        fail_msg("%s", text_str(&said.lines));
    remarks_done(&r);
    remarked_done(&said);
    return h;
}

static void refused_of(const char *plan, const char *json, const char *words)
{
    AUTO_JSON(value);
    value = data(json);
    struct site *site = city_site();
    struct remarked said = {0};
    struct remarks r;
    struct plan_head *h = NULL;
    remarks_init(&r, plan, remarked_add, &said);
    assert_int_equal(plan_head_read(plan, value, site, &r, &h), ERR_INVALID);
    assert_null(h);
    remarked_has(&said, words);
    remarks_done(&r);
    remarked_done(&said);
    site_unref(site);
}

static void refused(const char *json, const char *words)
{
    refused_of("flood", json, words);
}

/* ---- the head ---- */

static void a_head_is_read_as_it_stands(void **state)
{
    (void)state;
    struct site *site = city_site();
    struct plan_head *h = head_of("flood", flood, site);
    assert_string_equal(plan_head_name(h), "flood");
    assert_string_equal(plan_head_title(h, "en", "zh"), "Flood control");
    assert_string_equal(plan_head_title(h, "fr", "zh"), "浑江市防汛应急预案");
    assert_string_equal(plan_head_kind(h), "special");
    assert_string_equal(plan_head_category(h), "natural");
    assert_string_equal(plan_head_version(h), "2026.1");
    assert_string_equal(plan_head_owner(h), "dept:hydrology");
    assert_string_equal(plan_head_ends(h), "order");
    assert_string_equal(plan_head_on_resolved(h), "note");
    assert_true(json_int(json_array_get(plan_head_fallback(h), 1), "within_ms", 0) == 3600000);

    const struct fact *f = plan_head_fact(h, "stage_m");
    assert_int_equal(f->type, FACT_NUMBER);
    assert_string_equal(f->per, "gauge");
    assert_string_equal(f->unit, "m");
    assert_true(f->stale_after_ms == 1800000);
    f = plan_head_fact(h, "case");
    assert_int_equal(f->type, FACT_EVENT);
    assert_string_equal(f->key, "id");
    assert_int_equal(f->fields_count, 4);
    assert_null(plan_head_fact(h, "stage"));
    assert_string_equal(plan_head_fact_at(h, 0)->name, "breach");
    assert_null(plan_head_fact_at(h, 6));

    struct plan_head *same = plan_head_ref(h);
    plan_head_unref(h);
    assert_string_equal(plan_head_name(same), "flood");
    plan_head_unref(same);
    plan_head_unref(NULL);
    site_unref(site);
}

static void what_is_not_said_has_a_default(void **state)
{
    (void)state;
    struct plan_head *h = head_of("oncall", "{" HEAD_MIN "}", NULL);
    assert_string_equal(plan_head_ends(h), "done");
    assert_string_equal(plan_head_on_resolved(h), "close");
    assert_string_equal(plan_head_kind(h), "special");
    assert_null(plan_head_category(h));
    assert_null(plan_head_version(h));
    assert_null(plan_head_fact_at(h, 0));
    assert_int_equal(plan_head_matches(h, "flood", "cap", "Flood", NULL), 0);
    plan_head_unref(h);
}

static void a_plan_without_fallback_is_an_error(void **state)
{
    (void)state;
    refused("{'title':'t'}", "error flood no_fallback : the plan has no fallback");
    refused("{'title':'t','fallback':[]}", "nobody fallback");
    refused("{'title':'t','fallback':[{'to':'duty:duty-room','within':'5m'}]}",
            "unknown_name fallback[1].to: the site has no duty roster \"duty-room\"");
    refused("{'title':'t','fallback':[{'to':'person:li.mng','within':'5m'}]}",
            "did you mean \"person:li.ming\"?");
    refused("{'title':'t','fallback':[{'to':'person:li.ming'}]}", "within is missing");
    refused("{'fallback':[{'to':'person:li.ming','within':'5m'}]}", "title is missing");
}

static void a_standing_plan_has_a_schedule_and_nothing_of_an_emergency(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'schedule':{'daily':{'at':'08:40'}}}",
            "error flood bad_value schedule: a schedule belongs to kind = \"standing\"");
    refused("{" HEAD_MIN ",'kind':'standing'}", "a standing plan says when its occasions come");
    refused("{" HEAD_MIN ",'kind':'standing','schedule':{'daily':{'at':'08:40'}},"
            "'category':'natural'}",
            "error flood bad_value category: a standing plan has no category");
}

/* How many there are of a head that is read. */
static size_t warnings_of(const char *json)
{
    AUTO_JSON(value);
    value = data(json);
    struct remarked said = {0};
    struct remarks r;
    struct plan_head *h = NULL;
    remarks_init(&r, "flood", remarked_add, &said);
    assert_int_equal(plan_head_read("flood", value, NULL, &r, &h), ERR_OK);
    size_t warnings = said.warnings;
    plan_head_unref(h);
    remarks_done(&r);
    remarked_done(&said);
    return warnings;
}

/* Warnings of a head that is read. */
static void warned(const char *json, const char *words)
{
    AUTO_JSON(value);
    value = data(json);
    struct remarked said = {0};
    struct remarks r;
    struct plan_head *h = NULL;
    remarks_init(&r, "flood", remarked_add, &said);
    assert_int_equal(plan_head_read("flood", value, NULL, &r, &h), ERR_OK);
    if (words)
        remarked_has(&said, words);
    else if (strstr(text_str(&said.lines), "review_by") ||
             strstr(text_str(&said.lines), "drill_every"))
        fail_msg("%s", text_str(&said.lines));
    plan_head_unref(h);
    remarks_done(&r);
    remarked_done(&said);
}

static void days_of_the_upkeep_are_of_the_calendar(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'issued':'2026-02-30'}",
            "bad_value issued: \"2026-02-30\" is no day of the calendar; write issued = ");
    refused("{" HEAD_MIN ",'review_by':'soon'}", "bad_value review_by: \"soon\" is no day");
    refused("{" HEAD_MIN ",'filed':3}", "bad_value filed");
    refused("{" HEAD_MIN ",'issued':'2026-03-01','filed':'2026-02-28'}",
            "bad_value filed: the plan was filed on 2026-02-28, before it was issued on "
            "2026-03-01");
    refused("{" HEAD_MIN ",'issued':'2026-03-01','review_by':'2026-03-01'}",
            "bad_value review_by: review_by is 2026-03-01: name a day after the plan was issued");
    refused("{" HEAD_MIN ",'issued':'2026-03-01','drill_every':'3h'}",
            "bad_value drill_every: \"3h\" is no period; write drill_every = \"3y\"");
    refused("{" HEAD_MIN ",'drill_every':'3y'}", "missing_key drill_every: the first drill is due");
}

static void upkeep_is_missed_of_a_paper_plan(void **state)
{
    (void)state;
    warned("{" HEAD_MIN ",'kind':'special'}", "warning flood missing_key : review_by is missing");
    warned("{" HEAD_MIN ",'kind':'general','review_by':'2029-03-01'}", "drill_every is missing");
    warned("{" HEAD_MIN ",'kind':'department','parent_only':true,'review_by':'2029-03-01'}", NULL);
    warned("{" HEAD_MIN "}", NULL);
}

static void owed(const char *json, enum owed what, int64_t drilled, const char *day)
{
    char text[DATE_TEXT];
    int64_t found = 0;
    struct plan_head *h = head_of("flood", json, NULL);
    bool owes = plan_head_owes(h, what, drilled, &found);
    assert_string_equal(owes ? date_text(found, text) : "nothing", day);
    plan_head_unref(h);
}

static void a_plan_owes_by_what_it_says(void **state)
{
    (void)state;
#define DATES ",'issued':'2026-07-01','review_by':'2029-07-01','drill_every':'6mo'"
    static const char plain[] = "{" HEAD_MIN DATES "}", bare[] = "{" HEAD_MIN "}";
    static const char filed[] = "{" HEAD_MIN DATES ",'filed':'2026-07-02'}";
    static const char child[] = "{" HEAD_MIN DATES ",'parent_only':true}";
    owed(plain, OWED_FILING, 0, "2026-07-29");
    owed(filed, OWED_FILING, 0, "nothing");
    owed(child, OWED_FILING, 0, "nothing");
    owed(plain, OWED_REVIEW, 0, "2029-07-01");
    owed(child, OWED_REVIEW, 0, "2029-07-01");
    owed(plain, OWED_DRILL, 0, "2027-01-01");
    owed(plain, OWED_DRILL, days_from_date(2026, 10, 31), "2027-04-30");
    owed(child, OWED_DRILL, 0, "nothing");
    for (enum owed what = 0; what < OWEDS; what++)
        owed(bare, what, 0, "nothing");
}

static void what_is_misspelt_finds_the_nearest(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'fact':{}}", "unknown_key fact: the head of a plan has no key \"fact\"; "
                                        "did you mean \"facts\"?");
    refused("{" HEAD_MIN ",'kind':'specail'}", "did you mean \"special\"?");
    refused("{" HEAD_MIN ",'ends':'resolve'}", "did you mean \"resolved\"?");
    refused("{" HEAD_MIN ",'owner':'dept:hydrolgy'}", "did you mean \"dept:hydrology\"?");
    refused("{" HEAD_MIN ",'owner':['dept:hydrology']}", "bad_target owner");
    refused("{" HEAD_MIN ",'facts':{'a':{'type':'numbr'}}}", "did you mean \"number\"?");
    refused("{" HEAD_MIN ",'facts':{'a':{'type':'number','per':'guage'}}}",
            "unknown_name facts.a.per: the site has no station of the kind \"guage\"; did you mean "
            "\"gauge\"?");
    refused("{" HEAD_MIN ",'facts':{'a':{'type':'number','from':'dept:x'}}}", "facts.a.from");
}

static void a_fact_has_a_name_and_a_type(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'facts':{'a':{}}}", "missing_key facts.a: type is missing");
    refused("{" HEAD_MIN ",'facts':{'a-b':{'type':'text'}}}", "bad_id facts[\"a-b\"]");
    refused("{" HEAD_MIN ",'facts':{'3rd':{'type':'text'}}}", "bad_id");
    refused("{" HEAD_MIN ",'facts':{'answer':{'type':'text'}}}",
            "bad_id facts.answer: \"answer\" is a fact that the engine itself makes");
    refused("{" HEAD_MIN ",'facts':{'stale':{'type':'text'}}}", "the engine itself makes");
    refused("{" HEAD_MIN ",'facts':{'g7':{'type':'text'}}}", "\"g7\" is a station of the site");
    refused("{" HEAD_MIN ",'facts':{'a':{'type':'number','stale_after':'soon'}}}", "stale_after");
    refused("{" HEAD_MIN ",'facts':{'a':{'type':'number','key':'id'}}}", "add event = true");
    refused("{" HEAD_MIN ",'facts':{'a':{'event':true}}}", "fields is missing");
    refused("{" HEAD_MIN ",'facts':{'a':{'event':true,'key':'di','fields':{'id':'text'}}}}",
            "unknown_name facts.a.key: key names a field of the event; there is no field \"di\"; "
            "did you mean \"id\"?");
    refused("{" HEAD_MIN ",'facts':{'a':{'event':true,'key':'id','fields':{'id':'event'}}}}",
            "bad_value facts.a.fields.id");
    refused("{" HEAD_MIN ",'facts':{'a':{'event':true,'key':'id','fields':{'id':'text'},"
            "'per':'gauge'}}}",
            "an event has fields and a key, but no per");
}

static void owner_and_version_are_missed_but_not_demanded(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = data("{" HEAD_MIN "}");
    struct remarked said = {0};
    struct remarks r;
    struct plan_head *h = NULL;
    remarks_init(&r, "flood", remarked_add, &said);
    assert_int_equal(plan_head_read("flood", value, NULL, &r, &h), ERR_OK);
    remarked_has(&said, "warning flood missing_key : version is missing");
    remarked_has(&said, "warning flood missing_key : owner is missing");
    plan_head_unref(h);
    remarks_done(&r);
    remarked_done(&said);
}

/* ---- starts_on ---- */

static struct plan_head *starting(const char *name, const char *starts_on)
{
    AUTO_TEXT(json);
    text_addf(&json, "{" HEAD_MIN ",'starts_on':%s}", starts_on);
    return head_of(name, text_str(&json), NULL);
}

static int fit(const char *starts_on, const char *kind, const char *source, const char *event,
               const char *labels)
{
    AUTO_JSON(object);
    object = labels ? data(labels) : NULL;
    struct plan_head *h = starting("p", starts_on);
    int n = plan_head_matches(h, kind, source, event, object);
    plan_head_unref(h);
    return n;
}

static void a_trigger_fits_when_all_conditions_of_one_entry_do(void **state)
{
    (void)state;
    const char *two = "[{'kind':'flood'},{'source':'cap','event':'Flood*'}]";
    assert_true(fit(two, "flood", NULL, NULL, NULL) > 0);
    assert_true(fit(two, NULL, "cap", "Flood Warning", NULL) > 0);
    assert_true(fit(two, NULL, "cap", "Flood", NULL) > 0);
    assert_int_equal(fit(two, NULL, "cap", "Flash Flood", NULL), 0);
    assert_int_equal(fit(two, NULL, NULL, "Flood", NULL), 0);
    assert_int_equal(fit(two, "floods", NULL, NULL, NULL), 0);
    assert_int_equal(fit(two, NULL, NULL, NULL, NULL), 0);

    const char *labels = "[{'labels':{'severity':['critical','page'],'team':'it'}}]";
    assert_true(fit(labels, NULL, NULL, NULL, "{'severity':'page','team':'it','x':'y'}") > 0);
    assert_int_equal(fit(labels, NULL, NULL, NULL, "{'severity':'info','team':'it'}"), 0);
    assert_int_equal(fit(labels, NULL, NULL, NULL, "{'severity':'page'}"), 0);
    assert_int_equal(fit(labels, NULL, NULL, NULL, NULL), 0);
    assert_true(fit("[{'kind':['a','b']}]", "b", NULL, NULL, NULL) > 0);
}

static void the_closer_plan_wins(void **state)
{
    (void)state;
    int kind = fit("[{'kind':'k'}]", "k", "s", "e", "{'l':'v'}");
    int source = fit("[{'source':'s'}]", "k", "s", "e", "{'l':'v'}");
    int event = fit("[{'event':'e'}]", "k", "s", "e", "{'l':'v'}");
    int star = fit("[{'event':'e*'}]", "k", "s", "e", "{'l':'v'}");
    int label = fit("[{'labels':{'l':'v'}}]", "k", "s", "e", "{'l':'v'}");
    int two = fit("[{'event':'e','labels':{'l':'v'}}]", "k", "s", "e", "{'l':'v'}");
    int all = fit("[{'kind':'k','source':'s','event':'e','labels':{'l':'v'}}]", "k", "s", "e",
                  "{'l':'v'}");
    assert_true(all > two && two > kind);
    assert_true(kind > source && source > event && event > star && star > label && label > 0);
}

static void a_condition_must_say_something(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'starts_on':[{}]}", "bad_value starts_on[1]: an empty condition");
    refused("{" HEAD_MIN ",'starts_on':[{'knd':'flood'}]}", "did you mean \"kind\"?");
    refused("{" HEAD_MIN ",'starts_on':[{'kind':[]}]}", "bad_value starts_on[1].kind");
    refused("{" HEAD_MIN ",'starts_on':[{'kind':''}]}", "bad_value starts_on[1].kind");
    refused("{" HEAD_MIN ",'starts_on':[{'kind':7}]}", "bad_value starts_on[1].kind");
    refused("{" HEAD_MIN ",'starts_on':[{'kind':'*'}]}", "wildcard starts_on[1].kind");
    refused("{" HEAD_MIN ",'starts_on':[{'event':'a*b'}]}", "wildcard starts_on[1].event");
    refused("{" HEAD_MIN ",'starts_on':[{'labels':{}}]}", "labels is empty");
    refused("{" HEAD_MIN ",'starts_on':{'kind':'flood'}}",
            "bad_value starts_on: starts_on is a list");
}

static size_t clash(const char *first, const char *second, struct remarked *said)
{
    struct plan_head *heads[2] = {starting("flood", first), starting("storm", second)};
    size_t errors = plan_heads_check((const struct plan_head *const *)heads, 2, remarked_add, said);
    plan_head_unref(heads[0]);
    plan_head_unref(heads[1]);
    return errors;
}

static void two_plans_that_fit_equally_are_an_error(void **state)
{
    (void)state;
    struct remarked said = {0};
    assert_int_equal(
        clash("[{'source':'x'},{'kind':'flood'}]", "[{'kind':['storm','flood']}]", &said), 1);
    remarked_has(&said, "error storm ambiguous starts_on[1]: starts_on[2] of the plan flood fits "
                        "the same triggers as closely");
    static const struct {
        const char *a, *b;
        size_t errors;
    } pairs[] = {
        {"[{'kind':'a'}]", "[{'kind':'b'}]", 0},
        {"[{'kind':'a'}]", "[{'source':'a'}]", 0}, /* kind goes before source */
        {"[{'kind':'a'}]", "[{'kind':'a','source':'s'}]", 0},
        {"[{'event':'Fl*'}]", "[{'event':'Flood*'}]", 1},
        {"[{'event':'Fl*'}]", "[{'event':'Flood'}]", 0},
        {"[{'event':'Fl*'}]", "[{'event':'Fo*'}]", 0},
        {"[{'labels':{'a':'1'}}]", "[{'labels':{'b':'1'}}]", 1}, /* a trigger may have both */
        {"[{'labels':{'a':'1'}}]", "[{'labels':{'a':'2'}}]", 0},
        {"[{'labels':{'a':'1'}}]", "[{'labels':{'a':'1','b':'1'}}]", 0},
        {"[{'kind':'k','labels':{'a':'1'}}]", "[{'kind':'k','labels':{'a':['2','1']}}]", 1},
        {"[]", "[{'kind':'b'}]", 0},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (clash(pairs[i].a, pairs[i].b, &said) != pairs[i].errors)
            fail_msg("%s and %s", pairs[i].a, pairs[i].b);
    remarked_done(&said);
}

/* ---- facts ---- */

struct flood_plan {
    struct site *site;
    struct plan_head *head;
};

static int flood_setup(void **state)
{
    struct flood_plan *p = mem_new(1, sizeof(*p));
    p->site = city_site();
    p->head = head_of("flood", flood, p->site);
    *state = p;
    return 0;
}

static int flood_teardown(void **state)
{
    struct flood_plan *p = *state;
    plan_head_unref(p->head);
    site_unref(p->site);
    free(p);
    return 0;
}

static void taken(const struct flood_plan *p, const char *fields, const char *occurrences)
{
    AUTO_JSON(value);
    AUTO_JSON(list);
    AUTO_JSON(expected);
    struct facts_error error = {0};
    value = data(fields);
    expected = data(occurrences);
    if (facts_check(p->head, p->site, value, &list, &error))
        fail_msg("%s: %s: %s", fields, error.field, error.why.text);
    AUTO_TEXT(a);
    AUTO_TEXT(b);
    json_write(list, &a);
    json_write(expected, &b);
    assert_string_equal(text_str(&a), text_str(&b));
}

static void not_taken(const struct flood_plan *p, const char *fields, enum code code,
                      const char *field, const char *near)
{
    AUTO_JSON(value);
    AUTO_JSON(list);
    struct facts_error error = {0};
    value = data(fields);
    assert_true(facts_check(p->head, p->site, value, &list, &error) != ERR_OK);
    assert_null(list);
    assert_string_equal(error.field, field);
    assert_int_equal(error.code, code);
    if (near)
        assert_string_equal(error.near, near);
    else
        assert_null(error.near);
    assert_true(strlen(error.why.text) > 10);
    facts_error_done(&error);
}

static void a_report_becomes_a_list_in_fixed_order(void **state)
{
    taken(*state, "{}", "[]");
    taken(*state,
          "{'g8':{'stage_m':5},'breach':true,'g7':{'stage_m':4.9},"
          "'jiefang-road':{'ponding_cm':27},'peak_at':'2026-07-20T10:00:00+08:00'}",
          "[{'name':'breach','station':null,'value':true},"
          "{'name':'stage_m','station':'g7','value':4.9},"
          "{'name':'stage_m','station':'g8','value':5},"
          "{'name':'ponding_cm','station':'jiefang-road','value':27},"
          "{'name':'peak_at','station':null,'value':'2026-07-20T02:00:00.000Z'}]");
    struct flood_plan *p = *state;
    AUTO_JSON(list);
    struct facts_error error = {0};
    assert_int_equal(facts_check(p->head, p->site, NULL, &list, &error), ERR_OK);
    assert_int_equal(json_array_size(list), 0);
}

static void an_event_is_an_occurrence_with_its_fields(void **state)
{
    taken(*state, "{'case':{'id':'17','staff':false,'onset':'2026-07-20T02:00:00Z','age':44}}",
          "[{'name':'case','station':null,'value':{'id':'17','staff':false,'age':44,"
          "'onset':'2026-07-20T02:00:00.000Z'}}]");
    taken(*state, "{'case':{'id':'17'}}", "[{'name':'case','station':null,'value':{'id':'17'}}]");
    not_taken(*state, "{'case':{'staff':true}}", CODE_BAD_FIELD, "fields.case.id", NULL);
    not_taken(*state, "{'case':{'id':17}}", CODE_BAD_FIELD, "fields.case.id", NULL);
    not_taken(*state, "{'case':'17'}", CODE_BAD_FIELD, "fields.case", NULL);
    not_taken(*state, "{'case':{'id':'1','staf':true}}", CODE_UNKNOWN_FIELD, "fields.case.staf",
              "staff");
}

static void an_unknown_field_is_refused_with_the_nearest_name(void **state)
{
    not_taken(*state, "{'braech':true}", CODE_UNKNOWN_FIELD, "fields.braech", "breach");
    not_taken(*state, "{'g7':{'stage':4.9}}", CODE_UNKNOWN_FIELD, "fields.g7.stage", "stage_m");
    not_taken(*state, "{'g9':{'stage_m':4.9}}", CODE_UNKNOWN_FIELD, "fields.g9", "g7");
    not_taken(*state, "{'earthquake':1}", CODE_UNKNOWN_FIELD, "fields.earthquake", NULL);
    not_taken(*state, "{'':1}", CODE_UNKNOWN_FIELD, "fields.", NULL);
}

static void a_wrong_type_is_refused_with_its_place(void **state)
{
    not_taken(*state, "{'g7':{'stage_m':'4.9'}}", CODE_BAD_FIELD, "fields.g7.stage_m", NULL);
    not_taken(*state, "{'g7':{'stage_m':null}}", CODE_BAD_FIELD, "fields.g7.stage_m", NULL);
    not_taken(*state, "{'g7':4.9}", CODE_BAD_FIELD, "fields.g7", NULL);
    not_taken(*state, "{'breach':1}", CODE_BAD_FIELD, "fields.breach", NULL);
    not_taken(*state, "{'breach':'true'}", CODE_BAD_FIELD, "fields.breach", NULL);
    not_taken(*state, "{'peak_at':'tomorrow'}", CODE_BAD_FIELD, "fields.peak_at", NULL);
    not_taken(*state, "{'peak_at':1784512800000}", CODE_BAD_FIELD, "fields.peak_at", NULL);
    not_taken(*state, "{'note_of_mayor':{}}", CODE_BAD_FIELD, "fields.note_of_mayor", NULL);
    not_taken(*state, "{'note_of_mayor':'a\\u0000b'}", CODE_BAD_FIELD, "fields.note_of_mayor",
              NULL);
    not_taken(*state, "[1]", CODE_BAD_FIELD, "fields", NULL);
    not_taken(*state, "'x'", CODE_BAD_FIELD, "fields", NULL);
}

static void a_fact_is_reported_where_it_belongs(void **state)
{
    not_taken(*state, "{'stage_m':4.9}", CODE_BAD_FIELD, "fields.stage_m", NULL);
    not_taken(*state, "{'g7':{'breach':true}}", CODE_BAD_FIELD, "fields.g7.breach", NULL);
    not_taken(*state, "{'jiefang-road':{'stage_m':1}}", CODE_BAD_FIELD,
              "fields.jiefang-road.stage_m", NULL);
    not_taken(*state, "{'g7':{'case':{'id':'1'}}}", CODE_BAD_FIELD, "fields.g7.case", NULL);
}

static void a_report_has_a_size(void **state)
{
    struct flood_plan *p = *state;
    AUTO_TEXT(text);
    text_add(&text, "{'note_of_mayor':'");
    for (int i = 0; i < FACT_TEXT_BYTES_MAX; i++)
        text_add_char(&text, 'x');
    AUTO_TEXT(longer);
    text_addf(&longer, "%sx'}", text_str(&text));
    text_add(&text, "'}");
    AUTO_JSON(value);
    AUTO_JSON(list);
    struct facts_error error = {0};
    value = data(text_str(&text));
    assert_int_equal(facts_check(p->head, p->site, value, &list, &error), ERR_OK);
    not_taken(p, text_str(&longer), CODE_BAD_FIELD, "fields.note_of_mayor", NULL);
}

static void more_than_1000_values_are_refused(void **state)
{
    (void)state;
    AUTO_TEXT(head);
    AUTO_TEXT(fields);
    text_add(&head, "{" HEAD_MIN ",'facts':{");
    text_add(&fields, "{");
    for (int i = 0; i <= FACT_VALUES_MAX; i++) {
        text_addf(&head, "%s'f%d':{'type':'number'}", i ? "," : "", i);
        text_addf(&fields, "%s'f%d':%d", i ? "," : "", i, i);
    }
    text_add(&head, "}}");
    text_add(&fields, "}");
    struct flood_plan p = {.head = head_of("many", text_str(&head), NULL)};
    not_taken(&p, text_str(&fields), CODE_LIMIT, "fields", NULL);
    plan_head_unref(p.head);
}

static void naughty_texts_are_taken_as_they_are(void **state)
{
    struct flood_plan *p = *state;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    AUTO_TEXT(content);
    file_read(path, &content);
    free(path);
    AUTO_JSON(strings);
    struct why why;
    assert_int_equal(json_read(content.at, content.len, &strings, &why), ERR_OK);
    for (size_t i = 0; i < json_array_size(strings); i++) {
        AUTO_JSON(fields);
        AUTO_JSON(list);
        struct facts_error error = {0};
        json_t *s = json_array_get(strings, i);
        fields = json_put(json_object(), "note_of_mayor", json_incref(s));
        assert_int_equal(facts_check(p->head, p->site, fields, &list, &error), ERR_OK);
        assert_true(json_equal(json_at(json_array_get(list, 0), "value"), s));

        /* and as names they are unknown, and said so without harm */
        AUTO_JSON(as_name);
        AUTO_JSON(none);
        as_name = json_put(json_object(), json_string_value(s), json_true());
        assert_true(facts_check(p->head, p->site, as_name, &none, &error) != ERR_OK);
        assert_true(utf8_valid(error.why.text, strlen(error.why.text)));
        facts_error_done(&error);
    }
}

/* ---- incidents that belong together ---- */

#define ONE_PER                                                                                    \
    HEAD_MIN ",'facts':{'area':{'type':'text'},'stage_m':{'type':'number','per':'gauge'}}"

static char *same_of(const struct plan_head *h, const char *trigger)
{
    AUTO_JSON(value);
    AUTO_JSON(same);
    struct text t = {0};
    value = data(trigger);
    same = plan_head_same(h, value);
    if (same)
        json_write(same, &t);
    return text_take(&t);
}

static void check_same(const struct plan_head *h, const char *trigger, const char *expected)
{
    char *same = same_of(h, trigger);
    AUTO_JSON(wanted);
    AUTO_TEXT(written);
    wanted = *expected ? data(expected) : NULL;
    if (wanted)
        json_write(wanted, &written);
    assert_string_equal(same, text_str(&written));
    free(same);
}

/* What is not known is equal to nothing: else all triggers without a district were one flood. */
static void triggers_are_equal_in_the_values_that_all_of_them_have(void **state)
{
    (void)state;
    struct plan_head *h = head_of("flood",
                                  "{" ONE_PER ",'one_per':['place.district','kind','fields.area'],"
                                  "'digest':'30s','reopen_within':'10m'}",
                                  NULL);
    check_same(h,
               "{'kind':'flood','title':'x','place':{'district':'east','name':'y'},"
               "'fields':{'area':'a'}}",
               "{'fields.area':'a','kind':'flood','place.district':'east'}");
    check_same(h, "{'kind':'flood','place':{'district':'east'}}", "");
    check_same(h, "{'kind':'flood','fields':{'area':'a'}}", "");
    assert_true(plan_head_digest_ms(h) == 30000);
    assert_true(plan_head_reopen_within_ms(h) == 600000);
    assert_false(plan_head_parent_only(h));
    plan_head_unref(h);
    h = head_of("x", "{" HEAD_MIN ",'parent_only':true}", NULL);
    check_same(h, "{'kind':'flood'}", "");
    assert_true(plan_head_parent_only(h));
    assert_true(plan_head_digest_ms(h) == 0 && plan_head_reopen_within_ms(h) == 0);
    plan_head_unref(h);
}

static void what_joins_is_said_by_values_that_triggers_have(void **state)
{
    (void)state;
    refused("{" ONE_PER ",'one_per':['district']}", "bad_value one_per[1]: one_per names values");
    refused("{" ONE_PER ",'one_per':['place.']}", "bad_value one_per[1]");
    refused("{" ONE_PER ",'one_per':['level.II']}", "bad_value one_per[1]");
    refused("{" ONE_PER ",'one_per':[7]}", "bad_value one_per[1]");
    refused("{" ONE_PER ",'one_per':[]}", "one_per");
    refused("{" ONE_PER ",'one_per':'kind'}",
            "bad_type one_per: one_per is a list, also of one: one_per = { \"kind\" }");
    refused("{" ONE_PER ",'one_per':['kind','fields.aera']}",
            "unknown_name one_per[2]: there is no fact \"aera\"");
    refused("{" ONE_PER ",'one_per':['fields.stage_m']}", "a fact of stations, or an event");
    refused("{" HEAD_MIN ",'digest':'30s'}", "missing_key digest: digest gathers");
    refused("{" HEAD_MIN ",'one_per':['kind'],'digest':'soon'}", "digest");
    refused("{" HEAD_MIN ",'reopen_within':'soon'}", "reopen_within");
    refused("{" HEAD_MIN ",'parent_only':true,'starts_on':[{'kind':'x'}]}",
            "bad_value starts_on: with parent_only no trigger opens the plan");
    refused("{" HEAD_MIN ",'parent_only':true,'one_per':['kind']}", "bad_value one_per: with");
}

static void any_value_in_a_head_is_refused_or_read(void **state)
{
    struct flood_plan *p = *state;
    static const char *const values[] = {
        "null",   "[]",      "{}",        "7",   "'x'",           "true", "['']",
        "[[[]]]", "{'':{}}", "'\\u0000'", "[5]", "{'a':{'a':1}}", "[{}]"};
    AUTO_JSON(whole);
    whole = data(flood);
    const char **keys = json_keys(whole, NULL);
    for (size_t i = 0; keys[i]; i++) {
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            AUTO_JSON(copy);
            copy = json_deep_copy(whole);
            json_put(copy, keys[i], data(values[v]));
            struct remarks r;
            struct plan_head *h = NULL;
            remarks_init(&r, "flood", NULL, NULL);
            if (plan_head_read("flood", copy, p->site, &r, &h) == ERR_OK)
                plan_head_unref(h);
            remarks_done(&r);
        }
    }
    free(keys);
}

/* ---- levels ---- */

#define LEVELS                                                                                     \
    "'facts':{'stage_m':{'type':'number','per':'gauge'},'breach':{'type':'boolean'},"              \
    "'case':{'event':true,'key':'id','fields':{'id':'text'}}},"                                    \
    "'levels':{'IV':{'when':'stage_m >= warning_m','ordered_by':'person:li.ming',"                 \
    "'expected':'72h','members':['dept:hydrology'],'lower_after':'6h'},"                           \
    "'II':{'when':'stage_m >= warning_m + 1 or breach','ordered_by':'person:li.ming',"             \
    "'commander':'dept:hydrology','expected':'24h'}}"

static void levels_are_read_as_they_stand(void **state)
{
    (void)state;
    struct site *site = city_site();
    int64_t after = 0;
    struct plan_head *h =
        head_of("flood",
                "{" HEAD_MIN "," LEVELS ",'auto':{'level':'IV','after':'30m'},"
                "'ends_when':[{'id':'falling','when':'stage_m < warning_m','hold':'24h','en':'x'},"
                "{'id':'settled','confirm':'dept:hydrology','zh':'安置'}],"
                "'principles':['People first'],'basis':[{'en':'The Act'}]}",
                site);
    const struct level_head *four = plan_head_level(h, LEVEL_IV);
    assert_true(plan_head_has_levels(h));
    assert_int_equal(plan_head_lowest(h), LEVEL_IV);
    assert_string_equal(four->ordered_by, "person:li.ming");
    assert_string_equal(four->commander, "person:li.ming");
    assert_string_equal(plan_head_level(h, LEVEL_II)->commander, "dept:hydrology");
    assert_true(four->expected_ms == 72 * 3600000L && four->lower_after_ms == 6 * 3600000L);
    assert_string_equal(condition_per(four->when), "gauge");
    assert_null(plan_head_level(h, LEVEL_I));
    assert_string_equal(plan_head_ends(h), "order");
    assert_string_equal(plan_head_on_resolved(h), "propose");
    assert_int_equal(plan_head_auto(h, &after), LEVEL_IV);
    assert_true(after == 1800000);
    assert_true(plan_head_criterion(h, "falling")->hold_ms == 24 * 3600000L);
    assert_string_equal(plan_head_criterion_at(h, 1)->confirm, "dept:hydrology");
    assert_null(plan_head_criterion_at(h, 2));
    assert_null(plan_head_criterion(h, "rising"));
    plan_head_unref(h);
    site_unref(site);
}

/* A plan that runs was checked when it came into force: it reads again without the site. */
#define REPORT "'by':'person:li.ming','sign':'person:li.ming','to':'dept:hydrology'"

static void refused_report(const char *kind, const char *more, const char *words)
{
    AUTO_TEXT(json);
    text_addf(&json,
              "{" HEAD_MIN ",'facts':{'case':{'event':true,'key':'id','fields':{'id':'text'}},"
              "  'stage':{'type':'number'}},'reports':{'%s':{%s}}}",
              kind, more);
    refused(text_str(&json), words);
}

/* Why: a report that is due to nobody, or at no time, is one that nobody will miss. */
static void what_a_report_cannot_mean_is_refused(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'reports':{'inital':{}}}",
            "\"inital\" is no kind of report; kinds are initial, update, daily, single and final");
    refused_report("initial", "'due':'1h'", "missing_key reports.initial: by");
    refused_report("initial", REPORT, "missing_key reports.initial: due");
    refused_report("initial", "'by':'person:li.ming','sign':'person:li.ming','to':[],'due':'1h'",
                   "bad_target reports.initial.to: a report to nobody is none");
    refused_report("initial",
                   "'by':'person:li.ming','sign':'person:li.ming','to':'dept:x','due':"
                   "'1h'",
                   "unknown_name reports.initial.to");
    refused_report("initial", REPORT ",'due':'1h','from':'terminated'",
                   "the time of initial counts from \"received\"");
    refused_report("initial", REPORT ",'due':'1h','zero':true", "zero belongs to daily and update");
    refused_report("initial", REPORT ",'due':{'V':'1h'}", "due by level is");
    refused_report("initial", REPORT ",'due':{'grade':{'I':'1h'},'IV':'2h'}",
                   "due by the grade of the event is");
    refused_report("initial", REPORT ",'basis':'city','due':'2h'",
                   "too_late reports.initial.due: due is later than the rule allows that basis "
                   "names (city)");
    refused_report("initial", REPORT ",'basis':'city','phone':'1h'",
                   "too_late reports.initial.phone");
    refused_report("initial", REPORT ",'basis':'act'", "missing_key reports.initial: due");
    refused_report("initial", REPORT ",'due':'1h','basis':'cty'",
                   "unknown_name reports.initial.basis: the site has no rule \"cty\" in deadlines; "
                   "name one of them, or write the sentence of the law; did you mean \"city\"?");
    refused_report("initial", REPORT ",'due':'1h','phone':'2h'",
                   "bad_value reports.initial.phone: phone is longer than due");
    refused_report("initial", REPORT ",'due':{'grade':{'I':'20m','III':'2h'}},'phone':'30m'",
                   "phone is longer than due");
    refused_report("initial", REPORT ",'due':{'IV':'2h','II':'30m'}",
                   "bad_value reports.initial.due: due is by level, and the plan has none");
    refused_report("initial", REPORT ",'due':'1h','phone':{'IV':'10m'}",
                   "bad_value reports.initial.phone: phone is by level");
    refused_report("single", REPORT ",'due':'1h','each':'stage'",
                   "bad_value reports.single.each: each must be an event fact");
    refused_report("single", REPORT ",'due':'1h'", "missing_key reports.single: each");
    refused_report("single", REPORT ",'due':'1h','each':'cse'", "did you mean \"case\"?");
    refused_report("daily", REPORT ",'due':'1h'", "when is it due each day?");
    refused_report("daily", REPORT ",'due':'1h','at':['25:00']", "a time of day is \"09:00\"");
    refused_report("daily", REPORT ",'due':'1h','at':['08:00'],'data_to':'noon'",
                   "data_to is a time of day");
}

static void reports_are_read_as_they_stand(void **state)
{
    (void)state;
    struct site *site = city_site();
    struct plan_head *h = head_of(
        "flood",
        "{" HEAD_MIN ",'levels':{'IV':{'ordered_by':'person:li.ming','expected':'72h','report':"
        "['09:00','17:00']},'II':{'ordered_by':'person:li.ming','expected':'24h','report':'3h'}},"
        "'reports':{'initial':{" REPORT ",'phone':'30m','due':{'grade':{'I':'1h','III':'2h'}}},"
        "'update':{" REPORT ",'due':{'IV':'2h','II':'30m'}},"
        "'final':{" REPORT ",'basis':'city'}}}",
        site);
    const struct report_head *initial = plan_head_report(h, REPORT_INITIAL);
    const struct report_head *update = plan_head_report(h, REPORT_UPDATE);
    assert_null(plan_head_report(h, REPORT_DAILY));
    assert_null(plan_head_report(h, REPORT_FINAL)->due); /* its rule gives it */
    assert_ptr_equal(plan_head_cadence_report(h), update);
    assert_int_equal(plan_head_level(h, LEVEL_IV)->report.clocks_count, 2);
    assert_int_equal(plan_head_level(h, LEVEL_IV)->report.clocks[1], 17 * 60);
    assert_true(plan_head_level(h, LEVEL_II)->report.every_ms == 3 * 3600000L);
    assert_true(report_time_ms(initial->phone, LEVEL_NONE, NULL) == 1800000);
    assert_true(report_time_ms(initial->due, LEVEL_NONE, "III") == 7200000);
    assert_true(report_time_ms(initial->due, LEVEL_NONE, "II") == 3600000); /* not named */
    assert_true(report_time_ms(initial->due, LEVEL_I, NULL) == 3600000);
    assert_true(report_time_ms(update->due, LEVEL_III, "I") == 7200000);
    assert_true(report_time_ms(update->due, LEVEL_I, NULL) == 1800000);
    assert_true(report_time_ms(update->due, LEVEL_NONE, NULL) == 7200000);
    plan_head_unref(h);
    site_unref(site);
}

static void levels_read_again_without_the_site(void **state)
{
    (void)state;
    struct plan_head *h = head_of("flood", "{" HEAD_MIN "," LEVELS "}", NULL);
    assert_string_equal(condition_name_at(plan_head_level(h, LEVEL_II)->when, 1), "warning_m");
    plan_head_unref(h);
}

static void refused_level(const char *members, const char *words)
{
    AUTO_TEXT(json);
    text_addf(&json,
              "{" HEAD_MIN ",'facts':{'stage_m':{'type':'number','per':'gauge'},"
              "'case':{'event':true,'key':'id','fields':{'id':'text'}}},"
              "'levels':{'IV':{'ordered_by':'person:li.ming','expected':'1h'%s}}}",
              members);
    refused(text_str(&json), words);
}

static void what_a_level_cannot_mean_is_refused(void **state)
{
    (void)state;
    refused("{" HEAD_MIN ",'levels':{}}", "levels is empty");
    refused("{" HEAD_MIN ",'levels':{'V':{}}}", "\"V\" is no level");
    refused("{" HEAD_MIN ",'levels':{'IV':{'expected':'1h'}}}",
            "missing_key levels.IV: ordered_by");
    refused("{" HEAD_MIN ",'levels':{'IV':{'ordered_by':'person:li.ming'}}}",
            "missing_key levels.IV: expected");
    refused_level(",'report':'6h'", "no report goes by it");
    refused_level(",'report':['9:00']", "bad_value levels.IV.report[1]: a time of day is");
    refused_level(",'report':'09:00'", "times of day are a list: { \"09:00\" }");
    refused_level(",'report':'30s'", "at least a minute");
    refused_level(",'when':'stagem > 1'",
                  "unknown_name levels.IV.when: when = \"stagem > 1\": there "
                  "is no fact \"stagem\"");
    refused_level(",'when':'stage_m > waning_m'", "did you mean \"warning_m\"?");
    refused_level(",'when':'case'", "case is an event");
    refused_level(",'when':'1 < warning_m'", "a fact of the same stations must stand beside it");
    refused_level(",'when':'stage_m > deep_m'", "no number deep_m");
    refused("{" HEAD_MIN ",'levels':{'IV':{'ordered_by':'dept:hydrology','expected':'1h'}}}",
            "no_right levels.IV.ordered_by");
    refused_level("},'III':{'ordered_by':'person:li.ming','expected':'1h'", "no_right levels.III");
    refused_of("river", "{" HEAD_MIN "," LEVELS "}",
               "no_right levels: nobody may order the end of the response; add to may_order of the "
               "site: [\"person:li.ming\"] = { [\"river\"] = { \"terminate\" } }");
    refused_of("river",
               "{" HEAD_MIN ",'levels':{'IV':{'ordered_by':'person:li.ming','expected':'1h'},"
               "'II':{'ordered_by':'post:chief','expected':'1h'}}}",
               "[\"post:chief\"] = { [\"river\"] = { \"terminate\" } }");
    refused("{" HEAD_MIN "," LEVELS ",'ends':'done'}", "a plan with levels ends by order");
    refused("{" HEAD_MIN "," LEVELS ",'on_resolved':'close'}", "is not closed by its source");
    refused("{" HEAD_MIN "," LEVELS ",'auto':{'level':'III','after':'1m'}}",
            "auto names a level of this plan");
    refused("{" HEAD_MIN "," LEVELS ",'auto':{'level':'II','after':'1m'}}",
            "no_right auto.level: the site does not allow it");
    refused("{" HEAD_MIN "," LEVELS ",'auto':{'level':'IV'}}", "missing_key auto: after");
    refused("{" HEAD_MIN ",'ends_when':[{'id':'a','confirm':'dept:hydrology','en':'x'}]}",
            "ends_when belongs to a plan with levels");
    refused("{" HEAD_MIN "," LEVELS ",'ends_when':[{'id':'a','en':'x'}]}", "either a condition");
    refused("{" HEAD_MIN "," LEVELS ",'ends_when':[{'id':'a','when':'breach','en':'x'},"
            "{'id':'a','when':'breach','en':'x'}]}",
            "two criteria have this id");
    refused("{" HEAD_MIN "," LEVELS ",'ends_when':[{'id':'a','when':'breach'}]}",
            "say what must be reached");
    refused("{" HEAD_MIN ",'principles':[7]}", "a sentence is a text");
}

#define MEASURES(of_list, of_move)                                                                 \
    "{" HEAD_MIN "," LEVELS ",'measures':{"                                                        \
    "'list':{'owner':'dept:hydrology','title':'L','due':'1h'," of_list "},"                        \
    "'move':{'owner':'dept:hydrology','title':'M','due':'1h'," of_move "}}}"

/* Why: what waits for what never comes is never done, and nobody is reminded of it. */
/* Why: the order of such a level is refused in the night in which it is given. */
#define ENDS "'ends_when':[{'id':'a','confirm':'dept:hydrology','en':'x'}]"

static void a_level_that_no_measure_goes_with_is_told(void **state)
{
    (void)state;
    warned("{" HEAD_MIN "," LEVELS "}", "warning flood missing_key levels.IV: no measure goes");
    warned("{" HEAD_MIN "," LEVELS
           ",'measures':{'move':{'owner':'person:li.ming','title':'Move','due':'1h',"
           "'phase':'II'}}}",
           "warning flood missing_key levels.IV: no measure goes");
    size_t others = warnings_of("{" HEAD_MIN "}");
    assert_int_equal(warnings_of("{" HEAD_MIN "," LEVELS
                                 ",'measures':{'move':{'owner':'person:li.ming','title':'Move',"
                                 "'due':'1h','phase':'IV'}}," ENDS "}"),
                     others);
}

/* Why: nobody is ever asked whether it is over. */
static void levels_without_an_end_are_told(void **state)
{
    (void)state;
    warned("{" HEAD_MIN "," LEVELS "}", "warning flood no_exit levels: nothing says when");
    assert_int_equal(warnings_of("{" HEAD_MIN "," LEVELS "," ENDS "}") + 1,
                     warnings_of("{" HEAD_MIN "," LEVELS "}"));
}

static void a_measure_that_could_never_begin_is_refused(void **state)
{
    (void)state;
    refused(MEASURES("'phase':'II'", "'phase':'IV','after':['list']"),
            "bad_value measures.move.after[1]: move is of phase IV and waits for list, which "
            "is not issued before phase II");
    refused(MEASURES("'phase':'recovery'", "'phase':'II','after':['list']"), "could never begin");
    refused(MEASURES("'phase':'IV'", "'phase':'first','after':['list']"), "could never begin");
    refused(MEASURES("'phase':'IV','after':['move']", "'phase':'IV','after':['list']"), "circle");
    refused(MEASURES("'phase':'IV'", "'phase':'IV','after':['lisst']"), "unknown_name");
    refused(MEASURES("'phase':'IV'", "'phase':'IV','after':'list'"),
            "bad_type measures.move.after: after is a list, also of one: after = { \"list\" }");
    refused("{" HEAD_MIN
            ",'measures':{'a':{'owner':'dept:hydrology','title':'A','due':{'IV':'1h'}}}}",
            "bad_value measures.a.due: due is by level, and the plan has none");
    plan_head_unref(
        head_of("flood", MEASURES("'phase':'IV'", "'phase':'II','after':['list']"), NULL));
    plan_head_unref(head_of("flood", MEASURES("'phase':'first'", "'after':['list']"), NULL));
}

int main(void)
{
#define WITH_FLOOD(test) cmocka_unit_test_setup_teardown(test, flood_setup, flood_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_that_no_measure_goes_with_is_told),
        cmocka_unit_test(levels_without_an_end_are_told),
        cmocka_unit_test(a_measure_that_could_never_begin_is_refused),
        cmocka_unit_test(a_head_is_read_as_it_stands),
        cmocka_unit_test(what_is_not_said_has_a_default),
        cmocka_unit_test(a_plan_without_fallback_is_an_error),
        cmocka_unit_test(a_standing_plan_has_a_schedule_and_nothing_of_an_emergency),
        cmocka_unit_test(triggers_are_equal_in_the_values_that_all_of_them_have),
        cmocka_unit_test(what_joins_is_said_by_values_that_triggers_have),
        cmocka_unit_test(days_of_the_upkeep_are_of_the_calendar),
        cmocka_unit_test(upkeep_is_missed_of_a_paper_plan),
        cmocka_unit_test(a_plan_owes_by_what_it_says),
        cmocka_unit_test(what_is_misspelt_finds_the_nearest),
        cmocka_unit_test(a_fact_has_a_name_and_a_type),
        cmocka_unit_test(owner_and_version_are_missed_but_not_demanded),
        cmocka_unit_test(a_trigger_fits_when_all_conditions_of_one_entry_do),
        cmocka_unit_test(the_closer_plan_wins),
        cmocka_unit_test(a_condition_must_say_something),
        cmocka_unit_test(two_plans_that_fit_equally_are_an_error),
        cmocka_unit_test(levels_are_read_as_they_stand),
        cmocka_unit_test(levels_read_again_without_the_site),
        cmocka_unit_test(what_a_report_cannot_mean_is_refused),
        cmocka_unit_test(reports_are_read_as_they_stand),
        cmocka_unit_test(what_a_level_cannot_mean_is_refused),
        WITH_FLOOD(a_report_becomes_a_list_in_fixed_order),
        WITH_FLOOD(an_event_is_an_occurrence_with_its_fields),
        WITH_FLOOD(an_unknown_field_is_refused_with_the_nearest_name),
        WITH_FLOOD(a_wrong_type_is_refused_with_its_place),
        WITH_FLOOD(a_fact_is_reported_where_it_belongs),
        WITH_FLOOD(a_report_has_a_size),
        cmocka_unit_test(more_than_1000_values_are_refused),
        WITH_FLOOD(naughty_texts_are_taken_as_they_are),
        WITH_FLOOD(any_value_in_a_head_is_refused_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
