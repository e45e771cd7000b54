#include "base/time.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- durations ---- */

static const struct {
    const char *name;
    int64_t ms;
    bool head_only;
} duration_units[] = {
    {"y", 365 * MS_DAY, true}, {"mo", 30 * MS_DAY, true}, {"d", MS_DAY, false},
    {"h", MS_HOUR, false},     {"m", MS_MINUTE, false},   {"s", MS_SECOND, false},
};

enum { DURATION_UNITS = sizeof(duration_units) / sizeof(duration_units[0]) };

/* Digits at *at; returns -1 where there are none or too many to be within bounds. */
static int64_t duration_number(const char **at)
{
    int64_t n = 0;
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits == 12)
            return -1;
        n = n * 10 + (**at - '0');
    }
    return digits ? n : -1;
}

/* The unit at *at, the longest that fits ("mo" before "m"); returns its index or -1. */
static int duration_unit(const char **at)
{
    size_t letters = strspn(*at, "abcdefghijklmnopqrstuvwxyz");
    for (int u = 0; u < DURATION_UNITS; u++) {
        if (strlen(duration_units[u].name) == letters &&
            memcmp(duration_units[u].name, *at, letters) == 0) {
            *at += letters;
            return u;
        }
    }
    return -1;
}

bool duration_parse(const char *text, bool head, int64_t *ret_ms)
{
    int64_t sum = 0;
    int last = -1;
    if (!*text)
        return false;

    while (*text) {
        int64_t n = duration_number(&text);
        int u = n < 0 ? -1 : duration_unit(&text);
        if (u <= last || (duration_units[u].head_only && !head))
            return false; /* no unit at all is -1, which is never above `last` */
        if (n > DURATION_MAX_MS / duration_units[u].ms)
            return false;
        sum += n * duration_units[u].ms;
        last = u;
    }
    if (sum > DURATION_MAX_MS)
        return false;
    *ret_ms = sum;
    return true;
}

void duration_add(struct text *t, int64_t ms)
{
    uint64_t left = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    if (left < (uint64_t)MS_SECOND) {
        text_add(t, "0s");
        return;
    }
    if (ms < 0)
        text_add_char(t, '-');
    for (int u = 0; u < DURATION_UNITS; u++) {
        uint64_t unit = (uint64_t)duration_units[u].ms;
        if (duration_units[u].head_only || left < unit)
            continue;
        text_addf(t, "%llu%s", (unsigned long long)(left / unit), duration_units[u].name);
        left %= unit;
    }
}

/* ---- dates: days of the proleptic Gregorian calendar, counted from 1970-01-01 ---- */

/* Years are counted from March, so that the leap day is the last of its year. */
int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2 ? 1 : 0));
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

#define WALL_MIN (INT64_C(-62167219200) * 1000)     /* 0000-01-01T00:00:00.000Z */
#define WALL_MAX (INT64_C(253402300800) * 1000 - 1) /* 9999-12-31T23:59:59.999Z */

const char *rfc3339(wall_ms at, char ret[RFC3339_TEXT])
{
    if (at < WALL_MIN)
        at = WALL_MIN;
    if (at > WALL_MAX)
        at = WALL_MAX;

    int64_t days = (at >= 0 ? at : at - (MS_DAY - 1)) / MS_DAY;
    int ms = (int)(at - days * MS_DAY);
    int year, month, day;
    date_from_days(days, &year, &month, &day);

    char buf[64];
    int n = snprintf(buf, sizeof(buf), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
                     ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
    assert(n == RFC3339_TEXT - 1);
    memcpy(ret, buf, RFC3339_TEXT);
    return ret;
}

/* Exactly `count` digits, then *at is behind them; -1 where there are fewer. */
static int read_digits(const char **at, int count)
{
    int v = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        v = v * 10 + (**at - '0');
    }
    return v;
}

static bool read_char(const char **at, const char *one_of)
{
    if (!**at || !strchr(one_of, **at))
        return false;
    (*at)++;
    return true;
}

static bool read_date(const char **at, int64_t *ret_days)
{
    int year = read_digits(at, 4);
    if (year < 0 || !read_char(at, "-"))
        return false;
    int month = read_digits(at, 2);
    if (month < 1 || month > 12 || !read_char(at, "-"))
        return false;
    int day = read_digits(at, 2);
    if (day < 1 || day > month_days(year, month))
        return false;
    *ret_days = days_from_date(year, month, day);
    return true;
}

static bool read_time_of_day(const char **at, int64_t *ret_ms)
{
    int h = read_digits(at, 2);
    if (h < 0 || h > 23 || !read_char(at, ":"))
        return false;
    int m = read_digits(at, 2);
    if (m < 0 || m > 59 || !read_char(at, ":"))
        return false;
    int s = read_digits(at, 2);
    if (s < 0 || s > 60)
        return false;

    int64_t ms = 0;
    if (read_char(at, ".")) {
        int digits = 0;
        for (int64_t unit = 100; **at >= '0' && **at <= '9'; (*at)++, digits++, unit /= 10)
            ms += unit * (**at - '0');
        if (digits < 1 || digits > 9)
            return false;
    }
    *ret_ms = h * MS_HOUR + m * MS_MINUTE + s * MS_SECOND + ms;
    return true;
}

static bool read_offset(const char **at, int64_t *ret_ms)
{
    *ret_ms = 0;
    if (read_char(at, "Zz"))
        return true;
    int sign = **at == '-' ? -1 : 1;
    if (!read_char(at, "+-"))
        return false;
    int h = read_digits(at, 2);
    if (h < 0 || h > 23 || !read_char(at, ":"))
        return false;
    int m = read_digits(at, 2);
    if (m < 0 || m > 59)
        return false;
    *ret_ms = sign * (h * MS_HOUR + m * MS_MINUTE);
    return true;
}

bool rfc3339_parse(const char *text, wall_ms *ret)
{
    int64_t days, ms, offset;
    if (!read_date(&text, &days) || !read_char(&text, "Tt") || !read_time_of_day(&text, &ms) ||
        !read_offset(&text, &offset) || *text)
        return false;
    *ret = days * MS_DAY + ms - offset;
    return true;
}
