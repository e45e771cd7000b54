/*
 * query - the statements behind each kind of query.
 *
 * Every one of them walks an index from where the page begins, so that a page costs what it holds,
 * however many closed incidents lie in the file.
 *
 * Layer      store, inside.
 * Threads    That of its connection.
 */
#pragma once

#include "store/keys.h"
#include "store/store.h"
#include "store/stored.h"

#define READ_TABLE(X)                                                                              \
    X(Q_BEGIN, "BEGIN")                                                                            \
    X(Q_END, "COMMIT")                                                                             \
    X(Q_AS_OF, "SELECT ifnull(max(seq), 0) FROM journal")                                          \
    X(Q_INCIDENT, "SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?1")                       \
    X(Q_NEWEST, "SELECT id FROM incident INDEXED BY incident_id WHERE id < ?1 "                    \
                "AND state <> 'upkeep' ORDER BY id DESC LIMIT ?2")                                 \
    X(Q_NEXT_STATE, "SELECT min(state) FROM incident WHERE state > ?1")                            \
    X(Q_IN_STATE, "SELECT id FROM incident WHERE state = ?3 AND drill = ?4 AND id < ?1 "           \
                  "ORDER BY id DESC LIMIT ?2")                                                     \
    X(Q_NOTICES, "SELECT " NOTICE_COLUMNS " FROM notice WHERE incident = ?1 AND id > ?2 "          \
                 "ORDER BY id LIMIT ?3")                                                           \
    X(Q_NOTICE, "SELECT " NOTICE_COLUMNS " FROM notice WHERE id = ?1")                             \
    X(Q_TIMELINE, "SELECT " JOURNAL_COLUMNS " FROM journal WHERE incident = ?1 AND seq > ?2 "      \
                  "AND seq <= ?3 ORDER BY seq LIMIT ?4")                                           \
    X(Q_EVENTS, "SELECT " JOURNAL_COLUMNS " FROM journal WHERE seq > ?2 AND seq <= ?3 "            \
                "ORDER BY seq LIMIT ?4")                                                           \
    X(Q_ANSWERED, "SELECT " JOURNAL_COLUMNS " FROM journal WHERE incident = ?1 AND seq > ?2 "      \
                  "AND seq <= ?3 AND kind = 'call_answered' AND EXISTS (SELECT 1 FROM "            \
                  "json_each(body, '$.calls') WHERE value = ?4) ORDER BY seq LIMIT 1")             \
    X(Q_FACTS, "SELECT " FACT_COLUMNS " FROM fact WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3") \
    X(Q_ITEM, "SELECT " ITEM_COLUMNS " FROM item WHERE id = ?1")                                   \
    X(Q_ITEMS_OF, "SELECT id FROM item WHERE incident = ?5 AND id < ?1 AND (?6 IS NULL OR owner "  \
                  "= ?6) AND (?3 < 0 OR open = ?3) AND (?4 IS NULL OR state = ?4) AND (?7 IS "     \
                  "NULL OR kind = ?7) "                                                            \
                  "AND late >= ?8 ORDER BY id DESC LIMIT ?2")                                      \
    X(Q_ITEMS_OWNED, "SELECT id FROM item INDEXED BY item_owner WHERE owner = ?6 AND open = ?3 "   \
                     "AND id < ?1 AND (?4 IS NULL OR state = ?4) AND (?7 IS NULL OR kind = ?7) "   \
                     "AND late >= ?8 ORDER BY id DESC LIMIT ?2")                                   \
    X(Q_ITEMS, "SELECT id FROM item INDEXED BY item_open WHERE open = ?3 AND id < ?1 "             \
               "AND (?4 IS NULL OR state = ?4) AND (?7 IS NULL OR kind = ?7) "                     \
               "ORDER BY id DESC LIMIT ?2")                                                        \
    X(Q_ITEMS_LATE, "SELECT id FROM item INDEXED BY item_late WHERE late = 1 AND id < ?1 "         \
                    "AND (?4 IS NULL OR state = ?4) AND (?7 IS NULL OR kind = ?7) "                \
                    "ORDER BY id DESC LIMIT ?2")                                                   \
    X(Q_REPORT, "SELECT " REPORT_COLUMNS " FROM report WHERE id = ?1")                             \
    X(Q_REPORTS_OF,                                                                                \
      "SELECT " REPORT_COLUMNS " FROM report WHERE incident = ?5 AND id < ?1 "                     \
      "AND (?3 < 0 OR open = ?3) AND (?4 IS NULL OR state = ?4) "                                  \
      "AND (?7 = 0 OR state <> 'sent') AND (?6 IS NULL OR kind = ?6) ORDER BY id DESC LIMIT ?2")   \
    X(Q_REPORTS, "SELECT " REPORT_COLUMNS " FROM report WHERE open = ?3 AND id < ?1 "              \
                 "AND (?4 IS NULL OR state = ?4) AND (?7 = 0 OR state <> 'sent') "                 \
                 "AND (?6 IS NULL OR kind = ?6) ORDER BY id DESC LIMIT ?2")                        \
    X(Q_PIN, "SELECT hash, kind, body FROM pin WHERE hash = ?1")

enum read_statement {
#define X(name, sql) name,
    READ_TABLE(X)
#undef X
        READ_STATEMENTS
};

struct read {
    sqlite3 *db;
    const char *path; /* borrowed */
    sqlite3_stmt *stmts[READ_STATEMENTS];
    struct keys keys;
};

enum err read_init(struct read *r, sqlite3 *db, const char *path, struct why *why) MUST_USE;
void read_done(struct read *r);

/* One transaction. Gives what the result holds (query_result_done). Errors are in the result. */
void query_run(struct read *r, const struct query *q, struct query_result *ret);
void query_result_done(struct query_result *result);
