/*
 * witness - the thread that signs where the journal ends, and keeps that at a second place.
 *
 *     writer: a commit is on the disk --witness_note--> NEWS --60 s, or 1,000 rows--> sign, append,
 *     fsync --> KEPT --witness_note--> NEWS
 *     NEWS --the file cannot be written--> FAILING: said once, tried again after 60 s --> KEPT
 *
 * A thread of its own, because the second place may be a disk far away: one that does not answer
 * must hold up neither the record nor the loop. What is signed is on our disk already. The first
 * head is due at once, so that a place that cannot be written is known at the start; the last one
 * is signed by an orderly stop.
 *
 * The file is opened for each head: it may be moved away at any time. A line that was torn, because
 * its writer died, is closed by a line feed before the next one.
 *
 * At its first head it looks whether the last one that the file has is in the journal. If not, rows
 * were taken away, or another journal was put in its place: said loudly, and shown by a metric. The
 * engine goes on: people must be called all the same.
 *
 * Layer      store, inside.
 * Threads    witness_note: the writer's. All others: the loop's. None of them waits for the disk,
 *            but for witness_stop, which waits for a second place that does not answer for two
 *            seconds and then leaves it behind, until the end of the process.
 */
#pragma once

#include "store/signed_head.h"
#include "store/store.h"

struct witness;

struct witness_config {
    const char *database; /* all three are copied */
    const char *path;     /* the second place; NULL: there is none, and heads are signed if asked */
    const struct signing_key *key; /* NULL: there is none, and nothing can be signed */
    int64_t gen;
    int64_t every_ms, every_rows;
    int event_fd; /* written to when witness_poll has news */
};

struct witness *witness_new(const struct witness_config *config);
void witness_start(struct witness *w);

/* The journal is on the disk up to here. */
void witness_note(struct witness *w, int64_t seq, const struct chain *chain);

/* Sign the end as it is now; `done` is called from witness_poll or witness_stop. */
void witness_ask(struct witness *w, store_head_fn *done, void *ctx);
void witness_poll(struct witness *w);
void witness_stats(struct witness *w, struct store_stats *ret);

/* Signs the end, answers all who asked, and frees. Also when it was never started. */
void witness_stop(struct witness *w);
