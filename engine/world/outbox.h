/*
 * outbox - what waits to be written to a socket that must not block, with descriptors to pass.
 *
 *     outbox_add, outbox_pass (any number) --> outbox_flush until it is empty
 *
 * Layer      adapter: base.
 * Ownership  outbox_done frees and closes descriptors that were not passed. The socket is the
 *            caller's.
 * Threads    One.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct outbox {
    struct text bytes;
    size_t at; /* written up to here */
    struct outbox_fd {
        size_t at; /* goes with the byte there */
        int fd;
    } * fds;
    size_t fds_count, fds_cap;
};

void outbox_done(struct outbox *o);
size_t outbox_left(const struct outbox *o);

/* ERR_LIMIT: longer than a frame may be; nothing was added. */
enum err outbox_add(struct outbox *o, const json_t *frame, struct why *why) MUST_USE;

/* The same, with a descriptor for the reader. takes_fd is closed once it is passed. */
enum err outbox_pass(struct outbox *o, const json_t *frame, int takes_fd, struct why *why) MUST_USE;

/* Write what the socket takes. ERR_UNREACHABLE: the reader is gone; what is left stays. */
enum err outbox_flush(struct outbox *o, int socket, struct why *why) MUST_USE;

/* The other end: bytes as recv(MSG_DONTWAIT) gives them, and descriptors in order. */
enum { INBOX_FDS_MAX = 16 };

struct inbox {
    int fds[INBOX_FDS_MAX];
    size_t count;
};

void inbox_done(struct inbox *in); /* closes what was not taken */
int inbox_take(struct inbox *in);  /* gives the oldest; -1: none has come */
ssize_t inbox_read(struct inbox *in, int socket, void *bytes, size_t len, bool wait);
