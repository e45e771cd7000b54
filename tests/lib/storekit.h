/*
 * storekit - a store in a folder of its own, records and rows for it, and its answers at once.
 *
 * Layer: tests. Everything that cannot be done fails the running test.
 */
#pragma once

#include "store/store.h"

#include <stdio.h>

struct kit {
    char folder[64];
    char path[96];
    struct store_config config;
    struct store *store; /* NULL: not open */
    int64_t next_seq;    /* of the next record */
    mono_ms mono;
    /* what the store told */
    int64_t durable_seq;
    int durable_calls;
    int trouble_on, trouble_off; /* calls */
};

/* A folder below `where` (NULL: $TMPDIR or /tmp), nothing open. */
void kit_init(struct kit *k, const char *where);
/* Closes, and removes the folder. */
void kit_done(struct kit *k);

enum err kit_try_open(struct kit *k, struct why *why); /* open only */
void kit_open(struct kit *k);                          /* open and start */
void kit_stop(struct kit *k);

struct uuid kit_uuid(int number); /* ids that sort by number */

/* A record with the next seq; body {"n":SEQ}, sealed {"name":SECRET} where there is one. */
struct record *kit_record(struct kit *k, enum record_kind kind, struct uuid incident,
                          const char *secret);
struct row kit_incident_row(int number, const char *state, bool open, const char *title);
struct row kit_notice_row(int number, int incident, bool open);

/* Hand over one batch; arrays and what is in them are given. */
void kit_append(struct kit *k, struct record **records, size_t records_count, struct row *rows,
                size_t rows_count);
/* A batch of so many records of one incident, the first of them opening it; no rows. */
void kit_append_records(struct kit *k, int incident, int count);
/* Until everything handed over so far is durable. */
void kit_wait(struct kit *k);
/* One poll, after waiting for its descriptor so long at most. */
void kit_poll(struct kit *k, int ms);

/* The answer; drop with query_answer_done. */
struct answer {
    bool there;
    struct query_result result; /* copies */
};
void kit_query(struct kit *k, const struct query *q, struct answer *ret);
void answer_done(struct answer *a);

/* The journal is what was written: the verdict; fails the test when it is not. */
struct store_verdict kit_verify(struct kit *k);
/* Run SQL on the closed file, as somebody with the sqlite3 shell would. */
void kit_sql(struct kit *k, const char *sql);

/*
 * Parts: what must happen in a process of its own, because it dies, or because something is put
 * before libc. The test program starts itself again; main() asks kit_part() first.
 */

/* The part to play; NULL: this is the test. */
const char *kit_part(void);
/*
 * What main() of a part returns: plays it, with a kit of the folder that it was given (nothing
 * open), as a test of its own, so that a check that fails says where.
 */
typedef void part_fn(struct kit *k, const char *part);
int kit_part_main(part_fn *play);
/* Run a part to its end. env: "NAME=value", NULL-ended. returns  what waitpid said. */
int kit_part_run(const char *part, const char *folder, const char *const *env,
                 struct text *printed);
/* The last number that a part printed on a line of its own; 0: none. */
int64_t last_number(const struct text *printed);
