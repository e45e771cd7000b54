/*
 * link - what the link of a message opens, for its page and for programs: the message again, and
 * whether an answer to it is of use. Nothing is changed by looking.
 *
 *     {"state":"open","waiting":true,"left":5,"type":"muster.call","text":…,"lang":"zh",
 *      "person":{"id","name"},"incident":{"id","title","drill","plan","grade","place"},"at":…}
 *
 * state  open       an answer counts
 *        answered   the person has said that they come (or, of a message that is no call, read it)
 *        declined   the person has said that they cannot
 *        over       the incident is closed, or what is personal in it was destroyed
 * waiting           a call waits for this answer now; else it is still recorded
 * recalled          the message is not needed any more: it may never have gone out
 * answered_by       {"id","name","at"}: who has answered the call first, where somebody has
 * passed_to         the name of whom the person has passed it to
 * pass_to           {"id","name"}: whom the person may pass the call to, while it waits
 * left              wrong codes until the link is locked; 0: it is
 * item              of a message about an item: the item, as it stands now, and in "may" what can
 *                   be said of it by this link: of who has it to do, not of who helps or looks on
 * report            of a message to those who write or sign a report: the report with its text
 * proposal          of a message that asks for an order, while none is given: what, and why.
 * Neither is signed or ordered by this link
 *
 * The code is not in it: who has only the link shall not learn it here.
 *
 * Layer      serve: pure.
 */
#pragma once

#include "core/link.h"
#include "core/store_port.h"

/*
 * The reply to link_show, from a QUERY_NOTICE: {"ok":true,…}, or a refusal: unknown_link where
 * there is no such message or the secret does not fit (nobody learns which). Gives.
 */
json_t *link_reply(const struct link *l, const struct query_result *result, int64_t gen);
/* Add whom it may be passed to, where the call waits: what the port knows. */
struct serve_port;
void link_reply_pass(const struct serve_port *port, const struct link *l, json_t *reply);
