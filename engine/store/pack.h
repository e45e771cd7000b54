/*
 * pack - a batch as bytes: what crosses from the loop thread to the writer.
 *
 * The loop thread turns records and rows into their canonical JSON and lets go of the objects, so
 * that no JSON value and no reference count is ever shared between two threads. What needs the
 * database or costs more is left to the writer: keys, seals, chain.
 *
 * Everything of variable length lies in one text; a span says where. A batch costs a handful of
 * allocations, however many rows it has.
 *
 * Layer      store: core/record.h, core/row.h, core/store_port.h.
 * Ownership  pack_new copies all it needs from the batch; pack_free.
 * Threads    One at a time.
 */
#pragma once

#include "core/store_port.h"

struct span {
    size_t at, len; /* in pack.bytes; NULL in the database when `none` */
    bool none;
};

struct packed_record {
    int64_t seq;
    struct uuid incident;
    wall_ms at_ms;
    mono_ms mono;
    enum record_kind kind;
    struct span actor;
    struct span body;   /* canonical, without the member "sealed" */
    size_t sealed_at;   /* where in the body that member belongs */
    struct span sealed; /* none: nothing personal */
};

struct packed_row {
    enum row_kind kind;
    bool gone, open, drill;
    struct uuid uuid; /* ROW_INCIDENT, ROW_NOTICE, ROW_ITEM, ROW_REPORT */
    struct span id;   /* the others */
    struct uuid incident;
    struct span plan, state, body;
    struct span sort; /* ROW_ITEM, as `late` */
    wall_ms due;      /* ROW_ITEM, ROW_REPORT */
    bool late;
};

struct packed_pin {
    struct span hash, kind, body; /* body none: forget */
};

struct packed_contact {
    struct span person, endpoint, value; /* value none: remove */
};

struct packed_secret {
    struct span holder, hash; /* hash none: it was used, or is to be forgotten */
    wall_ms used_ms;          /* 0: to be forgotten, or never used */
};

struct pack {
    struct pack *next; /* the writer's queue */
    struct text bytes;
    struct packed_record *records;
    size_t records_count;
    struct packed_row *rows;
    size_t rows_count;
    struct packed_pin *pins;
    size_t pins_count;
    struct packed_contact *contacts;
    size_t contacts_count;
    struct packed_secret *secrets;
    size_t secrets_count;
    struct clock_mark mark;
};

struct pack *pack_new(const struct store_batch *b);
void pack_free(struct pack *p);

/* Memory it holds, for the limit of the queue. */
size_t pack_weight(const struct pack *p);

/* The bytes of a span; NULL for none. Borrows. */
const char *pack_at(const struct pack *p, struct span s);

/*
 * The body as it is stored: with "sealed":"BASE64" put in where it belongs.
 *
 * base64  NULL: there is none, and the body is returned as it is.
 * room    Holds the result when there is one.
 */
const char *pack_body(const struct pack *p, const struct packed_record *r, const char *base64,
                      struct text *room, size_t *ret_len);
