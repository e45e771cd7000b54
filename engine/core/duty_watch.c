/*
 * The rosters as time goes: who comes on duty is told, a hole that is near is an alarm, shifts are
 * handed over 交接班, and whoever is on duty is called to see whether they are 查岗.
 */
#include "base/civil.h"
#include "base/date.h"
#include "core/alarm.h"
#include "core/decide.h"
#include "core/duty.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/roster.h"
#include "core/upkeep.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT_MINUTE = 9 * 60, /* the rosters, once a day: when somebody is there to mend them */
    OPEN_LISTED = 40           /* of what a handover lists, each */
};

/* What lasts longer is shown as without an end. */
static const int64_t TURN_MOST_MS = 366 * MS_DAY;

/* A hole is told of once a day. */
static const int64_t HOLE_AGAIN_MS = 20 * MS_HOUR;

/* Whoever was on duty may hand over so long after, and whoever comes may take it so long before. */
static const int64_t HANDOVER_MS = 12 * MS_HOUR;

/* ---- shift start ---- */

static json_t *seats_now(const struct core *c, const struct roster *r, wall_ms at)
{
    json_t *seats = json_object();
    for (size_t n = 0; n < r->seats_count; n++) {
        const char *person = seat_person(c->site->site, r, &r->seats[n], at, NULL);
        json_put_str(seats, r->seats[n].name, person);
    }
    return seats;
}

static bool sits_in(const json_t *seats, const char *person)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_unconst(seats), key, value)
    {
        if (!strcmp(json_string_value(value), person))
            return true;
    }
    return false;
}

/* "主班、副班" of one person, and until when the first of them. */
static void seats_of(const struct core *c, const struct roster *r, const json_t *seats,
                     const char *person, bool zh, struct text *to)
{
    bool first = true;
    wall_ms until = INT64_MAX;
    for (size_t n = 0; n < r->seats_count; n++) {
        const struct seat *seat = &r->seats[n];
        if (strcmp(json_str_or(seats, seat->name, ""), person) != 0)
            continue;
        text_addf(to, "%s%s",
                  first ? ""
                  : zh  ? "、"
                        : ", ",
                  seat_title(c->site->site, seat, zh ? "zh" : "en"));
        first = false;
        struct duty_span span =
            seat_span(c->site->site, r, seat, c->in->wall, c->in->wall + TURN_MOST_MS);
        until = span.to < until ? span.to : until;
    }
    if (until >= c->in->wall + TURN_MOST_MS)
        return; /* for good */
    text_add(to, zh ? "，至 " : ", until ");
    duty_time_add(c, until, to);
}

/* One message a person, whatever they sit in. */
static void comer_tell(struct core *c, const struct roster *r, const json_t *seats,
                       const char *person)
{
    struct rung_person p;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_TEXT(step);
    if (!site_person(c->site->site, person, &p))
        return;
    text_addf(&zh, "您现在值班：%s ", roster_title(c->site->site, r, "zh"));
    text_addf(&en, "You are on duty now: %s, ", roster_title(c->site->site, r, "en"));
    seats_of(c, r, seats, person, true, &zh);
    seats_of(c, r, seats, person, false, &en);
    text_addf(&step, "!duty/shift/%s", r->id);
    duty_tell(c, &p, text_str(&step), text_str(&zh), text_str(&en));
}

static void comers_tell(struct core *c, const struct roster *r, const json_t *seats,
                        const json_t *before)
{
    AUTO_JSON(told);
    told = json_object();
    for (size_t n = 0; n < r->seats_count; n++) {
        const char *person = json_str(seats, r->seats[n].name);
        if (!person || sits_in(before, person) || json_at(told, person))
            continue;
        json_put(told, person, json_true());
        comer_tell(c, r, seats, person);
    }
}

static void shift_words(const struct core *c, const struct roster *r, const json_t *seats, bool zh,
                        struct text *to)
{
    text_add(to, roster_title(c->site->site, r, zh ? "zh" : "en"));
    text_add(to, zh ? " 接班：" : ", on duty now: ");
    for (size_t n = 0; n < r->seats_count; n++) {
        const char *id = json_str(seats, r->seats[n].name);
        struct rung_person p;
        bool known = id && site_person(c->site->site, id, &p);
        text_addf(to, "%s%s %s", n ? (zh ? "，" : ", ") : "",
                  seat_title(c->site->site, &r->seats[n], zh ? "zh" : "en"),
                  known ? p.name : (zh ? "无人" : "nobody"));
    }
}

/* Who is told of it, is so when others are there than those who were told last. */
static void shift_review(struct core *c, const struct roster *r)
{
    AUTO_JSON(kept);
    AUTO_JSON(seats);
    AUTO_TEXT(id);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    if (!r->notify)
        return;
    text_addf(&id, "shift/%s", r->id);
    kept = duty_entry(c, text_str(&id));
    seats = seats_now(c, r, c->in->wall);
    if (kept && json_equal(json_at(kept, "seats"), seats))
        return;
    shift_words(c, r, seats, true, &zh);
    shift_words(c, r, seats, false, &en);
    json_t *entry = json_put(json_object(), "seats", json_incref(seats));
    json_put_int(entry, "at", c->in->wall);
    json_t *body = json_put_str(json_object(), "roster", r->id);
    duty_emit(c, REC_DUTY_SHIFT, json_put(body, "seats", json_incref(seats)),
              json_put(json_object(), text_str(&id), entry), text_str(&zh), text_str(&en));
    if (kept) /* else nothing is known of who was there before */
        comers_tell(c, r, seats, json_at(kept, "seats"));
}

/* ---- holes ---- */

static bool hole_told(const struct core *c, const char *cause)
{
    AUTO_JSON(alarms);
    alarms = c->upkeep ? kept_json(c->upkeep->alarms) : NULL;
    mono_ms last = json_int(alarms, cause, -1);
    return last >= 0 && c->in->mono - last < HOLE_AGAIN_MS;
}

static void hole_alarm(struct core *c, const struct roster *r, const struct seat *seat,
                       const struct duty_span *hole)
{
    AUTO_TEXT(cause);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const struct site *s = c->site->site;
    text_addf(&cause, "duty_gap:%s/%s", r->id, seat->name);
    if (hole_told(c, text_str(&cause)))
        return;
    text_addf(&en, "nobody will be on duty in %s, %s, from ", roster_title(s, r, "en"),
              seat_title(s, seat, "en"));
    text_addf(&zh, "%s %s 将无人值班：自 ", roster_title(s, r, "zh"), seat_title(s, seat, "zh"));
    duty_time_add(c, hole->from, &en);
    duty_time_add(c, hole->from, &zh);
    if (hole->to < hole->from + TURN_MOST_MS) {
        text_add(&en, " until ");
        text_add(&zh, " 至 ");
        duty_time_add(c, hole->to, &en);
        duty_time_add(c, hole->to, &zh);
    } else {
        text_add(&en, " on");
        text_add(&zh, " 起");
    }
    text_addf(&en, "; put somebody there (muster duty override %s)", r->id);
    text_addf(&zh, "，请安排替班（muster duty override %s）", r->id);
    alarm_raise(c, upkeep_incident(c), text_str(&cause), text_str(&en), text_str(&zh));
}

static void holes_review(struct core *c, const struct roster *r)
{
    struct duty_span hole;
    wall_ms until = c->in->wall + DUTY_AHEAD_DAYS * MS_DAY;
    for (size_t n = 0; n < r->seats_count; n++) {
        if (!seat_hole(c->site->site, r, &r->seats[n], c->in->wall, until, &hole))
            continue;
        hole = seat_span(c->site->site, r, &r->seats[n], hole.from, hole.from + TURN_MOST_MS);
        hole_alarm(c, r, &r->seats[n], &hole);
    }
}

/* ---- spot checks ---- */

static void check_id(const struct roster *r, struct text *to)
{
    text_addf(to, "checks/%s", r->id);
}

static void check_message(struct core *c, const struct roster *r, const struct seat *seat,
                          const struct rung_person *p, int64_t no)
{
    AUTO_TEXT(step);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const struct site *s = c->site->site;
    text_addf(&step, DUTY_STEP_CHECK "%" PRId64, no);
    text_addf(&zh, "查岗：%s %s，请立即应答。", roster_title(s, r, "zh"),
              seat_title(s, seat, "zh"));
    text_addf(&en, "Spot check: %s, %s. Answer at once, please.", roster_title(s, r, "en"),
              seat_title(s, seat, "en"));
    duty_tell(c, p, text_str(&step), text_str(&zh), text_str(&en));
}

static json_t *checks_with(const struct core *c, const struct roster *r, json_t *takes_check)
{
    AUTO_TEXT(id);
    check_id(r, &id);
    json_t *checks = duty_entry(c, text_str(&id));
    if (!checks)
        checks = json_put(json_object(), "list", json_array());
    json_t *list = json_object_get(checks, "list");
    json_array_append_new(list, takes_check);
    while (json_array_size(list) > DUTY_CHECKS_KEPT)
        json_array_remove(list, 0);
    return checks;
}

/* Gives the number; `planned`: by the roster's own count of a month, else somebody wants it. */
static int64_t check_begin(struct core *c, const struct roster *r, const struct seat *seat,
                           const struct rung_person *p, wall_ms planned)
{
    AUTO_TEXT(id);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    json_t *entries = json_object();
    int64_t no = duty_number(c, "checks", entries);
    json_t *check = json_put_int(json_object(), "no", no);
    json_put_str(json_put_str(check, "seat", seat->name), "person", p->id);
    json_put_str(json_put_int(check, "at", c->in->wall), "by", json_str(c->in->body, "as"));
    json_t *checks = checks_with(c, r, check);
    if (planned)
        json_put_int(checks, "planned", planned);
    check_id(r, &id);
    json_put(entries, text_str(&id), checks);
    const char *title = roster_title(c->site->site, r, "zh");
    text_addf(&zh, "查岗 %" PRId64 "：呼叫%s %s %s", no, title,
              seat_title(c->site->site, seat, "zh"), p->name);
    text_addf(&en, "spot check %" PRId64 ": %s, %s, is called", no, p->name,
              seat_title(c->site->site, seat, "en"));
    json_t *body = json_put_int(json_object(), "check", no);
    json_put_str(json_put_str(body, "roster", r->id), "seat", seat->name);
    duty_emit(c, REC_DUTY_CHECK, json_put_str(body, "person", p->id), entries, text_str(&zh),
              text_str(&en));
    check_message(c, r, seat, p, no);
    return no;
}

void decide_duty_check(struct core *c)
{
    const struct roster *r;
    const struct seat *seat;
    struct rung_person p, as;
    bool by;
    if (!input_allowed(c, SCOPE_RESPOND, "check who is on duty") || !(r = duty_roster(c)) ||
        !(seat = duty_seat(c, r)) || !duty_person(c, "as", &as, &by))
        return;
    if (!site_seat(c->site->site, r->id, seat->name, c->in->wall, &p)) {
        core_refuse(c, CODE_CONFLICT, "seat", NULL, "nobody is on duty in the seat %s of duty:%s",
                    seat->name, r->id);
        return;
    }
    int64_t no = check_begin(c, r, seat, &p, 0);
    json_t *reply = json_put_int(json_object(), "check", no);
    core_reply_ok(c, json_put_str(json_put_str(reply, "person", p.id), "name", p.name));
}

/* The check that has this number, in the list of its roster. */
static json_t *check_find(json_t *checks, int64_t no)
{
    size_t n;
    json_t *check;
    json_array_foreach(json_object_get(checks, "list"), n, check)
    {
        if (json_int(check, "no", 0) == no)
            return check;
    }
    return NULL;
}

static void check_answered(struct core *c, const struct roster *r, const struct notice *n,
                           int64_t no)
{
    AUTO_TEXT(id);
    AUTO_TEXT(took);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    struct rung_person p;
    check_id(r, &id);
    json_t *checks = duty_entry(c, text_str(&id)), *check = check_find(checks, no);
    if (!check || json_int(check, "answered_at", 0) || !site_person(c->site->site, n->person, &p)) {
        json_decref(checks);
        return;
    }
    int64_t took_ms = c->in->wall - json_int(check, "at", 0);
    json_put_int(check, "answered_at", c->in->wall);
    duration_add(&took, took_ms);
    text_addf(&zh, "查岗 %" PRId64 "：%s 应答，用时 %s", no, p.name, text_str(&took));
    text_addf(&en, "spot check %" PRId64 ": %s answers after %s", no, p.name, text_str(&took));
    json_t *body = json_put_int(json_put_int(json_object(), "check", no), "took_ms", took_ms);
    json_put_str(json_put_str(body, "roster", r->id), "person", p.id);
    duty_emit(c, REC_DUTY_CHECK, body, json_put(json_object(), text_str(&id), checks),
              text_str(&zh), text_str(&en));
}

/*
 * The times of a roster's own checks in a month lie where a count over the incident's id puts them:
 * nobody who is on duty can tell, and every life of the engine comes to the same.
 */
static uint64_t mixed(const struct core *c, const struct roster *r, int64_t month, int no)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325); /* FNV-1a, 64 bits */
    const uint8_t *id = c->upkeep->id.b;
    for (size_t n = 0; n < sizeof c->upkeep->id.b; n++)
        sum = (sum ^ id[n]) * UINT64_C(0x100000001b3);
    for (const char *at = r->id; *at; at++)
        sum = (sum ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
    sum = (sum ^ (uint64_t)month) * UINT64_C(0x100000001b3);
    return (sum ^ (uint64_t)no) * UINT64_C(0x100000001b3);
}

/* The next of its own checks after `after`. */
static wall_ms check_planned(const struct core *c, const struct roster *r, wall_ms after)
{
    const char *zone = site_zone(c->site->site);
    int year, month, day;
    wall_ms next = INT64_MAX;
    date_from_days(civil_day(zone, after), &year, &month, &day);
    int64_t count = (int64_t)year * 12 + month - 1;
    for (int64_t m = count; m <= count + 1; m++) {
        wall_ms from = civil_first(zone, days_from_date(m / 12, (int)(m % 12) + 1, 1), 0);
        wall_ms to = civil_first(zone, days_from_date((m + 1) / 12, (int)((m + 1) % 12) + 1, 1), 0);
        int64_t part = (to - from) / r->spot_checks;
        for (int n = 0; n < r->spot_checks; n++) {
            wall_ms at = from + n * part + (int64_t)(mixed(c, r, m, n) % (uint64_t)part);
            if (at > after && at < next)
                next = at;
        }
    }
    return next;
}

static void check_next_seat(struct core *c, const struct roster *r, wall_ms planned)
{
    struct rung_person p;
    size_t first = (size_t)(mixed(c, r, planned / MS_MINUTE, 0) % r->seats_count);
    for (size_t n = 0; n < r->seats_count; n++) {
        const struct seat *seat = &r->seats[(first + n) % r->seats_count];
        if (site_seat(c->site->site, r->id, seat->name, c->in->wall, &p)) {
            check_begin(c, r, seat, &p, planned);
            return;
        }
    }
}

/* Its own check is due where one was to be since the last; gives when the next is. */
static wall_ms checks_review(struct core *c, const struct roster *r)
{
    AUTO_TEXT(id);
    AUTO_JSON(checks);
    if (!r->spot_checks)
        return INT64_MAX;
    (void)upkeep_incident(c);
    check_id(r, &id);
    checks = duty_entry(c, text_str(&id));
    wall_ms last = json_int(checks, "planned", 0);
    wall_ms since = c->in->wall - MS_HOUR; /* of what was to be while nothing ran, the last hour */
    wall_ms due = check_planned(c, r, last > since ? last : since);
    if (due > c->in->wall)
        return due;
    check_next_seat(c, r, due);
    return check_planned(c, r, c->in->wall);
}

/* ---- handing over ---- */

struct open_list {
    const struct core *c;
    json_t *incidents, *items;
    int64_t incidents_count, items_count, overdue;
};

static void open_incident(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    struct open_list *l = closure;
    char id[UUID_TEXT];
    if ((visit != postorder && visit != leaf) || i->state != INCIDENT_OPEN || i->drill)
        return;
    l->incidents_count++;
    if (json_array_size(l->incidents) >= OPEN_LISTED)
        return;
    AUTO_JSON(about);
    about = kept_json(i->about);
    json_t *one = json_put_str(json_object(), "incident", uuid_text(i->id, id));
    json_put_str(one, "title", json_str(about, "title"));
    json_put_str(one, "state", incident_state_name(i));
    json_array_append_new(l->incidents, one);
}

static void open_item(void *ctx, struct item *item)
{
    struct open_list *l = ctx;
    char id[UUID_TEXT];
    bool late = item->due && item->due <= l->c->in->mono;
    if (!item_open(item) || item->incident->drill)
        return;
    l->items_count++;
    l->overdue += late;
    if (json_array_size(l->items) >= OPEN_LISTED)
        return;
    AUTO_JSON(about);
    about = kept_json(item->about);
    json_t *one = json_put_str(json_object(), "item", uuid_text(item->id, id));
    json_put(one, "title", json_share(json_at(about, "title")));
    json_put_str(one, "owner", item->owner);
    json_array_append_new(l->items, json_put_true(one, "overdue", late));
}

static json_t *open_json(const struct core *c)
{
    struct open_list l = {.c = c, .incidents = json_array(), .items = json_array()};
    twalk_r(c->incidents, open_incident, &l);
    items_walk(c, open_item, &l);
    json_t *open = json_put(json_object(), "incidents", l.incidents);
    json_put(open, "items", l.items);
    json_put_int(open, "incidents_count", l.incidents_count);
    json_put_int(open, "items_count", l.items_count);
    return json_put_int(open, "overdue_count", l.overdue);
}

/* Is, was or will the person be on duty about now? */
static bool about_on_duty(const struct core *c, const struct roster *r, const char *person,
                          wall_ms from, wall_ms to)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        for (wall_ms at = from; at <= to;) {
            struct duty_span span = seat_span(c->site->site, r, &r->seats[n], at, to + 1);
            if (span.person && !strcmp(span.person, person))
                return true;
            at = span.to;
        }
    }
    return false;
}

static void handover_words(const struct core *c, const struct roster *r, const json_t *handover,
                           const char *name, bool zh, struct text *to)
{
    const json_t *open = json_at(handover, "open");
    size_t n;
    json_t *one;
    text_addf(to,
              zh ? "交接班：%s，%s 交班；未结事件 %d 起，未办结事项 %d 件（超期 %d 件）"
                 : "handover of %s by %s; open: %d incidents, %d items (%d overdue)",
              roster_title(c->site->site, r, zh ? "zh" : "en"), name,
              (int)json_int(open, "incidents_count", 0), (int)json_int(open, "items_count", 0),
              (int)json_int(open, "overdue_count", 0));
    json_array_foreach(json_unconst(json_at(open, "incidents")), n, one)
        text_addf(to, "\n· %s", json_str_or(one, "title", "?"));
    if (json_str(handover, "note"))
        text_addf(to, zh ? "\n交班意见：%s" : "\nnote: %s", json_str(handover, "note"));
}

/* Who comes next into this seat, or came into it just now; NULL: nobody else. */
static const char *comer_of(const struct core *c, const struct roster *r, const struct seat *seat)
{
    const struct site *s = c->site->site;
    const char *now = seat_person(s, r, seat, c->in->wall, NULL);
    wall_ms next = seat_next(s, r, seat, c->in->wall);
    const char *then =
        next - c->in->wall <= HANDOVER_MS ? seat_person(s, r, seat, next, NULL) : NULL;
    if (then && (!now || strcmp(then, now) != 0))
        return then;
    return now && c->in->wall - seat_since(s, r, seat, c->in->wall) <= HANDOVER_MS ? now : NULL;
}

static void comers_of(const struct core *c, const struct roster *r, const char *leaves,
                      json_t *comes)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        const char *comes_in = comer_of(c, r, &r->seats[n]);
        if (comes_in && strcmp(comes_in, leaves) != 0 && !json_at(comes, comes_in))
            json_put(comes, comes_in, json_true());
    }
}

static void handover_tell(struct core *c, const struct roster *r, const json_t *comes,
                          const char *zh, const char *en)
{
    AUTO_TEXT(step);
    AUTO_TEXT(zh_text);
    AUTO_TEXT(en_text);
    const char **ids = json_keys(comes, NULL);
    struct rung_person p;
    text_addf(&step, DUTY_STEP_HANDOVER "%s", r->id);
    text_addf(&zh_text, "%s\n请应答确认接班。", zh);
    text_addf(&en_text, "%s\nAnswer to confirm that you take over.", en);
    for (size_t n = 0; ids[n]; n++) {
        if (site_person(c->site->site, ids[n], &p))
            duty_tell(c, &p, text_str(&step), text_str(&zh_text), text_str(&en_text));
    }
    free(ids);
}

static void handover_give(struct core *c, const struct roster *r, const struct rung_person *as)
{
    AUTO_TEXT(id);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_JSON(comes);
    text_addf(&id, "handover/%s", r->id);
    comes = json_object();
    comers_of(c, r, as->id, comes);
    json_t *handover = json_put_str(json_object(), "roster", r->id);
    json_put_str(json_put_int(handover, "at", c->in->wall), "from", as->id);
    json_put_str(handover, "note", json_str(c->in->body, "note"));
    json_put(handover, "open", open_json(c));
    json_put(handover, "to", json_incref(comes));
    handover_words(c, r, handover, as->name, true, &zh);
    handover_words(c, r, handover, as->name, false, &en);
    json_t *body = json_put_str(json_put_str(json_object(), "roster", r->id), "from", as->id);
    duty_emit(c, REC_DUTY_HANDOVER, body, json_put(json_object(), text_str(&id), handover),
              text_str(&zh), text_str(&en));
    handover_tell(c, r, comes, text_str(&zh), text_str(&en));
}

/* false: there is nothing to take. */
static bool handover_take(struct core *c, const struct roster *r, const struct rung_person *as)
{
    AUTO_TEXT(id);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&id, "handover/%s", r->id);
    json_t *handover = duty_entry(c, text_str(&id));
    if (!handover || json_int(handover, "taken_at", 0)) {
        json_decref(handover);
        return false;
    }
    json_put_str(json_put_int(handover, "taken_at", c->in->wall), "taken_by", as->id);
    text_addf(&zh, "%s 确认接班：%s", as->name, roster_title(c->site->site, r, "zh"));
    text_addf(&en, "%s takes over %s", as->name, roster_title(c->site->site, r, "en"));
    json_t *body = json_put_str(json_put_str(json_object(), "roster", r->id), "taken_by", as->id);
    duty_emit(c, REC_DUTY_HANDOVER, body, json_put(json_object(), text_str(&id), handover),
              text_str(&zh), text_str(&en));
    return true;
}

void decide_duty_handover(struct core *c)
{
    const struct roster *r;
    struct rung_person as;
    bool there, take = json_bool(c->in->body, "take");
    if (!input_allowed(c, SCOPE_RESPOND, "hand a shift over") || !(r = duty_roster(c)) ||
        !duty_person(c, "as", &as, &there))
        return;
    wall_ms from = c->in->wall - (take ? 0 : HANDOVER_MS);
    wall_ms to = c->in->wall + (take ? HANDOVER_MS : 0);
    if (!about_on_duty(c, r, as.id, from, to)) {
        core_refuse(c, CODE_DENIED, "as", NULL,
                    take ? "%s is not on duty in duty:%s, and will not be within 12 hours: whoever "
                           "comes takes the shift over"
                         : "%s was not on duty in duty:%s within the last 12 hours: whoever leaves "
                           "hands the shift over",
                    as.id, r->id);
        return;
    }
    if (take && !handover_take(c, r, &as)) {
        core_refuse(c, CODE_CONFLICT, NULL, NULL,
                    "nothing of duty:%s waits to be taken over (muster duty now)", r->id);
        return;
    }
    if (!take)
        handover_give(c, r, &as);
    core_reply_ok(c, json_put(json_object(), "handover", duty_handover_shown(c, r)));
}

/* ---- answers ---- */

static bool of_step(const struct notice *n, const char *step)
{
    return !strncmp(n->step, step, strlen(step));
}

bool duty_keeps_message(const struct notice *n)
{
    return n->proof != PROOF_ANSWERED &&
           (of_step(n, DUTY_STEP_CHECK) || of_step(n, DUTY_STEP_HANDOVER) ||
            of_step(n, DUTY_STEP_AGREE) || of_step(n, DUTY_STEP_APPROVE));
}

static const struct roster *roster_of_check(const struct core *c, int64_t no)
{
    const struct roster *r;
    for (size_t n = 0; (r = site_roster_at(c->site->site, n)); n++) {
        AUTO_TEXT(id);
        AUTO_JSON(checks);
        check_id(r, &id);
        checks = duty_entry(c, text_str(&id));
        if (check_find(checks, no))
            return r;
    }
    return NULL;
}

static void present(struct core *c, const struct notice *n, const struct rung_person *p)
{
    if (of_step(n, DUTY_STEP_CHECK)) {
        int64_t no = strtoll(n->step + strlen(DUTY_STEP_CHECK), NULL, 10);
        const struct roster *r = roster_of_check(c, no);
        if (r)
            check_answered(c, r, n, no);
    } else if (of_step(n, DUTY_STEP_HANDOVER)) {
        const struct roster *r = site_roster(c->site->site, n->step + strlen(DUTY_STEP_HANDOVER));
        if (r)
            (void)handover_take(c, r, p);
    }
}

void duty_answered(struct core *c, const struct notice *n, bool declined)
{
    struct rung_person p;
    if (!c->site || !site_person(c->site->site, n->person, &p))
        return;
    if (of_step(n, DUTY_STEP_AGREE) || of_step(n, DUTY_STEP_APPROVE))
        duty_change_answered(c, n, of_step(n, DUTY_STEP_AGREE), declined);
    else if (!declined)
        present(c, n, &p);
}

/* ---- all of it ---- */

static bool roster_moves(const struct roster *r)
{
    bool moves = r->rotation.unit != ROTATION_NONE || r->notify || r->spot_checks;
    for (size_t n = 0; n < r->seats_count; n++)
        moves = moves || r->seats[n].shifts_count || r->seats[n].hours_count;
    return moves;
}

void duty_review(struct core *c)
{
    static const int looked_at[] = {LOOKED_AT_MINUTE};
    const struct roster *r;
    wall_ms next = INT64_MAX;
    bool moves = !LIST_EMPTY(&c->duty);
    for (size_t n = 0; c->site && (r = site_roster_at(c->site->site, n)); n++) {
        moves = moves || roster_moves(r);
        holes_review(c, r);
        shift_review(c, r);
        wall_ms check = checks_review(c, r);
        wall_ms shift = r->notify ? roster_next(c->site->site, r, c->in->wall) : INT64_MAX;
        next = check < next ? check : next;
        next = shift < next ? shift : next;
    }
    if (!c->site || !moves) {
        timer_clear(&c->timers, &c->duty_timer);
        return;
    }
    wall_ms daily = civil_next(site_zone(c->site->site), looked_at, 1, c->in->wall);
    next = daily < next ? daily : next;
    timer_set(&c->timers, &c->duty_timer, c->in->mono + (next - c->in->wall));
}
