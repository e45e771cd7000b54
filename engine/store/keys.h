/*
 * keys - the incidents' keys as one connection sees them: the vault behind a small cache.
 *
 * The writer's makes the key with the first record of an incident, in the same transaction. An
 * incident with records and without a key was purged: it gets no second one, and what is personal
 * in a late record of it is not kept. The reader's only reads, and forgets after each query, so
 * that a purge takes effect at once.
 *
 * Layer      store, inside.
 * Threads    That of its connection.
 */
#pragma once

#include "store/db.h"
#include "store/seal.h"

struct key_slot;

struct keys {
    sqlite3_stmt *get;
    sqlite3_stmt *put;   /* NULL: a reader */
    sqlite3_stmt *known; /* has the incident a record already? */
    sqlite3_stmt *destroy;
    struct key_slot *slots;
    size_t slots_count; /* a power of two */
};

enum err keys_init(struct keys *k, sqlite3 *db, const char *path, bool writer,
                   struct why *why) MUST_USE;
void keys_done(struct keys *k);

/* Forget what is cached: after a rollback, and at the start of a reader's transaction. */
void keys_clear(struct keys *k);

/*
 * ret      The key, borrowed until the next call; NULL: purged, or (reader) none.
 * returns  SQLITE_OK, or SQLite's error.
 */
int keys_of(struct keys *k, struct uuid incident, const struct seal_key **ret);

/* Destroy the key of this incident, if it has one: a writer's. returns  as keys_of. */
int keys_destroy(struct keys *k, struct uuid incident);
