#include "remarked.h"

#include "unit.h"

#include <string.h>

json_t *data(const char *json)
{
    AUTO_TEXT(t);
    text_add(&t, json);
    for (size_t i = 0; i < t.len; i++)
        if (t.at[i] == '\'')
            t.at[i] = '"';
    json_t *value = NULL;
    struct why why = {{0}};
    if (json_read_own(t.at, t.len, &value, &why))
        fail_msg("%s in: %s", why.text, t.at);
    return value;
}

void remarked_done(struct remarked *m)
{
    text_done(&m->lines);
}

void remarked_add(void *ctx, const struct remark *r)
{
    struct remarked *m = ctx;
    if (r->error)
        m->errors++;
    else
        m->warnings++;
    text_addf(&m->lines, "%s %s %s ", r->error ? "error" : "warning", r->subject, r->code);
    remark_path(r->path, &m->lines);
    text_addf(&m->lines, ": %s\n", r->text);
}

void remarked_has(const struct remarked *m, const char *words)
{
    if (!strstr(text_str(&m->lines), words))
        fail_msg("no remark has \"%s\"; there are:\n%s", words, text_str(&m->lines));
}
