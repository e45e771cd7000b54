/*
 * phones - the phones of the demo: the receiver of webhooks that stands for everybody's telephone,
 * and what they show.
 *
 *     courier ──signed POST──► phones_hook ──► the message rings on the phone ENDPOINT of PERSON
 *     durable rows ──► phones_event:
 *
 *     RINGING --notice_seen--> SEEN
 *     RINGING, SEEN, DECLINED --call_answered, answer_noted--> ANSWERED
 *     RINGING, SEEN, ANSWERED --call_declined--> DECLINED
 *     RINGING, SEEN --incident_closed--> OVER
 *
 * A message is shown as it arrived: who it is for, its text, code and link are read from the body
 * of the webhook, if it has the shape of plans/channels/webhook.lua; of another shape the body
 * itself is the text. The same webhook-id on the same phone is one message.
 *
 * Memory only, and bounded: the last 50 messages of a phone, 500 phones, 4 MiB; the oldest go. At a
 * start the phones are made again from the last rows of the journal (phones_replay), so that who
 * starts the daemon anew finds a call that still rings: a message that was taken by another
 * receiver (courier/demo.h) is shown then, too.
 *
 * Layer      serve: base, core's records. No sockets, no clock.
 * Ownership  phones_new gives, phones_free takes back.
 * Errors     phones_hook refuses what is not signed with the key.
 */
#pragma once

#include "base/sign.h"
#include "core/record.h"
#include "intake/refusal.h"

struct phones;

enum {
    PHONES_MAX = 500,
    PHONE_MESSAGES_MAX = 50,
    PHONES_BYTES_MAX = 4 * 1024 * 1024,
    PHONE_TEXT_BYTES_MAX = 8 * 1024, /* of one message; the rest is cut off */
};

/* key: what the courier signs with. */
struct phones *phones_new(const struct sign_key *key);
void phones_free(struct phones *p); /* NULL is fine */

/* A request to /phones/hook/{endpoint}/{person}. */
struct phones_hook {
    const char *endpoint, *person;
    struct sign_headers headers;
    const char *body;
    size_t body_len;
};

/* now_unix_s is the time of the machine's clock, which the courier signs with. */
enum code phones_hook(struct phones *p, const struct phones_hook *h, int64_t now_unix_s,
                      struct refusal *ret_refusal);

/* A row is durable. */
void phones_event(struct phones *p, const struct record *r);

/*
 * Between begin and end rows come from the journal, oldest first, until there is none left; what
 * phones_event is told meanwhile is among them and left aside.
 */
void phones_replay_begin(struct phones *p);
void phones_replay(struct phones *p, const struct record *r);
void phones_replay_end(struct phones *p);

/*
 * {"phones":[{"person","name","endpoint","messages":[…]}]}: those of `people` (a list of
 * {"person","name","endpoint"}) in their order, quiet ones too, then others that have messages.
 * Messages newest first. Gives.
 */
json_t *phones_json(const struct phones *p, const json_t *people);
