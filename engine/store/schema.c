#include "store/schema.h"

#include "base/crash.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char schema_001[] = {
#include "gen/store/schema/001.sql.inc"
    , 0};

static const char schema_002[] = {
#include "gen/store/schema/002.sql.inc"
    , 0};

static const char schema_003[] = {
#include "gen/store/schema/003.sql.inc"
    , 0};

static const char schema_004[] = {
#include "gen/store/schema/004.sql.inc"
    , 0};

static const char *const own_steps[] = {schema_001, schema_002, schema_003, schema_004};

const struct schema schema_own = {.steps = own_steps,
                                  .newest = sizeof(own_steps) / sizeof(*own_steps)};

enum err schema_check(sqlite3 *db, const char *path, const struct schema *schema,
                      int64_t *ret_version, struct why *why)
{
    int64_t application = 0, objects = 0;
    enum err e = db_int(db, path, "PRAGMA application_id", &application, why);
    if (!e)
        e = db_int(db, path, "PRAGMA user_version", ret_version, why);
    if (!e)
        e = db_int(db, path, "SELECT count(*) FROM sqlite_schema", &objects, why);
    if (e)
        return e;

    if (application == 0 && objects == 0 && *ret_version == 0)
        return ERR_OK;
    if (application != MUSTER_APPLICATION_ID)
        return why_set(why, ERR_CORRUPT,
                       "%s is a SQLite database, but not one of Muster; it was not touched: set "
                       "`data` to a folder of its own",
                       path);
    if (*ret_version > schema->newest)
        return why_set(
            why, ERR_NEWER,
            "%s was written by a newer Muster (schema %" PRId64 ", this one knows %" PRId64
            "); it was not touched: start the newer version, or put back the backup that "
            "it made beside the file",
            path, *ret_version, schema->newest);
    if (*ret_version < 1)
        return why_set(why, ERR_CORRUPT,
                       "%s has no schema version; keep a copy and put the last backup in its place",
                       path);
    return ERR_OK;
}

enum err schema_check_journal(sqlite3 *db, const char *path, struct why *why)
{
    int64_t version = 0;
    enum err e = schema_check(db, path, &schema_own, &version, why);
    if (!e && version == 0)
        e = why_set(why, ERR_CORRUPT, "%s is an empty database; there is no journal in it", path);
    return e;
}

/* ---- a copy beside the file ---- */

/* Bytes of the whole database into a new file, through SQLite, so that the WAL is in it. */
static enum err copy_into(sqlite3 *db, const char *path, const char *copy, struct why *why)
{
    int fd = open(copy, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* it holds the keys, too */
    if (fd < 0)
        return why_set(why, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, "%s: %s", copy,
                       strerror(errno));
    close(fd);

    sqlite3 *to = NULL;
    enum err e = db_open(copy, DB_WRITER, 0, &to, why);
    if (e)
        return e;
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", db, "main");
    if (backup) {
        sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);
    }
    if (sqlite3_errcode(to) != SQLITE_OK)
        e = db_why(to, copy, "copying the database into it before the migration", why);
    /* a copy is one file: without this it would open in WAL mode and grow a -wal of its own */
    if (!e)
        e = db_exec(to, copy, "PRAGMA journal_mode=DELETE", why);
    db_close(to);
    return e ? why_add(why, e, "%s", path) : ERR_OK;
}

static void backup_name(const char *path, int64_t version, struct text *to)
{
    text_addf(to, "%s.v%" PRId64 ".backup", path, version);
}

bool schema_backups(const char *path, struct text *ret)
{
    for (int64_t version = 1; version < schema_own.newest; version++) {
        AUTO_TEXT(name);
        backup_name(path, version, &name);
        if (access(text_str(&name), F_OK) == 0)
            text_addf(ret, "%s%s", ret->len ? ", " : "", text_str(&name));
    }
    return ret->len > 0;
}

/* PATH.v1.backup, complete or not there: it is written under another name first. */
static enum err backup_make(sqlite3 *db, const char *path, int64_t version, struct why *why)
{
    AUTO_TEXT(part);
    AUTO_TEXT(name);
    backup_name(path, version, &name);
    text_addf(&part, "%s.part", text_str(&name));

    enum err e = copy_into(db, path, text_str(&part), why);
    if (!e && rename(text_str(&part), text_str(&name)) != 0)
        e = why_set(why, ERR_IO, "%s: %s", text_str(&name), strerror(errno));
    if (e)
        unlink(text_str(&part));
    return e;
}

/* ---- the way forward ---- */

static enum err steps_run(sqlite3 *db, const char *path, const struct schema *schema,
                          int64_t version, struct why *why)
{
    for (int64_t v = version; v < schema->newest; v++) {
        if (sqlite3_exec(db, schema->steps[v], NULL, NULL, NULL) != SQLITE_OK) {
            char doing[64];
            snprintf(doing, sizeof(doing), "going from schema %" PRId64 " to %" PRId64, v, v + 1);
            return db_why(db, path, doing, why);
        }
    }
    char sql[128];
    snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%" PRId64,
             MUSTER_APPLICATION_ID, schema->newest);
    return db_exec(db, path, sql, why);
}

enum err schema_migrate(sqlite3 *db, const char *path, const struct schema *schema, int64_t version,
                        struct why *why)
{
    if (version == schema->newest)
        return ERR_OK;
    enum err e = version == 0 ? ERR_OK : backup_make(db, path, version, why);
    if (e)
        return e;

    crash_point("store.migration");
    e = db_exec(db, path, "BEGIN IMMEDIATE", why);
    if (e)
        return e;
    e = steps_run(db, path, schema, version, why);
    crash_point("store.migration");
    if (!e)
        e = db_exec(db, path, "COMMIT", why);
    if (e && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    crash_point("store.migration");
    return e;
}
