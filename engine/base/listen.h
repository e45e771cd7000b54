/*
 * listen - where the daemon listens beside its Unix socket: "http://HOST:PORT", "tcp://HOST:PORT".
 *
 * HOST is an address of loopback or "localhost": what goes over a network needs TLS, which is not
 * built; a proxy on this machine can have it. PORT may be 0: the kernel chooses.
 *
 * Layer      base: libc only. A plain value.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <sys/socket.h>

enum { LISTEN_TEXT = 64, LISTEN_MAX = 15 };

struct listen_address {
    char kind[5]; /* "http", "tcp" */
    struct sockaddr_storage at;
    socklen_t len;
};

/* ERR_CONFIG with a sentence. */
enum err listen_parse(const char *text, struct listen_address *ret, struct why *why) MUST_USE;

/* All of a list, divided by blanks or commas. ret holds LISTEN_MAX. None stands twice. */
enum err listen_parse_all(const char *list, struct listen_address *ret, size_t *ret_count,
                          struct why *why) MUST_USE;

/* "127.0.0.1:8470", "[::1]:8470". */
const char *listen_text(const struct sockaddr *at, char ret[LISTEN_TEXT]);
