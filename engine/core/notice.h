/*
 * notice - one message to one person, until it is proved to have arrived or to have failed.
 *
 * Text, token, code and body are fixed when the message is queued (R5: the same id has the same
 * body). A person's contacts are methods, tried in their order: a final refusal goes to the next
 * at once and is not repeated, an endpoint that fails three times in a row gives way to the next,
 * if there is one, and the list starts again. Attempts: 0, 1, 3, 8, 20, 45 s after the last one
 * ended, then each 60 s ± 20 %, up to `within`; Retry-After is honoured, but where it asks for more
 * than is left the next method is tried at once. States are drawn at struct notice (state.h).
 *
 * A message that finds a free place (place.h) is handed out in the record that queues it. One that
 * is not needed any more while it is under way is not tried again, nor is one of which a receipt
 * (receipt.h) or an answer by its link (answer_link.h) says that it has arrived.
 */
#pragma once

#include "core/state.h"

struct notice_order {
    const char *step; /* of the call or notify; "" for the engine's own */
    const struct rung_person *person;
    const json_t *text;    /* string or {"zh","en"} */
    const char *type;      /* muster.call, muster.notify, muster.resolved, muster.order */
    const json_t *choices; /* of a question: texts, one of which is the answer (question.h); NULL */
    const char *via;       /* an endpoint, or NULL */
    int64_t within_ms;     /* 0: one hour */
    int rung, round;
    bool alarm;
    bool of_call; /* a call waits for an answer to it */
    bool agrees;  /* to answer it is to agree, to decline to refuse */
};

/* Writes and queues it, or hands it out at once; false: there is no contact to write to. */
bool notice_queue(struct core *c, struct incident *i, const struct notice_order *o);
/* Recall what has not arrived yet of this step; NULL: of the whole incident but alarms. */
void notice_recall_step(struct core *c, struct incident *i, const char *step);
/* There is proof that it has arrived: it is not tried again. An attempt under way may end first. */
void notice_arrived(struct core *c, struct notice *n);
/* The service that took it says that it did not arrive: by the next contact at once, if there is
 * one and somebody waits for it still; else it has failed. */
void notice_undelivered(struct core *c, struct notice *n, const char *why);
/* The person wants nothing more by this contact: what waits there goes by the next. */
void notice_contact_stopped(struct core *c, const char *person, const char *endpoint);
/* The courier's word on an attempt. */
void notice_result(struct core *c, const json_t *result);
/* The time for another attempt has come. */
void notice_due(struct core *c, struct notice *n);
/* All attempts under way are lost sight of (start, courier died): outcome unknown, sent again. */
void notice_unknown_all(struct core *c);
/* A dead letter (dead.h): sent again, by the contacts that the person has now. false: by none. */
bool notice_replay(struct core *c, struct notice *n);
void notice_drop(struct core *c, struct notice *n);
/* What each record of it begins with, and what a result adds to that. Gives. */
json_t *notice_word(const struct notice *n, const json_t *result);
/* The link by which it is answered, if there is a place for such. */
void notice_link_add(const struct core *c, struct uuid id, const json_t *message, struct text *to);
/* It does not answer any more: who waits there and has another contact goes by that. */
void notice_endpoint_down(struct core *c, const char *endpoint);
/* Hand out what waits, as places are free. */
void notice_pump(struct core *c);
/* Tell those whom a message of this incident (of `step`, or NULL) has reached. */
void notice_tell_reached(struct core *c, struct incident *i, const char *step, const char *type,
                         const json_t *text);

/* The same, by messages of another incident: from now on they are among those whom it reaches. */
void notice_tell_reached_in(struct core *c, const struct incident *i, struct incident *into,
                            const char *type, const json_t *text);

void notice_apply_queued(struct core *c, struct incident *i, const struct record *r);
void notice_apply(struct core *c, const struct record *r); /* all later kinds */
void notice_apply_answered(struct core *c, struct incident *i, const struct record *r);
void notice_apply_link_declined(struct core *c, const struct record *r);
void notice_apply_link_taken(struct core *c, const struct record *r);
void notice_apply_declined(struct core *c, struct incident *i, const char *step,
                           const char *person);
void notice_forget(struct core *c, struct notice *n);
void notice_let_go(struct core *c, struct notice *n); /* its incident is over */
/* When the first message of this step was written; INT64_MAX: there is none. */
/*
 * Is it of this step of the plan's run? A plan that runs anew, in an incident that was opened
 * again, has the same steps once more.
 */
bool notice_is_of(const struct notice *n, const char *step);
/* The latest message of this step, of any run; NULL: none. The one before: LIST_NEXT(n, of_step).
 */
struct notice *notice_latest(const struct incident *i, const char *step);
#define NOTICE_FOREACH(n, i, step)                                                                 \
    for ((n) = notice_latest(i, step); (n); (n) = LIST_NEXT(n, of_step))
wall_ms notice_first_at(const struct incident *i, const char *step);
/* Was any message of this step written to anybody? To this person? */
bool notice_of_step(const struct incident *i, const char *step);
bool notice_went_to(const struct incident *i, const char *step, const char *person);
bool notice_finished(const struct notice *n);
/* May it be answered however long it is finished, and whatever becomes of its incident? */
bool notice_is_kept(const struct notice *n);
bool notice_state_arrived(enum notice_state s); /* sent, or further */
struct row notice_row(const struct notice *n);
void notice_from_row(struct core *c, const struct row *r);
void notice_load_end(struct core *c); /* all rows are there: back in the order of their making */
const char *notice_state_name(enum notice_state s);
