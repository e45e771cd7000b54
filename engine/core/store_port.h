/*
 * store_port - what the engine wants of a store. Two ship: store/ (SQLite) and sim/ (in memory,
 * for virtual time).
 *
 * Appends are FIFO and asynchronous: store_append returns at once, `durable(ctx, seq)` is called on
 * the caller's thread (from poll) once everything up to seq is on disk. Any error of the disk that
 * cannot be mended ends the process (rule R10): there is no error to hand back.
 *
 * Queries are asynchronous too; they see committed rows only. The answer is one call of `done`
 * on the caller's thread, from poll.
 */
#pragma once

#include "base/err.h"
#include "core/record.h"
#include "core/row.h"

/* Ties the steady clock to this boot; one is stored with each batch (DESIGN 7). */
struct clock_mark {
    char boot_id[UUID_TEXT];
    int64_t boot_ms; /* CLOCK_BOOTTIME */
    wall_ms wall;
    mono_ms mono;
};

/* A source that journal rows name by its hash: kept while anything names it. */
struct store_pin {
    const char *hash; /* "sha256:…" */
    const char *kind; /* "site", "plan": the caller's word */
    const char *body; /* NULL: forget it */
    size_t body_len;
};

/* What the vault holds for a person and an endpoint. It never stands in a record (rule R11). */
struct store_contact {
    const char *person;
    const char *endpoint;
    const char *value; /* NULL: remove it */
};

/*
 * What a key or a session is known by: the hash of its secret, beside the principal that the core
 * knows it by. It stands in no record. With a hash: keep it. Without one, used_ms: it was used
 * then; 0: forget it.
 */
enum { STORE_HASH_BYTES = 32 };
struct store_secret {
    const char *holder;
    const uint8_t *hash; /* STORE_HASH_BYTES */
    wall_ms used_ms;     /* when it was used last; 0: never */
};

/*
 * What is written together or not at all. Pins, contacts and secrets lie in the same transaction as
 * the records that name them. A batch without records is allowed (a pin to be forgotten).
 */
struct store_batch {
    struct record **records; /* in order of seq */
    size_t records_count;
    struct row *rows; /* each object at most once */
    size_t rows_count;
    const struct store_pin *pins; /* copied */
    size_t pins_count;
    const struct store_contact *contacts; /* copied */
    size_t contacts_count;
    const struct store_secret *secrets; /* copied */
    size_t secrets_count;
    struct clock_mark mark;
};

enum { FACTS_LISTED = 20, FACTS_SHOWN = 500, QUERY_OWNERS = 8, QUERY_ANSWER_ROWS = 5000 };

enum query_kind {
    QUERY_LIST,     /* incidents, newest first, each with up to FACTS_LISTED parts; the upkeep of
                       plans only where its state is asked for */
    QUERY_INCIDENT, /* one ROW_INCIDENT by id, open or closed, with up to FACTS_SHOWN parts */
    QUERY_NOTICES,  /* ROW_NOTICE of an incident, oldest first, above the cursor */
    QUERY_NOTICE,   /* one message: its ROW_NOTICE, the ROW_INCIDENT of its incident, and the record
                       that queued it, with the text; of a purged one what is left. Then, of a call
                       that was answered within QUERY_ANSWER_ROWS, the record of that */
    QUERY_TIMELINE, /* records of an incident, seq > after, oldest first */
    QUERY_EVENTS,   /* records of all, seq > after, oldest first */
    QUERY_ITEMS,   /* ROW_ITEM, newest first: of an incident, or of an owner or all the open ones */
    QUERY_ITEM,    /* one ROW_ITEM by id */
    QUERY_REPORTS, /* ROW_REPORT, newest first: of an incident, or all the open ones */
    QUERY_REPORT,  /* one ROW_REPORT by id */
    QUERY_PIN,     /* one pin by its hash */
};

struct query {
    enum query_kind kind;
    struct uuid incident;
    struct uuid notice; /* QUERY_NOTICE */
    struct uuid item;   /* QUERY_ITEM, QUERY_REPORT */
    /* QUERY_ITEMS: of these targets, up to the first ""; none: of all */
    char owners[QUERY_OWNERS][136];
    const char *sort; /* QUERY_ITEMS, QUERY_REPORTS: of this kind; NULL: of all. Static */
    bool late;        /* QUERY_ITEMS: those that are overdue alone */
    bool closed;   /* QUERY_ITEMS, QUERY_REPORTS: those that are not open; else those that are, and
                      of an incident all */
    bool missed;   /* QUERY_REPORTS, with closed: those that were never sent */
    int64_t after; /* seq */
    int64_t upto;  /* seq, 0: no limit */
    int limit;     /* rows, 0: as many as a page holds; the store may give fewer: see more */
    const char *states[8];  /* QUERY_LIST: any of these; none: all. QUERY_ITEMS, QUERY_REPORTS: the
                               first. Static strings */
    int drill;              /* -1 both, 0 real only, 1 drills only */
    char cursor[UUID_TEXT]; /* QUERY_LIST: below this id; QUERY_NOTICES: above it; "" all */
    const char *pin;        /* QUERY_PIN: the hash; copied */
};

struct query_result {
    enum err err; /* ERR_MISSING: no such incident, message or pin; ERR_IO, ERR_CORRUPT;
                     ERR_UNREACHABLE: the store was stopped before it came to this query */
    struct why why;
    struct record **records; /* borrowed until done returns; record_ref to keep */
    size_t records_count;
    struct row *rows; /* borrowed until done returns */
    size_t rows_count;
    struct store_pin pin; /* QUERY_PIN; borrowed until done returns */
    bool more;            /* there are further rows: ask again from the last one given */
    int64_t as_of;        /* last committed seq that the query saw */
};

typedef void query_done_fn(void *ctx, const struct query_result *result);

struct store_port {
    void *ctx;
    /*
     * Takes one reference of each record and what each row holds (row_done); the arrays and the
     * batch itself stay the caller's. Seqs follow each other without gaps, over all batches. With a
     * record `purged`, in the same transaction, the key of its incident is destroyed, and the
     * bodies of its rows become NULL.
     */
    void (*append)(void *ctx, const struct store_batch *batch);
    void (*query)(void *ctx, const struct query *q, query_done_fn *done, void *done_ctx);
    /* Bytes free on the disk of the database, as last measured (at most a second ago). */
    int64_t (*free_bytes)(void *ctx);
};
