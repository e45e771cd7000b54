/*
 * db - SQLite as this folder uses it: opening with the settings that keep a record safe, and what
 * its error codes mean in sentences.
 *
 * Layer      store, inside: the headers that include sqlite3.h are seen by no other folder.
 * Threads    A connection belongs to one thread at a time (opened without SQLite's mutexes).
 * Errors     Sentences name the file, what was being done, and the remedy.
 */
#pragma once

#include "base/err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum db_mode {
    DB_READER, /* READONLY, and does not checkpoint when it closes */
    /*
     * One connection of one process (WAL-reset bug of SQLite before 3.51.3: two connections that
     * write or checkpoint at once can damage the file).
     */
    DB_WRITER,
    DB_ALONE, /* a writer that fails while any other connection is open, here or elsewhere */
};

/* Open an existing file and make the settings of the connection. */
enum err db_open(const char *path, enum db_mode mode, int busy_ms, sqlite3 **ret,
                 struct why *why) MUST_USE;

/* Closes; every statement must be finalized. NULL is allowed. */
void db_close(sqlite3 *db);

/* Run statements without results. */
enum err db_exec(sqlite3 *db, const char *path, const char *sql, struct why *why) MUST_USE;

enum err db_prepare(sqlite3 *db, const char *path, const char *sql, sqlite3_stmt **ret,
                    struct why *why) MUST_USE;

/* One integer: a PRAGMA, a count. No row gives 0. */
enum err db_int(sqlite3 *db, const char *path, const char *sql, int64_t *ret,
                struct why *why) MUST_USE;

/* The sentence for the error that the connection has just had. `doing`: "opening it". */
enum err db_why(sqlite3 *db, const char *path, const char *doing, struct why *why);

/* Is the error that the connection has just had a full disk, under whatever code? */
bool db_is_full(sqlite3 *db);

/* SQLITE_OK for the two good ends of a statement (DONE, ROW), else the primary code. */
int db_code(int rc);

/* Bytes free for us on the disk of this path; INT64_MAX when it cannot be asked. */
int64_t disk_free_bytes(const char *path);
