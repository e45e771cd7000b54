#include "core/agenda.h"

#include "core/form.h"
#include "core/item.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 40 };

struct agenda {
    const struct core *c;
    bool drill, open, overdue; /* what is wanted */
    wall_ms since;             /* what was issued later is marked as new */
    const struct item **items;
    size_t count, cap, late;
};

static bool is_overdue(const struct core *c, const struct item *item)
{
    return item->due && item->due <= c->in->mono;
}

static void item_take(void *ctx, struct item *item)
{
    struct agenda *a = ctx;
    bool late = is_overdue(a->c, item);
    if (!item_open(item) || item->incident->drill != a->drill || !(late ? a->overdue : a->open))
        return;
    a->items = mem_grow(a->items, &a->cap, a->count + 1, sizeof *a->items);
    a->items[a->count++] = item;
    a->late += late;
}

/* By due time, what has none last; of one time in the order of their making. */
static int by_due(const void *x, const void *y)
{
    const struct item *a = *(const struct item *const *)x, *b = *(const struct item *const *)y;
    if (!a->due != !b->due)
        return !a->due - !b->due;
    if (a->due != b->due)
        return a->due < b->due ? -1 : 1;
    return uuid_cmp(a->id, b->id);
}

static void item_say(const struct agenda *a, const struct item *item, bool zh, struct text *to)
{
    AUTO_JSON(about);
    about = kept_json(item->about);
    text_add(to, zh ? "；" : "; ");
    if (is_overdue(a->c, item))
        text_add(to, zh ? "【逾期】" : "OVERDUE ");
    else if (item->issued_at >= a->since)
        text_add(to, zh ? "【新】" : "new: ");
    text_addf(to, zh ? "%s（%s）" : "%s (%s)",
              words_in(json_at(about, "title"), zh ? "zh" : "en", zh ? "en" : "zh"), item->owner);
}

static void items_say(const struct agenda *a, bool zh, struct text *to)
{
    size_t shown = a->count < LINES_MAX ? a->count : LINES_MAX;
    if (zh)
        text_addf(to, "未结事项 %zu 项，其中逾期 %zu 项", a->count, a->late);
    else
        text_addf(to, "%zu open item%s, %zu overdue", a->count, a->count == 1 ? "" : "s", a->late);
    for (size_t n = 0; n < shown; n++)
        item_say(a, a->items[n], zh, to);
    if (shown < a->count)
        text_addf(to, zh ? "；另有 %zu 项" : "; and %zu more", a->count - shown);
}

/* What an agenda is made of, part by part. What else is due, reports first of all, is a row here.
 */
static void parts_say(const struct agenda *a, bool zh, struct text *to)
{
    static void (*const parts[])(const struct agenda *, bool, struct text *) = {items_say};
    text_add(to, zh ? "【议程】" : "Agenda: ");
    for (size_t n = 0; n < sizeof parts / sizeof *parts; n++) {
        if (n)
            text_add(to, zh ? "。" : ". ");
        parts[n](a, zh, to);
    }
}

static bool wants(const json_t *states, const char *state)
{
    for (size_t n = 0; n < json_array_size(states); n++) {
        if (!strcmp(json_string_value(json_array_get(states, n)), state))
            return true;
    }
    return false;
}

json_t *agenda_text(const struct core *c, const struct incident *i, const json_t *args)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const json_t *states = json_at(args, "states");
    int64_t since_ms = json_int(args, "since_ms", 0);
    struct agenda a = {.c = c,
                       .drill = i->drill,
                       .open = wants(states, "open"),
                       .overdue = wants(states, "overdue"),
                       .since = since_ms ? c->in->wall - since_ms : INT64_MAX};
    items_walk(c, item_take, &a);
    if (a.count > 1)
        qsort(a.items, a.count, sizeof *a.items, by_due);
    parts_say(&a, true, &zh);
    parts_say(&a, false, &en);
    free(a.items);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}
