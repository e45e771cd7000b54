/*
 * request - from a JSON object to a request that the rest of the engine need not doubt any more.
 *
 * Checked here: the operation, every field's name, type and bounds, what must be there. Not checked
 * here: what needs the state of the world (does the plan exist, are the facts those of its head, is
 * the incident open): that is the core's, at the moment it decides.
 *
 *     line --line_object--> object --request_read--> request --> input of the core | query | other
 *
 * Layer      intake: pure. Knows core/input.h and the queries of core/store_port.h.
 * Ownership  request_done drops what a request holds; its pointers live as long as it does.
 */
#pragma once

#include "core/link.h"
#include "core/store_port.h"
#include "intake/ops.h"

/* What one line asks for. */
struct request {
    enum op_id op;
    const json_t *ref;    /* to be said again in the reply; NULL: none */
    const char *lang;     /* "zh", "en", or NULL */
    struct uuid incident; /* none where the operation has none or it was left out */
    struct link link;     /* OP_LINK_SHOW, OP_ANSWER_LINK; of OP_PHONE_SEEN the message alone */
    json_t *body;         /* the operation's own fields, without incident: the core's `body` */
    const char *once;     /* OP_TRIGGER, OP_ORDER: its Idempotency-Key, no part of what it says */
    const char *value;    /* OP_CONTACT_SET, OP_AUTH, OP_LOGIN: kept out of the body (rule R11) */
    struct query query;   /* OP_LIST, OP_STATUS, OP_TIMELINE, OP_WATCH, OP_LINK_SHOW */
    int64_t after_gen;    /* OP_TIMELINE, OP_WATCH: of "after"; 0: not given */
    json_t *object;       /* the whole line */
};

/*
 * Make a request of an object.
 *
 * object   Taken, on failure too.
 * returns  CODE_OK, or the refusal. `ref` and `object` of *ret are set either way (a refusal echoes
 *          the ref), so request_done must be called either way.
 */
enum code request_read(json_t *object, struct request *ret, struct refusal *ret_refusal);
void request_done(struct request *r);

/* Is it an input for the core? Then the kind. */
bool op_input_kind(enum op_id op, enum input_kind *ret);
