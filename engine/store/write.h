/*
 * write - the statements that put a batch into the file. Between BEGIN and COMMIT; when to begin
 * and what to do about an error is the caller's.
 *
 * Layer      store, inside.
 * Threads    That of its connection: the writer's, or the only one of a rebuild.
 * Errors     SQLite's primary code. After one, the caller rolls back and calls write_rolled_back,
 *            or ends the process.
 */
#pragma once

#include "store/keys.h"
#include "store/pack.h"
#include "store/stored.h"

/* Each is prepared once. */
#define WRITE_TABLE(X)                                                                             \
    X(W_BEGIN, "BEGIN IMMEDIATE")                                                                  \
    X(W_COMMIT, "COMMIT")                                                                          \
    X(W_ROLLBACK, "ROLLBACK")                                                                      \
    X(W_JOURNAL, "INSERT INTO journal (seq, incident, at_ms, kind, actor, body, chain) "           \
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                            \
    /* most changes leave the indexed columns alone: then no index is touched */                   \
    X(W_INCIDENT_BODY, "UPDATE incident SET body = ?7 WHERE id = ?1 AND open = ?3 AND drill = ?4 " \
                       "AND plan IS ?5 AND state = ?6")                                            \
    X(W_INCIDENT, "INSERT INTO incident (id, open, drill, plan, state, body) "                     \
                  "VALUES (?1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET "                \
                  "open = ?3, drill = ?4, plan = ?5, state = ?6, body = ?7")                       \
    X(W_INCIDENT_GONE, "DELETE FROM incident WHERE id = ?1")                                       \
    X(W_NOTICE_BODY, "UPDATE notice SET state = ?6, body = ?7 WHERE id = ?1 AND incident IS ?2 "   \
                     "AND open = ?3 AND drill = ?4")                                               \
    X(W_NOTICE, "INSERT INTO notice (id, incident, open, drill, state, body) "                     \
                "VALUES (?1, ?2, ?3, ?4, ?6, ?7) ON CONFLICT (id) DO UPDATE SET "                  \
                "incident = ?2, open = ?3, drill = ?4, state = ?6, body = ?7")                     \
    X(W_NOTICE_GONE, "DELETE FROM notice WHERE id = ?1")                                           \
    X(W_KEY, "INSERT INTO key (id, incident, open, drill, body) VALUES (?1, ?2, ?3, ?4, ?7) "      \
             "ON CONFLICT (id) DO UPDATE SET incident = ?2, open = ?3, drill = ?4, body = ?7")     \
    X(W_KEY_GONE, "DELETE FROM key WHERE id = ?1")                                                 \
    X(W_META, "INSERT INTO meta (id, body) VALUES (?1, ?7) "                                       \
              "ON CONFLICT (id) DO UPDATE SET body = ?7")                                          \
    X(W_META_GONE, "DELETE FROM meta WHERE id = ?1")                                               \
    X(W_FACT, "INSERT INTO fact (id, incident, drill, body) VALUES (?1, ?2, ?4, ?7) "              \
              "ON CONFLICT (id) DO UPDATE SET body = ?7")                                          \
    X(W_FACT_GONE, "DELETE FROM fact WHERE id = ?1")                                               \
    X(W_DUTY, "INSERT INTO duty (id, incident, drill, body) VALUES (?1, ?2, ?4, ?7) "              \
              "ON CONFLICT (id) DO UPDATE SET body = ?7")                                          \
    X(W_DUTY_GONE, "DELETE FROM duty WHERE id = ?1")                                               \
    X(W_ITEM, "INSERT INTO item (id, incident, open, drill, owner, state, due_ms, body, kind, "    \
              "late) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?7, ?9, ?10) ON CONFLICT (id) DO UPDATE " \
              "SET incident = ?2, open = ?3, owner = ?5, state = ?6, due_ms = ?8, body = ?7, "     \
              "late = ?10")                                                                        \
    X(W_REPORT, "INSERT INTO report (id, incident, open, drill, kind, state, due_ms, body) "       \
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?7) ON CONFLICT (id) DO UPDATE SET "          \
                "open = ?3, state = ?6, due_ms = ?8, body = ?7")                                   \
    X(W_REPORT_GONE, "DELETE FROM report WHERE id = ?1")                                           \
    X(W_REPORTS_PURGE, "UPDATE report SET body = NULL WHERE incident = ?1")                        \
    X(W_ITEM_GONE, "DELETE FROM item WHERE id = ?1")                                               \
    X(W_PIN,                                                                                       \
      "INSERT INTO pin (hash, kind, body) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING")      \
    X(W_PIN_GONE, "DELETE FROM pin WHERE hash = ?1")                                               \
    X(W_CONTACT, "INSERT INTO contact (person, endpoint, value) VALUES (?1, ?2, ?3) "              \
                 "ON CONFLICT (person, endpoint) DO UPDATE SET value = ?3")                        \
    X(W_CONTACT_GONE, "DELETE FROM contact WHERE person = ?1 AND endpoint = ?2")                   \
    X(W_ACCESS, "INSERT INTO access (id, body) VALUES (?1, ?7) "                                   \
                "ON CONFLICT (id) DO UPDATE SET body = ?7")                                        \
    X(W_ACCESS_GONE, "DELETE FROM access WHERE id = ?1")                                           \
    X(W_SECRET, "INSERT INTO secret (holder, hash, used_ms) VALUES (?1, ?2, ?3) "                  \
                "ON CONFLICT (holder) DO UPDATE SET hash = ?2, used_ms = ?3")                      \
    X(W_SECRET_USED, "UPDATE secret SET used_ms = ?2 WHERE holder = ?1")                           \
    X(W_SECRET_GONE, "DELETE FROM secret WHERE holder = ?1")                                       \
    X(W_INCIDENT_PURGE, "UPDATE incident SET body = NULL WHERE id = ?1")                           \
    X(W_ITEMS_PURGE, "UPDATE item SET body = NULL WHERE incident = ?1")                            \
    X(W_FACTS_PURGE, "DELETE FROM fact WHERE id > ?1 AND id < ?2") /* their ids tell, too */       \
    X(W_NOTICES_PURGE, "UPDATE notice SET body = NULL WHERE incident = ?1")                        \
    X(W_MARK, "UPDATE mark SET clean = 0, boot_id = ?1, boot_ms = ?2, wall_ms = ?3, mono_ms = ?4") \
    X(W_CLEAN, "UPDATE mark SET clean = 1")

enum write_statement {
#define X(name, sql) name,
    WRITE_TABLE(X)
#undef X
        WRITE_STATEMENTS
};

struct write {
    sqlite3 *db;
    sqlite3_stmt *stmts[WRITE_STATEMENTS];
    struct keys keys;
    int64_t last_seq; /* of the transaction, and of the journal once it is committed */
    struct chain chain;
    int64_t committed_seq; /* where a rollback goes back to */
    struct chain committed_chain;
    struct clock_mark mark; /* of the last batch */
    bool purged; /* a key was destroyed since somebody has looked: the log still holds it */
    struct text base64, body, blob;
    const char *failed_sql; /* of the statement whose code was returned; for the sentence */
};

/* Reads where the journal ends. */
enum err write_init(struct write *w, sqlite3 *db, const char *path, struct why *why) MUST_USE;
void write_done(struct write *w);

int write_begin(struct write *w);
int write_commit(struct write *w);
void write_rollback(struct write *w); /* if the error did not do it itself */

/*
 * One batch: records, rows, pins, contacts, secrets, and its mark. With a record `purged` the key
 * of its incident is destroyed, and the bodies of its rows go.
 */
int write_pack(struct write *w, const struct pack *p);

/* Only the projections of a batch: a rebuild. */
int write_rows(struct write *w, const struct pack *p);

/* Mark the stop as an orderly one. In a transaction of its own. */
int write_clean(struct write *w);
