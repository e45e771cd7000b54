/*
 * ops - what a client may ask for: one table of operations and their fields, and the way from a
 * JSON object to a request that the rest of the engine need not doubt any more.
 *
 * Checked here: the operation, every field's name, type and bounds, what must be there. Not checked
 * here: what needs the state of the world (does the plan exist, are the facts those of its head, is
 * the incident open): that is the core's, at the moment it decides. Names that are promised
 * (INTERFACES 2, 3) and whose work is still to come are refused as not_built, not as unknown.
 *
 *     line --line_object--> object --request_read--> request --> input of the core | query | other
 *
 * Layer      intake: pure. Knows core/input.h and the queries of core/store_port.h.
 * Ownership  request_done drops what a request holds; its pointers live as long as it does.
 */
#pragma once

#include "core/input.h"
#include "core/store_port.h"
#include "intake/refusal.h"

enum op_id {
    /* writing: an input for the core */
    OP_TRIGGER,
    OP_ANSWER,
    OP_UPDATE,
    OP_RESOLVE,
    OP_ORDER,
    OP_CONTACT_SET,
    /* reading committed rows */
    OP_LIST,
    OP_STATUS,
    OP_TIMELINE,
    OP_WATCH,
    /* reading what is in force, and asking for other things to be */
    OP_PLANS,
    OP_ENDPOINT_LIST,
    OP_CONFIG_SHOW,
    OP_CONFIG_CHECK,
    OP_CONFIG_RELOAD,
    OP_PING,
    OP_VERSION,
    OPS
};

enum field_type {
    FIELD_TEXT,   /* a string of 1 to `most` bytes */
    FIELD_NAME,   /* the same, without control characters and white space at its ends */
    FIELD_UUID,   /* an incident's id */
    FIELD_BOOL,   /* true or false */
    FIELD_COUNT,  /* a whole number of 1 to `most` */
    FIELD_WORD,   /* one of `words` */
    FIELD_WORDS,  /* one of `words`, or a list of them */
    FIELD_MAP,    /* an object of at most `most` strings */
    FIELD_FACTS,  /* values by name, or by station and name */
    FIELD_EVENT,  /* an event's id, "1-40213" */
    FIELD_SCALAR, /* anything but a list or an object, at most `most` bytes */
};

struct op_field {
    const char *name; /* NULL ends a table */
    enum field_type type;
    bool required;
    bool reserved; /* promised, not built yet */
    int64_t most;
    const char *const *words;         /* NULL-ended */
    const char *const *words_not_yet; /* further words: promised, not built yet */
};

struct op {
    const char *name;
    enum scope scope; /* the principal needs this one */
    const struct op_field *fields;
    const char *sentence;
};

const struct op *op_def(enum op_id op);

/* What one line asks for. */
struct request {
    enum op_id op;
    const json_t *ref;    /* to be said again in the reply; NULL: none */
    const char *lang;     /* "zh", "en", or NULL */
    struct uuid incident; /* none where the operation has none or it was left out */
    json_t *body;         /* the operation's own fields, without incident: the core's `body` */
    const char *value;    /* OP_CONTACT_SET: kept out of the body (rule R11) */
    struct query query;   /* OP_LIST, OP_STATUS, OP_TIMELINE, OP_WATCH */
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
