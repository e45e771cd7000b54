#include "core/notice.h"

#include "core/call.h"
#include "core/contact.h"
#include "core/digest.h"
#include "core/duty.h"
#include "core/family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/place.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int notice_order_by_id(const void *a, const void *b)
{
    return uuid_cmp(((const struct notice *)a)->id, ((const struct notice *)b)->id);
}

const char *notice_state_name(enum notice_state s)
{
    static const char *const names[NOTICE_STATES] = {"queued",   "sending",   "waiting",
                                                     "sent",     "delivered", "seen",
                                                     "answered", "failed",    "recalled"};
    return names[s];
}

struct notice *core_notice(const struct core *c, struct uuid id)
{
    struct notice probe = {.id = id};
    void *found = tfind(&probe, &c->notices, notice_order_by_id);
    return found ? *(struct notice **)found : NULL;
}

bool notice_state_arrived(enum notice_state s)
{
    return s == NOTICE_SENT || s == NOTICE_DELIVERED || s == NOTICE_SEEN || s == NOTICE_ANSWERED;
}

bool notice_finished(const struct notice *n)
{
    return notice_state_arrived(n->state) || n->state == NOTICE_FAILED ||
           n->state == NOTICE_RECALLED;
}

bool notice_is_kept(const struct notice *n)
{
    return n->kept || item_keeps_message(n) || duty_keeps_message(n);
}

static int mailing_order(const void *a, const void *b)
{
    return strcmp(((const struct mailing *)a)->step, ((const struct mailing *)b)->step);
}

static struct mailing *mailing_find(const struct incident *i, const char *step)
{
    const struct mailing probe = {.step = step};
    void *found = tfind(&probe, &i->mailings, mailing_order);
    return found ? *(struct mailing **)found : NULL;
}

struct notice *notice_latest(const struct incident *i, const char *step)
{
    const struct mailing *m = mailing_find(i, step);
    return m ? LIST_FIRST(&m->notices) : NULL;
}

static void mailing_enter(struct notice *n, const char *step)
{
    struct mailing *m = mailing_find(n->incident, step);
    if (!m) {
        m = mem_new(1, sizeof *m);
        m->step = m->own = mem_str(step);
        LIST_INIT(&m->notices);
        if (!tsearch(m, &n->incident->mailings, mailing_order))
            abort();
    }
    n->mailing = m;
    n->step = m->step;
    LIST_INSERT_HEAD(&m->notices, n, of_step);
}

static void mailing_leave(struct notice *n)
{
    struct mailing *m = n->mailing;
    LIST_REMOVE(n, of_step);
    if (!LIST_EMPTY(&m->notices))
        return;
    tdelete(m, &n->incident->mailings, mailing_order);
    free(m->own);
    free(m);
}

bool notice_of_step(const struct incident *i, const char *step)
{
    return notice_latest(i, step) != NULL;
}

bool notice_is_of(const struct notice *n, const char *step)
{
    return n->seq > incident_since(n->incident) && !strcmp(n->step, step);
}

bool notice_went_to(const struct incident *i, const char *step, const char *person)
{
    const struct notice *n;
    NOTICE_FOREACH(n, i, step)
    {
        if (notice_is_of(n, step) && !strcmp(n->person, person))
            return true;
    }
    return false;
}

wall_ms notice_first_at(const struct incident *i, const char *step)
{
    wall_ms first = INT64_MAX;
    const struct notice *n;
    NOTICE_FOREACH(n, i, step)
    {
        if (notice_is_of(n, step) && uuid_ms(n->id) < first)
            first = uuid_ms(n->id);
    }
    return first;
}

static struct notice *notice_new(struct core *c, struct incident *i, struct uuid id,
                                 const char *step)
{
    struct notice *n = mem_new(1, sizeof *n);
    n->id = id;
    n->incident = i;
    n->state = NOTICE_WAITING;
    n->code = NO_LINK_CODE;
    i->unfinished++;
    mailing_enter(n, step);
    n->timer = (struct timer){
        .kind = TIMER_NOTICE, .owner = n, .incident = &i->id, .step = n->step, .of = &n->id};
    LIST_INSERT_HEAD(&i->notices, n, link);
    if (!tsearch(n, &c->notices, notice_order_by_id))
        abort();
    return n;
}

/* What a message says is kept as long as it may go on: a dead letter, one without its receipt. */
static bool notice_keeps_text(const struct notice *n)
{
    bool may_go_on =
        n->state == NOTICE_FAILED || (n->state == NOTICE_SENT && (n->receipt_due || n->calls_back));
    return !notice_finished(n) || (may_go_on && n->incident->state != INCIDENT_CLOSED);
}

static void dead_enter(struct core *c, struct notice *n)
{
    if (n->state != NOTICE_FAILED || !n->message || n->is_dead)
        return;
    n->is_dead = true;
    c->stats.dead++;
    TAILQ_INSERT_TAIL(&c->dead, n, dead);
}

static void dead_leave(struct core *c, struct notice *n)
{
    if (!n->is_dead)
        return;
    n->is_dead = false;
    c->stats.dead--;
    TAILQ_REMOVE(&c->dead, n, dead);
}

/* What of it is not needed any more in the state that it is in. */
static void notice_strip(struct notice *n)
{
    if (!notice_finished(n))
        return;
    free(n->body);
    n->body = NULL;
    if (notice_keeps_text(n))
        return;
    free(n->message);
    n->message = NULL;
}

/* The one place where a state changes: counters, queue and timer follow it. */
static void notice_enter(struct core *c, struct notice *n, enum notice_state s)
{
    place_leave(c, n);
    place_dequeue(c, n);
    timer_clear(&c->timers, &n->timer);
    n->incident->unfinished -= !notice_finished(n);
    n->state = s;
    n->incident->unfinished += !notice_finished(n);
    if (s == NOTICE_QUEUED)
        place_enqueue(c, n);
    if (s == NOTICE_QUEUED || s == NOTICE_WAITING)
        place_mail_enter(c, n);
    else
        place_mail_leave(n);
    if (s == NOTICE_SENDING) {
        if (!n->digest || n->leads)
            place_take(c, n);
        n->tried = true;
    }
    if (s == NOTICE_FAILED || s == NOTICE_RECALLED)
        digest_leave(c, n);
    if (s != NOTICE_SENT) {
        n->receipt_due = 0;
        n->calls_back = false;
    }
    n->undelivered = n->undelivered && s == NOTICE_SENDING;
    if (n->receipt_due)
        timer_set(&c->timers, &n->timer, n->receipt_due);
    notice_strip(n);
    dead_leave(c, n);
    dead_enter(c, n);
    core_mark_notice(c, n);
}

/* Its incident is over: nothing of it goes on. */
void notice_let_go(struct core *c, struct notice *n)
{
    if (n->receipt_due)
        timer_clear(&c->timers, &n->timer);
    n->receipt_due = 0;
    n->calls_back = false;
    dead_leave(c, n);
    notice_strip(n);
    core_mark_notice(c, n);
}

void notice_forget(struct core *c, struct notice *n)
{
    place_leave(c, n);
    place_dequeue(c, n);
    place_mail_leave(n);
    digest_leave(c, n);
    dead_leave(c, n);
    timer_clear(&c->timers, &n->timer);
    if (n->dirty)
        STAILQ_REMOVE(&c->notices_changed, n, notice, changed);
    LIST_REMOVE(n, link);
    mailing_leave(n);
    tdelete(n, &c->notices, notice_order_by_id);
    free(n->passed_to);
    free(n->person);
    free(n->message);
    free(n->body);
    free(n->endpoint);
    free(n->accepted);
    free(n->why);
    free(n);
}

/* --- applying --- */

/* Whoever it calls, or asks for an order, is waited for. */
static bool message_asks(const struct notice *n, const json_t *message)
{
    return n->of_call || !strcmp(json_str_or(message, "type", ""), "muster.order");
}

static void notice_apply_handed(struct core *c, struct notice *n, const struct record *r)
{
    digest_apply(c, n, r);
    notice_enter(c, n, NOTICE_SENDING);
    if (!n->digest || n->leads)
        place_apply_handed(c, n->endpoint, r);
}

void notice_apply_queued(struct core *c, struct incident *i, const struct record *r)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(r->body, "notice", ""), &id))
        return;
    struct notice *n = notice_new(c, i, id, json_str_or(r->body, "step", ""));
    n->person = mem_str(json_str_or(r->body, "to", ""));
    n->endpoint = mem_str(json_str_or(r->body, "endpoint", ""));
    n->until = json_int(r->body, "until", 0);
    n->rung = (int)json_int(r->body, "rung", 0);
    n->round = (int)json_int(r->body, "round", 0);
    n->seq = r->seq;
    n->alarm = json_bool(r->body, "alarm");
    n->of_call = json_bool(r->body, "of_call");
    n->asks = message_asks(n, record_at(r, "message"));
    n->first = json_bool(r->body, "first");
    n->method = (int)json_int(r->body, "method", 0);
    n->kept = !strncmp(n->step, CONTACT_TEST_STEP, strlen(CONTACT_TEST_STEP));
    n->message = kept_text(record_at(r, "message"));
    (void)link_from_json(record_at(r, "message"), n->secret, &n->code);
    n->body = mem_str(record_str(r, "body"));
    if (json_bool(r->body, "handed"))
        notice_apply_handed(c, n, r);
    else
        notice_enter(c, n, NOTICE_QUEUED);
}

static void notice_apply_method(struct core *c, struct notice *n, const struct record *r)
{
    mono_ms due = json_int(r->body, "due", 0);
    notice_enter(c, n, NOTICE_WAITING); /* leaves the place of the old endpoint */
    place_mail_leave(n);
    digest_leave(c, n);
    n->method = (int)json_int(r->body, "method", 0);
    n->refused = (unsigned)json_int(r->body, "refused", 0);
    n->attempts = 0;
    free(n->endpoint);
    n->endpoint = mem_str(json_str_or(r->body, "endpoint", ""));
    place_mail_enter(c, n);
    free(n->body);
    n->body = mem_str(record_str(r, "body"));
    if (due > r->mono)
        timer_set(&c->timers, &n->timer, due);
    else
        notice_enter(c, n, NOTICE_QUEUED);
}

/* What has arrived is where the proof of it says. */
static enum notice_state state_proved(enum proof p)
{
    static const enum notice_state states[] = {NOTICE_SENT, NOTICE_DELIVERED, NOTICE_SEEN,
                                               NOTICE_ANSWERED};
    return states[p];
}

static void notice_apply_recalled(struct core *c, struct notice *n, const struct record *r)
{
    if (!json_bool(r->body, "under_way")) {
        notice_enter(c, n, n->accepted ? state_proved(n->proof) : NOTICE_RECALLED);
        return;
    }
    n->unneeded = true;
    core_mark_notice(c, n);
}

static void notice_apply_sent(struct core *c, struct notice *n, const struct record *r)
{
    if (!n->accepted) {
        n->incident->sent++;
        n->accepted = mem_str(n->endpoint);
    }
    n->receipt_due = json_int(r->body, "receipt_due", 0);
    n->calls_back = json_bool(r->body, "calls_back");
    notice_enter(c, n, state_proved(n->proof));
}

static void notice_apply_failed(struct core *c, struct notice *n, const struct record *r)
{
    n->incident->failed++;
    n->failed_at = r->at_ms;
    free(n->why);
    n->why = mem_str(record_str(r, "why"));
    notice_enter(c, n, NOTICE_FAILED);
}

/* A dead letter goes out again, by the contacts that the person has now. */
static void notice_apply_replayed(struct core *c, struct notice *n, const struct record *r)
{
    const json_t *methods = json_at(r->body, "methods");
    if (n->state != NOTICE_FAILED)
        return;
    if (methods)
        kept_set(&n->message, json_put(kept_json(n->message), "methods", json_share(methods)));
    n->incident->failed--;
    n->replayed = true;
    n->until = json_int(r->body, "until", 0);
    free(n->why);
    n->why = NULL;
    notice_apply_method(c, n, r);
}

/* A receipt: it may come before the endpoint's own word that it took the message. */
static void notice_apply_receipt(struct core *c, struct notice *n, enum proof p)
{
    if (p <= n->proof)
        return;
    n->incident->delivered += n->proof < PROOF_DELIVERED;
    n->incident->seen += p == PROOF_SEEN;
    n->proof = p;
    if (notice_state_arrived(n->state))
        notice_enter(c, n, state_proved(p));
    core_mark_notice(c, n);
}

/* It was counted as sent, and was not: what follows is a record of its own. */
static void notice_apply_undelivered(struct core *c, struct notice *n)
{
    core_mark_notice(c, n);
    if (n->state == NOTICE_SENDING) { /* its word overtakes the answer to the attempt */
        n->undelivered = true;
        return;
    }
    n->incident->sent--;
    free(n->accepted);
    n->accepted = NULL;
    n->replayed = true; /* the plan has heard once that it was sent */
    n->receipt_due = 0;
    timer_clear(&c->timers, &n->timer);
}

/* The message of a record; NULL: it is not there any more. */
static struct notice *notice_named(const struct core *c, const struct record *r)
{
    struct uuid id;
    return uuid_parse(json_str_or(r->body, "notice", ""), &id) ? core_notice(c, id) : NULL;
}

void notice_apply(struct core *c, const struct record *r)
{
    struct notice *n = notice_named(c, r);
    if (!n)
        return;
    if (r->kind == REC_NOTICE_METHOD) {
        notice_apply_method(c, n, r);
    } else if (r->kind == REC_NOTICE_RETRY) {
        n->attempts = (int)json_int(r->body, "attempt", 0);
        notice_enter(c, n, NOTICE_WAITING);
        timer_set(&c->timers, &n->timer, json_int(r->body, "due", 0));
    } else if (r->kind == REC_NOTICE_HANDED) {
        notice_apply_handed(c, n, r);
    } else if (r->kind == REC_NOTICE_UNKNOWN) {
        notice_enter(c, n, NOTICE_QUEUED);
    } else if (r->kind == REC_NOTICE_SENT) {
        notice_apply_sent(c, n, r);
    } else if (r->kind == REC_NOTICE_UNDELIVERED) {
        notice_apply_undelivered(c, n);
    } else if (r->kind == REC_NOTICE_DELIVERED) {
        notice_apply_receipt(c, n, PROOF_DELIVERED);
    } else if (r->kind == REC_NOTICE_SEEN) {
        notice_apply_receipt(c, n, PROOF_SEEN);
    } else if (r->kind == REC_ANSWER_REFUSED) {
        n->wrong = (uint8_t)json_int(r->body, "wrong", 0);
        core_mark_notice(c, n);
    } else if (r->kind == REC_NOTICE_FAILED) {
        notice_apply_failed(c, n, r);
    } else if (r->kind == REC_NOTICE_REPLAYED) {
        notice_apply_replayed(c, n, r);
    } else if (r->kind == REC_NOTICE_DROPPED) {
        notice_enter(c, n, NOTICE_RECALLED);
    } else if (r->kind == REC_NOTICE_RECALLED) {
        notice_apply_recalled(c, n, r);
    }
}

/* The message by whose link the answer came: it has arrived, whatever its state says. */
static void notice_apply_by_link(struct core *c, struct notice *n, bool declined)
{
    n->proof = PROOF_ANSWERED;
    n->declined = declined;
    if (notice_finished(n))
        notice_enter(c, n, NOTICE_ANSWERED);
    core_mark_notice(c, n);
}

void notice_apply_answered(struct core *c, struct incident *i, const struct record *r)
{
    const char *person = json_str_or(r->body, "by", ""), *call = json_str(r->body, "call");
    struct notice *n = notice_named(c, r);
    if (n)
        notice_apply_by_link(c, n, false);
    LIST_FOREACH(n, &i->notices, link)
    {
        bool meant = !call || (*call && !strcmp(n->step, call));
        if (meant && notice_state_arrived(n->state) && !strcmp(n->person, person)) {
            n->declined = false;
            notice_enter(c, n, NOTICE_ANSWERED);
        }
    }
}

void notice_apply_link_declined(struct core *c, const struct record *r)
{
    struct notice *n = notice_named(c, r);
    if (!n)
        return;
    free(n->passed_to);
    n->passed_to = mem_str(json_str(record_at(r, "ev"), "pass_name"));
    notice_apply_by_link(c, n, true);
}

void notice_apply_link_taken(struct core *c, const struct record *r)
{
    struct notice *n = notice_named(c, r);
    if (n)
        notice_apply_by_link(c, n, false);
}

void notice_apply_declined(struct core *c, struct incident *i, const char *step, const char *person)
{
    struct notice *n;
    NOTICE_FOREACH(n, i, step)
    {
        if (strcmp(n->person, person) != 0)
            continue;
        n->declined = true;
        core_mark_notice(c, n);
    }
}

/* --- rows --- */

enum { ROW_BYTES = 2000, ROW_BYTES_FINISHED = 250 }; /* of most rows */

struct row notice_row(const struct notice *n)
{
    char id[UUID_TEXT], token[LINK_TOKEN_TEXT], code[LINK_CODE_TEXT];
    bool has_link = !n->message && n->code != NO_LINK_CODE; /* else it stands in the message */
    if (has_link)
        link_words(n->secret, n->code, token, code);
    struct text body = {0};
    text_reserve(&body, n->message ? ROW_BYTES : ROW_BYTES_FINISHED);
    json_open(&body, '{');
    bool arrived = notice_state_arrived(n->state);
    if (n->accepted && (!arrived || strcmp(n->accepted, n->endpoint) != 0))
        json_add_str(&body, "accepted", n->accepted);
    json_add_true(&body, "alarm", n->alarm);
    json_add_int(&body, "attempts", n->attempts);
    json_add_str(&body, "body", n->body);
    json_add_true(&body, "calls_back", n->calls_back);
    json_add_str(&body, "code", has_link ? code : NULL);
    json_add_true(&body, "declined", n->declined);
    digest_to_row(n, &body);
    if (n->state == NOTICE_WAITING)
        json_add_int(&body, "due", n->timer.due);
    json_add_str(&body, "endpoint", n->endpoint);
    json_add_int_unless_0(&body, "failed_at", n->failed_at);
    json_add_true(&body, "first", n->first);
    json_add_true(&body, "kept", n->kept);
    json_add_true(&body, "leads", n->leads);
    json_add_json(&body, "message", n->message);
    json_add_int(&body, "method", n->method);
    json_add_true(&body, "of_call", n->of_call);
    json_add_str(&body, "passed_to", n->passed_to);
    json_add_int_unless_0(&body, "proof", n->proof);
    json_add_int_unless_0(&body, "receipt_due", n->receipt_due);
    json_add_int(&body, "refused", n->refused);
    json_add_true(&body, "replayed", n->replayed);
    json_add_int(&body, "round", n->round);
    json_add_int(&body, "rung", n->rung);
    json_add_int(&body, "seq", n->seq);
    json_add_str(&body, "step", n->step);
    json_add_str(&body, "to", n->person);
    json_add_str(&body, "token", has_link ? token : NULL);
    json_add_true(&body, "tried", n->tried && !notice_finished(n));
    json_add_true(&body, "undelivered", n->undelivered);
    json_add_true(&body, "unneeded", n->unneeded);
    json_add_true(&body, "untaken", arrived && !n->accepted);
    json_add_int(&body, "until", n->until);
    json_add_str(&body, "why", n->why);
    json_add_int_unless_0(&body, "wrong", n->wrong);
    json_shut(&body, '}');
    return (struct row){.kind = ROW_NOTICE,
                        .id = mem_str(uuid_text(n->id, id)),
                        .incident = n->incident->id,
                        .open = !notice_finished(n) || n->incident->state == INCIDENT_OPEN ||
                                incident_reopenable(n->incident) || notice_is_kept(n) || n->is_dead,
                        .drill = n->incident->drill,
                        .state = mem_str(notice_state_name(n->state)),
                        .text = text_take(&body)};
}

static enum notice_state notice_state_of(const char *name)
{
    for (enum notice_state s = 0; s < NOTICE_STATES; s++) {
        if (!strcmp(notice_state_name(s), name))
            return s;
    }
    return NOTICE_FAILED;
}

/* Of what has arrived it is said only where another endpoint took it, or none did. */
static const char *accepted_in(const struct notice *n, enum notice_state s, const json_t *row)
{
    bool usual = notice_state_arrived(s) && !json_bool(row, "untaken");
    return json_str_or(row, "accepted", usual ? n->endpoint : NULL);
}

void notice_from_row(struct core *c, const struct row *r)
{
    struct uuid id;
    struct incident *i = core_incident(c, r->incident);
    if (!uuid_parse(r->id, &id))
        return;
    if (!i)
        i = incident_new(c, r->incident); /* its own row is still to come */
    const json_t *b = r->body;
    struct notice *n = notice_new(c, i, id, json_str_or(b, "step", ""));
    n->person = mem_str(json_str_or(b, "to", ""));
    n->endpoint = mem_str(json_str_or(b, "endpoint", ""));
    n->message = kept_text(json_at(b, "message"));
    n->body = mem_str(json_str(b, "body"));
    n->rung = (int)json_int(b, "rung", 0);
    n->round = (int)json_int(b, "round", 0);
    n->method = (int)json_int(b, "method", 0);
    n->attempts = (int)json_int(b, "attempts", 0);
    n->until = json_int(b, "until", 0);
    n->seq = json_int(b, "seq", 0);
    n->refused = (unsigned)json_int(b, "refused", 0);
    n->alarm = json_bool(b, "alarm");
    n->of_call = json_bool(b, "of_call");
    n->asks = message_asks(n, json_at(b, "message"));
    n->first = json_bool(b, "first");
    n->replayed = json_bool(b, "replayed");
    n->accepted = mem_str(accepted_in(n, notice_state_of(r->state), b));
    n->receipt_due = json_int(b, "receipt_due", 0);
    n->calls_back = json_bool(b, "calls_back");
    n->undelivered = json_bool(b, "undelivered");
    n->passed_to = mem_str(json_str(b, "passed_to"));
    n->failed_at = json_int(b, "failed_at", 0);
    n->why = mem_str(json_str(b, "why"));
    n->unneeded = json_bool(b, "unneeded");
    n->declined = json_bool(b, "declined");
    n->kept = json_bool(b, "kept");
    n->tried = json_bool(b, "tried");
    n->proof = (enum proof)json_int(b, "proof", PROOF_NONE);
    n->wrong = (uint8_t)json_int(b, "wrong", 0);
    (void)link_from_json(n->message ? json_at(b, "message") : b, n->secret, &n->code);
    digest_from_row(c, n, b);
    enum notice_state state = notice_state_of(r->state);
    notice_enter(c, n, state);
    if (state == NOTICE_WAITING)
        timer_set(&c->timers, &n->timer, json_int(b, "due", 0));
}

static int notice_order_by_seq(const void *a, const void *b)
{
    const struct notice *x = *(struct notice *const *)a, *y = *(struct notice *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct notice_walk {
    struct notice **at;
    size_t count, cap;
};

static void notice_collect(const void *node, VISIT visit, void *closure)
{
    struct notice_walk *w = closure;
    if (visit != postorder && visit != leaf)
        return;
    w->at = mem_grow(w->at, &w->cap, w->count + 1, sizeof(void *));
    w->at[w->count++] = *(struct notice *const *)node;
}

void notice_load_end(struct core *c)
{
    struct notice_walk w = {0};
    twalk_r(c->notices, notice_collect, &w);
    if (w.count > 1)
        qsort(w.at, w.count, sizeof *w.at, notice_order_by_seq);
    for (size_t k = 0; k < w.count; k++) {
        struct notice *n = w.at[k];
        LIST_REMOVE(n, link);
        LIST_INSERT_HEAD(&n->incident->notices, n, link);
        LIST_REMOVE(n, of_step);
        LIST_INSERT_HEAD(&n->mailing->notices, n, of_step);
        if (!n->in_queue)
            continue;
        place_dequeue(c, n);
        place_enqueue(c, n);
    }
    free(w.at);
}
