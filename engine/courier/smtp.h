/*
 * smtp - the dialog that hands one mail to its server, bytes in and bytes out.
 *
 * libcurl connects: the name, the socket, TLS, the greeting, EHLO, STARTTLS and the login. What
 * follows is spoken here, because libcurl waits for the server's last word and for its farewell
 * without serving anybody else meanwhile.
 *
 *     CONNECTING --smtp_begin--> SENDER --250--> RECIPIENT --250--> DATA --354--> MESSAGE --250-->
 * SENT
 *         \_______________________\________________\_______________\________________\--4xx, 5xx-->
 * REFUSED what is no reply, at any time: BROKEN
 *
 * A reply counts only when all that was said before is written: a server that answers what it was
 * not asked yet is none. At most ANSWER_HEAD_BYTES of replies are taken.
 *
 * Layer      courier: base.
 * Ownership  smtp_done frees; the mail is borrowed.
 * Source     RFC 5321; RFC 1870 for SIZE.
 */
#pragma once

#include "base/text.h"
#include "courier/mail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum smtp_state {
    SMTP_CONNECTING,
    SMTP_SENDER,
    SMTP_RECIPIENT,
    SMTP_DATA,
    SMTP_MESSAGE,
    SMTP_SENT,
    SMTP_REFUSED,
    SMTP_BROKEN,
};

enum { SMTP_LINE_MAX = 2048 }; /* four times what RFC 5321 allows */

struct smtp {
    enum smtp_state state, refused_in;
    const struct mail *mail;
    int code;         /* of the last whole reply; 0: none yet */
    struct text text; /* of it, its lines joined by blanks */
    bool begun;       /* a reply of several lines is not at its end */
    bool too_long;    /* BROKEN for that */
    size_t bytes;     /* of all replies */
    int64_t size_max; /* what the server takes, as it says; 0: it does not */
    char line[SMTP_LINE_MAX];
    size_t line_len;
    struct text out; /* to be written; what is written is `out_at` */
    size_t out_at;
};

void smtp_init(struct smtp *s, const struct mail *mail);
void smtp_done(struct smtp *s);

/* A line of a reply, read while libcurl connects. false: it is none, stop. */
bool smtp_line(struct smtp *s, const char *line, size_t len);

/* Connected: begin to speak. A server that said it takes less than this mail refuses it here. */
void smtp_begin(struct smtp *s);

/* Bytes that have come, when they end with no line too. */
void smtp_feed(struct smtp *s, const char *bytes, size_t len);

/* SENT, REFUSED or BROKEN. */
bool smtp_ended(const struct smtp *s);

/* Is there something to be written? */
bool smtp_speaks(const struct smtp *s);

/* What was asked when the last reply came, for a sentence: "the recipient". */
const char *smtp_asked(const struct smtp *s);
