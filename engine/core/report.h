/*
 * report - what is reported upwards 信息报送: opened and numbered by the engine, drafted from the
 * facts, signed and sent by people.
 *
 *     OPENED --edit--> EDITED --edit--> EDITED
 *     OPENED, EDITED --sign--> SIGNED --edit: the signature is void--> EDITED
 *     SIGNED --send--> SENT
 *
 * Overdue and missed are marks, not states: at `due` who writes and who signs are reminded (催报),
 * again a while later, then the leader hears of it, until it is sent. An update or daily report
 * that is not sent when the next of its kind is opened is missed (漏报): the next one tells the
 * present, and the old one may still be sent. What was sent is changed by nobody: a correction is a
 * further report that names the one it corrects. It may outlive its incident.
 *
 * The text is Markdown. What is filled in from facts and titles is escaped; what people write is
 * theirs: whoever makes pages of it must leave raw HTML out.
 *
 * report.c is the object, its rows and what records change; report_open.c when reports are opened,
 * urged and missed; report_draft.c their text; report_act.c what people do.
 */
#pragma once

#include "core/head_report.h"
#include "core/state.h"

enum report_state { REPORT_OPENED, REPORT_EDITED, REPORT_SIGNED, REPORT_SENT, REPORT_STATES };

enum { REPORT_TEXT_BYTES = 32768 };

struct report {
    LIST_ENTRY(report) link; /* in its incident, in the order of their making */
    struct uuid id;
    struct incident *incident;
    enum report_kind kind;
    int number;      /* within its kind, from 1 */
    char *key;       /* of single: which occurrence; NULL */
    char *step;      /* of the plan's word; "report:initial/" of the engine's own */
    char *by, *sign; /* targets */
    char *to;        /* JSON: a target or a list */
    char *basis;     /* NULL */
    char *corrects;  /* the id of the report that it corrects; NULL */
    char *text;      /* Markdown */
    char *lang;      /* "zh", "en" */
    char *signer;    /* {"by","name"}; NULL: nobody has signed */
    char *told;      /* [{"to","name","state"}…]: whom it was sent to, and what is proved; NULL */
    enum report_state state;
    int rev;   /* of the text: 1 as drafted */
    bool zero; /* nothing new */
    bool missed;
    bool asked;       /* the signer knows that there is something to sign */
    bool phone_urged; /* that nobody has telephoned was said */
    int urged;        /* reminders so far */
    int64_t allowed_ms, late_ms, phone_late_ms;
    wall_ms opened_at, due_at, phone_due_at, phoned_at, signed_at, sent_at;
    mono_ms due, phone_due; /* 0: without */
    mono_ms urge_at;
    struct timer timer;
    bool dirty;
    STAILQ_ENTRY(report) changed;
};

/* When the next report of a kind is opened. */
struct cadence {
    enum report_kind kind;
    mono_ms next; /* 0: it is not running */
    wall_ms next_at;
    struct timer timer;
};

enum { CADENCES = 2 }; /* by level, and daily by its own times */

struct reporting {
    int64_t made[REPORT_KINDS];     /* the last number of each kind */
    wall_ms last_at[REPORT_KINDS];  /* when it was opened */
    int64_t last_seq[REPORT_KINDS]; /* by which record */
    int64_t news;                   /* the last record that told something new */
    struct cadence cadences[CADENCES];
};

/* ---- when ---- */

void reports_at_trigger(struct core *c, struct incident *i, const json_t *occurrences);
/* Opened again: reported daily again, and each occurrence; its beginning was reported. */
void reports_at_reopening(struct core *c, struct incident *i, const json_t *occurrences);
void reports_of_facts(struct core *c, struct incident *i, const json_t *occurrences);
void reports_at_level(struct core *c, struct incident *i, enum level level);
void reports_at_end(struct core *c, struct incident *i);
void report_due(struct core *c, struct report *r);                             /* its timer */
void cadence_due(struct core *c, struct incident *i, struct cadence *cadence); /* its timer */
/* The wall clock was set: times of day come at another steady time. */
void reports_clock_set(struct core *c);
/* report(KIND, {…}) of a plan: the command of its turn. */
void report_command(struct core *c, struct incident *i, const json_t *cmd);
/* A report that corrects this one. */
struct report *report_correct(struct core *c, const struct report *of, json_t *takes_actor);

/* Messages to those who write and sign it are of this step, with its id behind. */
#define REPORT_STEP_DRAFT "!draft/"
/* The report that a message of this step is about; false: of none. */
bool report_of_message(const char *step, struct uuid *ret);
/* A message about a report, to a target; "【催报】" and the like before its name. */
void report_tell(struct core *c, const struct report *r, const char *target, const char *zh,
                 const char *en);
/* The same to several, once to each of them; `but` knows already (NULL: nobody does). */
void report_tell_all(struct core *c, const struct report *r, const json_t *targets, const char *but,
                     const char *zh, const char *en);

/* ---- what it says ---- */

/* What a draft is made of. */
struct draft {
    const struct report_head *head;
    enum report_kind kind;
    int number;
    const char *key, *basis, *by, *lang;
    const json_t *to, *asked;      /* what the plan has to say: words; NULL */
    wall_ms since;                 /* of the report before; 0: there is none */
    const struct report *corrects; /* which it corrects; NULL */
    bool zero;
};

/* Markdown from what is known now. */
void report_draft(struct core *c, struct incident *i, const struct draft *d, struct text *to);
/* Is nothing new since the last report of this kind: no fact, order or item? */
bool report_nothing_new(const struct incident *i, enum report_kind kind);
/*
 * The facts that a report names: [{"station"?,"name","key"?,"value","unit"?,"at","at_ms","stale"}…]
 * with their labels in this language, `key` of an event. A stale one is unknown; its value is the
 * last that was known. Gives.
 */
json_t *report_facts(const struct core *c, struct incident *i, const char *lang);
/* "**更正** 首报第1号", with the line that it is */
void report_corrects_add(const struct report *of, bool zh, struct text *to);
/* "首报第1号", "initial report 1" */
void report_name_add(enum report_kind kind, int number, bool zh, struct text *to);
const char *report_text(const struct report *r);

/* ---- what people do ---- */

void decide_report(struct core *c);
void decide_report_edit(struct core *c);

/* ---- the object ---- */

struct report *core_report(const struct core *c, struct uuid id);
struct report *report_find(const struct incident *i, enum report_kind kind, const char *key);
const char *report_state_name(enum report_state s);
bool report_open(const struct report *r);           /* neither sent nor missed */
struct reporting *reporting_of(struct incident *i); /* made where there is none */
/* What a plan sees of it: the fact `report`. Gives. */
json_t *report_event(const struct core *c, const struct report *r, const char *state);

/* This record tells something new, if it is of such a kind. */
void reporting_apply_news(struct incident *i, const struct record *r);
void report_apply(struct core *c, struct incident *i, const struct record *r);
/* A message may have been one of a report: what is proved of it is kept there. */
void report_apply_notice(struct core *c, const struct record *r);
void reporting_close(struct core *c, struct incident *i); /* no further ones are opened */
void reports_drop(struct core *c, struct incident *i);
void reporting_write(const struct incident *i, struct text *to); /* "reporting":{…} */
void reporting_from_json(struct core *c, struct incident *i, const json_t *kept);
struct row report_row(const struct report *r);
void report_from_row(struct core *c, const struct row *row);

typedef void report_fn(void *ctx, struct report *r);
void reports_walk(const struct core *c, report_fn *fn, void *ctx);
