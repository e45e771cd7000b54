#include "base/civil.h"

#include "base/date.h"
#include "base/zones.h"

#include <stdlib.h>
#include <string.h>

struct zone {
    const char *name, *rule;
};

static const struct zone zones[] = {
#define X(name, rule) {name, rule},
    ZONE_TABLE(X)
#undef X
};

static int zone_order(const void *name, const void *zone)
{
    return strcmp(name, ((const struct zone *)zone)->name);
}

static const struct zone *zone_find(const char *name)
{
    return bsearch(name, zones, sizeof zones / sizeof *zones, sizeof *zones, zone_order);
}

bool zone_known(const char *zone)
{
    return zone_find(zone) != NULL;
}

const char *zone_nearest(const char *zone)
{
    const char *names[sizeof zones / sizeof *zones + 1];
    for (size_t n = 0; n < sizeof zones / sizeof *zones; n++)
        names[n] = zones[n].name;
    names[sizeof zones / sizeof *zones] = NULL;
    return text_nearest(zone, names);
}

/* ---- rules: "CST-8", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30", "<+01>-1 29526360:0 …" ---- */

static void rule_name(const char **at)
{
    *at += **at == '<' ? strcspn(*at, ">") + 1 : strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static int64_t rule_number(const char **at)
{
    char *end;
    int64_t n = strtol(*at, &end, 10);
    *at = end;
    return n;
}

/* "3:30", "-8" in seconds; `otherwise` where there is none. */
static int64_t rule_time(const char **at, int64_t otherwise)
{
    int64_t seconds = 0, sign = **at == '-' ? -1 : 1;
    if (!strchr("+-0123456789", **at) || !**at)
        return otherwise;
    *at += **at == '-' || **at == '+';
    for (int64_t unit = 3600; unit; unit /= 60) {
        seconds += rule_number(at) * unit;
        if (**at != ':')
            break;
        (*at)++;
    }
    return sign * seconds;
}

/* "M3.2.0/2": the second Sunday of March at 02:00, as seconds of the year's local clocks. */
static int64_t rule_change(const char **at, int64_t year)
{
    *at += strspn(*at, ",M");
    int month = (int)rule_number(at);
    ++*at;
    int64_t week = rule_number(at);
    ++*at;
    int64_t weekday = rule_number(at), first = days_from_date(year, month, 1);
    int64_t next = days_from_date(month == 12 ? year + 1 : year, month % 12 + 1, 1);
    /* 1970-01-01 was a Thursday */
    int64_t day = first + (weekday - (first + 4) % 7 + 7) % 7 + (week - 1) * 7;
    while (day >= next)
        day -= 7;
    *at += **at == '/';
    return day * 86400 + rule_time(at, 7200);
}

/* What the rule says, its changes left aside. */
static int64_t posix_offset(const char *rule, wall_ms at)
{
    int year, month, day;
    rule_name(&rule);
    int64_t standard = -rule_time(&rule, 0), now = at / 1000 + standard;
    if (!*rule || *rule == ' ')
        return standard;
    rule_name(&rule);
    int64_t summer = -rule_time(&rule, -standard - 3600);
    date_from_days(now / 86400, &year, &month, &day);
    int64_t begins = rule_change(&rule, year), ends = rule_change(&rule, year) - summer + standard;
    bool in = begins < ends ? now >= begins && now < ends : now >= begins || now < ends;
    return in ? summer : standard;
}

/* Of the changes that follow a rule the last that has come, with one after it; else the rule. */
static int64_t rule_offset(const char *rule, wall_ms at)
{
    const char *change = strchr(rule, ' ');
    int64_t minutes = at / MS_MINUTE, offset = 0;
    bool changed = false;
    while (change && *change) {
        change++;
        if (rule_number(&change) > minutes)
            return changed ? offset * 60 : posix_offset(rule, at);
        change++;
        offset = rule_number(&change);
        changed = true;
    }
    return posix_offset(rule, at);
}

const char *zone_rule(const char *zone)
{
    const struct zone *z = zone_find(zone);
    return z ? z->rule : "UTC0";
}

int64_t zone_offset_ms(const char *zone, wall_ms at)
{
    return rule_offset(zone_rule(zone), at) * 1000;
}

/* ---- clocks ---- */

bool clock_parse(const char *text, int *ret_minutes)
{
    if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 || text[2] != ':')
        return false;
    int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    if (text[0] == ':' || text[1] == ':' || text[3] == ':' || text[4] == ':' || hour > 23 ||
        minute > 59)
        return false;
    *ret_minutes = hour * 60 + minute;
    return true;
}

wall_ms rule_moment(const char *rule, int64_t day, int minute)
{
    wall_ms local = day * MS_DAY + minute * MS_MINUTE, at = local - rule_offset(rule, local) * 1000;
    return local - rule_offset(rule, at) * 1000;
}

/* Between two moments the clocks of the rule change once: the first that shows what is after it. */
static wall_ms rule_change_between(const char *rule, wall_ms before, wall_ms after)
{
    int64_t offset = rule_offset(rule, after);
    while (after - before > 1) {
        wall_ms middle = before + (after - before) / 2;
        if (rule_offset(rule, middle) == offset)
            after = middle;
        else
            before = middle;
    }
    return after;
}

wall_ms rule_first(const char *rule, int64_t day, int64_t minute)
{
    wall_ms local = day * MS_DAY + minute * MS_MINUTE;
    int64_t before = rule_offset(rule, local - MS_DAY) * 1000;
    int64_t after = rule_offset(rule, local + MS_DAY) * 1000;
    wall_ms early = local - (before > after ? before : after);
    wall_ms late = local - (before > after ? after : before);
    if (early + rule_offset(rule, early) * 1000 == local)
        return early;
    if (late + rule_offset(rule, late) * 1000 == local)
        return late;
    return rule_change_between(rule, early, late);
}

wall_ms civil_first(const char *zone, int64_t day, int64_t minute)
{
    return rule_first(zone_rule(zone), day, minute);
}

wall_ms civil_moment(const char *zone, int64_t day, int minute)
{
    return rule_moment(zone_rule(zone), day, minute);
}

int64_t civil_day(const char *zone, wall_ms at)
{
    return (at + zone_offset_ms(zone, at)) / MS_DAY;
}

wall_ms rule_next(const char *rule, const int *minutes, size_t count, wall_ms after)
{
    wall_ms first = 0;
    int64_t today = (after + rule_offset(rule, after) * 1000) / MS_DAY;
    for (int64_t day = today; day <= today + 2 && !first; day++) {
        for (size_t n = 0; n < count; n++) {
            wall_ms at = rule_moment(rule, day, minutes[n]);
            if (at > after && (!first || at < first))
                first = at;
        }
    }
    return first;
}

wall_ms civil_next(const char *zone, const int *minutes, size_t count, wall_ms after)
{
    return rule_next(zone_rule(zone), minutes, count, after);
}

bool civil_parse(const char *text, int64_t *ret_day, int *ret_minutes)
{
    char date[DATE_TEXT];
    if (strlen(text) != 16 || text[10] != ' ')
        return false;
    memcpy(date, text, 10);
    date[10] = '\0';
    return date_parse(date, ret_day) && clock_parse(text + 11, ret_minutes);
}

struct civil civil_of(const char *rule, wall_ms at)
{
    struct civil c = {0};
    wall_ms local = at + rule_offset(rule, at) * 1000;
    int64_t day = local >= 0 ? local / MS_DAY : -((-local + MS_DAY - 1) / MS_DAY);
    int64_t seconds = (local - day * MS_DAY) / MS_SECOND;
    date_from_days(day, &c.year, &c.month, &c.day);
    c.hour = (int)(seconds / 3600);
    c.minute = (int)(seconds / 60 % 60);
    c.second = (int)(seconds % 60);
    c.weekday = (int)((day % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
    c.yearday = (int)(day - days_from_date(c.year, 1, 1)) + 1;
    return c;
}

void civil_add(struct text *to, const char *zone, wall_ms at)
{
    int year, month, day;
    wall_ms local = at + zone_offset_ms(zone, at);
    int64_t minutes = local % MS_DAY / MS_MINUTE;
    date_from_days(local / MS_DAY, &year, &month, &day);
    text_addf(to, "%04d-%02d-%02d %02d:%02d", year, month, day, (int)(minutes / 60),
              (int)(minutes % 60));
}
