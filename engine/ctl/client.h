/*
 * client - a connection to the daemon: one JSON object a line, both ways. Blocking.
 *
 * Over its Unix socket, or over TCP with a key. A key goes in clear, so only to this machine.
 *
 * Layer      ctl. Ownership: a plain value; client_close ends it.
 * Errors     ERR_UNREACHABLE with a sentence that says what to do; ERR_DENIED: the key is not
 * taken.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdint.h>

struct client {
    int fd;             /* -1: closed */
    const char *server; /* as in client_open */
    struct text in;
    size_t taken; /* of in */
};

enum { CLIENT_FOR_EVER = -1 };

/* server: the path of a Unix socket, or tcp://HOST:PORT; borrowed. key: for TCP; NULL: none. */
enum err client_open(struct client *c, const char *server, const char *key,
                     struct why *why) MUST_USE;
void client_close(struct client *c);
/* ERR_OK also where the daemon closed it in the middle: what it said before is still to be heard.
 */
enum err client_send(struct client *c, const json_t *request, struct why *why) MUST_USE;

/* The next line. Gives. wait_ms: CLIENT_FOR_EVER, or ERR_UNREACHABLE when none came. */
enum err client_hear(struct client *c, int wait_ms, json_t **ret, struct why *why) MUST_USE;

/* Now on a clock that only goes forward: for what is bounded in time. */
int64_t client_now_ms(void);
void client_sleep_ms(int64_t ms);
