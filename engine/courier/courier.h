/*
 * courier - carries messages out: attempts in as frames, results out as frames.
 *
 * The courier makes HTTP requests, hands mails to their servers, and asks whether an endpoint is
 * there (a probe), and nothing else. It has no queue, no database and no memory of what it sent:
 * the engine hands out at most COURIER_ATTEMPTS_MAX attempts at once, and each gets exactly one
 * result. All are under way at the same time in one thread, so that an endpoint that hangs delays
 * no other. Secrets are read here and go to their endpoint only.
 *
 *     courier_warm_up --> courier_new --> hello --> `ready` (the jail) --> attempts ... EOF
 *
 * Frames (base/frame.h) in: hello {gen, secrets, demo?}, attempt; out: result, with id and notice
 * of its attempt. With `demo` nothing leaves this machine (demo.h).
 *
 * Layer      courier: libcurl.
 * Ownership  courier_new gives.
 * Threads    One thread a courier; libcurl resolves names in threads of its own.
 * Errors     What goes wrong with an attempt is its result. Errors here are of the engine's frames.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>

/* 256 messages, and beside them 32 calls of plans (core/fetch_limits.h): none waits for the other.
 */
enum { COURIER_ATTEMPTS_MAX = 256 + 32 };

struct courier;

/* A frame for the engine, borrowed. */
typedef void courier_send_fn(void *ctx, json_t *frame);

/*
 * Called once, when "hello" is read and before the first attempt: now the process may give up what
 * it does not need. secrets is the folder of secret files, NULL when there is none.
 */
typedef void courier_ready_fn(void *ctx, const char *secrets);

struct courier_config {
    const char *ca_file; /* certificates of authorities in one file; NULL: those of the system */
    courier_ready_fn *ready; /* may be NULL */
    void *ready_ctx;
};

/*
 * What must be done before the jail, once a process: libcurl, OpenSSL and libsodium start, the
 * modules that resolve names are loaded. After it, the courier needs: to read
 * /etc/{nsswitch.conf,host.conf,resolv.conf,hosts,gai.conf,services}, the certificates of
 * authorities (usually /etc/ssl/certs), openssl.cnf and its folder of secrets; internet, netlink
 * and local sockets; threads; the clock; random bytes.
 */
void courier_warm_up(void);

/* config is copied, what it points to is borrowed. send: where results go, but in courier_run. */
struct courier *courier_new(const struct courier_config *config, courier_send_fn *send, void *ctx);

/* Attempts under way are dropped without a result: nobody knows whether they arrived. */
void courier_free(struct courier *c);

/*
 * Take one frame. An attempt that cannot be sent gives its result before this returns.
 *
 * returns  ERR_INVALID: not a frame for a courier; nothing was done.
 */
enum err courier_frame(struct courier *c, json_t *frame, struct why *why) MUST_USE;

/* Attempts under way. At COURIER_ATTEMPTS_MAX the caller must step before it brings another. */
int courier_in_hand(const struct courier *c);

/* Let the attempts go on and give results; when there are none, wait at most wait_ms for one. */
void courier_step(struct courier *c, int wait_ms);

/*
 * Serve the engine at the other end of `fd` until it closes it.
 *
 * returns  ERR_OK at the end of the stream; ERR_IO, ERR_INVALID when it cannot be used any more.
 */
enum err courier_run(struct courier *c, int fd, struct why *why) MUST_USE;
