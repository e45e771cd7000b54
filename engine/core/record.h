/*
 * record - one row of the journal: something that happened, and everything decided about it.
 *
 * A record holds the input and every decision (people resolved, ids, deadlines, texts), so that
 * core_apply needs nothing else. `body` may be read by anyone who has the file; what is personal or
 * free text goes into `sealed`, which the store encrypts with the incident's key (rule R11).
 * Kinds are also the kinds of events that watch, SSE and the timeline show; they are never renamed.
 * A kind whose body must change gets a new `v` in the body; all are readable for ever.
 *
 * Ownership  record_new gives one; it holds its own references to actor, body and sealed.
 * Threads    References may be taken and dropped on any thread; a record that was handed on is
 *            changed by nobody.
 */
#pragma once

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

/* enum, name in the journal, sentence for `muster help kinds` */
#define RECORD_TABLE(X)                                                                            \
    X(REC_ENGINE_STARTED, "engine_started", "the engine came up and read its record")              \
    X(REC_PLANS_VERIFIED, "plans_verified",                                                        \
      "after a change of the program or of Lua every plan that runs was replayed")                 \
    X(REC_CLOCK_STEPPED, "clock_stepped", "the wall clock was set; timers are not affected")       \
    X(REC_CONFIG_LOADED, "config_loaded", "site and plans were checked and taken into force")      \
    X(REC_CONFIG_REFUSED, "config_refused", "site or plans have errors; the version before stays") \
    X(REC_CALLED_OTHERWISE, "called_otherwise",                                                    \
      "with the site or the version that is in force now somebody else would be called")           \
    X(REC_CONTACT_SET, "contact_set", "a contact of a person was set in the vault")                \
    X(REC_CONTACT_REMOVED, "contact_removed", "a contact of a person was taken out of the vault")  \
    X(REC_CONTACT_TESTED, "contact_tested", "a test message was sent by a contact of a person")    \
    X(REC_CONTACT_STOPPED, "contact_stopped",                                                      \
      "somebody wants nothing more sent to this telephone of theirs")                              \
    X(REC_CONTACT_STARTED, "contact_started", "messages may go to this telephone again")           \
    X(REC_REPLY_TAKEN, "reply_taken", "a text message or a button of a chat answers a message")    \
    X(REC_REPLY_REFUSED, "reply_refused",                                                          \
      "a text message had no code that fits; after five in a row it is not listened to")           \
    X(REC_KEY_CREATED, "key_created", "a key was made; its secret is shown once and not kept")     \
    X(REC_KEY_REVOKED, "key_revoked", "a key is good for nothing any more")                        \
    X(REC_SESSION_OPENED, "session_opened", "somebody signed in")                                  \
    X(REC_SESSION_CLOSED, "session_closed",                                                        \
      "somebody signed out, or the session ended in another way")                                  \
    X(REC_INPUT_REFUSED, "input_refused", "an input that crashed the engine twice was refused")    \
    X(REC_INCIDENT_OPENED, "incident_opened", "a trigger was accepted")                            \
    X(REC_UPDATED, "updated", "facts or a note were reported")                                     \
    X(REC_JOINED, "joined", "a trigger that belongs to this incident joined it")                   \
    X(REC_JOINS_TOLD, "joins_told", "what has joined meanwhile is told to the plan and to people") \
    X(REC_REOPENED, "reopened", "what was over began again: the plan runs anew")                   \
    X(REC_REPEATED, "repeated",                                                                    \
      "a trigger came again with nothing new; its Idempotency-Key is kept")                        \
    X(REC_CALL_ANSWERED, "call_answered", "a person who was called accepts")                       \
    X(REC_CALL_DECLINED, "call_declined", "a person who was called cannot come")                   \
    X(REC_ANSWER_NOTED, "answer_noted", "an answer by somebody whom no open call waits for")       \
    X(REC_ANSWER_REFUSED, "answer_refused",                                                        \
      "somebody opened the link of a message and gave a wrong code; the fifth closes the link")    \
    X(REC_OPINION_GIVEN, "opinion_given", "somebody who is consulted gives an opinion")            \
    X(REC_CHOICE_GIVEN, "choice_given", "somebody who is asked chooses one of the answers")        \
    X(REC_RESOLVED, "resolved", "the source says that it is over")                                 \
    X(REC_ORDERED, "ordered", "a person gave an order")                                            \
    X(REC_TURN, "turn", "the plan took a turn: its commands")                                      \
    X(REC_TURN_DROPPED, "turn_dropped", "a turn came for an incident that has no plan running")    \
    X(REC_PLAN_STRUCK, "plan_struck",                                                              \
      "a turn of the plan killed its process; it is tried once more alone")                        \
    X(REC_PLAN_RETRIED, "plan_retried", "the plan's process was lost through no fault of its own") \
    X(REC_PLAN_ERROR, "plan_error", "a handler of the plan failed; the rest runs on")              \
    X(REC_PLAN_FAILED, "plan_failed", "the plan cannot go on; the fallback starts")                \
    X(REC_CONDITION, "condition",                                                                  \
      "a condition of a level or an end has become true, false or "                                \
      "unknown")                                                                                   \
    X(REC_CONDITION_HELD, "condition_held", "it has been so for as long as the plan wants")        \
    X(REC_CONFIRMED, "confirmed", "somebody confirms that a criterion of the end is met")          \
    X(REC_PROPOSED, "proposed", "an order is proposed")                                            \
    X(REC_PROPOSAL_PUT, "proposal_put", "the proposal is put to these people now")                 \
    X(REC_PROPOSAL_AMENDED, "proposal_amended", "what is proposed is another level now")           \
    X(REC_PROPOSAL_WITHDRAWN, "proposal_withdrawn", "what was proposed is not right any more")     \
    X(REC_CHILD_OPENED, "child_opened", "an incident was opened under this one")                   \
    X(REC_CHILD_STATE, "child_state",                                                              \
      "a child was closed, merged into another incident, or could not be opened")                  \
    X(REC_ROLE_ASSIGNED, "role_assigned", "a person has taken a role of this incident")            \
    X(REC_ESCALATED, "escalated", "the plan calls whoever commands, then the fallback")            \
    X(REC_DUTY_CHANGE, "duty_change",                                                              \
      "an override or a swap of duty: asked, agreed, approved, refused or withdrawn")              \
    X(REC_DUTY_SHIFT, "duty_shift", "a shift begins: others are on duty from now on")              \
    X(REC_DUTY_HANDOVER, "duty_handover",                                                          \
      "a shift is handed over with what is open, or whoever comes has taken it")                   \
    X(REC_DUTY_CHECK, "duty_check",                                                                \
      "a spot check: whoever is on duty is called, has answered, or has not")                      \
    X(REC_UPKEEP_OPENED, "upkeep_opened",                                                          \
      "plans owe something: it is kept as items of an incident that is no emergency")              \
    X(REC_ITEM_ISSUED, "item_issued", "somebody has something to do, by a time")                   \
    X(REC_ITEM_STATE, "item_state", "received, arrived, done, struck off, rejected or lifted")     \
    X(REC_ITEM_DUE, "item_due", "an item is due at another time")                                  \
    X(REC_ITEM_URGED, "item_urged", "an item is overdue: its owner is reminded")                   \
    X(REC_ITEMS_PUT, "items_put",                                                                  \
      "open measures of a level that is left are put to the commander")                            \
    X(REC_REPORT_OPENED, "report_opened", "a report is to be written, signed and sent, by a time") \
    X(REC_REPORT_EDITED, "report_edited", "the text of a report is another")                       \
    X(REC_REPORT_PHONED, "report_phoned", "a report was given by telephone")                       \
    X(REC_REPORT_SIGNED, "report_signed", "somebody has signed a report")                          \
    X(REC_REPORT_SENT, "report_sent", "a signed report is sent to whom it is for")                 \
    X(REC_REPORT_URGED, "report_urged", "a report is overdue: who writes and signs is reminded")   \
    X(REC_REPORT_MISSED, "report_missed",                                                          \
      "a report was not sent before the next of its kind was due")                                 \
    X(REC_REPORT_NEXT, "report_next", "the next report of a kind is due at another time")          \
    X(REC_FACT_STALE, "fact_stale", "nobody has reported this fact for too long: it is not known") \
    X(REC_WATCH_TRUE, "watch_true", "what the plan watches has become true at these places")       \
    X(REC_WATCH_CLOCK, "watch_clock",                                                              \
      "what the plan waits for is so, and its time runs; or it is so no more")                     \
    X(REC_WATCH_MET, "watch_met", "what the plan waits for has come true")                         \
    X(REC_TIMER_FIRED, "timer_fired", "a wait of the plan is over")                                \
    X(REC_CALL_RUNG, "call_rung", "the next rung of a call: these people are called now")          \
    X(REC_CALL_EXPIRED, "call_expired", "nobody answered the call")                                \
    X(REC_CONSULTED, "consulted", "a consultation is over: who gave an opinion, and who did not")  \
    X(REC_FETCHED, "fetched",                                                                      \
      "what came back of an outgoing call of the plan, or why nothing did")                        \
    X(REC_TALLIED, "tallied", "a question is over: who chose what, and who did not answer")        \
    X(REC_NOTICE_QUEUED, "notice_queued", "a message to a person is written and queued")           \
    X(REC_NOTICE_METHOD, "notice_method", "the next contact of the person is tried")               \
    X(REC_NOTICE_HANDED, "notice_handed", "an attempt was handed to the courier")                  \
    X(REC_NOTICE_RETRY, "notice_retry", "an attempt failed and will be repeated")                  \
    X(REC_NOTICE_UNKNOWN, "notice_unknown",                                                        \
      "an attempt was under way at a stop: outcome unknown, sent again")                           \
    X(REC_NOTICE_SENT, "notice_sent", "the endpoint took the message with a final success")        \
    X(REC_NOTICE_DELIVERED, "notice_delivered",                                                    \
      "a receipt: the message is on the person's device")                                          \
    X(REC_NOTICE_UNDELIVERED, "notice_undelivered",                                                \
      "the service that took the message says that it did not arrive")                             \
    X(REC_NOTICE_SEEN, "notice_seen", "a receipt: the person has seen the message")                \
    X(REC_NOTICE_FAILED, "notice_failed", "every contact of the person failed")                    \
    X(REC_NOTICE_REPLAYED, "notice_replayed",                                                      \
      "somebody has a message sent again that had failed by every contact")                        \
    X(REC_NOTICE_DROPPED, "notice_dropped",                                                        \
      "somebody lets a message go that had failed by every contact")                               \
    X(REC_NOTICE_RECALLED, "notice_recalled",                                                      \
      "a message that was not sent yet is not needed any more")                                    \
    X(REC_ENDPOINT_DOWN, "endpoint_down", "an endpoint does not answer")                           \
    X(REC_ENDPOINT_UP, "endpoint_up", "an endpoint answers again")                                 \
    X(REC_ENDPOINT_PAUSED, "endpoint_paused",                                                      \
      "the service of an endpoint takes no more for a while: its messages wait")                   \
    X(REC_ALARM, "alarm", "a person must act")                                                     \
    X(REC_INCIDENT_CLOSED, "incident_closed", "the incident is over")                              \
    X(REC_MERGED, "merged", "the incident goes on as a part of another")                           \
    X(REC_SPLIT, "split", "a part of the incident goes on as one of its own")                      \
    X(REC_REOPEN_OVER, "reopen_over", "from now on a trigger opens a new incident")                \
    X(REC_DRILL_STARTED, "drill_started", "a drill has begun, as its scenario says")               \
    X(REC_DRILL_INJECT, "drill_inject", "the scenario of a drill puts something in")               \
    X(REC_PURGED, "purged",                                                                        \
      "what is personal in an incident that is over was destroyed; the chain still verifies")

enum record_kind {
#define X(kind, name, sentence) kind,
    RECORD_TABLE(X)
#undef X
        REC_KINDS
};

struct record {
    int64_t seq;
    struct uuid incident; /* none: of the engine as a whole */
    wall_ms at_ms;
    mono_ms mono; /* stored in the body as "mono", a name that no body uses */
    enum record_kind kind;
    json_t *actor;  /* {"type":"person|key|plan|engine|source|clock","id":...} */
    json_t *body;   /* open */
    json_t *sealed; /* NULL: nothing personal, or it was destroyed */
    bool purged;    /* it had a sealed part, whose key was destroyed */
    int refs;
};

const char *record_kind_name(enum record_kind k);
const char *record_kind_sentence(enum record_kind k);
bool record_kind_parse(const char *name, enum record_kind *ret);

/* Gives a record with empty body and one reference. */
struct record *record_new(enum record_kind kind, struct uuid incident);
struct record *record_ref(struct record *r);
void record_unref(struct record *r);

/* A member of the sealed part, else of the body; NULL where neither has it (or it was purged). */
const json_t *record_at(const struct record *r, const char *key);
const char *record_str(const struct record *r, const char *key);

/*
 * The record as a planner's history row: {"seq","ev"} for a fact before `cause`, {"seq","turn"} for
 * a turn. Gives; NULL for a record that the plan does not see, or not yet.
 */
json_t *record_for_planner(const struct record *r, int64_t cause);
