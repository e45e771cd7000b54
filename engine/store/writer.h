/*
 * writer - the thread that owns the only connection which writes and checkpoints.
 *
 *     IDLE --writer_append--> GROUP: all that is queued, in one transaction
 *     GROUP --commit--> durable (writer_poll sees it) --queue empty--> IDLE, else GROUP
 *     GROUP --BUSY--> the same group again, for ever
 *     GROUP --FULL, ballast there--> ballast given up, the same group again, checkpoint
 *     GROUP --FULL, no ballast; any other error--> one line, abort (rule R10)
 *     IDLE --100 ms--> PASSIVE checkpoint --1 s--> TRUNCATE --room again--> ballast made again
 *
 * The write-ahead log has a hard cap: before a group that could pass it, the writer checkpoints and
 * waits for readers, whose transactions are short. Only two things can hold it above the cap: a
 * batch that is larger by itself (a batch is never split), and another program's long read (said on
 * stderr, and tried again before each group).
 *
 * Layer      store, inside.
 * Threads    writer_new to writer_start, and from writer_join on: the caller's. Between them the
 *            write and its connection are the thread's. append, poll and stats may be called from
 *            one other thread, the loop's.
 */
#pragma once

#include "store/store.h"
#include "store/write.h"

struct witness;
struct writer;

struct writer_config {
    const char *path;         /* borrowed until writer_free */
    const char *ballast_path; /* likewise */
    int64_t ballast_bytes;
    int64_t wal_cap_bytes;
    int64_t queue_bytes;
    int event_fd;            /* written to when writer_poll has news */
    struct witness *witness; /* is told of every commit. Borrowed until writer_join */
    bool ballast_missing;    /* it could not be made at the start */
};

/* Takes the write. */
struct writer *writer_new(struct write write, const struct writer_config *config);
void writer_start(struct writer *w);

/* Takes the pack. Waits only while more than queue_bytes are queued. */
void writer_append(struct writer *w, struct pack *p);

struct writer_news {
    bool committed; /* since the last poll */
    int64_t durable_seq;
    bool trouble_changed;
    bool trouble;
};
void writer_poll(struct writer *w, struct writer_news *ret);
void writer_stats(struct writer *w, struct store_stats *ret);

/* Writes what is queued, and ends the thread. */
void writer_join(struct writer *w);

/* After writer_join, or when never started: checkpoint, mark as clean, close the connection. */
void writer_free(struct writer *w);
