/*
 * duty - what people decide about who is on duty: overrides and swaps, shifts that are handed over,
 * spot checks. Who sits in a seat without any of that is for roster.h.
 *
 * A change 替班、换班 is one or two parts: somebody takes a seat for a time, and in a swap the
 * other takes one back.
 *
 *     override  ASKED --approve--> APPROVED        by whoever may approve: APPROVED at once
 *     swap      ASKED --agree--> AGREED --approve--> APPROVED
 *     each of them --refuse, withdraw--> REFUSED, WITHDRAWN
 *
 * What is approved is in force, in its time. A second change of the same seat and time is refused
 * while the first is not refused or withdrawn. Who may approve: the target `approves` of the
 * roster; without one whoever sits in its seat "lead"; and whoever may administer Muster.
 *
 * A handover 交接班: who leaves gives over with a note, what is open is listed as it stands, and
 * who comes confirms. A spot check 查岗: the one in the seat is written to, and the time of the
 * answer by its link is kept.
 *
 * All of it is kept as entries by name, each a document; a record has the entries that it changes:
 *
 *     change/12 {"number","what","roster","parts":[{"seat","person","from","to"}],"state",
 *                            "by","with"?,"reason"?,"approved_by"?,"at"}
 *     handover/duty-room    the last: {"roster","at","from","to","note"?,"open":[…],"taken_at"?}
 *     checks/duty-room      {"next"?,"list":[{"no","seat","person","at","answered_at"?}]}
 *     shift/duty-room       who was told last that they are on duty: {"seats":{SEAT:PERSON}}
 *     count                 {"changes","checks"}: numbers that were given
 *
 * The records belong to the incident that the core keeps for itself (upkeep.h), whose key seals
 * what people write.
 *
 * Layer      core: pure.
 */
#pragma once

#include "core/roster.h"
#include "core/state.h"

struct duty_entry {
    LIST_ENTRY(duty_entry) link;
    char *id, *body; /* canonical JSON */
    bool dirty, gone;
    STAILQ_ENTRY(duty_entry) changed;
};

enum {
    DUTY_CHECKS_KEPT = 50, /* spot checks of a roster */
    DUTY_AHEAD_DAYS = 7,   /* a hole is an alarm so long before it */
};

#define DUTY_STEP_CHECK "!duty/check/" /* the step of a spot check's message: and its number */
#define DUTY_STEP_HANDOVER "!duty/handover/" /* and of a handover's: and its roster */
#define DUTY_STEP_AGREE "!duty/agree/"       /* of a change that waits for this: and its number */
#define DUTY_STEP_APPROVE "!duty/approve/"
#define DUTY_STEP_NEWS "!duty/change/" /* of one that waits for nothing of this person */

void decide_duty_override(struct core *c);
void decide_duty_swap(struct core *c);
void decide_duty_act(struct core *c);
void decide_duty_handover(struct core *c);
void decide_duty_check(struct core *c);

/* Who comes on duty is told, holes that are near are alarms, spot checks are made; and the timer
 * for the next is set. After a change of the set, at a start, when the clock is set, in its time.
 */
void duty_review(struct core *c);
/*
 * Somebody has answered by the link of this message, or declined: a spot check is answered, a
 * handover taken, a change agreed, approved or refused.
 */
void duty_answered(struct core *c, const struct notice *n, bool declined);

/* May its link still be answered, long after it was sent? Until it was. */
bool duty_keeps_message(const struct notice *n);

/* ---- between the files of this ---- */

/* The entry of this name; NULL: none. Gives. */
json_t *duty_entry(const struct core *c, const char *id);
/*
 * Record it. takes_entries: {NAME: document, or null where it is to go}; zh, en: the sentence of
 * the record.
 */
void duty_emit(struct core *c, enum record_kind kind, json_t *takes_body, json_t *takes_entries,
               const char *zh, const char *en);
/* A number that was never given: of "changes" or "checks"; the new count goes into the entries. */
int64_t duty_number(const struct core *c, const char *of, json_t *entries);
/* The roster and seat that the input names, or a refusal and NULL. */
const struct roster *duty_roster(struct core *c);
const struct seat *duty_seat(struct core *c, const struct roster *r);
/* The person that the member of the input names: NULL where it is not there; a refusal, and false,
 * where the site does not know them. */
bool duty_person(struct core *c, const char *key, struct rung_person *ret, bool *ret_there);
bool duty_may_approve(const struct core *c, const struct roster *r, const char *person);
/* The same of whoever speaks: `as`, or without one an administrator. A refusal where they may not.
 */
bool duty_approver(struct core *c, const struct roster *r, const char *what);
/* One message to one person. */
void duty_tell(struct core *c, const struct rung_person *who, const char *step, const char *zh,
               const char *en);
/* The same of something that they are to agree to, or refuse. */
void duty_tell_to_agree(struct core *c, const struct rung_person *who, const char *step,
                        const char *zh, const char *en);
/* "2026-12-01 08:00" by the clocks of the site */
void duty_time_add(const struct core *c, wall_ms at, struct text *to);
/* "市总值班室 主班 2026-12-01 08:00 至 2026-12-02 08:00" */
void duty_part_words(const struct core *c, const struct roster *r, const json_t *part, bool zh,
                     struct text *to);

/* By the link of a message that asks for it. */
void duty_change_answered(struct core *c, const struct notice *n, bool agrees, bool declined);

/* As people and programs are shown them. Give; the last handover of the roster, NULL: none. */
json_t *duty_change_shown(const struct core *c, const json_t *change);
json_t *duty_handover_shown(const struct core *c, const struct roster *r);

/* ---- applied ---- */

void duty_apply(struct core *c, const struct record *r);
void duty_site_set(struct core *c); /* the site in force is another one, or the changes are */
struct row duty_row(const struct core *c, const struct duty_entry *e);
void duty_from_row(struct core *c, const struct row *r);
void duty_forget(struct duty_entry *e);
void duty_free(struct core *c);
