/*
 * core - the decisions of Muster. Pure: no clock, no I/O, no randomness, no threads (rule R9).
 *
 *     input --core_decide--> records (each applied by core_apply) + effects
 *
 * core_decide reads the state, makes records, and applies each as soon as it is decided, so that
 * the next decision of the same turn sees it. core_apply is the only code that changes what is
 * kept: the same records give the same state, live, after loading and when rebuilt from the journal
 * (test I13). The one thing outside records is which planner generation and which courier
 * currently hold what was handed to them: a restart forgets that, and hands out anew.
 *
 * Threads    One at a time. Any number of cores in a process.
 * Errors     None: a bad input becomes a refusal, a bug an assert. Out of memory aborts.
 */
#pragma once

#include "base/code.h"
#include "core/effect.h"
#include "core/input.h"
#include "core/record.h"
#include "core/row.h"

struct core;

struct core_config {
    const char *version; /* recorded at each start */
    int speed;           /* 1; more only in the demo: recorded in every row */
    int64_t incidents_max;
    int attempts_max;         /* handed to the courier at once, all endpoints together */
    const char *answer_url;   /* what links begin with, as "https://muster.example"; NULL: messages
                                 carry none */
    const char *occasions_of; /* occasions of this plan's schedule alone come; "": of none; NULL: of
                                 all, as ever but in a simulated night. Borrowed */
    bool watch;               /* endpoints are asked whether they answer (endpoint_watch.h) */
    bool demo;                /* every endpoint is a phone of the demo, which gives receipts */
};

struct core *core_new(const struct core_config *config);
void core_free(struct core *c);

/* Content that pins name: a site with its channels, a plan's head. Kept until no one names it. */
enum err core_library_site(struct core *c, const char *pin, const json_t *checked, struct why *why);
enum err core_library_plan(struct core *c, const char *pin, const char *name, const json_t *head,
                           struct why *why);
/* The scenarios in force, {"NAME":…} as scenario.h has them; taken. */
void core_library_scenarios(struct core *c, json_t *takes);
/* Nobody names it any more. */
void core_library_forget(struct core *c, const char *pin);
bool core_library_has(const struct core *c, const char *pin);

/* At start: every open row the store has, in any order, then once core_load_end. */
void core_load_row(struct core *c, const struct row *row);
void core_load_end(struct core *c, int64_t last_seq);

void core_decide(struct core *c, const struct input *in, struct update *ret);
void core_apply(struct core *c, const struct record *r);

/* The time of the next IN_TICK, which fires one timer; INT64_MAX: nothing is due. */
mono_ms core_next_due(const struct core *c);
/* Whose timer that is, and whose message this is: to be named before it is taken in hand. */
struct uuid core_next_incident(const struct core *c);
struct uuid core_notice_incident(const struct core *c, struct uuid notice);

/* Rows of all objects changed since the last call, each once, sorted. Gives rows (row_done, free).
 */
void core_dirty_rows(struct core *c, struct row **ret, size_t *ret_count);
/* Rows of all objects, sorted by kind and id: for the test I13 and for rebuild. Gives. */
void core_all_rows(const struct core *c, struct row **ret, size_t *ret_count);

int64_t core_last_seq(const struct core *c);
/*
 * What a planner may be shown of the record for the turn that is under way: every turn up to
 * `*ret_upto`, but of the facts only those before the cause, which is returned. A fact may lie
 * before the turn of an earlier one: it waited in the queue. 0: no turn is under way.
 */
int64_t core_event_history(const struct core *c, struct uuid id, int64_t *ret_upto);
/* The record before which its run has nothing: an incident that was opened again runs anew. */
int64_t core_run_since(const struct core *c, struct uuid id);
/*
 * The live runs that were last driven by something other than `driver`: another binary, or another
 * Lua. Gives the ids (free()); 0 where nothing is to be verified.
 */
size_t core_unverified(const struct core *c, const char *driver, struct uuid **ret);
/* What its replay needs. false: it has no live run that has taken a turn. */
struct core_run {
    const char *pin; /* borrowed */
    char seed[33];
    int64_t since, upto; /* its rows: from the record that began it to that of its last turn */
};
bool core_run(const struct core *c, struct uuid id, struct core_run *ret);
bool core_incident_open(const struct core *c, struct uuid id); /* there, and not over */

/* Is there a site and a set of plans in force? */
bool core_configured(const struct core *c);
/* [{"name","title","version","pin","kind","since"?,"incidents"}]: what is in force, and what is not
 * and has incidents that are open. Give. */
json_t *core_plans(const struct core *c);
json_t *core_plans_older(const struct core *c);

/*
 * What of the set in force is in `plans` ([{"name"}]) no more: its incidents go on to their end
 * under the version that they began with, and no new ones begin. Gives [{"plan","pin","version",
 * "incidents","text":{"zh","en"}}], of all its versions together.
 */
json_t *core_plans_leaving(const struct core *c, const json_t *plans);
/* The pins in force that no incident ever began with: when they are not in force any more, nobody
 * needs them. Gives. */
json_t *core_plans_fresh(const struct core *c);
bool core_plan_in_force(const struct core *c, const char *pin);
/* [{"name","channel","drill",…}]. Gives. */
json_t *core_endpoints(const struct core *c, wall_ms now);
/* Who is on duty. */
struct duty_ask {
    const char *roster, *person; /* NULL: all of them, everybody */
    const char *at;              /* "2026-12-01 08:00" there, or RFC 3339; NULL: now */
    const char *lang;            /* "zh", "en" */
    int64_t days;                /* so many are shown as they come; 0: who is there then alone */
    wall_ms now;
};
/*
 * {"at","zone","rosters":[{"roster","title","seats":[…],"handover"?,"checks"}],"coming":[…],
 * "changes":[…],"gaps":[…],"more"?}. Gives. ERR_MISSING: there is no such roster or person;
 * ERR_INVALID: it is no time.
 */
enum err core_duty(const struct core *c, const struct duty_ask *ask, json_t **ret,
                   struct why *why) MUST_USE;
/* The same as a calendar, RFC 5545: a month back, half a year ahead; `at` and `days` are not asked.
 * Added to `to`. ERR_MISSING as before. */
enum err core_duty_calendar(const struct core *c, const struct duty_ask *ask, struct text *to,
                            struct why *why) MUST_USE;
/* The next moment at which somebody else may be on duty; INT64_MAX: never. */
wall_ms core_duty_next(const struct core *c, wall_ms at);
int64_t core_duty_changes(const struct core *c); /* that are kept */
json_t *core_dead(const struct core *c);         /* dead letters: dead_list. Gives. */
json_t *core_drills(const struct core *c);       /* what drills plans owe: upkeep_drills. Gives. */
/*
 * One of them, with all that plan_sheet.h tells. `pin` as an incident names it, while it is kept;
 * NULL: the version in force. People are those of the time `at`. "owes" is what upkeep.h has it
 * owe. Gives; NULL: there is none.
 */
json_t *core_plan(const struct core *c, const char *name, const char *pin, wall_ms at);
/* The contacts of the site's people, at most so many: [{"person","name","endpoint"}]. Gives. */
json_t *core_phones(const struct core *c, size_t most);
const char *core_language(const struct core *c); /* of the site; "zh" before there is one */
/* [{"person","name"?,"endpoint","channel"?,"needed","in_site","set_at"?,"tested_at"?,"result"?,
 * "verified_at"?,"stopped_at"?}], times in ms: the contacts that the site (by its pin; NULL: the
 * one in force) names, then others that are kept. Gives. */
json_t *core_contacts(const struct core *c, const char *pin);
/* Whom the person of this message may pass its call to at that time: {"id","name"}. Gives; NULL:
 * nobody. */
json_t *core_pass_to(const struct core *c, struct uuid notice, wall_ms at);
/* Of the site of this pin, who has left by then and is still named in it: site_left. Gives. */
json_t *core_left(const struct core *c, const char *pin, wall_ms at);
/* The endpoints of the site of this pin that name a secret: [{"endpoint","secret"}…]. Gives. */
json_t *core_secrets(const struct core *c, const char *pin);
/*
 * May this be the contact of a person for an endpoint?
 *
 * value    NULL: looked at by who has it.
 * ret      The fault, and of a value that is none the form in which it is kept. Either way
 *          contact_fault_done. No sentence repeats the value (rule R11).
 */
struct contact_fault {
    const char *field, *near; /* borrowed; near may be NULL */
    struct why why;
    struct text kept;
};
enum code core_contact_check(const struct core *c, const char *person, const char *endpoint,
                             const char *value, struct contact_fault *ret);
void contact_fault_done(struct contact_fault *f);
/* What a person is and holds: person:ID, dept:…, post:…, up to the first "". false: no such. */
bool core_targets_of(const struct core *c, const char *person, char (*ret)[136], size_t most);
/*
 * Is it a target of the site, or the owner of an item that is there?
 *
 * ret_near  Where it is not: the nearest target, or NULL. Given (free()).
 */
bool core_owner_known(const struct core *c, const char *target, char **ret_near, struct why *why);
const char *core_zone(const struct core *c); /* the same, "UTC" */

/* May this key or session do something now? Then what: enum scope, or-ed. */
bool core_access(const struct core *c, const char *principal, mono_ms now, unsigned *ret_scopes);
/* How many keys, or sessions, may do something now. */
int64_t core_holders(const struct core *c, mono_ms now, bool sessions);
/* Keys by name: [{"name","scopes","created_at","until"?,"revoked_at"?}], until steady ms. Gives. */
json_t *core_keys(const struct core *c);
json_t *scopes_json(unsigned scopes); /* ["trigger",…]. Gives. */

/*
 * The attempts of the site's self_alarm: every contact of everybody it names then, without the
 * contact itself, id and number. To be kept for the hour in which nothing can be recorded (rule
 * R1). Gives.
 */
json_t *core_self_alarm(const struct core *c, wall_ms at);

/* The channel of an endpoint, as the site in force has it; NULL: it has no such endpoint. */
const char *core_channel_of(const struct core *c, const char *endpoint);

enum {
    FACTS_PENDING_MAX = 10000, /* of one incident, that its plan has not consumed */
    TURNS_MAX = 100000,        /* of one incident; then its fallback is called */
    CHILDREN_MAX = 2000,       /* of one incident; more are refused, with an alarm */
    RECIPIENTS_MAX = 20000,    /* of one turn */
    DUTY_CHANGES_MAX = 1000,   /* of duty that are kept: those to come, and of the last month */
    ACCESS_KEYS_MAX = 1000,    /* in force at once */
    ACCESS_SESSIONS_MAX = 256, /* for a further one, one of whoever has most of them is closed */
    ONCE_KEYS_MAX = 100000,    /* Idempotency-Keys: 20 MB; 24 h of one keyed trigger a second */
};

enum { AUDIT_EVERY_MS = 60 * 1000 }; /* IN_AUDIT */
/* So many things the auditor finds lost sight of (auditor.h); what only waits is none of them. */
int64_t core_audit(const struct core *c, mono_ms now);

/* Figures for metrics and limits. */
struct core_stats {
    int64_t incidents, fallback, timers, notices_queued, notices_handed;
    int64_t fetches_handed; /* to the courier, of plans */
    int64_t open[2];        /* not over; [1]: drills */
    int64_t dead;           /* messages that failed by every contact, of incidents not over */
    int64_t once_keys;      /* Idempotency-Keys that are kept */
    wall_ms queued_since;   /* when the message was written that has waited longest; 0: none */
    int64_t facts_pending;  /* of the incident where most wait */
    int64_t turns;          /* of the incident that took most */
    int64_t readings;       /* facts of which something is known, of all incidents */
    int64_t recipients;     /* of the turn that wrote to most, in this life */
    int64_t commands;       /* of the turn that had most, in this life */
    int64_t children;       /* of the incident that has most */
};
struct core_stats core_stats(const struct core *c);
