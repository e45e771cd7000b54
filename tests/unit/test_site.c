/* A site is read whole or not at all, and says who is meant by a target. */
#include "core/site.h"

#include "remarked.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* 2026-07-20 10:00 there: nobody in it takes turns, so that any time would do. */
#define NOW INT64_C(1784512800000)

/* The fictitious city of the examples, as far as it is built. */
static const char city[] =
    "{'name':{'zh':'浑江市','en':'Hunjiang'},'zone':'Asia/Shanghai','languages':['zh','en'],"
    "'endpoints':{"
    " 'wecom_duty':{'channel':'webhook','secret':'wecom_duty','rate':'20/1m','drill':true},"
    " 'sms':{'channel':'webhook','secret':'aliyun','rate':'100/1m','drill':false,'at_once':8},"
    " 'voice':{'channel':'webhook','as':'voice'},"
    " 'province':{'channel':'webhook','allow':['10.20.0.0/16','fd00::/8','127.0.0.1','::1']}},"
    "'people':{"
    " 'wang.qiang':{'name':'王强','dept':'flood-office','drill':true,"
    "   'contacts':['wecom_duty:@','sms:@','voice:@']},"
    " 'li.ming':{'name':'李明','dept':'flood-office','contacts':['wecom_duty:@'],'drill':true},"
    " 'sun.wei':{'name':'孙伟','contacts':['voice:@','sms:@'],'drill':true},"
    " 'zhou.jie':{'name':'周杰','dept':'water','contacts':['wecom_duty:@','voice:@']},"
    " 'wu.fang':{'name':'吴芳','dept':'water','contacts':['voice:@']},"
    " 'wei.dong':{'name':'卫东','lang':'en','contacts':['wecom_duty:@']}},"
    "'departments':{"
    " 'flood-office':{'name':'防汛办','duty':'duty:duty-room','head':'post:commander'},"
    " 'water':{'name':'水务局','duty_phone':'voice:@','head':'person:zhou.jie',"
    "   'backup':'person:wu.fang'},"
    " 'province-duty':{'name':{'zh':'省总值班室'},'endpoint':'province','outside':true}},"
    "'posts':{"
    " 'commander':{'title':{'zh':'防指总指挥','en':'Commander'},'holder':'post:deputy',"
    "   'deputy':'person:li.ming'},"
    " 'deputy':{'title':'副总指挥','holder':'person:sun.wei'}},"
    "'groups':{"
    " 'experts':['person:wu.fang','person:li.ming'],"
    " 'all':['group:experts','dept:water','dept:flood-office','person:wu.fang','post:deputy']},"
    "'places':{'chengdong':{'name':'城东区','in_':'hunjiang'}},"
    "'stations':{'g7':{'kind':'gauge','name':'7号站','place':'chengdong','warning_m':4.5}},"
    "'rosters':{'duty-room':{'title':'市总值班室',"
    "   'titles':{'lead':'带班领导','officer_a':'主班','officer_b':'副班'},"
    "   'seats':{'lead':['sun.wei'],'officer_a':['wang.qiang'],'officer_b':['li.ming']},"
    "   'order':['officer_a','officer_b','lead']}},"
    "'self_alarm':{'to':'duty:duty-room','text':{'zh':'无法记录','en':'Cannot record'}},"
    "'fallback':[{'to':'duty:duty-room','within':'5m'},{'to':['post:commander'],'within':'1h30m'}]"
    "}";

static struct site *site_of(const json_t *value)
{
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    if (site_read(value, &r, &s))
        fail_msg("%s", text_str(&said.lines));
    remarks_done(&r);
    remarked_done(&said);
    return s;
}

static struct site *city_site(void)
{
    AUTO_JSON(value);
    value = data(city);
    return site_of(value);
}

/* The city with one thing changed: `patch` is merged in, a null takes a key away. */
static void patch_into(json_t *to, const json_t *patch)
{
    const char **keys = json_keys(patch, NULL);
    for (size_t i = 0; keys[i]; i++) {
        const json_t *value = json_at(patch, keys[i]);
        json_t *mine = json_object_get(to, keys[i]);
        if (json_is_null(value))
            json_object_del(to, keys[i]);
        else if (json_is_object(value) && json_is_object(mine))
            patch_into(mine, value);
        else
            json_put(to, keys[i], json_deep_copy(value));
    }
    free(keys);
}

static json_t *city_but(const char *patch)
{
    json_t *value = data(city);
    AUTO_JSON(change);
    change = data(patch);
    patch_into(value, change);
    return value;
}

static void refused(const char *patch, const char *words)
{
    AUTO_JSON(value);
    value = city_but(patch);
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    assert_null(s);
    assert_int_equal(json_array_size(r.path), 0);
    remarked_has(&said, words);
    remarks_done(&r);
    remarked_done(&said);
}

/* ---- reading ---- */

static void the_city_is_read_as_it_stands(void **state)
{
    (void)state;
    struct site *s = city_site();
    assert_string_equal(site_language(s), "zh");
    assert_string_equal(site_name(s, "en"), "Hunjiang");
    assert_string_equal(site_name(s, "fr"), "浑江市");
    assert_string_equal(site_zone(s), "Asia/Shanghai");
    assert_string_equal(site_self_alarm_text(s, "en"), "Cannot record");
    assert_string_equal(site_station_kind(s, "g7"), "gauge");
    assert_null(site_station_kind(s, "g8"));
    assert_true(site_has_station_kind(s, "gauge"));
    assert_false(site_has_station_kind(s, "underpass"));
    assert_true(json_int(json_array_get(site_fallback(s), 1), "within_ms", 0) == 5400000);

    const struct endpoint *e = site_endpoint(s, "sms");
    assert_string_equal(e->secret, "aliyun");
    assert_int_equal(e->at_once, 8);
    assert_int_equal(e->rate_count, 100);
    assert_true(e->rate_ms == 60000);
    assert_false(e->drill);
    assert_null(e->allow);
    e = site_endpoint(s, "province");
    assert_int_equal(e->at_once, AT_ONCE_DEFAULT);
    assert_int_equal(json_array_size(e->allow), 4);
    assert_null(site_endpoint(s, "pager"));
    assert_string_equal(site_nearest_endpoint(s, "vioce"), "voice");
    assert_string_equal(site_endpoint_at(s, 0)->name, "province");
    assert_null(site_endpoint_at(s, 4));
    site_unref(s);
}

static void a_snapshot_lives_as_long_as_somebody_holds_it(void **state)
{
    (void)state;
    struct site *s = city_site();
    struct site *same = site_ref(s);
    site_unref(s);
    assert_string_equal(site_name(same, "zh"), "浑江市");
    site_unref(same);
    site_unref(NULL);
}

static void nothing_is_kept_of_a_site_with_one_error(void **state)
{
    (void)state;
    refused("{'people':{'li.ming':{'contacts':['smss:@']}}}",
            "error site unknown_name people[\"li.ming\"].contacts[1]: the site has no endpoint "
            "\"smss\"; did you mean \"sms\"?");
}

static void names_that_lead_nowhere_are_refused_with_the_nearest(void **state)
{
    (void)state;
    refused("{'people':{'li.ming':{'dept':'watre'}}}",
            "unknown_name people[\"li.ming\"].dept: the site has no department \"watre\"; did you "
            "mean \"water\"?");
    refused("{'departments':{'water':{'head':'person:zhou.jei'}}}",
            "unknown_name departments.water.head: the site has no person \"zhou.jei\"; did you "
            "mean \"person:zhou.jie\"?");
    refused("{'departments':{'water':{'endpoint':'provinc'}}}", "did you mean \"province\"?");
    refused("{'groups':{'experts':['person:wu.fang','dept:wahter']}}",
            "unknown_name groups.experts[2]: the site has no department \"wahter\"; did you mean "
            "\"dept:water\"?");
    refused("{'fallback':[{'to':'duty:duty-rom','within':'5m'}]}",
            "unknown_name fallback[1].to: the site has no duty roster \"duty-rom\"; did you mean "
            "\"duty:duty-room\"?");
    refused("{'self_alarm':{'to':'post:comander'}}", "did you mean \"post:commander\"?");
    refused("{'stations':{'g7':{'place':'chengdon'}}}", "did you mean \"chengdong\"?");
    refused(
        "{'rosters':{'duty-room':{'seats':{'lead':['sun.wie']}}}}",
        "unknown_name rosters[\"duty-room\"].seats.lead[1]: the site has no person \"sun.wie\"; "
        "did you mean \"sun.wei\"?");
    refused("{'rosters':{'duty-room':{'order':['officer_a','oficer_b']}}}",
            "unknown_name rosters[\"duty-room\"].order[2]");
    refused("{'rosters':{'duty-room':{'titles':{'leed':'x'}}}}", "did you mean \"lead\"?");
    refused("{'people':{'li.ming':{'lang':'fr'}}}", "unknown_name people[\"li.ming\"].lang");
}

static void every_table_knows_its_keys(void **state)
{
    (void)state;
    refused("{'peple':{}}", "unknown_key peple: the site has no key \"peple\"; did you mean "
                            "\"people\"?");
    refused("{'people':{'li.ming':{'contact':[]}}}",
            "unknown_key people[\"li.ming\"].contact: a person has no key \"contact\"; did you "
            "mean \"contacts\"?");
    refused("{'endpoints':{'sms':{'secrets':'x'}}}", "did you mean \"secret\"?");
    refused("{'fallback':[{'to':'dept:water','within':'5m','wthin':1}]}",
            "unknown_key fallback[1].wthin");
}

static void a_role_is_no_target_of_a_site(void **state)
{
    (void)state;
    refused("{'fallback':[{'to':'role:commander','within':'5m'}]}",
            "bad_target fallback[1].to: \"role:commander\": a role is taken while a plan runs");
}

static struct site *site_but(const char *changes)
{
    AUTO_JSON(value);
    value = city_but(changes);
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    if (site_read(value, &r, &s))
        fail_msg("%s", text_str(&said.lines));
    remarks_done(&r);
    remarked_done(&said);
    return s;
}

static void who_may_order_is_who_holds_the_post(void **state)
{
    (void)state;
    struct site *s = site_but("{'may_order':{'post:deputy':{'flood':['III','IV','terminate']},"
                              "'dept:water':{'flood':['I']}},'auto':{'flood':'IV'}}");
    const char *as = NULL;
    assert_true(site_may_order(s, "sun.wei", "flood", "IV", &as));
    assert_string_equal(as, "post:deputy");
    assert_false(site_may_order(s, "sun.wei", "flood", "II", &as));
    assert_false(site_may_order(s, "sun.wei", "epidemic", "IV", &as));
    assert_false(site_may_order(s, "li.ming", "flood", "IV", &as));
    assert_true(site_may_order(s, "zhou.jie", "flood", "I", &as)); /* the head of the department */
    assert_true(site_may_order(s, "dept:water", "flood", "I", NULL));
    assert_int_equal(site_auto_level(s, "flood"), LEVEL_IV);
    assert_int_equal(site_auto_level(s, "epidemic"), LEVEL_NONE);
    AUTO_JSON(orderers);
    orderers = site_orderers(s, "flood", "IV");
    assert_int_equal(json_array_size(orderers), 1);
    site_unref(s);
}

static void rights_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    refused("{'may_order':{'post:deputi':{'flood':['IV']}}}",
            "unknown_name may_order[\"post:deputi\"]");
    refused("{'may_order':{'group:experts':{'flood':['IV']}}}", "orders are given by a post");
    refused("{'may_order':{'post:deputy':{'flood':['V']}}}", "an order is I, II, III, IV");
    refused("{'may_order':{'post:deputy':{'flood':[]}}}", "at least one");
    refused("{'may_order':7}", "may_order");
    refused("{'auto':{'flood':'V'}}", "auto names for a plan the highest level");
}

/* Why: a rule misread is a report that is late by law. */
static void rules_of_when_to_report_are_data(void **state)
{
    (void)state;
    struct site *s = site_but("{'deadlines':{'493.unit':{'basis':{'zh':'令493','en':'Rule 493'},"
                              "'actor':'head of the unit','due':'1h'},'act':{'basis':'The Act'}}}");
    assert_string_equal(json_str(site_deadline(s, "493.unit"), "due"), "1h");
    assert_null(json_at(site_deadline(s, "act"), "due")); /* at once */
    assert_null(site_deadline(s, "494"));
    site_unref(s);
    refused("{'deadlines':{'a':{'due':'1h'}}}", "missing_key deadlines.a: basis");
    refused("{'deadlines':{'a':{'basis':'x','due':'soon'}}}", "bad_value deadlines.a.due");
    refused("{'deadlines':{'a':{'basis':'x','due':{'grade':{'V':'1h'}}}}}", "due by level is");
    refused("{'deadlines':{'a':{'basis':'x','due':'1h','phone':'2h'}}}",
            "bad_value deadlines.a.phone: phone is longer than due");
    refused("{'deadlines':{'a':{'basis':'x','until':'1h'}}}", "unknown_key deadlines.a");
    refused("{'deadlines':{'a b':{'basis':'x'}}}", "is no name of a rule");
}

static void people_and_posts_have_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"person:sun.wei", "孙伟"},       {"post:deputy", "副总指挥"},    {"dept:water", "水务局"},
        {"duty:duty-room", "市总值班室"}, {"post:nobody", "post:nobody"}, {"nonsense", "nonsense"}};
    struct site *s = site_but("{}");
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        AUTO_TEXT(words);
        site_target_words(s, cases[n][0], "zh", &words);
        assert_string_equal(text_str(&words), cases[n][1]);
    }
    site_unref(s);
}

static void nobody_is_without_a_contact(void **state)
{
    (void)state;
    refused("{'people':{'li.ming':{'contacts':[]}}}",
            "nobody people[\"li.ming\"].contacts: li.ming cannot be reached");
    refused("{'people':{'li.ming':{'contacts':null}}}", "li.ming cannot be reached");
    refused("{'departments':{'water':{'duty_phone':null,'head':null}}}",
            "nobody departments.water: the department water cannot be reached");
    refused("{'groups':{'experts':[]}}", "nobody groups.experts");
    refused("{'rosters':{'duty-room':{'seats':{'lead':[]}}}}",
            "nobody rosters[\"duty-room\"].seats.lead");
    refused("{'rosters':{'duty-room':{'seats':null}}}", "duty:duty-room has nobody in it");
    refused("{'fallback':[{'to':[],'within':'5m'}]}", "nobody fallback[1].to");
    refused("{'fallback':[]}", "nobody fallback");
}

/* Rule R11: no number in the file, and none in the sentence that says so. */
static void a_contact_in_the_file_is_refused_and_not_repeated(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = city_but("{'people':{'li.ming':{'contacts':['sms:+8613912345678']}}}");
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    remarked_has(&said, "contact_value people[\"li.ming\"].contacts[1]");
    remarked_has(&said, "muster contact set li.ming");
    assert_null(strstr(text_str(&said.lines), "139"));
    remarks_done(&r);
    remarked_done(&said);
    refused("{'people':{'li.ming':{'contacts':['sms']}}}",
            "bad_value people[\"li.ming\"].contacts[1]: a contact is an endpoint and @: \"sms:@\"");
    refused("{'people':{'li.ming':{'contacts':['sms:@','voice:@','sms:@']}}}",
            "people[\"li.ming\"].contacts[3]: this endpoint stands twice");
    refused("{'people':{'li.ming':{'contacts':[7]}}}", "a contact is an endpoint");
}

static void there_are_no_wildcards_and_no_bare_names(void **state)
{
    (void)state;
    refused("{'groups':{'experts':['person:*']}}", "wildcard groups.experts[1]");
    refused("{'groups':{'experts':['*']}}", "wildcard groups.experts[1]");
    refused("{'groups':{'experts':['li.ming']}}",
            "bad_target groups.experts[1]: \"li.ming\" is no target; write person:, duty:, post:, "
            "dept: or group: and an id; did you mean \"person:li.ming\"?");
    refused("{'groups':{'experts':['dep:water']}}", "did you mean \"dept:water\"?");
    refused("{'groups':{'experts':['person:']}}", "bad_target");
    refused("{'groups':{'experts':[5]}}", "bad_target groups.experts[1]: a target is a text");
    refused("{'groups':{'a.b':['person:li.ming']}}", "bad_id groups[\"a.b\"]");
    refused("{'departments':{'a.b':{'name':'x','head':'person:li.ming'}}}", "bad_id departments");
    refused("{'people':{'.li':{'name':'x','contacts':['sms:@']}}}", "bad_id people[\".li\"]");
    refused("{'people':{'li ming':{'name':'x','contacts':['sms:@']}}}", "bad_id");
    refused("{'departments':{'water':{'head':'dept:flood-office'}}}",
            "bad_target departments.water.head: head must be one of person post");
    refused("{'departments':{'water':{'duty':'person:li.ming'}}}", "duty must be one of duty");
}

static void a_circle_is_refused(void **state)
{
    (void)state;
    refused("{'posts':{'deputy':{'holder':'post:commander'}}}",
            "circle posts.commander.holder: the holder of post:commander leads through posts to no "
            "person");
    refused("{'posts':{'deputy':{'deputy':'post:deputy'}}}", "circle posts.deputy.deputy");
    refused("{'groups':{'experts':['group:all']}}", "circle groups.all: group:all leads back");
    refused("{'groups':{'experts':['group:experts']}}", "circle groups.experts");
}

static void fallback_and_self_alarm_must_be_there(void **state)
{
    (void)state;
    refused("{'fallback':null}", "no_fallback : the site has no fallback");
    refused("{'self_alarm':null}", "missing_key : self_alarm is missing");
    refused("{'self_alarm':{'text':null}}", "missing_key self_alarm: text is missing");
    refused("{'fallback':[{'to':'dept:water'}]}", "missing_key fallback[1]: within is missing");
    refused("{'fallback':[{'to':'dept:water','within':'5 min'}]}", "bad_value fallback[1].within");
    refused("{'fallback':[{'to':'dept:water','within':'0s'}]}", "bad_value fallback[1].within");
    refused("{'name':null,'endpoints':null,'people':null}", "endpoints is missing");
}

static void values_out_of_bounds_are_refused(void **state)
{
    (void)state;
    refused("{'endpoints':{'sms':{'rate':'100'}}}", "bad_value endpoints.sms.rate");
    refused("{'endpoints':{'sms':{'rate':'0/1m'}}}", "bad_value endpoints.sms.rate");
    refused("{'endpoints':{'sms':{'rate':'5/1mo'}}}", "bad_value endpoints.sms.rate");
    refused("{'endpoints':{'sms':{'secret':'../etc/passwd'}}}", "bad_value endpoints.sms.secret");
    refused("{'endpoints':{'sms':{'at_once':0}}}", "whole number from 1 to 256");
    refused("{'endpoints':{'sms':{'drill':'yes'}}}", "true or false, without quotes");
    static const char *const blocks[] = {
        "10.0.0.0/33",       "10.0.0/8", "010.0.0.1", "1.2.3.4.5", "10.0.0.256", "fd00::/129",
        "fd00:::1",          ":1",       "1::2::3",   "any",       "",           "10.0.0.0/",
        "1:2:3:4:5:6:7:8:9", "12345::"};
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        AUTO_TEXT(patch);
        text_addf(&patch, "{'endpoints':{'sms':{'allow':['%s']}}}", blocks[i]);
        refused(text_str(&patch), "bad_value endpoints.sms.allow[1]");
    }
    refused("{'zone':'China Standard Time'}", "bad_value zone");
    refused("{'languages':['chinese']}", "bad_value languages[1]");
    refused("{'people':'everybody'}", "bad_value people: people is a table of keys");
    refused("{'people':{'li.ming':5}}", "bad_value people[\"li.ming\"]");
    refused("{'people':{'li.ming':{'name':''}}}", "bad_value people[\"li.ming\"].name");
    refused("{'stations':{'g7':{'kind':null}}}", "missing_key stations.g7");
}

static void all_errors_of_a_site_are_said_at_once(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = city_but("{'people':{'li.ming':{'contacts':['x:@']},'sun.wei':{'name':7}},"
                     "'groups':{'experts':['person:nobody']},'fallback':null}");
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    assert_int_equal(said.errors, 4);
    remarks_done(&r);

    struct why why = {{0}};
    remarks_init(&r, "site", remark_to_why, &why);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    assert_string_equal(why.text,
                        "site: people[\"li.ming\"].contacts[1]: the site has no endpoint \"x\"");
    remarks_done(&r);
    remarked_done(&said);
}

/* Whatever stands where something else is wanted: refused or read, never a crash. */
static void any_value_anywhere_is_refused_or_read(void **state)
{
    (void)state;
    static const char *const values[] = {
        "null",   "[]",      "{}",        "7",   "'x'", "true",    "['']",
        "[[[]]]", "{'':{}}", "'\\u0000'", "[5]", "1.5", "['a:b']", "{'a':{'a':{'a':1}}}"};
    AUTO_JSON(whole);
    whole = data(city);
    const char **tables = json_keys(whole, NULL);
    for (size_t i = 0; tables[i]; i++) {
        const char **ids = json_keys(json_at(whole, tables[i]), NULL);
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            AUTO_JSON(value);
            value = data(values[v]);
            for (size_t k = 0;; k++) {
                AUTO_JSON(copy);
                copy = json_deep_copy(whole);
                json_t *table = json_object_get(copy, tables[i]);
                if (!ids[k])
                    json_put(copy, tables[i], json_incref(value));
                else if (json_is_object(json_at(table, ids[k])) && v % 2)
                    json_put(json_object_get(table, ids[k]),
                             json_object_iter_key(json_object_iter(json_object_get(table, ids[k]))),
                             json_incref(value));
                else
                    json_put(table, ids[k], json_incref(value));
                struct remarks r;
                struct site *s = NULL;
                remarks_init(&r, "site", NULL, NULL);
                if (site_read(copy, &r, &s) == ERR_OK)
                    site_unref(s);
                remarks_done(&r);
                if (!ids[k])
                    break;
            }
        }
        free(ids);
    }
    free(tables);
}

/* ---- targets ---- */

/* The rungs as text: "王强 (主班, duty:duty-room) > 李明 (…)"; & joins those of one rung. */
static const char *resolved(const struct site *s, const char *to, const char *via, bool drill,
                            struct text *t)
{
    AUTO_JSON(target);
    struct rungs found = {0};
    target = to[0] == '[' ? data(to) : json_string(to);
    site_resolve(s, target, via, drill, NOW, &found);
    text_clear(t);
    for (size_t i = 0; i < found.count; i++) {
        assert_true(found.at[i].count > 0);
        for (size_t k = 0; k < found.at[i].count; k++) {
            const struct rung_person *p = &found.at[i].at[k];
            text_addf(t, "%s%s", k ? " & " : i ? " > " : "", p->id);
            if (p->words)
                text_addf(t, " (%s)", p->words);
        }
    }
    rungs_done(&found);
    return text_str(t);
}

static void a_target_resolves_to_rungs_of_people(void **state)
{
    (void)state;
    struct site *s = city_site();
    AUTO_TEXT(t);
    assert_string_equal(resolved(s, "person:wei.dong", NULL, false, &t), "wei.dong");
    assert_string_equal(resolved(s, "duty:duty-room", NULL, false, &t),
                        "wang.qiang (主班, duty:duty-room) > li.ming (副班, duty:duty-room) > "
                        "sun.wei (带班领导, duty:duty-room)");
    assert_string_equal(
        resolved(s, "post:commander", NULL, false, &t),
        "sun.wei (副总指挥, post:deputy) > li.ming (防指总指挥 B角, post:commander)");
    assert_string_equal(
        resolved(s, "dept:water", NULL, false, &t),
        "dept:water > zhou.jie (水务局, dept:water) > wu.fang (水务局, dept:water)");
    assert_string_equal(resolved(s, "dept:flood-office", NULL, false, &t),
                        "wang.qiang (主班, duty:duty-room) > li.ming (副班, duty:duty-room) > "
                        "sun.wei (带班领导, duty:duty-room) > sun.wei (副总指挥, post:deputy) > "
                        "li.ming (防指总指挥 B角, post:commander)");
    assert_string_equal(resolved(s, "dept:province-duty", NULL, false, &t), "dept:province-duty");
    assert_string_equal(resolved(s, "group:experts", NULL, false, &t),
                        "wu.fang (group:experts) & li.ming (group:experts)");
    assert_string_equal(resolved(s, "['person:wei.dong','post:deputy']", NULL, false, &t),
                        "wei.dong > sun.wei (副总指挥, post:deputy)");
    site_unref(s);
}

static wall_ms time_of(const char *text)
{
    wall_ms at = 0;
    assert_true(rfc3339_parse(text, &at));
    return at;
}

static size_t people_of(const struct site *s, const char *target, wall_ms at)
{
    struct rungs found = {0};
    AUTO_JSON(to);
    to = json_string(target);
    site_resolve(s, to, NULL, false, at, &found);
    size_t count = found.count;
    rungs_done(&found);
    return count;
}

/* Nobody must be rung who has retired, and nobody left out an hour too early. */
static void who_has_left_is_called_by_nothing(void **state)
{
    (void)state;
    struct site *s = site_but("{'people':{'li.ming':{'left':'2026-09-30'}}}");
    wall_ms last = time_of("2026-09-30T15:59:59Z"), after = time_of("2026-09-30T16:00:00Z");
    assert_int_equal(people_of(s, "person:li.ming", last), 1);
    assert_int_equal(people_of(s, "person:li.ming", after), 0);
    assert_int_equal(people_of(s, "duty:duty-room", last), 3);
    assert_int_equal(people_of(s, "duty:duty-room", after), 2);
    assert_int_equal(people_of(s, "post:commander", last), 2);
    assert_int_equal(people_of(s, "post:commander", after), 1); /* the deputy has left */
    site_unref(s);
    s = site_but("{'people':{'sun.wei':{'left':'2026-09-30'}}}");
    assert_int_equal(people_of(s, "post:commander", after), 1); /* the deputy is there */
    site_unref(s);
    refused("{'people':{'li.ming':{'left':'soon'}}}", "bad_value people[\"li.ming\"].left");
}

static void left_is_said(const char *day, const char *at, size_t errors, const char *words)
{
    AUTO_TEXT(change);
    text_addf(&change,
              "{'people':{'sun.wei':{'left':'%s'}},"
              "'may_order':{'person:sun.wei':{'flood':['IV']}}}",
              day);
    struct site *s = site_but(text_str(&change));
    struct remarked said = {0};
    struct remarks r;
    remarks_init(&r, "site", remarked_add, &said);
    site_check_left(s, time_of(at), &r);
    assert_int_equal(r.errors, errors);
    if (words)
        remarked_has(&said, words);
    else
        assert_string_equal(text_str(&said.lines), "");
    remarks_done(&r);
    remarked_done(&said);
    site_unref(s);
}

static void where_who_has_left_still_stands_is_an_error(void **state)
{
    (void)state;
    left_is_said("2026-09-30", "2026-10-01T00:00:00Z", 3,
                 "left posts.deputy.holder: 孙伟 (sun.wei) has left on 2026-09-30");
    left_is_said("2026-09-30", "2026-10-01T00:00:00Z", 3,
                 "left rosters[\"duty-room\"].seats.lead[1]");
    left_is_said("2026-09-30", "2026-10-01T00:00:00Z", 3, "left may_order[\"person:sun.wei\"]");
    left_is_said("2026-09-30", "2026-09-10T00:00:00Z", 0, "leaves on 2026-09-30");
    left_is_said("2026-09-30", "2026-08-20T00:00:00Z", 0, NULL);
}

/* One person in two posts must not be rung twice in a row. */
static void a_deputy_is_the_next_rung_and_nobody_is_called_twice(void **state)
{
    (void)state;
    AUTO_TEXT(t);
    struct site *s = site_but("{'posts':{'deputy':{'deputy':'person:wei.dong'},"
                              "'commander':{'deputy':'post:deputy'}}}");
    assert_string_equal(resolved(s, "post:deputy", NULL, false, &t),
                        "sun.wei (副总指挥, post:deputy) > wei.dong (副总指挥 B角, post:deputy)");
    assert_string_equal(resolved(s, "post:commander", NULL, false, &t),
                        "sun.wei (副总指挥, post:deputy)");
    assert_string_equal(resolved(s, "['group:experts']", NULL, false, &t),
                        "wu.fang (group:experts) & li.ming (group:experts)");
    site_unref(s);
}

static void a_group_calls_everybody_once_and_of_a_department_its_first(void **state)
{
    (void)state;
    struct site *s = city_site();
    AUTO_TEXT(t);
    assert_string_equal(resolved(s, "group:all", NULL, false, &t),
                        "wu.fang (group:experts) & li.ming (group:experts) & dept:water & "
                        "wang.qiang (主班, duty:duty-room) & sun.wei (副总指挥, post:deputy)");
    site_unref(s);
}

static void via_takes_only_those_who_have_this_endpoint(void **state)
{
    (void)state;
    struct site *s = city_site();
    AUTO_TEXT(t);
    assert_string_equal(resolved(s, "duty:duty-room", "sms", false, &t),
                        "wang.qiang (主班, duty:duty-room) > sun.wei (带班领导, duty:duty-room)");
    assert_string_equal(resolved(s, "person:li.ming", "voice", false, &t), "");
    assert_string_equal(resolved(s, "person:li.ming", "no-such", false, &t), "");
    site_unref(s);
}

/* Rule R6: a drill reaches only contacts allowed for drills, and who has none is not in it. */
static void a_drill_reaches_only_what_drills_may(void **state)
{
    (void)state;
    struct site *s = city_site();
    AUTO_TEXT(t);
    AUTO_TEXT(methods);
    assert_string_equal(resolved(s, "duty:duty-room", NULL, true, &t),
                        "wang.qiang (主班, duty:duty-room) > li.ming (副班, duty:duty-room)");
    assert_string_equal(resolved(s, "dept:water", NULL, true, &t), "");
    assert_string_equal(resolved(s, "person:zhou.jie", NULL, true, &t), "");
    assert_string_equal(resolved(s, "group:experts", NULL, true, &t), "li.ming (group:experts)");

    AUTO_JSON(real);
    AUTO_JSON(drill);
    AUTO_JSON(none);
    real = site_methods(s, "wang.qiang", NULL, false);
    drill = site_methods(s, "wang.qiang", NULL, true);
    none = site_methods(s, "zhou.jie", NULL, true);
    json_write(real, &methods);
    text_add(&methods, " ");
    json_write(drill, &methods);
    assert_string_equal(text_str(&methods), "[\"wecom_duty\",\"sms\",\"voice\"] [\"wecom_duty\"]");
    assert_int_equal(json_array_size(none), 0);
    site_unref(s);
}

static void what_is_unknown_when_a_plan_runs_resolves_to_nobody(void **state)
{
    (void)state;
    struct site *s = city_site();
    AUTO_TEXT(t);
    static const char *const nobody[] = {"person:left.long.ago",
                                         "duty:x",
                                         "post:x",
                                         "dept:x",
                                         "group:x",
                                         "everybody",
                                         "",
                                         "person:",
                                         "role:x",
                                         "[]",
                                         "[7,null,'person:x']"};
    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
        assert_string_equal(resolved(s, nobody[i], NULL, false, &t), "");
    struct rungs found = {0};
    site_resolve(s, NULL, NULL, false, NOW, &found);
    assert_int_equal(found.count, 0);
    site_unref(s);
}

static void the_duty_room_is_its_roster_else_whom_the_self_alarm_goes_to(void **state)
{
    (void)state;
    struct site *s = city_site();
    struct rungs found = {0};
    site_resolve_duty_room(s, false, NOW, &found);
    assert_int_equal(found.count, 3);
    rungs_done(&found);
    site_unref(s);

    AUTO_JSON(value);
    value = city_but("{'rosters':null,'departments':{'flood-office':{'duty':null}},"
                     "'self_alarm':{'to':'person:sun.wei'},"
                     "'fallback':[{'to':'person:li.ming','within':'5m'}]}");
    s = site_of(value);
    site_resolve_duty_room(s, false, NOW, &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.at[0].at[0].id, "sun.wei");
    rungs_done(&found);
    site_unref(s);
}

static void a_person_is_found_by_id_and_so_is_the_phone_of_a_department(void **state)
{
    (void)state;
    struct site *s = city_site();
    struct rung_person p;
    assert_true(site_person(s, "wei.dong", &p));
    assert_string_equal(p.name, "卫东");
    assert_string_equal(p.lang, "en");
    assert_null(p.words);
    assert_true(site_person(s, "dept:water", &p));
    assert_string_equal(p.id, "dept:water");
    assert_string_equal(p.name, "水务局");
    assert_false(site_person(s, "dept:flood-office", &p)); /* it has no phone of its own */
    assert_false(site_person(s, "nobody", &p));
    assert_string_equal(site_nearest_person(s, "li.mnig"), "li.ming");
    assert_true(site_person_at(s, 0, &p));
    assert_string_equal(p.id, "li.ming");
    assert_false(site_person_at(s, 6, &p));

    AUTO_JSON(methods);
    methods = site_methods(s, "dept:water", NULL, false);
    assert_int_equal(json_array_size(methods), 1);
    site_unref(s);
}

static void a_target_can_be_checked_alone(void **state)
{
    (void)state;
    struct site *s = city_site();
    const char *code = NULL;
    char *near = NULL;
    struct why why = {{0}};
    assert_int_equal(site_check_target(s, "duty:duty-room", &code, &near, &why), ERR_OK);
    assert_null(code);
    assert_int_equal(site_check_target(s, "post:deptuy", &code, &near, &why), ERR_MISSING);
    assert_string_equal(code, "unknown_name");
    assert_string_equal(near, "post:deputy");
    assert_string_equal(why.text, "the site has no post \"deptuy\"; did you mean \"post:deputy\"?");
    free(near);
    assert_int_equal(site_check_target(s, "seat:primary", &code, NULL, &why), ERR_INVALID);
    assert_string_equal(code, "bad_target");
    site_unref(s);
}

/* 16 groups, each with the next one in it several times over, must not take 10^16 steps. */
static void groups_in_groups_cost_no_more_than_their_members(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = city_but("{'groups':{'all':null}}");
    json_t *groups = json_object_get(value, "groups");
    enum { LEVELS = 14, WIDTH = 10 };
    for (int i = 0; i < LEVELS * WIDTH; i++) {
        AUTO_TEXT(id);
        text_addf(&id, "l%02d-%d", i / WIDTH, i % WIDTH);
        json_t *members = json_array();
        json_array_append_new(members, json_string("person:li.ming"));
        for (int k = 0; k < WIDTH && i / WIDTH + 1 < LEVELS; k++) {
            AUTO_TEXT(inner);
            text_addf(&inner, "group:l%02d-%d", i / WIDTH + 1, k);
            json_array_append_new(members, json_string(text_str(&inner)));
        }
        json_put(groups, text_str(&id), members);
    }
    struct site *s = site_of(value);
    AUTO_TEXT(t);
    assert_string_equal(resolved(s, "group:l00-0", NULL, false, &t), "li.ming (group:l00-0)");
    site_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_city_is_read_as_it_stands),
        cmocka_unit_test(a_snapshot_lives_as_long_as_somebody_holds_it),
        cmocka_unit_test(nothing_is_kept_of_a_site_with_one_error),
        cmocka_unit_test(names_that_lead_nowhere_are_refused_with_the_nearest),
        cmocka_unit_test(every_table_knows_its_keys),
        cmocka_unit_test(a_role_is_no_target_of_a_site),
        cmocka_unit_test(who_may_order_is_who_holds_the_post),
        cmocka_unit_test(rights_that_mean_nothing_are_refused),
        cmocka_unit_test(nobody_is_without_a_contact),
        cmocka_unit_test(a_contact_in_the_file_is_refused_and_not_repeated),
        cmocka_unit_test(there_are_no_wildcards_and_no_bare_names),
        cmocka_unit_test(a_circle_is_refused),
        cmocka_unit_test(fallback_and_self_alarm_must_be_there),
        cmocka_unit_test(values_out_of_bounds_are_refused),
        cmocka_unit_test(all_errors_of_a_site_are_said_at_once),
        cmocka_unit_test(any_value_anywhere_is_refused_or_read),
        cmocka_unit_test(a_target_resolves_to_rungs_of_people),
        cmocka_unit_test(who_has_left_is_called_by_nothing),
        cmocka_unit_test(where_who_has_left_still_stands_is_an_error),
        cmocka_unit_test(a_deputy_is_the_next_rung_and_nobody_is_called_twice),
        cmocka_unit_test(a_group_calls_everybody_once_and_of_a_department_its_first),
        cmocka_unit_test(via_takes_only_those_who_have_this_endpoint),
        cmocka_unit_test(a_drill_reaches_only_what_drills_may),
        cmocka_unit_test(what_is_unknown_when_a_plan_runs_resolves_to_nobody),
        cmocka_unit_test(the_duty_room_is_its_roster_else_whom_the_self_alarm_goes_to),
        cmocka_unit_test(a_person_is_found_by_id_and_so_is_the_phone_of_a_department),
        cmocka_unit_test(a_target_can_be_checked_alone),
        cmocka_unit_test(rules_of_when_to_report_are_data),
        cmocka_unit_test(people_and_posts_have_names),
        cmocka_unit_test(groups_in_groups_cost_no_more_than_their_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
