/*
 * who - whose HTTP request is this?
 *
 *     Authorization: Bearer KEY          the key's
 *     the cookie of a session            its owner's, only from a page of ours
 *     neither, under --demo              a guest: may read, trigger and answer
 *     neither                            nobody's
 *
 * A key that is not known is refused, not taken for none: whoever sends one relies on it.
 */
#pragma once

#include "intake/http.h"
#include "serve/conn.h"

#define SESSION_COOKIE "__Host-muster"

/* page: a page of ours sent it (origin_is_page). Sets c->who for this request. */
enum code who_take(struct conn *c, const struct http_request *r, bool page,
                   struct refusal *ret_refusal);

/* Is it somebody's key or session? Then c->who is that one's from now on. */
bool who_take_secret(struct conn *c, const char *secret);
/* It is nobody's from now on, and may do what needs no rights. */
void who_take_nothing(struct conn *c);

void who_be(struct conn *c, const struct identity *who); /* for what comes of an earlier request */

/* The secret of the session's cookie. Gives (free()); NULL: there is none. */
char *who_cookie(const struct http_request *r);
