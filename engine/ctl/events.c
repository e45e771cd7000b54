#include "ctl/events.h"

#include "ctl/ask.h"
#include "ctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 60000, AGAIN_PAUSE_MS = 500, INCIDENT_TAIL = 6 };

struct follow {
    const struct ctl *c;
    const char *incident;
    struct text last; /* the id of the last event seen */
    bool there;       /* a daemon was: it may come back */
    bool begun;
    int64_t lost_at; /* since when there is no connection; 0: there is, or was none yet */
    event_fn *each;
    int (*on_begun)(void *ctx);
    void *ctx;
};

static json_t *follow_request(const struct follow *f)
{
    json_t *request = ask_begin(f->c, "watch");
    json_put_str(request, "incident", f->incident);
    if (f->last.len)
        json_put_str(request, "after", text_str(&f->last));
    return request;
}

static void last_set(struct follow *f, const char *id)
{
    text_clear(&f->last);
    text_add(&f->last, id);
}

/* The reply to watch. Returns EXIT_OK, or the exit code to end with. */
static int follow_begin(struct follow *f, const json_t *reply)
{
    if (!json_bool(reply, "ok"))
        return ask_refused(f->c, reply);
    bool reset = json_bool(reply, "reset"), first = !f->begun;
    if (reset)
        ctl_message("%s", ctl_say(f->c, words_of(WORD_MISSED)));
    if (reset || !f->last.len)
        last_set(f, json_str_or(reply, "as_of", ""));
    f->begun = true;
    f->lost_at = 0;
    return (first || reset) && f->on_begun ? f->on_begun(f->ctx) : EXIT_OK;
}

/* One connection, until it is lost (ERR_UNREACHABLE) or enough was seen. */
static enum err follow_once(struct follow *f, int *ret_exit, bool *ret_enough, struct why *why)
{
    struct client client;
    AUTO_JSON(request);
    json_t *line = NULL;
    request = follow_request(f);
    enum err e = client_open(&client, f->c->server, f->c->key, why);
    if (!e)
        f->there = true;
    if (!e)
        e = client_send(&client, request, why);
    if (!e)
        e = client_hear(&client, CLIENT_FOR_EVER, &line, why);
    if (!e) {
        *ret_exit = follow_begin(f, line);
        *ret_enough = *ret_exit != EXIT_OK;
        json_decref(line);
    }
    while (!e && !*ret_enough) {
        e = client_hear(&client, CLIENT_FOR_EVER, &line, why);
        if (e)
            break;
        last_set(f, json_str_or(line, "id", text_str(&f->last)));
        *ret_enough = !f->each(f->ctx, line);
        json_decref(line);
    }
    client_close(&client);
    return e;
}

/* Is it worth another try? Waits before it. */
static bool follow_again(struct follow *f)
{
    int64_t now = client_now_ms();
    if (!f->there || (f->lost_at && now - f->lost_at > AGAIN_MS))
        return false;
    if (!f->lost_at) {
        f->lost_at = now;
        ctl_message("%s", ctl_say(f->c, words_of(WORD_RECONNECTING)));
    }
    client_sleep_ms(AGAIN_PAUSE_MS);
    return true;
}

int events_follow(const struct ctl *c, const char *incident, const char *after, event_fn *each,
                  int (*begun)(void *ctx), void *ctx)
{
    struct follow f = {.c = c, .incident = incident, .each = each, .on_begun = begun, .ctx = ctx};
    struct why why;
    int exit_code = EXIT_OK;
    bool enough = false;
    enum err e = ERR_OK;
    if (after)
        last_set(&f, after);
    do
        e = follow_once(&f, &exit_code, &enough, &why);
    while (e && !enough && follow_again(&f));
    text_done(&f.last);
    return e && !enough ? ctl_fail(e, &why) : exit_code;
}

/* ---- for people ---- */

static enum colour event_colour(const char *kind)
{
    static const struct {
        const char *part;
        enum colour colour;
    } colours[] = {{"failed", COLOUR_RED},           {"alarm", COLOUR_RED},
                   {"struck", COLOUR_RED},           {"error", COLOUR_RED},
                   {"refused", COLOUR_RED},          {"expired", COLOUR_YELLOW},
                   {"declined", COLOUR_YELLOW},      {"call_answered", COLOUR_GREEN},
                   {"incident_opened", COLOUR_BOLD}, {"ordered", COLOUR_BOLD},
                   {"notice_", COLOUR_DIM},          {"turn", COLOUR_DIM}};
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (strstr(kind, colours[i].part))
            return colours[i].colour;
    return COLOUR_NONE;
}

/* A line above the events of another day. */
static void day_print(const struct ctl *c, const char *at, struct text *day)
{
    AUTO_TEXT(now);
    show_time(&now, at, TIME_DAY);
    if (strcmp(text_str(&now), text_str(day)) == 0)
        return;
    text_clear(day);
    text_add(day, text_str(&now));
    printf("%s-- %s --%s\n", show_colour(c->colour, COLOUR_DIM), text_str(&now),
           show_colour(c->colour, COLOUR_NONE));
}

void event_print(const struct ctl *c, const json_t *event, bool with_incident, struct text *day)
{
    const char *at = json_str(event, "at"), *incident = json_str(event, "incident");
    enum colour colour = event_colour(json_str_or(event, "kind", ""));
    bool tinted = c->colour && colour != COLOUR_NONE;
    AUTO_TEXT(line);
    day_print(c, at, day);
    show_time(&line, at, TIME_CLOCK);
    if (with_incident) {
        size_t len = incident ? strlen(incident) : 0;
        text_addf(&line, "  %-*s", INCIDENT_TAIL,
                  len > INCIDENT_TAIL ? incident + len - INCIDENT_TAIL : "");
    }
    text_add(&line, "  ");
    text_add(&line, show_colour(tinted, colour));
    const char *text = json_str_or(event, "text", json_str_or(event, "kind", "?"));
    const char *mark = ctl_say(c, words_of(WORD_DRILL_MARK));
    if (json_bool(event, "drill") && strncmp(text, mark, strlen(mark)) != 0)
        text_add(&line, mark);
    show_safe(&line, text);
    text_add(&line, show_colour(tinted, COLOUR_NONE));
    puts(text_str(&line));
    (void)fflush(stdout);
}
