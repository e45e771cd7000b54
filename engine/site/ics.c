#include "site/ics.h"

#include "base/civil.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 8, OCCURRENCES_MAX = 200000 }; /* twenty years of hours */

/* ---- lines: what no parser should be asked to guess ---- */

struct scan {
    const char *open[DEPTH_MAX]; /* names of components, borrowed from the bytes */
    size_t open_len[DEPTH_MAX];
    int depth, line;
    bool seen;
};

static bool begins(const char *line, size_t len, const char *word)
{
    return len >= strlen(word) && !strncasecmp(line, word, strlen(word));
}

static enum err scan_end(struct scan *s, const char *name, size_t len, struct why *why)
{
    if (!s->depth || s->open_len[s->depth - 1] != len ||
        strncasecmp(s->open[s->depth - 1], name, len) != 0)
        return why_set(why, ERR_INVALID, "END:%.*s ends nothing that is open", (int)len, name);
    s->depth--;
    return ERR_OK;
}

static enum err scan_line(struct scan *s, const char *line, size_t len, struct why *why)
{
    if (len && (line[0] == ' ' || line[0] == '\t'))
        return ERR_OK; /* goes on from the line before */
    if (begins(line, len, "BEGIN:")) {
        if (s->depth == DEPTH_MAX)
            return why_set(why, ERR_INVALID, "more than %d components in each other", DEPTH_MAX);
        s->open[s->depth] = line + 6;
        s->open_len[s->depth++] = len - 6;
        s->seen = s->seen || begins(line + 6, len - 6, "VCALENDAR");
        return ERR_OK;
    }
    if (begins(line, len, "END:"))
        return scan_end(s, line + 4, len - 4, why);
    if (len && (!s->depth || !memchr(line, ':', len)))
        return why_set(why, ERR_INVALID, "this is no line of a calendar: NAME:value is expected");
    return ERR_OK;
}

static enum err scan(const char *bytes, size_t len, int *ret_line, struct why *why)
{
    struct scan s = {.line = 1};
    if (!utf8_valid(bytes, len) || memchr(bytes, '\0', len))
        return why_set(why, ERR_INVALID, "a byte that is no UTF-8");
    for (const char *at = bytes; at < bytes + len; s.line++) {
        const char *end = memchr(at, '\n', (size_t)(bytes + len - at));
        end = end ? end : bytes + len;
        size_t part = (size_t)(end - at);
        *ret_line = s.line;
        enum err e = scan_line(&s, at, part && at[part - 1] == '\r' ? part - 1 : part, why);
        if (e)
            return e;
        at = end + 1;
    }
    if (!s.seen)
        return why_set(why, ERR_INVALID, "there is no BEGIN:VCALENDAR in it");
    if (s.depth)
        return why_set(why, ERR_INVALID, "it ends before END:%.*s: the file is cut off",
                       (int)s.open_len[s.depth - 1], s.open[s.depth - 1]);
    return ERR_OK;
}

/* ---- properties ---- */

/*
 * All of a kind, in order (free()): libical goes through the properties of a component with one
 * finger, which whoever looks at another kind meanwhile would move.
 */
static icalproperty **properties(icalcomponent *c, icalproperty_kind kind, size_t *ret_count)
{
    icalproperty **all = NULL, *p = icalcomponent_get_first_property(c, kind);
    size_t cap = 0;
    *ret_count = 0;
    for (; p; p = icalcomponent_get_next_property(c, kind)) {
        all = mem_grow(all, &cap, *ret_count + 1, sizeof *all);
        all[(*ret_count)++] = p;
    }
    return all;
}

/* ---- times ---- */

struct reader {
    const struct ics_ask *ask;
    icalcomponent *calendar;
    json_t *shifts;
    struct why *why;
    bool failed;
};

/* The first thing that is wrong is told: "before", a word of the file in quotes, "after". */
static void fail(struct reader *r, const char *before, const char *word, const char *after)
{
    if (!r->failed)
        (void)why_set(r->why, ERR_INVALID, "%s%s%s%s%s", before, word ? " \"" : "",
                      word ? word : "", word ? "\"" : "", after);
    r->failed = true;
}

/* The zone of the file itself that has this name; NULL. Freed with icaltimezone_free(z, 1). */
static icaltimezone *own_zone(const struct reader *r, const char *tzid)
{
    icalcomponent *c = icalcomponent_get_first_component(r->calendar, ICAL_VTIMEZONE_COMPONENT);
    for (; c; c = icalcomponent_get_next_component(r->calendar, ICAL_VTIMEZONE_COMPONENT)) {
        icalproperty *id = icalcomponent_get_first_property(c, ICAL_TZID_PROPERTY);
        if (!id || strcmp(icalproperty_get_tzid(id), tzid) != 0)
            continue;
        icaltimezone *zone = icaltimezone_new();
        if (icaltimezone_set_component(zone, icalcomponent_new_clone(c)))
            return zone;
        icaltimezone_free(zone, 1);
    }
    return NULL;
}

/* A time as the file writes it, to a moment. tzid NULL: of no zone. */
static wall_ms moment_of(struct reader *r, struct icaltimetype t, const char *tzid)
{
    int64_t day = days_from_date(t.year, t.month, t.day);
    int minute = t.is_date ? 0 : t.hour * 60 + t.minute;
    wall_ms seconds = t.is_date ? 0 : t.second * MS_SECOND;
    if (icaltime_is_utc(t))
        return day * MS_DAY + minute * MS_MINUTE + seconds;
    if (!tzid || zone_known(tzid))
        return civil_first(tzid ? tzid : r->ask->zone, day, minute) + seconds;
    icaltimezone *zone = own_zone(r, tzid);
    if (!zone) {
        fail(r, "the zone", tzid,
             " is not known, and the file does not say what it is (VTIMEZONE)");
        return 0;
    }
    int summer;
    int64_t offset = icaltimezone_get_utc_offset(zone, &t, &summer);
    icaltimezone_free(zone, 1);
    return day * MS_DAY + minute * MS_MINUTE + seconds - offset * MS_SECOND;
}

static const char *tzid_of(icalproperty *p)
{
    icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    return tzid ? icalparameter_get_tzid(tzid) : NULL;
}

static struct icaltimetype time_of(icalproperty *p)
{
    const icalvalue *v = p ? icalproperty_get_value(p) : NULL;
    return v ? icalvalue_get_datetimedate(v) : icaltime_null_time();
}

/* The moment of a property of the event; false: it has none. */
static bool event_moment(struct reader *r, icalcomponent *event, icalproperty_kind kind,
                         wall_ms *ret)
{
    icalproperty *p = icalcomponent_get_first_property(event, kind);
    struct icaltimetype t = time_of(p);
    if (!p || icaltime_is_null_time(t))
        return false;
    *ret = moment_of(r, t, tzid_of(p));
    return true;
}

/* ---- whom it names ---- */

/* How much of the text names them, in bytes; 0: nothing does. */
static size_t names(const char *text, const char *id, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz.";
    size_t len = strlen(id);
    const char *found = strstr(text, id);
    bool alone = found && (found == text || !strchr(letters, found[-1])) &&
                 !(found[len] && strchr(letters, found[len]));
    if (alone)
        return len;
    return name && *name && strstr(text, name) ? strlen(name) : 0;
}

static size_t attendee_names(icalproperty *p, const char *id, const char *name)
{
    icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
    const char *address = icalproperty_get_attendee(p);
    const char *shown = cn ? icalparameter_get_cn(cn) : NULL;
    size_t len = strlen(id);
    if (address && !strncasecmp(address, "mailto:", 7) && !strncmp(address + 7, id, len) &&
        (address[7 + len] == '@' || !address[7 + len]))
        return len;
    return shown ? names(shown, id, name) : 0;
}

static size_t event_names(icalcomponent *event, const char *id, const char *name)
{
    const char *summary = icalcomponent_get_summary(event);
    size_t most = summary ? names(summary, id, name) : 0;
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
        size_t len = attendee_names(p, id, name);
        most = len > most ? len : most;
    }
    return most;
}

/* Of several the one whose name is the longest, so that 李明华 is not 李明; of those the first by
 * id. NULL: nobody of the site. */
static const char *person_of(const struct reader *r, icalcomponent *event)
{
    const char *found = NULL;
    const char **ids = json_keys(r->ask->people, NULL);
    size_t most = 0;
    for (size_t n = 0; ids[n]; n++) {
        size_t len = event_names(event, ids[n], json_str(json_at(r->ask->people, ids[n]), "name"));
        found = len > most ? ids[n] : found;
        most = len > most ? len : most;
    }
    free(ids);
    return found;
}

/* ---- occurrences ---- */

static bool is_cancelled(icalcomponent *event)
{
    return icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED;
}

static const char *uid_of(icalcomponent *event)
{
    const char *uid = icalcomponent_get_uid(event);
    return uid ? uid : "";
}

/* Is the occurrence that begins then another event's own, by its RECURRENCE-ID? */
static bool is_replaced(struct reader *r, icalcomponent *event, wall_ms at)
{
    icalcompiter i = icalcomponent_begin_component(r->calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *c; (c = icalcompiter_deref(&i)); icalcompiter_next(&i)) {
        wall_ms of;
        if (c != event && !strcmp(uid_of(c), uid_of(event)) &&
            event_moment(r, c, ICAL_RECURRENCEID_PROPERTY, &of) && of == at)
            return true;
    }
    return false;
}

/* A whole day takes out whatever begins on it. */
static bool is_left_out(struct reader *r, icalcomponent *event, struct icaltimetype t, wall_ms at)
{
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY)) {
        struct icaltimetype out = time_of(p);
        if (out.is_date ? out.year == t.year && out.month == t.month && out.day == t.day
                        : moment_of(r, out, tzid_of(p)) == at)
            return true;
    }
    return false;
}

static void shift_add(struct reader *r, const char *person, wall_ms from, wall_ms to)
{
    if (to <= from || to <= r->ask->from || from >= r->ask->until)
        return;
    if (json_array_size(r->shifts) >= ICS_SHIFTS_MAX) {
        fail(r, "more than 5000 shifts within the time that is looked at", NULL, "");
        return;
    }
    json_t *one = json_put_str(json_object(), "person", person);
    json_array_append_new(r->shifts, json_put_int(json_put_int(one, "from", from), "to", to));
}

/* One event as it repeats. Its length is that of its first occurrence, by the clock. */
struct series {
    icalcomponent *event;
    const char *person, *tzid;
    struct icaltimetype start;
    int64_t minutes; /* it lasts so long, as clocks show it */
};

static void occurrence_add(struct reader *r, const struct series *s, struct icaltimetype t)
{
    wall_ms from = moment_of(r, t, s->tzid);
    if (is_left_out(r, s->event, t, from) || is_replaced(r, s->event, from))
        return;
    struct icaltimetype end = t;
    end.is_date = 0;
    if (t.is_date)
        end.hour = end.minute = end.second = 0;
    icaltime_adjust(&end, 0, 0, (int)s->minutes, 0);
    shift_add(r, s->person, from, moment_of(r, end, s->tzid));
}

static void rule_add(struct reader *r, const struct series *s, icalproperty *p)
{
    struct icalrecurrencetype rule = icalproperty_get_rrule(p);
    struct icaltimetype until = rule.until, t;
    wall_ms last = icaltime_is_null_time(until) ? r->ask->until : moment_of(r, until, s->tzid);
    rule.until = icaltime_null_time(); /* compared as a moment, whatever its zone */
    if (until.is_date)
        last += MS_DAY - 1;
    icalrecur_iterator *i = icalrecur_iterator_new(rule, s->start);
    if (!i) {
        fail(r, "an RRULE that cannot be read", NULL, "");
        return;
    }
    for (int n = 0; !r->failed; n++) {
        if (n == OCCURRENCES_MAX) {
            fail(r, "an event of", s->person,
                 " repeats more than 200000 times up to the days that are looked at; let it begin "
                 "later");
            break;
        }
        t = icalrecur_iterator_next(i);
        if (icaltime_is_null_time(t))
            break;
        wall_ms at = moment_of(r, t, s->tzid);
        if (at > last || at >= r->ask->until)
            break;
        occurrence_add(r, s, t);
    }
    icalrecur_iterator_free(i);
}

static void dates_add(struct reader *r, const struct series *s)
{
    size_t count;
    icalproperty **all = properties(s->event, ICAL_RDATE_PROPERTY, &count);
    for (size_t n = 0; n < count; n++) {
        struct icaldatetimeperiodtype d = icalproperty_get_rdate(all[n]);
        if (!icaltime_is_null_time(d.time))
            occurrence_add(r, s, d.time);
    }
    free(all);
}

static void rules_add(struct reader *r, const struct series *s)
{
    size_t count;
    icalproperty **all = properties(s->event, ICAL_RRULE_PROPERTY, &count);
    if (!count)
        occurrence_add(r, s, s->start);
    for (size_t n = 0; n < count; n++)
        rule_add(r, s, all[n]);
    free(all);
}

/* DTEND, DURATION, or, of a day, that day. By the clock, so that a night of summer time ends at its
 * hour. */
static int64_t minutes_of(icalcomponent *event, const struct series *s)
{
    icalproperty *duration = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);
    icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
    struct icaltimetype to = time_of(end);
    if (end && !icaltime_is_null_time(to)) {
        int64_t days = days_from_date(to.year, to.month, to.day) -
                       days_from_date(s->start.year, s->start.month, s->start.day);
        int64_t clock = to.is_date ? 0 : to.hour * 60 + to.minute;
        return days * DAY_MINUTES + clock -
               (s->start.is_date ? 0 : s->start.hour * 60 + s->start.minute);
    }
    if (duration)
        return icaldurationtype_as_int(icalproperty_get_duration(duration)) / 60;
    return s->start.is_date ? DAY_MINUTES : 0;
}

static void event_read(struct reader *r, icalcomponent *event)
{
    icalproperty *start = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
    struct series s = {.event = event, .person = person_of(r, event), .start = time_of(start)};
    if (!s.person || is_cancelled(event))
        return;
    if (!start || icaltime_is_null_time(s.start)) {
        fail(r, "an event of", s.person, " has no DTSTART");
        return;
    }
    s.tzid = tzid_of(start);
    s.minutes = minutes_of(event, &s);
    rules_add(r, &s);
    dates_add(r, &s);
}

/* ---- whole ---- */

static int shift_order(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int64_t from_x = json_int(x, "from", 0), from_y = json_int(y, "from", 0);
    if (from_x != from_y)
        return from_x < from_y ? -1 : 1;
    return strcmp(json_str_or(x, "person", ""), json_str_or(y, "person", ""));
}

static json_t *sorted(json_t *takes_list)
{
    size_t count = json_array_size(takes_list);
    json_t **all = mem_new(count + 1, sizeof(json_t *)), *list = json_array();
    for (size_t n = 0; n < count; n++)
        all[n] = json_array_get(takes_list, n);
    if (count > 1)
        qsort(all, count, sizeof(json_t *), shift_order);
    for (size_t n = 0; n < count; n++)
        json_array_append(list, all[n]);
    free(all);
    json_decref(takes_list);
    return list;
}

/* What libical could not read stands in the tree as a property of its own. */
static void errors_read(struct reader *r, icalcomponent *c)
{
    icalproperty *p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY);
    if (p)
        fail(r, "a property that cannot be read:", icalproperty_get_xlicerror(p), "");
}

static void calendar_read(struct reader *r)
{
    icalcompiter i = icalcomponent_begin_component(r->calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *c; (c = icalcompiter_deref(&i)) && !r->failed; icalcompiter_next(&i)) {
        errors_read(r, c);
        event_read(r, c);
    }
}

enum err ics_shifts(const char *bytes, size_t len, const struct ics_ask *ask, json_t **ret,
                    int *ret_line, struct why *why)
{
    struct reader r = {.ask = ask, .why = why};
    AUTO_TEXT(text);
    *ret_line = 1;
    enum err e = scan(bytes, len, ret_line, why);
    if (e)
        return e;
    *ret_line = 1;
    text_add_bytes(&text, bytes, len);
    icalerror_set_errors_are_fatal(0);
    r.calendar = icalparser_parse_string(text_str(&text));
    if (!r.calendar)
        return why_set(why, ERR_INVALID, "it cannot be read as a calendar");
    r.shifts = json_array();
    calendar_read(&r);
    icalcomponent_free(r.calendar);
    icalmemory_free_ring();
    r.shifts = sorted(r.shifts);
    if (r.failed) {
        json_decref(r.shifts);
        return ERR_INVALID;
    }
    *ret = r.shifts;
    return ERR_OK;
}
