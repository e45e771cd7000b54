/*
 * ask - one request, one reply: what most commands are.
 *
 * Layer      ctl.
 * Errors     Printed here; the exit code is what the caller returns.
 */
#pragma once

#include "ctl/client.h"
#include "ctl/ctl.h"

/* {"op":OP,"lang":…} to put fields into. Gives. */
json_t *ask_begin(const struct ctl *c, const char *op);

/*
 * Ask and wait for the reply.
 *
 * request  Taken.
 * ret      Gives the reply, with EXIT_OK only.
 * returns  The exit code. A refusal is printed: its sentence, and with --json itself on stdout.
 */
int ask(const struct ctl *c, json_t *request, json_t **ret);

/* The same, and a reply that is refused is given too, after it is printed. NULL: there is none. */
int ask_hear_refusal(const struct ctl *c, json_t *request, json_t **ret);

/*
 * The same again for a request that may be repeated, when the connection is lost or the daemon is
 * stopping; for half a minute. The first connection must succeed.
 */
int ask_again(const struct ctl *c, json_t *request, json_t **ret);

/* What a refusal means for the exit code; prints it. Borrows. */
int ask_refused(const struct ctl *c, const json_t *reply);

/* Most replies as a document: without "ok". */
void ask_print(json_t *reply);

/* A number of an option; what is none goes as it is, and the daemon says so. Gives. */
json_t *ask_number(const char *text);
