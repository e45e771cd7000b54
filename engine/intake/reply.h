/*
 * reply - what services send back: that somebody pressed a button or wrote a text message, that a
 * message arrived or did not. Each service in its own dialect; here they become objects of
 * operations, as a client of ours would send them.
 *
 *     POST /r/TOKEN            about this message: {"op":"answer_link",…} or
 * {"op":"link_receipt",…} code=4821                       a button of ntfy, or of any form 4821 2
 * plain text, as reply_text.h reads it
 *         {"code":"4821","answer":"pass"} JSON
 *         MessageStatus=undelivered       Twilio (also CallStatus): what became of it
 *     POST /r/ENDPOINT/KEY     of an account: {"op":"reply",…} or {"op":"receipt",…}
 *         From=+86…&Body=4821             a text message, as Twilio hands it in
 *         payload={…}                     Slack: a button (block_actions)
 *         {"event":{"action":…}}          Feishu: a button of a card; {"challenge":…} is its test
 *         [{"out_id":…,"success":true}]   Aliyun: SmsReport; [{"content":…}] SmsUp
 *         {"from":…,"text":…}             any gateway of one's own
 *
 * A button's value names its message by {callback_url}; where the channel is the person's alone it
 * may carry the code behind it: "https://muster.example/r/TOKEN 4821".
 *
 * Layer      intake: pure.
 * Ownership  replies_done drops what it holds.
 * Errors     A refusal with a sentence: for whoever sets the service up.
 */
#pragma once

#include "base/json.h"
#include "intake/refusal.h"

#include <stdbool.h>
#include <stddef.h>

/* Whose dialect: what is said back is of the same. */
enum reply_dialect { REPLY_PLAIN, REPLY_TWILIO, REPLY_SLACK, REPLY_FEISHU, REPLY_ALIYUN };

struct replies {
    enum reply_dialect dialect;
    json_t *objects; /* own: in their order; empty: it says nothing that matters here */
    char *challenge; /* own: to be said back, and nothing else; NULL */
};

/* type: Content-Type, NULL: none. A token and an endpoint are for the caller to add. */
enum code replies_of_message(const char *type, const char *body, size_t len, struct replies *ret,
                             struct refusal *ret_refusal);
enum code replies_of_account(const char *type, const char *body, size_t len, struct replies *ret,
                             struct refusal *ret_refusal);
void replies_done(struct replies *r);
