/* Duty as a calendar that others subscribe to: iCalendar, RFC 5545. */
#include "base/civil.h"
#include "core/duty.h"
#include "core/roster.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_OCTETS = 75, EVENTS_MAX = 20000 };

/* What was is shown for a month, what comes for half a year. */
static const int64_t PAST_MS = 31 * MS_DAY, COMING_MS = 183 * MS_DAY;

struct calendar_out {
    const struct core *c;
    const struct duty_ask *ask;
    struct text *to;
    int events;
};

/* A line of content, folded: no line has more than 75 octets, and no character is cut in two. */
static void line_add(struct text *to, const char *line)
{
    size_t len = strlen(line), most = LINE_OCTETS;
    while (len > most) {
        size_t part = utf8_cut(line, len, most);
        text_add_bytes(to, line, part);
        text_add(to, "\r\n ");
        line += part;
        len -= part;
        most = LINE_OCTETS - 1; /* behind the blank that says that the line goes on */
    }
    text_add_bytes(to, line, len);
    text_add(to, "\r\n");
}

static void escaped_add(struct text *to, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            text_add(to, "\\n");
        else if ((unsigned char)*value >= ' ') {
            if (strchr("\\;,", *value))
                text_add_char(to, '\\');
            text_add_char(to, *value);
        }
    }
}

static void text_line(struct text *to, const char *name, const char *value)
{
    AUTO_TEXT(line);
    text_addf(&line, "%s:", name);
    escaped_add(&line, value);
    line_add(to, text_str(&line));
}

static void moment_add(struct text *to, wall_ms at)
{
    struct civil c = civil_of("UTC0", at);
    text_addf(to, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static void moment_line(struct text *to, const char *name, wall_ms at)
{
    AUTO_TEXT(line);
    text_addf(&line, "%s:", name);
    moment_add(&line, at);
    line_add(to, text_str(&line));
}

static void event_add(const struct calendar_out *k, const struct roster *r, const struct seat *seat,
                      const struct duty_span *span)
{
    const struct site *s = k->c->site->site;
    struct rung_person p;
    AUTO_TEXT(uid);
    AUTO_TEXT(summary);
    text_addf(&uid, "UID:%s-%s-", r->id, seat->name);
    moment_add(&uid, span->from);
    text_add(&uid, "@muster");
    text_addf(&summary, "%s %s", seat_title(s, seat, k->ask->lang),
              site_person(s, span->person, &p) ? p.name : span->person);
    text_addf(&summary, strcmp(k->ask->lang, "zh") ? " (%s)" : "（%s）",
              roster_title(s, r, k->ask->lang));
    line_add(k->to, "BEGIN:VEVENT");
    line_add(k->to, text_str(&uid));
    moment_line(k->to, "DTSTAMP", k->ask->now);
    moment_line(k->to, "DTSTART", span->from);
    moment_line(k->to, "DTEND", span->to);
    text_line(k->to, "SUMMARY", text_str(&summary));
    line_add(k->to, "TRANSP:TRANSPARENT");
    line_add(k->to, "END:VEVENT");
}

static void seat_add(struct calendar_out *k, const struct roster *r, const struct seat *seat)
{
    const struct site *s = k->c->site->site;
    wall_ms until = k->ask->now + COMING_MS;
    wall_ms at = seat_since(s, r, seat, k->ask->now - PAST_MS);
    while (at < until && k->events < EVENTS_MAX) {
        struct duty_span span = seat_span(s, r, seat, at, until);
        at = span.to;
        if (!span.person || (k->ask->person && strcmp(span.person, k->ask->person) != 0))
            continue;
        event_add(k, r, seat, &span);
        k->events++;
    }
}

enum err core_duty_calendar(const struct core *c, const struct duty_ask *ask, struct text *to,
                            struct why *why)
{
    struct calendar_out k = {.c = c, .ask = ask, .to = to};
    const struct roster *r;
    struct rung_person p;
    const struct site *s = c->site ? c->site->site : NULL;
    if (!s || (ask->roster && !site_roster(s, ask->roster)))
        return why_set(why, ERR_MISSING, "the site has no roster \"%s\"",
                       ask->roster ? ask->roster : "?");
    if (ask->person && !site_person(s, ask->person, &p))
        return why_set(why, ERR_MISSING, "the site has no person \"%s\"", ask->person);
    line_add(to, "BEGIN:VCALENDAR");
    line_add(to, "VERSION:2.0");
    line_add(to, "PRODID:-//Muster//duty//EN");
    text_line(to, "X-WR-CALNAME",
              ask->roster   ? roster_title(s, site_roster(s, ask->roster), ask->lang)
              : ask->person ? p.name
                            : site_name(s, ask->lang));
    for (size_t n = 0; (r = site_roster_at(s, n)); n++) {
        for (size_t i = 0; i < r->seats_count; i++)
            if (!ask->roster || !strcmp(r->id, ask->roster))
                seat_add(&k, r, &r->seats[i]);
    }
    line_add(to, "END:VCALENDAR");
    return ERR_OK;
}
