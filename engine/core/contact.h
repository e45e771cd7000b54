/*
 * contact - what is known of the contacts of people beside their values, which the vault alone has
 * (rule R11): when each was set, what became of its last test, whether its owner has stopped it.
 *
 *     (nothing) --contact_set--> SET --contact_removed--> gone
 *     SET --contact_tested--> TESTED --notice_…--> as far as the message has come
 *     any --contact_stopped--> STOPPED: no message goes out by it --contact_started--> as before
 *     any --reply_taken--> proved        any --reply_refused, the fifth in a row--> IGNORED an hour
 *
 * A new value is a new telephone: what was proved of the one before is forgotten. A test message
 * belongs to the incident of the upkeep, and is kept until the next one, so that it can be
 * answered. One person's endpoint is tested once a minute: nobody is flooded, by whoever tests.
 *
 * A number that is texted from answers for its person (reply.c). Whoever sends five wrong codes in
 * a row is not listened to for an hour.
 *
 * Layer      core: pure.
 */
#pragma once

#include "core/state.h"

#define CONTACT_TEST_STEP "!test/" /* and the endpoint: the step of a test message */

enum { CONTACT_WRONG_MAX = 5 };

struct contact {
    char *id; /* "li.ming/sms" */
    char *person, *endpoint;
    wall_ms set_at; /* 0: not since this is kept */
    wall_ms tested_at;
    mono_ms tested;      /* the same by the steady clock; 0: never */
    struct uuid test;    /* its last test message */
    char *result;        /* how far that has come: notice_state_name; NULL */
    wall_ms verified_at; /* when the person, or their device, last proved to have had one; 0 */
    wall_ms stopped_at;  /* 0: it is not */
    int wrong;           /* codes in a row, by text message */
    mono_ms ignored;     /* not listened to until then; 0 */
    bool dirty, gone;
    STAILQ_ENTRY(contact) changed;
};

const struct contact *contact_find(const struct core *c, const char *person, const char *endpoint);
bool contact_stopped(const struct core *c, const char *person, const char *endpoint);

void decide_contact_set(struct core *c);
void decide_contact_remove(struct core *c);
void decide_contact_test(struct core *c);

bool contact_is_about(enum record_kind kind);
void contact_apply(struct core *c, const struct record *r);
/* A record about a message of the upkeep: was it a test? */
void contact_apply_notice(struct core *c, const struct record *r);
struct row contact_row(const struct contact *contact);
void contact_from_row(struct core *c, const struct row *r);
bool contact_is_row(const char *id); /* of a ROW_META */
void contact_forget(struct core *c, struct contact *contact);
void contacts_walk(const struct core *c, void (*visit)(void *ctx, struct contact *), void *ctx);
void contacts_free(struct core *c);
