/* Who is on duty: seats that people take turns in, by the clocks and the calendar of the place. */
#include "base/civil.h"
#include "base/date.h"
#include "core/roster.h"
#include "core/site.h"

#include "remarked.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* 2026-10-01 to 07 are off, work is made up for on Saturday the tenth. */
#define HOLIDAYS                                                                                   \
    "'holidays':{'cn':{'2026':{'off':[{'from':'2026-10-01','to':'2026-10-07','zh':'国庆节'},"   \
    "'2026-12-31'],'work':['2026-10-10']}}}"

/* `rest` is what the roster "room" has beside its seats; `more` what the site has. */
static json_t *site_json(const char *zone, const char *rest, const char *more)
{
    AUTO_TEXT(text);
    text_addf(&text,
              "{'name':'城','zone':'%s','languages':['zh','en'],"
              "'endpoints':{'pager':{'channel':'webhook'}},'people':{"
              "'a':{'name':'甲','contacts':['pager:@']},'b':{'name':'乙','contacts':['pager:@']},"
              "'c':{'name':'丙','contacts':['pager:@']},'d':{'name':'丁','contacts':['pager:@']}},"
              "'calendars':{'work':{'days':'mon-fri','hours':'09:00-18:00','holidays':'cn'},"
              "'shop':{'days':'sat,sun','hours':['08:00-12:00','22:00-02:00']}}," HOLIDAYS ","
              "'fallback':[{'to':'duty:room','within':'5m'}],"
              "'self_alarm':{'to':'duty:room','text':'x'},"
              "'rosters':{'room':{'title':'值班室',"
              "'seats':{'first':['a','b','c'],'lead':['d']},'order':['first','lead']%s}}%s}",
              zone, rest, more);
    return data(text_str(&text));
}

static struct site *site_in(const char *zone, const char *rest)
{
    AUTO_JSON(value);
    value = site_json(zone, rest, "");
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

static void refused(const char *rest, const char *words)
{
    AUTO_JSON(value);
    value = site_json("Asia/Shanghai", rest, "");
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    remarked_has(&said, words);
    remarks_done(&r);
    remarked_done(&said);
}

static wall_ms at(const struct site *s, const char *text)
{
    wall_ms ret = 0;
    assert_true(roster_moment(site_zone(s), text, &ret));
    return ret;
}

static const char *sits(const struct site *s, const char *seat, wall_ms when)
{
    const struct roster *r = site_roster(s, "room");
    const char *person = seat_person(s, r, roster_seat(r, seat), when, NULL);
    return person ? person : "-";
}

#define assert_sits(s, seat, when, person) assert_string_equal(sits(s, seat, at(s, when)), person)

#define DAILY ",'handover':'08:00','every':'1d','from':'2026-07-01'"

/* ---- turns ---- */

/* The first of the list begins on the first day, and after the last it is the first again. */
static void turns_change_at_the_handover_and_begin_again(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai", DAILY);
    assert_sits(s, "first", "2026-07-01 07:59", "-");
    assert_sits(s, "first", "2026-07-01 08:00", "a");
    assert_sits(s, "first", "2026-07-02 07:59", "a");
    assert_sits(s, "first", "2026-07-02 08:00", "b");
    assert_sits(s, "first", "2026-07-03 08:00", "c");
    assert_sits(s, "first", "2026-07-04 08:00", "a");
    assert_sits(s, "first", "2036-07-03 12:00", "b");
    assert_sits(s, "lead", "2026-07-04 08:00", "d");
    site_unref(s);
}

/* Who asks for a target is told who is there now, seat by seat. */
static void a_target_means_whoever_is_on_duty_then(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai", DAILY);
    AUTO_JSON(to);
    struct rungs found = {0};
    struct rung_person p;
    to = json_string("duty:room");
    site_resolve(s, to, NULL, false, at(s, "2026-07-02 09:00"), &found);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.at[0].at[0].id, "b");
    assert_string_equal(found.at[0].at[0].words, "first, duty:room");
    rungs_done(&found);
    site_resolve(s, to, NULL, false, AT_ANY_TIME, &found);
    assert_int_equal(found.at[0].count, 3);
    rungs_done(&found);
    site_resolve(s, to, NULL, false, at(s, "2026-06-02 09:00"), &found);
    assert_int_equal(found.count, 0); /* before the first turn nobody sits there */
    rungs_done(&found);
    assert_true(site_seat(s, "room", "first", at(s, "2026-07-03 09:00"), &p));
    assert_string_equal(p.id, "c");
    assert_false(site_seat(s, "room", "first", at(s, "2026-06-03 09:00"), &p));
    assert_false(site_seat(s, "room", "second", at(s, "2026-07-03 09:00"), &p));
    assert_true(site_speaks_for(s, "c", "duty:room", at(s, "2026-07-03 09:00")));
    assert_false(site_speaks_for(s, "c", "duty:room", at(s, "2026-07-04 09:00")));
    site_unref(s);
}

/* Nobody works 23 hours by the clock and is relieved at nine: wall-clock time counts. */
static void a_handover_keeps_to_the_clock_when_it_is_set(void **state)
{
    (void)state;
    struct site *s =
        site_in("America/Chicago", ",'handover':'08:00','every':'1d','from':'2026-03-07'");
    assert_int_equal(at(s, "2026-03-08 08:00") - at(s, "2026-03-07 08:00"), 23 * MS_HOUR);
    assert_string_equal(sits(s, "first", at(s, "2026-03-08 08:00") - 1), "a");
    assert_sits(s, "first", "2026-03-08 08:00", "b");
    site_unref(s);
    /* at a time that is left out, and at one that comes twice */
    s = site_in("America/Chicago", ",'handover':'02:30','every':'1d','from':'2026-03-07'");
    assert_string_equal(sits(s, "first", at(s, "2026-03-08 03:00") - 1), "a");
    assert_sits(s, "first", "2026-03-08 03:00", "b");
    site_unref(s);
    s = site_in("America/Chicago", ",'handover':'01:30','every':'1d','from':'2026-10-31'");
    wall_ms first = at(s, "2026-11-01 01:30");
    assert_string_equal(sits(s, "first", first - 1), "a");
    for (wall_ms when = first; when < first + 3 * MS_HOUR; when += 15 * MS_MINUTE)
        assert_string_equal(sits(s, "first", when), "b");
    site_unref(s);
}

static void hours_weeks_and_months_have_their_turns(void **state)
{
    (void)state;
    struct site *s =
        site_in("Asia/Shanghai", ",'handover':'08:00','every':'8h','from':'2026-07-01'");
    assert_sits(s, "first", "2026-07-01 15:59", "a");
    assert_sits(s, "first", "2026-07-01 16:00", "b");
    assert_sits(s, "first", "2026-07-02 00:00", "c");
    assert_sits(s, "first", "2026-07-02 08:00", "a");
    site_unref(s);
    s = site_in("Asia/Shanghai", ",'handover':'mon 08:00','every':'2w','from':'2026-07-01'");
    assert_sits(s, "first", "2026-07-06 07:59", "-"); /* the first Monday from then on */
    assert_sits(s, "first", "2026-07-06 08:00", "a");
    assert_sits(s, "first", "2026-07-20 07:59", "a");
    assert_sits(s, "first", "2026-07-20 08:00", "b");
    site_unref(s);
    s = site_in("Asia/Shanghai", ",'handover':'31 08:00','every':'1mo','from':'2026-07-01'");
    assert_sits(s, "first", "2026-08-31 08:00", "b");
    assert_sits(s, "first", "2026-09-30 07:59", "b"); /* September ends on the thirtieth */
    assert_sits(s, "first", "2026-09-30 08:00", "c");
    site_unref(s);
}

/* ---- days off, hours, shifts ---- */

static void days_off_have_a_rotation_of_their_own(void **state)
{
    (void)state;
    struct site *s =
        site_in("Asia/Shanghai", ",'handover':'08:00','every':'1d','from':'2026-09-28',"
                                 "'holiday':{'seats':{'lead':['b','c']}}");
    assert_sits(s, "lead", "2026-09-30 12:00", "d");
    assert_sits(s, "lead", "2026-10-01 07:59", "d"); /* the shift of the thirtieth */
    assert_sits(s, "lead", "2026-10-01 08:00", "b");
    assert_sits(s, "lead", "2026-10-02 08:00", "c");
    assert_sits(s, "lead", "2026-10-07 08:00", "b");
    assert_sits(s, "lead", "2026-10-08 08:00", "d");
    assert_sits(s, "lead", "2026-10-10 12:00", "d"); /* a Saturday on which work is made up for */
    assert_sits(s, "lead", "2026-10-11 12:00", "c"); /* the eighth day off */
    assert_sits(s, "first", "2026-10-01 08:00", "a");
    site_unref(s);
}

static void a_seat_is_on_duty_in_its_hours(void **state)
{
    (void)state;
    struct site *s =
        site_in("Asia/Shanghai", DAILY ",'hours':{'lead':['workday 08:00-18:00',"
                                       "'fri 22:00-06:00'],'first':['sat 00:00-24:00']}");
    assert_sits(s, "lead", "2026-07-02 07:59", "-");
    assert_sits(s, "lead", "2026-07-02 08:00", "d");
    assert_sits(s, "lead", "2026-07-02 18:00", "-");
    assert_sits(s, "lead", "2026-07-04 05:59", "d"); /* what began on Friday */
    assert_sits(s, "lead", "2026-07-04 06:00", "-");
    assert_sits(s, "lead", "2026-10-10 09:00", "d");
    assert_sits(s, "lead", "2026-10-05 09:00", "-");
    assert_sits(s, "first", "2026-07-05 00:00", "-");
    assert_sits(s, "first", "2026-07-04 23:59", "a");
    site_unref(s);
}

/* A temporary roster: the rotation goes on behind it, and is as it was when it ends. */
static void a_shift_stands_in_the_place_of_the_rotation(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai",
                             DAILY ",'shifts':[{'seat':'first','person':'d','from':'2026-07-03',"
                                   "'to':'2026-07-04 12:00'}]");
    assert_sits(s, "first", "2026-07-02 23:59", "b");
    assert_sits(s, "first", "2026-07-03 00:00", "d");
    assert_sits(s, "first", "2026-07-04 11:59", "d");
    assert_sits(s, "first", "2026-07-04 12:00", "a");
    site_unref(s);
}

static void an_override_stands_above_all(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai",
                             DAILY ",'shifts':[{'seat':'first','person':'d','from':'2026-07-03',"
                                   "'to':'2026-07-05'}]");
    const struct duty_change changes[] = {
        {"room", "first", "c", at(s, "2026-07-03 09:00"), at(s, "2026-07-03 21:00")},
        {"room", "gone", "c", at(s, "2026-07-03 09:00"), at(s, "2026-07-03 21:00")},
        {"room", "lead", "nobody", at(s, "2026-07-03 09:00"), at(s, "2026-07-03 21:00")}};
    site_set_changes(s, changes, 3);
    assert_sits(s, "first", "2026-07-03 00:00", "d");
    assert_sits(s, "first", "2026-07-03 09:00", "c");
    assert_sits(s, "first", "2026-07-03 20:59", "c");
    assert_sits(s, "first", "2026-07-03 21:00", "d");
    assert_sits(s, "lead", "2026-07-03 09:00", "d"); /* whom the site does not know takes no seat */
    site_set_changes(s, NULL, 0);
    assert_sits(s, "first", "2026-07-03 09:00", "d");
    site_unref(s);
}

/* ---- holes ---- */

static void a_hole_is_found_with_its_ends(void **state)
{
    (void)state;
    struct site *s =
        site_in("Asia/Shanghai", ",'handover':'08:00','every':'1d','from':'2026-08-01',"
                                 "'hours':{'lead':['workday 08:00-18:00']}");
    const struct roster *r = site_roster(s, "room");
    struct duty_span hole;
    wall_ms from = at(s, "2026-07-20 12:00"), until = at(s, "2026-09-20");
    assert_true(seat_hole(s, r, roster_seat(r, "first"), from, until, &hole));
    assert_true(hole.from == from && hole.to == at(s, "2026-08-01 08:00"));
    assert_false(seat_hole(s, r, roster_seat(r, "first"), hole.to, until, &hole));
    from = hole.to; /* from then on the lead is out of its hours at times: that is no hole */
    assert_false(seat_hole(s, r, roster_seat(r, "lead"), from, until, &hole));
    assert_false(roster_hole(s, r, from, until, &hole));
    assert_true(roster_hole(s, r, at(s, "2026-07-20 12:00"), until, &hole));
    assert_true(hole.to == from);
    struct duty_span span =
        seat_span(s, r, roster_seat(r, "first"), at(s, "2026-08-02 12:00"), until);
    assert_string_equal(span.person, "b");
    assert_true(span.to == at(s, "2026-08-03 08:00"));
    site_unref(s);
}

static void checked_at(const char *rest, const char *when, const char *words)
{
    struct site *s = site_in("Asia/Shanghai", rest);
    struct remarked said = {0};
    struct remarks r;
    remarks_init(&r, "site", remarked_add, &said);
    site_check_duty(s, at(s, when), &r);
    if (words)
        remarked_has(&said, words);
    else
        assert_string_equal(text_str(&said.lines), "");
    assert_int_equal(json_array_size(r.path), 0);
    remarks_done(&r);
    remarked_done(&said);
    site_unref(s);
}

/* Whoever writes the site hears of the hole now, and not that night. */
static void a_hole_in_the_days_to_come_is_named(void **state)
{
    (void)state;
    checked_at(DAILY, "2026-07-20 12:00", NULL);
    checked_at(DAILY, "2026-06-20 12:00",
               "error site roster_gap rosters.room.seats.first: nobody sits in the seat first of "
               "duty:room from 2026-06-20 12:00 until 2026-07-01 08:00");
    checked_at(DAILY, "2026-04-01 12:00", "from 2026-04-01 12:00 on");
    checked_at(
        DAILY ",'hours':{'first':['workday 09:00-18:00'],'lead':['sat 00:00-24:00']}",
        "2026-07-20 12:00",
        "warning site roster_gap rosters.room: nobody is on duty in duty:room from 2026-07-20 "
        "18:00 until 2026-07-21 09:00: all its seats are out of their hours");
    checked_at(DAILY, "2026-11-20 12:00",
               "warning site no_holidays holidays.cn: the holidays of 2027 are not there");
}

static void what_is_wrong_with_a_roster_is_named(void **state)
{
    (void)state;
    refused("", "missing_key rosters.room: who takes turns needs every: \"8h\", \"1d\"");
    refused("", "who takes turns needs handover");
    refused(",'handover':'8:00','every':'1d','from':'2026-07-01'",
            "bad_value rosters.room.handover: handover is \"08:00\"; \"mon 08:00\" with weeks");
    refused(",'handover':'08:00','every':'1w','from':'2026-07-01'", "rosters.room.handover");
    refused(",'handover':'mon 08:00','every':'1d','from':'2026-07-01'", "rosters.room.handover");
    refused(",'handover':'32 08:00','every':'1mo','from':'2026-07-01'", "rosters.room.handover");
    refused(",'handover':'08:00','every':'13h','from':'2026-07-01'", "rosters.room.every");
    refused(",'handover':'08:00','every':'0d','from':'2026-07-01'", "rosters.room.every");
    refused(",'handover':'08:00','every':'1d','from':'2026-02-30'", "rosters.room.from");
    refused(DAILY ",'titles':{'frist':'x'}", "did you mean \"first\"?");
    refused(DAILY ",'holiday':{'seats':{'first':['x']}}",
            "unknown_name rosters.room.holiday.seats.first[1]: the site has no person \"x\"");
    refused(DAILY ",'holiday':{'calendar':'wrok'}", "did you mean \"work\"?");
    refused(DAILY ",'hours':{'lead':['9-18']}",
            "bad_value rosters.room.hours.lead: hours are days");
    refused(DAILY ",'hours':{'lead':['mon 09:00-09:00']}", "hours are days");
    refused(DAILY ",'shifts':[{'seat':'first','person':'x','from':'2026-07-03','to':'2026-07-04'}]",
            "rosters.room.shifts[1]: the site has no person \"x\"");
    refused(DAILY ",'shifts':[{'seat':'first','person':'a','from':'2026-07-04','to':'2026-07-03'}]",
            "the shift ends before it begins");
    refused(DAILY ",'shifts':[{'seat':'first','person':'a','from':'2026-07-03','to':'2026-07-05'},"
                  "{'seat':'first','person':'b','from':'2026-07-04','to':'2026-07-06'}]",
            "two shifts of the seat first run at the same time (the other is number 1)");
    refused(DAILY ",'approves':'post:x'", "the site has no post \"x\"");
    refused(DAILY ",'spot_check':{'per_month':40}", "rosters.room.spot_check.per_month");
    refused(DAILY ",'evry':'1d'", "did you mean \"every\"?");
}

static void a_zone_that_is_none_is_named(void **state)
{
    (void)state;
    AUTO_JSON(value);
    value = site_json("Asia/Shanghia", DAILY, "");
    struct remarked said = {0};
    struct remarks r;
    struct site *s = NULL;
    remarks_init(&r, "site", remarked_add, &said);
    assert_int_equal(site_read(value, &r, &s), ERR_INVALID);
    remarked_has(&said, "unknown_name zone: the time zone database has no zone \"Asia/Shanghia\"; "
                        "did you mean \"Asia/Shanghai\"?");
    remarks_done(&r);
    remarked_done(&said);
}

/* ---- days ---- */

static bool worked(const struct site *s, const char *calendar, const char *text)
{
    int64_t day = 0;
    assert_true(date_parse(text, &day));
    return site_workday(s, calendar, day);
}

static void work_days_are_those_of_the_calendar(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai", DAILY);
    assert_true(worked(s, NULL, "2026-09-30"));
    assert_false(worked(s, NULL, "2026-10-01"));
    assert_false(worked(s, "work", "2026-10-07"));
    assert_true(worked(s, "work", "2026-10-08"));
    assert_true(worked(s, "work", "2026-10-10"));  /* made up for, a Saturday */
    assert_false(worked(s, "work", "2026-10-11")); /* Sunday */
    assert_false(worked(s, "work", "2026-12-31"));
    assert_true(worked(s, "shop", "2026-10-03")); /* knows no holidays */
    assert_false(worked(s, "nix", "2026-10-08"));
    site_unref(s);
}

/* Whose turn it is on a day off depends on how many there were: counted, and not gone through. */
static void days_off_are_counted_as_they_are(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai", DAILY);
    const struct calendar *c = site_roster(s, "room")->calendar;
    int64_t first = 0, off = 0;
    assert_true(date_parse("2026-09-03", &first));
    for (int64_t day = first; day < first + 1200; day++) {
        if (calendar_days_off(c, first, day) != off)
            fail_msg("%d days on", (int)(day - first));
        off += !site_workday(s, "work", day);
    }
    assert_int_equal(calendar_days_off(c, first, first - 1), 0);
    site_unref(s);
}

static void a_calendar_is_open_at_its_hours(void **state)
{
    (void)state;
    struct site *s = site_in("Asia/Shanghai", DAILY);
    assert_false(site_calendar_open(s, "work", at(s, "2026-07-20 08:59")));
    assert_true(site_calendar_open(s, "work", at(s, "2026-07-20 09:00")));
    assert_false(site_calendar_open(s, "work", at(s, "2026-07-20 18:00")));
    assert_false(site_calendar_open(s, NULL, at(s, "2026-07-19 12:00")));
    assert_true(site_calendar_open(s, NULL, at(s, "2026-10-10 12:00")));
    assert_true(site_calendar_open(s, "shop", at(s, "2026-07-20 01:59"))); /* of Sunday night */
    assert_false(site_calendar_open(s, "shop", at(s, "2026-07-20 02:00")));
    assert_false(site_calendar_open(s, "nix", at(s, "2026-07-20 12:00")));
    site_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_change_at_the_handover_and_begin_again),
        cmocka_unit_test(a_target_means_whoever_is_on_duty_then),
        cmocka_unit_test(a_handover_keeps_to_the_clock_when_it_is_set),
        cmocka_unit_test(hours_weeks_and_months_have_their_turns),
        cmocka_unit_test(days_off_have_a_rotation_of_their_own),
        cmocka_unit_test(a_seat_is_on_duty_in_its_hours),
        cmocka_unit_test(a_shift_stands_in_the_place_of_the_rotation),
        cmocka_unit_test(an_override_stands_above_all),
        cmocka_unit_test(a_hole_is_found_with_its_ends),
        cmocka_unit_test(a_hole_in_the_days_to_come_is_named),
        cmocka_unit_test(what_is_wrong_with_a_roster_is_named),
        cmocka_unit_test(a_zone_that_is_none_is_named),
        cmocka_unit_test(work_days_are_those_of_the_calendar),
        cmocka_unit_test(days_off_are_counted_as_they_are),
        cmocka_unit_test(a_calendar_is_open_at_its_hours),
    };
    return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
