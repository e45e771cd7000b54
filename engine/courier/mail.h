/*
 * mail - a message as a mail: what goes on the wire (RFC 5322, MIME), to whom, from whom.
 *
 * The channel's body is {"subject":…,"text":…,"html"?:…,"thread"?:…}; the secret file says from
 * whom and with which login. Every attempt makes the same bytes (rule R5): the date is that of the
 * notice's id, the Message-ID is that id, and nothing else is by time or chance. Mails of one
 * incident name the same ancestor, so that programs of mail show them as one thread.
 *
 * Texts cannot add a header or a line to the dialog: what is not plain ASCII on one line is written
 * as encoded words (RFC 2047), bodies are base64, and addresses are checked letter by letter.
 *
 * It sends nothing: the dialog is smtp.h, the connection the attempt's.
 *
 * Layer      courier: base, libsodium.
 * Ownership  mail_new gives; mail_free wipes and frees.
 * Errors     ERR_CONFIG with a sentence that never holds an address; ERR_INVALID: a bad frame.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "courier/secret.h"

#include <stdbool.h>
#include <stddef.h>

enum { MAIL_ADDRESS_BYTES_MAX = 254, MAIL_LOCAL_BYTES_MAX = 64 };

struct mail {
    char *from, *to;       /* addresses and nothing else, for the envelope */
    char *user, *password; /* NULL: no login */
    const char *host;      /* the part of `from` behind the @: what we call ourselves */
    struct text message;   /* lines end with CRLF and none begins with a dot */
};

/* What a mail is made of; everything is borrowed. */
struct mail_source {
    const char *notice; /* the message's id: a UUIDv7, "-" and the number of the method */
    const char *thread; /* the incident's id; NULL: as the body says, else it belongs to none */
    const char *to;     /* the contact */
    const char *body;
    size_t body_bytes;
    const struct secret *secret;
    const char *secret_name;
    bool probe; /* only who we are is needed: there is no message and nobody to get it */
};

enum err mail_new(const struct mail_source *source, struct mail **ret, struct why *why) MUST_USE;
void mail_free(struct mail *m);

/* Is it one address, NAME@HOST, as it may stand in the dialog? ASCII without quotes. */
bool mail_address_valid(const char *address);

/*
 * Add a header's text, folded: as it is when that is safe, else as encoded words. Control
 * characters become blanks.
 *
 * used  Letters that are on the line already.
 */
void mail_header_text(const char *s, size_t used, struct text *to);
