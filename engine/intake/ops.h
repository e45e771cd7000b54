/*
 * ops - what a client may ask for: one table of operations and their fields.
 *
 * Names that are promised (INTERFACES 2, 3) and whose work is still to come are refused as
 * not_built, not as unknown. Names of two words are joined by an underscore.
 *
 * Layer      intake: pure.
 */
#pragma once

#include "core/input.h"
#include "intake/field.h"

enum { TITLE_BYTES_MAX = 1024 }; /* of an incident */

enum op_id {
    /* writing: an input for the core */
    OP_TRIGGER,
    OP_ANSWER,
    OP_UPDATE,
    OP_RESOLVE,
    OP_ORDER,
    OP_CONFIRM,
    OP_CLOSE,
    OP_ITEM,
    OP_ITEM_OPEN,
    OP_DIRECTIVE,
    OP_REPORT,
    OP_REPORT_EDIT,
    OP_PURGE,
    OP_DRILL_START,
    OP_LESSON,
    OP_DUTY_OVERRIDE,
    OP_DUTY_SWAP,
    OP_DUTY_ACT,
    OP_DUTY_HANDOVER,
    OP_DUTY_CHECK,
    OP_CONTACT_SET,
    OP_CONTACT_REMOVE,
    OP_CONTACT_TEST,
    OP_ENDPOINT_TEST,
    OP_KEY_CREATE,
    OP_KEY_REVOKE,
    OP_LOGIN,
    OP_LOGOUT,
    OP_ANSWER_LINK,
    OP_LINK_RECEIPT,
    OP_REPLY,
    OP_RECEIPT,
    OP_PHONE_SEEN,
    OP_DEAD_REPLAY,
    OP_DEAD_DROP,
    /* reading committed rows */
    OP_LIST,
    OP_STATUS,
    OP_ITEMS,
    OP_REPORTS,
    OP_REPORT_SHOW,
    OP_TIMELINE,
    OP_REVIEW,
    OP_DRILL_REPORT,
    OP_WATCH,
    OP_LINK_SHOW,
    /* reading what is in force, and asking for other things to be */
    OP_PLANS,
    OP_PLAN_SHOW,
    OP_PLAN_CHECK,
    OP_PLAN_SIMULATE,
    OP_DUTY,
    OP_DRILL_DUE,
    OP_ENDPOINT_LIST,
    OP_CONTACT_LIST,
    OP_CONTACT_EXPORT,
    OP_CONTACT_IMPORT,
    OP_DEAD_LIST,
    OP_CONFIG_SHOW,
    OP_CONFIG_CHECK,
    OP_CONFIG_RELOAD,
    OP_KEY_LIST,
    OP_JOURNAL_KEY,
    OP_JOURNAL_CHECKPOINT,
    OP_AUTH,
    OP_PING,
    OP_VERSION,
    OP_PHONES,
    OPS
};

struct op {
    const char *name;
    enum scope scope; /* the principal needs this one */
    const struct field *fields;
    const char *sentence;
    bool http_only; /* lines do not have it */
};

const struct op *op_def(enum op_id op);

/* returns  false when no operation has this name. */
bool op_parse(const char *name, enum op_id *ret);

/* For a name that op_parse does not know: not built yet, or unknown with the nearest name. */
enum code op_refuse(const char *name, struct refusal *ret_refusal);

/* What every operation takes: op, ref, lang. */
extern const struct field ops_common_fields[];

/* The states of incidents, NULL-ended. */
extern const char *const item_states[]; /* of items; ended by NULL */
extern const char *const item_kinds_all[];
extern const char *const report_states[]; /* of reports; ended by NULL */
extern const char *const report_kinds[];
extern const char *const ops_states[];
