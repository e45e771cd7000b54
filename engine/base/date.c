#include "base/date.h"

#include <string.h>

static int64_t number_of(const char *text, size_t digits)
{
    int64_t n = 0;
    for (size_t i = 0; i < digits; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

static bool shaped(const char *text)
{
    for (size_t i = 0; i < DATE_TEXT - 1; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    }
    return !text[DATE_TEXT - 1];
}

bool date_parse(const char *text, int64_t *ret_day)
{
    char back[DATE_TEXT];
    if (!shaped(text))
        return false;
    int64_t year = number_of(text, 4), month = number_of(text + 5, 2);
    int64_t day = number_of(text + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret_day = days_from_date(year, (int)month, (int)day);
    return !strcmp(date_text(*ret_day, back), text); /* February 30 comes back as March 2 */
}

const char *date_text(int64_t day, char ret[DATE_TEXT])
{
    int year, month, of_month;
    date_from_days(day, &year, &month, &of_month);
    year = year < 0 ? 0 : year > 9999 ? 9999 : year;
    ret[0] = (char)('0' + year / 1000);
    ret[1] = (char)('0' + year / 100 % 10);
    ret[2] = (char)('0' + year / 10 % 10);
    ret[3] = (char)('0' + year % 10);
    ret[4] = ret[7] = '-';
    ret[5] = (char)('0' + month / 10);
    ret[6] = (char)('0' + month % 10);
    ret[8] = (char)('0' + of_month / 10);
    ret[9] = (char)('0' + of_month % 10);
    ret[10] = '\0';
    return ret;
}

bool period_parse(const char *text, struct period *ret)
{
    static const struct {
        const char *name;
        int months, days;
    } units[] = {{"y", 12, 0}, {"mo", 1, 0}, {"w", 0, 7}, {"d", 0, 1}};
    enum { UNITS = sizeof units / sizeof *units, DIGITS_MAX = 5, YEARS_MAX = 100 };
    int64_t months = 0, days = 0;
    size_t unit = 0;
    while (*text) {
        size_t digits = strspn(text, "0123456789");
        if (!digits || digits > DIGITS_MAX)
            return false;
        int64_t n = number_of(text, digits);
        text += digits;
        size_t letters = strspn(text, "ymowd");
        while (unit < UNITS && (strlen(units[unit].name) != letters ||
                                strncmp(units[unit].name, text, letters) != 0))
            unit++;
        if (unit == UNITS)
            return false;
        months += n * units[unit].months;
        days += n * units[unit++].days;
        text += letters;
    }
    if (months + days < 1 || months > YEARS_MAX * 12 || days > YEARS_MAX * 365)
        return false;
    *ret = (struct period){(int)months, (int)days};
    return true;
}

int64_t date_plus(int64_t day, struct period p)
{
    int year, month, of_month;
    date_from_days(day, &year, &month, &of_month);
    int64_t months = (int64_t)year * 12 + month - 1 + p.months;
    int64_t first = days_from_date(months / 12, (int)(months % 12) + 1, 1);
    int64_t next = days_from_date((months + 1) / 12, (int)((months + 1) % 12) + 1, 1);
    int64_t same = first + of_month - 1;
    return (same < next ? same : next - 1) + p.days;
}

/* 1970-01-01 was a Thursday. */
static bool is_weekend(int64_t day)
{
    int64_t weekday = ((day + 4) % 7 + 7) % 7; /* 0: Sunday */
    return weekday == 0 || weekday == 6;
}

int64_t date_plus_working(int64_t day, int n)
{
    while (n > 0)
        n -= !is_weekend(++day);
    return day;
}
