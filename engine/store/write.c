#include "store/write.h"

#include <assert.h>
#include <string.h>

static const char *const write_sql[WRITE_STATEMENTS] = {
#define X(name, sql) [name] = sql,
    WRITE_TABLE(X)
#undef X
};

/* ---- binding ---- */

static void bind_uuid(sqlite3_stmt *stmt, int at, const struct uuid *u)
{
    if (uuid_is_none(*u))
        sqlite3_bind_null(stmt, at);
    else
        sqlite3_bind_blob(stmt, at, u->b, sizeof(u->b), SQLITE_STATIC);
}

static void bind_str(sqlite3_stmt *stmt, int at, const char *s, size_t len)
{
    sqlite3_bind_text64(stmt, at, s, len, SQLITE_STATIC, SQLITE_UTF8); /* NULL binds NULL */
}

static void bind_span(sqlite3_stmt *stmt, int at, const struct pack *p, struct span span)
{
    bind_str(stmt, at, pack_at(p, span), span.len);
}

/* Run it to its end. A binding that failed (too big) fails here, too: the parameter is NULL. */
static int run(struct write *w, enum write_statement s)
{
    int rc = sqlite3_step(w->stmts[s]);
    sqlite3_reset(w->stmts[s]);
    if (db_code(rc) != SQLITE_OK)
        w->failed_sql = write_sql[s];
    return db_code(rc);
}

static int write_key(struct write *w, struct uuid incident, const struct seal_key **ret)
{
    int rc = keys_of(&w->keys, incident, ret);
    if (rc != SQLITE_OK)
        w->failed_sql = "the key of an incident";
    return rc;
}

/* ---- records ---- */

static int chain_and_insert(struct write *w, const struct stored *s)
{
    sqlite3_stmt *stmt = w->stmts[W_JOURNAL];
    struct chain next = chain_next(&w->chain, s);
    sqlite3_bind_int64(stmt, 1, s->seq);
    bind_uuid(stmt, 2, &s->incident);
    sqlite3_bind_int64(stmt, 3, s->at_ms);
    bind_str(stmt, 4, s->kind, s->kind_len);
    bind_str(stmt, 5, s->actor, s->actor_len);
    bind_str(stmt, 6, s->body, s->body_len);
    sqlite3_bind_blob(stmt, 7, next.b, sizeof(next.b), SQLITE_STATIC);

    int rc = run(w, W_JOURNAL);
    if (rc == SQLITE_OK) {
        w->chain = next;
        w->last_seq = s->seq;
    }
    return rc;
}

/* The base64 of the sealed part in w->base64; NULL: nothing to seal, or the incident was purged. */
static const char *sealed_part(struct write *w, const struct pack *p, const struct packed_record *r,
                               const struct seal_key *key, const struct stored *s)
{
    if (r->sealed.none || !key)
        return NULL;
    const struct seal_place place = {.seq = r->seq,
                                     .at_ms = r->at_ms,
                                     .mono = r->mono,
                                     .kind = s->kind,
                                     .kind_len = s->kind_len};
    text_clear(&w->base64);
    seal_record(key, &place, pack_at(p, r->sealed), r->sealed.len, &w->base64);
    return text_str(&w->base64);
}

/* Their ids begin with the incident's, and hold the keys of events. */
static int purge_facts(struct write *w, struct uuid incident)
{
    char id[UUID_TEXT];
    AUTO_TEXT(from);
    AUTO_TEXT(to);
    text_addf(&from, "%s/", uuid_text(incident, id));
    text_addf(&to, "%s0", id); /* "0" is what comes after "/" */
    bind_str(w->stmts[W_FACTS_PURGE], 1, text_str(&from), from.len);
    bind_str(w->stmts[W_FACTS_PURGE], 2, text_str(&to), to.len);
    return run(w, W_FACTS_PURGE);
}

/* The record says so: nothing that is sealed of this incident will ever be opened again. */
static int write_purge(struct write *w, const struct uuid *incident)
{
    static const enum write_statement rows[] = {W_INCIDENT_PURGE, W_NOTICES_PURGE, W_ITEMS_PURGE,
                                                W_REPORTS_PURGE};
    int rc = keys_destroy(&w->keys, *incident);
    if (rc != SQLITE_OK)
        w->failed_sql = "destroying the key of an incident";
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && rc == SQLITE_OK; i++) {
        bind_uuid(w->stmts[rows[i]], 1, incident);
        rc = run(w, rows[i]);
    }
    w->purged = true;
    return rc == SQLITE_OK ? purge_facts(w, *incident) : rc;
}

static int write_record(struct write *w, const struct pack *p, const struct packed_record *r)
{
    assert(r->seq == w->last_seq + 1);
    struct stored s = {.seq = r->seq,
                       .has_incident = !uuid_is_none(r->incident),
                       .incident = r->incident,
                       .at_ms = r->at_ms,
                       .kind = record_kind_name(r->kind),
                       .actor = pack_at(p, r->actor),
                       .actor_len = r->actor.len};
    s.kind_len = strlen(s.kind);

    /* asked for every record, sealed or not: the first one makes the key */
    const struct seal_key *key = NULL;
    if (s.has_incident) {
        int rc = write_key(w, r->incident, &key);
        if (rc != SQLITE_OK)
            return rc;
    }
    const char *base64 = sealed_part(w, p, r, key, &s);
    s.body = pack_body(p, r, base64, &w->body, &s.body_len);
    int rc = chain_and_insert(w, &s);
    if (rc == SQLITE_OK && r->kind == REC_PURGED)
        rc = write_purge(w, &r->incident);
    return rc;
}

/* ---- projections ---- */

/* The body of an incident or of a part of one into w->blob; empty: purged, and stored as NULL. */
static int make_blob(struct write *w, const struct pack *p, const struct packed_row *r)
{
    const char *plain = pack_at(p, r->body);
    text_clear(&w->blob);
    if (uuid_is_none(r->incident)) {
        text_add_char(&w->blob, BODY_PLAIN);
        text_add_bytes(&w->blob, plain, r->body.len);
        return SQLITE_OK;
    }
    const struct seal_key *key = NULL;
    int rc = write_key(w, r->incident, &key);
    if (rc == SQLITE_OK && key) {
        text_add_char(&w->blob, BODY_SEALED);
        seal_body(key, r->kind, r->uuid, plain, r->body.len, &w->blob);
    }
    return rc;
}

static bool has_uuid(const struct packed_row *r)
{
    return r->kind == ROW_INCIDENT || r->kind == ROW_NOTICE || r->kind == ROW_ITEM ||
           r->kind == ROW_REPORT;
}

static bool is_sealed(const struct packed_row *r)
{
    return has_uuid(r) || r->kind == ROW_FACT || r->kind == ROW_DUTY;
}

static int run_row(struct write *w, enum write_statement s, const struct pack *p,
                   const struct packed_row *r)
{
    sqlite3_stmt *stmt = w->stmts[s];
    if (has_uuid(r))
        bind_uuid(stmt, 1, &r->uuid);
    else
        bind_span(stmt, 1, p, r->id);
    if (r->gone)
        return run(w, s);

    bind_uuid(stmt, 2, &r->incident);
    sqlite3_bind_int(stmt, 3, r->open);
    sqlite3_bind_int(stmt, 4, r->drill);
    bind_span(stmt, 5, p, r->plan);
    bind_span(stmt, 6, p, r->state);
    if (r->kind == ROW_REPORT)
        sqlite3_bind_int64(stmt, 8, r->due);
    if (r->kind == ROW_ITEM) {
        sqlite3_bind_int64(stmt, 8, r->due);
        bind_span(stmt, 9, p, r->sort);
        sqlite3_bind_int(stmt, 10, r->late);
    }
    if (!is_sealed(r))
        bind_span(stmt, 7, p, r->body);
    else if (w->blob.len)
        sqlite3_bind_blob64(stmt, 7, w->blob.at, w->blob.len, SQLITE_STATIC);
    else
        sqlite3_bind_null(stmt, 7);
    return run(w, s);
}

/* An object that is there already and whose indexed columns stand; else the full statement. */
static int run_body_first(struct write *w, enum write_statement body, enum write_statement full,
                          const struct pack *p, const struct packed_row *r)
{
    int rc = make_blob(w, p, r);
    if (rc == SQLITE_OK)
        rc = run_row(w, body, p, r);
    if (rc != SQLITE_OK || sqlite3_changes(w->db) > 0)
        return rc;
    return run_row(w, full, p, r);
}

/* A part of an incident: its body is sealed with the incident's key. */
static int write_part(struct write *w, enum write_statement s, enum write_statement gone,
                      const struct pack *p, const struct packed_row *r)
{
    if (r->gone)
        return run_row(w, gone, p, r);
    int rc = make_blob(w, p, r);
    return rc == SQLITE_OK ? run_row(w, s, p, r) : rc;
}

static int write_row(struct write *w, const struct pack *p, const struct packed_row *r)
{
    switch (r->kind) {
    case ROW_INCIDENT:
        return r->gone ? run_row(w, W_INCIDENT_GONE, p, r)
                       : run_body_first(w, W_INCIDENT_BODY, W_INCIDENT, p, r);
    case ROW_NOTICE:
        return r->gone ? run_row(w, W_NOTICE_GONE, p, r)
                       : run_body_first(w, W_NOTICE_BODY, W_NOTICE, p, r);
    case ROW_KEY:
        return run_row(w, r->gone ? W_KEY_GONE : W_KEY, p, r);
    case ROW_META:
        return run_row(w, r->gone ? W_META_GONE : W_META, p, r);
    case ROW_ACCESS:
        return run_row(w, r->gone ? W_ACCESS_GONE : W_ACCESS, p, r);
    case ROW_FACT:
        return write_part(w, W_FACT, W_FACT_GONE, p, r);
    case ROW_DUTY:
        return write_part(w, W_DUTY, W_DUTY_GONE, p, r);
    case ROW_ITEM:
        return write_part(w, W_ITEM, W_ITEM_GONE, p, r);
    case ROW_REPORT:
        return write_part(w, W_REPORT, W_REPORT_GONE, p, r);
    case ROW_KINDS:
        break;
    }
    assert(false);
    return SQLITE_MISUSE;
}

int write_rows(struct write *w, const struct pack *p)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < p->rows_count && rc == SQLITE_OK; i++)
        rc = write_row(w, p, &p->rows[i]);
    return rc;
}

/* ---- pins, contacts, secrets, the mark ---- */

static int write_pin(struct write *w, const struct pack *p, const struct packed_pin *pin)
{
    enum write_statement s = pin->body.none ? W_PIN_GONE : W_PIN;
    bind_span(w->stmts[s], 1, p, pin->hash);
    if (s == W_PIN) {
        bind_span(w->stmts[s], 2, p, pin->kind);
        sqlite3_bind_blob64(w->stmts[s], 3, pack_at(p, pin->body), pin->body.len, SQLITE_STATIC);
    }
    return run(w, s);
}

static int write_contact(struct write *w, const struct pack *p, const struct packed_contact *c)
{
    enum write_statement s = c->value.none ? W_CONTACT_GONE : W_CONTACT;
    bind_span(w->stmts[s], 1, p, c->person);
    bind_span(w->stmts[s], 2, p, c->endpoint);
    if (s == W_CONTACT)
        bind_span(w->stmts[s], 3, p, c->value);
    return run(w, s);
}

static int write_secret(struct write *w, const struct pack *p, const struct packed_secret *s)
{
    enum write_statement to = W_SECRET;
    if (s->hash.none)
        to = s->used_ms ? W_SECRET_USED : W_SECRET_GONE;
    sqlite3_stmt *stmt = w->stmts[to];
    bind_span(stmt, 1, p, s->holder);
    if (to == W_SECRET) {
        sqlite3_bind_blob64(stmt, 2, pack_at(p, s->hash), s->hash.len, SQLITE_STATIC);
        if (s->used_ms)
            sqlite3_bind_int64(stmt, 3, s->used_ms);
        else
            sqlite3_bind_null(stmt, 3);
    } else if (to == W_SECRET_USED) {
        sqlite3_bind_int64(stmt, 2, s->used_ms);
    }
    return run(w, to);
}

static int write_mark(struct write *w)
{
    sqlite3_stmt *stmt = w->stmts[W_MARK];
    bind_str(stmt, 1, w->mark.boot_id, strlen(w->mark.boot_id));
    sqlite3_bind_int64(stmt, 2, w->mark.boot_ms);
    sqlite3_bind_int64(stmt, 3, w->mark.wall);
    sqlite3_bind_int64(stmt, 4, w->mark.mono);
    return run(w, W_MARK);
}

int write_pack(struct write *w, const struct pack *p)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < p->pins_count && rc == SQLITE_OK; i++)
        rc = write_pin(w, p, &p->pins[i]);
    for (size_t i = 0; i < p->contacts_count && rc == SQLITE_OK; i++)
        rc = write_contact(w, p, &p->contacts[i]);
    for (size_t i = 0; i < p->secrets_count && rc == SQLITE_OK; i++)
        rc = write_secret(w, p, &p->secrets[i]);
    for (size_t i = 0; i < p->records_count && rc == SQLITE_OK; i++)
        rc = write_record(w, p, &p->records[i]);
    if (rc == SQLITE_OK)
        rc = write_rows(w, p);
    if (rc == SQLITE_OK)
        w->mark = p->mark;
    return rc;
}

/* ---- transactions ---- */

int write_begin(struct write *w)
{
    return run(w, W_BEGIN);
}

int write_commit(struct write *w)
{
    int rc = write_mark(w);
    if (rc == SQLITE_OK)
        rc = run(w, W_COMMIT);
    if (rc == SQLITE_OK) {
        w->committed_seq = w->last_seq;
        w->committed_chain = w->chain;
    }
    return rc;
}

void write_rollback(struct write *w)
{
    if (!sqlite3_get_autocommit(w->db))
        run(w, W_ROLLBACK);
    w->last_seq = w->committed_seq;
    w->chain = w->committed_chain;
    w->purged = false;
    keys_clear(&w->keys); /* those made in this transaction are not in the vault */
}

int write_clean(struct write *w)
{
    return run(w, W_CLEAN);
}

/* ---- start and end ---- */

static enum err journal_end(struct write *w, const char *path, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    enum err e =
        db_prepare(w->db, path, "SELECT " JOURNAL_COLUMNS " FROM journal ORDER BY seq DESC LIMIT 1",
                   &stmt, why);
    if (e)
        return e;
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        struct stored last;
        stored_read(stmt, &last);
        w->last_seq = last.seq;
        if (last.chain)
            w->chain = *last.chain;
        else
            e = why_set(why, ERR_CORRUPT, "%s: the last row of the journal has no chain", path);
    } else if (rc != SQLITE_DONE) {
        e = db_why(w->db, path, "reading the end of the journal", why);
    }
    sqlite3_finalize(stmt);
    w->committed_seq = w->last_seq;
    w->committed_chain = w->chain;
    return e;
}

enum err write_init(struct write *w, sqlite3 *db, const char *path, struct why *why)
{
    *w = (struct write){.db = db};
    enum err e = keys_init(&w->keys, db, path, true, why);
    for (int i = 0; i < WRITE_STATEMENTS && !e; i++)
        e = db_prepare(db, path, write_sql[i], &w->stmts[i], why);
    if (!e)
        e = journal_end(w, path, why);
    if (e)
        write_done(w);
    return e;
}

void write_done(struct write *w)
{
    for (int i = 0; i < WRITE_STATEMENTS; i++)
        sqlite3_finalize(w->stmts[i]);
    keys_done(&w->keys);
    text_done(&w->base64);
    text_done(&w->body);
    text_done(&w->blob);
    *w = (struct write){0};
}
