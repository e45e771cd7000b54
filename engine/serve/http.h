/*
 * http - what the rest of serve/ needs of the dialect of HTTP. Private to serve/.
 */
#pragma once

#include "intake/reply.h"
#include "serve/http_reply.h"
#include "serve/route.h"

/* Limits of a client's patience with us, and of ours with it. */
enum {
    HTTP_HEAD_BYTES_MAX = 16 * 1024,
    HTTP_BODY_BYTES_MAX = 1024 * 1024,
    HTTP_HEAD_S = 5,           /* for a whole head */
    HTTP_BODY_RATE_MIN = 1024, /* bytes of a body a second, after HTTP_HEAD_S */
    HTTP_IDLE_S = 75,          /* with nothing asked */
    HTTP_UNREAD_S = 30,        /* with an answer that is not read */
    HTTP_HEARTBEAT_S = 10,     /* of a stream: INTERFACES allows 15 */
    HTTP_LINGER_S = 2,         /* for the client to read why it was refused */
};

/* What is remembered of a request until it is answered. */
struct http_ask {
    const struct route *route;  /* NULL: none was found */
    char *if_none_match;        /* NULL: not sent */
    char *allow;                /* for 405 */
    char *token;                /* of the path, {token} or {link}; NULL: it has none */
    char *note, *evidence;      /* of the form that was sent */
    json_t *link;               /* what the token opened before the answer; see link_pages.c */
    char lang[3];               /* "zh", "en": asked for; "": neither */
    enum reply_dialect dialect; /* of a service that speaks its own; else REPLY_PLAIN */
    bool head;                  /* HEAD: the answer has no body */
    bool html;                  /* a person's browser asks */
    bool zh;                    /* who reads Chinese first */
};

void http_ask_free(struct http_ask *ask);
void ask_language(struct http_ask *ask, const char *lang); /* neither zh nor en: as it was */
bool ask_is_zh(const struct http_ask *ask);

/* Headers of a page that is written for a person: nothing of it runs, and it is nobody's frame. */
void http_page_headers(struct http_reply *r);

/* Put an answer of its own into a slot; frees what it holds. */
void http_respond(struct conn *c, uint64_t line, struct http_reply *r);

/* Once a second: whoever is too slow is let go, whoever listens hears that we are here. */
void http_tick(struct conn *c);
