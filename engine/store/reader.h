/*
 * reader - the thread that answers queries, over one READONLY connection.
 *
 * Each query is one short transaction: a page of rows, cut off by count, bytes or time, so that the
 * writer is never kept from emptying its log. Who wants more asks again from the last row.
 *
 * Layer      store, inside.
 * Threads    reader_ask and reader_poll: the loop's. Results are made on the reader's thread and
 *            handed over whole.
 */
#pragma once

#include "store/store.h"

struct reader;

/* Opens the connection; the writer's is open already, so that the WAL's index is there. */
enum err reader_new(const char *path, int event_fd, struct reader **ret, struct why *why) MUST_USE;
void reader_start(struct reader *r);

void reader_ask(struct reader *r, const struct query *q, query_done_fn *done, void *done_ctx);

/* Calls done for each answer that is there. */
void reader_poll(struct reader *r);

/* Ends the thread; queries that it did not come to are answered ERR_UNREACHABLE; frees. */
void reader_stop(struct reader *r);
