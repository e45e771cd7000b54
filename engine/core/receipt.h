/*
 * receipt - word from an endpoint, after its 2xx, of how far a message has come: on the person's
 * device (delivered), before their eyes (seen); or that it did not arrive after all (failed): then
 * the person's next contact is tried at once.
 *
 * Only an endpoint whose channel declares such a receipt is believed, or a service that gives it by
 * the link of the message or by a key of its own; in the demo each one is, as
 * each is a phone of the demo. A receipt that comes before the endpoint's 2xx is kept, and one that
 * comes after a failed attempt proves that it did arrive (states: struct notice). A repeat, and one
 * that says less than is known, changes nothing and is not recorded. Where a channel declares a
 * receipt and none comes within its `receipt_within` (of a call: a minute, if it says nothing), the
 * person's next contact is tried; what was sent stays, and its receipt counts whenever it comes.
 */
#pragma once

#include "core/state.h"

void decide_receipt(struct core *c);
