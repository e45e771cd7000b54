#include "intake/refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void name_copy(char to[REFUSAL_NAME_BYTES], const char *name)
{
    size_t len = name ? utf8_cut(name, strlen(name), REFUSAL_NAME_BYTES - 1) : 0;
    if (len)
        memcpy(to, name, len);
    to[len] = '\0';
}

enum code refuse(struct refusal *r, enum code code, const char *field, const char *near,
                 const char *fmt, ...)
{
    char sentence[WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);

    r->code = code;
    name_copy(r->field, field);
    name_copy(r->near, near);
    (void)why_set(&r->why, code_err(code), "%s", sentence);
    return code;
}

json_t *refusal_json(const struct refusal *r)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(r->code));
    if (r->field[0])
        json_put_str(reply, "field", r->field);
    if (r->near[0])
        json_put_str(reply, "near", r->near);
    return json_put_str(reply, "error", r->why.text);
}
