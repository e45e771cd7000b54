/*
 * origin - may this HTTP request come from where it says it comes from? So that no page of another
 * site, open in a browser on this machine, can speak to the daemon.
 *
 *     Host      must be a name of ours: else a foreign name was made to point here (DNS rebinding)
 *     Origin    browsers send it with every write and every cross-site read: must be ours
 *     Sec-Fetch-Site  what browsers say of reads: another site may only lead somebody here by a
 *               link (a document that is navigated to, GET or HEAD)
 *
 * Programs send neither of the last two, and are let through: they are not a trap that a page sets.
 *
 * Layer      serve: pure.
 */
#pragma once

#include "intake/refusal.h"

struct origin {
    const char *host;       /* NULL: HTTP/1.0 without one */
    const char *origin;     /* NULL: none was sent; also below */
    const char *fetch_site; /* Sec-Fetch-Site, -Mode, -Dest */
    const char *fetch_mode;
    const char *fetch_dest;
    bool reads; /* GET or HEAD */
};

/*
 * hosts  further names that we may be called by, divided by blanks or commas: a proxy's. Loopback
 *        names and addresses are always ours.
 */
enum code origin_check(const struct origin *o, const char *hosts, struct refusal *ret_refusal);

/* Did a browser's own page of ours send this? Only then may a cookie speak for somebody. */
bool origin_is_page(const struct origin *o);
