/*
 * access - who may come in besides the users of the Unix socket: keys for programs, sessions for
 * browsers, and what each of them may do.
 *
 *     key      -- key_created --> in force --- time up, or key_revoked --> nobody's; the name stays
 *     session  -- session_opened --> in force --- time up --> nobody's; session_closed --> gone
 *
 * A holder is known by its principal: "key:desk", "session:key:desk/5e0c9a41b7d2",
 * "session:link/8f21…". What stands behind the slash makes a session one of its own; what stands
 * before says in every record who it was that acted. The name of a key is never given twice, so
 * that what a key did years ago is not taken for the deed of another one.
 *
 * A session from a key may do what the key may, and lasts no longer than it; revoking the key
 * closes its sessions. One from the one-time link may do all. Time is that of the steady clock: who
 * sets the machine's clock back does not make an old key young.
 *
 * A connection learns of an end only when that is durable, and may ask for something until then:
 * core_decide refuses it (access_ended), so that no deed of a key stands behind its end.
 *
 * The secrets are not here, and neither are their hashes: see engine_keyring.c.
 *
 * Layer      core.
 * Ownership  The core owns the holders.
 */
#pragma once

#include "core/state.h"

#define ACCESS_SESSION_MS (7 * MS_DAY)

struct holder {
    char *id; /* the principal */
    char *by; /* a session: "key:desk" or "link"; NULL: this is a key */
    unsigned scopes;
    wall_ms created_at, revoked_at; /* revoked_at 0: it is not */
    mono_ms until;                  /* INT64_MAX: for ever */
    int64_t seq;                    /* of the record that made it: the order of age */
    bool dirty, gone;
    STAILQ_ENTRY(holder) changed;
};

void decide_key_create(struct core *c);
void decide_key_revoke(struct core *c);
void decide_login(struct core *c);
void decide_logout(struct core *c);

/* Is this principal a key or a session? */
bool access_holds(const char *principal);
/* Has what this input came by ended, though its connection is still open? */
bool access_ended(const struct core *c);

void access_apply(struct core *c, const struct record *r);

struct row access_row(const struct holder *h);
void access_from_row(struct core *c, const struct row *r);
void access_forget(struct core *c, struct holder *h);
void access_free(struct core *c);
