/*
 * demo - the courier of a demonstration: what it carries stays on this machine.
 *
 * An endpoint that has a receiver on loopback (by the person's contact, the channel or its secret
 * file, in this order) is served as ever: so tests and scripts listen in. Everything else, whatever
 * the site allows and the secrets name, goes to the daemon's own phones:
 *
 *     http://127.0.0.1:8470/phones/hook/ENDPOINT/PERSON, signed with a key of this start
 *
 * No other address is connected to, and no name but "localhost" is resolved.
 *
 * Layer      courier: base.
 * Ownership  demo_done frees and wipes.
 * Errors     ERR_INVALID: the engine's frame is malformed. Then nothing at all may be sent.
 */
#pragma once

#include "base/json.h"
#include "base/sign.h"

struct demo {
    bool on;
    char *url; /* what comes before "/ENDPOINT/PERSON"; NULL: the daemon has no HTTP */
    struct sign_key key;
};

/* "demo" of the frame hello: {"url":…,"key":"whsec_…"}; absent: no demo. */
enum err demo_read(const json_t *hello, struct demo *ret, struct why *why) MUST_USE;
void demo_done(struct demo *d);

/* Is its host "localhost", or an address of loopback as it is written? Nothing is resolved. */
bool url_is_loopback(const char *url);
