/* verify - reads the whole journal and says whether it is what was written. See store.h. */
#include "store/head_list.h"
#include "store/keys.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/stored.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
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
    const struct head_list *heads;
    size_t heads_passed;
    struct store_verdict *verdict;
};

/* ---- signed heads ---- */

/* The row is good: is its chain what was signed of it? */
static enum err heads_check(struct walk *w, int64_t seq, const struct chain *chain, struct why *why)
{
    const struct head_list *l = w->heads;
    char at[RFC3339_TEXT];
    for (; w->heads_passed < l->count && l->at[w->heads_passed].seq == seq; w->heads_passed++) {
        const struct listed_head *h = &l->at[w->heads_passed];
        if (memcmp(&h->chain, chain, sizeof h->chain) != 0)
            return why_set(why, ERR_CORRUPT,
                           "seq %" PRId64 ": this is not the journal that was signed at %s (gen "
                           "%" PRId64 "): this row or one before it was changed, and the chain "
                           "after it made anew",
                           seq, rfc3339(h->at, at), h->gen);
        w->verdict->heads++;
        w->verdict->head_seq = seq;
        w->verdict->head_at = h->at;
    }
    return ERR_OK;
}

/* Every head was passed, or the journal ends too early. */
static enum err heads_end(const struct walk *w, struct why *why)
{
    const struct head_list *l = w->heads;
    char at[RFC3339_TEXT];
    if (w->heads_passed == l->count)
        return ERR_OK;
    const struct listed_head *last = &l->at[l->count - 1];
    return why_set(why, ERR_CORRUPT,
                   "the journal ends at seq %" PRId64 ", but seq %" PRId64
                   " was signed at %s (gen %" PRId64 "): the rows after it were taken away",
                   w->verdict->last_seq, last->seq, rfc3339(last->at, at), last->gen);
}

/* ---- rows ---- */

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

    e = heads_check(w, s->seq, &expected, why);
    if (e)
        return e;
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
    enum err e = schema_check_journal(w->db, w->path, why);
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
    if (!e) {
        e = heads_end(w, why);
        w->verdict->bad_seq = e ? w->next_seq : 0;
    }
    return e;
}

/* ---- what is trusted ---- */

static enum err keys_parse(const struct verify_options *o, struct public_key *ret, struct why *why)
{
    for (size_t n = 0; n < o->public_count; n++)
        if (!public_key_parse(o->public[n], strlen(o->public[n]), &ret[n]))
            return why_set(
                why, ERR_INVALID,
                "%.80s is no public key; one is like ed25519:BASE64 (muster journal key)",
                o->public[n]);
    return ERR_OK;
}

/* Good against who can write the journal but not read the key; an auditor names the key himself. */
static enum err key_beside(const char *path, struct public_key *ret, struct why *why)
{
    struct signing_key key;
    AUTO_TEXT(file);
    signing_key_path(path, &file);
    enum err e = signing_key_read(text_str(&file), &key, why);
    if (e)
        return why_add(why, e, "name the key that signed the heads with --public");
    *ret = key.public;
    signing_key_wipe(&key);
    return ERR_OK;
}

static enum err heads_read(const char *path, const struct verify_options *o, struct head_list *ret,
                           struct why *why)
{
    if (!o || !o->heads)
        return ERR_OK;
    size_t count = o->public_count ? o->public_count : 1;
    struct public_key *keys = mem_new(count, sizeof *keys);
    enum err e = o->public_count ? keys_parse(o, keys, why) : key_beside(path, keys, why);
    if (!e)
        e = head_list_read(o->heads, keys, count, ret, why);
    free(keys);
    return e;
}

/* ---- together ---- */

static enum err verify(const char *path, const struct head_list *heads, struct store_verdict *ret,
                       struct why *why)
{
    struct walk w = {.path = path, .heads = heads, .verdict = ret};
    ret->head_torn = heads->torn;
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

enum err journal_verify(const char *path, const struct verify_options *options,
                        struct store_verdict *ret, struct why *why)
{
    struct head_list heads = {0};
    *ret = (struct store_verdict){0};
    if (sodium_init() < 0)
        return why_set(why, ERR_IO, "libsodium cannot start");
    if (access(path, R_OK) != 0)
        return why_set(why, ERR_MISSING, "%s cannot be read; name the database with --data DIR",
                       path);
    /* the heads first: a daemon that runs adds rows before it signs them */
    enum err e = heads_read(path, options, &heads, why);
    if (!e)
        e = verify(path, &heads, ret, why);
    head_list_done(&heads);
    return e;
}
