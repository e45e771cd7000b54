/* look - one database, read by another program than its daemon. See store.h. */
#include "store/query.h"
#include "store/schema.h"
#include "store/signed_head.h"
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_BUSY_MS = 2000, HEAD_LINE_BYTES = 4096 };

struct store_look {
    sqlite3 *db;
    char *path;
    struct read read;
    int64_t gen;
};

static enum err look_begin(struct store_look *l, struct why *why)
{
    int64_t version = 0;
    enum err e = schema_check(l->db, l->path, &schema_own, &version, why);
    if (!e && version < schema_own.newest)
        return why_set(why, ERR_CONFLICT,
                       "%s has the form of an older version (schema %" PRId64 " of %" PRId64
                       "): start the daemon of this version once, which brings it up to date",
                       l->path, version, schema_own.newest);
    if (!e)
        e = db_int(l->db, l->path, "SELECT gen FROM mark", &l->gen, why);
    if (!e)
        e = read_init(&l->read, l->db, l->path, why);
    return e;
}

enum err store_look_open(const char *path, struct store_look **ret, struct why *why)
{
    if (sodium_init() < 0)
        return why_set(why, ERR_IO, "libsodium cannot start");
    if (access(path, R_OK) != 0)
        return why_set(why, ERR_MISSING, "%s cannot be read; name the database with --data DIR",
                       path);
    struct store_look *l = mem_new(1, sizeof *l);
    l->path = mem_str(path);
    enum err e = db_open(path, DB_READER, LOOK_BUSY_MS, &l->db, why);
    if (!e)
        e = look_begin(l, why);
    if (e)
        store_look_close(l);
    else
        *ret = l;
    return e;
}

void store_look_query(struct store_look *l, const struct query *q, query_done_fn *done, void *ctx)
{
    struct query_result result;
    query_run(&l->read, q, &result);
    done(ctx, &result);
    query_result_done(&result);
}

int64_t store_look_gen(const struct store_look *l)
{
    return l->gen;
}

void store_look_close(struct store_look *l)
{
    if (!l)
        return;
    read_done(&l->read);
    db_close(l->db);
    free(l->path);
    free(l);
}

/* ---- heads ---- */

/* Has the journal the row that this head was made of, as it was signed? */
static bool is_of_journal(struct store_look *l, const struct signed_head *h)
{
    struct why why;
    sqlite3_stmt *stmt = NULL;
    bool same = false;
    if (db_prepare(l->db, l->path, "SELECT chain FROM journal WHERE seq = ?1", &stmt, &why))
        return false;
    sqlite3_bind_int64(stmt, 1, h->seq);
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == CHAIN_BYTES)
        same = memcmp(sqlite3_column_blob(stmt, 0), &h->chain, CHAIN_BYTES) == 0;
    sqlite3_finalize(stmt);
    return same;
}

static void heads_search(struct store_look *l, FILE *f, int64_t seq, struct text *ret)
{
    char line[HEAD_LINE_BYTES];
    int64_t newest = seq - 1;
    while (fgets(line, sizeof line, f)) {
        struct signed_head h;
        size_t len = strcspn(line, "\n");
        if (!signed_head_parse(line, len, &h) || h.seq <= newest || !signed_head_holds(&h) ||
            !is_of_journal(l, &h))
            continue;
        newest = h.seq;
        text_clear(ret);
        text_add_bytes(ret, line, len);
    }
}

enum err store_look_head(struct store_look *l, const char *heads, int64_t seq, struct text *ret,
                         struct why *why)
{
    if (!heads || !*heads)
        return why_set(why, ERR_MISSING,
                       "no file of signed heads is configured (head_file) or named (--heads)");
    FILE *f = fopen(heads, "re");
    if (!f)
        return why_set(why, ERR_MISSING, "the signed heads in %s cannot be read: %s", heads,
                       strerror(errno));
    text_clear(ret);
    heads_search(l, f, seq, ret);
    (void)fclose(f);
    if (!ret->len)
        return why_set(why, ERR_MISSING,
                       "no signed head in %s covers seq %" PRId64
                       " yet; muster journal checkpoint makes one",
                       heads, seq);
    return ERR_OK;
}

bool store_head_line(const char *line, int64_t *ret_seq)
{
    struct signed_head h;
    if (sodium_init() < 0 || !signed_head_parse(line, strlen(line), &h) || !signed_head_holds(&h))
        return false;
    *ret_seq = h.seq;
    return true;
}
