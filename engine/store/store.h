/*
 * store - the record on disk: one SQLite file, one thread that writes it, one that reads it.
 *
 *     loop thread                        writer thread                     disk
 *     append: bytes into the queue ───►  takes all that is queued,
 *                                        one transaction, commit ────────► fdatasync
 *     store_poll: durable(seq)    ◄───   eventfd
 *     query  ─────────────────────────►  reader thread (READONLY, short transactions)
 *     store_poll: done(result)    ◄───   eventfd
 *
 * While one commit syncs, the next batches collect in the queue: they share the commit after it.
 * Nothing of SQLite is seen outside of this folder.
 *
 *     store_open -> OPEN --store_load, store_pins, … (on the caller's thread)
 *                   OPEN --store_start--> RUNNING --store_stop--> gone
 *                   OPEN --store_stop--------------------------> gone
 *
 * Layer      adapter: base, core/record.h, core/row.h, core/store_port.h; SQLite, libsodium.
 * Ownership  store_open gives, store_stop takes back. Sinks borrow what they are given.
 * Threads    All functions here belong to the loop thread. The callbacks of the configuration run
 *            on it too, inside store_poll and store_stop. Bytes, not objects, go to the writer.
 * Errors     At start: a sentence and no store. Later there are none (rule R10): what cannot be
 *            mended prints one line and aborts, and the next start recovers from the file.
 */
#pragma once

#include "base/histogram.h"
#include "core/store_port.h"

enum {
    STORE_WAL_CAP_BYTES = 16 * 1024 * 1024,   /* the hard cap of the write-ahead log */
    STORE_QUEUE_BYTES_MAX = 64 * 1024 * 1024, /* "store.queue_bytes": see store_stats */
    STORE_HEAD_EVERY_MS = 60000,              /* a row is under a signed head after so long, */
    STORE_HEAD_EVERY_ROWS = 1000,             /* or so many */
};
#define STORE_BALLAST_BYTES (4 * (int64_t)STORE_WAL_CAP_BYTES)

struct store;

struct store_config {
    const char *path;      /* the database file, e.g. run/muster.db; its folder exists. Copied */
    int64_t ballast_bytes; /* 0: STORE_BALLAST_BYTES; at least 4 × the cap of the WAL */
    int64_t wal_cap_bytes; /* 0: STORE_WAL_CAP_BYTES */
    int64_t queue_bytes;   /* 0: STORE_QUEUE_BYTES_MAX */
    int busy_ms;           /* 0: 2000. How long store_open waits for another program's lock */
    const char *head_path; /* where signed heads are kept; NULL or "": nowhere. Copied */
    int64_t head_every_ms, head_every_rows; /* 0: STORE_HEAD_EVERY_MS, STORE_HEAD_EVERY_ROWS */

    /* Everything up to seq is on disk. seq never goes back; the same may come twice. */
    void (*durable)(void *ctx, int64_t seq);
    /*
     * on: the disk is full and the ballast is in use; the record goes on, but a person must make
     * room. Off: there is room again and the ballast is back. May be NULL.
     */
    void (*trouble)(void *ctx, bool on, const char *sentence);
    void *ctx;
};

/*
 * Open the file, or make it: locks, version, migrations (after a backup beside the file), the
 * check after a stop that was not clean, and the checkpoint of rule R10, whose success says that
 * every row found from here on is on the disk.
 *
 * Errors: ERR_IO (folder missing, not writable, disk error), ERR_NO_SPACE, ERR_CONFLICT (locked),
 * ERR_CORRUPT (damaged, or no database of Muster), ERR_NEWER; ERR_CONFIG: head_path is no second
 * place. The sentence says what to do.
 */
enum err store_open(const struct store_config *config, struct store **ret,
                    struct why *why) MUST_USE;

/* ---- Between store_open and store_start ---- */

/* Every open row, every ROW_META and ROW_ACCESS, in no promised order. The row is borrowed. */
typedef void store_row_fn(void *ctx, const struct row *row);
enum err store_load(struct store *s, store_row_fn *sink, void *ctx, struct why *why) MUST_USE;

typedef void store_pin_fn(void *ctx, const struct store_pin *pin);
enum err store_pins(struct store *s, store_pin_fn *sink, void *ctx, struct why *why) MUST_USE;

typedef void store_contact_fn(void *ctx, const struct store_contact *contact);
enum err store_contacts(struct store *s, store_contact_fn *sink, void *ctx,
                        struct why *why) MUST_USE;

typedef void store_secret_fn(void *ctx, const struct store_secret *secret);
enum err store_secrets(struct store *s, store_secret_fn *sink, void *ctx, struct why *why) MUST_USE;

bool store_mark(const struct store *s, struct clock_mark *ret); /* of the last batch; false: none */
int64_t store_last_seq(const struct store *s);                  /* 0: the journal is empty */
int64_t store_gen(const struct store *s);    /* 1; another one after a restore: part of event ids */
bool store_was_clean(const struct store *s); /* the last stop was an orderly one */

/* Start the two threads. From here on store_port() works. */
void store_start(struct store *s);

/* ---- Running ---- */

/* Borrowed until store_stop. */
const struct store_port *store_port(struct store *s);

/* Readable when store_poll has something to do. */
int store_fd(const struct store *s);

/* Calls durable, trouble and the done functions of queries. Never waits. */
void store_poll(struct store *s);

struct store_stats {
    int64_t queue_bytes, queue_bytes_max; /* limit "store.queue_bytes": append waits above it */
    int64_t commits, rows;                /* since the start */
    int64_t commit_us_max;                /* begin to durable */
    struct histogram commit_times;        /* the same, of all */
    int64_t wal_bytes, wal_bytes_max, wal_cap_bytes;
    int64_t durable_seq;
    bool ballast_in_use;
    int64_t heads_kept; /* signed heads at the second place, since the start */
    int64_t head_seq;   /* of the last of them; 0: none yet */
    bool head_failing;  /* the last one could not be kept */
    bool head_missing;  /* one of an earlier life is not in the journal: rows were taken away */
};
struct store_stats store_stats(struct store *s);

/* A signed head, as people are shown it (store/signed_head.h says what is signed). */
struct store_head {
    enum err err; /* it could not be signed (seq is 0 then), or not be kept at its second place */
    struct why why;
    bool kept; /* it is at the second place, and synced */
    int64_t gen, seq;
    wall_ms at;
    char chain[65];     /* hex */
    char signature[89]; /* base64 */
    char public[53];    /* "ed25519:" and base64 */
    const char *place;  /* the second place; NULL: there is none. Borrowed until `done` returns */
};
typedef void store_head_fn(void *ctx, const struct store_head *head);

/* Sign the end of what is durable, now. `done` comes from store_poll or store_stop. */
void store_head(struct store *s, store_head_fn *done, void *ctx);

/* The public half of the key that signs: "ed25519:…"; "": there is none. Borrowed. */
const char *store_public_key(const struct store *s);

/*
 * Write what is queued, answer what is asked (ERR_UNREACHABLE where the reader did not come to it),
 * checkpoint, mark the stop as clean, and free. Calls durable and done a last time.
 */
void store_stop(struct store *s);

/*
 * May signed heads of a database be kept there? Not in the folder of the database, nor below it,
 * unless a disk of its own is mounted there: who replaces that folder, or puts an old copy of it
 * back, would replace the proof with what it is to prove. store_open asks, too.
 *
 * By the names alone, as a disk far away may not answer: what links lead to is looked at before
 * each head, and then it is not kept.
 *
 * path  "": nowhere, which is allowed.
 */
enum err store_head_place(const char *database, const char *path, struct why *why) MUST_USE;

/* ---- Another program's doors (ctl): no store is open in this process ---- */

struct store_verdict {
    int64_t rows;
    int64_t first_seq, last_seq;
    int64_t bad_seq;   /* the first row that is not what was written; 0: none */
    int64_t sealed;    /* rows with a sealed part that was read */
    int64_t purged;    /* rows whose key was destroyed: their chain holds, their secret is gone */
    char chain[65];    /* of the last good row, in hex: keep it elsewhere to prove the tail */
    int64_t heads;     /* signed heads that were found in the journal as they were signed */
    int64_t head_seq;  /* of the last of them: rows above it are proved by the chain alone */
    int64_t head_at;   /* when that was signed, UTC ms */
    int64_t head_torn; /* lines that the end of a writer had cut off, and that were passed over */
};

struct verify_options {
    const char *heads;         /* the file of signed heads; NULL: the end is not proved */
    const char *const *public; /* keys whose signatures are taken: "ed25519:…" */
    size_t public_count;       /* 0: the one that lies beside the database */
};

/*
 * Read the whole journal and check it: chain, seq without gaps, canonical bodies, seals; and that
 * it holds what was signed. Runs beside a daemon: READONLY, in short transactions.
 *
 * options  NULL: no heads.
 * returns  ERR_CORRUPT with the first bad seq and what is wrong with it; ret is filled as far as
 *          the walk came, also then. ERR_INVALID: a key is none. ERR_MISSING: no journal, no heads,
 *          or no key beside the database.
 */
enum err journal_verify(const char *path, const struct verify_options *options,
                        struct store_verdict *ret, struct why *why) MUST_USE;

struct export_options {
    struct uuid incident; /* none: of all */
    int64_t after;        /* rows above this seq */
};

/*
 * One row of the journal as a line of JSON with its line feed: {"actor","at","body","chain",
 * "incident","kind","mono","purged","sealed","seq"}; the sealed part is opened where the key is
 * there, and "purged":true where it was destroyed. false: enough.
 */
typedef bool journal_line_fn(void *ctx, const char *line, size_t len);

/*
 * Every row up to the one that is the last when it begins. Runs beside a daemon: READONLY, in short
 * transactions. Nothing is checked: that is journal_verify.
 */
enum err journal_export(const char *path, const struct export_options *options,
                        journal_line_fn *each, void *ctx, struct why *why) MUST_USE;

/*
 * A look into the database of a daemon, running or not: READONLY, each query a short transaction of
 * its own, answered at once.
 *
 * returns  ERR_MISSING: there is no file; ERR_NEWER, ERR_CORRUPT as store_open; ERR_CONFLICT: the
 *          daemon of this version has not brought the file up to its form yet.
 */
struct store_look;
enum err store_look_open(const char *path, struct store_look **ret, struct why *why) MUST_USE;
void store_look_query(struct store_look *l, const struct query *q, query_done_fn *done, void *ctx);
int64_t store_look_gen(const struct store_look *l);
/*
 * The newest signed head of a file that covers this row: its signature holds, and the journal has
 * the row it was made of, as it was signed. Its line, without the line feed.
 *
 * heads    NULL or "": there is no such file.
 * returns  ERR_MISSING: none covers it, and why.
 */
enum err store_look_head(struct store_look *l, const char *heads, int64_t seq, struct text *ret,
                         struct why *why) MUST_USE;
void store_look_close(struct store_look *l); /* NULL is allowed */
/* Is this the line of a signed head, and does its signature hold? */
bool store_head_line(const char *line, int64_t *ret_seq);

/*
 * Make all projections again from the journal, in one transaction. Refused (ERR_CONFLICT) while
 * any other program has the file open.
 *
 * apply  Gets every record in order (core_apply).
 * rows   Asked after every 1,000 records, but never between two of the same moment, and at the end,
 *        for the rows of all objects that changed since the last time: core_dirty_rows. Gives them.
 */
typedef void store_apply_fn(void *ctx, const struct record *record);
typedef void store_rows_fn(void *ctx, struct row **ret, size_t *ret_count);
enum err store_rebuild(const struct store_config *config, store_apply_fn *apply,
                       store_rows_fn *rows, void *ctx, struct why *why) MUST_USE;
