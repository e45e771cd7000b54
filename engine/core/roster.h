/*
 * roster - who is on duty 值班: people who take turns in the seats of a roster.
 *
 *     rosters = { ["duty-room"] = {
 *         title = "市总值班室", titles = { officer_a = "主班", lead = "带班领导" },
 *         handover = "08:00", every = "1d", from = "2026-07-01",
 *         seats = { officer_a = { "wang.qiang", "li.ming" }, lead = { "sun.wei" } },
 *         order = { "officer_a", "lead" },
 *         holiday = { seats = { lead = { "qian.min" } } },
 *         hours = { lead = { "workday 08:00-18:00" } },
 *         shifts = { { seat = "lead", person = "qian.min", from = …, to = … } } } }
 *
 * Who sits in a seat at a moment is worked out then, from the site alone and what was changed since
 * (duty.h): nothing is laid down ahead. In this order, the first that says something:
 *
 *     override 替班   somebody takes the seat for a time
 *     shifts          a temporary roster, which stands in the place of the rotation
 *     calendar        what is planned elsewhere (site/ics.h), read with the set
 *     hours           outside of them the seat is off duty, and that is no hole
 *     holiday         on days that are not worked: a rotation of its own, each a turn
 *     seats           turn n is that of person n, then of the first again
 *
 * Turns change at `handover`, by the clocks of the site, each `every`:
 *
 *     "1h" … "12h"    "08:00", and then every so many hours by the clock
 *     "1d" "2d" …     "08:00"
 *     "1w" "2w" …     "mon 08:00"
 *     "1mo" …         "1 08:00": that day of the month, or its last where it has none such
 *
 * The first turn begins with the first handover on or after `from`; nobody sits there before. A
 * turn begins at the first moment at which clocks there show its time or a later one (civil_first):
 * a time that the clocks leave out at the change to summer time comes the moment they jump, one
 * that they show twice comes once, the first time. So a night shift is an hour shorter or longer
 * then, and no moment is without a turn or has two. A day off begins and ends at the handover, too.
 *
 * A roster without `handover` has one person a seat, always there.
 *
 * Layer      core: base only. Pure.
 * Ownership  Tables are own, strings are borrowed from the JSON of the site.
 */
#pragma once

#include "core/calendar.h"
#include "core/site.h"

enum rotation_unit { ROTATION_NONE, ROTATION_HOURS, ROTATION_DAYS, ROTATION_MONTHS };

struct rotation {
    enum rotation_unit unit;
    int every;         /* so many of them: a week is seven days */
    int minute;        /* of the day, at the handover */
    int monthday;      /* ROTATION_MONTHS */
    int64_t first_day; /* of the first turn */
};

/* Somebody sits there for a time, whoever's turn it is. */
struct shift {
    const char *person;
    wall_ms from, to;
};

struct people {
    const char **at;
    size_t count;
};

struct seat {
    const char *name;
    char *words;           /* own: "主班, duty:duty-room" */
    const json_t *title;   /* as the site has it; NULL */
    struct people people;  /* own arrays */
    struct people holiday; /* empty: as on other days */
    struct window *hours;  /* own; NULL: always */
    size_t hours_count;
    struct shift *shifts; /* own, in order */
    size_t shifts_count;
    struct shift *planned; /* own: of a calendar elsewhere, in order */
    size_t planned_count;
};

struct roster {
    const char *id;
    const json_t *title;
    struct rotation rotation;
    const struct calendar *calendar; /* which days are worked */
    const char *approves;            /* a target; NULL: the lead of the roster */
    bool notify;
    int spot_checks;    /* 查岗, so many a month */
    struct seat *seats; /* own, in the order in which they are called */
    size_t seats_count;
};

/* An override that is in force: somebody takes a seat for a time. */
struct duty_change {
    const char *roster, *seat, *person;
    wall_ms from, to;
};

void rosters_build(struct site *s);
void roster_done(struct roster *r);

/* What was changed since; copied, names of the site only. The one thing of a site that changes: by
 * its owner alone, before others have a reference. */
void site_set_changes(struct site *s, const struct duty_change *changes, size_t count);

const struct roster *site_roster(const struct site *s, const char *id);   /* NULL */
const char *site_nearest_roster(const struct site *s, const char *id);    /* NULL */
const struct roster *site_roster_at(const struct site *s, size_t index);  /* by id; NULL */
const struct seat *roster_seat(const struct roster *r, const char *name); /* NULL */
/* "市总值班室", "主班": else the id. */
const char *roster_title(const struct site *s, const struct roster *r, const char *lang);
const char *seat_title(const struct site *s, const struct seat *seat, const char *lang);

/* How somebody comes to sit there, or why nobody does. */
enum duty_by { DUTY_TURN, DUTY_HOLIDAY, DUTY_SHIFT, DUTY_OVERRIDE, DUTY_OFF, DUTY_NOBODY };

/* Who sits in the seat then: an id of the site; NULL: nobody, as ret_by says (DUTY_OFF: out of its
 * hours). ret_by may be NULL. */
const char *seat_person(const struct site *s, const struct roster *r, const struct seat *seat,
                        wall_ms at, enum duty_by *ret_by);
/* The next moment at which it may be somebody else; INT64_MAX: it never will. */
wall_ms seat_next(const struct site *s, const struct roster *r, const struct seat *seat,
                  wall_ms at);

/* Which turn it is, from 0, and when it began; false: before the first, or nobody takes turns. */
bool rotation_turn(const struct rotation *r, const char *zone, wall_ms at, int64_t *ret_turn,
                   wall_ms *ret_from);
wall_ms rotation_begins(const struct rotation *r, const char *zone, int64_t turn);

/* The same of the whole roster. */
wall_ms roster_next(const struct site *s, const struct roster *r, wall_ms at);

/* A time of the same person, or the same lack of one. */
struct duty_span {
    wall_ms from, to;
    const char *person; /* NULL: nobody */
    enum duty_by by;
};

/* The span that holds `at`, no further than `until` (nor back than `since`). */
struct duty_span seat_span(const struct site *s, const struct roster *r, const struct seat *seat,
                           wall_ms at, wall_ms until);
/* Since when the one who sits there at that time does. No further back than 60 days. */
wall_ms seat_since(const struct site *s, const struct roster *r, const struct seat *seat,
                   wall_ms at);

/*
 * The first time from `at` on, and before `until`, in which the seat should have somebody and has
 * nobody. false: there is none.
 */
bool seat_hole(const struct site *s, const struct roster *r, const struct seat *seat, wall_ms at,
               wall_ms until, struct duty_span *ret);
/* The same of a time in which nobody is on duty in the whole roster. */
bool roster_hole(const struct site *s, const struct roster *r, wall_ms at, wall_ms until,
                 struct duty_span *ret);

/* ---- checks: roster_check.c ---- */

/* All that can be wrong with a roster as it is written. */
void roster_check(const json_t *site, const char *id, const json_t *roster, struct remarks *r);
/*
 * What is wrong with the rosters of a site at that time: a hole within the next 60 days is an
 * error; holidays of a year that are not there are a warning.
 */
void site_check_duty(const struct site *s, wall_ms now, struct remarks *r);

/* Times as rosters have them: "2026-10-01 08:00" by the clocks of the zone, or a day alone. */
bool roster_moment(const char *zone, const char *text, wall_ms *ret);
bool rotation_read(const json_t *roster, struct rotation *ret, const char **ret_key);
