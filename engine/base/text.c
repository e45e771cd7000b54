#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

char *mem_str(const char *s)
{
    char *copy = s ? strdup(s) : NULL;
    if (s && !copy)
        abort();
    return copy;
}

void *mem_new(size_t count, size_t size)
{
    void *at = calloc(count ? count : 1, size ? size : 1);
    if (!at)
        abort();
    return at;
}

void *mem_grow(void *at, size_t *cap, size_t need, size_t size)
{
    assert(size > 0);
    if (need <= *cap)
        return at;

    size_t more = *cap ? *cap : 8;
    while (more < need) {
        if (more > SIZE_MAX / 2)
            abort();
        more *= 2;
    }
    if (more > SIZE_MAX / size)
        abort();

    char *grown = realloc(at, more * size);
    if (!grown)
        abort();
    memset(grown + *cap * size, 0, (more - *cap) * size);
    *cap = more;
    return grown;
}

/* ---- text ---- */

void text_done(struct text *t)
{
    free(t->at);
    *t = (struct text){0};
}

void text_clear(struct text *t)
{
    t->len = 0;
    if (t->at)
        t->at[0] = '\0';
}

/* Room for `more` bytes and the NUL. */
static void text_room(struct text *t, size_t more)
{
    size_t need = t->len + more + 1;
    if (need < more)
        abort();
    if (need <= t->cap)
        return;

    size_t cap = t->cap ? t->cap : 32;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    char *at = realloc(t->at, cap);
    if (!at)
        abort();
    t->at = at;
    t->cap = cap;
}

void text_reserve(struct text *t, size_t more)
{
    if (more >= t->cap - t->len)
        text_room(t, more);
}

char *text_extend(struct text *t, size_t len)
{
    if (len >= t->cap - t->len)
        text_room(t, len);
    char *at = t->at + t->len;
    t->len += len;
    t->at[t->len] = '\0';
    return at;
}

void text_add_bytes(struct text *t, const void *bytes, size_t len)
{
    char *at = text_extend(t, len);
    if (len)
        memcpy(at, bytes, len);
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
    if (t->len + 1 >= t->cap)
        text_room(t, 1);
    t->at[t->len++] = c;
    t->at[t->len] = '\0';
}

void text_add_int(struct text *t, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do
        digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        digits[--at] = '-';
    text_add_bytes(t, digits + at, sizeof(digits) - at);
}

/* Into the room that there is; when that does not do, once more into what it needs. */
void text_addf(struct text *t, const char *fmt, ...)
{
    assert(fmt);
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    text_room(t, 0);
    size_t room = t->cap - t->len;
    int n = vsnprintf(t->at + t->len, room, fmt, args);
    va_end(args);
    if (n < 0)
        abort();
    if ((size_t)n >= room) {
        text_room(t, (size_t)n);
        vsnprintf(t->at + t->len, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    t->len += (size_t)n;
}

const char *text_str(const struct text *t)
{
    return t->at ? t->at : "";
}

char *text_take(struct text *t)
{
    char *at = t->at ? t->at : mem_str("");
    *t = (struct text){0};
    return at;
}

/* ---- UTF-8 ---- */

static bool utf8_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t utf8_char(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    if (len == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return len >= 2 && utf8_tail(s[1]) ? 2 : 0;
    if (s[0] >= 0xe0 && s[0] <= 0xef) {
        if (len < 3 || !utf8_tail(s[1]) || !utf8_tail(s[2]))
            return 0;
        if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
            return 0; /* overlong; a surrogate */
        return 3;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        if (len < 4 || !utf8_tail(s[1]) || !utf8_tail(s[2]) || !utf8_tail(s[3]))
            return 0;
        if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
            return 0; /* overlong; above U+10FFFF */
        return 4;
    }
    return 0;
}

/* How many bytes at the start are ASCII, eight at a time. */
static size_t ascii_bytes(const char *s, size_t len)
{
    size_t n = 0;
    for (uint64_t word; len - n >= sizeof(word); n += sizeof(word)) {
        memcpy(&word, s + n, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return n;
}

bool utf8_valid(const char *s, size_t len)
{
    size_t ascii = ascii_bytes(s, len);
    s += ascii;
    len -= ascii;
    while (len > 0) {
        size_t n = (unsigned char)*s < 0x80 ? 1 : utf8_char(s, len);
        if (n == 0)
            return false;
        s += n;
        len -= n;
    }
    return true;
}

size_t utf8_cut(const char *s, size_t len, size_t max)
{
    if (len <= max)
        return len;
    /* A character that the cut would split begins at most three bytes before it. */
    for (size_t back = 0; back < 4 && back <= max; back++) {
        size_t n = utf8_char(s + max - back, len - (max - back));
        if (n > back)
            return max - back;
    }
    return max;
}

/* ---- nearest name ---- */

enum { NEAREST_CHARS_MAX = 64, NEAREST_EDITS_MAX = 2 };

/* The characters of s as numbers; returns how many, or -1 when there are too many. */
static int nearest_chars(const char *s, uint32_t ret[NEAREST_CHARS_MAX])
{
    size_t len = strlen(s);
    int count = 0;
    for (size_t i = 0; i < len;) {
        size_t n = utf8_char(s + i, len - i);
        if (n == 0)
            n = 1;
        if (count == NEAREST_CHARS_MAX)
            return -1;
        uint32_t c = 0;
        for (size_t k = 0; k < n; k++)
            c = c << 8 | (unsigned char)s[i + k];
        ret[count++] = c;
        i += n;
    }
    return count;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Edits (change, insert, delete, swap of neighbours) from a to b. */
static int nearest_edits(const uint32_t *a, int a_count, const uint32_t *b, int b_count)
{
    int row[3][NEAREST_CHARS_MAX + 1];
    int *before = row[0], *last = row[1], *now = row[2];

    for (int k = 0; k <= b_count; k++)
        last[k] = k;
    for (int i = 1; i <= a_count; i++) {
        now[0] = i;
        for (int k = 1; k <= b_count; k++) {
            int same = a[i - 1] == b[k - 1] ? 0 : 1;
            now[k] = least(least(last[k] + 1, now[k - 1] + 1), last[k - 1] + same);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                now[k] = least(now[k], before[k - 2] + 1);
        }
        int *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_count];
}

bool text_blank(const char *s)
{
    static const char *const wide[] = {"\xe3\x80\x80", "\xc2\xa0"}; /* U+3000, U+00A0 */
    while (*s) {
        size_t blank = strspn(s, " \t\r\n\v\f");
        for (size_t n = 0; !blank && n < sizeof wide / sizeof *wide; n++)
            blank = strncmp(s, wide[n], strlen(wide[n])) == 0 ? strlen(wide[n]) : 0;
        if (!blank)
            return false;
        s += blank;
    }
    return true;
}

const char *text_nearest(const char *word, const char *const *names)
{
    uint32_t a[NEAREST_CHARS_MAX], b[NEAREST_CHARS_MAX];
    int a_count = nearest_chars(word, a);
    if (a_count < 0)
        return NULL;

    const char *best = NULL;
    int best_edits = NEAREST_EDITS_MAX + 1;
    for (; *names; names++) {
        int b_count = nearest_chars(*names, b);
        if (b_count < 0 || abs(a_count - b_count) >= best_edits)
            continue;
        int edits = nearest_edits(a, a_count, b, b_count);
        int longer = a_count > b_count ? a_count : b_count;
        if (edits < best_edits && edits < longer) {
            best = *names;
            best_edits = edits;
        }
    }
    return best;
}
