/*
 * muster timeline - what happened in one incident, and with --follow what happens.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/events.h"

#include <string.h>

static const struct option_spec options[] = {
    OPTION("--follow", NULL, "go on until the incident is closed", "持续显示，直到事件结束"),
    {.name = NULL},
};

struct timeline {
    const struct ctl *c;
    struct text day;
    json_t *events; /* --json without --follow: one document */
    bool closed;
};

static bool event_take(void *ctx, const json_t *event)
{
    struct timeline *t = ctx;
    if (t->events)
        json_array_append_new(t->events, json_share(event));
    else if (t->c->json)
        ctl_print_json(event);
    else
        event_print(t->c, event, false, &t->day);
    if (strcmp(json_str_or(event, "kind", ""), "incident_closed") == 0)
        t->closed = true;
    return !t->closed;
}

/* All pages. ret_as_of: what was seen so far. */
static int pages_read(struct timeline *t, const char *incident, struct text *ret_as_of)
{
    AUTO_TEXT(after);
    for (;;) {
        json_t *reply = NULL, *event;
        json_t *request = json_put_str(ask_begin(t->c, "timeline"), "incident", incident);
        size_t n;
        if (after.len)
            json_put_str(request, "after", text_str(&after));
        int code = ask(t->c, request, &reply);
        if (code)
            return code;
        json_array_foreach(json_unconst(json_at(reply, "events")), n, event)(void)
            event_take(t, event);
        const char *next = json_str(reply, "next");
        text_clear(&after);
        text_clear(ret_as_of);
        text_add(&after, next ? next : "");
        text_add(ret_as_of, json_str_or(reply, "as_of", ""));
        json_decref(reply);
        if (!after.len)
            return EXIT_OK;
    }
}

static int run(struct ctl *c, const struct args *a)
{
    struct timeline t = {.c = c};
    bool follow = args_has(a, "--follow");
    AUTO_TEXT(as_of);
    if (c->json && !follow)
        t.events = json_array();
    int code = pages_read(&t, a->words[0], &as_of);
    if (code == EXIT_OK && t.events) {
        AUTO_JSON(document);
        document = json_put(json_object(), "events", json_incref(t.events));
        json_put_str(document, "as_of", text_str(&as_of));
        ctl_print_json(document);
    }
    if (code == EXIT_OK && follow && !t.closed)
        code = events_follow(c, a->words[0], text_str(&as_of), event_take, NULL, &t);
    json_decref(t.events);
    text_done(&t.day);
    return code;
}

const struct command cmd_timeline = {
    .name = "timeline",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"what happened in one incident, in order", "一个事件的全过程，按先后"},
    .options = options,
    .examples = "  muster timeline 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --follow\n",
    .run = run,
};
