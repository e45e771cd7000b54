#include "core/reply_text.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_DIGITS = 4, NUMBER_DIGITS = 2 };

/* A full-width letter, digit or sign as its ASCII; '\0': it is none. */
static char narrow(const unsigned char *u, size_t len)
{
    bool wide = len == 3 && u[0] == 0xef && (u[1] == 0xbc || u[1] == 0xbd); /* U+FF01 … U+FF5E */
    int c = wide ? (u[1] - 0xbc) * 64 + (u[2] - 0x80) + 0x20 : 0;
    return c > 0x20 && c < 0x7f ? (char)c : '\0';
}

/* Any blank: also that of Chinese keyboards (U+3000), and the one that does not break (U+00A0). */
static bool is_blank(const char *at, size_t len)
{
    return (len == 3 && !memcmp(at, "\u3000", 3)) || (len == 2 && !memcmp(at, "\u00a0", 2)) ||
           (len == 1 && strchr(" \t\r\n\v\f", *at));
}

/* One character: small letters become large ones only where words are compared. */
static size_t char_add(const char *at, size_t left, struct text *to)
{
    size_t len = utf8_char(at, left);
    len = len ? len : 1;
    char c = is_blank(at, len) ? ' ' : narrow((const unsigned char *)at, len);
    if (c)
        text_add_char(to, c);
    else
        text_add_bytes(to, at, len);
    return len;
}

static bool is_end(const char *at, size_t len)
{
    static const char *const ends[] = {".", "!", ",", ";", " ", "。", "！", "，", "；"};
    for (size_t n = 0; n < sizeof ends / sizeof *ends; n++) {
        size_t end = strlen(ends[n]);
        if (len >= end && !memcmp(at + len - end, ends[n], end))
            return true;
    }
    return false;
}

/* The length of s without blanks and stops at its end. */
static size_t trimmed(const char *s, size_t len)
{
    while (len && is_end(s, len)) {
        do
            len--;
        while (len && ((unsigned char)s[len] & 0xc0) == 0x80);
    }
    return len;
}

static char large(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* So many digits as a number; -1: there is something else among them. */
static int digits_read(const char *s, size_t len)
{
    int number = 0;
    for (size_t n = 0; n < len; n++) {
        if (!is_digit(s[n]))
            return -1;
        number = number * 10 + (s[n] - '0');
    }
    return number;
}

static bool word_is(const char *s, size_t len, const char *const *words)
{
    for (; *words; words++) {
        size_t n = 0;
        while (n < len && (*words)[n] && large(s[n]) == (*words)[n])
            n++;
        if (n == len && !(*words)[n])
            return true;
    }
    return false;
}

/* Which answer a word means; 0: none. */
static int number_of(const char *s, size_t len)
{
    static const char *const come[] = {"Y",    "YES",  "OK", "来",   "我来",
                                       "能到", "收到", "好", "好的", NULL};
    static const char *const cannot[] = {"N",    "NO",   "来不了", "不能到",
                                         "不能", "不来", "不行",   NULL};
    static const char *const pass[] = {"P", "PASS", "转", "转副职", NULL};
    int number = len && len <= NUMBER_DIGITS ? digits_read(s, len) : -1;
    if (number >= 0)
        return number;
    return word_is(s, len, come) ? 1 : word_is(s, len, cannot) ? 2 : word_is(s, len, pass) ? 3 : 0;
}

static int code_of(const char *s, size_t len)
{
    return len == CODE_DIGITS ? digits_read(s, len) : -1;
}

/* The length of the word at s. */
static size_t word_len(const char *s)
{
    return strcspn(s, " ");
}

static const char *behind(const char *s, size_t len)
{
    return s + len + strspn(s + len, " ");
}

static enum reply_word control_of(const char *s, size_t len)
{
    static const char *const stop[] = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END",
                                       "QUIT", "TD",      "T",           "退订",   NULL};
    static const char *const start[] = {"START", "UNSTOP", "恢复", "订阅", NULL};
    return word_is(s, len, stop) ? REPLY_STOP : word_is(s, len, start) ? REPLY_START : REPLY_SAID;
}

void reply_text_read(const char *said, struct reply_text *ret)
{
    AUTO_TEXT(plain);
    *ret = (struct reply_text){.code = -1};
    for (size_t at = 0, len = strlen(said); at < len;)
        at += char_add(said + at, len - at, &plain);
    char *s = text_take(&plain);
    const char *begin = s + strspn(s, " ");
    s[(size_t)(begin - s) + trimmed(begin, strlen(begin))] = '\0';
    ret->word = *begin ? control_of(begin, strlen(begin)) : REPLY_UNREAD;
    if (ret->word == REPLY_SAID) {
        const char *at = begin;
        ret->code = code_of(at, trimmed(at, word_len(at)));
        at = ret->code >= 0 ? behind(at, word_len(at)) : at;
        ret->number = number_of(at, trimmed(at, word_len(at)));
        at = ret->number ? behind(at, word_len(at)) : at;
        text_add(&ret->rest, at);
        if (ret->code < 0 && !ret->number)
            ret->word = REPLY_UNREAD;
    }
    free(s);
}

void reply_text_done(struct reply_text *r)
{
    text_done(&r->rest);
}
