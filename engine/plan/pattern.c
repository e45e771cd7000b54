#include "plan/pattern.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { DEPTH_MAX = 200 };

static const char *match(struct pattern *p, const char *s, const char *at);

void pattern_init(struct pattern *p, const char *text, size_t text_len, const char *pattern,
                  size_t pattern_len)
{
    *p = (struct pattern){
        .text = text,
        .text_end = text + text_len,
        .at = pattern,
        .at_end = pattern + pattern_len,
    };
}

static const char *fail(struct pattern *p, const char *sentence)
{
    if (!p->error)
        p->error = sentence;
    return NULL;
}

/* Count work; false when it is too much. */
static bool step(struct pattern *p, int64_t n)
{
    p->steps += n;
    if (p->steps <= PATTERN_STEPS_MAX)
        return true;
    fail(p, "the pattern costs too much on this text: it has more than one open repetition, or "
            "one that is tried again at every place");
    return false;
}

/* ---- single characters ---- */

/* Behind the class that begins at `at`: a letter, %x, or [set]. */
static const char *class_end(struct pattern *p, const char *at)
{
    if (*at == '%') {
        if (at + 1 == p->at_end)
            return fail(p, "malformed pattern (ends with '%')");
        return at + 2;
    }
    if (*at++ != '[')
        return at;
    if (at < p->at_end && *at == '^')
        at++;
    do { /* the first character of a set may be ']' */
        if (at >= p->at_end)
            return fail(p, "malformed pattern (missing ']')");
        if (*at++ == '%') {
            if (at >= p->at_end)
                return fail(p, "malformed pattern (missing ']')");
            at++;
        }
    } while (at >= p->at_end || *at != ']');
    return at + 1;
}

/* %a, %D …: what is no letter of a class stands for itself. */
static bool in_class(int c, int letter)
{
    bool in;

    switch (tolower(letter)) {
    case 'a':
        in = isalpha(c);
        break;
    case 'c':
        in = iscntrl(c);
        break;
    case 'd':
        in = isdigit(c);
        break;
    case 'g':
        in = isgraph(c);
        break;
    case 'l':
        in = islower(c);
        break;
    case 'p':
        in = ispunct(c);
        break;
    case 's':
        in = isspace(c);
        break;
    case 'u':
        in = isupper(c);
        break;
    case 'w':
        in = isalnum(c);
        break;
    case 'x':
        in = isxdigit(c);
        break;
    default:
        return letter == c;
    }
    return isupper(letter) ? !in : in;
}

/* Is c in the set from `[` at `at` to its `]` at `end`? */
static bool in_set(int c, const char *at, const char *end)
{
    bool found = true;

    if (at[1] == '^') {
        found = false;
        at++;
    }
    while (++at < end) {
        if (*at == '%') {
            at++;
            if (in_class(c, (unsigned char)*at))
                return found;
        } else if (at[1] == '-' && at + 2 < end) {
            if ((unsigned char)at[0] <= c && c <= (unsigned char)at[2])
                return found;
            at += 2;
        } else if ((unsigned char)*at == c) {
            return found;
        }
    }
    return !found;
}

/* Does the character at s, if there is one, match the class [at, end)? */
static bool matches_one(struct pattern *p, const char *s, const char *at, const char *end)
{
    if (!step(p, 1 + (end - at) / 8) || s >= p->text_end)
        return false;

    int c = (unsigned char)*s;
    switch (*at) {
    case '.':
        return true;
    case '%':
        return in_class(c, (unsigned char)at[1]);
    case '[':
        return in_set(c, at, end - 1);
    default:
        return (unsigned char)*at == c;
    }
}

/* ---- repetitions ---- */

static const char *repeat_most(struct pattern *p, const char *s, const char *at, const char *end)
{
    ptrdiff_t n = 0;

    while (matches_one(p, s + n, at, end))
        n++;
    for (; n >= 0 && !p->error; n--) {
        const char *to = match(p, s + n, end + 1);

        if (to)
            return to;
    }
    return NULL;
}

static const char *repeat_least(struct pattern *p, const char *s, const char *at, const char *end)
{
    for (;;) {
        const char *to = match(p, s, end + 1);

        if (to || p->error)
            return to;
        if (!matches_one(p, s, at, end))
            return NULL;
        s++;
    }
}

/* ---- captures ---- */

static const char *open_capture(struct pattern *p, const char *s, const char *at, ptrdiff_t kind)
{
    if (p->count >= PATTERN_CAPTURES_MAX)
        return fail(p, "too many captures");
    p->captures[p->count++] = (struct pattern_capture){.at = s, .len = kind};

    const char *to = match(p, s, at);
    if (!to)
        p->count--;
    return to;
}

static const char *close_capture(struct pattern *p, const char *s, const char *at)
{
    int i = p->count - 1;

    while (i >= 0 && p->captures[i].len != PATTERN_OPEN)
        i--;
    if (i < 0)
        return fail(p, "invalid pattern capture");
    p->captures[i].len = s - p->captures[i].at;

    const char *to = match(p, s, at);
    if (!to)
        p->captures[i].len = PATTERN_OPEN;
    return to;
}

/* %1: the text of a capture again. */
static const char *match_again(struct pattern *p, const char *s, char digit)
{
    int i = digit - '1';

    if (i < 0 || i >= p->count || p->captures[i].len == PATTERN_OPEN)
        return fail(p, "invalid capture index in the pattern");
    if (p->captures[i].len == PATTERN_POSITION)
        return NULL; /* a position is no text */

    ptrdiff_t len = p->captures[i].len;
    if (!step(p, 1 + len / 16) || p->text_end - s < len ||
        memcmp(p->captures[i].at, s, (size_t)len) != 0)
        return NULL;
    return s + len;
}

/* ---- %b and %f ---- */

/* %bxy: from an x to the y that closes it. */
static const char *match_balance(struct pattern *p, const char *s, const char *xy)
{
    int open = 1;

    if (p->at_end - xy < 2)
        return fail(p, "malformed pattern (missing arguments to '%b')");
    if (s >= p->text_end || *s != xy[0])
        return NULL;
    while (++s < p->text_end) {
        if (!step(p, 1))
            return NULL;
        if (*s == xy[1]) {
            if (--open == 0)
                return s + 1;
        } else if (*s == xy[0]) {
            open++;
        }
    }
    return NULL;
}

/* %f[set]: between a character that is not in the set and one that is. ret_at: behind it. */
static bool match_frontier(struct pattern *p, const char *s, const char *at, const char **ret_at)
{
    if (at >= p->at_end || *at != '[') {
        fail(p, "missing '[' after '%f' in the pattern");
        return false;
    }
    const char *end = class_end(p, at);
    if (!end || !step(p, 1 + (end - at) / 4))
        return false;

    int before = s == p->text ? 0 : (unsigned char)s[-1];
    int here = s < p->text_end ? (unsigned char)*s : 0;
    *ret_at = end;
    return !in_set(before, at, end - 1) && in_set(here, at, end - 1);
}

/* ---- the pattern ---- */

enum item_end { ITEM_NEXT, ITEM_RESULT };

/* A `%` that is more than a class. ITEM_RESULT: s is the result; else go on at s and at. */
static enum item_end match_special(struct pattern *p, const char **s, const char **at)
{
    char kind = (*at)[1];

    if (kind == 'b') {
        *s = match_balance(p, *s, *at + 2);
        *at += 4;
    } else if (kind == 'f') {
        if (!match_frontier(p, *s, *at + 2, at))
            *s = NULL;
    } else {
        *s = match_again(p, *s, kind);
        *at += 2;
    }
    return *s ? ITEM_NEXT : ITEM_RESULT;
}

/* A single character with what may follow it: ? * + - or nothing. */
static enum item_end match_item(struct pattern *p, const char **s, const char **at)
{
    const char *end = class_end(p, *at);

    if (!end) {
        *s = NULL;
        return ITEM_RESULT;
    }
    char suffix = end < p->at_end ? *end : '\0';
    if (suffix == '*') {
        *s = repeat_most(p, *s, *at, end);
        return ITEM_RESULT;
    }
    if (suffix == '-') {
        *s = repeat_least(p, *s, *at, end);
        return ITEM_RESULT;
    }

    bool one = matches_one(p, *s, *at, end);
    if (suffix == '?') {
        const char *to = one ? match(p, *s + 1, end + 1) : NULL;

        *at = end + 1;
        if (!to && !p->error)
            return ITEM_NEXT;
        *s = to;
        return ITEM_RESULT;
    }
    if (!one) {
        *s = NULL;
        return ITEM_RESULT;
    }
    *s += 1;
    if (suffix == '+') {
        *s = repeat_most(p, *s, *at, end);
        return ITEM_RESULT;
    }
    *at = end;
    return ITEM_NEXT;
}

static bool is_special(const struct pattern *p, const char *at)
{
    if (at[0] != '%' || at + 1 >= p->at_end)
        return false;
    return at[1] == 'b' || at[1] == 'f' || isdigit((unsigned char)at[1]);
}

static const char *match_here(struct pattern *p, const char *s, const char *at)
{
    while (at < p->at_end) {
        enum item_end end;

        if (!step(p, 1))
            return NULL;
        if (*at == '(') {
            bool position = at + 1 < p->at_end && at[1] == ')';

            return open_capture(p, s, at + (position ? 2 : 1),
                                position ? PATTERN_POSITION : PATTERN_OPEN);
        }
        if (*at == ')')
            return close_capture(p, s, at + 1);
        if (*at == '$' && at + 1 == p->at_end)
            return s == p->text_end ? s : NULL;
        end = is_special(p, at) ? match_special(p, &s, &at) : match_item(p, &s, &at);
        if (end == ITEM_RESULT)
            return s;
    }
    return s;
}

static const char *match(struct pattern *p, const char *s, const char *at)
{
    if (p->depth >= DEPTH_MAX)
        return fail(p, "the pattern is too complex");
    p->depth++;
    const char *to = match_here(p, s, at);
    p->depth--;
    return p->error ? NULL : to;
}

const char *pattern_match(struct pattern *p, const char *from)
{
    assert(p->depth == 0);
    p->count = 0;
    return match(p, from, p->at);
}

const char *pattern_search(struct pattern *p, const char *from, const char **ret_start)
{
    for (; from <= p->text_end && !p->error; from++) {
        const char *to = pattern_match(p, from);

        if (to) {
            *ret_start = from;
            return to;
        }
    }
    return NULL;
}
