/*
 * stored - a row of the journal as it lies in the file, its chain, and the way back to a record.
 *
 * Layer      store, inside.
 * Ownership  A stored row borrows its bytes: from a statement until its next step, from a pack.
 * Errors     ERR_CORRUPT with the seq, for bytes that no version of this program wrote.
 */
#pragma once

#include "core/record.h"
#include "core/row.h"
#include "store/seal.h"

#include <sqlite3.h>

enum { CHAIN_BYTES = 32 };

struct chain {
    uint8_t b[CHAIN_BYTES]; /* all zero before the first row */
};

/* Columns in this order: every statement that reads the journal selects JOURNAL_COLUMNS. */
#define JOURNAL_COLUMNS "seq, incident, at_ms, kind, actor, body, chain"
enum { JOURNAL_COLUMN_COUNT = 7 };

struct stored {
    int64_t seq;
    bool has_incident;
    struct uuid incident;
    int64_t at_ms;
    const char *kind;
    size_t kind_len;
    const char *actor; /* NULL: none */
    size_t actor_len;
    const char *body;
    size_t body_len;
    const struct chain *chain; /* NULL: not of the right size */
};

/* The current row of a statement. */
void stored_read(sqlite3_stmt *stmt, struct stored *ret);

/*
 * SHA-256 over the chain before and every column, each with its length in front, so that no byte
 * can move from one column into the next.
 */
struct chain chain_next(const struct chain *before, const struct stored *s);

struct stored_facts {
    bool canonical; /* actor and body are, as everything that is hashed must be */
    bool sealed;    /* there is a sealed part, opened or not */
};

/*
 * Make the record. Gives one reference.
 *
 * key        NULL: it was destroyed, or there never was one; `sealed` of the record is NULL then.
 * ret_facts  May be NULL; saves the second look at the bytes.
 */
enum err stored_record(const struct stored *s, const struct seal_key *key, struct record **ret,
                       struct stored_facts *ret_facts, struct why *why) MUST_USE;

/* ---- projections ---- */

/* Columns of every statement that reads projections; what a table has not got is NULL. */
enum { ROW_ID, ROW_OF, ROW_OPEN, ROW_DRILL, ROW_PLAN, ROW_STATE, ROW_BODY };
#define INCIDENT_COLUMNS "id, id, open, drill, plan, state, body"
#define NOTICE_COLUMNS "id, incident, open, drill, NULL, state, body"
#define KEY_COLUMNS "id, incident, open, drill, NULL, NULL, body"
#define META_COLUMNS "id, NULL, 1, 0, NULL, NULL, body"
#define ACCESS_COLUMNS META_COLUMNS
#define ITEM_COLUMNS                                                                               \
    "item.id, item.incident, item.open, item.drill, item.owner, item.state, item.body"
#define REPORT_COLUMNS                                                                             \
    "report.id, report.incident, report.open, report.drill, report.kind, report.state, "           \
    "report.body"
#define FACT_COLUMNS "fact.id, fact.incident, 1, fact.drill, NULL, NULL, fact.body"
#define DUTY_COLUMNS "duty.id, duty.incident, 1, duty.drill, NULL, NULL, duty.body"

/* What the first byte of the body of an incident, or of a part of one, says. */
enum { BODY_PLAIN = 0, BODY_SEALED = 1 };

/*
 * Make the row from a statement's current row. Gives what the row holds (row_done). The body of a
 * purged incident is NULL.
 */
enum err stored_row(sqlite3_stmt *stmt, enum row_kind kind, const struct seal_key *key,
                    struct row *ret, struct why *why) MUST_USE;

/* A UUID column; none for NULL or another size. */
struct uuid column_uuid(sqlite3_stmt *stmt, int column);
