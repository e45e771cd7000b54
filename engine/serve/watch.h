/*
 * watch - the stream of all journal rows to one connection, without gaps.
 *
 *     (its reply is said) --no `after`, or reset--> LIVE
 *     (its reply is said) --`after`--> BEHIND --page asked for--> BEHIND ... --last page--> LIVE
 *
 * BEHIND, rows are read in pages, the next only when the client has read most of the one before.
 * Rows that become durable while a page is on its way are kept; when the page is the last one they
 * follow it, each seq once. If they grow too many they are dropped, and read as a further page.
 * LIVE, every row is written as it becomes durable. A client that is limits.out_bytes behind is
 * closed: it knows the last id it has seen, and resumes. Nothing is ever skipped.
 */
#pragma once

#include "serve/conn.h"

struct watch;

/*
 * A watch that is not begun; `reply` gets "as_of", and "reset" when the client must read the state
 * anew. Gives; watch_free when it is not begun.
 */
struct watch *watch_new(const struct request *request);
void watch_free(struct watch *w);

/* The reply to its line, as of now. */
json_t *watch_reply(struct conn *c, struct watch *w);
/* Has it nothing to catch up with? After watch_reply. */
bool watch_is_live(const struct watch *w);
/* From here on the connection streams. Takes. */
void watch_begin(struct conn *c, struct watch *w);

/* A row is durable. */
void watch_event(struct conn *c, struct record *r);
/* The client has read: go on where the output was full. */
void watch_go_on(struct conn *c);
