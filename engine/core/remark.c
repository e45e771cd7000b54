#include "core/remark.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void remarks_init(struct remarks *r, const char *subject, remark_fn *fn, void *ctx)
{
    *r = (struct remarks){.fn = fn, .ctx = ctx, .subject = subject, .path = json_array()};
    if (!r->path)
        abort();
}

void remarks_done(struct remarks *r)
{
    json_decref(r->path);
    *r = (struct remarks){0};
}

static void remark_push(struct remarks *r, json_t *takes)
{
    if (!takes || json_array_append_new(r->path, takes) != 0)
        abort();
}

void remark_enter(struct remarks *r, const char *key)
{
    remark_push(r, json_string(key));
}

void remark_enter_at(struct remarks *r, size_t index)
{
    remark_push(r, json_integer((json_int_t)index + 1));
}

void remark_leave(struct remarks *r)
{
    size_t count = json_array_size(r->path);
    assert(count > 0);
    json_array_remove(r->path, count - 1);
}

static void remark_say(struct remarks *r, bool error, const char *code, const char *near,
                       const char *fmt, va_list args) PRINTF_LIKE(5, 0);

static void remark_say(struct remarks *r, bool error, const char *code, const char *near,
                       const char *fmt, va_list args)
{
    if (error)
        r->errors++;
    if (!r->fn)
        return;
    char sentence[WHY_BYTES];
    vsnprintf(sentence, sizeof(sentence), fmt, args);
    struct why why;
    why_set(&why, ERR_INVALID, "%s", sentence);
    if (near)
        why_set(&why, ERR_INVALID, "%s; did you mean \"%s\"?", sentence, near);
    r->fn(r->ctx, &(struct remark){.error = error,
                                   .subject = r->subject,
                                   .code = code,
                                   .path = r->path,
                                   .text = why.text,
                                   .near = near});
}

void remark_error(struct remarks *r, const char *code, const char *near, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    remark_say(r, true, code, near, fmt, args);
    va_end(args);
}

void remark_warning(struct remarks *r, const char *code, const char *near, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    remark_say(r, false, code, near, fmt, args);
    va_end(args);
}

void remark_error_at(struct remarks *r, const char *key, const char *code, const char *near,
                     const char *fmt, ...)
{
    remark_enter(r, key);
    va_list args;
    va_start(args, fmt);
    remark_say(r, true, code, near, fmt, args);
    va_end(args);
    remark_leave(r);
}

/* Can it stand behind a dot in Lua? (Reserved words aside: people read this.) */
static bool plain_name(const char *key)
{
    static const char name[] = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool digit = *key >= '0' && *key <= '9';
    return *key && !digit && strspn(key, name) == strlen(key);
}

void remark_path(const json_t *path, struct text *to)
{
    for (size_t i = 0; i < json_array_size(path); i++) {
        const json_t *step = json_array_get(path, i);
        if (json_is_integer(step))
            text_addf(to, "[%lld]", (long long)json_integer_value(step));
        else if (plain_name(json_string_value(step)))
            text_addf(to, "%s%s", i ? "." : "", json_string_value(step));
        else
            text_addf(to, "[\"%s\"]", json_string_value(step));
    }
}

void remark_to_why(void *ctx, const struct remark *m)
{
    struct why *why = ctx;
    if (!m->error || why->text[0])
        return;
    AUTO_TEXT(place);
    remark_path(m->path, &place);
    why_set(why, ERR_INVALID, "%s%s%s: %s", m->subject, place.len ? ": " : "", text_str(&place),
            m->text);
}
