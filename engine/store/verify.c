/* verify - reads the whole journal and says whether it is what was written. See store.h. */
#include "store/keys.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/stored.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS_A_TRANSACTION = 500, /* short: the daemon's writer must be able to empty its log */
    VERIFY_BUSY_MS = 2000,
};

struct walk {
    sqlite3 *db;
    const char *path;
    sqlite3_stmt *rows;
    struct keys keys;
    struct chain chain;
    int64_t next_seq; /* expected */
    int64_t end_seq;  /* the last when the walk began: the daemon may append all the time */
    struct store_verdict *verdict;
};

static enum err row_check(struct walk *w, const struct stored *s, struct why *why)
{
    if (s->seq != w->next_seq)
        return why_set(why, ERR_CORRUPT, "the rows %" PRId64 " to %" PRId64 " are missing",
                       w->next_seq, s->seq - 1);
    struct chain expected = chain_next(&w->chain, s);
    if (!s->chain || memcmp(s->chain, &expected, sizeof(expected)) != 0)
        return why_set(why, ERR_CORRUPT,
                       "seq %" PRId64
                       ": the chain breaks: this row, or the chain of the one before, "
                       "is not what was written",
                       s->seq);

    const struct seal_key *key = NULL;
    if (s->has_incident && keys_of(&w->keys, s->incident, &key) != SQLITE_OK)
        return db_why(w->db, w->path, "reading the vault", why);
    struct record *record = NULL;
    struct stored_facts facts;
    enum err e = stored_record(s, key, &record, &facts, why);
    if (e)
        return e;
    record_unref(record);
    if (!facts.canonical)
        return why_set(why, ERR_CORRUPT, "seq %" PRId64 ": the JSON is not canonical", s->seq);

    w->verdict->sealed += facts.sealed && key;
    w->verdict->purged += facts.sealed && !key;
    w->chain = expected;
    w->next_seq = s->seq + 1;
    return ERR_OK;
}

/* The next rows, as one transaction: a statement is one. */
static enum err some_rows(struct walk *w, int64_t *ret_count, struct why *why)
{
    struct store_verdict *v = w->verdict;
    enum err e = ERR_OK;
    int rc = SQLITE_DONE;
    *ret_count = 0;
    keys_clear(&w->keys);
    sqlite3_bind_int64(w->rows, 1, w->next_seq);
    sqlite3_bind_int64(w->rows, 2, w->end_seq);
    sqlite3_bind_int64(w->rows, 3, ROWS_A_TRANSACTION);
    while (!e && (rc = sqlite3_step(w->rows)) == SQLITE_ROW) {
        struct stored s;
        stored_read(w->rows, &s);
        e = row_check(w, &s, why);
        if (e == ERR_CORRUPT)
            v->bad_seq = s.seq == w->next_seq ? s.seq : w->next_seq;
        if (e)
            break;
        v->rows++;
        v->last_seq = s.seq;
        (*ret_count)++;
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(w->db, w->path, "reading the journal", why);
    if (e == ERR_CORRUPT && !v->bad_seq)
        v->bad_seq = w->next_seq;
    sqlite3_reset(w->rows);
    return e;
}

static enum err walk_begin(struct walk *w, struct why *why)
{
    int64_t version = 0;
    enum err e = schema_check(w->db, w->path, &schema_own, &version, why);
    if (!e && version == 0)
        e = why_set(why, ERR_CORRUPT, "%s is an empty database; there is no journal in it",
                    w->path);
    if (!e && version < schema_own.newest)
        e = why_set(why, ERR_CONFLICT,
                    "%s has schema %" PRId64 ", this version needs %" PRId64
                    "; `muster serve` brings it up when it starts",
                    w->path, version, schema_own.newest);
    if (!e)
        e = db_int(w->db, w->path, "SELECT ifnull(max(seq), 0) FROM journal", &w->end_seq, why);
    if (!e)
        e = db_prepare(w->db, w->path,
                       "SELECT " JOURNAL_COLUMNS " FROM journal WHERE seq >= ?1 "
                       "AND seq <= ?2 ORDER BY seq LIMIT ?3",
                       &w->rows, why);
    if (!e)
        e = keys_init(&w->keys, w->db, w->path, false, why);
    return e;
}

static enum err walk_all(struct walk *w, struct why *why)
{
    enum err e;
    int64_t count = 0;
    w->next_seq = 1;
    do {
        e = some_rows(w, &count, why);
    } while (!e && count > 0);
    w->verdict->first_seq = w->verdict->rows > 0;
    if (!e && w->next_seq <= w->end_seq) {
        w->verdict->bad_seq = w->next_seq;
        e = why_set(why, ERR_CORRUPT, "seq %" PRId64 " cannot be found", w->next_seq);
    }
    return e;
}

enum err journal_verify(const char *path, struct store_verdict *ret, struct why *why)
{
    *ret = (struct store_verdict){0};
    if (sodium_init() < 0)
        return why_set(why, ERR_IO, "libsodium cannot start");
    if (access(path, R_OK) != 0)
        return why_set(why, ERR_MISSING, "%s cannot be read; name the database with --data DIR",
                       path);

    struct walk w = {.path = path, .verdict = ret};
    enum err e = db_open(path, DB_READER, VERIFY_BUSY_MS, &w.db, why);
    if (e)
        return e;
    e = walk_begin(&w, why);
    if (!e)
        e = walk_all(&w, why);
    sodium_bin2hex(ret->chain, sizeof(ret->chain), w.chain.b, sizeof(w.chain.b));
    sqlite3_finalize(w.rows);
    keys_done(&w.keys);
    db_close(w.db);
    return e;
}
