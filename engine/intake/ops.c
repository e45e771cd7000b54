#include "intake/ops.h"

#include "core/choice.h"

#include <assert.h>
#include <string.h>

enum {
    NAME_BYTES = FIELD_NAME_BYTES,
    KEY_BYTES = 256,
    TITLE_BYTES = TITLE_BYTES_MAX,
    NOTE_BYTES = 16384,
    VALUE_BYTES = 2048, /* a contact: a number, an address, a URL */
    MAP_MEMBERS = 64,
    LIST_ROWS = 1000,
    STATES = 7,
    SCOPES = 6,
    LIST_NAMES = 500, /* items or stations of an order */
    ASSISTS = 20,
    REPORT_BYTES = 32768, /* REPORT_TEXT_BYTES of core/report.h */
    REVISIONS = 1000000,
    REVS = 20, /* of If-Match */
    DRILL_SPEED = 1000,
    DUTY_DAYS = 366,
    CONTACTS = 2000,     /* of one import */
    SET_FILES = 200,     /* of those in force, in place of which others are given */
    SCRIPT_TEXTS = 200,  /* of a simulation, of each kind */
    SIMULATE_RUNS = 200, /* by HTTP: nights of the time that one request is given */
    KEY_NAME_BYTES = 64, /* with what the core puts around it, it fits into struct identity */
};

static const char *const grades[] = {"I", "II", "III", "IV", NULL};
static const char *const warnings[] = {"red", "orange", "yellow", "blue", NULL};
static const char *const languages[] = {"zh", "en", NULL};
const char *const ops_states[] = {"open",   "awaiting_order", "active", "recovering",
                                  "closed", "merged",         "upkeep", NULL};
static const char *const item_actions[] = {"receive", "arrive", "done", "strike",
                                           "reject",  "lift",   "keep", "supervise",
                                           "return",  "reply",  NULL};
const char *const item_kinds_all[] = {"measure", "directive",   "item", "resource",
                                      "request", "improvement", "plan", NULL};
static const char *const link_actions[] = {"receive", "arrive", "done", "reject", NULL};
static const char *const item_kinds[] = {"item", "resource", "request", "improvement", NULL};
const char *const item_states[] = {"issued", "received", "arrived", "done",
                                   "struck", "rejected", "lifted",  NULL};
static const char *const report_actions[] = {"sign", "send", "phone", "fill", "correct", NULL};
const char *const report_states[] = {"opened", "edited", "signed", "sent", "missed", NULL};
const char *const report_kinds[] = {"initial", "update", "daily", "single", "final", NULL};
static const char *const duty_actions[] = {"agree", "approve", "refuse", "withdraw", NULL};
static const char *const review_formats[] = {"json", "markdown", "html", NULL};
static const char *const drill_modes[] = {"tabletop", "live", NULL};
static const char *const scopes[] = {"trigger", "read", "respond", "order", "admin", "reply", NULL};
static const char *const actions[] = {"activate", "raise", "lower", "terminate", "declare",
                                      "publish",  "issue", "merge", "split",     NULL};

#define INCIDENT                                                                                   \
    {                                                                                              \
        .name = "incident", .type = FIELD_UUID, .required = true                                   \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* what every operation takes */
const struct field ops_common_fields[] = {
    {.name = "op", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "ref", .type = FIELD_SCALAR, .most = NAME_BYTES},
    {.name = "lang", .type = FIELD_WORD, .words = languages},
    END,
};

static const struct field no_fields[] = {END};

static const struct field trigger_fields[] = {
    {.name = "plan", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "title", .type = FIELD_TEXT, .required = true, .most = TITLE_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "kind", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "source", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "event", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "grade", .type = FIELD_WORD, .words = grades},
    {.name = "warning", .type = FIELD_WORD, .words = warnings},
    {.name = "occasion", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "place", .type = FIELD_MAP, .most = MAP_MEMBERS},
    {.name = "labels", .type = FIELD_MAP, .most = MAP_MEMBERS},
    {.name = "fields", .type = FIELD_FACTS},
    {.name = "key", .type = FIELD_TEXT, .most = KEY_BYTES},
    {.name = "idempotency_key", .type = FIELD_NAME, .most = KEY_BYTES},
    {.name = "drill", .type = FIELD_BOOL},
    {.name = "level", .type = FIELD_WORD, .words = grades, .reserved = true},
    END,
};

static const struct field answer_fields[] = {
    INCIDENT,
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "decline", .type = FIELD_BOOL},
    {.name = "pass", .type = FIELD_BOOL},
    {.name = "call", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "choice", .type = FIELD_TEXT, .most = CHOICE_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "file", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field update_fields[] = {
    INCIDENT,
    {.name = "fields", .type = FIELD_FACTS},
    {.name = "at", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field resolve_fields[] = {
    INCIDENT,
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field order_fields[] = {
    INCIDENT,
    {.name = "action", .type = FIELD_WORD, .required = true, .words = actions},
    {.name = "reason", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "basis", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "level", .type = FIELD_WORD, .words = grades},
    {.name = "expected", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "matter", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "measures", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "despite", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "into", .type = FIELD_UUID},
    {.name = "title", .type = FIELD_TEXT, .most = TITLE_BYTES},
    {.name = "items", .type = FIELD_NAMES, .most = LIST_NAMES},
    {.name = "stations", .type = FIELD_NAMES, .most = LIST_NAMES},
    {.name = "what", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "warning", .type = FIELD_WORD, .words = warnings},
    {.name = "proposal", .type = FIELD_COUNT, .most = 1000000},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "oral", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "idempotency_key", .type = FIELD_NAME, .most = KEY_BYTES},
    END,
};

static const struct field confirm_fields[] = {
    INCIDENT,
    {.name = "criterion", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field item_fields[] = {
    {.name = "item", .type = FIELD_UUID, .required = true},
    {.name = "action", .type = FIELD_WORD, .required = true, .words = item_actions},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "evidence", .type = FIELD_TEXT, .most = VALUE_BYTES},
    {.name = "to", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "due", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field item_open_fields[] = {
    INCIDENT,
    {.name = "kind", .type = FIELD_WORD, .words = item_kinds},
    {.name = "title", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "owner", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "due", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "assist", .type = FIELD_NAME_OR_NAMES, .most = ASSISTS},
    {.name = "goal", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "indicator", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "done_when", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "amount", .type = FIELD_TEXT, .most = NAME_BYTES},
    {.name = "from", .type = FIELD_TEXT, .most = TITLE_BYTES},
    {.name = "channel", .type = FIELD_TEXT, .most = NAME_BYTES},
    {.name = "contact", .type = FIELD_TEXT, .most = TITLE_BYTES},
    END,
};

static const struct field directive_fields[] = {
    INCIDENT,
    {.name = "text", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "lead", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "due", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "assist", .type = FIELD_NAME_OR_NAMES, .most = ASSISTS},
    {.name = "goal", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "indicator", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field items_fields[] = {
    {.name = "incident", .type = FIELD_UUID},
    {.name = "owner", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "state", .type = FIELD_WORD, .words = item_states},
    {.name = "kind", .type = FIELD_WORD, .words = item_kinds_all},
    {.name = "overdue", .type = FIELD_BOOL},
    {.name = "mine", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "closed", .type = FIELD_BOOL},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    {.name = "cursor", .type = FIELD_UUID},
    END,
};

static const struct field report_fields[] = {
    {.name = "report", .type = FIELD_UUID, .required = true},
    {.name = "action", .type = FIELD_WORD, .required = true, .words = report_actions},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "rev", .type = FIELD_COUNT, .most = REVISIONS},
    {.name = "revs", .type = FIELD_NAMES, .most = REVS},
    END,
};

/* One of `rev` and `revs` is needed: the core says so. */
static const struct field report_edit_fields[] = {
    {.name = "report", .type = FIELD_UUID, .required = true},
    {.name = "text", .type = FIELD_TEXT, .required = true, .most = REPORT_BYTES},
    {.name = "rev", .type = FIELD_COUNT, .most = REVISIONS},
    {.name = "revs", .type = FIELD_NAMES, .most = REVS},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field report_show_fields[] = {
    {.name = "report", .type = FIELD_UUID, .required = true},
    END,
};

static const struct field reports_fields[] = {
    {.name = "incident", .type = FIELD_UUID},
    {.name = "kind", .type = FIELD_WORD, .words = report_kinds},
    {.name = "state", .type = FIELD_WORD, .words = report_states},
    {.name = "closed", .type = FIELD_BOOL},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    {.name = "cursor", .type = FIELD_UUID},
    END,
};

static const struct field purge_fields[] = {INCIDENT, END};

static const struct field duty_fields[] = {
    {.name = "roster", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "person", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "at", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "days", .type = FIELD_COUNT, .most = DUTY_DAYS},
    {.name = "ics", .type = FIELD_BOOL},
    END,
};

static const struct field duty_override_fields[] = {
    {.name = "roster", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "seat", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "person", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "from", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "to", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "reason", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field duty_swap_fields[] = {
    {.name = "roster", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "with", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "at", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "back", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "reason", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field duty_act_fields[] = {
    {.name = "change", .type = FIELD_COUNT, .required = true, .most = JSON_INT_MAX},
    {.name = "action", .type = FIELD_WORD, .required = true, .words = duty_actions},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field duty_handover_fields[] = {
    {.name = "roster", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "take", .type = FIELD_BOOL},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct field duty_check_fields[] = {
    {.name = "roster", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "seat", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field contact_set_fields[] = {
    {.name = "person", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "endpoint", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "value", .type = FIELD_NAME, .required = true, .most = VALUE_BYTES},
    END,
};

static const struct field contact_remove_fields[] = {
    {.name = "person", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "endpoint", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field contact_list_fields[] = {
    {.name = "person", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "missing", .type = FIELD_BOOL},
    END,
};

static const struct field contact_export_fields[] = {
    {.name = "person", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field contact_import_fields[] = {
    {.name = "contacts", .type = FIELD_CONTACTS, .required = true, .most = CONTACTS},
    {.name = "check", .type = FIELD_BOOL},
    END,
};

static const struct field contact_test_fields[] = {
    {.name = "person", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "endpoint", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field endpoint_test_fields[] = {
    {.name = "endpoint", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "person", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field key_create_fields[] = {
    {.name = "name", .type = FIELD_NAME, .required = true, .most = KEY_NAME_BYTES},
    {.name = "scopes", .type = FIELD_WORDS, .most = SCOPES, .words = scopes},
    {.name = "expires", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field key_revoke_fields[] = {
    {.name = "name", .type = FIELD_NAME, .required = true, .most = KEY_NAME_BYTES}, END};

static const struct field auth_fields[] = {
    {.name = "key", .type = FIELD_NAME, .required = true, .most = NAME_BYTES}, END};

static const struct field login_fields[] = {
    {.name = "key", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "link", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field answer_link_fields[] = {
    {.name = "token", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "code", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "decline", .type = FIELD_BOOL},
    {.name = "pass", .type = FIELD_BOOL},
    {.name = "choice", .type = FIELD_TEXT, .most = CHOICE_BYTES},
    {.name = "action", .type = FIELD_WORD, .words = link_actions},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "evidence", .type = FIELD_TEXT, .most = VALUE_BYTES},
    END,
};

static const char *const receipts[] = {"delivered", "seen", "failed", NULL};

static const struct field link_receipt_fields[] = {
    {.name = "token", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "receipt", .type = FIELD_WORD, .required = true, .words = receipts},
    {.name = "error", .type = FIELD_TEXT, .most = KEY_BYTES},
    END,
};

static const struct field receipt_fields[] = {
    {.name = "endpoint", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "notice", .type = FIELD_UUID, .required = true},
    {.name = "receipt", .type = FIELD_WORD, .required = true, .words = receipts},
    {.name = "error", .type = FIELD_TEXT, .most = KEY_BYTES},
    END,
};

static const char *const button_answers[] = {"accept", "decline", "pass", NULL};

static const struct field reply_fields[] = {
    {.name = "endpoint", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "from", .type = FIELD_TEXT, .required = true, .most = VALUE_BYTES},
    {.name = "text", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "token", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "code", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "answer", .type = FIELD_WORD, .words = button_answers},
    END,
};

static const struct field link_show_fields[] = {
    {.name = "token", .type = FIELD_NAME, .required = true, .most = NAME_BYTES}, END};

static const struct field phone_seen_fields[] = {
    {.name = "notice", .type = FIELD_UUID, .required = true}, END};

static const struct field dead_replay_fields[] = {
    {.name = "notice", .type = FIELD_UUID}, {.name = "incident", .type = FIELD_UUID}, END};

static const struct field dead_drop_fields[] = {
    {.name = "notice", .type = FIELD_UUID, .required = true}, END};

static const struct field drill_start_fields[] = {
    {.name = "plan", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "mode", .type = FIELD_WORD, .words = drill_modes},
    {.name = "scenario", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "speed", .type = FIELD_COUNT, .most = DRILL_SPEED},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field lesson_fields[] = {
    INCIDENT,
    {.name = "text", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "owner", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "due", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field drill_report_fields[] = {
    INCIDENT,
    {.name = "format", .type = FIELD_WORD, .words = review_formats},
    END,
};

/* What another version of the plan would have done is found out by who asks (muster plan replay).
 */
static const struct field review_fields[] = {
    INCIDENT,
    {.name = "format", .type = FIELD_WORD, .words = review_formats},
    {.name = "replay_version", .type = FIELD_NAME, .most = 64},
    {.name = "replay_lines", .type = FIELD_TEXT, .most = 65536},
    {.name = "replay_assumed", .type = FIELD_TEXT, .most = 8192},
    END,
};

static const struct field list_fields[] = {
    {.name = "state", .type = FIELD_WORDS, .most = STATES, .words = ops_states},
    {.name = "drill", .type = FIELD_BOOL},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    {.name = "cursor", .type = FIELD_UUID},
    END,
};

static const struct field status_fields[] = {INCIDENT, END};

static const struct field plan_show_fields[] = {
    {.name = "plan", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "pin", .type = FIELD_NAME, .most = NAME_BYTES},
    END,
};

static const struct field plan_check_fields[] = {
    {.name = "files", .type = FIELD_FILES, .most = SET_FILES},
    END,
};

/* The options of `muster plan simulate`, by the names that desk/simulate.h has for them. */
static const struct field plan_simulate_fields[] = {
    {.name = "plan", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "files", .type = FIELD_FILES, .most = SET_FILES},
    {.name = "at", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "for", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "title", .type = FIELD_TEXT, .most = TITLE_BYTES},
    {.name = "grade", .type = FIELD_WORD, .words = grades},
    {.name = "warning", .type = FIELD_WORD, .words = warnings},
    {.name = "kind", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "place", .type = FIELD_SCRIPT, .most = MAP_MEMBERS},
    {.name = "labels", .type = FIELD_SCRIPT, .most = MAP_MEMBERS},
    {.name = "fields", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "people", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "orders", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "faults", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "works", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "confirms", .type = FIELD_SCRIPT, .most = SCRIPT_TEXTS},
    {.name = "scenario", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "occasion", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "seed", .type = FIELD_WHOLE, .most = JSON_INT_MAX},
    {.name = "runs", .type = FIELD_COUNT, .most = SIMULATE_RUNS},
    {.name = "svg", .type = FIELD_BOOL},
    END,
};

static const struct field timeline_fields[] = {
    INCIDENT,
    {.name = "after", .type = FIELD_EVENT},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    END,
};

static const struct field watch_fields[] = {
    {.name = "after", .type = FIELD_EVENT},
    {.name = "incident", .type = FIELD_UUID},
    END,
};

#define OP(n, s, f, w) .name = n, .scope = s, .fields = f, .sentence = w

static const struct op ops[OPS] = {
    [OP_TRIGGER] = {OP("trigger", SCOPE_TRIGGER, trigger_fields,
                       "open an incident, or report to the one that has this key")},
    [OP_ANSWER] = {OP("answer", SCOPE_RESPOND, answer_fields,
                      "answer the calls and questions of an incident")},
    [OP_UPDATE] = {OP("update", SCOPE_RESPOND, update_fields, "report facts or a note")},
    [OP_RESOLVE] = {OP("resolve", SCOPE_RESPOND, resolve_fields,
                       "the source says that it is over")},
    [OP_ORDER] = {OP("order", SCOPE_ORDER, order_fields, "give an order")},
    [OP_CONFIRM] = {OP("confirm", SCOPE_RESPOND, confirm_fields, "a criterion of the end is met")},
    [OP_CLOSE] = {OP("close", SCOPE_RESPOND, resolve_fields,
                     "end an incident that no level is in force for")},
    [OP_ITEM] = {OP("item", SCOPE_RESPOND, item_fields,
                    "an item is received, arrived, done, struck off, rejected, lifted, kept, put "
                    "under supervision, returned, or its citizen answered")},
    [OP_ITEM_OPEN] = {OP("item_open", SCOPE_RESPOND, item_open_fields,
                         "somebody has something to do by a time: an item, a request of a citizen, "
                         "a request for resources, an improvement")},
    [OP_DIRECTIVE] = {OP("directive", SCOPE_RESPOND, directive_fields,
                         "a leader's directive, traced to its end")},
    [OP_REPORT] = {OP("report", SCOPE_RESPOND, report_fields,
                      "a report is signed, sent, telephoned, filled anew or corrected")},
    [OP_REPORT_EDIT] = {OP("report_edit", SCOPE_RESPOND, report_edit_fields,
                           "another text for a report that is not sent yet")},
    [OP_PURGE] = {OP("purge", SCOPE_ADMIN, purge_fields,
                     "destroy what is personal in an incident that is over")},
    [OP_DRILL_START] = {OP("drill_start", SCOPE_ORDER, drill_start_fields,
                           "begin a drill of a plan, by a scenario or without one")},
    [OP_LESSON] = {OP("lesson", SCOPE_RESPOND, lesson_fields,
                      "what was learnt of an incident or a drill, as an improvement that somebody "
                      "makes by a time; the incident may be over")},
    [OP_DUTY_OVERRIDE] = {OP("duty_override", SCOPE_RESPOND, duty_override_fields,
                             "somebody takes a seat of a roster for a time")},
    [OP_DUTY_SWAP] = {OP("duty_swap", SCOPE_RESPOND, duty_swap_fields,
                         "two people swap their turns, once the other agrees and it is approved")},
    [OP_DUTY_ACT] = {OP("duty_act", SCOPE_RESPOND, duty_act_fields,
                        "agree to a change of duty, approve, refuse or withdraw it")},
    [OP_DUTY_HANDOVER] = {OP("duty_handover", SCOPE_RESPOND, duty_handover_fields,
                             "hand a shift over with what is open, or take it over")},
    [OP_DUTY_CHECK] = {OP("duty_check", SCOPE_RESPOND, duty_check_fields,
                          "a spot check: call whoever is on duty, and take the time")},
    [OP_CONTACT_SET] = {OP("contact_set", SCOPE_ADMIN, contact_set_fields,
                           "put a person's number or address for an endpoint into the vault")},
    [OP_CONTACT_REMOVE] = {OP("contact_remove", SCOPE_ADMIN, contact_remove_fields,
                              "take a person's contacts out of the vault, or one of them")},
    [OP_CONTACT_TEST] = {OP("contact_test", SCOPE_RESPOND, contact_test_fields,
                            "send a person a test message by each contact, or by one")},
    [OP_ENDPOINT_TEST] = {OP("endpoint_test", SCOPE_RESPOND, endpoint_test_fields,
                             "send a test message by an endpoint, to somebody on duty or to the "
                             "one named")},
    [OP_KEY_CREATE] = {OP("key_create", SCOPE_ADMIN, key_create_fields,
                          "make a key; the reply alone has it")},
    [OP_KEY_REVOKE] = {OP("key_revoke", SCOPE_ADMIN, key_revoke_fields,
                          "make a key good for nothing, at once")},
    [OP_LOGIN] = {OP("login", 0, login_fields, "begin a session, by a key or the one-time link"),
                  .http_only = true},
    [OP_LOGOUT] = {OP("logout", 0, no_fields, "end the session"), .http_only = true},
    [OP_ANSWER_LINK] = {OP("answer_link", 0, answer_link_fields,
                           "answer by the link of a message and the code in it"),
                        .http_only = true},
    [OP_LINK_RECEIPT] = {OP("link_receipt", 0, link_receipt_fields,
                            "a service says, by the link of a message, what became of it"),
                         .http_only = true},
    [OP_REPLY] = {OP("reply", SCOPE_REPLY, reply_fields,
                     "a service hands in what somebody wrote back, or a button"),
                  .http_only = true},
    [OP_RECEIPT] = {OP("receipt", SCOPE_REPLY, receipt_fields,
                       "a service says what became of a message that went by its endpoint"),
                    .http_only = true},
    [OP_PHONE_SEEN] = {OP("phone_seen", SCOPE_RESPOND, phone_seen_fields,
                          "somebody has looked at a message on a phone of the demo"),
                       .http_only = true},
    [OP_DEAD_REPLAY] = {OP("dead_replay", SCOPE_RESPOND, dead_replay_fields,
                           "send a message again that failed by every contact, or all of an "
                           "incident")},
    [OP_DEAD_DROP] = {OP("dead_drop", SCOPE_RESPOND, dead_drop_fields,
                         "let a message go that failed by every contact")},
    [OP_LIST] = {OP("list", SCOPE_READ, list_fields, "the incidents, newest first")},
    [OP_STATUS] = {OP("status", SCOPE_READ, status_fields, "one incident whole")},
    [OP_ITEMS] = {OP("items", SCOPE_READ, items_fields,
                     "the items of an incident, of an owner, of a person and what they hold, or "
                     "all that are open")},
    [OP_REPORTS] = {OP("reports", SCOPE_READ, reports_fields,
                       "the reports of an incident, or all that are not sent")},
    [OP_REPORT_SHOW] = {OP("report_show", SCOPE_READ, report_show_fields,
                           "one report whole, with its text")},
    [OP_TIMELINE] = {OP("timeline", SCOPE_READ, timeline_fields, "what happened in one incident")},
    [OP_REVIEW] = {OP("review", SCOPE_READ, review_fields,
                      "the after-action review of an incident")},
    [OP_DRILL_REPORT] = {OP("drill_report", SCOPE_READ, drill_report_fields,
                            "how a drill went: evaluation and summary")},
    [OP_WATCH] = {OP("watch", SCOPE_READ, watch_fields, "everything as it happens")},
    [OP_LINK_SHOW] = {OP("link_show", 0, link_show_fields, "what the link of a message opens"),
                      .http_only = true},
    [OP_PLANS] = {OP("plans", SCOPE_READ, no_fields, "the plans in force")},
    [OP_PLAN_SHOW] = {OP("plan_show", SCOPE_READ, plan_show_fields, "one plan in force")},
    [OP_PLAN_CHECK] = {OP("plan_check", SCOPE_READ, plan_check_fields,
                          "what is wrong with site and plans in force, or with files in their "
                          "place"),
                       .http_only = true},
    [OP_PLAN_SIMULATE] = {OP("plan_simulate", SCOPE_READ, plan_simulate_fields,
                             "a plan through a night, or many; nothing is sent"),
                          .http_only = true},
    [OP_DUTY] = {OP("duty", SCOPE_READ, duty_fields,
                    "who is on duty now or at another time, who comes, what was changed, and where "
                    "nobody will be")},
    [OP_DRILL_DUE] = {OP("drill_due", SCOPE_READ, no_fields,
                         "which plans owe a drill by when, and when the last was held")},
    [OP_ENDPOINT_LIST] = {OP("endpoint_list", SCOPE_READ, no_fields, "the endpoints of the site")},
    [OP_DEAD_LIST] = {OP("dead_list", SCOPE_READ, no_fields,
                         "messages that failed by every contact of their person")},
    [OP_CONTACT_LIST] = {OP("contact_list", SCOPE_READ, contact_list_fields,
                            "who can be reached by which endpoint, and what was proved of it; "
                            "without the values")},
    [OP_CONTACT_EXPORT] = {OP("contact_export", SCOPE_ADMIN, contact_export_fields,
                              "what the vault holds, by the Unix socket alone")},
    [OP_CONTACT_IMPORT] = {OP("contact_import", SCOPE_ADMIN, contact_import_fields,
                              "many contacts into the vault, all or none; or only look whether "
                              "they could be")},
    [OP_CONFIG_SHOW] = {OP("config_show", SCOPE_ADMIN, no_fields, "the options in force")},
    [OP_CONFIG_CHECK] = {OP("config_check", SCOPE_ADMIN, no_fields,
                            "read configuration, site and plans anew, and say what is wrong")},
    [OP_CONFIG_RELOAD] = {OP("config_reload", SCOPE_ADMIN, no_fields,
                             "the same, and take them into force if nothing is wrong")},
    [OP_KEY_LIST] = {OP("key_list", SCOPE_ADMIN, no_fields, "the keys, without their secrets")},
    [OP_JOURNAL_KEY] = {OP("journal_key", SCOPE_READ, no_fields,
                           "the public half of the key that signs the end of the journal")},
    [OP_JOURNAL_CHECKPOINT] = {OP("journal_checkpoint", SCOPE_ADMIN, no_fields,
                                  "sign the end of the journal now, and keep that at its second "
                                  "place")},
    [OP_AUTH] = {OP("auth", 0, auth_fields, "say who you are, for this connection")},
    [OP_PING] = {OP("ping", 0, no_fields, "is anybody there?")},
    [OP_VERSION] = {OP("version", 0, no_fields, "the version of the daemon")},
    [OP_PHONES] = {"phones", SCOPE_READ, no_fields, "the phones of the demo and what they show",
                   .http_only = true},
};

/* Promised, not built yet. */
static const char *const ops_not_yet[] = {"silence",        "silence_add",    "silence_list",
                                          "silence_expire", "heartbeat_list", "account_create",
                                          "account_list",   "release",        NULL};

const struct op *op_def(enum op_id op)
{
    assert(op < OPS);
    return &ops[op];
}

bool op_parse(const char *name, enum op_id *ret)
{
    for (int o = 0; o < OPS; o++) {
        if (strcmp(ops[o].name, name) == 0) {
            *ret = (enum op_id)o;
            return true;
        }
    }
    return false;
}

static bool is_promised(const char *name)
{
    for (const char *const *at = ops_not_yet; *at; at++)
        if (strcmp(*at, name) == 0)
            return true;
    return false;
}

enum code op_refuse(const char *name, struct refusal *r)
{
    if (is_promised(name))
        return refuse(r, CODE_NOT_BUILT, "op", NULL, "the operation \"%s\" is not built yet", name);
    const char *names[OPS + sizeof ops_not_yet / sizeof ops_not_yet[0]] = {0};
    for (int o = 0; o < OPS; o++)
        names[o] = ops[o].name;
    memcpy(names + OPS, ops_not_yet, sizeof ops_not_yet);
    const char *near = text_nearest(name, names);
    int shown = (int)utf8_cut(name, strlen(name), 60);
    if (near)
        return refuse(r, CODE_UNKNOWN_OP, "op", near, "no operation \"%.*s\"; did you mean \"%s\"?",
                      shown, name, near);
    return refuse(r, CODE_UNKNOWN_OP, "op", NULL, "no operation \"%.*s\"", shown, name);
}
