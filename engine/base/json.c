#include "base/json.h"

#include "base/json_plain.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS_FEW = 24 }; /* of an object: sorted on the stack */

/*
 * ---- In: plain JSON at once; else a scan of our own, then jansson ----
 *
 * The scan checks what jansson does not or not as we want it: depth, UTF-8 with the byte at fault,
 * NUL bytes (which jansson skips behind a value), and the range of integers. All else that makes
 * JSON is jansson's to check.
 */
struct scan {
    const char *bytes;
    size_t len;
    size_t at;
    int depth;
    int depth_max;
    struct why *why;
};

static enum err scan_why(const struct scan *s, enum err e, const char *sentence)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < s->at;) {
        size_t n = utf8_char(s->bytes + i, s->len - i);
        column++;
        if (s->bytes[i] == '\n') {
            line++;
            column = 1;
        }
        i += n ? n : 1;
    }
    return why_set(s->why, e, "line %zu, column %zu (byte %zu): %s", line, column, s->at + 1,
                   sentence);
}

static enum err scan_string(struct scan *s)
{
    size_t start = s->at++;
    while (s->at < s->len) {
        unsigned char c = (unsigned char)s->bytes[s->at];
        if (c == '"') {
            s->at++;
            return ERR_OK;
        }
        if (c < 0x20)
            return scan_why(s, ERR_INVALID,
                            "a control character in a string; write it as \\n, \\t or \\u00XX");
        if (c == '\\' && s->at + 1 < s->len && (unsigned char)s->bytes[s->at + 1] < 0x80) {
            s->at += 2; /* what may follow is jansson's to check */
            continue;
        }
        size_t n = utf8_char(s->bytes + s->at, s->len - s->at);
        if (n == 0)
            return scan_why(s, ERR_INVALID, "this byte is not UTF-8; send text as UTF-8");
        s->at += n;
    }
    s->at = start;
    return scan_why(s, ERR_INVALID, "a string begins here and has no end; close it with \"");
}

/* An integer must be exact as a double, too: every reader of ours and of others gets the same. */
static enum err scan_number(struct scan *s)
{
    size_t start = s->at;
    int64_t value = 0;
    bool whole = true, fits = true;
    for (; s->at < s->len && s->bytes[s->at] && strchr("+-.eE0123456789", s->bytes[s->at]);
         s->at++) {
        char c = s->bytes[s->at];
        if (c >= '0' && c <= '9')
            value = value > JSON_INT_MAX ? value : value * 10 + (c - '0');
        else if (c != '-')
            whole = false;
    }
    fits = value <= JSON_INT_MAX;
    if (whole && !fits) {
        s->at = start;
        return scan_why(s, ERR_INVALID,
                        "an integer beyond 9007199254740992 (2^53); send it as a string");
    }
    return ERR_OK;
}

static enum err scan_open(struct scan *s)
{
    if (s->depth == s->depth_max) {
        char sentence[80];
        snprintf(sentence, sizeof(sentence), "more than %d levels of [ and { in each other",
                 s->depth_max);
        return scan_why(s, ERR_LIMIT, sentence);
    }
    s->depth++;
    s->at++;
    return ERR_OK;
}

static enum err scan_step(struct scan *s)
{
    char c = s->bytes[s->at];
    if (c == '"')
        return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(s);
    if (c == '[' || c == '{')
        return scan_open(s);
    if (c == '\0')
        return scan_why(s, ERR_INVALID, "a NUL byte; this is not JSON text");
    if ((unsigned char)c >= 0x80)
        return scan_why(s, ERR_INVALID,
                        "not JSON: only white space may stand outside of strings and values "
                        "(a byte order mark is refused, too)");
    if ((c == ']' || c == '}') && s->depth > 0)
        s->depth--;
    s->at++;
    return ERR_OK;
}

/* The key whose closing quote is the last byte before `end`: where its text begins. */
static size_t key_start(const char *bytes, size_t end)
{
    size_t at = end - 1;
    while (at > 0) {
        size_t slashes = 0;
        at--;
        while (slashes < at && bytes[at - 1 - slashes] == '\\')
            slashes++;
        if (bytes[at] == '"' && slashes % 2 == 0)
            break;
    }
    return at + 1;
}

static enum err key_twice_why(const char *bytes, const json_error_t *error, struct why *why)
{
    size_t end = (size_t)error->position;
    if (end < 2 || bytes[end - 1] != '"')
        return why_set(why, ERR_CONFLICT, "line %d, column %d: %s", error->line, error->column,
                       error->text);
    size_t start = key_start(bytes, end);
    int shown = (int)utf8_cut(bytes + start, end - 1 - start, 60);
    return why_set(why, ERR_CONFLICT,
                   "line %d, column %d (byte %d): the key \"%.*s\" stands twice in one object; "
                   "leave one out",
                   error->line, error->column, error->position, shown, bytes + start);
}

static enum err read_depth(const char *bytes, size_t len, int depth_max, json_t **ret,
                           struct why *why)
{
    json_t *plain = json_plain(bytes, len, depth_max);
    if (plain) {
        *ret = plain;
        return ERR_OK;
    }
    struct scan s = {.bytes = bytes, .len = len, .depth_max = depth_max, .why = why};
    while (s.at < len) {
        enum err e = scan_step(&s);
        if (e)
            return e;
    }

    json_error_t error;
    json_t *value =
        json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value && json_error_code(&error) == json_error_out_of_memory)
        abort();
    if (!value && json_error_code(&error) == json_error_duplicate_key)
        return key_twice_why(bytes, &error, why);
    if (!value)
        return why_set(why, ERR_INVALID, "line %d, column %d (byte %d): not JSON: %s", error.line,
                       error.column, error.position, error.text);
    *ret = value;
    return ERR_OK;
}

enum err json_read(const char *bytes, size_t len, json_t **ret, struct why *why)
{
    return read_depth(bytes, len, JSON_DEPTH_MAX, ret, why);
}

enum err json_read_own(const char *bytes, size_t len, json_t **ret, struct why *why)
{
    return read_depth(bytes, len, JSON_DEPTH_OWN, ret, why);
}

/* ---- Out ---- */

/* The letter behind a backslash; '\0': this byte has none. */
static char escape_letter(unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    return c < sizeof(letters) ? letters[c] : '\0';
}

static bool is_escaped(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* How many bytes at the start stand for themselves: eight at a time, by the bits of a word. */
static size_t plain_bytes(const char *s, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    size_t n = 0;
    for (; len - n >= sizeof(uint64_t); n += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, s + n, sizeof(word));
        uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
        if ((((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
             ((slash - ones) & ~slash)) &
            highs)
            break; /* one of them needs an escape */
    }
    while (n < len && !is_escaped((unsigned char)s[n]))
        n++;
    return n;
}

/* \x or \u00XX */
static char *write_escape(unsigned char c, char *out)
{
    static const char hex[] = "0123456789abcdef";
    *out++ = '\\';
    if (escape_letter(c)) {
        *out++ = escape_letter(c);
        return out;
    }
    *out++ = 'u';
    *out++ = '0';
    *out++ = '0';
    *out++ = hex[c >> 4];
    *out++ = hex[c & 15];
    return out;
}

void json_write_str(const char *s, size_t len, struct text *to)
{
    size_t plain = plain_bytes(s, len), more = 0;
    for (size_t i = plain; i < len; i++)
        if (is_escaped((unsigned char)s[i]))
            more += escape_letter((unsigned char)s[i]) ? 1 : 5;

    char *out = text_extend(to, len + more + 2);
    *out++ = '"';
    memcpy(out, s, plain);
    out += plain;
    for (size_t i = plain; i < len; i++) {
        if (is_escaped((unsigned char)s[i]))
            out = write_escape((unsigned char)s[i], out);
        else
            *out++ = s[i];
    }
    *out = '"';
}

/*
 * 15 digits hold every decimal of up to 15 digits, %g drops their zeros, and 17 hold every double.
 * Below the normal range there are fewer digits in a number than 15, so that all are tried.
 */
static void write_real(double value, struct text *to)
{
    assert(isfinite(value));
    char buf[40];
    for (int digits = fabs(value) < 1e-300 ? 1 : 15; digits <= 17; digits++) {
        snprintf(buf, sizeof(buf), "%.*g", digits, value);
        if (strtod(buf, NULL) == value)
            break;
    }
    char *e = strchr(buf, 'e');
    text_add_bytes(to, buf, e ? (size_t)(e - buf) : strlen(buf));
    if (e)
        text_addf(to, "e%ld", strtol(e + 1, NULL, 10)); /* "e22", not "e+22" */
    else if (!strchr(buf, '.'))
        text_add(to, ".0"); /* it stays a real when read again */
}

json_t *json_unconst(const json_t *value)
{
    union {
        const json_t *from;
        json_t *to;
    } u = {.from = value};
    return u.to;
}

static int key_cmp(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

const char **json_keys(const json_t *obj, size_t *ret_count)
{
    size_t count = json_object_size(obj), i = 0;
    const char **keys = mem_new(count + 1, sizeof(*keys));
    json_t *object = json_unconst(obj);
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
        keys[i++] = json_object_iter_key(it);
    qsort(keys, count, sizeof(*keys), key_cmp);
    if (ret_count)
        *ret_count = count;
    return keys;
}

struct member {
    const char *key;
    const json_t *value;
};

static int member_cmp(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return strcmp(x->key, y->key);
}

/*
 * The members in the order of their keys: few by insertion, as most come in order already.
 * Returns how many.
 */
static size_t members_read(const json_t *value, struct member *members)
{
    json_t *object = json_unconst(value);
    size_t n = 0, count = json_object_size(value);
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        struct member one = {json_object_iter_key(it), json_object_iter_value(it)};
        size_t at = n++;
        for (; count <= MEMBERS_FEW && at > 0 && strcmp(members[at - 1].key, one.key) > 0; at--)
            members[at] = members[at - 1];
        members[at] = one;
    }
    if (count > MEMBERS_FEW)
        qsort(members, count, sizeof(*members), member_cmp);
    return n;
}

/* What the strings of a value become; without a function, themselves. */
struct leaves {
    json_leaf_fn *write;
    void *ctx;
};

static void write_value(const json_t *value, const struct leaves *l, struct text *to);

static void write_object(const json_t *value, const struct leaves *l, struct text *to)
{
    struct member few[MEMBERS_FEW];
    size_t count = json_object_size(value);
    struct member *members = count > MEMBERS_FEW ? mem_new(count, sizeof(*members)) : few;
    count = members_read(value, members);
    text_add_char(to, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add_char(to, ',');
        json_write_str(members[i].key, strlen(members[i].key), to);
        text_add_char(to, ':');
        write_value(members[i].value, l, to);
    }
    text_add_char(to, '}');
    if (members != few)
        free(members);
}

static void write_array(const json_t *value, const struct leaves *l, struct text *to)
{
    text_add_char(to, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i)
            text_add_char(to, ',');
        write_value(json_array_get(value, i), l, to);
    }
    text_add_char(to, ']');
}

static void write_value(const json_t *value, const struct leaves *l, struct text *to)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(value, l, to);
        return;
    case JSON_ARRAY:
        write_array(value, l, to);
        return;
    case JSON_STRING:
        if (l->write)
            l->write(l->ctx, value, to);
        else
            json_write_str(json_string_value(value), json_string_length(value), to);
        return;
    case JSON_INTEGER:
        text_add_int(to, json_integer_value(value));
        return;
    case JSON_REAL:
        write_real(json_real_value(value), to);
        return;
    case JSON_TRUE:
        text_add(to, "true");
        return;
    case JSON_FALSE:
        text_add(to, "false");
        return;
    case JSON_NULL:
        text_add(to, "null");
        return;
    }
}

void json_write(const json_t *value, struct text *to)
{
    write_value(value, &(struct leaves){0}, to);
}

void json_write_filled(const json_t *value, json_leaf_fn *leaf, void *ctx, struct text *to)
{
    write_value(value, &(struct leaves){leaf, ctx}, to);
}

/* ---- bytes without a value ---- */

static void add_comma(struct text *to)
{
    char last = to->len ? to->at[to->len - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        text_add_char(to, ',');
}

void json_open(struct text *to, char bracket)
{
    add_comma(to);
    text_add_char(to, bracket);
}

void json_shut(struct text *to, char bracket)
{
    text_add_char(to, bracket);
}

/* Keys are our own: no byte of them needs an escape. */
void json_add_key(struct text *to, const char *key)
{
    add_comma(to);
    text_add_char(to, '"');
    text_add(to, key);
    text_add_char(to, '"');
    text_add_char(to, ':');
}

void json_add_str(struct text *to, const char *key, const char *value)
{
    if (!value)
        return;
    json_add_key(to, key);
    json_write_str(value, strlen(value), to);
}

void json_add_int(struct text *to, const char *key, int64_t value)
{
    json_add_key(to, key);
    text_add_int(to, value);
}

void json_add_int_unless_0(struct text *to, const char *key, int64_t value)
{
    if (value)
        json_add_int(to, key, value);
}

void json_add_true(struct text *to, const char *key, bool value)
{
    if (value)
        json_add_json(to, key, "true");
}

void json_add_json(struct text *to, const char *key, const char *canonical)
{
    if (!canonical)
        return;
    json_add_key(to, key);
    text_add(to, canonical);
}

void json_add_item(struct text *to, const char *canonical)
{
    add_comma(to);
    text_add(to, canonical);
}

/* ---- members ---- */

static bool string_holds_nul(const json_t *s)
{
    return memchr(json_string_value(s), '\0', json_string_length(s)) != NULL;
}

bool json_holds_nul(const json_t *value)
{
    if (json_is_string(value))
        return string_holds_nul(value);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (json_holds_nul(json_array_get(value, i)))
            return true;
    if (!json_is_object(value))
        return false;
    json_t *obj = json_unconst(value);
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it))
        if (json_holds_nul(json_object_iter_value(it)))
            return true;
    return false;
}

const json_t *json_at(const json_t *obj, const char *key)
{
    return json_object_get(obj, key);
}

const char *json_str(const json_t *obj, const char *key)
{
    const json_t *value = json_at(obj, key);
    return json_is_string(value) && !string_holds_nul(value) ? json_string_value(value) : NULL;
}

const char *json_str_or(const json_t *obj, const char *key, const char *otherwise)
{
    const char *s = json_str(obj, key);
    return s ? s : otherwise;
}

int64_t json_int(const json_t *obj, const char *key, int64_t otherwise)
{
    const json_t *value = json_at(obj, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_bool(const json_t *obj, const char *key)
{
    return json_is_true(json_at(obj, key));
}

json_t *json_put(json_t *obj, const char *key, json_t *takes)
{
    assert(json_is_object(obj));
    if (takes && json_object_set_new(obj, key, takes) != 0)
        abort(); /* no memory, or a key that is not UTF-8 */
    return obj;
}

json_t *json_put_str(json_t *obj, const char *key, const char *value)
{
    if (!value)
        return obj;
    size_t len = strlen(value);
    if (utf8_valid(value, len))
        return json_put(obj, key, json_stringn_nocheck(value, len));

    AUTO_TEXT(clean);
    for (size_t i = 0; i < len;) {
        size_t n = utf8_char(value + i, len - i);
        if (n)
            text_add_bytes(&clean, value + i, n);
        else
            text_add(&clean, "\xef\xbf\xbd");
        i += n ? n : 1;
    }
    return json_put(obj, key, json_stringn_nocheck(clean.at, clean.len));
}

json_t *json_put_int(json_t *obj, const char *key, int64_t value)
{
    return json_put(obj, key, json_integer(value));
}

json_t *json_put_true(json_t *obj, const char *key, bool value)
{
    return value ? json_put(obj, key, json_true()) : obj;
}

json_t *json_share(const json_t *value)
{
    union {
        const json_t *borrowed;
        json_t *shared;
    } v = {.borrowed = value}; /* the count is not part of the value */
    return json_incref(v.shared);
}
