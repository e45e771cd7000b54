/*
 * state - what the core keeps in memory. Private to core/.
 *
 * Some hundred bytes an open incident: what is only shown or rendered (title, place, facts, the
 * text of a notice) is kept as canonical JSON text and parsed when needed; what is decided on at
 * every step is a field. Everything here can be made again from the rows, but the members marked
 * volatile: they say who was handed what in this life.
 *
 * Ownership  A core owns its incidents and notices; an incident owns its calls, timers and queue.
 *            Notices of an incident are listed in it and indexed by id in the core.
 */
#pragma once

#include "base/code.h"
#include "core/channel.h"
#include "core/condition.h"
#include "core/core.h"
#include "core/head.h"
#include "core/head_level.h"
#include "core/head_measure.h"
#include "core/link.h"
#include "core/site.h"
#include "core/timer.h"

#include <sys/queue.h>

/* Content by pin: a site with its channels, or the head of a plan. */
struct pin {
    char *hash;
    struct plan_head *head;       /* of a plan */
    struct site *site;            /* of a site */
    struct channel_set *channels; /* of a site */
};

/* A plan of the set in force: name to pin. */
struct plan_ref {
    char *name;
    char *pin;
    wall_ms since; /* in force in this version; 0: it was so before that was kept */
    bool fresh;    /* no incident ever began with it */
};

/* Incidents that are open and began with this pin (version.h). */
struct version_runs {
    const char *pin, *plan; /* interned */
    int64_t incidents;
};

/* A fact journalled and not yet consumed by the plan. */
struct fact_ref {
    int64_t seq;
    char *tags; /* {"names":[…],"steps":[…],"by":…} */
};

/* A wait of the plan. */
struct plan_timer {
    LIST_ENTRY(plan_timer) link;
    char *step;
    struct timer timer;
};

/*
 * A condition that the plan watches (plan_watch.h): `each` tells it where it has become true, again
 * and again; `wait_until` once, when it has been so for its whole time.
 */
struct plan_watch {
    LIST_ENTRY(plan_watch) link; /* sorted by step */
    char *step;                  /* "watch/0.3": of the word, as the plan is told */
    char *when;
    bool each;
    bool every;         /* of wait_until: at every station; else at any */
    int64_t hold_ms;    /* of wait_until: for so long */
    struct timer timer; /* it has been so since, and is to be until */
};

/*
 * A call under way.
 *
 *     (turn) --call_next--> RINGING --time up, rungs left: call_next--> RINGING
 *     RINGING --answer--> gone (call_answered); one that wants several, or that an answer holds for
 *     a time only, goes on as taken.h draws it
 *     RINGING --time up, none left--> gone (call_expired)
 *     the fallback after its last rung: --every 5 min: the duty room--> RINGING, until an order
 */
struct call {
    LIST_ENTRY(call) link;
    struct incident *incident;
    char *step;  /* "!fallback" for the fallback */
    char *spec;  /* {"to","text","within_ms","rungs","rounds","at","type"} */
    char *asked; /* [{"id","name","words","rung","round","accepted"?}…] by id: everybody called so
                    far, and when last */
    bool consults; /* it wants opinions, and no single answer ends it (consult.h) */
    bool asks;     /* it wants choices, the same (question.h) */
    bool several;  /* it wants more than one answer (taken.h) */
    int rung;      /* index in the flattened rungs; -1: not started */
    int round;
    bool forever; /* the fallback's last phase */
    bool stands;  /* it was answered; the timer says until when */
    bool anew;    /* it has begun anew since: the plan does not wait for it any more */
    bool ringing; /* volatile: the people of its rung are called one after the other */
    struct timer timer;
};

/*
 * A message to one person (DESIGN 6).
 *
 *     QUEUED --place free: handed--> SENDING --2xx--> SENT --receipt--> DELIVERED --receipt--> SEEN
 *     SENT, DELIVERED, SEEN --answer--> ANSWERED
 *     SENDING --try again later--> WAITING --due--> QUEUED
 *     SENDING --method fails, another--> QUEUED        SENDING --stop or courier lost--> QUEUED
 *     SENDING/WAITING --no method left, or `until` passed--> FAILED
 *     QUEUED/WAITING --not needed--> RECALLED      SENDING, not needed --not sent--> RECALLED
 *     FAILED, its incident open --somebody has it sent again--> QUEUED (dead.h)
 *     SENT --no receipt in time, another method--> QUEUED --not taken, not needed--> SENT
 *
 * A receipt, or an answer by its link, proves that the message has arrived, whatever came of its
 * attempts; `proof` keeps the most that is known, and SENT is left for it at once:
 *
 *     SENDING --proof--> SENDING --any result--> SENT     WAITING, QUEUED again --proof--> SENT
 *     FAILED, RECALLED --answer by its link--> ANSWERED
 */
enum notice_state {
    NOTICE_QUEUED,
    NOTICE_SENDING,
    NOTICE_WAITING,
    NOTICE_SENT,
    NOTICE_DELIVERED,
    NOTICE_SEEN,
    NOTICE_ANSWERED,
    NOTICE_FAILED,
    NOTICE_RECALLED,
    NOTICE_STATES
};

/* The messages of one step of an incident, the latest first: found without walking all others. */
struct mailing {
    const char *step;
    char *own; /* the same: what is freed */
    LIST_HEAD(, notice) notices;
};

struct notice {
    LIST_ENTRY(notice) link;    /* in its incident */
    LIST_ENTRY(notice) of_step; /* in its mailing */
    TAILQ_ENTRY(notice) queued; /* waits for a place */
    struct uuid id;
    struct incident *incident;
    struct mailing *mailing;
    const char *step; /* of the call or notify; "" for the engine's own. The mailing's */
    char *person;
    char *message; /* {"name","words","lang","text","code","token","type","methods":[…]}; NULL when
                      finished: `code` and `secret` stay, an answer may come by its link until the
                      incident is over */
    char *body;    /* as rendered for the method; NULL when finished */
    char *endpoint; /* of the method */
    enum notice_state state;
    enum proof proof;
    uint8_t secret[LINK_SECRET_BYTES]; /* of its link */
    uint16_t code;                     /* NO_LINK_CODE: it has none */
    uint8_t wrong;                     /* codes tried by its link */
    bool tried;                        /* handed out at least once */
    int rung, round;                   /* of its call, 0 otherwise */
    int method;                        /* index, counts on over the list when it starts again */
    int attempts;                      /* of this method */
    unsigned refused;                  /* methods that are of no use, a bit each */
    int64_t seq;     /* of the record that queued it: the order in which they were written */
    bool alarm;      /* its failure raises no alarm */
    bool of_call;    /* a call waits for an answer to it */
    bool asks;       /* it calls, or asks for an order */
    bool first;      /* among the first of its incident */
    bool replayed;   /* it has ended before: a dead letter that somebody had sent again (dead.h), or
                        its service said afterwards that it did not arrive */
    char *accepted;  /* the endpoint that took it first; NULL: none yet. It may go on by another */
    char *passed_to; /* whom the person has passed the call to, by name; NULL */
    bool undelivered;      /* SENDING: its service has said already that it does not arrive */
    bool calls_back;       /* SENT: its service may say later that it did not arrive */
    mono_ms receipt_due;   /* SENT: by the next contact then, without a receipt; 0: never */
    wall_ms failed_at;     /* FAILED */
    char *why;             /* FAILED: the last endpoint's word */
    struct digest *digest; /* it went out as one of it (digest.h); NULL: by itself */
    LIST_ENTRY(notice) in_digest;
    bool leads;              /* it has the place of its digest */
    int digest_of;           /* messages that it is made of */
    wall_ms digest_at;       /* when it was made */
    int64_t digest_sum;      /* of what was sent, where it leads */
    struct mailbox *mailbox; /* volatile: of its person at its endpoint, while it waits (place.c) */
    LIST_ENTRY(notice) mail;
    bool placed;              /* volatile: it has taken a place */
    bool is_dead;             /* is linked by `dead` */
    TAILQ_ENTRY(notice) dead; /* FAILED, with its message: a dead letter */
    bool unneeded;            /* under way, and recalled: not tried again */
    bool declined;            /* the person cannot come */
    bool in_queue;            /* is linked by `queued` */
    uint64_t turn;            /* volatile: order in the queues */
    int rank;                 /* volatile: enum place_rank, while it is in one */
    bool dirty;
    bool kept; /* a test of a contact, which may be answered until the next one (contact.h) */
    mono_ms until;
    struct timer timer;
    STAILQ_ENTRY(notice) changed;
};

/* A call of the plan through an endpoint, whose answer it waits for (fetch.h). */
struct fetch {
    LIST_ENTRY(fetch) link; /* in its incident, sorted by step */
    TAILQ_ENTRY(fetch) all; /* in the core */
    struct incident *incident;
    char *step;
    char *spec; /* {"endpoint","body","json"?,"within_ms"} */
    char *endpoint;
    mono_ms until;
    struct timer timer;

    /* volatile */
    bool handed;
    int tries;
    mono_ms next; /* not before */
    char *error;  /* of the last try; NULL: none yet */
};

struct family;    /* family.h: what joins it, parent, children, roles */
struct report;    /* report.h */
struct reporting; /* report.h: numbers, and when the next are opened */
struct drill;     /* drill.h: what a scenario puts in */
struct outlook;   /* outlook.h: what the facts say now */

/*
 * What a condition of the head came to, and since when: of a level, that it is suggested, of an
 * end, that it is met. Also a criterion that somebody confirms.
 *
 *     (nothing) --condition--> NO | UNKNOWN | YES --condition--> …
 *     YES (of an end), NO (of a level) --for its whole time: condition_held--> held
 *     a criterion to be confirmed --confirmed--> held
 *
 * Unknown restarts the clock: missing data is never safe.
 */
struct mark {
    LIST_ENTRY(mark) link; /* sorted by `of` */
    char *of;              /* "level/II", "end/falling" */
    enum truth truth;
    bool silent; /* unknown, because what was reported once has gone silent */
    bool held;
    mono_ms since;
    struct timer timer;
};

/*
 * What people are asked to order. It stays until they do, or until it is not right any more.
 *
 *     OPEN --first rung silent--> AWAITING --each rung, then all again every 15 min--> AWAITING
 *     OPEN, AWAITING --ordered--> gone (ordered: settles)
 *     OPEN, AWAITING --its condition is false: proposal_withdrawn--> gone
 *     OPEN, AWAITING --another level: proposal_amended--> OPEN
 */
struct proposal {
    LIST_ENTRY(proposal) link; /* in the order of their making */
    struct incident *incident;
    int number;
    char *step; /* of the plan's propose, or "!proposal/1" */
    char *spec; /* {"action","level","what","reason","to","within_ms","plan"} */
    int rung;   /* who was asked last; -1: nobody yet */
    bool awaiting;
    wall_ms opened_at;
    mono_ms auto_at; /* when the software orders it itself; 0: never */
    mono_ms ask_at;  /* when the next are asked */
    struct timer timer;
};

/*
 * How an incident is commanded: the level in force and what it rests on.
 *
 *     level   none --activate--> IV … I --raise, lower, again--> … --terminate--> recovering
 */
struct response {
    enum level level;
    bool recovering;
    unsigned silenced; /* suggestions that an order went against, a bit a level; SILENCED_… */
    int proposals_made;
    char *order;      /* the level order in force, as {"action","level","by","reason",…}; NULL */
    char *ended;      /* the order that ended it, in the same shape; NULL */
    char *commander;  /* a target; NULL: no order yet */
    char *members;    /* ["dept:water",…]; NULL */
    char *given;      /* the orders so far: [{"action","at","level"?,"name"?,…}…]; NULL */
    int given_before; /* those that are not in it any more, as it was full */
    char *statements; /* what was declared, issued, published (statement.h): orders, in a list */
    LIST_HEAD(, mark) marks;
    LIST_HEAD(, proposal) proposals;
};

enum { SILENCED_LOWER = 1U << 8, SILENCED_TERMINATE = 1U << 9 };

/* UPKEEP: the one that the core keeps for what plans owe (upkeep.h); no emergency. */
enum incident_state { INCIDENT_OPEN, INCIDENT_CLOSED, INCIDENT_UPKEEP };
enum health { HEALTH_OK, HEALTH_FALLBACK, HEALTH_STUCK };

/*
 * Something that somebody has to do: one line of the ledger 台账.
 *
 *     ISSUED --receive--> RECEIVED --arrive--> ARRIVED --done--> DONE --strike--> STRUCK
 *     each of the first three --done--> DONE
 *     ISSUED … DONE --reject--> REJECTED        any that is open --lift--> LIFTED
 *
 * Overdue is a mark, not a state: at `due` its owner is reminded (催办), again a while later, then
 * the leader hears of it (督办), and both until it is done. It may outlive its incident.
 */
enum item_state {
    ITEM_ISSUED,
    ITEM_RECEIVED,
    ITEM_ARRIVED,
    ITEM_DONE,
    ITEM_STRUCK,
    ITEM_REJECTED,
    ITEM_LIFTED,
    ITEM_STATES
};

struct item {
    LIST_ENTRY(item) link; /* in its incident, in the order of their making */
    int64_t seq;           /* of the record that made it */
    struct uuid id;
    struct incident *incident;
    char *kind;   /* measure, directive, item, resource, request, improvement, plan */
    char *name;   /* of the measure; NULL */
    char *key;    /* tells two of a name apart; NULL */
    char *owner;  /* a target */
    char *about;  /* {"title","done_when","after","goal",…}, and what was said of it last */
    char *step;   /* of the plan's word; "!item" of the engine's own */
    char *leader; /* who hears of it when it stays overdue: a target; NULL: who commands */
    enum item_state state;
    int phase; /* enum phase, and its level */
    enum level level;
    enum on_lower on_lower;
    bool put;        /* its level is left: the commander decides to keep or lift it */
    bool waits;      /* for what must be done before */
    bool follows;    /* its due time follows a fact (item_before.c) */
    bool supervised; /* 督办: its leader hears of it at once when it is overdue */
    int urged;       /* reminders so far */
    int64_t urge_ms;
    int64_t allowed_ms; /* for this long; 0: without end */
    wall_ms issued_at, due_at, done_at;
    mono_ms due; /* 0: without end */
    struct timer timer;
    bool dirty;
    STAILQ_ENTRY(item) changed;
};

struct incident {
    struct uuid id;
    char *about;             /* the object "incident" of the trigger event */
    void *readings;          /* tsearch by id: what is known of each fact (reading.h) */
    char *fields;            /* state{…} of the plan; NULL: none */
    const char *pin;         /* NULL: no plan. Interned, as the next three */
    const char *plan;        /* its name */
    char *key;               /* principal + "\n" + dedup key; NULL: none */
    LIST_HEAD(, dedup) keys; /* all that bind to it: its own, and those of what joined it */
    const char *ends, *on_resolved;
    char *alarms; /* {"cause": mono of the last} ; NULL: none */
    enum incident_state state;
    enum health health;
    bool drill;
    wall_ms opened_at, closed_at;

    /* the run of the plan (plan_run.c) */
    bool plan_live; /* takes turns: neither over nor fallen back */
    bool done;
    bool gap; /* facts that made no turn lie behind `prev` */
    uint8_t seed[16];
    int64_t prev;       /* seq of the last turn; 0: none */
    int64_t prev_cause; /* the fact that it consumed */
    wall_ms last_t;
    int64_t turns;
    int strikes, lost; /* of the fact at the head of the queue */
    char *awaits;      /* {"names":[…],"steps":[…]}; NULL: the trigger */
    struct fact_ref *queue;
    size_t queue_count, queue_cap;
    LIST_HEAD(, plan_timer) timers;
    LIST_HEAD(, plan_watch) watches;

    struct response *response; /* NULL: nothing was suggested, proposed or ordered */
    struct family *family;     /* NULL: it stands alone */
    struct drill *drill_run;   /* NULL: no drill_start has opened it */
    int speed;   /* of a drill: what it waits for passes so many times as fast; 0, 1: as it says */
    char *table; /* ["qian.min"]: a tabletop, whose messages reach these alone; NULL: none */

    LIST_HEAD(, item) items;
    size_t items_open, items_overdue; /* neither done, struck, rejected nor lifted; and late */
    LIST_HEAD(, report) reports;
    struct reporting *reporting;          /* NULL: nothing was to be reported yet */
    size_t reports_open, reports_overdue; /* neither sent nor missed; and late */
    LIST_HEAD(, call) calls;
    LIST_HEAD(, fetch) fetches;
    LIST_HEAD(, notice) notices;
    void *mailings;                        /* of them: tsearch by step */
    size_t unfinished;                     /* notices */
    int64_t sent, delivered, seen, failed; /* notices, for status */

    /* volatile */
    int sent_slot;
    int64_t sent_gen, sent_cause; /* the event under way at a planner; 0: none */
    bool suspect_listed;
    struct outlook *outlook; /* NULL: it was not asked for yet */
    TAILQ_ENTRY(incident) suspect;
    bool dirty;
    STAILQ_ENTRY(incident) changed;
};

/* What came of a trigger: an incident, news of one, nothing that was not known, … */
enum said { SAID_NEW, SAID_UPDATED, SAID_KNOWN, SAID_JOINED, SAID_REOPENED, SAIDS };

/*
 * A key that binds, per principal: a dedup key while its incident is open, an Idempotency-Key until
 * its time is over (once.h).
 */
struct dedup {
    char *key;
    struct uuid incident;
    LIST_ENTRY(dedup) link; /* at its incident, when it is owned */
    bool owned;
    uint8_t digest[16];
    bool dirty, gone;
    STAILQ_ENTRY(dedup) changed;

    /* of an Idempotency-Key */
    enum said said;
    mono_ms until; /* 0: it is a dedup key */
    int64_t seq;   /* of the record that bound it: the oldest goes first */
    TAILQ_ENTRY(dedup) once;
};

struct planner {
    int64_t gen; /* 0: down */
};

/*
 * The incident that has most of something. When it gets less, the next one is not looked for: it is
 * known again when it moves.
 */
struct most {
    struct uuid incident;
    int64_t count;
};

TAILQ_HEAD(notice_queue, notice);
TAILQ_HEAD(incident_queue, incident);
TAILQ_HEAD(fetch_queue, fetch);

struct core {
    struct core_config cfg;
    int64_t seq;
    struct fetch_queue fetches;
    bool fetches_stirred; /* volatile: one may be handed out that could not before */
    void *incidents;      /* tsearch by id */
    void *notices;        /* tsearch by id */
    void *digests;        /* tsearch by id: those that a message went out as one of */
    void *items;          /* tsearch by id: those that are open, and those of open incidents */
    void *reports;        /* tsearch by id, as items */
    void *dedups;         /* tsearch by key */
    void *sames;          /* tsearch by the values of one_per (family.h) */
    void *holders;        /* tsearch by principal: keys and sessions (access.c) */
    void *contacts;       /* tsearch by person and endpoint (contact.h) */
    void *pins;           /* tsearch by hash */
    void *words;          /* tsearch: strings that many incidents share */
    char *site_pin;
    struct pin *site; /* in force; borrowed from pins; NULL before the first */
    struct plan_ref *plans;
    size_t plans_count;
    struct version_runs *runs;
    size_t runs_count, runs_cap;
    bool config_dirty;
    char *driver; /* what the live runs were driven by, or verified with (upgrade.h); NULL */
    bool driver_dirty;
    struct incident *upkeep; /* upkeep.h; NULL: no plan has owed anything yet */
    json_t *drills;          /* when the last drill of each plan ended: {plan: wall_ms}; NULL */
    bool drills_dirty;
    LIST_HEAD(, duty_entry) duty; /* duty.h, sorted by id */
    json_t *occasions; /* {"PLAN/OCCASION": when the last that was opened was to come}; NULL */
    bool occasions_dirty;
    LIST_HEAD(, drill) drills_run; /* drill.h: those that are in memory */
    json_t *scenarios;             /* {"NAME":…} in force (scenario.h); NULL: none. Volatile */
    struct timer_heap timers;
    struct core_stats stats;
    struct most most_facts, most_turns, most_children; /* volatile */

    STAILQ_HEAD(, incident) incidents_changed;
    STAILQ_HEAD(, notice) notices_changed;
    STAILQ_HEAD(, reading) readings_changed;
    STAILQ_HEAD(, item) items_changed;
    STAILQ_HEAD(, report) reports_changed;
    STAILQ_HEAD(, dedup) dedups_changed;
    TAILQ_HEAD(, dedup) onces; /* those that are Idempotency-Keys, oldest first */
    STAILQ_HEAD(, holder) holders_changed;
    STAILQ_HEAD(, duty_entry) duty_changed;
    STAILQ_HEAD(, contact) contacts_changed;

    /* volatile */
    struct timer occasion_timer;  /* the next occasion of a standing plan; the same */
    struct notice_queue dead;     /* dead letters, in no order */
    struct timer upkeep_timer;    /* a plan owes the next: set anew at each start */
    struct timer duty_timer;      /* a shift begins, or the rosters are looked at: the same */
    struct endpoint_load **loads; /* who is under way and who waits, an endpoint (place.c) */
    uint64_t queue_turn;
    size_t loads_count, loads_cap;
    bool courier_up;
    struct planner planners[PLANNER_SLOTS];
    struct incident_queue suspects; /* wait for the quarantine planner */
    const struct input *in;         /* the input being decided */
    struct update *out;
    struct entropy entropy;
    int64_t recipients; /* messages of the turn being decided */
};

/* emit - make a record, apply it, and add it to the update. */
struct emit {
    json_t *actor, *body, *sealed; /* taken; NULL actor: the engine */
};
struct record *core_emit(struct core *c, enum record_kind kind, struct incident *i, struct emit e);
struct record *core_emit_for(struct core *c, enum record_kind kind, struct uuid incident,
                             struct emit e);
struct effect *core_effect(struct core *c, enum effect_kind kind);
void core_reply_ok(struct core *c, json_t *takes);
/* returns  the refusal, borrowed, for further members; NULL: nobody waits for a reply. */
json_t *core_refuse(struct core *c, enum code code, const char *field, const char *near,
                    const char *fmt, ...) PRINTF_LIKE(5, 6);

/* What the courier is told, but for the message's id, its number and the contact. Gives. */
/* Final refusals: a further attempt would only be refused again. */
bool attempt_is_final(const json_t *result);
/* How long after so many failures the next attempt comes; spread: so that not all come at once. */
int64_t attempt_delay_ms(int failures, uint32_t spread);
json_t *attempt_frame(const char *person, const char *endpoint, const char *body,
                      const struct endpoint *e, const struct channel *ch);

/* look-ups */
struct incident *core_incident(const struct core *c, struct uuid id);
struct notice *core_notice(const struct core *c, struct uuid id);
struct pin *core_pin(const struct core *c, const char *hash);
const struct plan_head *incident_head(const struct core *c, const struct incident *i);
const char *core_plan_pin(const struct core *c, const char *name);

/* The one copy of a string that many objects name; lives as long as the core. NULL for NULL. */
const char *core_intern(struct core *c, const char *word);

/* kept text: canonical JSON as a string, and back. NULL for NULL; kept_set frees what was there. */
json_t *kept_json(const char *kept);
char *kept_text(const json_t *value);
void kept_set(char **kept, json_t *takes);

/* What of it is limited, for core_stats. */
void core_measure(struct core *c, const struct incident *i);

void core_mark(struct core *c, struct incident *i);
void core_mark_notice(struct core *c, struct notice *n);
