#include "store/store.h"

#include "base/log.h"
#include "store/ballast.h"
#include "store/open.h"
#include "store/reader.h"
#include "store/witness.h"
#include "store/writer.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_MS = 2000, FREE_BYTES_EVERY_MS = 1000 };

struct store {
    struct store_config config;
    char *path, *ballast_path;
    struct store_port port;
    struct clock_mark mark; /* found at the start */
    int64_t gen;
    int64_t last_seq;
    bool clean;
    bool ballast_missing;
    int event_fd;
    bool running;
    struct write write; /* until store_start */
    struct writer *writer;
    struct reader *reader;
    struct witness *witness;
    char *head_path; /* NULL: none */
    char public[PUBLIC_KEY_TEXT];
    int64_t free_bytes, free_bytes_next_ms;
};

/* ---- the port ---- */

static struct store *store_of(void *ctx)
{
    return ctx;
}

static void port_append(void *ctx, const struct store_batch *batch)
{
    struct store *s = store_of(ctx);
    assert(s->running);
    struct pack *p = pack_new(batch);
    for (size_t i = 0; i < batch->records_count; i++)
        record_unref(batch->records[i]);
    for (size_t i = 0; i < batch->rows_count; i++)
        row_done(&batch->rows[i]);
    writer_append(s->writer, p);
}

static void port_query(void *ctx, const struct query *q, query_done_fn *done, void *done_ctx)
{
    struct store *s = store_of(ctx);
    assert(s->running);
    reader_ask(s->reader, q, done, done_ctx);
}

/* The kernel answers it from memory: the loop may ask. */
static int64_t port_free_bytes(void *ctx)
{
    struct store *s = store_of(ctx);
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    if (now >= s->free_bytes_next_ms) {
        s->free_bytes = disk_free_bytes(s->path);
        s->free_bytes_next_ms = now + FREE_BYTES_EVERY_MS;
    }
    return s->free_bytes;
}

/* ---- open ---- */

static char *path_beside(const char *path, const char *suffix)
{
    AUTO_TEXT(t);
    text_addf(&t, "%s%s", path, suffix);
    return text_take(&t);
}

static struct store *store_new(const struct store_config *config)
{
    struct store *s = mem_new(1, sizeof(*s));
    s->config = *config;
    s->path = mem_str(config->path);
    s->config.path = s->path;
    s->ballast_path = path_beside(config->path, ".ballast");
    if (!s->config.wal_cap_bytes)
        s->config.wal_cap_bytes = STORE_WAL_CAP_BYTES;
    if (!s->config.ballast_bytes)
        s->config.ballast_bytes = 4 * s->config.wal_cap_bytes;
    if (!s->config.queue_bytes)
        s->config.queue_bytes = STORE_QUEUE_BYTES_MAX;
    if (!s->config.busy_ms)
        s->config.busy_ms = BUSY_MS;
    if (!s->config.head_every_ms)
        s->config.head_every_ms = STORE_HEAD_EVERY_MS;
    if (!s->config.head_every_rows)
        s->config.head_every_rows = STORE_HEAD_EVERY_ROWS;
    if (config->head_path && config->head_path[0])
        s->head_path = mem_str(config->head_path);
    s->config.head_path = s->head_path;
    s->port = (struct store_port){
        .ctx = s, .append = port_append, .query = port_query, .free_bytes = port_free_bytes};
    s->event_fd = -1;
    return s;
}

static void store_free(struct store *s)
{
    if (s->event_fd >= 0)
        close(s->event_fd);
    free(s->path);
    free(s->ballast_path);
    free(s->head_path);
    free(s);
}

/* The libraries seed themselves at their first use: that must not be in two threads at once. */
static void libraries_start(void)
{
    if (sodium_init() < 0)
        abort();
    json_object_seed(0);
    /* nobody reads SQLite's memory figures; each would cost a lock an allocation. Refused, and
       harmless, when another store of this process came first */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Without its key the journal goes on all the same: what cannot be signed is said, and shown. */
static void witness_make(struct store *s)
{
    struct signing_key key;
    struct why why;
    AUTO_TEXT(path);
    signing_key_path(s->path, &path);
    bool has_key = !signing_key_make(text_str(&path), &key, &why);
    if (has_key)
        public_key_text(&key.public, s->public);
    else
        log_error("store", "%s; the end of the journal is not signed", why.text);
    const struct witness_config config = {.database = s->path,
                                          .path = s->head_path,
                                          .key = has_key ? &key : NULL,
                                          .gen = s->gen,
                                          .every_ms = s->config.head_every_ms,
                                          .every_rows = s->config.head_every_rows,
                                          .event_fd = s->event_fd};
    s->witness = witness_new(&config);
    if (has_key)
        signing_key_wipe(&key);
}

enum err store_open(const struct store_config *config, struct store **ret, struct why *why)
{
    assert(config->path && config->durable);
    libraries_start();
    struct store *s = store_new(config);
    assert(s->config.ballast_bytes >= 4 * s->config.wal_cap_bytes);

    struct opened opened;
    enum err e = s->head_path ? store_head_place(s->path, s->head_path, why) : ERR_OK;
    if (!e)
        e = open_database(s->path, s->ballast_path, s->config.busy_ms, DB_WRITER, &opened, why);
    if (e) {
        store_free(s);
        return e;
    }
    s->write = opened.write;
    s->mark = opened.mark;
    s->gen = opened.gen;
    s->clean = opened.clean;
    s->last_seq = opened.write.committed_seq;
    s->ballast_missing = !ballast_make(s->ballast_path, s->config.ballast_bytes);
    if (s->ballast_missing)
        log_warn("store",
                 "%s: %" PRId64 " MiB are not free for the ballast (%s); if the disk becomes "
                 "full now, the record stops: make room",
                 s->path, 2 * s->config.ballast_bytes / 1048576, s->ballast_path);
    s->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->event_fd < 0)
        abort();
    witness_make(s);
    e = reader_new(s->path, s->event_fd, &s->reader, why);
    if (e) {
        store_stop(s);
        return e;
    }
    *ret = s;
    return ERR_OK;
}

bool store_mark(const struct store *s, struct clock_mark *ret)
{
    *ret = s->mark;
    return s->mark.boot_id[0] != '\0';
}

int64_t store_last_seq(const struct store *s)
{
    return s->last_seq;
}

int64_t store_gen(const struct store *s)
{
    return s->gen;
}

bool store_was_clean(const struct store *s)
{
    return s->clean;
}

/* ---- reading at the start, on the writer's connection ---- */

/* The key beside each row: one statement, no look into the vault for each. */
#define WITH_KEY(columns, table, of)                                                               \
    "SELECT " columns ", (SELECT key FROM vault WHERE vault.incident = " of ") FROM " table

static enum err load_rows(struct store *s, const char *sql, enum row_kind kind, store_row_fn *sink,
                          void *ctx, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = s->write.db;
    enum err e = db_prepare(db, s->path, sql, &stmt, why);
    int rc = SQLITE_DONE;
    while (!e && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct seal_key key;
        int column = ROW_BODY + 1;
        bool has_key = sqlite3_column_count(stmt) > column &&
                       sqlite3_column_bytes(stmt, column) == (int)sizeof(key.b);
        if (has_key)
            memcpy(key.b, sqlite3_column_blob(stmt, column), sizeof(key.b));
        struct row row;
        e = stored_row(stmt, kind, has_key ? &key : NULL, &row, why);
        if (e)
            break;
        sink(ctx, &row);
        row_done(&row);
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(db, s->path, "loading what is open", why);
    sqlite3_finalize(stmt);
    return e;
}

enum err store_load(struct store *s, store_row_fn *sink, void *ctx, struct why *why)
{
    assert(!s->running);
    static const struct {
        enum row_kind kind;
        const char *sql;
    } loads[] = {
        {ROW_META, "SELECT " META_COLUMNS " FROM meta"},
        {ROW_ACCESS, "SELECT " ACCESS_COLUMNS " FROM access"},
        {ROW_KEY, "SELECT " KEY_COLUMNS " FROM key WHERE open = 1"},
        {ROW_INCIDENT, WITH_KEY(INCIDENT_COLUMNS, "incident", "id") " WHERE open = 1"},
        {ROW_NOTICE, WITH_KEY(NOTICE_COLUMNS, "notice", "notice.incident") " WHERE open = 1"},
        {ROW_ITEM, WITH_KEY(ITEM_COLUMNS, "item JOIN incident ON incident.id = item.incident",
                            "item.incident") " WHERE incident.open = 1"},
        {ROW_REPORT,
         WITH_KEY(REPORT_COLUMNS, "report JOIN incident ON incident.id = report.incident",
                  "report.incident") " WHERE incident.open = 1"},
        {ROW_FACT, WITH_KEY(FACT_COLUMNS, "fact JOIN incident ON incident.id = fact.incident",
                            "fact.incident") " WHERE incident.open = 1"},
        {ROW_DUTY, WITH_KEY(DUTY_COLUMNS, "duty", "duty.incident")},
    };
    for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
        enum err e = load_rows(s, loads[i].sql, loads[i].kind, sink, ctx, why);
        if (e)
            return e;
    }
    return ERR_OK;
}

enum err store_pins(struct store *s, store_pin_fn *sink, void *ctx, struct why *why)
{
    assert(!s->running);
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = s->write.db;
    enum err e =
        db_prepare(db, s->path, "SELECT hash, kind, body FROM pin ORDER BY hash", &stmt, why);
    int rc = SQLITE_DONE;
    while (!e && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *body = sqlite3_column_blob(stmt, 2);
        const struct store_pin pin = {.hash = (const char *)sqlite3_column_text(stmt, 0),
                                      .kind = (const char *)sqlite3_column_text(stmt, 1),
                                      .body = body ? body : "",
                                      .body_len = (size_t)sqlite3_column_bytes(stmt, 2)};
        sink(ctx, &pin);
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(db, s->path, "loading the pins", why);
    sqlite3_finalize(stmt);
    return e;
}

enum err store_contacts(struct store *s, store_contact_fn *sink, void *ctx, struct why *why)
{
    assert(!s->running);
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = s->write.db;
    enum err e = db_prepare(db, s->path,
                            "SELECT person, endpoint, value FROM contact ORDER BY person, endpoint",
                            &stmt, why);
    int rc = SQLITE_DONE;
    while (!e && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const struct store_contact contact = {.person = (const char *)sqlite3_column_text(stmt, 0),
                                              .endpoint =
                                                  (const char *)sqlite3_column_text(stmt, 1),
                                              .value = (const char *)sqlite3_column_text(stmt, 2)};
        sink(ctx, &contact);
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(db, s->path, "loading the contacts", why);
    sqlite3_finalize(stmt);
    return e;
}

enum err store_secrets(struct store *s, store_secret_fn *sink, void *ctx, struct why *why)
{
    assert(!s->running);
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = s->write.db;
    enum err e = db_prepare(db, s->path, "SELECT holder, hash, used_ms FROM secret ORDER BY holder",
                            &stmt, why);
    int rc = SQLITE_DONE;
    while (!e && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const struct store_secret secret = {.holder = (const char *)sqlite3_column_text(stmt, 0),
                                            .hash = sqlite3_column_blob(stmt, 1),
                                            .used_ms = sqlite3_column_int64(stmt, 2)};
        if (sqlite3_column_bytes(stmt, 1) ==
            STORE_HASH_BYTES) /* of another size: known by nobody */
            sink(ctx, &secret);
    }
    if (!e && db_code(rc) != SQLITE_OK)
        e = db_why(db, s->path, "loading what keys are known by", why);
    sqlite3_finalize(stmt);
    return e;
}

/* ---- running ---- */

void store_start(struct store *s)
{
    assert(!s->running);
    const struct writer_config config = {.path = s->path,
                                         .ballast_path = s->ballast_path,
                                         .ballast_bytes = s->config.ballast_bytes,
                                         .wal_cap_bytes = s->config.wal_cap_bytes,
                                         .queue_bytes = s->config.queue_bytes,
                                         .event_fd = s->event_fd,
                                         .witness = s->witness,
                                         .ballast_missing = s->ballast_missing};
    /* what was recovered is on the disk (rule R10) */
    witness_note(s->witness, s->write.committed_seq, &s->write.committed_chain);
    s->writer = writer_new(s->write, &config);
    s->write = (struct write){0};
    witness_start(s->witness);
    writer_start(s->writer);
    reader_start(s->reader);
    s->running = true;
}

const struct store_port *store_port(struct store *s)
{
    return &s->port;
}

int store_fd(const struct store *s)
{
    return s->event_fd;
}

static void poll_writer(struct store *s)
{
    struct writer_news news;
    writer_poll(s->writer, &news);
    if (news.committed)
        s->config.durable(s->config.ctx, news.durable_seq);
    if (news.trouble_changed && s->config.trouble)
        s->config.trouble(s->config.ctx, news.trouble,
                          news.trouble
                              ? "the disk of the database is full: the ballast is given up, "
                                "the record goes on; make room now"
                              : "there is room on the disk of the database again");
}

void store_poll(struct store *s)
{
    assert(s->running);
    eventfd_t count;
    eventfd_read(s->event_fd, &count); /* cleared first: what comes in between wakes us again */
    poll_writer(s);
    reader_poll(s->reader);
    witness_poll(s->witness);
}

void store_head(struct store *s, store_head_fn *done, void *ctx)
{
    assert(s->running);
    witness_ask(s->witness, done, ctx);
}

const char *store_public_key(const struct store *s)
{
    return s->public;
}

struct store_stats store_stats(struct store *s)
{
    struct store_stats stats = {0};
    if (s->running) {
        writer_stats(s->writer, &stats);
        witness_stats(s->witness, &stats);
    }
    return stats;
}

void store_stop(struct store *s)
{
    if (!s)
        return;
    if (s->running) {
        writer_join(s->writer);
        poll_writer(s);
        reader_stop(s->reader);
        witness_stop(s->witness);
        writer_free(s->writer);
    } else {
        /* nothing was written: the file is as it was found */
        sqlite3 *db = s->write.db;
        reader_stop(s->reader);
        witness_stop(s->witness);
        write_done(&s->write);
        db_close(db);
    }
    store_free(s);
}
