#include "base/civil.h"

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

/* ---- rules: "CST-8", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30" ---- */

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

static int64_t rule_offset(const char *rule, wall_ms at)
{
    int year, month, day;
    rule_name(&rule);
    int64_t standard = -rule_time(&rule, 0), now = at / 1000 + standard;
    if (!*rule)
        return standard;
    rule_name(&rule);
    int64_t summer = -rule_time(&rule, -standard - 3600);
    date_from_days(now / 86400, &year, &month, &day);
    int64_t begins = rule_change(&rule, year), ends = rule_change(&rule, year) - summer + standard;
    bool in = begins < ends ? now >= begins && now < ends : now >= begins || now < ends;
    return in ? summer : standard;
}

int64_t zone_offset_ms(const char *zone, wall_ms at)
{
    const struct zone *z = zone_find(zone);
    return z ? rule_offset(z->rule, at) * 1000 : 0;
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

wall_ms civil_moment(const char *zone, int64_t day, int minute)
{
    wall_ms local = day * MS_DAY + minute * MS_MINUTE, at = local - zone_offset_ms(zone, local);
    return local - zone_offset_ms(zone, at);
}

int64_t civil_day(const char *zone, wall_ms at)
{
    return (at + zone_offset_ms(zone, at)) / MS_DAY;
}

wall_ms civil_next(const char *zone, const int *minutes, size_t count, wall_ms after)
{
    wall_ms first = 0;
    int64_t today = civil_day(zone, after);
    for (int64_t day = today; day <= today + 2 && !first; day++) {
        for (size_t n = 0; n < count; n++) {
            wall_ms at = civil_moment(zone, day, minutes[n]);
            if (at > after && (!first || at < first))
                first = at;
        }
    }
    return first;
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
