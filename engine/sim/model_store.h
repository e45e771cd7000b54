/*
 * model_store - the store's port in memory, for virtual time.
 *
 * It keeps what the real one keeps, and the test decides when a batch is on the disk and what a
 * crash leaves of it:
 *
 *     append --> queued --model_store_commit--> kept, durable() is called
 *                queued --model_store_crash(keep)--> the first `keep` batches are kept, though
 *                                                    nobody was told, as after kill -9 inside
 *                                                    fdatasync; the others never were
 *
 * Not here: files, seals, chain, threads.
 *
 * Layer      sim: base, core/record.h, core/row.h, core/store_port.h.
 * Ownership  As the port says. Rows are copied deeply: like bytes in a file they do not change when
 *            the core goes on.
 * Threads    One.
 * Errors     None; a gap between two seqs is an assert.
 */
#pragma once

#include "core/store_port.h"

struct model_store;

typedef void model_durable_fn(void *ctx, int64_t seq);

struct model_store *model_store_new(void);
void model_store_free(struct model_store *m);

/* The engine that uses it from now on; after a crash the next one. */
void model_store_attach(struct model_store *m, model_durable_fn *durable, void *ctx);
const struct store_port *model_store_port(struct model_store *m);

/*
 * Put the first `count` queued batches (SIZE_MAX: all) on the disk, call durable once if there were
 * any, and answer all queries. returns  whether anything happened.
 */
bool model_store_commit(struct model_store *m, size_t count);
size_t model_store_queued(const struct model_store *m); /* batches */

/* Open queries are never answered: who asked is dead, too. */
void model_store_crash(struct model_store *m, size_t keep);

/* What free_bytes() answers; at first 1 TiB. */
void model_store_set_free_bytes(struct model_store *m, int64_t bytes);

/* ---- as at a start ---- */

typedef void model_row_fn(void *ctx, const struct row *row);
/* Every open row, every ROW_META and ROW_ACCESS; with `all`, the others too. Sorted by kind and id.
 */
void model_store_load(const struct model_store *m, bool all, model_row_fn *sink, void *ctx);
typedef void model_record_fn(void *ctx, const struct record *record);
void model_store_journal(const struct model_store *m, model_record_fn *sink, void *ctx);
/* One that is kept, by its seq. Borrows. */
const struct record *model_store_record(const struct model_store *m, int64_t seq);
bool model_store_mark(const struct model_store *m, struct clock_mark *ret);
int64_t model_store_last_seq(const struct model_store *m);

/* NULL: none. Borrowed until the next commit. */
const struct store_pin *model_store_pin(const struct model_store *m, const char *hash);
const char *model_store_contact(const struct model_store *m, const char *person,
                                const char *endpoint);
const struct store_secret *model_store_secret(const struct model_store *m, const char *holder);
