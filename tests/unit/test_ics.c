/* Duty that is planned in a calendar elsewhere: which events are whose, and when. */
#include "site/ics.h"

#include "base/civil.h"
#include "remarked.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define CALENDAR(events)                                                                           \
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n" lines "END:VEVENT\r\n"
#define OWN_ZONE                                                                                   \
    "BEGIN:VTIMEZONE\r\nTZID:Works\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"               \
    "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static const char people[] = "{'li.ming':{'name':'李明'},'tang.yu':{'name':'唐宇'},"
                             "'wang.qiang':{'name':'王强'},'zz.top':{'name':'李明华'}}";

static wall_ms at(const char *text)
{
    wall_ms ms = 0;
    assert_true(rfc3339_parse(text, &ms));
    return ms;
}

/* Looked at from 2026-11-01 to 2028-01-01, by the clocks of Shanghai. */
static enum err read_bytes(const char *bytes, size_t len, json_t **ret, int *line, struct why *why)
{
    AUTO_JSON(all);
    all = data(people);
    const struct ics_ask ask = {.zone = "Asia/Shanghai",
                                .people = all,
                                .from = at("2026-11-01T00:00:00Z"),
                                .until = at("2028-01-01T00:00:00Z")};
    return ics_shifts(bytes, len, &ask, ret, line, why);
}

/* "li.ming 2026-12-01T00:00Z 1d" a line */
static void gives(const char *calendar, const char *expected)
{
    AUTO_JSON(shifts);
    AUTO_TEXT(found);
    struct why why = {0};
    int line;
    size_t n;
    json_t *one;
    if (read_bytes(calendar, strlen(calendar), &shifts, &line, &why))
        fail_msg("line %d: %s", line, why.text);
    json_array_foreach(shifts, n, one)
    {
        char text[RFC3339_TEXT];
        wall_ms from = json_int(one, "from", 0);
        text_addf(&found, "%s %.16sZ ", json_str(one, "person"), rfc3339(from, text));
        duration_add(&found, json_int(one, "to", 0) - from);
        text_add_char(&found, '\n');
    }
    assert_string_equal(text_str(&found), expected);
}

static void refuses(const char *calendar, size_t len, int line_expected, const char *words)
{
    AUTO_JSON(shifts);
    struct why why = {0};
    int line = 0;
    assert_int_equal(read_bytes(calendar, len, &shifts, &line, &why), ERR_INVALID);
    assert_null(shifts);
    if (line != line_expected || !strstr(why.text, words))
        fail_msg("%d: %s", line, why.text);
}

static void whoever_is_named_is_on_duty(void **state)
{
    (void)state;
    gives(CALENDAR(
              EVENT("DTSTART:20261201T000000Z\r\nDTEND:20261202T000000Z\r\nSUMMARY:值班 李明\r\n")
                  EVENT("DTSTART:20261203T080000\r\nDURATION:PT8H\r\nSUMMARY:tang.yu\r\n")
                      EVENT("DTSTART:20261204T080000\r\nDURATION:PT8H\r\nSUMMARY:Dinner\r\n")),
          "li.ming 2026-12-01T00:00Z 1d\ntang.yu 2026-12-03T00:00Z 8h\n");
    gives(CALENDAR(EVENT("DTSTART:20261201T000000Z\r\nDTEND:20261202T000000Z\r\nSUMMARY:On call\r\n"
                         "ATTENDEE;CN=x:mailto:tang.yu@example.org\r\n")
                       EVENT("DTSTART:20261205T000000Z\r\nDTEND:20261206T000000Z\r\n"
                             "ATTENDEE;CN=王强:mailto:w@example.org\r\n")),
          "tang.yu 2026-12-01T00:00Z 1d\nwang.qiang 2026-12-05T00:00Z 1d\n");
    /* an id within a longer word is nobody's; what was called off does not take place */
    gives(CALENDAR(
              EVENT("DTSTART:20261201T000000Z\r\nDTEND:20261202T000000Z\r\nSUMMARY:li.mingxia\r\n")
                  EVENT("DTSTART:20261201T000000Z\r\nDTEND:20261202T000000Z\r\n"
                        "STATUS:CANCELLED\r\nSUMMARY:li.ming\r\n")),
          "");
    gives(CALENDAR(EVENT("DTSTART:20261201T000000Z\r\nDURATION:PT1H\r\nSUMMARY:李明华\r\n")),
          "zz.top 2026-12-01T00:00Z 1h\n");
    gives(CALENDAR(""), "");
}

/* A night of summer time ends at its hour, and a whole day is one by the clocks there. */
static void times_are_those_of_their_zone(void **state)
{
    (void)state;
    gives(CALENDAR(EVENT("DTSTART;TZID=America/Chicago:20270313T080000\r\n"
                         "DTEND;TZID=America/Chicago:20270314T080000\r\nSUMMARY:李明\r\n")),
          "li.ming 2027-03-13T14:00Z 23h\n");
    gives(CALENDAR(OWN_ZONE EVENT("DTSTART;TZID=Works:20261201T090000\r\n"
                                  "DTEND;TZID=Works:20261201T180000\r\nSUMMARY:李明\r\n")),
          "li.ming 2026-12-01T00:00Z 9h\n");
    gives(CALENDAR(EVENT("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261203\r\n"
                         "SUMMARY:李明\r\n")),
          "li.ming 2026-11-30T16:00Z 2d\n");
    gives(CALENDAR(EVENT("DTSTART;VALUE=DATE:20261201\r\nSUMMARY:李明\r\n")),
          "li.ming 2026-11-30T16:00Z 1d\n");
}

static void what_repeats_is_there_each_time(void **state)
{
    (void)state;
    gives(CALENDAR(EVENT("DTSTART;TZID=Asia/Shanghai:20261201T080000\r\nDURATION:P1D\r\n"
                         "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=4\r\n"
                         "EXDATE;TZID=Asia/Shanghai:20261205T080000\r\nSUMMARY:李明\r\n")),
          "li.ming 2026-12-01T00:00Z 1d\nli.ming 2026-12-03T00:00Z 1d\n"
          "li.ming 2026-12-07T00:00Z 1d\n");
    /* the end of a rule is a moment in UTC, whatever zone the event has */
    gives(
        CALENDAR(EVENT("DTSTART;TZID=America/Chicago:20261201T200000\r\nDURATION:PT4H\r\n"
                       "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261209T020000Z\r\nSUMMARY:李明\r\n")),
        "li.ming 2026-12-02T02:00Z 4h\nli.ming 2026-12-04T02:00Z 4h\n"
        "li.ming 2026-12-09T02:00Z 4h\n");
    /* one of them is another's, at another time */
    gives(CALENDAR(EVENT("DTSTART:20261201T000000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
                         "SUMMARY:李明\r\n")
                       EVENT("RECURRENCE-ID:20261202T000000Z\r\nDTSTART:20261202T060000Z\r\n"
                             "DURATION:PT2H\r\nSUMMARY:王强\r\n")),
          "li.ming 2026-12-01T00:00Z 1d\nwang.qiang 2026-12-02T06:00Z 2h\n"
          "li.ming 2026-12-03T00:00Z 1d\n");
    gives(CALENDAR(EVENT("DTSTART:20261201T000000Z\r\nDURATION:PT1H\r\nRDATE:20261210T000000Z\r\n"
                         "SUMMARY:李明\r\n")),
          "li.ming 2026-12-01T00:00Z 1h\nli.ming 2026-12-10T00:00Z 1h\n");
}

/* Without an end, and long past: only what is looked at is given. */
static void what_has_no_end_is_cut(void **state)
{
    (void)state;
    static const char daily[] = CALENDAR(
        EVENT("DTSTART:20200101T000000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nSUMMARY:李明\r\n"));
    AUTO_JSON(shifts);
    struct why why = {0};
    int line;
    assert_int_equal(read_bytes(daily, strlen(daily), &shifts, &line, &why), ERR_OK);
    assert_int_equal(json_array_size(shifts), 426); /* days from 2026-11-01 to 2028-01-01 */
    gives(CALENDAR(EVENT("DTSTART:20200101T000000Z\r\nDURATION:P1D\r\nSUMMARY:李明\r\n")), "");
}

/* The night's list must not be half of it because a copy was cut off. */
static void a_broken_calendar_is_named_with_its_line(void **state)
{
    (void)state;
    static const char cut[] =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART:20261201T000000Z\r\n";
    static const char unknown[] = CALENDAR(
        EVENT("DTSTART;TZID=Mars/Base:20261201T090000\r\nDURATION:PT1H\r\nSUMMARY:李明\r\n"));
    static const char seconds[] = CALENDAR(EVENT(
        "DTSTART:20201201T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:李明\r\n"));
    static const char never[] = CALENDAR(EVENT(
        "DTSTART:20261201T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"
        "SUMMARY:李明\r\n"));
    static const char rule[] = CALENDAR(
        EVENT("DTSTART:20261201T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=NEVER\r\nSUMMARY:李明\r\n"));
    refuses("hello", 5, 1, "this is no line of a calendar");
    refuses("", 0, 1, "there is no BEGIN:VCALENDAR in it");
    refuses(cut, strlen(cut), 4, "it ends before END:VEVENT: the file is cut off");
    refuses("BEGIN:VCALENDAR\nEND:VEVENT\n", 27, 2, "END:VEVENT ends nothing that is open");
    refuses("BEGIN:VCALENDAR\n\xff\n", 18, 1, "no UTF-8");
    refuses(unknown, strlen(unknown), 1, "the zone \"Mars/Base\" is not known");
    refuses(rule, strlen(rule), 1, "cannot be read");
    refuses(seconds, strlen(seconds), 1, "repeats more than 200000 times");
    refuses(never, strlen(never), 1, "an RRULE that cannot be read"); /* February 30 */
}

/* Whatever a calendar program writes, or a disk makes of it, is read or refused. */
static void mutilated_calendars_are_read_or_refused(void **state)
{
    (void)state;
    static const char whole[] = CALENDAR(
        OWN_ZONE EVENT("DTSTART;TZID=Works:20261201T080000\r\nDTEND;TZID=Works:20261201T200000\r\n"
                       "RRULE:FREQ=WEEKLY;BYDAY=MO,-1FR;INTERVAL=2;UNTIL=20270301T000000Z\r\n"
                       "EXDATE:20261208T000000Z\r\nRDATE:20270105T000000Z\r\nSUMMARY:李明\r\n"
                       "ATTENDEE;CN=\"x\":mailto:tang.yu@example.org\r\n"));
    static const char letters[] = "0123456789;:=,-TZ\r\n\"\\BYDAY\xe6\xff ";
    const char *rounds = getenv("MUSTER_ICS_ROUNDS");
    uint32_t dice = 7;
    for (long n = 0; n < (rounds ? strtol(rounds, NULL, 10) : 1500); n++) {
        char bytes[sizeof whole];
        AUTO_JSON(shifts);
        struct why why = {0};
        int line;
        memcpy(bytes, whole, sizeof whole);
        for (int k = 0; k < 1 + n % 4; k++) {
            dice = dice * 1664525 + 1013904223;
            size_t at = (dice >> 8) % (sizeof whole - 1);
            bytes[at] = letters[(dice >> 4) % (sizeof letters - 1)];
        }
        size_t len = n % 7 ? sizeof whole - 1 : (dice >> 9) % sizeof whole;
        if (!read_bytes(bytes, len, &shifts, &line, &why))
            assert_true(json_array_size(shifts) <= ICS_SHIFTS_MAX);
        else
            assert_true(why.text[0] && line >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_named_is_on_duty),
        cmocka_unit_test(times_are_those_of_their_zone),
        cmocka_unit_test(what_repeats_is_there_each_time),
        cmocka_unit_test(what_has_no_end_is_cut),
        cmocka_unit_test(a_broken_calendar_is_named_with_its_line),
        cmocka_unit_test(mutilated_calendars_are_read_or_refused),
    };
    return cmocka_run_group_tests_name("ics", tests, NULL, NULL);
}
