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

struct store_batch {
    struct record **records; /* in order of seq */
    size_t records_count;
    struct row *rows;
    size_t rows_count;
    struct clock_mark mark;
};

enum query_kind {
    QUERY_LIST,     /* incidents, newest first */
    QUERY_INCIDENT, /* one ROW_INCIDENT by id, open or closed */
    QUERY_NOTICES,  /* ROW_NOTICE of an incident */
    QUERY_TIMELINE, /* records of an incident, seq > after, oldest first */
    QUERY_EVENTS,   /* records of all, seq > after, oldest first */
};

struct query {
    enum query_kind kind;
    struct uuid incident;
    int64_t after; /* seq */
    int64_t upto;  /* seq, 0: no limit */
    int limit;     /* rows; the store may give fewer (transactions stay short): see more */
    const char *states[8]; /* QUERY_LIST: any of these; none: all. Static strings */
    int drill;             /* -1 both, 0 real only, 1 drills only */
    char cursor[UUID_TEXT]; /* QUERY_LIST: below this id; "" from the top */
};

struct query_result {
    enum err err; /* ERR_MISSING: QUERY_INCIDENT found none; ERR_IO, ERR_CORRUPT */
    struct why why;
    struct record **records; /* borrowed until done returns; record_ref to keep */
    size_t records_count;
    struct row *rows;        /* borrowed until done returns */
    size_t rows_count;
    bool more;
    int64_t as_of; /* last committed seq that the query saw */
};

typedef void query_done_fn(void *ctx, const struct query_result *result);

struct store_port {
    void *ctx;
    /* Takes records (references) and rows of the batch; the batch struct itself is borrowed. */
    void (*append)(void *ctx, const struct store_batch *batch);
    void (*query)(void *ctx, const struct query *q, query_done_fn *done, void *done_ctx);
    /* Bytes free on the disk of the database, as last measured (at most a second ago). */
    int64_t (*free_bytes)(void *ctx);
};
