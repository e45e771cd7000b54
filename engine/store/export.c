/* export - the journal as lines of JSON, for whoever has no SQLite. See store.h. */
#include "store/keys.h"
#include "store/schema.h"
#include "store/signed_head.h"
#include "store/store.h"
#include "store/stored.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS_A_TRANSACTION = 500, /* short: the daemon's writer must be able to empty its log */
    EXPORT_BUSY_MS = 2000,
};

struct export
{
    sqlite3 *db;
    const char *path;
    sqlite3_stmt *rows;
    struct keys keys;
    int64_t after, end_seq;
    struct text line;
    journal_line_fn *each;
    void *ctx;
};

/* Keys in the order of their bytes. */
static void line_write(const struct stored *s, const struct record *r, bool purged, struct text *to)
{
    char at[RFC3339_TEXT], chain[CHAIN_TEXT], id[UUID_TEXT];
    text_clear(to);
    json_open(to, '{');
    if (r->actor) {
        json_add_key(to, "actor");
        json_write(r->actor, to);
    }
    json_add_str(to, "at", rfc3339(r->at_ms, at));
    json_add_key(to, "body");
    json_write(r->body, to);
    json_add_str(to, "chain", s->chain ? chain_text(s->chain, chain) : NULL);
    json_add_str(to, "incident", s->has_incident ? uuid_text(s->incident, id) : NULL);
    json_add_str(to, "kind", record_kind_name(r->kind));
    json_add_int(to, "mono", r->mono);
    json_add_true(to, "purged", purged);
    if (r->sealed) {
        json_add_key(to, "sealed");
        json_write(r->sealed, to);
    }
    json_add_int(to, "seq", r->seq);
    json_shut(to, '}');
    text_add_char(to, '\n');
}

static enum err row_export(struct export *x, bool *ret_go_on, struct why *why)
{
    struct stored s;
    struct stored_facts facts;
    struct record *r = NULL;
    const struct seal_key *key = NULL;
    stored_read(x->rows, &s);
    if (s.has_incident && keys_of(&x->keys, s.incident, &key) != SQLITE_OK)
        return db_why(x->db, x->path, "reading the vault", why);
    enum err e = stored_record(&s, key, &r, &facts, why);
    if (e)
        return e;
    line_write(&s, r, facts.sealed && !key, &x->line);
    record_unref(r);
    x->after = s.seq;
    *ret_go_on = x->each(x->ctx, x->line.at, x->line.len);
    return ERR_OK;
}

/* The next rows, as one transaction: a statement is one. */
static enum err some_rows(struct export *x, bool *ret_go_on, struct why *why)
{
    enum err e = ERR_OK;
    int64_t count = 0;
    int rc = SQLITE_DONE;
    keys_clear(&x->keys); /* a key destroyed since is not known any more */
    sqlite3_bind_int64(x->rows, 1, x->after);
    while (!e && *ret_go_on && (rc = sqlite3_step(x->rows)) == SQLITE_ROW) {
        e = row_export(x, ret_go_on, why);
        count++;
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(x->db, x->path, "reading the journal", why);
    sqlite3_reset(x->rows);
    *ret_go_on = *ret_go_on && count == ROWS_A_TRANSACTION;
    return e;
}

static enum err export_begin(struct export *x, const struct export_options *o, struct why *why)
{
    bool one = !uuid_is_none(o->incident);
    enum err e = schema_check_journal(x->db, x->path, why);
    if (!e)
        e = db_int(x->db, x->path, "SELECT ifnull(max(seq), 0) FROM journal", &x->end_seq, why);
    if (!e)
        e = db_prepare(x->db, x->path,
                       one ? "SELECT " JOURNAL_COLUMNS " FROM journal WHERE incident = ?4 "
                             "AND seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3"
                           : "SELECT " JOURNAL_COLUMNS " FROM journal WHERE seq > ?1 "
                             "AND seq <= ?2 ORDER BY seq LIMIT ?3",
                       &x->rows, why);
    if (!e)
        e = keys_init(&x->keys, x->db, x->path, false, why);
    if (e)
        return e;
    sqlite3_bind_int64(x->rows, 2, x->end_seq);
    sqlite3_bind_int64(x->rows, 3, ROWS_A_TRANSACTION);
    if (one)
        sqlite3_bind_blob(x->rows, 4, o->incident.b, sizeof o->incident.b, SQLITE_STATIC);
    return ERR_OK;
}

enum err journal_export(const char *path, const struct export_options *options,
                        journal_line_fn *each, void *ctx, struct why *why)
{
    struct export x = {.path = path, .after = options->after, .each = each, .ctx = ctx};
    bool go_on = true;
    if (sodium_init() < 0)
        return why_set(why, ERR_IO, "libsodium cannot start");
    if (access(path, R_OK) != 0)
        return why_set(why, ERR_MISSING, "%s cannot be read; name the database with --data DIR",
                       path);
    enum err e = db_open(path, DB_READER, EXPORT_BUSY_MS, &x.db, why);
    if (e)
        return e;
    e = export_begin(&x, options, why);
    while (!e && go_on)
        e = some_rows(&x, &go_on, why);
    sqlite3_finalize(x.rows);
    keys_done(&x.keys);
    text_done(&x.line);
    db_close(x.db);
    return e;
}
