/*
 * site - who and where: the people, posts and endpoints of one organisation, as data.
 *
 * A site is an immutable snapshot, made from the JSON of plans/site.lua by site_read, which checks
 * it as a whole: nothing is kept of a site with one error. A new version is a new snapshot, swapped
 * in at once; whoever holds the old one goes on with it. The site knows no contact: "sms:@" says
 * that the vault may hold one for this person and endpoint (rule R11).
 *
 * Targets ("person:" "duty:" "post:" "dept:" "group:" and an id) are resolved to people:
 *
 *     person:ID   this person
 *     duty:ID     a rung for each seat of the roster, in its `order`
 *     post:ID     whoever holds it; a holder that is a post is followed
 *     dept:ID     its own phone or duty roster, then its head, then its backup, each a rung
 *     group:ID    all members at once in one rung, of a dept or duty roster in it its first rung
 *
 * Who is on duty is a matter of the time, so that whoever resolves a target says of which moment
 * (roster.h).
 *
 * Layer      core: base only. No clock, no I/O.
 * Ownership  Counted references: site_read gives one, site_ref adds, site_unref drops. All strings
 *            and values that a site gives are borrowed from it.
 * Threads    A snapshot may be read by any thread that holds a reference.
 * Errors     Remarks (core/remark.h) while reading; none afterwards.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/time.h"
#include "core/level.h"
#include "core/remark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct site;

/*
 * Read and check a site.
 *
 * value    The table that site{…} was given. Copied.
 * r        Where remarks go; its path is where `value` stands.
 * ret      Gives one reference; untouched on failure.
 * returns  ERR_INVALID when there was a remark of an error.
 */
enum err site_read(const json_t *value, struct remarks *r, struct site **ret) MUST_USE;

struct site *site_ref(struct site *s);
void site_unref(struct site *s); /* NULL is fine */

/* The language of the house: the first of `languages`. "zh" */
const char *site_language(const struct site *s);
const json_t *site_languages(const struct site *s);
const char *site_name(const struct site *s, const char *lang);
const char *site_zone(const struct site *s); /* "Asia/Shanghai"; "UTC" where the site has none */

/* Do messages of a tabletop go out as those of a live drill do? */
bool site_tabletop_sends(const struct site *s);

/* The site's own fallback: [{"to":target or list,"within":"5m","within_ms":300000},…] */
json_t *site_fallback(const struct site *s);

/* What is sent, and to whom, when nothing can be recorded (rule R1). */
const char *site_self_alarm_text(const struct site *s, const char *lang);
const json_t *site_self_alarm_to(const struct site *s);

/* ---- endpoints ---- */

enum {
    AT_ONCE_DEFAULT = 4,
    AT_ONCE_MAX = 256,
    PROBE_DEFAULT_MS = 30 * 1000,
    PROBE_LEAST_MS = 5 * 1000
};

struct endpoint {
    const char *name;
    const char *channel; /* "feishu"; in one of its ways "twilio/sms" */
    const char *secret;  /* name of a file of secrets; NULL: it has none */
    const char *as;      /* the way in which the channel is used; NULL */
    json_t *allow;       /* list of CIDR blocks; NULL: none. Borrowed: never change it */
    int at_once;         /* attempts under way at a time */
    int rate_count;      /* at most so many … 0: no limit */
    int64_t rate_ms;     /* … in this time */
    int64_t probe_ms;    /* asked whether it answers each so many ms; 0: never */
    bool drill;          /* a drill may use it (rule R6) */
};

const struct endpoint *site_endpoint(const struct site *s, const char *name); /* NULL */
const struct endpoint *site_endpoint_at(const struct site *s, size_t index);  /* NULL */
const char *site_nearest_endpoint(const struct site *s, const char *name);    /* NULL */

/* ---- people ---- */

/* Somebody who can be called: a person, or the phone of a department ("dept:water"). */
struct rung_person {
    const char *id;
    const char *name;
    const char *lang;  /* NULL: that of the site */
    const char *words; /* how they come into it: "主班, duty:duty-room"; NULL: by their own id */
};

/* false: no such person. A department with a phone or endpoint of its own is one: "dept:water". */
bool site_person(const struct site *s, const char *id, struct rung_person *ret);
bool site_person_at(const struct site *s, size_t index, struct rung_person *ret);
/* Departments with a phone of their own: [{"person":"dept:water","name","endpoint"}]. Gives. */
json_t *site_duty_phones(const struct site *s);
const char *site_nearest_person(const struct site *s, const char *id); /* NULL */

/*
 * The endpoints by which a person may be reached, in the order in which they are tried.
 *
 * via      Only this endpoint; NULL: any.
 * drill    Only what a drill may use: the person and the endpoint must both allow it (rule R6).
 * returns  A list of names, given; empty where there is none.
 */
json_t *site_methods(const struct site *s, const char *person, const char *via, bool drill);

/* ---- targets ---- */

/* People called at the same time. */
struct rung {
    struct rung_person *at;
    size_t count, cap;
    bool deputy; /* they stand in for the holder of the post in a rung before (A/B 角): they are
                    called in their turn, and a message tells the holder alone */
};

struct rungs {
    struct rung *at;
    size_t count, cap;
};

void rung_done(struct rung *r);
void rungs_done(struct rungs *r);

/* For who asks who may ever be meant: everybody who takes turns in a seat is in its rung. */
#define AT_ANY_TIME INT64_MIN

/*
 * The people of a target, rung by rung.
 *
 * to     A target, or a list of them, each in turn. What is unknown or no target is passed over: a
 *        plan that runs may be older than the site.
 * via, drill   As in site_methods: who has no such contact is not in it, and no rung is empty.
 * at     Those who are on duty then; or AT_ANY_TIME.
 * ret    Rungs are added to it; rungs_done frees. None at all is for the caller (rule R7).
 */
void site_resolve(const struct site *s, const json_t *to, const char *via, bool drill, wall_ms at,
                  struct rungs *ret);

/* Whoever of each target is called first, all in one rung and nobody twice. Added to ret. */
void site_resolve_first(const struct site *s, const json_t *to, bool drill, wall_ms at,
                        struct rung *ret);

/* Who is called where nobody else is: the roster "duty-room", else whom self_alarm goes to. */
void site_resolve_duty_room(const struct site *s, bool drill, wall_ms at, struct rungs *ret);

/* The lead of the shift: the seat "lead" of the roster "duty-room", else the whole duty room. */
void site_resolve_shift_lead(const struct site *s, bool drill, wall_ms at, struct rungs *ret);

/*
 * Is this a target of the site?
 *
 * ret_code  On failure the code of a remark: bad_target, wildcard, not_built, unknown_name.
 * ret_near  On failure the nearest target ("person:li.ming") or NULL; given (free()). May be NULL.
 */
enum err site_check_target(const struct site *s, const char *target, const char **ret_code,
                           char **ret_near, struct why *why) MUST_USE;

/* The member `key` of a table: a target or a list of them. Remarks go to r. */
void site_check_targets(const struct site *s, const json_t *table, const char *key,
                        struct remarks *r);

/* A list of rungs, {to=, within=} each: a fallback. With site NULL names are not looked up. */
void site_check_rungs(const struct site *s, const json_t *table, const char *key,
                      struct remarks *r);
/* The same with "within_ms" added to each rung. Gives. */
json_t *rungs_timed(const json_t *rungs);

/* What people call it: "水务局" of dept:water; the target itself where it has no name. */
const char *site_target_name(const struct site *s, const char *target, const char *lang);
json_t *site_department_names(const struct site *s); /* {"dept:water":"水务局",…}. Gives */

/*
 * Where somebody who has left still stands: errors where they hold a post or a seat or may order,
 * warnings elsewhere, and where somebody leaves within LEFT_AHEAD_DAYS of `now`.
 */
enum { LEFT_AHEAD_DAYS = 30 };
void site_check_left(const struct site *s, wall_ms now, struct remarks *r);
/* [{"person","name","left","places":n}] of those who have left by then and are still named. Gives.
 */
json_t *site_left(const struct site *s, wall_ms now);

/* ---- orders ---- */

/* Is it an order that `may_order` can name: "I" to "IV", "terminate", "publish", …? */
bool order_word(const char *word);
/* What a person (or a department's phone) is, belongs to and holds: "person:li.ming", "dept:…",
 * "post:…". Empty: nobody of the site. Gives. */
json_t *site_targets_of(const struct site *s, const char *person);
/* Does the person (or the department, by its id "dept:water") hold this target, now? */
bool site_acts_as(const struct site *s, const char *person, const char *target);
/* Is the person one of those whom the target calls then, or does it hold it? */
bool site_speaks_for(const struct site *s, const char *person, const char *target, wall_ms at);
/*
 * May the person give this order in this plan?
 *
 * what     As order_word.
 * ret_as   The target of may_order that gives the right: "post:flood-hq-deputy". Untouched when
 *          there is none; may be NULL.
 */
bool site_may_order(const struct site *s, const char *person, const char *plan, const char *what,
                    const char **ret_as);
bool site_target_may_order(const struct site *s, const char *target, const char *plan,
                           const char *what);
json_t *site_orderers(const struct site *s, const char *plan,
                      const char *what); /* targets. Gives */
/* May nobody order it? Then the line of may_order that would allow it, to `likely` or, without, to
 * who orders most in the plan, is added to ret_line. */
bool site_nobody_may_order(const struct site *s, const char *plan, const char *what,
                           const char *likely, struct text *ret_line);
/* The highest level that the plan may take by itself when nobody orders; LEVEL_NONE: none. */
enum level site_auto_level(const struct site *s, const char *plan);
const char *site_post_deputy(const struct site *s, const char *target); /* NULL: it has none */
/* The person who holds a person:, post: or dept: (its head) now; NULL: nobody. */
const char *site_holder(const struct site *s, const char *target);

/*
 * Who stands in for a person who passes a call on: a deputy, or the next seat.
 *
 * words  How the person came into the call (rung_person); NULL.
 * false: nobody does.
 */
bool site_stand_in(const struct site *s, const char *person, const char *words, bool drill,
                   wall_ms at, struct rung_person *ret);

/* ---- names for people ---- */

/* "省总值班室" for "dept:province-duty"; the target itself where it has no name. */
void site_target_words(const struct site *s, const char *target, const char *lang, struct text *to);
/* "城东区" for "chengdong"; the id itself where the site has no such place. */
void site_place_words(const struct site *s, const char *place, const char *lang, struct text *to);

/* ---- duty and days ---- */

/* Who sits there at that time. false: the site has no such seat, or nobody sits there. */
bool site_seat(const struct site *s, const char *roster, const char *seat, wall_ms at,
               struct rung_person *ret);
/*
 * calendar  One of `calendars`; NULL: the one called "work", else Monday to Friday with the site's
 *           holidays. What the site does not have is never open, and has no work days.
 * day       Counted from 1970-01-01, as the clocks of the place have it (civil_day).
 */
bool site_workday(const struct site *s, const char *calendar, int64_t day);
/* Is it a work day, and within the hours of the calendar? */
bool site_calendar_open(const struct site *s, const char *calendar, wall_ms at);
bool site_has_calendar(const struct site *s, const char *calendar);
const char *site_nearest_calendar(const struct site *s, const char *calendar); /* NULL */

/* ---- deadlines of reports ---- */

/* What the rule of this name says: {"basis","due","phone",…}; NULL: the site has none such. */
const json_t *site_deadline(const struct site *s, const char *name);
const char *site_nearest_deadline(const struct site *s, const char *name); /* NULL */

/* ---- stations ---- */

const char *site_station_name(const struct site *s, const char *station, const char *lang); /* "" */
/* A constant of a station. false: it has none of this name, or it is no number. */
bool site_station_number(const struct site *s, const char *station, const char *name, double *ret);
/* Does it lie in a place that the table of an incident names ({"district":"chengdong"})? */
bool site_station_in(const struct site *s, const char *station, const json_t *place);

const char *site_station_id(const struct site *s, const char *station);   /* the site's own copy */
const char *site_station_kind(const struct site *s, const char *station); /* NULL: none such */
bool site_has_station_kind(const struct site *s, const char *kind);
const json_t *site_stations(const struct site *s); /* table by id; {} where there are none */

/* ---- what a set must agree on ---- */

struct channel_set;

/* The endpoints' channels must exist. `r` has the site as its subject. */
void site_check_channels(const struct site *s, const struct channel_set *channels,
                         struct remarks *r);
