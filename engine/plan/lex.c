#include "plan/lex.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYWORDS = TOK_WHILE + 1, NUMBER_BYTES_MAX = 200 };

static const char *const tok_texts[] = {
#define X(kind, written) [kind] = written,
    TOK_TABLE(X)
#undef X
};

const char *tok_text(enum tok_kind kind)
{
    return tok_texts[kind];
}

/* What people type where Lua wants ASCII: an input method is on, or a word processor was. */
static const struct lookalike {
    uint32_t point;
    const char *meant;
} lookalikes[] = {
    {0xff0c, ","},   {0x3001, ","},       {0xff1b, ";"},       {0xff1a, ":"},       {0x3002, "."},
    {0xff08, "("},   {0xff09, ")"},       {0xff5b, "{"},       {0xff5d, "}"},       {0xff3b, "["},
    {0xff3d, "]"},   {0x3010, "["},       {0x3011, "]"},       {0xff1d, "="},       {0x201c, "\""},
    {0x201d, "\""},  {0xff02, "\""},      {0x2018, "'"},       {0x2019, "'"},       {0xff0b, "+"},
    {0xff0d, "-"},   {0x2013, "-"},       {0x2014, "--"},      {0x2212, "-"},       {0xff1e, ">"},
    {0xff1c, "<"},   {0x2265, ">="},      {0x2264, "<="},      {0x2260, "~="},      {0xff03, "#"},
    {0x2026, "..."}, {0x3000, "a space"}, {0x00a0, "a space"}, {0x200b, "nothing"},
};

/* ---- places ---------------------------------------------------------------------------------- */

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The place of a byte of the current line that is not before the last one asked for. */
static struct pos place(struct lexer *lx, size_t off)
{
    if (off < lx->counted_to)
        return (struct pos){lx->line, lx->col};
    for (size_t i = lx->counted_to; i < off && i < lx->len; i++)
        if (!continues(lx->src[i]))
            lx->col++;
    lx->counted_to = off;
    return (struct pos){lx->line, lx->col};
}

static void fail_at(struct lexer *lx, struct pos at, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static void fail_at(struct lexer *lx, struct pos at, const char *code, const char *fmt, ...)
{
    if (lx->error.code)
        return;
    lx->error.code = code;
    lx->error.at = at;

    va_list args;
    va_start(args, fmt);
    vsnprintf(lx->error.text, sizeof(lx->error.text), fmt, args);
    va_end(args);
    lx->off = lx->len;
}

static char peek(const struct lexer *lx, size_t ahead)
{
    size_t off = lx->off + ahead;
    return off < lx->len ? lx->src[off] : '\0';
}

static bool at_end(const struct lexer *lx)
{
    return lx->off >= lx->len;
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* Over one line break, which Lua counts as one also when it is two different characters. */
static void newline(struct lexer *lx)
{
    char first = lx->src[lx->off++];

    if (is_newline(peek(lx, 0)) && !at_end(lx) && peek(lx, 0) != first)
        lx->off++;
    lx->line++;
    lx->counted_to = lx->off;
    lx->col = 1;
}

/* ---- the text as a whole --------------------------------------------------------------------- */

/* Bytes of the character at `s`, 0 when it is none. */
static size_t char_len(const char *s, size_t len)
{
    unsigned char c = (unsigned char)s[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    return n <= len && utf8_valid(s, n) ? n : 0;
}

static uint32_t char_point(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;

    if (n == 1)
        return u[0];
    uint32_t point = u[0] & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++)
        point = point << 6 | (u[i] & 0x3fU);
    return point;
}

/* Characters that make a line read otherwise than it runs. */
static bool turns_direction(uint32_t point)
{
    return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0x200e || point == 0x200f || point == 0x061c;
}

static bool is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static void refuse_char(struct lexer *lx, size_t off, size_t n)
{
    struct pos at = place(lx, off);
    unsigned char byte = (unsigned char)lx->src[off];

    if (!n)
        fail_at(lx, at, "bad_utf8", "byte 0x%02X is not UTF-8 here; save the file as UTF-8", byte);
    else if (n == 1)
        fail_at(lx, at, "bad_character",
                "control character 0x%02X; a text file has only line breaks and tabs, delete it",
                byte);
    else
        fail_at(lx, at, "bad_character",
                "U+%04X turns the direction of writing, so that the line reads otherwise than it "
                "runs; delete it",
                (unsigned)char_point(lx->src + off, n));
}

static void check_characters(struct lexer *lx)
{
    while (!at_end(lx) && !lx->error.code) {
        size_t n = char_len(lx->src + lx->off, lx->len - lx->off);

        if (is_newline(lx->src[lx->off]))
            newline(lx);
        else if (!n || (n == 1 && is_control((unsigned char)lx->src[lx->off])) ||
                 (n > 1 && turns_direction(char_point(lx->src + lx->off, n))))
            refuse_char(lx, lx->off, n);
        else
            lx->off += n;
    }
}

static void lex_rewind(struct lexer *lx)
{
    lx->off = 0;
    lx->line = 1;
    lx->counted_to = 0;
    lx->col = 1;
}

void lex_init(struct lexer *lx, const char *src, size_t len, struct arena *arena)
{
    *lx = (struct lexer){.src = src, .len = len, .arena = arena};
    lex_rewind(lx);

    struct pos top = {1, 1};
    if (len > LEX_BYTES_MAX)
        fail_at(lx, top, "too_large",
                "the file has %zu bytes, %d are allowed; move what does not belong here elsewhere",
                len, LEX_BYTES_MAX);
    else if (len && src[0] == '\x1b')
        fail_at(lx, top, "byte_code", "this is Lua byte code; only text is loaded");
    else if (len >= 3 && memcmp(src, "\xef\xbb\xbf", 3) == 0)
        fail_at(lx, top, "byte_order_mark",
                "the file begins with a byte order mark; save it as UTF-8 without one");
    else
        check_characters(lx);

    if (!lx->error.code)
        lex_rewind(lx);
}

/* ---- long brackets and comments -------------------------------------------------------------- */

/* At '[': the number of '=' if this opens a long bracket, else -1. */
static int long_level(const struct lexer *lx)
{
    size_t n = 1;

    while (peek(lx, n) == '=')
        n++;
    return peek(lx, n) == '[' ? (int)n - 1 : -1;
}

/* At ']': does it close the level? */
static bool long_closes(const struct lexer *lx, int level)
{
    for (int i = 0; i < level; i++)
        if (peek(lx, 1 + (size_t)i) != '=')
            return false;
    return peek(lx, 1 + (size_t)level) == ']';
}

/* Read to the closing bracket. `value` NULL: a comment. Line breaks become one \n. */
static void read_long(struct lexer *lx, int level, struct pos at, struct text *value)
{
    lx->off += (size_t)level + 2;
    if (!at_end(lx) && is_newline(peek(lx, 0)))
        newline(lx);
    while (!at_end(lx)) {
        if (peek(lx, 0) == ']' && long_closes(lx, level)) {
            lx->off += (size_t)level + 2;
            return;
        }
        if (is_newline(peek(lx, 0))) {
            newline(lx);
            if (value)
                text_add_char(value, '\n');
        } else {
            if (value)
                text_add_char(value, peek(lx, 0));
            lx->off++;
        }
    }
    fail_at(lx, at, "syntax", "the long %s that begins here is not closed; end it with ]%.*s]",
            value ? "string" : "comment", level < 20 ? level : 20, "====================");
}

static void skip_comment(struct lexer *lx)
{
    struct pos at = place(lx, lx->off);

    lx->off += 2;
    int level = peek(lx, 0) == '[' ? long_level(lx) : -1;
    if (level >= 0) {
        read_long(lx, level, at, NULL);
        return;
    }
    while (!at_end(lx) && !is_newline(peek(lx, 0)))
        lx->off++;
}

static void skip_space(struct lexer *lx)
{
    while (!at_end(lx)) {
        char c = peek(lx, 0);
        if (is_newline(c))
            newline(lx);
        else if (c == ' ' || c == '\t')
            lx->off++;
        else if (c == '-' && peek(lx, 1) == '-')
            skip_comment(lx);
        else
            return;
    }
}

/* ---- strings --------------------------------------------------------------------------------- */

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static void add_utf8(struct text *t, uint32_t point)
{
    char bytes[8];
    size_t n = 1; /* of bytes used, from the end */
    uint32_t first_max = 0x3f;

    if (point < 0x80) {
        text_add_char(t, (char)point);
        return;
    }
    do { /* as Lua: up to 2^31, in up to six bytes */
        bytes[8 - n++] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
        first_max >>= 1;
    } while (point > first_max);
    bytes[8 - n] = (char)((~first_max << 1) | point);
    text_add_bytes(t, bytes + 8 - n, n);
}

/* \xXX */
static void escape_hex(struct lexer *lx, struct pos at, struct text *value)
{
    if (!is_hex(peek(lx, 2)) || !is_hex(peek(lx, 3))) {
        fail_at(lx, at, "syntax", "\\x wants two hexadecimal digits, as in \\x41");
        return;
    }
    text_add_char(value, (char)(hex_value(peek(lx, 2)) << 4 | hex_value(peek(lx, 3))));
    lx->off += 4;
}

/* \u{XXX} */
static void escape_point(struct lexer *lx, struct pos at, struct text *value)
{
    size_t n = 3;
    uint64_t point = 0;

    while (peek(lx, 2) == '{' && is_hex(peek(lx, n)) && point < (UINT64_C(1) << 31))
        point = point << 4 | hex_value(peek(lx, n++));
    if (peek(lx, 2) != '{' || n == 3 || point >= (UINT64_C(1) << 31) || peek(lx, n) != '}') {
        fail_at(lx, at, "syntax", "\\u wants a code point in braces, as in \\u{6D51}");
        return;
    }
    add_utf8(value, (uint32_t)point);
    lx->off += n + 1;
}

/* \ddd */
static void escape_decimal(struct lexer *lx, struct pos at, struct text *value)
{
    unsigned code = 0;
    size_t n = 1;

    while (n <= 3 && isdigit((unsigned char)peek(lx, n)))
        code = code * 10 + (unsigned)(peek(lx, n++) - '0');
    if (code > 255) {
        fail_at(lx, at, "syntax", "\\%u is no byte; a decimal escape goes up to \\255", code);
        return;
    }
    text_add_char(value, (char)code);
    lx->off += n;
}

/* \z: over all white space that follows */
static void escape_skip(struct lexer *lx)
{
    lx->off += 2;
    while (!at_end(lx)) {
        if (is_newline(peek(lx, 0)))
            newline(lx);
        else if (peek(lx, 0) == ' ' || peek(lx, 0) == '\t')
            lx->off++;
        else
            return;
    }
}

static void read_escape(struct lexer *lx, struct text *value)
{
    static const char names[] = "abfnrtv\\\"'";
    static const char bytes[] = "\a\b\f\n\r\t\v\\\"'";
    struct pos at = place(lx, lx->off);
    char c = peek(lx, 1);
    const char *known = c ? strchr(names, c) : NULL;

    if (known) {
        text_add_char(value, bytes[known - names]);
        lx->off += 2;
    } else if (c == 'x') {
        escape_hex(lx, at, value);
    } else if (c == 'u') {
        escape_point(lx, at, value);
    } else if (c == 'z') {
        escape_skip(lx);
    } else if (is_newline(c)) {
        text_add_char(value, '\n');
        lx->off++;
        newline(lx);
    } else if (isdigit((unsigned char)c)) {
        escape_decimal(lx, at, value);
    } else {
        size_t n =
            lx->off + 1 < lx->len ? char_len(lx->src + lx->off + 1, lx->len - lx->off - 1) : 0;
        fail_at(lx, at, "syntax", "\\%.*s is no escape; write \\\\ for a backslash", (int)n,
                lx->src + lx->off + 1);
    }
}

static struct token string_token(struct lexer *lx, struct pos at, const struct text *value)
{
    return (struct token){.kind = lx->error.code ? TOK_ERROR : TOK_STRING,
                          .at = at,
                          .text = arena_str(lx->arena, text_str(value), value->len),
                          .len = value->len};
}

static struct token read_string(struct lexer *lx, struct pos at)
{
    AUTO_TEXT(value);
    char quote = peek(lx, 0);

    lx->off++;
    while (!lx->error.code && peek(lx, 0) != quote) {
        if (at_end(lx) || is_newline(peek(lx, 0))) {
            fail_at(lx, at, "syntax",
                    "the string that begins here is not closed on its line; end it with %c, or "
                    "write it in [[ ]]",
                    quote);
        } else if (peek(lx, 0) == '\\') {
            read_escape(lx, &value);
        } else {
            text_add_char(&value, peek(lx, 0));
            lx->off++;
        }
    }
    if (!lx->error.code)
        lx->off++;
    return string_token(lx, at, &value);
}

static struct token read_long_string(struct lexer *lx, int level, struct pos at)
{
    AUTO_TEXT(value);

    read_long(lx, level, at, &value);
    return string_token(lx, at, &value);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Digits with at most one point among them. returns the bytes, *ret_digits how many were digits. */
static size_t scan_digits(const char *s, bool hex, size_t *ret_digits)
{
    size_t n = 0;
    bool point = false;

    *ret_digits = 0;
    for (;; n++) {
        if (hex ? is_hex(s[n]) : isdigit((unsigned char)s[n]) != 0)
            (*ret_digits)++;
        else if (s[n] == '.' && !point)
            point = true;
        else
            return n;
    }
}

/* Is it a numeral of Lua as a whole? */
static bool number_valid(const char *s)
{
    bool hex = s[0] == '0' && (s[1] | 0x20) == 'x';
    size_t digits = 0;

    if (hex)
        s += 2;
    s += scan_digits(s, hex, &digits);
    if (!digits)
        return false;
    if ((*s | 0x20) == (hex ? 'p' : 'e')) {
        s++;
        if (*s == '+' || *s == '-')
            s++;
        if (!isdigit((unsigned char)*s))
            return false;
        while (isdigit((unsigned char)*s))
            s++;
    }
    return *s == '\0';
}

/* As Lua: whatever looks like a part of it is taken first, then the whole must be a numeral. */
static size_t number_extent(const struct lexer *lx)
{
    bool hex = peek(lx, 0) == '0' && (peek(lx, 1) | 0x20) == 'x';
    char exponent = hex ? 'p' : 'e';
    size_t n = hex ? 2 : 0;

    for (;;) {
        char c = peek(lx, n);
        if ((c | 0x20) == exponent) {
            n++;
            if (peek(lx, n) == '+' || peek(lx, n) == '-')
                n++;
        } else if (is_name_char(c) || c == '.') {
            n++;
        } else {
            return n;
        }
    }
}

static struct token read_number(struct lexer *lx, struct pos at)
{
    char digits[NUMBER_BYTES_MAX + 1] = {0};
    size_t n = number_extent(lx);
    struct token tok = {.kind = TOK_NUMBER, .at = at, .text = lx->src + lx->off, .len = n};

    if (n > NUMBER_BYTES_MAX) {
        fail_at(lx, at, "syntax", "a number of %zu characters; %d are allowed", n,
                NUMBER_BYTES_MAX);
        return (struct token){.kind = TOK_ERROR, .at = at};
    }
    memcpy(digits, lx->src + lx->off, n);
    if (!number_valid(digits)) {
        fail_at(lx, at, "syntax", "%s is no number%s", digits,
                isdigit((unsigned char)digits[0]) ? "; a duration is a string: \"5m\"" : "");
        return (struct token){.kind = TOK_ERROR, .at = at};
    }
    tok.number = strtod(digits, NULL);
    lx->off += n;
    return tok;
}

/* ---- names, operators ------------------------------------------------------------------------ */

static enum tok_kind keyword(const char *text, size_t len)
{
    for (int k = 0; k < KEYWORDS; k++)
        if (strlen(tok_texts[k]) == len && memcmp(tok_texts[k], text, len) == 0)
            return (enum tok_kind)k;
    return TOK_NAME;
}

bool lex_is_name(const char *text, size_t len)
{
    if (!len || isdigit((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_name_char(text[i]))
            return false;
    return keyword(text, len) == TOK_NAME;
}

static struct token read_name(struct lexer *lx, struct pos at)
{
    struct token tok = {.at = at, .text = lx->src + lx->off};

    while (is_name_char(peek(lx, tok.len)))
        tok.len++;
    tok.kind = keyword(tok.text, tok.len);
    lx->off += tok.len;
    return tok;
}

static void refuse_character(struct lexer *lx, struct pos at)
{
    const char *s = lx->src + lx->off;
    size_t n = char_len(s, lx->len - lx->off);
    uint32_t point = char_point(s, n);

    for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++)
        if (lookalikes[i].point == point) {
            fail_at(lx, at, "bad_character",
                    "%.*s (U+%04X) is not the sign of the language; write %s outside of strings",
                    (int)n, s, (unsigned)point, lookalikes[i].meant);
            return;
        }
    if (n > 1)
        fail_at(lx, at, "bad_character",
                "%.*s (U+%04X) stands outside of a string; put text in quotes, names are "
                "a to z, 0 to 9 and _",
                (int)n, s, (unsigned)point);
    else if (s[0] == '!')
        fail_at(lx, at, "bad_character", "! is not known here; write not x, or ~= for unequal");
    else
        fail_at(lx, at, "bad_character", "%c is not known here; delete it, or quote the text",
                s[0]);
}

/* The longest operator that stands here. */
static struct token read_operator(struct lexer *lx, struct pos at)
{
    for (int k = TOK_ELLIPSIS; k <= TOK_DOT; k++) {
        size_t n = strlen(tok_texts[k]);
        if (lx->len - lx->off >= n && memcmp(lx->src + lx->off, tok_texts[k], n) == 0) {
            struct token tok = {(enum tok_kind)k, at, lx->src + lx->off, n, 0};
            lx->off += n;
            return tok;
        }
    }
    refuse_character(lx, at);
    return (struct token){.kind = TOK_ERROR, .at = at};
}

struct token lex_next(struct lexer *lx)
{
    if (!lx->error.code)
        skip_space(lx);
    if (lx->error.code)
        return (struct token){.kind = TOK_ERROR, .at = lx->error.at};

    struct pos at = place(lx, lx->off);
    char c = peek(lx, 0);
    if (at_end(lx))
        return (struct token){.kind = TOK_END_OF_FILE, .at = at};
    if (c == '"' || c == '\'')
        return read_string(lx, at);
    if (c == '[' && long_level(lx) >= 0)
        return read_long_string(lx, long_level(lx), at);
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(lx, 1))))
        return read_number(lx, at);
    if (is_name_char(c))
        return read_name(lx, at);
    return read_operator(lx, at);
}
