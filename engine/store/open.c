#include "store/open.h"

#include "base/log.h"
#include "store/ballast.h"
#include "store/schema.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHECK_WHOLE_BYTES = 256 * 1024 * 1024, /* above it, the check would cost seconds of the start */
    CHECK_TAIL_ROWS = 1000,
};

/* ---- the folder and the file ---- */

static enum err folder_check(const char *path, struct why *why)
{
    char *copy = mem_str(path);
    const char *folder = dirname(copy);
    struct stat st;
    enum err e = ERR_OK;
    if (stat(folder, &st) != 0)
        e = why_set(why, ERR_IO,
                    "the folder %s of the database cannot be used: %s; make it (mkdir -p "
                    "%s), or set `data` to one that is there",
                    folder, strerror(errno), folder);
    else if (!S_ISDIR(st.st_mode))
        e = why_set(why, ERR_IO, "%s is no folder; set `data` to one", folder);
    else if (access(folder, W_OK | X_OK) != 0)
        e = why_set(why, ERR_IO,
                    "the folder %s of the database cannot be written: %s; give it to the "
                    "user that muster runs as (chown)",
                    folder, strerror(errno));
    free(copy);
    return e;
}

/* The entry of a new file is durable only when its folder is. */
static void folder_sync(const char *path)
{
    char *copy = mem_str(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* some file systems cannot: then there is nothing to do about it */
        close(fd);
    }
    free(copy);
}

/* Made here, as SQLite would make it readable for all; it holds contacts and keys. */
static enum err file_make(const char *path, struct why *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOSPC)
        return why_set(why, ERR_NO_SPACE, "%s: the disk is full; make room on it and start again",
                       path);
    if (fd < 0)
        return why_set(why, ERR_IO,
                       "%s cannot be opened for writing: %s; give it to the user that "
                       "muster runs as (chown)",
                       path, strerror(errno));
    struct stat st;
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    close(fd);
    if (!is_file)
        return why_set(why, ERR_IO, "%s is no plain file; move it away, or set `data`", path);
    if (st.st_size == 0)
        folder_sync(path);
    return ERR_OK;
}

/* ---- is what is there what was written? ---- */

static enum err check_whole(sqlite3 *db, const char *path, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = db_prepare(db, path, "PRAGMA quick_check(1)", &stmt, why);
    if (e)
        return e;
    int rc = sqlite3_step(stmt);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (db_code(rc) != SQLITE_OK)
        e = db_why(db, path, "checking it after a stop that was not clean", why);
    else if (!said || strcmp(said, "ok") != 0)
        e = why_set(why, ERR_CORRUPT,
                    "%s is damaged (%.200s); keep a copy of it and of its -wal, and put the last "
                    "backup in its place",
                    path, said ? said : "nothing to be read");
    sqlite3_finalize(stmt);
    return e;
}

/* The end of the journal is where a crash can have left something: its chain. */
static enum err check_tail(sqlite3 *db, const char *path, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = db_prepare(db, path,
                            "SELECT " JOURNAL_COLUMNS " FROM journal WHERE seq > "
                            "(SELECT ifnull(max(seq), 0) FROM journal) - ?1 ORDER BY seq",
                            &stmt, why);
    if (e)
        return e;
    sqlite3_bind_int(stmt, 1, CHECK_TAIL_ROWS);

    struct chain before = {{0}};
    int64_t seq_before = 0;
    int rc;
    while (!e && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct stored s;
        stored_read(stmt, &s);
        struct chain expected = chain_next(&before, &s);
        bool begins = seq_before == 0 && s.seq != 1; /* what it hangs on was not read */
        if (!s.chain || (!begins && memcmp(s.chain, &expected, sizeof(expected)) != 0) ||
            (!begins && s.seq != seq_before + 1)) {
            e = why_set(
                why, ERR_CORRUPT,
                "%s: the chain of the journal breaks at seq %" PRId64
                " (muster journal verify tells more); keep a copy of it and of its -wal, and "
                "put the last backup in its place",
                path, s.seq);
            break;
        }
        before = *s.chain;
        seq_before = s.seq;
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(db, path, "reading the end of the journal", why);
    sqlite3_finalize(stmt);
    return e;
}

static enum err check_after_crash(sqlite3 *db, const char *path, struct why *why)
{
    struct stat st;
    enum err e = check_tail(db, path, why);
    if (!e && stat(path, &st) == 0 && st.st_size <= CHECK_WHOLE_BYTES)
        e = check_whole(db, path, why);
    return e;
}

/*
 * A row that is recovered after kill -9 was in the page cache, and perhaps never on the disk. The
 * checkpoint syncs the log, copies it and syncs the database: what is read from now on is durable.
 */
static enum err checkpoint_at_start(sqlite3 *db, const char *path, struct why *why)
{
    int frames = 0;
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &frames, NULL);
    assert(frames >= 0 || db_code(rc) != SQLITE_OK); /* -1: there is no log; wal_mode made one */
    if (db_code(rc) == SQLITE_OK)
        return ERR_OK;
    return db_why(db, path, "making what was recovered durable", why);
}

/*
 * A disk that fails its syncs lets an empty log pass. So something is committed before anything is
 * accepted: a start that cannot record is one that says so, not one that dies of its first row. A
 * row with the same content would not be written; the header's page always is.
 */
static enum err commit_at_start(sqlite3 *db, const char *path, struct why *why)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA application_id=%d", MUSTER_APPLICATION_ID);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return ERR_OK;
    return db_why(db, path, "committing something to see whether the disk takes it", why);
}

/* ---- together ---- */

static enum err mark_read(sqlite3 *db, const char *path, struct opened *ret, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = db_prepare(
        db, path, "SELECT gen, clean, boot_id, boot_ms, wall_ms, mono_ms FROM mark", &stmt, why);
    if (e)
        return e;
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        const char *boot_id = (const char *)sqlite3_column_text(stmt, 2);
        ret->gen = sqlite3_column_int64(stmt, 0);
        ret->clean = sqlite3_column_int(stmt, 1) != 0;
        ret->mark = (struct clock_mark){.boot_ms = sqlite3_column_int64(stmt, 3),
                                        .wall = sqlite3_column_int64(stmt, 4),
                                        .mono = sqlite3_column_int64(stmt, 5)};
        if (boot_id && strlen(boot_id) < sizeof(ret->mark.boot_id))
            memcpy(ret->mark.boot_id, boot_id, strlen(boot_id) + 1);
    } else if (rc == SQLITE_DONE) {
        e = why_set(why, ERR_CORRUPT,
                    "%s: the table mark is empty; put the last backup in its place", path);
    } else {
        e = db_why(db, path, "reading the clock mark", why);
    }
    sqlite3_finalize(stmt);
    return e;
}

/* Of a new file, page size and layout come before everything else. */
static enum err wal_mode(sqlite3 *db, const char *path, int64_t version, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = ERR_OK;
    if (version == 0)
        e = db_exec(db, path, "PRAGMA page_size=4096; PRAGMA auto_vacuum=NONE", why);
    if (!e)
        e = db_prepare(db, path, "PRAGMA journal_mode=WAL", &stmt, why);
    if (e)
        return e;
    int rc = sqlite3_step(stmt);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (db_code(rc) != SQLITE_OK)
        e = db_why(db, path, "switching to a write-ahead log", why);
    else if (!mode || strcmp(mode, "wal") != 0)
        e = why_set(why, ERR_IO,
                    "%s: its disk cannot hold a write-ahead log (a network file system?); "
                    "set `data` to a folder on a local disk",
                    path);
    sqlite3_finalize(stmt);
    return e;
}

static enum err bring_up(sqlite3 *db, const char *path, enum db_mode mode, struct opened *ret,
                         struct why *why)
{
    int64_t version = 0;
    enum err e = schema_check(db, path, &schema_own, &version, why);
    if (!e)
        e = wal_mode(db, path, version, why);
    if (!e)
        e = schema_migrate(db, path, &schema_own, version, why);
    if (!e)
        e = mark_read(db, path, ret, why);
    if (!e && !ret->clean)
        e = check_after_crash(db, path, why);
    if (!e)
        e = checkpoint_at_start(db, path, why);
    if (!e && mode == DB_WRITER)
        e = commit_at_start(db, path, why);
    if (!e)
        e = write_init(&ret->write, db, path, why);
    return e;
}

static enum err open_once(const char *path, int busy_ms, enum db_mode mode, struct opened *ret,
                          struct why *why)
{
    enum err e = file_make(path, why);
    sqlite3 *db = NULL;
    if (!e)
        e = db_open(path, mode, busy_ms, &db, why);
    if (e)
        return e;
    *ret = (struct opened){0};
    e = bring_up(db, path, mode, ret, why);
    if (e)
        db_close(db);
    return e;
}

enum err open_database(const char *path, const char *ballast_path, int busy_ms, enum db_mode mode,
                       struct opened *ret, struct why *why)
{
    enum err e = folder_check(path, why);
    if (!e)
        e = open_once(path, busy_ms, mode, ret, why);
    if (e == ERR_NO_SPACE && ballast_path && ballast_drop(ballast_path)) {
        log_error("store", "%s. The ballast is given up for it; make room now", why->text);
        e = open_once(path, busy_ms, mode, ret, why);
    }
    return e;
}
