/* rebuild - makes all projections again from the journal. See store.h. */
#include "store/open.h"
#include "store/store.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_AFTER = 1000 };

struct rebuild {
    struct write write;
    const char *path;
    store_apply_fn *apply;
    store_rows_fn *rows;
    void *ctx;
    mono_ms moment; /* of the last record */
    int64_t since;  /* records since rows were asked for */
};

/* What changed since the last time, into the same transaction. */
static enum err rows_take(struct rebuild *b, struct why *why)
{
    struct store_batch batch = {0};
    b->rows(b->ctx, &batch.rows, &batch.rows_count);
    struct pack *p = pack_new(&batch);
    int rc = write_rows(&b->write, p);
    enum err e =
        rc == SQLITE_OK ? ERR_OK : db_why(b->write.db, b->path, "writing the projections", why);
    pack_free(p);
    for (size_t i = 0; i < batch.rows_count; i++)
        row_done(&batch.rows[i]);
    free(batch.rows);
    return e;
}

/*
 * What one input led to is never cut in two: between an end and the messages that tell of it the
 * incident would seem to be over and done with.
 */
static enum err moment_take(struct rebuild *b, const struct record *next, struct why *why)
{
    bool cut = b->since >= ROWS_AFTER && next->mono != b->moment;
    b->since = cut ? 1 : b->since + 1;
    b->moment = next->mono;
    return cut ? rows_take(b, why) : ERR_OK;
}

static enum err record_take(struct rebuild *b, const struct stored *s, struct chain *chain,
                            int64_t seq, struct why *why)
{
    struct chain expected = chain_next(chain, s);
    if (s->seq != seq || !s->chain || memcmp(s->chain, &expected, sizeof(expected)) != 0)
        return why_set(why, ERR_CORRUPT,
                       "%s: the chain of the journal breaks at seq %" PRId64
                       "; nothing was changed (muster journal verify tells more)",
                       b->path, seq);
    *chain = expected;

    const struct seal_key *key = NULL;
    if (s->has_incident && keys_of(&b->write.keys, s->incident, &key) != SQLITE_OK)
        return db_why(b->write.db, b->path, "reading the vault", why);
    struct record *record = NULL;
    enum err e = stored_record(s, key, &record, NULL, why);
    if (e)
        return why_add(why, e, "%s", b->path);
    e = moment_take(b, record, why);
    b->apply(b->ctx, record);
    record_unref(record);
    return e;
}

static enum err journal_walk(struct rebuild *b, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e = db_prepare(b->write.db, b->path,
                            "SELECT " JOURNAL_COLUMNS " FROM journal ORDER BY seq", &stmt, why);
    struct chain chain = {{0}};
    int rc = SQLITE_DONE;
    for (int64_t seq = 1; !e && (rc = sqlite3_step(stmt)) == SQLITE_ROW; seq++) {
        struct stored s;
        stored_read(stmt, &s);
        e = record_take(b, &s, &chain, seq, why);
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(b->write.db, b->path, "reading the journal", why);
    sqlite3_finalize(stmt);
    return e ? e : rows_take(b, why);
}

static enum err in_transaction(struct rebuild *b, struct why *why)
{
    sqlite3 *db = b->write.db;
    enum err e =
        db_exec(db, b->path,
                "BEGIN IMMEDIATE;"
                "DELETE FROM incident; DELETE FROM notice; DELETE FROM key; DELETE FROM meta;"
                "DELETE FROM access; DELETE FROM fact; DELETE FROM item; "
                "DELETE FROM report; DELETE FROM duty",
                why);
    if (!e)
        e = journal_walk(b, why);
    if (!e)
        e = db_exec(db, b->path, "COMMIT", why);
    if (!sqlite3_get_autocommit(db))
        write_rollback(&b->write);
    return e;
}

enum err store_rebuild(const struct store_config *config, store_apply_fn *apply,
                       store_rows_fn *rows, void *ctx, struct why *why)
{
    if (sodium_init() < 0)
        return why_set(why, ERR_IO, "libsodium cannot start");
    struct opened opened;
    enum err e = open_database(config->path, NULL, config->busy_ms, DB_ALONE, &opened, why);
    if (e == ERR_CONFLICT)
        return why_set(why, e, "%s is in use; stop the daemon first, then rebuild", config->path);
    if (e)
        return e;
    struct rebuild b = {
        .write = opened.write, .path = config->path, .apply = apply, .rows = rows, .ctx = ctx};
    sqlite3 *db = b.write.db;
    e = in_transaction(&b, why);
    if (!e && db_code(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL)))
        e = db_why(db, b.path, "making the projections durable", why);
    write_done(&b.write);
    db_close(db);
    return e;
}
