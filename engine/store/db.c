#include "store/db.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

int db_code(int rc)
{
    int code = rc & 0xff;
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

bool db_is_full(sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;
    /* the WAL's index and the file itself report a full disk as a plain I/O error */
    return code == SQLITE_FULL || ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
                                   sqlite3_system_errno(db) == ENOSPC);
}

int64_t disk_free_bytes(const char *path)
{
    struct statvfs st;
    if (statvfs(path, &st) != 0)
        return INT64_MAX;
    return (int64_t)st.f_bavail * (int64_t)st.f_frsize;
}

static enum err why_full(const char *path, const char *doing, struct why *why)
{
    return why_set(why, ERR_NO_SPACE,
                   "%s: the disk is full (%" PRId64 " KiB are free), while %s; make room on it and "
                   "start again, nothing in the file is lost",
                   path, disk_free_bytes(path) / 1024, doing);
}

enum err db_why(sqlite3 *db, const char *path, const char *doing, struct why *why)
{
    int rc = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *text = db ? sqlite3_errmsg(db) : "out of memory";
    if (db && db_is_full(db))
        return why_full(path, doing, why);

    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return why_set(
            why, ERR_CONFLICT,
            "%s is locked by another program, while %s; end the other muster, sqlite3 or "
            "backup that has it open (fuser %s names it)",
            path, doing, path);
    case SQLITE_NOTADB:
        return why_set(
            why, ERR_CORRUPT,
            "%s is not a database, while %s; move it away and put the last backup in its "
            "place, or set `data` to another folder",
            path, doing);
    case SQLITE_CORRUPT:
        return why_set(
            why, ERR_CORRUPT,
            "%s is damaged (%s), while %s; keep a copy of it and of its -wal, and put the "
            "last backup in its place",
            path, text, doing);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return why_set(
            why, ERR_IO,
            "%s cannot be written (%s), while %s; it, its -wal and its folder must belong "
            "to the user that muster runs as, on a disk that is not mounted read-only",
            path, text, doing);
    default:
        return why_set(why, ERR_IO, "%s: %s (SQLite %d), while %s; look at the disk (dmesg)", path,
                       text, rc, doing);
    }
}

enum err db_exec(sqlite3 *db, const char *path, const char *sql, struct why *why)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return ERR_OK;
    return db_why(db, path, sql, why);
}

enum err db_prepare(sqlite3 *db, const char *path, const char *sql, sqlite3_stmt **ret,
                    struct why *why)
{
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) == SQLITE_OK)
        return ERR_OK;
    return db_why(db, path, sql, why);
}

enum err db_int(sqlite3 *db, const char *path, const char *sql, int64_t *ret, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = db_prepare(db, path, sql, &stmt, why);
    if (e)
        return e;
    int rc = sqlite3_step(stmt);
    *ret = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    if (db_code(rc) != SQLITE_OK)
        e = db_why(db, path, sql, why);
    sqlite3_finalize(stmt);
    return e;
}

/*
 * Settings of every connection. synchronous=FULL is what makes a commit durable in WAL mode
 * (NORMAL syncs none). Checkpoints are the writer's own. secure_delete=ON overwrites
 * what is deleted, and pages that become free (FAST leaves those as they were): a destroyed key is
 * in no page of the file, wherever SQLite has moved it before.
 */
static const char connection_sql[] = "PRAGMA synchronous=FULL;"
                                     "PRAGMA wal_autocheckpoint=0;"
                                     "PRAGMA trusted_schema=OFF;"
                                     "PRAGMA cell_size_check=ON;"
                                     "PRAGMA mmap_size=0;"
                                     "PRAGMA temp_store=MEMORY;"
                                     "PRAGMA secure_delete=ON;";

static void db_configure(sqlite3 *db, bool writable)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (!writable)
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* Before anything is read: even the first look wants the file for itself then. */
static const char alone_sql[] = "PRAGMA locking_mode=EXCLUSIVE";

enum err db_open(const char *path, enum db_mode mode, int busy_ms, sqlite3 **ret, struct why *why)
{
    sqlite3 *db = NULL;
    int access = mode == DB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &db, access | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        db_configure(db, mode != DB_READER);
        sqlite3_busy_timeout(db, busy_ms);
    }
    if (rc == SQLITE_OK && mode == DB_ALONE)
        rc = sqlite3_exec(db, alone_sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, connection_sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK) /* KiB; the page cache of the kernel lies behind it */
        rc = sqlite3_exec(db,
                          mode == DB_READER ? "PRAGMA cache_size=-1000" : "PRAGMA cache_size=-4000",
                          NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        enum err e = db_why(db, path, "opening it", why);
        db_close(db);
        return e;
    }
    *ret = db;
    return ERR_OK;
}

void db_close(sqlite3 *db)
{
    sqlite3_close(db);
}
