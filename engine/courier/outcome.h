/*
 * outcome - what became of one attempt: a class for the core, a sentence for people.
 *
 * An attempt is ok only when the whole answer arrived and its final status is 2xx. A body that is
 * cut off at our cap counts as arrived. `status` is given only then: a status of an answer that
 * broke off means nothing. What follows from it (again, next contact, dead letter) the core
 * decides.
 *
 * Of mail, `status` is the reply's code (250, 451, 550), the class is "status" for every whole
 * reply, and the result says "protocol": "smtp": a 4xx of SMTP is for now, a 5xx for good, which is
 * not what these numbers mean in HTTP (core/attempt.c). A mail is ok when the server has answered
 * 2xx to its last byte. A server that offers no encryption is a matter of our configuration:
 * "config".
 *
 * A probe is ok when the connection stands: HTTP with TLS and its certificate, SMTP up to the
 * login. It has no status of HTTP.
 *
 * Layer      courier: libcurl's codes.
 * Ownership  Plain values; everything is borrowed until return.
 */
#pragma once

#include "base/err.h"
#include "courier/address.h"
#include "courier/http_answer.h"
#include "courier/smtp.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * class, its name in the frame:
 *   status   a whole answer with a final status, 2xx or not
 *   connect  no byte of an answer: name, connection, TLS, closed at once
 *   timeout  no connection, or no whole answer, in time
 *   refused  the address policy does not let us connect there
 *   config   nothing was sent: site, channel, contact or secret is wrong
 *   body     an answer began and is not usable: broken off, endless, not HTTP
 *   rejected a whole answer of 2xx that is no success by the channel's own test (judge.h)
 */
#define OUTCOME_TABLE(X)                                                                           \
    X(OUTCOME_STATUS, "status")                                                                    \
    X(OUTCOME_CONNECT, "connect")                                                                  \
    X(OUTCOME_TIMEOUT, "timeout")                                                                  \
    X(OUTCOME_REFUSED, "refused")                                                                  \
    X(OUTCOME_CONFIG, "config")                                                                    \
    X(OUTCOME_BODY, "body")                                                                        \
    X(OUTCOME_REJECTED, "rejected")

enum outcome_class {
#define X(class, name) class,
    OUTCOME_TABLE(X)
#undef X
};

const char *outcome_name(enum outcome_class c);

/* What is known when a transfer has ended. */
struct transfer {
    CURLcode code;
    const char *endpoint;
    const struct http_answer *answer;
    const struct address_range *refused; /* not NULL: the policy refused an address */
    bool opened;                         /* a socket was there, to one that it allows */
    bool stays;                          /* a demo: nothing but loopback is connected to */
    int socket_errno;                    /* not 0: no socket could be opened */
    int connect_errno;                   /* of the last connect */
    bool resolved;                       /* the host's name, as far as it was needed */
    bool connected;                      /* TLS included: the request could be sent */
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    const char *detail;      /* libcurl's words; used only where they are known to hold no secret */
    const struct smtp *smtp; /* NULL: it was HTTP */
    bool probe;
};

enum { REFERENCE_TEXT = 129 };

struct outcome {
    enum outcome_class class;
    bool ok;
    bool last_byte;                 /* the answer arrived to its end */
    int status;                     /* 0: no final answer */
    struct why why;                 /* empty when ok */
    bool throttled;                 /* it asks for fewer messages */
    bool again;                     /* it may take it later, as it says itself */
    int64_t wait_ms;                /* throttled: for so long, by the channel or the body; -1 */
    char reference[REFERENCE_TEXT]; /* ok: the service's own id of the message; "": none */
};

void outcome_of(const struct transfer *t, struct outcome *ret);

/* Nothing was sent. why: the sentence, without the endpoint in front. */
void outcome_config(const char *endpoint, const struct why *why, struct outcome *ret);
