#include "base/err.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_code;
} err_table[] = {
#define X(code, name, exit_code) [code] = {name, exit_code},
    ERR_TABLE(X)
#undef X
};

const char *err_name(enum err e)
{
    assert((size_t)e < sizeof(err_table) / sizeof(err_table[0]));
    return err_table[e].name;
}

int err_exit_code(enum err e)
{
    assert((size_t)e < sizeof(err_table) / sizeof(err_table[0]));
    return err_table[e].exit_code;
}

/* Sentences end up in JSON: what is no character (bytes of a hostile input) becomes "?". */
static void why_clean(char *s)
{
    size_t len = strlen(s);
    for (size_t i = 0; i < len;) {
        size_t n = utf8_char(s + i, len - i);
        if (n == 0) {
            s[i] = '?';
            n = 1;
        }
        i += n;
    }
}

static void why_format(char buf[WHY_BYTES], const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static void why_format(char buf[WHY_BYTES], const char *fmt, va_list args)
{
    int n = vsnprintf(buf, WHY_BYTES, fmt, args);
    if (n >= WHY_BYTES)
        buf[utf8_cut(buf, WHY_BYTES - 1, WHY_BYTES - 2)] = '\0';
    else if (n < 0)
        buf[0] = '\0';
    why_clean(buf);
}

enum err why_set(struct why *why, enum err e, const char *fmt, ...)
{
    if (!why)
        return e;

    char buf[WHY_BYTES]; /* an argument may be why->text itself */
    va_list args;
    va_start(args, fmt);
    why_format(buf, fmt, args);
    va_end(args);
    memcpy(why->text, buf, sizeof(buf));
    return e;
}

enum err why_add(struct why *why, enum err e, const char *fmt, ...)
{
    if (!why)
        return e;

    char context[WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    why_format(context, fmt, args);
    va_end(args);

    char old[WHY_BYTES];
    memcpy(old, why->text, sizeof(old));
    return why_set(why, e, "%s: %s", context, old);
}
