#include "plan/command.h"

#include "base/text.h"

#include <string.h>

enum { SHOWN_MAX = 160 }; /* bytes of a command in a sentence */

void commands_reset(struct commands *c)
{
    commands_done(c);
    c->list = json_array();
}

void commands_done(struct commands *c)
{
    json_decref(c->list);
    *c = (struct commands){0};
}

json_t *command_new(const char *kind, const char *step, const char *at)
{
    json_t *cmd = json_put_str(json_object(), "kind", kind);

    json_put_str(cmd, "step", step);
    return json_put_str(cmd, "at", at);
}

static size_t count_recipients(const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    const json_t *rungs = json_at(args, "rungs");
    size_t n = json_array_size(json_at(args, "to"));

    for (size_t i = 0; i < json_array_size(rungs); i++)
        n += json_array_size(json_at(json_array_get(rungs, i), "to"));
    return n;
}

const char *commands_add(struct commands *c, json_t *takes)
{
    AUTO_JSON(cmd);
    AUTO_TEXT(text);

    cmd = takes;
    json_write(cmd, &text);
    size_t recipients = count_recipients(cmd);
    if (json_array_size(c->list) >= COMMANDS_MAX)
        return "more than 1,000 commands in one turn; is there a loop without a wait in it?";
    if (c->bytes + text.len > COMMANDS_BYTES_MAX)
        return "the commands of one turn are larger than 2 MiB; shorten the texts";
    if (c->recipients + recipients > COMMANDS_RECIPIENTS_MAX)
        return "more than 20,000 targets in one turn; use a group";
    c->bytes += text.len;
    c->recipients += recipients;
    json_array_append(c->list, cmd);
    return NULL;
}

/* ---- comparing ---- */

static void show(const json_t *cmd, struct text *to)
{
    AUTO_TEXT(full);

    if (!cmd) {
        text_add(to, "nothing");
        return;
    }
    json_write(cmd, &full);
    size_t len = utf8_cut(text_str(&full), full.len, SHOWN_MAX);
    text_add_bytes(to, text_str(&full), len);
    if (len < full.len)
        text_add(to, "…");
}

static void write_whole(const json_t *cmd, bool places, struct text *to)
{
    AUTO_JSON(bare);

    if (places) {
        json_write(cmd, to);
        return;
    }
    bare = json_copy(json_unconst(cmd));
    json_object_del(bare, "at");
    json_write(bare, to);
}

static bool same(const json_t *a, const json_t *b, bool places)
{
    AUTO_TEXT(x);
    AUTO_TEXT(y);

    if (!a || !b)
        return a == b;
    write_whole(a, places, &x); /* as text: 5.0 reads back as an integer */
    write_whole(b, places, &y);
    return x.len == y.len && memcmp(text_str(&x), text_str(&y), x.len) == 0;
}

bool commands_differ(const json_t *recorded, const json_t *now, bool places, size_t *ret_at,
                     struct why *ret)
{
    size_t count = json_array_size(recorded);

    if (json_array_size(now) > count)
        count = json_array_size(now);
    for (size_t i = 0; i < count; i++) {
        const json_t *was = json_array_get(recorded, i);
        const json_t *is = json_array_get(now, i);
        AUTO_TEXT(before);
        AUTO_TEXT(after);

        if (same(was, is, places))
            continue;
        *ret_at = i;
        show(was, &before);
        show(is, &after);
        why_set(ret, ERR_CONFLICT, "command %zu is %s in the record, and %s now", i + 1,
                text_str(&before), text_str(&after));
        return true;
    }
    return false;
}
