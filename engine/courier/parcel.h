/*
 * parcel - what a frame "attempt" asks for, checked and complete.
 *
 * The URL is the contact if that is one, else `url=` of the secret file, which names another server
 * than the usual one, else the channel's `url`; {contact} and {secret.NAME} in it are filled in
 * (fill.h), as in `query`, `headers` and `private`, which is laid over the body's table. In a demo
 * only a URL on loopback counts, and where there is none the message goes to the phones. Headers
 * are checked so that no text of an incident can add one or change where the message ends. What
 * cannot be sent at all is refused here, with a sentence that says what to mend; nothing in a
 * sentence is secret.
 *
 * With `encoding` = "mail" the body becomes a mail (mail.h) to the contact, which is an address,
 * and only the secret file says where its server is: smtp:// or smtps://. A parcel with `probe`
 * asks whether the endpoint is there: it needs no body and no contact, and nothing of it is sent.
 * With `asks` = {path, status, json}, as the channel's `probe` has it, it is a GET of that path on
 * the same host, with the login or token of the endpoint: a token that was revoked is found by day.
 *
 * It sends nothing and knows no time.
 *
 * Layer      courier: base, libcurl's URL parser.
 * Ownership  parcel_done frees and wipes. Strings live in the frame, which the parcel holds.
 * Errors     ERR_INVALID: the frame is malformed; ERR_CONFIG: site, channel, contact or secret.
 */
#pragma once

#include "base/json.h"
#include "base/sign.h"
#include "base/text.h"
#include "courier/address.h"
#include "courier/demo.h"
#include "courier/mail.h"
#include "courier/redact.h"
#include "courier/secret.h"

#include <stdbool.h>
#include <stdint.h>

/* How the table of a body is written: core/channel.h. */
enum encoding { ENCODING_JSON, ENCODING_FORM, ENCODING_QUERY, ENCODING_MAIL };

/* How a request is signed: seal.h. */
enum scheme {
    SCHEME_NONE,
    SCHEME_WEBHOOKS,
    SCHEME_FEISHU,
    SCHEME_DINGTALK,
    SCHEME_BASIC,
    SCHEME_BEARER,
    SCHEME_ALIYUN,
};

enum {
    PARCEL_URL_BYTES_MAX = 4096,
    PARCEL_HEADERS_MAX = 64,
    PARCEL_HEADER_BYTES_MAX = 4096,
    PARCEL_ALLOW_MAX = 64,
    PARCEL_TIMEOUT_MS = 10000,     /* when the frame names none */
    PARCEL_TIMEOUT_MS_MAX = 60000, /* what a frame may ask for */
};

struct parcel {
    json_t *frame;
    int64_t id;
    const char *notice;
    const char *fetch; /* the plan's step that waits for the answer whole; NULL: it is a message */
    const char *endpoint;
    const char *method;
    enum encoding encoding;
    enum scheme scheme;
    const char *body; /* of the frame, or `made` */
    size_t body_bytes;
    json_t *fields;   /* own, secret: the body's table, where it is written anew; NULL: as it is */
    json_t *query;    /* own, secret: what stands behind the url; NULL: nothing */
    json_t *headers;  /* own, secret; NULL: none */
    struct text made; /* secret: the body as it is sent */
    char *user, *key; /* own: of the secret file, for the scheme; NULL */
    int64_t timeout_ms;
    struct text url;    /* secret */
    bool stays;         /* on this machine, as all in a demo */
    bool probe;         /* connect, and send no message */
    const json_t *asks; /* of the frame: a probe that asks the service itself; NULL: it connects */
    struct mail *mail;  /* NULL: it goes by HTTP */
    bool plain;         /* mail without encryption */
    bool phones;        /* it goes to the phones of the demo, which are no service of its channel */
    struct cidr allow[PARCEL_ALLOW_MAX];
    size_t allow_count;
    struct sign_key keys[SIGN_KEYS_MAX]; /* none: not signed */
    size_t keys_count;
    struct redact redact;
};

/*
 * Read a frame. On failure the parcel holds at least id and endpoint ("?" when it names none), and
 * must be done with as well.
 *
 * frame    Borrowed; the parcel takes its own reference.
 */
enum err parcel_read(struct parcel *r, json_t *frame, struct secrets *secrets,
                     const struct demo *demo, struct why *why) MUST_USE;
void parcel_done(struct parcel *r);

/* "http://" or "https://" in front, in upper or lower case. */
bool url_is_web(const char *url);
