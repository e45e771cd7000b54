/* Duty as a calendar to subscribe to: /duty/ROSTER.ics and /duty/PERSON.ics. */
#include "base/code.h"
#include "serve/conn.h"
#include "serve/http.h"
#include "serve/pages.h"

#include <stdlib.h>
#include <string.h>

static const char *query_of(const struct route_match *m, const char *name)
{
    for (size_t n = 0; n < m->request->query_count; n++)
        if (!strcmp(m->request->query[n].name, name))
            return m->request->query[n].value;
    return NULL;
}

/* A roster of this name, or, without one, a person. */
static enum err calendar_write(const struct conn *c, const struct route_match *m, const char *name,
                               struct text *to, struct why *why)
{
    const struct serve_port *port = c->serve->port;
    const char *lang = query_of(m, "lang"), *person = query_of(m, "person");
    lang = lang && !strcmp(lang, "en") ? "en" : lang ? "zh" : port->language(port->ctx);
    enum err e = port->duty_calendar(port->ctx, name, person, lang, to, why);
    if (e != ERR_MISSING || person)
        return e;
    text_clear(to);
    e = port->duty_calendar(port->ctx, NULL, name, lang, to, why);
    return e == ERR_MISSING
               ? why_set(why, e, "the site has neither a roster nor a person \"%s\"", name)
               : e;
}

static void calendar_respond(struct conn *c, uint64_t line, const struct text *body)
{
    struct http_reply r = {.status = 200,
                           .type = "text/calendar; charset=utf-8",
                           .body = text_str(body),
                           .body_len = body->len};
    http_respond(c, line, &r);
}

void page_duty(struct conn *c, uint64_t line, const struct route_match *m)
{
    struct refusal refusal;
    struct why why = {0};
    AUTO_TEXT(body);
    enum code code = scope_check(c, "duty", SCOPE_READ, &refusal);
    char *name = route_param(m, "calendar");
    size_t len = strlen(name);
    bool ics = len > 4 && !strcmp(name + len - 4, ".ics");
    if (ics)
        name[len - 4] = '\0';
    if (!code && (!ics || calendar_write(c, m, name, &body, &why)))
        code = refuse(&refusal, CODE_NOT_FOUND, "calendar", NULL, "%s",
                      ics ? why.text : "a calendar is /duty/ROSTER.ics or /duty/PERSON.ics");
    if (code)
        answer_refused(c, line, &refusal);
    else
        calendar_respond(c, line, &body);
    free(name);
}
