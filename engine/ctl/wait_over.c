#include "ctl/wait_over.h"

#include "ctl/ask.h"
#include "ctl/events.h"

#include <string.h>

struct wait {
    const struct ctl *c;
    const char *incident;
    bool closed;
};

static bool is_over(const char *state)
{
    return strcmp(state, "closed") == 0 || strcmp(state, "merged") == 0;
}

static bool wait_event(void *ctx, const json_t *event)
{
    const char *kind = json_str_or(event, "kind", "");
    (void)ctx;
    return strcmp(kind, "incident_closed") != 0 && strcmp(kind, "merged") != 0;
}

/* It may have been over before the watch stood. */
static int wait_begun(void *ctx)
{
    struct wait *w = ctx;
    json_t *reply = NULL;
    json_t *request = json_put_str(ask_begin(w->c, "status"), "incident", w->incident);
    int code = ask(w->c, request, &reply);
    if (code == EXIT_OK)
        w->closed = is_over(json_str_or(json_at(reply, "incident"), "state", ""));
    json_decref(reply);
    return w->closed ? EXIT_FAILED : code;
}

int wait_over(const struct ctl *c, const char *incident)
{
    struct wait w = {.c = c, .incident = incident};
    int code = events_follow(c, incident, NULL, wait_event, wait_begun, &w);
    return w.closed ? EXIT_OK : code;
}
