#include "core/contact_value.h"

#include <ctype.h>
#include <string.h>

enum { PHONE_LEAST = 7, PHONE_MOST = 15, LOCAL_DIGITS = 10, EMAIL_BYTES = 254, URL_BYTES = 2000 };

/* A digit as keyboards write it, also the full-width ones of Chinese; -1: none. */
static int digit_at(const char *at, size_t *ret_len)
{
    const unsigned char *u = (const unsigned char *)at;
    *ret_len = 1;
    if (isdigit(u[0]))
        return u[0] - '0';
    if (u[0] == 0xef && u[1] == 0xbc && u[2] >= 0x90 && u[2] <= 0x99) { /* U+FF10 … U+FF19 */
        *ret_len = 3;
        return u[2] - 0x90;
    }
    return -1;
}

static bool starts_with(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

/* How many bytes of what may stand between digits: blanks, dashes, brackets, dots. */
static size_t between_at(const char *at)
{
    static const char *const wide[] = {"\u3000", "\uff08", "\uff09", "\uff0d", "\u2013", "\u00a0"};
    if (*at && strchr(" -().\t", *at))
        return 1;
    for (size_t n = 0; n < sizeof wide / sizeof *wide; n++)
        if (starts_with(at, wide[n]))
            return strlen(wide[n]);
    return 0;
}

void contact_digits(const char *number, struct text *ret)
{
    AUTO_TEXT(all);
    size_t len;
    for (const char *at = number; *at; at += len) {
        int digit = digit_at(at, &len);
        if (digit >= 0)
            text_add_char(&all, (char)('0' + digit));
    }
    const char *digits = text_str(&all);
    text_add(ret, starts_with(digits, "00") ? digits + 2 : digits);
}

bool contact_same_number(const char *a, const char *b)
{
    AUTO_TEXT(one);
    AUTO_TEXT(other);
    contact_digits(a, &one);
    contact_digits(b, &other);
    size_t shorter = one.len < other.len ? one.len : other.len;
    if (shorter < PHONE_LEAST)
        return false;
    if (one.len != other.len && shorter < LOCAL_DIGITS)
        return false;
    return !strcmp(text_str(&one) + one.len - shorter, text_str(&other) + other.len - shorter);
}

static enum err phone_check(const char *value, struct text *ret, struct why *why)
{
    AUTO_TEXT(kept);
    size_t len, digits = 0;
    const char *at = value;
    bool plus = starts_with(at, "+") || starts_with(at, "\uff0b");
    at += starts_with(at, "+") ? 1 : plus ? strlen("\uff0b") : 0;
    text_add(&kept, "+");
    for (; *at; at += len) {
        int digit = digit_at(at, &len);
        if (digit >= 0) {
            text_add_char(&kept, (char)('0' + digit));
            digits++;
        } else if (!(len = between_at(at))) {
            break;
        }
    }
    bool zeros = !plus && starts_with(text_str(&kept) + 1, "00");
    const char *number = text_str(&kept) + 1 + (zeros ? 2 : 0);
    if (*at || (!plus && !zeros) || number[0] == '0' || strlen(number) < PHONE_LEAST ||
        strlen(number) > PHONE_MOST)
        return why_set(why, ERR_INVALID,
                       "this is no telephone number; write it with its country, + and %d to %d "
                       "digits: +8613800138000",
                       PHONE_LEAST, PHONE_MOST);
    text_add(ret, "+");
    text_add(ret, number);
    return ERR_OK;
}

static bool has_blank_or_control(const char *value)
{
    for (const char *at = value; *at; at++)
        if (isspace((unsigned char)*at) || iscntrl((unsigned char)*at))
            return true;
    return strstr(value, "\u3000") != NULL;
}

static enum err email_check(const char *value, struct text *ret, struct why *why)
{
    const char *at = strrchr(value, '@');
    const char *dot = at ? strchr(at + 1, '.') : NULL;
    bool fits = at && at != value && dot && dot != at + 1 && dot[1] && strchr(value, '@') == at &&
                strlen(value) <= EMAIL_BYTES && !has_blank_or_control(value) &&
                !strpbrk(value, "<>,;:\"\\()");
    if (!fits)
        return why_set(why, ERR_INVALID,
                       "this is no e-mail address; write it as li.ming@hunjiang.example, without a "
                       "name around it");
    text_add(ret, value);
    return ERR_OK;
}

static enum err url_check(const char *value, struct text *ret, struct why *why)
{
    size_t scheme = starts_with(value, "https://") ? 8 : starts_with(value, "http://") ? 7 : 0;
    if (!scheme || !value[scheme] || value[scheme] == '/' || has_blank_or_control(value) ||
        strlen(value) > URL_BYTES)
        return why_set(why, ERR_INVALID,
                       "this is no address of the web; write it whole: https://ntfy.example/li");
    text_add(ret, value);
    return ERR_OK;
}

static enum err token_check(const char *value, struct text *ret, struct why *why)
{
    if (has_blank_or_control(value))
        return why_set(why, ERR_INVALID,
                       "this holds a blank; write the id as the service has given it, without any");
    text_add(ret, value);
    return ERR_OK;
}

enum err contact_value_check(const char *kind, const char *value, struct text *ret, struct why *why)
{
    if (!*value || text_blank(value))
        return why_set(why, ERR_INVALID, "there is no value; muster contact remove takes one away");
    if (strpbrk(value, "\r\n"))
        return why_set(why, ERR_INVALID, "a value is one line");
    if (kind && !strcmp(kind, "phone"))
        return phone_check(value, ret, why);
    if (kind && !strcmp(kind, "email"))
        return email_check(value, ret, why);
    if (kind && !strcmp(kind, "url"))
        return url_check(value, ret, why);
    if (kind && !strcmp(kind, "token"))
        return token_check(value, ret, why);
    text_add(ret, value);
    return ERR_OK;
}
