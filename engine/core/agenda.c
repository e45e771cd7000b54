#include "core/agenda.h"

#include "core/form.h"
#include "core/item.h"
#include "core/report.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 40 };

struct agenda {
    const struct core *c;
    bool drill, open, overdue; /* what is wanted */
    wall_ms since;             /* what was issued later is marked as new */
    const struct item **items;
    size_t count, cap, late;
    const struct report **reports;
    size_t reports_count, reports_cap, reports_late;
};

static bool is_past(const struct core *c, mono_ms due)
{
    return due && due <= c->in->mono;
}

static bool is_overdue(const struct core *c, const struct item *item)
{
    return is_past(c, item->due);
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

static void report_take(void *ctx, struct report *r)
{
    struct agenda *a = ctx;
    bool late = is_past(a->c, r->due);
    if (!report_open(r) || r->incident->drill != a->drill || !(late ? a->overdue : a->open))
        return;
    a->reports = mem_grow(a->reports, &a->reports_cap, a->reports_count + 1, sizeof *a->reports);
    a->reports[a->reports_count++] = r;
    a->reports_late += late;
}

/* By due time, what has none last; of one time in the order of their making. */
static int order_of(mono_ms x, mono_ms y, struct uuid of_x, struct uuid of_y)
{
    if (!x != !y)
        return !x - !y;
    if (x != y)
        return x < y ? -1 : 1;
    return uuid_cmp(of_x, of_y);
}

static int reports_by_due(const void *x, const void *y)
{
    const struct report *a = *(const struct report *const *)x;
    const struct report *b = *(const struct report *const *)y;
    return order_of(a->due, b->due, a->id, b->id);
}

static int by_due(const void *x, const void *y)
{
    const struct item *a = *(const struct item *const *)x, *b = *(const struct item *const *)y;
    return order_of(a->due, b->due, a->id, b->id);
}

/* What stands before each line. */
static void mark_say(const struct agenda *a, mono_ms due, wall_ms made, bool zh, struct text *to)
{
    text_add(to, zh ? "；" : "; ");
    if (is_past(a->c, due))
        text_add(to, zh ? "【逾期】" : "OVERDUE ");
    else if (made >= a->since)
        text_add(to, zh ? "【新】" : "new: ");
}

static void item_say(const struct agenda *a, const struct item *item, bool zh, struct text *to)
{
    AUTO_JSON(about);
    about = kept_json(item->about);
    mark_say(a, item->due, item->issued_at, zh, to);
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

/* "首报第1号，涨水（dept:water）" */
static void report_say(const struct agenda *a, const struct report *r, bool zh, struct text *to)
{
    AUTO_JSON(about);
    about = kept_json(r->incident->about);
    mark_say(a, r->due, r->opened_at, zh, to);
    report_name_add(r->kind, r->number, zh, to);
    text_addf(to, zh ? "，%s（%s）" : ", %s (%s)", json_str_or(about, "title", ""), r->by);
}

static void reports_say(const struct agenda *a, bool zh, struct text *to)
{
    size_t count = a->reports_count, shown = count < LINES_MAX ? count : LINES_MAX;
    if (zh)
        text_addf(to, "未报送的报告 %zu 份，其中逾期 %zu 份", count, a->reports_late);
    else
        text_addf(to, "%zu report%s not sent, %zu overdue", count, count == 1 ? "" : "s",
                  a->reports_late);
    for (size_t n = 0; n < shown; n++)
        report_say(a, a->reports[n], zh, to);
    if (shown < count)
        text_addf(to, zh ? "；另有 %zu 份" : "; and %zu more", count - shown);
}

/* What an agenda is made of, part by part. */
static void parts_say(const struct agenda *a, bool zh, struct text *to)
{
    static void (*const parts[])(const struct agenda *, bool, struct text *) = {items_say,
                                                                                reports_say};
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
    reports_walk(c, report_take, &a);
    if (a.reports_count > 1)
        qsort(a.reports, a.reports_count, sizeof *a.reports, reports_by_due);
    parts_say(&a, true, &zh);
    parts_say(&a, false, &en);
    free(a.items);
    free(a.reports);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}
