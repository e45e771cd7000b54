/*
 * muster watch - everything as it happens, until it is interrupted.
 */
#include "ctl/commands.h"
#include "ctl/events.h"

static const struct option_spec options[] = {
    OPTION("--after", "EVENT", "go on after this event", "从此事件之后接着看"),
    {.name = NULL},
};

struct watch {
    const struct ctl *c;
    struct text day;
};

static bool event_take(void *ctx, const json_t *event)
{
    struct watch *w = ctx;
    if (w->c->json)
        ctl_print_json(event);
    else
        event_print(w->c, event, true, &w->day);
    return true;
}

static int run(struct ctl *c, const struct args *a)
{
    struct watch w = {.c = c};
    int code = events_follow(c, NULL, args_value(a, "--after"), event_take, NULL, &w);
    text_done(&w.day);
    return code;
}

const struct command cmd_watch = {
    .name = "watch",
    .operands = "",
    .sentence = {"everything as it happens, one line an event", "实时查看，一行一件事"},
    .options = options,
    .examples = "  muster watch\n  muster watch --json --after 1-40213\n",
    .run = run,
};
